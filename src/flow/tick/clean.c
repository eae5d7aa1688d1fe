/* Odd rows: counted, and used or left out as the rules say. */
#include "clean.h"

#include <math.h>

#include "../../machine/base/status.h"

const char *pen_tick_quirk_text(pen_tick_quirk_kind kind)
{
    static const char *const texts[] = {
#define TEXT_(name, text, rule) text,
        PEN_TICK_QUIRK_LIST(TEXT_)
#undef TEXT_
    };
    return (size_t)kind < PEN_TICK_QUIRK_COUNT ? texts[kind] : NULL;
}

const char *pen_tick_quirk_rule(pen_tick_quirk_kind kind)
{
    static const char *const rules[] = {
#define RULE_(name, text, rule) rule,
        PEN_TICK_QUIRK_LIST(RULE_)
#undef RULE_
    };
    return (size_t)kind < PEN_TICK_QUIRK_COUNT ? rules[kind] : NULL;
}

tick_cleaner tick_cleaner_of(const pen_tick_params *p)
{
    return (tick_cleaner){ .crossed = p->crossed,
                           .locked = p->locked,
                           .duplicate = p->duplicate,
                           .late = p->late,
                           .size_zero = p->size_zero,
                           .latest_ns = INT64_MIN };
}

void tick_count_quirk(tick_cleaner *c, pen_tick_quirk_kind kind)
{
    pen_quirk *q = &c->quirks[kind];
    if (q->count++ == 0)
        q->first_line = (size_t)c->rows;
}

static bool is_same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool is_duplicate(const pen_tick *a, const pen_tick *b)
{
    return a->time_ns == b->time_ns && is_same(a->price, b->price) && is_same(a->size, b->size) &&
           a->side == b->side && is_same(a->bid, b->bid) && is_same(a->ask, b->ask) &&
           is_same(a->bid_size, b->bid_size) && is_same(a->ask_size, b->ask_size) &&
           is_same(a->id, b->id);
}

/* The first fault of a part that has n numbers, prices first; COUNT: none. */
static pen_tick_quirk_kind find_fault(const double *x, size_t n_prices, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(x[i]))
            return PEN_TICK_MISSING;
    for (size_t i = 0; i < n; i++)
        if (isinf(x[i]))
            return PEN_TICK_NONFINITE;
    for (size_t i = 0; i < n; i++)
        if (x[i] <= 0 && (i < n_prices || x[i] < 0))
            return i < n_prices ? PEN_TICK_PRICE : PEN_TICK_SIZE_NEGATIVE;
    return PEN_TICK_QUIRK_COUNT;
}

static bool is_good(tick_cleaner *c, const double *x, size_t n_prices, size_t n)
{
    pen_tick_quirk_kind fault = find_fault(x, n_prices, n);
    if (fault < PEN_TICK_QUIRK_COUNT)
        tick_count_quirk(c, fault);
    return fault == PEN_TICK_QUIRK_COUNT;
}

static bool clean_trade(tick_cleaner *c, const pen_tick *t)
{
    if (!is_good(c, (const double[]){ t->price, t->size }, 1, 2))
        return false;
    if (t->size > 0)
        return true;
    tick_count_quirk(c, PEN_TICK_SIZE_ZERO);
    return c->size_zero == PEN_TICK_KEEP;
}

static bool clean_quote(tick_cleaner *c, pen_tick *t)
{
    if (!is_good(c, (const double[]){ t->bid, t->ask, t->bid_size, t->ask_size }, 2, 4))
        return false;
    if (t->bid == t->ask) {
        tick_count_quirk(c, PEN_TICK_LOCKED);
        return c->locked == PEN_TICK_KEEP;
    }
    if (t->bid < t->ask)
        return true;
    tick_count_quirk(c, PEN_TICK_CROSSED);
    if (c->crossed == PEN_TICK_SWAP) {
        double bid = t->bid, size = t->bid_size;
        t->bid = t->ask;
        t->ask = bid;
        t->bid_size = t->ask_size;
        t->ask_size = size;
    }
    return c->crossed != PEN_TICK_DROP;
}

tick_parts tick_clean_odd(tick_cleaner *c, pen_tick *t)
{
    const tick_parts none = { false, false };
    bool is_first = c->rows++ == 0;
    bool is_repeat = !is_first && is_duplicate(t, &c->before);
    c->before = *t;
    if (is_repeat) {
        tick_count_quirk(c, PEN_TICK_DUPLICATE);
        if (c->duplicate == PEN_TICK_DROP)
            return none;
    }
    if (t->time_ns < c->latest_ns) {
        tick_count_quirk(c, PEN_TICK_OUT_OF_ORDER);
        if (c->late == PEN_TICK_DROP)
            return none;
        t->time_ns = c->latest_ns;
    }
    bool is_trade = !(isnan(t->price) && isnan(t->size));
    bool is_quote = !(isnan(t->bid) && isnan(t->ask));
    if (!is_trade && !is_quote)
        tick_count_quirk(c, PEN_TICK_MISSING);
    tick_parts parts = { is_trade && clean_trade(c, t), is_quote && clean_quote(c, t) };
    if (parts.has_trade || parts.has_quote)
        c->latest_ns = t->time_ns;
    return parts;
}
