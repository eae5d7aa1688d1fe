/* The tick stream: a row is cleaned, its trade signed, and every part brought up to date. */
#include "stream.h"

#include "../../machine/base/alloc.h"

pen_tick_params pen_tick_params_default(void)
{
    return (pen_tick_params){ .locked = PEN_TICK_KEEP };
}

static pen_status check_params(const pen_tick_params *p)
{
    const struct {
        const char *name;
        pen_tick_policy policy, last;
    } rows[] = {
        { "crossed", p->crossed, PEN_TICK_SWAP },     { "locked", p->locked, PEN_TICK_KEEP },
        { "duplicate", p->duplicate, PEN_TICK_KEEP }, { "late", p->late, PEN_TICK_KEEP },
        { "size_zero", p->size_zero, PEN_TICK_KEEP },
    };
    for (size_t i = 0; i < PEN_COUNT(rows); i++)
        if ((unsigned)rows[i].policy > rows[i].last)
            return pen_fail(PEN_E_ARG, "pen_tick_stream_create: %s is %d, expected DROP%s",
                            rows[i].name, (int)rows[i].policy,
                            rows[i].last == PEN_TICK_SWAP ? ", KEEP or SWAP" : " or KEEP");
    if ((unsigned)p->sign > PEN_TICK_SIGN_LEE_READY)
        return pen_fail(PEN_E_ARG, "pen_tick_stream_create: no sign rule %d", (int)p->sign);
    if (p->quote_delay_ns < 0)
        return pen_fail(PEN_E_ARG, "pen_tick_stream_create: quote_delay_ns %lld, expected >= 0",
                        (long long)p->quote_delay_ns);
    return PEN_OK;
}

static pen_status init(pen_tick_stream *s, const pen_tick_params *p)
{
    PEN_TRY(check_params(p));
    s->cleaner = (tick_cleaner){ .crossed = p->crossed,
                                 .locked = p->locked,
                                 .duplicate = p->duplicate,
                                 .late = p->late,
                                 .size_zero = p->size_zero,
                                 .latest_ns = INT64_MIN };
    s->signer = (tick_signer){ .rule = p->sign,
                               .delay_ns = p->quote_delay_ns,
                               .mid = NAN,
                               .last_price = NAN,
                               .waiting = { .bytes = sizeof(tick_late_mid) } };
    return tick_bars_init(&s->bars, &p->bars);
}

pen_status pen_tick_stream_create(const pen_tick_params *params, pen_tick_stream **out)
{
    *out = NULL;
    pen_tick_params defaults = pen_tick_params_default();
    pen_tick_stream *s;
    PEN_TRY(PEN_NEW(&s));
    pen_status status = init(s, params != NULL ? params : &defaults);
    if (status != PEN_OK) {
        pen_tick_stream_destroy(s);
        return status;
    }
    *out = s;
    return PEN_OK;
}

void pen_tick_stream_destroy(pen_tick_stream *s)
{
    if (s == NULL)
        return;
    pen_free(s->signer.waiting.items);
    pen_free(s->bars.list);
    pen_free(s);
}

/* Each part takes over copies of what it points to; all are tried, so that a clone of which
 * one failed owns whatever it points to. */
pen_status pen_tick_stream_clone(const pen_tick_stream *from, pen_tick_stream **out)
{
    *out = NULL;
    pen_tick_stream *s;
    PEN_TRY(PEN_NEW(&s));
    *s = *from;
    const pen_status parts[] = { tick_ring_copy(&s->signer.waiting), tick_bars_copy(&s->bars) };
    for (size_t i = 0; i < PEN_COUNT(parts); i++)
        if (parts[i] != PEN_OK) {
            pen_tick_stream_destroy(s);
            return parts[i];
        }
    *out = s;
    return PEN_OK;
}

/* Room for all that one row can add, so that nothing fails half way. */
static inline pen_status reserve(pen_tick_stream *s)
{
    if (s->signer.delay_ns > 0)
        PEN_TRY(tick_ring_reserve(&s->signer.waiting));
    return tick_bars_reserve(&s->bars);
}

static inline void take_quote(pen_tick_stream *s, const pen_tick *t)
{
    double mid = 0.5 * t->bid + 0.5 * t->ask;
    s->totals.quotes++;
    tick_sign_quote(&s->signer, t->time_ns, mid);
}

static inline void take_trade(pen_tick_stream *s, const pen_tick *t)
{
    int side = tick_sign_trade(&s->signer, t->time_ns, t->price, t->side);
    pen_tick_totals *n = &s->totals;
    if (side == 0)
        tick_count_quirk(&s->cleaner, PEN_TICK_UNSIGNED);
    n->trades++;
    n->buys += side > 0;
    n->sells += side < 0;
    n->volume += t->size;
    n->money += t->price * t->size;
    n->buy_volume += side > 0 ? t->size : 0;
    n->sell_volume += side < 0 ? t->size : 0;
    tick_bars_trade(&s->bars, t->time_ns, t->price, t->size, side);
}

/* After reserve(). */
static inline void take(pen_tick_stream *s, pen_tick *t)
{
    tick_parts parts = tick_clean(&s->cleaner, t);
    if (!parts.has_trade && !parts.has_quote)
        return;
    if (s->totals.trades + s->totals.quotes == 0)
        s->totals.first_ns = t->time_ns;
    s->totals.last_ns = t->time_ns;
    tick_bars_time(&s->bars, t->time_ns);
    if (parts.has_quote)
        take_quote(s, t);
    if (parts.has_trade)
        take_trade(s, t);
}

pen_status pen_tick_stream_update(pen_tick_stream *s, const pen_tick *tick)
{
    pen_tick t = *tick;
    PEN_TRY(reserve(s));
    take(s, &t);
    return PEN_OK;
}

pen_status pen_tick_stream_run(pen_tick_stream *s, const pen_tick_columns *columns, size_t begin,
                               size_t end)
{
    if (begin > end || end > columns->n)
        return pen_fail(PEN_E_SHAPE, "pen_tick_stream_run: rows %zu to %zu of %zu", begin, end,
                        columns->n);
    for (size_t row = begin; row < end; row++) {
        pen_tick t = tick_of_row(columns, row);
        PEN_TRY(reserve(s));
        take(s, &t);
    }
    return PEN_OK;
}

uint64_t pen_tick_stream_rows(const pen_tick_stream *s)
{
    return s->cleaner.rows;
}

pen_quirk pen_tick_stream_quirk(const pen_tick_stream *s, pen_tick_quirk_kind kind)
{
    return (size_t)kind < PEN_TICK_QUIRK_COUNT ? s->cleaner.quirks[kind] : (pen_quirk){ 0 };
}

const pen_tick_bar *pen_tick_stream_bars(const pen_tick_stream *s, size_t *count)
{
    *count = s->bars.count;
    return s->bars.list;
}

bool pen_tick_stream_peek_bar(const pen_tick_stream *s, pen_tick_bar *bar)
{
    return tick_bars_peek(&s->bars, bar);
}

void pen_tick_stream_clear_bars(pen_tick_stream *s)
{
    s->bars.count = 0;
}

pen_tick_totals pen_tick_stream_totals(const pen_tick_stream *s)
{
    return s->totals;
}
