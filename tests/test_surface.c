/* Volatility surfaces: smiles that are known come back from their quotes, forwards from parity,
 * arbitrage where it is known to be, local volatility against Dupire's formula by prices, wrong
 * quotes, and real chains. */
#include "check.h"
#include "machine/base/alloc.h"
#include "machine/base/rng.h"
#include "penstock/surface.h"

enum { MOST = 4000 };

typedef struct chain {
    size_t n;
    pen_option_quote quotes[MOST];
} chain;

static pen_device *device;
static pen_queue *queue;

static void open_queue(void)
{
    CHECK_OK(pen_device_open("cpu:0", &device));
    CHECK_OK(pen_queue_create(device, &queue));
}
static void close_queue(void)
{
    pen_queue_destroy(queue);
    pen_device_close(device);
}

static double cdf(double x)
{
    return 0.5 * erfc(-x * sqrt(0.5));
}

/* Undiscounted, on a forward. */
static double black(double side, double f, double k, double deviation)
{
    double d1 = log(f / k) / deviation + deviation / 2;
    return side * (f * cdf(side * d1) - k * cdf(side * (d1 - deviation)));
}
static double bachelier(double side, double f, double k, double deviation)
{
    double d = (f - k) / deviation;
    return side * (f - k) * cdf(side * d) + deviation * exp(-d * d / 2) / sqrt(2 * acos(-1));
}

/* Calls and puts of one expiry, by a smile. */
static void add_slice(chain *c, const pen_surface *surface, const pen_surface_options *o,
                      const pen_surface_slice *slice, double low, double high, int n)
{
    bool is_normal = o->smile == PEN_SMILE_SABR && o->sabr_is_normal;
    double shift = o->smile == PEN_SMILE_SABR ? o->sabr_shift_px : 0;
    for (int i = 0; i < n; i++)
        for (int side = -1; side <= 1; side += 2) {
            double strike = low + (high - low) * i / (n - 1), f = slice->forward_px;
            double dev =
                pen_surface_vol(surface, strike, slice->expiry_yr) * sqrt(slice->expiry_yr);
            double price = is_normal ? bachelier(side, f, strike, dev)
                                     : black(side, f + shift, strike + shift, dev);
            c->quotes[c->n++] = (pen_option_quote){ .side = side,
                                                    .strike_px = strike,
                                                    .expiry_yr = slice->expiry_yr,
                                                    .price_px = slice->discount * price,
                                                    .spread_px = NAN,
                                                    .forward_px = NAN,
                                                    .vol_frac = NAN,
                                                    .rate_frac = NAN };
        }
}

/* A surface of known slices, and quotes of it from 60 % to 150 % of the forward. */
static pen_surface *make_chain(chain *c, const pen_surface_options *o,
                               const pen_surface_slice *slices, size_t n_slices, int n)
{
    pen_surface *surface;
    c->n = 0;
    CHECK_OK(pen_surface_create(o, slices, n_slices, &surface));
    for (size_t i = 0; i < n_slices; i++) {
        double f = slices[i].forward_px;
        add_slice(c, surface, o, &slices[i], o->sabr_is_normal ? f - 0.03 : 0.6 * f,
                  o->sabr_is_normal ? f + 0.03 : 1.5 * f, n);
    }
    return surface;
}

static pen_surface *fit(const chain *c, const pen_surface_options *o)
{
    pen_surface *surface;
    CHECK_OK(pen_surface_fit(queue, c->quotes, c->n, o, &surface));
    return surface;
}

static void check_slices(const char *label, const pen_surface *surface,
                         const pen_surface_slice *want, size_t n, size_t n_parameters, double tol)
{
    size_t n_got, n_found;
    const pen_surface_slice *got = pen_surface_slices(surface, &n_got);
    CHECK(n_got == n);
    for (size_t i = 0; i < n && i < n_got; i++) {
        CHECK_NEAR(label, got[i].forward_px, want[i].forward_px, 1e-9 * want[i].forward_px);
        CHECK_NEAR(label, got[i].discount, want[i].discount, 1e-9);
        CHECK_NEAR(label, got[i].rmse_vol, 0, 1e-8);
        CHECK(got[i].n_outliers == 0);
        for (size_t j = 0; j < n_parameters; j++)
            CHECK_NEAR(label, got[i].parameters[j], want[i].parameters[j],
                       tol * (1 + fabs(want[i].parameters[j])));
    }
    pen_surface_findings(surface, NULL, 0, &n_found);
    CHECK(n_found == 0);
}

static const pen_surface_slice svi_slices[] = {
    { .expiry_yr = 0.1,
      .forward_px = 100,
      .discount = 0.99,
      .parameters = { 0.002, 0.04, -0.5, 0.01, 0.08 } },
    { .expiry_yr = 0.5,
      .forward_px = 101,
      .discount = 0.97,
      .parameters = { 0.01, 0.08, -0.6, 0.02, 0.15 } },
    { .expiry_yr = 2,
      .forward_px = 104,
      .discount = 0.9,
      .parameters = { 0.04, 0.12, -0.7, 0.05, 0.3 } },
};

static void svi_comes_back_from_its_prices(void)
{
    static chain c;
    pen_surface_options o = pen_surface_options_default();
    open_queue();
    pen_surface *known = make_chain(&c, &o, svi_slices, COUNT(svi_slices), 25);
    pen_surface *got = fit(&c, &o);
    check_slices("svi", got, svi_slices, COUNT(svi_slices), 5, 1e-5);
    pen_surface_destroy(got);
    /* in another order, bit for bit */
    static chain turned;
    turned.n = c.n;
    for (size_t i = 0; i < c.n; i++)
        turned.quotes[i] = c.quotes[c.n - 1 - i];
    got = fit(&c, &o);
    pen_surface *other = fit(&turned, &o);
    for (double k = 50; k < 200; k += 7)
        CHECK(pen_surface_vol(got, k, 0.7) == pen_surface_vol(other, k, 0.7));
    pen_surface_destroy(other);
    pen_surface_destroy(got);
    pen_surface_destroy(known);
    close_queue();
}

static void ssvi_comes_back_from_its_prices(void)
{
    static chain c;
    pen_surface_slice slices[3];
    const double thetas[] = { 0.004, 0.02, 0.09 };
    pen_surface_options o = pen_surface_options_default();
    o.smile = PEN_SMILE_SSVI;
    for (int i = 0; i < 3; i++)
        slices[i] = (pen_surface_slice){ .expiry_yr = svi_slices[i].expiry_yr,
                                         .forward_px = svi_slices[i].forward_px,
                                         .discount = svi_slices[i].discount,
                                         .parameters = { thetas[i], -0.6, 1.1, 0.35 } };
    open_queue();
    pen_surface *known = make_chain(&c, &o, slices, 3, 21), *got = fit(&c, &o);
    check_slices("ssvi", got, slices, 3, 4, 1e-5);
    pen_surface_destroy(got);
    pen_surface_destroy(known);
    close_queue();
}

static void sabr_comes_back_from_its_prices(void)
{
    static chain c;
    static const struct {
        double beta, shift, forward, alpha;
        bool is_normal;
    } rows[] = { { 1, 0, 100, 0.2, false },     { 0.5, 0, 100, 2, false },
                 { 0, 0, 100, 20, false },      { 0.7, 30, 100, 0.8, false },
                 { 0, 0, -0.004, 0.008, true }, { 0.5, 0, 0.05, 0.04, true } };
    open_queue();
    for (size_t i = 0; i < COUNT(rows); i++) {
        pen_surface_options o = pen_surface_options_default();
        o.smile = PEN_SMILE_SABR;
        o.sabr_beta = rows[i].beta;
        o.sabr_shift_px = rows[i].shift;
        o.sabr_is_normal = rows[i].is_normal;
        pen_surface_slice slice = { .expiry_yr = 0.75,
                                    .forward_px = rows[i].forward,
                                    .discount = 0.98,
                                    .parameters = { rows[i].alpha, rows[i].beta, -0.4, 0.5 } };
        pen_surface *known = make_chain(&c, &o, &slice, 1, 15), *got = fit(&c, &o);
        size_t n;
        const pen_surface_slice *s = pen_surface_slices(got, &n);
        char label[64];
        snprintf(label, sizeof label, "beta %g, shift %g%s", rows[i].beta, rows[i].shift,
                 rows[i].is_normal ? ", normal" : "");
        for (int j = 0; j < 4; j++)
            CHECK_NEAR(label, s->parameters[j], slice.parameters[j],
                       1e-5 * fabs(slice.parameters[0] + slice.parameters[j]));
        CHECK_NEAR(label, s->rmse_vol, 0, 1e-9);
        CHECK_NEAR(label, s->forward_px, slice.forward_px, 1e-9);
        pen_surface_destroy(got);
        pen_surface_destroy(known);
    }
    close_queue();
}

/* Hagan et al. (2002), eq. 2.17a, as printed but for Obloj's first factor. */
static double hagan(double a, double b, double rho, double nu, double f, double k, double t)
{
    double mid = pow(f * k, (1 - b) / 2), last = (2 - 3 * rho * rho) / 24 * nu * nu;
    double z = nu / a * (b == 1 ? log(f / k) : (pow(f, 1 - b) - pow(k, 1 - b)) / (1 - b));
    double chi = log((sqrt(1 - 2 * rho * z + z * z) + z - rho) / (1 - rho));
    double rest = (1 - b) * (1 - b) / 24 * a * a / (mid * mid) + rho * b * nu * a / (4 * mid);
    return nu * log(f / k) / chi * (1 + (rest + last) * t);
}

static void sabr_is_hagans_formula(void)
{
    for (double beta = 0; beta <= 1; beta += 0.25)
        for (double k = 60; k < 160; k += 9) {
            pen_surface_options o = pen_surface_options_default();
            pen_surface *s;
            double alpha = 0.25 * pow(100, 1 - beta);
            o.smile = PEN_SMILE_SABR;
            o.sabr_beta = beta;
            pen_surface_slice slice = { .expiry_yr = 1.5,
                                        .forward_px = 100,
                                        .discount = 1,
                                        .parameters = { alpha, beta, -0.3, 0.6 } };
            CHECK_OK(pen_surface_create(&o, &slice, 1, &s));
            CHECK_NEAR("vol", pen_surface_vol(s, k, 1.5),
                       hagan(alpha, beta, -0.3, 0.6, 100, k, 1.5), 1e-12);
            double at = alpha / pow(100, 1 - beta), by = at; /* eq. 2.18 */
            at *= 1 + 1.5 * ((1 - beta) * (1 - beta) / 24 * by * by - 0.3 * beta * 0.6 * by / 4 +
                             (2 - 3 * 0.09) / 24 * 0.36);
            CHECK_NEAR("at the money", pen_surface_vol(s, 100, 1.5), at, 1e-14);
            CHECK_NEAR("near the money", pen_surface_vol(s, 100 * (1 + 1e-9), 1.5), at, 1e-9);
            pen_surface_destroy(s);
        }
}

/* Vogt's example in Gatheral and Jacquier (2014), section 2: the density is negative around
 * x = 0.8. */
static void arbitrage_is_found_where_it_is(void)
{
    pen_surface_options o = pen_surface_options_default();
    pen_surface *s;
    pen_surface_finding found[4];
    size_t n;
    pen_surface_slice slices[] = {
        { .expiry_yr = 1,
          .forward_px = 100,
          .discount = 1,
          .parameters = { -0.0410, 0.1331, 0.3060, 0.3586, 0.4153 } },
        { .expiry_yr = 2,
          .forward_px = 100,
          .discount = 1,
          .parameters = { 0.01, 0.1331, 0.3060, 0.3586, 0.4153 } },
    };
    CHECK_OK(pen_surface_create(&o, slices, 1, &s));
    pen_surface_findings(s, found, COUNT(found), &n);
    CHECK(n == 1 && found[0].kind == PEN_ARBITRAGE_BUTTERFLY && found[0].slice == 0);
    CHECK(found[0].low_strike_px < 100 * exp(0.8) && found[0].high_strike_px > 100 * exp(0.8));
    CHECK(found[0].worst < 0 && pen_surface_durrleman(s, 100 * exp(0.8), 1) < 0);
    CHECK(isnan(pen_surface_local_vol(s, 100 * exp(0.8), 0.5)));
    pen_surface_destroy(s);
    slices[1].parameters[0] = -0.05; /* below the slice before, everywhere */
    slices[1].expiry_yr = 1.5;
    CHECK_OK(pen_surface_create(&o, slices, 2, &s));
    pen_surface_findings(s, found, COUNT(found), &n);
    int n_calendar = 0;
    for (size_t i = 0; i < n && i < COUNT(found); i++) {
        n_calendar += found[i].kind == PEN_ARBITRAGE_CALENDAR;
        if (found[i].kind == PEN_ARBITRAGE_CALENDAR) {
            CHECK_NEAR("worst", found[i].worst, -0.009, 1e-12);
            CHECK(found[i].slice == 1 && found[i].low_strike_px < 50);
        }
    }
    CHECK(n_calendar == 1);
    pen_surface_destroy(s);
}

/* Quotes that admit arbitrage: the fit is held off, unless it may. */
static void fits_are_held_free_of_arbitrage(void)
{
    static chain c;
    pen_surface_options o = pen_surface_options_default();
    size_t n;
    pen_surface_slice slices[] = {
        { .expiry_yr = 1,
          .forward_px = 100,
          .discount = 1,
          .parameters = { -0.0410, 0.1331, 0.3060, 0.3586, 0.4153 } },
        { .expiry_yr = 1.2,
          .forward_px = 100,
          .discount = 1,
          .parameters = { -0.0430, 0.1331, 0.3060, 0.3586, 0.4153 } },
    };
    open_queue();
    pen_surface *known;
    CHECK_OK(pen_surface_create(&o, slices, 2, &known));
    c.n = 0;
    for (int i = 0; i < 2; i++)
        add_slice(&c, known, &o, &slices[i], 40, 260, 40);
    o.may_arbitrage = true;
    pen_surface *got = fit(&c, &o);
    pen_surface_findings(got, NULL, 0, &n);
    CHECK(n >= 3);
    CHECK_NEAR("as it is", pen_surface_vol(got, 130, 1), pen_surface_vol(known, 130, 1), 1e-8);
    pen_surface_destroy(got);
    o.may_arbitrage = false;
    got = fit(&c, &o);
    pen_surface_findings(got, NULL, 0, &n);
    CHECK(n == 0);
    CHECK_NEAR("close to it", pen_surface_vol(got, 100, 1), pen_surface_vol(known, 100, 1), 0.01);
    pen_surface_destroy(got);
    pen_surface_destroy(known);
    close_queue();
}

static void a_flat_surface_is_flat(void)
{
    pen_surface_options o = pen_surface_options_default();
    pen_surface_slice slices[] = {
        { .expiry_yr = 0.25, .forward_px = 100, .discount = 1, .parameters = { 0.01, 0, 0, 0, 1 } },
        { .expiry_yr = 1, .forward_px = 110, .discount = 1, .parameters = { 0.04, 0, 0, 0, 1 } },
    };
    pen_surface *s;
    CHECK_OK(pen_surface_create(&o, slices, 2, &s));
    for (double k = 40; k < 250; k += 30)
        for (double t = 0.1; t < 3; t += 0.3) {
            CHECK_NEAR("vol", pen_surface_vol(s, k, t), 0.2, 1e-15);
            CHECK_NEAR("local vol", pen_surface_local_vol(s, k, t), 0.2, 1e-15);
            CHECK_NEAR("durrleman", pen_surface_durrleman(s, k, t), 1, 1e-15);
        }
    CHECK_NEAR("forward between", pen_surface_forward(s, 0.625), sqrt(110 * 100), 1e-12);
    CHECK_NEAR("forward after", pen_surface_forward(s, 1.75), 121, 1e-12);
    CHECK(isnan(pen_surface_vol(s, 100, 0)) && isnan(pen_surface_vol(s, 100, NAN)));
    CHECK(isnan(pen_surface_vol(s, -5, 1)) && isnan(pen_surface_vol(s, NAN, 1)));
    CHECK(isnan(pen_surface_forward(s, -1)) && isnan(pen_surface_local_vol(s, 0, 1)));
    pen_surface_destroy(s);
}

/* Dupire (1994): 2 dC/dT / (K^2 d2C/dK2), by differences of prices on one forward. */
static void check_dupire(pen_smile smile, const pen_surface_slice *slices, double tol)
{
    pen_surface_options o = pen_surface_options_default();
    pen_surface *s;
    o.smile = smile;
    CHECK_OK(pen_surface_create(&o, slices, 2, &s));
    for (double k = 75; k < 140; k += 10)
        for (double t = 0.3; t < 0.9; t += 0.17) {
            double price[3][3], h = 0.05, dt = 1e-4;
            for (int i = -1; i <= 1; i++)
                for (int j = -1; j <= 1; j++) {
                    double strike = k + i * h, expiry = t + j * dt;
                    price[i + 1][j + 1] =
                        black(1, 100, strike, pen_surface_vol(s, strike, expiry) * sqrt(expiry));
                }
            double by_time = (price[1][2] - price[1][0]) / (2 * dt);
            double bend = (price[0][1] - 2 * price[1][1] + price[2][1]) / (h * h);
            double want = sqrt(2 * by_time / (k * k * bend));
            CHECK_NEAR(pen_smile_name((int)smile), pen_surface_local_vol(s, k, t), want, tol);
        }
    pen_surface_destroy(s);
}
static void local_volatility_is_dupires(void)
{
    pen_surface_slice svi[2] = { svi_slices[0], svi_slices[2] };
    svi[1].forward_px = 100;
    check_dupire(PEN_SMILE_SVI, svi, 2e-5);
    pen_surface_slice other[2] = {
        { .expiry_yr = 0.2,
          .forward_px = 100,
          .discount = 1,
          .parameters = { 0.008, -0.6, 1.1, 0.35 } },
        { .expiry_yr = 1,
          .forward_px = 100,
          .discount = 1,
          .parameters = { 0.05, -0.6, 1.1, 0.35 } },
    };
    check_dupire(PEN_SMILE_SSVI, other, 2e-5);
    const double sabr[2][5] = { { 0.2, 1, -0.4, 0.9, 0 }, { 0.21, 1, -0.4, 0.6, 0 } };
    for (int i = 0; i < 2; i++)
        memcpy(other[i].parameters, sabr[i], sizeof sabr[i]);
    check_dupire(PEN_SMILE_SABR, other, 1e-4);
}

/* Stale and wrong quotes, a few of each kind, move nothing. */
static void outliers_are_left_out(void)
{
    static chain c;
    pen_surface_options o = pen_surface_options_default();
    open_queue();
    pen_surface *known = make_chain(&c, &o, svi_slices, COUNT(svi_slices), 31);
    for (size_t i = 0; i < c.n; i++)
        c.quotes[i].price_px =
            i % 23 == 5 ? c.quotes[i].price_px * 1.4 + 0.5 : c.quotes[i].price_px;
    pen_surface *got = fit(&c, &o);
    size_t n, n_outliers = 0;
    const pen_surface_slice *s = pen_surface_slices(got, &n);
    for (size_t i = 0; i < n; i++)
        n_outliers += s[i].n_outliers;
    CHECK(n_outliers >= 3);
    for (double t = 0.1; t < 2; t += 0.4)
        for (double k = 75; k < 130; k += 10)
            CHECK_NEAR("vol", pen_surface_vol(got, k, t), pen_surface_vol(known, k, t), 1e-4);
    pen_surface_destroy(got);
    pen_surface_destroy(known);
    close_queue();
}

static void quotes_without_a_use_are_counted(void)
{
    static chain c;
    pen_surface_options o = pen_surface_options_default();
    open_queue();
    pen_surface *known = make_chain(&c, &o, svi_slices, 2, 11), *got;
    for (size_t i = 0; i < 10; i++)
        c.quotes[i].price_px = NAN; /* an empty cell */
    c.quotes[c.n] = c.quotes[12];   /* yesterday's */
    c.quotes[c.n++].expiry_yr = -0.1;
    c.quotes[c.n] = c.quotes[12]; /* an expiry of its own, alone */
    c.quotes[c.n++].expiry_yr = 5;
    got = fit(&c, &o);
    size_t n, n_points;
    (void)pen_surface_slices(got, &n);
    (void)pen_surface_points(got, &n_points);
    CHECK(n == 2 && pen_surface_slices_left_out(got) == 1);
    CHECK(n_points == 17 && pen_surface_quotes_left_out(got) == c.n - 17);
    pen_surface_destroy(got);
    /* too few everywhere */
    c.n = 8;
    CHECK_STATUS(pen_surface_fit(queue, c.quotes, c.n, &o, &got), PEN_E_ARG);
    CHECK(got == NULL);
    c.n = 0;
    CHECK_STATUS(pen_surface_fit(queue, c.quotes, c.n, &o, &got), PEN_E_ARG);
    CHECK_ERROR_SAYS("no quotes");
    pen_surface_destroy(known);
    pen_surface_destroy(NULL);
    close_queue();
}

/* Without pairs the forward is a quote's own, or that of the spot. */
static void forwards_come_from_what_there_is(void)
{
    static chain c;
    pen_surface_options o = pen_surface_options_default();
    open_queue();
    pen_surface *known = make_chain(&c, &o, svi_slices, 1, 21), *got;
    size_t n = 0;
    for (size_t i = 0; i < c.n; i++)
        if (c.quotes[i].side == (c.quotes[i].strike_px < 100 ? -1 : 1))
            c.quotes[n++] = c.quotes[i];
    c.n = n;
    CHECK_STATUS(pen_surface_fit(queue, c.quotes, c.n, &o, &got), PEN_E_ARG);
    CHECK_ERROR_SAYS("forward");
    for (size_t i = 0; i < c.n; i++)
        c.quotes[i].rate_frac = -log(0.99) / 0.1;
    o.spot_px = 99;
    got = fit(&c, &o);
    CHECK_NEAR("by spot", pen_surface_forward(got, 0.1), 100, 1e-10);
    CHECK_NEAR("vol", pen_surface_vol(got, 90, 0.1), pen_surface_vol(known, 90, 0.1), 1e-8);
    pen_surface_destroy(got);
    o.spot_px = NAN;
    for (size_t i = 0; i < c.n; i++)
        c.quotes[i].forward_px = 100;
    got = fit(&c, &o);
    CHECK_NEAR("vol", pen_surface_vol(got, 90, 0.1), pen_surface_vol(known, 90, 0.1), 1e-8);
    pen_surface_destroy(got);
    /* volatilities instead of prices */
    for (size_t i = 0; i < c.n; i++) {
        c.quotes[i].price_px = NAN;
        c.quotes[i].vol_frac = pen_surface_vol(known, c.quotes[i].strike_px, 0.1);
    }
    got = fit(&c, &o);
    CHECK_NEAR("vol", pen_surface_vol(got, 91, 0.1), pen_surface_vol(known, 91, 0.1), 1e-9);
    pen_surface_destroy(got);
    pen_surface_destroy(known);
    close_queue();
}

static void noisy_quotes_give_smiles_within_the_noise(void)
{
    static chain c;
    pen_rng rng;
    open_queue();
    for (int smile = 0; smile < PEN_SMILES; smile++) {
        pen_surface_options o = pen_surface_options_default();
        pen_surface *known = make_chain(&c, &o, svi_slices, COUNT(svi_slices), 41);
        pen_rng_init(&rng, 9, 0, 0, 0);
        for (size_t i = 0; i < c.n; i++) {
            c.quotes[i].spread_px = 0.04;
            c.quotes[i].price_px += 0.02 * (pen_rng_uniform(&rng) - 0.5);
            c.quotes[i].price_px = fmax(c.quotes[i].price_px, 0);
        }
        o.smile = (pen_smile)smile;
        pen_surface *got = fit(&c, &o);
        for (double k = 85; k < 120; k += 5)
            CHECK_NEAR(pen_smile_name(smile), pen_surface_vol(got, k, 0.5),
                       pen_surface_vol(known, k, 0.5), smile == PEN_SMILE_SVI ? 1e-3 : 2e-2);
        size_t n;
        pen_surface_findings(got, NULL, 0, &n);
        CHECK(n == 0);
        pen_surface_destroy(got);
        pen_surface_destroy(known);
    }
    close_queue();
}

/* Found by the fuzzer: a spread of 1e-300 or an expiry of 1e300 made every weight or parameter NaN.
 */
static void quotes_of_no_market_spoil_nothing(void)
{
    static chain c;
    static const double odd[] = { NAN, INFINITY, -INFINITY, 1e300, 1e-300, 0, -1 };
    open_queue();
    for (int smile = 0; smile < PEN_SMILES; smile++) {
        pen_surface_options o = pen_surface_options_default();
        pen_surface *known = make_chain(&c, &o, svi_slices, 2, 21), *got;
        for (size_t i = 0; i < c.n; i++)
            c.quotes[i].spread_px = 0.1;
        for (size_t k = 0; k < COUNT(odd); k++) {
            pen_option_quote quote = c.quotes[20];
            double *fields[] = { &quote.strike_px, &quote.expiry_yr, &quote.price_px,
                                 &quote.spread_px, &quote.vol_frac };
            *fields[k % COUNT(fields)] = odd[k];
            c.quotes[c.n++] = quote;
            c.quotes[c.n] = c.quotes[21];
            c.quotes[c.n++].spread_px = odd[k];
            c.quotes[c.n] = c.quotes[22];
            c.quotes[c.n++].expiry_yr = odd[k];
            c.quotes[c.n] = c.quotes[23];
            c.quotes[c.n++].strike_px = odd[k];
        }
        o.smile = (pen_smile)smile;
        got = fit(&c, &o);
        size_t n;
        const pen_surface_slice *s = pen_surface_slices(got, &n);
        for (size_t i = 0; i < n; i++)
            CHECK(s[i].rmse_vol >= 0 && s[i].atm_vol > 0 && isfinite(s[i].atm_vol));
        CHECK_NEAR(pen_smile_name(smile), pen_surface_vol(got, 100, 0.1),
                   pen_surface_vol(known, 100, 0.1), smile == PEN_SMILE_SVI ? 1e-6 : 0.02);
        pen_surface_destroy(got);
        pen_surface_destroy(known);
    }
    close_queue();
}

static void wrong_options_are_named(void)
{
    static chain c;
    pen_surface_options o = pen_surface_options_default();
    pen_surface *s;
    open_queue();
    pen_surface_destroy(make_chain(&c, &o, svi_slices, 1, 11));
    o.smile = PEN_SMILES;
    CHECK_STATUS(pen_surface_fit(queue, c.quotes, c.n, &o, &s), PEN_E_ARG);
    CHECK_ERROR_SAYS("smile is 3, expected 0 to 2");
    o = pen_surface_options_default();
    o.sabr_beta = 1.5;
    CHECK_STATUS(pen_surface_fit(queue, c.quotes, c.n, &o, &s), PEN_E_ARG);
    CHECK_ERROR_SAYS("sabr_beta is 1.5");
    o = pen_surface_options_default();
    o.rate_frac = INFINITY;
    CHECK_STATUS(pen_surface_fit(queue, c.quotes, c.n, &o, &s), PEN_E_ARG);
    o = pen_surface_options_default();
    o.sabr_shift_px = NAN;
    CHECK_STATUS(pen_surface_create(&o, svi_slices, 1, &s), PEN_E_ARG);
    o = pen_surface_options_default();
    CHECK_STATUS(pen_surface_create(&o, svi_slices, 0, &s), PEN_E_ARG);
    pen_surface_slice same[] = { svi_slices[0], svi_slices[0] };
    CHECK_STATUS(pen_surface_create(&o, same, 2, &s), PEN_E_ARG);
    CHECK_ERROR_SAYS("expected more than the one before");
    same[0].parameters[0] = -1;
    CHECK_STATUS(pen_surface_create(&o, same, 1, &s), PEN_E_ARG);
    CHECK(s == NULL && pen_smile_name(-1) == NULL && pen_smile_name(PEN_SMILES) == NULL);
    close_queue();
}

static void failed_allocations_leak_nothing(void)
{
    static chain c;
    pen_surface_options o = pen_surface_options_default();
    open_queue();
    pen_surface_destroy(make_chain(&c, &o, svi_slices, 2, 11));
    long before = pen_alloc_live();
    bool is_done = false;
    for (long k = 0; !is_done && k < 200; k++) {
        pen_surface *s;
        pen_alloc_fail_after(k);
        pen_status status = pen_surface_fit(queue, c.quotes, c.n, &o, &s);
        pen_alloc_fail_after(-1);
        is_done = status == PEN_OK;
        CHECK(is_done || (status == PEN_E_NOMEM && s == NULL));
        pen_surface_destroy(s);
        CHECK(pen_alloc_live() == before);
    }
    CHECK(is_done);
    close_queue();
}

static const check_test tests[] = {
    TEST(svi_comes_back_from_its_prices),
    TEST(ssvi_comes_back_from_its_prices),
    TEST(sabr_comes_back_from_its_prices),
    TEST(sabr_is_hagans_formula),
    TEST(arbitrage_is_found_where_it_is),
    TEST(fits_are_held_free_of_arbitrage),
    TEST(a_flat_surface_is_flat),
    TEST(local_volatility_is_dupires),
    TEST(outliers_are_left_out),
    TEST(quotes_without_a_use_are_counted),
    TEST(forwards_come_from_what_there_is),
    TEST(noisy_quotes_give_smiles_within_the_noise),
    TEST(quotes_of_no_market_spoil_nothing),
    TEST(wrong_options_are_named),
    TEST(failed_allocations_leak_nothing),
};
TEST_MAIN(tests)
