/* A compiled plan: its calls, its programs, what it reads and gives. */
#ifndef PEN_INDICATOR_PLAN_H
#define PEN_INDICATOR_PLAN_H

#include "candle.h"
#include "family.h"

/* One call of the plan as typed. */
typedef struct ind_plan_call {
    const ind_entry *entry;
    double param[PEN_INDICATOR_MAX_PARAMS];
    int input[PEN_INDICATOR_MAX_INPUTS]; /* index into the plan's inputs */
    int first_output;                    /* index of its first output */
} ind_plan_call;

typedef struct ind_output {
    char *name;
    int lookback;
} ind_output;

struct pen_plan {
    char *text; /* as given */
    pen_plan_options options;
    ind_plan_call *calls;
    size_t n_calls;
    char *inputs[IND_MAX_INPUTS];
    size_t n_inputs;
    ind_output *outputs;
    size_t n_outputs;
    ind_program *programs; /* together they compute all calls */
    size_t n_programs;
};

/* ---- options.c ---- */

pen_status ind_options_check(const pen_plan_options *options);

enum { IND_MAX_OPTIONS = 2 + PEN_UNSTABLE_COUNT + 3 * IND_CANDLE_SETTINGS };

/* Every option as a name and a number. */
typedef struct ind_option {
    char name[48];
    double value;
} ind_option;

typedef struct ind_option_list {
    ind_option options[IND_MAX_OPTIONS];
    size_t count;
} ind_option_list;

void ind_options_list(const pen_plan_options *options, ind_option_list *list);

/* Compiles the calls whose bit is set in `wanted` (NULL: all) into programs.
 * On success *programs is an array to release with ind_programs_free(). */
pen_status ind_compile(const pen_plan *plan, const bool *wanted, ind_program **programs,
                       size_t *count);
pen_status ind_check_shapes(const char *what, pen_queue *queue, const pen_plan *plan,
                            const pen_panel *const *inputs, const pen_panel *out);
/* The inputs a call reads: bit i is the plan's input i. */
unsigned ind_call_inputs(const ind_plan_call *call);
void ind_programs_free(ind_program *programs, size_t count);

#endif
