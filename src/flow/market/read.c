/* CSV text becomes a table.
 *
 * The header, the time column and its form are settled on the first rows.  Then
 * every row is first read as a whole, into one line of a row-major array, and only
 * a row without a fault is committed; in the end the array is turned into columns. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/csv.h"
#include "../../machine/base/number.h"
#include "../../machine/base/size.h"
#include "table.h"
#include "time.h"

enum { FIRST_ROWS = 256, TIME_BYTES = 64, TILE_ROWS = 64 };

typedef struct reader {
    pen_csv *csv;
    const pen_table_options *options;
    pen_table *table;
    size_t n_cells;  /* in every row */
    double *rows;    /* [capacity][n_cells]; only numeric columns' cells mean anything */
    size_t capacity; /* rows that fit into every array that has one entry a row */
    size_t n_rows, n_text_columns, n_empty_columns;
    size_t time, time_rest; /* column numbers; SIZE_MAX: none */
    bool is_time_settled;
    pen_time_form form;
    char joined[TIME_BYTES]; /* date and clock columns as one text */
} reader;

static pen_cell trim(pen_cell c)
{
    while (c.n > 0 && (*c.text == ' ' || *c.text == '\t')) {
        c.text++;
        c.n--;
    }
    while (c.n > 0 && (c.text[c.n - 1] == ' ' || c.text[c.n - 1] == '\t'))
        c.n--;
    return c;
}

static bool is_missing(pen_cell c)
{
    static const char *const words[] = { "", "nan", "na", "n/a", "#n/a", "null", "none", "-" };
    c = trim(c);
    if (c.n > 4)
        return false;
    char lower[5] = { 0 };
    for (size_t i = 0; i < c.n; i++)
        lower[i] = (char)(c.text[i] >= 'A' && c.text[i] <= 'Z' ? c.text[i] + 0x20 : c.text[i]);
    for (size_t i = 0; i < PEN_COUNT(words); i++)
        if (strcmp(lower, words[i]) == 0)
            return strlen(words[i]) == c.n;
    return false;
}

static bool is_number(pen_cell c)
{
    double x;
    c = trim(c);
    return pen_number_parse(c.text, c.n, &x);
}

/* ---- the header ---- */

static bool is_truth(pen_cell c)
{
    return (c.n == 4 && strncasecmp(c.text, "true", 4) == 0) ||
           (c.n == 5 && strncasecmp(c.text, "false", 5) == 0);
}

/* A row is no header if it holds a calendar time, true or false, or numbers and nothing else. */
static bool is_header(const pen_cell *cells, size_t n)
{
    size_t n_numbers = 0, n_missing = 0;
    for (size_t i = 0; i < n; i++) {
        pen_cell c = trim(cells[i]);
        pen_time_form form;
        if (is_truth(c))
            return false;
        if (pen_time_find_form(c.text, c.n, PEN_TIME_AUTO, &form) && !form.is_number && c.n >= 10)
            return false;
        n_missing += is_missing(c);
        n_numbers += !is_missing(c) && is_number(c);
    }
    return n_numbers == 0 || n_numbers + n_missing < n;
}

/* Binance's trades and aggregate trades, of which only some have the last column. */
static const char *usual_trade_name(const pen_cell *cells, size_t n, size_t column)
{
    static const char *const trades[] = { "trade_id", "price",          "qty",          "quote_qty",
                                          "time",     "is_buyer_maker", "is_best_match" };
    static const char *const aggregates[] = { "agg_trade_id",   "price",         "quantity",
                                              "first_trade_id", "last_trade_id", "transact_time",
                                              "is_buyer_maker", "is_best_match" };
    if ((n == 6 || n == 7) && is_truth(trim(cells[5])))
        return trades[column];
    return (n == 7 || n == 8) && is_truth(trim(cells[6])) ? aggregates[column] : NULL;
}

/* What columns are called where the file does not say. */
static const char *usual_name(const pen_cell *cells, size_t n, size_t column)
{
    const char *trade = usual_trade_name(cells, n, column);
    if (trade != NULL)
        return trade;
    static const char *const klines[] = { "open_time",
                                          "open",
                                          "high",
                                          "low",
                                          "close",
                                          "volume",
                                          "close_time",
                                          "quote_volume",
                                          "trades",
                                          "taker_buy_volume",
                                          "taker_buy_quote_volume",
                                          "ignore" };
    static const char *const bars[] = { "time", "open", "high", "low", "close", "volume" };
    pen_time_form form;
    pen_cell first = trim(cells[0]);
    if (!pen_time_find_form(first.text, first.n, PEN_TIME_AUTO, &form))
        return NULL;
    if (n == PEN_COUNT(klines) && form.is_number)
        return klines[column];
    return n == PEN_COUNT(bars) || n == PEN_COUNT(bars) - 1 ? bars[column] : NULL;
}

static pen_status name_column(reader *r, size_t i, const pen_cell *cells, bool has_header)
{
    pen_cell c = has_header ? trim(cells[i]) : (pen_cell){ "", 0 };
    const char *usual = has_header ? NULL : usual_name(cells, r->n_cells, i);
    if (usual != NULL)
        return pen_table_set_name(r->table, i, usual, strlen(usual));
    if (c.n > 0)
        return pen_table_set_name(r->table, i, c.text, c.n);
    char text[16 + PEN_NUMBER_BYTES] = "column_";
    return pen_table_set_name(r->table, i, text,
                              7 + pen_number_print_i64((int64_t)i + 1, text + 7));
}

/* The names of the columns, and whether the row in hand was the header. */
static pen_status read_header(reader *r, const pen_cell *cells, size_t n, bool *has_header)
{
    *has_header = r->options->has_header >= 0 ? r->options->has_header > 0 : is_header(cells, n);
    r->n_cells = n;
    PEN_TRY(pen_table_start(pen_csv_name(r->csv), n, &r->table));
    r->table->is_read = true;
    r->table->separator = pen_csv_separator(r->csv);
    for (size_t i = 0; i < n; i++)
        PEN_TRY(name_column(r, i, cells, *has_header));
    pen_status s = pen_table_check_names(r->table);
    return s == PEN_E_PARSE ? pen_csv_fail(r->csv, NULL, "%s", pen_last_error()) : s;
}

/* ---- the time column ---- */

/* Date and clock as one text; false if it does not fit. */
static bool join_time(reader *r, pen_cell date, pen_cell clock, pen_cell *out)
{
    if (date.n + 1 + clock.n > sizeof r->joined)
        return false;
    memcpy(r->joined, date.text, date.n);
    r->joined[date.n] = ' ';
    memcpy(r->joined + date.n + 1, clock.text, clock.n);
    *out = (pen_cell){ r->joined, date.n + 1 + clock.n };
    return true;
}

/* A number counts as a time by its column's name alone only from 1973 on: before,
 * it is as likely a duration. */
static bool is_plausible(pen_cell c, pen_time_form form)
{
    int64_t ns;
    return !form.is_number ||
           (pen_time_read(c.text, c.n, form, &ns) && ns >= INT64_C(100000000) * 1000000000);
}

static bool try_time_column(reader *r, const pen_cell *cells, size_t i, bool is_asked_for)
{
    char plain[PEN_PLAIN_NAME_BYTES];
    const char *name = r->table->columns[i].name;
    pen_plain_name(name, strlen(name), plain);
    pen_time_unit unit = r->options->time_unit;
    if (unit == PEN_TIME_AUTO)
        unit = pen_time_unit_of_name(plain);
    pen_cell c = trim(cells[i]);
    if (!pen_time_find_form(c.text, c.n, unit, &r->form))
        return false;
    if (!is_asked_for) {
        bool is_calendar = !r->form.is_number && c.n >= 10;
        if (!(i == 0 && is_calendar) && !(pen_is_time_name(plain) && is_plausible(c, r->form)))
            return false;
    }
    r->time = i;
    return true;
}

/* A date column followed by a column called time that completes it. */
static void try_time_rest(reader *r, const pen_cell *cells)
{
    size_t next = r->time + 1;
    if (next >= r->n_cells || r->form.is_number)
        return;
    char plain[PEN_PLAIN_NAME_BYTES];
    const char *name = r->table->columns[next].name;
    pen_plain_name(name, strlen(name), plain);
    pen_cell whole;
    pen_time_form form;
    if (strcmp(plain, "time") == 0 &&
        join_time(r, trim(cells[r->time]), trim(cells[next]), &whole) &&
        pen_time_find_form(whole.text, whole.n, PEN_TIME_AUTO, &form))
        r->time_rest = next;
}

/* Settles on the time column, given the first row of data. */
static pen_status find_time(reader *r, const pen_cell *cells)
{
    const char *asked = r->options->time_column;
    bool is_found = false;
    r->is_time_settled = true;
    if (asked != NULL && *asked == 0)
        return PEN_OK;
    for (size_t i = 0; i < r->n_cells && !is_found; i++) {
        if (asked != NULL && strcmp(r->table->columns[i].name, asked) != 0)
            continue;
        is_found = try_time_column(r, cells, i, asked != NULL);
        if (!is_found && asked != NULL)
            return pen_csv_fail(r->csv, &cells[i], "column '%s': '%.*s' is not a time", asked,
                                (int)(cells[i].n < 64 ? cells[i].n : 64), cells[i].text);
    }
    if (!is_found && asked != NULL)
        return pen_fail(PEN_E_NOTFOUND, "%s: no column '%s' to take times from",
                        pen_csv_name(r->csv), asked);
    if (!is_found)
        return PEN_OK;
    try_time_rest(r, cells);
    r->table->columns[r->time].kind = PEN_COLUMN_TIME;
    if (r->time_rest < r->n_cells)
        r->table->columns[r->time_rest].kind = PEN_COLUMN_TIME_REST;
    r->n_empty_columns -= 1 + (r->time_rest < r->n_cells);
    return PEN_OK;
}

/* ---- rows ---- */

static pen_status grow(reader *r)
{
    size_t capacity = r->capacity > 0 ? 2 * r->capacity : FIRST_ROWS, n_values;
    pen_table *t = r->table;
    PEN_TRY(pen_size_mul(capacity, r->n_cells, &n_values));
    PEN_TRY(pen_realloc((void **)&r->rows, n_values, sizeof *r->rows));
    if (r->time < r->n_cells)
        PEN_TRY(pen_realloc((void **)&t->times_ns, capacity, sizeof *t->times_ns));
    for (size_t i = 0; i < r->n_cells && r->n_text_columns > 0; i++)
        if (t->columns[i].kind == PEN_COLUMN_TEXT)
            PEN_TRY(pen_realloc((void **)&t->columns[i].ids, capacity, sizeof(uint32_t)));
    r->capacity = capacity;
    return PEN_OK;
}

static pen_status bad_cell(reader *r, const pen_cell *cell, size_t column, const char *expected)
{
    return pen_csv_fail(r->csv, cell, "column '%s': '%.*s' is not %s",
                        r->table->columns[column].name, (int)(cell->n < 64 ? cell->n : 64),
                        cell->text, expected);
}

static pen_status read_time(reader *r, const pen_cell *cells, pen_cell *text, int64_t *ns)
{
    *text = trim(cells[r->time]);
    bool is_good = true;
    if (r->time_rest < r->n_cells)
        is_good = join_time(r, *text, trim(cells[r->time_rest]), text);
    if (!is_good || !pen_time_read(text->text, text->n, r->form, ns))
        return bad_cell(r, &cells[r->time], r->time, "a time like those before");
    return PEN_OK;
}

/* A numeric cell that is not plainly a number. */
static pen_status read_odd_number(reader *r, const pen_cell *cell, size_t column, double *x)
{
    pen_cell c = trim(*cell);
    *x = NAN;
    if (pen_number_parse(c.text, c.n, x) || is_missing(c))
        return PEN_OK;
    return bad_cell(r, cell, column, "a number");
}

/* Columns without a kind take that of their first cell that is not missing. */
static pen_status settle_column(reader *r, const pen_cell *cell, size_t column, double *x)
{
    pen_column *c = &r->table->columns[column];
    *x = NAN;
    if (is_missing(*cell))
        return PEN_OK;
    if (is_number(*cell)) {
        pen_cell trimmed = trim(*cell);
        pen_number_parse(trimmed.text, trimmed.n, x);
        c->kind = PEN_COLUMN_NUMBER;
        r->n_empty_columns--;
        return PEN_OK;
    }
    PEN_TRY(pen_realloc((void **)&c->ids, r->capacity, sizeof *c->ids));
    memset(c->ids, 0xff, r->n_rows * sizeof *c->ids);
    c->kind = PEN_COLUMN_TEXT;
    c->missing = r->n_rows;
    r->n_empty_columns--;
    r->n_text_columns++;
    return PEN_OK;
}

static pen_status add_texts(reader *r, const pen_cell *cells)
{
    for (size_t i = 0; i < r->n_cells; i++) {
        pen_column *c = &r->table->columns[i];
        if (c->kind != PEN_COLUMN_TEXT)
            continue;
        c->ids[r->n_rows] = UINT32_MAX;
        if (cells[i].n == 0)
            c->missing++;
        else
            PEN_TRY(pen_labels_add(&c->labels, cells[i].text, cells[i].n, &c->ids[r->n_rows]));
    }
    return PEN_OK;
}

/* Notes the row's line where it does not follow the line before. */
static pen_status add_line(reader *r)
{
    pen_table *t = r->table;
    size_t line = pen_csv_line(r->csv);
    if (t->n_runs > 0) {
        const pen_line_run *last = &t->runs[t->n_runs - 1];
        if (last->line + (r->n_rows - last->row) == line)
            return PEN_OK;
    }
    if (t->n_runs == t->runs_capacity) {
        size_t capacity = t->runs_capacity > 0 ? 2 * t->runs_capacity : 4;
        PEN_TRY(pen_realloc((void **)&t->runs, capacity, sizeof *t->runs));
        t->runs_capacity = capacity;
    }
    t->runs[t->n_runs++] = (pen_line_run){ r->n_rows, line };
    return PEN_OK;
}

/* The row has no fault: makes it the table's. */
static pen_status commit_row(reader *r, const pen_cell *cells, double *row, pen_cell time,
                             int64_t ns)
{
    for (size_t i = 0; i < r->n_cells && r->n_empty_columns > 0; i++)
        if (r->table->columns[i].kind == PEN_COLUMN_EMPTY)
            PEN_TRY(settle_column(r, &cells[i], i, &row[i]));
    if (r->n_text_columns > 0)
        PEN_TRY(add_texts(r, cells));
    if (r->time < r->n_cells) {
        PEN_TRY(pen_texts_add(&r->table->time_texts, time.text, time.n));
        r->table->times_ns[r->n_rows] = ns;
    }
    PEN_TRY(add_line(r));
    r->n_rows++;
    return PEN_OK;
}

static pen_status read_row(reader *r, const pen_cell *cells, size_t n)
{
    if (n != r->n_cells)
        return pen_csv_fail(r->csv, n > r->n_cells ? &cells[r->n_cells] : NULL,
                            "%zu cells, expected %zu", n, r->n_cells);
    if (r->n_rows == r->capacity)
        PEN_TRY(grow(r));
    double *row = r->rows + r->n_rows * r->n_cells;
    const pen_column *columns = r->table->columns;
    for (size_t i = 0; i < n; i++) {
        row[i] = NAN;
        if (columns[i].kind == PEN_COLUMN_NUMBER && cells[i].n > 0 &&
            !pen_number_parse_behind(cells[i].text, cells[i].n, &row[i]))
            PEN_TRY(read_odd_number(r, &cells[i], i, &row[i]));
    }
    pen_cell time = { "", 0 };
    int64_t ns = 0;
    if (r->time < r->n_cells)
        PEN_TRY(read_time(r, cells, &time, &ns));
    return commit_row(r, cells, row, time, ns);
}

/* The next row, or the end; with skip_bad_rows, faults are counted and passed. */
static pen_status next_row(reader *r, bool *is_end)
{
    const pen_cell *cells;
    size_t n;
    pen_status s = pen_csv_read(r->csv, &cells, &n);
    *is_end = s == PEN_OK && n == 0;
    if (*is_end)
        return PEN_OK;
    if (s == PEN_OK && !r->is_time_settled && n == r->n_cells)
        s = find_time(r, cells);
    if (s == PEN_OK)
        s = read_row(r, cells, n);
    if (s != PEN_E_PARSE || !r->options->skip_bad_rows)
        return s;
    pen_table_count_quirk(r->table, PEN_QUIRK_BAD_ROW, 1, pen_csv_line(r->csv));
    return PEN_OK;
}

/* ---- the whole file ---- */

/* Turns the rows into columns, tile by tile so that both stay in the cache. */
static void transpose(const reader *r)
{
    const pen_table *t = r->table;
    for (size_t begin = 0; begin < r->n_rows; begin += TILE_ROWS) {
        size_t end = begin + TILE_ROWS < r->n_rows ? begin + TILE_ROWS : r->n_rows;
        for (size_t k = 0; k < t->n_numbers; k++) {
            const double *from = r->rows + t->numbers[k];
            double *to = t->values + k * t->stride;
            for (size_t row = begin; row < end; row++)
                to[row] = from[row * r->n_cells];
        }
    }
}

static pen_status read_rows(reader *r)
{
    const pen_cell *cells;
    size_t n;
    bool has_header, is_end = false;
    PEN_TRY(pen_csv_read(r->csv, &cells, &n));
    if (n == 0)
        return pen_table_start(pen_csv_name(r->csv), 0, &r->table);
    PEN_TRY(read_header(r, cells, n, &has_header));
    r->n_empty_columns = n;
    if (!has_header) {
        PEN_TRY(find_time(r, cells));
        PEN_TRY(read_row(r, cells, n));
    }
    while (!is_end)
        PEN_TRY(next_row(r, &is_end));
    return PEN_OK;
}

static pen_status read_table(reader *r)
{
    PEN_TRY(read_rows(r));
    PEN_TRY(pen_table_lay_out(r->table, r->n_rows));
    transpose(r);
    if (pen_csv_blank_lines(r->csv) > 0)
        pen_table_count_quirk(r->table, PEN_QUIRK_BLANK_LINE, pen_csv_blank_lines(r->csv),
                              pen_csv_first_blank_line(r->csv));
    return pen_table_find_quirks(r->table);
}

/* Takes the source. */
static pen_status read_source(pen_source *source, const pen_table_options *options, pen_table **out)
{
    pen_table_options defaults = pen_table_options_default();
    reader r = { .options = options != NULL ? options : &defaults,
                 .time = SIZE_MAX,
                 .time_rest = SIZE_MAX };
    pen_csv_options csv_options = { .separator = r.options->separator };
    PEN_TRY(pen_csv_open(source, &csv_options, &r.csv));
    pen_status s = read_table(&r);
    pen_csv_close(r.csv);
    pen_free(r.rows);
    if (s != PEN_OK) {
        pen_table_destroy(r.table);
        return s;
    }
    *out = r.table;
    return PEN_OK;
}

pen_status pen_table_read(const char *path, const pen_table_options *options, pen_table **out)
{
    *out = NULL;
    pen_source *source;
    PEN_TRY(pen_source_open(path, &source));
    return read_source(source, options, out);
}

pen_status pen_table_read_memory(const char *name, const void *text, size_t bytes,
                                 const pen_table_options *options, pen_table **out)
{
    *out = NULL;
    pen_source *source;
    PEN_TRY(pen_source_open_memory(name, text, bytes, &source));
    return read_source(source, options, out);
}
