/* Payoffs that may be taken at any date: least-squares Monte Carlo. */
#ifndef PEN_SIMULATION_EARLY_EXERCISE_H
#define PEN_SIMULATION_EARLY_EXERCISE_H

#include "estimate.h"

/* The value of one payoff. */
pen_status early_exercise_run(const char *function, pen_queue *queue, pen_dtype dtype,
                              const pen_simulation *s, const pen_monte_carlo *options,
                              const pen_payoff *payoff, pen_monte_carlo_out *out);

#endif
