/* Kelly's portfolio: the greatest mean logarithm of growth over the given returns, by Newton's
 * steps, each a quadratic program with all limits. */
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "goals.h"
#include "qp.h"
#include "vector.h"

enum { MOST_STEPS = 100, MOST_HALVINGS = 60 };

typedef struct growth {
    const pen_portfolio *p;
    double *factor;         /* [n_points] 1 + return of the portfolio */
    double *scaled;         /* [n_points] */
    double *mean;           /* [n] of the model */
    double *slope, *before; /* [n] of the mean logarithm at w, and at the w before */
    double *hessian;        /* [n][n] of less the mean logarithm */
    double *w, *next;       /* [n] the best so far, and the model's best */
    double *trial;          /* [n] */
    void *block;
} growth;

/* What is left of a loss of everything, by rounding. */
static const double RUIN = 1e-14;

/* The mean logarithm at w; -infinity where all is lost once. */
static double find_growth(growth *k, const double *w)
{
    size_t points = k->p->n_points;
    double sum = 0;
    for (size_t t = 0; t < points; t++)
        k->factor[t] = 1;
    for (size_t i = 0; i < k->p->n; i++)
        add_scaled(k->factor, w[i], k->p->returns + i * points, points);
    for (size_t t = 0; t < points; t++) {
        if (!(k->factor[t] > RUIN))
            return -INFINITY;
        sum += log(k->factor[t]);
    }
    return sum / (double)points;
}

/* After find_growth() at w. */
static void find_slope(growth *k)
{
    size_t points = k->p->n_points;
    for (size_t t = 0; t < points; t++)
        k->scaled[t] = 1 / k->factor[t];
    for (size_t i = 0; i < k->p->n; i++)
        k->slope[i] = dot(k->scaled, k->p->returns + i * points, points) / (double)points;
}

/* The model at w: its covariance is the Hessian, its means the slope and Hessian w. */
static void find_model(growth *k)
{
    size_t points = k->p->n_points, n = k->p->n;
    for (size_t i = 0; i < n; i++) {
        for (size_t t = 0; t < points; t++)
            k->scaled[t] =
                k->p->returns[i * points + t] / (k->factor[t] * k->factor[t] * (double)points);
        for (size_t j = 0; j <= i; j++)
            k->hessian[i * n + j] = k->hessian[j * n + i] =
                dot(k->scaled, k->p->returns + j * points, points);
    }
    for (size_t i = 0; i < n; i++)
        k->mean[i] = k->slope[i] + dot(k->hessian + i * n, k->w, n);
}

/* As far towards `next` as the growth rises; false for not at all. */
static bool advance(growth *k, double *value, double *share)
{
    size_t n = k->p->n;
    *share = 1;
    for (int i = 0; i < MOST_HALVINGS; i++, *share /= 2) {
        for (size_t a = 0; a < n; a++)
            k->trial[a] = *share == 1 ? k->next[a] : k->w[a] + *share * (k->next[a] - k->w[a]);
        double there = find_growth(k, k->trial);
        if (there < *value - 1e-15 * (1 + fabs(*value)))
            continue;
        *value = there;
        return true;
    }
    find_growth(k, k->w);
    return false;
}

/* What is left of the conditions at the model's best point: the model's own residual, and how
 * far its slope there is from the true one. */
static double left_over(growth *k, double residual)
{
    size_t n = k->p->n;
    double most = 0;
    for (size_t i = 0; i < n; i++)
        k->trial[i] = k->next[i] - k->w[i];
    for (size_t i = 0; i < n; i++) {
        double model = k->before[i] - dot(k->hessian + i * n, k->trial, n);
        most = greater(most, fabs(k->slope[i] - model));
    }
    return greater(residual, most / greater(largest(k->slope, n), 1e-300));
}

static pen_status solve_model(growth *k, const char *function, double *residual)
{
    pen_portfolio p = *k->p;
    program m;
    p.covariance = k->hessian;
    p.mean = k->mean;
    pen_status s = program_create(function, &p, k->mean, &m);
    if (s == PEN_OK)
        s = program_solve(&m, 1);
    if (s == PEN_OK) {
        memcpy(k->next, m.weights, k->p->n * sizeof *k->next);
        *residual = m.last.kkt_residual;
    }
    program_clear(&m);
    return s;
}

/* From w, which the limits allow. */
static pen_status climb(growth *k, const char *function, double *value, double *residual)
{
    size_t n = k->p->n;
    double share, best = INFINITY;
    *value = find_growth(k, k->w);
    if (isinf(*value))
        return pen_fail(PEN_E_ARG, "%s: a loss of everything in the returns", function);
    find_slope(k);
    for (int i = 0; i < MOST_STEPS; i++) {
        double of_model;
        find_model(k);
        PEN_TRY(solve_model(k, function, &of_model));
        memcpy(k->before, k->slope, n * sizeof *k->before);
        if (!advance(k, value, &share))
            return PEN_OK;
        find_slope(k);
        double left = share == 1 ? left_over(k, of_model) : INFINITY;
        if (left < best || share < 1)
            for (size_t a = 0; a < n; a++)
                k->w[a] = share == 1 ? k->next[a] : k->w[a] + share * (k->next[a] - k->w[a]);
        if (left <= 1e-14 || (left < 1e-10 && left >= best)) {
            *residual = fmin(left, best);
            return PEN_OK;
        }
        best = left;
        *residual = left;
    }
    return PEN_OK;
}

static pen_status check_returns(const program *g)
{
    const pen_portfolio *p = g->p;
    if (p->returns == NULL || p->n_points == 0)
        return pen_fail(PEN_E_ARG, "%s: no returns, which kelly needs", g->function);
    if (p->cost != NULL)
        return pen_fail(PEN_E_ARG, "%s: costs of trading, which kelly does not know", g->function);
    return qp_check_values(g->function, "returns", p->returns, p->n * p->n_points, p->n_points,
                           false);
}

static pen_status reserve(growth *k)
{
    size_t n = k->p->n, points = k->p->n_points, cells;
    PEN_TRY(pen_size_mul(n, n + 6, &cells));
    PEN_TRY(pen_size_add(cells, 2 * points, &cells));
    PEN_TRY(pen_alloc(cells, sizeof(double), &k->block));
    k->hessian = k->block;
    double *at = k->hessian + n * n;
    double **const arrays[] = { &k->mean, &k->slope, &k->before, &k->w, &k->next, &k->trial };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++, at += n)
        *arrays[i] = at;
    k->factor = at;
    k->scaled = at + points;
    return PEN_OK;
}

pen_status goal_kelly(program *g, double *objective, double *residual)
{
    growth k = { .p = g->p };
    *residual = INFINITY;
    PEN_TRY(check_returns(g));
    PEN_TRY(program_solve(g, 0)); /* the least variance is a cautious start */
    pen_status s = reserve(&k);
    if (s == PEN_OK) {
        memcpy(k.w, g->weights, g->n * sizeof *k.w);
        s = climb(&k, g->function, objective, residual);
    }
    if (s == PEN_OK) {
        memcpy(g->weights, k.w, g->n * sizeof *k.w);
        if (!(*residual <= 1e-10))
            s = pen_fail(PEN_E_INTERNAL, "%s: the residual is %g", g->function, *residual);
    }
    pen_free(k.block);
    return s;
}
