/* Ticks from tables: columns found by name, one symbol of several, two sources merged. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "stream.h"

enum { PRICE, SIZE, BID, ASK, BID_SIZE, ASK_SIZE, ID, N_NUMBERS };

struct pen_ticks {
    pen_table *table; /* what `columns` may point into; NULL for merged ticks */
    pen_tick_columns columns;
    double *numbers[N_NUMBERS]; /* own copies, where rows were picked or merged */
    int64_t *times_ns;
    signed char *side;
    size_t *rows; /* the table's row of each; NULL: the same */
};

/* What columns may be called, the preferred name first; case, blanks, '-' and '.' do not matter. */
static const char *const names[N_NUMBERS][12] = {
    [PRICE] = { "price", "px", "trade_price", "last", "last_price", "p" },
    [SIZE] = { "size", "qty", "quantity", "trade_size", "last_size", "base_qty", "volume", "vol",
               "q" },
    [BID] = { "bid", "bid_px", "bid_price", "best_bid", "best_bid_price", "bidprice", "bid_1",
              "bid_px_1", "bid_price_1" },
    [ASK] = { "ask", "ask_px", "ask_price", "best_ask", "best_ask_price", "askprice", "offer",
              "ask_1", "ask_px_1", "ask_price_1" },
    [BID_SIZE] = { "bid_size", "bid_qty", "bid_quantity", "best_bid_size", "best_bid_qty",
                   "bid_volume", "bidsize", "bid_sz", "bid_size_1", "bid_qty_1" },
    [ASK_SIZE] = { "ask_size", "ask_qty", "ask_quantity", "best_ask_size", "best_ask_qty",
                   "ask_volume", "asksize", "ask_sz", "ask_size_1", "ask_qty_1" },
    [ID] = { "trade_id", "agg_trade_id", "tradeid", "aggtradeid", "update_id", "id" },
};
static const char *const side_names[] = { "side",       "aggressor",  "aggressor_side",
                                          "taker_side", "trade_side", "direction" };
static const char *const maker_names[] = { "is_buyer_maker", "buyer_is_maker", "isbuyermaker",
                                           "buyer_maker" };

static const double **field(pen_tick_columns *c, int which)
{
    const double **const fields[N_NUMBERS] = { &c->price,    &c->size,     &c->bid, &c->ask,
                                               &c->bid_size, &c->ask_size, &c->id };
    return fields[which];
}

/* A numeric column of one of the names, or NULL. */
static const double *find_number(const pen_table *table, const char *const *list, size_t n)
{
    size_t column;
    for (size_t i = 0; i < n && list[i] != NULL; i++)
        if (pen_table_find(table, list[i], &column) == PEN_OK)
            return pen_table_column(table, column);
    return NULL;
}

static bool find_text(const pen_table *table, const char *const *list, size_t n, size_t *column)
{
    for (size_t i = 0; i < n; i++)
        for (*column = 0; *column < pen_table_text_columns(table); ++*column)
            if (strcasecmp(pen_table_text_name(table, *column), list[i]) == 0)
                return true;
    return false;
}

/* ---- the side ---- */

static bool side_of_text(const char *text, bool is_maker, signed char *side)
{
    static const struct {
        const char *word;
        bool is_maker;
        signed char side;
    } words[] = {
        { "buy", false, 1 },  { "b", false, 1 },       { "buyer", false, 1 }, { "sell", false, -1 },
        { "s", false, -1 },   { "seller", false, -1 }, { "", false, 0 },      { "n", false, 0 },
        { "none", false, 0 }, { "unknown", false, 0 }, { "true", true, -1 },  { "t", true, -1 },
        { "false", true, 1 }, { "f", true, 1 },        { "", true, 0 },
    };
    for (size_t i = 0; i < PEN_COUNT(words); i++)
        if (words[i].is_maker == is_maker && strcasecmp(words[i].word, text) == 0) {
            *side = words[i].side;
            return true;
        }
    return false;
}

static pen_status sides_of_text(const pen_table *table, size_t column, bool is_maker,
                                signed char *side)
{
    for (size_t row = 0; row < pen_table_rows(table); row++) {
        const char *text = pen_table_text(table, column, row);
        if (!side_of_text(text, is_maker, &side[row]))
            return pen_fail(PEN_E_PARSE, "%s:%zu: column '%s': '%.64s' is no side, expected %s",
                            pen_table_source(table), pen_table_line(table, row),
                            pen_table_text_name(table, column), text,
                            is_maker ? "true or false" : "buy or sell");
    }
    return PEN_OK;
}

static void sides_of_numbers(const double *value, size_t n, bool is_maker, signed char *side)
{
    for (size_t i = 0; i < n; i++)
        side[i] = is_maker ? (value[i] > 0    ? -1
                              : value[i] == 0 ? 1
                                              : 0)
                           : (signed char)((value[i] > 0) - (value[i] < 0));
}

static pen_status find_side(pen_ticks *t)
{
    size_t n = t->columns.n, column;
    for (int is_maker = 0; is_maker < 2; is_maker++) {
        const char *const *list = is_maker ? maker_names : side_names;
        size_t count = is_maker ? PEN_COUNT(maker_names) : PEN_COUNT(side_names);
        const double *numbers = find_number(t->table, list, count);
        bool is_text = numbers == NULL && find_text(t->table, list, count, &column);
        if (numbers == NULL && !is_text)
            continue;
        PEN_TRY(pen_alloc_array(n, sizeof *t->side, (void **)&t->side));
        t->columns.side = t->side;
        if (is_text)
            return sides_of_text(t->table, column, is_maker, t->side);
        sides_of_numbers(numbers, n, is_maker, t->side);
        return PEN_OK;
    }
    return PEN_OK;
}

/* ---- one symbol ---- */

static pen_status several_symbols(const pen_ticks *t, size_t column, const char *symbol)
{
    const char *first = pen_table_text(t->table, column, 0), *other = first;
    for (size_t row = 0; row < t->columns.n && strcmp(other, first) == 0; row++)
        other = pen_table_text(t->table, column, row);
    if (symbol != NULL)
        return pen_fail(PEN_E_NOTFOUND, "%s: no symbol '%s', there are '%s', '%s', ...",
                        pen_table_source(t->table), symbol, first, other);
    return pen_fail(PEN_E_NOTFOUND,
                    "%s: several symbols ('%s', '%s', ...), expected one: choose it",
                    pen_table_source(t->table), first, other);
}

/* Copies the listed rows of every column. */
static pen_status pick_rows(pen_ticks *t, const size_t *rows, size_t n)
{
    pen_tick_columns *c = &t->columns;
    for (int k = 0; k < N_NUMBERS; k++) {
        const double **from = field(c, k);
        if (*from == NULL)
            continue;
        PEN_TRY(pen_alloc_array(n, sizeof(double), (void **)&t->numbers[k]));
        for (size_t i = 0; i < n; i++)
            t->numbers[k][i] = (*from)[rows[i]];
        *from = t->numbers[k];
    }
    PEN_TRY(pen_alloc_array(n, sizeof *t->times_ns, (void **)&t->times_ns));
    for (size_t i = 0; i < n; i++) {
        t->times_ns[i] = c->time_ns[rows[i]];
        if (t->side != NULL)
            t->side[i] =
                t->side[rows[i]]; /* rows ascend, so none is overwritten before it is read */
    }
    c->time_ns = t->times_ns;
    c->n = n;
    return PEN_OK;
}

static pen_status choose_symbol(pen_ticks *t, const char *symbol)
{
    size_t column, n = 0, n_all = t->columns.n;
    if (pen_table_symbol_column(t->table, &column) != PEN_OK || n_all == 0)
        return PEN_OK;
    const char *wanted = symbol != NULL ? symbol : pen_table_text(t->table, column, 0);
    PEN_TRY(pen_alloc_array(n_all, sizeof *t->rows, (void **)&t->rows));
    for (size_t row = 0; row < n_all; row++)
        if (strcmp(pen_table_text(t->table, column, row), wanted) == 0)
            t->rows[n++] = row;
    if (n == 0 || (symbol == NULL && n < n_all))
        return several_symbols(t, column, symbol);
    return n < n_all ? pick_rows(t, t->rows, n) : PEN_OK;
}

/* ---- the whole ---- */

static pen_status find_columns(pen_ticks *t, const char *symbol)
{
    size_t column;
    pen_tick_columns *c = &t->columns;
    const char *source = pen_table_source(t->table);
    c->n = pen_table_rows(t->table);
    c->time_ns = pen_table_times_ns(t->table);
    for (int k = 0; k < N_NUMBERS; k++)
        *field(c, k) = find_number(t->table, names[k], PEN_COUNT(names[k]));
    if (pen_table_find(t->table, "final_update_id", &column) == PEN_OK ||
        pen_table_find(t->table, "first_update_id", &column) == PEN_OK)
        return pen_fail(PEN_E_UNSUPPORTED,
                        "%s: updates of an order book, expected trades or best quotes", source);
    if (c->price == NULL && (c->bid == NULL || c->ask == NULL))
        return pen_fail(PEN_E_NOTFOUND,
                        "%s: no column price (or px, last, ...) and no pair bid, ask", source);
    if (c->time_ns == NULL && c->n > 0)
        return pen_fail(PEN_E_NOTFOUND, "%s: no time column", source);
    PEN_TRY(find_side(t));
    return choose_symbol(t, symbol);
}

pen_status pen_ticks_from_table(pen_table *table, const char *symbol, pen_ticks **out)
{
    *out = NULL;
    pen_ticks *t;
    pen_status s = PEN_NEW(&t);
    if (s != PEN_OK) {
        pen_table_destroy(table);
        return s;
    }
    t->table = table;
    s = find_columns(t, symbol);
    if (s != PEN_OK) {
        pen_ticks_destroy(t);
        return s;
    }
    *out = t;
    return PEN_OK;
}

pen_status pen_ticks_read(const char *path, const pen_table_options *options, const char *symbol,
                          pen_ticks **out)
{
    *out = NULL;
    pen_table *table;
    PEN_TRY(pen_table_read(path, options, &table));
    return pen_ticks_from_table(table, symbol, out);
}

void pen_ticks_destroy(pen_ticks *t)
{
    if (t == NULL)
        return;
    pen_table_destroy(t->table);
    for (int k = 0; k < N_NUMBERS; k++)
        pen_free(t->numbers[k]);
    pen_free(t->times_ns);
    pen_free(t->side);
    pen_free(t->rows);
    pen_free(t);
}

const pen_tick_columns *pen_ticks_columns(const pen_ticks *t)
{
    return &t->columns;
}

size_t pen_ticks_line(const pen_ticks *t, size_t row)
{
    if (t->table == NULL || row >= t->columns.n)
        return 0;
    return pen_table_line(t->table, t->rows != NULL ? t->rows[row] : row);
}

pen_tick pen_tick_at(const pen_tick_columns *c, size_t row)
{
    pen_tick tick = tick_of_row(c, row, c->price != NULL, c->bid != NULL && c->ask != NULL);
    if (c->id != NULL)
        tick.id = c->id[row];
    return tick;
}

/* ---- two sources ---- */

/* Room for n rows of what either source has. */
static pen_status make_room(pen_ticks *t, size_t n)
{
    for (int k = 0; k < N_NUMBERS; k++) {
        PEN_TRY(pen_alloc_array(n, sizeof(double), (void **)&t->numbers[k]));
        *field(&t->columns, k) = t->numbers[k];
    }
    PEN_TRY(pen_alloc_array(n, sizeof *t->times_ns, (void **)&t->times_ns));
    PEN_TRY(pen_alloc_array(n, sizeof *t->side, (void **)&t->side));
    t->columns.time_ns = t->times_ns;
    t->columns.side = t->side;
    t->columns.n = n;
    return PEN_OK;
}

static void put_row(pen_ticks *t, size_t row, const pen_tick *tick)
{
    const double values[N_NUMBERS] = { tick->price,    tick->size,     tick->bid, tick->ask,
                                       tick->bid_size, tick->ask_size, tick->id };
    for (int k = 0; k < N_NUMBERS; k++)
        t->numbers[k][row] = values[k];
    t->times_ns[row] = tick->time_ns;
    t->side[row] = tick->side;
}

pen_status pen_ticks_merge(const pen_ticks *trades, const pen_ticks *quotes, pen_ticks **out)
{
    *out = NULL;
    const pen_tick_columns *a = &trades->columns, *b = &quotes->columns;
    size_t n;
    pen_ticks *t;
    PEN_TRY(pen_size_add(a->n, b->n, &n));
    PEN_TRY(PEN_NEW(&t));
    pen_status s = make_room(t, n);
    if (s != PEN_OK) {
        pen_ticks_destroy(t);
        return s;
    }
    for (size_t i = 0, j = 0; i + j < n;) {
        bool is_quote = j < b->n && (i == a->n || b->time_ns[j] <= a->time_ns[i]);
        pen_tick tick = is_quote ? pen_tick_at(b, j) : pen_tick_at(a, i);
        put_row(t, i + j, &tick);
        *(is_quote ? &j : &i) += 1;
    }
    *out = t;
    return PEN_OK;
}
