/* Prices of many series from files, and what is made of them; for commands on universes. */
#ifndef PEN_RUN_CLOSES_H
#define PEN_RUN_CLOSES_H

#include "cli.h"
#include "penstock/covariance.h"
#include "penstock/market.h"

typedef struct cli_closes {
    size_t n_series, n_points;
    double *values;    /* [n_series][n_points] */
    int64_t *times_ns; /* [n_points] ascending, each once */
    const char **names;
    size_t *first;   /* [n_files + 1]: series of file f are first[f] to first[f + 1] */
    pen_bars **bars; /* [n_files] behind the names */
    size_t n_files;
} cli_closes;

/* Closes of all files on the sorted union of their times, NaN where there is none. */
pen_status cli_closes_read(const char *const *paths, size_t n_paths, cli_closes *out);
/* Leaves the points t with keep[t]; series from `first_given` on are returns, and those of points
 * that go are compounded into the next that stays. */
void cli_closes_keep(cli_closes *closes, const bool *keep, size_t first_given);
/* The closes become returns, one point fewer; series from `first_given` on are returns already. */
void cli_closes_take_returns(cli_closes *closes, bool is_log, size_t first_given);
/* A series by its symbol; SIZE_MAX: there is none. */
size_t cli_closes_find(const cli_closes *closes, const char *symbol);
void cli_closes_clear(cli_closes *closes);

/* ---- estimators of covariance ---- */

#define CLI_NAME_(kind, name, text) name ", "
/* Options of a command that takes an estimator; `text` says of what, and ends the sentence. */
#define CLI_ESTIMATOR_OPTIONS(text, fallback)                                                      \
    { "estimator", 0, "NAME",                                                                      \
      text " by " PEN_COVARIANCE_LIST(CLI_NAME_) "over the points that "                           \
                                                 "all series have",                                \
      fallback },                                                                                  \
        { "decay", 0, "X", "of decaying weights: an observation's over the next one's (0.94)",     \
          NULL },                                                                                  \
        { "shrinkage", 0, "X", "of --estimator: 0 the sample, 1 the target, instead of estimated", \
          NULL },                                                                                  \
        { "factors-kept", 0, "N",                                                                  \
          "of --estimator factor and denoised, instead of by the edge of noise", NULL },           \
    {                                                                                              \
        "zero-mean", 0, NULL,                                                                      \
            "of --estimator: returns are taken as they are, not less their mean", NULL             \
    }

pen_status cli_read_estimator(cli *c, pen_covariance_options *out);

#endif
