/* penstock statistics: correlation and other statistics of many series. */
#include <math.h>
#include <stdint.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "statistics.h"

static const char *const tasks[] = { "summary", "correlation", "covariance",    "beta", "acf",
                                     "ccf",     "adf",         "cointegration", "pca",  NULL };

/* What a task works on where --returns does not say. */
static statistics_returns usual_returns(statistics_task task)
{
    bool is_of_levels = task == STATISTICS_ADF || task == STATISTICS_COINTEGRATION;
    return is_of_levels ? STATISTICS_LEVELS : STATISTICS_SIMPLE;
}

static pen_status read_choices(statistics_job *j)
{
    static const char *const returns[] = { "none", "simple", "log", NULL };
    static const char *const methods[] = { "pearson", "spearman", NULL };
    static const char *const points[] = { "pairwise", "listwise", "all", NULL };
    static const char *const trends[] = { "none", "constant", "linear", NULL };
    static const char *const criteria[] = { "aic", "bic", "fixed", NULL };
    int choice;
    PEN_TRY(cli_choice(j->c, "do", tasks, &choice));
    j->task = (statistics_task)choice;
    j->returns = usual_returns(j->task);
    if (cli_has(j->c, "returns")) {
        PEN_TRY(cli_choice(j->c, "returns", returns, &choice));
        j->returns = (statistics_returns)choice;
    }
    PEN_TRY(cli_choice(j->c, "method", methods, &choice));
    j->method = (pen_matrix_method)choice;
    PEN_TRY(cli_choice(j->c, "points", points, &choice));
    j->points = (pen_points_rule)choice;
    PEN_TRY(cli_choice(j->c, "trend", trends, &choice));
    j->root.trend = (pen_trend)choice;
    PEN_TRY(cli_choice(j->c, "criterion", criteria, &choice));
    j->root.rule = (pen_lag_rule)choice;
    return PEN_OK;
}

static pen_status read_numbers(statistics_job *j)
{
    uint64_t lags = 20, window = 0;
    j->root.lags = PEN_LAGS_USUAL;
    if (cli_has(j->c, "lags")) {
        PEN_TRY(cli_integer(j->c, "lags", 0, 1000000, &lags));
        j->root.lags = (int)lags;
    } else if (j->root.rule == PEN_LAGS_FIXED) {
        return cli_usage(j->c, "--criterion fixed needs --lags N");
    }
    if (cli_has(j->c, "window"))
        PEN_TRY(cli_integer(j->c, "window", 2, 1000000000, &window));
    j->lags = (size_t)lags;
    j->window = (size_t)window;
    return PEN_OK;
}

/* What does not go together. */
static pen_status check_request(const statistics_job *j)
{
    cli *c = j->c;
    bool is_pairwise = j->task == STATISTICS_CORRELATION || j->task == STATISTICS_COVARIANCE ||
                       j->task == STATISTICS_BETA;
    if ((j->task == STATISTICS_BETA || j->task == STATISTICS_CCF) && !cli_has(c, "benchmark"))
        return cli_usage(c, "--do %s needs --benchmark SYMBOL", cli_text(c, "do"));
    if (j->window > 0 && !(is_pairwise && cli_has(c, "benchmark")))
        return cli_usage(c, "--window needs --do correlation, covariance or beta and --benchmark");
    if (j->is_estimated && (j->task == STATISTICS_BETA || !is_pairwise || j->window > 0))
        return cli_usage(c, "--estimator is of --do covariance or correlation, without --window");
    if (j->is_estimated && (cli_has(c, "method") || cli_has(c, "points")))
        return cli_usage(c, "--estimator goes with neither --method nor --points");
    if (j->window > 0 && j->method == PEN_METHOD_SPEARMAN)
        return cli_usage(c, "--window and --method spearman do not go together");
    if (cli_has(c, "plot") && (j->task != STATISTICS_CORRELATION || j->window > 0))
        return cli_usage(c, "--plot draws --do correlation of the whole sample");
    if (j->task == STATISTICS_COINTEGRATION && j->root.trend == PEN_TREND_NONE)
        return cli_usage(c, "--do cointegration takes --trend constant or linear");
    return PEN_OK;
}

static pen_status find_benchmark(statistics_job *j)
{
    const char *name = cli_text(j->c, "benchmark");
    j->benchmark = name != NULL ? cli_closes_find(&j->closes, name) : SIZE_MAX;
    if (name != NULL && j->benchmark == SIZE_MAX)
        return cli_usage(j->c, "--benchmark '%s', expected one of %zu symbols such as '%s'", name,
                         j->n_series, j->names[0]);
    return PEN_OK;
}

static bool needs_device(statistics_task task)
{
    return task <= STATISTICS_BETA || task == STATISTICS_PCA;
}

static pen_status put_on_device(statistics_job *j)
{
    PEN_TRY(cli_open_device(j->c, &j->device));
    PEN_TRY(pen_queue_create(j->device, &j->queue));
    PEN_TRY(pen_panel_create(j->device, PEN_F64, j->n_series, j->n_points, &j->panel));
    PEN_TRY(pen_panel_write(j->queue, j->panel, j->values, j->n_points));
    return pen_queue_wait(j->queue);
}

static pen_status print_result(statistics_job *j)
{
    static pen_status (*const prints[])(statistics_job *) = {
        statistics_print_summary, statistics_print_matrix,        statistics_print_matrix,
        statistics_print_beta,    statistics_print_acf,           statistics_print_ccf,
        statistics_print_adf,     statistics_print_cointegration, statistics_print_components,
    };
    return j->window > 0 ? statistics_print_rolling(j) : prints[j->task](j);
}

size_t statistics_keep_present(const double *x, const double *y, size_t n, double *x_out,
                               double *y_out)
{
    size_t count = 0;
    for (size_t t = 0; t < n; t++) {
        if (isnan(x[t]) || (y != NULL && isnan(y[t])))
            continue;
        x_out[count] = x[t];
        if (y != NULL)
            y_out[count] = y[t];
        count++;
    }
    return count;
}

static pen_status read_values(statistics_job *j)
{
    cli_closes *closes = &j->closes;
    PEN_TRY(cli_closes_read(j->c->args, j->c->arg_count, closes));
    if (j->returns != STATISTICS_LEVELS)
        cli_closes_take_returns(closes, j->returns == STATISTICS_LOG, closes->n_series);
    j->n_series = closes->n_series;
    j->n_points = closes->n_points;
    j->values = closes->values;
    j->times_ns = closes->times_ns;
    j->names = closes->names;
    return PEN_OK;
}

static pen_status compute(statistics_job *j)
{
    PEN_TRY(read_choices(j));
    PEN_TRY(read_numbers(j));
    PEN_TRY(statistics_read_estimator(j));
    PEN_TRY(check_request(j));
    PEN_TRY(read_values(j));
    PEN_TRY(find_benchmark(j));
    if (needs_device(j->task))
        PEN_TRY(put_on_device(j));
    return print_result(j);
}

static pen_status run(cli *c)
{
    statistics_job j = { .c = c };
    pen_status s = compute(&j);
    pen_panel_destroy(j.panel);
    pen_queue_destroy(j.queue);
    pen_device_close(j.device);
    cli_closes_clear(&j.closes);
    return s;
}

static const cli_option options[] = {
    { "do", 0, "TASK",
      "summary, correlation, covariance, beta, acf, ccf, adf, cointegration or pca", "summary" },
    { "returns", 0, "KIND",
      "of the closes: simple, log or none; adf and cointegration take none by default, the rest "
      "simple",
      NULL },
    { "method", 0, "NAME", "of correlation, covariance and beta: pearson or spearman", "pearson" },
    { "points", 0, "RULE",
      "points that count: pairwise, listwise (all series have them) or all, an error where one is "
      "missing",
      "pairwise" },
    CLI_ESTIMATOR_OPTIONS("covariance and correlation", NULL),
    { "benchmark", 0, "SYMBOL", "against one series: beta, ccf, cointegration, with --window",
      NULL },
    { "window", 0, "N", "rolling correlation, covariance or beta with the benchmark over N points",
      NULL },
    { "lags", 0, "N", "of acf and ccf (20); of adf and cointegration at most, or fixed", NULL },
    { "criterion", 0, "NAME", "how adf and cointegration choose lags: aic, bic or fixed", "aic" },
    { "trend", 0, "NAME", "in adf and cointegration: none, constant or linear", "constant" },
    { "plot", 0, "FILE", "draw the correlation matrix as SVG", NULL },
};

static const char *const examples[] = {
    "Moments of the daily returns of every column",
    "penstock statistics closes.csv",
    "Correlation of log returns, with a heat map",
    "penstock statistics closes.csv --do correlation --returns log --plot heat.svg",
    "Covariance that can be inverted, of more shares than a year has days",
    "penstock statistics closes.csv --do covariance --estimator ledoit-wolf",
    "Rolling beta of several files against one of them",
    "penstock statistics SPY.csv AAPL.csv IBM.csv --do beta --benchmark SPY --window 60",
    "Which pairs move together in the long run",
    "penstock statistics closes.csv --do cointegration",
    "From a synthetic market",
    "penstock synth --symbols 5 --bars 500 | penstock statistics - --do pca",
    NULL,
};

const cli_command cmd_statistics = {
    .name = "statistics",
    .summary = "Correlation, unit roots, components and other statistics of many series",
    .arguments = "FILE...",
    .min_args = 1,
    .max_args = 10000,
    .detail =
        "A FILE is a panel (date,TICKER,TICKER,...), bars of one symbol, or bars with a symbol\n"
        "column; several are joined on the union of their times.  Results are CSV, or JSON\n"
        "with --json.  acf, ccf, adf and cointegration leave missing values out.\n"
        "docs/statistics.md says how each is computed.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
