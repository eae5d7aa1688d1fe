/* The rules for odd rows: what of a row is used, and what is counted. */
#ifndef PEN_FLOW_TICK_CLEAN_H
#define PEN_FLOW_TICK_CLEAN_H

#include <float.h>

#include "penstock/tick.h"

typedef struct tick_cleaner {
    pen_tick_policy crossed, locked, duplicate, late, size_zero;
    uint64_t rows;
    pen_tick before; /* the row before, as it came */
    int64_t latest_ns;
    pen_quirk quirks[PEN_TICK_QUIRK_COUNT];
} tick_cleaner;

/* A row whose parts are all in order, or that tick_clean() has been through. */
typedef struct tick_parts {
    bool has_trade, has_quote;
} tick_parts;

void tick_count_quirk(tick_cleaner *c, pen_tick_quirk_kind kind);
/* Everything tick_clean() does, for rows that may be odd. */
tick_parts tick_clean_odd(tick_cleaner *c, pen_tick *tick);

static inline bool tick_is_positive(double x)
{
    return x > 0 && x <= DBL_MAX;
}

/* Applies the rules to a row, which it may change; nothing of a row without parts is used. */
static inline tick_parts tick_clean(tick_cleaner *c, pen_tick *t)
{
    bool has_trade = tick_is_positive(t->price) && tick_is_positive(t->size);
    bool has_quote = t->bid > 0 && t->ask > t->bid && t->ask <= DBL_MAX &&
                     tick_is_positive(t->bid_size) && tick_is_positive(t->ask_size);
    bool no_trade = t->price != t->price && t->size != t->size;
    bool no_quote = t->bid != t->bid && t->ask != t->ask;
    if (t->time_ns > c->latest_ns && (has_trade || no_trade) && (has_quote || no_quote) &&
        (has_trade || has_quote)) {
        c->rows++;
        c->before = *t;
        c->latest_ns = t->time_ns;
        return (tick_parts){ has_trade, has_quote };
    }
    return tick_clean_odd(c, t);
}

#endif
