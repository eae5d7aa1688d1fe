/* Technical indicators: a catalogue, and plans that compute many at once.
 *
 * A plan is text: calls separated by spaces, each `name[:parameters][@inputs]`,
 * as in "rsi:14 macd:12,26,9 sma:20@high".  Names, parameter order and output
 * order follow TA-Lib's functions, in lower case; a parameter may be named,
 * as in "macd:signal=5", and those left out take their defaults, inputs left out
 * TA-Lib's.  All calls of a plan are computed
 * in one pass over the prices and share what they have in common.
 *
 * NaN: a series starts at its first bar on which every input of a call has a
 * value; before it, and for lookback bars after, outputs are NaN.  A NaN later
 * on makes an average over a window NaN for as long as it is in the window, and
 * a recursive average (ema, macd, rsi, atr) NaN to the end.
 */
#ifndef PENSTOCK_INDICATOR_H
#define PENSTOCK_INDICATOR_H

#include "penstock/panel.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PEN_INDICATOR_MAX_INPUTS = 5,
    PEN_INDICATOR_MAX_PARAMS = 9,
    PEN_INDICATOR_MAX_OUTPUTS = 9,
};

typedef struct pen_indicator_param {
    const char *name;
    double fallback, min, max; /* default and allowed range, both ends included */
    bool is_integer;
    const char *const *choices; /* names of 0, 1, ..., max, as in "ema"; NULL for a number */
} pen_indicator_param;

/* One entry of the catalogue. */
typedef struct pen_indicator {
    const char *name;   /* "macd" */
    const char *family; /* "momentum" */
    const char *title;  /* "Moving average convergence/divergence" */
    const char *formula;
    const char *source;
    size_t n_inputs, n_params, n_outputs;
    const char *inputs[PEN_INDICATOR_MAX_INPUTS]; /* "high", "low", "close" */
    pen_indicator_param params[PEN_INDICATOR_MAX_PARAMS];
    const char *outputs[PEN_INDICATOR_MAX_OUTPUTS]; /* "" where there is only one */
} pen_indicator;

/* The catalogue; entries live as long as the program.  Threads: any. */
PEN_API size_t pen_indicator_count(void);
PEN_API const pen_indicator *pen_indicator_at(size_t index);       /* NULL past the end */
PEN_API const pen_indicator *pen_indicator_find(const char *name); /* NULL if unknown */

/* What "long", "short", "near" mean in candlestick patterns: `factor` times the average of
 * a range over the `period` bars before the bar judged; of that bar itself if period is 0. */
typedef enum pen_candle_range {
    PEN_CANDLE_REAL_BODY, /* |close - open| */
    PEN_CANDLE_HIGH_LOW,  /* high - low */
    PEN_CANDLE_SHADOWS,   /* both shadows; the average is halved */
} pen_candle_range;

typedef struct pen_candle_setting {
    pen_candle_range range;
    int period; /* 0 to 100000 */
    double factor;
} pen_candle_setting;

typedef struct pen_candle_settings {
    pen_candle_setting body_long, body_very_long, body_short, body_doji;
    pen_candle_setting shadow_long, shadow_very_long, shadow_short, shadow_very_short;
    pen_candle_setting near, far, equal;
} pen_candle_settings;

/* TA-Lib's defaults. */
PEN_API pen_candle_settings pen_candle_settings_default(void);

typedef struct pen_plan pen_plan;

/* Parses and compiles a plan.
 *   out  creates; destroy with pen_plan_destroy()
 * PEN_E_PARSE for malformed text, PEN_E_NOTFOUND for an unknown indicator (the
 * text names the nearest), PEN_E_ARG for a parameter outside its range (the
 * text names the range).  Threads: any. */
PEN_API pen_status pen_plan_create(const char *text, pen_plan **out);

/* What a NaN after a series' first value does. */
typedef enum pen_missing {
    PEN_MISSING_SPREADS, /* makes NaN what it is part of, as said above */
    PEN_MISSING_SKIPPED, /* a bar on which an input of a call is NaN is not there for it: its
                          * outputs are NaN on that bar and go on from the next */
} pen_missing;

/* Functions that never quite forget where their series starts.  Like TA-Lib a plan can leave
 * the first values of such a function out, wherever it runs: those of ema also in dema, macd
 * or a matype.  adxr waits for adx, stochrsi for rsi. */
typedef enum pen_unstable {
    PEN_UNSTABLE_ADX,
    PEN_UNSTABLE_ATR,
    PEN_UNSTABLE_CMO,
    PEN_UNSTABLE_DX,
    PEN_UNSTABLE_EMA,
    PEN_UNSTABLE_HT_DCPERIOD,
    PEN_UNSTABLE_HT_DCPHASE,
    PEN_UNSTABLE_HT_PHASOR,
    PEN_UNSTABLE_HT_SINE,
    PEN_UNSTABLE_HT_TRENDLINE,
    PEN_UNSTABLE_HT_TRENDMODE,
    PEN_UNSTABLE_KAMA,
    PEN_UNSTABLE_MAMA,
    PEN_UNSTABLE_MINUS_DI,
    PEN_UNSTABLE_MINUS_DM,
    PEN_UNSTABLE_NATR,
    PEN_UNSTABLE_PLUS_DI,
    PEN_UNSTABLE_PLUS_DM,
    PEN_UNSTABLE_RSI,
    PEN_UNSTABLE_T3,
    PEN_UNSTABLE_COUNT
} pen_unstable;
/* "adx", the name of the function; NULL past the end.  Threads: any. */
PEN_API const char *pen_unstable_name(pen_unstable which);
/* Has the indicator an unstable period of its own? */
PEN_API bool pen_indicator_is_unstable(const pen_indicator *indicator);

/* What a name means: whose defaults a call takes, and how its formula starts.  The differences
 * and their sources are in docs/indicators.md. */
typedef enum pen_profile {
    PEN_PROFILE_TALIB_06, /* TA-Lib 0.6: the catalogue as it is */
    PEN_PROFILE_TALIB_08, /* TA-Lib 0.8 */
    PEN_PROFILE_TRADINGVIEW,
    PEN_PROFILE_TULIP, /* Tulip Indicators 0.9 */
    PEN_PROFILE_COUNT
} pen_profile;
/* "talib-0.6", ...; NULL past the end.  Threads: any. */
PEN_API const char *pen_profile_name(pen_profile profile);
/* The profile's default of the indicator's parameter `param`, a number below n_params. */
PEN_API double pen_profile_fallback(pen_profile profile, const pen_indicator *indicator,
                                    size_t param);

typedef struct pen_plan_options {
    pen_profile profile;
    pen_missing missing;
    pen_candle_settings candles;
    int unstable[PEN_UNSTABLE_COUNT]; /* bars left out, 0 to 100000; lookbacks include them */
} pen_plan_options;
/* TA-Lib 0.6's: no bar left out. */
PEN_API pen_plan_options pen_plan_options_default(void);
/* The same with options, which are copied; NULL: the defaults.  PEN_E_ARG also for an
 * option outside its range. */
PEN_API pen_status pen_plan_create_with(const char *text, const pen_plan_options *options,
                                        pen_plan **out);
PEN_API void pen_plan_destroy(pen_plan *plan);

/* The distinct inputs the plan reads, by name ("close"), in the order
 * pen_plan_run() takes them.  Threads: any. */
PEN_API size_t pen_plan_input_count(const pen_plan *plan);
PEN_API const char *pen_plan_input(const pen_plan *plan, size_t index);

/* The outputs in order: the name is the call as typed, with ':', ',', '=' and '@'
 * as '_', then '.' and the output's name where a call has several
 * ("macd_12_26_9.signal").  lookback: bars before the first value. */
PEN_API size_t pen_plan_output_count(const pen_plan *plan);
PEN_API const char *pen_plan_output(const pen_plan *plan, size_t index);
PEN_API size_t pen_plan_lookback(const pen_plan *plan, size_t index);

/* Computes the plan.
 *   inputs  one panel an input, all of one shape and dtype, on the queue's device
 *   out     output_count x n_series series of the inputs' n_points and dtype:
 *           output o of series s is series o * n_series + s; may alias: no
 * Valid after pen_queue_wait().  The same bits on every device, for any number
 * of threads and series.  PEN_E_SHAPE, PEN_E_DEVICE, PEN_E_NOMEM.  No points or
 * no series: does nothing.  Threads: one per queue; a plan may be shared. */
PEN_API pen_status pen_plan_run(pen_queue *queue, const pen_plan *plan,
                                const pen_panel *const *inputs, pen_panel *out);

/* ---- Streams: a plan that is given one bar after the other ----
 *
 * A stream holds what a plan remembers of n_series series, so that a new bar costs
 * the same however many came before (a window's work grows with the logarithm of its
 * length; rolling mean deviations, ranks and medians look at their whole window).
 * The values are those of pen_plan_run() on all bars so far, bit for bit. */
typedef struct pen_stream pen_stream;

/*   out  creates; destroy with pen_stream_destroy(); borrows queue and plan
 * PEN_E_SIZE for no or too many series, PEN_E_NOMEM.  Threads: one per stream. */
PEN_API pen_status pen_stream_create(pen_queue *queue, const pen_plan *plan, pen_dtype dtype,
                                     size_t n_series, pen_stream **out);
PEN_API void pen_stream_destroy(pen_stream *stream);
PEN_API size_t pen_stream_series(const pen_stream *stream);

/* Gives every series one bar.
 *   bar  [inputs][n_series], in the order of pen_plan_input(); NaN where it is missing
 *   out  [outputs][n_series], valid on return; NULL if not wanted; may alias: no */
PEN_API pen_status pen_stream_update(pen_stream *stream, const double *bar, double *out);
/* The same for one series, the others stay: bar [inputs], out [outputs].  PEN_E_ARG. */
PEN_API pen_status pen_stream_update_one(pen_stream *stream, size_t series, const double *bar,
                                         double *out);
/* What an update would give, for a bar that is not finished: nothing is remembered. */
PEN_API pen_status pen_stream_peek(pen_stream *stream, const double *bar, double *out);
PEN_API pen_status pen_stream_peek_one(pen_stream *stream, size_t series, const double *bar,
                                       double *out);
/* Gives every series the bars of panels; shapes as for pen_plan_run(). */
PEN_API pen_status pen_stream_push(pen_stream *stream, const pen_panel *const *inputs,
                                   pen_panel *out);

/* The outputs on each series' last bar, [outputs][n_series]; NaN before it. */
PEN_API void pen_stream_last(const pen_stream *stream, double *out);

/*   out  creates: a stream of the same plan, in the same state */
PEN_API pen_status pen_stream_clone(const pen_stream *stream, pen_stream **out);

/* The state as bytes, for a file or another process on any device.
 *   bytes  creates; release with pen_stream_saved_free() */
PEN_API pen_status pen_stream_save(pen_stream *stream, void **bytes, size_t *count);
PEN_API void pen_stream_saved_free(void *bytes);
/* A stream from such bytes.  PEN_E_PARSE if they are damaged or of another version,
 * PEN_E_ARG if they were saved by another plan or with other options (the text says which). */
PEN_API pen_status pen_stream_load(pen_queue *queue, const pen_plan *plan, const void *bytes,
                                   size_t count, pen_stream **out);

#ifdef __cplusplus
}
#endif
#endif
