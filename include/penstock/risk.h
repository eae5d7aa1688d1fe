/* Risk: what a portfolio may lose, which positions make it, how deep it fell, what it earned
 * for that.
 *
 * Plain arrays in f64 on the host.  Returns are simple, fractions of the value per period.
 * A LOSS IS POSITIVE: a value at risk of 0.02 is a loss of 2 %, a negative one a gain; drawdowns
 * are depths >= 0.  Arrays are borrowed for the length of the call and may not overlap.  The bits
 * do not depend on the number of threads.  All fail with PEN_E_NOMEM.  Threads: any. */
#ifndef PENSTOCK_RISK_H
#define PENSTOCK_RISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "penstock/covariance.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- value at risk ---- */

/* method, name, what it is */
#define PEN_RISK_METHOD_LIST(X)                                                                    \
    X(HISTORICAL, "historical", "the returns as they were")                                        \
    X(FILTERED, "filtered", "the returns at the volatility of now (Hull & White 1998)")            \
    X(NORMAL, "normal", "a normal law")                                                            \
    X(STUDENT, "student", "a Student law, its degrees fitted")                                     \
    X(CORNISH_FISHER, "cornish-fisher", "a normal law bent by skewness and kurtosis")              \
    X(EWMA, "ewma", "a normal law of mean 0 with decaying weights (RiskMetrics 1996)")             \
    X(MONTE_CARLO, "monte-carlo", "simulated paths of a Student law")

typedef enum pen_risk_method {
#define PEN_RISK_ENUM_(method, name, text) PEN_RISK_##method,
    PEN_RISK_METHOD_LIST(PEN_RISK_ENUM_)
#undef PEN_RISK_ENUM_
        PEN_RISK_METHOD_COUNT
} pen_risk_method;

/* "cornish-fisher", and what it is; NULL for an unknown method. */
PEN_API const char *pen_risk_method_name(pen_risk_method method);
PEN_API const char *pen_risk_method_text(pen_risk_method method);
/* PEN_E_NOTFOUND lists them. */
PEN_API pen_status pen_risk_method_parse(const char *name, pen_risk_method *out);

typedef struct pen_risk_options {
    pen_risk_method method;
    double level;                      /* confidence, in (0, 1) */
    size_t horizon;                    /* periods, >= 1 */
    pen_covariance_options covariance; /* of NORMAL, STUDENT and MONTE_CARLO; its is_zero_mean is
                                          that of CORNISH_FISHER too */
    double decay;                      /* of EWMA and FILTERED */
    double degrees;                    /* of STUDENT and MONTE_CARLO: > 2, INFINITY for a normal
                                          law; 0: fitted */
    size_t n_paths;                    /* of MONTE_CARLO */
    uint64_t seed;
} pen_risk_options;
/* Historical at 0.95 over 1 period; sample covariance, decay 0.94, degrees fitted, 100,000
 * paths, seed 1. */
PEN_API pen_risk_options pen_risk_options_default(void);

typedef struct pen_risk_value {
    double var;         /* the loss over the horizon that is exceeded in 1 - level of cases */
    double cvar;        /* the mean of the worst 1 - level of losses: expected shortfall */
    double var_error;   /* standard errors of both from the number of losses or paths; NaN */
    double cvar_error;  /* where the method has none, or historical losses overlap */
    double mean, stdev; /* of the portfolio's return per period, as the method has it */
    double skewness, kurtosis; /* of CORNISH_FISHER, per period: m3 / m2^1.5, m4 / m2^2 - 3; else
                                  NaN */
    double degrees;            /* of STUDENT and MONTE_CARLO, else NaN */
    bool is_monotone; /* of CORNISH_FISHER: false where the expansion's quantiles turn around
                         in the tail down to its thousandth part: no law has such */
    size_t n_used;    /* observations without a missing value */
} pen_risk_value;

/* One position's part.  A component is weight times marginal, and components sum to the
 * portfolio's number (Euler). */
typedef struct pen_risk_part {
    double weight;
    double mean, stdev; /* of the asset's return per period */
    double var, cvar;   /* of the position by itself */
    double marginal_stdev, component_stdev;
    double marginal_var, component_var; /* change of var with the weight */
    double marginal_cvar, component_cvar;
    double incremental_var; /* var less that without the position, which becomes cash */
    double incremental_cvar;
} pen_risk_part;

/* Value at risk and its conditional of a portfolio.
 *   options  NULL for the defaults
 *   returns  [n_assets][n_observations], an asset after the other
 *   weights  [n_assets] fractions of the value, short ones negative; NULL: 1 / n_assets each.
 *            What they lack to 1 is cash without a return
 *   parts    [n_assets] written, or NULL
 *
 * An observation in which any asset is NaN is left out.  With q the quantile of a standard
 * law and h the horizon:
 *   HISTORICAL      losses of holding the weights over each run of h observations, which
 *                   overlap; var is the ceil(n level)-th smallest, cvar is var plus the sum
 *                   of what exceeds it over n (1 - level) (Rockafellar & Uryasev 2002)
 *   FILTERED        the same of returns times sigma(now) / sigma(then) of the portfolio, by
 *                   weights that decay, times the root of h
 *   NORMAL, EWMA    q sqrt(h) stdev - h mean
 *   STUDENT         the same with a Student law of that variance; degrees, from 2.05 to 200,
 *                   are the likeliest for the portfolio's returns
 *   CORNISH_FISHER  the same with q of the fourth-order expansion, whose skewness falls with
 *                   sqrt(h) and kurtosis with h (Boudt, Peterson & Croux 2008); cvar is the
 *                   mean of the expansion over the tail (Maillard 2012)
 *   MONTE_CARLO     paths of h independent Student returns, compounded
 *
 * Parts of HISTORICAL and FILTERED: of cvar those of the losses beyond var; of var the mean
 * over the losses whose rank is within two standard errors of var's, scaled to sum to var.
 * Parts of MONTE_CARLO: of a law whose quantiles are multiples of stdev.
 *
 * PEN_E_ARG: an infinite or missing number, fewer than 2 whole observations or than the
 * horizon, an option out of its range; what pen_covariance() refuses. */
PEN_API pen_status pen_risk_estimate(const pen_risk_options *options, const double *returns,
                                     size_t n_assets, size_t n_observations, const double *weights,
                                     pen_risk_value *out, pen_risk_part *parts);

/* The portfolio's return in each period, rebalanced to the weights: NaN where an asset's is.
 *   out  [n_observations] */
PEN_API void pen_risk_portfolio(const double *returns, size_t n_assets, size_t n_observations,
                                const double *weights, double *out);

/* ---- did value at risk hold? ---- */

/* Forecasts of each period's loss from the `window` returns before it.
 *   options  its horizon is 1; NULL for the defaults
 *   returns  [n] of one portfolio, finite
 *   var      [n] written, NaN for the first `window`; cvar the same, or NULL
 * PEN_E_ARG: a window below 2 or what pen_risk_estimate() refuses. */
PEN_API pen_status pen_risk_forecast(const pen_risk_options *options, const double *returns,
                                     size_t n, size_t window, double *var, double *cvar);

typedef struct pen_risk_backtest {
    size_t n;               /* periods with a forecast */
    size_t exceptions;      /* losses above it */
    double expected;        /* n (1 - level) */
    double frequency_ratio; /* of the likelihoods: too many or too few (Kupiec 1995) */
    double frequency_p;     /* chance of such a ratio if the forecasts are right */
    double independence_ratio, independence_p; /* exceptions in a row (Christoffersen 1998) */
    double joint_ratio, joint_p;               /* both */
    double worst_excess;                       /* the largest loss less its forecast */
} pen_risk_backtest;

/* Compares forecasts with what came.
 *   returns, var  [n]; a period in which either is NaN is left out
 * Chances are those of chi squared laws with 1, 1 and 2 degrees; NaN for n = 0. */
PEN_API pen_status pen_risk_check(const double *returns, const double *var, size_t n, double level,
                                  pen_risk_backtest *out);

/* ---- stress ---- */

/* What scenarios of shocks would cost.
 *   shocks      [n_scenarios][n_assets] returns; NaN: the scenario does not say
 *   covariance  [n_assets][n_assets] of the assets, or NULL: what a scenario does not say stays
 *               where it is, else it follows by what is expected of it given the shocks (Kupiec
 *               1998: covariance with the shocked times the inverse of theirs times the shocks)
 *   moves       [n_scenarios][n_assets] written, or NULL: the returns that were taken
 *   losses      [n_scenarios] written
 * PEN_E_ARG: an infinite shock or weight; shocked assets that depend on each other. */
PEN_API pen_status pen_risk_stress(const double *weights, size_t n_assets, const double *shocks,
                                   size_t n_scenarios, const double *covariance, double *moves,
                                   double *losses);

/* ---- drawdowns ---- */

/* One fall below the value's highest so far.  Positions count returns: 0 is the start, t is after
 * the t-th return. */
typedef struct pen_drawdown {
    size_t peak, trough, end; /* end: the first position at the peak's value again; n if it is not
                                 reached */
    bool is_over;
    double depth; /* 1 - value at the trough over value at the peak */
} pen_drawdown;

typedef struct pen_drawdown_summary {
    size_t count; /* of drawdowns */
    double max_depth;
    double now;              /* depth at the end */
    double mean_depth;       /* over all positions after the start: the pain index */
    double ulcer;            /* root of the mean squared depth (Martin & McCann 1989) */
    double cdar;             /* mean of the worst 1 - level of depths (Chekhlov, Uryasev &
                                Zabarankin 2005) */
    size_t longest;          /* periods from a peak to its value again, or to the end */
    size_t longest_recovery; /* from a trough, likewise */
} pen_drawdown_summary;

/* Drawdowns of compounded returns.
 *   returns  [n] finite, >= -1
 *   level    of cdar, in (0, 1)
 *   depth    [n + 1] written, or NULL: below the highest so far
 *   worst    [n_worst] written: the deepest first, of equals the earlier; NULL for none
 *   n_found  of worst, or NULL
 * PEN_E_ARG. */
PEN_API pen_status pen_risk_drawdowns(const double *returns, size_t n, double level, double *depth,
                                      pen_drawdown *worst, size_t n_worst, size_t *n_found,
                                      pen_drawdown_summary *out);

/* ---- performance ---- */

typedef struct pen_performance_options {
    double periods_per_year; /* 252 */
    double risk_free;        /* per year, simple: risk_free / periods_per_year each period */
    double target;           /* per period: of Sortino and Omega */
    size_t n_trials;         /* of the deflated Sharpe ratio: strategies tried; 0 or 1: none */
    double trial_variance;   /* of their Sharpe ratios per period; 0: 1 / (n - 1), that of ratios
                                which are all 0 in truth */
} pen_performance_options;
PEN_API pen_performance_options pen_performance_options_default(void);

/* NaN where a ratio divides by 0 or too few returns are there; what says "a year" is annual. */
typedef struct pen_performance {
    size_t n;
    double total;              /* compounded */
    double annual;             /* compounded, a year */
    double mean, stdev;        /* a year: per period times periods_per_year and its root */
    double skewness, kurtosis; /* m3 / m2^1.5; m4 / m2^2 - 3 */
    double best, worst;        /* period */
    double hit_rate;           /* share of periods above 0 */
    double tail_ratio;         /* 95 % quantile over -(5 % quantile), type 7 of Hyndman & Fan */
    double sharpe;             /* mean excess over stdev, a year */
    double sharpe_error;       /* its standard error, a year: see pen_sharpe_error() */
    double sharpe_probability; /* that the true one is above 0: see pen_sharpe_probability() */
    double sharpe_deflated;    /* that it is above the best of n_trials without skill; NaN */
    double sortino;            /* mean over the target, over the root of the mean squared
                                  shortfall; a year */
    double omega;              /* sum above the target over sum below */
    double calmar;             /* annual over max_depth */
    double max_depth;
    /* against a benchmark, else NaN: */
    double beta;  /* of excess returns */
    double alpha; /* mean excess less beta times the benchmark's, a year (Jensen) */
    double correlation;
    double tracking_error;           /* stdev of the difference, a year */
    double information;              /* mean difference over tracking_error, a year */
    double treynor;                  /* mean excess, a year, over beta */
    double up_capture, down_capture; /* mean over the benchmark's where that is above or below 0 */
} pen_performance;

/* Ratios of a series of returns.
 *   returns    [n] finite, >= -1; n >= 1
 *   benchmark  [n] finite, or NULL
 *   options    NULL for the defaults
 * Variances are divided by n - 1.  PEN_E_ARG.
 * Source of the definitions: Bacon, "Practical Portfolio Performance Measurement and
 * Attribution", 2nd ed. 2008; Sortino & Price 1994; Keating & Shadwick 2002. */
PEN_API pen_status pen_risk_performance(const double *returns, const double *benchmark, size_t n,
                                        const pen_performance_options *options,
                                        pen_performance *out);

/* Standard error of a Sharpe ratio of n returns, both per period:
 * sqrt((1 - skewness s + (kurtosis + 2) / 4 s^2) / n), kurtosis 0 for a normal law.
 * Source: Lo, Financial Analysts J. 58 (2002) 36, for normal returns; Mertens 2002. */
PEN_API double pen_sharpe_error(double sharpe, size_t n, double skewness, double kurtosis);

/* Chance that the true ratio is above `threshold`: the normal law of the distance over the error
 * with n - 1 in place of n.  Source: Bailey & Lopez de Prado, J. Risk 15 (2012) 3. */
PEN_API double pen_sharpe_probability(double sharpe, double threshold, size_t n, double skewness,
                                      double kurtosis);

/* The best ratio to expect of n_trials >= 2 without skill whose ratios have that variance.
 * Source: Bailey & Lopez de Prado, J. Portfolio Management 40 (2014) 94. */
PEN_API double pen_sharpe_of_luck(size_t n_trials, double variance);

#ifdef __cplusplus
}
#endif
#endif
