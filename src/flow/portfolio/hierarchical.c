/* Hierarchical risk parity: assets in the order of a tree of clusters, the variance halved down
 * that order.
 *
 * Distances of correlations sqrt((1 - r) / 2), then between their columns; single linkage, the
 * leaves in the order in which the tree has them; then each half of a list gets weight in inverse
 * proportion to the variance of its inverse-variance portfolio (Lopez de Prado 2016). */
#include <stdint.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "goals.h"
#include "vector.h"

/* Euclidean distances between the columns of the correlations' distances. */
static void find_distances(const double *q, size_t n, double *of_pairs, double *out)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            double size = sqrt(q[i * n + i] * q[k * n + k]);
            double r = size > 0 ? fmin(1, greater(-1, q[i * n + k] / size)) : 0;
            of_pairs[i * n + k] = i == k ? 0 : sqrt(greater(0, (1 - r) / 2));
        }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            double sum = 0;
            for (size_t t = 0; t < n; t++) {
                double d = of_pairs[i * n + t] - of_pairs[k * n + t];
                sum += d * d;
            }
            out[i * n + k] = sqrt(sum);
        }
}

/* Clusters as lists of leaves: `next` after each, `last` and `size` by a cluster's first leaf. */
typedef struct clusters {
    size_t n;
    double *distance; /* [n][n] between clusters, by their first leaves */
    size_t *next, *last;
    size_t *made; /* when the cluster was made: that of the older one is the left branch */
} clusters;

/* Joins the two nearest clusters; the first found of equal ones. */
static void join_nearest(clusters *c, size_t time)
{
    size_t a = SIZE_MAX, b = SIZE_MAX, n = c->n;
    double nearest = INFINITY;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n && c->last[i] != SIZE_MAX; k++)
            if (c->last[k] != SIZE_MAX && (a == SIZE_MAX || c->distance[i * n + k] < nearest)) {
                nearest = c->distance[i * n + k];
                a = i;
                b = k;
            }
    if (c->made[b] < c->made[a]) {
        size_t t = a;
        a = b;
        b = t;
    }
    for (size_t i = 0; i < n; i++) /* single linkage */
        c->distance[a * n + i] = c->distance[i * n + a] =
            fmin(c->distance[a * n + i], c->distance[b * n + i]);
    c->next[c->last[a]] = b;
    c->last[a] = c->last[b];
    c->last[b] = SIZE_MAX;
    c->made[a] = time;
}

/* Variance of the list's inverse-variance portfolio. */
static double list_variance(const double *q, size_t n, const size_t *list, size_t count)
{
    double sum = 0, all = 0;
    for (size_t i = 0; i < count; i++)
        all += 1 / q[list[i] * (n + 1)];
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++)
            sum += q[list[i] * n + list[k]] / (q[list[i] * (n + 1)] * q[list[k] * (n + 1)]);
    return sum / (all * all);
}

static void share_out(const double *q, size_t n, const size_t *list, size_t count, double *w)
{
    if (count < 2)
        return;
    size_t half = count / 2;
    double left = list_variance(q, n, list, half);
    double right = list_variance(q, n, list + half, count - half);
    double share = left + right > 0 ? right / (left + right) : 0.5;
    for (size_t i = 0; i < count; i++)
        w[list[i]] *= i < half ? share : 1 - share;
    share_out(q, n, list, half, w);
    share_out(q, n, list + half, count - half, w);
}

static pen_status check_limits(const program *g)
{
    const pen_portfolio *p = g->p;
    bool is_free = !g->is_split && p->n_groups == 0;
    for (size_t i = 0; i < g->n; i++) {
        is_free &= g->lower[i] <= 0 && g->upper[i] >= 1;
        if (!(p->covariance[i * (g->n + 1)] > 0))
            return pen_fail(PEN_E_ARG, "%s: asset %zu has no variance to share out by", g->function,
                            i);
    }
    return is_free
               ? PEN_OK
               : pen_fail(PEN_E_ARG, "%s: bounds, groups, turnover or costs, which hrp cannot keep",
                          g->function);
}

pen_status goal_hierarchical(program *g, double *objective)
{
    size_t n = g->n;
    const double *q = g->p->covariance;
    double *room;
    PEN_TRY(check_limits(g));
    PEN_TRY(pen_alloc(2 * n + 4, n * sizeof *room, (void **)&room));
    clusters c = { .n = n, .distance = room };
    c.next = (size_t *)(room + 2 * n * n);
    c.last = c.next + n;
    c.made = c.last + n;
    size_t *list = c.made + n, first = 0;
    find_distances(q, n, room + n * n, c.distance);
    for (size_t i = 0; i < n; i++) {
        c.last[i] = c.made[i] = i;
        g->weights[i] = 1;
    }
    for (size_t t = 1; t < n; t++)
        join_nearest(&c, n + t);
    while (c.last[first] == SIZE_MAX)
        first++;
    for (size_t i = 0, leaf = first; i < n; i++, leaf = c.next[leaf])
        list[i] = leaf;
    share_out(q, n, list, n, g->weights);
    pen_free(room);
    *objective = program_variance(g);
    return PEN_OK;
}
