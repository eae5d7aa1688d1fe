/* Covariance matrices of returns: what all kinds share, and those that are one product. */
#include "covariance.h"

#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/nearest.h"
#include "../../machine/base/size.h"
#include "eigen.h"
#include "series.h"

static const struct {
    const char *name, *text;
} kinds[] = {
#define COVARIANCE_ROW(kind, name, text) { name, text },
    PEN_COVARIANCE_LIST(COVARIANCE_ROW)
#undef COVARIANCE_ROW
};

const char *pen_covariance_name(pen_covariance_kind kind)
{
    return (size_t)kind < PEN_COUNT(kinds) ? kinds[kind].name : NULL;
}

const char *pen_covariance_text(pen_covariance_kind kind)
{
    return (size_t)kind < PEN_COUNT(kinds) ? kinds[kind].text : NULL;
}

pen_status pen_covariance_parse(const char *name, pen_covariance_kind *out)
{
    const char *names[PEN_COUNT(kinds)];
    char list[256] = "";
    for (size_t i = 0; i < PEN_COUNT(kinds); i++) {
        names[i] = kinds[i].name;
        *out = (pen_covariance_kind)i;
        if (strcmp(name, names[i]) == 0)
            return PEN_OK;
        strncat(list, i > 0 ? ", " : "", sizeof list - strlen(list) - 1);
        strncat(list, names[i], sizeof list - strlen(list) - 1);
    }
    *out = PEN_COVARIANCE_SAMPLE;
    const char *near = pen_nearest(name, names, PEN_COUNT(names));
    if (near != NULL)
        return pen_fail(PEN_E_NOTFOUND, "no covariance '%s'; did you mean '%s'?", name, near);
    return pen_fail(PEN_E_NOTFOUND, "no covariance '%s', expected one of %s", name, list);
}

pen_covariance_options pen_covariance_options_default(void)
{
    return (pen_covariance_options){ .decay = 0.94, .shrinkage = -1 };
}

static pen_status check_options(const pen_covariance_options *o, size_t n_assets)
{
    static const char name[] = "pen_covariance";
    if ((size_t)o->kind >= PEN_COUNT(kinds))
        return pen_fail(PEN_E_ARG, "%s: kind %d is unknown", name, (int)o->kind);
    if (!(o->decay > 0 && o->decay <= 1))
        return pen_fail(PEN_E_ARG, "%s: decay %g, expected above 0 and at most 1", name, o->decay);
    if (!(o->shrinkage <= 1))
        return pen_fail(PEN_E_ARG, "%s: shrinkage %g, expected 0 to 1, or negative", name,
                        o->shrinkage);
    if (o->n_factors > n_assets)
        return pen_fail(PEN_E_ARG, "%s: %zu factors of %zu assets", name, o->n_factors, n_assets);
    if (!isfinite(o->threshold))
        return pen_fail(PEN_E_ARG, "%s: threshold %g is not finite", name, o->threshold);
    return PEN_OK;
}

/* ---- the observations ---- */

/* Which observations are whole; has: [n_observations]. */
static pen_status find_whole(covariance_job *j, const double *returns, size_t n_observations,
                             char *has)
{
    memset(has, 1, n_observations);
    for (size_t i = 0; i < j->p; i++)
        for (size_t t = 0; t < n_observations; t++) {
            double r = returns[i * n_observations + t];
            if (isinf(r))
                return pen_fail(PEN_E_ARG,
                                "pen_covariance: the return of asset %zu at observation %zu is "
                                "infinite",
                                i, t);
            if (isnan(r))
                has[t] = 0;
        }
    for (size_t t = 0; t < n_observations; t++)
        j->n += has[t] != 0;
    size_t least = 2;
    if (j->options.kind == PEN_COVARIANCE_NONLINEAR)
        least = j->options.is_zero_mean ? 12 : 13;
    if (j->n < least)
        return pen_fail(PEN_E_ARG,
                        "pen_covariance: %zu of %zu observations have no missing value, expected "
                        "%zu or more for '%s'",
                        j->n, n_observations, least, kinds[j->options.kind].name);
    return PEN_OK;
}

/* Less its mean; weight NULL: all alike.  The first value goes before, so that a series that does
 * not vary becomes zeros. */
static void remove_mean(double *x, size_t n, const double *weight)
{
    double first = x[0], sum = 0;
    for (size_t t = 0; t < n; t++) {
        x[t] -= first;
        sum += weight != NULL ? weight[t] * x[t] : x[t] / (double)n;
    }
    for (size_t t = 0; t < n; t++)
        x[t] -= sum;
}

static pen_status take_whole(covariance_job *j, const double *returns, size_t n_observations)
{
    char *has;
    size_t cells;
    PEN_TRY(pen_alloc(n_observations + 1, 1, (void **)&has));
    pen_status s = find_whole(j, returns, n_observations, has);
    if (s == PEN_OK)
        s = pen_size_mul(j->p, j->n, &cells);
    if (s == PEN_OK)
        s = pen_alloc_array(cells, sizeof *j->x, (void **)&j->x);
    for (size_t i = 0, at = 0; s == PEN_OK && i < j->p; i++)
        for (size_t t = 0; t < n_observations; t++)
            if (has[t])
                j->x[at++] = returns[i * n_observations + t];
    pen_free(has);
    return s;
}

/* ---- products ---- */

double covariance_degrees(const covariance_job *j)
{
    return (double)j->n - !j->options.is_zero_mean;
}

pen_status covariance_product(const covariance_job *j, const double *rows, size_t k, double divisor,
                              double *out)
{
    size_t p = j->p;
    PEN_TRY(statistic_triangle(j->queue, PEN_F64, rows, p, k, out));
    PEN_TRY(pen_queue_wait(j->queue));
    for (size_t a = 0; a < p; a++)
        for (size_t b = 0; b <= a; b++) {
            double value = out[a * p + b] / divisor;
            if (!isfinite(value))
                return pen_fail(PEN_E_ARG,
                                "pen_covariance: the covariance of assets %zu and %zu overflows", b,
                                a);
            out[a * p + b] = out[b * p + a] = value;
        }
    return PEN_OK;
}

/* The returns' product, their means removed first. */
static pen_status make_sample(covariance_job *j, double divisor)
{
    for (size_t i = 0; i < j->p && !j->options.is_zero_mean; i++)
        remove_mean(j->x + i * j->n, j->n, NULL);
    return covariance_product(j, j->x, j->n, divisor, j->s);
}

/* Weights that sum to 1, and 1 less the sum of their squares: every two of different
 * observations, so that nothing cancels. */
static double make_weights(double decay, double *weight, size_t n)
{
    double w = 1, sum = 0, older = 0, left = 0;
    for (size_t t = n; t-- > 0; w *= decay)
        sum += weight[t] = w;
    for (size_t t = 0; t < n; t++) {
        weight[t] /= sum;
        left += 2 * weight[t] * older;
        older += weight[t];
    }
    return left;
}

static pen_status make_ewma(covariance_job *j)
{
    double *weight;
    PEN_TRY(pen_alloc_array(j->n, sizeof *weight, (void **)&weight));
    double left = make_weights(j->options.decay, weight, j->n);
    for (size_t i = 0; i < j->p; i++) {
        double *x = j->x + i * j->n;
        if (!j->options.is_zero_mean)
            remove_mean(x, j->n, weight);
        for (size_t t = 0; t < j->n; t++)
            x[t] *= sqrt(weight[t]);
    }
    pen_free(weight);
    if (!(left > 0))
        return pen_fail(PEN_E_ARG, "pen_covariance: decay %g leaves one observation",
                        j->options.decay);
    return covariance_product(j, j->x, j->n, j->options.is_zero_mean ? 1 : left, j->s);
}

static pen_status make_semi(covariance_job *j)
{
    for (size_t i = 0; i < j->p * j->n; i++)
        j->x[i] = fmin(j->x[i] - j->options.threshold, 0);
    return covariance_product(j, j->x, j->n, (double)j->n, j->s);
}

static pen_status estimate(covariance_job *j)
{
    double degrees = covariance_degrees(j), n = (double)j->n;
    switch (j->options.kind) {
    case PEN_COVARIANCE_EWMA:
        return make_ewma(j);
    case PEN_COVARIANCE_SEMI:
        return make_semi(j);
    case PEN_COVARIANCE_LEDOIT_WOLF:
    case PEN_COVARIANCE_CONSTANT_CORRELATION:
    case PEN_COVARIANCE_OAS:
        PEN_TRY(make_sample(j, n));
        return covariance_shrink(j);
    case PEN_COVARIANCE_NONLINEAR:
        PEN_TRY(make_sample(j, degrees));
        return covariance_nonlinear(j);
    case PEN_COVARIANCE_FACTOR:
    case PEN_COVARIANCE_DENOISED:
        PEN_TRY(make_sample(j, degrees));
        return covariance_of_factors(j);
    default:
        return make_sample(j, degrees);
    }
}

/* ---- the report ---- */

static pen_status make_report(const covariance_job *j, pen_covariance_report *report)
{
    size_t p = j->p;
    double *work, *values, sum = 0, entropy = 0;
    *report = (pen_covariance_report){ .n_used = j->n,
                                       .shrinkage = j->shrinkage,
                                       .n_factors = j->n_factors,
                                       .condition = INFINITY,
                                       .effective_rank = NAN };
    PEN_TRY(pen_alloc_array(p * p + p, sizeof *work, (void **)&work));
    values = work + p * p;
    memcpy(work, j->s, p * p * sizeof *work);
    pen_status s = eigen_symmetric(work, p, values, NULL);
    if (s == PEN_OK && values[p - 1] > 0x1p-52 * (double)p * values[0])
        report->condition = values[0] / values[p - 1];
    for (size_t i = 0; s == PEN_OK && i < p; i++)
        sum += fmax(values[i], 0);
    for (size_t i = 0; s == PEN_OK && i < p; i++)
        if (values[i] > 0)
            entropy -= values[i] / sum * log(values[i] / sum);
    if (sum > 0)
        report->effective_rank = exp(entropy);
    pen_free(work);
    return s;
}

static pen_status run(covariance_job *j, const double *returns, size_t n_observations,
                      pen_covariance_report *report)
{
    PEN_TRY(take_whole(j, returns, n_observations));
    PEN_TRY(estimate(j));
    return report != NULL ? make_report(j, report) : PEN_OK;
}

pen_status pen_covariance(const pen_covariance_options *options, const double *returns,
                          size_t n_assets, size_t n_observations, double *covariance,
                          pen_covariance_report *report)
{
    covariance_job j = { .options = options != NULL ? *options : pen_covariance_options_default(),
                         .p = n_assets,
                         .s = covariance,
                         .shrinkage = NAN };
    pen_device *device;
    size_t cells;
    if (report != NULL)
        *report = (pen_covariance_report){ 0 };
    PEN_TRY(check_options(&j.options, n_assets));
    PEN_TRY(pen_size_mul(n_assets, n_observations, &cells));
    PEN_TRY(pen_size_mul(n_assets + 1, n_assets, &cells));
    if (n_assets == 0)
        return PEN_OK;
    PEN_TRY(pen_device_open("cpu:0", &device));
    pen_status s = pen_queue_create(device, &j.queue);
    if (s == PEN_OK)
        s = run(&j, returns, n_observations, report);
    pen_queue_destroy(j.queue);
    pen_device_close(device);
    pen_free(j.x);
    return s;
}
