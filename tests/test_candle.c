/* Candlestick patterns against independent definitions, hand-made bars, TA-Lib where it is
 * installed, and themselves: on every device, in chunks, alone and together. */
#include <dlfcn.h>

#include "indicator_check.h"

#define CANDLES(A)                                                                                 \
    A(cdl2crows)                                                                                   \
    A(cdl3blackcrows)                                                                              \
    A(cdl3inside)                                                                                  \
    A(cdl3linestrike)                                                                              \
    A(cdl3outside)                                                                                 \
    A(cdl3starsinsouth)                                                                            \
    A(cdl3whitesoldiers)                                                                           \
    A(cdlabandonedbaby)                                                                            \
    A(cdladvanceblock)                                                                             \
    A(cdlbelthold)                                                                                 \
    A(cdlbreakaway)                                                                                \
    A(cdlclosingmarubozu)                                                                          \
    A(cdlconcealbabyswall)                                                                         \
    A(cdlcounterattack)                                                                            \
    A(cdldarkcloudcover)                                                                           \
    A(cdldoji)                                                                                     \
    A(cdldojistar)                                                                                 \
    A(cdldragonflydoji)                                                                            \
    A(cdlengulfing)                                                                                \
    A(cdleveningdojistar)                                                                          \
    A(cdleveningstar)                                                                              \
    A(cdlgapsidesidewhite)                                                                         \
    A(cdlgravestonedoji)                                                                           \
    A(cdlhammer)                                                                                   \
    A(cdlhangingman)                                                                               \
    A(cdlharami)                                                                                   \
    A(cdlharamicross)                                                                              \
    A(cdlhighwave)                                                                                 \
    A(cdlhikkake)                                                                                  \
    A(cdlhikkakemod)                                                                               \
    A(cdlhomingpigeon)                                                                             \
    A(cdlidentical3crows)                                                                          \
    A(cdlinneck)                                                                                   \
    A(cdlinvertedhammer)                                                                           \
    A(cdlkicking)                                                                                  \
    A(cdlkickingbylength)                                                                          \
    A(cdlladderbottom)                                                                             \
    A(cdllongleggeddoji)                                                                           \
    A(cdllongline)                                                                                 \
    A(cdlmarubozu)                                                                                 \
    A(cdlmatchinglow)                                                                              \
    A(cdlmathold)                                                                                  \
    A(cdlmorningdojistar)                                                                          \
    A(cdlmorningstar)                                                                              \
    A(cdlonneck)                                                                                   \
    A(cdlpiercing)                                                                                 \
    A(cdlrickshawman)                                                                              \
    A(cdlrisefall3methods)                                                                         \
    A(cdlseparatinglines)                                                                          \
    A(cdlshootingstar)                                                                             \
    A(cdlshortline)                                                                                \
    A(cdlspinningtop)                                                                              \
    A(cdlstalledpattern)                                                                           \
    A(cdlsticksandwich)                                                                            \
    A(cdltakuri)                                                                                   \
    A(cdltasukigap)                                                                                \
    A(cdlthrusting)                                                                                \
    A(cdltristar)                                                                                  \
    A(cdlunique3river)                                                                             \
    A(cdlupsidegap2crows)                                                                          \
    A(cdlxsidegap3methods)

#define real double
#define NAME(name) name##_f64
#include "candle_reference.h"
#undef real
#undef NAME
#define real float
#define NAME(name) name##_f32
#include "candle_reference.h"
#undef real
#undef NAME

enum { PATTERNS = COUNT(patterns_f64), INPUTS = 4 };

/* Bars before the first value, as TA-Lib's TA_CDL..._Lookback() gives them. */
static const int lookbacks[PATTERNS] = {
    12, 13, 12, 8,  3,  12, 12, 12, 12, 10, 14, 10, 13, 11, 11, 10, 11, 10, 2,  12, 12,
    7,  10, 11, 11, 11, 11, 10, 5,  10, 11, 12, 11, 11, 11, 11, 14, 10, 10, 10, 6,  14,
    12, 12, 11, 11, 10, 14, 11, 11, 10, 10, 12, 7,  10, 7,  11, 12, 12, 12, 2,
};

static pen_device *cpu;
static pen_queue *cpu_queue;

/* All patterns, in the order of CANDLES. */
static const char *all_patterns(void)
{
    static char text[PATTERNS * 24];
    if (text[0] == '\0')
        for (size_t i = 0; i < PATTERNS; i++) {
            strcat(text, patterns_f64[i].name);
            strcat(text, " ");
        }
    return text;
}

/* A random walk with gaps, bars without shadows, small bodies and quiet stretches, on a
 * grid of `tick` (0: none).  With a tick of 1/64 sums are exact in both precisions, so
 * that ties are the same ones. */
static bars make_candles(size_t n_series, size_t n_points, uint64_t seed, double tick)
{
    bars b = make_bars(n_series, n_points, seed);
    for (size_t s = 0; s < n_series; s++) {
        pen_rng rng;
        pen_rng_init(&rng, seed, (uint32_t)s, 1, 0);
        double close = 100;
        for (size_t t = 0; t < n_points; t++) {
            double size = pen_rng_uniform(&rng) < 0.3 ? 0.2 : 1, x[4];
            double gap = pen_rng_uniform(&rng) < 0.4 ? 2 : 0.2;
            double body = 2 * size * (pen_rng_uniform(&rng) - 0.5);
            body *= pen_rng_uniform(&rng) < 0.15 ? 0.02 : 1;
            x[OPEN] = close + gap * (pen_rng_uniform(&rng) - 0.5);
            x[CLOSE] = x[OPEN] + body + 0.001 * (100 - x[OPEN]);
            double up = pen_rng_uniform(&rng) < 0.4 ? 0 : 0.7 * size * pen_rng_uniform(&rng);
            double down = pen_rng_uniform(&rng) < 0.4 ? 0 : 0.7 * size * pen_rng_uniform(&rng);
            x[HIGH] = fmax(x[OPEN], x[CLOSE]) + up;
            x[LOW] = fmin(x[OPEN], x[CLOSE]) - down;
            for (int c = 0; c < INPUTS; c++)
                b.wide[c][s * n_points + t] = tick > 0 ? round(x[c] / tick) * tick : x[c];
            close = b.wide[CLOSE][s * n_points + t];
        }
    }
    return b;
}

static pen_plan_options options_of(const pen_candle_settings *settings)
{
    pen_plan_options options = pen_plan_options_default();
    if (settings != NULL)
        options.candles = *settings;
    return options;
}

/* As run_plan(), with candle settings. */
static pen_status run_with(const char *text, const pen_candle_settings *settings, pen_dtype dtype,
                           const bars *b, void *out)
{
    pen_plan_options options = options_of(settings);
    pen_plan *plan = NULL;
    pen_status s = pen_plan_create_with(text, &options, &plan);
    if (s == PEN_OK)
        s = run_compiled(cpu_queue, plan, dtype, b, out);
    pen_plan_destroy(plan);
    return s;
}

/* ---- Against the definitions ---- */

/* Value t of pattern p of the first series; NaN before `lookback`. */
static double want_f64(const bars *b, const pen_candle_settings *set, size_t p, int t, int lookback)
{
    static const double into[2] = { 0.3, 0.5 };
    const char *name = patterns_f64[p].name;
    bool is_half = strcmp(name, "cdldarkcloudcover") == 0 || strcmp(name, "cdlmathold") == 0;
    bars_f64 x = { b->wide[OPEN], b->wide[HIGH], b->wide[LOW], b->wide[CLOSE], set, into[is_half] };
    return t < lookback ? NAN : patterns_f64[p].at(&x, t);
}

static double want_f32(float *const columns[INPUTS], const pen_candle_settings *set, size_t p,
                       int t, int lookback)
{
    const char *name = patterns_f64[p].name;
    bool is_half = strcmp(name, "cdldarkcloudcover") == 0 || strcmp(name, "cdlmathold") == 0;
    bars_f32 x = { columns[OPEN],  columns[HIGH], columns[LOW],
                   columns[CLOSE], set,           is_half ? 0.5f : 0.3f };
    return t < lookback ? NAN : patterns_f32[p].at(&x, t);
}

/* Compares every bar of every pattern, and counts bars on which a pattern is seen. */
static void check_f64(const char *label, const bars *b, const pen_candle_settings *set,
                      size_t fired[PATTERNS])
{
    size_t n = b->n_points;
    double *got = calloc(PATTERNS * n, sizeof *got);
    pen_plan_options options = options_of(set);
    pen_plan *plan;
    CHECK_OK(pen_plan_create_with(all_patterns(), &options, &plan));
    CHECK_OK(run_with(all_patterns(), set, PEN_F64, b, got));
    for (size_t p = 0; p < PATTERNS; p++) {
        int lookback = (int)pen_plan_lookback(plan, p);
        for (int t = 0; t < (int)n; t++) {
            double want = want_f64(b, &options.candles, p, t, lookback), g = got[p * n + (size_t)t];
            if (g != want && !(isnan(g) && isnan(want))) {
                printf("    %s: %s[%d] is %g, expected %g\n", label, patterns_f64[p].name, t, g,
                       want);
                check_failed_++;
                break;
            }
            fired[p] += want != 0 && !isnan(want);
        }
    }
    pen_plan_destroy(plan);
    free(got);
}

static void check_f32(const char *label, const bars *b, size_t fired[PATTERNS])
{
    size_t n = b->n_points;
    pen_candle_settings set = pen_candle_settings_default();
    float *got = calloc(PATTERNS * n, sizeof *got), *x[INPUTS];
    for (int c = 0; c < INPUTS; c++) {
        x[c] = calloc(n, sizeof *x[c]);
        for (size_t t = 0; t < n; t++)
            x[c][t] = (float)b->wide[c][t];
    }
    CHECK_OK(run_with(all_patterns(), NULL, PEN_F32, b, got));
    for (size_t p = 0; p < PATTERNS; p++)
        for (int t = 0; t < (int)n; t++) {
            double want = want_f32(x, &set, p, t, lookbacks[p]), g = got[p * n + (size_t)t];
            if (g != want && !(isnan(g) && isnan(want))) {
                printf("    %s f32: %s[%d] is %g, expected %g\n", label, patterns_f64[p].name, t, g,
                       want);
                check_failed_++;
                break;
            }
            fired[p] += want != 0 && !isnan(want);
        }
    for (int c = 0; c < INPUTS; c++)
        free(x[c]);
    free(got);
}

static void check_fired(const char *label, const size_t fired[PATTERNS])
{
    for (size_t p = 0; p < PATTERNS; p++)
        if (fired[p] == 0) {
            printf("    %s: %s is never seen\n", label, patterns_f64[p].name);
            check_failed_++;
        }
}

static void every_pattern_matches_its_definition(void)
{
    size_t fired[PATTERNS] = { 0 }, fired_f32[PATTERNS] = { 0 }, fired_free[PATTERNS] = { 0 };
    bars b = make_candles(1, 60000, 21, 1.0 / 64);
    check_f64("on ticks", &b, NULL, fired);
    check_f32("on ticks", &b, fired_f32);
    free_bars(&b);
    b = make_candles(1, 60000, 22, 0);
    check_f64("off ticks", &b, NULL, fired_free);
    free_bars(&b);
    check_fired("on ticks", fired);
    check_fired("f32", fired_f32);
    check_fired("off ticks", fired_free);
}

static void lookbacks_are_those_of_talib(void)
{
    pen_plan *plan;
    CHECK_OK(pen_plan_create(all_patterns(), &plan));
    CHECK(pen_plan_output_count(plan) == PATTERNS && pen_plan_input_count(plan) == INPUTS);
    for (size_t p = 0; p < PATTERNS; p++)
        CHECK_NEAR(patterns_f64[p].name, (double)pen_plan_lookback(plan, p), lookbacks[p], 0);
    pen_plan_destroy(plan);
}

static void settings_change_what_is_long_and_near(void)
{
    pen_candle_settings sets[3];
    for (size_t i = 0; i < COUNT(sets); i++)
        sets[i] = pen_candle_settings_default();
    sets[0].body_long = (pen_candle_setting){ PEN_CANDLE_HIGH_LOW, 3, 0.5 };
    sets[0].near = (pen_candle_setting){ PEN_CANDLE_REAL_BODY, 0, 0.75 };
    sets[0].shadow_long = (pen_candle_setting){ PEN_CANDLE_SHADOWS, 0, 1.0 };
    sets[1].body_short = (pen_candle_setting){ PEN_CANDLE_SHADOWS, 33, 1.5 };
    sets[1].equal = (pen_candle_setting){ PEN_CANDLE_HIGH_LOW, 1, 0.25 };
    sets[1].shadow_very_short = (pen_candle_setting){ PEN_CANDLE_HIGH_LOW, 0, 0.125 };
    sets[2].body_doji = (pen_candle_setting){ PEN_CANDLE_REAL_BODY, 64, 0.25 };
    sets[2].far = (pen_candle_setting){ PEN_CANDLE_SHADOWS, 7, 0.5 };
    sets[2].shadow_short = (pen_candle_setting){ PEN_CANDLE_HIGH_LOW, 20, 0.25 };
    for (size_t i = 0; i < COUNT(sets); i++) {
        size_t fired[PATTERNS] = { 0 };
        bars b = make_candles(1, 3000, 30 + i, 1.0 / 64);
        check_f64("other settings", &b, &sets[i], fired);
        free_bars(&b);
    }
}

static void settings_out_of_range_are_errors(void)
{
    pen_plan_options options = pen_plan_options_default();
    pen_plan *plan;
    options.candles.near.period = -1;
    CHECK_STATUS(pen_plan_create_with("cdldoji", &options, &plan), PEN_E_ARG);
    CHECK_ERROR_SAYS("near.period is -1, expected 0 to 100000");
    options = pen_plan_options_default();
    options.candles.body_doji.factor = NAN;
    CHECK_STATUS(pen_plan_create_with("sma", &options, &plan), PEN_E_ARG);
    CHECK_ERROR_SAYS("body_doji.factor");
    options = pen_plan_options_default();
    options.candles.far.range = (pen_candle_range)3;
    CHECK_STATUS(pen_plan_create_with("cdldoji", &options, &plan), PEN_E_ARG);
    CHECK_ERROR_SAYS("far.range is 3");
    CHECK_STATUS(pen_plan_create("cdlmathold:-0.1", &plan), PEN_E_ARG);
    CHECK_ERROR_SAYS("penetration is -0.1, expected a number from 0 to 3e+37");
    CHECK_STATUS(pen_plan_create("cdldoji:1", &plan), PEN_E_ARG);
}

/* ---- Odd data ---- */

static void gaps_and_quiet_bars_match_the_definitions(void)
{
    enum { POINTS = 900 };
    size_t fired[PATTERNS] = { 0 };
    bars b = make_candles(1, POINTS, 41, 1.0 / 64);
    for (size_t t = 60; t < POINTS; t += 37) /* a NaN in one or all of the columns */
        for (int c = 0; c < INPUTS; c++)
            if (t % 5 == (size_t)c || t % 5 == 4)
                b.wide[c][t] = NAN;
    check_f64("gaps", &b, NULL, fired);
    for (size_t t = 0; t < POINTS; t++) /* no movement at all, then only a few ticks */
        for (int c = 0; c < INPUTS; c++)
            b.wide[c][t] = t < 400 ? 100 : 100 + (double)((t * 7 + (size_t)c * 3) % 3) / 64;
    check_f64("quiet", &b, NULL, fired);
    for (size_t t = 0; t < POINTS; t++)
        b.wide[t % INPUTS][t] = t % 90 == 50 ? INFINITY : b.wide[t % INPUTS][t];
    check_f64("infinite", &b, NULL, fired);
    free_bars(&b);
}

static void a_short_series_has_no_values(void)
{
    for (size_t n = 1; n < 5; n++) {
        bars b = make_candles(1, n, 5, 0);
        double got[PATTERNS * 5];
        CHECK_OK(run_with(all_patterns(), NULL, PEN_F64, &b, got));
        for (size_t p = 0; p < PATTERNS; p++)
            for (size_t t = 0; t < n; t++)
                CHECK(isnan(got[p * n + t]) == ((int)t < lookbacks[p]));
        free_bars(&b);
    }
}

/* ---- Hand-made examples ---- */

typedef struct example {
    const char *call;
    double bars[5][4]; /* open, high, low, close; the last one is judged */
    int n, want;
} example;

/* Sixteen bars of body 1 and range 2, then the example. */
static const example examples[] = {
    { "cdlengulfing", { { 101, 102, 99, 100 }, { 99.5, 103, 99, 102 } }, 2, 100 },
    { "cdlengulfing", { { 101, 102, 99, 100 }, { 100, 103, 99, 102 } }, 2, 80 },
    { "cdlengulfing", { { 101, 102, 99, 100 }, { 100.5, 103, 99, 102 } }, 2, 0 },
    { "cdlengulfing", { { 100, 102, 99, 101 }, { 101.5, 102, 98, 99 } }, 2, -100 },
    { "cdldoji", { { 100, 101, 99, 100.05 } }, 1, 100 },
    { "cdldoji", { { 100, 101, 99, 100.5 } }, 1, 0 },
    { "cdlhammer", { { 103, 103.5, 100, 100.5 }, { 100, 100.5, 97, 100.5 } }, 2, 100 },
    { "cdlhangingman", { { 98, 100, 97.5, 99.8 }, { 100, 100.5, 97, 100.5 } }, 2, -100 },
    { "cdlshootingstar", { { 98, 100, 97.5, 99.8 }, { 101, 104, 101, 101.5 } }, 2, -100 },
    { "cdlmorningstar",
      { { 110, 110.5, 104.5, 105 }, { 103.5, 104, 102, 103 }, { 104, 109, 103.5, 108.5 } },
      3,
      100 },
    { "cdlmorningstar:0.9",
      { { 110, 110.5, 104.5, 105 }, { 103.5, 104, 102, 103 }, { 104, 109, 103.5, 108.5 } },
      3,
      0 },
    { "cdleveningstar",
      { { 100, 105.5, 99.5, 105 }, { 106, 107, 105.5, 106.5 }, { 105.5, 106, 101, 101.5 } },
      3,
      -100 },
    { "cdl3whitesoldiers",
      { { 100, 103.02, 99.5, 103 }, { 102, 105.02, 101.5, 105 }, { 104, 107.02, 103, 107 } },
      3,
      100 },
    { "cdl3blackcrows",
      { { 100, 108, 99, 107 },
        { 106.5, 107, 103.98, 104 },
        { 105, 105.5, 101.98, 102 },
        { 103, 103.5, 99.98, 100 } },
      4,
      -100 },
    { "cdldarkcloudcover", { { 100, 104, 99.5, 103.5 }, { 104.5, 105, 101, 101.2 } }, 2, -100 },
    { "cdlpiercing", { { 104, 104.5, 100, 100.5 }, { 99.5, 103.5, 99, 103 } }, 2, 100 },
    { "cdlharami", { { 105, 105.5, 100, 100.5 }, { 102, 103, 101.5, 102.5 } }, 2, 100 },
    { "cdlmarubozu", { { 100, 104, 100, 104 } }, 1, 100 },
    { "cdlmarubozu", { { 104, 104, 100, 100 } }, 1, -100 },
    { "cdlspinningtop", { { 100, 101.5, 98.5, 100.5 } }, 1, 100 },
    { "cdlhikkake", { { 100, 104, 96, 101 }, { 100, 103, 97, 101 }, { 99, 102, 95, 98 } }, 3, 100 },
    { "cdlhikkake",
      { { 100, 104, 96, 101 }, { 100, 103, 97, 101 }, { 99, 102, 95, 98 }, { 99, 105, 98, 104 } },
      4,
      200 },
    { "cdlhikkake",
      { { 100, 104, 96, 101 },
        { 100, 103, 97, 101 },
        { 99, 102, 95, 98 },
        { 99, 105, 98, 104 },
        { 104, 106, 99, 105 } },
      5,
      0 },
};

static void well_known_patterns_are_seen(void)
{
    enum { LEAD = 16, MOST = LEAD + 5 };
    for (size_t e = 0; e < COUNT(examples); e++) {
        const example *x = &examples[e];
        double columns[N_COLUMNS][MOST] = { { 0 } }, got[MOST];
        int n = LEAD + x->n;
        for (int t = 0; t < n; t++)
            for (int c = 0; c < INPUTS; c++) {
                static const double quiet[4] = { 100, 101.5, 99.5, 101 };
                columns[c][t] = t < LEAD ? quiet[c] : x->bars[t - LEAD][c];
            }
        bars b = { .n_series = 1, .n_points = (size_t)n };
        for (int c = 0; c < N_COLUMNS; c++)
            b.wide[c] = columns[c];
        CHECK_OK(run_with(x->call, NULL, PEN_F64, &b, got));
        CHECK_NEAR(x->call, got[n - 1], x->want, 0);
    }
}

/* ---- The same bits everywhere ---- */

typedef struct same_input {
    bars b;
    pen_dtype dtype;
} same_input;

static pen_status make_all(pen_queue *queue, void *context, void *out)
{
    const same_input *in = context;
    return run_plan(queue, all_patterns(), in->dtype, &in->b, out);
}

static void bits_are_the_same_on_every_device(void)
{
    static const size_t shapes[][2] = { { 1, 1 }, { 3, 333 }, { 40, 97 } };
    for (size_t i = 0; i < COUNT(shapes); i++)
        for (int d = 0; d < 2; d++) {
            same_input in = { make_candles(shapes[i][0], shapes[i][1], 51, 1.0 / 64),
                              (pen_dtype)d };
            char label[64];
            snprintf(label, sizeof label, "candles %s %zux%zu", pen_dtype_name(in.dtype),
                     shapes[i][0], shapes[i][1]);
            in.b.wide[HIGH][shapes[i][1] / 2] = NAN;
            matrix_check_same_reals(label, make_all, &in, in.dtype,
                                    PATTERNS * shapes[i][0] * shapes[i][1]);
            free_bars(&in.b);
        }
}

/* 70 copies of a series are run whole, one alone in chunks. */
static void a_long_series_in_chunks_has_the_bits_of_one_pass(void)
{
    enum { POINTS = 20000, COPIES = 70 };
    bars one = make_candles(1, POINTS, 61, 0), many = make_bars(COPIES, POINTS, 12);
    for (int c = 0; c < INPUTS; c++)
        for (size_t s = 0; s < COPIES; s++)
            memcpy(many.wide[c] + s * POINTS, one.wide[c], POINTS * sizeof(double));
    static const char text[] = "cdlhikkakemod cdl3linestrike cdltristar cdlmathold cdlrickshawman";
    enum { OUTPUTS = 5 };
    for (int d = 0; d < 2; d++) {
        size_t bytes = pen_dtype_bytes((pen_dtype)d);
        char *a = calloc(OUTPUTS * POINTS, bytes);
        char *b = calloc((size_t)OUTPUTS * COPIES * POINTS, bytes);
        CHECK_OK(run_plan(cpu_queue, text, (pen_dtype)d, &one, a));
        CHECK_OK(run_plan(cpu_queue, text, (pen_dtype)d, &many, b));
        for (size_t o = 0; o < OUTPUTS; o++)
            CHECK(memcmp(a + o * POINTS * bytes, b + o * COPIES * POINTS * bytes, POINTS * bytes) ==
                  0);
        free(a);
        free(b);
    }
    free_bars(&one);
    free_bars(&many);
}

/* Alone, among others, beside indicators that are not candles, and on columns of
 * other names. */
static void a_pattern_does_not_depend_on_its_neighbours(void)
{
    enum { POINTS = 500 };
    bars b = make_candles(2, POINTS, 71, 0);
    double *all = calloc(PATTERNS * 2 * POINTS, sizeof *all), alone[2 * POINTS];
    double mixed[5 * 2 * POINTS];
    CHECK_OK(run_with(all_patterns(), NULL, PEN_F64, &b, all));
    for (size_t p = 0; p < PATTERNS; p++) {
        CHECK_OK(run_with(patterns_f64[p].name, NULL, PEN_F64, &b, alone));
        CHECK(memcmp(alone, all + p * 2 * POINTS, sizeof alone) == 0);
    }
    CHECK_OK(run_with("sma:5 cdldoji cdldoji@open,high,low,open rsi cdlmathold:0.5", NULL, PEN_F64,
                      &b, mixed));
    CHECK(memcmp(mixed + 2 * POINTS, all + 15 * 2 * POINTS, sizeof alone) == 0);
    CHECK(memcmp(mixed + 8 * POINTS, all + 41 * 2 * POINTS, sizeof alone) == 0);
    for (size_t t = 10; t < POINTS; t++) /* without a body every bar is a doji */
        CHECK(mixed[4 * POINTS + t] == 100);
    free(all);
    free_bars(&b);
}

/* ---- TA-Lib ---- */

typedef int talib_fn(int from, int to, const double *open, const double *high, const double *low,
                     const double *close, int *begin, int *count, int *out);
typedef int talib_into_fn(int from, int to, const double *open, const double *high,
                          const double *low, const double *close, double into, int *begin,
                          int *count, int *out);

static void compare_with_talib(void *library, size_t p, const bars *b, const double *got)
{
    const pen_indicator *about = pen_indicator_find(patterns_f64[p].name);
    int n = (int)b->n_points, begin = 0, count = 0, *out = calloc(b->n_points, sizeof *out);
    char symbol[40] = "TA_";
    for (size_t i = 0; about->name[i] != '\0'; i++)
        symbol[3 + i] = about->name[i] >= 'a' ? (char)(about->name[i] - 'a' + 'A') : about->name[i];
    void *fn = dlsym(library, symbol);
    if (fn == NULL) {
        printf("    TA-Lib has no %s\n", symbol);
        check_failed_++;
        free(out);
        return;
    }
    const double *const *x = (const double *const *)b->wide;
    union {
        void *object;
        talib_fn *plain;
        talib_into_fn *into;
    } call = { fn };
    if (about->n_params == 0)
        call.plain(0, n - 1, x[OPEN], x[HIGH], x[LOW], x[CLOSE], &begin, &count, out);
    else
        call.into(0, n - 1, x[OPEN], x[HIGH], x[LOW], x[CLOSE], about->params[0].fallback, &begin,
                  &count, out);
    CHECK(begin == lookbacks[p] && begin + count == n);
    size_t differ = 0;
    for (int t = begin; t < n; t++)
        differ += got[t] != out[t - begin];
    CHECK_NEAR(symbol, (double)differ, 0, 0);
    free(out);
}

static void talib_gives_the_same_integers(void)
{
    enum { POINTS = 50000 };
    const char *path = getenv("PENSTOCK_LIBTALIB");
    void *library = dlopen(path != NULL ? path : "libta-lib.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        SKIP("no TA-Lib; PENSTOCK_LIBTALIB says where it is");
    union {
        void *object;
        int (*call)(void);
    } initialize = { dlsym(library, "TA_Initialize") };
    CHECK(initialize.object != NULL && initialize.call() == 0);
    for (int i = 0; i < 3; i++) {
        static const double ticks[] = { 1.0 / 64, 0, 0.01 };
        bars b = make_candles(1, POINTS, 81 + (uint64_t)i, ticks[i]);
        double *got = calloc((size_t)PATTERNS * POINTS, sizeof *got);
        CHECK_OK(run_with(all_patterns(), NULL, PEN_F64, &b, got));
        for (size_t p = 0; p < PATTERNS; p++)
            compare_with_talib(library, p, &b, got + p * POINTS);
        free(got);
        free_bars(&b);
    }
}

static const check_test tests[] = {
    TEST(every_pattern_matches_its_definition),
    TEST(lookbacks_are_those_of_talib),
    TEST(settings_change_what_is_long_and_near),
    TEST(settings_out_of_range_are_errors),
    TEST(gaps_and_quiet_bars_match_the_definitions),
    TEST(a_short_series_has_no_values),
    TEST(well_known_patterns_are_seen),
    TEST(bits_are_the_same_on_every_device),
    TEST(a_long_series_in_chunks_has_the_bits_of_one_pass),
    TEST(a_pattern_does_not_depend_on_its_neighbours),
    TEST(talib_gives_the_same_integers),
};

CPU_TEST_MAIN(tests)
