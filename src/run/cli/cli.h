/* The program's frame: commands as data, one parser, one way to report.
 *
 * A command is one file cmd_<name>.c that defines `const cli_command cmd_<name>`;
 * main.c lists them.  Help, man pages, shell completion and did-you-mean come
 * from that description.  Options every command has are handled here:
 *   --json  --device NAME  -o FILE  --threads N  --log LEVEL  --config FILE  --quiet  --help
 *
 * run() returns a status: the frame prints pen_last_error() as
 * "penstock: <command>: text" and exits 0 (ok), 1 (failed) or 2 (usage; return
 * cli_usage(...) for that).
 */
#ifndef PEN_RUN_CLI_H
#define PEN_RUN_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "penstock/device.h"

struct json_t; /* jansson's */
struct pen_sink;

typedef struct cli cli;

typedef struct cli_option {
    const char *name;     /* without dashes: "paths-out" */
    char letter;          /* 'o' for -o; 0 = none */
    const char *value;    /* placeholder in help: "FILE"; NULL = a switch */
    const char *help;     /* one line, lower case, no full stop */
    const char *fallback; /* default, shown in help and given by the getters; NULL = none */
} cli_option;

typedef struct cli_command {
    const char *name;
    const char *summary;   /* one line: what it does */
    const char *arguments; /* as in the usage line: "FILE", "[NAME...]", "" */
    size_t min_args, max_args;
    const char *detail; /* paragraphs for --help and the man page; NULL = none */
    const cli_option *options;
    size_t option_count;
    const char *const *examples; /* pairs "what it does", "command line"; ends with NULL */
    const char *const *words;    /* what an argument can be, for completion; NULL = files */
    pen_status (*run)(cli *c);
} cli_command;

/* One invocation. */
struct cli {
    const cli_command *command;
    const char *const *args; /* positional arguments; "-" is standard input */
    size_t arg_count;
    bool is_json, is_quiet;
    const char *device; /* --device, else the settings file's; NULL: PENSTOCK_DEVICE or the best */
    const char *output; /* -o, or NULL for standard output */
    /* the frame's own */
    struct cli_given *given;
    size_t given_count;
    FILE *out;
    struct pen_config *config;
    char *temp_path; /* written, then renamed to `output` */
    bool is_usage;
};

extern const cli_command *const cli_commands[]; /* ends with NULL */
extern const cli_option cli_common_options[];
extern const size_t cli_common_option_count;

/* ---- options.c: what was typed ---- */

/* The option's last value, its fallback, or NULL. */
const char *cli_text(const cli *c, const char *name);
/* Was it given? */
bool cli_has(const cli *c, const char *name);
/* A repeatable option: how often it was given, and the i-th value. */
size_t cli_count(const cli *c, const char *name);
const char *cli_text_at(const cli *c, const char *name, size_t i);
/* The value as a number within [low, high], or a usage error that says so. */
pen_status cli_number(cli *c, const char *name, double low, double high, double *out);
pen_status cli_integer(cli *c, const char *name, uint64_t low, uint64_t high, uint64_t *out);
/* The place of the value in a list of words that ends with NULL, or a usage error. */
pen_status cli_choice(cli *c, const char *name, const char *const *words, int *out);
/* PEN_E_ARG, and the exit code 2. */
pen_status cli_usage(cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

const cli_command *cli_find(const char *name);

/* ---- output.c ---- */

/* Where the result goes: standard output or -o FILE.  The frame closes it; a
 * file appears under its name only if the command succeeds. */
pen_status cli_open_output(cli *c, FILE **out);
/* A file for reading, "-" for standard input; close with cli_close_input(). */
pen_status cli_open_input(const char *path, FILE **in);
void cli_close_input(FILE *in);
/* Writes the value to the output with two spaces of indentation; takes value. */
pen_status cli_print_json(cli *c, struct json_t *value);
/* Opens the device of --device, else the default one. */
pen_status cli_open_device(const cli *c, pen_device **out);
/* A remark for people on standard error, unless --quiet. */
void cli_note(const cli *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Bytes with a binary unit, "1.5 GiB"; counts with a decimal one, "1.50 M". */
const char *cli_bytes_text(char *text, size_t size, double bytes);
const char *cli_count_text(char *text, size_t size, double count);
/* A duration with its unit, "12.3 ms". */
const char *cli_time_text(char *text, size_t size, double seconds);

/* ---- table.c: lines of tab-separated cells, aligned when printed ---- */

typedef struct cli_table {
    char **rows;
    size_t count;
} cli_table;

/* Adds a line; the first is the header. */
pen_status cli_table_add(cli_table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Columns of numbers go right, others left; as_tabs prints the lines as they are. */
void cli_table_print(const cli_table *table, FILE *out, bool as_tabs);
void cli_table_clear(cli_table *table);
/* Columns of the terminal behind a stream; 0 if it is none. */
unsigned cli_terminal_columns(FILE *stream);

/* ---- rows.c: rows of named cells, as CSV or as a JSON array of objects ---- */

typedef struct cli_rows {
    struct pen_sink *sink;
    bool is_json;
    const char *const *names; /* ends with NULL */
    size_t cell, row;
} cli_rows;

/* Borrows names until cli_rows_end(), which closes the output.  A row is as many cells. */
pen_status cli_rows_begin(cli_rows *r, cli *c, const char *const *names);
void cli_rows_time(cli_rows *r, int64_t time_ns);
void cli_rows_text(cli_rows *r, const char *text);
/* NaN is an empty cell, or null. */
void cli_rows_number(cli_rows *r, double x);
pen_status cli_rows_end(cli_rows *r);

/* ---- progress.c: a bar on standard error, if that is a terminal ---- */

typedef struct cli_progress {
    const char *what;
    double total;
    int64_t start_ns, shown_ns;
    bool is_on;
} cli_progress;

void cli_progress_begin(cli_progress *p, const cli *c, const char *what, double total);
/* Draws at most ten times a second; with the time left, once it can be told. */
void cli_progress_update(cli_progress *p, double done);
void cli_progress_end(cli_progress *p);

/* ---- man.c ---- */

void cli_man(const cli_command *command, FILE *out);
void cli_man_all(FILE *out);

/* ---- frame: help.c, parse in options.c, end in output.c ---- */

/* settings.c: the configuration file, then the environment, then options. */
pen_status cli_configure(cli *c);
pen_status cli_parse(cli *c, int argc, char **argv, bool *wants_help);
void cli_help(const cli_command *command, FILE *out);
void cli_help_all(FILE *out);
pen_status cli_finish(cli *c, pen_status status);
void cli_clear(cli *c);

#endif
