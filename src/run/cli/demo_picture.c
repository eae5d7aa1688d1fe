/* The tour's picture: the last year with its indicators, and what may come. */
#define _POSIX_C_SOURCE 200809L

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/clock.h"
#include "demo.h"

enum { SHOWN = 252 };                            /* bars */
enum { SMA = 0, RSI = 1, UPPER = 5, LOWER = 7 }; /* columns of the plan */

/* The shown bars, then the horizon, as one axis; gaps where a series has no part. */
struct canvas {
    size_t n, past, first;
    int64_t *time_ns;
    double *block;
    size_t used;
    size_t room;
};

static double *past_of(struct canvas *k, const double *values)
{
    double *series = k->block + k->used++ * k->n;
    for (size_t i = 0; i < k->n; i++)
        series[i] = i < k->past && values != NULL ? values[k->first + i] : NAN;
    return series;
}

/* The fan grows out of the last close. */
static double *future_of(struct canvas *k, const double *values, double from)
{
    double *series = past_of(k, NULL);
    series[k->past - 1] = from;
    for (size_t i = k->past; i < k->n; i++)
        series[i] = values[i - k->past];
    return series;
}

/* Daily bars go on by days, leaving out weekends if the bars do. */
static int64_t next_time(int64_t time_ns, int64_t step_ns)
{
    static const int64_t day_ns = 86400000000000;
    bool has_weekends = step_ns < day_ns * 5 / 4, is_daily = step_ns >= day_ns * 9 / 10;
    if (time_ns % day_ns != 0 || !is_daily || step_ns > 2 * day_ns)
        return time_ns + step_ns;
    int64_t next = time_ns + day_ns, weekday = ((next / day_ns + 3) % 7 + 7) % 7; /* 0 = Monday */
    return weekday > 4 && !has_weekends ? next + (7 - weekday) * day_ns : next;
}

static pen_status make_canvas(const demo *d, struct canvas *k)
{
    *k = (struct canvas){ .past = d->n < SHOWN ? d->n : SHOWN, .room = 16 };
    k->first = d->n - k->past;
    k->n = k->past + DEMO_HORIZON;
    PEN_TRY(pen_alloc_array(k->n, sizeof *k->time_ns, (void **)&k->time_ns));
    PEN_TRY(pen_alloc_array(k->n * k->room, sizeof *k->block, (void **)&k->block));
    int64_t step = (d->time_ns[d->n - 1] - d->time_ns[k->first]) / (int64_t)(k->past - 1);
    for (size_t i = 0; i < k->n; i++)
        k->time_ns[i] = i < k->past ? d->time_ns[k->first + i] : next_time(k->time_ns[i - 1], step);
    return PEN_OK;
}

static size_t price_panel(const demo *d, struct canvas *k, pen_plot_series s[8])
{
    const double *bands = d->computed, *fan = d->fan;
    double last = d->field[PEN_ROLE_CLOSE][d->n - 1];
    size_t count = 0;
    bool is_ohlc = d->field[PEN_ROLE_OPEN] != NULL && d->field[PEN_ROLE_HIGH] != NULL &&
                   d->field[PEN_ROLE_LOW] != NULL;
    s[count++] = (pen_plot_series){ .kind = PEN_PLOT_BAND,
                                    .label = "Bollinger 20, 2",
                                    .low = past_of(k, bands + LOWER * d->n),
                                    .high = past_of(k, bands + UPPER * d->n),
                                    .colour = 1,
                                    .opacity = 0.12 };
    for (int q = 0; q < 2; q++)
        s[count++] = (pen_plot_series){ .kind = PEN_PLOT_BAND,
                                        .label = q == 0 ? "simulated, 5 to 95 %" : "25 to 75 %",
                                        .low = future_of(k, fan + q * DEMO_HORIZON, last),
                                        .high = future_of(k, fan + (4 - q) * DEMO_HORIZON, last),
                                        .colour = 5,
                                        .opacity = q == 0 ? 0.16 : 0.28 };
    s[count++] = (pen_plot_series){ .kind = is_ohlc ? PEN_PLOT_CANDLES : PEN_PLOT_LINE,
                                    .y = past_of(k, d->field[PEN_ROLE_CLOSE]),
                                    .open = past_of(k, d->field[PEN_ROLE_OPEN]),
                                    .high = past_of(k, d->field[PEN_ROLE_HIGH]),
                                    .low = past_of(k, d->field[PEN_ROLE_LOW]),
                                    .colour = PEN_PLOT_GREY };
    s[count++] = (pen_plot_series){ .kind = PEN_PLOT_LINE,
                                    .label = "SMA 20",
                                    .y = past_of(k, d->computed + SMA * d->n),
                                    .colour = 2 };
    s[count++] = (pen_plot_series){ .kind = PEN_PLOT_LINE,
                                    .label = "median",
                                    .y = future_of(k, fan + 2 * DEMO_HORIZON, last),
                                    .colour = 5 };
    return count;
}

static bool use_colour(const demo *d)
{
    const char *no_colour = getenv("NO_COLOR");
    return cli_terminal_columns(d->out) > 0 && (no_colour == NULL || no_colour[0] == '\0');
}

static pen_status print_compact(const demo *d, const pen_plot *plot)
{
    unsigned columns = cli_terminal_columns(d->out);
    columns = columns == 0 ? 100 : columns < 40 ? 40 : columns > 140 ? 140 : columns;
    char *text;
    fputc('\n', d->out);
    PEN_TRY(pen_plot_terminal(plot, columns - 1, 20, use_colour(d), &text, NULL));
    fputs(text, d->out);
    pen_plot_free(text);
    return PEN_OK;
}

static pen_status draw(demo *d, struct canvas *k)
{
    double start = pen_clock_s();
    pen_plot_series price[8], strength[] = {
        { .kind = PEN_PLOT_LINE,
          .label = "RSI 14",
          .y = past_of(k, d->computed + RSI * d->n),
          .colour = 6 },
        { .kind = PEN_PLOT_LEVEL, .level = 70, .colour = PEN_PLOT_GREY },
        { .kind = PEN_PLOT_LEVEL, .level = 30, .colour = PEN_PLOT_GREY },
    };
    pen_plot_series volume = { .kind = PEN_PLOT_BARS,
                               .y = past_of(k, d->field[PEN_ROLE_VOLUME]),
                               .colour = PEN_PLOT_GREY };
    size_t count = price_panel(d, k, price);
    pen_plot_panel panels[] = {
        { .title = "Price", .series = price, .count = count, .weight = 1.8 },
        { .title = "Strength", .series = strength, .count = 3, .weight = 0.55 },
        { .title = "Volume", .series = &volume, .count = 1, .weight = 0.4 },
    };
    pen_plot plot = { .title = d->symbol,
                      .time_ns = k->time_ns,
                      .is_evenly_spaced = true,
                      .n = k->n,
                      .panels = panels,
                      .panel_count = d->field[PEN_ROLE_VOLUME] != NULL ? 3 : 2 };
    const char *path = cli_text(d->c, "picture");
    PEN_TRY(pen_plot_save(&plot, path));
    demo_step(d, "picture", start, "-", "%s", path);
    plot.panel_count = 2;
    return d->steps == NULL ? print_compact(d, &plot) : PEN_OK;
}

pen_status demo_picture(demo *d)
{
    struct canvas k;
    pen_status s = make_canvas(d, &k);
    if (s == PEN_OK)
        s = draw(d, &k);
    pen_free(k.time_ns);
    pen_free(k.block);
    return s;
}
