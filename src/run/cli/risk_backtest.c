/* Forecasts of value at risk against what came, and the picture of both. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "../../machine/base/status.h"
#include "penstock/report.h"
#include "risk.h"

static void print_check(const risk_request *r, cli_sections *s, const pen_risk_backtest *b)
{
    double rate = b->n > 0 ? (double)b->exceptions / (double)b->n : NAN;
    cli_row_begin(s);
    cli_cell_text(s, "method", pen_risk_method_name(r->options.method));
    cli_cell_percent(s, "level", r->options.level, 1);
    cli_cell_count(s, "forecasts", b->n);
    cli_cell_count(s, "exceptions", b->exceptions);
    cli_cell_number(s, "expected", b->expected, 1);
    cli_cell_percent(s, "rate", rate, 2);
    cli_cell_percent(s, "kupiec_p", b->frequency_p, 2);
    cli_cell_percent(s, "independence_p", b->independence_p, 2);
    cli_cell_percent(s, "joint_p", b->joint_p, 2);
    cli_cell_percent(s, "worst_excess", b->worst_excess, 3);
    cli_row_end(s);
}

pen_status risk_print_backtest(risk_request *r, cli_sections *s)
{
    char title[96];
    double *var;
    pen_status status = PEN_OK;
    snprintf(title, sizeof title, "Backtest (forecasts from %zu returns, horizon 1)", r->window);
    PEN_TRY(pen_alloc_array(r->n, sizeof *var, (void **)&var));
    cli_section_begin(s, "backtest", title, false);
    for (size_t k = 0; k < r->n_methods * r->n_levels && status == PEN_OK; k++) {
        pen_risk_backtest b;
        r->options.method = r->methods[k / r->n_levels];
        r->options.level = r->levels[k % r->n_levels];
        status = pen_risk_forecast(&r->options, r->pnl, r->n, r->window, var, NULL);
        if (status == PEN_OK)
            status = pen_risk_check(r->pnl, var, r->n, r->options.level, &b);
        if (status == PEN_OK)
            print_check(r, s, &b);
    }
    cli_section_end(s);
    pen_free(var);
    return status;
}

/* ---- the picture ---- */

/* Series of the picture, [n] each. */
typedef struct picture {
    int64_t *time_ns;
    double *value, *under, *move, *var;
} picture;

static pen_status picture_alloc(const risk_request *r, picture *f)
{
    size_t cells;
    PEN_TRY(pen_size_mul(4, r->n + 1, &cells));
    PEN_TRY(pen_alloc_array(r->n, sizeof *f->time_ns, (void **)&f->time_ns));
    PEN_TRY(pen_alloc(cells, sizeof(double), (void **)&f->value));
    f->under = f->value + r->n;
    f->move = f->under + r->n + 1; /* depths have a position before the first return */
    f->var = f->move + r->n;
    return PEN_OK;
}

static pen_status picture_fill(risk_request *r, picture *f)
{
    pen_drawdown_summary d;
    double value = 1;
    r->options.method = r->methods[0];
    r->options.level = r->levels[0];
    PEN_TRY(pen_risk_drawdowns(r->pnl, r->n, r->levels[0], f->under, NULL, 0, NULL, &d));
    for (size_t t = 0; t < r->n; t++) {
        f->time_ns[t] = r->closes.times_ns[t];
        f->value[t] = value *= 1 + r->pnl[t];
        f->under[t] = -100 * f->under[t + 1];
        f->move[t] = 100 * r->pnl[t];
    }
    if (r->window > 0) {
        PEN_TRY(pen_risk_forecast(&r->options, r->pnl, r->n, r->window, f->var, NULL));
    } else {
        pen_risk_value v;
        r->options.horizon = 1;
        PEN_TRY(pen_risk_estimate(&r->options, r->returns, r->p, r->n, r->weights, &v, NULL));
        for (size_t t = 0; t < r->n; t++)
            f->var[t] = v.var;
    }
    for (size_t t = 0; t < r->n; t++)
        f->var[t] *= -100;
    return PEN_OK;
}

static pen_status picture_save(const risk_request *r, const picture *f)
{
    char label[96];
    snprintf(label, sizeof label, "value at risk: %s, %g %%", pen_risk_method_name(r->methods[0]),
             100 * r->levels[0]);
    const pen_plot_series value = { .kind = PEN_PLOT_LINE, .label = "value", .y = f->value };
    const pen_plot_series under = {
        .kind = PEN_PLOT_BARS, .label = "drawdown", .y = f->under, .colour = 2
    };
    const pen_plot_series returns[] = {
        { .kind = PEN_PLOT_BARS, .label = "return", .y = f->move, .colour = PEN_PLOT_GREY },
        { .kind = PEN_PLOT_LINE, .label = label, .y = f->var, .colour = 2 },
    };
    const pen_plot_panel panels[] = {
        { .title = "value, start = 1",
          .series = &value,
          .count = 1,
          .weight = 1.5,
          .is_log = true },
        { .title = "drawdown, %", .series = &under, .count = 1 },
        { .title = "return, %", .series = returns, .count = 2 },
    };
    const pen_plot plot = { .title = "Risk of the portfolio",
                            .time_ns = f->time_ns,
                            .is_evenly_spaced = true,
                            .n = r->n,
                            .panels = panels,
                            .panel_count = 3 };
    return pen_plot_save(&plot, cli_text(r->c, "plot"));
}

pen_status risk_plot(risk_request *r)
{
    picture f = { 0 };
    pen_status s = picture_alloc(r, &f);
    if (s == PEN_OK)
        s = picture_fill(r, &f);
    if (s == PEN_OK)
        s = picture_save(r, &f);
    pen_free(f.time_ns);
    pen_free(f.value);
    return s;
}
