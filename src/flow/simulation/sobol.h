/* Sobol's sequence, scrambled, and the Brownian bridge that its first dimensions build paths by. */
#ifndef PEN_SIMULATION_SOBOL_H
#define PEN_SIMULATION_SOBOL_H

#include <stdint.h>

enum { SOBOL_DIMENSIONS = 256, SOBOL_BITS = 32 };

/* The binary fractions that the digits of a point's number choose, the lowest digit first;
 * tools/make_sobol.c. */
extern const uint32_t sobol_directions[SOBOL_DIMENSIONS][SOBOL_BITS];

/* Random linear scrambling (Matousek 1998), which has the variance of Owen's nested one (Owen
 * 2003): replicate r of a seed, for the first n_dimensions.
 *
 *   directions  [n_dimensions][SOBOL_BITS] written
 *   shifts      [n_dimensions] written: what all points are xor'ed with */
void sobol_scramble(uint64_t seed, uint32_t replicate, int n_dimensions, uint32_t *directions,
                    uint32_t *shifts);

/* A Brownian motion at the times 1, 2, ..., n_steps, point by point in halves: each between two
 * that are known, W[at] = left_weight W[left] + right_weight W[right] + deviation z.
 *
 *   places   [n_steps][3] written: at, left, right; -1: time 0, or none
 *   weights  [n_steps][3] written: of left and right, and the deviation */
void sobol_bridge(int n_steps, int32_t *places, double *weights);

#endif
