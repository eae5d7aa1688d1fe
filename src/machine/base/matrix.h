/* Small tables of numbers from CSV: vectors, matrices, with or without names. */
#ifndef PEN_BASE_MATRIX_H
#define PEN_BASE_MATRIX_H

#include "file.h"

typedef struct pen_matrix {
    size_t n_rows, n_cols;
    double *values;      /* [n_rows][n_cols] */
    char **columns;      /* [n_cols] names from the header; NULL: no header */
    char **rows;         /* [n_rows] names from the first column; NULL: it holds numbers */
    size_t *lines;       /* [n_rows] where each row is in the file */
    size_t cols_to_free; /* names that are there so far */
} pen_matrix;

/* Reads rows of as many numbers each; takes the source.  A first line with a cell that is no
 * number (the first cell aside) is a header; rows whose first cell is no number have names.
 * PEN_E_PARSE with file, line and column for anything else, NaN and infinities too.  Creates:
 * pen_matrix_clear(), also after a failure. */
pen_status pen_matrix_read(pen_source *source, pen_matrix *out);
void pen_matrix_clear(pen_matrix *matrix);

#endif
