/* Matrix products, B packed beforehand, against OpenBLAS where it is installed. */
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/rng.h"
#include "../src/machine/base/status.h"
#include "../src/machine/math/matmul.h"
#include "bench.h"

typedef struct shape {
    pen_dtype dtype;
    size_t m, n, k;
    bool is_packed;
} shape;

struct product {
    shape shape;
    size_t unit;
    void *host_a, *host_b, *host_c;
    void *a, *b, *c;
    pen_packed_matrix *packed;
};

/* OpenBLAS on one thread, opened with the core type that it finds itself. */
static struct {
    bool is_tried, is_open;
    void (*set_num_threads)(int);
    void (*sgemm)(int, int, int, int, int, int, float, const float *, int, const float *, int,
                  float, float *, int);
    void (*dgemm)(int, int, int, int, int, int, double, const double *, int, const double *, int,
                  double, double *, int);
} blas;
static char blas_name[64] = "OpenBLAS";

static void open_blas(void)
{
    blas.is_tried = true;
    unsetenv("OPENBLAS_CORETYPE");
    unsetenv("OPENBLAS_L2_SIZE");
    void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        return;
    char *(*core)(void);
    *(void **)&blas.set_num_threads = dlsym(library, "openblas_set_num_threads");
    *(void **)&blas.sgemm = dlsym(library, "cblas_sgemm");
    *(void **)&blas.dgemm = dlsym(library, "cblas_dgemm");
    *(void **)&core = dlsym(library, "openblas_get_corename");
    blas.is_open = blas.set_num_threads != NULL && blas.sgemm != NULL && blas.dgemm != NULL;
    if (core != NULL)
        snprintf(blas_name, sizeof blas_name, "OpenBLAS (%.40s)", core());
}

static void product_clear(bench *b)
{
    struct product *s = b->state;
    if (s == NULL)
        return;
    pen_packed_matrix_destroy(s->packed);
    void *on_device[] = { s->a, s->b, s->c }, *on_host[] = { s->host_a, s->host_b, s->host_c };
    for (size_t i = 0; i < 3; i++) {
        pen_device_free(b->device, on_device[i]);
        pen_free(on_host[i]);
    }
    pen_free(s);
}

static pen_status make_matrix(bench *b, uint32_t item, size_t count, void **host, void **device)
{
    struct product *s = b->state;
    PEN_TRY(pen_alloc_array(count, s->unit, host));
    pen_rng rng;
    pen_rng_init(&rng, 1, item, 0, 0);
    for (size_t i = 0; i < count; i++)
        if (s->shape.dtype == PEN_F32)
            ((float *)*host)[i] = (float)(pen_rng_uniform(&rng) - 0.5);
        else
            ((double *)*host)[i] = pen_rng_uniform(&rng) - 0.5;
    PEN_TRY(pen_device_alloc(b->device, count * s->unit, device));
    PEN_TRY(pen_device_write(b->queue, *device, *host, count * s->unit));
    return pen_queue_wait(b->queue);
}

static pen_status product_prepare(bench *b)
{
    struct product *s;
    PEN_TRY(PEN_NEW(&s));
    b->state = s;
    s->shape = *(const shape *)b->test->with;
    s->unit = pen_dtype_bytes(s->shape.dtype);
    b->items = s->shape.m * s->shape.n * s->shape.k;
    PEN_TRY(make_matrix(b, 1, s->shape.m * s->shape.k, &s->host_a, &s->a));
    PEN_TRY(make_matrix(b, 2, s->shape.k * s->shape.n, &s->host_b, &s->b));
    PEN_TRY(make_matrix(b, 3, s->shape.m * s->shape.n, &s->host_c, &s->c));
    if (!s->shape.is_packed)
        return PEN_OK;
    return pen_matmul_pack(b->queue, s->shape.dtype, s->shape.k, s->shape.n, false, s->b,
                           s->shape.n, &s->packed);
}

static pen_status product_run(bench *b)
{
    struct product *s = b->state;
    pen_matmul_params params = { .dtype = s->shape.dtype,
                                 .m = s->shape.m,
                                 .n = s->shape.n,
                                 .k = s->shape.k,
                                 .alpha = 1,
                                 .a = s->a,
                                 .a_stride = s->shape.k,
                                 .b = s->b,
                                 .b_stride = s->shape.n,
                                 .packed_b = s->packed,
                                 .c = s->c,
                                 .c_stride = s->shape.n };
    return pen_matmul(b->queue, &params);
}

static double value_at(const struct product *s, const void *x, size_t i)
{
    return s->shape.dtype == PEN_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

/* A thousand elements against long double. */
static pen_status product_check(bench *b)
{
    struct product *s = b->state;
    size_t m = s->shape.m, n = s->shape.n, k = s->shape.k;
    PEN_TRY(pen_device_read(b->queue, s->host_c, s->c, m * n * s->unit));
    PEN_TRY(pen_queue_wait(b->queue));
    for (size_t at = 0; at < m * n; at += m * n / 1000 + 1) {
        long double sum = 0, magnitude = 0;
        for (size_t i = 0; i < k; i++) {
            long double term = (long double)value_at(s, s->host_a, at / n * k + i) *
                               value_at(s, s->host_b, i * n + at % n);
            sum += term;
            magnitude += fabsl(term);
        }
        long double tolerance =
            (long double)(k + 2) * (s->unit == 4 ? 0x1p-24L : 0x1p-53L) * magnitude;
        if (fabsl(value_at(s, s->host_c, at) - sum) > tolerance)
            return pen_fail(PEN_E_INTERNAL, "element %zu is %.17g, expected %.17Lg", at,
                            value_at(s, s->host_c, at), sum);
    }
    return PEN_OK;
}

static pen_status product_peer(bench *b)
{
    enum { ROW_MAJOR = 101, AS_IS = 111 };
    struct product *s = b->state;
    int m = (int)s->shape.m, n = (int)s->shape.n, k = (int)s->shape.k;
    if (!blas.is_tried)
        open_blas();
    if (!blas.is_open || !pen_device_is_host(b->device))
        return PEN_E_UNSUPPORTED;
    blas.set_num_threads(1);
    if (s->shape.dtype == PEN_F32)
        blas.sgemm(ROW_MAJOR, AS_IS, AS_IS, m, n, k, 1, s->host_a, k, s->host_b, n, 0, s->host_c,
                   n);
    else
        blas.dgemm(ROW_MAJOR, AS_IS, AS_IS, m, n, k, 1, s->host_a, k, s->host_b, n, 0, s->host_c,
                   n);
    return PEN_OK;
}

#define SHAPES(X)                                                                                  \
    X(f32, PEN_F32, 1, 1024, 256, true)                                                            \
    X(f32, PEN_F32, 64, 256, 100, true)                                                            \
    X(f32, PEN_F32, 64, 1024, 256, true)                                                           \
    X(f32, PEN_F32, 512, 512, 512, true)                                                           \
    X(f32, PEN_F32, 1000, 1024, 306, true)                                                         \
    X(f32, PEN_F32, 2048, 2048, 2048, true)                                                        \
    X(f64, PEN_F64, 1, 1024, 256, true)                                                            \
    X(f64, PEN_F64, 64, 1024, 256, true)                                                           \
    X(f64, PEN_F64, 512, 512, 512, true)                                                           \
    X(plain_f32, PEN_F32, 512, 512, 512, false)
#define SHAPE_OF(title, type, rows, columns, depth, packed)                                        \
    static const shape shape_##title##_##rows##x##columns##x##depth = { type, rows, columns,       \
                                                                        depth, packed };
#define CASE_OF(title, type, rows, columns, depth, packed)                                         \
    { .name = "matmul_" #title "_" #rows "x" #columns "x" #depth,                                  \
      .item = "multiply-add",                                                                      \
      .dtype = type,                                                                               \
      .flops_per_item = 2,                                                                         \
      .prepare = product_prepare,                                                                  \
      .run = product_run,                                                                          \
      .check = product_check,                                                                      \
      .clear = product_clear,                                                                      \
      .peer_name = blas_name,                                                                      \
      .peer = product_peer,                                                                        \
      .with = &shape_##title##_##rows##x##columns##x##depth },

SHAPES(SHAPE_OF)

static const bench_case cases[] = { SHAPES(CASE_OF) };

const bench_area bench_matmul = { "matmul", cases, PEN_COUNT(cases) };
