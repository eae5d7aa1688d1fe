/* Counts what is odd in a table; changes nothing. */
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "table.h"

const char *pen_quirk_text(pen_quirk_kind kind)
{
    static const char *const texts[] = {
#define TEXT_(name, text, rule) text,
        PEN_QUIRK_LIST(TEXT_)
#undef TEXT_
    };
    return (size_t)kind < PEN_QUIRK_COUNT ? texts[kind] : NULL;
}

const char *pen_quirk_rule(pen_quirk_kind kind)
{
    static const char *const rules[] = {
#define RULE_(name, text, rule) rule,
        PEN_QUIRK_LIST(RULE_)
#undef RULE_
    };
    return (size_t)kind < PEN_QUIRK_COUNT ? rules[kind] : NULL;
}

void pen_table_count_quirk(pen_table *t, pen_quirk_kind kind, size_t count, size_t line)
{
    pen_quirk *q = &t->quirks[kind];
    if (q->count == 0 || line < q->first_line)
        q->first_line = line;
    q->count += count;
}

/* Rows of one loop that count under one quirk. */
typedef struct tally {
    size_t count, first_row;
} tally;

static inline void count_if(tally *y, bool is_odd, size_t row)
{
    if (is_odd && y->count++ == 0)
        y->first_row = row;
}

static void add_tally(pen_table *t, pen_quirk_kind kind, tally y)
{
    if (y.count > 0)
        pen_table_count_quirk(t, kind, y.count, pen_table_line(t, y.first_row));
}

static void check_values(pen_table *t)
{
    for (size_t i = 0; i < t->n_numbers; i++) {
        const double *x = t->values + i * t->stride;
        tally missing = { 0 }, nonfinite = { 0 };
        for (size_t row = 0; row < t->n_rows; row++) {
            if (x[row] - x[row] == 0)
                continue;
            count_if(&missing, isnan(x[row]), row);
            count_if(&nonfinite, !isnan(x[row]), row);
        }
        t->columns[t->numbers[i]].missing = missing.count;
        add_tally(t, PEN_QUIRK_MISSING, missing);
        add_tally(t, PEN_QUIRK_NONFINITE, nonfinite);
    }
    for (size_t i = 0; i < t->n_texts; i++) {
        const pen_column *c = &t->columns[t->text_columns[i]];
        tally missing = { 0 };
        for (size_t row = 0; c->missing > 0 && row < t->n_rows; row++)
            count_if(&missing, c->ids[row] == UINT32_MAX, row);
        add_tally(t, PEN_QUIRK_MISSING, missing);
    }
}

/* Each row against the row before it of the same symbol. */
static pen_status check_times(pen_table *t)
{
    if (t->times_ns == NULL || t->n_rows == 0)
        return PEN_OK;
    size_t column, n_symbols = 1;
    const uint32_t *ids = NULL;
    if (pen_table_symbol_column(t, &column) == PEN_OK) {
        const pen_column *c = &t->columns[t->text_columns[column]];
        ids = c->ids;
        n_symbols = pen_labels_count(&c->labels) + 1; /* the last: rows without one */
    }
    int64_t *last;
    PEN_TRY(pen_alloc_array(n_symbols, sizeof *last, (void **)&last));
    for (size_t i = 0; i < n_symbols; i++)
        last[i] = INT64_MIN;
    tally same = { 0 }, earlier = { 0 };
    for (size_t row = 0; row < t->n_rows; row++) {
        size_t id = ids == NULL ? 0 : ids[row] < n_symbols ? ids[row] : n_symbols - 1;
        count_if(&same, t->times_ns[row] == last[id], row);
        count_if(&earlier, t->times_ns[row] < last[id], row);
        last[id] = t->times_ns[row];
    }
    pen_free(last);
    add_tally(t, PEN_QUIRK_TIME_DUPLICATE, same);
    add_tally(t, PEN_QUIRK_TIME_DESCENDING, earlier);
    return PEN_OK;
}

static void check_bars(pen_table *t, const size_t column[4])
{
    const double *open = pen_table_column(t, column[0]), *high = pen_table_column(t, column[1]);
    const double *low = pen_table_column(t, column[2]), *close = pen_table_column(t, column[3]);
    tally violations = { 0 }, flat = { 0 }, price = { 0 };
    for (size_t i = 0; i < t->n_rows; i++) {
        double o = open[i], h = high[i], l = low[i], c = close[i]; /* a NaN compares false */
        count_if(&violations, h < o || h < c || l > o || l > c, i);
        count_if(&flat, o == h && h == l && l == c, i);
        count_if(&price, o <= 0 || h <= 0 || l <= 0 || c <= 0, i);
    }
    add_tally(t, PEN_QUIRK_OHLC, violations);
    add_tally(t, PEN_QUIRK_FLAT, flat);
    add_tally(t, PEN_QUIRK_PRICE, price);
}

static void check_quotes(pen_table *t, size_t bid_column, size_t ask_column)
{
    const double *bid = pen_table_column(t, bid_column), *ask = pen_table_column(t, ask_column);
    tally crossed = { 0 }, locked = { 0 }, price = { 0 };
    for (size_t i = 0; i < t->n_rows; i++) {
        count_if(&crossed, bid[i] > ask[i], i);
        count_if(&locked, bid[i] == ask[i], i);
        count_if(&price, bid[i] <= 0 || ask[i] <= 0, i);
    }
    add_tally(t, PEN_QUIRK_CROSSED, crossed);
    add_tally(t, PEN_QUIRK_LOCKED, locked);
    add_tally(t, PEN_QUIRK_PRICE, price);
}

static void check_volumes(pen_table *t, size_t column)
{
    const double *volume = pen_table_column(t, column);
    tally zero = { 0 }, negative = { 0 };
    for (size_t i = 0; i < t->n_rows; i++) {
        count_if(&zero, volume[i] == 0, i);
        count_if(&negative, volume[i] < 0, i);
    }
    add_tally(t, PEN_QUIRK_VOLUME_ZERO, zero);
    add_tally(t, PEN_QUIRK_VOLUME_NEGATIVE, negative);
}

/* The column called as this one with its word `from` replaced by `to`. */
static bool find_sibling(const pen_table *t, const char *plain, const char *from, const char *to,
                         size_t *column)
{
    char name[2 * PEN_PLAIN_NAME_BYTES], other[PEN_PLAIN_NAME_BYTES];
    const char *word = plain;
    size_t n = strlen(from), m = strlen(to);
    while ((word = strstr(word, from)) != NULL &&
           !((word == plain || word[-1] == '_') && (word[n] == 0 || word[n] == '_')))
        word++;
    if (word == NULL)
        return false;
    size_t before = (size_t)(word - plain);
    memcpy(name, plain, before);
    memcpy(name + before, to, m);
    strcpy(name + before + m, word + n);
    for (*column = 0; *column < t->n_numbers; ++*column) {
        const char *have = pen_table_name(t, *column);
        pen_plain_name(have, strlen(have), other);
        if (strcmp(other, name) == 0)
            return true;
    }
    return false;
}

/* Bars and quotes whose columns share a prefix or suffix: bid_open with bid_high,
 * ...; call_bid with call_ask. */
static void check_group(pen_table *t, size_t column)
{
    char plain[PEN_PLAIN_NAME_BYTES];
    const char *name = pen_table_name(t, column);
    pen_plain_name(name, strlen(name), plain);
    if (pen_has_word(plain, "open")) {
        size_t bar[4] = { column, 0, 0, 0 };
        if (find_sibling(t, plain, "open", "high", &bar[1]) &&
            find_sibling(t, plain, "open", "low", &bar[2]) &&
            find_sibling(t, plain, "open", "close", &bar[3]))
            check_bars(t, bar);
        return;
    }
    static const char *const not_prices[] = { "high", "low", "qty",    "size", "volume",
                                              "vol",  "iv",  "amount", "count" };
    for (size_t i = 0; i < sizeof not_prices / sizeof *not_prices; i++)
        if (pen_has_word(plain, not_prices[i]))
            return;
    size_t ask;
    if (pen_has_word(plain, "bid") && find_sibling(t, plain, "bid", "ask", &ask))
        check_quotes(t, column, ask);
}

/* Whether the group of names finds the role's columns by itself. */
static bool has_word(const pen_table *t, size_t column, const char *word)
{
    char plain[PEN_PLAIN_NAME_BYTES];
    const char *name = pen_table_name(t, column);
    pen_plain_name(name, strlen(name), plain);
    return pen_has_word(plain, word);
}

pen_status pen_table_find_quirks(pen_table *t)
{
    check_values(t);
    PEN_TRY(check_times(t));
    for (size_t i = 0; i < t->n_numbers; i++)
        check_group(t, i);
    size_t bar[4], bid, ask, volume;
    bool is_bar = true; /* by short names such as o, h, l, c */
    for (pen_role role = PEN_ROLE_OPEN; role <= PEN_ROLE_CLOSE; role++)
        is_bar &= pen_table_find_role(t, role, &bar[role]) == PEN_OK;
    if (is_bar && !has_word(t, bar[0], "open"))
        check_bars(t, bar);
    if (pen_table_find_role(t, PEN_ROLE_BID, &bid) == PEN_OK &&
        pen_table_find_role(t, PEN_ROLE_ASK, &ask) == PEN_OK && !has_word(t, bid, "bid"))
        check_quotes(t, bid, ask);
    if (pen_table_find_role(t, PEN_ROLE_VOLUME, &volume) == PEN_OK)
        check_volumes(t, volume);
    return PEN_OK;
}
