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
    says("$P risk returns.csv --returns --weights A=1 --level 0.8 --method historical --value 2000",
         0, "5.000%  10.000%     100.00      200.00", "");
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

/* B has no price on the fourth day: returns span it, those of factors that are given too. */
static void returns_span_times_without_a_price(void)
{
    NEED_PROGRAM();
    make_files();
    write_file("given.csv", "date,F\n2020-01-01,9\n2020-01-02,0.1\n2020-01-03,0.2\n"
                            "2020-01-04,0.3\n2020-01-05,0.4\n");
    CHECK(run("$P risk prices.csv --benchmark F --factors given.csv --factor-returns --json") == 0);
    json_t *root = json_loads(out, 0, NULL);
    CHECK(number_at(root, "portfolio", 0, "returns") == 3);
    CHECK(number_at(root, "portfolio", 0, "left_out") == 1);
    double a = 112.86 / 99 - 1, b = 50 / 52.5 - 1; /* from the third day to the fifth */
    CHECK_NEAR("total", number_at(root, "performance", 0, "total_return"),
               1.05 * 0.975 * (1 + (a + b) / 2) - 1, 1e-14);
    double up = (0.05 + (0.05 - 0.1) / 2 + (a + b) / 2) / (0.1 + 0.2 + 1.3 * 1.4 - 1);
    CHECK_NEAR("F", number_at(root, "performance", 0, "up_capture"), up, 1e-14);
    json_decref(root);
    CHECK(run("$P risk prices.csv --weights A=1 --json") == 0);
    root = json_loads(out, 0, NULL);
    CHECK(number_at(root, "portfolio", 0, "left_out") == 0); /* of A nothing is missing */
    json_decref(root);
}

/* A is half of the factor F, B the opposite of F and a fifth of G. */
static void make_market(void)
{
    FILE *file = fopen("market.csv", "w"), *factors = fopen("factors.csv", "w");
    CHECK(file != NULL && factors != NULL);
    fprintf(file, "date,A,B\n");
    fprintf(factors, "date,F,G\n");
    for (int t = 0; t < 300; t++) {
        double f = 0.01 * sin(t * t), g = 0.02 * cos(3.0 * t * t), own = 0.001 * sin(0.7 * t * t);
        long seconds = 1577836800L + 86400L * t;
        fprintf(file, "%ld,%.17g,%.17g\n", seconds, 0.5 * f + own, 0.2 * g - f);
        fprintf(factors, "%ld,%.17g,%.17g\n", seconds, f, g);
    }
    fclose(file);
    fclose(factors);
}

#define FACTORS "$P risk market.csv --returns --factors factors.csv --weights A=0.5,B=0.5 "

static void factors_explain_what_was_made_of_them(void)
{
    NEED_PROGRAM();
    make_market();
    CHECK(run(FACTORS "--json") == 0);
    json_t *root = json_loads(out, 0, NULL);
    CHECK_NEAR("constant", number_at(root, "factors", 0, "beta"), 0, 1e-4);
    CHECK_NEAR("F", number_at(root, "factors", 1, "beta"), -0.25, 0.01);
    CHECK_NEAR("G", number_at(root, "factors", 2, "beta"), 0.1, 0.005);
    double explained = number_at(root, "factors", 1, "variance_share") +
                       number_at(root, "factors", 2, "variance_share");
    CHECK_NEAR("shares", explained, number_at(root, "factor_fit", 0, "r_squared"), 1e-12);
    CHECK(explained > 0.9 && number_at(root, "factor_fit", 0, "points") == 300);
    json_decref(root);
    says(FACTORS "--lags 0", 0, "Factor exposure (Newey-West errors)", "");
}

static void shocks_go_through_positions_factors_and_those_that_follow(void)
{
    NEED_PROGRAM();
    make_market();
    write_file("crash.csv", "scenario,A,F\nboth,-0.1,\nfactor,,-0.2\nmixed,0.02,-0.2\nnone,,\n");
    CHECK(run(FACTORS "--stress crash.csv --json") == 0);
    json_t *root = json_loads(out, 0, NULL);
    CHECK_NEAR("A alone", number_at(root, "stress", 0, "loss"), 0.05, 1e-15);
    CHECK_NEAR("F", number_at(root, "stress", 1, "loss"), 0.5 * 0.1 - 0.5 * 0.2, 0.003);
    CHECK_NEAR("A as said", number_at(root, "stress", 2, "loss"), -0.01 - 0.1, 0.003);
    CHECK(number_at(root, "stress", 3, "loss") == 0);
    json_decref(root);
    CHECK(run(FACTORS "--stress crash.csv --follow --json") == 0);
    root = json_loads(out, 0, NULL); /* B falls by about -2 of A's shock */
    double loss = number_at(root, "stress", 0, "loss");
    CHECK(loss > -0.06 && loss < -0.03);
    json_decref(root);
    says("$P risk market.csv --returns --stress crash.csv", 1, "", "column 'F' is neither");
    write_file("plain.csv", "A,B\n0.1,0.2\n");
    says("$P risk market.csv --returns --stress plain.csv", 1, "", "no column of names");
    says("$P risk market.csv --returns --follow", 2, "", "--follow needs --stress");
}

static void forecasts_are_tested_and_drawn(void)
{
    NEED_PROGRAM();
    make_market();
    CHECK(run("$P risk market.csv --returns --backtest 100 --method historical,normal --json "
              "--level 0.9 --plot risk.svg") == 0);
    json_t *root = json_loads(out, 0, NULL);
    CHECK(json_array_size(json_object_get(root, "backtest")) == 2);
    CHECK(number_at(root, "backtest", 1, "forecasts") == 200);
    CHECK_NEAR("expected", number_at(root, "backtest", 0, "expected"), 20, 1e-12);
    double hits = number_at(root, "backtest", 0, "exceptions");
    CHECK(hits >= 8 && hits <= 32);
    CHECK_NEAR("rate", number_at(root, "backtest", 0, "rate"), hits / 200, 1e-15);
    json_decref(root);
    says("cat risk.svg", 0, "value at risk: historical, 90 %", "");
    says("$P risk market.csv --returns --plot risk.svg -q >/dev/null && cat risk.svg", 0,
         "drawdown, %", "");
    says("$P risk market.csv --returns --backtest 1", 2, "", "--backtest '1'");
}

/* ---- real prices ---- */

static char data_folder[PATH_MAX];

/* Twenty American shares, alike: the crash of 2008, and forecasts that know today's volatility. */
static void real_shares_have_the_risk_they_had(void)
{
    NEED_PROGRAM();
    if (data_folder[0] == '\0')
        SKIP("no ../shared/data");
    setenv("DATA", data_folder, 1);
    CHECK(
        run("$P risk $DATA/panel/close_us20_1990_2022.csv.gz --method historical,filtered,student "
            "--level 0.99 --backtest 500 --factors $DATA/panel/close_sp500_index_1990_2022.csv "
            "--benchmark SP500 --json") == 0);
    json_t *root = json_loads(out, 0, NULL);
    double sum = 0, var = number_at(root, "value_at_risk", 0, "var");
    for (size_t i = 0; i < 20; i++)
        sum += number_at(root, "positions", i, "component_var");
    CHECK_NEAR("components", sum, var, 1e-14);
    CHECK(var > 0.025 && var < 0.04 && number_at(root, "value_at_risk", 0, "cvar") > 1.2 * var);
    double degrees = number_at(root, "value_at_risk", 2, "degrees");
    CHECK(degrees > 2.5 && degrees < 5); /* daily returns have fat tails */
    const json_t *worst = json_array_get(json_object_get(root, "worst_drawdowns"), 0);
    CHECK_TEXT(json_string_value(json_object_get(worst, "trough")), "2009-03-05");
    CHECK(number_at(root, "worst_drawdowns", 0, "depth") > 0.45);
    CHECK(number_at(root, "backtest", 0, "independence_p") < 0.001);
    CHECK(number_at(root, "backtest", 1, "independence_p") > 0.05);
    double beta = number_at(root, "performance", 0, "beta");
    CHECK_NEAR("beta", number_at(root, "factors", 1, "beta"), beta, 1e-12);
    CHECK(beta > 0.8 && beta < 1.1 && number_at(root, "factor_fit", 0, "r_squared") > 0.7);
    json_decref(root);
}

static void every_daily_file_has_a_report(void)
{
    NEED_PROGRAM();
    if (data_folder[0] == '\0')
        SKIP("no ../shared/data");
    setenv("DATA", data_folder, 1);
    says("for f in $DATA/daily/*.csv; do $P risk $f --method all --paths 2000 --horizon 1,5 -q "
         ">o.txt "
         "&& grep -q monte-carlo o.txt && grep -q 'Worst drawdowns' o.txt || { echo $f; exit 3; }; "
         "done; echo good",
         0, "good", "");
}

static void errors_say_what_is_wrong(void)
{
    NEED_PROGRAM();
    make_files();
    write_file("twice.csv", "symbol,weight\nA,1\nA,2\n");
    write_file("odd.csv", "symbol,weight\nA,1\nZ,2\n");
    write_file("empty.csv", "date,A,B\n2020-01-01,1,\n2020-01-02,,2\n");
    write_file("zero.csv", "date,A\n2020-01-01,1\n2020-01-02,0\n2020-01-03,1\n");
    write_file("one.csv", "date,A,B\n2020-01-01,1,2\n");
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
        { "$P risk zero.csv", 1, "A at 2020-01-03: the return is infinite" },
        { "$P risk prices.csv --returns", 0, "" },
        { "$P risk prices.csv --weights A=20", 1, "portfolio at 2020-01-03: it loses more" },
        { "$P risk one.csv", 1, "no period in which every position has a return" },
        { "$P risk empty.csv", 1, "no period in which every position has a return" },
        { "$P risk nowhere.csv", 1, "nowhere.csv" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        says(rows[i].line, rows[i].code, "", rows[i].text);
}

static const check_test tests[] = {
    TEST(tables_are_for_people),
    TEST(json_has_the_same_numbers),
    TEST(prices_become_returns),
    TEST(returns_span_times_without_a_price),
    TEST(factors_explain_what_was_made_of_them),
    TEST(shocks_go_through_positions_factors_and_those_that_follow),
    TEST(forecasts_are_tested_and_drawn),
    TEST(real_shares_have_the_risk_they_had),
    TEST(every_daily_file_has_a_report),
    TEST(errors_say_what_is_wrong),
    TEST(nothing_is_left_behind),
};

int main(int argc, char **argv)
{
    if (realpath("../shared/data", data_folder) == NULL)
        data_folder[0] = '\0';
    return check_main_(tests, COUNT(tests), argc, argv);
}
