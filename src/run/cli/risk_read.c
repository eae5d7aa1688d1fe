/* What `penstock risk` works on: prices, weights, and the returns that every position has. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/nearest.h"
#include "../../machine/base/number.h"
#include "../../machine/base/size.h"
#include "../../machine/base/status.h"
#include "risk.h"

/* A symbol among the assets. */
static pen_status find_asset(const risk_request *r, const char *name, size_t n_assets, size_t *out)
{
    *out = cli_closes_find(&r->closes, name);
    if (*out < n_assets)
        return PEN_OK;
    const char *near = pen_nearest(name, r->closes.names, n_assets);
    return pen_fail(PEN_E_NOTFOUND, "no series '%s'; did you mean '%s'?", name,
                    near != NULL ? near : r->closes.names[0]);
}

/* NAME=WEIGHT,NAME=WEIGHT,... */
static pen_status read_weight_list(risk_request *r, size_t n_assets, double *weight)
{
    const char *text = cli_text(r->c, "weights");
    for (const char *at = text; *at != '\0'; at += *at == ',') {
        char name[256];
        size_t length = strcspn(at, ","), split = strcspn(at, "="), i;
        double value = NAN;
        if (split >= length || split >= sizeof name ||
            !pen_number_parse(at + split + 1, length - split - 1, &value) || !isfinite(value))
            return cli_usage(r->c, "--weights '%.*s', expected NAME=NUMBER", (int)length, at);
        memcpy(name, at, split);
        name[split] = '\0';
        if (find_asset(r, name, n_assets, &i) != PEN_OK)
            return cli_usage(r->c, "--weights: %s", pen_last_error());
        if (!isnan(weight[i]))
            return cli_usage(r->c, "--weights: '%s' is there twice", name);
        weight[i] = value;
        at += length;
    }
    return PEN_OK;
}

/* A file with a column of symbols and one of weights. */
static pen_status take_weight_table(risk_request *r, const pen_table *table, size_t n_assets,
                                    double *weight)
{
    size_t symbol, column, i;
    const char *path = pen_table_source(table);
    if (pen_table_symbol_column(table, &symbol) != PEN_OK) {
        if (pen_table_text_columns(table) != 1)
            return pen_fail(PEN_E_PARSE, "%s: no column of symbols", path);
        symbol = 0;
    }
    if (pen_table_find(table, "weight", &column) != PEN_OK) {
        if (pen_table_columns(table) != 1)
            return pen_fail(PEN_E_PARSE, "%s: no column 'weight'", path);
        column = 0;
    }
    for (size_t t = 0; t < pen_table_rows(table); t++) {
        const char *name = pen_table_text(table, symbol, t);
        double value = pen_table_column(table, column)[t];
        if (find_asset(r, name, n_assets, &i) != PEN_OK)
            return pen_fail_context(PEN_E_PARSE, "%s:%zu", path, pen_table_line(table, t));
        if (!isfinite(value) || !isnan(weight[i]))
            return pen_fail(PEN_E_PARSE, "%s:%zu: the weight of '%s' is %s", path,
                            pen_table_line(table, t), name,
                            isfinite(value) ? "there twice" : "no finite number");
        weight[i] = value;
    }
    return PEN_OK;
}

/* Weights of all assets, NaN for what is not held. */
static pen_status read_weights(risk_request *r, size_t n_assets, double *weight)
{
    const char *text = cli_text(r->c, "weights");
    for (size_t i = 0; i < n_assets; i++)
        weight[i] = text != NULL ? NAN : 1 / (double)n_assets;
    if (text == NULL)
        return PEN_OK;
    if (strchr(text, '=') != NULL)
        return read_weight_list(r, n_assets, weight);
    pen_table_options options = pen_table_options_default();
    pen_table *table;
    options.time_column = "";
    PEN_TRY(pen_table_read(text, &options, &table));
    pen_status s = take_weight_table(r, table, n_assets, weight);
    pen_table_destroy(table);
    return s;
}

static pen_status keep_held(risk_request *r, size_t n_assets)
{
    double *weight;
    PEN_TRY(pen_alloc_array(n_assets, sizeof *weight, (void **)&weight));
    pen_status s = read_weights(r, n_assets, weight);
    if (s == PEN_OK)
        s = pen_alloc(n_assets, sizeof *r->weights, (void **)&r->weights);
    if (s == PEN_OK)
        s = pen_alloc(n_assets, sizeof *r->names, (void **)&r->names);
    if (s == PEN_OK)
        s = pen_alloc(n_assets, sizeof *r->held, (void **)&r->held);
    for (size_t i = 0; s == PEN_OK && i < n_assets; i++) {
        if (isnan(weight[i]))
            continue;
        r->names[r->p] = r->closes.names[i];
        r->held[r->p] = i;
        r->weights[r->p++] = weight[i];
    }
    pen_free(weight);
    if (s == PEN_OK && r->p == 0)
        return pen_fail(PEN_E_ARG, "%s: no weights", cli_text(r->c, "weights"));
    return s;
}

/* The benchmark among the closes; SIZE_MAX without one. */
static pen_status find_benchmark(const risk_request *r, size_t *out)
{
    const char *name = cli_text(r->c, "benchmark");
    *out = name != NULL ? cli_closes_find(&r->closes, name) : SIZE_MAX;
    if (name != NULL && *out == SIZE_MAX)
        return cli_usage(r->c, "--benchmark '%s', expected one of %zu symbols such as '%s'", name,
                         r->closes.n_series, r->closes.names[0]);
    return PEN_OK;
}

/* Leaves the points that all positions and the benchmark have: a return spans what is left out,
 * so that Monday's stays where one of the series trades on Sundays too. */
static pen_status keep_whole(risk_request *r, size_t benchmark, size_t first_given)
{
    cli_closes *closes = &r->closes;
    size_t n = closes->n_points;
    bool *keep;
    PEN_TRY(pen_alloc(n, sizeof *keep, (void **)&keep));
    for (size_t t = 0; t < n; t++) {
        keep[t] = benchmark == SIZE_MAX || !isnan(closes->values[benchmark * n + t]);
        for (size_t i = 0; i < r->p; i++)
            keep[t] = keep[t] && !isnan(closes->values[r->held[i] * n + t]);
    }
    cli_closes_keep(closes, keep, first_given);
    pen_free(keep);
    r->n_left_out = n - closes->n_points;
    return PEN_OK;
}

/* The returns of what is held, side by side, and of the whole. */
static pen_status gather(risk_request *r, size_t benchmark)
{
    size_t n = r->closes.n_points, cells;
    r->n = n;
    if (n == 0)
        return pen_fail(PEN_E_ARG, "%s: no period in which every position has a return",
                        r->c->args[0]);
    PEN_TRY(pen_size_mul(r->p, n, &cells));
    PEN_TRY(pen_alloc_array(cells, sizeof *r->returns, (void **)&r->returns));
    PEN_TRY(pen_alloc_array(n, sizeof *r->pnl, (void **)&r->pnl));
    for (size_t i = 0; i < r->p; i++)
        memcpy(r->returns + i * n, r->closes.values + r->held[i] * n, n * sizeof *r->returns);
    pen_risk_portfolio(r->returns, r->p, n, r->weights, r->pnl);
    if (benchmark != SIZE_MAX)
        r->benchmark = r->closes.values + benchmark * n;
    return PEN_OK;
}

/* An error at a point, with its time. */
static pen_status fail_at(const risk_request *r, size_t t, const char *what, const char *remark)
{
    char text[32];
    pen_time_print(r->closes.times_ns[t], text);
    return pen_fail(PEN_E_ARG, "%s at %s: %s", what, text, remark);
}

/* Returns are finite, and the portfolio outlives them. */
static pen_status check_returns(const risk_request *r)
{
    for (size_t t = 0; t < r->n; t++) {
        for (size_t i = 0; i < r->p; i++)
            if (isinf(r->returns[i * r->n + t]))
                return fail_at(r, t, r->names[i], "the return is infinite; is the price before 0?");
        if (r->benchmark != NULL && !(r->benchmark[t] >= -1 && isfinite(r->benchmark[t])))
            return fail_at(r, t, "benchmark", "the return is below -100% or infinite");
        if (r->pnl[t] < -1)
            return fail_at(r, t, "portfolio",
                           "it loses more than its value; are the weights too "
                           "large, or prices taken for returns?");
    }
    return PEN_OK;
}

/* All files; those of factors come last. */
static pen_status read_files(risk_request *r, size_t *n_assets)
{
    cli *c = r->c;
    const char **paths;
    bool has_factors = cli_has(c, "factors");
    PEN_TRY(pen_alloc(c->arg_count + 1, sizeof *paths, (void **)&paths));
    memcpy(paths, c->args, c->arg_count * sizeof *paths);
    paths[c->arg_count] = cli_text(c, "factors");
    pen_status s = cli_closes_read(paths, c->arg_count + has_factors, &r->closes);
    pen_free(paths);
    PEN_TRY(s);
    *n_assets = r->closes.first[c->arg_count];
    r->n_factors = r->closes.n_series - *n_assets;
    r->first_factor = *n_assets;
    return PEN_OK;
}

pen_status risk_read(risk_request *r)
{
    size_t n_assets, benchmark;
    PEN_TRY(read_files(r, &n_assets));
    PEN_TRY(keep_held(r, n_assets));
    PEN_TRY(find_benchmark(r, &benchmark));
    size_t first_given = cli_has(r->c, "factor-returns") ? n_assets : SIZE_MAX;
    PEN_TRY(keep_whole(r, benchmark, first_given));
    if (!cli_has(r->c, "returns") && r->closes.n_points > 0)
        cli_closes_take_returns(&r->closes, false, first_given);
    PEN_TRY(gather(r, benchmark));
    return check_returns(r);
}

void risk_clear(risk_request *r)
{
    void *all[] = { r->names, r->weights, r->held, r->returns, r->pnl };
    for (size_t i = 0; i < PEN_COUNT(all); i++)
        pen_free(all[i]);
    cli_closes_clear(&r->closes);
}
