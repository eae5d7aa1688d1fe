/* Processes as kernels/simulate.k wants them: their coefficients for one substep. */
#ifndef PEN_SIMULATION_PROCESS_H
#define PEN_SIMULATION_PROCESS_H

#include "../../machine/base/status.h"
#include "../../machine/kernels/payoff_op.kh"
#include "penstock/simulation.h"

/* The largest model: a triangle of shocks. */
enum { MODEL_WORDS = 2 * PROCESS_ASSETS + PROCESS_ASSETS * (PROCESS_ASSETS + 1) / 2 };

typedef struct process_model {
    double words[MODEL_WORDS]; /* payoff_op.kh says what is where */
    int n_words, n_factors;
    bool is_log;         /* the state is ln(price / start) */
    double second_start; /* of the other state */
    double *history;     /* what PEN_BOOTSTRAP draws from; released by process_model_clear() */
} process_model;

/* The growth of an asset's expected price, a year. */
double simulation_drift(const pen_simulation *s, size_t asset);

/* Does the expected price grow by it exactly? */
bool simulation_keeps_mean(const pen_simulation *s);

/* Checks what is asked for and computes the coefficients; creates. */
pen_status process_model_make(const char *function, const pen_simulation *s, process_model *out);
void process_model_clear(process_model *model);

#endif
