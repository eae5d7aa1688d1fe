/* Black and Litterman's blend of equilibrium returns and views: see portfolio.h. */
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "cholesky.h"
#include "qp.h"
#include "vector.h"

typedef struct blend {
    const double *q;
    const pen_views *views;
    size_t n;
    double tau;
    double *spread; /* [count][n] tau times covariance times each view's portfolio */
    double *inner;  /* [count][count] variance of the views' means, the errors added; its factor */
    double *solved; /* [count] view less equilibrium, divided by that */
    void *block;
} blend;

static pen_status check(const char *function, const double *q, size_t n, const double *market,
                        double aversion, double tau, const pen_views *v)
{
    if (!(aversion > 0 && tau > 0 && isfinite(aversion) && isfinite(tau)))
        return pen_fail(PEN_E_ARG, "%s: aversion %g and tau %g, expected both > 0", function,
                        aversion, tau);
    PEN_TRY(qp_check_values(function, "covariance", q, n * n, n, false));
    PEN_TRY(qp_check_values(function, "market", market, n, 0, false));
    PEN_TRY(qp_check_values(function, "views", v->assets, v->count * n, n, false));
    PEN_TRY(qp_check_values(function, "mean", v->mean, v->count, 0, false));
    return qp_check_values(function, "error", v->error, v->count, 0, false);
}

/* What the views say beyond equilibrium, and how sure all of that is. */
static pen_status weigh(blend *b, const double *equilibrium)
{
    const pen_views *v = b->views;
    const pen_qp q = { .n = b->n, .q = b->q };
    for (size_t k = 0; k < v->count; k++) {
        const double *assets = v->assets + k * b->n;
        double *spread = b->spread + k * b->n;
        qp_times(&q, assets, NULL, spread);
        for (size_t i = 0; i < b->n; i++)
            spread[i] *= b->tau;
        for (size_t l = 0; l <= k; l++)
            b->inner[k * v->count + l] = dot(spread, v->assets + l * b->n, b->n);
        double error = v->error != NULL ? v->error[k] * v->error[k] : b->inner[k * v->count + k];
        b->inner[k * v->count + k] += error;
        b->solved[k] = v->mean[k] - dot(assets, equilibrium, b->n);
    }
    if (!cholesky_factor(b->inner, v->count, v->count, 1e-13))
        return pen_fail(PEN_E_ARG, "pen_black_litterman: views that depend on each other");
    cholesky_solve(b->inner, v->count, v->count, b->solved);
    return PEN_OK;
}

/* covariance + tau covariance less what the views explain of that */
static void find_posterior(blend *b, double *posterior)
{
    size_t n = b->n, count = b->views->count;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < count; k++)
            b->solved[k] = b->spread[k * n + i];
        cholesky_solve(b->inner, count, count, b->solved);
        for (size_t j = 0; j < n; j++)
            posterior[i * n + j] = (1 + b->tau) * b->q[i * n + j];
        for (size_t k = 0; k < count; k++)
            add_scaled(posterior + i * n, -b->solved[k], b->spread + k * n, n);
    }
    for (size_t i = 0; i < n; i++) /* symmetric to the bit */
        for (size_t j = 0; j < i; j++)
            posterior[i * n + j] = posterior[j * n + i] =
                (posterior[i * n + j] + posterior[j * n + i]) / 2;
}

pen_status pen_black_litterman(const double *covariance, size_t n, const double *market,
                               double aversion, double tau, const pen_views *views, double *mean,
                               double *posterior)
{
    const pen_qp q = { .n = n, .q = covariance };
    blend b = { .q = covariance, .views = views, .n = n, .tau = tau };
    size_t count = views->count, cells;
    PEN_TRY(check("pen_black_litterman", covariance, n, market, aversion, tau, views));
    PEN_TRY(pen_size_mul(count, n + count + 1, &cells));
    PEN_TRY(pen_alloc(cells + 1, sizeof(double), &b.block));
    b.spread = b.block;
    b.inner = b.spread + count * n;
    b.solved = b.inner + count * count;
    qp_times(&q, market, NULL, mean);
    for (size_t i = 0; i < n; i++)
        mean[i] *= aversion;
    pen_status s = weigh(&b, mean);
    for (size_t k = 0; s == PEN_OK && k < count; k++)
        add_scaled(mean, b.solved[k], b.spread + k * n, n);
    if (s == PEN_OK && posterior != NULL)
        find_posterior(&b, posterior);
    pen_free(b.block);
    return s;
}
