/* What columns are called. */
#include <string.h>

#include "../../machine/base/status.h"
#include "table.h"

void pen_plain_name(const char *name, size_t n, char out[PEN_PLAIN_NAME_BYTES])
{
    size_t length = 0;
    bool is_gap = false;
    for (size_t i = 0; i < n && length < PEN_PLAIN_NAME_BYTES - 2; i++) {
        unsigned char c = (unsigned char)name[i];
        bool is_upper = c >= 'A' && c <= 'Z';
        if (is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80) {
            if (is_gap && length > 0)
                out[length++] = '_';
            out[length++] = (char)(is_upper ? c + 0x20 : c);
            is_gap = false;
        } else {
            is_gap = true;
        }
    }
    out[length] = 0;
}

bool pen_has_word(const char *plain, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = plain; (p = strstr(p, word)) != NULL; p++)
        if ((p == plain || p[-1] == '_') && (p[n] == 0 || p[n] == '_'))
            return true;
    return false;
}

static bool has_any_word(const char *plain, const char *const *words)
{
    for (; *words != NULL; words++)
        if (pen_has_word(plain, *words))
            return true;
    return false;
}

bool pen_is_time_name(const char *plain)
{
    static const char *const words[] = { "date", "time",     "datetime", "timestamp", "ts",
                                         "unix", "opentime", "gmt",      NULL };
    return has_any_word(plain, words);
}

bool pen_is_symbol_name(const char *plain)
{
    static const char *const words[] = { "symbol", "ticker", "sym", "instrument", "pair", NULL };
    return has_any_word(plain, words);
}

pen_time_unit pen_time_unit_of_name(const char *plain)
{
    static const struct {
        const char *word;
        pen_time_unit unit;
    } rows[] = { { "s", PEN_TIME_S },       { "sec", PEN_TIME_S },     { "seconds", PEN_TIME_S },
                 { "ms", PEN_TIME_MS },     { "millis", PEN_TIME_MS }, { "us", PEN_TIME_US },
                 { "micros", PEN_TIME_US }, { "ns", PEN_TIME_NS },     { "nanos", PEN_TIME_NS } };
    const char *last = strrchr(plain, '_');
    for (size_t i = 0; last != NULL && i < PEN_COUNT(rows); i++)
        if (strcmp(last + 1, rows[i].word) == 0)
            return rows[i].unit;
    return PEN_TIME_AUTO;
}

/* Plain names by role, the preferred first; those with a digit in front are what
 * Alpha Vantage writes ("4. close"). */
static const char *const role_names[PEN_ROLE_COUNT][12] = {
    [PEN_ROLE_OPEN] = { "open", "o", "open_price", "opening_price", "1_open", "first" },
    [PEN_ROLE_HIGH] = { "high", "h", "high_price", "2_high", "max" },
    [PEN_ROLE_LOW] = { "low", "l", "low_price", "3_low", "min" },
    [PEN_ROLE_CLOSE] = { "close", "c", "close_price", "closing_price", "4_close", "close_last",
                         "last", "last_price", "price", "px", "settle" },
    [PEN_ROLE_VOLUME] = { "volume", "vol", "v", "base_volume", "5_volume", "tick_volume", "tickvol",
                          "total_volume", "real_volume" },
    [PEN_ROLE_BID] = { "bid", "bid_px", "bid_price", "best_bid", "best_bid_price", "bidprice" },
    [PEN_ROLE_ASK] = { "ask", "ask_px", "ask_price", "best_ask", "best_ask_price", "askprice",
                       "offer" },
};

pen_status pen_table_find_role(const pen_table *table, pen_role role, size_t *column)
{
    *column = 0;
    if ((size_t)role >= PEN_ROLE_COUNT)
        return pen_fail(PEN_E_ARG, "pen_table_find_role: no role %d", (int)role);
    for (size_t k = 0; k < PEN_COUNT(role_names[0]) && role_names[role][k] != NULL; k++)
        for (size_t i = 0; i < table->n_numbers; i++) {
            char plain[PEN_PLAIN_NAME_BYTES];
            const char *name = pen_table_name(table, i);
            pen_plain_name(name, strlen(name), plain);
            if (strcmp(plain, role_names[role][k]) == 0) {
                *column = i;
                return PEN_OK;
            }
        }
    return pen_table_find(table, role_names[role][0], column); /* fails, and says how */
}

/* "date, open, ..." cut to fit. */
static void list_names(const pen_table *table, char *out, size_t capacity)
{
    size_t used = 0;
    out[0] = 0;
    for (size_t i = 0; i < table->n_numbers; i++) {
        const char *name = pen_table_name(table, i);
        size_t n = strlen(name);
        if (used + n + 8 > capacity) {
            memcpy(out + used, ", ...", 6);
            return;
        }
        memcpy(out + used, ", ", 2);
        used += used > 0 ? 2 : 0;
        memcpy(out + used, name, n + 1);
        used += n;
    }
}

pen_status pen_table_find(const pen_table *table, const char *name, size_t *column)
{
    char wanted[PEN_PLAIN_NAME_BYTES], plain[PEN_PLAIN_NAME_BYTES], names[512];
    pen_plain_name(name, strlen(name), wanted);
    for (*column = 0; *column < table->n_numbers; ++*column)
        if (strcmp(pen_table_name(table, *column), name) == 0)
            return PEN_OK;
    for (*column = 0; *column < table->n_numbers; ++*column) {
        const char *have = pen_table_name(table, *column);
        pen_plain_name(have, strlen(have), plain);
        if (wanted[0] != 0 && strcmp(plain, wanted) == 0)
            return PEN_OK;
    }
    *column = 0;
    for (size_t i = 0; i < table->n_texts; i++) {
        const pen_column *text = &table->columns[table->text_columns[i]];
        pen_plain_name(text->name, strlen(text->name), plain);
        if (strcmp(plain, wanted) == 0)
            return pen_fail(PEN_E_NOTFOUND, "%s: column '%s' holds text, not numbers",
                            table->source, text->name);
    }
    list_names(table, names, sizeof names);
    return pen_fail(PEN_E_NOTFOUND, "%s: no column '%s', there are %s", table->source, name,
                    table->n_numbers > 0 ? names : "no numeric ones");
}

pen_status pen_table_symbol_column(const pen_table *table, size_t *column)
{
    for (*column = 0; *column < table->n_texts; ++*column) {
        char plain[PEN_PLAIN_NAME_BYTES];
        const char *name = pen_table_text_name(table, *column);
        pen_plain_name(name, strlen(name), plain);
        if (pen_is_symbol_name(plain))
            return PEN_OK;
    }
    *column = 0;
    return pen_fail(PEN_E_NOTFOUND, "%s: no symbol column", table->source);
}
