/* Log lines.  The library writes none unless the program sets a sink. */
#ifndef PENSTOCK_LOG_H
#define PENSTOCK_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "penstock/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum pen_log_level {
    PEN_LOG_ERROR = 0,
    PEN_LOG_WARN,
    PEN_LOG_INFO,
    PEN_LOG_DEBUG
} pen_log_level;

/* Takes one whole line, n bytes without line end or zero byte.  Called from any
 * thread, one call at a time; must not log. */
typedef void pen_log_fn(void *context, pen_log_level level, const char *line, size_t n);

/* Lines go to fn from now on; NULL: nowhere, which is the start.  Threads: any. */
PEN_API void pen_log_set_sink(pen_log_fn *fn, void *context);
/* A sink that writes lines to stderr, for programs. */
PEN_API void pen_log_to_stderr(void *context, pen_log_level level, const char *line, size_t n);

/* Sets the most detailed level that is written (the start: warn), and the form:
 * "2020-01-31T09:30:15.250Z warn device: text", or one JSON object with time, level,
 * area, message.  Threads: any. */
PEN_API void pen_log_set(pen_log_level level, bool is_json);

/* The same as text, as in the variable PENSTOCK_LOG: "debug", "json", "info,json".
 * NULL takes that variable; if it is not set nothing changes.
 * PEN_E_ARG for an unknown word.  Threads: any. */
PEN_API pen_status pen_log_configure(const char *text);

#ifdef __cplusplus
}
#endif
#endif
