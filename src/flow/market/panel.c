/* Panels: storage of many series, on the host or on a device. */
#include <stdint.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "../../machine/device/launch.h"
#include "penstock/panel.h"

enum { ALIGN_BYTES = 64 }; /* each series starts at a multiple of it */

struct pen_panel {
    pen_dtype dtype;
    size_t n_series, n_points, stride;
    pen_device *device; /* NULL: wrapped host memory */
    void *data;
};

static pen_status check_dtype(const char *what, pen_dtype dtype)
{
    if (dtype != PEN_F32 && dtype != PEN_F64)
        return pen_fail(PEN_E_ARG, "%s: dtype %d, expected PEN_F32 or PEN_F64", what, (int)dtype);
    return PEN_OK;
}

/* All bits set is a NaN in both formats. */
static pen_status fill_missing(pen_panel *panel, size_t bytes)
{
    pen_queue *queue;
    PEN_TRY(pen_queue_create(panel->device, &queue));
    pen_status s = pen_device_fill(queue, panel->data, 0xff, bytes);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    pen_queue_destroy(queue);
    return s;
}

pen_status pen_panel_create(pen_device *dev, pen_dtype dtype, size_t n_series, size_t n_points,
                            pen_panel **out)
{
    *out = NULL;
    PEN_TRY(check_dtype("pen_panel_create", dtype));
    size_t unit = ALIGN_BYTES / pen_dtype_bytes(dtype), stride, bytes;
    PEN_TRY(pen_size_add(n_points, unit - 1, &stride));
    stride -= stride % unit;
    PEN_TRY(pen_size_mul(stride, pen_dtype_bytes(dtype), &bytes));
    PEN_TRY(pen_size_mul(bytes, n_series, &bytes));
    pen_panel *panel;
    PEN_TRY(PEN_NEW(&panel));
    *panel = (pen_panel){ dtype, n_series, n_points, stride, dev, NULL };
    pen_status s = pen_device_alloc(dev, bytes, &panel->data);
    if (s == PEN_OK)
        s = fill_missing(panel, bytes);
    if (s != PEN_OK) {
        pen_panel_destroy(panel);
        return pen_fail_context(s, "pen_panel_create: %zu x %zu %s", n_series, n_points,
                                pen_dtype_name(dtype));
    }
    *out = panel;
    return PEN_OK;
}

pen_status pen_panel_wrap(pen_dtype dtype, void *data, size_t n_series, size_t n_points,
                          size_t stride, pen_panel **out)
{
    *out = NULL;
    PEN_TRY(check_dtype("pen_panel_wrap", dtype));
    if (data == NULL && n_series > 0 && n_points > 0)
        return pen_fail(PEN_E_ARG, "pen_panel_wrap: data is NULL");
    if (stride < n_points)
        return pen_fail(PEN_E_SHAPE, "pen_panel_wrap: stride %zu, expected at least %zu", stride,
                        n_points);
    PEN_TRY(PEN_NEW(out));
    **out = (pen_panel){ dtype, n_series, n_points, stride, NULL, data };
    return PEN_OK;
}

void pen_panel_destroy(pen_panel *panel)
{
    if (panel == NULL)
        return;
    if (panel->device != NULL)
        pen_device_free(panel->device, panel->data);
    pen_free(panel);
}

pen_dtype pen_panel_dtype(const pen_panel *panel)
{
    return panel->dtype;
}

size_t pen_panel_series(const pen_panel *panel)
{
    return panel->n_series;
}

size_t pen_panel_points(const pen_panel *panel)
{
    return panel->n_points;
}

size_t pen_panel_stride(const pen_panel *panel)
{
    return panel->stride;
}

pen_device *pen_panel_device(const pen_panel *panel)
{
    return panel->device;
}

void *pen_panel_data(const pen_panel *panel)
{
    return panel->data;
}

bool pen_panel_is_host(const pen_panel *panel)
{
    return panel->device == NULL || pen_device_is_host(panel->device);
}

typedef pen_status move_fn(pen_queue *queue, void *dst, const void *src, size_t bytes);

/* Moves row by row, or at once where both sides have no gaps. */
static pen_status move_rows(pen_queue *queue, move_fn *move, void *dst, size_t dst_stride,
                            const void *src, size_t src_stride, const pen_panel *panel)
{
    size_t unit = pen_dtype_bytes(panel->dtype), row = panel->n_points * unit;
    if (dst_stride == panel->n_points && src_stride == panel->n_points)
        return move(queue, dst, src, row * panel->n_series);
    for (size_t i = 0; i < panel->n_series; i++)
        PEN_TRY(move(queue, (char *)dst + i * dst_stride * unit,
                     (const char *)src + i * src_stride * unit, row));
    return PEN_OK;
}

pen_status pen_panel_write(pen_queue *queue, pen_panel *dst, const void *src, size_t stride)
{
    if (stride < dst->n_points)
        return pen_fail(PEN_E_SHAPE, "pen_panel_write: stride %zu, expected at least %zu", stride,
                        dst->n_points);
    return move_rows(queue, pen_device_write, dst->data, dst->stride, src, stride, dst);
}

pen_status pen_panel_read(pen_queue *queue, void *dst, size_t stride, const pen_panel *src)
{
    if (stride < src->n_points)
        return pen_fail(PEN_E_SHAPE, "pen_panel_read: stride %zu, expected at least %zu", stride,
                        src->n_points);
    return move_rows(queue, pen_device_read, dst, stride, src->data, src->stride, src);
}
