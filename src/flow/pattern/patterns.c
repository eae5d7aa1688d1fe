/* The finder: each bar to averages, pivots, swings, and whoever watches them. */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "finder.h"

enum { VOLUME_BARS = 50 };
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
    (*out)->pivot_finder.rule = o.rule;
    (*out)->pivot_finder.size = o.size;
    (*out)->quiet_low = -INFINITY;
    (*out)->quiet_high = INFINITY;
    (*out)->quiet_until = SIZE_MAX;
    (*out)->volume_average = NAN;
    (*out)->last_close = NAN;
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

/* NaN where there is no volume, or no average to hold it against. */
static double volume_ratio(pen_patterns *p, double volume)
{
    double *average = &p->volume_average;
    if (!(volume >= 0 && isfinite(volume)))
        return NAN;
    *average += isnan(*average) ? NAN : (volume - *average) * (2.0 / (VOLUME_BARS + 1));
    if (isnan(*average))
        *average = volume;
    return *average > 0 ? volume / *average : NAN;
}

static void take_averages(pen_patterns *p, double high, double low, double close, double volume)
{
    moment *now = &p->now;
    double range = high - low, seen = now->ordinal + 1;
    if (seen <= p->options.atr_bars)
        p->atr_weight = 1 / seen;
    if (now->ordinal == 0) {
        p->first_close = p->last_close = close;
    } else {
        double up = high - p->last_close, down = p->last_close - low;
        range = range > up ? range : up;
        range = range > down ? range : down;
    }
    now->bar = p->bar;
    now->high = high;
    now->low = low;
    now->close = close;
    now->atr += (range - now->atr) * p->atr_weight;
    now->closes += close - p->first_close;
    now->ordinal = seen;
    now->volume = volume_ratio(p, volume);
    p->last_close = close;
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

static void take_bar(pen_patterns *p, double high, double low, double close, double volume)
{
    swing found[2];
    take_averages(p, high, low, close, volume);
    if (!(close >= p->quiet_low && close <= p->quiet_high && p->bar < p->quiet_until))
        candidates_check(p);
    size_t count = pivot_finder_update(&p->pivot_finder, &p->now, found);
    if (count == 0)
        return;
    for (size_t i = 0; i < count; i++)
        take_pivot(p, &found[i]);
    candidates_check(p);
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
static bool is_price(double x)
{
    return fabs(x) <= 1e150;
}

pen_status pen_patterns_feed(pen_patterns *p, const pen_pattern_bars *bars)
{
    if (bars->n == 0)
        return PEN_OK;
    if (bars->close == NULL)
        return pen_fail(PEN_E_ARG, "pen_patterns_feed: no closes");
    if ((bars->high == NULL) != (bars->low == NULL))
        return pen_fail(PEN_E_ARG, "pen_patterns_feed: only one of high and low");
    const double *highs = bars->high != NULL ? bars->high : bars->close;
    const double *lows = bars->low != NULL ? bars->low : bars->close;
    for (size_t i = 0; i < bars->n; i++, p->bar++) {
        double high = highs[i], low = lows[i], close = bars->close[i];
        if (!(high >= low && is_price(high) && is_price(low) && is_price(close)))
            continue;
        PEN_TRY(make_rooms(p));
        take_bar(p, high, low, close, bars->volume != NULL ? bars->volume[i] : NAN);
    }
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
