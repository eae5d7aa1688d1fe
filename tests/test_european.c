/* European options by every model and payoff: published values, an independent reference in
 * extended precision, its derivatives, parities, limits, volatilities back from prices, and the
 * same bits on every device. */
#include <float.h>

#include "check.h"
#include "device_matrix.h"
#include "machine/base/alloc.h"
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
    const pen_dividends *dividends;
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
    pen_european_terms terms = { b->model, b->payoff, in[SHIFT], b->dividends };
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

/* ---- cash dividends ---- */

static const double paid_at[] = { 0.2, 0.45, 0.7, 9, -0.1 }, paid[] = { 2, 1, 3, 50, 40 };

static void price_paying(const pen_dividends *dividends, const double in[N_IN], double out[N_OUT])
{
    double copy[N_IN];
    book b = { .n = 1, .dtype = PEN_F64, .dividends = dividends };
    memcpy(copy, in, sizeof copy);
    for (int j = 0; j < N_IN; j++)
        b.in[j] = &copy[j];
    price_first(&b, out);
}

/* A price that falls by one dividend on its day, by quadrature over that day's price. */
static double price_by_quadrature(const double v[N_IN], double at, double amount)
{
    enum { STEPS = 4000 };
    double sum = 0, h = 20.0 / STEPS, pi = acos(-1), rate = v[RATE], vol = v[VOL];
    for (int i = 0; i <= STEPS; i++) {
        double z = -10 + i * h, weight = i == 0 || i == STEPS ? 0.5 : 1;
        double s = v[SPOT] * exp((rate - v[DIVIDEND] - vol * vol / 2) * at + vol * sqrt(at) * z);
        long double after[N_IN];
        for (int j = 0; j < N_IN; j++)
            after[j] = v[j];
        after[SPOT] = fmax(s - amount, 1e-12);
        after[EXPIRY] = v[EXPIRY] - at;
        const book plain = { .model = PEN_MODEL_BSM };
        sum += weight * h * exp(-z * z / 2) / sqrt(2 * pi) * (double)reference(&plain, after);
    }
    return exp(-rate * at) * sum;
}

static void dividends_lower_calls(void)
{
    static const double in[N_IN] = { 1, 100, 100, 1, .3, .06, 0 };
    double out[N_OUT], plain[N_OUT], moved[N_IN];
    for (double at = 0.1; at < 1; at += 0.4) {
        const double amount = 7;
        pen_dividends d = { &at, &amount, 1, PEN_DIVIDENDS_BOS_VANDERMARK };
        price_paying(&d, in, out);
        double exact = price_by_quadrature(in, at, amount);
        CHECK_NEAR("Bos and Vandermark", out[PRICE], exact, 0.01);
        d.method = PEN_DIVIDENDS_ESCROWED;
        price_paying(&d, in, out);
        CHECK(exact - out[PRICE] > 0); /* escrowed is too cheap, the more the later they are */
        memcpy(moved, in, sizeof moved);
        moved[SPOT] -= amount * exp(-.06 * at);
        price_one(PEN_MODEL_BSM, PEN_PAYOFF_VANILLA, moved, plain);
        CHECK_NEAR("escrowed", out[PRICE], plain[PRICE], 1e-13);
        CHECK_NEAR("escrowed delta", out[DELTA], plain[DELTA], 1e-14);
    }
}

static void calls_less_puts_are_what_dividends_leave(void)
{
    for (int method = 0; method < PEN_DIVIDEND_METHODS; method++) {
        double call[N_OUT], put[N_OUT], in[N_IN] = { 1, 100, 95, .6, .3, .06, .02 }, want = 100;
        pen_dividends d = { paid_at, paid, 5, (pen_dividend_method)method };
        price_paying(&d, in, call);
        in[SIDE] = -1;
        price_paying(&d, in, put);
        for (int i = 0; i < 2; i++) /* the third is after the expiry */
            want -= paid[i] * exp(-.04 * paid_at[i]);
        want = want * exp(-.02 * .6) - 95 * exp(-.06 * .6);
        CHECK_NEAR(pen_dividend_method_name(method), call[PRICE] - put[PRICE], want, 1e-13);
    }
}

/* Time moves the expiry and the dividends. */
static double price_moved(int method, const double in[N_IN], int input, double step, int output)
{
    double v[N_IN], times[3], out[N_OUT];
    memcpy(v, in, sizeof v);
    memcpy(times, paid_at, sizeof times);
    v[input] += step;
    for (int i = 0; i < 3 && input == EXPIRY; i++)
        times[i] += step;
    pen_dividends d = { times, paid, 3, (pen_dividend_method)method };
    price_paying(&d, v, out);
    return out[output];
}

static void greeks_have_the_dividends_held(void)
{
    static const struct {
        int output, of, input, sign;
    } rows[] = { { DELTA, PRICE, SPOT, 1 },    { GAMMA, DELTA, SPOT, 1 },
                 { SPEED, GAMMA, SPOT, 1 },    { VEGA, PRICE, VOL, 1 },
                 { VANNA, DELTA, VOL, 1 },     { RHO, PRICE, RATE, 1 },
                 { THETA, PRICE, EXPIRY, -1 }, { CHARM, DELTA, EXPIRY, -1 },
                 { COLOR, GAMMA, EXPIRY, -1 } };
    static const double in[N_IN] = { -1, 100, 95, .9, .25, .05, .02 };
    for (int method = 0; method < PEN_DIVIDEND_METHODS; method++)
        for (size_t k = 0; k < COUNT(rows); k++) {
            double got = price_moved(method, in, SPOT, 0, rows[k].output), h = 1e-4;
            h *= rows[k].input == SPOT ? 10 : 1;
            double up = price_moved(method, in, rows[k].input, h, rows[k].of);
            double down = price_moved(method, in, rows[k].input, -h, rows[k].of);
            char label[64];
            snprintf(label, sizeof label, "%s, output %d", pen_dividend_method_name(method),
                     rows[k].output);
            CHECK_NEAR(label, got, rows[k].sign * (up - down) / (2 * h), 3e-7 * (1 + fabs(got)));
        }
}

static void odd_dividends_have_a_meaning(void)
{
    double in[N_IN] = { 1, 100, 95, .6, .3, .06, .02 }, out[N_OUT], want[N_OUT];
    price_one(PEN_MODEL_BSM, PEN_PAYOFF_VANILLA, in, want);
    pen_dividends d = { paid_at + 2, paid + 2, 3, PEN_DIVIDENDS_BOS_VANDERMARK }; /* none in time */
    price_paying(&d, in, out);
    for (int j = 0; j < N_OUT; j++)
        CHECK_NEAR("none in time", out[j], want[j], 0);
    d.n = 0;
    price_paying(&d, in, out);
    CHECK_NEAR("none", out[THETA], want[THETA], 0);
    const double at = .3, much = 150;
    d = (pen_dividends){ &at, &much, 1, PEN_DIVIDENDS_ESCROWED };
    price_paying(&d, in, out);
    for (int j = 0; j < N_OUT; j++)
        CHECK(isnan(out[j]));
    in[EXPIRY] = 0; /* the payoff */
    d = (pen_dividends){ paid_at, paid, 3, PEN_DIVIDENDS_BOS_VANDERMARK };
    price_paying(&d, in, out);
    CHECK_NEAR("payoff", out[PRICE], 5, 0);
}

static void dividends_have_the_same_bits_on_every_device(void)
{
    enum { N = 3001 };
    for (int method = 0; method < PEN_DIVIDEND_METHODS; method++)
        for (int d = PEN_F32; d <= PEN_F64; d++) {
            pen_dividends dividends = { paid_at, paid, 5, (pen_dividend_method)method };
            book b = random_book(N, PEN_MODEL_BSM, PEN_PAYOFF_VANILLA, (pen_dtype)d);
            b.dividends = &dividends;
            matrix_check_same_reals("dividends", price_book, &b, (pen_dtype)d, N_OUT * N);
            book_free(&b);
        }
}

static void dividends_that_cannot_be_are_refused(void)
{
    double value, at = .5, amount = -1;
    pen_device *device;
    pen_queue *queue;
    pen_panel *one;
    CHECK_OK(pen_device_open("cpu:0", &device));
    CHECK_OK(pen_queue_create(device, &queue));
    CHECK_OK(pen_panel_wrap(PEN_F64, &value, 1, 1, 1, &one));
    pen_european in = { .side = { NULL, 1 },
                        .spot_px = { NULL, 100 },
                        .strike_px = { NULL, 90 },
                        .expiry_yr = { NULL, 1 },
                        .vol_frac = { NULL, .2 } };
    pen_european_out out = { .theta = one };
    pen_dividends d = { &at, &amount, 1, PEN_DIVIDENDS_ESCROWED };
    pen_european_terms terms = { .dividends = &d };
    CHECK_STATUS(pen_price_european_by(queue, &terms, &in, &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("dividend 0 is -1 at 0.5");
    amount = 1;
    d.method = PEN_DIVIDEND_METHODS;
    CHECK_STATUS(pen_price_european_by(queue, &terms, &in, &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("dividend method is 2");
    d.method = PEN_DIVIDENDS_ESCROWED;
    terms.model = PEN_MODEL_BLACK76;
    CHECK_STATUS(pen_price_european_by(queue, &terms, &in, &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("of model bsm and payoff vanilla, got black76 and vanilla");
    terms.model = PEN_MODEL_BSM;
    CHECK_STATUS(pen_implied_vol_by(queue, &terms, &(pen_implied){ .side = { NULL, 1 } },
                                    &(pen_implied_out){ one, NULL }),
                 PEN_E_ARG);
    long before = pen_alloc_live();
    bool is_done = false;
    for (long k = 0; !is_done && k < 100; k++) {
        pen_alloc_fail_after(k);
        pen_status status = pen_price_european_by(queue, &terms, &in, &out);
        pen_alloc_fail_after(-1);
        is_done = status == PEN_OK;
        CHECK(is_done || status == PEN_E_NOMEM);
        CHECK(pen_alloc_live() == before);
    }
    CHECK(is_done);
    CHECK(pen_dividend_method_name(-1) == NULL);
    pen_panel_destroy(one);
    pen_queue_destroy(queue);
    pen_device_close(device);
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
    pen_european_terms terms = { b->model, b->payoff, in[SHIFT], NULL };
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
    TEST(dividends_lower_calls),
    TEST(calls_less_puts_are_what_dividends_leave),
    TEST(greeks_have_the_dividends_held),
    TEST(odd_dividends_have_a_meaning),
    TEST(dividends_have_the_same_bits_on_every_device),
    TEST(dividends_that_cannot_be_are_refused),
    TEST(volatilities_come_back_from_prices),
    TEST(normal_volatility_is_exact_at_any_distance),
    TEST(rows_without_a_normal_volatility_have_a_status),
    TEST(implied_bits_are_the_same_on_every_device),
    TEST(wrong_terms_are_refused),
};
TEST_MAIN(tests)
