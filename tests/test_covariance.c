/* Covariance estimators against their definitions, written out observation by observation and
 * with Jacobi's rotations for eigenvalues. */
#include "covariance_check.h"

static const double PI = 3.14159265358979323846;

/* x less its means, and its covariance divided by `divisor`; long double throughout. */
static void reference_sample(const double *x, size_t p, size_t n, double divisor,
                             long double *centred, long double *s)
{
    for (size_t i = 0; i < p; i++) {
        long double mean = 0;
        for (size_t t = 0; t < n; t++)
            mean += x[i * n + t];
        for (size_t t = 0; t < n; t++)
            centred[i * n + t] = x[i * n + t] - mean / (long double)n;
    }
    for (size_t i = 0; i < p * p; i++) {
        s[i] = 0;
        for (size_t t = 0; t < n; t++)
            s[i] += centred[i / p * n + t] * centred[i % p * n + t];
        s[i] /= divisor;
    }
}

/* ---- each kind against its definition ---- */

static void names_are_parsed_and_mistyped_ones_explained(void)
{
    for (int k = 0; k < PEN_COVARIANCE_COUNT; k++) {
        pen_covariance_kind kind;
        CHECK_OK(pen_covariance_parse(pen_covariance_name((pen_covariance_kind)k), &kind));
        CHECK(kind == (pen_covariance_kind)k);
        CHECK(strlen(pen_covariance_text(kind)) > 0);
    }
    pen_covariance_kind kind;
    CHECK(pen_covariance_name(PEN_COVARIANCE_COUNT) == NULL);
    CHECK_STATUS(pen_covariance_parse("ledoit-wulf", &kind), PEN_E_NOTFOUND);
    CHECK_ERROR_SAYS("did you mean 'ledoit-wolf'?");
    CHECK_STATUS(pen_covariance_parse("zzzzzzzzzzzz", &kind), PEN_E_NOTFOUND);
    CHECK_ERROR_SAYS("semi");
}

static void sample_weighted_and_semi_are_their_sums(void)
{
    enum { P = 7, N = 90 };
    static long double centred[P * N], s[P * P];
    double *x = make_returns(P, N, 1), got[P * P], want[P * P], weight[N], sum = 0, squares = 0;
    pen_covariance_options o = of_kind(PEN_COVARIANCE_SAMPLE);
    reference_sample(x, P, N, N - 1, centred, s);
    for (int i = 0; i < P * P; i++)
        want[i] = (double)s[i];
    CHECK_OK(pen_covariance(&o, x, P, N, got, NULL));
    check_matrix("sample", got, want, P, 1e-14);
    o = of_kind(PEN_COVARIANCE_EWMA);
    o.decay = 1;
    CHECK_OK(pen_covariance(&o, x, P, N, got, NULL));
    check_matrix("decay 1", got, want, P, 1e-14);
    for (int t = 0; t < N; t++)
        sum += weight[t] = pow(0.9, N - 1 - t);
    for (int t = 0; t < N; t++)
        squares += weight[t] / sum * weight[t] / sum;
    for (int zero = 0; zero < 2; zero++) {
        o.decay = 0.9;
        o.is_zero_mean = zero;
        for (int i = 0; i < P * P; i++) {
            const double *a = x + i / P * N, *b = x + i % P * N;
            long double ma = 0, mb = 0, both = 0;
            for (int t = 0; t < N && !zero; t++) {
                ma += weight[t] / sum * a[t];
                mb += weight[t] / sum * b[t];
            }
            for (int t = 0; t < N; t++)
                both += weight[t] / sum * (a[t] - ma) * (b[t] - mb);
            want[i] = (double)(both / (zero ? 1 : 1 - squares));
        }
        CHECK_OK(pen_covariance(&o, x, P, N, got, NULL));
        check_matrix(zero ? "ewma of RiskMetrics" : "ewma", got, want, P, 1e-13);
    }
    o = of_kind(PEN_COVARIANCE_SEMI);
    o.threshold = 0.001;
    for (int i = 0; i < P * P; i++) {
        want[i] = 0;
        for (int t = 0; t < N; t++)
            want[i] += fmin(x[i / P * N + t] - 0.001, 0) * fmin(x[i % P * N + t] - 0.001, 0) / N;
    }
    CHECK_OK(pen_covariance(&o, x, P, N, got, NULL));
    check_matrix("semi", got, want, P, 1e-13);
    free(x);
}

/* b^2 and d^2 of Ledoit & Wolf (2004): the mean over observations of |x x' - S|^2, over n, and
 * |S - m I|^2. */
static double ledoit_wolf_intensity(const long double *x, const long double *s, size_t p, size_t n,
                                    double mean)
{
    long double b = 0, d = 0;
    for (size_t i = 0; i < p * p; i++) {
        long double off = s[i] - (i / p == i % p ? mean : 0);
        d += off * off;
        for (size_t t = 0; t < n; t++) {
            long double e = x[i / p * n + t] * x[i % p * n + t] - s[i];
            b += e * e;
        }
    }
    b /= (long double)n * (long double)n;
    return (double)(fminl(b, d) / d);
}

/* pi, rho and gamma of appendix B of "Honey, I shrunk the sample covariance matrix". */
static double equal_correlation_intensity(const long double *x, const long double *s, size_t p,
                                          size_t n, double *mean)
{
    long double pi = 0, rho = 0, gamma = 0, r = 0;
    for (size_t i = 0; i < p * p; i++)
        r += i / p != i % p ? s[i] / sqrtl(s[i / p * (p + 1)] * s[i % p * (p + 1)]) : 0;
    r /= (long double)(p * (p - 1));
    for (size_t i = 0; i < p; i++)
        for (size_t k = 0; k < p; k++) {
            long double sii = s[i * (p + 1)], sjj = s[k * (p + 1)], sij = s[i * p + k];
            long double f = i == k ? sii : r * sqrtl(sii * sjj), pij = 0, ti = 0, tj = 0;
            for (size_t t = 0; t < n; t++) {
                long double a = x[i * n + t], b = x[k * n + t], e = a * b - sij;
                pij += e * e / (long double)n;
                ti += (a * a - sii) * e / (long double)n;
                tj += (b * b - sjj) * e / (long double)n;
            }
            pi += pij;
            rho += i == k ? pij : r / 2 * (sqrtl(sjj / sii) * ti + sqrtl(sii / sjj) * tj);
            gamma += (f - sij) * (f - sij);
        }
    *mean = (double)r;
    return (double)fmaxl(0, fminl((pi - rho) / gamma / (long double)n, 1));
}

static void shrinkage_is_what_the_papers_define(void)
{
    static const size_t shapes[][2] = { { 2, 30 }, { 5, 60 }, { 12, 250 }, { 30, 40 }, { 20, 9 } };
    for (size_t k = 0; k < COUNT(shapes); k++) {
        size_t p = shapes[k][0], n = shapes[k][1];
        double *x = make_returns(p, n, 10 + k), got[MOST * MOST], want[MOST * MOST], r;
        long double *centred = malloc(p * n * sizeof *centred), s[MOST * MOST], all = 0,
                    squares = 0;
        reference_sample(x, p, n, (double)n, centred, s);
        for (size_t i = 0; i < p * p; i++) {
            all += i / p == i % p ? s[i] : 0;
            squares += s[i] * s[i];
        }
        double mean = (double)(all / (long double)p), q = (double)p, m = (double)n;
        double oas = ((1 - 2 / q) * (double)squares + (double)(all * all)) /
                     ((m + 1 - 2 / q) * (double)(squares - all * all / (long double)p));
        const double intensity[] = { ledoit_wolf_intensity(centred, s, p, n, mean),
                                     equal_correlation_intensity(centred, s, p, n, &r),
                                     fmin(oas, 1) };
        for (int kind = 0; kind < 3; kind++) {
            pen_covariance_options o = of_kind(PEN_COVARIANCE_LEDOIT_WOLF + kind);
            pen_covariance_report report;
            for (size_t i = 0; i < p * p; i++) {
                bool is_diagonal = i / p == i % p;
                double target = is_diagonal ? mean : 0;
                if (kind == 1)
                    target = is_diagonal
                                 ? (double)s[i]
                                 : r * (double)sqrtl(s[i / p * (p + 1)] * s[i % p * (p + 1)]);
                want[i] = intensity[kind] * target + (1 - intensity[kind]) * (double)s[i];
            }
            CHECK_OK(pen_covariance(&o, x, p, n, got, &report));
            bool is_same = kind == 1 && p == 2; /* one correlation is its own mean */
            CHECK_NEAR(pen_covariance_name(o.kind), report.shrinkage, is_same ? 0 : intensity[kind],
                       1e-11);
            check_matrix(pen_covariance_name(o.kind), got, want, p, 1e-11);
        }
        free(centred);
        free(x);
    }
}

/* The eigenvalues that Ledoit & Wolf (2020) put in place of the sample's, by their section 4. */
static void nonlinear_reference(const double *s, size_t p, double n, double *out)
{
    static double values[MOST], vectors[MOST * MOST], kept[MOST], shrunk[MOST];
    jacobi(s, p, values, vectors);
    size_t count = 0;
    double h = pow(n, -1.0 / 3), inverse = 0;
    for (size_t i = 0; i < p; i++)
        if (values[i] > 1e-12 * 1e-4)
            kept[count++] = values[i];
    for (size_t i = 0; i < count; i++)
        inverse += 1 / kept[i] / (double)count;
    for (size_t i = 0; i < p; i++) {
        double l = values[i], c = (double)p / n;
        long double f = 0, g = 0, root5 = sqrtl(5);
        for (size_t j = 0; j < count; j++) {
            long double w = kept[j] * h, x = (l - kept[j]) / w;
            f += 3 / (4 * root5) * fmaxl(0, 1 - x * x / 5) / w / (double)count;
            long double part = 3 / (4 * root5) * (1 - x * x / 5), y = fabsl(x);
            long double logarithm =
                y < root5 ? logl((root5 - y) / (root5 + y)) : log1pl(-2 * root5 / (root5 + y));
            g += (-3 * x / 10 + part * copysignl(logarithm, -x)) / PI / w / (double)count;
        }
        if ((double)p <= n)
            shrunk[i] = (double)(l / (powl(PI * c * l * f, 2) + powl(1 - c - PI * c * l * g, 2)));
        else if (l > 1e-12 * 1e-4)
            shrunk[i] = (double)(1 / (PI * PI * l * (f * f + g * g)));
        else {
            double h0 = (3 / (10 * h * h) + 3 / (4 * sqrt(5) * h) * (1 - 1 / (5 * h * h)) *
                                                log((1 + sqrt(5) * h) / (1 - sqrt(5) * h))) *
                        inverse / PI;
            shrunk[i] = 1 / (PI * ((double)p - n) / n * h0);
        }
    }
    for (size_t i = 0; i < p * p; i++) {
        out[i] = 0;
        for (size_t k = 0; k < p; k++)
            out[i] += shrunk[k] * vectors[k * p + i / p] * vectors[k * p + i % p];
    }
}

static void nonlinear_shrinkage_is_what_the_paper_defines(void)
{
    static const size_t shapes[][2] = { { 1, 40 }, { 6, 60 }, { 20, 21 }, { 30, 200 }, { 36, 20 } };
    for (size_t k = 0; k < COUNT(shapes); k++) {
        size_t p = shapes[k][0], n = shapes[k][1];
        double *x = make_returns(p, n, 30 + k), sample[MOST * MOST], want[MOST * MOST],
               got[MOST * MOST];
        pen_covariance_options o = of_kind(PEN_COVARIANCE_NONLINEAR);
        CHECK_OK(pen_covariance(NULL, x, p, n, sample, NULL));
        nonlinear_reference(sample, p, (double)n - 1, want);
        CHECK_OK(pen_covariance(&o, x, p, n, got, NULL));
        check_matrix("nonlinear", got, want, p, 1e-9);
        free(x);
    }
}

/* What the loss |estimate - truth|^2 is of, for independent assets of three variances. */
static double loss(pen_covariance_kind kind, const double *x, size_t p, size_t n)
{
    static double got[MOST * MOST];
    pen_covariance_options o = of_kind(kind);
    double sum = 0;
    CHECK_OK(pen_covariance(&o, x, p, n, got, NULL));
    for (size_t i = 0; i < p * p; i++) {
        double truth = i / p == i % p ? (double)(1 + i / p % 3 * 3) / 12 : 0;
        sum += (got[i] - truth) * (got[i] - truth);
    }
    return sum;
}

static void shrunk_matrices_are_nearer_to_the_truth(void)
{
    enum { P = 30, N = 60, REPEATS = 25 };
    double sum[PEN_COVARIANCE_COUNT] = { 0 };
    static double x[P * N];
    for (uint32_t r = 0; r < REPEATS; r++) {
        pen_rng rng;
        pen_rng_init(&rng, 7, r, 0, 0);
        for (int i = 0; i < P * N; i++) /* a uniform's variance is 1/12 */
            x[i] = sqrt(1 + i / N % 3 * 3) * (pen_rng_uniform(&rng) - 0.5);
        for (int k = 0; k < PEN_COVARIANCE_COUNT; k++)
            sum[k] += loss((pen_covariance_kind)k, x, P, N);
    }
    CHECK(sum[PEN_COVARIANCE_LEDOIT_WOLF] < 0.6 * sum[PEN_COVARIANCE_SAMPLE]);
    CHECK(sum[PEN_COVARIANCE_OAS] < 0.6 * sum[PEN_COVARIANCE_SAMPLE]);
    CHECK(sum[PEN_COVARIANCE_NONLINEAR] < 0.6 * sum[PEN_COVARIANCE_SAMPLE]);
    CHECK(sum[PEN_COVARIANCE_DENOISED] < 0.3 * sum[PEN_COVARIANCE_SAMPLE]);
}

/* Factors and denoising, from Jacobi's eigenvectors of the correlations. */
static void spectrum_reference(const double *s, size_t p, size_t count, bool is_denoised,
                               double *out)
{
    static double c[MOST * MOST], values[MOST], vectors[MOST * MOST];
    double noise = 0;
    for (size_t i = 0; i < p * p; i++)
        c[i] = s[i] / sqrt(s[i / p * (p + 1)] * s[i % p * (p + 1)]);
    jacobi(c, p, values, vectors);
    for (size_t k = 0; k < p; k++) { /* those that fewer than `count` exceed are kept */
        size_t above = 0;
        for (size_t i = 0; i < p; i++)
            above += values[i] > values[k];
        if (above >= count) {
            noise += values[k] / (double)(p - count);
            values[k] = -1;
        }
    }
    for (size_t i = 0; i < p * p; i++) {
        c[i] = 0;
        for (size_t k = 0; k < p; k++) {
            double value = values[k] >= 0 ? values[k] : is_denoised ? noise : 0;
            c[i] += value * vectors[k * p + i / p] * vectors[k * p + i % p];
        }
    }
    for (size_t i = 0; i < p * p; i++) {
        size_t a = i / p, b = i % p;
        double unit = is_denoised ? sqrt(c[a * (p + 1)] * c[b * (p + 1)]) : 1;
        out[i] = a == b ? s[i] : c[i] / unit * sqrt(s[a * (p + 1)] * s[b * (p + 1)]);
    }
}

static void factors_and_denoising_keep_the_large_eigenvalues(void)
{
    static const size_t shapes[][3] = {
        { 8, 100, 1 }, { 8, 100, 3 }, { 25, 20, 2 }, { 12, 300, 0 }
    };
    for (size_t k = 0; k < 2 * COUNT(shapes); k++) {
        size_t p = shapes[k / 2][0], n = shapes[k / 2][1], asked = shapes[k / 2][2];
        double *x = make_returns(p, n, 50 + k), sample[MOST * MOST], want[MOST * MOST],
               got[MOST * MOST];
        pen_covariance_options o = of_kind(PEN_COVARIANCE_FACTOR + k % 2);
        pen_covariance_report report;
        o.n_factors = asked;
        CHECK_OK(pen_covariance(NULL, x, p, n, sample, NULL));
        CHECK_OK(pen_covariance(&o, x, p, n, got, &report));
        CHECK(report.n_factors == (asked > 0 ? asked : 1)); /* by the edge: the common part */
        spectrum_reference(sample, p, report.n_factors, o.kind == PEN_COVARIANCE_DENOISED, want);
        check_matrix(pen_covariance_name(o.kind), got, want, p, 1e-11);
        free(x);
    }
    double *x = make_returns(6, 50, 3), sample[36], got[36];
    pen_covariance_options o = of_kind(PEN_COVARIANCE_DENOISED);
    o.n_factors = 6;
    CHECK_OK(pen_covariance(NULL, x, 6, 50, sample, NULL));
    CHECK_OK(pen_covariance(&o, x, 6, 50, got, NULL));
    check_matrix("all factors", got, sample, 6, 1e-13);
    free(x);
}

static const check_test tests[] = {
    TEST(names_are_parsed_and_mistyped_ones_explained),
    TEST(sample_weighted_and_semi_are_their_sums),
    TEST(shrinkage_is_what_the_papers_define),
    TEST(nonlinear_shrinkage_is_what_the_paper_defines),
    TEST(shrunk_matrices_are_nearer_to_the_truth),
    TEST(factors_and_denoising_keep_the_large_eigenvalues),
};
TEST_MAIN(tests)
