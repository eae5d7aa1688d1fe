/* American options: prices and greeks, by several methods.
 *
 * Units as in pricing.h. */
#ifndef PENSTOCK_AMERICAN_H
#define PENSTOCK_AMERICAN_H

#include "penstock/pricing.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The columns of American options are those of European ones. */
typedef pen_european pen_american;

/* How to price. */
typedef enum pen_american_method {
    PEN_AMERICAN_AUTO = 0,          /* by boundary, and rows that have two of them by
                                       PEN_AMERICAN_LEISEN_REIMER */
    PEN_AMERICAN_BOUNDARY = 1,      /* the exercise boundary and what it earns: Andersen, Lake and
                                       Offengenden (2016); fast and accurate, one rule for all rows */
    PEN_AMERICAN_CRR = 2,           /* binomial tree of Cox, Ross and Rubinstein (1979) */
    PEN_AMERICAN_LEISEN_REIMER = 3, /* binomial tree of Leisen and Reimer (1996): smooth in its
                                       inputs, far closer for as many steps; an even number of
                                       steps counts as the next odd one */
    PEN_AMERICAN_DIFFERENCES = 4,   /* finite differences: Crank and Nicolson, Brennan and Schwartz
                                       (1977), of n_steps steps and 2 n_steps + 1 nodes */
    PEN_AMERICAN_METHODS
} pen_american_method;

/* Of the boundary. */
typedef enum pen_american_accuracy {
    PEN_AMERICAN_FAST = 0,     /* about 2e-6 of the larger of spot and strike, at worst some 1e-5 */
    PEN_AMERICAN_ACCURATE = 1, /* about 2e-8, at worst some 1e-7; 18 times the work */
    PEN_AMERICAN_ACCURACIES
} pen_american_accuracy;

/* "auto", "alo", "crr", "lr", "fd"; NULL for other numbers. */
PEN_API const char *pen_american_method_name(int method);

typedef struct pen_american_settings {
    pen_american_method method;
    size_t n_steps; /* of a tree or grid: 2 to 100000 */
    pen_american_accuracy accuracy;
} pen_american_settings;

/* PEN_AMERICAN_AUTO, fast; 501 steps for a tree. */
PEN_API pen_american_settings pen_american_default(void);

/* What became of a row. */
typedef enum pen_american_status {
    PEN_AMERICAN_OK = 0,
    PEN_AMERICAN_INVALID = 1, /* an input out of its range or not finite */
    PEN_AMERICAN_STEPS = 2, /* so few steps have no chances for this row: the rates move the spot by
                               more than the volatility does; take more steps */
    PEN_AMERICAN_TWICE = 3, /* two boundaries, between which one exercises: the rate is below 0 and
                               the yield still lower (of a call: the other way round).
                               only trees have an answer */
    PEN_AMERICAN_STATUSES
} pen_american_status;

/* "ok", "invalid", "too few steps", "two boundaries"; NULL for other numbers. */
PEN_API const char *pen_american_status_name(int status);

/* What to compute; NULL = not wanted. */
typedef struct pen_american_out {
    pen_panel *price_px;
    pen_panel *delta; /* these as in pen_european_out */
    pen_panel *gamma;
    pen_panel *vega;
    pen_panel *theta;
    pen_panel *rho;
    pen_panel *status; /* a pen_american_status, as a number of the panel's dtype */
} pen_american_out;

/* Prices and greeks of American options with a continuous dividend yield.
 *
 *   in        as pen_price_european(); panels may not overlap the outputs
 *   settings  NULL: pen_american_default()
 *   out       at least one panel; all of one dtype, shape and device
 *
 * A tree's value is that tree's own, to rounding: nodes that are left out because no path through
 * them weighs anything change it by less than 1e-16 (f32: 1e-8) of the price; delta, gamma and
 * theta are differences between its first nodes.  By boundary they are derivatives of the price.
 * Vega and rho are differences of prices, one each way: they cost four more.  With volatility 0,
 * expiry 0, spot or strike 0 the price is that of exercise at the best time, the greeks its
 * derivatives.  Where exercise is best now, delta is +-1, gamma and theta 0.  A row whose status is
 * not PEN_AMERICAN_OK is NaN in every other output; other rows are not affected.
 *
 * The work is queued; the same bits on every device, and whichever outputs are asked for.
 * PEN_E_ARG if nothing is wanted or a setting is out of its range; PEN_E_SHAPE,
 * PEN_E_DEVICE as pen_price_european(); PEN_E_NOMEM.  Threads: one per queue.
 * Calls are priced as puts with spot and strike, rate and yield exchanged (McDonald and Schroder
 * 1998), which a tree keeps exactly.  A call without dividend yield is the European one. */
PEN_API pen_status pen_price_american(pen_queue *queue, const pen_american *in,
                                      const pen_american_settings *settings,
                                      const pen_american_out *out);

#ifdef __cplusplus
}
#endif
#endif
