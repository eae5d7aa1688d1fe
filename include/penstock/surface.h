/* Volatility surfaces: smiles fitted to the options of a chain, checked for arbitrage, and read
 * at any strike and expiry.
 *
 * A slice is one expiry.  Smiles are fitted in x = ln(K / F), F being the forward, and total
 * variance w = vol^2 T; by SABR with a shift s in x = ln((K + s) / (F + s)), and in the normal
 * model in x = K - F with volatility in money.  Between slices w is linear in time at equal x,
 * by SSVI its at-the-money value is; before the first slice and after the last volatility is
 * constant in time at equal x.  Units as in pricing.h. */
#ifndef PENSTOCK_SURFACE_H
#define PENSTOCK_SURFACE_H

#include "penstock/pricing.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One row of a chain.  NaN: not known. */
typedef struct pen_option_quote {
    double side; /* +1 call, -1 put */
    double strike_px;
    double expiry_yr;  /* equal numbers make a slice; outside 1e-6 to 1000 it is left out */
    double price_px;   /* of bid and ask the mean */
    double spread_px;  /* ask - bid: a quote counts by vega / spread; NaN: by vega */
    double forward_px; /* of its expiry; NaN: by put-call parity */
    double vol_frac;   /* instead of a price */
    double rate_frac;  /* discounts its expiry; NaN: as the options say */
} pen_option_quote;

typedef enum pen_smile {
    PEN_SMILE_SVI = 0, /* raw SVI, a slice at a time */
    PEN_SMILE_SSVI,    /* one surface, free of static arbitrage */
    PEN_SMILE_SABR,    /* a slice at a time */
    PEN_SMILES
} pen_smile;

typedef struct pen_surface_options {
    pen_smile smile;
    bool may_arbitrage;   /* do not hold slices free of butterfly and calendar arbitrage */
    double rate_frac;     /* discounts; NaN: by put-call parity, 0 with fewer than three pairs */
    double spot_px;       /* gives a forward where no pair and no quote does; NaN: none */
    double dividend_frac; /* of that spot */
    double sabr_beta;     /* 0 to 1 */
    double sabr_shift_px; /* forward + shift is modelled */
    bool sabr_is_normal;  /* volatilities are Bachelier's, in money */
} pen_surface_options;

/* SVI, rate NaN, no spot, beta 1, no shift, lognormal. */
PEN_API pen_surface_options pen_surface_options_default(void);

/* "svi", "ssvi", "sabr"; NULL for other numbers. */
PEN_API const char *pen_smile_name(int smile);
/* What the parameters of a slice are called, ends with NULL. */
PEN_API const char *const *pen_smile_parameters(pen_smile smile);

enum { PEN_SMILE_MOST_PARAMETERS = 5 };

typedef struct pen_surface_slice {
    double expiry_yr, forward_px, discount;
    size_t n_pairs; /* strikes with call and put, of which forward and discount come */
    size_t first_point, n_points;                 /* in pen_surface_points() */
    size_t n_outliers;                            /* of the points, not fitted */
    double parameters[PEN_SMILE_MOST_PARAMETERS]; /* in the order of pen_smile_parameters() */
    double atm_vol;                               /* at the forward */
    double rmse_vol, worst_vol; /* of the points that are no outliers, as fractions */
} pen_surface_slice;

/* A market volatility: of each strike the option out of the money, or what there is. */
typedef struct pen_surface_point {
    double strike_px, x, vol_frac, fitted_vol_frac;
    double weight; /* relative, of mean square 1 in a slice; 0: an outlier */
    double side;
} pen_surface_point;

typedef struct pen_surface pen_surface;

/* Fits a surface.
 *
 *   quotes  [n], in any order
 *   out     creates
 *
 * Quotes beyond 1e15, or e^50 away from the forward, are left out.
 * A slice needs its forward and as many volatilities as its smile has free parameters (SVI 5,
 * SABR 3, SSVI 1); one that has fewer is left out.  Residuals are differences of volatility by
 * vega / spread.  Volatilities further from a robust fit than ten robust deviations are outliers.
 *   SVI   De Marco and Martini's quasi-explicit method on a grid, then Levenberg and Marquardt's
 *         on the raw parameters: b > 0, |rho| < 1, sigma > 0, least variance > 0, b (1 + |rho|)
 *         < 2.
 *   SSVI  all slices at once; theta grows with expiry, 0 < gamma <= 1/2, eta (1 + |rho|) <= 2.
 *   SABR  alpha, rho and nu; beta as given.
 * Unless may_arbitrage is set, slices of SVI and SABR that show a butterfly spread below 0 or
 * cross the slice before are fitted again with a penalty on that.  What remains:
 * pen_surface_findings().  The same input gives the same bits, whatever the order of quotes.
 *
 * PEN_E_ARG for options out of their range or if no slice has enough quotes (the text says how
 * many they have), PEN_E_NOMEM.  The queue's device finds the implied volatilities.  Threads: one
 * per queue.
 * Sources: Gatheral (2004), "A parsimonious arbitrage-free implied volatility parameterization";
 * De Marco and Martini (2009), "Quasi-explicit calibration of Gatheral's SVI model"; Gatheral and
 * Jacquier (2014), "Arbitrage-free SVI volatility surfaces", eq. 4.5 for phi; Hagan, Kumar,
 * Lesniewski and Woodward (2002), "Managing smile risk"; Obloj (2008), "Fine-tune your smile". */
PEN_API pen_status pen_surface_fit(pen_queue *queue, const pen_option_quote *quotes, size_t n,
                                   const pen_surface_options *options, pen_surface **out);
PEN_API void pen_surface_destroy(pen_surface *surface);

/* A surface from slices that are known: expiry, forward, discount and parameters of each, in
 * order of expiry.  Creates.  PEN_E_ARG for parameters that are no smile. */
PEN_API pen_status pen_surface_create(const pen_surface_options *options,
                                      const pen_surface_slice *slices, size_t n, pen_surface **out);

/* In order of expiry; points of a slice in order of strike.  Borrowed. */
PEN_API const pen_surface_slice *pen_surface_slices(const pen_surface *surface, size_t *n);
PEN_API const pen_surface_point *pen_surface_points(const pen_surface *surface, size_t *n);
/* Expiries without enough quotes, and quotes without a use: no price, or none of a volatility. */
PEN_API size_t pen_surface_slices_left_out(const pen_surface *surface);
PEN_API size_t pen_surface_quotes_left_out(const pen_surface *surface);

/* The forward at an expiry: between slices its logarithm is linear in time (in the normal model it
 * is); before the first and after the last as between the two nearest.  NaN for expiry < 0. */
PEN_API double pen_surface_forward(const pen_surface *surface, double expiry_yr);
/* Implied volatility at a strike and an expiry > 0; NaN where there is none.  Threads: any. */
PEN_API double pen_surface_vol(const pen_surface *surface, double strike_px, double expiry_yr);
/* Local volatility there, by Dupire's formula: d w / d T by Durrleman's function.  0 or more; NaN
 * where the surface admits arbitrage.  In the normal model it is in money.
 * Source: Gatheral (2006), "The volatility surface", eq. 1.10. */
PEN_API double pen_surface_local_vol(const pen_surface *surface, double strike_px,
                                     double expiry_yr);
/* Durrleman's function there, the risk-neutral density by a positive factor: below 0, a butterfly
 * spread has a negative price. */
PEN_API double pen_surface_durrleman(const pen_surface *surface, double strike_px,
                                     double expiry_yr);

typedef enum pen_arbitrage { PEN_ARBITRAGE_BUTTERFLY = 0, PEN_ARBITRAGE_CALENDAR } pen_arbitrage;

/* A range of strikes of a slice where it admits arbitrage. */
typedef struct pen_surface_finding {
    pen_arbitrage kind;
    size_t slice; /* calendar: against the one before */
    double low_strike_px, high_strike_px;
    double worst;           /* Durrleman's function, or w less that of the slice before */
    double worst_strike_px; /* where that is */
} pen_surface_finding;

/* Arbitrage on 201 points of each slice, from half of the points' range below them to half above
 * (slices without points: ten deviations to either side); calendar arbitrage where the slice before
 * has points too.
 *   findings  [most], written up to that; NULL for most 0
 *   n         how many there are */
PEN_API void pen_surface_findings(const pen_surface *surface, pen_surface_finding *findings,
                                  size_t most, size_t *n);

#ifdef __cplusplus
}
#endif
#endif
