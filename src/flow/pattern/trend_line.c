/* Trend lines: up through rising lows, down through falling highs. */
#include <math.h>

#include "finder.h"

/* A line from the latest swing back to an earlier one of its side, and what it touches. */
typedef struct trial {
    boundary line;
    size_t first; /* age of the earlier swing; 0 = none */
    size_t touches;
    double volume;
} trial;

/* Swings of one side are every other one. */
static void count_touches(const pen_patterns *p, trial *t)
{
    double tolerance = p->options.touch_atr * p->now.atr;
    for (size_t k = 0; k <= t->first; k += 2) {
        const swing *s = swing_at(p, k);
        bool is_end = k == 0 || k == t->first;
        if (!is_end && fabs(s->px - boundary_at(t->line, (double)s->bar)) > tolerance)
            continue;
        t->touches++;
        t->volume += volume_of(s);
    }
}

/* The line with the most touches, three or more, that no swing between lies beyond.  Going back,
 * each swing bounds how shallow the lines to those before it can be; one no steeper than the
 * steepest that still touches a swing between touches three. */
static trial find_line(const pen_patterns *p)
{
    const swing *s = swing_at(p, 0);
    double tolerance = p->options.touch_atr * p->now.atr, shallowest = -INFINITY;
    double steepest = -INFINITY;
    trial best = { .touches = 2 };
    for (size_t k = 2; k < p->swing_count && k <= 2 * SAME_SIDE; k += 2) {
        const swing *other = swing_at(p, k);
        double per_bar = 1 / (double)(s->bar - other->bar), rise = s->side * (other->px - s->px);
        double steep = rise * per_bar; /* towards the line's own side, going back */
        if (steep > 0 && steep >= shallowest && steep <= steepest) {
            trial t = { .first = k,
                        .line = boundary_through(other->bar, other->px, s->bar, s->px) };
            count_touches(p, &t);
            best = t.touches > best.touches ? t : best;
        }
        shallowest = larger(shallowest, (rise - tolerance) * per_bar);
        steepest = larger(steepest, (rise + tolerance) * per_bar);
    }
    return best;
}

/* Adds the touch to the lines under watch; false if it is on none. */
static bool touch(pen_patterns *p, const swing *s)
{
    double tolerance = p->options.touch_atr * p->now.atr;
    bool is_touched = false;
    for (unsigned rest = p->watching; rest != 0; rest &= rest - 1) {
        watched_line *w = &p->watched[__builtin_ctz(rest)];
        pen_trend_line *line = &p->lines[w->index];
        if (line->is_up == (s->side > 0) ||
            !(fabs(s->px - boundary_at(w->line, (double)s->bar)) <= tolerance))
            continue;
        w->volume += volume_of(s);
        line->touches++;
        line->last = s->bar;
        line->strength = strength_of(line->touches, 1, w->volume);
        is_touched = true;
    }
    return is_touched;
}

/* A free place of the side, or that of the line touched longest ago. */
static int place_for(const pen_patterns *p, bool is_up)
{
    int first = is_up ? WATCHED_LINES / 2 : 0, oldest = first;
    for (int i = first; i < first + WATCHED_LINES / 2; i++) {
        if (!(p->watching >> i & 1))
            return i;
        if (p->lines[p->watched[i].index].last < p->lines[p->watched[oldest].index].last)
            oldest = i;
    }
    return oldest;
}

static void begin(pen_patterns *p, const trial *t)
{
    const swing *s = swing_at(p, 0), *first = swing_at(p, t->first);
    int place = place_for(p, s->side < 0);
    p->watched[place] =
        (watched_line){ .index = p->line_count, .line = t->line, .volume = t->volume };
    p->watching |= 1u << place;
    p->lines[p->line_count++] =
        (pen_trend_line){ .is_up = s->side < 0,
                          .line = { first->bar, first->px, t->line.slope },
                          .touches = t->touches,
                          .first = first->bar,
                          .last = s->bar,
                          .confirmed = p->now.bar,
                          .strength = strength_of(t->touches, 1, t->volume) };
}

void trend_lines_touch(pen_patterns *p)
{
    const swing *s = swing_at(p, 0);
    if (touch(p, s))
        return;
    trial best = find_line(p);
    double close = boundary_at(best.line, (double)p->now.bar);
    if (best.first != 0 && !(s->side * (p->now.close - close) > 0))
        begin(p, &best);
}

void trend_lines_check(pen_patterns *p)
{
    for (unsigned rest = p->watching; rest != 0; rest &= rest - 1) {
        int place = __builtin_ctz(rest);
        const watched_line *w = &p->watched[place];
        pen_trend_line *line = &p->lines[w->index];
        double above = p->now.close - boundary_at(w->line, (double)p->now.bar);
        if (!(line->is_up ? above < 0 : above > 0))
            continue;
        line->is_broken = true;
        line->broken = p->now.bar;
        p->watching &= ~(1u << place);
    }
}
