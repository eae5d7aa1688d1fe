/* Which constraint the others do not allow, and by how much: see qp.h. */
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "qp.h"

/* The problem without some of its limits, going as far as it can towards one. */
typedef struct relaxed {
    pen_qp p;
    double *lower, *upper; /* [n + m] */
    double *zero, *cost, *x;
    void *block;
} relaxed;

static pen_status relax(const pen_qp *p, relaxed *r)
{
    size_t n = p->n, m = p->n_rows, cells;
    PEN_TRY(pen_size_mul(n + m, 5, &cells));
    PEN_TRY(pen_alloc(cells, sizeof(double), &r->block));
    r->lower = r->block;
    r->upper = r->lower + n + m;
    r->zero = r->upper + n + m;
    r->cost = r->zero + n;
    r->x = r->cost + n;
    for (size_t c = 0; c < n + m; c++) {
        const double *low = c < n ? p->lower : p->row_lower;
        const double *high = c < n ? p->upper : p->row_upper;
        size_t i = c < n ? c : c - n;
        r->lower[c] = low != NULL ? low[i] : -INFINITY;
        r->upper[c] = high != NULL ? high[i] : INFINITY;
    }
    r->p = (pen_qp){ .n = n,
                     .diagonal = r->zero,
                     .cost = r->cost,
                     .lower = r->lower,
                     .upper = r->upper,
                     .rows = p->rows,
                     .row_lower = r->lower + n,
                     .row_upper = r->upper + n,
                     .n_rows = m };
    return PEN_OK;
}

/* Lets one constraint go and finds how near the others allow x to its limit. */
static pen_status distance(relaxed *r, size_t constraint, double side, pen_qp_answer *answer,
                           double *limit, double *out)
{
    size_t n = r->p.n;
    *limit = side > 0 ? r->lower[constraint] : r->upper[constraint];
    r->lower[constraint] = -INFINITY;
    r->upper[constraint] = INFINITY;
    memset(r->cost, 0, n * sizeof *r->cost);
    if (constraint < n)
        r->cost[constraint] = -side;
    for (size_t j = 0; constraint >= n && j < n; j++)
        r->cost[j] = -side * r->p.rows[(constraint - n) * n + j];
    PEN_TRY(qp_solve_checked(&r->p, NULL, r->x, NULL, answer));
    double value = -side * answer->objective;
    *out = side * (*limit - value);
    return PEN_OK;
}

pen_status qp_explain(const char *function, const pen_qp *p, pen_qp_answer *answer)
{
    relaxed r = { 0 };
    pen_qp_answer inner = *answer;
    size_t constraint;
    double side, limit = 0, missing = 0;
    pen_status s = relax(p, &r);
    if (s != PEN_OK)
        return s;
    do { /* where the others contradict each other too, one of them takes its place */
        constraint = inner.constraint;
        side = inner.shortfall > 0 ? 1 : -1;
        missing = fabs(inner.shortfall);
        double exact;
        s = distance(&r, constraint, side, &inner, &limit, &exact);
        if (s == PEN_OK && exact > 0)
            missing = exact;
    } while (s == PEN_E_INFEASIBLE);
    pen_free(r.block);
    if (s == PEN_E_NOMEM)
        return s;
    *answer = (pen_qp_answer){ .constraint = constraint, .shortfall = missing };
    return pen_fail(PEN_E_INFEASIBLE, "%s: %s %zu: its %s limit %.10g is missed by %.10g at least",
                    function, constraint < p->n ? "variable" : "row",
                    constraint < p->n ? constraint : constraint - p->n,
                    side > 0 ? "lower" : "upper", limit, missing);
}
