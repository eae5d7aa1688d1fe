/* Inner kernels of the CPU's matrix product: a few rows of A times a panel of
 * columns of B.  Whatever the instruction set, an element of C is one chain
 * of fused multiply-adds in ascending k, so its bits are the same. */
#ifndef PEN_MATH_GEMM_H
#define PEN_MATH_GEMM_H

#include <stdbool.h>
#include <stddef.h>

#include "../kernels/catalog.h"
#include "penstock/device.h"

/* A panel is GEMM_VECTORS registers wide; a kernel does 1, 2 or 3 of them. */
enum { GEMM_VECTORS = 3, GEMM_WIDE = 4, GEMM_MAX_ROWS = 8, GEMM_MAX_COLS = 48 };

/* Strides in elements.  Row i of A at a + i * a_row, its element k at + k * a_k;
 * row k of the panel at b + k * b_k; row i of C at c + i * c_row. */
typedef struct gemm_tile {
    size_t k;
    const void *a;
    size_t a_row, a_k;
    const void *b;
    size_t b_k;
    size_t b_panel; /* wide kernels: from one panel to the next, in elements */
    void *c;
    size_t c_row;
    bool is_loaded; /* start from scale * c, else from 0 */
    double scale;
} gemm_tile;

typedef void gemm_kernel(const gemm_tile *tile);

typedef struct gemm_set {
    int rows;  /* most rows of a kernel */
    int lanes; /* elements of a register; a panel has GEMM_VECTORS * lanes columns */
    /* tile[r][v]: 1 << r rows by v + 1 registers. */
    gemm_kernel *tile[4][GEMM_VECTORS];
    gemm_kernel *wide; /* one row by GEMM_WIDE whole panels */
} gemm_set;

/* The kernels for an instruction set.  Without fused multiply-add in hardware
 * (base on x86-64, v2) `is_exact` costs a library call an element; not exact
 * then rounds products and sums apart. */
const gemm_set *gemm_set_of(pen_dtype dtype, pen_isa isa, bool is_exact);

#endif
