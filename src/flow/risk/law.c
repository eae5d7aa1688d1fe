/* Value at risk of a law whose quantiles are multiples of the standard deviation: normal and
 * Student, in closed form or simulated. */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "distribution.h"
#include "value.h"

/* ---- degrees ---- */

/* Log likelihood of x under a Student law of that variance. */
static double likelihood(const double *x, size_t n, double mean, double stdev, double degrees)
{
    double scale = stdev * sqrt((degrees - 2) / degrees), sum = 0;
    for (size_t t = 0; t < n; t++) {
        double z = (x[t] - mean) / scale;
        sum += log1p(z * z / degrees);
    }
    return (double)n * (log(student_density(0, degrees)) - log(scale)) - 0.5 * (degrees + 1) * sum;
}

/* Golden section over 1 / degrees, in which the likelihood has one peak. */
double risk_fit_degrees(const double *x, size_t n, double mean, double stdev)
{
    const double golden = 0.5 * (sqrt(5) - 1);
    double low = 1 / 200.0, high = 1 / 2.05;
    if (!(stdev > 0))
        return INFINITY;
    double a = high - golden * (high - low), b = low + golden * (high - low);
    double at_a = likelihood(x, n, mean, stdev, 1 / a), at_b = likelihood(x, n, mean, stdev, 1 / b);
    while (high - low > 1e-6) {
        if (at_a > at_b) {
            high = b, b = a, at_b = at_a;
            a = high - golden * (high - low);
            at_a = likelihood(x, n, mean, stdev, 1 / a);
        } else {
            low = a, a = b, at_a = at_b;
            b = low + golden * (high - low);
            at_b = likelihood(x, n, mean, stdev, 1 / b);
        }
    }
    return 2 / (low + high);
}

/* ---- multiples of the standard deviation ---- */

/* Those of var and cvar of a law of mean 0 and variance 1. */
static risk_pair multiples(double level, double degrees)
{
    double t = student_quantile(level, degrees), tail = student_density(t, degrees) / (1 - level);
    if (isinf(degrees))
        return (risk_pair){ t, tail };
    double scale = sqrt((degrees - 2) / degrees);
    return (risk_pair){ scale * t, scale * tail * (degrees + t * t) / (degrees - 1) };
}

static risk_pair of_moments(const risk_job *j, risk_pair multiple, double mean, double variance)
{
    double h = (double)j->options.horizon, stdev = sqrt(h * fmax(variance, 0));
    return (risk_pair){ multiple.var * stdev - h * mean, multiple.cvar * stdev - h * mean };
}

/* Everything of the parts from the covariances s, [p][p]. */
static void share_out(risk_job *j, const double *s, risk_pair multiple, bool has_mean)
{
    double h = (double)j->options.horizon, stdev = j->out->stdev, mean = j->out->mean;
    for (size_t i = 0; i < j->p; i++) {
        pen_risk_part *part = &j->parts[i];
        double own = s[i * j->p + i], shared = 0, w = part->weight;
        if (!has_mean)
            part->mean = 0;
        for (size_t k = 0; k < j->p; k++)
            shared += s[i * j->p + k] * j->held[k];
        part->stdev = sqrt(own);
        part->marginal_stdev = stdev > 0 ? shared / stdev : 0;
        part->marginal_var = multiple.var * sqrt(h) * part->marginal_stdev - h * part->mean;
        part->marginal_cvar = multiple.cvar * sqrt(h) * part->marginal_stdev - h * part->mean;
        risk_pair alone = of_moments(j, multiple, w * part->mean, w * w * own);
        risk_pair without = of_moments(j, multiple, mean - w * part->mean,
                                       stdev * stdev - 2 * w * shared + w * w * own);
        part->var = alone.var;
        part->cvar = alone.cvar;
        part->incremental_var = j->out->var - without.var;
        part->incremental_cvar = j->out->cvar - without.cvar;
    }
}

/* The multiples that simulated losses come to. */
static pen_status simulate(risk_job *j, risk_pair *multiple)
{
    pen_risk_value *out = j->out;
    risk_pair value, errors;
    double h = (double)j->options.horizon, stdev = sqrt(h) * out->stdev;
    PEN_TRY(risk_simulate(&j->options, out->mean, out->stdev, out->degrees, &value, &errors));
    out->var_error = errors.var;
    out->cvar_error = errors.cvar;
    out->var = value.var;
    out->cvar = value.cvar;
    multiple->var = stdev > 0 ? (value.var + h * out->mean) / stdev : 0;
    multiple->cvar = stdev > 0 ? (value.cvar + h * out->mean) / stdev : 0;
    return PEN_OK;
}

static pen_status run(risk_job *j, double *s)
{
    pen_risk_value *out = j->out;
    pen_covariance_options covariance = j->options.covariance;
    bool is_normal = j->options.method == PEN_RISK_NORMAL || j->options.method == PEN_RISK_EWMA;
    double variance = 0;
    if (j->options.method == PEN_RISK_EWMA) {
        covariance = pen_covariance_options_default();
        covariance.kind = PEN_COVARIANCE_EWMA;
        covariance.decay = j->options.decay;
        covariance.is_zero_mean = true;
    }
    PEN_TRY(pen_covariance(&covariance, j->x, j->p, j->n, s, NULL));
    for (size_t i = 0; i < j->p * j->p; i++)
        variance += j->held[i / j->p] * s[i] * j->held[i % j->p];
    if (covariance.is_zero_mean)
        out->mean = 0;
    double sample = out->stdev;
    out->stdev = sqrt(fmax(variance, 0));
    out->degrees = is_normal ? NAN : j->options.degrees;
    if (!is_normal && j->options.degrees == 0)
        out->degrees = risk_fit_degrees(j->pnl, j->n, out->mean, sample);
    risk_pair multiple = multiples(j->options.level, is_normal ? INFINITY : out->degrees);
    if (j->options.method == PEN_RISK_MONTE_CARLO) {
        PEN_TRY(simulate(j, &multiple));
    } else {
        risk_pair value = of_moments(j, multiple, out->mean, variance);
        out->var = value.var;
        out->cvar = value.cvar;
    }
    if (j->parts != NULL)
        share_out(j, s, multiple, !covariance.is_zero_mean);
    return PEN_OK;
}

pen_status risk_by_law(risk_job *j)
{
    size_t cells;
    double *s;
    PEN_TRY(pen_size_mul(j->p, j->p, &cells));
    PEN_TRY(pen_alloc_array(cells, sizeof *s, (void **)&s));
    pen_status status = run(j, s);
    pen_free(s);
    return status;
}
