/* Patterns that wait for their breakout. */
#include <math.h>
#include <string.h>

#include "finder.h"

enum { QUIET_BARS = 64 };

double closeness(double deviation, double tolerance)
{
    double share = deviation / tolerance;
    return deviation == 0 ? 1 : share < 1 ? 1 - share : 0;
}

double evenness(size_t a, size_t b)
{
    size_t most = a > b ? a : b;
    return most > 0 ? (double)(a < b ? a : b) / (double)most : 0;
}

double rhythm(const pen_patterns *p, size_t first)
{
    size_t shortest = SIZE_MAX, all = swing_at(p, 0)->bar - swing_at(p, first)->bar;
    for (size_t k = 0; k < first; k++) {
        size_t leg = swing_at(p, k)->bar - swing_at(p, k + 1)->bar;
        shortest = leg < shortest ? leg : shortest;
    }
    return (double)shortest * (double)first / (double)all;
}

bool candidate_fits(const pen_patterns *p, int place, size_t first, double height)
{
    const pen_pattern_options *o = &p->options;
    size_t start = swing_at(p, first)->bar, bars = swing_at(p, 0)->bar - start;
    return height > 0 && height >= o->min_height_atr * p->now.atr && isfinite(height) &&
           bars >= o->min_bars && bars <= o->max_bars && start >= p->taken_until[place];
}

candidate candidate_begin(pen_pattern_kind kind, double height)
{
    return (candidate){ .match = { .kind = kind, .height_px = height } };
}

void candidate_point(candidate *c, const swing *s, pen_point_role role)
{
    c->match.points[c->match.point_count++] = (pen_pattern_point){ s->bar, s->px, role };
}

static double within_one(double x)
{
    return x > 0 ? x < 1 ? x : 1 : 0;
}

void candidate_watch(pen_patterns *p, int place, candidate *c, double fit, double symmetry)
{
    pen_pattern *m = &c->match;
    double size = m->height_px / (m->height_px + 4 * p->now.atr);
    m->start = m->points[0].bar;
    m->end = m->points[m->point_count - 1].bar;
    c->shape = within_one(fit) + within_one(symmetry) + within_one(size);
    if (c->expires == 0)
        c->expires = m->end + (m->end - m->start);
    p->places[place] = *c;
    p->live |= 1u << place;
}

/* ---- the breakout ---- */

static double quality_of(const candidate *c, double volume)
{
    return isnan(volume) ? c->shape / 3 : (c->shape + volume / (1 + volume)) / 4;
}

static pen_pattern_line line_of(boundary line, size_t bar)
{
    return (pen_pattern_line){ bar, boundary_at(line, (double)bar), line.slope };
}

/* Of the matches of one bar and direction the best stays. */
static bool makes_room(pen_patterns *p, const pen_pattern *m)
{
    for (size_t i = p->match_count; !p->options.keep_overlaps && i-- > 0;) {
        const pen_pattern *other = &p->matches[i];
        if (other->confirmed != m->confirmed)
            break;
        if (other->direction != m->direction)
            continue;
        if (other->quality >= m->quality)
            return false;
        memmove(&p->matches[i], &p->matches[i + 1], (--p->match_count - i) * sizeof *p->matches);
        break;
    }
    return true;
}

static void confirm(pen_patterns *p, int place, int direction)
{
    candidate *c = &p->places[place];
    pen_pattern m = c->match;
    double t = (double)p->now.bar;
    m.direction = direction;
    m.confirmed = p->now.bar;
    m.breakout_px = boundary_at(direction > 0 ? c->upper : c->lower, t);
    m.stop_px = boundary_at(direction > 0 ? c->lower : c->upper, t);
    m.target_px = m.breakout_px + direction * m.height_px;
    m.quality = quality_of(c, volume_ratio(&p->now));
    m.upper = line_of(c->upper, m.start);
    m.lower = line_of(c->lower, m.start);
    p->taken_until[place] = m.end;
    if (m.quality >= p->options.min_quality && makes_room(p, &m))
        p->matches[p->match_count++] = m;
}

/* Is the candidate done with after this close? */
static bool is_decided(pen_patterns *p, int place)
{
    const candidate *c = &p->places[place];
    double t = (double)p->now.bar, close = p->now.close;
    if (p->now.bar > c->expires)
        return true;
    bool is_above = close > boundary_at(c->upper, t), is_below = close < boundary_at(c->lower, t);
    if (is_above != is_below && c->confirms[is_above]) {
        confirm(p, place, is_above ? 1 : -1);
        return true;
    }
    return is_above || is_below;
}

/* The closes that no boundary minds over the next bars: straight lines are extreme at the ends. */
static void find_quiet(pen_patterns *p)
{
    size_t from = p->now.bar + 1, to = from + QUIET_BARS;
    for (unsigned rest = p->live; rest != 0; rest &= rest - 1) {
        size_t expires = p->places[__builtin_ctz(rest)].expires;
        to = expires < to ? expires : to;
    }
    to = to < from ? from : to;
    p->quiet_low = -INFINITY;
    p->quiet_high = INFINITY;
    p->quiet_until = to;
    double a = (double)from, b = (double)to;
    for (unsigned rest = p->live; rest != 0; rest &= rest - 1) {
        const candidate *c = &p->places[__builtin_ctz(rest)];
        p->quiet_high =
            smaller(p->quiet_high, smaller(boundary_at(c->upper, a), boundary_at(c->upper, b)));
        p->quiet_low =
            larger(p->quiet_low, larger(boundary_at(c->lower, a), boundary_at(c->lower, b)));
    }
    for (unsigned rest = p->watching; rest != 0; rest &= rest - 1) {
        const watched_line *w = &p->watched[__builtin_ctz(rest)];
        double first = boundary_at(w->line, a), last = boundary_at(w->line, b);
        if (p->lines[w->index].is_up)
            p->quiet_low = larger(p->quiet_low, larger(first, last));
        else
            p->quiet_high = smaller(p->quiet_high, smaller(first, last));
    }
}

void candidates_check(pen_patterns *p)
{
    for (unsigned rest = p->live; rest != 0; rest &= rest - 1) {
        int place = __builtin_ctz(rest);
        if (is_decided(p, place))
            p->live &= ~(1u << place);
    }
    trend_lines_check(p);
    find_quiet(p);
}
