/* Bars from ticks, against their definitions. */
#include "ticks.h"

static const pen_tick good = { .time_ns = 100,
                               .price = 10,
                               .size = 1,
                               .bid = 9,
                               .ask = 11,
                               .bid_size = 2,
                               .ask_size = 3,
                               .id = NAN,
                               .side = 1 };

/* Where the bars of c end, row numbers behind the last, by the definitions. */
static size_t ends_by_hand(const pen_tick_columns *c, const pen_tick_bar_rule *rule, size_t *ends)
{
    size_t n = 0, first = 0;
    double total = 0, theta = 0, expected_t = rule->size, expected_b = 0;
    for (size_t i = 0; i < c->n; i++) {
        double money = c->price[i] * c->size[i], b = c->side[i], mark = rule->size;
        bool is_end = false;
        if (rule->kind == PEN_TICK_BAR_TIME) {
            double period = rule->size * 1e9;
            is_end =
                i + 1 < c->n &&
                floor((double)(c->time_ns[i] - c->time_ns[0] + c->time_ns[0] % (int64_t)period) /
                      period) != floor((double)(c->time_ns[i + 1] - c->time_ns[0] +
                                                c->time_ns[0] % (int64_t)period) /
                                       period);
        } else if (rule->kind <= PEN_TICK_BAR_DOLLAR) {
            total += rule->kind == PEN_TICK_BAR_TICK     ? 1
                     : rule->kind == PEN_TICK_BAR_VOLUME ? c->size[i]
                                                         : money;
            is_end = total >= mark;
        } else {
            double weight = rule->kind == PEN_TICK_BAR_TICK_IMBALANCE     ? 1
                            : rule->kind == PEN_TICK_BAR_VOLUME_IMBALANCE ? c->size[i]
                                                                          : money;
            double trades = (double)(i + 1 - first);
            theta += b * weight;
            is_end = n == 0 ? trades >= mark : fabs(theta) >= expected_t * fabs(expected_b);
            if (is_end) {
                double a = n == 0 ? 1 : 2 / (rule->span + 1);
                expected_t += a * (trades - expected_t);
                expected_b += a * (theta / trades - expected_b);
                expected_t = fmin(fmax(expected_t, mark / 10), mark * 10);
                theta = 0;
            }
        }
        if (is_end) {
            ends[n++] = first = i + 1;
            total = 0;
        }
    }
    return n;
}

static void check_bar(const pen_tick_columns *c, const pen_tick_bar *bar, size_t begin, size_t end,
                      bool is_time)
{
    double high = -INFINITY, low = INFINITY, volume = 0, money = 0, bought = 0, sold = 0;
    for (size_t i = begin; i < end; i++) {
        high = fmax(high, c->price[i]);
        low = fmin(low, c->price[i]);
        volume += c->size[i];
        money += c->price[i] * c->size[i];
        bought += c->side[i] > 0 ? c->size[i] : 0;
        sold += c->side[i] < 0 ? c->size[i] : 0;
    }
    CHECK(bar->trades == end - begin);
    CHECK(bar->open == c->price[begin] && bar->close == c->price[end - 1]);
    CHECK(bar->high == high && bar->low == low && bar->volume == volume && bar->money == money);
    CHECK(bar->buy_volume == bought && bar->sell_volume == sold);
    CHECK_NEAR("vwap", bar->vwap, money / volume, 0);
    CHECK(bar->end_ns == c->time_ns[end - 1]);
    CHECK(is_time ? bar->start_ns <= c->time_ns[begin] && bar->start_ns % 60000000000 == 0
                  : bar->start_ns == c->time_ns[begin]);
}

static void bars_end_where_their_rule_says(void)
{
    static const char *const rules[] = {
        "time:60",
        "time:1m",
        "tick:1",
        "tick:100",
        "volume:50000",
        "volume:1e-9",
        "dollar:2.5e6",
        "tick_imbalance:50",
        "volume_imbalance:50,5",
        "dollar_imbalance:100,1",
    };
    static size_t ends[MOST_TICKS];
    pen_tick_columns c = make_ticks(MOST_TICKS, 11);
    for (size_t r = 0; r < COUNT(rules); r++) {
        pen_tick_params p = pen_tick_params_default();
        CHECK_OK(pen_tick_bar_rule_parse(rules[r], &p.bars));
        pen_tick_stream *s = run_ticks(&p, &c, c.n);
        size_t count, by_hand;
        pen_tick_bar open;
        p.bars.span = p.bars.span > 0 ? p.bars.span : 20;
        by_hand = ends_by_hand(&c, &p.bars, ends);
        const pen_tick_bar *bars = pen_tick_stream_bars(s, &count);
        CHECK_NEAR(rules[r], (double)count, (double)by_hand, 0);
        CHECK(count > 5);
        int failed = check_failed_;
        for (size_t i = 0; i < count && i < by_hand && check_failed_ == failed; i++)
            check_bar(&c, &bars[i], i > 0 ? ends[i - 1] : 0, ends[i],
                      p.bars.kind == PEN_TICK_BAR_TIME);
        size_t last = by_hand > 0 ? ends[by_hand - 1] : 0;
        CHECK(pen_tick_stream_peek_bar(s, &open) == (last < c.n));
        if (last < c.n)
            check_bar(&c, &open, last, c.n, p.bars.kind == PEN_TICK_BAR_TIME);
        pen_tick_stream_clear_bars(s);
        pen_tick_stream_bars(s, &count);
        CHECK(count == 0);
        pen_tick_stream_destroy(s);
    }
}

static void a_quote_of_a_later_period_ends_a_time_bar(void)
{
    pen_tick_params p = pen_tick_params_default();
    CHECK_OK(pen_tick_bar_rule_parse("time:100ns", &p.bars));
    pen_tick_stream *s;
    size_t count;
    CHECK_OK(pen_tick_stream_create(&p, &s));
    pen_tick k = good;
    k.time_ns = -150; /* before 1970 periods start at multiples as well */
    CHECK_OK(pen_tick_stream_update(s, &k));
    k.time_ns = -100;
    k.price = k.size = NAN;
    CHECK_OK(pen_tick_stream_update(s, &k));
    const pen_tick_bar *bars = pen_tick_stream_bars(s, &count);
    CHECK(count == 1 && bars[0].start_ns == -200 && bars[0].end_ns == -150);
    pen_tick_bar open;
    CHECK(!pen_tick_stream_peek_bar(s, &open));
    pen_tick_stream_destroy(s);
}

static void bar_rules_that_are_none_are_refused(void)
{
    static const char *const rules[] = {
        "",          "volume",  "volume:", "volume:0", "volume:-1", "volume:nan",
        "time:0",    "time:1y", "tick:1x", "bars:3",   "tick:5,5",  "tick_imbalance:5,0.5",
        "time:1e-10"
    };
    for (size_t i = 0; i < COUNT(rules); i++) {
        pen_tick_bar_rule rule;
        CHECK_STATUS(pen_tick_bar_rule_parse(rules[i], &rule), PEN_E_ARG);
        CHECK_ERROR_SAYS("expected time:60s");
        CHECK(rule.kind == PEN_TICK_BAR_NONE);
    }
    double seconds;
    CHECK_OK(pen_tick_duration_parse("250ms", &seconds));
    CHECK_NEAR("250ms", seconds, 0.25, 0);
    CHECK_OK(pen_tick_duration_parse("1.5h", &seconds));
    CHECK_NEAR("1.5h", seconds, 5400, 0);
    CHECK_STATUS(pen_tick_duration_parse("5 parsecs", &seconds), PEN_E_ARG);
}

static const check_test tests[] = {
    TEST(bars_end_where_their_rule_says),
    TEST(a_quote_of_a_later_period_ends_a_time_bar),
    TEST(bar_rules_that_are_none_are_refused),
};
TEST_MAIN(tests)
