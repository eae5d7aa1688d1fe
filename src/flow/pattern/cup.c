/* Cup and handle; the inverse is that of the price turned upside down. */
#include <math.h>

#include "finder.h"

enum { MOST_INSIDE = 20 }; /* swings between the handle and the left rim */

typedef struct cup {
    int side;            /* 1: a cup, -1: an inverse one */
    size_t left, bottom; /* ages of these swings; the handle is 0, the right rim 1 */
    double rim, low;     /* turned prices: the lower of the rims, the deepest point */
    double round;        /* mean depth by the greatest */
} cup;

static double px(const pen_patterns *p, const cup *c, size_t k)
{
    return c->side * swing_at(p, k)->px;
}

/* Back from the right rim to the first swing as high as it, or the end of patience. */
static bool find_left_rim(const pen_patterns *p, cup *c)
{
    double right = px(p, c, 1);
    c->low = INFINITY;
    for (size_t k = 2; k + 1 < p->swing_count && k <= MOST_INSIDE; k++) {
        double here = px(p, c, k);
        if (k % 2 == 0) {
            if (here < c->low) {
                c->low = here;
                c->bottom = k;
            }
            continue;
        }
        double depth = right - c->low;
        if (here < right - p->options.level_frac * depth)
            continue;
        c->left = k;
        c->rim = here < right ? here : right;
        return here <= right + p->options.level_frac * depth;
    }
    return false;
}

/* From the sums of closes that the rims remember. */
static double roundness(const pen_patterns *p, const cup *c)
{
    const swing *left = swing_at(p, c->left), *right = swing_at(p, 1);
    double mean =
        p->first_close + (right->closes - left->closes) / (right->ordinal - left->ordinal);
    return (c->rim - c->side * mean) / (c->rim - c->low);
}

static bool is_cup(const pen_patterns *p, cup *c)
{
    const pen_pattern_options *o = &p->options;
    if (!find_left_rim(p, c))
        return false;
    double depth = c->rim - c->low, handle = px(p, c, 1) - px(p, c, 0);
    size_t bars = swing_at(p, 1)->bar - swing_at(p, c->left)->bar;
    size_t handle_bars = swing_at(p, 0)->bar - swing_at(p, 1)->bar;
    c->round = roundness(p, c);
    return candidate_fits(p, 2 * CUP + (c->side > 0), c->left, depth) &&
           handle <= o->retrace_frac * depth && handle_bars < bars && c->round >= o->round_frac &&
           px(p, c, c->left + 1) < c->rim - 0.5 * depth;
}

void find_cup(pen_patterns *p)
{
    cup c = { .side = -swing_at(p, 0)->side };
    bool is_up = c.side > 0;
    pen_pattern_kind kind = is_up ? PEN_PATTERN_CUP_AND_HANDLE : PEN_PATTERN_INVERSE_CUP_AND_HANDLE;
    if (!is_wanted(p, kind) || !is_cup(p, &c))
        return;
    const swing *left = swing_at(p, c.left), *right = swing_at(p, 1), *low = swing_at(p, c.bottom);
    candidate out = candidate_begin(kind, c.rim - c.low);
    candidate_point(&out, left, PEN_POINT_RIM);
    candidate_point(&out, low, PEN_POINT_CUP);
    candidate_point(&out, right, PEN_POINT_RIM);
    candidate_point(&out, swing_at(p, 0), PEN_POINT_HANDLE);
    boundary rim = { right->px, 0 }, handle = { swing_at(p, 0)->px, 0 };
    out.upper = is_up ? rim : handle;
    out.lower = is_up ? handle : rim;
    out.confirms[is_up] = true;
    out.expires = swing_at(p, 0)->bar + (right->bar - left->bar) / 2;
    double off = fabs(left->px - right->px);
    /* a parabola is as round as a cup need be */
    double shape =
        evenness(low->bar - left->bar, right->bar - low->bar) * smaller(1, 1.5 * c.round);
    candidate_watch(p, 2 * CUP + is_up, &out,
                    closeness(off, p->options.level_frac * (c.rim - c.low)), shape);
}
