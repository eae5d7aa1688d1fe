/* The command `optimize`: inputs, goals, outputs, errors. */
#define _GNU_SOURCE

#include <jansson.h>

#include "run_program.h"

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void make_files(void)
{
    write_file("cov.csv", "name,A,B,C\nA,0.04,0.01,0\nB,0.01,0.09,0.02\nC,0,0.02,0.16\n");
    write_file("plain.csv", "0.04,0.01,0\n0.01,0.09,0.02\n0,0.02,0.16\n");
    write_file("mu.csv", "asset,return\nC,0.12\nA,0.05\nB,0.08\n"); /* another order */
    write_file("row.csv", "0.05,0.08,0.12\n");
    write_file("current.csv", "0.2\n0.3\n0.5\n");
    write_file("groups.csv", "group,lower,upper,members\nsafe,,0.3,A B\n");
}

static json_t *run_json(const char *line)
{
    char full[PATH_MAX + 512];
    snprintf(full, sizeof full, "$P optimize %s --json", line);
    int code = run(full);
    json_t *root = json_loads(out, 0, NULL);
    if (code != 0 || root == NULL)
        printf("    %s: code %d, %.200s\n", full, code, err);
    CHECK(code == 0 && root != NULL);
    return root;
}

static double figure(json_t *root, const char *name)
{
    return json_number_value(json_object_get(root, name));
}

static double weight(json_t *root, size_t i)
{
    return json_number_value(json_array_get(json_object_get(root, "weights"), i));
}

static void json_has_weights_figures_and_a_certificate(void)
{
    NEED_PROGRAM();
    make_files();
    static const char *const goals[] = {
        "min-variance",
        "utility --risk-aversion 4",
        "target-return --target-return 0.1",
        "target-risk --target-risk 0.25",
        "max-sharpe --risk-free 0.01",
        "max-diversification",
    };
    for (size_t g = 0; g < COUNT(goals); g++) {
        char line[256];
        snprintf(line, sizeof line, "--mu mu.csv --cov cov.csv --objective %s", goals[g]);
        json_t *root = run_json(line);
        double w[3] = { weight(root, 0), weight(root, 1), weight(root, 2) };
        CHECK_NEAR("sum", w[0] + w[1] + w[2], 1, 1e-12);
        CHECK_NEAR("return", figure(root, "return"), 0.05 * w[0] + 0.08 * w[1] + 0.12 * w[2],
                   1e-14);
        CHECK_NEAR("risk", figure(root, "risk"),
                   sqrt(0.04 * w[0] * w[0] + 0.09 * w[1] * w[1] + 0.16 * w[2] * w[2] +
                        0.02 * w[0] * w[1] + 0.04 * w[1] * w[2]),
                   1e-14);
        CHECK(figure(root, "kkt_residual") <= 1e-10);
        CHECK(json_is_number(json_object_get(root, "objective")));
        json_decref(root);
    }
}

static void files_with_and_without_names_agree(void)
{
    NEED_PROGRAM();
    make_files();
    json_t *named = run_json("--mu mu.csv --cov cov.csv --objective max-sharpe");
    json_t *plain = run_json("--mu row.csv --cov plain.csv --objective max-sharpe");
    for (size_t i = 0; i < 3; i++)
        CHECK(weight(named, i) == weight(plain, i));
    CHECK_TEXT(json_string_value(json_array_get(json_object_get(named, "assets"), 2)), "C");
    CHECK_TEXT(json_string_value(json_array_get(json_object_get(plain, "assets"), 2)), "3");
    json_decref(named);
    json_decref(plain);
    json_t *alone = run_json("--cov plain.csv");
    CHECK(json_is_null(json_object_get(alone, "return")));
    json_decref(alone);
}

static void limits_are_kept(void)
{
    NEED_PROGRAM();
    make_files();
    json_t *root = run_json("--cov cov.csv --group groups.csv");
    CHECK_NEAR("C", weight(root, 2), 0.7, 1e-13);
    json_decref(root);
    root = run_json("--cov cov.csv --min-weight 0.25 --max-weight 0.4");
    for (size_t i = 0; i < 3; i++)
        CHECK(weight(root, i) > 0.25 - 1e-12 && weight(root, i) < 0.4 + 1e-12);
    json_decref(root);
    root = run_json("--cov cov.csv --current current.csv --turnover 0.1");
    CHECK_NEAR("turnover", figure(root, "turnover"), 0.1, 1e-12);
    json_decref(root);
    root = run_json("--mu mu.csv --cov cov.csv --current current.csv --costs 1 "
                    "--objective utility");
    CHECK_NEAR("held", weight(root, 2), 0.5, 1e-12);
    CHECK_NEAR("cost", figure(root, "cost"), 0, 1e-12);
    json_decref(root);
    root = run_json("--cov cov.csv --min-weight -1 --max-weight 2");
    CHECK_NEAR("sum", weight(root, 0) + weight(root, 1) + weight(root, 2), 1, 1e-12);
    json_decref(root);
}

static void frontiers_are_rows_of_rising_risk(void)
{
    NEED_PROGRAM();
    make_files();
    json_t *root = run_json("--mu mu.csv --cov cov.csv --frontier 7");
    json_t *all = json_object_get(root, "frontier");
    CHECK(json_array_size(all) == 7);
    for (size_t k = 1; k < 7; k++)
        CHECK(figure(json_array_get(all, k), "risk") > figure(json_array_get(all, k - 1), "risk"));
    json_decref(root);
    says("$P optimize --mu mu.csv --cov cov.csv --frontier 3 --plot f.svg && grep -c '<svg' f.svg",
         0, "return,risk,kkt_residual,A,B,C", "");
    says("$P optimize --mu mu.csv --cov cov.csv --plot f.svg && grep -c 'min-variance' f.svg", 0,
         "asset,weight", "risk");
}

static void goals_over_returns_take_prices(void)
{
    NEED_PROGRAM();
    static const char *const goals[] = { "risk-parity",        "kelly", "cvar --confidence 0.9",
                                         "drawdown",           "cdar",  "average-drawdown",
                                         "max-diversification" };
    CHECK(run("$P synth --symbols 6 --bars 300 --seed 4 -o market.csv") == 0);
    for (size_t g = 0; g < COUNT(goals); g++) {
        char line[200];
        double sum = 0;
        snprintf(line, sizeof line, "market.csv --objective %s", goals[g]);
        json_t *root = run_json(line);
        for (size_t i = 0; i < 6; i++)
            sum += weight(root, i);
        CHECK_NEAR("sum", sum, 1, 1e-12);
        CHECK(figure(root, "kkt_residual") <= 1e-10);
        json_decref(root);
    }
    json_t *root = run_json("market.csv --objective hrp");
    CHECK(json_is_null(json_object_get(root, "kkt_residual")) && weight(root, 0) > 0);
    json_decref(root);
    write_file("budget.csv", "1\n1\n1\n1\n1\n5\n");
    root = run_json("market.csv --objective risk-parity --budget budget.csv");
    CHECK(weight(root, 5) > 0);
    json_decref(root);
    make_files();
    says("$P optimize --cov cov.csv --objective cvar", 1, "", "no returns, which cvar needs");
    says("$P optimize market.csv --confidence 0.9", 2, "", "goes with --objective cvar");
    says("$P optimize market.csv --budget budget.csv", 2, "", "goes with --objective risk-parity");
}

static void views_are_blended_into_the_market(void)
{
    NEED_PROGRAM();
    make_files();
    write_file("views.csv", "return,A,B,C\n0.05,0,1,-1\n");
    write_file("market_weights.csv", "A,0.5\nB,0.3\nC,0.2\n");
    const char *line = "--cov cov.csv --views views.csv --market market_weights.csv "
                       "--objective utility --risk-aversion 3 --min-weight -5 --max-weight 5";
    json_t *root = run_json(line);
    /* a view that B beats C: more of B and less of C than the market has, and nothing else */
    CHECK(weight(root, 1) > 0.3 && weight(root, 2) < 0.2);
    CHECK_NEAR("A", weight(root, 0), 0.5, 0.03);
    json_decref(root);
    write_file("views.csv", "return,error,D\n0.05,0.1,1\n");
    says("$P optimize --cov cov.csv --views views.csv", 1, "", "views.csv:1: no asset 'D'");
    write_file("views.csv", "error,A\n0.05,1\n");
    says("$P optimize --cov cov.csv --views views.csv", 1, "", "views.csv:1: no column 'return'");
    write_file("views.csv", "0.05,1,0,0\n");
    says("$P optimize --cov cov.csv --views views.csv", 1, "", "views.csv: no header");
    says("$P optimize --cov cov.csv --market market_weights.csv", 2, "", "goes with --views");
}

static void resampled_frontiers_are_reproduced_by_their_seed(void)
{
    NEED_PROGRAM();
    make_files();
    says("$P optimize --mu mu.csv --cov cov.csv --frontier 5 --resample 50 --seed 3 -o a.csv && "
         "$P optimize --mu mu.csv --cov cov.csv --frontier 5 --resample 50 --seed 3 --threads 2 "
         "-o b.csv && cmp a.csv b.csv && wc -l <a.csv",
         0, "6", "");
    says("$P optimize --mu mu.csv --cov cov.csv --frontier 5 --resample 50 --seed 4 -o b.csv && "
         "cmp -s a.csv b.csv",
         1, "", "");
    says("$P optimize --mu mu.csv --cov cov.csv --resample 50", 2, "", "goes with --frontier");
}

static void rolling_portfolios_are_those_of_their_windows(void)
{
    NEED_PROGRAM();
    CHECK(run("$P synth --symbols 4 --bars 101 --seed 4 -o market.csv") == 0);
    says("$P optimize market.csv --window 40 --every 20 -o w.csv && wc -l <w.csv", 0, "5", "");
    /* a window of all returns is what there is without windows */
    CHECK(run("$P optimize market.csv --window 100 --json") == 0);
    json_t *rows = json_loads(out, 0, NULL), *all = run_json("market.csv");
    CHECK(json_array_size(rows) == 1);
    json_t *row = json_array_get(rows, 0);
    CHECK_NEAR("risk", figure(row, "risk"), figure(all, "risk"), 1e-15);
    CHECK_NEAR("S0001", figure(row, "S0001"), weight(all, 0), 1e-15);
    json_decref(rows);
    json_decref(all);
    CHECK(run("$P optimize market.csv --window 40 --every 10 --turnover 0.05 --json") == 0);
    rows = json_loads(out, 0, NULL);
    CHECK(json_array_size(rows) == 7);
    for (size_t k = 1; k < json_array_size(rows); k++)
        CHECK(figure(json_array_get(rows, k), "turnover") < 0.05 + 1e-12);
    json_decref(rows);
    says("$P optimize market.csv --window 5000", 1, "", "100 returns, expected the 5000");
    says("$P optimize market.csv --every 3", 2, "", "--every goes with --window");
    says("$P optimize market.csv --window 50 --frontier 3", 2, "", "do not go together");
    make_files();
    says("$P optimize --cov cov.csv --window 50", 2, "", "--window needs prices");
}

static void prices_are_read_and_scaled_to_years(void)
{
    NEED_PROGRAM();
    CHECK(run("$P synth --symbols 6 --bars 300 --seed 4 -o market.csv") == 0);
    json_t *day = run_json("market.csv"), *year = run_json("market.csv --periods 252");
    CHECK_NEAR("risk", figure(year, "risk"), figure(day, "risk") * sqrt(252), 1e-12);
    CHECK_NEAR("return", figure(year, "return"), figure(day, "return") * 252, 1e-12);
    for (size_t i = 0; i < 6; i++)
        CHECK_NEAR("weight", weight(day, i), weight(year, i), 1e-9);
    json_decref(day);
    json_decref(year);
    says("$P optimize market.csv --covariance ledoit-wolf", 0, "asset,weight", "min-variance");
}

static char panel[PATH_MAX];

static void real_prices_give_a_certified_portfolio(void)
{
    NEED_PROGRAM();
    char line[PATH_MAX + 100];
    if (panel[0] == '\0')
        SKIP("no ../shared/data");
    snprintf(line, sizeof line,
             "%s --objective max-sharpe --periods 252 --risk-free 0.02 --max-weight 0.2", panel);
    json_t *root = run_json(line);
    CHECK(figure(root, "kkt_residual") < 1e-12);
    CHECK(figure(root, "objective") > 0.8 && figure(root, "objective") < 1.5);
    json_decref(root);
}

static void mistakes_have_a_place_or_a_name(void)
{
    NEED_PROGRAM();
    make_files();
    write_file("bad.csv", "0.04,0.01\n0.02,0.09\n");
    says("$P optimize --cov bad.csv", 1, "", "bad.csv:2:1: 0.02, expected 0.01 as in line 1");
    write_file("bad.csv", "0.04,0.01\n0.01,-0.09\n");
    says("$P optimize --cov bad.csv", 1, "", "bad.csv:2:2: -0.09, expected a variance >= 0");
    write_file("bad.csv", "0.04,0.01\n0.01,nan\n");
    says("$P optimize --cov bad.csv", 1, "", "bad.csv:2:6: 'nan', expected a finite number");
    write_file("bad.csv", "1,2,3\n4,5,6\n");
    says("$P optimize --cov bad.csv", 1, "", "2 rows of 3 numbers, expected a square matrix");
    write_file("bad.csv", "1,3\n3,1\n");
    says("$P optimize --cov bad.csv --min-weight -5 --max-weight 5", 1, "",
         "not positive semidefinite");
    write_file("short.csv", "0.1\n0.2\n");
    says("$P optimize --mu short.csv --cov cov.csv", 1, "", "expected one number for each of 3");
    write_file("other.csv", "A,1\nB,2\nX,3\n");
    says("$P optimize --mu other.csv --cov cov.csv", 1, "", "other.csv: no asset 'C'");
    write_file("g.csv", "group,lower,upper,members\nx,0,1,A Q\n");
    says("$P optimize --cov cov.csv --group g.csv", 1, "", "g.csv:2:7: no asset 'Q'");
    write_file("g.csv", "x,0.9,0.1,A\n");
    says("$P optimize --cov cov.csv --group g.csv", 1, "", "g.csv:1:3: 0.9 is above");
    says("$P optimize --cov cov.csv --max-weight 0.3", 1, "",
         "the weights' sum of 1 cannot be met with the other limits: it is missed by 0.1");
    says("$P optimize --mu mu.csv --cov cov.csv --objective target-return --target-return 0.2", 1,
         "", "the return of 0.2 cannot be met with the other limits: it is missed by 0.08");
    says("$P optimize", 2, "", "expected a FILE of prices, or --mu and --cov");
    says("$P optimize cov.csv --cov cov.csv", 2, "", "do not go together");
    says("$P optimize --mu mu.csv", 2, "", "--mu needs --cov");
    says("$P optimize --cov cov.csv --objective best", 2, "", "best");
    says("$P optimize --cov cov.csv --objective target-risk", 2, "", "needs --target-risk");
    says("$P optimize --cov cov.csv --target-risk 1", 2, "", "goes with --objective target-risk");
    says("$P optimize --cov cov.csv --objective max-sharpe", 1, "", "which max-sharpe needs");
    says("$P optimize --cov cov.csv --frontier 5", 2, "", "--frontier needs --mu");
    says("$P optimize --cov cov.csv --plot x.svg", 2, "", "needs --mu");
    says("$P optimize missing.csv", 1, "", "missing.csv");
}

static const check_test tests[] = {
    TEST(json_has_weights_figures_and_a_certificate),
    TEST(files_with_and_without_names_agree),
    TEST(limits_are_kept),
    TEST(frontiers_are_rows_of_rising_risk),
    TEST(goals_over_returns_take_prices),
    TEST(views_are_blended_into_the_market),
    TEST(resampled_frontiers_are_reproduced_by_their_seed),
    TEST(rolling_portfolios_are_those_of_their_windows),
    TEST(prices_are_read_and_scaled_to_years),
    TEST(real_prices_give_a_certified_portfolio),
    TEST(mistakes_have_a_place_or_a_name),
    TEST(nothing_is_left_behind),
};
int main(int argc, char **argv)
{
    if (realpath("../shared/data/panel/close_us20_1990_2022.csv.gz", panel) == NULL)
        panel[0] = '\0';
    return check_main_(tests, COUNT(tests), argc, argv);
}
