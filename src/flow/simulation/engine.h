/* Runs kernels/simulate.k: a model and a payoff program on a device, a launch at a time. */
#ifndef PEN_SIMULATION_ENGINE_H
#define PEN_SIMULATION_ENGINE_H

#include "payoff.h"
#include "process.h"

enum { PATHS_PER_GROUP = 256 }; /* as in simulate.k */

typedef struct engine {
    const pen_simulation *simulation;
    pen_queue *queue;
    pen_dtype dtype;
    process_model model;
    payoff_program program;
    int n_outputs, n_pairs;
    const int (*pairs)[2]; /* borrowed */
    double steps_asked;    /* of all launches so far */
    char *definitions;     /* of the kernel's text for this model and program; NULL: not made yet */
    /* device addresses */
    void *d_model, *d_history, *d_start, *d_program, *d_held, *d_outputs, *d_pairs;
} engine;

/* Does the simulation have what the payoff reads? */
pen_status simulation_check_payoff(const char *function, const pen_simulation *s,
                                   const pen_payoff *payoff);

/* Makes the model and the program and puts them on the device; creates, also on failure.
 *   roots  [n_roots] nodes of g: the outputs
 *   pairs  [n_pairs] outputs whose products are wanted */
pen_status engine_open(const char *function, pen_queue *queue, pen_dtype dtype,
                       const pen_simulation *simulation, const payoff_graph *g, const int *roots,
                       int n_roots, const int (*pairs)[2], int n_pairs, engine *out);
void engine_close(engine *e);

/* Device addresses that a launch reads and writes, NULL for none; simulate.k has the shapes. */
typedef struct engine_arrays {
    void *normals; /* read; NULL: Philox's */
    void *values, *sums, *dates;
    size_t values_stride, dates_stride;
} engine_arrays;

/* Queues n_paths from the simulation's first_path + `from` on. */
pen_status engine_launch(engine *e, size_t from, size_t n_paths, const engine_arrays *arrays);

/* Queues whole paths, [n_paths][n_assets] rows of n_dates + 1, `stride` apart. */
pen_status engine_launch_paths(engine *e, size_t n_paths, void *paths, size_t stride);

/* Copies to the device, waits; creates. */
pen_status engine_upload(pen_queue *queue, const void *data, size_t bytes, void **out);
pen_status engine_upload_reals(pen_queue *queue, pen_dtype dtype, const double *x, size_t n,
                               void **out);

#endif
