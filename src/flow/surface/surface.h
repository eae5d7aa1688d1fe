/* The parts of a surface and of its making. */
#ifndef PEN_SURFACE_SURFACE_H
#define PEN_SURFACE_SURFACE_H

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "smile.h"

struct pen_surface {
    pen_surface_options options;
    pen_surface_slice *slices; /* [n_slices] */
    pen_surface_point *points; /* [n_points] slice by slice */
    size_t n_slices, n_points, n_slices_left_out, n_quotes_left_out;
};

/* quotes.c: slices with their forwards, and points with their volatilities and weights, of the
 * quotes; the surface has room for n of each. */
pen_status surface_take_quotes(pen_queue *queue, const pen_option_quote *quotes, size_t n,
                               pen_surface *surface);

#endif
