/* Scrambles and bridges. */
#include "sobol.h"

#include <math.h>

#include "../../machine/base/rng.h"

/* What the numbers are for: simulate.k has 1, quasi.k 2. */
enum { PURPOSE = 3 };

/* Row `digit` of a lower triangular matrix with ones on its diagonal, the first digit highest. */
static uint32_t random_row(pen_rng *rng, int digit)
{
    uint32_t below = digit == 0 ? 0 : ~(uint32_t)0 << (SOBOL_BITS - digit);
    return (pen_rng_u32(rng) & below) | (uint32_t)1 << (SOBOL_BITS - 1 - digit);
}

void sobol_scramble(uint64_t seed, uint32_t replicate, int n_dimensions, uint32_t *directions,
                    uint32_t *shifts)
{
    for (int d = 0; d < n_dimensions; d++) {
        uint32_t rows[SOBOL_BITS];
        pen_rng rng;
        pen_rng_init(&rng, seed, (uint32_t)d, PURPOSE, replicate);
        for (int digit = 0; digit < SOBOL_BITS; digit++)
            rows[digit] = random_row(&rng, digit);
        shifts[d] = pen_rng_u32(&rng);
        for (int k = 0; k < SOBOL_BITS; k++) {
            uint32_t scrambled = 0;
            for (int digit = 0; digit < SOBOL_BITS; digit++) {
                uint32_t parity = (uint32_t)__builtin_parity(rows[digit] & sobol_directions[d][k]);
                scrambled |= parity << (SOBOL_BITS - 1 - digit);
            }
            directions[d * SOBOL_BITS + k] = scrambled;
        }
    }
}

/* The interval between two known times that has been waiting longest is halved next: a queue of
 * intervals, kept where the places will be. */
void sobol_bridge(int n_steps, int32_t *places, double *weights)
{
    places[0] = n_steps - 1;
    places[1] = places[2] = -1;
    weights[0] = weights[1] = 0;
    weights[2] = sqrt((double)n_steps);
    int count = 1;
    /* Point `parent` ends two intervals: from its left to it, and from it to its right. */
    for (int parent = 0; count < n_steps; parent++) {
        int ends[3] = { places[3 * parent + 1], places[3 * parent], places[3 * parent + 2] };
        for (int side = 0; side < (parent == 0 ? 1 : 2); side++) {
            int left = ends[side], right = ends[side + 1];
            if (right - left < 2)
                continue;
            int at = left + (right - left) / 2;
            double before = at - left, after = right - at, whole = right - left;
            places[3 * count] = at;
            places[3 * count + 1] = left;
            places[3 * count + 2] = right;
            weights[3 * count] = after / whole;
            weights[3 * count + 1] = before / whole;
            weights[3 * count + 2] = sqrt(before * after / whole);
            count++;
        }
    }
}
