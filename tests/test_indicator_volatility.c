/* Indicators of volatility against independent long double formulas. */
#include "indicator_check.h"
#include "ref_average.h"

static wide true_range(const ref_in *in, int t)
{
    return fmaxl(in->high[t], in->close[t - 1]) - fminl(in->low[t], in->close[t - 1]);
}

static void ref_natr(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide *x = ref_zeros(in->n), *e = ref_zeros(in->n);
    for (int t = 1; t < in->n; t++)
        x[t] = true_range(in, t);
    ref_average(x, in->n, n, n, 1.0L / n, e);
    for (int t = n; t < in->n; t++)
        out[0][t] = (double)(100 * e[t] / in->close[t]);
    free(x);
    free(e);
}

static void ref_cvi(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide *e = ref_zeros(in->n);
    for (int t = 0; t < in->n; t++) {
        wide range = (wide)in->high[t] - in->low[t];
        e[t] = t == 0 ? range : e[t - 1] + 2.0L / (n + 1) * (range - e[t - 1]);
        if (t >= 2 * n - 1)
            out[0][t] = (double)(100 * (e[t] - e[t - n]) / e[t - n]);
    }
    free(e);
}

static void ref_mass(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide *ratio = ref_zeros(in->n), once = 0, twice = 0;
    for (int t = 0; t < in->n; t++) {
        wide range = (wide)in->high[t] - in->low[t];
        once = t == 0 ? range : (once * 4 + range) / 5;
        twice = t <= 8 ? once : (twice * 4 + once) / 5;
        ratio[t] = once / twice;
        wide sum = 0;
        for (int k = 0; k < n && t >= n + 15; k++)
            sum += ratio[t - k];
        if (t >= n + 15)
            out[0][t] = (double)sum;
    }
    free(ratio);
}

static void ref_squeeze(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0], first = 2 * n - 2 > n ? 2 * n - 2 : n;
    wide *x = ref_zeros(in->n);
    for (int t = n - 1; t < in->n; t++) {
        wide top = in->high[t], bottom = in->low[t];
        for (int k = 0; k < n; k++) {
            top = fmaxl(top, in->high[t - k]);
            bottom = fminl(bottom, in->low[t - k]);
        }
        x[t] = in->close[t] - ((top + bottom) / 2 + ref_mean(in->close, t, n)) / 2;
    }
    for (int t = first; t < in->n; t++) {
        wide range = 0, mean = 0, up = 0, across = 0;
        for (int k = 0; k < n; k++) {
            wide at_x = (n - 1) / 2.0L - k;
            range += true_range(in, t - k) / n;
            mean += x[t - k] / n;
            up += at_x * x[t - k];
            across += at_x * at_x;
        }
        out[0][t] = p[1] * sqrtl(ref_deviation2(in->close, t, n) / n) < p[2] * range;
        out[1][t] = (double)(mean + up / across * (n - 1) / 2);
    }
    free(x);
}

/* ---- Realised volatility; p: period, bars in a year ---- */

/* Sum of squared deviations from the mean of the n values that end at t. */
static wide deviation2(const wide *x, int t, int n)
{
    wide mean = 0, sum = 0;
    for (int k = 0; k < n; k++)
        mean += x[t - k] / n;
    for (int k = 0; k < n; k++)
        sum += (x[t - k] - mean) * (x[t - k] - mean);
    return sum;
}

static void ref_volatility(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide *x = ref_zeros(in->n);
    for (int t = 1; t < in->n; t++)
        x[t] = (wide)in->close[t] / in->close[t - 1] - 1;
    for (int t = n; t < in->n; t++)
        out[0][t] = (double)sqrtl(p[1] * deviation2(x, t, n) / n);
    free(x);
}

static void ref_vol_close(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide *x = ref_zeros(in->n);
    for (int t = 1; t < in->n; t++)
        x[t] = logl((wide)in->close[t] / in->close[t - 1]);
    for (int t = n; t < in->n; t++)
        out[0][t] = (double)sqrtl(p[1] * deviation2(x, t, n) / (n - 1));
    free(x);
}

static wide squared(wide x)
{
    return x * x;
}

static void ref_vol_parkinson(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++) {
        wide sum = 0;
        for (int k = t; k > t - (int)p[0]; k--)
            sum += squared(logl((wide)in->high[k] / in->low[k]));
        out[0][t] = (double)sqrtl(p[1] * sum / p[0] / (4 * logl(2)));
    }
}

static void ref_vol_garman_klass(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++) {
        wide sum = 0;
        for (int k = t; k > t - (int)p[0]; k--)
            sum += squared(logl((wide)in->high[k] / in->low[k])) / 2 -
                   (2 * logl(2) - 1) * squared(logl((wide)in->close[k] / in->open[k]));
        out[0][t] = (double)sqrtl(p[1] * sum / p[0]);
    }
}

static wide driftless(const ref_in *in, int t, int n)
{
    wide sum = 0;
    for (int k = t; k > t - n; k--) {
        wide o = in->open[k], h = in->high[k], l = in->low[k], c = in->close[k];
        sum += logl(h / c) * logl(h / o) + logl(l / c) * logl(l / o);
    }
    return sum / n;
}

static void ref_vol_rogers_satchell(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++)
        out[0][t] = (double)sqrtl(p[1] * driftless(in, t, (int)p[0]));
}

static void ref_vol_yang_zhang(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide *night = ref_zeros(in->n), *day = ref_zeros(in->n);
    wide k = 0.34L / (1.34L + (n + 1.0L) / (n - 1));
    for (int t = 1; t < in->n; t++) {
        night[t] = logl((wide)in->open[t] / in->close[t - 1]);
        day[t] = logl((wide)in->close[t] / in->open[t]);
    }
    for (int t = n; t < in->n; t++)
        out[0][t] = (double)sqrtl(p[1] * (deviation2(night, t, n) / (n - 1) +
                                          k * deviation2(day, t, n) / (n - 1) +
                                          (1 - k) * driftless(in, t, n)));
    free(night);
    free(day);
}

static const reference references[] = {
    { "natr", { 14 }, ref_natr, 1e-14, 0 },
    { "natr:1", { 1 }, ref_natr, 1e-14, 0 },
    { "cvi", { 10 }, ref_cvi, 1e-12, 1e-3 },
    { "cvi:1", { 1 }, ref_cvi, 1e-12, 1e-3 },
    { "mass", { 25 }, ref_mass, 1e-13, 0 },
    { "mass:1", { 1 }, ref_mass, 1e-13, 0 },
    { "squeeze", { 20, 2, 1.5 }, ref_squeeze, 1e-13, 3e-4 },
    { "squeeze:9,1.5,2", { 9, 1.5, 2 }, ref_squeeze, 1e-13, 3e-4 },
    { "volatility", { 30, 252 }, ref_volatility, 1e-13, 0 },
    { "volatility:5,365", { 5, 365 }, ref_volatility, 1e-13, 0 },
    { "vol_close", { 20, 252 }, ref_vol_close, 1e-13, 0 },
    { "vol_close:2,1", { 2, 1 }, ref_vol_close, 1e-13, 0 },
    { "vol_parkinson", { 20, 252 }, ref_vol_parkinson, 1e-13, 0 },
    { "vol_parkinson:1,365.25", { 1, 365.25 }, ref_vol_parkinson, 1e-13, 0 },
    { "vol_garman_klass", { 20, 252 }, ref_vol_garman_klass, 1e-13, 0 },
    { "vol_garman_klass:60", { 60, 252 }, ref_vol_garman_klass, 1e-13, 0 },
    { "vol_rogers_satchell", { 20, 252 }, ref_vol_rogers_satchell, 1e-13, 0 },
    { "vol_rogers_satchell:3", { 3, 252 }, ref_vol_rogers_satchell, 1e-13, 0 },
    { "vol_yang_zhang", { 20, 252 }, ref_vol_yang_zhang, 1e-13, 0 },
    { "vol_yang_zhang:2,365", { 2, 365 }, ref_vol_yang_zhang, 1e-13, 0 },
};

static void every_indicator_matches_its_definition(void)
{
    check_references(references, COUNT(references));
}

static const check_test tests[] = {
    TEST(every_indicator_matches_its_definition),
};
TEST_MAIN(tests)
