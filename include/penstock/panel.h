/* Panels: the one array type.  n_series x n_points of f32 or f64, series-major:
 * a series is contiguous in time, series are `stride` elements apart. */
#ifndef PENSTOCK_PANEL_H
#define PENSTOCK_PANEL_H

#include "penstock/memory.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pen_panel pen_panel;

/* Allocates a panel on a device, filled with NaN ('missing').
 *   out  creates; destroy before the device is closed
 * PEN_E_SIZE if the size overflows, PEN_E_NOMEM.  Threads: any. */
PEN_API pen_status pen_panel_create(pen_device *dev, pen_dtype dtype, size_t n_series,
                                    size_t n_points, pen_panel **out);

/* Wraps host memory as a panel of cpu:0 without copying; borrows `data`, which
 * must outlive the panel.  PEN_E_SHAPE if stride < n_points.  Threads: any. */
PEN_API pen_status pen_panel_wrap(pen_dtype dtype, void *data, size_t n_series, size_t n_points,
                                  size_t stride, pen_panel **out);
PEN_API void pen_panel_destroy(pen_panel *panel);

PEN_API pen_dtype pen_panel_dtype(const pen_panel *panel);
PEN_API size_t pen_panel_series(const pen_panel *panel);
PEN_API size_t pen_panel_points(const pen_panel *panel);
PEN_API size_t pen_panel_stride(const pen_panel *panel);
/* The device the panel lies on; NULL means host memory, which is cpu:0's. */
PEN_API pen_device *pen_panel_device(const pen_panel *panel);
/* Address of element (0, 0); may be used from the host only if pen_panel_is_host(). */
PEN_API void *pen_panel_data(const pen_panel *panel);
PEN_API bool pen_panel_is_host(const pen_panel *panel);

/* Copies all elements between host memory (series `stride` elements apart) and
 * the panel, in queue order; valid after pen_queue_wait(). */
PEN_API pen_status pen_panel_write(pen_queue *queue, pen_panel *dst, const void *src,
                                   size_t stride);
PEN_API pen_status pen_panel_read(pen_queue *queue, void *dst, size_t stride, const pen_panel *src);

#ifdef __cplusplus
}
#endif
#endif
