/* What `penstock optimize` reads: prices, or means and covariances; limits of weights. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/csv.h"
#include "../../machine/base/number.h"
#include "../../machine/base/size.h"
#include "optimize.h"

/* ---- prices ---- */

pen_status optimize_estimate(optimize_job *j, const double *returns, size_t n_points)
{
    pen_covariance_options options;
    PEN_TRY(cli_read_estimator(j->c, &options));
    if (cli_has(j->c, "covariance"))
        PEN_TRY(pen_covariance_parse(cli_text(j->c, "covariance"), &options.kind));
    PEN_TRY(pen_covariance(&options, returns, j->n, n_points, j->covariance, NULL));
    for (size_t i = 0; i < j->n * j->n; i++)
        j->covariance[i] *= j->periods;
    for (size_t i = 0; i < j->n; i++) {
        double sum = 0;
        for (size_t t = 0; t < n_points; t++)
            sum += returns[i * n_points + t];
        j->mean[i] = sum / (double)n_points * j->periods;
    }
    return PEN_OK;
}

/* Points at which a series has no return are left out for all. */
static pen_status keep_complete(optimize_job *j)
{
    cli_closes *p = &j->prices;
    size_t all = p->n_points, kept = 0;
    char *is_kept;
    PEN_TRY(pen_alloc(all + 1, 1, (void **)&is_kept));
    for (size_t t = 0; t < all; t++) {
        is_kept[t] = 1;
        for (size_t i = 0; i < p->n_series; i++)
            is_kept[t] &= isfinite(p->values[i * all + t]) != 0;
        if (is_kept[t])
            p->times_ns[kept++] = p->times_ns[t];
    }
    double *to = p->values;
    for (size_t i = 0; i < p->n_series; i++)
        for (size_t t = 0; t < all; t++)
            if (is_kept[t])
                *to++ = p->values[i * all + t];
    pen_free(is_kept);
    if (kept < all)
        cli_note(j->c, "%zu of %zu returns are left out: a price is missing", all - kept, all);
    p->n_points = kept;
    return PEN_OK;
}

static pen_status read_prices(optimize_job *j)
{
    PEN_TRY(cli_closes_read(j->c->args, j->c->arg_count, &j->prices));
    cli_closes_take_returns(&j->prices, false, j->prices.n_series);
    PEN_TRY(keep_complete(j));
    j->n = j->prices.n_series;
    j->names = j->prices.names;
    if (j->prices.n_points < 2)
        return pen_fail(PEN_E_ARG, "%s: %zu returns that all have, expected 2 or more",
                        j->c->args[0], j->prices.n_points);
    PEN_TRY(pen_alloc_array(j->n, sizeof *j->mean, (void **)&j->mean));
    PEN_TRY(pen_alloc_array(j->n * j->n, sizeof *j->covariance, (void **)&j->covariance));
    return optimize_estimate(j, j->prices.values, j->prices.n_points);
}

/* ---- means and covariances ---- */

static pen_status read_matrix(const char *path, pen_matrix *out)
{
    pen_source *source;
    PEN_TRY(pen_source_open(path, &source));
    return pen_matrix_read(source, out);
}

/* Where a name is, else `fallback`; rows have the names, or columns. */
static pen_status place_of(const char *path, char *const *names, size_t n, const char *name,
                           size_t fallback, size_t *out)
{
    *out = fallback;
    for (size_t i = 0; names != NULL && i < n; i++)
        if (strcmp(names[i], name) == 0) {
            *out = i;
            return PEN_OK;
        }
    return names == NULL ? PEN_OK : pen_fail(PEN_E_NOTFOUND, "%s: no asset '%s'", path, name);
}

/* A vector of the assets: a row, a column, or rows of a name and a number; creates. */
static pen_status read_vector(optimize_job *j, const char *path, double **out)
{
    pen_matrix m;
    pen_status s = read_matrix(path, &m);
    size_t cells = m.n_rows * m.n_cols, at;
    bool is_row = m.n_rows == 1 && m.n_cols > 1;
    if (s == PEN_OK && (cells != j->n || (m.n_rows != 1 && m.n_cols != 1)))
        s = pen_fail(PEN_E_SHAPE,
                     "%s: %zu rows of %zu numbers, expected one number for each of %zu assets",
                     path, m.n_rows, m.n_cols, j->n);
    if (s == PEN_OK)
        s = pen_alloc_array(j->n, sizeof **out, (void **)out);
    for (size_t i = 0; s == PEN_OK && i < j->n; i++) {
        s = place_of(path, is_row ? m.columns : m.rows, j->n, j->names[i], i, &at);
        (*out)[i] = m.values[at];
    }
    pen_matrix_clear(&m);
    return s;
}

static pen_status check_symmetric(const optimize_job *j, const char *path)
{
    const pen_matrix *m = &j->cov_file;
    size_t n = j->n;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++) {
            double a = m->values[i * n + k], b = m->values[k * n + i];
            double size = fmax(fabs(a), fabs(b));
            if (fabs(a - b) > 1e-9 * size)
                return pen_fail(PEN_E_PARSE,
                                "%s:%zu:%zu: %.10g, expected %.10g as in line %zu, column %zu: a "
                                "covariance matrix is symmetric",
                                path, m->lines[i], k + 1 + (m->rows != NULL), a, b, m->lines[k],
                                i + 1 + (m->rows != NULL));
        }
    return PEN_OK;
}

static pen_status take_covariance(optimize_job *j, const char *path)
{
    pen_matrix *m = &j->cov_file;
    if (m->n_rows != m->n_cols)
        return pen_fail(PEN_E_SHAPE, "%s: %zu rows of %zu numbers, expected a square matrix", path,
                        m->n_rows, m->n_cols);
    size_t n = j->n = m->n_rows;
    PEN_TRY(check_symmetric(j, path));
    for (size_t i = 0; i < n; i++)
        if (m->values[i * n + i] < 0)
            return pen_fail(PEN_E_PARSE, "%s:%zu:%zu: %.10g, expected a variance >= 0", path,
                            m->lines[i], i + 1 + (m->rows != NULL), m->values[i * n + i]);
    PEN_TRY(pen_alloc_array(n * n, sizeof *j->covariance, (void **)&j->covariance));
    for (size_t i = 0; i < n; i++) /* digits that differ by rounding: their mean */
        for (size_t k = 0; k < n; k++)
            j->covariance[i * n + k] =
                (m->values[i * n + k] + m->values[k * n + i]) / 2 * j->periods;
    return PEN_OK;
}

/* The matrix's names, or numbers from 1. */
static pen_status name_assets(optimize_job *j)
{
    char **given = j->cov_file.columns != NULL ? j->cov_file.columns : j->cov_file.rows;
    if (given == NULL && j->mean_file.n_rows == j->n)
        given = j->mean_file.rows;
    if (given == NULL && j->mean_file.n_cols == j->n)
        given = j->mean_file.columns;
    PEN_TRY(pen_alloc(j->n, sizeof *j->names + 24, (void **)&j->names));
    char *text = (char *)(j->names + j->n);
    for (size_t i = 0; i < j->n; i++, text += 24) {
        snprintf(text, 24, "%zu", i + 1);
        j->names[i] = given != NULL ? given[i] : text;
    }
    return PEN_OK;
}

static pen_status read_moments(optimize_job *j)
{
    const char *mean = cli_text(j->c, "mu"), *covariance = cli_text(j->c, "cov");
    if (covariance == NULL)
        return cli_usage(j->c, "--mu needs --cov FILE");
    PEN_TRY(read_matrix(covariance, &j->cov_file));
    PEN_TRY(take_covariance(j, covariance));
    if (mean != NULL)
        PEN_TRY(read_matrix(mean, &j->mean_file)); /* for its names */
    PEN_TRY(name_assets(j));
    if (mean != NULL)
        PEN_TRY(read_vector(j, mean, &j->mean));
    for (size_t i = 0; mean != NULL && i < j->n; i++)
        j->mean[i] *= j->periods;
    return PEN_OK;
}

pen_status optimize_read_assets(optimize_job *j)
{
    bool has_files = cli_has(j->c, "mu") || cli_has(j->c, "cov");
    if (has_files == (j->c->arg_count > 0))
        return cli_usage(j->c, has_files ? "prices and --mu or --cov do not go together"
                                         : "expected a FILE of prices, or --mu and --cov");
    PEN_TRY(has_files ? read_moments(j) : read_prices(j));
    j->portfolio.n = j->n;
    j->portfolio.mean = j->mean;
    j->portfolio.covariance = j->covariance;
    j->portfolio.names = j->names;
    j->portfolio.returns = has_files ? NULL : j->prices.values;
    j->portfolio.n_points = j->prices.n_points;
    return PEN_OK;
}

/* ---- views ---- */

/* Columns `return`, `error` where there is one, and of assets that views are about. */
static pen_status take_views(optimize_job *j, const char *path, const pen_matrix *m, double *views,
                             double *mean, double *error, bool *has_errors)
{
    bool has_mean = false;
    *has_errors = false;
    if (m->columns == NULL)
        return pen_fail(PEN_E_PARSE, "%s: no header, expected return,error,ASSET,...", path);
    for (size_t c = 0; c < m->n_cols; c++) {
        size_t asset = 0;
        double *to = NULL;
        size_t stride = 1;
        if (strcasecmp(m->columns[c], "return") == 0) {
            to = mean;
            has_mean = true;
        } else if (strcasecmp(m->columns[c], "error") == 0) {
            to = error;
            *has_errors = true;
        } else {
            while (asset < j->n && strcmp(j->names[asset], m->columns[c]) != 0)
                asset++;
            if (asset == j->n)
                return pen_fail(PEN_E_NOTFOUND, "%s:1: no asset '%s'", path, m->columns[c]);
            to = views + asset;
            stride = j->n;
        }
        for (size_t k = 0; k < m->n_rows; k++)
            to[k * stride] = m->values[k * m->n_cols + c];
    }
    return has_mean ? PEN_OK : pen_fail(PEN_E_PARSE, "%s:1: no column 'return'", path);
}

static pen_status blend(optimize_job *j, const char *path, const pen_matrix *m)
{
    double *room, *posterior, aversion, tau;
    size_t k = m->n_rows, n = j->n;
    bool has_errors;
    PEN_TRY(cli_number(j->c, "risk-aversion", 1e-12, 1e6, &aversion));
    PEN_TRY(cli_number(j->c, "tau", 1e-12, 1e6, &tau));
    PEN_TRY(pen_alloc(k * (n + 2) + n * n, sizeof *room, (void **)&room));
    double *mean = room + k * n, *error = mean + k;
    posterior = error + k;
    pen_status s = take_views(j, path, m, room, mean, error, &has_errors);
    const pen_views views = {
        .count = k, .assets = room, .mean = mean, .error = has_errors ? error : NULL
    };
    if (s == PEN_OK)
        s = pen_black_litterman(j->covariance, n, j->market, aversion, tau, &views, j->mean,
                                posterior);
    if (s == PEN_OK)
        memcpy(j->covariance, posterior, n * n * sizeof *posterior);
    pen_free(room);
    return s;
}

pen_status optimize_read_views(optimize_job *j)
{
    const char *path = cli_text(j->c, "views");
    pen_matrix m = { 0 };
    if (path == NULL)
        return cli_has(j->c, "market") ? cli_usage(j->c, "--market goes with --views FILE")
                                       : PEN_OK;
    if (j->mean == NULL)
        PEN_TRY(pen_alloc_array(j->n, sizeof *j->mean, (void **)&j->mean));
    if (cli_has(j->c, "market"))
        PEN_TRY(read_vector(j, cli_text(j->c, "market"), &j->market));
    else
        PEN_TRY(pen_alloc_array(j->n, sizeof *j->market, (void **)&j->market));
    for (size_t i = 0; !cli_has(j->c, "market") && i < j->n; i++)
        j->market[i] = 1 / (double)j->n;
    pen_status s = read_matrix(path, &m);
    if (s == PEN_OK)
        s = blend(j, path, &m);
    pen_matrix_clear(&m);
    j->portfolio.mean = j->mean;
    return s;
}

/* ---- limits ---- */

/* A number for all assets, or a file of one for each; creates. */
static pen_status read_each(optimize_job *j, const char *option, double low, double high,
                            double **out)
{
    const char *text = cli_text(j->c, option);
    double value;
    if (text == NULL)
        return PEN_OK;
    if (!pen_number_parse(text, strlen(text), &value))
        return read_vector(j, text, out);
    PEN_TRY(cli_number(j->c, option, low, high, &value));
    PEN_TRY(pen_alloc_array(j->n, sizeof **out, (void **)out));
    for (size_t i = 0; i < j->n; i++)
        (*out)[i] = value;
    return PEN_OK;
}

enum { GROUP_NAME, GROUP_LOW, GROUP_HIGH, GROUP_MEMBERS, GROUP_COLUMNS };

/* The assets that a cell lists, parted by blanks or ';', are the group's. */
static pen_status take_members(optimize_job *j, const pen_csv *csv, const pen_cell *cell,
                               double *coefficients)
{
    size_t at = 0;
    while (at < cell->n) {
        size_t n = 0, asset = 0;
        while (at + n < cell->n && strchr(" ;|", cell->text[at + n]) == NULL)
            n++;
        while (n > 0 && asset < j->n &&
               (strlen(j->names[asset]) != n || memcmp(j->names[asset], cell->text + at, n) != 0))
            asset++;
        if (asset == j->n)
            return pen_csv_fail(csv, cell, "no asset '%.*s'", (int)n, cell->text + at);
        if (n > 0)
            coefficients[asset] = 1;
        at += n + 1;
    }
    return PEN_OK;
}

static pen_status take_limit(const pen_csv *csv, const pen_cell *cell, double none, double *out)
{
    *out = none;
    if (cell->n == 0)
        return PEN_OK;
    if (!pen_number_parse(cell->text, cell->n, out) || !isfinite(*out))
        return pen_csv_fail(csv, cell, "'%.*s', expected a number or nothing", (int)cell->n,
                            cell->text);
    return PEN_OK;
}

static pen_status add_group(optimize_job *j, const pen_csv *csv, const pen_cell *cells, size_t n)
{
    size_t k = j->portfolio.n_groups;
    if (n != GROUP_COLUMNS)
        return pen_csv_fail(csv, NULL, "%zu cells, expected group,lower,upper,members", n);
    PEN_TRY(pen_realloc((void **)&j->groups, (k + 1) * j->n, sizeof *j->groups));
    PEN_TRY(pen_realloc((void **)&j->group_limits, 2 * (k + 1), sizeof *j->group_limits));
    PEN_TRY(pen_realloc((void **)&j->group_names, k + 1, sizeof *j->group_names));
    double *coefficients = j->groups + k * j->n, *limits = j->group_limits + 2 * k;
    memset(coefficients, 0, j->n * sizeof *coefficients);
    PEN_TRY(take_limit(csv, &cells[GROUP_LOW], -INFINITY, &limits[0]));
    PEN_TRY(take_limit(csv, &cells[GROUP_HIGH], INFINITY, &limits[1]));
    if (limits[0] > limits[1])
        return pen_csv_fail(csv, &cells[GROUP_LOW], "%g is above the upper limit %g", limits[0],
                            limits[1]);
    PEN_TRY(take_members(j, csv, &cells[GROUP_MEMBERS], coefficients));
    PEN_TRY(pen_alloc(cells[GROUP_NAME].n + 1, 1, (void **)&j->group_names[k]));
    memcpy(j->group_names[k], cells[GROUP_NAME].text, cells[GROUP_NAME].n);
    j->portfolio.n_groups++;
    return PEN_OK;
}

static pen_status read_group_rows(optimize_job *j, pen_csv *csv)
{
    const pen_cell *cells;
    size_t n;
    PEN_TRY(pen_csv_read(csv, &cells, &n));
    bool is_header = n > 0 && cells[0].n == 5 && strncasecmp(cells[0].text, "group", 5) == 0;
    if (is_header)
        PEN_TRY(pen_csv_read(csv, &cells, &n));
    while (n > 0) {
        PEN_TRY(add_group(j, csv, cells, n));
        PEN_TRY(pen_csv_read(csv, &cells, &n));
    }
    return PEN_OK;
}

/* Limits come in pairs; the portfolio wants one array of each. */
static pen_status part_limits(optimize_job *j)
{
    size_t k = j->portfolio.n_groups;
    double *parted;
    PEN_TRY(pen_alloc_array(2 * k + 1, sizeof *parted, (void **)&parted));
    for (size_t i = 0; i < k; i++) {
        parted[i] = j->group_limits[2 * i];
        parted[k + i] = j->group_limits[2 * i + 1];
    }
    pen_free(j->group_limits);
    j->group_limits = parted;
    j->portfolio.groups = j->groups;
    j->portfolio.group_lower = parted;
    j->portfolio.group_upper = parted + k;
    j->portfolio.group_names = (const char *const *)j->group_names;
    return PEN_OK;
}

static pen_status read_groups(optimize_job *j)
{
    pen_source *source;
    pen_csv *csv;
    if (!cli_has(j->c, "group"))
        return PEN_OK;
    PEN_TRY(pen_source_open(cli_text(j->c, "group"), &source));
    PEN_TRY(pen_csv_open(source, &(pen_csv_options){ .separator = ',' }, &csv));
    pen_status s = read_group_rows(j, csv);
    pen_csv_close(csv);
    return s == PEN_OK ? part_limits(j) : s;
}

pen_status optimize_read_limits(optimize_job *j)
{
    pen_portfolio *p = &j->portfolio;
    PEN_TRY(read_each(j, "min-weight", -1e6, 1e6, &j->lower));
    PEN_TRY(read_each(j, "max-weight", -1e6, 1e6, &j->upper));
    PEN_TRY(read_each(j, "costs", 0, 1e6, &j->cost));
    if (cli_has(j->c, "current"))
        PEN_TRY(read_vector(j, cli_text(j->c, "current"), &j->current));
    if (cli_has(j->c, "turnover"))
        PEN_TRY(cli_number(j->c, "turnover", 1e-12, 1e6, &p->turnover));
    if (cli_has(j->c, "budget"))
        PEN_TRY(read_vector(j, cli_text(j->c, "budget"), &j->budget));
    j->goal.budget = j->budget;
    p->lower = j->lower;
    p->upper = j->upper;
    p->current = j->current;
    p->cost = j->cost;
    return read_groups(j);
}
