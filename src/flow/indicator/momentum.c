/* Momentum and returns. */
#include "family.h"

static pen_status emit_change(ind_program *p, const ind_call *call, int op, ind_value *out)
{
    int period = (int)call->param[0], ring = ind_ring_rows(period);
    ind_step step = { .op = op,
                      .in = { call->in[0] },
                      .n_in = 1,
                      .n_out = 1,
                      .window = period,
                      .n_state = ring,
                      .max_ring = ring,
                      .first = call->in[0].first + period,
                      .memory = ind_memory(call->in, 1, period) };
    return ind_emit(p, &step, out);
}

static pen_status emit_returns(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_change(p, call, IND_RETURN, out);
}

static pen_status emit_log_returns(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_change(p, call, IND_LOG_RETURN, out);
}

static pen_status emit_rsi(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    /* 60 periods: (1 - 1 / period)^60 period is about 2^-87 */
    ind_step step = { .op = IND_RSI,
                      .in = { call->in[0] },
                      .n_in = 1,
                      .n_out = 1,
                      .window = period,
                      .consts = { 1.0 / period },
                      .n_consts = 1,
                      .n_state = 3,
                      .max_ring = 1,
                      .first = call->in[0].first + period,
                      .memory = ind_memory(call->in, 1, 70 * period) };
    return ind_emit(p, &step, out);
}

/* TA-Lib seeds the fast average at the slow one's first bar, from the values
 * just before it, and shows all three lines from the signal's first bar on. */
static pen_status emit_macd(ind_program *p, const ind_call *call, ind_value *out)
{
    int fast = (int)call->param[0], slow = (int)call->param[1], signal = (int)call->param[2];
    if (fast > slow) {
        int swap = fast;
        fast = slow;
        slow = swap;
    }
    ind_value x = call->in[0], fast_line, slow_line;
    int first = x.first + slow - 1;
    PEN_TRY(ind_ema(p, x, fast, first, 2.0 / (fast + 1), &fast_line));
    PEN_TRY(ind_ema(p, x, slow, first, 2.0 / (slow + 1), &slow_line));
    PEN_TRY(ind_subtract(p, fast_line, slow_line, &out[0]));
    PEN_TRY(ind_ema(p, out[0], signal, first + signal - 1, 2.0 / (signal + 1), &out[1]));
    return ind_subtract(p, out[0], out[1], &out[2]);
}

static pen_status emit_mom(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_change(p, call->in[0], (int)call->param[0], out);
}

/* (typical - its mean) / (0.015 mean deviation); 0 where the price does not move. */
static pen_status emit_cci(ind_program *p, const ind_call *call, ind_value *out)
{
    int window = (int)call->param[0];
    ind_value sum, typical, mean, deviation, above;
    PEN_TRY(ind_add(p, call->in[0], call->in[1], &sum));
    PEN_TRY(ind_add(p, sum, call->in[2], &sum));
    PEN_TRY(ind_affine(p, sum, 1.0 / 3, 0, &typical));
    PEN_TRY(ind_mean(p, typical, window, &mean));
    PEN_TRY(ind_mean_deviation(p, typical, window, &deviation));
    PEN_TRY(ind_subtract(p, typical, mean, &above));
    return ind_ratio(p, above, deviation, 1 / 0.015, 0, out);
}

static pen_status emit_aroon(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value high, low;
    PEN_TRY(ind_extreme(p, IND_SINCE_HIGHEST, call->in[0], period + 1, &high));
    PEN_TRY(ind_extreme(p, IND_SINCE_LOWEST, call->in[1], period + 1, &low));
    PEN_TRY(ind_affine(p, low, -100.0 / period, 100, &out[0]));
    return ind_affine(p, high, -100.0 / period, 100, &out[1]);
}

static const ind_entry entries[] = {
    { { .name = "mom",
        .family = "momentum",
        .title = "Momentum",
        .formula = "x[t] - x[t - period]",
        .source = "TA-Lib MOM",
        .n_inputs = 1,
        .inputs = { "close" },
        .n_params = 1,
        .params = { IND_PERIOD(10, 1) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_mom },
    { { .name = "cci",
        .family = "momentum",
        .title = "Commodity channel index",
        .formula =
            "(typical - mean) / (0.015 mean deviation) of typical = (high + low + close) / 3 "
            "over the last `period` bars; 0 where the price does not move",
        .source = "Lambert (1980); TA-Lib CCI",
        .n_inputs = 3,
        .inputs = { "high", "low", "close" },
        .n_params = 1,
        .params = { IND_PERIOD(14, 2) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_cci },
    { { .name = "aroon",
        .family = "momentum",
        .title = "Aroon",
        .formula = "100 (1 - bars since the extreme of the last `period` + 1 bars / period), down "
                   "from lows, up from highs",
        .source = "Chande (1995); TA-Lib AROON",
        .n_inputs = 2,
        .inputs = { "high", "low" },
        .n_params = 1,
        .params = { IND_PERIOD(14, 2) },
        .n_outputs = 2,
        .outputs = { "down", "up" } },
      emit_aroon },
    { { .name = "returns",
        .family = "momentum",
        .title = "Simple return",
        .formula = "x[t] / x[t - period] - 1, a fraction",
        .source = "TA-Lib ROCP",
        .n_inputs = 1,
        .inputs = { "close" },
        .n_params = 1,
        .params = { IND_PERIOD(1, 1) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_returns },
    { { .name = "log_returns",
        .family = "momentum",
        .title = "Logarithmic return",
        .formula = "log(x[t] / x[t - period])",
        .source = "definition",
        .n_inputs = 1,
        .inputs = { "close" },
        .n_params = 1,
        .params = { IND_PERIOD(1, 1) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_log_returns },
    { { .name = "rsi",
        .family = "momentum",
        .title = "Relative strength index",
        .formula = "100 * gain / (gain + loss), both averaged with Wilder's 1 / period; 50 where "
                   "the price has not moved",
        .source = "Wilder, New Concepts in Technical Trading Systems (1978); TA-Lib RSI",
        .n_inputs = 1,
        .inputs = { "close" },
        .n_params = 1,
        .params = { IND_PERIOD(14, 2) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_rsi },
    { { .name = "macd",
        .family = "momentum",
        .title = "Moving average convergence/divergence",
        .formula = "macd = ema(fast) - ema(slow), signal = ema of macd, hist = macd - signal",
        .source = "Appel; TA-Lib MACD",
        .n_inputs = 1,
        .inputs = { "close" },
        .n_params = 3,
        .params = { { "fast", 12, 2, 100000, true },
                    { "slow", 26, 2, 100000, true },
                    { "signal", 9, 1, 100000, true } },
        .n_outputs = 3,
        .outputs = { "macd", "signal", "hist" } },
      emit_macd },
};

const ind_family ind_momentum_family = { entries, PEN_COUNT(entries) };
