/* Volatility: bands and ranges. */
#include "family.h"

static pen_status emit_bbands(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value stats[2], bands[2];
    PEN_TRY(ind_mean_stdev(p, call->in[0], (int)call->param[0], stats));
    ind_step step = { .op = IND_BANDS,
                      .in = { stats[0], stats[1] },
                      .n_in = 2,
                      .n_out = 2,
                      .consts = { call->param[1], call->param[2] },
                      .n_consts = 2,
                      .first = stats[0].first,
                      .memory = stats[0].memory };
    PEN_TRY(ind_emit(p, &step, bands));
    out[0] = bands[0];
    out[1] = stats[0];
    out[2] = bands[1];
    return PEN_OK;
}

static pen_status emit_trange(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_true_range(p, call->in, out);
}

static pen_status emit_atr(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value range;
    PEN_TRY(emit_trange(p, call, &range));
    return ind_ema(p, range, period, range.first + period - 1, 1.0 / period, out);
}

static const ind_entry entries[] = {
    { { .name = "bbands",
        .family = "volatility",
        .title = "Bollinger bands",
        .formula = "middle = mean of the last `period` values, upper and lower = middle +- n "
                   "population standard deviations",
        .source = "Bollinger; TA-Lib BBANDS with a simple average",
        .n_inputs = 1,
        .inputs = { "close" },
        .n_params = 3,
        .params = { IND_PERIOD(5, 2),
                    { "up", 2, -3e37, 3e37, false },
                    { "down", 2, -3e37, 3e37, false } },
        .n_outputs = 3,
        .outputs = { "upper", "middle", "lower" } },
      emit_bbands },
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
};

const ind_family ind_volatility_family = { entries, PEN_COUNT(entries) };
