/* Barrier, lookback and Asian options: published values, parity, sums over the law they stand for,
 * limits, greeks, arguments, and the same bits on every device. */
#include "check.h"
#include "device_matrix.h"
#include "machine/base/alloc.h"
#include "machine/base/rng.h"
#include "penstock/exotic.h"
#include "pricing_columns.h"

enum { BARRIER, LOOKBACK, ASIAN, PRODUCTS };
enum { SIDE, SPOT, STRIKE, EXPIRY, VOL, RATE, DIVIDEND, FIRST, SECOND, N_IN };
enum { PRICE, DELTA, GAMMA, VEGA, THETA, RHO, N_OUT };

typedef struct job {
    int product, kind;
    double every; /* barrier: years; Asian: looks */
    pen_dtype dtype;
    size_t n;
    double *in[N_IN];
} job;

static pen_status launch(pen_queue *queue, const job *j, pen_panel *const in[N_IN],
                         const pen_exotic_out *out)
{
    pen_european option = { { in[SIDE], 0 }, { in[SPOT], 0 }, { in[STRIKE], 0 },  { in[EXPIRY], 0 },
                            { in[VOL], 0 },  { in[RATE], 0 }, { in[DIVIDEND], 0 } };
    pen_input first = { in[FIRST], 0 }, second = { in[SECOND], 0 };
    if (j->product == BARRIER)
        return pen_price_barrier(
            queue, &(pen_barrier){ option, first, second, (pen_barrier_kind)j->kind, j->every },
            out);
    if (j->product == LOOKBACK)
        return pen_price_lookback(
            queue, &(pen_lookback){ option, first, (pen_lookback_kind)j->kind }, out);
    return pen_price_asian(
        queue, &(pen_asian){ option, first, second, (pen_asian_kind)j->kind, (size_t)j->every },
        out);
}

/* out: [N_OUT][n] of the dtype. */
static pen_status solve(pen_queue *queue, void *context, void *out)
{
    job *j = context;
    pen_panel *in[N_IN], *to[N_OUT];
    for (int k = 0; k < N_IN; k++)
        in[k] = make_panel(queue, j->dtype, j->in[k], j->n);
    for (int k = 0; k < N_OUT; k++)
        to[k] = make_panel(queue, j->dtype, NULL, j->n);
    pen_exotic_out results = { to[0], to[1], to[2], to[3], to[4], to[5] };
    pen_status s = launch(queue, j, in, &results);
    for (int k = 0; k < N_OUT && s == PEN_OK; k++)
        s = pen_panel_read(queue, (char *)out + (size_t)k * j->n * pen_dtype_bytes(j->dtype), j->n,
                           to[k]);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    for (int k = 0; k < N_IN; k++)
        pen_panel_destroy(in[k]);
    for (int k = 0; k < N_OUT; k++)
        pen_panel_destroy(to[k]);
    return s;
}

/* One row on the first device; in f64 unless said otherwise. */
static void solve_as(pen_dtype dtype, int product, int kind, double every, const double row[N_IN],
                     double got[N_OUT])
{
    double copy[N_IN];
    job j = { product, kind, every, dtype, 1, { NULL } };
    for (int k = 0; k < N_IN; k++) {
        copy[k] = row[k];
        j.in[k] = &copy[k];
    }
    float narrow[N_OUT];
    matrix_size();
    CHECK_OK(solve(matrix_select(0), &j, dtype == PEN_F32 ? (void *)narrow : (void *)got));
    matrix_restore();
    for (int k = 0; k < N_OUT && dtype == PEN_F32; k++)
        got[k] = (double)narrow[k];
}
static double price_of(int product, int kind, double every, const double row[N_IN])
{
    double got[N_OUT];
    solve_as(PEN_F64, product, kind, every, row, got);
    return got[PRICE];
}

static double black(double side, double forward, double strike, double deviation, double discount)
{
    double d1 = log(forward / strike) / deviation + deviation / 2, root = sqrt(0.5);
    return side * discount *
           (forward * erfc(-side * d1 * root) / 2 -
            strike * erfc(-side * (d1 - deviation) * root) / 2);
}
static double vanilla(const double row[N_IN])
{
    double t = row[EXPIRY], forward = row[SPOT] * exp((row[RATE] - row[DIVIDEND]) * t);
    return black(row[SIDE], forward, row[STRIKE], row[VOL] * sqrt(t), exp(-row[RATE] * t));
}

/* ---- published ---- */

/* Haug, The Complete Guide to Option Pricing Formulas, 2nd ed., table 4-13: spot 100, rebate 3,
 * half a year, rate 0.08, carry 0.04, volatilities 0.25 and 0.30; its normal law has six digits. */
static void barriers_match_published_values(void)
{
    static const struct {
        double side;
        pen_barrier_kind kind;
        double strike, barrier, want[2];
    } rows[] = {
        { 1, PEN_BARRIER_DOWN_OUT, 90, 95, { 9.0246, 8.8334 } },
        { 1, PEN_BARRIER_DOWN_OUT, 100, 95, { 6.7924, 7.0285 } },
        { 1, PEN_BARRIER_DOWN_OUT, 110, 95, { 4.8759, 5.4137 } },
        { 1, PEN_BARRIER_DOWN_OUT, 90, 100, { 3, 3 } },
        { 1, PEN_BARRIER_UP_OUT, 90, 105, { 2.6789, 2.6341 } },
        { 1, PEN_BARRIER_UP_OUT, 100, 105, { 2.3580, 2.4389 } },
        { 1, PEN_BARRIER_UP_OUT, 110, 105, { 2.3453, 2.4315 } },
        { 1, PEN_BARRIER_DOWN_IN, 90, 95, { 7.7627, 9.0093 } },
        { 1, PEN_BARRIER_DOWN_IN, 100, 95, { 4.0109, 5.1370 } },
        { 1, PEN_BARRIER_DOWN_IN, 110, 95, { 2.0576, 2.8517 } },
        { 1, PEN_BARRIER_DOWN_IN, 90, 100, { 13.8333, 14.8816 } },
        { 1, PEN_BARRIER_UP_IN, 90, 105, { 14.1112, 15.2098 } },
        { 1, PEN_BARRIER_UP_IN, 100, 105, { 8.4482, 9.7278 } },
        { 1, PEN_BARRIER_UP_IN, 110, 105, { 4.5910, 5.8350 } },
        { -1, PEN_BARRIER_DOWN_OUT, 90, 95, { 2.2798, 2.4170 } },
        { -1, PEN_BARRIER_DOWN_OUT, 100, 95, { 2.2947, 2.4258 } },
        { -1, PEN_BARRIER_DOWN_OUT, 110, 95, { 2.6252, 2.6246 } },
        { -1, PEN_BARRIER_UP_OUT, 90, 105, { 3.7760, 4.2293 } },
        { -1, PEN_BARRIER_UP_OUT, 100, 105, { 5.4932, 5.8032 } },
        { -1, PEN_BARRIER_UP_OUT, 110, 105, { 7.5187, 7.5649 } },
        { -1, PEN_BARRIER_DOWN_IN, 90, 95, { 2.9586, 3.8769 } },
        { -1, PEN_BARRIER_DOWN_IN, 100, 95, { 6.5677, 7.7989 } },
        { -1, PEN_BARRIER_DOWN_IN, 110, 95, { 11.9752, 13.3078 } },
        { -1, PEN_BARRIER_UP_IN, 90, 105, { 1.4653, 2.0658 } },
        { -1, PEN_BARRIER_UP_IN, 100, 105, { 3.3721, 4.4226 } },
        { -1, PEN_BARRIER_UP_IN, 110, 105, { 7.0846, 8.3686 } },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int k = 0; k < 2; k++) {
            double row[N_IN] = { rows[i].side, 100,  rows[i].strike,  0.5, k == 0 ? 0.25 : 0.30,
                                 0.08,         0.04, rows[i].barrier, 3 },
                   got[N_OUT];
            char label[32];
            snprintf(label, sizeof label, "row %zu.%d", i, k);
            CHECK_NEAR(label, price_of(BARRIER, (int)rows[i].kind, 0, row), rows[i].want[k], 1e-4);
            solve_as(PEN_F32, BARRIER, (int)rows[i].kind, 0, row, got);
            CHECK_NEAR(label, got[PRICE], rows[i].want[k], 2e-4);
        }
}

static void lookbacks_and_asians_match_published_values(void)
{
    static const struct {
        int product, kind;
        double row[N_IN], want;
    } rows[] = {
        /* Haug, 2nd ed., 4.15.1 and table 4-9 */
        { LOOKBACK, 1, { 1, 120, 0, 0.5, 0.3, 0.1, 0.06, 100, 0 }, 25.3533 },
        { LOOKBACK, 0, { 1, 100, 95, 0.5, 0.1, 0.1, 0, 100, 0 }, 13.2687 },
        { LOOKBACK, 0, { 1, 100, 95, 0.5, 0.2, 0.1, 0, 100, 0 }, 18.9263 },
        { LOOKBACK, 0, { 1, 100, 95, 0.5, 0.3, 0.1, 0, 100, 0 }, 24.9857 },
        { LOOKBACK, 0, { 1, 100, 100, 0.5, 0.1, 0.1, 0, 100, 0 }, 8.5126 },
        { LOOKBACK, 0, { 1, 100, 100, 0.5, 0.3, 0.1, 0, 100, 0 }, 20.2296 },
        { LOOKBACK, 0, { 1, 100, 105, 0.5, 0.1, 0.1, 0, 100, 0 }, 4.3908 },
        { LOOKBACK, 0, { 1, 100, 95, 1, 0.1, 0.1, 0, 100, 0 }, 18.3241 },
        { LOOKBACK, 0, { 1, 100, 100, 1, 0.2, 0.1, 0, 100, 0 }, 21.5489 },
        /* Haug, 2nd ed., 4.20.1 */
        { ASIAN, PEN_ASIAN_GEOMETRIC, { -1, 80, 85, 0.25, 0.2, 0.05, -0.03, 0, 0 }, 4.6922 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char label[32];
        snprintf(label, sizeof label, "row %zu", i);
        CHECK_NEAR(label, price_of(rows[i].product, rows[i].kind, 0, rows[i].row), rows[i].want,
                   1e-4);
    }
}

/* ---- against sums over the law of the spot ---- */

static void random_row(pen_rng *rng, double row[N_IN])
{
    row[SIDE] = pen_rng_u32(rng) & 1 ? 1 : -1;
    row[SPOT] = 100;
    row[STRIKE] = 100 * exp(pen_rng_uniform(rng) - 0.5);
    row[EXPIRY] = 0.05 + 2 * pen_rng_uniform(rng);
    row[VOL] = 0.1 + 0.5 * pen_rng_uniform(rng);
    row[RATE] = -0.03 + 0.1 * pen_rng_uniform(rng);
    row[DIVIDEND] = -0.03 + 0.1 * pen_rng_uniform(rng);
    row[FIRST] = row[SECOND] = 0;
}

/* A knock-out by the density of a path's end that has not touched the barrier (reflection). */
static double knocked_out(const double row[N_IN], bool is_up)
{
    enum { STEPS = 20000 };
    double t = row[EXPIRY], dev = row[VOL] * sqrt(t), h = log(row[FIRST] / row[SPOT]);
    double nu = row[RATE] - row[DIVIDEND] - row[VOL] * row[VOL] / 2, sum = 0;
    double k = log(row[STRIKE] / row[SPOT]), low = nu * t - 9 * dev, high = nu * t + 9 * dev;
    low = is_up ? low : fmax(low, h);
    high = is_up ? fmin(high, h) : high;
    low = row[SIDE] > 0 ? fmax(low, k) : low; /* the payoff's corner is an end */
    high = row[SIDE] > 0 ? high : fmin(high, k);
    for (int i = 0; i <= STEPS && high > low; i++) {
        double x = low + (high - low) * i / STEPS, a = (x - nu * t) / dev;
        double b = (x - 2 * h - nu * t) / dev;
        double density = (exp(-a * a / 2) - exp(2 * nu * h / (row[VOL] * row[VOL]) - b * b / 2)) /
                         (dev * 2.5066282746310002);
        double weight = i == 0 || i == STEPS ? 1 : i % 2 == 1 ? 4 : 2;
        sum += weight * density * row[SIDE] * (row[SPOT] * exp(x) - row[STRIKE]);
    }
    return high > low ? exp(-row[RATE] * t) * sum * (high - low) / (3 * STEPS) : 0;
}

static void barriers_are_sums_over_paths_that_do_not_touch(void)
{
    pen_rng rng;
    pen_rng_init(&rng, 3, 0, 0, 0);
    for (int i = 0; i < 200; i++) {
        double row[N_IN];
        random_row(&rng, row);
        bool is_up = i % 2 == 0;
        row[FIRST] = 100 * exp((is_up ? 0.5 : -0.5) * pen_rng_uniform(&rng));
        double out = price_of(BARRIER, is_up ? PEN_BARRIER_UP_OUT : PEN_BARRIER_DOWN_OUT, 0, row);
        double in = price_of(BARRIER, is_up ? PEN_BARRIER_UP_IN : PEN_BARRIER_DOWN_IN, 0, row);
        CHECK_NEAR("knock-out", out, knocked_out(row, is_up), 1e-8);
        CHECK_NEAR("in and out", in + out, vanilla(row), 1e-11);
    }
}

/* Chance that the largest logarithm of spot / its start exceeds a; of the smallest below -a with nu
 * turned. */
static double chance_beyond(double a, double nu, double vol, double t)
{
    double dev = vol * sqrt(t), root = sqrt(0.5);
    return erfc((a - nu * t) / dev * root) / 2 +
           exp(2 * nu * a / (vol * vol)) * erfc((a + nu * t) / dev * root) / 2;
}

/* E (largest - from)+ or E (from - smallest)+, as a sum of chances. */
static double lookback_gain(const double row[N_IN], double side, double from)
{
    enum { STEPS = 4000 };
    double nu = row[RATE] - row[DIVIDEND] - row[VOL] * row[VOL] / 2, t = row[EXPIRY], sum = 0;
    double a = side * log(from / row[SPOT]), reach = fabs(nu) * t + 10 * row[VOL] * sqrt(t);
    for (int i = 0; i <= STEPS; i++) {
        double x = a + reach * i / STEPS, weight = i == 0 || i == STEPS ? 1 : i % 2 == 1 ? 4 : 2;
        sum += weight * chance_beyond(x, side * nu, row[VOL], t) * row[SPOT] * exp(side * x);
    }
    return exp(-row[RATE] * t) * sum * reach / (3 * STEPS);
}

static void lookbacks_are_sums_over_extremes(void)
{
    pen_rng rng;
    pen_rng_init(&rng, 5, 0, 0, 0);
    for (int i = 0; i < 200; i++) {
        double row[N_IN];
        random_row(&rng, row);
        if (i % 4 == 0) /* where the formula's parts cancel */
            row[DIVIDEND] = row[RATE] + (i % 8 == 0 ? 0 : 1e-7 * (i - 100));
        double side = row[SIDE], t = row[EXPIRY], discount = exp(-row[RATE] * t);
        row[FIRST] = 100 * exp(side * 0.3 * pen_rng_uniform(&rng));
        double from = side > 0 ? fmax(row[FIRST], row[STRIKE]) : fmin(row[FIRST], row[STRIKE]);
        double want =
            discount * fmax(side * (row[FIRST] - row[STRIKE]), 0) + lookback_gain(row, side, from);
        CHECK_NEAR("fixed", price_of(LOOKBACK, PEN_LOOKBACK_FIXED, 0, row), want, 1e-8);
        row[SIDE] = -side; /* a put pays the largest less the last */
        want = side * (row[FIRST] * discount - 100 * exp(-row[DIVIDEND] * t)) +
               lookback_gain(row, side, row[FIRST]);
        CHECK_NEAR("floating", price_of(LOOKBACK, PEN_LOOKBACK_FLOATING, 0, row), want, 1e-8);
    }
}

/* ---- Asians ---- */

/* Black's formula with the moments of n looks, summed one by one. */
static double two_moments(const double row[N_IN], int n)
{
    double carry = row[RATE] - row[DIVIDEND], variance = row[VOL] * row[VOL], t = row[EXPIRY];
    double first = 0, second = 0;
    for (int i = 1; i <= n; i++) {
        first += exp(carry * t * i / n) / n;
        for (int j = 1; j <= n; j++)
            second += exp(carry * t * (i + j) / n + variance * t * (i < j ? i : j) / n) / n / n;
    }
    return black(row[SIDE], row[SPOT] * first, row[STRIKE], sqrt(log(second / (first * first))),
                 exp(-row[RATE] * t));
}

static void asians_have_the_averages_moments(void)
{
    pen_rng rng;
    pen_rng_init(&rng, 8, 0, 0, 0);
    for (int i = 0; i < 50; i++) {
        double row[N_IN];
        random_row(&rng, row);
        for (int n = 1; n <= 13; n += 4)
            CHECK_NEAR("looks", price_of(ASIAN, PEN_ASIAN_ARITHMETIC, n, row), two_moments(row, n),
                       1e-10);
        CHECK_NEAR("one look", price_of(ASIAN, PEN_ASIAN_GEOMETRIC, 1, row), vanilla(row), 1e-11);
        /* the error of n looks is that of a rectangle: 1 / n and smaller ones */
        double always = price_of(ASIAN, PEN_ASIAN_ARITHMETIC, 0, row);
        double some = price_of(ASIAN, PEN_ASIAN_ARITHMETIC, 1000, row);
        double more = price_of(ASIAN, PEN_ASIAN_ARITHMETIC, 2000, row);
        CHECK_NEAR("always", always, 2 * more - some, 2e-5);
        always = price_of(ASIAN, PEN_ASIAN_GEOMETRIC, 0, row);
        some = price_of(ASIAN, PEN_ASIAN_GEOMETRIC, 1000, row);
        more = price_of(ASIAN, PEN_ASIAN_GEOMETRIC, 2000, row);
        CHECK_NEAR("always, geometric", always, 2 * more - some, 2e-5);
    }
}

/* Time that has passed lowers the strike of what is left, and that is scaled. */
static void averages_so_far_count(void)
{
    double row[N_IN] = { 1, 100, 105, 0.5, 0.3, 0.05, 0.02, 110, 0.5 };
    double got = price_of(ASIAN, PEN_ASIAN_ARITHMETIC, 12, row);
    double rest[N_IN] = { 1, 100, 2 * 105 - 110, 0.5, 0.3, 0.05, 0.02, 0, 0 };
    CHECK_NEAR("halfway", got, price_of(ASIAN, PEN_ASIAN_ARITHMETIC, 12, rest) / 2, 1e-12);
    row[FIRST] = 300; /* exercised for certain */
    double put[N_IN];
    memcpy(put, row, sizeof put);
    put[SIDE] = -1;
    CHECK_NEAR("certain", price_of(ASIAN, PEN_ASIAN_ARITHMETIC, 12, put), 0, 0);
    CHECK(price_of(ASIAN, PEN_ASIAN_ARITHMETIC, 12, row) > 90);
    row[FIRST] = 110;
    row[VOL] = 0;
    row[RATE] = row[DIVIDEND] = 0;
    CHECK_NEAR("geometric", price_of(ASIAN, PEN_ASIAN_GEOMETRIC, 12, row),
               fmax(sqrt(110 * 100) - 105, 0), 1e-11);
}

/* ---- limits ---- */

static void limits_are_defined(void)
{
    static const struct {
        int product, kind;
        double row[N_IN], want;
    } rows[] = {
        { BARRIER, PEN_BARRIER_DOWN_OUT, { 1, 110, 100, 0, 0.2, 0.05, 0, 90, 3 }, 10 },
        { BARRIER, PEN_BARRIER_DOWN_IN, { 1, 110, 100, 0, 0.2, 0.05, 0, 90, 3 }, 3 },
        { BARRIER, PEN_BARRIER_DOWN_OUT, { 1, 90, 100, 1, 0.2, 0.05, 0, 90, 3 }, 3 },
        { BARRIER, PEN_BARRIER_UP_IN, { 1, 120, 100, 0, 0.2, 0.05, 0, 110, 3 }, 20 },
        { BARRIER, PEN_BARRIER_UP_OUT, { 1, 100, 90, 1, 0, 0.05, 0, 110, 3 }, 14.389351794935735 },
        { BARRIER, PEN_BARRIER_UP_OUT, { 1, 100, 90, 3, 0, 0.05, 0, 110, 3 }, 2.7272727272727271 },
        { BARRIER, PEN_BARRIER_UP_IN, { 1, 100, 90, 1, 0, 0.05, 0, 110, 3 }, 2.853688273502142 },
        { LOOKBACK, 0, { 1, 100, 90, 0, 0.2, 0.05, 0, 120, 0 }, 30 },
        { LOOKBACK, 1, { 1, 100, 90, 0, 0.2, 0.05, 0, 80, 0 }, 20 },
        { LOOKBACK, 1, { -1, 100, 0, 1, 0, 0.05, 0, 0, 0 }, 0 },
        { LOOKBACK, 0, { 1, 100, 90, 1, 0, 0.05, 0, 0, 0 }, 14.389351794935735 },
        { ASIAN, 0, { 1, 100, 90, 0, 0.2, 0.05, 0, 0, 0 }, 10 },
        { ASIAN, 1, { -1, 100, 130, 1, 0, 0, 0, 0, 0 }, 30 },
        { BARRIER, 0, { 0, 100, 90, 1, 0.2, 0.05, 0, 80, 0 }, NAN },
        { BARRIER, 0, { 1, 100, 90, 1, 0.2, 0.05, 0, 0, 0 }, NAN },
        { BARRIER, 0, { 1, 100, 90, 1, 0.2, 0.05, 0, 80, -1 }, NAN },
        { LOOKBACK, 0, { 1, 100, 90, 1, -0.2, 0.05, 0, 80, 0 }, NAN },
        { LOOKBACK, 1, { 1, 0, 90, 1, 0.2, 0.05, 0, 80, 0 }, NAN },
        { ASIAN, 1, { 1, 100, 90, 1, 0.2, INFINITY, 0, 0, 0 }, NAN },
        { ASIAN, 1, { 1, 100, 90, 1, 0.2, 0.05, 0, 0, 0.5 }, NAN },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char label[32];
        snprintf(label, sizeof label, "row %zu", i);
        CHECK_NEAR(label, price_of(rows[i].product, rows[i].kind, 0, rows[i].row), rows[i].want,
                   1e-12);
    }
}

/* Looks so often that they miss little, and never. */
static void rare_looks_move_the_barrier_away(void)
{
    double row[N_IN] = { 1, 100, 100, 0.5, 0.3, 0.1, 0, 95, 0 };
    double always = price_of(BARRIER, PEN_BARRIER_DOWN_OUT, 0, row);
    double often = price_of(BARRIER, PEN_BARRIER_DOWN_OUT, 1e-10, row);
    double daily = price_of(BARRIER, PEN_BARRIER_DOWN_OUT, 1 / 250.0, row);
    row[FIRST] = 95 * exp(-0.5825971579390106 * 0.3 * sqrt(1 / 250.0));
    CHECK_NEAR("moved", daily, price_of(BARRIER, PEN_BARRIER_DOWN_OUT, 0, row), 1e-12);
    CHECK(often > always && often < always + 1e-3 && daily > often + 0.1);
}

static void greeks_of_in_and_out_add_up_to_the_options(void)
{
    double row[N_IN] = { 1, 100, 105, 0.7, 0.3, 0.04, 0.02, 90, 0 }, in[N_OUT], out[N_OUT];
    double t = row[EXPIRY], dev = row[VOL] * sqrt(t), yield = exp(-row[DIVIDEND] * t);
    double d1 = (log(100 / 105.0) + 0.02 * t) / dev + dev / 2, d2 = d1 - dev;
    double pdf = exp(-d1 * d1 / 2) * 0.3989422804014327, n1 = erfc(-d1 * sqrt(0.5)) / 2;
    double k2 = 105 * exp(-0.04 * t) * erfc(-d2 * sqrt(0.5)) / 2;
    solve_as(PEN_F64, BARRIER, PEN_BARRIER_DOWN_IN, 0, row, in);
    solve_as(PEN_F64, BARRIER, PEN_BARRIER_DOWN_OUT, 0, row, out);
    CHECK_NEAR("delta", in[DELTA] + out[DELTA], yield * n1, 1e-6);
    CHECK_NEAR("gamma", in[GAMMA] + out[GAMMA], yield * pdf / (100 * dev), 1e-6);
    CHECK_NEAR("vega", in[VEGA] + out[VEGA], 100 * yield * pdf * sqrt(t), 1e-5);
    CHECK_NEAR("theta", in[THETA] + out[THETA],
               -100 * yield * pdf * row[VOL] / (2 * sqrt(t)) - 0.04 * k2 + 0.02 * 100 * yield * n1,
               1e-5);
    CHECK_NEAR("rho", in[RHO] + out[RHO], t * k2, 1e-4);
}

/* ---- arguments, memory, bits ---- */

static void wrong_arguments_are_named(void)
{
    pen_european option = { .side = { NULL, 1 },
                            .spot_px = { NULL, 100 },
                            .strike_px = { NULL, 100 },
                            .expiry_yr = { NULL, 1 },
                            .vol_frac = { NULL, 0.2 } };
    pen_barrier barrier = { .option = option, .barrier_px = { NULL, 90 } };
    pen_lookback lookback = { .option = option, .kind = (pen_lookback_kind)9 };
    pen_asian asian = { .option = option, .n_looks = 1000000 };
    matrix_size();
    pen_queue *queue = matrix_select(0);
    pen_panel *three = make_panel(queue, PEN_F64, (double[]){ 1, 2, 3 }, 3);
    pen_panel *price = make_panel(queue, PEN_F64, NULL, 4);
    pen_exotic_out out = { .price_px = price }, none = { .price_px = NULL };
    CHECK_STATUS(pen_price_barrier(queue, &barrier, &none), PEN_E_ARG);
    barrier.barrier_px.each = three;
    CHECK_STATUS(pen_price_barrier(queue, &barrier, &out), PEN_E_SHAPE);
    CHECK_ERROR_SAYS("barrier_px has 3 values, expected 4");
    barrier.every_yr = -1;
    CHECK_STATUS(pen_price_barrier(queue, &barrier, &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("every_yr is -1");
    barrier.kind = (pen_barrier_kind)-1;
    CHECK_STATUS(pen_price_barrier(queue, &barrier, &out), PEN_E_ARG);
    CHECK_STATUS(pen_price_lookback(queue, &lookback, &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("kind is 9, expected 0 to 1");
    CHECK_STATUS(pen_price_asian(queue, &asian, &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("n_looks is 1000000, expected at most 100000");
    asian.kind = (pen_asian_kind)2;
    CHECK_STATUS(pen_price_asian(queue, &asian, &out), PEN_E_ARG);
    pen_panel_destroy(three);
    pen_panel_destroy(price);
    matrix_restore();
}

static void running_out_of_memory_is_reported(void)
{
    pen_lookback in = { .option = { .side = { NULL, 1 },
                                    .spot_px = { NULL, 100 },
                                    .strike_px = { NULL, 100 },
                                    .expiry_yr = { NULL, 1 },
                                    .vol_frac = { NULL, 0.2 } } };
    matrix_size();
    pen_queue *queue = matrix_select(0);
    pen_panel *gamma = make_panel(queue, PEN_F64, NULL, 4);
    int failed = 0;
    for (int n = 0; n < 100; n++) {
        long live = (long)pen_alloc_live();
        pen_alloc_fail_after(n);
        pen_status s = pen_price_lookback(queue, &in, &(pen_exotic_out){ .gamma = gamma });
        pen_alloc_fail_after(-1);
        CHECK((long)pen_alloc_live() == live);
        if (s == PEN_OK)
            break;
        CHECK(s == PEN_E_NOMEM);
        failed++;
    }
    CHECK(failed > 0 && failed < 100);
    pen_panel_destroy(gamma);
    matrix_restore();
}

static void bits_are_the_same_on_every_device(void)
{
    static const struct {
        int product, kind;
        double every;
    } jobs[] = { { BARRIER, 0, 0 }, { BARRIER, 1, 0.01 }, { BARRIER, 2, 0 },
                 { BARRIER, 3, 0 }, { LOOKBACK, 0, 0 },   { LOOKBACK, 1, 0 },
                 { ASIAN, 0, 5 },   { ASIAN, 1, 0 },      { ASIAN, 1, 7 } };
    static const size_t sizes[] = { 0, 1, 257, 1025 };
    for (size_t i = 0; i < COUNT(jobs); i++)
        for (size_t k = i == 0 ? 0 : 2; k < COUNT(sizes); k++)
            for (int d = PEN_F32; d <= PEN_F64; d++) {
                job j = { jobs[i].product, jobs[i].kind, jobs[i].every,
                          (pen_dtype)d,    sizes[k],     { NULL } };
                pen_rng rng;
                pen_rng_init(&rng, 11, 0, 0, 0);
                for (int c = 0; c < N_IN; c++)
                    j.in[c] = need((sizes[k] + 1) * sizeof(double));
                for (size_t n = 0; n < sizes[k]; n++) {
                    double row[N_IN];
                    random_row(&rng, row);
                    row[FIRST] = 60 + 80 * pen_rng_uniform(&rng);
                    row[SECOND] = pen_rng_u32(&rng) & 1 ? 0 : 2;
                    row[VOL] = n % 30 == 29 ? 0 : row[VOL];
                    row[SPOT] = n % 40 == 39 ? NAN : row[SPOT];
                    for (int c = 0; c < N_IN; c++)
                        j.in[c][n] = row[c];
                }
                matrix_check_same_reals("exotic", solve, &j, j.dtype, N_OUT * sizes[k]);
                for (int c = 0; c < N_IN; c++)
                    free(j.in[c]);
            }
}

static const check_test tests[] = {
    TEST(barriers_match_published_values),
    TEST(lookbacks_and_asians_match_published_values),
    TEST(barriers_are_sums_over_paths_that_do_not_touch),
    TEST(lookbacks_are_sums_over_extremes),
    TEST(asians_have_the_averages_moments),
    TEST(averages_so_far_count),
    TEST(limits_are_defined),
    TEST(rare_looks_move_the_barrier_away),
    TEST(greeks_of_in_and_out_add_up_to_the_options),
    TEST(wrong_arguments_are_named),
    TEST(running_out_of_memory_is_reported),
    TEST(bits_are_the_same_on_every_device),
};
TEST_MAIN(tests)
