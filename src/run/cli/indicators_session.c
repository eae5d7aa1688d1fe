/* The input `session` of a plan, from the times of a table: a number that is the same for
 * all rows of a day. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "indicators.h"

/* "HH:MM" as nanoseconds since midnight. */
static bool parse_clock(const char *text, int64_t *ns)
{
    static const char shape[] = "00:00";
    for (size_t i = 0; i < sizeof shape; i++)
        if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    int hours = atoi(text), minutes = atoi(text + 3);
    *ns = (hours * 60 + minutes) * (int64_t)60000000000;
    return hours < 24 && minutes < 60;
}

static bool is_asked_for(const indicators *w)
{
    size_t column;
    for (size_t i = 0; i < pen_plan_input_count(w->plan); i++)
        if (strcasecmp(pen_plan_input(w->plan, i), "session") == 0)
            return indicators_column(w->table, "session", &column) != PEN_OK;
    return false;
}

pen_status indicators_find_sessions(cli *c, indicators *w)
{
    const int64_t day_ns = (int64_t)86400 * 1000000000, *times = pen_table_times_ns(w->table);
    int64_t start_ns;
    if (!parse_clock(cli_text(c, "session"), &start_ns))
        return cli_usage(c, "--session '%s', expected HH:MM from 00:00 to 23:59",
                         cli_text(c, "session"));
    if (!is_asked_for(w))
        return PEN_OK;
    if (times == NULL)
        return pen_fail(PEN_E_NOTFOUND,
                        "%s: neither times nor a column 'session', which the plan reads",
                        pen_table_source(w->table));
    PEN_TRY(pen_alloc_array(w->rows, sizeof *w->sessions, (void **)&w->sessions));
    for (size_t row = 0; row < w->rows; row++) {
        int64_t since = times[row] - start_ns, day = since / day_ns - (since % day_ns < 0);
        w->sessions[row] = (double)day;
    }
    return PEN_OK;
}
