/* Series with a known pattern in them: a random walk, the pattern's turns joined by Brownian
 * bridges, its breakout, and a random walk again.  Seeded; for tests and the accuracy tool. */
#ifndef PEN_TESTS_PLANT_PATTERN_H
#define PEN_TESTS_PLANT_PATTERN_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "../src/machine/base/rng.h"
#include "penstock/pattern.h"

enum { PLANT_BARS = 400, PLANT_MOST_TURNS = 12 };

/* A pattern over x in [0, 1] and y in heights; then it breaks out to `exit`. */
typedef struct plant_shape {
    pen_pattern_kind kind;
    size_t turns; /* 0: a cup, drawn as a parabola */
    double from;  /* y before the first turn */
    struct {
        double x, y;
    } turn[PLANT_MOST_TURNS];
    double exit;
} plant_shape;

/* The kinds that are planted; bottoms, inverses, falling and bearish ones are these upside down. */
static const plant_shape plant_shapes[] = {
    { PEN_PATTERN_HEAD_AND_SHOULDERS,
      5,
      -0.5,
      { { 0, 0.6 }, { 0.25, 0 }, { 0.5, 1 }, { 0.75, 0 }, { 1, 0.6 } },
      -0.9 },
    { PEN_PATTERN_DOUBLE_TOP, 3, -0.6, { { 0, 1 }, { 0.5, 0 }, { 1, 1 } }, -0.9 },
    { PEN_PATTERN_TRIPLE_TOP,
      5,
      -0.6,
      { { 0, 1 }, { 0.25, 0.1 }, { 0.5, 1 }, { 0.75, 0 }, { 1, 1 } },
      -0.9 },
    { PEN_PATTERN_ASCENDING_TRIANGLE,
      6,
      -0.6,
      { { 0, 1 }, { 0.2, 0 }, { 0.4, 1 }, { 0.6, 0.3 }, { 0.8, 1 }, { 1, 0.6 } },
      1.8 },
    { PEN_PATTERN_SYMMETRICAL_TRIANGLE,
      6,
      -0.6,
      { { 0, 1 }, { 0.2, 0.1 }, { 0.4, 0.88 }, { 0.6, 0.22 }, { 0.8, 0.76 }, { 1, 0.34 } },
      1.6 },
    { PEN_PATTERN_RISING_WEDGE,
      6,
      -0.6,
      { { 0, 0.6 }, { 0.2, 0 }, { 0.4, 0.85 }, { 0.6, 0.5 }, { 0.8, 1.1 }, { 1, 0.9 } },
      -0.3 },
    { PEN_PATTERN_RECTANGLE,
      6,
      -0.6,
      { { 0, 1 }, { 0.2, 0 }, { 0.4, 1 }, { 0.6, 0 }, { 0.8, 1 }, { 1, 0 } },
      1.9 },
    { PEN_PATTERN_CHANNEL_UP,
      6,
      -1.2,
      { { 0, 1 }, { 0.2, 0.3 }, { 0.4, 1.4 }, { 0.6, 0.7 }, { 0.8, 1.8 }, { 1, 1.1 } },
      3.2 },
    { PEN_PATTERN_BULL_FLAG,
      5,
      0.9,
      { { 0, 0 }, { 0.25, 1 }, { 0.5, 0.72 }, { 0.75, 0.93 }, { 1, 0.64 } },
      1.9 },
    { PEN_PATTERN_CUP_AND_HANDLE, 0, 0.1, { { 0, 0 } }, 1.8 },
};
enum { PLANT_SHAPES = sizeof plant_shapes / sizeof plant_shapes[0] };

typedef struct planted {
    pen_pattern_kind kind;
    int direction;     /* of its breakout */
    size_t start, end; /* bars of its first and last turn */
    double high[PLANT_BARS], low[PLANT_BARS], close[PLANT_BARS], volume[PLANT_BARS];
} planted;

typedef struct plant_pen {
    pen_rng rng;
    planted *out;
    double noise, height, at; /* of one bar in heights; price of one height; the close so far */
    size_t bar;
    bool is_down;
} plant_pen;

/* Two uniforms make a normal (Box and Muller 1958). */
static inline double plant_normal(pen_rng *rng)
{
    double u = 1 - pen_rng_uniform(rng), v = pen_rng_uniform(rng);
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

/* A bar from the close before to this one, its wicks as wide as a bar's noise. */
static inline void plant_bar(plant_pen *p, double y)
{
    planted *o = p->out;
    double wick = p->noise * 0.5 + 0.004, sign = p->is_down ? -1 : 1;
    double open = 100 + sign * p->height * p->at, close = 100 + sign * p->height * y;
    double over = fabs(plant_normal(&p->rng)) * wick * p->height;
    double under = fabs(plant_normal(&p->rng)) * wick * p->height;
    if (p->bar >= PLANT_BARS)
        return;
    o->high[p->bar] = fmax(open, close) + over;
    o->low[p->bar] = fmin(open, close) - under;
    o->close[p->bar] = close;
    o->volume[p->bar++] = 1000 * (0.5 + pen_rng_uniform(&p->rng));
    p->at = y;
}

static inline void plant_walk(plant_pen *p, size_t bars)
{
    for (size_t i = 0; i < bars; i++)
        plant_bar(p, p->at + p->noise * plant_normal(&p->rng));
}

/* A Brownian bridge from here to y. */
static inline void plant_leg(plant_pen *p, double y, size_t bars)
{
    for (size_t left = bars; left > 0; left--) {
        double pull = (y - p->at) / (double)left;
        double free = sqrt((double)(left - 1) / (double)left);
        plant_bar(p, p->at + pull + free * p->noise * plant_normal(&p->rng));
    }
}

static inline void plant_cup(plant_pen *p, size_t bars)
{
    plant_leg(p, 1, 14);
    p->out->start = p->bar - 1;
    for (size_t k = 1; k <= 12; k++) {
        double x = (double)k / 6 - 1;
        plant_leg(p, x * x, bars / 15);
    }
    plant_leg(p, 0.72, bars / 8);
    p->out->end = p->bar - 1;
}

/* Each turn's place and price are off by a little, each pattern has its own length. */
static inline void plant_turns(plant_pen *p, const plant_shape *s, size_t bars)
{
    double last = 0;
    for (size_t k = 0; k < s->turns; k++) {
        double y = s->turn[k].y + 0.03 * (2 * pen_rng_uniform(&p->rng) - 1);
        double x = s->turn[k].x * (double)bars;
        double leg = k == 0 ? 14 : (x - last) * (0.85 + 0.3 * pen_rng_uniform(&p->rng));
        plant_leg(p, y, (size_t)(leg < 3 ? 3 : leg));
        last = x;
        if (k == 0)
            p->out->start = p->bar - 1;
    }
    p->out->end = p->bar - 1;
}

/* noise: standard deviation of one bar, in heights of the pattern. */
static inline void plant_pattern(size_t shape, bool is_down, double noise, uint64_t seed,
                                 planted *out)
{
    const plant_shape *s = &plant_shapes[shape];
    /* kinds come in pairs but for these */
    static const struct {
        pen_pattern_kind up, down;
    } mirrored[] = {
        { PEN_PATTERN_ASCENDING_TRIANGLE, PEN_PATTERN_DESCENDING_TRIANGLE },
        { PEN_PATTERN_SYMMETRICAL_TRIANGLE, PEN_PATTERN_SYMMETRICAL_TRIANGLE },
        { PEN_PATTERN_RISING_WEDGE, PEN_PATTERN_FALLING_WEDGE },
        { PEN_PATTERN_RECTANGLE, PEN_PATTERN_RECTANGLE },
    };
    plant_pen p = { .out = out, .noise = noise, .height = 12, .is_down = is_down };
    pen_rng_init(&p.rng, seed, shape, is_down, 0);
    out->kind = is_down ? s->kind + 1 : s->kind;
    for (size_t i = 0; i < sizeof mirrored / sizeof mirrored[0]; i++)
        if (mirrored[i].up == s->kind && is_down)
            out->kind = mirrored[i].down;
    p.at = s->from + 0.5;
    size_t bars = 70 + (size_t)(60 * pen_rng_uniform(&p.rng));
    plant_walk(&p, 60);
    plant_leg(&p, s->from, 12);
    if (s->turns > 0)
        plant_turns(&p, s, bars);
    else
        plant_cup(&p, bars);
    double last = s->turns > 0 ? s->turn[s->turns - 1].y : 0.7;
    out->direction = (s->exit > last) != is_down ? 1 : -1;
    plant_leg(&p, s->exit, 14);
    while (p.bar < PLANT_BARS)
        plant_walk(&p, 1);
}

/* The same kind and direction, over at least half of the bars that either takes. */
static inline bool plant_is_match(const planted *o, const pen_pattern *m)
{
    size_t first = m->start > o->start ? m->start : o->start;
    size_t last = m->end < o->end ? m->end : o->end;
    size_t from = m->start < o->start ? m->start : o->start;
    size_t to = m->end > o->end ? m->end : o->end;
    return m->kind == o->kind && m->direction == o->direction && last > first &&
           2 * (last - first) >= to - from;
}

/* A random walk of the same look. */
static inline void plant_nothing(double noise, uint64_t seed, planted *out)
{
    plant_pen p = { .out = out, .noise = noise, .height = 12 };
    pen_rng_init(&p.rng, seed, 99, 0, 0);
    plant_walk(&p, PLANT_BARS);
}

#endif
