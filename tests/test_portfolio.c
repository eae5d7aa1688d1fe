/* Goals of portfolios and the frontier: against closed forms, other formulations of the same
 * problem and fine grids. */
#include "check.h"
#include "machine/base/alloc.h"
#include "portfolio_market.h"

static market m;

static pen_portfolio_answer best(const pen_portfolio *p, pen_goal goal, double number, double *w)
{
    pen_portfolio_answer a;
    pen_goal_params params = pen_goal_params_default();
    params.goal = goal;
    params.target = number;
    params.risk_free = number;
    if (goal == PEN_GOAL_UTILITY)
        params.risk_aversion = number;
    CHECK_OK(pen_portfolio_optimize(p, &params, w, &a));
    CHECK(a.kkt_residual < 1e-11);
    return a;
}

static void check_sums_to_one(const double *w, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += w[i];
        CHECK(w[i] > -1e-12);
    }
    CHECK_NEAR("sum", sum, 1, 1e-12);
}

static void two_assets_match_closed_forms(void)
{
    /* min variance w1 = (s2^2 - s12) / (s1^2 + s2^2 - 2 s12); tangency Q^-1 (mean - rf), scaled */
    static const double covariance[] = { 0.04, 0.006, 0.006, 0.09 }, mean[] = { 0.06, 0.1 };
    static const double low[] = { -10, -10 }, high[] = { 10, 10 };
    const pen_portfolio p = {
        .n = 2, .mean = mean, .covariance = covariance, .lower = low, .upper = high
    };
    double w[2];
    best(&p, PEN_GOAL_MIN_VARIANCE, 0, w);
    CHECK_NEAR("least", w[0], (0.09 - 0.006) / (0.04 + 0.09 - 0.012), 1e-14);
    double y0 = 0.09 * 0.04 - 0.006 * 0.08, y1 = -0.006 * 0.04 + 0.04 * 0.08;
    pen_portfolio_answer a = best(&p, PEN_GOAL_MAX_SHARPE, 0.02, w);
    CHECK_NEAR("tangency", w[0], y0 / (y0 + y1), 1e-12);
    CHECK_NEAR("ratio", a.objective, sqrt((0.04 * y0 + 0.08 * y1) / (0.04 * 0.09 - 0.006 * 0.006)),
               1e-13);
    a = best(&p, PEN_GOAL_UTILITY, 4, w); /* Q w = mean / 4 + k */
    double k0 = 0.04 * w[0] + 0.006 * w[1] - 0.06 / 4, k1 = 0.006 * w[0] + 0.09 * w[1] - 0.1 / 4;
    CHECK_NEAR("utility", k0, k1, 1e-15);
    CHECK_NEAR("objective", a.objective, a.mean - 2 * a.risk * a.risk, 1e-15);
}

static void the_best_ratio_is_that_of_the_homogeneous_problem(void)
{
    for (uint32_t seed = 1; seed <= 30; seed++) {
        double w[MARKET_MOST], y[MARKET_MOST], gain[MARKET_MOST], one = 1, sum = 0;
        double lower[MARKET_MOST] = { 0 };
        pen_qp_answer q;
        market_draw(&m, 2 + seed, seed);
        pen_portfolio p = market_portfolio(&m);
        double free = 0.002;
        best(&p, PEN_GOAL_MAX_SHARPE, free, w);
        check_sums_to_one(w, m.n);
        for (size_t i = 0; i < m.n; i++) /* y'Qy least with (mean - free)'y = 1, y >= 0 */
            gain[i] = m.mean[i] - free;
        const pen_qp homogeneous = { .n = m.n,
                                     .q = m.covariance,
                                     .lower = lower,
                                     .rows = gain,
                                     .row_lower = &one,
                                     .row_upper = &one,
                                     .n_rows = 1 };
        CHECK_OK(pen_qp_solve(&homogeneous, NULL, y, NULL, &q));
        for (size_t i = 0; i < m.n; i++)
            sum += y[i];
        for (size_t i = 0; i < m.n; i++)
            CHECK_NEAR("weight", w[i], y[i] / sum, 1e-9);
    }
}

static void most_diversification_is_least_variance_of_correlations(void)
{
    for (uint32_t seed = 1; seed <= 20; seed++) {
        double w[MARKET_MOST], y[MARKET_MOST], correlation[MARKET_MOST * MARKET_MOST], sum = 0;
        market_draw(&m, 3 + seed, seed);
        pen_portfolio p = market_portfolio(&m);
        best(&p, PEN_GOAL_MAX_DIVERSIFICATION, 0, w);
        for (size_t i = 0; i < m.n * m.n; i++)
            correlation[i] = m.covariance[i] / sqrt(m.covariance[i / m.n * (m.n + 1)] *
                                                    m.covariance[i % m.n * (m.n + 1)]);
        p.covariance = correlation;
        best(&p, PEN_GOAL_MIN_VARIANCE, 0, y);
        for (size_t i = 0; i < m.n; i++) {
            y[i] /= sqrt(m.covariance[i * (m.n + 1)]);
            sum += y[i];
        }
        for (size_t i = 0; i < m.n; i++)
            CHECK_NEAR("weight", w[i], y[i] / sum, 1e-9);
    }
}

static void targets_are_met_and_agree_with_each_other(void)
{
    for (uint32_t seed = 1; seed <= 20; seed++) {
        double w[MARKET_MOST], v[MARKET_MOST];
        market_draw(&m, 5 + seed, seed);
        pen_portfolio p = market_portfolio(&m);
        pen_portfolio_answer least = best(&p, PEN_GOAL_MIN_VARIANCE, 0, w);
        double target = least.risk * 1.15;
        pen_portfolio_answer a = best(&p, PEN_GOAL_TARGET_RISK, target, w);
        CHECK_NEAR("risk", sqrt(market_variance(&m, w)), target, 1e-13);
        pen_portfolio_answer b = best(&p, PEN_GOAL_TARGET_RETURN, a.mean, v);
        CHECK_NEAR("return", market_mean(&m, v), a.mean, 1e-13);
        CHECK_NEAR("risk", b.risk, target, 1e-9);
        for (size_t i = 0; i < m.n; i++)
            CHECK_NEAR("weight", w[i], v[i], 1e-7);
        /* below the least variance's return a target return does not bind */
        b = best(&p, PEN_GOAL_TARGET_RETURN, least.mean - 0.001, v);
        CHECK_NEAR("least", b.risk, least.risk, 1e-13);
        a = best(&p, PEN_GOAL_TARGET_RISK, 10, w); /* more than there is: the most return */
        for (size_t i = 0; i < m.n; i++)
            CHECK(m.mean[i] <= a.mean + 1e-12);
    }
}

/* Utility less costs over a grid of the simplex of three assets. */
static double best_of_grid(const pen_portfolio *p, double aversion, double *least_turnover)
{
    enum { STEPS = 200 };
    double most = -INFINITY;
    for (int i = 0; i <= STEPS; i++)
        for (int k = 0; k + i <= STEPS; k++) {
            double w[3] = { (double)i / STEPS, (double)k / STEPS, (double)(STEPS - i - k) / STEPS };
            double turnover = 0, cost = 0;
            for (size_t a = 0; a < 3; a++) {
                turnover += fabs(w[a] - p->current[a]);
                cost += p->cost != NULL ? p->cost[a] * fabs(w[a] - p->current[a]) : 0;
            }
            if (p->turnover > 0 && turnover > p->turnover + 1e-12)
                continue;
            double value = market_mean(&m, w) - cost - aversion / 2 * market_variance(&m, w);
            if (value > most) {
                most = value;
                *least_turnover = turnover;
            }
        }
    return most;
}

static void costs_and_turnover_match_a_grid(void)
{
    static const double current[] = { 0.5, 0.3, 0.2 }, cost[] = { 0.002, 0.001, 0.003 };
    for (uint32_t seed = 1; seed <= 20; seed++) {
        double w[3], grid_turnover = 0;
        market_draw(&m, 3, seed);
        pen_portfolio p = market_portfolio(&m);
        p.current = current;
        p.cost = seed % 2 ? cost : NULL;
        p.turnover = seed % 3 ? 0.3 : 0;
        if (p.cost == NULL && p.turnover == 0)
            p.turnover = 2;
        pen_portfolio_answer a = best(&p, PEN_GOAL_UTILITY, 3, w);
        double grid = best_of_grid(&p, 3, &grid_turnover);
        check_sums_to_one(w, 3);
        CHECK(a.objective >= grid - 1e-15 && a.objective < grid + 1e-5);
        CHECK(p.turnover == 0 || a.turnover <= p.turnover + 1e-12);
        CHECK_NEAR("turnover", a.turnover, grid_turnover, 0.05);
        CHECK_NEAR("objective", a.objective, a.mean - a.cost - 1.5 * a.risk * a.risk, 1e-13);
    }
    pen_portfolio p = market_portfolio(&m); /* costs that nothing is worth: hold */
    static const double dear[] = { 9, 9, 9 };
    double w[3];
    p.current = current;
    p.cost = dear;
    best(&p, PEN_GOAL_MAX_SHARPE, -100, w);
    for (size_t i = 0; i < 3; i++)
        CHECK_NEAR("held", w[i], current[i], 1e-12);
}

static void groups_and_bounds_hold(void)
{
    double w[12], lower[12], upper[12], groups[24] = { 0 };
    static const double low[] = { 0.3, -INFINITY }, high[] = { 0.35, 0.2 };
    market_draw(&m, 12, 3);
    for (size_t i = 0; i < 12; i++) {
        lower[i] = 0.02;
        upper[i] = 0.2;
        groups[i] = i < 4;
        groups[12 + i] = i >= 9;
    }
    pen_portfolio p = market_portfolio(&m);
    p.lower = lower;
    p.upper = upper;
    p.groups = groups;
    p.group_lower = low;
    p.group_upper = high;
    p.n_groups = 2;
    for (pen_goal g = 0; g <= PEN_GOAL_MAX_DIVERSIFICATION; g++) {
        double number = g == PEN_GOAL_UTILITY         ? 5
                        : g == PEN_GOAL_TARGET_RETURN ? 0.0105
                        : g == PEN_GOAL_TARGET_RISK   ? 0.06
                                                      : 0;
        double first = 0, last = 0;
        best(&p, g, number, w);
        check_sums_to_one(w, 12);
        for (size_t i = 0; i < 12; i++) {
            CHECK(w[i] > 0.02 - 1e-12 && w[i] < 0.2 + 1e-12);
            first += i < 4 ? w[i] : 0;
            last += i >= 9 ? w[i] : 0;
        }
        CHECK(first > 0.3 - 1e-12 && first < 0.35 + 1e-12 && last < 0.2 + 1e-12);
    }
}

static void impossible_limits_are_named_in_words(void)
{
    static const char *const names[] = { "GOLD", "OIL" }, *const group_names[] = { "metals" };
    static const double covariance[] = { 0.04, 0, 0, 0.09 }, mean[] = { 0.06, 0.1 };
    static const double groups[] = { 1, 0 }, least[] = { 1.25 }, high[] = { 0.4, 0.5 };
    double w[2] = { 5, 5 };
    pen_goal_params params = pen_goal_params_default();
    pen_portfolio_answer a;
    pen_portfolio p = {
        .n = 2, .mean = mean, .covariance = covariance, .names = names, .group_names = group_names
    };
    params.goal = PEN_GOAL_TARGET_RETURN;
    params.target = 0.12;
    CHECK_STATUS(pen_portfolio_optimize(&p, &params, w, &a), PEN_E_INFEASIBLE);
    CHECK_ERROR_SAYS(
        "the return of 0.12 cannot be met with the other limits: it is missed by 0.02");
    CHECK_NEAR("shortfall", a.shortfall, 0.02, 1e-12);
    params.goal = PEN_GOAL_TARGET_RISK;
    params.target = 0.1;
    CHECK_STATUS(pen_portfolio_optimize(&p, &params, w, &a), PEN_E_INFEASIBLE);
    CHECK_ERROR_SAYS("the risk of 0.1 cannot be met");
    params.goal = PEN_GOAL_MAX_SHARPE;
    params.risk_free = 0.2;
    CHECK_STATUS(pen_portfolio_optimize(&p, &params, w, &a), PEN_E_INFEASIBLE);
    CHECK_ERROR_SAYS("risk-free 0.2: the most is 0.1");
    params.goal = PEN_GOAL_MIN_VARIANCE;
    p.upper = high;
    CHECK_STATUS(pen_portfolio_optimize(&p, &params, w, &a), PEN_E_INFEASIBLE);
    CHECK_ERROR_SAYS("the weights' sum of 1 cannot be met");
    CHECK_NEAR("shortfall", a.shortfall, 0.1, 1e-12);
    p.upper = NULL;
    p.groups = groups;
    p.group_lower = least;
    p.n_groups = 1;
    CHECK_STATUS(pen_portfolio_optimize(&p, &params, w, &a), PEN_E_INFEASIBLE);
    CHECK_ERROR_SAYS("the limit of group metals cannot be met");
    CHECK_NEAR("shortfall", a.shortfall, 0.25, 1e-12);
    CHECK(w[0] == 5);
}

static void the_frontier_rises_and_each_point_is_the_target_return(void)
{
    enum { COUNT_OF = 25 };
    static double weights[COUNT_OF * MARKET_MOST];
    static pen_portfolio_answer answers[COUNT_OF];
    market_draw(&m, 30, 11);
    pen_portfolio p = market_portfolio(&m);
    CHECK_OK(pen_portfolio_frontier(&p, COUNT_OF, weights, answers));
    double w[MARKET_MOST], most = -INFINITY;
    for (size_t i = 0; i < m.n; i++)
        most = fmax(most, m.mean[i]);
    CHECK_NEAR("least", answers[0].risk, best(&p, PEN_GOAL_MIN_VARIANCE, 0, w).risk, 1e-14);
    CHECK_NEAR("most", answers[COUNT_OF - 1].mean, most, 1e-13);
    for (size_t k = 0; k < COUNT_OF; k++) {
        CHECK(answers[k].kkt_residual < 1e-11);
        check_sums_to_one(weights + k * m.n, m.n);
        CHECK(k == 0 || answers[k].risk > answers[k - 1].risk);
        pen_portfolio_answer a = best(&p, PEN_GOAL_TARGET_RETURN, answers[k].mean, w);
        CHECK_NEAR("risk", a.risk, answers[k].risk, 1e-10);
    }
    CHECK_STATUS(pen_portfolio_frontier(&p, 1, weights, answers), PEN_E_ARG);
    p.mean = NULL;
    CHECK_STATUS(pen_portfolio_frontier(&p, 5, weights, answers), PEN_E_ARG);
}

static void degenerate_markets_have_answers(void)
{
    static const double one[] = { 0.04 }, mean[] = { 0.05, 0.05, 0.05 };
    double w[3], same[9];
    pen_portfolio p = { .n = 1, .mean = mean, .covariance = one };
    for (pen_goal g = 0; g <= PEN_GOAL_MAX_DIVERSIFICATION; g++) { /* one asset */
        best(&p, g, g == PEN_GOAL_UTILITY ? 1 : g == PEN_GOAL_TARGET_RISK ? 0.2 : 0, w);
        CHECK_NEAR("alone", w[0], 1, 1e-12);
    }
    for (size_t i = 0; i < 9; i++)
        same[i] = 0.04;
    p.n = 3; /* identical assets: any weights have the risk of one */
    p.covariance = same;
    for (pen_goal g = 0; g <= PEN_GOAL_MAX_DIVERSIFICATION; g++) {
        pen_portfolio_answer a = best(&p, g,
                                      g == PEN_GOAL_UTILITY       ? 1
                                      : g == PEN_GOAL_TARGET_RISK ? 0.2
                                                                  : 0,
                                      w);
        check_sums_to_one(w, 3);
        CHECK_NEAR("risk", a.risk, 0.2, 1e-12);
    }
}

static void ratios_of_a_portfolio_without_risk_are_refused(void)
{
    static const double opposed[] = { 0.04, -0.04, -0.04, 0.04 }, mean[] = { 0.05, 0.06 };
    const pen_portfolio p = { .n = 2, .mean = mean, .covariance = opposed };
    pen_goal_params params = pen_goal_params_default();
    pen_portfolio_answer a;
    double w[2];
    a = best(&p, PEN_GOAL_MIN_VARIANCE, 0, w);
    CHECK_NEAR("half", w[0], 0.5, 1e-10);
    CHECK(a.risk < 1e-9);
    static const pen_goal goals[] = { PEN_GOAL_MAX_SHARPE, PEN_GOAL_MAX_DIVERSIFICATION,
                                      PEN_GOAL_RISK_PARITY };
    for (size_t g = 0; g < COUNT(goals); g++) {
        params.goal = goals[g];
        CHECK_STATUS(pen_portfolio_optimize(&p, &params, w, &a), PEN_E_ARG);
        CHECK_ERROR_SAYS("covariance is singular");
    }
}

static void wrong_portfolios_are_refused(void)
{
    static const double covariance[] = { 0.04, 0, 0, 0.09 }, mean[] = { 0.06, NAN };
    static const double negative[] = { -1, 0 }, upper[] = { 1, -1 };
    double w[2];
    pen_portfolio_answer a;
    pen_goal_params params = pen_goal_params_default();
    pen_portfolio p = { .n = 2, .mean = mean, .covariance = covariance };
    CHECK_STATUS(pen_portfolio_optimize(&p, &params, w, &a), PEN_E_ARG);
    CHECK_ERROR_SAYS("mean[1] is nan");
    p.mean = NULL;
    params.goal = PEN_GOAL_MAX_SHARPE;
    CHECK_STATUS(pen_portfolio_optimize(&p, &params, w, &a), PEN_E_ARG);
    CHECK_ERROR_SAYS("max-sharpe needs");
    params.goal = PEN_GOAL_MIN_VARIANCE;
    p.cost = negative;
    CHECK_STATUS(pen_portfolio_optimize(&p, &params, w, &a), PEN_E_ARG);
    p.cost = NULL;
    p.upper = upper;
    CHECK_STATUS(pen_portfolio_optimize(&p, &params, w, &a), PEN_E_INFEASIBLE);
    p.upper = NULL;
    p.turnover = -1;
    CHECK_STATUS(pen_portfolio_optimize(&p, &params, w, &a), PEN_E_ARG);
    p.turnover = 0;
    p.n = 0;
    CHECK_STATUS(pen_portfolio_optimize(&p, &params, w, &a), PEN_E_ARG);
    params.goal = PEN_GOAL_COUNT;
    CHECK_STATUS(pen_portfolio_optimize(&p, &params, w, &a), PEN_E_ARG);
    CHECK(pen_goal_name(PEN_GOAL_COUNT) == NULL && pen_goal_text(PEN_GOAL_COUNT) == NULL);
    CHECK_TEXT(pen_goal_name(PEN_GOAL_TARGET_RISK), "target-risk");
}

static void every_failed_allocation_is_reported(void)
{
    enum { QUADRATIC = PEN_GOAL_MAX_DIVERSIFICATION + 1 };
    static double weights[3 * 6];
    static const double current[6] = { 1 };
    pen_portfolio_answer answers[3];
    long live = pen_alloc_live();
    market_draw(&m, 6, 5);
    for (int kind = 0; kind < 3 + QUADRATIC; kind++) {
        pen_portfolio p = market_portfolio(&m);
        pen_goal_params params = pen_goal_params_default();
        params.target = kind == PEN_GOAL_TARGET_RISK ? 1 : 0.005;
        params.goal = kind < QUADRATIC ? (pen_goal)kind : PEN_GOAL_UTILITY;
        p.current = current;
        p.turnover = kind == QUADRATIC ? 0.3 : 0;
        if (kind == QUADRATIC + 1) {
            params.goal = PEN_GOAL_TARGET_RETURN;
            params.target = 7;
        }
        pen_status s = PEN_E_NOMEM;
        for (long k = 0; k < 1000 && s == PEN_E_NOMEM; k++) {
            pen_alloc_fail_after(k);
            s = kind == QUADRATIC + 2 ? pen_portfolio_frontier(&p, 3, weights, answers)
                                      : pen_portfolio_optimize(&p, &params, weights, answers);
            pen_alloc_fail_after(-1);
            CHECK(pen_alloc_live() == live);
        }
        CHECK_STATUS(s, kind == QUADRATIC + 1 ? PEN_E_INFEASIBLE : PEN_OK);
    }
}

static const check_test tests[] = {
    TEST(two_assets_match_closed_forms),
    TEST(the_best_ratio_is_that_of_the_homogeneous_problem),
    TEST(most_diversification_is_least_variance_of_correlations),
    TEST(targets_are_met_and_agree_with_each_other),
    TEST(costs_and_turnover_match_a_grid),
    TEST(groups_and_bounds_hold),
    TEST(impossible_limits_are_named_in_words),
    TEST(the_frontier_rises_and_each_point_is_the_target_return),
    TEST(degenerate_markets_have_answers),
    TEST(ratios_of_a_portfolio_without_risk_are_refused),
    TEST(wrong_portfolios_are_refused),
    TEST(every_failed_allocation_is_reported),
};
TEST_MAIN(tests)
