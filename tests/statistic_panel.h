/* Panels for the tests of statistics: a device, a panel on it, and host arrays. */
#ifndef PEN_TESTS_STATISTIC_PANEL_H
#define PEN_TESTS_STATISTIC_PANEL_H

#include "mathops.h"
#include "penstock/statistic.h"

/* A panel on the queue's device with n_series x n_points values of the host's. */
static inline pen_panel *panel_of(pen_queue *queue, pen_dtype dtype, size_t n_series,
                                  size_t n_points, const void *values)
{
    pen_panel *panel = NULL;
    CHECK_OK(pen_panel_create(pen_queue_device(queue), dtype, n_series, n_points, &panel));
    if (panel != NULL && n_series > 0 && n_points > 0) {
        CHECK_OK(pen_panel_write(queue, panel, values, n_points));
        CHECK_OK(pen_queue_wait(queue));
    }
    return panel;
}

/* Random walks of which each shares a part with the first; `holes` of 100 values are NaN. */
static inline double *make_walks(size_t n_series, size_t n_points, unsigned holes, uint64_t seed)
{
    double *x = malloc((n_series * n_points + 1) * sizeof *x);
    pen_rng rng;
    pen_rng_init(&rng, seed, 0, 0, 0);
    for (size_t s = 0; s < n_series; s++) {
        double level = 100 + 10 * (double)s;
        for (size_t t = 0; t < n_points; t++) {
            double step = pen_rng_uniform(&rng) - 0.5;
            x[s * n_points + t] = level += step;
        }
        for (size_t t = 0; s > 0 && t < n_points; t++)
            x[s * n_points + t] += (double)(s % 3) * x[t];
    }
    for (size_t i = n_points; holes > 0 && i < n_series * n_points; i++)
        if (pen_rng_u32(&rng) % 100 < holes)
            x[i] = NAN;
    return x;
}

#endif
