/* Inside of a stream: parts, their states, and which series advance. */
#ifndef PEN_INDICATOR_STREAM_H
#define PEN_INDICATOR_STREAM_H

#include "lanes.h"
#include "plan.h"

enum { IND_STEP_LIMIT = 1 << 30 }; /* steps of a series are kept below it */

/* Calls of the plan that read the same inputs: they start together, and a bar that
 * one of them cannot use none of them uses. */
typedef struct ind_part {
    unsigned inputs; /* bit i: the plan's input i */
    bool *wanted;    /* [plan's calls] */
    ind_program *programs;
    size_t n_programs;
    ind_loaded *loaded; /* [n_programs] */
    void **state;       /* [n_programs] lane s is series s */
    void **moved;       /* [n_programs] lanes of series that do not advance with their group */
    int *steps;         /* [n_series] taken so far; 0: not started */
} ind_part;

/* A series that advances by `count` elements of its input, from `offset` on. */
typedef struct ind_mover {
    int series, step, offset, count;
} ind_mover;

struct pen_stream {
    pen_queue *queue;
    const pen_plan *plan;
    pen_dtype dtype;
    size_t n_series;
    size_t capacity; /* n_series in whole groups */
    size_t moved_capacity;
    ind_part *parts;
    size_t n_parts;
    ind_lanes lanes;
    ind_mover *movers;      /* [n_series] */
    int *from, *to, *first; /* [moved_capacity], [moved_capacity], [inputs][n_series] */
    void *d_in, *d_out;     /* one bar of every series */
    void *host;             /* staging for them */
    double *last;           /* [outputs][n_series] */
};

/* A step of a stream: what advances, and whether for good. */
typedef struct ind_step_request {
    ind_io io;
    size_t points;
    const int *counts; /* [n_series] elements without missing ones, or NULL: see s->first */
    int only;          /* a series, or -1 for all */
    bool is_peek;      /* states stay as they are */
} ind_step_request;

/* Advances a part; s->first says where each input's first value is. */
pen_status ind_part_advance(pen_stream *s, ind_part *part, const ind_step_request *request);

pen_status ind_part_init(pen_stream *s, ind_part *part, unsigned inputs);
void ind_part_clear(pen_stream *s, ind_part *part);

#endif
