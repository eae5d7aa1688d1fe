/* Nonlinear least squares by Levenberg and Marquardt's method, for a few parameters. */
#ifndef PEN_SURFACE_MINIMISE_H
#define PEN_SURFACE_MINIMISE_H

#include <stddef.h>

typedef struct minimise_problem {
    size_t n_residuals, n_parameters;
    void (*residuals)(const void *context, const double *parameters, double *residuals);
    const void *context;
    double *work; /* [minimise_work()] */
} minimise_problem;

/* Doubles that it needs. */
size_t minimise_work(size_t n_residuals, size_t n_parameters);

/* Moves the parameters to a local minimum of the sum of squared residuals, which it returns.
 * Residuals that are not finite count as infinitely bad; those at the start must be finite. */
double minimise(const minimise_problem *problem, double *parameters);

#endif
