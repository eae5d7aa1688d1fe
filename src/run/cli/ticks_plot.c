/* Draws prices with signals below them, and the volatility signature. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/number.h"
#include "../../machine/base/status.h"
#include "penstock/report.h"
#include "ticks.h"

enum { MOST_SIGNALS = 6 };

void ticks_read_signal(const char *text, pen_tick_feature_kind *feature, double *threshold)
{
    char name[64];
    size_t n = strcspn(text, "<>"), is_absolute = text[0] == '|';
    const char *number = text + n + 1 + (text[n + 1] == '=');
    snprintf(name, sizeof name, "%.*s", (int)(n - 2 * is_absolute), text + is_absolute);
    *threshold = NAN;
    (void)pen_tick_feature_find(name, feature);
    (void)pen_number_parse(number, strcspn(number, ","), threshold);
}

/* The panel of one signal: its feature, the threshold, and a bar to each event's value. */
typedef struct signal_panel {
    pen_plot_series series[4];
    char title[96];
} signal_panel;

static void make_panel(const ticks_job *j, size_t i, const double *events, signal_panel *p,
                       pen_plot_panel *panel)
{
    const char *text = j->params.signals[i];
    pen_tick_feature_kind feature;
    double threshold;
    size_t n = 0;
    ticks_read_signal(text, &feature, &threshold);
    snprintf(p->title, sizeof p->title, "%s", text);
    p->series[n++] = (pen_plot_series){
        .kind = PEN_PLOT_LINE, .y = j->features[feature], .colour = PEN_PLOT_GREY, .width = 1
    };
    p->series[n++] = (pen_plot_series){ .kind = PEN_PLOT_LEVEL, .level = threshold, .colour = 2 };
    if (text[0] == '|')
        p->series[n++] =
            (pen_plot_series){ .kind = PEN_PLOT_LEVEL, .level = -threshold, .colour = 2 };
    p->series[n++] = (pen_plot_series){
        .kind = PEN_PLOT_BARS, .label = "fired", .y = events, .colour = 2, .opacity = 1
    };
    *panel = (pen_plot_panel){ .title = p->title, .series = p->series, .count = n };
}

static const char *title_of(const ticks_job *j)
{
    const char *slash = strrchr(j->c->args[0], '/');
    return slash != NULL ? slash + 1 : j->c->args[0];
}

/* time_ns: the rows' times, none before an earlier one; late rows were left out or moved. */
static pen_status draw(const ticks_job *j, const char *path, const int64_t *time_ns, double *events)
{
    const pen_tick_columns *c = pen_ticks_columns(j->ticks);
    size_t n_signals = j->params.n_signals < MOST_SIGNALS ? j->params.n_signals : MOST_SIGNALS;
    size_t count;
    signal_panel parts[MOST_SIGNALS];
    pen_plot_panel panels[MOST_SIGNALS + 1];
    const pen_tick_event *fired = pen_tick_stream_events(j->stream, &count);
    bool has_mid = c->bid != NULL && c->ask != NULL;
    pen_plot_series price = {
        .kind = PEN_PLOT_LINE,
        .y = j->features[has_mid ? PEN_TICK_FEATURE_MID : PEN_TICK_FEATURE_PRICE],
        .colour = 1
    };
    panels[0] = (pen_plot_panel){
        .title = has_mid ? "mid" : "price", .series = &price, .count = 1, .weight = 2
    };
    for (size_t i = 0; i < n_signals * c->n; i++)
        events[i] = NAN;
    for (size_t i = 0; i < count; i++)
        if (fired[i].signal < n_signals)
            events[fired[i].signal * c->n + fired[i].row] = fired[i].value;
    for (size_t i = 0; i < n_signals; i++)
        make_panel(j, i, events + i * c->n, &parts[i], &panels[i + 1]);
    pen_plot plot = { .title = title_of(j),
                      .time_ns = time_ns,
                      .n = c->n,
                      .panels = panels,
                      .panel_count = n_signals + 1 };
    return pen_plot_save(&plot, path);
}

pen_status ticks_plot(const ticks_job *j, const char *path)
{
    const pen_tick_columns *c = pen_ticks_columns(j->ticks);
    double *events;
    int64_t *time_ns;
    PEN_TRY(pen_alloc_array(c->n + 1, sizeof *time_ns, (void **)&time_ns));
    pen_status s = pen_alloc_array(c->n + 1, MOST_SIGNALS * sizeof *events, (void **)&events);
    if (s == PEN_OK) {
        for (size_t i = 0; i < c->n; i++)
            time_ns[i] = i > 0 && c->time_ns[i] < time_ns[i - 1] ? time_ns[i - 1] : c->time_ns[i];
        s = draw(j, path, time_ns, events);
        pen_free(events);
    }
    pen_free(time_ns);
    return s;
}

pen_status ticks_plot_signature(const ticks_job *j, const char *path)
{
    double x[PEN_TICK_MOST_INTERVALS], realised[PEN_TICK_MOST_INTERVALS],
        bipower[PEN_TICK_MOST_INTERVALS];
    size_t n = j->params.n_intervals;
    for (size_t i = 0; i < n; i++) {
        pen_tick_variance v = pen_tick_stream_variance(j->stream, i);
        x[i] = log10((double)v.interval_ns * 1e-9);
        realised[i] = v.returns > 0 ? v.variance : NAN;
        bipower[i] = v.returns > 1 ? v.bipower : NAN;
    }
    const pen_plot_series series[] = {
        { .kind = PEN_PLOT_LINE, .label = "realised variance", .y = realised, .colour = 1 },
        { .kind = PEN_PLOT_LINE, .label = "bipower variation", .y = bipower, .colour = 2 },
    };
    pen_plot_panel panel = {
        .title = "sum of squared returns", .series = series, .count = 2, .weight = 2
    };
    pen_plot plot = { .title = title_of(j),
                      .subtitle = "Volatility signature: what a price shows of its variance when "
                                  "it is sampled so often",
                      .x = x,
                      .x_label = "log10 of the sampling interval in seconds",
                      .n = n,
                      .panels = &panel,
                      .panel_count = 1 };
    return pen_plot_save(&plot, path);
}
