/* Autocorrelation, unit roots and cointegration against published values, formulas in
 * extended precision and series of which the answer is known. */
#include "check.h"
#include "machine/base/alloc.h"
#include "machine/base/rng.h"
#include "mathops.h"
#include "penstock/statistic.h"

typedef long double wide;

/* ---- published: Stata's egranger ---- */

/* Normal numbers of numpy.random.RandomState(seed): MT19937 (Matsumoto & Nishimura 1998)
 * and Marsaglia's polar method, so that a published test can be repeated. */
typedef struct twister {
    uint32_t word[624];
    int at;
    double spare;
    bool has_spare;
} twister;

static void twister_init(twister *r, uint32_t seed)
{
    *r = (twister){ .word = { seed }, .at = 624 };
    for (uint32_t i = 1; i < 624; i++)
        r->word[i] = 1812433253u * (r->word[i - 1] ^ r->word[i - 1] >> 30) + i;
}

static uint32_t twister_next(twister *r)
{
    for (int i = 0; r->at == 624 && i < 624; i++) {
        uint32_t y = (r->word[i] & 0x80000000u) | (r->word[(i + 1) % 624] & 0x7fffffffu);
        r->word[i] = r->word[(i + 397) % 624] ^ y >> 1 ^ (y & 1 ? 0x9908b0dfu : 0);
    }
    r->at %= 624;
    uint32_t y = r->word[r->at++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

static double twister_normal(twister *r)
{
    double u[2], square = 2;
    if (r->has_spare) {
        r->has_spare = false;
        return r->spare;
    }
    while (square >= 1 || square == 0) {
        for (int i = 0; i < 2; i++) {
            uint32_t high = twister_next(r) >> 5, low = twister_next(r) >> 6;
            u[i] = 2 * ((high * 67108864.0 + low) / 9007199254740992.0) - 1;
        }
        square = u[0] * u[0] + u[1] * u[1];
    }
    double f = sqrt(-2 * log(square) / square);
    r->spare = f * u[0];
    r->has_spare = true;
    return f * u[1];
}

enum { N = 200 };
static double walk[4][N];

/* Two series on one random walk and two of noise, rounded to four decimals. */
static void make_published_series(void)
{
    static const double constant[4] = { 1, 0, 0.5, 0 };
    static double unit[N];
    twister r;
    twister_init(&r, 123);
    for (int t = 0; t < N; t++)
        unit[t] = twister_normal(&r) + (t > 0 ? unit[t - 1] : 0);
    for (int t = 0; t < N; t++)
        for (int i = 0; i < 4; i++) {
            double noise = twister_normal(&r);
            walk[i][t] = rint(((i < 2 ? noise + unit[t] : noise) + constant[i]) * 1e4) / 1e4;
        }
}

/* Statistic and critical values that Stata's egranger gives for these series, as
 * statsmodels' tests (statsmodels/tsa/tests/test_stattools.py, test_coint) record them. */
static void cointegration_matches_stata(void)
{
    static const struct {
        pen_trend trend;
        int first, n_x;
        double statistic, critical[3];
    } rows[] = {
        { PEN_TREND_LINEAR,
          1,
          1,
          -5.615251442239,
          { -4.406102369132, -3.82866685109, -3.532082997903 } },
        { PEN_TREND_LINEAR,
          1,
          2,
          -5.63591313706,
          { -4.758609717199, -4.179130554708, -3.880909696863 } },
        { PEN_TREND_LINEAR,
          2,
          2,
          -2.892029275027,
          { -4.758609717199, -4.179130554708, -3.880909696863 } },
        { PEN_TREND_LINEAR,
          1,
          3,
          -5.626932544079,
          { -5.08363327039, -4.502469783057, -4.2031051091 } },
        { PEN_TREND_CONSTANT,
          1,
          1,
          -5.760696844656,
          { -3.952321293401682, -3.367006313729, -3.065831247948 } },
        { PEN_TREND_CONSTANT,
          1,
          2,
          -5.781087068772,
          { -4.367111915942, -3.783961136005, -3.483501524709 } },
        { PEN_TREND_CONSTANT,
          2,
          2,
          -2.477444137366,
          { -4.367111915942, -3.783961136005, -3.483501524709 } },
        { PEN_TREND_CONSTANT,
          1,
          3,
          -5.778205811661,
          { -4.735249216434, -4.152738973763, -3.852480848968 } },
    };
    make_published_series();
    for (size_t i = 0; i < COUNT(rows); i++) {
        const double *x[3] = { walk[rows[i].first], walk[(rows[i].first + 1) % 4],
                               walk[(rows[i].first + 2) % 4] };
        pen_unit_root_params p = { rows[i].trend, PEN_LAGS_FIXED, 4 };
        pen_cointegration c;
        CHECK_OK(pen_statistic_cointegration(walk[0], x, (size_t)rows[i].n_x, N, &p, NULL, &c));
        CHECK_NEAR("statistic", c.residual.statistic, rows[i].statistic,
                   2e-11 * fabs(rows[i].statistic));
        for (int k = 0; k < 3; k++)
            CHECK_NEAR("critical", c.residual.critical[k], rows[i].critical[k], 6e-7);
    }
    /* there without a lag: t = -13.9929466, p = 2.27e-27 by AIC up to 4 */
    const double *x[1] = { walk[1] };
    pen_unit_root_params p = { PEN_TREND_LINEAR, PEN_LAGS_AIC, 4 };
    pen_cointegration c;
    CHECK_OK(pen_statistic_cointegration(walk[0], x, 1, N, &p, NULL, &c));
    CHECK_NEAR("AIC", c.residual.statistic, -13.992946638547112, 1e-9);
    CHECK_NEAR("AIC p", c.residual.p_value / 2.270898990540678e-27, 1, 1e-7);
    CHECK(c.residual.lags == 0 && fabs(c.hedge[0] - 1) < 0.2);
}

/* ---- unit roots ---- */

/* t of the level by the normal equations in extended precision. */
static double reference_statistic(const double *x, size_t n, pen_trend trend, size_t lags)
{
    enum { MOST = 12 };
    size_t cols = (size_t)trend + 1 + lags, rows = n - 1 - lags;
    wide a[MOST][2 * MOST + 1] = { 0 }, yy = 0, b[MOST] = { 0 };
    for (size_t r = 0; r < rows; r++) {
        size_t t = r + lags;
        wide row[MOST], y = (wide)x[t + 1] - x[t];
        size_t k = 0;
        row[k++] = x[t];
        for (size_t j = 1; j <= lags; j++)
            row[k++] = (wide)x[t - j + 1] - x[t - j];
        if (trend >= PEN_TREND_CONSTANT)
            row[k++] = 1;
        if (trend == PEN_TREND_LINEAR)
            row[k++] = (wide)r / (wide)rows;
        for (size_t i = 0; i < cols; i++) {
            for (size_t j = 0; j < cols; j++)
                a[i][j] += row[i] * row[j];
            b[i] += row[i] * y;
        }
        yy += y * y;
    }
    for (size_t i = 0; i < cols; i++)
        a[i][MOST + i] = 1;
    for (size_t i = 0; i < cols; i++) { /* the inverse, by Gauss and Jordan */
        wide pivot = a[i][i];
        for (size_t j = 0; j < 2 * MOST; j++)
            a[i][j] /= pivot;
        for (size_t k = 0; k < cols; k++) {
            wide factor = a[k][i];
            for (size_t j = 0; k != i && j < 2 * MOST; j++)
                a[k][j] -= factor * a[i][j];
        }
    }
    wide residual = yy, coefficient = 0;
    for (size_t i = 0; i < cols; i++) {
        wide beta = 0;
        for (size_t j = 0; j < cols; j++)
            beta += a[i][MOST + j] * b[j];
        residual -= beta * b[i];
        coefficient = i == 0 ? beta : coefficient;
    }
    return (double)(coefficient / sqrtl(residual / (wide)(rows - cols) * a[0][MOST]));
}

/* phi x[t-1] + noise about `level` */
static void make_ar1(double *x, size_t n, double phi, double level, uint64_t seed)
{
    pen_rng rng;
    pen_rng_init(&rng, seed, 0, 0, 0);
    double at = 0;
    for (size_t t = 0; t < n; t++)
        x[t] = level + (at = phi * at + pen_rng_uniform(&rng) - 0.5);
}

static void unit_root_statistics_match_extended_precision(void)
{
    static double x[400];
    for (int trend = 0; trend < 3; trend++)
        for (int lags = 0; lags < 7; lags += 3)
            for (int kind = 0; kind < 2; kind++) {
                pen_unit_root_params p = { (pen_trend)trend, PEN_LAGS_FIXED, lags };
                pen_unit_root got;
                make_ar1(x, 400, kind == 0 ? 1 : 0.8, trend == 0 ? 0 : 5,
                         (uint64_t)(10 * trend + lags));
                CHECK_OK(pen_statistic_unit_root(x, 400, &p, &got));
                double want = reference_statistic(x, 400, p.trend, (size_t)lags);
                CHECK_NEAR("statistic", got.statistic, want, 1e-9 * (1 + fabs(want)));
                CHECK(got.lags == (size_t)lags && got.n_used == 399 - (size_t)lags);
                CHECK(kind == 0 ? got.p_value > 1e-3 : got.p_value < 0.05);
            }
}

/* J. G. MacKinnon 2010: asymptotic values at 1, 5 and 10 %, and what the response surface
 * makes of 100 points. */
static void critical_values_are_the_papers_and_random_walks_keep_to_them(void)
{
    static const double levels[] = { 0.01, 0.05, 0.1 };
    static const double asymptotic[3][3] = { { -2.56574, -1.94100, -1.61682 },
                                             { -3.43035, -2.86154, -2.56677 },
                                             { -3.95877, -3.41049, -3.12705 } };
    static double x[102];
    for (int trend = 0; trend < 3; trend++) {
        pen_unit_root_params p = { (pen_trend)trend, PEN_LAGS_FIXED, 0 };
        pen_unit_root got;
        make_ar1(x, 102, 0.5, 0, 4);
        CHECK_OK(pen_statistic_unit_root(x, 101, &p, &got));
        for (int k = 0; k < 3; k++)
            CHECK_NEAR("critical", got.critical[k], asymptotic[trend][k], 0.12);
    }
    /* -2.86154 - 2.8903 / 100 - 4.234 / 100^2 - 40.040 / 100^3 */
    pen_unit_root_params p = { PEN_TREND_CONSTANT, PEN_LAGS_FIXED, 0 };
    pen_unit_root got;
    CHECK_OK(pen_statistic_unit_root(x, 101, &p, &got));
    CHECK_NEAR("5 % of 100", got.critical[1], -2.89090644, 1e-12);
    /* random walks are below the critical values as often as those say */
    int rejected[3] = { 0 };
    enum { TRIALS = 2000 };
    for (int trial = 0; trial < TRIALS; trial++) {
        make_ar1(x, 102, 1, 0, 1000 + (uint64_t)trial);
        CHECK_OK(pen_statistic_unit_root(x, 102, &p, &got));
        for (int k = 0; k < 3; k++)
            rejected[k] += got.statistic < got.critical[k];
    }
    for (int k = 0; k < 3; k++)
        CHECK_NEAR("rejections", rejected[k] / (double)TRIALS, levels[k],
                   4 * sqrt(levels[k] / TRIALS));
}

static void lags_are_chosen_by_the_criterion(void)
{
    static double x[500];
    pen_rng rng;
    pen_rng_init(&rng, 3, 0, 0, 0);
    double step[3] = { 0 };
    for (int t = 0; t < 500; t++) { /* differences of their own two before */
        step[0] = 0.5 * step[1] - 0.4 * step[2] + pen_rng_uniform(&rng) - 0.5;
        x[t] = (t > 0 ? x[t - 1] : 0) + step[0];
        step[2] = step[1];
        step[1] = step[0];
    }
    pen_unit_root_params p = pen_unit_root_params_default();
    pen_unit_root aic, bic;
    CHECK_OK(pen_statistic_unit_root(x, 500, &p, &aic));
    p.rule = PEN_LAGS_BIC;
    CHECK_OK(pen_statistic_unit_root(x, 500, &p, &bic));
    CHECK(bic.lags == 2 && aic.lags >= 2 && aic.lags <= 18);
    p = (pen_unit_root_params){ PEN_TREND_CONSTANT, PEN_LAGS_FIXED, 2 };
    CHECK_OK(pen_statistic_unit_root(x, 500, &p, &aic));
    CHECK(aic.statistic == bic.statistic && aic.p_value == bic.p_value);
}

static void degenerate_series_give_what_the_header_says(void)
{
    double x[40], y[40], z[40], half_life;
    const double *series[2] = { x, x };
    pen_unit_root_params p = { PEN_TREND_CONSTANT, PEN_LAGS_FIXED, 0 };
    pen_unit_root root;
    pen_cointegration c;
    for (int t = 0; t < 40; t++)
        x[t] = 0.1;
    CHECK_OK(pen_statistic_unit_root(x, 40, &p, &root));
    CHECK(isnan(root.statistic) && isnan(root.p_value));
    CHECK_OK(pen_statistic_half_life(x, 40, &half_life));
    CHECK(isnan(half_life));
    make_ar1(x, 40, 1, 50, 1);
    for (int t = 0; t < 40; t++)
        y[t] = 3 + 2 * x[t];
    CHECK_OK(pen_statistic_cointegration(y, series, 1, 40, &p, z, &c));
    CHECK(c.residual.statistic == -INFINITY && c.residual.p_value == 0 && c.half_life == 0);
    CHECK_NEAR("hedge", c.hedge[0], 2, 1e-12);
    CHECK_NEAR("constant", c.constant, 3, 1e-10);
    CHECK_NEAR("residual", z[7], 0, 1e-12);
    CHECK_OK(pen_statistic_cointegration(y, series, 2, 40, &p, z, &c));
    CHECK(isnan(c.hedge[0]) && isnan(c.residual.statistic) && isnan(c.residual.p_value));
    for (int t = 0; t < 40; t++)
        y[t] = 1e150 * x[t];
    CHECK_OK(pen_statistic_cointegration(y, series, 1, 40, &p, NULL, &c));
    CHECK(c.residual.p_value == 0);
    for (int t = 0; t < 40; t++)
        z[t] = pow(0.5, t / 7.0);
    CHECK_OK(pen_statistic_half_life(z, 40, &half_life));
    CHECK_NEAR("half-life", half_life, 7, 1e-9);
    for (int t = 0; t < 40; t++)
        z[t] = pow(1.1, t);
    CHECK_OK(pen_statistic_half_life(z, 40, &half_life));
    CHECK(isinf(half_life));
}

static void bad_arguments_are_named(void)
{
    double x[20] = { 0 }, r[41];
    const double *series[1] = { x };
    pen_unit_root_params p = pen_unit_root_params_default();
    pen_unit_root root;
    pen_cointegration c;
    pen_autocorrelation none = { 0 };
    x[7] = NAN;
    CHECK_STATUS(pen_statistic_unit_root(x, 20, &p, &root), PEN_E_ARG);
    CHECK_ERROR_SAYS("x[7] is nan");
    CHECK_STATUS(pen_statistic_autocorrelation(x, 20, 3, &none), PEN_E_ARG);
    CHECK_STATUS(pen_statistic_half_life(x, 20, r), PEN_E_ARG);
    x[7] = 0;
    CHECK_STATUS(pen_statistic_autocorrelation(x, 20, 20, &none), PEN_E_ARG);
    CHECK_ERROR_SAYS("20 lags of 20 points");
    CHECK_STATUS(pen_statistic_cross_correlation(x, x, 0, 0, r), PEN_E_ARG);
    p.lags = 15;
    CHECK_STATUS(pen_statistic_unit_root(x, 20, &p, &root), PEN_E_ARG);
    CHECK_ERROR_SAYS("too few for 15 lags");
    p.lags = -2;
    CHECK_STATUS(pen_statistic_unit_root(x, 20, &p, &root), PEN_E_ARG);
    CHECK_STATUS(pen_statistic_unit_root(x, 1, &p, &root), PEN_E_ARG);
    CHECK_STATUS(pen_statistic_half_life(x, 3, r), PEN_E_ARG);
    p = (pen_unit_root_params){ PEN_TREND_NONE, PEN_LAGS_FIXED, 0 };
    CHECK_STATUS(pen_statistic_cointegration(x, series, 1, 20, &p, NULL, &c), PEN_E_ARG);
    CHECK_ERROR_SAYS("expected CONSTANT or LINEAR");
    p.trend = PEN_TREND_CONSTANT;
    CHECK_STATUS(pen_statistic_cointegration(x, series, 12, 20, &p, NULL, &c), PEN_E_ARG);
    CHECK_STATUS(pen_statistic_cointegration(x, series, 1, 3, &p, NULL, &c), PEN_E_ARG);
}

/* ---- autocorrelation ---- */

static double reference_acf(const double *x, const double *y, size_t n, size_t lag)
{
    wide mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (size_t t = 0; t < n; t++) {
        mx += (wide)x[t] / (wide)n;
        my += (wide)y[t] / (wide)n;
    }
    for (size_t t = 0; t < n; t++) {
        xx += (x[t] - mx) * (x[t] - mx);
        yy += (y[t] - my) * (y[t] - my);
        xy += t + lag < n ? (x[t] - mx) * (y[t + lag] - my) : 0;
    }
    return (double)(xy / sqrtl(xx) / sqrtl(yy));
}

static void autocorrelations_match_extended_precision(void)
{
    enum { POINTS = 501, LAGS = 20 };
    static double x[POINTS], y[POINTS], acf[LAGS + 1], band[LAGS + 1], ccf[2 * LAGS + 1];
    for (int scale = -1; scale < 2; scale++) {
        make_ar1(x, POINTS, 0.7, 3, 5);
        make_ar1(y, POINTS, 0.2, 1e6, 6);
        for (int t = 0; t < POINTS; t++)
            x[t] *= pow(10, 200 * scale);
        CHECK_OK(pen_statistic_autocorrelation(x, POINTS, LAGS,
                                               &(pen_autocorrelation){ .acf = acf, .band = band }));
        CHECK_OK(pen_statistic_cross_correlation(x, y, POINTS, LAGS, ccf));
        double squares = 0;
        for (size_t k = 0; k <= LAGS && scale == 0; k++) {
            CHECK_NEAR("acf", acf[k], reference_acf(x, x, POINTS, k), 2e-14);
            CHECK_NEAR("ccf", ccf[LAGS + k], reference_acf(x, y, POINTS, k), 1e-9);
            CHECK_NEAR("ccf", ccf[LAGS - k], reference_acf(y, x, POINTS, k), 1e-9);
            if (k > 0)
                CHECK_NEAR("band", band[k], 1.959963984540054 * sqrt((1 + 2 * squares) / POINTS),
                           1e-14);
            squares += k > 0 ? acf[k] * acf[k] : 0;
        }
        CHECK(acf[0] == 1 && fabs(acf[1] - 0.7) < 0.1);
    }
}

/* The last coefficient of the Yule-Walker equations, by Gauss in extended precision; and that
 * an AR(2) has none beyond its order. */
static void partial_autocorrelations_solve_the_yule_walker_equations(void)
{
    enum { POINTS = 2000, LAGS = 8 };
    static double x[POINTS], acf[LAGS + 1], pacf[LAGS + 1];
    make_ar1(x, POINTS, 0.6, 0, 9);
    for (int t = 2; t < POINTS; t++)
        x[t] += 0.3 * x[t - 1] - 0.5 * x[t - 2];
    CHECK_OK(pen_statistic_autocorrelation(x, POINTS, LAGS,
                                           &(pen_autocorrelation){ .acf = acf, .pacf = pacf }));
    for (int order = 1; order <= LAGS; order++) {
        wide a[LAGS][LAGS + 1];
        for (int i = 0; i < order; i++) {
            for (int j = 0; j < order; j++)
                a[i][j] = acf[i > j ? i - j : j - i];
            a[i][order] = acf[i + 1];
        }
        for (int i = 0; i < order; i++)
            for (int k = i + 1; k < order; k++) {
                wide factor = a[k][i] / a[i][i];
                for (int j = i; j <= order; j++)
                    a[k][j] -= factor * a[i][j];
            }
        CHECK_NEAR("pacf", pacf[order], (double)(a[order - 1][order] / a[order - 1][order - 1]),
                   1e-12);
    }
    CHECK(pacf[0] == 1);
}

/* Chi squared tails of published tables: 3.841459 (1 degree), 18.307038 (10) and 124.342113
 * (100) leave 5 %, 6.634897 and 23.209251 leave 1 % (NIST/SEMATECH e-Handbook 1.3.6.7.4). */
static void ljung_box_has_its_law(void)
{
    enum { POINTS = 400, LAGS = 10, TRIALS = 1000 };
    static double x[POINTS], acf[LAGS + 1], q[LAGS + 1], p[LAGS + 1];
    pen_autocorrelation out = { .acf = acf, .ljung_box = q, .p_value = p };
    double mean = 0;
    int below = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        make_ar1(x, POINTS, 0, 0, 100 + (uint64_t)trial);
        CHECK_OK(pen_statistic_autocorrelation(x, POINTS, LAGS, &out));
        double want = 0;
        for (int k = 1; k <= LAGS; k++)
            want += POINTS * (POINTS + 2.0) * acf[k] * acf[k] / (POINTS - k);
        CHECK_NEAR("Q", q[LAGS], want, 1e-11);
        CHECK((q[LAGS] < 18.307038) == (p[LAGS] > 0.05));
        CHECK((q[1] < 6.634897) == (p[1] > 0.01));
        CHECK_NEAR("2 degrees", p[2], exp(-0.5 * q[2]), 1e-13);
        CHECK_NEAR("4 degrees", p[4], exp(-0.5 * q[4]) * (1 + 0.5 * q[4]), 1e-13);
        mean += p[LAGS] / TRIALS;
        below += p[LAGS] < 0.05;
    }
    CHECK_NEAR("mean p", mean, 0.5, 0.04);
    CHECK_NEAR("rejections", below / (double)TRIALS, 0.05, 0.025);
    make_ar1(x, POINTS, 0.5, 0, 1);
    CHECK_OK(pen_statistic_autocorrelation(x, POINTS, LAGS, &out));
    CHECK(p[LAGS] < 1e-15 && p[LAGS] >= 0 && p[0] == 1 && q[0] == 0);
    for (int t = 0; t < POINTS; t++)
        x[t] = 0.3;
    CHECK_OK(pen_statistic_autocorrelation(x, POINTS, LAGS, &out));
    CHECK(isnan(acf[0]) && isnan(acf[3]) && isnan(p[3]));
    CHECK_OK(pen_statistic_autocorrelation(x, 1, 0, &out));
    CHECK(isnan(acf[0]));
}

static void every_failed_allocation_is_reported_and_leaves_nothing(void)
{
    make_published_series();
    const double *x[1] = { walk[1] };
    double acf[5], ccf[9];
    pen_autocorrelation out = { .pacf = acf };
    pen_unit_root_params p = pen_unit_root_params_default(); /* usual lags, by AIC */
    pen_unit_root root;
    pen_cointegration c;
    CHECK_EVERY_ALLOCATION(pen_statistic_unit_root(walk[0], N, &p, &root));
    CHECK_EVERY_ALLOCATION(pen_statistic_cointegration(walk[0], x, 1, N, &p, NULL, &c));
    CHECK_EVERY_ALLOCATION(pen_statistic_autocorrelation(walk[0], N, 4, &out));
    CHECK_EVERY_ALLOCATION(pen_statistic_cross_correlation(walk[0], walk[1], N, 4, ccf));
}

static const check_test tests[] = {
    TEST(cointegration_matches_stata),
    TEST(unit_root_statistics_match_extended_precision),
    TEST(critical_values_are_the_papers_and_random_walks_keep_to_them),
    TEST(lags_are_chosen_by_the_criterion),
    TEST(degenerate_series_give_what_the_header_says),
    TEST(bad_arguments_are_named),
    TEST(autocorrelations_match_extended_precision),
    TEST(partial_autocorrelations_solve_the_yule_walker_equations),
    TEST(ljung_box_has_its_law),
    TEST(every_failed_allocation_is_reported_and_leaves_nothing),
};
TEST_MAIN(tests)
