/* A plot in Braille dots: each character is 2 x 4 of them (U+2800 on). */
#include <math.h>
#include <stdlib.h>

#include "../../machine/base/alloc.h"
#include "draw.h"

enum { LABEL = 8 }; /* columns of the value labels */

typedef struct canvas {
    unsigned columns, rows; /* characters */
    unsigned char *dots, *colours;
    const pen_plot *plot;
    scale scale;
} canvas;

static void dot(canvas *c, long x, long y, int colour)
{
    static const unsigned char bit[4][2] = { { 1, 8 }, { 2, 16 }, { 4, 32 }, { 64, 128 } };
    if (x < 0 || y < 0 || x >= (long)c->columns * 2 || y >= (long)c->rows * 4)
        return;
    size_t cell = (size_t)(y / 4) * c->columns + (size_t)(x / 2);
    c->dots[cell] |= bit[y % 4][x % 2];
    c->colours[cell] = (unsigned char)colour;
}

static long dot_x(const canvas *c, size_t i)
{
    return lround(axis_at(c->plot, i) * (double)(c->columns * 2 - 1));
}

/* -1 in a gap. */
static long dot_y(const canvas *c, double value)
{
    double at = scale_at(&c->scale, value);
    return isnan(at) ? -1 : lround((1 - at) * (double)(c->rows * 4 - 1));
}

/* Between neighbours the column is filled half-way by each, so steep lines
 * have no holes.  The ends are left out. */
static void draw_piece(canvas *c, long from_x, long from_y, long x, long y, int colour, int every)
{
    long steps = labs(x - from_x) > labs(y - from_y) ? labs(x - from_x) : labs(y - from_y);
    for (long k = 1; k < steps; k++) {
        long at = from_x + (x - from_x) * k / steps;
        if (at % every == 0)
            dot(c, at, from_y + (y - from_y) * k / steps, colour);
    }
}

static void draw_line(canvas *c, const double *values, int colour, int every)
{
    long before_x = -1, before_y = -1;
    for (size_t i = 0; i < c->plot->n; i++) {
        long x = dot_x(c, i), y = dot_y(c, values[i]);
        if (y >= 0 && before_y >= 0)
            draw_piece(c, before_x, before_y, x, y, colour, every);
        if (y >= 0 && x % every == 0)
            dot(c, x, y, colour);
        before_x = x;
        before_y = y;
    }
}

/* Points, and for paths what is between them. */
static void draw_points(canvas *c, const pen_plot_series *one, int colour)
{
    long before_x = -1, before_y = -1;
    for (size_t i = 0; i < one->point_count; i++) {
        long x = dot_x(c, one->points[i].at), y = dot_y(c, one->points[i].y);
        if (y >= 0 && before_y >= 0 && one->kind == PEN_PLOT_PATH)
            draw_piece(c, before_x, before_y, x, y, colour, one->is_dashed ? 3 : 1);
        if (y >= 0)
            dot(c, x, y, colour);
        before_x = x;
        before_y = y;
    }
}

static void draw_columns(canvas *c, const double *values, int colour)
{
    long zero = dot_y(c, 0), bottom = (long)c->rows * 4 - 1;
    zero = zero < 0 || zero > bottom ? bottom : zero;
    for (size_t i = 0; i < c->plot->n; i++) {
        long y = dot_y(c, values[i]), x = dot_x(c, i);
        if (y < 0)
            continue;
        for (long k = y < zero ? y : zero; k <= (y < zero ? zero : y); k++)
            dot(c, x, k, colour);
    }
}

static int colour_of(const pen_plot_panel *panel, size_t k)
{
    int next = 0;
    if (panel->series[k].colour != 0)
        return panel->series[k].colour;
    for (size_t i = 0; i < k; i++)
        next += panel->series[i].colour == 0;
    return next % 8 + 1;
}

static void draw_series(canvas *c, const pen_plot_series *one, int colour)
{
    if (one->kind == PEN_PLOT_BARS) {
        draw_columns(c, one->y, colour);
    } else if (one->kind == PEN_PLOT_BAND) {
        draw_line(c, one->low, colour, 2);
        draw_line(c, one->high, colour, 2);
    } else if (one->kind == PEN_PLOT_LEVEL) {
        for (long x = 0; x < (long)c->columns * 2; x += 4)
            dot(c, x, dot_y(c, one->level), colour);
    } else if (has_points(one)) {
        draw_points(c, one, colour);
    } else {
        draw_line(c, one->y, colour, 1);
    }
}

static void put_colour(sink *s, bool use_colour, int colour)
{
    static const int code[] = { 0, 33, 208, 35, 167, 134, 37, 169, 142, 245 };
    if (!use_colour)
        return;
    if (colour == 0)
        sink_put(s, "\033[0m");
    else
        sink_format(s, "\033[38;5;%dm", code[colour]);
}

static unsigned letters(const char *text)
{
    unsigned n = 0;
    for (; *text != '\0'; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n;
}

/* The panel's name and its series, each after a mark in its colour. */
static void put_legend(sink *s, const pen_plot_panel *panel, unsigned columns, bool use_colour)
{
    unsigned used = 0;
    if (panel->title != NULL && letters(panel->title) < columns) {
        sink_plain(s, panel->title);
        used = letters(panel->title);
    }
    for (size_t k = 0; k < panel->count; k++) {
        const char *label = panel->series[k].label;
        if (label == NULL || (used += letters(label) + 4) > columns)
            continue;
        sink_put(s, "  ");
        put_colour(s, use_colour, colour_of(panel, k));
        sink_put(s, panel->series[k].kind == PEN_PLOT_BARS ? "\u2588 " : "\u2500 ");
        put_colour(s, use_colour, 0);
        sink_plain(s, label);
    }
    sink_put(s, "\n");
}

static void put_canvas(sink *s, const canvas *c, bool use_colour)
{
    tick ticks[MOST_TICKS];
    size_t count = ticks_of_values(&c->scale, c->rows / 3 + 1, ticks);
    for (unsigned r = 0; r < c->rows; r++) {
        int colour = 0;
        for (unsigned k = 0; k < c->columns; k++) {
            size_t cell = (size_t)r * c->columns + k;
            int wanted = c->dots[cell] != 0 ? c->colours[cell] : 0;
            if (wanted != colour)
                put_colour(s, use_colour, colour = wanted);
            unsigned code = 0x2800u + c->dots[cell];
            char utf8[] = { (char)(0xE0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3F)),
                            (char)(0x80 | (code & 0x3F)) };
            sink_bytes(s, utf8, sizeof utf8);
        }
        if (colour != 0)
            put_colour(s, use_colour, 0);
        for (size_t i = 0; i < count; i++)
            if (lround((1 - ticks[i].at) * (c->rows - 1)) == (long)r) {
                sink_format(s, " %.*s", LABEL - 1, ticks[i].label);
                break;
            }
        sink_put(s, "\n");
    }
}

static pen_status put_panel(sink *s, const pen_plot *plot, const pen_plot_panel *panel,
                            unsigned columns, unsigned rows, bool use_colour)
{
    canvas c = { .columns = columns - LABEL, .rows = rows, .plot = plot };
    PEN_TRY(pen_alloc((size_t)c.columns * c.rows, 2, (void **)&c.dots));
    c.colours = c.dots + (size_t)c.columns * c.rows;
    scale_of_panel(plot, panel, &c.scale);
    for (size_t k = 0; k < panel->count && !c.scale.is_empty; k++)
        draw_series(&c, &panel->series[k], colour_of(panel, k));
    put_legend(s, panel, columns, use_colour);
    if (c.scale.is_empty)
        sink_put(s, "no data\n");
    else
        put_canvas(s, &c, use_colour);
    pen_free(c.dots);
    return PEN_OK;
}

/* Labels centred under their ticks, without running into each other. */
static void put_axis(sink *s, const pen_plot *plot, unsigned columns)
{
    tick ticks[MOST_TICKS];
    unsigned width = columns - LABEL, used = 0;
    size_t count = ticks_of_axis(plot, width / 12 + 1, ticks);
    for (size_t i = 0; i < count; i++) {
        unsigned length = letters(ticks[i].label);
        double middle = ticks[i].at * (width - 1) - length / 2.0;
        unsigned from = middle > 0 ? (unsigned)(middle + 0.5) : 0;
        if ((used > 0 && from < used + 2) || from + length > columns)
            continue;
        sink_format(s, "%*s%s", (int)(from - used), "", ticks[i].label);
        used = from + length;
    }
    sink_put(s, "\n");
}

static void put_title(sink *s, const pen_plot *plot, unsigned columns, bool use_colour)
{
    char from[40] = "", to[40] = "";
    if (plot->time_ns != NULL && plot->n > 0) {
        date_text(plot->time_ns[0], from, sizeof from);
        date_text(plot->time_ns[plot->n - 1], to, sizeof to);
    }
    sink_put(s, use_colour ? "\033[1m" : "");
    sink_plain(s, plot->title);
    put_colour(s, use_colour, 0);
    if (from[0] != '\0' && letters(plot->title) + letters(from) + letters(to) + 6 <= columns)
        sink_format(s, "  %s to %s", from, to);
    sink_put(s, "\n");
}

pen_status pen_plot_terminal(const pen_plot *plot, unsigned columns, unsigned rows, bool use_colour,
                             char **text, size_t *length)
{
    sink s = { 0 };
    double weights = 0;
    *text = NULL;
    PEN_TRY(plot_check("pen_plot_terminal", plot));
    if (columns < 30 || rows < 4 || columns > 1000 || rows > 1000)
        return pen_fail(PEN_E_ARG, "pen_plot_terminal: %u x %u, expected 30 x 4 to 1000 x 1000",
                        columns, rows);
    for (size_t p = 0; p < plot->panel_count; p++)
        weights += plot->panels[p].weight > 0 ? plot->panels[p].weight : 1;
    unsigned fixed = (unsigned)plot->panel_count + 1 + (plot->title != NULL);
    unsigned room = rows > fixed ? rows - fixed : 0;
    if (plot->title != NULL)
        put_title(&s, plot, columns, use_colour);
    for (size_t p = 0; p < plot->panel_count && s.status == PEN_OK; p++) {
        double weight = plot->panels[p].weight > 0 ? plot->panels[p].weight : 1;
        unsigned part = (unsigned)(room * weight / weights);
        pen_status status =
            put_panel(&s, plot, &plot->panels[p], columns, part < 2 ? 2 : part, use_colour);
        if (status != PEN_OK)
            s.status = status;
    }
    put_axis(&s, plot, columns);
    return sink_finish(&s, text, length);
}
