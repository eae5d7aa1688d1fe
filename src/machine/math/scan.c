/* Scans: blocks, then the scan of the blocks' totals, then the sum of both. */
#include "scan.h"

#include "../base/status.h"
#include "scratch.h"

enum { BLOCK = 2048 }; /* SCAN_BLOCK of kernels/scan.k */

static pen_status scan_level(pen_queue *queue, pen_scan_kind kind, const pen_rows *x,
                             const pen_rows *out)
{
    size_t n_blocks = (x->n_cols - 1) / BLOCK + 1, n_groups;
    PEN_TRY(pen_size_mul(x->n_rows, n_blocks, &n_groups));
    pen_rows total = { x->dtype, NULL, x->n_rows, n_blocks, n_blocks };
    PEN_TRY(scratch_alloc(queue, n_groups, pen_dtype_bytes(x->dtype), &total.data));
    int64_t x_stride = (int64_t)x->stride, out_stride = (int64_t)out->stride;
    int64_t n_cols = (int64_t)x->n_cols;
    int blocks = (int)n_blocks, is_exclusive = kind == PEN_SCAN_EXCLUSIVE;
    pen_grid grid = { PEN_GRID_GROUPS, n_groups, 2500, NULL };
    void *args[] = { (void *)&x->data, &x_stride,          &n_cols,     &blocks,
                     &is_exclusive,    (void *)&out->data, &out_stride, &total.data };
    pen_status s = pen_launch(queue, "scan_blocks", x->dtype, grid, args, PEN_COUNT(args));
    if (s == PEN_OK && n_blocks > 1)
        s = scan_level(queue, PEN_SCAN_EXCLUSIVE, &total, &total);
    void *add[] = { (void *)&out->data, &out_stride, &n_cols, &blocks, &total.data };
    if (s == PEN_OK && n_blocks > 1)
        s = pen_launch(queue, "scan_add", x->dtype, grid, add, PEN_COUNT(add));
    return scratch_free(queue, total.data, s);
}

pen_status pen_scan_rows(pen_queue *queue, pen_scan_kind kind, const pen_rows *x,
                         const pen_rows *out)
{
    if (x->dtype != out->dtype || x->n_rows != out->n_rows || x->n_cols != out->n_cols)
        return pen_fail(PEN_E_SHAPE, "pen_scan_rows: out is %zu x %zu %s, expected %zu x %zu %s",
                        out->n_rows, out->n_cols, pen_dtype_name(out->dtype), x->n_rows, x->n_cols,
                        pen_dtype_name(x->dtype));
    return x->n_rows == 0 || x->n_cols == 0 ? PEN_OK : scan_level(queue, kind, x, out);
}
