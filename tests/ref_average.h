/* References of the moving averages, in long double, for tests of whatever is
 * built on them. */
#ifndef REF_AVERAGE_H
#define REF_AVERAGE_H

#include "indicator_check.h"

enum { REF_SMA, REF_EMA, REF_WMA, REF_DEMA, REF_TEMA, REF_TRIMA, REF_KAMA, REF_T3 = 8 };

static inline wide *ref_zeros(int n)
{
    return calloc((size_t)n + 1, sizeof(wide));
}

/* Each returns the first step with a value; x has values from `from` on. */
static inline int ref_sma_of(const wide *x, int n, int from, int period, wide *out)
{
    for (int t = from + period - 1; t < n; t++) {
        out[t] = 0;
        for (int k = 0; k < period; k++)
            out[t] += x[t - k] / period;
    }
    return from + period - 1;
}

static inline int ref_ema_of(const wide *x, int n, int from, int period, wide *out)
{
    int first = from + period - 1;
    ref_average(x, n, period, first, 2.0L / (period + 1), out);
    return first;
}

static inline int ref_wma_of(const wide *x, int n, int from, int period, wide *out)
{
    for (int t = from + period - 1; t < n; t++) {
        out[t] = 0;
        for (int k = 0; k < period; k++)
            out[t] += x[t - k] * (period - k) * 2 / ((wide)period * (period + 1));
    }
    return from + period - 1;
}

/* w[0] e1 + w[1] e2 + ..., ei the i-th exponential average in a row. */
static inline int ref_emas_of(const wide *x, int n, int from, int period, const wide *w, int count,
                              wide *out)
{
    wide *e = ref_zeros(n), *next = ref_zeros(n);
    memcpy(e, x, (size_t)n * sizeof *e);
    for (int t = 0; t < n; t++)
        out[t] = 0;
    for (int i = 0; i < count; i++) {
        from = ref_ema_of(e, n, from, period, next);
        memcpy(e, next, (size_t)n * sizeof *e);
        for (int t = 0; t < n; t++)
            out[t] += w[i] * e[t];
    }
    free(e);
    free(next);
    return from;
}

static inline int ref_t3_of(const wide *x, int n, int from, int period, wide v, wide *out)
{
    wide w[6] = { 0,
                  0,
                  1 + 3 * v + 3 * v * v + v * v * v,
                  -6 * v * v - 3 * v - 3 * v * v * v,
                  3 * v * v + 3 * v * v * v,
                  -v * v * v };
    return ref_emas_of(x, n, from, period, w, 6, out);
}

static inline int ref_trima_of(const wide *x, int n, int from, int period, wide *out)
{
    wide total = 0;
    for (int k = 0; k < period; k++)
        total += k < period - 1 - k ? k + 1 : period - k;
    for (int t = from + period - 1; t < n; t++) {
        out[t] = 0;
        for (int k = 0; k < period; k++)
            out[t] += x[t - k] * (k < period - 1 - k ? k + 1 : period - k) / total;
    }
    return from + period - 1;
}

static inline int ref_kama_of(const wide *x, int n, int from, int period, wide *out)
{
    int first = from + period;
    wide last = first <= n ? x[first - 1] : 0;
    for (int t = first; t < n; t++) {
        wide way = 0;
        for (int k = 0; k < period; k++)
            way += fabsl(x[t - k] - x[t - k - 1]);
        wide er = way == 0 ? 1 : fabsl(x[t] - x[t - period]) / way;
        wide a = er * (2.0L / 3 - 2.0L / 31) + 2.0L / 31;
        last += a * a * (x[t] - last);
        out[t] = last;
    }
    return first;
}

static inline int ref_ma_of(const wide *x, int n, int from, int matype, int period, wide *out)
{
    static const wide dema[] = { 2, -1 }, tema[] = { 3, -3, 1 };
    if (period <= 1) {
        memcpy(out, x, (size_t)n * sizeof *out);
        return from;
    }
    switch (matype) {
    case REF_EMA:
        return ref_ema_of(x, n, from, period, out);
    case REF_WMA:
        return ref_wma_of(x, n, from, period, out);
    case REF_DEMA:
        return ref_emas_of(x, n, from, period, dema, 2, out);
    case REF_TEMA:
        return ref_emas_of(x, n, from, period, tema, 3, out);
    case REF_TRIMA:
        return ref_trima_of(x, n, from, period, out);
    case REF_KAMA:
        return ref_kama_of(x, n, from, period, out);
    case REF_T3:
        return ref_t3_of(x, n, from, period, 0.7L, out);
    default:
        return ref_sma_of(x, n, from, period, out);
    }
}

#endif
