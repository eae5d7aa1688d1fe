/* All candlestick patterns over many short series and one long one.  Checked are what values
 * there are at all, and two patterns from their definitions (tests/test_candle.c checks all);
 * the peer is TA-Lib, opened if it is there, each function once a series. */
#include "bench_candles.h"

#include <ctype.h>
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/rng.h"
#include "../src/machine/base/status.h"

enum { INPUTS = 4, OPEN = 0, HIGH = 1, LOW = 2, CLOSE = 3, MOST = 100, PERIOD = 10 };

typedef int talib_fn(int from, int to, const double *open, const double *high, const double *low,
                     const double *close, int *begin, int *count, int *out);
typedef int talib_into_fn(int from, int to, const double *open, const double *high,
                          const double *low, const double *close, double into, int *begin,
                          int *count, int *out);
typedef union talib_any {
    void *object;
    talib_fn *plain;
    talib_into_fn *into;
} talib_any;

typedef struct work {
    pen_plan *plan;
    pen_panel *inputs[INPUTS], *out;
    double *prices; /* [INPUTS][n_series][n_points] */
    const pen_indicator *patterns[MOST];
    size_t n_patterns;
    void *library;
    talib_any talib[MOST];
    int *results; /* the peer's */
} work;

/* ---- Preparing ---- */

/* Every pattern of the catalogue; names, with blanks between them. */
static void list_patterns(work *w, char *text)
{
    for (size_t i = 0; i < pen_indicator_count() && w->n_patterns < MOST; i++) {
        const pen_indicator *about = pen_indicator_at(i);
        if (strcmp(about->family, "candle") != 0)
            continue;
        w->patterns[w->n_patterns++] = about;
        strcat(strcat(text, about->name), " ");
    }
}

/* A walk with gaps, small bodies and bars without shadows, on ticks of 1 / 64 that a float
 * holds exactly. */
static void make_prices(const candles_job *j, double *prices)
{
    size_t cells = j->n_series * j->n_points;
    for (size_t s = 0; s < j->n_series; s++) {
        pen_rng rng;
        pen_rng_init(&rng, 7, (uint32_t)s, 0, 0);
        double close = 100;
        for (size_t t = 0; t < j->n_points; t++) {
            double *at = prices + s * j->n_points + t, size = pen_rng_uniform(&rng) < 0.3 ? 0.2 : 1;
            double open =
                close + (pen_rng_uniform(&rng) < 0.4 ? 2 : 0.2) * (pen_rng_uniform(&rng) - 0.5);
            close = open + 2 * size * (pen_rng_uniform(&rng) - 0.5) + 0.001 * (100 - open);
            double up = pen_rng_uniform(&rng) < 0.4 ? 0 : 0.7 * size * pen_rng_uniform(&rng);
            double down = pen_rng_uniform(&rng) < 0.4 ? 0 : 0.7 * size * pen_rng_uniform(&rng);
            at[OPEN * cells] = round(open * 64) / 64;
            at[HIGH * cells] = round((fmax(open, close) + up) * 64) / 64;
            at[LOW * cells] = round((fmin(open, close) - down) * 64) / 64;
            at[CLOSE * cells] = close = round(close * 64) / 64;
        }
    }
}

static pen_status load(bench *b, const double *prices, pen_panel **out)
{
    const candles_job *j = b->test->with;
    size_t cells = j->n_series * j->n_points;
    float *narrow = NULL;
    PEN_TRY(pen_panel_create(b->device, b->test->dtype, j->n_series, j->n_points, out));
    if (b->test->dtype == PEN_F32)
        PEN_TRY(pen_alloc_array(cells, sizeof *narrow, (void **)&narrow));
    for (size_t i = 0; narrow != NULL && i < cells; i++)
        narrow[i] = (float)prices[i];
    const void *from = narrow != NULL ? (const void *)narrow : prices;
    pen_status s = pen_panel_write(b->queue, *out, from, j->n_points);
    pen_status waited = pen_queue_wait(b->queue);
    pen_free(narrow);
    return s != PEN_OK ? s : waited;
}

pen_status candles_prepare(bench *b)
{
    const candles_job *j = b->test->with;
    size_t cells = j->n_series * j->n_points;
    char text[MOST * 32] = "";
    work *w;
    PEN_TRY(PEN_NEW(&w));
    b->state = w;
    b->items = cells;
    list_patterns(w, text);
    PEN_TRY(pen_plan_create(text, &w->plan));
    PEN_TRY(pen_alloc_array(INPUTS * cells, sizeof *w->prices, (void **)&w->prices));
    PEN_TRY(pen_alloc_array(j->n_points, sizeof *w->results, (void **)&w->results));
    make_prices(j, w->prices);
    for (size_t i = 0; i < pen_plan_input_count(w->plan); i++) {
        static const char order[] = "ohlc";
        const char *input = pen_plan_input(w->plan, i);
        size_t column = (size_t)(strchr(order, input[0]) - order);
        PEN_TRY(load(b, w->prices + column * cells, &w->inputs[i]));
    }
    return pen_panel_create(b->device, b->test->dtype, w->n_patterns * j->n_series, j->n_points,
                            &w->out);
}

void candles_clear(bench *b)
{
    work *w = b->state;
    if (w == NULL)
        return;
    for (size_t i = 0; i < INPUTS; i++)
        pen_panel_destroy(w->inputs[i]);
    pen_panel_destroy(w->out);
    pen_plan_destroy(w->plan);
    if (w->library != NULL)
        dlclose(w->library);
    pen_free(w->prices);
    pen_free(w->results);
    pen_free(w);
}

pen_status candles_run(bench *b)
{
    work *w = b->state;
    return pen_plan_run(b->queue, w->plan, (const pen_panel *const *)w->inputs, w->out);
}

/* ---- Checking ---- */

/* One series of prices. */
typedef struct series {
    const double *open, *high, *low, *close;
} series;

static int doji_at(const series *x, size_t t)
{
    double sum = 0;
    for (size_t k = 1; k <= PERIOD; k++)
        sum += x->high[t - k] - x->low[t - k];
    return fabs(x->close[t] - x->open[t]) <= 0.1 * (sum / PERIOD) ? 100 : 0;
}

static int engulfing_at(const series *x, size_t t)
{
    double o = x->open[t], c = x->close[t], last_o = x->open[t - 1], last_c = x->close[t - 1];
    double sign = c >= o ? 1 : -1;
    if ((last_c >= last_o) == (c >= o))
        return 0;
    double open = sign * (last_c - o), close = sign * (c - last_o);
    if (open < 0 || close < 0 || (open == 0 && close == 0))
        return 0;
    return (int)sign * (open > 0 && close > 0 ? 100 : 80);
}

static pen_status check_series(const work *w, size_t p, const series *x, const void *got,
                               size_t from, size_t n, pen_dtype dtype)
{
    const char *name = w->patterns[p]->name;
    bool is_doji = strcmp(name, "cdldoji") == 0, is_engulfing = strcmp(name, "cdlengulfing") == 0;
    size_t lookback = pen_plan_lookback(w->plan, p);
    for (size_t t = 0; t < n; t++) {
        double value = dtype == PEN_F32 ? (double)((const float *)got)[from + t]
                                        : ((const double *)got)[from + t];
        double size = fabs(value);
        bool is_right =
            t < lookback ? isnan(value) : size == 0 || size == 80 || size == 100 || size == 200;
        if (is_doji && t >= lookback)
            is_right &= value == doji_at(x, t);
        if (is_engulfing && t >= lookback)
            is_right &= value == engulfing_at(x, t);
        if (!is_right)
            return pen_fail(PEN_E_INTERNAL, "%s[%zu] is %g", name, t, value);
    }
    return PEN_OK;
}

/* The first, a middle and the last series of every pattern. */
pen_status candles_check(bench *b)
{
    const candles_job *j = b->test->with;
    work *w = b->state;
    size_t cells = j->n_series * j->n_points, n = j->n_points, stride = n;
    void *copy = NULL;
    const void *data = pen_panel_data(w->out);
    pen_status s = PEN_OK;
    if (pen_panel_is_host(w->out)) {
        stride = pen_panel_stride(w->out);
    } else {
        PEN_TRY(pen_alloc_array(w->n_patterns * cells, pen_dtype_bytes(b->test->dtype), &copy));
        s = pen_panel_read(b->queue, copy, n, w->out);
        pen_status waited = pen_queue_wait(b->queue);
        s = s != PEN_OK ? s : waited;
        data = copy;
    }
    for (size_t i = 0; i < 3 * w->n_patterns && s == PEN_OK; i++) {
        size_t p = i / 3, at = (j->n_series - 1) * (i % 3) / 2;
        const double *x = w->prices + at * n;
        series one = { x + OPEN * cells, x + HIGH * cells, x + LOW * cells, x + CLOSE * cells };
        s = check_series(w, p, &one, data, (p * j->n_series + at) * stride, n, b->test->dtype);
    }
    pen_free(copy);
    return s;
}

/* ---- The peer ---- */

static pen_status open_talib(work *w)
{
    const char *names[] = { getenv("PENSTOCK_LIBTALIB"), "libta-lib.so.0", "libta-lib.so",
                            "libta_lib.so.0" };
    for (size_t i = 0; i < PEN_COUNT(names) && w->library == NULL; i++)
        if (names[i] != NULL)
            w->library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (w->library == NULL)
        return pen_fail(PEN_E_UNSUPPORTED, "TA-Lib is not installed");
    union {
        void *object;
        int (*call)(void);
    } initialize = { dlsym(w->library, "TA_Initialize") };
    for (size_t p = 0; p < w->n_patterns; p++) {
        char symbol[64] = "TA_";
        for (size_t i = 0; w->patterns[p]->name[i] != '\0' && i < sizeof symbol - 4; i++)
            symbol[3 + i] = (char)toupper((unsigned char)w->patterns[p]->name[i]);
        w->talib[p].object = dlsym(w->library, symbol);
        if (w->talib[p].object == NULL)
            return pen_fail(PEN_E_UNSUPPORTED, "TA-Lib has no %s", symbol);
    }
    if (initialize.object == NULL || initialize.call() != 0)
        return pen_fail(PEN_E_UNSUPPORTED, "TA-Lib does not start");
    return PEN_OK;
}

pen_status candles_peer(bench *b)
{
    const candles_job *j = b->test->with;
    work *w = b->state;
    size_t cells = j->n_series * j->n_points;
    int last = (int)j->n_points - 1, begin, count;
    if (w->library == NULL)
        PEN_TRY(open_talib(w));
    for (size_t s = 0; s < j->n_series; s++)
        for (size_t p = 0; p < w->n_patterns; p++) {
            const double *o = w->prices + s * j->n_points, *h = o + cells, *l = h + cells;
            const double *c = l + cells;
            const pen_indicator *about = w->patterns[p];
            int code = about->n_params > 0
                           ? w->talib[p].into(0, last, o, h, l, c, about->params[0].fallback,
                                              &begin, &count, w->results)
                           : w->talib[p].plain(0, last, o, h, l, c, &begin, &count, w->results);
            if (code != 0)
                return pen_fail(PEN_E_INTERNAL, "TA-Lib failed at '%s'", about->name);
        }
    return PEN_OK;
}
