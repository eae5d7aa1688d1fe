/* What bars and ticks of the synthetic market share. */
#ifndef PEN_FLOW_MARKET_SYNTH_H
#define PEN_FLOW_MARKET_SYNTH_H

#include <math.h>

#include "../../machine/base/rng.h"
#include "../../machine/base/status.h"
#include "penstock/synth.h"

/* Streams: counter = (symbol, purpose, 0, block). */
enum { SYNTH_MARKET = 0xffffffff };
enum synth_purpose {
    SYNTH_REGIME = 1,
    SYNTH_FACTOR,
    SYNTH_OWN,
    SYNTH_JUMP,
    SYNTH_RANGE,
    SYNTH_VOLUME,
    SYNTH_TRADE,
    SYNTH_PRICE,
    SYNTH_SIZE
};

enum { SYNTH_LAST_DAY = 106750, SESSION_S = 23400, OPEN_S = 52200, YEAR_DAYS = 252 };

/* exp and log from + - * / alone, so that no machine's libm has a say; within
 * 2 ulp for the ordinary arguments they get here. */
double synth_exp(double x);
double synth_log(double x);
double synth_normal(pen_rng *rng);
double synth_exponential(pen_rng *rng);

pen_status synth_check(const char *what, const pen_synth_params *p);

/* The number of the k-th weekday from the start on, in days since 1970. */
int64_t synth_day(const pen_synth_params *p, int64_t k);

/* Volatility at a point 0 to 1 of the session, mean square 1. */
double synth_season(const pen_synth_params *p, double at);

/* Regimes: the chain moves on by some days; the multiplier of volatility. */
int synth_regime_next(pen_rng *rng, int regime, double days);
double synth_regime_vol(const pen_synth_params *p, int regime);

/* The symbol's own loading on the common factor, about 0.6 to 1.4. */
double synth_beta(const pen_synth_params *p, size_t symbol);

#endif
