/* Normal numbers from scrambled Sobol points, for the engine: replicates of a seed, group by group.
 */
#ifndef PEN_SIMULATION_QUASI_H
#define PEN_SIMULATION_QUASI_H

#include "engine.h"

typedef struct quasi {
    pen_queue *queue;
    pen_dtype dtype;
    uint64_t seed;
    uint32_t first_replicate;
    int n_steps, n_factors, n_sobol;
    size_t most_groups; /* that quasi_draw() has room for */
    /* device addresses; directions and shifts of all replicates */
    void *d_directions, *d_shifts, *d_places, *d_weights, *d_normals;
} quasi;

/* For an engine's steps and factors; creates, also on failure. */
pen_status quasi_open(const engine *e, int n_replicates, quasi *out);
void quasi_close(quasi *q);
/* Queues the numbers of n_groups groups of a replicate into d_normals. */
pen_status quasi_draw(quasi *q, int replicate, size_t first_group, size_t n_groups);

#endif
