/* Programs: the operations that indicators are made of, in order, with what
 * they have in common computed once.  Indicators emit steps; the finished
 * program is what kernels/indicator.k runs. */
#ifndef PEN_INDICATOR_PROGRAM_H
#define PEN_INDICATOR_PROGRAM_H

#include <stdbool.h>

#include "../../machine/base/status.h"
#include "../../machine/kernels/indicator_op.kh"
#include "penstock/indicator.h"

enum { IND_MAX_SLOTS = 3, IND_MAX_CONSTS = 8 };

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
    const pen_plan_options *options; /* borrowed: what its steps depend on */
    const char *kernel;              /* that runs it along lanes; NULL = "indicator_plan" */
    const char *strips_kernel;       /* along time; NULL = "indicator_strips", if it can */
    ind_op *ops;
    int n_ops, ops_capacity;
    int n_tiles, n_state, n_consts;
    int max_ring;  /* largest ring, a power of two */
    int max_first; /* last step at which something becomes defined, or is shown first */
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

/* Can it run along time: do all operations only look back, and not far? */
bool ind_fits_strips(const ind_program *program, const pen_device *device);
/* On a CPU, is one series after the other (indicator_single.k) sooner than lanes of them?  Where
 * a step waits for the one before only to add to it, lanes do not pay for being transposed. */
bool ind_is_sooner_alone(const ind_program *program);

/* Values of a function with an unstable period: they are defined that many steps later. */
void ind_delay(const ind_program *program, pen_unstable which, ind_value *values, int count);

/* Assigns tiles and writes code and constants.  *fits is false, and nothing is
 * written, when the program needs more tiles than there are. */
pen_status ind_finish(ind_program *program, bool *fits);

/* ---- Steps that indicators are made of ---- */

/* One step at a time: op is one of point.kh's, y and z as it needs them. */
pen_status ind_point1(ind_program *program, int op, ind_value x, double c0, double c1,
                      ind_value *out);
pen_status ind_point2(ind_program *program, int op, ind_value x, ind_value y, double c0, double c1,
                      ind_value *out);
pen_status ind_point3(ind_program *program, int op, ind_value x, ind_value y, ind_value z,
                      ind_value *out);
pen_status ind_add(ind_program *program, ind_value x, ind_value y, ind_value *out);
pen_status ind_subtract(ind_program *program, ind_value x, ind_value y, ind_value *out);
pen_status ind_multiply(ind_program *program, ind_value x, ind_value y, ind_value *out);
/* scale * (x / y); if_zero where y is 0 */
pen_status ind_ratio(ind_program *program, ind_value x, ind_value y, double scale, double if_zero,
                     ind_value *out);
/* scale * x + offset */
pen_status ind_affine(ind_program *program, ind_value x, double scale, double offset,
                      ind_value *out);

/* x[t - lag]; lag 0 is x. */
pen_status ind_lag(ind_program *program, ind_value x, int lag, ind_value *out);
/* x[t] - x[t - lag] */
pen_status ind_change(ind_program *program, ind_value x, int lag, ind_value *out);

/* Over the last `window` values */
pen_status ind_mean(ind_program *program, ind_value x, int window, ind_value *out);
pen_status ind_sum(ind_program *program, ind_value x, int window, ind_value *out);
pen_status ind_mean_stdev(ind_program *program, ind_value x, int window, ind_value out[2]);
/* out: sum, and sum of value times distance in steps from the window's middle;
 * slope = 12 out[1] / (n (n^2 - 1)) */
pen_status ind_trend(ind_program *program, ind_value x, int window, ind_value out[2]);
/* sum of the products of deviations from the means */
pen_status ind_comoment(ind_program *program, ind_value x, ind_value y, int window, ind_value *out);
/* mean |x - its mean| */
pen_status ind_mean_deviation(ind_program *program, ind_value x, int window, ind_value *out);
/* op: IND_HIGHEST, IND_LOWEST, IND_SINCE_HIGHEST or IND_SINCE_LOWEST */
pen_status ind_extreme(ind_program *program, int op, ind_value x, int window, ind_value *out);
/* (highest high + lowest low) / 2 */
pen_status ind_middle(ind_program *program, ind_value high, ind_value low, int window,
                      ind_value *out);

/* Exponential average with factor alpha, seeded at step `first` with `scale`
 * times the mean of the `window` values up to it. */
pen_status ind_ema_scaled(ind_program *program, ind_value x, int window, int first, double alpha,
                          double scale, ind_value *out);
pen_status ind_ema(ind_program *program, ind_value x, int window, int first, double alpha,
                   ind_value *out);
/* The same, or, where the profile has it so, started as x's first value; defined from step
 * `first` on either way. */
pen_status ind_ema_in_style(ind_program *program, ind_value x, int period, int first, double alpha,
                            ind_value *out);
/* e += (c0 a + c1) (x - e), starting as `seed` at step `first`; `memory` is an estimate. */
pen_status ind_follow(ind_program *program, ind_value x, ind_value a, ind_value seed, int first,
                      double c0, double c1, int memory, ind_value *out);
/* Sum of x from its first value on. */
pen_status ind_cumulate(ind_program *program, ind_value x, ind_value *out);
/* Fast less slow exponential average of x's sum, by their weights; both start at x's first. */
pen_status ind_chaikin(ind_program *program, ind_value x, double fast, double slow, ind_value *out);

/* True range of high, low, close, inputs of the plan; defined from the second step on, or from
 * the first, where it is high - low. */
pen_status ind_true_range(ind_program *program, const ind_value in[3], bool from_first,
                          ind_value *out);

/* Relative strength index of x, which must start at step 0; no unstable period. */
pen_status ind_rsi(ind_program *program, ind_value x, int period, ind_value *out);
/* (high + low + close) / 3 */
pen_status ind_typical(ind_program *program, const ind_value in[3], ind_value *out);
/* scale (x + y + weight z) of the three in `in` */
pen_status ind_sum_of_3(ind_program *program, const ind_value in[3], double weight, double scale,
                        ind_value *out);
/* scale (x - low) / (high - low); if_zero where high is low */
pen_status ind_place(ind_program *program, ind_value x, ind_value high, ind_value low, double scale,
                     double if_zero, ind_value *out);

/* Wilder's average of the true range of high, low, close; the second is the function atr, with
 * its unstable period. */
pen_status ind_mean_range(ind_program *program, const ind_value in[3], int period, ind_value *out);
pen_status ind_atr(ind_program *program, const ind_value in[3], int period, ind_value *out);

/* Steps after which an average with factor alpha has forgotten its start. */
int ind_decay_steps(double alpha);

/* Memory of a step that looks `own` steps back at its inputs; -1 = for ever. */
int ind_memory(const ind_value *in, int n_in, int own);

/* Rows of the ring that looks back by `lag`: the power of two not below it. */
int ind_ring_rows(int lag);

#endif
