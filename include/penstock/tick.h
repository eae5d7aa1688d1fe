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

/* ---- order flow and signals ---- */

/* What a stream knows after each row.  Sums marked * are decayed: what is t old weighs
 * e^(-t / window_s), and nothing once it is 40 windows old.  NaN until what they need was seen.
 *   micro      size-weighted mid: Gatheral & Oomen, Finance and Stochastics 14 (2010); the mid
 *              where both sizes are 0
 *   ofi        Cont, Kukanov & Stoikov, J. Financial Econometrics 12 (2014), eq. 4:
 *              e = bid_size [bid >= bid'] - bid_size' [bid <= bid'] - ask_size [ask <= ask'] +
 *              ask_size' [ask >= ask'], ' being the quote before
 *   vpin       mean of |bought - sold| / volume over the last buckets of equal volume: Easley,
 *              Lopez de Prado & O'Hara, Review of Financial Studies 25 (2012) */
#define PEN_TICK_FEATURE_LIST(X)                                                                   \
    X(PRICE, "price", "price of the last trade")                                                   \
    X(SIDE, "side", "this row's trade: 1 bought, -1 sold, 0 none or not told")                     \
    X(MID, "mid", "(bid + ask) / 2")                                                               \
    X(MICRO, "micro", "(bid ask_size + ask bid_size) / (bid_size + ask_size)")                     \
    X(SPREAD_BPS, "spread_bps", "10000 (ask - bid) / mid")                                         \
    X(EFFECTIVE_BPS, "effective_bps", "20000 side (price - mid) / mid of the last signed trade")   \
    X(BOOK, "book", "(bid_size - ask_size) / (bid_size + ask_size)")                               \
    X(OFI, "ofi", "order-flow imbalance of the best quotes *")                                     \
    X(IMBALANCE, "imbalance", "(bought * - sold *) / traded *, volume")                            \
    X(INTENSITY, "intensity", "trades a second: trades * / window_s")                              \
    X(VPIN, "vpin", "volume-synchronised imbalance of the last buckets")

typedef enum pen_tick_feature_kind {
#define PEN_TICK_FEATURE_ENUM_(name, text, meaning) PEN_TICK_FEATURE_##name,
    PEN_TICK_FEATURE_LIST(PEN_TICK_FEATURE_ENUM_)
#undef PEN_TICK_FEATURE_ENUM_
        PEN_TICK_FEATURE_COUNT
} pen_tick_feature_kind;
/* "imbalance"; NULL for an unknown kind.  Threads: any. */
PEN_API const char *pen_tick_feature_name(pen_tick_feature_kind kind);
PEN_API const char *pen_tick_feature_meaning(pen_tick_feature_kind kind);
/* PEN_E_NOTFOUND names the nearest.  Threads: any. */
PEN_API pen_status pen_tick_feature_find(const char *name, pen_tick_feature_kind *kind);

/* A signal is text: FEATURE or |FEATURE|, one of > >= < <=, a number, then in any order
 * ",rearm=NUMBER" and ",cooldown=TIME", as in "|imbalance|>0.6,rearm=0.4,cooldown=5s".
 * It fires on the first row whose value meets the condition.  Then it is silent until the
 * condition does not hold and the value is at or beyond `rearm` (the threshold itself if not
 * given), and until `cooldown` is over since it fired.  NaN neither fires nor re-arms. */
typedef struct pen_tick_event {
    int64_t time_ns;
    uint64_t row;  /* from 0, of all the stream took */
    size_t signal; /* which */
    double value;  /* the feature's */
} pen_tick_event;

/* Book imbalance over several levels: sum of w_k (bid_size_k - ask_size_k) over sum of
 * w_k (bid_size_k + ask_size_k), w_k = weight^k, best level k = 0.
 *   bid_size, ask_size  [levels][n], >= 0
 *   weight              > 0 and <= 1; 1: all levels alike
 *   out                 [n]  written; may alias: no; 0 where all sizes are 0
 * NaN in a size gives NaN.  PEN_E_ARG.  Threads: any. */
PEN_API pen_status pen_tick_book_imbalance(size_t n, size_t levels, const double *const *bid_size,
                                           const double *const *ask_size, double weight,
                                           double *out);

/* ---- measures ---- */

/* y = intercept + slope x by least squares; NaN where it is not defined. */
typedef struct pen_tick_regression {
    uint64_t n;
    double slope, intercept, slope_t, r_squared; /* slope_t: slope over its standard error */
} pen_tick_regression;

/* Over all rows so far; _px in quote currency; NaN where there is nothing to measure.
 * A gap longer than gap_ns between rows ends what is compared: no change of price, no window
 * and no standing quote reaches over it.
 *   quoted     ask - bid, mean over quotes; _time: weighted by how long each stood
 *   effective  2 side (price - mid), mean over signed trades with a quote
 *   realised   2 side (price - later mid) and impact 2 side (later mid - mid), of trades whose
 *              mid horizon_ns later is known: Huang & Stoll, J. Financial Economics 41 (1996)
 *   roll       2 sqrt(-cov(changes of price one after the other)): Roll, J. Finance 39 (1984);
 *              NaN where the covariance is positive
 *   kyle       change of the mid (of the price without quotes) over windows of regression_ns on
 *              bought less sold volume; slope is lambda: Kyle, Econometrica 53 (1985), as
 *              estimated by Hasbrouck, Empirical Market Microstructure (2007)
 *   flow       the same change on the order-flow imbalance: Cont, Kukanov & Stoikov (2014), eq. 10
 *   amihud     mean over windows of |return of the last price| / money traded: Amihud,
 *              J. Financial Markets 5 (2002)
 * Windows start at multiples of their length since 1970; those without a row are left out. */
typedef struct pen_tick_measures {
    double quoted_px, quoted_bps, quoted_time_px, quoted_time_bps;
    uint64_t effective_trades, realised_trades;
    double effective_px, effective_bps, realised_px, impact_px;
    double roll_px, roll_covariance;
    pen_tick_regression kyle, flow;
    double amihud;
    uint64_t amihud_windows;
    double vpin, vpin_mean; /* the last one; of all buckets that had one */
    uint64_t vpin_buckets;  /* finished */
} pen_tick_measures;

/* Sums of the returns r of the logarithm of the mid (of the price without quotes), sampled at
 * multiples of the interval; the last value before each stands: Andersen, Bollerslev, Diebold &
 * Labys, "Great realizations", Risk 13 (2000), whose volatility signature is `variance` against
 * the interval.  Intervals without rows count as r = 0 up to a gap, where sampling starts over.
 *   variance   sum of r^2
 *   bipower    (pi / 2) sum of |r_t| |r_t-1|
 *   quadpower  (pi / 2)^2 sum of |r_t| |r_t-1| |r_t-2| |r_t-3| */
typedef struct pen_tick_variance {
    int64_t interval_ns;
    uint64_t returns;
    double variance, bipower, quadpower;
} pen_tick_variance;

/* Were there jumps?  The ratio statistic with quad-power variation of Barndorff-Nielsen & Shephard,
 * J. Financial Econometrics 4 (2006), sign turned so that jumps make it large:
 * (1 - bipower / variance) / sqrt((pi^2 / 4 + pi - 5) max(1 / n, quadpower / bipower^2)),
 * standard normal without jumps.  NaN for fewer than 4 returns or a variance of 0.
 * PEN_E_ARG for negative sums or NaN.  Threads: any. */
typedef struct pen_tick_jump {
    double statistic, p_value; /* chance of so large a one without jumps */
    double jump_share;         /* of the variance: max(0, 1 - bipower / variance) */
} pen_tick_jump;
PEN_API pen_status pen_tick_jump_test(const pen_tick_variance *variance, pen_tick_jump *out);

/* ---- the stream ---- */

enum { PEN_TICK_MOST_INTERVALS = 16 };

typedef struct pen_tick_params {
    pen_tick_sign_rule sign;
    int64_t quote_delay_ns; /* >= 0: trades are signed by the quote that stood so long before;
                               Lee & Ready advise 5 s for the data of their time */
    pen_tick_policy crossed, locked, duplicate, late, size_zero;
    pen_tick_bar_rule bars;
    double window_s;            /* time constant of decayed sums, 1e-9 to 1e9 */
    const char *const *signals; /* [n_signals], read at creation only */
    size_t n_signals;
    double vpin_bucket;    /* volume of a bucket; 0: no VPIN */
    unsigned vpin_buckets; /* in the mean, 1 to 100000 */
    int64_t vpin_bulk_ns;  /* 0: volume is bought or sold as its trade's side says, half of each
                              without one; else by bars of this length, the share bought being the
                              normal distribution function of the change of price over the standard
                              deviation of the changes so far (0.5 until it is known) */
    bool has_measures;     /* pen_tick_measures are wanted */
    int64_t horizon_ns;    /* of realised spread and impact; 0: without them */
    int64_t regression_ns; /* length of the windows of kyle, flow and amihud, > 0 */
    int64_t gap_ns;        /* > 0; a pause so long, a night for example, breaks what is measured */
    int64_t interval_ns[PEN_TICK_MOST_INTERVALS]; /* [n_intervals] of pen_tick_variance */
    size_t n_intervals;
} pen_tick_params;
/* AUTO, no delay, everything as PEN_TICK_QUIRK_LIST says, no bars, signals, VPIN or measures;
 * window 10 s, 50 buckets, horizon 5 s, regressions over 60 s, gap 1 h. */
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
/* Takes rows begin .. end - 1.
 *   out  NULL, or by pen_tick_feature_kind an array [columns->n] of which rows begin .. end - 1
 *        are written, or NULL; may alias: no.  A row that is left out repeats the one before
 * PEN_E_SHAPE if end is beyond the last; PEN_E_NOMEM, with the rows before it taken. */
PEN_API pen_status pen_tick_stream_run(pen_tick_stream *stream, const pen_tick_columns *columns,
                                       size_t begin, size_t end, double *const *out);

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

/* One feature, after the last row. */
PEN_API double pen_tick_stream_feature(const pen_tick_stream *stream, pen_tick_feature_kind kind);
/* Events since the last clear, in order; borrowed until the next call that changes the stream. */
PEN_API const pen_tick_event *pen_tick_stream_events(const pen_tick_stream *stream, size_t *count);
PEN_API void pen_tick_stream_clear_events(pen_tick_stream *stream);

PEN_API pen_tick_measures pen_tick_stream_measures(const pen_tick_stream *stream);
/* The i-th interval's; all zero beyond the last. */
PEN_API pen_tick_variance pen_tick_stream_variance(const pen_tick_stream *stream, size_t i);

/* ---- self-excitation ---- */

/* A Hawkes process with an exponential kernel: arrivals come at the rate
 * mu + alpha sum over earlier ones of e^(-beta age).  Hawkes, Biometrika 58 (1971); likelihood by
 * the recursion of Ozaki, Annals of the Institute of Statistical Mathematics 31 (1979). */
typedef struct pen_hawkes {
    size_t n;
    double mu, alpha, beta; /* all a second */
    double branching;       /* alpha / beta: arrivals that one arrival excites on average */
    double mu_error, alpha_error, beta_error, branching_error; /* standard errors, from the
                               observed information; NaN where it is not positive */
    double log_likelihood, poisson_log_likelihood;             /* the second: of a constant rate */
    double residual_mean, residual_distance; /* of what was expected between arrivals, which is
                               exponential with mean 1 if the model holds; the second is the
                               Kolmogorov-Smirnov distance from that: Ogata, JASA 83 (1988) */
    unsigned steps;
    bool is_converged; /* false also where data show no excitation, so that beta is undefined */
} pen_hawkes;

/* Fits by maximum likelihood: Newton's method from the best point of a coarse grid.
 *   times_s  [n >= 10]  ascending, no two alike, 0 to end_s
 *   end_s    observed from 0 to here
 * PEN_E_ARG, PEN_E_NOMEM.  Threads: any. */
PEN_API pen_status pen_hawkes_fit(const double *times_s, size_t n, double end_s, pen_hawkes *out);
/* The log-likelihood of mu, alpha, beta, all > 0, and its gradient [3] if not NULL. */
PEN_API pen_status pen_hawkes_log_likelihood(const double *times_s, size_t n, double end_s,
                                             const double parameters[3], double *value,
                                             double gradient[3]);

/* Times of trades, in seconds from the first row used, by the rules of params (NULL: defaults).
 * Trades at the same time, or less than merge_ns after the last one counted, are one arrival:
 * an order that takes several others is one decision.
 *   times_s  [columns->n]  written: *count of them
 *   end_s    written: time of the last row used */
PEN_API pen_status pen_tick_arrivals(const pen_tick_columns *columns, const pen_tick_params *params,
                                     int64_t merge_ns, double *times_s, size_t *count,
                                     double *end_s);

#ifdef __cplusplus
}
#endif
#endif
