/* The parts of `penstock risk`. */
#ifndef PEN_RUN_RISK_H
#define PEN_RUN_RISK_H

#include "closes.h"
#include "penstock/risk.h"
#include "sections.h"

enum { RISK_MOST_LEVELS = 8, RISK_WORST = 5 };

/* One request and its data. */
typedef struct risk_request {
    cli *c;
    pen_risk_options options; /* method, level and horizon change while it runs */
    double levels[RISK_MOST_LEVELS];
    size_t horizons[RISK_MOST_LEVELS];
    pen_risk_method methods[PEN_RISK_METHOD_COUNT];
    size_t n_levels, n_horizons, n_methods;
    double value;  /* of the portfolio in money; 0: not told */
    size_t window; /* of the backtest; 0: none */
    int lags;      /* of the factors' errors */
    pen_performance_options performance;

    cli_closes closes; /* returns of all files, at the points below: assets, then factors */
    size_t first_factor, n_factors;
    size_t p, n;             /* assets held; points at which they and the benchmark have a return */
    size_t n_left_out;       /* points at which they have none */
    const char **names;      /* [p] */
    double *weights;         /* [p] */
    size_t *held;            /* [p] their series */
    double *returns;         /* [p][n] */
    double *pnl;             /* [n] the portfolio's returns */
    const double *benchmark; /* [n], or NULL */
} risk_request;

/* risk_read.c: files, weights, the returns that all have */
pen_status risk_read(risk_request *r);
void risk_clear(risk_request *r);

/* risk_print.c */
pen_status risk_print(risk_request *r);

/* risk_factors.c */
pen_status risk_print_factors(risk_request *r, cli_sections *s);
pen_status risk_print_stress(risk_request *r, cli_sections *s);

/* risk_backtest.c */
pen_status risk_print_backtest(risk_request *r, cli_sections *s);
pen_status risk_plot(risk_request *r);

#endif
