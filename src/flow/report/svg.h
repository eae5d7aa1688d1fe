/* What the parts of an SVG document share. */
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

/* svg_points.c: paths and marks. */
void svg_path_put(sink *s, const frame *f, const pen_plot_series *one);
void svg_marks_put(sink *s, const frame *f, const pen_plot_series *one);

/* The document's start: its styles, title and subtitle. */
void svg_head(sink *s, const char *title, const char *subtitle, unsigned width, unsigned height);
/* anchor: NULL for the start, "middle" or "end". */
void svg_text(sink *s, const char *class, double x, double y, const char *anchor, const char *text);
/* Letters of UTF-8. */
size_t svg_letters(const char *text);
/* Into a file; takes text. */
pen_status svg_save(const char *function, const char *path, char *text, size_t length);

void svg_series_put(sink *s, const frame *f);

#endif
