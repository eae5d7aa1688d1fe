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
 * the largest term of the gradient (Qx)[i] or cost[i] where it is one of that, of the row's
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

#ifdef __cplusplus
}
#endif
#endif
