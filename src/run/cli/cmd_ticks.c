/* penstock ticks: trades and quotes of CSV files. */
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/number.h"
#include "../../machine/base/size.h"
#include "../../machine/base/status.h"
#include "ticks.h"

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
    PEN_TRY(cli_choice(c, "crossed", words, &choice));
    p->crossed = (pen_tick_policy)choice;
    for (size_t i = 0; i < PEN_COUNT(rows); i++) {
        PEN_TRY(cli_choice(c, rows[i].option, two_words, &choice));
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

/* Durations with commas between them. */
static pen_status read_intervals(cli *c, pen_tick_params *p)
{
    const char *at = cli_text(c, "intervals");
    double seconds, before = 0;
    for (p->n_intervals = 0; *at != '\0'; at += *at == ',') {
        char text[32];
        size_t n = strcspn(at, ",");
        snprintf(text, sizeof text, "%.*s", (int)(n < 31 ? n : 31), at);
        at += n;
        if (p->n_intervals == PEN_TICK_MOST_INTERVALS)
            return cli_usage(c, "--intervals: more than %d", PEN_TICK_MOST_INTERVALS);
        if (pen_tick_duration_parse(text, &seconds) != PEN_OK)
            return cli_usage(c, "--intervals: %s", pen_last_error());
        if (!(seconds >= 1e-9 && seconds <= 1e9 && seconds > before))
            return cli_usage(c, "--intervals '%s', expected ascending ones of 1e-9 to 1e9 seconds",
                             text);
        before = seconds;
        p->interval_ns[p->n_intervals++] = (int64_t)(seconds * 1e9 + 0.5);
    }
    return PEN_OK;
}

/* VOLUME or VOLUME,BUCKETS. */
static pen_status read_vpin(cli *c, pen_tick_params *p)
{
    const char *text = cli_text(c, "vpin");
    if (text != NULL) {
        size_t n = strcspn(text, ",");
        int64_t buckets = p->vpin_buckets;
        bool is_good = pen_number_parse(text, n, &p->vpin_bucket) && p->vpin_bucket > 0;
        if (text[n] == ',')
            is_good = is_good &&
                      pen_number_parse_i64(text + n + 1, strlen(text + n + 1), &buckets) &&
                      buckets >= 1 && buckets <= 100000;
        if (!is_good)
            return cli_usage(c, "--vpin '%s', expected VOLUME or VOLUME,BUCKETS, 1 to 100000",
                             text);
        p->vpin_buckets = (unsigned)buckets;
    }
    return read_duration(c, "bulk", 0, &p->vpin_bulk_ns);
}

static pen_status read_signals(ticks_job *j)
{
    size_t n = cli_count(j->c, "signal");
    PEN_TRY(pen_alloc(n + 1, sizeof *j->signals, (void **)&j->signals));
    for (size_t i = 0; i < n; i++)
        j->signals[i] = cli_text_at(j->c, "signal", i);
    j->params.signals = j->signals;
    j->params.n_signals = n;
    return PEN_OK;
}

/* Which features are written: names with commas between them, or all. */
static pen_status read_features(ticks_job *j)
{
    const char *at = cli_text(j->c, "features");
    bool is_all = at != NULL && strcmp(at, "all") == 0;
    for (int k = 0; is_all && k < PEN_TICK_FEATURE_COUNT; k++)
        j->is_written[k] = k != PEN_TICK_FEATURE_VPIN || j->params.vpin_bucket > 0;
    for (; at != NULL && !is_all && *at != '\0'; at += *at == ',') {
        pen_tick_feature_kind kind;
        char name[32];
        size_t n = strcspn(at, ",");
        snprintf(name, sizeof name, "%.*s", (int)(n < 31 ? n : 31), at);
        at += n;
        if (pen_tick_feature_find(name, &kind) != PEN_OK)
            return cli_usage(j->c, "--features: %s", pen_last_error());
        j->is_written[kind] = true;
    }
    return PEN_OK;
}

static pen_status check_outputs(cli *c)
{
    int outputs = cli_has(c, "bars") + cli_has(c, "features") + cli_has(c, "signal");
    if (outputs > 1 && !(outputs == 2 && cli_has(c, "signal") && cli_has(c, "plot")))
        return cli_usage(c, "--bars, --features and --signal each write rows: one at a time, or "
                            "signals drawn by --plot");
    return PEN_OK;
}

static pen_status read_params(ticks_job *j)
{
    static const char *const rules[] = { "auto", "data", "tick", "quote", "lee-ready", NULL };
    cli *c = j->c;
    pen_tick_params *p = &j->params;
    int choice;
    *p = pen_tick_params_default();
    PEN_TRY(check_outputs(c));
    PEN_TRY(cli_choice(c, "sign", rules, &choice));
    p->sign = (pen_tick_sign_rule)choice;
    PEN_TRY(read_policies(c, p));
    PEN_TRY(read_duration(c, "delay", 0, &p->quote_delay_ns));
    if (cli_has(c, "bars") && pen_tick_bar_rule_parse(cli_text(c, "bars"), &p->bars) != PEN_OK)
        return cli_usage(c, "--bars: %s", pen_last_error());
    int64_t window_ns;
    PEN_TRY(read_duration(c, "window", 1e-9, &window_ns));
    p->window_s = (double)window_ns * 1e-9;
    PEN_TRY(read_duration(c, "horizon", 0, &p->horizon_ns));
    PEN_TRY(read_duration(c, "regression", 1e-9, &p->regression_ns));
    PEN_TRY(read_duration(c, "gap", 1e-9, &p->gap_ns));
    PEN_TRY(read_intervals(c, p));
    PEN_TRY(read_vpin(c, p));
    PEN_TRY(read_signals(j));
    return read_features(j);
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

/* Does a signal or a written column need VPIN? */
static bool needs_vpin(const ticks_job *j)
{
    bool needs = j->is_written[PEN_TICK_FEATURE_VPIN];
    for (size_t i = 0; i < j->params.n_signals; i++)
        needs |= strstr(j->params.signals[i], "vpin") != NULL;
    return needs;
}

/* The summary measures everything; rows need only what is in them.  A bucket of VPIN from the whole
 * volume is for summaries: in rows it would know the future. */
static pen_status choose_measures(ticks_job *j, bool is_summary)
{
    pen_tick_params *p = &j->params;
    pen_tick_totals totals;
    pen_tick_stream *s;
    const pen_tick_columns *columns = pen_ticks_columns(j->ticks);
    if (p->vpin_bucket == 0 && needs_vpin(j))
        return cli_usage(j->c, "vpin needs --vpin VOLUME, the volume of a bucket");
    if (!is_summary) {
        p->n_intervals = cli_has(j->c, "signature") ? p->n_intervals : 0;
        return PEN_OK;
    }
    p->has_measures = true;
    if (p->vpin_bucket > 0 || columns->price == NULL)
        return PEN_OK;
    pen_tick_params plain = *p;
    plain.has_measures = false;
    plain.n_intervals = 0;
    PEN_TRY(pen_tick_stream_create(&plain, &s));
    pen_status status = pen_tick_stream_run(s, columns, 0, columns->n, NULL);
    totals = pen_tick_stream_totals(s);
    pen_tick_stream_destroy(s);
    p->vpin_bucket = isfinite(totals.volume) ? totals.volume / 200 : 0;
    j->has_own_bucket = true;
    return status;
}

/* Columns for the features that are written or drawn. */
static pen_status make_columns(ticks_job *j)
{
    bool is_wanted[PEN_TICK_FEATURE_COUNT];
    size_t n = pen_ticks_columns(j->ticks)->n, count = 0, size;
    memcpy(is_wanted, j->is_written, sizeof is_wanted);
    for (size_t i = 0; cli_has(j->c, "plot") && i < j->params.n_signals; i++) {
        pen_tick_feature_kind kind;
        double threshold;
        ticks_read_signal(j->params.signals[i], &kind, &threshold);
        is_wanted[kind] = true;
    }
    is_wanted[PEN_TICK_FEATURE_MID] |= cli_has(j->c, "plot");
    is_wanted[PEN_TICK_FEATURE_PRICE] |= cli_has(j->c, "plot");
    for (int k = 0; k < PEN_TICK_FEATURE_COUNT; k++)
        count += is_wanted[k];
    PEN_TRY(pen_size_mul(n, count, &size));
    if (size == 0)
        return PEN_OK;
    PEN_TRY(pen_alloc_array(size, sizeof *j->values, (void **)&j->values));
    for (int k = 0, next = 0; k < PEN_TICK_FEATURE_COUNT; k++)
        if (is_wanted[k])
            j->features[k] = j->values + n * (size_t)next++;
    return PEN_OK;
}

/* The Hawkes process of the first arrivals, if there are enough to fit one. */
static pen_status fit_arrivals(ticks_job *j)
{
    const pen_tick_columns *columns = pen_ticks_columns(j->ticks);
    uint64_t most;
    int64_t merge_ns;
    double *times, end_s;
    size_t n;
    PEN_TRY(cli_integer(j->c, "fit", 0, UINT32_MAX, &most));
    PEN_TRY(read_duration(j->c, "merge", 0, &merge_ns));
    if (most == 0 || columns->price == NULL)
        return PEN_OK;
    PEN_TRY(pen_alloc_array(columns->n + 1, sizeof *times, (void **)&times));
    pen_status s = pen_tick_arrivals(columns, &j->params, merge_ns, times, &n, &end_s);
    end_s = n > most ? times[most] : end_s;
    n = n > most ? (size_t)most : n;
    j->has_fit = s == PEN_OK && n >= 10;
    if (j->has_fit)
        s = pen_hawkes_fit(times, n, end_s, &j->fit);
    pen_free(times);
    return s;
}

static pen_status print(ticks_job *j, bool is_summary)
{
    if (cli_has(j->c, "plot"))
        PEN_TRY(ticks_plot(j, cli_text(j->c, "plot")));
    if (cli_has(j->c, "signature"))
        PEN_TRY(ticks_plot_signature(j, cli_text(j->c, "signature")));
    if (is_summary)
        return ticks_print_summary(j);
    ticks_note_quirks(j);
    return cli_has(j->c, "bars")       ? ticks_print_bars(j)
           : cli_has(j->c, "features") ? ticks_print_features(j)
                                       : ticks_print_events(j);
}

static pen_status compute(ticks_job *j)
{
    bool is_summary =
        !cli_has(j->c, "bars") && !cli_has(j->c, "features") && !cli_has(j->c, "signal");
    PEN_TRY(read_params(j));
    pen_status s = pen_tick_stream_create(&j->params, &j->stream);
    if (s == PEN_E_ARG) /* before the file is read */
        return cli_usage(j->c, "%s", pen_last_error());
    pen_tick_stream_destroy(j->stream);
    j->stream = NULL;
    PEN_TRY(s);
    PEN_TRY(read_ticks(j));
    const pen_tick_columns *columns = pen_ticks_columns(j->ticks);
    PEN_TRY(choose_measures(j, is_summary));
    PEN_TRY(make_columns(j));
    PEN_TRY(pen_tick_stream_create(&j->params, &j->stream));
    PEN_TRY(pen_tick_stream_run(j->stream, columns, 0, columns->n, j->features));
    if (is_summary)
        PEN_TRY(fit_arrivals(j));
    return print(j, is_summary);
}

static pen_status run(cli *c)
{
    ticks_job j = { .c = c };
    pen_status s = compute(&j);
    pen_tick_stream_destroy(j.stream);
    pen_ticks_destroy(j.ticks);
    pen_free(j.values);
    pen_free(j.signals);
    return s;
}

static const cli_option options[] = {
    { "quotes", 0, "FILE", "best quotes, where FILE has trades only; merged by time", NULL },
    { "symbol", 0, "NAME", "of files with several", NULL },
    { "bars", 0, "RULE", "write bars: time:60s, tick:N, volume:X, dollar:X, tick_imbalance:N, ...",
      NULL },
    { "features", 0, "LIST", "write columns: names with commas, or all; --help lists them", NULL },
    { "signal", 0, "TEXT", "write events, as in 'imbalance>0.6,rearm=0.4,cooldown=5s'; repeatable",
      NULL },
    { "plot", 0, "FILE", "draw prices and signals as SVG", NULL },
    { "signature", 0, "FILE", "draw realised variance by sampling interval as SVG", NULL },
    { "window", 0, "TIME", "time constant of ofi, imbalance and intensity", "10s" },
    { "vpin", 0, "VOLUME[,N]", "volume of a bucket of VPIN, and buckets in the mean (50)", NULL },
    { "bulk", 0, "TIME", "VPIN by bulk classification over bars of this length", "0s" },
    { "horizon", 0, "TIME", "realised spread and impact by the mid so much later", "5s" },
    { "regression", 0, "TIME", "windows of Kyle's lambda, flow regression and Amihud", "60s" },
    { "gap", 0, "TIME", "a pause so long breaks what is measured", "1h" },
    { "intervals", 0, "TIMES", "sampling intervals of realised variance",
      "1s,2s,5s,10s,30s,1m,2m,5m,10m" },
    { "fit", 0, "N", "fit a Hawkes process to the first N arrivals; 0: not", "100000" },
    { "merge", 0, "TIME", "trades closer than this are one arrival", "0s" },
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
    "Order flow beside every row",
    "penstock ticks trades.csv --quotes quotes.csv --features mid,micro,ofi,imbalance -o flow.csv",
    "Events when buyers or sellers dominate, drawn as well",
    "penstock ticks trades.csv --signal '|imbalance|>0.6,rearm=0.3,cooldown=5s' --plot out.svg",
    "From a synthetic market, bars of imbalance",
    "penstock synth --ticks --trades 20000 | penstock ticks - --bars tick_imbalance:200",
    NULL,
};

const cli_command cmd_ticks = {
    .name = "ticks",
    .summary = "Bars, order flow and signals of trades and quotes in CSV files",
    .arguments = "FILE",
    .min_args = 1,
    .max_args = 1,
    .detail =
        "FILE holds trades, quotes or both; columns are found by name (price, size, side or\n"
        "is_buyer_maker, bid, ask, bid_size, ask_size, ...), Binance's trades and aggTrades "
        "also\nwithout a header.  Rows that are odd follow stated rules and are counted; "
        "docs/ticks.md\nlists them.\n\n"
        "Prints a summary: counts, oddities, spreads, liquidity, VPIN, variance with a test for "
        "jumps,\nand a Hawkes fit of the trades.  --bars, --features or --signal write rows "
        "instead.  Features:\nprice side mid micro spread_bps effective_bps book ofi imbalance "
        "intensity vpin.  Bars also end by volume_imbalance:N and dollar_imbalance:N[,SPAN].",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
