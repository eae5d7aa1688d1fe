/* Steps to the solution of a working set's equations: see qp.h. */
#include <string.h>

#include "cholesky.h"
#include "qp.h"
#include "vector.h"

/* Rows that are the others' sum but for rounding. */
static const double LEAST_ROW = 1e-12;

bool qp_hold_rows(qp_state *s)
{
    for (size_t a = 0; a < s->n_held; a++) {
        const double *row = s->p->rows + s->held[a] * s->n;
        double *over = s->held_free + a * s->n, *solved = s->held_solve + a * s->n;
        for (size_t i = 0; i < s->k; i++)
            over[i] = row[s->free[i]];
        memcpy(solved, over, s->k * sizeof *solved);
        qp_solve_free(s, solved);
        for (size_t b = 0; b <= a; b++)
            s->schur[a * s->m + b] = dot(s->held_free + b * s->n, solved, s->k);
        if (!(s->schur[a * s->m + a] > 0))
            return false;
    }
    return cholesky_factor(s->schur, s->m, s->n_held, LEAST_ROW);
}

/* z = gradient - rows' y */
static void find_bound_multipliers(qp_state *s)
{
    memcpy(s->z, s->gradient, s->n * sizeof *s->z);
    for (size_t a = 0; a < s->n_held; a++)
        add_scaled(s->z, -s->y[s->held[a]], s->p->rows + s->held[a] * s->n, s->n);
}

/* x and all that follows from it move by `step`, given over the free variables. */
static void move(qp_state *s, const double *step)
{
    double *change = s->kept, *product = s->change_z;
    memset(change, 0, s->n * sizeof *change);
    for (size_t i = 0; i < s->k; i++) {
        change[s->free[i]] = step[i];
        s->x[s->free[i]] += step[i];
    }
    qp_times(s->p, change, s->weights, product);
    add_scaled(s->gradient, 1, product, s->n);
    if (s->shift > 0)
        add_scaled(s->gradient, s->shift, change, s->n);
    for (size_t r = 0; r < s->m; r++)
        s->row_x[r] += dot(s->p->rows + r * s->n, change, s->n);
    qp_measure(s);
}

static double limit_of(const qp_state *s, size_t row)
{
    return s->at[s->n + row] == QP_UPPER ? qp_upper(s, s->n + row) : qp_lower(s, s->n + row);
}

/* Changes of x and y, so that a second step takes back the first one's rounding. */
void qp_kkt_step(qp_state *s)
{
    double *step = s->step, *y = s->change_y;
    for (size_t i = 0; i < s->k; i++)
        step[i] = -s->gradient[s->free[i]];
    for (size_t a = 0; a < s->n_held; a++)
        add_scaled(step, s->y[s->held[a]], s->held_free + a * s->n, s->k);
    qp_solve_free(s, step);
    for (size_t a = 0; a < s->n_held; a++) {
        size_t row = s->held[a];
        y[a] = limit_of(s, row) - s->row_x[row] - dot(s->held_free + a * s->n, step, s->k);
    }
    cholesky_solve(s->schur, s->m, s->n_held, y);
    for (size_t a = 0; a < s->n_held; a++) {
        add_scaled(step, y[a], s->held_solve + a * s->n, s->k);
        s->y[s->held[a]] += y[a];
    }
    move(s, step);
    find_bound_multipliers(s);
}

static double stationarity(const qp_state *s)
{
    double most = 0;
    for (size_t i = 0; i < s->k; i++)
        most = greater(most, fabs(s->z[s->free[i]]));
    return most;
}

void qp_kkt_refine(qp_state *s)
{
    for (int i = 0; i < 4; i++) {
        qp_place(s);
        find_bound_multipliers(s);
        if (i > 0 && stationarity(s) <= 1e-15 * s->gradient_size)
            break;
        qp_kkt_step(s);
    }
    qp_place(s);
    qp_measure(s);
    find_bound_multipliers(s);
}
