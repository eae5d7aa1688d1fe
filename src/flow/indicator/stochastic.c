/* Stochastics: where the close stands in the range of the last bars. */
#include "family.h"

/* 100 (x - lowest low) / (highest high - lowest low) */
static pen_status emit_place(ind_program *p, const ind_value in[3], int period, ind_value *out)
{
    ind_value high, low;
    PEN_TRY(ind_extreme(p, IND_HIGHEST, in[0], period, &high));
    PEN_TRY(ind_extreme(p, IND_LOWEST, in[1], period, &low));
    return ind_place(p, in[2], high, low, 100, 50, out);
}

static pen_status emit_stoch(ind_program *p, const ind_call *call, ind_value *out)
{
    const double *param = call->param;
    ind_value fast;
    PEN_TRY(emit_place(p, call->in, (int)param[0], &fast));
    PEN_TRY(ind_average(p, fast, (int)param[2], (int)param[1], &out[0]));
    return ind_average(p, out[0], (int)param[4], (int)param[3], &out[1]);
}

static pen_status emit_stochf(ind_program *p, const ind_call *call, ind_value *out)
{
    PEN_TRY(emit_place(p, call->in, (int)call->param[0], &out[0]));
    return ind_average(p, out[0], (int)call->param[2], (int)call->param[1], &out[1]);
}

static pen_status emit_stochrsi(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value rsi;
    PEN_TRY(ind_rsi(p, call->in[0], (int)call->param[0], &rsi));
    ind_delay(p, PEN_UNSTABLE_RSI, &rsi, 1);
    PEN_TRY(emit_place(p, (ind_value[]){ rsi, rsi, rsi }, (int)call->param[1], &out[0]));
    if (ind_style_of(p)->stochrsi_slow)
        PEN_TRY(ind_average(p, out[0], (int)call->param[3], (int)call->param[2], &out[0]));
    return ind_average(p, out[0], (int)call->param[3], (int)call->param[2], &out[1]);
}

static pen_status emit_willr(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value high, low;
    PEN_TRY(ind_extreme(p, IND_HIGHEST, call->in[0], period, &high));
    PEN_TRY(ind_extreme(p, IND_LOWEST, call->in[1], period, &low));
    return ind_place(p, call->in[2], low, high, -100, -50, out); /* from the top down */
}

static const ind_entry entries[] = {
    IND_ENTRY("momentum", "stoch", "Stochastic oscillator",
              "slowk = average of 100 (close - lowest low) / (highest high - lowest low) of "
              "the last `fastk` bars, 50 where they do not move; slowd = average of slowk",
              "Lane; TA-Lib STOCH", emit_stoch, IND_ON("high", "low", "close"),
              IND_PARAMS(IND_BARS("fastk", 5, 1), IND_BARS("slowk", 3, 1),
                         IND_MATYPE("slowk_matype", IND_MA_SMA), IND_BARS("slowd", 3, 1),
                         IND_MATYPE("slowd_matype", IND_MA_SMA)),
              IND_GIVES("slowk", "slowd")),
    IND_ENTRY("momentum", "stochf", "Fast stochastic oscillator",
              "fastk = 100 (close - lowest low) / (highest high - lowest low) of the last "
              "`fastk` bars, 50 where they do not move; fastd = average of fastk",
              "Lane; TA-Lib STOCHF", emit_stochf, IND_ON("high", "low", "close"),
              IND_PARAMS(IND_BARS("fastk", 5, 1), IND_BARS("fastd", 3, 1),
                         IND_MATYPE("fastd_matype", IND_MA_SMA)),
              IND_GIVES("fastk", "fastd")),
    IND_ENTRY("momentum", "stochrsi", "Stochastic relative strength index",
              "fastk = 100 (rsi - its lowest) / (its highest - its lowest) of the last "
              "`fastk` values, 50 where it does not move; fastd = average of fastk",
              "Chande and Kroll (1994); TA-Lib STOCHRSI", emit_stochrsi, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(14, 2), IND_BARS("fastk", 5, 1), IND_BARS("fastd", 3, 1),
                         IND_MATYPE("fastd_matype", IND_MA_SMA)),
              IND_GIVES("fastk", "fastd")),
    IND_ENTRY("momentum", "willr", "Williams' %R",
              "100 (close - highest high) / (highest high - lowest low) of the last `period` "
              "bars; -50 where they do not move",
              "Williams (1973); TA-Lib WILLR", emit_willr, IND_ON("high", "low", "close"),
              IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
};

const ind_family ind_stochastic_family = { entries, PEN_COUNT(entries) };
