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

void moments_add(moments *m, const double *sums, double count)
{
    double total = m->count + count, shift[PAYOFF_OUTPUTS];
    for (int k = 0; k < m->n_outputs; k++)
        shift[k] = sums[k] / count - m->mean[k];
    double weight = m->count * (count / total);
    for (int k = 0; k < m->n_pairs; k++)
        m->products[k] +=
            sums[m->n_outputs + k] + weight * shift[m->pairs[k][0]] * shift[m->pairs[k][1]];
    for (int k = 0; k < m->n_outputs; k++)
        m->mean[k] += shift[k] * (count / total);
    m->count = total;
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

pen_estimate moments_estimate(const moments *m, int output, const double *control_means,
                              int n_controls)
{
    double a[MOST_CONTROLS][MOST_CONTROLS], slope[MOST_CONTROLS];
    double rest = m->products[m->pair_of[MOST_CONTROLS][output]], value = m->mean[output];
    for (int i = 0; i < n_controls; i++) {
        slope[i] = m->products[m->pair_of[i][output]];
        for (int j = 0; j < n_controls; j++)
            a[i][j] = m->products[m->pair_of[i][j]];
    }
    solve_semidefinite(n_controls, a, slope);
    for (int i = 0; i < n_controls; i++) {
        value -= slope[i] * (m->mean[i] - control_means[i]);
        rest -= slope[i] * m->products[m->pair_of[i][output]];
    }
    double freedom = m->count - 1 - n_controls;
    double variance = freedom > 0 ? fmax(rest, 0) / freedom : NAN;
    return (pen_estimate){ value, isnan(rest) ? NAN : sqrt(variance / m->count) };
}
