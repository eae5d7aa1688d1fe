/* Volatility: ranges and their averages. */
#include <math.h>

#include "family.h"

static pen_status emit_trange(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_true_range(p, call->in, ind_style_of(p)->trange_from_first, out);
}

static pen_status emit_atr(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_atr(p, call->in, (int)call->param[0], out);
}

static pen_status emit_natr(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value range;
    PEN_TRY(ind_mean_range(p, call->in, (int)call->param[0], &range));
    PEN_TRY(ind_ratio(p, range, call->in[2], 100, 0, out));
    ind_delay(p, PEN_UNSTABLE_NATR, out, 1);
    return PEN_OK;
}

/* An exponential average that starts at x's first value. */
static pen_status ema_at_once(ind_program *p, ind_value x, int period, ind_value *out)
{
    PEN_TRY(ind_ema(p, x, 1, x.first, 2.0 / (period + 1), out));
    ind_delay(p, PEN_UNSTABLE_EMA, out, 1);
    return PEN_OK;
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
    PEN_TRY(ind_true_range(p, call->in, false, &range));
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
    IND_ENTRY("volatility", "trange", "True range",
              "max(high - low, |high - last close|, |low - last close|)",
              "Wilder (1978); TA-Lib TRANGE", emit_trange, IND_ON("high", "low", "close"),
              IND_GIVES_ONE),
    IND_ENTRY("volatility", "atr", "Average true range",
              "true range averaged with Wilder's 1 / period, seeded with a mean of `period`",
              "Wilder (1978); TA-Lib ATR", emit_atr, IND_ON("high", "low", "close"),
              IND_PARAMS(IND_PERIOD(14, 1)), IND_GIVES_ONE),
    IND_ENTRY("volatility", "natr", "Normalised average true range",
              "100 atr / close; 0 where the close is 0", "Forman (2006); TA-Lib NATR", emit_natr,
              IND_ON("high", "low", "close"), IND_PARAMS(IND_PERIOD(14, 1)), IND_GIVES_ONE),
    IND_ENTRY("volatility", "cvi", "Chaikin's volatility",
              "100 (e[t] - e[t - period]) / e[t - period], e = ema of high - low from its "
              "first value on; 0 where that is 0",
              "Chaikin; Tulip cvi", emit_cvi, IND_ON("high", "low"), IND_PARAMS(IND_PERIOD(10, 1)),
              IND_GIVES_ONE),
    IND_ENTRY("volatility", "mass", "Mass index",
              "sum over `period` bars of ema(9) / ema(9) of ema(9), of high - low from the "
              "first value on; a ratio of 0 to 0 is 1",
              "Dorsey (1992); Tulip mass", emit_mass, IND_ON("high", "low"),
              IND_PARAMS(IND_PERIOD(25, 1)), IND_GIVES_ONE),
    IND_ENTRY("volatility", "squeeze", "Squeeze",
              "on = 1 where `bands` standard deviations of the close are less than `channel` "
              "mean true ranges, else 0; momentum = linreg of close - ((highest high + "
              "lowest low) / 2 + mean close) / 2; all over `period` bars",
              "Carter, Mastering the Trade (2005)", emit_squeeze, IND_ON("high", "low", "close"),
              IND_PARAMS(IND_PERIOD(20, 2), IND_REAL("bands", 2, 0, 1e6),
                         IND_REAL("channel", 1.5, 0, 1e6)),
              IND_GIVES("on", "momentum")),
};

const ind_family ind_volatility_family = { entries, PEN_COUNT(entries) };
