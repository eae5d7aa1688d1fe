/* A table's insides, for the files of this folder. */
#ifndef PEN_MARKET_TABLE_H
#define PEN_MARKET_TABLE_H

#include <stdbool.h>

#include "penstock/market.h"
#include "texts.h"

typedef enum pen_column_kind {
    PEN_COLUMN_EMPTY, /* only missing cells so far: ends up numeric */
    PEN_COLUMN_NUMBER,
    PEN_COLUMN_TEXT,
    PEN_COLUMN_TIME,
    PEN_COLUMN_TIME_REST /* the clock column behind a date column */
} pen_column_kind;

typedef struct pen_column {
    char *name;
    pen_column_kind kind;
    size_t index;   /* among those of its kind */
    size_t missing; /* cells */
    pen_labels labels;
    uint32_t *ids; /* [n_rows] of a text column; UINT32_MAX: missing */
} pen_column;

/* From row `row` on, a row's line is line + (its row - row). */
typedef struct pen_line_run {
    size_t row, line;
} pen_line_run;

struct pen_table {
    char *source;
    size_t n_rows;
    pen_column *columns; /* [n_all], in the file's order */
    size_t n_all;
    size_t *numbers, n_numbers; /* numeric columns, as indexes into columns */
    size_t *text_columns, n_texts;
    double *values; /* [n_numbers][stride] */
    size_t stride;
    pen_panel *panel;
    size_t time_column; /* SIZE_MAX: none */
    int64_t *times_ns;
    pen_texts time_texts; /* empty: printed from times_ns */
    pen_line_run *runs;
    size_t n_runs, runs_capacity;
    char separator;
    bool is_read; /* from text, so that lines are known */
    pen_quirk quirks[PEN_QUIRK_COUNT];
};

/* A table of n_all unnamed columns, no rows, no time. */
pen_status pen_table_start(const char *source, size_t n_all, pen_table **out);
pen_status pen_table_set_name(pen_table *table, size_t column, const char *name, size_t n);
/* Column kinds are final: lists the numeric and the text columns, gives n_rows
 * NaN values to each numeric one, and makes the panel. */
pen_status pen_table_lay_out(pen_table *table, size_t n_rows);
/* Fails with PEN_E_PARSE if two columns have one name. */
pen_status pen_table_check_names(const pen_table *table);

/* Counts what pen_quirk_kind lists, except lines that never became rows. */
pen_status pen_table_find_quirks(pen_table *table);
void pen_table_count_quirk(pen_table *table, pen_quirk_kind kind, size_t count, size_t line);

/* ---- names ---- */

enum { PEN_PLAIN_NAME_BYTES = 64 };
/* Lower case, with every run of other characters than letters, digits and bytes
 * beyond ASCII one '_', none at the ends: "<CLOSE>" and "Close" are "close".
 * Longer names are cut. */
void pen_plain_name(const char *name, size_t n, char out[PEN_PLAIN_NAME_BYTES]);
/* The plain name has the word between '_' or its ends. */
bool pen_has_word(const char *plain, const char *word);
bool pen_is_time_name(const char *plain);
bool pen_is_symbol_name(const char *plain);
/* The unit that a name ends in (_s, _sec, _ms, _us, _ns), else AUTO. */
pen_time_unit pen_time_unit_of_name(const char *plain);

#endif
