/* Status names and the per-thread text of the last failure. */
#include "status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 1024 };
static _Thread_local char last_text[TEXT_BYTES];

const char *pen_version(void)
{
    return PEN_VERSION;
}

const char *pen_status_name(pen_status status)
{
    switch (status) {
#define NAME_(code, name, text)                                                                    \
    case PEN_##name:                                                                               \
        return "PEN_" #name;
        PEN_STATUS_LIST(NAME_)
#undef NAME_
    }
    return "PEN_?";
}

const char *pen_status_text(pen_status status)
{
    switch (status) {
#define TEXT_(code, name, text)                                                                    \
    case PEN_##name:                                                                               \
        return text;
        PEN_STATUS_LIST(TEXT_)
#undef TEXT_
    }
    return "unknown status";
}

const char *pen_last_error(void)
{
    return last_text;
}

pen_status pen_fail(pen_status status, const char *format, ...)
{
    /* Through a copy: an argument may be the last text itself. */
    char text[TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    memcpy(last_text, text, sizeof text);
    return status;
}

pen_status pen_fail_context(pen_status status, const char *format, ...)
{
    char context[TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(context, sizeof context, format, args);
    va_end(args);
    return pen_fail(status, "%s: %s", context, last_text);
}
