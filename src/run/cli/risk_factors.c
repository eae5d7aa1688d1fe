/* What factors explain of a portfolio, and what scenarios of shocks would cost it. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "../../machine/base/status.h"
#include "penstock/statistic.h"
#include "risk.h"

/* ---- regressions ---- */

/* Factors' returns at the points that all of them and the positions have. */
typedef struct exposure {
    size_t k, m;            /* factors, points */
    size_t *points;         /* [m] among the positions' */
    double *x, *y;          /* [k][m]; [m] room */
    const double **columns; /* [k] of x */
    pen_coefficient *beta;  /* [k + 1] of the last regression */
    pen_regression fit;
} exposure;

static const char *factor_name(const risk_request *r, size_t k)
{
    return r->closes.names[r->first_factor + k];
}

static const double *factor(const risk_request *r, size_t k)
{
    return r->closes.values + (r->first_factor + k) * r->closes.n_points;
}

static void exposure_clear(exposure *e)
{
    pen_free(e->points);
    pen_free(e->x);
    pen_free(e->columns);
    pen_free(e->beta);
}

static pen_status exposure_alloc(const risk_request *r, exposure *e)
{
    size_t cells;
    e->k = r->n_factors;
    PEN_TRY(pen_size_mul(e->k + 1, r->n, &cells));
    PEN_TRY(pen_alloc(r->n, sizeof *e->points, (void **)&e->points));
    PEN_TRY(pen_alloc_array(cells, sizeof *e->x, (void **)&e->x));
    PEN_TRY(pen_alloc(e->k, sizeof *e->columns, (void **)&e->columns));
    return pen_alloc(e->k + 1, sizeof *e->beta, (void **)&e->beta);
}

static pen_status exposure_prepare(const risk_request *r, exposure *e)
{
    PEN_TRY(exposure_alloc(r, e));
    for (size_t t = 0; t < r->n; t++) {
        bool is_whole = true;
        for (size_t k = 0; k < e->k; k++)
            is_whole = is_whole && !isnan(factor(r, k)[t]);
        if (is_whole)
            e->points[e->m++] = t;
    }
    for (size_t k = 0; k < e->k; k++) {
        e->columns[k] = e->x + k * e->m;
        for (size_t t = 0; t < e->m; t++)
            e->x[k * e->m + t] = factor(r, k)[e->points[t]];
    }
    e->y = e->x + e->k * e->m;
    return PEN_OK;
}

/* A series of the positions' points on the factors. */
static pen_status regress(exposure *e, const double *series, int lags)
{
    for (size_t t = 0; t < e->m; t++)
        e->y[t] = series[e->points[t]];
    return pen_statistic_regression(e->y, e->columns, e->k, e->m, lags, e->beta, NULL, &e->fit);
}

/* The factor's part of the variance: beta times its covariance with the portfolio, over the
 * portfolio's variance; they sum to R squared. */
static double variance_share(const exposure *e, size_t k)
{
    double mx = 0, my = 0, xy = 0, yy = 0, m = (double)e->m;
    for (size_t t = 0; t < e->m; t++) {
        mx += e->columns[k][t] / m;
        my += e->y[t] / m;
    }
    for (size_t t = 0; t < e->m; t++) {
        xy += (e->columns[k][t] - mx) * (e->y[t] - my);
        yy += (e->y[t] - my) * (e->y[t] - my);
    }
    return yy > 0 ? e->beta[k + 1].value * xy / yy : NAN;
}

static void print_betas(const risk_request *r, cli_sections *s, const exposure *e)
{
    cli_section_begin(s, "factors", "Factor exposure (Newey-West errors)", false);
    for (size_t k = 0; k <= e->k; k++) {
        const pen_coefficient *b = &e->beta[k];
        cli_row_begin(s);
        cli_cell_text(s, "factor", k == 0 ? "(constant)" : factor_name(r, k - 1));
        cli_cell_number(s, "beta", b->value, k == 0 ? 6 : 4);
        cli_cell_number(s, "error", b->robust_error, k == 0 ? 6 : 4);
        cli_cell_number(s, "t", b->robust_t, 2);
        cli_cell_number(s, "plain_t", b->t, 2);
        cli_cell_percent(s, "variance_share", k == 0 ? NAN : variance_share(e, k - 1), 1);
        cli_row_end(s);
    }
    cli_section_end(s);
    cli_section_begin(s, "factor_fit", "Fit", true);
    cli_cell_count(s, "points", e->m);
    cli_cell_number(s, "r_squared", e->fit.r_squared, 4);
    cli_cell_number(s, "r_squared_adjusted", e->fit.r_squared_adjusted, 4);
    cli_cell_percent(s, "alpha", e->beta[0].value * r->performance.periods_per_year, 2);
    cli_cell_percent(s, "specific_volatility",
                     e->fit.residual_stdev * sqrt(r->performance.periods_per_year), 2);
    cli_cell_number(s, "durbin_watson", e->fit.durbin_watson, 3);
    cli_cell_count(s, "lags", e->fit.lags);
    cli_section_end(s);
}

pen_status risk_print_factors(risk_request *r, cli_sections *s)
{
    exposure e = { 0 };
    pen_status status = exposure_prepare(r, &e);
    if (status == PEN_OK)
        status = regress(&e, r->pnl, r->lags);
    if (status == PEN_OK)
        print_betas(r, s, &e);
    exposure_clear(&e);
    return status;
}

/* ---- stress ---- */

/* betas [p][k] of each position. */
static pen_status position_betas(risk_request *r, double *betas)
{
    exposure e = { 0 };
    pen_status s = exposure_prepare(r, &e);
    for (size_t i = 0; s == PEN_OK && i < r->p; i++) {
        s = regress(&e, r->returns + i * r->n, 0);
        for (size_t k = 0; s == PEN_OK && k < e.k; k++)
            betas[i * e.k + k] = e.beta[k + 1].value;
    }
    exposure_clear(&e);
    return s;
}

/* Where a column of the file belongs: a position, or p + k for a factor. */
static pen_status place_column(const risk_request *r, const pen_table *table, size_t column,
                               size_t *out)
{
    const char *name = pen_table_name(table, column);
    for (*out = 0; *out < r->p + r->n_factors; ++*out)
        if (strcmp(*out < r->p ? r->names[*out] : factor_name(r, *out - r->p), name) == 0)
            return PEN_OK;
    return pen_fail(PEN_E_PARSE,
                    "%s: column '%s' is neither a position, such as '%s', nor a factor",
                    pen_table_source(table), name, r->names[0]);
}

/* Adds a factor's shock to what the scenario does not say of the positions. */
static void add_factor(const risk_request *r, const double *betas, size_t k, double shock,
                       const bool *is_said, double *row)
{
    for (size_t i = 0; i < r->p; i++)
        if (!is_said[i])
            row[i] = (isnan(row[i]) ? 0 : row[i]) + betas[i * r->n_factors + k] * shock;
}

/* Shocks of the positions in each scenario, [n][p]; is_said: [p] room. */
static pen_status make_shocks(const risk_request *r, const pen_table *table, const double *betas,
                              bool *is_said, double *shocks)
{
    size_t at;
    for (size_t row = 0; row < pen_table_rows(table); row++) {
        double *to = shocks + row * r->p;
        for (size_t i = 0; i < r->p; i++) {
            to[i] = NAN;
            is_said[i] = false;
        }
        for (size_t c = 0; c < pen_table_columns(table); c++) { /* positions go before factors */
            double shock = pen_table_column(table, c)[row];
            PEN_TRY(place_column(r, table, c, &at));
            if (at < r->p && !isnan(shock)) {
                to[at] = shock;
                is_said[at] = true;
            }
        }
        for (size_t c = 0; c < pen_table_columns(table); c++) {
            double shock = pen_table_column(table, c)[row];
            PEN_TRY(place_column(r, table, c, &at));
            if (at >= r->p && !isnan(shock))
                add_factor(r, betas, at - r->p, shock, is_said, to);
        }
    }
    return PEN_OK;
}

static void print_scenario(const risk_request *r, cli_sections *s, const char *name, double loss,
                           const double *moves)
{
    size_t worst = 0;
    for (size_t i = 1; i < r->p; i++)
        if (-r->weights[i] * moves[i] > -r->weights[worst] * moves[worst])
            worst = i;
    cli_row_begin(s);
    cli_cell_text(s, "scenario", name);
    cli_cell_percent(s, "loss", loss, 3);
    cli_cell_text(s, "worst_position", r->names[worst]);
    cli_cell_percent(s, "its_move", moves[worst], 3);
    cli_cell_percent(s, "its_loss", -r->weights[worst] * moves[worst], 3);
    cli_row_end(s);
}

/* Everything that a table of scenarios needs, in one block. */
typedef struct stress {
    double *betas, *covariance, *shocks, *moves, *losses;
    bool *is_said;
} stress;

static pen_status stress_alloc(const risk_request *r, size_t n, stress *f)
{
    size_t cells, all;
    PEN_TRY(pen_size_mul(2 * n + r->n_factors + r->p, r->p, &cells));
    PEN_TRY(pen_size_add(cells, n + r->p, &all));
    PEN_TRY(pen_alloc_array(all, sizeof(double), (void **)&f->betas));
    f->covariance = f->betas + r->p * r->n_factors;
    f->shocks = f->covariance + r->p * r->p;
    f->moves = f->shocks + n * r->p;
    f->losses = f->moves + n * r->p;
    f->is_said = (bool *)(f->losses + n);
    return PEN_OK;
}

static pen_status compute_stress(risk_request *r, const pen_table *table, stress *f)
{
    bool follows = cli_has(r->c, "follow");
    if (r->n_factors > 0)
        PEN_TRY(position_betas(r, f->betas));
    if (follows)
        PEN_TRY(
            pen_covariance(&r->options.covariance, r->returns, r->p, r->n, f->covariance, NULL));
    PEN_TRY(make_shocks(r, table, f->betas, f->is_said, f->shocks));
    return pen_risk_stress(r->weights, r->p, f->shocks, pen_table_rows(table),
                           follows ? f->covariance : NULL, f->moves, f->losses);
}

static pen_status print_stress(risk_request *r, cli_sections *s, const pen_table *table)
{
    stress f = { 0 };
    size_t n = pen_table_rows(table);
    if (pen_table_text_columns(table) == 0)
        return pen_fail(PEN_E_PARSE, "%s: no column of names", pen_table_source(table));
    pen_status status = stress_alloc(r, n, &f);
    if (status == PEN_OK)
        status = compute_stress(r, table, &f);
    if (status == PEN_OK) {
        cli_section_begin(s, "stress", "Stress", false);
        for (size_t k = 0; k < n; k++)
            print_scenario(r, s, pen_table_text(table, 0, k), f.losses[k], f.moves + k * r->p);
        cli_section_end(s);
    }
    pen_free(f.betas);
    return status;
}

pen_status risk_print_stress(risk_request *r, cli_sections *s)
{
    pen_table_options options = pen_table_options_default();
    pen_table *table;
    options.time_column = "";
    PEN_TRY(pen_table_read(cli_text(r->c, "stress"), &options, &table));
    pen_status status = print_stress(r, s, table);
    pen_table_destroy(table);
    return status;
}
