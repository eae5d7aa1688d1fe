/* Ticks: rows from tables, the rules for odd ones, signing, chunks. */
#include "ticks.h"

#include <unistd.h>

#include "machine/base/alloc.h"

#define DATA "../shared/data/"

static pen_ticks *read_text(const char *text, const char *symbol, pen_status want)
{
    pen_table *table = NULL;
    pen_ticks *ticks = NULL;
    CHECK_OK(pen_table_read_memory("test.csv", text, strlen(text), NULL, &table));
    if (table != NULL)
        CHECK_STATUS(pen_ticks_from_table(table, symbol, &ticks), want);
    return ticks;
}

/* ---- rows ---- */

static void the_usual_layouts_are_understood(void)
{
    static const struct {
        const char *label, *text;
        double price, size, bid, ask, bid_size;
        int side;
    } rows[] = {
        { "synth",
          "time_ns,price,size,side,bid,ask,bid_size,ask_size\n"
          "1704119400000000000,10,3,sell,9,11,4,5\n",
          10, 3, 9, 11, 4, -1 },
        { "quotes without sizes", "ts_us,bid,ask\n1398920401787000,1.5,1.75\n", NAN, NAN, 1.5, 1.75,
          1, 0 },
        { "quotes",
          "local_ts_ns,exch_ts_ms,update_id,bid_px,bid_qty,ask_px,ask_qty\n"
          "1723161254087891268,,50093239212,618,3.5,619,1.5\n",
          NAN, NAN, 618, 619, 3.5, 0 },
        { "trades, maker 1",
          "local_ts_ns,exch_ts_ms,trade_id,price,qty,buyer_is_maker,trade_type\n"
          "1723161254087896568,1723161255342,37,61837.63,0.02,1,\n",
          61837.63, 0.02, NAN, NAN, NAN, -1 },
        { "Binance aggTrades", "26129,0.01633102,4.70443515,27781,27781,1498793709153,true,true\n",
          0.01633102, 4.70443515, NAN, NAN, NAN, -1 },
        { "Binance trades", "28457,4.00000100,12.00000000,48.000012,1499865549590,False,True\n",
          4.000001, 12, NAN, NAN, NAN, 1 },
        { "futures trades with header",
          "id,price,qty,quote_qty,time,is_buyer_maker\n"
          "5266583935,61800.3,0.006,370,1723161255088,false\n",
          61800.3, 0.006, NAN, NAN, NAN, 1 },
        { "prices alone, numeric side", "time,Price,Side\n2024-01-02T10:00:00Z,5,-1\n", 5, 1, NAN,
          NAN, NAN, -1 },
        { "no side told", "time,px,volume,aggressor\n2024-01-02T10:00:00Z,5,7,none\n", 5, 7, NAN,
          NAN, NAN, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pen_ticks *t = read_text(rows[i].text, NULL, PEN_OK);
        if (t == NULL)
            continue;
        CHECK(pen_ticks_columns(t)->n == 1);
        pen_tick k = pen_tick_at(pen_ticks_columns(t), 0);
        CHECK_NEAR(rows[i].label, k.price, rows[i].price, 0);
        CHECK_NEAR(rows[i].label, k.size, rows[i].size, 0);
        CHECK_NEAR(rows[i].label, k.bid, rows[i].bid, 0);
        CHECK_NEAR(rows[i].label, k.ask, rows[i].ask, 0);
        CHECK_NEAR(rows[i].label, k.bid_size, rows[i].bid_size, 0);
        CHECK_NEAR(rows[i].label, k.side, rows[i].side, 0);
        CHECK(k.time_ns > 1398920000000000000);
        pen_ticks_destroy(t);
    }
}

static void one_symbol_of_several_is_chosen(void)
{
    const char *text = "symbol,time,price,side\nA,2024-01-01,1,buy\nB,2024-01-02,2,sell\n"
                       "A,2024-01-03,3,sell\n";
    pen_ticks *t = read_text(text, "A", PEN_OK);
    if (t != NULL) {
        const pen_tick_columns *c = pen_ticks_columns(t);
        CHECK(c->n == 2 && c->price[1] == 3 && c->side[0] == 1 && c->side[1] == -1);
        CHECK(c->time_ns[1] - c->time_ns[0] == 2 * 86400000000000);
        CHECK(pen_ticks_line(t, 1) == 4 && pen_ticks_line(t, 2) == 0);
    }
    pen_ticks_destroy(t);
    CHECK(read_text(text, NULL, PEN_E_NOTFOUND) == NULL);
    CHECK_ERROR_SAYS("several symbols ('A', 'B', ...)");
    CHECK(read_text(text, "C", PEN_E_NOTFOUND) == NULL);
    CHECK_ERROR_SAYS("no symbol 'C'");
}

static void what_is_not_ticks_is_refused(void)
{
    CHECK(read_text("time,open\n2024-01-01,1\n", NULL, PEN_E_NOTFOUND) == NULL);
    CHECK_ERROR_SAYS("test.csv: no column price");
    CHECK(read_text("a,price\nx,1\n", NULL, PEN_E_NOTFOUND) == NULL);
    CHECK_ERROR_SAYS("no time column");
    CHECK(read_text("time,price,side\n2024-01-01,1,buy\n2024-01-01,1,up\n", NULL, PEN_E_PARSE) ==
          NULL);
    CHECK_ERROR_SAYS("test.csv:3: column 'side': 'up' is no side, expected buy or sell");
    CHECK(read_text("ts_ns,final_update_id,side,price,qty\n1723161254087896568,5,B,1,2\n", NULL,
                    PEN_E_UNSUPPORTED) == NULL);
}

static void two_sources_merge_by_time_quotes_first(void)
{
    pen_ticks *trades =
        read_text("ts_s,price,size,side\n1500000000,1,1,b\n1500000002,2,1,s\n", NULL, PEN_OK);
    pen_ticks *quotes = read_text("ts_s,bid,ask\n1500000001,8,9\n1500000002,7,9\n1500000003,6,9\n",
                                  NULL, PEN_OK),
              *both = NULL;
    CHECK_OK(pen_ticks_merge(trades, quotes, &both));
    pen_ticks_destroy(trades);
    pen_ticks_destroy(quotes);
    static const double price[] = { 1, NAN, NAN, 2, NAN }, bid[] = { NAN, 8, 7, NAN, 6 };
    const pen_tick_columns *c = pen_ticks_columns(both);
    CHECK(c->n == 5 && pen_ticks_line(both, 0) == 0);
    for (size_t i = 0; i < 5; i++) {
        pen_tick k = pen_tick_at(c, i);
        CHECK_NEAR("price", k.price, price[i], 0);
        CHECK_NEAR("bid", k.bid, bid[i], 0);
        CHECK_NEAR("bid_size", k.bid_size, isnan(bid[i]) ? NAN : 1, 0);
    }
    pen_ticks_destroy(both);
}

/* ---- rules ---- */

static const pen_tick good = { .time_ns = 100,
                               .price = 10,
                               .size = 1,
                               .bid = 9,
                               .ask = 11,
                               .bid_size = 2,
                               .ask_size = 3,
                               .id = NAN,
                               .side = 1 };

static void each_odd_row_counts_under_its_rule(void)
{
    static const struct {
        const char *label;
        size_t offset;
        double value;
        pen_tick_quirk_kind kind;
        int trades, quotes; /* used of the odd row */
    } rows[] = {
        { "price NaN", offsetof(pen_tick, price), NAN, PEN_TICK_MISSING, 0, 1 },
        { "size NaN", offsetof(pen_tick, size), NAN, PEN_TICK_MISSING, 0, 1 },
        { "bid NaN", offsetof(pen_tick, bid), NAN, PEN_TICK_MISSING, 1, 0 },
        { "ask size NaN", offsetof(pen_tick, ask_size), NAN, PEN_TICK_MISSING, 1, 0 },
        { "price inf", offsetof(pen_tick, price), INFINITY, PEN_TICK_NONFINITE, 0, 1 },
        { "ask inf", offsetof(pen_tick, ask), INFINITY, PEN_TICK_NONFINITE, 1, 0 },
        { "bid size inf", offsetof(pen_tick, bid_size), INFINITY, PEN_TICK_NONFINITE, 1, 0 },
        { "price 0", offsetof(pen_tick, price), 0, PEN_TICK_PRICE, 0, 1 },
        { "bid -1", offsetof(pen_tick, bid), -1, PEN_TICK_PRICE, 1, 0 },
        { "size -1", offsetof(pen_tick, size), -1, PEN_TICK_SIZE_NEGATIVE, 0, 1 },
        { "ask size -1", offsetof(pen_tick, ask_size), -1, PEN_TICK_SIZE_NEGATIVE, 1, 0 },
        { "size 0", offsetof(pen_tick, size), 0, PEN_TICK_SIZE_ZERO, 0, 1 },
        { "bid size 0 is fine", offsetof(pen_tick, bid_size), 0, PEN_TICK_QUIRK_COUNT, 1, 1 },
        { "crossed", offsetof(pen_tick, ask), 8.5, PEN_TICK_CROSSED, 1, 0 },
        { "locked", offsetof(pen_tick, ask), 9, PEN_TICK_LOCKED, 1, 1 },
        { "denormal price is fine", offsetof(pen_tick, price), 4e-320, PEN_TICK_QUIRK_COUNT, 1, 1 },
        { "huge ask is fine", offsetof(pen_tick, ask), 1e308, PEN_TICK_QUIRK_COUNT, 1, 1 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pen_tick_stream *s;
        pen_tick odd = good;
        CHECK_OK(pen_tick_stream_create(NULL, &s));
        CHECK_OK(pen_tick_stream_update(s, &good));
        odd.time_ns = 200;
        memcpy((char *)&odd + rows[i].offset, &rows[i].value, sizeof(double));
        CHECK_OK(pen_tick_stream_update(s, &odd));
        pen_tick_totals t = pen_tick_stream_totals(s);
        CHECK_NEAR(rows[i].label, (double)t.trades, 1 + rows[i].trades, 0);
        CHECK_NEAR(rows[i].label, (double)t.quotes, 1 + rows[i].quotes, 0);
        CHECK(pen_tick_stream_rows(s) == 2);
        for (int k = 0; k < PEN_TICK_QUIRK_COUNT; k++) {
            pen_quirk q = pen_tick_stream_quirk(s, (pen_tick_quirk_kind)k);
            CHECK_NEAR(rows[i].label, (double)q.count, k == (int)rows[i].kind, 0);
            CHECK(q.first_line == (q.count > 0 ? 2 : 0));
        }
        pen_tick_stream_destroy(s);
    }
}

/* Rows used of: two the same, one earlier, one crossed, one locked, one of size 0. */
static pen_tick_totals run_policies(pen_tick_policy policy, pen_tick_policy crossed)
{
    pen_tick_params p = pen_tick_params_default();
    p.crossed = crossed;
    p.locked = p.duplicate = p.late = p.size_zero = policy;
    pen_tick rows[6] = { good, good, good, good, good, good };
    rows[2].time_ns = 50;
    rows[3].time_ns = 300;
    rows[3].ask = 8;
    rows[4].time_ns = 400;
    rows[4].ask = 9;
    rows[5].time_ns = 500;
    rows[5].size = 0;
    pen_tick_stream *s;
    CHECK_OK(pen_tick_stream_create(&p, &s));
    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK_OK(pen_tick_stream_update(s, &rows[i]));
    static const int counted[] = { PEN_TICK_DUPLICATE, PEN_TICK_OUT_OF_ORDER, PEN_TICK_CROSSED,
                                   PEN_TICK_LOCKED, PEN_TICK_SIZE_ZERO };
    for (size_t k = 0; k < COUNT(counted); k++) /* whatever is done about them */
        CHECK(pen_tick_stream_quirk(s, (pen_tick_quirk_kind)counted[k]).count == 1);
    pen_tick_totals t = pen_tick_stream_totals(s);
    pen_tick_stream_destroy(s);
    return t;
}

static void policies_say_what_is_used(void)
{
    pen_tick_totals t = run_policies(PEN_TICK_DROP, PEN_TICK_DROP);
    CHECK(t.trades == 3 && t.quotes == 2);
    t = run_policies(PEN_TICK_KEEP, PEN_TICK_SWAP);
    CHECK(t.trades == 6 && t.quotes == 6);
    CHECK(t.first_ns == 100 && t.last_ns == 500);
}

static void the_number_of_a_row_tells_repeats_from_duplicates(void)
{
    pen_tick a = good, b = good;
    a.id = 7;
    b.id = 8;
    pen_tick_stream *s;
    CHECK_OK(pen_tick_stream_create(NULL, &s));
    CHECK_OK(pen_tick_stream_update(s, &a));
    CHECK_OK(pen_tick_stream_update(s, &b));
    CHECK_OK(pen_tick_stream_update(s, &b));
    CHECK(pen_tick_stream_totals(s).trades == 2);
    CHECK(pen_tick_stream_quirk(s, PEN_TICK_DUPLICATE).count == 1);
    pen_tick_stream_destroy(s);
}

static void parameters_out_of_range_are_named(void)
{
    pen_tick_stream *s;
    pen_tick_params p = pen_tick_params_default();
    p.locked = PEN_TICK_SWAP;
    CHECK_STATUS(pen_tick_stream_create(&p, &s), PEN_E_ARG);
    CHECK_ERROR_SAYS("locked is 2, expected DROP or KEEP");
    CHECK(s == NULL);
    p = pen_tick_params_default();
    p.quote_delay_ns = -1;
    CHECK_STATUS(pen_tick_stream_create(&p, &s), PEN_E_ARG);
    CHECK_ERROR_SAYS("quote_delay_ns -1");
    p = pen_tick_params_default();
    p.bars = (pen_tick_bar_rule){ .kind = PEN_TICK_BAR_VOLUME, .size = NAN };
    CHECK_STATUS(pen_tick_stream_create(&p, &s), PEN_E_ARG);
    CHECK_ERROR_SAYS("bars: size nan");
    pen_tick_columns none = { .n = 0 };
    CHECK_OK(pen_tick_stream_create(NULL, &s));
    CHECK_STATUS(pen_tick_stream_run(s, &none, 0, 1, NULL), PEN_E_SHAPE);
    CHECK_OK(pen_tick_stream_run(s, &none, 0, 0, NULL));
    CHECK(pen_tick_stream_rows(s) == 0);
    pen_tick_stream_destroy(s);
    CHECK(pen_tick_quirk_text(PEN_TICK_QUIRK_COUNT) == NULL);
    CHECK_TEXT(pen_tick_quirk_text(PEN_TICK_CROSSED), "crossed quotes");
}

/* ---- signing ---- */

/* The side of each trade of c by the definition, looking back over all rows. */
static int side_by_hand(const pen_tick_columns *c, size_t row, pen_tick_sign_rule rule,
                        int64_t delay)
{
    double mid = NAN;
    int tick = 0;
    for (size_t i = 0; i <= row; i++)
        if (c->time_ns[i] <= c->time_ns[row] - delay)
            mid = (c->bid[i] + c->ask[i]) / 2;
    for (size_t i = 1; i <= row && tick == 0; i++) /* the last change of price */
        tick = (c->price[row - i + 1] > c->price[row - i]) -
               (c->price[row - i + 1] < c->price[row - i]);
    int quote = (c->price[row] > mid) - (c->price[row] < mid);
    int told = c->side[row];
    switch (rule) {
    case PEN_TICK_SIGN_DATA:
        return told;
    case PEN_TICK_SIGN_TICK:
        return tick;
    case PEN_TICK_SIGN_QUOTE:
        return quote;
    case PEN_TICK_SIGN_LEE_READY:
        return quote != 0 ? quote : tick;
    default:
        return told != 0 ? told : quote != 0 ? quote : tick;
    }
}

static void every_rule_signs_by_its_definition(void)
{
    enum { N = 1500 };
    static const int64_t delays[] = { 0, 1, 700000000, 5000000000 };
    pen_tick_columns c = make_ticks(N, 3);
    for (size_t i = 0; i < N; i++) {
        if (i % 3 == 0)
            tick_price[i] = (tick_bid[i] + tick_ask[i]) / 2; /* at the mid */
        if (i % 5 == 0)
            tick_side[i] = 0;
    }
    for (size_t d = 0; d < COUNT(delays); d++)
        for (int rule = PEN_TICK_SIGN_AUTO; rule <= PEN_TICK_SIGN_LEE_READY; rule++) {
            pen_tick_params p = pen_tick_params_default();
            p.sign = (pen_tick_sign_rule)rule;
            p.quote_delay_ns = delays[d];
            pen_tick_stream *s;
            CHECK_OK(pen_tick_stream_create(&p, &s));
            size_t wrong = 0;
            for (size_t i = 0; i < N; i++) {
                pen_tick_totals before = pen_tick_stream_totals(s);
                CHECK_OK(pen_tick_stream_run(s, &c, i, i + 1, NULL));
                pen_tick_totals t = pen_tick_stream_totals(s);
                int side = (int)(t.buys - before.buys) - (int)(t.sells - before.sells);
                wrong += side != side_by_hand(&c, i, p.sign, delays[d]);
            }
            CHECK_NEAR("trades signed otherwise", (double)wrong, 0, 0);
            pen_tick_totals t = pen_tick_stream_totals(s);
            CHECK(t.buys + t.sells + pen_tick_stream_quirk(s, PEN_TICK_UNSIGNED).count == N);
            pen_tick_stream_destroy(s);
        }
}

/* ---- chunks, clones, memory ---- */

static bool has_same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void compare(const pen_tick_stream *a, const pen_tick_stream *b)
{
    size_t n, m;
    const pen_tick_bar *x = pen_tick_stream_bars(a, &n), *y = pen_tick_stream_bars(b, &m);
    CHECK(n == m && n > 0 && memcmp(x, y, n * sizeof *x) == 0);
    const pen_tick_event *e = pen_tick_stream_events(a, &n), *f = pen_tick_stream_events(b, &m);
    CHECK(n == m && n > 10 && memcmp(e, f, n * sizeof *e) == 0);
    pen_tick_totals t = pen_tick_stream_totals(a), u = pen_tick_stream_totals(b);
    CHECK(memcmp(&t, &u, sizeof t) == 0);
    pen_tick_measures v = pen_tick_stream_measures(a), w = pen_tick_stream_measures(b);
    CHECK(memcmp(&v, &w, sizeof v) == 0 && v.vpin_buckets > 10 && v.realised_trades > 100);
    for (size_t i = 0; i < 3; i++) {
        pen_tick_variance q = pen_tick_stream_variance(a, i), r = pen_tick_stream_variance(b, i);
        CHECK(memcmp(&q, &r, sizeof q) == 0 && (i == 2 || q.returns > 10));
    }
    for (int k = 0; k < PEN_TICK_FEATURE_COUNT; k++)
        CHECK(has_same_bits(pen_tick_stream_feature(a, (pen_tick_feature_kind)k),
                            pen_tick_stream_feature(b, (pen_tick_feature_kind)k)));
    for (int k = 0; k < PEN_TICK_QUIRK_COUNT; k++) {
        pen_quirk q = pen_tick_stream_quirk(a, (pen_tick_quirk_kind)k);
        pen_quirk r = pen_tick_stream_quirk(b, (pen_tick_quirk_kind)k);
        CHECK(q.count == r.count && q.first_line == r.first_line);
    }
}

static pen_tick_params everything(void)
{
    static const char *const signals[] = { "|imbalance|>0.5,rearm=0.2", "book<=-0.5,cooldown=3s",
                                           "vpin>0.3", "ofi>100" };
    pen_tick_params p = pen_tick_params_default();
    p.sign = PEN_TICK_SIGN_LEE_READY;
    p.quote_delay_ns = 2000000000;
    p.signals = signals;
    p.n_signals = COUNT(signals);
    p.vpin_bucket = 20000;
    p.vpin_buckets = 7;
    p.vpin_bulk_ns = 10000000000;
    p.has_measures = true;
    p.n_intervals = 2;
    p.interval_ns[0] = 1000000000;
    p.interval_ns[1] = 30000000000;
    CHECK_OK(pen_tick_bar_rule_parse("volume_imbalance:40", &p.bars));
    return p;
}

/* A stream that has taken c's columns of features as well; NaN are compared as bits. */
static void columns_are_what_the_stream_knows_after_each_row(void)
{
    enum { N = 3000 };
    static double columns[PEN_TICK_FEATURE_COUNT][N];
    double *out[PEN_TICK_FEATURE_COUNT];
    pen_tick_params p = everything();
    pen_tick_columns c = make_odd_ticks(N, 12);
    pen_tick_stream *s;
    size_t differences = 0;
    for (size_t k = 0; k < PEN_TICK_FEATURE_COUNT; k++)
        out[k] = columns[k];
    CHECK_OK(pen_tick_stream_create(&p, &s));
    CHECK_OK(pen_tick_stream_run(s, &c, 0, 1234, out));
    CHECK_OK(pen_tick_stream_run(s, &c, 1234, N, out));
    pen_tick_stream_destroy(s);
    CHECK_OK(pen_tick_stream_create(&p, &s));
    for (size_t i = 0; i < N; i++) {
        pen_tick tick = pen_tick_at(&c, i);
        CHECK_OK(pen_tick_stream_update(s, &tick));
        for (size_t k = 0; k < PEN_TICK_FEATURE_COUNT; k++)
            differences +=
                !has_same_bits(columns[k][i], pen_tick_stream_feature(s, (pen_tick_feature_kind)k));
    }
    CHECK_NEAR("differences", (double)differences, 0, 0);
    pen_tick_stream_destroy(s);
}

static void chunks_of_any_size_give_the_same_bits(void)
{
    static const size_t chunks[] = { 0, 1, 2, 7, 100 };
    pen_tick_params p = everything();
    pen_tick_columns c = make_odd_ticks(8000, 5);
    pen_tick_stream *whole = run_ticks(&p, &c, c.n);
    for (int k = 0; k < PEN_TICK_QUIRK_COUNT; k++)
        if (k != PEN_TICK_UNSIGNED)
            CHECK(pen_tick_stream_quirk(whole, (pen_tick_quirk_kind)k).count > 5);
    for (size_t i = 0; i < COUNT(chunks); i++) {
        pen_tick_stream *s = run_ticks(&p, &c, chunks[i]);
        compare(whole, s);
        pen_tick_stream_destroy(s);
    }
    pen_tick_stream_destroy(whole);
}

static void a_clone_goes_on_by_itself(void)
{
    pen_tick_params p = everything();
    pen_tick_columns c = make_odd_ticks(6000, 6);
    pen_tick_stream *whole = run_ticks(&p, &c, c.n), *first, *second;
    CHECK_OK(pen_tick_stream_create(&p, &first));
    CHECK_OK(pen_tick_stream_run(first, &c, 0, 2500, NULL));
    CHECK_OK(pen_tick_stream_clone(first, &second));
    CHECK_OK(pen_tick_stream_run(second, &c, 2500, c.n, NULL));
    pen_tick_totals t = pen_tick_stream_totals(first);
    CHECK(t.trades < 2500);
    CHECK_OK(pen_tick_stream_run(first, &c, 2500, c.n, NULL));
    compare(whole, first);
    compare(whole, second);
    pen_tick_stream_destroy(first);
    pen_tick_stream_destroy(second);
    pen_tick_stream_destroy(whole);
}

static pen_status use_everything(const pen_tick_columns *c)
{
    static const char text[] = "symbol,time,price,side,bid,ask\nA,2024-01-01,1,buy,1,2\n"
                               "B,2024-01-01,1,buy,1,2\n";
    pen_tick_params p = everything();
    pen_table *table = NULL;
    pen_ticks *ticks = NULL, *both = NULL;
    pen_tick_stream *s = NULL, *clone = NULL;
    pen_status status = pen_table_read_memory("t", text, strlen(text), NULL, &table);
    if (status == PEN_OK)
        status = pen_ticks_from_table(table, "B", &ticks);
    if (status == PEN_OK)
        status = pen_ticks_merge(ticks, ticks, &both);
    if (status == PEN_OK)
        status = pen_tick_stream_create(&p, &s);
    if (status == PEN_OK)
        status = pen_tick_stream_run(s, c, 0, c->n, NULL);
    if (status == PEN_OK)
        status = pen_tick_stream_clone(s, &clone);
    pen_tick_stream_destroy(clone);
    pen_tick_stream_destroy(s);
    pen_ticks_destroy(both);
    pen_ticks_destroy(ticks);
    return status;
}

static void every_allocation_may_fail(void)
{
    pen_tick_columns c = make_ticks(2000, 8);
    pen_status s = PEN_E_NOMEM;
    long live = pen_alloc_live(), n = 0;
    for (; s == PEN_E_NOMEM && n < 1000; n++) {
        pen_alloc_fail_after(n);
        s = use_everything(&c);
        pen_alloc_fail_after(-1);
        CHECK(pen_alloc_live() == live);
    }
    CHECK_OK(s);
    CHECK(n > 20);
}

static void a_failed_update_changes_nothing(void)
{
    pen_tick_params p = everything();
    pen_tick_columns c = make_ticks(4000, 9);
    pen_tick_stream *whole = run_ticks(&p, &c, c.n), *s;
    CHECK_OK(pen_tick_stream_create(&p, &s));
    size_t failures = 0;
    for (size_t i = 0; i < c.n;) {
        pen_tick tick = pen_tick_at(&c, i);
        pen_alloc_fail_after(i % 2 == 0 ? 0 : -1);
        pen_status status = pen_tick_stream_update(s, &tick);
        pen_alloc_fail_after(-1);
        failures += status != PEN_OK;
        if (status != PEN_OK)
            CHECK_OK(pen_tick_stream_update(s, &tick));
        i++;
    }
    CHECK(failures > 0);
    compare(whole, s);
    pen_tick_stream_destroy(s);
    pen_tick_stream_destroy(whole);
}

/* ---- edges and real files ---- */

static void nothing_and_one_tick_are_fine(void)
{
    pen_tick_params p = everything();
    pen_tick_columns c = make_ticks(1, 1);
    pen_tick_bar bar;
    size_t count;
    pen_tick_stream *s = run_ticks(&p, &(pen_tick_columns){ .n = 0 }, 1);
    CHECK(pen_tick_stream_rows(s) == 0 && !pen_tick_stream_peek_bar(s, &bar));
    pen_tick_stream_bars(s, &count);
    CHECK(count == 0);
    pen_tick_stream_destroy(s);
    s = run_ticks(&p, &c, 1);
    CHECK(pen_tick_stream_totals(s).trades == 1 && pen_tick_stream_peek_bar(s, &bar));
    CHECK(bar.open == c.price[0] && bar.trades == 1);
    pen_tick_stream_destroy(s);
    pen_tick_stream_destroy(NULL);
    pen_ticks_destroy(NULL);
}

static void real_files_have_the_quirks_their_list_names(void)
{
    static const struct {
        const char *path;
        uint64_t rows, crossed, locked, trades, sells;
    } files[] = {
        { "tick/binance_spot_btcusdt_20240808_trades.csv.gz", 9757, 0, 0, 9757, 5654 },
        { "tick/binance_usdm_btcusdt_20240808_quotes.csv.gz", 66089, 0, 0, 0, 0 },
        { "tick/eurusd_fxcm_quotes_201405.csv.gz", 1144807, 116871, 142462, 0, 0 },
    };
    if (access(DATA "README.md", R_OK) != 0)
        SKIP("no ../shared/data");
    for (size_t i = 0; i < COUNT(files); i++) {
        char path[256];
        pen_ticks *t;
        snprintf(path, sizeof path, DATA "%s", files[i].path);
        CHECK_OK(pen_ticks_read(path, NULL, NULL, &t));
        if (t == NULL)
            continue;
        pen_tick_stream *s = run_ticks(NULL, pen_ticks_columns(t), 1 << 20);
        pen_tick_totals totals = pen_tick_stream_totals(s);
        CHECK(pen_tick_stream_rows(s) == files[i].rows);
        CHECK(pen_tick_stream_quirk(s, PEN_TICK_CROSSED).count == files[i].crossed);
        CHECK(pen_tick_stream_quirk(s, PEN_TICK_LOCKED).count == files[i].locked);
        CHECK(totals.trades == files[i].trades && totals.sells == files[i].sells);
        CHECK(totals.quotes == (files[i].trades > 0 ? 0 : files[i].rows - files[i].crossed));
        pen_tick_stream_destroy(s);
        pen_ticks_destroy(t);
    }
}

static const check_test tests[] = {
    TEST(the_usual_layouts_are_understood),
    TEST(one_symbol_of_several_is_chosen),
    TEST(what_is_not_ticks_is_refused),
    TEST(two_sources_merge_by_time_quotes_first),
    TEST(each_odd_row_counts_under_its_rule),
    TEST(policies_say_what_is_used),
    TEST(the_number_of_a_row_tells_repeats_from_duplicates),
    TEST(parameters_out_of_range_are_named),
    TEST(every_rule_signs_by_its_definition),
    TEST(columns_are_what_the_stream_knows_after_each_row),
    TEST(chunks_of_any_size_give_the_same_bits),
    TEST(a_clone_goes_on_by_itself),
    TEST(every_allocation_may_fail),
    TEST(a_failed_update_changes_nothing),
    TEST(nothing_and_one_tick_are_fine),
    TEST(real_files_have_the_quirks_their_list_names),
};
TEST_MAIN(tests)
