/* Options.  The peer is the same job as a scalar loop of libm's functions, on
 * one thread: what a straightforward C program does. */
#include <math.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/rng.h"
#include "../src/machine/base/status.h"
#include "../src/machine/device/launch.h"
#include "bench.h"

/* ---- European options ---- */

enum { SIDE, SPOT, STRIKE, EXPIRY, VOL, N_COLUMNS, N_OUTPUTS = 6 };
static const double RATE = 0.03, DIVIDEND = 0.01;

struct chain_case {
    size_t n;
    int n_outputs; /* the first so many of price, delta, gamma, vega, theta, rho */
};

struct chain {
    size_t n;
    int n_outputs;
    double *host[N_COLUMNS]; /* of the type's precision, as doubles */
    pen_panel *in[N_COLUMNS], *out[N_OUTPUTS];
    double *peer_out; /* [N_OUTPUTS][n] */
    double *price;    /* [n] whose volatility is looked for */
    pen_panel *price_px;
};

static void chain_clear(bench *b)
{
    struct chain *s = b->state;
    if (s == NULL)
        return;
    for (int j = 0; j < N_COLUMNS; j++) {
        pen_free(s->host[j]);
        pen_panel_destroy(s->in[j]);
    }
    for (int j = 0; j < N_OUTPUTS; j++)
        pen_panel_destroy(s->out[j]);
    pen_panel_destroy(s->price_px);
    pen_free(s->price);
    pen_free(s->peer_out);
    pen_free(s);
}

/* Writes doubles into a panel of either type. */
static pen_status upload(bench *b, pen_panel *panel, const double *x, size_t n)
{
    if (b->test->dtype == PEN_F64) {
        PEN_TRY(pen_panel_write(b->queue, panel, x, n));
        return pen_queue_wait(b->queue);
    }
    float *narrow;
    PEN_TRY(pen_alloc_array(n, sizeof *narrow, (void **)&narrow));
    for (size_t i = 0; i < n; i++)
        narrow[i] = (float)x[i];
    pen_status s = pen_panel_write(b->queue, panel, narrow, n);
    if (s == PEN_OK)
        s = pen_queue_wait(b->queue);
    pen_free(narrow);
    return s;
}

static void fill_row(struct chain *s, size_t i, pen_rng *rng, bool is_f32)
{
    s->host[SIDE][i] = pen_rng_u32(rng) & 1 ? 1 : -1;
    s->host[SPOT][i] = 80 + 40 * pen_rng_uniform(rng);
    s->host[STRIKE][i] = 60 + 80 * pen_rng_uniform(rng);
    s->host[EXPIRY][i] = 0.02 + 2 * pen_rng_uniform(rng);
    s->host[VOL][i] = 0.1 + 0.5 * pen_rng_uniform(rng);
    for (int j = 0; j < N_COLUMNS && is_f32; j++)
        s->host[j][i] = (double)(float)s->host[j][i];
}

static pen_status chain_prepare(bench *b)
{
    const struct chain_case *with = b->test->with;
    struct chain *s;
    PEN_TRY(PEN_NEW(&s));
    b->state = s;
    b->items = s->n = with->n;
    s->n_outputs = with->n_outputs;
    pen_rng rng;
    pen_rng_init(&rng, 1, 0, 0, 0);
    for (int j = 0; j < N_COLUMNS; j++)
        PEN_TRY(pen_alloc_array(s->n, sizeof *s->host[j], (void **)&s->host[j]));
    for (size_t i = 0; i < s->n; i++)
        fill_row(s, i, &rng, b->test->dtype == PEN_F32);
    for (int j = 0; j < N_COLUMNS; j++) {
        PEN_TRY(pen_panel_create(b->device, b->test->dtype, 1, s->n, &s->in[j]));
        PEN_TRY(upload(b, s->in[j], s->host[j], s->n));
    }
    for (int j = 0; j < s->n_outputs; j++)
        PEN_TRY(pen_panel_create(b->device, b->test->dtype, 1, s->n, &s->out[j]));
    return pen_alloc_array(s->n * N_OUTPUTS, sizeof *s->peer_out, (void **)&s->peer_out);
}

static pen_status chain_run(bench *b)
{
    struct chain *s = b->state;
    pen_european in = { { s->in[SIDE], 0 },   { s->in[SPOT], 0 }, { s->in[STRIKE], 0 },
                        { s->in[EXPIRY], 0 }, { s->in[VOL], 0 },  { NULL, RATE },
                        { NULL, DIVIDEND } };
    pen_european_out out = { .price_px = s->out[0],
                             .delta = s->out[1],
                             .gamma = s->out[2],
                             .vega = s->out[3],
                             .theta = s->out[4],
                             .rho = s->out[5] };
    return pen_price_european(b->queue, &in, &out);
}

/* The textbook's formulas with libm. */
static void price_plainly(const struct chain *s, size_t i, double out[N_OUTPUTS])
{
    double side = s->host[SIDE][i], spot = s->host[SPOT][i], strike = s->host[STRIKE][i];
    double t = s->host[EXPIRY][i], vol = s->host[VOL][i], root = sqrt(t);
    double d1 = (log(spot / strike) + (RATE - DIVIDEND + vol * vol / 2) * t) / (vol * root);
    double d2 = d1 - vol * root, paid = exp(-DIVIDEND * t), discount = strike * exp(-RATE * t);
    double n1 = erfc(-side * d1 * sqrt(0.5)) / 2, n2 = erfc(-side * d2 * sqrt(0.5)) / 2;
    double density = paid * exp(-d1 * d1 / 2) * 0.3989422804014327;
    out[0] = side * (spot * paid * n1 - discount * n2);
    out[1] = side * paid * n1;
    out[2] = density / (spot * vol * root);
    out[3] = spot * density * root;
    out[4] = -spot * density * vol / (2 * root) - side * RATE * discount * n2 +
             side * DIVIDEND * spot * paid * n1;
    out[5] = side * t * discount * n2;
}

static pen_status chain_check(bench *b)
{
    struct chain *s = b->state;
    size_t bytes = pen_dtype_bytes(b->test->dtype);
    char *got;
    PEN_TRY(pen_alloc_array(s->n, bytes, (void **)&got));
    pen_status status = PEN_OK;
    for (int j = 0; j < s->n_outputs && status == PEN_OK; j++) {
        status = pen_panel_read(b->queue, got, s->n, s->out[j]);
        if (status == PEN_OK)
            status = pen_queue_wait(b->queue);
        for (size_t i = 0; i < s->n && status == PEN_OK; i += 1 + s->n / 5000) {
            double want[N_OUTPUTS],
                x = bytes == 4 ? (double)((float *)(void *)got)[i] : ((double *)(void *)got)[i];
            price_plainly(s, i, want);
            if (!(fabs(x - want[j]) <= (bytes == 4 ? 5e-6 : 5e-14) * (100 + fabs(want[j]))))
                status = pen_fail(PEN_E_INTERNAL, "output %d, row %zu: %.17g, expected %.17g", j, i,
                                  x, want[j]);
        }
    }
    pen_free(got);
    return status;
}

static pen_status chain_peer(bench *b)
{
    struct chain *s = b->state;
    if (!pen_device_is_host(b->device) || b->test->dtype != PEN_F64)
        return PEN_E_UNSUPPORTED;
    for (size_t i = 0; i < s->n; i++) {
        double out[N_OUTPUTS];
        price_plainly(s, i, out);
        for (int j = 0; j < s->n_outputs; j++)
            s->peer_out[(size_t)j * s->n + i] = out[j];
    }
    return PEN_OK;
}

/* ---- other models and payoffs, and the greeks of higher order ---- */

struct model_case {
    struct chain_case chain;
    pen_model model;
    pen_european_payoff payoff;
    bool is_higher; /* vanna to ultima instead of price to rho */
};

/* Bachelier's volatility is in money. */
static double vol_of(const struct model_case *with)
{
    return with->model == PEN_MODEL_BACHELIER ? 30 : 0.3;
}

static pen_status model_run(bench *b)
{
    struct chain *s = b->state;
    const struct model_case *with = b->test->with;
    pen_european_terms terms = { with->model, with->payoff, { NULL, 10 }, NULL };
    pen_european in = { { s->in[SIDE], 0 },   { s->in[SPOT], 0 },     { s->in[STRIKE], 0 },
                        { s->in[EXPIRY], 0 }, { NULL, vol_of(with) }, { NULL, RATE },
                        { NULL, DIVIDEND } };
    pen_panel *const *o = s->out;
    pen_european_out first = { o[0], o[1], o[2], o[3], o[4], o[5], 0, 0, 0, 0, 0, 0 };
    pen_european_out higher = { 0, 0, 0, 0, 0, 0, o[0], o[1], o[2], o[3], o[4], o[5] };
    return pen_price_european_by(b->queue, &terms, &in, with->is_higher ? &higher : &first);
}

static double cdf_of(double x)
{
    return 0.5 * erfc(-x * sqrt(0.5));
}

/* The first output, price or vanna, by the textbook. */
static double model_plainly(const struct model_case *with, const struct chain *s, size_t i)
{
    double side = s->host[SIDE][i], f = s->host[SPOT][i], k = s->host[STRIKE][i];
    double t = s->host[EXPIRY][i], vol = vol_of(with), dev = vol * sqrt(t);
    double paid = exp(-RATE * t), shift = with->model == PEN_MODEL_DISPLACED ? 10 : 0;
    if (with->model == PEN_MODEL_BACHELIER) {
        double d = (f - k) / dev, pdf = exp(-d * d / 2) / sqrt(2 * acos(-1));
        return paid * (side * (f - k) * cdf_of(side * d) + dev * pdf);
    }
    double growth = with->model == PEN_MODEL_BSM ? exp((RATE - DIVIDEND) * t) : 1;
    double d1 = log((f * growth + shift) / (k + shift)) / dev + dev / 2, d2 = d1 - dev;
    if (with->is_higher)
        return -exp(-DIVIDEND * t) * exp(-d1 * d1 / 2) / sqrt(2 * acos(-1)) * d2 / vol;
    if (with->payoff == PEN_PAYOFF_CASH)
        return paid * cdf_of(side * d2);
    return side * paid *
           ((f * growth + shift) * cdf_of(side * d1) - (k + shift) * cdf_of(side * d2));
}

static pen_status model_check(bench *b)
{
    struct chain *s = b->state;
    double *got;
    PEN_TRY(pen_alloc_array(s->n, sizeof *got, (void **)&got));
    pen_status status = pen_panel_read(b->queue, got, s->n, s->out[0]);
    if (status == PEN_OK)
        status = pen_queue_wait(b->queue);
    for (size_t i = 0; i < s->n && status == PEN_OK; i++) {
        double want = model_plainly(b->test->with, s, i);
        if (!(fabs(got[i] - want) <= 5e-14 * (100 + fabs(want))))
            status = pen_fail(PEN_E_INTERNAL, "row %zu: %.17g, expected %.17g", i, got[i], want);
    }
    pen_free(got);
    return status;
}

/* ---- Heston's model ---- */

/* Lewis (2013): strikes that repeat, so that the check knows the prices. */
static const double heston_strikes[] = { 80, 90, 100, 110, 120 },
                    heston_calls[] = { 26.774758743998854, 20.933349000596710, 16.070154917028834,
                                       12.132211516709845, 9.024913483457836 };

static pen_status heston_prepare(bench *b)
{
    PEN_TRY(chain_prepare(b));
    struct chain *s = b->state;
    for (size_t i = 0; i < s->n; i++)
        s->host[STRIKE][i] = heston_strikes[i % PEN_COUNT(heston_strikes)];
    return upload(b, s->in[STRIKE], s->host[STRIKE], s->n);
}

static pen_status heston_run(bench *b)
{
    struct chain *s = b->state;
    pen_heston in = { .side = { NULL, 1 },
                      .spot_px = { NULL, 100 },
                      .strike_px = { s->in[STRIKE], 0 },
                      .expiry_yr = { NULL, 1 },
                      .rate_frac = { NULL, 0.01 },
                      .dividend_frac = { NULL, 0.02 },
                      .v0 = { NULL, 0.04 },
                      .kappa = { NULL, 4 },
                      .theta = { NULL, 0.25 },
                      .xi = { NULL, 1 },
                      .rho = { NULL, -0.5 } };
    return pen_price_heston(b->queue, &in, &(pen_heston_out){ .price_px = s->out[0] });
}

static pen_status heston_check(bench *b)
{
    struct chain *s = b->state;
    size_t bytes = pen_dtype_bytes(b->test->dtype);
    char *got;
    PEN_TRY(pen_alloc_array(s->n, bytes, (void **)&got));
    pen_status status = pen_panel_read(b->queue, got, s->n, s->out[0]);
    if (status == PEN_OK)
        status = pen_queue_wait(b->queue);
    for (size_t i = 0; i < s->n && status == PEN_OK; i++) {
        double x = bytes == 4 ? (double)((float *)(void *)got)[i] : ((double *)(void *)got)[i];
        double want = heston_calls[i % PEN_COUNT(heston_calls)];
        if (!(fabs(x - want) < (bytes == 4 ? 1e-4 : 1e-12)))
            status = pen_fail(PEN_E_INTERNAL, "row %zu: %.17g, expected %.17g", i, x, want);
    }
    pen_free(got);
    return status;
}

/* ---- implied volatility ---- */

static pen_status implied_prepare(bench *b)
{
    PEN_TRY(chain_prepare(b));
    struct chain *s = b->state;
    PEN_TRY(pen_alloc_array(s->n, sizeof *s->price, (void **)&s->price));
    for (size_t i = 0; i < s->n; i++) {
        double out[N_OUTPUTS];
        price_plainly(s, i, out);
        s->price[i] = b->test->dtype == PEN_F32 ? (double)(float)out[0] : out[0];
    }
    PEN_TRY(pen_panel_create(b->device, b->test->dtype, 1, s->n, &s->price_px));
    return upload(b, s->price_px, s->price, s->n);
}

static pen_status implied_run(bench *b)
{
    struct chain *s = b->state;
    pen_implied in = { { s->in[SIDE], 0 },   { s->price_px, 0 },   { s->in[SPOT], 0 },
                       { s->in[STRIKE], 0 }, { s->in[EXPIRY], 0 }, { NULL, RATE },
                       { NULL, DIVIDEND } };
    return pen_implied_vol(b->queue, &in, &(pen_implied_out){ s->out[0], NULL });
}

/* The price that the volatility stands for is the one given. */
static pen_status implied_check(bench *b)
{
    struct chain *s = b->state;
    bool is_f32 = b->test->dtype == PEN_F32;
    void *got;
    PEN_TRY(pen_alloc_array(s->n, sizeof(double), &got));
    pen_status status = pen_panel_read(b->queue, got, s->n, s->out[0]);
    if (status == PEN_OK)
        status = pen_queue_wait(b->queue);
    for (size_t i = 0; i < s->n && status == PEN_OK; i += 1 + s->n / 5000) {
        double out[N_OUTPUTS], known = s->host[VOL][i];
        double x = is_f32 ? (double)((float *)got)[i] : ((double *)got)[i];
        price_plainly(s, i, out);
        double error = fabs(x - known) * out[3];
        bool is_lost = !(x > 0) && out[3] < (is_f32 ? 1e-2 : 1e-9); /* deep in the money */
        if (!is_lost && !(error <= (is_f32 ? 5e-5 : 1e-12)))
            status =
                pen_fail(PEN_E_INTERNAL, "row %zu: volatility %.17g, expected %.17g", i, x, known);
    }
    pen_free(got);
    return status;
}

/* Newton's method from a volatility of 0.3 with libm, to 1e-12 of the price's scale. */
static pen_status implied_peer(bench *b)
{
    struct chain *s = b->state;
    if (!pen_device_is_host(b->device) || b->test->dtype != PEN_F64)
        return PEN_E_UNSUPPORTED;
    for (size_t i = 0; i < s->n; i++) {
        double out[N_OUTPUTS], known = s->host[VOL][i], vol = 0.3;
        for (int k = 0; k < 50; k++) {
            s->host[VOL][i] = vol;
            price_plainly(s, i, out);
            double miss = out[0] - s->price[i];
            if (fabs(miss) < 1e-10 || !(out[3] > 1e-8))
                break;
            vol = fmax(vol - miss / out[3], vol / 3);
        }
        s->host[VOL][i] = known;
        s->peer_out[i] = vol;
    }
    return PEN_OK;
}

static const struct chain_case in_cache = { 4096, 6 }, one_output = { 4096, 1 },
                               large = { 4000000, 6 }, price_only = { 4000000, 1 };
static const struct model_case higher = { { 4096, 6 }, PEN_MODEL_BSM, PEN_PAYOFF_VANILLA, true },
                               black76 = { { 4096, 6 }, PEN_MODEL_BLACK76, 0, false },
                               bachelier = { { 4096, 6 }, PEN_MODEL_BACHELIER, 0, false },
                               displaced = { { 4096, 6 }, PEN_MODEL_DISPLACED, 0, false },
                               cash = { { 4096, 6 }, PEN_MODEL_BSM, PEN_PAYOFF_CASH, false };

#define CHAIN(title, type, size, columns)                                                          \
    {                                                                                              \
        .name = title, .item = "option", .dtype = type,                                            \
        .bytes_per_item = (columns) * (type == PEN_F32 ? 4 : 8), .prepare = chain_prepare,         \
        .run = chain_run, .check = chain_check, .clear = chain_clear,                              \
        .peer_name = type == PEN_F64 ? "scalar libm, 1 thread" : NULL, .peer = chain_peer,         \
        .with = &(size)                                                                            \
    }
#define MODEL(title, what)                                                                         \
    {                                                                                              \
        .name = title, .item = "option", .dtype = PEN_F64, .bytes_per_item = 10 * 8,               \
        .prepare = chain_prepare, .run = model_run, .check = model_check, .clear = chain_clear,    \
        .with = &(what)                                                                            \
    }
#define HESTON(title, type)                                                                        \
    {                                                                                              \
        .name = title, .item = "option", .dtype = type, .prepare = heston_prepare,                 \
        .run = heston_run, .check = heston_check, .clear = chain_clear, .with = &one_output        \
    }
#define IMPLIED(title, type, size)                                                                 \
    {                                                                                              \
        .name = title, .item = "option", .dtype = type,                                            \
        .bytes_per_item = 6 * (type == PEN_F32 ? 4 : 8), .prepare = implied_prepare,               \
        .run = implied_run, .check = implied_check, .clear = chain_clear,                          \
        .peer_name = type == PEN_F64 ? "Newton with scalar libm, 1 thread" : NULL,                 \
        .peer = implied_peer, .with = &(size)                                                      \
    }
static const bench_case cases[] = {
    CHAIN("european_greeks_f32_4096", PEN_F32, in_cache, 11),
    CHAIN("european_greeks_f64_4096", PEN_F64, in_cache, 11),
    CHAIN("european_greeks_f32_4m", PEN_F32, large, 11),
    CHAIN("european_greeks_f64_4m", PEN_F64, large, 11),
    CHAIN("european_price_f64_4m", PEN_F64, price_only, 6),
    MODEL("european_higher_greeks_f64_4096", higher),
    MODEL("black76_greeks_f64_4096", black76),
    MODEL("bachelier_greeks_f64_4096", bachelier),
    MODEL("displaced_greeks_f64_4096", displaced),
    MODEL("cash_digital_greeks_f64_4096", cash),
    HESTON("heston_price_f32_4096", PEN_F32),
    HESTON("heston_price_f64_4096", PEN_F64),
    IMPLIED("implied_vol_f32_4096", PEN_F32, in_cache),
    IMPLIED("implied_vol_f64_4096", PEN_F64, in_cache),
};

const bench_area bench_pricing = { "pricing", cases, PEN_COUNT(cases) };
