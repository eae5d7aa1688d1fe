/* Ehlers' cycle indicators (kernels/cycle.kh), as TA-Lib starts and limits them. */
#include <math.h>

#include "family.h"

/* Steps at which the recurrence starts and at which its results are shown. */
enum { SHORT_START = 12, SHORT_LOOKBACK = 32, LONG_START = 37, LONG_LOOKBACK = 63 };

enum {
    /* steps after which the recurrence has forgotten how it started: 620 on average, now and
     * then 1300 */
    CYCLE_MEMORY = 1600,
    CYCLE_RING = 64,
    CYCLE_LONGEST = 50,
    CYCLE_STATE = 38,
    CYCLE_STATE_RING = 16
};

/* What is known of the dominant cycle from step `start` on. */
typedef struct cycle {
    ind_value smooth, period, in_phase, quadrature;
} cycle;

static pen_status emit_smooth(ind_program *p, ind_value x, int first, ind_value *out)
{
    ind_step step = { .op = IND_SMOOTH,
                      .in = { x },
                      .n_in = 1,
                      .n_out = 1,
                      .n_state = 3,
                      .max_ring = 1,
                      .first = first,
                      .memory = ind_memory(&x, 1, 3) };
    return ind_emit(p, &step, out);
}

static pen_status emit_cycle(ind_program *p, ind_value x, int start, cycle *out)
{
    ind_value all[3];
    PEN_TRY(emit_smooth(p, x, x.first + start, &out->smooth));
    ind_step step = { .op = IND_CYCLE,
                      .in = { out->smooth },
                      .n_in = 1,
                      .n_out = 3,
                      .n_state = CYCLE_STATE,
                      .max_ring = CYCLE_STATE_RING,
                      .first = x.first + start,
                      .memory = ind_memory(&out->smooth, 1, CYCLE_MEMORY) };
    PEN_TRY(ind_emit(p, &step, all));
    out->period = all[0];
    out->in_phase = all[1];
    out->quadrature = all[2];
    return PEN_OK;
}

/* Step of x and the period that looks back over a cycle. */
static pen_status emit_over_cycle(ind_program *p, int op, ind_value x, ind_value period,
                                  ind_value *out)
{
    ind_step step = { .op = op,
                      .in = { x, period },
                      .n_in = 2,
                      .n_out = 1,
                      .window = CYCLE_LONGEST,
                      .n_state = CYCLE_RING,
                      .max_ring = CYCLE_RING,
                      .first = period.first,
                      .memory = ind_memory((ind_value[]){ x, period }, 2, CYCLE_RING) };
    return ind_emit(p, &step, out);
}

/* Shows outputs from `lookback` on, however early they have a value. */
static void show_from(const ind_program *p, pen_unstable which, ind_value x, int lookback,
                      ind_value *out, int count)
{
    for (int i = 0; i < count; i++)
        out[i].first = x.first + lookback;
    ind_delay(p, which, out, count);
}

static pen_status emit_dcperiod(ind_program *p, const ind_call *call, ind_value *out)
{
    cycle c;
    PEN_TRY(emit_cycle(p, call->in[0], SHORT_START, &c));
    out[0] = c.period;
    show_from(p, PEN_UNSTABLE_HT_DCPERIOD, call->in[0], SHORT_LOOKBACK, out, 1);
    return PEN_OK;
}

static pen_status emit_phasor(ind_program *p, const ind_call *call, ind_value *out)
{
    cycle c;
    PEN_TRY(emit_cycle(p, call->in[0], SHORT_START, &c));
    out[0] = c.in_phase;
    out[1] = c.quadrature;
    show_from(p, PEN_UNSTABLE_HT_PHASOR, call->in[0], SHORT_LOOKBACK, out, 2);
    return PEN_OK;
}

static pen_status emit_phase(ind_program *p, ind_value x, ind_value *out)
{
    cycle c;
    PEN_TRY(emit_cycle(p, x, LONG_START, &c));
    return emit_over_cycle(p, IND_CYCLE_PHASE, c.smooth, c.period, out);
}

static pen_status emit_dcphase(ind_program *p, const ind_call *call, ind_value *out)
{
    PEN_TRY(emit_phase(p, call->in[0], out));
    show_from(p, PEN_UNSTABLE_HT_DCPHASE, call->in[0], LONG_LOOKBACK, out, 1);
    return PEN_OK;
}

/* Sine of the phase, and an eighth of a turn ahead. */
static pen_status emit_waves(ind_program *p, ind_value phase, ind_value out[2])
{
    double radian = acos(-1) / 180;
    for (int i = 0; i < 2; i++) {
        ind_value angle;
        PEN_TRY(ind_affine(p, phase, radian, i * 45 * radian, &angle));
        PEN_TRY(ind_point1(p, IND_SIN, angle, 0, 0, &out[i]));
    }
    return PEN_OK;
}

static pen_status emit_sine(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value phase;
    PEN_TRY(emit_phase(p, call->in[0], &phase));
    PEN_TRY(emit_waves(p, phase, out));
    show_from(p, PEN_UNSTABLE_HT_SINE, call->in[0], LONG_LOOKBACK, out, 2);
    return PEN_OK;
}

static pen_status emit_trend_of(ind_program *p, ind_value x, ind_value period, ind_value *out)
{
    ind_value mean;
    PEN_TRY(emit_over_cycle(p, IND_CYCLE_MEAN, x, period, &mean));
    return emit_smooth(p, mean, mean.first, out);
}

static pen_status emit_trendline(ind_program *p, const ind_call *call, ind_value *out)
{
    cycle c;
    PEN_TRY(emit_cycle(p, call->in[0], LONG_START, &c));
    PEN_TRY(emit_trend_of(p, call->in[0], c.period, out));
    show_from(p, PEN_UNSTABLE_HT_TRENDLINE, call->in[0], LONG_LOOKBACK, out, 1);
    return PEN_OK;
}

/* The mode that phase and period say; 1 where the price is far from its trend line. */
static pen_status emit_trendmode(ind_program *p, const ind_call *call, ind_value *out)
{
    cycle c;
    ind_value phase, waves[2], lead, mode, line, distance, one;
    PEN_TRY(emit_cycle(p, call->in[0], LONG_START, &c));
    PEN_TRY(emit_over_cycle(p, IND_CYCLE_PHASE, c.smooth, c.period, &phase));
    PEN_TRY(emit_waves(p, phase, waves));
    PEN_TRY(ind_subtract(p, waves[0], waves[1], &lead));
    ind_step step = { .op = IND_TREND_MODE,
                      .in = { lead, phase, c.period },
                      .n_in = 3,
                      .n_out = 1,
                      .n_state = 3,
                      .max_ring = 1,
                      .first = phase.first,
                      .memory = ind_memory(&phase, 1, CYCLE_MEMORY) };
    PEN_TRY(ind_emit(p, &step, &mode));
    PEN_TRY(emit_trend_of(p, call->in[0], c.period, &line));
    PEN_TRY(ind_subtract(p, c.smooth, line, &distance));
    PEN_TRY(ind_ratio(p, distance, line, 1, 0, &distance));
    PEN_TRY(ind_point1(p, IND_ABS, distance, 0, 0, &distance));
    PEN_TRY(ind_affine(p, distance, 1, -0.015, &distance));
    PEN_TRY(ind_affine(p, mode, 0, 1, &one));
    PEN_TRY(ind_point3(p, IND_SELECT, distance, one, mode, out));
    show_from(p, PEN_UNSTABLE_HT_TRENDMODE, call->in[0], LONG_LOOKBACK, out, 1);
    return PEN_OK;
}

pen_status ind_mama(ind_program *p, ind_value x, double fast, double slow, ind_value out[2])
{
    double alpha = slow / 2;
    cycle c;
    ind_value phase;
    PEN_TRY(emit_cycle(p, x, SHORT_START, &c));
    PEN_TRY(ind_ratio(p, c.quadrature, c.in_phase, 1, 0, &phase));
    PEN_TRY(ind_point1(p, IND_ATAN, phase, 0, 0, &phase));
    PEN_TRY(ind_affine(p, phase, 180 / acos(-1), 0, &phase));
    ind_step step = { .op = IND_MAMA,
                      .in = { x, phase },
                      .n_in = 2,
                      .n_out = 2,
                      .consts = { fast, slow },
                      .n_consts = 2,
                      .n_state = 3,
                      .max_ring = 1,
                      .first = phase.first,
                      .memory = ind_memory(&phase, 1, (int)(45 / alpha) + (int)(20 / alpha)) };
    PEN_TRY(ind_emit(p, &step, out));
    show_from(p, PEN_UNSTABLE_MAMA, x, SHORT_LOOKBACK, out, 2);
    return PEN_OK;
}

static pen_status emit_mama(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_mama(p, call->in[0], call->param[0], call->param[1], out);
}

#define EHLERS "Ehlers, Rocket Science for Traders (2001); "

static const ind_entry entries[] = {
    IND_ENTRY("cycle", "ht_dcperiod", "Dominant cycle period",
              "bars a turn of the Hilbert transform's phasor takes, within 6 .. 50, changing by at "
              "most half a bar's period a bar, smoothed twice",
              EHLERS "TA-Lib HT_DCPERIOD", emit_dcperiod, IND_ON("close"), IND_GIVES_ONE),
    IND_ENTRY(
        "cycle", "ht_dcphase", "Dominant cycle phase",
        "degrees, -45 .. 315: phase of the smoothed price over the dominant cycle against one "
        "turn of a sine; 90 + 360 / period where the price does not move",
        EHLERS "TA-Lib HT_DCPHASE", emit_dcphase, IND_ON("close"), IND_GIVES_ONE),
    IND_ENTRY("cycle", "ht_phasor", "Phasor components",
              "detrended smoothed price three bars ago, and its quadrature by a Hilbert transform",
              EHLERS "TA-Lib HT_PHASOR", emit_phasor, IND_ON("close"),
              IND_GIVES("inphase", "quadrature")),
    IND_ENTRY("cycle", "ht_sine", "Sine wave",
              "sine of the dominant cycle's phase, and 45 degrees ahead", EHLERS "TA-Lib HT_SINE",
              emit_sine, IND_ON("close"), IND_GIVES("sine", "leadsine")),
    IND_ENTRY("cycle", "ht_trendline", "Instantaneous trend line",
              "mean over the dominant cycle, then over four bars with weights 4, 3, 2, 1",
              EHLERS "TA-Lib HT_TRENDLINE", emit_trendline, IND_ON("close"), IND_GIVES_ONE),
    IND_ENTRY("cycle", "ht_trendmode", "Trend or cycle",
              "0 for half a cycle after the sine waves cross and while the phase keeps the cycle's "
              "pace, 1 otherwise and where the price is 1.5 % off its trend line",
              EHLERS "TA-Lib HT_TRENDMODE", emit_trendmode, IND_ON("close"), IND_GIVES_ONE),
    IND_ENTRY(
        "average", "mama", "MESA adaptive moving average",
        "mama += a (x - mama), fama += a / 2 (mama - fama), a = fast / (degrees the "
        "phase fell in the bar), within slow .. fast; both start at 0 on the 13th bar",
        "Ehlers, MAMA, the Mother of Adaptive Moving Averages (2001); TA-Lib MAMA", emit_mama,
        IND_ON("close"),
        IND_PARAMS(IND_REAL("fastlimit", 0.5, 0.01, 0.99), IND_REAL("slowlimit", 0.05, 0.01, 0.99)),
        IND_GIVES("mama", "fama")),
};

const ind_family ind_cycle_family = { entries, PEN_COUNT(entries) };
