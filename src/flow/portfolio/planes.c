/* CVaR and drawdowns: least value of a function that is the greatest of finitely many linear ones.
 *
 * The function's slope at some weights is a plane below it that touches it there.  A linear
 * program finds the weights at which the greatest plane so far is least; the plane there is added,
 * until the function is no higher than the planes: then both are the least value, exactly (Kelley
 * 1960; for CVaR: Kuenzi-Bay & Mayer 2006).  The linear programs start from each other's active
 * sets. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "goals.h"
#include "qp.h"
#include "vector.h"

enum { MOST_PLANES = 2000 };
static const double GOOD_GAP = 1e-12;

typedef struct planes {
    program *g;
    pen_goal goal;
    double confidence;
    size_t n, points;
    const double *returns;
    /* the function */
    double *path;  /* [points] returns of the portfolio, then losses or drawdowns */
    double *share; /* [points + 1] what each point counts */
    size_t *order; /* [points] */
    size_t *peak;  /* [points] the number of returns before a drawdown's peak */
    double *slope; /* [n] by weight */
    /* the linear program: the variables of g, then the level; its rows, then planes */
    size_t v, capacity, count;
    double *rows, *row_lower, *row_upper, *lower, *upper, *cost, *zero, *x;
    int8_t *active;
    double scale; /* one unit of the level */
    void *block, *lp;
} planes;

/* ---- the function and its slope ---- */

static void find_path(planes *p, const double *w)
{
    memset(p->path, 0, p->points * sizeof *p->path);
    for (size_t i = 0; i < p->n; i++)
        add_scaled(p->path, w[i], p->returns + i * p->points, p->points);
}

/* Falls from the last peak of the running sum, which starts at 0. */
static void find_drawdowns(planes *p)
{
    double sum = 0, top = 0;
    size_t at = 0;
    for (size_t t = 0; t < p->points; t++) {
        sum += p->path[t];
        if (sum > top) {
            top = sum;
            at = t + 1;
        }
        p->path[t] = top - sum;
        p->peak[t] = at;
    }
}

static void move_down(const double *value, size_t *heap, size_t at, size_t n)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && value[heap[child + 1]] > value[heap[child]])
            child++;
        if (!(value[heap[child]] > value[heap[at]]))
            return;
        size_t t = heap[at];
        heap[at] = heap[child];
        heap[child] = t;
    }
}

/* Shares of the mean of the worst 1 - confidence of the values, the last one in part. */
static void share_worst(planes *p)
{
    size_t n = p->points;
    double tail = (1 - p->confidence) * (double)n, left = tail;
    memset(p->share, 0, (n + 1) * sizeof *p->share);
    for (size_t t = 0; t < n; t++)
        p->order[t] = t;
    for (size_t t = n / 2; t-- > 0;)
        move_down(p->path, p->order, t, n);
    for (size_t rest = n; rest > 0 && left > 0; left -= 1) {
        p->share[p->order[0]] = fmin(1, left) / tail;
        p->order[0] = p->order[--rest];
        move_down(p->path, p->order, 0, rest);
    }
}

static void find_shares(planes *p)
{
    size_t n = p->points, worst = 0;
    if (p->goal == PEN_GOAL_CVAR || p->goal == PEN_GOAL_CDAR) {
        share_worst(p);
        return;
    }
    for (size_t t = 0; t < n; t++) {
        p->share[t] = p->goal == PEN_GOAL_AVERAGE_DRAWDOWN ? 1 / (double)n : 0;
        worst = p->path[t] > p->path[worst] ? t : worst;
    }
    if (p->goal == PEN_GOAL_DRAWDOWN)
        p->share[worst] = 1;
}

/* Shares of drawdowns become those of the returns since their peaks. */
static void spread_shares(planes *p)
{
    double sum = 0;
    memset(p->path, 0, p->points * sizeof *p->path);
    for (size_t t = p->points; t-- > 0;) { /* from the back: a drawdown at t begins to count */
        p->path[t] += p->share[t];
        if (p->peak[t] > 0)
            p->path[p->peak[t] - 1] -= p->share[t];
    }
    for (size_t t = p->points; t-- > 0;) {
        sum += p->path[t];
        p->share[t] = sum;
    }
}

/* The function at w, and its slope there. */
static double evaluate(planes *p, const double *w)
{
    bool is_drawdown = p->goal != PEN_GOAL_CVAR;
    find_path(p, w);
    if (is_drawdown)
        find_drawdowns(p);
    else
        for (size_t t = 0; t < p->points; t++)
            p->path[t] = -p->path[t];
    find_shares(p);
    double value = dot(p->share, p->path, p->points);
    if (is_drawdown)
        spread_shares(p);
    for (size_t i = 0; i < p->n; i++)
        p->slope[i] = -dot(p->share, p->returns + i * p->points, p->points);
    return value;
}

/* ---- the linear program ---- */

static pen_status grow(planes *p)
{
    size_t capacity = p->capacity == 0 ? 64 : 2 * p->capacity, v = p->v, cells;
    size_t fixed = p->g->qp.n_rows, rows = fixed + capacity;
    double *old = p->lp;
    PEN_TRY(pen_size_mul(rows, v + 3, &cells));
    PEN_TRY(pen_alloc(cells + 6 * v, sizeof(double), &p->lp));
    double *at = p->lp, *old_rows = p->rows;
    int8_t *old_active = p->active;
    p->rows = at;
    p->row_lower = p->rows + rows * v;
    p->row_upper = p->row_lower + rows;
    p->lower = p->row_upper + rows;
    p->upper = p->lower + v;
    p->cost = p->upper + v;
    p->zero = p->cost + v;
    p->x = p->zero + v;
    p->active = (int8_t *)(p->x + v); /* v + rows bytes of as many cells */
    if (old != NULL) {
        memcpy(p->rows, old_rows, (fixed + p->count) * v * sizeof *old_rows);
        memcpy(p->active, old_active, v + fixed + p->count);
    }
    for (size_t r = 0; old == NULL && r < fixed; r++)
        memcpy(p->rows + r * v, p->g->rows + r * (v - 1), (v - 1) * sizeof *old_rows);
    for (size_t r = 0; r < rows; r++) {
        p->row_lower[r] = r < fixed ? p->g->row_lower[r] : 0;
        p->row_upper[r] = r < fixed ? p->g->row_upper[r] : INFINITY;
    }
    memcpy(p->lower, p->g->lower, (v - 1) * sizeof *p->lower);
    memcpy(p->upper, p->g->upper, (v - 1) * sizeof *p->upper);
    p->lower[v - 1] = -INFINITY;
    p->upper[v - 1] = INFINITY;
    p->cost[v - 1] = 1;
    p->capacity = capacity;
    pen_free(old);
    return PEN_OK;
}

/* level - slope w / scale >= 0 */
static pen_status add_plane(planes *p)
{
    if (p->count == p->capacity)
        PEN_TRY(grow(p));
    const program *g = p->g;
    size_t r = g->qp.n_rows + p->count++;
    double *row = p->rows + r * p->v, now = 0;
    for (size_t i = 0; i < p->n; i++) {
        row[i] = -p->slope[i] / p->scale;
        if (!g->is_split)
            continue;
        row[p->n + i] = -row[i];
        now += row[i] * (g->p->current != NULL ? g->p->current[i] : 0);
    }
    row[p->v - 1] = 1;
    p->row_lower[r] = -now;
    p->active[p->v + r] = -1;
    return PEN_OK;
}

/* The weights at which the planes are lowest, into g, and how low that is. */
static pen_status lowest(planes *p, double *level, double *residual)
{
    program *g = p->g;
    pen_qp_answer answer;
    const pen_qp lp = { .n = p->v,
                        .diagonal = p->zero,
                        .cost = p->cost,
                        .lower = p->lower,
                        .upper = p->upper,
                        .rows = p->rows,
                        .row_lower = p->row_lower,
                        .row_upper = p->row_upper,
                        .n_rows = g->qp.n_rows + p->count };
    PEN_TRY(qp_solve_checked(&lp, p->active, p->x, NULL, &answer));
    memcpy(g->x, p->x, g->n_vars * sizeof *g->x);
    program_take_weights(g);
    *level = p->x[p->v - 1] * p->scale;
    *residual = answer.kkt_residual;
    g->last.rounds += answer.rounds;
    g->last.steps += answer.steps;
    return PEN_OK;
}

/* ---- together ---- */

static pen_status descend(planes *p, double *best, double *residual)
{
    double level = -INFINITY, value, gap;
    PEN_TRY(program_solve(p->g, 0)); /* the least variance is a good start */
    value = *best = evaluate(p, p->g->weights);
    p->scale = greater(largest(p->slope, p->n), 1e-300);
    for (int i = 0; i < MOST_PLANES; i++) {
        double of_program;
        PEN_TRY(add_plane(p));
        PEN_TRY(lowest(p, &level, &of_program));
        value = evaluate(p, p->g->weights);
        *best = fmin(*best, value);
        gap = (value - level) / p->scale;
        *residual = greater(of_program, fabs(gap));
        if (gap <= GOOD_GAP) {
            *best = value;
            return PEN_OK;
        }
    }
    return pen_fail(PEN_E_INTERNAL, "%s: a gap of %g after %d planes", p->g->function,
                    *best - level, MOST_PLANES);
}

static pen_status check_inputs(const program *g, const pen_goal_params *params)
{
    const pen_portfolio *p = g->p;
    const char *goal = pen_goal_name(params->goal);
    if (p->returns == NULL || p->n_points == 0)
        return pen_fail(PEN_E_ARG, "%s: no returns, which %s needs", g->function, goal);
    if (p->cost != NULL)
        return pen_fail(PEN_E_ARG, "%s: costs of trading, which %s does not know", g->function,
                        goal);
    if (!(params->confidence > 0 && params->confidence < 1))
        return pen_fail(PEN_E_ARG, "%s: confidence %g, expected above 0 and below 1", g->function,
                        params->confidence);
    return qp_check_values(g->function, "returns", p->returns, p->n * p->n_points, p->n_points,
                           false);
}

pen_status goal_scenarios(program *g, const pen_goal_params *params, double *objective,
                          double *residual)
{
    planes p = { .g = g,
                 .goal = params->goal,
                 .confidence = params->confidence,
                 .n = g->n,
                 .points = g->p->n_points,
                 .returns = g->p->returns,
                 .v = g->n_vars + 1 };
    PEN_TRY(check_inputs(g, params));
    PEN_TRY(pen_alloc(4 * p.points + p.n + 1, sizeof(double), &p.block));
    p.path = p.block;
    p.share = p.path + p.points;
    p.slope = p.share + p.points + 1;
    p.order = (size_t *)(p.slope + p.n);
    p.peak = p.order + p.points;
    pen_status s = descend(&p, objective, residual);
    pen_free(p.block);
    pen_free(p.lp);
    return s;
}
