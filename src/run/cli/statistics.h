/* The parts of `penstock statistics`. */
#ifndef PEN_RUN_STATISTICS_H
#define PEN_RUN_STATISTICS_H

#include "closes.h"
#include "penstock/statistic.h"

typedef enum statistics_task {
    STATISTICS_SUMMARY,
    STATISTICS_CORRELATION,
    STATISTICS_COVARIANCE,
    STATISTICS_BETA,
    STATISTICS_ACF,
    STATISTICS_CCF,
    STATISTICS_ADF,
    STATISTICS_COINTEGRATION,
    STATISTICS_PCA,
} statistics_task;

typedef enum statistics_returns {
    STATISTICS_LEVELS,
    STATISTICS_SIMPLE,
    STATISTICS_LOG
} statistics_returns;

/* One request and its data. */
typedef struct statistics_job {
    cli *c;
    statistics_task task;
    statistics_returns returns;
    pen_matrix_method method;
    pen_points_rule points;
    bool is_estimated; /* covariances by the estimator, not by method and points */
    pen_covariance_options estimator;
    pen_unit_root_params root;
    size_t window;    /* 0: the whole sample */
    size_t lags;      /* of acf and ccf */
    size_t benchmark; /* a series; SIZE_MAX: none */
    size_t n_series, n_points;
    double *values;    /* [n_series][n_points] closes, or their returns */
    int64_t *times_ns; /* [n_points] */
    const char **names;
    cli_closes closes; /* whose values, times and names these are */
    pen_device *device;
    pen_queue *queue;
    pen_panel *panel; /* the values on the device */
} statistics_job;

/* cmd_statistics.c */
/* The points that x, and y where it is not NULL, have; returns how many. */
size_t statistics_keep_present(const double *x, const double *y, size_t n, double *x_out,
                               double *y_out);

/* statistics_estimate.c */
pen_status statistics_read_estimator(statistics_job *j);
/* The matrix of the estimator, of covariances or correlations; creates, also on failure. */
pen_status statistics_estimate(statistics_job *j, pen_matrix_kind kind, double **out);

/* statistics_panel.c: of all series at once, on the device */
pen_status statistics_print_summary(statistics_job *j);
pen_status statistics_print_matrix(statistics_job *j);
pen_status statistics_print_beta(statistics_job *j);
pen_status statistics_print_rolling(statistics_job *j);
pen_status statistics_print_components(statistics_job *j);

/* statistics_series.c: of one series, or two, after the other */
pen_status statistics_print_acf(statistics_job *j);
pen_status statistics_print_ccf(statistics_job *j);
pen_status statistics_print_adf(statistics_job *j);
pen_status statistics_print_cointegration(statistics_job *j);

#endif
