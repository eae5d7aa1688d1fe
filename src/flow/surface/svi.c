/* Where fits of raw SVI start: the quasi-explicit method of De Marco and Martini (2009).  With m
 * and sigma given and y = (x - m) / sigma, w = a + d y + c sqrt(y^2 + 1) is linear in a, d = rho b
 * sigma and c = b sigma, and |d| <= c; of a grid of (m, sigma) the best fit is taken. */
#include <math.h>
#include <stddef.h>

#include "fit.h"

enum { PLACES = 13, WIDTHS = 11 };

typedef struct line_fit {
    double a, d, c, cost;
} line_fit;

/* Sums over the points of weight^2 times products of 1, y, z = sqrt(y^2 + 1) and w. */
typedef struct moments {
    double one, y, z, yy, yz, zz, w, yw, zw, ww;
} moments;

static moments moments_of(const pen_surface_point *points, const double *weights, size_t n,
                          double expiry_yr, double m, double sigma)
{
    moments s = { 0 };
    for (size_t i = 0; i < n; i++) {
        /* weights are of volatility: d vol = d w / (2 vol T) */
        double by_w = weights[i] / (2 * points[i].vol_frac * expiry_yr), q = by_w * by_w;
        double y = (points[i].x - m) / sigma, z = sqrt(y * y + 1);
        double w = points[i].vol_frac * points[i].vol_frac * expiry_yr;
        s.one += q;
        s.y += q * y;
        s.z += q * z;
        s.yy += q * y * y;
        s.yz += q * y * z;
        s.zz += q * z * z;
        s.w += q * w;
        s.yw += q * y * w;
        s.zw += q * z * w;
        s.ww += q * w * w;
    }
    return s;
}

static double cost_of(const moments *s, double a, double d, double c)
{
    return s->ww - 2 * (a * s->w + d * s->yw + c * s->zw) + a * a * s->one + d * d * s->yy +
           c * c * s->zz + 2 * (a * d * s->y + a * c * s->z + d * c * s->yz);
}

/* w = a + u (tilt y + z) where d = tilt c. */
static line_fit fit_edge(const moments *s, double tilt)
{
    double v = tilt * s->y + s->z, vv = tilt * tilt * s->yy + 2 * tilt * s->yz + s->zz;
    double vw = tilt * s->yw + s->zw, det = s->one * vv - v * v;
    double u = det > 0 ? fmax((s->one * vw - v * s->w) / det, 0) : 0, a = (s->w - u * v) / s->one;
    return (line_fit){ a, tilt * u, u, cost_of(s, a, tilt * u, u) };
}

/* The best a, d, c with |d| <= c. */
static line_fit fit_line(const moments *s)
{
    /* deviations from the means, so that two equations are left */
    double yy = s->yy - s->y * s->y / s->one, zz = s->zz - s->z * s->z / s->one;
    double yz = s->yz - s->y * s->z / s->one, yw = s->yw - s->y * s->w / s->one;
    double zw = s->zw - s->z * s->w / s->one, det = yy * zz - yz * yz;
    double d = (yw * zz - zw * yz) / det, c = (zw * yy - yw * yz) / det;
    if (det > 1e-14 * yy * zz && fabs(d) <= c) {
        double a = (s->w - d * s->y - c * s->z) / s->one;
        return (line_fit){ a, d, c, cost_of(s, a, d, c) };
    }
    line_fit down = fit_edge(s, -1), up = fit_edge(s, 1);
    return down.cost < up.cost ? down : up;
}

void svi_start(const pen_surface_point *points, const double *weights, size_t n, double expiry_yr,
               double p[5])
{
    double low = points[0].x, high = points[0].x, best = INFINITY;
    for (size_t i = 0; i < n; i++) {
        low = fmin(low, points[i].x);
        high = fmax(high, points[i].x);
    }
    double range = fmax(high - low, 1e-6), mean = 0;
    for (size_t i = 0; i < n; i++)
        mean += points[i].vol_frac * points[i].vol_frac * expiry_yr / (double)n;
    p[SVI_B] = 1e-8; /* flat, if no line fits */
    p[SVI_RHO] = p[SVI_M] = 0;
    p[SVI_SIGMA] = range;
    p[SVI_A] = mean;
    for (int i = 0; i < PLACES; i++)
        for (int j = 0; j < WIDTHS; j++) {
            double m = low + range * ((double)i / (PLACES - 1));
            double sigma = range * pow(10, -2 + 2.5 * j / (WIDTHS - 1));
            moments s = moments_of(points, weights, n, expiry_yr, m, sigma);
            line_fit line = fit_line(&s);
            if (!(line.cost < best))
                continue;
            best = line.cost;
            p[SVI_M] = m;
            p[SVI_SIGMA] = sigma;
            p[SVI_B] = fmax(line.c / sigma, 1e-8);
            p[SVI_RHO] = line.c > 0 ? fmin(fmax(line.d / line.c, -0.999), 0.999) : 0;
            p[SVI_A] = line.a;
        }
    /* a least variance above 0 */
    double least = p[SVI_A] + p[SVI_B] * p[SVI_SIGMA] * sqrt(1 - p[SVI_RHO] * p[SVI_RHO]);
    p[SVI_A] += fmax(1e-3 * mean - least, 0);
}
