/* Draws the smiles of a surface with the market's points, and their total variance: slices that
 * cross there admit calendar arbitrage. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "penstock/report.h"
#include "surface.h"

enum { CURVE = 201, LABEL_BYTES = 24, COLOURS = 8 };

double surface_strike(const surface_job *j, const pen_surface_slice *slice, double x)
{
    double shift = j->options.sabr_shift_px;
    if (j->options.smile != PEN_SMILE_SABR)
        return slice->forward_px * exp(x);
    return j->options.sabr_is_normal ? slice->forward_px + x
                                     : (slice->forward_px + shift) * exp(x) - shift;
}

static int compare_values(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static size_t place_of(const double *x, size_t n, double value)
{
    size_t low = 0, high = n - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (x[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The axis: every point's place, and places in between for the curves. */
static size_t fill_axis(const surface_job *j, double *x)
{
    size_t n = 0;
    for (size_t i = 0; i < j->n_points; i++)
        x[n++] = j->points[i].x;
    qsort(x, n, sizeof *x, compare_values);
    double low = x[0], high = x[n - 1];
    for (size_t i = 0; i < CURVE; i++)
        x[n++] = low + (high - low) * (double)i / (CURVE - 1);
    qsort(x, n, sizeof *x, compare_values);
    return n;
}

typedef struct drawing {
    double *x, *vols, *variances;     /* [n], [n_slices][n] twice */
    pen_plot_point *points;           /* [n_points] */
    pen_plot_series *smiles, *totals; /* [2 n_slices], [n_slices] */
    char (*labels)[LABEL_BYTES];
} drawing;

/* Curves of a slice, from its first to its last point. */
static void fill_slice(const surface_job *j, size_t i, size_t n, drawing *d)
{
    const pen_surface_slice *slice = &j->slices[i];
    const pen_surface_point *points = j->points + slice->first_point;
    double *vols = d->vols + i * n, *variances = d->variances + i * n;
    for (size_t k = 0; k < n; k++) {
        bool is_inside = d->x[k] >= points[0].x && d->x[k] <= points[slice->n_points - 1].x;
        double strike = surface_strike(j, slice, d->x[k]);
        double vol = is_inside ? pen_surface_vol(j->surface, strike, slice->expiry_yr) : NAN;
        bool is_money = j->options.smile == PEN_SMILE_SABR && j->options.sabr_is_normal;
        vols[k] = is_money ? vol : 100 * vol;
        variances[k] = vol * vol * slice->expiry_yr;
    }
    for (size_t k = 0; k < slice->n_points; k++)
        d->points[slice->first_point + k] =
            (pen_plot_point){ .at = place_of(d->x, n, points[k].x),
                              .side = 1,
                              .y = points[k].vol_frac * (j->options.sabr_is_normal ? 1 : 100) };
    int colour = (int)(i % COLOURS) + 1;
    snprintf(d->labels[i], LABEL_BYTES, "%.4g d", slice->expiry_yr * 365);
    d->smiles[2 * i] = (pen_plot_series){
        .kind = PEN_PLOT_LINE, .label = d->labels[i], .y = vols, .colour = colour
    };
    d->smiles[2 * i + 1] = (pen_plot_series){ .kind = PEN_PLOT_MARKS,
                                              .points = d->points + slice->first_point,
                                              .point_count = slice->n_points,
                                              .colour = colour };
    d->totals[i] = (pen_plot_series){ .kind = PEN_PLOT_LINE, .y = variances, .colour = colour };
}

static pen_status draw(const surface_job *j, const char *path, drawing *d)
{
    size_t n = fill_axis(j, d->x);
    for (size_t i = 0; i < j->n_slices; i++)
        fill_slice(j, i, n, d);
    bool is_money = j->options.smile == PEN_SMILE_SABR && j->options.sabr_is_normal;
    char subtitle[96];
    snprintf(subtitle, sizeof subtitle, "%s, %zu market volatilities, %zu arbitrage finding%s",
             pen_smile_name((int)j->options.smile), j->n_points, j->n_findings,
             j->n_findings == 1 ? "" : "s");
    pen_plot_panel panels[] = {
        { .title = is_money ? "volatility, money" : "volatility, %",
          .series = d->smiles,
          .count = 2 * j->n_slices,
          .weight = 2.5 },
        { .title = "total variance",
          .series = d->totals,
          .count = j->n_slices,
          .weight = 1.5,
          .is_log = true },
    };
    const char *slash = strrchr(j->c->args[0], '/');
    pen_plot plot = { .title = slash != NULL ? slash + 1 : j->c->args[0],
                      .subtitle = subtitle,
                      .x = d->x,
                      .x_label = is_money ? "strike - forward" : "ln(strike / forward)",
                      .n = n,
                      .panels = panels,
                      .panel_count = PEN_COUNT(panels) };
    return pen_plot_save(&plot, path);
}

pen_status surface_plot(const surface_job *j, const char *path)
{
    drawing d = { 0 };
    size_t n = j->n_points + CURVE;
    pen_status s = pen_alloc_array(n, sizeof *d.x, (void **)&d.x);
    if (s == PEN_OK)
        s = pen_alloc(j->n_slices * n, sizeof *d.vols, (void **)&d.vols);
    if (s == PEN_OK)
        s = pen_alloc(j->n_slices * n, sizeof *d.variances, (void **)&d.variances);
    if (s == PEN_OK)
        s = pen_alloc(j->n_points, sizeof *d.points, (void **)&d.points);
    if (s == PEN_OK)
        s = pen_alloc(2 * j->n_slices, sizeof *d.smiles, (void **)&d.smiles);
    if (s == PEN_OK)
        s = pen_alloc(j->n_slices, sizeof *d.totals, (void **)&d.totals);
    if (s == PEN_OK)
        s = pen_alloc(j->n_slices, sizeof *d.labels, (void **)&d.labels);
    if (s == PEN_OK)
        s = draw(j, path, &d);
    pen_free(d.labels);
    pen_free(d.totals);
    pen_free(d.smiles);
    pen_free(d.points);
    pen_free(d.variances);
    pen_free(d.vols);
    pen_free(d.x);
    return s;
}
