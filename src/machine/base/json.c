#include "json.h"

#include <math.h>
#include <string.h>

#include "status.h"

/* Refuses nesting that would cost jansson's recursion more than its result is
 * worth; brackets inside strings do not count. */
static pen_status check_depth(const char *name, const char *text, size_t n)
{
    size_t depth = 0, line = 1, line_start = 0;
    bool is_string = false;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (c == '\n') {
            line++;
            line_start = i + 1;
        }
        if (is_string) {
            i += c == '\\';
            is_string = c != '"';
        } else if (c == '"') {
            is_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > PEN_DOCUMENT_DEPTH)
                return pen_fail(PEN_E_SIZE, "%s:%zu:%zu: nested deeper than %d levels", name, line,
                                i - line_start + 1, PEN_DOCUMENT_DEPTH);
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return PEN_OK;
}

pen_status pen_json_parse(const char *name, const char *text, size_t n, json_t **out)
{
    *out = NULL;
    if (n > PEN_DOCUMENT_BYTES)
        return pen_fail(PEN_E_SIZE, "%s: %zu bytes, the limit is %d", name, n, PEN_DOCUMENT_BYTES);
    PEN_TRY(check_depth(name, text, n));
    json_error_t error;
    *out = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    if (*out != NULL)
        return PEN_OK;
    if (json_error_code(&error) == json_error_out_of_memory)
        return pen_fail(PEN_E_NOMEM, "%s: not enough memory for the document", name);
    return pen_fail(PEN_E_PARSE, "%s:%d:%d: %s", name, error.line > 0 ? error.line : 1,
                    error.column > 0 ? error.column : 1, error.text);
}

/* ---- writing ---- */

void pen_json_init(pen_json *j, pen_sink *sink, int indent)
{
    *j = (pen_json){ .sink = sink, .indent = indent };
}

static void break_line(pen_json *j)
{
    if (j->indent == 0)
        return;
    pen_sink_char(j->sink, '\n');
    for (unsigned i = 0; i < j->depth * (unsigned)j->indent; i++)
        pen_sink_char(j->sink, ' ');
}

/* What comes before a value or a key: a comma, a line break. */
static void separate(pen_json *j)
{
    if (j->is_after_key) {
        j->is_after_key = false;
        return;
    }
    uint64_t bit = UINT64_C(1) << (j->depth & 63);
    if (j->depth > 0 && (j->has_items & bit))
        pen_sink_char(j->sink, ',');
    if (j->depth > 0)
        break_line(j);
    j->has_items |= bit;
}

static void begin(pen_json *j, char bracket)
{
    separate(j);
    pen_sink_char(j->sink, bracket);
    j->depth++;
    j->has_items &= ~(UINT64_C(1) << (j->depth & 63));
}

static void end(pen_json *j, char bracket)
{
    bool has_items = j->has_items >> (j->depth & 63) & 1;
    j->depth--;
    if (has_items)
        break_line(j);
    pen_sink_char(j->sink, bracket);
    if (j->depth == 0 && j->indent > 0)
        pen_sink_char(j->sink, '\n');
}

void pen_json_begin_object(pen_json *j)
{
    begin(j, '{');
}

void pen_json_end_object(pen_json *j)
{
    end(j, '}');
}

void pen_json_begin_array(pen_json *j)
{
    begin(j, '[');
}

void pen_json_end_array(pen_json *j)
{
    end(j, ']');
}

/* The length of the UTF-8 sequence at p, 0 if it is none: no overlong forms, no
 * surrogates, nothing beyond U+10FFFF. */
static size_t utf8_length(const unsigned char *p, const unsigned char *end_of_text)
{
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (n == 0 || p[0] > 0xf4 || (size_t)(end_of_text - p) < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return n;
}

size_t pen_json_escape(const char **text, const char *end_of_text, char out[8])
{
    static const char hex[] = "0123456789abcdef", named[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    unsigned char c = (unsigned char)**text;
    const char *at = c != 0 ? strchr(named, c) : NULL;
    size_t n = utf8_length((const unsigned char *)*text, (const unsigned char *)end_of_text);
    if (at != NULL) {
        out[0] = '\\';
        out[1] = names[at - named];
        ++*text;
        return 2;
    }
    if (c < 0x20) {
        memcpy(out, "\\u0000", 6);
        out[4] = hex[c >> 4];
        out[5] = hex[c & 15];
        ++*text;
        return 6;
    }
    if (n == 0) {
        memcpy(out, "\xef\xbf\xbd", 3);
        ++*text;
        return 3;
    }
    memcpy(out, *text, n);
    *text += n;
    return n;
}

static void put_string(pen_json *j, const char *text)
{
    const char *end_of_text = text + strlen(text);
    pen_sink_char(j->sink, '"');
    while (text < end_of_text) {
        char escaped[8];
        size_t n = pen_json_escape(&text, end_of_text, escaped);
        pen_sink_write(j->sink, escaped, n);
    }
    pen_sink_char(j->sink, '"');
}

void pen_json_key(pen_json *j, const char *key)
{
    separate(j);
    put_string(j, key);
    pen_sink_text(j->sink, j->indent > 0 ? ": " : ":");
    j->is_after_key = true;
}

void pen_json_text(pen_json *j, const char *text)
{
    separate(j);
    put_string(j, text);
}

void pen_json_number(pen_json *j, double x)
{
    separate(j);
    if (isfinite(x))
        pen_sink_number(j->sink, x);
    else
        pen_sink_text(j->sink, "null");
}

void pen_json_integer(pen_json *j, int64_t x)
{
    separate(j);
    pen_sink_integer(j->sink, x);
}

void pen_json_bool(pen_json *j, bool x)
{
    separate(j);
    pen_sink_text(j->sink, x ? "true" : "false");
}

void pen_json_null(pen_json *j)
{
    separate(j);
    pen_sink_text(j->sink, "null");
}
