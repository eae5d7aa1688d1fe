/* Reductions, scans, sorting, transposition: against the C library where it has the job. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/rng.h"
#include "../src/machine/base/status.h"
#include "../src/machine/math/reduce.h"
#include "../src/machine/math/scan.h"
#include "../src/machine/math/sort.h"
#include "../src/machine/math/transpose.h"
#include "bench.h"

typedef struct job {
    pen_dtype dtype;
    size_t n_rows, n_cols;
} job;

struct arrays {
    job job;
    size_t n, unit;
    char *host, *got; /* what went in, and room for what comes out */
    void *x, *out, *index;
};

static double value_at(pen_dtype dtype, const void *x, size_t i)
{
    return dtype == PEN_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

static void arrays_clear(bench *b)
{
    struct arrays *s = b->state;
    if (s == NULL)
        return;
    pen_device_free(b->device, s->x);
    pen_device_free(b->device, s->out);
    pen_device_free(b->device, s->index);
    pen_free(s->host);
    pen_free(s->got);
    pen_free(s);
}

/* Values spread like prices over two octaves. */
static pen_status arrays_prepare(bench *b)
{
    struct arrays *s;
    PEN_TRY(PEN_NEW(&s));
    b->state = s;
    s->job = *(const job *)b->test->with;
    s->n = b->items = s->job.n_rows * s->job.n_cols;
    s->unit = pen_dtype_bytes(s->job.dtype);
    PEN_TRY(pen_alloc_array(s->n, s->unit, (void **)&s->host));
    PEN_TRY(pen_alloc_array(s->n, s->unit, (void **)&s->got));
    pen_rng rng;
    pen_rng_init(&rng, 1, 0, 0, 0);
    for (size_t i = 0; i < s->n; i++) {
        double v = 50 + 150 * pen_rng_uniform(&rng);
        if (s->job.dtype == PEN_F32)
            ((float *)s->host)[i] = (float)v;
        else
            ((double *)s->host)[i] = v;
    }
    PEN_TRY(pen_device_alloc(b->device, s->n * s->unit, &s->x));
    PEN_TRY(pen_device_alloc(b->device, s->n * s->unit, &s->out));
    PEN_TRY(pen_device_alloc(b->device, s->n * sizeof(int32_t), &s->index));
    PEN_TRY(pen_device_write(b->queue, s->x, s->host, s->n * s->unit));
    PEN_TRY(pen_device_fill(b->queue, s->out, 0, s->n * s->unit));
    return pen_queue_wait(b->queue);
}

static pen_rows rows_of(const struct arrays *s, void *data)
{
    return (pen_rows){ s->job.dtype, data, s->job.n_rows, s->job.n_cols, s->job.n_cols };
}

static pen_status read_back(bench *b, size_t n)
{
    struct arrays *s = b->state;
    PEN_TRY(pen_device_read(b->queue, s->got, s->out, n * s->unit));
    return pen_queue_wait(b->queue);
}

static pen_status check_near(const char *what, double got, double want, double relative)
{
    if (fabs(got - want) <= relative * fabs(want))
        return PEN_OK;
    return pen_fail(PEN_E_INTERNAL, "%s is %.17g, expected %.17g", what, got, want);
}

static double tolerance_of(const struct arrays *s)
{
    return s->job.dtype == PEN_F32 ? 1e-5 : 1e-14;
}

/* ---- reductions ---------------------------------------------------------- */

static pen_status sum_run(bench *b)
{
    struct arrays *s = b->state;
    pen_rows x = rows_of(s, s->x);
    return pen_reduce_rows(b->queue, PEN_REDUCE_SUM, PEN_NAN_SPREADS, &x, s->out);
}

static pen_status sum_check(bench *b)
{
    struct arrays *s = b->state;
    PEN_TRY(read_back(b, s->job.n_rows));
    for (size_t r = 0; r < s->job.n_rows; r++) {
        long double sum = 0;
        for (size_t i = 0; i < s->job.n_cols; i++)
            sum += value_at(s->job.dtype, s->host, r * s->job.n_cols + i);
        PEN_TRY(
            check_near("the sum", value_at(s->job.dtype, s->got, r), (double)sum, tolerance_of(s)));
    }
    return PEN_OK;
}

static pen_status max_run(bench *b)
{
    struct arrays *s = b->state;
    pen_rows x = rows_of(s, s->x);
    return pen_reduce_rows(b->queue, PEN_REDUCE_MAX, PEN_NAN_SPREADS, &x, s->out);
}

static pen_status argmax_run(bench *b)
{
    struct arrays *s = b->state;
    pen_rows x = rows_of(s, s->x);
    return pen_reduce_argmax(b->queue, PEN_NAN_SPREADS, &x, s->index);
}

static double greatest(const struct arrays *s)
{
    double most = value_at(s->job.dtype, s->host, 0);
    for (size_t i = 1; i < s->n; i++)
        most = fmax(most, value_at(s->job.dtype, s->host, i));
    return most;
}

static pen_status max_check(bench *b)
{
    struct arrays *s = b->state;
    PEN_TRY(read_back(b, 1));
    return check_near("the greatest", value_at(s->job.dtype, s->got, 0), greatest(s), 0);
}

static pen_status argmax_check(bench *b)
{
    struct arrays *s = b->state;
    int64_t at;
    PEN_TRY(pen_device_read(b->queue, &at, s->index, sizeof at));
    PEN_TRY(pen_queue_wait(b->queue));
    return check_near("what is there", value_at(s->job.dtype, s->host, (size_t)at), greatest(s), 0);
}

/* ---- scan, transpose ----------------------------------------------------- */

static pen_status scan_run(bench *b)
{
    struct arrays *s = b->state;
    pen_rows x = rows_of(s, s->x), out = rows_of(s, s->out);
    return pen_scan_rows(b->queue, PEN_SCAN_INCLUSIVE, &x, &out);
}

static pen_status scan_check(bench *b)
{
    struct arrays *s = b->state;
    long double sum = 0;
    PEN_TRY(read_back(b, s->n));
    for (size_t i = 0; i < s->n; i++) {
        sum = (i % s->job.n_cols == 0 ? 0 : sum) + value_at(s->job.dtype, s->host, i);
        PEN_TRY(check_near("a running sum", value_at(s->job.dtype, s->got, i), (double)sum,
                           tolerance_of(s)));
    }
    return PEN_OK;
}

static pen_status transpose_run(bench *b)
{
    struct arrays *s = b->state;
    pen_rows x = rows_of(s, s->x);
    pen_rows out = { s->job.dtype, s->out, s->job.n_cols, s->job.n_rows, s->job.n_rows };
    return pen_transpose(b->queue, &x, &out);
}

static pen_status transpose_check(bench *b)
{
    struct arrays *s = b->state;
    PEN_TRY(read_back(b, s->n));
    for (size_t i = 0; i < s->n; i++) {
        size_t row = i / s->job.n_cols, col = i % s->job.n_cols;
        if (memcmp(s->host + i * s->unit, s->got + (col * s->job.n_rows + row) * s->unit,
                   s->unit) != 0)
            return pen_fail(PEN_E_INTERNAL, "row %zu, column %zu is in the wrong place", row, col);
    }
    return PEN_OK;
}

/* ---- sorting ------------------------------------------------------------- */

static pen_status sort_run(bench *b)
{
    struct arrays *s = b->state;
    pen_rows x = rows_of(s, s->x), out = rows_of(s, s->out);
    return pen_sort_rows(b->queue, PEN_SORT_ASCENDING, &x, &out, NULL);
}

static pen_status sort_index_run(bench *b)
{
    struct arrays *s = b->state;
    pen_rows x = rows_of(s, s->x), out = rows_of(s, s->out);
    return pen_sort_rows(b->queue, PEN_SORT_ASCENDING, &x, &out, s->index);
}

static int by_float(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static int by_double(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The first row, sorted by the C library, in `got`. */
static void sort_plainly(struct arrays *s)
{
    memcpy(s->got, s->host, s->n * s->unit);
    for (size_t r = 0; r < s->job.n_rows; r++)
        qsort(s->got + r * s->job.n_cols * s->unit, s->job.n_cols, s->unit,
              s->job.dtype == PEN_F32 ? by_float : by_double);
}

static pen_status sort_peer(bench *b)
{
    if (!pen_device_is_host(b->device))
        return PEN_E_UNSUPPORTED;
    sort_plainly(b->state);
    return PEN_OK;
}

static pen_status sort_check(bench *b)
{
    struct arrays *s = b->state;
    void *got;
    PEN_TRY(pen_alloc_array(s->n, s->unit, &got));
    pen_status status = pen_device_read(b->queue, got, s->out, s->n * s->unit);
    if (status == PEN_OK)
        status = pen_queue_wait(b->queue);
    sort_plainly(s);
    if (status == PEN_OK && memcmp(got, s->got, s->n * s->unit) != 0)
        status = pen_fail(PEN_E_INTERNAL, "the order is not qsort's");
    pen_free(got);
    return status;
}

enum { TOP = 100 };
static const double probabilities[] = { 0.01, 0.05, 0.5, 0.95, 0.99 };

static pen_status top_run(bench *b)
{
    struct arrays *s = b->state;
    pen_rows x = rows_of(s, s->x);
    return pen_sort_top(b->queue, PEN_SORT_DESCENDING, &x, TOP, s->out, s->index);
}

static pen_status top_check(bench *b)
{
    struct arrays *s = b->state;
    double got[TOP];
    PEN_TRY(read_back(b, TOP));
    for (size_t i = 0; i < TOP; i++)
        got[i] = value_at(s->job.dtype, s->got, i);
    sort_plainly(s);
    for (size_t i = 0; i < TOP; i++)
        PEN_TRY(
            check_near("one of the best", got[i], value_at(s->job.dtype, s->got, s->n - 1 - i), 0));
    return PEN_OK;
}

static pen_status quantiles_run(bench *b)
{
    struct arrays *s = b->state;
    pen_rows x = rows_of(s, s->x);
    return pen_sort_quantiles(b->queue, PEN_NAN_SPREADS, &x, probabilities,
                              PEN_COUNT(probabilities), s->out);
}

static pen_status quantiles_check(bench *b)
{
    struct arrays *s = b->state;
    double got[PEN_COUNT(probabilities)];
    PEN_TRY(read_back(b, PEN_COUNT(probabilities)));
    for (size_t i = 0; i < PEN_COUNT(probabilities); i++)
        got[i] = value_at(s->job.dtype, s->got, i);
    sort_plainly(s);
    for (size_t i = 0; i < PEN_COUNT(probabilities); i++) {
        size_t rank = (size_t)(probabilities[i] * (double)(s->n - 1));
        PEN_TRY(check_near("a quantile", got[i], value_at(s->job.dtype, s->got, rank), 1e-4));
    }
    return PEN_OK;
}

static const job flat_f32 = { PEN_F32, 1, 1000000 }, flat_f64 = { PEN_F64, 1, 1000000 },
                 big_f32 = { PEN_F32, 1, 16000000 }, big_f64 = { PEN_F64, 1, 16000000 },
                 rows_f64 = { PEN_F64, 1000, 2000 };

#define CASE(title, what, type, shape, bytes)                                                      \
    {                                                                                              \
        .name = title, .item = "value", .dtype = type, .bytes_per_item = bytes,                    \
        .prepare = arrays_prepare, .run = what##_run, .check = what##_check,                       \
        .clear = arrays_clear, .with = &shape                                                      \
    }
#define SORT_CASE(title, what, type, shape)                                                        \
    {                                                                                              \
        .name = title, .item = "value", .dtype = type, .prepare = arrays_prepare,                  \
        .run = what##_run, .check = sort_check, .clear = arrays_clear, .peer_name = "qsort",       \
        .peer = sort_peer, .with = &shape                                                          \
    }

static const bench_case cases[] = {
    CASE("sum_f32_1m", sum, PEN_F32, flat_f32, 4),
    CASE("sum_f32_16m", sum, PEN_F32, big_f32, 4),
    CASE("sum_f64_16m", sum, PEN_F64, big_f64, 8),
    CASE("sum_rows_f64_1000x2000", sum, PEN_F64, rows_f64, 8),
    CASE("max_f64_16m", max, PEN_F64, big_f64, 8),
    CASE("argmax_f64_1m", argmax, PEN_F64, flat_f64, 8),
    CASE("scan_f32_1m", scan, PEN_F32, flat_f32, 8),
    CASE("scan_f64_1m", scan, PEN_F64, flat_f64, 16),
    CASE("transpose_f64_1000x2000", transpose, PEN_F64, rows_f64, 16),
    SORT_CASE("sort_f32_1m", sort, PEN_F32, flat_f32),
    SORT_CASE("sort_f64_1m", sort, PEN_F64, flat_f64),
    SORT_CASE("sort_index_f64_1m", sort_index, PEN_F64, flat_f64),
    SORT_CASE("sort_rows_f64_1000x2000", sort, PEN_F64, rows_f64),
    CASE("top_100_f64_1m", top, PEN_F64, flat_f64, 8),
    CASE("quantiles_5_f64_1m", quantiles, PEN_F64, flat_f64, 8),
};

const bench_area bench_math = { "math", cases, PEN_COUNT(cases) };
