/* Order flow, signals and VPIN, against their definitions over all rows. */
#include "ticks.h"

#include "flow/tick/decay.h"

enum { N = 3000 };
static double columns[PEN_TICK_FEATURE_COUNT][N];

static void run_features(const pen_tick_params *p, const pen_tick_columns *c)
{
    double *out[PEN_TICK_FEATURE_COUNT];
    pen_tick_stream *s;
    for (size_t k = 0; k < PEN_TICK_FEATURE_COUNT; k++)
        out[k] = columns[k];
    CHECK_OK(pen_tick_stream_create(p, &s));
    CHECK_OK(pen_tick_stream_run(s, c, 0, c->n, out));
    pen_tick_stream_destroy(s);
}

static void the_decay_is_the_exponential(void)
{
    double worst = 0;
    CHECK(tick_decay(0) == 1 && tick_decay(40) == 0 && tick_decay(INFINITY) == 0);
    CHECK(tick_decay(NAN) == 0);
    for (double x = 1e-18; x < 40; x = x * 1.01 + 1e-6)
        worst = fmax(worst, fabs(tick_decay(x) / exp(-x) - 1));
    CHECK_NEAR("relative error", worst, 0, 3e-16);
    for (int j = 0; j < 64; j++)
        CHECK_NEAR("table", tick_decay_table[j], exp2(-j / 64.0), 1.2e-16);
    CHECK_NEAR("elapsed", tick_elapsed_ns(INT64_MIN, INT64_MAX), 0x1p63, 0);
}

/* Sum over rows up to `row` of value(i) e^(-age / window). */
static double decayed(const pen_tick_columns *c, const double *value, size_t row, double window)
{
    double sum = 0;
    for (size_t i = 0; i <= row; i++)
        sum += value[i] * exp((double)(c->time_ns[i] - c->time_ns[row]) / (window * 1e9));
    return sum;
}

static void features_are_what_their_definitions_say(void)
{
    static double flow[N], sizes[N], signed_sizes[N], ones[N];
    pen_tick_columns c = make_ticks(N, 21);
    pen_tick_params p = pen_tick_params_default();
    p.window_s = 7;
    run_features(&p, &c);
    for (size_t i = 0; i < N; i++) {
        double b = i > 0 ? c.bid[i - 1] : NAN, a = i > 0 ? c.ask[i - 1] : NAN;
        double qb = i > 0 ? c.bid_size[i - 1] : 0, qa = i > 0 ? c.ask_size[i - 1] : 0;
        flow[i] = 0;
        if (c.bid[i] >= b)
            flow[i] += c.bid_size[i];
        if (c.bid[i] <= b)
            flow[i] -= qb;
        if (c.ask[i] <= a)
            flow[i] -= c.ask_size[i];
        if (c.ask[i] >= a)
            flow[i] += qa;
        ones[i] = 1;
        sizes[i] = c.size[i];
        signed_sizes[i] = c.side[i] * c.size[i];
    }
    for (size_t i = 0; i < N; i += 13) {
        double mid = (c.bid[i] + c.ask[i]) / 2, total = c.bid_size[i] + c.ask_size[i];
        double micro = (c.bid[i] * c.ask_size[i] + c.ask[i] * c.bid_size[i]) / total;
        double volume = decayed(&c, sizes, i, 7);
        CHECK(columns[PEN_TICK_FEATURE_PRICE][i] == c.price[i]);
        CHECK(columns[PEN_TICK_FEATURE_SIDE][i] == c.side[i]);
        CHECK_NEAR("mid", columns[PEN_TICK_FEATURE_MID][i], mid, 0);
        CHECK_NEAR("micro", columns[PEN_TICK_FEATURE_MICRO][i], micro, 1e-12 * mid);
        CHECK_NEAR("spread", columns[PEN_TICK_FEATURE_SPREAD_BPS][i],
                   1e4 * (c.ask[i] - c.bid[i]) / mid, 1e-9);
        CHECK_NEAR("effective", columns[PEN_TICK_FEATURE_EFFECTIVE_BPS][i],
                   2e4 * c.side[i] * (c.price[i] - mid) / mid, 1e-9);
        CHECK_NEAR("book", columns[PEN_TICK_FEATURE_BOOK][i],
                   (c.bid_size[i] - c.ask_size[i]) / total, 1e-15);
        CHECK_NEAR("ofi", columns[PEN_TICK_FEATURE_OFI][i], decayed(&c, flow, i, 7), 1e-9 * volume);
        CHECK_NEAR("imbalance", columns[PEN_TICK_FEATURE_IMBALANCE][i],
                   decayed(&c, signed_sizes, i, 7) / volume, 1e-12);
        CHECK_NEAR("intensity", columns[PEN_TICK_FEATURE_INTENSITY][i], decayed(&c, ones, i, 7) / 7,
                   1e-12 * i);
        CHECK(isnan(columns[PEN_TICK_FEATURE_VPIN][i]));
    }
}

static void features_are_nan_until_they_are_known(void)
{
    pen_tick_stream *s;
    pen_tick trade = { .time_ns = 0,
                       .price = 10,
                       .size = 2,
                       .bid = NAN,
                       .ask = NAN,
                       .bid_size = NAN,
                       .ask_size = NAN,
                       .id = NAN,
                       .side = 1 };
    CHECK_OK(pen_tick_stream_create(NULL, &s));
    for (int k = 0; k < PEN_TICK_FEATURE_COUNT; k++)
        if (k != PEN_TICK_FEATURE_SIDE && k != PEN_TICK_FEATURE_INTENSITY)
            CHECK(isnan(pen_tick_stream_feature(s, (pen_tick_feature_kind)k)));
    CHECK_OK(pen_tick_stream_update(s, &trade));
    CHECK(pen_tick_stream_feature(s, PEN_TICK_FEATURE_IMBALANCE) == 1);
    CHECK(isnan(pen_tick_stream_feature(s, PEN_TICK_FEATURE_OFI)));
    CHECK(isnan(pen_tick_stream_feature(s, PEN_TICK_FEATURE_EFFECTIVE_BPS)));
    pen_tick quote = { .time_ns = 1,
                       .price = NAN,
                       .size = NAN,
                       .bid = 9,
                       .ask = 11,
                       .bid_size = 0,
                       .ask_size = 0,
                       .id = NAN };
    CHECK_OK(pen_tick_stream_update(s, &quote));
    CHECK(pen_tick_stream_feature(s, PEN_TICK_FEATURE_OFI) == 0);
    CHECK(pen_tick_stream_feature(s, PEN_TICK_FEATURE_BOOK) == 0);
    CHECK(pen_tick_stream_feature(s, PEN_TICK_FEATURE_MICRO) == 10);
    quote.time_ns = INT64_C(1000000000) * 10 * 41; /* all that was traded is forgotten */
    CHECK_OK(pen_tick_stream_update(s, &quote));
    CHECK(pen_tick_stream_feature(s, PEN_TICK_FEATURE_IMBALANCE) == 0);
    CHECK(pen_tick_stream_feature(s, PEN_TICK_FEATURE_INTENSITY) == 0);
    pen_tick_stream_destroy(s);
}

static void names_of_features_are_found_or_guessed(void)
{
    pen_tick_feature_kind kind;
    CHECK_OK(pen_tick_feature_find("ofi", &kind));
    CHECK(kind == PEN_TICK_FEATURE_OFI);
    CHECK_STATUS(pen_tick_feature_find("imbalence", &kind), PEN_E_NOTFOUND);
    CHECK_ERROR_SAYS("did you mean 'imbalance'?");
    CHECK_TEXT(pen_tick_feature_name(PEN_TICK_FEATURE_BOOK), "book");
    CHECK(pen_tick_feature_name(PEN_TICK_FEATURE_COUNT) == NULL);
    CHECK(strlen(pen_tick_feature_meaning(PEN_TICK_FEATURE_MID)) > 5);
}

/* ---- signals ---- */

/* Rows on which a signal on the price fires, as text: "1 4". */
static const char *firings(const char *signal, const double *prices, size_t n)
{
    static char text[256];
    pen_tick_params p = pen_tick_params_default();
    pen_tick_stream *s;
    size_t count;
    p.signals = &signal;
    p.n_signals = 1;
    text[0] = '\0';
    CHECK_OK(pen_tick_stream_create(&p, &s));
    for (size_t i = 0; s != NULL && i < n; i++) {
        pen_tick t = { .time_ns = (int64_t)i * 1000000000,
                       .price = prices[i],
                       .size = 1,
                       .bid = NAN,
                       .ask = NAN,
                       .bid_size = NAN,
                       .ask_size = NAN,
                       .id = NAN };
        CHECK_OK(pen_tick_stream_update(s, &t));
    }
    const pen_tick_event *events = pen_tick_stream_events(s, &count);
    for (size_t i = 0; i < count; i++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d", i > 0 ? " " : "",
                 (int)events[i].row);
        CHECK(events[i].signal == 0 && events[i].value == prices[events[i].row]);
        CHECK(events[i].time_ns == (int64_t)events[i].row * 1000000000);
    }
    pen_tick_stream_clear_events(s);
    pen_tick_stream_events(s, &count);
    CHECK(count == 0);
    pen_tick_stream_destroy(s);
    return text;
}

static void signals_fire_once_and_re_arm(void)
{
    static const double prices[] = { 1, 6, 7, 5, 6, 3, 6, 2, 8, 8, 1, 9 };
    CHECK_TEXT(firings("price>5", prices, COUNT(prices)), "1 4 6 8 11");
    CHECK_TEXT(firings("price>=6", prices, COUNT(prices)), "1 4 6 8 11");
    CHECK_TEXT(firings("price>=6.5", prices, COUNT(prices)), "2 8 11");
    CHECK_TEXT(firings("price>5,rearm=2", prices, COUNT(prices)), "1 8 11");
    CHECK_TEXT(firings("price>5,rearm=3,cooldown=6s", prices, COUNT(prices)), "1 8");
    CHECK_TEXT(firings("price>5,cooldown=4s", prices, COUNT(prices)), "1 6 11");
    CHECK_TEXT(firings("price<3", prices, COUNT(prices)), "0 7 10");
    CHECK_TEXT(firings("price<=3,rearm=8", prices, COUNT(prices)), "0 10");
    CHECK_TEXT(firings("|price|>5,rearm=2", prices, COUNT(prices)), "1 8 11");
    CHECK_TEXT(firings("price>100", prices, COUNT(prices)), "");
    CHECK_TEXT(firings("mid>1", prices, COUNT(prices)), ""); /* NaN without quotes */
    CHECK_TEXT(firings("price>5,cooldown=4s", prices, 0), "");
}

static void the_size_of_an_imbalance_counts_either_way(void)
{
    const char *signal = "|side|>0.5,rearm=0";
    pen_tick_params p = pen_tick_params_default();
    pen_tick_columns c = make_ticks(100, 2);
    size_t count;
    p.signals = &signal;
    p.n_signals = 1;
    pen_tick_stream *s = run_ticks(&p, &c, 100);
    pen_tick_stream_events(s, &count);
    CHECK(count == 1); /* a side is never 0 here, so it does not re-arm */
    pen_tick_stream_destroy(s);
}

static void malformed_signals_say_what_was_expected(void)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        { "imbalance", "expected FEATURE>NUMBER" },
        { ">5", "expected FEATURE>NUMBER" },
        { "||>5", "expected FEATURE>NUMBER" },
        { "imbalence>0.5", "did you mean 'imbalance'?" },
        { "book>x", "a number behind" },
        { "book>", "a number behind" },
        { "book>nan", "a number behind" },
        { "book>1,rearm=2", "other side of the threshold" },
        { "book<1,rearm=0.5", "other side of the threshold" },
        { "book>1,cooldown=-1s", "cooldown=TIME" },
        { "book>1,", "rearm=NUMBER" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pen_tick_params p = pen_tick_params_default();
        pen_tick_stream *s;
        p.signals = &rows[i].text;
        p.n_signals = 1;
        CHECK_STATUS(pen_tick_stream_create(&p, &s), PEN_E_ARG);
        CHECK_ERROR_SAYS(rows[i].says);
        CHECK(s == NULL);
    }
}

/* ---- VPIN ---- */

/* VPIN after the whole, from a list of units of volume bought in part: bought[i] of volume[i]. */
static double vpin_by_hand(const double *volume, const double *share, size_t n, double bucket,
                           unsigned buckets, uint64_t *finished)
{
    double all = 0, sum = 0;
    for (size_t i = 0; i < n; i++)
        all += volume[i];
    *finished = (uint64_t)floor(all / bucket + 1e-9);
    for (uint64_t k = *finished - buckets; k < *finished; k++) {
        double at = 0, bought = 0;
        for (size_t i = 0; i < n; i++) {
            double low = fmax(at, (double)k * bucket);
            double high = fmin(at + volume[i], (double)(k + 1) * bucket);
            bought += high > low ? (high - low) * share[i] : 0;
            at += volume[i];
        }
        sum += fabs(2 * bought - bucket) / bucket;
    }
    return sum / buckets;
}

static void vpin_is_the_mean_imbalance_of_buckets(void)
{
    static double share[N];
    static const double buckets[] = { 150, 1000, 12345 };
    pen_tick_columns c = make_ticks(N, 31);
    for (size_t i = 0; i < N; i++) {
        tick_side[i] = i % 17 == 0 ? 0 : tick_side[i];
        share[i] = 0.5 + 0.5 * tick_side[i];
    }
    for (size_t b = 0; b < COUNT(buckets); b++) {
        pen_tick_params p = pen_tick_params_default();
        uint64_t finished;
        p.sign = PEN_TICK_SIGN_DATA;
        p.vpin_bucket = buckets[b];
        p.vpin_buckets = 20;
        pen_tick_stream *s = run_ticks(&p, &c, 100);
        pen_tick_measures m = pen_tick_stream_measures(s);
        double want = vpin_by_hand(c.size, share, N, buckets[b], 20, &finished);
        CHECK_NEAR("vpin", m.vpin, want, 1e-9);
        CHECK(m.vpin == pen_tick_stream_feature(s, PEN_TICK_FEATURE_VPIN));
        CHECK(m.vpin_buckets == finished && m.vpin_mean > 0 && m.vpin_mean < 1);
        pen_tick_stream_destroy(s);
    }
}

static void bulk_classification_shares_out_by_the_change_of_price(void)
{
    static double volume[N], share[N], close[N];
    pen_tick_columns c = make_ticks(N, 32);
    pen_tick_params p = pen_tick_params_default();
    const int64_t bar = 5000000000;
    size_t n = 0;
    uint64_t finished;
    for (size_t i = 0; i < N; i++) {
        n += i > 0 && c.time_ns[i] / bar != c.time_ns[i - 1] / bar;
        volume[n] = i > 0 && c.time_ns[i] / bar == c.time_ns[i - 1] / bar ? volume[n] : 0;
        volume[n] += c.size[i];
        close[n] = c.price[i];
    }
    for (size_t k = 0; k < n; k++) { /* the last bar is not finished */
        double mean = 0, square = 0;
        for (size_t j = 1; j <= k; j++)
            mean += (close[j] - close[j - 1]) / (double)k;
        for (size_t j = 1; j <= k; j++)
            square += pow(close[j] - close[j - 1] - mean, 2);
        double sd = k > 1 ? sqrt(square / (double)(k - 1)) : 0;
        share[k] = sd > 0 ? 0.5 * erfc(-(close[k] - close[k - 1]) / sd / sqrt(2)) : 0.5;
    }
    p.vpin_bucket = 3000;
    p.vpin_buckets = 10;
    p.vpin_bulk_ns = bar;
    pen_tick_stream *s = run_ticks(&p, &c, 7);
    pen_tick_measures m = pen_tick_stream_measures(s);
    double want = vpin_by_hand(volume, share, n, 3000, 10, &finished);
    CHECK(n > 50);
    CHECK_NEAR("buckets", (double)m.vpin_buckets, (double)finished, 0);
    CHECK_NEAR("vpin", m.vpin, want, 1e-9);
    pen_tick_stream_destroy(s);
}

static void a_trade_larger_than_all_buckets_fills_them(void)
{
    pen_tick_params p = pen_tick_params_default();
    pen_tick t = { .time_ns = 0,
                   .price = 10,
                   .size = 1e15,
                   .bid = NAN,
                   .ask = NAN,
                   .bid_size = NAN,
                   .ask_size = NAN,
                   .id = NAN,
                   .side = 1 };
    pen_tick_stream *s;
    p.vpin_bucket = 1;
    p.vpin_buckets = 3;
    CHECK_OK(pen_tick_stream_create(&p, &s));
    CHECK_OK(pen_tick_stream_update(s, &t));
    pen_tick_measures m = pen_tick_stream_measures(s);
    CHECK(m.vpin == 1 && m.vpin_buckets == 1000000000000000);
    pen_tick_stream_destroy(s);
    p.vpin_buckets = 0;
    CHECK_STATUS(pen_tick_stream_create(&p, &s), PEN_E_ARG);
    CHECK_ERROR_SAYS("vpin_buckets 0, expected 1 to 100000");
    p.vpin_bucket = -1;
    CHECK_STATUS(pen_tick_stream_create(&p, &s), PEN_E_ARG);
}

/* ---- the book ---- */

static void book_imbalance_weighs_the_levels(void)
{
    static const double b0[] = { 3, 0, 1, NAN }, b1[] = { 1, 0, 2, 1 };
    static const double a0[] = { 1, 0, 1, 1 }, a1[] = { 5, 0, 2, 1 };
    const double *bid[] = { b0, b1 }, *ask[] = { a0, a1 };
    double out[4];
    CHECK_OK(pen_tick_book_imbalance(4, 2, bid, ask, 0.5, out));
    CHECK_NEAR("two levels", out[0], (3 - 1 + 0.5 * (1 - 5)) / (4 + 0.5 * 6), 1e-15);
    CHECK(out[1] == 0 && out[2] == 0 && isnan(out[3]));
    CHECK_OK(pen_tick_book_imbalance(1, 1, bid, ask, 1, out));
    CHECK_NEAR("one level", out[0], 0.5, 0);
    CHECK_OK(pen_tick_book_imbalance(0, 1, bid, ask, 1, out));
    CHECK_STATUS(pen_tick_book_imbalance(1, 0, bid, ask, 1, out), PEN_E_ARG);
    CHECK_STATUS(pen_tick_book_imbalance(1, 1, bid, ask, 1.5, out), PEN_E_ARG);
    CHECK_ERROR_SAYS("weight 1.5");
}

static const check_test tests[] = {
    TEST(the_decay_is_the_exponential),
    TEST(features_are_what_their_definitions_say),
    TEST(features_are_nan_until_they_are_known),
    TEST(names_of_features_are_found_or_guessed),
    TEST(signals_fire_once_and_re_arm),
    TEST(the_size_of_an_imbalance_counts_either_way),
    TEST(malformed_signals_say_what_was_expected),
    TEST(vpin_is_the_mean_imbalance_of_buckets),
    TEST(bulk_classification_shares_out_by_the_change_of_price),
    TEST(a_trade_larger_than_all_buckets_fills_them),
    TEST(book_imbalance_weighs_the_levels),
};
TEST_MAIN(tests)
