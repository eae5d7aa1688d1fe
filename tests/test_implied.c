/* Implied volatility: roots of the textbook formula in extended precision, from at the money to
 * prices of 1e-290; round trips with pen_price_european(); every status; the same bits on every
 * device. */
#include <float.h>

#include "check.h"
#include "device_matrix.h"
#include "machine/base/rng.h"
#include "penstock/pricing.h"
#include "pricing_columns.h"

enum { SIDE, PRICE, SPOT, STRIKE, EXPIRY, RATE, DIVIDEND, N_IN };

typedef struct book {
    size_t n;
    double *in[N_IN];
} book;

static book new_book(size_t n)
{
    book b = { .n = n };
    for (int j = 0; j < N_IN; j++)
        b.in[j] = need((n + 1) * sizeof(double));
    return b;
}
static void book_free(book *b)
{
    for (int j = 0; j < N_IN; j++)
        free(b->in[j]);
}
static void set_row(book *b, size_t i, const double row[N_IN])
{
    for (int j = 0; j < N_IN; j++)
        b->in[j][i] = row[j];
}

/* out: n volatilities, then n statuses, of the dtype. */
static pen_status solve(pen_queue *queue, pen_dtype dtype, const book *b, void *out)
{
    pen_input in[N_IN];
    pen_panel *inputs[N_IN], *outputs[2];
    for (int j = 0; j < N_IN; j++) {
        inputs[j] = make_panel(queue, dtype, b->in[j], b->n);
        in[j] = (pen_input){ inputs[j], 0 };
    }
    for (int j = 0; j < 2; j++)
        outputs[j] = make_panel(queue, dtype, NULL, b->n);
    pen_implied options = { in[SIDE],   in[PRICE], in[SPOT],    in[STRIKE],
                            in[EXPIRY], in[RATE],  in[DIVIDEND] };
    pen_status s = pen_implied_vol(queue, &options, &(pen_implied_out){ outputs[0], outputs[1] });
    for (int j = 0; j < 2 && s == PEN_OK; j++)
        s = pen_panel_read(queue, (char *)out + (size_t)j * b->n * pen_dtype_bytes(dtype), b->n,
                           outputs[j]);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    for (int j = 0; j < N_IN; j++)
        pen_panel_destroy(inputs[j]);
    for (int j = 0; j < 2; j++)
        pen_panel_destroy(outputs[j]);
    return s;
}

/* On the first device, in f64 or through f32. */
static void solve_first(pen_dtype dtype, const book *b, double *vol, double *status)
{
    double *wide = need(2 * b->n * sizeof *wide);
    float *narrow = (float *)(void *)wide;
    matrix_size();
    CHECK_OK(solve(matrix_select(0), dtype, b, wide));
    matrix_restore();
    for (size_t i = 0; i < b->n; i++) {
        vol[i] = dtype == PEN_F32 ? (double)narrow[i] : wide[i];
        status[i] = dtype == PEN_F32 ? (double)narrow[b->n + i] : wide[b->n + i];
    }
    free(wide);
}

/* ---- the reference ---- */

static long double cdf(long double x)
{
    return erfcl(-x * sqrtl(0.5L)) / 2;
}
/* Of an option out of the money, by sqrt(F K); x <= 0. */
static long double normalised_price(long double x, long double s)
{
    return expl(x / 2) * cdf(x / s + s / 2) - expl(-x / 2) * cdf(x / s - s / 2);
}
static long double normalised_vega(long double x, long double s)
{
    return expl(-(x / s * x / s + s * s / 4) / 2) / sqrtl(2 * acosl(-1));
}
/* Rounding of the reference itself, as a share of s. */
static long double reference_error(long double x, long double s)
{
    return 4 * LDBL_EPSILON * expl(x / 2) * cdf(x / s + s / 2) / (normalised_vega(x, s) * s);
}

/* Options out of the money at the price that s has, rounded to the dtype; `exact` are the roots
 * for the rounded prices, `spare` what s is uncertain by beyond rounding.  Returns how many. */
static size_t fill_grid(book *b, pen_dtype dtype, double *exact, double *spare)
{
    static const double logs[] = { 0,   1e-14, 1e-9, 1e-6, 1e-4, 1e-3, 0.01, 0.03, 0.1, 0.25,
                                   0.5, 1,     1.5,  2,    3,    5,    8,    13,   20,  40 };
    double least = dtype == PEN_F64 ? 1e-290 : 1e-35, eps = dtype == PEN_F64 ? 0x1p-53 : 0x1p-24;
    size_t n = 0;
    for (size_t k = 0; k < COUNT(logs); k++)
        for (double s = dtype == PEN_F64 ? 1e-7 : 1e-3; s < 30; s *= 1.061) {
            double side = n % 2 == 0 ? 1 : -1, spot = 100 * exp(-side * logs[k]);
            spot = dtype == PEN_F32 ? (double)(float)spot : spot;
            long double x = -fabsl(logl((long double)spot / 100)), scale = sqrtl(100.0L * spot);
            long double top = expl(x / 2), value = normalised_price(x, s);
            if (!(value > least) || !(top - value > 1e-5L * top) ||
                reference_error(x, s) > 0.1L * eps)
                continue;
            double price = (double)(value * scale);
            price = dtype == PEN_F32 ? (double)(float)price : price;
            long double root = s, vega = normalised_vega(x, s);
            for (int i = 0; i < 3; i++)
                root -= (normalised_price(x, root) - price / scale) / normalised_vega(x, root);
            set_row(b, n, (double[N_IN]){ side, price, spot, 100, 1, 0, 0 });
            exact[n] = (double)root;
            spare[n] = (double)(value / (vega * s)); /* a rounding of the price moves s by it */
            n++;
        }
    return n;
}

static void check_grid(pen_dtype dtype, double most)
{
    enum { ROOM = 20 * 400 };
    book b = new_book(ROOM);
    double exact[ROOM], spare[ROOM], vol[ROOM], status[ROOM], worst = 0;
    double eps = dtype == PEN_F64 ? 0x1p-53 : 0x1p-24;
    b.n = fill_grid(&b, dtype, exact, spare);
    CHECK(b.n > 1000);
    solve_first(dtype, &b, vol, status);
    for (size_t i = 0; i < b.n; i++) {
        CHECK(status[i] == PEN_IMPLIED_OK);
        double error = fabs(vol[i] / exact[i] - 1) / (eps * fmax(1, spare[i]));
        if (!(error <= worst)) {
            worst = error;
            if (!(error <= most))
                printf("    %s spot %.17g price %.17g: vol %.17g, expected %.17g\n",
                       pen_dtype_name(dtype), b.in[SPOT][i], b.in[PRICE][i], vol[i], exact[i]);
        }
    }
    if (getenv("PENSTOCK_VERBOSE") != NULL)
        printf("    %s: %zu options, largest error %.3g units of rounding\n", pen_dtype_name(dtype),
               b.n, worst);
    CHECK(worst <= most);
    book_free(&b);
}

static void roots_agree_with_extended_precision(void)
{
    if (LDBL_MANT_DIG < 64)
        SKIP("long double is no wider than double here");
    check_grid(PEN_F64, 16);
    check_grid(PEN_F32, 64);
}

/* ---- round trips ---- */

static void random_row(pen_rng *rng, double row[N_IN], double *vol)
{
    row[SIDE] = pen_rng_u32(rng) & 1 ? 1 : -1;
    row[SPOT] = 50 + 100 * pen_rng_uniform(rng);
    row[EXPIRY] = 0.02 + 3 * pen_rng_uniform(rng);
    *vol = 0.05 + 0.75 * pen_rng_uniform(rng);
    double deviations = 4 * pen_rng_uniform(rng) - 2;
    row[STRIKE] = row[SPOT] * exp(deviations * *vol * sqrt(row[EXPIRY]));
    row[RATE] = -0.02 + 0.1 * pen_rng_uniform(rng);
    row[DIVIDEND] = 0.06 * pen_rng_uniform(rng);
    row[PRICE] = 0;
}

static pen_status price_columns(pen_queue *queue, const book *b, const double *vol, double *price)
{
    static const int order[] = { SIDE, SPOT, STRIKE, EXPIRY, -1, RATE, DIVIDEND };
    pen_input in[N_IN];
    pen_panel *panels[N_IN], *out = make_panel(queue, PEN_F64, NULL, b->n);
    for (int j = 0; j < N_IN; j++) {
        panels[j] = make_panel(queue, PEN_F64, order[j] < 0 ? vol : b->in[order[j]], b->n);
        in[j] = (pen_input){ panels[j], 0 };
    }
    pen_european options = { in[0], in[1], in[2], in[3], in[4], in[5], in[6] };
    pen_status s = pen_price_european(queue, &options, &(pen_european_out){ .price_px = out });
    if (s == PEN_OK)
        s = pen_panel_read(queue, price, b->n, out);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    for (int j = 0; j < N_IN; j++)
        pen_panel_destroy(panels[j]);
    pen_panel_destroy(out);
    return s;
}

static void prices_give_their_volatility_back(void)
{
    enum { N = 20011 };
    static double vol[N], got[N], status[N];
    book b = new_book(N);
    pen_rng rng;
    pen_rng_init(&rng, 5, 0, 0, 0);
    for (size_t i = 0; i < N; i++) {
        double row[N_IN];
        random_row(&rng, row, &vol[i]);
        set_row(&b, i, row);
    }
    matrix_size();
    CHECK_OK(price_columns(matrix_select(0), &b, vol, b.in[PRICE]));
    matrix_restore();
    solve_first(PEN_F64, &b, got, status);
    double worst = 0;
    for (size_t i = 0; i < N; i++) {
        double t = b.in[EXPIRY][i], spot = b.in[SPOT][i], deviation = vol[i] * sqrt(t);
        double d1 =
            (log(spot / b.in[STRIKE][i]) + (b.in[RATE][i] - b.in[DIVIDEND][i]) * t) / deviation +
            deviation / 2;
        double vega = exp(-b.in[DIVIDEND][i] * t - d1 * d1 / 2) * sqrt(t / (2 * acos(-1)));
        double error = fabs(got[i] - vol[i]) * vega; /* of the price, by the spot */
        worst = error > worst || isnan(error) ? error : worst;
        CHECK(status[i] == PEN_IMPLIED_OK);
    }
    CHECK_NEAR("round trip", worst, 0, 2.5e-15); /* the price is within 1e-15 */
    book_free(&b);
}

/* ---- rows without a volatility ---- */

static void every_row_has_its_status(void)
{
    static const struct {
        double row[N_IN];
        int status;
        double vol;
    } rows[] = {
        /* 2 times the normal law's quantile of 0.55 */
        { { 1, 10, 100, 100, 1, 0, 0 }, PEN_IMPLIED_OK, 0.2513226937 },
        { { 1, 9.99, 110, 100, 1, 0, 0 }, PEN_IMPLIED_BELOW, NAN },
        { { -1, 9.99, 90, 100, 1, 0, 0 }, PEN_IMPLIED_BELOW, NAN },
        { { 1, 10, 110, 100, 1, 0, 0 }, PEN_IMPLIED_OK, 0 },
        { { 1, 0, 90, 100, 1, 0, 0 }, PEN_IMPLIED_OK, 0 },
        { { -1, 0, 110, 100, 1, .05, .01 }, PEN_IMPLIED_OK, 0 },
        { { 1, 100, 100, 120, 1, 0, 0 }, PEN_IMPLIED_ABOVE, NAN },
        { { 1, 1e9, 100, 120, 1, 0, 0 }, PEN_IMPLIED_ABOVE, NAN },
        { { -1, 120, 100, 120, 1, 0, 0 }, PEN_IMPLIED_ABOVE, NAN },
        { { 1, 10, 100, 100, 0, 0, 0 }, PEN_IMPLIED_FLAT, NAN },
        { { 1, 10, 0, 100, 1, 0, 0 }, PEN_IMPLIED_FLAT, NAN },
        { { 1, 10, 100, 0, 1, 0, 0 }, PEN_IMPLIED_FLAT, NAN },
        { { 0, 10, 100, 100, 1, 0, 0 }, PEN_IMPLIED_INVALID, NAN },
        { { 1, -1, 100, 100, 1, 0, 0 }, PEN_IMPLIED_INVALID, NAN },
        { { 1, NAN, 100, 100, 1, 0, 0 }, PEN_IMPLIED_EMPTY, NAN },
        { { 1, 10, -100, 100, 1, 0, 0 }, PEN_IMPLIED_INVALID, NAN },
        { { 1, 10, 100, INFINITY, 1, 0, 0 }, PEN_IMPLIED_INVALID, NAN },
        { { 1, 10, 100, 100, -1, 0, 0 }, PEN_IMPLIED_INVALID, NAN },
        { { 1, 10, 100, 100, 1, NAN, 0 }, PEN_IMPLIED_INVALID, NAN },
        { { 1, 10, 100, 100, 1, 0, INFINITY }, PEN_IMPLIED_INVALID, NAN },
    };
    book b = new_book(COUNT(rows));
    double vol[COUNT(rows)], status[COUNT(rows)];
    for (size_t i = 0; i < COUNT(rows); i++)
        set_row(&b, i, rows[i].row);
    for (int d = PEN_F32; d <= PEN_F64; d++) {
        solve_first((pen_dtype)d, &b, vol, status);
        for (size_t i = 0; i < COUNT(rows); i++) {
            char label[32];
            snprintf(label, sizeof label, "row %zu", i);
            CHECK_NEAR(label, status[i], rows[i].status, 0);
            CHECK_NEAR(label, vol[i], rows[i].vol, 1e-6);
        }
    }
    book_free(&b);
    CHECK(strcmp(pen_implied_status_name(PEN_IMPLIED_OK), "ok") == 0);
    for (int i = 0; i < PEN_IMPLIED_STATUSES; i++)
        CHECK(pen_implied_status_name(i) != NULL);
    CHECK(pen_implied_status_name(-1) == NULL);
    CHECK(pen_implied_status_name(PEN_IMPLIED_STATUSES) == NULL);
}

static void wrong_arguments_are_named(void)
{
    pen_implied in = { .side = { NULL, 1 },
                       .price_px = { NULL, 10 },
                       .spot_px = { NULL, 100 },
                       .strike_px = { NULL, 100 },
                       .expiry_yr = { NULL, 1 } };
    matrix_size();
    pen_queue *queue = matrix_select(0);
    CHECK(pen_implied_vol(queue, &in, &(pen_implied_out){ NULL, NULL }) == PEN_E_ARG);
    pen_panel *three = make_panel(queue, PEN_F64, (double[]){ 1, 2, 3 }, 3);
    pen_panel *vol = make_panel(queue, PEN_F64, NULL, 4);
    in.price_px.each = three;
    CHECK(pen_implied_vol(queue, &in, &(pen_implied_out){ vol, NULL }) == PEN_E_SHAPE);
    CHECK(strstr(pen_last_error(), "price_px has 3 values, expected 4") != NULL);
    pen_panel_destroy(three);
    pen_panel_destroy(vol);
    matrix_restore();
}

typedef struct same_input {
    book book;
    pen_dtype dtype;
} same_input;

static pen_status solve_same(pen_queue *queue, void *context, void *out)
{
    same_input *in = context;
    return solve(queue, in->dtype, &in->book, out);
}

static void bits_are_the_same_on_every_device(void)
{
    static const size_t sizes[] = { 0, 1, 255, 257, 1025, 5003 };
    for (size_t k = 0; k < COUNT(sizes); k++)
        for (int d = PEN_F32; d <= PEN_F64; d++) {
            same_input in = { new_book(sizes[k]), (pen_dtype)d };
            pen_rng rng;
            pen_rng_init(&rng, 9, 0, 0, 0);
            for (size_t i = 0; i < sizes[k]; i++) {
                double row[N_IN], vol;
                random_row(&rng, row, &vol);
                row[PRICE] = row[SPOT] * exp(-20 * pen_rng_uniform(&rng)); /* any status */
                set_row(&in.book, i, row);
            }
            matrix_check_same("implied_vol", solve_same, &in,
                              2 * sizes[k] * pen_dtype_bytes(in.dtype));
            book_free(&in.book);
        }
}

static const check_test tests[] = {
    TEST(roots_agree_with_extended_precision),
    TEST(prices_give_their_volatility_back),
    TEST(every_row_has_its_status),
    TEST(wrong_arguments_are_named),
    TEST(bits_are_the_same_on_every_device),
};
TEST_MAIN(tests)
