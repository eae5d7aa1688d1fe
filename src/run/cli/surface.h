/* The parts of `penstock surface`. */
#ifndef PEN_RUN_SURFACE_H
#define PEN_RUN_SURFACE_H

#include "cli.h"
#include "penstock/surface.h"

enum { SURFACE_FINDINGS = 200 };

/* One request, its quotes and its fit. */
typedef struct surface_job {
    cli *c;
    pen_surface_options options;
    pen_option_quote *quotes; /* [n_quotes] of n_room */
    size_t n_quotes, n_room;
    pen_surface *surface;
    const pen_surface_slice *slices;
    const pen_surface_point *points;
    size_t n_slices, n_points;
    pen_surface_finding findings[SURFACE_FINDINGS];
    size_t n_findings;          /* may be more than there is room for */
    double *strikes, *expiries; /* --strikes, --expiries; NULL: the slices' own */
    size_t n_strikes, n_expiries;
} surface_job;

/* surface_print.c */
/* The slices' parameters and errors, the points, or volatilities on a grid. */
pen_status surface_print(surface_job *j);
/* What there is to remark. */
void surface_note(const surface_job *j);

/* surface_plot.c: smiles with their points, and total variance. */
pen_status surface_plot(const surface_job *j, const char *path);
/* The strike at a slice's x. */
double surface_strike(const surface_job *j, const pen_surface_slice *slice, double x);

#endif
