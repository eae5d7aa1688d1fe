/* What indicators give, by formulas in long double: what benchmarks check results against. */
#ifndef PEN_BENCH_INDICATOR_WANT_H
#define PEN_BENCH_INDICATOR_WANT_H

#include <stddef.h>

typedef enum formula {
    SMA,
    EMA,
    RSI,
    MACD,
    BBANDS,
    ATR,
    ADX,
    STOCH,
    CCI,
    RETURNS,
    LOG_RETURNS,
    STDDEV,
    MAX,
    LINEARREG,
    CORREL,
    HT_DCPERIOD,
    WMA,
    SAR
} formula;

enum { MOST_OUTPUTS = 3 };

/* One series and what is wanted of it. */
typedef struct task {
    const double *close, *high, *low;
    double *out[MOST_OUTPUTS];
    size_t n;
    size_t period;
} task;

/* Writes the outputs of one call over task->n steps, NaN where they are not defined. */
void indicator_want(const task *k, formula kind);

#endif
