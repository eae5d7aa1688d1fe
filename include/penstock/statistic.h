/* Statistics of the series of a panel: moments, covariance and correlation
 * matrices, and of series in time: autocorrelation, unit roots, cointegration, regression.
 *
 * NaN is a missing value, an infinity a value like any other, of which means and
 * deviations are NaN or infinite.  Sums are of deviations from the mean, never
 * E[x^2] - E[x]^2, and have the same bits on every device.
 *
 * Functions wait for the queue: results are there on return.  Panels are on the
 * queue's device, f32 or f64; an f32 panel is computed in f32.  All fail with
 * PEN_E_DEVICE if a panel is elsewhere, PEN_E_SIZE for more than 2^30 points or
 * series, PEN_E_NOMEM.  Threads: one per queue. */
#ifndef PENSTOCK_STATISTIC_H
#define PENSTOCK_STATISTIC_H

#include "penstock/panel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which points count where values are missing. */
typedef enum pen_points_rule {
    PEN_POINTS_PAIRWISE, /* what the series, or both series of a pair, have; a matrix of
                             pairs need not be positive semidefinite */
    PEN_POINTS_LISTWISE, /* points that all series have */
    PEN_POINTS_ALL,      /* PEN_E_ARG if a value is missing */
} pen_points_rule;

/* ---- one series ---- */

typedef struct pen_moments {
    size_t count;    /* values that are not missing */
    double mean;     /* NaN for count = 0, as are min and max */
    double variance; /* divided by count - 1; NaN for count < 2, as is stdev */
    double stdev;
    double skewness; /* G1 of Joanes & Gill, "Comparing measures of sample skewness and
                        kurtosis", 1998; NaN for count < 3 or a series that does not vary */
    double kurtosis; /* their G2: 0 for a normal law; NaN for count < 4 or the like */
    double min, max;
} pen_moments;

/* Moments of each series.
 *   out  [series of x] written
 * PEN_POINTS_PAIRWISE takes each series by itself. */
PEN_API pen_status pen_statistic_moments(pen_queue *queue, const pen_panel *x,
                                         pen_points_rule points, pen_moments *out);

/* ---- pairs of series ---- */

typedef enum pen_matrix_kind {
    PEN_MATRIX_CORRELATION, /* 1 on the diagonal, within [-1, 1], NaN where a series does not
                               vary or fewer than 2 points count */
    PEN_MATRIX_COVARIANCE,  /* divided by count - 1; NaN for count < 2 */
} pen_matrix_kind;

typedef enum pen_matrix_method {
    PEN_METHOD_PEARSON,  /* of the values */
    PEN_METHOD_SPEARMAN, /* of their ranks, ties sharing the mean of theirs; among the points
                            that count for the pair */
} pen_matrix_method;

/* The covariance or correlation of every two series.
 *   out  n x n panel of x's dtype, n = series of x; symmetric; may not be x
 * PEN_E_SHAPE if out is of another shape or dtype.  0 series give nothing.
 * A correlation of n points is off by at most about (n + 20) units of 2^-53 (2^-24 in
 * f32), seldom by more than the root of that. */
PEN_API pen_status pen_statistic_matrix(pen_queue *queue, const pen_panel *x, pen_matrix_kind kind,
                                        pen_matrix_method method, pen_points_rule points,
                                        pen_panel *out);

typedef enum pen_rolling_kind {
    PEN_ROLLING_MEAN,
    PEN_ROLLING_VARIANCE, /* divided by window - 1, as is the covariance */
    PEN_ROLLING_COVARIANCE,
    PEN_ROLLING_CORRELATION, /* NaN where a series does not vary */
    PEN_ROLLING_BETA,        /* covariance over y's variance: the slope of x on y */
} pen_rolling_kind;

/* A statistic of each series over its last `window` points, alone or together with y.
 *   y       NULL for MEAN and VARIANCE; 1 series, a benchmark for all, or as many as x
 *   window  >= 1 for MEAN, else >= 2
 *   out     of x's shape and dtype; may not be x or y; NaN for the first window - 1 points
 * A window with a NaN in it gives NaN.  Each window is computed by itself, in two passes: its
 * value does not depend on where the series starts, and the time is proportional to the
 * window.  PEN_E_SHAPE, PEN_E_ARG. */
PEN_API pen_status pen_statistic_rolling(pen_queue *queue, const pen_panel *x, const pen_panel *y,
                                         pen_rolling_kind kind, size_t window, pen_panel *out);

/* ---- principal components ---- */

/* Eigenvectors of the correlation or covariance matrix of the series, in f64 on the host.
 *   variance  [n] written, descending: each component's variance; their sum is n for
 *             correlations, that of all variances for covariances
 *   loading   [n][n] written: row k is the k-th component, of length 1, its element of
 *             largest magnitude positive
 * PEN_E_ARG if an element of the matrix is NaN or infinite. */
PEN_API pen_status pen_statistic_components(pen_queue *queue, const pen_panel *x,
                                            pen_matrix_kind kind, pen_points_rule points,
                                            double *variance, double *loading);

/* What each point has of the first components: loadings times the series less their mean,
 * for correlations divided by their standard deviation.
 *   loading  as pen_statistic_components() made it of x, with the same kind
 *   out      k x n_points panel of x's dtype, k <= n; NaN where a series is missing
 * PEN_E_SHAPE if out is of another shape or dtype. */
PEN_API pen_status pen_statistic_scores(pen_queue *queue, const pen_panel *x, pen_matrix_kind kind,
                                        const double *loading, pen_panel *out);

/* ---- one series in time ----
 *
 * These take plain arrays of finite values and compute on the calling thread in f64:
 * PEN_E_ARG names the first value that is missing or infinite.  Threads: any. */

/* What pen_statistic_autocorrelation() writes: arrays of max_lag + 1, the k-th of lag k, or NULL.
 */
typedef struct pen_autocorrelation {
    double *acf;  /* sum of d[t] d[t+k] over the sum of d[t]^2, d = x - mean */
    double *band; /* the acf of a process without it from lag k on lies within +-band with
                     95 %: 1.96 sqrt((1 + 2 sum of acf[1..k-1]^2) / n) (Bartlett 1946) */
    double *pacf; /* partial autocorrelation (Levinson 1947, Durbin 1960); its band is
                     1.96 / sqrt(n) */
    double
        *ljung_box;  /* Q of lags 1 to k: n (n + 2) sum of acf[j]^2 / (n - j) (Ljung & Box 1978) */
    double *p_value; /* chance of a Q so large without autocorrelation: chi squared, k degrees */
} pen_autocorrelation;

/* Autocorrelations of lags 0 to max_lag.  PEN_E_ARG unless max_lag < n.  A series that does not
 * vary gives NaN. */
PEN_API pen_status pen_statistic_autocorrelation(const double *x, size_t n, size_t max_lag,
                                                 const pen_autocorrelation *out);

/* How x goes with y k points later, for k = -max_lag to max_lag.
 *   out  [2 max_lag + 1]: out[max_lag + k] = sum of dx[t] dy[t+k] over the root of the product
 *        of their sums of squares; at k > 0, x leads
 * PEN_E_ARG unless max_lag < n.  NaN where a series does not vary. */
PEN_API pen_status pen_statistic_cross_correlation(const double *x, const double *y, size_t n,
                                                   size_t max_lag, double *out);

typedef enum pen_trend { /* what a regression has besides */
                         PEN_TREND_NONE,
                         PEN_TREND_CONSTANT,
                         PEN_TREND_LINEAR, /* constant and time */
} pen_trend;

typedef enum pen_lag_rule {
    PEN_LAGS_AIC,   /* 0 to `lags` lags, by Akaike's criterion on the points that all can use */
    PEN_LAGS_BIC,   /* by Schwarz's */
    PEN_LAGS_FIXED, /* `lags` lags */
} pen_lag_rule;

enum { PEN_LAGS_USUAL = -1 }; /* 12 (n / 100)^(1/4) rounded up, as Schwert (1989) advises */

typedef struct pen_unit_root_params {
    pen_trend trend;
    pen_lag_rule rule;
    int lags; /* >= 0, or PEN_LAGS_USUAL */
} pen_unit_root_params;
/* Constant, AIC, usual. */
PEN_API pen_unit_root_params pen_unit_root_params_default(void);

typedef struct pen_unit_root {
    double statistic;   /* t of the level's coefficient: the lower, the less a unit root */
    double p_value;     /* of a statistic as low with a unit root (MacKinnon 1994) */
    double critical[3]; /* at 1, 5 and 10 % (MacKinnon 2010) */
    double coefficient; /* of the level: 0 for a random walk */
    size_t lags, n_used;
} pen_unit_root;

/* Augmented Dickey-Fuller test: x[t] - x[t-1] on x[t-1], the trend and lagged differences.
 * A regression whose columns depend on each other (a constant series with a constant) gives
 * NaN, one that fits exactly an infinite statistic.  PEN_E_ARG if n is too small for the
 * lags: n >= 2 lags + 5 suffices.
 * Source: Said & Dickey, Biometrika 71 (1984) 599; tables: flow/statistic/mackinnon.c. */
PEN_API pen_status pen_statistic_unit_root(const double *x, size_t n,
                                           const pen_unit_root_params *params, pen_unit_root *out);

enum { PEN_COINTEGRATION_MOST = 11 }; /* series besides the first */

typedef struct pen_cointegration {
    double hedge[PEN_COINTEGRATION_MOST]; /* of each x: y - sum of hedge[i] x[i] is the spread */
    double constant, slope;               /* of time, counted from 0 */
    pen_unit_root residual;               /* of the residuals, with the p-value and critical
                                             values of a cointegration test; p NaN for 6 x or more */
    double half_life;                     /* of the residuals, as pen_statistic_half_life() */
} pen_cointegration;

/* Engle and Granger's test: y on the series x and the trend, then the test above, without a
 * trend, of the residuals.
 *   x          [n_x] series of n values, 1 <= n_x <= PEN_COINTEGRATION_MOST
 *   params     trend: CONSTANT or LINEAR, that of the first regression
 *   residuals  [n] written, or NULL
 * Residuals that are 0 but for rounding (1e-12 of the spread of y) are perfect
 * cointegration: statistic -infinity, p 0.  x that depend on each other give NaN.
 * Source: Engle & Granger, Econometrica 55 (1987) 251. */
PEN_API pen_status pen_statistic_cointegration(const double *y, const double *const *x, size_t n_x,
                                               size_t n, const pen_unit_root_params *params,
                                               double *residuals, pen_cointegration *out);

/* Points until half of a deviation is gone: ln(1/2) / ln(phi) of x[t] = c + phi x[t-1]; infinite
 * for phi >= 1, 0 for phi <= 0, NaN for a series that does not vary.  PEN_E_ARG for n < 4. */
PEN_API pen_status pen_statistic_half_life(const double *x, size_t n, double *out);

/* ---- regression ---- */

typedef struct pen_coefficient {
    double value;
    double error, t;               /* of residuals alike and independent */
    double robust_error, robust_t; /* of residuals that vary and depend on each other */
} pen_coefficient;

typedef struct pen_regression {
    double r_squared, r_squared_adjusted;
    double residual_stdev; /* divided by n - n_x - 1 */
    double durbin_watson;  /* about 2 for residuals that do not depend on the one before */
    size_t lags;           /* of the robust errors */
} pen_regression;

/* Least squares of y on a constant and the series x.
 *   x             [n_x] series of n values
 *   lags          of the robust errors (Newey & West 1987, Bartlett's weights, no correction for
 *                 n); PEN_LAGS_USUAL: 4 (n / 100)^(2/9) rounded down (Newey & West 1994); 0 is
 *                 White's (1980)
 *   coefficients  [n_x + 1] written, the constant's first
 *   residuals     [n] written, or NULL
 * PEN_E_ARG unless n > n_x + 1 and lags < n.  Series that depend on each other give NaN. */
PEN_API pen_status pen_statistic_regression(const double *y, const double *const *x, size_t n_x,
                                            size_t n, int lags, pen_coefficient *coefficients,
                                            double *residuals, pen_regression *out);

#ifdef __cplusplus
}
#endif
#endif
