/* Draws the last bars as candles, with the patterns, levels and trend lines found in them. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "patterns.h"
#include "penstock/report.h"

/* A pattern takes its path, two boundaries, its target and its marks. */
enum { MOST_PATTERNS = 8, MOST_LEVELS = 16, MOST_LINES = 8, A_PATTERN = 5, TEXT_BYTES = 64 };
enum { MOST_SERIES = 1 + MOST_PATTERNS * A_PATTERN + 2 * MOST_LEVELS + MOST_LINES };
enum { MOST_POINTS = PEN_PATTERN_MAX_POINTS + 2 };

typedef struct picture {
    const patterns_request *r;
    const patterns_series *s;
    size_t first, n;                     /* the bars drawn */
    double low, high;                    /* of their prices */
    pen_plot_point names[MOST_PATTERNS]; /* where names stand */
    size_t name_count;
    pen_plot_series series[MOST_SERIES];
    size_t count;
    pen_plot_point points[MOST_SERIES][MOST_POINTS];
    char texts[MOST_SERIES][TEXT_BYTES];
} picture;

/* The points that the next series will have. */
static pen_plot_point *next_points(picture *p)
{
    return p->points[p->count];
}

static void add(picture *p, pen_plot_series series, size_t point_count)
{
    series.points = p->points[p->count];
    series.point_count = point_count;
    p->series[p->count++] = series;
}

static size_t shown_bar(const picture *p, size_t bar)
{
    size_t last = p->first + p->n - 1;
    return (bar < p->first ? p->first : bar > last ? last : bar) - p->first;
}

/* The line between two bars, as far as they are drawn. */
static void add_line(picture *p, const pen_pattern_line *line, size_t from, size_t to,
                     pen_plot_series series)
{
    pen_plot_point *points = next_points(p);
    size_t ends[] = { shown_bar(p, from), shown_bar(p, to) };
    for (size_t i = 0; i < PEN_COUNT(ends); i++)
        points[i] =
            (pen_plot_point){ .at = ends[i],
                              .y = pen_pattern_line_at(line, (double)(ends[i] + p->first)) };
    add(p, series, PEN_COUNT(ends));
}

/* ---- patterns ---- */

static bool is_drawn(const picture *p, const pen_pattern *m)
{
    return patterns_is_shown(p->r, p->s, m) && m->start >= p->first;
}

/* Better ones of those to draw; of equals the earlier. */
static size_t rank_of(const picture *p, const pen_pattern *all, size_t count, size_t which)
{
    size_t rank = 0;
    for (size_t i = 0; i < count; i++)
        if (i != which && is_drawn(p, &all[i]))
            rank += all[i].quality > all[which].quality ||
                    (all[i].quality == all[which].quality && i < which);
    return rank;
}

/* Targets far from the prices would only make those small. */
static void add_target(picture *p, const pen_pattern *m, int colour)
{
    double margin = 0.2 * (p->high - p->low);
    if (m->target_px > p->high + margin || m->target_px < p->low - margin)
        return;
    pen_plot_point *points = next_points(p);
    size_t at = shown_bar(p, m->confirmed), length = p->n / 24 + 1;
    size_t to = at + length < p->n ? at + length : p->n - 1;
    points[0] = (pen_plot_point){ .at = at, .y = m->target_px };
    points[1] = (pen_plot_point){ .at = to, .y = m->target_px };
    add(p, (pen_plot_series){ .kind = PEN_PLOT_PATH, .colour = colour, .width = 2 }, 2);
}

/* Is there room for a name at the point, or does another stand there? */
static bool is_free(const picture *p, const pen_plot_point *point)
{
    for (size_t k = 0; k < p->name_count; k++) {
        const pen_plot_point *other = &p->names[k];
        size_t apart = point->at > other->at ? point->at - other->at : other->at - point->at;
        if (apart < p->n / 5 && fabs(point->y - other->y) < 0.06 * (p->high - p->low))
            return false;
    }
    return true;
}

/* The name stands outside of the pattern, at its furthest point on either side or where it broke
 * out. */
static void place_name(picture *p, pen_plot_point *points, size_t count, int side, const char *text)
{
    pen_plot_point *choice[] = { &points[0], &points[0], &points[count - 1] };
    for (size_t i = 0; i + 1 < count; i++)
        for (int k = 0; k < 2; k++) {
            int away = k == 0 ? side : -side;
            if (away * points[i].y > away * choice[k]->y)
                choice[k] = &points[i];
        }
    for (size_t k = 0; k < PEN_COUNT(choice); k++) {
        if (!is_free(p, choice[k]) && k + 1 < PEN_COUNT(choice))
            continue;
        choice[k]->side = k == 0 ? side : -side;
        choice[k]->text = text;
        p->names[p->name_count++] = *choice[k];
        return;
    }
}

static void add_marks(picture *p, const pen_pattern *m, int colour)
{
    pen_plot_point *points = next_points(p);
    char *text = p->texts[p->count];
    size_t n = m->point_count;
    int side = -m->direction; /* away from the breakout */
    snprintf(text, TEXT_BYTES, "%s %.2f", pen_pattern_name(m->kind), m->quality);
    for (char *c = text; *c != '\0'; c++)
        *c = *c == '-' ? ' ' : *c;
    for (size_t i = 0; i < n; i++)
        points[i] = (pen_plot_point){ .at = shown_bar(p, m->points[i].bar),
                                      .y = m->points[i].px,
                                      .side = side };
    points[n] = (pen_plot_point){ .at = shown_bar(p, m->confirmed),
                                  .y = m->breakout_px,
                                  .side = m->direction };
    place_name(p, points, n + 1, side, text);
    add(p, (pen_plot_series){ .kind = PEN_PLOT_MARKS, .colour = colour, .width = 5 }, n + 1);
}

static void add_pattern(picture *p, const pen_pattern *m, int colour)
{
    pen_plot_point *points = next_points(p);
    bool is_range = m->kind >= PEN_PATTERN_ASCENDING_TRIANGLE && m->kind <= PEN_PATTERN_BROADENING;
    pen_plot_series dashed = {
        .kind = PEN_PLOT_PATH, .colour = colour, .width = 1.2, .is_dashed = true
    };
    for (size_t i = 0; i < m->point_count; i++)
        points[i] = (pen_plot_point){ .at = shown_bar(p, m->points[i].bar), .y = m->points[i].px };
    add(p, (pen_plot_series){ .kind = PEN_PLOT_PATH, .colour = colour, .width = 2 },
        m->point_count);
    if (m->direction > 0 || is_range)
        add_line(p, &m->upper, m->start, m->confirmed, dashed);
    if (m->direction < 0 || is_range)
        add_line(p, &m->lower, m->start, m->confirmed, dashed);
    add_target(p, m, colour);
    add_marks(p, m, colour);
}

static void add_patterns(const cli *c, picture *p)
{
    size_t count, drawn = 0, left_out = 0;
    const pen_pattern *all = pen_patterns_matches(p->s->found, &count);
    for (size_t i = 0; i < count; i++) {
        if (!is_drawn(p, &all[i]))
            continue;
        if (rank_of(p, all, count, i) < MOST_PATTERNS)
            add_pattern(p, &all[i], (int)++drawn);
        else
            left_out++;
    }
    if (left_out > 0)
        cli_note(c, "--plot: the %zu patterns of the best quality are drawn, %zu are left out",
                 drawn, left_out);
}

/* ---- levels and trend lines ---- */

static void add_levels(picture *p)
{
    pen_level levels[MOST_LEVELS];
    size_t most = p->r->n_levels < MOST_LEVELS ? p->r->n_levels : MOST_LEVELS;
    size_t count = pen_patterns_levels(p->s->found, most, levels);
    for (size_t i = 0; i < count; i++) {
        pen_pattern_line line = { .px = levels[i].px };
        if (levels[i].px > p->high || levels[i].px < p->low)
            continue;
        add_line(p, &line, levels[i].first, p->s->n - 1,
                 (pen_plot_series){ .kind = PEN_PLOT_PATH,
                                    .colour = PEN_PLOT_GREY,
                                    .width = 1 + 2 * levels[i].strength,
                                    .is_dashed = true });
        char *text = p->texts[p->count];
        snprintf(text, TEXT_BYTES, "%.6g, %zu touches", levels[i].px, levels[i].touches);
        *next_points(p) = (pen_plot_point){ .at = p->n - 1, .y = levels[i].px, .text = text };
        add(p, (pen_plot_series){ .kind = PEN_PLOT_MARKS, .colour = PEN_PLOT_GREY }, 1);
    }
}

static void add_trend_lines(picture *p)
{
    size_t count, most = p->r->n_lines < MOST_LINES ? p->r->n_lines : MOST_LINES;
    const pen_trend_line *all = pen_patterns_trend_lines(p->s->found, &count);
    for (size_t i = count > most ? count - most : 0; i < count; i++) {
        size_t to = all[i].is_broken ? all[i].broken : p->s->n - 1;
        if (to > p->first)
            add_line(
                p, &all[i].line, all[i].first, to,
                (pen_plot_series){ .kind = PEN_PLOT_PATH, .colour = PEN_PLOT_GREY, .width = 1.5 });
    }
}

/* ---- the whole ---- */

static void find_range(picture *p)
{
    const double *lows = p->s->fields[PEN_ROLE_LOW], *highs = p->s->fields[PEN_ROLE_HIGH];
    const double *closes = p->s->fields[PEN_ROLE_CLOSE];
    p->low = INFINITY;
    p->high = -INFINITY;
    for (size_t i = p->first; i < p->first + p->n; i++) {
        p->low = fmin(p->low, lows != NULL ? lows[i] : closes[i]);
        p->high = fmax(p->high, highs != NULL ? highs[i] : closes[i]);
    }
}

static void add_prices(picture *p)
{
    const double *of[4];
    bool has_candles = true;
    for (int role = PEN_ROLE_OPEN; role <= PEN_ROLE_CLOSE; role++) {
        has_candles &= p->s->fields[role] != NULL;
        of[role] = p->s->fields[role] != NULL ? p->s->fields[role] + p->first : NULL;
    }
    if (has_candles)
        add(p,
            (pen_plot_series){
                .kind = PEN_PLOT_CANDLES, .open = of[0], .high = of[1], .low = of[2], .y = of[3] },
            0);
    else
        add(p, (pen_plot_series){ .kind = PEN_PLOT_LINE, .y = of[3], .colour = PEN_PLOT_GREY }, 0);
}

static bool has_volume(const picture *p)
{
    const double *volume = p->s->fields[PEN_ROLE_VOLUME];
    for (size_t i = p->first; volume != NULL && i < p->first + p->n; i++)
        if (volume[i] > 0)
            return true;
    return false;
}

static pen_status save(const picture *p, const char *path)
{
    const double *volume = p->s->fields[PEN_ROLE_VOLUME];
    pen_plot_series columns = { .kind = PEN_PLOT_BARS,
                                .y = volume != NULL ? volume + p->first : NULL,
                                .colour = PEN_PLOT_GREY };
    pen_plot_panel panels[] = {
        { .title = "price", .series = p->series, .count = p->count, .weight = 2.4 },
        { .title = "volume", .series = &columns, .count = 1, .weight = 0.4 },
    };
    char title[200];
    double *x = NULL;
    snprintf(title, sizeof title, "%s: chart patterns", p->s->symbol);
    pen_plot plot = { .title = title,
                      .subtitle = "solid: key points; dashed: boundaries until confirmed, levels; "
                                  "short lines: targets",
                      .time_ns = p->s->time_ns != NULL ? p->s->time_ns + p->first : NULL,
                      .is_evenly_spaced = true,
                      .n = p->n,
                      .panels = panels,
                      .panel_count = has_volume(p) ? 2 : 1,
                      .width = 1200 };
    if (plot.time_ns == NULL) {
        PEN_TRY(pen_alloc_array(p->n, sizeof *x, (void **)&x));
        for (size_t i = 0; i < p->n; i++)
            x[i] = (double)(p->first + i + 1);
        plot.x = x;
        plot.x_label = "row";
    }
    pen_status s = pen_plot_save(&plot, path);
    pen_free(x);
    return s;
}

pen_status patterns_plot(const cli *c, const patterns_request *r, const patterns_series *s,
                         const char *path)
{
    picture *p;
    PEN_TRY(PEN_NEW(&p));
    p->r = r;
    p->s = s;
    p->n = s->n < r->bars ? s->n : (size_t)r->bars;
    p->first = s->n - p->n;
    find_range(p);
    add_prices(p);
    add_levels(p);
    add_trend_lines(p);
    add_patterns(c, p);
    pen_status status = save(p, path);
    pen_free(p);
    return status;
}
