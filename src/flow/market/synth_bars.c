/* Bars of the synthetic market. */
#include "synth.h"

#include "../../machine/base/alloc.h"

/* Share of a day's variance that happens overnight. */
static const double NIGHT = 0.16;

typedef struct garch {
    double h; /* the next innovation's variance; 1 in the long run */
} garch;

static double garch_next(garch *g, const pen_synth_params *p, double z)
{
    double u = sqrt(g->h) * z;
    g->h = (1 - p->garch_shock - p->garch_decay) + p->garch_shock * u * u + p->garch_decay * g->h;
    return u;
}

/* What all symbols share, one entry a bar. */
typedef struct common {
    double *factor, *night, *jump, *regime_vol, *season;
} common;

typedef struct grid {
    const pen_synth_params *p;
    size_t n_bars, a_day;
    double bar_yr, bar_days;
} grid;

static grid grid_of(const pen_synth_params *p, size_t n_bars)
{
    grid g = { .p = p, .n_bars = n_bars, .a_day = 1, .bar_days = 1 };
    if (p->bar_s < 86400) {
        g.a_day = SESSION_S / p->bar_s;
        g.bar_days = 1.0 / (double)g.a_day;
    }
    g.bar_yr = g.bar_days / YEAR_DAYS;
    return g;
}

static void fill_times(const grid *g, int64_t *time_ns)
{
    for (size_t t = 0; t < g->n_bars; t++) {
        int64_t day = synth_day(g->p, (int64_t)(t / g->a_day)), second = 0;
        if (g->p->bar_s < 86400)
            second = OPEN_S + (int64_t)(t % g->a_day) * g->p->bar_s;
        time_ns[t] = (day * 86400 + second) * 1000000000;
    }
}

/* A compound Poisson step: a bar is short, so at most a few jumps matter. */
static double jumps(pen_rng *rng, const grid *g, double a_year)
{
    double sum = 0, expected = a_year * g->bar_yr, at = synth_exponential(rng);
    for (int k = 0; at < expected && k < 64; k++) {
        sum += g->p->jump_frac * synth_normal(rng);
        at += synth_exponential(rng);
    }
    return sum;
}

static void fill_common(const grid *g, common *c, int *regime)
{
    const pen_synth_params *p = g->p;
    pen_rng chain, market, jump;
    garch vol = { 1 };
    int state = 1;
    pen_rng_init(&chain, p->seed, SYNTH_MARKET, SYNTH_REGIME, 0);
    pen_rng_init(&market, p->seed, SYNTH_MARKET, SYNTH_FACTOR, 0);
    pen_rng_init(&jump, p->seed, SYNTH_MARKET, SYNTH_JUMP, 0);
    for (size_t t = 0; t < g->n_bars; t++) {
        double at = ((double)(t % g->a_day) + 0.5) / (double)g->a_day;
        if (t > 0)
            state = synth_regime_next(&chain, state, g->bar_days);
        c->regime_vol[t] = synth_regime_vol(p, state);
        c->season[t] = g->a_day > 1 ? synth_season(p, at) : 1;
        c->factor[t] = garch_next(&vol, p, synth_normal(&market));
        c->night[t] = synth_normal(&market);
        c->jump[t] = jumps(&jump, g, p->jumps_yr / 4);
        if (regime != NULL)
            regime[t] = state;
    }
}

/* The extremes of a Brownian bridge of variance `var` between two values. */
static void bridge(pen_rng *rng, double a, double b, double var, double *low, double *high)
{
    double up = -2 * var * synth_log(pen_rng_uniform(rng));
    double down = -2 * var * synth_log(pen_rng_uniform(rng));
    *high = 0.5 * (a + b + sqrt((b - a) * (b - a) + up));
    *low = 0.5 * (a + b - sqrt((b - a) * (b - a) + down));
}

/* A log price as a multiple of the tick, at least one. */
static double to_tick(const pen_synth_params *p, double log_px)
{
    double ticks = floor(p->start_px * synth_exp(log_px) / p->tick_px + 0.5);
    return (ticks < 1 ? 1 : ticks) * p->tick_px;
}

typedef struct bar_out {
    double *open, *high, *low, *close, *volume;
} bar_out;

typedef struct symbol_rng {
    pen_rng own, jump, range, volume;
} symbol_rng;

static symbol_rng streams_of(const pen_synth_params *p, size_t symbol)
{
    symbol_rng r;
    pen_rng_init(&r.own, p->seed, (uint32_t)symbol, SYNTH_OWN, 0);
    pen_rng_init(&r.jump, p->seed, (uint32_t)symbol, SYNTH_JUMP, 0);
    pen_rng_init(&r.range, p->seed, (uint32_t)symbol, SYNTH_RANGE, 0);
    pen_rng_init(&r.volume, p->seed, (uint32_t)symbol, SYNTH_VOLUME, 0);
    return r;
}

/* Busy when prices move: log volume has a normal part and one in |return|. */
static double volume_of(pen_rng *rng, const grid *g, double season, double move)
{
    double extra = 0.35 * synth_normal(rng) + 0.45 * (fmin(fabs(move), 6) - 0.8);
    return floor(1.2e6 * g->bar_days * season * season * synth_exp(extra)) + 1;
}

static void fill_symbol(const grid *g, const common *c, size_t symbol, const bar_out *out)
{
    const pen_synth_params *p = g->p;
    symbol_rng r = streams_of(p, symbol);
    garch vol = { 1 };
    double beta = synth_beta(p, symbol), log_px = 0;
    double night_sd = p->vol_frac * sqrt(NIGHT / YEAR_DAYS);
    double bar_sd = p->vol_frac * sqrt((1 - NIGHT) * g->bar_yr);
    double shared = beta * sqrt(p->factor_frac), own = sqrt(1 - p->factor_frac);
    for (size_t t = 0; t < g->n_bars; t++) {
        double scale = c->regime_vol[t] * c->season[t];
        double z = shared * c->factor[t] + own * garch_next(&vol, p, synth_normal(&r.own));
        double night = shared * c->night[t] + own * synth_normal(&r.own);
        if (t > 0 && t % g->a_day == 0)
            log_px += night_sd * c->regime_vol[t] * night;
        double open = log_px, low, high, sd = bar_sd * scale;
        double sudden = beta * c->jump[t] + jumps(&r.jump, g, p->jumps_yr);
        double drift = (p->drift_frac - 0.5 * p->vol_frac * p->vol_frac) * g->bar_yr;
        /* far from any price: a bounded walk keeps prices finite for every parameter */
        log_px = fmax(-20, fmin(20, log_px + drift + sd * z + sudden));
        bridge(&r.range, open, log_px, sd * sd * vol.h, &low, &high);
        out->open[t] = to_tick(p, open);
        out->high[t] = to_tick(p, high);
        out->low[t] = to_tick(p, low);
        out->close[t] = to_tick(p, log_px);
        out->volume[t] = volume_of(&r.volume, g, c->season[t], z * c->regime_vol[t]);
    }
}

pen_status pen_synth_bars(const pen_synth_params *params, size_t n_symbols, size_t n_bars,
                          int64_t *time_ns, double *open, double *high, double *low, double *close,
                          double *volume, int *regime)
{
    double *block;
    PEN_TRY(synth_check("pen_synth_bars", params));
    if (n_symbols == 0 || n_bars == 0)
        return PEN_OK;
    if (n_symbols >= SYNTH_MARKET || n_bars > 100000000)
        return pen_fail(PEN_E_ARG, "pen_synth_bars: %zu x %zu bars, expected at most 1e8 a symbol",
                        n_symbols, n_bars);
    grid g = grid_of(params, n_bars);
    if (synth_day(params, (int64_t)((n_bars - 1) / g.a_day)) > SYNTH_LAST_DAY)
        return pen_fail(PEN_E_ARG, "pen_synth_bars: %zu bars of %u s end after the year 2261",
                        n_bars, params->bar_s);
    PEN_TRY(pen_alloc_array(n_bars * 5, sizeof *block, (void **)&block));
    common c = { block, block + n_bars, block + 2 * n_bars, block + 3 * n_bars,
                 block + 4 * n_bars };
    fill_times(&g, time_ns);
    fill_common(&g, &c, regime);
    for (size_t s = 0; s < n_symbols; s++) {
        size_t at = s * n_bars;
        fill_symbol(&g, &c, s,
                    &(bar_out){ open + at, high + at, low + at, close + at, volume + at });
    }
    pen_free(block);
    return PEN_OK;
}
