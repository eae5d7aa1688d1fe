/* Any bytes as a CSV file of ticks: an error, or a stream that takes its rows one by one as in
 * one go. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "penstock/tick.h"

static const char *const bars[] = { "time:1s",           "tick:2",           "volume:3",
                                    "dollar:100",        "tick_imbalance:2", "volume_imbalance:2,1",
                                    "dollar_imbalance:3" };

static const char *const signals[] = { "|imbalance|>=0.5,rearm=0.1", "book<0", "vpin>0.4",
                                       "ofi>1,cooldown=1s" };

static pen_tick_params choose(uint8_t a, uint8_t b)
{
    pen_tick_params p = pen_tick_params_default();
    p.signals = signals;
    p.n_signals = a & 64 ? 4 : 0;
    p.vpin_bucket = a & 128 ? 2.5 : 0;
    p.vpin_buckets = 3;
    p.vpin_bulk_ns = b & 128 ? 1000000000 : 0;
    p.has_measures = b & 64;
    p.regression_ns = 1000000000;
    p.n_intervals = b & 64 ? 2 : 0;
    p.interval_ns[0] = 1;
    p.interval_ns[1] = 60000000000;
    p.crossed = (pen_tick_policy)(a % 3);
    p.locked = p.late = (pen_tick_policy)(a >> 2 & 1);
    p.duplicate = p.size_zero = (pen_tick_policy)(a >> 3 & 1);
    p.sign = (pen_tick_sign_rule)(b % 5);
    p.quote_delay_ns = a & 16 ? INT64_MAX : a & 32 ? 1000000000 : 0;
    if (pen_tick_bar_rule_parse(bars[b / 5 % 7], &p.bars) != PEN_OK)
        abort();
    return p;
}

static int is_different(double a, double b)
{
    return memcmp(&a, &b, sizeof a) != 0 && (a == a || b == b);
}

static void run_both_ways(const pen_tick_columns *c, const pen_tick_params *p)
{
    pen_tick_stream *whole, *single;
    size_t n, m;
    if (pen_tick_stream_create(p, &whole) != PEN_OK ||
        pen_tick_stream_create(p, &single) != PEN_OK ||
        pen_tick_stream_run(whole, c, 0, c->n, NULL) != PEN_OK)
        abort();
    for (size_t i = 0; i < c->n; i++) {
        pen_tick tick = pen_tick_at(c, i);
        if (pen_tick_stream_update(single, &tick) != PEN_OK)
            abort();
    }
    pen_tick_totals t = pen_tick_stream_totals(whole);
    if (pen_tick_stream_rows(whole) != c->n || t.buys + t.sells > t.trades)
        abort();
    for (int k = 0; k < PEN_TICK_FEATURE_COUNT; k++)
        if (is_different(pen_tick_stream_feature(whole, (pen_tick_feature_kind)k),
                         pen_tick_stream_feature(single, (pen_tick_feature_kind)k)))
            abort();
    pen_tick_stream_events(whole, &n);
    pen_tick_stream_events(single, &m);
    if (n != m || is_different(pen_tick_stream_measures(whole).impact_px,
                               pen_tick_stream_measures(single).impact_px))
        abort();
    const pen_tick_bar *x = pen_tick_stream_bars(whole, &n), *y = pen_tick_stream_bars(single, &m);
    if (n != m || (n > 0 && memcmp(x, y, n * sizeof *x) != 0))
        abort();
    pen_tick_stream_destroy(whole);
    pen_tick_stream_destroy(single);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    pen_tick_bar_rule rule;
    pen_table *table;
    pen_ticks *ticks;
    char text[64] = "";
    if (n < 2)
        return 0;
    memcpy(text, data, n < sizeof text ? n : sizeof text - 1);
    (void)pen_tick_bar_rule_parse(text, &rule);
    const char *signal = text;
    pen_tick_params any = {
        .window_s = 1, .regression_ns = 1, .gap_ns = 1, .signals = &signal, .n_signals = 1
    };
    pen_tick_stream *stream;
    if (pen_tick_stream_create(&any, &stream) == PEN_OK)
        pen_tick_stream_destroy(stream);
    pen_tick_params p = choose(data[0], data[1]);
    if (pen_table_read_memory("fuzz", data + 2, n - 2, NULL, &table) != PEN_OK ||
        pen_ticks_from_table(table, NULL, &ticks) != PEN_OK)
        return 0;
    run_both_ways(pen_ticks_columns(ticks), &p);
    pen_ticks_destroy(ticks);
    return 0;
}
