/* What the tests of covariance estimators share: returns, matrices to compare, eigenvalues. */
#ifndef PEN_TESTS_COVARIANCE_CHECK_H
#define PEN_TESTS_COVARIANCE_CHECK_H

#include "mathops.h"
#include "penstock/penstock.h"

enum { MOST = 40 };

/* Returns of p assets with one common part, [p][n]. */
static inline double *make_returns(size_t p, size_t n, uint64_t seed)
{
    double *x = malloc((p * n + 1) * sizeof *x), *common = malloc((n + 1) * sizeof *common);
    pen_rng rng;
    pen_rng_init(&rng, seed, 0, 0, 0);
    for (size_t t = 0; t < n; t++)
        common[t] = 0.01 * (pen_rng_uniform(&rng) + pen_rng_uniform(&rng) - 1);
    for (size_t i = 0; i < p; i++)
        for (size_t t = 0; t < n; t++) {
            double own = pen_rng_uniform(&rng) + pen_rng_uniform(&rng) - 1;
            x[i * n + t] = 0.0004 + (1 + (double)(i % 5) / 3) * (common[t] + 0.012 * own);
        }
    free(common);
    return x;
}

/* Jacobi's cyclic rotations: values and, as rows, vectors of a symmetric matrix. */
static inline void jacobi(const double *matrix, size_t p, double *values, double *vectors)
{
    static double a[MOST * MOST];
    memcpy(a, matrix, p * p * sizeof *a);
    for (size_t i = 0; i < p * p; i++)
        vectors[i] = i / p == i % p;
    for (int sweep = 0; sweep < 40; sweep++)
        for (size_t i = 0; i < p; i++)
            for (size_t j = i + 1; j < p; j++) {
                if (a[i * p + j] == 0)
                    continue;
                double theta = 0.5 * atan2(2 * a[i * p + j], a[j * p + j] - a[i * p + i]);
                double c = cos(theta), s = sin(theta);
                for (size_t k = 0; k < p; k++) {
                    double u = a[k * p + i], v = a[k * p + j];
                    a[k * p + i] = c * u - s * v;
                    a[k * p + j] = s * u + c * v;
                }
                for (size_t k = 0; k < p; k++) {
                    double u = a[i * p + k], v = a[j * p + k];
                    a[i * p + k] = c * u - s * v;
                    a[j * p + k] = s * u + c * v;
                    u = vectors[i * p + k], v = vectors[j * p + k];
                    vectors[i * p + k] = c * u - s * v;
                    vectors[j * p + k] = s * u + c * v;
                }
            }
    for (size_t i = 0; i < p; i++)
        values[i] = a[i * p + i];
}

static inline pen_covariance_options of_kind(pen_covariance_kind kind)
{
    pen_covariance_options o = pen_covariance_options_default();
    o.kind = kind;
    return o;
}

static inline void check_matrix(const char *label, const double *got, const double *want, size_t p,
                                double tolerance)
{
    double most = 0, off = 0;
    for (size_t i = 0; i < p * p; i++) {
        most = fmax(most, fabs(want[i]));
        off = fmax(off, fabs(got[i] - want[i]));
    }
    CHECK_NEAR(label, off, 0, tolerance * most);
}

#endif
