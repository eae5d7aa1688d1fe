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

/* Is there nothing that the close may break? */
static inline bool is_within(const pen_patterns *p, size_t bar, double close)
{
    return (close >= p->quiet_low) & (close <= p->quiet_high) & (bar < p->quiet_until);
}

/* A boundary may be broken, or a pivot found. */
static void take_event(pen_patterns *p)
{
    const moment *now = &p->now;
    swing found[2];
    if (!is_within(p, now->bar, now->close))
        candidates_check(p);
    size_t count = pivot_finder_update(&p->pivot_finder, now, found);
    for (size_t i = 0; i < count; i++)
        take_pivot(p, &found[i]);
    if (count > 0)
        candidates_check(p);
}

/* ---- many ---- */

/* Room for what the next bar may bring, so that a bar is taken whole. */
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

static inline double next_volume_average(double average, double volume)
{
    if (!(volume >= 0 && volume <= MOST))
        return average;
    return isnan(average) ? volume : average + (volume - average) * (2.0 / (VOLUME_BARS + 1));
}

/* The loop keeps the averages in registers; whatever else a bar does is take_event()'s. */
static pen_status take_bars(pen_patterns *p, size_t n, const double *highs, const double *lows,
                            const double *closes, const double *volumes)
{
    moment now = p->now;
    pivot_guard guard = p->pivot_finder.guard;
    double atr_bars = p->options.atr_bars, weight = 1 / atr_bars;
    size_t bar = p->bar;
    pen_status s = PEN_OK;
    for (size_t i = 0; i < n && s == PEN_OK; i++, bar++) {
        double high = highs[i], low = lows[i], close = closes[i];
        if (!(high >= low && is_price(high) && is_price(low) && is_price(close)))
            continue;
        if (now.ordinal == 0)
            now.close = p->first_close = close;
        double range = larger(high - low, larger(high - now.close, now.close - low));
        now.atr += (range - now.atr) * (now.ordinal < atr_bars ? 1 / (now.ordinal + 1) : weight);
        now.closes += close - p->first_close;
        now.ordinal++;
        now.close = close;
        double volume = volumes != NULL ? volumes[i] : NAN;
        now.volume_average = next_volume_average(now.volume_average, volume);
        if (is_within(p, bar, close) && pivot_is_quiet(&guard, high, low, now.atr))
            continue;
        now.bar = bar;
        now.high = high;
        now.low = low;
        now.volume = volume >= 0 && volume <= MOST ? volume : NAN;
        p->now = now;
        p->bar = bar;
        p->pivot_finder.guard = guard;
        take_event(p);
        guard = p->pivot_finder.guard;
        s = make_rooms(p);
    }
    p->now = now;
    p->pivot_finder.guard = guard;
    p->bar = bar;
    return s;
}

pen_status pen_patterns_feed(pen_patterns *p, const pen_pattern_bars *bars)
{
    if (bars->n == 0)
        return PEN_OK;
    if (bars->close == NULL)
        return pen_fail(PEN_E_ARG, "pen_patterns_feed: no closes");
    if ((bars->high == NULL) != (bars->low == NULL))
        return pen_fail(PEN_E_ARG, "pen_patterns_feed: only one of high and low");
    PEN_TRY(make_rooms(p));
    return take_bars(p, bars->n, bars->high != NULL ? bars->high : bars->close,
                     bars->low != NULL ? bars->low : bars->close, bars->close, bars->volume);
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
