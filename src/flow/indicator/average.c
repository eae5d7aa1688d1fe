/* Moving averages. */
#include "family.h"

static pen_status emit_sma(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_mean(p, call->in[0], (int)call->param[0], out);
}

static pen_status emit_ema(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    return ind_ema(p, call->in[0], period, call->in[0].first + period - 1, 2.0 / (period + 1), out);
}

static const ind_entry entries[] = {
    { { .name = "sma",
        .family = "average",
        .title = "Simple moving average",
        .formula = "mean of the last `period` values",
        .source = "TA-Lib SMA",
        .n_inputs = 1,
        .inputs = { "close" },
        .n_params = 1,
        .params = { IND_PERIOD(30, 2) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_sma },
    { { .name = "ema",
        .family = "average",
        .title = "Exponential moving average",
        .formula =
            "e += 2 / (period + 1) * (x - e), seeded with the mean of the first `period` values",
        .source = "TA-Lib EMA",
        .n_inputs = 1,
        .inputs = { "close" },
        .n_params = 1,
        .params = { IND_PERIOD(30, 2) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_ema },
};

const ind_family ind_average_family = { entries, PEN_COUNT(entries) };
