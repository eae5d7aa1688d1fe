/* Volume. */
#include "family.h"

/* Volume signed by the price's change, summed; the first bar counts as a rise, as TA-Lib
 * has it, or not at all. */
static pen_status emit_obv(ind_program *p, const ind_call *call, ind_value *out)
{
    bool from_0 = ind_style_of(p)->obv_from_0;
    ind_value last, change, sign, flow;
    PEN_TRY(ind_lag(p, call->in[0], 1, &last));
    if (!from_0)
        last.first = 0; /* before the first bar the price is 0 */
    PEN_TRY(ind_subtract(p, call->in[0], last, &change));
    PEN_TRY(ind_point1(p, IND_SIGN, change, 0, 0, &sign));
    PEN_TRY(ind_multiply(p, sign, call->in[1], &flow));
    PEN_TRY(ind_cumulate(p, flow, out));
    if (from_0)
        out->first = 0; /* when nothing is summed yet */
    return PEN_OK;
}

/* Where the close stands between low (-1) and high (1), times the volume; 0 where they are
 * the same. */
static pen_status emit_money_flow(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value place;
    PEN_TRY(ind_place(p, call->in[2], call->in[0], call->in[1], 2, 1, &place));
    return ind_point2(p, IND_LESS_TIMES, place, call->in[3], 1, 0, out);
}

static pen_status emit_ad(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value flow;
    PEN_TRY(emit_money_flow(p, call, &flow));
    return ind_cumulate(p, flow, out);
}

/* Difference of two exponential averages that start at x's first value. */
static pen_status emit_ema_difference(ind_program *p, ind_value x, double fast, double slow,
                                      ind_value *out)
{
    ind_value fast_line, slow_line;
    PEN_TRY(ind_ema(p, x, 1, x.first, 2 / (fast + 1), &fast_line));
    PEN_TRY(ind_ema(p, x, 1, x.first, 2 / (slow + 1), &slow_line));
    PEN_TRY(ind_subtract(p, fast_line, slow_line, out));
    ind_delay(p, PEN_UNSTABLE_EMA, out, 1);
    return PEN_OK;
}

static pen_status emit_adosc(ind_program *p, const ind_call *call, ind_value *out)
{
    int fast = (int)call->param[0], slow = (int)call->param[1];
    ind_value flow;
    PEN_TRY(emit_money_flow(p, call, &flow));
    PEN_TRY(ind_chaikin(p, flow, 2.0 / (fast + 1), 2.0 / (slow + 1), out));
    ind_delay(p, PEN_UNSTABLE_EMA, out, 1);
    out->first += (fast > slow ? fast : slow) - 1;
    return PEN_OK;
}

static pen_status emit_cmf(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value flow, volume;
    PEN_TRY(emit_money_flow(p, call, &flow));
    PEN_TRY(ind_sum(p, flow, period, &flow));
    PEN_TRY(ind_sum(p, call->in[3], period, &volume));
    return ind_ratio(p, flow, volume, 1, 0, out);
}

static pen_status emit_force(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value change, force;
    PEN_TRY(ind_change(p, call->in[0], 1, &change));
    PEN_TRY(ind_multiply(p, change, call->in[1], &force));
    return ind_average(p, force, IND_MA_EMA, (int)call->param[0], out);
}

static pen_status emit_emv(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value sum, move, range, distance;
    PEN_TRY(ind_add(p, call->in[0], call->in[1], &sum));
    PEN_TRY(ind_change(p, sum, 1, &move));
    PEN_TRY(ind_subtract(p, call->in[0], call->in[1], &range));
    PEN_TRY(ind_multiply(p, move, range, &distance));
    return ind_ratio(p, distance, call->in[2], 5000, 0, out);
}

static pen_status emit_marketfi(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value range;
    PEN_TRY(ind_subtract(p, call->in[0], call->in[1], &range));
    return ind_ratio(p, range, call->in[2], 1, 0, out);
}

static pen_status emit_kvo(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value sum, range, share, force;
    PEN_TRY(ind_add(p, call->in[0], call->in[1], &sum));
    PEN_TRY(ind_add(p, sum, call->in[2], &sum));
    PEN_TRY(ind_subtract(p, call->in[0], call->in[1], &range));
    ind_step step = { .op = IND_TREND_SHARE,
                      .in = { sum, range },
                      .n_in = 2,
                      .n_out = 1,
                      .n_state = 4,
                      .max_ring = 1,
                      .first = (sum.first > range.first ? sum.first : range.first) + 1,
                      .memory = ind_memory((ind_value[]){ sum, range }, 2, 64) };
    PEN_TRY(ind_emit(p, &step, &share));
    PEN_TRY(ind_multiply(p, share, call->in[3], &force));
    PEN_TRY(ind_affine(p, force, 100, 0, &force));
    return emit_ema_difference(p, force, call->param[0], call->param[1], out);
}

/* 1000 that grows with the price on the bars on which `less` has less volume than `more`. */
static pen_status emit_volume_index(ind_program *p, ind_value close, ind_value more, ind_value less,
                                    ind_value *out)
{
    ind_value last, change, growth;
    PEN_TRY(ind_lag(p, close, 1, &last));
    PEN_TRY(ind_subtract(p, close, last, &change));
    PEN_TRY(ind_ratio(p, change, last, 1, 0, &growth));
    PEN_TRY(ind_point3(p, IND_IF_ABOVE, more, less, growth, &growth));
    ind_step step = { .op = IND_COMPOUND,
                      .in = { growth },
                      .n_in = 1,
                      .n_out = 1,
                      .consts = { 1000 },
                      .n_consts = 1,
                      .n_state = 1,
                      .max_ring = 1,
                      .first = growth.first,
                      .memory = -1 };
    PEN_TRY(ind_emit(p, &step, out));
    out->first = close.first; /* 1000 */
    return PEN_OK;
}

static pen_status emit_nvi(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value last;
    PEN_TRY(ind_lag(p, call->in[1], 1, &last));
    return emit_volume_index(p, call->in[0], last, call->in[1], out);
}

static pen_status emit_pvi(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value last;
    PEN_TRY(ind_lag(p, call->in[1], 1, &last));
    return emit_volume_index(p, call->in[0], call->in[1], last, out);
}

static pen_status emit_vosc(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value fast, slow, gap;
    PEN_TRY(ind_mean(p, call->in[0], (int)call->param[0], &fast));
    PEN_TRY(ind_mean(p, call->in[0], (int)call->param[1], &slow));
    PEN_TRY(ind_subtract(p, fast, slow, &gap));
    return ind_ratio(p, gap, slow, 100, 0, out);
}

static pen_status emit_relative_volume(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value usual;
    PEN_TRY(ind_mean(p, call->in[0], (int)call->param[0], &usual));
    PEN_TRY(ind_lag(p, usual, 1, &usual));
    return ind_ratio(p, call->in[0], usual, 1, 0, out);
}

static pen_status emit_wad(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value high = call->in[0], low = call->in[1], close = call->in[2], last, up, down;
    PEN_TRY(ind_lag(p, close, 1, &last));
    PEN_TRY(ind_point2(p, IND_LOWER, low, last, 0, 0, &low));
    PEN_TRY(ind_subtract(p, close, low, &up));
    PEN_TRY(ind_point3(p, IND_IF_ABOVE, close, last, up, &up));
    PEN_TRY(ind_point2(p, IND_HIGHER, high, last, 0, 0, &high));
    PEN_TRY(ind_subtract(p, close, high, &down));
    PEN_TRY(ind_point3(p, IND_IF_ABOVE, last, close, down, &down));
    PEN_TRY(ind_add(p, up, down, &up));
    return ind_cumulate(p, up, out);
}

static const ind_entry entries[] = {
    IND_ENTRY("volume", "obv", "On-balance volume",
              "running sum of volume, added when the close rises, subtracted when it falls; "
              "the first bar's is added",
              "Granville, New Key to Stock Market Profits (1963); TA-Lib OBV", emit_obv,
              IND_ON("close", "volume"), IND_GIVES_ONE),
    IND_ENTRY("volume", "ad", "Accumulation/distribution line",
              "running sum of volume * (2 close - high - low) / (high - low); 0 where high "
              "is low",
              "Chaikin; TA-Lib AD", emit_ad, IND_ON("high", "low", "close", "volume"),
              IND_GIVES_ONE),
    IND_ENTRY("volume", "adosc", "Chaikin oscillator",
              "ema(fast) - ema(slow) of ad, both starting at its first value",
              "Chaikin; TA-Lib ADOSC", emit_adosc, IND_ON("high", "low", "close", "volume"),
              IND_PARAMS(IND_BARS("fast", 3, 2), IND_BARS("slow", 10, 2)), IND_GIVES_ONE),
    IND_ENTRY("volume", "cmf", "Chaikin money flow",
              "sum of volume * (2 close - high - low) / (high - low) / sum of volume, over "
              "the last `period` bars; 0 without volume",
              "Chaikin", emit_cmf, IND_ON("high", "low", "close", "volume"),
              IND_PARAMS(IND_PERIOD(20, 1)), IND_GIVES_ONE),
    IND_ENTRY("volume", "force", "Force index", "ema of (close - last close) * volume",
              "Elder, Trading for a Living (1993)", emit_force, IND_ON("close", "volume"),
              IND_PARAMS(IND_PERIOD(13, 1)), IND_GIVES_ONE),
    IND_ENTRY("volume", "emv", "Ease of movement",
              "10000 * change of (high + low) / 2 * (high - low) / volume; 0 without volume",
              "Arms; Tulip emv", emit_emv, IND_ON("high", "low", "volume"), IND_GIVES_ONE),
    IND_ENTRY("volume", "marketfi", "Market facilitation index",
              "(high - low) / volume; 0 without volume",
              "Williams, Trading Chaos (1995); Tulip marketfi", emit_marketfi,
              IND_ON("high", "low", "volume"), IND_GIVES_ONE),
    IND_ENTRY("volume", "kvo", "Klinger volume oscillator",
              "ema(short) - ema(long), both from the first value on, of 100 volume |2 (high "
              "- low) / moved - 1| with the sign of the last change of high + low + close; "
              "moved sums high - low from the bar before that sign changed; 0 where it is 0",
              "Klinger (1997); Tulip kvo", emit_kvo, IND_ON("high", "low", "close", "volume"),
              IND_PARAMS(IND_BARS("short", 34, 1), IND_BARS("long", 55, 1)), IND_GIVES_ONE),
    IND_ENTRY("volume", "nvi", "Negative volume index",
              "starts at 1000 and changes as the close does on bars with less volume than "
              "the last",
              "Dysart; Fosback (1976); Tulip nvi", emit_nvi, IND_ON("close", "volume"),
              IND_GIVES_ONE),
    IND_ENTRY("volume", "pvi", "Positive volume index",
              "starts at 1000 and changes as the close does on bars with more volume than "
              "the last",
              "Dysart; Fosback (1976); Tulip pvi", emit_pvi, IND_ON("close", "volume"),
              IND_GIVES_ONE),
    IND_ENTRY("volume", "vosc", "Volume oscillator",
              "100 (sma(short) - sma(long)) / sma(long) of volume; 0 without volume", "Tulip vosc",
              emit_vosc, IND_ON("volume"),
              IND_PARAMS(IND_BARS("short", 5, 1), IND_BARS("long", 10, 1)), IND_GIVES_ONE),
    IND_ENTRY("volume", "relative_volume", "Relative volume",
              "volume / mean of the `period` volumes before; 0 where that is 0", "definition",
              emit_relative_volume, IND_ON("volume"), IND_PARAMS(IND_PERIOD(20, 1)), IND_GIVES_ONE),
    IND_ENTRY("volume", "wad", "Williams' accumulation/distribution",
              "running sum of close - min(low, last close) on rises and close - max(high, "
              "last close) on falls",
              "Williams (1972); Tulip wad", emit_wad, IND_ON("high", "low", "close"),
              IND_GIVES_ONE),
};

const ind_family ind_volume_family = { entries, PEN_COUNT(entries) };
