/* Statistics over windows, and prices of a bar, against long double formulas. */
#include "indicator_check.h"

static pen_device *cpu;
static pen_queue *cpu_queue;

/* ---- Prices of a bar ---- */

static void ref_avgprice(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    for (int t = 0; t < in->n; t++)
        out[0][t] = (double)(((wide)in->open[t] + in->high[t] + in->low[t] + in->close[t]) / 4);
}

static void ref_medprice(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    for (int t = 0; t < in->n; t++)
        out[0][t] = (double)(((wide)in->high[t] + in->low[t]) / 2);
}

static void ref_typprice(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    for (int t = 0; t < in->n; t++)
        out[0][t] = (double)(((wide)in->high[t] + in->low[t] + in->close[t]) / 3);
}

static void ref_wclprice(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    for (int t = 0; t < in->n; t++)
        out[0][t] = (double)(((wide)in->high[t] + in->low[t] + 2 * (wide)in->close[t]) / 4);
}

/* ---- Extremes and sums ---- */

/* The newest of the values that are extreme in the n up to t. */
static int extreme_at(const double *x, int t, int n, int sign)
{
    int best = t;
    for (int k = 1; k < n; k++)
        best = sign * x[t - k] > sign * x[best] ? t - k : best;
    return best;
}

static void ref_minmax(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++) {
        out[0][t] = in->close[extreme_at(in->close, t, (int)p[0], -1)];
        out[1][t] = in->close[extreme_at(in->close, t, (int)p[0], 1)];
    }
}

static void ref_minmaxindex(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++) {
        out[0][t] = extreme_at(in->close, t, (int)p[0], -1);
        out[1][t] = extreme_at(in->close, t, (int)p[0], 1);
    }
}

static void ref_maxindex(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++)
        out[0][t] = extreme_at(in->close, t, (int)p[0], 1);
}

static void ref_minindex(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++)
        out[0][t] = extreme_at(in->close, t, (int)p[0], -1);
}

static void ref_sum(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++)
        out[0][t] = (double)(ref_mean(in->close, t, (int)p[0]) * (wide)p[0]);
}

/* ---- Moments ---- */

/* Mean of ((x - mean) / scale)^power of the n values up to t. */
static wide moment(const double *x, int t, int n, int power, wide scale)
{
    wide mean = ref_mean(x, t, n), sum = 0;
    for (int k = 0; k < n; k++)
        sum += powl((x[t - k] - mean) / scale, power);
    return sum / n;
}

static void ref_avgdev(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1; t < in->n; t++) {
        wide mean = ref_mean(in->close, t, n), sum = 0;
        for (int k = 0; k < n; k++)
            sum += fabsl(in->close[t - k] - mean);
        out[0][t] = (double)(sum / n);
    }
}

static wide stdev(const double *x, int t, int n)
{
    return sqrtl(ref_deviation2(x, t, n) / n);
}

static void ref_stddev(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++)
        out[0][t] = (double)(p[1] * stdev(in->close, t, (int)p[0]));
}

static void ref_var(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++)
        out[0][t] = (double)(ref_deviation2(in->close, t, (int)p[0]) / (wide)p[0]);
}

static void ref_stderr(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++)
        out[0][t] = (double)(stdev(in->close, t, (int)p[0]) / sqrtl((wide)p[0]));
}

static void ref_zscore(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1; t < in->n; t++)
        out[0][t] = (double)((in->close[t] - ref_mean(in->close, t, n)) / stdev(in->close, t, n));
}

static void ref_skew(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1; t < in->n; t++)
        out[0][t] = (double)moment(in->close, t, n, 3, stdev(in->close, t, n));
}

static void ref_kurtosis(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1; t < in->n; t++)
        out[0][t] = (double)(moment(in->close, t, n, 4, stdev(in->close, t, n)) - 3);
}

/* ---- Two series ---- */

static wide comoment(const double *x, const double *y, int t, int n)
{
    wide mean_x = ref_mean(x, t, n), mean_y = ref_mean(y, t, n), sum = 0;
    for (int k = 0; k < n; k++)
        sum += (x[t - k] - mean_x) * (y[t - k] - mean_y);
    return sum;
}

static void ref_covar(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++)
        out[0][t] = (double)(comoment(in->high, in->low, t, (int)p[0]) / (wide)p[0]);
}

static void ref_autocorr(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0], lag = (int)p[1];
    for (int t = n - 1 + lag; t < in->n; t++) {
        const double *old = in->close - lag;
        wide scale = sqrtl(ref_deviation2(in->close, t, n) * ref_deviation2(old, t, n));
        out[0][t] = (double)(comoment(in->close, old, t, n) / scale);
    }
}

static void ref_beta(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n; t < in->n; t++) {
        wide x = 0, y = 0, xx = 0, xy = 0;
        for (int k = t - n + 1; k <= t; k++) {
            x += ((wide)in->high[k] / in->high[k - 1] - 1) / n;
            y += ((wide)in->low[k] / in->low[k - 1] - 1) / n;
        }
        for (int k = t - n + 1; k <= t; k++) {
            wide dx = (wide)in->high[k] / in->high[k - 1] - 1 - x;
            xx += dx * dx;
            xy += dx * ((wide)in->low[k] / in->low[k - 1] - 1 - y);
        }
        out[0][t] = n == 1 ? 0 : (double)(xy / xx);
    }
}

/* ---- The least-squares line ---- */

typedef struct line {
    wide oldest, slope, explained;
} line;

static line line_through(const double *x, int t, int n)
{
    wide mean = ref_mean(x, t, n), up = 0, across = 0;
    for (int k = 0; k < n; k++) {
        wide at_x = (n - 1) / 2.0L - k;
        up += at_x * x[t - k];
        across += at_x * at_x;
    }
    wide slope = up / across;
    return (line){ mean - slope * (n - 1) / 2, slope, up * up / across / ref_deviation2(x, t, n) };
}

#define REF_OF_LINE(name, value)                                                                   \
    static void ref_##name(const ref_in *in, const double *p, double *const *out)                  \
    {                                                                                              \
        int n = (int)p[0];                                                                         \
        for (int t = n - 1; t < in->n; t++) {                                                      \
            line f = line_through(in->close, t, n);                                                \
            out[0][t] = (double)(value);                                                           \
        }                                                                                          \
    }
REF_OF_LINE(slope, f.slope)
REF_OF_LINE(angle, atanl(f.slope) * 180 / acosl(-1))
REF_OF_LINE(intercept, f.oldest)
REF_OF_LINE(tsf, f.oldest + f.slope * n)
REF_OF_LINE(residual, in->close[t] - (f.oldest + f.slope * (n - 1)))
REF_OF_LINE(r2, f.explained)

/* ---- Order ---- */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void ref_quantile(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    double *order = calloc((size_t)n, sizeof *order);
    for (int t = n - 1; t < in->n; t++) {
        memcpy(order, in->close + t - n + 1, (size_t)n * sizeof *order);
        qsort(order, (size_t)n, sizeof *order, compare_doubles);
        wide place = (wide)p[1] * (n - 1);
        int i = (int)place, j = i + 1 < n ? i + 1 : i;
        out[0][t] = (double)(order[i] + (place - i) * ((wide)order[j] - order[i]));
    }
    free(order);
}

static void ref_median(const ref_in *in, const double *p, double *const *out)
{
    ref_quantile(in, (double[]){ p[0], 0.5 }, out);
}

static void ref_rank(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1; t < in->n; t++) {
        wide place = 0.5L;
        for (int k = 0; k < n; k++)
            place += in->volume[t - k] < in->volume[t]    ? 1
                     : in->volume[t - k] == in->volume[t] ? 0.5L
                                                          : 0;
        out[0][t] = (double)(place / n);
    }
}

static void ref_percentrank(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n; t < in->n; t++) {
        wide count = 0;
        for (int k = 1; k <= n; k++)
            count += in->close[t - k] <= in->close[t];
        out[0][t] = (double)(100 * count / n);
    }
}

/* ---- Hurst ---- */

static void ref_hurst(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1 + 16; t < in->n; t++) {
        wide slope = 0;
        for (int i = 0; i < 5; i++) {
            int lag = 1 << i;
            wide mean = 0, square = 0;
            for (int k = 0; k < n; k++)
                mean += logl((wide)in->close[t - k] / in->close[t - k - lag]) / n;
            for (int k = 0; k < n; k++)
                square += powl(logl((wide)in->close[t - k] / in->close[t - k - lag]) - mean, 2) / n;
            slope += (i - 2) * logl(sqrtl(square)) / (10 * logl(2));
        }
        out[0][t] = (double)slope;
    }
}

/* A residual or a slope may be a small part of the price: series of 14 points have one value,
 * and that is the column's scale. */
static const reference references[] = {
    { "avgprice", { 0 }, ref_avgprice, 1e-15, 0 },
    { "medprice", { 0 }, ref_medprice, 1e-15, 0 },
    { "typprice", { 0 }, ref_typprice, 1e-15, 0 },
    { "wclprice", { 0 }, ref_wclprice, 1e-15, 0 },
    { "minmax", { 30 }, ref_minmax, 0, 0 },
    { "minmax:2", { 2 }, ref_minmax, 0, 0 },
    { "minmaxindex:7", { 7 }, ref_minmaxindex, 0, 0 },
    { "minindex", { 30 }, ref_minindex, 0, 0 },
    { "maxindex:65", { 65 }, ref_maxindex, 0, 0 },
    { "sum", { 30 }, ref_sum, 1e-15, 0 },
    { "sum:77", { 77 }, ref_sum, 1e-15, 0 },
    { "avgdev", { 14 }, ref_avgdev, 1e-13, 0 },
    { "avgdev:70", { 70 }, ref_avgdev, 1e-13, 0 },
    { "stddev", { 5, 1 }, ref_stddev, 1e-13, 0 },
    { "stddev:31,-2.5", { 31, -2.5 }, ref_stddev, 1e-13, 0 },
    { "var", { 5 }, ref_var, 1e-13, 0 },
    { "var:1", { 1 }, ref_var, 1e-13, 0 },
    { "var:100", { 100 }, ref_var, 1e-13, 0 },
    { "stderr", { 20 }, ref_stderr, 1e-13, 0 },
    { "zscore", { 20 }, ref_zscore, 1e-12, 0 },
    { "zscore:3", { 3 }, ref_zscore, 1e-12, 0 },
    { "skew", { 20 }, ref_skew, 1e-12, 0 },
    { "skew:3", { 3 }, ref_skew, 3e-11, 0 },
    { "kurtosis", { 20 }, ref_kurtosis, 1e-12, 0 },
    { "kurtosis:77", { 77 }, ref_kurtosis, 1e-12, 0 },
    { "covar", { 30 }, ref_covar, 1e-13, 0 },
    { "covar:7", { 7 }, ref_covar, 1e-13, 0 },
    { "autocorr", { 30, 1 }, ref_autocorr, 1e-12, 0 },
    { "autocorr:10,45", { 10, 45 }, ref_autocorr, 1e-12, 0 },
    { "autocorr:41,3", { 41, 3 }, ref_autocorr, 1e-12, 0 },
    { "beta", { 5 }, ref_beta, 1e-12, 0 },
    { "beta:1", { 1 }, ref_beta, 0, 0 },
    { "beta:60", { 60 }, ref_beta, 1e-12, 0 },
    { "linearreg_slope", { 14 }, ref_slope, 1e-13, 2e-3 },
    { "linearreg_slope:100", { 100 }, ref_slope, 1e-13, 0 },
    { "linearreg_angle", { 14 }, ref_angle, 1e-13, 2e-4 },
    { "linearreg_intercept", { 14 }, ref_intercept, 1e-14, 0 },
    { "tsf", { 14 }, ref_tsf, 1e-14, 0 },
    { "tsf:2", { 2 }, ref_tsf, 1e-14, 0 },
    { "linearreg_residual", { 14 }, ref_residual, 1e-11, 0 },
    { "linearreg_r2", { 14 }, ref_r2, 1e-11, 1e-2 },
    { "linearreg_r2:3", { 3 }, ref_r2, 1e-11, 1e-2 },
    { "median", { 20 }, ref_median, 1e-15, 0 },
    { "median:1", { 1 }, ref_median, 0, 0 },
    { "median:65", { 65 }, ref_median, 0, 0 },
    { "quantile:20,0.9", { 20, 0.9 }, ref_quantile, 1e-15, 0 },
    { "quantile:33,1", { 33, 1 }, ref_quantile, 0, 0 },
    { "quantile:33,0", { 33, 0 }, ref_quantile, 0, 0 },
    { "rank@volume", { 20 }, ref_rank, 1e-15, 0 },
    { "rank:300@volume", { 300 }, ref_rank, 1e-15, 0 },
    { "percentrank", { 100 }, ref_percentrank, 1e-15, 0 },
    { "percentrank:1", { 1 }, ref_percentrank, 0, 0 },
    { "hurst", { 100 }, ref_hurst, 1e-12, 0 },
    { "hurst:30", { 30 }, ref_hurst, 1e-12, 0 },
};

static void every_statistic_matches_its_definition(void)
{
    check_references(references, COUNT(references));
}

/* ---- Published values and edges ---- */

static void run_closes(const char *text, const double *x, size_t n, double *out)
{
    bars b = { .n_series = 1, .n_points = n, .wide[CLOSE] = (double *)x };
    CHECK_OK(run_plan(cpu_queue, text, PEN_F64, &b, out));
}

static void published_values_are_met(void)
{
    /* Wikipedia, "Standard deviation": these eight have 2.  The rest of them by hand. */
    static const double eight[] = { 2, 4, 4, 4, 5, 5, 7, 9 };
    double got[COUNT(eight)];
    run_closes("stddev:8", eight, 8, got);
    CHECK_NEAR("stddev", got[7], 2, 1e-15);
    run_closes("zscore:8", eight, 8, got);
    CHECK_NEAR("zscore", got[7], 2, 1e-15);
    run_closes("avgdev:8", eight, 8, got);
    CHECK_NEAR("avgdev", got[7], 1.5, 1e-15);
    run_closes("median:8", eight, 8, got);
    CHECK_NEAR("median", got[7], 4.5, 0);
    run_closes("skew:8", eight, 8, got);
    CHECK_NEAR("skew", got[7], 0.65625, 1e-15);
    run_closes("kurtosis:8", eight, 8, got);
    CHECK_NEAR("kurtosis", got[7], 2.78125 - 3, 1e-15);
    /* pandas' documentation of rank(pct=True): 4, 2, 4, 8 ranks 0.625, 0.25, 0.625, 1. */
    static const double animals[] = { 8, 2, 4, 4 };
    run_closes("rank:4", animals, 4, got);
    CHECK_NEAR("rank", got[3], 0.625, 0);
    /* R's documentation of quantile(): type 7 of 1 .. 10 at 0.25 is 3.25. */
    static const double ten[] = { 10, 1, 9, 2, 8, 3, 7, 4, 6, 5 };
    double of_ten[10];
    run_closes("quantile:10,0.25", ten, 10, of_ten);
    CHECK_NEAR("quantile", of_ten[9], 3.25, 0);
}

/* A price that does not move has no spread, whatever the window and the price. */
static void a_flat_price_has_no_spread(void)
{
    enum { POINTS = 400 };
    static const char *const calls[] = { "stddev",   "var",      "zscore",      "skew",
                                         "kurtosis", "autocorr", "linearreg_r2" };
    static const double prices[] = { 10.1, 1e-3, 12345.678, 0 };
    double x[POINTS], got[POINTS];
    for (size_t c = 0; c < COUNT(calls); c++)
        for (size_t i = 0; i < COUNT(prices); i++)
            for (int n = 2; n < 200; n += 9) {
                char text[64];
                snprintf(text, sizeof text, "%s:%d", calls[c], n);
                for (size_t t = 0; t < POINTS; t++)
                    x[t] = prices[i];
                run_closes(text, x, POINTS, got);
                CHECK_NEAR(text, got[POINTS - 1], 0, 0);
            }
}

static void a_hurst_exponent_tells_trends_from_reversals(void)
{
    enum { POINTS = 600 };
    double walk[POINTS], straight[POINTS], saw[POINTS], got[POINTS];
    pen_rng rng;
    pen_rng_init(&rng, 5, 0, 0, 0);
    double sum = 0;
    for (int t = 0; t < POINTS; t++) {
        sum += 0.02 * (pen_rng_uniform(&rng) - 0.5);
        walk[t] = 100 * exp(sum);
        straight[t] = 100 * exp(1e-4 * t * t / POINTS);
        saw[t] = 100 + t % 2 + 0.01 * pen_rng_uniform(&rng);
    }
    run_closes("hurst:500", walk, POINTS, got);
    CHECK(got[POINTS - 1] > 0.4 && got[POINTS - 1] < 0.6);
    run_closes("hurst:500", straight, POINTS, got);
    CHECK_NEAR("hurst", got[POINTS - 1], 1, 1e-3);
    run_closes("hurst:500", saw, POINTS, got);
    CHECK(got[POINTS - 1] < 0.1);
}

/* A NaN leaves the order with its window, and infinities are values. */
static void order_survives_gaps_and_infinities(void)
{
    enum { POINTS = 120, GAP = 50 };
    bars b = make_bars(1, POINTS, 4);
    b.wide[CLOSE][GAP] = NAN;
    b.wide[CLOSE][90] = INFINITY;
    double got[3 * POINTS];
    CHECK_OK(run_plan(cpu_queue, "median:10 rank:10 percentrank:9", PEN_F64, &b, got));
    for (size_t o = 0; o < 3; o++)
        for (size_t t = 12; t < POINTS; t++)
            CHECK(isnan(got[o * POINTS + t]) == (t >= GAP && t < GAP + 10));
    CHECK_NEAR("rank", got[POINTS + 90], 1, 0);
    CHECK(isfinite(got[95]));
    free_bars(&b);
}

static const check_test tests[] = {
    TEST(every_statistic_matches_its_definition),
    TEST(published_values_are_met),
    TEST(a_flat_price_has_no_spread),
    TEST(a_hurst_exponent_tells_trends_from_reversals),
    TEST(order_survives_gaps_and_infinities),
};

CPU_TEST_MAIN(tests)
