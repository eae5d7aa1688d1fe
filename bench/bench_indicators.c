/* Indicators: one call at a time and a plan of several, over many short series and one long
 * one.  Results are held against formulas written here in long double; the peer is TA-Lib,
 * opened if it is there (PENSTOCK_LIBTALIB names another file than the usual ones).  TA-Lib
 * computes in double, so it is the same peer for f32; a plan's peer is the sum of its calls. */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/rng.h"
#include "../src/machine/base/status.h"
#include "bench_candles.h"
#include "indicator_want.h"

enum { MOST_CALLS = 5, INPUTS = 3, CLOSE = 0, HIGH = 1, LOW = 2 };

/* A plan and what it asks for. */
typedef struct job {
    const char *text;
    size_t n_calls, n_series, n_points;
    struct {
        formula kind;
        int period;
    } calls[MOST_CALLS];
} job;

typedef struct work {
    pen_plan *plan;
    pen_panel *inputs[INPUTS], *out;
    double *prices;  /* [INPUTS][n_series][n_points] */
    double *results; /* the peer's [n_outputs][n_series][n_points] */
    double *want;    /* [MOST_OUTPUTS][n_points] of one call and series */
} work;

static size_t output_count(formula kind)
{
    return kind == MACD || kind == BBANDS ? 3 : kind == STOCH ? 2 : 1;
}

/* ---- Preparing ---- */

static int input_of(const char *name)
{
    return name[0] == 'h' ? HIGH : name[0] == 'l' ? LOW : CLOSE;
}

/* Prices around 100 that a float holds exactly, so that both types see the same. */
static void make_prices(const job *j, double *prices)
{
    size_t cells = j->n_series * j->n_points;
    for (size_t s = 0; s < j->n_series; s++) {
        pen_rng rng;
        pen_rng_init(&rng, 3, s, 0, 0);
        double price = 100, last = 100;
        for (size_t t = 0; t < j->n_points; t++, last = price) {
            price *= 1 + 0.02 * (pen_rng_uniform(&rng) - 0.5) - 1e-5 * (price - 100);
            price = round(price * 64) / 64;
            double *at = prices + s * j->n_points + t;
            at[CLOSE * cells] = price;
            at[HIGH * cells] = fmax(price, last) + floor(pen_rng_uniform(&rng) * 32) / 64;
            at[LOW * cells] = fmin(price, last) - floor(pen_rng_uniform(&rng) * 32) / 64;
        }
    }
}

static pen_status load(bench *b, const double *prices, pen_panel **out)
{
    const job *j = b->test->with;
    size_t cells = j->n_series * j->n_points;
    float *narrow = NULL;
    PEN_TRY(pen_panel_create(b->device, b->test->dtype, j->n_series, j->n_points, out));
    if (b->test->dtype == PEN_F64) {
        PEN_TRY(pen_panel_write(b->queue, *out, prices, j->n_points));
        return pen_queue_wait(b->queue);
    }
    PEN_TRY(pen_alloc_array(cells, sizeof *narrow, (void **)&narrow));
    for (size_t i = 0; i < cells; i++)
        narrow[i] = (float)prices[i];
    pen_status s = pen_panel_write(b->queue, *out, narrow, j->n_points);
    pen_status waited = pen_queue_wait(b->queue);
    pen_free(narrow);
    return s != PEN_OK ? s : waited;
}

static pen_status prepare(bench *b)
{
    const job *j = b->test->with;
    size_t cells = j->n_series * j->n_points;
    work *w;
    PEN_TRY(PEN_NEW(&w));
    b->state = w;
    b->items = cells;
    PEN_TRY(pen_plan_create(j->text, &w->plan));
    size_t n_outputs = pen_plan_output_count(w->plan);
    PEN_TRY(pen_alloc_array(INPUTS * cells, sizeof *w->prices, (void **)&w->prices));
    PEN_TRY(pen_alloc_array(n_outputs * cells, sizeof *w->results, (void **)&w->results));
    PEN_TRY(pen_alloc_array(MOST_OUTPUTS * j->n_points, sizeof *w->want, (void **)&w->want));
    make_prices(j, w->prices);
    for (size_t i = 0; i < pen_plan_input_count(w->plan); i++) {
        int input = input_of(pen_plan_input(w->plan, i));
        PEN_TRY(load(b, w->prices + (size_t)input * cells, &w->inputs[i]));
    }
    return pen_panel_create(b->device, b->test->dtype, n_outputs * j->n_series, j->n_points,
                            &w->out);
}

static void clear(bench *b)
{
    work *w = b->state;
    if (w == NULL)
        return;
    for (size_t i = 0; i < INPUTS; i++)
        pen_panel_destroy(w->inputs[i]);
    pen_panel_destroy(w->out);
    pen_plan_destroy(w->plan);
    pen_free(w->prices);
    pen_free(w->results);
    pen_free(w->want);
    pen_free(w);
}

static pen_status run(bench *b)
{
    work *w = b->state;
    return pen_plan_run(b->queue, w->plan, (const pen_panel *const *)w->inputs, w->out);
}

/* ---- Checking ---- */

/* Differences are counted against the size of what they are made from. */
static pen_status compare(const bench *b, const char *name, const double *got,
                          const double *expected, size_t n, formula kind)
{
    /* CCI and stochastics divide a difference of prices by one */
    double size = kind == RETURNS || kind == LOG_RETURNS ? 1
                  : kind == CCI || kind == STOCH         ? 1e3
                                                         : 100;
    double most = size * (b->test->dtype == PEN_F64 ? 1e-12 : 1e-5);
    for (size_t t = 0; t < n; t++)
        if (isnan(got[t]) != isnan(expected[t]) || fabs(got[t] - expected[t]) > most)
            return pen_fail(PEN_E_INTERNAL, "%s[%zu] is %.17g, expected %.17g", name, t, got[t],
                            expected[t]);
    return PEN_OK;
}

/* All outputs as doubles. */
static pen_status fetch(bench *b, double *out, size_t cells)
{
    const job *j = b->test->with;
    work *w = b->state;
    float *narrow = NULL;
    if (b->test->dtype == PEN_F32)
        PEN_TRY(pen_alloc_array(cells, sizeof *narrow, (void **)&narrow));
    pen_status s =
        pen_panel_read(b->queue, narrow != NULL ? (void *)narrow : out, j->n_points, w->out);
    pen_status waited = pen_queue_wait(b->queue);
    for (size_t i = 0; narrow != NULL && i < cells; i++)
        out[i] = narrow[i];
    pen_free(narrow);
    return s != PEN_OK ? s : waited;
}

/* Every call, of the first, a middle and the last series. */
static pen_status check(bench *b)
{
    const job *j = b->test->with;
    work *w = b->state;
    size_t cells = j->n_series * j->n_points, output = 0, n = j->n_points;
    PEN_TRY(fetch(b, w->results, cells * pen_plan_output_count(w->plan)));
    for (size_t c = 0; c < j->n_calls; output += output_count(j->calls[c++].kind))
        for (size_t i = 0; i < 3; i++) {
            size_t at = (j->n_series - 1) * i / 2 * n;
            task k = { .close = w->prices + CLOSE * cells + at,
                       .high = w->prices + HIGH * cells + at,
                       .low = w->prices + LOW * cells + at,
                       .out = { w->want, w->want + n, w->want + 2 * n },
                       .n = n,
                       .period = (size_t)j->calls[c].period };
            indicator_want(&k, j->calls[c].kind);
            for (size_t o = 0; o < output_count(j->calls[c].kind); o++)
                PEN_TRY(compare(b, pen_plan_output(w->plan, output + o),
                                w->results + (output + o) * cells + at, k.out[o], n,
                                j->calls[c].kind));
        }
    return PEN_OK;
}

/* ---- The peer ---- */

typedef int average_fn(int from, int to, const double *x, int period, int *begin, int *count,
                       double *out);
typedef int cycle_fn(int from, int to, const double *x, int *begin, int *count, double *out);
typedef int stddev_fn(int from, int to, const double *x, int period, double nbdev, int *begin,
                      int *count, double *out);
typedef int pair_fn(int from, int to, const double *x, const double *y, int period, int *begin,
                    int *count, double *out);
typedef int macd_fn(int from, int to, const double *x, int fast, int slow, int signal, int *begin,
                    int *count, double *macd, double *line, double *hist);
typedef int bbands_fn(int from, int to, const double *x, int period, double up, double down,
                      int kind, int *begin, int *count, double *upper, double *middle,
                      double *lower);
typedef int stoch_fn(int from, int to, const double *high, const double *low, const double *close,
                     int fastk, int slowk, int slowk_kind, int slowd, int slowd_kind, int *begin,
                     int *count, double *k, double *d);
typedef int atr_fn(int from, int to, const double *high, const double *low, const double *close,
                   int period, int *begin, int *count, double *out);

typedef int sar_fn(int from, int to, const double *high, const double *low, double step,
                   double most, int *begin, int *count, double *out);

static struct talib {
    void *library;
    bool is_tried;
    int (*TA_Initialize)(void);
    average_fn *TA_SMA, *TA_EMA, *TA_RSI, *TA_ROCP, *TA_MAX, *TA_LINEARREG, *TA_WMA;
    sar_fn *TA_SAR;
    cycle_fn *TA_HT_DCPERIOD;
    stddev_fn *TA_STDDEV;
    pair_fn *TA_CORREL;
    macd_fn *TA_MACD;
    bbands_fn *TA_BBANDS;
    atr_fn *TA_ATR, *TA_ADX, *TA_CCI;
    stoch_fn *TA_STOCH;
} talib;

static bool open_talib(void)
{
    const char *names[] = { getenv("PENSTOCK_LIBTALIB"), "libta-lib.so.0", "libta-lib.so",
                            "libta_lib.so.0" };
    if (talib.is_tried)
        return talib.library != NULL;
    talib.is_tried = true;
    for (size_t i = 0; i < PEN_COUNT(names) && talib.library == NULL; i++)
        if (names[i] != NULL)
            talib.library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (talib.library == NULL)
        return false;
    bool is_whole = true;
#define RESOLVE(name)                                                                              \
    (*(void **)(void *)&talib.name = dlsym(talib.library, #name), is_whole &= talib.name != NULL)
    RESOLVE(TA_Initialize), RESOLVE(TA_SMA), RESOLVE(TA_EMA), RESOLVE(TA_RSI), RESOLVE(TA_ROCP);
    RESOLVE(TA_MACD), RESOLVE(TA_BBANDS), RESOLVE(TA_ATR), RESOLVE(TA_ADX);
    RESOLVE(TA_CCI), RESOLVE(TA_STOCH);
    RESOLVE(TA_MACD), RESOLVE(TA_BBANDS), RESOLVE(TA_ATR), RESOLVE(TA_MAX), RESOLVE(TA_STDDEV);
    RESOLVE(TA_LINEARREG), RESOLVE(TA_CORREL), RESOLVE(TA_HT_DCPERIOD);
    RESOLVE(TA_WMA), RESOLVE(TA_SAR);
#undef RESOLVE
    if (!is_whole || talib.TA_Initialize() != 0) {
        dlclose(talib.library);
        talib.library = NULL;
    }
    return talib.library != NULL;
}

static bool call_talib(formula kind, const task *k)
{
    int begin, count, last = (int)k->n - 1, period = (int)k->period;
    double *const *out = k->out;
    switch (kind) {
    case SMA:
        return talib.TA_SMA(0, last, k->close, period, &begin, &count, out[0]) == 0;
    case EMA:
        return talib.TA_EMA(0, last, k->close, period, &begin, &count, out[0]) == 0;
    case RSI:
        return talib.TA_RSI(0, last, k->close, period, &begin, &count, out[0]) == 0;
    case RETURNS:
        return talib.TA_ROCP(0, last, k->close, 1, &begin, &count, out[0]) == 0;
    case MACD:
        return talib.TA_MACD(0, last, k->close, 12, 26, 9, &begin, &count, out[0], out[1],
                             out[2]) == 0;
    case BBANDS:
        return talib.TA_BBANDS(0, last, k->close, period, 2, 2, 0, &begin, &count, out[0], out[1],
                               out[2]) == 0;
    case ATR:
        return talib.TA_ATR(0, last, k->high, k->low, k->close, period, &begin, &count, out[0]) ==
               0;
    case ADX:
        return talib.TA_ADX(0, last, k->high, k->low, k->close, period, &begin, &count, out[0]) ==
               0;
    case CCI:
        return talib.TA_CCI(0, last, k->high, k->low, k->close, period, &begin, &count, out[0]) ==
               0;
    case STOCH:
        return talib.TA_STOCH(0, last, k->high, k->low, k->close, period, 3, 0, 3, 0, &begin,
                              &count, out[0], out[1]) == 0;
    case STDDEV:
        return talib.TA_STDDEV(0, last, k->close, period, 1, &begin, &count, out[0]) == 0;
    case MAX:
        return talib.TA_MAX(0, last, k->close, period, &begin, &count, out[0]) == 0;
    case LINEARREG:
        return talib.TA_LINEARREG(0, last, k->close, period, &begin, &count, out[0]) == 0;
    case CORREL:
        return talib.TA_CORREL(0, last, k->high, k->low, period, &begin, &count, out[0]) == 0;
    case HT_DCPERIOD:
        return talib.TA_HT_DCPERIOD(0, last, k->close, &begin, &count, out[0]) == 0;
    case WMA:
        return talib.TA_WMA(0, last, k->close, period, &begin, &count, out[0]) == 0;
    case SAR:
        return talib.TA_SAR(0, last, k->high, k->low, 0.02, 0.2, &begin, &count, out[0]) == 0;
    case LOG_RETURNS:
        break;
    }
    return false;
}

static pen_status peer(bench *b)
{
    const job *j = b->test->with;
    work *w = b->state;
    size_t cells = j->n_series * j->n_points, output = 0;
    if (!open_talib())
        return pen_fail(PEN_E_UNSUPPORTED, "TA-Lib is not installed");
    for (size_t c = 0; c < j->n_calls; output += output_count(j->calls[c++].kind))
        for (size_t s = 0; s < j->n_series; s++) {
            size_t at = s * j->n_points;
            double *out = w->results + output * cells + at;
            size_t step = output_count(j->calls[c].kind) > 1 ? cells : 0;
            task k = { .close = w->prices + CLOSE * cells + at,
                       .high = w->prices + HIGH * cells + at,
                       .low = w->prices + LOW * cells + at,
                       .out = { out, out + step, out + 2 * step },
                       .n = j->n_points,
                       .period = (size_t)j->calls[c].period };
            if (!call_talib(j->calls[c].kind, &k))
                return pen_fail(PEN_E_INTERNAL, "TA-Lib failed at '%s'", j->text);
        }
    return PEN_OK;
}

/* ---- The cases ---- */

/* clang-format off */
#define JOBS(id, text_, ...)                                                                       \
    static const job many_##id = { .text = text_, .n_series = 1000, .n_points = 2000, __VA_ARGS__ };\
    static const job long_##id = { .text = text_, .n_series = 1, .n_points = 1000000, __VA_ARGS__ };
JOBS(sma, "sma:20", .n_calls = 1, .calls = { { SMA, 20 } })
JOBS(ema, "ema:20", .n_calls = 1, .calls = { { EMA, 20 } })
JOBS(rsi, "rsi:14", .n_calls = 1, .calls = { { RSI, 14 } })
JOBS(macd, "macd:12,26,9", .n_calls = 1, .calls = { { MACD, 0 } })
JOBS(bbands, "bbands:20", .n_calls = 1, .calls = { { BBANDS, 20 } })
JOBS(atr, "atr:14", .n_calls = 1, .calls = { { ATR, 14 } })
JOBS(adx, "adx:14", .n_calls = 1, .calls = { { ADX, 14 } })
JOBS(stoch, "stoch:14,3,sma,3", .n_calls = 1, .calls = { { STOCH, 14 } })
JOBS(cci, "cci:20", .n_calls = 1, .calls = { { CCI, 20 } })
JOBS(returns, "returns", .n_calls = 1, .calls = { { RETURNS, 1 } })
JOBS(log_returns, "log_returns", .n_calls = 1, .calls = { { LOG_RETURNS, 1 } })
JOBS(stddev, "stddev:20", .n_calls = 1, .calls = { { STDDEV, 20 } })
JOBS(max, "max:30", .n_calls = 1, .calls = { { MAX, 30 } })
JOBS(linearreg, "linearreg:14", .n_calls = 1, .calls = { { LINEARREG, 14 } })
JOBS(correl, "correl:30", .n_calls = 1, .calls = { { CORREL, 30 } })
JOBS(ht_dcperiod, "ht_dcperiod", .n_calls = 1, .calls = { { HT_DCPERIOD, 0 } })
JOBS(wma, "wma:20", .n_calls = 1, .calls = { { WMA, 20 } })
JOBS(sar, "sar", .n_calls = 1, .calls = { { SAR, 0 } })
JOBS(plan, "returns rsi macd bbands ema:20", .n_calls = 5,
     .calls = { { RETURNS, 1 }, { RSI, 14 }, { MACD, 0 }, { BBANDS, 5 }, { EMA, 20 } })

static const candles_job many_candles = { 1000, 2000 }, long_candles = { 1, 1000000 };

/* columns: read and written for a point */
#define ONE(name_, type, bits, shape, job_, columns, peer_)                                        \
    { .name = name_ "_f" #bits "_" shape, .item = "point", .dtype = type,                          \
      .bytes_per_item = (columns) * bits / 8.0, .prepare = prepare, .run = run, .check = check,    \
      .clear = clear, .peer_name = (peer_) ? "TA-Lib" : NULL, .peer = (peer_) ? peer : NULL,       \
      .with = &job_ },
#define FOUR(name, id, columns, peer)                                                              \
    ONE(name, PEN_F64, 64, "1000x2000", many_##id, columns, peer)                                  \
    ONE(name, PEN_F32, 32, "1000x2000", many_##id, columns, peer)                                  \
    ONE(name, PEN_F64, 64, "1x1000000", long_##id, columns, peer)                                  \
    ONE(name, PEN_F32, 32, "1x1000000", long_##id, columns, peer)

/* 4 columns read, 61 written */
#define CANDLES(type, bits, shape, job_)                                                           \
    { .name = "candles_61_f" #bits "_" shape, .item = "bar", .dtype = type,                        \
      .bytes_per_item = 65 * bits / 8.0, .prepare = candles_prepare, .run = candles_run,           \
      .check = candles_check, .clear = candles_clear, .peer_name = "TA-Lib",                       \
      .peer = candles_peer, .with = &job_ },

static const bench_case cases[] = {
    FOUR("sma_20", sma, 2, true)
    FOUR("ema_20", ema, 2, true)
    FOUR("rsi_14", rsi, 2, true)
    FOUR("macd_12_26_9", macd, 4, true)
    FOUR("bbands_20", bbands, 4, true)
    FOUR("atr_14", atr, 4, true)
    FOUR("adx_14", adx, 3, true)
    FOUR("stoch_14_3_3", stoch, 5, true)
    FOUR("cci_20", cci, 4, true)
    FOUR("returns", returns, 2, true)
    FOUR("log_returns", log_returns, 2, false)
    FOUR("stddev_20", stddev, 2, true)
    FOUR("max_30", max, 2, true)
    FOUR("linearreg_14", linearreg, 2, true)
    FOUR("correl_30", correl, 3, true)
    FOUR("wma_20", wma, 2, true)
    /* in f32 a stop that is touched within rounding turns elsewhere */
    ONE("sar", PEN_F64, 64, "1000x2000", many_sar, 3, true)
    ONE("sar", PEN_F64, 64, "1x1000000", long_sar, 3, true)
    /* in f32 a limit that is met a bar earlier or later is another cycle */
    ONE("ht_dcperiod", PEN_F64, 64, "1000x2000", many_ht_dcperiod, 2, true)
    ONE("ht_dcperiod", PEN_F64, 64, "1x1000000", long_ht_dcperiod, 2, true)
    FOUR("plan", plan, 10, true)
    CANDLES(PEN_F64, 64, "1000x2000", many_candles)
    CANDLES(PEN_F32, 32, "1000x2000", many_candles)
    CANDLES(PEN_F64, 64, "1x1000000", long_candles)
    CANDLES(PEN_F32, 32, "1x1000000", long_candles)
};
/* clang-format on */

const bench_area bench_indicators = { "indicators", cases, PEN_COUNT(cases) };
