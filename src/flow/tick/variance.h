/* Realised variance by sampling interval: the part of a stream that samples prices. */
#ifndef PEN_FLOW_TICK_VARIANCE_H
#define PEN_FLOW_TICK_VARIANCE_H

#include <math.h>

#include "penstock/tick.h"

typedef struct tick_sampler {
    int64_t interval_ns, end_ns; /* of the open interval */
    bool is_open, has_base;      /* is there an open interval; and a price where it began */
    double log_px;               /* that price's logarithm */
    double before[3];            /* the last absolute returns, newest first */
    uint64_t run;                /* returns since the last gap */
    pen_tick_variance sums;
} tick_sampler;

typedef struct tick_samplers {
    tick_sampler list[PEN_TICK_MOST_INTERVALS];
    size_t n;
    int64_t next_ns; /* the first end of an open interval; INT64_MIN: some is not open */
    int64_t gap_ns, time_ns;
    double px; /* the mid, or the last price without quotes; NaN: none yet */
    bool is_mid;
} tick_samplers;

pen_status tick_samplers_init(tick_samplers *s, const pen_tick_params *p);
/* Closes the intervals that are over, opens others. */
void tick_samplers_sample(tick_samplers *s, int64_t time_ns);
/* Forgets prices and open intervals. */
void tick_samplers_break(tick_samplers *s);

/* Before a row's parts are taken. */
static inline void tick_samplers_time(tick_samplers *s, int64_t time_ns)
{
    if (!isnan(s->px) && (uint64_t)time_ns - (uint64_t)s->time_ns > (uint64_t)s->gap_ns)
        tick_samplers_break(s);
    if (time_ns >= s->next_ns && s->n > 0)
        tick_samplers_sample(s, time_ns);
    s->time_ns = time_ns;
}

/* Prices of trades count until there are mids. */
static inline void tick_samplers_price(tick_samplers *s, double px, bool is_mid)
{
    if (s->is_mid && !is_mid)
        return;
    if (is_mid && !s->is_mid)
        tick_samplers_break(s);
    bool is_first = isnan(s->px);
    s->is_mid = is_mid;
    s->px = px;
    if (is_first && s->n > 0)
        tick_samplers_sample(s, s->time_ns); /* opens the intervals */
}

#endif
