/* The Hawkes fit: likelihood by the double sum, derivatives by differences, fits of simulated
 * arrivals, what is refused. */
#include "ticks.h"

#include "machine/base/alloc.h"

enum { N = 20000 };
static double times[N];

/* Ogata's thinning (1981): arrivals of a known process; *end is just behind the last. */
static size_t simulate(double mu, double alpha, double beta, size_t n, uint64_t seed, double *end)
{
    pen_rng rng;
    double t = 0, excited = 0;
    size_t count = 0;
    pen_rng_init(&rng, seed, 0, 0, 0);
    while (count < n) {
        double bound = mu + excited, wait = -log(pen_rng_uniform(&rng)) / bound;
        t += wait;
        excited *= exp(-beta * wait);
        if (pen_rng_uniform(&rng) * bound > mu + excited)
            continue;
        times[count++] = t;
        excited += alpha;
    }
    *end = t * (1 + 1e-12);
    return n;
}

static double likelihood_by_hand(size_t n, double end, double mu, double alpha, double beta)
{
    double value = -mu * end;
    for (size_t i = 0; i < n; i++) {
        double rate = mu;
        for (size_t j = 0; j < i; j++)
            rate += alpha * exp(-beta * (times[i] - times[j]));
        value += log(rate) - alpha / beta * (1 - exp(-beta * (end - times[i])));
    }
    return value;
}

static void the_likelihood_is_the_double_sum(void)
{
    static const double p[][3] = {
        { 0.5, 0.8, 1.3 }, { 2, 0.01, 50 }, { 1e-3, 100, 120 }, { 1, 0.5, 1e-3 }
    };
    double end, value, gradient[3], high, low;
    size_t n = simulate(0.5, 0.8, 1.3, 800, 1, &end);
    for (size_t k = 0; k < COUNT(p); k++) {
        CHECK_OK(pen_hawkes_log_likelihood(times, n, end, p[k], &value, gradient));
        double want = likelihood_by_hand(n, end, p[k][0], p[k][1], p[k][2]);
        CHECK_NEAR("likelihood", value, want, 1e-9 * fabs(want));
        for (int i = 0; i < 3; i++) {
            double q[3] = { p[k][0], p[k][1], p[k][2] }, h = 1e-6 * p[k][i];
            q[i] += h;
            CHECK_OK(pen_hawkes_log_likelihood(times, n, end, q, &high, NULL));
            q[i] -= 2 * h;
            CHECK_OK(pen_hawkes_log_likelihood(times, n, end, q, &low, NULL));
            CHECK_NEAR("gradient", gradient[i], (high - low) / (2 * h),
                       1e-5 * fabs(gradient[i]) + 1e-7 * fabs(want) / p[k][i]);
        }
    }
    CHECK_OK(pen_hawkes_log_likelihood(times, 0, end, p[0], &value, gradient));
    CHECK_NEAR("no arrivals", value, -p[0][0] * end, 1e-9);
}

static void fits_find_what_was_simulated(void)
{
    static const double p[][3] = {
        { 0.5, 0.8, 1.3 }, { 0.2, 30, 40 }, { 3, 0.5, 2 }, { 0.01, 0.002, 0.01 }, { 100, 6e3, 1e4 }
    };
    for (size_t k = 0; k < COUNT(p); k++) {
        double end, value;
        pen_hawkes h;
        size_t n = simulate(p[k][0], p[k][1], p[k][2], N, 7 + k, &end);
        CHECK_OK(pen_hawkes_fit(times, n, end, &h));
        CHECK(h.is_converged && h.steps < 60 && h.n == n);
        /* within four of its own standard errors, which are small */
        CHECK_NEAR("mu", h.mu, p[k][0], 4 * h.mu_error);
        CHECK_NEAR("alpha", h.alpha, p[k][1], 4 * h.alpha_error);
        CHECK_NEAR("beta", h.beta, p[k][2], 4 * h.beta_error);
        CHECK_NEAR("branching", h.branching, p[k][1] / p[k][2], 4 * h.branching_error);
        CHECK(h.mu_error < 0.2 * h.mu && h.beta_error < 0.2 * h.beta && h.branching_error < 0.05);
        /* no point nearby is more likely */
        for (int i = 0; i < 27; i++) {
            double q[3] = { h.mu * (1 + 0.02 * (i % 3 - 1)), h.alpha * (1 + 0.02 * (i / 3 % 3 - 1)),
                            h.beta * (1 + 0.02 * (i / 9 - 1)) };
            CHECK_OK(pen_hawkes_log_likelihood(times, n, end, q, &value, NULL));
            CHECK(value <= h.log_likelihood);
        }
        CHECK(h.log_likelihood > h.poisson_log_likelihood);
        CHECK_NEAR("residual mean", h.residual_mean, 1, 0.01);
        CHECK(h.residual_distance < 1.63 / sqrt(N)); /* Kolmogorov-Smirnov at 1 % */
    }
}

static void standard_errors_are_those_of_many_fits(void)
{
    enum { FITS = 60, ARRIVALS = 2000 };
    double sum[4] = { 0 }, square[4] = { 0 }, error[4] = { 0 };
    for (uint64_t k = 0; k < FITS; k++) {
        double end;
        pen_hawkes h;
        size_t n = simulate(0.5, 0.8, 1.3, ARRIVALS, 100 + k, &end);
        CHECK_OK(pen_hawkes_fit(times, n, end, &h));
        const double value[] = { h.mu, h.alpha, h.beta, h.branching };
        const double own[] = { h.mu_error, h.alpha_error, h.beta_error, h.branching_error };
        for (int i = 0; i < 4; i++) {
            sum[i] += value[i] / FITS;
            square[i] += value[i] * value[i] / FITS;
            error[i] += own[i] / FITS;
        }
    }
    for (int i = 0; i < 4; i++)
        CHECK_NEAR("spread of fits over standard error",
                   sqrt(square[i] - sum[i] * sum[i]) / error[i], 1, 0.35);
}

static void arrivals_without_excitation_show_none(void)
{
    double end;
    pen_hawkes h;
    size_t n = simulate(2, 1e-12, 1, 5000, 3, &end);
    CHECK_OK(pen_hawkes_fit(times, n, end, &h));
    CHECK(h.branching < 0.05);
    CHECK(h.log_likelihood >= h.poisson_log_likelihood - 1e-3);
    CHECK(h.log_likelihood < h.poisson_log_likelihood + 8);
    for (size_t i = 0; i < n; i++) /* a clock: less than no excitation */
        times[i] = (double)i;
    CHECK_OK(pen_hawkes_fit(times, n, (double)n, &h));
    CHECK(h.branching < 1e-3);
    CHECK_NEAR("rate", h.mu, 1, 1e-3);
}

static void what_are_no_arrivals_is_refused(void)
{
    double value, p[3] = { 1, 1, 0 };
    pen_hawkes h;
    double end;
    size_t n = simulate(1, 0.5, 1, 50, 1, &end);
    CHECK_STATUS(pen_hawkes_fit(times, 9, end, &h), PEN_E_ARG);
    CHECK_ERROR_SAYS("9 arrivals, expected at least 10");
    CHECK_STATUS(pen_hawkes_fit(times, n, times[n - 1] - 1, &h), PEN_E_ARG);
    CHECK_STATUS(pen_hawkes_log_likelihood(times, n, end, p, &value, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("parameter 2 is 0");
    times[20] = times[19];
    CHECK_STATUS(pen_hawkes_fit(times, n, end, &h), PEN_E_ARG);
    CHECK_ERROR_SAYS("time 20 is");
    times[20] = NAN;
    CHECK_STATUS(pen_hawkes_fit(times, n, end, &h), PEN_E_ARG);
}

static void arrivals_are_the_trades_that_count(void)
{
    static double got[100];
    static const int64_t time_ns[] = { 100, 200, 200, 150, 260, 400, 430, 900 };
    static const double price[] = { NAN, 5, 6, 7, 8, -1, 9, NAN },
                        bid[] = { 1, 1, 1, 1, 1, 1, 1, 1 };
    static const double ask[] = { 2, 2, 2, 2, 2, 2, 2, 2 };
    pen_tick_columns c = { .n = 8, .time_ns = time_ns, .price = price, .bid = bid, .ask = ask };
    size_t n;
    double end;
    CHECK_OK(pen_tick_arrivals(&c, NULL, 0, got, &n, &end));
    CHECK(n == 3);
    CHECK_NEAR("first", got[0], 1e-7, 1e-20);
    CHECK_NEAR("second", got[1], 1.6e-7, 1e-20);
    CHECK_NEAR("third", got[2], 3.3e-7, 1e-20);
    CHECK_NEAR("end", end, 8e-7, 1e-20);
    CHECK_OK(pen_tick_arrivals(&c, NULL, 61, got, &n, &end));
    CHECK(n == 2);
    CHECK_STATUS(pen_tick_arrivals(&c, NULL, -1, got, &n, &end), PEN_E_ARG);
}

static void a_fit_without_memory_says_so(void)
{
    double end;
    pen_hawkes h;
    long live = pen_alloc_live();
    size_t n = simulate(1, 0.5, 1, 50, 1, &end);
    pen_alloc_fail_after(0);
    CHECK_STATUS(pen_hawkes_fit(times, n, end, &h), PEN_E_NOMEM);
    pen_alloc_fail_after(-1);
    CHECK(pen_alloc_live() == live);
}

static const check_test tests[] = {
    TEST(the_likelihood_is_the_double_sum),       TEST(fits_find_what_was_simulated),
    TEST(standard_errors_are_those_of_many_fits), TEST(arrivals_without_excitation_show_none),
    TEST(what_are_no_arrivals_is_refused),        TEST(arrivals_are_the_trades_that_count),
    TEST(a_fit_without_memory_says_so),
};
TEST_MAIN(tests)
