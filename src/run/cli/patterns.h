/* The parts of `penstock patterns`. */
#ifndef PEN_RUN_PATTERNS_H
#define PEN_RUN_PATTERNS_H

#include "cli.h"
#include "penstock/market.h"
#include "penstock/pattern.h"

/* What was asked for. */
typedef struct patterns_request {
    pen_pattern_options options;
    uint64_t last; /* of patterns: confirmed within as many bars; 0 = all */
    uint64_t n_levels, n_lines;
    uint64_t bars;      /* drawn */
    const char *symbol; /* NULL = all */
} patterns_request;

/* One series and what was found in it. */
typedef struct patterns_series {
    const char *file, *symbol;
    const int64_t *time_ns; /* NULL = none */
    size_t n;
    const double *fields[5]; /* [n] by role; NULL = none */
    const pen_patterns *found;
} patterns_series;

/* patterns_print.c: gathers series by series, prints at the end. */
typedef struct patterns_report {
    cli_table matches, levels, lines;
    struct json_t *list; /* NULL = tables */
} patterns_report;

/* Is the match one of those to show? */
bool patterns_is_shown(const patterns_request *r, const patterns_series *s, const pen_pattern *m);
pen_status patterns_report_begin(const cli *c, const patterns_request *r, patterns_report *out);
pen_status patterns_report_add(patterns_report *p, const patterns_request *r,
                               const patterns_series *s);
pen_status patterns_report_print(cli *c, patterns_report *p);
void patterns_report_clear(patterns_report *p);

/* patterns_plot.c: the last bars as candles, with what was found in them. */
pen_status patterns_plot(const cli *c, const patterns_request *r, const patterns_series *s,
                         const char *path);

#endif
