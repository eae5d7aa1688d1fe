/* Barrier, lookback and Asian options: checks the panels, launches kernels/exotic.k, and takes
 * the differences of prices that the greeks are. */
#include "penstock/exotic.h"

#include <math.h>

#include "arguments.h"

enum { N_INPUTS = 9, N_OUTPUTS = 6 };
enum { SPOT = 1, EXPIRY = 3, VOL = 4 }; /* among the inputs */

static const char *const output_names[N_OUTPUTS] = { "price_px", "delta", "gamma",
                                                     "vega",     "theta", "rho" };

/* A call of any kind. */
typedef struct exotic_call {
    const char *function, *kernel;
    pen_queue *queue;
    pen_dtype dtype;
    int64_t n_rows;
    void *in[N_INPUTS]; /* NULL: all */
    pricing_scalar all[N_INPUTS];
    int32_t kind, looks;
    double every;
    size_t row_ns;     /* rough work a row */
    size_t group_rows; /* that a group of the kernel takes; 0: rows are independent items */
} exotic_call;

/* Factors and additions that differ from a plain price. */
typedef struct exotic_moves {
    double spot, vol, expiry, rate;
} exotic_moves;
static const exotic_moves unmoved = { 1, 1, 1, 0 };

static pen_status price_rows(const exotic_call *call, exotic_moves moves, void *price)
{
    exotic_call at = *call; /* arguments are addresses of values */
    pricing_scalar spot = pricing_scalar_of(call->dtype, moves.spot);
    pricing_scalar vol = pricing_scalar_of(call->dtype, moves.vol);
    pricing_scalar expiry = pricing_scalar_of(call->dtype, moves.expiry);
    pricing_scalar rate = pricing_scalar_of(call->dtype, moves.rate);
    pricing_scalar every = pricing_scalar_of(call->dtype, call->every);
    void *args[PEN_MAX_KERNEL_ARGS];
    size_t n = 0;
    for (int i = 0; i < N_INPUTS; i++) {
        args[n++] = &at.in[i];
        args[n++] = &at.all[i];
    }
    void *const others[] = { &at.n_rows, &spot,     &vol,   &expiry, &rate,
                             &at.kind,   &at.looks, &every, &price };
    for (size_t i = 0; i < PEN_COUNT(others); i++)
        args[n++] = others[i];
    bool is_grouped = call->group_rows > 0;
    size_t n_rows = (size_t)call->n_rows, group = is_grouped ? call->group_rows : 1;
    pen_grid grid =
        is_grouped ? pen_groups((n_rows + group - 1) / group) : pen_items((size_t)call->n_rows);
    grid.weight = call->row_ns * group;
    return pen_launch(call->queue, call->kernel, call->dtype, grid, args, n);
}

/* One greek, from the price moved up, moved down and, for gamma, not at all. */
static pen_status take_difference(const exotic_call *call, const exotic_moves moves[2], int scale,
                                  bool is_second, double width, void *out)
{
    pen_device *device = pen_queue_device(call->queue);
    size_t bytes = (size_t)call->n_rows * pen_dtype_bytes(call->dtype);
    const exotic_moves all[3] = { moves[0], moves[1], unmoved };
    void *prices[3] = { NULL, NULL, NULL };
    pen_status s = PEN_OK;
    for (int k = 0; k < (is_second ? 3 : 2) && s == PEN_OK; k++) {
        s = pen_device_alloc(device, bytes, &prices[k]);
        if (s == PEN_OK)
            s = price_rows(call, all[k], prices[k]);
    }
    void *by = scale >= 0 ? call->in[scale] : NULL;
    pricing_scalar by_all = scale >= 0 ? call->all[scale] : pricing_scalar_of(call->dtype, 1);
    pricing_scalar moved = pricing_scalar_of(call->dtype, width);
    void *args[] = { &prices[0], &prices[2], &prices[1], &by, &by_all, &moved, &out };
    if (s == PEN_OK)
        s = pen_launch(call->queue, "exotic_difference", call->dtype,
                       pen_items((size_t)call->n_rows), args, PEN_COUNT(args));
    for (int k = 0; k < 3; k++)
        pen_device_free(device, prices[k]);
    return s;
}

static pen_status take_greek(const exotic_call *call, int output, void *out)
{
    double h = call->dtype == PEN_F32 ? 0x1p-7 : 0x1p-13;
    exotic_moves moves[2] = { unmoved, unmoved };
    int scale = -1;
    for (int k = 0; k < 2; k++) {
        double step = k == 0 ? h : -h;
        if (output == 1 || output == 2)
            moves[k].spot = 1 + step;
        else if (output == 3)
            moves[k].vol = 1 + step;
        else if (output == 4)
            moves[k].expiry = 1 - step; /* time that has passed */
        else
            moves[k].rate = step;
    }
    if (output != 5)
        scale = output <= 2 ? SPOT : output == 3 ? VOL : EXPIRY;
    return take_difference(call, moves, scale, output == 2, output == 2 ? h : 2 * h, out);
}

/* The option's columns and the kind's two, whose names are given; then everything that is wanted.
 */
static pen_status run(exotic_call *call, const pen_european *option, const pen_input more[2],
                      const char *const more_names[2], const pen_exotic_out *out)
{
    const char *const names[N_INPUTS] = { "side",          "spot_px",     "strike_px",
                                          "expiry_yr",     "vol_frac",    "rate_frac",
                                          "dividend_frac", more_names[0], more_names[1] };
    const pen_input inputs[N_INPUTS] = { option->side,          option->spot_px,  option->strike_px,
                                         option->expiry_yr,     option->vol_frac, option->rate_frac,
                                         option->dividend_frac, more[0],          more[1] };
    pen_panel *const outputs[N_OUTPUTS] = { out->price_px, out->delta, out->gamma,
                                            out->vega,     out->theta, out->rho };
    void *data[N_OUTPUTS];
    const pen_panel *first = pricing_first_panel(outputs, N_OUTPUTS);
    if (first == NULL)
        return pen_fail(PEN_E_ARG, "%s: no output is wanted", call->function);
    pricing_shape want = { call->function, call->queue, pen_panel_dtype(first),
                           pen_panel_series(first) * pen_panel_points(first) };
    call->dtype = want.dtype;
    call->n_rows = (int64_t)want.n_values;
    for (int i = 0; i < N_INPUTS; i++) {
        PEN_TRY(pricing_take_panel(&want, names[i], inputs[i].each, &call->in[i]));
        call->all[i] = pricing_scalar_of(want.dtype, inputs[i].all);
    }
    for (int j = 0; j < N_OUTPUTS; j++)
        PEN_TRY(pricing_take_panel(&want, output_names[j], outputs[j], &data[j]));
    if (data[0] != NULL)
        PEN_TRY(price_rows(call, unmoved, data[0]));
    for (int j = 1; j < N_OUTPUTS; j++)
        if (data[j] != NULL)
            PEN_TRY(take_greek(call, j, data[j]));
    return PEN_OK;
}

pen_status pen_price_barrier(pen_queue *queue, const pen_barrier *in, const pen_exotic_out *out)
{
    static const char *const names[2] = { "barrier_px", "rebate_px" };
    const pen_input more[2] = { in->barrier_px, in->rebate_px };
    exotic_call call = { .function = "pen_price_barrier",
                         .kernel = "exotic_barrier",
                         .queue = queue,
                         .kind = (int32_t)in->kind,
                         .every = in->every_yr,
                         .row_ns = 200 };
    if ((int)in->kind < 0 || in->kind >= PEN_BARRIER_KINDS)
        return pen_fail(PEN_E_ARG, "%s: kind is %d, expected 0 to %d", call.function, (int)in->kind,
                        PEN_BARRIER_KINDS - 1);
    if (!(in->every_yr >= 0) || !isfinite(in->every_yr))
        return pen_fail(PEN_E_ARG, "%s: every_yr is %g, expected 0 or more", call.function,
                        in->every_yr);
    return run(&call, &in->option, more, names, out);
}

pen_status pen_price_lookback(pen_queue *queue, const pen_lookback *in, const pen_exotic_out *out)
{
    static const char *const names[2] = { "extreme_px", "" };
    const pen_input more[2] = { in->extreme_px, { NULL, 0 } };
    exotic_call call = { .function = "pen_price_lookback",
                         .kernel = "exotic_lookback",
                         .queue = queue,
                         .kind = (int32_t)in->kind,
                         .row_ns = 200 };
    if ((int)in->kind < 0 || in->kind >= PEN_LOOKBACK_KINDS)
        return pen_fail(PEN_E_ARG, "%s: kind is %d, expected 0 to %d", call.function, (int)in->kind,
                        PEN_LOOKBACK_KINDS - 1);
    return run(&call, &in->option, more, names, out);
}

pen_status pen_price_asian(pen_queue *queue, const pen_asian *in, const pen_exotic_out *out)
{
    static const char *const names[2] = { "average_px", "elapsed_yr" };
    const pen_input more[2] = { in->average_px, in->elapsed_yr };
    exotic_call call = { .function = "pen_price_asian",
                         .kernel = "exotic_asian",
                         .group_rows = 256, /* as in exotic.k */
                         .queue = queue,
                         .kind = (int32_t)in->kind,
                         .looks = (int32_t)in->n_looks,
                         .row_ns = 200 };
    if ((int)in->kind < 0 || in->kind >= PEN_ASIAN_KINDS)
        return pen_fail(PEN_E_ARG, "%s: kind is %d, expected 0 to %d", call.function, (int)in->kind,
                        PEN_ASIAN_KINDS - 1);
    if (in->n_looks > 100000)
        return pen_fail(PEN_E_ARG, "%s: n_looks is %zu, expected at most 100000", call.function,
                        in->n_looks);
    if (in->kind == PEN_ASIAN_ARITHMETIC)
        call.row_ns += 20 * in->n_looks;
    return run(&call, &in->option, more, names, out);
}
