/* How the library reports failure; the public half is penstock/status.h. */
#ifndef PEN_BASE_STATUS_H
#define PEN_BASE_STATUS_H

#include "penstock/status.h"

/* Stores the text for this thread and returns status. */
pen_status pen_fail(pen_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts "context: " in front of this thread's text and returns status. */
pen_status pen_fail_context(pen_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Returns from the caller on failure; only where nothing needs release. */
#define PEN_TRY(call)                                                                              \
    do {                                                                                           \
        pen_status try_status_ = (call);                                                           \
        if (try_status_ != PEN_OK)                                                                 \
            return try_status_;                                                                    \
    } while (0)

#define PEN_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
