/* Portfolios as quadratic programs: see program.h. */
#include "program.h"

#include <stdio.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "qp.h"
#include "vector.h"

/* ---- setting up ---- */

static pen_status check(const char *function, const pen_portfolio *p, const double *mean)
{
    size_t n = p->n;
    if (n == 0 || n > (size_t)1 << 20)
        return pen_fail(PEN_E_ARG, "%s: %zu assets, expected 1 to 2^20", function, n);
    if (p->covariance == NULL)
        return pen_fail(PEN_E_ARG, "%s: no covariance", function);
    if (p->n_groups > 0 && p->groups == NULL)
        return pen_fail(PEN_E_ARG, "%s: no coefficients of %zu groups", function, p->n_groups);
    if (!(p->turnover >= 0))
        return pen_fail(PEN_E_ARG, "%s: turnover %g, expected >= 0", function, p->turnover);
    PEN_TRY(qp_check_values(function, "mean", mean, n, 0, false));
    PEN_TRY(qp_check_values(function, "covariance", p->covariance, n * n, n, false));
    PEN_TRY(qp_check_values(function, "groups", p->groups, p->n_groups * n, n, false));
    PEN_TRY(qp_check_values(function, "current", p->current, n, 0, false));
    PEN_TRY(qp_check_values(function, "cost", p->cost, n, 0, false));
    for (size_t i = 0; p->cost != NULL && i < n; i++)
        if (p->cost[i] < 0)
            return pen_fail(PEN_E_ARG, "%s: cost[%zu] is %g, expected >= 0", function, i,
                            p->cost[i]);
    return PEN_OK;
}

static pen_status reserve(program *g)
{
    size_t v = g->n_vars, m = g->p->n_groups + 3, cells, q = 0;
    PEN_TRY(pen_size_mul(v, m + 10, &cells));
    if (g->is_split)
        PEN_TRY(pen_size_mul(v, v, &q));
    PEN_TRY(pen_size_add(cells, q, &cells));
    PEN_TRY(pen_alloc(cells + 3 * m + 2 * g->n, sizeof(double), &g->block));
    double *at = g->block;
    double **const arrays[] = {
        &g->fixed, &g->cost, &g->lower, &g->upper, &g->gain, &g->x, &g->zero
    };
    for (size_t i = 0; i < PEN_COUNT(arrays); i++, at += v)
        *arrays[i] = at;
    g->rows = at;
    g->row_lower = g->rows + m * v;
    g->row_upper = g->row_lower + m;
    g->weights = g->row_upper + m;
    g->product = g->weights + g->n;
    g->q = g->product + g->n;
    g->active = (int8_t *)(g->q + q); /* v + m bytes of the 3 v + m cells that are left */
    return PEN_OK;
}

static double current_of(const pen_portfolio *p, size_t i)
{
    return p->current != NULL ? p->current[i] : 0;
}

/* Bounds of trades: what lies between the current weight and the weight's bounds. */
static void split_bounds(program *g)
{
    size_t n = g->n;
    for (size_t i = 0; i < n; i++) {
        double now = current_of(g->p, i), low = g->lower[i], high = g->upper[i];
        g->lower[i] = greater(0, low - now);
        g->upper[i] = greater(0, high - now);
        g->lower[n + i] = greater(0, now - high);
        g->upper[n + i] = greater(0, now - low);
        g->active[n + i] = -1; /* nothing sold to begin with: bought and sold are one variable */
    }
}

/* [Q -Q; -Q Q] of trades, and their linear part Q current. */
static void split_matrix(program *g)
{
    size_t n = g->n;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double q = g->p->covariance[i * n + j];
            g->q[i * 2 * n + j] = g->q[(n + i) * 2 * n + n + j] = q;
            g->q[i * 2 * n + n + j] = g->q[(n + i) * 2 * n + j] = -q;
        }
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++)
            sum += g->p->covariance[i * n + j] * current_of(g->p, j);
        g->fixed[i] = sum;
        g->fixed[n + i] = -sum;
    }
}

/* A row of coefficients of weights, of all 1 for NULL, within limits. */
static void set_row(program *g, size_t row, const double *of_weight, double low, double high)
{
    double now = 0, *out = g->rows + row * g->n_vars;
    for (size_t i = 0; i < g->n; i++) {
        out[i] = of_weight != NULL ? of_weight[i] : 1;
        if (g->is_split) {
            out[g->n + i] = -out[i];
            now += out[i] * current_of(g->p, i);
        }
    }
    g->row_lower[row] = low - now;
    g->row_upper[row] = high - now;
}

static void set_rows(program *g)
{
    const pen_portfolio *p = g->p;
    set_row(g, 0, NULL, 1, 1);
    for (size_t k = 0; k < p->n_groups; k++)
        set_row(g, 1 + k, p->groups + k * p->n,
                p->group_lower != NULL ? p->group_lower[k] : -INFINITY,
                p->group_upper != NULL ? p->group_upper[k] : INFINITY);
    size_t turnover = 1 + p->n_groups;
    for (size_t v = 0; v < g->n_vars; v++) {
        g->rows[turnover * g->n_vars + v] = g->is_split ? 1 : 0;
        g->rows[g->gain_row * g->n_vars + v] = g->gain[v];
    }
    g->row_lower[turnover] = g->row_lower[g->gain_row] = -INFINITY;
    g->row_upper[turnover] = p->turnover > 0 ? p->turnover : INFINITY;
    g->row_upper[g->gain_row] = INFINITY;
}

static void set_variables(program *g, const double *mean)
{
    const pen_portfolio *p = g->p;
    for (size_t i = 0; i < g->n; i++) {
        double m = mean != NULL ? mean[i] : 0, cost = p->cost != NULL ? p->cost[i] : 0;
        g->lower[i] = p->lower != NULL ? p->lower[i] : 0;
        g->upper[i] = p->upper != NULL ? p->upper[i] : 1;
        g->gain[i] = m - cost;
        if (g->is_split) {
            g->gain[g->n + i] = -m - cost;
            g->base += m * current_of(p, i);
        }
    }
}

pen_status program_create(const char *function, const pen_portfolio *p, const double *mean,
                          program *g)
{
    *g = (program){ .p = p, .function = function, .n = p->n };
    PEN_TRY(check(function, p, mean));
    g->is_split = p->turnover > 0 || p->cost != NULL;
    g->n_vars = g->is_split ? 2 * p->n : p->n;
    g->gain_row = p->n_groups + 2;
    PEN_TRY(reserve(g));
    set_variables(g, mean);
    set_rows(g);
    g->qp = (pen_qp){ .n = g->n_vars,
                      .q = g->is_split ? g->q : p->covariance,
                      .cost = g->cost,
                      .lower = g->lower,
                      .upper = g->upper,
                      .rows = g->rows,
                      .row_lower = g->row_lower,
                      .row_upper = g->row_upper,
                      .n_rows = p->n_groups + 3 };
    pen_qp weights = g->qp; /* the bounds of weights are checked, not those of trades */
    weights.q = p->covariance;
    weights.n = p->n;
    weights.n_rows = 0;
    pen_status s = qp_check(function, &weights);
    for (size_t k = 0; s == PEN_OK && k < p->n_groups; k++)
        if (!(g->row_lower[1 + k] <= g->row_upper[1 + k]))
            s = pen_fail(PEN_E_ARG, "%s: group %zu: limits %g and %g", function, k,
                         p->group_lower[k], p->group_upper[k]);
    if (s == PEN_OK && g->is_split) {
        split_bounds(g);
        split_matrix(g);
    }
    return s;
}

void program_clear(program *g)
{
    pen_free(g->block);
    *g = (program){ 0 };
}

/* ---- solving ---- */

/* What an infeasible program's constraint is called. */
static void name_constraint(const program *g, size_t constraint, char *text, size_t size)
{
    const pen_portfolio *p = g->p;
    size_t row = constraint - g->n_vars, asset = constraint % p->n;
    if (constraint < g->n_vars && p->names != NULL)
        snprintf(text, size, "the weight of %s", p->names[asset]);
    else if (constraint < g->n_vars)
        snprintf(text, size, "the weight of asset %zu", asset);
    else if (row == 0)
        snprintf(text, size, "the weights' sum of 1");
    else if (row <= p->n_groups && p->group_names != NULL)
        snprintf(text, size, "the limit of group %s", p->group_names[row - 1]);
    else if (row <= p->n_groups)
        snprintf(text, size, "the limit of group %zu", row - 1);
    else if (row == g->gain_row)
        snprintf(text, size, "the return of %.10g", g->row_lower[row] + g->base);
    else
        snprintf(text, size, "the turnover of %.10g", p->turnover);
}

static pen_status explain(program *g, const pen_qp *qp)
{
    char text[200];
    pen_status s = qp_explain(g->function, qp, &g->last);
    if (s != PEN_E_INFEASIBLE)
        return s;
    name_constraint(g, g->last.constraint, text, sizeof text);
    return pen_fail(PEN_E_INFEASIBLE,
                    "%s: %s cannot be met with the other limits: it is missed by %.10g at least",
                    g->function, text, g->last.shortfall);
}

void program_take_weights(program *g)
{
    for (size_t i = 0; i < g->n; i++)
        g->weights[i] = g->is_split ? current_of(g->p, i) + g->x[i] - g->x[g->n + i] : g->x[i];
}

pen_status program_solve(program *g, double taste)
{
    pen_qp qp = g->qp;
    for (size_t v = 0; v < g->n_vars; v++)
        g->cost[v] = isinf(taste) ? -g->gain[v] : g->fixed[v] - taste * g->gain[v];
    if (isinf(taste)) {
        qp.q = NULL;
        qp.diagonal = g->zero;
    }
    pen_status s = qp_solve_checked(&qp, g->active, g->x, NULL, &g->last);
    if (s == PEN_E_INFEASIBLE)
        return explain(g, &qp);
    if (s != PEN_OK)
        return pen_fail_context(s, "%s", g->function);
    program_take_weights(g);
    return PEN_OK;
}

double program_gain(const program *g)
{
    return g->base + dot(g->gain, g->x, g->n_vars);
}

double program_variance(program *g)
{
    const pen_qp covariance = { .n = g->n, .q = g->p->covariance };
    qp_times(&covariance, g->weights, NULL, g->product);
    return greater(0, dot(g->product, g->weights, g->n));
}

void program_report(program *g, double *weights, pen_portfolio_answer *answer)
{
    const pen_portfolio *p = g->p;
    double turnover = 0, cost = 0;
    memcpy(weights, g->weights, g->n * sizeof *weights);
    for (size_t i = 0; i < g->n; i++) {
        double traded = fabs(weights[i] - current_of(p, i));
        turnover += traded;
        cost += p->cost != NULL ? traded * p->cost[i] : 0;
    }
    *answer = (pen_portfolio_answer){ .mean = p->mean != NULL ? dot(p->mean, weights, p->n) : 0,
                                      .risk = sqrt(program_variance(g)),
                                      .cost = cost,
                                      .turnover = turnover,
                                      .kkt_residual = g->last.kkt_residual,
                                      .rounds = g->last.rounds,
                                      .steps = g->last.steps };
}
