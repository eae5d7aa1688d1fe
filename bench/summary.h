/* What all comparisons of a run with one peer say together: a line for each peer and size. */
#ifndef PEN_BENCH_SUMMARY_H
#define PEN_BENCH_SUMMARY_H

#include <stdio.h>

#include "bench.h"

typedef struct bench_ratio {
    const bench_case *test;
    unsigned threads;
    size_t items;
    double ratio;
} bench_ratio;

typedef struct bench_summary {
    bench_ratio *ratios;
    size_t count, capacity;
} bench_summary;

pen_status bench_summary_add(bench_summary *s, const bench_result *r);
void bench_summary_print(bench_summary *s, FILE *out);
void bench_summary_clear(bench_summary *s);

#endif
