/* Option prices, greeks and implied volatilities.
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

    pen_panel *vanna;  /* d delta / d vol = d vega / d spot */
    pen_panel *volga;  /* d vega / d vol */
    pen_panel *charm;  /* d delta / d calendar time, per year */
    pen_panel *speed;  /* d gamma / d spot */
    pen_panel *color;  /* d gamma / d calendar time, per year */
    pen_panel *ultima; /* d volga / d vol */
} pen_european_out;

/* Black-Scholes-Merton prices and greeks of European options.
 *
 *   in   as above; panels may not overlap the outputs
 *   out  at least one panel; all of one dtype, shape and device
 *
 * At the limits: expiry 0 is the payoff, volatility 0 the discounted payoff of
 * the forward; there delta is 0 or +-e^(-qT), gamma and vega 0, those of higher order
 * 0 (charm q delta).  Exactly at the money each of the first order is its limit from inside
 * (delta half of e^(-qT), gamma +inf; theta -inf at expiry 0); those of higher order
 * are NaN with volatility 0, and at expiry 0 NaN (charm, speed, color) or 0.
 * Deep in or out of the money nothing overflows or is NaN.  A price
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

/* What the price of the underlying does until expiry. */
typedef enum pen_model {
    PEN_MODEL_BSM = 0,   /* Black, Scholes and Merton: a spot, lognormal */
    PEN_MODEL_BLACK76,   /* a forward, lognormal */
    PEN_MODEL_BACHELIER, /* a forward, normal: vol_frac is in money per sqrt(year) */
    PEN_MODEL_DISPLACED, /* a forward of which forward + shift is lognormal */
    PEN_MODELS
} pen_model;

/* What the option pays. */
typedef enum pen_european_payoff {
    PEN_PAYOFF_VANILLA = 0, /* max(side (S - K), 0) */
    PEN_PAYOFF_CASH,        /* 1 where side (S - K) > 0 */
    PEN_PAYOFF_ASSET,       /* S there */
    PEN_PAYOFFS
} pen_european_payoff;

/* "bsm", "black76", "bachelier", "displaced"; "vanilla", "cash", "asset"; NULL for other numbers.
 */
PEN_API const char *pen_model_name(int model);
PEN_API const char *pen_payoff_name(int payoff);

/* How cash dividends enter a lognormal model. */
typedef enum pen_dividend_method {
    PEN_DIVIDENDS_BOS_VANDERMARK = 0, /* near ones off the spot, far ones onto the strike */
    PEN_DIVIDENDS_ESCROWED,           /* all off the spot */
    PEN_DIVIDEND_METHODS
} pen_dividend_method;

/* "bos-vandermark", "escrowed"; NULL for other numbers. */
PEN_API const char *pen_dividend_method_name(int method);

/* Cash dividends of the underlying of all rows. */
typedef struct pen_dividends {
    const double *time_yr; /* [n] when the price falls by them, from now; past ones do not count */
    const double *amount_px; /* [n] >= 0 */
    size_t n;
    pen_dividend_method method;
} pen_dividends;

typedef struct pen_european_terms {
    pen_model model;
    pen_european_payoff payoff;
    pen_input shift_px;             /* of PEN_MODEL_DISPLACED; others do not look at it */
    const pen_dividends *dividends; /* of PEN_MODEL_BSM and PEN_PAYOFF_VANILLA; NULL: none */
} pen_european_terms;

/* European options by any model, for any payoff.
 *
 *   terms  all zero: the same bits as pen_price_european()
 *   in     spot_px is the forward of all models but PEN_MODEL_BSM, and dividend_frac is then not
 *          looked at; forward and strike may be any finite numbers in PEN_MODEL_BACHELIER, and
 *          forward + shift and strike + shift are >= 0 in PEN_MODEL_DISPLACED
 *   out    greeks are derivatives by the spot or forward, by the model's own volatility, and by
 *          time and rate with the forward held where it is the input
 *
 * At the limits as pen_price_european(), with the model's payoff; exactly at the strike a digital
 * option's delta is +-inf with volatility or expiry 0, and its other greeks NaN or infinite.
 * A digital option's price is that of its limit from inside there: half for cash.
 * Cash dividends: a row counts those up to its expiry T, discounted by rate less yield.  Escrowed,
 * their sum is taken off the spot, whose volatility is then that of the rest.  Bos and Vandermark
 * take (T - t) / T of a dividend at t off the spot and put t / T of its value at T onto the strike,
 * which is close to a price that falls by each on its day.  Greeks have the dividends held, and
 * theta and charm their days too.  A row whose dividends are worth more than its spot is NaN.  With
 * dividends the call waits for the queue, and may be PEN_E_NOMEM.
 * Further PEN_E_ARG for a model, payoff or method that there is not, dividends that are not finite
 * or below 0, and dividends of other models or payoffs.  Otherwise as pen_price_european().
 * Sources: Black (1976), "The pricing of commodity contracts"; Bachelier (1900); Rubinstein
 * (1983), "Displaced diffusion option pricing"; Rubinstein and Reiner (1991), "Unscrambling the
 * binary code"; Bos and Vandermark (2002), "Finessing fixed dividends". */
PEN_API pen_status pen_price_european_by(pen_queue *queue, const pen_european_terms *terms,
                                         const pen_european *in, const pen_european_out *out);

/* European options whose variance is stochastic, by Heston's model:
 * dS / S = (r - q) dt + sqrt(v) dW, dv = kappa (theta - v) dt + xi sqrt(v) dZ, dW dZ = rho dt. */
typedef struct pen_heston {
    pen_input side, spot_px, strike_px, expiry_yr, rate_frac, dividend_frac; /* as pen_european */
    pen_input v0;    /* >= 0, variance a year at the start: 0.04 is a volatility of 20 % */
    pen_input kappa; /* >= 0, speed at which it reverts, a year */
    pen_input theta; /* >= 0, its long-run level */
    pen_input xi;    /* >= 0, volatility of variance */
    pen_input rho;   /* -1 to 1, correlation of price and variance */
} pen_heston;

/* What to compute; NULL = not wanted. */
typedef struct pen_heston_out {
    pen_panel *price_px;
    pen_panel *delta; /* d price / d spot, variance held */
    pen_panel *gamma;
} pen_heston_out;

/* Prices and greeks of European options by Heston's model.
 *
 * One Fourier integral on 192 nodes, less that of a lognormal law: in f64 half of everyday options
 * are within 1e-16 of the spot, 99 % within 1e-10; ten deviations out of the money in weeks, or
 * with xi above 1 and |rho| near 1, 1e-6 (docs/pricing.md).  f32: 1e-5.  xi below 0.001 costs
 * digits: about 1e-16 / xi^2.  With xi 0 the price is that of Black and Scholes by the mean
 * variance, and with expiry 0 the payoff.  A row with a value outside the ranges above is NaN.
 * Queue, bits, errors and threads as pen_price_european().
 * Sources: Heston (1993); Lewis (2000), "Option valuation under stochastic volatility"; Lord and
 * Kahl (2010), "Complex logarithms in Heston-like models"; Andersen and Piterbarg (2010), "Interest
 * rate modeling", section 9.3. */
PEN_API pen_status pen_price_heston(pen_queue *queue, const pen_heston *in,
                                    const pen_heston_out *out);

/* European options whose price is known and whose volatility is not. */
typedef struct pen_implied {
    pen_input side;     /* +1 call, -1 put */
    pen_input price_px; /* >= 0 */
    pen_input spot_px;
    pen_input strike_px;
    pen_input expiry_yr;
    pen_input rate_frac;
    pen_input dividend_frac; /* the others as in pen_european */
} pen_implied;

/* What became of a row. */
typedef enum pen_implied_status {
    PEN_IMPLIED_OK = 0,
    PEN_IMPLIED_BELOW = 1,   /* price below the discounted forward's payoff: negative time value */
    PEN_IMPLIED_ABOVE = 2,   /* price at or above e^(-qT) S of a call, e^(-rT) K of a put */
    PEN_IMPLIED_FLAT = 3,    /* expiry, spot or strike is 0: the price knows no volatility */
    PEN_IMPLIED_INVALID = 4, /* an input out of its range or not finite */
    PEN_IMPLIED_EMPTY = 5,   /* the price is NaN: nobody quotes the option */
    PEN_IMPLIED_STATUSES
} pen_implied_status;

/* "ok", "below intrinsic", "above bound", "no volatility", "invalid", "no price"; NULL for
 * other numbers. */
PEN_API const char *pen_implied_status_name(int status);

/* What to compute; NULL = not wanted. */
typedef struct pen_implied_out {
    pen_panel *vol_frac; /* NaN where the status is not PEN_IMPLIED_OK */
    pen_panel *status;   /* a pen_implied_status, as a number of the panel's dtype */
} pen_implied_out;

/* Implied volatility of European options by Black-Scholes-Merton.
 *
 *   in   as above; panels may not overlap the outputs
 *   out  at least one panel; all of one dtype, shape and device
 *
 * A price at its lower bound, up to rounding, has volatility 0.  In f64 vol sqrt(T) is within
 * 16 units of rounding of the exact root for the time value that the price holds, from at the money
 * to prices of 1e-290: a fixed number of steps, the same for every row.  What rounding the price
 * to a double alone costs is not in it: far in the money that is most of the time value.
 * Queue, bits, errors and threads as pen_price_european(). */
PEN_API pen_status pen_implied_vol(pen_queue *queue, const pen_implied *in,
                                   const pen_implied_out *out);

/* Implied volatility by any model.
 *
 *   terms  the model and its shift; the payoff is PEN_PAYOFF_VANILLA, else PEN_E_ARG: of a digital
 *          option a price may have two volatilities or none
 *
 * The inputs are those of pen_price_european_by().  In PEN_MODEL_BACHELIER a price has no upper
 * bound, and spot and strike may be any finite numbers; its volatility is that of the time value
 * within 8 units of rounding, again by a fixed number of steps.  Otherwise as pen_implied_vol().
 * Source of the bounds and limits: Jaeckel (2017), "Implied normal volatility". */
PEN_API pen_status pen_implied_vol_by(pen_queue *queue, const pen_european_terms *terms,
                                      const pen_implied *in, const pen_implied_out *out);

#ifdef __cplusplus
}
#endif
#endif
