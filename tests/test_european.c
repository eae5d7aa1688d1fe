/* European options by every model and payoff: published values, an independent reference in
 * extended precision, its derivatives, parities, limits, volatilities back from prices, and the
 * same bits on every device. */
#include <float.h>

#include "check.h"
#include "device_matrix.h"
#include "machine/base/rng.h"
#include "penstock/pricing.h"
#include "pricing_columns.h"

enum { SIDE, SPOT, STRIKE, EXPIRY, VOL, RATE, DIVIDEND, SHIFT, N_IN };
enum { PRICE, DELTA, GAMMA, VEGA, THETA, RHO, VANNA, VOLGA, CHARM, SPEED, COLOR, ULTIMA, N_OUT };

typedef struct book {
    size_t n;
    pen_model model;
    pen_european_payoff payoff;
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
    pen_european_terms terms = { b->model, b->payoff, in[SHIFT] };
    pen_european european = { in[SIDE], in[SPOT], in[STRIKE],  in[EXPIRY],
                              in[VOL],  in[RATE], in[DIVIDEND] };
    pen_european_out results = { o[PRICE], o[DELTA], o[GAMMA], o[VEGA],  o[THETA], o[RHO],
                                 o[VANNA], o[VOLGA], o[CHARM], o[SPEED], o[COLOR], o[ULTIMA] };
    pen_status s = pen_price_european_by(queue, &terms, &european, &results);
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

static void price_one(pen_model model, pen_european_payoff payoff, const double in[N_IN],
                      double out[N_OUT])
{
    double copy[N_IN];
    book b = { .n = 1, .model = model, .payoff = payoff, .dtype = PEN_F64 };
    memcpy(copy, in, sizeof copy);
    for (int j = 0; j < N_IN; j++)
        b.in[j] = &copy[j];
    price_first(&b, out);
}

/* ---- the reference: expectations written out, in extended precision ---- */

static long double cdf(long double x)
{
    return erfcl(-x * sqrtl(0.5L)) / 2;
}

/* Undiscounted expectations of S and of 1 where side (S - K) > 0. */
static void expectations(pen_model model, const long double v[N_IN], long double *asset,
                         long double *cash)
{
    long double f = v[SPOT], k = v[STRIKE], dev = v[VOL] * sqrtl(v[EXPIRY]), side = v[SIDE];
    if (model == PEN_MODEL_BACHELIER) {
        long double d = (f - k) / dev, pi = acosl(-1.0L);
        *cash = cdf(side * d);
        *asset = f * *cash + side * dev * expl(-d * d / 2) / sqrtl(2 * pi);
        return;
    }
    long double shift = model == PEN_MODEL_DISPLACED ? v[SHIFT] : 0;
    if (model == PEN_MODEL_BSM)
        f *= expl((v[RATE] - v[DIVIDEND]) * v[EXPIRY]);
    long double d1 = logl((f + shift) / (k + shift)) / dev + dev / 2;
    *cash = cdf(side * (d1 - dev));
    *asset = (f + shift) * cdf(side * d1) - shift * *cash;
}

static long double reference(const book *b, const long double v[N_IN])
{
    long double asset, cash;
    expectations(b->model, v, &asset, &cash);
    long double paid = b->payoff == PEN_PAYOFF_CASH    ? cash
                       : b->payoff == PEN_PAYOFF_ASSET ? asset
                                                       : v[SIDE] * (asset - v[STRIKE] * cash);
    return expl(-v[RATE] * v[EXPIRY]) * paid;
}

/* Weights of a derivative's central difference of fourth order, steps -3 to 3. */
static const struct {
    long double weight[7], divisor;
} stencils[] = {
    { { 0, 0, 0, 1, 0, 0, 0 }, 1 },
    { { 0, 1, -8, 0, 8, -1, 0 }, 12 },
    { { 0, -1, 16, -30, 16, -1, 0 }, 12 },
    { { 1, -8, 13, 0, -13, 8, -1 }, 8 },
};

/* The reference's derivative, `order` times in each of two inputs. */
static long double derivative(const book *b, const long double v[N_IN], const int input[2],
                              const int order[2])
{
    long double step[2], sum = 0, at[N_IN];
    for (int k = 0; k < 2; k++)
        step[k] = v[input[k]] * 5e-4L;
    for (int i = 0; i < 7; i++)
        for (int j = 0; j < 7; j++) {
            long double weight = stencils[order[0]].weight[i] * stencils[order[1]].weight[j];
            memcpy(at, v, sizeof at);
            at[input[0]] += (i - 3) * step[0];
            at[input[1]] += (j - 3) * step[1];
            sum += weight != 0 ? weight * reference(b, at) : 0;
        }
    for (int k = 0; k < 2; k++)
        sum /= stencils[order[k]].divisor * powl(step[k], order[k]);
    return sum;
}

static book random_book(size_t n, pen_model model, pen_european_payoff payoff, pen_dtype dtype)
{
    book b = { .n = n, .model = model, .payoff = payoff, .dtype = dtype };
    pen_rng rng;
    pen_rng_init(&rng, 12, 0, 0, 0);
    for (int j = 0; j < N_IN; j++)
        b.in[j] = need((n + 1) * sizeof(double));
    for (size_t i = 0; i <= n; i++) {
        b.in[SIDE][i] = pen_rng_u32(&rng) & 1 ? 1 : -1;
        b.in[SPOT][i] = 50 + 100 * pen_rng_uniform(&rng);
        b.in[STRIKE][i] = b.in[SPOT][i] * exp(0.6 * (pen_rng_uniform(&rng) - 0.5));
        b.in[EXPIRY][i] = 0.1 + 3 * pen_rng_uniform(&rng);
        b.in[VOL][i] = (0.15 + 0.65 * pen_rng_uniform(&rng)) *
                       (model == PEN_MODEL_BACHELIER ? b.in[SPOT][i] : 1);
        b.in[RATE][i] = 0.01 + 0.1 * pen_rng_uniform(&rng);
        b.in[DIVIDEND][i] = 0.06 * pen_rng_uniform(&rng);
        b.in[SHIFT][i] = 40 * (pen_rng_uniform(&rng) - 0.5);
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

/* What is checked for each model and payoff. */
static void for_all(void (*check)(pen_model model, pen_european_payoff payoff))
{
    for (int model = 0; model < PEN_MODELS; model++)
        for (int payoff = 0; payoff < PEN_PAYOFFS; payoff++)
            check((pen_model)model, (pen_european_payoff)payoff);
}

/* ---- tests ---- */

/* Haug (2007), "The complete guide to option pricing formulas", 2nd ed., sections 1.1.3, 4.19. */
static void published_values_are_met(void)
{
    static const struct {
        pen_model model;
        pen_european_payoff payoff;
        double in[N_IN], times, want;
    } rows[] = {
        { PEN_MODEL_BLACK76, PEN_PAYOFF_VANILLA, { 1, 19, 19, .75, .28, .1 }, 1, 1.7011 },
        { PEN_MODEL_BLACK76, PEN_PAYOFF_VANILLA, { -1, 19, 19, .75, .28, .1 }, 1, 1.7011 },
        { PEN_MODEL_BLACK76, PEN_PAYOFF_CASH, { -1, 100, 80, .75, .35, .06 }, 10, 2.6710 },
        { PEN_MODEL_BSM, PEN_PAYOFF_CASH, { -1, 100, 80, .75, .35, .06, .06 }, 10, 2.6710 },
        { PEN_MODEL_BSM, PEN_PAYOFF_ASSET, { -1, 70, 65, .5, .27, .07, .05 }, 1, 20.2069 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        double out[N_OUT];
        price_one(rows[i].model, rows[i].payoff, rows[i].in, out);
        CHECK_NEAR(pen_model_name((int)rows[i].model), out[PRICE] * rows[i].times, rows[i].want,
                   5e-5);
    }
}

static void check_outputs(pen_model model, pen_european_payoff payoff)
{
    static const struct {
        const char *name;
        int input[2], order[2], sign;
    } rows[N_OUT] = {
        [PRICE] = { "price", { SPOT, VOL }, { 0, 0 }, 1 },
        [DELTA] = { "delta", { SPOT, VOL }, { 1, 0 }, 1 },
        [GAMMA] = { "gamma", { SPOT, VOL }, { 2, 0 }, 1 },
        [VEGA] = { "vega", { SPOT, VOL }, { 0, 1 }, 1 },
        [THETA] = { "theta", { SPOT, EXPIRY }, { 0, 1 }, -1 },
        [RHO] = { "rho", { SPOT, RATE }, { 0, 1 }, 1 },
        [VANNA] = { "vanna", { SPOT, VOL }, { 1, 1 }, 1 },
        [VOLGA] = { "volga", { SPOT, VOL }, { 0, 2 }, 1 },
        [CHARM] = { "charm", { SPOT, EXPIRY }, { 1, 1 }, -1 },
        [SPEED] = { "speed", { SPOT, VOL }, { 3, 0 }, 1 },
        [COLOR] = { "color", { SPOT, EXPIRY }, { 2, 1 }, -1 },
        [ULTIMA] = { "ultima", { SPOT, VOL }, { 0, 3 }, 1 },
    };
    enum { N = 801 };
    for (int d = PEN_F32; d <= PEN_F64; d++) {
        book b = random_book(N, model, payoff, (pen_dtype)d);
        double *out = need(N_OUT * N * sizeof *out);
        price_first(&b, out);
        for (int k = 0; k < N_OUT; k++) {
            double worst = 0, largest = 0;
            for (size_t i = 0; i < N; i++) {
                long double v[N_IN];
                for (int j = 0; j < N_IN; j++)
                    v[j] = (long double)b.in[j][i];
                double want = (double)derivative(&b, v, rows[k].input, rows[k].order);
                double error = fabs(out[(size_t)k * N + i] - rows[k].sign * want);
                worst = error > worst || isnan(error) ? error : worst;
                largest = fmax(largest, fabs(want));
            }
            char label[80];
            snprintf(label, sizeof label, "%s %s %s %s", pen_model_name((int)model),
                     pen_payoff_name((int)payoff), rows[k].name, pen_dtype_name((pen_dtype)d));
            double tolerance = k == PRICE ? 2e-15 : 1e-6;
            CHECK_NEAR(label, worst / largest, 0, d == PEN_F32 ? 2e-5 : tolerance);
            CHECK(largest > 0);
        }
        free(out);
        book_free(&b);
    }
}
static void price_and_greeks_are_the_references(void)
{
    if (LDBL_MANT_DIG < 64)
        SKIP("long double is no wider than double here");
    for_all(check_outputs);
}

/* Call and put together: the forward, the discount factor, the discounted forward. */
static void check_parity(pen_model model, pen_european_payoff payoff)
{
    enum { N = 1003 };
    double *out[2], worst = 0;
    for (int side = 0; side < 2; side++) {
        book b = random_book(N, model, payoff, PEN_F64);
        for (size_t i = 0; i < N; i++)
            b.in[SIDE][i] = side == 0 ? 1 : -1;
        out[side] = need(N_OUT * N * sizeof(double));
        price_first(&b, out[side]);
        for (size_t i = 0; i < N && side == 1; i++) {
            double t = b.in[EXPIRY][i], discount = exp(-b.in[RATE][i] * t);
            double forward =
                b.in[SPOT][i] * (model == PEN_MODEL_BSM ? exp(-b.in[DIVIDEND][i] * t) : discount);
            double want = payoff == PEN_PAYOFF_CASH    ? discount
                          : payoff == PEN_PAYOFF_ASSET ? forward
                                                       : forward - discount * b.in[STRIKE][i];
            double sign = payoff == PEN_PAYOFF_VANILLA ? -1 : 1;
            worst = fmax(worst, fabs(out[0][i] + sign * out[1][i] - want) / (1 + forward));
        }
        book_free(&b);
    }
    CHECK_NEAR(pen_model_name((int)model), worst, 0, 5e-16 * 8);
    free(out[0]);
    free(out[1]);
}
static void calls_and_puts_add_up(void)
{
    for_all(check_parity);
}

static void limits_are_defined(void)
{
    double k = exp(-0.05), pi = acos(-1);
    static const pen_european_payoff vanilla = PEN_PAYOFF_VANILLA, cash = PEN_PAYOFF_CASH,
                                     asset = PEN_PAYOFF_ASSET;
    struct {
        const char *label;
        pen_model model;
        pen_european_payoff payoff;
        double in[N_IN], price, delta, gamma;
    } rows[] = {
        { "in on the last day", PEN_MODEL_BACHELIER, vanilla, { 1, 3, -2, 0, 4, .05 }, 5, 1, 0 },
        { "out on the last day", PEN_MODEL_BACHELIER, vanilla, { 1, -3, 2, 0, 4, .05 }, 0, 0, 0 },
        { "no volatility", PEN_MODEL_BACHELIER, vanilla, { -1, -3, 2, 1, 0, .05 }, 5 * k, -k, 0 },
        { "at the strike",
          PEN_MODEL_BACHELIER,
          vanilla,
          { -1, 2, 2, 1, 4, .05 },
          4 * k / sqrt(2 * pi),
          -k / 2,
          k / 4 / sqrt(2 * pi) },
        { "far out", PEN_MODEL_BACHELIER, vanilla, { 1, 0, 1e6, 1, 1, 0 }, 0, 0, 0 },
        { "in, cash", PEN_MODEL_BLACK76, cash, { 1, 3, 2, 0, .2, .05 }, 1, 0, 0 },
        { "out, cash", PEN_MODEL_BLACK76, cash, { -1, 3, 2, 1, 0, .05 }, 0, 0, 0 },
        { "at, cash", PEN_MODEL_BLACK76, cash, { 1, 2, 2, 0, .2, .05 }, .5, INFINITY, NAN },
        { "in, asset", PEN_MODEL_BSM, asset, { 1, 3, 2, 1, 0, .05, .05 }, 3 * k, k, 0 },
        { "nothing", PEN_MODEL_BSM, asset, { 1, 0, 2, 1, .2, .05, .05 }, 0, 0, 0 },
        { "negative rates",
          PEN_MODEL_DISPLACED,
          vanilla,
          { 1, -.01, -.02, 0, .2, 0, 0, .03 },
          .01,
          1,
          0 },
        { "below the shift",
          PEN_MODEL_DISPLACED,
          vanilla,
          { 1, -.04, -.02, 1, .2, 0, 0, .03 },
          NAN,
          NAN,
          NAN },
        { "invalid side", PEN_MODEL_BACHELIER, vanilla, { 0, 3, 2, 1, .2, .05 }, NAN, NAN, NAN },
        { "negative expiry", PEN_MODEL_BACHELIER, cash, { 1, 3, 2, -1, .2, .05 }, NAN, NAN, NAN },
        { "infinite", PEN_MODEL_BACHELIER, asset, { 1, INFINITY, 2, 1, .2, 0 }, NAN, NAN, NAN },
        { "not a number", PEN_MODEL_BLACK76, asset, { 1, 3, 2, 1, NAN, 0 }, NAN, NAN, NAN },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        double out[N_OUT];
        price_one(rows[i].model, rows[i].payoff, rows[i].in, out);
        CHECK_NEAR(rows[i].label, out[PRICE], rows[i].price, 1e-15 * (1 + fabs(rows[i].price)));
        CHECK_NEAR(rows[i].label, out[DELTA], rows[i].delta, 1e-15);
        CHECK_NEAR(rows[i].label, out[GAMMA], rows[i].gamma, 1e-15);
        for (int j = 0; j < N_OUT && isnan(rows[i].price); j++)
            CHECK(isnan(out[j]));
        for (int j = 0; j < N_OUT && isfinite(rows[i].delta) && rows[i].gamma == 0; j++)
            CHECK(isfinite(out[j]));
    }
}

static void check_bits(pen_model model, pen_european_payoff payoff)
{
    static const size_t sizes[] = { 0, 1, 257, 5003 };
    for (size_t k = 0; k < COUNT(sizes); k++)
        for (int d = PEN_F32; d <= PEN_F64; d++) {
            book b = random_book(sizes[k], model, payoff, (pen_dtype)d);
            matrix_check_same(pen_model_name((int)model), price_book, &b,
                              N_OUT * sizes[k] * pen_dtype_bytes(b.dtype));
            book_free(&b);
        }
}
static void bits_are_the_same_on_every_device(void)
{
    for_all(check_bits);
}

/* ---- implied volatility ---- */

/* out: n volatilities, then n statuses. */
static pen_status imply_book(pen_queue *queue, void *context, void *out)
{
    const book *b = context;
    pen_input in[N_IN];
    pen_panel *inputs[N_IN], *o[2];
    for (int j = 0; j < N_IN; j++) {
        inputs[j] = make_panel(queue, b->dtype, b->in[j], b->n);
        in[j] = (pen_input){ inputs[j], 0 };
    }
    for (int j = 0; j < 2; j++)
        o[j] = make_panel(queue, b->dtype, NULL, b->n);
    pen_implied options = { in[SIDE],    in[VOL] /* the price here */,
                            in[SPOT],    in[STRIKE],
                            in[EXPIRY],  in[RATE],
                            in[DIVIDEND] };
    pen_european_terms terms = { b->model, b->payoff, in[SHIFT] };
    pen_status s = pen_implied_vol_by(queue, &terms, &options, &(pen_implied_out){ o[0], o[1] });
    for (int j = 0; j < 2 && s == PEN_OK; j++)
        s = pen_panel_read(queue, (char *)out + (size_t)j * b->n * pen_dtype_bytes(b->dtype), b->n,
                           o[j]);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    for (int j = 0; j < N_IN; j++)
        pen_panel_destroy(inputs[j]);
    for (int j = 0; j < 2; j++)
        pen_panel_destroy(o[j]);
    return s;
}

static void imply_first(book *b, double *out)
{
    matrix_size();
    CHECK_OK(imply_book(matrix_select(0), b, out));
    matrix_restore();
}

static void volatilities_come_back_from_prices(void)
{
    enum { N = 4001 };
    for (int model = PEN_MODEL_BLACK76; model < PEN_MODELS; model++) {
        book b = random_book(N, (pen_model)model, PEN_PAYOFF_VANILLA, PEN_F64);
        double *out = need(N_OUT * N * sizeof *out), *known = need(N * sizeof *known);
        double *vega = out + VEGA * N, worst = 0;
        price_first(&b, out);
        memcpy(known, b.in[VOL], N * sizeof *known);
        memcpy(b.in[VOL], out, N * sizeof *known);
        double *vol = need(2 * N * sizeof *vol);
        imply_first(&b, vol);
        for (size_t i = 0; i < N; i++) {
            worst = fmax(worst, fabs(vol[i] - known[i]) * vega[i] / b.in[SPOT][i]);
            CHECK(vol[N + i] == PEN_IMPLIED_OK);
        }
        CHECK_NEAR(pen_model_name(model), worst, 0, 3e-15);
        free(vol);
        free(known);
        free(out);
        book_free(&b);
    }
}

/* Out of the money and without interest the price is the time value: nothing is lost. */
static void normal_volatility_is_exact_at_any_distance(void)
{
    enum { N = 6001 };
    book b = random_book(N, PEN_MODEL_BACHELIER, PEN_PAYOFF_VANILLA, PEN_F64);
    double *out = need(N_OUT * N * sizeof *out), *known = need(N * sizeof *known), worst = 0;
    for (size_t i = 0; i < N; i++) { /* up to 36 deviations away */
        double deviation = b.in[VOL][i] * sqrt(b.in[EXPIRY][i]);
        double away = pow(36, (double)i / N * 4 - 3) * deviation;
        b.in[STRIKE][i] = b.in[SPOT][i] + (i == 0 ? 0 : b.in[SIDE][i] * away);
        b.in[RATE][i] = 0;
    }
    memcpy(known, b.in[VOL], N * sizeof *known);
    price_first(&b, out);
    memcpy(b.in[VOL], out, N * sizeof *known);
    double *vol = need(2 * N * sizeof *vol);
    imply_first(&b, vol);
    for (size_t i = 0; i < N; i++) {
        double error = fabs(vol[i] / known[i] - 1);
        worst = error > worst || isnan(error) ? error : worst;
    }
    CHECK_NEAR("relative error", worst, 0, 8 * DBL_EPSILON);
    free(vol);
    free(known);
    free(out);
    book_free(&b);
}

static void rows_without_a_normal_volatility_have_a_status(void)
{
    static const struct {
        double in[N_IN]; /* the price in VOL */
        int status;
        double vol;
    } rows[] = {
        { { 1, 5, 5, 1, 4, 0 }, PEN_IMPLIED_OK, 10.02651309852400 }, /* 4 sqrt(2 pi) */
        { { 1, -5, -7, 1, 2, 0 }, PEN_IMPLIED_OK, 0 },
        { { 1, -5, -7, 1, 1.99, 0 }, PEN_IMPLIED_BELOW, NAN },
        { { 1, -5, -7, 0, 3, 0 }, PEN_IMPLIED_FLAT, NAN },
        { { 1, -5, -7, 1, -3, 0 }, PEN_IMPLIED_INVALID, NAN },
        { { 2, -5, -7, 1, 3, 0 }, PEN_IMPLIED_INVALID, NAN },
        { { 1, INFINITY, -7, 1, 3, 0 }, PEN_IMPLIED_INVALID, NAN },
        { { 1, -5, -7, 1, NAN, 0 }, PEN_IMPLIED_EMPTY, NAN },
        { { -1, -5, -7, 1, 0, 0 }, PEN_IMPLIED_OK, 0 },
    };
    enum { N = COUNT(rows) };
    book b = random_book(N, PEN_MODEL_BACHELIER, PEN_PAYOFF_VANILLA, PEN_F64);
    double out[2 * N];
    for (size_t i = 0; i < N; i++)
        for (int j = 0; j < N_IN; j++)
            b.in[j][i] = rows[i].in[j];
    imply_first(&b, out);
    for (size_t i = 0; i < N; i++) {
        CHECK_NEAR("status", out[N + i], rows[i].status, 0);
        CHECK_NEAR("vol", out[i], rows[i].vol, 1e-13);
    }
    book_free(&b);
}

static void implied_bits_are_the_same_on_every_device(void)
{
    for (int model = 0; model < PEN_MODELS; model++)
        for (int d = PEN_F32; d <= PEN_F64; d++) {
            enum { N = 3001 };
            book b = random_book(N, (pen_model)model, PEN_PAYOFF_VANILLA, (pen_dtype)d);
            double *out = need(N_OUT * N * sizeof *out);
            price_first(&b, out);
            memcpy(b.in[VOL], out, N * sizeof *out);
            matrix_check_same_reals("implied", imply_book, &b, (pen_dtype)d, 2 * N);
            free(out);
            book_free(&b);
        }
}

static void wrong_terms_are_refused(void)
{
    double value;
    pen_device *device;
    pen_queue *queue;
    pen_panel *one;
    CHECK_OK(pen_device_open("cpu:0", &device));
    CHECK_OK(pen_queue_create(device, &queue));
    CHECK_OK(pen_panel_wrap(PEN_F64, &value, 1, 1, 1, &one));
    pen_european in = { .side = { NULL, 1 } };
    pen_european_out out = { .price_px = one };
    pen_european_terms terms = { .model = (pen_model)PEN_MODELS };
    CHECK_STATUS(pen_price_european_by(queue, &terms, &in, &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("model is 4, expected 0 to 3");
    terms = (pen_european_terms){ .payoff = (pen_european_payoff)PEN_PAYOFFS };
    CHECK_STATUS(pen_price_european_by(queue, &terms, &in, &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("payoff is 3, expected 0 to 2");
    terms = (pen_european_terms){ .payoff = PEN_PAYOFF_CASH };
    CHECK_STATUS(pen_implied_vol_by(queue, &terms, &(pen_implied){ .side = { NULL, 1 } },
                                    &(pen_implied_out){ one, NULL }),
                 PEN_E_ARG);
    CHECK_ERROR_SAYS("expected PEN_PAYOFF_VANILLA");
    terms = (pen_european_terms){ .model = PEN_MODEL_BACHELIER };
    CHECK_STATUS(pen_price_european_by(queue, &terms, &in, &(pen_european_out){ .delta = NULL }),
                 PEN_E_ARG);
    CHECK(pen_model_name(-1) == NULL && pen_model_name(PEN_MODELS) == NULL);
    CHECK(pen_payoff_name(-1) == NULL && pen_payoff_name(PEN_PAYOFFS) == NULL);
    pen_panel_destroy(one);
    pen_queue_destroy(queue);
    pen_device_close(device);
}

static const check_test tests[] = {
    TEST(published_values_are_met),
    TEST(price_and_greeks_are_the_references),
    TEST(calls_and_puts_add_up),
    TEST(limits_are_defined),
    TEST(bits_are_the_same_on_every_device),
    TEST(volatilities_come_back_from_prices),
    TEST(normal_volatility_is_exact_at_any_distance),
    TEST(rows_without_a_normal_volatility_have_a_status),
    TEST(implied_bits_are_the_same_on_every_device),
    TEST(wrong_terms_are_refused),
};
TEST_MAIN(tests)
