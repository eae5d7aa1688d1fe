/* The tokeniser looks at eight bytes at a time for separators and line ends;
 * quotes matter only at the start of a cell, where one comparison finds them. */
#include "csv.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "number_bits.h"
#include "size.h"

enum {
    FIRST_BYTES = 1 << 16,
    HEAD = 16,
    PADDING = 8,
    FIRST_CELLS = 16,
    DEFAULT_ROW_BYTES = 1 << 24
};

struct pen_csv {
    pen_source *source;
    char separator;
    size_t max_row_bytes;
    char *block;  /* what is allocated: HEAD bytes, then the buffer */
    char *buffer; /* capacity bytes, and PADDING that may be read but never counts */
    size_t capacity, begin, end;
    bool is_last; /* the source has nothing more */
    pen_cell *cells;
    size_t n_cells, cells_capacity;
    size_t row_begin, line, next_line, blank_lines, first_blank_line;
    bool has_quotes; /* in the row being read */
    bool is_damaged; /* the last row failed: the next read starts on the line after */
};

static pen_status allocate_buffer(pen_csv *c, size_t capacity)
{
    PEN_TRY(pen_realloc((void **)&c->block, HEAD + capacity + PADDING + 1, 1));
    c->buffer = c->block + HEAD;
    c->capacity = capacity;
    return PEN_OK;
}

/* Moves the unread part to the front and reads more behind it. */
static pen_status refill(pen_csv *c)
{
    memmove(c->buffer, c->buffer + c->begin, c->end - c->begin);
    c->end -= c->begin;
    c->begin = 0;
    if (c->end == c->capacity) {
        if (c->capacity > c->max_row_bytes) {
            c->line = c->next_line;
            return pen_fail(PEN_E_SIZE, "%s:%zu:1: row longer than %zu bytes (a quote not closed?)",
                            pen_source_name(c->source), c->line, c->max_row_bytes);
        }
        PEN_TRY(allocate_buffer(c, 2 * c->capacity));
    }
    size_t got;
    PEN_TRY(pen_source_read(c->source, c->buffer + c->end, c->capacity - c->end, &got));
    c->end += got;
    c->is_last = got == 0;
    if (c->is_last && c->end > 0 && c->buffer[c->end - 1] != '\n')
        c->buffer[c->end++] = '\n'; /* the byte beyond capacity is for this */
    return PEN_OK;
}

/* The first line that is not blank decides; a tie falls to the earlier one. */
static char find_separator(const pen_csv *c)
{
    static const char candidates[] = ",;\t|";
    size_t count[sizeof candidates] = { 0 }, best = 0;
    bool is_quoted = false, is_blank = true;
    for (const char *p = c->buffer + c->begin; p < c->buffer + c->end; p++) {
        if (*p == '\n' && !is_quoted && !is_blank)
            break;
        is_quoted ^= *p == '"';
        is_blank &= *p == '\n' || *p == '\r';
        const char *hit = is_quoted || *p == 0 ? NULL : strchr(candidates, *p);
        if (hit != NULL)
            count[hit - candidates]++;
    }
    for (size_t i = 1; i < sizeof candidates - 1; i++)
        if (count[i] > count[best])
            best = i;
    return candidates[best];
}

static pen_status start(pen_csv *c)
{
    PEN_TRY(allocate_buffer(c, FIRST_BYTES));
    memset(c->block, 0, HEAD);
    c->cells_capacity = FIRST_CELLS;
    PEN_TRY(pen_alloc(c->cells_capacity, sizeof *c->cells, (void **)&c->cells));
    do
        PEN_TRY(refill(c));
    while (!c->is_last && c->end < c->capacity && memchr(c->buffer, '\n', c->end) == NULL);
    if (c->end >= 3 && memcmp(c->buffer, "\xef\xbb\xbf", 3) == 0)
        c->begin = 3;
    if (c->end >= 2 &&
        (memcmp(c->buffer, "\xff\xfe", 2) == 0 || memcmp(c->buffer, "\xfe\xff", 2) == 0))
        return pen_fail(PEN_E_PARSE, "%s:1:1: UTF-16 text, expected UTF-8",
                        pen_source_name(c->source));
    if (c->separator == 0)
        c->separator = find_separator(c);
    return PEN_OK;
}

pen_status pen_csv_open(pen_source *source, const pen_csv_options *options, pen_csv **out)
{
    *out = NULL;
    pen_csv *c;
    pen_status s = PEN_NEW(&c);
    if (s != PEN_OK) {
        pen_source_close(source);
        return s;
    }
    c->source = source;
    c->separator = options != NULL ? options->separator : 0;
    c->max_row_bytes = options != NULL ? options->max_row_bytes : 0;
    if (c->max_row_bytes == 0)
        c->max_row_bytes = DEFAULT_ROW_BYTES;
    c->next_line = 1;
    if (c->separator == '"' || c->separator == '\n' || c->separator == '\r')
        s = pen_fail(PEN_E_ARG, "%s: a quote or line end cannot separate cells",
                     pen_source_name(source));
    if (s == PEN_OK)
        s = start(c);
    if (s != PEN_OK) {
        pen_csv_close(c);
        return s;
    }
    *out = c;
    return PEN_OK;
}

void pen_csv_close(pen_csv *c)
{
    if (c == NULL)
        return;
    pen_source_close(c->source);
    pen_free(c->block);
    pen_free(c->cells);
    pen_free(c);
}

static pen_status add_cell(pen_csv *c, const char *text, size_t n)
{
    if (c->n_cells == c->cells_capacity) {
        PEN_TRY(pen_realloc((void **)&c->cells, 2 * c->cells_capacity, sizeof *c->cells));
        c->cells_capacity *= 2;
    }
    c->cells[c->n_cells++] = (pen_cell){ text, n };
    return PEN_OK;
}

/* 0x80 in the bytes of word that equal the repeated byte. */
static uint64_t find_byte(uint64_t word, uint64_t repeated)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7fu;
    uint64_t x = word ^ repeated;
    return ~(((x & low) + low) | x | low);
}

/* Where a quoted cell, p just behind its opening quote, is closed; NULL if the
 * buffer ends before that is certain. */
static char *find_closing_quote(char *p, const char *end)
{
    for (;;) {
        p = memchr(p, '"', (size_t)(end - p));
        if (p == NULL || p + 1 >= end)
            return NULL;
        if (p[1] != '"')
            return p;
        p += 2;
    }
}

/* Turns "" into " in place.  What the text leaves free is filled with quotes, so
 * that counting line ends up to a later cell stays right. */
static size_t undouble(char *text, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        text[kept++] = text[i];
        i += text[i] == '"';
    }
    memset(text + kept, '"', n - kept);
    return kept;
}

/* A failure at a place in the buffer of the row being read. */
static pen_status fail_in_row(pen_csv *c, const char *at, const char *what)
{
    c->row_begin = c->begin;
    c->line = c->next_line;
    c->is_damaged = true;
    pen_cell cell = { at, 0 };
    return pen_csv_fail(c, &cell, "%s", what);
}

/* Tokenising state: where the row being read has got to. */
typedef struct cursor {
    char *at;        /* first byte not looked at */
    char *cell;      /* start of the current cell */
    bool is_done;    /* the line end was found */
    bool is_starved; /* the buffer ends before it */
} cursor;

/* Reads the quoted cell at k->cell, which starts with a quote. */
static pen_status read_quoted(pen_csv *c, cursor *k)
{
    char *text = k->cell + 1, *end = c->buffer + c->end;
    char *close = find_closing_quote(text, end);
    if (close == NULL) {
        k->is_starved = true;
        if (c->is_last)
            return fail_in_row(c, k->cell, "the quote opened here is not closed");
        return PEN_OK;
    }
    char *next = close + 1;
    if (*next == '\r' && next + 1 < end && next[1] == '\n')
        next++;
    if (*next != c->separator && *next != '\n') {
        if (next + 1 >= end && !c->is_last) {
            k->is_starved = true;
            return PEN_OK;
        }
        return fail_in_row(c, next, "text after a closing quote, expected a separator");
    }
    k->is_done = *next == '\n';
    k->at = k->cell = next + 1;
    c->has_quotes = true;
    return add_cell(c, text, (size_t)(close - text));
}

/* Reads plain cells until the line end, a quoted cell, or the buffer's end. */
static pen_status read_plain(pen_csv *c, cursor *k)
{
    const uint64_t ones = 0x0101010101010101u, separators = ones * (unsigned char)c->separator;
    const char *end = c->buffer + c->end;
    for (char *p = k->at; p < end; p += 8) {
        uint64_t word = load8(p);
        uint64_t hits = find_byte(word, separators) | find_byte(word, ones * '\n');
        for (; hits != 0; hits &= hits - 1) {
            char *at = p + __builtin_ctzll(hits) / 8;
            if (at >= end)
                break;
            PEN_TRY(add_cell(c, k->cell, (size_t)(at - k->cell)));
            k->cell = at + 1;
            k->is_done = *at == '\n';
            if (k->is_done || *k->cell == '"') {
                k->at = k->cell;
                return PEN_OK;
            }
        }
    }
    k->is_starved = true;
    return PEN_OK;
}

/* One row from begin; leaves k->is_starved set if the buffer does not hold all. */
static pen_status read_row(pen_csv *c, cursor *k)
{
    char *start_of_row = c->buffer + c->begin;
    *k = (cursor){ .at = start_of_row, .cell = start_of_row };
    c->n_cells = 0;
    c->has_quotes = false;
    if (c->begin == c->end) {
        k->is_starved = true;
        return PEN_OK;
    }
    while (!k->is_done && !k->is_starved) {
        bool is_quoted = k->cell < c->buffer + c->end && *k->cell == '"';
        PEN_TRY(is_quoted ? read_quoted(c, k) : read_plain(c, k));
    }
    return PEN_OK;
}

/* Quoted cells of a whole row: undoes doubled quotes, counts line ends.  Only now,
 * as a row that is read again after a refill must find its quotes as they were. */
static void finish_quoted(pen_csv *c)
{
    for (size_t i = 0; i < c->n_cells; i++) {
        pen_cell *cell = &c->cells[i];
        char *text = c->buffer + (cell->text - c->buffer);
        if (text == c->buffer + c->row_begin || text[-1] != '"')
            continue; /* not quoted */
        for (const char *p = text; (p = memchr(p, '\n', cell->n - (size_t)(p - text))); p++)
            c->next_line++;
        if (memchr(text, '"', cell->n) != NULL)
            cell->n = undouble(text, cell->n);
    }
}

static void finish_row(pen_csv *c, const cursor *k)
{
    c->row_begin = c->begin;
    c->line = c->next_line++;
    c->begin = (size_t)(k->cell - c->buffer);
    if (c->has_quotes)
        finish_quoted(c);
    pen_cell *last = &c->cells[c->n_cells - 1];
    if (last->n > 0 && last->text[last->n - 1] == '\r' && last->text[last->n] == '\n')
        last->n--;
}

/* Goes on at the line after the one on which a damaged row starts. */
static pen_status skip_line(pen_csv *c)
{
    char *line_end;
    while ((line_end = memchr(c->buffer + c->begin, '\n', c->end - c->begin)) == NULL) {
        c->begin = c->end;
        if (c->is_last)
            return PEN_OK;
        PEN_TRY(refill(c));
    }
    c->begin = (size_t)(line_end - c->buffer) + 1;
    c->next_line++;
    c->is_damaged = false;
    return PEN_OK;
}

pen_status pen_csv_read(pen_csv *c, const pen_cell **cells, size_t *n)
{
    *cells = NULL;
    *n = 0;
    if (c->is_damaged)
        PEN_TRY(skip_line(c));
    for (;;) {
        cursor k;
        PEN_TRY(read_row(c, &k));
        if (k.is_starved && c->is_last)
            return PEN_OK;
        if (k.is_starved) {
            PEN_TRY(refill(c));
            continue;
        }
        finish_row(c, &k);
        if (c->n_cells > 1 || c->cells[0].n > 0 || c->buffer[c->row_begin] == '"')
            break;
        if (c->blank_lines++ == 0)
            c->first_blank_line = c->line;
    }
    *cells = c->cells;
    *n = c->n_cells;
    return PEN_OK;
}

char pen_csv_separator(const pen_csv *c)
{
    return c->separator;
}

const char *pen_csv_name(const pen_csv *c)
{
    return pen_source_name(c->source);
}

size_t pen_csv_line(const pen_csv *c)
{
    return c->line;
}

size_t pen_csv_blank_lines(const pen_csv *c)
{
    return c->blank_lines;
}

size_t pen_csv_first_blank_line(const pen_csv *c)
{
    return c->first_blank_line;
}

pen_status pen_csv_fail(const pen_csv *c, const pen_cell *at, const char *format, ...)
{
    const char *row = c->buffer + c->row_begin, *to = at != NULL ? at->text : row, *p;
    size_t line = c->line;
    for (; (p = memchr(row, '\n', (size_t)(to - row))) != NULL; row = p + 1)
        line++;
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return pen_fail(PEN_E_PARSE, "%s:%zu:%zu: %s", pen_csv_name(c), line, (size_t)(to - row) + 1,
                    text);
}

void pen_csv_put(pen_sink *sink, char separator, const char *text, size_t n)
{
    bool is_quoted = n > 0 && (text[0] == ' ' || text[n - 1] == ' ');
    for (size_t i = 0; i < n; i++)
        is_quoted |= text[i] == separator || text[i] == '"' || text[i] == '\n' || text[i] == '\r';
    if (!is_quoted) {
        pen_sink_write(sink, text, n);
        return;
    }
    pen_sink_char(sink, '"');
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '"')
            pen_sink_char(sink, '"');
        pen_sink_char(sink, text[i]);
    }
    pen_sink_char(sink, '"');
}
