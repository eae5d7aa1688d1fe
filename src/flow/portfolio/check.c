/* What a quadratic program must be: see qp.h. */
#include <math.h>

#include "../../machine/base/status.h"
#include "qp.h"

pen_status qp_check_values(const char *function, const char *name, const double *values, size_t n,
                           size_t columns, bool is_infinite_fine)
{
    for (size_t i = 0; values != NULL && i < n; i++) {
        if (is_infinite_fine ? !isnan(values[i]) : isfinite(values[i]))
            continue;
        if (columns > 0)
            return pen_fail(PEN_E_ARG, "%s: %s[%zu][%zu] is %g, expected a finite number", function,
                            name, i / columns, i % columns, values[i]);
        return pen_fail(PEN_E_ARG, "%s: %s[%zu] is %g, expected a %snumber", function, name, i,
                        values[i], is_infinite_fine ? "" : "finite ");
    }
    return PEN_OK;
}

/* To 1e-9 of the diagonal, as written with few digits by other programs. */
static pen_status check_symmetric(const char *function, const pen_qp *p)
{
    for (size_t i = 0; i < p->n; i++)
        for (size_t j = 0; j < i; j++) {
            double a = p->q[i * p->n + j], b = p->q[j * p->n + i];
            double size = sqrt(fabs(p->q[i * p->n + i] * p->q[j * p->n + j]));
            if (a != b && fabs(a - b) > 1e-12 * fmax(size, fmax(fabs(a), fabs(b))))
                return pen_fail(PEN_E_ARG,
                                "%s: q[%zu][%zu] is %.17g but q[%zu][%zu] is %.17g, expected a "
                                "symmetric matrix",
                                function, i, j, a, j, i, b);
        }
    return PEN_OK;
}

static pen_status check_diagonal(const char *function, const pen_qp *p)
{
    for (size_t i = 0; i < p->n; i++) {
        double d = p->q != NULL ? p->q[i * p->n + i] : p->diagonal[i];
        if (d < 0 || (d == 0 && p->q == NULL && p->n_factors > 0))
            return pen_fail(PEN_E_ARG, "%s: element %zu of the diagonal is %g, expected %s 0",
                            function, i, d, p->q == NULL && p->n_factors > 0 ? ">" : ">=");
    }
    return PEN_OK;
}

static pen_status check_limits(const char *function, const char *what, const double *lower,
                               const double *upper, size_t n)
{
    PEN_TRY(qp_check_values(function, what, lower, n, 0, true));
    PEN_TRY(qp_check_values(function, what, upper, n, 0, true));
    for (size_t i = 0; i < n; i++) {
        double low = lower != NULL ? lower[i] : -INFINITY;
        double high = upper != NULL ? upper[i] : INFINITY;
        if (low == INFINITY || high == -INFINITY)
            return pen_fail(PEN_E_ARG, "%s: %s %zu: limits %g and %g", function, what, i, low,
                            high);
        if (low > high)
            return pen_fail(PEN_E_INFEASIBLE,
                            "%s: %s %zu: the lower limit %g is above the upper limit %g", function,
                            what, i, low, high);
    }
    return PEN_OK;
}

pen_status qp_check(const char *function, const pen_qp *p)
{
    size_t n = p->n, f = p->n_factors, m = p->n_rows;
    if (n == 0 || n > (size_t)1 << 24 || m > (size_t)1 << 20 || f > (size_t)1 << 16)
        return pen_fail(PEN_E_ARG, "%s: %zu variables, %zu rows, %zu factors", function, n, m, f);
    if (p->q == NULL && (p->diagonal == NULL || (f > 0 && p->loading == NULL)))
        return pen_fail(PEN_E_ARG, "%s: no matrix", function);
    if (m > 0 && p->rows == NULL)
        return pen_fail(PEN_E_ARG, "%s: no rows, expected %zu", function, m);
    PEN_TRY(qp_check_values(function, "q", p->q, n * n, n, false));
    PEN_TRY(qp_check_values(function, "diagonal", p->diagonal, n, 0, false));
    PEN_TRY(qp_check_values(function, "loading", p->loading, f * n, n, false));
    PEN_TRY(qp_check_values(function, "cost", p->cost, n, 0, false));
    PEN_TRY(qp_check_values(function, "rows", p->rows, m * n, n, false));
    PEN_TRY(check_limits(function, "variable", p->lower, p->upper, n));
    PEN_TRY(check_limits(function, "row", p->row_lower, p->row_upper, m));
    PEN_TRY(check_diagonal(function, p));
    return p->q != NULL ? check_symmetric(function, p) : PEN_OK;
}
