/* Sobol points: how evenly they lie, the bridge they are led over, and what they gain. */
#include "device_matrix.h"
#include "flow/simulation/sobol.h"
#include "monte_carlo.h"

/* Of every two of the first 32 dimensions, 2^12 points fill each of 2^6 equal squares with 64;
 * scrambled, too.  Of the others no square has more than twice as many as it should. */
static void points_are_spread_evenly(void)
{
    static uint32_t scrambled[SOBOL_DIMENSIONS][SOBOL_BITS], shifts[SOBOL_DIMENSIONS];
    sobol_scramble(9, 1, SOBOL_DIMENSIONS, &scrambled[0][0], shifts);
    for (int d = 0; d < SOBOL_DIMENSIONS; d++)
        for (int e = 0; e<d; e += d - e> 17 ? 16 : 1) {
            int count[2][64] = { { 0 } }, worst = 0;
            for (uint32_t i = 0; i < 4096; i++) {
                uint32_t x[2] = { 0, shifts[d] }, y[2] = { 0, shifts[e] };
                for (int k = 0; k < 12; k++)
                    if (i >> k & 1) {
                        x[0] ^= sobol_directions[d][k];
                        y[0] ^= sobol_directions[e][k];
                        x[1] ^= scrambled[d][k];
                        y[1] ^= scrambled[e][k];
                    }
                for (int k = 0; k < 2; k++)
                    count[k][(x[k] >> 29) * 8 + (y[k] >> 29)]++;
            }
            for (int k = 0; k < 2; k++)
                for (int j = 0; j < 64; j++)
                    worst = abs(count[k][j] - 64) > worst ? abs(count[k][j] - 64) : worst;
            bool is_near = d < 32;
            if (worst != 0 && (is_near || worst > 64))
                printf("    dimensions %d and %d: off by %d\n", e, d, worst);
            CHECK(worst == 0 || (!is_near && worst <= 64));
        }
}

static void bridges_visit_every_time_once(void)
{
    static const int sizes[] = { 1, 2, 3, 7, 8, 252 };
    for (size_t k = 0; k < COUNT(sizes); k++) {
        int32_t places[3 * 252];
        double weights[3 * 252], covariance[252];
        bool is_known[252] = { false };
        sobol_bridge(sizes[k], places, weights);
        for (int j = 0; j < sizes[k]; j++) {
            int at = places[3 * j], left = places[3 * j + 1], right = places[3 * j + 2];
            CHECK(at >= 0 && at < sizes[k] && !is_known[at]);
            CHECK(left < 0 || is_known[left]);
            CHECK(right < 0 || is_known[right]);
            is_known[at] = true;
            /* Var W[at] = at + 1, from those of its ends, whose covariance is the left one's. */
            double var = weights[3 * j + 2] * weights[3 * j + 2], a = weights[3 * j];
            double b = weights[3 * j + 1], l = left + 1, r = right + 1;
            var += right < 0 ? 0 : a * a * l + b * b * r + 2 * a * b * l;
            covariance[at] = var;
            CHECK_NEAR("variance", covariance[at], at + 1, 1e-12 * (at + 1));
        }
    }
}

static void sobol_points_converge_faster(void)
{
    static const double initial[] = { 100, 95 }, vol[] = { 0.2, 0.3 },
                        correlation[] = { 1, 0.5, 0.5, 1 };
    pen_simulation s = model_of(PEN_GEOMETRIC_BROWNIAN, 1, 1);
    pen_monte_carlo options = pen_monte_carlo_default();
    pen_monte_carlo_out out, plain;
    double want = lognormal_call(S0 * exp(RATE), VOL, STRIKE);
    options.use_prices = false;
    options.n_paths = 32 * 2048;
    for (pen_dtype d = PEN_F32; d <= PEN_F64; d++) {
        s.sampling = PEN_SAMPLING_RANDOM;
        CHECK_OK(run(first_queue(), d, &s, &options, "max(S - K, 0)", &plain));
        s.sampling = PEN_SAMPLING_SOBOL;
        CHECK_OK(run(first_queue(), d, &s, &options, "max(S - K, 0)", &out));
        check_estimate("with Sobol points", out.price, want);
        CHECK(out.price.error < plain.price.error / 20 && out.n_paths == 32 * 2048);
    }
    s.n_dates = 300; /* more numbers than dimensions */
    s.n_assets = 2;
    s.initial_px = initial;
    s.vol_frac = vol;
    s.correlation = correlation;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(S1 - S2, 0)", &out));
    double deviation = sqrt(0.04 + 0.09 - 2 * 0.5 * 0.2 * 0.3);
    double h = log(100.0 / 95) / deviation + deviation / 2;
    check_estimate("exchange", out.price, 100 * cdf(h) - 95 * cdf(h - deviation));
    s = model_of(PEN_GEOMETRIC_BROWNIAN, 12, 1);
    s.sampling = PEN_SAMPLING_SOBOL;
    options.until_error = 0.002;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(S - K, 0)", &out));
    CHECK(out.price.error <= 0.002);
    check_estimate("until an error", out.price, want);
    options.until_error = 1e-9;
    options.most_paths = 40000;
    CHECK_OK(run(first_queue(), PEN_F64, &s, &options, "max(S - K, 0)", &out));
    CHECK(out.n_paths == 65536 && out.price.error > 1e-9); /* whole powers of 2 of 32 scrambles */
    s.first_path = 5;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &options, "S", &out), PEN_E_ARG);
    s.first_path = 0;
    options.n_replicates = 4;
    CHECK_STATUS(run(first_queue(), PEN_F64, &s, &options, "S", &out), PEN_E_ARG);
    matrix_restore();
}

static const check_test tests[] = {
    TEST(points_are_spread_evenly),
    TEST(bridges_visit_every_time_once),
    TEST(sobol_points_converge_faster),
};
TEST_MAIN(tests)
