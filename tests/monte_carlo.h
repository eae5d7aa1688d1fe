/* Estimates of one payoff on the first device, and the law of Black and Scholes that they meet. */
#ifndef PEN_TESTS_MONTE_CARLO_H
#define PEN_TESTS_MONTE_CARLO_H

#include "check.h"
#include "device_matrix.h"
#include "penstock/simulation.h"

static const double S0 = 100, RATE = 0.05, VOL = 0.2, STRIKE = 105;

static inline pen_queue *first_queue(void)
{
    matrix_size();
    return matrix_select(0);
}

static inline pen_simulation model_of(pen_process process, size_t n_dates, size_t n_substeps)
{
    pen_simulation s = pen_simulation_default(process);
    s.drift_frac = NULL;
    s.rate_frac = RATE;
    s.n_dates = n_dates;
    s.n_substeps = n_substeps;
    s.seed = 5;
    return s;
}

/* One payoff, with the strike as K. */
static inline pen_status run(pen_queue *queue, pen_dtype dtype, const pen_simulation *s,
                             const pen_monte_carlo *options, const char *text,
                             pen_monte_carlo_out *out)
{
    const pen_payoff_parameter parameters[] = { { "K", STRIKE } };
    pen_payoff *payoff;
    pen_status status = pen_payoff_create(text, parameters, 1, &payoff);
    if (status == PEN_OK)
        status = pen_monte_carlo_run(queue, dtype, s, options, (const pen_payoff *const *)&payoff,
                                     1, out);
    pen_payoff_destroy(payoff);
    return status;
}

static inline void check_estimate(const char *what, pen_estimate e, double want)
{
    if (!(fabs(e.value - want) < 4.5 * e.error))
        printf("    %s: %.10g +- %.3g, expected %.10g\n", what, e.value, e.error, want);
    CHECK(fabs(e.value - want) < 4.5 * e.error);
}

static inline double cdf(double x)
{
    return erfc(-x * sqrt(0.5)) / 2;
}
static inline double pdf(double x)
{
    return exp(-x * x / 2) / sqrt(2 * acos(-1.0));
}

/* Discounted call on a lognormal price of this mean and deviation of its logarithm. */
static inline double lognormal_call(double mean, double deviation, double strike)
{
    double d = log(mean / strike) / deviation + deviation / 2;
    return exp(-RATE) * (mean * cdf(d) - strike * cdf(d - deviation));
}

#endif
