/* Results as CSV or JSON, and a line on what is odd about the input. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "../../machine/base/csv.h"
#include "../../machine/base/json.h"
#include "indicators.h"

enum { NOTE_BYTES = 1024 };

/* ---- CSV ---- */

/* The cells of a row after the first have a comma in front. */
typedef struct row_writer {
    pen_sink *sink;
    size_t cells;
} row_writer;

static void put_text(row_writer *r, const char *text, size_t n)
{
    if (r->cells++ > 0)
        pen_sink_char(r->sink, ',');
    pen_csv_put(r->sink, ',', text, n);
}

static void put_number(row_writer *r, double x)
{
    if (r->cells++ > 0)
        pen_sink_char(r->sink, ',');
    if (!isnan(x))
        pen_sink_number(r->sink, x);
}

static void end_row(row_writer *r, bool is_blank)
{
    if (r->cells == 1 && is_blank)
        pen_sink_text(r->sink, "\"\""); /* a blank line would not be a row */
    pen_sink_char(r->sink, '\n');
    r->cells = 0;
}

static void put_name(row_writer *r, const char *name)
{
    put_text(r, name, strlen(name));
}

/* Is the text column repeated? */
static bool shows_text(const indicators *w, size_t column)
{
    return w->has_input || (w->has_symbols && column == w->symbol_column);
}

static void put_header(const indicators *w, row_writer *r)
{
    const pen_table *t = w->table;
    if (pen_table_time_name(t) != NULL)
        put_name(r, pen_table_time_name(t));
    for (size_t i = 0; i < pen_table_text_columns(t); i++)
        if (shows_text(w, i))
            put_name(r, pen_table_text_name(t, i));
    for (size_t i = 0; w->has_input && i < pen_table_columns(t); i++)
        put_name(r, pen_table_name(t, i));
    for (size_t o = 0; o < w->n_outputs; o++)
        put_name(r, pen_plan_output(w->plan, o));
    end_row(r, false);
}

static void put_row(const indicators *w, size_t row, row_writer *r)
{
    const pen_table *t = w->table;
    size_t n;
    const char *time = pen_table_time_text(t, row, &n);
    if (time != NULL)
        put_text(r, time, n);
    for (size_t i = 0; i < pen_table_text_columns(t); i++)
        if (shows_text(w, i))
            put_name(r, pen_table_text(t, i, row));
    for (size_t i = 0; w->has_input && i < pen_table_columns(t); i++)
        put_number(r, pen_table_column(t, i)[row]);
    for (size_t o = 0; o < w->n_outputs; o++)
        put_number(r, w->values[o * w->rows + row]);
    end_row(r, isnan(w->values[row]));
}

static void print_csv(const indicators *w, pen_sink *sink)
{
    row_writer r = { sink, 0 };
    put_header(w, &r);
    for (size_t row = 0; row < w->rows; row++)
        put_row(w, row, &r);
}

/* ---- JSON ---- */

static void print_times(const indicators *w, pen_json *json)
{
    char text[256];
    if (pen_table_time_name(w->table) == NULL)
        return;
    pen_json_key(json, "time");
    pen_json_begin_array(json);
    for (size_t row = 0; row < w->rows; row++) {
        size_t n;
        const char *time = pen_table_time_text(w->table, row, &n);
        snprintf(text, sizeof text, "%.*s", (int)n, time);
        pen_json_text(json, text);
    }
    pen_json_end_array(json);
}

static void print_texts(const indicators *w, size_t column, const char *key, pen_json *json)
{
    pen_json_key(json, key);
    pen_json_begin_array(json);
    for (size_t row = 0; row < w->rows; row++)
        pen_json_text(json, pen_table_text(w->table, column, row));
    pen_json_end_array(json);
}

static void print_numbers(const indicators *w, const char *name, const double *values,
                          pen_json *json)
{
    pen_json_key(json, name);
    pen_json_begin_array(json);
    for (size_t row = 0; row < w->rows; row++)
        pen_json_number(json, values[row]);
    pen_json_end_array(json);
}

static void print_json(const indicators *w, pen_sink *sink)
{
    pen_json json;
    pen_json_init(&json, sink, 0);
    pen_json_begin_object(&json);
    pen_json_key(&json, "device");
    pen_json_text(&json, w->device);
    pen_json_key(&json, "rows");
    pen_json_integer(&json, (int64_t)w->rows);
    print_times(w, &json);
    if (w->has_symbols)
        print_texts(w, w->symbol_column, "symbol", &json);
    if (w->has_input) {
        pen_json_key(&json, "input");
        pen_json_begin_object(&json);
        for (size_t i = 0; i < pen_table_text_columns(w->table); i++)
            print_texts(w, i, pen_table_text_name(w->table, i), &json);
        for (size_t i = 0; i < pen_table_columns(w->table); i++)
            print_numbers(w, pen_table_name(w->table, i), pen_table_column(w->table, i), &json);
        pen_json_end_object(&json);
    }
    pen_json_key(&json, "columns");
    pen_json_begin_object(&json);
    for (size_t o = 0; o < w->n_outputs; o++)
        print_numbers(w, pen_plan_output(w->plan, o), w->values + o * w->rows, &json);
    pen_json_end_object(&json);
    pen_json_end_object(&json);
    pen_sink_char(sink, '\n');
}

pen_status indicators_print(cli *c, const indicators *w)
{
    FILE *out;
    pen_sink *sink;
    PEN_TRY(cli_open_output(c, &out));
    const char *name = c->output != NULL ? c->output : "standard output";
    PEN_TRY(pen_sink_open_fd(name, fileno(out), &sink));
    if (c->is_json)
        print_json(w, sink);
    else
        print_csv(w, sink);
    return pen_sink_close(sink);
}

/* ---- quirks ---- */

/* "2 missing cells (first in line 12)" */
static void add_quirk(char note[NOTE_BYTES], pen_quirk quirk, const char *text)
{
    size_t used = strlen(note);
    snprintf(note + used, NOTE_BYTES - used, "%s%zu %s", used > 0 ? ", " : "", quirk.count, text);
    used = strlen(note);
    if (quirk.first_line > 0)
        snprintf(note + used, NOTE_BYTES - used, " (%s line %zu)",
                 quirk.count > 1 ? "first in" : "in", quirk.first_line);
}

void indicators_note_quirks(const cli *c, const pen_table *table)
{
    char note[NOTE_BYTES] = "";
    for (int kind = 0; kind < PEN_QUIRK_COUNT; kind++) {
        pen_quirk quirk = pen_table_quirk(table, (pen_quirk_kind)kind);
        if (quirk.count > 0)
            add_quirk(note, quirk, pen_quirk_text((pen_quirk_kind)kind));
    }
    if (note[0] != '\0')
        cli_note(c, "%s: %s; used as they are", pen_table_source(table), note);
    size_t descending = pen_table_quirk(table, PEN_QUIRK_TIME_DESCENDING).count;
    if (descending > 0 && descending >= pen_table_rows(table) / 2)
        cli_note(c, "the newest row seems to come first; rows are taken in the file's order");
}
