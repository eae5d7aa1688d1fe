/* A report of several sections, described once: aligned tables for people, members of one object
 * with --json.  A section is rows of named cells, or pairs of a name and a value.  Every row of a
 * section has the same cells in the same order. */
#ifndef PEN_RUN_SECTIONS_H
#define PEN_RUN_SECTIONS_H

#include "../../machine/base/json.h"
#include "cli.h"

typedef struct cli_sections {
    cli *c;
    FILE *out;
    pen_sink *sink; /* with --json */
    pen_json json;
    bool is_pairs, is_first; /* is_first: no section was printed yet */
    size_t row;
    cli_table table;
    char header[1024], line[1024];
    pen_status status; /* the first failure of a cell */
} cli_sections;

pen_status cli_sections_begin(cli_sections *s, cli *c);
pen_status cli_sections_end(cli_sections *s);

/* `key` names the member, `title` the table. */
void cli_section_begin(cli_sections *s, const char *key, const char *title, bool is_pairs);
void cli_section_end(cli_sections *s);
/* Before and after the cells of a row; pairs need neither. */
void cli_row_begin(cli_sections *s);
void cli_row_end(cli_sections *s);

/* A cell: the member's name, and in tables the same with blanks for '_'.  NaN is "-", or null. */
void cli_cell_text(cli_sections *s, const char *name, const char *text);
void cli_cell_time(cli_sections *s, const char *name, int64_t time_ns);
void cli_cell_count(cli_sections *s, const char *name, size_t count);
/* A fraction as per cent with `digits` decimals; JSON has the fraction. */
void cli_cell_percent(cli_sections *s, const char *name, double x, int digits);
void cli_cell_number(cli_sections *s, const char *name, double x, int digits);
void cli_cell_bool(cli_sections *s, const char *name, bool x);

#endif
