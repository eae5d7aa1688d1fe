/* The CPU's matrix product: blocking, packing and threads round gemm.h's kernels. */
#ifndef PEN_MATH_MATMUL_HOST_H
#define PEN_MATH_MATMUL_HOST_H

#include "gemm.h"
#include "matmul.h"

/* op(B), k x n, as panels of set's width; `panels` holds packed_elements(). */
size_t matmul_packed_elements(const gemm_set *set, size_t k, size_t n);
void matmul_host_pack(const gemm_set *set, pen_dtype dtype, size_t k, size_t n, bool transpose_b,
                      const void *b, size_t b_stride, void *panels);

/* The product with B in panels of `set`, or with params' own B if panels is NULL. */
pen_status matmul_host(const pen_matmul_params *params, const gemm_set *set, const void *panels);

#endif
