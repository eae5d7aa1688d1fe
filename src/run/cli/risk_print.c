/* What `penstock risk` prints. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "risk.h"

static int64_t time_at(const risk_request *r, size_t point)
{
    return r->closes.times_ns[point];
}

static void print_portfolio(const risk_request *r, cli_sections *s)
{
    double sum = 0;
    for (size_t i = 0; i < r->p; i++)
        sum += r->weights[i];
    cli_section_begin(s, "portfolio", "Portfolio (losses are positive)", true);
    cli_cell_count(s, "positions", r->p);
    cli_cell_percent(s, "invested", sum, 2);
    cli_cell_count(s, "returns", r->n);
    cli_cell_count(s, "left_out", r->n_left_out);
    cli_cell_time(s, "first", time_at(r, 0));
    cli_cell_time(s, "last", time_at(r, r->n - 1));
    cli_section_end(s);
}

/* ---- value at risk ---- */

static void print_value(const risk_request *r, cli_sections *s, const pen_risk_value *v)
{
    const pen_risk_options *o = &r->options;
    cli_row_begin(s);
    cli_cell_text(s, "method", pen_risk_method_name(o->method));
    cli_cell_percent(s, "level", o->level, o->level * 1000 == floor(o->level * 1000) ? 1 : 2);
    cli_cell_count(s, "horizon", o->horizon);
    cli_cell_percent(s, "var", v->var, 3);
    cli_cell_percent(s, "cvar", v->cvar, 3);
    if (r->value > 0) {
        cli_cell_number(s, "var_money", v->var * r->value, 2);
        cli_cell_number(s, "cvar_money", v->cvar * r->value, 2);
    }
    cli_cell_percent(s, "var_error", v->var_error, 3);
    cli_cell_percent(s, "cvar_error", v->cvar_error, 3);
    cli_cell_percent(s, "volatility", v->stdev, 3);
    cli_cell_number(s, "skewness", v->skewness, 2);
    cli_cell_number(s, "kurtosis", v->kurtosis, 2);
    cli_cell_number(s, "degrees", v->degrees, 2);
    cli_row_end(s);
    if (!v->is_monotone)
        cli_note(r->c,
                 "cornish-fisher: skewness %.2f and kurtosis %.2f are too far from a normal law's "
                 "for the expansion at %g; take another method",
                 v->skewness, v->kurtosis, o->level);
}

static pen_status estimate(const risk_request *r, pen_risk_value *v, pen_risk_part *parts)
{
    return pen_risk_estimate(&r->options, r->returns, r->p, r->n, r->weights, v, parts);
}

static pen_status print_values(risk_request *r, cli_sections *s)
{
    cli_section_begin(s, "value_at_risk", "Value at risk", false);
    for (size_t k = 0; k < r->n_methods * r->n_levels * r->n_horizons; k++) {
        pen_risk_value v;
        r->options.method = r->methods[k / (r->n_levels * r->n_horizons)];
        r->options.horizon = r->horizons[k / r->n_levels % r->n_horizons];
        r->options.level = r->levels[k % r->n_levels];
        PEN_TRY(estimate(r, &v, NULL));
        print_value(r, s, &v);
    }
    cli_section_end(s);
    return PEN_OK;
}

/* ---- positions ---- */

static void print_part(const risk_request *r, cli_sections *s, size_t i, const pen_risk_part *part,
                       const pen_risk_value *all)
{
    cli_row_begin(s);
    cli_cell_text(s, "symbol", r->names[i]);
    cli_cell_percent(s, "weight", part->weight, 2);
    cli_cell_percent(s, "volatility", part->stdev, 3);
    cli_cell_percent(s, "var_alone", part->var, 3);
    cli_cell_number(s, "marginal_var", part->marginal_var, 4);
    cli_cell_percent(s, "component_var", part->component_var, 3);
    if (r->value > 0)
        cli_cell_number(s, "component_money", part->component_var * r->value, 2);
    cli_cell_percent(s, "share", all->var != 0 ? part->component_var / all->var : NAN, 1);
    cli_cell_percent(s, "incremental_var", part->incremental_var, 3);
    cli_cell_percent(s, "component_cvar", part->component_cvar, 3);
    cli_cell_percent(s, "cvar_share", all->cvar != 0 ? part->component_cvar / all->cvar : NAN, 1);
    cli_cell_percent(s, "volatility_share",
                     all->stdev != 0 ? part->component_stdev / all->stdev : NAN, 1);
    cli_row_end(s);
}

/* By the first method, level and horizon; the last row is their sum. */
static pen_status print_positions(risk_request *r, cli_sections *s)
{
    char title[128];
    pen_risk_value v;
    pen_risk_part *parts, all = { 0 };
    r->options.method = r->methods[0];
    r->options.horizon = r->horizons[0];
    r->options.level = r->levels[0];
    PEN_TRY(pen_alloc(r->p, sizeof *parts, (void **)&parts));
    pen_status status = estimate(r, &v, parts);
    if (status == PEN_OK) {
        snprintf(title, sizeof title, "Positions (%s, %g%%, horizon %zu)",
                 pen_risk_method_name(r->methods[0]), 100 * r->levels[0], r->horizons[0]);
        cli_section_begin(s, "positions", title, false);
        for (size_t i = 0; i < r->p; i++) {
            print_part(r, s, i, &parts[i], &v);
            all.weight += parts[i].weight;
            all.component_var += parts[i].component_var;
            all.component_cvar += parts[i].component_cvar;
            all.component_stdev += parts[i].component_stdev;
        }
        cli_section_end(s);
    }
    pen_free(parts);
    return status;
}

/* ---- drawdowns ---- */

static void print_worst(const risk_request *r, cli_sections *s, const pen_drawdown *worst, size_t n)
{
    cli_section_begin(s, "worst_drawdowns", "Worst drawdowns", false);
    for (size_t k = 0; k < n; k++) {
        const pen_drawdown *d = &worst[k];
        cli_row_begin(s);
        cli_cell_percent(s, "depth", d->depth, 2);
        cli_cell_time(s, "first_loss", time_at(r, d->peak)); /* position p is before return p */
        cli_cell_time(s, "trough", time_at(r, d->trough - 1));
        if (d->is_over)
            cli_cell_time(s, "recovered", time_at(r, d->end - 1));
        else
            cli_cell_text(s, "recovered", "not yet");
        cli_cell_count(s, "length", d->end - d->peak);
        cli_cell_count(s, "to_trough", d->trough - d->peak);
        cli_cell_count(s, "recovery", d->end - d->trough);
        cli_row_end(s);
    }
    cli_section_end(s);
}

static pen_status print_drawdowns(risk_request *r, cli_sections *s)
{
    pen_drawdown worst[RISK_WORST];
    pen_drawdown_summary d;
    size_t n;
    PEN_TRY(pen_risk_drawdowns(r->pnl, r->n, r->levels[0], NULL, worst, RISK_WORST, &n, &d));
    cli_section_begin(s, "drawdowns", "Drawdowns", true);
    cli_cell_percent(s, "max_drawdown", d.max_depth, 2);
    cli_cell_percent(s, "now", d.now, 2);
    cli_cell_percent(s, "pain_index", d.mean_depth, 2);
    cli_cell_percent(s, "ulcer_index", d.ulcer, 2);
    cli_cell_percent(s, "cdar", d.cdar, 2);
    cli_cell_count(s, "drawdowns", d.count);
    cli_cell_count(s, "longest", d.longest);
    cli_cell_count(s, "longest_recovery", d.longest_recovery);
    cli_section_end(s);
    print_worst(r, s, worst, n);
    return PEN_OK;
}

/* ---- performance ---- */

static void print_against(cli_sections *s, const pen_performance *p)
{
    cli_cell_number(s, "beta", p->beta, 3);
    cli_cell_percent(s, "alpha", p->alpha, 2);
    cli_cell_number(s, "correlation", p->correlation, 3);
    cli_cell_percent(s, "tracking_error", p->tracking_error, 2);
    cli_cell_number(s, "information_ratio", p->information, 2);
    cli_cell_number(s, "treynor_ratio", p->treynor, 3);
    cli_cell_number(s, "up_capture", p->up_capture, 3);
    cli_cell_number(s, "down_capture", p->down_capture, 3);
}

static pen_status print_performance(risk_request *r, cli_sections *s)
{
    pen_performance p;
    PEN_TRY(pen_risk_performance(r->pnl, r->benchmark, r->n, &r->performance, &p));
    cli_section_begin(s, "performance", "Performance (a year)", true);
    cli_cell_percent(s, "total_return", p.total, 2);
    cli_cell_percent(s, "annual_return", p.annual, 2);
    cli_cell_percent(s, "volatility", p.stdev, 2);
    cli_cell_number(s, "sharpe_ratio", p.sharpe, 3);
    cli_cell_number(s, "sharpe_error", p.sharpe_error, 3);
    cli_cell_percent(s, "sharpe_above_0", p.sharpe_probability, 2);
    if (r->performance.n_trials > 1)
        cli_cell_percent(s, "sharpe_above_luck", p.sharpe_deflated, 2);
    cli_cell_number(s, "sortino_ratio", p.sortino, 3);
    cli_cell_number(s, "calmar_ratio", p.calmar, 3);
    cli_cell_number(s, "omega_ratio", p.omega, 3);
    cli_cell_number(s, "tail_ratio", p.tail_ratio, 3);
    cli_cell_percent(s, "hit_rate", p.hit_rate, 1);
    cli_cell_number(s, "skewness", p.skewness, 2);
    cli_cell_number(s, "kurtosis", p.kurtosis, 2);
    cli_cell_percent(s, "best_period", p.best, 2);
    cli_cell_percent(s, "worst_period", p.worst, 2);
    if (r->benchmark != NULL)
        print_against(s, &p);
    cli_section_end(s);
    return PEN_OK;
}

static pen_status print_sections(risk_request *r, cli_sections *s)
{
    print_portfolio(r, s);
    PEN_TRY(print_values(r, s));
    PEN_TRY(print_positions(r, s));
    PEN_TRY(print_drawdowns(r, s));
    PEN_TRY(print_performance(r, s));
    if (r->n_factors > 0)
        PEN_TRY(risk_print_factors(r, s));
    if (cli_has(r->c, "stress"))
        PEN_TRY(risk_print_stress(r, s));
    return r->window > 0 ? risk_print_backtest(r, s) : PEN_OK;
}

pen_status risk_print(risk_request *r)
{
    cli_sections s;
    pen_status status = cli_sections_begin(&s, r->c);
    if (status == PEN_OK)
        status = print_sections(r, &s);
    pen_status ended = cli_sections_end(&s);
    return status != PEN_OK ? status : ended;
}
