/* Moments of each series, from the sums that kernels/statistic.k makes. */
#include <math.h>

#include "../../machine/base/alloc.h"
#include "../../machine/math/scratch.h"
#include "series.h"

/* Skewness and kurtosis from the mean powers m2, m3, m4 about the mean. */
static void shape_of(double n, double m2, double m3, double m4, pen_moments *out)
{
    double g1 = m3 / (m2 * sqrt(m2)), g2 = m4 / (m2 * m2) - 3;
    if (n >= 3)
        out->skewness = g1 * sqrt(n * (n - 1)) / (n - 2);
    if (n >= 4)
        out->kurtosis = ((n + 1) * g2 + 6) * (n - 1) / ((n - 2) * (n - 3));
}

static pen_moments moments_of(const statistic_level *l)
{
    double n = l->count, d = l->sum[0] / n, s2 = l->sum[1], s3 = l->sum[2], s4 = l->sum[3];
    pen_moments out = { .count = (size_t)n,
                        .mean = l->mean + d * l->range,
                        .variance = NAN,
                        .stdev = NAN,
                        .skewness = NAN,
                        .kurtosis = NAN,
                        .min = l->least,
                        .max = l->greatest };
    if (n < 1)
        out.mean = NAN;
    if (n < 2)
        return out;
    double squares = statistic_squares(l);
    out.stdev = sqrt(squares / (n - 1)) * l->range;
    out.variance = squares / (n - 1) * l->range * l->range;
    if (squares > 0)
        shape_of(n, squares / n, (s3 - 3 * d * s2) / n + 2 * d * d * d,
                 (s4 - 4 * d * s3 + 6 * d * d * s2) / n - 3 * d * d * d * d, &out);
    return out;
}

pen_status pen_statistic_moments(pen_queue *queue, const pen_panel *x, pen_points_rule points,
                                 pen_moments *out)
{
    pen_rows rows;
    void *block;
    statistic_level *levels;
    PEN_TRY(statistic_rows("pen_statistic_moments", queue, "x", x, &rows));
    PEN_TRY(pen_alloc(rows.n_rows, sizeof *levels, (void **)&levels));
    pen_status s = statistic_blank_listwise(queue, points, &rows, &block);
    if (s == PEN_OK)
        s = statistic_levels(queue, &rows, 0, NULL, levels);
    if (s == PEN_OK)
        s = statistic_check_missing("pen_statistic_moments", points, &rows, levels);
    for (size_t r = 0; s == PEN_OK && r < rows.n_rows; r++)
        out[r] = moments_of(&levels[r]);
    pen_free(levels);
    return scratch_free(queue, block, s);
}
