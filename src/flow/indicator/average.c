/* Moving averages. */
#include "family.h"

/* ---- TA-Lib's nine ---- */

const char *const ind_average_names[] = { "sma", "ema", "wma", "dema", "tema", "trima", "kama" };

static pen_status ema(ind_program *p, ind_value x, int period, ind_value *out)
{
    return ind_ema(p, x, period, x.first + period - 1, 2.0 / (period + 1), out);
}

/* Weights 1 .. n are (n + 1) / 2 plus the distance from the window's middle. */
static pen_status wma(ind_program *p, ind_value x, int period, ind_value *out)
{
    double n = period;
    ind_value line[2], mean;
    if (period == 1)
        return ind_average(p, x, IND_MA_WMA, 1, out);
    PEN_TRY(ind_trend(p, x, period, line));
    PEN_TRY(ind_affine(p, line[0], 1 / n, 0, &mean));
    return ind_point2(p, IND_BLEND, mean, line[1], 2 / (n * (n + 1)), 0, out);
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

/* (1 + v (1 - L))^3 applied to e3, L being one more exponential average. */
static pen_status t3(ind_program *p, ind_value x, int period, double v, ind_value *out)
{
    ind_value e[6], sum;
    double u = 1 + v;
    PEN_TRY(ema_cascade(p, x, period, 6, e));
    PEN_TRY(ind_affine(p, e[2], u * u * u, 0, &sum));
    PEN_TRY(ind_point2(p, IND_BLEND, sum, e[3], -3 * v * u * u, 0, &sum));
    PEN_TRY(ind_point2(p, IND_BLEND, sum, e[4], 3 * v * v * u, 0, &sum));
    return ind_point2(p, IND_BLEND, sum, e[5], -v * v * v, 0, out);
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
    out->first++;
    return PEN_OK;
}

pen_status ind_average(ind_program *p, ind_value x, int matype, int period, ind_value *out)
{
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
    return ind_average(p, call->in[0], IND_MA_EMA, (int)call->param[0], out);
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

#define ON_CLOSE(name_)                                                                            \
    .name = (name_), .family = "average", .n_inputs = 1, .inputs = { "close" }, .n_outputs = 1,    \
    .outputs = { "" }

static const ind_entry entries[] = {
    { { ON_CLOSE("sma"), .title = "Simple moving average",
        .formula = "mean of the last `period` values", .source = "TA-Lib SMA", .n_params = 1,
        .params = { IND_PERIOD(30, 2) } },
      emit_sma },
    { { ON_CLOSE("ema"), .title = "Exponential moving average",
        .formula =
            "e += 2 / (period + 1) * (x - e), seeded with the mean of the first `period` values",
        .source = "TA-Lib EMA", .n_params = 1, .params = { IND_PERIOD(30, 2) } },
      emit_ema },
    { { ON_CLOSE("wma"), .title = "Weighted moving average",
        .formula = "mean of the last `period` values with weights 1, 2, ..., period for the newest",
        .source = "TA-Lib WMA", .n_params = 1, .params = { IND_PERIOD(30, 2) } },
      emit_wma },
    { { ON_CLOSE("dema"), .title = "Double exponential moving average",
        .formula = "2 e1 - e2 with e1 = ema(x), e2 = ema(e1)",
        .source = "Mulloy (1994); TA-Lib DEMA", .n_params = 1, .params = { IND_PERIOD(30, 2) } },
      emit_dema },
    { { ON_CLOSE("tema"), .title = "Triple exponential moving average",
        .formula = "3 e1 - 3 e2 + e3 with e1 = ema(x), e2 = ema(e1), e3 = ema(e2)",
        .source = "Mulloy (1994); TA-Lib TEMA", .n_params = 1, .params = { IND_PERIOD(30, 2) } },
      emit_tema },
    { { ON_CLOSE("trima"), .title = "Triangular moving average",
        .formula = "sma of an sma: of (period + 1) / 2 and period / 2 + 1 values, rounded down",
        .source = "TA-Lib TRIMA", .n_params = 1, .params = { IND_PERIOD(30, 2) } },
      emit_trima },
    { { ON_CLOSE("kama"), .title = "Kaufman's adaptive moving average",
        .formula =
            "k += a^2 (x - k) with a = 2/31 + (2/3 - 2/31) |x - x[t-period]| / sum |x - x[t-1]| "
            "over the last `period` changes, starting from the price before; the ratio is 1 "
            "where the price does not move",
        .source = "Kaufman, Smarter Trading (1995); TA-Lib KAMA", .n_params = 1,
        .params = { IND_PERIOD(30, 2) } },
      emit_kama },
    { { ON_CLOSE("t3"), .title = "T3 moving average",
        .formula = "(1+v)^3 e3 - 3v (1+v)^2 e4 + 3v^2 (1+v) e5 - v^3 e6, ei being the i-th of "
                   "six exponential averages in a row",
        .source = "Tillson (1998); TA-Lib T3", .n_params = 2,
        .params = { IND_PERIOD(5, 2), { "vfactor", 0.7, 0, 1, false } } },
      emit_t3 },
    { { ON_CLOSE("ma"), .title = "Moving average of a chosen kind",
        .formula = "the average that `matype` names; of period 1 the value itself",
        .source = "TA-Lib MA", .n_params = 2,
        .params = { IND_PERIOD(30, 1), IND_MATYPE("matype", IND_MA_SMA) } },
      emit_ma },
};

const ind_family ind_average_family = { entries, PEN_COUNT(entries) };
