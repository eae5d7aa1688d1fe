/* Times as text; the public half is in penstock/market.h. */
#ifndef PEN_MARKET_TIME_H
#define PEN_MARKET_TIME_H

#include <stdbool.h>

#include "penstock/market.h"

/* How a column writes its times: found once, then read without guessing. */
typedef struct pen_time_form {
    bool is_number;
    pen_time_unit unit; /* if a number; never AUTO */
} pen_time_form;

/* False if text is no time.  A number of 8 or 14 digits that is a calendar date is
 * one if unit is AUTO. */
bool pen_time_find_form(const char *text, size_t n, pen_time_unit unit, pen_time_form *form);
bool pen_time_read(const char *text, size_t n, pen_time_form form, int64_t *time_ns);

#endif
