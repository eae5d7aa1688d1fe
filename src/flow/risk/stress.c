/* Scenarios of shocks. */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "value.h"

/* a = L L' in its lower triangle, [n] rows n apart; false if it is singular to 1e-13. */
static bool factorise(double *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double whole = a[i * n + j], sum = whole;
            for (size_t k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            if (i == j && !(sum > 1e-13 * whole))
                return false;
            a[i * n + j] = i == j ? sqrt(sum) : sum / a[j * n + j];
        }
    return true;
}

/* b = (L L')^-1 b */
static void solve(const double *l, size_t n, double *b)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            b[i] -= l[i * n + k] * b[k];
        b[i] /= l[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++)
            b[i] -= l[k * n + i] * b[k];
        b[i] /= l[i * n + i];
    }
}

/* What the scenario does not say follows; room: [n][n] + [n] and as many places. */
static bool follow(const double *covariance, size_t n, double *move, double *room, size_t *shocked)
{
    size_t m = 0;
    double *force = room + n * n;
    for (size_t i = 0; i < n; i++)
        if (!isnan(move[i]))
            shocked[m++] = i;
    for (size_t a = 0; a < m; a++) {
        force[a] = move[shocked[a]];
        for (size_t b = 0; b < m; b++)
            room[a * m + b] = covariance[shocked[a] * n + shocked[b]];
    }
    if (!factorise(room, m))
        return false;
    solve(room, m, force);
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t a = 0; a < m; a++)
            sum += covariance[i * n + shocked[a]] * force[a];
        move[i] = isnan(move[i]) ? sum : move[i];
    }
    return true;
}

static pen_status check(const double *weights, size_t n, const double *shocks, size_t n_scenarios)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(weights[i]))
            return pen_fail(PEN_E_ARG, "pen_risk_stress: weight %zu is %g", i, weights[i]);
    for (size_t i = 0; i < n * n_scenarios; i++)
        if (isinf(shocks[i]))
            return pen_fail(PEN_E_ARG,
                            "pen_risk_stress: scenario %zu has an infinite shock of "
                            "asset %zu",
                            i / n, i % n);
    return PEN_OK;
}

pen_status pen_risk_stress(const double *weights, size_t n_assets, const double *shocks,
                           size_t n_scenarios, const double *covariance, double *moves,
                           double *losses)
{
    size_t n = n_assets, cells;
    double *room, *move;
    size_t *shocked = NULL;
    PEN_TRY(check(weights, n, shocks, n_scenarios));
    PEN_TRY(pen_size_mul(n, n + 2, &cells));
    PEN_TRY(pen_alloc_array(cells + 1, sizeof *room, (void **)&room));
    move = room + n * (n + 1);
    pen_status s = pen_alloc(n + 1, sizeof *shocked, (void **)&shocked);
    for (size_t k = 0; s == PEN_OK && k < n_scenarios; k++) {
        losses[k] = 0;
        for (size_t i = 0; i < n; i++)
            move[i] = shocks[k * n + i];
        if (covariance != NULL && !follow(covariance, n, move, room, shocked))
            s = pen_fail(PEN_E_ARG,
                         "pen_risk_stress: the assets that scenario %zu shocks depend on "
                         "each other or do not vary",
                         k);
        for (size_t i = 0; s == PEN_OK && i < n; i++) {
            double taken = isnan(move[i]) ? 0 : move[i];
            losses[k] -= weights[i] * taken;
            if (moves != NULL)
                moves[k * n + i] = taken;
        }
    }
    pen_free(shocked);
    pen_free(room);
    return s;
}
