/* Covariance and correlation matrices: rows less their mean, squares summing to 1, times
 * their transpose.  Pairs with missing values are done one by one. */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "../../machine/math/scratch.h"
#include "../../machine/math/sort.h"
#include "series.h"

/* One request; device memory is [n][n_points] unless said otherwise. */
typedef struct matrix_job {
    pen_queue *queue;
    pen_rows x, out;
    size_t cells, unit;
    int is_covariance;
    bool is_ranked, is_pairwise;
    void *blank, *rank, *unit_rows; /* of x, where there are any */
    void *product;                  /* [n][n] */
    void *scale, *count;            /* [n] on the device */
    statistic_level *levels;        /* [n] on the host */
    void *staging;                  /* [2][n] on the host, scale then count */
} matrix_job;

static void job_clear(matrix_job *j)
{
    void *all[] = { j->blank, j->rank, j->unit_rows, j->product, j->scale, j->count };
    for (size_t i = 0; i < PEN_COUNT(all); i++)
        scratch_free(j->queue, all[i], PEN_OK);
    pen_free(j->levels);
    pen_free(j->staging);
}

/* Ranks of the rows of x, [n_rows][n_cols]. */
static pen_status rank_rows(pen_queue *queue, const pen_rows *x, void *rank)
{
    size_t cells = x->n_rows * x->n_cols;
    pen_rows sorted = *x;
    void *index;
    int n_cols = (int)x->n_cols;
    sorted.stride = x->n_cols;
    PEN_TRY(scratch_alloc(queue, cells, sizeof(int32_t), &index));
    pen_status s = scratch_alloc(queue, cells, pen_dtype_bytes(x->dtype), &sorted.data);
    if (s == PEN_OK)
        s = pen_sort_rows(queue, PEN_SORT_ASCENDING, x, &sorted, index);
    void *args[] = { &sorted.data, &index, &n_cols, &rank };
    pen_grid grid = { PEN_GRID_GROUPS, x->n_rows, 1000 + 4 * x->n_cols, NULL };
    if (s == PEN_OK)
        s = pen_launch(queue, "statistic_ranks", x->dtype, grid, args, PEN_COUNT(args));
    s = scratch_free(queue, sorted.data, s);
    return scratch_free(queue, index, s);
}

/* x becomes its ranks. */
static pen_status rank_all(matrix_job *j)
{
    if (!j->is_ranked)
        return PEN_OK;
    PEN_TRY(scratch_alloc(j->queue, j->cells, j->unit, &j->rank));
    PEN_TRY(rank_rows(j->queue, &j->x, j->rank));
    j->x.data = j->rank;
    j->x.stride = j->x.n_cols;
    return PEN_OK;
}

static pen_status multiply(matrix_job *j)
{
    size_t n = j->x.n_rows;
    PEN_TRY(scratch_alloc(j->queue, n * n, j->unit, &j->product));
    return statistic_triangle(j->queue, j->x.dtype, j->unit_rows, n, j->x.n_cols, j->product);
}

/* The roots of the variances, and the counts, on the device. */
static pen_status put_scales(matrix_job *j)
{
    size_t n = j->x.n_rows;
    PEN_TRY(pen_alloc(2 * n, j->unit, &j->staging));
    for (size_t r = 0; r < n; r++) {
        const statistic_level *l = &j->levels[r];
        double scale = l->count < 2 ? NAN : sqrt(statistic_squares(l) / (l->count - 1)) * l->range;
        if (j->x.dtype == PEN_F32) {
            ((float *)j->staging)[r] = (float)scale;
            ((float *)j->staging)[n + r] = (float)l->count;
        } else {
            ((double *)j->staging)[r] = scale;
            ((double *)j->staging)[n + r] = l->count;
        }
    }
    PEN_TRY(scratch_alloc(j->queue, n, j->unit, &j->scale));
    PEN_TRY(scratch_alloc(j->queue, n, j->unit, &j->count));
    PEN_TRY(pen_device_write(j->queue, j->scale, j->staging, n * j->unit));
    return pen_device_write(j->queue, j->count, (char *)j->staging + n * j->unit, n * j->unit);
}

static pen_status finish(matrix_job *j)
{
    int n_rows = (int)j->x.n_rows;
    int64_t stride = (int64_t)j->out.stride;
    void *args[] = { &j->product, &n_rows, &j->scale, &j->is_covariance, &j->out.data, &stride };
    return pen_launch(j->queue, "statistic_matrix", j->x.dtype, pen_groups(j->x.n_rows), args,
                      PEN_COUNT(args));
}

/* Row `row` and column `row` of the result from rows of p and q, pair by pair. */
static pen_status launch_pairs(matrix_job *j, size_t row, void *p, size_t p_stride, void *q,
                               size_t q_stride)
{
    int64_t strides[] = { (int64_t)p_stride, (int64_t)q_stride, (int64_t)j->out.stride };
    int n_cols = (int)j->x.n_cols, at = (int)row;
    void *args[] = { &p,        &strides[0],       &q,           &strides[1], &n_cols, &at,
                     &j->count, &j->is_covariance, &j->out.data, &strides[2] };
    pen_grid grid = { PEN_GRID_GROUPS, j->x.n_rows, 1000 + 4 * j->x.n_cols, NULL };
    return pen_launch(j->queue, "statistic_pairs", j->x.dtype, grid, args, PEN_COUNT(args));
}

static pen_status launch_blank(matrix_job *j, const void *x, size_t x_stride, const void *by,
                               size_t by_stride, void *out)
{
    int64_t strides[] = { (int64_t)x_stride, (int64_t)by_stride };
    int n_cols = (int)j->x.n_cols;
    void *args[] = { &x, &strides[0], &by, &strides[1], &n_cols, &out };
    return pen_launch(j->queue, "statistic_blank", j->x.dtype, pen_groups(j->x.n_rows), args,
                      PEN_COUNT(args));
}

/* Ranks among the points of each pair: series `row` blanked by every other, and the
 * others by it. */
static pen_status rank_pairs(matrix_job *j, size_t row, void *both)
{
    const char *mine = (const char *)j->x.data + row * j->x.stride * j->unit;
    char *others = (char *)both + j->cells * j->unit;
    pen_rows rows = { j->x.dtype, both, 2 * j->x.n_rows, j->x.n_cols, j->x.n_cols };
    void *rank;
    PEN_TRY(launch_blank(j, mine, 0, j->x.data, j->x.stride, both));
    PEN_TRY(launch_blank(j, j->x.data, j->x.stride, mine, 0, others));
    PEN_TRY(scratch_alloc(j->queue, 2 * j->cells, j->unit, &rank));
    pen_status s = rank_rows(j->queue, &rows, rank);
    if (s == PEN_OK)
        s = launch_pairs(j, row, rank, j->x.n_cols, (char *)rank + j->cells * j->unit, j->x.n_cols);
    return scratch_free(j->queue, rank, s);
}

/* Every pair of a series with missing values. */
static pen_status redo_pairs(matrix_job *j)
{
    void *both = NULL;
    pen_status s = PEN_OK;
    for (size_t row = 0; row < j->x.n_rows && s == PEN_OK; row++) {
        if (j->levels[row].count >= (double)j->x.n_cols)
            continue;
        if (!j->is_ranked) {
            char *mine = (char *)j->x.data + row * j->x.stride * j->unit;
            s = launch_pairs(j, row, mine, 0, j->x.data, j->x.stride);
            continue;
        }
        if (both == NULL)
            s = scratch_alloc(j->queue, 2 * j->cells, j->unit, &both);
        if (s == PEN_OK)
            s = rank_pairs(j, row, both);
    }
    return scratch_free(j->queue, both, s);
}

static pen_status make_matrix(matrix_job *j, pen_points_rule points)
{
    pen_rows plain;
    size_t unused;
    j->unit = pen_dtype_bytes(j->x.dtype);
    PEN_TRY(pen_size_mul(j->x.n_rows, j->x.n_cols, &j->cells));
    PEN_TRY(pen_size_mul(2 * j->cells, j->unit, &unused));
    PEN_TRY(pen_alloc(j->x.n_rows, sizeof *j->levels, (void **)&j->levels));
    PEN_TRY(statistic_blank_listwise(j->queue, points, &j->x, &j->blank));
    plain = j->x;
    PEN_TRY(rank_all(j));
    PEN_TRY(scratch_alloc(j->queue, j->cells, j->unit, &j->unit_rows));
    PEN_TRY(statistic_levels(j->queue, &j->x, j->is_pairwise ? NAN : 0, j->unit_rows, j->levels));
    PEN_TRY(statistic_check_missing("pen_statistic_matrix", points, &j->x, j->levels));
    PEN_TRY(multiply(j));
    PEN_TRY(put_scales(j));
    PEN_TRY(finish(j));
    j->x = plain;
    return j->is_pairwise ? redo_pairs(j) : PEN_OK;
}

pen_status pen_statistic_matrix(pen_queue *queue, const pen_panel *x, pen_matrix_kind kind,
                                pen_matrix_method method, pen_points_rule points, pen_panel *out)
{
    matrix_job j = { .queue = queue,
                     .is_covariance = kind == PEN_MATRIX_COVARIANCE,
                     .is_ranked = method == PEN_METHOD_SPEARMAN,
                     .is_pairwise = points == PEN_POINTS_PAIRWISE };
    PEN_TRY(statistic_rows("pen_statistic_matrix", queue, "x", x, &j.x));
    PEN_TRY(statistic_rows("pen_statistic_matrix", queue, "out", out, &j.out));
    size_t n = j.x.n_rows;
    if (j.out.dtype != j.x.dtype || j.out.n_rows != n || j.out.n_cols != n)
        return pen_fail(PEN_E_SHAPE,
                        "pen_statistic_matrix: out is %zu x %zu %s, expected %zu x %zu %s",
                        j.out.n_rows, j.out.n_cols, pen_dtype_name(j.out.dtype), n, n,
                        pen_dtype_name(j.x.dtype));
    if (n == 0)
        return PEN_OK;
    pen_status s = make_matrix(&j, points);
    pen_status waited = pen_queue_wait(queue);
    job_clear(&j);
    return s != PEN_OK ? s : waited;
}
