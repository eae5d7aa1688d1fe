/* Moving averages. */
#include <math.h>

#include "family.h"

/* ---- TA-Lib's nine ---- */

const char *const ind_average_names[] = { "sma",   "ema",  "wma",  "dema", "tema",
                                          "trima", "kama", "mama", "t3" };

static pen_status plain_ema(ind_program *p, ind_value x, int period, ind_value *out)
{
    return ind_ema_in_style(p, x, period, x.first + period - 1, 2.0 / (period + 1), out);
}

static pen_status ema(ind_program *p, ind_value x, int period, ind_value *out)
{
    PEN_TRY(plain_ema(p, x, period, out));
    ind_delay(p, PEN_UNSTABLE_EMA, out, 1);
    return PEN_OK;
}

/* Weights 1 .. n are (n + 1) / 2 plus the distance from the window's middle. */
static pen_status wma(ind_program *p, ind_value x, int period, ind_value *out)
{
    double n = period;
    ind_value line[2];
    if (period == 1)
        return ind_average(p, x, IND_MA_WMA, 1, out);
    PEN_TRY(ind_trend(p, x, period, line));
    return ind_point2(p, IND_MIX, line[0], line[1], 1 / n, 2 / (n * (n + 1)), out);
}

/* e[0] = ema of x, e[1] = ema of that, ... */
static pen_status ema_cascade(ind_program *p, ind_value x, int period, int count, ind_value *e)
{
    for (int i = 0; i < count; i++)
        PEN_TRY(ema(p, i == 0 ? x : e[i - 1], period, &e[i]));
    return PEN_OK;
}

static pen_status dema(ind_program *p, ind_value x, int period, ind_value *out)
{
    ind_value e[2], lead;
    PEN_TRY(ema_cascade(p, x, period, 2, e));
    PEN_TRY(ind_subtract(p, e[0], e[1], &lead));
    return ind_add(p, e[0], lead, out);
}

static pen_status tema(ind_program *p, ind_value x, int period, ind_value *out)
{
    ind_value e[3], lead;
    PEN_TRY(ema_cascade(p, x, period, 3, e));
    PEN_TRY(ind_subtract(p, e[0], e[1], &lead));
    return ind_point2(p, IND_BLEND, e[2], lead, 3, 0, out);
}

static pen_status trima(ind_program *p, ind_value x, int period, ind_value *out)
{
    ind_value inner;
    PEN_TRY(ind_mean(p, x, (period + 1) / 2, &inner));
    return ind_mean(p, inner, period / 2 + 1, out);
}

/* (1 + v (1 - L))^3 applied to e3, L being one more exponential average.  Only the whole has
 * an unstable period. */
static pen_status t3(ind_program *p, ind_value x, int period, double v, ind_value *out)
{
    ind_value e[6], sum;
    double u = 1 + v;
    for (int i = 0; i < 6; i++)
        PEN_TRY(plain_ema(p, i == 0 ? x : e[i - 1], period, &e[i]));
    PEN_TRY(ind_affine(p, e[2], u * u * u, 0, &sum));
    PEN_TRY(ind_point2(p, IND_BLEND, sum, e[3], -3 * v * u * u, 0, &sum));
    PEN_TRY(ind_point2(p, IND_BLEND, sum, e[4], 3 * v * v * u, 0, &sum));
    PEN_TRY(ind_point2(p, IND_BLEND, sum, e[5], -v * v * v, 0, out));
    ind_delay(p, PEN_UNSTABLE_T3, out, 1);
    return PEN_OK;
}

/* Kaufman's efficiency: distance travelled over the way taken; 1 where there was none. */
static pen_status efficiency(ind_program *p, ind_value x, int period, ind_value *out)
{
    ind_value change, way, distance;
    PEN_TRY(ind_change(p, x, 1, &change));
    PEN_TRY(ind_point1(p, IND_ABS, change, 0, 0, &change));
    PEN_TRY(ind_sum(p, change, period, &way));
    PEN_TRY(ind_change(p, x, period, &distance));
    PEN_TRY(ind_point1(p, IND_ABS, distance, 0, 0, &distance));
    return ind_ratio(p, distance, way, 1, 1, out);
}

/* From 2 / 31 where the price goes nowhere to 2 / 3 where it goes straight.  It starts
 * as the price before its first value.  3000 steps: a random walk of ten steps moves
 * it by about 0.05 a step. */
static pen_status kama(ind_program *p, ind_value x, int period, ind_value *out)
{
    const double slow = 2.0 / 31, fast = 2.0 / 3;
    ind_value factor;
    PEN_TRY(efficiency(p, x, period, &factor));
    PEN_TRY(ind_affine(p, factor, fast - slow, slow, &factor));
    PEN_TRY(ind_multiply(p, factor, factor, &factor));
    PEN_TRY(ind_follow(p, x, factor, x, x.first + period - 1, 1, 0, 3000, out));
    out->first += !ind_style_of(p)->kama_shows_seed;
    ind_delay(p, PEN_UNSTABLE_KAMA, out, 1);
    return PEN_OK;
}

pen_status ind_average(ind_program *p, ind_value x, int matype, int period, ind_value *out)
{
    ind_value both[2];
    *out = x;
    if (period <= 1)
        return PEN_OK;
    switch (matype) {
    case IND_MA_SMA:
        return ind_mean(p, x, period, out);
    case IND_MA_EMA:
        return ema(p, x, period, out);
    case IND_MA_WMA:
        return wma(p, x, period, out);
    case IND_MA_DEMA:
        return dema(p, x, period, out);
    case IND_MA_TEMA:
        return tema(p, x, period, out);
    case IND_MA_TRIMA:
        return trima(p, x, period, out);
    case IND_MA_KAMA:
        return kama(p, x, period, out);
    case IND_MA_MAMA:
        PEN_TRY(ind_mama(p, x, 0.5, 0.05, both));
        *out = both[0];
        return PEN_OK;
    case IND_MA_T3:
        return t3(p, x, period, 0.7, out);
    }
    return pen_fail(PEN_E_ARG, "ind_average: matype %d, expected 0 to %d", matype,
                    IND_MA_COUNT - 1);
}

static pen_status emit_ma(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_average(p, call->in[0], (int)call->param[1], (int)call->param[0], out);
}

static pen_status emit_sma(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_average(p, call->in[0], IND_MA_SMA, (int)call->param[0], out);
}

static pen_status emit_ema(ind_program *p, const ind_call *call, ind_value *out)
{
    PEN_TRY(ind_average(p, call->in[0], IND_MA_EMA, (int)call->param[0], out));
    if (ind_style_of(p)->ema_from_first) /* by itself it is shown at once */
        out->first -= (int)call->param[0] - 1;
    return PEN_OK;
}

static pen_status emit_wma(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_average(p, call->in[0], IND_MA_WMA, (int)call->param[0], out);
}

static pen_status emit_dema(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_average(p, call->in[0], IND_MA_DEMA, (int)call->param[0], out);
}

static pen_status emit_tema(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_average(p, call->in[0], IND_MA_TEMA, (int)call->param[0], out);
}

static pen_status emit_trima(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_average(p, call->in[0], IND_MA_TRIMA, (int)call->param[0], out);
}

static pen_status emit_kama(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_average(p, call->in[0], IND_MA_KAMA, (int)call->param[0], out);
}

static pen_status emit_t3(ind_program *p, const ind_call *call, ind_value *out)
{
    return t3(p, call->in[0], (int)call->param[0], call->param[1], out);
}

/* The average of the period that each bar asks for.  They all start where the one of
 * the longest period does, as in TA-Lib; of two neighbours the longer one is taken
 * where the bar's period reaches it. */
static pen_status emit_mavp(ind_program *p, const ind_call *call, ind_value *out)
{
    enum { MOST = 1000 };
    int least = (int)call->param[0], most = (int)call->param[1], matype = (int)call->param[2];
    if (least > most) {
        int swap = least;
        least = most;
        most = swap;
    }
    if (most - least >= MOST)
        return pen_fail(PEN_E_ARG, "mavp: periods from %d to %d, expected at most %d of them",
                        least, most, MOST);
    ind_value whole, longest, average, reach;
    PEN_TRY(ind_point1(p, IND_FLOOR, call->in[1], 0, 0, &whole));
    PEN_TRY(ind_average(p, call->in[0], matype, most, &longest));
    for (int period = least; period <= most; period++) {
        ind_value x = call->in[0], probe;
        PEN_TRY(ind_average(p, x, matype, period, &probe));
        x.first += longest.first - probe.first;
        PEN_TRY(ind_average(p, x, matype, period, &average));
        PEN_TRY(ind_affine(p, whole, 1, 0.5 - period, &reach));
        if (period == least)
            *out = average;
        else
            PEN_TRY(ind_point3(p, IND_SELECT, reach, average, *out, out));
    }
    return PEN_OK;
}

static pen_status emit_midpoint(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_middle(p, call->in[0], call->in[0], (int)call->param[0], out);
}

static pen_status emit_midprice(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_middle(p, call->in[0], call->in[1], (int)call->param[0], out);
}

/* ---- Others ---- */

static pen_status emit_wilders(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value x = call->in[0];
    int period = (int)call->param[0];
    return ind_ema(p, x, period, x.first + period - 1, 1.0 / period, out);
}

static pen_status emit_hma(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value half, whole, lead;
    PEN_TRY(ind_average(p, call->in[0], IND_MA_WMA, period / 2, &half));
    PEN_TRY(ind_average(p, call->in[0], IND_MA_WMA, period, &whole));
    PEN_TRY(ind_affine(p, half, 2, 0, &half));
    PEN_TRY(ind_subtract(p, half, whole, &lead));
    return ind_average(p, lead, IND_MA_WMA, (int)sqrt(period), out);
}

/* ema of x + (x - x[t - lag]), started as Tulip does: from the value before the first. */
static pen_status emit_zlema(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0], lag = (period - 1) / 2;
    double alpha = 2.0 / (period + 1);
    ind_value x = call->in[0], change, lead;
    PEN_TRY(ind_change(p, x, lag, &change));
    PEN_TRY(ind_add(p, x, change, &lead));
    return ind_follow(p, lead, x, x, x.first + lag - 1, 0, alpha, ind_decay_steps(alpha), out);
}

/* The factor is alpha times the ratio of two deviations, of which 0.3 is usual. */
static pen_status emit_vidya(ind_program *p, const ind_call *call, ind_value *out)
{
    int fast = (int)call->param[0], slow = (int)call->param[1];
    if (fast > slow) {
        int swap = fast;
        fast = slow;
        slow = swap;
    }
    double alpha = call->param[2];
    ind_value x = call->in[0], near[2], far[2], ratio;
    PEN_TRY(ind_mean_stdev(p, x, fast, near));
    PEN_TRY(ind_mean_stdev(p, x, slow, far));
    PEN_TRY(ind_ratio(p, near[1], far[1], 1, 0, &ratio));
    return ind_follow(p, x, ratio, x, x.first + slow - 2, alpha, 0,
                      alpha > 0 ? ind_decay_steps(0.3 * alpha) : -1, out);
}

static pen_status emit_vwma(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value money, volume, mean;
    PEN_TRY(ind_multiply(p, call->in[0], call->in[1], &money));
    PEN_TRY(ind_sum(p, money, period, &money));
    PEN_TRY(ind_sum(p, call->in[1], period, &volume));
    PEN_TRY(ind_mean(p, call->in[0], period, &mean));
    PEN_TRY(ind_ratio(p, money, volume, 1, 0, out));
    return ind_point3(p, IND_SELECT, volume, *out, mean, out);
}

static pen_status emit_alma(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    double middle = call->param[1] * (period - 1), sigma = period / call->param[2];
    double nearest = floor(middle + 0.5) - middle;
    ind_step step = { .op = IND_GAUSS,
                      .in = { call->in[0] },
                      .n_in = 1,
                      .n_out = 1,
                      .window = period,
                      .consts = { middle, -1 / (2 * sigma * sigma), nearest * nearest },
                      .n_consts = 3,
                      .first = call->in[0].first + period - 1,
                      .memory = ind_memory(call->in, 1, period) };
    step.n_state = step.max_ring = ind_ring_rows(period);
    return ind_emit(p, &step, out);
}

/* 4000: how long a price needs to come back above its own decay, as a guess. */
static pen_status decay(ind_program *p, ind_value x, double factor, double less, ind_value *out)
{
    ind_step step = { .op = IND_DECAY,
                      .in = { x },
                      .n_in = 1,
                      .n_out = 1,
                      .consts = { factor, less },
                      .n_consts = 2,
                      .n_state = 2,
                      .max_ring = 1,
                      .first = x.first,
                      .memory = ind_memory(&x, 1, 4000) };
    return ind_emit(p, &step, out);
}

static pen_status emit_decay(ind_program *p, const ind_call *call, ind_value *out)
{
    return decay(p, call->in[0], 1, 1 / call->param[0], out);
}

static pen_status emit_edecay(ind_program *p, const ind_call *call, ind_value *out)
{
    return decay(p, call->in[0], 1 - 1 / call->param[0], 0, out);
}

static pen_status emit_dpo(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value mean, old;
    PEN_TRY(ind_mean(p, call->in[0], period, &mean));
    PEN_TRY(ind_lag(p, call->in[0], period / 2 + 1, &old));
    return ind_subtract(p, old, mean, out);
}

static pen_status emit_md(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_mean_deviation(p, call->in[0], (int)call->param[0], out);
}

static const ind_entry entries[] = {
    IND_ENTRY("average", "sma", "Simple moving average", "mean of the last `period` values",
              "TA-Lib SMA", emit_sma, IND_ON("close"), IND_PARAMS(IND_PERIOD(30, 2)),
              IND_GIVES_ONE),
    IND_ENTRY("average", "ema", "Exponential moving average",
              "e += 2 / (period + 1) * (x - e), seeded with the mean of the first `period` values",
              "TA-Lib EMA", emit_ema, IND_ON("close"), IND_PARAMS(IND_PERIOD(30, 2)),
              IND_GIVES_ONE),
    IND_ENTRY("average", "wma", "Weighted moving average",
              "mean of the last `period` values with weights 1, 2, ..., period for the newest",
              "TA-Lib WMA", emit_wma, IND_ON("close"), IND_PARAMS(IND_PERIOD(30, 2)),
              IND_GIVES_ONE),
    IND_ENTRY("average", "dema", "Double exponential moving average",
              "2 e1 - e2 with e1 = ema(x), e2 = ema(e1)", "Mulloy (1994); TA-Lib DEMA", emit_dema,
              IND_ON("close"), IND_PARAMS(IND_PERIOD(30, 2)), IND_GIVES_ONE),
    IND_ENTRY("average", "tema", "Triple exponential moving average",
              "3 e1 - 3 e2 + e3 with e1 = ema(x), e2 = ema(e1), e3 = ema(e2)",
              "Mulloy (1994); TA-Lib TEMA", emit_tema, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(30, 2)), IND_GIVES_ONE),
    IND_ENTRY("average", "trima", "Triangular moving average",
              "sma of an sma: of (period + 1) / 2 and period / 2 + 1 values, rounded down",
              "TA-Lib TRIMA", emit_trima, IND_ON("close"), IND_PARAMS(IND_PERIOD(30, 2)),
              IND_GIVES_ONE),
    IND_ENTRY("average", "kama", "Kaufman's adaptive moving average",
              "k += a^2 (x - k) with a = 2/31 + (2/3 - 2/31) |x - x[t-period]| / sum |x - x[t-1]| "
              "over the last `period` changes, starting from the price before; the ratio is 1 "
              "where the price does not move",
              "Kaufman, Smarter Trading (1995); TA-Lib KAMA", emit_kama, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(30, 2)), IND_GIVES_ONE),
    IND_ENTRY("average", "t3", "T3 moving average",
              "(1+v)^3 e3 - 3v (1+v)^2 e4 + 3v^2 (1+v) e5 - v^3 e6, ei being the i-th of "
              "six exponential averages in a row",
              "Tillson (1998); TA-Lib T3", emit_t3, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(5, 2), IND_REAL("vfactor", 0.7, 0, 1)), IND_GIVES_ONE),
    IND_ENTRY("average", "ma", "Moving average of a chosen kind",
              "the average that `matype` names; of period 1 the value itself", "TA-Lib MA", emit_ma,
              IND_ON("close"), IND_PARAMS(IND_PERIOD(30, 1), IND_MATYPE("matype", IND_MA_SMA)),
              IND_GIVES_ONE),
    IND_ENTRY("average", "mavp", "Moving average of a varying period",
              "ma of as many values as the second input says at this bar, rounded down and kept "
              "within minperiod .. maxperiod; at most 1000 different ones",
              "TA-Lib MAVP", emit_mavp, IND_ON("close", "volume"),
              IND_PARAMS(IND_BARS("minperiod", 2, 2), IND_BARS("maxperiod", 30, 2),
                         IND_MATYPE("matype", IND_MA_SMA)),
              IND_GIVES_ONE),
    IND_ENTRY("average", "midpoint", "Midpoint of the last values",
              "(highest + lowest) / 2 of the last `period` values", "TA-Lib MIDPOINT",
              emit_midpoint, IND_ON("close"), IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY("average", "midprice", "Midpoint of the last bars",
              "(highest high + lowest low) / 2 of the last `period` bars", "TA-Lib MIDPRICE",
              emit_midprice, IND_ON("high", "low"), IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY("average", "wilders", "Wilder's smoothing",
              "w += (x - w) / period, seeded with the mean of the first `period` values",
              "Wilder (1978); Tulip wilders", emit_wilders, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(14, 1)), IND_GIVES_ONE),
    IND_ENTRY("average", "rma", "Running moving average", "as wilders", "TradingView ta.rma",
              emit_wilders, IND_ON("close"), IND_PARAMS(IND_PERIOD(14, 1)), IND_GIVES_ONE),
    IND_ENTRY("average", "smma", "Smoothed moving average", "as wilders", "MetaTrader, method SMMA",
              emit_wilders, IND_ON("close"), IND_PARAMS(IND_PERIOD(14, 1)), IND_GIVES_ONE),
    IND_ENTRY("average", "hma", "Hull moving average",
              "wma(2 wma(x, period / 2) - wma(x, period), sqrt(period)), periods rounded down",
              "Hull (2005); Tulip hma", emit_hma, IND_ON("close"), IND_PARAMS(IND_PERIOD(16, 2)),
              IND_GIVES_ONE),
    IND_ENTRY("average", "zlema", "Zero-lag exponential moving average",
              "z += 2 / (period + 1) (2 x - x[t-lag] - z) with lag = (period - 1) / 2 rounded "
              "down, starting from x at bar `lag`",
              "Ehlers and Way (2010); Tulip zlema", emit_zlema, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(20, 3)), IND_GIVES_ONE),
    IND_ENTRY(
        "average", "vidya", "Variable index dynamic average",
        "v += alpha stdev(x, short) / stdev(x, long) (x - v), starting from x at bar long - 1; "
        "the ratio is 0 where the price does not move; the shorter period is the short one",
        "Chande (1992); Tulip vidya", emit_vidya, IND_ON("close"),
        IND_PARAMS(IND_BARS("short", 9, 2), IND_BARS("long", 30, 2), IND_REAL("alpha", 0.2, 0, 1)),
        IND_GIVES_ONE),
    IND_ENTRY("average", "vwma", "Volume-weighted moving average",
              "sum x volume / sum volume of the last `period` bars; their mean where there "
              "was no volume",
              "Tulip vwma", emit_vwma, IND_ON("close", "volume"), IND_PARAMS(IND_PERIOD(20, 1)),
              IND_GIVES_ONE),
    IND_ENTRY("average", "alma", "Arnaud Legoux moving average",
              "mean of the last `period` values with weights exp(-(i - m)^2 / 2 s^2), i = 0 "
              "for the oldest, m = offset (period - 1), s = period / sigma",
              "Legoux and Kouzis-Loukas (2009); TradingView ta.alma", emit_alma, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(9, 1), IND_REAL("offset", 0.85, 0, 1),
                         IND_REAL("sigma", 6, 0.01, 1000)),
              IND_GIVES_ONE),
    IND_ENTRY("average", "decay", "Linear decay", "d = max(x, d[t-1] - 1 / period)", "Tulip decay",
              emit_decay, IND_ON("close"), IND_PARAMS(IND_PERIOD(5, 1)), IND_GIVES_ONE),
    IND_ENTRY("average", "edecay", "Exponential decay", "d = max(x, d[t-1] (1 - 1 / period))",
              "Tulip edecay", emit_edecay, IND_ON("close"), IND_PARAMS(IND_PERIOD(5, 1)),
              IND_GIVES_ONE),
    IND_ENTRY("average", "dpo", "Detrended price oscillator",
              "x[t - period / 2 - 1] - sma(x, period)", "Tulip dpo", emit_dpo, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(20, 3)), IND_GIVES_ONE),
    IND_ENTRY("average", "md", "Mean deviation",
              "mean |x - m| of the last `period` values, m being their mean", "Tulip md", emit_md,
              IND_ON("close"), IND_PARAMS(IND_PERIOD(20, 1)), IND_GIVES_ONE),
};

const ind_family ind_average_family = { entries, PEN_COUNT(entries) };
