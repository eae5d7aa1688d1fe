/* penstock ticks: trades and quotes of CSV files. */
#include <string.h>

#include "../../machine/base/status.h"
#include "ticks.h"

/* The place of an option's value in a list that ends with NULL, as its enum has it. */
static pen_status choose(cli *c, const char *option, const char *const *words, int *out)
{
    const char *text = cli_text(c, option);
    char list[128] = "";
    for (*out = 0; words[*out] != NULL; ++*out) {
        if (strcmp(words[*out], text) == 0)
            return PEN_OK;
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s",
                 *out == 0                 ? ""
                 : words[*out + 1] == NULL ? " or "
                                           : ", ",
                 words[*out]);
    }
    return cli_usage(c, "--%s '%s', expected %s", option, text, list);
}

static pen_status read_policies(cli *c, pen_tick_params *p)
{
    static const char *const words[] = { "drop", "keep", "swap", NULL };
    static const char *const two_words[] = { "drop", "keep", NULL };
    const struct {
        const char *option;
        pen_tick_policy *policy;
    } rows[] = { { "locked", &p->locked },
                 { "duplicates", &p->duplicate },
                 { "late", &p->late },
                 { "zero-size", &p->size_zero } };
    int choice;
    PEN_TRY(choose(c, "crossed", words, &choice));
    p->crossed = (pen_tick_policy)choice;
    for (size_t i = 0; i < PEN_COUNT(rows); i++) {
        PEN_TRY(choose(c, rows[i].option, two_words, &choice));
        *rows[i].policy = (pen_tick_policy)choice;
    }
    return PEN_OK;
}

/* A duration option in nanoseconds. */
static pen_status read_duration(cli *c, const char *option, double low_s, int64_t *out_ns)
{
    double seconds;
    if (pen_tick_duration_parse(cli_text(c, option), &seconds) != PEN_OK)
        return cli_usage(c, "--%s: %s", option, pen_last_error());
    if (!(seconds >= low_s && seconds <= 1e9))
        return cli_usage(c, "--%s '%s', expected %g to 1e9 seconds", option, cli_text(c, option),
                         low_s);
    *out_ns = (int64_t)(seconds * 1e9 + 0.5);
    return PEN_OK;
}

static pen_status read_params(cli *c, pen_tick_params *p)
{
    static const char *const rules[] = { "auto", "data", "tick", "quote", "lee-ready", NULL };
    int choice;
    *p = pen_tick_params_default();
    PEN_TRY(choose(c, "sign", rules, &choice));
    p->sign = (pen_tick_sign_rule)choice;
    PEN_TRY(read_policies(c, p));
    PEN_TRY(read_duration(c, "delay", 0, &p->quote_delay_ns));
    if (cli_has(c, "bars") && pen_tick_bar_rule_parse(cli_text(c, "bars"), &p->bars) != PEN_OK)
        return cli_usage(c, "--bars: %s", pen_last_error());
    return PEN_OK;
}

/* The ticks of FILE, and of --quotes in their places between them. */
static pen_status read_ticks(ticks_job *j)
{
    const char *symbol = cli_text(j->c, "symbol"), *path = cli_text(j->c, "quotes");
    pen_ticks *quotes, *trades;
    PEN_TRY(pen_ticks_read(j->c->args[0], NULL, symbol, &j->ticks));
    if (path == NULL)
        return PEN_OK;
    PEN_TRY(pen_ticks_read(path, NULL, symbol, &quotes));
    trades = j->ticks;
    pen_status s = pen_ticks_merge(trades, quotes, &j->ticks);
    pen_ticks_destroy(trades);
    pen_ticks_destroy(quotes);
    return s;
}

static pen_status compute(ticks_job *j)
{
    PEN_TRY(read_params(j->c, &j->params));
    PEN_TRY(read_ticks(j));
    const pen_tick_columns *columns = pen_ticks_columns(j->ticks);
    PEN_TRY(pen_tick_stream_create(&j->params, &j->stream));
    PEN_TRY(pen_tick_stream_run(j->stream, columns, 0, columns->n, NULL));
    if (!cli_has(j->c, "bars"))
        return ticks_print_summary(j);
    ticks_note_quirks(j);
    return ticks_print_bars(j);
}

static pen_status run(cli *c)
{
    ticks_job j = { .c = c };
    pen_status s = compute(&j);
    pen_tick_stream_destroy(j.stream);
    pen_ticks_destroy(j.ticks);
    return s;
}

static const cli_option options[] = {
    { "quotes", 0, "FILE", "best quotes, where FILE has trades only; merged by time", NULL },
    { "symbol", 0, "NAME", "of files with several", NULL },
    { "bars", 0, "RULE",
      "write bars: time:60s, tick:N, volume:X, dollar:X, or tick_, volume_, dollar_imbalance:N",
      NULL },
    { "unfinished", 0, NULL, "with the last bar, though it is not finished", NULL },
    { "sign", 0, "RULE", "who was the aggressor: auto, data, tick, quote or lee-ready", "auto" },
    { "delay", 0, "TIME", "sign trades by the quote that stood so long before", "0s" },
    { "crossed", 0, "POLICY", "quotes with bid > ask: drop, keep or swap", "drop" },
    { "locked", 0, "POLICY", "quotes with bid = ask: drop or keep", "keep" },
    { "duplicates", 0, "POLICY", "rows that repeat the one before in every field", "drop" },
    { "late", 0, "POLICY", "rows earlier than one before; kept at the time of the latest", "drop" },
    { "zero-size", 0, "POLICY", "trades of size 0", "drop" },
};

static const char *const examples[] = {
    "What is in a file, and what is odd about it",
    "penstock ticks trades.csv",
    "Trades with the quotes of another file, signed after Lee and Ready",
    "penstock ticks trades.csv --quotes quotes.csv.gz --sign lee-ready",
    "Volume bars",
    "penstock ticks trades.csv --bars volume:10000 -o bars.csv",
    "From a synthetic market, bars of imbalance",
    "penstock synth --ticks --trades 20000 | penstock ticks - --bars tick_imbalance:200",
    NULL,
};

const cli_command cmd_ticks = {
    .name = "ticks",
    .summary = "Bars and order flow of trades and quotes in CSV files",
    .arguments = "FILE",
    .min_args = 1,
    .max_args = 1,
    .detail = "FILE holds trades, quotes or both; columns are found by name (price, size, side or\n"
              "is_buyer_maker, bid, ask, bid_size, ask_size, ...), Binance's trades and aggTrades "
              "also\nwithout a header.  Rows that are odd follow stated rules and are counted; "
              "docs/ticks.md\nlists them.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
