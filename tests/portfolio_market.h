/* A small market drawn at random, for tests of portfolios. */
#ifndef PEN_TESTS_PORTFOLIO_MARKET_H
#define PEN_TESTS_PORTFOLIO_MARKET_H

#include <string.h>

#include "machine/base/rng.h"
#include "penstock/penstock.h"

enum { MARKET_MOST = 40, MARKET_POINTS = 120 };

typedef struct market {
    size_t n;
    double returns[MARKET_MOST * MARKET_POINTS]; /* [n][MARKET_POINTS] */
    double mean[MARKET_MOST], covariance[MARKET_MOST * MARKET_MOST];
} market;

static inline void market_draw(market *m, size_t n, uint32_t seed)
{
    pen_rng rng;
    pen_rng_init(&rng, seed, (uint32_t)n, 0, 0);
    m->n = n;
    for (size_t i = 0; i < n; i++)
        m->mean[i] = 0.02 * pen_rng_uniform(&rng);
    for (size_t t = 0; t < MARKET_POINTS; t++) {
        double all = pen_rng_uniform(&rng) - 0.5;
        for (size_t i = 0; i < n; i++) {
            double own = pen_rng_uniform(&rng) - 0.5;
            m->returns[i * MARKET_POINTS + t] =
                m->mean[i] + 0.1 * all + (0.1 + 0.02 * (double)(i % 7)) * own;
        }
    }
    for (size_t i = 0; i < n; i++) {
        m->mean[i] = 0;
        for (size_t t = 0; t < MARKET_POINTS; t++)
            m->mean[i] += m->returns[i * MARKET_POINTS + t] / MARKET_POINTS;
    }
    memset(m->covariance, 0, sizeof m->covariance);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (size_t t = 0; t < MARKET_POINTS; t++)
                m->covariance[i * n + k] += (m->returns[i * MARKET_POINTS + t] - m->mean[i]) *
                                            (m->returns[k * MARKET_POINTS + t] - m->mean[k]) /
                                            (MARKET_POINTS - 1);
}

static inline pen_portfolio market_portfolio(const market *m)
{
    return (pen_portfolio){ .n = m->n, .mean = m->mean, .covariance = m->covariance };
}

static inline double market_variance(const market *m, const double *w)
{
    double sum = 0;
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < m->n; k++)
            sum += w[i] * m->covariance[i * m->n + k] * w[k];
    return sum;
}

static inline double market_mean(const market *m, const double *w)
{
    double sum = 0;
    for (size_t i = 0; i < m->n; i++)
        sum += m->mean[i] * w[i];
    return sum;
}

#endif
