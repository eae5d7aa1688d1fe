/* Sums and products of vectors, in an order that depends on the length alone. */
#ifndef PEN_PORTFOLIO_VECTOR_H
#define PEN_PORTFOLIO_VECTOR_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* Eight lanes, as pairs that every processor has; reads need no alignment. */
typedef double pair __attribute__((vector_size(16), aligned(8), may_alias));
#define PAIR(p) (*(const pair *)(p))

static inline double pair_sum(pair a, pair b, pair c, pair d)
{
    pair s = (a + b) + (c + d);
    return s[0] + s[1];
}

static inline double dot(const double *a, const double *b, size_t n)
{
    pair s0 = { 0 }, s1 = { 0 }, s2 = { 0 }, s3 = { 0 };
    double tail = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        s0 += PAIR(a + i) * PAIR(b + i);
        s1 += PAIR(a + i + 2) * PAIR(b + i + 2);
        s2 += PAIR(a + i + 4) * PAIR(b + i + 4);
        s3 += PAIR(a + i + 6) * PAIR(b + i + 6);
    }
    for (; i < n; i++)
        tail += a[i] * b[i];
    return pair_sum(s0, s1, s2, s3) + tail;
}

/* out[r] = a[r] . b for four rows, `stride` apart; b is read once. */
static inline void dot_four(const double *a, size_t stride, const double *b, size_t n,
                            double out[4])
{
    const double *a1 = a + stride, *a2 = a1 + stride, *a3 = a2 + stride;
    pair s0 = { 0 }, s1 = { 0 }, s2 = { 0 }, s3 = { 0 };
    pair t0 = { 0 }, t1 = { 0 }, t2 = { 0 }, t3 = { 0 };
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        pair b0 = PAIR(b + i), b1 = PAIR(b + i + 2);
        s0 += PAIR(a + i) * b0;
        s1 += PAIR(a1 + i) * b0;
        s2 += PAIR(a2 + i) * b0;
        s3 += PAIR(a3 + i) * b0;
        t0 += PAIR(a + i + 2) * b1;
        t1 += PAIR(a1 + i + 2) * b1;
        t2 += PAIR(a2 + i + 2) * b1;
        t3 += PAIR(a3 + i + 2) * b1;
    }
    s0 += t0;
    s1 += t1;
    s2 += t2;
    s3 += t3;
    double r0 = s0[0] + s0[1], r1 = s1[0] + s1[1], r2 = s2[0] + s2[1], r3 = s3[0] + s3[1];
    for (; i < n; i++) {
        r0 += a[i] * b[i];
        r1 += a1[i] * b[i];
        r2 += a2[i] * b[i];
        r3 += a3[i] * b[i];
    }
    out[0] = r0;
    out[1] = r1;
    out[2] = r2;
    out[3] = r3;
}

/* y += f x */
static inline void add_scaled(double *y, double f, const double *x, size_t n)
{
    pair f2 = { f, f };
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        *(pair *)(y + i) = PAIR(y + i) + f2 * PAIR(x + i);
        *(pair *)(y + i + 2) = PAIR(y + i + 2) + f2 * PAIR(x + i + 2);
    }
    for (; i < n; i++)
        y[i] += f * x[i];
}

/* y += f[0] x[0] + ... + f[3] x[3], added to each element in that order. */
static inline void add_four(double *y, const double f[4], const double *const x[4], size_t n)
{
    pair f0 = { f[0], f[0] }, f1 = { f[1], f[1] }, f2 = { f[2], f[2] }, f3 = { f[3], f[3] };
    const double *x0 = x[0], *x1 = x[1], *x2 = x[2], *x3 = x[3];
    size_t i = 0;
    for (; i + 2 <= n; i += 2)
        *(pair *)(y + i) =
            (((PAIR(y + i) + f0 * PAIR(x0 + i)) + f1 * PAIR(x1 + i)) + f2 * PAIR(x2 + i)) +
            f3 * PAIR(x3 + i);
    for (; i < n; i++)
        y[i] = (((y[i] + f[0] * x0[i]) + f[1] * x1[i]) + f[2] * x2[i]) + f[3] * x3[i];
}

/* The greater; NaN if either is. */
static inline double greater(double a, double b)
{
    return b > a || b != b ? b : a;
}

typedef long long pair_mask __attribute__((vector_size(16), may_alias));

/* most, or |x| where that is more; `spoilt` becomes NaN if x is NaN or infinite. */
static inline void raise_to(pair *most, pair *spoilt, pair x)
{
    const pair_mask magnitude = { 0x7fffffffffffffff, 0x7fffffffffffffff };
    pair size = (pair)((pair_mask)x & magnitude);
    pair_mask is_more = (pair_mask)(size > *most);
    *most = (pair)(((pair_mask)size & is_more) | ((pair_mask)*most & ~is_more));
    *spoilt += x * 0;
}

/* The largest |a[i] - b[i]|, b NULL for 0; NaN if one is NaN or infinite. */
static inline double largest_difference(const double *a, const double *b, size_t n)
{
    pair most = { 0 }, spoilt = { 0 };
    double tail = 0;
    size_t i = 0;
    for (; i + 2 <= n; i += 2) {
        pair x = PAIR(a + i);
        if (b != NULL)
            x -= PAIR(b + i);
        raise_to(&most, &spoilt, x);
    }
    for (; i < n; i++)
        tail = greater(tail, fabs(b != NULL ? a[i] - b[i] : a[i]));
    return greater(greater(most[0], most[1]), tail) + (spoilt[0] + spoilt[1]);
}

static inline double largest(const double *a, size_t n)
{
    return largest_difference(a, NULL, n);
}

#endif
