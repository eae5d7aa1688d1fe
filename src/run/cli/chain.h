/* Option chains: what `penstock price` and `penstock implied` share.
 *
 * A chain is a CSV file with a row an option.  It is read in blocks, so that it
 * may be larger than memory; every column is written as it was, and the
 * command's results follow.  The columns may have any order and case and
 * several names; an input without a column comes from the option of its name. */
#ifndef PEN_RUN_CHAIN_H
#define PEN_RUN_CHAIN_H

#include "cli.h"
#include "penstock/pricing.h"

enum {
    CHAIN_SIDE, /* +1 call, -1 put */
    CHAIN_SPOT,
    CHAIN_STRIKE,
    CHAIN_EXPIRY,
    CHAIN_QUOTE, /* what the options are quoted in: the command says */
    CHAIN_RATE,
    CHAIN_DIVIDEND,
    CHAIN_SHIFT, /* of a displaced model */
    CHAIN_FIRST, /* what a kind of option has beside: the command says, or there is none */
    CHAIN_SECOND,
    CHAIN_INPUTS,
    CHAIN_BID = CHAIN_INPUTS, /* columns that stand for a quote: their mean */
    CHAIN_ASK,
    CHAIN_VOL, /* instead of a quote, where inputs are optional */
    CHAIN_COLUMNS
};
enum { CHAIN_MAX_OUTPUTS = 12 };

typedef struct chain_input {
    const char *names; /* its column's, parted by blanks; the first is the option's too */
    double low, high;  /* the option's range; a cell is any finite number if low < 0, else >= 0 */
} chain_input;

typedef struct chain_output {
    const char *name;
    const char *(*word)(int value); /* of a column of words; NULL: of numbers */
    size_t *rows;                   /* by value, counted in a column of words */
} chain_output;

typedef struct chain_spec {
    chain_input own[CHAIN_INPUTS]; /* instead of the common one, where it has names; "": no such
                                      input, 0 in every row */
    bool is_market;                /* the quote may be an empty cell, a NaN then, or bid and ask */
    bool is_inverse;               /* the quote is in units of the underlying */
    unsigned optional;             /* bit i: input i may be missing, and is NaN then */
    const char *verb;              /* before the progress bar */
    /* Why a row of numbers in their ranges is an error all the same; NULL: it is none. */
    const char *(*refuse)(const double row[CHAIN_INPUTS]);
    /* Queues the work of a block; every panel is f64 and has a value a row, those of outputs that
     * the spec has not are NULL. */
    pen_status (*compute)(pen_queue *queue, const void *with, const pen_input in[CHAIN_INPUTS],
                          pen_panel *const out[]);
    const void *with;            /* what compute needs to know, the command's own */
    const chain_output *outputs; /* the columns that are added; a NaN is an empty cell, or null */
    size_t n_outputs;            /* at most CHAIN_MAX_OUTPUTS */
} chain_spec;

/* The options of a chain's inputs, the argument being that of CHAIN_QUOTE. */
#define CHAIN_OPTIONS(...)                                                                         \
    { "type", 0, "TYPE", "call or put, where the file has no such column", NULL },                 \
        { "spot", 0, "PRICE", "spot, where the file has no such column", NULL },                   \
        { "strike", 0, "PRICE", "strike, likewise", NULL },                                        \
        { "expiry", 0, "YEARS", "time to expiry, likewise", NULL }, __VA_ARGS__,                   \
        { "column", 0, "INPUT=NAME", "the file's name of an input; repeatable", NULL },            \
        { "now", 0, "TIME", "when the quotes are from, where expiries are dates", NULL },          \
        { "rate", 0, "FRACTION", "risk-free rate a year, likewise", "0" },                         \
        { "dividend", 0, "FRACTION", "dividend yield a year, likewise", "0" },                     \
        { "model", 0, "NAME", "bsm, black76, bachelier or displaced", "bsm" },                     \
    {                                                                                              \
        "shift", 0, "PRICE", "of --model displaced, where the file has no such column", "0"        \
    }

/* --model, and what its inputs are called: a forward instead of a spot, of any sign where the
 * model allows it. */
pen_status chain_read_model(cli *c, pen_model *model, chain_spec *spec);

/* The command's whole run over the file of its argument. */
pen_status chain_run(cli *c, const chain_spec *spec);

#endif
