/* Rolling statistics: checks the panels and launches kernels/statistic.k. */
#include "../../machine/base/status.h"
#include "../../machine/device/launch.h"
#include "series.h"

enum { WINDOWS_PER_GROUP = 256 };

static pen_status check_shapes(const char *name, const pen_rows *x, const pen_rows *y,
                               const pen_rows *out)
{
    if (y->dtype != x->dtype || y->n_cols != x->n_cols ||
        (y->n_rows != 1 && y->n_rows != x->n_rows))
        return pen_fail(PEN_E_SHAPE, "%s: y is %zu x %zu %s, expected 1 or %zu x %zu %s", name,
                        y->n_rows, y->n_cols, pen_dtype_name(y->dtype), x->n_rows, x->n_cols,
                        pen_dtype_name(x->dtype));
    if (out->dtype != x->dtype || out->n_rows != x->n_rows || out->n_cols != x->n_cols)
        return pen_fail(PEN_E_SHAPE, "%s: out is %zu x %zu %s, expected %zu x %zu %s", name,
                        out->n_rows, out->n_cols, pen_dtype_name(out->dtype), x->n_rows, x->n_cols,
                        pen_dtype_name(x->dtype));
    return PEN_OK;
}

pen_status pen_statistic_rolling(pen_queue *queue, const pen_panel *x, const pen_panel *y,
                                 pen_rolling_kind kind, size_t window, pen_panel *out)
{
    static const char name[] = "pen_statistic_rolling";
    pen_rows rows, others, to;
    bool needs_other = kind >= PEN_ROLLING_COVARIANCE;
    if (needs_other && y == NULL)
        return pen_fail(PEN_E_ARG, "%s: y is NULL, expected a panel for this kind", name);
    PEN_TRY(statistic_rows(name, queue, "x", x, &rows));
    PEN_TRY(statistic_rows(name, queue, "y", needs_other ? y : x, &others));
    PEN_TRY(statistic_rows(name, queue, "out", out, &to));
    PEN_TRY(check_shapes(name, &rows, &others, &to));
    size_t least = kind == PEN_ROLLING_MEAN ? 1 : 2;
    if (window < least || window > (1 << 30))
        return pen_fail(PEN_E_ARG, "%s: window %zu, expected %zu to 2^30", name, window, least);
    if (rows.n_rows == 0 || rows.n_cols == 0)
        return PEN_OK;
    size_t windows = rows.n_cols >= window ? rows.n_cols - window + 1 : 1;
    size_t blocks = (windows + WINDOWS_PER_GROUP - 1) / WINDOWS_PER_GROUP;
    int n_cols = (int)rows.n_cols, length = (int)window, n_blocks = (int)blocks, what = (int)kind;
    int64_t x_stride = (int64_t)rows.stride, stride = (int64_t)to.stride;
    int64_t y_stride = others.n_rows == 1 ? 0 : (int64_t)others.stride;
    void *args[] = { &rows.data, &x_stride, &others.data, &y_stride, &n_cols,
                     &length,    &n_blocks, &what,        &to.data,  &stride };
    pen_grid grid = { PEN_GRID_GROUPS, rows.n_rows * blocks, 500 + 200 * window, NULL };
    PEN_TRY(pen_launch(queue, "statistic_rolling", rows.dtype, grid, args, PEN_COUNT(args)));
    return pen_queue_wait(queue);
}
