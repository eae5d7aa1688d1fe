/* Statistics of the series of a panel: moments, covariance and correlation
 * matrices.
 *
 * NaN is a missing value, an infinity a value like any other, of which means and
 * deviations are NaN or infinite.  Sums are of deviations from the mean, never
 * E[x^2] - E[x]^2, and have the same bits on every device.
 *
 * Functions wait for the queue: results are there on return.  Panels are on the
 * queue's device, f32 or f64; an f32 panel is computed in f32.  All fail with
 * PEN_E_DEVICE if a panel is elsewhere, PEN_E_SIZE for more than 2^30 points or
 * series, PEN_E_NOMEM.  Threads: one per queue. */
#ifndef PENSTOCK_STATISTIC_H
#define PENSTOCK_STATISTIC_H

#include "penstock/panel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which points count where values are missing. */
typedef enum pen_missing_rule {
    PEN_MISSING_PAIRWISE, /* what the series, or both series of a pair, have; a matrix of
                             pairs need not be positive semidefinite */
    PEN_MISSING_LISTWISE, /* points that all series have */
    PEN_MISSING_ERROR,    /* PEN_E_ARG if a value is missing */
} pen_missing_rule;

/* ---- one series ---- */

typedef struct pen_moments {
    size_t count;    /* values that are not missing */
    double mean;     /* NaN for count = 0, as are min and max */
    double variance; /* divided by count - 1; NaN for count < 2, as is stdev */
    double stdev;
    double skewness; /* G1 of Joanes & Gill, "Comparing measures of sample skewness and
                        kurtosis", 1998; NaN for count < 3 or a series that does not vary */
    double kurtosis; /* their G2: 0 for a normal law; NaN for count < 4 or the like */
    double min, max;
} pen_moments;

/* Moments of each series.
 *   out  [series of x] written
 * PEN_MISSING_PAIRWISE takes each series by itself. */
PEN_API pen_status pen_statistic_moments(pen_queue *queue, const pen_panel *x,
                                         pen_missing_rule missing, pen_moments *out);

/* ---- pairs of series ---- */

typedef enum pen_matrix_kind {
    PEN_MATRIX_CORRELATION, /* 1 on the diagonal, within [-1, 1], NaN where a series does not
                               vary or fewer than 2 points count */
    PEN_MATRIX_COVARIANCE,  /* divided by count - 1; NaN for count < 2 */
} pen_matrix_kind;

typedef enum pen_matrix_method {
    PEN_METHOD_PEARSON,  /* of the values */
    PEN_METHOD_SPEARMAN, /* of their ranks, ties sharing the mean of theirs; among the points
                            that count for the pair */
} pen_matrix_method;

/* The covariance or correlation of every two series.
 *   out  n x n panel of x's dtype, n = series of x; symmetric; may not be x
 * PEN_E_SHAPE if out is of another shape or dtype.  0 series give nothing.
 * A correlation of n points is off by at most about (n + 20) units of 2^-53 (2^-24 in
 * f32), seldom by more than the root of that. */
PEN_API pen_status pen_statistic_matrix(pen_queue *queue, const pen_panel *x, pen_matrix_kind kind,
                                        pen_matrix_method method, pen_missing_rule missing,
                                        pen_panel *out);

#ifdef __cplusplus
}
#endif
#endif
