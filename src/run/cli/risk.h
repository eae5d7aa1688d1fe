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
    size_t window; /* of the backtest; 0: none */
    int lags;      /* of the factors' errors */
    pen_performance_options performance;

    cli_closes closes; /* of all files, as returns: assets, then factors */
    size_t first_factor, n_factors;
    size_t p, n;         /* assets held; points at which all of them have a return */
    const char **names;  /* [p] */
    double *weights;     /* [p] */
    const double **from; /* [p] their returns among the closes */
    double *returns;     /* [p][n] */
    size_t *whole;       /* [n] the points' places among the closes */
    double *pnl;         /* [n] the portfolio's returns */
    double *benchmark;   /* [n], or NULL */
} risk_request;

/* risk_read.c: files, weights, the returns that all have */
pen_status risk_read(risk_request *r);
void risk_clear(risk_request *r);
/* A series of the closes at the points of the positions; creates. */
pen_status risk_pick(const risk_request *r, const double *from, double **out);

/* risk_print.c */
pen_status risk_print(risk_request *r);

/* risk_factors.c */
pen_status risk_print_factors(risk_request *r, cli_sections *s);
pen_status risk_print_stress(risk_request *r, cli_sections *s);

/* risk_backtest.c */
pen_status risk_print_backtest(risk_request *r, cli_sections *s);
pen_status risk_plot(risk_request *r);

#endif
