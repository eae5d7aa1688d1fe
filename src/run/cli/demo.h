/* The tour's state, handed from step to step; cmd_demo.c drives, demo_*.c compute and draw. */
#ifndef PEN_RUN_DEMO_H
#define PEN_RUN_DEMO_H

#include <stdarg.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "cli.h"
#include "penstock/penstock.h"

enum { DEMO_HORIZON = 63, DEMO_QUANTILES = 5 }; /* trading days ahead */

typedef struct demo {
    cli *c;
    FILE *out;
    struct json_t *steps; /* --json */
    pen_device *device;
    pen_queue *queue;
    const char *name; /* of the device */
    pen_bars *bars;
    double *made; /* the synthetic market */
    int64_t *made_times;
    char symbol[64];
    size_t n;
    const int64_t *time_ns;
    const double *field[5]; /* by role OPEN .. VOLUME, [n]; NULL where there is none */
    double *computed;       /* the plan's outputs, each [n] */
    size_t computed_count;
    double vol_frac; /* of the closes, per year */
    double *fan;     /* [DEMO_QUANTILES][DEMO_HORIZON], quantiles of the simulated prices by day */
} demo;

/* One line of the tour, timed since start_s. */
void demo_step(demo *d, const char *name, double start_s, const char *device, const char *format,
               ...) __attribute__((format(printf, 5, 6)));

pen_status demo_indicators(demo *d);
pen_status demo_price(demo *d);
pen_status demo_simulate(demo *d);
pen_status demo_picture(demo *d);

#endif
