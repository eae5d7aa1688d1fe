/* Models and payoff programs on the device. */
#define _POSIX_C_SOURCE 200809L
#include "engine.h"

#include <stdio.h>
#include <string.h>

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
    pen_free(e->definitions);
    payoff_program_clear(&e->program);
    process_model_clear(&e->model);
}

/* The arguments of PROCESS_ARGS in simulate.k. */
enum { PROCESS_ARGS = 16 };
typedef struct process_args {
    int process, is_log, n_assets, n_factors, n_dates, n_substeps, n_history;
    scalar second_start;
    void *normals;
    uint64_t seed;
    uint32_t replicate, first_path;
    int64_t n_paths;
} process_args;

static void pass_process(engine *e, size_t from, size_t n_paths, void *normals,
                         process_args *values, void **args)
{
    const pen_simulation *s = e->simulation;
    *values = (process_args){ .process = (int)s->process,
                              .is_log = e->model.is_log,
                              .n_assets = (int)s->n_assets,
                              .n_factors = e->model.n_factors,
                              .n_dates = (int)s->n_dates,
                              .n_substeps = (int)s->n_substeps,
                              .n_history = (int)s->n_history,
                              .second_start = scalar_of(e->dtype, e->model.second_start),
                              .normals = normals,
                              .seed = s->seed,
                              .replicate = s->replicate,
                              .first_path = s->first_path + (uint32_t)from,
                              .n_paths = (int64_t)n_paths };
    void *addresses[PROCESS_ARGS] = {
        &values->process, &values->is_log,     &values->n_assets,   &values->n_factors,
        &values->n_dates, &values->n_substeps, &e->d_model,         &values->second_start,
        &e->d_history,    &values->n_history,  &e->d_start,         &values->normals,
        &values->seed,    &values->replicate,  &values->first_path, &values->n_paths
    };
    memcpy(args, addresses, sizeof addresses);
}

static pen_grid grid_of(const engine *e, size_t n_paths)
{
    pen_grid grid = pen_groups((n_paths + PATHS_PER_GROUP - 1) / PATHS_PER_GROUP);
    size_t steps = e->simulation->n_dates * e->simulation->n_substeps;
    grid.weight =
        PATHS_PER_GROUP * (steps < 1000000 ? steps : 1000000) * (size_t)e->model.n_factors * 2;
    return grid;
}

/* ---- the kernel's text for one model and program ---- */

static void put_ops(FILE *out, const char *name, const int *ops, int from, int to)
{
    fprintf(out, "#define %s(OP)", name);
    for (int k = from; k < to; k++) {
        const int *op = ops + k * PAYOFF_WORDS;
        fprintf(out, " OP(%d, %d, %d, %d, %d)", op[0], op[1], op[2], op[3], op[4]);
    }
    fputc('\n', out);
}

static int rows_of(const payoff_program *p)
{
    int highest = p->first_held + p->n_held;
    for (int k = 0; k < p->n_ops; k++)
        for (int w = 1; w < PAYOFF_WORDS; w++)
            if (p->ops[k * PAYOFF_WORDS + w] >= highest)
                highest = p->ops[k * PAYOFF_WORDS + w] + 1;
    return highest;
}

/* Creates e->definitions. */
static pen_status define(engine *e)
{
    const payoff_program *p = &e->program;
    const pen_simulation *s = e->simulation;
    size_t bytes = 1024 + 40 * (size_t)(p->n_ops + e->n_outputs);
    PEN_TRY(pen_alloc(bytes, 1, (void **)&e->definitions));
    FILE *out = fmemopen(e->definitions, bytes, "w");
    if (out == NULL)
        return pen_fail(PEN_E_NOMEM, "no memory for a kernel's text");
    const struct {
        const char *name;
        int value;
    } constants[] = {
        { "PROCESS", (int)s->process },     { "IS_LOG", e->model.is_log },
        { "ASSETS", (int)s->n_assets },     { "FACTORS", e->model.n_factors },
        { "SUBSTEPS", (int)s->n_substeps }, { "ROWS", rows_of(p) },
        { "OUTPUTS", e->n_outputs },        { "READS_DATES", p->reads_dates },
        { "FIRST_HELD", p->first_held },    { "HELD", p->n_held },
        { "BEFORE_ROW", p->before_row },    { "SECOND_ROW", p->second_row },
    };
    for (size_t k = 0; k < PEN_COUNT(constants); k++)
        fprintf(out, "#define SPECIAL_%s (%d)\n", constants[k].name, constants[k].value);
    put_ops(out, "PAYOFF_AT_DATES", p->ops, 0, p->n_date_ops);
    put_ops(out, "PAYOFF_AT_END", p->ops, p->n_date_ops, p->n_ops);
    fprintf(out, "#define PAYOFF_GIVES(OP)");
    for (int k = 0; k < e->n_outputs; k++)
        fprintf(out, " OP(%d, %d)", k, p->outputs[k]);
    fputc('\n', out);
    bool is_whole = fflush(out) == 0 && !ferror(out);
    fclose(out);
    return is_whole ? PEN_OK
                    : pen_fail(PEN_E_INTERNAL, "a kernel's text is longer than %zu", bytes);
}

/* Building takes seconds, which pay from about as much work on; on a processor's own OpenCL, never.
 */
static const double SPECIAL_FROM_STEPS = 5e9;

static bool is_worth_compiling(const engine *e)
{
    pen_device *device = pen_queue_device(e->queue);
    return !pen_device_describe(device)->is_integrated && e->steps_asked >= SPECIAL_FROM_STEPS;
}

static pen_status choose_text(engine *e, size_t n_paths, pen_grid *grid)
{
    const pen_simulation *s = e->simulation;
    e->steps_asked += (double)n_paths * (double)s->n_dates * (double)s->n_substeps;
    bool wants = s->compile == PEN_COMPILE_ALWAYS ||
                 (s->compile == PEN_COMPILE_AUTO && is_worth_compiling(e));
    if (!wants || pen_device_is_host(pen_queue_device(e->queue)))
        return PEN_OK;
    if (e->definitions == NULL)
        PEN_TRY(define(e));
    grid->definitions = e->definitions;
    return PEN_OK;
}

pen_status engine_launch(engine *e, size_t from, size_t n_paths, const engine_arrays *arrays)
{
    const payoff_program *p = &e->program;
    int is_antithetic = e->simulation->is_antithetic,
        reads_dates = p->reads_dates || arrays->dates != NULL;
    int n_date_ops = p->n_date_ops, n_ops = p->n_ops, first_held = p->first_held;
    int n_held = p->n_held, before_row = p->before_row, second_row = p->second_row;
    int n_outputs = e->n_outputs, n_pairs = e->n_pairs;
    scalar date_yr =
        scalar_of(e->dtype, e->simulation->horizon_yr / (double)e->simulation->n_dates);
    void *values = arrays->values, *sums = arrays->sums, *dates = arrays->dates;
    int64_t values_stride = (int64_t)arrays->values_stride;
    int64_t dates_stride = (int64_t)arrays->dates_stride;
    process_args process;
    void *args[PROCESS_ARGS + 20];
    pass_process(e, from, n_paths, arrays->normals, &process, args);
    void *const rest[] = {
        &is_antithetic, &e->d_program,  &n_date_ops, &n_ops,      &e->d_held,
        &first_held,    &n_held,        &before_row, &second_row, &reads_dates,
        &date_yr,       &e->d_outputs,  &n_outputs,  &e->d_pairs, &n_pairs,
        &values,        &values_stride, &sums,       &dates,      &dates_stride
    };
    memcpy(args + PROCESS_ARGS, rest, sizeof rest);
    pen_grid grid = grid_of(e, n_paths);
    if (dates == NULL)
        PEN_TRY(choose_text(e, n_paths, &grid));
    return pen_launch(e->queue, "simulate", e->dtype, grid, args, PEN_COUNT(args));
}

pen_status engine_launch_paths(engine *e, size_t n_paths, void *paths, size_t stride)
{
    int64_t apart = (int64_t)stride;
    process_args process;
    void *args[PROCESS_ARGS + 2];
    pass_process(e, 0, n_paths, NULL, &process, args);
    args[PROCESS_ARGS] = &paths;
    args[PROCESS_ARGS + 1] = &apart;
    return pen_launch(e->queue, "simulate_paths", e->dtype, grid_of(e, n_paths), args,
                      PEN_COUNT(args));
}
