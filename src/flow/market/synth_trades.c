/* Trades and quotes of the synthetic market: a bivariate Hawkes process drives
 * an efficient price, quotes follow it in ticks. */
#include "synth.h"

/* Of a trade's excitement, the part that goes to its own side. */
static const double OWN_SIDE = 0.75;
/* Of the price's variance, the part that trades cause. */
static const double IMPACT = 0.5;

typedef struct flow {
    const pen_synth_params *p;
    pen_rng trade, price, size, chain;
    double base, decay;     /* trades/s not excited, of both sides; 1/s */
    double excited[2];      /* intensity above the base: buys, sells */
    double clock_s;         /* session seconds since the start */
    double log_px, noise_s; /* of the efficient price; sd of sqrt(s) */
    double impact;
    int regime;
    int64_t day;
} flow;

static void flow_init(flow *f, const pen_synth_params *p, size_t symbol)
{
    *f = (flow){ .p = p, .regime = 1 };
    pen_rng_init(&f->trade, p->seed, (uint32_t)symbol, SYNTH_TRADE, 0);
    pen_rng_init(&f->price, p->seed, (uint32_t)symbol, SYNTH_PRICE, 0);
    pen_rng_init(&f->size, p->seed, (uint32_t)symbol, SYNTH_SIZE, 0);
    pen_rng_init(&f->chain, p->seed, SYNTH_MARKET, SYNTH_REGIME, 0);
    f->base = p->trades_s * (1 - p->branching);
    /* at the base the process starts where it is on average */
    f->decay = 1 / p->excite_s;
    f->excited[0] = f->excited[1] = 0.5 * p->trades_s * p->branching;
    double variance_s = p->vol_frac * p->vol_frac / ((double)YEAR_DAYS * SESSION_S);
    f->noise_s = sqrt((1 - IMPACT) * variance_s);
    f->impact = sqrt(IMPACT * variance_s / p->trades_s);
}

static double season_at(const flow *f, double clock_s)
{
    double in_session = clock_s / SESSION_S;
    double s = synth_season(f->p, in_session - floor(in_session));
    return s * s;
}

/* Until the next trade, by thinning: between trades the intensity only decays,
 * apart from the season, which the bound takes at its largest. */
static void next_trade(flow *f, int *side)
{
    double most = f->base * (1 + 1.4 * f->p->season);
    for (;;) {
        double bound = most + f->excited[0] + f->excited[1];
        double wait = synth_exponential(&f->trade) / bound, fade = synth_exp(-f->decay * wait);
        f->clock_s += wait;
        f->excited[0] *= fade;
        f->excited[1] *= fade;
        double half = 0.5 * f->base * season_at(f, f->clock_s),
               at = pen_rng_uniform(&f->trade) * bound;
        if (at >= 2 * half + f->excited[0] + f->excited[1])
            continue;
        *side = at < half + f->excited[0] ? 1 : -1;
        break;
    }
    double kick = f->p->branching * f->decay;
    f->excited[*side > 0 ? 0 : 1] += kick * OWN_SIDE;
    f->excited[*side > 0 ? 1 : 0] += kick * (1 - OWN_SIDE);
}

/* The regime follows the bars' chain of days. */
static double regime_vol(flow *f)
{
    int64_t day = (int64_t)(f->clock_s / SESSION_S);
    for (; f->day < day; f->day++)
        f->regime = synth_regime_next(&f->chain, f->regime, 1);
    return synth_regime_vol(f->p, f->regime);
}

/* The ticks at least half the spread away from the efficient price; the spread
 * widens with the excitement. */
static void quote(flow *f, double *bid, double *ask)
{
    const pen_synth_params *p = f->p;
    double heat = (f->excited[0] + f->excited[1]) / (p->trades_s + f->excited[0] + f->excited[1]);
    double px = p->start_px * synth_exp(f->log_px);
    double half = 0.5 * px * p->spread_bps * 1e-4 * (0.5 + heat);
    double low = floor((px - half) / p->tick_px), high = ceil((px + half) / p->tick_px);
    low = low < 1 ? 1 : low;
    high = high <= low ? low + 1 : high;
    *bid = low * p->tick_px;
    *ask = high * p->tick_px;
}

/* Lots of 100, log-normal about `lots` of them. */
static double shares(pen_rng *rng, double lots)
{
    return 100 * (floor(lots * synth_exp(0.8 * synth_normal(rng))) + 1);
}

static int64_t stamp(const flow *f)
{
    int64_t session = (int64_t)(f->clock_s / SESSION_S);
    double in_session = f->clock_s - (double)session * SESSION_S;
    in_session = fmin(in_session, SESSION_S - 1e-9);
    return (synth_day(f->p, session) * 86400 + OPEN_S) * 1000000000 + (int64_t)(in_session * 1e9);
}

pen_status pen_synth_trades(const pen_synth_params *params, size_t symbol, size_t n,
                            const pen_synth_columns *out)
{
    flow f;
    PEN_TRY(synth_check("pen_synth_trades", params));
    if (symbol >= SYNTH_MARKET)
        return pen_fail(PEN_E_ARG, "pen_synth_trades: symbol %zu, expected less than %u", symbol,
                        SYNTH_MARKET);
    if ((double)n / params->trades_s > 60.0 * YEAR_DAYS * SESSION_S)
        return pen_fail(PEN_E_ARG, "pen_synth_trades: %zu trades at %g a second last over 60 years",
                        n, params->trades_s);
    flow_init(&f, params, symbol);
    for (size_t i = 0; i < n; i++) {
        double before = f.clock_s;
        int side;
        next_trade(&f, &side);
        double vol = regime_vol(&f), lull = f.clock_s - before;
        double pressure =
            (f.excited[0] - f.excited[1]) / (params->trades_s + f.excited[0] + f.excited[1]);
        f.log_px +=
            f.noise_s * vol * sqrt(lull * season_at(&f, f.clock_s)) * synth_normal(&f.price);
        f.log_px = fmax(-20, fmin(20, f.log_px));
        quote(&f, &out->bid[i], &out->ask[i]);
        out->time_ns[i] = stamp(&f);
        out->side[i] = (signed char)side;
        out->price[i] = side > 0 ? out->ask[i] : out->bid[i];
        out->size[i] = shares(&f.size, 1);
        /* the side under pressure is the thinner one */
        out->bid_size[i] = shares(&f.size, 4 * (1 + 0.5 * pressure));
        out->ask_size[i] = shares(&f.size, 4 * (1 - 0.5 * pressure));
        f.log_px += side * f.impact * vol;
    }
    return PEN_OK;
}
