/* Monte Carlo: processes of prices, payoffs as expressions, estimates with their error.
 *
 * Times are in years, rates and drifts continuously compounded fractions a year,
 * volatilities per sqrt(year), as in pricing.h.  A path is seen at n_dates dates, equally far
 * apart, the last at the horizon; between two dates the process takes n_substeps steps. */
#ifndef PENSTOCK_SIMULATION_H
#define PENSTOCK_SIMULATION_H

#include "penstock/panel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Trading days of a year: the unit of horizons. */
#define PEN_TRADING_DAYS_A_YEAR 252

/* ---- processes ---- */

typedef enum pen_process {
    PEN_GEOMETRIC_BROWNIAN, /* exact in one step; several assets may be correlated */
    PEN_HESTON,             /* stochastic variance, by the quadratic exponential scheme */
    PEN_MERTON,             /* geometric Brownian motion with normal jumps; exact in one step */
    PEN_SABR,               /* stochastic volatility of elasticity beta, by Euler's scheme */
    PEN_GARCH,              /* GARCH(1, 1), with leverage: a substep is a period */
    PEN_ORNSTEIN_UHLENBECK, /* mean-reverting level, may be negative; exact in one step */
    PEN_BOOTSTRAP, /* blocks of past returns; several assets together; a substep is a row */
    PEN_PROCESSES
} pen_process;

/* A parameter of a process beyond price, drift and volatility. */
typedef struct pen_process_parameter {
    const char *name, *meaning;
    double fallback, low, high; /* low <= value <= high */
} pen_process_parameter;

enum { PEN_PROCESS_PARAMETERS = 6 }; /* of a process, at most */

typedef struct pen_process_info {
    const char *name, *meaning, *source;
    int most_assets;
    bool has_volatility; /* pen_simulation.vol_frac counts */
    bool has_drift;      /* drift_frac counts: the expected price grows by it */
    const char *second;  /* what V is in payoffs; NULL: there is none */
    int n_parameters;
    const pen_process_parameter *parameters;
} pen_process_info;

/* NULL for a number that is no process. */
PEN_API const pen_process_info *pen_process_describe(pen_process process);
/* By name ("heston"); PEN_E_NOTFOUND lists the names. */
PEN_API pen_status pen_process_find(const char *name, pen_process *out);

/* Where the numbers of a path come from. */
typedef enum pen_sampling {
    PEN_SAMPLING_RANDOM, /* Philox, counted by path */
    PEN_SAMPLING_SOBOL,  /* scrambled Sobol points through a Brownian bridge: for estimates, which
                            converge faster the fewer and smoother the directions that matter are.
                            The first 256 numbers of a path, the rest are random */
    PEN_SAMPLINGS
} pen_sampling;

/* Whether a GPU's compiler makes the payoffs part of its code, instead of reading them as a
 * program.  The results are the same bits. */
typedef enum pen_compile {
    PEN_COMPILE_AUTO, /* where there is so much work that the seconds it takes once pay */
    PEN_COMPILE_ALWAYS,
    PEN_COMPILE_NEVER,
    PEN_COMPILES
} pen_compile;

/* What is simulated.  Arrays are borrowed. */
typedef struct pen_simulation {
    pen_process process;
    size_t n_assets;          /* >= 1 */
    const double *initial_px; /* [n_assets], > 0; any finite value for PEN_ORNSTEIN_UHLENBECK */
    const double *drift_frac; /* [n_assets]: E[price] grows by e^(drift t); NULL: no arbitrage, so
                                 by the rate less the dividend yield */
    const double *dividend_frac; /* [n_assets] yields, where drift_frac is NULL; NULL: 0 */
    const double *vol_frac;      /* [n_assets], >= 0 */
    const double *correlation; /* [n_assets][n_assets], positive semi-definite; NULL: independent */
    double parameters[PEN_PROCESS_PARAMETERS]; /* as pen_process_describe() lists them */
    const double *history;                     /* [n_history][n_assets] logarithmic returns of
                                                  PEN_BOOTSTRAP, all finite */
    size_t n_history;
    double rate_frac;  /* discounts payoffs */
    double horizon_yr; /* > 0 */
    size_t n_dates, n_substeps;
    uint64_t seed;
    uint32_t replicate;  /* another independent set of paths of the same seed */
    uint32_t first_path; /* the paths are this one and those after it */
    pen_sampling sampling;
    pen_compile compile;
    bool is_antithetic; /* each path is followed a second time with all random numbers negated; a
                           payoff is then the mean of both */
} pen_simulation;

/* One asset at 100, no drift, volatility 0.2, a year in one date of one substep, the process's own
 * parameters at their defaults. */
PEN_API pen_simulation pen_simulation_default(pen_process process);

/* ---- payoffs ---- */

/* A payoff is an expression, for example
 *
 *   max(S - K, 0)                                 a call
 *   max(mean(S) - K, 0) * (min(S) > B)            an Asian call that knocks out
 *   max(0.5 * S1 / S1_0 + 0.5 * S2 / S2_0 - 1, 0) a basket
 *   sum(log(S / prev(S))^2) / T - K               a variance swap
 *   when(S >= S0, pay(1 + c * t), min(1, S / S0)) an autocallable note
 *
 * It is an amount due at the horizon T.
 *
 *   S, S1, S2, ...   price of the (first, second) asset; at the last date, and inside a path
 *                    function at each date in turn
 *   V                what else the process has: pen_process_info.second
 *   S0, S1_0, ...    prices at the start
 *   t, i             years since the start, number of the date (1 to n)
 *   T, n, r          horizon, number of dates, discount rate
 *   name             a parameter given to pen_payoff_create()
 *   + - * / ^        and unary -; ^ binds tightest and to the right
 *   < <= > >= == !=  1 or 0;  and, or, not (also && || !) on truths, anything but 0 being true
 *   max(a, b, ...), min(a, b, ...), abs, exp, log, sqrt, floor, cdf (normal), if(c, a, b)
 *
 * Path functions, over the dates 1 to n, without the start:
 *   min(x), max(x), mean(x), sum(x)
 *   any(c), all(c), count(c)
 *   when(c, x)       x at the first date where c is true; 0 if there is none
 *   when(c, x, y)    y if there is none
 *   at(x, k)         x at date k
 *   prev(x)          x at the date before, which may be the start; without path functions in it
 *   pay(x)           x paid now: carried to the horizon at the rate, x e^(r (T - t))
 * One inside another is its value so far: count(S < 0.9 * max(S)). */
typedef struct pen_payoff pen_payoff;

typedef struct pen_payoff_parameter {
    const char *name; /* a letter, then letters, digits and _; none of the words above */
    double value;     /* finite */
} pen_payoff_parameter;

/* Reads an expression.  Text and parameters are copied.
 * PEN_E_PARSE says what was expected at which column; PEN_E_SIZE if it is too large.  Threads: any;
 * a payoff may be used by several at once. */
PEN_API pen_status pen_payoff_create(const char *text, const pen_payoff_parameter *parameters,
                                     size_t n_parameters, pen_payoff **out); /* creates */
PEN_API void pen_payoff_destroy(pen_payoff *payoff);                         /* NULL: fine */
PEN_API const char *pen_payoff_text(const pen_payoff *payoff);
/* Highest number of an asset that it reads; 0: none. */
PEN_API size_t pen_payoff_assets(const pen_payoff *payoff);
/* Does it look at dates before the last one? */
PEN_API bool pen_payoff_reads_path(const pen_payoff *payoff);

/* ---- estimates ---- */

/* A number with its standard error: it is within 2.58 errors of the expectation in 99 % of runs. */
typedef struct pen_estimate {
    double value, error;
} pen_estimate;

/* Sensitivities of a discounted payoff to the first asset's price, and so on.  S0 in a payoff stays
 * what it is, as a fixing that a contract refers to. */
typedef enum pen_sensitivity {
    PEN_DELTA, /* to the asset's price at the start */
    PEN_GAMMA, /* of delta to the same */
    PEN_VEGA,  /* to its volatility, per 1.00 */
    PEN_RHO,   /* to the rate, which discounts and, where drift_frac is NULL, drives; per 1.00 */
    PEN_SENSITIVITIES
} pen_sensitivity;

typedef enum pen_greek_method {
    PEN_GREEK_AUTO,       /* pathwise where it is right and known, else likelihood ratio */
    PEN_GREEK_PATHWISE,   /* the payoff differentiated path by path: for payoffs without jumps */
    PEN_GREEK_LIKELIHOOD, /* the density differentiated: for any payoff, with more error */
    PEN_GREEK_METHODS
} pen_greek_method;

typedef struct pen_monte_carlo {
    size_t n_paths;     /* at least 2; of antithetic ones, pairs */
    double until_error; /* > 0: more and more paths until the first payoff's error is at most this;
                           0: n_paths */
    size_t most_paths;  /* of until_error; at most 2^32 - 1 */
    /* A control is a payoff whose discounted expectation is known.  A price's own is taken by
     * itself where use_prices is set and the process has a drift. */
    int n_replicates; /* of PEN_SAMPLING_SOBOL, 8 to 256: independent scrambles of the points, among
                         which the paths are shared, each a power of 2 and at least 256; how they
                         differ is the error */
    bool use_prices;
    const pen_payoff *const *controls;
    const double *control_values; /* [n_controls] discounted expectations */
    size_t n_controls;
    /* The payoff may be taken at any one date, from 1 on, and is what that pays then.  The value is
     * that of the best rule found by regression (Longstaff and Schwartz 2001) on paths of its own:
     * no more than the best there is, most often by less than a percent.  In PEN_F64, of
     * PEN_SAMPLING_RANDOM, without antithetic paths, greeks and controls but prices. */
    bool may_exercise;
    bool wants_greeks;
    pen_greek_method greek_method;
    size_t greek_asset; /* 0: the first */
    void (*progress)(void *to, double share);
    void *progress_to;
} pen_monte_carlo;

/* 100000 paths, prices as controls, 32 replicates, at most 2^32 - 1 paths. */
PEN_API pen_monte_carlo pen_monte_carlo_default(void);

typedef struct pen_monte_carlo_out {
    pen_estimate price;                     /* discounted */
    pen_estimate greeks[PEN_SENSITIVITIES]; /* NaN where there is none */
    pen_greek_method methods[PEN_SENSITIVITIES];
    double plain_error; /* of the price without controls */
    size_t n_paths;     /* that were run */
} pen_monte_carlo_out;

/* Estimates the discounted expectations of payoffs of the same paths.
 *
 *   payoffs  [n_payoffs]
 *   out      [n_payoffs], written
 *
 * Path p depends on the simulation and p alone; the estimates do not depend on the device or the
 * number of threads, to the last bit, nor on how a run is cut up.  They are computed in `dtype`,
 * and added up in f64.  An error is that of the mean of independent paths; with controls, of what
 * the regression on them leaves.
 *
 * A payoff that is not finite on some path makes a NaN.  PEN_E_ARG for a parameter outside its
 * range; PEN_E_SIZE if the payoffs together need more than there is room for; PEN_E_UNSUPPORTED for
 * a greek method that the process or the payoff has not.  Waits.  Threads: one per queue. */
PEN_API pen_status pen_monte_carlo_run(pen_queue *queue, pen_dtype dtype,
                                       const pen_simulation *simulation,
                                       const pen_monte_carlo *options,
                                       const pen_payoff *const *payoffs, size_t n_payoffs,
                                       pen_monte_carlo_out *out);

/* Payoffs of each path, not discounted.
 *   values  [n_payoffs][n_paths], written; on the queue's device
 * Queued, and otherwise as pen_monte_carlo_run(). */
PEN_API pen_status pen_simulate_payoffs(pen_queue *queue, const pen_simulation *simulation,
                                        const pen_payoff *const *payoffs, size_t n_payoffs,
                                        pen_panel *values);

/* Whole paths.
 *   paths_px  [n_paths x n_assets][n_dates + 1], written: path by path, in each asset by asset; the
 *             first point is the price at the start */
PEN_API pen_status pen_simulate_paths(pen_queue *queue, const pen_simulation *simulation,
                                      pen_panel *paths_px);

/* ---- distributions ---- */

/* Samples as a distribution. */
typedef struct pen_sample_summary {
    size_t count;       /* without NaN */
    double mean, stdev; /* stdev with n - 1; NaN for fewer than 2 */
    double lowest, highest;
} pen_sample_summary;

/* Summarises the values of a panel, on the queue's device or in host memory; NaN
 * values are left out.
 *   levels     [n_levels]  within 0 and 1
 *   quantiles  [n_levels]  written: exact, linear between order statistics
 *                          (type 7 of Hyndman and Fan, 1996); NaN for no values
 * Waits for the queue.  The same bits whatever device the samples are on.
 * PEN_E_ARG for a level outside, PEN_E_DEVICE, PEN_E_NOMEM.  Threads: one per queue. */
PEN_API pen_status pen_sample_summarise(pen_queue *queue, const pen_panel *samples,
                                        const double *levels, size_t n_levels,
                                        pen_sample_summary *out, double *quantiles);

#ifdef __cplusplus
}
#endif
#endif
