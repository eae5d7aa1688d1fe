/* American options.  The peer is the textbook's tree in plain C: all nodes, one option after the
 * other, on one thread. */
#include <math.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/rng.h"
#include "../src/machine/base/status.h"
#include "../src/machine/device/launch.h"
#include "bench.h"

enum { SIDE, SPOT, STRIKE, EXPIRY, VOL, N_COLUMNS };
static const double RATE = 0.03, DIVIDEND = 0.01;

struct american_case {
    pen_american_method method;
    size_t n, n_steps;
    bool is_chain; /* one spot and expiry, strikes in order: as a file of quotes has them */
    double tolerance;
    pen_american_accuracy accuracy;
};

struct american {
    const struct american_case *with;
    double *host[N_COLUMNS]; /* of the type's precision, as doubles */
    pen_panel *in[N_COLUMNS], *price;
    double *peer; /* [n] */
    double *nodes;
};

static void american_clear(bench *b)
{
    struct american *s = b->state;
    if (s == NULL)
        return;
    for (int j = 0; j < N_COLUMNS; j++) {
        pen_free(s->host[j]);
        pen_panel_destroy(s->in[j]);
    }
    pen_panel_destroy(s->price);
    pen_free(s->peer);
    pen_free(s->nodes);
    pen_free(s);
}

static pen_status upload(bench *b, pen_panel *panel, const double *x, size_t n)
{
    void *narrow = NULL;
    const void *from = x;
    if (b->test->dtype == PEN_F32) {
        PEN_TRY(pen_alloc_array(n, sizeof(float), &narrow));
        for (size_t i = 0; i < n; i++)
            ((float *)narrow)[i] = (float)x[i];
        from = narrow;
    }
    pen_status s = pen_panel_write(b->queue, panel, from, n);
    if (s == PEN_OK)
        s = pen_queue_wait(b->queue);
    pen_free(narrow);
    return s;
}

static void fill_row(struct american *s, size_t i, pen_rng *rng, bool is_f32)
{
    double share = (double)(i / 2) / (double)(s->with->n / 2), u = pen_rng_uniform(rng);
    bool is_chain = s->with->is_chain;
    s->host[SIDE][i] = i % 2 == 0 ? 1 : -1;
    s->host[SPOT][i] = is_chain ? 100 : 80 + 40 * pen_rng_uniform(rng);
    s->host[STRIKE][i] = 60 + 80 * (is_chain ? share : u);
    s->host[EXPIRY][i] = is_chain ? 0.5 : 0.02 + 2 * pen_rng_uniform(rng);
    s->host[VOL][i] = is_chain ? 0.35 - 0.2 * share : 0.1 + 0.5 * pen_rng_uniform(rng);
    for (int j = 0; j < N_COLUMNS && is_f32; j++)
        s->host[j][i] = (double)(float)s->host[j][i];
}

static pen_status american_prepare(bench *b)
{
    struct american *s;
    PEN_TRY(PEN_NEW(&s));
    b->state = s;
    s->with = b->test->with;
    size_t n = b->items = s->with->n;
    pen_rng rng;
    pen_rng_init(&rng, 1, 0, 0, 0);
    for (int j = 0; j < N_COLUMNS; j++)
        PEN_TRY(pen_alloc_array(n, sizeof *s->host[j], (void **)&s->host[j]));
    for (size_t i = 0; i < n; i++)
        fill_row(s, i, &rng, b->test->dtype == PEN_F32);
    for (int j = 0; j < N_COLUMNS; j++) {
        PEN_TRY(pen_panel_create(b->device, b->test->dtype, 1, n, &s->in[j]));
        PEN_TRY(upload(b, s->in[j], s->host[j], n));
    }
    PEN_TRY(pen_panel_create(b->device, b->test->dtype, 1, n, &s->price));
    PEN_TRY(pen_alloc_array(2 * s->with->n_steps + 3, sizeof *s->nodes, (void **)&s->nodes));
    return pen_alloc_array(n, sizeof *s->peer, (void **)&s->peer);
}

static pen_status american_run(bench *b)
{
    struct american *s = b->state;
    pen_american in = { { s->in[SIDE], 0 },   { s->in[SPOT], 0 }, { s->in[STRIKE], 0 },
                        { s->in[EXPIRY], 0 }, { s->in[VOL], 0 },  { NULL, RATE },
                        { NULL, DIVIDEND } };
    pen_american_settings settings = { s->with->method, s->with->n_steps, s->with->accuracy };
    return pen_price_american(b->queue, &in, &settings,
                              &(pen_american_out){ .price_px = s->price });
}

/* Cox, Ross and Rubinstein's tree, every node. */
static double plain_tree(struct american *s, size_t i)
{
    size_t n = s->with->n_steps;
    double side = s->host[SIDE][i], spot = s->host[SPOT][i], strike = s->host[STRIKE][i];
    double dt = s->host[EXPIRY][i] / (double)n, up = exp(s->host[VOL][i] * sqrt(dt)), down = 1 / up;
    double chance = (exp((RATE - DIVIDEND) * dt) - down) / (up - down), discount = exp(-RATE * dt);
    double p_up = discount * chance, p_down = discount * (1 - chance);
    double *value = s->nodes, *payoff = s->nodes + n + 1;
    for (size_t j = 0; j <= n; j++) {
        payoff[j] = spot * exp((2 * (double)j - (double)n) * log(up)); /* the price, at the end */
        value[j] = fmax(side * (payoff[j] - strike), 0);
    }
    for (size_t k = n; k-- > 0;)
        for (size_t j = 0; j <= k; j++) {
            payoff[j] *= up;
            double held = p_up * value[j + 1] + p_down * value[j];
            double exercised = side * (payoff[j] - strike);
            value[j] = held > exercised ? held : exercised;
        }
    return value[0];
}

static pen_status american_check(bench *b)
{
    struct american *s = b->state;
    bool is_f32 = b->test->dtype == PEN_F32;
    void *got;
    PEN_TRY(pen_alloc_array(s->with->n, sizeof(double), &got));
    pen_status status = pen_panel_read(b->queue, got, s->with->n, s->price);
    if (status == PEN_OK)
        status = pen_queue_wait(b->queue);
    for (size_t i = 0; i < s->with->n && status == PEN_OK; i += 1 + s->with->n / 50) {
        double x = is_f32 ? (double)((float *)got)[i] : ((double *)got)[i];
        double want = plain_tree(s, i);
        if (!(fabs(x - want) <= s->with->tolerance))
            status = pen_fail(PEN_E_INTERNAL, "row %zu: %.17g, expected %.17g", i, x, want);
    }
    pen_free(got);
    return status;
}

static pen_status american_peer(bench *b)
{
    struct american *s = b->state;
    if (!pen_device_is_host(b->device) || b->test->dtype != PEN_F64)
        return PEN_E_UNSUPPORTED;
    for (size_t i = 0; i < s->with->n; i++)
        s->peer[i] = plain_tree(s, i);
    return PEN_OK;
}

static const struct american_case
    fast = { PEN_AMERICAN_BOUNDARY, 8192, 1000, false, 5e-2, PEN_AMERICAN_FAST },
    accurate = { PEN_AMERICAN_BOUNDARY, 1024, 1000, false, 5e-2, PEN_AMERICAN_ACCURATE },
    crr = { PEN_AMERICAN_CRR, 512, 1000, false, 1e-9, PEN_AMERICAN_FAST },
    crr_chain = { PEN_AMERICAN_CRR, 512, 1000, true, 1e-9, PEN_AMERICAN_FAST },
    crr_f32 = { PEN_AMERICAN_CRR, 512, 1000, false, 2e-2, PEN_AMERICAN_FAST },
    lr = { PEN_AMERICAN_LEISEN_REIMER, 512, 501, false, 5e-2, PEN_AMERICAN_FAST };
static const struct american_case fd = { PEN_AMERICAN_DIFFERENCES, 512, 200, false, 5e-2,
                                         PEN_AMERICAN_FAST };

/* The peer of CRR alone does the same job; the others are checked against its tree, which is 0.03
 * away. */
#define AMERICAN(title, type, kind, ...)                                                           \
    {                                                                                              \
        .name = title, .item = "option", .dtype = type, .prepare = american_prepare,               \
        .run = american_run, .check = american_check, .clear = american_clear, .with = &(kind),    \
        __VA_ARGS__                                                                                \
    }

#define PEER .peer_name = "plain C tree of as many steps, 1 thread", .peer = american_peer
#define NO_PEER .peer_name = NULL

static const bench_case cases[] = {
    AMERICAN("boundary_fast_f64", PEN_F64, fast, NO_PEER),
    AMERICAN("boundary_fast_f32", PEN_F32, fast, NO_PEER),
    AMERICAN("boundary_accurate_f64", PEN_F64, accurate, NO_PEER),
    AMERICAN("crr_1000_f64", PEN_F64, crr, PEER),
    AMERICAN("crr_1000_chain_f64", PEN_F64, crr_chain, PEER),
    AMERICAN("crr_1000_f32", PEN_F32, crr_f32, NO_PEER),
    AMERICAN("lr_501_f64", PEN_F64, lr, NO_PEER),
    AMERICAN("fd_200_f64", PEN_F64, fd, NO_PEER),
};

const bench_area bench_american = { "american", cases, PEN_COUNT(cases) };
