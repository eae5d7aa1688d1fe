/* The tour's computing: indicators, option prices, simulated paths; and the line of each step. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "../../machine/base/clock.h"
#include "demo.h"

/* ---- saying what was done ---- */

void demo_step(demo *d, const char *name, double start_s, const char *device, const char *format,
               ...)
{
    char text[512], time[32];
    double seconds = pen_clock_s() - start_s;
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (d->steps != NULL) {
        json_array_append_new(d->steps, json_pack("{s:s, s:s, s:s, s:f}", "step", name, "text",
                                                  text, "device", device, "seconds", seconds));
        return;
    }
    fprintf(d->out, "%-11s %-72s %-8s %9s\n", name, text, device,
            cli_time_text(time, sizeof time, seconds));
    fflush(d->out);
}

static const char *const plans[] = {
    "sma:20 rsi:14 macd:12,26,9 bbands:20,2,2 atr:14", /* needs high and low */
    "sma:20 rsi:14 macd:12,26,9 bbands:20,2,2",
};

static const char *const field_names[] = { "open", "high", "low", "close", "volume" };

static const double *field_named(const demo *d, const char *name)
{
    for (int i = 0; i < 5; i++)
        if (strcmp(field_names[i], name) == 0)
            return d->field[i];
    return NULL;
}

/* ---- indicators ---- */

struct indicator_run {
    pen_plan *plan;
    pen_panel *inputs[5], *out;
    size_t input_count;
};

static void clear_run(struct indicator_run *r)
{
    for (size_t i = 0; i < PEN_COUNT(r->inputs); i++)
        pen_panel_destroy(r->inputs[i]);
    pen_panel_destroy(r->out);
    pen_plan_destroy(r->plan);
}

static pen_status run_plan(demo *d, struct indicator_run *r)
{
    r->input_count = pen_plan_input_count(r->plan);
    for (size_t i = 0; i < r->input_count; i++) {
        const double *values = field_named(d, pen_plan_input(r->plan, i));
        PEN_TRY(pen_panel_create(d->device, PEN_F64, 1, d->n, &r->inputs[i]));
        PEN_TRY(pen_panel_write(d->queue, r->inputs[i], values, d->n));
    }
    d->computed_count = pen_plan_output_count(r->plan);
    PEN_TRY(pen_panel_create(d->device, PEN_F64, d->computed_count, d->n, &r->out));
    PEN_TRY(pen_plan_run(d->queue, r->plan, (const pen_panel *const *)r->inputs, r->out));
    PEN_TRY(pen_alloc_array(d->computed_count * d->n, sizeof(double), (void **)&d->computed));
    PEN_TRY(pen_panel_read(d->queue, d->computed, d->n, r->out));
    return pen_queue_wait(d->queue);
}

pen_status demo_indicators(demo *d)
{
    struct indicator_run r = { 0 };
    bool has_range = d->field[PEN_ROLE_HIGH] != NULL && d->field[PEN_ROLE_LOW] != NULL;
    const char *text = plans[has_range ? 0 : 1];
    double start = pen_clock_s();
    pen_status s = pen_plan_create(text, &r.plan);
    if (s == PEN_OK)
        s = run_plan(d, &r);
    if (s == PEN_OK)
        demo_step(d, "indicators", start, d->name, "%zu columns in one pass: %s", d->computed_count,
                  text);
    clear_run(&r);
    return s;
}

/* ---- price ---- */

/* Of the last year's closes; a fifth where there are too few. */
static double realised_vol(const demo *d)
{
    const double *close = d->field[PEN_ROLE_CLOSE];
    double sum = 0, squares = 0, count = 0;
    double days = (double)(d->time_ns[d->n - 1] - d->time_ns[0]) / 86400e9;
    double bars_yr = days > 0 ? (double)(d->n - 1) / days * 365.25 : 252;
    for (size_t i = d->n > 252 ? d->n - 252 : 1; i < d->n; i++) {
        double r = log(close[i] / close[i - 1]);
        if (!isfinite(r))
            continue;
        sum += r;
        squares += r * r;
        count++;
    }
    double variance = count > 1 ? (squares - sum * sum / count) / (count - 1) * bars_yr : 0;
    return variance > 0 && variance < 100 ? sqrt(variance) : 0.2;
}

static double last_close(const demo *d)
{
    const double *close = d->field[PEN_ROLE_CLOSE];
    for (size_t i = d->n; i-- > 0;)
        if (isfinite(close[i]) && close[i] > 0)
            return close[i];
    return 100;
}

enum { OPTIONS = 1000000 };

struct book {
    double *host; /* strikes, then prices and deltas as they come back */
    pen_panel *strike, *out[6];
};

static pen_status price_book(demo *d, struct book *b, double spot)
{
    PEN_TRY(pen_alloc_array(OPTIONS, 2 * sizeof(double), (void **)&b->host));
    for (size_t i = 0; i < OPTIONS; i++)
        b->host[i] = spot * (0.5 + (double)i / OPTIONS);
    PEN_TRY(pen_panel_create(d->device, PEN_F64, 1, OPTIONS, &b->strike));
    PEN_TRY(pen_panel_write(d->queue, b->strike, b->host, OPTIONS));
    for (int k = 0; k < 6; k++)
        PEN_TRY(pen_panel_create(d->device, PEN_F64, 1, OPTIONS, &b->out[k]));
    return pen_queue_wait(d->queue);
}

static pen_status run_book(demo *d, struct book *b, double spot)
{
    pen_european in = { .side = { .all = 1 },
                        .spot_px = { .all = spot },
                        .strike_px = { .each = b->strike },
                        .expiry_yr = { .all = DEMO_HORIZON / 252.0 },
                        .vol_frac = { .all = d->vol_frac },
                        .rate_frac = { .all = 0.03 } };
    pen_european_out out = { .price_px = b->out[0],
                             .delta = b->out[1],
                             .gamma = b->out[2],
                             .vega = b->out[3],
                             .theta = b->out[4],
                             .rho = b->out[5] };
    PEN_TRY(pen_price_european(d->queue, &in, &out));
    return pen_queue_wait(d->queue);
}

pen_status demo_price(demo *d)
{
    struct book b = { 0 };
    double spot = last_close(d);
    d->vol_frac = realised_vol(d);
    pen_status s = price_book(d, &b, spot);
    double start = pen_clock_s();
    if (s == PEN_OK)
        s = run_book(d, &b, spot);
    double seconds = pen_clock_s() - start;
    if (s == PEN_OK)
        s = pen_panel_read(d->queue, b.host, OPTIONS, b.out[0]);
    if (s == PEN_OK)
        s = pen_panel_read(d->queue, b.host + OPTIONS, OPTIONS, b.out[1]);
    if (s == PEN_OK)
        s = pen_queue_wait(d->queue);
    if (s == PEN_OK)
        demo_step(d, "price", pen_clock_s() - seconds, d->name,
                  "1 M calls, 5 greeks; at the money %.2f, delta %.2f (vol %.0f %%, 63 days)",
                  b.host[OPTIONS / 2], b.host[OPTIONS + OPTIONS / 2], 100 * d->vol_frac);
    pen_panel_destroy(b.strike);
    for (int k = 0; k < 6; k++)
        pen_panel_destroy(b.out[k]);
    pen_free(b.host);
    return s;
}

/* ---- simulate ---- */

enum { PATHS = 10000 };

/* One day's prices of all paths, for its quantiles. */
static pen_status day_quantiles(demo *d, const double *paths, size_t day, double *column,
                                pen_panel *panel)
{
    static const double levels[DEMO_QUANTILES] = { 0.05, 0.25, 0.5, 0.75, 0.95 };
    double quantiles[DEMO_QUANTILES];
    pen_sample_summary summary;
    for (size_t p = 0; p < PATHS; p++)
        column[p] = paths[p * (DEMO_HORIZON + 1) + day + 1];
    PEN_TRY(pen_panel_write(d->queue, panel, column, PATHS));
    PEN_TRY(pen_sample_summarise(d->queue, panel, levels, DEMO_QUANTILES, &summary, quantiles));
    for (size_t q = 0; q < DEMO_QUANTILES; q++)
        d->fan[q * DEMO_HORIZON + day] = quantiles[q];
    return PEN_OK;
}

static pen_status simulate_paths(demo *d, pen_panel **panel, pen_panel **one_day, double **host)
{
    double initial_px = last_close(d), drift_frac = 0.03;
    pen_simulation model = pen_simulation_default(PEN_GEOMETRIC_BROWNIAN);
    model.initial_px = &initial_px;
    model.drift_frac = &drift_frac;
    model.vol_frac = &d->vol_frac;
    model.horizon_yr = (double)DEMO_HORIZON / PEN_TRADING_DAYS_A_YEAR;
    model.n_dates = DEMO_HORIZON;
    model.seed = 7;
    size_t points = DEMO_HORIZON + 1;
    PEN_TRY(pen_panel_create(d->device, PEN_F64, PATHS, points, panel));
    PEN_TRY(pen_panel_create(d->device, PEN_F64, 1, PATHS, one_day));
    PEN_TRY(pen_simulate_paths(d->queue, &model, *panel));
    PEN_TRY(pen_alloc_array(PATHS * (points + 1), sizeof **host, (void **)host));
    PEN_TRY(pen_alloc(DEMO_QUANTILES * DEMO_HORIZON, sizeof(double), (void **)&d->fan));
    PEN_TRY(pen_panel_read(d->queue, *host, points, *panel));
    PEN_TRY(pen_queue_wait(d->queue));
    for (size_t day = 0; day < DEMO_HORIZON; day++)
        PEN_TRY(day_quantiles(d, *host, day, *host + PATHS * points, *one_day));
    return PEN_OK;
}

pen_status demo_simulate(demo *d)
{
    pen_panel *panel = NULL, *one_day = NULL;
    double *host = NULL, start = pen_clock_s();
    pen_status s = simulate_paths(d, &panel, &one_day, &host);
    if (s == PEN_OK)
        demo_step(d, "simulate", start, d->name,
                  "%d paths of %d days; quantiles 5, 50, 95 %%: %.2f, %.2f, %.2f", PATHS,
                  DEMO_HORIZON, d->fan[DEMO_HORIZON - 1], d->fan[3 * DEMO_HORIZON - 1],
                  d->fan[5 * DEMO_HORIZON - 1]);
    pen_panel_destroy(panel);
    pen_panel_destroy(one_day);
    pen_free(host);
    return s;
}
