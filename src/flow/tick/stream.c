/* The tick stream: a row is cleaned, its trade signed, and every part brought up to date. */
#include "stream.h"

#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"

/* What must be in the loop over rows, for speed. */
#define ALWAYS_INLINE inline __attribute__((always_inline))

pen_tick_params pen_tick_params_default(void)
{
    return (pen_tick_params){ .locked = PEN_TICK_KEEP,
                              .window_s = 10,
                              .vpin_buckets = 50,
                              .horizon_ns = 5000000000,
                              .regression_ns = 60000000000,
                              .gap_ns = 3600000000000 };
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
    if (!(p->window_s >= 1e-9 && p->window_s <= 1e9))
        return pen_fail(PEN_E_ARG, "pen_tick_stream_create: window_s %g, expected 1e-9 to 1e9",
                        p->window_s);
    return PEN_OK;
}

static pen_status init_signals(pen_tick_stream *s, const pen_tick_params *p)
{
    if (p->n_signals == 0)
        return PEN_OK;
    PEN_TRY(pen_alloc(p->n_signals, sizeof *s->signals, (void **)&s->signals));
    for (s->n_signals = 0; s->n_signals < p->n_signals; s->n_signals++)
        PEN_TRY(tick_signal_parse(p->signals[s->n_signals], &s->signals[s->n_signals]));
    return PEN_OK;
}

static pen_status init(pen_tick_stream *s, const pen_tick_params *p)
{
    PEN_TRY(check_params(p));
    s->cleaner = tick_cleaner_of(p);
    s->flow = tick_flow_of(p->window_s);
    s->signer = (tick_signer){ .rule = p->sign,
                               .delay_ns = p->quote_delay_ns,
                               .mid = NAN,
                               .last_price = NAN,
                               .waiting = { .bytes = sizeof(tick_late_mid) } };
    PEN_TRY(tick_bars_init(&s->bars, &p->bars));
    PEN_TRY(tick_vpin_init(&s->vpin, p));
    PEN_TRY(tick_measures_init(&s->measures, p));
    PEN_TRY(tick_samplers_init(&s->samplers, p));
    s->has_extras = p->bars.kind != PEN_TICK_BAR_NONE || p->vpin_bucket > 0 || p->has_measures ||
                    p->n_intervals > 0;
    s->has_queues = s->has_extras || p->quote_delay_ns > 0;
    return init_signals(s, p);
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
    pen_free(s->vpin.imbalance);
    pen_free(s->measures.waiting.items);
    pen_free(s->signals);
    pen_free(s->events);
    pen_free(s);
}

/* Gives *list, another's, [count] items of its own; NULL on failure. */
static pen_status copy_list(void *list, size_t count, size_t bytes)
{
    void *from, *to = NULL;
    memcpy(&from, list, sizeof from);
    pen_status status = count > 0 ? pen_alloc(count, bytes, &to) : PEN_OK;
    if (to != NULL)
        memcpy(to, from, count * bytes);
    memcpy(list, &to, sizeof to);
    return status;
}

/* Each part takes over copies of what it points to; all are tried, so that a clone of which
 * one failed owns whatever it points to. */
pen_status pen_tick_stream_clone(const pen_tick_stream *from, pen_tick_stream **out)
{
    *out = NULL;
    pen_tick_stream *s;
    PEN_TRY(PEN_NEW(&s));
    *s = *from;
    s->events_capacity = s->n_events;
    const pen_status parts[] = { tick_ring_copy(&s->signer.waiting),
                                 tick_bars_copy(&s->bars),
                                 tick_vpin_copy(&s->vpin),
                                 tick_ring_copy(&s->measures.waiting),
                                 copy_list(&s->signals, s->n_signals, sizeof *s->signals),
                                 copy_list(&s->events, s->n_events, sizeof *s->events) };
    for (size_t i = 0; i < PEN_COUNT(parts); i++)
        if (parts[i] != PEN_OK) {
            pen_tick_stream_destroy(s);
            return parts[i];
        }
    *out = s;
    return PEN_OK;
}

/* ---- rows ---- */

static pen_status grow_events(pen_tick_stream *s)
{
    size_t capacity;
    PEN_TRY(pen_size_mul(s->events_capacity, 2, &capacity));
    PEN_TRY(pen_size_add(capacity, s->n_signals + 16, &capacity));
    PEN_TRY(pen_realloc((void **)&s->events, capacity, sizeof *s->events));
    s->events_capacity = capacity;
    return PEN_OK;
}

static pen_status reserve_queues(pen_tick_stream *s)
{
    if (s->events_capacity - s->n_events < s->n_signals)
        PEN_TRY(grow_events(s));
    if (s->signer.delay_ns > 0)
        PEN_TRY(tick_ring_reserve(&s->signer.waiting));
    if (s->measures.is_on)
        PEN_TRY(tick_ring_reserve(&s->measures.waiting));
    return tick_bars_reserve(&s->bars);
}

/* Room for all that one row can add, so that nothing fails half way. */
static ALWAYS_INLINE pen_status reserve(pen_tick_stream *s)
{
    if ((s->events_capacity - s->n_events < s->n_signals) | s->has_queues)
        return reserve_queues(s);
    return PEN_OK;
}

/* Time passes before the row's parts count. */
static void take_time_extras(pen_tick_stream *s, int64_t time_ns)
{
    if (s->bars.period_ns > 0)
        tick_bars_time(&s->bars, time_ns);
    if (s->vpin.bulk_ns > 0)
        tick_vpin_time(&s->vpin, time_ns);
    if (s->measures.is_on)
        tick_measures_time(&s->measures, time_ns);
    if (s->samplers.n > 0)
        tick_samplers_time(&s->samplers, time_ns);
}

static void take_quote_extras(pen_tick_stream *s, double mid, double spread, double change)
{
    if (s->measures.is_on)
        tick_measures_quote(&s->measures, mid, spread, change);
    if (s->samplers.n > 0)
        tick_samplers_price(&s->samplers, mid, true);
}

static void take_trade_extras(pen_tick_stream *s, int64_t time_ns, double price, double size,
                              int side)
{
    if (s->bars.rule.kind != PEN_TICK_BAR_NONE)
        tick_bars_trade(&s->bars, time_ns, price, size, side);
    if (s->vpin.bucket > 0)
        tick_vpin_trade(&s->vpin, time_ns, price, size, side);
    if (s->measures.is_on)
        tick_measures_trade(&s->measures, time_ns, price, size, side);
    if (s->samplers.n > 0)
        tick_samplers_price(&s->samplers, price, false);
}

static ALWAYS_INLINE void take_time(pen_tick_stream *s, int64_t time_ns)
{
    if (!s->has_used) {
        s->has_used = true;
        s->first_ns = s->flow.time_ns = time_ns;
    }
    s->last_ns = time_ns;
    s->flow.side = 0;
    if (s->has_extras)
        take_time_extras(s, time_ns);
}

static ALWAYS_INLINE void take_quote(pen_tick_stream *s, const pen_tick *t, tick_change *change)
{
    double mid = 0.5 * t->bid + 0.5 * t->ask;
    s->quotes++;
    tick_sign_quote(&s->signer, t->time_ns, mid);
    change->ofi = tick_flow_quote(&s->flow, t, mid);
    if (s->has_extras)
        take_quote_extras(s, mid, t->ask - t->bid, change->ofi);
}

static ALWAYS_INLINE void take_trade(pen_tick_stream *s, const pen_tick *t, tick_change *change)
{
    int side = tick_sign_trade(&s->signer, t->time_ns, t->price, t->side);
    if (side == 0)
        tick_count_quirk(&s->cleaner, PEN_TICK_UNSIGNED);
    s->trades[side + 1]++;
    s->volume[side + 1] += t->size;
    s->money += t->price * t->size;
    tick_flow_trade(&s->flow, t->price, side);
    change->signed_size = side * t->size;
    change->size = t->size;
    change->trades = 1;
    if (s->has_extras)
        take_trade_extras(s, t->time_ns, t->price, t->size, side);
}

static inline double feature(const pen_tick_stream *s, pen_tick_feature_kind kind)
{
    const tick_flow *f = &s->flow;
    switch (kind) {
    case PEN_TICK_FEATURE_PRICE:
        return f->price;
    case PEN_TICK_FEATURE_SIDE:
        return f->side;
    case PEN_TICK_FEATURE_MID:
        return f->mid;
    case PEN_TICK_FEATURE_MICRO:
        return tick_micro(f);
    case PEN_TICK_FEATURE_SPREAD_BPS:
        return 10000 * ((f->ask - f->bid) / f->mid);
    case PEN_TICK_FEATURE_EFFECTIVE_BPS:
        return tick_effective_bps(f);
    case PEN_TICK_FEATURE_BOOK:
        return tick_book(f);
    case PEN_TICK_FEATURE_OFI:
        return !isnan(f->mid) ? f->ofi : NAN;
    case PEN_TICK_FEATURE_IMBALANCE:
        return f->size > 0 ? f->signed_size / f->size : isnan(f->price) ? NAN : 0;
    case PEN_TICK_FEATURE_INTENSITY:
        return f->trades / f->window_s;
    case PEN_TICK_FEATURE_VPIN:
        return s->vpin.value;
    default:
        return NAN;
    }
}

static inline void check_signals(pen_tick_stream *s, int64_t time_ns)
{
    for (size_t i = 0; i < s->n_signals; i++) {
        tick_signal *signal = &s->signals[i];
        double value = feature(s, signal->feature);
        if (tick_signal_fires(signal, time_ns, value))
            s->events[s->n_events++] = (pen_tick_event){ time_ns, s->cleaner.rows - 1, i, value };
    }
}

/* A clean row, after reserve(). */
static ALWAYS_INLINE void take(pen_tick_stream *s, const pen_tick *t, tick_parts parts)
{
    if (!parts.has_trade && !parts.has_quote)
        return;
    tick_change change = { 0 };
    take_time(s, t->time_ns);
    double fade = tick_flow_fade(&s->flow, t->time_ns);
    if (parts.has_quote)
        take_quote(s, t, &change);
    if (parts.has_trade)
        take_trade(s, t, &change);
    tick_flow_add(&s->flow, fade, &change);
    check_signals(s, t->time_ns);
}

pen_status pen_tick_stream_update(pen_tick_stream *s, const pen_tick *tick)
{
    pen_tick t = *tick;
    PEN_TRY(reserve(s));
    tick_parts parts = tick_clean(&s->cleaner, &t);
    take(s, &t, parts);
    return PEN_OK;
}

/* Features to write, and where. */
typedef struct writer {
    int kinds[PEN_TICK_FEATURE_COUNT], n;
    double *const *out;
} writer;

/* Rows from *row to end, as update() takes them; the row before is looked up where an odd one
 * asks for it.  Compiled once for each kind of source, whose other part then costs nothing. */
static ALWAYS_INLINE pen_status run(pen_tick_stream *s, const pen_tick_columns *c, size_t begin,
                                    size_t *row, size_t end, const writer *w, bool has_trades,
                                    bool has_quotes)
{
    for (*row = begin; *row < end; ++*row) {
        pen_tick t = tick_of_row(c, *row, has_trades, has_quotes);
        tick_parts parts;
        PEN_TRY(reserve(s));
        if (tick_is_plain(&s->cleaner, &t, &parts)) {
            s->cleaner.rows++;
            s->cleaner.latest_ns = t.time_ns;
        } else {
            if (*row > begin)
                s->cleaner.before = pen_tick_at(c, *row - 1);
            pen_tick odd = pen_tick_at(c, *row); /* so that t needs no address */
            parts = tick_clean_odd(&s->cleaner, &odd);
            t = odd;
        }
        take(s, &t, parts);
        for (int k = 0; k < w->n; k++)
            w->out[w->kinds[k]][*row] = feature(s, (pen_tick_feature_kind)w->kinds[k]);
    }
    return PEN_OK;
}

pen_status pen_tick_stream_run(pen_tick_stream *s, const pen_tick_columns *c, size_t begin,
                               size_t end, double *const *out)
{
    bool has_trades = c->price != NULL, has_quotes = c->bid != NULL && c->ask != NULL;
    size_t next;
    writer w = { .out = out };
    if (begin > end || end > c->n)
        return pen_fail(PEN_E_SHAPE, "pen_tick_stream_run: rows %zu to %zu of %zu", begin, end,
                        c->n);
    for (int k = 0; out != NULL && k < PEN_TICK_FEATURE_COUNT; k++)
        if (out[k] != NULL)
            w.kinds[w.n++] = k;
    pen_status status = has_trades && has_quotes ? run(s, c, begin, &next, end, &w, true, true)
                        : has_trades             ? run(s, c, begin, &next, end, &w, true, false)
                                                 : run(s, c, begin, &next, end, &w, false, true);
    if (next > begin)
        s->cleaner.before = pen_tick_at(c, next - 1);
    return status;
}

/* ---- results ---- */

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
    return (pen_tick_totals){ .first_ns = s->first_ns,
                              .last_ns = s->last_ns,
                              .trades = s->trades[0] + s->trades[1] + s->trades[2],
                              .quotes = s->quotes,
                              .buys = s->trades[2],
                              .sells = s->trades[0],
                              .volume = s->volume[0] + s->volume[1] + s->volume[2],
                              .money = s->money,
                              .buy_volume = s->volume[2],
                              .sell_volume = s->volume[0] };
}

double pen_tick_stream_feature(const pen_tick_stream *s, pen_tick_feature_kind kind)
{
    return feature(s, kind);
}

const pen_tick_event *pen_tick_stream_events(const pen_tick_stream *s, size_t *count)
{
    *count = s->n_events;
    return s->events;
}

void pen_tick_stream_clear_events(pen_tick_stream *s)
{
    s->n_events = 0;
}

pen_tick_measures pen_tick_stream_measures(const pen_tick_stream *s)
{
    pen_tick_measures m = tick_measures_read(&s->measures);
    m.vpin = s->vpin.value;
    m.vpin_mean = s->vpin.sum / (double)s->vpin.values;
    m.vpin_buckets = s->vpin.finished;
    return m;
}

pen_tick_variance pen_tick_stream_variance(const pen_tick_stream *s, size_t i)
{
    return i < s->samplers.n ? s->samplers.list[i].sums : (pen_tick_variance){ 0 };
}
