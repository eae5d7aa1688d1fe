/* Comma-separated values in and out (RFC 4180, and what is found in the wild).
 *
 * Reading streams: memory is bounded by the longest row, whatever the file's
 * size.  Cells are slices of the reader's buffer.  A cell that starts with a
 * quote is quoted: it may hold separators and line ends, and "" for a quote; a
 * quote elsewhere in a cell is an ordinary character.  Lines end in LF or CRLF;
 * a byte order mark is skipped; blank lines are skipped and counted. */
#ifndef PEN_BASE_CSV_H
#define PEN_BASE_CSV_H

#include "file.h"

typedef struct pen_cell {
    const char *text; /* not ended by a zero byte; the 16 bytes before it can be read too */
    size_t n;
} pen_cell;

typedef struct pen_csv_options {
    char separator;       /* 0: whichever of , ; tab | the first line has most of */
    size_t max_row_bytes; /* 0: 16 MiB */
} pen_csv_options;

typedef struct pen_csv pen_csv;

/* Takes the source, also on failure.  options NULL: defaults. */
pen_status pen_csv_open(pen_source *source, const pen_csv_options *options, pen_csv **out);
void pen_csv_close(pen_csv *csv);

/* The next row: *n >= 1 cells, valid until the next call; *n is 0 at the end.
 * PEN_E_PARSE for a quote that is not closed or followed by text, PEN_E_SIZE for
 * a row longer than the limit; either names file, line and column. */
pen_status pen_csv_read(pen_csv *csv, const pen_cell **cells, size_t *n);

char pen_csv_separator(const pen_csv *csv);
const char *pen_csv_name(const pen_csv *csv);
/* The line, from 1, on which the last row read starts. */
size_t pen_csv_line(const pen_csv *csv);
size_t pen_csv_blank_lines(const pen_csv *csv);
size_t pen_csv_first_blank_line(const pen_csv *csv); /* 0: none */

/* Fails with PEN_E_PARSE and "file:line:column: " before the message; the place
 * is that of a cell of the last row, or of the row for NULL. */
pen_status pen_csv_fail(const pen_csv *csv, const pen_cell *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Writes one cell, in quotes where it needs them. */
void pen_csv_put(pen_sink *sink, char separator, const char *text, size_t n);

#endif
