/* Numbers become pictures: charts as SVG and as text for a terminal.
 *
 * A plot is a description by value: panels stacked over one horizontal axis,
 * each with series over the same n positions.  Everything is borrowed for the
 * length of the call, and the same plot gives the same bytes on every machine.
 * NaN and infinite values are gaps: a line breaks, a candle is left out.
 * Labels are UTF-8; what XML does not allow is escaped or replaced.
 * Threads: any.
 */
#ifndef PENSTOCK_REPORT_H
#define PENSTOCK_REPORT_H

#include "penstock/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pen_plot_kind {
    PEN_PLOT_LINE,    /* y */
    PEN_PLOT_BAND,    /* the area between low and high */
    PEN_PLOT_BARS,    /* columns from zero to y: volumes, counts */
    PEN_PLOT_CANDLES, /* open, high, low, y = close */
    PEN_PLOT_LEVEL,   /* a dashed horizontal line at `level` */
    PEN_PLOT_PATH,    /* straight pieces from point to point */
    PEN_PLOT_MARKS,   /* a dot and a text at each point; a terminal shows the dots */
} pen_plot_kind;

typedef struct pen_plot_point {
    size_t at; /* position on the axis, below n */
    double y;
    const char *text; /* of marks; NULL = none */
    int side;         /* where it stands: 1 above, -1 below, 0 after the point, without a dot */
} pen_plot_point;

/* Colours 1 to 8 are the palette's; 0 takes the next one of the panel. */
enum { PEN_PLOT_GREY = 9 };

typedef struct pen_plot_series {
    pen_plot_kind kind;
    const char *label; /* in the legend; NULL = none */
    const double *y;   /* [n] */
    const double *open, *high, *low;
    double level;
    const pen_plot_point *points; /* [point_count], of paths in order of `at` */
    size_t point_count;
    bool is_dashed; /* of paths */
    int colour;     /* 0 to PEN_PLOT_GREY */
    double opacity; /* 0 to 1 of bands and bars; 0 = the kind's own */
    double width;   /* of lines in pixels; 0 = 1.5 */
} pen_plot_series;

typedef struct pen_plot_panel {
    const char *title; /* what the axis measures, with its unit; NULL = none */
    const pen_plot_series *series;
    size_t count;
    double weight; /* share of the height; 0 = 1 */
    bool is_log;   /* values <= 0 are gaps then */
} pen_plot_panel;

/* Exactly one of time_ns and x is set, non-decreasing, length n. */
typedef struct pen_plot {
    const char *title, *subtitle;
    const int64_t *time_ns; /* since 1970 UTC */
    bool is_evenly_spaced;  /* of time: one position a point, so closed hours leave no hole */
    const double *x;
    const char *x_label;
    size_t n;
    const pen_plot_panel *panels;
    size_t panel_count;
    unsigned width, height; /* pixels; 0 = 960, and 200 a unit of weight */
} pen_plot;

/* The plot as an SVG document that follows the reader's light or dark scheme.
 * Many points are drawn as the extremes of each pixel column.
 *   text    creates: UTF-8, ends with '\0'; release with pen_plot_free()
 *   length  bytes without the end; may be NULL
 * n == 0 gives axes that say "no data".  PEN_E_ARG if an axis decreases, a
 * series lacks its arrays or a size is absurd; PEN_E_NOMEM. */
PEN_API pen_status pen_plot_svg(const pen_plot *plot, char **text, size_t *length);

/* The plot for a terminal, in Braille dots: candles become their closes and
 * bands their edges.
 *   columns, rows  of characters, all panels together; at least 30 x 4
 *   use_colour     ANSI colours; the caller asks the terminal and NO_COLOR */
PEN_API pen_status pen_plot_terminal(const pen_plot *plot, unsigned columns, unsigned rows,
                                     bool use_colour, char **text, size_t *length);
PEN_API void pen_plot_free(char *text);

/* The SVG into a file.  PEN_E_IO. */
PEN_API pen_status pen_plot_save(const pen_plot *plot, const char *path);

/* A square matrix as coloured cells, such as correlations: red for plus, blue for minus, full at
 * -1 and 1 and beyond, nothing for NaN; names and numbers where there is room. */
typedef struct pen_heat_map {
    const char *title, *subtitle;
    const char *const *names; /* [n] */
    const double *values;     /* [n][n] */
    size_t n;                 /* at most 2000 */
} pen_heat_map;

/* As an SVG document, and into a file; as pen_plot_svg() and pen_plot_save(). */
PEN_API pen_status pen_heat_map_svg(const pen_heat_map *map, char **text, size_t *length);
PEN_API pen_status pen_heat_map_save(const pen_heat_map *map, const char *path);

/* Counts the finite values into `bins` equal bins.
 *   centre  [bins]  written: the middle of each bin
 *   count   [bins]  written: values per bin
 * The bins span the values from the smallest to the largest; a constant sample
 * gets bins around it, and one without finite values counts zero everywhere.
 * PEN_E_ARG for bins == 0. */
PEN_API pen_status pen_histogram(const double *values, size_t n, size_t bins, double *centre,
                                 double *count);

/* The number of bins that Freedman and Diaconis (1981) advise: width 2 IQR n^(-1/3);
 * between 1 and 512.  PEN_E_NOMEM. */
PEN_API pen_status pen_histogram_bins(const double *values, size_t n, size_t *bins);

#ifdef __cplusplus
}
#endif
#endif
