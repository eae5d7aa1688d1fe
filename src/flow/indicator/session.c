/* What starts anew with each session: averages weighted by volume, pivot points. */
#include "family.h"

enum {
    /* Bars after which a session is taken to have ended: minutes of a day.  A longer
     * one only costs time. */
    USUAL_SESSION = 1500,
    MAX_ANCHOR = 1000000
};

static int later(ind_value x, ind_value y)
{
    return x.first > y.first ? x.first : y.first;
}

/* Mean and standard deviation of the typical price weighted by volume, from each
 * session's start on; session NULL: from step `first` on. */
static pen_status emit_weighted(ind_program *p, const ind_value in[4], const ind_value *session,
                                int first, ind_value out[2])
{
    ind_value typical;
    PEN_TRY(ind_typical(p, in, &typical));
    ind_step step = { .op = IND_SESSION_MEAN,
                      .in = { typical, in[3] },
                      .n_in = 2,
                      .n_out = 2,
                      .window = session == NULL,
                      .n_state = 4,
                      .max_ring = 1,
                      .first = later(typical, in[3]) + first,
                      .memory = -1 };
    if (session != NULL) {
        step.in[step.n_in++] = *session;
        step.memory = ind_memory(step.in, step.n_in, USUAL_SESSION);
    }
    return ind_emit(p, &step, out);
}

static pen_status emit_vwap(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value both[2];
    PEN_TRY(emit_weighted(p, call->in, &call->in[4], 0, both));
    *out = both[0];
    return PEN_OK;
}

static pen_status emit_vwap_anchored(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value both[2];
    PEN_TRY(emit_weighted(p, call->in, NULL, (int)call->param[0], both));
    *out = both[0];
    return PEN_OK;
}

static pen_status emit_vwap_bands(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value both[2];
    PEN_TRY(emit_weighted(p, call->in, &call->in[4], 0, both));
    PEN_TRY(ind_point2(p, IND_BLEND, both[0], both[1], call->param[0], 0, &out[0]));
    out[1] = both[0];
    return ind_point2(p, IND_BLEND, both[0], both[1], -call->param[1], 0, &out[2]);
}

static pen_status emit_vwap_rolling(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value typical, traded, volume, mean;
    PEN_TRY(ind_typical(p, call->in, &typical));
    PEN_TRY(ind_multiply(p, typical, call->in[3], &traded));
    PEN_TRY(ind_sum(p, traded, period, &traded));
    PEN_TRY(ind_sum(p, call->in[3], period, &volume));
    PEN_TRY(ind_ratio(p, traded, volume, 1, 0, &mean));
    return ind_point3(p, IND_SELECT, volume, mean, typical, out);
}

static pen_status emit_volume_profile(ind_program *p, const ind_call *call, ind_value *out)
{
    int period = (int)call->param[0], bins = (int)call->param[1], ring = ind_ring_rows(period);
    ind_value typical;
    PEN_TRY(ind_typical(p, call->in, &typical));
    ind_step step = { .op = IND_PROFILE,
                      .in = { typical, call->in[3] },
                      .n_in = 2,
                      .n_out = 3,
                      .window = period,
                      .consts = { bins, call->param[2] },
                      .n_consts = 2,
                      .n_state = 2 * ring + bins,
                      .max_ring = ring,
                      .first = later(typical, call->in[3]) + period - 1 };
    step.memory = ind_memory(step.in, 2, period);
    return ind_emit(p, &step, out);
}

/* ---- Pivot points ---- */

static pen_status session_step(ind_program *p, int op, ind_value x, ind_value session,
                               ind_value *out)
{
    ind_step step = { .op = op,
                      .in = { x, session },
                      .n_in = 2,
                      .n_out = 1,
                      .n_state = op == IND_SESSION_LAST ? 3 : 2,
                      .max_ring = 1,
                      .first = later(x, session) };
    step.memory = ind_memory(step.in, 2, USUAL_SESSION);
    return ind_emit(p, &step, out);
}

/* High, low and close of the session before. */
static pen_status emit_last_session(ind_program *p, const ind_value in[4], ind_value out[3])
{
    ind_value extreme;
    PEN_TRY(session_step(p, IND_SESSION_HIGHEST, in[0], in[3], &extreme));
    PEN_TRY(session_step(p, IND_SESSION_LAST, extreme, in[3], &out[0]));
    PEN_TRY(session_step(p, IND_SESSION_LOWEST, in[1], in[3], &extreme));
    PEN_TRY(session_step(p, IND_SESSION_LAST, extreme, in[3], &out[1]));
    PEN_TRY(session_step(p, IND_SESSION_LAST, in[2], in[3], &out[2]));
    for (int i = 0; i < 3; i++)
        out[i].first++;
    return PEN_OK;
}

/* P = pivot, H, L = the last session's: 2 P - L, P + (H - L), H + 2 (P - L), and the same
 * downwards. */
static pen_status emit_classic(ind_program *p, ind_value pivot, const ind_value last[3],
                               ind_value range, ind_value *out)
{
    ind_value twice, sum;
    PEN_TRY(ind_affine(p, pivot, 2, 0, &twice));
    for (int side = 0; side < 2; side++) {
        ind_value *level = out + 3 * side, near = last[side], far = last[1 - side];
        PEN_TRY(ind_subtract(p, twice, far, &level[0]));
        PEN_TRY(ind_point2(p, IND_BLEND, pivot, range, side == 0 ? 1 : -1, 0, &level[1]));
        PEN_TRY(ind_add(p, twice, near, &sum));
        PEN_TRY(ind_point2(p, IND_BLEND, sum, far, -2, 0, &level[2]));
    }
    return PEN_OK;
}

static pen_status emit_pivot_points(ind_program *p, const ind_call *call, ind_value *out)
{
    static const double fibonacci[] = { 0.382, 0.618, 1 };
    static const double camarilla[] = { 1.1 / 12, 1.1 / 6, 1.1 / 4 };
    int method = (int)call->param[0];
    ind_value last[3], range;
    PEN_TRY(emit_last_session(p, call->in, last));
    PEN_TRY(ind_typical(p, last, &out[0]));
    PEN_TRY(ind_subtract(p, last[0], last[1], &range));
    if (method == 0)
        return emit_classic(p, out[0], last, range, out + 1);
    const double *share = method == 1 ? fibonacci : camarilla;
    for (int i = 0; i < 6; i++)
        PEN_TRY(ind_point2(p, IND_BLEND, method == 1 ? out[0] : last[2], range,
                           i < 3 ? share[i] : -share[i - 3], 0, &out[1 + i]));
    return PEN_OK;
}

static const char *const pivot_methods[] = { "classic", "fibonacci", "camarilla" };

static const ind_entry entries[] = {
    IND_ENTRY("volume", "vwap", "Volume-weighted average price",
              "mean of (high + low + close) / 3 weighted by volume since the session began; "
              "its first price before there is volume",
              "definition", emit_vwap, IND_ON("high", "low", "close", "volume", "session"),
              IND_GIVES_ONE),
    IND_ENTRY("volume", "vwap_bands", "Bands around the volume-weighted average price",
              "middle = vwap, upper and lower = middle +- n standard deviations of (high + "
              "low + close) / 3 weighted by volume since the session began",
              "definition; West (1979) for the update", emit_vwap_bands,
              IND_ON("high", "low", "close", "volume", "session"),
              IND_PARAMS(IND_REAL("up", 2, -3e37, 3e37), IND_REAL("down", 2, -3e37, 3e37)),
              IND_GIVES("upper", "middle", "lower")),
    IND_ENTRY("volume", "vwap_anchored", "Volume-weighted average price since a bar",
              "mean of (high + low + close) / 3 weighted by volume since bar number `anchor` "
              "of the series, the first being 0",
              "definition", emit_vwap_anchored, IND_ON("high", "low", "close", "volume"),
              IND_PARAMS(IND_COUNT("anchor", 0, 0, MAX_ANCHOR)), IND_GIVES_ONE),
    IND_ENTRY("volume", "vwap_rolling", "Volume-weighted average price of a window",
              "sum of (high + low + close) / 3 * volume / sum of volume over the last "
              "`period` bars; the price itself without volume",
              "definition", emit_vwap_rolling, IND_ON("high", "low", "close", "volume"),
              IND_PARAMS(IND_PERIOD(20, 1)), IND_GIVES_ONE),
    IND_ENTRY(
        "volume", "volume_profile", "Volume profile",
        "the typical prices (high + low + close) / 3 of the last `period` bars, from "
        "lowest to highest, in `bins` bins: poc = middle of the bin with the most "
        "volume, vah and val = bounds of the bins that, grown from it by the larger "
        "neighbour, hold the share `area` of the volume",
        "Steidlmayer, Market Profile (1986)", emit_volume_profile,
        IND_ON("high", "low", "close", "volume"),
        IND_PARAMS(IND_PERIOD(100, 1), IND_COUNT("bins", 24, 1, 1000), IND_REAL("area", 0.7, 0, 1)),
        IND_GIVES("poc", "vah", "val")),
    IND_ENTRY("momentum", "pivot_points", "Pivot points",
              "of high H, low L, close C of the last session: pp = (H + L + C) / 3; classic: "
              "r1 = 2 pp - L, r2 = pp + H - L, r3 = H + 2 (pp - L), s1 = 2 pp - H, s2 = pp - "
              "H + L, s3 = L - 2 (H - pp); fibonacci: pp +- 0.382, 0.618, 1 (H - L); "
              "camarilla: C +- 1.1 / 12, 1.1 / 6, 1.1 / 4 (H - L); missing in the first "
              "session",
              "floor traders; Stott (1989) for camarilla", emit_pivot_points,
              IND_ON("high", "low", "close", "session"),
              IND_PARAMS(IND_CHOICE("method", 0, PEN_COUNT(pivot_methods) - 1, pivot_methods)),
              IND_GIVES("pp", "r1", "r2", "r3", "s1", "s2", "s3")),
};

const ind_family ind_session_family = { entries, PEN_COUNT(entries) };
