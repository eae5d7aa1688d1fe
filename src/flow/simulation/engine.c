/* Models and payoff programs on the device. */
#include "engine.h"

#include <limits.h>

#include "../../machine/base/alloc.h"
#include "../../machine/device/launch.h"
#include "../../machine/math/scratch.h"

typedef union scalar {
    float f32;
    double f64;
} scalar;

static scalar scalar_of(pen_dtype dtype, double x)
{
    return dtype == PEN_F32 ? (scalar){ .f32 = (float)x } : (scalar){ .f64 = x };
}

pen_status engine_upload(pen_queue *queue, const void *data, size_t bytes, void **out)
{
    PEN_TRY(scratch_alloc(queue, bytes, 1, out));
    PEN_TRY(pen_device_write(queue, *out, data, bytes));
    return pen_queue_wait(queue);
}

pen_status engine_upload_reals(pen_queue *queue, pen_dtype dtype, const double *x, size_t n,
                               void **out)
{
    if (dtype == PEN_F64)
        return engine_upload(queue, x, n * sizeof *x, out);
    float *narrow;
    PEN_TRY(pen_alloc_array(n, sizeof *narrow, (void **)&narrow));
    for (size_t k = 0; k < n; k++)
        narrow[k] = (float)x[k];
    pen_status s = engine_upload(queue, narrow, n * sizeof *narrow, out);
    pen_free(narrow);
    return s;
}

static pen_status upload_all(engine *e)
{
    const pen_simulation *s = e->simulation;
    const payoff_program *p = &e->program;
    PEN_TRY(engine_upload_reals(e->queue, e->dtype, e->model.words, (size_t)e->model.n_words,
                                &e->d_model));
    PEN_TRY(engine_upload_reals(e->queue, e->dtype, s->initial_px, s->n_assets, &e->d_start));
    if (e->model.history != NULL)
        PEN_TRY(engine_upload_reals(e->queue, e->dtype, e->model.history,
                                    s->n_history * s->n_assets, &e->d_history));
    if (p->n_ops > 0)
        PEN_TRY(engine_upload(e->queue, p->ops, (size_t)p->n_ops * PAYOFF_WORDS * sizeof *p->ops,
                              &e->d_program));
    if (p->n_held > 0)
        PEN_TRY(engine_upload_reals(e->queue, e->dtype, p->held, (size_t)p->n_held, &e->d_held));
    if (e->n_outputs > 0)
        PEN_TRY(engine_upload(e->queue, p->outputs, (size_t)e->n_outputs * sizeof *p->outputs,
                              &e->d_outputs));
    if (e->n_pairs > 0)
        PEN_TRY(
            engine_upload(e->queue, e->pairs, (size_t)e->n_pairs * sizeof *e->pairs, &e->d_pairs));
    return PEN_OK;
}

pen_status simulation_check_payoff(const char *function, const pen_simulation *s,
                                   const pen_payoff *payoff)
{
    if (payoff->n_assets > s->n_assets)
        return pen_fail(PEN_E_ARG, "%s: the payoff %s reads S%zu, but there %s %zu asset%s",
                        function, payoff->text, payoff->n_assets, s->n_assets == 1 ? "is" : "are",
                        s->n_assets, s->n_assets == 1 ? "" : "s");
    const pen_process_info *info = pen_process_describe(s->process);
    for (int k = 0; info != NULL && info->second == NULL && k < payoff->graph.count; k++)
        if (payoff->graph.nodes[k].kind == NODE_SECOND)
            return pen_fail(PEN_E_ARG, "%s: the payoff %s reads V, which %s has not", function,
                            payoff->text, info->name);
    return PEN_OK;
}

pen_status engine_open(const char *function, pen_queue *queue, pen_dtype dtype,
                       const pen_simulation *simulation, const payoff_graph *g, const int *roots,
                       int n_roots, const int (*pairs)[2], int n_pairs, engine *out)
{
    *out = (engine){ .simulation = simulation,
                     .queue = queue,
                     .dtype = dtype,
                     .n_outputs = n_roots,
                     .pairs = pairs,
                     .n_pairs = n_pairs };
    PEN_TRY(process_model_make(function, simulation, &out->model));
    payoff_constants constants = { .horizon_yr = simulation->horizon_yr,
                                   .n_dates = (double)simulation->n_dates,
                                   .rate_frac = simulation->rate_frac,
                                   .start_px = simulation->initial_px,
                                   .n_assets = simulation->n_assets };
    PEN_TRY(payoff_compile(g, &constants, roots, n_roots, &out->program));
    return upload_all(out);
}

void engine_close(engine *e)
{
    void *const addresses[] = { e->d_model, e->d_history, e->d_start, e->d_program,
                                e->d_held,  e->d_outputs, e->d_pairs };
    for (size_t k = 0; k < PEN_COUNT(addresses); k++)
        pen_device_free(pen_queue_device(e->queue), addresses[k]);
    payoff_program_clear(&e->program);
    process_model_clear(&e->model);
}

pen_status engine_launch(engine *e, size_t from, size_t n_paths, const engine_arrays *arrays)
{
    const pen_simulation *s = e->simulation;
    const payoff_program *p = &e->program;
    int process = (int)s->process, is_log = e->model.is_log, n_assets = (int)s->n_assets;
    int n_factors = e->model.n_factors, n_dates = (int)s->n_dates;
    int n_substeps = (int)s->n_substeps, n_history = (int)s->n_history;
    int is_antithetic = s->is_antithetic, reads_dates = p->reads_dates || arrays->paths != NULL;
    int n_date_ops = p->n_date_ops, n_ops = p->n_ops, first_held = p->first_held;
    int n_held = p->n_held, before_row = p->before_row, second_row = p->second_row;
    int n_outputs = e->n_outputs, n_pairs = e->n_pairs;
    scalar second_start = scalar_of(e->dtype, e->model.second_start);
    scalar date_yr = scalar_of(e->dtype, s->horizon_yr / (double)s->n_dates);
    uint64_t seed = s->seed;
    uint32_t replicate = s->replicate, first_path = s->first_path + (uint32_t)from;
    int64_t count = (int64_t)n_paths;
    void *normals = arrays->normals, *values = arrays->values, *paths = arrays->paths;
    void *sums = arrays->sums;
    int64_t values_stride = (int64_t)arrays->values_stride;
    int64_t paths_stride = (int64_t)arrays->paths_stride;
    void *args[] = { &process,     &is_log,        &n_assets,      &n_factors,    &n_dates,
                     &n_substeps,  &e->d_model,    &second_start,  &e->d_history, &n_history,
                     &e->d_start,  &normals,       &seed,          &replicate,    &first_path,
                     &count,       &is_antithetic, &e->d_program,  &n_date_ops,   &n_ops,
                     &e->d_held,   &first_held,    &n_held,        &before_row,   &second_row,
                     &reads_dates, &date_yr,       &e->d_outputs,  &n_outputs,    &e->d_pairs,
                     &n_pairs,     &values,        &values_stride, &paths,        &paths_stride,
                     &sums };
    pen_grid grid = pen_groups((n_paths + PATHS_PER_GROUP - 1) / PATHS_PER_GROUP);
    size_t steps = s->n_dates * s->n_substeps;
    grid.weight = PATHS_PER_GROUP * (steps < 1000000 ? steps : 1000000) * (size_t)n_factors * 2;
    return pen_launch(e->queue, "simulate", e->dtype, grid, args, PEN_COUNT(args));
}
