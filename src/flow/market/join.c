/* Many tables become one with a symbol column: several files one below the other,
 * and a panel file's columns one below the other. */
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "table.h"

static const char symbol_name[] = "symbol";

/* A joined table is made column by column: the time where there is one, the symbol,
 * then numbers. */
typedef struct joint {
    pen_table *table;
    bool has_time;
    size_t row; /* next to be filled */
} joint;

static pen_status joint_start(const char *source, size_t n_rows, const char *time_name,
                              const char *const *names, size_t n_names, joint *out)
{
    size_t first = time_name != NULL, symbol = first, n_all = first + 1 + n_names;
    pen_table *t;
    *out = (joint){ .has_time = time_name != NULL };
    PEN_TRY(pen_table_start(source, n_all, &t));
    out->table = t;
    if (time_name != NULL) {
        PEN_TRY(pen_table_set_name(t, 0, time_name, strlen(time_name)));
        t->columns[0].kind = PEN_COLUMN_TIME;
        PEN_TRY(pen_alloc_array(n_rows, sizeof *t->times_ns, (void **)&t->times_ns));
    }
    PEN_TRY(pen_table_set_name(t, symbol, symbol_name, strlen(symbol_name)));
    t->columns[symbol].kind = PEN_COLUMN_TEXT;
    PEN_TRY(
        pen_alloc_array(n_rows, sizeof *t->columns[symbol].ids, (void **)&t->columns[symbol].ids));
    for (size_t i = 0; i < n_names; i++) {
        PEN_TRY(pen_table_set_name(t, first + 1 + i, names[i], strlen(names[i])));
        t->columns[first + 1 + i].kind = PEN_COLUMN_NUMBER;
    }
    PEN_TRY(pen_table_check_names(t));
    return pen_table_lay_out(t, n_rows);
}

/* Time and symbol of the next row. */
static pen_status joint_head(joint *j, const pen_table *from, size_t row, uint32_t symbol)
{
    pen_table *t = j->table;
    if (j->has_time) {
        size_t n;
        const char *text = pen_table_time_text(from, row, &n);
        t->times_ns[j->row] = pen_table_times_ns(from)[row];
        PEN_TRY(pen_texts_add(&t->time_texts, text, n));
    }
    t->columns[j->has_time].ids[j->row] = symbol;
    j->row++;
    return PEN_OK;
}

static pen_status joint_end(joint *j, pen_status s, pen_table **out)
{
    if (s == PEN_OK)
        s = pen_table_find_quirks(j->table);
    if (s != PEN_OK)
        pen_table_destroy(j->table);
    else
        *out = j->table;
    return s;
}

/* ---- Files one below the other ---- */

static pen_status check_alike(const pen_table *a, const pen_table *b)
{
    if ((a->times_ns == NULL) != (b->times_ns == NULL))
        return pen_fail(PEN_E_SHAPE, "%s has %s, %s has %s", b->source,
                        b->times_ns != NULL ? "times" : "no times", a->source,
                        a->times_ns != NULL ? "times" : "none");
    for (size_t i = 0; i < pen_table_columns(a); i++) {
        size_t column;
        if (pen_table_find(b, pen_table_name(a, i), &column) != PEN_OK)
            return pen_fail(PEN_E_SHAPE, "%s has no numeric column '%s', which %s has", b->source,
                            pen_table_name(a, i), a->source);
    }
    return PEN_OK;
}

static pen_status join_one(joint *j, const pen_table *first, const pen_table *from,
                           const char *name)
{
    pen_table *t = j->table;
    size_t symbols = SIZE_MAX, begin = j->row;
    bool has_symbols = pen_table_symbol_column(from, &symbols) == PEN_OK;
    PEN_TRY(check_alike(first, from));
    for (size_t row = 0; row < from->n_rows; row++) {
        const char *text = has_symbols ? pen_table_text(from, symbols, row) : name;
        uint32_t id;
        PEN_TRY(pen_labels_add(&t->columns[j->has_time].labels, text, strlen(text), &id));
        PEN_TRY(joint_head(j, from, row, id));
    }
    for (size_t i = 0; i < t->n_numbers; i++) {
        size_t column;
        PEN_TRY(pen_table_find(from, pen_table_name(first, i), &column));
        for (size_t row = 0; row < from->n_rows; row++)
            t->values[i * t->stride + begin + row] = from->values[column * from->stride + row];
    }
    return PEN_OK;
}

pen_status pen_table_join(const pen_table *const *tables, const char *const *symbols, size_t count,
                          pen_table **out)
{
    *out = NULL;
    if (count == 0)
        return pen_fail(PEN_E_ARG, "pen_table_join: no tables");
    const pen_table *first = tables[0];
    size_t n_rows = 0, n_names = pen_table_columns(first);
    const char **names;
    for (size_t i = 0; i < count; i++)
        PEN_TRY(pen_size_add(n_rows, tables[i]->n_rows, &n_rows));
    PEN_TRY(pen_alloc(n_names, sizeof *names, (void **)&names));
    for (size_t i = 0; i < n_names; i++)
        names[i] = pen_table_name(first, i);
    joint j;
    pen_status s =
        joint_start(first->source, n_rows, pen_table_time_name(first), names, n_names, &j);
    pen_free(names);
    for (size_t i = 0; i < count && s == PEN_OK; i++)
        s = join_one(&j, first, tables[i], symbols[i]);
    return joint_end(&j, s, out);
}

/* ---- A panel's columns one below the other ---- */

pen_status pen_table_melt(const pen_table *wide, const char *value, pen_table **out)
{
    *out = NULL;
    size_t n_rows, columns = pen_table_columns(wide);
    PEN_TRY(pen_size_mul(columns, wide->n_rows, &n_rows));
    joint j;
    pen_status s = joint_start(wide->source, n_rows, pen_table_time_name(wide), &value, 1, &j);
    for (size_t i = 0; i < columns && s == PEN_OK; i++) {
        const char *name = pen_table_name(wide, i);
        uint32_t id;
        s = pen_labels_add(&j.table->columns[j.has_time].labels, name, strlen(name), &id);
        for (size_t row = 0; row < wide->n_rows && s == PEN_OK; row++) {
            j.table->values[j.row] = wide->values[i * wide->stride + row];
            s = joint_head(&j, wide, row, id);
        }
    }
    return joint_end(&j, s, out);
}
