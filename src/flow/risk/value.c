/* Value at risk: what all methods share. */
#include "value.h"

#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/nearest.h"
#include "../../machine/base/size.h"
#include "../../machine/math/sort_host.h"

static const struct {
    const char *name, *text;
} methods[] = {
#define RISK_ROW(method, name, text) { name, text },
    PEN_RISK_METHOD_LIST(RISK_ROW)
#undef RISK_ROW
};

const char *pen_risk_method_name(pen_risk_method method)
{
    return (size_t)method < PEN_COUNT(methods) ? methods[method].name : NULL;
}

const char *pen_risk_method_text(pen_risk_method method)
{
    return (size_t)method < PEN_COUNT(methods) ? methods[method].text : NULL;
}

pen_status pen_risk_method_parse(const char *name, pen_risk_method *out)
{
    const char *names[PEN_COUNT(methods)];
    for (size_t i = 0; i < PEN_COUNT(methods); i++) {
        names[i] = methods[i].name;
        *out = (pen_risk_method)i;
        if (strcmp(name, names[i]) == 0)
            return PEN_OK;
    }
    *out = PEN_RISK_HISTORICAL;
    const char *near = pen_nearest(name, names, PEN_COUNT(names));
    return pen_fail(PEN_E_NOTFOUND, "no method '%s'; did you mean '%s'?", name,
                    near != NULL ? near : names[0]);
}

pen_risk_options pen_risk_options_default(void)
{
    return (pen_risk_options){ .level = 0.95,
                               .horizon = 1,
                               .covariance = pen_covariance_options_default(),
                               .decay = 0.94,
                               .n_paths = 100000,
                               .seed = 1 };
}

static pen_status check_options(const pen_risk_options *o)
{
    static const char name[] = "pen_risk_estimate";
    if ((size_t)o->method >= PEN_COUNT(methods))
        return pen_fail(PEN_E_ARG, "%s: method %d is unknown", name, (int)o->method);
    if (!(o->level > 0 && o->level < 1))
        return pen_fail(PEN_E_ARG, "%s: level %g, expected between 0 and 1", name, o->level);
    if (o->horizon < 1 || o->horizon > 1000000)
        return pen_fail(PEN_E_ARG, "%s: horizon %zu, expected 1 to 1000000", name, o->horizon);
    if (!(o->decay > 0 && o->decay < 1))
        return pen_fail(PEN_E_ARG, "%s: decay %g, expected between 0 and 1", name, o->decay);
    if (!(o->degrees == 0 || o->degrees > 2))
        return pen_fail(PEN_E_ARG, "%s: degrees %g, expected above 2, or 0", name, o->degrees);
    if (o->method == PEN_RISK_MONTE_CARLO && (o->n_paths < 2 || o->n_paths > 1u << 30))
        return pen_fail(PEN_E_ARG, "%s: %zu paths, expected 2 to 2^30", name, o->n_paths);
    return PEN_OK;
}

/* ---- sorted losses ---- */

double risk_mean(const double *x, size_t n)
{
    double sum = 0;
    for (size_t t = 0; t < n; t++)
        sum += x[t] - x[0]; /* a series that does not vary has its value exactly */
    return n > 0 ? x[0] + sum / (double)n : NAN;
}

double risk_stdev(const double *x, size_t n)
{
    double mean = risk_mean(x, n), sum = 0;
    for (size_t t = 0; t < n; t++)
        sum += (x[t] - mean) * (x[t] - mean);
    return n > 1 ? sqrt(sum / (double)(n - 1)) : NAN;
}

size_t risk_rank(size_t n, double level)
{
    double rank = ceil((double)n * level * (1 - 1e-14)); /* 0.95 of 100 is the 95th */
    return rank < 1 ? 0 : rank > (double)n ? n - 1 : (size_t)rank - 1;
}

risk_pair risk_of_sorted(const double *sorted, size_t n, double level)
{
    size_t at = risk_rank(n, level);
    double beyond = 0;
    for (size_t k = at + 1; k < n; k++)
        beyond += sorted[k] - sorted[at];
    return (risk_pair){ sorted[at], sorted[at] + beyond / ((double)n * (1 - level)) };
}

void risk_neighbours(size_t n, double level, size_t *first, size_t *last)
{
    double step = 2 * sqrt(level * (1 - level) / (double)n);
    *first = risk_rank(n, fmax(level - step, 0));
    *last = risk_rank(n, fmin(level + step, 1));
}

/* Of a quantile: a quarter of the distance of the order statistics that are two standard errors of
 * their share to either side.  Of the mean beyond it: the deviation of what exceeds it
 * (Rockafellar & Uryasev). */
risk_pair risk_errors(const double *sorted, size_t n, double level)
{
    double m = (double)n, sum = 0, squares = 0;
    size_t at = risk_rank(n, level), low, high;
    risk_neighbours(n, level, &low, &high);
    for (size_t k = at; k < n; k++) {
        double excess = sorted[k] - sorted[at];
        sum += excess;
        squares += excess * excess;
    }
    double variance = fmax(squares / m - sum / m * (sum / m), 0);
    return (risk_pair){ 0.25 * (sorted[high] - sorted[low]), sqrt(variance / m) / (1 - level) };
}

pen_status risk_sort(const double *losses, size_t n, double *sorted, int32_t *index)
{
    pen_rows row = pen_flat(PEN_F64, losses, n);
    return sort_host_top(PEN_SORT_ASCENDING, &row, n, sorted, n, index);
}

/* ---- the request ---- */

void pen_risk_portfolio(const double *returns, size_t n_assets, size_t n_observations,
                        const double *weights, double *out)
{
    for (size_t t = 0; t < n_observations; t++)
        out[t] = 0;
    for (size_t i = 0; i < n_assets; i++) {
        double w = weights != NULL ? weights[i] : 1 / (double)n_assets;
        for (size_t t = 0; t < n_observations; t++)
            out[t] += w * returns[i * n_observations + t];
    }
}

/* Copies the observations that all assets have; counts them in n.  x: [p][n_observations] */
static pen_status take_whole(risk_job *j, const double *returns, size_t n_observations)
{
    for (size_t t = 0; t < n_observations; t++) {
        bool is_whole = true;
        for (size_t i = 0; i < j->p; i++) {
            double r = returns[i * n_observations + t];
            if (isinf(r))
                return pen_fail(PEN_E_ARG,
                                "pen_risk_estimate: the return of asset %zu at observation %zu is "
                                "infinite",
                                i, t);
            is_whole = is_whole && !isnan(r);
            j->x[i * n_observations + j->n] = r;
        }
        j->n += is_whole;
    }
    for (size_t i = 1; i < j->p; i++)
        memmove(j->x + i * j->n, j->x + i * n_observations, j->n * sizeof *j->x);
    size_t least = j->options.method == PEN_RISK_HISTORICAL ? j->options.horizon : 2;
    least = least < 2 ? 2 : least;
    if (j->n < least)
        return pen_fail(
            PEN_E_ARG,
            "pen_risk_estimate: %zu of %zu observations have no missing value, expected "
            "%zu or more",
            j->n, n_observations, least);
    return PEN_OK;
}

static pen_status take_weights(const risk_job *j, const double *weights, double *held)
{
    for (size_t i = 0; i < j->p; i++) {
        held[i] = weights != NULL ? weights[i] : 1 / (double)j->p;
        if (!isfinite(held[i]))
            return pen_fail(PEN_E_ARG, "pen_risk_estimate: weight %zu is %g", i, held[i]);
    }
    return PEN_OK;
}

/* Parts from the sample; a law has its own of these. */
static void begin_parts(risk_job *j)
{
    double n = (double)j->n - 1;
    for (size_t i = 0; j->parts != NULL && i < j->p; i++) {
        pen_risk_part *part = &j->parts[i];
        const double *x = j->x + i * j->n;
        double shared = 0;
        *part = (pen_risk_part){ .weight = j->held[i],
                                 .mean = risk_mean(x, j->n),
                                 .stdev = risk_stdev(x, j->n) };
        for (size_t t = 0; t < j->n; t++)
            shared += (x[t] - part->mean) * (j->pnl[t] - j->out->mean);
        part->marginal_stdev = j->out->stdev > 0 ? shared / n / j->out->stdev : 0;
    }
}

static void end_parts(risk_job *j)
{
    for (size_t i = 0; j->parts != NULL && i < j->p; i++) {
        pen_risk_part *part = &j->parts[i];
        part->component_stdev = part->weight * part->marginal_stdev;
        part->component_var = part->weight * part->marginal_var;
        part->component_cvar = part->weight * part->marginal_cvar;
    }
}

static pen_status estimate(risk_job *j)
{
    pen_risk_portfolio(j->x, j->p, j->n, j->held, j->pnl);
    *j->out = (pen_risk_value){ .var_error = NAN,
                                .cvar_error = NAN,
                                .mean = risk_mean(j->pnl, j->n),
                                .stdev = risk_stdev(j->pnl, j->n),
                                .skewness = NAN,
                                .kurtosis = NAN,
                                .degrees = NAN,
                                .is_monotone = true,
                                .n_used = j->n };
    begin_parts(j);
    switch (j->options.method) {
    case PEN_RISK_HISTORICAL:
    case PEN_RISK_FILTERED:
        PEN_TRY(risk_by_scenarios(j));
        break;
    case PEN_RISK_CORNISH_FISHER:
        PEN_TRY(risk_by_expansion(j));
        break;
    default:
        PEN_TRY(risk_by_law(j));
    }
    end_parts(j);
    return PEN_OK;
}

pen_status pen_risk_estimate(const pen_risk_options *options, const double *returns,
                             size_t n_assets, size_t n_observations, const double *weights,
                             pen_risk_value *out, pen_risk_part *parts)
{
    risk_job j = { .options = options != NULL ? *options : pen_risk_options_default(),
                   .p = n_assets,
                   .out = out,
                   .parts = parts };
    size_t cells, all;
    double *block;
    *out = (pen_risk_value){ 0 };
    PEN_TRY(check_options(&j.options));
    if (n_assets == 0)
        return pen_fail(PEN_E_ARG, "pen_risk_estimate: no asset");
    PEN_TRY(pen_size_mul(n_assets, n_observations, &cells));
    PEN_TRY(pen_size_add(n_assets, n_observations, &all));
    PEN_TRY(pen_size_add(cells, all, &all));
    PEN_TRY(pen_alloc_array(all, sizeof *block, (void **)&block));
    double *held = block + cells;
    j.x = block;
    j.held = held;
    j.pnl = held + n_assets;
    pen_status s = take_weights(&j, weights, held);
    if (s == PEN_OK)
        s = take_whole(&j, returns, n_observations);
    if (s == PEN_OK)
        s = estimate(&j);
    if (s != PEN_OK)
        *out = (pen_risk_value){ 0 };
    pen_free(block);
    return s;
}
