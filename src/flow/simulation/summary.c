/* Samples as a distribution. */
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/math/sort_host.h"
#include "panels.h"

/* The panel's values as doubles in host memory; creates. */
static pen_status read_samples(pen_queue *queue, const pen_panel *panel, size_t n, double **out)
{
    *out = NULL;
    size_t n_points = pen_panel_points(panel),
           bytes = n_points * pen_dtype_bytes(pen_panel_dtype(panel));
    PEN_TRY(pen_alloc_array(n, sizeof **out, (void **)out));
    if (pen_panel_is_host(panel)) {
        const char *from = pen_panel_data(panel);
        size_t step = pen_panel_stride(panel) * pen_dtype_bytes(pen_panel_dtype(panel));
        for (size_t i = 0; i < pen_panel_series(panel); i++)
            memcpy((char *)*out + i * bytes, from + i * step, bytes);
    } else {
        pen_status s = pen_panel_read(queue, *out, n_points, panel);
        if (s == PEN_OK)
            s = pen_queue_wait(queue);
        if (s != PEN_OK) {
            pen_free(*out);
            *out = NULL;
            return s;
        }
    }
    if (pen_panel_dtype(panel) == PEN_F32) /* widen in place, from the end */
        for (size_t i = n; i-- > 0;)
            (*out)[i] = (double)((const float *)*out)[i];
    return PEN_OK;
}

/* Sums with the rounding errors carried along (Neumaier 1974). */
typedef struct exact_sum {
    double sum, rest;
} exact_sum;

static void add(exact_sum *s, double x)
{
    double t = s->sum + x;
    s->rest += fabs(s->sum) >= fabs(x) ? (s->sum - t) + x : (x - t) + s->sum;
    s->sum = t;
}

static void summarise(const double *x, size_t n, pen_sample_summary *out)
{
    exact_sum sum = { 0, 0 }, squares = { 0, 0 };
    for (size_t i = 0; i < n; i++)
        add(&sum, x[i]);
    out->mean = (sum.sum + sum.rest) / (double)n;
    for (size_t i = 0; i < n; i++)
        add(&squares, (x[i] - out->mean) * (x[i] - out->mean));
    out->lowest = out->highest = x[0];
    for (size_t i = 1; i < n; i++) {
        out->lowest = x[i] < out->lowest ? x[i] : out->lowest;
        out->highest = x[i] > out->highest ? x[i] : out->highest;
    }
    out->count = n;
    out->stdev = n > 1 ? sqrt((squares.sum + squares.rest) / (double)(n - 1)) : NAN;
}

pen_status pen_sample_summarise(pen_queue *queue, const pen_panel *samples, const double *levels,
                                size_t n_levels, pen_sample_summary *out, double *quantiles)
{
    static const char me[] = "pen_sample_summarise";
    size_t n = pen_panel_series(samples) * pen_panel_points(samples), n_known = 0;
    *out = (pen_sample_summary){ 0, NAN, NAN, NAN, NAN };
    for (size_t i = 0; i < n_levels; i++) {
        quantiles[i] = NAN;
        if (!(levels[i] >= 0 && levels[i] <= 1))
            return pen_fail(PEN_E_ARG, "%s: level %zu is %g, expected 0 to 1", me, i, levels[i]);
    }
    if (!pen_panel_is_host(samples))
        PEN_TRY(simulation_check_device(me, queue, "samples", samples));
    PEN_TRY(pen_queue_wait(queue));
    if (n == 0)
        return PEN_OK;
    double *x;
    PEN_TRY(read_samples(queue, samples, n, &x));
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            x[n_known++] = x[i];
    if (n_known > 0)
        summarise(x, n_known, out);
    pen_rows row = pen_flat(PEN_F64, x, n_known);
    pen_status s = sort_host_quantiles(PEN_NAN_SKIPPED, &row, levels, n_levels, quantiles);
    pen_free(x);
    return s;
}
