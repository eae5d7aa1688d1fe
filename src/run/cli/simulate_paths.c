/* Prices of `penstock simulate`: a summary of the last ones, against the exact law where there is
 * one; whole paths to a file; a fan chart. */
#define _POSIX_C_SOURCE 200809L

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/file.h"
#include "../../machine/base/status.h"
#include "penstock/report.h"
#include "simulate.h"

/* Paths simulated at a time, stored at a time, and behind the chart's bands. */
enum { CHUNK_PATHS = 1 << 16, STORED_VALUES = 1 << 21, CHART_PATHS = 4000, CHART_LINES = 5 };

static const double levels[] = { 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99 };
enum { N_LEVELS = sizeof levels / sizeof levels[0] };

/* Of an asset's last price. */
typedef struct distribution {
    pen_sample_summary summary;
    double quantiles[N_LEVELS];
} distribution;

/* ---- the exact law, of geometric Brownian motion ---- */

static bool has_law(const simulate_job *j)
{
    return j->model.process == PEN_GEOMETRIC_BROWNIAN;
}

static double exact_mean(const pen_simulation *m, size_t a)
{
    return m->initial_px[a] * exp(m->drift_frac[a] * m->horizon_yr);
}

static double exact_stdev(const pen_simulation *m, size_t a)
{
    return exact_mean(m, a) * sqrt(expm1(m->vol_frac[a] * m->vol_frac[a] * m->horizon_yr));
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

static double exact_quantile(const pen_simulation *m, size_t a, double level)
{
    double t = m->horizon_yr, vol = m->vol_frac[a];
    return m->initial_px[a] *
           exp((m->drift_frac[a] - vol * vol / 2) * t + vol * sqrt(t) * normal_quantile(level));
}

/* ---- simulation ---- */

static pen_status create_prices(const simulate_job *j, pen_payoff **prices)
{
    for (size_t a = 0; a < j->model.n_assets; a++) {
        char text[24];
        snprintf(text, sizeof text, "S%zu", a + 1);
        PEN_TRY(pen_payoff_create(text, NULL, 0, &prices[a]));
    }
    return PEN_OK;
}

/* The last prices of n paths from `first` on, [n_assets][n]. */
static pen_status simulate_chunk(simulate_job *j, pen_payoff *const *prices, size_t first, size_t n,
                                 double *out)
{
    pen_simulation model = j->model;
    pen_panel *panel;
    model.first_path = (uint32_t)first;
    PEN_TRY(pen_panel_create(j->device, PEN_F64, model.n_assets, n, &panel));
    pen_status s = pen_simulate_payoffs(j->queue, &model, (const pen_payoff *const *)prices,
                                        model.n_assets, panel);
    if (s == PEN_OK)
        s = pen_panel_read(j->queue, out, n, panel);
    if (s == PEN_OK)
        s = pen_queue_wait(j->queue);
    pen_panel_destroy(panel);
    return s;
}

/* All last prices, [n_assets][n_paths]. */
static pen_status simulate_all(simulate_job *j, pen_payoff *const *prices, double *chunk,
                               double *terminal)
{
    cli_progress progress;
    pen_status s = PEN_OK;
    cli_progress_begin(&progress, j->c, "simulating", (double)j->n_paths);
    for (size_t first = 0; first < j->n_paths && s == PEN_OK; first += CHUNK_PATHS) {
        size_t n = j->n_paths - first < CHUNK_PATHS ? j->n_paths - first : CHUNK_PATHS;
        s = simulate_chunk(j, prices, first, n, chunk);
        for (size_t a = 0; a < j->model.n_assets && s == PEN_OK; a++)
            memcpy(terminal + a * j->n_paths + first, chunk + a * n, n * sizeof *chunk);
        cli_progress_update(&progress, (double)first);
    }
    cli_progress_end(&progress);
    return s;
}

static pen_status summarise(simulate_job *j, double *terminal, distribution *out)
{
    pen_panel *samples;
    PEN_TRY(pen_panel_wrap(PEN_F64, terminal, 1, j->n_paths, j->n_paths, &samples));
    pen_status s =
        pen_sample_summarise(j->queue, samples, levels, N_LEVELS, &out->summary, out->quantiles);
    pen_panel_destroy(samples);
    return s;
}

static pen_status simulate_last_prices(simulate_job *j, distribution *out)
{
    size_t n_assets = j->model.n_assets;
    pen_payoff *prices[SIMULATE_ASSETS] = { NULL };
    double *terminal = NULL, *chunk = NULL;
    pen_status s = create_prices(j, prices);
    if (s == PEN_OK)
        s = pen_alloc_array(n_assets * j->n_paths, sizeof *terminal, (void **)&terminal);
    if (s == PEN_OK)
        s = pen_alloc_array(n_assets * CHUNK_PATHS, sizeof *chunk, (void **)&chunk);
    if (s == PEN_OK)
        s = simulate_all(j, prices, chunk, terminal);
    for (size_t a = 0; a < n_assets && s == PEN_OK; a++)
        s = summarise(j, terminal + a * j->n_paths, &out[a]);
    for (size_t a = 0; a < n_assets; a++)
        pen_payoff_destroy(prices[a]);
    pen_free(terminal);
    pen_free(chunk);
    return s;
}

/* Whole paths first .. first + n - 1 into out, [n][n_assets][n_dates + 1]. */
static pen_status simulate_whole(simulate_job *j, size_t first, size_t n, double *out)
{
    pen_simulation model = j->model;
    pen_panel *panel;
    model.first_path = (uint32_t)first;
    PEN_TRY(pen_panel_create(j->device, PEN_F64, n * model.n_assets, model.n_dates + 1, &panel));
    pen_status s = pen_simulate_paths(j->queue, &model, panel);
    if (s == PEN_OK)
        s = pen_panel_read(j->queue, out, model.n_dates + 1, panel);
    if (s == PEN_OK)
        s = pen_queue_wait(j->queue);
    pen_panel_destroy(panel);
    return s;
}

/* ---- --paths-out ---- */

static double day_of(const simulate_job *j, size_t point)
{
    return j->horizon_days * (double)point / (double)j->model.n_dates;
}

/* The series of a path, a row each. */
static void write_path(const simulate_job *j, pen_sink *sink, size_t path, const double *prices)
{
    size_t n_points = j->model.n_dates + 1, n_assets = j->model.n_assets;
    for (size_t a = 0; a < n_assets; a++) {
        pen_sink_integer(sink, (int64_t)path);
        if (n_assets > 1) {
            pen_sink_char(sink, ',');
            pen_sink_integer(sink, (int64_t)a + 1);
        }
        for (size_t k = 0; k < n_points; k++) {
            pen_sink_char(sink, ',');
            pen_sink_number(sink, prices[a * n_points + k]);
        }
        pen_sink_char(sink, '\n');
    }
}

static pen_status write_chunks(simulate_job *j, pen_sink *sink, double *block, size_t chunk)
{
    size_t n = j->n_paths, n_points = j->model.n_dates + 1;
    cli_progress progress;
    pen_status s = PEN_OK;
    cli_progress_begin(&progress, j->c, "writing paths", (double)n);
    pen_sink_text(sink, j->model.n_assets > 1 ? "path,asset" : "path");
    for (size_t k = 0; k < n_points; k++) {
        pen_sink_text(sink, ",day_");
        pen_sink_number(sink, day_of(j, k));
    }
    pen_sink_char(sink, '\n');
    for (size_t first = 0; first < n && s == PEN_OK; first += chunk) {
        size_t count = n - first < chunk ? n - first : chunk;
        s = simulate_whole(j, first, count, block);
        for (size_t p = 0; p < count && s == PEN_OK; p++)
            write_path(j, sink, first + p, block + p * n_points * j->model.n_assets);
        cli_progress_update(&progress, (double)first);
    }
    cli_progress_end(&progress);
    return s;
}

pen_status simulate_write_paths(simulate_job *j, const char *path)
{
    size_t n_values = (j->model.n_dates + 1) * j->model.n_assets, chunk = STORED_VALUES / n_values;
    pen_sink *sink;
    double *block;
    chunk = chunk < 1 ? 1 : chunk > j->n_paths ? j->n_paths : chunk;
    PEN_TRY(pen_alloc_array(chunk * n_values, sizeof *block, (void **)&block));
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
static pen_status find_bands(simulate_job *j, const double *paths, size_t n_paths, double *bands)
{
    static const double at[N_BANDS] = { 0.05, 0.25, 0.5, 0.75, 0.95 };
    size_t n_points = j->model.n_dates + 1;
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
            column[p] = paths[p * j->model.n_assets * n_points + k];
        s = pen_sample_summarise(j->queue, panel, at, N_BANDS, &unused, q);
        for (size_t i = 0; i < N_BANDS; i++)
            bands[i * n_points + k] = q[i];
    }
    pen_panel_destroy(panel);
    pen_free(column);
    return s;
}

static pen_status save_chart(const simulate_job *j, const char *path, const double *paths,
                             size_t n_paths, const double *bands, const double *days)
{
    size_t n = j->model.n_dates + 1, count = 0;
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
        series[count++] = (pen_plot_series){ .kind = PEN_PLOT_LINE,
                                             .y = paths + p * j->model.n_assets * n,
                                             .colour = PEN_PLOT_GREY,
                                             .width = 0.8 };
    series[count++] = (pen_plot_series){
        .kind = PEN_PLOT_LINE, .label = "median", .y = bands + MEDIAN * n, .colour = 1, .width = 2
    };
    pen_plot_panel panel = { .title = "price", .series = series, .count = count, .weight = 2 };
    snprintf(title, sizeof title, "%c%s, %zu paths", toupper((unsigned char)j->process->meaning[0]),
             j->process->meaning + 1, j->n_paths);
    snprintf(subtitle, sizeof subtitle, "%sseed %llu; bands of %zu paths",
             j->model.n_assets > 1 ? "the first asset, " : "", (unsigned long long)j->model.seed,
             n_paths);
    pen_plot plot = { .title = title,
                      .subtitle = subtitle,
                      .x = days,
                      .x_label = "trading days",
                      .n = n,
                      .panels = &panel,
                      .panel_count = 1 };
    return pen_plot_save(&plot, path);
}

pen_status simulate_draw(simulate_job *j, const char *path)
{
    size_t n = j->model.n_dates + 1, n_assets = j->model.n_assets;
    size_t n_paths = j->n_paths < CHART_PATHS ? j->n_paths : CHART_PATHS;
    double *block;
    while (n_paths > 100 && n_paths * n_assets * n > 8 * (size_t)STORED_VALUES)
        n_paths /= 2;
    PEN_TRY(
        pen_alloc_array((n_paths * n_assets + N_BANDS + 1) * n, sizeof *block, (void **)&block));
    double *bands = block + n_paths * n_assets * n, *days = bands + N_BANDS * n;
    for (size_t k = 0; k < n; k++)
        days[k] = day_of(j, k);
    pen_status s = simulate_whole(j, 0, n_paths, block);
    if (s == PEN_OK)
        s = find_bands(j, block, n_paths, bands);
    if (s == PEN_OK)
        s = save_chart(j, path, block, n_paths, bands, days);
    pen_free(block);
    return s;
}

/* ---- the summary ---- */

/* "name value value ..." of all assets, each followed by the exact value where there is a law. */
static pen_status add_row(const simulate_job *j, cli_table *table, const char *name,
                          const distribution *d, double (*of)(const distribution *, size_t),
                          double (*exact)(const pen_simulation *, size_t, size_t), size_t k)
{
    char line[SIMULATE_ASSETS * 48 + 32];
    size_t used = (size_t)snprintf(line, sizeof line, "%s", name);
    for (size_t a = 0; a < j->model.n_assets; a++) {
        used += (size_t)snprintf(line + used, sizeof line - used, "\t%.6g", of(&d[a], k));
        if (has_law(j) && exact != NULL)
            used +=
                (size_t)snprintf(line + used, sizeof line - used, "\t%.6g", exact(&j->model, a, k));
        else if (has_law(j))
            used += (size_t)snprintf(line + used, sizeof line - used, "\t");
    }
    return cli_table_add(table, "%s", line);
}

static double mean_of(const distribution *d, size_t k)
{
    (void)k;
    return d->summary.mean;
}
static double stdev_of(const distribution *d, size_t k)
{
    (void)k;
    return d->summary.stdev;
}
static double quantile_of(const distribution *d, size_t k)
{
    return d->quantiles[k];
}
static double lowest_of(const distribution *d, size_t k)
{
    (void)k;
    return d->summary.lowest;
}
static double highest_of(const distribution *d, size_t k)
{
    (void)k;
    return d->summary.highest;
}
static double law_mean(const pen_simulation *m, size_t a, size_t k)
{
    (void)k;
    return exact_mean(m, a);
}
static double law_stdev(const pen_simulation *m, size_t a, size_t k)
{
    (void)k;
    return exact_stdev(m, a);
}
static double law_quantile(const pen_simulation *m, size_t a, size_t k)
{
    return exact_quantile(m, a, levels[k]);
}

static pen_status add_header(const simulate_job *j, cli_table *table)
{
    char line[SIMULATE_ASSETS * 32 + 32];
    size_t used = (size_t)snprintf(line, sizeof line, "last price");
    for (size_t a = 0; a < j->model.n_assets; a++) {
        char name[24] = "simulated";
        if (j->model.n_assets > 1)
            snprintf(name, sizeof name, "S%zu", a + 1);
        used += (size_t)snprintf(line + used, sizeof line - used, "\t%s%s", name,
                                 has_law(j) ? "\texact" : "");
    }
    return cli_table_add(table, "%s", line);
}

static pen_status print_table(simulate_job *j, const distribution *d)
{
    cli_table table = { 0 };
    FILE *out;
    PEN_TRY(cli_open_output(j->c, &out));
    fprintf(out, "%s: %zu paths of %zu steps over %g trading days, seed %llu, on %s\n",
            j->process->meaning, j->n_paths, j->model.n_dates, j->horizon_days,
            (unsigned long long)j->model.seed, pen_device_describe(j->device)->name);
    pen_status s = add_header(j, &table);
    if (s == PEN_OK)
        s = add_row(j, &table, "mean", d, mean_of, law_mean, 0);
    if (s == PEN_OK)
        s = add_row(j, &table, "stdev", d, stdev_of, law_stdev, 0);
    for (size_t k = 0; k < N_LEVELS && s == PEN_OK; k++) {
        char name[16];
        snprintf(name, sizeof name, "%g %%", 100 * levels[k]);
        s = add_row(j, &table, name, d, quantile_of, law_quantile, k);
    }
    if (s == PEN_OK)
        s = add_row(j, &table, "lowest", d, lowest_of, NULL, 0);
    if (s == PEN_OK)
        s = add_row(j, &table, "highest", d, highest_of, NULL, 0);
    if (s == PEN_OK)
        cli_table_print(&table, out, false);
    cli_table_clear(&table);
    return s;
}

static json_t *pair(const simulate_job *j, double simulated, double exact)
{
    json_t *entry =
        json_pack("{s:o}", "simulated", isfinite(simulated) ? json_real(simulated) : json_null());
    if (has_law(j))
        json_object_set_new(entry, "exact", json_real(exact));
    return entry;
}

static json_t *asset_json(const simulate_job *j, const distribution *d, size_t a)
{
    const pen_simulation *m = &j->model;
    json_t *quantiles = json_array();
    for (size_t k = 0; k < N_LEVELS; k++) {
        json_t *entry =
            pair(j, d->quantiles[k], has_law(j) ? exact_quantile(m, a, levels[k]) : NAN);
        json_object_set_new(entry, "level", json_real(levels[k]));
        json_array_append_new(quantiles, entry);
    }
    return json_pack("{s:f, s:o, s:o, s:o, s:f, s:f}", "initial", m->initial_px[a], "mean",
                     pair(j, d->summary.mean, has_law(j) ? exact_mean(m, a) : NAN), "stdev",
                     pair(j, d->summary.stdev, has_law(j) ? exact_stdev(m, a) : NAN), "quantiles",
                     quantiles, "lowest", d->summary.lowest, "highest", d->summary.highest);
}

static pen_status print_json(simulate_job *j, const distribution *d)
{
    const pen_simulation *m = &j->model;
    json_t *assets = json_array();
    for (size_t a = 0; a < m->n_assets; a++)
        json_array_append_new(assets, asset_json(j, &d[a], a));
    return cli_print_json(
        j->c, json_pack("{s:s, s:s, s:f, s:I, s:I, s:I, s:o}", "device",
                        pen_device_describe(j->device)->name, "process", j->process->name,
                        "horizon_days", j->horizon_days, "steps", (json_int_t)m->n_dates, "paths",
                        (json_int_t)j->n_paths, "seed", (json_int_t)m->seed, "assets", assets));
}

pen_status simulate_print_distribution(simulate_job *j)
{
    distribution d[SIMULATE_ASSETS];
    PEN_TRY(simulate_last_prices(j, d));
    return j->c->is_json ? print_json(j, d) : print_table(j, d);
}
