/* Estimates of payoffs for `penstock simulate`. */
#define _POSIX_C_SOURCE 200809L
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "../../machine/base/status.h"
#include "simulate.h"

static const char *const greek_names[PEN_SENSITIVITIES] = { "delta", "gamma", "vega", "rho" };
static const char *const method_names[] = { "auto", "pathwise", "likelihood", NULL };

static void show_progress(void *to, double share)
{
    cli_progress_update(to, share);
}

static pen_status read_options(simulate_job *j, pen_monte_carlo *o, pen_dtype *dtype)
{
    static const char *const dtypes[] = { "f32", "f64", NULL };
    static const char *const exercises[] = { "european", "american", NULL };
    static const char *const compiles[] = { "auto", "always", "never", NULL };
    int method, precision, compile, exercise;
    uint64_t asset;
    *o = pen_monte_carlo_default();
    o->n_paths = j->n_paths;
    PEN_TRY(cli_number(j->c, "until-error", 0, 1e300, &o->until_error));
    PEN_TRY(cli_choice(j->c, "method", method_names, &method));
    PEN_TRY(cli_choice(j->c, "precision", dtypes, &precision));
    PEN_TRY(cli_choice(j->c, "compile", compiles, &compile));
    PEN_TRY(cli_choice(j->c, "exercise", exercises, &exercise));
    o->may_exercise = exercise == 1;
    j->model.compile = (pen_compile)compile;
    PEN_TRY(cli_integer(j->c, "greeks-of", 1, SIMULATE_ASSETS, &asset));
    if (cli_has(j->c, "until-error") && cli_has(j->c, "paths"))
        o->most_paths = j->n_paths;
    o->use_prices = !cli_has(j->c, "no-price-control");
    o->controls = (const pen_payoff *const *)j->controls;
    o->control_values = j->control_values;
    o->n_controls = j->n_controls;
    o->wants_greeks = cli_has(j->c, "greeks");
    o->greek_method = (pen_greek_method)method;
    o->greek_asset = asset - 1;
    *dtype = precision == 0 ? PEN_F32 : PEN_F64;
    return PEN_OK;
}

static pen_status estimate(simulate_job *j, pen_monte_carlo *o, pen_dtype dtype,
                           pen_monte_carlo_out *out)
{
    cli_progress progress;
    cli_progress_begin(&progress, j->c, "simulating", 1);
    pen_simulation model = j->model;
    if (cli_has(j->c, "sobol"))
        model.sampling = PEN_SAMPLING_SOBOL;
    o->progress = show_progress;
    o->progress_to = &progress;
    pen_status s = pen_monte_carlo_run(j->queue, dtype, &model, o,
                                       (const pen_payoff *const *)j->payoffs, j->n_payoffs, out);
    cli_progress_end(&progress);
    return s;
}

/* ---- tables ---- */

static pen_status add_row(cli_table *table, const char *name, pen_estimate e, const char *note)
{
    if (isnan(e.value))
        return cli_table_add(table, "%s\t\t\t\t%s", name, note);
    return cli_table_add(table, "%s\t%.8g\t%.2g\t%.8g to %.8g\t%s", name, e.value, e.error,
                         e.value - 2.5758 * e.error, e.value + 2.5758 * e.error, note);
}

static pen_status print_payoff(const simulate_job *j, const pen_monte_carlo *o, size_t k,
                               const pen_monte_carlo_out *out, FILE *to)
{
    cli_table table = { 0 };
    char note[64] = "";
    double ratio = out->plain_error / out->price.error;
    if (out->price.error > 0 && ratio > 1.0001)
        snprintf(note, sizeof note, "variance / %.3g by controls", ratio * ratio);
    fprintf(to, "%s%s\n", k > 0 ? "\n" : "", pen_payoff_text(j->payoffs[k]));
    pen_status s = cli_table_add(&table, "\testimate\terror\t99 %% interval\t");
    if (s == PEN_OK)
        s = add_row(&table, "price", out->price, note);
    for (int g = 0; o->wants_greeks && g < PEN_SENSITIVITIES && s == PEN_OK; g++)
        s = add_row(&table, greek_names[g], out->greeks[g],
                    isnan(out->greeks[g].value) ? "no method for this process and payoff"
                                                : method_names[out->methods[g]]);
    if (s == PEN_OK)
        cli_table_print(&table, to, false);
    cli_table_clear(&table);
    return s;
}

static pen_status print_table(const simulate_job *j, const pen_monte_carlo *o,
                              const pen_monte_carlo_out *out)
{
    const pen_simulation *m = &j->model;
    FILE *to;
    PEN_TRY(cli_open_output(j->c, &to));
    fprintf(to, "%s: %zu %s%spaths of %zu date%s over %g trading days, seed %llu, on %s\n",
            j->process->meaning, out[0].n_paths, m->is_antithetic ? "pairs of " : "",
            cli_has(j->c, "sobol") ? "Sobol " : "", m->n_dates, m->n_dates == 1 ? "" : "s",
            j->horizon_days, (unsigned long long)m->seed, pen_device_describe(j->device)->name);
    for (size_t k = 0; k < j->n_payoffs; k++)
        PEN_TRY(print_payoff(j, o, k, &out[k], to));
    return PEN_OK;
}

/* ---- JSON ---- */

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *pair(pen_estimate e)
{
    return json_pack("{s:o, s:o}", "value", number(e.value), "error", number(e.error));
}

static pen_status print_json(const simulate_job *j, const pen_monte_carlo *o,
                             const pen_monte_carlo_out *out)
{
    const pen_simulation *m = &j->model;
    json_t *payoffs = json_array();
    for (size_t k = 0; k < j->n_payoffs; k++) {
        json_t *entry = pair(out[k].price);
        json_object_set_new(entry, "payoff", json_string(pen_payoff_text(j->payoffs[k])));
        json_object_set_new(entry, "error_without_controls", number(out[k].plain_error));
        for (int g = 0; o->wants_greeks && g < PEN_SENSITIVITIES; g++) {
            json_t *greek = pair(out[k].greeks[g]);
            bool is_known = !isnan(out[k].greeks[g].value);
            json_object_set_new(greek, "method",
                                is_known ? json_string(method_names[out[k].methods[g]])
                                         : json_null());
            json_object_set_new(entry, greek_names[g], greek);
        }
        json_array_append_new(payoffs, entry);
    }
    return cli_print_json(
        j->c, json_pack("{s:s, s:s, s:f, s:I, s:I, s:I, s:I, s:b, s:b, s:o}", "device",
                        pen_device_describe(j->device)->name, "process", j->process->name,
                        "horizon_days", j->horizon_days, "steps", (json_int_t)m->n_dates,
                        "substeps", (json_int_t)m->n_substeps, "paths", (json_int_t)out[0].n_paths,
                        "seed", (json_int_t)m->seed, "antithetic", m->is_antithetic, "sobol",
                        cli_has(j->c, "sobol"), "payoffs", payoffs));
}

pen_status simulate_print_estimates(simulate_job *j)
{
    pen_monte_carlo options;
    pen_monte_carlo_out out[SIMULATE_PAYOFFS];
    pen_dtype dtype;
    PEN_TRY(read_options(j, &options, &dtype));
    PEN_TRY(estimate(j, &options, dtype, out));
    for (size_t k = 0; k < j->n_payoffs; k++)
        if (isnan(out[k].price.value))
            return pen_fail(PEN_E_ARG,
                            "the payoff %s is no number on some path, as a logarithm of "
                            "0 or 0 / 0 makes it",
                            pen_payoff_text(j->payoffs[k]));
    return j->c->is_json ? print_json(j, &options, out) : print_table(j, &options, out);
}
