/* Fits of smiles to market volatilities. */
#ifndef PEN_SURFACE_FIT_H
#define PEN_SURFACE_FIT_H

#include "../../machine/base/status.h"
#include "smile.h"

enum { FIT_GRID = 41 }; /* where a fit is held free of arbitrage */

/* Smiles of one slice, or of all of them by SSVI. */
typedef struct smile_fit {
    const pen_surface_options *options;
    pen_surface_slice *slices; /* [n_slices] whose parameters are looked for */
    size_t n_slices, n_points;
    pen_surface_point *points; /* those of the slices, one slice after the other */
    double *weights;           /* [n_points] of residuals */
    double penalty;            /* of arbitrage; 0: none is held off */
    double grid[FIT_GRID];     /* x */
    double before[FIT_GRID];   /* variance of the slice before; NaN where there is none */
    double *work;              /* [fit_work()] */
} smile_fit;

/* Doubles of work for a fit of so many points and slices. */
size_t fit_work(const pen_surface_options *options, size_t n_points, size_t n_slices);
/* Points that a slice needs. */
size_t fit_least_points(const pen_surface_options *options);

/* Parameters from the points alone, with the weights as they are. */
void fit_start(smile_fit *fit);
/* Closer from the slices' parameters. */
void fit_polish(smile_fit *fit);

/* svi.c: a raw SVI smile near the points. */
void svi_start(const pen_surface_point *points, const double *weights, size_t n, double expiry_yr,
               double parameters[5]);

#endif
