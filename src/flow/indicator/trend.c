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

static const ind_entry entries[] = {
    IND_ENTRY(
        "trend", "sar", "Parabolic stop and reverse",
        "s += a (extreme - s), within the last two bars; a grows by `acceleration` to "
        "`maximum` with each new extreme; reversed at the extreme when the price "
        "reaches s. Starts at bar 2, long unless -DM exceeds +DM",
        "Wilder (1978); TA-Lib SAR", emit_sar, IND_ON("high", "low"),
        IND_PARAMS(IND_REAL("acceleration", 0.02, 0, 3e37), IND_REAL("maximum", 0.2, 0, 3e37)),
        IND_GIVES_ONE),
    IND_ENTRY("trend", "sarext", "Parabolic stop and reverse, extended",
              "sar with accelerations of its own while long and while short, negative while "
              "short; start: 0 = as sar, else long (> 0) or short (< 0) from that price; "
              "moved on by the fraction `offset` on reversal",
              "TA-Lib SAREXT", emit_sarext, IND_ON("high", "low"),
              IND_PARAMS(IND_REAL("start", 0, -3e37, 3e37), IND_REAL("offset", 0, 0, 3e37),
                         IND_REAL("init_long", 0.02, 0, 3e37), IND_REAL("long", 0.02, 0, 3e37),
                         IND_REAL("max_long", 0.2, 0, 3e37), IND_REAL("init_short", 0.02, 0, 3e37),
                         IND_REAL("short", 0.02, 0, 3e37), IND_REAL("max_short", 0.2, 0, 3e37)),
              IND_GIVES_ONE),
    IND_ENTRY("trend", "supertrend", "SuperTrend",
              "(high + low) / 2 +- multiplier * atr(period), each band only tightening while "
              "the close before is inside; the line is the lower one (direction 1) until a "
              "close below it, the upper one (-1) until a close above; starts with -1",
              "Seban; TradingView ta.supertrend, whose direction has the other sign",
              emit_supertrend, IND_ON("high", "low", "close"),
              IND_PARAMS(IND_PERIOD(10, 1), IND_REAL("multiplier", 3, 0, 1e6)),
              IND_GIVES("line", "direction")),
    IND_ENTRY("trend", "atr_stop", "Trailing stop at average true ranges",
              "close - multiplier * atr(period), rising only, until the close crosses it; "
              "then close + multiplier * atr, falling only; direction 1 while below the "
              "close, else -1",
              "Wilder's volatility system (1978), trailing the close", emit_atr_stop,
              IND_ON("high", "low", "close"),
              IND_PARAMS(IND_PERIOD(14, 1), IND_REAL("multiplier", 3, 0, 1e6)),
              IND_GIVES("line", "direction")),
    IND_ENTRY("trend", "chandelier", "Chandelier exit",
              "long = highest high of `period` bars - multiplier * atr(period), short = "
              "lowest low + multiplier * atr(period)",
              "Le Beau, in Elder, Come Into My Trading Room (2002)", emit_chandelier,
              IND_ON("high", "low", "close"),
              IND_PARAMS(IND_PERIOD(22, 1), IND_REAL("multiplier", 3, 0, 1e6)),
              IND_GIVES("long", "short")),
    IND_ENTRY(
        "trend", "ichimoku", "Ichimoku Kinko Hyo",
        "m(n) = (highest high + lowest low of n bars) / 2; conversion = m, base = m; span_a = "
        "(conversion + base) / 2 and span_b = m as they were `displacement` bars ago, so that "
        "each bar holds the cloud drawn at it; lagging = the close, which a chart draws "
        "`displacement` bars to the left: no value uses a later bar",
        "Hosoda (1969)", emit_ichimoku, IND_ON("high", "low", "close"),
        IND_PARAMS(IND_BARS("conversion", 9, 1), IND_BARS("base", 26, 1), IND_BARS("span", 52, 1),
                   IND_BARS("displacement", 26, 0)),
        IND_GIVES("conversion", "base", "span_a", "span_b", "lagging")),
    IND_ENTRY("trend", "zigzag", "Zigzag: the last confirmed pivot",
              "a high is a pivot once a later bar that is no new high has a low `percent` % "
              "below it, a low likewise; pivot = the last one known by this bar, direction "
              "= 1 since a low, -1 since a high, age = bars since it. Before the first: "
              "(high + low) / 2 of the first bar and direction 0",
              "definition; no later bar is used", emit_zigzag, IND_ON("high", "low"),
              IND_PARAMS(IND_REAL("percent", 5, 0, 99)), IND_GIVES("pivot", "direction", "age")),
    IND_ENTRY("trend", "renko", "Renko bricks of a fixed size",
              "level = where the last brick closed, a multiple of `brick`; a brick is added for "
              "each that the close has passed in full, against the direction from the second on; "
              "direction = 1 or -1, 0 before the first; bricks = added by this bar, negative down",
              "Nison, Beyond Candlesticks (1994)", emit_renko, IND_ON("close"),
              IND_PARAMS(IND_REAL("brick", 1, 1e-9, 1e9)),
              IND_GIVES("level", "direction", "bricks")),
    IND_ENTRY("trend", "heikin_ashi", "Heikin-Ashi bars",
              "close = (open + high + low + close) / 4; open = mean of open and close of the "
              "Heikin-Ashi bar before, at first of the bar itself; high and low = extremes "
              "of both and the bar's own",
              "Valcu, Technical Analysis of Stocks & Commodities 22 (2004)", emit_heikin_ashi,
              IND_ON("open", "high", "low", "close"), IND_GIVES("open", "high", "low", "close")),
    IND_ENTRY("trend", "crossover", "First input crosses above the second",
              "1 where x > y and x[t-1] <= y[t-1], else 0", "Tulip crossover", emit_crossover,
              IND_ON("close", "open"), IND_GIVES_ONE),
    IND_ENTRY("trend", "crossany", "Two inputs cross",
              "1 where x > y and x[t-1] <= y[t-1], or x < y and x[t-1] >= y[t-1], else 0",
              "Tulip crossany", emit_crossany, IND_ON("close", "open"), IND_GIVES_ONE),
};

const ind_family ind_trend_family = { entries, PEN_COUNT(entries) };
