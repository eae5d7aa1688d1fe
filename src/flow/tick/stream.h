/* A tick stream's insides, for the files of this folder. */
#ifndef PEN_FLOW_TICK_STREAM_H
#define PEN_FLOW_TICK_STREAM_H

#include "bars.h"
#include "clean.h"
#include "flow.h"
#include "measure.h"
#include "sign.h"
#include "signal.h"
#include "variance.h"
#include "vpin.h"

struct pen_tick_stream {
    tick_cleaner cleaner;
    tick_signer signer;
    bool has_used;              /* any row */
    int64_t first_ns, last_ns;  /* of the rows used */
    uint64_t quotes, trades[3]; /* by side + 1: sold, not told, bought */
    double volume[3], money;
    bool has_extras; /* any of bars, vpin, measures, samplers */
    bool has_queues; /* these, or a delay: what may need room for a row beside events */
    tick_bars bars;
    tick_flow flow;
    tick_vpin vpin;
    tick_measures measures;
    tick_samplers samplers;
    tick_signal *signals; /* [n_signals] */
    size_t n_signals;
    pen_tick_event *events; /* [n_events] */
    size_t n_events, events_capacity;
};

/* pen_tick_at() without the number, where it is known which columns there are. */
static inline pen_tick tick_of_row(const pen_tick_columns *c, size_t row, bool has_trades,
                                   bool has_quotes)
{
    pen_tick t = { c->time_ns[row], NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0 };
    if (has_trades) {
        t.price = c->price[row];
        t.size = c->size != NULL ? c->size[row] : isnan(t.price) ? NAN : 1;
        t.side = c->side != NULL ? c->side[row] : (signed char)0;
    }
    if (has_quotes) {
        t.bid = c->bid[row];
        t.ask = c->ask[row];
        double size = isnan(t.bid) && isnan(t.ask) ? NAN : 1; /* where there is no column */
        t.bid_size = c->bid_size != NULL ? c->bid_size[row] : size;
        t.ask_size = c->ask_size != NULL ? c->ask_size[row] : size;
    }
    if (c->id != NULL)
        t.id = c->id[row];
    return t;
}

#endif
