/* Options of a plan: unstable periods, in one run, in streams and in chunks. */
#include "indicator_check.h"

enum { POINTS = 400, LATER = 37 };

static pen_device *cpu;
static pen_queue *queue;

static pen_plan *make_plan(const char *text, const pen_plan_options *options)
{
    pen_plan *plan = NULL;
    CHECK_OK(pen_plan_create_with(text, options, &plan));
    return plan;
}

/* All outputs of a plan on one series; release with free(). */
static double *run_series(const pen_plan *plan, const bars *b)
{
    double *out = calloc(pen_plan_output_count(plan) * b->n_points, sizeof *out);
    CHECK_OK(run_compiled(queue, plan, PEN_F64, b, out));
    return out;
}

/* got is want from t = from on, and NaN before. */
static void check_tail(const char *label, const double *got, const double *want, size_t from,
                       size_t n)
{
    for (size_t t = 0; t < n; t++) {
        char where[128];
        snprintf(where, sizeof where, "%s t=%zu", label, t);
        CHECK_NEAR(where, got[t], t < from ? NAN : want[t], 0);
    }
}

static void an_unstable_period_leaves_out_first_values(void)
{
    bars b = make_bars(1, POINTS, 41);
    size_t found = 0;
    for (int i = 0; i < PEN_UNSTABLE_COUNT; i++) {
        const char *name = pen_unstable_name((pen_unstable)i);
        pen_plan_options options = pen_plan_options_default();
        options.unstable[i] = LATER;
        pen_plan *plan = make_plan(name, &options), *plain = make_plan(name, NULL);
        double *got = run_series(plan, &b), *want = run_series(plain, &b);
        CHECK(pen_indicator_is_unstable(pen_indicator_find(name)));
        for (size_t o = 0; o < pen_plan_output_count(plan); o++) {
            size_t lookback = pen_plan_lookback(plan, o);
            CHECK(lookback == pen_plan_lookback(plain, o) + LATER);
            check_tail(pen_plan_output(plan, o), got + o * POINTS, want + o * POINTS, lookback,
                       POINTS);
        }
        free(got);
        free(want);
        pen_plan_destroy(plan);
        pen_plan_destroy(plain);
    }
    for (size_t i = 0; i < pen_indicator_count(); i++)
        found += pen_indicator_is_unstable(pen_indicator_at(i));
    CHECK(found == PEN_UNSTABLE_COUNT);
    CHECK(pen_unstable_name(PEN_UNSTABLE_COUNT) == NULL);
    free_bars(&b);
}

/* Exponential average of x from `from` on, seeded with a mean; returns its first bar. */
static int ref_ema(const double *x, int from, int n, int period, double *out)
{
    wide e = 0;
    int first = from + period - 1;
    for (int t = from; t <= first && t < n; t++)
        e += (wide)x[t] / period;
    for (int t = first; t < n; t++) {
        e += t > first ? 2.0L / (period + 1) * (x[t] - e) : 0;
        out[t] = (double)e;
    }
    return first;
}

/* The average of an average starts where that is shown. */
static void what_is_built_on_it_starts_later(void)
{
    enum { PERIOD = 12, WAIT = 9 };
    bars b = make_bars(1, POINTS, 42);
    double once[POINTS], twice[POINTS], want[POINTS];
    pen_plan_options options = pen_plan_options_default();
    options.unstable[PEN_UNSTABLE_EMA] = WAIT;
    pen_plan *plan = make_plan("dema:12", &options);
    double *got = run_series(plan, &b);
    int first = ref_ema(b.wide[CLOSE], 0, POINTS, PERIOD, once) + WAIT;
    first = ref_ema(once, first, POINTS, PERIOD, twice) + WAIT;
    for (int t = 0; t < POINTS; t++)
        want[t] = t < first ? NAN : 2 * once[t] - twice[t];
    CHECK(pen_plan_lookback(plan, 0) == (size_t)first);
    check_output("dema:12", got, PEN_F64, want, POINTS, 1e-12);
    free(got);
    pen_plan_destroy(plan);
    free_bars(&b);
}

/* One run, a stream bar by bar, and chunks side by side. */
static void check_ways(const char *text, const pen_plan_options *options, size_t n)
{
    bars b = make_bars(1, n, 43);
    pen_plan *plan = make_plan(text, options);
    check_stream_is_run(queue, plan, &b);
    pen_plan_destroy(plan);
    free_bars(&b);
}

static void streams_honour_them(void)
{
    pen_plan_options options = pen_plan_options_default();
    for (int i = 0; i < PEN_UNSTABLE_COUNT; i++)
        options.unstable[i] = 5 + i;
    check_ways("macd tema:7 adxr:5 stochrsi natr:5 ht_sine mama t3 keltner", &options, 300);
}

/* The first chunks end before anything is shown. */
static void chunks_honour_them(void)
{
    enum { N = 60000, WAIT = 30011 };
    bars b = make_bars(1, N, 44);
    pen_plan_options options = pen_plan_options_default();
    options.unstable[PEN_UNSTABLE_RSI] = options.unstable[PEN_UNSTABLE_T3] = WAIT;
    pen_plan *plan = make_plan("rsi:9 t3 sma:5", &options);
    pen_plan *plain = make_plan("rsi:9 t3 sma:5", NULL);
    double *got = run_series(plan, &b), *want = run_series(plain, &b);
    for (size_t o = 0; o < 3; o++)
        check_tail(pen_plan_output(plan, o), got + o * N, want + o * N, pen_plan_lookback(plan, o),
                   N);
    CHECK(pen_plan_lookback(plan, 0) == 9 + WAIT && pen_plan_lookback(plan, 2) == 4);
    free(got);
    free(want);
    pen_plan_destroy(plan);
    pen_plan_destroy(plain);
    free_bars(&b);
}

static void options_out_of_range_are_refused(void)
{
    pen_plan_options options = pen_plan_options_default();
    pen_plan *plan;
    options.unstable[PEN_UNSTABLE_RSI] = -1;
    CHECK_STATUS(pen_plan_create_with("rsi", &options, &plan), PEN_E_ARG);
    CHECK_ERROR_SAYS("unstable period of rsi is -1, expected 0 to 100000");
    options.unstable[PEN_UNSTABLE_RSI] = 100001;
    CHECK_STATUS(pen_plan_create_with("sma", &options, &plan), PEN_E_ARG);
}

static const check_test tests[] = {
    TEST(an_unstable_period_leaves_out_first_values),
    TEST(what_is_built_on_it_starts_later),
    TEST(streams_honour_them),
    TEST(chunks_honour_them),
    TEST(options_out_of_range_are_refused),
};

int main(int argc, char **argv)
{
    CHECK_OK(pen_device_open("cpu", &cpu));
    CHECK_OK(pen_queue_create(cpu, &queue));
    int code = check_main_(tests, COUNT(tests), argc, argv);
    pen_queue_destroy(queue);
    pen_device_close(cpu);
    return code;
}
