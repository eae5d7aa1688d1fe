/* Smiles of one expiry as formulas: total variance of x, and what is made of it.  surface.h says
 * what x is. */
#ifndef PEN_SURFACE_SMILE_H
#define PEN_SURFACE_SMILE_H

#include "penstock/surface.h"

enum { SVI_A, SVI_B, SVI_RHO, SVI_M, SVI_SIGMA };
enum { SSVI_THETA, SSVI_RHO, SSVI_ETA, SSVI_GAMMA };
enum { SABR_ALPHA, SABR_BETA, SABR_RHO, SABR_NU };

/* Total variance and its derivatives in x. */
typedef struct smile_variance {
    double w, first, second;
} smile_variance;

smile_variance svi_variance(const double parameters[5], double x);
smile_variance ssvi_variance(const double parameters[4], double x);
/* Hagan's volatility at x; forward with its shift. */
double sabr_vol(const pen_surface_options *options, const double parameters[4], double forward,
                double expiry_yr, double x);

/* Of a slice's smile, by the options' formula. */
smile_variance smile_at(const pen_surface_options *options, const pen_surface_slice *slice,
                        double x);
/* The same without derivatives, which is cheaper by SABR. */
double smile_total(const pen_surface_options *options, const pen_surface_slice *slice, double x);

/* Durrleman's function of lognormal smiles, its counterpart of normal ones. */
double smile_durrleman(const pen_surface_options *options, smile_variance v, double x);

/* Are volatilities Bachelier's? */
bool smile_is_normal(const pen_surface_options *options);
double smile_x(const pen_surface_options *options, double strike, double forward);
double smile_strike(const pen_surface_options *options, double x, double forward);

#endif
