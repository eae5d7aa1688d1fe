/* Programs: the operations that indicators are made of, in order, with what
 * they have in common computed once.  Indicators emit steps; the finished
 * program is what kernels/indicator.k runs. */
#ifndef PEN_INDICATOR_PROGRAM_H
#define PEN_INDICATOR_PROGRAM_H

#include <stdbool.h>

#include "../../machine/base/status.h"
#include "../../machine/kernels/indicator_op.kh"

enum { IND_MAX_SLOTS = 3, IND_MAX_CONSTS = 4 };

/* A series inside a program. */
typedef struct ind_value {
    int tile;   /* number of the virtual tile that holds it */
    int first;  /* first step at which it is defined */
    int memory; /* steps after which it has forgotten how it started; -1 = never */
} ind_value;

/* An operation to emit. */
typedef struct ind_step {
    int op; /* IND_MEAN, ... */
    ind_value in[IND_MAX_SLOTS];
    int n_in, n_out;
    int window;
    double consts[IND_MAX_CONSTS];
    int n_consts;
    int n_state; /* rows of state */
    int max_ring;
    int first, memory; /* of its outputs */
} ind_step;

typedef struct ind_op {
    ind_step step;
    int in[IND_MAX_SLOTS], out[IND_MAX_SLOTS]; /* virtual tiles; -1 = none */
    int plane[IND_MAX_SLOTS];                  /* -1 = not stored */
    int mask;                                  /* first step stored */
    int state, const_at;
} ind_op;

typedef struct ind_program {
    ind_op *ops;
    int n_ops, ops_capacity;
    int n_tiles, n_state, n_consts;
    int max_ring;  /* largest ring, a power of two */
    int max_first; /* last step at which something becomes defined */
    int memory;    /* steps after which nothing depends on the start; -1 = never */
    int *code;     /* finished: [n_ops][IND_WORDS] */
    double *consts;
} ind_program;

void ind_program_clear(ind_program *program);

/* The panel input number `index`. */
pen_status ind_input(ind_program *program, int index, ind_value *out);

/* Appends the step unless the same one is there; out: step->n_out values. */
pen_status ind_emit(ind_program *program, const ind_step *step, ind_value *out);

/* The value becomes plane `plane` of the result, from step `mask` on. */
pen_status ind_store(ind_program *program, ind_value value, int plane, int mask);

/* Assigns tiles and writes code and constants.  *fits is false, and nothing is
 * written, when the program needs more tiles than there are. */
pen_status ind_finish(ind_program *program, bool *fits);

/* Steps that several indicators use. */
pen_status ind_mean(ind_program *program, ind_value x, int window, ind_value *out);
pen_status ind_mean_stdev(ind_program *program, ind_value x, int window, ind_value out[2]);
/* Exponential average with factor alpha, seeded at step `first` with the mean
 * of the `window` values up to it. */
pen_status ind_ema(ind_program *program, ind_value x, int window, int first, double alpha,
                   ind_value *out);
pen_status ind_subtract(ind_program *program, ind_value x, ind_value y, ind_value *out);

/* Memory of a step that looks `own` steps back at its inputs; -1 = for ever. */
int ind_memory(const ind_value *in, int n_in, int own);

/* Rows of the ring that looks back by `lag`: the power of two not below it. */
int ind_ring_rows(int lag);

#endif
