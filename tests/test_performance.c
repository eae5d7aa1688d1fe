/* Drawdowns and performance against published values and their definitions. */
#include "mathops.h"
#include "penstock/penstock.h"

enum { N = 300 };

static double *make_returns(uint64_t seed)
{
    double *x = malloc(N * sizeof *x);
    pen_rng rng;
    pen_rng_init(&rng, seed, 0, 0, 0);
    for (int t = 0; t < N; t++)
        x[t] = 0.002 + 0.05 * (pen_rng_uniform(&rng) - 0.5);
    return x;
}

static double mean_of(const double *x, size_t n)
{
    long double sum = 0;
    for (size_t t = 0; t < n; t++)
        sum += x[t];
    return (double)(sum / (long double)n);
}

static double stdev_of(const double *x, size_t n)
{
    long double sum = 0, mean = mean_of(x, n);
    for (size_t t = 0; t < n; t++)
        sum += (x[t] - mean) * (x[t] - mean);
    return (double)sqrtl(sum / (long double)(n - 1));
}

/* ---- drawdowns ---- */

static void drawdowns_are_found_and_measured(void)
{
    static const double price[] = { 100, 110, 99, 104.5, 121, 96.8, 90.75, 108.9, 121, 130, 117 };
    enum { LAST = COUNT(price) - 1 };
    double r[LAST], depth[LAST + 1], sum = 0, squares = 0;
    pen_drawdown worst[5];
    pen_drawdown_summary s;
    size_t found;
    for (int t = 0; t < LAST; t++)
        r[t] = price[t + 1] / price[t] - 1;
    CHECK_OK(pen_risk_drawdowns(r, LAST, 0.8, depth, worst, 5, &found, &s));
    CHECK(found == 3 && s.count == 3);
    CHECK(worst[0].peak == 4 && worst[0].trough == 6 && worst[0].end == 8 && worst[0].is_over);
    CHECK_NEAR("depth", worst[0].depth, 0.25, 1e-15);
    CHECK(worst[1].peak == 1 && worst[1].trough == 2 && worst[1].end == 4 && worst[1].is_over);
    CHECK(worst[2].peak == 9 && worst[2].trough == 10 && worst[2].end == 10 && !worst[2].is_over);
    static const double want[] = { 0, 0, 0.1, 0.05, 0, 0.2, 0.25, 0.1, 0, 0, 0.1 };
    for (int t = 0; t <= LAST; t++) {
        CHECK_NEAR("depth", depth[t], want[t], 1e-15);
        sum += want[t];
        squares += want[t] * want[t];
    }
    CHECK_NEAR("pain", s.mean_depth, sum / LAST, 1e-15);
    CHECK_NEAR("ulcer", s.ulcer, sqrt(squares / LAST), 1e-15);
    CHECK_NEAR("cdar", s.cdar, (0.25 + 0.2) / 2, 1e-15);
    CHECK_NEAR("max", s.max_depth, 0.25, 1e-15);
    CHECK_NEAR("now", s.now, 0.1, 1e-15);
    CHECK(s.longest == 4 && s.longest_recovery == 2);
    CHECK_OK(pen_risk_drawdowns(r, LAST, 0.8, NULL, worst, 1, &found, &s));
    CHECK(found == 1 && worst[0].peak == 4);
    CHECK_OK(pen_risk_drawdowns(r, LAST, 0.8, NULL, NULL, 0, NULL, &s));
    CHECK(s.count == 3);
}

static void odd_values_have_drawdowns_too(void)
{
    static const double ruin[] = { 0.5, -1, 0.5, 3 };
    double flat[6] = { 0 }, bad[2] = { 0, -1.01 };
    pen_drawdown worst[2];
    pen_drawdown_summary s;
    size_t found;
    CHECK_OK(pen_risk_drawdowns(ruin, 4, 0.95, NULL, worst, 2, &found, &s));
    CHECK(found == 1 && s.max_depth == 1 && s.now == 1 && !worst[0].is_over && worst[0].end == 4);
    CHECK_OK(pen_risk_drawdowns(flat, 6, 0.95, NULL, worst, 2, &found, &s));
    CHECK(found == 0 && s.count == 0 && s.max_depth == 0 && s.ulcer == 0 && s.longest == 0);
    CHECK_OK(pen_risk_drawdowns(NULL, 0, 0.95, NULL, worst, 2, &found, &s));
    CHECK(found == 0 && s.max_depth == 0);
    CHECK_STATUS(pen_risk_drawdowns(bad, 2, 0.95, NULL, NULL, 0, NULL, &s), PEN_E_ARG);
    CHECK_ERROR_SAYS("returns[1] is -1.01");
    bad[1] = NAN;
    CHECK_STATUS(pen_risk_drawdowns(bad, 2, 0.95, NULL, NULL, 0, NULL, &s), PEN_E_ARG);
    CHECK_STATUS(pen_risk_drawdowns(flat, 6, 1, NULL, NULL, 0, NULL, &s), PEN_E_ARG);
}

/* Every drawdown of a long series by looking back from each position. */
static void depths_are_those_of_looking_back(void)
{
    double *x = make_returns(12), depth[N + 1], value[N + 1];
    pen_drawdown worst[N];
    pen_drawdown_summary s;
    size_t found;
    CHECK_OK(pen_risk_drawdowns(x, N, 0.9, depth, worst, N, &found, &s));
    value[0] = 1;
    for (int t = 0; t < N; t++)
        value[t + 1] = value[t] * (1 + x[t]);
    for (int t = 0; t <= N; t++) {
        double top = 0;
        for (int k = 0; k <= t; k++)
            top = fmax(top, value[k]);
        CHECK_NEAR("depth", depth[t], 1 - value[t] / top, 1e-13);
    }
    CHECK(found == s.count && found > 5);
    for (size_t k = 0; k < found; k++) {
        CHECK(k == 0 || worst[k].depth <= worst[k - 1].depth);
        CHECK(depth[worst[k].peak] == 0 && depth[worst[k].trough] == worst[k].depth);
        CHECK(worst[k].is_over == (depth[worst[k].end] == 0));
    }
    free(x);
}

/* ---- performance ---- */

/* C. Bacon, "Practical Portfolio Performance Measurement and Attribution", 2nd ed. 2008: the 24
 * months of his tables, with a target of 0.5 % a month; values on pages 85 to 95. */
static const double bacon[] = { 0.003,  0.026,  0.011,  -0.010, 0.015,  0.025,  0.016,  0.067,
                                -0.014, 0.040,  -0.005, 0.081,  0.040,  -0.037, -0.061, 0.017,
                                -0.049, -0.022, 0.070,  0.058,  -0.065, 0.024,  -0.005, -0.009 };
static const double bacon_benchmark[] = { 0.002, 0.025,  0.018,  -0.011, 0.014,  0.018,
                                          0.014, 0.065,  -0.015, 0.042,  -0.006, 0.083,
                                          0.039, -0.038, -0.062, 0.015,  -0.048, 0.021,
                                          0.060, 0.056,  -0.067, 0.019,  -0.003, 0.000 };

static void bacons_portfolio_has_his_ratios(void)
{
    enum { MONTHS = COUNT(bacon) };
    pen_performance_options o = pen_performance_options_default();
    pen_performance p;
    pen_drawdown_summary falls;
    o.periods_per_year = 12;
    CHECK_OK(pen_risk_performance(bacon, bacon_benchmark, MONTHS, &o, &p));
    CHECK_NEAR("kurtosis", p.kurtosis + 3, 2.43, 0.005);
    CHECK_NEAR("Bernardo-Ledoit", p.omega, 1.78, 0.005);
    CHECK_OK(pen_risk_drawdowns(bacon, MONTHS, 0.95, NULL, NULL, 0, NULL, &falls));
    CHECK_NEAR("pain index", falls.mean_depth, 0.04, 0.00005);
    o.target = 0.005;
    CHECK_OK(pen_risk_performance(bacon, bacon_benchmark, MONTHS, &o, &p));
    CHECK_NEAR("omega-Sharpe", p.omega - 1, 0.29, 0.005);
    double above = mean_of(bacon, MONTHS) - 0.005;
    CHECK_NEAR("downside deviation", above / (p.sortino / sqrt(12)), 0.0255, 0.00005);
}

/* The same ratios written out, and identities between them. */
static void ratios_are_their_definitions(void)
{
    enum { MONTHS = COUNT(bacon) };
    pen_performance_options o = { .periods_per_year = 12, .risk_free = 0.03 };
    pen_performance p, q;
    double stdev = stdev_of(bacon, MONTHS), mean = mean_of(bacon, MONTHS), value = 1;
    double my = mean_of(bacon_benchmark, MONTHS), sy = stdev_of(bacon_benchmark, MONTHS), xy = 0;
    double active[MONTHS];
    CHECK_OK(pen_risk_performance(bacon, bacon_benchmark, MONTHS, &o, &p));
    for (int t = 0; t < MONTHS; t++) {
        value *= 1 + bacon[t];
        xy += (bacon[t] - mean) * (bacon_benchmark[t] - my) / (MONTHS - 1);
        active[t] = bacon[t] - bacon_benchmark[t];
    }
    CHECK_NEAR("total", p.total, value - 1, 1e-14);
    CHECK_NEAR("annual", p.annual, sqrt(value) - 1, 1e-14);
    CHECK_NEAR("stdev", p.stdev, stdev * sqrt(12), 1e-15);
    CHECK_NEAR("sharpe", p.sharpe, (mean - 0.0025) / stdev * sqrt(12), 1e-13);
    CHECK_NEAR("beta", p.beta, xy / sy / sy, 1e-14);
    CHECK_NEAR("correlation", p.correlation, xy / sy / stdev, 1e-14);
    CHECK_NEAR("alpha", p.alpha, 12 * (mean - 0.0025 - p.beta * (my - 0.0025)), 1e-14);
    CHECK_NEAR("tracking", p.tracking_error, stdev_of(active, MONTHS) * sqrt(12), 1e-14);
    CHECK_NEAR("information", p.information, 12 * (mean - my) / p.tracking_error, 1e-13);
    CHECK_NEAR("treynor", p.treynor, (12 * mean - 0.03) / p.beta, 1e-13);
    CHECK_NEAR("calmar", p.calmar, p.annual / p.max_depth, 1e-14);
    CHECK(p.best == 0.081 && p.worst == -0.065 && p.n == MONTHS);
    CHECK_NEAR("hits", p.hit_rate, 14.0 / 24, 1e-15);
    CHECK(isnan(p.sharpe_deflated));
    CHECK_OK(pen_risk_performance(bacon, bacon, MONTHS, &o, &q)); /* against itself */
    CHECK_NEAR("beta", q.beta, 1, 1e-15);
    CHECK(fabs(q.alpha) < 1e-15 && q.tracking_error == 0 && isnan(q.information));
    CHECK(q.up_capture == 1 && q.down_capture == 1);
    CHECK_OK(pen_risk_performance(bacon, NULL, MONTHS, &o, &q));
    CHECK(isnan(q.beta) && isnan(q.treynor) && q.sharpe == p.sharpe);
}

/* A. Lo, "The Statistics of Sharpe Ratios", 2002, table 1; Bailey & Lopez de Prado, "The Sharpe
 * Ratio Efficient Frontier", 2012, and "The Deflated Sharpe Ratio", 2014: the numerical examples.
 */
static void sharpe_ratios_have_the_published_errors(void)
{
    CHECK_NEAR("Lo", pen_sharpe_error(0.5, 12, 0, 0), 0.306, 0.0005);
    CHECK_NEAR("Lo", pen_sharpe_error(0.5, 60, 0, 0), 0.137, 0.0005);
    CHECK_NEAR("Lo", pen_sharpe_error(1, 60, 0, 0), 0.158, 0.0005);
    CHECK_NEAR("PSR, normal", pen_sharpe_probability(0.458, 0, 24, 0, 0), 0.982, 0.0005);
    CHECK_NEAR("PSR", pen_sharpe_probability(0.458, 0, 24, -2.448, 7.164), 0.913, 0.0005);
    double luck = pen_sharpe_of_luck(100, 0.5 / 250);
    CHECK_NEAR("best of 100", luck, 0.1132, 0.00005);
    CHECK_NEAR("DSR", pen_sharpe_probability(2.5 / sqrt(250), luck, 1250, -3, 7), 0.9004, 0.00005);
    luck = pen_sharpe_of_luck(46, 0.5 / 250);
    CHECK_NEAR("DSR", pen_sharpe_probability(2.5 / sqrt(250), luck, 1250, -3, 7), 0.9505, 0.00005);
}

static void degenerate_series_have_no_ratios(void)
{
    double flat[10], one = 0.02, bad[3] = { 0, NAN, 0 };
    pen_performance p;
    pen_performance_options o = pen_performance_options_default();
    for (int t = 0; t < 10; t++)
        flat[t] = 0.01;
    CHECK_OK(pen_risk_performance(flat, flat, 10, NULL, &p));
    CHECK(isnan(p.sharpe) && isnan(p.skewness) && isnan(p.calmar) && isnan(p.omega));
    CHECK(isnan(p.beta) && p.stdev == 0 && p.hit_rate == 1 && isnan(p.sortino));
    CHECK_OK(pen_risk_performance(&one, NULL, 1, NULL, &p));
    CHECK(isnan(p.stdev) && isnan(p.sharpe) && p.best == 0.02 && fabs(p.total - 0.02) < 1e-17);
    CHECK_STATUS(pen_risk_performance(&one, NULL, 0, NULL, &p), PEN_E_ARG);
    CHECK_STATUS(pen_risk_performance(bad, NULL, 3, NULL, &p), PEN_E_ARG);
    CHECK_ERROR_SAYS("returns[1] is nan");
    CHECK_STATUS(pen_risk_performance(flat, bad, 3, NULL, &p), PEN_E_ARG);
    CHECK_ERROR_SAYS("benchmark[1] is nan");
    o.periods_per_year = 0;
    CHECK_STATUS(pen_risk_performance(flat, NULL, 10, &o, &p), PEN_E_ARG);
    o = pen_performance_options_default();
    o.n_trials = 10;
    CHECK_OK(pen_risk_performance(bacon, NULL, COUNT(bacon), &o, &p));
    CHECK(p.sharpe_deflated > 0 && p.sharpe_deflated < p.sharpe_probability);
}

static void every_failed_allocation_is_reported_and_leaves_nothing(void)
{
    double *x = make_returns(13);
    pen_drawdown_summary falls;
    pen_performance p;
    CHECK_EVERY_ALLOCATION(pen_risk_drawdowns(x, N, 0.9, NULL, NULL, 0, NULL, &falls));
    CHECK_EVERY_ALLOCATION(pen_risk_performance(x, x, N, NULL, &p));
    free(x);
}

static const check_test tests[] = {
    TEST(drawdowns_are_found_and_measured),
    TEST(odd_values_have_drawdowns_too),
    TEST(depths_are_those_of_looking_back),
    TEST(bacons_portfolio_has_his_ratios),
    TEST(ratios_are_their_definitions),
    TEST(sharpe_ratios_have_the_published_errors),
    TEST(degenerate_series_have_no_ratios),
    TEST(every_failed_allocation_is_reported_and_leaves_nothing),
};
TEST_MAIN(tests)
