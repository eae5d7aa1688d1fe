/* Reports of several sections, as tables or JSON. */
#define _POSIX_C_SOURCE 200809L
#include "sections.h"

#include <math.h>
#include <string.h>

#include "../../machine/base/status.h"
#include "penstock/market.h"

pen_status cli_sections_begin(cli_sections *s, cli *c)
{
    *s = (cli_sections){ .c = c, .is_first = true };
    PEN_TRY(cli_open_output(c, &s->out));
    if (!c->is_json)
        return PEN_OK;
    const char *name = c->output != NULL ? c->output : "standard output";
    PEN_TRY(pen_sink_open_fd(name, fileno(s->out), &s->sink));
    pen_json_init(&s->json, s->sink, 2);
    pen_json_begin_object(&s->json);
    return PEN_OK;
}

pen_status cli_sections_end(cli_sections *s)
{
    cli_table_clear(&s->table);
    if (s->sink == NULL)
        return s->status;
    pen_json_end_object(&s->json);
    pen_sink_char(s->sink, '\n');
    pen_status closed = pen_sink_close(s->sink);
    return s->status != PEN_OK ? s->status : closed;
}

static void add_line(cli_sections *s, const char *line)
{
    if (s->status == PEN_OK)
        s->status = cli_table_add(&s->table, "%s", line);
}

void cli_section_begin(cli_sections *s, const char *key, const char *title, bool is_pairs)
{
    s->is_pairs = is_pairs;
    s->row = 0;
    if (s->c->is_json) {
        pen_json_key(&s->json, key);
        (is_pairs ? pen_json_begin_object : pen_json_begin_array)(&s->json);
        return;
    }
    fprintf(s->out, "%s%s\n", s->is_first ? "" : "\n", title);
    s->is_first = false;
}

void cli_section_end(cli_sections *s)
{
    if (s->c->is_json)
        (s->is_pairs ? pen_json_end_object : pen_json_end_array)(&s->json);
    else
        cli_table_print(&s->table, s->out, false);
    cli_table_clear(&s->table);
}

void cli_row_begin(cli_sections *s)
{
    s->header[0] = s->line[0] = '\0';
    if (s->c->is_json)
        pen_json_begin_object(&s->json);
}

void cli_row_end(cli_sections *s)
{
    if (s->c->is_json) {
        pen_json_end_object(&s->json);
        return;
    }
    if (s->row++ == 0)
        add_line(s, s->header);
    add_line(s, s->line);
}

/* Appends to a line, after a tab unless it is the first; blanks for '_' in names. */
static void append(char *line, size_t size, const char *text, bool is_name)
{
    size_t used = strlen(line);
    if (used > 0 && used + 1 < size)
        line[used++] = '\t';
    for (; *text != '\0' && used + 1 < size; text++)
        line[used++] = is_name && *text == '_' ? ' ' : *text;
    line[used] = '\0';
}

/* One cell of a table. */
static void put(cli_sections *s, const char *name, const char *text)
{
    if (s->is_pairs) {
        s->line[0] = '\0';
        append(s->line, sizeof s->line, name, true);
        append(s->line, sizeof s->line, text, false);
        add_line(s, s->line);
        return;
    }
    if (s->row == 0)
        append(s->header, sizeof s->header, name, true);
    append(s->line, sizeof s->line, text, false);
}

void cli_cell_text(cli_sections *s, const char *name, const char *text)
{
    if (!s->c->is_json) {
        put(s, name, text);
        return;
    }
    pen_json_key(&s->json, name);
    pen_json_text(&s->json, text);
}

/* A day where the time is midnight. */
void cli_cell_time(cli_sections *s, const char *name, int64_t time_ns)
{
    char text[32];
    pen_time_print(time_ns, text);
    cli_cell_text(s, name, text);
}

void cli_cell_count(cli_sections *s, const char *name, size_t count)
{
    char text[32];
    snprintf(text, sizeof text, "%zu", count);
    if (!s->c->is_json) {
        put(s, name, text);
        return;
    }
    pen_json_key(&s->json, name);
    pen_json_integer(&s->json, (int64_t)count);
}

static void put_real(cli_sections *s, const char *name, double x, double scale, int digits,
                     const char *unit)
{
    char text[64] = "-";
    if (s->c->is_json) {
        pen_json_key(&s->json, name);
        pen_json_number(&s->json, x);
        return;
    }
    double shown = scale * x, least = 0.5 * pow(10, -digits);
    if (!isnan(x))
        snprintf(text, sizeof text, "%.*f%s", digits, fabs(shown) < least ? 0.0 : shown, unit);
    put(s, name, text);
}

void cli_cell_percent(cli_sections *s, const char *name, double x, int digits)
{
    put_real(s, name, x, 100, digits, "%");
}

void cli_cell_number(cli_sections *s, const char *name, double x, int digits)
{
    put_real(s, name, x, 1, digits, "");
}

void cli_cell_bool(cli_sections *s, const char *name, bool x)
{
    if (!s->c->is_json) {
        put(s, name, x ? "yes" : "no");
        return;
    }
    pen_json_key(&s->json, name);
    pen_json_bool(&s->json, x);
}
