/* A chain's file as rows of numbers: columns found by name, cells checked. */
#ifndef PEN_RUN_CHAIN_READ_H
#define PEN_RUN_CHAIN_READ_H

#include "../../machine/base/csv.h"
#include "chain.h"

typedef struct chain_reader {
    cli *c;
    const chain_spec *spec;
    pen_csv *csv;
    int column[CHAIN_COLUMNS]; /* in the file; -1: `all` for every row */
    double all[CHAIN_COLUMNS];
    bool has_now;
    int64_t now_ns; /* --now */
    char **header;  /* names of the file's columns */
    size_t n_columns;
} chain_reader;

/* The command's file and its header; close also after a failure.  Borrows the spec. */
pen_status chain_reader_open(chain_reader *reader, cli *c, const chain_spec *spec);
/* The next row: its cells, borrowed until the next call, and their numbers; n is 0 at the end. */
pen_status chain_reader_next(chain_reader *reader, const pen_cell **cells, size_t *n,
                             double row[CHAIN_COLUMNS]);
/* Does the input differ from row to row? */
bool chain_reader_varies(const chain_reader *reader, int input);
void chain_reader_close(chain_reader *reader);

#endif
