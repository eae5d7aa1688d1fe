/* Covariance estimators: invariants, limits, missing values, failures, real shares. */
#include <unistd.h>

#include "covariance_check.h"

/* ---- invariants ---- */

static void check_invariants(const double *x, size_t p, size_t n, pen_covariance_kind kind)
{
    static double got[MOST * MOST], again[MOST * MOST], sample[MOST * MOST], values[MOST],
        vectors[MOST * MOST], scaled[MOST * 400];
    pen_covariance_options o = of_kind(kind);
    pen_covariance_report report;
    double all = 0, of_sample = 0, least = INFINITY, most = 0, sum = 0, entropy = 0;
    CHECK_OK(pen_covariance(&o, x, p, n, got, &report));
    CHECK_OK(pen_covariance(NULL, x, p, n, sample, NULL));
    jacobi(got, p, values, vectors);
    for (size_t i = 0; i < p; i++) {
        all += got[i * (p + 1)];
        of_sample += sample[i * (p + 1)];
        least = fmin(least, values[i]);
        most = fmax(most, values[i]);
        sum += fmax(values[i], 0);
        for (size_t k = 0; k < p; k++)
            CHECK(memcmp(&got[i * p + k], &got[k * p + i], sizeof *got) == 0);
    }
    CHECK(least >= -1e-14 * most);
    for (size_t i = 0; i < p; i++)
        entropy -= values[i] > 0 ? values[i] / sum * log(values[i] / sum) : 0;
    CHECK_NEAR("rank", report.effective_rank, exp(entropy), 1e-9 * (double)p);
    if (isfinite(report.condition) && report.condition < 1e10)
        CHECK_NEAR("condition", report.condition, most / least, 1e-5 * report.condition);
    bool by_n = kind >= PEN_COVARIANCE_LEDOIT_WOLF && kind <= PEN_COVARIANCE_OAS;
    if (by_n)
        of_sample *= ((double)n - 1) / (double)n;
    if (kind != PEN_COVARIANCE_EWMA && kind != PEN_COVARIANCE_SEMI &&
        kind != PEN_COVARIANCE_NONLINEAR)
        CHECK_NEAR("trace", all, of_sample, 1e-13 * all);
    CHECK(isnan(report.shrinkage) != by_n && report.n_used == n);
    for (size_t i = 0; i < p * n; i++)
        scaled[i] = 8 * x[i];
    CHECK_OK(pen_covariance(&o, scaled, p, n, again, NULL));
    for (size_t i = 0; i < p * p; i++)
        CHECK_NEAR("scale", again[i], 64 * got[i], 1e-12 * 64 * most);
}

static void estimates_are_symmetric_semidefinite_and_scale(void)
{
    static const size_t shapes[][2] = { { 1, 20 }, { 2, 15 }, { 10, 300 }, { 33, 40 }, { 37, 15 } };
    for (size_t k = 0; k < COUNT(shapes); k++) {
        double *x = make_returns(shapes[k][0], shapes[k][1], 70 + k);
        for (int kind = 0; kind < PEN_COVARIANCE_COUNT; kind++)
            check_invariants(x, shapes[k][0], shapes[k][1], (pen_covariance_kind)kind);
        free(x);
    }
}

static void a_given_shrinkage_goes_from_sample_to_target(void)
{
    enum { P = 6, N = 50 };
    double *x = make_returns(P, N, 2), sample[P * P], got[P * P], want[P * P], mean = 0;
    CHECK_OK(pen_covariance(NULL, x, P, N, sample, NULL));
    for (int i = 0; i < P * P; i++) {
        sample[i] *= (N - 1.0) / N;
        mean += i % (P + 1) == 0 ? sample[i] / P : 0;
    }
    for (int kind = PEN_COVARIANCE_LEDOIT_WOLF; kind <= PEN_COVARIANCE_OAS; kind++) {
        pen_covariance_options o = of_kind((pen_covariance_kind)kind);
        pen_covariance_report report;
        o.shrinkage = 0;
        CHECK_OK(pen_covariance(&o, x, P, N, got, &report));
        check_matrix("0", got, sample, P, 1e-14);
        CHECK(report.shrinkage == 0);
        o.shrinkage = 1;
        CHECK_OK(pen_covariance(&o, x, P, N, got, &report));
        double r = got[1] / sqrt(got[0] * got[P + 1]);
        for (int i = 0; i < P * P; i++) {
            bool is_diagonal = i % (P + 1) == 0;
            want[i] = is_diagonal ? mean : 0;
            if (kind == PEN_COVARIANCE_CONSTANT_CORRELATION)
                want[i] = is_diagonal ? sample[i]
                                      : r * sqrt(sample[i / P * (P + 1)] * sample[i % P * (P + 1)]);
        }
        check_matrix("1", got, want, P, 1e-13);
        CHECK(kind != PEN_COVARIANCE_CONSTANT_CORRELATION || (r > 0.1 && r < 0.9));
    }
    free(x);
}

static void any_number_of_threads_gives_the_same_bits(void)
{
    enum { P = 37, N = 60 };
    double *x = make_returns(P, N, 4), one[P * P], many[P * P];
    unsigned before = pen_cpu_threads();
    for (int kind = 0; kind < PEN_COVARIANCE_COUNT; kind++) {
        pen_covariance_options o = of_kind((pen_covariance_kind)kind);
        pen_cpu_threads_set(1);
        CHECK_OK(pen_covariance(&o, x, P, N, one, NULL));
        pen_cpu_threads_set(5);
        CHECK_OK(pen_covariance(&o, x, P, N, many, NULL));
        CHECK(memcmp(one, many, sizeof one) == 0);
    }
    pen_cpu_threads_set(before);
    free(x);
}

/* ---- what is missing, degenerate or wrong ---- */

static void observations_with_a_missing_value_are_left_out(void)
{
    enum { P = 5, N = 80 };
    double *x = make_returns(P, N, 5), whole[P * N], one[P * P], two[P * P];
    x[0 * N + 0] = x[3 * N + 11] = x[1 * N + 11] = x[4 * N + N - 1] = NAN;
    size_t left = 0;
    for (int i = 0; i < P; i++)
        for (int t = 0; t < N; t++)
            if (t != 0 && t != 11 && t != N - 1)
                whole[left++] = x[i * N + t];
    for (int kind = 0; kind < PEN_COVARIANCE_COUNT; kind++) {
        pen_covariance_options o = of_kind((pen_covariance_kind)kind);
        pen_covariance_report report;
        CHECK_OK(pen_covariance(&o, x, P, N, one, &report));
        CHECK_OK(pen_covariance(&o, whole, P, N - 3, two, NULL));
        CHECK(report.n_used == N - 3 && memcmp(one, two, sizeof one) == 0);
    }
    free(x);
}

static void an_asset_that_does_not_vary_has_zeros(void)
{
    enum { P = 4, N = 40 };
    double *x = make_returns(P, N, 6), got[P * P];
    for (int t = 0; t < N; t++)
        x[2 * N + t] = 0.25;
    for (int kind = 0; kind < PEN_COVARIANCE_COUNT; kind++) {
        pen_covariance_options o = of_kind((pen_covariance_kind)kind);
        pen_covariance_report report;
        if (kind == PEN_COVARIANCE_NONLINEAR) {
            CHECK_STATUS(pen_covariance(&o, x, P, N, got, NULL), PEN_E_ARG);
            CHECK_ERROR_SAYS("do not vary: rank below 4");
            continue;
        }
        CHECK_OK(pen_covariance(&o, x, P, N, got, &report));
        for (int i = 0; i < P; i++) {
            CHECK(isfinite(got[2 * P + i]));
            CHECK(i == 2 || fabs(got[2 * P + i]) == 0);
        }
        bool is_shrunk = kind == PEN_COVARIANCE_LEDOIT_WOLF || kind == PEN_COVARIANCE_OAS;
        CHECK(is_shrunk == (got[2 * P + 2] > 0));
        CHECK(isinf(report.condition) != is_shrunk);
    }
    for (int i = 0; i < P * N; i++)
        x[i] = 0;
    pen_covariance_report report;
    CHECK_OK(pen_covariance(NULL, x, P, N, got, &report));
    CHECK(got[0] == 0 && isinf(report.condition) && isnan(report.effective_rank));
    free(x);
}

static void what_cannot_be_estimated_is_refused(void)
{
    double x[2 * 20], got[4];
    for (int i = 0; i < 40; i++)
        x[i] = sin(i * i);
    pen_covariance_options o = pen_covariance_options_default();
    CHECK_OK(pen_covariance(&o, NULL, 0, 0, NULL, NULL));
    CHECK_STATUS(pen_covariance(&o, x, 2, 1, got, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("1 of 1 observations have no missing value, expected 2");
    CHECK_STATUS(pen_covariance(&o, x, SIZE_MAX / 4, 20, got, NULL), PEN_E_SIZE);
    o.kind = PEN_COVARIANCE_NONLINEAR;
    CHECK_STATUS(pen_covariance(&o, x, 2, 12, got, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("expected 13");
    o.kind = PEN_COVARIANCE_COUNT;
    CHECK_STATUS(pen_covariance(&o, x, 2, 20, got, NULL), PEN_E_ARG);
    static const double decays[] = { 0, -1, 1.5, NAN };
    for (size_t i = 0; i < COUNT(decays); i++) {
        o = of_kind(PEN_COVARIANCE_EWMA);
        o.decay = decays[i];
        CHECK_STATUS(pen_covariance(&o, x, 2, 20, got, NULL), PEN_E_ARG);
    }
    o = of_kind(PEN_COVARIANCE_EWMA);
    o.decay = 1e-200; /* one observation has all the weight but for 1e-200 of it */
    CHECK_OK(pen_covariance(&o, x, 2, 20, got, NULL));
    CHECK_NEAR("two points", got[0], (x[19] - x[18]) * (x[19] - x[18]) / 2, 1e-12);
    o = of_kind(PEN_COVARIANCE_OAS);
    o.shrinkage = 1.1;
    CHECK_STATUS(pen_covariance(&o, x, 2, 20, got, NULL), PEN_E_ARG);
    o = of_kind(PEN_COVARIANCE_FACTOR);
    o.n_factors = 3;
    CHECK_STATUS(pen_covariance(&o, x, 2, 20, got, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("3 factors of 2 assets");
    o = of_kind(PEN_COVARIANCE_SEMI);
    o.threshold = NAN;
    CHECK_STATUS(pen_covariance(&o, x, 2, 20, got, NULL), PEN_E_ARG);
    x[25] = 1e200;
    CHECK_STATUS(pen_covariance(NULL, x, 2, 20, got, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("assets 1 and 1 overflows");
    x[25] = -INFINITY;
    CHECK_STATUS(pen_covariance(NULL, x, 2, 20, got, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("return of asset 1 at observation 5 is infinite");
}

static void every_failed_allocation_is_reported_and_leaves_nothing(void)
{
    double *x = make_returns(5, 30, 1), got[25];
    pen_covariance_report report;
    for (int kind = 0; kind < PEN_COVARIANCE_COUNT; kind++) {
        pen_covariance_options o = of_kind((pen_covariance_kind)kind);
        CHECK_EVERY_ALLOCATION(pen_covariance(&o, x, 5, 30, got, &report));
    }
    free(x);
}

/* Shrinking 20 large American shares over one year: an inverse that is far better conditioned. */
static void real_shares_are_better_conditioned_once_shrunk(void)
{
    static const char path[] = "../shared/data/panel/close_us20_1990_2022.csv.gz";
    enum { P = 20, N = 252 };
    static double x[P * N], got[P * P];
    pen_bars *bars;
    if (access(path, R_OK) != 0)
        SKIP("no ../shared/data");
    CHECK_OK(pen_bars_read(path, NULL, &bars));
    const pen_panel *close = pen_bars_field(bars, PEN_ROLE_CLOSE);
    size_t points = pen_bars_points(bars);
    CHECK(pen_bars_symbols(bars) == P && points > N);
    for (size_t i = 0; i < P; i++) {
        const double *c = (const double *)pen_panel_data(close) + i * pen_panel_stride(close);
        for (size_t t = 0; t < N; t++)
            x[i * N + t] = c[points - N + t] / c[points - N + t - 1] - 1;
    }
    double condition[PEN_COVARIANCE_COUNT];
    for (int kind = 0; kind < PEN_COVARIANCE_COUNT; kind++) {
        pen_covariance_options o = of_kind((pen_covariance_kind)kind);
        pen_covariance_report report;
        CHECK_OK(pen_covariance(&o, x, P, N, got, &report));
        condition[kind] = report.condition;
        CHECK(report.n_used == N && report.effective_rank > 3 && report.effective_rank < P);
        CHECK(sqrt(got[0] * 252) > 0.1 && sqrt(got[0] * 252) < 1); /* a year's volatility */
    }
    CHECK(condition[PEN_COVARIANCE_LEDOIT_WOLF] < 0.8 * condition[PEN_COVARIANCE_SAMPLE]);
    CHECK(condition[PEN_COVARIANCE_NONLINEAR] < 0.8 * condition[PEN_COVARIANCE_SAMPLE]);
    CHECK(condition[PEN_COVARIANCE_DENOISED] < 0.8 * condition[PEN_COVARIANCE_SAMPLE]);
    pen_bars_destroy(bars);
}

static const check_test tests[] = {
    TEST(estimates_are_symmetric_semidefinite_and_scale),
    TEST(a_given_shrinkage_goes_from_sample_to_target),
    TEST(any_number_of_threads_gives_the_same_bits),
    TEST(observations_with_a_missing_value_are_left_out),
    TEST(an_asset_that_does_not_vary_has_zeros),
    TEST(what_cannot_be_estimated_is_refused),
    TEST(every_failed_allocation_is_reported_and_leaves_nothing),
    TEST(real_shares_are_better_conditioned_once_shrunk),
};
TEST_MAIN(tests)
