/* What tests of indicators share: bars, running a plan on them, and comparing
 * every output with a reference computed straight from the definition. */
#ifndef INDICATOR_CHECK_H
#define INDICATOR_CHECK_H

#include "check.h"
#include "device_matrix.h"
#include "machine/base/rng.h"
#include "machine/base/status.h"
#include "penstock/indicator.h"

typedef long double wide;

/* One series of bars.  A reference writes n values of each output, NaN where it is not
 * defined; `out` comes filled with NaN. */
typedef struct ref_in {
    const double *open, *high, *low, *close, *volume;
    int n;
} ref_in;
typedef void ref_fn(const ref_in *in, const double *params, double *const *out);

typedef struct reference {
    const char *call;
    double params[PEN_INDICATOR_MAX_PARAMS];
    ref_fn *fn;
    double tol;     /* in f64, of the column's scale */
    double tol_f32; /* 0: tol times 2^29 */
} reference;

enum { OPEN, HIGH, LOW, CLOSE, VOLUME, SESSION, N_COLUMNS };
enum { SESSION_BARS = 13 }; /* bars of a session */

/* wide[column][series * n_points + point] */
typedef struct bars {
    size_t n_series, n_points;
    double *wide[N_COLUMNS];
} bars;

static inline bars make_bars(size_t n_series, size_t n_points, uint64_t seed)
{
    bars b = { .n_series = n_series, .n_points = n_points };
    for (int c = 0; c < N_COLUMNS; c++)
        b.wide[c] = calloc(n_series * n_points + 1, sizeof(double));
    for (size_t s = 0; s < n_series; s++) {
        pen_rng rng;
        pen_rng_init(&rng, seed, (uint32_t)s, 0, 0);
        double px = 50 + 100 * pen_rng_uniform(&rng);
        for (size_t t = 0; t < n_points; t++) {
            size_t i = s * n_points + t;
            double last = px;
            px *= 1 + 0.02 * (pen_rng_uniform(&rng) - 0.5);
            double open = last * (1 + 0.004 * (pen_rng_uniform(&rng) - 0.5));
            double top = px > open ? px : open, bottom = px > open ? open : px;
            /* values that f32 holds exactly, so that one reference serves both */
            b.wide[OPEN][i] = (float)open;
            b.wide[CLOSE][i] = (float)px;
            b.wide[HIGH][i] = (float)(top * (1 + 0.01 * pen_rng_uniform(&rng)));
            b.wide[LOW][i] = (float)(bottom * (1 - 0.01 * pen_rng_uniform(&rng)));
            b.wide[SESSION][i] = (double)(t / SESSION_BARS);
            b.wide[VOLUME][i] = (double)(1 + (int)(10000 * pen_rng_uniform(&rng)));
        }
    }
    return b;
}

static inline void free_bars(bars *b)
{
    for (int c = 0; c < N_COLUMNS; c++)
        free(b->wide[c]);
}

static inline int column_of(const char *name)
{
    static const char *const names[N_COLUMNS] = { "open",  "high",   "low",
                                                  "close", "volume", "session" };
    for (int c = 0; c < N_COLUMNS; c++)
        if (strcmp(name, names[c]) == 0)
            return c;
    return CLOSE;
}

/* Copies doubles into a new panel on the queue's device. */
static inline pen_panel *to_panel(pen_queue *queue, pen_dtype dtype, const double *x,
                                  size_t n_series, size_t n_points)
{
    pen_panel *panel = NULL;
    size_t n = n_series * n_points;
    float *narrow = calloc(n + 1, sizeof *narrow);
    for (size_t i = 0; i < n; i++)
        narrow[i] = (float)x[i];
    CHECK_OK(pen_panel_create(pen_queue_device(queue), dtype, n_series, n_points, &panel));
    const void *from = dtype == PEN_F32 ? (const void *)narrow : x;
    CHECK_OK(pen_panel_write(queue, panel, from, n_points));
    CHECK_OK(pen_queue_wait(queue));
    free(narrow);
    return panel;
}

/* Runs a plan; out: [outputs][n_series][n_points] of dtype. */
static inline pen_status run_compiled(pen_queue *queue, const pen_plan *plan, pen_dtype dtype,
                                      const bars *b, void *out)
{
    pen_panel *inputs[6] = { NULL }, *result = NULL;
    for (size_t i = 0; i < pen_plan_input_count(plan); i++)
        inputs[i] = to_panel(queue, dtype, b->wide[column_of(pen_plan_input(plan, i))], b->n_series,
                             b->n_points);
    pen_status s =
        pen_panel_create(pen_queue_device(queue), dtype, pen_plan_output_count(plan) * b->n_series,
                         b->n_points, &result);
    if (s == PEN_OK)
        s = pen_plan_run(queue, plan, (const pen_panel *const *)inputs, result);
    if (s == PEN_OK)
        s = pen_panel_read(queue, out, b->n_points, result);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    for (size_t i = 0; i < 6; i++)
        pen_panel_destroy(inputs[i]);
    pen_panel_destroy(result);
    return s;
}

static inline pen_status run_plan(pen_queue *queue, const char *text, pen_dtype dtype,
                                  const bars *b, void *out)
{
    pen_plan *plan;
    PEN_TRY(pen_plan_create(text, &plan));
    pen_status s = run_compiled(queue, plan, dtype, b, out);
    pen_plan_destroy(plan);
    return s;
}

static inline double at(const void *data, pen_dtype dtype, size_t i)
{
    return dtype == PEN_F32 ? (double)((const float *)data)[i] : ((const double *)data)[i];
}

/* One output of one series against its reference. */
static inline void check_output(const char *label, const void *got, pen_dtype dtype,
                                const double *want, size_t n, double tol)
{
    double scale = 0;
    for (size_t t = 0; t < n; t++)
        if (isfinite(want[t]))
            scale = fmax(scale, fabs(want[t]));
    if (scale == 0)
        scale = 1;
    for (size_t t = 0; t < n; t++) {
        char where[192];
        snprintf(where, sizeof where, "%s %s n=%zu t=%zu", label, pen_dtype_name(dtype), n, t);
        CHECK_NEAR(where, at(got, dtype, t), want[t], tol * scale);
    }
}

static inline void check_reference(pen_queue *queue, const reference *ref, pen_dtype dtype,
                                   size_t n_series, size_t n_points)
{
    bars b = make_bars(n_series, n_points, 7);
    size_t bytes = pen_dtype_bytes(dtype), cells = n_series * n_points;
    double *want[PEN_INDICATOR_MAX_OUTPUTS];
    char *got = calloc(PEN_INDICATOR_MAX_OUTPUTS * cells + 1, bytes), name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(ref->call, ":@"), ref->call);
    const pen_indicator *about = pen_indicator_find(name);
    double tol = ref->tol;
    if (dtype == PEN_F32)
        tol = ref->tol_f32 > 0 ? ref->tol_f32 : tol * 0x1p29;
    CHECK(about != NULL);
    CHECK_OK(run_plan(queue, ref->call, dtype, &b, got));
    for (size_t s = 0; s < n_series && about != NULL; s++) {
        size_t from = s * n_points;
        ref_in in = { b.wide[OPEN] + from,  b.wide[HIGH] + from,   b.wide[LOW] + from,
                      b.wide[CLOSE] + from, b.wide[VOLUME] + from, (int)n_points };
        for (size_t o = 0; o < about->n_outputs; o++) {
            want[o] = calloc(n_points + 1, sizeof **want);
            for (size_t t = 0; t < n_points; t++)
                want[o][t] = NAN;
        }
        ref->fn(&in, ref->params, want);
        for (size_t o = 0; o < about->n_outputs; o++) {
            char label[96];
            snprintf(label, sizeof label, "%s %s", ref->call, about->outputs[o]);
            check_output(label, got + (o * cells + from) * bytes, dtype, want[o], n_points, tol);
            free(want[o]);
        }
    }
    free(got);
    free_bars(&b);
}

/* Every reference of a family, in both precisions and many shapes, on the processor. */
static inline void check_references(const reference *refs, size_t count)
{
    pen_device *cpu;
    pen_queue *queue;
    CHECK_OK(pen_device_open("cpu", &cpu));
    CHECK_OK(pen_queue_create(cpu, &queue));
    static const size_t points[] = { 0, 1, 2, 14, 15, 20, 31, 32, 33, 64, 65, 127, 500, 1001 };
    static const size_t series[] = { 1, 2, 17, 33 };
    for (size_t r = 0; r < count; r++)
        for (size_t p = 0; p < COUNT(points); p++)
            for (int d = 0; d < 2; d++)
                check_reference(queue, &refs[r], (pen_dtype)d, series[(r + p) % COUNT(series)],
                                points[p]);
    pen_queue_destroy(queue);
    pen_device_close(cpu);
}

/* A stream of the plan, bar by bar over the one series, gives the bits of one run. */
static inline void check_stream_is_run(pen_queue *queue, const pen_plan *plan, const bars *b)
{
    size_t n = b->n_points, n_out = pen_plan_output_count(plan);
    double *want = calloc(n_out * n, sizeof *want), bar[6], out[64];
    pen_stream *stream;
    CHECK_OK(run_compiled(queue, plan, PEN_F64, b, want));
    CHECK_OK(pen_stream_create(queue, plan, PEN_F64, 1, &stream));
    for (size_t t = 0; t < n; t++) {
        for (size_t i = 0; i < pen_plan_input_count(plan); i++)
            bar[i] = b->wide[column_of(pen_plan_input(plan, i))][t];
        CHECK_OK(pen_stream_update(stream, bar, out));
        for (size_t o = 0; o < n_out; o++)
            CHECK_NEAR(pen_plan_output(plan, o), out[o], want[o * n + t], 0);
    }
    pen_stream_destroy(stream);
    free(want);
}

/* ---- Pieces of references, in long double ---- */

/* Mean and sum of squared deviations of the n values that end at t. */
static inline wide ref_mean(const double *x, int t, int n)
{
    wide sum = 0;
    for (int k = 0; k < n; k++)
        sum += x[t - k];
    return sum / n;
}
static inline wide ref_deviation2(const double *x, int t, int n)
{
    wide mean = ref_mean(x, t, n), sum = 0;
    for (int k = 0; k < n; k++)
        sum += (x[t - k] - mean) * (x[t - k] - mean);
    return sum;
}

/* e[first] = mean of the n values up to it; then e += alpha (x - e). */
static inline void ref_average(const wide *x, int count, int n, int first, wide alpha, wide *out)
{
    wide sum = 0;
    for (int t = first - n + 1; t <= first && t < count; t++)
        sum += x[t];
    for (int t = 0; t < count; t++)
        out[t] = t < first ? NAN : t == first ? sum / n : out[t - 1] + alpha * (x[t] - out[t - 1]);
}

static inline wide *ref_wide(const double *x, int n)
{
    wide *out = calloc((size_t)n + 1, sizeof *out);
    for (int t = 0; t < n; t++)
        out[t] = x[t];
    return out;
}

static inline void ref_narrow(const wide *x, int n, int first, double *out)
{
    for (int t = 0; t < n; t++)
        out[t] = t < first ? NAN : (double)x[t];
}

/* main() of a test whose `cpu` and `cpu_queue` are open while it runs. */
#define CPU_TEST_MAIN(tests)                                                                       \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        CHECK_OK(pen_device_open("cpu", &cpu));                                                    \
        CHECK_OK(pen_queue_create(cpu, &cpu_queue));                                               \
        int code = check_main_(tests, COUNT(tests), argc, argv);                                   \
        pen_queue_destroy(cpu_queue);                                                              \
        pen_device_close(cpu);                                                                     \
        return code;                                                                               \
    }

#endif
