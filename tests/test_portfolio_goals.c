/* Goals that are no quadratic program: risk parity, clusters, growth, tails and drawdowns. */
#include "check.h"
#include "machine/base/alloc.h"
#include "portfolio_market.h"

static market m;

static pen_portfolio_answer best(const pen_portfolio *p, pen_goal_params params, double *w)
{
    pen_portfolio_answer a;
    double sum = 0;
    CHECK_OK(pen_portfolio_optimize(p, &params, w, &a));
    CHECK(params.goal == PEN_GOAL_HRP ? isnan(a.kkt_residual) : a.kkt_residual < 1e-10);
    for (size_t i = 0; i < p->n; i++) {
        sum += w[i];
        CHECK(w[i] > -1e-12);
    }
    CHECK_NEAR("sum", sum, 1, 1e-12);
    return a;
}

static pen_goal_params goal_of(pen_goal goal)
{
    pen_goal_params params = pen_goal_params_default();
    params.goal = goal;
    return params;
}

static pen_portfolio with_returns(void)
{
    pen_portfolio p = market_portfolio(&m);
    p.returns = m.returns;
    p.n_points = MARKET_POINTS;
    return p;
}

/* ---- risk parity ---- */

static double contribution(const double *w, size_t i)
{
    double sum = 0;
    for (size_t k = 0; k < m.n; k++)
        sum += m.covariance[i * m.n + k] * w[k];
    return w[i] * sum / market_variance(&m, w);
}

static void risk_parity_shares_the_variance_as_asked(void)
{
    for (uint32_t seed = 1; seed <= 20; seed++) {
        double w[MARKET_MOST], budget[MARKET_MOST], all = 0;
        market_draw(&m, 1 + seed, seed);
        pen_portfolio p = market_portfolio(&m);
        pen_goal_params params = goal_of(PEN_GOAL_RISK_PARITY);
        best(&p, params, w);
        for (size_t i = 0; i < m.n; i++) {
            CHECK_NEAR("equal", contribution(w, i), 1 / (double)m.n, 1e-13);
            budget[i] = 1 + (double)(i % 4);
            all += budget[i];
        }
        params.budget = budget;
        best(&p, params, w);
        for (size_t i = 0; i < m.n; i++)
            CHECK_NEAR("budget", contribution(w, i), budget[i] / all, 1e-13);
    }
    /* equal correlations: weights are as the inverse deviations (Maillard, Roncalli & Teiletche,
     * J. Portfolio Management 36 (2010) 60) */
    static const double covariance[] = { 0.04, 0.018, 0.018, 0.09 };
    const pen_portfolio p = { .n = 2, .covariance = covariance };
    double w[2];
    best(&p, goal_of(PEN_GOAL_RISK_PARITY), w);
    CHECK_NEAR("0.3 / 0.5", w[0], 0.6, 1e-14);
}

static void bounded_risk_parity_meets_its_conditions(void)
{
    for (uint32_t seed = 1; seed <= 20; seed++) {
        double w[MARKET_MOST], lower[MARKET_MOST], upper[MARKET_MOST], level = NAN;
        market_draw(&m, 6 + seed, seed);
        size_t bound = 0;
        for (size_t i = 0; i < m.n; i++) {
            lower[i] = i % 3 ? 0 : 1.3 / (double)m.n;
            upper[i] = i % 3 == 1 ? 0.7 / (double)m.n : 1;
        }
        pen_portfolio p = market_portfolio(&m);
        p.lower = lower;
        p.upper = upper;
        best(&p, goal_of(PEN_GOAL_RISK_PARITY), w);
        for (size_t i = 0; i < m.n; i++) /* off the bounds, w (Qw) is the same for all */
            if (w[i] > lower[i] && w[i] < upper[i]) {
                level = isnan(level) ? contribution(w, i) : level;
                CHECK_NEAR("level", contribution(w, i), level, 1e-11);
            }
        for (size_t i = 0; i < m.n; i++) {
            CHECK(w[i] >= lower[i] && w[i] <= upper[i]);
            if (w[i] == lower[i])
                CHECK(contribution(w, i) > level - 1e-11);
            else if (w[i] == upper[i])
                CHECK(contribution(w, i) < level + 1e-11);
            bound += w[i] == lower[i] || w[i] == upper[i];
        }
        CHECK(bound > 0);
    }
}

/* ---- clusters ---- */

static void hierarchical_weights_match_those_by_hand(void)
{
    /* Uncorrelated assets 1 and 3 beside a pair 0, 2 with correlation 0.9.  The pair is joined
     * first, then 1 and 3 are each as far from all: they follow in order.  The list 0 2 | 1 3 is
     * halved, then each half. */
    static const double q[] = {
        0.04, 0, 0.054, 0, 0, 0.01, 0, 0, 0.054, 0, 0.09, 0, 0, 0, 0, 0.16
    };
    const pen_portfolio p = { .n = 4, .covariance = q };
    double w[4], pair[] = { 0.09 / 0.13, 0.04 / 0.13 }, rest[] = { 0.16 / 0.17, 0.01 / 0.17 };
    best(&p, goal_of(PEN_GOAL_HRP), w);
    double left =
        pair[0] * pair[0] * 0.04 + 2 * pair[0] * pair[1] * 0.054 + pair[1] * pair[1] * 0.09;
    double right = rest[0] * rest[0] * 0.01 + rest[1] * rest[1] * 0.16;
    double share = right / (left + right);
    CHECK_NEAR("0", w[0], share * pair[0], 1e-15);
    CHECK_NEAR("2", w[2], share * pair[1], 1e-15);
    CHECK_NEAR("1", w[1], (1 - share) * rest[0], 1e-15);
    CHECK_NEAR("3", w[3], (1 - share) * rest[1], 1e-15);
    double diagonal[25] = { 0 }; /* equal, uncorrelated: equal but for uneven halves */
    for (size_t i = 0; i < 25; i += 6)
        diagonal[i] = 1;
    const pen_portfolio five = { .n = 5, .covariance = diagonal };
    double v[5];
    best(&five, goal_of(PEN_GOAL_HRP), v);
    for (size_t i = 0; i < 5; i++)
        CHECK_NEAR("fifth", v[i], 0.2, 1e-15);
}

static void hierarchical_weights_need_no_inverse(void)
{
    double w[MARKET_MOST];
    market_draw(&m, 40, 2);
    pen_portfolio p = market_portfolio(&m);
    best(&p, goal_of(PEN_GOAL_HRP), w);
    double same[9] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    p = (pen_portfolio){ .n = 3, .covariance = same };
    best(&p, goal_of(PEN_GOAL_HRP), w);
    CHECK_NEAR("halves of one risk", w[2], 0.5, 1e-15); /* the younger branch is right */
}

/* ---- growth ---- */

static void kelly_bets_are_those_of_the_formula(void)
{
    /* an even bet won with 0.6, beside cash: 2 * 0.6 - 1 (Kelly 1956) */
    static const double returns[] = {
        1, -1, 1, 1, -1, 1, -1, 1, 1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    static const double covariance[] = { 1, 0, 0, 0 };
    const pen_portfolio p = {
        .n = 2, .covariance = covariance, .returns = returns, .n_points = 10
    };
    double w[2];
    pen_portfolio_answer a = best(&p, goal_of(PEN_GOAL_KELLY), w);
    CHECK_NEAR("bet", w[0], 0.2, 1e-11);
    CHECK_NEAR("growth", a.objective, 0.6 * log(1.2) + 0.4 * log(0.8), 1e-15);
}

static double growth_of(const double *w)
{
    double sum = 0;
    for (size_t t = 0; t < MARKET_POINTS; t++) {
        double r = 1;
        for (size_t i = 0; i < m.n; i++)
            r += w[i] * m.returns[i * MARKET_POINTS + t];
        sum += log(r);
    }
    return sum / MARKET_POINTS;
}

static void kelly_portfolios_meet_the_conditions(void)
{
    for (uint32_t seed = 1; seed <= 20; seed++) {
        double w[MARKET_MOST], level = NAN;
        market_draw(&m, 2 + seed, seed);
        pen_portfolio p = with_returns();
        pen_portfolio_answer a = best(&p, goal_of(PEN_GOAL_KELLY), w);
        CHECK_NEAR("growth", a.objective, growth_of(w), 1e-14);
        for (int pass = 0; pass < 2; pass++) /* slopes: equal where held, less where not */
            for (size_t i = 0; i < m.n; i++) {
                double slope = 0;
                for (size_t t = 0; t < MARKET_POINTS; t++) {
                    double r = 1;
                    for (size_t k = 0; k < m.n; k++)
                        r += w[k] * m.returns[k * MARKET_POINTS + t];
                    slope += m.returns[i * MARKET_POINTS + t] / r / MARKET_POINTS;
                }
                if (w[i] > 1e-6 && isnan(level))
                    level = slope;
                if (w[i] > 1e-6)
                    CHECK_NEAR("held", slope, level, 1e-10);
                else
                    CHECK(pass == 0 || slope < level + 1e-10);
            }
    }
}

/* ---- tails and drawdowns ---- */

static int falling(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* From the definitions. */
static double figure(pen_goal goal, double confidence, const double *w)
{
    double value[MARKET_POINTS], sum = 0, top = 0, total = 0, all = 0;
    for (size_t t = 0; t < MARKET_POINTS; t++) {
        double r = 0;
        for (size_t i = 0; i < m.n; i++)
            r += w[i] * m.returns[i * MARKET_POINTS + t];
        sum += r;
        top = fmax(top, sum);
        value[t] = goal == PEN_GOAL_CVAR ? -r : top - sum;
        all += value[t] / MARKET_POINTS;
    }
    qsort(value, MARKET_POINTS, sizeof *value, falling);
    if (goal == PEN_GOAL_DRAWDOWN)
        return value[0];
    if (goal == PEN_GOAL_AVERAGE_DRAWDOWN)
        return all;
    double tail = (1 - confidence) * MARKET_POINTS;
    for (size_t t = 0; t < MARKET_POINTS; t++)
        total += value[t] * fmax(0, fmin(1, tail - (double)t)) / tail;
    return total;
}

static const pen_goal scenario_goals[] = { PEN_GOAL_CVAR, PEN_GOAL_DRAWDOWN,
                                           PEN_GOAL_AVERAGE_DRAWDOWN, PEN_GOAL_CDAR };

static void tails_and_drawdowns_match_a_grid(void)
{
    enum { STEPS = 60 };
    for (size_t g = 0; g < COUNT(scenario_goals); g++)
        for (uint32_t seed = 1; seed <= 3; seed++) {
            double w[3], least = INFINITY;
            market_draw(&m, 3, seed);
            pen_portfolio p = with_returns();
            pen_goal_params params = goal_of(scenario_goals[g]);
            params.confidence = 0.93;
            pen_portfolio_answer a = best(&p, params, w);
            CHECK_NEAR("figure", a.objective, figure(params.goal, 0.93, w), 1e-13);
            for (int i = 0; i <= STEPS; i++)
                for (int k = 0; k + i <= STEPS; k++) {
                    double v[3] = { (double)i / STEPS, (double)k / STEPS,
                                    (double)(STEPS - i - k) / STEPS };
                    least = fmin(least, figure(params.goal, 0.93, v));
                }
            CHECK(a.objective <= least + 1e-13 && a.objective > least * 0.97 - 1e-4);
        }
}

/* Rockafellar and Uryasev's linear program as it stands, by the solver of quadratic ones. */
static double tail_by_its_program(double confidence)
{
    enum { MOST_V = MARKET_MOST + 1 + MARKET_POINTS };
    static double rows[(MARKET_POINTS + 1) * MOST_V], zero[MOST_V], cost[MOST_V], x[MOST_V];
    double lower[MOST_V], row_lower[MARKET_POINTS + 1], row_upper[MARKET_POINTS + 1];
    size_t n = m.n, v = n + 1 + MARKET_POINTS;
    pen_qp_answer a;
    memset(rows, 0, sizeof rows);
    for (size_t i = 0; i < v; i++) {
        lower[i] = i == n ? -INFINITY : 0;
        cost[i] = i < n ? 0 : i == n ? 1 : 1 / ((1 - confidence) * MARKET_POINTS);
        rows[i] = i < n;
    }
    row_lower[0] = row_upper[0] = 1;
    for (size_t t = 0; t < MARKET_POINTS; t++) {
        double *row = rows + (t + 1) * v; /* u + level + return >= 0 */
        for (size_t i = 0; i < n; i++)
            row[i] = m.returns[i * MARKET_POINTS + t];
        row[n] = row[n + 1 + t] = 1;
        row_lower[t + 1] = 0;
        row_upper[t + 1] = INFINITY;
    }
    const pen_qp lp = { .n = v,
                        .diagonal = zero,
                        .cost = cost,
                        .lower = lower,
                        .rows = rows,
                        .row_lower = row_lower,
                        .row_upper = row_upper,
                        .n_rows = MARKET_POINTS + 1 };
    CHECK_OK(pen_qp_solve(&lp, NULL, x, NULL, &a));
    return a.objective;
}

static void the_tail_is_that_of_its_linear_program(void)
{
    for (uint32_t seed = 1; seed <= 4; seed++) {
        double w[MARKET_MOST];
        market_draw(&m, 4 + 3 * seed, seed);
        pen_portfolio p = with_returns();
        pen_goal_params params = goal_of(PEN_GOAL_CVAR);
        params.confidence = 0.9;
        pen_portfolio_answer a = best(&p, params, w);
        CHECK_NEAR("tail", a.objective, tail_by_its_program(0.9), 1e-10);
    }
}

static void tails_keep_limits(void)
{
    double w[MARKET_MOST], groups[MARKET_MOST] = { 1, 1, 1 }, current[MARKET_MOST];
    static const double least[] = { 0.25 };
    market_draw(&m, 20, 4);
    pen_portfolio p = with_returns();
    for (size_t i = 0; i < 20; i++)
        current[i] = 0.05;
    p.groups = groups;
    p.group_lower = least;
    p.n_groups = 1;
    p.current = current;
    p.turnover = 0.8;
    for (size_t g = 0; g < COUNT(scenario_goals); g++) {
        pen_portfolio_answer a = best(&p, goal_of(scenario_goals[g]), w);
        CHECK(w[0] + w[1] + w[2] > 0.25 - 1e-12 && a.turnover < 0.8 + 1e-12);
        p.turnover = 0; /* without that limit it is lower still */
        CHECK(best(&p, goal_of(scenario_goals[g]), w).objective <= a.objective + 1e-12);
        p.turnover = 0.8;
    }
    pen_portfolio_answer k = best(&p, goal_of(PEN_GOAL_KELLY), w);
    CHECK(w[0] + w[1] + w[2] > 0.25 - 1e-12 && k.turnover < 0.8 + 1e-12);
}

/* ---- the rest ---- */

static void black_litterman_matches_the_tables_of_he_and_litterman(void)
{
    /* He & Litterman (1999), tables 1, 2 and 4: seven countries, in per cent; the view is that
     * Germany outperforms the rest of Europe by 5 % a year. */
    static const double r[] = { 1,     0.488, 0.478, 0.515, 0.439, 0.512, 0.491, 0.488, 1,
                                0.664, 0.655, 0.310, 0.608, 0.779, 0.478, 0.664, 1,     0.861,
                                0.355, 0.783, 0.668, 0.515, 0.655, 0.861, 1,     0.354, 0.777,
                                0.653, 0.439, 0.310, 0.355, 0.354, 1,     0.405, 0.306, 0.512,
                                0.608, 0.783, 0.777, 0.405, 1,     0.652, 0.491, 0.779, 0.668,
                                0.653, 0.306, 0.652, 1 };
    static const double deviation[] = { 16.0, 20.3, 24.8, 27.1, 21.0, 20.0, 18.7 };
    static const double market_weight[] = { 0.016, 0.022, 0.052, 0.055, 0.116, 0.124, 0.615 };
    static const double equilibrium[] = { 3.9, 6.9, 8.4, 9.0, 4.3, 6.8, 7.6 };
    static const double posterior[] = { 4.3, 7.6, 9.3, 11.0, 4.5, 7.0, 8.1 };
    static const double assets[] = { 0, 0, -0.295, 1, 0, -0.705, 0 }, view[] = { 0.05 };
    double q[49], mean[7], blended[49];
    for (size_t i = 0; i < 49; i++)
        q[i] = r[i] * deviation[i / 7] * deviation[i % 7] * 1e-4;
    const pen_views none = { .count = 0 }, views = { .count = 1, .assets = assets, .mean = view };
    CHECK_OK(pen_black_litterman(q, 7, market_weight, 2.5, 0.05, &none, mean, NULL));
    for (size_t i = 0; i < 7; i++)
        CHECK_NEAR("equilibrium", 100 * mean[i], equilibrium[i], 0.051);
    CHECK_OK(pen_black_litterman(q, 7, market_weight, 2.5, 0.05, &views, mean, blended));
    for (size_t i = 0; i < 7; i++)
        CHECK_NEAR("posterior", 100 * mean[i], posterior[i], 0.051);
    for (size_t i = 0; i < 7; i++) /* more than the covariance alone, at most 1 + tau times it */
        CHECK(blended[i * 8] > q[i * 8] && blended[i * 8] <= q[i * 8] * 1.05 + 1e-15);
}

static void certain_views_come_true(void)
{
    static const double q[] = { 0.04, 0.01, 0.01, 0.09 }, market_weight[] = { 0.5, 0.5 };
    static const double assets[] = { 1, -1, 1, 0 }, view[] = { 0.03, 0.1 }, error[] = { 0, 0 };
    double mean[2];
    pen_views views = { .count = 2, .assets = assets, .mean = view, .error = error };
    CHECK_OK(pen_black_litterman(q, 2, market_weight, 3, 0.1, &views, mean, NULL));
    CHECK_NEAR("difference", mean[0] - mean[1], 0.03, 1e-15);
    CHECK_NEAR("first", mean[0], 0.1, 1e-15);
    static const double twice[] = { 1, -1, 2, -2 };
    views.assets = twice;
    CHECK_STATUS(pen_black_litterman(q, 2, market_weight, 3, 0.1, &views, mean, NULL), PEN_E_ARG);
    CHECK_STATUS(pen_black_litterman(q, 2, market_weight, 0, 0.1, &views, mean, NULL), PEN_E_ARG);
    CHECK_STATUS(pen_black_litterman(q, 2, market_weight, 3, NAN, &views, mean, NULL), PEN_E_ARG);
}

static void resampled_frontiers_have_the_same_bits_for_any_number_of_threads(void)
{
    enum { POINTS = 6 };
    double one[POINTS * 8], other[POINTS * 8];
    pen_portfolio_answer a[POINTS], b[POINTS];
    unsigned threads = pen_cpu_threads();
    market_draw(&m, 8, 3);
    pen_portfolio p = market_portfolio(&m);
    for (unsigned k = 1; k <= 3; k++) {
        pen_cpu_threads_set(k);
        CHECK_OK(pen_portfolio_resample(&p, POINTS, 70, 60, 5, k == 1 ? one : other, b));
        CHECK(k == 1 || memcmp(one, other, sizeof one) == 0);
    }
    pen_cpu_threads_set(threads);
    CHECK_OK(pen_portfolio_resample(&p, POINTS, 70, 60, 6, other, b));
    CHECK(memcmp(one, other, sizeof one) != 0);
    for (size_t k = 0; k < POINTS; k++) {
        double sum = 0;
        for (size_t i = 0; i < 8; i++)
            sum += one[k * 8 + i];
        CHECK_NEAR("sum", sum, 1, 1e-12);
        CHECK(b[k].kkt_residual < 1e-10);
    }
    /* with very long samples it is the frontier itself */
    CHECK_OK(pen_portfolio_frontier(&p, POINTS, one, a));
    CHECK_OK(pen_portfolio_resample(&p, POINTS, 5, 200000, 1, other, b));
    for (size_t i = 0; i < POINTS * 8; i++)
        CHECK_NEAR("weight", other[i], one[i], 0.05);
    CHECK_STATUS(pen_portfolio_resample(&p, POINTS, 0, 60, 6, other, b), PEN_E_ARG);
    CHECK_STATUS(pen_portfolio_resample(&p, POINTS, 2, 1, 6, other, b), PEN_E_ARG);
}

static void what_a_goal_cannot_keep_is_refused(void)
{
    double w[MARKET_MOST], some[MARKET_MOST] = { 0.5 }, low[MARKET_MOST] = { 0.9, 0.9 };
    pen_portfolio_answer a;
    market_draw(&m, 4, 1);
    pen_portfolio p = market_portfolio(&m), bounded = p, costly = with_returns();
    bounded.upper = some;
    costly.cost = some;
    pen_goal_params parity = goal_of(PEN_GOAL_RISK_PARITY), hrp = goal_of(PEN_GOAL_HRP),
                    kelly = goal_of(PEN_GOAL_KELLY), tail = goal_of(PEN_GOAL_CVAR);
    CHECK_STATUS(pen_portfolio_optimize(&bounded, &parity, w, &a), PEN_E_ARG);
    CHECK_ERROR_SAYS("holds some of every asset");
    bounded.upper = NULL;
    bounded.lower = low;
    CHECK_STATUS(pen_portfolio_optimize(&bounded, &parity, w, &a), PEN_E_INFEASIBLE);
    CHECK_STATUS(pen_portfolio_optimize(&bounded, &hrp, w, &a), PEN_E_ARG);
    CHECK_STATUS(pen_portfolio_optimize(&costly, &parity, w, &a), PEN_E_ARG);
    CHECK_STATUS(pen_portfolio_optimize(&costly, &kelly, w, &a), PEN_E_ARG);
    CHECK_STATUS(pen_portfolio_optimize(&costly, &tail, w, &a), PEN_E_ARG);
    CHECK_STATUS(pen_portfolio_optimize(&p, &kelly, w, &a), PEN_E_ARG);
    CHECK_ERROR_SAYS("no returns, which kelly needs");
    CHECK_STATUS(pen_portfolio_optimize(&p, &tail, w, &a), PEN_E_ARG);
    p = with_returns();
    tail.confidence = 1;
    CHECK_STATUS(pen_portfolio_optimize(&p, &tail, w, &a), PEN_E_ARG);
    static const double budget[] = { 1, 1, 0, 1 };
    parity.budget = budget;
    CHECK_STATUS(pen_portfolio_optimize(&p, &parity, w, &a), PEN_E_ARG);
    CHECK_ERROR_SAYS("budget[2] is 0");
    static double ruin[4 * 3] = { 0.1, -1, 0.1, 0.1, -1, 0.1, 0, -1, 0, 0, -1, 0 };
    p.returns = ruin;
    p.n_points = 3;
    CHECK_STATUS(pen_portfolio_optimize(&p, &kelly, w, &a), PEN_E_ARG);
    CHECK_ERROR_SAYS("a loss of everything");
}

static void every_failed_allocation_is_reported(void)
{
    long live = pen_alloc_live();
    double w[60], bound[MARKET_MOST];
    pen_portfolio_answer a[6];
    market_draw(&m, 5, 9);
    for (size_t i = 0; i < 5; i++)
        bound[i] = 0.3;
    for (int kind = PEN_GOAL_RISK_PARITY; kind < PEN_GOAL_COUNT + 2; kind++) {
        pen_portfolio p = with_returns();
        pen_goal_params params = goal_of((pen_goal)kind);
        const pen_views views = { .count = 1, .assets = bound, .mean = bound };
        p.upper = kind == PEN_GOAL_RISK_PARITY ? bound : NULL;
        pen_status s = PEN_E_NOMEM;
        for (long k = 0; k < 2000 && s == PEN_E_NOMEM; k++) {
            pen_alloc_fail_after(k);
            s = kind == PEN_GOAL_COUNT ? pen_portfolio_resample(&p, 3, 4, 50, 1, w, a)
                : kind > PEN_GOAL_COUNT
                    ? pen_black_litterman(m.covariance, 5, bound, 1, 1, &views, w, w + 5)
                    : pen_portfolio_optimize(&p, &params, w, a);
            pen_alloc_fail_after(-1);
            CHECK(pen_alloc_live() == live);
        }
        CHECK_OK(s);
    }
}

static const check_test tests[] = {
    TEST(risk_parity_shares_the_variance_as_asked),
    TEST(bounded_risk_parity_meets_its_conditions),
    TEST(hierarchical_weights_match_those_by_hand),
    TEST(hierarchical_weights_need_no_inverse),
    TEST(kelly_bets_are_those_of_the_formula),
    TEST(kelly_portfolios_meet_the_conditions),
    TEST(tails_and_drawdowns_match_a_grid),
    TEST(the_tail_is_that_of_its_linear_program),
    TEST(tails_keep_limits),
    TEST(black_litterman_matches_the_tables_of_he_and_litterman),
    TEST(certain_views_come_true),
    TEST(resampled_frontiers_have_the_same_bits_for_any_number_of_threads),
    TEST(what_a_goal_cannot_keep_is_refused),
    TEST(every_failed_allocation_is_reported),
};
TEST_MAIN(tests)
