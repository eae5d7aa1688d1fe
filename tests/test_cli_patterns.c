/* The command `patterns`: tables, JSON, pictures, several files and symbols, wrong requests. */
#define _GNU_SOURCE

#include <jansson.h>

#include "run_program.h"

/* A double top: legs of ten days through these closes, turn k on day 10 k. */
static void make_double_top(const char *path)
{
    static const double px[] = { 90, 110, 100, 110, 80 };
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    fprintf(file, "date,open,high,low,close,volume\n");
    for (size_t day = 0; day < 40; day++) {
        size_t k = day / 10;
        double at = px[k] + (px[k + 1] - px[k]) * (double)(day % 10) / 10;
        fprintf(file, "2024-%02zu-%02zu,%g,%g,%g,%g,100\n", 1 + day / 28, 1 + day % 28, at,
                at + 0.125, at - 0.125, at);
    }
    CHECK(fclose(file) == 0);
}

static void a_line_says_what_was_found_and_when_it_was_known(void)
{
    NEED_PROGRAM();
    make_double_top("top.csv");
    CHECK(run("$P patterns top.csv --kind double-top") == 0);
    CHECK_TEXT(out, "symbol\tpattern\tdirection\tstart\tend\tconfirmed\tbreakout\ttarget\tstop\t"
                    "quality\n"
                    "top\tdouble-top\tbearish\t2024-01-11\t2024-02-03\t2024-02-07\t99.875\t89.625\t"
                    "110.125\t0.78\n");
    says("$P patterns - --kind double_top < top.csv", 0, "bearish\t2024-01-11", "");
    says("$P patterns top.csv --min-quality 0.9", 0, "quality\n", "no pattern was confirmed");
    says("$P patterns top.csv -k double-top --last 5", 0, "quality\n", "no pattern");
    says("$P patterns top.csv -k double-top --last 6", 0, "double-top\tbearish", "");
    says("$P patterns top.csv -k double-top -o found.tsv && cat found.tsv", 0, "double-top", "");
}

static void levels_and_lines_are_tables_of_their_own(void)
{
    NEED_PROGRAM();
    make_double_top("top.csv");
    says("$P patterns top.csv --levels 3 --lines 2", 0,
         "\n\nsymbol\tlevel\tprice\ttouches\tfirst\tlast\tstrength\ntop\tresistance\t110.125\t2\t",
         "");
    says("$P patterns top.csv --lines 2", 0,
         "\n\nsymbol\tline\ttouches\tfirst\tlast\tprice_now\tslope_a_bar\tbroken\tstrength\n", "");
}

static void files_and_symbols_are_lines_of_one_table(void)
{
    NEED_PROGRAM();
    make_double_top("one.csv");
    make_double_top("two.csv");
    says("$P patterns one.csv two.csv -k double-top | cut -f 1 | tr '\\n' ' '", 0,
         "symbol one two ", "");
    CHECK(
        run("{ sed 's/^date/symbol,date/;/^2024/s/^/AAA,/' one.csv; sed '1d;s/^/BBB,/' two.csv; } "
            ">both.csv") == 0);
    says("$P patterns both.csv -k double-top | cut -f 1 | tr '\\n' ' '", 0, "symbol AAA BBB ", "");
    says("$P patterns both.csv --symbol BBB -k double-top | cut -f 1 | tr '\\n' ' '", 0,
         "symbol BBB ", "");
    says("$P patterns both.csv --symbol CCC", 1, "", "no symbol 'CCC'; the first of 2 is 'AAA'");
}

static void json_has_every_key_point(void)
{
    NEED_PROGRAM();
    make_double_top("top.csv");
    CHECK(run("$P patterns top.csv -k double-top --levels 1 --lines 1 --json") == 0);
    json_t *root = json_loads(out, 0, NULL), *series = json_array_get(root, 0);
    json_t *match = json_array_get(json_object_get(series, "patterns"), 0);
    json_t *points = json_object_get(match, "points");
    CHECK(json_array_size(root) == 1 && json_array_size(points) == 3);
    CHECK(json_integer_value(json_object_get(series, "bars")) == 40);
    CHECK_TEXT(json_string_value(json_object_get(match, "confirmed")), "2024-02-07");
    CHECK_NEAR("height", json_number_value(json_object_get(match, "height")), 10.25, 1e-9);
    CHECK_TEXT(json_string_value(json_object_get(json_array_get(points, 1), "role")), "trough");
    CHECK(json_array_size(json_object_get(series, "levels")) == 1);
    CHECK(json_is_array(json_object_get(series, "lines")));
    json_decref(root);
}

static void rows_without_times_are_numbered(void)
{
    NEED_PROGRAM();
    make_double_top("top.csv");
    says("cut -d , -f 2-6 top.csv | $P patterns - -k double-top --plot p.svg && grep -c row p.svg",
         0, "bearish\t11\t31\t35\t", "");
}

static void a_picture_names_the_pattern_and_the_level(void)
{
    NEED_PROGRAM();
    make_double_top("top.csv");
    says("$P patterns top.csv -k double-top --levels 1 --plot p.svg && cat p.svg", 0,
         ">double top 0.78</text>", "");
    CHECK(strstr(out, ">110.125, 2 touches</text>") != NULL);
    CHECK(strstr(out, "top: chart patterns") != NULL);
    says("$P patterns top.csv --bars 5 --plot p.svg && grep -c svg p.svg", 0, "", "");
    says("$P patterns top.csv --plot /no/such/folder/p.svg", 1, "", "/no/such/folder/p.svg");
}

static void wrong_requests_say_what_is_expected(void)
{
    NEED_PROGRAM();
    make_double_top("top.csv");
    says("$P patterns", 2, "", "expected FILE");
    says("$P patterns top.csv --kind double-tops", 2, "", "did you mean 'double-top'?");
    says("$P patterns top.csv --pivots atr:0", 2, "", "--pivots atr:0, expected 0.1 to 1000");
    says("$P patterns top.csv --pivots wave", 2, "", "expected atr:N, percent:N or fractal:N");
    says("$P patterns top.csv --min-quality 2", 2, "", "min-quality");
    says("$P patterns none.csv", 1, "", "none.csv");
    says("cp top.csv more.csv; $P patterns top.csv more.csv --plot p.svg", 2, "",
         "--plot draws one series");
    says("head -n 1 top.csv | $P patterns -", 1, "", "no row of prices");
    says("$P help patterns", 0, "penstock patterns bars.csv --levels 4", "");
}

static const check_test tests[] = {
    TEST(a_line_says_what_was_found_and_when_it_was_known),
    TEST(levels_and_lines_are_tables_of_their_own),
    TEST(files_and_symbols_are_lines_of_one_table),
    TEST(json_has_every_key_point),
    TEST(rows_without_times_are_numbered),
    TEST(a_picture_names_the_pattern_and_the_level),
    TEST(wrong_requests_say_what_is_expected),
    TEST(nothing_is_left_behind),
};

TEST_MAIN(tests)
