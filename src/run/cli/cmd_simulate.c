/* penstock simulate: geometric Brownian motion; a summary of the last prices
 * against the exact law, whole paths to a file, a fan chart. */
#define _POSIX_C_SOURCE 200809L

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/clock.h"
#include "../../machine/base/file.h"
#include "../../machine/base/status.h"
#include "cli.h"
#include "penstock/pricing.h"
#include "penstock/report.h"

/* Paths simulated at a time, stored at a time, and behind the chart's bands. */
enum { CHUNK_PATHS = 1 << 16, STORED_VALUES = 1 << 21, CHART_PATHS = 4000, CHART_LINES = 5 };

static const double levels[] = { 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99 };
enum { N_LEVELS = sizeof levels / sizeof levels[0] };

typedef struct job {
    cli *c;
    pen_gbm model;
    pen_device *device;
    pen_queue *queue;
    double *terminal; /* [n_paths] */
    pen_sample_summary summary;
    double quantiles[N_LEVELS];
} job;

/* ---- the exact law ---- */

static double years(const pen_gbm *m)
{
    return m->horizon_days / PEN_TRADING_DAYS_A_YEAR;
}

static double exact_mean(const pen_gbm *m)
{
    return m->initial_px * exp(m->drift_frac * years(m));
}

static double exact_stdev(const pen_gbm *m)
{
    return exact_mean(m) * sqrt(expm1(m->vol_frac * m->vol_frac * years(m)));
}

/* Inverse of the normal distribution function, by halving. */
static double normal_quantile(double level)
{
    double low = -9, high = 9;
    for (int i = 0; i < 80; i++) {
        double middle = (low + high) / 2;
        *(erfc(-middle * sqrt(0.5)) / 2 < level ? &low : &high) = middle;
    }
    return low;
}

static double exact_quantile(const pen_gbm *m, double level)
{
    double t = years(m);
    return m->initial_px * exp((m->drift_frac - m->vol_frac * m->vol_frac / 2) * t +
                               m->vol_frac * sqrt(t) * normal_quantile(level));
}

/* ---- simulation ---- */

static pen_status simulate_chunk(job *j, size_t first, size_t n)
{
    pen_gbm model = j->model;
    pen_panel *panel;
    model.first_path = (uint32_t)first;
    model.n_paths = n;
    PEN_TRY(pen_panel_create(j->device, PEN_F64, 1, n, &panel));
    pen_gbm_out out = { .terminal_px = panel };
    pen_status s = pen_simulate_gbm(j->queue, &model, &out);
    if (s == PEN_OK)
        s = pen_panel_read(j->queue, j->terminal + first, n, panel);
    if (s == PEN_OK)
        s = pen_queue_wait(j->queue);
    pen_panel_destroy(panel);
    return s;
}

static pen_status simulate(job *j)
{
    size_t n = j->model.n_paths;
    pen_panel *samples;
    cli_progress progress;
    pen_status s = PEN_OK;
    PEN_TRY(pen_alloc_array(n, sizeof *j->terminal, (void **)&j->terminal));
    cli_progress_begin(&progress, j->c, "simulating", (double)n);
    for (size_t first = 0; first < n && s == PEN_OK; first += CHUNK_PATHS) {
        s = simulate_chunk(j, first, n - first < CHUNK_PATHS ? n - first : CHUNK_PATHS);
        cli_progress_update(&progress, (double)first);
    }
    cli_progress_end(&progress);
    PEN_TRY(s);
    PEN_TRY(pen_panel_wrap(PEN_F64, j->terminal, 1, n, n, &samples));
    s = pen_sample_summarise(j->queue, samples, levels, N_LEVELS, &j->summary, j->quantiles);
    pen_panel_destroy(samples);
    return s;
}

/* Whole paths first .. first + n - 1 into out, [n][n_steps + 1]. */
static pen_status simulate_paths(job *j, size_t first, size_t n, double *out)
{
    pen_gbm model = j->model;
    pen_panel *panel;
    model.first_path = (uint32_t)first;
    model.n_paths = n;
    PEN_TRY(pen_panel_create(j->device, PEN_F64, n, model.n_steps + 1, &panel));
    pen_status s = pen_simulate_gbm_paths(j->queue, &model, panel);
    if (s == PEN_OK)
        s = pen_panel_read(j->queue, out, model.n_steps + 1, panel);
    if (s == PEN_OK)
        s = pen_queue_wait(j->queue);
    pen_panel_destroy(panel);
    return s;
}

/* ---- --paths-out ---- */

static double day_of(const pen_gbm *m, size_t point)
{
    return m->horizon_days * (double)point / (double)m->n_steps;
}

static pen_status write_chunks(job *j, pen_sink *sink, double *block, size_t chunk)
{
    size_t n = j->model.n_paths, n_points = j->model.n_steps + 1;
    cli_progress progress;
    pen_status s = PEN_OK;
    cli_progress_begin(&progress, j->c, "writing paths", (double)n);
    pen_sink_text(sink, "path");
    for (size_t k = 0; k < n_points; k++) {
        pen_sink_text(sink, ",day_");
        pen_sink_number(sink, day_of(&j->model, k));
    }
    pen_sink_char(sink, '\n');
    for (size_t first = 0; first < n && s == PEN_OK; first += chunk) {
        size_t count = n - first < chunk ? n - first : chunk;
        s = simulate_paths(j, first, count, block);
        for (size_t p = 0; p < count && s == PEN_OK; p++) {
            pen_sink_integer(sink, (int64_t)(first + p));
            for (size_t k = 0; k < n_points; k++) {
                pen_sink_char(sink, ',');
                pen_sink_number(sink, block[p * n_points + k]);
            }
            pen_sink_char(sink, '\n');
        }
        cli_progress_update(&progress, (double)first);
    }
    cli_progress_end(&progress);
    return s;
}

static pen_status write_paths(job *j, const char *path)
{
    size_t n_points = j->model.n_steps + 1, chunk = STORED_VALUES / n_points;
    pen_sink *sink;
    double *block;
    chunk = chunk < 1 ? 1 : chunk > j->model.n_paths ? j->model.n_paths : chunk;
    PEN_TRY(pen_alloc_array(chunk * n_points, sizeof *block, (void **)&block));
    pen_status s = pen_sink_open(path, &sink);
    if (s == PEN_OK) {
        s = write_chunks(j, sink, block, chunk);
        pen_status closed = pen_sink_close(sink);
        s = s == PEN_OK ? closed : s;
    }
    pen_free(block);
    return s;
}

/* ---- --plot ---- */

enum { LOW_5, LOW_25, MEDIAN, HIGH_75, HIGH_95, N_BANDS };

/* Quantiles of every point over the paths: bands[N_BANDS][n_points]. */
static pen_status find_bands(job *j, const double *paths, size_t n_paths, double *bands)
{
    static const double at[N_BANDS] = { 0.05, 0.25, 0.5, 0.75, 0.95 };
    size_t n_points = j->model.n_steps + 1;
    double *column, q[N_BANDS];
    pen_sample_summary unused;
    pen_panel *panel;
    PEN_TRY(pen_alloc_array(n_paths, sizeof *column, (void **)&column));
    pen_status s = pen_panel_wrap(PEN_F64, column, 1, n_paths, n_paths, &panel);
    if (s != PEN_OK) {
        pen_free(column);
        return s;
    }
    for (size_t k = 0; k < n_points && s == PEN_OK; k++) {
        for (size_t p = 0; p < n_paths; p++)
            column[p] = paths[p * n_points + k];
        s = pen_sample_summarise(j->queue, panel, at, N_BANDS, &unused, q);
        for (size_t i = 0; i < N_BANDS; i++)
            bands[i * n_points + k] = q[i];
    }
    pen_panel_destroy(panel);
    pen_free(column);
    return s;
}

static pen_status save_chart(const job *j, const char *path, const double *paths, size_t n_paths,
                             const double *bands, const double *days)
{
    size_t n = j->model.n_steps + 1, count = 0;
    pen_plot_series series[3 + CHART_LINES];
    char title[96], subtitle[160];
    series[count++] = (pen_plot_series){ .kind = PEN_PLOT_BAND,
                                         .label = "5 to 95 %",
                                         .low = bands + LOW_5 * n,
                                         .high = bands + HIGH_95 * n,
                                         .colour = 1,
                                         .opacity = 0.18 };
    series[count++] = (pen_plot_series){ .kind = PEN_PLOT_BAND,
                                         .label = "25 to 75 %",
                                         .low = bands + LOW_25 * n,
                                         .high = bands + HIGH_75 * n,
                                         .colour = 1,
                                         .opacity = 0.3 };
    for (size_t p = 0; p < CHART_LINES && p < n_paths; p++)
        series[count++] = (pen_plot_series){
            .kind = PEN_PLOT_LINE, .y = paths + p * n, .colour = PEN_PLOT_GREY, .width = 0.8
        };
    series[count++] = (pen_plot_series){
        .kind = PEN_PLOT_LINE, .label = "median", .y = bands + MEDIAN * n, .colour = 1, .width = 2
    };
    pen_plot_panel panel = { .title = "price", .series = series, .count = count, .weight = 2 };
    snprintf(title, sizeof title, "Geometric Brownian motion, %zu paths", j->model.n_paths);
    snprintf(subtitle, sizeof subtitle,
             "drift %g, volatility %g a year, seed %llu; bands of %zu paths", j->model.drift_frac,
             j->model.vol_frac, (unsigned long long)j->model.seed, n_paths);
    pen_plot plot = { .title = title,
                      .subtitle = subtitle,
                      .x = days,
                      .x_label = "trading days",
                      .n = n,
                      .panels = &panel,
                      .panel_count = 1 };
    return pen_plot_save(&plot, path);
}

static pen_status draw(job *j, const char *path)
{
    size_t n = j->model.n_steps + 1;
    size_t n_paths = j->model.n_paths < CHART_PATHS ? j->model.n_paths : CHART_PATHS;
    double *block;
    while (n_paths > 100 && n_paths * n > 8 * (size_t)STORED_VALUES)
        n_paths /= 2;
    PEN_TRY(pen_alloc_array((n_paths + N_BANDS + 1) * n, sizeof *block, (void **)&block));
    double *bands = block + n_paths * n, *days = bands + N_BANDS * n;
    for (size_t k = 0; k < n; k++)
        days[k] = day_of(&j->model, k);
    pen_status s = simulate_paths(j, 0, n_paths, block);
    if (s == PEN_OK)
        s = find_bands(j, block, n_paths, bands);
    if (s == PEN_OK)
        s = save_chart(j, path, block, n_paths, bands, days);
    pen_free(block);
    return s;
}

/* ---- the summary ---- */

static pen_status print_table(job *j)
{
    const pen_gbm *m = &j->model;
    cli_table table = { 0 };
    FILE *out;
    PEN_TRY(cli_open_output(j->c, &out));
    fprintf(out, "%zu paths of %zu steps over %g trading days, seed %llu, on %s\n", m->n_paths,
            m->n_steps, m->horizon_days, (unsigned long long)m->seed,
            pen_device_describe(j->device)->name);
    pen_status s = cli_table_add(&table, "last price\tsimulated\texact");
    if (s == PEN_OK)
        s = cli_table_add(&table, "mean\t%.6g\t%.6g", j->summary.mean, exact_mean(m));
    if (s == PEN_OK)
        s = cli_table_add(&table, "stdev\t%.6g\t%.6g", j->summary.stdev, exact_stdev(m));
    for (size_t i = 0; i < N_LEVELS && s == PEN_OK; i++)
        s = cli_table_add(&table, "%g %%\t%.6g\t%.6g", 100 * levels[i], j->quantiles[i],
                          exact_quantile(m, levels[i]));
    if (s == PEN_OK)
        s = cli_table_add(&table, "lowest\t%.6g\t", j->summary.lowest);
    if (s == PEN_OK)
        s = cli_table_add(&table, "highest\t%.6g\t", j->summary.highest);
    if (s == PEN_OK)
        cli_table_print(&table, out, false);
    cli_table_clear(&table);
    return s;
}

static json_t *pair(double simulated, double exact)
{
    return json_pack("{s:o, s:f}", "simulated",
                     isfinite(simulated) ? json_real(simulated) : json_null(), "exact", exact);
}

static pen_status print_json(job *j)
{
    const pen_gbm *m = &j->model;
    json_t *quantiles = json_array();
    for (size_t i = 0; i < N_LEVELS; i++) {
        json_t *entry = pair(j->quantiles[i], exact_quantile(m, levels[i]));
        json_object_set_new(entry, "level", json_real(levels[i]));
        json_array_append_new(quantiles, entry);
    }
    return cli_print_json(
        j->c,
        json_pack("{s:s, s:f, s:f, s:f, s:f, s:I, s:I, s:I, s:o, s:o, s:o, s:f, s:f}", "device",
                  pen_device_describe(j->device)->name, "initial", m->initial_px, "drift",
                  m->drift_frac, "volatility", m->vol_frac, "horizon_days", m->horizon_days,
                  "steps", (json_int_t)m->n_steps, "paths", (json_int_t)m->n_paths, "seed",
                  (json_int_t)m->seed, "mean", pair(j->summary.mean, exact_mean(m)), "stdev",
                  pair(j->summary.stdev, exact_stdev(m)), "quantiles", quantiles, "lowest",
                  j->summary.lowest, "highest", j->summary.highest));
}

/* ---- the whole ---- */

static pen_status read_model(cli *c, pen_gbm *m)
{
    uint64_t n_paths, n_steps;
    *m = pen_gbm_default();
    PEN_TRY(cli_number(c, "initial", 1e-300, 1e300, &m->initial_px));
    PEN_TRY(cli_number(c, "drift", -100, 100, &m->drift_frac));
    PEN_TRY(cli_number(c, "volatility", 0, 100, &m->vol_frac));
    PEN_TRY(cli_number(c, "horizon", 1e-9, 1e7, &m->horizon_days));
    PEN_TRY(cli_integer(c, "paths", 1, UINT32_MAX, &n_paths));
    PEN_TRY(cli_integer(c, "seed", 0, INT64_MAX, &m->seed));
    n_steps = (uint64_t)ceil(m->horizon_days);
    if (cli_has(c, "steps"))
        PEN_TRY(cli_integer(c, "steps", 1, 100000000, &n_steps));
    m->n_paths = n_paths;
    m->n_steps = n_steps;
    return PEN_OK;
}

static pen_status run_job(job *j)
{
    const char *paths_out = cli_text(j->c, "paths-out"), *plot = cli_text(j->c, "plot");
    char text[32];
    PEN_TRY(cli_open_device(j->c, &j->device));
    PEN_TRY(pen_queue_create(j->device, &j->queue));
    int64_t start = pen_clock_ns();
    PEN_TRY(simulate(j));
    if (paths_out != NULL)
        PEN_TRY(write_paths(j, paths_out));
    if (plot != NULL)
        PEN_TRY(draw(j, plot));
    if (cli_terminal_columns(stderr) > 0)
        cli_note(j->c, "%s on %s",
                 cli_time_text(text, sizeof text, (double)(pen_clock_ns() - start) * 1e-9),
                 pen_device_describe(j->device)->name);
    return j->c->is_json ? print_json(j) : print_table(j);
}

static pen_status run(cli *c)
{
    job j = { .c = c };
    PEN_TRY(read_model(c, &j.model));
    pen_status s = run_job(&j);
    pen_free(j.terminal);
    pen_queue_destroy(j.queue);
    pen_device_close(j.device);
    return s;
}

static const cli_option options[] = {
    { "initial", 0, "PRICE", "price at the start", "100" },
    { "drift", 0, "FRACTION", "growth of the expected price a year, continuous", "0.05" },
    { "volatility", 0, "FRACTION", "volatility a year", "0.2" },
    { "horizon", 0, "DAYS", "trading days, 252 a year", "252" },
    { "steps", 0, "N", "steps over the horizon; one a day otherwise", NULL },
    { "paths", 0, "N", "paths", "10000" },
    { "seed", 0, "N", "the same seed gives the same paths on every device", "1" },
    { "paths-out", 0, "FILE", "write every path as a row of CSV", NULL },
    { "plot", 0, "FILE", "draw a fan chart as SVG", NULL },
};

static const char *const examples[] = {
    "A year of a stock at 100",
    "penstock simulate --initial 100 --drift 0.05 --volatility 0.2 --horizon 252 --paths 10000 "
    "--seed 7",
    "With a picture and the paths themselves",
    "penstock simulate --paths 1000 --plot fan.svg --paths-out paths.csv",
    NULL,
};

const cli_command cmd_simulate = {
    .name = "simulate",
    .summary = "Simulate prices by geometric Brownian motion",
    .arguments = "",
    .detail =
        "Prints the distribution of the last prices beside the exact lognormal law. Paths are\n"
        "reduced where they are made; memory grows by 8 bytes a path.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
