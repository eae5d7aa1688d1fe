/* Eigenvalues and principal components against known spectra and their own definition. */
#include "flow/statistic/eigen.h"
#include "statistic_panel.h"

static const double PI = 3.14159265358979323846;

/* |A v - lambda v| and |V V' - 1| of a decomposition, relative to the largest eigenvalue. */
static double defect(const double *a, size_t n, const double *values, const double *vectors)
{
    double worst = 0, most = fmax(fabs(values[0]), fabs(values[n - 1]));
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < n; i++) {
            long double residual = -(long double)values[k] * vectors[k * n + i], inner = 0;
            for (size_t j = 0; j < n; j++) {
                residual += (long double)a[i * n + j] * vectors[k * n + j];
                inner += (long double)vectors[k * n + j] * vectors[i * n + j];
            }
            worst = fmax(worst, fabs((double)residual) / (most > 0 ? most : 1));
            worst = fmax(worst, fabs((double)inner - (i == k)));
        }
    return worst;
}

/* Decomposes a copy, checks it, and leaves the eigenvalues. */
static void decompose(const char *label, const double *a, size_t n, double *values)
{
    double *work = malloc(n * n * sizeof *work + 1), *vectors = malloc(n * n * sizeof *vectors + 1);
    memcpy(work, a, n * n * sizeof *work);
    CHECK_OK(eigen_symmetric(work, n, values, vectors));
    CHECK_NEAR(label, defect(a, n, values, vectors), 0, 4e-16 * (double)(n + 10));
    for (size_t i = 1; i < n; i++)
        CHECK(values[i - 1] >= values[i]);
    free(work);
    free(vectors);
}

/* J. H. Wilkinson, "The Algebraic Eigenvalue Problem", 1965: W21+ has the nearly equal
 * 10.746194182903393 and 10.746194182903322; second differences have 2 - 2 cos(k pi / (n + 1)). */
static void known_spectra_come_out(void)
{
    enum { N = 60 };
    static double a[N * N], values[N];
    for (size_t i = 0; i < 21; i++) {
        a[i * 21 + i] = fabs((double)i - 10);
        if (i > 0)
            a[i * 21 + i - 1] = a[(i - 1) * 21 + i] = 1;
    }
    decompose("Wilkinson", a, 21, values);
    CHECK_NEAR("W21+", values[0], 10.746194182903393, 1e-14);
    CHECK_NEAR("W21+", values[1], 10.746194182903322, 1e-14);
    memset(a, 0, sizeof a);
    for (size_t i = 0; i < N; i++) {
        a[i * N + i] = 2;
        if (i > 0)
            a[i * N + i - 1] = a[(i - 1) * N + i] = -1;
    }
    decompose("differences", a, N, values);
    for (size_t k = 0; k < N; k++)
        CHECK_NEAR("differences", values[k], 2 + 2 * cos((double)(k + 1) * PI / (N + 1)), 4e-15);
    for (size_t i = 0; i < N * N; i++)
        a[i] = i / N == i % N ? 1 : 0.3; /* all alike: 1 + 59 r once, 1 - r 59 times */
    decompose("equal", a, N, values);
    CHECK_NEAR("equal", values[0], 1 + 59 * 0.3, 1e-13);
    CHECK_NEAR("equal", values[1], 0.7, 1e-13);
    CHECK_NEAR("equal", values[N - 1], 0.7, 1e-13);
}

static void every_symmetric_matrix_is_decomposed(void)
{
    static const size_t sizes[] = { 1, 2, 3, 5, 16, 33, 97 };
    static const double scales[] = { 1, 1e-200, 1e200, 0 };
    for (size_t k = 0; k < COUNT(sizes) * COUNT(scales); k++) {
        size_t n = sizes[k / COUNT(scales)];
        double *x = make_values(PEN_F64, n * n, k % 3 == 0 ? REPEATED : PLAIN, k), values[97];
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++)
                x[i * n + j] = x[j * n + i] *= scales[k % COUNT(scales)];
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++)
                x[i * n + j] = x[j * n + i];
        decompose("random", x, n, values);
        free(x);
    }
}

/* ---- components of a panel ---- */

enum { SERIES = 7, POINTS = 400 };

static void components_explain_the_variance_and_scores_have_it(void)
{
    place p = place_open("cpu:0");
    double *x = make_walks(SERIES, POINTS, 0, 5);
    double variance[SERIES], loading[SERIES * SERIES];
    static double scores[SERIES * POINTS];
    pen_panel *panel = panel_of(p.queue, PEN_F64, SERIES, POINTS, x), *out;
    pen_moments m[SERIES];
    CHECK_OK(pen_panel_wrap(PEN_F64, scores, SERIES, POINTS, POINTS, &out));
    CHECK_OK(pen_statistic_moments(p.queue, panel, PEN_POINTS_ALL, m));
    for (int kind = 0; kind < 2; kind++) {
        double sum = 0, all = 0;
        CHECK_OK(pen_statistic_components(p.queue, panel, (pen_matrix_kind)kind, PEN_POINTS_ALL,
                                          variance, loading));
        CHECK_OK(pen_statistic_scores(p.queue, panel, (pen_matrix_kind)kind, loading, out));
        for (int i = 0; i < SERIES; i++) {
            sum += variance[i];
            all += kind == PEN_MATRIX_COVARIANCE ? m[i].variance : 1;
        }
        CHECK_NEAR("sum", sum, all, 1e-13 * all);
        for (int k = 0; k < SERIES; k++) {
            double largest = 0, square = 0;
            for (int i = 0; i < SERIES; i++)
                largest = fabs(loading[k * SERIES + i]) > fabs(largest) ? loading[k * SERIES + i]
                                                                        : largest;
            for (int t = 0; t < POINTS; t++)
                square += scores[k * POINTS + t] * scores[k * POINTS + t];
            CHECK(largest > 0);
            CHECK_NEAR("variance of scores", square / (POINTS - 1), variance[k], 1e-12 * all);
        }
        for (int k = 0; k < 3; k++) { /* one score by its definition */
            double want = 0;
            for (int i = 0; i < SERIES; i++)
                want += loading[k * SERIES + i] * (x[i * POINTS + 9] - m[i].mean) /
                        (kind == PEN_MATRIX_COVARIANCE ? 1 : m[i].stdev);
            CHECK_NEAR("score", scores[k * POINTS + 9], want, 1e-12 * sqrt(all));
        }
    }
    pen_panel_destroy(out);
    pen_panel_destroy(panel);
    free(x);
    place_close(&p);
}

static void what_has_no_components_is_refused(void)
{
    place p = place_open("cpu:0");
    double *x = make_walks(SERIES, POINTS, 0, 5), variance[SERIES], loading[SERIES * SERIES];
    static double scores[2 * POINTS];
    pen_panel *panel, *out, *wrong;
    CHECK_OK(pen_panel_wrap(PEN_F64, scores, 2, POINTS, POINTS, &out));
    CHECK_OK(pen_panel_wrap(PEN_F64, scores, 2, POINTS - 1, POINTS, &wrong));
    x[2 * POINTS + 5] = NAN;
    CHECK_OK(pen_panel_wrap(PEN_F64, x, SERIES, POINTS, POINTS, &panel));
    CHECK_STATUS(pen_statistic_components(p.queue, panel, PEN_MATRIX_CORRELATION, PEN_POINTS_ALL,
                                          variance, loading),
                 PEN_E_ARG);
    CHECK_OK(pen_statistic_components(p.queue, panel, PEN_MATRIX_CORRELATION, PEN_POINTS_LISTWISE,
                                      variance, loading));
    CHECK_OK(pen_statistic_scores(p.queue, panel, PEN_MATRIX_CORRELATION, loading, out));
    CHECK(isnan(scores[5]) && isnan(scores[POINTS + 5]) && isfinite(scores[6]));
    CHECK_STATUS(pen_statistic_scores(p.queue, panel, PEN_MATRIX_CORRELATION, loading, wrong),
                 PEN_E_SHAPE);
    for (int t = 0; t < POINTS; t++)
        x[3 * POINTS + t] = 8;
    CHECK_STATUS(pen_statistic_components(p.queue, panel, PEN_MATRIX_CORRELATION,
                                          PEN_POINTS_PAIRWISE, variance, loading),
                 PEN_E_ARG);
    CHECK_ERROR_SAYS("series 0 and 3 have no correlation");
    pen_panel_destroy(wrong);
    pen_panel_destroy(out);
    pen_panel_destroy(panel);
    free(x);
    place_close(&p);
}

static pen_status score(pen_queue *queue, void *context, void *result)
{
    pen_dtype dtype = *(pen_dtype *)context;
    double *x = make_walks(SERIES, POINTS, 0, 5), variance[SERIES], loading[SERIES * SERIES];
    float narrow[SERIES * POINTS];
    for (int i = 0; i < SERIES * POINTS; i++)
        narrow[i] = (float)x[i];
    pen_panel *panel =
                  panel_of(queue, dtype, SERIES, POINTS, dtype == PEN_F32 ? (void *)narrow : x),
              *out;
    CHECK_OK(pen_panel_create(pen_queue_device(queue), dtype, 3, POINTS, &out));
    pen_status s = pen_statistic_components(queue, panel, PEN_MATRIX_COVARIANCE, PEN_POINTS_ALL,
                                            variance, loading);
    if (s == PEN_OK)
        s = pen_statistic_scores(queue, panel, PEN_MATRIX_COVARIANCE, loading, out);
    if (s == PEN_OK)
        s = pen_panel_read(queue, result, POINTS, out);
    pen_queue_wait(queue);
    pen_panel_destroy(out);
    pen_panel_destroy(panel);
    free(x);
    return s;
}

static void every_device_gives_the_same_bits(void)
{
    pen_dtype dtypes[] = { PEN_F32, PEN_F64 };
    for (int i = 0; i < 2; i++)
        matrix_check_same_reals("scores", score, &dtypes[i], dtypes[i], 3 * POINTS);
}

static void every_failed_allocation_is_reported_and_leaves_nothing(void)
{
    place p = place_open("cpu:0");
    double *x = make_walks(SERIES, POINTS, 0, 5), variance[SERIES], loading[SERIES * SERIES];
    pen_panel *panel = panel_of(p.queue, PEN_F64, SERIES, POINTS, x),
              *out = panel_of(p.queue, PEN_F64, 2, POINTS, x);
    CHECK_EVERY_ALLOCATION(pen_statistic_components(p.queue, panel, PEN_MATRIX_CORRELATION,
                                                    PEN_POINTS_PAIRWISE, variance, loading));
    CHECK_EVERY_ALLOCATION(
        pen_statistic_scores(p.queue, panel, PEN_MATRIX_CORRELATION, loading, out));
    pen_panel_destroy(out);
    pen_panel_destroy(panel);
    free(x);
    place_close(&p);
}

static const check_test tests[] = {
    TEST(known_spectra_come_out),
    TEST(every_symmetric_matrix_is_decomposed),
    TEST(components_explain_the_variance_and_scores_have_it),
    TEST(what_has_no_components_is_refused),
    TEST(every_device_gives_the_same_bits),
    TEST(every_failed_allocation_is_reported_and_leaves_nothing),
};
TEST_MAIN(tests)
