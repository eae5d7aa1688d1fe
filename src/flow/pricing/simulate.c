/* Simulated prices: geometric Brownian motion, and the distribution of samples. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/math/sort_host.h"
#include "arguments.h"
#include "penstock/pricing.h"

/* As in gbm.k: paths a group takes. */
enum { PATHS_PER_GROUP = 256 };

pen_gbm pen_gbm_default(void)
{
    return (pen_gbm){ .initial_px = 100,
                      .vol_frac = 0.2,
                      .horizon_days = PEN_TRADING_DAYS_A_YEAR,
                      .n_steps = PEN_TRADING_DAYS_A_YEAR,
                      .n_paths = 10000 };
}

static pen_status check_model(const char *function, const pen_gbm *model)
{
    if (!(model->initial_px > 0) || !isfinite(model->initial_px))
        return pen_fail(PEN_E_ARG, "%s: initial_px is %g, expected a positive number", function,
                        model->initial_px);
    if (!isfinite(model->drift_frac))
        return pen_fail(PEN_E_ARG, "%s: drift_frac is %g, expected a number", function,
                        model->drift_frac);
    if (!(model->vol_frac >= 0) || !isfinite(model->vol_frac))
        return pen_fail(PEN_E_ARG, "%s: vol_frac is %g, expected 0 or more", function,
                        model->vol_frac);
    if (!(model->horizon_days > 0) || !isfinite(model->horizon_days))
        return pen_fail(PEN_E_ARG, "%s: horizon_days is %g, expected a positive number", function,
                        model->horizon_days);
    if (model->n_steps < 1 || model->n_steps > INT_MAX - 16)
        return pen_fail(PEN_E_ARG, "%s: n_steps is %zu, expected 1 to %d", function, model->n_steps,
                        INT_MAX - 16);
    if (model->n_paths > UINT32_MAX - model->first_path)
        return pen_fail(PEN_E_SIZE, "%s: %zu paths from path %u on, at most %u", function,
                        model->n_paths, model->first_path, UINT32_MAX - model->first_path);
    return PEN_OK;
}

/* The model as the first arguments of both kernels. */
enum { N_MODEL_ARGS = 8 };
typedef struct model_args {
    pricing_scalar initial, drift, vol;
    uint64_t seed;
    uint32_t replicate, first_path;
    int32_t n_steps;
    int64_t n_paths;
} model_args;

static void pass_model(const pen_gbm *model, pen_dtype dtype, model_args *values, void **args)
{
    double step_yr = model->horizon_days / PEN_TRADING_DAYS_A_YEAR / (double)model->n_steps;
    double variance = model->vol_frac * model->vol_frac;
    *values = (model_args){
        .initial = pricing_scalar_of(dtype, model->initial_px),
        .drift = pricing_scalar_of(dtype, (model->drift_frac - 0.5 * variance) * step_yr),
        .vol = pricing_scalar_of(dtype, model->vol_frac * sqrt(step_yr)),
        .seed = model->seed,
        .replicate = model->replicate,
        .first_path = model->first_path,
        .n_steps = (int32_t)model->n_steps,
        .n_paths = (int64_t)model->n_paths,
    };
    void *addresses[N_MODEL_ARGS] = { &values->initial, &values->drift,     &values->vol,
                                      &values->seed,    &values->replicate, &values->first_path,
                                      &values->n_steps, &values->n_paths };
    for (int i = 0; i < N_MODEL_ARGS; i++)
        args[i] = addresses[i];
}

static pen_grid grid_of(const pen_gbm *model)
{
    size_t groups = (model->n_paths + PATHS_PER_GROUP - 1) / PATHS_PER_GROUP;
    size_t steps = model->n_steps < 1000000 ? model->n_steps : 1000000;
    return (pen_grid){ PEN_GRID_GROUPS, groups, PATHS_PER_GROUP * 2 * steps };
}

pen_status pen_simulate_gbm(pen_queue *queue, const pen_gbm *model, const pen_gbm_out *out)
{
    static const char *const names[] = { "terminal_px", "mean_px", "lowest_px", "highest_px" };
    pen_panel *const panels[] = { out->terminal_px, out->mean_px, out->lowest_px, out->highest_px };
    const pen_panel *first = NULL;
    for (size_t i = PEN_COUNT(panels); i-- > 0;)
        if (panels[i] != NULL)
            first = panels[i];
    if (first == NULL)
        return pen_fail(PEN_E_ARG, "pen_simulate_gbm: no output is wanted");
    PEN_TRY(check_model("pen_simulate_gbm", model));
    pricing_shape want = { "pen_simulate_gbm", queue, pen_panel_dtype(first), model->n_paths };
    model_args values;
    void *data[PEN_COUNT(panels)], *args[N_MODEL_ARGS + PEN_COUNT(panels)];
    pass_model(model, want.dtype, &values, args);
    for (size_t i = 0; i < PEN_COUNT(panels); i++) {
        PEN_TRY(pricing_take_panel(&want, names[i], panels[i], &data[i]));
        args[N_MODEL_ARGS + i] = &data[i];
    }
    return pen_launch(queue, "gbm_reduce", want.dtype, grid_of(model), args, PEN_COUNT(args));
}

pen_status pen_simulate_gbm_paths(pen_queue *queue, const pen_gbm *model, pen_panel *paths_px)
{
    static const char me[] = "pen_simulate_gbm_paths";
    PEN_TRY(check_model(me, model));
    if (pen_panel_series(paths_px) != model->n_paths ||
        pen_panel_points(paths_px) != model->n_steps + 1)
        return pen_fail(PEN_E_SHAPE, "%s: paths_px is %zu x %zu, expected %zu paths of %zu points",
                        me, pen_panel_series(paths_px), pen_panel_points(paths_px), model->n_paths,
                        model->n_steps + 1);
    PEN_TRY(pricing_check_device(me, queue, "paths_px", paths_px));
    pen_dtype dtype = pen_panel_dtype(paths_px);
    int64_t stride = (int64_t)pen_panel_stride(paths_px);
    void *data = pen_panel_data(paths_px), *args[N_MODEL_ARGS + 2];
    model_args values;
    pass_model(model, dtype, &values, args);
    args[N_MODEL_ARGS] = &stride;
    args[N_MODEL_ARGS + 1] = &data;
    return pen_launch(queue, "gbm_paths", dtype, grid_of(model), args, PEN_COUNT(args));
}

/* The panel's values as doubles in host memory; creates. */
static pen_status read_samples(pen_queue *queue, const pen_panel *panel, size_t n, double **out)
{
    *out = NULL;
    size_t n_points = pen_panel_points(panel),
           bytes = n_points * pen_dtype_bytes(pen_panel_dtype(panel));
    PEN_TRY(pen_alloc_array(n, sizeof **out, (void **)out));
    if (pen_panel_is_host(panel)) {
        const char *from = pen_panel_data(panel);
        size_t step = pen_panel_stride(panel) * pen_dtype_bytes(pen_panel_dtype(panel));
        for (size_t i = 0; i < pen_panel_series(panel); i++)
            memcpy((char *)*out + i * bytes, from + i * step, bytes);
    } else {
        pen_status s = pen_panel_read(queue, *out, n_points, panel);
        if (s == PEN_OK)
            s = pen_queue_wait(queue);
        if (s != PEN_OK) {
            pen_free(*out);
            *out = NULL;
            return s;
        }
    }
    if (pen_panel_dtype(panel) == PEN_F32) /* widen in place, from the end */
        for (size_t i = n; i-- > 0;)
            (*out)[i] = (double)((const float *)*out)[i];
    return PEN_OK;
}

/* Sums with the rounding errors carried along (Neumaier 1974). */
typedef struct exact_sum {
    double sum, rest;
} exact_sum;

static void add(exact_sum *s, double x)
{
    double t = s->sum + x;
    s->rest += fabs(s->sum) >= fabs(x) ? (s->sum - t) + x : (x - t) + s->sum;
    s->sum = t;
}

static void summarise(const double *x, size_t n, pen_sample_summary *out)
{
    exact_sum sum = { 0, 0 }, squares = { 0, 0 };
    for (size_t i = 0; i < n; i++)
        add(&sum, x[i]);
    out->mean = (sum.sum + sum.rest) / (double)n;
    for (size_t i = 0; i < n; i++)
        add(&squares, (x[i] - out->mean) * (x[i] - out->mean));
    out->lowest = out->highest = x[0];
    for (size_t i = 1; i < n; i++) {
        out->lowest = x[i] < out->lowest ? x[i] : out->lowest;
        out->highest = x[i] > out->highest ? x[i] : out->highest;
    }
    out->count = n;
    out->stdev = n > 1 ? sqrt((squares.sum + squares.rest) / (double)(n - 1)) : NAN;
}

pen_status pen_sample_summarise(pen_queue *queue, const pen_panel *samples, const double *levels,
                                size_t n_levels, pen_sample_summary *out, double *quantiles)
{
    static const char me[] = "pen_sample_summarise";
    size_t n = pen_panel_series(samples) * pen_panel_points(samples), n_known = 0;
    *out = (pen_sample_summary){ 0, NAN, NAN, NAN, NAN };
    for (size_t i = 0; i < n_levels; i++) {
        quantiles[i] = NAN;
        if (!(levels[i] >= 0 && levels[i] <= 1))
            return pen_fail(PEN_E_ARG, "%s: level %zu is %g, expected 0 to 1", me, i, levels[i]);
    }
    if (!pen_panel_is_host(samples))
        PEN_TRY(pricing_check_device(me, queue, "samples", samples));
    PEN_TRY(pen_queue_wait(queue));
    if (n == 0)
        return PEN_OK;
    double *x;
    PEN_TRY(read_samples(queue, samples, n, &x));
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            x[n_known++] = x[i];
    if (n_known > 0)
        summarise(x, n_known, out);
    pen_rows row = pen_flat(PEN_F64, x, n_known);
    pen_status s = sort_host_quantiles(PEN_NAN_SKIPPED, &row, levels, n_levels, quantiles);
    pen_free(x);
    return s;
}
