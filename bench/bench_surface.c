/* Volatility surfaces: fits of a chain of eight expiries whose smile is known, and readings. */
#include <math.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/status.h"
#include "bench.h"

enum { SLICES = 8, STRIKES = 31, READINGS = 10000 };

struct surface_case {
    pen_smile smile;
    bool is_local; /* readings of local volatility instead of fits */
};

struct surfaces {
    pen_surface_options options;
    pen_option_quote quotes[SLICES * STRIKES];
    pen_surface *known, *fitted;
    double sum;
};

static void surface_clear(bench *b)
{
    struct surfaces *s = b->state;
    if (s == NULL)
        return;
    pen_surface_destroy(s->known);
    pen_surface_destroy(s->fitted);
    pen_free(s);
}

/* Parameters that admit no arbitrage. */
static pen_surface_slice slice_of(pen_smile smile, size_t i)
{
    static const double years[SLICES] = { 0.04, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2 };
    double t = years[i];
    pen_surface_slice slice = { .expiry_yr = t, .forward_px = 100 * exp(0.03 * t), .discount = 1 };
    const double svi[] = { 0.01 * t, 0.06 * t, -0.4, 0.02, 0.2 };
    const double ssvi[] = { 0.04 * t, -0.5, 1.1, 0.35 }, sabr[] = { 0.2, 1, -0.4, 0.6 };
    const double *from = smile == PEN_SMILE_SVI ? svi : smile == PEN_SMILE_SSVI ? ssvi : sabr;
    for (size_t k = 0; k < (smile == PEN_SMILE_SVI ? 5 : 4); k++)
        slice.parameters[k] = from[k];
    return slice;
}

static pen_status surface_prepare(bench *b)
{
    const struct surface_case *with = b->test->with;
    struct surfaces *s;
    pen_surface_slice slices[SLICES];
    PEN_TRY(PEN_NEW(&s));
    b->state = s;
    b->items = with->is_local ? READINGS : SLICES;
    s->options = pen_surface_options_default();
    s->options.smile = with->smile;
    for (size_t i = 0; i < SLICES; i++)
        slices[i] = slice_of(with->smile, i);
    PEN_TRY(pen_surface_create(&s->options, slices, SLICES, &s->known));
    for (size_t i = 0; i < SLICES; i++)
        for (size_t k = 0; k < STRIKES; k++) {
            double reach = 2.5 * sqrt(slices[i].expiry_yr) * 0.2;
            double strike =
                slices[i].forward_px * exp(reach * (2.0 * (double)k / (STRIKES - 1) - 1));
            s->quotes[i * STRIKES + k] = (pen_option_quote){
                .side = 1,
                .strike_px = strike,
                .expiry_yr = slices[i].expiry_yr,
                .price_px = NAN,
                .spread_px = NAN,
                .forward_px = slices[i].forward_px,
                .vol_frac = pen_surface_vol(s->known, strike, slices[i].expiry_yr),
                .rate_frac = 0,
            };
        }
    return PEN_OK;
}

static pen_status fit_run(bench *b)
{
    struct surfaces *s = b->state;
    pen_surface_destroy(s->fitted);
    return pen_surface_fit(b->queue, s->quotes, SLICES * STRIKES, &s->options, &s->fitted);
}

static pen_status fit_check(bench *b)
{
    struct surfaces *s = b->state;
    size_t n;
    const pen_surface_slice *slices = pen_surface_slices(s->fitted, &n);
    for (size_t i = 0; i < n; i++)
        if (!(slices[i].rmse_vol < 1e-7))
            return pen_fail(PEN_E_INTERNAL, "slice %zu: error %g", i, slices[i].rmse_vol);
    return n == SLICES ? PEN_OK : pen_fail(PEN_E_INTERNAL, "%zu slices", n);
}

static double local_at(const struct surfaces *s, size_t i)
{
    return pen_surface_local_vol(s->known, 80 + 40.0 * (double)(i % 100) / 100,
                                 0.05 + 1.9 * (double)(i / 100) / 100);
}

static pen_status local_run(bench *b)
{
    struct surfaces *s = b->state;
    s->sum = 0;
    for (size_t i = 0; i < READINGS; i++)
        s->sum += local_at(s, i);
    return PEN_OK;
}

static pen_status local_check(bench *b)
{
    struct surfaces *s = b->state;
    if (!(s->sum > 0.1 * READINGS && s->sum < 0.4 * READINGS))
        return pen_fail(PEN_E_INTERNAL, "mean local volatility %g", s->sum / READINGS);
    return PEN_OK;
}

static const struct surface_case svi = { PEN_SMILE_SVI, false }, ssvi = { PEN_SMILE_SSVI, false },
                                 sabr = { PEN_SMILE_SABR, false }, local = { PEN_SMILE_SVI, true };

#define FIT(title, what)                                                                           \
    {                                                                                              \
        .name = title, .item = "slice", .dtype = PEN_F64, .prepare = surface_prepare,              \
        .run = fit_run, .check = fit_check, .clear = surface_clear, .with = &(what)                \
    }

static const bench_case cases[] = {
    FIT("surface_fit_svi_31", svi),
    FIT("surface_fit_ssvi_31", ssvi),
    FIT("surface_fit_sabr_31", sabr),
    { .name = "surface_local_vol_svi",
      .item = "reading",
      .dtype = PEN_F64,
      .prepare = surface_prepare,
      .run = local_run,
      .check = local_check,
      .clear = surface_clear,
      .with = &local },
};

const bench_area bench_surface = { "surface", cases, PEN_COUNT(cases) };
