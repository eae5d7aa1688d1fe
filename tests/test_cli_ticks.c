/* The command `ticks`: summaries, bars, policies, errors. */
#define _GNU_SOURCE

#include <jansson.h>

#include "run_program.h"

/* Runs the line and compares all that it prints. */
static void prints(const char *line, const char *want)
{
    int code = run(line);
    if (code != 0 || strcmp(out, want) != 0)
        printf("    %s: code %d, \"%.300s\" \"%.200s\", expected \"%s\"\n", line, code, out, err,
               want);
    CHECK(code == 0 && strcmp(out, want) == 0);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void make_files(void)
{
    write_file("trades.csv", "ts_s,price,qty,is_buyer_maker\n1500000000,10,1,true\n"
                             "1500000001,12,2,false\n1500000061,11,4,true\n");
    write_file("quotes.csv", "ts_s,bid,ask\n1500000000,9,11\n1500000001,10,9\n");
}

static void bars_come_as_csv_and_as_json(void)
{
    NEED_PROGRAM();
    make_files();
    const char *head =
        "time,end,open,high,low,close,volume,vwap,money,buy_volume,sell_volume,trades\n";
    char want[1024];
    snprintf(
        want, sizeof want, "%s%s", head,
        "2017-07-14T02:40:00Z,2017-07-14T02:40:01Z,10,12,10,12,3,11.333333333333334,34,2,1,2\n");
    prints("$P ticks trades.csv --bars time:1m", want);
    prints("cat trades.csv | $P ticks - --bars volume:3 | head -n 2", want);
    snprintf(want + strlen(want), sizeof want - strlen(want), "%s",
             "2017-07-14T02:41:00Z,2017-07-14T02:41:01Z,11,11,11,11,4,11,44,0,4,1\n");
    prints("$P ticks trades.csv --bars time:1m --unfinished", want);
    prints("$P ticks trades.csv --bars tick:9", head);
    prints("$P ticks trades.csv --bars tick:9 --json", "[]\n");
    CHECK(run("$P ticks trades.csv --bars tick:1 --json") == 0);
    json_t *root = json_loads(out, 0, NULL);
    CHECK(json_array_size(root) == 3);
    CHECK(json_integer_value(json_object_get(json_array_get(root, 2), "sell_volume")) == 4);
    json_decref(root);
}

static void the_summary_counts_what_is_odd(void)
{
    NEED_PROGRAM();
    make_files();
    CHECK(run("$P ticks trades.csv --quotes quotes.csv --json") == 0);
    json_t *root = json_loads(out, 0, NULL), *counts = json_object_get(root, "counts");
    CHECK(json_integer_value(json_object_get(counts, "rows")) == 5);
    CHECK(json_integer_value(json_object_get(counts, "quotes")) == 1);
    CHECK(json_integer_value(json_object_get(counts, "buys")) == 1);
    CHECK(json_integer_value(json_object_get(json_object_get(root, "quirks"), "crossed")) == 1);
    json_decref(root);
    says("$P ticks quotes.csv --crossed keep", 0, "quotes                       2", "");
    says("$P ticks quotes.csv --bars tick:1", 0, "time,end", "1 crossed quotes (in line 3)");
    says("$P ticks trades.csv --sign tick", 0, "unsigned trades              1", "");
}

static double number_at(json_t *root, const char *section, const char *key)
{
    return json_number_value(json_object_get(json_object_get(root, section), key));
}

static void the_summary_measures_a_market(void)
{
    NEED_PROGRAM();
    CHECK(run("$P synth --ticks --trades 20000 --branching 0.6 | $P ticks - --json") == 0);
    json_t *root = json_loads(out, 0, NULL), *variance = json_object_get(root, "variance");
    CHECK(number_at(root, "counts", "trades") == 20000);
    CHECK(number_at(root, "flow", "kyle_lambda") > 0 && number_at(root, "flow", "kyle_t") > 5);
    CHECK(number_at(root, "flow", "vpin_buckets") >= 199);
    /* 0.6 was simulated; the U of the day looks like more of it */
    CHECK_NEAR("branching", number_at(root, "hawkes", "branching"), 0.65, 0.12);
    CHECK_NEAR("spread is effective", number_at(root, "spreads", "effective_bps"),
               number_at(root, "spreads", "quoted_bps"), 1e-6);
    CHECK(json_array_size(variance) == 9);
    CHECK(json_number_value(json_object_get(json_array_get(variance, 0), "returns")) > 5000);
    json_decref(root);
    says("$P synth --ticks --trades 500 | $P ticks - --fit 0 --vpin 100,5 --intervals 1s", 0,
         "VPIN, mean", "");
    CHECK(strstr(out, "hawkes") == NULL);
    says("$P synth --ticks --trades 0 | $P ticks -", 0, "trades                       0", "");
}

static void features_and_events_are_rows(void)
{
    NEED_PROGRAM();
    make_files();
    prints("$P ticks trades.csv --features price,side,mid",
           "time,price,side,mid\n2017-07-14T02:40:00Z,10,-1,\n2017-07-14T02:40:01Z,12,1,\n"
           "2017-07-14T02:41:01Z,11,-1,\n");
    prints("$P ticks trades.csv --signal 'price>10.5' --signal '|side|>=1,rearm=0'",
           "time,signal,value\n2017-07-14T02:40:00Z,\"|side|>=1,rearm=0\",-1\n"
           "2017-07-14T02:40:01Z,price>10.5,12\n");
    says("$P ticks trades.csv --features all --json", 0, "\"mid\": null", "");
    says("$P ticks trades.csv --features all --vpin 2,1", 0, ",vpin\n", "");
    says("$P ticks trades.csv --features mids", 2, "", "did you mean 'mid'?");
    says("$P ticks trades.csv --signal 'mid'", 2, "", "signal 'mid': expected FEATURE>NUMBER");
    says("$P ticks trades.csv --signal 'vpin>0.5'", 2, "", "--vpin VOLUME");
    says("$P ticks trades.csv --signal 'price>1' --bars tick:1", 2, "", "one at a time");
    says("$P ticks trades.csv --vpin 0", 2, "", "expected VOLUME or VOLUME,BUCKETS");
    says("$P ticks trades.csv --vpin 10,5.5", 2, "", "VOLUME,BUCKETS, 1 to 100000");
    says("$P ticks trades.csv --vpin 10,0", 2, "", "VOLUME,BUCKETS, 1 to 100000");
    says("$P ticks trades.csv --intervals 5s,1s", 2, "", "expected ascending ones");
    says("$P ticks trades.csv --regression 0s", 2, "", "expected 1e-09 to 1e9 seconds");
}

static void pictures_are_drawn(void)
{
    NEED_PROGRAM();
    CHECK(run("$P synth --ticks --trades 2000 -o made.csv") == 0);
    says("$P ticks made.csv --signal '|imbalance|>0.6' --plot a.svg --signature b.svg -o e.csv && "
         "tail -c 7 a.svg b.svg",
         0, "</svg>", "");
    says("cat a.svg", 0, "|imbalance|&gt;0.6", "");
    says("cat b.svg", 0, "log10 of the sampling interval", "");
    says("$P ticks trades.csv --plot c.svg && cat c.svg", 0, "trades.csv", "");
    says("printf 'ts_s,price\\n1500000009,1\\n1500000001,2\\n' | $P ticks - --plot d.svg", 0,
         "out of order                 1", "");
}

static void errors_name_file_line_and_column(void)
{
    NEED_PROGRAM();
    write_file("bad.csv", "ts_s,price\n1500000000,10\n1500000001,x\n");
    says("$P ticks bad.csv", 1, "", "bad.csv:3:12: column 'price': 'x' is not a number");
    says("$P ticks nowhere.csv", 1, "", "nowhere.csv");
    says("$P ticks trades.csv --bars volume:0", 2, "", "expected time:60s");
    says("$P ticks trades.csv --crossed raise", 2, "", "expected drop, keep or swap");
    says("$P ticks trades.csv --late swap", 2, "", "expected drop or keep");
    says("$P ticks trades.csv --delay -1s", 2, "", "expected 0 to 1e9 seconds");
    says("$P ticks trades.csv --delay soon", 2, "", "'soon' is no duration");
    says("$P ticks", 2, "", "FILE");
    says("$P ticks --help", 0, "penstock synth --ticks", "");
    says("$P synth --ticks --symbols 2 | $P ticks -", 1, "", "several symbols");
    says("$P synth --ticks --symbols 2 | $P ticks - --symbol S0002", 0, "trades", "");
    says("$P ticks trades.csv --bars tick:1 -o made.csv && grep -c . made.csv", 0, "4", "");
}

static const check_test tests[] = {
    TEST(bars_come_as_csv_and_as_json),
    TEST(the_summary_counts_what_is_odd),
    TEST(the_summary_measures_a_market),
    TEST(features_and_events_are_rows),
    TEST(pictures_are_drawn),
    TEST(errors_name_file_line_and_column),
    TEST(nothing_is_left_behind),
};
TEST_MAIN(tests)
