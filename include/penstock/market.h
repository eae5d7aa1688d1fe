/* Market data: tables read from CSV, bars, times, and a report of what is odd.
 *
 * A table is a time axis (int64 nanoseconds since 1970-01-01 UTC), numeric
 * columns held as one f64 panel (a column is a series) and text columns (symbol,
 * side, ...).  Bars are up to five panels (open, high, low, close, volume) that
 * share a time axis and symbol names. */
#ifndef PENSTOCK_MARKET_H
#define PENSTOCK_MARKET_H

#include "penstock/panel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- times ---- */

/* What a number in a time column counts since 1970-01-01 UTC. */
typedef enum pen_time_unit {
    PEN_TIME_AUTO = 0, /* by magnitude: below 1e11 s, 1e14 ms, 1e17 us, else ns */
    PEN_TIME_S,
    PEN_TIME_MS,
    PEN_TIME_US,
    PEN_TIME_NS
} pen_time_unit;

/* Reads text[0..n) as a time: 2020-01-31, 2020/01/31 or 2020.01.31, alone or
 * followed by T or a space and 09:30[:15[.123456789]] or 093015 and a zone (Z, UTC,
 * GMT, +01, +0100, +01:00); 31.01.2020 likewise; 20200131, 20200131093015,
 * 20200131 093015; or a number since 1970, with decimals.  A time without a zone
 * is taken as UTC.  Years 1678 to 2261.
 * PEN_E_PARSE otherwise.  Threads: any. */
PEN_API pen_status pen_time_parse(const char *text, size_t n, pen_time_unit unit, int64_t *time_ns);

/* Prints ISO 8601 in UTC: 2020-01-31 at midnight, else 2020-01-31T09:30:15Z, with 3,
 * 6 or 9 decimals of the second where they are not zero.  Writes at most 32
 * bytes, ends with a zero byte, returns the length.  Threads: any. */
PEN_API size_t pen_time_print(int64_t time_ns, char out[32]);

/* ---- quirks ---- */

/* What is odd about market data, each by a rule: name, short text, rule.  Nothing
 * is changed in the data; a row may count under several.  Columns are found by
 * name as pen_table_find_role() does, with a prefix or suffix shared by the group
 * (bid_open, bid_high, ...). */
#define PEN_QUIRK_LIST(X)                                                                          \
    X(MISSING, "missing cells", "empty, nan, na, n/a, null, none or -: read as NaN")               \
    X(NONFINITE, "non-finite values", "infinite, written so or too large for a double")            \
    X(TIME_DUPLICATE, "duplicate times", "same time as the row before it of its symbol")           \
    X(TIME_DESCENDING, "descending times", "earlier than the row before it of its symbol")         \
    X(OHLC, "OHLC violations", "high < max(open, close) or low > min(open, close)")                \
    X(FLAT, "flat bars", "open = high = low = close")                                              \
    X(PRICE, "non-positive prices", "open, high, low, close, bid or ask <= 0")                     \
    X(VOLUME_ZERO, "zero volumes", "volume = 0")                                                   \
    X(VOLUME_NEGATIVE, "negative volumes", "volume < 0")                                           \
    X(CROSSED, "crossed quotes", "bid > ask")                                                      \
    X(LOCKED, "locked quotes", "bid = ask")                                                        \
    X(BLANK_LINE, "blank lines", "nothing before the line's end: left out")                        \
    X(BAD_ROW, "bad rows", "malformed and left out, as skip_bad_rows asks")

typedef enum pen_quirk_kind {
#define PEN_QUIRK_ENUM_(name, text, rule) PEN_QUIRK_##name,
    PEN_QUIRK_LIST(PEN_QUIRK_ENUM_)
#undef PEN_QUIRK_ENUM_
        PEN_QUIRK_COUNT
} pen_quirk_kind;

typedef struct pen_quirk {
    size_t count;      /* cells for MISSING and NONFINITE, else rows or lines */
    size_t first_line; /* in the file, from 1; the row number from 1 for tables from memory; 0: none
                          or not known */
} pen_quirk;

/* "OHLC violations"; NULL for an unknown kind.  Threads: any. */
PEN_API const char *pen_quirk_text(pen_quirk_kind kind);
PEN_API const char *pen_quirk_rule(pen_quirk_kind kind);

/* ---- tables ---- */

typedef struct pen_table pen_table;

typedef struct pen_table_options {
    char separator;          /* 0: found in the first line (, ; tab |) */
    int has_header;          /* -1: found, 0: no, 1: yes */
    const char *time_column; /* NULL: found by name and content, "": there is none */
    pen_time_unit time_unit; /* of a numeric time column; AUTO: by its name's _s _ms _us _ns,
                                then by the magnitude of the first */
    bool skip_bad_rows;      /* count malformed rows instead of failing */
} pen_table_options;
PEN_API pen_table_options pen_table_options_default(void);

/* Reads a CSV file: "-" is standard input, gzip is undone.
 *
 * The header is found if the first row has no time, no true or false and is not all
 * numbers; without one, columns are named after what is usual: Binance klines for twelve
 * columns, Binance trades or aggTrades for six to eight with true or false in their place,
 * time,open,high,low,close[,volume] for a time and four or five numbers, else
 * column_1, ...  The time column is the first whose name says date, time, datetime,
 * timestamp, ts, gmt, unix, open_time (with _utc, _local, _ns, ...) and whose first
 * cell is a time, else the first column if that is a calendar date; a column date
 * followed by a column time makes one axis.  Any other column is numeric if its
 * first cell that is not missing is a number, else text.  A file without rows
 * gives a table of 0 rows.
 *
 *   options  NULL for the defaults
 *   out      creates
 * PEN_E_IO; PEN_E_PARSE with file:line:column for a malformed row (a wrong number
 * of cells, text in a numeric column, a bad time, an unclosed quote); PEN_E_SIZE,
 * PEN_E_NOMEM, PEN_E_UNSUPPORTED (gzip without zlib).  Threads: any. */
PEN_API pen_status pen_table_read(const char *path, const pen_table_options *options,
                                  pen_table **out);
/* The same from memory; `name` stands for the path in messages. */
PEN_API pen_status pen_table_read_memory(const char *name, const void *text, size_t bytes,
                                         const pen_table_options *options, pen_table **out);

/* Makes a table in memory; copies everything.
 *   times_ns  [n_rows], or NULL for no time axis
 *   like      NULL, or a table of n_rows whose time axis and time texts are taken;
 *             times_ns must be NULL then
 *   names     [n_columns], all different
 *   values    [n_columns][n_rows], columns `stride` >= n_rows elements apart
 * PEN_E_ARG, PEN_E_SHAPE, PEN_E_NOMEM.  Threads: any. */
PEN_API pen_status pen_table_create(size_t n_rows, const int64_t *times_ns, const pen_table *like,
                                    size_t n_columns, const char *const *names,
                                    const double *values, size_t stride, pen_table **out);
PEN_API void pen_table_destroy(pen_table *table);

/* The rows of several tables one below the other, with a column `symbol`: what a
 * table's own symbol column says, else the table's entry of `symbols`.  Numeric columns
 * are those of the first table, found by name in the others; other text is left out.
 *   tables, symbols  [count], borrowed
 *   out              creates
 * PEN_E_SHAPE if one lacks a column or has times where the first has none. */
PEN_API pen_status pen_table_join(const pen_table *const *tables, const char *const *symbols,
                                  size_t count, pen_table **out);
/* A panel file's table as one of rows: every numeric column is a symbol, its values
 * are the column `value`.  out creates. */
PEN_API pen_status pen_table_melt(const pen_table *wide, const char *value, pen_table **out);

PEN_API size_t pen_table_rows(const pen_table *table);
/* Numeric columns; text columns are counted apart. */
PEN_API size_t pen_table_columns(const pen_table *table);
/* Name as the file has it; NULL beyond the last. */
PEN_API const char *pen_table_name(const pen_table *table, size_t column);
/* [n_rows] values of one numeric column, in host memory; NULL beyond the last. */
PEN_API const double *pen_table_column(const pen_table *table, size_t column);
/* All numeric columns as one host panel, a column a series; lives with the table. */
PEN_API const pen_panel *pen_table_panel(const pen_table *table);
/* A numeric column by name: exactly, else without regard to case and with blanks,
 * '-', '.' and '_' alike.  PEN_E_NOTFOUND names the columns there are. */
PEN_API pen_status pen_table_find(const pen_table *table, const char *name, size_t *column);

/* The columns of bars and quotes, whatever the source calls them. */
typedef enum pen_role {
    PEN_ROLE_OPEN,   /* open, o, open_price, ... */
    PEN_ROLE_HIGH,   /* high, h, max, ... */
    PEN_ROLE_LOW,    /* low, l, min, ... */
    PEN_ROLE_CLOSE,  /* close, c, last, price, ... */
    PEN_ROLE_VOLUME, /* volume, vol, v, base_volume, ... */
    PEN_ROLE_BID,    /* bid, bid_px, bid_price, best_bid, ... */
    PEN_ROLE_ASK,    /* ask, ask_px, offer, ... */
    PEN_ROLE_COUNT
} pen_role;
/* As pen_table_find(), by the role's usual names in order of preference. */
PEN_API pen_status pen_table_find_role(const pen_table *table, pen_role role, size_t *column);

/* [n_rows] or NULL if there is no time column. */
PEN_API const int64_t *pen_table_times_ns(const pen_table *table);
/* The time column's name; NULL if there is none. */
PEN_API const char *pen_table_time_name(const pen_table *table);
/* A row's time as the file has it (not ended by a zero byte); printed as by
 * pen_time_print() if the table was made in memory; NULL without times.  Borrowed
 * until the next call for this table on this thread. */
PEN_API const char *pen_table_time_text(const pen_table *table, size_t row, size_t *n);

PEN_API size_t pen_table_text_columns(const pen_table *table);
PEN_API const char *pen_table_text_name(const pen_table *table, size_t column);
/* A cell of a text column, ended by a zero byte; "" where missing. */
PEN_API const char *pen_table_text(const pen_table *table, size_t column, size_t row);
/* Which text column holds the symbol (symbol, ticker, instrument, ...);
 * PEN_E_NOTFOUND if none. */
PEN_API pen_status pen_table_symbol_column(const pen_table *table, size_t *column);

PEN_API pen_quirk pen_table_quirk(const pen_table *table, pen_quirk_kind kind);
/* Missing cells of one numeric column. */
PEN_API size_t pen_table_missing(const pen_table *table, size_t column);
/* The file's line of a row, from 1; row + 1 for tables from memory. */
PEN_API size_t pen_table_line(const pen_table *table, size_t row);
/* The path, or "memory". */
PEN_API const char *pen_table_source(const pen_table *table);

/* Writes CSV in the columns' original order: times as they were read, numbers with
 * the fewest digits that read back to the same bits, NaN as an empty cell.
 *   path  "-" is standard output
 * PEN_E_IO, PEN_E_NOMEM.  Threads: any. */
PEN_API pen_status pen_table_write(const pen_table *table, const char *path);

/* ---- bars ---- */

typedef struct pen_bars pen_bars;

/* Bars of a table.  One symbol: the five panels are views of the table's columns,
 * not copies.  With a symbol column: one series a symbol, in order of appearance,
 * on the sorted union of their times, NaN where a symbol has no row.  A table
 * without any of open, high, low, close, with times, without text and quotes: a panel
 * file, every numeric column is a series of closes named after it.
 *   table  borrows; must outlive the bars
 *   out    creates
 * PEN_E_NOTFOUND if it is neither; PEN_E_PARSE if a symbol has two rows of the same
 * time.  Threads: any. */
PEN_API pen_status pen_bars_from_table(const pen_table *table, pen_bars **out);

/* pen_table_read() and pen_bars_from_table() in one; the bars own the table. */
PEN_API pen_status pen_bars_read(const char *path, const pen_table_options *options,
                                 pen_bars **out);

/* Wraps arrays in memory, borrowed: [n_symbols][n_points], series `stride` apart.
 *   symbols   [n_symbols], copied; NULL names them "1", "2", ...
 *   times_ns  [n_points], borrowed, or NULL
 *   fields    by role OPEN .. VOLUME; NULL where there is none; close is needed
 * PEN_E_ARG, PEN_E_SHAPE, PEN_E_NOMEM.  Threads: any. */
PEN_API pen_status pen_bars_wrap(size_t n_symbols, size_t n_points, size_t stride,
                                 const char *const *symbols, const int64_t *times_ns,
                                 double *const fields[5], pen_bars **out);
PEN_API void pen_bars_destroy(pen_bars *bars);

PEN_API size_t pen_bars_symbols(const pen_bars *bars);
PEN_API const char *pen_bars_symbol(const pen_bars *bars, size_t index);
PEN_API size_t pen_bars_points(const pen_bars *bars);
/* [n_points] or NULL. */
PEN_API const int64_t *pen_bars_times_ns(const pen_bars *bars);
/* The panel of a role OPEN .. VOLUME, n_symbols x n_points, in host memory; NULL
 * if the source has none. */
PEN_API const pen_panel *pen_bars_field(const pen_bars *bars, pen_role role);
/* The table the bars came from; NULL for wrapped arrays. */
PEN_API const pen_table *pen_bars_table(const pen_bars *bars);

#ifdef __cplusplus
}
#endif
#endif
