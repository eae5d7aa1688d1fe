/* The rules for odd rows: what of a row is used, and what is counted. */
#ifndef PEN_FLOW_TICK_CLEAN_H
#define PEN_FLOW_TICK_CLEAN_H

#include <math.h>
#include <string.h>

#include "penstock/tick.h"

typedef struct tick_cleaner {
    pen_tick_policy crossed, locked, duplicate, late, size_zero;
    uint64_t rows;
    pen_tick before; /* the row before, as it came */
    int64_t latest_ns;
    pen_quirk quirks[PEN_TICK_QUIRK_COUNT];
} tick_cleaner;

/* What of a row is used. */
typedef struct tick_parts {
    bool has_trade, has_quote;
} tick_parts;

tick_cleaner tick_cleaner_of(const pen_tick_params *p);
void tick_count_quirk(tick_cleaner *c, pen_tick_quirk_kind kind);
/* Applies the rules to a row that may be odd, and may change it; needs c->before. */
tick_parts tick_clean_odd(tick_cleaner *c, pen_tick *tick);

/* More than 0 and finite; one comparison of the bits instead of two of the value.  An int, to be
 * combined by & without a branch. */
static inline int tick_is_positive(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits - 1 < (UINT64_C(0x7ff) << 52) - 1;
}

/* Is a row plainly in order, as nearly all are?  Then only rows and latest_ns need an update; else
 * it is tick_clean_odd()'s.  No branches on values, which come as they like. */
static inline bool tick_is_plain(const tick_cleaner *c, const pen_tick *t, tick_parts *parts)
{
    bool has_trade = tick_is_positive(t->price) & tick_is_positive(t->size);
    bool has_quote = tick_is_positive(t->bid) & tick_is_positive(t->ask) & (t->ask > t->bid) &
                     tick_is_positive(t->bid_size) & tick_is_positive(t->ask_size);
    *parts = (tick_parts){ has_trade, has_quote };
    if (!has_trade && !(isnan(t->price) && isnan(t->size)))
        return false;
    if (!has_quote && !(isnan(t->bid) && isnan(t->ask)))
        return false;
    return (t->time_ns > c->latest_ns) & (has_trade | has_quote);
}

/* Applies the rules to a row, which it may change; nothing of a row without parts is used. */
static inline tick_parts tick_clean(tick_cleaner *c, pen_tick *t)
{
    tick_parts parts;
    if (!tick_is_plain(c, t, &parts))
        return tick_clean_odd(c, t);
    c->rows++;
    c->before = *t;
    c->latest_ns = t->time_ns;
    return parts;
}

#endif
