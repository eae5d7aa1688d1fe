/* Any text as a plan over a little data: an error, or outputs that hold together. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "penstock/indicator.h"

enum { MOST_SERIES = 3, MOST_POINTS = 64, MOST_INPUTS = 16, MOST_OUTPUTS = 256 };

/* A byte's price: gaps, zeros, infinities and the ordinary. */
static double price_of(uint8_t byte)
{
    switch (byte) {
    case 0:
        return NAN;
    case 1:
        return INFINITY;
    case 2:
        return 0;
    case 3:
        return -5;
    case 4:
        return 1e300;
    case 5:
        return 1e-300;
    default:
        return 50 + byte / 4.0;
    }
}

static pen_device *device;

static pen_panel *make_input(const uint8_t *data, size_t n, size_t n_series, size_t n_points,
                             pen_dtype dtype, size_t shift)
{
    pen_panel *panel;
    if (pen_panel_create(device, dtype, n_series, n_points, &panel) != PEN_OK)
        abort();
    for (size_t s = 0; s < n_series; s++)
        for (size_t t = 0; t < n_points; t++) {
            double x = n > 0 ? price_of(data[(s * n_points + t + shift) % n]) : 1;
            size_t at = s * pen_panel_stride(panel) + t;
            if (dtype == PEN_F64)
                ((double *)pen_panel_data(panel))[at] = x;
            else
                ((float *)pen_panel_data(panel))[at] = (float)x;
        }
    return panel;
}

static void run_plan(const pen_plan *plan, const uint8_t *data, size_t n, uint8_t shape)
{
    static pen_queue *queue;
    if (device == NULL &&
        (pen_device_open("cpu:0", &device) != PEN_OK || pen_queue_create(device, &queue) != PEN_OK))
        abort();
    size_t n_inputs = pen_plan_input_count(plan), n_outputs = pen_plan_output_count(plan);
    size_t n_series = 1 + shape % MOST_SERIES, n_points = shape / 4 % (MOST_POINTS + 1);
    pen_dtype dtype = shape & 128 ? PEN_F32 : PEN_F64;
    pen_panel *inputs[MOST_INPUTS], *out;
    if (n_inputs > MOST_INPUTS || n_outputs > MOST_OUTPUTS)
        return;
    for (size_t i = 0; i < n_inputs; i++)
        inputs[i] = make_input(data, n, n_series, n_points, dtype, i);
    if (pen_panel_create(device, dtype, n_outputs * n_series, n_points, &out) != PEN_OK)
        abort();
    if (pen_plan_run(queue, plan, (const pen_panel *const *)inputs, out) != PEN_OK ||
        pen_queue_wait(queue) != PEN_OK)
        abort();
    for (size_t o = 0; o < n_outputs; o++) /* nothing before the lookback is over */
        for (size_t t = 0; t < n_points && t < pen_plan_lookback(plan, o); t++) {
            size_t at = o * n_series * pen_panel_stride(out) + t;
            if (!isnan(dtype == PEN_F64 ? ((double *)pen_panel_data(out))[at]
                                        : (double)((float *)pen_panel_data(out))[at]))
                abort();
        }
    for (size_t i = 0; i < n_inputs; i++)
        pen_panel_destroy(inputs[i]);
    pen_panel_destroy(out);
}

/* The first byte chooses the shape, the text ends at a zero byte or a bar, prices follow. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char text[512];
    uint8_t shape = n > 0 ? data[0] : 0;
    size_t length = 0;
    pen_plan *plan;
    data += n > 0;
    n -= n > 0;
    while (length < n && length < sizeof text - 1 && data[length] != 0 && data[length] != '|')
        length++;
    memcpy(text, data, length);
    text[length] = '\0';
    if (pen_plan_create(text, &plan) != PEN_OK) {
        if (pen_last_error()[0] == '\0')
            abort();
        return 0;
    }
    for (size_t o = 0; o < pen_plan_output_count(plan); o++)
        if (pen_plan_output(plan, o) == NULL || pen_plan_output(plan, o)[0] == '\0')
            abort();
    run_plan(plan, data + length, n - length, shape);
    pen_plan_destroy(plan);
    return 0;
}
