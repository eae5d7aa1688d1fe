/* penstock patterns: chart patterns, levels and trend lines of CSV files' prices. */
#include <string.h>

#include "../../machine/base/status.h"
#include "indicators.h"
#include "patterns.h"

static pen_status read_kinds(cli *c, pen_pattern_options *o)
{
    if (!cli_has(c, "kind"))
        return PEN_OK;
    o->kinds = 0;
    for (size_t i = 0; i < cli_count(c, "kind"); i++) {
        pen_pattern_kind kind;
        if (pen_pattern_find(cli_text_at(c, "kind", i), &kind) != PEN_OK)
            return cli_usage(c, "--kind: %s", pen_last_error());
        o->kinds |= UINT64_C(1) << kind;
    }
    return PEN_OK;
}

static pen_status read_request(cli *c, patterns_request *r)
{
    r->options = pen_pattern_options_default();
    if (c->arg_count == 0)
        return cli_usage(c, "expected FILE, '-' for standard input");
    if (pen_pattern_pivots_parse(cli_text(c, "pivots"), &r->options) != PEN_OK)
        return cli_usage(c, "--%s", pen_last_error());
    PEN_TRY(read_kinds(c, &r->options));
    PEN_TRY(cli_number(c, "min-quality", 0, 1, &r->options.min_quality));
    PEN_TRY(cli_integer(c, "last", 0, UINT64_MAX, &r->last));
    PEN_TRY(cli_integer(c, "levels", 0, 64, &r->n_levels));
    PEN_TRY(cli_integer(c, "lines", 0, 1000000, &r->n_lines));
    PEN_TRY(cli_integer(c, "bars", 2, 1000000, &r->bars));
    r->options.keep_overlaps = cli_has(c, "overlaps");
    r->symbol = cli_text(c, "symbol");
    return PEN_OK;
}

static patterns_series series_of(const char *file, const pen_bars *bars, size_t index)
{
    patterns_series s = { .file = file,
                          .symbol = pen_bars_symbol(bars, index),
                          .time_ns = pen_bars_times_ns(bars),
                          .n = pen_bars_points(bars) };
    for (int role = PEN_ROLE_OPEN; role <= PEN_ROLE_VOLUME; role++) {
        const pen_panel *panel = pen_bars_field(bars, (pen_role)role);
        if (panel != NULL)
            s.fields[role] =
                (const double *)pen_panel_data(panel) + index * pen_panel_stride(panel);
    }
    return s;
}

static pen_status find(cli *c, const patterns_request *r, patterns_series *s,
                       patterns_report *report)
{
    bool has_range = s->fields[PEN_ROLE_HIGH] != NULL && s->fields[PEN_ROLE_LOW] != NULL;
    pen_patterns *found;
    PEN_TRY(pen_patterns_create(&r->options, &found));
    s->found = found;
    pen_pattern_bars bars = { .n = s->n,
                              .high = has_range ? s->fields[PEN_ROLE_HIGH] : NULL,
                              .low = has_range ? s->fields[PEN_ROLE_LOW] : NULL,
                              .close = s->fields[PEN_ROLE_CLOSE],
                              .volume = s->fields[PEN_ROLE_VOLUME] };
    pen_status status = pen_patterns_feed(found, &bars);
    if (status == PEN_OK)
        status = patterns_report_add(report, r, s);
    if (status == PEN_OK && cli_has(c, "plot"))
        status = patterns_plot(c, r, s, cli_text(c, "plot"));
    pen_patterns_destroy(found);
    return status;
}

static pen_status check_file(cli *c, const patterns_request *r, const char *file,
                             const pen_bars *bars)
{
    size_t count = 0;
    if (pen_bars_field(bars, PEN_ROLE_CLOSE) == NULL)
        return pen_fail(PEN_E_NOTFOUND, "%s: no column of closes", file);
    if (pen_bars_points(bars) == 0)
        return pen_fail(PEN_E_SHAPE, "%s: no row of prices", file);
    for (size_t i = 0; i < pen_bars_symbols(bars); i++)
        count += r->symbol == NULL || strcmp(r->symbol, pen_bars_symbol(bars, i)) == 0;
    if (count == 0)
        return pen_fail(PEN_E_NOTFOUND, "%s: no symbol '%s'; the first of %zu is '%s'", file,
                        r->symbol, pen_bars_symbols(bars), pen_bars_symbol(bars, 0));
    if (cli_has(c, "plot") && (count > 1 || c->arg_count > 1))
        return cli_usage(c, "--plot draws one series; choose a file, and with --symbol one of %zu",
                         pen_bars_symbols(bars));
    return PEN_OK;
}

static pen_status take_bars(cli *c, patterns_request *r, const char *file, const pen_bars *bars,
                            patterns_report *report)
{
    PEN_TRY(check_file(c, r, file, bars));
    if (pen_bars_table(bars) != NULL)
        indicators_note_quirks(c, pen_bars_table(bars));
    for (size_t i = 0; i < pen_bars_symbols(bars); i++) {
        patterns_series s = series_of(file, bars, i);
        if (r->symbol == NULL || strcmp(r->symbol, s.symbol) == 0)
            PEN_TRY(find(c, r, &s, report));
    }
    return PEN_OK;
}

static pen_status take_files(cli *c, patterns_request *r, patterns_report *report)
{
    cli_progress progress;
    pen_status s = PEN_OK;
    cli_progress_begin(&progress, c, "looking", (double)c->arg_count);
    for (size_t i = 0; i < c->arg_count && s == PEN_OK; i++) {
        pen_bars *bars;
        s = pen_bars_read(c->args[i], NULL, &bars);
        if (s == PEN_OK)
            s = take_bars(c, r, c->args[i], bars, report);
        pen_bars_destroy(bars);
        cli_progress_update(&progress, (double)(i + 1));
    }
    cli_progress_end(&progress);
    return s;
}

static pen_status run(cli *c)
{
    patterns_request r = { 0 };
    patterns_report report = { 0 };
    PEN_TRY(read_request(c, &r));
    pen_status s = patterns_report_begin(c, &r, &report);
    if (s == PEN_OK)
        s = take_files(c, &r, &report);
    if (s == PEN_OK)
        s = patterns_report_print(c, &report);
    patterns_report_clear(&report);
    return s;
}

static const cli_option options[] = {
    { "kind", 'k', "NAME", "only this pattern, as in double-top; repeatable", NULL },
    { "min-quality", 'q', "Q", "only patterns of this quality or better, 0 to 1", "0" },
    { "last", 0, "N", "only patterns confirmed within the last N bars; 0: all", "0" },
    { "pivots", 'p', "RULE", "atr:N, percent:N or fractal:N: smaller N, smaller patterns",
      "atr:3" },
    { "overlaps", 0, NULL, "all patterns that a bar confirms, not only the best a direction",
      NULL },
    { "levels", 0, "N", "also the N strongest support and resistance levels", "0" },
    { "lines", 0, "N", "also the N latest trend lines", "0" },
    { "symbol", 0, "NAME", "only this symbol of files that have several", NULL },
    { "plot", 0, "FILE", "draw candles, patterns and levels as SVG", NULL },
    { "bars", 0, "N", "how many of the last bars to draw", "250" },
};

static const char *const examples[] = {
    "What was confirmed, and when it was first known",
    "penstock patterns bars.csv --min-quality 0.6",
    "A scan of many files for what the last five bars confirmed",
    "penstock patterns data/*.csv --last 5 --json",
    "A picture with levels",
    "penstock patterns bars.csv --levels 4 --plot patterns.svg",
    "Larger double tops and bottoms, by the zig-zag rule",
    "penstock patterns bars.csv --pivots percent:8 -k double-top -k double-bottom",
    NULL,
};

const cli_command cmd_patterns = {
    .name = "patterns",
    .summary = "Find chart patterns, support and resistance in CSV files",
    .arguments = "FILE...",
    .max_args = SIZE_MAX,
    .detail =
        "A line each: the pattern, the direction of its breakout, its first and last key point, "
        "the\n"
        "bar that confirmed it (no later bar is used), the broken boundary, the measured target, "
        "the\nprice at which it has failed, and the quality of its shape from 0 to 1.  Patterns:\n"
        "head-and-shoulders, double-top, triple-top, their inverses and bottoms, ascending-, "
        "descending-\nand symmetrical-triangle, rising- and falling-wedge, rectangle, channel-up "
        "and -down, broadening,\nbull- and bear-flag and -pennant, cup-and-handle and its inverse.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
