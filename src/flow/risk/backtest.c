/* Value at risk against what came. */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/thread.h"
#include "value.h"

/* ---- forecasts ---- */

enum { FORECASTS_AT_ONCE = 16 };

typedef struct forecast {
    pen_risk_options options;
    const double *returns;
    size_t window;
    double *var, *cvar;
    pen_status *status; /* [n - window] */
} forecast;

static void forecast_range(void *context, size_t begin, size_t end)
{
    const forecast *f = context;
    const double one = 1;
    for (size_t k = begin; k < end; k++) {
        pen_risk_value v;
        f->status[k] = pen_risk_estimate(&f->options, f->returns + k, 1, f->window, &one, &v, NULL);
        f->var[f->window + k] = v.var;
        if (f->cvar != NULL)
            f->cvar[f->window + k] = v.cvar;
    }
}

/* The first that failed, once more on this thread for its text. */
static pen_status first_failure(forecast *f, size_t count)
{
    for (size_t k = 0; k < count; k++)
        if (f->status[k] != PEN_OK) {
            forecast_range(f, k, k + 1);
            return f->status[k] != PEN_OK
                       ? f->status[k]
                       : pen_fail(PEN_E_NOMEM, "pen_risk_forecast: window %zu", k);
        }
    return PEN_OK;
}

pen_status pen_risk_forecast(const pen_risk_options *options, const double *returns, size_t n,
                             size_t window, double *var, double *cvar)
{
    forecast f = {
        options != NULL ? *options : pen_risk_options_default(), returns, window, var, cvar, NULL
    };
    f.options.horizon = 1;
    if (window < 2)
        return pen_fail(PEN_E_ARG, "pen_risk_forecast: a window of %zu, expected 2 or more",
                        window);
    for (size_t t = 0; t < n; t++) {
        var[t] = NAN;
        if (cvar != NULL)
            cvar[t] = NAN;
        if (!isfinite(returns[t]))
            return pen_fail(PEN_E_ARG, "pen_risk_forecast: returns[%zu] is %g", t, returns[t]);
    }
    if (n <= window)
        return PEN_OK;
    PEN_TRY(pen_alloc(n - window, sizeof *f.status, (void **)&f.status));
    pen_parallel_for(n - window, FORECASTS_AT_ONCE, forecast_range, &f);
    pen_status s = first_failure(&f, n - window);
    pen_free(f.status);
    return s;
}

/* ---- tests ---- */

/* count log(p), 0 for none. */
static double log_power(double p, double count)
{
    return count > 0 ? count * log(p) : 0;
}

/* log likelihood of `hits` of n with the chance p. */
static double likelihood(double hits, double n, double p)
{
    return log_power(p, hits) + log_power(1 - p, n - hits);
}

static double share(double a, double b)
{
    return b > 0 ? a / b : 0;
}

/* from[a][b]: how often b (an exception or not) followed a. */
static void test(double from[2][2], double level, pen_risk_backtest *out)
{
    double n = (double)out->n, hits = (double)out->exceptions;
    out->frequency_ratio =
        2 * (likelihood(hits, n, share(hits, n)) - likelihood(hits, n, 1 - level));
    double calm = from[0][0] + from[0][1], after = from[1][0] + from[1][1];
    double followed = from[0][1] + from[1][1], chance = share(followed, calm + after);
    double apart = likelihood(from[0][1], calm, share(from[0][1], calm)) +
                   likelihood(from[1][1], after, share(from[1][1], after));
    out->independence_ratio = fmax(2 * (apart - likelihood(followed, calm + after, chance)), 0);
    out->frequency_ratio = fmax(out->frequency_ratio, 0);
    out->joint_ratio = out->frequency_ratio + out->independence_ratio;
    out->frequency_p = erfc(sqrt(0.5 * out->frequency_ratio));
    out->independence_p = erfc(sqrt(0.5 * out->independence_ratio));
    out->joint_p = exp(-0.5 * out->joint_ratio);
}

pen_status pen_risk_check(const double *returns, const double *var, size_t n, double level,
                          pen_risk_backtest *out)
{
    double from[2][2] = { { 0 } };
    int before = -1;
    *out = (pen_risk_backtest){ 0, 0, 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN };
    if (!(level > 0 && level < 1))
        return pen_fail(PEN_E_ARG, "pen_risk_check: level %g, expected between 0 and 1", level);
    for (size_t t = 0; t < n; t++) {
        double excess = -returns[t] - var[t];
        if (isnan(excess))
            continue;
        int is_hit = excess > 0;
        out->n++;
        out->exceptions += (size_t)is_hit;
        out->worst_excess = fmax(out->worst_excess, excess); /* of a NaN, the other */
        if (before >= 0)
            from[before][is_hit]++;
        before = is_hit;
    }
    out->expected = (double)out->n * (1 - level);
    if (out->n > 0)
        test(from, level, out);
    return PEN_OK;
}
