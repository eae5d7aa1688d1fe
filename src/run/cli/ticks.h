/* The parts of `penstock ticks`. */
#ifndef PEN_RUN_TICKS_H
#define PEN_RUN_TICKS_H

#include "../../machine/base/file.h"
#include "cli.h"
#include "penstock/tick.h"

/* One request and its result. */
typedef struct ticks_job {
    cli *c;
    pen_tick_params params;
    pen_ticks *ticks;
    pen_tick_stream *stream;
} ticks_job;

/* ticks_print.c */
pen_status ticks_print_summary(const ticks_job *j);
pen_status ticks_print_bars(const ticks_job *j);
/* What is odd about the input, in one line on standard error. */
void ticks_note_quirks(const ticks_job *j);

/* Rows of named cells, as CSV or as a JSON array of objects. */
typedef struct ticks_rows {
    pen_sink *sink;
    bool is_json;
    const char *const *names; /* ends with NULL */
    size_t cell, row;
} ticks_rows;
pen_status ticks_rows_begin(ticks_rows *r, cli *c, const char *const *names);
void ticks_rows_time(ticks_rows *r, int64_t time_ns);
void ticks_rows_text(ticks_rows *r, const char *text);
/* NaN is an empty cell, or null. */
void ticks_rows_number(ticks_rows *r, double x);
/* Closes the output. */
pen_status ticks_rows_end(ticks_rows *r);

#endif
