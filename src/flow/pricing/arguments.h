/* Panels and numbers as kernel arguments, for the operations of this folder. */
#ifndef PEN_PRICING_ARGUMENTS_H
#define PEN_PRICING_ARGUMENTS_H

#include "../../machine/base/status.h"
#include "../../machine/device/launch.h"
#include "penstock/panel.h"
#include "penstock/pricing.h"

/* A number in the kernel's type. */
typedef union pricing_scalar {
    float f32;
    double f64;
} pricing_scalar;

static inline pricing_scalar pricing_scalar_of(pen_dtype dtype, double x)
{
    pricing_scalar value;
    if (dtype == PEN_F32)
        value.f32 = (float)x;
    else
        value.f64 = x;
    return value;
}

/* What all panels of a call must agree with. */
typedef struct pricing_shape {
    const char *function;
    pen_queue *queue;
    pen_dtype dtype;
    size_t n_values;
} pricing_shape;

/* Is the panel on the queue's device? */
static inline pen_status pricing_check_device(const char *function, pen_queue *queue,
                                              const char *name, const pen_panel *panel)
{
    pen_device *device = pen_queue_device(queue);
    if (pen_device_is_host(device) ? pen_panel_is_host(panel) : pen_panel_device(panel) == device)
        return PEN_OK;
    return pen_fail(PEN_E_DEVICE, "%s: %s is not on the queue's device %s", function, name,
                    pen_device_describe(device)->name);
}

/* The address of a panel that fits; NULL for none. */
static inline pen_status pricing_take_panel(const pricing_shape *want, const char *name,
                                            const pen_panel *panel, void **data)
{
    *data = NULL;
    if (panel == NULL)
        return PEN_OK;
    size_t n_series = pen_panel_series(panel), n_points = pen_panel_points(panel);
    if (pen_panel_dtype(panel) != want->dtype)
        return pen_fail(PEN_E_SHAPE, "%s: %s is %s, expected %s as the first output",
                        want->function, name, pen_dtype_name(pen_panel_dtype(panel)),
                        pen_dtype_name(want->dtype));
    if (n_series * n_points != want->n_values)
        return pen_fail(PEN_E_SHAPE, "%s: %s has %zu values, expected %zu", want->function, name,
                        n_series * n_points, want->n_values);
    if (n_series > 1 && pen_panel_stride(panel) != n_points)
        return pen_fail(PEN_E_SHAPE,
                        "%s: %s has a stride of %zu for series of %zu, expected no gaps",
                        want->function, name, pen_panel_stride(panel), n_points);
    PEN_TRY(pricing_check_device(want->function, want->queue, name, panel));
    *data = pen_panel_data(panel);
    return PEN_OK;
}

/* A kernel over rows, one an option: kernels/option_rows.kh says how its arguments are listed. */
typedef struct pricing_rows {
    const char *function, *kernel;
    const char *const *input_names;
    const pen_input *inputs;
    int n_inputs;
    const char *const *output_names;
    pen_panel *const *outputs;
    int n_outputs;
    void *const *more;     /* addresses of further arguments, after the outputs */
    int n_more;            /* at most PRICING_MOST_MORE */
    const pen_panel *like; /* gives dtype and size; NULL: the first output that is not NULL */
    int ns_f32, ns_f64;    /* rough work a row */
} pricing_rows;

enum { PRICING_MOST_INPUTS = 11, PRICING_MOST_OUTPUTS = 12, PRICING_MOST_MORE = 3 };

/* The first that is not NULL, or NULL. */
const pen_panel *pricing_first_panel(pen_panel *const *panels, int n);

pen_status pricing_launch_rows(pen_queue *queue, const pricing_rows *rows);

/* dividends.c: pen_price_european_by() of terms that have cash dividends. */
pen_status pricing_with_dividends(pen_queue *queue, const pen_european_terms *terms,
                                  const pen_european *in, const pen_european_out *out);

#endif
