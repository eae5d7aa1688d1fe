/* What `penstock optimize` prints and draws. */
#define _POSIX_C_SOURCE 200809L
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "optimize.h"
#include "penstock/report.h"

/* ---- JSON ---- */

static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *answer_json(const optimize_job *j, size_t k)
{
    const pen_portfolio_answer *a = &j->answers[k];
    json_t *weights = json_array();
    for (size_t i = 0; i < j->n; i++)
        json_array_append_new(weights, number(j->weights[k * j->n + i]));
    json_t *all =
        json_pack("{s:o, s:o, s:o, s:o, s:o}", "weights", weights, "objective",
                  number(a->objective), "return", j->mean != NULL ? number(a->mean) : json_null(),
                  "risk", number(a->risk), "kkt_residual", number(a->kkt_residual));
    if (j->cost != NULL)
        json_object_set_new(all, "cost", number(a->cost));
    if (j->current != NULL)
        json_object_set_new(all, "turnover", number(a->turnover));
    return all;
}

static pen_status print_json(optimize_job *j)
{
    json_t *assets = json_array(), *all;
    for (size_t i = 0; i < j->n; i++)
        json_array_append_new(assets, json_string(j->names[i]));
    if (cli_has(j->c, "frontier")) {
        json_t *portfolios = json_array();
        for (size_t k = 0; k < j->n_answers; k++)
            json_array_append_new(portfolios, answer_json(j, k));
        all = json_pack("{s:o}", "frontier", portfolios);
    } else {
        all = answer_json(j, 0);
        json_object_set_new(all, "goal", json_string(pen_goal_name(j->goal.goal)));
    }
    json_object_set_new(all, "assets", assets);
    return cli_print_json(j->c, all);
}

/* ---- rows ---- */

static pen_status print_weights(optimize_job *j)
{
    static const char *const names[] = { "asset", "weight", NULL };
    const pen_portfolio_answer *a = j->answers;
    cli_rows rows;
    PEN_TRY(cli_rows_begin(&rows, j->c, names));
    for (size_t i = 0; i < j->n; i++) {
        cli_rows_text(&rows, j->names[i]);
        cli_rows_number(&rows, j->weights[i]);
    }
    PEN_TRY(cli_rows_end(&rows));
    char mean[40] = "";
    if (j->mean != NULL)
        snprintf(mean, sizeof mean, "return %.6g, ", a->mean);
    char residual[40] = ""; /* hrp solves nothing */
    if (!isnan(a->kkt_residual))
        snprintf(residual, sizeof residual, ", residual %.1e", a->kkt_residual);
    cli_note(j->c, "%s: objective %.6g, %srisk %.6g%s", pen_goal_name(j->goal.goal), a->objective,
             mean, a->risk, residual);
    return PEN_OK;
}

static pen_status print_frontier(optimize_job *j)
{
    static const char *const figures[] = { "return", "risk", "kkt_residual" };
    const size_t n_figures = PEN_COUNT(figures);
    const char **names;
    cli_rows rows;
    PEN_TRY(pen_alloc(j->n + n_figures + 1, sizeof *names, (void **)&names));
    memcpy(names, figures, sizeof figures);
    for (size_t i = 0; i < j->n; i++)
        names[n_figures + i] = j->names[i];
    pen_status s = cli_rows_begin(&rows, j->c, names);
    for (size_t k = 0; s == PEN_OK && k < j->n_answers; k++) {
        cli_rows_number(&rows, j->answers[k].mean);
        cli_rows_number(&rows, j->answers[k].risk);
        cli_rows_number(&rows, j->answers[k].kkt_residual);
        for (size_t i = 0; i < j->n; i++)
            cli_rows_number(&rows, j->weights[k * j->n + i]);
    }
    if (s == PEN_OK)
        s = cli_rows_end(&rows);
    pen_free(names);
    return s;
}

pen_status optimize_print(optimize_job *j)
{
    if (j->c->is_json)
        return print_json(j);
    return cli_has(j->c, "frontier") ? print_frontier(j) : print_weights(j);
}

/* ---- the picture ---- */

enum { PLOT_POINTS = 60, PLOT_ASSETS = 7 };

/* The frontier's figures over its risks, and weights as layers. */
typedef struct picture {
    const optimize_job *j;
    size_t count, n_shown;
    double *weights; /* [count][n] */
    pen_portfolio_answer *answers;
    double *x, *mean;          /* [count] */
    double *low, *high;        /* [PLOT_ASSETS + 1][count] */
    size_t shown[PLOT_ASSETS]; /* assets by their largest weight */
    pen_plot_series layers[PLOT_ASSETS + 1];
    void *block;
} picture;

/* The assets with the largest weights anywhere on the frontier. */
static void choose_assets(picture *p)
{
    size_t n = p->j->n;
    while (p->n_shown < PLOT_ASSETS && p->n_shown < n) {
        size_t best = n;
        double most = 0;
        for (size_t i = 0; i < n; i++) {
            double largest = 0;
            bool is_shown = false;
            for (size_t s = 0; s < p->n_shown; s++)
                is_shown |= p->shown[s] == i;
            for (size_t k = 0; !is_shown && k < p->count; k++)
                largest = fmax(largest, fabs(p->weights[k * n + i]));
            if (largest > most) {
                most = largest;
                best = i;
            }
        }
        if (best == n)
            return;
        p->shown[p->n_shown++] = best;
    }
}

/* Each asset's weight on top of those before it; the rest is the last layer. */
static void stack(picture *p)
{
    size_t n = p->j->n, count = p->count;
    for (size_t k = 0; k < count; k++) {
        double sum = 0, all = 0;
        for (size_t i = 0; i < n; i++)
            all += p->weights[k * n + i];
        for (size_t s = 0; s <= p->n_shown; s++) {
            p->low[s * count + k] = sum;
            sum = s < p->n_shown ? sum + p->weights[k * n + p->shown[s]] : all;
            p->high[s * count + k] = sum;
        }
    }
    for (size_t s = 0; s <= p->n_shown; s++)
        p->layers[s] = (pen_plot_series){
            .kind = PEN_PLOT_BAND,
            .label = s < p->n_shown ? p->j->names[p->shown[s]] : "others",
            .low = p->low + s * count,
            .high = p->high + s * count,
            .colour = s < p->n_shown ? (int)s + 1 : PEN_PLOT_GREY,
            .opacity = 0.75,
        };
}

/* The portfolio that was asked for is a mark at the frontier's nearest risk. */
static pen_status save(picture *p, const char *path)
{
    const optimize_job *j = p->j;
    size_t nearest = 0;
    for (size_t k = 0; k < p->count; k++) {
        p->x[k] = p->answers[k].risk;
        if (k > 0 && p->x[k] < p->x[k - 1])
            p->x[k] = p->x[k - 1];
        p->mean[k] = p->answers[k].mean;
        if (fabs(p->x[k] - j->answers[0].risk) < fabs(p->x[nearest] - j->answers[0].risk))
            nearest = k;
    }
    pen_plot_point chosen = {
        .at = nearest, .y = j->answers[0].mean, .text = pen_goal_name(j->goal.goal), .side = -1
    };
    pen_plot_series frontier[] = {
        { .kind = PEN_PLOT_LINE, .label = "efficient frontier", .y = p->mean, .width = 2 },
        { .kind = PEN_PLOT_MARKS, .points = &chosen, .point_count = 1 },
    };
    const pen_plot_panel panels[] = {
        { .title = "return", .series = frontier, .count = cli_has(j->c, "frontier") ? 1 : 2 },
        { .title = "weight",
          .series = p->layers,
          .count = p->n_shown + (p->n_shown < j->n),
          .weight = 1.2 },
    };
    char subtitle[96];
    snprintf(subtitle, sizeof subtitle, "%zu assets, %zu portfolios", j->n, p->count);
    const pen_plot plot = { .title = "Efficient frontier",
                            .subtitle = subtitle,
                            .x = p->x,
                            .x_label = "standard deviation",
                            .n = p->count,
                            .panels = panels,
                            .panel_count = PEN_COUNT(panels) };
    return pen_plot_save(&plot, path);
}

static pen_status draw(picture *p, const char *path)
{
    const optimize_job *j = p->j;
    PEN_TRY(pen_alloc(p->count, (2 * PLOT_ASSETS + 4) * sizeof(double), &p->block));
    p->x = p->block;
    p->mean = p->x + p->count;
    p->low = p->mean + p->count;
    p->high = p->low + (PLOT_ASSETS + 1) * p->count;
    if (p->weights == NULL) {
        PEN_TRY(pen_alloc_array(p->count * j->n, sizeof *p->weights, (void **)&p->weights));
        PEN_TRY(pen_alloc_array(p->count, sizeof *p->answers, (void **)&p->answers));
        PEN_TRY(pen_portfolio_frontier(&j->portfolio, p->count, p->weights, p->answers));
    }
    choose_assets(p);
    stack(p);
    return save(p, path);
}

pen_status optimize_plot(optimize_job *j, const char *path)
{
    picture p = { .j = j, .count = PLOT_POINTS };
    bool is_whole = cli_has(j->c, "frontier");
    if (j->mean == NULL)
        return cli_usage(j->c, "--plot draws the frontier, which needs --mu FILE");
    if (is_whole) {
        p.count = j->n_answers;
        p.weights = j->weights;
        p.answers = j->answers;
    }
    pen_status s = draw(&p, path);
    if (!is_whole) {
        pen_free(p.weights);
        pen_free(p.answers);
    }
    pen_free(p.block);
    return s;
}
