/* Michaud's resampled frontier: see portfolio.h. */
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/rng.h"
#include "../../machine/base/size.h"
#include "../../machine/base/thread.h"
#include "cholesky.h"
#include "program.h"
#include "qp.h"
#include "vector.h"

static const char function[] = "pen_portfolio_resample";
enum { PURPOSE = 41 }; /* of the random numbers */

typedef struct resample {
    const pen_portfolio *p;
    size_t count, samples, n_points;
    uint64_t seed;
    double *root;    /* [n][n] Cholesky's, its diagonal as it is */
    double *weights; /* [samples][count][n] */
    double *residual;
    pen_status *status; /* [samples] */
    void *block;
} resample;

/* Room of one thread. */
typedef struct sample {
    double *mean, *covariance, *draw, *normal;
    pen_portfolio_answer *answers;
    void *block;
} sample;

static double draw_normal(pen_rng *rng)
{
    double radius = sqrt(-2 * log(pen_rng_uniform(rng)));
    return radius * cos(6.283185307179586 * pen_rng_uniform(rng));
}

/* Mean and covariance of a sample of n_points, by Welford's updates. */
static void estimate(const resample *r, size_t k, sample *s)
{
    size_t n = r->p->n;
    pen_rng rng;
    pen_rng_init(&rng, r->seed, (uint32_t)k, PURPOSE, 0);
    memset(s->mean, 0, n * sizeof *s->mean);
    memset(s->covariance, 0, n * n * sizeof *s->covariance);
    for (size_t t = 0; t < r->n_points; t++) {
        for (size_t i = 0; i < n; i++)
            s->normal[i] = draw_normal(&rng);
        for (size_t i = 0; i < n; i++)
            s->draw[i] = r->p->mean[i] + dot(r->root + i * n, s->normal, i + 1) - s->mean[i];
        double share = 1 / (double)(t + 1);
        for (size_t i = 0; i < n; i++)
            add_scaled(s->covariance + i * n, (1 - share) * s->draw[i], s->draw, i + 1);
        add_scaled(s->mean, share, s->draw, n);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            s->covariance[i * n + j] = s->covariance[j * n + i] =
                s->covariance[i * n + j] / (double)(r->n_points - 1);
}

static pen_status create(const resample *r, sample *s)
{
    size_t n = r->p->n;
    *s = (sample){ .block = NULL };
    PEN_TRY(pen_alloc(n * (n + 3), sizeof(double), &s->block));
    s->covariance = s->block;
    s->mean = s->covariance + n * n;
    s->draw = s->mean + n;
    s->normal = s->draw + n;
    return pen_alloc(r->count, sizeof *s->answers, (void **)&s->answers);
}

static pen_status solve(const resample *r, size_t k, sample *s)
{
    pen_portfolio p = *r->p;
    estimate(r, k, s);
    p.mean = s->mean;
    p.covariance = s->covariance;
    PEN_TRY(pen_portfolio_frontier(&p, r->count, r->weights + k * r->count * p.n, s->answers));
    for (size_t i = 0; i < r->count; i++)
        r->residual[k] = greater(r->residual[k], s->answers[i].kkt_residual);
    return PEN_OK;
}

static void solve_range(void *context, size_t begin, size_t end)
{
    resample *r = context;
    sample s;
    pen_status created = create(r, &s);
    for (size_t k = begin; k < end; k++)
        r->status[k] = created == PEN_OK ? solve(r, k, &s) : created;
    pen_free(s.answers);
    pen_free(s.block);
}

/* A root of the covariance; of a singular one with 1e-12 of its diagonal added. */
static pen_status find_root(resample *r)
{
    size_t n = r->p->n;
    double added = 0;
    for (int attempt = 0; attempt < 2; attempt++, added = 1e-12) {
        memcpy(r->root, r->p->covariance, n * n * sizeof *r->root);
        double most = 0;
        for (size_t i = 0; i < n; i++)
            most = greater(most, r->root[i * n + i]);
        for (size_t i = 0; i < n; i++)
            r->root[i * n + i] += added * most;
        if (!cholesky_factor(r->root, n, n, added > 0 ? 0 : 1e-13))
            continue;
        for (size_t i = 0; i < n; i++)
            r->root[i * n + i] = 1 / r->root[i * n + i];
        return PEN_OK;
    }
    return pen_fail(PEN_E_ARG, "%s: the covariance is not positive semidefinite", function);
}

/* Sums in the order of the samples. */
static pen_status average(const resample *r, double *weights, pen_portfolio_answer *answers)
{
    size_t cells = r->count * r->p->n;
    double residual = 0;
    program g;
    memset(weights, 0, cells * sizeof *weights);
    for (size_t k = 0; k < r->samples; k++) {
        add_scaled(weights, 1, r->weights + k * cells, cells);
        residual = greater(residual, r->residual[k]);
    }
    PEN_TRY(program_create(function, r->p, r->p->mean, &g));
    for (size_t i = 0; i < cells; i++)
        weights[i] /= (double)r->samples;
    for (size_t k = 0; k < r->count; k++) {
        memcpy(g.weights, weights + k * g.n, g.n * sizeof *g.weights);
        program_report(&g, weights + k * g.n, &answers[k]);
        answers[k].objective = answers[k].risk * answers[k].risk;
        answers[k].kkt_residual = residual;
    }
    program_clear(&g);
    return PEN_OK;
}

static pen_status run(resample *r, double *weights, pen_portfolio_answer *answers)
{
    sample s;
    PEN_TRY(find_root(r));
    pen_parallel_for(r->samples, 1, solve_range, r);
    for (size_t k = 0; k < r->samples; k++) {
        if (r->status[k] == PEN_OK)
            continue;
        pen_status status = create(r, &s); /* again here, for its words */
        if (status == PEN_OK)
            status = solve(r, k, &s);
        pen_free(s.answers);
        pen_free(s.block);
        return status != PEN_OK ? pen_fail_context(status, "%s: sample %zu", function, k)
                                : pen_fail(r->status[k], "%s: sample %zu failed", function, k);
    }
    return average(r, weights, answers);
}

pen_status pen_portfolio_resample(const pen_portfolio *portfolio, size_t count, size_t samples,
                                  size_t n_points, uint64_t seed, double *weights,
                                  pen_portfolio_answer *answers)
{
    resample r = {
        .p = portfolio, .count = count, .samples = samples, .n_points = n_points, .seed = seed
    };
    size_t n = portfolio->n, cells;
    program g;
    if (count < 2 || samples == 0 || n_points < 2 || samples > UINT32_MAX)
        return pen_fail(PEN_E_ARG,
                        "%s: %zu portfolios of %zu samples of %zu points, expected at least 2, 1 "
                        "and 2",
                        function, count, samples, n_points);
    if (portfolio->mean == NULL)
        return pen_fail(PEN_E_ARG, "%s: no expected returns", function);
    pen_status s = program_create(function, portfolio, portfolio->mean, &g); /* for its checks */
    program_clear(&g);
    if (s != PEN_OK)
        return s;
    PEN_TRY(pen_size_mul(count, n, &cells));
    PEN_TRY(pen_size_mul(cells + 2, samples, &cells));
    PEN_TRY(pen_alloc(cells + n * n, sizeof(double), &r.block));
    r.root = r.block;
    r.weights = r.root + n * n;
    r.residual = r.weights + samples * count * n;
    r.status = (pen_status *)(r.residual + samples);
    s = run(&r, weights, answers);
    pen_free(r.block);
    return s;
}
