/* What `penstock simulate` is asked for: options become a pen_simulation and payoffs. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/number.h"
#include "../../machine/base/status.h"
#include "penstock/market.h"
#include "simulate.h"

/* "a,b,c" into numbers, at least `low`; a single one is for all `want` assets.  want 0: as many as
 * there are. */
static pen_status read_list(simulate_job *j, const char *option, double low, size_t want,
                            double *out, size_t *count)
{
    const char *text = cli_text(j->c, option), *at = text;
    *count = 0;
    for (bool more = true; more;) {
        size_t n = strcspn(at, ",");
        if (*count == SIMULATE_ASSETS)
            return cli_usage(j->c, "--%s has more than %d numbers", option, SIMULATE_ASSETS);
        if (!pen_number_parse(at, n, &out[*count]) || !isfinite(out[*count]) ||
            !(out[*count] >= low))
            return cli_usage(j->c, "--%s is '%s', expected numbers%s parted by commas", option,
                             text, low == 0 ? " of 0 or more" : "");
        ++*count;
        more = at[n] == ',';
        at += n + 1;
    }
    if (want > 1 && *count == 1)
        for (; *count < want; ++*count)
            out[*count] = out[0];
    if (want > 0 && *count != want)
        return cli_usage(j->c, "--%s has %zu numbers, but there are %zu assets", option, *count,
                         want);
    return PEN_OK;
}

/* One number: the same correlation between all; n (n - 1) / 2: those of 1 and 2, 1 and 3, ..., 2
 * and 3. */
static pen_status read_correlation(simulate_job *j)
{
    size_t n = j->model.n_assets, pairs = n * (n - 1) / 2, k = 0;
    double given[SIMULATE_ASSETS * SIMULATE_ASSETS];
    const char *text = cli_text(j->c, "correlation"), *at = text;
    if (text == NULL)
        return PEN_OK;
    for (bool more = true; more; k++) {
        size_t length = strcspn(at, ",");
        if (k == PEN_COUNT(given) || !pen_number_parse(at, length, &given[k]) ||
            !(fabs(given[k]) <= 1))
            return cli_usage(j->c, "--correlation is '%s', expected numbers within -1 and 1", text);
        more = at[length] == ',';
        at += length + 1;
    }
    if (k != 1 && k != pairs)
        return cli_usage(j->c,
                         "--correlation has %zu numbers, expected 1 or the %zu pairs of %zu "
                         "assets",
                         k, pairs, n);
    size_t next = 0;
    for (size_t a = 0; a < n; a++) {
        j->correlation[a * n + a] = 1;
        for (size_t b = a + 1; b < n; b++) {
            double rho = given[k == 1 ? 0 : next++];
            j->correlation[a * n + b] = j->correlation[b * n + a] = rho;
        }
    }
    j->model.correlation = j->correlation;
    return PEN_OK;
}

/* NAME=VALUE: of the process, or of payoffs. */
static pen_status read_setting(simulate_job *j, char *text)
{
    char *equals = strchr(text, '=');
    double value;
    if (equals == NULL || equals == text ||
        !pen_number_parse(equals + 1, strlen(equals + 1), &value) || !isfinite(value))
        return cli_usage(j->c, "--set is '%s', expected NAME=NUMBER", text);
    *equals = '\0';
    for (int k = 0; k < j->process->n_parameters; k++)
        if (strcmp(text, j->process->parameters[k].name) == 0) {
            j->model.parameters[k] = value;
            return PEN_OK;
        }
    if (cli_count(j->c, "payoff") == 0)
        return cli_usage(j->c,
                         "--set %s: %s has no such parameter; see 'penstock simulate "
                         "--processes'",
                         text, j->process->name);
    if (j->n_settings == SIMULATE_SETTINGS)
        return cli_usage(j->c, "more than %d settings", SIMULATE_SETTINGS);
    j->settings[j->n_settings++] = (pen_payoff_parameter){ text, value };
    return PEN_OK;
}

/* Copies of all the values of an option, one after the other. */
static size_t words_bytes(const cli *c, const char *option)
{
    size_t bytes = 0;
    for (size_t i = 0; i < cli_count(c, option); i++)
        bytes += strlen(cli_text_at(c, option, i)) + 1;
    return bytes;
}

static char *copy_word(char **at, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *word = memcpy(*at, text, bytes);
    *at += bytes;
    return word;
}

static pen_status read_payoffs(simulate_job *j, char **at)
{
    for (size_t i = 0; i < cli_count(j->c, "payoff"); i++) {
        if (j->n_payoffs == SIMULATE_PAYOFFS)
            return cli_usage(j->c, "more than %d payoffs", SIMULATE_PAYOFFS);
        PEN_TRY(pen_payoff_create(cli_text_at(j->c, "payoff", i), j->settings, j->n_settings,
                                  &j->payoffs[j->n_payoffs]));
        j->n_payoffs++;
    }
    for (size_t i = 0; i < cli_count(j->c, "control"); i++) {
        char *text = copy_word(at, cli_text_at(j->c, "control", i)), *equals = strrchr(text, '=');
        double *value = &j->control_values[j->n_controls];
        if (j->n_controls == SIMULATE_PAYOFFS)
            return cli_usage(j->c, "more than %d controls", SIMULATE_PAYOFFS);
        if (equals == NULL || !pen_number_parse(equals + 1, strlen(equals + 1), value))
            return cli_usage(j->c, "--control is '%s', expected PAYOFF=VALUE", text);
        *equals = '\0';
        PEN_TRY(pen_payoff_create(text, j->settings, j->n_settings, &j->controls[j->n_controls]));
        j->n_controls++;
    }
    return PEN_OK;
}

static pen_status read_words(simulate_job *j)
{
    PEN_TRY(pen_alloc(words_bytes(j->c, "set") + words_bytes(j->c, "control") + 1, 1,
                      (void **)&j->words));
    char *at = j->words;
    for (size_t i = 0; i < cli_count(j->c, "set"); i++)
        PEN_TRY(read_setting(j, copy_word(&at, cli_text_at(j->c, "set", i))));
    return read_payoffs(j, &at);
}

/* Logarithmic returns of the closes of a file, [row][asset]; a row that misses one is left out. The
 * last prices are where the simulation starts. */
static pen_status take_history(simulate_job *j, const pen_bars *bars)
{
    const pen_panel *close = pen_bars_field(bars, PEN_ROLE_CLOSE);
    size_t n = pen_bars_points(bars), n_assets = pen_bars_symbols(bars), kept = 0;
    const double *x = pen_panel_data(close);
    size_t stride = pen_panel_stride(close);
    if (n_assets > SIMULATE_ASSETS)
        return pen_fail(PEN_E_ARG, "%s: %zu series, at most %d", cli_text(j->c, "history"),
                        n_assets, SIMULATE_ASSETS);
    PEN_TRY(pen_alloc_array(n * n_assets + 1, sizeof *j->history, (void **)&j->history));
    for (size_t t = 1; t < n; t++) {
        bool is_whole = true;
        for (size_t a = 0; a < n_assets; a++) {
            double r = log(x[a * stride + t] / x[a * stride + t - 1]);
            is_whole = is_whole && isfinite(r);
            j->history[kept * n_assets + a] = r;
        }
        kept += is_whole;
    }
    if (kept < 2)
        return pen_fail(PEN_E_ARG, "%s: %zu returns, expected 2 or more", cli_text(j->c, "history"),
                        kept);
    for (size_t a = 0; a < n_assets; a++)
        for (size_t t = 0; t < n; t++)
            if (x[a * stride + t] > 0)
                j->initial_px[a] = x[a * stride + t];
    j->model.history = j->history;
    j->model.n_history = kept;
    j->model.n_assets = n_assets;
    return PEN_OK;
}

static pen_status read_history(simulate_job *j)
{
    const char *path = cli_text(j->c, "history");
    if (path == NULL && j->model.process == PEN_BOOTSTRAP)
        return cli_usage(j->c, "the bootstrap needs prices to draw from: --history FILE");
    if (path == NULL)
        return PEN_OK;
    if (j->model.process != PEN_BOOTSTRAP)
        return cli_usage(j->c, "--history is for --process bootstrap");
    pen_bars *bars;
    PEN_TRY(pen_bars_read(path, NULL, &bars));
    pen_status s = take_history(j, bars);
    pen_bars_destroy(bars);
    return s;
}

static pen_status read_assets(simulate_job *j)
{
    pen_simulation *m = &j->model;
    size_t count;
    PEN_TRY(read_history(j));
    if (cli_has(j->c, "initial") || m->history == NULL) {
        size_t want = m->history != NULL ? m->n_assets : 0;
        PEN_TRY(read_list(j, "initial", -INFINITY, want, j->initial_px, &m->n_assets));
    }
    PEN_TRY(read_list(j, "volatility", 0, m->n_assets, j->vol_frac, &count));
    PEN_TRY(read_list(j, "dividend", -INFINITY, m->n_assets, j->dividend_frac, &count));
    m->initial_px = j->initial_px;
    m->vol_frac = j->vol_frac;
    m->dividend_frac = j->dividend_frac;
    m->drift_frac = NULL;
    /* Without payoffs prices grow as people expect, with them so that there is no arbitrage. */
    if (cli_has(j->c, "drift") || cli_count(j->c, "payoff") == 0) {
        PEN_TRY(read_list(j, "drift", -INFINITY, m->n_assets, j->drift_frac, &count));
        m->drift_frac = j->drift_frac;
    }
    return read_correlation(j);
}

static pen_status read_times(simulate_job *j)
{
    uint64_t n_steps, n_substeps;
    bool reads_path = false;
    PEN_TRY(cli_number(j->c, "horizon", 1e-9, 1e7, &j->horizon_days));
    for (size_t k = 0; k < j->n_payoffs; k++)
        reads_path = reads_path || pen_payoff_reads_path(j->payoffs[k]);
    bool is_exact = j->model.process == PEN_GEOMETRIC_BROWNIAN || j->model.process == PEN_MERTON ||
                    j->model.process == PEN_ORNSTEIN_UHLENBECK;
    bool is_european = strcmp(cli_text(j->c, "exercise"), "european") == 0;
    bool wants_last = j->n_payoffs > 0 && !reads_path && is_exact && is_european;
    n_steps = wants_last ? 1 : (uint64_t)ceil(j->horizon_days);
    if (cli_has(j->c, "steps"))
        PEN_TRY(cli_integer(j->c, "steps", 1, 30000000, &n_steps));
    PEN_TRY(cli_integer(j->c, "substeps", 1, 1000000, &n_substeps));
    j->model.horizon_yr = j->horizon_days / PEN_TRADING_DAYS_A_YEAR;
    j->model.n_dates = n_steps;
    j->model.n_substeps = n_substeps;
    return PEN_OK;
}

pen_status simulate_read(simulate_job *j)
{
    pen_process process;
    uint64_t n_paths;
    if (pen_process_find(cli_text(j->c, "process"), &process) != PEN_OK)
        return cli_usage(j->c, "%s", pen_last_error());
    j->model = pen_simulation_default(process);
    j->process = pen_process_describe(process);
    PEN_TRY(read_words(j));
    PEN_TRY(read_assets(j));
    PEN_TRY(read_times(j));
    PEN_TRY(cli_number(j->c, "rate", -100, 100, &j->model.rate_frac));
    n_paths = j->n_payoffs > 0 ? 100000 : 10000;
    if (cli_has(j->c, "paths"))
        PEN_TRY(cli_integer(j->c, "paths", 1, UINT32_MAX, &n_paths));
    PEN_TRY(cli_integer(j->c, "seed", 0, INT64_MAX, &j->model.seed));
    j->n_paths = n_paths;
    j->model.is_antithetic = cli_has(j->c, "antithetic");
    if (cli_has(j->c, "sobol") && j->n_payoffs == 0)
        return cli_usage(j->c, "--sobol is for estimates: give a --payoff");
    return PEN_OK;
}

void simulate_clear(simulate_job *j)
{
    for (size_t k = 0; k < j->n_payoffs; k++)
        pen_payoff_destroy(j->payoffs[k]);
    for (size_t k = 0; k < j->n_controls; k++)
        pen_payoff_destroy(j->controls[k]);
    pen_free(j->history);
    pen_free(j->words);
    pen_queue_destroy(j->queue);
    pen_device_close(j->device);
}
