/* Synthetic markets: seeded prices, bars and ticks for examples and tests.
 *
 * What real markets show and a random walk does not: fat tails, volatility that
 * clusters, regimes, jumps, a U-shaped day, a common factor, trades that
 * excite trades.  The same parameters give the same bits on every machine, a
 * longer run begins like a shorter one, and more symbols change none of the
 * others.
 *
 * Model, per bar t and symbol s, in logarithms:
 *   return  = drift dt + beta_s F_t + E_st + jumps
 *   F, E    = regime x season x sqrt(h_t) z_t
 *   h_t+1   = (1 - a - b) + a u_t^2 + b h_t, u_t = sqrt(h_t) z_t: GARCH(1,1), Bollerslev (1986)
 *   regime  = a Markov chain of calm, normal and stressed days, Hamilton (1989)
 *   jumps   = compound Poisson with normal sizes, Merton (1976), some common to all
 *   season  = the U of intraday volatility, Wood, McInish and Ord (1985), mean square 1
 *   high, low: extremes of a Brownian bridge from open to close, Glasserman (2003), 6.4
 * Trades: a Hawkes process (1971) of buys and sells with exponential kernels,
 * simulated by Ogata's thinning (1981); each trade moves the efficient price,
 * and quotes are the nearest ticks at least half a spread away from it.
 *
 * Sessions are Monday to Friday, 14:30 to 21:00 UTC, without holidays.
 * Threads: any.
 */
#ifndef PENSTOCK_SYNTH_H
#define PENSTOCK_SYNTH_H

#include "penstock/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pen_synth_params {
    uint64_t seed;
    int64_t start_ns;   /* the first session is on this day (UTC) or the next weekday; year 1700 to
                           2200 */
    unsigned bar_s;     /* 86400 for daily bars, else a divisor of the session's 23400 */
    double start_px;    /* > 0 */
    double tick_px;     /* > 0: prices are multiples of it */
    double drift_frac;  /* per year, -10 to 10 */
    double vol_frac;    /* per year, of one symbol in the long run, 0 to 5 */
    double factor_frac; /* of the variance that the common factor explains, 0 to 1 */
    double garch_shock, garch_decay; /* a and b, >= 0, a + b < 1 */
    double jumps_yr;   /* own jumps a year, 0 to 1000; a quarter as many common ones */
    double jump_frac;  /* standard deviation of a jump, 0 to 1 */
    double season;     /* 0: flat day, 1: the full U */
    double regimes;    /* 0: one regime, 1: full difference between them */
    double trades_s;   /* long-run trades a second of session, > 0 */
    double branching;  /* of trades that other trades excite, 0 <= n < 1 */
    double excite_s;   /* mean time to an excited trade, > 0, seconds */
    double spread_bps; /* mean quoted spread beyond a tick, 0 to 1000 */
} pen_synth_params;

/* A liquid stock: 100.00, 22 % volatility, 0.3 of it common, GARCH (0.08, 0.9). */
PEN_API pen_synth_params pen_synth_params_default(void);

/* Bars of n_symbols x n_bars, series-major and without gaps between series.
 *   time_ns               [n_bars]  written: the bar's start; midnight for daily bars
 *   open, high, low, close, volume  [n_symbols * n_bars]  written; open at the first
 *                         bar of a day has the night's move
 *   regime                [n_bars]  written: 0 calm, 1 normal, 2 stressed; may be NULL
 * n_symbols or n_bars == 0 writes nothing.  PEN_E_ARG names the parameter. */
PEN_API pen_status pen_synth_bars(const pen_synth_params *params, size_t n_symbols, size_t n_bars,
                                  int64_t *time_ns, double *open, double *high, double *low,
                                  double *close, double *volume, int *regime);

/* Columns of ticks, each [n]; all are written. */
typedef struct pen_synth_columns {
    int64_t *time_ns;  /* non-decreasing */
    double *price;     /* bid of a sell, ask of a buy */
    double *size;      /* whole shares */
    signed char *side; /* 1: the buyer was the aggressor, -1: the seller */
    double *bid, *ask; /* before the trade; bid < ask */
    double *bid_size, *ask_size;
} pen_synth_columns;

/* The first n trades of one symbol, with the quotes they met.  Buys excite buys
 * more than sells (3 to 1).  PEN_E_ARG. */
PEN_API pen_status pen_synth_trades(const pen_synth_params *params, size_t symbol, size_t n,
                                    const pen_synth_columns *out);

#ifdef __cplusplus
}
#endif
#endif
