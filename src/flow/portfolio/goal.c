/* The goals of portfolios, and the efficient frontier. */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "goals.h"
#include "qp.h"
#include "vector.h"

static const char *const names[] = {
#define NAME(goal, name, text) name,
    PEN_GOAL_LIST(NAME)
#undef NAME
};
static const char *const texts[] = {
#define TEXT(goal, name, text) text,
    PEN_GOAL_LIST(TEXT)
#undef TEXT
};

const char *pen_goal_name(pen_goal goal)
{
    return (unsigned)goal < PEN_GOAL_COUNT ? names[goal] : NULL;
}

const char *pen_goal_text(pen_goal goal)
{
    return (unsigned)goal < PEN_GOAL_COUNT ? texts[goal] : NULL;
}

pen_goal_params pen_goal_params_default(void)
{
    return (
        pen_goal_params){ .goal = PEN_GOAL_MIN_VARIANCE, .risk_aversion = 1, .confidence = 0.95 };
}

static const char function[] = "pen_portfolio_optimize";
/* A larger residual is a failure; a smaller share of the largest variance is rounding. */
static const double GOOD_RESIDUAL = 1e-10, NO_RISK = 1e-10;

static pen_status least_variance(program *g, const pen_goal_params *params, double *objective)
{
    if (params->goal == PEN_GOAL_TARGET_RETURN)
        g->row_lower[g->gain_row] = params->target - g->base;
    PEN_TRY(program_solve(g, 0));
    *objective = program_variance(g);
    return PEN_OK;
}

static pen_status most_utility(program *g, const pen_goal_params *params, double *objective)
{
    if (!(params->risk_aversion > 0 && isfinite(params->risk_aversion)))
        return pen_fail(PEN_E_ARG, "%s: risk aversion %g, expected > 0", function,
                        params->risk_aversion);
    PEN_TRY(program_solve(g, 1 / params->risk_aversion));
    *objective = program_gain(g) - params->risk_aversion / 2 * program_variance(g);
    return PEN_OK;
}

static pen_status target_risk(program *g, const pen_goal_params *params, double *objective,
                              double *miss)
{
    const crossing c = { .limit = params->target * params->target };
    if (!(params->target > 0 && isfinite(c.limit)))
        return pen_fail(PEN_E_ARG, "%s: target risk %g, expected > 0", function, params->target);
    PEN_TRY(program_cross(g, &c, miss));
    *objective = program_gain(g);
    return PEN_OK;
}

static pen_status best_ratio(program *g, double risk_free, double *objective, double *miss)
{
    const crossing c = { .risk_free = risk_free };
    if (!isfinite(risk_free))
        return pen_fail(PEN_E_ARG, "%s: risk-free return %g, expected a number", function,
                        risk_free);
    PEN_TRY(program_cross(g, &c, miss));
    *objective = (program_gain(g) - risk_free) / sqrt(program_variance(g));
    return PEN_OK;
}

static bool needs_mean(pen_goal goal)
{
    return goal == PEN_GOAL_UTILITY || goal == PEN_GOAL_TARGET_RETURN ||
           goal == PEN_GOAL_TARGET_RISK || goal == PEN_GOAL_MAX_SHARPE;
}

/* A covariance without risk in some direction has no best ratio; otherwise rounding has won. */
static pen_status refuse(program *g, pen_goal goal, double miss)
{
    const pen_qp q = { .n = g->n, .q = g->p->covariance };
    bool is_ratio = goal == PEN_GOAL_MAX_SHARPE || goal == PEN_GOAL_MAX_DIVERSIFICATION;
    if (is_ratio && program_variance(g) <= NO_RISK * qp_diagonal(&q))
        return pen_fail(PEN_E_ARG,
                        "%s: a portfolio without risk makes the ratio of %s infinite: the "
                        "covariance is singular",
                        function, pen_goal_name(goal));
    return pen_fail(PEN_E_INTERNAL, "%s: %s is missed by %g", function, pen_goal_name(goal), miss);
}

static pen_status solve(program *g, const pen_goal_params *params, double *weights,
                        pen_portfolio_answer *answer)
{
    double objective = 0, miss = 0;
    switch (params->goal) {
    case PEN_GOAL_UTILITY:
        PEN_TRY(most_utility(g, params, &objective));
        break;
    case PEN_GOAL_TARGET_RISK:
        PEN_TRY(target_risk(g, params, &objective, &miss));
        break;
    case PEN_GOAL_MAX_SHARPE:
        PEN_TRY(best_ratio(g, params->risk_free, &objective, &miss));
        break;
    case PEN_GOAL_MAX_DIVERSIFICATION:
        PEN_TRY(best_ratio(g, 0, &objective, &miss));
        break;
    case PEN_GOAL_RISK_PARITY:
        PEN_TRY(goal_risk_parity(g, params->budget, &objective, &miss));
        break;
    case PEN_GOAL_HRP:
        PEN_TRY(goal_hierarchical(g, &objective));
        miss = NAN;
        break;
    case PEN_GOAL_KELLY:
        PEN_TRY(goal_kelly(g, &objective, &miss));
        break;
    case PEN_GOAL_CVAR:
    case PEN_GOAL_DRAWDOWN:
    case PEN_GOAL_AVERAGE_DRAWDOWN:
    case PEN_GOAL_CDAR:
        PEN_TRY(goal_scenarios(g, params, &objective, &miss));
        break;
    default:
        PEN_TRY(least_variance(g, params, &objective));
    }
    if (miss > GOOD_RESIDUAL)
        return refuse(g, params->goal, miss);
    program_report(g, weights, answer);
    answer->objective = objective;
    answer->kkt_residual = greater(answer->kkt_residual, miss);
    return PEN_OK;
}

/* Standard deviations in the place of means. */
static pen_status deviations(const pen_portfolio *p, double **out)
{
    PEN_TRY(pen_alloc(p->n + 1, sizeof **out, (void **)out));
    for (size_t i = 0; p->covariance != NULL && i < p->n; i++)
        (*out)[i] = sqrt(greater(0, p->covariance[i * p->n + i]));
    return PEN_OK;
}

pen_status pen_portfolio_optimize(const pen_portfolio *portfolio, const pen_goal_params *params,
                                  double *weights, pen_portfolio_answer *answer)
{
    double *mean = NULL;
    program g = { 0 };
    *answer = (pen_portfolio_answer){ 0 };
    if ((unsigned)params->goal >= PEN_GOAL_COUNT)
        return pen_fail(PEN_E_ARG, "%s: goal %d", function, (int)params->goal);
    if (portfolio->mean == NULL && needs_mean(params->goal))
        return pen_fail(PEN_E_ARG, "%s: no expected returns, which %s needs", function,
                        pen_goal_name(params->goal));
    if (portfolio->cost != NULL && params->goal == PEN_GOAL_MAX_DIVERSIFICATION)
        return pen_fail(PEN_E_ARG, "%s: costs of trading, which %s has no return to take them from",
                        function, pen_goal_name(params->goal));
    if (params->goal == PEN_GOAL_MAX_DIVERSIFICATION)
        PEN_TRY(deviations(portfolio, &mean));
    pen_status s = program_create(function, portfolio, mean != NULL ? mean : portfolio->mean, &g);
    if (s == PEN_OK)
        s = solve(&g, params, weights, answer);
    if (s == PEN_E_INFEASIBLE)
        answer->shortfall = g.last.shortfall;
    program_clear(&g);
    pen_free(mean);
    return s;
}

/* ---- the frontier ---- */

/* Least variance with a return.  Where assets all but share the most, that return and the sum of
 * the weights all but say the same, and rounding contradicts them: the linear program's answer
 * is the end then. */
static pen_status solve_target(program *g, double target, double spread)
{
    g->row_lower[g->gain_row] = target - g->base;
    pen_status s = program_solve(g, 0);
    if (s == PEN_E_INFEASIBLE && g->last.shortfall <= 1e-5 * spread) {
        g->row_lower[g->gain_row] = -INFINITY;
        return program_solve(g, INFINITY);
    }
    return s;
}

static pen_status find_frontier(program *g, size_t count, double *weights,
                                pen_portfolio_answer *answers)
{
    double low, high;
    PEN_TRY(program_solve(g, INFINITY));
    high = program_gain(g);
    PEN_TRY(program_solve(g, 0));
    low = program_gain(g);
    for (size_t k = 0; k < count; k++) {
        double share = (double)k / (double)(count - 1);
        double target = k + 1 == count ? high : low + share * (high - low);
        if (k > 0)
            PEN_TRY(solve_target(g, target, high - low));
        program_report(g, weights + k * g->n, &answers[k]);
        answers[k].objective = program_variance(g);
    }
    return PEN_OK;
}

pen_status pen_portfolio_frontier(const pen_portfolio *portfolio, size_t count, double *weights,
                                  pen_portfolio_answer *answers)
{
    static const char name[] = "pen_portfolio_frontier";
    program g;
    if (count < 2)
        return pen_fail(PEN_E_ARG, "%s: %zu portfolios, expected 2 or more", name, count);
    if (portfolio->mean == NULL)
        return pen_fail(PEN_E_ARG, "%s: no expected returns", name);
    pen_status s = program_create(name, portfolio, portfolio->mean, &g);
    if (s == PEN_OK)
        s = find_frontier(&g, count, weights, answers);
    program_clear(&g);
    return s;
}
