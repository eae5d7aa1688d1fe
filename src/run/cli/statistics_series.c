/* What `penstock statistics` computes of one series, or two, after the other.  Missing values
 * are left out. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "statistics.h"

typedef pen_status each_fn(statistics_job *j, size_t series, double *room, cli_rows *rows);

/* Calls fn for every series with room for 2 n_points + 10 (lags + 1) values. */
static pen_status print_each(statistics_job *j, const char *const *names, each_fn *fn)
{
    double *room;
    cli_rows rows;
    PEN_TRY(pen_alloc_array(2 * j->n_points + 10 * (j->lags + 1), sizeof *room, (void **)&room));
    pen_status s = cli_rows_begin(&rows, j->c, names);
    if (s == PEN_OK) {
        for (size_t i = 0; i < j->n_series && s == PEN_OK; i++) {
            s = fn(j, i, room, &rows);
            if (s != PEN_OK)
                s = pen_fail_context(s, "%s", j->names[i]);
        }
        pen_status ended = cli_rows_end(&rows);
        s = s != PEN_OK ? s : ended;
    }
    pen_free(room);
    return s;
}

static void put_numbers(cli_rows *rows, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cli_rows_number(rows, values[i]);
}

/* ---- autocorrelation ---- */

static pen_status print_acf(statistics_job *j, size_t i, double *room, cli_rows *rows)
{
    double *out = room + j->n_points;
    size_t step = j->lags + 1,
           n = statistics_keep_present(j->values + i * j->n_points, NULL, j->n_points, room, NULL);
    pen_autocorrelation to = { out, out + step, out + 2 * step, out + 3 * step, out + 4 * step };
    PEN_TRY(pen_statistic_autocorrelation(room, n, j->lags, &to));
    for (size_t k = 1; k <= j->lags; k++) {
        const double values[] = { (double)k,  to.acf[k],       to.band[k],
                                  to.pacf[k], to.ljung_box[k], to.p_value[k] };
        cli_rows_text(rows, j->names[i]);
        put_numbers(rows, values, PEN_COUNT(values));
    }
    return PEN_OK;
}

pen_status statistics_print_acf(statistics_job *j)
{
    static const char *const names[] = { "symbol", "lag",       "acf",     "band",
                                         "pacf",   "ljung_box", "p_value", NULL };
    return print_each(j, names, print_acf);
}

/* ---- cross-correlation with the benchmark ---- */

static pen_status print_ccf(statistics_job *j, size_t i, double *room, cli_rows *rows)
{
    const double *market = j->values + j->benchmark * j->n_points;
    double *y = room + j->n_points, *out = y + j->n_points;
    if (i == j->benchmark)
        return PEN_OK;
    size_t n = statistics_keep_present(market, j->values + i * j->n_points, j->n_points, room, y);
    PEN_TRY(pen_statistic_cross_correlation(room, y, n, j->lags, out));
    for (size_t k = 0; k <= 2 * j->lags; k++) {
        cli_rows_text(rows, j->names[i]);
        cli_rows_number(rows, (double)k - (double)j->lags);
        cli_rows_number(rows, out[k]);
        cli_rows_number(rows, 1.959963984540054 / sqrt((double)n));
    }
    return PEN_OK;
}

pen_status statistics_print_ccf(statistics_job *j)
{
    static const char *const names[] = { "symbol", "lag", "ccf", "band", NULL };
    return print_each(j, names, print_ccf);
}

/* ---- unit roots ---- */

static void put_root(cli_rows *rows, const pen_unit_root *r, double half_life)
{
    const double values[] = { r->statistic,   r->p_value,      r->critical[0],    r->critical[1],
                              r->critical[2], (double)r->lags, (double)r->n_used, half_life };
    put_numbers(rows, values, PEN_COUNT(values));
}

static pen_status print_adf(statistics_job *j, size_t i, double *room, cli_rows *rows)
{
    size_t n = statistics_keep_present(j->values + i * j->n_points, NULL, j->n_points, room, NULL);
    pen_unit_root root;
    double half_life;
    PEN_TRY(pen_statistic_unit_root(room, n, &j->root, &root));
    PEN_TRY(pen_statistic_half_life(room, n, &half_life));
    cli_rows_text(rows, j->names[i]);
    put_root(rows, &root, half_life);
    return PEN_OK;
}

pen_status statistics_print_adf(statistics_job *j)
{
    static const char *const names[] = { "symbol",     "statistic",   "p_value", "critical_1",
                                         "critical_5", "critical_10", "lags",    "points",
                                         "half_life",  NULL };
    return print_each(j, names, print_adf);
}

/* Series i on every other, or on the benchmark alone. */
static pen_status print_cointegration(statistics_job *j, size_t i, double *room, cli_rows *rows)
{
    for (size_t k = 0; k < j->n_series; k++) {
        double *x = room + j->n_points;
        const double *const others[] = { x };
        pen_cointegration c;
        if (k == i || (j->benchmark != SIZE_MAX && k != j->benchmark))
            continue;
        size_t n = statistics_keep_present(j->values + i * j->n_points, j->values + k * j->n_points,
                                           j->n_points, room, x);
        PEN_TRY(pen_statistic_cointegration(room, others, 1, n, &j->root, NULL, &c));
        cli_rows_text(rows, j->names[i]);
        cli_rows_text(rows, j->names[k]);
        cli_rows_number(rows, c.hedge[0]);
        cli_rows_number(rows, c.constant);
        cli_rows_number(rows, c.slope);
        put_root(rows, &c.residual, c.half_life);
    }
    return PEN_OK;
}

pen_status statistics_print_cointegration(statistics_job *j)
{
    static const char *const names[] = { "y",          "x",           "hedge",   "constant",
                                         "slope",      "statistic",   "p_value", "critical_1",
                                         "critical_5", "critical_10", "lags",    "points",
                                         "half_life",  NULL };
    return print_each(j, names, print_cointegration);
}
