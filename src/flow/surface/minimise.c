/* Levenberg and Marquardt's method: see minimise.h.  Derivatives are central differences, the
 * damping is Marquardt's (each parameter by its own curvature), the normal equations are solved by
 * Cholesky's decomposition. */
#include "minimise.h"

#include <math.h>
#include <string.h>

enum { MOST_STEPS = 200 };

size_t minimise_work(size_t n_residuals, size_t n_parameters)
{
    return n_residuals * (n_parameters + 2) + n_parameters * (2 * n_parameters + 3);
}

static double sum_of_squares(const minimise_problem *problem, const double *p, double *r)
{
    double sum = 0;
    problem->residuals(problem->context, p, r);
    for (size_t i = 0; i < problem->n_residuals; i++)
        sum += r[i] * r[i];
    return isfinite(sum) ? sum : INFINITY;
}

/* jacobian: [n_parameters][n_residuals] */
static void differentiate(const minimise_problem *problem, double *p, double *spare,
                          double *jacobian)
{
    size_t m = problem->n_residuals;
    for (size_t j = 0; j < problem->n_parameters; j++) {
        double kept = p[j], h = 6e-6 * fmax(fabs(kept), 0.1), *column = jacobian + j * m;
        p[j] = kept + h;
        problem->residuals(problem->context, p, column);
        double above = p[j];
        p[j] = kept - h;
        problem->residuals(problem->context, p, spare);
        double over = 1 / (above - p[j]);
        p[j] = kept;
        for (size_t i = 0; i < m; i++)
            column[i] = (column[i] - spare[i]) * over;
    }
}

/* J'J and J'r. */
static void normal_equations(const minimise_problem *problem, const double *jacobian,
                             const double *r, double *matrix, double *gradient)
{
    size_t m = problem->n_residuals, n = problem->n_parameters;
    for (size_t j = 0; j < n; j++) {
        const double *a = jacobian + j * m;
        for (size_t k = 0; k <= j; k++) {
            const double *b = jacobian + k * m;
            double sum = 0;
            for (size_t i = 0; i < m; i++)
                sum += a[i] * b[i];
            matrix[j * n + k] = sum;
        }
        gradient[j] = 0;
        for (size_t i = 0; i < m; i++)
            gradient[j] += a[i] * r[i];
    }
}

/* Solves (matrix + damping diagonal) step = -gradient; lower is room for the factor. 0 if it is
 * not positive definite. */
static int solve(size_t n, const double *matrix, double damping, const double *gradient,
                 double *lower, double *step)
{
    for (size_t j = 0; j < n; j++)
        for (size_t i = j; i < n; i++) {
            double sum = matrix[i * n + j];
            if (i == j)
                sum += damping * fmax(sum, 1e-12);
            for (size_t k = 0; k < j; k++)
                sum -= lower[i * n + k] * lower[j * n + k];
            if (i == j && !(sum > 0))
                return 0;
            lower[i * n + j] = i == j ? sqrt(sum) : sum / lower[j * n + j];
        }
    for (size_t i = 0; i < n; i++) {
        step[i] = -gradient[i];
        for (size_t k = 0; k < i; k++)
            step[i] -= lower[i * n + k] * step[k];
        step[i] /= lower[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++)
            step[i] -= lower[k * n + i] * step[k];
        step[i] /= lower[i * n + i];
    }
    return 1;
}

double minimise(const minimise_problem *problem, double *p)
{
    size_t m = problem->n_residuals, n = problem->n_parameters;
    double *r = problem->work, *trial_r = r + m, *jacobian = trial_r + m;
    double *matrix = jacobian + m * n, *lower = matrix + n * n, *gradient = lower + n * n;
    double *step = gradient + n, *trial = step + n, damping = 1e-3;
    double cost = sum_of_squares(problem, p, r);
    for (int k = 0; k < MOST_STEPS && cost > 0; k++) {
        double gain = 0, size = 0;
        differentiate(problem, p, trial_r, jacobian);
        normal_equations(problem, jacobian, r, matrix, gradient);
        while (damping < 1e12) {
            double trial_cost = INFINITY;
            if (solve(n, matrix, damping, gradient, lower, step)) {
                for (size_t j = 0; j < n; j++)
                    trial[j] = p[j] + step[j];
                trial_cost = sum_of_squares(problem, trial, trial_r);
            }
            if (trial_cost < cost) {
                gain = cost - trial_cost;
                cost = trial_cost;
                memcpy(p, trial, n * sizeof *p);
                memcpy(r, trial_r, m * sizeof *r);
                for (size_t j = 0; j < n; j++)
                    size = fmax(size, fabs(step[j]) / (1 + fabs(p[j])));
                damping = fmax(damping * 0.2, 1e-14);
                break;
            }
            damping *= 5;
        }
        if (gain <= 1e-13 * cost && size < 1e-9) /* also where nothing is better */
            break;
    }
    return cost;
}
