/* Trend followers: stops, clouds, pivots and bricks. */
#include "family.h"

/* Warm-up of lines that forget once they have turned a few times: an estimate. */
enum { TURNS = 1000 };

/* step.memory: what the line needs beyond that. */
static pen_status emit_trail(ind_program *p, ind_step step, ind_value *out)
{
    for (int i = 0; i < step.n_in; i++)
        step.first = step.in[i].first > step.first ? step.in[i].first : step.first;
    step.memory = ind_memory(step.in, step.n_in, TURNS + step.memory);
    step.max_ring = 1;
    return ind_emit(p, &step, out);
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

/* k: start, offset on reversal, then acceleration at first, further and at most while
 * long and while short. */
static pen_status parabolic(ind_program *p, const ind_call *call, const double k[8], bool is_signed,
                            ind_value *out)
{
    ind_step step = { .op = IND_SAR, .n_in = 2, .n_out = 1, .n_consts = 8, .n_state = 6 };
    step.in[0] = call->in[0];
    step.in[1] = call->in[1];
    step.first =
        1 + (call->in[0].first > call->in[1].first ? call->in[0].first : call->in[1].first);
    step.window = is_signed;
    for (int i = 0; i < 8; i++)
        step.consts[i] = i == 2 || i == 3   ? least(k[i], k[4])
                         : i == 5 || i == 6 ? least(k[i], k[7])
                                            : k[i];
    return emit_trail(p, step, out);
}

static pen_status emit_sar(ind_program *p, const ind_call *call, ind_value *out)
{
    double a = call->param[0], most = call->param[1];
    return parabolic(p, call, (double[]){ 0, 0, a, a, most, a, a, most }, false, out);
}

static pen_status emit_sarext(ind_program *p, const ind_call *call, ind_value *out)
{
    return parabolic(p, call, call->param, true, out);
}

/* hl2 +- multiplier * atr, ratcheted. */
static pen_status emit_supertrend(ind_program *p, const ind_call *call, ind_value *out)
{
    double n = call->param[1];
    ind_value middle, range, upper, lower;
    PEN_TRY(ind_add(p, call->in[0], call->in[1], &middle));
    PEN_TRY(ind_affine(p, middle, 0.5, 0, &middle));
    PEN_TRY(ind_atr(p, call->in, (int)call->param[0], &range));
    PEN_TRY(ind_point2(p, IND_BLEND, middle, range, n, 0, &upper));
    PEN_TRY(ind_point2(p, IND_BLEND, middle, range, -n, 0, &lower));
    ind_step step = {
        .op = IND_RATCHET, .in = { upper, lower, call->in[2] }, .n_in = 3, .n_out = 2, .n_state = 4
    };
    return emit_trail(p, step, out);
}

static pen_status emit_atr_stop(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value range;
    PEN_TRY(ind_atr(p, call->in, (int)call->param[0], &range));
    PEN_TRY(ind_affine(p, range, call->param[1], 0, &range));
    ind_step step = {
        .op = IND_STOP, .in = { call->in[2], range }, .n_in = 2, .n_out = 2, .n_state = 2
    };
    return emit_trail(p, step, out);
}

static pen_status emit_chandelier(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value range, high, low;
    PEN_TRY(ind_atr(p, call->in, period, &range));
    PEN_TRY(ind_extreme(p, IND_HIGHEST, call->in[0], period, &high));
    PEN_TRY(ind_extreme(p, IND_LOWEST, call->in[1], period, &low));
    PEN_TRY(ind_point2(p, IND_BLEND, high, range, -call->param[1], 0, &out[0]));
    return ind_point2(p, IND_BLEND, low, range, call->param[1], 0, &out[1]);
}

static pen_status emit_ichimoku(ind_program *p, const ind_call *call, ind_value *out)
{
    int ahead = (int)call->param[3];
    ind_value span;
    PEN_TRY(ind_middle(p, call->in[0], call->in[1], (int)call->param[0], &out[0]));
    PEN_TRY(ind_middle(p, call->in[0], call->in[1], (int)call->param[1], &out[1]));
    PEN_TRY(ind_add(p, out[0], out[1], &span));
    PEN_TRY(ind_affine(p, span, 0.5, 0, &span));
    PEN_TRY(ind_lag(p, span, ahead, &out[2]));
    PEN_TRY(ind_middle(p, call->in[0], call->in[1], (int)call->param[2], &span));
    PEN_TRY(ind_lag(p, span, ahead, &out[3]));
    out[4] = call->in[2];
    return PEN_OK;
}

/* A price that moves by 1 % a bar needs about percent^2 bars for a leg. */
static pen_status emit_zigzag(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_step step = { .op = IND_ZIGZAG,
                      .in = { call->in[0], call->in[1] },
                      .n_in = 2,
                      .n_out = 3,
                      .consts = { call->param[0] / 100 },
                      .n_consts = 1,
                      .n_state = 7,
                      .memory = (int)(10 * call->param[0] * call->param[0]) };
    return emit_trail(p, step, out);
}

static pen_status emit_renko(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value scaled, below, above;
    double brick = call->param[0];
    PEN_TRY(ind_affine(p, call->in[0], 1 / brick, 0, &scaled));
    PEN_TRY(ind_point1(p, IND_FLOOR, scaled, 0, 0, &below));
    PEN_TRY(ind_affine(p, scaled, -1, 0, &above));
    PEN_TRY(ind_point1(p, IND_FLOOR, above, 0, 0, &above));
    PEN_TRY(ind_affine(p, above, -1, 0, &above));
    ind_step step = { .op = IND_BRICKS,
                      .in = { below, above },
                      .n_in = 2,
                      .n_out = 3,
                      .consts = { brick },
                      .n_consts = 1,
                      .n_state = 2 };
    return emit_trail(p, step, out);
}

/* The open follows half way to the close before, from the middle of the first bar's body. */
static pen_status emit_heikin_ashi(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value body, range, sum, last;
    PEN_TRY(ind_add(p, call->in[0], call->in[3], &body));
    PEN_TRY(ind_add(p, call->in[1], call->in[2], &range));
    PEN_TRY(ind_add(p, body, range, &sum));
    PEN_TRY(ind_affine(p, body, 0.5, 0, &body));
    PEN_TRY(ind_affine(p, sum, 0.25, 0, &out[3]));
    PEN_TRY(ind_lag(p, out[3], 1, &last));
    PEN_TRY(ind_follow(p, last, last, body, out[3].first, 0, 0.5, ind_decay_steps(0.5), &out[0]));
    PEN_TRY(ind_point2(p, IND_HIGHER, out[0], out[3], 0, 0, &out[1]));
    PEN_TRY(ind_point2(p, IND_HIGHER, out[1], call->in[1], 0, 0, &out[1]));
    PEN_TRY(ind_point2(p, IND_LOWER, out[0], out[3], 0, 0, &out[2]));
    return ind_point2(p, IND_LOWER, out[2], call->in[2], 0, 0, &out[2]);
}

/* up: 1 where x goes above y; down: -1 where it goes below. */
static pen_status crossings(ind_program *p, const ind_call *call, ind_value *up, ind_value *down)
{
    ind_value side, last;
    PEN_TRY(ind_subtract(p, call->in[0], call->in[1], &side));
    PEN_TRY(ind_point1(p, IND_SIGN, side, 0, 0, &side));
    PEN_TRY(ind_lag(p, side, 1, &last));
    PEN_TRY(ind_point3(p, IND_IF_ABOVE, side, last, side, up));
    return ind_point3(p, IND_IF_ABOVE, last, side, side, down);
}

static pen_status emit_crossover(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value down;
    return crossings(p, call, out, &down);
}

static pen_status emit_crossany(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value up, down;
    PEN_TRY(crossings(p, call, &up, &down));
    return ind_subtract(p, up, down, out);
}

/* clang-format off */
#define TREND(name_) .name = (name_), .family = "trend"
#define ON_RANGE .n_inputs = 2, .inputs = { "high", "low" }
#define ON_BAR .n_inputs = 3, .inputs = { "high", "low", "close" }
#define ON_PAIR .n_inputs = 2, .inputs = { "close", "open" }
#define ONE_OUTPUT .n_outputs = 1, .outputs = { "" }
#define SPEED(name_, fallback_) { (name_), (fallback_), 0, 3e37, false }
#define TIMES(fallback_) { "multiplier", (fallback_), 0, 1e6, false }
#define BARS(name_, fallback_, min_) { (name_), (fallback_), (min_), 100000, true }
/* clang-format on */

static const ind_entry entries[] = {
    { { TREND("sar"), ON_RANGE, ONE_OUTPUT, .title = "Parabolic stop and reverse",
        .formula = "s += a (extreme - s), within the last two bars; a grows by `acceleration` to "
                   "`maximum` with each new extreme; reversed at the extreme when the price "
                   "reaches s. Starts at bar 2, long unless -DM exceeds +DM",
        .source = "Wilder (1978); TA-Lib SAR", .n_params = 2,
        .params = { SPEED("acceleration", 0.02), SPEED("maximum", 0.2) } },
      emit_sar },
    { { TREND("sarext"), ON_RANGE, ONE_OUTPUT, .title = "Parabolic stop and reverse, extended",
        .formula = "sar with accelerations of its own while long and while short, negative while "
                   "short; start: 0 = as sar, else long (> 0) or short (< 0) from that price; "
                   "moved on by the fraction `offset` on reversal",
        .source = "TA-Lib SAREXT", .n_params = 8,
        .params = { { "start", 0, -3e37, 3e37, false },
                    SPEED("offset", 0),
                    SPEED("init_long", 0.02),
                    SPEED("long", 0.02),
                    SPEED("max_long", 0.2),
                    SPEED("init_short", 0.02),
                    SPEED("short", 0.02),
                    SPEED("max_short", 0.2) } },
      emit_sarext },
    { { TREND("supertrend"), ON_BAR, .title = "SuperTrend",
        .formula = "(high + low) / 2 +- multiplier * atr(period), each band only tightening while "
                   "the close before is inside; the line is the lower one (direction 1) until a "
                   "close below it, the upper one (-1) until a close above; starts with -1",
        .source = "Seban; TradingView ta.supertrend, whose direction has the other sign",
        .n_params = 2, .params = { IND_PERIOD(10, 1), TIMES(3) }, .n_outputs = 2,
        .outputs = { "line", "direction" } },
      emit_supertrend },
    { { TREND("atr_stop"), ON_BAR, .title = "Trailing stop at average true ranges",
        .formula = "close - multiplier * atr(period), rising only, until the close crosses it; "
                   "then close + multiplier * atr, falling only; direction 1 while below the "
                   "close, else -1",
        .source = "Wilder's volatility system (1978), trailing the close", .n_params = 2,
        .params = { IND_PERIOD(14, 1), TIMES(3) }, .n_outputs = 2,
        .outputs = { "line", "direction" } },
      emit_atr_stop },
    { { TREND("chandelier"), ON_BAR, .title = "Chandelier exit",
        .formula = "long = highest high of `period` bars - multiplier * atr(period), short = "
                   "lowest low + multiplier * atr(period)",
        .source = "Le Beau, in Elder, Come Into My Trading Room (2002)", .n_params = 2,
        .params = { IND_PERIOD(22, 1), TIMES(3) }, .n_outputs = 2, .outputs = { "long", "short" } },
      emit_chandelier },
    { { TREND("ichimoku"), ON_BAR, .title = "Ichimoku Kinko Hyo",
        .formula =
            "m(n) = (highest high + lowest low of n bars) / 2; conversion = m, base = m; span_a = "
            "(conversion + base) / 2 and span_b = m as they were `displacement` bars ago, so that "
            "each bar holds the cloud drawn at it; lagging = the close, which a chart draws "
            "`displacement` bars to the left: no value uses a later bar",
        .source = "Hosoda (1969)", .n_params = 4,
        .params = { BARS("conversion", 9, 1), BARS("base", 26, 1), BARS("span", 52, 1),
                    BARS("displacement", 26, 0) },
        .n_outputs = 5, .outputs = { "conversion", "base", "span_a", "span_b", "lagging" } },
      emit_ichimoku },
    { { TREND("zigzag"), ON_RANGE, .title = "Zigzag: the last confirmed pivot",
        .formula = "a high is a pivot once a later bar that is no new high has a low `percent` % "
                   "below it, a low likewise; pivot = the last one known by this bar, direction "
                   "= 1 since a low, -1 since a high, age = bars since it. Before the first: "
                   "(high + low) / 2 of the first bar and direction 0",
        .source = "definition; no later bar is used", .n_params = 1,
        .params = { { "percent", 5, 0, 99, false } }, .n_outputs = 3,
        .outputs = { "pivot", "direction", "age" } },
      emit_zigzag },
    { { TREND("renko"), .n_inputs = 1, .inputs = { "close" },
        .title = "Renko bricks of a fixed size",
        .formula =
            "level = where the last brick closed, a multiple of `brick`; a brick is added for "
            "each that the close has passed in full, against the direction from the second on; "
            "direction = 1 or -1, 0 before the first; bricks = added by this bar, negative down",
        .source = "Nison, Beyond Candlesticks (1994)", .n_params = 1,
        .params = { { "brick", 1, 1e-9, 1e9, false } }, .n_outputs = 3,
        .outputs = { "level", "direction", "bricks" } },
      emit_renko },
    { { TREND("heikin_ashi"), .n_inputs = 4, .inputs = { "open", "high", "low", "close" },
        .title = "Heikin-Ashi bars",
        .formula = "close = (open + high + low + close) / 4; open = mean of open and close of the "
                   "Heikin-Ashi bar before, at first of the bar itself; high and low = extremes "
                   "of both and the bar's own",
        .source = "Valcu, Technical Analysis of Stocks & Commodities 22 (2004)", .n_outputs = 4,
        .outputs = { "open", "high", "low", "close" } },
      emit_heikin_ashi },
    { { TREND("crossover"), ON_PAIR, ONE_OUTPUT, .title = "First input crosses above the second",
        .formula = "1 where x > y and x[t-1] <= y[t-1], else 0", .source = "Tulip crossover" },
      emit_crossover },
    { { TREND("crossany"), ON_PAIR, ONE_OUTPUT, .title = "Two inputs cross",
        .formula = "1 where x > y and x[t-1] <= y[t-1], or x < y and x[t-1] >= y[t-1], else 0",
        .source = "Tulip crossany" },
      emit_crossany },
};

const ind_family ind_trend_family = { entries, PEN_COUNT(entries) };
