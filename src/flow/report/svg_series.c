/* Series as SVG paths.  Where positions are denser than pixels, each pixel
 * column is drawn by its extremes: the picture is the same, the file small. */
#include <math.h>

#include "svg.h"

double svg_x(const frame *f, size_t i)
{
    return f->x + axis_at(f->plot, i) * f->width;
}

double svg_y(const frame *f, double value)
{
    return f->y + (1 - scale_at(&f->scale, value)) * f->height;
}

static bool is_dense(const frame *f)
{
    return (double)f->plot->n > 2 * f->width;
}

/* ---- lines ---- */

typedef struct line {
    sink *s;
    size_t in_piece; /* points since the last gap */
} line;

static void line_point(line *l, double x, double y)
{
    sink_put(l->s, l->in_piece++ == 0 ? "M" : "L");
    sink_number(l->s, x, 2);
    sink_put(l->s, " ");
    sink_number(l->s, y, 2);
}

/* A point between two gaps is a small cross. */
static void line_gap(line *l)
{
    if (l->in_piece == 1)
        sink_put(l->s, "m-2.5 0h5m-2.5-2.5v5");
    l->in_piece = 0;
}

/* The points of one pixel column that matter. */
typedef struct column {
    size_t first, last, low, high, count;
    double low_y, high_y;
} column;

static void column_flush(line *l, const frame *f, const double *values, const column *c)
{
    if (c->count == 0) {
        line_gap(l);
        return;
    }
    size_t order[] = { c->first, c->low < c->high ? c->low : c->high,
                       c->low < c->high ? c->high : c->low, c->last };
    for (size_t i = 0; i < PEN_COUNT(order); i++)
        if (i == 0 || order[i] != order[i - 1])
            line_point(l, svg_x(f, order[i]), svg_y(f, values[order[i]]));
}

static void dense_line(line *l, const frame *f, const double *values)
{
    column c = { 0 };
    double at = -1;
    for (size_t i = 0; i < f->plot->n; i++) {
        double here = floor(svg_x(f, i)), y = scale_at(&f->scale, values[i]);
        if (here != at) {
            if (at >= 0)
                column_flush(l, f, values, &c);
            c = (column){ 0 };
            at = here;
        }
        if (isnan(y))
            continue;
        if (c.count++ == 0) {
            c.first = c.low = c.high = i;
            c.low_y = c.high_y = y;
        }
        c.last = i;
        if (y < c.low_y) {
            c.low = i;
            c.low_y = y;
        }
        if (y > c.high_y) {
            c.high = i;
            c.high_y = y;
        }
    }
    column_flush(l, f, values, &c);
}

static void put_line(sink *s, const frame *f, const pen_plot_series *one)
{
    line l = { .s = s };
    sink_put(s, "<path class=\"l\" stroke-width=\"");
    sink_number(s, one->width > 0 ? one->width : 1.5, 2);
    sink_put(s, "\" d=\"");
    if (is_dense(f)) {
        dense_line(&l, f, one->y);
    } else {
        for (size_t i = 0; i < f->plot->n; i++) {
            double y = svg_y(f, one->y[i]);
            if (isnan(y))
                line_gap(&l);
            else
                line_point(&l, svg_x(f, i), y);
        }
    }
    line_gap(&l);
    sink_put(s, "\"/>\n");
}

/* ---- bands ---- */

typedef struct span {
    double x, low, high;
} span;

/* The next column of a band, from *i on: one position, or a pixel's worth of
 * them.  low is NaN in a gap. */
static bool next_span(const frame *f, const double *low, const double *high, size_t *i, span *out)
{
    if (*i >= f->plot->n)
        return false;
    double bucket = floor(svg_x(f, *i));
    *out = (span){ svg_x(f, *i), NAN, NAN };
    do {
        double a = scale_at(&f->scale, low[*i]), b = scale_at(&f->scale, high[*i]);
        if (!isnan(a) && !isnan(b)) {
            out->low = isnan(out->low) ? a : fmin(out->low, a);
            out->high = isnan(out->high) ? b : fmax(out->high, b);
        }
        ++*i;
    } while (is_dense(f) && *i < f->plot->n && floor(svg_x(f, *i)) == bucket);
    return true;
}

static void put_edge(sink *s, const frame *f, char word, double x, double at)
{
    sink_format(s, "%c", word);
    sink_number(s, x, 2);
    sink_put(s, " ");
    sink_number(s, f->y + (1 - at) * f->height, 2);
}

/* The lower edge of the piece [begin, end), walked back. */
static void close_piece(sink *s, const frame *f, const pen_plot_series *one, size_t begin,
                        size_t end)
{
    while (end-- > begin)
        put_edge(s, f, 'L', svg_x(f, end), scale_at(&f->scale, one->low[end]));
    sink_put(s, "z");
}

static void put_band(sink *s, const frame *f, const pen_plot_series *one)
{
    sink_put(s, "<path class=\"b\" opacity=\"");
    sink_number(s, opacity_of(one), 2);
    sink_put(s, "\" d=\"");
    if (is_dense(f)) {
        span c;
        for (size_t i = 0; next_span(f, one->low, one->high, &i, &c);)
            if (!isnan(c.low)) {
                put_edge(s, f, 'M', floor(c.x), c.high);
                sink_put(s, "h1V");
                sink_number(s, f->y + (1 - c.low) * f->height, 2);
                sink_put(s, "h-1z");
            }
        sink_put(s, "\"/>\n");
        return;
    }
    size_t begin = 0, i = 0;
    for (; i <= f->plot->n; i++) {
        bool is_gap = i == f->plot->n || isnan(scale_at(&f->scale, one->low[i])) ||
                      isnan(scale_at(&f->scale, one->high[i]));
        if (!is_gap)
            put_edge(s, f, i == begin ? 'M' : 'L', svg_x(f, i), scale_at(&f->scale, one->high[i]));
        else if (i > begin)
            close_piece(s, f, one, begin, i);
        if (is_gap)
            begin = i + 1;
    }
    sink_put(s, "\"/>\n");
}

/* ---- columns and candles ---- */

static void put_box(sink *s, double x, double y, double wide, double high)
{
    sink_put(s, "M");
    sink_number(s, x, 2);
    sink_put(s, " ");
    sink_number(s, y, 2);
    sink_put(s, "h");
    sink_number(s, wide, 2);
    sink_put(s, "v");
    sink_number(s, high, 2);
    sink_put(s, "h");
    sink_number(s, -wide, 2);
    sink_put(s, "z");
}

static void put_columns(sink *s, const frame *f, const pen_plot_series *one)
{
    double step = axis_step(f->plot) * f->width, wide = step * 0.82 < 1 ? 1 : step * 0.82;
    wide = wide > 120 ? 120 : wide;
    double zero = scale_at(&f->scale, 0);
    zero = isnan(zero) || zero < 0 ? 0 : zero;
    span c;
    sink_put(s, "<path class=\"b\" opacity=\"");
    sink_number(s, opacity_of(one), 2);
    sink_put(s, "\" d=\"");
    for (size_t i = 0; next_span(f, one->y, one->y, &i, &c);) {
        if (isnan(c.low))
            continue;
        double low = fmin(c.low, zero), high = fmax(c.high, zero);
        put_box(s, is_dense(f) ? floor(c.x) : c.x - wide / 2, f->y + (1 - high) * f->height, wide,
                (high - low) * f->height);
    }
    sink_put(s, "\"/>\n");
}

typedef struct candle {
    double x, open, high, low, close; /* as positions 0 to 1; open NaN = a gap */
} candle;

/* Candles narrower than two and a half pixels are merged, as bars of a longer period would be. */
static size_t candles_together(const frame *f)
{
    double together = ceil(2.5 * (double)f->plot->n / f->width);
    return together < 1 ? 1 : (size_t)together;
}

static candle merge_candles(const frame *f, const pen_plot_series *one, size_t begin, size_t end)
{
    candle c = { .open = NAN };
    for (size_t i = begin; i < end; i++) {
        double o = scale_at(&f->scale, one->open[i]), h = scale_at(&f->scale, one->high[i]),
               l = scale_at(&f->scale, one->low[i]), close = scale_at(&f->scale, one->y[i]);
        if (isnan(o) || isnan(h) || isnan(l) || isnan(close))
            continue;
        if (isnan(c.open)) {
            c = (candle){ 0, o, h, l, close };
            continue;
        }
        c.high = fmax(c.high, h);
        c.low = fmin(c.low, l);
        c.close = close;
    }
    c.x = (svg_x(f, begin) + svg_x(f, end - 1)) / 2;
    return c;
}

static void put_candles(sink *s, const frame *f, const pen_plot_series *one, bool is_up)
{
    size_t together = candles_together(f);
    double step = axis_step(f->plot) * f->width * (double)together;
    double wide = step * 0.66 < 1 ? 1 : step * 0.66 > 24 ? 24 : step * 0.66;
    sink wicks = { 0 };
    sink_format(s, "<g class=\"%s\"><path class=\"b\" d=\"", is_up ? "up" : "dn");
    for (size_t i = 0; i < f->plot->n; i += together) {
        size_t end = i + together < f->plot->n ? i + together : f->plot->n;
        candle c = merge_candles(f, one, i, end);
        if (isnan(c.open) || (c.close >= c.open) != is_up)
            continue;
        double top = fmax(c.open, c.close), high = fabs(c.close - c.open) * f->height;
        put_box(s, c.x - wide / 2, f->y + (1 - top) * f->height, wide, high < 1 ? 1 : high);
        put_edge(&wicks, f, 'M', c.x, c.high);
        sink_put(&wicks, "V");
        sink_number(&wicks, f->y + (1 - c.low) * f->height, 2);
    }
    sink_put(s, "\"/><path class=\"l\" stroke-width=\"1\" d=\"");
    char *text;
    pen_status status = sink_finish(&wicks, &text, NULL);
    if (status != PEN_OK)
        s->status = status;
    else
        sink_put(s, text);
    pen_plot_free(text);
    sink_put(s, "\"/></g>\n");
}

static void put_level(sink *s, const frame *f, const pen_plot_series *one)
{
    double at = scale_at(&f->scale, one->level);
    if (isnan(at))
        return;
    sink_put(s, "<path class=\"d\" d=\"");
    put_edge(s, f, 'M', f->x, at);
    sink_put(s, "h");
    sink_number(s, f->width, 1);
    sink_put(s, "\"/>\n");
}

void svg_series_put(sink *s, const frame *f)
{
    for (size_t k = 0; k < f->panel->count; k++) {
        const pen_plot_series *one = &f->panel->series[k];
        sink_format(s, "<g class=\"c%d\">", series_colour(f->panel, k));
        if (one->kind == PEN_PLOT_LINE)
            put_line(s, f, one);
        else if (one->kind == PEN_PLOT_BAND)
            put_band(s, f, one);
        else if (one->kind == PEN_PLOT_BARS)
            put_columns(s, f, one);
        else if (one->kind == PEN_PLOT_LEVEL)
            put_level(s, f, one);
        else if (one->kind == PEN_PLOT_PATH)
            svg_path_put(s, f, one);
        else if (one->kind == PEN_PLOT_MARKS)
            svg_marks_put(s, f, one);
        if (one->kind == PEN_PLOT_CANDLES)
            for (int up = 0; up < 2; up++)
                put_candles(s, f, one, up);
        sink_put(s, "</g>\n");
    }
}
