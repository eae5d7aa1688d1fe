/* Unit roots and cointegration: small regressions, on the host. */
#include "mackinnon.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "least_squares.h"
#include "series.h"

pen_unit_root_params pen_unit_root_params_default(void)
{
    return (pen_unit_root_params){ PEN_TREND_CONSTANT, PEN_LAGS_AIC, PEN_LAGS_USUAL };
}

pen_status statistic_check_finite(const char *function, const char *name, const double *x, size_t n)
{
    for (size_t t = 0; t < n; t++)
        if (!isfinite(x[t]))
            return pen_fail(PEN_E_ARG, "%s: %s[%zu] is %g, expected a finite number", function,
                            name, t, x[t]);
    return PEN_OK;
}

/* ---- regressions ---- */

/* Room for n_cols columns of n_rows, a target and a diagonal, in one block. */
static pen_status regression_alloc(size_t n_rows, size_t n_cols, least_squares *f)
{
    size_t cells;
    *f = (least_squares){ .n_rows = n_rows, .n_cols = n_cols };
    PEN_TRY(pen_size_mul(n_rows, n_cols + 1, &cells));
    PEN_TRY(pen_alloc_array(cells + n_cols, sizeof(double), (void **)&f->columns));
    f->target = f->columns + n_rows * n_cols;
    f->diagonal = f->target + n_rows;
    return PEN_OK;
}

/* Constant and time; returns how many. */
static size_t put_trend(least_squares *f, pen_trend trend)
{
    for (size_t t = 0; t < f->n_rows && trend > PEN_TREND_NONE; t++)
        f->columns[t] = 1;
    for (size_t t = 0; t < f->n_rows && trend == PEN_TREND_LINEAR; t++)
        f->columns[f->n_rows + t] = (double)t;
    return (size_t)trend;
}

/* Differences of x on the trend, the level and `lags` differences before, from the point on
 * that has `start` of them.  The level is the column after the trend, or the last. */
static pen_status make_regression(const double *x, size_t n, pen_trend trend, size_t lags,
                                  size_t start, bool is_level_last, least_squares *f)
{
    size_t rows = n - 1 - start;
    PEN_TRY(regression_alloc(rows, (size_t)trend + 1 + lags, f));
    double *to = f->columns + put_trend(f, trend) * rows;
    for (size_t k = 0; k <= lags; k++, to += rows) {
        size_t lag = is_level_last ? k + 1 : k;
        bool is_level = is_level_last ? k == lags : k == 0;
        for (size_t t = 0; t < rows; t++) {
            size_t now = t + start; /* the difference x[now + 1] - x[now] */
            to[t] = is_level ? x[now] : x[now - lag + 1] - x[now - lag];
        }
    }
    for (size_t t = 0; t < rows; t++)
        f->target[t] = x[t + start + 1] - x[t + start];
    return PEN_OK;
}

/* The number of lags with the least criterion. */
static pen_status choose_lags(const double *x, size_t n, pen_trend trend, pen_lag_rule rule,
                              size_t most, size_t *out)
{
    least_squares f;
    double least = INFINITY;
    PEN_TRY(make_regression(x, n, trend, most, most, false, &f));
    bool is_full = least_squares_decompose(&f);
    double n_rows = (double)f.n_rows, penalty = rule == PEN_LAGS_AIC ? 2 : log(n_rows);
    *out = 0;
    for (size_t lags = 0; is_full && lags <= most; lags++) {
        size_t cols = (size_t)trend + 1 + lags;
        double criterion =
            n_rows * log(least_squares_residual(&f, cols) / n_rows) + penalty * (double)cols;
        if (criterion < least) {
            least = criterion;
            *out = lags;
        }
    }
    pen_free(f.columns);
    return PEN_OK;
}

/* The statistic for a number of lags. */
static pen_status fit(const double *x, size_t n, pen_trend trend, size_t lags, pen_unit_root *out)
{
    least_squares f;
    double error = NAN;
    PEN_TRY(make_regression(x, n, trend, lags, lags, true, &f));
    out->coefficient = NAN;
    if (least_squares_decompose(&f))
        least_squares_last(&f, &out->coefficient, &error);
    out->statistic = out->coefficient / error;
    out->lags = lags;
    out->n_used = f.n_rows;
    pen_free(f.columns);
    return PEN_OK;
}

/* The most lags that leave more rows than columns. */
static size_t most_lags(size_t n, pen_trend trend)
{
    size_t half = n / 2, taken = (size_t)trend + 1;
    return half > taken ? half - taken : 0;
}

static pen_status find_lags(const char *function, const double *x, size_t n,
                            const pen_unit_root_params *p, pen_trend trend, size_t *out)
{
    size_t most = most_lags(n, trend);
    if (p->lags < PEN_LAGS_USUAL)
        return pen_fail(PEN_E_ARG, "%s: %d lags, expected 0 or more", function, p->lags);
    if (n < (size_t)trend + 4 || (p->lags > 0 && (size_t)p->lags > most))
        return pen_fail(PEN_E_ARG, "%s: %zu points are too few for %d lags; expected %zu or more",
                        function, n, p->lags > 0 ? p->lags : 0,
                        p->lags > 0 ? 2 * ((size_t)p->lags + (size_t)trend + 1)
                                    : (size_t)trend + 4);
    double usual = ceil(12 * pow((double)n / 100, 0.25));
    *out = p->lags >= 0 ? (size_t)p->lags : usual < (double)most ? (size_t)usual : most;
    if (p->rule == PEN_LAGS_FIXED)
        return PEN_OK;
    return choose_lags(x, n, trend, p->rule, *out, out);
}

pen_status pen_statistic_unit_root(const double *x, size_t n, const pen_unit_root_params *params,
                                   pen_unit_root *out)
{
    size_t lags;
    *out = (pen_unit_root){ 0 };
    PEN_TRY(statistic_check_finite("pen_statistic_unit_root", "x", x, n));
    PEN_TRY(find_lags("pen_statistic_unit_root", x, n, params, params->trend, &lags));
    PEN_TRY(fit(x, n, params->trend, lags, out));
    out->p_value = mackinnon_p_value(out->statistic, params->trend, 1);
    mackinnon_critical(params->trend, 1, (double)out->n_used, out->critical);
    return PEN_OK;
}

pen_status pen_statistic_half_life(const double *x, size_t n, double *out)
{
    pen_unit_root root;
    *out = NAN;
    if (n < 4)
        return pen_fail(PEN_E_ARG, "pen_statistic_half_life: %zu points, expected 4 or more", n);
    PEN_TRY(statistic_check_finite("pen_statistic_half_life", "x", x, n));
    PEN_TRY(fit(x, n, PEN_TREND_CONSTANT, 0, &root));
    double phi = 1 + root.coefficient;
    if (!isnan(phi))
        *out = phi >= 1 ? INFINITY : phi <= 0 ? 0 : log(0.5) / log(phi);
    return PEN_OK;
}

/* ---- cointegration ---- */

/* y on x and the trend; residuals in `left`, NaN if x depend on each other. */
static pen_status regress(const double *y, const double *const *x, size_t n_x, size_t n,
                          pen_trend trend, double *left, pen_cointegration *out)
{
    least_squares f;
    double coefficient[PEN_COINTEGRATION_MOST + 2];
    PEN_TRY(regression_alloc(n, (size_t)trend + n_x, &f));
    size_t first = put_trend(&f, trend);
    for (size_t i = 0; i < n_x; i++)
        memcpy(f.columns + (first + i) * n, x[i], n * sizeof(double));
    memcpy(f.target, y, n * sizeof(double));
    bool is_full = least_squares_decompose(&f);
    if (is_full)
        least_squares_solve(&f, coefficient);
    for (size_t k = 0; !is_full && k < f.n_cols; k++)
        coefficient[k] = NAN;
    pen_free(f.columns);
    out->constant = coefficient[0];
    out->slope = trend == PEN_TREND_LINEAR ? coefficient[1] : 0;
    memcpy(out->hedge, coefficient + first, n_x * sizeof(double));
    for (size_t t = 0; t < n; t++) {
        double fitted = out->constant + out->slope * (double)t;
        for (size_t i = 0; i < n_x; i++)
            fitted += out->hedge[i] * x[i][t];
        left[t] = y[t] - fitted;
    }
    return PEN_OK;
}

/* Are the residuals rounding alone? */
static bool is_perfect(const double *y, const double *left, size_t n)
{
    double low = INFINITY, high = -INFINITY, size = 0, most = 0;
    for (size_t t = 0; t < n; t++) {
        low = fmin(low, y[t]);
        high = fmax(high, y[t]);
        size = fmax(size, fabs(y[t]));
        most = fmax(most, fabs(left[t]));
    }
    return most <= 1e-12 * (high - low) || most <= 0x1p-50 * size;
}

static pen_status test_residuals(const double *y, const double *left, size_t n_x, size_t n,
                                 const pen_unit_root_params *p, pen_cointegration *out)
{
    pen_unit_root *root = &out->residual;
    size_t lags;
    mackinnon_critical(p->trend, n_x + 1, (double)(n - 1), root->critical);
    root->statistic = root->coefficient = root->p_value = out->half_life = NAN;
    if (isnan(left[0]))
        return PEN_OK;
    if (is_perfect(y, left, n)) {
        root->statistic = -INFINITY;
        root->p_value = 0;
        out->half_life = 0;
        return PEN_OK;
    }
    PEN_TRY(find_lags("pen_statistic_cointegration", left, n, p, PEN_TREND_NONE, &lags));
    PEN_TRY(fit(left, n, PEN_TREND_NONE, lags, root));
    root->p_value = mackinnon_p_value(root->statistic, p->trend, n_x + 1);
    return pen_statistic_half_life(left, n, &out->half_life);
}

static pen_status check_series(const double *y, const double *const *x, size_t n_x, size_t n,
                               pen_trend trend)
{
    static const char name[] = "pen_statistic_cointegration";
    if (n_x < 1 || n_x > PEN_COINTEGRATION_MOST)
        return pen_fail(PEN_E_ARG, "%s: %zu series x, expected 1 to %d", name, n_x,
                        PEN_COINTEGRATION_MOST);
    if (trend != PEN_TREND_CONSTANT && trend != PEN_TREND_LINEAR)
        return pen_fail(PEN_E_ARG, "%s: trend %d, expected CONSTANT or LINEAR", name, (int)trend);
    if (n < n_x + (size_t)trend + 4)
        return pen_fail(PEN_E_ARG, "%s: %zu points, expected %zu or more", name, n,
                        n_x + (size_t)trend + 4);
    PEN_TRY(statistic_check_finite(name, "y", y, n));
    for (size_t i = 0; i < n_x; i++)
        PEN_TRY(statistic_check_finite(name, "x", x[i], n));
    return PEN_OK;
}

pen_status pen_statistic_cointegration(const double *y, const double *const *x, size_t n_x,
                                       size_t n, const pen_unit_root_params *params,
                                       double *residuals, pen_cointegration *out)
{
    double *left;
    *out = (pen_cointegration){ 0 };
    PEN_TRY(check_series(y, x, n_x, n, params->trend));
    PEN_TRY(pen_alloc_array(n, sizeof *left, (void **)&left));
    pen_status s = regress(y, x, n_x, n, params->trend, left, out);
    if (s == PEN_OK)
        s = test_residuals(y, left, n_x, n, params, out);
    if (s == PEN_OK && residuals != NULL)
        memcpy(residuals, left, n * sizeof *left);
    pen_free(left);
    return s;
}
