/* Normal and Student laws. */
#include "distribution.h"

#include <math.h>
#include <stdbool.h>

static const double ROOT_TAU = 2.50662827463100050242; /* sqrt(2 pi) */

double normal_density(double x)
{
    return exp(-0.5 * x * x) / ROOT_TAU;
}

double normal_below(double x)
{
    return 0.5 * erfc(-x * sqrt(0.5));
}

/* The x >= 0 above which a share p <= 1/2 lies: the root of log(above) - log(p), which is concave,
 * so that Newton's steps come down on it from a bound above it. */
static double normal_above_quantile(double p)
{
    double x = sqrt(-2 * log(2 * p));
    for (int k = 0; k < 60; k++) {
        double above = normal_below(-x), step = above / normal_density(x) * log(above / p);
        x += step;
        if (fabs(step) <= 1e-15 * x)
            break;
    }
    return x;
}

double normal_quantile(double p)
{
    return p < 0.5 ? -normal_above_quantile(p) : normal_above_quantile(1 - p);
}

/* ---- Student ---- */

/* log of gamma(a + 1/2) / gamma(a), by its series in 1 / a, up to which a is raised.  lgamma()
 * would cancel for large a, and writes a sign that threads share. */
static double log_gamma_step(double a)
{
    double ratio = 1;
    for (; a < 30; a++)
        ratio *= a / (a + 0.5);
    double b = 1 / (a * a);
    double rest = 0.125 - b * (1.0 / 192 - b * (1.0 / 640 - b * 17.0 / 14336));
    return 0.5 * log(a) - rest / a + log(ratio);
}

double student_density(double x, double degrees)
{
    if (isinf(degrees))
        return normal_density(x);
    double a = 0.5 * degrees;
    return exp(log_gamma_step(a) - 0.5 * log(2 * a) - (a + 0.5) * log1p(x * x / degrees)) /
           sqrt(acos(-1));
}

/* The continued fraction of the incomplete beta function (Abramowitz & Stegun 26.5.8), by Lentz's
 * method. */
static double beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), f = d;
    for (int m = 1; m < 500; m++) {
        double k = m, even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k));
        double odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1));
        d = 1 / (1 + even * d);
        c = 1 + even / c;
        f *= c * d;
        d = 1 / (1 + odd * d);
        c = 1 + odd / c;
        f *= c * d;
        if (fabs(c * d - 1) < 1e-16)
            break;
    }
    return f;
}

double student_above(double x, double degrees)
{
    if (isinf(degrees))
        return normal_below(-x);
    if (x <= 0)
        return x < 0 ? 1 - student_above(-x, degrees) : 0.5;
    double a = 0.5 * degrees, square = x * x, y = degrees / (degrees + square);
    double z = square / (degrees + square);
    double log_beta = 0.5 * log(acos(-1)) - log_gamma_step(a); /* of a and 1/2 */
    double front = exp(a * log(y) + 0.5 * log(z) - log_beta);
    if (y < (a + 1) / (a + 2.5))
        return 0.5 * front / a * beta_fraction(a, 0.5, y);
    return 0.5 - front * beta_fraction(0.5, a, z);
}

double student_quantile(double p, double degrees)
{
    if (isinf(degrees))
        return normal_quantile(p);
    bool is_lower = p < 0.5;
    double above = is_lower ? p : 1 - p, low = 0, high = 1;
    while (student_above(high, degrees) > above)
        low = high, high *= 2;
    for (int k = 0; k < 100 && high - low > 1e-15 * high; k++) {
        double middle = 0.5 * (low + high);
        if (student_above(middle, degrees) > above)
            low = middle;
        else
            high = middle;
    }
    return is_lower ? -high : high;
}
