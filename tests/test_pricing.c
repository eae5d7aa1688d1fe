/* European options: published values, an independent reference in extended
 * precision, put-call parity, finite differences, limits, and the same bits on
 * every device. */
#include <float.h>

#include "check.h"
#include "device_matrix.h"
#include "machine/base/rng.h"
#include "penstock/pricing.h"
#include "pricing_columns.h"

enum { SIDE, SPOT, STRIKE, EXPIRY, VOL, RATE, DIVIDEND, N_IN };
enum { PRICE, DELTA, GAMMA, VEGA, THETA, RHO, N_FIRST };
enum { VANNA = N_FIRST, VOLGA, CHARM, SPEED, COLOR, ULTIMA, N_OUT };
static const char *const out_names[N_OUT] = {
    "price", "delta", "gamma", "vega",  "theta", "rho",
    "vanna", "volga", "charm", "speed", "color", "ultima"
};
enum { ALL = (1 << N_OUT) - 1, FIRST = (1 << N_FIRST) - 1 };

/* Columns of doubles on the host; converted for f32. */
typedef struct book {
    size_t n;
    double *in[N_IN];
    unsigned broadcast; /* bit j: input j is in[j][0] for all */
    unsigned wanted;
} book;

/* out: N_OUT columns of n values of the type, those wanted one after the other. */
static pen_status price_book(pen_queue *queue, pen_dtype dtype, const book *b, void *out)
{
    pen_input in[N_IN];
    pen_panel *inputs[N_IN] = { NULL }, *outputs[N_OUT] = { NULL };
    for (int j = 0; j < N_IN; j++) {
        if (!(b->broadcast >> j & 1))
            inputs[j] = make_panel(queue, dtype, b->in[j], b->n);
        in[j] = (pen_input){ inputs[j], b->in[j][0] };
    }
    for (int j = 0; j < N_OUT; j++)
        if (b->wanted >> j & 1)
            outputs[j] = make_panel(queue, dtype, NULL, b->n);
    pen_european european = { in[SIDE], in[SPOT], in[STRIKE],  in[EXPIRY],
                              in[VOL],  in[RATE], in[DIVIDEND] };
    pen_european_out results = { outputs[PRICE], outputs[DELTA], outputs[GAMMA], outputs[VEGA],
                                 outputs[THETA], outputs[RHO],   outputs[VANNA], outputs[VOLGA],
                                 outputs[CHARM], outputs[SPEED], outputs[COLOR], outputs[ULTIMA] };
    pen_status s = pen_price_european(queue, &european, &results);
    char *at = out;
    for (int j = 0; j < N_OUT; j++)
        if (outputs[j] != NULL) {
            if (s == PEN_OK)
                s = pen_panel_read(queue, at, b->n, outputs[j]);
            at += b->n * pen_dtype_bytes(dtype);
        }
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    for (int j = 0; j < N_IN; j++)
        pen_panel_destroy(inputs[j]);
    for (int j = 0; j < N_OUT; j++)
        pen_panel_destroy(outputs[j]);
    return s;
}

/* One option, all outputs, on the first device. */
static void price_one(pen_dtype dtype, const double in[N_IN], double out[N_OUT])
{
    book b = { .n = 1, .wanted = ALL, .broadcast = 1 };
    double copy[N_IN];
    float narrow[N_OUT] = { 0 };
    memcpy(copy, in, sizeof copy);
    for (int j = 0; j < N_IN; j++)
        b.in[j] = &copy[j];
    matrix_size();
    CHECK_OK(price_book(matrix_select(0), dtype, &b, dtype == PEN_F32 ? (void *)narrow : out));
    matrix_restore();
    for (int j = 0; j < N_OUT && dtype == PEN_F32; j++)
        out[j] = (double)narrow[j];
}

/* The textbook formula, straight from Merton (1973), in extended precision. */
static long double cdf(long double x)
{
    return erfcl(-x * sqrtl(0.5L)) / 2;
}
static long double reference_price(const long double v[N_IN])
{
    long double deviation = v[VOL] * sqrtl(v[EXPIRY]);
    long double d1 = (logl(v[SPOT] / v[STRIKE]) + (v[RATE] - v[DIVIDEND]) * v[EXPIRY]) / deviation +
                     deviation / 2;
    return v[SIDE] * (v[SPOT] * expl(-v[DIVIDEND] * v[EXPIRY]) * cdf(v[SIDE] * d1) -
                      v[STRIKE] * expl(-v[RATE] * v[EXPIRY]) * cdf(v[SIDE] * (d1 - deviation)));
}

/* Central difference of the reference price in one input. */
static long double slope(const long double v[N_IN], int j, long double step)
{
    long double up[N_IN], down[N_IN];
    memcpy(up, v, sizeof up);
    memcpy(down, v, sizeof down);
    up[j] += step;
    down[j] -= step;
    return (reference_price(up) - reference_price(down)) / (2 * step);
}

static book random_book(size_t n, pen_dtype dtype)
{
    book b = { .n = n, .wanted = ALL };
    pen_rng rng;
    pen_rng_init(&rng, 11, 0, 0, 0);
    for (int j = 0; j < N_IN; j++)
        b.in[j] = need((n + 1) * sizeof(double));
    for (size_t i = 0; i <= n; i++) {
        b.in[SIDE][i] = pen_rng_u32(&rng) & 1 ? 1 : -1;
        b.in[SPOT][i] = 50 + 100 * pen_rng_uniform(&rng);
        b.in[STRIKE][i] = b.in[SPOT][i] * exp(0.6 * (pen_rng_uniform(&rng) - 0.5));
        b.in[EXPIRY][i] = 0.02 + 3 * pen_rng_uniform(&rng);
        b.in[VOL][i] = 0.05 + 0.75 * pen_rng_uniform(&rng);
        b.in[RATE][i] = -0.02 + 0.1 * pen_rng_uniform(&rng);
        b.in[DIVIDEND][i] = 0.06 * pen_rng_uniform(&rng);
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

static void published_values_are_met(void)
{
    FILE *file = fopen("tests/golden/published.txt", "r");
    if (file == NULL)
        SKIP("tests/golden/published.txt is not here: run from the repository's root");
    char line[256];
    int n_values = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        double v[N_IN], out[N_OUT], tolerance = 0;
        int used;
        if (sscanf(line, "bsm %lf %lf %lf %lf %lf %lf %lf%n", &v[SIDE], &v[SPOT], &v[STRIKE],
                   &v[EXPIRY], &v[RATE], &v[DIVIDEND], &v[VOL], &used) != N_IN)
            continue;
        price_one(PEN_F64, v, out);
        double last = strtod(strrchr(line, ' '), NULL);
        tolerance = last * 1.0001;
        char name[16];
        double want;
        for (char *at = line + used; sscanf(at, "%15s %lf%n", name, &want, &used) == 2; at += used)
            for (int j = 0; j < N_OUT; j++)
                if (strcmp(name, out_names[j]) == 0) {
                    CHECK_NEAR(line, out[j], want, tolerance);
                    n_values++;
                }
    }
    fclose(file);
    CHECK(n_values >= 15);
}

static void check_against_reference(pen_dtype dtype, size_t n, double price_tol, double greek_tol)
{
    book b = random_book(n, dtype);
    double *out = need(N_OUT * n * sizeof *out);
    matrix_size();
    CHECK_OK(price_book(matrix_select(0), dtype, &b, out));
    double worst[N_FIRST] = { 0 };
    for (size_t i = 0; i < n; i++) {
        long double v[N_IN];
        for (int j = 0; j < N_IN; j++)
            v[j] = (long double)b.in[j][i];
        long double h = 1e-5L, s = v[SPOT];
        long double want[N_FIRST] = {
            [PRICE] = reference_price(v) / s,       [DELTA] = slope(v, SPOT, s * h),
            [VEGA] = slope(v, VOL, v[VOL] * h) / s, [THETA] = -slope(v, EXPIRY, v[EXPIRY] * h) / s,
            [RHO] = slope(v, RATE, h) / s,
        };
        long double up[N_IN], down[N_IN];
        memcpy(up, v, sizeof up);
        memcpy(down, v, sizeof down);
        up[SPOT] += s * h;
        down[SPOT] -= s * h;
        want[GAMMA] =
            (reference_price(up) - 2 * reference_price(v) + reference_price(down)) / (s * h * h);
        for (int j = 0; j < N_FIRST; j++) {
            size_t at = (size_t)j * n + i;
            double got = dtype == PEN_F32 ? (double)((float *)out)[at] : out[at];
            double scale = j == DELTA ? 1 : j == GAMMA ? 1 / (double)s : (double)s;
            double error = fabs(got / scale - (double)want[j]);
            if (!(error <= worst[j]))
                worst[j] = error;
        }
    }
    for (int j = 0; j < N_FIRST; j++) {
        double tol = j == PRICE ? price_tol : greek_tol;
        if (getenv("PENSTOCK_VERBOSE") != NULL || !(worst[j] <= tol))
            printf("    %s %s: largest error %.2g\n", pen_dtype_name(dtype), out_names[j],
                   worst[j]);
        CHECK(worst[j] <= tol);
    }
    matrix_restore();
    free(out);
    book_free(&b);
}

static void prices_and_greeks_agree_with_extended_precision(void)
{
    if (LDBL_MANT_DIG < 64)
        SKIP("long double is no wider than double here");
    /* Prices relative to spot.  The greeks' differences have an error of their own below 1e-6.
     */
    check_against_reference(PEN_F64, 20011, 1e-15, 2e-6);
    check_against_reference(PEN_F32, 20011, 1e-6, 1e-5);
}

/* ---- greeks of higher order ---- */

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
static long double derivative(const long double v[N_IN], const int input[2], const int order[2])
{
    long double step[2], sum = 0, at[N_IN];
    for (int k = 0; k < 2; k++)
        step[k] = v[input[k]] * 2e-3L;
    for (int a = 0; a < 7; a++)
        for (int b = 0; b < 7; b++) {
            long double weight = stencils[order[0]].weight[a] * stencils[order[1]].weight[b];
            memcpy(at, v, sizeof at);
            at[input[0]] += (a - 3) * step[0];
            at[input[1]] += (b - 3) * step[1];
            sum += weight != 0 ? weight * reference_price(at) : 0;
        }
    for (int k = 0; k < 2; k++)
        sum /= stencils[order[k]].divisor * powl(step[k], order[k]);
    return sum;
}

static void higher_greeks_are_derivatives_of_the_price(void)
{
    static const struct {
        int output, input[2], order[2], sign;
    } rows[] = {
        { VANNA, { SPOT, VOL }, { 1, 1 }, 1 },     { VOLGA, { SPOT, VOL }, { 0, 2 }, 1 },
        { CHARM, { SPOT, EXPIRY }, { 1, 1 }, -1 }, { SPEED, { SPOT, VOL }, { 3, 0 }, 1 },
        { COLOR, { SPOT, EXPIRY }, { 2, 1 }, -1 }, { ULTIMA, { SPOT, VOL }, { 0, 3 }, 1 },
    };
    enum { N = 3001 };
    if (LDBL_MANT_DIG < 64)
        SKIP("long double is no wider than double here");
    book b = random_book(N, PEN_F64);
    double *out = need(N_OUT * N * sizeof *out);
    matrix_size();
    CHECK_OK(price_book(matrix_select(0), PEN_F64, &b, out));
    matrix_restore();
    for (size_t k = 0; k < COUNT(rows); k++) {
        double worst = 0, largest = 0;
        for (size_t i = 0; i < N; i++) {
            long double v[N_IN];
            for (int j = 0; j < N_IN; j++)
                v[j] = (long double)b.in[j][i];
            if (v[VOL] * sqrtl(v[EXPIRY]) < 0.05L) /* differences would be too coarse */
                continue;
            double want = (double)derivative(v, rows[k].input, rows[k].order) * rows[k].sign;
            double error = fabs(out[(size_t)rows[k].output * N + i] - want);
            worst = error > worst || isnan(error) ? error : worst;
            largest = fmax(largest, fabs(want));
        }
        CHECK_NEAR(out_names[rows[k].output], worst / largest, 0, 1e-6);
        CHECK(largest > 0);
    }
    free(out);
    book_free(&b);
}

static void calls_minus_puts_are_forwards(void)
{
    enum { N = 5003 };
    book b = random_book(N, PEN_F64);
    double *call = need(N * sizeof *call), *put = need(N * sizeof *put), one = 1, two = -1;
    free(b.in[SIDE]);
    b.wanted = 1;
    b.broadcast = 1;
    matrix_size();
    b.in[SIDE] = &one;
    CHECK_OK(price_book(matrix_select(0), PEN_F64, &b, call));
    b.in[SIDE] = &two;
    CHECK_OK(price_book(matrix_select(0), PEN_F64, &b, put));
    double worst = 0;
    for (size_t i = 0; i < N; i++) {
        double t = b.in[EXPIRY][i], forward = b.in[SPOT][i] * exp(-b.in[DIVIDEND][i] * t) -
                                              b.in[STRIKE][i] * exp(-b.in[RATE][i] * t);
        double error = fabs(call[i] - put[i] - forward) / b.in[SPOT][i];
        worst = error > worst ? error : worst;
    }
    CHECK_NEAR("put-call parity", worst, 0, 1.5e-15);
    matrix_restore();
    b.in[SIDE] = NULL;
    book_free(&b);
    free(call);
    free(put);
}

static void limits_are_defined(void)
{
    double y = exp(-0.02), k = exp(-0.05);
    struct {
        const char *label;
        double in[N_IN], want[N_FIRST];
    } rows[] = {
        { "call at expiry, in",
          { 1, 110, 100, 0, .2, .05, .02 },
          { 10, 1, 0, 0, .02 * 110 - 5, 0 } },
        { "call at expiry, out", { 1, 90, 100, 0, .2, .05, .02 }, { 0, 0, 0, 0, 0, 0 } },
        { "put at expiry, in", { -1, 90, 100, 0, .2, .05, .02 }, { 10, -1, 0, 0, 5 - 1.8, 0 } },
        { "call at expiry, at",
          { 1, 100, 100, 0, .2, 0, 0 },
          { 0, .5, INFINITY, 0, -INFINITY, 0 } },
        { "call, no volatility",
          { 1, 110, 100, 1, 0, .05, .02 },
          { 110 * y - 100 * k, y, 0, 0, .02 * 110 * y - 5 * k, 100 * k } },
        { "put, no volatility", { -1, 110, 100, 1, 0, .05, .02 }, { 0, 0, 0, 0, 0, 0 } },
        { "call, no volatility, at the forward",
          { 1, 100, 100, 1, 0, 0, 0 },
          { 0, .5, INFINITY, 100 / sqrt(2 * acos(-1)), 0, 50 } },
        { "no volatility, no time", { 1, 110, 100, 0, 0, .05, .02 }, { 10, 1, 0, 0, 2.2 - 5, 0 } },
        { "call on nothing", { 1, 0, 100, 1, .2, .05, .02 }, { 0, 0, 0, 0, 0, 0 } },
        { "put on nothing",
          { -1, 0, 100, 1, .2, .05, .02 },
          { 100 * k, -y, 0, 0, 5 * k, -100 * k } },
        { "call with strike 0", { 1, 100, 0, 1, .2, .05, .02 }, { 100 * y, y, 0, 0, 2 * y, 0 } },
        { "deep in the money", { 1, 1e6, 1, 1, .2, 0, 0 }, { 999999, 1, 0, 0, 0, 1 } },
        { "worthless", { 1, 1, 1e6, 1, .2, 0, 0 }, { 0, 0, 0, 0, 0, 0 } },
        { "huge volatility", { 1, 100, 100, 1, 1e4, 0, 0 }, { 100, 1, 0, 0, 0, 0 } },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int d = PEN_F32; d <= PEN_F64; d++) {
            double out[N_OUT];
            price_one((pen_dtype)d, rows[i].in, out);
            for (int j = 0; j < N_OUT; j++) {
                double yield = rows[i].in[DIVIDEND] * rows[i].want[DELTA];
                bool is_at = isinf(rows[i].want[GAMMA]), has_vol = rows[i].in[VOL] > 0;
                bool is_lost = is_at && (!has_vol || j == CHARM || j == SPEED || j == COLOR);
                double higher = is_lost ? NAN : j == CHARM ? yield : 0;
                double want = j < N_FIRST ? rows[i].want[j] : higher;
                char label[80];
                snprintf(label, sizeof label, "%s: %s %s", rows[i].label, out_names[j],
                         pen_dtype_name((pen_dtype)d));
                CHECK_NEAR(label, out[j], want, (1 + fabs(want)) * (d == PEN_F32 ? 1e-5 : 1e-13));
            }
        }
}

static void invalid_rows_alone_are_nan(void)
{
    static const double good[N_IN] = { 1, 100, 100, 1, 0.2, 0.05, 0.02 };
    static const struct {
        int input;
        double value;
    } bad[] = {
        { SIDE, 0 },        { SIDE, 2 },         { SIDE, NAN },     { SPOT, -1 },
        { SPOT, INFINITY }, { SPOT, NAN },       { STRIKE, -1 },    { STRIKE, INFINITY },
        { STRIKE, NAN },    { EXPIRY, -0.1 },    { EXPIRY, NAN },   { EXPIRY, INFINITY },
        { VOL, -0.2 },      { VOL, NAN },        { VOL, INFINITY }, { RATE, NAN },
        { RATE, INFINITY }, { RATE, -INFINITY }, { DIVIDEND, NAN }, { DIVIDEND, INFINITY }
    };
    enum { N = 2 * COUNT(bad) + 1 };
    for (int d = PEN_F32; d <= PEN_F64; d++) {
        book b = { .n = N, .wanted = ALL };
        double column[N_IN][N], out[N_OUT * N], want[N_OUT];
        float narrow[N_OUT * N];
        for (int j = 0; j < N_IN; j++) {
            b.in[j] = column[j];
            for (size_t i = 0; i < N; i++)
                column[j][i] = i % 2 == 1 && bad[i / 2].input == j ? bad[i / 2].value : good[j];
        }
        price_one((pen_dtype)d, good, want);
        matrix_size();
        CHECK_OK(
            price_book(matrix_select(0), (pen_dtype)d, &b, d == PEN_F32 ? (void *)narrow : out));
        matrix_restore();
        for (size_t i = 0; i < N_OUT * N; i++) {
            double got = d == PEN_F32 ? (double)narrow[i] : out[i];
            CHECK_NEAR(out_names[i / N], got, i % N % 2 == 1 ? NAN : want[i / N], 0);
        }
    }
}

typedef struct same_input {
    book book;
    pen_dtype dtype;
} same_input;

static pen_status price_same(pen_queue *queue, void *context, void *out)
{
    same_input *in = context;
    return price_book(queue, in->dtype, &in->book, out);
}

static void bits_are_the_same_on_every_device(void)
{
    static const size_t sizes[] = { 0, 1, 255, 256, 257, 1023, 1025, 10007 };
    for (size_t k = 0; k < COUNT(sizes); k++)
        for (int d = PEN_F32; d <= PEN_F64; d++) {
            same_input in = { random_book(sizes[k], (pen_dtype)d), (pen_dtype)d };
            matrix_check_same("black_scholes", price_same, &in,
                              N_OUT * sizes[k] * pen_dtype_bytes(in.dtype));
            book_free(&in.book);
        }
}

static void one_number_for_all_gives_the_bits_of_a_column(void)
{
    enum { N = 1500 };
    for (int d = PEN_F32; d <= PEN_F64; d++) {
        same_input in = { random_book(N, (pen_dtype)d), (pen_dtype)d };
        size_t bytes = N_OUT * N * pen_dtype_bytes(in.dtype);
        void *want = need(bytes), *got = need(bytes);
        for (int j = 0; j < N_IN; j++)
            for (size_t i = 1; i < N; i++)
                in.book.in[j][i] = in.book.in[j][0];
        size_t n = matrix_size();
        CHECK_OK(price_same(matrix_select(0), &in, want));
        for (size_t i = 0; i < n; i += 3)
            for (unsigned mask = 1; mask < 128; mask += 9) {
                in.book.broadcast = mask;
                CHECK_OK(price_same(matrix_select(i), &in, got));
                CHECK(memcmp(got, want, bytes) == 0);
            }
        matrix_restore();
        free(want);
        free(got);
        book_free(&in.book);
    }
}

static void any_subset_of_outputs_has_the_same_bits(void)
{
    enum { N = 300 };
    book b = random_book(N, PEN_F64);
    double all[N_OUT * N], some[N_OUT * N];
    matrix_size();
    CHECK_OK(price_book(matrix_select(0), PEN_F64, &b, all));
    for (unsigned mask = 1; mask <= ALL; mask += 37) {
        b.wanted = mask;
        CHECK_OK(price_book(matrix_select(0), PEN_F64, &b, some));
        const double *at = some;
        for (int j = 0; j < N_OUT; j++)
            if (mask >> j & 1) {
                CHECK(memcmp(at, all + j * N, N * sizeof *all) == 0);
                at += N;
            }
    }
    matrix_restore();
    book_free(&b);
}

/* Large outputs go past the caches, in rows of every length at the end. */
static void large_outputs_have_the_same_bits(void)
{
    enum { N = 720003 };
    book b = random_book(N, PEN_F64);
    double *all = need(N_OUT * N * sizeof *all), *one = need(N * sizeof *one);
    pen_device *device;
    pen_queue *queue;
    CHECK_OK(pen_device_open("cpu:0", &device));
    CHECK_OK(pen_queue_create(device, &queue));
    CHECK_OK(price_book(queue, PEN_F64, &b, all));
    for (int j = 0; j < N_OUT; j++) {
        b.wanted = 1u << j;
        CHECK_OK(price_book(queue, PEN_F64, &b, one));
        CHECK(memcmp(one, all + (size_t)j * N, N * sizeof *one) == 0);
    }
    pen_queue_destroy(queue);
    pen_device_close(device);
    free(all);
    free(one);
    book_free(&b);
}

static void panels_that_do_not_fit_are_refused(void)
{
    double values[12] = { 0 };
    pen_device *device;
    pen_queue *queue;
    CHECK_OK(pen_device_open("cpu:0", &device));
    CHECK_OK(pen_queue_create(device, &queue));
    pen_panel *out, *shorter, *narrow, *gaps;
    CHECK_OK(pen_panel_wrap(PEN_F64, values, 2, 3, 3, &out));
    CHECK_OK(pen_panel_wrap(PEN_F64, values, 1, 5, 5, &shorter));
    CHECK_OK(pen_panel_wrap(PEN_F32, values, 2, 3, 3, &narrow));
    CHECK_OK(pen_panel_wrap(PEN_F64, values, 2, 3, 4, &gaps));
    pen_european in = { { NULL, 1 },  { NULL, 100 }, { NULL, 100 }, { NULL, 1 },
                        { NULL, .2 }, { NULL, 0 },   { NULL, 0 } };
    pen_european_out results = { .price_px = NULL };
    CHECK_STATUS(pen_price_european(queue, &in, &results), PEN_E_ARG);
    results.delta = out;
    in.vol_frac.each = shorter;
    CHECK_STATUS(pen_price_european(queue, &in, &results), PEN_E_SHAPE);
    CHECK_ERROR_SAYS("vol_frac has 5 values, expected 6");
    in.vol_frac.each = narrow;
    CHECK_STATUS(pen_price_european(queue, &in, &results), PEN_E_SHAPE);
    CHECK_ERROR_SAYS("vol_frac is f32, expected f64");
    in.vol_frac.each = gaps;
    CHECK_STATUS(pen_price_european(queue, &in, &results), PEN_E_SHAPE);
    CHECK_ERROR_SAYS("stride of 4");
    in.vol_frac.each = NULL;
    CHECK_OK(pen_price_european(queue, &in, &results));
    CHECK_NEAR("two series of three", values[5], 0.539827837277029, 1e-15);
    pen_panel_destroy(out);
    pen_panel_destroy(shorter);
    pen_panel_destroy(narrow);
    pen_panel_destroy(gaps);
    pen_queue_destroy(queue);
    pen_device_close(device);
}

static const check_test tests[] = {
    TEST(published_values_are_met),
    TEST(prices_and_greeks_agree_with_extended_precision),
    TEST(higher_greeks_are_derivatives_of_the_price),
    TEST(calls_minus_puts_are_forwards),
    TEST(limits_are_defined),
    TEST(invalid_rows_alone_are_nan),
    TEST(bits_are_the_same_on_every_device),
    TEST(one_number_for_all_gives_the_bits_of_a_column),
    TEST(any_subset_of_outputs_has_the_same_bits),
    TEST(large_outputs_have_the_same_bits),
    TEST(panels_that_do_not_fit_are_refused),
};
TEST_MAIN(tests)
