/* What `penstock surface` prints. */
#define _POSIX_C_SOURCE 200809L
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "../../machine/base/status.h"
#include "surface.h"

enum { GRID_STRIKES = 21, NOTED_FINDINGS = 10 };

static const char *kind_name(pen_arbitrage kind)
{
    return kind == PEN_ARBITRAGE_BUTTERFLY ? "butterfly" : "calendar";
}

void surface_note(const surface_job *j)
{
    size_t slices = pen_surface_slices_left_out(j->surface), n_outliers = 0;
    for (size_t i = 0; i < j->n_slices; i++)
        n_outliers += j->slices[i].n_outliers;
    cli_note(j->c, "%zu of %zu quotes fitted in %zu expir%s, %zu of them outliers", j->n_points,
             j->n_quotes, j->n_slices, j->n_slices == 1 ? "y" : "ies", n_outliers);
    if (slices > 0)
        cli_note(j->c, "%zu expiries are left out: past, without a forward, or with too few quotes",
                 slices);
    for (size_t i = 0; i < j->n_findings && i < NOTED_FINDINGS; i++) {
        const pen_surface_finding *f = &j->findings[i];
        cli_note(j->c, "%s arbitrage at expiry %.4f, strikes %.6g to %.6g, worst %.3g at %.6g",
                 kind_name(f->kind), j->slices[f->slice].expiry_yr, f->low_strike_px,
                 f->high_strike_px, f->worst, f->worst_strike_px);
    }
    if (j->n_findings > NOTED_FINDINGS)
        cli_note(j->c, "and %zu more", j->n_findings - NOTED_FINDINGS);
}

/* ---- rows ---- */

static pen_status print_slices(surface_job *j)
{
    const char *names[20] = { "expiry", "forward", "discount", "points", "outliers" };
    const char *const *parameters = pen_smile_parameters(j->options.smile);
    size_t n = 5, n_parameters = 0;
    while (parameters[n_parameters] != NULL)
        names[n++] = parameters[n_parameters++];
    names[n++] = "atm_vol";
    names[n++] = "rmse_vol";
    names[n++] = "worst_vol";
    cli_rows rows;
    PEN_TRY(cli_rows_begin(&rows, j->c, names));
    for (size_t i = 0; i < j->n_slices; i++) {
        const pen_surface_slice *s = &j->slices[i];
        const double head[] = { s->expiry_yr, s->forward_px, s->discount, (double)s->n_points,
                                (double)s->n_outliers };
        const double tail[] = { s->atm_vol, s->rmse_vol, s->worst_vol };
        for (size_t k = 0; k < PEN_COUNT(head); k++)
            cli_rows_number(&rows, head[k]);
        for (size_t k = 0; k < n_parameters; k++)
            cli_rows_number(&rows, s->parameters[k]);
        for (size_t k = 0; k < PEN_COUNT(tail); k++)
            cli_rows_number(&rows, tail[k]);
    }
    return cli_rows_end(&rows);
}

static pen_status print_points(surface_job *j)
{
    static const char *const names[] = { "expiry", "strike",     "type",   "log_moneyness",
                                         "vol",    "fitted_vol", "weight", NULL };
    cli_rows rows;
    PEN_TRY(cli_rows_begin(&rows, j->c, names));
    for (size_t i = 0; i < j->n_slices; i++)
        for (size_t k = 0; k < j->slices[i].n_points; k++) {
            const pen_surface_point *p = &j->points[j->slices[i].first_point + k];
            cli_rows_number(&rows, j->slices[i].expiry_yr);
            cli_rows_number(&rows, p->strike_px);
            cli_rows_text(&rows, p->side > 0 ? "call" : "put");
            cli_rows_number(&rows, log(p->strike_px / j->slices[i].forward_px));
            cli_rows_number(&rows, p->vol_frac);
            cli_rows_number(&rows, p->fitted_vol_frac);
            cli_rows_number(&rows, p->weight);
        }
    return cli_rows_end(&rows);
}

static void print_cell(const surface_job *j, cli_rows *rows, double strike, double expiry)
{
    double forward = pen_surface_forward(j->surface, expiry);
    const double values[] = { expiry, strike, forward, log(strike / forward),
                              pen_surface_vol(j->surface, strike, expiry) };
    for (size_t k = 0; k < PEN_COUNT(values); k++)
        cli_rows_number(rows, values[k]);
    if (cli_has(j->c, "local"))
        cli_rows_number(rows, pen_surface_local_vol(j->surface, strike, expiry));
}

/* The slice whose points' range an expiry is given: the nearest. */
static const pen_surface_slice *nearest_slice(const surface_job *j, double expiry)
{
    const pen_surface_slice *best = j->slices;
    for (size_t i = 1; i < j->n_slices; i++)
        if (fabs(j->slices[i].expiry_yr - expiry) < fabs(best->expiry_yr - expiry))
            best = &j->slices[i];
    return best;
}

static pen_status print_grid(surface_job *j)
{
    const char *names[] = { "expiry", "strike", "forward", "log_moneyness", "vol", NULL, NULL };
    names[5] = cli_has(j->c, "local") ? "local_vol" : NULL;
    cli_rows rows;
    PEN_TRY(cli_rows_begin(&rows, j->c, names));
    size_t n_expiries = j->expiries != NULL ? j->n_expiries : j->n_slices;
    for (size_t i = 0; i < n_expiries; i++) {
        double expiry = j->expiries != NULL ? j->expiries[i] : j->slices[i].expiry_yr;
        const pen_surface_slice *slice = nearest_slice(j, expiry);
        double low = j->points[slice->first_point].strike_px;
        double high = j->points[slice->first_point + slice->n_points - 1].strike_px;
        for (size_t k = 0; k < (j->strikes != NULL ? j->n_strikes : GRID_STRIKES); k++)
            print_cell(j, &rows,
                       j->strikes != NULL ? j->strikes[k]
                                          : low + (high - low) * (double)k / (GRID_STRIKES - 1),
                       expiry);
    }
    return cli_rows_end(&rows);
}

/* ---- JSON ---- */

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *json_slices(const surface_job *j)
{
    json_t *list = json_array();
    for (size_t i = 0; i < j->n_slices; i++) {
        const pen_surface_slice *s = &j->slices[i];
        json_t *parameters = json_object();
        const char *const *names = pen_smile_parameters(j->options.smile);
        for (size_t k = 0; names[k] != NULL; k++)
            json_object_set_new(parameters, names[k], number(s->parameters[k]));
        json_array_append_new(
            list, json_pack("{s:f, s:f, s:f, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "expiry",
                            s->expiry_yr, "forward", s->forward_px, "discount", s->discount,
                            "pairs", (json_int_t)s->n_pairs, "points", (json_int_t)s->n_points,
                            "outliers", (json_int_t)s->n_outliers, "parameters", parameters,
                            "atm_vol", number(s->atm_vol), "rmse_vol", number(s->rmse_vol),
                            "worst_vol", number(s->worst_vol)));
    }
    return list;
}

static json_t *json_findings(const surface_job *j)
{
    json_t *list = json_array();
    for (size_t i = 0; i < j->n_findings && i < SURFACE_FINDINGS; i++) {
        const pen_surface_finding *f = &j->findings[i];
        json_array_append_new(
            list, json_pack("{s:s, s:f, s:o, s:o, s:o, s:o}", "kind", kind_name(f->kind), "expiry",
                            j->slices[f->slice].expiry_yr, "low_strike", number(f->low_strike_px),
                            "high_strike", number(f->high_strike_px), "worst", number(f->worst),
                            "worst_strike", number(f->worst_strike_px)));
    }
    return list;
}

static pen_status print_json(surface_job *j)
{
    return cli_print_json(j->c, json_pack("{s:s, s:I, s:I, s:I, s:I, s:o, s:I, s:o}", "model",
                                          pen_smile_name((int)j->options.smile), "quotes",
                                          (json_int_t)j->n_quotes, "quotes_left_out",
                                          (json_int_t)pen_surface_quotes_left_out(j->surface),
                                          "points", (json_int_t)j->n_points, "expiries_left_out",
                                          (json_int_t)pen_surface_slices_left_out(j->surface),
                                          "slices", json_slices(j), "findings_count",
                                          (json_int_t)j->n_findings, "findings", json_findings(j)));
}

pen_status surface_print(surface_job *j)
{
    if (cli_has(j->c, "points"))
        return print_points(j);
    if (cli_has(j->c, "grid") || cli_has(j->c, "local") || j->strikes != NULL ||
        j->expiries != NULL)
        return print_grid(j);
    return j->c->is_json ? print_json(j) : print_slices(j);
}
