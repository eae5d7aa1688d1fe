/* Portfolios: quadratic programs, and the portfolios that are found with them.
 *
 * Everything computes in f64 on the host.  A single problem is solved on the calling
 * thread, batches on the library's threads; the bits do not depend on how many there are.
 * Every answer carries a certificate: the largest violation of the optimality conditions,
 * recomputed from the problem's numbers.  Arrays are borrowed for the length of the call
 * and may not overlap; matrices are row after row.  A NaN anywhere is PEN_E_ARG, with its
 * place.  All fail with PEN_E_NOMEM.  Threads: any. */
#ifndef PENSTOCK_PORTFOLIO_H
#define PENSTOCK_PORTFOLIO_H

#include <stddef.h>
#include <stdint.h>

#include "penstock/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- convex quadratic programs ----
 *
 * Minimise x'Qx / 2 + cost'x with lower <= x <= upper and row_lower <= rows x <= row_upper.
 * Limits may be infinite; equal ones are an equation.  The limits of a variable or row are
 * `constraint` j < n or n + r. */
typedef struct pen_qp {
    size_t n;
    const double *q;                     /* [n][n] symmetric, positive semidefinite; NULL: Q is
                                            diag(diagonal) + loading' loading, never formed */
    const double *diagonal;              /* [n] > 0; may be 0 without loadings */
    const double *loading;               /* [n_factors][n] */
    const double *cost;                  /* [n]; NULL: 0 */
    const double *lower, *upper;         /* [n]; NULL: none */
    const double *rows;                  /* [n_rows][n] */
    const double *row_lower, *row_upper; /* [n_rows]; NULL: none */
    size_t n_factors, n_rows;
} pen_qp;

/* Residuals of Qx + cost = multipliers of bounds + rows' multipliers of rows, in units of
 * the largest term of the gradient, (Qx)[i], cost[i] or a thousandth of Q's largest diagonal
 * element times the largest |x|, where it is one of that, of the row's
 * largest coefficient times the largest |x| (at least 1) where it is one of a limit, of both
 * for a product. */
typedef struct pen_qp_answer {
    double objective;
    double stationarity;    /* of the equation */
    double primal;          /* a limit exceeded */
    double dual;            /* a multiplier < 0 at a lower limit, > 0 at an upper one */
    double complementarity; /* multiplier times distance from the limit */
    double kkt_residual;    /* the largest of the four */
    size_t rounds, steps;   /* changes of many constraints, and of one */
    size_t constraint;      /* PEN_E_INFEASIBLE: one that the others do not allow, ... */
    double shortfall;       /* ... and by how much its limit is missed at least */
} pen_qp_answer;

/* Solves one problem.
 *   active       [n + n_rows] or NULL; read: the constraints expected at their lower (-1) or
 *                upper (1) limit, all 0 for no expectation; written: those that are
 *   x            [n] written
 *   multipliers  [n + n_rows] written, or NULL
 * kkt_residual is at most 1e-10, or the call fails with PEN_E_INTERNAL.  PEN_E_ARG also for
 * an asymmetric or indefinite matrix (as far as variables off their bounds show it) and an
 * objective without a minimum; PEN_E_INFEASIBLE names the constraint, and x is untouched.
 * Method: block pivoting (Judice & Pires, Comput. Oper. Res. 21 (1994) 587) finds most
 * active sets in a few rounds; the dual method of Goldfarb & Idnani, Math. Program. 27
 * (1983) 1 ends what it does not, and proves that there is no answer; proximal steps
 * (Rockafellar, SIAM J. Control Optim. 14 (1976) 877) where Q is singular. */
PEN_API pen_status pen_qp_solve(const pen_qp *problem, int8_t *active, double *x,
                                double *multipliers, pen_qp_answer *answer);

/* The certificate of any x and multipliers, from the definition. */
PEN_API pen_status pen_qp_certify(const pen_qp *problem, const double *x, const double *multipliers,
                                  pen_qp_answer *answer);

/* Problems that differ in their costs only, on all threads.
 *   costs    [count][n]
 *   x        [count][n] written
 *   answers  [count] written, or NULL
 * All start from what solves the first or one before it, so similar ones belong together. */
PEN_API pen_status pen_qp_solve_costs(const pen_qp *problem, const double *costs, size_t count,
                                      double *x, pen_qp_answer *answers);

/* ---- portfolios ----
 *
 * Weights sum to 1.  Means, covariances and whatever is in their units are per period: of a
 * year if they are, of a day if they are. */

/* goal, name, what it does */
#define PEN_GOAL_LIST(X)                                                                           \
    X(MIN_VARIANCE, "min-variance", "least variance")                                              \
    X(UTILITY, "utility", "most of return - risk aversion / 2 * variance")                         \
    X(TARGET_RETURN, "target-return", "least variance with at least a return")                     \
    X(TARGET_RISK, "target-risk", "most return with at most a standard deviation")                 \
    X(MAX_SHARPE, "max-sharpe", "most excess return per standard deviation")                       \
    X(MAX_DIVERSIFICATION, "max-diversification",                                                  \
      "most mean standard deviation of assets per standard deviation")                             \
    X(RISK_PARITY, "risk-parity", "each asset has its share of the variance")                      \
    X(HRP, "hrp", "variance shared out down a tree of clusters")                                   \
    X(KELLY, "kelly", "most mean logarithm of growth over the returns")                            \
    X(CVAR, "cvar", "least mean of the worst losses")                                              \
    X(DRAWDOWN, "drawdown", "least greatest drawdown")                                             \
    X(AVERAGE_DRAWDOWN, "average-drawdown", "least mean drawdown")                                 \
    X(CDAR, "cdar", "least mean of the worst drawdowns")

typedef enum pen_goal {
#define PEN_GOAL_ENUM_(goal, name, text) PEN_GOAL_##goal,
    PEN_GOAL_LIST(PEN_GOAL_ENUM_)
#undef PEN_GOAL_ENUM_
        PEN_GOAL_COUNT
} pen_goal;

/* "max-sharpe", and what it does; NULL for an unknown goal.  Threads: any. */
PEN_API const char *pen_goal_name(pen_goal goal);
PEN_API const char *pen_goal_text(pen_goal goal);

/* What is known of assets and allowed of weights.  Zeroed, it allows weights from 0 to 1. */
typedef struct pen_portfolio {
    size_t n;
    const double *mean;          /* [n] expected returns; NULL: 0, where the goal needs none */
    const double *covariance;    /* [n][n] positive semidefinite */
    const double *lower, *upper; /* [n] of weights; NULL: 0, and 1 */
    const double *groups;        /* [n_groups][n]: a group's sum is of coefficient times weight */
    const double *group_lower, *group_upper; /* [n_groups]; NULL: none */
    size_t n_groups;
    const double *current; /* [n] weights before; NULL: all 0 */
    const double *cost;    /* [n] of trading a weight of 1, either way, in units of return;
                              NULL: 0 */
    double turnover;       /* most sum of |weight - current|; 0: no limit */
    const double *returns; /* [n][n_points] of periods one after the other; of KELLY, CVAR and
                              drawdowns */
    size_t n_points;
    const char *const *names, *const *group_names; /* for messages; NULL: numbers */
} pen_portfolio;

typedef struct pen_goal_params {
    pen_goal goal;
    double risk_aversion; /* of UTILITY, > 0 */
    double target;        /* of TARGET_RETURN and TARGET_RISK */
    double risk_free;     /* return per period, of MAX_SHARPE */
    double confidence;    /* of CVAR and CDAR: the worst 1 - confidence count; in (0, 1) */
    const double *budget; /* [n] > 0 of RISK_PARITY, in any unit; NULL: equal */
} pen_goal_params;
/* Minimum variance; risk aversion 1, confidence 0.95, the rest 0. */
PEN_API pen_goal_params pen_goal_params_default(void);

typedef struct pen_portfolio_answer {
    double objective;    /* what the goal makes least or most, per period of the returns where it
                            takes them; of MIN_VARIANCE, TARGET_RETURN, RISK_PARITY and HRP the
                            variance, of TARGET_RISK the return, after costs */
    double mean;         /* expected return, before costs */
    double risk;         /* standard deviation */
    double cost;         /* of trading from `current` */
    double turnover;     /* sum of |weight - current| */
    double kkt_residual; /* as of pen_qp_answer, and how far a target or ratio is missed */
    size_t rounds, steps;
    double shortfall; /* PEN_E_INFEASIBLE: by how much the limit that the message names is
                         missed at least */
} pen_portfolio_answer;

/* The best portfolio for a goal.
 *   weights  [n] written
 * Costs lower the return that is maximised or asked for; other goals than those that have one
 * refuse them.  RISK_PARITY keeps bounds, HRP nothing; either refuses what it cannot keep.
 * HRP solves nothing: its residual is NaN.  Drawdowns are of the sum of returns since its last
 * peak, the start being one (Chekhlov, Uryasev & Zabarankin 2005).  PEN_E_ARG; PEN_E_INFEASIBLE
 * names the limit that cannot be met, in words, with what it is missed by. Sources: Markowitz, J.
 * Finance 7 (1952) 77; Sharpe, J. Business 39 (1966) 119; Choueifaty & Coignard, J. Portfolio
 * Management 35 (2008) 40. */
PEN_API pen_status pen_portfolio_optimize(const pen_portfolio *portfolio,
                                          const pen_goal_params *params, double *weights,
                                          pen_portfolio_answer *answer);

typedef struct pen_views {
    size_t count;
    const double *assets; /* [count][n] a view's portfolio */
    const double *mean;   /* [count] its expected return */
    const double *error;  /* [count] standard deviation of that, 0: certain; NULL: tau times
                             the portfolio's variance is its square */
} pen_views;

/* Black and Litterman's expected returns and covariance: those in equilibrium, blended with views.
 *   market      [n] weights of the market
 *   aversion    > 0: equilibrium returns are aversion * covariance * market
 *   tau         > 0: the uncertainty of those, in units of the covariance
 *   mean        [n] written
 *   posterior   [n][n] written: covariance and what is uncertain of the mean; NULL
 * PEN_E_ARG for certain views that depend on each other.
 * Source: He & Litterman, "The intuition behind Black-Litterman model portfolios", 1999. */
PEN_API pen_status pen_black_litterman(const double *covariance, size_t n, const double *market,
                                       double aversion, double tau, const pen_views *views,
                                       double *mean, double *posterior);

/* The efficient frontier: least variance at returns, after costs, that are equally spaced from
 * that of the portfolio of least variance to the most possible.
 *   weights  [count][n] written
 *   answers  [count] written
 * PEN_E_ARG for count < 2. */
PEN_API pen_status pen_portfolio_frontier(const pen_portfolio *portfolio, size_t count,
                                          double *weights, pen_portfolio_answer *answers);

/* Michaud's resampled frontier: the mean of the weights, portfolio by portfolio, of frontiers
 * from means and covariances of normal samples, on all threads.
 *   n_points  of a sample, > 1: how much is known
 *   samples   >= 1, from the Philox stream of the seed
 * The answers' figures are of the mean weights by the portfolio's own mean and covariance; they
 * minimise nothing, so the residual is the samples' greatest.  PEN_E_INFEASIBLE if a sample is.
 * Source: Michaud, "Efficient Asset Management", 1998. */
PEN_API pen_status pen_portfolio_resample(const pen_portfolio *portfolio, size_t count,
                                          size_t samples, size_t n_points, uint64_t seed,
                                          double *weights, pen_portfolio_answer *answers);

#ifdef __cplusplus
}
#endif
#endif
