/* Sums, means, extremes and counts of rows: the same bits on every device.
 *
 * The order of additions depends on a row's length alone (kernels/reduce.k);
 * the error of a sum is at most about (72 + n / 2^20) ulp of the sum of magnitudes. */
#ifndef PEN_MATH_REDUCE_H
#define PEN_MATH_REDUCE_H

#include "rows.h"

typedef enum pen_reduce_op {
    PEN_REDUCE_SUM,  /* 0 for no values */
    PEN_REDUCE_MEAN, /* NaN for no values */
    PEN_REDUCE_MIN,  /* NaN for no values; of zeros of both signs, either */
    PEN_REDUCE_MAX,
    PEN_REDUCE_COUNT, /* values that are not NaN, as a real (exact to 2^24 in f32) */
    PEN_REDUCE_OP_COUNT,
} pen_reduce_op;

/* out[r] = op over row r; out may not alias x. */
pen_status pen_reduce_rows(pen_queue *queue, pen_reduce_op op, pen_nan_rule nan, const pen_rows *x,
                           void *out);

/* out[s] = op over elements offsets[s] up to offsets[s + 1] of x.
 *   offsets  [n_segments + 1] int64, ascending, on the device
 * One group works on a segment: meant for many segments, not for a few long
 * ones.  Gives the bits of pen_reduce_rows() on a row of the same values. */
pen_status pen_reduce_segments(pen_queue *queue, pen_reduce_op op, pen_nan_rule nan,
                               pen_dtype dtype, const void *x, const void *offsets,
                               size_t n_segments, void *out);

/* out[r] (int64) = the index in row r of its least or greatest element, the
 * first of equals.  A NaN counts as the most extreme of all, or is skipped; -1
 * if there is nothing to choose from. */
pen_status pen_reduce_argmin(pen_queue *queue, pen_nan_rule nan, const pen_rows *x, void *out);
pen_status pen_reduce_argmax(pen_queue *queue, pen_nan_rule nan, const pen_rows *x, void *out);

#endif
