/* The catalogue as a Markdown page: what each indicator is, and a small plot of it over a
 * synthetic market. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "indicators.h"
#include "penstock/report.h"
#include "penstock/synth.h"

enum { BARS = 600, SHOWN = 120, COLUMNS = 72, ROWS = 6, SESSION_BARS = 20, SEED = 4 };

typedef struct page {
    FILE *out;
    pen_device *device;
    pen_queue *queue;
    int64_t time_ns[BARS];
    double field[5][BARS], session[BARS], x[BARS]; /* x: the bar's number */
    double values[PEN_INDICATOR_MAX_OUTPUTS][BARS];
} page;

static const double *input_named(const page *p, const char *name)
{
    static const char *const names[] = { "open", "high", "low", "close", "volume" };
    for (size_t i = 0; i < PEN_COUNT(names); i++)
        if (strcmp(names[i], name) == 0)
            return p->field[i];
    return strcmp(name, "session") == 0 ? p->session : p->field[PEN_ROLE_CLOSE];
}

/* Runs the indicator over all bars; *lookback: bars before its first value. */
static pen_status compute(page *p, const pen_indicator *about, size_t *lookback)
{
    pen_plan *plan;
    pen_panel *inputs[PEN_INDICATOR_MAX_INPUTS] = { NULL }, *out = NULL;
    PEN_TRY(pen_plan_create(about->name, &plan));
    *lookback = pen_plan_lookback(plan, 0);
    pen_status s = pen_panel_wrap(PEN_F64, p->values, about->n_outputs, BARS, BARS, &out);
    for (size_t i = 0; i < pen_plan_input_count(plan) && s == PEN_OK; i++)
        s = pen_panel_wrap(PEN_F64, (double *)input_named(p, pen_plan_input(plan, i)), 1, BARS,
                           BARS, &inputs[i]);
    if (s == PEN_OK)
        s = pen_plan_run(p->queue, plan, (const pen_panel *const *)inputs, out);
    if (s == PEN_OK)
        s = pen_queue_wait(p->queue);
    for (size_t i = 0; i < PEN_COUNT(inputs); i++)
        pen_panel_destroy(inputs[i]);
    pen_panel_destroy(out);
    pen_plan_destroy(plan);
    return s;
}

static pen_status put_plot(page *p, const pen_indicator *about)
{
    pen_plot_series series[PEN_INDICATOR_MAX_OUTPUTS] = { { 0 } };
    char *text;
    for (size_t o = 0; o < about->n_outputs; o++)
        series[o] = (pen_plot_series){ .kind = PEN_PLOT_LINE, .y = p->values[o] + BARS - SHOWN };
    pen_plot_panel panel = { .series = series, .count = about->n_outputs };
    pen_plot plot = { .x = p->x + BARS - SHOWN, .n = SHOWN, .panels = &panel, .panel_count = 1 };
    PEN_TRY(pen_plot_terminal(&plot, COLUMNS, ROWS, false, &text, NULL));
    fprintf(p->out, "```text\n%s```\n\n", text);
    pen_plot_free(text);
    return PEN_OK;
}

static void put_params(const page *p, const pen_indicator *about)
{
    for (size_t i = 0; i < about->n_params; i++) {
        const pen_indicator_param *param = &about->params[i];
        fprintf(p->out, "- `%s`: ", param->name);
        if (param->choices == NULL) {
            fprintf(p->out, "%.10g; %s from %.10g to %.10g\n", param->fallback,
                    param->is_integer ? "a whole number" : "a number", param->min, param->max);
            continue;
        }
        fprintf(p->out, "%s; one of", param->choices[(int)param->fallback]);
        for (int c = 0; c <= (int)param->max; c++)
            fprintf(p->out, "%s %s", c > 0 ? "," : "", param->choices[c]);
        fputc('\n', p->out);
    }
}

static void put_names(const page *p, const char *what, const char *const *names, size_t count)
{
    fprintf(p->out, "%s", what);
    for (size_t i = 0; i < count; i++)
        fprintf(p->out, "%s `%s`", i > 0 ? "," : "", names[i]);
}

/* A candlestick pattern's rare hits make no picture. */
static bool has_plot(const pen_indicator *about)
{
    return strcmp(about->family, "candle") != 0;
}

static pen_status put_entry(page *p, const pen_indicator *about)
{
    size_t lookback;
    PEN_TRY(compute(p, about, &lookback));
    fprintf(p->out, "### %s\n\n%s: %s.\n\n", about->name, about->title, about->formula);
    put_params(p, about);
    put_names(p, "- reads", about->inputs, about->n_inputs);
    if (about->n_outputs > 1)
        put_names(p, "; gives", about->outputs, about->n_outputs);
    fprintf(p->out, "; first value after %zu bars\n- source: %s\n\n", lookback, about->source);
    return has_plot(about) ? put_plot(p, about) : PEN_OK;
}

static pen_status make_market(page *p)
{
    pen_synth_params params = pen_synth_params_default();
    params.seed = SEED;
    for (int t = 0; t < BARS; t++) {
        p->session[t] = t / SESSION_BARS;
        p->x[t] = t;
    }
    return pen_synth_bars(&params, 1, BARS, p->time_ns, p->field[0], p->field[1], p->field[2],
                          p->field[3], p->field[4], NULL);
}

static pen_status put_page(const cli *c, page *p)
{
    const char *family = "";
    PEN_TRY(make_market(p));
    fprintf(p->out,
            "# Catalogue of indicators\n\nMade by `penstock indicators --list --page`; parameters "
            "with their defaults. The plots show the last %d of %d\ndaily bars of `penstock synth "
            "--seed %d`. How to write a plan: [indicators](indicators.md).\n\n",
            SHOWN, BARS, SEED);
    for (size_t i = 0; i < pen_indicator_count(); i++) {
        const pen_indicator *about = pen_indicator_at(i);
        if (!indicators_is_listed(c, about))
            continue;
        if (strcmp(family, about->family) != 0)
            fprintf(p->out, "## %s\n\n", about->family);
        family = about->family;
        PEN_TRY(put_entry(p, about));
    }
    return PEN_OK;
}

pen_status indicators_page(cli *c)
{
    page *p;
    PEN_TRY(PEN_NEW(&p));
    pen_status s = cli_open_output(c, &p->out);
    if (s == PEN_OK)
        s = pen_device_open("cpu", &p->device); /* the bits are every device's */
    if (s == PEN_OK)
        s = pen_queue_create(p->device, &p->queue);
    if (s == PEN_OK)
        s = put_page(c, p);
    pen_queue_destroy(p->queue);
    pen_device_close(p->device);
    pen_free(p);
    return s;
}
