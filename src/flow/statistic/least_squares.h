/* Least squares by Householder's reflections (Golub 1965), for the small regressions of
 * this folder: columns in memory one after the other. */
#ifndef PEN_STATISTIC_LEAST_SQUARES_H
#define PEN_STATISTIC_LEAST_SQUARES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct least_squares {
    size_t n_rows, n_cols;
    double *columns;  /* [n_cols][n_rows]; becomes R and the reflections */
    double *target;   /* [n_rows]; becomes Q' y */
    double *diagonal; /* [n_cols] of R, 0 where a column depends on those before it */
} least_squares;

/* Decomposes; false if a column depends on those before it, to 1e-13 of its size. */
bool least_squares_decompose(least_squares *f);

/* Sum of squared residuals of the model of the first n_cols columns. */
double least_squares_residual(const least_squares *f, size_t n_cols);

/* The coefficients, [n_cols]; none of diagonal may be 0. */
void least_squares_solve(const least_squares *f, double *coefficients);

/* The last column's coefficient and its standard error, n_rows > n_cols. */
void least_squares_last(const least_squares *f, double *coefficient, double *error);

#endif
