/* Drawdowns: how far and how long a value lay below its highest. */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "value.h"

static pen_status check(const double *returns, size_t n, double level)
{
    if (!(level > 0 && level < 1))
        return pen_fail(PEN_E_ARG, "pen_risk_drawdowns: level %g, expected between 0 and 1", level);
    if (n > 1u << 30)
        return pen_fail(PEN_E_SIZE, "pen_risk_drawdowns: %zu returns, at most 2^30", n);
    for (size_t t = 0; t < n; t++)
        if (!(returns[t] >= -1 && isfinite(returns[t])))
            return pen_fail(
                PEN_E_ARG,
                "pen_risk_drawdowns: returns[%zu] is %g, expected a finite number of at "
                "least -1",
                t, returns[t]);
    return PEN_OK;
}

/* Below the highest so far: value over that, so that nothing overflows in long series.  A value
 * that is back to rounding is back. */
static void make_depths(const double *returns, size_t n, double *depth)
{
    double share = 1;
    depth[0] = 0;
    for (size_t t = 0; t < n; t++) {
        share *= 1 + returns[t];
        if (share > 1 - 1e-13)
            share = 1;
        depth[t + 1] = 1 - share;
    }
}

/* Keeps the deepest, those found first before equal ones. */
static void keep(pen_drawdown d, pen_drawdown *worst, size_t n_worst, size_t *n_kept)
{
    size_t at = *n_kept;
    while (at > 0 && worst[at - 1].depth < d.depth)
        at--;
    if (at == n_worst)
        return;
    if (*n_kept < n_worst)
        ++*n_kept;
    for (size_t k = *n_kept - 1; k > at; k--)
        worst[k] = worst[k - 1];
    worst[at] = d;
}

static void count(pen_drawdown d, pen_drawdown_summary *out)
{
    size_t length = d.end - d.peak, recovery = d.end - d.trough;
    out->count++;
    out->longest = length > out->longest ? length : out->longest;
    out->longest_recovery = recovery > out->longest_recovery ? recovery : out->longest_recovery;
}

static void find(const double *depth, size_t n, pen_drawdown *worst, size_t n_worst,
                 size_t *n_found, pen_drawdown_summary *out)
{
    pen_drawdown d = { 0 };
    size_t n_kept = 0;
    for (size_t t = 1; t <= n; t++) {
        bool is_under = depth[t] > 0;
        if (is_under && depth[t - 1] == 0)
            d = (pen_drawdown){ .peak = t - 1, .trough = t };
        if (is_under && depth[t] > d.depth) {
            d.trough = t;
            d.depth = depth[t];
        }
        d.is_over = !is_under;
        d.end = t;
        if ((d.is_over && depth[t - 1] > 0) || (is_under && t == n)) {
            count(d, out);
            keep(d, worst, worst != NULL ? n_worst : 0, &n_kept);
        }
    }
    if (n_found != NULL)
        *n_found = n_kept;
}

static void summarise(const double *depth, const double *sorted, size_t n, double level,
                      pen_drawdown_summary *out)
{
    double sum = 0, squares = 0;
    for (size_t t = 1; t <= n; t++) {
        sum += depth[t];
        squares += depth[t] * depth[t];
    }
    out->now = depth[n];
    out->max_depth = n > 0 ? sorted[n - 1] : 0;
    out->mean_depth = n > 0 ? sum / (double)n : 0;
    out->ulcer = n > 0 ? sqrt(squares / (double)n) : 0;
    out->cdar = n > 0 ? risk_of_sorted(sorted, n, level).cvar : 0;
}

pen_status pen_risk_drawdowns(const double *returns, size_t n, double level, double *depth,
                              pen_drawdown *worst, size_t n_worst, size_t *n_found,
                              pen_drawdown_summary *out)
{
    double *own;
    int32_t *index = NULL;
    *out = (pen_drawdown_summary){ 0 };
    if (n_found != NULL)
        *n_found = 0;
    PEN_TRY(check(returns, n, level));
    PEN_TRY(pen_alloc_array(2 * n + 1, sizeof *own, (void **)&own));
    pen_status s = pen_alloc_array(n + 1, sizeof *index, (void **)&index);
    if (s == PEN_OK) {
        double *to = depth != NULL ? depth : own, *sorted = own + n + 1;
        make_depths(returns, n, to);
        find(to, n, worst, n_worst, n_found, out);
        if (n > 0)
            s = risk_sort(to + 1, n, sorted, index);
        if (s == PEN_OK)
            summarise(to, sorted, n, level, out);
    }
    pen_free(index);
    pen_free(own);
    return s;
}
