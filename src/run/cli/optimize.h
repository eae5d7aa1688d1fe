/* The parts of `penstock optimize`. */
#ifndef PEN_RUN_OPTIMIZE_H
#define PEN_RUN_OPTIMIZE_H

#include "../../machine/base/matrix.h"
#include "closes.h"
#include "penstock/portfolio.h"

/* One request, its data and its answers. */
typedef struct optimize_job {
    cli *c;
    pen_portfolio portfolio;
    pen_goal_params goal;
    double periods;    /* a year */
    cli_closes prices; /* their returns, where they are the input */
    pen_matrix mean_file, cov_file;
    size_t n;
    const char **names;    /* [n] */
    double *mean;          /* [n], per year, or NULL */
    double *covariance;    /* [n][n], per year */
    double *lower, *upper; /* [n] of weights */
    double *budget, *market;
    double *current, *cost; /* [n] or NULL */
    double *groups, *group_limits;
    char **group_names; /* [n_groups] */
    size_t n_answers;   /* 1, or those of the frontier */
    double *weights;    /* [n_answers][n] */
    pen_portfolio_answer *answers;
} optimize_job;

/* optimize_read.c */
/* Prices or the files of --mu and --cov. */
pen_status optimize_read_assets(optimize_job *j);
/* Means and covariance of returns [n][n_points]. */
pen_status optimize_estimate(optimize_job *j, const double *returns, size_t n_points);
/* Black and Litterman's views blended into means and covariances. */
pen_status optimize_read_views(optimize_job *j);
/* Bounds, groups, current weights, costs, budgets. */
pen_status optimize_read_limits(optimize_job *j);

/* optimize_rolling.c */
/* Solves for window after window of the prices, and prints a row for each. */
pen_status optimize_roll(optimize_job *j);

/* optimize_print.c */
pen_status optimize_print(optimize_job *j);
pen_status optimize_plot(optimize_job *j, const char *path);

#endif
