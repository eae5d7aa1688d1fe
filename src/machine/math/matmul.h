/* Matrix product, C = alpha * op(A) * op(B) + beta * C, row-major, f32 and f64.
 *
 * Its definition: c = beta * c (0 where beta is 0, whatever C holds), then
 * c = fma(alpha * a_ik, b_kj, c) for k = 0, 1, ... in turn.  Every CPU with fused
 * multiply-add, and every other device in PEN_MATMUL_EXACT, gives the bits of
 * that; docs/numerics.md has the tolerance of PEN_MATMUL_FAST. */
#ifndef PEN_MATH_MATMUL_H
#define PEN_MATH_MATMUL_H

#include "../device/launch.h"

typedef enum pen_matmul_mode {
    PEN_MATMUL_FAST,  /* what is quickest here: a vendor's library on CUDA */
    PEN_MATMUL_EXACT, /* the same bits on every device */
} pen_matmul_mode;

/* B laid out once for many products; made on a queue's device, used on any queue of it. */
typedef struct pen_packed_matrix pen_packed_matrix;

typedef struct pen_matmul_params {
    pen_dtype dtype;
    size_t m, n, k; /* C is m x n, op(A) m x k, op(B) k x n */
    double alpha, beta;
    bool transpose_a; /* A is stored k x m */
    bool transpose_b; /* B is stored n x k; not with packed_b */
    const void *a;
    size_t a_stride; /* elements from row to row, as stored */
    const void *b;   /* not used with packed_b */
    size_t b_stride;
    const pen_packed_matrix *packed_b; /* NULL, or op(B): k x n of the same dtype */
    void *c;                           /* may not overlap A or B */
    size_t c_stride;
    pen_matmul_mode mode;
} pen_matmul_params;

/* Queues the product; valid after pen_queue_wait().  m or n of 0 does nothing;
 * with k or alpha of 0, A and B are not read.  NaN and infinity spread as the
 * definition has it.  PEN_E_SHAPE if a stride is shorter than a row or packed_b
 * is of another shape or device, PEN_E_NOMEM, PEN_E_SIZE.  Threads: one per queue. */
pen_status pen_matmul(pen_queue *queue, const pen_matmul_params *params);

/* Packs op(B), k x n; B may change or go once the queue has been waited for.
 *   out  creates; destroy with pen_packed_matrix_destroy(), its device still open
 * Worth it from the second product on; up to 5x where A has few rows. */
pen_status pen_matmul_pack(pen_queue *queue, pen_dtype dtype, size_t k, size_t n, bool transpose_b,
                           const void *b, size_t b_stride, pen_packed_matrix **out);
void pen_packed_matrix_destroy(pen_packed_matrix *packed);

#endif
