/* Patterns between two boundaries: triangles, wedges, rectangles, channels, broadening
 * formations.  The turns of each side lie on a straight line; the two slopes say which. */
#include <math.h>

#include "finder.h"

enum { FEWEST_TURNS = 5, MOST_TURNS = 8 };

/* Least squares through the swings of one side, bars counted from the latest. */
typedef struct fit {
    double n, x, y, xx, xy;
} fit;

static void fit_add(fit *f, double x, double y)
{
    f->n++;
    f->x += x;
    f->y += y;
    f->xx += x * x;
    f->xy += x * y;
}

static boundary fit_line(const fit *f)
{
    double spread = f->n * f->xx - f->x * f->x;
    double slope = (f->n * f->xy - f->x * f->y) / spread;
    return (boundary){ (f->y - slope * f->x) / f->n, slope };
}

typedef struct range {
    size_t turns;
    boundary upper, lower; /* over bars from the latest swing */
    double length;         /* bars, first to latest swing */
    double first, last;    /* widths there */
    double off;            /* the most that a turn lies off its boundary */
} range;

static double bars_before(const pen_patterns *p, size_t k)
{
    return -(double)(swing_at(p, 0)->bar - swing_at(p, k)->bar);
}

static bool is_fit(const pen_patterns *p, range *r)
{
    r->length = -bars_before(p, r->turns - 1);
    r->first = boundary_at(r->upper, -r->length) - boundary_at(r->lower, -r->length);
    r->last = r->upper.at - r->lower.at;
    r->off = 0;
    if (!(r->first > 0 && r->last > 0))
        return false;
    for (size_t k = 0; k < r->turns; k++) {
        boundary line = swing_at(p, k)->side > 0 ? r->upper : r->lower;
        double off = fabs(swing_at(p, k)->px - boundary_at(line, bars_before(p, k)));
        r->off = off > r->off ? off : r->off;
    }
    return r->off <= p->options.fit_frac * 0.5 * (r->first + r->last);
}

/* The longest stretch of the latest swings that lies on two lines. */
static bool find_longest(const pen_patterns *p, range *out)
{
    fit sides[2] = { 0 };
    bool is_found = false;
    double start = swing_at(p, 0)->px; /* differences keep digits */
    for (size_t k = 0; k < p->swing_count && k < MOST_TURNS; k++) {
        const swing *s = swing_at(p, k);
        fit_add(&sides[s->side > 0], bars_before(p, k), s->px - start);
        if (k + 1 < FEWEST_TURNS)
            continue;
        range r = { .turns = k + 1, .upper = fit_line(&sides[1]), .lower = fit_line(&sides[0]) };
        r.upper.at += start;
        r.lower.at += start;
        if (!is_fit(p, &r))
            break;
        if (candidate_fits(p, 2 * RANGE, k, larger(r.first, r.last))) {
            *out = r;
            is_found = true;
        }
    }
    return is_found;
}

/* PEN_PATTERN_COUNT if it is none of them. */
static pen_pattern_kind kind_of(const pen_pattern_options *o, const range *r)
{
    double height = larger(r->first, r->last), ratio = r->last / r->first;
    double up = r->upper.slope * r->length / height, low = r->lower.slope * r->length / height;
    int upper = up > o->flat_frac ? 1 : up < -o->flat_frac ? -1 : 0;
    int lower = low > o->flat_frac ? 1 : low < -o->flat_frac ? -1 : 0;
    if (ratio < o->converge_frac) {
        if (upper < 0 && lower > 0)
            return PEN_PATTERN_SYMMETRICAL_TRIANGLE;
        if (upper == 0 && lower > 0)
            return PEN_PATTERN_ASCENDING_TRIANGLE;
        if (upper < 0 && lower == 0)
            return PEN_PATTERN_DESCENDING_TRIANGLE;
        return upper > 0 && lower > 0   ? PEN_PATTERN_RISING_WEDGE
               : upper < 0 && lower < 0 ? PEN_PATTERN_FALLING_WEDGE
                                        : PEN_PATTERN_COUNT;
    }
    if (ratio > 1 / o->converge_frac)
        return upper > 0 && lower < 0 ? PEN_PATTERN_BROADENING : PEN_PATTERN_COUNT;
    if (upper == 0 && lower == 0)
        return PEN_PATTERN_RECTANGLE;
    return upper > 0 && lower > 0   ? PEN_PATTERN_CHANNEL_UP
           : upper < 0 && lower < 0 ? PEN_PATTERN_CHANNEL_DOWN
                                    : PEN_PATTERN_COUNT;
}

/* Over bar numbers from 0. */
static boundary absolute(boundary line, size_t latest)
{
    return (boundary){ line.at - line.slope * (double)latest, line.slope };
}

void find_range(pen_patterns *p)
{
    range r = { 0 };
    if (p->swing_count < FEWEST_TURNS || !find_longest(p, &r))
        return;
    pen_pattern_kind kind = kind_of(&p->options, &r);
    if (kind == PEN_PATTERN_COUNT || !is_wanted(p, kind) ||
        rhythm(p, r.turns - 1) < p->options.leg_frac)
        return;
    size_t latest = swing_at(p, 0)->bar;
    candidate c = candidate_begin(kind, larger(r.first, r.last));
    for (size_t k = r.turns; k-- > 0;)
        candidate_point(&c, swing_at(p, k),
                        swing_at(p, k)->side > 0 ? PEN_POINT_PEAK : PEN_POINT_TROUGH);
    double margin = p->options.fit_frac * 0.5 * (r.first + r.last);
    c.upper = absolute(r.upper, latest);
    c.lower = absolute(r.lower, latest);
    c.upper.at += margin;
    c.lower.at -= margin;
    c.confirms[0] = c.confirms[1] = true;
    double apex = r.last / (r.lower.slope - r.upper.slope); /* bars ahead */
    c.expires = latest + (size_t)(apex > 0 && apex < r.length ? apex : r.length);
    candidate_watch(p, 2 * RANGE, &c, closeness(r.off, p->options.fit_frac * c.match.height_px),
                    rhythm(p, r.turns - 1));
}
