/* Rows of a panel and their moments. */
#include "series.h"

#include <math.h>

#include "../../machine/base/alloc.h"
#include "../../machine/math/matmul.h"
#include "../../machine/math/scratch.h"

enum { MOST = 1 << 30, N_LEVELS = 9 };

pen_status statistic_rows(const char *function, pen_queue *queue, const char *name,
                          const pen_panel *panel, pen_rows *out)
{
    pen_device *device = pen_queue_device(queue);
    *out = (pen_rows){ pen_panel_dtype(panel), pen_panel_data(panel), pen_panel_series(panel),
                       pen_panel_points(panel), pen_panel_stride(panel) };
    if (out->n_rows > MOST || out->n_cols > MOST)
        return pen_fail(PEN_E_SIZE, "%s: %s is %zu x %zu, at most 2^30 each", function, name,
                        out->n_rows, out->n_cols);
    if (pen_device_is_host(device) ? !pen_panel_is_host(panel) : pen_panel_device(panel) != device)
        return pen_fail(PEN_E_DEVICE, "%s: %s is not on the queue's device %s", function, name,
                        pen_device_describe(device)->name);
    return PEN_OK;
}

pen_status statistic_blank_listwise(pen_queue *queue, pen_points_rule points, pen_rows *x,
                                    void **block)
{
    *block = NULL;
    if (points != PEN_POINTS_LISTWISE || x->n_rows == 0 || x->n_cols == 0)
        return PEN_OK;
    size_t cells, groups = (x->n_cols + 255) / 256;
    void *common, *copy;
    int n_rows = (int)x->n_rows, n_cols = (int)x->n_cols;
    int64_t stride = (int64_t)x->stride, none = 0;
    PEN_TRY(pen_size_mul(x->n_rows, x->n_cols, &cells));
    PEN_TRY(scratch_alloc(queue, x->n_cols, pen_dtype_bytes(x->dtype), &common));
    pen_status s = scratch_alloc(queue, cells, pen_dtype_bytes(x->dtype), &copy);
    void *seen[] = { &x->data, &stride, &n_rows, &n_cols, &common };
    void *blank[] = { &x->data, &stride, &common, &none, &n_cols, &copy };
    if (s == PEN_OK)
        s = pen_launch(queue, "statistic_common", x->dtype, pen_groups(groups), seen,
                       PEN_COUNT(seen));
    if (s == PEN_OK)
        s = pen_launch(queue, "statistic_blank", x->dtype, pen_groups(x->n_rows), blank,
                       PEN_COUNT(blank));
    scratch_free(queue, common, s);
    if (s != PEN_OK)
        return scratch_free(queue, copy, s);
    *block = x->data = copy;
    x->stride = x->n_cols;
    return PEN_OK;
}

static pen_status launch_levels(pen_queue *queue, const pen_rows *x, double hole, void *z,
                                void *level)
{
    int64_t stride = (int64_t)x->stride;
    int n_rows = (int)x->n_rows, n_cols = (int)x->n_cols;
    float narrow = (float)hole;
    void *args[] = { (void *)&x->data,
                     &stride,
                     &n_rows,
                     &n_cols,
                     x->dtype == PEN_F32 ? (void *)&narrow : (void *)&hole,
                     &z,
                     &level };
    pen_grid grid = { PEN_GRID_GROUPS, x->n_rows, 1000 + 2 * x->n_cols, NULL };
    return pen_launch(queue, "statistic_series", x->dtype, grid, args, PEN_COUNT(args));
}

/* levels[k][r] -> out[r] */
static void take_levels(pen_dtype dtype, const void *levels, size_t n, statistic_level *out)
{
    for (size_t r = 0; r < n; r++) {
        double v[N_LEVELS];
        for (size_t k = 0; k < N_LEVELS; k++)
            v[k] = dtype == PEN_F32 ? (double)((const float *)levels)[k * n + r]
                                    : ((const double *)levels)[k * n + r];
        out[r] = (statistic_level){ v[0], v[1], v[2], v[3], v[4], { v[5], v[6], v[7], v[8] } };
    }
}

pen_status statistic_levels(pen_queue *queue, const pen_rows *x, double hole, void *z,
                            statistic_level *out)
{
    size_t unit = pen_dtype_bytes(x->dtype);
    void *level, *host;
    if (x->n_rows == 0)
        return PEN_OK;
    PEN_TRY(pen_alloc_array(N_LEVELS * x->n_rows, unit, &host));
    pen_status s = scratch_alloc(queue, N_LEVELS * x->n_rows, unit, &level);
    if (s == PEN_OK)
        s = launch_levels(queue, x, hole, z, level);
    if (s == PEN_OK)
        s = pen_device_read(queue, host, level, N_LEVELS * x->n_rows * unit);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    if (s == PEN_OK)
        take_levels(x->dtype, host, x->n_rows, out);
    pen_free(host);
    return scratch_free(queue, level, s);
}

pen_status statistic_check_missing(const char *function, pen_points_rule points, const pen_rows *x,
                                   const statistic_level *levels)
{
    for (size_t r = 0; points == PEN_POINTS_ALL && r < x->n_rows; r++)
        if (levels[r].count < (double)x->n_cols)
            return pen_fail(PEN_E_ARG, "%s: %.0f of %zu values of series %zu are missing", function,
                            (double)x->n_cols - levels[r].count, x->n_cols, r);
    return PEN_OK;
}

/* Columns of the product made at once: only its lower triangle is wanted. */
enum { COLUMNS_AT_ONCE = 48 };

/* Column block by column block, so that each series is packed once. */
pen_status statistic_triangle(pen_queue *queue, pen_dtype dtype, const void *rows, size_t n,
                              size_t k, void *product)
{
    size_t unit = pen_dtype_bytes(dtype);
    for (size_t first = 0; first < n; first += COLUMNS_AT_ONCE) {
        const char *from = (const char *)rows + first * k * unit;
        pen_matmul_params p = { .dtype = dtype,
                                .m = n - first,
                                .n = n - first < COLUMNS_AT_ONCE ? n - first : COLUMNS_AT_ONCE,
                                .k = k,
                                .alpha = 1,
                                .transpose_b = true,
                                .a = from,
                                .a_stride = k,
                                .b = from,
                                .b_stride = k,
                                .c = (char *)product + (first * n + first) * unit,
                                .c_stride = n,
                                .mode = PEN_MATMUL_EXACT };
        PEN_TRY(pen_matmul(queue, &p));
    }
    return PEN_OK;
}

double statistic_squares(const statistic_level *level)
{
    return level->sum[1] - level->sum[0] * (level->sum[0] / level->count);
}
