/* Simulated prices and payoffs.  The peer is the same generator and method as a scalar loop of
 * libm's functions, on one thread: what a straightforward C program does. */
#include <math.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/rng.h"
#include "../src/machine/base/status.h"
#include "../src/machine/device/launch.h"
#include "bench.h"

enum { MOST_ASSETS = 8 };
static const double RATE = 0.05;

struct work {
    pen_process process;
    size_t n_assets, n_dates, n_paths;
    const char *payoff; /* NULL: whole paths are stored */
    bool wants_greeks;
    pen_sampling sampling;
    double low, high; /* where the estimate must be */
};

struct state {
    const struct work *work;
    pen_simulation model;
    double initial_px[MOST_ASSETS], vol_frac[MOST_ASSETS], correlation[MOST_ASSETS * MOST_ASSETS];
    pen_payoff *payoff;
    pen_panel *paths;
    pen_monte_carlo_out out;
    double sum; /* of the peer's prices, so that it is not optimised away */
};

static void clear(bench *b)
{
    struct state *s = b->state;
    if (s == NULL)
        return;
    pen_payoff_destroy(s->payoff);
    pen_panel_destroy(s->paths);
    pen_free(s);
}

static pen_status prepare(bench *b)
{
    const struct work *work = b->test->with;
    struct state *s;
    PEN_TRY(PEN_NEW(&s));
    b->state = s;
    s->work = work;
    s->model = pen_simulation_default(work->process);
    for (size_t a = 0; a < work->n_assets; a++) {
        s->initial_px[a] = 100;
        s->vol_frac[a] = 0.2;
        for (size_t c = 0; c < work->n_assets; c++)
            s->correlation[a * work->n_assets + c] = a == c ? 1 : 0.5;
    }
    s->model.initial_px = s->initial_px;
    s->model.vol_frac = s->vol_frac;
    s->model.correlation = s->correlation;
    s->model.n_assets = work->n_assets;
    s->model.n_dates = work->n_dates;
    s->model.sampling = work->sampling;
    s->model.drift_frac = NULL;
    s->model.rate_frac = RATE;
    b->items = work->n_paths * work->n_dates * work->n_assets;
    if (work->payoff != NULL)
        return pen_payoff_create(work->payoff, NULL, 0, &s->payoff);
    return pen_panel_create(b->device, b->test->dtype, work->n_paths * work->n_assets,
                            work->n_dates + 1, &s->paths);
}

static pen_status run(bench *b)
{
    struct state *s = b->state;
    if (s->paths != NULL)
        return pen_simulate_paths(b->queue, &s->model, s->paths);
    pen_monte_carlo options = pen_monte_carlo_default();
    options.n_paths = s->work->n_paths;
    options.wants_greeks = s->work->wants_greeks;
    return pen_monte_carlo_run(b->queue, b->test->dtype, &s->model, &options,
                               (const pen_payoff *const *)&s->payoff, 1, &s->out);
}

/* The last prices' mean within five standard errors; an estimate within its bounds. */
static pen_status check(bench *b)
{
    struct state *s = b->state;
    double value = s->out.price.value, low = s->work->low, high = s->work->high;
    if (s->paths != NULL) {
        PEN_TRY(pen_queue_wait(b->queue));
        if (!pen_panel_is_host(s->paths))
            return PEN_OK;
        const double *x = pen_panel_data(s->paths);
        value = 0;
        for (size_t p = 0; p < s->work->n_paths; p++)
            value +=
                x[p * pen_panel_stride(s->paths) + s->work->n_dates] / (double)s->work->n_paths;
    }
    if (!(value >= low && value <= high))
        return pen_fail(PEN_E_INTERNAL, "%.17g, expected %g to %g", value, low, high);
    return PEN_OK;
}

/* A European call. */
static pen_status peer(bench *b)
{
    struct state *s = b->state;
    size_t n_dates = s->work->n_dates;
    double dt = 1.0 / (double)n_dates, drift = (RATE - 0.02) * dt, vol = 0.2 * sqrt(dt);
    if (!pen_device_is_host(b->device))
        return PEN_E_UNSUPPORTED;
    for (size_t p = 0; p < s->work->n_paths; p++) {
        pen_rng rng;
        double x = 0;
        pen_rng_init(&rng, 0, (uint32_t)p, 1, 0);
        for (size_t k = 0; k < n_dates; k += 2) {
            double radius = sqrt(-2 * log(pen_rng_uniform(&rng)));
            double angle = 6.283185307179586 * pen_rng_uniform(&rng);
            x += drift + vol * radius * cos(angle);
            if (k + 1 < n_dates)
                x += drift + vol * radius * sin(angle);
        }
        s->sum += fmax(100 * exp(x) - 100, 0);
    }
    return PEN_OK;
}

/* Their estimates are theirs within five standard errors, of the closed form where there is one. */
static const struct work
    call = { PEN_GEOMETRIC_BROWNIAN, 1, 252, 16384, "max(S - 100, 0)", false, 0, 9.9, 11 },
    whole = { PEN_GEOMETRIC_BROWNIAN, 1, 252, 16384, NULL, false, 0, 104.2, 106.1 },
    asian = { PEN_GEOMETRIC_BROWNIAN, 1, 252, 16384, "max(mean(S) - 100, 0)", false, 0, 5.5, 6.1 },
    sobol = { .process = PEN_GEOMETRIC_BROWNIAN,
              .n_assets = 1,
              .n_dates = 252,
              .n_paths = 16384,
              .payoff = "max(mean(S) - 100, 0)",
              .sampling = PEN_SAMPLING_SOBOL,
              .low = 5.75,
              .high = 5.81 },
    barrier = { .process = PEN_GEOMETRIC_BROWNIAN,
                .n_assets = 1,
                .n_dates = 252,
                .n_paths = 16384,
                .payoff = "max(S - 100, 0) * (min(S) > 80)",
                .low = 9.9,
                .high = 10.9 },
    greeks = { PEN_GEOMETRIC_BROWNIAN, 1, 252, 16384, "max(mean(S) - 100, 0)", true, 0, 5.5, 6.1 },
    basket = { .process = PEN_GEOMETRIC_BROWNIAN,
               .n_assets = 8,
               .n_dates = 252,
               .n_paths = 4096,
               .payoff = "max((S1 + S2 + S3 + S4 + S5 + S6 + S7 + S8) / 8 - 100, 0)",
               .low = 8.2,
               .high = 9.2 },
    heston = { PEN_HESTON, 1, 252, 16384, "max(S - 100, 0)", false, 0, 9.4, 10.7 },
    merton = { PEN_MERTON, 1, 252, 16384, "max(S - 100, 0)", false, 0, 11, 12.4 };

#define CASE(title, type, job, peer_title, peer_run)                                               \
    {                                                                                              \
        .name = title, .item = "path-step", .dtype = type, .prepare = prepare, .run = run,         \
        .check = check, .clear = clear, .peer_name = peer_title, .peer = peer_run, .with = &(job)  \
    }

static const bench_case cases[] = {
    CASE("gbm_call_f32_252", PEN_F32, call, NULL, NULL),
    CASE("gbm_call_f64_252", PEN_F64, call, "scalar libm, 1 thread", peer),
    CASE("gbm_paths_f64_252", PEN_F64, whole, NULL, NULL),
    CASE("gbm_asian_f32_252", PEN_F32, asian, NULL, NULL),
    CASE("gbm_asian_f64_252", PEN_F64, asian, NULL, NULL),
    CASE("gbm_asian_greeks_f64_252", PEN_F64, greeks, NULL, NULL),
    CASE("gbm_asian_sobol_f64_252", PEN_F64, sobol, NULL, NULL),
    CASE("gbm_barrier_f64_252", PEN_F64, barrier, NULL, NULL),
    CASE("gbm_basket_of_8_f64_252", PEN_F64, basket, NULL, NULL),
    CASE("heston_call_f64_252", PEN_F64, heston, NULL, NULL),
    CASE("merton_call_f64_252", PEN_F64, merton, NULL, NULL),
};

const bench_area bench_simulation = { "simulation", cases, PEN_COUNT(cases) };
