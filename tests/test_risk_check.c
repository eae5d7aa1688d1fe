/* Forecasts of value at risk, their tests, and stress scenarios. */
#include "mathops.h"
#include "penstock/penstock.h"

enum { N = 400, WINDOW = 100 };

static double *make_returns(size_t p, size_t n, uint64_t seed)
{
    double *x = malloc(p * n * sizeof *x);
    pen_rng rng;
    pen_rng_init(&rng, seed, 0, 0, 0);
    for (size_t i = 0; i < p; i++)
        for (size_t t = 0; t < n; t++) {
            double sum = i > 0 ? 0.5 * x[t] : 0;
            for (int k = 0; k < 4; k++)
                sum += 0.01 * (pen_rng_uniform(&rng) - 0.5);
            x[i * n + t] = sum;
        }
    return x;
}

static void forecasts_know_the_window_only_and_not_the_threads(void)
{
    double *x = make_returns(1, N, 1), var[N], cvar[N], again[N];
    unsigned before = pen_cpu_threads();
    for (int m = 0; m < PEN_RISK_METHOD_COUNT; m++) {
        pen_risk_options o = pen_risk_options_default();
        pen_risk_value v;
        o.method = (pen_risk_method)m;
        o.n_paths = 200;
        pen_cpu_threads_set(4);
        CHECK_OK(pen_risk_forecast(&o, x, N, WINDOW, var, cvar));
        pen_cpu_threads_set(1);
        CHECK_OK(pen_risk_forecast(&o, x, N, WINDOW, again, NULL));
        for (int t = 0; t < N; t++)
            CHECK(t < WINDOW ? isnan(var[t]) && isnan(cvar[t]) : var[t] == again[t]);
        for (int t = WINDOW; t < N; t += 37) {
            CHECK_OK(pen_risk_estimate(&o, x + t - WINDOW, 1, WINDOW, NULL, &v, NULL));
            CHECK(v.var == var[t] && v.cvar == cvar[t]);
        }
    }
    pen_cpu_threads_set(before);
    CHECK_OK(pen_risk_forecast(NULL, x, WINDOW, WINDOW, var, NULL));
    CHECK(isnan(var[WINDOW - 1]));
    CHECK_STATUS(pen_risk_forecast(NULL, x, N, 1, var, NULL), PEN_E_ARG);
    pen_risk_options bad = pen_risk_options_default();
    bad.level = 2;
    CHECK_STATUS(pen_risk_forecast(&bad, x, N, WINDOW, var, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("level 2");
    x[7] = NAN;
    CHECK_STATUS(pen_risk_forecast(NULL, x, N, WINDOW, var, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("returns[7] is nan");
    free(x);
}

/* `hits` exceptions in n periods, spread evenly. */
static pen_risk_backtest check_hits(size_t n, size_t hits, double level)
{
    static double returns[1000], var[1000];
    pen_risk_backtest b;
    for (size_t t = 0; t < n; t++) {
        var[t] = 0.01;
        returns[t] = (t + 1) * hits / n > t * hits / n ? -0.02 : 0.001;
    }
    CHECK_OK(pen_risk_check(returns, var, n, level, &b));
    CHECK(b.n == n && b.exceptions == hits);
    CHECK_NEAR("expected", b.expected, (double)n * (1 - level), 1e-12);
    return b;
}

/* P. Kupiec, J. Derivatives 3 (1995) 73: the numbers of exceptions that a test at 5 % accepts. */
static void kupiecs_regions_come_out(void)
{
    static const struct {
        double level;
        size_t n, low, high; /* rejected from these outwards; low 0: none below */
    } rows[] = {
        { 0.99, 255, 0, 7 },   { 0.99, 510, 1, 11 },  { 0.99, 1000, 4, 17 },
        { 0.975, 255, 2, 12 }, { 0.975, 510, 6, 21 }, { 0.975, 1000, 15, 36 },
        { 0.95, 255, 6, 21 },  { 0.95, 510, 16, 36 }, { 0.95, 1000, 37, 65 },
        { 0.9, 255, 16, 36 },  { 0.9, 510, 38, 65 },  { 0.9, 1000, 81, 120 },
    };
    for (size_t k = 0; k < COUNT(rows); k++) {
        double level = rows[k].level;
        size_t n = rows[k].n;
        if (rows[k].low > 0) {
            CHECK(check_hits(n, rows[k].low, level).frequency_p < 0.05);
            CHECK(check_hits(n, rows[k].low + 1, level).frequency_p > 0.05);
        }
        CHECK(check_hits(n, rows[k].high, level).frequency_p < 0.05);
        CHECK(check_hits(n, rows[k].high - 1, level).frequency_p > 0.05);
    }
    CHECK_NEAR("as many as expected", check_hits(1000, 50, 0.95).frequency_ratio, 0, 1e-10);
    CHECK_NEAR("none", check_hits(100, 0, 0.95).frequency_ratio, -200 * log(0.95), 1e-10);
    CHECK(check_hits(100, 0, 0.95).independence_ratio == 0);
}

/* Christoffersen, Int. Economic Review 39 (1998) 841: transitions counted by hand. */
static void exceptions_in_a_row_are_noticed(void)
{
    static double returns[100], var[100];
    pen_risk_backtest b;
    for (int t = 0; t < 100; t++) {
        var[t] = 0.01;
        returns[t] = t >= 50 && t < 55 ? -0.03 : 0; /* 94 - 5 = 93 calm after calm */
    }
    CHECK_OK(pen_risk_check(returns, var, 100, 0.95, &b));
    double want = 93 * log(93 / 94.0) + log(1 / 94.0) + 4 * log(0.8) + log(0.2) -
                  94 * log(94 / 99.0) - 5 * log(5 / 99.0);
    CHECK_NEAR("independence", b.independence_ratio, 2 * want, 1e-12);
    CHECK_NEAR("p", b.independence_p, erfc(sqrt(want)), 1e-12);
    CHECK(b.independence_p < 1e-4 && b.frequency_p > 0.999);
    CHECK_NEAR("joint", b.joint_ratio, b.frequency_ratio + b.independence_ratio, 1e-12);
    CHECK_NEAR("joint p", b.joint_p, exp(-0.5 * b.joint_ratio), 1e-15);
    CHECK_NEAR("excess", b.worst_excess, 0.02, 1e-15);
    var[3] = returns[52] = NAN;
    CHECK_OK(pen_risk_check(returns, var, 100, 0.95, &b));
    CHECK(b.n == 98 && b.exceptions == 4);
    CHECK_OK(pen_risk_check(returns, var, 0, 0.95, &b));
    CHECK(b.n == 0 && isnan(b.joint_p));
    CHECK_STATUS(pen_risk_check(returns, var, 100, 0, &b), PEN_E_ARG);
}

/* Right forecasts are rejected as often as the test says. */
static void right_forecasts_pass(void)
{
    int rejected = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        double *x = make_returns(1, N, 100 + seed), var[N];
        pen_risk_options o = pen_risk_options_default();
        pen_risk_backtest b;
        o.level = 0.9;
        CHECK_OK(pen_risk_forecast(&o, x, N, WINDOW, var, NULL));
        CHECK_OK(pen_risk_check(x, var, N, o.level, &b));
        CHECK(b.n == N - WINDOW);
        rejected += b.joint_p < 0.01;
        free(x);
    }
    CHECK(rejected <= 8); /* 2 expected, and forecasts have an error of their own */
}

/* ---- stress ---- */

static void shocks_cost_what_the_weights_say(void)
{
    static const double w[3] = { 0.5, 0.7, -0.2 };
    const double shocks[2 * 3] = { -0.1, 0.05, -0.3, NAN, -0.2, NAN };
    double moves[6], losses[2];
    CHECK_OK(pen_risk_stress(w, 3, shocks, 2, NULL, moves, losses));
    CHECK_NEAR("first", losses[0], 0.05 - 0.035 - 0.06, 1e-16);
    CHECK_NEAR("second", losses[1], 0.14, 1e-16);
    CHECK(moves[3] == 0 && moves[4] == -0.2 && moves[2] == -0.3);
}

/* What follows one shocked asset does so by its beta, and by several by their regression. */
static void what_is_not_shocked_follows(void)
{
    enum { P = 4 };
    double *x = make_returns(P, N, 5), s[P * P], moves[2 * P], losses[2];
    static const double w[P] = { 0.25, 0.25, 0.25, 0.25 };
    const double shocks[2 * P] = { -0.1, NAN, NAN, NAN, NAN, -0.1, NAN, 0.04 };
    CHECK_OK(pen_covariance(NULL, x, P, N, s, NULL));
    CHECK_OK(pen_risk_stress(w, P, shocks, 2, s, moves, losses));
    for (int i = 1; i < P; i++)
        CHECK_NEAR("beta", moves[i], -0.1 * s[i] / s[0], 1e-15);
    CHECK(moves[0] == -0.1 && moves[P + 1] == -0.1 && moves[P + 3] == 0.04);
    const double *const others[] = { x + N, x + 3 * N };
    for (int i = 0; i < P; i += 2) {
        pen_coefficient c[3];
        pen_regression r;
        CHECK_OK(pen_statistic_regression(x + i * N, others, 2, N, 0, c, NULL, &r));
        CHECK_NEAR("regression", moves[P + i], -0.1 * c[1].value + 0.04 * c[2].value, 1e-13);
    }
    double sum = 0;
    for (int i = 0; i < P; i++)
        sum -= 0.25 * moves[i];
    CHECK_NEAR("loss", losses[0], sum, 1e-16);
    memcpy(x + N, x, N * sizeof *x); /* two of a kind, both shocked */
    const double both[P] = { -0.1, -0.2, NAN, NAN };
    CHECK_OK(pen_covariance(NULL, x, P, N, s, NULL));
    CHECK_STATUS(pen_risk_stress(w, P, both, 1, s, NULL, losses), PEN_E_ARG);
    CHECK_ERROR_SAYS("scenario 0 shocks depend on each other");
    const double wrong[P] = { INFINITY, 0, 0, 0 }, no_weight[P] = { 0, NAN, 0, 0 };
    CHECK_STATUS(pen_risk_stress(w, P, wrong, 1, NULL, NULL, losses), PEN_E_ARG);
    CHECK_STATUS(pen_risk_stress(no_weight, P, both, 1, NULL, NULL, losses), PEN_E_ARG);
    CHECK_ERROR_SAYS("weight 1 is nan");
    free(x);
}

static void every_failed_allocation_is_reported_and_leaves_nothing(void)
{
    double *x = make_returns(2, N, 6), var[N], s[4], loss;
    const double shock[2] = { -0.1, NAN }, w[2] = { 0.5, 0.5 };
    pen_cpu_threads_set(1);
    CHECK_OK(pen_covariance(NULL, x, 2, N, s, NULL));
    CHECK_EVERY_ALLOCATION(pen_risk_stress(w, 2, shock, 1, s, NULL, &loss));
    CHECK_EVERY_ALLOCATION(pen_risk_forecast(NULL, x, WINDOW + 3, WINDOW, var, NULL));
    free(x);
}

static const check_test tests[] = {
    TEST(forecasts_know_the_window_only_and_not_the_threads),
    TEST(kupiecs_regions_come_out),
    TEST(exceptions_in_a_row_are_noticed),
    TEST(right_forecasts_pass),
    TEST(shocks_cost_what_the_weights_say),
    TEST(what_is_not_shocked_follows),
    TEST(every_failed_allocation_is_reported_and_leaves_nothing),
};
TEST_MAIN(tests)
