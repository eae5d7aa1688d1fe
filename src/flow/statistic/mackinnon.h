/* The law of unit root statistics under the null hypothesis. */
#ifndef PEN_STATISTIC_MACKINNON_H
#define PEN_STATISTIC_MACKINNON_H

#include "penstock/statistic.h"

/* Series of a cointegration test that there are tables for; 1 is the unit root test. */
enum { MACKINNON_MOST_P = 6, MACKINNON_MOST_CRITICAL = 12 };

/* Probability of a statistic as low as this; NaN for more series than there are tables for,
 * or for PEN_TREND_NONE and more than one. */
double mackinnon_p_value(double statistic, pen_trend trend, size_t n_series);

/* Critical values at 1, 5 and 10 % for n observations; NaN likewise. */
void mackinnon_critical(pen_trend trend, size_t n_series, double n, double out[3]);

#endif
