/* The command `risk`: tables, JSON, weights, errors. */
#define _GNU_SOURCE

#include <jansson.h>

#include "run_program.h"

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

/* Returns of A: 10, -10, 20, -5, 5 %; of B 0, 5, missing, -5, 0 %. */
static void make_files(void)
{
    write_file("returns.csv", "date,A,B\n2020-01-01,0.1,0\n2020-01-02,-0.1,0.05\n"
                              "2020-01-03,0.2,\n2020-01-04,-0.05,-0.05\n2020-01-05,0.05,0\n");
    write_file("prices.csv", "date,A,B\n2020-01-01,100,50\n2020-01-02,110,50\n2020-01-03,99,52.5\n"
                             "2020-01-04,118.8,\n2020-01-05,112.86,50\n");
    write_file("book.csv", "symbol,weight\nB,-0.5\nA,1.5\n");
}

static double number_at(const json_t *root, const char *section, size_t row, const char *key)
{
    const json_t *at = json_object_get(root, section);
    if (json_is_array(at))
        at = json_array_get(at, row);
    return json_number_value(json_object_get(at, key));
}

static void tables_are_for_people(void)
{
    NEED_PROGRAM();
    make_files();
    says("$P risk returns.csv --returns --weights A=1 --level 0.8 --method historical", 0,
         "method      level  horizon     var     cvar", "");
    CHECK(strstr(out, "historical  80.0%        1  5.000%  10.000%") != NULL);
    CHECK(strstr(out, "returns             5\n") != NULL);
    CHECK(strstr(out, "max drawdown      10.00%") != NULL);
    CHECK(strstr(out, "hit rate             60.0%") != NULL);
    says("$P synth --symbols 3 --bars 300 --seed 1 | $P risk -", 0, "cornish-fisher", "");
}

static void json_has_the_same_numbers(void)
{
    NEED_PROGRAM();
    make_files();
    CHECK(run("$P risk returns.csv --returns --weights book.csv --level 0.75 --json "
              "--method historical,normal --horizon 1,2 --benchmark A") == 0);
    json_t *root = json_loads(out, 0, NULL);
    /* 1.5 A - 0.5 B where both are: 15, -17.5, -5, 7.5 % */
    CHECK(number_at(root, "portfolio", 0, "left_out") == 1);
    CHECK_NEAR("invested", number_at(root, "portfolio", 0, "invested"), 1, 1e-15);
    CHECK(json_array_size(json_object_get(root, "value_at_risk")) == 4);
    CHECK_NEAR("var", number_at(root, "value_at_risk", 0, "var"), 0.05, 1e-15);
    CHECK_NEAR("cvar", number_at(root, "value_at_risk", 0, "cvar"), 0.175, 1e-15);
    CHECK(number_at(root, "value_at_risk", 1, "horizon") == 2);
    CHECK(json_is_null(
        json_object_get(json_array_get(json_object_get(root, "value_at_risk"), 1), "var_error")));
    double sum = number_at(root, "positions", 0, "component_cvar") +
                 number_at(root, "positions", 1, "component_cvar");
    CHECK_NEAR("components", sum, 0.175, 1e-15);
    CHECK_NEAR("depth", number_at(root, "worst_drawdowns", 0, "depth"), 1 - 0.825 * 0.95, 1e-15);
    CHECK_NEAR("beta", number_at(root, "performance", 0, "correlation"), 0.982, 0.02);
    json_decref(root);
}

static void prices_become_returns(void)
{
    NEED_PROGRAM();
    make_files();
    CHECK(run("$P risk prices.csv --weights A=1 --json") == 0);
    json_t *root = json_loads(out, 0, NULL);
    CHECK(number_at(root, "portfolio", 0, "returns") == 4);
    CHECK_NEAR("total", number_at(root, "performance", 0, "total_return"), 0.1286, 1e-12);
    json_decref(root);
    CHECK(
        run("$P risk prices.csv --weights A=1 --method monte-carlo --seed 7 -q >a.txt && "
            "$P risk prices.csv --weights A=1 --method monte-carlo --seed 7 --threads 3 -q >b.txt "
            "&& cmp a.txt b.txt && $P risk prices.csv --weights A=1 --method monte-carlo "
            "--seed 8 -q >c.txt && ! cmp -s a.txt c.txt") == 0);
}

static void errors_say_what_is_wrong(void)
{
    NEED_PROGRAM();
    make_files();
    write_file("twice.csv", "symbol,weight\nA,1\nA,2\n");
    write_file("odd.csv", "symbol,weight\nA,1\nZ,2\n");
    write_file("empty.csv", "date,A,B\n2020-01-01,1,\n2020-01-02,,2\n");
    static const struct {
        const char *line;
        int code;
        const char *text;
    } rows[] = {
        { "$P risk prices.csv --weights A", 1, "cannot" },
        { "$P risk prices.csv --weights A=x", 2, "--weights 'A=x', expected NAME=NUMBER" },
        { "$P risk prices.csv --weights A=1,A=2", 2, "'A' is there twice" },
        { "$P risk prices.csv --weights AB=1", 2, "no series 'AB'; did you mean 'A'?" },
        { "$P risk prices.csv --weights twice.csv", 1, "twice.csv:3: the weight of 'A'" },
        { "$P risk prices.csv --weights odd.csv", 1, "odd.csv:3: no series 'Z'" },
        { "$P risk prices.csv --level 1", 2, "--level '1', expected numbers above 0 and below 1" },
        { "$P risk prices.csv --level 0.9,", 0, "" },
        { "$P risk prices.csv --level ''", 2, "--level ''" },
        { "$P risk prices.csv --horizon 1.5", 2, "whole periods" },
        { "$P risk prices.csv --horizon 9", 1, "expected 9 or more" },
        { "$P risk prices.csv --method magic", 2, "no method 'magic'" },
        { "$P risk prices.csv --estimator magic", 2, "no covariance 'magic'" },
        { "$P risk prices.csv --benchmark Z", 2, "expected one of 2 symbols such as 'A'" },
        { "$P risk empty.csv", 1, "no period in which every position has a return" },
        { "$P risk nowhere.csv", 1, "nowhere.csv" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        says(rows[i].line, rows[i].code, "", rows[i].text);
}

static const check_test tests[] = {
    TEST(tables_are_for_people),    TEST(json_has_the_same_numbers), TEST(prices_become_returns),
    TEST(errors_say_what_is_wrong), TEST(nothing_is_left_behind),
};
TEST_MAIN(tests)
