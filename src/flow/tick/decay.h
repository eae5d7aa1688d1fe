/* e^-x from + - * alone, so that no machine's libm has a say. */
#ifndef PEN_FLOW_TICK_DECAY_H
#define PEN_FLOW_TICK_DECAY_H

#include <stdint.h>
#include <string.h>

/* Older than so many time constants is forgotten: e^-40 is far below a double's precision. */
#define TICK_DECAY_END 40.0

extern const double tick_decay_table[64]; /* 2^(-j / 64) */

/* e^-x for x >= 0, within 1 ulp or so; 0 from TICK_DECAY_END on. */
static inline double tick_decay(double x)
{
    double scale;
    uint64_t bits;
    if (!(x < TICK_DECAY_END))
        return 0;
    int64_t k = (int64_t)(x * 92.33248261689366 + 0.5);
    /* 2^(-k / 64) e^y; log 2 / 64 in two parts, of which the first times k is exact */
    double y = ((double)k * 0x1.62e42fe000000p-7 - x) + (double)k * 0x1.f473de6af278fp-36;
    memcpy(&bits, &tick_decay_table[k & 63], sizeof bits);
    bits -= (uint64_t)(k >> 6) << 52;
    memcpy(&scale, &bits, sizeof scale);
    double y2 = y * y;
    return scale + scale * (y + y2 * ((0.5 + y * (1.0 / 6)) + y2 * (1.0 / 24 + y * (1.0 / 120))));
}

/* From one time to a later one; no more than 292 years, which is what fits. */
static inline double tick_elapsed_ns(int64_t from_ns, int64_t to_ns)
{
    uint64_t elapsed = (uint64_t)to_ns - (uint64_t)from_ns;
    return (double)(int64_t)(elapsed < INT64_MAX ? elapsed : INT64_MAX);
}

#endif
