/* Chart patterns: nothing is known too early, streaming equals batch, and bad input does no harm.
 */
#include "../src/machine/base/alloc.h"
#include "pattern_series.h"

/* ---- pivots ---- */

/* The first bar of the extreme in [from, to]. */
static size_t extreme_in(const series *s, size_t from, size_t to, int side)
{
    size_t at = from;
    for (size_t i = from; i <= to; i++)
        if (side > 0 ? s->high[i] > s->high[at] : s->low[i] < s->low[at])
            at = i;
    return at;
}

static double px_at(const series *s, size_t bar, int side)
{
    return side > 0 ? s->high[bar] : s->low[bar];
}

/* Turns found by looking at every stretch again at every bar. */
static size_t slow_turns(const series *s, const pen_pattern_options *o, pen_pivot *out)
{
    size_t count = 0, from = 0;
    int side = 0;
    for (size_t t = 1; t < s->n; t++) {
        size_t high = extreme_in(s, from, t, 1), low = extreme_in(s, from, t, -1), peak, turn;
        if (side == 0) {
            peak = high < low ? high : low;
            turn = high < low ? low : high;
        } else {
            peak = side > 0 ? high : low;
            if (peak == t)
                continue;
            turn = extreme_in(s, peak + 1, t, -side);
        }
        if (peak == turn || turn != t)
            continue;
        int kind = side != 0 ? side : high < low ? 1 : -1;
        double peak_px = px_at(s, peak, kind);
        double enough = o->rule == PEN_PIVOT_ATR ? o->size * atr_at(s, t, o->atr_bars)
                                                 : o->size / 100 * fabs(peak_px);
        if (!(fabs(peak_px - px_at(s, turn, -kind)) > enough))
            continue;
        out[count++] = (pen_pivot){ peak, t, peak_px, kind };
        side = -kind;
        from = turn;
    }
    return count;
}

static size_t slow_fractals(const series *s, size_t n, pen_pivot *out)
{
    size_t count = 0;
    for (size_t t = 2 * n; t < s->n; t++)
        for (int side = -1; side <= 1; side += 2) {
            size_t bar = t - n;
            double here = side * px_at(s, bar, side);
            bool is_pivot = true;
            for (size_t i = bar - n; i < bar; i++)
                is_pivot &= side * px_at(s, i, side) < here;
            for (size_t i = bar + 1; i <= t; i++)
                is_pivot &= side * px_at(s, i, side) <= here;
            if (is_pivot)
                out[count++] = (pen_pivot){ bar, t, px_at(s, bar, side), side };
        }
    return count;
}

static void pivots_are_those_of_a_search_bar_by_bar(void)
{
    static const char *const rules[] = { "atr:3",     "atr:1.5",   "percent:5", "percent:1.5",
                                         "fractal:1", "fractal:2", "fractal:7", "fractal:100" };
    static series s;
    static pen_pivot want[4000];
    for (size_t r = 0; r < COUNT(rules); r++)
        for (uint64_t seed = 0; seed < 3; seed++) {
            pen_pattern_options o = with_pivots(rules[r]);
            size_t count, n;
            walk(&s, 600, seed);
            for (size_t i = 0; seed == 2 && i < s.n; i++) { /* plateaus */
                s.high[i] = round(s.high[i]);
                s.low[i] = round(s.low[i]);
            }
            n = o.rule == PEN_PIVOT_FRACTAL ? slow_fractals(&s, (size_t)o.size, want)
                                            : slow_turns(&s, &o, want);
            pen_patterns *p = find(&s, &o, s.n);
            const pen_pivot *got = pen_patterns_pivots(p, &count);
            CHECK(count == n && n > 0);
            for (size_t i = 0; i < n && i < count; i++)
                if (!is_same_pivot(&got[i], &want[i])) {
                    printf("    %s, seed %d, pivot %zu: bar %zu at %zu, expected %zu at %zu\n",
                           rules[r], (int)seed, i, got[i].bar, got[i].confirmed, want[i].bar,
                           want[i].confirmed);
                    CHECK(false);
                    break;
                }
            pen_patterns_destroy(p);
        }
}

/* ---- never too early ---- */

static size_t checked_matches;

static void check_truncated(const series *s)
{
    size_t count;
    pen_patterns *whole = find(s, NULL, s->n);
    const pen_pattern *all = pen_patterns_matches(whole, &count);
    for (size_t i = 0; i < count; i++, checked_matches++) {
        pen_patterns *until = find(s, NULL, all[i].confirmed + 1);
        pen_patterns *before = find(s, NULL, all[i].confirmed);
        CHECK(has_match(until, &all[i]));
        CHECK(!has_match(before, &all[i]));
        CHECK(all[i].confirmed > all[i].end && all[i].end > all[i].start);
        pen_patterns_destroy(until);
        pen_patterns_destroy(before);
    }
    pen_patterns_destroy(whole);
}

static void a_pattern_is_known_at_its_confirmation_and_not_a_bar_before(void)
{
    checked_matches = 0;
    each_series(check_truncated);
    CHECK(checked_matches > 60);
}

/* What was found by bar t is what the first t bars alone give. */
static void check_prefixes(const series *s)
{
    pen_patterns *grown;
    CHECK_OK(pen_patterns_create(NULL, &grown));
    for (size_t t = 0, step = 37; t < s->n; t += step) {
        pen_pattern_bars next = bars_of(s, t, t + step < s->n ? step : s->n - t);
        CHECK_OK(pen_patterns_feed(grown, &next));
        pen_patterns *alone = find(s, NULL, t + next.n);
        check_same(grown, alone);
        pen_patterns_destroy(alone);
    }
    pen_patterns_destroy(grown);
}

static void later_bars_change_nothing_found_before(void)
{
    each_series(check_prefixes);
}

static void pieces_of_any_length_give_the_same(void)
{
    static const char *const rules[] = { "atr:3", "atr:1", "percent:3", "fractal:2" };
    static const size_t pieces[] = { 1, 2, 7, 100 };
    static series s;
    walk(&s, 2000, 9);
    for (size_t r = 0; r < COUNT(rules); r++) {
        pen_pattern_options o = with_pivots(rules[r]);
        size_t count;
        pen_patterns *whole = find(&s, &o, s.n);
        pen_patterns_matches(whole, &count);
        CHECK(count > 5);
        for (size_t i = 0; i < COUNT(pieces); i++) {
            pen_patterns *p = find_in_pieces(&s, &o, s.n, pieces[i]);
            check_same(whole, p);
            CHECK(pen_patterns_bar_count(p) == s.n);
            pen_patterns_destroy(p);
        }
        pen_patterns_destroy(whole);
    }
}

/* ---- edges ---- */

static void flat_short_and_empty_series_have_no_pattern(void)
{
    static series s;
    static const char *const rules[] = { "atr:3", "percent:5", "fractal:2" };
    size_t count;
    for (size_t i = 0; i < 500; i++)
        s.high[i] = s.low[i] = s.close[i] = 7.25;
    for (size_t r = 0; r < COUNT(rules); r++)
        for (size_t n = 0; n <= 500; n = n < 3 ? n + 1 : n + 497) {
            pen_pattern_options o = with_pivots(rules[r]);
            pen_patterns *p = find(&s, &o, n);
            pen_patterns_matches(p, &count);
            CHECK(count == 0);
            pen_patterns_pivots(p, &count);
            CHECK(count == 0);
            CHECK(pen_patterns_levels(p, 0, NULL) == 0);
            pen_patterns_destroy(p);
        }
}

static void closes_alone_are_enough_and_volume_may_be_absent_or_zero(void)
{
    static planted from;
    size_t count[3];
    plant_pattern(1, false, 0.01, 1, &from);
    for (size_t i = 0; i < 3; i++) {
        pen_patterns *p;
        double *zero = i == 2 ? calloc(PLANT_BARS, sizeof *zero) : NULL;
        CHECK_OK(pen_patterns_create(NULL, &p));
        pen_pattern_bars bars = { .n = PLANT_BARS, .close = from.close, .volume = zero };
        if (i > 0) {
            bars.high = from.high;
            bars.low = from.low;
        }
        CHECK_OK(pen_patterns_feed(p, &bars));
        const pen_pattern *m = pen_patterns_matches(p, &count[i]);
        for (size_t k = 0; k < count[i]; k++)
            CHECK(m[k].quality >= 0 && m[k].quality <= 1);
        CHECK(count[i] > 0);
        pen_patterns_destroy(p);
        free(zero);
    }
    CHECK(count[1] == count[2]);
}

static void the_filter_on_quality_only_leaves_out(void)
{
    static series s;
    size_t n, m, kept = 0;
    walk(&s, 2000, 21);
    pen_pattern_options o = pen_pattern_options_default();
    pen_patterns *all = find(&s, &o, s.n);
    o.min_quality = 0.5;
    pen_patterns *good = find(&s, &o, s.n);
    const pen_pattern *x = pen_patterns_matches(all, &n), *y = pen_patterns_matches(good, &m);
    for (size_t i = 0; i < n; i++)
        if (x[i].quality >= 0.5)
            CHECK(kept < m && is_same_match(&x[i], &y[kept++]));
    CHECK(kept == m && m < n && m > 0);
    pen_patterns_destroy(all);
    pen_patterns_destroy(good);
    o = pen_pattern_options_default();
    o.kinds = UINT64_C(1) << PEN_PATTERN_DOUBLE_BOTTOM;
    good = find(&s, &o, s.n);
    y = pen_patterns_matches(good, &m);
    CHECK(m > 0);
    for (size_t i = 0; i < m; i++)
        CHECK(y[i].kind == PEN_PATTERN_DOUBLE_BOTTOM);
    pen_patterns_destroy(good);
}

static void of_one_bar_and_direction_the_best_is_kept(void)
{
    static series s;
    size_t n, m;
    walk(&s, 2000, 22);
    pen_pattern_options o = with_pivots("fractal:2");
    pen_patterns *best = find(&s, &o, s.n);
    o.keep_overlaps = true;
    pen_patterns *all = find(&s, &o, s.n);
    const pen_pattern *x = pen_patterns_matches(best, &n), *y = pen_patterns_matches(all, &m);
    CHECK(n < m && n > 0);
    for (size_t i = 0; i < n; i++) {
        CHECK(has_match(all, &x[i]));
        for (size_t k = 0; k < m; k++)
            if (y[k].confirmed == x[i].confirmed && y[k].direction == x[i].direction)
                CHECK(y[k].quality <= x[i].quality);
        for (size_t k = 0; k < i; k++)
            CHECK(x[k].confirmed != x[i].confirmed || x[k].direction != x[i].direction);
    }
    pen_patterns_destroy(best);
    pen_patterns_destroy(all);
}

static void wrong_options_are_named_with_their_range(void)
{
    pen_patterns *p;
    pen_pattern_options o = pen_pattern_options_default();
    CHECK_STATUS(pen_pattern_pivots_parse("atr:0", &o), PEN_E_ARG);
    CHECK_ERROR_SAYS("0.1 to 1000");
    CHECK_STATUS(pen_pattern_pivots_parse("fractal:2.5", &o), PEN_E_ARG);
    CHECK_ERROR_SAYS("whole");
    CHECK_STATUS(pen_pattern_pivots_parse("percent:x", &o), PEN_E_PARSE);
    CHECK_STATUS(pen_pattern_pivots_parse("zigzag:3", &o), PEN_E_PARSE);
    CHECK_ERROR_SAYS("atr:N, percent:N or fractal:N");
    CHECK(o.rule == PEN_PIVOT_ATR && o.size == 3);
    CHECK_OK(pen_pattern_pivots_parse("fractal", &o));
    CHECK(o.rule == PEN_PIVOT_FRACTAL && o.size == 2);
    o.level_frac = NAN;
    CHECK_STATUS(pen_patterns_create(&o, &p), PEN_E_ARG);
    CHECK(p == NULL);
    CHECK_ERROR_SAYS("level_frac nan, expected 0 to 1");
    o = pen_pattern_options_default();
    o.max_bars = 1;
    CHECK_STATUS(pen_patterns_create(&o, &p), PEN_E_ARG);
    CHECK_ERROR_SAYS("max_bars 1");
    CHECK_OK(pen_patterns_create(NULL, &p));
    double one[1] = { 1 };
    CHECK_STATUS(pen_patterns_feed(p, &(pen_pattern_bars){ .n = 1 }), PEN_E_ARG);
    CHECK_STATUS(pen_patterns_feed(p, &(pen_pattern_bars){ .n = 1, .close = one, .low = one }),
                 PEN_E_ARG);
    CHECK_OK(pen_patterns_feed(p, &(pen_pattern_bars){ .n = 0 }));
    pen_patterns_destroy(p);
    pen_patterns_destroy(NULL);
}

static void names_lead_to_kinds_and_back(void)
{
    pen_pattern_kind kind;
    for (int k = 0; k < PEN_PATTERN_COUNT; k++) {
        CHECK_OK(pen_pattern_find(pen_pattern_name((pen_pattern_kind)k), &kind));
        CHECK((int)kind == k);
    }
    CHECK_OK(pen_pattern_find("Double_Top", &kind));
    CHECK(kind == PEN_PATTERN_DOUBLE_TOP);
    CHECK_STATUS(pen_pattern_find("double-tops", &kind), PEN_E_NOTFOUND);
    CHECK_ERROR_SAYS("did you mean 'double-top'");
    CHECK(pen_pattern_name(PEN_PATTERN_COUNT) == NULL);
    for (int r = 0; r < PEN_POINT_COUNT; r++)
        CHECK(pen_point_role_name((pen_point_role)r) != NULL);
    CHECK(pen_point_role_name(PEN_POINT_COUNT) == NULL);
}

/* After a failure the rest is fed again, and the result is the same. */
static void a_failed_allocation_loses_no_bar(void)
{
    static series s;
    walk(&s, 2000, 4);
    pen_pattern_options o = with_pivots("fractal:2");
    pen_patterns *whole = find(&s, &o, s.n);
    for (long n = 0;; n++) {
        pen_patterns *p;
        long live = pen_alloc_live();
        pen_alloc_fail_after(n);
        pen_status status = pen_patterns_create(&o, &p);
        size_t done = 0;
        if (status == PEN_OK) {
            pen_pattern_bars bars = bars_of(&s, 0, s.n);
            status = pen_patterns_feed(p, &bars);
            done = pen_patterns_bar_count(p);
        }
        pen_alloc_fail_after(-1);
        CHECK(status == PEN_OK || status == PEN_E_NOMEM);
        if (p != NULL) {
            pen_pattern_bars rest = bars_of(&s, done, s.n - done);
            CHECK_OK(pen_patterns_feed(p, &rest));
            check_same(whole, p);
        }
        pen_patterns_destroy(p);
        CHECK(pen_alloc_live() == live);
        if (status == PEN_OK) {
            CHECK(n > 5);
            break;
        }
    }
    pen_patterns_destroy(whole);
}

static const check_test tests[] = {
    TEST(pivots_are_those_of_a_search_bar_by_bar),
    TEST(a_pattern_is_known_at_its_confirmation_and_not_a_bar_before),
    TEST(later_bars_change_nothing_found_before),
    TEST(pieces_of_any_length_give_the_same),
    TEST(flat_short_and_empty_series_have_no_pattern),
    TEST(closes_alone_are_enough_and_volume_may_be_absent_or_zero),
    TEST(the_filter_on_quality_only_leaves_out),
    TEST(of_one_bar_and_direction_the_best_is_kept),
    TEST(wrong_options_are_named_with_their_range),
    TEST(names_lead_to_kinds_and_back),
    TEST(a_failed_allocation_loses_no_bar),
};

TEST_MAIN(tests)
