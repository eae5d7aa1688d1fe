/* One request for a covariance matrix, as its parts share it. */
#ifndef PEN_STATISTIC_COVARIANCE_H
#define PEN_STATISTIC_COVARIANCE_H

#include "../../machine/base/status.h"
#include "penstock/covariance.h"
#include "penstock/device.h"

typedef struct covariance_job {
    pen_covariance_options options;
    size_t p, n;      /* assets; observations without a missing value */
    double *x;        /* [p][n] returns, less their mean if that is asked */
    double *s;        /* [p][p] the caller's matrix: the sample's, then the estimate */
    double shrinkage; /* NaN: none */
    size_t n_factors;
    pen_queue *queue; /* of cpu:0 */
} covariance_job;

/* n, or n - 1 where the mean took a degree of freedom. */
double covariance_degrees(const covariance_job *j);

/* out = rows times their transpose over divisor, [p][p] of [p][k]; symmetric to the bit.
 * PEN_E_ARG if an element overflows. */
pen_status covariance_product(const covariance_job *j, const double *rows, size_t k, double divisor,
                              double *out);

/* The estimates; s is the sample's covariance divided by n, for FACTOR and the rest by
 * covariance_degrees(). */
pen_status covariance_shrink(covariance_job *j);
pen_status covariance_nonlinear(covariance_job *j);
pen_status covariance_of_factors(covariance_job *j);

#endif
