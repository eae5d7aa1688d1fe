/* What a family's file gives the catalogue: entries that know how to emit
 * themselves into a program. */
#ifndef PEN_INDICATOR_FAMILY_H
#define PEN_INDICATOR_FAMILY_H

#include "penstock/indicator.h"
#include "program.h"

typedef struct ind_call {
    ind_value in[PEN_INDICATOR_MAX_INPUTS];
    double param[PEN_INDICATOR_MAX_PARAMS];
} ind_call;

typedef struct ind_entry {
    pen_indicator about;
    /* out: about.n_outputs values; all are shown from the last one's first step on.  NULL: a
     * candlestick pattern, whose formula is compiled (candle.h). */
    pen_status (*emit)(ind_program *program, const ind_call *call, ind_value *out);
} ind_entry;

typedef struct ind_family {
    const ind_entry *entries;
    size_t count;
} ind_family;

extern const ind_family ind_average_family, ind_band_family, ind_candle_family, ind_cycle_family;
extern const ind_family ind_directional_family, ind_function_family, ind_momentum_family;
extern const ind_family ind_oscillator_family, ind_price_family, ind_realised_family;
extern const ind_family ind_session_family, ind_statistic_family, ind_stochastic_family;
extern const ind_family ind_trend_family, ind_volatility_family, ind_volume_family;

/* NULL if unknown. */
const ind_entry *ind_entry_find(const char *name);

/* TA-Lib's moving averages in its order: what a parameter `matype` chooses from. */
enum {
    IND_MA_SMA,
    IND_MA_EMA,
    IND_MA_WMA,
    IND_MA_DEMA,
    IND_MA_TEMA,
    IND_MA_TRIMA,
    IND_MA_KAMA,
    IND_MA_MAMA,
    IND_MA_T3,
    IND_MA_COUNT
};
extern const char *const ind_average_names[];

/* The average `matype` of x over `period` steps; of period 1 it is x.  As in TA-Lib mama
 * has its usual limits and no period, t3 a factor of 0.7. */
pen_status ind_average(ind_program *program, ind_value x, int matype, int period, ind_value *out);

/* Ehlers' adaptive averages: out[0] mama, out[1] fama. */
pen_status ind_mama(ind_program *program, ind_value x, double fast, double slow, ind_value out[2]);

#define IND_MATYPE(name_, fallback_)                                                               \
    {                                                                                              \
        .name = (name_), .fallback = (fallback_), .min = 0, .max = IND_MA_COUNT - 1,               \
        .is_integer = true, .choices = ind_average_names                                           \
    }
#define IND_PERIOD(fallback_, min_)                                                                \
    {                                                                                              \
        .name = "period", .fallback = (fallback_), .min = (min_), .max = 100000,                   \
        .is_integer = true                                                                         \
    }

#endif
