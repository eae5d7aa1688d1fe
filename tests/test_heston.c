/* Heston's model: published prices, an independent reference by a fine rule, greeks by differences,
 * limits, and the same bits on every device. */
#include <complex.h>
#include <float.h>

#include "check.h"
#include "device_matrix.h"
#include "machine/base/rng.h"
#include "penstock/pricing.h"
#include "pricing_columns.h"

enum { SIDE, SPOT, STRIKE, EXPIRY, RATE, DIVIDEND, V0, KAPPA, THETA, XI, RHO, N_IN };
enum { PRICE, DELTA, GAMMA, N_OUT };

typedef struct book {
    size_t n;
    pen_dtype dtype;
    double *in[N_IN];
} book;

/* out: N_OUT columns of n values of the type. */
static pen_status price_book(pen_queue *queue, void *context, void *out)
{
    const book *b = context;
    pen_input in[N_IN];
    pen_panel *inputs[N_IN], *o[N_OUT];
    for (int j = 0; j < N_IN; j++) {
        inputs[j] = make_panel(queue, b->dtype, b->in[j], b->n);
        in[j] = (pen_input){ inputs[j], 0 };
    }
    for (int j = 0; j < N_OUT; j++)
        o[j] = make_panel(queue, b->dtype, NULL, b->n);
    pen_heston options = { in[SIDE], in[SPOT],  in[STRIKE], in[EXPIRY], in[RATE], in[DIVIDEND],
                           in[V0],   in[KAPPA], in[THETA],  in[XI],     in[RHO] };
    pen_status s = pen_price_heston(queue, &options, &(pen_heston_out){ o[0], o[1], o[2] });
    for (int j = 0; j < N_OUT && s == PEN_OK; j++)
        s = pen_panel_read(queue, (char *)out + (size_t)j * b->n * pen_dtype_bytes(b->dtype), b->n,
                           o[j]);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    for (int j = 0; j < N_IN; j++)
        pen_panel_destroy(inputs[j]);
    for (int j = 0; j < N_OUT; j++)
        pen_panel_destroy(o[j]);
    return s;
}

static void price_first(book *b, double *out)
{
    float *narrow = need(N_OUT * (b->n + 1) * sizeof *narrow);
    matrix_size();
    CHECK_OK(price_book(matrix_select(0), b, b->dtype == PEN_F32 ? (void *)narrow : out));
    matrix_restore();
    for (size_t i = 0; i < N_OUT * b->n && b->dtype == PEN_F32; i++)
        out[i] = (double)narrow[i];
    free(narrow);
}

static void price_one(const double in[N_IN], double out[N_OUT])
{
    double copy[N_IN];
    book b = { .n = 1, .dtype = PEN_F64 };
    memcpy(copy, in, sizeof copy);
    for (int j = 0; j < N_IN; j++)
        b.in[j] = &copy[j];
    price_first(&b, out);
}

/* Heston's own two probabilities, in the form of Albrecher et al. (2007), by a fine midpoint rule:
 * another integral, on other contours, without a control variate. */
static double complex characteristic(const double v[N_IN], double complex z)
{
    double t = v[EXPIRY], xx = v[XI] * v[XI];
    double complex b = v[KAPPA] - I * v[RHO] * v[XI] * z;
    double complex d = csqrt(b * b + xx * (I * z + z * z)), g = (b - d) / (b + d);
    double complex e = cexp(-d * t), level = (b - d) * t - 2 * clog((1 - g * e) / (1 - g));
    return cexp(v[KAPPA] * v[THETA] / xx * level + v[V0] / xx * (b - d) * (1 - e) / (1 - g * e));
}

static double reference(const double v[N_IN])
{
    enum { STEPS = 60000 };
    double forward = v[SPOT] * exp((v[RATE] - v[DIVIDEND]) * v[EXPIRY]), p[2] = { 0, 0 };
    double k = log(forward / v[STRIKE]), discount = exp(-v[RATE] * v[EXPIRY]);
    double reach = 300 / sqrt(fmin(v[V0], v[THETA]) * fmin(v[EXPIRY], 1)), h = reach / STEPS;
    for (int i = 0; i < STEPS; i++) {
        double u = (i + 0.5) * h;
        for (int which = 0; which < 2; which++)
            p[which] += h * creal(cexp(I * u * k) *
                                  characteristic(v, which == 0 ? u - I : u + 0 * I) / (I * u));
    }
    for (int which = 0; which < 2; which++)
        p[which] = 0.5 + p[which] / acos(-1);
    double call = discount * (forward * p[0] - v[STRIKE] * p[1]);
    return v[SIDE] > 0 ? call : call - discount * (forward - v[STRIKE]);
}

static book random_book(size_t n, pen_dtype dtype)
{
    book b = { .n = n, .dtype = dtype };
    pen_rng rng;
    pen_rng_init(&rng, 13, 0, 0, 0);
    for (int j = 0; j < N_IN; j++)
        b.in[j] = need((n + 1) * sizeof(double));
    for (size_t i = 0; i <= n; i++) {
        b.in[SIDE][i] = pen_rng_u32(&rng) & 1 ? 1 : -1;
        b.in[SPOT][i] = 50 + 100 * pen_rng_uniform(&rng);
        b.in[STRIKE][i] = b.in[SPOT][i] * exp(0.6 * (pen_rng_uniform(&rng) - 0.5));
        b.in[EXPIRY][i] = 0.25 + 3 * pen_rng_uniform(&rng);
        b.in[RATE][i] = -0.02 + 0.1 * pen_rng_uniform(&rng);
        b.in[DIVIDEND][i] = 0.06 * pen_rng_uniform(&rng);
        b.in[V0][i] = 0.02 + 0.2 * pen_rng_uniform(&rng);
        b.in[KAPPA][i] = 0.5 + 4 * pen_rng_uniform(&rng);
        b.in[THETA][i] = 0.02 + 0.2 * pen_rng_uniform(&rng);
        b.in[XI][i] = 0.1 + 0.7 * pen_rng_uniform(&rng);
        b.in[RHO][i] = -0.9 + 1.2 * pen_rng_uniform(&rng);
        for (int j = 0; j < N_IN && dtype == PEN_F32; j++)
            b.in[j][i] = (double)(float)b.in[j][i];
    }
    return b;
}
static void book_free(book *b)
{
    for (int j = 0; j < N_IN; j++)
        free(b->in[j]);
}

/* Lewis (2013), "Option valuation under stochastic volatility II"; the same figures are quoted
 * widely, as in QuantLib's tests. */
static void published_values_are_met(void)
{
    static const double strikes[] = { 80, 90, 100, 110, 120 },
                        calls[] = { 26.774758743998854, 20.933349000596710, 16.070154917028834,
                                    12.132211516709845, 9.024913483457836 };
    for (size_t i = 0; i < COUNT(strikes); i++) {
        double in[N_IN] = { 1, 100, strikes[i], 1, .01, .02, .04, 4, .25, 1, -.5 }, out[N_OUT];
        price_one(in, out);
        CHECK_NEAR("call", out[PRICE], calls[i], 3e-14);
    }
}

static void prices_agree_with_a_fine_rule(void)
{
    enum { N = 60 };
    for (int d = PEN_F32; d <= PEN_F64; d++) {
        book b = random_book(N, (pen_dtype)d);
        double *out = need(N_OUT * N * sizeof *out), worst = 0;
        price_first(&b, out);
        for (size_t i = 0; i < N; i++) {
            double v[N_IN];
            for (int j = 0; j < N_IN; j++)
                v[j] = b.in[j][i];
            worst = fmax(worst, fabs(out[i] - reference(v)) / v[SPOT]);
        }
        CHECK_NEAR("largest error by spot", worst, 0, d == PEN_F32 ? 2e-6 : 1e-10);
        free(out);
        book_free(&b);
    }
}

static void greeks_are_derivatives_of_the_price(void)
{
    enum { N = 500 };
    book b = random_book(N, PEN_F64);
    double *out[3], h = 1e-4;
    for (int k = 0; k < 3; k++) {
        out[k] = need(N_OUT * N * sizeof(double));
        for (size_t i = 0; i < N; i++)
            b.in[SPOT][i] *= k == 0 ? 1 - h : k == 1 ? 1 / (1 - h) : 1 + h;
        price_first(&b, out[k]);
    }
    for (size_t i = 0; i < N; i++) {
        double step = h * b.in[SPOT][i] / (1 + h);
        CHECK_NEAR("delta", out[1][DELTA * N + i], (out[2][i] - out[0][i]) / (2 * step), 1e-6);
        CHECK_NEAR("gamma", out[1][GAMMA * N + i],
                   (out[2][DELTA * N + i] - out[0][DELTA * N + i]) / (2 * step), 1e-6);
    }
    for (int k = 0; k < 3; k++)
        free(out[k]);
    book_free(&b);
}

static double black_scholes(const double v[N_IN], double vol)
{
    double t = v[EXPIRY], dev = vol * sqrt(t), root = sqrt(0.5);
    double d1 = (log(v[SPOT] / v[STRIKE]) + (v[RATE] - v[DIVIDEND]) * t) / dev + dev / 2;
    return v[SIDE] * (v[SPOT] * exp(-v[DIVIDEND] * t) * erfc(-v[SIDE] * d1 * root) / 2 -
                      v[STRIKE] * exp(-v[RATE] * t) * erfc(-v[SIDE] * (d1 - dev) * root) / 2);
}

static void limits_are_defined(void)
{
    double out[N_OUT], in[N_IN] = { 1, 100, 95, 1, .03, .01, .04, 2, .09, 0, -.5 };
    double fade = (1 - exp(-2.0)) / 2;
    price_one(in, out); /* a variance that is known */
    CHECK_NEAR("xi 0", out[PRICE], black_scholes(in, sqrt(.09 * (1 - fade) + .04 * fade)), 1e-13);
    in[XI] = 0.01;
    in[RHO] = 0;
    price_one(in, out);
    CHECK_NEAR("xi small", out[PRICE], reference(in), 1e-9);
    in[KAPPA] = 0; /* never reverts */
    price_one(in, out);
    CHECK_NEAR("kappa 0", out[PRICE], black_scholes(in, .2), 1e-3);
    in[EXPIRY] = 0;
    price_one(in, out);
    CHECK_NEAR("payoff", out[PRICE], 5, 0);
    CHECK_NEAR("payoff's delta", out[DELTA], 1, 0);
    CHECK_NEAR("payoff's gamma", out[GAMMA], 0, 0);
    const double zero[N_IN] = { -1, 0, 95, 1, .03, .01, .04, 2, .09, .5, -.5 };
    price_one(zero, out);
    CHECK_NEAR("put on nothing", out[PRICE], 95 * exp(-.03), 1e-13);
    for (double rho = -1; rho <= 1; rho += 2) {
        const double edge[N_IN] = { 1, 100, 100, 1, .03, .01, .04, 2, .09, .5, rho };
        price_one(edge, out);
        CHECK(out[PRICE] > 5 && out[PRICE] < 20 && out[GAMMA] > 0);
    }
}

static void invalid_rows_are_nan(void)
{
    static const double good[N_IN] = { 1, 100, 95, 1, .03, .01, .04, 2, .09, .5, -.5 };
    static const struct {
        int input;
        double value;
    } bad[] = { { SIDE, 0 },  { SPOT, -1 },  { STRIKE, NAN },  { EXPIRY, -1 },   { RATE, INFINITY },
                { V0, -.01 }, { KAPPA, -1 }, { THETA, -1 },    { XI, -.5 },      { XI, NAN },
                { RHO, 1.1 }, { RHO, NAN },  { V0, INFINITY }, { DIVIDEND, NAN } };
    for (size_t i = 0; i < COUNT(bad); i++) {
        double in[N_IN], out[N_OUT];
        memcpy(in, good, sizeof in);
        in[bad[i].input] = bad[i].value;
        price_one(in, out);
        for (int j = 0; j < N_OUT; j++)
            CHECK(isnan(out[j]));
    }
}

static void bits_are_the_same_on_every_device(void)
{
    static const size_t sizes[] = { 0, 1, 257, 1200 };
    for (size_t k = 0; k < COUNT(sizes); k++)
        for (int d = PEN_F32; d <= PEN_F64; d++) {
            book b = random_book(sizes[k], (pen_dtype)d);
            matrix_check_same("heston", price_book, &b,
                              N_OUT * sizes[k] * pen_dtype_bytes(b.dtype));
            book_free(&b);
        }
}

static const check_test tests[] = {
    TEST(published_values_are_met),
    TEST(prices_agree_with_a_fine_rule),
    TEST(greeks_are_derivatives_of_the_price),
    TEST(limits_are_defined),
    TEST(invalid_rows_are_nan),
    TEST(bits_are_the_same_on_every_device),
};
TEST_MAIN(tests)
