/* Exotic options with closed forms: barriers, lookbacks, Asians.
 *
 * Units as in pricing.h; the model is Black-Scholes-Merton with a continuous dividend yield. */
#ifndef PENSTOCK_EXOTIC_H
#define PENSTOCK_EXOTIC_H

#include "penstock/pricing.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What to compute; NULL = not wanted. */
typedef struct pen_exotic_out {
    pen_panel *price_px;
    pen_panel *delta; /* these as in pen_european_out, but theta: by the life that is left, */
    pen_panel *gamma; /* nothing else changed */
    pen_panel *vega;
    pen_panel *theta;
    pen_panel *rho;
} pen_exotic_out;

/* Which way the barrier lies, and what touching it does to the option. */
typedef enum pen_barrier_kind {
    PEN_BARRIER_DOWN_IN = 0,
    PEN_BARRIER_DOWN_OUT = 1,
    PEN_BARRIER_UP_IN = 2,
    PEN_BARRIER_UP_OUT = 3,
    PEN_BARRIER_KINDS
} pen_barrier_kind;

typedef struct pen_barrier {
    pen_european option;  /* spot > 0 */
    pen_input barrier_px; /* > 0; a spot that is there already has touched it */
    pen_input rebate_px;  /* >= 0: paid at once when knocked out, at expiry if never knocked in */
    pen_barrier_kind kind;
    double every_yr; /* between looks at the spot; 0: always */
} pen_barrier;

/* Prices and greeks of barrier options by Reiner and Rubinstein (1991), all eight kinds.
 *
 *   in   panels as in pen_price_european(); they may not overlap the outputs
 *   out  at least one panel; all of one dtype, shape and device
 *
 * Where the spot is looked at every so often, the barrier is moved away by 0.5826 vol sqrt(every)
 * (Broadie, Glasserman and Kou 1997): an approximation, good where looks are many.  Greeks are
 * differences of the formula, by a share of 2^-13 (f32: 2^-7) of spot, volatility, life, and that
 * much of the rate.  Within that of a barrier delta and gamma are no derivatives.  Volatility 0 and
 * expiry 0 are the limits: the spot moves with certainty.  A row with a value out of its range, or
 * not finite, is NaN; so is a knock-out with rebate whose rate is so far below 0 that the rebate's
 * worth is not real.
 *
 * The work is queued; the same bits on every device, and whichever outputs are asked for. PEN_E_ARG
 * if nothing is wanted or the kind unknown; PEN_E_SHAPE, PEN_E_DEVICE as pen_price_european();
 * PEN_E_NOMEM.  Threads: one per queue. */
PEN_API pen_status pen_price_barrier(pen_queue *queue, const pen_barrier *in,
                                     const pen_exotic_out *out);

typedef enum pen_lookback_kind {
    PEN_LOOKBACK_FIXED = 0, /* a call pays the largest spot - strike, a put strike - the smallest */
    /* a call pays the last spot - the smallest, a put the largest - the last */
    PEN_LOOKBACK_FLOATING = 1,
    PEN_LOOKBACK_KINDS
} pen_lookback_kind;

typedef struct pen_lookback {
    pen_european option; /* spot > 0; strike: not read where it floats */
    /* >= 0: the largest spot so far where that counts, or the smallest; 0: now */
    pen_input extreme_px;
    pen_lookback_kind kind;
} pen_lookback;

/* Lookback options: Goldman, Sosin and Gatto (1979), Conze and Viswanathan (1991); otherwise as
 * pen_price_barrier(). */
PEN_API pen_status pen_price_lookback(pen_queue *queue, const pen_lookback *in,
                                      const pen_exotic_out *out);

typedef enum pen_asian_kind {
    PEN_ASIAN_GEOMETRIC = 0,  /* exact: Kemna and Vorst (1990) */
    PEN_ASIAN_ARITHMETIC = 1, /* an approximation: a lognormal average with the exact two moments,
                                 Turnbull and Wakeman (1991), Levy (1992) */
    PEN_ASIAN_KINDS
} pen_asian_kind;

typedef struct pen_asian {
    pen_european option;  /* spot > 0; the strike is fixed */
    pen_input average_px; /* so far, of the kind; > 0 where time has passed */
    pen_input elapsed_yr; /* >= 0: for how long it has been taken */
    pen_asian_kind kind;
    /* at the spot until expiry, equally apart, the last then; 0: always; <= 100000 */
    size_t n_looks;
} pen_asian;

/* Options on the average spot; otherwise as pen_price_barrier().  Looks cost time in proportion
 * where the average is arithmetic. */
PEN_API pen_status pen_price_asian(pen_queue *queue, const pen_asian *in,
                                   const pen_exotic_out *out);

#ifdef __cplusplus
}
#endif
#endif
