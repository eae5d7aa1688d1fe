/* VPIN: the imbalance of buckets of equal volume. */
#ifndef PEN_FLOW_TICK_VPIN_H
#define PEN_FLOW_TICK_VPIN_H

#include "penstock/tick.h"

typedef struct tick_vpin {
    double bucket;         /* volume of one; 0: not asked for */
    unsigned n;            /* buckets in the mean */
    double filled, bought; /* of the open bucket */
    double *imbalance;     /* [n] of the last finished ones, as fractions; a ring */
    uint64_t finished;
    double value; /* NaN until n are finished */
    double sum;   /* of `value` at every finished bucket that had one */
    uint64_t values;
    /* bulk classification: volume by the sign and size of price changes over bars */
    int64_t bulk_ns, bulk_end_ns;
    double bulk_size, bulk_price, bulk_close; /* of the open bar; close of the one before */
    double changes, mean, square;             /* of the changes from close to close so far */
} tick_vpin;

pen_status tick_vpin_init(tick_vpin *v, const pen_tick_params *p);
pen_status tick_vpin_copy(tick_vpin *v);
/* Ends a bulk bar whose time is over. */
void tick_vpin_time(tick_vpin *v, int64_t time_ns);
void tick_vpin_trade(tick_vpin *v, int64_t time_ns, double price, double size, int side);

#endif
