/* American options: trees against plain ones in extended precision, published values, limits,
 * symmetry, greeks against differences, and the same bits on every device. */
#include <float.h>

#include "american_book.h"
#include "check.h"
#include "device_matrix.h"
#include "machine/base/alloc.h"
#include "machine/base/rng.h"

/* ---- trees ---- */

/* Chance of up, u and d of a step. */
static void plain_step(const double row[N_IN], bool is_lr, int n, long double step[3])
{
    long double t = row[EXPIRY], vol = row[VOL], dt = t / n, carry = row[RATE] - row[DIVIDEND];
    if (!is_lr) {
        step[1] = expl(vol * sqrtl(dt));
        step[2] = 1 / step[1];
        step[0] = (expl(carry * dt) - step[2]) / (step[1] - step[2]);
        return;
    }
    long double d1 = (logl(row[SPOT] / (long double)row[STRIKE]) + (carry + vol * vol / 2) * t) /
                     (vol * sqrtl(t)),
                d[2] = { d1 - vol * sqrtl(t), d1 }, chance[2];
    for (int k = 0; k < 2; k++) {
        long double x = d[k] / (n + 1.0L / 3 + 0.1L / (n + 1));
        chance[k] = 0.5L + copysignl(sqrtl(-expm1l(-x * x * (n + 1.0L / 6))) / 2, d[k]);
    }
    step[0] = chance[0];
    step[1] = expl(carry * dt) * chance[1] / chance[0];
    step[2] = expl(carry * dt) * (1 - chance[1]) / (1 - chance[0]);
}

/* Every node, from the payoff back: price, delta, gamma, theta. */
static void plain_tree(const double row[N_IN], bool is_lr, int n, double want[4])
{
    long double step[3], *value = need(2 * ((size_t)n + 1) * sizeof *value), *spot = value + n + 1;
    long double discount = expl(-row[RATE] * row[EXPIRY] / n), kept[3][3], at[3][3];
    plain_step(row, is_lr, n, step);
    for (int i = n; i >= 0; i--)
        for (int j = 0; j <= i; j++) {
            spot[j] = i == n ? row[SPOT] * expl(j * logl(step[1]) + (n - j) * logl(step[2]))
                             : spot[j] / step[2];
            long double held =
                i == n ? 0 : discount * (step[0] * value[j + 1] + (1 - step[0]) * value[j]);
            value[j] = fmaxl(held, row[SIDE] * (spot[j] - row[STRIKE]));
            if (i <= 2) {
                kept[i][j] = value[j];
                at[i][j] = spot[j];
            }
        }
    want[0] = (double)kept[0][0];
    want[1] = (double)((kept[1][1] - kept[1][0]) / (at[1][1] - at[1][0]));
    long double gamma = ((kept[2][2] - kept[2][1]) / (at[2][2] - at[2][1]) -
                         (kept[2][1] - kept[2][0]) / (at[2][1] - at[2][0])) /
                        ((at[2][2] - at[2][0]) / 2),
                moved = at[2][1] - at[0][0];
    want[2] = (double)gamma;
    want[3] = (double)((kept[2][1] - kept[0][0] - want[1] * moved - gamma * moved * moved / 2) /
                       (2 * row[EXPIRY] / n));
    free(value);
}

/* Of every regime: rates of both signs, far from the money, short and long. */
static void wide_row(pen_rng *rng, double row[N_IN])
{
    row[SIDE] = pen_rng_u32(rng) & 1 ? 1 : -1;
    row[SPOT] = 100;
    row[STRIKE] = 100 * exp(4 * pen_rng_uniform(rng) - 2);
    row[EXPIRY] = 0.01 + 5 * pen_rng_uniform(rng) * pen_rng_uniform(rng);
    row[VOL] = 0.1 + 0.7 * pen_rng_uniform(rng);
    row[RATE] = -0.05 + 0.15 * pen_rng_uniform(rng);
    row[DIVIDEND] = -0.05 + 0.15 * pen_rng_uniform(rng);
}

static void check_tree(pen_dtype dtype, bool is_lr, int n, size_t n_rows)
{
    book b = new_book(n_rows);
    pen_rng rng;
    pen_rng_init(&rng, 4, (uint32_t)n, 0, 0);
    for (size_t i = 0; i < n_rows; i++) {
        double row[N_IN];
        wide_row(&rng, row);
        for (int j = 0; j < N_IN; j++)
            b.in[j][i] = dtype == PEN_F32 ? (double)(float)row[j] : row[j];
    }
    pen_american_settings settings = { is_lr ? PEN_AMERICAN_LEISEN_REIMER : PEN_AMERICAN_CRR,
                                       (size_t)n, PEN_AMERICAN_FAST };
    double *got = need(N_OUT * n_rows * sizeof *got);
    solve_first(dtype, &settings, &b, got);
    double unit = dtype == PEN_F32 ? 0x1p-24 : 0x1p-53;
    size_t n_checked = 0;
    for (size_t i = 0; i < n_rows; i++) {
        double row[N_IN], want[4];
        char label[64];
        for (int j = 0; j < N_IN; j++)
            row[j] = b.in[j][i];
        plain_tree(row, is_lr, is_lr ? n | 1 : n, want);
        long double step[3];
        plain_step(row, is_lr, is_lr ? n | 1 : n, step);
        /* what the reference can do itself */
        bool is_known =
            got[STATUS * n_rows + i] == PEN_AMERICAN_OK && step[0] > 1e-6L && step[0] < 1 - 1e-6L;
        snprintf(label, sizeof label, "%s %s of %d, row %zu", pen_dtype_name(dtype),
                 is_lr ? "lr" : "crr", n, i);
        double scale = fmax(row[SPOT], row[STRIKE]), rough = 3 * unit * (n + 20);
        if (!is_known)
            continue;
        n_checked++;
        CHECK_NEAR(label, got[PRICE * n_rows + i], want[0], rough * scale);
        if (dtype == PEN_F64) { /* differences of values that are as rough */
            double deviation = row[VOL] * sqrt(row[EXPIRY] / n);
            CHECK_NEAR(label, got[DELTA * n_rows + i], want[1], rough * scale / 100 / deviation);
            CHECK_NEAR(label, got[GAMMA * n_rows + i], want[2],
                       4 * rough * scale / 1e4 / (deviation * deviation));
            CHECK_NEAR(label, got[THETA * n_rows + i], want[3],
                       8 * rough * scale * n / row[EXPIRY]);
        }
    }
    CHECK(n_checked > n_rows / 2);
    free(got);
    book_free(&b);
}

static void trees_are_the_plain_trees(void)
{
    static const int sizes[] = { 2, 3, 8, 15, 16, 17, 24, 50, 99, 257, 1000 };
    if (LDBL_MANT_DIG < 64)
        SKIP("long double is no wider than double here");
    for (size_t k = 0; k < COUNT(sizes); k++)
        for (int is_lr = 0; is_lr < 2; is_lr++) {
            size_t n_rows = sizes[k] > 100 ? 40 : 200;
            check_tree(PEN_F64, is_lr, sizes[k], n_rows);
            check_tree(PEN_F32, is_lr, sizes[k], n_rows);
        }
}

/* Every option of the tests above has a value but those that no tree of so few steps can have. */
static void few_rows_are_without_chances(void)
{
    double row[N_IN] = { -1, 100, 100, 1, 0.01, 0.1, 0 }, got[N_OUT];
    pen_american_settings crr = { PEN_AMERICAN_CRR, 90, PEN_AMERICAN_FAST };
    solve_row(&crr, row, got);
    CHECK(got[STATUS] == PEN_AMERICAN_STEPS && isnan(got[PRICE]) && isnan(got[VEGA]));
    crr.n_steps = 110; /* vol sqrt(dt) > rate dt from 100 on */
    solve_row(&crr, row, got);
    CHECK(got[STATUS] == PEN_AMERICAN_OK);
    CHECK_NEAR("exercised at once", got[PRICE], 0, 0.5);
}

/* ---- the exercise boundary ---- */

/* Against Leisen and Reimer's trees of 1001 and 2001 steps, extrapolated: good to 1e-5 of the
 * larger of spot and strike, most to 1e-6. */
static void boundaries_agree_with_trees(void)
{
    enum { ROWS = 300 };
    static const double largest[] = { [PEN_AMERICAN_FAST] = 5e-5, [PEN_AMERICAN_ACCURATE] = 2e-5 };
    book b = new_book(ROWS);
    pen_rng rng;
    pen_rng_init(&rng, 6, 0, 0, 0);
    for (size_t i = 0; i < ROWS; i++) {
        double row[N_IN];
        wide_row(&rng, row);
        row[STRIKE] = 100 * exp(pen_rng_uniform(&rng) - 0.5);
        row[RATE] = 0.1 * pen_rng_uniform(&rng);
        row[DIVIDEND] = 0.1 * pen_rng_uniform(&rng);
        set_row(&b, i, row);
    }
    double *coarse = need(4 * N_OUT * ROWS * sizeof *coarse), *fine = coarse + N_OUT * ROWS;
    double *got = fine + N_OUT * ROWS, *again = got + N_OUT * ROWS;
    pen_american_settings settings = { PEN_AMERICAN_LEISEN_REIMER, 1001, PEN_AMERICAN_FAST };
    solve_first(PEN_F64, &settings, &b, coarse);
    settings.n_steps = 2001;
    solve_first(PEN_F64, &settings, &b, fine);
    settings.method = PEN_AMERICAN_BOUNDARY;
    for (int accuracy = 0; accuracy < PEN_AMERICAN_ACCURACIES; accuracy++) {
        double worst = 0, square = 0;
        settings.accuracy = (pen_american_accuracy)accuracy;
        solve_first(PEN_F64, &settings, &b, got);
        for (size_t i = 0; i < ROWS; i++) {
            double scale = fmax(b.in[SPOT][i], b.in[STRIKE][i]);
            double want = 2 * fine[i] - coarse[i], error = fabs(got[i] - want) / scale;
            CHECK(got[STATUS * ROWS + i] == PEN_AMERICAN_OK);
            CHECK_NEAR("price", error, 0, largest[accuracy]);
            CHECK_NEAR("delta", got[DELTA * ROWS + i], fine[DELTA * ROWS + i], 2e-3);
            worst = fmax(worst, error);
            square += error * error / ROWS;
        }
        if (getenv("PENSTOCK_VERBOSE") != NULL)
            printf("    accuracy %d: largest error %.2g, root of mean square %.2g\n", accuracy,
                   worst, sqrt(square));
        CHECK(sqrt(square) < largest[accuracy] / 10);
    }
    settings.accuracy = PEN_AMERICAN_FAST;
    solve_first(PEN_F64, &settings, &b, got);
    solve_first(PEN_F32, &settings, &b, again);
    for (size_t i = 0; i < ROWS; i++)
        CHECK_NEAR("f32", again[i], got[i], 3e-5 * fmax(b.in[SPOT][i], b.in[STRIKE][i]));
    free(coarse);
    book_free(&b);
}

/* Within what a grid of 401 nodes can do, and four times closer with twice as many. */
static void grids_agree_with_boundaries(void)
{
    enum { ROWS = 200 };
    book b = new_book(ROWS);
    pen_rng rng;
    pen_rng_init(&rng, 16, 0, 0, 0);
    for (size_t i = 0; i < ROWS; i++) {
        double row[N_IN];
        wide_row(&rng, row);
        row[STRIKE] = 100 * exp(pen_rng_uniform(&rng) - 0.5);
        row[RATE] = 0.1 * pen_rng_uniform(&rng);
        row[DIVIDEND] = 0.1 * pen_rng_uniform(&rng);
        set_row(&b, i, row);
    }
    double *want = need(2 * N_OUT * ROWS * sizeof *want), *got = want + N_OUT * ROWS;
    double squares[2] = { 0, 0 };
    pen_american_settings settings = { PEN_AMERICAN_BOUNDARY, 2, PEN_AMERICAN_ACCURATE };
    solve_first(PEN_F64, &settings, &b, want);
    settings.method = PEN_AMERICAN_DIFFERENCES;
    for (int k = 0; k < 2; k++) {
        settings.n_steps = k == 0 ? 200 : 400;
        solve_first(PEN_F64, &settings, &b, got);
        for (size_t i = 0; i < ROWS; i++) {
            double scale = fmax(b.in[SPOT][i], b.in[STRIKE][i]), error = (got[i] - want[i]) / scale;
            CHECK(got[STATUS * ROWS + i] == PEN_AMERICAN_OK);
            CHECK_NEAR("price", error, 0, 2e-4);
            /* beside the boundary delta turns within a node */
            CHECK_NEAR("delta", got[DELTA * ROWS + i], want[DELTA * ROWS + i], 1e-2);
            squares[k] += error * error / ROWS;
        }
    }
    if (getenv("PENSTOCK_VERBOSE") != NULL)
        printf("    root of mean square error %.2g with 200 steps, %.2g with 400\n",
               sqrt(squares[0]), sqrt(squares[1]));
    CHECK(sqrt(squares[0]) < 5e-5 && squares[1] < squares[0] / 6);
    free(want);
    book_free(&b);
}

static double european_price(const double row[N_IN])
{
    double side = row[SIDE], t = row[EXPIRY], root = row[VOL] * sqrt(t);
    double d1 = (log(row[SPOT] / row[STRIKE]) + (row[RATE] - row[DIVIDEND]) * t) / root + root / 2;
    return side * (row[SPOT] * exp(-row[DIVIDEND] * t) * erfc(-side * d1 * sqrt(0.5)) / 2 -
                   row[STRIKE] * exp(-row[RATE] * t) * erfc(-side * (d1 - root) * sqrt(0.5)) / 2);
}

/* A put is never exercised where the rate is 0 or below and the yield no lower; a call without
 * yield. */
static void never_exercised_is_european(void)
{
    static const double rows[][N_IN] = {
        { -1, 90, 100, 2, 0.3, 0, 0.05 },  { -1, 90, 100, 2, 0.3, -0.02, 0 },
        { -1, 40, 100, 2, 0.3, 0, 0 },     { 1, 110, 100, 2, 0.3, 0.05, 0 },
        { 1, 150, 100, 2, 0.3, 0.05, 0 },  { 1, 110, 100, 2, 0.3, 0.02, -0.01 },
        { 1, 1000, 1, 0.5, 0.3, 0.02, 0 }, { -1, 100, 1, 0.5, 0.3, 0, 0 },
    };
    pen_american_settings settings = pen_american_default();
    for (size_t i = 0; i < COUNT(rows); i++) {
        double got[N_OUT], want = european_price(rows[i]);
        solve_row(&settings, rows[i], got);
        CHECK(got[STATUS] == PEN_AMERICAN_OK);
        CHECK_NEAR("european", got[PRICE], want, 4e-16 * fmax(rows[i][SPOT], rows[i][STRIKE]));
    }
}

static void two_boundaries_are_left_to_trees(void)
{
    double put[N_IN] = { -1, 90, 100, 2, 0.2, -0.01, -0.05 }, got[N_OUT], tree[N_OUT],
           chosen[N_OUT];
    double call[N_IN] = { 1, 100, 90, 2, 0.2, -0.05, -0.01 };
    pen_american_settings settings = pen_american_default();
    settings.method = PEN_AMERICAN_BOUNDARY;
    solve_row(&settings, put, got);
    CHECK(got[STATUS] == PEN_AMERICAN_TWICE && isnan(got[PRICE]) && isnan(got[RHO]));
    settings.method = PEN_AMERICAN_AUTO;
    solve_row(&settings, put, chosen);
    settings.method = PEN_AMERICAN_LEISEN_REIMER;
    solve_row(&settings, put, tree);
    for (int k = 0; k < N_OUT; k++)
        CHECK(chosen[k] == tree[k]);
    settings.method = PEN_AMERICAN_BOUNDARY;
    solve_row(&settings, call, got);
    CHECK(got[STATUS] == PEN_AMERICAN_TWICE);
    settings.method = PEN_AMERICAN_CRR;
    solve_row(&settings, put, got);
    CHECK(got[STATUS] == PEN_AMERICAN_OK && got[PRICE] > european_price(put));
}

/* ---- published ---- */

static void published_values(void)
{
    static const struct {
        double row[N_IN];
        pen_american_method method;
        size_t n_steps;
        double want, tolerance;
    } rows[] = {
        /* Hull, Options, Futures, and Other Derivatives, 8th ed., section 20.1: one put by trees of
         * 5, 30, 50, 100 and 500 steps */
        { { -1, 50, 50, 5 / 12.0, 0.4, 0.1, 0 }, PEN_AMERICAN_CRR, 5, 4.49, 5e-3 },
        { { -1, 50, 50, 5 / 12.0, 0.4, 0.1, 0 }, PEN_AMERICAN_CRR, 30, 4.263, 5e-4 },
        { { -1, 50, 50, 5 / 12.0, 0.4, 0.1, 0 }, PEN_AMERICAN_CRR, 50, 4.272, 5e-4 },
        { { -1, 50, 50, 5 / 12.0, 0.4, 0.1, 0 }, PEN_AMERICAN_CRR, 100, 4.278, 5e-4 },
        { { -1, 50, 50, 5 / 12.0, 0.4, 0.1, 0 }, PEN_AMERICAN_CRR, 500, 4.283, 5e-4 },
        /* Andersen, Lake and Offengenden (2016): a premium of 0.106952702747 over the European
         * price, 9.462492564 by the textbook's formula */
        { { -1, 100, 100, 1, 0.25, 0.05, 0.05 }, PEN_AMERICAN_BOUNDARY, 2, 9.569445287, 5e-5 },
        /* Longstaff and Schwartz (2001), table 1, finite differences; exercise is allowed 50 times
         * a year there */
        { { -1, 36, 40, 1, 0.2, 0.06, 0 }, PEN_AMERICAN_LEISEN_REIMER, 501, 4.478, 0.012 },
        { { -1, 36, 40, 2, 0.4, 0.06, 0 }, PEN_AMERICAN_LEISEN_REIMER, 501, 8.508, 0.012 },
        { { -1, 40, 40, 1, 0.2, 0.06, 0 }, PEN_AMERICAN_LEISEN_REIMER, 501, 2.314, 0.012 },
        { { -1, 44, 40, 1, 0.2, 0.06, 0 }, PEN_AMERICAN_LEISEN_REIMER, 501, 1.110, 0.012 },
        { { -1, 44, 40, 2, 0.4, 0.06, 0 }, PEN_AMERICAN_LEISEN_REIMER, 501, 5.647, 0.012 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pen_american_settings settings = { rows[i].method, rows[i].n_steps, PEN_AMERICAN_FAST };
        double got[N_OUT];
        char label[32];
        snprintf(label, sizeof label, "row %zu", i);
        solve_row(&settings, rows[i].row, got);
        CHECK_NEAR(label, got[PRICE], rows[i].want, rows[i].tolerance);
    }
}

/* ---- limits ---- */

static void limits_are_the_best_exercise(void)
{
    static const struct {
        double row[N_IN], price, delta;
    } rows[] = {
        { { 1, 110, 100, 0, 0.2, 0.05, 0 }, 10, 1 },
        { { -1, 110, 100, 0, 0.2, 0.05, 0 }, 0, 0 },
        { { -1, 90, 100, 1, 0, 0.05, 0 }, 10, -1 },
        { { 1, 0, 100, 1, 0.2, 0.05, 0 }, 0, 0 },
        { { -1, 0, 100, 1, 0.2, 0.05, 0 }, 100, -1 },
        { { 1, 100, 0, 1, 0.2, 0.05, 0.03 }, 100, 1 },
        { { -1, 100, 0, 1, 0.2, 0.05, 0.03 }, 0, 0 },
        /* with rate below 0 one waits */
        { { -1, 90, 100, 1, 0, -0.05, 0 }, 0, 0 },
        { { 1, 90, 100, 2, 0, 0.1, 0 }, 0, 0 },
    };
    pen_american_settings settings = { PEN_AMERICAN_CRR, 100, PEN_AMERICAN_FAST };
    for (size_t i = 0; i < COUNT(rows); i++) {
        double got[N_OUT], price = rows[i].price, delta = rows[i].delta;
        char label[32];
        if (i == 7) {
            price = 100 * exp(0.05) - 90;
            delta = -1;
        } else if (i == 8) {
            price = 90 - 100 * exp(-0.2);
            delta = 1;
        }
        snprintf(label, sizeof label, "row %zu", i);
        solve_row(&settings, rows[i].row, got);
        CHECK(got[STATUS] == PEN_AMERICAN_OK);
        CHECK_NEAR(label, got[PRICE], price, 1e-12);
        CHECK_NEAR(label, got[DELTA], delta, 1e-12);
        CHECK_NEAR(label, got[VEGA], 0, 1e-8);
    }
}

/* Without volatility the best moment may lie between now and the end. */
static void certain_spots_are_exercised_at_the_best_moment(void)
{
    double row[N_IN] = { -1, 100, 120, 30, 0, 0.02, 0.04 }, got[N_OUT], best = 0;
    pen_american_settings settings = { PEN_AMERICAN_CRR, 100, PEN_AMERICAN_FAST };
    for (int k = 0; k <= 300000; k++) {
        double t = 30 * k / 300000.0;
        best = fmax(best, 120 * exp(-0.02 * t) - 100 * exp(-0.04 * t));
    }
    solve_row(&settings, row, got);
    CHECK_NEAR("a maximum within", got[PRICE], best, 1e-8);
    CHECK(best > 30 && got[THETA] == 0);
}

static void invalid_rows_are_nan_alone(void)
{
    static const double bad[][N_IN] = {
        { 0, 100, 100, 1, 0.2, 0.05, 0 },      { 1, -1, 100, 1, 0.2, 0.05, 0 },
        { 1, 100, NAN, 1, 0.2, 0.05, 0 },      { 1, 100, 100, -1, 0.2, 0.05, 0 },
        { 1, 100, 100, 1, -0.2, 0.05, 0 },     { 1, 100, 100, 1, 0.2, INFINITY, 0 },
        { 1, 100, 100, 1, 0.2, 0.05, NAN },    { 1, 0, 0, 1, 0.2, 0.05, 0 },
        { 1, INFINITY, 100, 1, 0.2, 0.05, 0 }, { NAN, 100, 100, 1, 0.2, 0.05, 0 },
    };
    static const double good[N_IN] = { -1, 100, 100, 1, 0.2, 0.05, 0 };
    pen_american_settings settings = pen_american_default();
    book b = new_book(2 * COUNT(bad));
    double alone[N_OUT], got[N_OUT * 2 * COUNT(bad)];
    settings.n_steps = 51;
    for (size_t i = 0; i < COUNT(bad); i++) {
        set_row(&b, 2 * i, bad[i]);
        set_row(&b, 2 * i + 1, good);
    }
    solve_row(&settings, good, alone);
    solve_first(PEN_F64, &settings, &b, got);
    for (size_t i = 0; i < b.n; i++)
        for (int k = 0; k < N_OUT; k++) {
            double x = got[(size_t)k * b.n + i];
            CHECK(i % 2 == 1 ? x == alone[k] : k == STATUS ? x == PEN_AMERICAN_INVALID : isnan(x));
        }
    book_free(&b);
}

/* ---- what must agree ---- */

static void the_published_premium_is_met_closely(void)
{
    double row[N_IN] = { -1, 100, 100, 1, 0.25, 0.05, 0.05 }, got[N_OUT];
    pen_american_settings settings = { PEN_AMERICAN_BOUNDARY, 2, PEN_AMERICAN_ACCURATE };
    solve_row(&settings, row, got);
    CHECK_NEAR("premium", got[PRICE] - european_price(row), 0.106952702747, 5e-8);
}

static void calls_are_puts_with_everything_exchanged(void)
{
    double call[N_IN] = { 1, 100, 110, 0.7, 0.3, 0.04, 0.06 }, a[N_OUT], b[N_OUT];
    double put[N_IN] = { -1, 110, 100, 0.7, 0.3, 0.06, 0.04 };
    for (int method = 0; method < PEN_AMERICAN_METHODS; method++) {
        pen_american_settings settings = { (pen_american_method)method, 200, PEN_AMERICAN_FAST };
        solve_row(&settings, call, a);
        solve_row(&settings, put, b);
        CHECK(a[PRICE] == b[PRICE]);
        CHECK_NEAR("vega", a[VEGA], b[VEGA], 0);
    }
}

/* Nothing is gained by exercising a call on what pays nothing. */
static void a_call_without_dividend_is_european(void)
{
    double row[N_IN] = { 1, 100, 95, 0.5, 0.25, 0.04, 0 }, got[N_OUT];
    pen_american_settings settings = { PEN_AMERICAN_LEISEN_REIMER, 1001, PEN_AMERICAN_FAST };
    double root = 0.25 * sqrt(0.5), d1 = (log(100 / 95.0) + 0.04 * 0.5) / root + root / 2;
    double want =
        100 * erfc(-d1 * sqrt(0.5)) / 2 - 95 * exp(-0.02) * erfc(-(d1 - root) * sqrt(0.5)) / 2;
    solve_row(&settings, row, got);
    CHECK_NEAR("price", got[PRICE], want, 2e-6);
}

static void check_greeks(pen_american_method method)
{
    double row[N_IN] = { -1, 100, 105, 0.7, 0.3, 0.04, 0.02 }, got[N_OUT];
    pen_american_settings settings = { method, 1001, PEN_AMERICAN_ACCURATE };
    solve_row(&settings, row, got);
    static const struct {
        int input, output;
        double step, sign, tolerance;
    } greeks[] = { { SPOT, DELTA, 0.5, 1, 1e-4 },
                   { VOL, VEGA, 1e-3, 1, 1e-3 },
                   { RATE, RHO, 1e-3, 1, 1e-2 },
                   { EXPIRY, THETA, 1e-2, -1, 1e-2 } };
    for (size_t k = 0; k < COUNT(greeks); k++) {
        double up[N_OUT], down[N_OUT], at = row[greeks[k].input];
        row[greeks[k].input] = at + greeks[k].step;
        solve_row(&settings, row, up);
        row[greeks[k].input] = at - greeks[k].step;
        solve_row(&settings, row, down);
        row[greeks[k].input] = at;
        double want = greeks[k].sign * (up[PRICE] - down[PRICE]) / (2 * greeks[k].step);
        CHECK_NEAR(pen_american_method_name((int)method), got[greeks[k].output], want,
                   greeks[k].tolerance);
        if (greeks[k].output == DELTA)
            CHECK_NEAR("gamma", got[GAMMA], (up[DELTA] - down[DELTA]) / 1, 2e-4);
    }
}

static void greeks_are_differences_of_prices(void)
{
    check_greeks(PEN_AMERICAN_LEISEN_REIMER);
    check_greeks(PEN_AMERICAN_BOUNDARY);
    check_greeks(PEN_AMERICAN_DIFFERENCES);
}

/* ---- arguments, memory, bits ---- */

static void wrong_arguments_are_named(void)
{
    pen_american in = { .side = { NULL, 1 },
                        .spot_px = { NULL, 100 },
                        .strike_px = { NULL, 100 },
                        .expiry_yr = { NULL, 1 },
                        .vol_frac = { NULL, 0.2 } };
    pen_american_settings settings = pen_american_default();
    matrix_size();
    pen_queue *queue = matrix_select(0);
    CHECK_STATUS(pen_price_american(queue, &in, NULL, &(pen_american_out){ .price_px = NULL }),
                 PEN_E_ARG);
    pen_panel *three = make_panel(queue, PEN_F64, (double[]){ 1, 2, 3 }, 3);
    pen_panel *price = make_panel(queue, PEN_F64, NULL, 4);
    pen_american_out out = { .price_px = price };
    settings.n_steps = 1;
    CHECK_STATUS(pen_price_american(queue, &in, &settings, &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("n_steps is 1, expected 2 to 100000");
    settings = (pen_american_settings){ (pen_american_method)77, 100, PEN_AMERICAN_FAST };
    CHECK_STATUS(pen_price_american(queue, &in, &settings, &out), PEN_E_ARG);
    CHECK_ERROR_SAYS("method is 77");
    in.spot_px.each = three;
    CHECK_STATUS(pen_price_american(queue, &in, NULL, &out), PEN_E_SHAPE);
    CHECK_ERROR_SAYS("spot_px has 3 values, expected 4");
    pen_panel_destroy(three);
    pen_panel_destroy(price);
    matrix_restore();
    for (int i = 0; i < PEN_AMERICAN_STATUSES; i++)
        CHECK(pen_american_status_name(i) != NULL);
    for (int i = 0; i < PEN_AMERICAN_METHODS; i++)
        CHECK(pen_american_method_name(i) != NULL);
    CHECK(pen_american_status_name(PEN_AMERICAN_STATUSES) == NULL);
    CHECK(pen_american_method_name(-1) == NULL);
}

static void running_out_of_memory_is_reported(void)
{
    pen_american in = { .side = { NULL, 1 },
                        .spot_px = { NULL, 100 },
                        .strike_px = { NULL, 100 },
                        .expiry_yr = { NULL, 1 },
                        .vol_frac = { NULL, 0.2 } };
    matrix_size();
    pen_queue *queue = matrix_select(0);
    pen_panel *panels[2] = { make_panel(queue, PEN_F64, NULL, 4),
                             make_panel(queue, PEN_F64, NULL, 4) };
    pen_american_out out = { .price_px = panels[0], .vega = panels[1] };
    pen_american_settings settings = { PEN_AMERICAN_CRR, 20, PEN_AMERICAN_FAST };
    int failed = 0;
    for (int n = 0; n < 100; n++) {
        long live = (long)pen_alloc_live();
        pen_alloc_fail_after(n);
        pen_status s = pen_price_american(queue, &in, &settings, &out);
        pen_alloc_fail_after(-1);
        CHECK((long)pen_alloc_live() == live);
        if (s == PEN_OK)
            break;
        CHECK(s == PEN_E_NOMEM);
        failed++;
    }
    CHECK(failed > 0 && failed < 100);
    pen_panel_destroy(panels[0]);
    pen_panel_destroy(panels[1]);
    matrix_restore();
}

typedef struct same_input {
    book book;
    pen_dtype dtype;
    pen_american_settings settings;
} same_input;

static pen_status solve_same(pen_queue *queue, void *context, void *out)
{
    same_input *in = context;
    return solve(queue, in->dtype, &in->settings, &in->book, out);
}

static void bits_are_the_same_on_every_device(void)
{
    static const struct {
        size_t n_rows, n_steps;
    } sizes[] = { { 0, 50 }, { 1, 33 }, { 15, 101 }, { 17, 17 }, { 33, 64 }, { 257, 100 } };
    for (size_t k = 0; k < COUNT(sizes); k++)
        for (int d = PEN_F32; d <= PEN_F64; d++)
            for (int method = 0; method < PEN_AMERICAN_METHODS; method++) {
                same_input in = { new_book(sizes[k].n_rows),
                                  (pen_dtype)d,
                                  { (pen_american_method)method, sizes[k].n_steps,
                                    PEN_AMERICAN_FAST } };
                pen_rng rng;
                pen_rng_init(&rng, 9, 0, 0, 0);
                for (size_t i = 0; i < sizes[k].n_rows; i++) {
                    double row[N_IN];
                    wide_row(&rng, row);
                    row[VOL] = i % 50 == 49 ? 0 : row[VOL];
                    row[SPOT] = i % 60 == 59 ? -1 : row[SPOT];
                    set_row(&in.book, i, row);
                }
                matrix_check_same_reals(pen_american_method_name(method), solve_same, &in, in.dtype,
                                        N_OUT * sizes[k].n_rows);
                book_free(&in.book);
            }
}

static const check_test tests[] = {
    TEST(trees_are_the_plain_trees),
    TEST(few_rows_are_without_chances),
    TEST(boundaries_agree_with_trees),
    TEST(grids_agree_with_boundaries),
    TEST(never_exercised_is_european),
    TEST(two_boundaries_are_left_to_trees),
    TEST(published_values),
    TEST(the_published_premium_is_met_closely),
    TEST(limits_are_the_best_exercise),
    TEST(certain_spots_are_exercised_at_the_best_moment),
    TEST(invalid_rows_are_nan_alone),
    TEST(calls_are_puts_with_everything_exchanged),
    TEST(a_call_without_dividend_is_european),
    TEST(greeks_are_differences_of_prices),
    TEST(wrong_arguments_are_named),
    TEST(running_out_of_memory_is_reported),
    TEST(bits_are_the_same_on_every_device),
};
TEST_MAIN(tests)
