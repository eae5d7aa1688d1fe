/* The parts of `penstock simulate`. */
#ifndef PEN_RUN_SIMULATE_H
#define PEN_RUN_SIMULATE_H

#include "cli.h"
#include "penstock/simulation.h"

enum { SIMULATE_ASSETS = 32, SIMULATE_PAYOFFS = 8, SIMULATE_SETTINGS = 64 };

/* One request. */
typedef struct simulate_job {
    cli *c;
    pen_simulation model;
    const pen_process_info *process;
    double horizon_days;
    size_t n_paths;
    pen_payoff_parameter settings[SIMULATE_SETTINGS]; /* those of payoffs */
    size_t n_settings;
    pen_payoff *payoffs[SIMULATE_PAYOFFS], *controls[SIMULATE_PAYOFFS];
    size_t n_payoffs, n_controls;
    double control_values[SIMULATE_PAYOFFS];
    /* behind the model */
    double initial_px[SIMULATE_ASSETS], drift_frac[SIMULATE_ASSETS], vol_frac[SIMULATE_ASSETS];
    double dividend_frac[SIMULATE_ASSETS], correlation[SIMULATE_ASSETS * SIMULATE_ASSETS];
    double *history;
    char *words; /* names of settings, texts of controls */
    pen_device *device;
    pen_queue *queue;
} simulate_job;

/* simulate_model.c: everything from the options; also on failure simulate_clear() releases. */
pen_status simulate_read(simulate_job *j);
void simulate_clear(simulate_job *j);

/* simulate_paths.c */
pen_status simulate_print_distribution(simulate_job *j);
pen_status simulate_write_paths(simulate_job *j, const char *path);
pen_status simulate_draw(simulate_job *j, const char *path);

/* simulate_payoffs.c */
pen_status simulate_print_estimates(simulate_job *j);

#endif
