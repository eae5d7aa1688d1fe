/* Payoffs that may be taken at any date, against trees and a published value. */
#include "device_matrix.h"
#include "machine/base/alloc.h"
#include "monte_carlo.h"

/* A put that may be exercised at n dates, on a binomial tree of many steps between them. */
static double bermudan_put(int n, double strike)
{
    enum { BETWEEN = 60, MOST = 50 * BETWEEN };
    static double value[MOST + 1];
    int steps = n * BETWEEN;
    double dt = 1.0 / steps, up = exp(VOL * sqrt(dt)), discount = exp(-RATE * dt);
    double p = (exp(RATE * dt) - 1 / up) / (up - 1 / up);
    for (int k = 0; k <= steps; k++)
        value[k] = fmax(strike - S0 * pow(up, 2 * k - steps), 0);
    for (int i = steps - 1; i >= 0; i--)
        for (int k = 0; k <= i; k++) {
            value[k] = discount * (p * value[k + 1] + (1 - p) * value[k]);
            if (i % BETWEEN == 0 && i > 0)
                value[k] = fmax(value[k], strike - S0 * pow(up, 2 * k - i));
        }
    return value[0];
}

static void early_exercise_is_worth_what_trees_say(void)
{
    static const double dividend[] = { 0.1, 0.1 }, initial[] = { 100, 100 };
    static const double vol[] = { 0.2, 0.2 };
    pen_simulation s = model_of(PEN_GEOMETRIC_BROWNIAN, 12, 1);
    pen_monte_carlo options = pen_monte_carlo_default();
    pen_monte_carlo_out out;
    options.may_exercise = true;
    for (double strike = 90; strike <= 115; strike += 25) {
        char text[40];
        sprintf(text, "max(%g - S, 0)", strike);
        CHECK_OK(run(first_queue(), PEN_F64, &s, &options, text, &out));
        double want = bermudan_put(12, strike);
        /* A rule that is not quite the best loses a little. */
        CHECK(out.price.value < want + 3.5 * out.price.error);
        CHECK(out.price.value > 0.993 * want - 3.5 * out.price.error);
        CHECK(out.price.error < 0.8 * out.plain_error && out.n_paths == 100000);
    }
    /* A call without dividends is not exercised early. */
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(S - K, 0)", &out));
    double call = lognormal_call(S0 * exp(RATE), VOL, STRIKE);
    CHECK(out.price.value < call + 3.5 * out.price.error);
    CHECK(out.price.value > 0.993 * call - 3.5 * out.price.error);
    /* A call on the larger of two, at three dates a year for three years: 13.90 by Andersen and
     * Broadie (2004), table 2, with both at 100. */
    s.n_assets = 2;
    s.initial_px = initial;
    s.vol_frac = vol;
    s.dividend_frac = dividend;
    s.horizon_yr = 3;
    s.n_dates = 9;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(max(S1, S2) - 100, 0)", &out));
    CHECK_NEAR("the larger of two", out.price.value, 13.902, 0.12);
    options.until_error = 0.05;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(max(S1, S2) - 100, 0)", &out));
    CHECK(out.price.error <= 0.05);
    matrix_restore();
}

static pen_status exercise_same(pen_queue *queue, void *context, void *out)
{
    const pen_process *process = context;
    pen_simulation s = model_of(*process, 4, 1);
    pen_monte_carlo options = pen_monte_carlo_default();
    options.may_exercise = true;
    options.n_paths = 700;
    memset(out, 0, sizeof(pen_monte_carlo_out));
    return run(queue, PEN_F64, &s, &options, "max(K - S, 0)", out);
}

static void early_exercise_has_the_same_bits_everywhere(void)
{
    for (pen_process p = PEN_GEOMETRIC_BROWNIAN; p <= PEN_HESTON; p++)
        matrix_check_same("early exercise", exercise_same, &p, sizeof(pen_monte_carlo_out));
}

static void early_exercise_says_what_it_cannot(void)
{
    pen_simulation s = model_of(PEN_GEOMETRIC_BROWNIAN, 4, 1);
    pen_monte_carlo good = pen_monte_carlo_default(), options;
    pen_monte_carlo_out out;
    good.may_exercise = true;
    good.n_paths = 300;
    CHECK_STATUS(run(first_queue(), PEN_F32, &s, &good, "S", &out), PEN_E_UNSUPPORTED);
    options = good;
    options.wants_greeks = true;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &options, "S", &out), PEN_E_UNSUPPORTED);
    s.is_antithetic = true;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &good, "S", &out), PEN_E_UNSUPPORTED);
    CHECK_ERROR_SAYS("independent random paths");
    s.is_antithetic = false;
    s.n_dates = 100000;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &good, "S", &out), PEN_E_SIZE);
    CHECK_ERROR_SAYS("too many to exercise at");
    s.n_dates = 3;
    long live = pen_alloc_live();
    pen_status status = PEN_E_NOMEM;
    for (long n = 0; status != PEN_OK && n < 100; n++) {
        pen_alloc_fail_after(n);
        status = run(first_queue(), PEN_F64, &s, &good, "max(K - S, 0)", &out);
        pen_alloc_fail_after(-1);
        CHECK(status == PEN_OK || status == PEN_E_NOMEM);
        CHECK(pen_alloc_live() == live);
    }
    CHECK(status == PEN_OK);
    matrix_restore();
}

static const check_test tests[] = {
    TEST(early_exercise_is_worth_what_trees_say),
    TEST(early_exercise_has_the_same_bits_everywhere),
    TEST(early_exercise_says_what_it_cannot),
};
TEST_MAIN(tests)
