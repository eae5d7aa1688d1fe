/* Values as unsigned integers that compare as sort.h's order says. */
#ifndef PEN_MATH_SORT_KEY_H
#define PEN_MATH_SORT_KEY_H

#include <stdint.h>
#include <string.h>

/* The key of every NaN; no number has it. */
#define SORT_NAN_32 UINT32_MAX
#define SORT_NAN_64 UINT64_MAX

static inline uint32_t sort_key_32(float x, uint32_t flip)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    u = (u >> 31 ? ~u : u | 0x80000000u) ^ flip;
    return x != x ? SORT_NAN_32 : u;
}

static inline float sort_value_32(uint32_t key, uint32_t flip)
{
    uint32_t u = key == SORT_NAN_32 ? key : key ^ flip;
    u = u >> 31 ? u & 0x7fffffffu : ~u;
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

static inline uint64_t sort_key_64(double x, uint64_t flip)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    u = (u >> 63 ? ~u : u | (uint64_t)1 << 63) ^ flip;
    return x != x ? SORT_NAN_64 : u;
}

static inline double sort_value_64(uint64_t key, uint64_t flip)
{
    uint64_t u = key == SORT_NAN_64 ? key : key ^ flip;
    u = u >> 63 ? u & (UINT64_MAX >> 1) : ~u;
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* A probability as a 60-bit fraction in two halves, so that p (m - 1) can be had
 * in whole numbers, the same everywhere. */
static inline void sort_fraction(double p, int64_t *high, int64_t *low)
{
    int64_t f = (int64_t)(p * 0x1p60);
    *high = f >> 30;
    *low = f & 0x3fffffff;
}

/* p (m - 1) = *rank + *part / 2^60. */
static inline void sort_rank(int64_t high, int64_t low, int64_t m, int64_t *rank, int64_t *part)
{
    int64_t fine = low * (m - 1), coarse = high * (m - 1) + (fine >> 30);
    *rank = coarse >> 30;
    *part = (coarse & 0x3fffffff) << 30 | (fine & 0x3fffffff);
}

#endif
