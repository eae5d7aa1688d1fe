/* Prices of many series: files become one panel of closes. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "../../machine/base/status.h"
#include "closes.h"

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The sorted times of all files, each once. */
static pen_status unite_times(const char *const *paths, cli_closes *j)
{
    size_t count = 0, at = 0;
    for (size_t f = 0; f < j->n_files; f++) {
        count += pen_bars_points(j->bars[f]);
        if (pen_bars_times_ns(j->bars[f]) == NULL)
            return pen_fail(PEN_E_NOTFOUND, "%s: no column of times", paths[f]);
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

/* One file's closes at their times. */
static pen_status place(const char *const *paths, cli_closes *j, size_t file)
{
    const pen_bars *b = j->bars[file];
    const pen_panel *close = pen_bars_field(b, PEN_ROLE_CLOSE);
    const int64_t *times = pen_bars_times_ns(b);
    const double *from = pen_panel_data(close);
    size_t at = 0, first = j->first[file];
    for (size_t t = 0; t < pen_bars_points(b); t++) {
        if (t > 0 && times[t] <= times[t - 1])
            return pen_fail(PEN_E_PARSE, "%s: times do not ascend at row %zu", paths[file], t + 1);
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
                                paths[file], j->names[i]);
    }
    return PEN_OK;
}

static pen_status open_files(const char *const *paths, size_t n_paths, cli_closes *j)
{
    PEN_TRY(pen_alloc(n_paths, sizeof *j->bars, (void **)&j->bars));
    PEN_TRY(pen_alloc(n_paths + 1, sizeof *j->first, (void **)&j->first));
    for (; j->n_files < n_paths; j->n_files++) {
        PEN_TRY(pen_bars_read(paths[j->n_files], NULL, &j->bars[j->n_files]));
        j->n_series += pen_bars_symbols(j->bars[j->n_files]);
        j->first[j->n_files + 1] = j->n_series;
    }
    return PEN_OK;
}

pen_status cli_closes_read(const char *const *paths, size_t n_paths, cli_closes *j)
{
    size_t cells;
    *j = (cli_closes){ 0 };
    PEN_TRY(open_files(paths, n_paths, j));
    PEN_TRY(unite_times(paths, j));
    if (j->n_points == 0)
        return pen_fail(PEN_E_ARG, "%s: no row of prices", paths[0]);
    PEN_TRY(pen_size_mul(j->n_series, j->n_points, &cells));
    PEN_TRY(pen_alloc(j->n_series, sizeof *j->names, (void **)&j->names));
    PEN_TRY(pen_alloc_array(cells, sizeof *j->values, (void **)&j->values));
    for (size_t i = 0; i < cells; i++)
        j->values[i] = NAN;
    for (size_t f = 0; f < j->n_files; f++)
        PEN_TRY(place(paths, j, f));
    return PEN_OK;
}

void cli_closes_keep(cli_closes *j, const bool *keep, size_t first_given)
{
    size_t n = j->n_points, kept = 0, at = 0;
    for (size_t t = 0; t < n; t++)
        if (keep[t])
            j->times_ns[kept++] = j->times_ns[t];
    for (size_t s = 0; s < j->n_series; s++) {
        double growth = 1;
        for (size_t t = 0; t < n; t++) {
            double x = j->values[s * n + t]; /* never behind what is written */
            growth *= 1 + x;
            if (!keep[t])
                continue;
            j->values[at++] = s >= first_given ? growth - 1 : x;
            growth = 1;
        }
    }
    j->n_points = kept;
}

void cli_closes_take_returns(cli_closes *j, bool is_log, size_t first_given)
{
    size_t n = j->n_points;
    for (size_t s = 0; s < j->n_series; s++) {
        const double *from = j->values + s * n;
        double *to = j->values + s * (n - 1); /* never ahead of what is read */
        for (size_t t = 1; t < n; t++) {
            double ratio = from[t] / from[t - 1];
            to[t - 1] = s >= first_given ? from[t] : is_log ? log(ratio) : ratio - 1;
        }
    }
    j->n_points--;
    memmove(j->times_ns, j->times_ns + 1, j->n_points * sizeof *j->times_ns);
}

size_t cli_closes_find(const cli_closes *j, const char *symbol)
{
    for (size_t i = 0; i < j->n_series; i++)
        if (strcmp(j->names[i], symbol) == 0)
            return i;
    return SIZE_MAX;
}

void cli_closes_clear(cli_closes *j)
{
    for (size_t f = 0; f < j->n_files; f++)
        pen_bars_destroy(j->bars[f]);
    pen_free(j->bars);
    pen_free(j->first);
    pen_free(j->names);
    pen_free(j->times_ns);
    pen_free(j->values);
    *j = (cli_closes){ 0 };
}

pen_status cli_read_estimator(cli *c, pen_covariance_options *o)
{
    uint64_t n_factors = 0;
    *o = pen_covariance_options_default();
    if (cli_text(c, "estimator") != NULL &&
        pen_covariance_parse(cli_text(c, "estimator"), &o->kind) != PEN_OK)
        return cli_usage(c, "--estimator: %s", pen_last_error());
    if (cli_has(c, "decay"))
        PEN_TRY(cli_number(c, "decay", 1e-9, 1, &o->decay));
    if (cli_has(c, "shrinkage"))
        PEN_TRY(cli_number(c, "shrinkage", 0, 1, &o->shrinkage));
    if (cli_has(c, "factors-kept"))
        PEN_TRY(cli_integer(c, "factors-kept", 1, 1000000, &n_factors));
    o->n_factors = (size_t)n_factors;
    o->is_zero_mean = cli_has(c, "zero-mean");
    return PEN_OK;
}
