/* Eigenvalues and eigenvectors of a symmetric matrix. */
#ifndef PEN_STATISTIC_EIGEN_H
#define PEN_STATISTIC_EIGEN_H

#include "penstock/statistic.h"

/* Householder's reduction to tridiagonal form, then implicit QL with Wilkinson's shift
 * (Golub & Van Loan, "Matrix Computations", 8.3).
 *   a        [n][n] symmetric and finite; destroyed
 *   values   [n] written, descending
 *   vectors  [n][n] written, a row an eigenvector of length 1; NULL for the values alone, in a
 *            small part of the time
 * PEN_E_INTERNAL if the iteration does not end; PEN_E_NOMEM. */
pen_status eigen_symmetric(double *a, size_t n, double *values, double *vectors);

#endif
