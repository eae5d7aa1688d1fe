/* Means, covariances and control variates of outputs, from the sums that groups give. */
#ifndef PEN_SIMULATION_ESTIMATE_H
#define PEN_SIMULATION_ESTIMATE_H

#include "engine.h"

enum { MOST_CONTROLS = 12, MOST_PAIRS = PAYOFF_OUTPUTS * (MOST_CONTROLS + 1) };

/* The first n_controls outputs are controls. */
typedef struct moments {
    int n_outputs, n_controls, n_pairs;
    int pairs[MOST_PAIRS][2];
    int pair_of[MOST_CONTROLS + 1][PAYOFF_OUTPUTS]; /* number of pair (control, output); the last
                                                       row: of an output with itself */
    double count, mean[PAYOFF_OUTPUTS];
    double products[MOST_PAIRS]; /* sums of products of deviations from the means */
} moments;

void moments_begin(moments *m, int n_outputs, int n_controls);
/* Adds a group's sums, as simulate.k gives them. */
void moments_add(moments *m, const double *sums, double count);
/* Adds all that another one has. */
void moments_merge(moments *m, const moments *other);

/* What the controls explain of an output: [n_controls] slopes of the regression on the first so
 * many. */
void moments_slopes(const moments *m, int output, int n_controls, double *slopes);
/* The expectation of an output, given the controls'. */
double moments_value(const moments *m, int output, const double *slopes,
                     const double *control_means, int n_controls);
/* Its standard error, of independent paths. */
double moments_error(const moments *m, int output, const double *slopes, int n_controls);

#endif
