/* Between the SVG's layout and its series. */
#ifndef PEN_FLOW_REPORT_SVG_H
#define PEN_FLOW_REPORT_SVG_H

#include "draw.h"

/* One panel's place in the picture. */
typedef struct frame {
    const pen_plot *plot;
    const pen_plot_panel *panel;
    double x, y, width, height; /* pixels */
    scale scale;
} frame;

/* The palette's colour of a panel's k-th series. */
int series_colour(const pen_plot_panel *panel, size_t k);

/* Of a band or of columns. */
double opacity_of(const pen_plot_series *one);

void svg_series_put(sink *s, const frame *f);

#endif
