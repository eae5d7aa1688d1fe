/* Rows of named cells, as CSV or as a JSON array of objects. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "../../machine/base/csv.h"
#include "../../machine/base/json.h"
#include "cli.h"
#include "penstock/market.h"

pen_status cli_rows_begin(cli_rows *r, cli *c, const char *const *names)
{
    FILE *out;
    *r = (cli_rows){ .is_json = c->is_json, .names = names };
    PEN_TRY(cli_open_output(c, &out));
    const char *name = c->output != NULL ? c->output : "standard output";
    PEN_TRY(pen_sink_open_fd(name, fileno(out), &r->sink));
    for (size_t i = 0; !r->is_json && names[i] != NULL; i++) {
        if (i > 0)
            pen_sink_char(r->sink, ',');
        pen_csv_put(r->sink, ',', names[i], strlen(names[i]));
    }
    pen_sink_char(r->sink, r->is_json ? '[' : '\n');
    return PEN_OK;
}

static void put_json_text(cli_rows *r, const char *text)
{
    pen_json json;
    pen_json_init(&json, r->sink, 0);
    pen_json_text(&json, text);
}

/* What stands before a cell. */
static void begin_cell(cli_rows *r)
{
    if (r->is_json) {
        if (r->cell == 0)
            pen_sink_text(r->sink, r->row > 0 ? ",\n  {" : "\n  {");
        pen_sink_text(r->sink, r->cell > 0 ? ", " : " ");
        put_json_text(r, r->names[r->cell]);
        pen_sink_text(r->sink, ": ");
    } else if (r->cell > 0) {
        pen_sink_char(r->sink, ',');
    }
}

static void end_cell(cli_rows *r)
{
    if (r->names[++r->cell] != NULL)
        return;
    pen_sink_text(r->sink, r->is_json ? " }" : "\n");
    r->cell = 0;
    r->row++;
}

void cli_rows_time(cli_rows *r, int64_t time_ns)
{
    char text[32];
    pen_time_print(time_ns, text);
    cli_rows_text(r, text);
}

void cli_rows_text(cli_rows *r, const char *text)
{
    begin_cell(r);
    if (r->is_json)
        put_json_text(r, text);
    else
        pen_csv_put(r->sink, ',', text, strlen(text));
    end_cell(r);
}

void cli_rows_number(cli_rows *r, double x)
{
    begin_cell(r);
    if (isfinite(x) || (!r->is_json && !isnan(x)))
        pen_sink_number(r->sink, x);
    else if (r->is_json)
        pen_sink_text(r->sink, "null");
    end_cell(r);
}

pen_status cli_rows_end(cli_rows *r)
{
    if (r->is_json)
        pen_sink_text(r->sink, r->row > 0 ? "\n]\n" : "]\n");
    return pen_sink_close(r->sink);
}
