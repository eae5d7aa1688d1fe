/* Plans over a little data.  Any text: an error, or outputs that hold together.  Calls drawn
 * from the catalogue: an error exactly where parameters are not allowed. */
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "penstock/indicator.h"

enum { MOST_SERIES = 3, MOST_POINTS = 64, MOST_INPUTS = 16, MOST_OUTPUTS = 256 };
enum { MOST_CALLS = 4, MOST_TEXT = 1024, BYTES_A_CALL = 2 + PEN_INDICATOR_MAX_PARAMS };

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

/* The value that a byte chooses: usual, at an end, beyond it, or between. */
static double param_of(const pen_indicator_param *param, uint8_t byte)
{
    double beyond = fmax(1, fabs(param->max));
    switch (byte) {
    case 0:
        return param->fallback;
    case 1:
        return param->min;
    case 2:
        return fmin(param->max, param->is_integer ? 3000 : 1e6);
    case 3:
        return param->min - fmax(1, fabs(param->min));
    case 4:
        return param->max + beyond;
    case 5:
        return param->is_integer ? param->min + 0.5 : 0.5;
    default:
        return param->is_integer ? param->min + byte % 80 : (byte - 128) / 8.0;
    }
}

/* mavp alone has a rule over two parameters: how many periods lie between them. */
enum { MAVP_PERIODS = 1000 };
static bool fit_together(const pen_indicator *about, const double *value)
{
    return strcmp(about->name, "mavp") != 0 || fabs(value[1] - value[0]) < MAVP_PERIODS;
}

/* Appends the call that BYTES_A_CALL bytes choose; is every parameter one that is allowed? */
static bool draw_call(const uint8_t *bytes, char *text)
{
    size_t which = (bytes[0] + 256u * bytes[1]) % pen_indicator_count(), used = strlen(text);
    const pen_indicator *about = pen_indicator_at(which);
    double value[PEN_INDICATOR_MAX_PARAMS];
    bool is_allowed = true;
    used += (size_t)snprintf(text + used, MOST_TEXT - used, " %s", about->name);
    for (size_t i = 0; i < about->n_params; i++) {
        const pen_indicator_param *param = &about->params[i];
        char number[32];
        snprintf(number, sizeof number, "%.9g", param_of(param, bytes[2 + i]));
        value[i] = strtod(number, NULL);
        is_allowed &= value[i] >= param->min && value[i] <= param->max;
        is_allowed &= !param->is_integer || value[i] == floor(value[i]);
        used += (size_t)snprintf(text + used, MOST_TEXT - used, "%c%s", i == 0 ? ':' : ',', number);
    }
    return is_allowed && fit_together(about, value);
}

static void check_names(const pen_plan *plan)
{
    for (size_t o = 0; o < pen_plan_output_count(plan); o++)
        if (pen_plan_output(plan, o) == NULL || pen_plan_output(plan, o)[0] == '\0')
            abort();
}

/* The byte after the shape says how many calls there are; prices follow them. */
static void try_catalogue(const uint8_t *data, size_t n, uint8_t shape)
{
    char text[MOST_TEXT] = "";
    bool is_allowed = true;
    size_t count = 1 + data[0] % MOST_CALLS;
    pen_plan *plan;
    if (n < 1 + count * BYTES_A_CALL)
        return;
    for (size_t i = 0; i < count; i++)
        is_allowed &= draw_call(data + 1 + i * BYTES_A_CALL, text);
    if ((pen_plan_create(text, &plan) == PEN_OK) != is_allowed ||
        (!is_allowed && strstr(pen_last_error(), " from ") == NULL))
        abort();
    if (!is_allowed)
        return;
    check_names(plan);
    run_plan(plan, data + 1 + count * BYTES_A_CALL, n - 1 - count * BYTES_A_CALL, shape);
    pen_plan_destroy(plan);
}

/* The text ends at a zero byte or a bar; prices follow. */
static void try_text(const uint8_t *data, size_t n, uint8_t shape)
{
    char text[512];
    size_t length = 0;
    pen_plan *plan;
    while (length < n && length < sizeof text - 1 && data[length] != 0 && data[length] != '|')
        length++;
    memcpy(text, data, length);
    text[length] = '\0';
    if (pen_plan_create(text, &plan) != PEN_OK) {
        if (pen_last_error()[0] == '\0')
            abort();
        return;
    }
    check_names(plan);
    run_plan(plan, data + length, n - length, shape);
    pen_plan_destroy(plan);
}

/* The first byte chooses the shape, and with its second bit what the rest is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uint8_t shape = n > 0 ? data[0] : 0;
    if (n < 2)
        try_text(data, 0, shape);
    else if (shape & 2)
        try_catalogue(data + 1, n - 1, shape);
    else
        try_text(data + 1, n - 1, shape);
    return 0;
}
