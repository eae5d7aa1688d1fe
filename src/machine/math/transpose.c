/* Transposition: on the CPU transpose_host.c, elsewhere the kernel. */
#include "transpose.h"

#include <limits.h>

#include "../base/status.h"
#include "transpose_host.h"

enum { TILE = 32 }; /* TRANSPOSE_TILE of kernels/transpose.k */

pen_status pen_transpose(pen_queue *queue, const pen_rows *x, const pen_rows *out)
{
    if (x->dtype != out->dtype || x->n_rows != out->n_cols || x->n_cols != out->n_rows)
        return pen_fail(PEN_E_SHAPE, "pen_transpose: out is %zu x %zu %s, expected %zu x %zu %s",
                        out->n_rows, out->n_cols, pen_dtype_name(out->dtype), x->n_cols, x->n_rows,
                        pen_dtype_name(x->dtype));
    if (x->n_rows == 0 || x->n_cols == 0)
        return PEN_OK;
    if (pen_device_is_host(pen_queue_device(queue)))
        return transpose_host(x, out);
    if (x->n_rows > INT_MAX - TILE || x->n_cols > INT_MAX - TILE)
        return pen_fail(PEN_E_SIZE, "pen_transpose: %zu x %zu, at most %d each", x->n_rows,
                        x->n_cols, INT_MAX - TILE);
    int64_t x_stride = (int64_t)x->stride, out_stride = (int64_t)out->stride;
    int n_rows = (int)x->n_rows, n_cols = (int)x->n_cols;
    size_t tiles = ((x->n_rows + TILE - 1) / TILE) * ((x->n_cols + TILE - 1) / TILE);
    void *args[] = {
        (void *)&x->data, &x_stride, &n_rows, &n_cols, (void *)&out->data, &out_stride
    };
    return pen_launch(queue, "transpose", x->dtype, pen_groups(tiles), args, PEN_COUNT(args));
}
