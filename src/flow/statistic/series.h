/* What the operations of this folder share: a panel's rows on the device, and
 * their moments. */
#ifndef PEN_STATISTIC_SERIES_H
#define PEN_STATISTIC_SERIES_H

#include "../../machine/math/rows.h"
#include "penstock/statistic.h"

/* What kernels/statistic.k finds of a row; sums of powers of (x - mean) / range. */
typedef struct statistic_level {
    double count, least, greatest, mean, range, sum[4];
} statistic_level;

/* The panel's rows, checked to be on the queue's device. */
pen_status statistic_rows(const char *function, pen_queue *queue, const char *name,
                          const pen_panel *panel, pen_rows *out);

/* x as `points` has it: itself, or for LISTWISE a copy that is NaN wherever a series is.
 *   block  the copy, to be freed with statistic_free(); NULL */
pen_status statistic_blank_listwise(pen_queue *queue, pen_points_rule points, pen_rows *x,
                                    void **block);

/* Levels of all rows.
 *   z    NULL, or [n_rows][n_cols] on the device: rows less their mean, squares summing
 *        to 1, `hole` where a value is missing
 *   out  [n_rows] */
pen_status statistic_levels(pen_queue *queue, const pen_rows *x, double hole, void *z,
                            statistic_level *out);

/* PEN_E_ARG for PEN_POINTS_ALL if a value is missing. */
pen_status statistic_check_missing(const char *function, pen_points_rule points, const pen_rows *x,
                                   const statistic_level *levels);

/* Lower triangle of rows [n][k] times their transpose, into product [n][n]; of what is above the
 * diagonal some is written.  Exact: an element is one chain of fused multiply-adds. */
pen_status statistic_triangle(pen_queue *queue, pen_dtype dtype, const void *rows, size_t n,
                              size_t k, void *product);

/* Sum of squared deviations, in units of range^2. */
double statistic_squares(const statistic_level *level);

/* PEN_E_ARG for the first of n values that is no finite number. */
pen_status statistic_check_finite(const char *function, const char *name, const double *x,
                                  size_t n);

#endif
