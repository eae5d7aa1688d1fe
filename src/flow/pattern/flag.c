/* Flags and pennants: a short pause after a steep leg, the pole. */
#include <math.h>

#include "finder.h"

/* Ages of the swings, 0 the latest. */
typedef struct flag {
    int side;                                         /* of the pole's end */
    bool is_complete;                                 /* has the second turn of the far side */
    const swing *pole, *first, *back, *second, *last; /* last: NULL unless complete */
    double height;                                    /* of the pole */
} flag;

/* Prices turned, so that the pole rises. */
static double px(const flag *f, const swing *s)
{
    return f->side * s->px;
}

static bool is_flag(const pen_patterns *p, const flag *f)
{
    const pen_pattern_options *o = &p->options;
    size_t pole = f->first->bar - f->pole->bar, pause = swing_at(p, 0)->bar - f->first->bar;
    double low = px(f, f->back), width = px(f, f->first) - low;
    if (f->is_complete && px(f, f->last) < low)
        low = px(f, f->last);
    return f->height >= o->pole_atr * p->now.atr &&
           candidate_fits(p, 2 * FLAG + (f->side > 0), f->is_complete ? 4 : 3, f->height) &&
           px(f, f->first) - low <= o->retrace_frac * f->height &&
           px(f, f->second) <= px(f, f->first) + o->flat_frac * width && pause <= 4 * pole;
}

/* The pole's direction and convergence give the kind. */
static pen_pattern_kind kind_of(const pen_patterns *p, const flag *f)
{
    if (f->is_complete) {
        double first = px(f, f->first) - px(f, f->back), last = px(f, f->second) - px(f, f->last);
        if (last < p->options.converge_frac * first && px(f, f->last) > px(f, f->back))
            return f->side > 0 ? PEN_PATTERN_BULL_PENNANT : PEN_PATTERN_BEAR_PENNANT;
    }
    return f->side > 0 ? PEN_PATTERN_BULL_FLAG : PEN_PATTERN_BEAR_FLAG;
}

static void watch(pen_patterns *p, const flag *f)
{
    bool is_up = f->side > 0;
    candidate c = candidate_begin(kind_of(p, f), f->height);
    pen_point_role outer = is_up ? PEN_POINT_PEAK : PEN_POINT_TROUGH;
    pen_point_role inner = is_up ? PEN_POINT_TROUGH : PEN_POINT_PEAK;
    if (!is_wanted(p, c.match.kind))
        return;
    candidate_point(&c, f->pole, PEN_POINT_POLE);
    candidate_point(&c, f->first, outer);
    candidate_point(&c, f->back, inner);
    candidate_point(&c, f->second, outer);
    if (f->is_complete)
        candidate_point(&c, f->last, inner);
    boundary edge = boundary_through(f->first->bar, f->first->px, f->second->bar, f->second->px);
    double given_back = px(f, f->first) - p->options.retrace_frac * f->height;
    boundary limit = { f->side * given_back, 0 };
    c.upper = is_up ? edge : limit;
    c.lower = is_up ? limit : edge;
    c.confirms[is_up] = true;
    size_t last = swing_at(p, 0)->bar, half = f->back->bar - f->first->bar;
    double retraced = px(f, f->first) - px(f, f->back);
    c.expires = last + (last - f->first->bar);
    candidate_watch(p, 2 * FLAG + is_up, &c,
                    closeness(retraced, p->options.retrace_frac * f->height),
                    evenness(half, f->second->bar - f->back->bar));
}

void find_flag(pen_patterns *p)
{
    for (int is_complete = 0; is_complete <= 1; is_complete++) {
        size_t latest = (size_t)is_complete;
        if (p->swing_count < 4 + latest)
            return;
        flag f = { .is_complete = is_complete,
                   .side = swing_at(p, latest)->side,
                   .second = swing_at(p, latest),
                   .back = swing_at(p, latest + 1),
                   .first = swing_at(p, latest + 2),
                   .pole = swing_at(p, latest + 3),
                   .last = is_complete ? swing_at(p, 0) : NULL };
        f.height = px(&f, f.first) - px(&f, f.pole);
        if (is_flag(p, &f))
            watch(p, &f);
    }
}
