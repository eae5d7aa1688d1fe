/* Covariances and correlations by an estimator of penstock/covariance.h. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "../../machine/base/status.h"
#include "statistics.h"

pen_status statistics_read_estimator(statistics_job *j)
{
    cli *c = j->c;
    static const char *const parts[] = { "decay", "shrinkage", "factors-kept", "zero-mean" };
    j->is_estimated = cli_has(c, "estimator");
    for (size_t i = 0; i < PEN_COUNT(parts) && !j->is_estimated; i++)
        if (cli_has(c, parts[i]))
            return cli_usage(c, "--%s needs --estimator", parts[i]);
    return cli_read_estimator(c, &j->estimator);
}

/* What was taken, for people. */
static void tell(const statistics_job *j, const pen_covariance_report *r)
{
    char text[64] = "";
    if (!isnan(r->shrinkage))
        snprintf(text, sizeof text, "shrinkage %.4g, ", r->shrinkage);
    else if (j->estimator.kind == PEN_COVARIANCE_FACTOR ||
             j->estimator.kind == PEN_COVARIANCE_DENOISED)
        snprintf(text, sizeof text, "%zu factors, ", r->n_factors);
    cli_note(j->c, "%s: %scondition %.4g, effective rank %.4g, %zu of %zu points",
             pen_covariance_name(j->estimator.kind), text, r->condition, r->effective_rank,
             r->n_used, j->n_points);
}

/* Covariances become correlations, NaN where a series does not vary. */
static void take_correlations(double *matrix, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++) {
            double scale = sqrt(matrix[i * n + i]) * sqrt(matrix[k * n + k]);
            double r = scale > 0 ? fmin(fmax(matrix[i * n + k] / scale, -1), 1) : NAN;
            matrix[i * n + k] = matrix[k * n + i] = r;
        }
    for (size_t i = 0; i < n; i++)
        matrix[i * n + i] = matrix[i * n + i] > 0 ? 1 : NAN;
}

pen_status statistics_estimate(statistics_job *j, pen_matrix_kind kind, double **out)
{
    pen_covariance_report report;
    size_t cells;
    *out = NULL;
    PEN_TRY(pen_size_mul(j->n_series, j->n_series, &cells));
    PEN_TRY(pen_alloc_array(cells, sizeof **out, (void **)out));
    PEN_TRY(pen_covariance(&j->estimator, j->values, j->n_series, j->n_points, *out, &report));
    tell(j, &report);
    if (kind == PEN_MATRIX_CORRELATION)
        take_correlations(*out, j->n_series);
    return PEN_OK;
}
