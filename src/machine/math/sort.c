/* Sorting: on the CPU sort_host.c, elsewhere the kernels of sort.k. */
#include "sort.h"

#include "../base/alloc.h"
#include "../base/status.h"
#include "scratch.h"
#include "sort_host.h"
#include "sort_key.h"

/* SORT_BLOCK and SORT_SMALL of kernels/sort.k. */
enum { BLOCK = 2048, SMALL = 1024, DIGITS = 16, MAX_COLS = 1 << 30 };

/* Rows as keys, with where they came from: what the kernels pass on. */
typedef struct sorted_rows {
    void *key, *index;       /* [n_rows][n_cols] */
    void *key_to, *index_to; /* of the next pass */
    void *total;             /* [n_rows][16][n_blocks] */
} sorted_rows;

static pen_status check_rows(const char *what, const pen_rows *x)
{
    if (x->n_cols > MAX_COLS)
        return pen_fail(PEN_E_SIZE, "%s: %zu columns, at most %d", what, x->n_cols, MAX_COLS);
    return PEN_OK;
}

static pen_status sorted_free(pen_queue *queue, sorted_rows *rows, pen_status s)
{
    void *all[] = { rows->key, rows->index, rows->key_to, rows->index_to, rows->total };
    for (size_t i = 0; i < PEN_COUNT(all); i++)
        s = scratch_free(queue, all[i], s);
    return s;
}

static pen_status sorted_alloc(pen_queue *queue, const pen_rows *x, sorted_rows *rows)
{
    size_t n, n_totals = x->n_rows * DIGITS * ((x->n_cols - 1) / BLOCK + 1);
    *rows = (sorted_rows){ 0 };
    PEN_TRY(pen_size_mul(x->n_rows, x->n_cols, &n));
    bool is_small = x->n_cols <= SMALL;
    pen_status s = scratch_alloc(queue, n, pen_dtype_bytes(x->dtype), &rows->key);
    if (s == PEN_OK)
        s = scratch_alloc(queue, n, sizeof(int32_t), &rows->index);
    if (s == PEN_OK && !is_small)
        s = scratch_alloc(queue, n, pen_dtype_bytes(x->dtype), &rows->key_to);
    if (s == PEN_OK && !is_small)
        s = scratch_alloc(queue, n, sizeof(int32_t), &rows->index_to);
    if (s == PEN_OK && !is_small)
        s = scratch_alloc(queue, n_totals, sizeof(int32_t), &rows->total);
    return s == PEN_OK ? PEN_OK : sorted_free(queue, rows, s);
}

static pen_status sort_small(pen_queue *queue, int is_descending, const pen_rows *x,
                             sorted_rows *rows)
{
    int64_t stride = (int64_t)x->stride;
    int n_cols = (int)x->n_cols, room = 1;
    while (room < n_cols)
        room *= 2;
    void *args[] = { (void *)&x->data, &stride,    &n_cols,     &room,
                     &is_descending,   &rows->key, &rows->index };
    return pen_launch(queue, "sort_small", x->dtype, pen_groups(x->n_rows), args, PEN_COUNT(args));
}

static pen_status sort_pass(pen_queue *queue, const pen_rows *x, int shift, sorted_rows *rows)
{
    int n_cols = (int)x->n_cols, n_blocks = (n_cols - 1) / BLOCK + 1, length = DIGITS * n_blocks;
    pen_grid blocks = pen_groups(x->n_rows * (size_t)n_blocks);
    void *count[] = { &rows->key, &n_cols, &n_blocks, &shift, &rows->total };
    void *offsets[] = { &rows->total, &length };
    void *move[] = { &rows->key, &rows->index, &n_cols,       &n_blocks,
                     &shift,     &rows->total, &rows->key_to, &rows->index_to };
    PEN_TRY(pen_launch(queue, "sort_count", x->dtype, blocks, count, PEN_COUNT(count)));
    PEN_TRY(pen_launch(queue, "sort_offsets", x->dtype, pen_groups(x->n_rows), offsets,
                       PEN_COUNT(offsets)));
    PEN_TRY(pen_launch(queue, "sort_move", x->dtype, blocks, move, PEN_COUNT(move)));
    *rows = (sorted_rows){ rows->key_to, rows->index_to, rows->key, rows->index, rows->total };
    return PEN_OK;
}

static pen_status sort_keys(pen_queue *queue, pen_sort_order order, const pen_rows *x,
                            sorted_rows *rows)
{
    int is_descending = order == PEN_SORT_DESCENDING, n_cols = (int)x->n_cols;
    int64_t stride = (int64_t)x->stride;
    if (x->n_cols <= SMALL)
        return sort_small(queue, is_descending, x, rows);
    void *args[] = { (void *)&x->data, &stride, &n_cols, &is_descending, &rows->key, &rows->index };
    PEN_TRY(pen_launch(queue, "sort_begin", x->dtype, pen_items(x->n_rows * x->n_cols), args,
                       PEN_COUNT(args)));
    for (int shift = 0; shift < 8 * (int)pen_dtype_bytes(x->dtype); shift += 4)
        PEN_TRY(sort_pass(queue, x, shift, rows));
    return PEN_OK;
}

static pen_status write_first(pen_queue *queue, pen_sort_order order, const pen_rows *x, size_t k,
                              sorted_rows *rows, void *values, size_t value_stride, void *index)
{
    int n_cols = (int)x->n_cols, n_first = (int)k, is_descending = order == PEN_SORT_DESCENDING;
    int64_t stride = (int64_t)value_stride;
    void *value_args[] = { &rows->key, &n_cols, &n_first, &is_descending, &values, &stride };
    void *index_args[] = { &rows->index, &n_cols, &n_first, &index };
    pen_grid grid = pen_items(x->n_rows * k);
    if (values != NULL)
        PEN_TRY(
            pen_launch(queue, "sort_values", x->dtype, grid, value_args, PEN_COUNT(value_args)));
    if (index != NULL)
        PEN_TRY(
            pen_launch(queue, "sort_indices", x->dtype, grid, index_args, PEN_COUNT(index_args)));
    return PEN_OK;
}

static pen_status sort_first(pen_queue *queue, pen_sort_order order, const pen_rows *x, size_t k,
                             void *values, size_t value_stride, void *index)
{
    if (x->n_rows == 0 || k == 0 || (values == NULL && index == NULL))
        return PEN_OK;
    if (pen_device_is_host(pen_queue_device(queue)))
        return sort_host_top(order, x, k, values, value_stride, index);
    sorted_rows rows;
    PEN_TRY(sorted_alloc(queue, x, &rows));
    pen_status s = sort_keys(queue, order, x, &rows);
    if (s == PEN_OK)
        s = write_first(queue, order, x, k, &rows, values, value_stride, index);
    return sorted_free(queue, &rows, s);
}

pen_status pen_sort_rows(pen_queue *queue, pen_sort_order order, const pen_rows *x,
                         const pen_rows *out, void *index)
{
    PEN_TRY(check_rows("pen_sort_rows", x));
    if (out != NULL &&
        (out->dtype != x->dtype || out->n_rows != x->n_rows || out->n_cols != x->n_cols))
        return pen_fail(PEN_E_SHAPE, "pen_sort_rows: out is %zu x %zu %s, expected %zu x %zu %s",
                        out->n_rows, out->n_cols, pen_dtype_name(out->dtype), x->n_rows, x->n_cols,
                        pen_dtype_name(x->dtype));
    return sort_first(queue, order, x, x->n_cols, out != NULL ? out->data : NULL,
                      out != NULL ? out->stride : 0, index);
}

pen_status pen_sort_top(pen_queue *queue, pen_sort_order order, const pen_rows *x, size_t k,
                        void *values, void *index)
{
    PEN_TRY(check_rows("pen_sort_top", x));
    if (k > x->n_cols)
        return pen_fail(PEN_E_SHAPE, "pen_sort_top: k is %zu, of %zu columns", k, x->n_cols);
    return sort_first(queue, order, x, k, values, k, index);
}

/* Both halves of every probability on the device, and the kernel on sorted rows. */
static pen_status launch_quantiles(pen_queue *queue, pen_nan_rule nan, const pen_rows *x,
                                   const double *probabilities, size_t n, void *out)
{
    sorted_rows rows;
    int64_t *halves; /* pinned nowhere: the copy is waited for below */
    void *on_device;
    PEN_TRY(pen_alloc(2 * n, sizeof *halves, (void **)&halves));
    for (size_t q = 0; q < n; q++)
        sort_fraction(probabilities[q], &halves[q], &halves[n + q]);
    pen_status s = scratch_alloc(queue, 2 * n, sizeof *halves, &on_device);
    if (s == PEN_OK)
        s = pen_device_write(queue, on_device, halves, 2 * n * sizeof *halves);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    pen_free(halves);
    if (s == PEN_OK)
        s = sorted_alloc(queue, x, &rows);
    if (s != PEN_OK)
        return scratch_free(queue, on_device, s);
    int n_cols = (int)x->n_cols, n_quantiles = (int)n, skip = nan == PEN_NAN_SKIPPED;
    void *low = (int64_t *)on_device + n;
    s = sort_keys(queue, PEN_SORT_ASCENDING, x, &rows);
    void *args[] = { &rows.key, &n_cols, &n_quantiles, &skip, &on_device, &low, &out };
    if (s == PEN_OK)
        s = pen_launch(queue, "sort_quantiles", x->dtype, pen_items(x->n_rows * n), args,
                       PEN_COUNT(args));
    return scratch_free(queue, on_device, sorted_free(queue, &rows, s));
}

pen_status pen_sort_quantiles(pen_queue *queue, pen_nan_rule nan, const pen_rows *x,
                              const double *probabilities, size_t n_probabilities, void *out)
{
    PEN_TRY(check_rows("pen_sort_quantiles", x));
    for (size_t q = 0; q < n_probabilities; q++)
        if (!(probabilities[q] >= 0 && probabilities[q] <= 1))
            return pen_fail(PEN_E_ARG, "pen_sort_quantiles: probability %g, expected 0 to 1",
                            probabilities[q]);
    if (x->n_rows == 0 || n_probabilities == 0)
        return PEN_OK;
    if (x->n_cols == 0) /* all bits set is NaN */
        return pen_device_fill(queue, out, 0xff,
                               x->n_rows * n_probabilities * pen_dtype_bytes(x->dtype));
    if (pen_device_is_host(pen_queue_device(queue)))
        return sort_host_quantiles(nan, x, probabilities, n_probabilities, out);
    return launch_quantiles(queue, nan, x, probabilities, n_probabilities, out);
}
