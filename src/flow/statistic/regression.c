/* Least squares with errors that do not ask residuals to be alike and independent. */
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "least_squares.h"
#include "series.h"

typedef struct regression {
    const double *y;
    const double *const *x;
    size_t k, n; /* columns with the constant, rows */
    size_t lags;
    least_squares f;
    double *beta;     /* [k] */
    double *residual; /* [n] */
    double *score;    /* [k][n] residual times what (X'X)^-1 makes of the row */
} regression;

static double cell(const regression *r, size_t column, size_t t)
{
    return column == 0 ? 1 : r->x[column - 1][t];
}

/* row = (X'X)^-1 row, by R' and R. */
static void solve_row(const least_squares *f, double *row)
{
    for (size_t i = 0; i < f->n_cols; i++) {
        for (size_t j = 0; j < i; j++)
            row[i] -= f->columns[i * f->n_rows + j] * row[j];
        row[i] /= f->diagonal[i];
    }
    for (size_t i = f->n_cols; i-- > 0;) {
        for (size_t j = i + 1; j < f->n_cols; j++)
            row[i] -= f->columns[j * f->n_rows + i] * row[j];
        row[i] /= f->diagonal[i];
    }
}

/* Residuals, and the scores, whose autocovariances are the robust errors. */
static void make_scores(regression *r, double *row)
{
    for (size_t t = 0; t < r->n; t++) {
        r->residual[t] = r->y[t];
        for (size_t i = 0; i < r->k; i++) {
            row[i] = cell(r, i, t);
            r->residual[t] -= r->beta[i] * row[i];
        }
        solve_row(&r->f, row);
        for (size_t i = 0; i < r->k; i++)
            r->score[i * r->n + t] = r->residual[t] * row[i];
    }
}

static double robust_variance(const double *score, size_t n, size_t lags)
{
    double sum = 0;
    for (size_t lag = 0; lag <= lags; lag++) {
        double weight = lag == 0 ? 1 : 2 * (1 - (double)lag / ((double)lags + 1)), products = 0;
        for (size_t t = lag; t < n; t++)
            products += score[t] * score[t - lag];
        sum += weight * products;
    }
    return sum;
}

static void summarise(const regression *r, pen_regression *out)
{
    double mean = 0, all = 0, left = 0, steps = 0, n = (double)r->n, degrees = n - (double)r->k;
    for (size_t t = 0; t < r->n; t++)
        mean += r->y[t] / n;
    for (size_t t = 0; t < r->n; t++) {
        double step = t > 0 ? r->residual[t] - r->residual[t - 1] : 0;
        all += (r->y[t] - mean) * (r->y[t] - mean);
        left += r->residual[t] * r->residual[t];
        steps += step * step;
    }
    out->r_squared = all > 0 ? 1 - left / all : NAN;
    out->r_squared_adjusted = 1 - (1 - out->r_squared) * (n - 1) / degrees;
    out->residual_stdev = sqrt(left / degrees);
    out->durbin_watson = left > 0 ? steps / left : NAN;
}

static pen_coefficient coefficient(double value, double error, double robust)
{
    return (pen_coefficient){ value, error, value / error, robust, value / robust };
}

static void fit(regression *r, pen_coefficient *out, pen_regression *summary)
{
    double *row = r->beta + r->k;
    least_squares_solve(&r->f, r->beta);
    make_scores(r, row);
    summarise(r, summary);
    for (size_t i = 0; i < r->k; i++) {
        for (size_t j = 0; j < r->k; j++)
            row[j] = i == j;
        solve_row(&r->f, row); /* column i of (X'X)^-1 */
        out[i] = coefficient(r->beta[i], summary->residual_stdev * sqrt(row[i]),
                             sqrt(fmax(robust_variance(r->score + i * r->n, r->n, r->lags), 0)));
    }
}

static pen_status check(const regression *r, int lags)
{
    static const char name[] = "pen_statistic_regression";
    if (r->n <= r->k)
        return pen_fail(PEN_E_ARG, "%s: %zu values for %zu coefficients, expected more", name, r->n,
                        r->k);
    if (lags >= 0 && (size_t)lags >= r->n)
        return pen_fail(PEN_E_ARG, "%s: %d lags of %zu values", name, lags, r->n);
    PEN_TRY(statistic_check_finite(name, "y", r->y, r->n));
    for (size_t i = 1; i < r->k; i++)
        PEN_TRY(statistic_check_finite(name, "x", r->x[i - 1], r->n));
    return PEN_OK;
}

pen_status pen_statistic_regression(const double *y, const double *const *x, size_t n_x, size_t n,
                                    int lags, pen_coefficient *coefficients, double *residuals,
                                    pen_regression *out)
{
    regression r = { .y = y, .x = x, .k = n_x + 1, .n = n };
    size_t cells;
    double *block;
    PEN_TRY(check(&r, lags));
    r.lags = lags >= 0 ? (size_t)lags : (size_t)(4 * pow((double)n / 100, 2.0 / 9));
    PEN_TRY(pen_size_mul(2 * r.k + 2, n, &cells));
    PEN_TRY(pen_alloc_array(cells + 3 * r.k, sizeof *block, (void **)&block));
    r.f = (least_squares){ n, r.k, block, block + r.k * n, block + (r.k + 1) * n };
    r.beta = r.f.diagonal + r.k;
    r.residual = r.beta + 2 * r.k;
    r.score = r.residual + n;
    for (size_t i = 0; i < r.k; i++)
        for (size_t t = 0; t < n; t++)
            r.f.columns[i * n + t] = cell(&r, i, t);
    memcpy(r.f.target, y, n * sizeof *y);
    *out = (pen_regression){ NAN, NAN, NAN, NAN, r.lags };
    for (size_t i = 0; i < r.k; i++)
        coefficients[i] = coefficient(NAN, NAN, NAN);
    for (size_t t = 0; t < n; t++)
        r.residual[t] = NAN;
    if (least_squares_decompose(&r.f))
        fit(&r, coefficients, out);
    if (residuals != NULL)
        memcpy(residuals, r.residual, n * sizeof *residuals);
    pen_free(block);
    return PEN_OK;
}
