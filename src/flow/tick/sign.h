/* Who was the aggressor of a trade. */
#ifndef PEN_FLOW_TICK_SIGN_H
#define PEN_FLOW_TICK_SIGN_H

#include <math.h>

#include "penstock/tick.h"
#include "ring.h"

/* A quote that stands too short yet to sign by. */
typedef struct tick_late_mid {
    int64_t time_ns;
    double mid;
} tick_late_mid;

typedef struct tick_signer {
    pen_tick_sign_rule rule;
    int64_t delay_ns;
    double mid;        /* of the quote to sign by; NaN: none yet */
    double last_price; /* NaN: none yet */
    int last_side;     /* by the tick rule */
    tick_ring waiting; /* tick_late_mid, with a delay */
} tick_signer;

/* A quote that stood at t signs trades at t + delay and later. */
static inline void tick_sign_quote(tick_signer *s, int64_t time_ns, double mid)
{
    if (s->delay_ns == 0)
        s->mid = mid;
    else
        *(tick_late_mid *)tick_ring_push(&s->waiting) = (tick_late_mid){ time_ns, mid };
}

static inline void tick_sign_time(tick_signer *s, int64_t time_ns)
{
    for (; s->waiting.count > 0; tick_ring_pop(&s->waiting)) {
        const tick_late_mid *next = tick_ring_at(&s->waiting, 0);
        if ((uint64_t)time_ns - (uint64_t)next->time_ns < (uint64_t)s->delay_ns)
            break; /* times only grow, so the difference is right where it does not fit */
        s->mid = next->mid;
    }
}

static inline int tick_sign_trade(tick_signer *s, int64_t time_ns, double price, int told)
{
    tick_sign_time(s, time_ns);
    int change = (price > s->last_price) - (price < s->last_price);
    int by_tick = change + (change == 0) * s->last_side; /* no branch on what comes as it likes */
    int by_quote = (price > s->mid) - (price < s->mid);  /* 0 without a quote */
    s->last_price = price;
    s->last_side = by_tick;
    switch (s->rule) {
    case PEN_TICK_SIGN_DATA:
        return told;
    case PEN_TICK_SIGN_TICK:
        return by_tick;
    case PEN_TICK_SIGN_QUOTE:
        return by_quote;
    case PEN_TICK_SIGN_LEE_READY:
        return by_quote != 0 ? by_quote : by_tick;
    default:
        return told != 0 ? told : by_quote != 0 ? by_quote : by_tick;
    }
}

#endif
