/* penstock risk: what a portfolio may lose, and what it earned for that. */
#include <math.h>
#include <string.h>

#include "../../machine/base/number.h"
#include "../../machine/base/status.h"
#include "penstock/statistic.h"
#include "risk.h"

/* Numbers with commas between them, within (low, high). */
static pen_status read_numbers(cli *c, const char *option, double low, double high, double *out,
                               size_t *count)
{
    const char *text = cli_text(c, option);
    *count = 0;
    for (const char *at = text; *count == 0 || *at != '\0'; at += *at == ',') {
        size_t n = strcspn(at, ",");
        if (*count == RISK_MOST_LEVELS)
            return cli_usage(c, "--%s: more than %d", option, RISK_MOST_LEVELS);
        if (!pen_number_parse(at, n, &out[*count]) || !(out[*count] > low && out[*count] < high))
            return cli_usage(c, "--%s '%.*s', expected numbers above %g and below %g", option,
                             (int)n, at, low, high);
        ++*count;
        at += n;
    }
    return PEN_OK;
}

static pen_status read_levels(risk_request *r)
{
    double horizons[RISK_MOST_LEVELS];
    PEN_TRY(read_numbers(r->c, "level", 0, 1, r->levels, &r->n_levels));
    PEN_TRY(read_numbers(r->c, "horizon", 0, 100001, horizons, &r->n_horizons));
    for (size_t k = 0; k < r->n_horizons; k++) {
        r->horizons[k] = (size_t)horizons[k];
        if (horizons[k] != floor(horizons[k]))
            return cli_usage(r->c, "--horizon %g, expected whole periods", horizons[k]);
    }
    return PEN_OK;
}

/* Names with commas between them, or all. */
static pen_status read_methods(risk_request *r)
{
    const char *text = cli_text(r->c, "method");
    for (int m = 0; strcmp(text, "all") == 0 && m < PEN_RISK_METHOD_COUNT; m++)
        r->methods[r->n_methods++] = (pen_risk_method)m;
    for (const char *at = text; r->n_methods == 0 || (*at != '\0' && strcmp(text, "all") != 0);
         at += *at == ',') {
        char name[32];
        size_t n = strcspn(at, ",");
        snprintf(name, sizeof name, "%.*s", (int)(n < 31 ? n : 31), at);
        if (r->n_methods == PEN_RISK_METHOD_COUNT)
            return cli_usage(r->c, "--method: more than %d", PEN_RISK_METHOD_COUNT);
        if (pen_risk_method_parse(name, &r->methods[r->n_methods]) != PEN_OK)
            return cli_usage(r->c, "--method: %s", pen_last_error());
        r->n_methods++;
        at += n;
    }
    return PEN_OK;
}

static pen_status read_options(risk_request *r)
{
    cli *c = r->c;
    pen_risk_options *o = &r->options;
    pen_performance_options *p = &r->performance;
    uint64_t paths, trials = 0, window = 0, lags = 0;
    *o = pen_risk_options_default();
    *p = pen_performance_options_default();
    PEN_TRY(read_levels(r));
    PEN_TRY(read_methods(r));
    PEN_TRY(cli_read_estimator(c, &o->covariance));
    o->decay = o->covariance.decay;
    if (cli_has(c, "degrees"))
        PEN_TRY(cli_number(c, "degrees", 2.0001, 1e9, &o->degrees));
    PEN_TRY(cli_integer(c, "seed", 0, UINT64_MAX, &o->seed));
    PEN_TRY(cli_integer(c, "paths", 2, 1u << 30, &paths));
    PEN_TRY(cli_number(c, "periods", 1e-3, 1e9, &p->periods_per_year));
    PEN_TRY(cli_number(c, "risk-free", -1, 10, &p->risk_free));
    PEN_TRY(cli_number(c, "target", -1, 10, &p->target));
    if (cli_has(c, "value"))
        PEN_TRY(cli_number(c, "value", 1e-9, 1e18, &r->value));
    if (cli_has(c, "trials"))
        PEN_TRY(cli_integer(c, "trials", 2, 1000000000, &trials));
    if (cli_has(c, "backtest"))
        PEN_TRY(cli_integer(c, "backtest", 2, 1000000, &window));
    if (cli_has(c, "lags"))
        PEN_TRY(cli_integer(c, "lags", 0, 1000000, &lags));
    r->window = (size_t)window;
    r->lags = cli_has(c, "lags") ? (int)lags : PEN_LAGS_USUAL;
    p->n_trials = (size_t)trials;
    o->n_paths = (size_t)paths;
    if (cli_has(c, "follow") && !cli_has(c, "stress"))
        return cli_usage(c, "--follow needs --stress");
    if (cli_has(c, "factor-returns") && !cli_has(c, "factors"))
        return cli_usage(c, "--factor-returns needs --factors");
    if (o->decay == 1)
        return cli_usage(c, "--decay 1, expected below 1");
    return PEN_OK;
}

static pen_status compute(risk_request *r)
{
    PEN_TRY(read_options(r));
    PEN_TRY(risk_read(r));
    PEN_TRY(risk_print(r));
    return cli_has(r->c, "plot") ? risk_plot(r) : PEN_OK;
}

static pen_status run(cli *c)
{
    risk_request r = { .c = c };
    pen_status s = compute(&r);
    risk_clear(&r);
    return s;
}

#define METHOD_(method, name, text) name ", "
static const cli_option options[] = {
    { "weights", 0, "WHAT",
      "A=0.5,B=0.5, or a file with columns symbol and weight; fractions of the value, short ones "
      "negative; all alike by default",
      NULL },
    { "value", 0, "MONEY", "of the portfolio: value at risk is printed in money too", NULL },
    { "returns", 0, NULL, "the files have simple returns, not prices", NULL },
    { "method", 0, "LIST",
      PEN_RISK_METHOD_LIST(METHOD_) "with commas between them, or all; the first one's parts are "
                                    "shown by position",
      "historical,student,cornish-fisher,filtered" },
    { "level", 0, "LIST", "confidence, with commas between several", "0.95,0.99" },
    { "horizon", 0, "LIST", "periods to hold, with commas between several", "1" },
    { "degrees", 0, "X", "of student and monte-carlo, instead of fitted", NULL },
    { "paths", 0, "N", "of monte-carlo", "100000" },
    { "seed", 0, "N", "of monte-carlo", "1" },
    CLI_ESTIMATOR_OPTIONS("volatility of normal, student and monte-carlo", "sample"),
    { "benchmark", 0, "SYMBOL", "a series to compare with; it may be one of --factors", NULL },
    { "factors", 0, "FILE", "prices of factors, as a panel", NULL },
    { "factor-returns", 0, NULL, "the file of --factors has simple returns", NULL },
    { "lags", 0, "N", "of the factors' Newey-West errors, instead of 4 (n / 100)^(2/9)", NULL },
    { "stress", 0, "FILE",
      "scenarios: a column of names, then one a position or factor with its return; an empty cell "
      "is no shock",
      NULL },
    { "follow", 0, NULL,
      "in --stress, positions without a shock move as their covariance with the shocked says",
      NULL },
    { "backtest", 0, "N", "forecast each period from the N before it, and test what came", NULL },
    { "periods", 0, "N", "returns a year", "252" },
    { "risk-free", 0, "RATE", "per year, for the ratios", "0" },
    { "target", 0, "RATE", "per period, of the Sortino and Omega ratios", "0" },
    { "trials", 0, "N", "strategies tried before this one: the Sharpe ratio is deflated", NULL },
    { "plot", 0, "FILE", "draw value, drawdowns and returns with value at risk as SVG", NULL },
};
#undef METHOD_

static const char *const examples[] = {
    "Risk of an equally weighted portfolio of every column",
    "penstock risk closes.csv",
    "Two positions over ten days, by every method",
    "penstock risk SPY.csv TLT.csv --weights SPY=0.6,TLT=0.4 --horizon 1,10 --method all",
    "Against a benchmark, with weights from a file",
    "penstock risk closes.csv --weights book.csv --benchmark SPY --risk-free 0.03",
    "What factors explain, what a crash would cost, and whether the forecasts held",
    "penstock risk closes.csv --factors factors.csv --stress crash.csv --backtest 250",
    "A synthetic market, as JSON",
    "penstock synth --symbols 5 --bars 500 | penstock risk - --json",
    NULL,
};

const cli_command cmd_risk = {
    .name = "risk",
    .summary = "Value at risk, risk by position, drawdowns and performance of a portfolio",
    .arguments = "FILE...",
    .min_args = 1,
    .max_args = 10000,
    .detail =
        "A FILE is a panel (date,TICKER,...), bars of one symbol, or bars with a symbol column;\n"
        "several are joined by time.  Times at which a position or the benchmark has no price are\n"
        "left out: a return spans them.  The portfolio is rebalanced every period.\n"
        "Losses are positive: a value at risk of 2% is a loss of 2% of the portfolio's value.\n"
        "docs/risk.md says how each number is computed.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
