/* Rows become columns: a panel of n_series x n_points as n_points x n_series. */
#ifndef PEN_MATH_TRANSPOSE_H
#define PEN_MATH_TRANSPOSE_H

#include "rows.h"

/* out[j][i] = x[i][j].  out has x->n_cols rows of x->n_rows columns and may not
 * overlap x; what lies between its rows stays as it is.  PEN_E_SHAPE if dtypes or
 * shapes do not match. */
pen_status pen_transpose(pen_queue *queue, const pen_rows *x, const pen_rows *out);

#endif
