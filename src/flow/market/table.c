/* Tables in memory: made, looked at, written. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/csv.h"
#include "../../machine/base/size.h"
#include "table.h"

enum { STRIDE_UNIT = 8 }; /* 64 bytes, the alignment of each column */

pen_table_options pen_table_options_default(void)
{
    return (pen_table_options){ .has_header = -1 };
}

pen_status pen_table_start(const char *source, size_t n_all, pen_table **out)
{
    *out = NULL;
    pen_table *t;
    PEN_TRY(PEN_NEW(&t));
    t->time_column = SIZE_MAX;
    t->separator = ',';
    t->n_all = n_all;
    pen_status s = pen_strdup(source, &t->source);
    if (s == PEN_OK)
        s = pen_alloc(n_all, sizeof *t->columns, (void **)&t->columns);
    if (s != PEN_OK) {
        pen_table_destroy(t);
        return s;
    }
    *out = t;
    return PEN_OK;
}

void pen_table_destroy(pen_table *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; t->columns != NULL && i < t->n_all; i++) {
        pen_free(t->columns[i].name);
        pen_labels_clear(&t->columns[i].labels);
        pen_free(t->columns[i].ids);
    }
    pen_panel_destroy(t->panel);
    pen_texts_clear(&t->time_texts);
    pen_free(t->columns);
    pen_free(t->numbers);
    pen_free(t->text_columns);
    pen_free(t->values);
    pen_free(t->times_ns);
    pen_free(t->runs);
    pen_free(t->source);
    pen_free(t);
}

pen_status pen_table_set_name(pen_table *t, size_t column, const char *name, size_t n)
{
    char *copy;
    PEN_TRY(pen_alloc(n + 1, 1, (void **)&copy));
    memcpy(copy, name, n);
    pen_free(t->columns[column].name);
    t->columns[column].name = copy;
    return PEN_OK;
}

pen_status pen_table_check_names(const pen_table *t)
{
    pen_labels seen = { 0 };
    pen_status s = PEN_OK;
    for (size_t i = 0; s == PEN_OK && i < t->n_all; i++) {
        uint32_t id;
        const char *name = t->columns[i].name;
        s = pen_labels_add(&seen, name, strlen(name), &id);
        if (s == PEN_OK && id != i)
            s = pen_fail(PEN_E_PARSE, "columns %zu and %zu are both called '%s'", (size_t)id + 1,
                         i + 1, name);
    }
    pen_labels_clear(&seen);
    return s;
}

pen_status pen_table_lay_out(pen_table *t, size_t n_rows)
{
    PEN_TRY(pen_alloc(t->n_all, sizeof *t->numbers, (void **)&t->numbers));
    PEN_TRY(pen_alloc(t->n_all, sizeof *t->text_columns, (void **)&t->text_columns));
    for (size_t i = 0; i < t->n_all; i++) {
        pen_column *c = &t->columns[i];
        if (c->kind == PEN_COLUMN_EMPTY)
            c->kind = PEN_COLUMN_NUMBER;
        if (c->kind == PEN_COLUMN_NUMBER)
            t->numbers[c->index = t->n_numbers++] = i;
        else if (c->kind == PEN_COLUMN_TEXT)
            t->text_columns[c->index = t->n_texts++] = i;
        else if (c->kind == PEN_COLUMN_TIME)
            t->time_column = i;
    }
    size_t n_values;
    PEN_TRY(pen_size_add(n_rows, STRIDE_UNIT - 1, &t->stride));
    t->stride -= t->stride % STRIDE_UNIT;
    PEN_TRY(pen_size_mul(t->stride, t->n_numbers, &n_values));
    PEN_TRY(pen_alloc_array(n_values, sizeof *t->values, (void **)&t->values));
    for (size_t i = 0; i < t->n_numbers; i++)
        for (size_t row = n_rows; row < t->stride; row++)
            t->values[i * t->stride + row] = NAN;
    t->n_rows = n_rows;
    return pen_panel_wrap(PEN_F64, t->values, t->n_numbers, n_rows, t->stride, &t->panel);
}

static pen_status copy_times(pen_table *t, const int64_t *times_ns, const pen_table *like)
{
    pen_column *c = &t->columns[0];
    const char *name = like != NULL ? pen_table_time_name(like) : "time";
    PEN_TRY(pen_table_set_name(t, 0, name, strlen(name)));
    c->kind = PEN_COLUMN_TIME;
    const int64_t *from = like != NULL ? like->times_ns : times_ns;
    PEN_TRY(pen_alloc_array(t->n_rows, sizeof *from, (void **)&t->times_ns));
    if (t->n_rows > 0)
        memcpy(t->times_ns, from, t->n_rows * sizeof *from);
    for (size_t row = 0; like != NULL && like->time_texts.count > 0 && row < t->n_rows; row++) {
        size_t n;
        const char *text = pen_texts_get(&like->time_texts, row, &n);
        PEN_TRY(pen_texts_add(&t->time_texts, text, n));
    }
    return PEN_OK;
}

static pen_status fill(pen_table *t, const int64_t *times_ns, const pen_table *like,
                       const char *const *names, const double *values, size_t stride)
{
    size_t n_rows = t->n_rows;
    size_t first = times_ns != NULL || (like != NULL && like->times_ns != NULL);
    if (first > 0)
        PEN_TRY(copy_times(t, times_ns, like));
    for (size_t i = first; i < t->n_all; i++) {
        PEN_TRY(pen_table_set_name(t, i, names[i - first], strlen(names[i - first])));
        t->columns[i].kind = PEN_COLUMN_NUMBER;
    }
    PEN_TRY(pen_table_check_names(t));
    PEN_TRY(pen_table_lay_out(t, n_rows));
    for (size_t i = 0; i < t->n_numbers && n_rows > 0; i++)
        memcpy(t->values + i * t->stride, values + i * stride, n_rows * sizeof *values);
    return pen_table_find_quirks(t);
}

pen_status pen_table_create(size_t n_rows, const int64_t *times_ns, const pen_table *like,
                            size_t n_columns, const char *const *names, const double *values,
                            size_t stride, pen_table **out)
{
    *out = NULL;
    if (times_ns != NULL && like != NULL)
        return pen_fail(PEN_E_ARG, "pen_table_create: both times_ns and like are given");
    if (like != NULL && like->n_rows != n_rows)
        return pen_fail(PEN_E_SHAPE, "pen_table_create: %zu rows, like has %zu", n_rows,
                        like->n_rows);
    if (stride < n_rows)
        return pen_fail(PEN_E_SHAPE, "pen_table_create: stride %zu, expected at least %zu", stride,
                        n_rows);
    if (n_columns > 0 && (names == NULL || (values == NULL && n_rows > 0)))
        return pen_fail(PEN_E_ARG, "pen_table_create: names or values are NULL");
    bool has_time = times_ns != NULL || (like != NULL && like->times_ns != NULL);
    size_t n_all;
    pen_table *t;
    PEN_TRY(pen_size_add(n_columns, has_time, &n_all));
    PEN_TRY(pen_table_start("memory", n_all, &t));
    t->n_rows = n_rows;
    pen_status s = fill(t, times_ns, like, names, values, stride);
    if (s != PEN_OK) {
        pen_table_destroy(t);
        return s == PEN_E_PARSE ? PEN_E_ARG : s; /* a name given twice */
    }
    *out = t;
    return PEN_OK;
}

size_t pen_table_rows(const pen_table *t)
{
    return t->n_rows;
}

size_t pen_table_columns(const pen_table *t)
{
    return t->n_numbers;
}

const char *pen_table_name(const pen_table *t, size_t column)
{
    return column < t->n_numbers ? t->columns[t->numbers[column]].name : NULL;
}

const double *pen_table_column(const pen_table *t, size_t column)
{
    return column < t->n_numbers ? t->values + column * t->stride : NULL;
}

const pen_panel *pen_table_panel(const pen_table *t)
{
    return t->panel;
}

const int64_t *pen_table_times_ns(const pen_table *t)
{
    return t->times_ns;
}

const char *pen_table_time_name(const pen_table *t)
{
    return t->time_column < t->n_all ? t->columns[t->time_column].name : NULL;
}

const char *pen_table_time_text(const pen_table *t, size_t row, size_t *n)
{
    static _Thread_local char printed[32];
    *n = 0;
    if (t->times_ns == NULL || row >= t->n_rows)
        return NULL;
    if (t->time_texts.count > row)
        return pen_texts_get(&t->time_texts, row, n);
    *n = pen_time_print(t->times_ns[row], printed);
    return printed;
}

size_t pen_table_text_columns(const pen_table *t)
{
    return t->n_texts;
}

const char *pen_table_text_name(const pen_table *t, size_t column)
{
    return column < t->n_texts ? t->columns[t->text_columns[column]].name : NULL;
}

const char *pen_table_text(const pen_table *t, size_t column, size_t row)
{
    if (column >= t->n_texts || row >= t->n_rows)
        return "";
    const pen_column *c = &t->columns[t->text_columns[column]];
    return c->ids[row] == UINT32_MAX ? "" : pen_labels_get(&c->labels, c->ids[row]);
}

pen_quirk pen_table_quirk(const pen_table *t, pen_quirk_kind kind)
{
    return (size_t)kind < PEN_QUIRK_COUNT ? t->quirks[kind] : (pen_quirk){ 0 };
}

size_t pen_table_missing(const pen_table *t, size_t column)
{
    return column < t->n_numbers ? t->columns[t->numbers[column]].missing : 0;
}

size_t pen_table_line(const pen_table *t, size_t row)
{
    size_t low = 0, high = t->n_runs; /* the last run that starts at or before row */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (t->runs[middle].row <= row)
            low = middle;
        else
            high = middle;
    }
    return t->n_runs > 0 ? t->runs[low].line + (row - t->runs[low].row) : row + 1;
}

const char *pen_table_source(const pen_table *t)
{
    return t->source;
}

static void put_cell(const pen_table *t, const pen_column *c, size_t row, pen_sink *sink)
{
    size_t n;
    if (c->kind == PEN_COLUMN_TIME) {
        const char *text = pen_table_time_text(t, row, &n);
        pen_csv_put(sink, t->separator, text, n);
    } else if (c->kind == PEN_COLUMN_TEXT) {
        const char *text = pen_table_text(t, c->index, row);
        pen_csv_put(sink, t->separator, text, strlen(text));
    } else if (!isnan(t->values[c->index * t->stride + row])) {
        pen_sink_number(sink, t->values[c->index * t->stride + row]);
    } else if (t->n_all == 1) {
        pen_sink_text(sink, "\"\""); /* a blank line would not be a row */
    }
}

/* The names, or one row. */
static void put_row(const pen_table *t, size_t row, bool is_header, pen_sink *sink)
{
    bool is_first = true;
    for (size_t i = 0; i < t->n_all; i++) {
        const pen_column *c = &t->columns[i];
        if (c->kind == PEN_COLUMN_TIME_REST)
            continue; /* written with its date */
        if (!is_first)
            pen_sink_char(sink, t->separator);
        is_first = false;
        if (is_header)
            pen_csv_put(sink, t->separator, c->name, strlen(c->name));
        else
            put_cell(t, c, row, sink);
    }
    pen_sink_char(sink, '\n');
}

pen_status pen_table_write(const pen_table *t, const char *path)
{
    pen_sink *sink;
    PEN_TRY(pen_sink_open(path, &sink));
    put_row(t, 0, true, sink);
    for (size_t row = 0; row < t->n_rows; row++)
        put_row(t, row, false, sink);
    return pen_sink_close(sink);
}
