/* A plot as an SVG document: layout, axes and legends; svg_series.c draws the data. */
#define _POSIX_C_SOURCE 200809L

#include "svg.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char style[] =
    "<style>"
    "svg{font:11px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',Helvetica,Arial,"
    "sans-serif}"
    ".bg{fill:#fff}.t{fill:#1b2230;font-size:16px;font-weight:600}.k{fill:#3d4656}"
    ".m{fill:#6d7686}.g{fill:none;stroke:#e7e9ee}.x{fill:none;stroke:#c3c8d2}"
    ".l{fill:none;stroke:currentColor;stroke-linejoin:round;stroke-linecap:round}"
    ".n{fill:currentColor;stroke:#fff;stroke-width:3px;stroke-linejoin:round;paint-order:stroke}"
    ".b{fill:currentColor}.d{fill:none;stroke:currentColor;stroke-dasharray:5 4}"
    ".c1{color:#2b6fd1}.c2{color:#e07b12}.c3{color:#1f9a5b}.c4{color:#cf3f4f}"
    ".c5{color:#8655c9}.c6{color:#14939e}.c7{color:#cc4f92}.c8{color:#8a8412}.c9{color:#7b8494}"
    ".up{color:#1f9a77}.dn{color:#d2453f}"
    "@media(prefers-color-scheme:dark){"
    ".bg{fill:#12161d}.t{fill:#eef1f6}.k{fill:#c3cad6}.m{fill:#8b95a6}.g{stroke:#232a35}"
    ".x{stroke:#3c4656}.n{stroke:#12161d}"
    ".c1{color:#5b9bf3}.c2{color:#f2a04a}.c3{color:#46c285}.c4{color:#f0707c}"
    ".c5{color:#b18af0}.c6{color:#3fc1cb}.c7{color:#ee7fb8}.c8{color:#c9c14a}.c9{color:#98a2b3}"
    ".up{color:#3cc09a}.dn{color:#f0675f}}"
    "</style>";

enum { LEFT = 16, STRIP = 24, GAP = 8, BOTTOM = 30 };
static const double LETTER_PX = 6.6; /* of digits and small letters, about */

size_t svg_letters(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

void svg_text(sink *s, const char *class, double x, double y, const char *anchor, const char *text)
{
    sink_format(s, "<text class=\"%s\" x=\"", class);
    sink_number(s, x, 1);
    sink_put(s, "\" y=\"");
    sink_number(s, y, 1);
    sink_put(s, "\"");
    if (anchor != NULL)
        sink_format(s, " text-anchor=\"%s\"", anchor);
    sink_put(s, ">");
    sink_xml(s, text);
    sink_put(s, "</text>\n");
}

int series_colour(const pen_plot_panel *panel, size_t k)
{
    int next = 1;
    if (panel->series[k].colour != 0)
        return panel->series[k].colour;
    for (size_t i = 0; i < k; i++)
        next += panel->series[i].colour == 0 && panel->series[i].kind != PEN_PLOT_CANDLES;
    return (next - 1) % 8 + 1;
}

double opacity_of(const pen_plot_series *one)
{
    double own = one->kind == PEN_PLOT_BAND ? 0.22 : 0.65;
    return one->opacity > 0 && one->opacity <= 1 ? one->opacity : own;
}

/* A short piece of the line, or a box of the area. */
static void put_swatch(sink *s, const pen_plot_panel *panel, size_t k, double x, double y)
{
    const pen_plot_series *one = &panel->series[k];
    bool is_dashed = one->kind == PEN_PLOT_LEVEL || (one->kind == PEN_PLOT_PATH && one->is_dashed);
    bool is_line = one->kind == PEN_PLOT_LINE || has_points(one);
    const char *class = is_dashed ? "d" : is_line ? "l" : "b";
    sink_format(s, "<g class=\"c%d\"><path class=\"%s\" d=\"M", series_colour(panel, k), class);
    sink_number(s, x, 1);
    sink_put(s, " ");
    if (class[0] == 'b') {
        sink_number(s, y - 8, 1);
        sink_put(s, "h12v8h-12z\" opacity=\"");
        sink_number(s, fmin(1, 1.4 * opacity_of(one)), 2);
        sink_put(s, "\"/></g>\n");
        return;
    }
    sink_number(s, y - 4, 1);
    sink_put(s, "h12\" stroke-width=\"2\"/></g>\n");
}

/* What the axis measures, then the series' names; those that do not fit are left out. */
static void put_legend(sink *s, const frame *f)
{
    double x = f->x, y = f->y - 8;
    if (f->panel->title != NULL) {
        svg_text(s, "k", x, y, NULL, f->panel->title);
        x += (double)svg_letters(f->panel->title) * LETTER_PX + 18;
    }
    for (size_t k = 0; k < f->panel->count; k++) {
        const char *label = f->panel->series[k].label;
        if (label == NULL)
            continue;
        double wide = 18 + (double)svg_letters(label) * LETTER_PX;
        if (x + wide > f->x + f->width)
            return;
        if (f->panel->series[k].kind != PEN_PLOT_CANDLES) {
            put_swatch(s, f->panel, k, x, y);
            x += 17;
        }
        svg_text(s, "m", x, y, NULL, label);
        x += wide;
    }
}

static void put_lines(sink *s, const frame *f, const tick *ticks, size_t count, bool is_vertical)
{
    sink_put(s, "<path class=\"g\" d=\"");
    for (size_t i = 0; i < count; i++) {
        double at =
            is_vertical ? f->x + ticks[i].at * f->width : f->y + (1 - ticks[i].at) * f->height;
        sink_put(s, "M");
        sink_number(s, is_vertical ? at : f->x, 1);
        sink_put(s, " ");
        sink_number(s, is_vertical ? f->y : at, 1);
        sink_put(s, is_vertical ? "v" : "h");
        sink_number(s, is_vertical ? f->height : f->width, 1);
    }
    sink_put(s, "\"/>\n");
}

static void put_panel(sink *s, const frame *f, const tick *axis, size_t axis_count)
{
    tick ticks[MOST_TICKS];
    size_t wanted = (size_t)(f->height / 45) + 1;
    size_t count = ticks_of_values(&f->scale, wanted < 2 ? 2 : wanted, ticks);
    put_lines(s, f, ticks, count, false);
    put_lines(s, f, axis, axis_count, true);
    put_legend(s, f);
    if (f->scale.is_empty)
        svg_text(s, "m", f->x + f->width / 2, f->y + f->height / 2, "middle", "no data");
    else
        svg_series_put(s, f);
    for (size_t i = 0; i < count; i++)
        svg_text(s, "m", f->x + f->width + 8, f->y + (1 - ticks[i].at) * f->height + 4, NULL,
                 ticks[i].label);
    sink_put(s, "<path class=\"x\" d=\"M");
    sink_number(s, f->x, 1);
    sink_put(s, " ");
    sink_number(s, f->y + f->height, 1);
    sink_put(s, "h");
    sink_number(s, f->width, 1);
    sink_put(s, "\"/>\n");
}

/* Left out where they would run into the one before or over the edge. */
static void put_axis_labels(sink *s, const frame *f, const tick *ticks, size_t count, double y,
                            double picture_width)
{
    double free_from = 0;
    for (size_t i = 0; i < count; i++) {
        double half = (double)svg_letters(ticks[i].label) * LETTER_PX * 0.5 + 3;
        double x = f->x + ticks[i].at * f->width;
        if (x - half < free_from || x + half > picture_width)
            continue;
        svg_text(s, "m", x, y, "middle", ticks[i].label);
        free_from = x + half;
    }
}

void svg_head(sink *s, const char *title, const char *subtitle, unsigned width, unsigned height)
{
    sink_format(s,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" width=\"%u\" "
                "height=\"%u\" role=\"img\">\n",
                width, height, width, height);
    if (title != NULL) {
        sink_put(s, "<title>");
        sink_xml(s, title);
        sink_put(s, "</title>\n");
    }
    sink_put(s, style);
    sink_format(s, "\n<rect class=\"bg\" width=\"%u\" height=\"%u\"/>\n", width, height);
    if (title != NULL)
        svg_text(s, "t", LEFT, 27, NULL, title);
    if (subtitle != NULL)
        svg_text(s, "m", LEFT, title != NULL ? 44 : 24, NULL, subtitle);
}

static void put_head(sink *s, const pen_plot *plot, unsigned width, unsigned height)
{
    char range[128] = "", from[40], to[40];
    svg_head(s, plot->title, plot->subtitle, width, height);
    if (plot->time_ns != NULL && plot->n > 0) {
        date_text(plot->time_ns[0], from, sizeof from);
        date_text(plot->time_ns[plot->n - 1], to, sizeof to);
        snprintf(range, sizeof range, plot->n > 1 ? "%s to %s UTC" : "%s UTC", from, to);
        svg_text(s, "m", width - LEFT, 26, "end", range);
    }
}

/* Room for the widest value label. */
static double right_margin(const pen_plot *plot)
{
    size_t widest = 3;
    for (size_t p = 0; p < plot->panel_count; p++) {
        scale range;
        tick ticks[MOST_TICKS];
        scale_of_panel(plot, &plot->panels[p], &range);
        size_t count = ticks_of_values(&range, 6, ticks);
        for (size_t i = 0; i < count; i++)
            widest = svg_letters(ticks[i].label) > widest ? svg_letters(ticks[i].label) : widest;
    }
    return (double)widest * LETTER_PX + 24;
}

static double weight_of(const pen_plot_panel *panel)
{
    return panel->weight > 0 && panel->weight < 1e3 ? panel->weight : 1;
}

static void put_picture(sink *s, const pen_plot *plot)
{
    double weights = 0, top = 14;
    for (size_t p = 0; p < plot->panel_count; p++)
        weights += weight_of(&plot->panels[p]);
    top += plot->title != NULL ? 24 : 0;
    top += plot->subtitle != NULL || (plot->title == NULL && plot->time_ns != NULL) ? 16 : 0;
    double bottom = BOTTOM + (plot->x_label != NULL ? 16 : 0);
    double fixed = top + bottom + (double)plot->panel_count * (STRIP + GAP);
    unsigned width = plot->width > 0 ? plot->width : 960;
    unsigned height = plot->height > 0 ? plot->height : (unsigned)(fixed + 200 * weights);
    double room = height > fixed + 20 * weights ? height - fixed : 20 * weights;

    frame f = { .plot = plot, .x = LEFT, .y = top, .width = width - LEFT - right_margin(plot) };
    f.width = f.width < 50 ? 50 : f.width;
    tick axis[MOST_TICKS];
    size_t axis_count = ticks_of_axis(plot, (size_t)(f.width / 90) + 1, axis);
    put_head(s, plot, width, height);
    for (size_t p = 0; p < plot->panel_count; p++) {
        f.panel = &plot->panels[p];
        f.y += STRIP;
        f.height = room * weight_of(f.panel) / weights;
        scale_of_panel(plot, f.panel, &f.scale);
        put_panel(s, &f, axis, axis_count);
        f.y += f.height + GAP;
    }
    put_axis_labels(s, &f, axis, axis_count, f.y + 10, width);
    if (plot->x_label != NULL)
        svg_text(s, "k", f.x + f.width / 2, f.y + 30, "middle", plot->x_label);
    sink_put(s, "</svg>\n");
}

pen_status pen_plot_svg(const pen_plot *plot, char **text, size_t *length)
{
    sink s = { 0 };
    *text = NULL;
    PEN_TRY(plot_check("pen_plot_svg", plot));
    put_picture(&s, plot);
    return sink_finish(&s, text, length);
}

pen_status svg_save(const char *function, const char *path, char *text, size_t length)
{
    FILE *file = fopen(path, "w");
    bool is_bad = file == NULL || fwrite(text, 1, length, file) != length;
    int reason = errno;
    if (file != NULL && fclose(file) != 0 && !is_bad) {
        is_bad = true;
        reason = errno;
    }
    pen_plot_free(text);
    if (is_bad)
        return pen_fail(PEN_E_IO, "%s: %s: %s", function, path, strerror(reason));
    return PEN_OK;
}

pen_status pen_plot_save(const pen_plot *plot, const char *path)
{
    char *text;
    size_t length;
    PEN_TRY(pen_plot_svg(plot, &text, &length));
    return svg_save("pen_plot_save", path, text, length);
}
