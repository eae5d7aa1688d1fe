/* Sorting, the best few, and quantiles, of each row.
 *
 * Order: ascending is -inf ... -0 < +0 ... inf, descending the reverse, and NaN is
 * last in both.  Equal values, and all NaN, keep their order (stable), so the
 * permutation is the same on every device.  NaN come out as one NaN.  At most
 * 2^30 columns; a row or column count of 0 does nothing. */
#ifndef PEN_MATH_SORT_H
#define PEN_MATH_SORT_H

#include "rows.h"

typedef enum pen_sort_order { PEN_SORT_ASCENDING, PEN_SORT_DESCENDING } pen_sort_order;

/* Sorts each row.
 *   out    like x, which it may be (same address and stride), or NULL
 *   index  [n_rows][n_cols] int32, where in its row of x each came from, or NULL
 * PEN_E_SHAPE if out is not of x's dtype and shape. */
pen_status pen_sort_rows(pen_queue *queue, pen_sort_order order, const pen_rows *x,
                         const pen_rows *out, void *index);

/* The first k of each row sorted in `order`: descending, the k greatest.
 *   values  [n_rows][k] of x's dtype, or NULL; index  [n_rows][k] int32, or NULL
 * PEN_E_SHAPE if k > n_cols. */
pen_status pen_sort_top(pen_queue *queue, pen_sort_order order, const pen_rows *x, size_t k,
                        void *values, void *index);

/* Quantiles of each row, linear between order statistics (type 7 of Hyndman & Fan,
 * "Sample quantiles in statistical packages", 1996): of m values, that at p (m - 1).
 *   probabilities  [n_probabilities] in host memory, each in [0, 1]
 *   out            [n_rows][n_probabilities] of x's dtype, on the device
 * Rows with a NaN give NaN, or it is left out; no values give NaN.  PEN_E_ARG for a
 * probability out of range. */
pen_status pen_sort_quantiles(pen_queue *queue, pen_nan_rule nan, const pen_rows *x,
                              const double *probabilities, size_t n_probabilities, void *out);

#endif
