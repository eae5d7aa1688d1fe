/* Matrix products by NVIDIA's cuBLASLt, opened at run time. */
#ifndef PEN_MATH_CUBLASLT_H
#define PEN_MATH_CUBLASLT_H

#include "matmul.h"

/* Queues the product; params->packed_b is not looked at.  PEN_E_UNSUPPORTED where the
 * queue is not CUDA's, the library is not there, or it does not want this product:
 * the caller then uses the portable kernel. */
pen_status cublaslt_matmul(pen_queue *queue, const pen_matmul_params *params);

#endif
