/* Benchmarks: each case's result is checked before it is timed.
 *
 * An area is one file bench_<area>.c with a table of cases, listed in bench.c.
 * The runner calls, for one case on one device:
 *   prepare  allocate and fill; set b->items (and b->state)
 *   run      queue the work once; the runner waits.  Called many times
 *   check    after the first run: is the result right?  A failure fails the bench
 *   peer     the same job by another library, once a call, when it is installed:
 *            PEN_E_UNSUPPORTED says it is not
 *   clear    release; also after a failed prepare
 */
#ifndef PEN_BENCH_H
#define PEN_BENCH_H

#include "penstock/penstock.h"

typedef struct bench_case bench_case;

typedef struct bench {
    const bench_case *test;
    pen_device *device;
    pen_queue *queue;
    size_t items; /* done by one run */
    void *state;  /* the case's own */
} bench;

struct bench_case {
    const char *name;      /* "sma_20_f64_1000x2000" */
    const char *item;      /* what an item is: "point", "option" */
    pen_dtype dtype;       /* which arithmetic peak it is held against */
    double bytes_per_item; /* read plus written, at least; 0 = not meaningful */
    double flops_per_item; /* a fused multiply-add counts as two; 0 = not meaningful */
    pen_status (*prepare)(bench *b);
    pen_status (*run)(bench *b);
    pen_status (*check)(bench *b);
    void (*clear)(bench *b);
    const char *peer_name; /* "TA-Lib 0.6"; NULL = none */
    pen_status (*peer)(bench *b);
    const void *with; /* the case's parameters, for cases that share functions */
};

typedef struct bench_area {
    const char *name; /* "memory" */
    const bench_case *cases;
    size_t count;
} bench_area;

/* One line of results. */
typedef struct bench_result {
    const bench_area *area;
    const bench_case *test;
    char device[32];
    unsigned threads;
    size_t items, samples;
    double median_ns, p95_ns; /* of one run */
    double items_per_s, bytes_per_s, flops;
    double copy_share, peak_share; /* of the device's measured copy and FMA rates; NaN = unknown */
    double peer_ratio;             /* peer's time over ours, same run; NaN = no peer */
} bench_result;

extern const bench_area *const bench_areas[]; /* ends with NULL */

/* Made from the catalogue of indicators by bench_catalogue_fill(), which is called
 * first; left out unless it is named. */
extern bench_area bench_catalogue;
void bench_catalogue_fill(void);

/* Prepares, checks, times for about `seconds`; `threads` is only reported.
 * PEN_E_INTERNAL if the result is wrong. */
pen_status bench_measure(const bench_area *area, const bench_case *test, pen_device *device,
                         unsigned threads, double seconds, bench_result *out);

#endif
