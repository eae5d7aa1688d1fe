/* Paths and marks: series of a few points with texts. */
#include <math.h>

#include "svg.h"

void svg_path_put(sink *s, const frame *f, const pen_plot_series *one)
{
    const char *word = "M";
    sink_format(s, "<path class=\"%s\" stroke-width=\"", one->is_dashed ? "d" : "l");
    sink_number(s, one->width > 0 ? one->width : 1.5, 2);
    sink_put(s, "\" d=\"");
    for (size_t i = 0; i < one->point_count; i++) {
        double y = svg_y(f, one->points[i].y);
        if (isnan(y)) {
            word = "M";
            continue;
        }
        sink_put(s, word);
        sink_number(s, svg_x(f, one->points[i].at), 2);
        sink_put(s, " ");
        sink_number(s, y, 2);
        word = "L";
    }
    sink_put(s, "\"/>\n");
}

/* A line without length and with round ends is a dot. */
static void put_dots(sink *s, const frame *f, const pen_plot_series *one)
{
    sink_put(s, "<path class=\"l\" stroke-width=\"");
    sink_number(s, one->width > 0 ? one->width : 6, 2);
    sink_put(s, "\" d=\"");
    for (size_t i = 0; i < one->point_count; i++) {
        double y = svg_y(f, one->points[i].y);
        if (isnan(y) || one->points[i].side == 0)
            continue;
        sink_put(s, "M");
        sink_number(s, svg_x(f, one->points[i].at), 2);
        sink_put(s, " ");
        sink_number(s, y, 2);
        sink_put(s, "h0");
    }
    sink_put(s, "\"/>\n");
}

/* Texts near an edge grow away from it. */
static void put_label(sink *s, const frame *f, const pen_plot_point *point)
{
    double x = svg_x(f, point->at), y = svg_y(f, point->y), part = (x - f->x) / f->width;
    const char *anchor = part > 0.85 ? "end" : part < 0.15 ? NULL : "middle";
    if (isnan(y))
        return;
    if (point->side == 0)
        svg_text(s, "n", x + (part > 0.85 ? -4 : 4), y - 4, part > 0.85 ? "end" : NULL,
                 point->text);
    else
        svg_text(s, "n", x, y + (point->side > 0 ? -8 : 17), anchor, point->text);
}

void svg_marks_put(sink *s, const frame *f, const pen_plot_series *one)
{
    put_dots(s, f, one);
    for (size_t i = 0; i < one->point_count; i++)
        if (one->points[i].text != NULL)
            put_label(s, f, &one->points[i]);
}
