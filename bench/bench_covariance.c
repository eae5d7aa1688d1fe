/* Covariance estimators: a matrix product, and for some an eigenvalue problem. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/rng.h"
#include "../src/machine/base/status.h"
#include "bench.h"

typedef struct shape {
    pen_covariance_kind kind;
    size_t n_assets, n_observations;
} shape;

struct estimate {
    shape shape;
    double *returns, *covariance;
};

static void clear(bench *b)
{
    struct estimate *e = b->state;
    if (e == NULL)
        return;
    pen_free(e->returns);
    pen_free(e->covariance);
    pen_free(e);
}

static pen_status prepare(bench *b)
{
    struct estimate *e;
    PEN_TRY(PEN_NEW(&e));
    b->state = e;
    e->shape = *(const shape *)b->test->with;
    size_t p = e->shape.n_assets, n = e->shape.n_observations;
    b->items = 1;
    PEN_TRY(pen_alloc_array(p * n, sizeof(double), (void **)&e->returns));
    PEN_TRY(pen_alloc_array(p * p, sizeof(double), (void **)&e->covariance));
    pen_rng rng;
    pen_rng_init(&rng, 5, 0, 0, 0);
    for (size_t i = 0; i < p; i++)
        for (size_t t = 0; t < n; t++)
            e->returns[i * n + t] =
                0.01 * (pen_rng_uniform(&rng) - 0.5) + (i > 0 ? e->returns[t] : 0);
    return PEN_OK;
}

static pen_status run(bench *b)
{
    struct estimate *e = b->state;
    pen_covariance_options o = pen_covariance_options_default();
    o.kind = e->shape.kind;
    return pen_covariance(&o, e->returns, e->shape.n_assets, e->shape.n_observations, e->covariance,
                          NULL);
}

/* Variances by their definition: all kinds here keep their sum to a tenth. */
static pen_status check(bench *b)
{
    struct estimate *e = b->state;
    size_t p = e->shape.n_assets, n = e->shape.n_observations;
    double got = 0, want = 0;
    for (size_t i = 0; i < p; i++) {
        const double *x = e->returns + i * n;
        double mean = 0;
        got += e->covariance[i * p + i];
        for (size_t t = 0; t < n; t++)
            mean += x[t] / (double)n;
        for (size_t t = 0; t < n; t++)
            want += (x[t] - mean) * (x[t] - mean) / (double)(n - 1);
    }
    if (!(fabs(got / want - 1) < 0.1))
        return pen_fail(PEN_E_INTERNAL, "the variances sum to %.17g, expected about %.17g", got,
                        want);
    return PEN_OK;
}

static const shape sample_500 = { PEN_COVARIANCE_SAMPLE, 500, 2500 };
static const shape ewma_500 = { PEN_COVARIANCE_EWMA, 500, 2500 };
static const shape ledoit_wolf_50 = { PEN_COVARIANCE_LEDOIT_WOLF, 50, 252 };
static const shape ledoit_wolf_500 = { PEN_COVARIANCE_LEDOIT_WOLF, 500, 2500 };
static const shape equal_500 = { PEN_COVARIANCE_CONSTANT_CORRELATION, 500, 2500 };
static const shape oas_500 = { PEN_COVARIANCE_OAS, 500, 2500 };
static const shape nonlinear_500 = { PEN_COVARIANCE_NONLINEAR, 500, 2500 };
static const shape denoised_500 = { PEN_COVARIANCE_DENOISED, 500, 2500 };

#define COVARIANCE_CASE(text, shape_of)                                                            \
    {                                                                                              \
        .name = text, .item = "matrix", .dtype = PEN_F64, .prepare = prepare, .run = run,          \
        .check = check, .clear = clear, .with = &shape_of                                          \
    }

static const bench_case cases[] = {
    COVARIANCE_CASE("sample_f64_500x2500", sample_500),
    COVARIANCE_CASE("ewma_f64_500x2500", ewma_500),
    COVARIANCE_CASE("ledoit_wolf_f64_50x252", ledoit_wolf_50),
    COVARIANCE_CASE("ledoit_wolf_f64_500x2500", ledoit_wolf_500),
    COVARIANCE_CASE("constant_correlation_f64_500x2500", equal_500),
    COVARIANCE_CASE("oas_f64_500x2500", oas_500),
    COVARIANCE_CASE("nonlinear_f64_500x2500", nonlinear_500),
    COVARIANCE_CASE("denoised_f64_500x2500", denoised_500),
};

const bench_area bench_covariance = { "covariance", cases, PEN_COUNT(cases) };
