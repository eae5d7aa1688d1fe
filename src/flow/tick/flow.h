/* Order flow: the best quotes, and decayed sums of what is traded and quoted. */
#ifndef PEN_FLOW_TICK_FLOW_H
#define PEN_FLOW_TICK_FLOW_H

#include <math.h>

#include "decay.h"
#include "penstock/tick.h"

typedef struct tick_flow {
    double window_s, per_ns;                      /* the time constant, and one over it */
    int64_t time_ns;                              /* of the sums */
    double bid, ask, bid_size, ask_size, mid;     /* NaN before the first quote */
    double price;                                 /* of the last trade; NaN before it */
    int side;                                     /* of this row's trade */
    double signed_price, signed_mid, signed_side; /* of the last signed trade with a quote */
    double ofi, signed_size, size, trades;        /* decayed sums */
} tick_flow;

static inline tick_flow tick_flow_of(double window_s)
{
    return (tick_flow){ .window_s = window_s,
                        .per_ns = 1e-9 / window_s,
                        .bid = NAN,
                        .ask = NAN,
                        .mid = NAN,
                        .price = NAN,
                        .signed_price = NAN };
}

/* What a row adds to the sums. */
typedef struct tick_change {
    double ofi, signed_size, size, trades;
} tick_change;

/* What is left of the sums at a row's time.  Asked for first and used last, because it takes the
 * processor a while. */
static inline double tick_flow_fade(tick_flow *f, int64_t time_ns)
{
    double fade = tick_decay(tick_elapsed_ns(f->time_ns, time_ns) * f->per_ns);
    f->time_ns = time_ns;
    return fade;
}

/* The sums fade and take what a row adds: at once, so that each is read and written but one time.
 */
static inline void tick_flow_add(tick_flow *f, double fade, const tick_change *change)
{
    f->ofi = f->ofi * fade + change->ofi;
    f->signed_size = f->signed_size * fade + change->signed_size;
    f->size = f->size * fade + change->size;
    f->trades = f->trades * fade + change->trades;
}

/* x or 0, without a branch: moves of quotes are hard to predict. */
static inline double tick_if(bool condition, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits &= -(uint64_t)condition;
    memcpy(&x, &bits, sizeof bits);
    return x;
}

/* What a new best quote adds to the order-flow imbalance; 0 without one before it. */
static inline double tick_flow_quote(tick_flow *f, const pen_tick *t, double mid)
{
    double change = tick_if(t->bid >= f->bid, t->bid_size) -
                    tick_if(t->bid <= f->bid, f->bid_size) -
                    tick_if(t->ask <= f->ask, t->ask_size) + tick_if(t->ask >= f->ask, f->ask_size);
    f->bid = t->bid;
    f->ask = t->ask;
    f->bid_size = t->bid_size;
    f->ask_size = t->ask_size;
    f->mid = mid;
    return change;
}

static inline void tick_flow_trade(tick_flow *f, double price, int side)
{
    f->price = price;
    f->side = side;
    if (side != 0 && !isnan(f->mid)) {
        f->signed_price = price;
        f->signed_mid = f->mid;
        f->signed_side = side;
    }
}

static inline double tick_effective_bps(const tick_flow *f)
{
    return 20000 * f->signed_side * ((f->signed_price - f->signed_mid) / f->signed_mid);
}

static inline double tick_micro(const tick_flow *f)
{
    double total = f->bid_size + f->ask_size;
    return total > 0 ? f->bid * (f->ask_size / total) + f->ask * (f->bid_size / total) : f->mid;
}

static inline double tick_book(const tick_flow *f)
{
    double total = f->bid_size + f->ask_size;
    return total > 0 ? (f->bid_size - f->ask_size) / total : 0 * f->mid;
}

#endif
