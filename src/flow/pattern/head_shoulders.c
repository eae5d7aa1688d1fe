/* Head and shoulders; the inverse is that of the price turned upside down. */
#include <math.h>

#include "finder.h"

/* The latest swings: right shoulder, neck, head, neck, left shoulder, and the low before it. */
enum { RIGHT, RIGHT_NECK, TOP, LEFT_NECK, LEFT, BEFORE, PIVOTS };

typedef struct shape {
    int side;
    double px[PIVOTS]; /* turned, so that the head is on top */
    boundary neckline; /* likewise */
    double height;
} shape;

static bool is_head_and_shoulders(const pen_patterns *p, const shape *s)
{
    const pen_pattern_options *o = &p->options;
    const double *px = s->px;
    double shoulder = px[LEFT] > px[RIGHT] ? px[LEFT] : px[RIGHT];
    double neck = px[LEFT_NECK] < px[RIGHT_NECK] ? px[LEFT_NECK] : px[RIGHT_NECK];
    return candidate_fits(p, 2 * HEAD + (s->side > 0), LEFT, s->height) &&
           px[TOP] - shoulder >= o->head_frac * s->height &&
           fabs(px[LEFT] - px[RIGHT]) <= o->shoulder_frac * s->height &&
           fabs(px[LEFT_NECK] - px[RIGHT_NECK]) <= o->shoulder_frac * s->height &&
           rhythm(p, LEFT) >= o->leg_frac && px[BEFORE] < neck &&
           px[RIGHT] > boundary_at(s->neckline, (double)swing_at(p, RIGHT)->bar);
}

static void watch(pen_patterns *p, const shape *s)
{
    static const pen_point_role roles[] = { PEN_POINT_SHOULDER, PEN_POINT_NECK, PEN_POINT_HEAD,
                                            PEN_POINT_NECK, PEN_POINT_SHOULDER };
    const pen_pattern_options *o = &p->options;
    bool is_top = s->side > 0;
    candidate c = candidate_begin(is_top ? PEN_PATTERN_HEAD_AND_SHOULDERS
                                         : PEN_PATTERN_INVERSE_HEAD_AND_SHOULDERS,
                                  s->height);
    for (size_t k = LEFT + 1; k-- > 0;)
        candidate_point(&c, swing_at(p, k), roles[k]);
    boundary neckline = { s->side * s->neckline.at, s->side * s->neckline.slope };
    boundary shoulder = { swing_at(p, RIGHT)->px, 0 };
    c.upper = is_top ? shoulder : neckline;
    c.lower = is_top ? neckline : shoulder;
    c.confirms[!is_top] = true;
    double tolerance = o->shoulder_frac * s->height;
    double fit = closeness(fabs(s->px[LEFT] - s->px[RIGHT]), tolerance) +
                 closeness(fabs(s->px[LEFT_NECK] - s->px[RIGHT_NECK]), tolerance);
    size_t head = swing_at(p, TOP)->bar;
    candidate_watch(p, 2 * HEAD + is_top, &c, fit / 2,
                    evenness(head - swing_at(p, LEFT)->bar, swing_at(p, RIGHT)->bar - head));
}

void find_head_and_shoulders(pen_patterns *p)
{
    shape s = { .side = swing_at(p, 0)->side };
    if (p->swing_count < PIVOTS ||
        !is_wanted(p, s.side > 0 ? PEN_PATTERN_HEAD_AND_SHOULDERS
                                 : PEN_PATTERN_INVERSE_HEAD_AND_SHOULDERS))
        return;
    for (size_t k = 0; k < PIVOTS; k++)
        s.px[k] = s.side * swing_at(p, k)->px;
    if (!(s.px[TOP] > s.px[LEFT] && s.px[TOP] > s.px[RIGHT]))
        return;
    s.neckline = boundary_through(swing_at(p, LEFT_NECK)->bar, s.px[LEFT_NECK],
                                  swing_at(p, RIGHT_NECK)->bar, s.px[RIGHT_NECK]);
    s.height = s.px[TOP] - boundary_at(s.neckline, (double)swing_at(p, TOP)->bar);
    if (is_head_and_shoulders(p, &s))
        watch(p, &s);
}
