/* Least squares. */
#include "least_squares.h"

#include <math.h>

/* Relative size of what is left of a column that depends on others. */
static const double DEPENDENT = 1e-13;

static double dot(const double *x, const double *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

/* x -= v (v'x) / scale */
static void reflect(const double *v, double scale, double *x, size_t n)
{
    double along = dot(v, x, n) / scale;
    for (size_t i = 0; i < n; i++)
        x[i] -= along * v[i];
}

bool least_squares_decompose(least_squares *f)
{
    bool is_full = true;
    for (size_t k = 0; k < f->n_cols; k++) {
        double *column = f->columns + k * f->n_rows, *v = column + k;
        size_t left = f->n_rows - k;
        double whole = sqrt(dot(column, column, f->n_rows)), norm = sqrt(dot(v, v, left));
        f->diagonal[k] = 0;
        if (!(norm > DEPENDENT * whole)) {
            is_full = false;
            continue;
        }
        f->diagonal[k] = v[0] > 0 ? -norm : norm;
        v[0] -= f->diagonal[k];
        double scale = -v[0] * f->diagonal[k]; /* v'v / 2 */
        for (size_t j = k + 1; j < f->n_cols; j++)
            reflect(v, scale, f->columns + j * f->n_rows + k, left);
        reflect(v, scale, f->target + k, left);
    }
    return is_full;
}

double least_squares_residual(const least_squares *f, size_t n_cols)
{
    return dot(f->target + n_cols, f->target + n_cols, f->n_rows - n_cols);
}

void least_squares_solve(const least_squares *f, double *coefficients)
{
    for (size_t k = f->n_cols; k-- > 0;) {
        double sum = f->target[k];
        for (size_t j = k + 1; j < f->n_cols; j++)
            sum -= f->columns[j * f->n_rows + k] * coefficients[j];
        coefficients[k] = sum / f->diagonal[k];
    }
}

void least_squares_last(const least_squares *f, double *coefficient, double *error)
{
    size_t last = f->n_cols - 1;
    double variance = least_squares_residual(f, f->n_cols) / (double)(f->n_rows - f->n_cols);
    *coefficient = f->target[last] / f->diagonal[last];
    *error = sqrt(variance) / fabs(f->diagonal[last]);
}
