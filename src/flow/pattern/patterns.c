/* The finder: each bar to averages, pivots, swings, and whoever watches them. */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "finder.h"

enum { VOLUME_BARS = 50 };
static const double MOST = 1e150; /* of prices and volumes */
/* The most that one bar adds: a match a place in each of two checks, pivots and lines of both
 * sides. */
enum { MOST_MATCHES = 2 * PLACES, MOST_PIVOTS = 2 };

pen_status pen_patterns_create(const pen_pattern_options *options, pen_patterns **out)
{
    pen_pattern_options o = options != NULL ? *options : pen_pattern_options_default();
    *out = NULL;
    PEN_TRY(pattern_options_check(&o));
    PEN_TRY(PEN_NEW(out));
    (*out)->options = o;
    pivot_finder_init(&(*out)->pivot_finder, o.rule, o.size);
    (*out)->quiet_low = -INFINITY;
    (*out)->quiet_high = INFINITY;
    (*out)->quiet_until = SIZE_MAX;
    (*out)->now.volume_average = (*out)->now.close = NAN;
    return PEN_OK;
}

void pen_patterns_destroy(pen_patterns *p)
{
    if (p == NULL)
        return;
    pen_free(p->matches);
    pen_free(p->pivots);
    pen_free(p->lines);
    pen_free(p);
}

/* ---- one bar ---- */

/* From one bar to the next, in few operations: most bars need no others. */
static inline moment advance(const moment *last, size_t bar, double high, double low, double close,
                             double volume, double first_close, double atr_weight)
{
    double range = larger(high - low, larger(high - last->close, last->close - low));
    double average = last->volume_average;
    bool has_volume = volume >= 0 && volume <= MOST;
    average = !has_volume      ? average
              : isnan(average) ? volume
                               : average + (volume - average) * (2.0 / (VOLUME_BARS + 1));
    return (moment){ .bar = bar,
                     .high = high,
                     .low = low,
                     .close = close,
                     .volume = has_volume ? volume : NAN,
                     .atr = last->atr + (range - last->atr) * atr_weight,
                     .volume_average = average,
                     .closes = last->closes + (close - first_close),
                     .ordinal = last->ordinal + 1 };
}

/* Of two in a row on one side the further counts, and of one bar the first. */
static bool take_swing(pen_patterns *p, const swing *s)
{
    if (p->swing_count > 0) {
        const swing *last = swing_at(p, 0);
        if (s->bar <= last->bar)
            return false;
        if (s->side == last->side) {
            if (!(s->side * (s->px - last->px) > 0))
                return false;
            p->swing_count--;
        }
    }
    p->swings[p->swing_count++ % SWINGS] = *s;
    return true;
}

static void take_pivot(pen_patterns *p, const swing *s)
{
    p->pivots[p->pivot_count++] = (pen_pivot){ s->bar, p->bar, s->px, s->side };
    levels_touch(p, s);
    if (!take_swing(p, s))
        return;
    trend_lines_touch(p);
    if (p->options.kinds == 0)
        return;
    find_head_and_shoulders(p);
    find_tops(p);
    find_range(p);
    find_flag(p);
    find_cup(p);
}

/* A boundary may be broken, or a pivot found. */
static void take_event(pen_patterns *p)
{
    const moment *now = &p->now;
    swing found[2];
    if (!(now->close >= p->quiet_low && now->close <= p->quiet_high && now->bar < p->quiet_until))
        candidates_check(p);
    if (now->high <= p->pivot_finder.quiet_high && now->low >= p->pivot_finder.quiet_low)
        return;
    size_t count = pivot_finder_update(&p->pivot_finder, now, found);
    for (size_t i = 0; i < count; i++)
        take_pivot(p, &found[i]);
    if (count > 0)
        candidates_check(p);
}

static inline bool is_event(const pen_patterns *p, const moment *now)
{
    bool is_quiet = (now->close >= p->quiet_low) & (now->close <= p->quiet_high) &
                    (now->bar < p->quiet_until) & (now->high <= p->pivot_finder.quiet_high) &
                    (now->low >= p->pivot_finder.quiet_low);
    return !is_quiet;
}

/* ---- many ---- */

/* Room for what one bar may bring, so that a bar is taken whole or not at all. */
static pen_status make_room(void **list, size_t bytes, size_t count, size_t most, size_t *room)
{
    if (count + most <= *room)
        return PEN_OK;
    size_t wanted = 2 * *room + most + 64;
    PEN_TRY(pen_realloc(list, wanted, bytes));
    *room = wanted;
    return PEN_OK;
}

static pen_status make_rooms(pen_patterns *p)
{
    PEN_TRY(make_room((void **)&p->matches, sizeof *p->matches, p->match_count, MOST_MATCHES,
                      &p->match_room));
    PEN_TRY(make_room((void **)&p->pivots, sizeof *p->pivots, p->pivot_count, MOST_PIVOTS,
                      &p->pivot_room));
    return make_room((void **)&p->lines, sizeof *p->lines, p->line_count, MOST_PIVOTS,
                     &p->line_room);
}

/* Neither missing nor so large that squares and sums overflow. */
static inline bool is_price(double x)
{
    return fabs(x) <= MOST;
}

static pen_status take_bars(pen_patterns *p, size_t n, const double *highs, const double *lows,
                            const double *closes, const double *volumes)
{
    moment now = p->now;
    double atr_bars = p->options.atr_bars, atr_weight = 1 / atr_bars;
    for (size_t i = 0, bar = p->bar; i < n; i++, bar++) {
        double high = highs[i], low = lows[i], close = closes[i];
        if (!(high >= low && is_price(high) && is_price(low) && is_price(close)))
            continue;
        if (now.ordinal == 0)
            now.close = p->first_close = close;
        double weight = now.ordinal < atr_bars ? 1 / (now.ordinal + 1) : atr_weight;
        moment next = advance(&now, bar, high, low, close, volumes != NULL ? volumes[i] : NAN,
                              p->first_close, weight);
        if (is_event(p, &next)) {
            pen_status s = make_rooms(p);
            p->now = s == PEN_OK ? next : now;
            p->bar = bar;
            PEN_TRY(s);
            take_event(p);
        }
        now = next;
    }
    p->now = now;
    return PEN_OK;
}

pen_status pen_patterns_feed(pen_patterns *p, const pen_pattern_bars *bars)
{
    size_t end = p->bar + bars->n;
    if (bars->n == 0)
        return PEN_OK;
    if (bars->close == NULL)
        return pen_fail(PEN_E_ARG, "pen_patterns_feed: no closes");
    if ((bars->high == NULL) != (bars->low == NULL))
        return pen_fail(PEN_E_ARG, "pen_patterns_feed: only one of high and low");
    PEN_TRY(take_bars(p, bars->n, bars->high != NULL ? bars->high : bars->close,
                      bars->low != NULL ? bars->low : bars->close, bars->close, bars->volume));
    p->bar = end;
    return PEN_OK;
}

size_t pen_patterns_bar_count(const pen_patterns *p)
{
    return p->bar;
}

const pen_pattern *pen_patterns_matches(const pen_patterns *p, size_t *count)
{
    *count = p->match_count;
    return p->matches;
}

const pen_pivot *pen_patterns_pivots(const pen_patterns *p, size_t *count)
{
    *count = p->pivot_count;
    return p->pivots;
}

const pen_trend_line *pen_patterns_trend_lines(const pen_patterns *p, size_t *count)
{
    *count = p->line_count;
    return p->lines;
}
