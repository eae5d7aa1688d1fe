/* Matrix product: checks, and the choice between the CPU's kernels, a vendor's
 * library and the portable kernel. */
#include "matmul.h"

#include <limits.h>

#include "../base/alloc.h"
#include "../base/status.h"
#include "cublaslt.h"
#include "matmul_host.h"
#include "scratch.h"

/* On the CPU panels of `set`; elsewhere op(B) as it was, row-major without gaps. */
struct pen_packed_matrix {
    pen_device *device;
    pen_dtype dtype;
    size_t k, n;
    const gemm_set *set;
    bool is_transposed; /* stored n x k */
    void *data;
};

static pen_status check_stride(const char *name, size_t stride, size_t row, size_t n_rows)
{
    if (n_rows > 1 && stride < row)
        return pen_fail(PEN_E_SHAPE, "pen_matmul: %s_stride %zu, expected at least %zu", name,
                        stride, row);
    return PEN_OK;
}

static pen_status check_params(pen_queue *queue, const pen_matmul_params *p)
{
    size_t ka = p->transpose_a ? p->k : p->m, kb = p->transpose_b ? p->n : p->k;
    if (p->m > INT_MAX / 2 || p->n > INT_MAX / 2 || p->k > INT_MAX / 2)
        return pen_fail(PEN_E_SIZE, "pen_matmul: %zu x %zu x %zu, at most 2^30 each", p->m, p->n,
                        p->k);
    PEN_TRY(check_stride("a", p->a_stride, p->transpose_a ? p->m : p->k, ka));
    PEN_TRY(check_stride("c", p->c_stride, p->n, p->m));
    const pen_packed_matrix *packed = p->packed_b;
    if (packed == NULL)
        return check_stride("b", p->b_stride, p->transpose_b ? p->k : p->n, kb);
    if (packed->k != p->k || packed->n != p->n || packed->dtype != p->dtype || p->transpose_b)
        return pen_fail(PEN_E_SHAPE, "pen_matmul: packed_b is %zu x %zu %s, expected %zu x %zu %s",
                        packed->k, packed->n, pen_dtype_name(packed->dtype), p->k, p->n,
                        p->transpose_b ? "not transposed" : pen_dtype_name(p->dtype));
    if (packed->device != pen_queue_device(queue))
        return pen_fail(PEN_E_SHAPE, "pen_matmul: packed_b is on another device");
    return PEN_OK;
}

static pen_status matmul_portable(pen_queue *queue, const pen_matmul_params *p)
{
    int n_rows = (int)p->m, n_cols = (int)p->n, n_k = p->alpha == 0 ? 0 : (int)p->k;
    float alpha = (float)p->alpha, beta = (float)p->beta;
    bool is_f32 = p->dtype == PEN_F32;
    int64_t a_stride = (int64_t)p->a_stride, b_stride = (int64_t)p->b_stride;
    int64_t c_stride = (int64_t)p->c_stride, one = 1;
    void *args[] = { &n_rows,
                     &n_cols,
                     &n_k,
                     is_f32 ? (void *)&alpha : (void *)&p->alpha,
                     is_f32 ? (void *)&beta : (void *)&p->beta,
                     (void *)&p->a,
                     p->transpose_a ? &one : &a_stride,
                     p->transpose_a ? &a_stride : &one,
                     (void *)&p->b,
                     p->transpose_b ? &one : &b_stride,
                     p->transpose_b ? &b_stride : &one,
                     (void *)&p->c,
                     &c_stride };
    size_t tiles = ((p->m + 63) / 64) * ((p->n + 63) / 64);
    pen_grid grid = { PEN_GRID_GROUPS, tiles, 100 + p->k * 400, NULL };
    return pen_launch(queue, "matmul", p->dtype, grid, args, PEN_COUNT(args));
}

pen_status pen_matmul(pen_queue *queue, const pen_matmul_params *params)
{
    PEN_TRY(check_params(queue, params));
    if (params->m == 0 || params->n == 0)
        return PEN_OK;
    const pen_packed_matrix *packed = params->packed_b;
    if (pen_device_is_host(pen_queue_device(queue))) {
        bool is_exact = params->mode == PEN_MATMUL_EXACT;
        const gemm_set *set = gemm_set_of(params->dtype, pen_isa_current(), is_exact);
        if (packed == NULL)
            return matmul_host(params, set, NULL);
        /* Panels made for another instruction set are as wide as that one's. */
        if (packed->set->lanes == set->lanes)
            return matmul_host(params, set, packed->data);
        return matmul_host(params, packed->set, packed->data);
    }
    pen_matmul_params plain = *params;
    if (packed != NULL) {
        plain.b = packed->data;
        plain.transpose_b = packed->is_transposed;
        plain.b_stride = packed->is_transposed ? packed->k : packed->n;
    }
    if (params->mode == PEN_MATMUL_FAST) {
        pen_status s = cublaslt_matmul(queue, &plain);
        if (s != PEN_E_UNSUPPORTED)
            return s;
    }
    return matmul_portable(queue, &plain);
}

/* Copies B without the gaps between its rows. */
static pen_status copy_dense(pen_queue *queue, size_t rows, size_t row_bytes, const char *from,
                             size_t stride_bytes, char *to)
{
    if (stride_bytes == row_bytes)
        return pen_device_copy(queue, to, from, rows * row_bytes);
    for (size_t i = 0; i < rows; i++)
        PEN_TRY(pen_device_copy(queue, to + i * row_bytes, from + i * stride_bytes, row_bytes));
    return PEN_OK;
}

static pen_status fill_packed(pen_queue *queue, pen_packed_matrix *packed, const void *b,
                              size_t b_stride)
{
    size_t unit = pen_dtype_bytes(packed->dtype), elements;
    PEN_TRY(pen_size_mul(packed->k, packed->n + GEMM_MAX_COLS, &elements));
    PEN_TRY(pen_size_mul(elements, unit, &elements));
    if (packed->set != NULL) {
        elements = matmul_packed_elements(packed->set, packed->k, packed->n);
        PEN_TRY(pen_device_alloc(packed->device, elements * unit, &packed->data));
        matmul_host_pack(packed->set, packed->dtype, packed->k, packed->n, packed->is_transposed, b,
                         b_stride, packed->data);
        return PEN_OK;
    }
    size_t rows = packed->is_transposed ? packed->n : packed->k;
    size_t row = (packed->is_transposed ? packed->k : packed->n) * unit;
    PEN_TRY(pen_device_alloc(packed->device, rows * row, &packed->data));
    return copy_dense(queue, rows, row, b, b_stride * unit, packed->data);
}

pen_status pen_matmul_pack(pen_queue *queue, pen_dtype dtype, size_t k, size_t n, bool transpose_b,
                           const void *b, size_t b_stride, pen_packed_matrix **out)
{
    pen_device *device = pen_queue_device(queue);
    *out = NULL;
    PEN_TRY(check_stride("b", b_stride, transpose_b ? k : n, transpose_b ? n : k));
    PEN_TRY(PEN_NEW(out));
    **out = (pen_packed_matrix){ device, dtype, k, n, NULL, transpose_b, NULL };
    if (pen_device_is_host(device))
        (*out)->set = gemm_set_of(dtype, pen_isa_current(), true);
    pen_status s = fill_packed(queue, *out, b, b_stride);
    if (s != PEN_OK) {
        pen_packed_matrix_destroy(*out);
        *out = NULL;
        return pen_fail_context(s, "pen_matmul_pack: %zu x %zu %s", k, n, pen_dtype_name(dtype));
    }
    return PEN_OK;
}

void pen_packed_matrix_destroy(pen_packed_matrix *packed)
{
    if (packed == NULL)
        return;
    pen_device_free(packed->device, packed->data);
    pen_free(packed);
}
