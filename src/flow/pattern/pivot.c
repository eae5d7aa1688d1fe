/* Pivots, one bar at a time: turns by a distance (ATR, percent) and fractals. */
#include <math.h>

#include "finder.h"

static swing swing_of(const moment *now, int side)
{
    return (swing){ .px = side > 0 ? now->high : now->low,
                    .bar = now->bar,
                    .closes = now->closes,
                    .ordinal = now->ordinal,
                    .volume = volume_ratio(now),
                    .side = side };
}

void pivot_finder_init(pivot_finder *f, pen_pivot_rule rule, double size)
{
    f->rule = rule;
    f->size = size;
    f->guard = (pivot_guard){ .peak = -INFINITY, .back = INFINITY };
}

/* ---- turns by a distance ---- */

static double distance(const pivot_finder *f, const moment *now, double extreme_px)
{
    return f->rule == PEN_PIVOT_ATR ? f->size * now->atr : f->size / 100 * fabs(extreme_px);
}

/* The leg of a side goes to this bar, or on to it. */
static void extend(pivot_finder *f, const moment *now, int side)
{
    bool is_atr = f->rule == PEN_PIVOT_ATR;
    swing *peak = &f->extreme[side > 0];
    *peak = swing_of(now, side);
    f->guard = (pivot_guard){ .side = side,
                              .peak = side * peak->px,
                              .back = INFINITY,
                              .per_atr = is_atr ? f->size : 0,
                              .fixed = is_atr ? 0 : distance(f, now, peak->px) };
}

/* Before the first leg both extremes are those of all bars. */
static size_t first_turn(pivot_finder *f, const moment *now, swing *found)
{
    swing *low = &f->extreme[0], *high = &f->extreme[1];
    if (f->seen == 1) {
        *low = swing_of(now, PEN_PIVOT_LOW);
        *high = swing_of(now, PEN_PIVOT_HIGH);
        return 0;
    }
    if (now->low < low->px)
        *low = swing_of(now, PEN_PIVOT_LOW);
    if (now->high > high->px)
        *high = swing_of(now, PEN_PIVOT_HIGH);
    if (high->bar == low->bar || (high->bar != now->bar && low->bar != now->bar))
        return 0;
    const swing *first = high->bar < low->bar ? high : low;
    if (!(high->px - low->px > distance(f, now, first->px)))
        return 0;
    *found = *first;
    extend(f, now, -first->side);
    return 1;
}

/* The leg's extreme moves on, or the price has turned far enough from it.  What a bar
 * that sets the extreme does on its other side is left out: which came first is not known. */
static size_t next_turn(pivot_finder *f, const moment *now, swing *found)
{
    int side = f->guard.side;
    if (pivot_is_quiet(&f->guard, now->high, now->low, now->atr))
        return 0;
    if ((side > 0 ? now->high : -now->low) > f->guard.peak) {
        extend(f, now, side);
        return 0;
    }
    *found = f->extreme[side > 0];
    extend(f, now, -side);
    return 1;
}

/* ---- fractals ---- */

static size_t fractal(window *w, size_t seen, size_t n, const swing *here, swing *found)
{
    double height = here->side * here->px;
    bool is_found = false;
    while (w->front != w->back && w->at[w->front % WINDOW] + n < seen)
        w->front++;
    if (w->has_candidate && height > w->candidate.side * w->candidate.px)
        w->has_candidate = false;
    if (!w->has_candidate && seen > n && height > w->px[w->front % WINDOW]) {
        w->has_candidate = true;
        w->candidate_at = seen;
        w->candidate = *here;
    }
    if (w->has_candidate && seen - w->candidate_at == n) {
        w->has_candidate = false;
        *found = w->candidate;
        is_found = true;
    }
    while (w->front != w->back && w->px[(w->back - 1) % WINDOW] <= height)
        w->back--;
    w->px[w->back % WINDOW] = height;
    w->at[w->back++ % WINDOW] = seen;
    return is_found;
}

size_t pivot_finder_update(pivot_finder *f, const moment *now, swing found[2])
{
    f->seen++;
    if (f->rule != PEN_PIVOT_FRACTAL)
        return f->guard.side == 0 ? first_turn(f, now, found) : next_turn(f, now, found);
    size_t count = 0, n = (size_t)f->size;
    for (int side = -1; side <= 1; side += 2) {
        swing here = swing_of(now, side);
        count += fractal(&f->windows[side > 0], f->seen, n, &here, &found[count]);
    }
    return count;
}
