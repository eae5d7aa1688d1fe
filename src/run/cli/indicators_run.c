/* Computes a plan over a table: columns become panels, a series a symbol. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/nearest.h"
#include "../../machine/base/number.h"
#include "../../machine/base/size.h"
#include "indicators.h"

/* ---- columns ---- */

/* pen_table_find()'s message, and the nearest of the names. */
static pen_status fail_column(const pen_table *table, const char *input)
{
    const char *names[256];
    size_t count = 0;
    for (; count < PEN_COUNT(names) && count < pen_table_columns(table); count++)
        names[count] = pen_table_name(table, count);
    const char *near = pen_nearest(input, names, count);
    char text[1024];
    snprintf(text, sizeof text, "%s", pen_last_error());
    if (near != NULL)
        return pen_fail(PEN_E_NOTFOUND, "%s; did you mean '%s'?", text, near);
    return pen_fail(PEN_E_NOTFOUND, "%s; name one after '@', as in sma:20@column", text);
}

pen_status indicators_column(const pen_table *table, const char *input, size_t *column)
{
    static const char *const roles[] = { "open", "high", "low", "close", "volume" };
    size_t count = pen_table_columns(table), alike = 0;
    for (*column = 0; *column < count; ++*column)
        if (strcmp(pen_table_name(table, *column), input) == 0)
            return PEN_OK;
    for (size_t i = 0; i < count; i++)
        alike += strcasecmp(pen_table_name(table, i), input) == 0;
    if (alike > 1)
        return pen_fail(PEN_E_ARG, "%s: %zu columns are called '%s' in different case",
                        pen_table_source(table), alike, input);
    if (pen_table_find(table, input, column) == PEN_OK)
        return PEN_OK;
    for (size_t r = 0; r < PEN_COUNT(roles); r++)
        if (strcasecmp(roles[r], input) == 0 &&
            pen_table_find_role(table, (pen_role)r, column) == PEN_OK)
            return PEN_OK;
    return fail_column(table, input);
}

/* The values of an input: a column, or the sessions found for it. */
static pen_status find_values(const indicators *w, const char *input, const double **values)
{
    size_t column;
    *values = w->sessions;
    if (w->sessions != NULL && strcasecmp(input, "session") == 0)
        return PEN_OK;
    PEN_TRY(indicators_column(w->table, input, &column));
    *values = pen_table_column(w->table, column);
    return PEN_OK;
}

/* ---- which rows belong to which series ---- */

typedef struct series {
    const char *name;
    size_t count, first; /* its rows are order[first..first + count) */
} series;

typedef struct grouping {
    series *all;
    size_t count, capacity;
    uint32_t *of_row; /* [rows] index into all */
    size_t *order;    /* [rows] grouped by series, in the table's order within one */
    uint32_t *slots;  /* hash table of index + 1; 0 = free */
    size_t slot_count;
} grouping;

static void grouping_clear(grouping *g)
{
    pen_free(g->all);
    pen_free(g->of_row);
    pen_free(g->order);
    pen_free(g->slots);
}

static size_t hash(const char *text)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return (size_t)(h ^ h >> 32);
}

static size_t slot_of(const grouping *g, const char *name)
{
    size_t at = hash(name) & (g->slot_count - 1);
    while (g->slots[at] != 0 && strcmp(g->all[g->slots[at] - 1].name, name) != 0)
        at = (at + 1) & (g->slot_count - 1);
    return at;
}

/* Doubles what there is room for. */
static pen_status grow(grouping *g)
{
    size_t capacity = g->capacity > 0 ? 2 * g->capacity : 16;
    PEN_TRY(pen_realloc((void **)&g->all, capacity, sizeof *g->all));
    pen_free(g->slots);
    g->slots = NULL;
    PEN_TRY(pen_alloc(2 * capacity, sizeof *g->slots, (void **)&g->slots));
    g->slot_count = 2 * capacity;
    g->capacity = capacity;
    for (size_t i = 0; i < g->count; i++)
        g->slots[slot_of(g, g->all[i].name)] = (uint32_t)i + 1;
    return PEN_OK;
}

static pen_status index_of(grouping *g, const char *name, uint32_t *index)
{
    if (g->count == g->capacity)
        PEN_TRY(grow(g));
    size_t at = slot_of(g, name);
    if (g->slots[at] == 0) {
        g->all[g->count] = (series){ .name = name };
        g->slots[at] = (uint32_t)++g->count;
    }
    *index = g->slots[at] - 1;
    return PEN_OK;
}

static pen_status group_rows(const indicators *w, grouping *g)
{
    uint32_t at = 0;
    PEN_TRY(pen_alloc_array(w->rows, sizeof *g->of_row, (void **)&g->of_row));
    PEN_TRY(pen_alloc_array(w->rows, sizeof *g->order, (void **)&g->order));
    for (size_t row = 0; row < w->rows; row++) {
        const char *name = w->has_symbols ? pen_table_text(w->table, w->symbol_column, row) : "";
        if (row == 0 || strcmp(name, g->all[at].name) != 0)
            PEN_TRY(index_of(g, name, &at));
        g->of_row[row] = at;
        g->all[at].count++;
    }
    for (size_t i = 1; i < g->count; i++)
        g->all[i].first = g->all[i - 1].first + g->all[i - 1].count;
    for (size_t row = 0; row < w->rows; row++)
        g->order[g->all[g->of_row[row]].first++] = row;
    for (size_t i = 0; i < g->count; i++)
        g->all[i].first -= g->all[i].count;
    return PEN_OK;
}

static int longer_first(const void *a, const void *b)
{
    const series *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count) - (x->count > y->count)
                                : (x->first > y->first) - (x->first < y->first);
}

/* ---- one batch of series on the device ---- */

typedef struct batch {
    const indicators *w;
    const grouping *groups;
    const series *all; /* [count], the longest first */
    size_t count, points;
    pen_device *device;
    pen_queue *queue;
    pen_panel *inputs[PEN_INDICATOR_MAX_INPUTS * 16], *out;
} batch;

static void batch_clear(batch *b)
{
    for (size_t i = 0; i < PEN_COUNT(b->inputs); i++)
        pen_panel_destroy(b->inputs[i]);
    pen_panel_destroy(b->out);
}

static void put(void *data, pen_dtype dtype, size_t at, double x)
{
    if (dtype == PEN_F32)
        ((float *)data)[at] = (float)x;
    else
        ((double *)data)[at] = x;
}

/* The double that prints as the float does: the fewest digits that tell it apart. */
static double widen(float x)
{
    char text[PEN_NUMBER_BYTES];
    double wide = x;
    if (isfinite(x))
        pen_number_parse(text, pen_number_print_f32(x, text), &wide);
    return wide;
}

/* Columns -> data, series `stride` apart; short series end in NaN. */
static void gather(const batch *b, const double *column, void *data, size_t stride)
{
    pen_dtype dtype = b->w->dtype;
    for (size_t s = 0; s < b->count; s++) {
        const size_t *rows = b->groups->order + b->all[s].first;
        for (size_t t = 0; t < b->all[s].count; t++)
            put(data, dtype, s * stride + t, column[rows[t]]);
        for (size_t t = b->all[s].count; t < b->points; t++)
            put(data, dtype, s * stride + t, NAN);
    }
}

static void scatter(const batch *b, const void *data, size_t stride)
{
    const indicators *w = b->w;
    for (size_t o = 0; o < w->n_outputs; o++)
        for (size_t s = 0; s < b->count; s++) {
            const size_t *rows = b->groups->order + b->all[s].first;
            size_t from = (o * b->count + s) * stride;
            for (size_t t = 0; t < b->all[s].count; t++)
                w->values[o * w->rows + rows[t]] = w->dtype == PEN_F32
                                                       ? widen(((const float *)data)[from + t])
                                                       : ((const double *)data)[from + t];
        }
}

/* Memory of the panel's shape, unless the panel's own is the host's. */
static pen_status stage(const pen_panel *panel, void **data, size_t *stride, void **block)
{
    size_t cells;
    *block = NULL;
    *data = pen_panel_data(panel);
    *stride = pen_panel_stride(panel);
    if (pen_panel_is_host(panel))
        return PEN_OK;
    *stride = pen_panel_points(panel);
    PEN_TRY(pen_size_mul(pen_panel_series(panel), *stride, &cells));
    PEN_TRY(pen_alloc_array(cells, pen_dtype_bytes(pen_panel_dtype(panel)), block));
    *data = *block;
    return PEN_OK;
}

static pen_status load(batch *b, size_t input)
{
    size_t stride;
    const double *values;
    void *data, *block;
    PEN_TRY(find_values(b->w, pen_plan_input(b->w->plan, input), &values));
    PEN_TRY(pen_panel_create(b->device, b->w->dtype, b->count, b->points, &b->inputs[input]));
    PEN_TRY(stage(b->inputs[input], &data, &stride, &block));
    gather(b, values, data, stride);
    pen_status s = PEN_OK;
    if (block != NULL) {
        s = pen_panel_write(b->queue, b->inputs[input], block, stride);
        pen_status waited = pen_queue_wait(b->queue);
        s = s != PEN_OK ? s : waited;
    }
    pen_free(block);
    return s;
}

static pen_status unload(batch *b)
{
    size_t stride;
    void *data, *block;
    PEN_TRY(pen_queue_wait(b->queue));
    PEN_TRY(stage(b->out, &data, &stride, &block));
    pen_status s = PEN_OK;
    if (block != NULL) {
        s = pen_panel_read(b->queue, block, stride, b->out);
        pen_status waited = pen_queue_wait(b->queue);
        s = s != PEN_OK ? s : waited;
    }
    if (s == PEN_OK)
        scatter(b, data, stride);
    pen_free(block);
    return s;
}

static pen_status run_batch(batch *b)
{
    size_t n_series, n_inputs = pen_plan_input_count(b->w->plan);
    if (n_inputs > PEN_COUNT(b->inputs))
        return pen_fail(PEN_E_SIZE, "%zu different inputs, expected at most %zu", n_inputs,
                        PEN_COUNT(b->inputs));
    for (size_t i = 0; i < n_inputs; i++)
        PEN_TRY(load(b, i));
    PEN_TRY(pen_size_mul(b->count, b->w->n_outputs, &n_series));
    PEN_TRY(pen_panel_create(b->device, b->w->dtype, n_series, b->points, &b->out));
    PEN_TRY(pen_plan_run(b->queue, b->w->plan, (const pen_panel *const *)b->inputs, b->out));
    return unload(b);
}

/* Series of about one length at a time, so that a long one among many short ones does
 * not make all of them long. */
static pen_status run_batches(const indicators *w, grouping *g, pen_queue *queue)
{
    qsort(g->all, g->count, sizeof *g->all, longer_first);
    for (size_t from = 0, to; from < g->count; from = to) {
        for (to = from; to < g->count && g->all[to].count * 2 >= g->all[from].count; to++)
            continue;
        batch b = { .w = w,
                    .groups = g,
                    .all = g->all + from,
                    .count = to - from,
                    .points = g->all[from].count,
                    .device = pen_queue_device(queue),
                    .queue = queue };
        pen_status s = run_batch(&b);
        batch_clear(&b);
        PEN_TRY(s);
    }
    return PEN_OK;
}

static pen_status run_on(indicators *w, pen_device *device)
{
    grouping groups = { 0 };
    pen_queue *queue = NULL;
    snprintf(w->device, sizeof w->device, "%s", pen_device_describe(device)->name);
    pen_status s = pen_queue_create(device, &queue);
    if (s == PEN_OK)
        s = group_rows(w, &groups);
    if (s == PEN_OK)
        s = run_batches(w, &groups, queue);
    grouping_clear(&groups);
    pen_queue_destroy(queue);
    return s;
}

pen_status indicators_run(const cli *c, indicators *w)
{
    size_t cells;
    const double *values;
    pen_device *device;
    for (size_t i = 0; i < pen_plan_input_count(w->plan); i++)
        PEN_TRY(find_values(w, pen_plan_input(w->plan, i), &values));
    PEN_TRY(pen_size_mul(w->rows, w->n_outputs, &cells));
    PEN_TRY(pen_alloc_array(cells, sizeof *w->values, (void **)&w->values));
    PEN_TRY(cli_open_device(c, &device));
    pen_status s = run_on(w, device);
    pen_device_close(device);
    return s;
}
