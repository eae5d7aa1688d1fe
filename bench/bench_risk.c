/* Value at risk of a portfolio with its parts, drawdowns, forecasts over time. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/rng.h"
#include "../src/machine/base/status.h"
#include "bench.h"

typedef struct shape {
    pen_risk_method method;
    size_t n_assets, n_observations, n_paths;
    size_t window; /* of forecasts; 0: one estimate with its parts */
} shape;

struct portfolio {
    shape shape;
    double *returns, *forecasts;
    pen_risk_part *parts;
    pen_risk_value value;
    pen_drawdown_summary falls;
};

static void clear(bench *b)
{
    struct portfolio *f = b->state;
    if (f == NULL)
        return;
    pen_free(f->returns);
    pen_free(f->forecasts);
    pen_free(f->parts);
    pen_free(f);
}

static pen_status prepare(bench *b)
{
    struct portfolio *f;
    PEN_TRY(PEN_NEW(&f));
    b->state = f;
    f->shape = *(const shape *)b->test->with;
    size_t p = f->shape.n_assets, n = f->shape.n_observations;
    b->items = f->shape.n_paths > 0 ? f->shape.n_paths : p * n;
    PEN_TRY(pen_alloc_array(p * n, sizeof(double), (void **)&f->returns));
    PEN_TRY(pen_alloc_array(n, sizeof(double), (void **)&f->forecasts));
    PEN_TRY(pen_alloc(p, sizeof *f->parts, (void **)&f->parts));
    pen_rng rng;
    pen_rng_init(&rng, 5, 0, 0, 0);
    for (size_t i = 0; i < p; i++)
        for (size_t t = 0; t < n; t++)
            f->returns[i * n + t] = 0.02 * (pen_rng_uniform(&rng) - 0.5) +
                                    0.01 * (pen_rng_uniform(&rng) - 0.5) +
                                    (i > 0 ? 0.5 * f->returns[t] : 0);
    return PEN_OK;
}

static pen_risk_options options_of(const shape *s)
{
    pen_risk_options o = pen_risk_options_default();
    o.method = s->method;
    o.n_paths = s->n_paths > 0 ? s->n_paths : o.n_paths;
    o.degrees = s->n_paths > 0 ? 4 : 0;
    return o;
}

static pen_status run(bench *b)
{
    struct portfolio *f = b->state;
    const shape *s = &f->shape;
    pen_risk_options o = options_of(s);
    if (s->window > 0)
        return pen_risk_forecast(&o, f->returns, s->n_observations, s->window, f->forecasts, NULL);
    return pen_risk_estimate(&o, f->returns, s->n_assets, s->n_observations, NULL, &f->value,
                             s->n_assets > 1 ? f->parts : NULL);
}

static pen_status run_drawdowns(bench *b)
{
    struct portfolio *f = b->state;
    return pen_risk_drawdowns(f->returns, f->shape.n_observations, 0.95, NULL, NULL, 0, NULL,
                              &f->falls);
}

/* Components sum to the whole; var is of the size of these returns; 5 % are beyond forecasts. */
static pen_status check(bench *b)
{
    struct portfolio *f = b->state;
    const shape *s = &f->shape;
    double sum = 0;
    pen_risk_backtest tested;
    if (s->window > 0) {
        PEN_TRY(pen_risk_check(f->returns, f->forecasts, s->n_observations, 0.95, &tested));
        double rate = (double)tested.exceptions / (double)tested.n;
        return fabs(rate - 0.05) < 0.01 ? PEN_OK
                                        : pen_fail(PEN_E_INTERNAL, "%g are beyond forecasts", rate);
    }
    for (size_t i = 0; s->n_assets > 1 && i < s->n_assets; i++)
        sum += f->parts[i].component_var;
    if (!(f->value.var > 0.002 && f->value.var < 0.02))
        return pen_fail(PEN_E_INTERNAL, "var is %g, expected about 0.008", f->value.var);
    if (s->n_assets > 1 && !(fabs(sum - f->value.var) < 1e-12))
        return pen_fail(PEN_E_INTERNAL, "components sum to %.17g, expected %.17g", sum,
                        f->value.var);
    return PEN_OK;
}

static pen_status check_drawdowns(bench *b)
{
    struct portfolio *f = b->state;
    double value = 1, top = 1, deepest = 0;
    for (size_t t = 0; t < f->shape.n_observations; t++) {
        value *= 1 + f->returns[t];
        top = fmax(top, value);
        deepest = fmax(deepest, 1 - value / top);
    }
    if (!(fabs(deepest - f->falls.max_depth) < 1e-9))
        return pen_fail(PEN_E_INTERNAL, "the deepest is %.17g, expected %.17g", f->falls.max_depth,
                        deepest);
    return PEN_OK;
}

static const shape historical = { PEN_RISK_HISTORICAL, 20, 8000, 0, 0 };
static const shape filtered = { PEN_RISK_FILTERED, 20, 8000, 0, 0 };
static const shape student = { PEN_RISK_STUDENT, 20, 8000, 0, 0 };
static const shape expansion = { PEN_RISK_CORNISH_FISHER, 20, 8000, 0, 0 };
static const shape wide = { PEN_RISK_NORMAL, 500, 2500, 0, 0 };
static const shape simulated = { PEN_RISK_MONTE_CARLO, 1, 1000, 1000000, 0 };
static const shape forecasts = { PEN_RISK_HISTORICAL, 1, 8000, 0, 250 };
static const shape one_million = { PEN_RISK_HISTORICAL, 1, 1000000, 0, 0 };

#define RISK_CASE(text, unit, shape_of, run_it, check_it)                                          \
    {                                                                                              \
        .name = text, .item = unit, .dtype = PEN_F64, .prepare = prepare, .run = run_it,           \
        .check = check_it, .clear = clear, .with = &shape_of                                       \
    }

static const bench_case cases[] = {
    RISK_CASE("historical_parts_20x8000", "return", historical, run, check),
    RISK_CASE("filtered_parts_20x8000", "return", filtered, run, check),
    RISK_CASE("student_parts_20x8000", "return", student, run, check),
    RISK_CASE("cornish_fisher_parts_20x8000", "return", expansion, run, check),
    RISK_CASE("normal_parts_500x2500", "return", wide, run, check),
    RISK_CASE("monte_carlo_1m", "path", simulated, run, check),
    RISK_CASE("forecast_historical_8000_by_250", "return", forecasts, run, check),
    RISK_CASE("drawdowns_1m", "return", one_million, run_drawdowns, check_drawdowns),
};

const bench_area bench_risk = { "risk", cases, PEN_COUNT(cases) };
