/* What american.c asks of each method. */
#ifndef PEN_PRICING_AMERICAN_H
#define PEN_PRICING_AMERICAN_H

#include "arguments.h"
#include "penstock/american.h"

enum { AMERICAN_INPUTS = 7 };

/* A call with its panels checked. */
typedef struct american_call {
    pen_queue *queue;
    pen_dtype dtype;
    int64_t n_rows;
    void *in[AMERICAN_INPUTS]; /* side, spot, strike, expiry, vol, rate, dividend; NULL: all */
    pricing_scalar all[AMERICAN_INPUTS];
    pen_american_settings settings;
} american_call;

/* What a method writes; NULL: not wanted. */
typedef struct american_result {
    void *price, *delta, *gamma, *theta, *status;
} american_result;

/* Rows by a method, the volatility multiplied by vol_times and rate_more added to the rate. */
pen_status american_by_boundary(const american_call *call, double vol_times, double rate_more,
                                const american_result *out);
pen_status american_by_grid(const american_call *call, double vol_times, double rate_more,
                            const american_result *out);
/* only: statuses; those rows alone that are PEN_AMERICAN_TWICE.  NULL: all rows. */
pen_status american_by_tree(const american_call *call, double vol_times, double rate_more,
                            const american_result *out, void *only);

#endif
