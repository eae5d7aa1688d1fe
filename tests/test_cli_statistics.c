/* The command `statistics`: tasks, joining of files, plots, errors. */
#define _GNU_SOURCE

#include <jansson.h>

#include "run_program.h"

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void prints(const char *line, const char *want)
{
    int code = run(line);
    if (code != 0 || strcmp(out, want) != 0)
        printf("    %s: code %d, \"%.300s\" \"%.200s\", expected \"%s\"\n", line, code, out, err,
               want);
    CHECK(code == 0 && strcmp(out, want) == 0);
}

static void make_files(void)
{
    write_file("panel.csv", "date,A,B\n2020-01-01,1,8\n2020-01-02,2,4\n2020-01-03,3,\n"
                            "2020-01-04,4,2\n2020-01-05,5,1\n");
    write_file("C.csv", "date,close\n2020-01-02,10\n2020-01-03,20\n2020-01-05,30\n");
}

static void tasks_print_rows_as_csv(void)
{
    NEED_PROGRAM();
    make_files();
    prints("$P statistics panel.csv --returns none",
           "symbol,count,mean,stdev,skewness,kurtosis,min,max\n"
           "A,5,3,1.5811388300841898,0,-1.2000000000000004,1,5\n"
           "B,4,3.75,3.0956959368344514,1.137624366957689,0.7576559546313808,1,8\n");
    prints("$P statistics panel.csv --do correlation --method spearman --returns none",
           "symbol,A,B\nA,1,-1\nB,-1,1\n");
    prints("$P statistics panel.csv --do beta --benchmark A --returns none --window 2",
           "time,A,B\n2020-01-01,,\n2020-01-02,1,-4\n2020-01-03,1,\n2020-01-04,1,\n"
           "2020-01-05,1,-1\n");
    prints("$P statistics panel.csv C.csv --returns none --points listwise | cut -d, -f 1-3,7-8",
           "symbol,count,mean,min,max\nA,2,3.5,2,5\nB,2,2.5,1,4\nC,2,20,10,30\n");
    says("$P statistics panel.csv --returns log", 0, "A,4,0.402", "");
    says("$P synth --symbols 3 --bars 200 --seed 1 | $P statistics - --do cointegration", 0,
         "y,x,hedge", "");
    CHECK(run("$P synth --symbols 3 --bars 200 --seed 1 | $P statistics - --do adf --trend linear "
              "--criterion bic | wc -l") == 0 &&
          strcmp(out, "4\n") == 0);
    CHECK(run("$P synth --symbols 3 --bars 200 --seed 1 | $P statistics - --do acf | wc -l") == 0 &&
          strcmp(out, "61\n") == 0);
    CHECK(run("$P synth --symbols 3 --bars 200 --seed 1 | $P statistics - --do ccf --lags 2 "
              "--benchmark S0002 | wc -l") == 0 &&
          strcmp(out, "11\n") == 0);
}

static void covariances_are_estimated_by_name(void)
{
    NEED_PROGRAM();
    make_files();
    /* of the returns (1, -1/2) and (1/4, -1/2): the points that A and B both have */
    prints("$P statistics panel.csv --do covariance --estimator sample",
           "symbol,A,B\nA,0.28125,0\nB,0,0\n");
    says("$P statistics panel.csv --do covariance --estimator ewma --decay 0.5 --zero-mean", 0,
         "symbol,A,B\nA,0.375,", "ewma: condition");
    says("$P synth --symbols 4 --bars 80 --seed 1 -o m.csv && $P statistics m.csv --do correlation "
         "--estimator oas --plot o.svg && cat o.svg",
         0, "oas: correlations of simple returns", "oas: shrinkage 0.");
    CHECK(run("$P statistics m.csv --do covariance --estimator denoised --factors-kept 2 --json") ==
          0);
    CHECK(strstr(err, "denoised: 2 factors, condition") != NULL);
    CHECK(run("$P statistics m.csv --do covariance --estimator ledoit-wolf -q | tail -1") == 0);
    CHECK(err[0] == '\0' && strncmp(out, "S0004,", 6) == 0);
}

static void json_is_an_array_of_rows(void)
{
    NEED_PROGRAM();
    CHECK(run("$P synth --symbols 3 --bars 200 --seed 1 | $P statistics - --do pca --json") == 0);
    json_t *root = json_loads(out, 0, NULL);
    CHECK(json_array_size(root) == 3);
    double share = 0, cumulative = 0;
    for (size_t i = 0; i < 3; i++) {
        json_t *row = json_array_get(root, i);
        share += json_number_value(json_object_get(row, "share"));
        cumulative = json_number_value(json_object_get(row, "cumulative"));
    }
    CHECK(fabs(share - 1) < 1e-12 && fabs(cumulative - 1) < 1e-12);
    json_decref(root);
}

static void every_device_prints_the_same(void)
{
    NEED_PROGRAM();
    says("$P synth --symbols 9 --bars 300 --seed 1 -o market.csv &&"
         " $P statistics market.csv --do correlation --method spearman >one.csv &&"
         " for d in cpu opencl; do $P detect --json | grep -q \"$d:0\" || continue;"
         " $P statistics market.csv --do correlation --method spearman --device $d --threads 2"
         " >two.csv && cmp one.csv two.csv || exit 3; done && echo same",
         0, "same", "");
}

static void the_matrix_is_drawn(void)
{
    NEED_PROGRAM();
    make_files();
    says("$P statistics panel.csv --do correlation --plot map.svg >/dev/null && cat map.svg", 0,
         "correlations of simple returns, 4 points", "");
}

static void errors_say_what_is_wrong(void)
{
    NEED_PROGRAM();
    make_files();
    static const struct {
        const char *line;
        int code;
        const char *text;
    } rows[] = {
        { "$P statistics panel.csv --do beta", 2, "--do beta needs --benchmark" },
        { "$P statistics panel.csv --do magic", 2, "--do 'magic', expected summary, correlation" },
        { "$P statistics panel.csv --do beta --benchmark Z", 2, "expected one of 2 symbols" },
        { "$P statistics panel.csv --window 5", 2, "--window needs --do" },
        { "$P statistics panel.csv --do covariance --estimator shrunk", 2,
          "no covariance 'shrunk'" },
        { "$P statistics panel.csv --estimator oas", 2, "is of --do covariance or correlation" },
        { "$P statistics panel.csv --do covariance --estimator oas --points all", 2, "neither" },
        { "$P statistics panel.csv --do covariance --decay 0.9", 2, "--decay needs --estimator" },
        { "$P statistics panel.csv --do covariance --estimator ewma --decay 2", 2, "--decay '2'" },
        { "$P statistics panel.csv --do covariance --estimator nonlinear", 1, "expected 13" },
        { "$P statistics panel.csv --plot x.svg", 2, "--plot draws --do correlation" },
        { "$P statistics panel.csv --do adf --criterion fixed", 2, "needs --lags" },
        { "$P statistics panel.csv --do cointegration --trend none", 2, "constant or linear" },
        { "$P statistics panel.csv --do correlation --points all", 1, "are missing" },
        { "$P statistics panel.csv panel.csv", 1, "symbol 'A' is in a file before it too" },
        { "$P statistics panel.csv --do acf --lags 50", 1, "A: pen_statistic_autocorrelation: 50" },
        { "$P statistics nowhere.csv", 1, "nowhere.csv" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        says(rows[i].line, rows[i].code, "", rows[i].text);
}

static const check_test tests[] = {
    TEST(tasks_print_rows_as_csv),  TEST(covariances_are_estimated_by_name),
    TEST(json_is_an_array_of_rows), TEST(every_device_prints_the_same),
    TEST(the_matrix_is_drawn),      TEST(errors_say_what_is_wrong),
    TEST(nothing_is_left_behind),
};
TEST_MAIN(tests)
