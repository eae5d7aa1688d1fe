/* Every indicator of the catalogue with its defaults, over one long series and many short
 * ones, against the function of TA-Lib that has its name.  Only on request: it takes
 * minutes.  Before it is timed, a result is held against the same plan over the first
 * bars of the first series, which runs unchunked and alone. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/rng.h"
#include "../tests/talib.h"
#include "bench.h"

enum { OPEN, HIGH, LOW, CLOSE, VOLUME, OTHER, COLUMNS, MOST = 512, CHECKED = 1500, NAME = 64 };

typedef struct shape {
    const char *name;
    size_t n_series, n_points;
} shape;

static const shape shapes[] = { { "1x1m", 1, 1000000 }, { "1000x2000", 1000, 2000 } };

typedef struct job {
    const pen_indicator *about;
    const shape *shape;
} job;

typedef struct work {
    pen_plan *plan;
    double *columns[COLUMNS]; /* [n_series][n_points] */
    pen_panel *inputs[PEN_INDICATOR_MAX_INPUTS], *out;
    double *real; /* TA-Lib's [outputs][n_points] */
    int *whole;
    const ta_function *function;
} work;

/* ---- Bars ---- */

static int column_of(const char *name)
{
    static const char *const names[] = { "open", "high", "low", "close", "volume" };
    for (int c = 0; c < OTHER; c++)
        if (strcmp(names[c], name) == 0)
            return c;
    return OTHER;
}

/* Prices around 100; the other column (sessions, periods) is 20 to 29, new every 20 bars. */
static void fill_columns(const shape *of, double *const *columns)
{
    for (size_t s = 0; s < of->n_series; s++) {
        pen_rng rng;
        pen_rng_init(&rng, 5, (uint32_t)s, 0, 0);
        double last = 100;
        for (size_t t = 0; t < of->n_points; t++) {
            size_t at = s * of->n_points + t;
            double move = 0.02 * (pen_rng_uniform(&rng) - 0.5) - 1e-5 * (last - 100);
            double close = round(last * (1 + move) * 100) / 100;
            double top = fmax(last, close) + floor(30 * pen_rng_uniform(&rng)) / 100;
            double bottom = fmin(last, close) - floor(30 * pen_rng_uniform(&rng)) / 100;
            double values[COLUMNS] = { last, top, bottom, close };
            values[VOLUME] = 1 + floor(10000 * pen_rng_uniform(&rng));
            values[OTHER] = 20 + (double)(t / 20 % 10);
            for (int c = 0; c < COLUMNS; c++)
                columns[c][at] = values[c];
            last = close;
        }
    }
}

static pen_status prepare(bench *b)
{
    const job *j = b->test->with;
    size_t cells = j->shape->n_series * j->shape->n_points;
    work *w;
    PEN_TRY(PEN_NEW(&w));
    b->state = w;
    b->items = cells;
    PEN_TRY(pen_plan_create(j->about->name, &w->plan));
    for (int c = 0; c < COLUMNS; c++)
        PEN_TRY(pen_alloc_array(cells, sizeof(double), (void **)&w->columns[c]));
    fill_columns(j->shape, w->columns);
    for (size_t i = 0; i < pen_plan_input_count(w->plan); i++) {
        const double *x = w->columns[column_of(pen_plan_input(w->plan, i))];
        PEN_TRY(pen_panel_create(b->device, PEN_F64, j->shape->n_series, j->shape->n_points,
                                 &w->inputs[i]));
        PEN_TRY(pen_panel_write(b->queue, w->inputs[i], x, j->shape->n_points));
        PEN_TRY(pen_queue_wait(b->queue));
    }
    return pen_panel_create(b->device, PEN_F64, j->about->n_outputs * j->shape->n_series,
                            j->shape->n_points, &w->out);
}

static void clear(bench *b)
{
    work *w = b->state;
    if (w == NULL)
        return;
    for (size_t i = 0; i < PEN_COUNT(w->inputs); i++)
        pen_panel_destroy(w->inputs[i]);
    for (int c = 0; c < COLUMNS; c++)
        pen_free(w->columns[c]);
    pen_panel_destroy(w->out);
    pen_plan_destroy(w->plan);
    pen_free(w->real);
    pen_free(w->whole);
    pen_free(w);
    b->state = NULL;
}

static pen_status run(bench *b)
{
    work *w = b->state;
    return pen_plan_run(b->queue, w->plan, (const pen_panel *const *)w->inputs, w->out);
}

/* ---- Checking ---- */

/* The same bits, or NaN in both. */
static bool is_same(double x, double y)
{
    return (isnan(x) && isnan(y)) || memcmp(&x, &y, sizeof x) == 0;
}

/* The plan over the first bars of the first series, on cpu:0; out: [outputs][CHECKED]. */
static pen_status run_short(const work *w, double *out, size_t n_outputs)
{
    pen_device *cpu;
    pen_queue *queue = NULL;
    pen_panel *inputs[PEN_INDICATOR_MAX_INPUTS] = { NULL }, *result = NULL;
    PEN_TRY(pen_device_open("cpu", &cpu));
    pen_status s = pen_queue_create(cpu, &queue);
    for (size_t i = 0; i < pen_plan_input_count(w->plan) && s == PEN_OK; i++)
        s = pen_panel_wrap(PEN_F64, w->columns[column_of(pen_plan_input(w->plan, i))], 1, CHECKED,
                           CHECKED, &inputs[i]);
    if (s == PEN_OK)
        s = pen_panel_wrap(PEN_F64, out, n_outputs, CHECKED, CHECKED, &result);
    if (s == PEN_OK)
        s = pen_plan_run(queue, w->plan, (const pen_panel *const *)inputs, result);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    for (size_t i = 0; i < PEN_COUNT(inputs); i++)
        pen_panel_destroy(inputs[i]);
    pen_panel_destroy(result);
    pen_queue_destroy(queue);
    pen_device_close(cpu);
    return s;
}

static pen_status check(bench *b)
{
    const job *j = b->test->with;
    const work *w = b->state;
    size_t n = j->shape->n_points, n_outputs = j->about->n_outputs;
    double *got = NULL, *want = NULL;
    pen_status s = pen_alloc(n_outputs * j->shape->n_series * n, sizeof *got, (void **)&got);
    if (s == PEN_OK)
        s = pen_alloc(n_outputs * CHECKED, sizeof *want, (void **)&want);
    if (s == PEN_OK)
        s = pen_panel_read(b->queue, got, n, w->out);
    if (s == PEN_OK)
        s = pen_queue_wait(b->queue);
    if (s == PEN_OK)
        s = run_short(w, want, n_outputs);
    for (size_t o = 0; o < n_outputs && s == PEN_OK; o++)
        for (size_t t = 0; t < CHECKED && s == PEN_OK; t++) {
            double x = got[o * j->shape->n_series * n + t], y = want[o * CHECKED + t];
            if (!is_same(x, y))
                s = pen_fail(PEN_E_INTERNAL, "output %zu at %zu is %.17g, alone %.17g", o, t, x, y);
        }
    pen_free(got);
    pen_free(want);
    return s;
}

/* ---- TA-Lib ---- */

static pen_status open_peer(const job *j, work *w)
{
    static int state; /* 0: not tried, 1: there, -1: not */
    if (state == 0)
        state = open_talib() ? 1 : -1;
    w->function = state > 0 ? find_function(j->about->name) : NULL;
    if (w->function == NULL)
        return PEN_E_UNSUPPORTED;
    size_t n = j->about->n_outputs * j->shape->n_series * j->shape->n_points;
    PEN_TRY(pen_alloc_array(n, sizeof *w->real, (void **)&w->real));
    return pen_alloc_array(n, sizeof *w->whole, (void **)&w->whole);
}

/* Sets what series `s` reads and writes; as in a panel, the results of all series are kept. */
static void set_arrays(void *call, const job *j, const work *w, size_t s)
{
    size_t n = j->shape->n_points, at = s * n, kept = at * j->about->n_outputs, next = 0;
    double *const *c = w->columns;
    for (unsigned i = 0; i < w->function->n_inputs; i++) {
        const ta_about *input;
        ta.input(w->function->handle, i, &input);
        if (input->type == TA_PRICE)
            ta.set_price(call, i, c[OPEN] + at, c[HIGH] + at, c[LOW] + at, c[CLOSE] + at,
                         c[VOLUME] + at, NULL);
        else
            ta.set_real(call, i, c[column_of(j->about->inputs[next++])] + at);
    }
    for (unsigned o = 0; o < w->function->n_outputs; o++) {
        const ta_about *output;
        ta.output(w->function->handle, o, &output);
        if (output->type == TA_OUT_REAL)
            ta.set_real_out(call, o, w->real + kept + o * n);
        else
            ta.set_int_out(call, o, w->whole + kept + o * n);
    }
}

static pen_status peer(bench *b)
{
    const job *j = b->test->with;
    work *w = b->state;
    if (w->function == NULL)
        PEN_TRY(open_peer(j, w));
    void *call;
    int begin, count, code = ta.open_call(w->function->handle, &call);
    for (unsigned i = 0; i < w->function->n_params && code == 0; i++) {
        const ta_about *param;
        ta.param(w->function->handle, i, &param);
        double value = j->about->params[i].fallback;
        code = param->type == TA_PARAM_REAL || param->type == TA_PARAM_REAL_LIST
                   ? ta.set_real_param(call, i, value)
                   : ta.set_int_param(call, i, (int)value);
    }
    for (size_t s = 0; s < j->shape->n_series && code == 0; s++) {
        set_arrays(call, j, w, s);
        code = ta.call(call, 0, (int)j->shape->n_points - 1, &begin, &count);
    }
    ta.close_call(call);
    return code == 0 ? PEN_OK
                     : pen_fail(PEN_E_INTERNAL, "TA-Lib: %s: code %d", j->about->name, code);
}

/* ---- The list, made from the catalogue ---- */

static job jobs[MOST];
static bench_case cases[MOST];
static char names[MOST][NAME];
bench_area bench_catalogue = { .name = "catalogue", .cases = cases };

void bench_catalogue_fill(void)
{
    size_t n = 0;
    for (size_t i = 0; i < pen_indicator_count(); i++)
        for (size_t s = 0; s < PEN_COUNT(shapes) && n < MOST; s++, n++) {
            const pen_indicator *about = pen_indicator_at(i);
            snprintf(names[n], NAME, "catalogue_%s_%s", about->name, shapes[s].name);
            jobs[n] = (job){ about, &shapes[s] };
            cases[n] = (bench_case){
                .name = names[n],
                .item = "point",
                .dtype = PEN_F64,
                .bytes_per_item = 8 * (double)(about->n_inputs + about->n_outputs),
                .prepare = prepare,
                .run = run,
                .check = check,
                .clear = clear,
                .peer_name = "TA-Lib",
                .peer = peer,
                .with = &jobs[n],
            };
        }
    bench_catalogue.count = n;
}
