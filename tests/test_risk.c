/* Risk against published values, closed forms and definitions written out again. */
#include "flow/risk/distribution.h"
#include "mathops.h"
#include "penstock/penstock.h"

enum { P = 4, N = 300 };

/* Returns of p assets with a common part and fat tails, [p][n]. */
static double *make_returns(size_t p, size_t n, uint64_t seed)
{
    double *x = malloc((p * n + 1) * sizeof *x), *common = malloc((n + 1) * sizeof *common);
    pen_rng rng;
    pen_rng_init(&rng, seed, 0, 0, 0);
    for (size_t t = 0; t < n; t++)
        common[t] = 0.01 * student_quantile(pen_rng_uniform(&rng), 5);
    for (size_t i = 0; i < p; i++)
        for (size_t t = 0; t < n; t++)
            x[i * n + t] = 0.0004 + (0.5 + 0.3 * (double)i) * common[t] +
                           0.008 * normal_quantile(pen_rng_uniform(&rng));
    free(common);
    return x;
}

static pen_risk_options by(pen_risk_method method)
{
    pen_risk_options o = pen_risk_options_default();
    o.method = method;
    o.n_paths = 4000;
    return o;
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

/* ---- laws ---- */

/* The normal quantiles of Abramowitz & Stegun, table 26.5, to more digits; Student's of 1, 2 and 4
 * degrees in closed form (Shaw, J. Comput. Finance 9 (2006) 37), others of table 26.10. */
static void quantiles_are_those_of_the_tables(void)
{
    const double pi = 4 * atan(1), alpha = 4 * 0.95 * 0.05;
    CHECK_NEAR("0.95", normal_quantile(0.95), 1.6448536269514722, 1e-15);
    CHECK_NEAR("0.975", normal_quantile(0.975), 1.9599639845400545, 1e-15);
    CHECK_NEAR("0.01", normal_quantile(0.01), -2.3263478740408408, 1e-15);
    CHECK(fabs(normal_quantile(0.5)) < 1e-16);
    CHECK_NEAR("1e-300", normal_quantile(1e-300), -37.0471, 1e-4);
    CHECK_NEAR("t 1", student_quantile(0.975, 1), tan(0.475 * pi), 1e-12);
    CHECK_NEAR("t 2", student_quantile(0.99, 2), 0.98 * sqrt(2 / (1 - 0.98 * 0.98)), 1e-13);
    CHECK_NEAR("t 3", student_quantile(0.01, 3), -4.541, 0.0005);
    CHECK_NEAR("t 4", student_quantile(0.95, 4),
               2 * sqrt(cos(acos(sqrt(alpha)) / 3) / sqrt(alpha) - 1), 1e-14);
    CHECK_NEAR("t 5", student_quantile(0.95, 5), 2.015, 0.0005);
    CHECK_NEAR("t 10", student_quantile(0.975, 10), 2.228, 0.0005);
    CHECK_NEAR("t 120", student_quantile(0.995, 120), 2.617, 0.0005);
    CHECK_NEAR("t 1e7", student_quantile(0.99, 1e7), normal_quantile(0.99), 1e-6);
    CHECK_NEAR("t infinite", student_quantile(0.99, INFINITY), normal_quantile(0.99), 0);
    for (double degrees = 2.1; degrees < 300; degrees *= 3) /* the density is the slope */
        for (double x = -3; x < 4; x += 1.7) {
            double slope = (student_above(x - 1e-5, degrees) - student_above(x + 1e-5, degrees));
            CHECK_NEAR("density", student_density(x, degrees), slope / 2e-5, 1e-9);
        }
}

static void names_are_parsed(void)
{
    pen_risk_method method;
    for (int m = 0; m < PEN_RISK_METHOD_COUNT; m++) {
        CHECK_OK(pen_risk_method_parse(pen_risk_method_name((pen_risk_method)m), &method));
        CHECK(method == (pen_risk_method)m && pen_risk_method_text(method) != NULL);
    }
    CHECK(pen_risk_method_name(PEN_RISK_METHOD_COUNT) == NULL);
    CHECK_STATUS(pen_risk_method_parse("historic", &method), PEN_E_NOTFOUND);
    CHECK_ERROR_SAYS("did you mean 'historical'?");
}

/* ---- each method ---- */

/* 100 losses 1 ... 100: 95 are at most 95; the worst five have the mean 98. */
static void historical_is_an_order_statistic_and_the_mean_beyond(void)
{
    double x[100];
    pen_risk_options o = by(PEN_RISK_HISTORICAL);
    pen_risk_value v;
    const double one = 1;
    for (int t = 0; t < 100; t++)
        x[t] = -(double)((t * 37) % 100 + 1) / 1000;
    CHECK_OK(pen_risk_estimate(&o, x, 1, 100, &one, &v, NULL));
    CHECK_NEAR("var", v.var, 0.095, 1e-17);
    CHECK_NEAR("cvar", v.cvar, 0.098, 1e-16);
    CHECK(v.n_used == 100 && v.var_error > 0.001 && v.var_error < 0.004);
    o.level = 0.955; /* the 96th; of the worst 4.5 % half a loss of 96 is a part */
    CHECK_OK(pen_risk_estimate(&o, x, 1, 100, &one, &v, NULL));
    CHECK_NEAR("var", v.var, 0.096, 1e-17);
    CHECK_NEAR("cvar", v.cvar, (0.5 * 0.096 + 0.097 + 0.098 + 0.099 + 0.1) / 4.5, 1e-16);
    o.level = 0.999;
    CHECK_OK(pen_risk_estimate(&o, x, 1, 100, &one, &v, NULL));
    CHECK(v.var == 0.1 && v.cvar == 0.1);
    for (int t = 0; t < 100; t++)
        x[t] = t == 7 ? -0.5 : t == 8 ? 1 : 0.1; /* 0.5 1 and 1 2 cancel */
    o = by(PEN_RISK_HISTORICAL);
    o.horizon = 2;
    o.level = 0.99;
    CHECK_OK(pen_risk_estimate(&o, x, 1, 100, &one, &v, NULL));
    CHECK_NEAR("two periods", v.var, 1 - 1.1 * 0.5, 1e-15);
    CHECK(isnan(v.var_error));
}

static void filtered_returns_have_todays_volatility(void)
{
    double *x = make_returns(1, N, 3), losses[N], mean = mean_of(x, N), now, then[N], largest = 0;
    pen_risk_options o = by(PEN_RISK_FILTERED);
    pen_risk_value v;
    o.decay = 0.9;
    o.horizon = 4;
    o.level = 0.9999;
    now = stdev_of(x, N) * stdev_of(x, N);
    for (int t = 0; t < N; t++) {
        then[t] = now;
        now = 0.9 * now + 0.1 * (x[t] - mean) * (x[t] - mean);
    }
    for (int t = 0; t < N; t++) {
        losses[t] = -2 * x[t] * sqrt(now / then[t]);
        largest = fmax(largest, losses[t]);
    }
    CHECK_OK(pen_risk_estimate(&o, x, 1, N, NULL, &v, NULL));
    CHECK_NEAR("var", v.var, largest, 1e-13);
    for (int t = 0; t < N; t++)
        x[t] = t % 2 == 0 ? 0.01 : -0.01; /* one volatility: nothing to filter */
    o = by(PEN_RISK_FILTERED);
    CHECK_OK(pen_risk_estimate(&o, x, 1, N, NULL, &v, NULL));
    CHECK_NEAR("var", v.var, 0.01, 1e-5);
    free(x);
}

/* Two returns a day apart by which sample moments are exact. */
static void laws_are_their_closed_forms(void)
{
    double *x = make_returns(P, N, 4), pnl[N], z = 2.3263478740408408;
    static const double w[P] = { 0.4, 0.3, 0.5, -0.2 };
    pen_risk_portfolio(x, P, N, w, pnl);
    double mean = mean_of(pnl, N), stdev = stdev_of(pnl, N), squares = 0, weights = 0;
    pen_risk_options o = by(PEN_RISK_NORMAL);
    pen_risk_value v;
    o.level = 0.99;
    o.horizon = 10;
    CHECK_OK(pen_risk_estimate(&o, x, P, N, w, &v, NULL));
    double density = exp(-0.5 * z * z) / sqrt(8 * atan(1));
    CHECK_NEAR("normal", v.var, z * sqrt(10) * stdev - 10 * mean, 1e-14);
    CHECK_NEAR("normal", v.cvar, density / 0.01 * sqrt(10) * stdev - 10 * mean, 1e-13);
    CHECK(isnan(v.var_error) && isnan(v.degrees) && isnan(v.skewness) && v.n_used == N);
    o = by(PEN_RISK_STUDENT); /* beyond t the mean is (4 + t^2) / 3 f(t) / 0.01 */
    o.level = 0.99;
    o.degrees = 4;
    CHECK_OK(pen_risk_estimate(&o, x, P, N, w, &v, NULL));
    double root = sqrt(4 * 0.99 * 0.01), t = 2 * sqrt(cos(acos(root) / 3) / root - 1);
    double f = 12 / pow(4 + t * t, 2.5);
    CHECK_NEAR("student", v.var, t / sqrt(2) * stdev - mean, 1e-14);
    CHECK_NEAR("student", v.cvar, (4 + t * t) / 3 * f / 0.01 / sqrt(2) * stdev - mean, 1e-13);
    o.degrees = INFINITY;
    CHECK_OK(pen_risk_estimate(&o, x, P, N, w, &v, NULL));
    CHECK_NEAR("infinite degrees", v.var, z * stdev - mean, 1e-15);
    o = by(PEN_RISK_EWMA);
    o.level = 0.99;
    for (int k = 0; k < N; k++) {
        squares += pow(0.94, k) * pnl[N - 1 - k] * pnl[N - 1 - k];
        weights += pow(0.94, k);
    }
    CHECK_OK(pen_risk_estimate(&o, x, P, N, w, &v, NULL));
    CHECK_NEAR("ewma", v.var, z * sqrt(squares / weights), 1e-14);
    CHECK(v.mean == 0);
    o = by(PEN_RISK_NORMAL);
    o.covariance.kind = PEN_COVARIANCE_LEDOIT_WOLF;
    o.covariance.shrinkage = 1; /* independent assets of one variance */
    CHECK_OK(pen_risk_estimate(&o, x, P, N, w, &v, NULL));
    double variance = 0;
    for (int i = 0; i < P; i++)
        variance += pow(stdev_of(x + i * N, N), 2) * (N - 1) / N / P;
    CHECK_NEAR("estimator", v.stdev, sqrt(variance * (0.16 + 0.09 + 0.25 + 0.04)), 1e-15);
    free(x);
}

/* The fourth-order quantile, integrated over the tail by Simpson's rule. */
static void expansion_is_its_polynomial_and_the_mean_of_it(void)
{
    enum { STEPS = 20000 };
    double *x = make_returns(1, N, 5), mean = mean_of(x, N), m[5] = { 0 };
    for (int t = 0; t < N; t++)
        for (int k = 2; k < 5; k++)
            m[k] += pow(x[t] - mean, k) / N;
    double h = 5, s = m[3] / pow(m[2], 1.5) / sqrt(h), k = (m[4] / m[2] / m[2] - 3) / h;
    double z = -1.6448536269514722, low = -12, sum = 0, stdev = stdev_of(x, N) * sqrt(h);
    pen_risk_options o = by(PEN_RISK_CORNISH_FISHER);
    pen_risk_value v;
    o.horizon = 5;
    CHECK_OK(pen_risk_estimate(&o, x, 1, N, NULL, &v, NULL));
#define QUANTILE(z)                                                                                \
    (z + (z * z - 1) / 6 * s + (z * z * z - 3 * z) / 24 * k - (2 * z * z * z - 5 * z) / 36 * s * s)
    CHECK_NEAR("var", v.var, -h * mean - stdev * QUANTILE(z), 1e-14);
    for (int i = 0; i <= STEPS; i++) {
        double at = low + (z - low) * i / STEPS, weight = i == 0 || i == STEPS ? 1 : i % 2 ? 4 : 2;
        sum += weight * QUANTILE(at) * exp(-0.5 * at * at) / sqrt(8 * atan(1));
    }
    CHECK_NEAR("cvar", v.cvar, -h * mean - stdev * sum * (z - low) / STEPS / 3 / 0.05, 1e-12);
    CHECK_NEAR("skewness", v.skewness, s * sqrt(h), 1e-12);
    CHECK_NEAR("kurtosis", v.kurtosis, k * h, 1e-12);
    CHECK(v.is_monotone);
    for (int t = 0; t < N; t++)
        x[t] = t == 3 ? -0.5 : 1e-4 * (t % 7); /* one crash: far outside what an expansion can do */
    o.horizon = 1;
    o.level = 0.99;
    CHECK_OK(pen_risk_estimate(&o, x, 1, N, NULL, &v, NULL));
    CHECK(!v.is_monotone);
    free(x);
}

static void likeliest_degrees_are_found(void)
{
    enum { MANY = 20000 };
    static double x[MANY];
    static const double truth[] = { 3, 6, 20 };
    for (size_t k = 0; k < COUNT(truth); k++) {
        pen_rng rng;
        pen_rng_init(&rng, 8, (uint32_t)k, 0, 0);
        for (int t = 0; t < MANY; t++)
            x[t] = 0.001 + 0.02 * student_quantile(pen_rng_uniform(&rng), truth[k]);
        pen_risk_options o = by(PEN_RISK_STUDENT);
        pen_risk_value v;
        CHECK_OK(pen_risk_estimate(&o, x, 1, MANY, NULL, &v, NULL));
        CHECK_NEAR("degrees", 1 / v.degrees, 1 / truth[k], 0.02);
    }
}

/* ---- simulation ---- */

static void simulated_risk_is_within_its_error(void)
{
    double *x = make_returns(1, N, 6);
    pen_risk_options o = by(PEN_RISK_MONTE_CARLO), exact = by(PEN_RISK_NORMAL);
    pen_risk_value v, want;
    int good_var = 0, good_cvar = 0;
    o.degrees = INFINITY;
    CHECK_OK(pen_risk_estimate(&exact, x, 1, N, NULL, &want, NULL));
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        o.seed = seed;
        CHECK_OK(pen_risk_estimate(&o, x, 1, N, NULL, &v, NULL));
        good_var += fabs(v.var - want.var) <= 3 * v.var_error;
        good_cvar += fabs(v.cvar - want.cvar) <= 3 * v.cvar_error;
    }
    CHECK(good_var >= 990);
    CHECK(good_cvar >= 990);
    o.degrees = exact.degrees = 4;
    exact.method = PEN_RISK_STUDENT;
    o.n_paths = 400000;
    CHECK_OK(pen_risk_estimate(&exact, x, 1, N, NULL, &want, NULL));
    CHECK_OK(pen_risk_estimate(&o, x, 1, N, NULL, &v, NULL));
    CHECK_NEAR("student", v.var, want.var, 3 * v.var_error);
    CHECK_NEAR("student", v.cvar, want.cvar, 3 * v.cvar_error);
    CHECK(v.var_error < 0.01 * v.var && v.degrees == 4);
    free(x);
}

/* Many periods of a small fat-tailed return are nearly lognormal. */
static void simulated_paths_compound(void)
{
    double *x = make_returns(1, N, 7), mean = mean_of(x, N), stdev = stdev_of(x, N);
    pen_risk_options o = by(PEN_RISK_MONTE_CARLO);
    pen_risk_value v;
    o.degrees = INFINITY;
    o.horizon = 100;
    o.n_paths = 100000;
    CHECK_OK(pen_risk_estimate(&o, x, 1, N, NULL, &v, NULL));
    double log_stdev = sqrt(log1p(stdev * stdev / (1 + mean) / (1 + mean)));
    double log_mean = log1p(mean) - 0.5 * log_stdev * log_stdev;
    double want = 1 - exp(100 * log_mean - 1.6448536269514722 * 10 * log_stdev);
    CHECK_NEAR("lognormal", v.var, want, 4 * v.var_error);
    CHECK(v.var < 1 && v.cvar < 1);
    free(x);
}

static void any_number_of_threads_gives_the_same_bits(void)
{
    double *x = make_returns(P, N, 8);
    pen_risk_value one, many;
    pen_risk_part parts[2][P];
    unsigned before = pen_cpu_threads();
    for (int m = 0; m < PEN_RISK_METHOD_COUNT; m++) {
        pen_risk_options o = by((pen_risk_method)m);
        o.n_paths = 5001;
        pen_cpu_threads_set(1);
        CHECK_OK(pen_risk_estimate(&o, x, P, N, NULL, &one, parts[0]));
        pen_cpu_threads_set(4);
        CHECK_OK(pen_risk_estimate(&o, x, P, N, NULL, &many, parts[1]));
        CHECK(memcmp(&one.var, &many.var, sizeof one.var) == 0 && one.cvar == many.cvar);
        CHECK(memcmp(parts[0], parts[1], sizeof parts[0]) == 0);
    }
    pen_cpu_threads_set(before);
    free(x);
}

/* ---- parts ---- */

static void components_sum_to_the_whole(void)
{
    static const double w[P] = { 0.4, 0.3, 0.5, -0.2 };
    double *x = make_returns(P, N, 9), pnl[N];
    pen_risk_portfolio(x, P, N, w, pnl);
    for (int m = 0; m < 2 * PEN_RISK_METHOD_COUNT; m++) {
        pen_risk_options o = by((pen_risk_method)(m / 2));
        pen_risk_value v, without;
        pen_risk_part part[P];
        double var = 0, cvar = 0, stdev = 0, rest[P];
        o.horizon = m % 2 == 0 ? 1 : 3;
        CHECK_OK(pen_risk_estimate(&o, x, P, N, w, &v, part));
        for (int i = 0; i < P; i++) {
            var += part[i].component_var;
            cvar += part[i].component_cvar;
            stdev += part[i].component_stdev;
            CHECK(part[i].component_var == w[i] * part[i].marginal_var && part[i].weight == w[i]);
        }
        CHECK_NEAR(pen_risk_method_name(o.method), var, v.var, 1e-14);
        CHECK_NEAR(pen_risk_method_name(o.method), cvar, v.cvar, 1e-14);
        CHECK_NEAR(pen_risk_method_name(o.method), stdev, v.stdev, 1e-15);
        CHECK(v.cvar > v.var && v.var > 0);
        if (o.method == PEN_RISK_MONTE_CARLO || o.method == PEN_RISK_STUDENT ||
            o.method == PEN_RISK_FILTERED)
            continue; /* these draw, or fit the portfolio, again */
        memcpy(rest, w, sizeof rest);
        rest[2] = 0;
        CHECK_OK(pen_risk_estimate(&o, x, P, N, rest, &without, NULL));
        CHECK_NEAR("incremental", part[2].incremental_var, v.var - without.var, 1e-15);
        CHECK_NEAR("incremental", part[2].incremental_cvar, v.cvar - without.cvar, 1e-15);
        memset(rest, 0, sizeof rest);
        rest[3] = w[3];
        CHECK_OK(pen_risk_estimate(&o, x, P, N, rest, &without, NULL));
        CHECK_NEAR("alone", part[3].var, without.var, 1e-15);
        CHECK_NEAR("alone", part[3].cvar, without.cvar, 1e-15);
    }
    free(x);
}

/* Central differences of what is smooth in the weights. */
static void marginals_are_derivatives(void)
{
    static const pen_risk_method smooth[] = { PEN_RISK_NORMAL, PEN_RISK_STUDENT,
                                              PEN_RISK_CORNISH_FISHER, PEN_RISK_EWMA };
    double *x = make_returns(P, N, 10), w[P] = { 0.4, 0.3, 0.5, -0.2 };
    for (size_t m = 0; m < COUNT(smooth); m++)
        for (int i = 0; i < P; i++) {
            pen_risk_options o = by(smooth[m]);
            pen_risk_value v, up, down;
            pen_risk_part part[P];
            double step = 1e-4, keep = w[i];
            o.degrees = 4;
            o.horizon = 2;
            CHECK_OK(pen_risk_estimate(&o, x, P, N, w, &v, part));
            w[i] = keep + step;
            CHECK_OK(pen_risk_estimate(&o, x, P, N, w, &up, NULL));
            w[i] = keep - step;
            CHECK_OK(pen_risk_estimate(&o, x, P, N, w, &down, NULL));
            w[i] = keep;
            const char *name = pen_risk_method_name(o.method);
            CHECK_NEAR(name, part[i].marginal_var, (up.var - down.var) / 2 / step, 1e-8);
            CHECK_NEAR(name, part[i].marginal_cvar, (up.cvar - down.cvar) / 2 / step, 1e-8);
            CHECK_NEAR(name, part[i].marginal_stdev, (up.stdev - down.stdev) / 2 / step, 1e-9);
        }
    free(x);
}

/* P. Jorion, "Value at Risk", 3rd ed. 2006, chapter 7: 2 million Canadian dollars at 5 % volatility
 * and 1 million euros at 12 %, uncorrelated, with 1.65 for the quantile. */
static void jorions_two_currencies_come_out(void)
{
    double a = 0.05, b = 0.12, millions = 3, to_book = 1.65 / 1.6448536269514722;
    const double x[2 * 4] = { a, a, -a, -a, b, -b, b, -b }, w[] = { 2 / 3.0, 1 / 3.0 };
    pen_risk_options o = by(PEN_RISK_NORMAL);
    pen_risk_value v;
    pen_risk_part part[2];
    o.covariance.is_zero_mean = true;
    CHECK_OK(pen_risk_estimate(&o, x, 2, 4, w, &v, part));
    double usd = 1e6 * millions * to_book;
    CHECK_NEAR("volatility", v.stdev * 3e6, 156205, 0.5);
    CHECK_NEAR("portfolio", v.var * usd, 257738, 1);
    CHECK_NEAR("CAD alone", part[0].var * usd, 165000, 1e-6);
    CHECK_NEAR("EUR alone", part[1].var * usd, 198000, 1e-6);
    CHECK_NEAR("CAD marginal", part[0].marginal_var * to_book, 0.0528, 5e-5);
    CHECK_NEAR("EUR marginal", part[1].marginal_var * to_book, 0.1521, 5e-5);
    CHECK_NEAR("CAD component", part[0].component_var * usd, 105630, 1);
    CHECK_NEAR("EUR component", part[1].component_var * usd, 152108, 1);
    CHECK_NEAR("CAD incremental", part[0].incremental_var * usd, 257738 - 198000, 1);
}

/* ---- missing, degenerate, wrong ---- */

static void missing_returns_are_left_out_and_no_volatility_is_no_risk(void)
{
    double *x = make_returns(2, N, 11), whole[2 * N];
    pen_risk_value one, two;
    pen_risk_part part[2];
    size_t left = 0;
    x[5] = x[N + 9] = NAN;
    for (int i = 0; i < 2; i++)
        for (int t = 0; t < N; t++)
            if (t != 5 && t != 9)
                whole[left++] = x[i * N + t];
    for (int m = 0; m < PEN_RISK_METHOD_COUNT; m++) {
        pen_risk_options o = by((pen_risk_method)m);
        CHECK_OK(pen_risk_estimate(&o, x, 2, N, NULL, &one, NULL));
        CHECK_OK(pen_risk_estimate(&o, whole, 2, N - 2, NULL, &two, NULL));
        CHECK(one.n_used == N - 2 && one.var == two.var && one.cvar == two.cvar);
    }
    for (int i = 0; i < 2 * N; i++)
        whole[i] = 0.001;
    for (int m = 0; m < PEN_RISK_METHOD_COUNT; m++) {
        pen_risk_options o = by((pen_risk_method)m);
        double want = m == PEN_RISK_EWMA ? NAN : -0.001; /* of mean 0 it is volatility */
        CHECK_OK(pen_risk_estimate(&o, whole, 2, N, NULL, &one, part));
        CHECK(isnan(want) || fabs(one.var - want) < 1e-15);
        CHECK(isnan(want) || (one.stdev == 0 && fabs(one.cvar - want) < 1e-15));
        CHECK_NEAR("components", part[0].component_var + part[1].component_var, one.var, 1e-15);
    }
    const double nothing[] = { 0, 0 };
    for (int m = 0; m < PEN_RISK_METHOD_COUNT; m++) {
        pen_risk_options o = by((pen_risk_method)m);
        CHECK_OK(pen_risk_estimate(&o, x, 2, N, nothing, &one, part));
        CHECK(one.var == 0 && one.cvar == 0 && isfinite(part[0].marginal_var));
    }
    free(x);
}

static void what_has_no_risk_is_refused(void)
{
    double x[8] = { 0.1, 0.2, -0.1, 0, 0.1, 0, 0.3, 0 }, w[2] = { 1, NAN };
    pen_risk_value v;
    pen_risk_options o = pen_risk_options_default();
    CHECK_STATUS(pen_risk_estimate(&o, x, 0, 4, NULL, &v, NULL), PEN_E_ARG);
    CHECK_STATUS(pen_risk_estimate(&o, x, 2, 1, NULL, &v, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("1 of 1 observations have no missing value, expected 2");
    CHECK_STATUS(pen_risk_estimate(&o, x, 2, 4, w, &v, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("weight 1 is nan");
    CHECK_STATUS(pen_risk_estimate(&o, x, SIZE_MAX / 2, 4, NULL, &v, NULL), PEN_E_SIZE);
    static const struct {
        double level;
        size_t horizon;
        double decay, degrees;
        const char *text;
    } rows[] = {
        { 0, 1, 0.94, 0, "level 0" },       { 1, 1, 0.94, 0, "level 1" },
        { NAN, 1, 0.94, 0, "level nan" },   { 0.95, 0, 0.94, 0, "horizon 0" },
        { 0.95, 5, 0.94, 0, "expected 5" }, { 0.95, 1, 1, 0, "decay 1" },
        { 0.95, 1, 0.94, 2, "degrees 2" },  { 0.95, 1, 0.94, NAN, "degrees nan" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        o = pen_risk_options_default();
        o.level = rows[i].level;
        o.horizon = rows[i].horizon;
        o.decay = rows[i].decay;
        o.degrees = rows[i].degrees;
        CHECK_STATUS(pen_risk_estimate(&o, x, 2, 4, NULL, &v, NULL), PEN_E_ARG);
        CHECK_ERROR_SAYS(rows[i].text);
    }
    o = by(PEN_RISK_MONTE_CARLO);
    o.n_paths = 1;
    CHECK_STATUS(pen_risk_estimate(&o, x, 2, 4, NULL, &v, NULL), PEN_E_ARG);
    x[6] = INFINITY;
    CHECK_STATUS(pen_risk_estimate(NULL, x, 2, 4, NULL, &v, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("asset 1 at observation 2 is infinite");
}

static void every_failed_allocation_is_reported_and_leaves_nothing(void)
{
    double *x = make_returns(P, N, 13);
    pen_risk_value v;
    pen_risk_part parts[P];
    for (int m = 0; m < PEN_RISK_METHOD_COUNT; m++) {
        pen_risk_options o = by((pen_risk_method)m);
        CHECK_EVERY_ALLOCATION(pen_risk_estimate(&o, x, P, N, NULL, &v, parts));
    }
    free(x);
}

static const check_test tests[] = {
    TEST(quantiles_are_those_of_the_tables),
    TEST(names_are_parsed),
    TEST(historical_is_an_order_statistic_and_the_mean_beyond),
    TEST(filtered_returns_have_todays_volatility),
    TEST(laws_are_their_closed_forms),
    TEST(expansion_is_its_polynomial_and_the_mean_of_it),
    TEST(likeliest_degrees_are_found),
    TEST(simulated_risk_is_within_its_error),
    TEST(simulated_paths_compound),
    TEST(any_number_of_threads_gives_the_same_bits),
    TEST(components_sum_to_the_whole),
    TEST(marginals_are_derivatives),
    TEST(jorions_two_currencies_come_out),
    TEST(missing_returns_are_left_out_and_no_volatility_is_no_risk),
    TEST(what_has_no_risk_is_refused),
    TEST(every_failed_allocation_is_reported_and_leaves_nothing),
};
TEST_MAIN(tests)
