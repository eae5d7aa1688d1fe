/* Tables: aligned for people, tab-separated for programs. */
#define _POSIX_C_SOURCE 200809L

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "cli.h"

enum { MOST_COLUMNS = 32 };

pen_status cli_table_add(cli_table *table, const char *format, ...)
{
    char line[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    PEN_TRY(pen_realloc((void **)&table->rows, table->count + 1, sizeof *table->rows));
    PEN_TRY(pen_strdup(line, &table->rows[table->count]));
    table->count++;
    return PEN_OK;
}

/* Columns a UTF-8 text takes: every byte but the continuations. */
static size_t width_of(const char *text, size_t bytes)
{
    size_t width = 0;
    for (size_t i = 0; i < bytes; i++)
        width += ((unsigned char)text[i] & 0xC0) != 0x80;
    return width;
}

static bool is_numeric(const char *cell, size_t bytes)
{
    return bytes == 0 || strchr("0123456789-+.", cell[0]) != NULL;
}

/* The cell at *at; moves *at behind it, to NULL after the last. */
static const char *next_cell(const char **at, size_t *bytes)
{
    const char *cell = *at;
    *bytes = strcspn(cell, "\t");
    *at = cell[*bytes] == '\t' ? cell + *bytes + 1 : NULL;
    return cell;
}

static void print_aligned(const cli_table *table, FILE *out, const size_t *width,
                          const bool *is_right)
{
    for (size_t r = 0; r < table->count; r++) {
        const char *at = table->rows[r];
        for (size_t col = 0; at != NULL && col < MOST_COLUMNS; col++) {
            size_t bytes;
            const char *cell = next_cell(&at, &bytes);
            int pad = (int)(width[col] - width_of(cell, bytes));
            if (col > 0)
                fputs("  ", out);
            if (is_right[col])
                fprintf(out, "%*s%.*s", pad, "", (int)bytes, cell);
            else
                fprintf(out, "%.*s%*s", (int)bytes, cell, at != NULL ? pad : 0, "");
        }
        fputc('\n', out);
    }
}

void cli_table_print(const cli_table *table, FILE *out, bool as_tabs)
{
    size_t width[MOST_COLUMNS] = { 0 };
    bool is_right[MOST_COLUMNS];
    if (as_tabs) {
        for (size_t r = 0; r < table->count; r++)
            fprintf(out, "%s\n", table->rows[r]);
        return;
    }
    for (size_t col = 0; col < MOST_COLUMNS; col++)
        is_right[col] = true;
    for (size_t r = 0; r < table->count; r++) {
        const char *at = table->rows[r];
        for (size_t col = 0; at != NULL && col < MOST_COLUMNS; col++) {
            size_t bytes;
            const char *cell = next_cell(&at, &bytes);
            size_t w = width_of(cell, bytes);
            width[col] = w > width[col] ? w : width[col];
            if (r > 0 && !is_numeric(cell, bytes))
                is_right[col] = false;
        }
    }
    print_aligned(table, out, width, is_right);
}

void cli_table_clear(cli_table *table)
{
    for (size_t r = 0; r < table->count; r++)
        pen_free(table->rows[r]);
    pen_free(table->rows);
    *table = (cli_table){ 0 };
}

unsigned cli_terminal_columns(FILE *stream)
{
    struct winsize size;
    if (!isatty(fileno(stream)))
        return 0;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}
