/* What `penstock ticks` prints: the summary, bars, remarks. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "../../machine/base/csv.h"
#include "../../machine/base/json.h"
#include "ticks.h"

enum { NOTE_BYTES = 1024 };

void ticks_note_quirks(const ticks_job *j)
{
    char note[NOTE_BYTES] = "";
    for (int kind = 0; kind < PEN_TICK_QUIRK_COUNT; kind++) {
        pen_quirk q = pen_tick_stream_quirk(j->stream, (pen_tick_quirk_kind)kind);
        size_t used = strlen(note),
               line = q.count > 0 ? pen_ticks_line(j->ticks, q.first_line - 1) : 0;
        if (q.count == 0)
            continue;
        snprintf(note + used, NOTE_BYTES - used, "%s%zu %s", used > 0 ? ", " : "", q.count,
                 pen_tick_quirk_text((pen_tick_quirk_kind)kind));
        used = strlen(note);
        if (line > 0)
            snprintf(note + used, NOTE_BYTES - used, " (%s line %zu)",
                     q.count > 1 ? "first in" : "in", line);
    }
    if (note[0] != '\0')
        cli_note(j->c, "%s: %s", j->c->args[0], note);
}

/* ---- bars ---- */

static void put_bar(ticks_rows *r, const pen_tick_bar *b)
{
    const double values[] = { b->open, b->high,  b->low,        b->close,       b->volume,
                              b->vwap, b->money, b->buy_volume, b->sell_volume, (double)b->trades };
    ticks_rows_time(r, b->start_ns);
    ticks_rows_time(r, b->end_ns);
    for (size_t i = 0; i < PEN_COUNT(values); i++)
        ticks_rows_number(r, values[i]);
}

pen_status ticks_print_bars(const ticks_job *j)
{
    static const char *const names[] = { "time",        "end",    "open", "high",  "low",
                                         "close",       "volume", "vwap", "money", "buy_volume",
                                         "sell_volume", "trades", NULL };
    size_t count;
    pen_tick_bar last;
    ticks_rows rows;
    const pen_tick_bar *bars = pen_tick_stream_bars(j->stream, &count);
    PEN_TRY(ticks_rows_begin(&rows, j->c, names));
    for (size_t i = 0; i < count; i++)
        put_bar(&rows, &bars[i]);
    if (cli_has(j->c, "unfinished") && pen_tick_stream_peek_bar(j->stream, &last))
        put_bar(&rows, &last);
    return ticks_rows_end(&rows);
}

/* ---- the summary ---- */

/* One line or member: what it is called in JSON, what people read, the value and its unit. */
typedef struct line {
    const char *key, *text;
    double value;
    const char *unit;
} line;

static void print_text(FILE *out, const char *title, const line *lines, size_t n)
{
    char text[32];
    fprintf(out, "%s\n", title);
    for (size_t i = 0; i < n; i++) {
        snprintf(text, sizeof text, "%.10g", lines[i].value);
        fprintf(out, "  %-28s %s%s%s\n", lines[i].text, isnan(lines[i].value) ? "-" : text,
                lines[i].unit[0] != '\0' ? " " : "", isnan(lines[i].value) ? "" : lines[i].unit);
    }
}

static void put_json(pen_json *json, const char *title, const line *lines, size_t n)
{
    pen_json_key(json, title);
    pen_json_begin_object(json);
    for (size_t i = 0; i < n; i++) {
        pen_json_key(json, lines[i].key);
        pen_json_number(json, lines[i].value);
    }
    pen_json_end_object(json);
}

static void put_section(const ticks_job *j, FILE *out, pen_json *json, const char *title,
                        const line *lines, size_t n)
{
    if (j->c->is_json)
        put_json(json, title, lines, n);
    else
        print_text(out, title, lines, n);
}

static void put_counts(const ticks_job *j, FILE *out, pen_json *json)
{
    pen_tick_totals t = pen_tick_stream_totals(j->stream);
    const line lines[] = {
        { "rows", "rows", (double)pen_tick_stream_rows(j->stream), "" },
        { "trades", "trades", (double)t.trades, "" },
        { "quotes", "quotes", (double)t.quotes, "" },
        { "buys", "buys", (double)t.buys, "" },
        { "sells", "sells", (double)t.sells, "" },
        { "volume", "volume", t.volume, "" },
        { "money", "money", t.money, "" },
        { "buy_volume", "bought volume", t.buy_volume, "" },
        { "sell_volume", "sold volume", t.sell_volume, "" },
        { "span_s", "time from first to last", ((double)t.last_ns - (double)t.first_ns) * 1e-9,
          "s" },
    };
    put_section(j, out, json, "counts", lines, PEN_COUNT(lines));
}

static void put_quirks(const ticks_job *j, FILE *out, pen_json *json)
{
    static const char *const keys[] = { "missing",       "non_finite", "non_positive",
                                        "negative_size", "zero_size",  "out_of_order",
                                        "duplicate",     "crossed",    "locked",
                                        "unsigned" };
    line lines[PEN_TICK_QUIRK_COUNT];
    for (int k = 0; k < PEN_TICK_QUIRK_COUNT; k++)
        lines[k] =
            (line){ keys[k], pen_tick_quirk_text((pen_tick_quirk_kind)k),
                    (double)pen_tick_stream_quirk(j->stream, (pen_tick_quirk_kind)k).count, "" };
    put_section(j, out, json, "quirks", lines, PEN_COUNT(lines));
}

static void put_summary(const ticks_job *j, FILE *out, pen_json *json)
{
    put_counts(j, out, json);
    put_quirks(j, out, json);
}

pen_status ticks_print_summary(const ticks_job *j)
{
    FILE *out;
    pen_sink *sink;
    pen_json json;
    PEN_TRY(cli_open_output(j->c, &out));
    if (!j->c->is_json) {
        put_summary(j, out, NULL);
        return PEN_OK;
    }
    const char *name = j->c->output != NULL ? j->c->output : "standard output";
    PEN_TRY(pen_sink_open_fd(name, fileno(out), &sink));
    pen_json_init(&json, sink, 2);
    pen_json_begin_object(&json);
    put_summary(j, out, &json);
    pen_json_end_object(&json);
    pen_sink_char(sink, '\n');
    return pen_sink_close(sink);
}
