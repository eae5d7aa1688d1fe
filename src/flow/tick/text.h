/* Numbers and durations in the short texts that describe bars and signals. */
#ifndef PEN_FLOW_TICK_TEXT_H
#define PEN_FLOW_TICK_TEXT_H

#include <math.h>
#include <string.h>

#include "../../machine/base/number.h"
#include "../../machine/base/status.h"

/* All of text[0..n) as a finite number. */
static inline bool tick_read_number(const char *text, size_t n, double *x)
{
    return pen_number_parse(text, n, x) && isfinite(*x);
}

/* A number and its unit: ns, us, ms, s, m, h, d; seconds without one. */
static inline bool tick_read_seconds(const char *text, size_t n, double *seconds)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = { { "ns", 1e-9 }, { "us", 1e-6 }, { "ms", 1e-3 }, { "s", 1 },
                  { "m", 60 },    { "h", 3600 },  { "d", 86400 } };
    if (tick_read_number(text, n, seconds))
        return true;
    for (size_t i = 0; i < PEN_COUNT(units); i++) {
        size_t length = strlen(units[i].unit);
        if (n > length && memcmp(text + n - length, units[i].unit, length) == 0 &&
            tick_read_number(text, n - length, seconds)) {
            *seconds *= units[i].seconds;
            return true;
        }
    }
    return false;
}

#endif
