/* Estimates of payoffs: the programs, launch after launch, and the regression on controls. */
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/device/launch.h"
#include "../../machine/math/scratch.h"
#include "early_exercise.h"
#include "estimate.h"
#include "greek.h"
#include "quasi.h"

enum {
    LAUNCH_GROUPS = 2048, /* at most, so that progress is seen and the sums stay small */
    FIRST_PATHS = 65536,  /* of a run until an error */
    PRICE_CONTROLS = 8,   /* assets whose prices are controls, at most */
};

typedef struct run {
    const char *me;
    const pen_simulation *s;
    const pen_monte_carlo *options;
    const pen_payoff *const *payoffs;
    size_t n_payoffs;
    payoff_graph graph;
    int roots[PAYOFF_OUTPUTS], n_roots, n_controls;
    double control_means[MOST_CONTROLS]; /* not discounted */
    int price_of[PAYOFF_OUTPUTS];        /* output of a payoff */
    greek_nodes *greeks;                 /* [n_payoffs], nodes turned into outputs */
    moments *moments;                    /* of all paths */
    moments *parts;                      /* [n_parts] of replicates; NULL: the paths are random */
    int n_parts;
    engine engine;
    quasi quasi;
    void *d_sums;
    char *sums; /* of a launch, in the kernel's type */
} run;

pen_monte_carlo pen_monte_carlo_default(void)
{
    return (pen_monte_carlo){
        .n_paths = 100000, .most_paths = UINT32_MAX, .n_replicates = 32, .use_prices = true
    };
}

/* ---- what is asked for ---- */

static pen_status check_options(const run *r)
{
    const pen_monte_carlo *o = r->options;
    if (r->n_payoffs == 0)
        return pen_fail(PEN_E_ARG, "%s: no payoff is given", r->me);
    if (!(o->until_error >= 0) || !isfinite(o->until_error))
        return pen_fail(PEN_E_ARG, "%s: until_error is %g, expected 0 or more", r->me,
                        o->until_error);
    size_t n = o->until_error > 0 ? o->most_paths : o->n_paths;
    if (n < 2 || n > UINT32_MAX - r->s->first_path)
        return pen_fail(PEN_E_ARG, "%s: %zu paths from path %u on, expected 2 to %u", r->me, n,
                        r->s->first_path, UINT32_MAX - r->s->first_path);
    if (r->s->sampling == PEN_SAMPLING_SOBOL && (o->n_replicates < 8 || o->n_replicates > 256))
        return pen_fail(PEN_E_ARG, "%s: %d replicates, expected 8 to 256", r->me, o->n_replicates);
    if (r->s->sampling == PEN_SAMPLING_SOBOL && r->s->first_path != 0)
        return pen_fail(PEN_E_ARG, "%s: first_path is %u, but Sobol points are counted from 0",
                        r->me, r->s->first_path);
    if (o->wants_greeks && o->greek_asset >= r->s->n_assets)
        return pen_fail(PEN_E_ARG, "%s: greeks of asset %zu, but there are %zu", r->me,
                        o->greek_asset + 1, r->s->n_assets);
    for (size_t k = 0; k < o->n_controls; k++)
        if (!isfinite(o->control_values[k]))
            return pen_fail(PEN_E_ARG, "%s: the value of control %zu is %g, expected a number",
                            r->me, k + 1, o->control_values[k]);
    return PEN_OK;
}

static pen_status add_root(run *r, int node, int *output)
{
    if (r->n_roots == PAYOFF_OUTPUTS)
        return pen_fail(PEN_E_SIZE, "%s: more than %d payoffs, controls and greeks at once", r->me,
                        PAYOFF_OUTPUTS);
    *output = r->n_roots;
    r->roots[r->n_roots++] = node;
    return r->graph.status;
}

static double discount(const run *r)
{
    return exp(-r->s->rate_frac * r->s->horizon_yr);
}

/* ---- controls ---- */

static pen_status add_control(run *r, int node, double mean)
{
    int output;
    if (r->n_controls == MOST_CONTROLS)
        return pen_fail(PEN_E_SIZE, "%s: more than %d controls", r->me, MOST_CONTROLS);
    r->control_means[r->n_controls++] = mean;
    return add_root(r, node, &output);
}

static pen_status add_controls(run *r)
{
    const pen_monte_carlo *o = r->options;
    size_t n_assets = 0;
    for (size_t k = 0; k < r->n_payoffs; k++)
        if (r->payoffs[k]->n_assets > n_assets)
            n_assets = r->payoffs[k]->n_assets;
    if (o->use_prices && simulation_keeps_mean(r->s))
        for (size_t a = 0; a < n_assets && a < PRICE_CONTROLS; a++)
            PEN_TRY(add_control(r, graph_leaf(&r->graph, NODE_PRICE, (int)a),
                                r->s->initial_px[a] *
                                    exp(simulation_drift(r->s, a) * r->s->horizon_yr)));
    for (size_t k = 0; k < o->n_controls; k++) {
        PEN_TRY(simulation_check_payoff(r->me, r->s, o->controls[k]));
        PEN_TRY(add_control(r, graph_copy(&r->graph, &o->controls[k]->graph, o->controls[k]->root),
                            o->control_values[k] / discount(r)));
    }
    return PEN_OK;
}

/* ---- payoffs ---- */

static pen_status add_payoff(run *r, size_t k)
{
    const pen_payoff *payoff = r->payoffs[k];
    greek_nodes *greeks = &r->greeks[k];
    PEN_TRY(simulation_check_payoff(r->me, r->s, payoff));
    int node = graph_copy(&r->graph, &payoff->graph, payoff->root);
    PEN_TRY(add_root(r, node, &r->price_of[k]));
    for (int j = 0; j < PEN_SENSITIVITIES; j++)
        greeks->node[j] = -1;
    if (!r->options->wants_greeks)
        return PEN_OK;
    PEN_TRY(greeks_make(r->me, r->s, r->options->greek_method, r->options->greek_asset, &r->graph,
                        node, greeks));
    for (int j = 0; j < PEN_SENSITIVITIES; j++)
        if (greeks->node[j] >= 0)
            PEN_TRY(add_root(r, greeks->node[j], &greeks->node[j]));
    return PEN_OK;
}

/* ---- the run ---- */

/* Runs paths and adds their sums to the moments. */
static pen_status add_launch(run *r, moments *to, void *normals, size_t from, size_t n_paths)
{
    size_t width = (size_t)(r->engine.n_outputs + r->engine.n_pairs);
    size_t n_groups = (n_paths + PATHS_PER_GROUP - 1) / PATHS_PER_GROUP;
    double group[PAYOFF_OUTPUTS + MOST_PAIRS];
    PEN_TRY(engine_launch(&r->engine, from, n_paths,
                          &(engine_arrays){ .normals = normals, .sums = r->d_sums }));
    PEN_TRY(pen_device_read(r->engine.queue, r->sums, r->d_sums,
                            n_groups * width * pen_dtype_bytes(r->engine.dtype)));
    PEN_TRY(pen_queue_wait(r->engine.queue));
    for (size_t g = 0; g < n_groups; g++) {
        for (size_t k = 0; k < width; k++)
            group[k] = r->engine.dtype == PEN_F32 ? (double)((float *)r->sums)[g * width + k]
                                                  : ((double *)r->sums)[g * width + k];
        size_t left = n_paths - g * PATHS_PER_GROUP;
        moments_add(to, group, (double)(left < PATHS_PER_GROUP ? left : PATHS_PER_GROUP));
    }
    return PEN_OK;
}

/* The error of the mean of replicates, as much larger as Student's interval of 99 % is than the
 * normal one (Cornish and Fisher 1937), so that it is read like any other. */
static double replicate_error(const run *r, int output, const double *slopes, int n_controls,
                              double value)
{
    const double z = 2.5758293035489004;
    double squares = 0, freedom = r->n_parts - 1;
    for (int k = 0; k < r->n_parts; k++) {
        double d =
            moments_value(&r->parts[k], output, slopes, r->control_means, n_controls) - value;
        squares += d * d;
    }
    double t = 1 + (z * z + 1) / (4 * freedom) +
               (5 * z * z * z * z + 16 * z * z + 3) / (96 * freedom * freedom);
    return t * sqrt(squares / freedom / r->n_parts);
}

static pen_estimate discounted(const run *r, int output, int n_controls)
{
    double slopes[MOST_CONTROLS];
    moments_slopes(r->moments, output, n_controls, slopes);
    double value = moments_value(r->moments, output, slopes, r->control_means, n_controls);
    double error = r->parts == NULL ? moments_error(r->moments, output, slopes, n_controls)
                                    : replicate_error(r, output, slopes, n_controls, value);
    return (pen_estimate){ value * discount(r), error * discount(r) };
}

/* How many paths the run should have had in all, judged by those so far. */
static size_t paths_wanted(const run *r, size_t done)
{
    const pen_monte_carlo *o = r->options;
    if (o->until_error == 0)
        return o->n_paths;
    if (done == 0)
        return FIRST_PATHS < o->most_paths ? FIRST_PATHS : o->most_paths;
    double error = discounted(r, r->price_of[0], r->n_controls).error;
    if (!(error > o->until_error))
        return done;
    double ratio = error / o->until_error, wanted = (double)done * ratio * ratio * 1.02;
    if (!(wanted < 8 * (double)done)) /* the error itself is an estimate */
        wanted = 8 * (double)done;
    if (wanted >= (double)o->most_paths)
        return o->most_paths;
    return ((size_t)wanted / PATHS_PER_GROUP + 1) * PATHS_PER_GROUP;
}

static void show_progress(const run *r, size_t done, size_t wanted)
{
    if (r->options->progress != NULL)
        r->options->progress(r->options->progress_to, (double)done / (double)wanted);
}

static pen_status run_random(run *r, size_t *n_done)
{
    size_t done = 0, most = (size_t)LAUNCH_GROUPS * PATHS_PER_GROUP;
    for (size_t wanted; (wanted = paths_wanted(r, done)) > done;)
        while (done < wanted) {
            size_t n = wanted - done < most ? wanted - done : most;
            PEN_TRY(add_launch(r, r->moments, NULL, done, n));
            done += n;
            show_progress(r, done, wanted);
        }
    *n_done = done;
    return PEN_OK;
}

/* Points from `from` up to `to` of every replicate. */
static pen_status run_replicates(run *r, size_t from, size_t to)
{
    size_t most = r->quasi.most_groups * PATHS_PER_GROUP;
    for (int k = 0; k < r->n_parts; k++)
        for (size_t at = from, n; at < to; at += n) {
            n = to - at < most ? to - at : most;
            PEN_TRY(quasi_draw(&r->quasi, k, at / PATHS_PER_GROUP, n / PATHS_PER_GROUP));
            PEN_TRY(add_launch(r, &r->parts[k], r->quasi.d_normals, at, n));
            show_progress(r, (size_t)k * (to - from) + at + n - from,
                          (size_t)r->n_parts * (to - from));
        }
    moments_begin(r->moments, r->n_roots, r->n_controls);
    for (int k = 0; k < r->n_parts; k++)
        moments_merge(r->moments, &r->parts[k]);
    return PEN_OK;
}

static pen_status run_sobol(run *r, size_t *n_done)
{
    size_t each = 0, n_parts = (size_t)r->n_parts;
    for (size_t wanted; (wanted = paths_wanted(r, each * n_parts)) > each * n_parts;) {
        size_t next = each > 0 ? 2 * each : PATHS_PER_GROUP;
        while (next * n_parts < wanted)
            next *= 2;
        if (each > 0 && next * n_parts > wanted && wanted == r->options->most_paths)
            break; /* no room for twice as many */
        PEN_TRY(run_replicates(r, each, next));
        each = next;
        if (r->options->until_error == 0)
            break;
    }
    *n_done = each * n_parts;
    return PEN_OK;
}

static void give(const run *r, size_t n_paths, pen_monte_carlo_out *out)
{
    for (size_t k = 0; k < r->n_payoffs; k++) {
        out[k].price = discounted(r, r->price_of[k], r->n_controls);
        out[k].plain_error = discounted(r, r->price_of[k], 0).error;
        out[k].n_paths = n_paths;
        for (int j = 0; j < PEN_SENSITIVITIES; j++) {
            out[k].methods[j] = r->greeks[k].method[j];
            out[k].greeks[j] = r->greeks[k].node[j] < 0
                                   ? (pen_estimate){ NAN, NAN }
                                   : discounted(r, r->greeks[k].node[j], r->n_controls);
        }
    }
}

static pen_status prepare_replicates(run *r)
{
    r->n_parts = r->options->n_replicates;
    PEN_TRY(pen_alloc((size_t)r->n_parts, sizeof *r->parts, (void **)&r->parts));
    for (int k = 0; k < r->n_parts; k++)
        moments_begin(&r->parts[k], r->n_roots, r->n_controls);
    return quasi_open(&r->engine, r->n_parts, &r->quasi);
}

/* Before anything reads its arrays. */
static pen_status check_model(const run *r)
{
    process_model model;
    pen_status s = process_model_make(r->me, r->s, &model);
    process_model_clear(&model);
    return s;
}

static pen_status prepare(run *r, pen_queue *queue, pen_dtype dtype)
{
    PEN_TRY(check_options(r));
    PEN_TRY(pen_alloc(r->n_payoffs, sizeof *r->greeks, (void **)&r->greeks));
    PEN_TRY(PEN_NEW(&r->moments));
    PEN_TRY(check_model(r));
    PEN_TRY(add_controls(r));
    for (size_t k = 0; k < r->n_payoffs; k++)
        PEN_TRY(add_payoff(r, k));
    moments_begin(r->moments, r->n_roots, r->n_controls);
    PEN_TRY(engine_open(r->me, queue, dtype, r->s, &r->graph, r->roots, r->n_roots,
                        (const int(*)[2])r->moments->pairs, r->moments->n_pairs, &r->engine));
    if (r->s->sampling == PEN_SAMPLING_SOBOL)
        PEN_TRY(prepare_replicates(r));
    size_t width = (size_t)(r->n_roots + r->moments->n_pairs) * pen_dtype_bytes(dtype);
    PEN_TRY(pen_alloc_array(LAUNCH_GROUPS, width, (void **)&r->sums));
    return scratch_alloc(queue, LAUNCH_GROUPS, width, &r->d_sums);
}

static pen_status run_exercises(run *r, pen_queue *queue, pen_dtype dtype, pen_monte_carlo_out *out)
{
    PEN_TRY(check_options(r));
    PEN_TRY(check_model(r));
    for (size_t k = 0; k < r->n_payoffs; k++) {
        PEN_TRY(simulation_check_payoff(r->me, r->s, r->payoffs[k]));
        PEN_TRY(early_exercise_run(r->me, queue, dtype, r->s, r->options, r->payoffs[k], &out[k]));
    }
    return PEN_OK;
}

pen_status pen_monte_carlo_run(pen_queue *queue, pen_dtype dtype, const pen_simulation *simulation,
                               const pen_monte_carlo *options, const pen_payoff *const *payoffs,
                               size_t n_payoffs, pen_monte_carlo_out *out)
{
    run *r;
    size_t n_paths = 0;
    if (n_payoffs > PAYOFF_OUTPUTS)
        return pen_fail(PEN_E_SIZE, "pen_monte_carlo_run: %zu payoffs at once, at most %d",
                        n_payoffs, PAYOFF_OUTPUTS);
    PEN_TRY(PEN_NEW(&r));
    r->me = "pen_monte_carlo_run";
    r->s = simulation;
    r->options = options;
    r->payoffs = payoffs;
    r->n_payoffs = n_payoffs;
    r->engine.queue = queue;
    pen_status s =
        options->may_exercise ? run_exercises(r, queue, dtype, out) : prepare(r, queue, dtype);
    if (s == PEN_OK && !options->may_exercise)
        s = r->parts != NULL ? run_sobol(r, &n_paths) : run_random(r, &n_paths);
    if (s == PEN_OK && !options->may_exercise)
        give(r, n_paths, out);
    pen_device_free(pen_queue_device(queue), r->d_sums);
    quasi_close(&r->quasi);
    engine_close(&r->engine);
    graph_clear(&r->graph);
    pen_free(r->sums);
    pen_free(r->moments);
    pen_free(r->parts);
    pen_free(r->greeks);
    pen_free(r);
    return s;
}
