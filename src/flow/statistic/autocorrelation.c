/* Correlation of a series with itself and with another, at lags; on the host. */
#define _DEFAULT_SOURCE
#include <math.h>

#include "../../machine/base/alloc.h"
#include "series.h"

/* x less its mean, in units of its largest deviation, so that squares neither overflow nor
 * vanish; zeros if it does not vary. */
static void centre(const double *x, size_t n, double *out)
{
    double mean = 0, rest = 0, most = 0, low = INFINITY, high = -INFINITY;
    for (size_t t = 0; t < n; t++) {
        mean += (x[t] - mean) / (double)(t + 1);
        low = fmin(low, x[t]);
        high = fmax(high, x[t]);
    }
    for (size_t t = 0; t < n; t++)
        rest += (x[t] - mean) / (double)n;
    for (size_t t = 0; t < n; t++)
        most = fmax(most, fabs(x[t] - mean - rest));
    for (size_t t = 0; t < n; t++)
        out[t] = high > low ? (x[t] - mean - rest) / most : 0;
}

/* Sum of x[t] y[t + lag], in four running sums. */
static double lagged_product(const double *x, const double *y, size_t n, size_t lag)
{
    double sum[4] = { 0 };
    size_t count = n - lag, t = 0;
    for (; t + 4 <= count; t += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += x[t + k] * y[t + k + lag];
    for (; t < count; t++)
        sum[0] += x[t] * y[t + lag];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* Partial autocorrelations: the last coefficient of each order.  phi: [2][max_lag + 1]. */
static void partial(const double *acf, size_t max_lag, double *phi, double *out)
{
    double *now = phi, *before = phi + max_lag + 1, variance = 1;
    out[0] = 1;
    for (size_t k = 1; k <= max_lag; k++) {
        double along = acf[k];
        for (size_t j = 1; j < k; j++)
            along -= before[j] * acf[k - j];
        double last = along / variance;
        for (size_t j = 1; j < k; j++)
            now[j] = before[j] - last * before[k - j];
        now[k] = last;
        variance *= 1 - last * last;
        out[k] = last;
        double *swap = now;
        now = before;
        before = swap;
    }
}

/* Upper tail of the chi squared law with `degrees` degrees: the upper incomplete gamma
 * function of half of each, by its series below and its continued fraction above (NIST Digital
 * Library of Mathematical Functions, 8.11.4 and 8.9.2). */
static double chi_squared_tail(double q, size_t degrees)
{
    double a = 0.5 * (double)degrees, x = 0.5 * q;
    if (isnan(x) || x <= 0)
        return isnan(x) ? NAN : 1;
    int sign; /* lgamma() writes it where all threads do */
    double scale = exp(a * log(x) - x - lgamma_r(a, &sign));
    if (x < a + 1) {
        double term = 1 / a, sum = term;
        for (double k = a + 1; term > sum * 0x1p-54; k++)
            sum += term *= x / k;
        return fmax(0, 1 - scale * sum);
    }
    double b = x + 1 - a, c = 1e300, d = 1 / b, value = d;
    for (int i = 1; i < 10000; i++) {
        double numerator = -i * (i - a);
        b += 2;
        d = 1 / (numerator * d + b);
        c = b + numerator / c;
        value *= c * d;
        if (fabs(c * d - 1) < 0x1p-52)
            break;
    }
    return scale * value;
}

/* What follows from the acf. */
static void derive(const double *acf, size_t n, size_t max_lag, double *phi,
                   const pen_autocorrelation *out)
{
    double squares = 0, q = 0, count = (double)n;
    for (size_t k = 0; k <= max_lag; k++) {
        if (out->acf != NULL)
            out->acf[k] = acf[k];
        if (out->band != NULL)
            out->band[k] = k == 0 ? 0 : 1.959963984540054 * sqrt((1 + 2 * squares) / count);
        squares += k == 0 ? 0 : acf[k] * acf[k];
        q += k == 0 ? 0 : acf[k] * acf[k] / (double)(n - k);
        if (out->ljung_box != NULL)
            out->ljung_box[k] = count * (count + 2) * q;
        if (out->p_value != NULL)
            out->p_value[k] = k == 0 ? 1 : chi_squared_tail(count * (count + 2) * q, k);
    }
    if (out->pacf != NULL)
        partial(acf, max_lag, phi, out->pacf);
}

pen_status pen_statistic_autocorrelation(const double *x, size_t n, size_t max_lag,
                                         const pen_autocorrelation *out)
{
    double *d, *acf;
    PEN_TRY(statistic_check_finite("pen_statistic_autocorrelation", "x", x, n));
    if (max_lag >= n)
        return pen_fail(PEN_E_ARG,
                        "pen_statistic_autocorrelation: %zu lags of %zu points, expected fewer",
                        max_lag, n);
    PEN_TRY(pen_alloc_array(n, sizeof *d, (void **)&d));
    pen_status s = pen_alloc(3 * (max_lag + 1), sizeof *acf, (void **)&acf);
    if (s == PEN_OK) {
        centre(x, n, d);
        double squares = lagged_product(d, d, n, 0);
        for (size_t k = 0; k <= max_lag; k++)
            acf[k] = lagged_product(d, d, n, k) / squares;
        derive(acf, n, max_lag, acf + max_lag + 1, out);
    }
    pen_free(acf);
    pen_free(d);
    return s;
}

pen_status pen_statistic_cross_correlation(const double *x, const double *y, size_t n,
                                           size_t max_lag, double *out)
{
    double *d;
    PEN_TRY(statistic_check_finite("pen_statistic_cross_correlation", "x", x, n));
    PEN_TRY(statistic_check_finite("pen_statistic_cross_correlation", "y", y, n));
    if (max_lag >= n)
        return pen_fail(PEN_E_ARG,
                        "pen_statistic_cross_correlation: %zu lags of %zu points, expected fewer",
                        max_lag, n);
    PEN_TRY(pen_alloc_array(2 * n, sizeof *d, (void **)&d));
    double *e = d + n;
    centre(x, n, d);
    centre(y, n, e);
    double scale = sqrt(lagged_product(d, d, n, 0)) * sqrt(lagged_product(e, e, n, 0));
    for (size_t k = 0; k <= max_lag; k++) {
        out[max_lag + k] = lagged_product(d, e, n, k) / scale;
        out[max_lag - k] = lagged_product(e, d, n, k) / scale;
    }
    pen_free(d);
    return PEN_OK;
}
