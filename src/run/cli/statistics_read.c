/* Prices for `penstock statistics`: files become one panel of closes. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "../../machine/base/status.h"
#include "statistics.h"

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The sorted times of all files, each once. */
static pen_status unite_times(statistics_job *j)
{
    size_t count = 0, at = 0;
    for (size_t f = 0; f < j->n_files; f++) {
        count += pen_bars_points(j->bars[f]);
        if (pen_bars_times_ns(j->bars[f]) == NULL)
            return pen_fail(PEN_E_NOTFOUND, "%s: no column of times", j->c->args[f]);
    }
    PEN_TRY(pen_alloc_array(count + 1, sizeof *j->times_ns, (void **)&j->times_ns));
    for (size_t f = 0; f < j->n_files; f++) {
        size_t n = pen_bars_points(j->bars[f]);
        memcpy(j->times_ns + at, pen_bars_times_ns(j->bars[f]), n * sizeof *j->times_ns);
        at += n;
    }
    qsort(j->times_ns, count, sizeof *j->times_ns, compare_times);
    for (size_t i = 0; i < count; i++)
        if (j->n_points == 0 || j->times_ns[i] != j->times_ns[j->n_points - 1])
            j->times_ns[j->n_points++] = j->times_ns[i];
    return PEN_OK;
}

/* One file's closes at their times, from series `first` on. */
static pen_status place(statistics_job *j, size_t file, size_t first)
{
    const pen_bars *b = j->bars[file];
    const pen_panel *close = pen_bars_field(b, PEN_ROLE_CLOSE);
    const int64_t *times = pen_bars_times_ns(b);
    const double *from = pen_panel_data(close);
    size_t at = 0;
    for (size_t t = 0; t < pen_bars_points(b); t++) {
        if (t > 0 && times[t] <= times[t - 1])
            return pen_fail(PEN_E_PARSE, "%s: times do not ascend at row %zu", j->c->args[file],
                            t + 1);
        while (j->times_ns[at] < times[t])
            at++;
        for (size_t s = 0; s < pen_bars_symbols(b); s++)
            j->values[(first + s) * j->n_points + at] = from[s * pen_panel_stride(close) + t];
    }
    for (size_t s = 0; s < pen_bars_symbols(b); s++) {
        j->names[first + s] = pen_bars_symbol(b, s);
        for (size_t i = 0; i < first; i++)
            if (strcmp(j->names[i], j->names[first + s]) == 0)
                return pen_fail(PEN_E_ARG, "%s: symbol '%s' is in a file before it too",
                                j->c->args[file], j->names[i]);
    }
    return PEN_OK;
}

pen_status statistics_read(statistics_job *j)
{
    size_t cells, first = 0;
    PEN_TRY(pen_alloc(j->c->arg_count, sizeof *j->bars, (void **)&j->bars));
    for (; j->n_files < j->c->arg_count; j->n_files++) {
        PEN_TRY(pen_bars_read(j->c->args[j->n_files], NULL, &j->bars[j->n_files]));
        j->n_series += pen_bars_symbols(j->bars[j->n_files]);
    }
    PEN_TRY(unite_times(j));
    if (j->n_points == 0)
        return pen_fail(PEN_E_ARG, "%s: no row of prices", j->c->args[0]);
    PEN_TRY(pen_size_mul(j->n_series, j->n_points, &cells));
    PEN_TRY(pen_alloc(j->n_series, sizeof *j->names, (void **)&j->names));
    PEN_TRY(pen_alloc_array(cells, sizeof *j->values, (void **)&j->values));
    for (size_t i = 0; i < cells; i++)
        j->values[i] = NAN;
    for (size_t f = 0; f < j->n_files; first += pen_bars_symbols(j->bars[f++]))
        PEN_TRY(place(j, f, first));
    return PEN_OK;
}

void statistics_take_returns(statistics_job *j)
{
    size_t n = j->n_points;
    if (j->returns == STATISTICS_LEVELS)
        return;
    for (size_t s = 0; s < j->n_series; s++) {
        const double *from = j->values + s * n;
        double *to = j->values + s * (n - 1); /* never ahead of what is read */
        for (size_t t = 1; t < n; t++) {
            double ratio = from[t] / from[t - 1];
            to[t - 1] = j->returns == STATISTICS_LOG ? log(ratio) : ratio - 1;
        }
    }
    j->n_points--;
    memmove(j->times_ns, j->times_ns + 1, j->n_points * sizeof *j->times_ns);
}

size_t statistics_keep_present(const double *x, const double *y, size_t n, double *x_out,
                               double *y_out)
{
    size_t count = 0;
    for (size_t t = 0; t < n; t++) {
        if (isnan(x[t]) || (y != NULL && isnan(y[t])))
            continue;
        x_out[count] = x[t];
        if (y != NULL)
            y_out[count] = y[t];
        count++;
    }
    return count;
}
