/* The sample's covariance drawn towards a simple target by an intensity that the data give. */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "covariance.h"

static double clamp(double x)
{
    return fmin(fmax(x, 0), 1);
}

static double sum_of_squares(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * x[i];
    return sum;
}

static double trace(const covariance_job *j)
{
    double sum = 0;
    for (size_t i = 0; i < j->p; i++)
        sum += j->s[i * j->p + i];
    return sum;
}

/* error / distance, or 0 where sample and target are the same but for rounding. */
static double intensity(const covariance_job *j, double error, double distance)
{
    bool is_there = distance > 0x1p-90 * sum_of_squares(j->s, j->p * j->p);
    return is_there ? clamp(error / distance / (double)j->n) : 0;
}

/* Sum over all pairs of the variance of x_i x_j: the sum over observations of |x_t|^4 over n, less
 * that of the squared covariances.  square: [n] room */
static double pair_variance(const covariance_job *j, double *square)
{
    for (size_t t = 0; t < j->n; t++)
        square[t] = 0;
    for (size_t i = 0; i < j->p; i++)
        for (size_t t = 0; t < j->n; t++)
            square[t] += j->x[i * j->n + t] * j->x[i * j->n + t];
    return sum_of_squares(square, j->n) / (double)j->n - sum_of_squares(j->s, j->p * j->p);
}

/* s = (1 - shrinkage) s + shrinkage (mean variance on the diagonal) */
static void draw_to_identity(covariance_job *j, double mean)
{
    for (size_t i = 0; i < j->p * j->p; i++) {
        bool is_diagonal = i / j->p == i % j->p;
        j->s[i] = (1 - j->shrinkage) * j->s[i] + (is_diagonal ? j->shrinkage * mean : 0);
    }
}

/* |s - mean I|^2 */
static double distance_to_identity(const covariance_job *j, double mean)
{
    double sum = sum_of_squares(j->s, j->p * j->p);
    for (size_t i = 0; i < j->p; i++) {
        double v = j->s[i * j->p + i];
        sum += (v - mean) * (v - mean) - v * v;
    }
    return sum;
}

/* Ledoit & Wolf (2004), lemma 3.2 to 3.5: b^2 over d^2. */
static void shrink_by_ledoit_wolf(covariance_job *j, double *room)
{
    double mean = trace(j) / (double)j->p, distance = distance_to_identity(j, mean);
    if (isnan(j->shrinkage))
        j->shrinkage = intensity(j, pair_variance(j, room), distance);
    draw_to_identity(j, mean);
}

/* Chen et al. (2010), eq. 23. */
static void shrink_by_oas(covariance_job *j)
{
    double p = (double)j->p, n = (double)j->n, all = trace(j);
    double squares = sum_of_squares(j->s, j->p * j->p);
    if (isnan(j->shrinkage)) {
        double over = (n + 1 - 2 / p) * (squares - all * all / p);
        j->shrinkage = over > 0 ? clamp(((1 - 2 / p) * squares + all * all) / over) : 1;
    }
    draw_to_identity(j, all / p);
}

/* ---- equal correlations ---- */

static double mean_correlation(const covariance_job *j, const double *stdev)
{
    double sum = 0;
    for (size_t a = 0; a < j->p; a++)
        for (size_t b = 0; b < a; b++) {
            double scale = stdev[a] * stdev[b];
            sum += scale > 0 ? j->s[a * j->p + b] / scale : 0;
        }
    return j->p > 1 ? sum / (0.5 * (double)j->p * (double)(j->p - 1)) : 0;
}

/* How the sample's covariances go with those of the target: rho of appendix B.  The double sum
 * over pairs falls into sums over observations; y: [n] room for sum_j stdev_j x_j. */
static double target_covariance(const covariance_job *j, const double *stdev, double mean,
                                double *y)
{
    double diagonal = 0, others = 0, n = (double)j->n;
    for (size_t t = 0; t < j->n; t++)
        y[t] = 0;
    for (size_t i = 0; i < j->p; i++)
        for (size_t t = 0; t < j->n; t++)
            y[t] += stdev[i] * j->x[i * j->n + t];
    for (size_t i = 0; i < j->p; i++) {
        const double *x = j->x + i * j->n, *s = j->s + i * j->p;
        double fourth = 0, cross = 0, row = 0;
        if (!(stdev[i] > 0))
            continue;
        for (size_t t = 0; t < j->n; t++) {
            double cube = x[t] * x[t] * x[t];
            fourth += cube * x[t];
            cross += cube * (y[t] - stdev[i] * x[t]);
        }
        for (size_t k = 0; k < j->p; k++)
            row += k != i ? stdev[k] * s[k] : 0;
        diagonal += fourth / n - s[i] * s[i];
        others += cross / n / stdev[i] - stdev[i] * row;
    }
    return diagonal + mean * others;
}

/* Ledoit & Wolf, "Honey, I shrunk the sample covariance matrix" (2003), appendix B. */
static void shrink_to_equal_correlations(covariance_job *j, double *room)
{
    double *stdev = room + j->n, distance = 0;
    for (size_t i = 0; i < j->p; i++)
        stdev[i] = sqrt(j->s[i * j->p + i]);
    double mean = mean_correlation(j, stdev);
    for (size_t i = 0; i < j->p * j->p; i++) {
        size_t a = i / j->p, b = i % j->p;
        double off = j->s[i] - mean * (stdev[a] * stdev[b]);
        distance += a != b ? off * off : 0;
    }
    if (isnan(j->shrinkage)) {
        double pi = pair_variance(j, room), rho = target_covariance(j, stdev, mean, room);
        j->shrinkage = intensity(j, pi - rho, distance);
    }
    for (size_t i = 0; i < j->p * j->p; i++) {
        size_t a = i / j->p, b = i % j->p;
        if (a != b)
            j->s[i] = (1 - j->shrinkage) * j->s[i] + j->shrinkage * (mean * (stdev[a] * stdev[b]));
    }
}

pen_status covariance_shrink(covariance_job *j)
{
    double *room;
    PEN_TRY(pen_alloc_array(j->n + j->p, sizeof *room, (void **)&room));
    j->shrinkage = j->options.shrinkage >= 0 ? j->options.shrinkage : NAN;
    if (j->options.kind == PEN_COVARIANCE_LEDOIT_WOLF)
        shrink_by_ledoit_wolf(j, room);
    else if (j->options.kind == PEN_COVARIANCE_OAS)
        shrink_by_oas(j);
    else
        shrink_to_equal_correlations(j, room);
    pen_free(room);
    return PEN_OK;
}
