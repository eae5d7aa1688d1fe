/* One request for a value at risk, as its parts share it. */
#ifndef PEN_RISK_VALUE_H
#define PEN_RISK_VALUE_H

#include "../../machine/base/status.h"
#include "penstock/risk.h"

/* A portfolio's numbers: var and cvar over the horizon. */
typedef struct risk_pair {
    double var, cvar;
} risk_pair;

typedef struct risk_job {
    pen_risk_options options;
    size_t p, n;        /* assets, whole observations */
    double *x;          /* [p][n] returns */
    const double *held; /* [p] weights */
    double *pnl;        /* [n] of the portfolio, rebalanced */
    pen_risk_value *out;
    pen_risk_part *parts; /* [p] or NULL: weight, mean, stdev and marginal_stdev are there */
} risk_job;

/* Mean less, divided by n - 1. */
double risk_mean(const double *x, size_t n);
double risk_stdev(const double *x, size_t n);

/* Losses in ascending order have these; index[k] is the k-th's place before. */
risk_pair risk_of_sorted(const double *sorted, size_t n, double level);
/* Where var is among them. */
size_t risk_rank(size_t n, double level);
/* The ranks two standard errors of their share to either side of var's. */
void risk_neighbours(size_t n, double level, size_t *first, size_t *last);
/* Standard errors of both. */
risk_pair risk_errors(const double *sorted, size_t n, double level);
/* Sorts losses into sorted [n] with their places [n]. */
pen_status risk_sort(const double *losses, size_t n, double *sorted, int32_t *index);

/* Fill out, and the parts' components, for the methods of each file. */
pen_status risk_by_scenarios(risk_job *j);
pen_status risk_by_law(risk_job *j);
pen_status risk_by_expansion(risk_job *j);

/* The degrees of a Student law of their mean and variance that are likeliest for x; [n] room. */
double risk_fit_degrees(const double *x, size_t n, double mean, double stdev);
/* Simulates losses of compounded Student returns; the var and cvar of a path, and their errors. */
pen_status risk_simulate(const pen_risk_options *o, double mean, double stdev, double degrees,
                         risk_pair *out, risk_pair *errors);

#endif
