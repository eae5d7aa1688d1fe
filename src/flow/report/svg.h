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

double svg_x(const frame *f, size_t i);
double svg_y(const frame *f, double value);
/* anchor: NULL, "middle" or "end". */
void svg_text(sink *s, const char *class, double x, double y, const char *anchor, const char *text);

/* svg_points.c: paths and marks. */
void svg_path_put(sink *s, const frame *f, const pen_plot_series *one);
void svg_marks_put(sink *s, const frame *f, const pen_plot_series *one);

void svg_series_put(sink *s, const frame *f);

#endif
