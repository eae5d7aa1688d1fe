/* Value at risk of a normal law bent by skewness and kurtosis: Cornish and Fisher's expansion, and
 * its gradient (Boudt, Peterson & Croux, J. Risk 11 (2008) 79). */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "distribution.h"
#include "value.h"

/* Central moments of a portfolio: divided by n. */
typedef struct moments {
    double mean, m2, m3, m4;
} moments;

static moments moments_of(const double *x, size_t n, bool is_zero_mean)
{
    moments m = { .mean = is_zero_mean ? 0 : risk_mean(x, n) };
    for (size_t t = 0; t < n; t++) {
        double d = x[t] - m.mean, square = d * d;
        m.m2 += square / (double)n;
        m.m3 += square * d / (double)n;
        m.m4 += square * square / (double)n;
    }
    return m;
}

/* How far the quantile, and the mean beyond it, lie from the mean in standard deviations, and what
 * they change with skewness and kurtosis. */
typedef struct bend {
    double at, by_skewness, by_kurtosis;
} bend;

static bend bend_quantile(double z, double s, double k)
{
    double third = (2 * z * z * z - 5 * z) / 36;
    return (bend){ z + (z * z - 1) * s / 6 + (z * z * z - 3 * z) * k / 24 - third * s * s,
                   (z * z - 1) / 6 - 2 * third * s, (z * z * z - 3 * z) / 24 };
}

/* The integral of the quantile over the tail, in closed form as that of z^j times the normal
 * density is. */
static bend bend_tail(double z, double s, double k, double level)
{
    double mean = -normal_density(z) / (1 - level), square = (2 * z * z - 1) / 36;
    return (bend){ mean * (1 + z * s / 6 + (z * z - 1) * k / 24 - square * s * s),
                   mean * (z / 6 - 2 * square * s), mean * (z * z - 1) / 24 };
}

/* Does the quantile rise from `low` up to z?  Its slope is a parabola in z. */
static bool is_rising(double low, double z, double s, double k)
{
    double a = k / 8 - s * s / 6, b = s / 3, c = 1 - k / 8 + 5 * s * s / 36, turn = -b / (2 * a);
    double least = fmin((a * low + b) * low + c, (a * z + b) * z + c);
    if (turn > low && turn < z)
        least = fmin(least, (a * turn + b) * turn + c);
    return least > 0;
}

typedef struct expansion {
    double mean, stdev, skewness, kurtosis; /* per period */
    double h;
    bend quantile, tail; /* of the horizon's skewness and kurtosis */
    bool is_rising;
    risk_pair value;
} expansion;

static expansion expand(const risk_job *j, const double *pnl)
{
    moments m = moments_of(pnl, j->n, j->options.covariance.is_zero_mean);
    double n = (double)j->n, degrees = n - !j->options.covariance.is_zero_mean;
    expansion f = { .mean = m.mean, .stdev = sqrt(m.m2 * n / degrees) };
    f.h = (double)j->options.horizon;
    if (m.m2 > 0) {
        f.skewness = m.m3 / (m.m2 * sqrt(m.m2));
        f.kurtosis = m.m4 / (m.m2 * m.m2) - 3;
    }
    double z = normal_quantile(1 - j->options.level), root = sqrt(f.h);
    f.quantile = bend_quantile(z, f.skewness / root, f.kurtosis / f.h);
    f.tail = bend_tail(z, f.skewness / root, f.kurtosis / f.h, j->options.level);
    double low = normal_quantile(0.001 * (1 - j->options.level));
    f.is_rising = is_rising(low, z, f.skewness / root, f.kurtosis / f.h);
    f.value.var = -f.h * f.mean - root * f.stdev * f.quantile.at;
    f.value.cvar = -f.h * f.mean - root * f.stdev * f.tail.at;
    return f;
}

/* d var / d weight, of b = quantile or tail, from the derivatives of the four moments. */
static double gradient(const expansion *f, const bend *b, double mean, double stdev,
                       double skewness, double kurtosis)
{
    double bent = b->by_skewness * skewness / sqrt(f->h) + b->by_kurtosis * kurtosis / f->h;
    return -f->h * mean - sqrt(f->h) * (stdev * b->at + f->stdev * bent);
}

static void share_out(risk_job *j, const expansion *f, const moments *m)
{
    double n = (double)j->n, ratio = m->m2 > 0 ? f->stdev / sqrt(m->m2) : 0;
    bool is_zero_mean = j->options.covariance.is_zero_mean;
    for (size_t i = 0; i < j->p; i++) {
        pen_risk_part *part = &j->parts[i];
        const double *x = j->x + i * j->n;
        double d2 = 0, d3 = 0, d4 = 0;
        if (is_zero_mean)
            part->mean = 0;
        for (size_t t = 0; t < j->n; t++) {
            double own = x[t] - part->mean, all = j->pnl[t] - m->mean;
            d2 += 2 * own * all / n;
            d3 += 3 * own * all * all / n;
            d4 += 4 * own * all * all * all / n;
        }
        part->marginal_stdev = part->marginal_var = part->marginal_cvar = 0;
        if (m->m2 > 0) {
            double root = sqrt(m->m2),
                   skewness = d3 / (m->m2 * root) - 1.5 * f->skewness * d2 / m->m2;
            double kurtosis = d4 / (m->m2 * m->m2) - 2 * (f->kurtosis + 3) * d2 / m->m2;
            part->marginal_stdev = ratio * d2 / (2 * root);
            part->marginal_var =
                gradient(f, &f->quantile, part->mean, part->marginal_stdev, skewness, kurtosis);
            part->marginal_cvar =
                gradient(f, &f->tail, part->mean, part->marginal_stdev, skewness, kurtosis);
        } else {
            part->marginal_var = part->marginal_cvar = -f->h * part->mean;
        }
    }
}

static void by_itself_and_without(risk_job *j, double *rest)
{
    for (size_t i = 0; i < j->p; i++) {
        pen_risk_part *part = &j->parts[i];
        const double *x = j->x + i * j->n;
        for (size_t t = 0; t < j->n; t++)
            rest[t] = part->weight * x[t];
        expansion alone = expand(j, rest);
        for (size_t t = 0; t < j->n; t++)
            rest[t] = j->pnl[t] - part->weight * x[t];
        expansion without = expand(j, rest);
        part->var = alone.value.var;
        part->cvar = alone.value.cvar;
        part->incremental_var = j->out->var - without.value.var;
        part->incremental_cvar = j->out->cvar - without.value.cvar;
    }
}

pen_status risk_by_expansion(risk_job *j)
{
    double *rest;
    moments m = moments_of(j->pnl, j->n, j->options.covariance.is_zero_mean);
    expansion f = expand(j, j->pnl);
    PEN_TRY(pen_alloc_array(j->n, sizeof *rest, (void **)&rest));
    j->out->mean = f.mean;
    j->out->stdev = f.stdev;
    j->out->skewness = f.skewness;
    j->out->kurtosis = f.kurtosis;
    j->out->is_monotone = f.is_rising;
    j->out->var = f.value.var;
    j->out->cvar = f.value.cvar;
    if (j->parts != NULL) {
        share_out(j, &f, &m);
        by_itself_and_without(j, rest);
    }
    pen_free(rest);
    return PEN_OK;
}
