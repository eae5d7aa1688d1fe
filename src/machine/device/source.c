/* Textual expansion of `#include "x.kh"`, for compilers that have no files. */
#include "source.h"

#include <stdio.h>
#include <string.h>

#include "../base/alloc.h"
#include "../kernels/catalog.h"

enum { MAX_INCLUDES = 64 };

typedef struct builder {
    char *text;
    size_t used, room;
    const char *included[MAX_INCLUDES];
    size_t n_included;
} builder;

static pen_status put(builder *b, const char *text, size_t bytes)
{
    if (b->room - b->used < bytes + 1) {
        size_t room = 2 * (b->used + bytes) + 4096;
        PEN_TRY(pen_realloc((void **)&b->text, room, 1));
        b->room = room;
    }
    memcpy(b->text + b->used, text, bytes);
    b->used += bytes;
    b->text[b->used] = '\0';
    return PEN_OK;
}

/* Tells the compiler where the lines that follow come from. */
static pen_status put_place(builder *b, size_t line, const char *file)
{
    char text[160];
    int bytes = snprintf(text, sizeof text, "#line %zu \"%s\"\n", line, file);
    return put(b, text, (size_t)bytes);
}

/* The name in `#include "name"`; false for any other line. */
static bool parse_include(const char *line, size_t bytes, char *name, size_t name_bytes)
{
    static const char word[] = "#include \"";
    size_t lead = sizeof word - 1;
    if (bytes <= lead || memcmp(line, word, lead) != 0)
        return false;
    const char *end = memchr(line + lead, '"', bytes - lead);
    if (end == NULL || (size_t)(end - line) - lead >= name_bytes)
        return false;
    memcpy(name, line + lead, (size_t)(end - line) - lead);
    name[(size_t)(end - line) - lead] = '\0';
    return true;
}

static pen_status put_file(builder *b, const char *file)
{
    for (size_t i = 0; i < b->n_included; i++)
        if (strcmp(b->included[i], file) == 0)
            return PEN_OK;
    const pen_kernel_text *source = pen_kernel_text_find(file);
    if (source == NULL)
        return pen_fail(PEN_E_NOTFOUND, "kernel source '%s' is not in this build", file);
    if (b->n_included == MAX_INCLUDES)
        return pen_fail(PEN_E_SIZE, "kernel source '%s': more than %d includes", file,
                        MAX_INCLUDES);
    b->included[b->n_included++] = source->file;
    PEN_TRY(put_place(b, 1, file));
    const char *at = source->text, *end = source->text + source->bytes;
    for (size_t line = 1; at < end; line++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline != NULL ? newline + 1 : end;
        char name[64];
        if (parse_include(at, (size_t)(next - at), name, sizeof name)) {
            PEN_TRY(put_file(b, name));
            PEN_TRY(put_place(b, line + 1, file));
        } else {
            PEN_TRY(put(b, at, (size_t)(next - at)));
        }
        at = next;
    }
    return put(b, "\n", 1);
}

pen_status pen_source_assemble(const char *prelude, const char *file, pen_dtype real,
                               const char *definitions, char **text)
{
    builder b = { 0 };
    *text = NULL;
    const char *precision = real == PEN_F64 ? "#define PEN_REAL_F64 1\n" //
                                            : "#define PEN_REAL_F64 0\n";
    pen_status s = put(&b, precision, strlen(precision));
    if (s == PEN_OK && definitions != NULL)
        s = put(&b, definitions, strlen(definitions));
    if (s == PEN_OK)
        s = put_file(&b, prelude);
    if (s == PEN_OK)
        s = put_file(&b, "prelude_common.kh");
    if (s == PEN_OK)
        s = put_file(&b, file);
    if (s != PEN_OK) {
        pen_free(b.text);
        return s;
    }
    *text = b.text;
    return PEN_OK;
}

void pen_source_first_error(const char *log, char *line, size_t bytes)
{
    const char *found = strstr(log, "error");
    if (found == NULL)
        found = log + strspn(log, " \t\r\n");
    while (found > log && found[-1] != '\n')
        found--;
    snprintf(line, bytes, "%.*s", (int)strcspn(found, "\r\n"), found);
}
