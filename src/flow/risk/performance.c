/* Performance: what was earned, and for how much risk. */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "distribution.h"
#include "value.h"

static const double EULER_GAMMA = 0.57721566490153286061;

/* ---- Sharpe ratios ---- */

static double sharpe_variance(double s, double skewness, double kurtosis)
{
    return 1 - skewness * s + 0.25 * (kurtosis + 2) * s * s;
}

double pen_sharpe_error(double sharpe, size_t n, double skewness, double kurtosis)
{
    return sqrt(sharpe_variance(sharpe, skewness, kurtosis) / (double)n);
}

double pen_sharpe_probability(double sharpe, double threshold, size_t n, double skewness,
                              double kurtosis)
{
    double error = sqrt(sharpe_variance(sharpe, skewness, kurtosis) / ((double)n - 1));
    return normal_below((sharpe - threshold) / error);
}

double pen_sharpe_of_luck(size_t n_trials, double variance)
{
    double n = (double)n_trials;
    return sqrt(variance) * ((1 - EULER_GAMMA) * normal_quantile(1 - 1 / n) +
                             EULER_GAMMA * normal_quantile(1 - exp(-1) / n));
}

/* ---- ratios ---- */

pen_performance_options pen_performance_options_default(void)
{
    return (pen_performance_options){ .periods_per_year = 252 };
}

static pen_status check(const double *returns, const double *benchmark, size_t n,
                        const pen_performance_options *o)
{
    static const char name[] = "pen_risk_performance";
    if (n < 1)
        return pen_fail(PEN_E_ARG, "%s: no returns", name);
    if (!(o->periods_per_year > 0 && isfinite(o->periods_per_year)))
        return pen_fail(PEN_E_ARG, "%s: %g periods a year, expected more than 0", name,
                        o->periods_per_year);
    if (!isfinite(o->risk_free) || !isfinite(o->target) || !(o->trial_variance >= 0))
        return pen_fail(PEN_E_ARG, "%s: risk-free %g, target %g, variance %g", name, o->risk_free,
                        o->target, o->trial_variance);
    for (size_t t = 0; t < 2 * n; t++) {
        const double *x = t < n ? returns : benchmark;
        if (x != NULL && !(x[t % n] >= -1 && isfinite(x[t % n])))
            return pen_fail(PEN_E_ARG, "%s: %s[%zu] is %g, expected a finite number of at least -1",
                            name, t < n ? "returns" : "benchmark", t % n, x[t % n]);
    }
    return PEN_OK;
}

/* NaN instead of a division by 0. */
static double over(double a, double b)
{
    return b != 0 ? a / b : NAN;
}

static void take_shape(const double *x, size_t n, double mean, pen_performance *out)
{
    double m2 = 0, m3 = 0, m4 = 0, count = (double)n;
    for (size_t t = 0; t < n; t++) {
        double d = x[t] - mean, square = d * d;
        m2 += square / count;
        m3 += square * d / count;
        m4 += square * square / count;
    }
    out->skewness = over(m3, m2 * sqrt(m2));
    out->kurtosis = over(m4, m2 * m2) - 3;
}

/* Quantile of sorted values: definition 7 of Hyndman & Fan. */
static double quantile(const double *sorted, size_t n, double p)
{
    double at = p * (double)(n - 1);
    size_t k = (size_t)at;
    return k + 1 < n ? sorted[k] + (at - (double)k) * (sorted[k + 1] - sorted[k]) : sorted[n - 1];
}

static pen_status take_order(const double *x, size_t n, pen_performance *out)
{
    double *sorted;
    int32_t *index = NULL;
    PEN_TRY(pen_alloc_array(n, sizeof *sorted, (void **)&sorted));
    pen_status s = pen_alloc_array(n, sizeof *index, (void **)&index);
    if (s == PEN_OK)
        s = risk_sort(x, n, sorted, index);
    if (s == PEN_OK) {
        out->worst = sorted[0];
        out->best = sorted[n - 1];
        out->tail_ratio = over(quantile(sorted, n, 0.95), -quantile(sorted, n, 0.05));
    }
    pen_free(index);
    pen_free(sorted);
    return s;
}

/* What lies above and below the target. */
static void take_target(const double *x, size_t n, const pen_performance_options *o,
                        pen_performance *out)
{
    double above = 0, below = 0, squares = 0;
    size_t hits = 0;
    for (size_t t = 0; t < n; t++) {
        double d = x[t] - o->target;
        hits += x[t] > 0;
        above += fmax(d, 0);
        below += fmax(-d, 0);
        squares += d < 0 ? d * d : 0;
    }
    double count = (double)n, shortfall = sqrt(squares / count);
    out->hit_rate = (double)hits / count;
    out->omega = over(above, below);
    out->sortino = over((above - below) / count, shortfall) * sqrt(o->periods_per_year);
}

static void take_sharpe(double excess, double stdev, const pen_performance_options *o,
                        pen_performance *out)
{
    double sharpe = over(excess, stdev), year = sqrt(o->periods_per_year);
    double variance = o->trial_variance > 0 ? o->trial_variance : 1 / ((double)out->n - 1);
    out->sharpe = sharpe * year;
    out->sharpe_error = pen_sharpe_error(sharpe, out->n, out->skewness, out->kurtosis) * year;
    out->sharpe_probability =
        pen_sharpe_probability(sharpe, 0, out->n, out->skewness, out->kurtosis);
    if (o->n_trials > 1)
        out->sharpe_deflated =
            pen_sharpe_probability(sharpe, pen_sharpe_of_luck(o->n_trials, variance), out->n,
                                   out->skewness, out->kurtosis);
}

/* Mean of x over that of y where y is above 0, or below for sign -1. */
static double capture(const double *x, const double *y, size_t n, double sign)
{
    double own = 0, other = 0;
    for (size_t t = 0; t < n; t++)
        if (sign * y[t] > 0) {
            own += x[t];
            other += y[t];
        }
    return over(own, other);
}

static void compare(const double *x, const double *y, size_t n, double risk_free,
                    const pen_performance_options *o, pen_performance *out)
{
    double mx = risk_mean(x, n), my = risk_mean(y, n), xx = 0, yy = 0, xy = 0, active = 0;
    for (size_t t = 0; t < n; t++) {
        double dx = x[t] - mx, dy = y[t] - my;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
        active += (dx - dy) * (dx - dy);
    }
    double year = o->periods_per_year, degrees = (double)n - 1;
    out->beta = over(xy, yy);
    out->alpha = (mx - risk_free - out->beta * (my - risk_free)) * year;
    out->correlation = over(xy, sqrt(xx) * sqrt(yy));
    out->tracking_error = n > 1 ? sqrt(active / degrees * year) : NAN;
    out->information = over((mx - my) * year, out->tracking_error);
    out->treynor = over((mx - risk_free) * year, out->beta);
    out->up_capture = capture(x, y, n, 1);
    out->down_capture = capture(x, y, n, -1);
}

pen_status pen_risk_performance(const double *returns, const double *benchmark, size_t n,
                                const pen_performance_options *options, pen_performance *out)
{
    pen_performance_options o = options != NULL ? *options : pen_performance_options_default();
    pen_drawdown_summary falls;
    double log_value = 0;
    *out = (pen_performance){ 0 };
    PEN_TRY(check(returns, benchmark, n, &o));
    PEN_TRY(pen_risk_drawdowns(returns, n, 0.95, NULL, NULL, 0, NULL, &falls));
    PEN_TRY(take_order(returns, n, out));
    double mean = risk_mean(returns, n), stdev = risk_stdev(returns, n), year = o.periods_per_year;
    for (size_t t = 0; t < n; t++)
        log_value += log1p(returns[t]);
    out->n = n;
    out->total = expm1(log_value);
    out->annual = expm1(log_value * year / (double)n);
    out->mean = mean * year;
    out->stdev = stdev * sqrt(year);
    out->max_depth = falls.max_depth;
    out->calmar = over(out->annual, out->max_depth);
    out->sharpe_deflated = NAN;
    take_shape(returns, n, mean, out);
    take_target(returns, n, &o, out);
    take_sharpe(mean - o.risk_free / year, stdev, &o, out);
    out->beta = out->alpha = out->correlation = out->tracking_error = NAN;
    out->information = out->treynor = out->up_capture = out->down_capture = NAN;
    if (benchmark != NULL)
        compare(returns, benchmark, n, o.risk_free / year, &o, out);
    return PEN_OK;
}
