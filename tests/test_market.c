/* Tables and bars: every layout that is read, quirks, errors, writing back. */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <unistd.h>

#include "check.h"
#include "machine/base/alloc.h"
#include "penstock/penstock.h"

#define DATA "../shared/data/"

static pen_status read_text(const char *text, const pen_table_options *options, pen_table **out)
{
    return pen_table_read_memory("t.csv", text, strlen(text), options, out);
}

static void times_are_read_in_every_usual_form(void)
{
    static const struct {
        const char *text;
        pen_time_unit unit;
        int64_t want_ns;
    } rows[] = {
        { "1970-01-01", 0, 0 },
        { "2000-02-29", 0, 951782400000000000 },
        { "1969-12-31T23:59:59Z", 0, -1000000000 },
        { "2011-01-03T09:01:00Z", 0, 1294045260000000000 },
        { "2011-01-03 09:01", 0, 1294045260000000000 },
        { "2011-01-03 09:01:00.5", 0, 1294045260500000000 },
        { "2011-01-03T09:01:00.123456789Z", 0, 1294045260123456789 },
        { "2011-01-03T09:01:00.1234567899Z", 0, 1294045260123456789 },
        { "2011-01-03T10:01:00+01:00", 0, 1294045260000000000 },
        { "2011-01-03T04:01:00-0500", 0, 1294045260000000000 },
        { "2011-01-03 09:01:00 UTC", 0, 1294045260000000000 },
        { "2011/01/03 09:01:00", 0, 1294045260000000000 },
        { "2011.01.03 09:01", 0, 1294045260000000000 },
        { "03.01.2011 09:01:00.000", 0, 1294045260000000000 },
        { "20110103", 0, 1294012800000000000 },
        { "20110103090100", 0, 1294045260000000000 },
        { "20110103 090100", 0, 1294045260000000000 },
        { "1294045260", 0, 1294045260000000000 },
        { "1294045260.25", 0, 1294045260250000000 },
        { "1294045260000", 0, 1294045260000000000 },
        { "1294045260000000", 0, 1294045260000000000 },
        { "1723161254087896568", 0, 1723161254087896568 },
        { "-1", PEN_TIME_MS, -1000000 },
        { "20110103", PEN_TIME_S, 20110103000000000 },
        { "2261-12-31", 0, 9214560000000000000 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t got = 1;
        CHECK_OK(pen_time_parse(rows[i].text, strlen(rows[i].text), rows[i].unit, &got));
        if (got != rows[i].want_ns) {
            printf("    %s: got %lld\n", rows[i].text, (long long)got);
            check_failed_++;
        }
    }
    static const char *const bad[] = { "",
                                       "x",
                                       "2011-13-01",
                                       "2011-02-29",
                                       "2011-01-03T25:00",
                                       "2011-01-03T09:60",
                                       "2011-01-03T09:01:00+",
                                       "2300-01-01",
                                       "2011-01-03X",
                                       "2011-1-3",
                                       "01/02/2011",
                                       "12e3",
                                       "1.2.3",
                                       "9223372036854775808",
                                       "2011-01-03T",
                                       "99999999999.5.1" };
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t got;
        CHECK_STATUS(pen_time_parse(bad[i], strlen(bad[i]), 0, &got), PEN_E_PARSE);
    }
}

static void printed_times_read_back(void)
{
    static const struct {
        int64_t ns;
        const char *want;
    } rows[] = {
        { 0, "1970-01-01" },
        { 951782400000000000, "2000-02-29" },
        { 1294045260000000000, "2011-01-03T09:01:00Z" },
        { 1294045260123000000, "2011-01-03T09:01:00.123Z" },
        { 1294045260000456000, "2011-01-03T09:01:00.000456Z" },
        { -1, "1969-12-31T23:59:59.999999999Z" },
        { INT64_MAX - 1000000000LL * 86400 * 365, "2261-04-11T23:47:16.854775807Z" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[32];
        size_t n = pen_time_print(rows[i].ns, text);
        CHECK_TEXT(text, rows[i].want);
        int64_t back;
        CHECK_OK(pen_time_parse(text, n, 0, &back));
        CHECK(back == rows[i].ns);
    }
    for (int64_t day = -100000; day < 100000; day += 37) {
        char text[32];
        int64_t back = 1;
        size_t n = pen_time_print(day * 86400 * 1000000000, text);
        CHECK(pen_time_parse(text, n, 0, &back) == PEN_OK && back == day * 86400 * 1000000000);
    }
}

static void the_usual_layouts_are_told_apart(void)
{
    static const struct {
        const char *label, *text, *time_name, *time_text;
        int64_t time_ns;
        double close, volume;
    } rows[] = {
        { "plain", "date,open,high,low,close,volume\n2011-01-03,1,4,0.5,2,100\n", "date",
          "2011-01-03", 1294012800000000000, 2, 100 },
        { "Yahoo", "Date,Open,High,Low,Close,Adj Close,Volume\n2011-01-03,1,4,0.5,2,1.9,100\n",
          "Date", "2011-01-03", 1294012800000000000, 2, 100 },
        { "Stooq",
          "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"
          "AAPL.US,D,20110103,000000,1,4,0.5,2,100,0\n",
          "<DATE>", "20110103 000000", 1294012800000000000, 2, 100 },
        { "Stooq quote",
          "Symbol;Date;Time;Open;High;Low;Close;Volume\nX;2011-01-03;09:01:00;1;4;0.5;2;100\n",
          "Date", "2011-01-03 09:01:00", 1294045260000000000, 2, 100 },
        { "Binance klines", "1294045260000,1,4,0.5,2,100,1294045319999,200,5,50,100,0\n",
          "open_time", "1294045260000", 1294045260000000000, 2, 100 },
        { "Binance klines of 2025, us, with header",
          "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
          "taker_buy_quote_volume,ignore\n"
          "1294045260000000,1,4,0.5,2,100,1294045319999999,200,5,50,100,0\n",
          "open_time", "1294045260000000", 1294045260000000000, 2, 100 },
        { "no header", "2011-01-03T09:01:00Z,1,4,0.5,2,100\n", "time", "2011-01-03T09:01:00Z",
          1294045260000000000, 2, 100 },
        { "MetaTrader",
          "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\n"
          "2011.01.03\t09:01:00\t1\t4\t0.5\t2\t100\n",
          "<DATE>", "2011.01.03 09:01:00", 1294045260000000000, 2, 100 },
        { "Alpha Vantage",
          "timestamp,1. open,2. high,3. low,4. close,5. volume\n"
          "2011-01-03,1,4,0.5,2,100\n",
          "timestamp", "2011-01-03", 1294012800000000000, 2, 100 },
        { "unix seconds", "unix,o,h,l,c,v\n1294045260,1,4,0.5,2,100\n", "unix", "1294045260",
          1294045260000000000, 2, 100 },
        { "unnamed index", ",open,high,low,close,volume\n2011-01-03 09:01:00,1,4,0.5,2,100\n",
          "column_1", "2011-01-03 09:01:00", 1294045260000000000, 2, 100 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pen_table *t;
        int failed = check_failed_;
        CHECK_OK(read_text(rows[i].text, NULL, &t));
        size_t close = 0, volume = 0, n = 0;
        CHECK(pen_table_rows(t) == 1);
        CHECK_TEXT(pen_table_time_name(t), rows[i].time_name);
        const char *text = pen_table_time_text(t, 0, &n);
        CHECK(n == strlen(rows[i].time_text) && memcmp(text, rows[i].time_text, n) == 0);
        CHECK(pen_table_times_ns(t)[0] == rows[i].time_ns);
        CHECK_OK(pen_table_find_role(t, PEN_ROLE_CLOSE, &close));
        CHECK_OK(pen_table_find_role(t, PEN_ROLE_VOLUME, &volume));
        CHECK(pen_table_column(t, close)[0] == rows[i].close);
        CHECK(pen_table_column(t, volume)[0] == rows[i].volume);
        if (check_failed_ != failed)
            printf("    in %s\n", rows[i].label);
        pen_table_destroy(t);
    }
}

static void what_is_malformed_names_file_line_and_column(void)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        { "date,close\n2011-01-03,1\n2011-01-04\n", "t.csv:3:1: 1 cells, expected 2" },
        { "date,close\n2011-01-03,1,7\n", "t.csv:2:14: 3 cells, expected 2" },
        { "date,close\n2011-01-03,1\n2011-01-04,1.2x\n",
          "t.csv:3:12: column 'close': '1.2x' is not a number" },
        { "date,close\n2011-01-03,1\n2011-02-30,2\n",
          "t.csv:3:1: column 'date': '2011-02-30' is not a time like those before" },
        { "date,close\n2011-01-03,1\n,2\n",
          "t.csv:3:1: column 'date': '' is not a time like those before" },
        { "date,x,x\n", "t.csv:1:1: columns 2 and 3 are both called 'x'" },
        { "date,close\n2011-01-03,\"1\n", "t.csv:2:12: the quote opened here is not closed" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pen_table *t;
        CHECK_STATUS(read_text(rows[i].text, NULL, &t), PEN_E_PARSE);
        CHECK(t == NULL);
        CHECK_TEXT(pen_last_error(), rows[i].want);
    }
}

static void bad_rows_are_counted_when_asked(void)
{
    pen_table_options options = pen_table_options_default();
    options.skip_bad_rows = true;
    pen_table *t;
    CHECK_OK(read_text("date,close,side\njunk\n2011-01-03,1,B\n2011-01-04,x,A\n2011-01-05,3,A\n"
                       "2011-01-06,\"4\"4,A\nnever,5,A\n2011-01-07,6,\n",
                       &options, &t));
    CHECK(pen_table_rows(t) == 3);
    CHECK(pen_table_column(t, 0)[1] == 3);
    CHECK_TEXT(pen_table_text(t, 0, 1), "A");
    CHECK_TEXT(pen_table_text(t, 0, 2), "");
    pen_quirk q = pen_table_quirk(t, PEN_QUIRK_BAD_ROW);
    CHECK(q.count == 4 && q.first_line == 2);
    CHECK(pen_table_line(t, 0) == 3 && pen_table_line(t, 1) == 5 && pen_table_line(t, 2) == 8);
    pen_table_destroy(t);
}

static void quirks_are_counted_by_their_rules(void)
{
    pen_table *t;
    CHECK_OK(read_text("date,open,high,low,close,volume,bid,ask\n"
                       "2011-01-03,1,2,1,2,0,1,2\n"
                       "2011-01-03,5,2,1,2,1,3,2\n" /* duplicate, open > high, crossed */
                       "2011-01-02,1,1,1,1,1,2,2\n" /* descending, flat, locked */
                       "\n"
                       "2011-01-04,,NaN,null,-1,-5,inf,1e999\n",
                       NULL, &t));
    static const struct {
        pen_quirk_kind kind;
        size_t count, line;
    } want[] = { { PEN_QUIRK_MISSING, 3, 6 },
                 { PEN_QUIRK_NONFINITE, 2, 6 },
                 { PEN_QUIRK_TIME_DUPLICATE, 1, 3 },
                 { PEN_QUIRK_TIME_DESCENDING, 1, 4 },
                 { PEN_QUIRK_OHLC, 1, 3 },
                 { PEN_QUIRK_FLAT, 1, 4 },
                 { PEN_QUIRK_PRICE, 1, 6 },
                 { PEN_QUIRK_VOLUME_ZERO, 1, 2 },
                 { PEN_QUIRK_VOLUME_NEGATIVE, 1, 6 },
                 { PEN_QUIRK_CROSSED, 1, 3 },
                 { PEN_QUIRK_LOCKED, 2, 4 },
                 { PEN_QUIRK_BLANK_LINE, 1, 5 },
                 { PEN_QUIRK_BAD_ROW, 0, 0 } };
    CHECK(COUNT(want) == PEN_QUIRK_COUNT);
    for (size_t i = 0; i < COUNT(want); i++) {
        pen_quirk q = pen_table_quirk(t, want[i].kind);
        if (q.count != want[i].count || q.first_line != want[i].line) {
            printf("    %s: %zu in line %zu\n", pen_quirk_text(want[i].kind), q.count,
                   q.first_line);
            check_failed_++;
        }
        CHECK(strlen(pen_quirk_rule(want[i].kind)) > 5);
    }
    CHECK(isnan(pen_table_column(t, 0)[3]) && pen_table_missing(t, 0) == 1);
    pen_table_destroy(t);
}

static void symbols_are_judged_apart_and_spread_into_series(void)
{
    pen_table *t;
    pen_bars *b;
    CHECK_OK(read_text("symbol,date,open,high,low,close\n"
                       "A,2011-01-03,1,1,1,10\nA,2011-01-05,1,1,1,12\n"
                       "B,2011-01-03,1,1,1,20\nB,2011-01-04,1,1,1,21\n",
                       NULL, &t));
    CHECK(pen_table_quirk(t, PEN_QUIRK_TIME_DUPLICATE).count == 0);
    CHECK(pen_table_quirk(t, PEN_QUIRK_TIME_DESCENDING).count == 0);
    CHECK_OK(pen_bars_from_table(t, &b));
    CHECK(pen_bars_symbols(b) == 2 && pen_bars_points(b) == 3);
    CHECK_TEXT(pen_bars_symbol(b, 1), "B");
    const pen_panel *close = pen_bars_field(b, PEN_ROLE_CLOSE);
    const double *x = pen_panel_data(close);
    CHECK(x[0] == 10 && isnan(x[1]) && x[2] == 12);
    x += pen_panel_stride(close);
    CHECK(x[0] == 20 && x[1] == 21 && isnan(x[2]));
    CHECK(pen_bars_field(b, PEN_ROLE_VOLUME) == NULL);
    CHECK(pen_bars_times_ns(b)[1] - pen_bars_times_ns(b)[0] == 86400000000000);
    pen_bars_destroy(b);
    pen_table_destroy(t);
    CHECK_OK(
        read_text("symbol,date,close\nA,2011-01-03,1\nB,2011-01-03,1\nA,2011-01-03,2\n", NULL, &t));
    CHECK_STATUS(pen_bars_from_table(t, &b), PEN_E_PARSE);
    CHECK_TEXT(pen_last_error(), "t.csv:4:1: symbol A has this time already in line 2");
    pen_table_destroy(t);
}

static void bars_of_one_symbol_are_views_of_the_table(void)
{
    pen_table *t;
    pen_bars *b;
    size_t close;
    CHECK_OK(read_text("date,open,high,low,close,volume\n2011-01-03,1,4,0.5,2,100\n", NULL, &t));
    CHECK_OK(pen_bars_from_table(t, &b));
    CHECK_OK(pen_table_find(t, "CLOSE", &close));
    CHECK(pen_panel_data(pen_bars_field(b, PEN_ROLE_CLOSE)) == pen_table_column(t, close));
    CHECK(pen_panel_is_host(pen_bars_field(b, PEN_ROLE_OPEN)));
    CHECK_TEXT(pen_bars_symbol(b, 0), "t");
    CHECK(pen_bars_table(b) == t && pen_bars_times_ns(b) == pen_table_times_ns(t));
    pen_bars_destroy(b);
    pen_table_destroy(t);
    CHECK_OK(read_text("date,AAA,BBB\n2011-01-03,1,\n2011-01-04,1,5\n", NULL, &t));
    CHECK_OK(pen_bars_from_table(t, &b));
    CHECK(pen_bars_symbols(b) == 2 && pen_bars_points(b) == 2);
    CHECK_TEXT(pen_bars_symbol(b, 1), "BBB");
    pen_bars_destroy(b);
    pen_table_destroy(t);
    CHECK_OK(read_text("strike,bid,ask\n1,2,3\n", NULL, &t));
    CHECK_STATUS(pen_bars_from_table(t, &b), PEN_E_NOTFOUND);
    pen_table_destroy(t);
}

static void arrays_in_memory_become_bars_and_tables(void)
{
    double close[] = { 1, 2, 3, 4, 5, 6 };
    int64_t times[] = { 0, 86400000000000, 86460000000000 };
    double *const fields[5] = { NULL, NULL, NULL, close, NULL };
    pen_bars *b;
    CHECK_OK(pen_bars_wrap(2, 3, 3, NULL, times, fields, &b));
    CHECK_TEXT(pen_bars_symbol(b, 1), "2");
    CHECK(pen_panel_data(pen_bars_field(b, PEN_ROLE_CLOSE)) == close);
    pen_bars_destroy(b);
    double *const none[5] = { NULL };
    CHECK_STATUS(pen_bars_wrap(1, 3, 3, NULL, NULL, none, &b), PEN_E_ARG);
    CHECK_STATUS(pen_bars_wrap(2, 3, 2, NULL, NULL, fields, &b), PEN_E_SHAPE);
    const char *const names[] = { "x", "y" }, *const twice[] = { "x", "x" };
    pen_table *t, *like;
    CHECK_OK(pen_table_create(3, times, NULL, 2, names, close, 3, &t));
    CHECK(pen_table_column(t, 1)[0] == 4);
    size_t n;
    const char *text = pen_table_time_text(t, 2, &n);
    CHECK(n == 20 && memcmp(text, "1970-01-02T00:01:00Z", n) == 0);
    CHECK_OK(pen_table_create(3, NULL, t, 1, names, close, 3, &like));
    CHECK(pen_table_times_ns(like)[1] == times[1]);
    pen_table_destroy(like);
    pen_table_destroy(t);
    CHECK_STATUS(pen_table_create(3, times, NULL, 2, twice, close, 3, &t), PEN_E_ARG);
    CHECK_STATUS(pen_table_create(3, times, NULL, 2, names, close, 2, &t), PEN_E_SHAPE);
    CHECK_OK(pen_table_create(0, NULL, NULL, 0, NULL, NULL, 0, &t));
    CHECK(pen_table_rows(t) == 0 && pen_table_times_ns(t) == NULL);
    pen_table_destroy(t);
}

static void empty_files_give_empty_tables(void)
{
    static const char *const texts[] = { "", "\n\n", "date,close\n", "date,close" };
    for (size_t i = 0; i < COUNT(texts); i++) {
        pen_table *t;
        CHECK_OK(read_text(texts[i], NULL, &t));
        CHECK(pen_table_rows(t) == 0);
        size_t column;
        CHECK(pen_table_columns(t) == (i < 2 ? 0 : 2));
        CHECK_STATUS(pen_table_find(t, "nix", &column), PEN_E_NOTFOUND);
        pen_table_destroy(t);
    }
}

static void options_override_what_would_be_found(void)
{
    pen_table *t;
    pen_table_options o = pen_table_options_default();
    o.time_column = "";
    CHECK_OK(read_text("date,close\n20110103,2\n", &o, &t));
    CHECK(pen_table_times_ns(t) == NULL && pen_table_columns(t) == 2);
    pen_table_destroy(t);
    o.time_column = "when";
    o.time_unit = PEN_TIME_MS;
    CHECK_OK(read_text("when,close\n5,2\n", &o, &t));
    CHECK(pen_table_times_ns(t)[0] == 5000000);
    pen_table_destroy(t);
    CHECK_STATUS(read_text("date,close\n5,2\n", &o, &t), PEN_E_NOTFOUND);
    CHECK_STATUS(read_text("when,close\nx,2\n", &o, &t), PEN_E_PARSE);
    CHECK_ERROR_SAYS("t.csv:2:1: column 'when': 'x' is not a time");
    o = pen_table_options_default();
    o.has_header = 0;
    CHECK_OK(read_text("a,b\n", &o, &t));
    CHECK(pen_table_rows(t) == 1);
    CHECK_TEXT(pen_table_text_name(t, 1), "column_2");
    pen_table_destroy(t);
}

static void a_written_table_reads_back_the_same(void)
{
    static const char text[] = "symbol,date,x y,side\nA,2011-01-03,0.1,\"b,c\"\n"
                               "\"q\"\"\",2011-01-04,,\nA,2011-01-05,1e300,s\n";
    char path[] = "/tmp/penstock_market_XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
    pen_table *t;
    CHECK_OK(read_text(text, NULL, &t));
    CHECK_OK(pen_table_write(t, path));
    pen_table_destroy(t);
    char got[sizeof text + 10] = { 0 };
    FILE *f = fopen(path, "r");
    CHECK(fread(got, 1, sizeof got - 1, f) == sizeof text - 1);
    fclose(f);
    unlink(path);
    CHECK_TEXT(got, text);
}

static void every_allocation_may_fail(void)
{
    static const char text[] = "symbol,date,time,close,side,junk\nA,2011-01-03,09:00,1,x,\n\n"
                               "B,2011-01-03,09:00,2,y,\nA,2011-01-04,09:00,1,x,\n";
    long before = pen_alloc_live(), n = 0;
    for (pen_status s = PEN_E_NOMEM; s == PEN_E_NOMEM; n++) {
        pen_table *t = NULL;
        pen_bars *b = NULL;
        pen_alloc_fail_after(n);
        s = read_text(text, NULL, &t);
        if (s == PEN_OK)
            s = pen_bars_from_table(t, &b);
        pen_alloc_fail_after(-1);
        pen_bars_destroy(b);
        pen_table_destroy(t);
        CHECK(pen_alloc_live() == before);
        CHECK(s == PEN_OK || s == PEN_E_NOMEM);
    }
    CHECK(n > 30);
}

/* ---- the real files ---- */

static size_t quirk(const pen_table *t, pen_quirk_kind kind)
{
    return pen_table_quirk(t, kind).count;
}

static void real_files_have_the_quirks_their_list_names(void)
{
    static const struct {
        const char *path;
        size_t rows, ohlc, flat, zero_volume, crossed, locked, duplicate, missing;
    } files[] = {
        { "daily/AAPL.csv", 3270, 0, 0, 0, 0, 0, 0, 0 },
        { "daily/EURUSD.csv", 3738, 0, 0, 3738, 0, 0, 0, 0 },
        { "daily/MSFT.csv", 8111, 0, 0, 506, 0, 0, 0, 0 },
        { "daily/SPX.csv", 8111, 0, 0, 2215, 0, 0, 0, 0 },
        { "daily/VIX.csv", 9235, 47, 506, 9235, 0, 0, 0, 0 },
        { "daily/XAUUSD.csv", 3949, 0, 4, 3949, 0, 0, 0, 0 },
        { "minute/btcusd_coinbase_4h_2016_2025.csv.gz", 20695, 0, 0, 0, 0, 0, 0, 0 },
        { "minute/coinbase_btc_eth_ltc_1m_2016_2018.csv.gz", 21639, 0, 2271, 0, 0, 0, 0, 0 },
        { "minute/eurusd_fxcm_quotebars_1m_201405.csv.gz", 15857, 0, 642 + 654, 0, 374, 1080, 0,
          0 },
        { "minute/spy_1m_201101_201103.csv.gz", 31757, 0, 4844, 0, 0, 0, 0, 0 },
        { "minute/us_etf_1m_20201215_18.csv.gz", 1564, 0, 0, 0, 0, 0, 0, 0 },
        { "panel/close_us20_1990_2022.csv.gz", 8313, 0, 0, 0, 0, 0, 0, 0 },
        { "panel/close_factor_etfs5_2014_2022.csv", 2264, 0, 0, 0, 0, 0, 0, 0 },
        { "panel/close_sp500_index_1990_2022.csv", 8313, 0, 0, 0, 0, 0, 0, 0 },
        { "tick/binance_spot_btcusdt_20240808_quotes.csv.gz", 28040, 0, 0, 0, 0, 0, 0, 28040 },
        { "tick/binance_usdm_btcusdt_20240808_depth.csv.gz", 445521, 0, 0, 0, 0, 0, 438969, 0 },
        { "tick/eurusd_fxcm_quotes_201405.csv.gz", 1144807, 0, 0, 0, 116871, 142462, 0, 0 },
    };
    if (access(DATA "README.md", R_OK) != 0)
        SKIP("no ../shared/data");
    for (size_t i = 0; i < COUNT(files); i++) {
        char path[256];
        pen_table *t;
        snprintf(path, sizeof path, DATA "%s", files[i].path);
        CHECK_OK(pen_table_read(path, NULL, &t));
        if (t == NULL)
            continue;
        int failed = check_failed_;
        CHECK(pen_table_rows(t) == files[i].rows);
        CHECK(quirk(t, PEN_QUIRK_OHLC) == files[i].ohlc);
        CHECK(quirk(t, PEN_QUIRK_FLAT) == files[i].flat);
        CHECK(quirk(t, PEN_QUIRK_VOLUME_ZERO) == files[i].zero_volume);
        CHECK(quirk(t, PEN_QUIRK_CROSSED) == files[i].crossed);
        CHECK(quirk(t, PEN_QUIRK_LOCKED) == files[i].locked);
        CHECK(quirk(t, PEN_QUIRK_TIME_DUPLICATE) == files[i].duplicate);
        CHECK(quirk(t, PEN_QUIRK_MISSING) == files[i].missing);
        CHECK(quirk(t, PEN_QUIRK_TIME_DESCENDING) + quirk(t, PEN_QUIRK_NONFINITE) +
                  quirk(t, PEN_QUIRK_BLANK_LINE) + quirk(t, PEN_QUIRK_PRICE) ==
              0);
        if (check_failed_ != failed)
            printf("    in %s\n", path);
        pen_table_destroy(t);
    }
}

static void every_real_file_of_bars_reads(void)
{
    static const char *const folders[] = { "daily", "minute", "panel" };
    if (access(DATA "README.md", R_OK) != 0)
        SKIP("no ../shared/data");
    size_t n = 0;
    for (size_t i = 0; i < COUNT(folders); i++) {
        char path[512];
        snprintf(path, sizeof path, DATA "%s", folders[i]);
        DIR *dir = opendir(path);
        CHECK(dir != NULL);
        for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
            pen_bars *b;
            if (e->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, DATA "%s/%s", folders[i], e->d_name);
            CHECK_OK(pen_bars_read(path, NULL, &b));
            CHECK(b != NULL && pen_bars_points(b) > 100);
            pen_bars_destroy(b);
            n++;
        }
        if (dir != NULL)
            closedir(dir);
    }
    CHECK(n >= 28);
}

static void tables_are_joined_and_unfolded(void)
{
    static const char one[] = "date,close,volume\n2020-01-01,1,5\n2020-01-02,,6\n";
    static const char two[] = "date,symbol,volume,close\n2020-01-09,ZZ,7,3\n";
    pen_table *a, *b, *joined = NULL, *melted = NULL;
    CHECK_OK(pen_table_read_memory("one", one, strlen(one), NULL, &a));
    CHECK_OK(pen_table_read_memory("two", two, strlen(two), NULL, &b));
    const pen_table *both[] = { a, b };
    static const char *const names[] = { "AA", "BB" };
    long live = pen_alloc_live();
    bool is_done = false;
    for (long n = 0; n < 1000 && !is_done; n++) {
        pen_alloc_fail_after(n);
        pen_status s = pen_table_join(both, names, 2, &joined);
        if (s == PEN_OK)
            s = pen_table_melt(a, "x", &melted);
        pen_alloc_fail_after(-1);
        CHECK(s == PEN_OK || s == PEN_E_NOMEM);
        is_done = s == PEN_OK;
        if (!is_done) {
            pen_table_destroy(joined);
            joined = NULL;
            CHECK(pen_alloc_live() == live);
        }
    }
    CHECK(is_done && pen_table_rows(joined) == 3 && pen_table_columns(joined) == 2);
    CHECK_TEXT(pen_table_text(joined, 0, 1), "AA");
    CHECK_TEXT(pen_table_text(joined, 0, 2), "ZZ");
    CHECK(isnan(pen_table_column(joined, 0)[1]) && pen_table_missing(joined, 0) == 1);
    CHECK(pen_table_column(joined, 0)[2] == 3 && pen_table_column(joined, 1)[2] == 7);
    CHECK(pen_table_rows(melted) == 4 && pen_table_columns(melted) == 1);
    CHECK_TEXT(pen_table_text(melted, 0, 3), "volume");
    CHECK_TEXT(pen_table_name(melted, 0), "x");
    CHECK(pen_table_column(melted, 0)[2] == 5);
    pen_table_destroy(joined);
    pen_table_destroy(melted);
    pen_table_destroy(a);
    pen_table_destroy(b);
}

static const check_test tests[] = {
    TEST(tables_are_joined_and_unfolded),
    TEST(times_are_read_in_every_usual_form),
    TEST(printed_times_read_back),
    TEST(the_usual_layouts_are_told_apart),
    TEST(what_is_malformed_names_file_line_and_column),
    TEST(bad_rows_are_counted_when_asked),
    TEST(quirks_are_counted_by_their_rules),
    TEST(symbols_are_judged_apart_and_spread_into_series),
    TEST(bars_of_one_symbol_are_views_of_the_table),
    TEST(arrays_in_memory_become_bars_and_tables),
    TEST(empty_files_give_empty_tables),
    TEST(options_override_what_would_be_found),
    TEST(a_written_table_reads_back_the_same),
    TEST(every_allocation_may_fail),
    TEST(real_files_have_the_quirks_their_list_names),
    TEST(every_real_file_of_bars_reads),
};
TEST_MAIN(tests)
