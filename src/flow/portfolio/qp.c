/* Quadratic programs: the public functions, proximal steps and the certificate. */
#include <stdint.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "qp.h"
#include "vector.h"

/* The shift of singular matrices falls from step to step to this share of the largest diagonal
 * element; a linear objective gets a share of its largest cost, less where it takes many steps. */
static const double LAST_SHIFT = 1e-11, LINEAR_SHIFT = 1e-4, LEAST_LINEAR_SHIFT = 1e-8;
static const double GOOD_RESIDUAL = 1e-10;
enum { MOST_PROXIMAL = 200, ALL_FREE_BELOW = 64 };

/* ---- the first working set ---- */

static int8_t nearest_bound(const qp_state *s, size_t j)
{
    return isfinite(qp_lower(s, j)) ? QP_LOWER : isfinite(qp_upper(s, j)) ? QP_UPPER : QP_FREE;
}

/* Variables that would do best alone start free, the others at a bound. */
static void guess(qp_state *s)
{
    size_t wanted = ALL_FREE_BELOW + s->n / 16 + 2 * s->m, count = s->n;
    double low = INFINITY, high = -INFINITY;
    for (size_t j = 0; j < s->n; j++) {
        double d = s->p->q != NULL ? s->p->q[j * s->n + j] : s->p->diagonal[j];
        for (size_t f = 0; s->p->q == NULL && f < s->p->n_factors; f++)
            d += s->p->loading[f * s->n + j] * s->p->loading[f * s->n + j];
        s->kept[j] = s->cost[j] + d / 2;
        low = fmin(low, s->kept[j]);
        high = greater(high, s->kept[j]);
    }
    double limit = high;
    for (int halving = 0; count > wanted && halving < 60; halving++) {
        double middle = low + (limit - low) / 2;
        size_t within = 0;
        for (size_t j = 0; j < s->n; j++)
            within += s->kept[j] <= middle;
        if (within >= wanted / 2) {
            limit = middle;
            count = within;
        } else {
            low = middle;
        }
    }
    for (size_t j = 0; j < s->n; j++)
        if (s->kept[j] > limit)
            s->at[j] = nearest_bound(s, j);
}

void qp_expect(qp_state *s, const int8_t *active)
{
    bool is_expected = false;
    for (size_t c = 0; c < s->n + s->m; c++) {
        bool is_upper = active != NULL && active[c] > 0;
        double limit = is_upper ? qp_upper(s, c) : qp_lower(s, c);
        s->at[c] = QP_FREE;
        if (qp_lower(s, c) == qp_upper(s, c)) {
            s->at[c] = QP_EQUAL;
        } else if (active != NULL && active[c] != 0 && isfinite(limit)) {
            s->at[c] = is_upper ? QP_UPPER : QP_LOWER;
            is_expected = true;
        }
    }
    if (!is_expected && s->n > ALL_FREE_BELOW)
        guess(s);
    for (size_t j = 0; j < s->n; j++)
        if (s->at[j] == QP_EQUAL)
            s->x[j] = qp_lower(s, j);
}

/* ---- one problem ---- */

static pen_status solve_once(qp_state *s, bool *is_definite)
{
    bool is_done;
    PEN_TRY(qp_pivot(s, &is_done, is_definite));
    if (*is_definite && !is_done)
        return qp_dual(s, is_definite);
    return PEN_OK;
}

/* Minimises with shift |x - previous x|^2 / 2 added, until x stays. */
static pen_status solve_singular(qp_state *s, const double *cost)
{
    size_t n = s->n;
    double *before;
    bool is_definite = true, is_still = false, is_endless = false;
    PEN_TRY(pen_alloc_array(n, sizeof *before, (void **)&before));
    pen_status status = PEN_OK;
    for (int i = 0;
         i < MOST_PROXIMAL && status == PEN_OK && is_definite && !is_still && !is_endless; i++) {
        memcpy(before, s->x, n * sizeof *before);
        for (size_t j = 0; j < n; j++)
            s->cost[j] = cost[j] - s->shift * before[j];
        s->is_ready = false;
        status = solve_once(s, &is_definite);
        double moved = 0;
        for (size_t j = 0; j < n; j++)
            moved = greater(moved, fabs(s->x[j] - before[j]));
        is_still = s->shift * moved <= 1e-14 * s->gradient_size;
        if (s->diagonal > 0)
            s->shift = greater(s->shift / 10, LAST_SHIFT * s->diagonal);
        else if (i % 10 == 9) /* small differences of costs take long steps */
            s->shift = greater(s->shift / 10, LEAST_LINEAR_SHIFT * largest(cost, n));
        is_endless = s->x_size > 1e9 ||
                     (i == MOST_PROXIMAL - 1 && s->shift * moved > 1e-9 * s->gradient_size);
    }
    if (status == PEN_OK && is_endless)
        status = pen_fail(PEN_E_ARG, "the objective has no minimum: give the variables bounds");
    memcpy(s->cost, cost, n * sizeof *cost);
    pen_free(before);
    if (status == PEN_OK && !is_definite)
        return pen_fail(PEN_E_ARG, "the matrix is not positive semidefinite");
    return status;
}

/* From nothing, with steps that begin at `shift`. */
static pen_status begin_proximal(qp_state *s, const double *cost, double shift)
{
    memset(s->x, 0, s->n * sizeof *s->x);
    memset(s->y, 0, s->m * sizeof *s->y);
    memcpy(s->cost, cost, s->n * sizeof *cost);
    qp_expect(s, NULL);
    s->forgiven = QP_FORGIVEN;
    s->shift = s->first_shift = shift;
    return solve_singular(s, cost);
}

/* Whether constraints depend on each other is told from Q's inverse: an ill-conditioned one can
 * make it look so.  Only what cannot be met with a matrix near the identity is a contradiction. */
pen_status qp_run(qp_state *s, const double *cost)
{
    static const double shares[] = { 1e-6, 1e-3, 1 };
    bool is_definite = true;
    memcpy(s->cost, cost, s->n * sizeof *cost);
    if (s->shift > 0) {
        s->shift = s->first_shift;
        return solve_singular(s, cost);
    }
    pen_status status = solve_once(s, &is_definite);
    if (status != PEN_E_INFEASIBLE && (status != PEN_OK || is_definite))
        return status;
    if (s->diagonal == 0) {
        double size = LINEAR_SHIFT * largest(cost, s->n);
        return begin_proximal(s, cost, size > 0 ? size : 1);
    }
    for (size_t i = 0; i < PEN_COUNT(shares); i++) {
        status = begin_proximal(s, cost, shares[i] * s->diagonal);
        if (status != PEN_E_INFEASIBLE)
            return status;
    }
    return status;
}

/* ---- the certificate ---- */

/* Of one constraint: its value, multiplier and limits; not yet scaled. */
static inline void certify_constraint(pen_qp_answer *a, double value, double multiplier, double low,
                                      double high)
{
    double limit = multiplier > 0 ? low : high;
    a->primal = greater(a->primal, greater(low - value, value - high));
    if (multiplier == 0)
        return;
    if (isinf(limit)) /* there is no such limit to push against */
        a->dual = greater(a->dual, fabs(multiplier));
    else
        a->complementarity = greater(a->complementarity, fabs(multiplier * (value - limit)));
}

/* Leaves the gradient's residual in `left`; `weights` has room for the factors. */
static void certify(const pen_qp *p, double diagonal, const double *cost, const double *x,
                    const double *bounds, const double *rows, double *left, double *weights,
                    pen_qp_answer *a)
{
    size_t n = p->n;
    double gradient_size = 0, x_size = greater(1, largest(x, n)), square = 0, linear = 0;
    qp_times(p, x, weights, left);
    for (size_t j = 0; j < n; j++) {
        double c = cost != NULL ? cost[j] : 0;
        gradient_size = greater(gradient_size, greater(fabs(left[j]), fabs(c)));
        square += left[j] * x[j];
        linear += c * x[j];
        left[j] += c - bounds[j];
    }
    gradient_size = greater(gradient_size, QP_LEAST_GRADIENT * diagonal * x_size);
    gradient_size = greater(gradient_size, 1e-300);
    a->objective = square / 2 + linear;
    a->stationarity = a->primal = a->dual = a->complementarity = 0;
    for (size_t j = 0; j < n; j++)
        certify_constraint(a, x[j], bounds[j], p->lower != NULL ? p->lower[j] : -INFINITY,
                           p->upper != NULL ? p->upper[j] : INFINITY);
    for (size_t r = 0; r < p->n_rows; r++) {
        const double *row = p->rows + r * n;
        double size = greater(largest(row, n), 1e-300);
        add_scaled(left, -rows[r], row, n);
        certify_constraint(a, dot(row, x, n) / size, rows[r] * size,
                           (p->row_lower != NULL ? p->row_lower[r] : -INFINITY) / size,
                           (p->row_upper != NULL ? p->row_upper[r] : INFINITY) / size);
    }
    a->stationarity = largest(left, n) / gradient_size;
    a->primal /= x_size;
    a->dual /= gradient_size;
    a->complementarity /= x_size * gradient_size;
    a->kkt_residual =
        greater(greater(a->stationarity, a->primal), greater(a->dual, a->complementarity));
}

pen_status pen_qp_certify(const pen_qp *problem, const double *x, const double *multipliers,
                          pen_qp_answer *answer)
{
    double *room;
    *answer = (pen_qp_answer){ 0 };
    PEN_TRY(qp_check("pen_qp_certify", problem));
    PEN_TRY(qp_check_values("pen_qp_certify", "x", x, problem->n, 0, false));
    PEN_TRY(qp_check_values("pen_qp_certify", "multipliers", multipliers,
                            problem->n + problem->n_rows, 0, false));
    PEN_TRY(pen_alloc_array(problem->n + problem->n_factors, sizeof *room, (void **)&room));
    certify(problem, qp_diagonal(problem), problem->cost, x, multipliers, multipliers + problem->n,
            room, room + problem->n, answer);
    pen_free(room);
    return PEN_OK;
}

void qp_certify(qp_state *s, const double *cost, pen_qp_answer *answer)
{
    for (size_t j = 0; j < s->n; j++)
        if (s->at[j] == QP_FREE)
            s->z[j] = 0;
    certify(s->p, s->diagonal, cost, s->x, s->z, s->y, s->step, s->weights, answer);
    answer->rounds = s->rounds;
    answer->steps = s->steps;
}

/* ---- public ---- */

pen_status qp_solve(qp_state *s, const double *cost, pen_qp_answer *answer)
{
    PEN_TRY(qp_run(s, cost));
    qp_certify(s, cost, answer);
    if (answer->kkt_residual > 1e-13 && s->shift == 0) {
        qp_kkt_refine(s);
        qp_certify(s, cost, answer);
    }
    if (!(answer->kkt_residual <= GOOD_RESIDUAL))
        return pen_fail(PEN_E_INTERNAL, "the residual is %g after %zu rounds and %zu steps",
                        answer->kkt_residual, s->rounds, s->steps);
    return PEN_OK;
}

static void write_active(const qp_state *s, int8_t *active)
{
    for (size_t c = 0; active != NULL && c < s->n + s->m; c++)
        active[c] = s->at[c] == QP_EQUAL ? QP_LOWER : s->at[c];
}

pen_status qp_solve_checked(const pen_qp *problem, int8_t *active, double *x, double *multipliers,
                            pen_qp_answer *answer)
{
    qp_state s = { 0 };
    double *cost = NULL;
    *answer = (pen_qp_answer){ 0 };
    pen_status status = qp_state_create(problem, &s);
    if (status == PEN_OK)
        status = pen_alloc(problem->n, sizeof *cost, (void **)&cost);
    if (status == PEN_OK) {
        memcpy(cost, s.cost, s.n * sizeof *cost);
        qp_expect(&s, active);
        status = qp_solve(&s, cost, answer);
    }
    if (status == PEN_OK) {
        memcpy(x, s.x, s.n * sizeof *x);
        write_active(&s, active);
        if (multipliers != NULL) {
            memcpy(multipliers, s.z, s.n * sizeof *multipliers);
            memcpy(multipliers + s.n, s.y, s.m * sizeof *multipliers);
        }
    } else if (status == PEN_E_INFEASIBLE) {
        answer->constraint = s.constraint;
        answer->shortfall = s.shortfall;
    }
    pen_free(cost);
    qp_state_clear(&s);
    return status;
}

pen_status pen_qp_solve(const pen_qp *problem, int8_t *active, double *x, double *multipliers,
                        pen_qp_answer *answer)
{
    *answer = (pen_qp_answer){ 0 };
    PEN_TRY(qp_check("pen_qp_solve", problem));
    pen_status s = qp_solve_checked(problem, active, x, multipliers, answer);
    if (s == PEN_E_INFEASIBLE)
        return qp_explain("pen_qp_solve", problem, answer);
    return s == PEN_OK ? PEN_OK : pen_fail_context(s, "pen_qp_solve");
}
