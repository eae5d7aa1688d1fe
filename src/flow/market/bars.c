/* Bars: views of a table's columns, or a table with symbols spread into series. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/number.h"
#include "../../machine/base/size.h"
#include "table.h"

enum { N_FIELDS = PEN_ROLE_VOLUME + 1 };

struct pen_bars {
    const pen_table *table;
    pen_table *own_table; /* to destroy, or NULL */
    size_t n_symbols, n_points;
    pen_labels symbols;
    const int64_t *times_ns;
    int64_t *own_times;
    pen_panel *fields[N_FIELDS];
    double *own_values;
};

void pen_bars_destroy(pen_bars *b)
{
    if (b == NULL)
        return;
    for (size_t i = 0; i < N_FIELDS; i++)
        pen_panel_destroy(b->fields[i]);
    pen_labels_clear(&b->symbols);
    pen_free(b->own_times);
    pen_free(b->own_values);
    pen_table_destroy(b->own_table);
    pen_free(b);
}

/* A symbol of its own even if the name was there before. */
static pen_status add_symbol(pen_bars *b, const char *name)
{
    uint32_t id;
    PEN_TRY(pen_labels_add(&b->symbols, name, strlen(name), &id));
    if (id != b->n_symbols)
        return pen_fail(PEN_E_ARG, "pen_bars: symbol '%s' twice", name);
    b->n_symbols++;
    return PEN_OK;
}

static pen_status wrap(pen_bars *b, size_t field, double *values, size_t stride)
{
    return pen_panel_wrap(PEN_F64, values, b->n_symbols, b->n_points, stride, &b->fields[field]);
}

/* Which numeric columns hold the fields; SIZE_MAX where there is none. */
static void find_fields(const pen_table *t, size_t columns[N_FIELDS])
{
    for (size_t field = 0; field < N_FIELDS; field++)
        if (pen_table_find_role(t, (pen_role)field, &columns[field]) != PEN_OK)
            columns[field] = SIZE_MAX;
}

/* "daily/SPY.csv.gz" is called SPY. */
static void name_of_file(const char *path, char *out, size_t capacity)
{
    const char *base = strrchr(path, '/');
    base = base != NULL ? base + 1 : path;
    size_t n = strcspn(base, ".");
    if (n == 0 || n >= capacity)
        n = strlen(base) < capacity ? strlen(base) : capacity - 1;
    memcpy(out, base, n);
    out[n] = 0;
}

/* One symbol: every field is a column. */
static pen_status from_columns(pen_bars *b, const pen_table *t, const size_t columns[N_FIELDS])
{
    char name[128];
    size_t symbol;
    name_of_file(t->source, name, sizeof name);
    bool has_symbol = t->n_rows > 0 && pen_table_symbol_column(t, &symbol) == PEN_OK;
    PEN_TRY(add_symbol(b, has_symbol ? pen_table_text(t, symbol, 0) : name));
    for (size_t field = 0; field < N_FIELDS; field++)
        if (columns[field] != SIZE_MAX)
            PEN_TRY(wrap(b, field, t->values + columns[field] * t->stride, t->stride));
    return PEN_OK;
}

/* A wide table: every numeric column is a series of closes. */
static pen_status from_wide(pen_bars *b, const pen_table *t)
{
    size_t bid;
    if (t->n_numbers == 0 || t->n_texts > 0 || t->times_ns == NULL ||
        pen_table_find_role(t, PEN_ROLE_BID, &bid) == PEN_OK)
        return pen_fail(PEN_E_NOTFOUND,
                        "%s: neither bars (no column close) nor a panel (times and prices only)",
                        t->source);
    for (size_t i = 0; i < t->n_numbers; i++)
        PEN_TRY(add_symbol(b, pen_table_name(t, i)));
    return wrap(b, PEN_ROLE_CLOSE, t->values, t->stride);
}

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The sorted times of all rows, each once. */
static pen_status unite_times(pen_bars *b, const pen_table *t)
{
    PEN_TRY(pen_alloc_array(t->n_rows, sizeof *b->own_times, (void **)&b->own_times));
    memcpy(b->own_times, t->times_ns, t->n_rows * sizeof *b->own_times);
    qsort(b->own_times, t->n_rows, sizeof *b->own_times, compare_times);
    for (size_t i = 0; i < t->n_rows; i++)
        if (b->n_points == 0 || b->own_times[i] != b->own_times[b->n_points - 1])
            b->own_times[b->n_points++] = b->own_times[i];
    b->times_ns = b->own_times;
    return PEN_OK;
}

static size_t find_point(const pen_bars *b, int64_t time_ns, size_t guess)
{
    if (guess < b->n_points && b->own_times[guess] == time_ns)
        return guess;
    const int64_t *at = bsearch(&time_ns, b->own_times, b->n_points, sizeof time_ns, compare_times);
    return (size_t)(at - b->own_times);
}

/* Puts each row's fields at its symbol and time. */
static pen_status scatter(pen_bars *b, const pen_table *t, const size_t columns[N_FIELDS],
                          const uint32_t *ids, size_t *row_at)
{
    size_t point = 0, n_cells = b->n_symbols * b->n_points;
    for (size_t row = 0; row < t->n_rows; row++) {
        if (ids[row] == UINT32_MAX)
            return pen_fail(PEN_E_PARSE, "%s:%zu:1: no symbol", t->source, pen_table_line(t, row));
        point = find_point(b, t->times_ns[row], point + 1);
        size_t cell = ids[row] * b->n_points + point;
        if (row_at[cell] != 0)
            return pen_fail(PEN_E_PARSE, "%s:%zu:1: symbol %s has this time already in line %zu",
                            t->source, pen_table_line(t, row),
                            pen_labels_get(&b->symbols, ids[row]),
                            pen_table_line(t, row_at[cell] - 1));
        row_at[cell] = row + 1;
        for (size_t field = 0, k = 0; field < N_FIELDS; field++)
            if (columns[field] != SIZE_MAX)
                b->own_values[k++ * n_cells + cell] = t->values[columns[field] * t->stride + row];
    }
    return PEN_OK;
}

/* Several symbols in one table. */
static pen_status from_symbols(pen_bars *b, const pen_table *t, const size_t columns[N_FIELDS],
                               const pen_column *symbol)
{
    size_t n_fields = 0, n_cells, n_values;
    for (size_t field = 0; field < N_FIELDS; field++)
        n_fields += columns[field] != SIZE_MAX;
    for (uint32_t id = 0; id < pen_labels_count(&symbol->labels); id++)
        PEN_TRY(add_symbol(b, pen_labels_get(&symbol->labels, id)));
    if (t->times_ns == NULL)
        return pen_fail(PEN_E_NOTFOUND, "%s: several symbols and no times to align them by",
                        t->source);
    PEN_TRY(unite_times(b, t));
    PEN_TRY(pen_size_mul(b->n_symbols, b->n_points, &n_cells));
    PEN_TRY(pen_size_mul(n_cells, n_fields, &n_values));
    PEN_TRY(pen_alloc_array(n_values, sizeof(double), (void **)&b->own_values));
    for (size_t i = 0; i < n_values; i++)
        b->own_values[i] = NAN;
    size_t *row_at;
    PEN_TRY(pen_alloc(n_cells, sizeof *row_at, (void **)&row_at));
    pen_status s = scatter(b, t, columns, symbol->ids, row_at);
    pen_free(row_at);
    for (size_t field = 0, k = 0; s == PEN_OK && field < N_FIELDS; field++)
        if (columns[field] != SIZE_MAX)
            s = wrap(b, field, b->own_values + k++ * n_cells, b->n_points);
    return s;
}

static pen_status fill(pen_bars *b, const pen_table *t)
{
    size_t columns[N_FIELDS], symbol;
    b->table = t;
    b->n_points = t->n_rows;
    b->times_ns = t->times_ns;
    find_fields(t, columns);
    bool has_any = false;
    for (size_t field = 0; field <= PEN_ROLE_CLOSE; field++)
        has_any |= columns[field] != SIZE_MAX;
    if (!has_any)
        return from_wide(b, t);
    if (columns[PEN_ROLE_CLOSE] == SIZE_MAX)
        return pen_table_find_role(t, PEN_ROLE_CLOSE, &columns[PEN_ROLE_CLOSE]);
    if (pen_table_symbol_column(t, &symbol) == PEN_OK) {
        const pen_column *c = &t->columns[t->text_columns[symbol]];
        if (pen_labels_count(&c->labels) > 1) {
            b->n_points = 0;
            return from_symbols(b, t, columns, c);
        }
    }
    return from_columns(b, t, columns);
}

pen_status pen_bars_from_table(const pen_table *table, pen_bars **out)
{
    *out = NULL;
    pen_bars *b;
    PEN_TRY(PEN_NEW(&b));
    pen_status s = fill(b, table);
    if (s != PEN_OK) {
        pen_bars_destroy(b);
        return s;
    }
    *out = b;
    return PEN_OK;
}

pen_status pen_bars_read(const char *path, const pen_table_options *options, pen_bars **out)
{
    *out = NULL;
    pen_table *table;
    PEN_TRY(pen_table_read(path, options, &table));
    pen_status s = pen_bars_from_table(table, out);
    if (s != PEN_OK)
        pen_table_destroy(table);
    else
        (*out)->own_table = table;
    return s;
}

static pen_status wrap_fields(pen_bars *b, size_t n_symbols, size_t stride,
                              const char *const *symbols, double *const fields[5])
{
    for (size_t i = 0; i < n_symbols; i++) {
        char number[PEN_NUMBER_BYTES];
        number[pen_number_print_i64((int64_t)i + 1, number)] = 0;
        PEN_TRY(add_symbol(b, symbols != NULL ? symbols[i] : number));
    }
    for (size_t field = 0; field < N_FIELDS; field++)
        if (fields[field] != NULL)
            PEN_TRY(wrap(b, field, fields[field], stride));
    return PEN_OK;
}

pen_status pen_bars_wrap(size_t n_symbols, size_t n_points, size_t stride,
                         const char *const *symbols, const int64_t *times_ns,
                         double *const fields[5], pen_bars **out)
{
    *out = NULL;
    if (fields == NULL || fields[PEN_ROLE_CLOSE] == NULL)
        return pen_fail(PEN_E_ARG, "pen_bars_wrap: no close");
    pen_bars *b;
    PEN_TRY(PEN_NEW(&b));
    b->n_points = n_points;
    b->times_ns = times_ns;
    pen_status s = wrap_fields(b, n_symbols, stride, symbols, fields);
    if (s != PEN_OK) {
        pen_bars_destroy(b);
        return s;
    }
    *out = b;
    return PEN_OK;
}

size_t pen_bars_symbols(const pen_bars *b)
{
    return b->n_symbols;
}

const char *pen_bars_symbol(const pen_bars *b, size_t index)
{
    return index < b->n_symbols ? pen_labels_get(&b->symbols, (uint32_t)index) : NULL;
}

size_t pen_bars_points(const pen_bars *b)
{
    return b->n_points;
}

const int64_t *pen_bars_times_ns(const pen_bars *b)
{
    return b->times_ns;
}

const pen_panel *pen_bars_field(const pen_bars *b, pen_role role)
{
    return (size_t)role < N_FIELDS ? b->fields[role] : NULL;
}

const pen_table *pen_bars_table(const pen_bars *b)
{
    return b->table;
}
