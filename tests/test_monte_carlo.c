/* Estimates: against closed forms and quadratures, with errors that mean what they say; the same
 * bits everywhere. */
#include <complex.h>

#include "check.h"
#include "device_matrix.h"
#include "machine/base/alloc.h"
#include "monte_carlo.h"

static void european_options_and_their_greeks(void)
{
    double d1 = (log(S0 / STRIKE) + RATE) / VOL + VOL / 2, d2 = d1 - VOL, df = exp(-RATE);
    const double call[] = { cdf(d1), pdf(d1) / (S0 * VOL), S0 * pdf(d1), STRIKE * df * cdf(d2) };
    const double digital[] = { df * pdf(d2) / (S0 * VOL),
                               -df * pdf(d2) * d1 / (S0 * S0 * VOL * VOL), -df * pdf(d2) * d1 / VOL,
                               df * (pdf(d2) / VOL - cdf(d2)) };
    for (int dates = 1; dates <= 4; dates += 3)
        for (pen_dtype d = PEN_F32; d <= PEN_F64; d++)
            for (int method = PEN_GREEK_AUTO; method <= PEN_GREEK_LIKELIHOOD; method++) {
                pen_simulation s = model_of(PEN_GEOMETRIC_BROWNIAN, (size_t)dates, 1);
                pen_monte_carlo options = pen_monte_carlo_default();
                pen_monte_carlo_out out;
                options.wants_greeks = true;
                options.greek_method = (pen_greek_method)method;
                CHECK_OK(run(first_queue(), d, &s, &options, "max(S - K, 0)", &out));
                check_estimate("call", out.price, lognormal_call(S0 * exp(RATE), VOL, STRIKE));
                CHECK(out.price.error < 0.7 * out.plain_error);
                CHECK(out.n_paths == 100000);
                for (int g = 0; g < PEN_SENSITIVITIES; g++) {
                    check_estimate("a greek of the call", out.greeks[g], call[g]);
                    CHECK(out.methods[g] == (method == PEN_GREEK_AUTO ? PEN_GREEK_PATHWISE
                                                                      : (pen_greek_method)method));
                }
                if (method == PEN_GREEK_PATHWISE)
                    continue;
                CHECK_OK(run(first_queue(), d, &s, &options, "S > K", &out));
                check_estimate("digital", out.price, df * cdf(d2));
                for (int g = 0; g < PEN_SENSITIVITIES; g++) {
                    check_estimate("a greek of the digital", out.greeks[g], digital[g]);
                    CHECK(out.methods[g] == PEN_GREEK_LIKELIHOOD);
                }
            }
    matrix_restore();
}

/* The geometric mean of n dates is lognormal (Kemna and Vorst 1990). */
static void geometric_asian_option(void)
{
    enum { N = 12 };
    double mean_log = 0, variance = 0;
    for (int k = 1; k <= N; k++) {
        mean_log += (RATE - VOL * VOL / 2) * k / N / N;
        for (int j = 1; j <= N; j++)
            variance += VOL * VOL * (j < k ? j : k) / N / N / N;
    }
    double mean = S0 * exp(mean_log + variance / 2);
    double want = lognormal_call(mean, sqrt(variance), STRIKE);
    pen_simulation s = model_of(PEN_GEOMETRIC_BROWNIAN, N, 1);
    pen_monte_carlo options = pen_monte_carlo_default();
    pen_monte_carlo_out out, plain;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(exp(mean(log(S))) - K, 0)", &out));
    check_estimate("geometric", out.price, want);

    /* It is the classical control of the arithmetic one, whose value lies close above. */
    pen_payoff *control;
    const pen_payoff_parameter strike = { "K", STRIKE };
    CHECK_OK(pen_payoff_create("max(exp(mean(log(S))) - K, 0)", &strike, 1, &control));
    options.use_prices = false;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(mean(S) - K, 0)", &plain));
    options.controls = (const pen_payoff *const[]){ control };
    options.control_values = &want;
    options.n_controls = 1;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(mean(S) - K, 0)", &out));
    CHECK(out.price.error < plain.price.error / 15 && out.plain_error == plain.price.error);
    CHECK(fabs(out.price.value - plain.price.value) < 4 * plain.price.error);
    CHECK(out.price.value > want && out.price.value < want + 0.3);
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(exp(mean(log(S))) - K, 0)", &out));
    CHECK_NEAR("the control itself", out.price.value, want, 1e-12);
    CHECK(out.price.error < 1e-8);
    pen_payoff_destroy(control);
    matrix_restore();
}

/* Greeks of a payoff of the path, pathwise, against differences over the same paths. */
static void pathwise_greeks_are_derivatives(void)
{
    static const char *const texts[] = {
        "max(mean(S) - K, 0)",
        "max(max(S) - K, 0) + max(K - min(S), 0)",
        "sum(max(S / prev(S) - 1, 0)^2) * 100 + sqrt(S) + exp(S / 100) + log(mean(S)) + abs(S - K)",
        "cdf(S / 100 - 1) * S - (S / 50)^1.5 + pay(S) / 10 + at(S, 2)^2 / S",
    };
    pen_monte_carlo options = pen_monte_carlo_default();
    options.n_paths = 20000;
    options.use_prices = false;
    for (size_t k = 0; k < COUNT(texts); k++) {
        pen_simulation s = model_of(PEN_GEOMETRIC_BROWNIAN, 6, 1);
        pen_monte_carlo_out out, up, down;
        options.wants_greeks = true;
        options.greek_method = PEN_GREEK_PATHWISE;
        CHECK_OK(run(first_queue(), PEN_F64, &s, &options, texts[k], &out));
        options.wants_greeks = false;
        const double h = 1e-5;
        const double px[] = { S0 * (1 + h), S0 * (1 - h) }, vol[] = { VOL + h, VOL - h };
        s.initial_px = &px[0];
        CHECK_OK(run(first_queue(), PEN_F64, &s, &options, texts[k], &up));
        s.initial_px = &px[1];
        CHECK_OK(run(first_queue(), PEN_F64, &s, &options, texts[k], &down));
        double scale = 1 + fabs(out.price.value);
        CHECK_NEAR("delta", out.greeks[PEN_DELTA].value,
                   (up.price.value - down.price.value) / (2 * h * S0), 2e-4 * scale);
        s.initial_px = (const double[]){ S0 };
        s.vol_frac = &vol[0];
        CHECK_OK(run(first_queue(), PEN_F64, &s, &options, texts[k], &up));
        s.vol_frac = &vol[1];
        CHECK_OK(run(first_queue(), PEN_F64, &s, &options, texts[k], &down));
        CHECK_NEAR("vega", out.greeks[PEN_VEGA].value,
                   (up.price.value - down.price.value) / (2 * h), 2e-3 * scale);
        s.vol_frac = (const double[]){ VOL };
        s.rate_frac = RATE + h;
        CHECK_OK(run(first_queue(), PEN_F64, &s, &options, texts[k], &up));
        s.rate_frac = RATE - h;
        CHECK_OK(run(first_queue(), PEN_F64, &s, &options, texts[k], &down));
        CHECK_NEAR("rho", out.greeks[PEN_RHO].value, (up.price.value - down.price.value) / (2 * h),
                   2e-3 * scale);
    }
    matrix_restore();
}

/* ---- other processes ---- */

/* Merton's series of Black-Scholes prices. */
static double merton_call(double lambda, double mean, double stdev)
{
    double growth = exp(mean + stdev * stdev / 2), weight = exp(-lambda * growth), sum = 0;
    for (int n = 0; n < 60; n++) {
        double deviation = sqrt(VOL * VOL + n * stdev * stdev);
        double rate = RATE - lambda * (growth - 1) + n * log(growth);
        double d = (log(S0 / STRIKE) + rate) / deviation + deviation / 2;
        sum += weight * (S0 * cdf(d) - STRIKE * exp(-rate) * cdf(d - deviation));
        weight *= lambda * growth / (n + 1);
    }
    return sum;
}

static void jumps_have_mertons_law(void)
{
    pen_simulation s = model_of(PEN_MERTON, 1, 1);
    pen_monte_carlo options = pen_monte_carlo_default();
    pen_monte_carlo_out out;
    double want = merton_call(0.5, -0.1, 0.15);
    for (int dates = 1; dates <= 5; dates += 4)
        for (pen_dtype d = PEN_F32; d <= PEN_F64; d++) {
            s.n_dates = (size_t)dates;
            CHECK_OK(run(first_queue(), d, &s, &options, "max(S - K, 0)", &out));
            check_estimate("Merton's call", out.price, want);
        }
    s.parameters[0] = 8; /* many jumps */
    s.n_dates = 1;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(S - K, 0)", &out));
    check_estimate("with many jumps", out.price, merton_call(8, -0.1, 0.15));
    s.parameters[0] = 200;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &options, "S", &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("200 jumps are expected in a substep");
    matrix_restore();
}

/* Heston's call by Lewis's single integral (2001) of the characteristic function as Albrecher and
 * others (2007) write it, which has no branch to cross; the trapezoid rule. */
static double heston_call(double kappa, double theta, double xi, double rho, double v0)
{
    double k = log(S0 / STRIKE) + RATE, sum = 0, h = 0.002;
    for (int j = 0; j < 100000; j++) {
        double complex u = (j + 0.5) * h - 0.5 * I;
        double complex b = kappa - rho * xi * I * u;
        double complex d = csqrt(b * b + xi * xi * (I * u + u * u)), g = (b - d) / (b + d);
        double complex e = cexp(-d);
        double complex c = kappa * theta / (xi * xi) * ((b - d) - 2 * clog((1 - g * e) / (1 - g)));
        double complex value =
            cexp(c + v0 / (xi * xi) * (b - d) * (1 - e) / (1 - g * e) + I * ((j + 0.5) * h) * k);
        sum += creal(value) / (((j + 0.5) * h) * ((j + 0.5) * h) + 0.25) * h;
    }
    return S0 - sqrt(S0 * STRIKE) * exp(-RATE / 2) / acos(-1.0) * sum;
}

static void variance_follows_heston(void)
{
    pen_simulation s = model_of(PEN_HESTON, 4, 8);
    pen_monte_carlo options = pen_monte_carlo_default();
    pen_monte_carlo_out out;
    options.n_paths = 200000;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(S - K, 0)", &out));
    check_estimate("Heston's call", out.price, heston_call(1.5, 0.04, 0.5, -0.7, 0.04));
    CHECK(out.price.error < 0.8 * out.plain_error);
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "V", &out));
    check_estimate("mean variance", out.price, exp(-RATE) * 0.04);
    options.use_prices = false;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "S", &out));
    check_estimate("the price is a martingale", out.price, S0);
    s.parameters[4] = 0.09; /* starts high, reverts */
    CHECK_OK(run(first_queue(), PEN_F32, &s, &options, "V", &out));
    check_estimate("reverting variance", out.price, exp(-RATE) * (0.04 + 0.05 * exp(-1.5)));
    s.parameters[2] = 1e-3; /* hardly random */
    s.parameters[4] = 0.04;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(S - K, 0)", &out));
    check_estimate("without volatility of variance", out.price,
                   lognormal_call(S0 * exp(RATE), VOL, STRIKE));
    matrix_restore();
}

static void sabr_with_its_limits(void)
{
    pen_simulation s = model_of(PEN_SABR, 4, 8);
    pen_monte_carlo options = pen_monte_carlo_default();
    pen_monte_carlo_out out;
    options.use_prices = false;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "S", &out));
    check_estimate("a martingale", out.price, S0);
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "V^2", &out));
    check_estimate("volatility squared", out.price, exp(-RATE) * 0.04 * exp(0.16));
    s.parameters[3] = 0;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(S - K, 0)", &out));
    check_estimate("without volatility of volatility", out.price,
                   lognormal_call(S0 * exp(RATE), VOL, STRIKE));
    /* beta 0 without drift: Bachelier's law */
    s.parameters[0] = 20;
    s.parameters[1] = 0;
    s.rate_frac = 0;
    double d = (S0 - STRIKE) / 20;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(S - K, 0)", &out));
    check_estimate("beta 0", out.price, (S0 - STRIKE) * cdf(d) + 20 * pdf(d));
    matrix_restore();
}

static void garch_and_mean_reversion_have_their_moments(void)
{
    pen_simulation s = model_of(PEN_GARCH, 252, 1);
    pen_monte_carlo options = pen_monte_carlo_default();
    pen_monte_carlo_out out;
    options.use_prices = false;
    options.n_paths = 20000;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "S", &out));
    check_estimate("a martingale", out.price, S0);
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "mean(log(S / prev(S))^2)", &out));
    double period = 2e-6 / (1 - 0.05 - 0.9 - 0.03), drift = RATE / 252;
    CHECK(fabs(out.price.value * exp(RATE) - period - (drift - period / 2) * (drift - period / 2)) <
          5 * out.price.error);

    s = model_of(PEN_ORNSTEIN_UHLENBECK, 3, 1);
    static const double low = -50;
    s.initial_px = &low;
    s.parameters[0] = 2;
    s.parameters[1] = 30;
    s.parameters[2] = 20;
    double mean = 30 - 80 * exp(-2), variance = 400 * (1 - exp(-4)) / 4;
    options.n_paths = 100000;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "S", &out));
    check_estimate("mean", out.price, exp(-RATE) * mean);
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "S^2", &out));
    check_estimate("square", out.price, exp(-RATE) * (variance + mean * mean));
    matrix_restore();
}

/* Blocks: the marginal law is the history's, and rows follow each other. */
static void the_bootstrap_draws_from_its_history(void)
{
    enum { ROWS = 50 };
    double history[ROWS][2], sum = 0, product = 0;
    for (int k = 0; k < ROWS; k++) {
        history[k][0] = 0.01 * sin(1.7 * k) + 0.001;
        history[k][1] = -2 * history[k][0];
        sum += history[k][0] / ROWS;
        product += history[k][0] * history[k][0] / ROWS;
    }
    pen_simulation s = model_of(PEN_BOOTSTRAP, 20, 1);
    pen_monte_carlo options = pen_monte_carlo_default();
    pen_monte_carlo_out out;
    s.n_assets = 2;
    s.history = &history[0][0];
    s.n_history = ROWS;
    s.parameters[0] = 5;
    s.rate_frac = 0;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "mean(log(S / prev(S)))", &out));
    check_estimate("mean return", out.price, sum);
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "mean(log(S / prev(S))^2)", &out));
    check_estimate("mean square", out.price, product);
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(abs(log(S2/S2_0) + 2 * log(S1/S1_0)))",
                 &out));
    CHECK_NEAR("assets are drawn together", out.price.value, 0, 1e-12);
    /* Of two neighbours 1 - 1/5 follow each other in the history, of the rest 1 in 50. */
    double together = 0;
    for (int k = 0; k < ROWS; k++)
        together += history[k][0] * history[(k + 1) % ROWS][0] / ROWS;
    s.n_dates = 2;
    CHECK_OK(
        run(first_queue(), PEN_F64, &s, &options, "log(S / prev(S)) * at(log(S / S0), 1)", &out));
    check_estimate("neighbours", out.price, 0.8 * together + 0.2 * sum * sum);
    s.parameters[1] = 1; /* centred */
    s.n_dates = 1;
    s.rate_frac = RATE;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "S", &out));
    check_estimate("centred", out.price, S0);
    history[3][1] = NAN;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &options, "S", &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("row 4 of the history has a nan");
    matrix_restore();
}

/* The exchange option of two correlated assets (Margrabe 1978). */
static void correlated_assets_and_their_greeks(void)
{
    static const double initial[] = { 100, 95, 70 }, vol[] = { 0.2, 0.3, 0.1 };
    static const double dividend[] = { 0.01, 0.03, 0 };
    static const double correlation[] = { 1, 0.5, -0.3, 0.5, 1, 0.2, -0.3, 0.2, 1 };
    pen_simulation s = model_of(PEN_GEOMETRIC_BROWNIAN, 2, 1);
    s.n_assets = 3;
    s.initial_px = initial;
    s.vol_frac = vol;
    s.dividend_frac = dividend;
    s.correlation = correlation;
    double deviation = sqrt(0.04 + 0.09 - 2 * 0.5 * 0.2 * 0.3);
    double a = 100 * exp(-0.01), b = 95 * exp(-0.03);
    double d = log(a / b) / deviation + deviation / 2;
    pen_monte_carlo options = pen_monte_carlo_default();
    pen_monte_carlo_out out;
    options.wants_greeks = true;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(S1 - S2, 0)", &out));
    check_estimate("exchange", out.price, a * cdf(d) - b * cdf(d - deviation));
    check_estimate("delta", out.greeks[PEN_DELTA], exp(-0.01) * cdf(d));
    CHECK(isnan(out.greeks[PEN_GAMMA].value));
    options.greek_asset = 1;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(S1 - S2, 0)", &out));
    check_estimate("delta of the second", out.greeks[PEN_DELTA], -exp(-0.03) * cdf(d - deviation));
    check_estimate("vega of the second", out.greeks[PEN_VEGA],
                   a * pdf(d) * (0.3 - 0.5 * 0.2) / deviation);
    options.greek_method = PEN_GREEK_LIKELIHOOD;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &options, "S1", &out), PEN_E_UNSUPPORTED);
    /* Perfect correlation is no failure of the root. */
    static const double same[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, vols[] = { 0.2, 0.2, 0.2 };
    s.correlation = same;
    s.vol_frac = vols;
    options = pen_monte_carlo_default();
    CHECK_OK(
        run(first_queue(), PEN_F64, &s, &options, "abs(log(S1/S1_0) - log(S3/S3_0) + 0.01)", &out));
    CHECK_NEAR("the same path", out.price.value, 0, 1e-12);
    static const double impossible[] = { 1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1 };
    s.correlation = impossible;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &options, "S1", &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("not positive semi-definite");
    matrix_restore();
}

/* ---- errors ---- */

/* The interval of 99 % holds the value in 99 % of runs: of 1000, within 4 deviations of 990. */
static void errors_are_what_they_claim(void)
{
    enum { RUNS = 1000 };
    static const struct {
        const char *text;
        bool is_antithetic, use_prices;
        pen_sampling sampling;
    } cases[] = { { "max(S - K, 0)", false, false, PEN_SAMPLING_RANDOM },
                  { "max(S - K, 0)", false, true, PEN_SAMPLING_RANDOM },
                  { "max(S - K, 0)", true, false, PEN_SAMPLING_RANDOM },
                  { "max(S - K, 0)", false, true, PEN_SAMPLING_SOBOL } };
    double want = lognormal_call(S0 * exp(RATE), VOL, STRIKE);
    for (size_t k = 0; k < COUNT(cases); k++) {
        pen_simulation s = model_of(PEN_GEOMETRIC_BROWNIAN, 1, 1);
        pen_monte_carlo options = pen_monte_carlo_default();
        int inside = 0;
        double squares = 0;
        options.n_paths = 2000;
        options.use_prices = cases[k].use_prices;
        s.is_antithetic = cases[k].is_antithetic;
        s.sampling = cases[k].sampling;
        for (uint32_t r = 0; r < RUNS; r++) {
            pen_monte_carlo_out out;
            s.replicate = r;
            CHECK_OK(run(first_queue(), PEN_F64, &s, &options, cases[k].text, &out));
            double z = (out.price.value - want) / out.price.error;
            inside += fabs(z) < 2.5758;
            squares += z * z / RUNS;
        }
        CHECK_NEAR("inside the interval", inside, 990, 13);
        if (s.sampling == PEN_SAMPLING_RANDOM) /* replicates' are Student's, made wider */
            CHECK_NEAR("mean squared score", squares, 1, 4 * sqrt(2.0 / RUNS));
    }
    matrix_restore();
}

static void runs_go_on_until_the_error(void)
{
    pen_simulation s = model_of(PEN_GEOMETRIC_BROWNIAN, 1, 1);
    pen_monte_carlo options = pen_monte_carlo_default();
    pen_monte_carlo_out out, again;
    options.until_error = 0.01;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(S - K, 0)", &out));
    CHECK(out.price.error <= 0.01 && out.price.error > 0.009);
    check_estimate("until an error", out.price, lognormal_call(S0 * exp(RATE), VOL, STRIKE));
    options.until_error = 0;
    options.n_paths = out.n_paths; /* the same paths, cut up differently */
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(S - K, 0)", &again));
    CHECK(memcmp(&out.price, &again.price, sizeof out.price) == 0);
    options.until_error = 1e-6;
    options.most_paths = 70000;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(S - K, 0)", &out));
    CHECK(out.n_paths == 70000 && out.price.error > 1e-6);
    options.until_error = 0;
    options.n_paths = 100001; /* the last group is not whole */
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "1", &out));
    CHECK_NEAR("a certain payoff", out.price.value, exp(-RATE), 1e-15);
    CHECK(out.price.error == 0);
    matrix_restore();
}

/* ---- the same everywhere ---- */

typedef struct everywhere {
    pen_process process;
    pen_dtype dtype;
    bool is_antithetic;
    pen_sampling sampling;
    pen_compile compile;
} everywhere;

static pen_status estimate_same(pen_queue *queue, void *context, void *out)
{
    static const double history[] = { 0.01, -0.02, 0.005, 0.03, -0.01 };
    const everywhere *e = context;
    pen_simulation s = model_of(e->process, 5, 2);
    pen_monte_carlo options = pen_monte_carlo_default();
    s.history = history;
    s.n_history = COUNT(history);
    s.is_antithetic = e->is_antithetic;
    s.sampling = e->sampling;
    s.compile = e->compile;
    options.n_replicates = 8;
    options.n_paths = 1300;
    options.wants_greeks = e->process == PEN_GEOMETRIC_BROWNIAN;
    memset(out, 0, sizeof(pen_monte_carlo_out));
    return run(queue, e->dtype, &s, &options, "max(mean(S) - 100, 0) * (min(S) > 70)", out);
}

static void bits_are_the_same_on_every_device(void)
{
    for (int p = 0; p < PEN_PROCESSES; p++)
        for (pen_dtype d = PEN_F32; d <= PEN_F64; d++) {
            everywhere e = { (pen_process)p, d, p % 2 == 1,
                             p < 2 ? PEN_SAMPLING_SOBOL : PEN_SAMPLING_RANDOM,
                             p % 3 == 0 ? PEN_COMPILE_ALWAYS : PEN_COMPILE_NEVER };
            matrix_check_same(pen_process_describe((pen_process)p)->name, estimate_same, &e,
                              sizeof(pen_monte_carlo_out));
        }
}

/* ---- bad input ---- */

static void wrong_requests_are_refused(void)
{
    static const double nan = NAN;
    pen_simulation s = model_of(PEN_GEOMETRIC_BROWNIAN, 1, 1);
    pen_monte_carlo good = pen_monte_carlo_default(), options = good;
    pen_monte_carlo_out out;
    pen_process process;
    CHECK_STATUS(pen_monte_carlo_run(first_queue(), PEN_F64, &s, &good, NULL, 0, &out), PEN_E_ARG);
    options.n_paths = 1;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &options, "S", &out), PEN_E_ARG);
    options = good;
    options.until_error = NAN;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &options, "S", &out), PEN_E_ARG);
    options = good;
    options.wants_greeks = true;
    options.greek_asset = 1;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &options, "S", &out), PEN_E_ARG);
    options.greek_asset = 0;
    options.greek_method = PEN_GREEK_PATHWISE;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &options, "S > 100", &out), PEN_E_UNSUPPORTED);
    CHECK_ERROR_SAYS("the payoff jumps");
    options = good;
    options.n_controls = 1;
    options.control_values = &nan;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &options, "S", &out), PEN_E_ARG);
    CHECK_STATUS(pen_process_find("hesten", &process), PEN_E_NOTFOUND);
    CHECK_ERROR_SAYS("gbm, heston, merton");
    s = model_of(PEN_HESTON, 1, 1);
    s.parameters[3] = 1.5;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &good, "S", &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("is 1.5, expected -1 to 1");
    s = pen_simulation_default(PEN_HESTON);
    s.n_assets = 2;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &good, "S", &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("2 assets, but heston takes 1 to 1");
    s = model_of(PEN_HESTON, 1, 1);
    CHECK_OK(run(first_queue(), PEN_F64, &s, &good, "log(S - 100)", &out));
    CHECK(isnan(out.price.value) && isnan(out.price.error));
    CHECK(pen_process_describe(PEN_PROCESSES) == NULL);
    matrix_restore();
}

static void failed_allocations_leave_nothing(void)
{
    pen_queue *queue = first_queue();
    pen_simulation s = model_of(PEN_HESTON, 3, 1);
    pen_monte_carlo options = pen_monte_carlo_default();
    pen_monte_carlo_out out;
    options.n_paths = 300;
    options.wants_greeks = true;
    long live = pen_alloc_live();
    pen_status status = PEN_E_NOMEM;
    for (long n = 0; status != PEN_OK && n < 100; n++) {
        pen_alloc_fail_after(n);
        status = run(queue, PEN_F32, &s, &options, "max(mean(S) - K, 0)", &out);
        pen_alloc_fail_after(-1);
        CHECK(status == PEN_OK || status == PEN_E_NOMEM);
        CHECK(pen_alloc_live() == live);
    }
    CHECK(status == PEN_OK);
    matrix_restore();
}

static const check_test tests[] = {
    TEST(european_options_and_their_greeks),
    TEST(geometric_asian_option),
    TEST(pathwise_greeks_are_derivatives),
    TEST(jumps_have_mertons_law),
    TEST(variance_follows_heston),
    TEST(sabr_with_its_limits),
    TEST(garch_and_mean_reversion_have_their_moments),
    TEST(the_bootstrap_draws_from_its_history),
    TEST(correlated_assets_and_their_greeks),
    TEST(errors_are_what_they_claim),
    TEST(runs_go_on_until_the_error),
    TEST(bits_are_the_same_on_every_device),
    TEST(wrong_requests_are_refused),
    TEST(failed_allocations_leave_nothing),
};
TEST_MAIN(tests)
