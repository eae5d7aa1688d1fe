/* What `penstock indicators` reads: one file, many, or a panel file. */
#define _POSIX_C_SOURCE 200809L
#include <glob.h>
#include <string.h>
#include <unistd.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "indicators.h"

/* The files of the command line, shell patterns expanded, and their tables. */
typedef struct files {
    glob_t found;
    bool is_globbed;
    pen_table **tables; /* [count] */
    char **symbols;
    size_t count;
} files;

static void files_clear(files *f)
{
    for (size_t i = 0; i < f->count; i++) {
        if (f->tables != NULL)
            pen_table_destroy(f->tables[i]);
        if (f->symbols != NULL)
            pen_free(f->symbols[i]);
    }
    pen_free(f->tables);
    pen_free(f->symbols);
    if (f->is_globbed)
        globfree(&f->found);
}

/* An argument that is a file's own name is never taken for a pattern. */
static pen_status find_files(const cli *c, files *f)
{
    for (size_t i = 0; i < c->arg_count; i++) {
        bool is_pattern = strpbrk(c->args[i], "*?[") != NULL && access(c->args[i], F_OK) != 0;
        int flags = (f->is_globbed ? GLOB_APPEND : 0) | (is_pattern ? 0 : GLOB_NOCHECK);
        int code = glob(c->args[i], flags, NULL, &f->found);
        f->is_globbed = true;
        if (code == GLOB_NOMATCH)
            return pen_fail(PEN_E_NOTFOUND, "no file matches '%s'", c->args[i]);
        if (code != 0)
            return pen_fail(code == GLOB_NOSPACE ? PEN_E_NOMEM : PEN_E_IO,
                            "looking for '%s' failed", c->args[i]);
    }
    f->count = f->found.gl_pathc;
    PEN_TRY(pen_alloc(f->count, sizeof *f->tables, (void **)&f->tables));
    return pen_alloc(f->count, sizeof *f->symbols, (void **)&f->symbols);
}

/* "data/AAPL.csv.gz" is AAPL. */
static pen_status symbol_of(const char *path, char **symbol)
{
    const char *name = strrchr(path, '/');
    PEN_TRY(pen_strdup(name != NULL ? name + 1 : path, symbol));
    static const char *const ends[] = { ".gz", ".csv", ".txt", ".tsv" };
    for (size_t i = 0; i < PEN_COUNT(ends); i++) {
        size_t n = strlen(*symbol), end = strlen(ends[i]);
        if (n > end && strcmp(*symbol + n - end, ends[i]) == 0)
            (*symbol)[n - end] = '\0';
    }
    return PEN_OK;
}

static pen_status read_one(const cli *c, const char *path, pen_table **table)
{
    PEN_TRY(pen_table_read(path, NULL, table));
    if (pen_table_rows(*table) == 0)
        return pen_fail(PEN_E_PARSE, "%s: %s", pen_table_source(*table),
                        pen_table_columns(*table) == 0
                            ? "empty, expected a header and rows of prices"
                            : "a header without rows, expected rows of prices below it");
    indicators_note_quirks(c, *table);
    return PEN_OK;
}

static pen_status read_files(const cli *c, files *f, pen_table **out)
{
    for (size_t i = 0; i < f->count; i++) {
        PEN_TRY(symbol_of(f->found.gl_pathv[i], &f->symbols[i]));
        PEN_TRY(read_one(c, f->found.gl_pathv[i], &f->tables[i]));
    }
    if (f->count > 1)
        return pen_table_join((const pen_table *const *)f->tables, (const char *const *)f->symbols,
                              f->count, out);
    *out = f->tables[0];
    f->tables[0] = NULL;
    return PEN_OK;
}

/* Times, and columns none of which is a price of a bar: a column a symbol. */
static bool is_panel(const pen_table *table)
{
    size_t column;
    for (int role = PEN_ROLE_OPEN; role <= PEN_ROLE_ASK; role++)
        if (pen_table_find_role(table, (pen_role)role, &column) == PEN_OK)
            return false;
    return pen_table_times_ns(table) != NULL && pen_table_text_columns(table) == 0;
}

static pen_status unfold_panel(const cli *c, indicators *w)
{
    size_t column;
    bool is_close_only = w->plan == NULL || pen_plan_input_count(w->plan) == 1;
    const char *input = w->plan == NULL ? "close" : pen_plan_input(w->plan, 0);
    if (!is_panel(w->table) || !is_close_only || strcmp(input, "close") != 0 ||
        pen_table_find(w->table, "close", &column) == PEN_OK)
        return PEN_OK;
    pen_table *rows;
    PEN_TRY(pen_table_melt(w->table, "close", &rows));
    cli_note(c, "%s is a panel: %zu columns, each the closes of a symbol",
             pen_table_source(w->table), pen_table_columns(w->table));
    pen_table_destroy(w->table);
    w->table = rows;
    return PEN_OK;
}

pen_status indicators_read(const cli *c, indicators *w)
{
    files f = { 0 };
    pen_status s = find_files(c, &f);
    if (s == PEN_OK)
        s = read_files(c, &f, &w->table);
    files_clear(&f);
    PEN_TRY(s);
    PEN_TRY(unfold_panel(c, w));
    w->rows = pen_table_rows(w->table);
    w->has_symbols = pen_table_symbol_column(w->table, &w->symbol_column) == PEN_OK;
    return PEN_OK;
}
