/* Text that grows. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "draw.h"

static bool reserve(sink *s, size_t more)
{
    if (s->status != PEN_OK)
        return false;
    if (s->length + more + 1 > s->room) {
        size_t room = (s->length + more + 1) * 2;
        s->status = pen_realloc((void **)&s->text, room, 1);
        if (s->status != PEN_OK)
            return false;
        s->room = room;
    }
    return true;
}

void sink_bytes(sink *s, const char *text, size_t length)
{
    if (!reserve(s, length))
        return;
    memcpy(s->text + s->length, text, length);
    s->length += length;
    s->text[s->length] = '\0';
}

void sink_put(sink *s, const char *text)
{
    sink_bytes(s, text, strlen(text));
}

void sink_format(sink *s, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sink_put(s, text);
}

/* Bytes of the UTF-8 character at text, or 0 if it is malformed or a character
 * that XML 1.0 (2.2) excludes. */
static size_t character(const unsigned char *text)
{
    unsigned code = text[0];
    size_t length = code < 0x80 ? 1 : code >= 0xF0 ? 4 : code >= 0xE0 ? 3 : 2;
    static const unsigned lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    if (length == 1)
        return code >= 0x20 && code != 0x7F;
    if (code < 0xC2 || code > 0xF4)
        return 0;
    code &= 0x7Fu >> length;
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3Fu);
    }
    bool is_allowed = code >= lowest[length] && code <= 0x10FFFF &&
                      (code < 0xD800 || code > 0xDFFF) && (code & 0xFFFE) != 0xFFFE &&
                      (code < 0x80 || code > 0x9F);
    return is_allowed ? length : 0;
}

static void put_clean(sink *s, const char *text, bool is_xml)
{
    while (*text != '\0') {
        size_t length = character((const unsigned char *)text);
        if (length == 0) {
            sink_put(s, *text == '\t' || *text == '\n' ? " " : "\xEF\xBF\xBD");
            text++;
            continue;
        }
        const char *escape = *text == '&'   ? "&amp;"
                             : *text == '<' ? "&lt;"
                             : *text == '>' ? "&gt;"
                             : *text == '"' ? "&quot;"
                                            : NULL;
        if (is_xml && escape != NULL)
            sink_put(s, escape);
        else
            sink_bytes(s, text, length);
        text += length;
    }
}

void sink_xml(sink *s, const char *text)
{
    put_clean(s, text, true);
}

void sink_plain(sink *s, const char *text)
{
    put_clean(s, text, false);
}

/* Through an integer, so that the locale has no say; coordinates and tick
 * labels are well inside 2^53 / 10^digits, anything else is cut there. */
void sink_number(sink *s, double value, int digits)
{
    static const double power[] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10 };
    char text[48];
    digits = digits < 0 ? 0 : digits > 10 ? 10 : digits;
    double limit = 9e15 / power[digits];
    value = value > limit ? limit : value < -limit ? -limit : value;
    long long scaled = llround(value * power[digits]), unit = (long long)power[digits];
    unsigned long long size = scaled < 0 ? -(unsigned long long)scaled : (unsigned long long)scaled;
    int length = snprintf(text, sizeof text, "%s%llu", scaled < 0 ? "-" : "",
                          size / (unsigned long long)unit);
    unsigned long long rest = size % (unsigned long long)unit;
    if (rest != 0) {
        length += snprintf(text + length, sizeof text - (size_t)length, ".%0*llu", digits, rest);
        while (text[length - 1] == '0')
            length--;
    }
    sink_bytes(s, text, (size_t)length);
}

pen_status sink_finish(sink *s, char **text, size_t *length)
{
    *text = NULL;
    if (length != NULL)
        *length = 0;
    if (s->status == PEN_OK && reserve(s, 0)) {
        s->text[s->length] = '\0';
        *text = s->text;
        if (length != NULL)
            *length = s->length;
        return PEN_OK;
    }
    pen_free(s->text);
    return s->status;
}

void pen_plot_free(char *text)
{
    pen_free(text);
}
