/* Realised volatility: the annual standard deviation of returns, estimated from what a
 * window of bars shows.  Fractions per square root of a year; `annual` is the number of
 * bars in a year.  Prices must be above 0. */
#include <math.h>

#include "family.h"

enum { OPEN, HIGH, LOW, CLOSE };

static pen_status log_ratio(ind_program *p, ind_value x, ind_value y, ind_value *out)
{
    ind_value ratio;
    PEN_TRY(ind_point2(p, IND_DIVIDE, x, y, 0, 0, &ratio));
    return ind_point1(p, IND_LOG, ratio, 0, 0, out);
}

/* sqrt(scale x) */
static pen_status root_of(ind_program *p, ind_value x, double scale, ind_value *out)
{
    PEN_TRY(ind_affine(p, x, scale, 0, &x));
    return ind_point1(p, IND_SQRT, x, 0, 0, out);
}

/* Tulip's: of simple returns, divided by n. */
static pen_status emit_volatility(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value last, change, stats[2];
    PEN_TRY(ind_lag(p, call->in[0], 1, &last));
    PEN_TRY(ind_subtract(p, call->in[0], last, &change));
    PEN_TRY(ind_ratio(p, change, last, 1, 0, &change));
    PEN_TRY(ind_mean_stdev(p, change, (int)call->param[0], stats));
    return ind_affine(p, stats[1], sqrt(call->param[1]), 0, out);
}

static pen_status emit_close(ind_program *p, const ind_call *call, ind_value *out)
{
    double n = call->param[0];
    ind_value last, change, stats[2];
    PEN_TRY(ind_lag(p, call->in[0], 1, &last));
    PEN_TRY(log_ratio(p, call->in[0], last, &change));
    PEN_TRY(ind_mean_stdev(p, change, (int)n, stats));
    return ind_affine(p, stats[1], sqrt(call->param[1] * n / (n - 1)), 0, out);
}

static pen_status emit_parkinson(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value range, mean;
    PEN_TRY(log_ratio(p, call->in[0], call->in[1], &range));
    PEN_TRY(ind_multiply(p, range, range, &range));
    PEN_TRY(ind_mean(p, range, (int)call->param[0], &mean));
    return root_of(p, mean, call->param[1] / (4 * log(2)), out);
}

static pen_status emit_garman_klass(ind_program *p, const ind_call *call, ind_value *out)
{
    const ind_value *in = call->in;
    ind_value range, body, mean;
    PEN_TRY(log_ratio(p, in[HIGH], in[LOW], &range));
    PEN_TRY(ind_multiply(p, range, range, &range));
    PEN_TRY(log_ratio(p, in[CLOSE], in[OPEN], &body));
    PEN_TRY(ind_multiply(p, body, body, &body));
    PEN_TRY(ind_point2(p, IND_BLEND, range, body, -2 * (2 * log(2) - 1), 0, &range));
    PEN_TRY(ind_mean(p, range, (int)call->param[0], &mean));
    return root_of(p, mean, call->param[1] / 2, out);
}

/* Mean of log(h / c) log(h / o) + log(l / c) log(l / o): does not depend on the drift. */
static pen_status emit_driftless(ind_program *p, const ind_value in[4], int period, ind_value *out)
{
    ind_value part[2];
    for (int side = 0; side < 2; side++) {
        ind_value to_close, to_open;
        PEN_TRY(log_ratio(p, in[HIGH + side], in[CLOSE], &to_close));
        PEN_TRY(log_ratio(p, in[HIGH + side], in[OPEN], &to_open));
        PEN_TRY(ind_multiply(p, to_close, to_open, &part[side]));
    }
    PEN_TRY(ind_add(p, part[0], part[1], &part[0]));
    return ind_mean(p, part[0], period, out);
}

static pen_status emit_rogers_satchell(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value mean;
    PEN_TRY(emit_driftless(p, call->in, (int)call->param[0], &mean));
    return root_of(p, mean, call->param[1], out);
}

/* out = n / (n - 1) times the variance of log(x / y) */
static pen_status log_variance(ind_program *p, ind_value x, ind_value y, int n, ind_value *out)
{
    ind_value change, stats[2];
    PEN_TRY(log_ratio(p, x, y, &change));
    PEN_TRY(ind_mean_stdev(p, change, n, stats));
    PEN_TRY(ind_multiply(p, stats[1], stats[1], out));
    return ind_affine(p, *out, n / (n - 1.0), 0, out);
}

/* Overnight and open-to-close variance and the driftless one, weighted for the least error. */
static pen_status emit_yang_zhang(ind_program *p, const ind_call *call, ind_value *out)
{
    const ind_value *in = call->in;
    int n = (int)call->param[0];
    double k = 0.34 / (1.34 + (n + 1.0) / (n - 1.0));
    ind_value last, night, day, driftless;
    PEN_TRY(ind_lag(p, in[CLOSE], 1, &last));
    PEN_TRY(log_variance(p, in[OPEN], last, n, &night));
    PEN_TRY(log_variance(p, in[CLOSE], in[OPEN], n, &day));
    PEN_TRY(ind_point2(p, IND_BLEND, night, day, k, 0, &night));
    PEN_TRY(emit_driftless(p, in, n, &driftless));
    PEN_TRY(ind_point2(p, IND_BLEND, night, driftless, 1 - k, 0, &night));
    return root_of(p, night, call->param[1], out);
}

static const ind_entry entries[] = {
    IND_ENTRY("volatility", "volatility", "Historical volatility",
              "sqrt(annual) * population standard deviation of x[t] / x[t - 1] - 1 over the "
              "last `period` returns",
              "Tulip volatility", emit_volatility, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(30, 1), IND_REAL("annual", 252, 0, 1e9)), IND_GIVES_ONE),
    IND_ENTRY("volatility", "vol_close", "Realised volatility, close to close",
              "sqrt(annual) * sample standard deviation of log(x[t] / x[t - 1]) over the "
              "last `period` returns",
              "definition", emit_close, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(20, 2), IND_REAL("annual", 252, 0, 1e9)), IND_GIVES_ONE),
    IND_ENTRY("volatility", "vol_parkinson", "Realised volatility, Parkinson's",
              "sqrt(annual / (4 log 2) * mean log(high / low)^2) over the last `period` bars",
              "Parkinson (1980)", emit_parkinson, IND_ON("high", "low"),
              IND_PARAMS(IND_PERIOD(20, 1), IND_REAL("annual", 252, 0, 1e9)), IND_GIVES_ONE),
    IND_ENTRY("volatility", "vol_garman_klass", "Realised volatility, Garman and Klass'",
              "sqrt(annual * mean of log(high / low)^2 / 2 - (2 log 2 - 1) log(close / "
              "open)^2) over the last `period` bars",
              "Garman and Klass (1980)", emit_garman_klass, IND_ON("open", "high", "low", "close"),
              IND_PARAMS(IND_PERIOD(20, 1), IND_REAL("annual", 252, 0, 1e9)), IND_GIVES_ONE),
    IND_ENTRY("volatility", "vol_rogers_satchell", "Realised volatility, Rogers and Satchell's",
              "sqrt(annual * mean of log(h / c) log(h / o) + log(l / c) log(l / o)) over the "
              "last `period` bars",
              "Rogers and Satchell (1991)", emit_rogers_satchell,
              IND_ON("open", "high", "low", "close"),
              IND_PARAMS(IND_PERIOD(20, 1), IND_REAL("annual", 252, 0, 1e9)), IND_GIVES_ONE),
    IND_ENTRY("volatility", "vol_yang_zhang", "Realised volatility, Yang and Zhang's",
              "sqrt(annual * (v(log(open / last close)) + k v(log(close / open)) + (1 - k) "
              "rs)) over the last `period` bars; v sample variance, rs as in "
              "vol_rogers_satchell, k = 0.34 / (1.34 + (period + 1) / (period - 1))",
              "Yang and Zhang (2000)", emit_yang_zhang, IND_ON("open", "high", "low", "close"),
              IND_PARAMS(IND_PERIOD(20, 2), IND_REAL("annual", 252, 0, 1e9)), IND_GIVES_ONE),
};

const ind_family ind_realised_family = { entries, PEN_COUNT(entries) };
