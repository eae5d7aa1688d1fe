/* The parts of `penstock indicators`. */
#ifndef PEN_RUN_INDICATORS_H
#define PEN_RUN_INDICATORS_H

#include "cli.h"
#include "penstock/indicator.h"
#include "penstock/market.h"

/* One request and its result. */
typedef struct indicators {
    char *text; /* all calls, blanks between them */
    pen_plan *plan;
    size_t n_outputs;
    pen_dtype dtype;
    bool has_input; /* repeat the input's columns */
    pen_table *table;
    size_t rows;
    bool has_symbols;
    size_t symbol_column; /* of the table's text columns */
    double *sessions;     /* [rows] of the input `session`; NULL: not asked for, or a column */
    double *values;       /* [n_outputs][rows], in the table's order of rows */
    char device[32];
} indicators;

/* indicators_list.c: the catalogue, or one entry of it; name NULL: all, of --family. */
pen_status indicators_list(cli *c, const char *name);
/* Is the indicator of the family that --family names, if it does? */
bool indicators_is_listed(const cli *c, const pen_indicator *about);
/* PEN_E_ARG, as a usage error, if --family names none. */
pen_status indicators_check_family(cli *c);

/* indicators_page.c: the catalogue as a Markdown page with plots. */
pen_status indicators_page(cli *c);

/* indicators_input.c: the files of the command line as one table. */
pen_status indicators_read(const cli *c, indicators *w);

/* indicators_run.c: table and plan give values.  The symbols of a table are series of
 * their own. */
pen_status indicators_run(const cli *c, indicators *w);
/* The table's column for an input of the plan: by its exact name, by the role
 * (open, high, low, close, volume) it names, or without regard to case. */
pen_status indicators_column(const pen_table *table, const char *input, size_t *column);

/* indicators_session.c: sessions from the table's times and --session, if the plan reads
 * them and the table has no such column. */
pen_status indicators_find_sessions(cli *c, indicators *w);

/* indicators_print.c */
pen_status indicators_print(cli *c, const indicators *w);
/* What is odd about the input, in one line on standard error. */
void indicators_note_quirks(const cli *c, const pen_table *table);

/* indicators_plot.c: prices and averages above, each other call below. */
pen_status indicators_plot(const indicators *w, const char *path);

#endif
