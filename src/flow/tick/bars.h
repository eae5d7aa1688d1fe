/* Bars from trades: the part of a stream that builds them. */
#ifndef PEN_FLOW_TICK_BARS_H
#define PEN_FLOW_TICK_BARS_H

#include "penstock/tick.h"

typedef struct tick_bars {
    pen_tick_bar_rule rule;
    int64_t period_ns; /* of time bars */
    int64_t end_ns;    /* of the open time bar: the next period's start */
    pen_tick_bar open;
    double tick_sum, size_sum, money_sum; /* signed, of the open bar */
    double expected_trades, expected_mean;
    uint64_t finished;
    pen_tick_bar *list; /* [count], finished */
    size_t count, capacity;
} tick_bars;

pen_status tick_bars_init(tick_bars *b, const pen_tick_bar_rule *rule);
/* Room for one more finished bar, which is all that an update can add. */
pen_status tick_bars_reserve(tick_bars *b);
/* Ends a time bar whose period is over. */
void tick_bars_time(tick_bars *b, int64_t time_ns);
void tick_bars_trade(tick_bars *b, int64_t time_ns, double price, double size, int side);
bool tick_bars_peek(const tick_bars *b, pen_tick_bar *bar);
pen_status tick_bars_copy(tick_bars *b);

#endif
