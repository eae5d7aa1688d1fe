/* Correlation matrices: held against the peak of a whole matrix product, of which the
 * triangle is what they make. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/rng.h"
#include "../src/machine/base/status.h"
#include "../src/machine/math/matmul.h"
#include "bench.h"

typedef struct shape {
    size_t n_series, n_points;
    pen_matrix_method method;
    unsigned holes; /* of 1000 values, in one series of ten */
} shape;

struct panels {
    shape shape;
    pen_dtype dtype;
    void *values, *result; /* of the panel's type, on the host */
    pen_panel *x, *out;
    void *product;
};

static void matrix_clear(bench *b)
{
    struct panels *s = b->state;
    if (s == NULL)
        return;
    pen_panel_destroy(s->x);
    pen_panel_destroy(s->out);
    pen_device_free(b->device, s->product);
    pen_free(s->values);
    pen_free(s->result);
    pen_free(s);
}

static double at(const struct panels *s, const void *x, size_t i)
{
    return s->dtype == PEN_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

/* Half common, half own: correlations of about a half. */
static void fill(struct panels *s)
{
    pen_rng rng;
    pen_rng_init(&rng, 5, 0, 0, 0);
    for (size_t i = 0; i < s->shape.n_series; i++)
        for (size_t t = 0; t < s->shape.n_points; t++) {
            size_t to = i * s->shape.n_points + t;
            double x = pen_rng_uniform(&rng) + (i > 0 ? at(s, s->values, t) : 0);
            if (i % 10 == 9 && pen_rng_u32(&rng) % 1000 < s->shape.holes)
                x = NAN;
            if (s->dtype == PEN_F32)
                ((float *)s->values)[to] = (float)x;
            else
                ((double *)s->values)[to] = x;
        }
}

static pen_status matrix_prepare(bench *b)
{
    struct panels *s;
    PEN_TRY(PEN_NEW(&s));
    b->state = s;
    s->shape = *(const shape *)b->test->with;
    s->dtype = b->test->dtype;
    size_t n = s->shape.n_series, cells = n * s->shape.n_points;
    b->items = n * (n + 1) / 2 * s->shape.n_points;
    PEN_TRY(pen_alloc_array(cells, sizeof(double), &s->values));
    PEN_TRY(pen_alloc_array(n * n, sizeof(double), &s->result));
    PEN_TRY(pen_panel_create(b->device, s->dtype, n, s->shape.n_points, &s->x));
    PEN_TRY(pen_panel_create(b->device, s->dtype, n, n, &s->out));
    PEN_TRY(pen_device_alloc(b->device, n * n * pen_dtype_bytes(s->dtype), &s->product));
    fill(s);
    PEN_TRY(pen_panel_write(b->queue, s->x, s->values, s->shape.n_points));
    return pen_queue_wait(b->queue);
}

static pen_status matrix_run(bench *b)
{
    struct panels *s = b->state;
    return pen_statistic_matrix(b->queue, s->x, PEN_MATRIX_CORRELATION, s->shape.method,
                                PEN_POINTS_PAIRWISE, s->out);
}

/* One correlation by its definition, over the points that both series have. */
static double pair(const struct panels *s, size_t i, size_t j)
{
    size_t n = s->shape.n_points;
    long double m = 0, mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t t = 0; t < n; t++) {
            double x = at(s, s->values, i * n + t), y = at(s, s->values, j * n + t);
            if (isnan(x) || isnan(y))
                continue;
            if (pass == 0) {
                m++;
                mx += x;
                my += y;
            } else {
                xx += (x - mx / m) * (x - mx / m);
                yy += (y - my / m) * (y - my / m);
                xy += (x - mx / m) * (y - my / m);
            }
        }
    return (double)(xy / sqrtl(xx) / sqrtl(yy));
}

/* A few elements; those of ranks are near, as the values are near uniform. */
static pen_status matrix_check(bench *b)
{
    struct panels *s = b->state;
    size_t n = s->shape.n_series;
    double tolerance = s->shape.method == PEN_METHOD_SPEARMAN ? 0.1
                       : s->dtype == PEN_F32                  ? 1e-4
                                                              : 1e-12;
    PEN_TRY(pen_panel_read(b->queue, s->result, n, s->out));
    PEN_TRY(pen_queue_wait(b->queue));
    for (size_t i = 0; i < n * n; i += n * n / 23 + 1) {
        double got = at(s, s->result, i), want = pair(s, i / n, i % n);
        if (!(fabs(got - want) <= tolerance))
            return pen_fail(PEN_E_INTERNAL,
                            "correlation of series %zu and %zu is %.17g, expected %.17g", i / n,
                            i % n, got, want);
    }
    return PEN_OK;
}

/* The whole product of the panel with its transpose, by our own kernel. */
static pen_status matrix_peer(bench *b)
{
    struct panels *s = b->state;
    size_t n = s->shape.n_series, stride = pen_panel_stride(s->x);
    pen_matmul_params p = { .dtype = s->dtype,
                            .m = n,
                            .n = n,
                            .k = s->shape.n_points,
                            .alpha = 1,
                            .transpose_b = true,
                            .a = pen_panel_data(s->x),
                            .a_stride = stride,
                            .b = pen_panel_data(s->x),
                            .b_stride = stride,
                            .c = s->product,
                            .c_stride = n,
                            .mode = PEN_MATMUL_EXACT };
    PEN_TRY(pen_matmul(b->queue, &p));
    return pen_queue_wait(b->queue);
}

static const shape shape_500x5000 = { 500, 5000, PEN_METHOD_PEARSON, 0 };
static const shape shape_1000x2000 = { 1000, 2000, PEN_METHOD_PEARSON, 0 };
static const shape shape_ranks = { 500, 5000, PEN_METHOD_SPEARMAN, 0 };
static const shape shape_holes = { 500, 5000, PEN_METHOD_PEARSON, 20 };

#define MATRIX_CASE(text, type, shape_of)                                                          \
    {                                                                                              \
        .name = text, .item = "multiply-add", .dtype = type, .flops_per_item = 2,                  \
        .prepare = matrix_prepare, .run = matrix_run, .check = matrix_check,                       \
        .clear = matrix_clear, .peer_name = "whole product", .peer = matrix_peer,                  \
        .with = &shape_of                                                                          \
    }

static const bench_case cases[] = {
    MATRIX_CASE("correlation_f64_500x5000", PEN_F64, shape_500x5000),
    MATRIX_CASE("correlation_f64_1000x2000", PEN_F64, shape_1000x2000),
    MATRIX_CASE("correlation_f32_500x5000", PEN_F32, shape_500x5000),
    MATRIX_CASE("correlation_f32_1000x2000", PEN_F32, shape_1000x2000),
    MATRIX_CASE("spearman_f64_500x5000", PEN_F64, shape_ranks),
    MATRIX_CASE("correlation_missing_f64_500x5000", PEN_F64, shape_holes),
};

const bench_area bench_statistics = { "statistics", cases, PEN_COUNT(cases) };
