/* Profiles as data. */
#include "profile.h"

#include <string.h>

#include "family.h"

typedef struct own_default {
    const char *indicator, *param;
    double value;
} own_default;

static const own_default talib_08[] = {
    { "bbands", "period", 20 },
    { "apo", "matype", IND_MA_EMA },
    { "ppo", "matype", IND_MA_EMA },
};

static const own_default tradingview[] = {
    { "sma", "period", 9 },        { "ema", "period", 9 },   { "wma", "period", 9 },
    { "dema", "period", 9 },       { "tema", "period", 9 },  { "bbands", "period", 20 },
    { "envelope", "percent", 10 }, { "roc", "period", 9 },   { "cci", "period", 20 },
    { "cmo", "period", 9 },        { "trix", "period", 18 }, { "ppo", "matype", IND_MA_EMA },
    { "stoch", "fastk", 14 },      { "stoch", "slowk", 1 },  { "stochrsi", "fastk", 14 },
};

static const own_default tulip[] = {
    { "apo", "matype", IND_MA_EMA },
    { "ppo", "matype", IND_MA_EMA },
};

static const struct {
    const char *name;
    ind_style style;
    const own_default *defaults;
    size_t n_defaults;
} profiles[PEN_PROFILE_COUNT] = {
    [PEN_PROFILE_TALIB_06] = { .name = "talib-0.6" },
    [PEN_PROFILE_TALIB_08] = { .name = "talib-0.8",
                               .defaults = talib_08,
                               .n_defaults = PEN_COUNT(talib_08) },
    [PEN_PROFILE_TRADINGVIEW] = { .name = "tradingview",
                                  .style = { .macd_each_from_own = true,
                                             .atr_from_first = true,
                                             .dmi_of_averages = true,
                                             .dmi_at_once = true,
                                             .cmo_of_sums = true,
                                             .trix_of_logs = true,
                                             .stochrsi_slow = true },
                                  .defaults = tradingview,
                                  .n_defaults = PEN_COUNT(tradingview) },
    [PEN_PROFILE_TULIP] = { .name = "tulip",
                            .style = { .ema_from_first = true,
                                       .macd_each_from_own = true,
                                       .macd_fixed = true,
                                       .trange_from_first = true,
                                       .atr_from_first = true,
                                       .dmi_at_once = true,
                                       .kama_shows_seed = true,
                                       .cmo_of_sums = true,
                                       .cci_settled = true,
                                       .obv_from_0 = true,
                                       .roc_fraction = true,
                                       .trix_of_new = true },
                            .defaults = tulip,
                            .n_defaults = PEN_COUNT(tulip) },
};

const char *pen_profile_name(pen_profile profile)
{
    return (unsigned)profile < PEN_PROFILE_COUNT ? profiles[profile].name : NULL;
}

const ind_style *ind_style_of(const ind_program *program)
{
    return &profiles[program->options->profile].style;
}

double pen_profile_fallback(pen_profile profile, const pen_indicator *about, size_t param)
{
    for (size_t i = 0; i < profiles[profile].n_defaults; i++) {
        const own_default *own = &profiles[profile].defaults[i];
        if (strcmp(own->indicator, about->name) == 0 &&
            strcmp(own->param, about->params[param].name) == 0)
            return own->value;
    }
    return about->params[param].fallback;
}
