/* What a family's file gives the catalogue: entries that know how to emit
 * themselves into a program. */
#ifndef PEN_INDICATOR_FAMILY_H
#define PEN_INDICATOR_FAMILY_H

#include "penstock/indicator.h"
#include "profile.h"

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

/* The catalogue's words: an entry is what it is called and where it comes from, how it is emitted,
 * and IND_ON(inputs), IND_PARAMS(parameters), IND_GIVES(outputs). */
#define IND_ENTRY(family_, name_, title_, formula_, source_, emit_, ...)                           \
    {                                                                                              \
        { .name = (name_),                                                                         \
          .family = (family_),                                                                     \
          .title = (title_),                                                                       \
          .formula = (formula_),                                                                   \
          .source = (source_),                                                                     \
          __VA_ARGS__ },                                                                           \
            (emit_)                                                                                \
    }
#define IND_NAMES(...) PEN_COUNT(((const char *const[]){ __VA_ARGS__ })) /* how many */
#define IND_ON(...) .n_inputs = IND_NAMES(__VA_ARGS__), .inputs = { __VA_ARGS__ }
#define IND_GIVES(...) .n_outputs = IND_NAMES(__VA_ARGS__), .outputs = { __VA_ARGS__ }
#define IND_GIVES_ONE IND_GIVES("")
#define IND_PARAMS(...)                                                                            \
    .n_params = PEN_COUNT(((const pen_indicator_param[]){ __VA_ARGS__ })), .params = { __VA_ARGS__ }

/* Parameters: numbers, whole numbers, numbers of bars, names to choose from. */
#define IND_REAL(name_, fallback_, min_, max_)                                                     \
    {                                                                                              \
        .name = (name_), .fallback = (fallback_), .min = (min_), .max = (max_)                     \
    }
#define IND_COUNT(name_, fallback_, min_, max_)                                                    \
    {                                                                                              \
        .name = (name_), .fallback = (fallback_), .min = (min_), .max = (max_), .is_integer = true \
    }
#define IND_BARS(name_, fallback_, min_) IND_COUNT(name_, fallback_, min_, 100000)
#define IND_PERIOD(fallback_, min_) IND_BARS("period", fallback_, min_)
#define IND_CHOICE(name_, fallback_, max_, names_)                                                 \
    {                                                                                              \
        .name = (name_), .fallback = (fallback_), .max = (max_), .is_integer = true,               \
        .choices = (names_)                                                                        \
    }
#define IND_MATYPE(name_, fallback_)                                                               \
    IND_CHOICE(name_, fallback_, IND_MA_COUNT - 1, ind_average_names)

#endif
