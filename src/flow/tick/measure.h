/* Measures of spread and liquidity over all rows: what a stream with has_measures adds up. */
#ifndef PEN_FLOW_TICK_MEASURE_H
#define PEN_FLOW_TICK_MEASURE_H

#include "penstock/tick.h"
#include "ring.h"

/* Means and sums of squared deviations of pairs, updated one by one (Welford 1962). */
typedef struct tick_pairs {
    double n, mean_x, mean_y, xx, xy, yy;
} tick_pairs;

static inline void tick_pairs_add(tick_pairs *p, double x, double y)
{
    p->n += 1;
    double dx = x - p->mean_x, dy = y - p->mean_y;
    p->mean_x += dx / p->n;
    p->mean_y += dy / p->n;
    p->xx += dx * (x - p->mean_x);
    p->xy += dx * (y - p->mean_y);
    p->yy += dy * (y - p->mean_y);
}

/* A trade that waits for the mid of its horizon. */
typedef struct tick_waiting_trade {
    int64_t time_ns;
    double price, mid;
    int side;
} tick_waiting_trade;

typedef struct tick_measures {
    bool is_on;
    int64_t horizon_ns, window_ns, gap_ns;
    int64_t time_ns; /* of the row before; valid with has_time */
    bool has_time;
    /* quoted spread: of each quote, and weighted by how long it stood */
    double quotes, quoted, quoted_bps, stood_s, stood, stood_bps, spread, spread_bps;
    /* effective spread and what becomes of it */
    double trades, effective, effective_bps;
    double later, later_effective, realised, impact;
    tick_ring waiting; /* tick_waiting_trade */
    double mid;
    /* Roll: changes of price from trade to trade */
    double price, change; /* NaN: none yet */
    tick_pairs roll;
    /* windows: the reference price, signed volume and flow of the open one */
    int64_t window_end_ns; /* of the open window; valid with has_window */
    bool has_window;
    double start_px, reference_px; /* at its start; now: the mid, or the price without quotes */
    double signed_size, money, ofi, window_trades, window_quotes;
    double last_traded_px, traded_px; /* of the last window that traded; now */
    tick_pairs kyle, ofi_pairs;
    double amihud, amihud_windows;
} tick_measures;

pen_status tick_measures_init(tick_measures *m, const pen_tick_params *p);
/* Before a row's parts are taken. */
void tick_measures_time(tick_measures *m, int64_t time_ns);
/* The quote's mid and spread, and what it adds to the order-flow imbalance. */
void tick_measures_quote(tick_measures *m, double mid, double spread, double flow);
/* After tick_ring_reserve(&m->waiting). */
void tick_measures_trade(tick_measures *m, int64_t time_ns, double price, double size, int side);
pen_tick_measures tick_measures_read(const tick_measures *m);

#endif
