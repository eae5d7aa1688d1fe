/* Any options and bars: an error, or patterns that hold together, the same in one piece and two. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "penstock/pattern.h"

enum { MOST_BARS = 1024 };

static double high[MOST_BARS], low[MOST_BARS], close_px[MOST_BARS], volume[MOST_BARS];

/* A small step, or one of what data should not hold. */
static double next_px(double px, uint8_t byte)
{
    static const double odd[] = { NAN, INFINITY, -INFINITY, 0, -1e150, 1e150, 1e-300, 1e300 };
    if (byte < sizeof odd / sizeof odd[0])
        return odd[byte];
    return (fabs(px) <= 1e6 ? px : 100) + (byte - 131) / 16.0;
}

static size_t make_bars(const uint8_t *data, size_t n)
{
    double px = 100;
    n = n < MOST_BARS ? n : MOST_BARS;
    for (size_t i = 0; i < n; i++) {
        double last = px;
        px = next_px(px, data[i]);
        close_px[i] = px;
        high[i] = fmax(last, px) + data[i] % 5 / 4.0;
        low[i] = data[i] == 200 ? high[i] + 1 : fmin(last, px) - data[i] % 3 / 4.0;
        volume[i] = data[i] % 17 == 0 ? NAN : data[i] % 19 == 0 ? -1 : data[i] % 7;
    }
    return n;
}

static void feed(pen_patterns *p, size_t first, size_t n, bool is_close_only)
{
    pen_pattern_bars bars = { .n = n, .close = close_px + first };
    if (!is_close_only) {
        bars.high = high + first;
        bars.low = low + first;
        bars.volume = volume + first;
    }
    if (pen_patterns_feed(p, &bars) != PEN_OK)
        abort();
}

static void check_matches(const pen_patterns *p, size_t n)
{
    size_t count;
    pen_level levels[64];
    const pen_pattern *all = pen_patterns_matches(p, &count);
    for (size_t i = 0; i < count; i++) {
        const pen_pattern *m = &all[i];
        if (!(m->start < m->end && m->end < m->confirmed && m->confirmed < n) ||
            !(m->quality >= 0 && m->quality <= 1 && m->height_px > 0) ||
            (m->direction != 1 && m->direction != -1) || m->point_count > PEN_PATTERN_MAX_POINTS ||
            pen_pattern_name(m->kind) == NULL)
            abort();
        for (size_t k = 1; k < m->point_count; k++)
            if (m->points[k].bar <= m->points[k - 1].bar)
                abort();
    }
    const pen_pivot *pivots = pen_patterns_pivots(p, &count);
    for (size_t i = 0; i < count; i++)
        if (pivots[i].bar >= pivots[i].confirmed || pivots[i].confirmed >= n)
            abort();
    count = pen_patterns_levels(p, 64, levels);
    for (size_t i = 0; i < count; i++)
        if (!(levels[i].strength >= 0 && levels[i].strength <= 1) || levels[i].touches < 2)
            abort();
}

/* Bytes for the options, then one a bar. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    pen_pattern_options o = pen_pattern_options_default();
    pen_patterns *whole, *halves;
    if (n < 8)
        return 0;
    o.rule = (pen_pivot_rule)(data[0] % 4);
    o.size = data[1] / (data[0] & 128 ? 1 : 16.0);
    o.atr_bars = data[2];
    o.level_frac = data[3] / 200.0;
    o.fit_frac = data[4] / 200.0;
    o.min_height_atr = data[4] % 3;
    o.keep_overlaps = data[5] & 1;
    o.touch_atr = data[6] / 16.0;
    o.max_bars = data[7] * 4u;
    if (pen_patterns_create(&o, &whole) != PEN_OK) {
        if (pen_last_error()[0] == '\0' || whole != NULL)
            abort();
        return 0;
    }
    if (pen_patterns_create(&o, &halves) != PEN_OK)
        abort();
    bool is_close_only = data[5] & 2;
    size_t bars = make_bars(data + 8, n - 8), half = bars * data[5] / 256, a, b;
    feed(whole, 0, bars, is_close_only);
    feed(halves, 0, half, is_close_only);
    feed(halves, half, bars - half, is_close_only);
    check_matches(whole, bars);
    const pen_pattern *x = pen_patterns_matches(whole, &a), *y = pen_patterns_matches(halves, &b);
    if (a != b)
        abort();
    for (size_t i = 0; i < a; i++)
        if (x[i].kind != y[i].kind || x[i].confirmed != y[i].confirmed ||
            memcmp(&x[i].quality, &y[i].quality, sizeof x[i].quality) != 0)
            abort();
    pen_patterns_destroy(whole);
    pen_patterns_destroy(halves);
    return 0;
}
