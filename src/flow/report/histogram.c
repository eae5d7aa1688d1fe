/* Counting values into bins. */
#include <math.h>
#include <stdlib.h>

#include "../../machine/base/alloc.h"
#include "draw.h"

/* Smallest and largest finite value; false if there is none. */
static bool finite_range(const double *values, size_t n, double *low, double *high)
{
    bool is_any = false;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            continue;
        *low = is_any ? fmin(*low, values[i]) : values[i];
        *high = is_any ? fmax(*high, values[i]) : values[i];
        is_any = true;
    }
    return is_any;
}

pen_status pen_histogram(const double *values, size_t n, size_t bins, double *centre, double *count)
{
    double low = 0, high = 1;
    if (bins == 0)
        return pen_fail(PEN_E_ARG, "pen_histogram: 0 bins, expected at least 1");
    bool is_any = finite_range(values, n, &low, &high);
    if (low == high) {
        double pad = low != 0 ? fabs(low) * 1e-3 : 0.5;
        low -= pad;
        high += pad;
    }
    /* halves, because high - low may overflow */
    double half = high * 0.5 - low * 0.5;
    for (size_t b = 0; b < bins; b++) {
        count[b] = 0;
        centre[b] = low + 2 * (half * (((double)b + 0.5) / (double)bins));
    }
    for (size_t i = 0; is_any && i < n; i++) {
        if (!isfinite(values[i]))
            continue;
        size_t b = (size_t)((values[i] * 0.5 - low * 0.5) / half * (double)bins);
        count[b < bins ? b : bins - 1]++;
    }
    return PEN_OK;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

pen_status pen_histogram_bins(const double *values, size_t n, size_t *bins)
{
    double *sorted;
    size_t m = 0;
    *bins = 1;
    PEN_TRY(pen_alloc_array(n > 0 ? n : 1, sizeof *sorted, (void **)&sorted));
    for (size_t i = 0; i < n; i++)
        if (isfinite(values[i]))
            sorted[m++] = values[i];
    qsort(sorted, m, sizeof *sorted, by_value);
    if (m > 1) {
        double iqr = sorted[m * 3 / 4] - sorted[m / 4];
        double width = 2 * iqr / cbrt((double)m), wanted = (sorted[m - 1] - sorted[0]) / width;
        /* no spread in the middle half: Sturges' rule */
        if (!(width > 0) || !isfinite(wanted))
            wanted = log2((double)m) + 1;
        *bins = wanted < 1 ? 1 : wanted > 512 ? 512 : (size_t)ceil(wanted);
    }
    pen_free(sorted);
    return PEN_OK;
}
