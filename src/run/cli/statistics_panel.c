/* What `penstock statistics` computes of all series at once: moments, matrices, betas,
 * rolling values, components. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "../../machine/base/status.h"
#include "penstock/report.h"
#include "statistics.h"

/* first, second and the symbols, ended by NULL; creates. */
static pen_status symbol_header(const statistics_job *j, const char *first, const char *second,
                                const char ***out)
{
    size_t at = 0;
    PEN_TRY(pen_alloc(j->n_series + 6, sizeof **out, (void **)out));
    (*out)[at++] = first;
    if (second != NULL)
        (*out)[at++] = second;
    for (size_t i = 0; i < j->n_series; i++)
        (*out)[at++] = j->names[i];
    return PEN_OK;
}

pen_status statistics_print_summary(statistics_job *j)
{
    static const char *const names[] = { "symbol",   "count", "mean", "stdev", "skewness",
                                         "kurtosis", "min",   "max",  NULL };
    pen_moments *m;
    cli_rows rows;
    PEN_TRY(pen_alloc(j->n_series, sizeof *m, (void **)&m));
    pen_status s = pen_statistic_moments(j->queue, j->panel, j->points, m);
    if (s == PEN_OK)
        s = cli_rows_begin(&rows, j->c, names);
    if (s == PEN_OK) {
        for (size_t i = 0; i < j->n_series; i++) {
            const double values[] = { (double)m[i].count, m[i].mean, m[i].stdev, m[i].skewness,
                                      m[i].kurtosis,      m[i].min,  m[i].max };
            cli_rows_text(&rows, j->names[i]);
            for (size_t k = 0; k < PEN_COUNT(values); k++)
                cli_rows_number(&rows, values[k]);
        }
        s = cli_rows_end(&rows);
    }
    pen_free(m);
    return s;
}

/* The matrix of a kind, on the host; creates. */
static pen_status compute_matrix(statistics_job *j, pen_matrix_kind kind, double **out)
{
    size_t n = j->n_series, cells;
    pen_panel *matrix;
    if (j->is_estimated)
        return statistics_estimate(j, kind, out);
    *out = NULL;
    PEN_TRY(pen_size_mul(n, n, &cells));
    PEN_TRY(pen_alloc_array(cells, sizeof **out, (void **)out));
    pen_status s = pen_panel_create(j->device, PEN_F64, n, n, &matrix);
    if (s == PEN_OK)
        s = pen_statistic_matrix(j->queue, j->panel, kind, j->method, j->points, matrix);
    if (s == PEN_OK)
        s = pen_panel_read(j->queue, *out, n, matrix);
    if (s == PEN_OK)
        s = pen_queue_wait(j->queue);
    pen_panel_destroy(matrix);
    return s;
}

static pen_status print_square(statistics_job *j, const double *matrix)
{
    const char **names;
    cli_rows rows;
    PEN_TRY(symbol_header(j, "symbol", NULL, &names));
    pen_status s = cli_rows_begin(&rows, j->c, names);
    if (s == PEN_OK) {
        for (size_t i = 0; i < j->n_series; i++) {
            cli_rows_text(&rows, j->names[i]);
            for (size_t k = 0; k < j->n_series; k++)
                cli_rows_number(&rows, matrix[i * j->n_series + k]);
        }
        s = cli_rows_end(&rows);
    }
    pen_free(names);
    return s;
}

static pen_status draw_matrix(const statistics_job *j, const double *matrix)
{
    char subtitle[128];
    snprintf(subtitle, sizeof subtitle, "%s%s%s of %s, %zu points",
             j->is_estimated ? pen_covariance_name(j->estimator.kind) : "",
             j->is_estimated ? ": " : "",
             j->method == PEN_METHOD_SPEARMAN ? "rank correlations" : "correlations",
             j->returns == STATISTICS_LEVELS   ? "levels"
             : j->returns == STATISTICS_SIMPLE ? "simple returns"
                                               : "log returns",
             j->n_points);
    pen_heat_map map = { .title = "Correlation",
                         .subtitle = subtitle,
                         .names = j->names,
                         .values = matrix,
                         .n = j->n_series };
    return pen_heat_map_save(&map, cli_text(j->c, "plot"));
}

pen_status statistics_print_matrix(statistics_job *j)
{
    double *matrix;
    pen_matrix_kind kind =
        j->task == STATISTICS_COVARIANCE ? PEN_MATRIX_COVARIANCE : PEN_MATRIX_CORRELATION;
    pen_status s = compute_matrix(j, kind, &matrix);
    if (s == PEN_OK && cli_has(j->c, "plot"))
        s = draw_matrix(j, matrix);
    if (s == PEN_OK)
        s = print_square(j, matrix);
    pen_free(matrix);
    return s;
}

/* y = alpha + beta x of each series y on the benchmark x. */
pen_status statistics_print_beta(statistics_job *j)
{
    static const char *const names[] = { "symbol", "beta", "correlation", NULL };
    double *covariance, *correlation = NULL;
    cli_rows rows;
    size_t n = j->n_series, b = j->benchmark;
    pen_status s = compute_matrix(j, PEN_MATRIX_COVARIANCE, &covariance);
    if (s == PEN_OK)
        s = compute_matrix(j, PEN_MATRIX_CORRELATION, &correlation);
    if (s == PEN_OK)
        s = cli_rows_begin(&rows, j->c, names);
    if (s == PEN_OK) {
        for (size_t i = 0; i < n; i++) {
            cli_rows_text(&rows, j->names[i]);
            cli_rows_number(&rows, covariance[i * n + b] / covariance[b * n + b]);
            cli_rows_number(&rows, correlation[i * n + b]);
        }
        s = cli_rows_end(&rows);
    }
    pen_free(correlation);
    pen_free(covariance);
    return s;
}

/* ---- rolling ---- */

static pen_rolling_kind rolling_kind(const statistics_job *j)
{
    switch (j->task) {
    case STATISTICS_CORRELATION:
        return PEN_ROLLING_CORRELATION;
    case STATISTICS_COVARIANCE:
        return PEN_ROLLING_COVARIANCE;
    default:
        return PEN_ROLLING_BETA;
    }
}

static pen_status print_over_time(statistics_job *j, const double *values)
{
    const char **names;
    cli_rows rows;
    PEN_TRY(symbol_header(j, "time", NULL, &names));
    pen_status s = cli_rows_begin(&rows, j->c, names);
    if (s == PEN_OK) {
        for (size_t t = 0; t < j->n_points; t++) {
            cli_rows_time(&rows, j->times_ns[t]);
            for (size_t i = 0; i < j->n_series; i++)
                cli_rows_number(&rows, values[i * j->n_points + t]);
        }
        s = cli_rows_end(&rows);
    }
    pen_free(names);
    return s;
}

pen_status statistics_print_rolling(statistics_job *j)
{
    size_t n = j->n_points;
    pen_panel *market = NULL, *out = NULL;
    double *values;
    PEN_TRY(pen_alloc_array(j->n_series * n, sizeof *values, (void **)&values));
    pen_status s = pen_panel_create(j->device, PEN_F64, 1, n, &market);
    if (s == PEN_OK)
        s = pen_panel_write(j->queue, market, j->values + j->benchmark * n, n);
    if (s == PEN_OK)
        s = pen_panel_create(j->device, PEN_F64, j->n_series, n, &out);
    if (s == PEN_OK)
        s = pen_statistic_rolling(j->queue, j->panel, market, rolling_kind(j), j->window, out);
    if (s == PEN_OK)
        s = pen_panel_read(j->queue, values, n, out);
    if (s == PEN_OK)
        s = pen_queue_wait(j->queue);
    pen_panel_destroy(out);
    pen_panel_destroy(market);
    if (s == PEN_OK)
        s = print_over_time(j, values);
    pen_free(values);
    return s;
}

/* ---- components ---- */

static pen_status print_components(statistics_job *j, const double *variance, const double *loading)
{
    const char **names;
    cli_rows rows;
    double all = 0, so_far = 0;
    PEN_TRY(symbol_header(j, "component", "variance", &names));
    for (size_t k = j->n_series; k-- > 0;)
        names[k + 4] = names[k + 2];
    names[2] = "share";
    names[3] = "cumulative";
    pen_status s = cli_rows_begin(&rows, j->c, names);
    for (size_t k = 0; k < j->n_series; k++)
        all += variance[k];
    for (size_t k = 0; s == PEN_OK && k < j->n_series; k++) {
        so_far += variance[k];
        cli_rows_number(&rows, (double)k + 1);
        cli_rows_number(&rows, variance[k]);
        cli_rows_number(&rows, variance[k] / all);
        cli_rows_number(&rows, so_far / all);
        for (size_t i = 0; i < j->n_series; i++)
            cli_rows_number(&rows, loading[k * j->n_series + i]);
    }
    if (s == PEN_OK)
        s = cli_rows_end(&rows);
    pen_free(names);
    return s;
}

pen_status statistics_print_components(statistics_job *j)
{
    double *variance, *loading;
    size_t cells;
    PEN_TRY(pen_size_mul(j->n_series, j->n_series, &cells));
    PEN_TRY(pen_alloc_array(cells + j->n_series, sizeof *loading, (void **)&loading));
    variance = loading + cells;
    pen_status s = pen_statistic_components(j->queue, j->panel, PEN_MATRIX_CORRELATION, j->points,
                                            variance, loading);
    if (s == PEN_OK)
        s = print_components(j, variance, loading);
    pen_free(loading);
    return s;
}
