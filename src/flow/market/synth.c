/* The synthetic market's parts: parameters, calendar, season, regimes, normals. */
#include "synth.h"

static const int64_t DAY_NS = 86400000000000;

pen_synth_params pen_synth_params_default(void)
{
    return (pen_synth_params){
        .seed = 1,
        .start_ns = 19723 * DAY_NS, /* 2024-01-01 */
        .bar_s = 86400,
        .start_px = 100,
        .tick_px = 0.01,
        .drift_frac = 0.06,
        .vol_frac = 0.22,
        .factor_frac = 0.3,
        .garch_shock = 0.08,
        .garch_decay = 0.90,
        .jumps_yr = 6,
        .jump_frac = 0.03,
        .season = 1,
        .regimes = 1,
        .trades_s = 2,
        .branching = 0.6,
        .excite_s = 0.5,
        .spread_bps = 1,
    };
}

pen_status synth_check(const char *what, const pen_synth_params *p)
{
    const struct {
        const char *name;
        double value, low, high;
    } rows[] = {
        { "start_px", p->start_px, 1e-9, 1e12 },
        { "tick_px", p->tick_px, 1e-12, 1e9 },
        { "drift_frac", p->drift_frac, -10, 10 },
        { "vol_frac", p->vol_frac, 0, 5 },
        { "factor_frac", p->factor_frac, 0, 1 },
        { "garch_shock", p->garch_shock, 0, 0.999 },
        { "garch_decay", p->garch_decay, 0, 0.999 },
        { "garch_shock + garch_decay", p->garch_shock + p->garch_decay, 0, 0.999 },
        { "jumps_yr", p->jumps_yr, 0, 1000 },
        { "jump_frac", p->jump_frac, 0, 1 },
        { "season", p->season, 0, 1 },
        { "regimes", p->regimes, 0, 1 },
        { "trades_s", p->trades_s, 1e-6, 1e6 },
        { "branching", p->branching, 0, 0.999 },
        { "excite_s", p->excite_s, 1e-9, 1e6 },
        { "spread_bps", p->spread_bps, 0, 1000 },
    };
    for (size_t i = 0; i < PEN_COUNT(rows); i++)
        if (!(rows[i].value >= rows[i].low && rows[i].value <= rows[i].high))
            return pen_fail(PEN_E_ARG, "%s: %s %g, expected %g to %g", what, rows[i].name,
                            rows[i].value, rows[i].low, rows[i].high);
    if (p->start_px < p->tick_px)
        return pen_fail(PEN_E_ARG, "%s: start_px %g is less than tick_px %g", what, p->start_px,
                        p->tick_px);
    if (p->bar_s != 86400 && (p->bar_s == 0 || SESSION_S % p->bar_s != 0))
        return pen_fail(PEN_E_ARG, "%s: bar_s %u, expected 86400 or a divisor of %d", what,
                        p->bar_s, SESSION_S);
    int64_t day = p->start_ns / DAY_NS;
    if (day < -98600 || day > 84000)
        return pen_fail(PEN_E_ARG, "%s: start_ns %lld, expected a day from 1700 to 2200", what,
                        (long long)p->start_ns);
    return PEN_OK;
}

/* 2^k (1 + x + ... + x^13/13!) with |x| <= log(2) / 2. */
double synth_exp(double x)
{
    double k = floor(x * 1.4426950408889634 + 0.5);
    /* log 2 in two parts, the first short enough that k times it is exact */
    double r = (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33, sum = 1;
    for (int i = 13; i > 0; i--)
        sum = 1 + sum * r / i;
    return ldexp(sum, (int)k);
}

/* log(m 2^k) = k log 2 + 2 artanh((m - 1) / (m + 1)), m between sqrt(1/2) and sqrt(2). */
double synth_log(double x)
{
    int k;
    double m = frexp(x, &k);
    if (m < 0.70710678118654752) {
        m *= 2;
        k--;
    }
    double t = (m - 1) / (m + 1), square = t * t, sum = 0;
    for (int i = 23; i > 0; i -= 2)
        sum = 1.0 / i + square * sum;
    return 2 * t * sum + k * 0x1.62e42fefa39efp-1;
}

/* Marsaglia's polar method (1964), one of its two numbers. */
double synth_normal(pen_rng *rng)
{
    double a, b, square;
    do {
        a = 2 * pen_rng_uniform(rng) - 1;
        b = 2 * pen_rng_uniform(rng) - 1;
        square = a * a + b * b;
    } while (square >= 1 || square == 0);
    return a * sqrt(-2 * synth_log(square) / square);
}

double synth_exponential(pen_rng *rng)
{
    return -synth_log(pen_rng_uniform(rng));
}

int64_t synth_day(const pen_synth_params *p, int64_t k)
{
    int64_t day = p->start_ns / DAY_NS - (p->start_ns % DAY_NS < 0);
    int64_t weekday = ((day + 3) % 7 + 7) % 7; /* 0 = Monday; 1970-01-01 was a Thursday */
    if (weekday > 4) {
        day += 7 - weekday;
        weekday = 0;
    }
    int64_t monday = day - weekday, days = weekday + k;
    return monday + days / 5 * 7 + days % 5;
}

/* 1 + c (3 (2 at - 1)^2 - 1), whose mean is 1, as a variance. */
double synth_season(const pen_synth_params *p, double at)
{
    double from_noon = 2 * at - 1;
    return sqrt(1 + 0.7 * p->season * (3 * from_noon * from_noon - 1));
}

/* Mean stays: calm 120 days, normal 40, stressed 15. */
int synth_regime_next(pen_rng *rng, int regime, double days)
{
    static const double stay_days[] = { 120, 40, 15 };
    double u = pen_rng_uniform(rng), leave = 1 - synth_exp(-days / stay_days[regime]);
    if (u >= leave)
        return regime;
    return regime != 1 ? 1 : u < 0.6 * leave ? 0 : 2;
}

/* The chain is calm 61 %, normal 34 % and stressed 5 % of the days; the mean square is 1. */
double synth_regime_vol(const pen_synth_params *p, int regime)
{
    static const double vol[] = { 0.71, 1.09, 2.39 };
    return 1 + p->regimes * (vol[regime] - 1);
}

double synth_beta(const pen_synth_params *p, size_t symbol)
{
    pen_rng rng;
    pen_rng_init(&rng, p->seed, (uint32_t)symbol, SYNTH_FACTOR, 1);
    return symbol == 0 ? 1 : 0.6 + 0.8 * pen_rng_uniform(&rng);
}
