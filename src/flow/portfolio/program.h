/* A portfolio as a quadratic program.
 *
 * Without costs and turnover the variables are the weights.  With them they are what is bought
 * and sold of each asset, weights = current + bought - sold; both for one asset at once is only
 * ever dearer.  The rows are the sum of weights, groups, turnover, and a return. */
#ifndef PEN_PORTFOLIO_PROGRAM_H
#define PEN_PORTFOLIO_PROGRAM_H

#include <stdbool.h>

#include "penstock/portfolio.h"

typedef struct program {
    const pen_portfolio *p;
    const char *function; /* for messages */
    pen_qp qp;
    size_t n, n_vars;
    bool is_split;
    double *q;             /* [n_vars][n_vars]; only where it is not the covariance itself */
    double *fixed;         /* [n_vars] the linear part that the current weights make */
    double *cost;          /* [n_vars] */
    double *lower, *upper; /* [n_vars] */
    double *rows;          /* [n_rows][n_vars] */
    double *row_lower, *row_upper;
    double *gain;    /* [n_vars] return of a variable, after costs */
    double base;     /* return of the current weights where variables are trades, else 0 */
    double *x;       /* [n_vars] */
    double *zero;    /* [n_vars] of linear programs */
    double *weights; /* [n] of the last answer */
    double *product; /* [n] covariance times weights */
    int8_t *active;  /* of the last answer */
    size_t gain_row; /* that of the return, without limits at first */
    pen_qp_answer last;
    void *block;
} program;

/* Checks and sets up; `mean` takes the place of the portfolio's. */
pen_status program_create(const char *function, const pen_portfolio *p, const double *mean,
                          program *g);
void program_clear(program *g);

/* Minimises variance / 2 - taste * return, or for an infinite taste maximises the return alone;
 * from the last answer's active set. */
pen_status program_solve(program *g, double taste);
/* The weights of g->x. */
void program_take_weights(program *g);
/* Return after costs and variance of the last answer. */
double program_gain(const program *g);
double program_variance(program *g);
/* Weights and figures of the last answer; the objective is the caller's. */
void program_report(program *g, double *weights, pen_portfolio_answer *answer);

/* ---- ratio.c: along the frontier ---- */

/* Where a figure of the frontier's portfolios changes its sign.  variance - limit for a
 * `limit` > 0; else taste * (return - risk_free) - variance, which is 0 at the best ratio. */
typedef struct crossing {
    double limit;
    double risk_free;
} crossing;

/* Solves for the taste at the crossing; *miss is what is left of it, relative.  An end of the
 * frontier where there is no crossing before. */
pen_status program_cross(program *g, const crossing *c, double *miss);

#endif
