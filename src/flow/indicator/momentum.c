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

/* TA-Lib seeds the fast average at the slow one's first bar, from the values
 * just before it, and shows all three lines from the signal's first bar on.  Tulip shows
 * them where the signal starts as the first difference. */
static pen_status emit_macd_lines(ind_program *p, ind_value x, int fast, int slow, int signal,
                                  double fast_alpha, double slow_alpha, ind_value *out)
{
    ind_value fast_line, slow_line;
    const ind_style *style = ind_style_of(p);
    int first = x.first + slow - 1, own = x.first + fast - 1;
    PEN_TRY(ind_ema_in_style(p, x, fast, style->macd_each_from_own ? own : first, fast_alpha,
                             &fast_line));
    PEN_TRY(ind_ema_in_style(p, x, slow, first, slow_alpha, &slow_line));
    PEN_TRY(ind_subtract(p, fast_line, slow_line, &out[0]));
    ind_delay(p, PEN_UNSTABLE_EMA, &out[0], 1);
    first = out[0].first + (style->ema_from_first ? 0 : signal - 1);
    PEN_TRY(ind_ema_in_style(p, out[0], signal, first, 2.0 / (signal + 1), &out[1]));
    ind_delay(p, PEN_UNSTABLE_EMA, &out[1], 1);
    return ind_subtract(p, out[0], out[1], &out[2]);
}

static pen_status emit_macd(ind_program *p, const ind_call *call, ind_value *out)
{
    int fast = (int)call->param[0], slow = (int)call->param[1];
    if (fast > slow) {
        int swap = fast;
        fast = slow;
        slow = swap;
    }
    bool is_fixed = ind_style_of(p)->macd_fixed && fast == 12 && slow == 26;
    return emit_macd_lines(p, call->in[0], fast, slow, (int)call->param[2],
                           is_fixed ? 0.15 : 2.0 / (fast + 1), is_fixed ? 0.075 : 2.0 / (slow + 1),
                           out);
}

static pen_status emit_mom(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_change(p, call->in[0], (int)call->param[0], out);
}

/* (typical - its mean) / (0.015 mean deviation); 0 where the price does not move. */
static pen_status emit_macdfix(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_macd_lines(p, call->in[0], 12, 26, (int)call->param[0], 0.15, 0.075, out);
}

/* scale * (x[t] - x[t - period]) / x[t - period] */
static pen_status emit_rate(ind_program *p, const ind_call *call, double scale, ind_value *out)
{
    int period = (int)call->param[0];
    ind_value old, change;
    PEN_TRY(ind_lag(p, call->in[0], period, &old));
    PEN_TRY(ind_subtract(p, call->in[0], old, &change));
    return ind_ratio(p, change, old, scale, 0, out);
}

static pen_status emit_percent_rate(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_rate(p, call, 100, out);
}

static pen_status emit_roc(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_rate(p, call, ind_style_of(p)->roc_fraction ? 1 : 100, out);
}

static pen_status emit_rocp(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_rate(p, call, 1, out);
}

static pen_status emit_quotient(ind_program *p, const ind_call *call, double scale, ind_value *out)
{
    ind_value old;
    PEN_TRY(ind_lag(p, call->in[0], (int)call->param[0], &old));
    return ind_ratio(p, call->in[0], old, scale, 0, out);
}

static pen_status emit_rocr(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_quotient(p, call, 1, out);
}

static pen_status emit_rocr100(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_quotient(p, call, 100, out);
}

static pen_status emit_trix(ind_program *p, const ind_call *call, ind_value *out)
{
    const ind_style *style = ind_style_of(p);
    ind_value x = call->in[0], old, change;
    if (style->trix_of_logs)
        PEN_TRY(ind_point1(p, IND_LOG, x, 0, 0, &x));
    for (int i = 0; i < 3; i++)
        PEN_TRY(ind_average(p, x, IND_MA_EMA, (int)call->param[0], &x));
    PEN_TRY(ind_lag(p, x, 1, &old));
    PEN_TRY(ind_subtract(p, x, old, &change));
    if (style->trix_of_logs)
        return ind_affine(p, change, 10000, 0, out);
    return ind_ratio(p, change, style->trix_of_new ? x : old, 100, 0, out);
}

static pen_status emit_ao(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value sum, fast, slow;
    PEN_TRY(ind_add(p, call->in[0], call->in[1], &sum));
    PEN_TRY(ind_mean(p, sum, 5, &fast));
    PEN_TRY(ind_mean(p, sum, 34, &slow));
    PEN_TRY(ind_subtract(p, fast, slow, out));
    return ind_affine(p, *out, 0.5, 0, out);
}

/* The line through the last n values meets the bar after them at
 * mean + slope (n + 1) / 2. */
static pen_status emit_fosc(ind_program *p, const ind_call *call, ind_value *out)
{
    double n = call->param[0];
    ind_value line[2], forecast, miss;
    PEN_TRY(ind_trend(p, call->in[0], (int)n, line));
    PEN_TRY(ind_point2(p, IND_MIX, line[0], line[1], 1 / n, 6 / (n * (n - 1)), &forecast));
    PEN_TRY(ind_lag(p, forecast, 1, &forecast));
    PEN_TRY(ind_subtract(p, call->in[0], forecast, &miss));
    return ind_ratio(p, miss, call->in[0], 100, 0, out);
}

static pen_status emit_tsi(ind_program *p, const ind_call *call, ind_value *out)
{
    int slow = (int)call->param[0], fast = (int)call->param[1];
    ind_value change, size;
    PEN_TRY(ind_change(p, call->in[0], 1, &change));
    PEN_TRY(ind_point1(p, IND_ABS, change, 0, 0, &size));
    PEN_TRY(ind_average(p, change, IND_MA_EMA, slow, &change));
    PEN_TRY(ind_average(p, change, IND_MA_EMA, fast, &change));
    PEN_TRY(ind_average(p, size, IND_MA_EMA, slow, &size));
    PEN_TRY(ind_average(p, size, IND_MA_EMA, fast, &size));
    PEN_TRY(ind_ratio(p, change, size, 100, 0, &out[0]));
    return ind_average(p, out[0], IND_MA_EMA, (int)call->param[2], &out[1]);
}

/* Four smoothed rates of change, weighted 1 to 4. */
static pen_status emit_kst(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value sum = { 0 };
    for (int i = 0; i < 4; i++) {
        ind_call one = { .in = { call->in[0] }, .param = { call->param[i] } };
        ind_value rate;
        PEN_TRY(emit_percent_rate(p, &one, &rate));
        PEN_TRY(ind_mean(p, rate, (int)call->param[4 + i], &rate));
        if (i == 0)
            sum = rate;
        else
            PEN_TRY(ind_point2(p, IND_BLEND, sum, rate, i + 1, 0, &sum));
    }
    out[0] = sum;
    return ind_mean(p, sum, (int)call->param[8], &out[1]);
}

static pen_status emit_coppock(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value rate[2], sum;
    for (int i = 0; i < 2; i++) {
        ind_call one = { .in = { call->in[0] }, .param = { call->param[i] } };
        PEN_TRY(emit_percent_rate(p, &one, &rate[i]));
    }
    PEN_TRY(ind_add(p, rate[0], rate[1], &sum));
    return ind_average(p, sum, IND_MA_WMA, (int)call->param[2], out);
}

/* Steps before the first value of an average. */
static pen_status average_lookback(const ind_program *p, int matype, int period, int *lookback)
{
    ind_program probe = { .options = p->options };
    ind_value x, average = { 0 };
    pen_status s = ind_input(&probe, 0, &x);
    if (s == PEN_OK)
        s = ind_average(&probe, x, matype, period, &average);
    ind_program_clear(&probe);
    *lookback = average.first;
    return s;
}

/* The fast and the slow average of a call, in this order whatever the call's. */
typedef struct two_averages {
    int period[2], matype[2];
} two_averages;

static two_averages in_order(double fast, double slow, double fast_type, double slow_type)
{
    two_averages a = { { (int)fast, (int)slow }, { (int)fast_type, (int)slow_type } };
    if (fast > slow)
        a = (two_averages){ { (int)slow, (int)fast }, { (int)slow_type, (int)fast_type } };
    return a;
}

/* Both start at the later one's first bar, as TA-Lib has it. */
static pen_status emit_macdext(ind_program *p, const ind_call *call, ind_value *out)
{
    const double *param = call->param;
    two_averages a = in_order(param[0], param[2], param[1], param[3]);
    int lookback[2];
    ind_value line[2];
    for (int i = 0; i < 2; i++)
        PEN_TRY(average_lookback(p, a.matype[i], a.period[i], &lookback[i]));
    int most = lookback[0] > lookback[1] ? lookback[0] : lookback[1];
    for (int i = 0; i < 2; i++) {
        ind_value x = call->in[0];
        x.first += most - lookback[i];
        PEN_TRY(ind_average(p, x, a.matype[i], a.period[i], &line[i]));
    }
    PEN_TRY(ind_subtract(p, line[0], line[1], &out[0]));
    PEN_TRY(ind_average(p, out[0], (int)param[5], (int)param[4], &out[1]));
    return ind_subtract(p, out[0], out[1], &out[2]);
}

static pen_status emit_two_averages(ind_program *p, const ind_call *call, ind_value out[2])
{
    two_averages a = in_order(call->param[0], call->param[1], call->param[2], call->param[2]);
    for (int i = 0; i < 2; i++) {
        PEN_TRY(ind_average(p, call->in[0], a.matype[i], a.period[i], &out[i]));
        if (ind_style_of(p)->ema_from_first && a.matype[i] == IND_MA_EMA)
            out[i].first += 2 - a.period[i]; /* shown from the second value on */
    }
    return PEN_OK;
}

static pen_status emit_apo(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value line[2];
    PEN_TRY(emit_two_averages(p, call, line));
    return ind_subtract(p, line[0], line[1], out);
}

static pen_status emit_ppo(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value line[2], apart;
    PEN_TRY(emit_two_averages(p, call, line));
    PEN_TRY(ind_subtract(p, line[0], line[1], &apart));
    return ind_ratio(p, apart, line[1], 100, 0, out);
}

static const ind_entry entries[] = {
    IND_ENTRY("momentum", "mom", "Momentum", "x[t] - x[t - period]", "TA-Lib MOM", emit_mom,
              IND_ON("close"), IND_PARAMS(IND_PERIOD(10, 1)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "roc", "Rate of change, percent",
              "100 (x[t] - x[t - period]) / x[t - period]; 0 where that is 0", "TA-Lib ROC",
              emit_roc, IND_ON("close"), IND_PARAMS(IND_PERIOD(10, 1)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "rocp", "Rate of change, fraction",
              "(x[t] - x[t - period]) / x[t - period]; 0 where that is 0", "TA-Lib ROCP", emit_rocp,
              IND_ON("close"), IND_PARAMS(IND_PERIOD(10, 1)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "rocr", "Rate of change, ratio",
              "x[t] / x[t - period]; 0 where that is 0", "TA-Lib ROCR", emit_rocr, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(10, 1)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "rocr100", "Rate of change, ratio times 100",
              "100 x[t] / x[t - period]; 0 where that is 0", "TA-Lib ROCR100", emit_rocr100,
              IND_ON("close"), IND_PARAMS(IND_PERIOD(10, 1)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "returns", "Simple return", "x[t] / x[t - period] - 1, a fraction",
              "TA-Lib ROCP", emit_returns, IND_ON("close"), IND_PARAMS(IND_PERIOD(1, 1)),
              IND_GIVES_ONE),
    IND_ENTRY("momentum", "log_returns", "Logarithmic return", "log(x[t] / x[t - period])",
              "definition", emit_log_returns, IND_ON("close"), IND_PARAMS(IND_PERIOD(1, 1)),
              IND_GIVES_ONE),
    IND_ENTRY(
        "momentum", "macd", "Moving average convergence/divergence",
        "macd = ema(fast) - ema(slow), signal = ema of macd, hist = macd - signal",
        "Appel; TA-Lib MACD", emit_macd, IND_ON("close"),
        IND_PARAMS(IND_BARS("fast", 12, 2), IND_BARS("slow", 26, 2), IND_BARS("signal", 9, 1)),
        IND_GIVES("macd", "signal", "hist")),
    IND_ENTRY("momentum", "macdfix", "MACD with the constants of 12 and 26",
              "macd = average with 0.15 - average with 0.075, seeded as those of 12 and 26 "
              "bars; signal = ema of macd, hist = macd - signal",
              "Appel; TA-Lib MACDFIX", emit_macdfix, IND_ON("close"),
              IND_PARAMS(IND_BARS("signal", 9, 1)), IND_GIVES("macd", "signal", "hist")),
    IND_ENTRY("momentum", "trix", "Rate of change of a triple exponential average",
              "100 (e[t] / e[t - 1] - 1), e = ema of ema of ema; 0 where e[t - 1] is 0",
              "Hutson (1983); TA-Lib TRIX", emit_trix, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(30, 1)), IND_GIVES_ONE),
    IND_ENTRY("momentum", "ao", "Awesome oscillator", "sma(5) - sma(34) of (high + low) / 2",
              "Williams, New Trading Dimensions (1998); Tulip ao", emit_ao, IND_ON("high", "low"),
              IND_GIVES_ONE),
    IND_ENTRY("momentum", "fosc", "Forecast oscillator",
              "100 (x - f) / x, f being what the least-squares line through the `period` "
              "values before says of this bar; 0 where x is 0",
              "Chande (1994); Tulip fosc", emit_fosc, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY(
        "momentum", "tsi", "True strength index",
        "100 * ema(short) of ema(long) of the change / the same of its size, 0 where "
        "the price has not moved; signal = ema of that",
        "Blau (1991)", emit_tsi, IND_ON("close"),
        IND_PARAMS(IND_BARS("long", 25, 2), IND_BARS("short", 13, 2), IND_BARS("signal", 13, 1)),
        IND_GIVES("tsi", "signal")),
    IND_ENTRY("momentum", "kst", "Know sure thing",
              "1, 2, 3 and 4 times the sma of the four rates of change in percent, summed; "
              "signal = sma of that",
              "Pring (1992)", emit_kst, IND_ON("close"),
              IND_PARAMS(IND_BARS("roc1", 10, 1), IND_BARS("roc2", 15, 1), IND_BARS("roc3", 20, 1),
                         IND_BARS("roc4", 30, 1), IND_BARS("sma1", 10, 1), IND_BARS("sma2", 10, 1),
                         IND_BARS("sma3", 10, 1), IND_BARS("sma4", 15, 1),
                         IND_BARS("signal", 9, 1)),
              IND_GIVES("kst", "signal")),
    IND_ENTRY("momentum", "coppock", "Coppock curve",
              "linearly weighted mean over `period` bars of the sum of two rates of change "
              "in percent",
              "Coppock (1962)", emit_coppock, IND_ON("close"),
              IND_PARAMS(IND_BARS("long", 14, 1), IND_BARS("short", 11, 1), IND_PERIOD(10, 1)),
              IND_GIVES_ONE),
    IND_ENTRY("momentum", "macdext", "MACD with chosen averages",
              "macd = average(fast) - average(slow), both starting at the later one's first "
              "bar; signal = average of macd, hist = macd - signal",
              "Appel; TA-Lib MACDEXT", emit_macdext, IND_ON("close"),
              IND_PARAMS(IND_BARS("fast", 12, 2), IND_MATYPE("fast_matype", IND_MA_SMA),
                         IND_BARS("slow", 26, 2), IND_MATYPE("slow_matype", IND_MA_SMA),
                         IND_BARS("signal", 9, 1), IND_MATYPE("signal_matype", IND_MA_SMA)),
              IND_GIVES("macd", "signal", "hist")),
    IND_ENTRY("momentum", "apo", "Absolute price oscillator", "average(fast) - average(slow)",
              "TA-Lib APO", emit_apo, IND_ON("close"),
              IND_PARAMS(IND_BARS("fast", 12, 2), IND_BARS("slow", 26, 2),
                         IND_MATYPE("matype", IND_MA_SMA)),
              IND_GIVES_ONE),
    IND_ENTRY("momentum", "ppo", "Percentage price oscillator",
              "100 (average(fast) - average(slow)) / average(slow); 0 where that is 0",
              "TA-Lib PPO", emit_ppo, IND_ON("close"),
              IND_PARAMS(IND_BARS("fast", 12, 2), IND_BARS("slow", 26, 2),
                         IND_MATYPE("matype", IND_MA_SMA)),
              IND_GIVES_ONE),
};

const ind_family ind_momentum_family = { entries, PEN_COUNT(entries) };
