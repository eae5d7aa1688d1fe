/* Signals: a feature that crosses a threshold, told once. */
#ifndef PEN_FLOW_TICK_SIGNAL_H
#define PEN_FLOW_TICK_SIGNAL_H

#include <math.h>

#include "decay.h"
#include "penstock/tick.h"

typedef struct tick_signal {
    pen_tick_feature_kind feature;
    bool is_armed, has_fired;
    uint64_t keep, flip; /* bits of the value: without its sign for |name|, negated for < */
    double limit, rearm; /* of that; fires beyond limit (>= is beyond the double before it) */
    double cooldown_ns;
    int64_t fired_ns;
} tick_signal;

/* Does it fire on this value? */
static inline bool tick_signal_fires(tick_signal *s, int64_t time_ns, double value)
{
    uint64_t bits;
    double x;
    memcpy(&bits, &value, sizeof bits);
    bits = (bits & s->keep) ^ s->flip;
    memcpy(&x, &bits, sizeof x);
    if (!(x > s->limit)) {
        if (!s->is_armed)
            s->is_armed = x <= s->rearm;
        return false;
    }
    if (!s->is_armed || (s->has_fired && tick_elapsed_ns(s->fired_ns, time_ns) < s->cooldown_ns))
        return false;
    s->is_armed = false;
    s->has_fired = true;
    s->fired_ns = time_ns;
    return true;
}

pen_status tick_signal_parse(const char *text, tick_signal *signal);

#endif
