/* Reductions: one launch over the blocks of all rows, one over the blocks' results. */
#include "reduce.h"

#include "../base/status.h"
#include "scratch.h"

/* Elements of a block; part of the definition of a sum. */
enum { BLOCK = 16384 };

static const char *const kernel_of[PEN_REDUCE_OP_COUNT][2] = {
    [PEN_REDUCE_SUM] = { "reduce_sum", "reduce_sum_skip" },
    [PEN_REDUCE_MEAN] = { "reduce_sum", "reduce_sum_skip" },
    [PEN_REDUCE_MIN] = { "reduce_min", "reduce_min_skip" },
    [PEN_REDUCE_MAX] = { "reduce_max", "reduce_max_skip" },
    [PEN_REDUCE_COUNT] = { "reduce_count", "reduce_count" },
};
static const char *const segments_kernel_of[PEN_REDUCE_OP_COUNT][2] = {
    [PEN_REDUCE_SUM] = { "segments_sum", "segments_sum_skip" },
    [PEN_REDUCE_MEAN] = { "segments_sum", "segments_sum_skip" },
    [PEN_REDUCE_MIN] = { "segments_min", "segments_min_skip" },
    [PEN_REDUCE_MAX] = { "segments_max", "segments_max_skip" },
    [PEN_REDUCE_COUNT] = { "segments_count", "segments_count" },
};

static size_t blocks_of(size_t n_cols)
{
    return n_cols == 0 ? 1 : (n_cols - 1) / BLOCK + 1;
}

static pen_grid grid_of(size_t groups, size_t elements)
{
    return (pen_grid){ .kind = PEN_GRID_GROUPS, .n = groups, .weight = 100 + elements / 8 };
}

static pen_status launch_level(pen_queue *queue, const char *kernel, const pen_rows *x,
                               size_t block_size, size_t n_blocks, void *out)
{
    int64_t stride = (int64_t)x->stride, n_cols = (int64_t)x->n_cols, block = (int64_t)block_size;
    int blocks = (int)n_blocks;
    void *args[] = { (void *)&x->data, &stride, &n_cols, &block, &blocks, &out };
    size_t elements = x->n_cols < block_size ? x->n_cols : block_size;
    return pen_launch(queue, kernel, x->dtype, grid_of(x->n_rows * n_blocks, elements), args,
                      PEN_COUNT(args));
}

/* What combines the blocks' results: counts and skipped sums are then plain sums. */
static const char *last_kernel(pen_reduce_op op, pen_nan_rule nan)
{
    return op == PEN_REDUCE_COUNT || op <= PEN_REDUCE_MEAN ? "reduce_sum" : kernel_of[op][nan];
}

static pen_status reduce_levels(pen_queue *queue, pen_reduce_op op, pen_nan_rule nan,
                                const pen_rows *x, void *out)
{
    size_t n_blocks = blocks_of(x->n_cols), n_partial;
    const char *kernel = kernel_of[op][nan];
    if (n_blocks == 1)
        return launch_level(queue, kernel, x, BLOCK, 1, out);
    pen_rows partial = { x->dtype, NULL, x->n_rows, n_blocks, n_blocks };
    PEN_TRY(pen_size_mul(x->n_rows, n_blocks, &n_partial));
    PEN_TRY(scratch_alloc(queue, n_partial, pen_dtype_bytes(x->dtype), &partial.data));
    pen_status s = launch_level(queue, kernel, x, BLOCK, n_blocks, partial.data);
    if (s == PEN_OK)
        s = launch_level(queue, last_kernel(op, nan), &partial, n_blocks, 1, out);
    return scratch_free(queue, partial.data, s);
}

/* sum[i] /= count, all alike. */
static pen_status divide_all(pen_queue *queue, pen_dtype dtype, double count, void *sum, size_t n)
{
    float narrow = (float)count;
    void *args[] = { dtype == PEN_F32 ? (void *)&narrow : (void *)&count, &sum };
    return pen_launch(queue, "reduce_scale", dtype, pen_items(n), args, PEN_COUNT(args));
}

static pen_status divide_each(pen_queue *queue, pen_dtype dtype, void *count, void *sum, size_t n)
{
    void *args[] = { &count, &sum };
    return pen_launch(queue, "reduce_divide", dtype, pen_items(n), args, PEN_COUNT(args));
}

/* No values: all bits set is a NaN, all clear is zero. */
static pen_status fill_empty(pen_queue *queue, pen_reduce_op op, const pen_rows *x, void *out)
{
    bool is_zero = op == PEN_REDUCE_SUM || op == PEN_REDUCE_COUNT;
    return pen_device_fill(queue, out, is_zero ? 0 : 0xff, x->n_rows * pen_dtype_bytes(x->dtype));
}

pen_status pen_reduce_rows(pen_queue *queue, pen_reduce_op op, pen_nan_rule nan, const pen_rows *x,
                           void *out)
{
    if (x->n_rows == 0 || x->n_cols == 0)
        return fill_empty(queue, op, x, out);
    PEN_TRY(reduce_levels(queue, op, nan, x, out));
    if (op != PEN_REDUCE_MEAN)
        return PEN_OK;
    if (nan == PEN_NAN_SPREADS)
        return divide_all(queue, x->dtype, (double)x->n_cols, out, x->n_rows);
    void *count;
    PEN_TRY(scratch_alloc(queue, x->n_rows, pen_dtype_bytes(x->dtype), &count));
    pen_status s = reduce_levels(queue, PEN_REDUCE_COUNT, nan, x, count);
    if (s == PEN_OK)
        s = divide_each(queue, x->dtype, count, out, x->n_rows);
    return scratch_free(queue, count, s);
}

static pen_status launch_segments(pen_queue *queue, const char *kernel, pen_dtype dtype,
                                  const void *x, const void *offsets, size_t n, void *out)
{
    int64_t block = BLOCK;
    void *args[] = { &x, &offsets, &block, &out };
    return pen_launch(queue, kernel, dtype, grid_of(n, 1000), args, PEN_COUNT(args));
}

pen_status pen_reduce_segments(pen_queue *queue, pen_reduce_op op, pen_nan_rule nan,
                               pen_dtype dtype, const void *x, const void *offsets,
                               size_t n_segments, void *out)
{
    const char *kernel = segments_kernel_of[op][nan];
    PEN_TRY(launch_segments(queue, kernel, dtype, x, offsets, n_segments, out));
    if (op != PEN_REDUCE_MEAN)
        return PEN_OK;
    /* Where NaN spreads the sum is NaN already, so any count of its numbers will do. */
    void *count;
    PEN_TRY(scratch_alloc(queue, n_segments, pen_dtype_bytes(dtype), &count));
    pen_status s = launch_segments(queue, "segments_count", dtype, x, offsets, n_segments, count);
    if (s == PEN_OK)
        s = divide_each(queue, dtype, count, out, n_segments);
    return scratch_free(queue, count, s);
}

/* The index of the greatest of sign * x. */
static pen_status reduce_arg(pen_queue *queue, pen_nan_rule nan, double sign, const pen_rows *x,
                             void *out)
{
    size_t n_blocks = blocks_of(x->n_cols), n_partial;
    if (x->n_rows == 0 || x->n_cols == 0) /* all bits set is -1 */
        return pen_device_fill(queue, out, 0xff, x->n_rows * sizeof(int64_t));
    PEN_TRY(pen_size_mul(x->n_rows, n_blocks, &n_partial));
    int64_t stride = (int64_t)x->stride, n_cols = (int64_t)x->n_cols, block = BLOCK;
    int blocks = (int)n_blocks, skip = nan == PEN_NAN_SKIPPED;
    float narrow = (float)sign;
    void *sign_arg = x->dtype == PEN_F32 ? (void *)&narrow : (void *)&sign, *candidates = out;
    if (n_blocks > 1)
        PEN_TRY(scratch_alloc(queue, n_partial, sizeof(int64_t), &candidates));
    void *args[] = { (void *)&x->data, &stride,  &n_cols, &block,
                     &blocks,          sign_arg, &skip,   &candidates };
    size_t elements = x->n_cols < BLOCK ? x->n_cols : BLOCK;
    pen_status s = pen_launch(queue, "reduce_arg", x->dtype, grid_of(n_partial, elements * 4), args,
                              PEN_COUNT(args));
    if (n_blocks == 1)
        return s;
    void *last[] = { (void *)&x->data, &stride, &blocks, sign_arg, &candidates, &out };
    if (s == PEN_OK)
        s = pen_launch(queue, "reduce_arg_last", x->dtype, grid_of(x->n_rows, n_blocks * 8), last,
                       PEN_COUNT(last));
    return scratch_free(queue, candidates, s);
}

pen_status pen_reduce_argmin(pen_queue *queue, pen_nan_rule nan, const pen_rows *x, void *out)
{
    return reduce_arg(queue, nan, -1.0, x, out);
}

pen_status pen_reduce_argmax(pen_queue *queue, pen_nan_rule nan, const pen_rows *x, void *out)
{
    return reduce_arg(queue, nan, 1.0, x, out);
}
