/* Cash dividends: kernels/dividends.k makes of them another spot and strike, which are priced as
 * ever, and adds to the greeks by time and rate what the dividends' own values do. */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "arguments.h"

static const char me[] = "pen_price_european";

const char *pen_dividend_method_name(int method)
{
    static const char *const names[PEN_DIVIDEND_METHODS] = { "bos-vandermark", "escrowed" };
    return method >= 0 && method < PEN_DIVIDEND_METHODS ? names[method] : NULL;
}

static pen_status check_dividends(const pen_european_terms *terms)
{
    const pen_dividends *d = terms->dividends;
    if (terms->model != PEN_MODEL_BSM || terms->payoff != PEN_PAYOFF_VANILLA)
        return pen_fail(PEN_E_ARG,
                        "%s: cash dividends are of model bsm and payoff vanilla, got %s "
                        "and %s",
                        me, pen_model_name((int)terms->model), pen_payoff_name((int)terms->payoff));
    if (pen_dividend_method_name((int)d->method) == NULL)
        return pen_fail(PEN_E_ARG, "%s: dividend method is %d, expected 0 to %d", me,
                        (int)d->method, PEN_DIVIDEND_METHODS - 1);
    if (d->n > INT32_MAX)
        return pen_fail(PEN_E_ARG, "%s: %zu dividends", me, d->n);
    for (size_t i = 0; i < d->n; i++)
        if (!isfinite(d->time_yr[i]) || !(d->amount_px[i] >= 0) || !isfinite(d->amount_px[i]))
            return pen_fail(PEN_E_ARG, "%s: dividend %zu is %g at %g, expected 0 or more at a time",
                            me, i, d->amount_px[i], d->time_yr[i]);
    return PEN_OK;
}

enum { ROWS_PER_GROUP = 1024 }; /* as in option_rows.kh */
/* Outputs that the corrections read or write. */
enum { PRICE, DELTA, GAMMA, SPEED, THETA, RHO, CHARM, COLOR, N_CORRECTED };

typedef struct dividend_job {
    pen_queue *queue;
    pricing_shape want;
    const pen_european *in;
    pen_panel *spot, *strike;        /* as the model sees them */
    pen_panel *times, *amounts;      /* on the device */
    pen_panel *scratch[N_CORRECTED]; /* those that nobody asked for */
    pen_panel *corrected[N_CORRECTED];
    int32_t n_dividends, is_escrowed;
    int64_t n_rows;
    void *data[2 * N_CORRECTED]; /* addresses behind arguments */
    pricing_scalar all[5];
    void *args[32];
    size_t n_args, n_data, n_all;
} dividend_job;

static pen_status upload(dividend_job *j, const double *x, size_t n, pen_panel **out)
{
    void *block;
    pen_dtype dtype = j->want.dtype;
    PEN_TRY(pen_panel_create(pen_queue_device(j->queue), dtype, 1, n, out));
    PEN_TRY(pen_alloc_array(n, sizeof *x, &block));
    for (size_t i = 0; i < n; i++)
        if (dtype == PEN_F32)
            ((float *)block)[i] = (float)x[i];
        else
            ((double *)block)[i] = x[i];
    pen_status s = pen_panel_write(j->queue, *out, block, n);
    if (s == PEN_OK)
        s = pen_queue_wait(j->queue);
    pen_free(block);
    return s;
}

static pen_status add_panel(dividend_job *j, const char *name, const pen_panel *panel)
{
    void **at = &j->data[j->n_data++];
    j->args[j->n_args++] = at;
    return pricing_take_panel(&j->want, name, panel, at);
}

static pen_status add_input(dividend_job *j, const char *name, pen_input input)
{
    PEN_TRY(add_panel(j, name, input.each));
    j->all[j->n_all] = pricing_scalar_of(j->want.dtype, input.all);
    j->args[j->n_args++] = &j->all[j->n_all++];
    return PEN_OK;
}

/* Launches with the arguments so far and the schedule. */
static pen_status launch(dividend_job *j, const char *kernel)
{
    j->data[j->n_data] = pen_panel_data(j->times);
    j->args[j->n_args++] = &j->data[j->n_data++];
    j->data[j->n_data] = pen_panel_data(j->amounts);
    j->args[j->n_args++] = &j->data[j->n_data++];
    j->args[j->n_args++] = &j->n_dividends;
    j->args[j->n_args++] = &j->is_escrowed;
    j->args[j->n_args++] = &j->n_rows;
    size_t n_args = j->n_args;
    j->n_args = j->n_data = j->n_all = 0;
    pen_grid grid = pen_groups((j->want.n_values + ROWS_PER_GROUP - 1) / ROWS_PER_GROUP);
    grid.weight = ROWS_PER_GROUP * (size_t)(5 + 2 * j->n_dividends);
    return pen_launch(j->queue, kernel, j->want.dtype, grid, j->args, n_args);
}

static pen_status make_inputs(dividend_job *j)
{
    PEN_TRY(add_input(j, "spot_px", j->in->spot_px));
    PEN_TRY(add_input(j, "strike_px", j->in->strike_px));
    PEN_TRY(add_input(j, "expiry_yr", j->in->expiry_yr));
    PEN_TRY(add_input(j, "rate_frac", j->in->rate_frac));
    PEN_TRY(add_input(j, "dividend_frac", j->in->dividend_frac));
    PEN_TRY(add_panel(j, "spot", j->spot));
    PEN_TRY(add_panel(j, "strike", j->strike));
    return launch(j, "dividend_inputs");
}

static pen_status correct_greeks(dividend_job *j)
{
    PEN_TRY(add_panel(j, "spot", j->spot));
    PEN_TRY(add_panel(j, "strike", j->strike));
    PEN_TRY(add_input(j, "expiry_yr", j->in->expiry_yr));
    PEN_TRY(add_input(j, "rate_frac", j->in->rate_frac));
    PEN_TRY(add_input(j, "dividend_frac", j->in->dividend_frac));
    for (int k = 0; k < N_CORRECTED; k++)
        PEN_TRY(add_panel(j, "output", j->corrected[k]));
    return launch(j, "dividend_greeks");
}

/* Panels for the outputs of the corrections that nobody asked for. */
static pen_status fill_scratch(dividend_job *j, pen_european_out *out)
{
    pen_panel **const wanted[N_CORRECTED] = {
        &out->price_px, &out->delta, &out->gamma, &out->speed,
        &out->theta,    &out->rho,   &out->charm, &out->color,
    };
    for (int k = 0; k < N_CORRECTED; k++) {
        if (*wanted[k] == NULL) {
            PEN_TRY(pen_panel_create(pen_queue_device(j->queue), j->want.dtype, 1, j->want.n_values,
                                     &j->scratch[k]));
            *wanted[k] = j->scratch[k];
        }
        j->corrected[k] = *wanted[k];
    }
    return PEN_OK;
}

static pen_status run(dividend_job *j, const pen_dividends *d, pen_european_out *out)
{
    pen_device *device = pen_queue_device(j->queue);
    bool is_corrected =
        out->theta != NULL || out->rho != NULL || out->charm != NULL || out->color != NULL;
    PEN_TRY(upload(j, d->time_yr, d->n, &j->times));
    PEN_TRY(upload(j, d->amount_px, d->n, &j->amounts));
    PEN_TRY(pen_panel_create(device, j->want.dtype, 1, j->want.n_values, &j->spot));
    PEN_TRY(pen_panel_create(device, j->want.dtype, 1, j->want.n_values, &j->strike));
    PEN_TRY(make_inputs(j));
    if (is_corrected)
        PEN_TRY(fill_scratch(j, out));
    pen_european moved = *j->in;
    moved.spot_px = (pen_input){ j->spot, 0 };
    moved.strike_px = (pen_input){ j->strike, 0 };
    PEN_TRY(pen_price_european(j->queue, &moved, out));
    return is_corrected ? correct_greeks(j) : PEN_OK;
}

pen_status pricing_with_dividends(pen_queue *queue, const pen_european_terms *terms,
                                  const pen_european *in, const pen_european_out *out)
{
    pen_european_out all = *out;
    pen_panel *const outputs[] = { out->price_px, out->delta, out->gamma, out->vega,
                                   out->theta,    out->rho,   out->vanna, out->volga,
                                   out->charm,    out->speed, out->color, out->ultima };
    const pen_panel *first = pricing_first_panel(outputs, (int)PEN_COUNT(outputs));
    PEN_TRY(check_dividends(terms));
    if (first == NULL || terms->dividends->n == 0)
        return pen_price_european(queue, in, out);
    dividend_job job = { .queue = queue,
                         .in = in,
                         .want = { me, queue, pen_panel_dtype(first),
                                   pen_panel_series(first) * pen_panel_points(first) },
                         .n_rows = (int64_t)(pen_panel_series(first) * pen_panel_points(first)),
                         .n_dividends = (int32_t)terms->dividends->n,
                         .is_escrowed = terms->dividends->method == PEN_DIVIDENDS_ESCROWED };
    pen_status s = run(&job, terms->dividends, &all);
    pen_status waited = pen_queue_wait(queue);
    for (int k = 0; k < N_CORRECTED; k++)
        pen_panel_destroy(job.scratch[k]);
    pen_panel_destroy(job.strike);
    pen_panel_destroy(job.spot);
    pen_panel_destroy(job.amounts);
    pen_panel_destroy(job.times);
    return s != PEN_OK ? s : waited;
}
