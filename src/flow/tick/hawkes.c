/* Hawkes process with an exponential kernel, by maximum likelihood.
 *
 * One pass gives the likelihood and its first and second derivatives, from the recursions of
 * sum e^(-beta (t - t_j)) and its derivatives in beta.  Newton's method in the logarithms of the
 * parameters, damped so that every step gains, from the best point of a coarse grid. */
#include <math.h>
#include <stdlib.h>

#include "../../machine/base/alloc.h"
#include "stream.h"

enum { MOST_STEPS = 200 };

typedef struct arrivals {
    const double *times;
    size_t n;
    double end;
} arrivals;

/* Log-likelihood of (mu, alpha, beta), gradient and Hessian (upper part). */
typedef struct derivatives {
    double value, g[3], h[3][3];
} derivatives;

static void add_arrival(derivatives *d, const double p[3], double a, double b, double c)
{
    double rate = p[0] + p[1] * a, over = 1 / rate;
    double first[3] = { over, a * over, -p[1] * b * over };
    d->value += log(rate);
    for (int i = 0; i < 3; i++)
        d->g[i] += first[i];
    for (int i = 0; i < 3; i++)
        for (int k = i; k < 3; k++)
            d->h[i][k] -= first[i] * first[k];
    d->h[1][2] -= b * over;
    d->h[2][2] += p[1] * c * over;
}

/* Less what was expected to arrive: mu T + alpha / beta sum (1 - e^(-beta (T - t))). */
static void add_expected(derivatives *d, const arrivals *x, const double p[3])
{
    double beta = p[2], f = 0, f1 = 0, f2 = 0; /* of the sum over 1 / beta, by beta */
    for (size_t i = 0; i < x->n; i++) {
        double age = x->end - x->times[i], left = exp(-beta * age);
        double gone = -expm1(-beta * age) / beta;
        double slope = (age * left - gone) / beta;
        f += gone;
        f1 += slope;
        f2 += (-age * age * left - 2 * slope) / beta;
    }
    d->value -= p[0] * x->end + p[1] * f;
    d->g[0] -= x->end;
    d->g[1] -= f;
    d->g[2] -= p[1] * f1;
    d->h[1][2] -= f1;
    d->h[2][2] -= p[1] * f2;
}

static derivatives derive(const arrivals *x, const double p[3])
{
    derivatives d = { 0 };
    double a = 0, b = 0,
           c = 0; /* sums over earlier arrivals of e, age e, age^2 e; e = e^(-beta age) */
    for (size_t i = 0; i < x->n; i++) {
        if (i > 0) {
            double gap = x->times[i] - x->times[i - 1], e = exp(-p[2] * gap);
            c = e * (c + gap * (2 * b + gap * (1 + a)));
            b = e * (b + gap * (1 + a));
            a = e * (1 + a);
        }
        add_arrival(&d, p, a, b, c);
    }
    add_expected(&d, x, p);
    return d;
}

/* Solves (m + damping diagonal) x = g for a symmetric positive definite m given by its upper part;
 * false if it is not. */
static bool solve(const double m[3][3], double damping, const double g[3], double x[3])
{
    double l[3][3] = { { 0 } };
    for (int i = 0; i < 3; i++)
        for (int k = 0; k <= i; k++) {
            double sum = m[k][i] + (i == k ? damping * (fabs(m[i][i]) + 1e-12) : 0);
            for (int j = 0; j < k; j++)
                sum -= l[i][j] * l[k][j];
            if (i == k && !(sum > 0))
                return false;
            l[i][k] = i == k ? sqrt(sum) : sum / l[k][k];
        }
    for (int i = 0; i < 3; i++) {
        x[i] = g[i];
        for (int j = 0; j < i; j++)
            x[i] -= l[i][j] * x[j];
        x[i] /= l[i][i];
    }
    for (int i = 2; i >= 0; i--) {
        for (int j = i + 1; j < 3; j++)
            x[i] -= l[j][i] * x[j];
        x[i] /= l[i][i];
    }
    return true;
}

/* Gradient and minus the Hessian in the logarithms of the parameters. */
static void to_logs(const derivatives *d, const double p[3], double g[3], double m[3][3])
{
    for (int i = 0; i < 3; i++) {
        g[i] = p[i] * d->g[i];
        for (int k = i; k < 3; k++)
            m[i][k] = -p[i] * p[k] * d->h[i][k] - (i == k ? g[i] : 0);
    }
}

/* The best of a coarse grid: how much is excited, and how fast it fades. */
static void guess(const arrivals *x, double p[3])
{
    double rate = (double)x->n / x->end, best = -INFINITY;
    for (double speed = 0.1; speed < 2e5; speed *= 10)
        for (double branching = 0.2; branching < 1; branching += 0.3) {
            double beta = rate * speed;
            double q[3] = { rate * (1 - branching), branching * beta, beta };
            double value = derive(x, q).value;
            if (value > best) {
                best = value;
                for (int i = 0; i < 3; i++)
                    p[i] = q[i];
            }
        }
}

/* One step that gains; false if none was found.  *gain is what the quadratic model promises. */
static bool step(const arrivals *x, double p[3], derivatives *d, double *damping, double *gain)
{
    double g[3], m[3][3], move[3];
    to_logs(d, p, g, m);
    for (; *damping<1e12; *damping = *damping> 0 ? *damping * 10 : 1e-6) {
        if (!solve(m, *damping, g, move))
            continue;
        double q[3], largest = 0;
        *gain = 0;
        for (int i = 0; i < 3; i++) {
            largest = fmax(largest, fabs(move[i]));
            *gain += 0.5 * g[i] * move[i];
        }
        if (!(largest < 3))
            continue;
        for (int i = 0; i < 3; i++)
            q[i] = p[i] * exp(move[i]);
        derivatives next = derive(x, q);
        if (!(next.value >= d->value))
            continue;
        *d = next;
        for (int i = 0; i < 3; i++)
            p[i] = q[i];
        *damping = *damping > 1e-6 ? *damping / 10 : 0;
        return true;
    }
    return false;
}

/* What a full Newton step promises to gain; infinite away from a maximum. */
static double promise(const derivatives *d, const double p[3])
{
    double g[3], m[3][3], move[3];
    to_logs(d, p, g, m);
    if (!solve(m, 0, g, move))
        return INFINITY;
    return 0.5 * (g[0] * move[0] + g[1] * move[1] + g[2] * move[2]);
}

/* Standard errors: the inverse of minus the Hessian; the branching ratio's by its gradient. */
static void find_errors(const derivatives *d, pen_hawkes *out)
{
    double m[3][3], column[3],
        branching[3] = { 0, 1 / out->beta, -out->alpha / out->beta / out->beta };
    double *const errors[3] = { &out->mu_error, &out->alpha_error, &out->beta_error };
    for (int i = 0; i < 3; i++)
        for (int k = i; k < 3; k++)
            m[i][k] = -d->h[i][k];
    for (int i = 0; i < 3; i++) {
        const double unit[3] = { i == 0, i == 1, i == 2 };
        *errors[i] = solve(m, 0, unit, column) ? sqrt(column[i]) : NAN;
    }
    double variance = NAN;
    if (solve(m, 0, branching, column))
        variance = branching[0] * column[0] + branching[1] * column[1] + branching[2] * column[2];
    out->branching_error = sqrt(variance);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* If the model holds, what was expected between arrivals is exponential with mean 1. */
static pen_status find_residuals(const arrivals *x, pen_hawkes *out)
{
    double *waits, a = 0, sum = 0, distance = 0, last = 0;
    PEN_TRY(pen_alloc_array(x->n, sizeof *waits, (void **)&waits));
    for (size_t i = 0; i < x->n; i++) {
        double gap = x->times[i] - last;
        waits[i] = out->mu * gap - out->alpha / out->beta * a * expm1(-out->beta * gap);
        a = 1 + a * exp(-out->beta * gap);
        last = x->times[i];
        sum += waits[i];
    }
    qsort(waits, x->n, sizeof *waits, by_value);
    for (size_t i = 0; i < x->n; i++) {
        double p = -expm1(-waits[i]), n = (double)x->n;
        distance = fmax(distance, fmax(((double)i + 1) / n - p, p - (double)i / n));
    }
    pen_free(waits);
    out->residual_mean = sum / (double)x->n;
    out->residual_distance = distance;
    return PEN_OK;
}

static pen_status check_arrivals(const char *what, const double *times_s, size_t n, double end_s)
{
    double before = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(times_s[i] >= before && times_s[i] <= end_s && (i == 0 || times_s[i] > before)))
            return pen_fail(PEN_E_ARG, "%s: time %zu is %g, expected ascending ones from 0 to %g",
                            what, i, times_s[i], end_s);
        before = times_s[i];
    }
    if (!(end_s > 0 && end_s < INFINITY))
        return pen_fail(PEN_E_ARG, "%s: end_s %g, expected more than 0", what, end_s);
    return PEN_OK;
}

pen_status pen_hawkes_log_likelihood(const double *times_s, size_t n, double end_s,
                                     const double parameters[3], double *value, double gradient[3])
{
    *value = NAN;
    PEN_TRY(check_arrivals("pen_hawkes_log_likelihood", times_s, n, end_s));
    for (int i = 0; i < 3; i++)
        if (!(parameters[i] > 0 && parameters[i] < INFINITY))
            return pen_fail(PEN_E_ARG,
                            "pen_hawkes_log_likelihood: parameter %d is %g, expected > 0", i,
                            parameters[i]);
    derivatives d = derive(&(arrivals){ times_s, n, end_s }, parameters);
    *value = d.value;
    for (int i = 0; gradient != NULL && i < 3; i++)
        gradient[i] = d.g[i];
    return PEN_OK;
}

pen_status pen_hawkes_fit(const double *times_s, size_t n, double end_s, pen_hawkes *out)
{
    arrivals x = { times_s, n, end_s };
    double p[3], damping = 1e-3, gain = INFINITY;
    *out = (pen_hawkes){ .n = n };
    PEN_TRY(check_arrivals("pen_hawkes_fit", times_s, n, end_s));
    if (n < 10)
        return pen_fail(PEN_E_ARG, "pen_hawkes_fit: %zu arrivals, expected at least 10", n);
    guess(&x, p);
    derivatives d = derive(&x, p);
    while (out->steps < MOST_STEPS && gain > 1e-9 && step(&x, p, &d, &damping, &gain))
        out->steps++;
    out->is_converged = promise(&d, p) < 1e-6;
    out->mu = p[0];
    out->alpha = p[1];
    out->beta = p[2];
    out->branching = p[1] / p[2];
    out->log_likelihood = d.value;
    out->poisson_log_likelihood = (double)n * log((double)n / end_s) - (double)n;
    find_errors(&d, out);
    return find_residuals(&x, out);
}

pen_status pen_tick_arrivals(const pen_tick_columns *c, const pen_tick_params *params,
                             int64_t merge_ns, double *times_s, size_t *count, double *end_s)
{
    pen_tick_params defaults = pen_tick_params_default();
    tick_cleaner cleaner = tick_cleaner_of(params != NULL ? params : &defaults);
    int64_t first = 0, last = 0;
    bool is_begun = false;
    *count = 0;
    *end_s = 0;
    if (merge_ns < 0)
        return pen_fail(PEN_E_ARG, "pen_tick_arrivals: merge_ns %lld, expected >= 0",
                        (long long)merge_ns);
    for (size_t row = 0; row < c->n; row++) {
        pen_tick t = pen_tick_at(c, row);
        tick_parts parts = tick_clean(&cleaner, &t);
        if (!parts.has_trade && !parts.has_quote)
            continue;
        first = is_begun ? first : t.time_ns;
        is_begun = true;
        *end_s = tick_elapsed_ns(first, t.time_ns) * 1e-9;
        if (!parts.has_trade ||
            (*count > 0 &&
             (t.time_ns == last || tick_elapsed_ns(last, t.time_ns) < (double)merge_ns)))
            continue;
        times_s[(*count)++] = *end_s;
        last = t.time_ns;
    }
    return PEN_OK;
}
