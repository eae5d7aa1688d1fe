/* Volatility: ranges and their averages. */
#include <math.h>

#include "family.h"

static pen_status emit_trange(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_true_range(p, call->in, out);
}

static pen_status emit_atr(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_atr(p, call->in, (int)call->param[0], out);
}

static pen_status emit_natr(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value atr;
    PEN_TRY(emit_atr(p, call, &atr));
    return ind_ratio(p, atr, call->in[2], 100, 0, out);
}

/* An exponential average that starts at x's first value. */
static pen_status ema_at_once(ind_program *p, ind_value x, int period, ind_value *out)
{
    return ind_ema(p, x, 1, x.first, 2.0 / (period + 1), out);
}

static pen_status emit_cvi(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value range, line, old, change;
    PEN_TRY(ind_subtract(p, call->in[0], call->in[1], &range));
    PEN_TRY(ema_at_once(p, range, period, &line));
    line.first += period - 1;
    PEN_TRY(ind_lag(p, line, period, &old));
    PEN_TRY(ind_subtract(p, line, old, &change));
    return ind_ratio(p, change, old, 100, 0, out);
}

static pen_status emit_mass(ind_program *p, const ind_call *call, ind_value *out)
{
    enum { SPAN = 9 };
    ind_value range, once, twice, ratio;
    PEN_TRY(ind_subtract(p, call->in[0], call->in[1], &range));
    PEN_TRY(ema_at_once(p, range, SPAN, &once));
    once.first += SPAN - 1;
    PEN_TRY(ema_at_once(p, once, SPAN, &twice));
    PEN_TRY(ind_ratio(p, once, twice, 1, 1, &ratio));
    ratio.first += SPAN - 1;
    return ind_sum(p, ratio, (int)call->param[0], out);
}

/* Bollinger bands inside Keltner channels, both around the same average, and where the
 * close is going. */
static pen_status emit_squeeze(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    double n = period;
    ind_value stats[2], range, top, bottom, centre, line[2], mean;
    PEN_TRY(ind_mean_stdev(p, call->in[2], period, stats));
    PEN_TRY(ind_true_range(p, call->in, &range));
    PEN_TRY(ind_mean(p, range, period, &range));
    PEN_TRY(ind_affine(p, range, call->param[2], 0, &range));
    PEN_TRY(ind_point2(p, IND_BLEND, range, stats[1], -call->param[1], 0, &range));
    PEN_TRY(ind_point1(p, IND_SIGN, range, 0, 0, &range));
    PEN_TRY(ind_point1(p, IND_CLAMP, range, 0, 1, &out[0]));
    PEN_TRY(ind_extreme(p, IND_HIGHEST, call->in[0], period, &top));
    PEN_TRY(ind_extreme(p, IND_LOWEST, call->in[1], period, &bottom));
    PEN_TRY(ind_add(p, top, bottom, &centre));
    PEN_TRY(ind_point2(p, IND_BLEND, centre, stats[0], 2, 0, &centre));
    PEN_TRY(ind_point2(p, IND_BLEND, call->in[2], centre, -0.25, 0, &centre));
    PEN_TRY(ind_trend(p, centre, period, line));
    PEN_TRY(ind_affine(p, line[0], 1 / n, 0, &mean));
    return ind_point2(p, IND_BLEND, mean, line[1], 6 / (n * (n + 1)), 0, &out[1]);
}

static const ind_entry entries[] = {
    { { .name = "trange",
        .family = "volatility",
        .title = "True range",
        .formula = "max(high - low, |high - last close|, |low - last close|)",
        .source = "Wilder (1978); TA-Lib TRANGE",
        .n_inputs = 3,
        .inputs = { "high", "low", "close" },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_trange },
    { { .name = "atr",
        .family = "volatility",
        .title = "Average true range",
        .formula = "true range averaged with Wilder's 1 / period, seeded with a mean of `period`",
        .source = "Wilder (1978); TA-Lib ATR",
        .n_inputs = 3,
        .inputs = { "high", "low", "close" },
        .n_params = 1,
        .params = { IND_PERIOD(14, 1) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_atr },
    { { .name = "natr",
        .family = "volatility",
        .title = "Normalised average true range",
        .formula = "100 atr / close; 0 where the close is 0",
        .source = "Forman (2006); TA-Lib NATR",
        .n_inputs = 3,
        .inputs = { "high", "low", "close" },
        .n_params = 1,
        .params = { IND_PERIOD(14, 1) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_natr },
    { { .name = "cvi",
        .family = "volatility",
        .title = "Chaikin's volatility",
        .formula = "100 (e[t] - e[t - period]) / e[t - period], e = ema of high - low from its "
                   "first value on; 0 where that is 0",
        .source = "Chaikin; Tulip cvi",
        .n_inputs = 2,
        .inputs = { "high", "low" },
        .n_params = 1,
        .params = { IND_PERIOD(10, 1) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_cvi },
    { { .name = "mass",
        .family = "volatility",
        .title = "Mass index",
        .formula = "sum over `period` bars of ema(9) / ema(9) of ema(9), of high - low from the "
                   "first value on; a ratio of 0 to 0 is 1",
        .source = "Dorsey (1992); Tulip mass",
        .n_inputs = 2,
        .inputs = { "high", "low" },
        .n_params = 1,
        .params = { IND_PERIOD(25, 1) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_mass },
    { { .name = "squeeze",
        .family = "volatility",
        .title = "Squeeze",
        .formula = "on = 1 where `bands` standard deviations of the close are less than `channel` "
                   "mean true ranges, else 0; momentum = linreg of close - ((highest high + "
                   "lowest low) / 2 + mean close) / 2; all over `period` bars",
        .source = "Carter, Mastering the Trade (2005)",
        .n_inputs = 3,
        .inputs = { "high", "low", "close" },
        .n_params = 3,
        .params = { IND_PERIOD(20, 2),
                    { "bands", 2, 0, 1e6, false, NULL },
                    { "channel", 1.5, 0, 1e6, false, NULL } },
        .n_outputs = 2,
        .outputs = { "on", "momentum" } },
      emit_squeeze },
};

const ind_family ind_volatility_family = { entries, PEN_COUNT(entries) };
