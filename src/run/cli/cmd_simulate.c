/* penstock simulate: paths of prices, and what payoffs of them are worth. */
#define _POSIX_C_SOURCE 200809L

#include "../../machine/base/clock.h"
#include "../../machine/base/status.h"
#include "simulate.h"

static pen_status print_processes(cli *c)
{
    static const char *const names[] = { "process", "parameter", "default", "lowest",
                                         "highest", "meaning",   NULL };
    cli_rows rows;
    PEN_TRY(cli_rows_begin(&rows, c, names));
    for (int k = 0; k < PEN_PROCESSES; k++) {
        const pen_process_info *info = pen_process_describe((pen_process)k);
        cli_rows_text(&rows, info->name);
        cli_rows_text(&rows, "");
        for (int i = 0; i < 3; i++)
            cli_rows_text(&rows, "");
        cli_rows_text(&rows, info->meaning);
        for (int i = 0; i < info->n_parameters; i++) {
            const pen_process_parameter *p = &info->parameters[i];
            cli_rows_text(&rows, info->name);
            cli_rows_text(&rows, p->name);
            cli_rows_number(&rows, p->fallback);
            cli_rows_number(&rows, p->low);
            cli_rows_number(&rows, p->high);
            cli_rows_text(&rows, p->meaning);
        }
    }
    return cli_rows_end(&rows);
}

static pen_status run_job(simulate_job *j)
{
    const char *paths_out = cli_text(j->c, "paths-out"), *plot = cli_text(j->c, "plot");
    char text[32];
    PEN_TRY(simulate_read(j));
    PEN_TRY(cli_open_device(j->c, &j->device));
    PEN_TRY(pen_queue_create(j->device, &j->queue));
    int64_t start = pen_clock_ns();
    if (paths_out != NULL)
        PEN_TRY(simulate_write_paths(j, paths_out));
    if (plot != NULL)
        PEN_TRY(simulate_draw(j, plot));
    PEN_TRY(j->n_payoffs > 0 ? simulate_print_estimates(j) : simulate_print_distribution(j));
    if (cli_terminal_columns(stderr) > 0)
        cli_note(j->c, "%s on %s",
                 cli_time_text(text, sizeof text, (double)(pen_clock_ns() - start) * 1e-9),
                 pen_device_describe(j->device)->name);
    return PEN_OK;
}

static pen_status run(cli *c)
{
    if (cli_has(c, "processes"))
        return print_processes(c);
    simulate_job j = { .c = c };
    pen_status s = run_job(&j);
    simulate_clear(&j);
    return s;
}

static const cli_option options[] = {
    { "process", 0, "NAME", "gbm, heston, merton, sabr, garch, ou or bootstrap", "gbm" },
    { "processes", 0, NULL, "list the processes and their parameters and stop", NULL },
    { "set", 0, "NAME=NUMBER", "a parameter of the process or of the payoffs; repeatable", NULL },
    { "initial", 0, "PRICES", "price at the start; several, parted by commas, for several assets",
      "100" },
    { "drift", 0, "FRACTIONS", "growth of the expected price a year, continuous", "0.05" },
    { "volatility", 0, "FRACTIONS", "volatility a year", "0.2" },
    { "correlation", 0, "NUMBERS", "of the assets: one for all pairs, or each (12,13,...,23,...)",
      NULL },
    { "history", 0, "FILE", "prices whose returns --process bootstrap draws", NULL },
    { "horizon", 0, "DAYS", "trading days, 252 a year", "252" },
    { "steps", 0, "N", "dates over the horizon; one a day, or one in all if that is as exact",
      NULL },
    { "substeps", 0, "N", "steps of the process between two dates", "1" },
    { "paths", 0, "N", "paths; 10000, with a payoff 100000", NULL },
    { "seed", 0, "N", "the same seed gives the same paths on every device", "1" },
    { "antithetic", 0, NULL, "follow each path with its random numbers negated too", NULL },
    { "sobol", 0, NULL, "quasi-random numbers: less error for payoffs of few directions", NULL },
    { "payoff", 0, "EXPRESSION", "estimate its expectation, discounted; repeatable", NULL },
    { "exercise", 0, "WHEN", "european, or american: at any one of the dates", "european" },
    { "rate", 0, "FRACTION", "discount rate a year; with a payoff and no --drift prices grow by it",
      "0" },
    { "dividend", 0, "FRACTIONS", "dividend yield a year, with --rate", "0" },
    { "until-error", 0, "ERROR", "more paths until the first payoff's standard error is this",
      "0" },
    { "control", 0, "PAYOFF=VALUE", "a payoff of known value, as a control; repeatable", NULL },
    { "no-price-control", 0, NULL, "do not take the last prices as controls", NULL },
    { "greeks", 0, NULL, "delta, gamma, vega and rho of each payoff", NULL },
    { "greeks-of", 0, "N", "the asset that greeks refer to", "1" },
    { "method", 0, "NAME", "of greeks: auto, pathwise or likelihood", "auto" },
    { "precision", 0, "TYPE", "f32 or f64, of payoffs", "f64" },
    { "compile", 0, "WHEN", "payoffs into a GPU's code: auto (for long runs), always or never",
      "auto" },
    { "paths-out", 0, "FILE", "write every path as a row of CSV", NULL },
    { "plot", 0, "FILE", "draw a fan chart as SVG", NULL },
};

static const char *const examples[] = {
    "A year of a stock at 100",
    "penstock simulate --initial 100 --drift 0.05 --volatility 0.2 --horizon 252 --paths 10000 "
    "--seed 7",
    "With a picture and the paths themselves",
    "penstock simulate --paths 1000 --plot fan.svg --paths-out paths.csv",
    "An Asian call that knocks out, with greeks, until it is known to a cent",
    "penstock simulate --payoff 'max(mean(S) - K, 0) * (min(S) > B)' --set K=100 --set B=80 "
    "--rate 0.05 --greeks --until-error 0.01",
    "A basket of three under one correlation",
    "penstock simulate --initial 100,90,110 --volatility 0.2,0.3,0.25 --correlation 0.5 --rate "
    "0.03 "
    "--payoff 'max((S1 + S2 + S3) / 3 - 100, 0)'",
    "An autocallable note, by Heston's model",
    "penstock simulate --process heston --set kappa=2 --set theta=0.05 --rate 0.03 --steps 12 "
    "--payoff 'when(S >= S0, pay(1 + 0.08 * t), min(1, S / S0))'",
    "An American put, exercised at 50 dates",
    "penstock simulate --payoff 'max(K - S, 0)' --set K=110 --exercise american --steps 50 --rate "
    "0.05",
    "What last year's moves would do to a portfolio of them",
    "penstock simulate --process bootstrap --history prices.csv --horizon 20",
    NULL,
};

const cli_command cmd_simulate = {
    .name = "simulate",
    .summary = "Simulate prices, and value payoffs of them by Monte Carlo",
    .arguments = "",
    .detail =
        "Without --payoff: the distribution of the last prices, beside the exact lognormal law "
        "for\n"
        "geometric Brownian motion. Memory grows by 8 bytes a path and asset.\n"
        "\n"
        "With --payoff: its discounted expectation with the standard error and the interval that\n"
        "holds it in 99 % of runs. A payoff is an amount due at the horizon, such as\n"
        "max(S - K, 0): S is the last price (S1, S2, ... with several assets), S0 that at the "
        "start,\n"
        "V the variance (heston, garch) or volatility (sabr), t the time in years, i the date, T, "
        "n\n"
        "and r the horizon, the number of dates and the rate. + - * / ^, < <= > >= == !=, and, "
        "or,\n"
        "not, if(c, a, b), max, min, abs, exp, log, sqrt, floor, cdf work as they look. Over the "
        "dates\n"
        "of a path: mean(x), sum(x), min(x), max(x), any(c), all(c), count(c), at(x, date), "
        "prev(x),\n"
        "when(c, x, otherwise): x at the first date where c is true; pay(x): x paid at once, not "
        "at\n"
        "the horizon. Paths are reduced where they are made, never stored.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
