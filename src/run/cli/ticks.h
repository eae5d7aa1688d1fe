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
    const char **signals; /* of params, as typed */
    pen_ticks *ticks;
    pen_tick_stream *stream;
    double *values; /* behind features */
    double *
        features[PEN_TICK_FEATURE_COUNT]; /* [rows] of those that are written or drawn, else NULL */
    bool is_written[PEN_TICK_FEATURE_COUNT];
    bool has_own_bucket; /* VPIN's comes from the whole volume */
    bool has_fit;
    pen_hawkes fit;
} ticks_job;

/* ticks_summary.c */
pen_status ticks_print_summary(const ticks_job *j);

/* ticks_print.c */
pen_status ticks_print_bars(const ticks_job *j);
pen_status ticks_print_features(const ticks_job *j);
pen_status ticks_print_events(const ticks_job *j);
/* What is odd about the input, in one line on standard error. */
void ticks_note_quirks(const ticks_job *j);

/* ticks_plot.c */
/* Prices over time, and below them each signal's feature with its events. */
pen_status ticks_plot(const ticks_job *j, const char *path);
/* Realised variance by sampling interval. */
pen_status ticks_plot_signature(const ticks_job *j, const char *path);
/* The feature and the threshold of a signal that a stream accepted. */
void ticks_read_signal(const char *text, pen_tick_feature_kind *feature, double *threshold);

#endif
