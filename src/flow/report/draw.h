/* What the SVG and the terminal drawings share: text building, scales, ticks. */
#ifndef PEN_FLOW_REPORT_DRAW_H
#define PEN_FLOW_REPORT_DRAW_H

#include "../../machine/base/status.h"
#include "penstock/report.h"

/* ---- sink.c: a growing text.  The first failure sticks in `status`. ---- */

typedef struct sink {
    char *text;
    size_t length, room;
    pen_status status;
} sink;

void sink_put(sink *s, const char *text);
void sink_bytes(sink *s, const char *text, size_t length);
void sink_format(sink *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Text for XML: escaped, invalid UTF-8 and control characters replaced. */
void sink_xml(sink *s, const char *text);
/* The same without the escapes: safe to print on a terminal. */
void sink_plain(sink *s, const char *text);
/* A number with at most `digits` decimals and no needless zeros; the point is
 * a point in every locale. */
void sink_number(sink *s, double value, int digits);
/* Hands the text over, or releases it and returns the failure. */
pen_status sink_finish(sink *s, char **text, size_t *length);

/* ---- scale.c: values to positions ---- */

typedef struct scale {
    double low, high; /* of the data, padded; in log10 if is_log */
    bool is_log, is_empty;
} scale;

/* The range of a panel's finite values; columns reach down to zero. */
void scale_of_panel(const pen_plot *plot, const pen_plot_panel *panel, scale *out);
/* Is the series drawn from points rather than from [n] values? */
bool has_points(const pen_plot_series *one);
/* 0 at low, 1 at high; NaN for gaps. */
double scale_at(const scale *s, double value);
/* From a to b >= a, which may lie further apart than an int64 counts. */
static inline double ns_between(int64_t a, int64_t b)
{
    return (double)((uint64_t)b - (uint64_t)a);
}
/* 0 to 1 along the horizontal axis. */
double axis_at(const pen_plot *plot, size_t i);
/* The part of the axis that belongs to one point, 0 to 1. */
double axis_step(const pen_plot *plot);
pen_status plot_check(const char *what, const pen_plot *plot);

/* ---- ticks.c: round numbers and dates ---- */

enum { MOST_TICKS = 40 };

typedef struct tick {
    double at; /* 0 to 1 */
    char label[32];
} tick;

/* About `wanted` ticks of a value scale; returns how many. */
size_t ticks_of_values(const scale *s, size_t wanted, tick *ticks);
size_t ticks_of_axis(const pen_plot *plot, size_t wanted, tick *ticks);
/* "2024-03-01", or with the time of day when it is not midnight. */
void date_text(int64_t time_ns, char *text, size_t size);

#endif
