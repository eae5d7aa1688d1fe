/* Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011) and SplitMix64 for seeding.
 *
 * A stream is named, never advanced by rank or time: key = the run's 64-bit
 * seed, counter = (item, purpose, replicate, block).  The kernels have the same
 * generator in kernels/random.kh; tests hold the two together.
 */
#ifndef PEN_BASE_RNG_H
#define PEN_BASE_RNG_H

#include <stdint.h>

static inline void pen_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t a = (uint64_t)0xD2511F53u * c0, b = (uint64_t)0xCD9E8D57u * c2;
        uint32_t n0 = (uint32_t)(b >> 32) ^ c1 ^ k0, n2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)b;
        c3 = (uint32_t)a;
        c0 = n0;
        c2 = n2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

static inline uint64_t pen_splitmix64(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* A sequential reader of one stream, for host code. */
typedef struct pen_rng {
    uint32_t key[2], counter[4], block[4];
    int used; /* words of block already handed out */
} pen_rng;

/* Starts the stream (seed; item, purpose, replicate). */
static inline void pen_rng_init(pen_rng *rng, uint64_t seed, uint32_t item, uint32_t purpose,
                                uint32_t replicate)
{
    *rng = (pen_rng){ .key = { (uint32_t)seed, (uint32_t)(seed >> 32) },
                      .counter = { item, purpose, replicate, 0 },
                      .used = 4 };
}

static inline uint32_t pen_rng_u32(pen_rng *rng)
{
    if (rng->used == 4) {
        pen_philox(rng->counter, rng->key, rng->block);
        rng->counter[3]++;
        rng->used = 0;
    }
    return rng->block[rng->used++];
}

/* Uniform in (0, 1): 53 bits, never 0 or 1. */
static inline double pen_rng_uniform(pen_rng *rng)
{
    uint64_t high = pen_rng_u32(rng), low = pen_rng_u32(rng);
    return ((double)((high << 32 | low) >> 12) + 0.5) * 0x1p-52;
}

#endif
