/* What was found, as tables or JSON. */
#define _POSIX_C_SOURCE 200809L
#include <jansson.h>
#include <math.h>

#include "../../machine/base/status.h"
#include "patterns.h"

enum { TIME_BYTES = 40 };

bool patterns_is_shown(const patterns_request *r, const patterns_series *s, const pen_pattern *m)
{
    return r->last == 0 || m->confirmed + r->last >= s->n;
}

/* The bar's time, or its number from 1. */
static const char *time_text(const patterns_series *s, size_t bar, char text[TIME_BYTES])
{
    if (s->time_ns != NULL)
        pen_time_print(s->time_ns[bar], text);
    else
        snprintf(text, TIME_BYTES, "%zu", bar + 1);
    return text;
}

static const char *direction_text(int direction)
{
    return direction > 0 ? "bullish" : "bearish";
}

/* ---- tables ---- */

static pen_status add_matches(patterns_report *p, const patterns_request *r,
                              const patterns_series *s)
{
    char start[TIME_BYTES], end[TIME_BYTES], confirmed[TIME_BYTES];
    size_t count;
    const pen_pattern *all = pen_patterns_matches(s->found, &count);
    for (size_t i = 0; i < count; i++) {
        const pen_pattern *m = &all[i];
        if (patterns_is_shown(r, s, m))
            PEN_TRY(cli_table_add(&p->matches, "%s\t%s\t%s\t%s\t%s\t%s\t%.6g\t%.6g\t%.6g\t%.2f",
                                  s->symbol, pen_pattern_name(m->kind),
                                  direction_text(m->direction), time_text(s, m->start, start),
                                  time_text(s, m->end, end), time_text(s, m->confirmed, confirmed),
                                  m->breakout_px, m->target_px, m->stop_px, m->quality));
    }
    return PEN_OK;
}

static pen_status add_levels(patterns_report *p, const patterns_request *r,
                             const patterns_series *s)
{
    char first[TIME_BYTES], last[TIME_BYTES];
    pen_level levels[64];
    size_t count = pen_patterns_levels(s->found, r->n_levels, levels);
    for (size_t i = 0; i < count; i++)
        PEN_TRY(cli_table_add(&p->levels, "%s\t%s\t%.6g\t%zu\t%s\t%s\t%.2f", s->symbol,
                              levels[i].is_support ? "support" : "resistance", levels[i].px,
                              levels[i].touches, time_text(s, levels[i].first, first),
                              time_text(s, levels[i].last, last), levels[i].strength));
    return PEN_OK;
}

static pen_status add_lines(patterns_report *p, const patterns_request *r, const patterns_series *s)
{
    char first[TIME_BYTES], last[TIME_BYTES], broken[TIME_BYTES];
    size_t count;
    const pen_trend_line *all = pen_patterns_trend_lines(s->found, &count);
    for (size_t i = count > r->n_lines ? count - r->n_lines : 0; i < count; i++)
        PEN_TRY(cli_table_add(
            &p->lines, "%s\t%s\t%zu\t%s\t%s\t%.6g\t%.4g\t%s\t%.2f", s->symbol,
            all[i].is_up ? "up" : "down", all[i].touches, time_text(s, all[i].first, first),
            time_text(s, all[i].last, last), pen_pattern_line_at(&all[i].line, (double)(s->n - 1)),
            all[i].line.slope_px, all[i].is_broken ? time_text(s, all[i].broken, broken) : "",
            all[i].strength));
    return PEN_OK;
}

/* ---- JSON ---- */

static json_t *json_time(const patterns_series *s, size_t bar)
{
    char text[TIME_BYTES];
    return s->time_ns != NULL ? json_string(time_text(s, bar, text))
                              : json_integer((json_int_t)bar + 1);
}

static json_t *json_match(const patterns_series *s, const pen_pattern *m)
{
    json_t *points = json_array();
    for (size_t i = 0; i < m->point_count; i++)
        json_array_append_new(
            points, json_pack("{s:s, s:o, s:f}", "role", pen_point_role_name(m->points[i].role),
                              "time", json_time(s, m->points[i].bar), "price", m->points[i].px));
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:f, s:f, s:f, s:f, s:f, s:o}", "pattern",
                     pen_pattern_name(m->kind), "direction", direction_text(m->direction), "start",
                     json_time(s, m->start), "end", json_time(s, m->end), "confirmed",
                     json_time(s, m->confirmed), "breakout", m->breakout_px, "target", m->target_px,
                     "stop", m->stop_px, "height", m->height_px, "quality", m->quality, "points",
                     points);
}

static json_t *json_levels(const patterns_request *r, const patterns_series *s)
{
    pen_level levels[64];
    json_t *list = json_array();
    size_t count = pen_patterns_levels(s->found, r->n_levels, levels);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:f, s:I, s:o, s:o, s:f}", "kind",
                            levels[i].is_support ? "support" : "resistance", "price", levels[i].px,
                            "touches", (json_int_t)levels[i].touches, "first",
                            json_time(s, levels[i].first), "last", json_time(s, levels[i].last),
                            "strength", levels[i].strength));
    return list;
}

static json_t *json_lines(const patterns_request *r, const patterns_series *s)
{
    size_t count;
    const pen_trend_line *all = pen_patterns_trend_lines(s->found, &count);
    json_t *list = json_array();
    for (size_t i = count > r->n_lines ? count - r->n_lines : 0; i < count; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:I, s:o, s:f, s:o, s:f, s:o, s:o, s:f}", "direction",
                            all[i].is_up ? "up" : "down", "touches", (json_int_t)all[i].touches,
                            "first", json_time(s, all[i].first), "first_price", all[i].line.px,
                            "last", json_time(s, all[i].last), "slope_a_bar", all[i].line.slope_px,
                            "confirmed", json_time(s, all[i].confirmed), "broken",
                            all[i].is_broken ? json_time(s, all[i].broken) : json_null(),
                            "strength", all[i].strength));
    return list;
}

static pen_status add_json(patterns_report *p, const patterns_request *r, const patterns_series *s)
{
    size_t count;
    const pen_pattern *all = pen_patterns_matches(s->found, &count);
    json_t *matches = json_array();
    for (size_t i = 0; i < count; i++)
        if (patterns_is_shown(r, s, &all[i]))
            json_array_append_new(matches, json_match(s, &all[i]));
    pen_patterns_pivots(s->found, &count);
    json_t *entry =
        json_pack("{s:s, s:s, s:I, s:I, s:o}", "file", s->file, "symbol", s->symbol, "bars",
                  (json_int_t)s->n, "pivots", (json_int_t)count, "patterns", matches);
    if (r->n_levels > 0)
        json_object_set_new(entry, "levels", json_levels(r, s));
    if (r->n_lines > 0)
        json_object_set_new(entry, "lines", json_lines(r, s));
    if (entry == NULL || json_array_append_new(p->list, entry) != 0)
        return pen_fail(PEN_E_NOMEM, "building the JSON result");
    return PEN_OK;
}

/* ---- both ---- */

pen_status patterns_report_begin(const cli *c, const patterns_request *r, patterns_report *out)
{
    if (c->is_json) {
        out->list = json_array();
        return out->list != NULL ? PEN_OK : pen_fail(PEN_E_NOMEM, "building the JSON result");
    }
    PEN_TRY(cli_table_add(
        &out->matches,
        "symbol\tpattern\tdirection\tstart\tend\tconfirmed\tbreakout\ttarget\tstop\tquality"));
    if (r->n_levels > 0)
        PEN_TRY(
            cli_table_add(&out->levels, "symbol\tlevel\tprice\ttouches\tfirst\tlast\tstrength"));
    if (r->n_lines > 0)
        PEN_TRY(cli_table_add(
            &out->lines,
            "symbol\tline\ttouches\tfirst\tlast\tprice_now\tslope_a_bar\tbroken\tstrength"));
    return PEN_OK;
}

pen_status patterns_report_add(patterns_report *p, const patterns_request *r,
                               const patterns_series *s)
{
    if (p->list != NULL)
        return add_json(p, r, s);
    PEN_TRY(add_matches(p, r, s));
    if (r->n_levels > 0)
        PEN_TRY(add_levels(p, r, s));
    if (r->n_lines > 0)
        PEN_TRY(add_lines(p, r, s));
    return PEN_OK;
}

/* A blank line between tables; a table for patterns even if there is none. */
pen_status patterns_report_print(cli *c, patterns_report *p)
{
    const cli_table *tables[] = { &p->matches, &p->levels, &p->lines };
    FILE *out;
    if (p->list != NULL) {
        json_t *list = p->list;
        p->list = NULL;
        return cli_print_json(c, list);
    }
    PEN_TRY(cli_open_output(c, &out));
    if (p->matches.count == 1)
        cli_note(c, "no pattern was confirmed; --pivots with a smaller number sees smaller ones");
    for (size_t i = 0; i < PEN_COUNT(tables); i++) {
        if (tables[i]->count == 0)
            continue;
        if (i > 0)
            fputc('\n', out);
        cli_table_print(tables[i], out, cli_terminal_columns(out) == 0);
    }
    return PEN_OK;
}

void patterns_report_clear(patterns_report *p)
{
    cli_table_clear(&p->matches);
    cli_table_clear(&p->levels);
    cli_table_clear(&p->lines);
    json_decref(p->list);
}
