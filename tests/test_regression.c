/* Regressions against certified values and robust errors by their definition. */
#include "mathops.h"
#include "penstock/statistic.h"

/* NIST Statistical Reference Datasets, Longley (1967): certified to 15 digits. */
enum { ROWS = 16, COLUMNS = 6 };
static const double employed[ROWS] = { 60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761,
                                       66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551 };
static const double longley[COLUMNS][ROWS] = {
    { 83.0, 88.5, 88.2, 89.5, 96.2, 98.1, 99.0, 100.0, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2,
      115.7, 116.9 },
    { 234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769,
      444546, 482704, 502601, 518173, 554894 },
    { 2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806,
      4007 },
    { 1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572,
      2827 },
    { 107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445,
      121950, 123366, 125368, 127852, 130081 },
    { 1947, 1948, 1949, 1950, 1951, 1952, 1953, 1954, 1955, 1956, 1957, 1958, 1959, 1960, 1961,
      1962 },
};

static void longleys_data_have_the_certified_fit(void)
{
    static const double want[COLUMNS + 1][2] = {
        { -3482258.63459582, 890420.383607373 },
        { 15.0618722713733, 84.9149257747669 },
        { -0.358191792925910e-01, 0.334910077722432e-01 },
        { -2.02022980381683, 0.488399681651699 },
        { -1.03322686717359, 0.214274163161675 },
        { -0.511041056535807e-01, 0.226073200069370 },
        { 1829.15146461355, 455.478499142212 },
    };
    const double *x[COLUMNS];
    pen_coefficient c[COLUMNS + 1];
    pen_regression r;
    double residual[ROWS], sum = 0;
    for (int i = 0; i < COLUMNS; i++)
        x[i] = longley[i];
    CHECK_OK(pen_statistic_regression(employed, x, COLUMNS, ROWS, 2, c, residual, &r));
    for (int i = 0; i <= COLUMNS; i++) {
        CHECK_NEAR("coefficient", c[i].value / want[i][0], 1, 1e-9);
        CHECK_NEAR("error", c[i].error / want[i][1], 1, 1e-9);
        CHECK_NEAR("t", c[i].t, c[i].value / c[i].error, 0);
    }
    CHECK_NEAR("residuals", r.residual_stdev, 304.854073561965, 1e-7);
    CHECK_NEAR("R squared", r.r_squared, 0.995479004577296, 1e-12);
    CHECK_NEAR("adjusted", r.r_squared_adjusted, 1 - (1 - 0.995479004577296) * 15 / 9, 1e-12);
    for (int t = 0; t < ROWS; t++)
        sum += residual[t];
    CHECK(fabs(sum) < 1e-5);
}

/* (X'X)^-1 S (X'X)^-1 for two columns, every product written out. */
static void robust_errors_are_newey_and_wests(void)
{
    enum { N = 200 };
    double x[N], y[N], residual[N], xx[2][2] = { { 0 } }, inverse[2][2];
    const double *const columns[] = { x };
    pen_rng rng;
    pen_rng_init(&rng, 3, 0, 0, 0);
    for (int t = 0; t < N; t++) {
        x[t] = (t > 0 ? 0.5 * x[t - 1] : 0) + pen_rng_uniform(&rng);
        y[t] = 0.3 + 1.5 * x[t] + (0.2 + x[t]) * (pen_rng_uniform(&rng) - 0.5);
    }
    for (int lags = 0; lags < 7; lags += 3) {
        pen_coefficient c[2];
        pen_regression r;
        double s[2][2] = { { 0 } }, v[2] = { 0 };
        CHECK_OK(pen_statistic_regression(y, columns, 1, N, lags, c, residual, &r));
        CHECK(r.lags == (size_t)lags);
        memset(xx, 0, sizeof xx);
        for (int t = 0; t < N; t++)
            for (int a = 0; a < 2; a++)
                for (int b = 0; b < 2; b++)
                    xx[a][b] += (a ? x[t] : 1) * (b ? x[t] : 1);
        double det = xx[0][0] * xx[1][1] - xx[0][1] * xx[1][0];
        inverse[0][0] = xx[1][1] / det, inverse[1][1] = xx[0][0] / det;
        inverse[0][1] = inverse[1][0] = -xx[0][1] / det;
        for (int t = 0; t < N; t++)
            for (int u = 0; u < N; u++) {
                double weight = 1 - fabs((double)(t - u)) / (lags + 1);
                for (int a = 0; weight > 0 && a < 2; a++)
                    for (int b = 0; b < 2; b++)
                        s[a][b] +=
                            weight * residual[t] * residual[u] * (a ? x[t] : 1) * (b ? x[u] : 1);
            }
        for (int i = 0; i < 2; i++)
            for (int a = 0; a < 2; a++)
                for (int b = 0; b < 2; b++)
                    v[i] += inverse[i][a] * s[a][b] * inverse[b][i];
        for (int i = 0; i < 2; i++) {
            CHECK_NEAR("robust", c[i].robust_error, sqrt(v[i]), 1e-12);
            CHECK_NEAR("robust t", c[i].robust_t, c[i].value / sqrt(v[i]), 1e-9);
        }
    }
    pen_coefficient c[2];
    pen_regression r;
    CHECK_OK(pen_statistic_regression(y, columns, 1, N, PEN_LAGS_USUAL, c, NULL, &r));
    CHECK(r.lags == 4); /* 4 x 2^(2/9) is 4.67 */
    double steps = 0, squares = 0;
    for (int t = 0; t < N; t++) {
        squares += residual[t] * residual[t];
        steps += t > 0 ? pow(residual[t] - residual[t - 1], 2) : 0;
    }
    CHECK_NEAR("Durbin-Watson", r.durbin_watson, steps / squares, 1e-12);
}

static void what_cannot_be_fitted_is_nan_or_refused(void)
{
    double y[5] = { 1, 3, 2, 5, 4 }, x[5] = { 2, 2, 2, 2, 2 };
    const double *const columns[] = { x, y };
    pen_coefficient c[3];
    pen_regression r;
    CHECK_OK(pen_statistic_regression(y, columns, 1, 5, 1, c, NULL, &r)); /* a second constant */
    CHECK(isnan(c[0].value) && isnan(c[1].robust_t) && isnan(r.r_squared));
    CHECK_OK(pen_statistic_regression(y, columns, 0, 5, 1, c, NULL, &r));
    CHECK_NEAR("mean", c[0].value, 3, 1e-15);
    CHECK_NEAR("its error", c[0].error, sqrt(2.5 / 5), 1e-15);
    x[0] = 1;
    CHECK_OK(pen_statistic_regression(x, columns, 1, 5, 1, c, NULL, &r)); /* itself */
    CHECK_NEAR("itself", c[1].value, 1, 1e-14);
    CHECK_STATUS(pen_statistic_regression(y, columns, 2, 3, 0, c, NULL, &r), PEN_E_ARG);
    CHECK_ERROR_SAYS("3 values for 3 coefficients");
    CHECK_STATUS(pen_statistic_regression(y, columns, 1, 5, 5, c, NULL, &r), PEN_E_ARG);
    x[3] = NAN;
    CHECK_STATUS(pen_statistic_regression(y, columns, 1, 5, 1, c, NULL, &r), PEN_E_ARG);
    CHECK_ERROR_SAYS("x[3] is nan");
}

static void every_failed_allocation_is_reported_and_leaves_nothing(void)
{
    const double *const x[] = { longley[0] };
    pen_coefficient c[2];
    pen_regression r;
    CHECK_EVERY_ALLOCATION(pen_statistic_regression(employed, x, 1, ROWS, 2, c, NULL, &r));
}

static const check_test tests[] = {
    TEST(longleys_data_have_the_certified_fit),
    TEST(robust_errors_are_newey_and_wests),
    TEST(what_cannot_be_fitted_is_nan_or_refused),
    TEST(every_failed_allocation_is_reported_and_leaves_nothing),
};
TEST_MAIN(tests)
