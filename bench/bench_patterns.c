/* Chart patterns over one long series, on the host whatever the device. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/status.h"
#include "bench.h"

enum { POINTS = 1000000 };

struct bars {
    int64_t *time_ns;
    double *fields[5]; /* open, high, low, close, volume */
    pen_pattern_options options;
    pen_patterns *found;
};

static void patterns_clear(bench *b)
{
    struct bars *s = b->state;
    if (s == NULL)
        return;
    pen_patterns_destroy(s->found);
    pen_free(s->time_ns);
    for (size_t i = 0; i < PEN_COUNT(s->fields); i++)
        pen_free(s->fields[i]);
    pen_free(s);
}

/* One-minute bars of a synthetic market. */
static pen_status patterns_prepare(bench *b)
{
    struct bars *s;
    PEN_TRY(PEN_NEW(&s));
    b->state = s;
    b->items = POINTS;
    s->options = pen_pattern_options_default();
    PEN_TRY(pen_pattern_pivots_parse(b->test->with, &s->options));
    PEN_TRY(pen_alloc_array(POINTS, sizeof *s->time_ns, (void **)&s->time_ns));
    for (size_t i = 0; i < PEN_COUNT(s->fields); i++)
        PEN_TRY(pen_alloc_array(POINTS, sizeof(double), (void **)&s->fields[i]));
    pen_synth_params market = pen_synth_params_default();
    market.bar_s = 60;
    market.seed = 11;
    return pen_synth_bars(&market, 1, POINTS, s->time_ns, s->fields[0], s->fields[1], s->fields[2],
                          s->fields[3], s->fields[4], NULL);
}

static pen_pattern_bars slice(const struct bars *s, size_t first, size_t n)
{
    return (pen_pattern_bars){ .n = n,
                               .high = s->fields[1] + first,
                               .low = s->fields[2] + first,
                               .close = s->fields[3] + first,
                               .volume = s->fields[4] + first };
}

static pen_status patterns_run(bench *b)
{
    struct bars *s = b->state;
    pen_level levels[64];
    pen_pattern_bars all = slice(s, 0, POINTS);
    pen_patterns_destroy(s->found);
    PEN_TRY(pen_patterns_create(&s->options, &s->found));
    PEN_TRY(pen_patterns_feed(s->found, &all));
    pen_patterns_levels(s->found, PEN_COUNT(levels), levels);
    return PEN_OK;
}

/* Bar by bar gives the same, and there is something to give. */
static pen_status patterns_check(bench *b)
{
    struct bars *s = b->state;
    size_t n_whole, n_single;
    pen_patterns *single;
    PEN_TRY(pen_patterns_create(&s->options, &single));
    pen_status status = PEN_OK;
    for (size_t i = 0; i < POINTS && status == PEN_OK; i++) {
        pen_pattern_bars one = slice(s, i, 1);
        status = pen_patterns_feed(single, &one);
    }
    const pen_pattern *a = pen_patterns_matches(s->found, &n_whole);
    const pen_pattern *c = pen_patterns_matches(single, &n_single);
    bool is_same = n_whole == n_single && n_whole > 0;
    for (size_t i = 0; i < n_whole && is_same; i++)
        is_same = a[i].kind == c[i].kind && a[i].confirmed == c[i].confirmed &&
                  a[i].quality == c[i].quality && a[i].target_px == c[i].target_px;
    pen_patterns_destroy(single);
    PEN_TRY(status);
    if (!is_same)
        return pen_fail(PEN_E_INTERNAL, "patterns: %zu in one piece, %zu bar by bar, or different",
                        n_whole, n_single);
    return PEN_OK;
}

#define PATTERN_CASE(text, pivots)                                                                 \
    {                                                                                              \
        .name = text, .item = "bar", .dtype = PEN_F64, .bytes_per_item = 32,                       \
        .prepare = patterns_prepare, .run = patterns_run, .check = patterns_check,                 \
        .clear = patterns_clear, .with = pivots                                                    \
    }

static const bench_case cases[] = {
    PATTERN_CASE("patterns_atr_3_1000000", "atr:3"),
    PATTERN_CASE("patterns_percent_1_1000000", "percent:1"),
    PATTERN_CASE("patterns_fractal_5_1000000", "fractal:5"),
    PATTERN_CASE("patterns_fractal_2_1000000", "fractal:2"),
};

const bench_area bench_patterns = { "patterns", cases, PEN_COUNT(cases) };
