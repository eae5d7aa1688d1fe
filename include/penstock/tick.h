/* Ticks: trades and quotes become bars, order flow, measures of liquidity and signals.
 *
 * One object, the tick stream, does all of it: it takes rows one at a time or by the
 * million, cleans them by stated rules that it counts, signs the trades and updates
 * everything that was asked for in O(1) a row.  Batch is the same stream run in a loop, so
 * both give the same bits.  A row is a trade, a quote, or a trade with the quote it met; the
 * quote then comes first.
 *
 * Where a source has no column of sizes, every size is 1, so that volumes count trades and
 * the order-flow imbalance counts moves of the quotes.
 */
#ifndef PENSTOCK_TICK_H
#define PENSTOCK_TICK_H

#include "penstock/market.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- rows ---- */

typedef struct pen_tick {
    int64_t time_ns;
    double price, size; /* of the trade; both NaN: none */
    double bid, ask;    /* the best quotes; both NaN: none */
    double bid_size, ask_size;
    double id;        /* the source's number of the row; NaN: none */
    signed char side; /* 1: the buyer was the aggressor, -1: the seller, 0: not told */
} pen_tick;

/* Rows as columns, [n] each; NULL where the source has none (of price: no trades; of bid
 * or ask: no quotes).  Borrowed by whoever is given them. */
typedef struct pen_tick_columns {
    size_t n;
    const int64_t *time_ns;
    const double *price, *size, *bid, *ask, *bid_size, *ask_size, *id;
    const signed char *side;
} pen_tick_columns;

typedef struct pen_ticks pen_ticks;

/* Finds ticks in a table, by the usual names of its columns: price, px, last; size, qty,
 * quantity, volume; bid, bid_px, best_bid; bid_size, bid_qty; side (buy, sell, b, s, 1, -1),
 * is_buyer_maker (true: the seller was the aggressor); trade_id, ...
 *   table   takes it, also on failure
 *   symbol  of a table with several; NULL: it has one
 * PEN_E_NOTFOUND without a time axis or with neither prices nor quotes, or if the table has
 * several symbols and none is chosen; PEN_E_PARSE with file:line for a side that is none;
 * PEN_E_UNSUPPORTED for updates of an order book.  Threads: any. */
PEN_API pen_status pen_ticks_from_table(pen_table *table, const char *symbol, pen_ticks **out);
/* pen_table_read() and pen_ticks_from_table() in one. */
PEN_API pen_status pen_ticks_read(const char *path, const pen_table_options *options,
                                  const char *symbol, pen_ticks **out);
/* Trades and quotes of two sources in the order of time; of equal times the quote goes
 * first.  Each source keeps its own order.  Borrows both. */
PEN_API pen_status pen_ticks_merge(const pen_ticks *trades, const pen_ticks *quotes,
                                   pen_ticks **out);
PEN_API void pen_ticks_destroy(pen_ticks *ticks);
/* Valid as long as the ticks. */
PEN_API const pen_tick_columns *pen_ticks_columns(const pen_ticks *ticks);
/* The file's line of a row, from 1; 0 for merged ticks. */
PEN_API size_t pen_ticks_line(const pen_ticks *ticks, size_t row);
/* One row.  Threads: any. */
PEN_API pen_tick pen_tick_at(const pen_tick_columns *columns, size_t row);

/* ---- rules ---- */

/* What is odd about a row, and the rule; KEEP and SWAP change it as pen_tick_params says. */
#define PEN_TICK_QUIRK_LIST(X)                                                                     \
    X(MISSING, "missing", "a trade without price or size, a quote without a part: part left out")  \
    X(NONFINITE, "non-finite", "an infinite price or size: that part is left out")                 \
    X(PRICE, "non-positive prices", "price, bid or ask <= 0: that part is left out")               \
    X(SIZE_NEGATIVE, "negative sizes", "that part is left out")                                    \
    X(SIZE_ZERO, "zero sizes", "a trade of size 0 is left out")                                    \
    X(OUT_OF_ORDER, "out of order", "earlier than a row before it: left out")                      \
    X(DUPLICATE, "duplicates", "every field as in the row before, number included: left out")      \
    X(CROSSED, "crossed quotes", "bid > ask: left out, the quote before stands")                   \
    X(LOCKED, "locked quotes", "bid = ask: used")                                                  \
    X(UNSIGNED, "unsigned trades", "no rule tells the side: in neither bought nor sold volume")

typedef enum pen_tick_quirk_kind {
#define PEN_TICK_QUIRK_ENUM_(name, text, rule) PEN_TICK_##name,
    PEN_TICK_QUIRK_LIST(PEN_TICK_QUIRK_ENUM_)
#undef PEN_TICK_QUIRK_ENUM_
        PEN_TICK_QUIRK_COUNT
} pen_tick_quirk_kind;
/* "crossed quotes"; NULL for an unknown kind.  Threads: any. */
PEN_API const char *pen_tick_quirk_text(pen_tick_quirk_kind kind);
PEN_API const char *pen_tick_quirk_rule(pen_tick_quirk_kind kind);

typedef enum pen_tick_policy {
    PEN_TICK_DROP, /* leave it out */
    PEN_TICK_KEEP, /* use it as it is; a late row at the time of the latest */
    PEN_TICK_SWAP  /* crossed quotes only: bid and ask change places, sizes too */
} pen_tick_policy;

/* Who was the aggressor of a trade.
 *   TICK       above the price before: buyer, below: seller, equal: as the trade before
 *   QUOTE      above the mid: buyer, below: seller, at it: not told
 *   LEE_READY  QUOTE, and TICK at the mid or without a quote; Lee & Ready, J. Finance 46 (1991)
 *   DATA       what the source says
 *   AUTO       DATA where it says so, else LEE_READY */
typedef enum pen_tick_sign_rule {
    PEN_TICK_SIGN_AUTO,
    PEN_TICK_SIGN_DATA,
    PEN_TICK_SIGN_TICK,
    PEN_TICK_SIGN_QUOTE,
    PEN_TICK_SIGN_LEE_READY
} pen_tick_sign_rule;

/* ---- bars ---- */

/* When a bar ends.  The trade that reaches the mark belongs to the bar whole; it is not split.
 *   TIME    at multiples of `size` seconds since 1970; a period without trades has no bar
 *   TICK, VOLUME, DOLLAR  after `size` trades, units, or money (price x size)
 *   ..._IMBALANCE  when |sum of b| >= E[T] |E[b]|, b = side x (1, size, or money), with T trades
 *       in a bar: Lopez de Prado, Advances in Financial Machine Learning (2018), 2.3.2.1.
 *       The first bar has `size` trades; then E[T] and E[b] are exponential means over the
 *       bars so far with weight 2 / (span + 1) on the last, E[b] of a bar being its mean.
 *       E[T] stays within size / 10 to 10 size, without which the rule runs away. */
typedef enum pen_tick_bar_kind {
    PEN_TICK_BAR_NONE,
    PEN_TICK_BAR_TIME,
    PEN_TICK_BAR_TICK,
    PEN_TICK_BAR_VOLUME,
    PEN_TICK_BAR_DOLLAR,
    PEN_TICK_BAR_TICK_IMBALANCE,
    PEN_TICK_BAR_VOLUME_IMBALANCE,
    PEN_TICK_BAR_DOLLAR_IMBALANCE
} pen_tick_bar_kind;

typedef struct pen_tick_bar_rule {
    pen_tick_bar_kind kind;
    double size; /* > 0; TIME: 1e-9 to 1e9 seconds */
    double span; /* of imbalance bars, >= 1; 0 = 20 */
} pen_tick_bar_rule;

/* Reads a duration: a number and ns, us, ms, s, m, h or d; seconds without a unit.
 * PEN_E_ARG.  Threads: any. */
PEN_API pen_status pen_tick_duration_parse(const char *text, double *seconds);

/* Reads "time:60s" (any duration), "tick:100", "volume:1e4", "dollar:1e6",
 * "tick_imbalance:500", "volume_imbalance:500", "dollar_imbalance:500,20" (first bar, span).
 * PEN_E_ARG says what was expected.  Threads: any. */
PEN_API pen_status pen_tick_bar_rule_parse(const char *text, pen_tick_bar_rule *rule);

typedef struct pen_tick_bar {
    int64_t start_ns, end_ns; /* start of the period or first trade; last trade */
    double open, high, low, close;
    double volume, money, vwap; /* vwap = money / volume, NaN without volume */
    double buy_volume, sell_volume;
    uint64_t trades;
} pen_tick_bar;

/* ---- the stream ---- */

typedef struct pen_tick_params {
    pen_tick_sign_rule sign;
    int64_t quote_delay_ns; /* >= 0: trades are signed by the quote that stood so long before;
                               Lee & Ready advise 5 s for the data of their time */
    pen_tick_policy crossed, locked, duplicate, late, size_zero;
    pen_tick_bar_rule bars;
} pen_tick_params;
/* AUTO, no delay, everything as PEN_TICK_QUIRK_LIST says, no bars. */
PEN_API pen_tick_params pen_tick_params_default(void);

typedef struct pen_tick_stream pen_tick_stream;

/* params NULL: the defaults.  out: creates.  PEN_E_ARG names the parameter and its range;
 * PEN_E_NOMEM.  Threads: any; the stream then one. */
PEN_API pen_status pen_tick_stream_create(const pen_tick_params *params, pen_tick_stream **out);
/* A second stream in the same state.  PEN_E_NOMEM.  Threads: one. */
PEN_API pen_status pen_tick_stream_clone(const pen_tick_stream *stream, pen_tick_stream **out);
PEN_API void pen_tick_stream_destroy(pen_tick_stream *stream);

/* Takes one row.  PEN_E_NOMEM leaves the stream as it was. */
PEN_API pen_status pen_tick_stream_update(pen_tick_stream *stream, const pen_tick *tick);
/* Takes rows begin .. end - 1.  PEN_E_SHAPE if end is beyond the last; PEN_E_NOMEM, with the
 * rows before it taken. */
PEN_API pen_status pen_tick_stream_run(pen_tick_stream *stream, const pen_tick_columns *columns,
                                       size_t begin, size_t end);

/* Rows, and those of one quirk: how many, and which was the first (from 1; 0: none). */
PEN_API uint64_t pen_tick_stream_rows(const pen_tick_stream *stream);
PEN_API pen_quirk pen_tick_stream_quirk(const pen_tick_stream *stream, pen_tick_quirk_kind kind);

/* Finished bars since the last clear; borrowed until the next call that changes the stream. */
PEN_API const pen_tick_bar *pen_tick_stream_bars(const pen_tick_stream *stream, size_t *count);
/* The bar that is not finished; false if no trade is in it. */
PEN_API bool pen_tick_stream_peek_bar(const pen_tick_stream *stream, pen_tick_bar *bar);
PEN_API void pen_tick_stream_clear_bars(pen_tick_stream *stream);

/* What was traded and quoted, of the rows that were used. */
typedef struct pen_tick_totals {
    int64_t first_ns, last_ns;
    uint64_t trades, quotes, buys, sells;
    double volume, money, buy_volume, sell_volume;
} pen_tick_totals;
PEN_API pen_tick_totals pen_tick_stream_totals(const pen_tick_stream *stream);

#ifdef __cplusplus
}
#endif
#endif
