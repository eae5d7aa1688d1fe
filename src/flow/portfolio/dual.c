/* The dual active-set method of Goldfarb and Idnani: x always solves the working set's equations
 * with multipliers of the right sign; the most violated constraint is added, and those that its
 * multiplier drives to zero leave first.  If none can, there is no answer. */
#include <stdint.h>
#include <string.h>

#include "../../machine/base/status.h"
#include "cholesky.h"
#include "qp.h"
#include "vector.h"

/* A direction this much shorter than the constraint's own is rounding: it depends on the rest.
 * More is taken for that where less has led to equations that cannot be solved. */
static const double LEAST_SLOPE = 1e-11, MORE_SLOPE = 30;
static const double FORGIVEN_AT_MOST = 9e-11;
enum { MOST_ATTEMPTS = 8 };

/* The constraint that enters and the step towards it. */
typedef struct entering {
    size_t constraint;
    double sign;       /* 1: x is below its lower limit, -1: above its upper */
    double missing;    /* what is left to the limit, > 0 */
    double multiplier; /* its own so far, >= 0 */
    double slope;      /* how fast `missing` falls; 0 if it cannot */
    bool is_lost;      /* rounding broke the factorisation: to begin anew */
} entering;

/* ---- the start ---- */

/* Nothing holds but variables that cannot move. */
static void release_all(qp_state *s)
{
    for (size_t c = 0; c < s->n + s->m; c++)
        if (c >= s->n || s->at[c] != QP_EQUAL)
            s->at[c] = QP_FREE;
}

/* Solves for the working set, without the constraints whose multipliers have the wrong sign. */
static pen_status begin(qp_state *s, bool *is_definite)
{
    for (;;) {
        s->is_ready = false;
        PEN_TRY(qp_prepare(s, is_definite));
        if (!*is_definite)
            return PEN_OK;
        if (!s->is_ready) {
            release_all(s);
            continue;
        }
        qp_kkt_refine(s);
        size_t wrong = 0;
        for (size_t c = 0; c < s->n + s->m; c++)
            if (qp_wrong_sign(s, c) > 0) {
                s->at[c] = QP_FREE;
                wrong++;
            }
        if (wrong == 0)
            return PEN_OK;
    }
}

/* ---- a step ---- */

static bool find_violated(const qp_state *s, entering *e)
{
    double worst = 0;
    for (size_t c = 0; c < s->n + s->m; c++) {
        double excess = s->at[c] == QP_FREE ? qp_excess(s, c) : 0;
        double size = c < s->n ? 1 : greater(s->row_size[c - s->n], 1e-300);
        if (fabs(excess) / size <= worst)
            continue;
        worst = fabs(excess) / size;
        *e = (entering){ .constraint = c, .sign = excess < 0 ? 1 : -1, .missing = fabs(excess) };
    }
    return worst > 0;
}

/* Directions of x (step), y and z as the entering constraint's multiplier grows. */
static void find_direction(qp_state *s, entering *e)
{
    size_t p = e->constraint, n = s->n;
    const double *row = p >= n ? s->p->rows + (p - n) * n : NULL;
    double *step = s->step, *y = s->change_y, *z = s->change_z;
    double slope = 0, alone = 0;
    for (size_t i = 0; i < s->k; i++)
        step[i] = e->sign * (row != NULL ? row[s->free[i]] : s->free[i] == p);
    qp_solve_free(s, step);
    for (size_t i = 0; i < s->k; i++)
        alone += e->sign * (row != NULL ? row[s->free[i]] : s->free[i] == p) * step[i];
    for (size_t a = 0; a < s->n_held; a++)
        y[a] = -dot(s->held_free + a * n, step, s->k);
    cholesky_solve(s->schur, s->m, s->n_held, y);
    for (size_t a = 0; a < s->n_held; a++)
        add_scaled(step, y[a], s->held_solve + a * n, s->k);
    memset(s->kept, 0, n * sizeof *s->kept);
    for (size_t i = 0; i < s->k; i++) {
        s->kept[s->free[i]] = step[i];
        slope += e->sign * (row != NULL ? row[s->free[i]] : s->free[i] == p) * step[i];
    }
    bool is_room = s->n_held < s->k; /* for one more equation than there are */
    e->slope = is_room && slope > s->least_slope * alone ? slope : 0;
    if (e->slope == 0)
        memset(s->kept, 0, n * sizeof *s->kept);
    qp_times(s->p, s->kept, s->weights, z);
    add_scaled(z, s->shift, s->kept, n);
    for (size_t a = 0; a < s->n_held; a++)
        add_scaled(z, -y[a], s->p->rows + s->held[a] * n, n);
    if (row != NULL)
        add_scaled(z, -e->sign, row, n);
    else
        z[p] -= e->sign;
}

/* The constraint whose multiplier is first to reach 0, and when; SIZE_MAX for none. */
static size_t find_blocking(const qp_state *s, double *when)
{
    size_t first = SIZE_MAX;
    *when = INFINITY;
    for (size_t j = 0; j < s->n; j++) {
        double side = s->at[j] == QP_LOWER ? 1 : s->at[j] == QP_UPPER ? -1 : 0;
        double falls = -side * s->change_z[j];
        if (falls > 1e-14 && greater(0, side * s->z[j]) < *when * falls) {
            *when = greater(0, side * s->z[j]) / falls;
            first = j;
        }
    }
    for (size_t a = 0; a < s->n_held; a++) {
        size_t row = s->held[a];
        int8_t at = s->at[s->n + row];
        double side = at == QP_LOWER ? 1 : at == QP_UPPER ? -1 : 0;
        double falls = -side * s->change_y[a];
        if (falls * s->row_size[row] > 1e-14 && greater(0, side * s->y[row]) < *when * falls) {
            *when = greater(0, side * s->y[row]) / falls;
            first = s->n + row;
        }
    }
    return first;
}

/* Everything moves by t times its direction; kept is x's, z is the gradient's less the rows'. */
static void advance(qp_state *s, entering *e, double t)
{
    add_scaled(s->x, t, s->kept, s->n);
    add_scaled(s->z, t, s->change_z, s->n);
    for (size_t a = 0; a < s->n_held; a++)
        s->y[s->held[a]] += t * s->change_y[a];
    for (size_t r = 0; r < s->m; r++)
        s->row_x[r] += t * dot(s->p->rows + r * s->n, s->kept, s->n);
    e->multiplier += t;
    e->missing -= t * e->slope;
    s->x_size = greater(1, largest(s->x, s->n));
    s->steps++;
}

static pen_status leave(qp_state *s, size_t constraint, bool *is_definite)
{
    if (constraint >= s->n) {
        qp_row_release(s, constraint - s->n);
        return PEN_OK;
    }
    s->z[constraint] = 0;
    return qp_free_add(s, constraint, is_definite);
}

static void enter(qp_state *s, const entering *e)
{
    size_t p = e->constraint;
    int8_t at = e->sign > 0 ? QP_LOWER : QP_UPPER;
    if (qp_lower(s, p) == qp_upper(s, p))
        at = QP_EQUAL;
    if (p >= s->n) {
        qp_row_hold(s, p - s->n, at);
        s->y[p - s->n] = e->sign * e->multiplier;
        return;
    }
    qp_free_remove(s, p);
    s->at[p] = at;
    s->x[p] = at == QP_UPPER ? qp_upper(s, p) : qp_lower(s, p);
    s->z[p] = e->sign * e->multiplier;
}

/* What cannot hold together: the entering constraint and those whose multipliers grow with its
 * own.  The last row among them is named, as the most particular; a bound if there is no row. */
static pen_status give_up(qp_state *s, entering *e)
{
    size_t named = e->constraint;
    double side = e->sign, size_of = named < s->n ? 1 : s->row_size[named - s->n];
    if (e->missing <= FORGIVEN_AT_MOST * s->x_size * size_of) {
        s->forgiven = FORGIVEN_AT_MOST; /* rounding, as constraints nearly depend on each other */
        e->is_lost = true;
        return PEN_OK;
    }
    for (size_t a = 0; a < s->n_held; a++) {
        size_t row = s->held[a];
        double size = s->row_size[row];
        if (e->constraint >= s->n)
            size /= s->row_size[e->constraint - s->n];
        if (fabs(s->change_y[a]) * size < 1e-9 || (named >= s->n && s->n + row < named))
            continue;
        named = s->n + row;
        side = s->change_y[a] > 0 ? 1 : -1;
    }
    s->constraint = named;
    s->shortfall = side * e->missing;
    return pen_fail(PEN_E_INFEASIBLE, "constraint %zu is not met", named);
}

/* Until the constraint holds. */
static pen_status add(qp_state *s, entering *e, bool *is_definite)
{
    for (*is_definite = true; *is_definite;) {
        double blocked_at;
        find_direction(s, e);
        size_t blocking = find_blocking(s, &blocked_at);
        double whole = e->slope > 0 ? e->missing / e->slope : INFINITY;
        if (isinf(whole) && blocking == SIZE_MAX)
            return give_up(s, e);
        advance(s, e, fmin(whole, blocked_at));
        bool is_whole = whole <= blocked_at;
        if (is_whole)
            enter(s, e);
        else
            PEN_TRY(leave(s, blocking, is_definite));
        e->is_lost = *is_definite && !qp_hold_rows(s);
        if (e->is_lost)
            s->least_slope *= MORE_SLOPE;
        if (is_whole || e->is_lost)
            return PEN_OK;
    }
    return PEN_OK;
}

static bool is_solved(const qp_state *s)
{
    for (size_t c = 0; c < s->n + s->m; c++)
        if (s->at[c] == QP_FREE ? qp_excess(s, c) != 0 : qp_wrong_sign(s, c) > 0)
            return false;
    return true;
}

pen_status qp_dual(qp_state *s, bool *is_definite)
{
    size_t most = s->steps + 1000 + 50 * (s->n + s->m);
    entering e = { 0 };
    s->least_slope = LEAST_SLOPE;
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        PEN_TRY(begin(s, is_definite));
        if (!*is_definite || is_solved(s))
            return PEN_OK;
        e.is_lost = s->is_ready = false;
        while (*is_definite && !e.is_lost && s->steps < most && find_violated(s, &e))
            PEN_TRY(add(s, &e, is_definite));
        if (!*is_definite)
            return PEN_OK;
    }
    return begin(s, is_definite);
}
