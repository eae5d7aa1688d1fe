/* A plan's options: their defaults and ranges, and all of them as a list of numbers. */
#include <stdio.h>
#include <string.h>

#include "candle.h"
#include "plan.h"

enum { MAX_UNSTABLE = 100000 };

static const char *const unstable_names[PEN_UNSTABLE_COUNT] = {
    [PEN_UNSTABLE_ADX] = "adx",
    [PEN_UNSTABLE_ATR] = "atr",
    [PEN_UNSTABLE_CMO] = "cmo",
    [PEN_UNSTABLE_DX] = "dx",
    [PEN_UNSTABLE_EMA] = "ema",
    [PEN_UNSTABLE_HT_DCPERIOD] = "ht_dcperiod",
    [PEN_UNSTABLE_HT_DCPHASE] = "ht_dcphase",
    [PEN_UNSTABLE_HT_PHASOR] = "ht_phasor",
    [PEN_UNSTABLE_HT_SINE] = "ht_sine",
    [PEN_UNSTABLE_HT_TRENDLINE] = "ht_trendline",
    [PEN_UNSTABLE_HT_TRENDMODE] = "ht_trendmode",
    [PEN_UNSTABLE_KAMA] = "kama",
    [PEN_UNSTABLE_MAMA] = "mama",
    [PEN_UNSTABLE_MINUS_DI] = "minus_di",
    [PEN_UNSTABLE_MINUS_DM] = "minus_dm",
    [PEN_UNSTABLE_NATR] = "natr",
    [PEN_UNSTABLE_PLUS_DI] = "plus_di",
    [PEN_UNSTABLE_PLUS_DM] = "plus_dm",
    [PEN_UNSTABLE_RSI] = "rsi",
    [PEN_UNSTABLE_T3] = "t3",
};

const char *pen_unstable_name(pen_unstable which)
{
    return (unsigned)which < PEN_UNSTABLE_COUNT ? unstable_names[which] : NULL;
}

bool pen_indicator_is_unstable(const pen_indicator *indicator)
{
    for (size_t i = 0; i < PEN_UNSTABLE_COUNT; i++)
        if (strcmp(unstable_names[i], indicator->name) == 0)
            return true;
    return false;
}

pen_plan_options pen_plan_options_default(void)
{
    return (pen_plan_options){ .profile = PEN_PROFILE_TALIB_06,
                               .missing = PEN_MISSING_SPREADS,
                               .candles = pen_candle_settings_default() };
}

pen_status ind_options_check(const pen_plan_options *options)
{
    if (pen_profile_name(options->profile) == NULL)
        return pen_fail(PEN_E_ARG, "plan: profile is %d, expected a pen_profile",
                        (int)options->profile);
    if (options->missing != PEN_MISSING_SPREADS && options->missing != PEN_MISSING_SKIPPED)
        return pen_fail(PEN_E_ARG, "plan: missing is %d, expected PEN_MISSING_SPREADS or _SKIPPED",
                        (int)options->missing);
    for (size_t i = 0; i < PEN_UNSTABLE_COUNT; i++)
        if (options->unstable[i] < 0 || options->unstable[i] > MAX_UNSTABLE)
            return pen_fail(PEN_E_ARG, "plan: unstable period of %s is %d, expected 0 to %d",
                            unstable_names[i], options->unstable[i], MAX_UNSTABLE);
    return ind_candle_check(&options->candles);
}

/* ---- As a list ---- */

static void add(ind_option_list *list, const char *group, const char *name, double value)
{
    ind_option *o = &list->options[list->count++];
    snprintf(o->name, sizeof o->name, "%s%s", group, name);
    o->value = value;
}

void ind_options_list(const pen_plan_options *options, ind_option_list *list)
{
    list->count = 0;
    add(list, "", "profile", options->profile);
    add(list, "", "missing", options->missing);
    for (size_t i = 0; i < PEN_UNSTABLE_COUNT; i++)
        add(list, "unstable period of ", unstable_names[i], options->unstable[i]);
    for (size_t i = 0; i < IND_CANDLE_SETTINGS; i++) {
        const char *name;
        const pen_candle_setting *s = ind_candle_setting(&options->candles, i, &name);
        add(list, name, ".range", s->range);
        add(list, name, ".period", s->period);
        add(list, name, ".factor", s->factor);
    }
}
