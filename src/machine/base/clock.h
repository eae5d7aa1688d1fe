/* Monotonic time in nanoseconds, for measuring durations. */
#ifndef PEN_BASE_CLOCK_H
#define PEN_BASE_CLOCK_H

#include <stdint.h>

int64_t pen_clock_ns(void);

static inline double pen_clock_s(void)
{
    return (double)pen_clock_ns() * 1e-9;
}

#endif
