/* Support and resistance: prices at which the market has turned before. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finder.h"

double strength_of(size_t touches, double recent, double volume)
{
    double n = (double)touches;
    return (1 - 1 / n) * (0.7 * recent + 0.3 * (volume / (n + volume)));
}

static double recency(const pen_patterns *p, const level *l)
{
    double h = p->options.recent_bars;
    return h / (h + (double)(p->now.bar - l->last));
}

/* The first level at or above a price; level_count if none. */
static size_t find_above(const pen_patterns *p, double px)
{
    size_t low = 0, count = p->level_count;
    while (count > 0) {
        size_t half = count / 2;
        bool is_below = p->levels[low + half].px < px;
        low += is_below ? half + 1 : 0;
        count = is_below ? count - half - 1 : half;
    }
    return low;
}

/* Removes the levels whose time is up, or else the one whose time is up first. */
static void forget(pen_patterns *p)
{
    double now = (double)p->now.bar, first = INFINITY;
    size_t kept = 0;
    for (size_t i = 0; i < LEVELS; i++)
        first = p->levels[i].kept_until < first ? p->levels[i].kept_until : first;
    double limit = first > now ? first : now;
    for (size_t i = 0; i < LEVELS; i++) {
        p->levels[kept] = p->levels[i];
        kept += p->levels[i].kept_until > limit;
    }
    p->level_count = kept;
}

static level *insert(pen_patterns *p, const swing *s)
{
    if (p->level_count == LEVELS)
        forget(p);
    size_t at = find_above(p, s->px);
    memmove(&p->levels[at + 1], &p->levels[at], (p->level_count++ - at) * sizeof *p->levels);
    p->levels[at] = (level){ .px = s->px, .first = s->bar, .kept_until = (double)s->bar };
    return &p->levels[at];
}

/* Touches the nearest level.  Its mean price moves towards the pivot, so never past a neighbour. */
void levels_touch(pen_patterns *p, const swing *s)
{
    size_t at = find_above(p, s->px);
    double above = at < p->level_count ? p->levels[at].px - s->px : INFINITY;
    double below = at > 0 ? s->px - p->levels[at - 1].px : INFINITY;
    double nearest = above < below ? above : below;
    bool is_near = nearest <= p->options.touch_atr * p->now.atr;
    level *l = !is_near ? insert(p, s) : above < below ? &p->levels[at] : &p->levels[at - 1];
    double recent = p->options.recent_bars, age = (double)s->bar;
    l->touches++;
    l->px += (s->px - l->px) / (double)l->touches;
    l->volume += volume_of(s);
    l->last = s->bar;
    l->kept_until = (l->kept_until > age ? l->kept_until : age) + recent;
}

static int stronger_first(const void *a, const void *b)
{
    const pen_level *x = a, *y = b;
    if (x->strength != y->strength)
        return x->strength < y->strength ? 1 : -1;
    return (x->px > y->px) - (x->px < y->px);
}

size_t pen_patterns_levels(const pen_patterns *p, size_t capacity, pen_level *out)
{
    pen_level all[LEVELS];
    size_t count = 0;
    for (size_t i = 0; i < p->level_count; i++) {
        const level *l = &p->levels[i];
        if (l->touches < 2)
            continue;
        all[count++] = (pen_level){ .px = l->px,
                                    .touches = l->touches,
                                    .first = l->first,
                                    .last = l->last,
                                    .is_support = l->px <= p->now.close,
                                    .strength = strength_of(l->touches, recency(p, l), l->volume) };
    }
    qsort(all, count, sizeof *all, stronger_first);
    count = count < capacity ? count : capacity;
    for (size_t i = 0; i < count; i++)
        out[i] = all[i];
    return count;
}
