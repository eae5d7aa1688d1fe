/* Option prices, greeks and simulated prices.
 *
 * Times are in years, rates and yields continuously compounded fractions a
 * year (0.05 = 5 %), volatility per sqrt(year) (0.2 = 20 %), money in quote currency. */
#ifndef PENSTOCK_PRICING_H
#define PENSTOCK_PRICING_H

#include "penstock/panel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One input of many rows: a panel with a value a row, or one number for all. */
typedef struct pen_input {
    const pen_panel *each; /* NULL: `all` for every row; borrowed */
    double all;
} pen_input;

/* European options.  Every panel holds as many values as the outputs, in the
 * same dtype, without gaps between its series. */
typedef struct pen_european {
    pen_input side;          /* +1 call, -1 put */
    pen_input spot_px;       /* >= 0 */
    pen_input strike_px;     /* >= 0; not 0 where the spot is */
    pen_input expiry_yr;     /* >= 0 */
    pen_input vol_frac;      /* >= 0 */
    pen_input rate_frac;     /* risk-free, any finite value */
    pen_input dividend_frac; /* continuous yield, any finite value */
} pen_european;

/* What to compute; NULL = not wanted, and then neither computed nor written. */
typedef struct pen_european_out {
    pen_panel *price_px;
    pen_panel *delta; /* d price / d spot */
    pen_panel *gamma; /* d delta / d spot */
    pen_panel *vega;  /* d price / d vol, per 1.00 */
    pen_panel *theta; /* d price / d calendar time, per year */
    pen_panel *rho;   /* d price / d rate, per 1.00 */
} pen_european_out;

/* Black-Scholes-Merton prices and greeks of European options.
 *
 *   in   as above; panels may not overlap the outputs
 *   out  at least one panel; all of one dtype, shape and device
 *
 * At the limits: expiry 0 is the payoff, volatility 0 the discounted payoff of
 * the forward; there delta is 0 or +-e^(-qT), gamma and vega 0; exactly at
 * the money each greek is its limit from inside (delta half of e^(-qT), gamma
 * +inf; theta -inf at expiry 0).  Deep in or out of the money nothing overflows or is NaN.  A price
 * is never below the discounted forward's payoff.  |rate x expiry| and |dividend x expiry|
 * beyond 708 (f32: 87) count as that.  A row with a value outside the ranges
 * above, or not finite, is NaN in every output; other rows are not affected.
 *
 * The work is queued; results are valid after pen_queue_wait().  The same bits
 * on every device, and whichever outputs are asked for.  Error in f64 below
 * 1e-15 of the spot for everyday options; docs/numerics.md.
 * PEN_E_ARG if nothing is wanted; PEN_E_SHAPE if dtypes, sizes or gaps do not
 * fit; PEN_E_DEVICE if a panel is not on the queue's device.  No rows: nothing
 * to do.  Threads: one per queue.
 * Source: Merton (1973), "Theory of rational option pricing"; test values:
 * tests/golden/published.txt. */
PEN_API pen_status pen_price_european(pen_queue *queue, const pen_european *in,
                                      const pen_european_out *out);

#ifdef __cplusplus
}
#endif
#endif
