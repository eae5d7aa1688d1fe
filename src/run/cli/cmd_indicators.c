/* penstock indicators: technical indicators of a CSV file's prices. */
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "indicators.h"

static bool asks_for_all(const cli *c)
{
    for (size_t i = 0; i < cli_count(c, "do"); i++)
        if (strcmp(cli_text_at(c, "do", i), "all") == 0)
            return true;
    return false;
}

static bool has_inputs(const indicators *w, const pen_indicator *about)
{
    size_t column;
    for (size_t i = 0; i < about->n_inputs; i++)
        if (indicators_column(w->table, about->inputs[i], &column) != PEN_OK &&
            (strcmp(about->inputs[i], "session") != 0 || pen_table_times_ns(w->table) == NULL))
            return false;
    return true;
}

/* Every indicator (of --family) for which the table has the columns. */
static void append_all(const cli *c, const indicators *w, char *text)
{
    size_t left_out = 0;
    for (size_t i = 0; i < pen_indicator_count(); i++) {
        const pen_indicator *about = pen_indicator_at(i);
        if (!indicators_is_listed(c, about))
            continue;
        if (has_inputs(w, about)) {
            strcat(text, about->name);
            strcat(text, " ");
        } else
            left_out++;
    }
    if (left_out > 0)
        cli_note(c, "%zu indicators left out: %s lacks their columns", left_out,
                 pen_table_source(w->table));
}

/* All values of --do, blanks between them; the table is there if one is "all". */
static pen_status join_calls(const cli *c, const indicators *w, char **text)
{
    size_t bytes = 1, count = cli_count(c, "do");
    for (size_t i = 0; i < count; i++)
        bytes += strlen(cli_text_at(c, "do", i)) + 1;
    for (size_t i = 0; i < pen_indicator_count(); i++)
        bytes += count * (strlen(pen_indicator_at(i)->name) + 1);
    PEN_TRY(pen_alloc(bytes, 1, (void **)text));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(cli_text_at(c, "do", i), "all") == 0) {
            append_all(c, w, *text);
            continue;
        }
        strcat(*text, cli_text_at(c, "do", i));
        strcat(*text, " ");
    }
    return PEN_OK;
}

/* A name stands for one column of the result. */
static pen_status check_names(cli *c, const pen_plan *plan)
{
    for (size_t i = 0; i < pen_plan_output_count(plan); i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(pen_plan_output(plan, i), pen_plan_output(plan, k)) == 0)
                return cli_usage(c, "--do: '%s' is asked for twice", pen_plan_output(plan, i));
    return PEN_OK;
}

/* One --unstable: "rsi=100", or "all=100". */
static pen_status read_unstable(cli *c, const char *text, pen_plan_options *options)
{
    char names[256] = "all", *end;
    const char *equals = strchr(text, '=');
    size_t length = equals != NULL ? (size_t)(equals - text) : strlen(text);
    bool is_all = length == 3 && strncmp(text, "all", 3) == 0, is_known = is_all;
    long bars = equals != NULL ? strtol(equals + 1, &end, 10) : 0;
    if (equals == NULL || end == equals + 1 || *end != '\0' || bars < 0 || bars > 100000)
        return cli_usage(c,
                         "--unstable '%s', expected NAME=BARS with 0 to 100000 bars, as in "
                         "rsi=100",
                         text);
    for (int i = 0; i < PEN_UNSTABLE_COUNT; i++) {
        const char *name = pen_unstable_name((pen_unstable)i);
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, ", %s", name);
        if (is_all || (strlen(name) == length && strncmp(name, text, length) == 0)) {
            options->unstable[i] = (int)bars;
            is_known = true;
        }
    }
    if (!is_known)
        return cli_usage(c, "--unstable '%s': '%.*s' has no unstable period, expected one of %s",
                         text, (int)length, text, names);
    return PEN_OK;
}

static pen_status read_options(cli *c, pen_plan_options *options)
{
    static const char *const missing[] = { "spread", "skip", NULL };
    const char *profiles[PEN_PROFILE_COUNT + 1] = { NULL };
    int choice;
    for (int i = 0; i < PEN_PROFILE_COUNT; i++)
        profiles[i] = pen_profile_name((pen_profile)i);
    *options = pen_plan_options_default();
    PEN_TRY(cli_choice(c, "profile", profiles, &choice));
    options->profile = (pen_profile)choice;
    PEN_TRY(cli_choice(c, "missing", missing, &choice));
    options->missing = choice == 1 ? PEN_MISSING_SKIPPED : PEN_MISSING_SPREADS;
    for (size_t i = 0; i < cli_count(c, "unstable"); i++)
        PEN_TRY(read_unstable(c, cli_text_at(c, "unstable", i), options));
    return PEN_OK;
}

static pen_status read_request(cli *c, indicators *w)
{
    const char *precision = cli_text(c, "precision");
    pen_plan_options options;
    if (c->arg_count == 0)
        return cli_usage(c, "expected FILE, '-' for standard input");
    PEN_TRY(indicators_check_family(c));
    if (!cli_has(c, "do"))
        return cli_usage(c, "--do is needed, as in --do rsi:14; --list shows what there is");
    if (strcmp(precision, "f32") != 0 && strcmp(precision, "f64") != 0)
        return cli_usage(c, "--precision '%s', expected f32 or f64", precision);
    PEN_TRY(read_options(c, &options));
    w->dtype = strcmp(precision, "f32") == 0 ? PEN_F32 : PEN_F64;
    w->has_input = cli_has(c, "with-input");
    if (asks_for_all(c)) /* of what the columns allow */
        PEN_TRY(indicators_read(c, w));
    PEN_TRY(join_calls(c, w, &w->text));
    pen_status s = pen_plan_create_with(w->text, &options, &w->plan);
    if (s == PEN_E_PARSE || s == PEN_E_NOTFOUND || s == PEN_E_ARG)
        return cli_usage(c, "%s", pen_last_error());
    PEN_TRY(s);
    w->n_outputs = pen_plan_output_count(w->plan);
    return check_names(c, w->plan);
}

static pen_status compute(cli *c, indicators *w)
{
    PEN_TRY(read_request(c, w));
    if (w->table == NULL)
        PEN_TRY(indicators_read(c, w));
    PEN_TRY(indicators_find_sessions(c, w));
    PEN_TRY(indicators_run(c, w));
    if (cli_has(c, "plot"))
        PEN_TRY(indicators_plot(w, cli_text(c, "plot")));
    return indicators_print(c, w);
}

static pen_status run(cli *c)
{
    indicators w = { 0 };
    if (cli_has(c, "list"))
        return indicators_list(c, c->arg_count > 0 ? c->args[0] : NULL);
    pen_status s = compute(c, &w);
    pen_plan_destroy(w.plan);
    pen_table_destroy(w.table);
    pen_free(w.text);
    pen_free(w.sessions);
    pen_free(w.values);
    return s;
}

static const cli_option options[] = {
    { "do", 0, "CALLS", "name[:parameters][@columns], several with blanks; or all; repeatable",
      NULL },
    { "family", 0, "NAME", "only these of --list and of --do all", NULL },
    { "list", 'l', NULL, "list the indicators, or describe the one named", NULL },
    { "page", 0, NULL, "with --list: as a Markdown page, with a plot each", NULL },
    { "precision", 0, "TYPE", "compute in f32 or f64", "f64" },
    { "missing", 0, "WHAT", "missing values spread, or such bars are skipped: spread or skip",
      "spread" },
    { "profile", 0, "NAME", "whose defaults and starts: talib-0.6, talib-0.8, tradingview or tulip",
      "talib-0.6" },
    { "unstable", 0, "NAME=BARS",
      "leave out a function's first values, as rsi=100; or all=100; "
      "repeatable",
      NULL },
    { "session", 0, "HH:MM", "when a session begins, UTC, where no column says", "00:00" },
    { "with-input", 0, NULL, "repeat the columns of the input", NULL },
    { "plot", 0, "FILE", "also draw prices and indicators as SVG", NULL },
};

static const char *const examples[] = {
    "RSI and MACD of daily bars",
    "penstock indicators bars.csv --do rsi:14 --do macd:12,26,9",
    "Several calls at once, one of them on another column",
    "penstock indicators bars.csv --do 'sma:20 atr:14 ema:20@high' -o out.csv",
    "From a pipe, with the prices, drawn as well",
    "penstock synth | penstock indicators - --do bbands:20 --with-input --plot out.svg",
    "Average price by volume since 13:30 UTC of each day",
    "penstock indicators minutes.csv --do vwap --session 13:30",
    "As TradingView's charts have them",
    "penstock indicators bars.csv --do 'atr adx cmo' --profile tradingview",
    "Exponential averages without their first 100 values",
    "penstock indicators bars.csv --do 'ema:20 macd' --unstable ema=100",
    "A universe: every file a symbol; or a panel file, every column a symbol",
    "penstock indicators 'data/*.csv' --do rsi:14 -o universe.csv",
    "Everything of one family",
    "penstock indicators bars.csv --do all --family momentum",
    "What there is, and what one of them is",
    "penstock indicators --list; penstock indicators --list rsi",
    NULL,
};

const cli_command cmd_indicators = {
    .name = "indicators",
    .summary = "Compute technical indicators of prices in a CSV file",
    .arguments = "FILE...",
    .max_args = SIZE_MAX,
    .detail = "Prints CSV: the input's times, then a column for each output; cells are empty until "
              "an\nindicator has its first value.  Columns are found by role (open, high, low, "
              "close, volume,\nhowever they are called) or by name.  With a symbol column each "
              "symbol is a series of its\nown, and rows keep their order; of several files each is "
              "a symbol, named after the file.  What is odd about the "
              "input is told on standard error.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
