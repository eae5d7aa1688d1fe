/* Least-squares Monte Carlo (Longstaff and Schwartz 2001).
 *
 * On a first set of paths, date by date from the last one: of the paths that exercising would pay,
 * what they earn later is regressed on polynomials of payoff and prices.  A second set, whose paths
 * know nothing of the fit, stops where the payoff is worth more than the fit: its mean is a lower
 * bound, and no rule that looks ahead.  Prices where a path stops are controls: their discounted
 * expectation is today's price, by optional stopping. */
#include "early_exercise.h"

#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/device/launch.h"
#include "../../machine/math/scratch.h"

enum {
    MOST_COLUMNS = 6,       /* the payoff, prices, V */
    FIT_PATHS = 32768,      /* of the first set */
    MOST_VALUES = 64 << 20, /* of all dates that are kept */
};

typedef struct exerciser {
    const char *me;
    const pen_simulation *s;
    const pen_monte_carlo *options;
    pen_queue *queue;
    payoff_graph graph;
    int roots[MOST_COLUMNS], n_columns, n_prices;
    int terms[EXERCISE_TERMS][EXERCISE_FACTORS], n_terms;
    double *weights; /* [n_dates][n_terms] */
    bool *is_fitted; /* [n_dates] */
    size_t n_fit, n_block;
    engine engine;
    moments *moments;
    double *host; /* [n_columns][n_block] */
    /* device addresses */
    void *d_dates, *d_later, *d_terms, *d_weights, *d_sums, *d_done, *d_out, *d_discounts;
} exerciser;

/* ---- what is regressed on ---- */

static void add_term(exerciser *e, int a, int b, int c)
{
    if (e->n_terms < EXERCISE_TERMS) {
        int *term = e->terms[e->n_terms++];
        term[0] = a;
        term[1] = b;
        term[2] = c;
    }
}

/* 1, all columns, their products; of one price also its cube. */
static void choose_terms(exerciser *e)
{
    add_term(e, -1, -1, -1);
    for (int i = 0; i < e->n_columns; i++)
        add_term(e, i, -1, -1);
    for (int i = 1; i < e->n_columns; i++)
        for (int j = i; j < e->n_columns; j++)
            add_term(e, i, j, -1);
    add_term(e, 0, 0, -1);
    if (e->n_columns == 2)
        add_term(e, 1, 1, 1);
}

/* The payoff as a share of a typical price, prices as what they have gained. */
static pen_status choose_columns(exerciser *e, const pen_payoff *payoff)
{
    payoff_graph *g = &e->graph;
    const pen_process_info *info = pen_process_describe(e->s->process);
    e->roots[e->n_columns++] = graph_copy(g, &payoff->graph, payoff->root);
    size_t n_assets = payoff->n_assets < MOST_COLUMNS - 2 ? payoff->n_assets : MOST_COLUMNS - 2;
    for (size_t a = 0; a < n_assets; a++) {
        int start = graph_leaf(g, NODE_START, (int)a), price = graph_leaf(g, NODE_PRICE, (int)a);
        e->roots[e->n_columns++] = graph_binary(g, PAYOFF_DIVIDE, price, start);
    }
    e->n_prices = (int)n_assets;
    if (info->second != NULL)
        e->roots[e->n_columns++] = graph_leaf(g, NODE_SECOND, 0);
    choose_terms(e);
    return g->status;
}

/* ---- the first set ---- */

static char *date_at(const exerciser *e, size_t date, size_t stride)
{
    return (char *)e->d_dates + date * (size_t)e->n_columns * stride * sizeof(double);
}

/* Solves the normal equations by Cholesky's method; terms that the others determine get 0. */
static void solve(int n, double a[EXERCISE_TERMS][EXERCISE_TERMS], double *x)
{
    double diagonal[EXERCISE_TERMS];
    for (int i = 0; i < n; i++)
        diagonal[i] = a[i][i];
    for (int j = 0; j < n; j++) {
        double pivot = a[j][j];
        for (int k = 0; k < j; k++)
            pivot -= a[j][k] * a[j][k];
        bool is_used = pivot > 1e-11 * diagonal[j];
        a[j][j] = is_used ? sqrt(pivot) : 0;
        for (int i = j + 1; i < n; i++) {
            double sum = a[i][j];
            for (int k = 0; k < j; k++)
                sum -= a[i][k] * a[j][k];
            a[i][j] = is_used ? sum / a[j][j] : 0;
        }
    }
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++)
            x[i] -= a[i][k] * x[k];
        x[i] = a[i][i] > 0 ? x[i] / a[i][i] : 0;
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++)
            x[i] -= a[k][i] * x[k];
        x[i] = a[i][i] > 0 ? x[i] / a[i][i] : 0;
    }
}

/* Regresses what paths earn after a date; false where too few would exercise. */
static pen_status fit_date(exerciser *e, size_t date)
{
    int n = e->n_terms, n_products = n * (n + 1) / 2, n_sums = n_products + n;
    size_t n_groups = (e->n_fit + PATHS_PER_GROUP - 1) / PATHS_PER_GROUP;
    double sums[EXERCISE_TERMS * (EXERCISE_TERMS + 3) / 2] = { 0 };
    double a[EXERCISE_TERMS][EXERCISE_TERMS], *x = e->weights + date * (size_t)n;
    double *groups;
    void *at = date_at(e, date, e->n_fit);
    int64_t stride = (int64_t)e->n_fit, n_paths = stride;
    void *args[] = { &at, &stride, &e->d_later, &n_paths, &e->d_terms, &e->n_terms, &e->d_sums };
    PEN_TRY(
        pen_launch(e->queue, "exercise_fit", PEN_F64, pen_groups(n_groups), args, PEN_COUNT(args)));
    PEN_TRY(pen_alloc_array(n_groups * (size_t)n_sums, sizeof *groups, (void **)&groups));
    pen_status s =
        pen_device_read(e->queue, groups, e->d_sums, n_groups * (size_t)n_sums * sizeof *groups);
    if (s == PEN_OK)
        s = pen_queue_wait(e->queue);
    for (size_t g = 0; s == PEN_OK && g < n_groups; g++)
        for (int k = 0; k < n_sums; k++)
            sums[k] += groups[g * (size_t)n_sums + (size_t)k];
    pen_free(groups);
    for (int i = 0, k = 0; i < n; i++)
        for (int j = 0; j <= i; j++, k++)
            a[i][j] = a[j][i] = sums[k];
    memcpy(x, sums + n_products, (size_t)n * sizeof *x);
    e->is_fitted[date] = sums[0] >= 4 * n; /* the first sum counts the paths */
    if (e->is_fitted[date])
        solve(n, a, x);
    return s;
}

static pen_status launch_back(exerciser *e, size_t date, int n_terms)
{
    void *at = date_at(e, date, e->n_fit);
    int64_t stride = (int64_t)e->n_fit;
    double discount = exp(-e->s->rate_frac * e->s->horizon_yr / (double)e->s->n_dates);
    if (n_terms > 0)
        PEN_TRY(pen_device_write(e->queue, e->d_weights, e->weights + date * (size_t)e->n_terms,
                                 (size_t)e->n_terms * sizeof *e->weights));
    void *args[] = { &at, &stride, &e->d_terms, &e->d_weights, &n_terms, &discount, &e->d_later };
    PEN_TRY(
        pen_launch(e->queue, "exercise_back", PEN_F64, pen_items(e->n_fit), args, PEN_COUNT(args)));
    return pen_queue_wait(e->queue);
}

static pen_status fit(exerciser *e)
{
    size_t last = e->s->n_dates - 1, bytes = e->n_fit * sizeof(double);
    PEN_TRY(engine_launch(&e->engine, 0, e->n_fit,
                          &(engine_arrays){ .dates = e->d_dates, .dates_stride = e->n_fit }));
    PEN_TRY(pen_device_copy(e->queue, e->d_later, date_at(e, last, e->n_fit), bytes));
    PEN_TRY(launch_back(e, last, 0)); /* as of the date before */
    for (size_t date = last; date-- > 0;) {
        PEN_TRY(fit_date(e, date));
        PEN_TRY(launch_back(e, date, e->is_fitted[date] ? e->n_terms : 0));
    }
    return PEN_OK;
}

/* ---- the second set ---- */

/* Discounts columns of a date to the start: the payoff by the rate, a price so that its expectation
 * is its gain of 1. */
static pen_status write_discounts(exerciser *e, size_t date)
{
    double discounts[MOST_COLUMNS] = { 0 };
    double t = e->s->horizon_yr * (double)(date + 1) / (double)e->s->n_dates;
    discounts[0] = exp(-e->s->rate_frac * t);
    for (int k = 1; k <= e->n_prices; k++)
        discounts[k] = exp(-simulation_drift(e->s, (size_t)k - 1) * t);
    PEN_TRY(pen_device_write(e->queue, e->d_discounts, discounts, sizeof discounts));
    if (e->is_fitted[date])
        PEN_TRY(pen_device_write(e->queue, e->d_weights, e->weights + date * (size_t)e->n_terms,
                                 (size_t)e->n_terms * sizeof *e->weights));
    return pen_queue_wait(e->queue);
}

static pen_status stop_paths(exerciser *e, size_t n_paths)
{
    int64_t stride = (int64_t)e->n_block;
    for (size_t date = 0; date < e->s->n_dates; date++) {
        void *at = date_at(e, date, e->n_block);
        int is_last = date + 1 == e->s->n_dates, n_terms = e->is_fitted[date] ? e->n_terms : 0;
        void *args[] = { &at,      &stride,  &e->n_columns,   &e->d_terms, &e->d_weights,
                         &n_terms, &is_last, &e->d_discounts, &e->d_done,  &e->d_out };
        PEN_TRY(write_discounts(e, date));
        PEN_TRY(pen_launch(e->queue, "exercise_stop", PEN_F64, pen_items(n_paths), args,
                           PEN_COUNT(args)));
        PEN_TRY(pen_queue_wait(e->queue));
    }
    return PEN_OK;
}

/* Sums of a group of paths as simulate.k gives them: prices first, as controls, then the payoff. */
static void add_group(exerciser *e, size_t first, size_t count)
{
    moments *m = e->moments;
    double sums[PAYOFF_OUTPUTS + MOST_PAIRS] = { 0 }, means[PAYOFF_OUTPUTS];
    const double *column[PAYOFF_OUTPUTS];
    for (int k = 0; k < m->n_outputs; k++) {
        column[k] = e->host + (size_t)(k < m->n_controls ? k + 1 : 0) * e->n_block + first;
        for (size_t p = 0; p < count; p++)
            sums[k] += column[k][p];
        means[k] = sums[k] / (double)count;
    }
    for (int k = 0; k < m->n_pairs; k++) {
        int i = m->pairs[k][0], j = m->pairs[k][1];
        for (size_t p = 0; p < count; p++)
            sums[m->n_outputs + k] += (column[i][p] - means[i]) * (column[j][p] - means[j]);
    }
    moments_add(m, sums, (double)count);
}

static pen_status run_block(exerciser *e, size_t from, size_t n_paths)
{
    size_t bytes = e->n_block * sizeof(double);
    PEN_TRY(engine_launch(&e->engine, e->n_fit + from, n_paths,
                          &(engine_arrays){ .dates = e->d_dates, .dates_stride = e->n_block }));
    PEN_TRY(pen_device_fill(e->queue, e->d_done, 0, bytes));
    PEN_TRY(stop_paths(e, n_paths));
    PEN_TRY(pen_device_read(e->queue, e->host, e->d_out, (size_t)e->n_columns * bytes));
    PEN_TRY(pen_queue_wait(e->queue));
    for (size_t first = 0; first < n_paths; first += PATHS_PER_GROUP)
        add_group(e, first, n_paths - first < PATHS_PER_GROUP ? n_paths - first : PATHS_PER_GROUP);
    return PEN_OK;
}

static pen_estimate estimate(const exerciser *e, int n_controls)
{
    static const double ones[MOST_COLUMNS] = { 1, 1, 1, 1, 1, 1 };
    double slopes[MOST_CONTROLS];
    int output = e->moments->n_controls;
    moments_slopes(e->moments, output, n_controls, slopes);
    return (pen_estimate){ moments_value(e->moments, output, slopes, ones, n_controls),
                           moments_error(e->moments, output, slopes, n_controls) };
}

static pen_status run_second(exerciser *e, size_t *n_done)
{
    const pen_monte_carlo *o = e->options;
    size_t done = 0, most = o->until_error > 0 ? o->most_paths : o->n_paths;
    if (most > UINT32_MAX - e->s->first_path - e->n_fit)
        most = UINT32_MAX - e->s->first_path - e->n_fit;
    while (done < most) {
        size_t n = most - done < e->n_block ? most - done : e->n_block;
        PEN_TRY(run_block(e, done, n));
        done += n;
        if (o->progress != NULL)
            o->progress(o->progress_to, (double)done / (double)most);
        if (o->until_error > 0 && estimate(e, e->moments->n_controls).error <= o->until_error)
            break;
    }
    *n_done = done;
    return PEN_OK;
}

/* ---- the whole ---- */

static pen_status allocate(exerciser *e)
{
    size_t n_dates = e->s->n_dates, per_path = n_dates * (size_t)e->n_columns;
    size_t n_terms = (size_t)e->n_terms, n_sums = n_terms * (n_terms + 3) / 2;
    e->n_fit = e->n_block = FIT_PATHS;
    while (e->n_fit > 2048 && e->n_fit * per_path > MOST_VALUES)
        e->n_block = e->n_fit /= 2;
    if (e->n_fit * per_path > MOST_VALUES)
        return pen_fail(PEN_E_SIZE, "%s: %zu dates are too many to exercise at", e->me, n_dates);
    size_t n = e->n_fit, groups = n / PATHS_PER_GROUP;
    PEN_TRY(pen_alloc(n_dates * n_terms, sizeof *e->weights, (void **)&e->weights));
    PEN_TRY(pen_alloc(n_dates, sizeof *e->is_fitted, (void **)&e->is_fitted));
    PEN_TRY(PEN_NEW(&e->moments));
    PEN_TRY(pen_alloc_array((size_t)e->n_columns * n, sizeof *e->host, (void **)&e->host));
    PEN_TRY(scratch_alloc(e->queue, n * per_path, sizeof(double), &e->d_dates));
    PEN_TRY(scratch_alloc(e->queue, n, sizeof(double), &e->d_later));
    PEN_TRY(scratch_alloc(e->queue, n, sizeof(double), &e->d_done));
    PEN_TRY(scratch_alloc(e->queue, n * (size_t)e->n_columns, sizeof(double), &e->d_out));
    PEN_TRY(scratch_alloc(e->queue, groups * n_sums, sizeof(double), &e->d_sums));
    PEN_TRY(scratch_alloc(e->queue, n_terms, sizeof(double), &e->d_weights));
    PEN_TRY(scratch_alloc(e->queue, MOST_COLUMNS, sizeof(double), &e->d_discounts));
    return engine_upload(e->queue, e->terms, n_terms * sizeof *e->terms, &e->d_terms);
}

static pen_status check(const exerciser *e, pen_dtype dtype)
{
    if (dtype != PEN_F64)
        return pen_fail(PEN_E_UNSUPPORTED, "%s: early exercise is computed in f64", e->me);
    if (e->options->wants_greeks)
        return pen_fail(PEN_E_UNSUPPORTED, "%s: greeks of early exercise are not there", e->me);
    if (e->options->n_controls > 0)
        return pen_fail(PEN_E_UNSUPPORTED, "%s: early exercise takes no controls but prices",
                        e->me);
    if (e->s->is_antithetic || e->s->sampling != PEN_SAMPLING_RANDOM)
        return pen_fail(
            PEN_E_UNSUPPORTED,
            "%s: early exercise takes independent random paths, neither antithetic ones "
            "nor Sobol points",
            e->me);
    return PEN_OK;
}

static pen_status run(exerciser *e, const pen_payoff *payoff, pen_monte_carlo_out *out)
{
    bool may_control = e->options->use_prices && simulation_keeps_mean(e->s);
    PEN_TRY(choose_columns(e, payoff));
    PEN_TRY(allocate(e));
    PEN_TRY(engine_open(e->me, e->queue, PEN_F64, e->s, &e->graph, e->roots, e->n_columns, NULL, 0,
                        &e->engine));
    PEN_TRY(fit(e));
    int n_controls = may_control ? e->n_prices : 0;
    moments_begin(e->moments, n_controls + 1, n_controls);
    PEN_TRY(run_second(e, &out->n_paths));
    out->price = estimate(e, n_controls);
    out->plain_error = estimate(e, 0).error;
    for (int k = 0; k < PEN_SENSITIVITIES; k++) {
        out->greeks[k] = (pen_estimate){ NAN, NAN };
        out->methods[k] = PEN_GREEK_AUTO;
    }
    return PEN_OK;
}

pen_status early_exercise_run(const char *function, pen_queue *queue, pen_dtype dtype,
                              const pen_simulation *s, const pen_monte_carlo *options,
                              const pen_payoff *payoff, pen_monte_carlo_out *out)
{
    exerciser *e;
    PEN_TRY(PEN_NEW(&e));
    e->me = function;
    e->s = s;
    e->options = options;
    e->queue = queue;
    e->engine.queue = queue;
    pen_status status = check(e, dtype);
    if (status == PEN_OK)
        status = run(e, payoff, out);
    void *const addresses[] = { e->d_dates, e->d_later, e->d_terms, e->d_weights,
                                e->d_sums,  e->d_done,  e->d_out,   e->d_discounts };
    for (size_t k = 0; k < PEN_COUNT(addresses); k++)
        pen_device_free(pen_queue_device(queue), addresses[k]);
    engine_close(&e->engine);
    graph_clear(&e->graph);
    pen_free(e->moments);
    pen_free(e->is_fitted);
    pen_free(e->weights);
    pen_free(e->host);
    pen_free(e);
    return status;
}
