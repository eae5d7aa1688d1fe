/* Options against QuantLib, behind the functions of tests/peer/quantlib.cc, which `make peers`
 * builds where QuantLib is installed and PENSTOCK_QUANTLIB names; without it the tests are skipped.
 */
#include <dlfcn.h>

#include "check.h"
#include "machine/base/rng.h"
#include "peer/quantlib.h"
#include "penstock/penstock.h"

enum { ROWS = 300, COLUMNS = 8 };
enum { SIDE, SPOT, STRIKE, EXPIRY, VOL, RATE, DIVIDEND, EXTRA };

static struct {
    void *library;
    void (*european)(const ql_option *, double[6]);
    double (*american)(const ql_option *, int, unsigned);
    double (*barrier)(const ql_option *, int, double, double);
    double (*lookback)(const ql_option *, int, double);
    double (*geometric_asian)(const ql_option *, int);
    double (*heston)(const ql_option *, double, double, double, double, double);
    double (*bachelier)(const ql_option *);
} ql;

static pen_device *device;
static pen_queue *queue;

static bool open_quantlib(void)
{
    const char *file = getenv("PENSTOCK_QUANTLIB");
    if (ql.library != NULL)
        return true;
    ql.library = file != NULL ? dlopen(file, RTLD_NOW | RTLD_LOCAL) : NULL;
    if (ql.library == NULL)
        return false;
    *(void **)&ql.european = dlsym(ql.library, "ql_european");
    *(void **)&ql.american = dlsym(ql.library, "ql_american");
    *(void **)&ql.barrier = dlsym(ql.library, "ql_barrier");
    *(void **)&ql.lookback = dlsym(ql.library, "ql_lookback");
    *(void **)&ql.geometric_asian = dlsym(ql.library, "ql_geometric_asian");
    *(void **)&ql.heston = dlsym(ql.library, "ql_heston");
    *(void **)&ql.bachelier = dlsym(ql.library, "ql_bachelier");
    return pen_device_open("cpu:0", &device) == PEN_OK &&
           pen_queue_create(device, &queue) == PEN_OK;
}
#define NEED_QUANTLIB                                                                              \
    do                                                                                             \
        if (!open_quantlib())                                                                      \
            SKIP("QuantLib is not here");                                                          \
    while (0)

/* Options of a chain, as both sides take them. */
typedef struct book {
    ql_option option[ROWS];
    double column[COLUMNS][ROWS], out[6][ROWS];
    pen_panel *in[COLUMNS], *to[6];
} book;

static double between(pen_rng *rng, double low, double high)
{
    return low + (high - low) * pen_rng_uniform(rng);
}

static book *make_book(uint64_t seed, double lowest_rate)
{
    static book b;
    pen_rng rng;
    pen_rng_init(&rng, seed, 0, 0, 0);
    for (int i = 0; i < ROWS; i++) {
        ql_option *o = &b.option[i];
        o->side = pen_rng_uniform(&rng) < 0.5 ? 1 : -1;
        o->spot = between(&rng, 80, 120);
        o->strike = between(&rng, 80, 120);
        /* To about a year: the trees of QuantLib 1.29 are off by cents for a few longer lives. */
        o->expiry_days = 12 * (1 + (int)(31 * pen_rng_uniform(&rng)));
        o->vol = between(&rng, 0.1, 0.6);
        o->rate = between(&rng, lowest_rate, 0.1);
        o->dividend = between(&rng, 0, 0.06);
        const double row[] = { o->side, o->spot, o->strike,  o->expiry_days / 365.0,
                               o->vol,  o->rate, o->dividend };
        for (int c = 0; c <= DIVIDEND; c++)
            b.column[c][i] = row[c];
    }
    for (int c = 0; c < COLUMNS; c++)
        CHECK_OK(pen_panel_wrap(PEN_F64, b.column[c], 1, ROWS, ROWS, &b.in[c]));
    for (int c = 0; c < 6; c++)
        CHECK_OK(pen_panel_wrap(PEN_F64, b.out[c], 1, ROWS, ROWS, &b.to[c]));
    return &b;
}

static void clear_book(book *b)
{
    for (int c = 0; c < COLUMNS; c++)
        pen_panel_destroy(b->in[c]);
    for (int c = 0; c < 6; c++)
        pen_panel_destroy(b->to[c]);
}

static pen_european inputs_of(const book *b)
{
    return (pen_european){ { b->in[SIDE], 0 },    { b->in[SPOT], 0 }, { b->in[STRIKE], 0 },
                           { b->in[EXPIRY], 0 },  { b->in[VOL], 0 },  { b->in[RATE], 0 },
                           { b->in[DIVIDEND], 0 } };
}

/* The largest difference between what we got and what QuantLib gave, of rows where it gave
 * something; those are nearly all. */
static void check_column(const char *what, const double *got, const double *want, double within)
{
    double worst = 0;
    int n_known = 0;
    for (int i = 0; i < ROWS; i++) {
        if (isnan(want[i]))
            continue;
        n_known++;
        worst = fmax(worst, isnan(got[i]) ? INFINITY : fabs(got[i] - want[i]));
    }
    CHECK_NEAR(what, worst, 0, within);
    CHECK(n_known > ROWS * 9 / 10);
}

static void european_prices_and_greeks(void)
{
    static const char *const names[] = { "price", "delta", "gamma", "vega", "theta", "rho" };
    static double want[6][ROWS];
    NEED_QUANTLIB;
    book *b = make_book(1, -0.03);
    pen_european in = inputs_of(b);
    pen_european_out out = { .price_px = b->to[0],
                             .delta = b->to[1],
                             .gamma = b->to[2],
                             .vega = b->to[3],
                             .theta = b->to[4],
                             .rho = b->to[5] };
    CHECK_OK(pen_price_european(queue, &in, &out));
    CHECK_OK(pen_queue_wait(queue));
    for (int i = 0; i < ROWS; i++) {
        double row[6];
        ql.european(&b->option[i], row);
        for (int c = 0; c < 6; c++)
            want[c][i] = row[c];
    }
    for (int c = 0; c < 6; c++)
        check_column(names[c], b->out[c], want[c], 1e-10);

    pen_implied known = { in.side,      { b->to[0], 0 }, in.spot_px,      in.strike_px,
                          in.expiry_yr, in.rate_frac,    in.dividend_frac };
    memcpy(b->out[0], want[0], sizeof want[0]);
    CHECK_OK(pen_implied_vol(queue, &known, &(pen_implied_out){ .vol_frac = b->to[1] }));
    CHECK_OK(pen_queue_wait(queue));
    check_column("volatility that its price implies", b->out[1], b->column[VOL], 1e-9);

    for (int i = 0; i < ROWS; i++) {
        b->option[i].vol *= 100; /* of a forward, in price */
        b->column[VOL][i] *= 100;
        want[0][i] = ql.bachelier(&b->option[i]);
    }
    CHECK_OK(pen_price_european_by(queue, &(pen_european_terms){ .model = PEN_MODEL_BACHELIER },
                                   &in, &(pen_european_out){ .price_px = b->to[0] }));
    CHECK_OK(pen_queue_wait(queue));
    check_column("Bachelier", b->out[0], want[0], 1e-10);
    clear_book(b);
}

static void american_prices(void)
{
    static const struct {
        const char *what;
        int theirs;
        pen_american_settings settings;
        double within;
    } cases[] = {
        { "Leisen and Reimer, 301 steps",
          QL_LEISEN_REIMER,
          { PEN_AMERICAN_LEISEN_REIMER, 301, 0 },
          1e-9 },
        { "by boundary", QL_BOUNDARY, { PEN_AMERICAN_BOUNDARY, 501, PEN_AMERICAN_ACCURATE }, 2e-5 },
        { "by boundary, fast",
          QL_BOUNDARY,
          { PEN_AMERICAN_BOUNDARY, 501, PEN_AMERICAN_FAST },
          2e-3 },
        { "tree against boundary", QL_BOUNDARY, { PEN_AMERICAN_LEISEN_REIMER, 1501, 0 }, 2e-3 },
        { "finite differences", QL_BOUNDARY, { PEN_AMERICAN_DIFFERENCES, 400, 0 }, 2e-2 },
    };
    static double want[ROWS];
    NEED_QUANTLIB;
    for (size_t k = 0; k < COUNT(cases); k++) {
        book *b = make_book(2, 0.001);
        pen_american in = inputs_of(b);
        CHECK_OK(pen_price_american(queue, &in, &cases[k].settings,
                                    &(pen_american_out){ .price_px = b->to[0] }));
        CHECK_OK(pen_queue_wait(queue));
        for (int i = 0; i < ROWS; i++)
            want[i] =
                ql.american(&b->option[i], cases[k].theirs, (unsigned)cases[k].settings.n_steps);
        check_column(cases[k].what, b->out[0], want, cases[k].within);
        clear_book(b);
    }
}

static void barriers_of_all_kinds(void)
{
    static double want[ROWS];
    NEED_QUANTLIB;
    for (int kind = 0; kind < PEN_BARRIER_KINDS; kind++) {
        book *b = make_book(3, 0.001);
        bool is_up = kind == PEN_BARRIER_UP_IN || kind == PEN_BARRIER_UP_OUT;
        for (int i = 0; i < ROWS; i++) {
            b->column[EXTRA][i] =
                b->option[i].spot * (is_up ? 1.02 + 0.002 * (i % 200) : 0.98 - 0.002 * (i % 200));
            want[i] = ql.barrier(&b->option[i], kind, b->column[EXTRA][i], 2.5);
        }
        pen_barrier in = { .option = inputs_of(b),
                           .barrier_px = { b->in[EXTRA], 0 },
                           .rebate_px = { NULL, 2.5 },
                           .kind = (pen_barrier_kind)kind };
        CHECK_OK(pen_price_barrier(queue, &in, &(pen_exotic_out){ .price_px = b->to[0] }));
        CHECK_OK(pen_queue_wait(queue));
        check_column("barrier", b->out[0], want, 1e-9);
        clear_book(b);
    }
}

static void lookbacks_and_geometric_means(void)
{
    static double want[ROWS];
    NEED_QUANTLIB;
    for (int kind = 0; kind < PEN_LOOKBACK_KINDS; kind++) {
        book *b = make_book(4, 0.001);
        for (int i = 0; i < ROWS; i++) {
            bool is_high = (b->option[i].side > 0) == (kind == PEN_LOOKBACK_FIXED);
            b->column[EXTRA][i] = b->option[i].spot * (is_high ? 1.05 : 0.95);
            want[i] = ql.lookback(&b->option[i], kind, b->column[EXTRA][i]);
        }
        pen_lookback in = { .option = inputs_of(b),
                            .extreme_px = { b->in[EXTRA], 0 },
                            .kind = (pen_lookback_kind)kind };
        CHECK_OK(pen_price_lookback(queue, &in, &(pen_exotic_out){ .price_px = b->to[0] }));
        CHECK_OK(pen_queue_wait(queue));
        check_column("lookback", b->out[0], want, 1e-8);
        clear_book(b);
    }
    book *b = make_book(5, 0.001);
    for (int i = 0; i < ROWS; i++)
        want[i] = ql.geometric_asian(&b->option[i], 12);
    pen_asian in = { .option = inputs_of(b), .kind = PEN_ASIAN_GEOMETRIC, .n_looks = 12 };
    CHECK_OK(pen_price_asian(queue, &in, &(pen_exotic_out){ .price_px = b->to[0] }));
    CHECK_OK(pen_queue_wait(queue));
    check_column("geometric mean", b->out[0], want, 1e-9);
    clear_book(b);
}

static void hestons_model(void)
{
    static double want[ROWS];
    NEED_QUANTLIB;
    book *b = make_book(6, 0.001);
    pen_european in = inputs_of(b);
    for (int i = 0; i < ROWS; i++)
        want[i] = ql.heston(&b->option[i], 0.05, 1.5, 0.04, 0.5, -0.7);
    pen_heston model = { in.side,        in.spot_px,       in.strike_px,   in.expiry_yr,
                         in.rate_frac,   in.dividend_frac, { NULL, 0.05 }, { NULL, 1.5 },
                         { NULL, 0.04 }, { NULL, 0.5 },    { NULL, -0.7 } };
    CHECK_OK(pen_price_heston(queue, &model, &(pen_heston_out){ .price_px = b->to[0] }));
    CHECK_OK(pen_queue_wait(queue));
    check_column("Heston", b->out[0], want, 1e-6);
    clear_book(b);
}

/* Monte Carlo's estimate of what QuantLib has a formula for, within its error. */
static void simulated_payoffs(void)
{
    NEED_QUANTLIB;
    const ql_option o = { 1, 100, 105, 0.2, 0.05, 0.02, 360 };
    static const double dividend = 0.02;
    pen_simulation s = pen_simulation_default(PEN_GEOMETRIC_BROWNIAN);
    pen_monte_carlo options = pen_monte_carlo_default();
    pen_monte_carlo_out out;
    pen_payoff *payoff;
    s.drift_frac = NULL;
    s.rate_frac = 0.05;
    s.dividend_frac = &dividend;
    s.horizon_yr = 360 / 365.0;
    s.n_dates = 12;
    s.sampling = PEN_SAMPLING_SOBOL;
    CHECK_OK(pen_payoff_create("max(exp(mean(log(S))) - 105, 0)", NULL, 0, &payoff));
    CHECK_OK(pen_monte_carlo_run(queue, PEN_F64, &s, &options, (const pen_payoff *const *)&payoff,
                                 1, &out));
    CHECK_NEAR("geometric mean", out.price.value, ql.geometric_asian(&o, 12), 4 * out.price.error);
    CHECK(out.price.error < 0.002);
    pen_payoff_destroy(payoff);
    s = pen_simulation_default(PEN_HESTON);
    s.drift_frac = NULL;
    s.rate_frac = 0.05;
    s.dividend_frac = &dividend;
    s.horizon_yr = 360 / 365.0;
    s.n_dates = 12;
    s.n_substeps = 4;
    options.n_paths = 400000;
    CHECK_OK(pen_payoff_create("max(S - 105, 0)", NULL, 0, &payoff));
    CHECK_OK(pen_monte_carlo_run(queue, PEN_F64, &s, &options, (const pen_payoff *const *)&payoff,
                                 1, &out));
    CHECK_NEAR("Heston", out.price.value, ql.heston(&o, 0.04, 1.5, 0.04, 0.5, -0.7),
               4 * out.price.error);
    pen_payoff_destroy(payoff);
}

static const check_test tests[] = {
    TEST(european_prices_and_greeks),    TEST(american_prices), TEST(barriers_of_all_kinds),
    TEST(lookbacks_and_geometric_means), TEST(hestons_model),   TEST(simulated_payoffs),
};
TEST_MAIN(tests)
