/* penstock optimize: portfolios from prices, or from means and covariances. */
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "optimize.h"

static pen_status read_goal(optimize_job *j)
{
    const char *names[PEN_GOAL_COUNT + 1] = { NULL };
    int choice;
    for (int g = 0; g < PEN_GOAL_COUNT; g++)
        names[g] = pen_goal_name((pen_goal)g);
    PEN_TRY(cli_choice(j->c, "objective", names, &choice));
    j->goal = pen_goal_params_default();
    j->goal.goal = (pen_goal)choice;
    return PEN_OK;
}

/* Numbers of the goal; one that the goal does not use is a mistake. */
static pen_status read_numbers(optimize_job *j)
{
    static const struct {
        const char *option;
        pen_goal goal;
        bool is_needed;
    } uses[] = {
        { "target-return", PEN_GOAL_TARGET_RETURN, true },
        { "target-risk", PEN_GOAL_TARGET_RISK, true },
        { "risk-aversion", PEN_GOAL_UTILITY, false },
        { "risk-free", PEN_GOAL_MAX_SHARPE, false },
    };
    pen_goal_params *g = &j->goal;
    double *const numbers[] = { &g->target, &g->target, &g->risk_aversion, &g->risk_free };
    for (size_t i = 0; i < PEN_COUNT(uses); i++) {
        bool is_given = cli_has(j->c, uses[i].option);
        bool is_of_views = i == 2 && cli_has(j->c, "views");
        if (is_given && g->goal != uses[i].goal && !is_of_views)
            return cli_usage(j->c, "--%s goes with --objective %s", uses[i].option,
                             pen_goal_name(uses[i].goal));
        if (!is_given && uses[i].is_needed && g->goal == uses[i].goal)
            return cli_usage(j->c, "--objective %s needs --%s", pen_goal_name(g->goal),
                             uses[i].option);
        if (g->goal == uses[i].goal && cli_text(j->c, uses[i].option) != NULL)
            PEN_TRY(
                cli_number(j->c, uses[i].option, i == 3 || i == 0 ? -1e6 : 1e-12, 1e6, numbers[i]));
    }
    bool is_tail = g->goal == PEN_GOAL_CVAR || g->goal == PEN_GOAL_CDAR;
    if (cli_has(j->c, "confidence") && !is_tail)
        return cli_usage(j->c, "--confidence goes with --objective cvar or cdar");
    if (cli_has(j->c, "budget") && g->goal != PEN_GOAL_RISK_PARITY)
        return cli_usage(j->c, "--budget goes with --objective risk-parity");
    PEN_TRY(cli_number(j->c, "confidence", 1e-9, 1 - 1e-9, &g->confidence));
    return cli_number(j->c, "periods", 1e-6, 1e9, &j->periods);
}

/* Samples are as long as the prices, unless it is said how long. */
static pen_status resample(optimize_job *j)
{
    uint64_t samples, seed, points = j->prices.n_points > 0 ? j->prices.n_points : 252;
    PEN_TRY(cli_integer(j->c, "resample", 1, 10000000, &samples));
    PEN_TRY(cli_integer(j->c, "seed", 0, UINT64_MAX, &seed));
    if (cli_has(j->c, "sample-points"))
        PEN_TRY(cli_integer(j->c, "sample-points", 2, 1000000000, &points));
    return pen_portfolio_resample(&j->portfolio, j->n_answers, (size_t)samples, (size_t)points,
                                  seed, j->weights, j->answers);
}

static pen_status solve(optimize_job *j)
{
    uint64_t count = 1;
    if (cli_has(j->c, "resample") && !cli_has(j->c, "frontier"))
        return cli_usage(j->c, "--resample goes with --frontier N");
    if (cli_has(j->c, "frontier"))
        PEN_TRY(cli_integer(j->c, "frontier", 2, 100000, &count));
    j->n_answers = (size_t)count;
    PEN_TRY(pen_alloc_array(j->n_answers * j->n, sizeof *j->weights, (void **)&j->weights));
    PEN_TRY(pen_alloc_array(j->n_answers, sizeof *j->answers, (void **)&j->answers));
    if (!cli_has(j->c, "frontier"))
        return pen_portfolio_optimize(&j->portfolio, &j->goal, j->weights, j->answers);
    if (j->mean == NULL)
        return cli_usage(j->c, "--frontier needs --mu FILE");
    return cli_has(j->c, "resample")
               ? resample(j)
               : pen_portfolio_frontier(&j->portfolio, j->n_answers, j->weights, j->answers);
}

static pen_status compute(optimize_job *j)
{
    PEN_TRY(read_goal(j));
    PEN_TRY(read_numbers(j));
    PEN_TRY(optimize_read_assets(j));
    PEN_TRY(optimize_read_views(j));
    PEN_TRY(optimize_read_limits(j));
    if (cli_has(j->c, "window"))
        return optimize_roll(j);
    if (cli_has(j->c, "every"))
        return cli_usage(j->c, "--every goes with --window N");
    PEN_TRY(solve(j));
    if (cli_has(j->c, "plot"))
        PEN_TRY(optimize_plot(j, cli_text(j->c, "plot")));
    return optimize_print(j);
}

static void clear(optimize_job *j)
{
    if (j->names != j->prices.names)
        pen_free(j->names);
    cli_closes_clear(&j->prices);
    pen_matrix_clear(&j->mean_file);
    pen_matrix_clear(&j->cov_file);
    for (size_t k = 0; k < j->portfolio.n_groups; k++)
        pen_free(j->group_names[k]);
    void *const blocks[] = { j->budget,      j->market,  j->mean,   j->covariance, j->lower,
                             j->upper,       j->current, j->cost,   j->groups,     j->group_limits,
                             j->group_names, j->weights, j->answers };
    for (size_t i = 0; i < PEN_COUNT(blocks); i++)
        pen_free(blocks[i]);
}

static pen_status run(cli *c)
{
    optimize_job j = { .c = c };
    pen_status s = compute(&j);
    clear(&j);
    return s;
}

static const cli_option options[] = {
    { "objective", 0, "NAME",
      "min-variance, utility, target-return, target-risk, max-sharpe, max-diversification, "
      "risk-parity, hrp, kelly, cvar, drawdown, average-drawdown or cdar",
      "min-variance" },
    { "mu", 0, "FILE", "expected returns instead of prices: one number an asset", NULL },
    { "cov", 0, "FILE", "their covariance matrix", NULL },
    CLI_ESTIMATOR_OPTIONS("covariance of prices", "sample"),
    { "covariance", 0, "NAME", "the same as --estimator", NULL },
    { "periods", 0, "N", "of the prices a year: means and covariances times N", "1" },
    { "min-weight", 0, "X", "least weight, of all or from a file of one an asset", "0" },
    { "max-weight", 0, "X", "most weight, likewise", "1" },
    { "target-return", 0, "X", "least return of target-return", NULL },
    { "target-risk", 0, "X", "most standard deviation of target-risk", NULL },
    { "risk-aversion", 0, "X", "of utility: return - X / 2 * variance; of --views: the market's",
      "1" },
    { "confidence", 0, "X", "of cvar and cdar: the worst 1 - X count", "0.95" },
    { "budget", 0, "FILE", "of risk-parity: shares of the variance, one an asset", NULL },
    { "risk-free", 0, "X", "return without risk, of max-sharpe", "0" },
    { "group", 0, "FILE", "limits of sums: group,lower,upper,members, members parted by blanks",
      NULL },
    { "current", 0, "FILE", "weights before, one an asset; none: all 0", NULL },
    { "turnover", 0, "X", "most sum of |weight - current|", NULL },
    { "costs", 0, "X", "of trading a weight of 1, in return; a number, or a file", NULL },
    { "views", 0, "FILE", "Black-Litterman: return,error,ASSET,..., a view a line; see the docs",
      NULL },
    { "market", 0, "FILE", "weights of the market, for --views; none: equal", NULL },
    { "tau", 0, "X", "uncertainty of the market's returns, for --views", "0.05" },
    { "window", 0, "N", "a portfolio again and again, from the last N returns of the prices",
      NULL },
    { "every", 0, "N", "returns from one of those to the next", "21" },
    { "frontier", 0, "N", "the efficient frontier as N portfolios, instead of one", NULL },
    { "resample", 0, "N", "the mean frontier of N normal samples of means and covariances", NULL },
    { "sample-points", 0, "N", "of each sample (those of the prices, else 252)", NULL },
    { "seed", 0, "N", "of the samples", "1" },
    { "plot", 0, "FILE", "draw the frontier and its weights as SVG", NULL },
};

static const char *const examples[] = {
    "Least variance of the columns of a panel",
    "penstock optimize closes.csv",
    "Best Sharpe ratio a year, at most 20 % each, shrunk covariance",
    "penstock optimize closes.csv --objective max-sharpe --max-weight 0.2 --periods 252 "
    "--risk-free 0.02 --covariance ledoit-wolf",
    "From means and covariances, with at least a return",
    "penstock optimize --mu mu.csv --cov cov.csv --objective target-return --target-return 0.08",
    "Least expected loss in the worst 1 % of days",
    "penstock optimize closes.csv --objective cvar --confidence 0.99",
    "Risk parity once a month from the last two years, as rows of weights",
    "penstock optimize closes.csv --objective risk-parity --window 504 --every 21",
    "A frontier of 50 portfolios and its picture",
    "penstock optimize closes.csv --frontier 50 --plot frontier.svg -o frontier.csv",
    NULL,
};

const cli_command cmd_optimize = {
    .name = "optimize",
    .summary = "Portfolios of least risk, best ratio or given targets, with a certificate",
    .arguments = "[FILE...]",
    .min_args = 0,
    .max_args = 10000,
    .detail =
        "A FILE of prices is a panel (date,TICKER,TICKER,...), bars of one symbol, or bars with a\n"
        "symbol column; their simple returns give means and covariances, per period of the\n"
        "prices unless --periods says how many a year has.  --mu and --cov are plain CSV, with\n"
        "or without names.  Every answer's optimality conditions are recomputed: kkt_residual.\n"
        "docs/portfolio.md says how each objective is solved.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
