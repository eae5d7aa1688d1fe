/* Covariance matrices of returns, estimated so that they can be inverted and optimised over:
 * the sample's, weighted in time, shrunk, of few factors, freed of noise.
 *
 * Plain arrays in f64 on the host; every estimate is symmetric to the bit, positive
 * semidefinite but for rounding, and has the same bits with any number of threads.
 * PEN_METHOD_SPEARMAN, pairwise points and f32 are pen_statistic_matrix()'s.
 *
 * S below is the sample's covariance divided by n, p the number of assets, n that of
 * observations. */
#ifndef PENSTOCK_COVARIANCE_H
#define PENSTOCK_COVARIANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "penstock/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* kind, name, what it is */
#define PEN_COVARIANCE_LIST(X)                                                                     \
    X(SAMPLE, "sample", "divided by n - 1")                                                        \
    X(EWMA, "ewma", "weights that decay by lambda an observation (RiskMetrics 1996)")              \
    X(LEDOIT_WOLF, "ledoit-wolf", "shrunk towards the identity (Ledoit & Wolf 2004)")              \
    X(CONSTANT_CORRELATION, "constant-correlation",                                                \
      "shrunk towards equal correlations (Ledoit & Wolf 2003)")                                    \
    X(OAS, "oas", "shrunk towards the identity, for normal returns (Chen et al. 2010)")            \
    X(NONLINEAR, "nonlinear", "each eigenvalue shrunk by itself (Ledoit & Wolf 2020)")             \
    X(FACTOR, "factor", "principal factors of the correlations, and variances of their own")       \
    X(DENOISED, "denoised", "eigenvalues of noise become their mean (Marchenko & Pastur 1967)")    \
    X(SEMI, "semi", "of what falls below a threshold (Estrada 2008)")

typedef enum pen_covariance_kind {
#define PEN_COVARIANCE_ENUM_(kind, name, text) PEN_COVARIANCE_##kind,
    PEN_COVARIANCE_LIST(PEN_COVARIANCE_ENUM_)
#undef PEN_COVARIANCE_ENUM_
        PEN_COVARIANCE_COUNT
} pen_covariance_kind;

/* "ledoit-wolf", and what it is; NULL for an unknown kind.  Threads: any. */
PEN_API const char *pen_covariance_name(pen_covariance_kind kind);
PEN_API const char *pen_covariance_text(pen_covariance_kind kind);
/* The kind of a name.  PEN_E_NOTFOUND lists them.  Threads: any. */
PEN_API pen_status pen_covariance_parse(const char *name, pen_covariance_kind *out);

typedef struct pen_covariance_options {
    pen_covariance_kind kind;
    bool is_zero_mean; /* returns are taken as they are, not less their mean */
    double decay;      /* of EWMA: lambda in (0, 1]; the k-th observation from the last weighs
                          lambda^k */
    double shrinkage;  /* of LEDOIT_WOLF, CONSTANT_CORRELATION and OAS: 0 the sample, 1 the target;
                          negative: estimated */
    size_t n_factors;  /* of FACTOR and DENOISED: what is no noise; 0: the eigenvalues of the
                          correlations above (1 + sqrt(p / n))^2, Marchenko and Pastur's edge */
    double threshold;  /* of SEMI: min(return - threshold, 0) is what counts */
} pen_covariance_options;
/* Sample; mean removed, decay 0.94, shrinkage estimated, factors by the edge, threshold 0. */
PEN_API pen_covariance_options pen_covariance_options_default(void);

typedef struct pen_covariance_report {
    size_t n_used;         /* observations without a missing value */
    double shrinkage;      /* that was taken; NaN for kinds without one */
    size_t n_factors;      /* of FACTOR and DENOISED; else 0 */
    double condition;      /* largest over smallest eigenvalue; infinite for a singular matrix */
    double effective_rank; /* exp of the entropy of the eigenvalues' shares (Roy & Vetterli 2007):
                              p for equal ones, 1 for a single one; NaN if all are 0 */
} pen_covariance_report;

/* The covariance of every two assets.
 *   options     NULL for the defaults
 *   returns     [n_assets][n_observations]: an asset after the other, its observations in time,
 *               the last one the newest, as in a panel
 *   covariance  [n_assets][n_assets] written, per period of the returns; may not be returns
 *   report      NULL, or written; its condition and rank cost an eigenvalue problem
 *
 * An observation in which any asset is NaN is left out.  What each kind divides by:
 *   SAMPLE, FACTOR, DENOISED  n - 1, with a zero mean n
 *   EWMA          1 less the sum of the squared weights, whose own sum is 1, so that decay 1
 *                 gives SAMPLE; the mean is weighted too; with a zero mean by 1 (RiskMetrics)
 *   LEDOIT_WOLF, CONSTANT_CORRELATION, OAS, SEMI  n
 *   NONLINEAR     n - 1, with a zero mean n
 *
 * FACTOR: B B' + D, B the first eigenvectors of the correlations times the roots of their
 * eigenvalues, D what makes the diagonal the sample's.  DENOISED: the eigenvalues beyond the
 * first become their mean, the result is scaled to a diagonal of ones, then by the sample's
 * standard deviations (Lopez de Prado, "Machine Learning for Asset Managers", 2020, 2.5).  An
 * asset that does not vary has no correlation to either.
 *
 * PEN_E_ARG: an infinite return; fewer than 2 observations without a missing value, for
 * NONLINEAR fewer than 13 (12 with a zero mean), or assets that depend on each other where
 * p < n; an option out of its range.  PEN_E_SIZE, PEN_E_NOMEM, PEN_E_DEVICE if cpu:0 cannot be
 * opened.  0 assets give nothing.  Threads: any.
 * Sources: Ledoit & Wolf, J. Multivariate Analysis 88 (2004) 365; J. Portfolio Management 30
 * (2004) 110; Ann. Statist. 48 (2020) 3043; Chen, Wiesel, Eldar & Hero, IEEE Trans. Signal
 * Process. 58 (2010) 5016, eq. 23. */
PEN_API pen_status pen_covariance(const pen_covariance_options *options, const double *returns,
                                  size_t n_assets, size_t n_observations, double *covariance,
                                  pen_covariance_report *report);

#ifdef __cplusplus
}
#endif
#endif
