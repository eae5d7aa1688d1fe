/* Draws a result: prices with averages and bands, and a panel for every other call. */
#define _POSIX_C_SOURCE 200809L
#include <ctype.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "indicators.h"
#include "penstock/report.h"

enum { MOST_CANDLES = 300, MOST_PANELS = 32, MOST_LINES = 16, NAME_BYTES = 64 };

typedef struct panel {
    pen_plot_series series[MOST_LINES];
    size_t count;
} panel;

typedef struct picture {
    const indicators *w;
    panel panels[MOST_PANELS]; /* the first one is that of the prices */
    pen_plot_panel shown[MOST_PANELS];
    size_t count;
} picture;

static void add(panel *p, pen_plot_series series)
{
    if (p->count < MOST_LINES)
        p->series[p->count++] = series;
}

/* Candles where they can be told apart, else the closes, else the plan's first input. */
static pen_status add_prices(picture *p)
{
    const pen_table *t = p->w->table;
    const double *of[4];
    size_t column, found = 0;
    pen_plot_series prices = { .kind = PEN_PLOT_LINE, .label = "close" };
    for (int role = PEN_ROLE_OPEN; role <= PEN_ROLE_CLOSE; role++)
        if (pen_table_find_role(t, (pen_role)role, &column) == PEN_OK)
            of[found++] = pen_table_column(t, column);
        else if (role == PEN_ROLE_CLOSE)
            found = 0;
    if (found == 4 && p->w->rows <= MOST_CANDLES) {
        prices = (pen_plot_series){ .kind = PEN_PLOT_CANDLES,
                                    .label = "price",
                                    .open = of[0],
                                    .high = of[1],
                                    .low = of[2],
                                    .y = of[3] };
    } else if (found > 0) {
        prices.y = of[found - 1];
    } else {
        PEN_TRY(indicators_column(t, pen_plan_input(p->w->plan, 0), &column));
        prices.label = pen_table_name(t, column);
        prices.y = pen_table_column(t, column);
    }
    add(&p->panels[0], prices);
    p->count = 1;
    return PEN_OK;
}

static bool has_output(const pen_indicator *about, const char *name)
{
    for (size_t i = 0; i < about->n_outputs; i++)
        if (strcmp(about->outputs[i], name) == 0)
            return true;
    return false;
}

/* Output o of the call whose first output has the number `first`. */
static void add_output(picture *p, panel *to, const pen_indicator *about, size_t first, size_t o)
{
    const indicators *w = p->w;
    bool is_bars = strcmp(about->outputs[o], "hist") == 0;
    add(to, (pen_plot_series){ .kind = is_bars ? PEN_PLOT_BARS : PEN_PLOT_LINE,
                               .label = pen_plan_output(w->plan, first + o),
                               .y = w->values + (first + o) * w->rows });
}

static pen_status add_call(picture *p, const pen_indicator *about, size_t first)
{
    const indicators *w = p->w;
    bool is_band = has_output(about, "upper") && has_output(about, "lower");
    panel *to = &p->panels[0];
    if (!is_band && strcmp(about->family, "average") != 0) {
        if (p->count == MOST_PANELS)
            return pen_fail(PEN_E_SIZE, "--plot: more than %d panels", MOST_PANELS);
        to = &p->panels[p->count++];
        if (strcmp(about->name, "rsi") == 0)
            for (int level = 30; level <= 70; level += 40)
                add(to, (pen_plot_series){
                            .kind = PEN_PLOT_LEVEL, .level = level, .colour = PEN_PLOT_GREY });
    }
    if (is_band)
        add(to, (pen_plot_series){ .kind = PEN_PLOT_BAND,
                                   .high = w->values + first * w->rows,
                                   .low = w->values + (first + about->n_outputs - 1) * w->rows,
                                   .colour = PEN_PLOT_GREY });
    for (size_t o = 0; o < about->n_outputs; o++)
        add_output(p, to, about, first, o);
    return PEN_OK;
}

/* The calls as typed tell which indicator an output is of. */
static pen_status add_calls(picture *p)
{
    static const char blank[] = " \t\r\n";
    size_t first = 0;
    for (const char *at = p->w->text + strspn(p->w->text, blank); *at != '\0';) {
        char name[NAME_BYTES];
        size_t n = strcspn(at, ":@ \t\r\n");
        snprintf(name, sizeof name, "%.*s", (int)n, at);
        for (char *c = name; *c != '\0'; c++)
            *c = (char)tolower((unsigned char)*c);
        const pen_indicator *about = pen_indicator_find(name);
        PEN_TRY(add_call(p, about, first));
        first += about->n_outputs;
        at += strcspn(at, blank);
        at += strspn(at, blank);
    }
    return PEN_OK;
}

static pen_status save(picture *p, const char *path)
{
    const indicators *w = p->w;
    double *x = NULL;
    pen_plot plot = { .title = pen_table_source(w->table),
                      .time_ns = pen_table_times_ns(w->table),
                      .is_evenly_spaced = true,
                      .n = w->rows,
                      .panels = p->shown,
                      .panel_count = p->count };
    if (plot.time_ns == NULL) {
        PEN_TRY(pen_alloc(w->rows + 1, sizeof *x, (void **)&x));
        for (size_t i = 0; i < w->rows; i++)
            x[i] = (double)(i + 1);
        plot.x = x;
        plot.x_label = "row";
    }
    for (size_t i = 0; i < p->count; i++)
        p->shown[i] = (pen_plot_panel){ .series = p->panels[i].series,
                                        .count = p->panels[i].count,
                                        .weight = i == 0 ? 2 : 1 };
    pen_status s = pen_plot_save(&plot, path);
    pen_free(x);
    return s;
}

pen_status indicators_plot(const indicators *w, const char *path)
{
    picture *p;
    for (size_t row = 1; w->has_symbols && row < w->rows; row++)
        if (strcmp(pen_table_text(w->table, w->symbol_column, row),
                   pen_table_text(w->table, w->symbol_column, 0)) != 0)
            return pen_fail(PEN_E_UNSUPPORTED, "--plot: %s has several symbols, expected one",
                            pen_table_source(w->table));
    PEN_TRY(PEN_NEW(&p));
    p->w = w;
    pen_status s = add_prices(p);
    if (s == PEN_OK)
        s = add_calls(p);
    if (s == PEN_OK)
        s = save(p, path);
    pen_free(p);
    return s;
}
