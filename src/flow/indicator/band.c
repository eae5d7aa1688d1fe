/* Bands and channels around the price. */
#include <math.h>

#include "family.h"

/* middle + up * width and middle - down * width */
static pen_status around(ind_program *p, ind_value middle, ind_value width, double up, double down,
                         ind_value out[3])
{
    ind_value both[2];
    ind_step step = { .op = IND_BANDS,
                      .in = { middle, width },
                      .n_in = 2,
                      .n_out = 2,
                      .consts = { up, down },
                      .n_consts = 2,
                      .first = middle.first > width.first ? middle.first : width.first,
                      .memory = ind_memory((ind_value[]){ middle, width }, 2, 0) };
    PEN_TRY(ind_emit(p, &step, both));
    out[0] = both[0];
    out[1] = middle;
    out[2] = both[1];
    return PEN_OK;
}

/* The deviation is that from the simple mean, whatever the average in the middle. */
static pen_status emit_bbands(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value x = call->in[0], stats[2], middle;
    int period = (int)call->param[0], matype = (int)call->param[3];
    PEN_TRY(ind_mean_stdev(p, x, period, stats));
    middle = stats[0];
    if (matype != IND_MA_SMA)
        PEN_TRY(ind_average(p, x, matype, period, &middle));
    return around(p, middle, stats[1], call->param[1], call->param[2], out);
}

static pen_status emit_percent_b(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value band[3], above, width;
    PEN_TRY(emit_bbands(p, call, band));
    PEN_TRY(ind_subtract(p, call->in[0], band[2], &above));
    PEN_TRY(ind_subtract(p, band[0], band[2], &width));
    return ind_ratio(p, above, width, 1, 0.5, out);
}

static pen_status emit_bandwidth(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value band[3], width;
    PEN_TRY(emit_bbands(p, call, band));
    PEN_TRY(ind_subtract(p, band[0], band[2], &width));
    return ind_ratio(p, width, band[1], 1, 0, out);
}

/* high + high q and low - low q with q = 4 (high - low) / (high + low), averaged. */
static pen_status emit_accbands(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value high = call->in[0], low = call->in[1], range, sum, q, upper, lower;
    PEN_TRY(ind_subtract(p, high, low, &range));
    PEN_TRY(ind_add(p, high, low, &sum));
    PEN_TRY(ind_ratio(p, range, sum, 4, 0, &q));
    PEN_TRY(ind_multiply(p, high, q, &upper));
    PEN_TRY(ind_add(p, high, upper, &upper));
    PEN_TRY(ind_multiply(p, low, q, &lower));
    PEN_TRY(ind_subtract(p, low, lower, &lower));
    PEN_TRY(ind_mean(p, upper, period, &out[0]));
    PEN_TRY(ind_mean(p, call->in[2], period, &out[1]));
    return ind_mean(p, lower, period, &out[2]);
}

static pen_status emit_keltner(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value middle, range;
    PEN_TRY(ind_average(p, call->in[2], IND_MA_EMA, (int)call->param[0], &middle));
    PEN_TRY(ind_atr(p, call->in, (int)call->param[2], &range));
    return around(p, middle, range, call->param[1], call->param[1], out);
}

static pen_status emit_donchian(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    PEN_TRY(ind_extreme(p, IND_HIGHEST, call->in[0], period, &out[0]));
    PEN_TRY(ind_extreme(p, IND_LOWEST, call->in[1], period, &out[2]));
    return ind_middle(p, call->in[0], call->in[1], period, &out[1]);
}

static pen_status emit_envelope(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value middle;
    double part = call->param[1] / 100;
    PEN_TRY(ind_average(p, call->in[0], (int)call->param[2], (int)call->param[0], &middle));
    return around(p, middle, middle, part, part, out);
}

/* The squared deviation from the line is that from the mean less the line's own:
 * (stdev - line)(stdev + line), which does not cancel as the difference of squares does. */
static pen_status emit_linreg_channel(ind_program *p, const ind_call *call, ind_value *out)
{
    double n = call->param[0], share = sqrt(12 / (n * n * (n * n - 1)));
    ind_value x = call->in[0], line[2], stats[2], less, more, width, middle;
    PEN_TRY(ind_trend(p, x, (int)n, line));
    PEN_TRY(ind_mean_stdev(p, x, (int)n, stats));
    PEN_TRY(ind_point2(p, IND_BLEND, stats[1], line[1], -share, 0, &less));
    PEN_TRY(ind_point2(p, IND_BLEND, stats[1], line[1], share, 0, &more));
    PEN_TRY(ind_multiply(p, less, more, &width));
    PEN_TRY(ind_point1(p, IND_CLAMP, width, 0, INFINITY, &width));
    PEN_TRY(ind_point1(p, IND_SQRT, width, 0, 0, &width));
    PEN_TRY(ind_point2(p, IND_BLEND, stats[0], line[1], 6 / (n * (n + 1)), 0, &middle));
    return around(p, middle, width, call->param[1], call->param[2], out);
}

static const ind_entry entries[] = {
    IND_ENTRY("band", "bbands", "Bollinger bands",
              "middle = average of the last `period` values, upper and lower = middle +- n "
              "population standard deviations of these values",
              "Bollinger; TA-Lib BBANDS", emit_bbands, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(5, 2), IND_REAL("up", 2, -3e37, 3e37),
                         IND_REAL("down", 2, -3e37, 3e37), IND_MATYPE("matype", IND_MA_SMA)),
              IND_GIVES("upper", "middle", "lower")),
    IND_ENTRY("band", "percent_b", "Bollinger's %b",
              "(x - lower) / (upper - lower) of bbands; 0.5 where the bands have no width",
              "Bollinger on Bollinger Bands (2001)", emit_percent_b, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(20, 2), IND_REAL("up", 2, -3e37, 3e37),
                         IND_REAL("down", 2, -3e37, 3e37), IND_MATYPE("matype", IND_MA_SMA)),
              IND_GIVES_ONE),
    IND_ENTRY("band", "bandwidth", "Bollinger's BandWidth",
              "(upper - lower) / middle of bbands; 0 where the middle is 0",
              "Bollinger on Bollinger Bands (2001)", emit_bandwidth, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(20, 2), IND_REAL("up", 2, -3e37, 3e37),
                         IND_REAL("down", 2, -3e37, 3e37), IND_MATYPE("matype", IND_MA_SMA)),
              IND_GIVES_ONE),
    IND_ENTRY("band", "accbands", "Acceleration bands",
              "means of high (1 + q), close and low (1 - q), q = 4 (high - low) / (high + "
              "low), over the last `period` bars; q is 0 where high + low is",
              "Headley, Big Trends in Trading (2002); TA-Lib ACCBANDS", emit_accbands,
              IND_ON("high", "low", "close"), IND_PARAMS(IND_PERIOD(20, 2)),
              IND_GIVES("upper", "middle", "lower")),
    IND_ENTRY("band", "keltner", "Keltner channel", "ema(close, period) +- multiplier * atr(`atr`)",
              "Keltner (1960), in Raschke's form", emit_keltner, IND_ON("high", "low", "close"),
              IND_PARAMS(IND_PERIOD(20, 2), IND_REAL("multiplier", 2, -3e37, 3e37),
                         IND_BARS("atr", 10, 1)),
              IND_GIVES("upper", "middle", "lower")),
    IND_ENTRY("band", "donchian", "Donchian channel",
              "highest high and lowest low of the last `period` bars, this one among them, "
              "and their mean",
              "Donchian", emit_donchian, IND_ON("high", "low"), IND_PARAMS(IND_PERIOD(20, 2)),
              IND_GIVES("upper", "middle", "lower")),
    IND_ENTRY("band", "envelope", "Moving average envelope",
              "average of the last `period` values, and `percent` % above and below it",
              "definition", emit_envelope, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(20, 2), IND_REAL("percent", 2.5, 0, 1e6),
                         IND_MATYPE("matype", IND_MA_SMA)),
              IND_GIVES("upper", "middle", "lower")),
    IND_ENTRY("band", "linreg_channel", "Linear regression channel",
              "linearreg +- n population standard deviations of the last `period` values "
              "from their least-squares line",
              "Raff; definition", emit_linreg_channel, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(100, 3), IND_REAL("up", 2, -3e37, 3e37),
                         IND_REAL("down", 2, -3e37, 3e37)),
              IND_GIVES("upper", "middle", "lower")),
};

const ind_family ind_band_family = { entries, PEN_COUNT(entries) };
