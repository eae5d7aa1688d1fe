/* Covariances made of the eigenvalues of the sample's: shrunk one by one, a few kept as factors,
 * those of noise levelled. */
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "covariance.h"
#include "eigen.h"

static const double PI = 3.14159265358979323846;

/* Eigenvalues, descending, and eigenvectors; both in one block, to be freed. */
typedef struct spectrum {
    double *values;  /* [p] */
    double *vectors; /* [p][p] */
    double *room;    /* [p][p] */
} spectrum;

/* Of s, which is not changed. */
static pen_status decompose(const covariance_job *j, const double *matrix, spectrum *out)
{
    size_t p = j->p;
    PEN_TRY(pen_alloc_array((2 * p + 1) * p, sizeof(double), (void **)&out->values));
    out->vectors = out->values + p;
    out->room = out->vectors + p * p;
    memcpy(out->room, matrix, p * p * sizeof *matrix);
    return eigen_symmetric(out->room, p, out->values, out->vectors);
}

/* s = sum of the first `count` values times their vectors' squares. */
static pen_status compose(covariance_job *j, const spectrum *f, size_t count)
{
    size_t p = j->p;
    if (count == 0)
        memset(j->s, 0, p * p * sizeof *j->s);
    for (size_t k = 0; k < count; k++) {
        double root = sqrt(f->values[k]);
        for (size_t i = 0; i < p; i++)
            f->room[i * count + k] = root * f->vectors[k * p + i];
    }
    return count > 0 ? covariance_product(j, f->room, count, 1, j->s) : PEN_OK;
}

/* ---- nonlinear shrinkage ---- */

/* The Hilbert transform of Epanechnikov's kernel, times pi.  Far out, where the two terms of the
 * closed form cancel, its series in u = sqrt(5) / x. */
static double kernel_transform(double x)
{
    double root5 = sqrt(5), u = root5 / x, ratio = 1 - x * x / 5;
    if (fabs(x) <= 10) { /* at an edge 0 log 0 */
        bool is_edge = ratio == 0 || fabs(x) == root5;
        double logarithm = is_edge ? 0 : ratio * log(fabs((root5 - x) / (root5 + x)));
        return -0.3 * x + 0.75 / root5 * logarithm;
    }
    double sum = 0;
    for (int k = 12; k >= 0; k--)
        sum = sum * u * u + 1 / (double)((2 * k + 1) * (2 * k + 3));
    return -3 / root5 * u * sum;
}

/* The density of the eigenvalues at `at`, and its Hilbert transform: a kernel about each, as
 * wide as it is large (section 4.7). */
static void smooth(const double *values, size_t count, double width, double at, double *density,
                   double *hilbert)
{
    double sum = 0, transform = 0;
    for (size_t k = 0; k < count; k++) {
        double scale = width * values[k], x = (at - values[k]) / scale;
        sum += fmax(1 - x * x / 5, 0) / scale;
        transform += kernel_transform(x) / scale;
    }
    *density = 0.75 / sqrt(5) * sum / (double)count;
    *hilbert = transform / PI / (double)count;
}

/* What takes the place of eigenvalues that are 0 because assets outnumber observations. */
static double shrunk_zero(const double *values, size_t count, double width, double p, double n)
{
    double inverse = 0, root5 = sqrt(5), h = width;
    for (size_t k = 0; k < count; k++)
        inverse += 1 / values[k];
    inverse /= (double)count;
    double transform = (0.3 / (h * h) + 0.75 / root5 / h * (1 - 0.2 / (h * h)) *
                                            log((1 + root5 * h) / (1 - root5 * h))) *
                       inverse / PI;
    return 1 / (PI * (p - n) / n * transform);
}

/* Ledoit & Wolf (2020), theorem 4.1 with the kernel estimators of 4.7 and 4.8; shrunk: [p] */
static void shrink_values(const double *values, size_t p, double n, size_t count, double *shrunk)
{
    double width = cbrt(1 / n), c = (double)p / n;
    for (size_t i = 0; i < count; i++) {
        double f, h, v = values[i];
        smooth(values, count, width, v, &f, &h);
        double imaginary = PI * v * f, real = PI * v * h;
        if ((double)p <= n) {
            imaginary *= c;
            real = 1 - c - c * real;
        }
        shrunk[i] = v / (imaginary * imaginary + real * real);
    }
    for (size_t i = count; i < p; i++)
        shrunk[i] = shrunk_zero(values, count, width, (double)p, n);
}

static pen_status check_rank(const covariance_job *j, const spectrum *f, size_t count)
{
    if (f->values[count - 1] > 0x1p-52 * (double)j->p * f->values[0])
        return PEN_OK;
    return pen_fail(PEN_E_ARG,
                    "pen_covariance: assets depend on each other or do not vary: rank below %zu, "
                    "which '%s' needs; leave some out, or take '%s'",
                    count, pen_covariance_name(PEN_COVARIANCE_NONLINEAR),
                    pen_covariance_name(PEN_COVARIANCE_LEDOIT_WOLF));
}

pen_status covariance_nonlinear(covariance_job *j)
{
    spectrum f = { 0 };
    double n = covariance_degrees(j);
    size_t count = (double)j->p < n ? j->p : (size_t)n;
    pen_status s = decompose(j, j->s, &f);
    if (s == PEN_OK)
        s = check_rank(j, &f, count);
    if (s == PEN_OK) {
        shrink_values(f.values, j->p, n, count, f.room);
        memcpy(f.values, f.room, j->p * sizeof *f.values);
        s = compose(j, &f, j->p);
    }
    pen_free(f.values);
    return s;
}

/* ---- factors and noise ---- */

/* s becomes its correlations; an asset that does not vary has none. */
static void take_correlations(covariance_job *j, double *stdev)
{
    size_t p = j->p;
    for (size_t i = 0; i < p; i++)
        stdev[i] = sqrt(j->s[i * p + i]);
    for (size_t i = 0; i < p * p; i++) {
        double scale = stdev[i / p] * stdev[i % p];
        j->s[i] = i / p == i % p ? 1 : scale > 0 ? j->s[i] / scale : 0;
    }
}

static size_t count_factors(const covariance_job *j, const double *values)
{
    double root = 1 + sqrt((double)j->p / covariance_degrees(j));
    size_t count = 0;
    if (j->options.n_factors > 0)
        return j->options.n_factors;
    while (count < j->p && values[count] > root * root)
        count++;
    return count;
}

/* The mean of the eigenvalues beyond the first `count`: what levelled noise has in each. */
static double mean_of_rest(const double *values, size_t p, size_t count)
{
    double sum = 0;
    for (size_t k = count; k < p; k++)
        sum += fmax(values[k], 0);
    return count < p ? sum / (double)(p - count) : 0;
}

/* s = correlations of the first factors with `noise` in every direction, on a unit diagonal. */
static pen_status keep_factors(covariance_job *j, const spectrum *f, double noise)
{
    size_t p = j->p;
    for (size_t k = 0; k < j->n_factors; k++)
        f->values[k] = fmax(f->values[k] - noise, 0);
    PEN_TRY(compose(j, f, j->n_factors));
    for (size_t i = 0; i < p; i++)
        f->room[i] = noise > 0 ? sqrt(j->s[i * p + i] + noise) : 1;
    for (size_t i = 0; i < p * p; i++)
        j->s[i] = i / p == i % p ? 1 : j->s[i] / (f->room[i / p] * f->room[i % p]);
    return PEN_OK;
}

pen_status covariance_of_factors(covariance_job *j)
{
    spectrum f = { 0 };
    size_t p = j->p;
    double *stdev;
    PEN_TRY(pen_alloc_array(p, sizeof *stdev, (void **)&stdev));
    take_correlations(j, stdev);
    pen_status s = decompose(j, j->s, &f);
    if (s == PEN_OK) {
        bool is_denoised = j->options.kind == PEN_COVARIANCE_DENOISED;
        j->n_factors = count_factors(j, f.values);
        s = keep_factors(j, &f, is_denoised ? mean_of_rest(f.values, p, j->n_factors) : 0);
    }
    for (size_t i = 0; s == PEN_OK && i < p * p; i++)
        j->s[i] *= stdev[i / p] * stdev[i % p];
    pen_free(f.values);
    pen_free(stdev);
    return s;
}
