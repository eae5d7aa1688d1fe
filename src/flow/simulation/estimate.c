/* Pooled moments (Chan, Golub, LeVeque 1983) and regression on controls (Glasserman 2004, 4.1). */
#include "estimate.h"

#include <math.h>
#include <string.h>

static int add_pair(moments *m, int i, int j)
{
    m->pairs[m->n_pairs][0] = i;
    m->pairs[m->n_pairs][1] = j;
    return m->n_pairs++;
}

void moments_begin(moments *m, int n_outputs, int n_controls)
{
    memset(m, 0, sizeof *m);
    m->n_outputs = n_outputs;
    m->n_controls = n_controls;
    for (int i = 0; i < n_controls; i++)
        for (int j = i; j < n_outputs; j++) {
            m->pair_of[i][j] = add_pair(m, i, j);
            if (j < n_controls)
                m->pair_of[j][i] = m->pair_of[i][j];
        }
    for (int j = 0; j < n_outputs; j++)
        m->pair_of[MOST_CONTROLS][j] = j < n_controls ? m->pair_of[j][j] : add_pair(m, j, j);
}

static void pool(moments *m, const double *means, const double *products, double count)
{
    double total = m->count + count, weight = m->count * (count / total), shift[PAYOFF_OUTPUTS];
    for (int k = 0; k < m->n_outputs; k++)
        shift[k] = means[k] - m->mean[k];
    for (int k = 0; k < m->n_pairs; k++)
        m->products[k] += products[k] + weight * shift[m->pairs[k][0]] * shift[m->pairs[k][1]];
    for (int k = 0; k < m->n_outputs; k++)
        m->mean[k] += shift[k] * (count / total);
    m->count = total;
}

void moments_add(moments *m, const double *sums, double count)
{
    double means[PAYOFF_OUTPUTS];
    for (int k = 0; k < m->n_outputs; k++)
        means[k] = sums[k] / count;
    pool(m, means, sums + m->n_outputs, count);
}

void moments_merge(moments *m, const moments *other)
{
    pool(m, other->mean, other->products, other->count);
}

/* Solves a x = b for a positive semi-definite a; unknowns that the others determine are 0. */
static void solve_semidefinite(int n, double a[MOST_CONTROLS][MOST_CONTROLS], double *x)
{
    double scale[MOST_CONTROLS];
    bool is_used[MOST_CONTROLS];
    for (int k = 0; k < n; k++)
        scale[k] = a[k][k];
    for (int k = 0; k < n; k++) {
        is_used[k] = a[k][k] > 1e-9 * scale[k];
        if (!is_used[k])
            continue;
        for (int i = k + 1; i < n; i++) {
            double factor = a[i][k] / a[k][k];
            for (int j = k; j < n; j++)
                a[i][j] -= factor * a[k][j];
            x[i] -= factor * x[k];
        }
    }
    for (int k = n - 1; k >= 0; k--) {
        double sum = x[k];
        for (int j = k + 1; j < n; j++)
            sum -= a[k][j] * x[j];
        x[k] = is_used[k] ? sum / a[k][k] : 0;
    }
}

void moments_slopes(const moments *m, int output, int n_controls, double *slopes)
{
    double a[MOST_CONTROLS][MOST_CONTROLS];
    for (int i = 0; i < n_controls; i++) {
        slopes[i] = m->products[m->pair_of[i][output]];
        for (int j = 0; j < n_controls; j++)
            a[i][j] = m->products[m->pair_of[i][j]];
    }
    solve_semidefinite(n_controls, a, slopes);
}

double moments_value(const moments *m, int output, const double *slopes,
                     const double *control_means, int n_controls)
{
    double value = m->mean[output];
    for (int i = 0; i < n_controls; i++)
        value -= slopes[i] * (m->mean[i] - control_means[i]);
    return value;
}

double moments_error(const moments *m, int output, const double *slopes, int n_controls)
{
    double rest = m->products[m->pair_of[MOST_CONTROLS][output]];
    for (int i = 0; i < n_controls; i++)
        rest -= slopes[i] * m->products[m->pair_of[i][output]];
    double freedom = m->count - 1 - n_controls;
    if (isnan(rest) || !(freedom > 0))
        return NAN;
    return sqrt(fmax(rest, 0) / freedom / m->count);
}
