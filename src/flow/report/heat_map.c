/* A square matrix as coloured cells: correlations. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "svg.h"

enum { LEFT = 16, TOP = 58, MOST_PX = 640, LEAST_PX = 3, LARGE_PX = 44, FONT_PX = 11 };

static double widest_name(const pen_heat_map *m)
{
    size_t most = 1;
    for (size_t i = 0; i < m->n; i++) {
        size_t n = svg_letters(m->names[i]);
        most = n > most ? n : most;
    }
    return (double)most * 6.6 + 8;
}

/* Red for plus, blue for minus, the stronger the fuller; nothing for NaN. */
static void put_cell(sink *s, const pen_heat_map *m, size_t row, size_t col, double x, double y,
                     double side)
{
    double value = m->values[row * m->n + col], strength = fmin(1, fabs(value));
    char text[16];
    if (isnan(value))
        return;
    sink_format(s, "<g class=\"c%d\"><rect class=\"b\" x=\"", value < 0 ? 1 : 4);
    sink_number(s, x, 1);
    sink_put(s, "\" y=\"");
    sink_number(s, y, 1);
    sink_put(s, "\" width=\"");
    sink_number(s, side - (side > 6), 1);
    sink_put(s, "\" height=\"");
    sink_number(s, side - (side > 6), 1);
    sink_put(s, "\" fill-opacity=\"");
    sink_number(s, strength, 3);
    sink_put(s, "\"/></g>\n");
    if (side >= 30) {
        snprintf(text, sizeof text, "%.2f", value);
        svg_text(s, "k", x + side / 2, y + side / 2 + 4, "middle", text);
    }
}

/* From -1 to 1, below the matrix. */
static void put_legend(sink *s, double x, double y)
{
    static const char *const labels[] = { "-1", "0", "1" };
    for (int k = 0; k < 21; k++) {
        sink_format(s, "<g class=\"c%d\"><rect class=\"b\" x=\"", k < 10 ? 1 : 4);
        sink_number(s, x + 8 * k, 1);
        sink_put(s, "\" y=\"");
        sink_number(s, y, 1);
        sink_put(s, "\" width=\"8\" height=\"10\" fill-opacity=\"");
        sink_number(s, fabs(k - 10.0) / 10, 2);
        sink_put(s, "\"/></g>\n");
    }
    for (int k = 0; k < 3; k++)
        svg_text(s, "m", x + 84 * k, y + 24, "middle", labels[k]);
}

static void put_names(sink *s, const pen_heat_map *m, double x, double y, double side)
{
    for (size_t i = 0; i < m->n && side >= FONT_PX - 1; i++) {
        double at = (double)i * side + side / 2;
        svg_text(s, "k", x - 6, y + at + 4, "end", m->names[i]);
        sink_put(s, "<g transform=\"translate(");
        sink_number(s, x + at + 4, 1);
        sink_put(s, " ");
        sink_number(s, y - 6, 1);
        sink_put(s, ") rotate(-90)\">");
        svg_text(s, "k", 0, 0, NULL, m->names[i]);
        sink_put(s, "</g>\n");
    }
}

static void put_map(sink *s, const pen_heat_map *m)
{
    double side = m->n > 0 ? floor(MOST_PX / (double)m->n) : LARGE_PX;
    side = side > LARGE_PX ? LARGE_PX : side < LEAST_PX ? LEAST_PX : side;
    double margin = side >= FONT_PX - 1 ? widest_name(m) : 0, size = side * (double)m->n;
    double x = LEFT + margin, y = TOP + margin;
    unsigned width = (unsigned)fmax(x + size + LEFT, 360), height = (unsigned)(y + size + 52);
    svg_head(s, m->title, m->subtitle, width, height);
    put_names(s, m, x, y, side);
    for (size_t row = 0; row < m->n; row++)
        for (size_t col = 0; col < m->n; col++)
            put_cell(s, m, row, col, x + (double)col * side, y + (double)row * side, side);
    put_legend(s, x, y + size + 12);
    sink_put(s, "</svg>\n");
}

pen_status pen_heat_map_svg(const pen_heat_map *map, char **text, size_t *length)
{
    enum { MOST_SERIES = 2000 };
    sink s = { 0 };
    *text = NULL;
    if (map->n > MOST_SERIES)
        return pen_fail(PEN_E_ARG, "pen_heat_map_svg: %zu series, at most %d", map->n, MOST_SERIES);
    put_map(&s, map);
    return sink_finish(&s, text, length);
}

pen_status pen_heat_map_save(const pen_heat_map *map, const char *path)
{
    char *text;
    size_t length;
    PEN_TRY(pen_heat_map_svg(map, &text, &length));
    return svg_save("pen_heat_map_save", path, text, length);
}
