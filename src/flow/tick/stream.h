/* A tick stream's insides, for the files of this folder. */
#ifndef PEN_FLOW_TICK_STREAM_H
#define PEN_FLOW_TICK_STREAM_H

#include "bars.h"
#include "clean.h"
#include "sign.h"

struct pen_tick_stream {
    tick_cleaner cleaner;
    tick_signer signer;
    pen_tick_totals totals;
    tick_bars bars;
};

/* pen_tick_at(), for loops. */
static inline pen_tick tick_of_row(const pen_tick_columns *c, size_t row)
{
    bool is_trade = c->price != NULL && (c->size != NULL || c->price[row] == c->price[row]);
    bool has_quotes = c->bid != NULL && c->ask != NULL;
    bool is_quote = has_quotes && !(isnan(c->bid[row]) && isnan(c->ask[row]));
    return (pen_tick){
        .time_ns = c->time_ns[row],
        .price = c->price != NULL ? c->price[row] : NAN,
        .size = !is_trade         ? NAN
                : c->size != NULL ? c->size[row]
                                  : 1,
        .bid = has_quotes ? c->bid[row] : NAN,
        .ask = has_quotes ? c->ask[row] : NAN,
        .bid_size = !is_quote             ? NAN
                    : c->bid_size != NULL ? c->bid_size[row]
                                          : 1,
        .ask_size = !is_quote             ? NAN
                    : c->ask_size != NULL ? c->ask_size[row]
                                          : 1,
        .id = c->id != NULL ? c->id[row] : NAN,
        .side = c->side != NULL ? c->side[row] : (signed char)0,
    };
}

#endif
