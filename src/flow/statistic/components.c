/* Principal components: eigenvectors of the correlation or covariance matrix. */
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/math/matmul.h"
#include "../../machine/math/scratch.h"
#include "eigen.h"
#include "series.h"

/* The n x n panel's elements as f64 on the host. */
static pen_status read_matrix(pen_queue *queue, const pen_panel *panel, double *out)
{
    size_t n = pen_panel_series(panel);
    PEN_TRY(pen_panel_read(queue, out, n, panel));
    PEN_TRY(pen_queue_wait(queue));
    for (size_t i = n * n; pen_panel_dtype(panel) == PEN_F32 && i-- > 0;) {
        float narrow;
        memcpy(&narrow, (char *)out + i * sizeof narrow, sizeof narrow);
        out[i] = narrow;
    }
    return PEN_OK;
}

static pen_status check_matrix(const double *matrix, size_t n)
{
    for (size_t i = 0; i < n * n; i++)
        if (!isfinite(matrix[i]))
            return pen_fail(PEN_E_ARG,
                            "pen_statistic_components: series %zu and %zu have no correlation: one "
                            "does not vary, has infinite values or too few in common",
                            i / n, i % n);
    return PEN_OK;
}

/* The element of largest magnitude, the first of equals to 1e-9, is positive. */
static void choose_sign(double *vector, size_t n)
{
    size_t at = 0;
    for (size_t i = 1; i < n; i++)
        if (fabs(vector[i]) > fabs(vector[at]) * (1 + 1e-9))
            at = i;
    bool is_negative = vector[at] < 0;
    for (size_t i = 0; is_negative && i < n; i++)
        vector[i] = -vector[i];
}

static pen_status make_components(pen_queue *queue, const pen_panel *x, pen_panel *matrix,
                                  pen_matrix_kind kind, pen_points_rule points, double *work,
                                  double *variance, double *loading)
{
    size_t n = pen_panel_series(x);
    PEN_TRY(pen_statistic_matrix(queue, x, kind, PEN_METHOD_PEARSON, points, matrix));
    PEN_TRY(read_matrix(queue, matrix, work));
    PEN_TRY(check_matrix(work, n));
    PEN_TRY(eigen_symmetric(work, n, variance, loading));
    for (size_t i = 0; i < n; i++)
        choose_sign(loading + i * n, n);
    return PEN_OK;
}

pen_status pen_statistic_components(pen_queue *queue, const pen_panel *x, pen_matrix_kind kind,
                                    pen_points_rule points, double *variance, double *loading)
{
    size_t n = pen_panel_series(x), cells;
    pen_panel *matrix;
    double *work;
    PEN_TRY(pen_size_mul(n, n, &cells));
    PEN_TRY(pen_alloc_array(cells, sizeof *work, (void **)&work));
    pen_status s = pen_panel_create(pen_queue_device(queue), pen_panel_dtype(x), n, n, &matrix);
    if (s == PEN_OK)
        s = make_components(queue, x, matrix, kind, points, work, variance, loading);
    pen_panel_destroy(matrix);
    pen_free(work);
    return s;
}

/* Loadings of rows whose squares sum to 1, in the panel's type on the device. */
static pen_status put_loadings(pen_queue *queue, const pen_rows *x, pen_matrix_kind kind,
                               const statistic_level *levels, const double *loading, size_t count,
                               void *host, void *device)
{
    for (size_t i = 0; i < count * x->n_rows; i++) {
        const statistic_level *l = &levels[i % x->n_rows];
        double unit = kind == PEN_MATRIX_COVARIANCE ? sqrt(statistic_squares(l)) * l->range
                                                    : sqrt(l->count - 1);
        if (x->dtype == PEN_F32)
            ((float *)host)[i] = (float)(loading[i] * unit);
        else
            ((double *)host)[i] = loading[i] * unit;
    }
    return pen_device_write(queue, device, host, count * x->n_rows * pen_dtype_bytes(x->dtype));
}

static pen_status make_scores(pen_queue *queue, const pen_rows *x, pen_matrix_kind kind,
                              const double *loading, void *unit_rows, void *host, void *device,
                              statistic_level *levels, const pen_rows *out)
{
    PEN_TRY(statistic_levels(queue, x, NAN, unit_rows, levels));
    PEN_TRY(put_loadings(queue, x, kind, levels, loading, out->n_rows, host, device));
    pen_matmul_params p = { .dtype = x->dtype,
                            .m = out->n_rows,
                            .n = x->n_cols,
                            .k = x->n_rows,
                            .alpha = 1,
                            .a = device,
                            .a_stride = x->n_rows,
                            .b = unit_rows,
                            .b_stride = x->n_cols,
                            .c = out->data,
                            .c_stride = out->stride,
                            .mode = PEN_MATMUL_EXACT };
    PEN_TRY(pen_matmul(queue, &p));
    return pen_queue_wait(queue);
}

pen_status pen_statistic_scores(pen_queue *queue, const pen_panel *x, pen_matrix_kind kind,
                                const double *loading, pen_panel *out)
{
    static const char name[] = "pen_statistic_scores";
    pen_rows rows, to;
    void *unit_rows = NULL, *device = NULL, *host = NULL;
    statistic_level *levels = NULL;
    size_t cells, unit = pen_dtype_bytes(pen_panel_dtype(x));
    PEN_TRY(statistic_rows(name, queue, "x", x, &rows));
    PEN_TRY(statistic_rows(name, queue, "out", out, &to));
    if (to.dtype != rows.dtype || to.n_rows > rows.n_rows || to.n_cols != rows.n_cols)
        return pen_fail(PEN_E_SHAPE, "%s: out is %zu x %zu %s, expected at most %zu x %zu %s", name,
                        to.n_rows, to.n_cols, pen_dtype_name(to.dtype), rows.n_rows, rows.n_cols,
                        pen_dtype_name(rows.dtype));
    if (to.n_rows == 0 || to.n_cols == 0)
        return PEN_OK;
    PEN_TRY(pen_size_mul(rows.n_rows, rows.n_cols, &cells));
    pen_status s = pen_alloc(rows.n_rows, sizeof *levels, (void **)&levels);
    if (s == PEN_OK)
        s = pen_alloc_array(to.n_rows * rows.n_rows, unit, &host);
    if (s == PEN_OK)
        s = scratch_alloc(queue, to.n_rows * rows.n_rows, unit, &device);
    if (s == PEN_OK)
        s = scratch_alloc(queue, cells, unit, &unit_rows);
    if (s == PEN_OK)
        s = make_scores(queue, &rows, kind, loading, unit_rows, host, device, levels, &to);
    s = scratch_free(queue, unit_rows, s);
    s = scratch_free(queue, device, s);
    pen_free(host);
    pen_free(levels);
    return s;
}
