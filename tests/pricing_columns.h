/* Columns of doubles on the host as panels of either dtype. */
#ifndef PEN_TESTS_PRICING_COLUMNS_H
#define PEN_TESTS_PRICING_COLUMNS_H

#include <stdlib.h>

#include "check.h"
#include "penstock/panel.h"

static void *need(size_t bytes)
{
    void *memory = malloc(bytes > 0 ? bytes : 1);
    if (memory == NULL)
        exit(3);
    return memory;
}

/* x NULL: unset. */
static pen_panel *make_panel(pen_queue *queue, pen_dtype dtype, const double *x, size_t n)
{
    pen_panel *panel = NULL;
    CHECK_OK(pen_panel_create(pen_queue_device(queue), dtype, 1, n, &panel));
    if (x == NULL || panel == NULL)
        return panel;
    float *narrow = need(n * sizeof *narrow);
    for (size_t i = 0; i < n; i++)
        narrow[i] = (float)x[i];
    CHECK_OK(pen_panel_write(queue, panel, dtype == PEN_F32 ? (void *)narrow : (void *)x, n));
    CHECK_OK(pen_queue_wait(queue));
    free(narrow);
    return panel;
}

#endif
