/* Writing log lines; who sees them is set through penstock/log.h. */
#ifndef PEN_BASE_LOG_H
#define PEN_BASE_LOG_H

#include "penstock/log.h"

/* Whether a line of this level goes anywhere: cheap, for guarding costly text. */
bool pen_log_is_on(pen_log_level level);
/* area: the part that speaks ("device").  Lines beyond 2 KB are cut.  Needs no
 * memory and keeps the thread's last error.  Threads: any. */
void pen_log(pen_log_level level, const char *area, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
