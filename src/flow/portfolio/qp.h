/* The quadratic program's solver, in parts.
 *
 * A working set says which constraints hold with equality: variables at a bound, rows at a
 * limit.  The other variables are free; with Q_FF and the rows' A_F over them, a KKT step is
 * two triangular solves and a small system in the rows (the Schur complement). */
#ifndef PEN_PORTFOLIO_QP_H
#define PEN_PORTFOLIO_QP_H

#include <stdbool.h>

#include "penstock/portfolio.h"

/* Where a constraint stands. */
enum { QP_LOWER = -1, QP_FREE = 0, QP_UPPER = 1, QP_EQUAL = 2 };

/* A gradient is at least this share of Q's largest diagonal element times the largest |x|: below
 * it is what its terms leave of each other. */
#define QP_LEAST_GRADIENT 1e-3
/* An excess of a limit, in units of x, that is rounding. */
#define QP_FORGIVEN 1e-12

typedef struct qp_state {
    const pen_qp *p;
    size_t n, m;        /* variables, rows */
    double *cost;       /* [n] of this step: the problem's, less shift times the last x */
    double shift;       /* added to Q's diagonal: 0 unless Q is singular */
    double first_shift; /* what it is at a solution's start */
    double diagonal;    /* Q's largest */
    double *row_size;   /* [m] largest coefficient */
    int8_t *at;         /* [n + m] */
    /* free variables, in the factor's order */
    size_t *free, *place; /* [n]; place[j] in free, SIZE_MAX for a variable at a bound */
    size_t k;
    bool is_ready;  /* the factors are those of `at` */
    double *factor; /* Cholesky's of Q_FF + shift, [capacity][capacity]; unused with loadings */
    size_t capacity;
    double *inner;   /* [2][n_factors][n_factors]: I + B_F D_F^-1 B_F' and its factor */
    double *weights; /* [n_factors] */
    /* rows that hold with equality */
    size_t *held; /* [m] */
    size_t n_held;
    double *held_free;  /* [m][n] A_F */
    double *held_solve; /* [m][n] Q_FF^-1 A_F' */
    double *schur;      /* [m][m] factor of A_F Q_FF^-1 A_F' */
    /* the point */
    double *x, *gradient;         /* [n]: Q x + shift x + cost */
    double *z;                    /* [n] multipliers of bounds */
    double *y;                    /* [m] of rows */
    double *row_x;                /* [m] rows x */
    double *step;                 /* [n] scratch */
    double *change_z;             /* [n] */
    double *change_y;             /* [m] */
    double *kept;                 /* [n] scratch */
    double x_size, gradient_size; /* largest |x|, at least 1, and term of the gradient */
    double forgiven;              /* excess of a limit, in units of x, that is rounding */
    double least_slope;           /* of the dual method: less is rounding */
    size_t rounds, steps;
    size_t constraint; /* what the others do not allow, */
    double shortfall;  /* and by how much */
    void *block;       /* of all arrays but `factor` */
} qp_state;

/* ---- state.c ---- */

pen_status qp_state_create(const pen_qp *p, qp_state *s);
void qp_state_clear(qp_state *s);
/* The working set and the point of another state of the same problem. */
pen_status qp_state_copy(qp_state *s, const qp_state *from);
double qp_lower(const qp_state *s, size_t constraint);
double qp_upper(const qp_state *s, size_t constraint);
/* How far a constraint is from its limits: < 0 below the lower, > 0 above the upper, 0 if that
 * is rounding. */
double qp_excess(const qp_state *s, size_t constraint);
/* By how much the multiplier of a constraint that holds has the wrong sign; 0 if by rounding. */
double qp_wrong_sign(const qp_state *s, size_t constraint);
/* The fixed variables' x are their bounds; gradient and rows from scratch. */
void qp_place(qp_state *s);
void qp_measure(qp_state *s);
/* Q's largest diagonal element. */
double qp_diagonal(const pen_qp *p);
/* A row begins or ceases to hold; qp_hold_rows() has to follow. */
void qp_row_hold(qp_state *s, size_t row, int8_t at);
void qp_row_release(qp_state *s, size_t row);
/* The lists of free variables and held rows from `at`. */
void qp_list(qp_state *s);

/* ---- check.c ---- */

pen_status qp_check(const char *function, const pen_qp *p);
/* PEN_E_ARG names the first of n values that is NaN, or infinite unless that is allowed. */
pen_status qp_check_values(const char *function, const char *name, const double *values, size_t n,
                           size_t columns, bool is_infinite_fine);

/* ---- qp.c ---- */

/* The working set that `active` expects, or a guess. */
void qp_expect(qp_state *s, const int8_t *active);
/* From the working set on to the answer, the state's cost being the problem's or another. */
pen_status qp_run(qp_state *s, const double *cost);
/* Residuals of the state's point, with its multipliers. */
void qp_certify(qp_state *s, const double *cost, pen_qp_answer *answer);
/* Both; PEN_E_INTERNAL if the residual is not small. */
pen_status qp_solve(qp_state *s, const double *cost, pen_qp_answer *answer);
/* pen_qp_solve() of a problem that was checked; the shortfall is a lower bound, its sign says
 * which limit: positive for the lower one. */
pen_status qp_solve_checked(const pen_qp *problem, int8_t *active, double *x, double *multipliers,
                            pen_qp_answer *answer);

/* ---- infeasible.c ---- */

/* Fails with PEN_E_INFEASIBLE, the constraint and exactly how far it is from what the others
 * allow, given what qp_solve_checked() left in answer. */
pen_status qp_explain(const char *function, const pen_qp *p, pen_qp_answer *answer);

/* ---- free_set.c: Q_FF ---- */

/* out = Q x */
void qp_times(const pen_qp *p, const double *x, double *weights, double *out);
/* Factors Q_FF from scratch; *is_definite false if it cannot be. */
pen_status qp_factor(qp_state *s, bool *is_definite);
void qp_solve_free(const qp_state *s, double *v);
/* A variable enters or leaves; the factor follows. */
pen_status qp_free_add(qp_state *s, size_t j, bool *is_definite);
void qp_free_remove(qp_state *s, size_t j);

/* ---- kkt.c ---- */

/* The rows' part of the factorisation; false if they depend on each other over the free
 * variables. */
bool qp_hold_rows(qp_state *s);
/* One step of x and y to the point that solves the working set's equations; z follows. */
void qp_kkt_step(qp_state *s);
/* The same from gradients from scratch, until rounding stops it. */
void qp_kkt_refine(qp_state *s);

/* ---- pivot.c, dual.c ---- */

/* The factors of `at`, unless they are ready; they stay unready if there are none. */
pen_status qp_prepare(qp_state *s, bool *is_definite);
/* Changes all constraints that stand wrong, round by round; *is_done if none is left. */
pen_status qp_pivot(qp_state *s, bool *is_done, bool *is_definite);
/* Goldfarb and Idnani's method, from the working set as far as its multipliers allow it.
 * PEN_E_INFEASIBLE. */
pen_status qp_dual(qp_state *s, bool *is_definite);

#endif
