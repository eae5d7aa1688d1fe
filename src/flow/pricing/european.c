/* European options by Black-Scholes-Merton: checks the panels and launches
 * kernels/black_scholes.k. */
#include "../../machine/base/size.h"
#include "../../machine/base/status.h"
#include "../../machine/device/launch.h"
#include "penstock/pricing.h"

/* As in black_scholes.k: rows a group takes, and the order of both lists. */
enum { ROWS_PER_GROUP = 1024, N_INPUTS = 7, N_OUTPUTS = 6 };

static const char *const input_names[N_INPUTS] = { "side",         "spot_px",  "strike_px",
                                                   "expiry_yr",    "vol_frac", "rate_frac",
                                                   "dividend_frac" };
static const char *const output_names[N_OUTPUTS] = { "price_px", "delta", "gamma",
                                                     "vega",     "theta", "rho" };

/* A number in the kernel's type. */
typedef union scalar {
    float f32;
    double f64;
} scalar;

/* What all panels must agree with. */
typedef struct shape {
    pen_queue *queue;
    pen_dtype dtype;
    size_t n_rows;
} shape;

/* The address of a panel that fits; NULL for none. */
static pen_status take_panel(const shape *want, const char *name, const pen_panel *panel,
                             void **data)
{
    *data = NULL;
    if (panel == NULL)
        return PEN_OK;
    const char *me = "pen_price_european";
    size_t n_series = pen_panel_series(panel), n_points = pen_panel_points(panel);
    pen_device *device = pen_queue_device(want->queue);
    if (pen_panel_dtype(panel) != want->dtype)
        return pen_fail(PEN_E_SHAPE, "%s: %s is %s, expected %s as the first output", me, name,
                        pen_dtype_name(pen_panel_dtype(panel)), pen_dtype_name(want->dtype));
    if (n_series * n_points != want->n_rows)
        return pen_fail(PEN_E_SHAPE, "%s: %s has %zu values, expected %zu as the first output", me,
                        name, n_series * n_points, want->n_rows);
    if (n_series > 1 && pen_panel_stride(panel) != n_points)
        return pen_fail(PEN_E_SHAPE,
                        "%s: %s has a stride of %zu for series of %zu, expected no gaps", me, name,
                        pen_panel_stride(panel), n_points);
    if (pen_device_is_host(device) ? !pen_panel_is_host(panel) : pen_panel_device(panel) != device)
        return pen_fail(PEN_E_DEVICE, "%s: %s is not on the queue's device %s", me, name,
                        pen_device_describe(device)->name);
    *data = pen_panel_data(panel);
    return PEN_OK;
}

static scalar scalar_of(pen_dtype dtype, double x)
{
    scalar value;
    if (dtype == PEN_F32)
        value.f32 = (float)x;
    else
        value.f64 = x;
    return value;
}

pen_status pen_price_european(pen_queue *queue, const pen_european *in, const pen_european_out *out)
{
    const pen_input inputs[N_INPUTS] = { in->side,         in->spot_px,  in->strike_px,
                                         in->expiry_yr,    in->vol_frac, in->rate_frac,
                                         in->dividend_frac };
    pen_panel *const outputs[N_OUTPUTS] = { out->price_px, out->delta, out->gamma,
                                            out->vega,     out->theta, out->rho };
    const pen_panel *first = NULL;
    for (int j = N_OUTPUTS - 1; j >= 0; j--)
        if (outputs[j] != NULL)
            first = outputs[j];
    if (first == NULL)
        return pen_fail(PEN_E_ARG, "pen_price_european: no output is wanted");
    shape want = { queue, pen_panel_dtype(first),
                   pen_panel_series(first) * pen_panel_points(first) };

    void *args[2 * N_INPUTS + 1 + N_OUTPUTS], *data[N_INPUTS + N_OUTPUTS];
    scalar all[N_INPUTS];
    int64_t n_rows = (int64_t)want.n_rows;
    for (int i = 0; i < N_INPUTS; i++) {
        PEN_TRY(take_panel(&want, input_names[i], inputs[i].each, &data[i]));
        all[i] = scalar_of(want.dtype, inputs[i].all);
        args[2 * i] = &data[i];
        args[2 * i + 1] = &all[i];
    }
    args[2 * N_INPUTS] = &n_rows;
    for (int j = 0; j < N_OUTPUTS; j++) {
        PEN_TRY(take_panel(&want, output_names[j], outputs[j], &data[N_INPUTS + j]));
        args[2 * N_INPUTS + 1 + j] = &data[N_INPUTS + j];
    }
    pen_grid grid = { PEN_GRID_GROUPS, (want.n_rows + ROWS_PER_GROUP - 1) / ROWS_PER_GROUP,
                      ROWS_PER_GROUP * (want.dtype == PEN_F32 ? 3 : 8) };
    return pen_launch(queue, "black_scholes", want.dtype, grid, args, PEN_COUNT(args));
}
