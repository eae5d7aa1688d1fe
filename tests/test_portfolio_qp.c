/* Quadratic programs: against enumeration of all active sets, the conditions recomputed here,
 * published problems, degenerate and infeasible ones. */
#include "penstock/penstock.h"

#include <stdbool.h>

#include "check.h"
#include "machine/base/alloc.h"
#include "machine/base/rng.h"

enum { MOST = 40 };

/* A problem with its own arrays. */
typedef struct problem {
    pen_qp p;
    double q[MOST * MOST], diagonal[MOST], loading[MOST * MOST], cost[MOST];
    double lower[MOST], upper[MOST], rows[MOST * MOST], row_lower[MOST], row_upper[MOST];
} problem;

static pen_rng rng;

static double uniform(double low, double high)
{
    return low + (high - low) * pen_rng_uniform(&rng);
}

static void set_up(problem *t, size_t n, size_t m)
{
    t->p = (pen_qp){ .n = n,
                     .q = t->q,
                     .cost = t->cost,
                     .lower = t->lower,
                     .upper = t->upper,
                     .rows = t->rows,
                     .row_lower = t->row_lower,
                     .row_upper = t->row_upper,
                     .n_rows = m };
}

/* Q of `rank` random directions, plus ridge; bounds and rows around a point that meets them, some
 * of them infinite, some equations, some met exactly. */
static void draw(problem *t, size_t n, size_t m, size_t rank, double ridge)
{
    double inside[MOST], direction[MOST];
    set_up(t, n, m);
    memset(t->q, 0, sizeof t->q);
    for (size_t k = 0; k < rank; k++) {
        for (size_t i = 0; i < n; i++)
            direction[i] = uniform(-1, 1);
        for (size_t i = 0; i < n * n; i++)
            t->q[i] += direction[i / n] * direction[i % n];
    }
    for (size_t i = 0; i < n; i++) {
        t->q[i * n + i] += ridge;
        t->cost[i] = uniform(-2, 2);
        inside[i] = uniform(-1, 1);
        double kind = uniform(0, 1);
        t->lower[i] = kind < 0.1 ? -INFINITY : kind < 0.2 ? inside[i] : inside[i] - uniform(0, 1);
        t->upper[i] = kind > 0.9 ? INFINITY : kind > 0.8 ? inside[i] : inside[i] + uniform(0, 1);
    }
    for (size_t r = 0; r < m; r++) {
        double value = 0, kind = uniform(0, 1);
        for (size_t i = 0; i < n; i++) {
            t->rows[r * n + i] = uniform(0, 1) < 0.3 ? 0 : uniform(-1, 1);
            value += t->rows[r * n + i] * inside[i];
        }
        t->row_lower[r] = kind < 0.25 ? value : kind < 0.5 ? -INFINITY : value - uniform(0, 1);
        t->row_upper[r] = kind < 0.25 ? value : kind > 0.75 ? INFINITY : value + uniform(0, 1);
    }
}

/* ---- the conditions, from the definition ---- */

static double low_of(const pen_qp *p, size_t c)
{
    const double *low = c < p->n ? p->lower : p->row_lower;
    return low == NULL ? -INFINITY : low[c < p->n ? c : c - p->n];
}

static double high_of(const pen_qp *p, size_t c)
{
    const double *high = c < p->n ? p->upper : p->row_upper;
    return high == NULL ? INFINITY : high[c < p->n ? c : c - p->n];
}

static double q_of(const pen_qp *p, size_t i, size_t j)
{
    if (p->q != NULL)
        return p->q[i * p->n + j];
    double sum = i == j ? p->diagonal[i] : 0;
    for (size_t f = 0; f < p->n_factors; f++)
        sum += p->loading[f * p->n + i] * p->loading[f * p->n + j];
    return sum;
}

/* The largest violation of all conditions; numbers here are of the order of 1. */
static double violation(const pen_qp *p, const double *x, const double *multipliers)
{
    double worst = 0;
    for (size_t i = 0; i < p->n; i++) {
        double left = (p->cost != NULL ? p->cost[i] : 0) - multipliers[i];
        for (size_t j = 0; j < p->n; j++)
            left += q_of(p, i, j) * x[j];
        for (size_t r = 0; r < p->n_rows; r++)
            left -= multipliers[p->n + r] * p->rows[r * p->n + i];
        worst = fmax(worst, fabs(left));
    }
    for (size_t c = 0; c < p->n + p->n_rows; c++) {
        double value = c < p->n ? x[c] : 0, m = multipliers[c];
        for (size_t i = 0; c >= p->n && i < p->n; i++)
            value += p->rows[(c - p->n) * p->n + i] * x[i];
        worst = fmax(worst, fmax(low_of(p, c) - value, value - high_of(p, c)));
        if (m != 0)
            worst = fmax(worst,
                         fabs(m) * fmin(1, fabs(value - (m > 0 ? low_of(p, c) : high_of(p, c)))));
    }
    return worst;
}

static double objective(const pen_qp *p, const double *x)
{
    double sum = 0;
    for (size_t i = 0; i < p->n; i++) {
        sum += (p->cost != NULL ? p->cost[i] : 0) * x[i];
        for (size_t j = 0; j < p->n; j++)
            sum += q_of(p, i, j) * x[i] * x[j] / 2;
    }
    return sum;
}

/* ---- enumeration ---- */

/* Gauss with full pivoting, an independent way to solve; false for a singular matrix. */
static bool solve_linear(double *a, double *b, size_t n)
{
    size_t column[2 * MOST];
    for (size_t i = 0; i < n; i++)
        column[i] = i;
    for (size_t k = 0; k < n; k++) {
        size_t row = k, col = k;
        for (size_t i = k; i < n; i++)
            for (size_t j = k; j < n; j++)
                if (fabs(a[i * n + j]) > fabs(a[row * n + col])) {
                    row = i;
                    col = j;
                }
        if (fabs(a[row * n + col]) < 1e-10)
            return false;
        for (size_t j = 0; j < n; j++) {
            double t = a[k * n + j];
            a[k * n + j] = a[row * n + j];
            a[row * n + j] = t;
        }
        double t = b[k];
        b[k] = b[row];
        b[row] = t;
        for (size_t i = 0; i < n; i++) {
            t = a[i * n + k];
            a[i * n + k] = a[i * n + col];
            a[i * n + col] = t;
        }
        size_t c = column[k];
        column[k] = column[col];
        column[col] = c;
        for (size_t i = 0; i < n; i++) {
            double f = i == k ? 0 : a[i * n + k] / a[k * n + k];
            for (size_t j = k; f != 0 && j < n; j++)
                a[i * n + j] -= f * a[k * n + j];
            b[i] -= f * b[k];
        }
    }
    double x[2 * MOST];
    for (size_t k = 0; k < n; k++)
        x[column[k]] = b[k] / a[k * n + k];
    memcpy(b, x, n * sizeof *x);
    return true;
}

/* The best objective among the solutions of all working sets that meet all limits; infinite if
 * none does. */
static double enumerate(const pen_qp *p)
{
    size_t n = p->n, all = n + p->n_rows, sets = 1;
    double best = INFINITY;
    for (size_t c = 0; c < all; c++)
        sets *= 3;
    for (size_t set = 0; set < sets; set++) {
        double a[4 * MOST * MOST] = { 0 }, b[2 * MOST];
        size_t held[MOST], count = 0, rest = set;
        bool is_possible = true;
        double limit[MOST];
        for (size_t c = 0; c < all; c++, rest /= 3) {
            if (rest % 3 == 0)
                continue;
            limit[count] = rest % 3 == 1 ? low_of(p, c) : high_of(p, c);
            is_possible &= isfinite(limit[count]);
            held[count++] = c;
        }
        size_t size = n + count;
        if (!is_possible || count > n)
            continue;
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++)
                a[i * size + j] = q_of(p, i, j);
            b[i] = -p->cost[i];
        }
        for (size_t k = 0; k < count; k++) {
            for (size_t i = 0; i < n; i++) {
                double v = held[k] < n ? i == held[k] : p->rows[(held[k] - n) * n + i];
                a[i * size + n + k] = a[(n + k) * size + i] = v;
            }
            b[n + k] = limit[k];
        }
        if (!solve_linear(a, b, size))
            continue;
        for (size_t c = 0; c < all; c++) {
            double value = c < n ? b[c] : 0;
            for (size_t i = 0; c >= n && i < n; i++)
                value += p->rows[(c - n) * n + i] * b[i];
            is_possible &= value > low_of(p, c) - 1e-9 && value < high_of(p, c) + 1e-9;
        }
        if (is_possible)
            best = fmin(best, objective(p, b));
    }
    return best;
}

/* ---- tests ---- */

static void small_problems_match_the_best_of_all_active_sets(void)
{
    static problem t;
    pen_rng_init(&rng, 1, 0, 0, 0);
    for (int i = 0; i < 400; i++) {
        double x[MOST], multipliers[MOST];
        pen_qp_answer a;
        size_t n = 1 + (size_t)i % 4, m = (size_t)(i / 4) % 4;
        draw(&t, n, m, n, 0.05);
        CHECK_OK(pen_qp_solve(&t.p, NULL, x, multipliers, &a));
        CHECK(violation(&t.p, x, multipliers) < 1e-10);
        CHECK(a.kkt_residual < 1e-11);
        CHECK_NEAR("objective", a.objective, objective(&t.p, x), 1e-12);
        CHECK_NEAR("enumerated", a.objective, enumerate(&t.p), 1e-8);
    }
}

static void larger_problems_meet_the_conditions_from_any_start(void)
{
    static problem t;
    size_t steps = 0;
    pen_rng_init(&rng, 2, 0, 0, 0);
    for (int i = 0; i < 600; i++) {
        double x[MOST], other[MOST], multipliers[2 * MOST];
        int8_t active[2 * MOST] = { 0 };
        pen_qp_answer a;
        size_t n = 5 + (size_t)i % 30, m = (size_t)(i * 7) % 30;
        draw(&t, n, m, n, i % 3 == 0 ? 0 : 0.01);
        CHECK_OK(pen_qp_solve(&t.p, active, x, multipliers, &a));
        CHECK(violation(&t.p, x, multipliers) < 1e-9);
        steps += a.steps;
        double before = a.objective;
        CHECK_OK(pen_qp_solve(&t.p, active, other, NULL, &a)); /* from its own active set */
        CHECK(a.rounds == 1 || steps > 0);
        CHECK_NEAR("again", a.objective, before, 1e-9 * (1 + fabs(before)));
        for (size_t c = 0; c < n + m; c++)
            active[c] = (int8_t)(uniform(0, 3) - 1);
        CHECK_OK(pen_qp_solve(&t.p, active, other, multipliers, &a)); /* from nonsense */
        CHECK(violation(&t.p, other, multipliers) < 1e-9);
        CHECK_NEAR("nonsense", a.objective, before, 1e-9 * (1 + fabs(before)));
    }
    CHECK(steps > 0); /* the dual method had work to do */
}

static void singular_matrices_are_solved_exactly(void)
{
    static problem t;
    pen_rng_init(&rng, 3, 0, 0, 0);
    for (int i = 0; i < 200; i++) {
        double x[MOST], multipliers[2 * MOST];
        pen_qp_answer a;
        size_t n = 3 + (size_t)i % 20, m = (size_t)i % 4;
        draw(&t, n, m, (size_t)i % 3, 0);
        for (size_t j = 0; j < n; j++) { /* so that there is a minimum */
            t.lower[j] = fmax(t.lower[j], -5);
            t.upper[j] = fmin(t.upper[j], 5);
        }
        CHECK_OK(pen_qp_solve(&t.p, NULL, x, multipliers, &a));
        CHECK(violation(&t.p, x, multipliers) < 1e-9);
    }
}

/* Whether a row depends on others is harder to tell where Q is singular and many rows hold: such
 * problems, all with an answer, were once called infeasible. */
static void singular_problems_of_many_rows_have_their_answers(void)
{
    static problem t;
    pen_rng_init(&rng, 10, 0, 0, 0);
    for (int i = 0; i < 400; i++) {
        double x[MOST], multipliers[2 * MOST];
        pen_qp_answer a;
        size_t n = 3 + (size_t)i % 36, m = (size_t)(i * 7) % 38;
        draw(&t, n, m, n / 2 + 1, i % 2 ? 1e-9 : 0);
        for (size_t j = 0; j < n; j++) {
            t.lower[j] = fmax(t.lower[j], -5);
            t.upper[j] = fmin(t.upper[j], 5);
        }
        CHECK_OK(pen_qp_solve(&t.p, NULL, x, multipliers, &a));
        CHECK(violation(&t.p, x, multipliers) < 1e-9);
    }
}

static void published_problem_has_its_published_answer(void)
{
    /* The example of solve.QP in Turlach & Weingessel's quadprog for R, 1.5, its manual's page:
     * solution 0.4761905 1.0476190 2.0952381, value -2.380952. */
    static const double q[] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 }, cost[] = { 0, -5, 0 };
    static const double rows[] = { -4, -3, 0, 2, 1, 0, 0, -2, 1 }, low[] = { -8, 2, 0 };
    pen_qp p = { .n = 3, .q = q, .cost = cost, .rows = rows, .row_lower = low, .n_rows = 3 };
    double x[3], multipliers[6];
    pen_qp_answer a;
    CHECK_OK(pen_qp_solve(&p, NULL, x, multipliers, &a));
    CHECK_NEAR("x0", x[0], 0.4761905, 5e-8);
    CHECK_NEAR("x1", x[1], 1.0476190, 5e-8);
    CHECK_NEAR("x2", x[2], 2.0952381, 5e-8);
    CHECK_NEAR("value", a.objective, -2.380952, 5e-7);
}

static void loadings_give_what_their_matrix_gives(void)
{
    static problem t;
    pen_rng_init(&rng, 4, 0, 0, 0);
    for (int i = 0; i < 100; i++) {
        double x[MOST], y[MOST], multipliers[2 * MOST];
        pen_qp_answer a, b;
        size_t n = 2 + (size_t)i % 30, f = (size_t)i % 5;
        draw(&t, n, (size_t)i % 7, 1, 0);
        for (size_t k = 0; k < f * n; k++)
            t.loading[k] = uniform(-1, 1);
        for (size_t k = 0; k < n; k++)
            t.diagonal[k] = uniform(0.01, 1);
        t.p.q = NULL;
        t.p.diagonal = t.diagonal;
        t.p.loading = t.loading;
        t.p.n_factors = f;
        for (size_t k = 0; k < n * n; k++)
            t.q[k] = q_of(&t.p, k / n, k % n);
        CHECK_OK(pen_qp_solve(&t.p, NULL, x, multipliers, &a));
        CHECK(violation(&t.p, x, multipliers) < 1e-10);
        t.p.q = t.q;
        CHECK_OK(pen_qp_solve(&t.p, NULL, y, multipliers, &b));
        for (size_t k = 0; k < n; k++)
            CHECK_NEAR("x", x[k], y[k], 1e-9);
    }
}

static void infeasible_problems_say_which_and_by_how_much(void)
{
    static const double q[] = { 1, 0, 0, 2 }, low[] = { 0, 0 }, high[] = { 1, 1 };
    static const double rows[] = { 1, 1, 0.05, 0.08 };
    double row_low[] = { 1, 0.1 }, row_high[] = { 1, INFINITY }, x[2] = { 7, 7 };
    pen_qp p = { 2, q, NULL, NULL, NULL, low, high, rows, row_low, row_high, 0, 2 };
    pen_qp_answer a;
    CHECK_STATUS(pen_qp_solve(&p, NULL, x, NULL, &a), PEN_E_INFEASIBLE);
    CHECK_ERROR_SAYS("row 1: its lower limit 0.1 is missed by 0.02 at least");
    CHECK(a.constraint == 3 && x[0] == 7);
    CHECK_NEAR("shortfall", a.shortfall, 0.02, 1e-12);
    row_low[1] = -INFINITY;
    row_high[1] = 0.03;
    CHECK_STATUS(pen_qp_solve(&p, NULL, x, NULL, &a), PEN_E_INFEASIBLE);
    CHECK_ERROR_SAYS("row 1: its upper limit 0.03 is missed by 0.02 at least");
    row_low[0] = row_high[0] = 2.5; /* more than the bounds allow */
    row_high[1] = 1;
    CHECK_STATUS(pen_qp_solve(&p, NULL, x, NULL, &a), PEN_E_INFEASIBLE);
    CHECK_ERROR_SAYS("row 0: its lower limit 2.5 is missed by 0.5 at least");
    CHECK_NEAR("shortfall", a.shortfall, 0.5, 1e-12);
    row_low[0] = 2;
    row_high[0] = 1;
    CHECK_STATUS(pen_qp_solve(&p, NULL, x, NULL, &a), PEN_E_INFEASIBLE);
    CHECK_ERROR_SAYS("row 0: the lower limit 2 is above the upper limit 1");
}

static void random_shortfalls_are_those_of_enumeration(void)
{
    static problem t;
    int found = 0;
    pen_rng_init(&rng, 5, 0, 0, 0);
    for (int i = 0; i < 200; i++) {
        double x[MOST];
        pen_qp_answer a, b;
        draw(&t, 3, 3, 3, 0.1);
        for (size_t r = 0; r < 3; r++) { /* moved away from the point that meets them */
            t.row_lower[r] += 1.5;
            t.row_upper[r] += 1.5;
        }
        pen_status s = pen_qp_solve(&t.p, NULL, x, NULL, &a);
        CHECK(s == PEN_OK || s == PEN_E_INFEASIBLE);
        CHECK(isinf(enumerate(&t.p)) == (s == PEN_E_INFEASIBLE));
        if (s != PEN_E_INFEASIBLE || a.constraint < 3)
            continue;
        /* with the limit moved by the shortfall and a little, it is met if nothing else is wrong */
        double slack = a.shortfall * (1 + 1e-6) + 1e-9;
        t.row_lower[a.constraint - 3] -= slack;
        t.row_upper[a.constraint - 3] += slack;
        s = pen_qp_solve(&t.p, NULL, x, NULL, &b);
        CHECK(s == PEN_OK || b.constraint != a.constraint);
        t.row_lower[a.constraint - 3] += slack * 0.01;
        t.row_upper[a.constraint - 3] -= slack * 0.01;
        CHECK_STATUS(pen_qp_solve(&t.p, NULL, x, NULL, &b), PEN_E_INFEASIBLE);
        found++;
    }
    CHECK(found > 20);
}

static void degenerate_problems_have_answers(void)
{
    static problem t;
    double x[MOST], multipliers[2 * MOST];
    pen_qp_answer a;
    memset(&t, 0, sizeof t);
    set_up(&t, 1, 0); /* a single variable */
    t.q[0] = 2;
    t.cost[0] = -4;
    t.upper[0] = 9;
    CHECK_OK(pen_qp_solve(&t.p, NULL, x, multipliers, &a));
    CHECK_NEAR("x", x[0], 2, 1e-15);
    t.upper[0] = t.lower[0] = 1; /* that cannot move */
    CHECK_OK(pen_qp_solve(&t.p, NULL, x, multipliers, &a));
    CHECK(x[0] == 1 && fabs(multipliers[0] + 2) < 1e-15);
    set_up(&t, 8, 3); /* identical assets, the same equation thrice */
    for (size_t i = 0; i < 64; i++)
        t.q[i] = 0.04;
    for (size_t i = 0; i < 24; i++)
        t.rows[i] = i < 16 ? 1 : 2;
    for (size_t i = 0; i < 8; i++) {
        t.cost[i] = t.lower[i] = 0;
        t.upper[i] = 0.125;
    }
    t.row_lower[0] = t.row_upper[0] = t.row_lower[1] = t.row_upper[1] = 1;
    t.row_lower[2] = t.row_upper[2] = 2;
    CHECK_OK(pen_qp_solve(&t.p, NULL, x, multipliers, &a)); /* all bounds hold */
    for (size_t i = 0; i < 8; i++)
        CHECK_NEAR("weight", x[i], 0.125, 1e-12);
    CHECK(violation(&t.p, x, multipliers) < 1e-11);
    t.row_lower[2] = t.row_upper[2] = 2.25;
    CHECK_STATUS(pen_qp_solve(&t.p, NULL, x, multipliers, &a), PEN_E_INFEASIBLE);
    CHECK_NEAR("shortfall", a.shortfall, 0.25, 1e-10);
}

static void wrong_problems_are_refused(void)
{
    static problem t;
    double x[MOST] = { 0 }, multipliers[MOST] = { 0 };
    pen_qp_answer a;
    pen_rng_init(&rng, 6, 0, 0, 0);
    draw(&t, 4, 2, 4, 0.1);
    t.q[6] = NAN;
    CHECK_STATUS(pen_qp_solve(&t.p, NULL, x, NULL, &a), PEN_E_ARG);
    CHECK_ERROR_SAYS("q[1][2] is nan");
    t.q[6] = t.q[9] + 1e-3;
    CHECK_STATUS(pen_qp_solve(&t.p, NULL, x, NULL, &a), PEN_E_ARG);
    CHECK_ERROR_SAYS("symmetric");
    draw(&t, 4, 2, 4, -100);
    CHECK_STATUS(pen_qp_solve(&t.p, NULL, x, NULL, &a), PEN_E_ARG);
    draw(&t, 2, 0, 0, 1);
    t.q[1] = t.q[2] = 3;
    t.p.lower = t.p.upper = NULL;
    CHECK_STATUS(pen_qp_solve(&t.p, NULL, x, NULL, &a), PEN_E_ARG);
    CHECK_ERROR_SAYS("not positive semidefinite");
    t.q[1] = t.q[2] = 1; /* flat along (1, -1), where the cost falls */
    t.cost[0] = 1;
    t.cost[1] = -1;
    CHECK_STATUS(pen_qp_solve(&t.p, NULL, x, NULL, &a), PEN_E_ARG);
    CHECK_ERROR_SAYS("no minimum");
    t.cost[1] = INFINITY;
    CHECK_STATUS(pen_qp_solve(&t.p, NULL, x, NULL, &a), PEN_E_ARG);
    CHECK_ERROR_SAYS("cost[1] is inf");
    t.p.n = 0;
    CHECK_STATUS(pen_qp_solve(&t.p, NULL, x, NULL, &a), PEN_E_ARG);
    x[0] = NAN;
    t.p.n = 2;
    t.cost[1] = 0;
    CHECK_STATUS(pen_qp_certify(&t.p, x, multipliers, &a), PEN_E_ARG);
}

static void certificates_see_every_kind_of_error(void)
{
    static problem t;
    double x[MOST], multipliers[2 * MOST];
    pen_qp_answer a;
    pen_rng_init(&rng, 7, 0, 0, 0);
    draw(&t, 6, 2, 6, 0.1);
    CHECK_OK(pen_qp_solve(&t.p, NULL, x, multipliers, &a));
    CHECK_OK(pen_qp_certify(&t.p, x, multipliers, &a));
    CHECK(a.kkt_residual < 1e-12);
    multipliers[0] += 0.1;
    CHECK_OK(pen_qp_certify(&t.p, x, multipliers, &a));
    CHECK(a.stationarity > 1e-3);
    multipliers[0] -= 0.1;
    for (size_t i = 0; i < 6; i++)
        if (isfinite(t.upper[i]))
            x[i] = t.upper[i] + 1;
    CHECK_OK(pen_qp_certify(&t.p, x, multipliers, &a));
    CHECK(a.primal > 0.1);
    memset(multipliers, 0, sizeof multipliers);
    t.p.lower = NULL;
    multipliers[3] = 1;
    CHECK_OK(pen_qp_certify(&t.p, x, multipliers, &a));
    CHECK(a.dual > 1e-3);
}

static void batches_have_the_same_bits_for_any_number_of_threads(void)
{
    enum { N = 12, COUNT_OF = 300 };
    static problem t;
    static double costs[COUNT_OF * N], x[COUNT_OF * N], y[COUNT_OF * N];
    static pen_qp_answer answers[COUNT_OF];
    unsigned threads = pen_cpu_threads();
    pen_rng_init(&rng, 8, 0, 0, 0);
    draw(&t, N, 3, N, 0.1);
    for (size_t i = 0; i < COUNT(costs); i++)
        costs[i] = uniform(-2, 2);
    for (unsigned k = 1; k <= 4; k++) {
        pen_cpu_threads_set(k);
        CHECK_OK(pen_qp_solve_costs(&t.p, costs, COUNT_OF, k == 1 ? x : y, answers));
        CHECK(k == 1 || memcmp(x, y, sizeof x) == 0);
    }
    pen_cpu_threads_set(threads);
    for (size_t i = 0; i < COUNT_OF; i++) {
        double alone[N], multipliers[N + 3];
        pen_qp_answer a;
        t.p.cost = costs + i * N;
        CHECK_OK(pen_qp_solve(&t.p, NULL, alone, multipliers, &a));
        CHECK(answers[i].kkt_residual < 1e-12);
        CHECK_NEAR("objective", answers[i].objective, a.objective, 1e-11);
        for (size_t j = 0; j < N; j++)
            CHECK_NEAR("x", x[i * N + j], alone[j], 1e-9);
    }
    CHECK_OK(pen_qp_solve_costs(&t.p, costs, 0, x, NULL));
    costs[5 * N + 2] = NAN;
    CHECK_STATUS(pen_qp_solve_costs(&t.p, costs, COUNT_OF, x, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("costs[5][2]");
}

static void every_failed_allocation_is_reported(void)
{
    static problem t;
    static double costs[100 * 6], x[100 * 6];
    long live = pen_alloc_live();
    pen_status s = PEN_E_NOMEM;
    pen_qp_answer a;
    pen_rng_init(&rng, 9, 0, 0, 0);
    for (int kind = 0; kind < 4; kind++) {
        draw(&t, 6, 3, kind == 1 ? 2 : 6, kind == 1 ? 0 : 0.1);
        for (size_t j = 0; j < 6; j++) {
            t.lower[j] = -5;
            t.upper[j] = kind == 2 ? -4 : 5;
        }
        t.row_lower[1] = t.row_upper[1] = kind == 2 ? 100 : 0;
        for (size_t i = 0; i < COUNT(costs); i++)
            costs[i] = uniform(-1, 1);
        for (long k = 0; k < 100; k++) {
            pen_alloc_fail_after(k);
            s = kind == 3 ? pen_qp_solve_costs(&t.p, costs, 100, x, NULL)
                          : pen_qp_solve(&t.p, NULL, x, NULL, &a);
            pen_alloc_fail_after(-1);
            CHECK(pen_alloc_live() == live);
            if (s != PEN_E_NOMEM)
                break;
        }
        CHECK_STATUS(s, kind == 2 ? PEN_E_INFEASIBLE : PEN_OK);
    }
}

static const check_test tests[] = {
    TEST(small_problems_match_the_best_of_all_active_sets),
    TEST(larger_problems_meet_the_conditions_from_any_start),
    TEST(singular_matrices_are_solved_exactly),
    TEST(singular_problems_of_many_rows_have_their_answers),
    TEST(published_problem_has_its_published_answer),
    TEST(loadings_give_what_their_matrix_gives),
    TEST(infeasible_problems_say_which_and_by_how_much),
    TEST(random_shortfalls_are_those_of_enumeration),
    TEST(degenerate_problems_have_answers),
    TEST(wrong_problems_are_refused),
    TEST(certificates_see_every_kind_of_error),
    TEST(batches_have_the_same_bits_for_any_number_of_threads),
    TEST(every_failed_allocation_is_reported),
};
TEST_MAIN(tests)
