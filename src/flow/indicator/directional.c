/* Directional movement: is there a trend, and which way. */
#include <math.h>

#include "family.h"

/* Directional movement up (out[0]) and down (out[1]) of high and low. */
static pen_status emit_movement(ind_program *p, const ind_call *call, ind_value out[2])
{
    const ind_value *in = call->in;
    ind_step step = { .op = IND_DIRECTION,
                      .in = { in[0], in[1] },
                      .n_in = 2,
                      .n_out = 2,
                      .n_state = 2,
                      .max_ring = 1,
                      .first = (in[0].first > in[1].first ? in[0].first : in[1].first) + 1,
                      .memory = ind_memory(in, 2, 1) };
    return ind_emit(p, &step, out);
}

/* Wilder's running sum, s -= s / period, s += x, as the average s / period.  It
 * starts as the sum of the first period - 1 values, in some profiles of `period`. */
static pen_status wilder_sum(ind_program *p, ind_value x, int period, ind_value *out)
{
    if (period == 1) {
        *out = x;
        return PEN_OK;
    }
    if (ind_style_of(p)->dmi_of_averages)
        return ind_ema(p, x, period, x.first + period - 1, 1.0 / period, out);
    return ind_ema_scaled(p, x, period - 1, x.first + period - 2, 1.0 / period,
                          (period - 1.0) / period, out);
}

/* A period of 1 smooths nothing, so that there is nothing to wait for. */
static void delay(const ind_program *p, pen_unstable which, int period, ind_value *out)
{
    if (period > 1)
        ind_delay(p, which, out, 1);
}

static pen_status emit_dm(ind_program *p, const ind_call *call, int side, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value movement[2], mean;
    PEN_TRY(emit_movement(p, call, movement));
    PEN_TRY(wilder_sum(p, movement[side], period, &mean));
    PEN_TRY(ind_affine(p, mean, period, 0, out));
    delay(p, side == 0 ? PEN_UNSTABLE_PLUS_DM : PEN_UNSTABLE_MINUS_DM, period, out);
    return PEN_OK;
}

static pen_status emit_plus_dm(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_dm(p, call, 0, out);
}

static pen_status emit_minus_dm(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_dm(p, call, 1, out);
}

/* TA-Lib shows directional indicators one step after their sums are full. */
static ind_value one_later(const ind_program *p, ind_value x, int period)
{
    x.first += period > 1 && !ind_style_of(p)->dmi_at_once;
    return x;
}

static pen_status emit_di(ind_program *p, const ind_call *call, int side, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value movement[2], range, part, whole;
    PEN_TRY(emit_movement(p, call, movement));
    PEN_TRY(ind_true_range(p, call->in, false, &range));
    PEN_TRY(wilder_sum(p, movement[side], period, &part));
    PEN_TRY(wilder_sum(p, range, period, &whole));
    PEN_TRY(ind_ratio(p, part, whole, 100, 0, out));
    *out = one_later(p, *out, period);
    delay(p, side == 0 ? PEN_UNSTABLE_PLUS_DI : PEN_UNSTABLE_MINUS_DI, period, out);
    return PEN_OK;
}

static pen_status emit_plus_di(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_di(p, call, 0, out);
}

static pen_status emit_minus_di(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_di(p, call, 1, out);
}

/* The true range is the same below both indicators and cancels. */
static pen_status plain_dx(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value movement[2], plus, minus;
    PEN_TRY(emit_movement(p, call, movement));
    PEN_TRY(wilder_sum(p, movement[0], period, &plus));
    PEN_TRY(wilder_sum(p, movement[1], period, &minus));
    PEN_TRY(ind_point2(p, IND_IMBALANCE, plus, minus, 100, 0, out));
    *out = one_later(p, *out, period);
    return PEN_OK;
}

static pen_status emit_dx(ind_program *p, const ind_call *call, ind_value *out)
{
    PEN_TRY(plain_dx(p, call, out));
    delay(p, PEN_UNSTABLE_DX, (int)call->param[0], out);
    return PEN_OK;
}

static pen_status emit_adx(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value dx;
    PEN_TRY(plain_dx(p, call, &dx));
    PEN_TRY(ind_ema(p, dx, period, dx.first + period - 1, 1.0 / period, out));
    ind_delay(p, PEN_UNSTABLE_ADX, out, 1);
    return PEN_OK;
}

static pen_status emit_adxr(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value adx, old, both;
    PEN_TRY(emit_adx(p, call, &adx));
    PEN_TRY(ind_lag(p, adx, (int)call->param[0] - 1, &old));
    PEN_TRY(ind_add(p, adx, old, &both));
    return ind_affine(p, both, 0.5, 0, out);
}

/* Sums of |high - last low| and |low - last high| against the sum of true ranges;
 * 1, no direction, where the price has not moved. */
static pen_status emit_vortex(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value range, total;
    PEN_TRY(ind_true_range(p, call->in, false, &range));
    PEN_TRY(ind_sum(p, range, period, &total));
    for (int side = 0; side < 2; side++) {
        ind_value old, move, sum;
        PEN_TRY(ind_lag(p, call->in[1 - side], 1, &old));
        PEN_TRY(ind_subtract(p, call->in[side], old, &move));
        PEN_TRY(ind_point1(p, IND_ABS, move, 0, 0, &move));
        PEN_TRY(ind_sum(p, move, period, &sum));
        PEN_TRY(ind_ratio(p, sum, total, 1, 1, &out[side]));
    }
    return PEN_OK;
}

/* Range of `period` bars, from their highest high to their lowest low. */
static pen_status emit_span(ind_program *p, ind_value high, ind_value low, int period,
                            ind_value *out)
{
    ind_value top, bottom;
    PEN_TRY(ind_extreme(p, IND_HIGHEST, high, period, &top));
    PEN_TRY(ind_extreme(p, IND_LOWEST, low, period, &bottom));
    return ind_subtract(p, top, bottom, out);
}

static pen_status emit_choppiness(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value range, total, span, ratio;
    PEN_TRY(ind_true_range(p, call->in, ind_style_of(p)->atr_from_first, &range));
    PEN_TRY(ind_sum(p, range, period, &total));
    PEN_TRY(emit_span(p, call->in[0], call->in[1], period, &span));
    PEN_TRY(ind_ratio(p, total, span, 1, period, &ratio));
    PEN_TRY(ind_point1(p, IND_LOG, ratio, 0, 0, &ratio));
    return ind_affine(p, ratio, 100 / log(period), 0, out);
}

static pen_status emit_vhf(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value x = call->in[0], span, change, way;
    PEN_TRY(emit_span(p, x, x, period, &span));
    PEN_TRY(ind_change(p, x, 1, &change));
    PEN_TRY(ind_point1(p, IND_ABS, change, 0, 0, &change));
    PEN_TRY(ind_sum(p, change, period, &way));
    return ind_ratio(p, span, way, 1, 0, out);
}

static const ind_entry entries[] = {
    IND_ENTRY("momentum", "plus_dm", "Plus directional movement",
              "s += up - s / period, where up = high - last high if that is above 0 and above "
              "last low - low, else 0; s starts as the sum of the first `period` - 1",
              "Wilder (1978); TA-Lib PLUS_DM", emit_plus_dm, IND_ON("high", "low"),
              IND_PARAMS(IND_PERIOD(14, 1)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "minus_dm", "Minus directional movement",
              "s += down - s / period, where down = last low - low if that is above 0 and "
              "above high - last high, else 0; s starts as the sum of the first `period` - 1",
              "Wilder (1978); TA-Lib MINUS_DM", emit_minus_dm, IND_ON("high", "low"),
              IND_PARAMS(IND_PERIOD(14, 1)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "plus_di", "Plus directional indicator",
              "100 plus_dm / true range summed in the same way; 0 where the price has not "
              "moved",
              "Wilder (1978); TA-Lib PLUS_DI", emit_plus_di, IND_ON("high", "low", "close"),
              IND_PARAMS(IND_PERIOD(14, 1)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "minus_di", "Minus directional indicator",
              "100 minus_dm / true range summed in the same way; 0 where the price has not "
              "moved",
              "Wilder (1978); TA-Lib MINUS_DI", emit_minus_di, IND_ON("high", "low", "close"),
              IND_PARAMS(IND_PERIOD(14, 1)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "dx", "Directional movement index",
              "100 |plus_di - minus_di| / (plus_di + minus_di); 0 where neither has moved",
              "Wilder (1978); TA-Lib DX", emit_dx, IND_ON("high", "low", "close"),
              IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "adx", "Average directional movement index",
              "dx averaged with Wilder's 1 / period, seeded with a mean of `period`",
              "Wilder (1978); TA-Lib ADX", emit_adx, IND_ON("high", "low", "close"),
              IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "adxr", "Average directional movement index rating",
              "(adx[t] + adx[t - period + 1]) / 2", "Wilder (1978); TA-Lib ADXR", emit_adxr,
              IND_ON("high", "low", "close"), IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "vortex", "Vortex indicator",
              "plus = sum |high - last low| / sum of true ranges, minus = sum |low - last "
              "high| / the same, over `period` bars; 1 where the price has not moved",
              "Botes and Siepman, The Vortex Indicator (2010)", emit_vortex,
              IND_ON("high", "low", "close"), IND_PARAMS(IND_PERIOD(14, 1)),
              IND_GIVES("plus", "minus")),
    IND_ENTRY("momentum", "choppiness", "Choppiness index",
              "100 log(sum of true ranges / (highest high - lowest low)) / log(period), over "
              "the last `period` bars; 100 where the price does not move",
              "Dreiss (1993)", emit_choppiness, IND_ON("high", "low", "close"),
              IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "vhf", "Vertical horizontal filter",
              "(highest - lowest) of the last `period` values / sum of their absolute "
              "changes; 0 where there are none",
              "White (1991); Tulip vhf", emit_vhf, IND_ON("close"), IND_PARAMS(IND_PERIOD(28, 1)),
              IND_GIVES_ONE),
};

const ind_family ind_directional_family = { entries, PEN_COUNT(entries) };
