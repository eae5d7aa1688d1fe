/* Random numbers of the kernels against base/rng.h, geometric Brownian motion
 * against an independent path in libm, its laws, and the same bits everywhere. */
#include "check.h"
#include "device_matrix.h"
#include "machine/base/alloc.h"
#include "machine/base/rng.h"
#include "machine/base/status.h"
#include "penstock/simulation.h"
#include "run_kernel.h"

static pen_queue *first_queue(void)
{
    matrix_size();
    return matrix_select(0);
}

static void *need(size_t bytes)
{
    void *memory = malloc(bytes > 0 ? bytes : 1);
    if (memory == NULL)
        exit(3);
    return memory;
}

static void kernels_draw_the_words_of_the_host(void)
{
    enum { N = 1001 };
    static uint32_t words[4 * N];
    uint64_t seed = 0x123456789abcdef0;
    uint32_t purpose = 0xfffffff1, replicate = 77, block = 0x80000001;
    int n = N;
    for (size_t d = 0; d < matrix_size(); d++)
        for (int real = PEN_F32; real <= PEN_F64; real++) {
            kernel_slot slots[] = { SLOT_VALUE(seed),      SLOT_VALUE(purpose),
                                    SLOT_VALUE(replicate), SLOT_VALUE(block),
                                    SLOT_VALUE(n),         SLOT_OUT(words, sizeof words) };
            CHECK_OK(run_kernel(matrix_select(d), "random_words", (pen_dtype)real,
                                pen_groups((N + 255) / 256), slots, COUNT(slots)));
            size_t n_bad = 0;
            for (uint32_t i = 0; i < N; i++) {
                uint32_t want[4], counter[4] = { i, purpose, replicate, block };
                uint32_t key[2] = { (uint32_t)seed, (uint32_t)(seed >> 32) };
                pen_philox(counter, key, want);
                n_bad += memcmp(want, words + 4 * i, sizeof want) != 0;
            }
            if (n_bad > 0)
                printf("    %s\n", matrix_label(d));
            CHECK(n_bad == 0);
        }
    matrix_restore();
}

/* The two normal numbers of a pair, by libm. */
static void box_muller(long double u, long double angle, double z[2])
{
    long double radius = sqrtl(-2 * logl(u));
    z[0] = (double)(radius * cosl(angle));
    z[1] = (double)(radius * sinl(angle));
}

static void normal_numbers_come_from_the_words(void)
{
    enum { N = 20000 };
    static double got[2 * N];
    static float narrow[2 * N];
    const long double two_pi = 2 * acosl(-1);
    uint64_t seed = 42;
    uint32_t purpose = 1, replicate = 0, block = 3;
    int n = N, pair = 0;
    double worst = 0, worst_f32 = 0;
    kernel_slot slots[] = { SLOT_VALUE(seed),         SLOT_VALUE(purpose), SLOT_VALUE(replicate),
                            SLOT_VALUE(block),        SLOT_VALUE(pair),    SLOT_VALUE(n),
                            SLOT_OUT(got, sizeof got) };
    CHECK_OK(run_kernel(first_queue(), "random_normals", PEN_F64, pen_groups((N + 255) / 256),
                        slots, COUNT(slots)));
    pair = 1;
    slots[6] = (kernel_slot)SLOT_OUT(narrow, sizeof narrow);
    CHECK_OK(run_kernel(first_queue(), "random_normals", PEN_F32, pen_groups((N + 255) / 256),
                        slots, COUNT(slots)));
    for (uint32_t i = 0; i < N; i++) {
        pen_rng rng;
        double want[2];
        pen_rng_init(&rng, seed, i, purpose, replicate);
        rng.counter[3] = block;
        double u = pen_rng_uniform(&rng), turn = pen_rng_uniform(&rng);
        box_muller((long double)u, two_pi * (long double)turn, want);
        for (int k = 0; k < 2; k++)
            worst = fmax(worst, fabs(got[2 * i + (unsigned)k] - want[k]) / (1 + fabs(want[k])));
        box_muller((rng.block[2] + 0.5L) / 0x1p32L, two_pi * (rng.block[3] + 0.5L) / 0x1p32L, want);
        for (int k = 0; k < 2; k++)
            worst_f32 = fmax(worst_f32, fabs((double)narrow[2 * i + (unsigned)k] - want[k]));
    }
    CHECK_NEAR("f64", worst, 0, 1e-15);
    CHECK_NEAR("f32", worst_f32, 0, 5e-4); /* the radius near 0: sqrt of 2^-24 */
    matrix_restore();
}

enum { TERMINAL, MEAN, LOWEST, HIGHEST, N_OUT };

/* Geometric Brownian motion at drift 0.05 and volatility 0.2. */
typedef struct brownian {
    pen_simulation simulation;
    size_t n_paths;
} brownian;

static brownian model_of(size_t n_paths, size_t n_steps)
{
    static const double drift_frac = 0.05;
    brownian model = { pen_simulation_default(PEN_GEOMETRIC_BROWNIAN), n_paths };
    model.simulation.drift_frac = &drift_frac;
    model.simulation.n_dates = n_steps;
    model.simulation.seed = 7;
    return model;
}

/* out: n_paths values of each of the four results. */
static pen_status reduce(pen_queue *queue, pen_dtype dtype, const brownian *model, void *out)
{
    static const char *const texts[N_OUT] = { "S", "mean(S)", "min(S)", "max(S)" };
    pen_payoff *payoffs[N_OUT] = { NULL };
    pen_panel *panel = NULL;
    pen_status s = pen_panel_create(pen_queue_device(queue), dtype, N_OUT, model->n_paths, &panel);
    for (int j = 0; j < N_OUT && s == PEN_OK; j++)
        s = pen_payoff_create(texts[j], NULL, 0, &payoffs[j]);
    if (s == PEN_OK)
        s = pen_simulate_payoffs(queue, &model->simulation, (const pen_payoff *const *)payoffs,
                                 N_OUT, panel);
    if (s == PEN_OK)
        s = pen_panel_read(queue, out, model->n_paths, panel);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    for (int j = 0; j < N_OUT; j++)
        pen_payoff_destroy(payoffs[j]);
    pen_panel_destroy(panel);
    return s;
}

static pen_status whole(pen_queue *queue, pen_dtype dtype, const brownian *model, void *out)
{
    size_t n_points = model->simulation.n_dates + 1;
    pen_panel *paths;
    PEN_TRY(pen_panel_create(pen_queue_device(queue), dtype, model->n_paths, n_points, &paths));
    pen_status s = pen_simulate_paths(queue, &model->simulation, paths);
    if (s == PEN_OK)
        s = pen_panel_read(queue, out, n_points, paths);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    pen_panel_destroy(paths);
    return s;
}

static void paths_follow_the_formula(void)
{
    enum { N = 300, STEPS = 253 };
    brownian model = model_of(N, STEPS);
    model.simulation.horizon_yr = 0.5;
    double *paths = need(N * (STEPS + 1) * sizeof *paths), worst = 0;
    CHECK_OK(whole(first_queue(), PEN_F64, &model, paths));
    double dt = 0.5 / STEPS, drift = (0.05 - 0.02) * dt, vol = 0.2 * sqrt(dt);
    for (uint32_t p = 0; p < N; p++) {
        pen_rng rng;
        pen_rng_init(&rng, 7, p, 1, 0);
        double x = 0, z[2];
        const double *path = paths + p * (STEPS + 1);
        CHECK(path[0] == 100);
        for (int k = 0; k < STEPS; k++) {
            if (k % 2 == 0) {
                double u = pen_rng_uniform(&rng), turn = pen_rng_uniform(&rng);
                box_muller((long double)u, 2 * acosl(-1) * (long double)turn, z);
            }
            x += drift + vol * z[k % 2];
            worst = fmax(worst, fabs(path[k + 1] / (100 * exp(x)) - 1));
        }
    }
    CHECK_NEAR("relative difference", worst, 0, 1e-14);
    free(paths);
    matrix_restore();
}

static void reductions_are_those_of_the_stored_paths(void)
{
    static const size_t steps[] = { 1, 2, 3, 5, 8, 9, 21 };
    for (size_t k = 0; k < COUNT(steps); k++) {
        enum { N = 300 };
        brownian model = model_of(N, steps[k]);
        double *paths = need(N * (steps[k] + 1) * sizeof *paths), out[N_OUT * N];
        CHECK_OK(whole(first_queue(), PEN_F64, &model, paths));
        CHECK_OK(reduce(first_queue(), PEN_F64, &model, out));
        for (size_t p = 0; p < N; p++) {
            const double *path = paths + p * (steps[k] + 1) + 1;
            double sum = 0, low = INFINITY, high = 0;
            for (size_t i = 0; i < steps[k]; i++) {
                sum += path[i];
                low = fmin(low, path[i]);
                high = fmax(high, path[i]);
            }
            CHECK(out[TERMINAL * N + p] == path[steps[k] - 1]);
            CHECK_NEAR("mean", out[MEAN * N + p], sum / (double)steps[k], 1e-12);
            CHECK_NEAR("lowest", out[LOWEST * N + p], low, 1e-13);
            CHECK_NEAR("highest", out[HIGHEST * N + p], high, 1e-13);
        }
        free(paths);
    }
    matrix_restore();
}

typedef struct same_input {
    brownian model;
    pen_dtype dtype;
} same_input;

static pen_status reduce_same(pen_queue *queue, void *context, void *out)
{
    same_input *in = context;
    return reduce(queue, in->dtype, &in->model, out);
}

static pen_status whole_same(pen_queue *queue, void *context, void *out)
{
    same_input *in = context;
    return whole(queue, in->dtype, &in->model, out);
}

static void bits_are_the_same_on_every_device(void)
{
    static const struct {
        size_t n_paths, n_steps;
    } sizes[] = { { 0, 3 }, { 1, 1 }, { 255, 2 }, { 257, 7 }, { 1000, 30 } };
    for (size_t k = 0; k < COUNT(sizes); k++)
        for (int d = PEN_F32; d <= PEN_F64; d++) {
            same_input in = { model_of(sizes[k].n_paths, sizes[k].n_steps), (pen_dtype)d };
            size_t bytes = pen_dtype_bytes(in.dtype) * sizes[k].n_paths;
            matrix_check_same("payoffs", reduce_same, &in, N_OUT * bytes);
            matrix_check_same("paths", whole_same, &in, bytes * (sizes[k].n_steps + 1));
        }
}

static void a_path_does_not_depend_on_how_many_there_are(void)
{
    enum { MANY = 1500, FEW = 100, STEPS = 20 };
    for (int d = PEN_F32; d <= PEN_F64; d++) {
        size_t row = (STEPS + 1) * pen_dtype_bytes((pen_dtype)d);
        brownian many = model_of(MANY, STEPS), few = model_of(FEW, STEPS);
        char *a = need(MANY * row), *b = need(FEW * row);
        CHECK_OK(whole(first_queue(), (pen_dtype)d, &many, a));
        CHECK_OK(whole(first_queue(), (pen_dtype)d, &few, b));
        CHECK(memcmp(a, b, FEW * row) == 0);
        few.simulation.first_path = 700; /* a part of a set, as another machine would run it */
        CHECK_OK(whole(first_queue(), (pen_dtype)d, &few, b));
        CHECK(memcmp(a + 700 * row, b, FEW * row) == 0);
        few.simulation.first_path = 0;
        few.simulation.replicate = 1;
        CHECK_OK(whole(first_queue(), (pen_dtype)d, &few, b));
        CHECK(memcmp(a, b, FEW * row) != 0);
        free(a);
        free(b);
    }
    matrix_restore();
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov and Smirnov's distance from the standard normal law, times sqrt(n). */
static double ks_normal(double *z, size_t n)
{
    double worst = 0;
    qsort(z, n, sizeof *z, ascending);
    for (size_t i = 0; i < n; i++) {
        double cdf = erfc(-z[i] * sqrt(0.5)) / 2;
        worst = fmax(worst, fmax(fabs(cdf - (double)i / (double)n),
                                 fabs(cdf - (double)(i + 1) / (double)n)));
    }
    return worst * sqrt((double)n);
}

static void terminal_prices_have_the_lognormal_law(void)
{
    enum { N = 200000 };
    double *out = need(N_OUT * N * sizeof *out);
    for (int d = PEN_F32; d <= PEN_F64; d++) {
        brownian model = model_of(N, 10);
        CHECK_OK(reduce(first_queue(), (pen_dtype)d, &model, out));
        if (d == PEN_F32)
            for (size_t i = N; i-- > 0;)
                out[i] = (double)((float *)out)[i];
        double sum = 0, square = 0, cube = 0, fourth = 0, price = 0;
        for (size_t i = 0; i < N; i++) {
            double z = (log(out[i] / 100) - 0.03) / 0.2;
            price += out[i];
            sum += z;
            square += z * z;
            cube += z * z * z;
            fourth += z * z * z * z;
            out[i] = z;
        }
        /* Within four standard errors of what the law says. */
        double root_n = sqrt((double)N), deviation = 100 * exp(0.05) * sqrt(exp(0.04) - 1);
        CHECK_NEAR("mean price", price / N, 100 * exp(0.05), 4 * deviation / root_n);
        CHECK_NEAR("mean", sum / N, 0, 4 / root_n);
        CHECK_NEAR("variance", square / N, 1, 4 * sqrt(2.0) / root_n);
        CHECK_NEAR("skewness", cube / N, 0, 4 * sqrt(15.0) / root_n);
        CHECK_NEAR("kurtosis", fourth / N, 3, 4 * sqrt(96.0) / root_n);
        CHECK(ks_normal(out, N) < 1.95); /* 0.1 % level */
    }
    free(out);
    matrix_restore();
}

static double correlation(const double *x, size_t dx, const double *y, size_t dy, size_t n)
{
    double sx = 0, sy = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        double a = x[i * dx], b = y[i * dy];
        sx += a;
        sy += b;
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    double m = (double)n;
    return (xy - sx * sy / m) / sqrt((xx - sx * sx / m) * (yy - sy * sy / m));
}

static void steps_and_paths_are_uncorrelated(void)
{
    enum { N = 4000, STEPS = 64, POINTS = STEPS + 1 };
    brownian model = model_of(N, STEPS);
    double *paths = need(N * POINTS * sizeof *paths), worst = 0;
    CHECK_OK(whole(first_queue(), PEN_F64, &model, paths));
    for (size_t i = N * POINTS; i-- > 0;) /* returns in place; the first point is left over */
        paths[i] = i % POINTS == 0 ? 0 : log(paths[i] / paths[i - 1]);
    for (size_t k = 1; k < STEPS; k++) {
        double r = correlation(paths + k, POINTS, paths + k + 1, POINTS, N);
        worst = fmax(worst, fabs(r) * sqrt((double)N));
    }
    CHECK(worst < 4.2); /* of 63 normal numbers, all below with probability 0.998 */
    worst = 0;
    for (size_t p = 0; p + 1 < N; p++) {
        double r = correlation(paths + p * POINTS + 1, 1, paths + (p + 1) * POINTS + 1, 1, STEPS);
        worst = fmax(worst, fabs(r) * sqrt((double)STEPS));
    }
    CHECK(worst < 5); /* of 3999 */
    free(paths);
    matrix_restore();
}

static void summaries_are_exact(void)
{
    double x[] = { 5, NAN, 1, 4, 2, 3, NAN }, q[5];
    static const double levels[] = { 0, 0.25, 0.5, 0.9, 1 };
    pen_panel *panel;
    pen_sample_summary s;
    CHECK_OK(pen_panel_wrap(PEN_F64, x, 1, COUNT(x), COUNT(x), &panel));
    CHECK_OK(pen_sample_summarise(first_queue(), panel, levels, COUNT(levels), &s, q));
    CHECK(s.count == 5);
    CHECK_NEAR("mean", s.mean, 3, 0);
    CHECK_NEAR("stdev", s.stdev, sqrt(2.5), 1e-15);
    CHECK_NEAR("lowest", s.lowest, 1, 0);
    CHECK_NEAR("highest", s.highest, 5, 0);
    static const double want[] = { 1, 2, 3, 4.6, 5 };
    for (size_t i = 0; i < COUNT(levels); i++)
        CHECK_NEAR("quantile", q[i], want[i], 1e-15);
    CHECK(x[0] == 5 && isnan(x[1])); /* the samples stay as they were */
    pen_panel_destroy(panel);

    double huge[] = { 1, 1e100, 1, -1e100 }; /* a plain sum would give 0 */
    CHECK_OK(pen_panel_wrap(PEN_F64, huge, 2, 2, 2, &panel));
    CHECK_OK(pen_sample_summarise(first_queue(), panel, NULL, 0, &s, NULL));
    CHECK_NEAR("mean of 1, 1e100, 1, -1e100", s.mean, 0.5, 0);
    pen_panel_destroy(panel);

    float narrow[] = { 2.5f };
    CHECK_OK(pen_panel_wrap(PEN_F32, narrow, 1, 1, 1, &panel));
    CHECK_OK(pen_sample_summarise(first_queue(), panel, levels, 5, &s, q));
    CHECK(s.mean == 2.5 && isnan(s.stdev) && q[0] == 2.5 && q[4] == 2.5);
    double bad = 1.5;
    CHECK_STATUS(pen_sample_summarise(first_queue(), panel, &bad, 1, &s, q), PEN_E_ARG);
    pen_panel_destroy(panel);

    CHECK_OK(pen_panel_wrap(PEN_F64, x + 1, 1, 1, 1, &panel)); /* only a NaN */
    CHECK_OK(pen_sample_summarise(first_queue(), panel, levels, 5, &s, q));
    CHECK(s.count == 0 && isnan(s.mean) && isnan(q[2]));
    pen_panel_destroy(panel);
    matrix_restore();
}

/* As many levels as are sorted for, and as few as are selected. */
static void quantiles_are_those_of_the_sorted_samples(void)
{
    enum { N = 20011, LEVELS = 41 };
    static double x[N], sorted[N];
    double levels[LEVELS], q[LEVELS];
    pen_rng rng;
    pen_panel *panel;
    pen_sample_summary s;
    pen_rng_init(&rng, 3, 0, 0, 0);
    for (size_t i = 0; i < N; i++)
        sorted[i] = x[i] = floor(4000 * pen_rng_uniform(&rng)) / 8 - 200;
    qsort(sorted, N, sizeof *sorted, ascending);
    for (size_t i = 0; i < LEVELS; i++)
        levels[i] = (double)i / (LEVELS - 1);
    CHECK_OK(pen_panel_wrap(PEN_F64, x, 1, N, N, &panel));
    for (size_t n = 1; n <= LEVELS; n += LEVELS / 4) {
        CHECK_OK(pen_sample_summarise(first_queue(), panel, levels, n, &s, q));
        CHECK(s.count == N && s.lowest == sorted[0] && s.highest == sorted[N - 1]);
        for (size_t i = 0; i < n; i++) {
            double at = levels[i] * (N - 1), below = floor(at);
            size_t k = (size_t)below, next = k + 1 < N ? k + 1 : k;
            double want = sorted[k] + (at - below) * (sorted[next] - sorted[k]);
            CHECK_NEAR("quantile", q[i], want, 1e-9);
        }
    }
    pen_panel_destroy(panel);
    matrix_restore();
}

static void failed_allocations_are_reported(void)
{
    double x[] = { 1, 2, 3 };
    pen_panel *panel;
    pen_sample_summary s;
    pen_queue *queue = first_queue();
    CHECK_OK(pen_panel_wrap(PEN_F64, x, 1, 3, 3, &panel));
    long live = pen_alloc_live();
    pen_status status = PEN_E_NOMEM;
    for (long n = 0; status != PEN_OK && n < 20; n++) {
        pen_alloc_fail_after(n);
        status = pen_sample_summarise(queue, panel, NULL, 0, &s, NULL);
        pen_alloc_fail_after(-1);
        CHECK(status == PEN_OK || status == PEN_E_NOMEM);
        CHECK(pen_alloc_live() == live);
    }
    CHECK(status == PEN_OK);
    pen_panel_destroy(panel);
    matrix_restore();
}

static void wrong_models_are_refused(void)
{
    static const double zero = 0, negative = -0.1, nan = NAN;
    double x[8] = { 0 };
    pen_panel *panel;
    pen_payoff *price;
    CHECK_OK(pen_panel_wrap(PEN_F64, x, 2, 4, 4, &panel));
    CHECK_OK(pen_payoff_create("S", NULL, 0, &price));
    const pen_payoff *const payoffs[] = { price, price, price };
    pen_simulation good = model_of(2, 3).simulation, bad[] = { good, good, good, good, good, good };
    bad[0].initial_px = &zero;
    bad[1].vol_frac = &negative;
    bad[2].drift_frac = &nan;
    bad[3].horizon_yr = 0;
    bad[4].n_substeps = 0;
    bad[5].n_substeps = (size_t)1 << 40;
    for (size_t i = 0; i < COUNT(bad); i++) {
        CHECK_STATUS(pen_simulate_payoffs(first_queue(), &bad[i], payoffs, 2, panel), PEN_E_ARG);
        CHECK_STATUS(pen_simulate_paths(first_queue(), &bad[i], panel), PEN_E_ARG);
    }
    CHECK_STATUS(pen_simulate_payoffs(first_queue(), &good, payoffs, 3, panel), PEN_E_SHAPE);
    CHECK_ERROR_SAYS("values has 2 series, expected 3");
    CHECK_STATUS(pen_simulate_payoffs(first_queue(), &good, payoffs, 0, panel), PEN_E_SIZE);
    CHECK_OK(pen_simulate_paths(first_queue(), &good, panel));
    CHECK(x[0] == 100 && x[4] == 100 && x[3] != x[7]);
    good.n_dates = 4;
    CHECK_STATUS(pen_simulate_paths(first_queue(), &good, panel), PEN_E_SHAPE);
    CHECK_ERROR_SAYS("2 x 4, expected a multiple of 1 assets by 5 points");
    good.n_dates = 3;
    good.first_path = UINT32_MAX - 1;
    CHECK_STATUS(pen_simulate_paths(first_queue(), &good, panel), PEN_E_SIZE);
    good.first_path = 0;
    good.vol_frac = &zero; /* no chance: the forward */
    CHECK_OK(pen_simulate_paths(first_queue(), &good, panel));
    CHECK_NEAR("without volatility", x[3], 100 * exp(0.05), 1e-12);
    pen_payoff_destroy(price);
    pen_panel_destroy(panel);
    matrix_restore();
}

static const check_test tests[] = {
    TEST(kernels_draw_the_words_of_the_host),
    TEST(normal_numbers_come_from_the_words),
    TEST(paths_follow_the_formula),
    TEST(reductions_are_those_of_the_stored_paths),
    TEST(bits_are_the_same_on_every_device),
    TEST(a_path_does_not_depend_on_how_many_there_are),
    TEST(terminal_prices_have_the_lognormal_law),
    TEST(steps_and_paths_are_uncorrelated),
    TEST(summaries_are_exact),
    TEST(quantiles_are_those_of_the_sorted_samples),
    TEST(failed_allocations_are_reported),
    TEST(wrong_models_are_refused),
};
TEST_MAIN(tests)
