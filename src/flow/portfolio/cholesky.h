/* Cholesky's factor L of a positive definite matrix A = L L', and its changes.
 *
 * Rows of L are `stride` apart; only the lower triangle is read or written, and on its
 * diagonal are the inverses of L's. */
#ifndef PEN_PORTFOLIO_CHOLESKY_H
#define PEN_PORTFOLIO_CHOLESKY_H

#include <stdbool.h>
#include <stddef.h>

/* A's lower triangle becomes L; false if a pivot is at most `least` of A's diagonal there. */
bool cholesky_factor(double *a, size_t stride, size_t n, double least);

/* v becomes A^-1 v. */
void cholesky_solve(const double *l, size_t stride, size_t n, double *v);

/* Row n of L, which holds the new row of A up to its diagonal; false as above. */
bool cholesky_append(double *l, size_t stride, size_t n, double least);

/* Row and column `at` leave a matrix of n. */
void cholesky_remove(double *l, size_t stride, size_t n, size_t at);

#endif
