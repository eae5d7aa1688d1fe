/* Portfolios: quadratic programs from setting up to the certificate.  A run is one problem, or a
 * batch of them; every answer's optimality conditions are recomputed before it is timed. */
#include "bench.h"

#include <math.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/rng.h"
#include "../src/machine/base/status.h"

enum { MARKET_FACTORS = 5 };

/* What to solve: long only, weights that sum to 1. */
typedef struct shape {
    size_t n;
    double taste;     /* for return; 0: minimum variance */
    double most;      /* weight of an asset */
    size_t scenarios; /* of expected returns, 0: none */
    size_t n_factors; /* Q as loadings instead of a matrix; 0: a matrix */
    size_t frontier;  /* portfolios of it; 0: none */
    pen_goal goal;    /* of a portfolio of `points` returns, or the samples of a frontier */
    size_t points, samples;
} shape;

struct problem {
    shape shape;
    pen_qp qp;
    double *q, *cost, *lower, *upper, *ones, *alone, *multipliers, *x, *costs, *returns;
    pen_qp_answer answer, *answers;
    pen_portfolio_answer *points;
    double one;
};

static double normal(pen_rng *rng)
{
    return sqrt(-2 * log(pen_rng_uniform(rng))) * cos(6.283185307179586 * pen_rng_uniform(rng));
}

/* A sample covariance of daily returns with a market and four weaker factors. */
static pen_status fill_matrix(struct problem *s, pen_rng *rng)
{
    size_t n = s->shape.n, points = s->shape.points > 0 ? s->shape.points : 2 * n + 50;
    double *beta, *returns = NULL;
    PEN_TRY(pen_alloc_array(n * MARKET_FACTORS, sizeof *beta, (void **)&beta));
    pen_status status = pen_alloc_array(n * points, sizeof *returns, (void **)&returns);
    if (status == PEN_OK)
        status = pen_alloc_array(n * n, sizeof *s->q, (void **)&s->q);
    for (size_t i = 0; status == PEN_OK && i < n * MARKET_FACTORS; i++)
        beta[i] = (i % MARKET_FACTORS == 0) + 0.3 * normal(rng);
    for (size_t t = 0; status == PEN_OK && t < points; t++) {
        double factor[MARKET_FACTORS];
        for (size_t f = 0; f < MARKET_FACTORS; f++)
            factor[f] = 0.01 * normal(rng);
        for (size_t i = 0; i < n; i++) {
            double sum = 0.015 * normal(rng);
            for (size_t f = 0; f < MARKET_FACTORS; f++)
                sum += beta[i * MARKET_FACTORS + f] * factor[f];
            returns[i * points + t] = sum;
        }
    }
    for (size_t i = 0; status == PEN_OK && i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = 0;
            for (size_t t = 0; t < points; t++)
                sum += returns[i * points + t] * returns[j * points + t];
            s->q[i * n + j] = s->q[j * n + i] = sum / (double)points;
        }
    pen_free(beta);
    s->returns = returns;
    return status;
}

static pen_status fill_loadings(struct problem *s, pen_rng *rng)
{
    size_t n = s->shape.n, cells = n * s->shape.n_factors;
    PEN_TRY(pen_alloc_array(cells + n, sizeof *s->q, (void **)&s->q));
    for (size_t i = 0; i < cells; i++)
        s->q[i] = 0.01 * ((i < n) + 0.3 * normal(rng));
    for (size_t i = 0; i < n; i++)
        s->q[cells + i] = 0.0002 * (1 + fabs(normal(rng)));
    return PEN_OK;
}

static pen_status fill(struct problem *s)
{
    size_t n = s->shape.n;
    pen_rng rng;
    pen_rng_init(&rng, 7, (uint32_t)n, 0, 0);
    PEN_TRY(s->shape.n_factors > 0 ? fill_loadings(s, &rng) : fill_matrix(s, &rng));
    PEN_TRY(pen_alloc(n * 7 + 1, sizeof *s->cost, (void **)&s->cost));
    PEN_TRY(pen_alloc((s->shape.scenarios + 1) * n, sizeof *s->costs, (void **)&s->costs));
    PEN_TRY(
        pen_alloc((s->shape.scenarios + s->shape.frontier + 1) * n, sizeof *s->x, (void **)&s->x));
    PEN_TRY(pen_alloc(s->shape.frontier + 1, sizeof *s->points, (void **)&s->points));
    PEN_TRY(pen_alloc(s->shape.scenarios + 1, sizeof *s->answers, (void **)&s->answers));
    s->lower = s->cost + n;
    s->upper = s->lower + n;
    s->ones = s->upper + n;
    s->alone = s->ones + n;
    s->multipliers = s->alone + n;
    for (size_t i = 0; i < n; i++) {
        double mean = 0.0005 + 0.0004 * normal(&rng);
        s->cost[i] = -s->shape.taste * mean;
        s->upper[i] = s->shape.most;
        s->ones[i] = 1;
        for (size_t k = 0; k < s->shape.scenarios; k++)
            s->costs[k * n + i] = -s->shape.taste * (mean + 0.0001 * normal(&rng));
        if (s->shape.frontier > 0 || s->shape.points > 0)
            s->costs[i] = mean;
    }
    return PEN_OK;
}

static pen_status prepare(bench *b)
{
    struct problem *s;
    PEN_TRY(PEN_NEW(&s));
    b->state = s;
    s->shape = *(const shape *)b->test->with;
    s->one = 1;
    b->items = s->shape.scenarios + s->shape.frontier;
    if (b->items == 0)
        b->items = 1;
    PEN_TRY(fill(s));
    size_t n = s->shape.n;
    s->qp = (pen_qp){ .n = n,
                      .cost = s->cost,
                      .lower = s->lower,
                      .upper = s->upper,
                      .rows = s->ones,
                      .row_lower = &s->one,
                      .row_upper = &s->one,
                      .n_factors = s->shape.n_factors,
                      .n_rows = 1 };
    if (s->shape.n_factors == 0) {
        s->qp.q = s->q;
    } else {
        s->qp.loading = s->q;
        s->qp.diagonal = s->q + n * s->shape.n_factors;
    }
    return PEN_OK;
}

static pen_portfolio portfolio(const struct problem *s)
{
    return (pen_portfolio){ .n = s->shape.n,
                            .mean = s->costs,
                            .covariance = s->q,
                            .returns = s->returns,
                            .n_points = s->shape.points };
}

static pen_status run_portfolio(struct problem *s, pen_portfolio_answer *answer)
{
    const pen_portfolio p = portfolio(s);
    pen_goal_params params = pen_goal_params_default();
    params.goal = s->shape.goal;
    return pen_portfolio_optimize(&p, &params, s->x, answer);
}

static pen_status run(bench *b)
{
    struct problem *s = b->state;
    const pen_portfolio p = portfolio(s);
    if (s->shape.samples > 0)
        return pen_portfolio_resample(&p, s->shape.frontier, s->shape.samples, s->shape.points, 1,
                                      s->x, s->points);
    if (s->shape.points > 0)
        return run_portfolio(s, s->points);
    if (s->shape.frontier > 0)
        return pen_portfolio_frontier(&p, s->shape.frontier, s->x, s->points);
    if (s->shape.scenarios > 0)
        return pen_qp_solve_costs(&s->qp, s->costs, s->shape.scenarios, s->x, s->answers);
    return pen_qp_solve(&s->qp, NULL, s->x, s->multipliers, &s->answer);
}

/* The batch's answers are those of its problems by themselves. */
static pen_status check_batch(struct problem *s)
{
    size_t n = s->shape.n;
    for (size_t k = 0; k < s->shape.scenarios; k += 97) {
        pen_qp one = s->qp;
        pen_qp_answer want;
        one.cost = s->costs + k * n;
        PEN_TRY(pen_qp_solve(&one, NULL, s->alone, s->multipliers, &want));
        if (!(fabs(s->answers[k].objective - want.objective) <= 1e-12 * fabs(want.objective)))
            return pen_fail(PEN_E_INTERNAL, "objective %zu is %.17g, expected %.17g", k,
                            s->answers[k].objective, want.objective);
    }
    return PEN_OK;
}

/* Each point is what its return as a target gives. */
static pen_status check_frontier(struct problem *s)
{
    const pen_portfolio p = portfolio(s);
    pen_goal_params params = pen_goal_params_default();
    params.goal = PEN_GOAL_TARGET_RETURN;
    for (size_t k = 0; k < s->shape.frontier; k++) {
        pen_portfolio_answer want;
        params.target = s->points[k].mean;
        PEN_TRY(pen_portfolio_optimize(&p, &params, s->alone, &want));
        if (!(s->points[k].kkt_residual <= 1e-10 &&
              fabs(s->points[k].risk - want.risk) <= 1e-9 * want.risk))
            return pen_fail(PEN_E_INTERNAL, "risk %zu is %.17g, expected %.17g", k,
                            s->points[k].risk, want.risk);
    }
    return PEN_OK;
}

/* Certified, and weights that sum to 1. */
static pen_status check_portfolio(struct problem *s)
{
    double sum = 0;
    for (size_t i = 0; i < s->shape.n; i++)
        sum += s->x[i];
    if (!(s->points[0].kkt_residual <= 1e-10 && fabs(sum - 1) <= 1e-10))
        return pen_fail(PEN_E_INTERNAL, "residual %.17g, sum of weights %.17g",
                        s->points[0].kkt_residual, sum);
    return PEN_OK;
}

static pen_status check(bench *b)
{
    struct problem *s = b->state;
    pen_qp_answer a;
    if (s->shape.points > 0)
        return check_portfolio(s);
    if (s->shape.frontier > 0)
        return check_frontier(s);
    if (s->shape.scenarios > 0)
        return check_batch(s);
    PEN_TRY(pen_qp_certify(&s->qp, s->x, s->multipliers, &a));
    if (!(a.kkt_residual <= 1e-10))
        return pen_fail(PEN_E_INTERNAL, "residual %.17g, expected at most 1e-10", a.kkt_residual);
    return PEN_OK;
}

static void clear(bench *b)
{
    struct problem *s = b->state;
    if (s == NULL)
        return;
    pen_free(s->q);
    pen_free(s->cost);
    pen_free(s->costs);
    pen_free(s->x);
    pen_free(s->answers);
    pen_free(s->points);
    pen_free(s->returns);
    pen_free(s);
}

static const shape utility_20 = { .n = 20, .taste = 0.3, .most = 1 },
                   utility_50 = { .n = 50, .taste = 0.3, .most = 1 },
                   utility_100 = { .n = 100, .taste = 0.3, .most = 1 },
                   utility_200 = { .n = 200, .taste = 0.3, .most = 1 },
                   least_1000 = { .n = 1000, .most = 0.02 },
                   scenarios = { .n = 50, .taste = 0.1, .most = 1, .scenarios = 10000 },
                   factors = { .n = 10000, .most = 0.01, .n_factors = 50 },
                   frontier = { .n = 100, .most = 1, .frontier = 50 },
                   parity = { .n = 100, .points = 1000, .goal = PEN_GOAL_RISK_PARITY },
                   kelly = { .n = 50, .points = 1000, .goal = PEN_GOAL_KELLY },
                   tail_20 = { .n = 20, .points = 1000, .goal = PEN_GOAL_CVAR },
                   tail_50 = { .n = 50, .points = 1000, .goal = PEN_GOAL_CVAR },
                   drawdown = { .n = 50, .points = 1000, .goal = PEN_GOAL_CDAR },
                   resampled = { .n = 50, .frontier = 20, .points = 250, .samples = 100 };

#define CASE(title, what, kind)                                                                    \
    {                                                                                              \
        .name = title, .item = what, .dtype = PEN_F64, .prepare = prepare, .run = run,             \
        .check = check, .clear = clear, .with = &(kind)                                            \
    }

static const bench_case cases[] = {
    CASE("mean_variance_20", "problem", utility_20),
    CASE("mean_variance_50", "problem", utility_50),
    CASE("mean_variance_100", "problem", utility_100),
    CASE("mean_variance_200", "problem", utility_200),
    CASE("frontier_100x50", "portfolio", frontier),
    CASE("resampled_frontier_50x20", "portfolio", resampled),
    CASE("risk_parity_100", "problem", parity),
    CASE("kelly_50x1000", "problem", kelly),
    CASE("cvar_20x1000", "problem", tail_20),
    CASE("cvar_50x1000", "problem", tail_50),
    CASE("cdar_50x1000", "problem", drawdown),
    CASE("min_variance_1000", "problem", least_1000),
    CASE("scenarios_50x10000", "problem", scenarios),
    CASE("min_variance_10000_factors_50", "problem", factors),
};

const bench_area bench_portfolio = { "portfolio", cases, PEN_COUNT(cases) };
