/* penstock indicators: technical indicators of a CSV file's prices. */
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "indicators.h"

/* All values of --do, blanks between them. */
static pen_status join_calls(const cli *c, char **text)
{
    size_t bytes = 1, count = cli_count(c, "do");
    for (size_t i = 0; i < count; i++)
        bytes += strlen(cli_text_at(c, "do", i)) + 1;
    PEN_TRY(pen_alloc(bytes, 1, (void **)text));
    for (size_t i = 0; i < count; i++) {
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

static pen_status read_request(cli *c, indicators *w)
{
    const char *precision = cli_text(c, "precision"), *missing = cli_text(c, "missing");
    pen_plan_options options = pen_plan_options_default();
    if (c->arg_count != 1)
        return cli_usage(c, "expected FILE, '-' for standard input");
    if (!cli_has(c, "do"))
        return cli_usage(c, "--do is needed, as in --do rsi:14; --list shows what there is");
    if (strcmp(precision, "f32") != 0 && strcmp(precision, "f64") != 0)
        return cli_usage(c, "--precision '%s', expected f32 or f64", precision);
    if (strcmp(missing, "spread") != 0 && strcmp(missing, "skip") != 0)
        return cli_usage(c, "--missing '%s', expected spread or skip", missing);
    if (strcmp(missing, "skip") == 0)
        options.missing = PEN_MISSING_SKIPPED;
    w->dtype = strcmp(precision, "f32") == 0 ? PEN_F32 : PEN_F64;
    w->has_input = cli_has(c, "with-input");
    PEN_TRY(join_calls(c, &w->text));
    pen_status s = pen_plan_create_with(w->text, &options, &w->plan);
    if (s == PEN_E_PARSE || s == PEN_E_NOTFOUND || s == PEN_E_ARG)
        return cli_usage(c, "%s", pen_last_error());
    PEN_TRY(s);
    w->n_outputs = pen_plan_output_count(w->plan);
    return check_names(c, w->plan);
}

static pen_status read_input(cli *c, indicators *w)
{
    PEN_TRY(pen_table_read(c->args[0], NULL, &w->table));
    w->rows = pen_table_rows(w->table);
    if (w->rows == 0)
        return pen_fail(PEN_E_PARSE, "%s: %s", pen_table_source(w->table),
                        pen_table_columns(w->table) == 0
                            ? "empty, expected a header and rows of prices"
                            : "a header without rows, expected rows of prices below it");
    w->has_symbols = pen_table_symbol_column(w->table, &w->symbol_column) == PEN_OK;
    indicators_note_quirks(c, w->table);
    return PEN_OK;
}

static pen_status compute(cli *c, indicators *w)
{
    PEN_TRY(read_request(c, w));
    PEN_TRY(read_input(c, w));
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
    { "do", 0, "CALLS", "name[:parameters][@columns], several with blanks; repeatable", NULL },
    { "list", 'l', NULL, "list the indicators, or describe the one named", NULL },
    { "family", 0, "NAME", "with --list: those of one family", NULL },
    { "precision", 0, "TYPE", "compute in f32 or f64", "f64" },
    { "missing", 0, "WHAT", "missing values spread, or such bars are skipped: spread or skip",
      "spread" },
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
    "What there is, a family of it, and what one of them is",
    "penstock indicators --list; penstock indicators --list --family candle; penstock indicators "
    "--list rsi",
    NULL,
};

const cli_command cmd_indicators = {
    .name = "indicators",
    .summary = "Compute technical indicators of prices in a CSV file",
    .arguments = "FILE",
    .max_args = 1,
    .detail = "Prints CSV: the input's times, then a column for each output; cells are empty until "
              "an\nindicator has its first value.  Columns are found by role (open, high, low, "
              "close, volume,\nhowever they are called) or by name.  With a symbol column each "
              "symbol is a series of its\nown, and rows keep their order.  What is odd about the "
              "input is told on standard error.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
