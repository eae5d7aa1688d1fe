/* The catalogue of processes, and their coefficients. */
#include "process.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/nearest.h"

enum { HESTON_SPEED, HESTON_LEVEL, HESTON_XI, HESTON_RHO, HESTON_V0 };
static const pen_process_parameter heston_parameters[] = {
    { "kappa", "speed at which the variance reverts, a year", 1.5, 1e-6, 1000 },
    { "theta", "long-run variance", 0.04, 1e-8, 100 },
    { "xi", "volatility of variance", 0.5, 1e-4, 100 },
    { "rho", "correlation of price and variance", -0.7, -1, 1 },
    { "v0", "variance at the start", 0.04, 0, 100 },
};

enum { MERTON_INTENSITY, MERTON_MEAN, MERTON_STDEV };
static const pen_process_parameter merton_parameters[] = {
    { "lambda", "jumps expected a year", 0.5, 0, 10000 },
    { "jump_mean", "mean of a jump of the logarithmic price", -0.1, -10, 10 },
    { "jump_vol", "standard deviation of such a jump", 0.15, 0, 10 },
};

enum { SABR_ALPHA, SABR_EXPONENT, SABR_CORRELATION, SABR_NU };
static const pen_process_parameter sabr_parameters[] = {
    { "alpha", "volatility at the start, of price^beta", 0.2, 0, 1e6 },
    { "beta", "elasticity: 1 lognormal, 0 normal", 1, 0, 1 },
    { "rho", "correlation of price and volatility", -0.3, -1, 1 },
    { "nu", "volatility of volatility", 0.4, 0, 100 },
};

enum { GARCH_CONSTANT, GARCH_SHOCK, GARCH_PERSISTENCE, GARCH_LEVERAGE, GARCH_H0 };
static const pen_process_parameter garch_parameters[] = {
    { "omega", "constant of a period's variance", 2e-6, 0, 100 },
    { "alpha", "weight of the last squared shock", 0.05, 0, 10 },
    { "beta", "weight of the last variance", 0.9, 0, 10 },
    { "gamma", "more weight of a shock below 0", 0.06, -10, 10 },
    { "h0", "variance of the first period; 0: the long-run one", 0, 0, 100 },
};

enum { OU_SPEED, OU_LEVEL, OU_SIGMA };
static const pen_process_parameter ou_parameters[] = {
    { "kappa", "speed of reversion, a year", 2, 1e-9, 10000 },
    { "level", "what the price reverts to", 100, -1e300, 1e300 },
    { "sigma", "volatility a sqrt(year), in price", 20, 0, 1e300 },
};

enum { BOOTSTRAP_BLOCK, BOOTSTRAP_CENTRE };
static const pen_process_parameter bootstrap_parameters[] = {
    { "block", "mean length of a block, in rows", 10, 1, 1e9 },
    { "centre", "1: returns are shifted so that prices grow by their drift", 0, 0, 1 },
};

#define PARAMETERS(list) PEN_COUNT(list), list

static const pen_process_info processes[PEN_PROCESSES] = {
    [PEN_GEOMETRIC_BROWNIAN] = { "gbm", "geometric Brownian motion", "Samuelson (1965)",
                                 PROCESS_ASSETS, true, true, NULL, 0, NULL },
    [PEN_HESTON] = { "heston", "Heston's stochastic variance",
                     "Heston (1993); scheme QE-M of Andersen (2008)", 1, false, true, "variance",
                     PARAMETERS(heston_parameters) },
    [PEN_MERTON] = { "merton", "Merton's jump diffusion", "Merton (1976)", 1, true, true, NULL,
                     PARAMETERS(merton_parameters) },
    [PEN_SABR] = { "sabr", "SABR's stochastic volatility",
                   "Hagan, Kumar, Lesniewski, Woodward (2002)", 1, false, true, "volatility",
                   PARAMETERS(sabr_parameters) },
    [PEN_GARCH] = { "garch", "GARCH(1, 1) with leverage",
                    "Bollerslev (1986); Glosten, Jagannathan, Runkle (1993)", 1, false, true,
                    "variance of the next period", PARAMETERS(garch_parameters) },
    [PEN_ORNSTEIN_UHLENBECK] = { "ou", "Ornstein and Uhlenbeck's mean reversion",
                                 "Uhlenbeck and Ornstein (1930)", 1, false, false, NULL,
                                 PARAMETERS(ou_parameters) },
    [PEN_BOOTSTRAP] = { "bootstrap", "bootstrap of past returns",
                        "stationary bootstrap, Politis and Romano (1994)", PROCESS_ASSETS, false,
                        false, NULL, PARAMETERS(bootstrap_parameters) },
};

const pen_process_info *pen_process_describe(pen_process process)
{
    return (int)process >= 0 && process < PEN_PROCESSES ? &processes[process] : NULL;
}

pen_status pen_process_find(const char *name, pen_process *out)
{
    const char *names[PEN_PROCESSES];
    char list[200] = "";
    for (int k = 0; k < PEN_PROCESSES; k++) {
        names[k] = processes[k].name;
        if (strcmp(name, names[k]) == 0) {
            *out = (pen_process)k;
            return PEN_OK;
        }
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", k > 0 ? ", " : "", names[k]);
    }
    return pen_fail(PEN_E_NOTFOUND, "there is no process '%s'; there are %s", name, list);
}

pen_simulation pen_simulation_default(pen_process process)
{
    static const double initial_px[PROCESS_ASSETS] = {
        100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100,
        100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100,
    };
    static const double drift_frac[PROCESS_ASSETS];
    static const double vol_frac[PROCESS_ASSETS] = {
        0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2,
        0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2,
    };
    pen_simulation s = { .process = process,
                         .n_assets = 1,
                         .initial_px = initial_px,
                         .drift_frac = drift_frac,
                         .vol_frac = vol_frac,
                         .horizon_yr = 1,
                         .n_dates = 1,
                         .n_substeps = 1 };
    const pen_process_info *info = pen_process_describe(process);
    for (int k = 0; info != NULL && k < info->n_parameters; k++)
        s.parameters[k] = info->parameters[k].fallback;
    return s;
}

double simulation_drift(const pen_simulation *s, size_t asset)
{
    if (s->drift_frac != NULL)
        return s->drift_frac[asset];
    return s->rate_frac - (s->dividend_frac != NULL ? s->dividend_frac[asset] : 0);
}

/* Euler's steps towards 0 do not. */
bool simulation_keeps_mean(const pen_simulation *s)
{
    return processes[s->process].has_drift &&
           (s->process != PEN_SABR || s->parameters[SABR_EXPONENT] == 1);
}

/* ---- checks ---- */

static pen_status check_sizes(const char *me, const pen_simulation *s, const pen_process_info *info)
{
    if (s->n_assets < 1 || s->n_assets > (size_t)info->most_assets)
        return pen_fail(PEN_E_ARG, "%s: %zu assets, but %s takes 1 to %d", me, s->n_assets,
                        info->name, info->most_assets);
    if (!(s->horizon_yr > 0) || !isfinite(s->horizon_yr))
        return pen_fail(PEN_E_ARG, "%s: horizon_yr is %g, expected a positive number", me,
                        s->horizon_yr);
    if (!isfinite(s->rate_frac))
        return pen_fail(PEN_E_ARG, "%s: rate_frac is %g, expected a number", me, s->rate_frac);
    if (s->n_dates < 1 || s->n_substeps < 1 || s->n_dates > INT_MAX / 64 ||
        s->n_substeps > INT_MAX / 64 / s->n_dates)
        return pen_fail(PEN_E_ARG, "%s: %zu dates of %zu substeps, expected 1 to %d in all", me,
                        s->n_dates, s->n_substeps, INT_MAX / 64);
    return PEN_OK;
}

static pen_status check_assets(const char *me, const pen_simulation *s,
                               const pen_process_info *info)
{
    bool may_be_negative = s->process == PEN_ORNSTEIN_UHLENBECK;
    for (size_t a = 0; a < s->n_assets; a++) {
        double x = s->initial_px[a];
        if (!isfinite(x) || (!may_be_negative && !(x > 0)))
            return pen_fail(PEN_E_ARG, "%s: initial_px of asset %zu is %g, expected a%s number", me,
                            a + 1, x, may_be_negative ? "" : " positive");
        if (!isfinite(simulation_drift(s, a)))
            return pen_fail(PEN_E_ARG, "%s: drift of asset %zu is %g, expected a number", me, a + 1,
                            simulation_drift(s, a));
        if (info->has_volatility && (!(s->vol_frac[a] >= 0) || !isfinite(s->vol_frac[a])))
            return pen_fail(PEN_E_ARG, "%s: vol_frac of asset %zu is %g, expected 0 or more", me,
                            a + 1, s->vol_frac[a]);
    }
    return PEN_OK;
}

static pen_status check_parameters(const char *me, const pen_simulation *s,
                                   const pen_process_info *info)
{
    for (int k = 0; k < info->n_parameters; k++) {
        const pen_process_parameter *p = &info->parameters[k];
        if (!(s->parameters[k] >= p->low && s->parameters[k] <= p->high))
            return pen_fail(PEN_E_ARG, "%s: %s of %s is %g, expected %g to %g", me, p->name,
                            info->name, s->parameters[k], p->low, p->high);
    }
    return PEN_OK;
}

/* ---- coefficients; dt is a substep ---- */

/* Lower triangle of the correlation's root (Cholesky), row by row; a pivot that rounding makes
 * negative counts as 0, so that a singular matrix will do. */
static pen_status root_of_correlation(const char *me, const pen_simulation *s, double *root)
{
    size_t n = s->n_assets;
    const double *r = s->correlation;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double wanted = i == j ? 1 : 0, given = r != NULL ? r[i * n + j] : wanted;
            if (!(fabs(given) <= 1) || (i == j && given != 1) ||
                (r != NULL && given != r[j * n + i]))
                return pen_fail(PEN_E_ARG,
                                "%s: correlation %zu, %zu is %g (and %g across), expected "
                                "a symmetric matrix within -1 and 1, 1 on the diagonal",
                                me, i + 1, j + 1, given, r[j * n + i]);
            double sum = given;
            for (size_t k = 0; k < j; k++)
                sum -= root[i * (i + 1) / 2 + k] * root[j * (j + 1) / 2 + k];
            double pivot = root[j * (j + 1) / 2 + j];
            if (i == j && sum < -1e-10)
                return pen_fail(PEN_E_ARG,
                                "%s: the correlation matrix is not positive "
                                "semi-definite: asset %zu contradicts those before it",
                                me, i + 1);
            if (i != j && !(pivot > 0) && fabs(sum) > 1e-7)
                return pen_fail(PEN_E_ARG,
                                "%s: the correlation matrix is not positive "
                                "semi-definite: asset %zu contradicts those before it",
                                me, i + 1);
            double value = i == j ? (sum > 1e-14 ? sqrt(sum) : 0) : pivot > 0 ? sum / pivot : 0;
            root[i * (i + 1) / 2 + j] = value;
        }
    return PEN_OK;
}

static pen_status make_gbm(const char *me, const pen_simulation *s, double dt, process_model *out)
{
    double *drift = out->words + s->n_assets, *root = drift + s->n_assets;
    PEN_TRY(root_of_correlation(me, s, root));
    for (size_t a = 0; a < s->n_assets; a++) {
        double vol = s->vol_frac[a];
        drift[a] = (simulation_drift(s, a) - 0.5 * vol * vol) * dt;
        for (size_t b = 0; b <= a; b++)
            *root++ *= vol * sqrt(dt);
    }
    out->n_words = (int)(root - out->words);
    out->n_factors = (int)s->n_assets;
    return PEN_OK;
}

static void make_heston(const pen_simulation *s, double dt, process_model *out)
{
    const double *p = s->parameters;
    double kappa = p[HESTON_SPEED], theta = p[HESTON_LEVEL], xi = p[HESTON_XI], rho = p[HESTON_RHO];
    double decay = exp(-kappa * dt), lost = -expm1(-kappa * dt);
    double half = 0.5 * dt, pull = half * (kappa * rho / xi - 0.5);
    double *m = out->words + 1;
    m[HESTON_START] = p[HESTON_V0];
    m[HESTON_MEAN] = theta;
    m[HESTON_DECAY] = decay;
    m[HESTON_SPREAD] = xi * xi * decay * lost / kappa;
    m[HESTON_REST] = theta * xi * xi * lost * lost / (2 * kappa);
    m[HESTON_DRIFT] = simulation_drift(s, 0) * dt;
    m[HESTON_K1] = pull - rho / xi;
    m[HESTON_K2] = pull + rho / xi;
    m[HESTON_K3] = m[HESTON_K4] = half * (1 - rho * rho);
    out->second_start = p[HESTON_V0];
    out->n_words = 1 + HESTON_WORDS;
    out->n_factors = 2;
}

static pen_status make_merton(const char *me, const pen_simulation *s, double dt,
                              process_model *out)
{
    const double *p = s->parameters;
    double vol = s->vol_frac[0], mean = p[MERTON_MEAN], stdev = p[MERTON_STDEV];
    double lambda = p[MERTON_INTENSITY], expected = lambda * dt;
    double growth = expm1(mean + 0.5 * stdev * stdev); /* of the price by a jump, on average */
    double *m = out->words + 1, term = exp(-expected), sum = term;
    m[MERTON_DRIFT] = (simulation_drift(s, 0) - 0.5 * vol * vol - lambda * growth) * dt;
    m[MERTON_VARIANCE] = vol * vol * dt;
    m[MERTON_JUMP_MEAN] = mean;
    m[MERTON_JUMP_VARIANCE] = stdev * stdev;
    int k = 0;
    for (; k < PROCESS_POISSON_TERMS && sum < 1 - 1e-16; k++) {
        m[MERTON_BELOW + k] = sum;
        term *= expected / (k + 1);
        sum += term;
    }
    if (sum < 1 - 1e-12)
        return pen_fail(PEN_E_ARG,
                        "%s: %g jumps are expected in a substep, too many: take more "
                        "dates or substeps",
                        me, expected);
    m[MERTON_TERMS] = k;
    out->n_words = 1 + MERTON_WORDS;
    out->n_factors = 2;
    return PEN_OK;
}

static void make_sabr(const pen_simulation *s, double dt, process_model *out)
{
    const double *p = s->parameters;
    double growth = simulation_drift(s, 0) * dt, nu = p[SABR_NU], rho = p[SABR_CORRELATION];
    double *m = out->words + 1;
    m[SABR_START] = p[SABR_ALPHA];
    m[SABR_BETA] = p[SABR_EXPONENT];
    m[SABR_DRIFT] = out->is_log ? growth : expm1(growth);
    m[SABR_ROOT] = sqrt(dt);
    m[SABR_VOL_DRIFT] = -0.5 * nu * nu * dt;
    m[SABR_VOL_SHOCK] = nu * sqrt(dt);
    m[SABR_RHO] = rho;
    m[SABR_RHO_REST] = sqrt(1 - rho * rho);
    out->second_start = p[SABR_ALPHA];
    out->n_words = 1 + SABR_WORDS;
    out->n_factors = 2;
}

static pen_status make_garch(const char *me, const pen_simulation *s, double dt, process_model *out)
{
    const double *p = s->parameters;
    double persistence = p[GARCH_SHOCK] + p[GARCH_PERSISTENCE] + 0.5 * p[GARCH_LEVERAGE];
    double h0 = p[GARCH_H0], *m = out->words + 1;
    if (!(persistence < 1) && h0 == 0)
        return pen_fail(PEN_E_ARG,
                        "%s: alpha + beta + gamma / 2 of garch is %g, so there is no "
                        "long-run variance to start with: expected less than 1, or h0",
                        me, persistence);
    if (p[GARCH_SHOCK] + p[GARCH_LEVERAGE] < 0)
        return pen_fail(PEN_E_ARG, "%s: alpha + gamma of garch is %g, expected 0 or more", me,
                        p[GARCH_SHOCK] + p[GARCH_LEVERAGE]);
    m[GARCH_START] = h0 > 0 ? h0 : p[GARCH_CONSTANT] / (1 - persistence);
    m[GARCH_DRIFT] = simulation_drift(s, 0) * dt;
    m[GARCH_OMEGA] = p[GARCH_CONSTANT];
    m[GARCH_ALPHA] = p[GARCH_SHOCK];
    m[GARCH_BETA] = p[GARCH_PERSISTENCE];
    m[GARCH_GAMMA] = p[GARCH_LEVERAGE];
    out->second_start = m[GARCH_START];
    out->n_words = 1 + GARCH_WORDS;
    out->n_factors = 1;
    return PEN_OK;
}

static void make_ou(const pen_simulation *s, double dt, process_model *out)
{
    const double *p = s->parameters;
    double kappa = p[OU_SPEED], *m = out->words + 1;
    m[OU_MEAN] = p[OU_LEVEL];
    m[OU_DECAY] = exp(-kappa * dt);
    m[OU_SHOCK] = p[OU_SIGMA] * sqrt(-expm1(-2 * kappa * dt) / (2 * kappa));
    out->n_words = 1 + OU_WORDS;
    out->n_factors = 1;
}

/* A copy of the history; centred, each asset's gross return is e^(drift dt) on average. */
static pen_status copy_history(const pen_simulation *s, double dt, double *to)
{
    size_t n = s->n_history, n_assets = s->n_assets;
    memcpy(to, s->history, n * n_assets * sizeof *to);
    for (size_t a = 0; s->parameters[BOOTSTRAP_CENTRE] != 0 && a < n_assets; a++) {
        double gross = 0;
        for (size_t k = 0; k < n; k++)
            gross += exp(to[k * n_assets + a]);
        double shift = simulation_drift(s, a) * dt - log(gross / (double)n);
        for (size_t k = 0; k < n; k++)
            to[k * n_assets + a] += shift;
    }
    return PEN_OK;
}

static pen_status make_bootstrap(const char *me, const pen_simulation *s, double dt,
                                 process_model *out)
{
    if (s->history == NULL || s->n_history < 1 || s->n_history > 1 << 24)
        return pen_fail(PEN_E_ARG, "%s: a history of %zu rows, expected 1 to %d", me,
                        s->history != NULL ? s->n_history : 0, 1 << 24);
    if (s->parameters[BOOTSTRAP_CENTRE] != 0 && s->parameters[BOOTSTRAP_CENTRE] != 1)
        return pen_fail(PEN_E_ARG, "%s: centre of bootstrap is %g, expected 0 or 1", me,
                        s->parameters[BOOTSTRAP_CENTRE]);
    for (size_t k = 0; k < s->n_history * s->n_assets; k++)
        if (!isfinite(s->history[k]))
            return pen_fail(PEN_E_ARG, "%s: row %zu of the history has a %g, expected numbers", me,
                            k / s->n_assets + 1, s->history[k]);
    PEN_TRY(
        pen_alloc_array(s->n_history * s->n_assets, sizeof *out->history, (void **)&out->history));
    PEN_TRY(copy_history(s, dt, out->history));
    out->words[s->n_assets + BOOTSTRAP_RESTART] = 1 / s->parameters[BOOTSTRAP_BLOCK];
    out->second_start = -1;
    out->n_words = (int)s->n_assets + BOOTSTRAP_WORDS;
    out->n_factors = 1;
    return PEN_OK;
}

pen_status process_model_make(const char *function, const pen_simulation *s, process_model *out)
{
    *out = (process_model){ 0 };
    const pen_process_info *info = pen_process_describe(s->process);
    if (info == NULL)
        return pen_fail(PEN_E_ARG, "%s: there is no process %d", function, (int)s->process);
    PEN_TRY(check_sizes(function, s, info));
    PEN_TRY(check_parameters(function, s, info));
    PEN_TRY(check_assets(function, s, info));
    double dt = s->horizon_yr / (double)s->n_dates / (double)s->n_substeps;
    out->is_log = s->process != PEN_ORNSTEIN_UHLENBECK &&
                  (s->process != PEN_SABR || s->parameters[SABR_EXPONENT] == 1);
    for (size_t a = 0; a < s->n_assets; a++)
        out->words[a] = out->is_log ? 0 : s->initial_px[a];
    switch (s->process) {
    case PEN_HESTON:
        make_heston(s, dt, out);
        return PEN_OK;
    case PEN_MERTON:
        return make_merton(function, s, dt, out);
    case PEN_SABR:
        make_sabr(s, dt, out);
        return PEN_OK;
    case PEN_GARCH:
        return make_garch(function, s, dt, out);
    case PEN_ORNSTEIN_UHLENBECK:
        make_ou(s, dt, out);
        return PEN_OK;
    case PEN_BOOTSTRAP:
        return make_bootstrap(function, s, dt, out);
    default:
        return make_gbm(function, s, dt, out);
    }
}

void process_model_clear(process_model *model)
{
    pen_free(model->history);
    model->history = NULL;
}
