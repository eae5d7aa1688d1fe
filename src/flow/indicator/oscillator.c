/* Oscillators: where the price stands between bounds. */
#include <math.h>

#include "family.h"

static pen_status emit_rsi(ind_program *p, const ind_call *call, ind_value *out)
{
    PEN_TRY(ind_rsi(p, call->in[0], (int)call->param[0], out));
    ind_delay(p, PEN_UNSTABLE_RSI, out, 1);
    return PEN_OK;
}

/* Over the last `period` bars, without a memory beyond them. */
static pen_status emit_cmo_of_sums(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value change, size;
    PEN_TRY(ind_change(p, call->in[0], 1, &change));
    PEN_TRY(ind_point1(p, IND_ABS, change, 0, 0, &size));
    PEN_TRY(ind_sum(p, change, period, &change));
    PEN_TRY(ind_sum(p, size, period, &size));
    return ind_ratio(p, change, size, 100, 0, out);
}

static pen_status emit_cmo(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value rsi;
    if (ind_style_of(p)->cmo_of_sums)
        return emit_cmo_of_sums(p, call, out);
    PEN_TRY(ind_rsi(p, call->in[0], (int)call->param[0], &rsi));
    PEN_TRY(ind_affine(p, rsi, 2, -100, out));
    ind_delay(p, PEN_UNSTABLE_CMO, out, 1);
    return PEN_OK;
}

static pen_status emit_cci(ind_program *p, const ind_call *call, ind_value *out)
{
    int window = (int)call->param[0];
    ind_value typical, mean, deviation, above;
    PEN_TRY(ind_typical(p, call->in, &typical));
    PEN_TRY(ind_mean(p, typical, window, &mean));
    PEN_TRY(ind_mean_deviation(p, typical, window, &deviation));
    PEN_TRY(ind_subtract(p, typical, mean, &above));
    PEN_TRY(ind_ratio(p, above, deviation, 1 / 0.015, 0, out));
    out->first += ind_style_of(p)->cci_settled ? window - 1 : 0;
    return PEN_OK;
}

/* Bars since the highest high and the lowest low of period + 1 bars. */
static pen_status emit_ages(ind_program *p, const ind_call *call, ind_value *high, ind_value *low)
{
    int window = (int)call->param[0] + 1;
    PEN_TRY(ind_extreme(p, IND_SINCE_HIGHEST, call->in[0], window, high));
    return ind_extreme(p, IND_SINCE_LOWEST, call->in[1], window, low);
}

static pen_status emit_aroon(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value high, low;
    PEN_TRY(emit_ages(p, call, &high, &low));
    PEN_TRY(ind_affine(p, low, -100 / call->param[0], 100, &out[0]));
    return ind_affine(p, high, -100 / call->param[0], 100, &out[1]);
}

static pen_status emit_aroonosc(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value high, low, age;
    PEN_TRY(emit_ages(p, call, &high, &low));
    PEN_TRY(ind_subtract(p, low, high, &age));
    return ind_affine(p, age, 100 / call->param[0], 0, out);
}

static pen_status emit_bop(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value body, range;
    PEN_TRY(ind_subtract(p, call->in[3], call->in[0], &body));
    PEN_TRY(ind_subtract(p, call->in[1], call->in[2], &range));
    return ind_ratio(p, body, range, 1, 0, out);
}

/* 100 times the sum of the rises among the last `period` changes over the sum of all. */
static pen_status emit_rise_share(ind_program *p, ind_value change, int period, ind_value *out)
{
    ind_value rise, rises, moves;
    PEN_TRY(ind_point1(p, IND_CLAMP, change, 0, INFINITY, &rise));
    PEN_TRY(ind_sum(p, rise, period, &rises));
    PEN_TRY(ind_point1(p, IND_ABS, change, 0, 0, &moves));
    PEN_TRY(ind_sum(p, moves, period, &moves));
    return ind_ratio(p, rises, moves, 100, 50, out);
}

static pen_status emit_imi(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value body;
    PEN_TRY(ind_subtract(p, call->in[1], call->in[0], &body));
    return emit_rise_share(p, body, (int)call->param[0], out);
}

static pen_status emit_mfi(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value typical, change, flow;
    PEN_TRY(ind_typical(p, call->in, &typical));
    PEN_TRY(ind_change(p, typical, 1, &change));
    PEN_TRY(ind_point1(p, IND_SIGN, change, 0, 0, &change));
    PEN_TRY(ind_multiply(p, typical, call->in[3], &flow));
    PEN_TRY(ind_multiply(p, change, flow, &flow));
    return emit_rise_share(p, flow, (int)call->param[0], out);
}

/* Buying pressure (close above the true low) over the true range, summed over `period`
 * bars and divided by 7; the middle where the price does not move. */
static pen_status emit_pressure(ind_program *p, const ind_value in[3], double weight, int period,
                                ind_value *out)
{
    ind_value last, low, buying, range;
    PEN_TRY(ind_lag(p, in[2], 1, &last));
    PEN_TRY(ind_point2(p, IND_LOWER, in[1], last, 0, 0, &low));
    PEN_TRY(ind_subtract(p, in[2], low, &buying));
    PEN_TRY(ind_sum(p, buying, period, &buying));
    PEN_TRY(ind_true_range(p, in, false, &range));
    PEN_TRY(ind_sum(p, range, period, &range));
    return ind_ratio(p, buying, range, 100 * weight / 7, 50 * weight / 7, out);
}

static pen_status emit_ultosc(ind_program *p, const ind_call *call, ind_value *out)
{
    double period[3] = { call->param[0], call->param[1], call->param[2] };
    for (int i = 0; i < 3; i++)
        for (int k = 0; k + 1 < 3; k++) {
            double low = fmin(period[k], period[k + 1]);
            period[k + 1] = fmax(period[k], period[k + 1]);
            period[k] = low;
        }
    ind_value a, b, c;
    PEN_TRY(emit_pressure(p, call->in, 4, (int)period[0], &a));
    PEN_TRY(emit_pressure(p, call->in, 2, (int)period[1], &b));
    PEN_TRY(ind_add(p, a, b, &a));
    PEN_TRY(emit_pressure(p, call->in, 1, (int)period[2], &c));
    return ind_add(p, a, c, out);
}

/* s = keep s + x, starting at 0; beyond +-limit it becomes +-clipped. */
static pen_status emit_leak(ind_program *p, ind_value x, double keep, double limit, double clipped,
                            ind_value *out)
{
    ind_step step = { .op = IND_LEAK,
                      .in = { x },
                      .n_in = 1,
                      .n_out = 1,
                      .consts = { keep, limit, clipped },
                      .n_consts = 3,
                      .n_state = 1,
                      .max_ring = 1,
                      .first = x.first,
                      .memory = ind_memory(&x, 1, (int)(60 / -log2(keep))) };
    return ind_emit(p, &step, out);
}

/* Fisher's transform of the smoothed place within the range, smoothed; the signal is
 * the bar before's. */
static pen_status emit_fisher(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value middle, high, low, place, above, below;
    PEN_TRY(ind_add(p, call->in[0], call->in[1], &middle));
    PEN_TRY(ind_extreme(p, IND_HIGHEST, middle, period, &high));
    PEN_TRY(ind_extreme(p, IND_LOWEST, middle, period, &low));
    PEN_TRY(ind_place(p, middle, high, low, 0.66, 0.33, &place));
    PEN_TRY(ind_affine(p, place, 1, -0.33, &place));
    PEN_TRY(emit_leak(p, place, 0.67, 0.99, 0.999, &place));
    PEN_TRY(ind_affine(p, place, 1, 1, &above));
    PEN_TRY(ind_affine(p, place, -1, 1, &below));
    PEN_TRY(ind_point2(p, IND_DIVIDE, above, below, 0, 0, &above));
    PEN_TRY(ind_point1(p, IND_LOG, above, 0, 0, &above));
    PEN_TRY(ind_affine(p, above, 0.5, 0, &above));
    PEN_TRY(emit_leak(p, above, 0.5, INFINITY, 0, &out[0]));
    PEN_TRY(ind_lag(p, out[0], 1, &out[1]));
    out[1].first = out[0].first; /* 0 before the first */
    return PEN_OK;
}

static pen_status emit_qstick(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value body;
    PEN_TRY(ind_subtract(p, call->in[1], call->in[0], &body));
    return ind_mean(p, body, (int)call->param[0], out);
}

static pen_status emit_elder_ray(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value average;
    PEN_TRY(ind_average(p, call->in[2], IND_MA_EMA, (int)call->param[0], &average));
    PEN_TRY(ind_subtract(p, call->in[0], average, &out[0]));
    return ind_subtract(p, call->in[1], average, &out[1]);
}

/* The angle of the component of period `period` in the last `period` values: out 0 and 1
 * of the operation are its cosine and sine. */
static pen_status emit_msw(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0], ring = ind_ring_rows(period);
    double angle = 2 * acos(-1) / period;
    ind_value part[2], cosine2, sine2, length, sine, both;
    ind_step step = { .op = IND_WAVE,
                      .in = { call->in[0] },
                      .n_in = 1,
                      .n_out = 2,
                      .window = period,
                      .consts = { cos(angle), sin(angle) },
                      .n_consts = 2,
                      .n_state = ring,
                      .max_ring = ring,
                      .first = call->in[0].first + period,
                      .memory = ind_memory(call->in, 1, period) };
    PEN_TRY(ind_emit(p, &step, part));
    PEN_TRY(ind_multiply(p, part[0], part[0], &cosine2));
    PEN_TRY(ind_multiply(p, part[1], part[1], &sine2));
    PEN_TRY(ind_add(p, cosine2, sine2, &length));
    PEN_TRY(ind_point1(p, IND_SQRT, length, 0, 0, &length));
    PEN_TRY(ind_ratio(p, part[0], length, 1, 1, &out[0]));
    PEN_TRY(ind_ratio(p, part[1], length, 1, 0, &sine));
    PEN_TRY(ind_subtract(p, out[0], sine, &both));
    return ind_affine(p, both, sqrt(0.5), 0, &out[1]);
}

static const ind_entry entries[] = {
    IND_ENTRY("momentum", "rsi", "Relative strength index",
              "100 * gain / (gain + loss), both averaged with Wilder's 1 / period; 50 where "
              "the price has not moved",
              "Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib RSI", emit_rsi,
              IND_ON("close"), IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "cmo", "Chande momentum oscillator",
              "100 (gain - loss) / (gain + loss), both averaged with Wilder's 1 / period; 0 "
              "where the price has not moved",
              "Chande (1994); TA-Lib CMO", emit_cmo, IND_ON("close"), IND_PARAMS(IND_PERIOD(14, 2)),
              IND_GIVES_ONE),
    IND_ENTRY("momentum", "cci", "Commodity channel index",
              "(typical - mean) / (0.015 mean deviation) of typical = (high + low + close) / 3 "
              "over the last `period` bars; 0 where the price does not move",
              "Lambert (1980); TA-Lib CCI", emit_cci, IND_ON("high", "low", "close"),
              IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "aroon", "Aroon",
              "100 (1 - bars since the extreme of the last `period` + 1 bars / period), down "
              "from lows, up from highs",
              "Chande (1995); TA-Lib AROON", emit_aroon, IND_ON("high", "low"),
              IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES("down", "up")),
    IND_ENTRY("momentum", "aroonosc", "Aroon oscillator", "aroon up - aroon down",
              "Chande (1995); TA-Lib AROONOSC", emit_aroonosc, IND_ON("high", "low"),
              IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "bop", "Balance of power",
              "(close - open) / (high - low); 0 where high is low", "Livshin (2001); TA-Lib BOP",
              emit_bop, IND_ON("open", "high", "low", "close"), IND_GIVES_ONE),
    IND_ENTRY("momentum", "imi", "Intraday momentum index",
              "100 * sum of close - open over the bars that rise / sum of |close - open|, "
              "over the last `period` bars; 50 where there is no move",
              "Chande and Kroll, The New Technical Trader (1994); TA-Lib IMI", emit_imi,
              IND_ON("open", "close"), IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "mfi", "Money flow index",
              "100 * sum of typical * volume over the bars whose typical price = (high + low "
              "+ close) / 3 rises / the sum over those that move, of the last `period` bars; "
              "50 where none does",
              "Quong and Soudack (1989); TA-Lib MFI", emit_mfi,
              IND_ON("high", "low", "close", "volume"), IND_PARAMS(IND_PERIOD(14, 2)),
              IND_GIVES_ONE),
    IND_ENTRY(
        "momentum", "ultosc", "Ultimate oscillator",
        "100 (4 a + 2 b + c) / 7, each sum of close - true low / sum of true ranges "
        "over a period, shortest first; 50 where the price has not moved",
        "Williams (1985); TA-Lib ULTOSC", emit_ultosc, IND_ON("high", "low", "close"),
        IND_PARAMS(IND_BARS("short", 7, 1), IND_BARS("medium", 14, 1), IND_BARS("long", 28, 1)),
        IND_GIVES_ONE),
    IND_ENTRY("momentum", "fisher", "Fisher transform",
              "v = 0.67 v + 0.66 (place - 0.5) of (high + low) / 2 in its range over "
              "`period` bars, +-0.999 beyond +-0.99; fisher = fisher / 2 + log((1 + v) / (1 "
              "- v)) / 2; signal = the last fisher; place is 0.5 where the range is 0",
              "Ehlers (2002); Tulip fisher", emit_fisher, IND_ON("high", "low"),
              IND_PARAMS(IND_PERIOD(10, 1)), IND_GIVES("fisher", "signal")),
    IND_ENTRY("momentum", "qstick", "Qstick", "mean of close - open over the last `period` bars",
              "Chande (1994); Tulip qstick", emit_qstick, IND_ON("open", "close"),
              IND_PARAMS(IND_PERIOD(8, 1)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "elder_ray", "Elder ray",
              "bull = high - ema(close), bear = low - ema(close)",
              "Elder, Trading for a Living (1993)", emit_elder_ray, IND_ON("high", "low", "close"),
              IND_PARAMS(IND_PERIOD(13, 2)), IND_GIVES("bull", "bear")),
    IND_ENTRY("momentum", "msw", "Mesa sine wave",
              "with (a, b) = sum of x[t - k] (cos, sin)(2 pi k / period) over `period` "
              "values: sine = a / r, lead = (a - b) / (r sqrt 2), r = sqrt(a^2 + b^2); a = "
              "1, b = 0 where r is 0",
              "Ehlers; Tulip msw", emit_msw, IND_ON("close"), IND_PARAMS(IND_PERIOD(5, 3)),
              IND_GIVES("sine", "lead")),
};

const ind_family ind_oscillator_family = { entries, PEN_COUNT(entries) };
