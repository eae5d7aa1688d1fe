/* From values to positions between 0 and 1. */
#include <math.h>

#include "draw.h"

static void include(scale *s, double value)
{
    if (!isfinite(value) || (s->is_log && value <= 0))
        return;
    value = s->is_log ? log10(value) : value;
    if (s->is_empty || value < s->low)
        s->low = value;
    if (s->is_empty || value > s->high)
        s->high = value;
    s->is_empty = false;
}

static void include_all(scale *s, const double *values, size_t n)
{
    for (size_t i = 0; values != NULL && i < n; i++)
        include(s, values[i]);
}

bool has_points(const pen_plot_series *one)
{
    return one->kind == PEN_PLOT_PATH || one->kind == PEN_PLOT_MARKS;
}

void scale_of_panel(const pen_plot *plot, const pen_plot_panel *panel, scale *out)
{
    bool has_columns = false;
    *out = (scale){ .is_log = panel->is_log, .is_empty = true };
    for (size_t k = 0; k < panel->count; k++) {
        const pen_plot_series *one = &panel->series[k];
        if (one->kind == PEN_PLOT_LEVEL) {
            include(out, one->level);
            continue;
        }
        for (size_t i = 0; has_points(one) && i < one->point_count; i++)
            include(out, one->points[i].y);
        if (has_points(one))
            continue;
        if (one->kind != PEN_PLOT_BAND)
            include_all(out, one->y, plot->n);
        if (one->kind == PEN_PLOT_BAND || one->kind == PEN_PLOT_CANDLES) {
            include_all(out, one->low, plot->n);
            include_all(out, one->high, plot->n);
        }
        has_columns |= one->kind == PEN_PLOT_BARS;
    }
    if (out->is_empty)
        return;
    if (has_columns && !out->is_log)
        include(out, 0);
    double span = out->high - out->low;
    double pad = span > 0 && isfinite(span) ? span * 0.04 : span > 0 ? 0 : fabs(out->low) * 0.02;
    if (pad == 0 && span == 0)
        pad = 1;
    bool is_floor = has_columns && out->low == 0, is_ceiling = has_columns && out->high == 0;
    out->low -= is_floor ? 0 : pad;
    out->high += is_ceiling ? 0 : pad;
    /* a constant next to the largest double */
    out->low = isfinite(out->low) ? out->low : -1.7e308;
    out->high = isfinite(out->high) ? out->high : 1.7e308;
}

double scale_at(const scale *s, double value)
{
    if (!isfinite(value) || (s->is_log && value <= 0))
        return NAN;
    value = s->is_log ? log10(value) : value;
    /* halves, because high - low may overflow */
    return (value * 0.5 - s->low * 0.5) / (s->high * 0.5 - s->low * 0.5);
}

double axis_at(const pen_plot *plot, size_t i)
{
    if (plot->time_ns != NULL && plot->is_evenly_spaced)
        return ((double)i + 0.5) / (double)plot->n;
    double span, here;
    if (plot->time_ns != NULL) {
        span = ns_between(plot->time_ns[0], plot->time_ns[plot->n - 1]);
        here = ns_between(plot->time_ns[0], plot->time_ns[i]);
    } else { /* halves, because the difference may overflow */
        span = plot->x[plot->n - 1] * 0.5 - plot->x[0] * 0.5;
        here = plot->x[i] * 0.5 - plot->x[0] * 0.5;
    }
    double inset = axis_step(plot) * 0.5;
    double at = span > 0 ? here / span : 0.5;
    return inset + at * (1 - 2 * inset);
}

/* Half a step is left free at both ends where columns or candles need it. */
double axis_step(const pen_plot *plot)
{
    if (plot->n < 2)
        return 1;
    if (plot->time_ns != NULL && plot->is_evenly_spaced)
        return 1.0 / (double)plot->n;
    for (size_t p = 0; p < plot->panel_count; p++)
        for (size_t k = 0; k < plot->panels[p].count; k++) {
            pen_plot_kind kind = plot->panels[p].series[k].kind;
            if (kind == PEN_PLOT_BARS || kind == PEN_PLOT_CANDLES)
                return 1.0 / (double)plot->n;
        }
    return 0;
}

static pen_status check_series(const char *what, const pen_plot *plot, const pen_plot_series *s)
{
    bool needs_y =
        s->kind == PEN_PLOT_LINE || s->kind == PEN_PLOT_BARS || s->kind == PEN_PLOT_CANDLES;
    bool needs_range = s->kind == PEN_PLOT_BAND || s->kind == PEN_PLOT_CANDLES;
    const char *label = s->label != NULL ? s->label : "unnamed";
    if (s->kind < PEN_PLOT_LINE || s->kind > PEN_PLOT_MARKS)
        return pen_fail(PEN_E_ARG, "%s: series '%s' has kind %d", what, label, (int)s->kind);
    if (plot->n > 0 &&
        ((needs_y && s->y == NULL) || (needs_range && (s->low == NULL || s->high == NULL)) ||
         (s->kind == PEN_PLOT_CANDLES && s->open == NULL)))
        return pen_fail(PEN_E_ARG, "%s: series '%s' lacks an array its kind needs", what, label);
    for (size_t i = 0; has_points(s) && i < s->point_count; i++)
        if (s->points == NULL || s->points[i].at >= plot->n)
            return pen_fail(PEN_E_ARG, "%s: series '%s' has no point %zu on an axis of %zu", what,
                            label, i, plot->n);
    if (s->colour < 0 || s->colour > PEN_PLOT_GREY)
        return pen_fail(PEN_E_ARG, "%s: series '%s' has colour %d, expected 0 to %d", what, label,
                        s->colour, PEN_PLOT_GREY);
    return PEN_OK;
}

static pen_status check_axis(const char *what, const pen_plot *plot)
{
    if (plot->n > 0 && (plot->time_ns == NULL) == (plot->x == NULL))
        return pen_fail(PEN_E_ARG, "%s: expected exactly one of time_ns and x", what);
    for (size_t i = 0; i < plot->n; i++) {
        if (plot->x != NULL && !isfinite(plot->x[i]))
            return pen_fail(PEN_E_ARG, "%s: x[%zu] is not finite", what, i);
        bool is_back = i > 0 && (plot->x != NULL ? plot->x[i] < plot->x[i - 1]
                                                 : plot->time_ns[i] < plot->time_ns[i - 1]);
        if (is_back)
            return pen_fail(PEN_E_ARG, "%s: the axis goes back at position %zu", what, i);
    }
    return PEN_OK;
}

pen_status plot_check(const char *what, const pen_plot *plot)
{
    if (plot->panel_count == 0 || plot->panel_count > 32)
        return pen_fail(PEN_E_ARG, "%s: %zu panels, expected 1 to 32", what, plot->panel_count);
    if (plot->width > 20000 || plot->height > 20000)
        return pen_fail(PEN_E_ARG, "%s: %u x %u pixels, expected at most 20000", what, plot->width,
                        plot->height);
    for (size_t p = 0; p < plot->panel_count; p++)
        for (size_t k = 0; k < plot->panels[p].count; k++)
            PEN_TRY(check_series(what, plot, &plot->panels[p].series[k]));
    return check_axis(what, plot);
}
