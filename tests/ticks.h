/* Ticks for tests: a synthetic market's trades and quotes with faults sown in. */
#ifndef PEN_TESTS_TICKS_H
#define PEN_TESTS_TICKS_H

#include "check.h"
#include "machine/base/rng.h"
#include "penstock/synth.h"
#include "penstock/tick.h"

enum { MOST_TICKS = 20000 };

static int64_t tick_time[MOST_TICKS];
static double tick_price[MOST_TICKS], tick_size[MOST_TICKS], tick_bid[MOST_TICKS],
    tick_ask[MOST_TICKS], tick_bid_size[MOST_TICKS], tick_ask_size[MOST_TICKS];
static signed char tick_side[MOST_TICKS];

/* n trades with the quotes they met. */
static inline pen_tick_columns make_ticks(size_t n, uint64_t seed)
{
    pen_synth_params p = pen_synth_params_default();
    p.seed = seed;
    pen_synth_columns out = { tick_time, tick_price, tick_size,     tick_side,
                              tick_bid,  tick_ask,   tick_bid_size, tick_ask_size };
    CHECK_OK(pen_synth_trades(&p, 0, n, &out));
    return (pen_tick_columns){ .n = n,
                               .time_ns = tick_time,
                               .price = tick_price,
                               .size = tick_size,
                               .bid = tick_bid,
                               .ask = tick_ask,
                               .bid_size = tick_bid_size,
                               .ask_size = tick_ask_size,
                               .side = tick_side };
}

/* The same with rows of one part only and every fault of the list, one row in ten. */
static inline pen_tick_columns make_odd_ticks(size_t n, uint64_t seed)
{
    pen_tick_columns c = make_ticks(n, seed);
    pen_rng rng;
    pen_rng_init(&rng, seed, 1, 2, 3);
    for (size_t i = 1; i < n; i++) {
        double u = pen_rng_uniform(&rng);
        if (u < 0.2)
            tick_price[i] = tick_size[i] = NAN;
        else if (u < 0.4)
            tick_bid[i] = tick_ask[i] = tick_bid_size[i] = tick_ask_size[i] = NAN;
        if (u < 0.9)
            continue;
        switch ((int)(pen_rng_uniform(&rng) * 12)) {
        case 0:
            tick_price[i] = NAN;
            break;
        case 1:
            tick_size[i] = INFINITY;
            break;
        case 2:
            tick_bid[i] = -1;
            break;
        case 3:
            tick_ask_size[i] = -3;
            break;
        case 4:
            tick_size[i] = 0;
            break;
        case 5:
            tick_time[i] -= 60000000000;
            break;
        case 6:
            tick_ask[i] = tick_bid[i] - 0.02;
            break;
        case 7:
            tick_ask[i] = tick_bid[i];
            break;
        case 8:
            tick_side[i] = 0;
            break;
        case 9:
            tick_bid[i] = tick_ask[i] = tick_price[i] = tick_size[i] = NAN;
            break;
        case 10:
            tick_bid_size[i] = tick_ask_size[i] = 0;
            break;
        default:
            tick_time[i] = tick_time[i - 1];
            tick_price[i] = tick_price[i - 1];
            tick_size[i] = tick_size[i - 1];
            tick_side[i] = tick_side[i - 1];
            tick_bid[i] = tick_bid[i - 1];
            tick_ask[i] = tick_ask[i - 1];
            tick_bid_size[i] = tick_bid_size[i - 1];
            tick_ask_size[i] = tick_ask_size[i - 1];
        }
    }
    return c;
}

/* A stream that has taken all rows, `chunk` at a time; 0: one by one through update(). */
static inline pen_tick_stream *run_ticks(const pen_tick_params *params, const pen_tick_columns *c,
                                         size_t chunk)
{
    pen_tick_stream *s;
    CHECK_OK(pen_tick_stream_create(params, &s));
    for (size_t i = 0; s != NULL && i<c->n; i += chunk> 0 ? chunk : 1) {
        pen_tick tick = pen_tick_at(c, i);
        CHECK_OK(chunk == 0
                     ? pen_tick_stream_update(s, &tick)
                     : pen_tick_stream_run(s, c, i, i + chunk < c->n ? i + chunk : c->n, NULL));
    }
    return s;
}

#endif
