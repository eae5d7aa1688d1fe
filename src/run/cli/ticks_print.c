/* What `penstock ticks` writes row by row, and its remarks. */
#define _POSIX_C_SOURCE 200809L
#include <string.h>

#include "../../machine/base/csv.h"
#include "../../machine/base/status.h"
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

static void put_bar(cli_rows *r, const pen_tick_bar *b)
{
    const double values[] = { b->open, b->high,  b->low,        b->close,       b->volume,
                              b->vwap, b->money, b->buy_volume, b->sell_volume, (double)b->trades };
    cli_rows_time(r, b->start_ns);
    cli_rows_time(r, b->end_ns);
    for (size_t i = 0; i < PEN_COUNT(values); i++)
        cli_rows_number(r, values[i]);
}

pen_status ticks_print_bars(const ticks_job *j)
{
    static const char *const names[] = { "time",        "end",    "open", "high",  "low",
                                         "close",       "volume", "vwap", "money", "buy_volume",
                                         "sell_volume", "trades", NULL };
    size_t count;
    pen_tick_bar last;
    cli_rows rows;
    const pen_tick_bar *bars = pen_tick_stream_bars(j->stream, &count);
    PEN_TRY(cli_rows_begin(&rows, j->c, names));
    for (size_t i = 0; i < count; i++)
        put_bar(&rows, &bars[i]);
    if (cli_has(j->c, "unfinished") && pen_tick_stream_peek_bar(j->stream, &last))
        put_bar(&rows, &last);
    return cli_rows_end(&rows);
}

/* ---- features and events ---- */

pen_status ticks_print_features(const ticks_job *j)
{
    const char *names[PEN_TICK_FEATURE_COUNT + 2] = { "time" };
    const pen_tick_columns *c = pen_ticks_columns(j->ticks);
    cli_rows rows;
    size_t n = 1;
    for (int k = 0; k < PEN_TICK_FEATURE_COUNT; k++)
        if (j->is_written[k])
            names[n++] = pen_tick_feature_name((pen_tick_feature_kind)k);
    PEN_TRY(cli_rows_begin(&rows, j->c, names));
    for (size_t row = 0; row < c->n; row++) {
        cli_rows_time(&rows, c->time_ns[row]);
        for (int k = 0; k < PEN_TICK_FEATURE_COUNT; k++)
            if (j->is_written[k])
                cli_rows_number(&rows, j->features[k][row]);
    }
    return cli_rows_end(&rows);
}

pen_status ticks_print_events(const ticks_job *j)
{
    static const char *const names[] = { "time", "signal", "value", NULL };
    size_t count;
    cli_rows rows;
    const pen_tick_event *events = pen_tick_stream_events(j->stream, &count);
    PEN_TRY(cli_rows_begin(&rows, j->c, names));
    for (size_t i = 0; i < count; i++) {
        cli_rows_time(&rows, events[i].time_ns);
        cli_rows_text(&rows, j->params.signals[events[i].signal]);
        cli_rows_number(&rows, events[i].value);
    }
    return cli_rows_end(&rows);
}
