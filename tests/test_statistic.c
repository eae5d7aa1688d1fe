/* Moments and matrices of panels against published values, formulas in extended precision
 * and the edges of what there can be. */
#include <float.h>

#include "statistic_panel.h"

typedef long double wide;

/* ---- moments ---- */

static pen_moments moments_of(const double *x, size_t n)
{
    place p = place_open("cpu:0");
    pen_moments m = { 0 };
    pen_panel *panel = panel_of(p.queue, PEN_F64, 1, n, x);
    CHECK_OK(pen_statistic_moments(p.queue, panel, PEN_POINTS_PAIRWISE, &m));
    pen_panel_destroy(panel);
    place_close(&p);
    return m;
}

/* Certified values of NIST's Statistical Reference Datasets, univariate summary statistics. */
static void moments_match_certified_values(void)
{
    static const double acc1[] = { 10000001, 10000003, 10000002 };
    static const double base[] = { 1, 1000000, 10000000 };
    pen_moments m = moments_of(acc1, 3);
    CHECK_NEAR("NumAcc1 mean", m.mean, 10000002, 0);
    CHECK_NEAR("NumAcc1 stdev", m.stdev, 1, 1e-15);
    for (int k = 0; k < 3; k++) {
        static double x[1001];
        for (int i = 0; i < 1001; i++)
            x[i] = base[k] + (i == 0 ? 0.2 : i % 2 == 1 ? 0.1 : 0.3);
        m = moments_of(x, 1001);
        CHECK_NEAR("NumAcc2-4 mean", m.mean, base[k] + 0.2, base[k] * 2e-16);
        /* what the inputs' own rounding leaves */
        CHECK_NEAR("NumAcc2-4 stdev", m.stdev, 0.1, base[k] * 1e-15);
        CHECK(m.count == 1001 && m.min == x[1] && m.max == x[2]);
    }
}

/* Moments in extended precision, by the formulas of the header. */
static pen_moments reference_moments(const double *x, size_t n)
{
    pen_moments m = { .min = NAN, .max = NAN, .skewness = NAN, .kurtosis = NAN };
    wide sum = 0, m2 = 0, m3 = 0, m4 = 0, count = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i])) {
            sum += x[i];
            count++;
            m.min = !(m.min <= x[i]) ? x[i] : m.min;
            m.max = !(m.max >= x[i]) ? x[i] : m.max;
        }
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i])) {
            wide d = x[i] - sum / count;
            m2 += d * d / count;
            m3 += d * d * d / count;
            m4 += d * d * d * d / count;
        }
    m.count = (size_t)count;
    m.mean = (double)(sum / count);
    m.variance = count < 2 ? NAN : (double)(m2 * count / (count - 1));
    m.stdev = sqrt(m.variance);
    wide g1 = m3 / (m2 * sqrtl(m2)), g2 = m4 / (m2 * m2) - 3;
    if (count >= 3 && m2 > 0)
        m.skewness = (double)(g1 * sqrtl(count * (count - 1)) / (count - 2));
    if (count >= 4 && m2 > 0)
        m.kurtosis = (double)(((count + 1) * g2 + 6) * (count - 1) / ((count - 2) * (count - 3)));
    return m;
}

static void check_moments(const char *label, const pen_moments *got, const pen_moments *want,
                          double tol)
{
    CHECK(got->count == want->count);
    CHECK_NEAR(label, got->mean, want->mean, tol * (fabs(want->mean) + want->max - want->min));
    CHECK_NEAR(label, got->variance, want->variance, tol * want->variance);
    CHECK_NEAR(label, got->stdev, want->stdev, tol * want->stdev);
    CHECK_NEAR(label, got->skewness, want->skewness, 4 * tol * (1 + fabs(want->skewness)));
    CHECK_NEAR(label, got->kurtosis, want->kurtosis, 8 * tol * (1 + fabs(want->kurtosis)));
    CHECK_NEAR(label, got->min, want->min, 0);
    CHECK_NEAR(label, got->max, want->max, 0);
}

static void moments_match_extended_precision(void)
{
    static const size_t sizes[] = { 1, 2, 3, 4, 5, 255, 256, 257, 10007 };
    static const double scales[] = { 1, 1e-140, 1e150 };
    for (size_t i = 0; i < COUNT(sizes); i++)
        for (size_t k = 0; k < COUNT(scales); k++)
            for (unsigned holes = 0; holes < 40; holes += 30) {
                double *x = make_walks(2, sizes[i], holes, 7 + i), *row = x + sizes[i];
                for (size_t t = 0; t < sizes[i]; t++)
                    row[t] *= scales[k];
                pen_moments got = moments_of(row, sizes[i]);
                pen_moments want = reference_moments(row, sizes[i]);
                check_moments("moments", &got, &want, 4e-15);
                free(x);
            }
}

static void moments_of_nothing_one_and_constants_are_what_the_header_says(void)
{
    double x[300], none[3] = { NAN, NAN, NAN };
    for (size_t i = 0; i < 300; i++)
        x[i] = 0.1;
    pen_moments m = moments_of(x, 0);
    CHECK(m.count == 0 && isnan(m.mean) && isnan(m.min) && isnan(m.variance));
    m = moments_of(none, 3);
    CHECK(m.count == 0 && isnan(m.mean) && isnan(m.max) && isnan(m.stdev));
    m = moments_of(x, 1);
    CHECK(m.count == 1 && m.mean == 0.1 && m.min == 0.1 && isnan(m.variance));
    m = moments_of(x, 300);
    CHECK(m.count == 300 && m.mean == 0.1 && m.variance == 0 && m.stdev == 0);
    CHECK(isnan(m.skewness) && isnan(m.kurtosis));
    x[7] = INFINITY;
    m = moments_of(x, 300);
    CHECK(m.count == 300 && !isfinite(m.mean) && !isfinite(m.variance) && isinf(m.max));
    x[7] = 5e-324;
    x[8] = 0;
    m = moments_of(x + 7, 2);
    CHECK(m.mean <= 5e-324 && m.variance == 0);
}

/* ---- matrices ---- */

static void matrix_of(const double *x, size_t n_series, size_t n_points, pen_matrix_kind kind,
                      pen_matrix_method method, pen_points_rule points, double *out)
{
    place p = place_open("cpu:0");
    pen_panel *panel = panel_of(p.queue, PEN_F64, n_series, n_points, x), *result;
    CHECK_OK(pen_panel_wrap(PEN_F64, out, n_series, n_series, n_series, &result));
    CHECK_OK(pen_statistic_matrix(p.queue, panel, kind, method, points, result));
    pen_panel_destroy(result);
    pen_panel_destroy(panel);
    place_close(&p);
}

/* F. J. Anscombe, "Graphs in statistical analysis", 1973: r = 0.816 of each of four sets, and
 * the rank correlation -29/165 of the example (intelligence and hours of television) that
 * Wikipedia's article on Spearman's coefficient works through. */
static void matrices_match_published_values(void)
{
    static const double anscombe[] = { 10,   8,    13,   9,     11,   14,   6,    4,
                                       12,   7,    5,    8.04,  6.95, 7.58, 8.81, 8.33,
                                       9.96, 7.24, 4.26, 10.84, 4.82, 5.68 };
    static const double tv[] = { 106, 100, 86, 101, 99, 103, 97, 113, 112, 110,
                                 7,   27,  2,  50,  28, 29,  20, 12,  6,   17 };
    double out[4];
    matrix_of(anscombe, 2, 11, PEN_MATRIX_CORRELATION, PEN_METHOD_PEARSON, PEN_POINTS_ALL, out);
    CHECK_NEAR("Anscombe I", out[1], 0.816, 5e-4);
    matrix_of(anscombe, 2, 11, PEN_MATRIX_COVARIANCE, PEN_METHOD_PEARSON, PEN_POINTS_ALL, out);
    CHECK_NEAR("Anscombe variance of x", out[0], 11, 1e-14);
    CHECK_NEAR("Anscombe variance of y", out[3], 4.127, 5e-4);
    CHECK_NEAR("Anscombe slope", out[1] / out[0], 0.5, 5e-4);
    matrix_of(tv, 2, 10, PEN_MATRIX_CORRELATION, PEN_METHOD_SPEARMAN, PEN_POINTS_ALL, out);
    CHECK_NEAR("Spearman", out[1], -29.0 / 165, 1e-15);
}

/* The rank of x[i] among the points that count, ties sharing the mean. */
static wide rank_of(const double *x, const char *counts, size_t n, size_t i)
{
    wide below = 0, equal = 0;
    for (size_t j = 0; j < n; j++)
        if (counts[j]) {
            below += x[j] < x[i];
            equal += x[j] == x[i];
        }
    return below + (equal + 1) / 2;
}

/* One element by its definition. */
static double reference_pair(const double *x, const double *y, const char *counts, size_t n,
                             pen_matrix_kind kind, pen_matrix_method method)
{
    wide m = 0, mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    wide *u = malloc((n + 1) * sizeof *u), *v = malloc((n + 1) * sizeof *v);
    for (size_t i = 0; i < n; i++)
        if (counts[i]) {
            u[i] = method == PEN_METHOD_SPEARMAN ? rank_of(x, counts, n, i) : x[i];
            v[i] = method == PEN_METHOD_SPEARMAN ? rank_of(y, counts, n, i) : y[i];
            mx += u[i];
            my += v[i];
            m++;
        }
    for (size_t i = 0; i < n; i++)
        if (counts[i]) {
            wide d = u[i] - mx / m, e = v[i] - my / m;
            xx += d * d;
            yy += e * e;
            xy += d * e;
        }
    free(u);
    free(v);
    if (m < 2)
        return NAN;
    if (kind == PEN_MATRIX_COVARIANCE)
        return (double)(xy / (m - 1));
    return xx > 0 && yy > 0 ? (double)(xy / sqrtl(xx) / sqrtl(yy)) : NAN;
}

/* Which points count for the pair (i, j). */
static void points_that_count(const double *x, size_t n_series, size_t n, pen_points_rule points,
                              size_t i, size_t j, char *counts)
{
    for (size_t t = 0; t < n; t++) {
        counts[t] = !isnan(x[i * n + t]) && !isnan(x[j * n + t]);
        for (size_t s = 0; points == PEN_POINTS_LISTWISE && s < n_series; s++)
            counts[t] = counts[t] && !isnan(x[s * n + t]);
    }
}

static void check_matrix(const char *label, const double *x, size_t n_series, size_t n,
                         pen_matrix_kind kind, pen_matrix_method method, pen_points_rule points)
{
    double *out = malloc(n_series * n_series * sizeof *out);
    char *counts = malloc(n + 1);
    matrix_of(x, n_series, n, kind, method, points, out);
    for (size_t i = 0; i < n_series; i++)
        for (size_t j = 0; j < n_series; j++) {
            points_that_count(x, n_series, n, points, i, j, counts);
            double want = reference_pair(x + i * n, x + j * n, counts, n, kind, method);
            double of_i = reference_pair(x + i * n, x + i * n, counts, n, kind, method);
            double of_j = reference_pair(x + j * n, x + j * n, counts, n, kind, method);
            CHECK_NEAR(label, out[i * n_series + j], want,
                       3e-16 * sqrt((double)n + 40) * sqrt(of_i) * sqrt(of_j));
            CHECK(out[i * n_series + j] == out[j * n_series + i] || isnan(want));
        }
    free(counts);
    free(out);
}

static void matrices_match_their_definition(void)
{
    static const size_t sizes[][2] = { { 1, 5 }, { 2, 2 }, { 5, 3 }, { 7, 256 }, { 9, 301 } };
    for (size_t k = 0; k < COUNT(sizes); k++)
        for (unsigned choice = 0; choice < 24; choice++) {
            unsigned holes = choice / 8 == 0 ? 0 : choice / 8 == 1 ? 20 : 3;
            pen_points_rule points =
                choice / 4 % 2 == 0 ? PEN_POINTS_PAIRWISE : PEN_POINTS_LISTWISE;
            double *x = make_walks(sizes[k][0], sizes[k][1], holes, choice);
            for (size_t t = 0; choice >= 16 && t < sizes[k][0] * sizes[k][1]; t++)
                x[t] = floor(x[t]); /* ties */
            check_matrix("matrix", x, sizes[k][0], sizes[k][1], (pen_matrix_kind)(choice % 2),
                         (pen_matrix_method)(choice / 2 % 2), points);
            free(x);
        }
}

static void constants_and_scales_do_no_harm(void)
{
    enum { N = 100 };
    double x[5 * N], out[25];
    for (int t = 0; t < N; t++) {
        x[t] = 1e-200 * (t + 1);
        x[N + t] = 1e200 * (N - t);
        x[2 * N + t] = 0.1;
        x[3 * N + t] = t < 50 ? NAN : 7.3; /* varies nowhere, and is not everywhere */
        x[4 * N + t] = 1e9 + t;
    }
    matrix_of(x, 5, N, PEN_MATRIX_CORRELATION, PEN_METHOD_PEARSON, PEN_POINTS_PAIRWISE, out);
    CHECK_NEAR("of opposite", out[1], -1, 1e-14);
    CHECK_NEAR("of shifted", out[4], 1, 1e-14);
    for (int j = 0; j < 5; j++)
        CHECK(isnan(out[10 + j]) && isnan(out[15 + j]) && fabs(out[j]) != 2);
    CHECK(out[0] == 1 && out[6] == 1 && out[24] == 1);
    matrix_of(x, 5, N, PEN_MATRIX_COVARIANCE, PEN_METHOD_PEARSON, PEN_POINTS_PAIRWISE, out);
    CHECK(out[12] == 0 && out[18] == 0 && out[13] == 0 && out[10] == 0);
    CHECK_NEAR("tiny times huge", out[1], -(N * N + N) / 12.0, 1e-11);
    matrix_of(x, 5, N, PEN_MATRIX_CORRELATION, PEN_METHOD_SPEARMAN, PEN_POINTS_PAIRWISE, out);
    CHECK(isnan(out[2]) && isnan(out[18]) && out[4] > 1 - 1e-14);
    x[4 * N] = INFINITY;
    matrix_of(x, 5, N, PEN_MATRIX_CORRELATION, PEN_METHOD_PEARSON, PEN_POINTS_PAIRWISE, out);
    CHECK(isnan(out[4]) && isnan(out[9]) && out[1] < -1 + 1e-14);
}

static void refused_panels_say_why(void)
{
    place p = place_open("cpu:0");
    double x[6] = { 1, 2, 3, 4, NAN, 6 }, out[4];
    pen_moments m[2];
    pen_panel *panel = panel_of(p.queue, PEN_F64, 2, 3, x), *square, *wrong, *none;
    CHECK_OK(pen_panel_wrap(PEN_F64, out, 2, 2, 2, &square));
    CHECK_OK(pen_panel_wrap(PEN_F64, out, 2, 1, 1, &wrong));
    CHECK_OK(pen_panel_wrap(PEN_F64, NULL, 0, 0, 0, &none));
    CHECK_STATUS(pen_statistic_moments(p.queue, panel, PEN_POINTS_ALL, m), PEN_E_ARG);
    CHECK_ERROR_SAYS("1 of 3 values of series 1 are missing");
    CHECK_STATUS(pen_statistic_matrix(p.queue, panel, PEN_MATRIX_CORRELATION, PEN_METHOD_PEARSON,
                                      PEN_POINTS_ALL, square),
                 PEN_E_ARG);
    CHECK_STATUS(pen_statistic_matrix(p.queue, panel, PEN_MATRIX_CORRELATION, PEN_METHOD_PEARSON,
                                      PEN_POINTS_PAIRWISE, wrong),
                 PEN_E_SHAPE);
    CHECK_ERROR_SAYS("expected 2 x 2 f64");
    CHECK_OK(pen_statistic_matrix(p.queue, none, PEN_MATRIX_CORRELATION, PEN_METHOD_PEARSON,
                                  PEN_POINTS_ALL, none));
    CHECK_OK(pen_statistic_moments(p.queue, none, PEN_POINTS_LISTWISE, m));
    pen_panel_destroy(none);
    pen_panel_destroy(wrong);
    pen_panel_destroy(square);
    pen_panel_destroy(panel);
    place_close(&p);
}

/* ---- rolling ---- */

/* One window by its definition. */
static double reference_window(const double *x, const double *y, size_t n, pen_rolling_kind kind)
{
    wide mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (size_t t = 0; t < n; t++) {
        mx += x[t] / (wide)n;
        my += y[t] / (wide)n;
    }
    for (size_t t = 0; t < n; t++) {
        xx += (x[t] - mx) * (x[t] - mx);
        yy += (y[t] - my) * (y[t] - my);
        xy += (x[t] - mx) * (y[t] - my);
    }
    switch (kind) {
    case PEN_ROLLING_MEAN:
        return (double)mx;
    case PEN_ROLLING_VARIANCE:
        return (double)(xx / (wide)(n - 1));
    case PEN_ROLLING_COVARIANCE:
        return (double)(xy / (wide)(n - 1));
    case PEN_ROLLING_CORRELATION:
        return (double)(xy / sqrtl(xx) / sqrtl(yy));
    default:
        return (double)(xy / yy);
    }
}

static void rolling_values_match_their_definition(void)
{
    enum { SERIES = 3, POINTS = 700 };
    static const size_t windows[] = { 2, 3, 60, 256, 699, 700, 701 };
    static double out[SERIES * POINTS];
    place p = place_open("cpu:0");
    double *x = make_walks(SERIES, POINTS, 0, 8), *y = make_walks(1, POINTS, 0, 9);
    x[300] = NAN;
    for (size_t t = 350; t < 500; t++)
        x[t] = 0.1; /* does not vary */
    pen_panel *panel = panel_of(p.queue, PEN_F64, SERIES, POINTS, x), *to;
    pen_panel *market = panel_of(p.queue, PEN_F64, 1, POINTS, y);
    CHECK_OK(pen_panel_wrap(PEN_F64, out, SERIES, POINTS, POINTS, &to));
    for (size_t k = 0; k < COUNT(windows); k++)
        for (int kind = 0; kind < 5; kind++) {
            size_t w = windows[k], whole = 0;
            CHECK_OK(pen_statistic_rolling(p.queue, panel, market, (pen_rolling_kind)kind, w, to));
            for (size_t i = 0; i < SERIES * POINTS; i++) {
                size_t t = i % POINTS;
                const double *from = x + i + 1 - w, *other = y + t + 1 - w;
                double want =
                    t + 1 < w ? NAN : reference_window(from, other, w, (pen_rolling_kind)kind);
                bool is_flat = i < POINTS && t + 1 >= 350 + w && t < 500;
                if (is_flat && kind != PEN_ROLLING_MEAN)
                    want = kind == PEN_ROLLING_CORRELATION ? NAN : 0;
                whole += !isnan(want);
                CHECK_NEAR("rolling", out[i], want, is_flat ? 0 : 1e-12 * (1 + fabs(want)));
            }
            CHECK(whole > 0 || w > POINTS);
        }
    CHECK_STATUS(pen_statistic_rolling(p.queue, panel, NULL, PEN_ROLLING_BETA, 5, to), PEN_E_ARG);
    CHECK_STATUS(pen_statistic_rolling(p.queue, panel, NULL, PEN_ROLLING_VARIANCE, 1, to),
                 PEN_E_ARG);
    CHECK_ERROR_SAYS("window 1, expected 2 to 2^30");
    CHECK_STATUS(pen_statistic_rolling(p.queue, market, panel, PEN_ROLLING_BETA, 5, market),
                 PEN_E_SHAPE);
    CHECK_OK(pen_statistic_rolling(p.queue, panel, NULL, PEN_ROLLING_MEAN, 1, to));
    CHECK(memcmp(out + POINTS, x + POINTS, POINTS * sizeof *out) == 0);
    pen_panel_destroy(to);
    pen_panel_destroy(market);
    pen_panel_destroy(panel);
    free(y);
    free(x);
    place_close(&p);
}

/* ---- everywhere the same ---- */

typedef struct job {
    pen_dtype dtype;
    size_t n_series, n_points;
    const void *x;
    unsigned choice;
} job;

/* Moments, then the matrix, of one choice of kind, method and rule. */
static pen_status run_job(pen_queue *queue, void *context, void *out)
{
    const job *j = context;
    size_t n = j->n_series, unit = pen_dtype_bytes(j->dtype);
    pen_panel *panel = panel_of(queue, j->dtype, n, j->n_points, j->x), *result;
    pen_moments m[64];
    CHECK_OK(pen_panel_create(pen_queue_device(queue), j->dtype, n, n, &result));
    pen_points_rule points = j->choice / 4 == 0 ? PEN_POINTS_PAIRWISE : PEN_POINTS_LISTWISE;
    pen_status s = pen_statistic_moments(queue, panel, points, m);
    if (s == PEN_OK)
        s = pen_statistic_matrix(queue, panel, (pen_matrix_kind)(j->choice % 2),
                                 (pen_matrix_method)(j->choice / 2 % 2), points, result);
    if (s == PEN_OK)
        s = pen_panel_read(queue, out, n, result);
    pen_queue_wait(queue);
    for (size_t i = 0; i < n; i++) {
        const double all[] = { m[i].mean,     m[i].variance, m[i].skewness,
                               m[i].kurtosis, m[i].min,      m[i].max };
        for (size_t k = 0; k < COUNT(all); k++)
            put_value(j->dtype, (char *)out + n * n * unit, i * COUNT(all) + k, all[k]);
    }
    pen_panel_destroy(result);
    pen_panel_destroy(panel);
    return s;
}

static void every_device_gives_the_same_bits(void)
{
    enum { SERIES = 23, POINTS = 1777 };
    for (int narrow = 0; narrow < 2; narrow++)
        for (unsigned choice = 0; choice < 8; choice++) {
            double *x = make_walks(SERIES, POINTS, choice % 3 == 0 ? 2 : 0, choice);
            job j = { narrow ? PEN_F32 : PEN_F64, SERIES, POINTS, x, choice };
            void *narrowed = malloc(SERIES * POINTS * sizeof(double));
            for (size_t i = 0; i < SERIES * POINTS; i++)
                put_value(j.dtype, narrowed, i, x[i]);
            j.x = narrowed;
            matrix_check_same_reals("statistics", run_job, &j, j.dtype,
                                    SERIES * SERIES + 6 * SERIES);
            free(narrowed);
            free(x);
        }
}

static pen_status run_rolling(pen_queue *queue, void *context, void *out)
{
    const job *j = context;
    pen_panel *panel = panel_of(queue, j->dtype, j->n_series, j->n_points, j->x), *result;
    CHECK_OK(
        pen_panel_create(pen_queue_device(queue), j->dtype, j->n_series, j->n_points, &result));
    pen_status s =
        pen_statistic_rolling(queue, panel, panel, (pen_rolling_kind)j->choice, 37, result);
    if (s == PEN_OK)
        s = pen_panel_read(queue, out, j->n_points, result);
    pen_queue_wait(queue);
    pen_panel_destroy(result);
    pen_panel_destroy(panel);
    return s;
}

static void rolling_values_have_the_same_bits_everywhere(void)
{
    enum { SERIES = 3, POINTS = 1777 };
    for (unsigned choice = 0; choice < 10; choice++) {
        pen_dtype dtype = choice / 5 == 0 ? PEN_F64 : PEN_F32;
        void *x = make_values(dtype, SERIES * POINTS, choice % 2 ? PLAIN : AWKWARD, choice);
        job j = { dtype, SERIES, POINTS, x, choice % 5 };
        matrix_check_same_reals("rolling", run_rolling, &j, dtype, SERIES * POINTS);
        free(x);
    }
}

static void f32_panels_are_near_f64_ones(void)
{
    enum { SERIES = 6, POINTS = 500 };
    static float x[SERIES * POINTS], out[SERIES * SERIES];
    static double wide_x[SERIES * POINTS], want[SERIES * SERIES];
    double *walks = make_walks(SERIES, POINTS, 5, 3);
    for (size_t i = 0; i < SERIES * POINTS; i++)
        wide_x[i] = x[i] = (float)walks[i];
    place p = place_open("cpu:0");
    pen_panel *panel = panel_of(p.queue, PEN_F32, SERIES, POINTS, x), *result;
    CHECK_OK(pen_panel_wrap(PEN_F32, out, SERIES, SERIES, SERIES, &result));
    CHECK_OK(pen_statistic_matrix(p.queue, panel, PEN_MATRIX_CORRELATION, PEN_METHOD_PEARSON,
                                  PEN_POINTS_PAIRWISE, result));
    matrix_of(wide_x, SERIES, POINTS, PEN_MATRIX_CORRELATION, PEN_METHOD_PEARSON,
              PEN_POINTS_PAIRWISE, want);
    for (size_t i = 0; i < SERIES * SERIES; i++)
        CHECK_NEAR("f32", out[i], want[i], 3e-6);
    pen_panel_destroy(result);
    pen_panel_destroy(panel);
    place_close(&p);
    free(walks);
}

static void every_failed_allocation_is_reported_and_leaves_nothing(void)
{
    enum { SERIES = 5, POINTS = 300 };
    place p = place_open("cpu:0");
    double *x = make_walks(SERIES, POINTS, 10, 3), out[SERIES * SERIES];
    pen_moments m[SERIES];
    pen_panel *panel = panel_of(p.queue, PEN_F64, SERIES, POINTS, x), *result;
    CHECK_OK(pen_panel_wrap(PEN_F64, out, SERIES, SERIES, SERIES, &result));
    CHECK_EVERY_ALLOCATION(pen_statistic_moments(p.queue, panel, PEN_POINTS_LISTWISE, m));
    for (int k = 0; k < 4; k++)
        CHECK_EVERY_ALLOCATION(
            pen_statistic_matrix(p.queue, panel, PEN_MATRIX_CORRELATION, (pen_matrix_method)(k % 2),
                                 k < 2 ? PEN_POINTS_PAIRWISE : PEN_POINTS_LISTWISE, result));
    pen_panel_destroy(result);
    pen_panel_destroy(panel);
    free(x);
    place_close(&p);
}

static const check_test tests[] = {
    TEST(moments_match_certified_values),
    TEST(moments_match_extended_precision),
    TEST(moments_of_nothing_one_and_constants_are_what_the_header_says),
    TEST(matrices_match_published_values),
    TEST(matrices_match_their_definition),
    TEST(constants_and_scales_do_no_harm),
    TEST(refused_panels_say_why),
    TEST(every_device_gives_the_same_bits),
    TEST(rolling_values_match_their_definition),
    TEST(rolling_values_have_the_same_bits_everywhere),
    TEST(f32_panels_are_near_f64_ones),
    TEST(every_failed_allocation_is_reported_and_leaves_nothing),
};
TEST_MAIN(tests)
