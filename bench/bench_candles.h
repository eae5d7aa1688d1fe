/* The benchmark of all candlestick patterns in one plan: cases of the area indicators. */
#ifndef PEN_BENCH_CANDLES_H
#define PEN_BENCH_CANDLES_H

#include "bench.h"

/* `with` of a case. */
typedef struct candles_job {
    size_t n_series, n_points;
} candles_job;

pen_status candles_prepare(bench *b);
pen_status candles_run(bench *b);
pen_status candles_check(bench *b);
pen_status candles_peer(bench *b); /* TA-Lib's functions one after the other */
void candles_clear(bench *b);

#endif
