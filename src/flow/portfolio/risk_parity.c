/* Risk parity: every asset has its budget's share of the variance.
 *
 * y'Qy / 2 - sum of budget log y is least where y (Qy) = budget, and y over its sum are the
 * weights (Spinu 2013); Newton's steps, damped as the function is self-concordant.  With bounds
 * the weights minimise w'Qw / 2 - level * sum of budget log w within them, level being such that
 * they sum to 1 (Richard & Roncalli 2019): where no bound holds, that is parity. */
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "goals.h"
#include "qp.h"
#include "vector.h"

enum { MOST_NEWTON = 200, MOST_LEVELS = 200 };

typedef struct parity {
    const program *g;
    size_t n;
    const double *q;
    double *budget; /* [n], their sum is 1 */
    double *lower, *upper;
    double *w, *slope, *next, *cost; /* [n] */
    double *hessian;                 /* [n][n] */
    double residual;
    void *block;
} parity;

/* Qw - level budget / w in `slope`. */
static void find_slope(parity *p, double level)
{
    const pen_qp q = { .n = p->n, .q = p->q };
    qp_times(&q, p->w, NULL, p->slope);
    for (size_t i = 0; i < p->n; i++)
        p->slope[i] -= level * p->budget[i] / p->w[i];
}

/* The point of the bounds where the quadratic model at w is least, by our own solver. */
static pen_status model(parity *p, double level)
{
    pen_qp_answer answer;
    size_t n = p->n;
    memcpy(p->hessian, p->q, n * n * sizeof *p->hessian);
    for (size_t i = 0; i < n; i++) {
        double curve = level * p->budget[i] / (p->w[i] * p->w[i]);
        p->hessian[i * n + i] += curve;
        p->cost[i] = -level * p->budget[i] / p->w[i] - curve * p->w[i];
    }
    const pen_qp q = {
        .n = n, .q = p->hessian, .cost = p->cost, .lower = p->lower, .upper = p->upper
    };
    return qp_solve_checked(&q, NULL, p->next, NULL, &answer);
}

/* Length of the step in the model's own measure, squared. */
static double decrement(const parity *p, double level)
{
    double sum = 0;
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->n; k++)
            sum += (p->next[i] - p->w[i]) * p->hessian[i * p->n + k] * (p->next[k] - p->w[k]);
    return sum / level;
}

/* How far the conditions are missed, in units of the terms: slopes of weights off their bounds,
 * and those that pull a weight off one. */
static double missed(const parity *p, double level)
{
    double most = 0;
    for (size_t i = 0; i < p->n; i++) {
        double share = level * p->budget[i] / p->w[i];
        double pull = p->w[i] <= p->lower[i]   ? greater(0, -p->slope[i])
                      : p->w[i] >= p->upper[i] ? greater(0, p->slope[i])
                                               : fabs(p->slope[i]);
        most = greater(most, pull / share);
    }
    return most;
}

/* The least point for a level, from w on. */
static pen_status minimise(parity *p, double level)
{
    double before = INFINITY;
    for (int i = 0; i < MOST_NEWTON; i++) {
        find_slope(p, level);
        p->residual = missed(p, level);
        if (p->residual <= 1e-15 || (p->residual < 1e-12 && p->residual >= before))
            return PEN_OK;
        before = p->residual;
        PEN_TRY(model(p, level));
        double length = sqrt(decrement(p, level)), share = 1, least = 1;
        for (size_t k = 0; k < p->n; k++) /* stays positive, and near where it is long */
            least = fmin(least, p->next[k] / p->w[k]);
        if (length > 0.25)
            share = 1 / (1 + length * sqrt((double)p->n));
        if (1 + share * (least - 1) < 0.1)
            share = 0.9 / (1 - least);
        for (size_t k = 0; k < p->n; k++)
            p->w[k] = share == 1 ? p->next[k] : p->w[k] + share * (p->next[k] - p->w[k]);
    }
    return PEN_OK;
}

static double total(const parity *p)
{
    double sum = 0;
    for (size_t i = 0; i < p->n; i++)
        sum += p->w[i];
    return sum;
}

static bool is_bound(const parity *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->w[i] <= p->g->lower[i] || p->w[i] >= p->g->upper[i])
            return true;
    return false;
}

/* The level at which the bounded weights sum to 1: their sum rises with it. */
static pen_status find_level(parity *p, double level)
{
    double low = 0, high = INFINITY, sum = 0;
    for (size_t i = 0; i < p->n; i++) {
        p->lower[i] = greater(p->g->lower[i], 0);
        p->upper[i] = p->g->upper[i];
        p->w[i] = fmin(greater(p->w[i], greater(p->lower[i], 1e-12)), p->upper[i]);
    }
    for (int i = 0; i < MOST_LEVELS; i++) {
        PEN_TRY(minimise(p, level));
        sum = total(p);
        if (fabs(sum - 1) <= 1e-15 || (isfinite(high) && high - low <= 4e-16 * high))
            break;
        *(sum < 1 ? &low : &high) = level;
        double guess = level / (sum * sum); /* exact where no bound holds */
        level = guess > low && guess < high && i % 3 != 2 ? guess
                : isinf(high)                             ? level * 4
                                                          : low + (high - low) / 2;
    }
    p->residual = greater(p->residual, fabs(sum - 1));
    return PEN_OK;
}

static pen_status solve(parity *p)
{
    double level = 1;
    for (size_t i = 0; i < p->n; i++) {
        double variance = p->q[i * p->n + i];
        if (!(variance > 0))
            return pen_fail(PEN_E_ARG, "%s: asset %zu has no variance to have a share of",
                            p->g->function, i);
        p->w[i] = sqrt(p->budget[i] / variance);
        p->lower[i] = 0;
        p->upper[i] = INFINITY;
    }
    find_slope(p, 0); /* at the least point w'Qw is the budgets' sum */
    double length = sqrt(dot(p->w, p->slope, p->n));
    for (size_t i = 0; length > 0 && i < p->n; i++)
        p->w[i] /= length;
    PEN_TRY(minimise(p, level));
    double sum = total(p);
    for (size_t i = 0; i < p->n; i++)
        p->w[i] /= sum;
    return is_bound(p) ? find_level(p, level / (sum * sum)) : PEN_OK;
}

static pen_status check_bounds(const program *g)
{
    double least = 0, most = 0;
    if (g->p->n_groups > 0 || g->is_split)
        return pen_fail(PEN_E_ARG, "%s: groups, turnover or costs, which risk-parity cannot keep",
                        g->function);
    for (size_t i = 0; i < g->n; i++) {
        least += greater(g->lower[i], 0);
        most += g->upper[i];
        if (!(g->upper[i] > 0))
            return pen_fail(PEN_E_ARG,
                            "%s: upper[%zu] is %g, but risk parity holds some of every asset",
                            g->function, i, g->upper[i]);
    }
    if (least > 1 || most < 1)
        return pen_fail(PEN_E_INFEASIBLE,
                        "%s: the weights' sum of 1 cannot be met with the other limits: it is "
                        "missed by %.10g at least",
                        g->function, least > 1 ? least - 1 : 1 - most);
    return PEN_OK;
}

static pen_status set_budget(parity *p, const double *budget)
{
    double sum = 0;
    for (size_t i = 0; i < p->n; i++) {
        p->budget[i] = budget != NULL ? budget[i] : 1;
        if (!(p->budget[i] > 0 && isfinite(p->budget[i])))
            return pen_fail(PEN_E_ARG, "%s: budget[%zu] is %g, expected > 0", p->g->function, i,
                            p->budget[i]);
        sum += p->budget[i];
    }
    for (size_t i = 0; i < p->n; i++)
        p->budget[i] /= sum;
    return PEN_OK;
}

/* Do the weights, however large they have become, have no risk for their size? */
static bool is_riskless(const parity *p)
{
    const pen_qp q = { .n = p->n, .q = p->q };
    double sum = total(p);
    qp_times(&q, p->w, NULL, p->slope);
    return dot(p->w, p->slope, p->n) <= 1e-8 * qp_diagonal(&q) * sum * sum;
}

static pen_status solve_or_explain(parity *p)
{
    pen_status s = solve(p);
    if (s == PEN_E_NOMEM || s == PEN_E_INFEASIBLE || (s == PEN_OK && p->residual <= 1e-10))
        return s;
    if (is_riskless(p))
        return pen_fail(PEN_E_ARG,
                        "%s: a portfolio without risk has no parity: the covariance is singular",
                        p->g->function);
    return s != PEN_OK ? s
                       : pen_fail(PEN_E_INTERNAL, "%s: risk parity is missed by %g", p->g->function,
                                  p->residual);
}

pen_status goal_risk_parity(program *g, const double *budget, double *objective, double *residual)
{
    size_t n = g->n;
    parity p = { .g = g, .n = n, .q = g->p->covariance, .w = g->weights };
    PEN_TRY(check_bounds(g));
    PEN_TRY(pen_alloc_array(n, (n + 6) * sizeof(double), &p.block));
    p.hessian = p.block;
    p.budget = p.hessian + n * n;
    p.lower = p.budget + n;
    p.upper = p.lower + n;
    p.slope = p.upper + n;
    p.next = p.slope + n;
    p.cost = p.next + n;
    pen_status s = set_budget(&p, budget);
    if (s == PEN_OK)
        s = solve_or_explain(&p);
    pen_free(p.block);
    *objective = program_variance(g);
    *residual = p.residual;
    return s;
}
