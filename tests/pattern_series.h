/* Series, finders fed with them, and comparisons: what the tests of chart patterns share. */
#ifndef PEN_TESTS_PATTERN_SERIES_H
#define PEN_TESTS_PATTERN_SERIES_H

#include "check.h"
#include "plant_pattern.h"

typedef struct series {
    size_t n;
    double high[2000], low[2000], close[2000], volume[2000];
} series;

static inline pen_pattern_bars bars_of(const series *s, size_t first, size_t n)
{
    return (pen_pattern_bars){ .n = n,
                               .high = s->high + first,
                               .low = s->low + first,
                               .close = s->close + first,
                               .volume = s->volume + first };
}

static inline pen_patterns *find_in_pieces(const series *s, const pen_pattern_options *options,
                                           size_t n, size_t piece)
{
    pen_patterns *p;
    CHECK_OK(pen_patterns_create(options, &p));
    for (size_t i = 0; i < n; i += piece) {
        pen_pattern_bars bars = bars_of(s, i, i + piece < n ? piece : n - i);
        CHECK_OK(pen_patterns_feed(p, &bars));
    }
    return p;
}

static inline pen_patterns *find(const series *s, const pen_pattern_options *options, size_t n)
{
    return find_in_pieces(s, options, n, n > 0 ? n : 1);
}

static inline pen_pattern_options with_pivots(const char *pivots)
{
    pen_pattern_options o = pen_pattern_options_default();
    CHECK_OK(pen_pattern_pivots_parse(pivots, &o));
    return o;
}

/* ---- series ---- */

static inline void walk(series *s, size_t n, uint64_t seed)
{
    pen_rng rng;
    double px = 100;
    pen_rng_init(&rng, seed, 0, 0, 0);
    s->n = n;
    for (size_t i = 0; i < n; i++) {
        double open = px;
        px += plant_normal(&rng);
        s->high[i] = fmax(open, px) + 0.5 * pen_rng_uniform(&rng);
        s->low[i] = fmin(open, px) - 0.5 * pen_rng_uniform(&rng);
        s->close[i] = px;
        s->volume[i] = 10 + floor(90 * pen_rng_uniform(&rng));
    }
}

/* Straight legs through the prices, `leg` bars each; a bar spans a tenth either way. */
static inline void zigzag(series *s, const double *px, size_t count, size_t leg)
{
    s->n = 0;
    for (size_t k = 0; k + 1 < count; k++)
        for (size_t i = 0; i < leg; i++) {
            double at = px[k] + (px[k + 1] - px[k]) * (double)i / (double)leg;
            s->close[s->n] = at;
            s->high[s->n] = at + 0.1;
            s->low[s->n] = at - 0.1;
            s->volume[s->n++] = 100;
        }
}

static inline void copy_planted(series *s, const planted *from)
{
    s->n = PLANT_BARS;
    memcpy(s->high, from->high, sizeof from->high);
    memcpy(s->low, from->low, sizeof from->low);
    memcpy(s->close, from->close, sizeof from->close);
    memcpy(s->volume, from->volume, sizeof from->volume);
}

/* Several of each shape, one after the other, and a random walk. */
static inline void each_series(void (*run)(const series *s))
{
    static series s;
    static planted from;
    for (size_t shape = 0; shape < PLANT_SHAPES; shape++)
        for (uint64_t seed = 0; seed < 4; seed++) {
            plant_pattern(shape, seed % 2, 0.02, seed, &from);
            copy_planted(&s, &from);
            run(&s);
        }
    walk(&s, 2000, 5);
    run(&s);
}

/* ---- comparisons ---- */

static inline bool is_same_line(pen_pattern_line a, pen_pattern_line b)
{
    return a.bar == b.bar && a.px == b.px && a.slope_px == b.slope_px;
}

static inline bool is_same_match(const pen_pattern *a, const pen_pattern *b)
{
    bool is_same = a->kind == b->kind && a->direction == b->direction && a->start == b->start &&
                   a->end == b->end && a->confirmed == b->confirmed &&
                   a->breakout_px == b->breakout_px && a->target_px == b->target_px &&
                   a->stop_px == b->stop_px && a->height_px == b->height_px &&
                   a->quality == b->quality && is_same_line(a->upper, b->upper) &&
                   is_same_line(a->lower, b->lower) && a->point_count == b->point_count;
    for (size_t i = 0; is_same && i < a->point_count; i++)
        is_same = a->points[i].bar == b->points[i].bar && a->points[i].px == b->points[i].px &&
                  a->points[i].role == b->points[i].role;
    return is_same;
}

static inline bool is_same_pivot(const pen_pivot *a, const pen_pivot *b)
{
    return a->bar == b->bar && a->confirmed == b->confirmed && a->px == b->px && a->side == b->side;
}

static inline bool is_same_trend_line(const pen_trend_line *a, const pen_trend_line *b)
{
    return a->is_up == b->is_up && is_same_line(a->line, b->line) && a->touches == b->touches &&
           a->first == b->first && a->last == b->last && a->confirmed == b->confirmed &&
           a->is_broken == b->is_broken && a->broken == b->broken && a->strength == b->strength;
}

/* Everything that both have found. */
static inline void check_same(const pen_patterns *a, const pen_patterns *b)
{
    size_t n, m;
    const pen_pattern *x = pen_patterns_matches(a, &n), *y = pen_patterns_matches(b, &m);
    CHECK(n == m);
    for (size_t i = 0; i < n && i < m; i++)
        CHECK(is_same_match(&x[i], &y[i]));
    const pen_pivot *v = pen_patterns_pivots(a, &n), *w = pen_patterns_pivots(b, &m);
    CHECK(n == m);
    for (size_t i = 0; i < n && i < m; i++)
        CHECK(is_same_pivot(&v[i], &w[i]));
    const pen_trend_line *k = pen_patterns_trend_lines(a, &n), *l = pen_patterns_trend_lines(b, &m);
    CHECK(n == m);
    for (size_t i = 0; i < n && i < m; i++)
        CHECK(is_same_trend_line(&k[i], &l[i]));
    pen_level c[64], d[64];
    n = pen_patterns_levels(a, COUNT(c), c);
    CHECK(n == pen_patterns_levels(b, COUNT(d), d));
    for (size_t i = 0; i < n; i++)
        CHECK(c[i].px == d[i].px && c[i].touches == d[i].touches && c[i].last == d[i].last &&
              c[i].strength == d[i].strength);
}

static inline double true_range(const series *s, size_t i)
{
    double range = s->high[i] - s->low[i];
    if (i > 0)
        range = fmax(range,
                     fmax(fabs(s->high[i] - s->close[i - 1]), fabs(s->low[i] - s->close[i - 1])));
    return range;
}

/* Wilder's, from the first bar to bar t. */
static inline double atr_at(const series *s, size_t t, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i <= t && i < n; i++)
        sum += true_range(s, i);
    double atr = sum / (double)(t + 1 < n ? t + 1 : n);
    for (size_t i = n; i <= t; i++)
        atr = (atr * (double)(n - 1) + true_range(s, i)) / (double)n;
    return atr;
}

static inline bool has_match(const pen_patterns *p, const pen_pattern *wanted)
{
    size_t count;
    const pen_pattern *all = pen_patterns_matches(p, &count);
    for (size_t i = 0; i < count; i++)
        if (is_same_match(&all[i], wanted))
            return true;
    return false;
}

#endif
