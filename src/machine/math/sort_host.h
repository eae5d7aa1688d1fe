/* Sorting on the CPU: the permutation is that of the kernels, being the only one. */
#ifndef PEN_MATH_SORT_HOST_H
#define PEN_MATH_SORT_HOST_H

#include "sort.h"

/* pen_sort_top() and, with k = n_cols, pen_sort_rows(): `values` with rows
 * value_stride apart, indices k apart. */
pen_status sort_host_top(pen_sort_order order, const pen_rows *x, size_t k, void *values,
                         size_t value_stride, int32_t *index);

pen_status sort_host_quantiles(pen_nan_rule nan, const pen_rows *x, const double *probabilities,
                               size_t n_probabilities, void *out);

#endif
