/* Bands and channels against independent long double formulas. */
#include "indicator_check.h"
#include "ref_average.h"

static pen_device *cpu;
static pen_queue *cpu_queue;

/* out = middle +- width, from `first` on. */
static void write_band(const wide *middle, const wide *width, int n, int first, wide up, wide down,
                       double *const *out)
{
    for (int t = first; t < n; t++) {
        out[0][t] = (double)(middle[t] + up * width[t]);
        out[1][t] = (double)middle[t];
        out[2][t] = (double)(middle[t] - down * width[t]);
    }
}

static void ref_bbands(const ref_in *in, const double *p, double *const *out)
{
    int n = in->n, period = (int)p[0];
    wide *x = ref_wide(in->close, n), *middle = ref_zeros(n), *width = ref_zeros(n);
    int first = ref_ma_of(x, n, 0, (int)p[3], period, middle);
    for (int t = period - 1; t < n; t++)
        width[t] = sqrtl(ref_deviation2(in->close, t, period) / period);
    write_band(middle, width, n, first, p[1], p[2], out);
    free(x);
    free(middle);
    free(width);
}

/* Of the same bands: their place of the price, and their width. */
static void ref_of_bbands(const ref_in *in, const double *p, double *const *out, bool is_width)
{
    double *band[3];
    for (int i = 0; i < 3; i++) {
        band[i] = calloc((size_t)in->n + 1, sizeof **band);
        for (int t = 0; t < in->n; t++)
            band[i][t] = NAN;
    }
    ref_bbands(in, p, band);
    for (int t = 0; t < in->n; t++) {
        wide width = (wide)band[0][t] - band[2][t];
        out[0][t] = (double)(is_width ? width / band[1][t] : (in->close[t] - band[2][t]) / width);
    }
    for (int i = 0; i < 3; i++)
        free(band[i]);
}

static void ref_percent_b(const ref_in *in, const double *p, double *const *out)
{
    ref_of_bbands(in, p, out, false);
}

static void ref_bandwidth(const ref_in *in, const double *p, double *const *out)
{
    ref_of_bbands(in, p, out, true);
}

static void ref_accbands(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1; t < in->n; t++) {
        wide upper = 0, middle = 0, lower = 0;
        for (int k = t - n + 1; k <= t; k++) {
            wide q = 4 * ((wide)in->high[k] - in->low[k]) / ((wide)in->high[k] + in->low[k]);
            upper += in->high[k] * (1 + q) / n;
            lower += in->low[k] * (1 - q) / n;
            middle += (wide)in->close[k] / n;
        }
        out[0][t] = (double)upper;
        out[1][t] = (double)middle;
        out[2][t] = (double)lower;
    }
}

static void ref_keltner(const ref_in *in, const double *p, double *const *out)
{
    int n = in->n, wilder = (int)p[2];
    wide *x = ref_wide(in->close, n), *middle = ref_zeros(n), *range = ref_zeros(n);
    int first = ref_ma_of(x, n, 0, REF_EMA, (int)p[0], middle);
    for (int t = 1; t < n; t++)
        range[t] = fmaxl((wide)in->high[t] - in->low[t],
                         fmaxl(fabsl((wide)in->high[t] - in->close[t - 1]),
                               fabsl((wide)in->low[t] - in->close[t - 1])));
    ref_average(range, n, wilder, wilder, 1.0L / wilder, x);
    write_band(middle, x, n, first > wilder ? first : wilder, p[1], p[1], out);
    free(x);
    free(middle);
    free(range);
}

static void ref_donchian(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1; t < in->n; t++) {
        double high = in->high[t], low = in->low[t];
        for (int k = 1; k < n; k++) {
            high = fmax(high, in->high[t - k]);
            low = fmin(low, in->low[t - k]);
        }
        out[0][t] = high;
        out[1][t] = (high + low) / 2;
        out[2][t] = low;
    }
}

static void ref_envelope(const ref_in *in, const double *p, double *const *out)
{
    int n = in->n;
    wide *x = ref_wide(in->close, n), *middle = ref_zeros(n);
    int first = ref_ma_of(x, n, 0, (int)p[2], (int)p[0], middle);
    write_band(middle, middle, n, first, p[1] / 100.0L, p[1] / 100.0L, out);
    free(x);
    free(middle);
}

/* Residuals from the line, one by one. */
static void ref_linreg_channel(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1; t < in->n; t++) {
        wide mean = ref_mean(in->close, t, n), across = 0, up = 0, residual = 0;
        for (int k = 0; k < n; k++) {
            wide x = (n - 1) / 2.0L - k;
            across += x * x;
            up += x * in->close[t - k];
        }
        for (int k = 0; k < n; k++) {
            wide off = in->close[t - k] - mean - up / across * ((n - 1) / 2.0L - k);
            residual += off * off / n;
        }
        wide now = mean + up / across * (n - 1) / 2;
        out[0][t] = (double)(now + p[1] * sqrtl(residual));
        out[1][t] = (double)now;
        out[2][t] = (double)(now - p[2] * sqrtl(residual));
    }
}

static const reference references[] = {
    { "bbands:20,2,2,ema", { 20, 2, 2, REF_EMA }, ref_bbands, 1e-14, 0 },
    { "bbands:7,1,-1,tema", { 7, 1, -1, REF_TEMA }, ref_bbands, 1e-14, 0 },
    { "bbands:10,2,3,kama", { 10, 2, 3, REF_KAMA }, ref_bbands, 1e-14, 0 },
    { "percent_b", { 20, 2, 2, REF_SMA }, ref_percent_b, 1e-12, 1e-3 },
    { "percent_b:5,1,2,wma", { 5, 1, 2, REF_WMA }, ref_percent_b, 1e-12, 1e-3 },
    { "bandwidth", { 20, 2, 2, REF_SMA }, ref_bandwidth, 1e-13, 1e-4 },
    { "bandwidth:33,1,3,ema", { 33, 1, 3, REF_EMA }, ref_bandwidth, 1e-13, 1e-4 },
    { "accbands", { 20 }, ref_accbands, 3e-15, 0 },
    { "accbands:2", { 2 }, ref_accbands, 3e-15, 0 },
    { "keltner", { 20, 2, 10 }, ref_keltner, 1e-14, 0 },
    { "keltner:5,1.5,30", { 5, 1.5, 30 }, ref_keltner, 1e-14, 0 },
    { "donchian", { 20 }, ref_donchian, 1e-15, 0 },
    { "donchian:100", { 100 }, ref_donchian, 1e-15, 0 },
    { "envelope", { 20, 2.5, REF_SMA }, ref_envelope, 3e-15, 0 },
    { "envelope:9,10,dema", { 9, 10, REF_DEMA }, ref_envelope, 1e-14, 0 },
    { "linreg_channel", { 100, 2, 2 }, ref_linreg_channel, 3e-14, 0 },
    { "linreg_channel:14,1,3", { 14, 1, 3 }, ref_linreg_channel, 3e-14, 0 },
    { "linreg_channel:3,1,1", { 3, 1, 1 }, ref_linreg_channel, 3e-13, 0 },
};

static void every_band_matches_its_definition(void)
{
    check_references(references, COUNT(references));
}

/* Where the price does not move the place within a band of no width is the middle. */
static void a_flat_price_is_in_the_middle_of_its_bands(void)
{
    enum { POINTS = 60 };
    bars b = make_bars(1, POINTS, 1);
    double got[3 * POINTS];
    for (int t = 0; t < POINTS; t++)
        b.wide[CLOSE][t] = 7.7;
    CHECK_OK(run_plan(cpu_queue, "percent_b bandwidth", PEN_F64, &b, got));
    CHECK_NEAR("percent_b", got[POINTS - 1], 0.5, 0);
    CHECK_NEAR("bandwidth", got[2 * POINTS - 1], 0, 0);
    free_bars(&b);
}

/* On a straight line the channel has no width and no NaN. */
static void a_line_has_a_channel_without_width(void)
{
    enum { POINTS = 400 };
    bars b = make_bars(1, POINTS, 1);
    double got[3 * POINTS];
    for (int t = 0; t < POINTS; t++)
        b.wide[CLOSE][t] = 100 + 0.1 * t;
    CHECK_OK(run_plan(cpu_queue, "linreg_channel:50", PEN_F64, &b, got));
    for (int t = 49; t < POINTS; t++)
        for (int o = 0; o < 3; o++)
            CHECK_NEAR("channel", got[o * POINTS + t], 100 + 0.1 * t, 1e-6);
    free_bars(&b);
}

static const check_test tests[] = {
    TEST(every_band_matches_its_definition),
    TEST(a_flat_price_is_in_the_middle_of_its_bands),
    TEST(a_line_has_a_channel_without_width),
};

CPU_TEST_MAIN(tests)
