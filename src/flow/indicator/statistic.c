/* Statistics over windows. */
#include <math.h>

#include "family.h"

static pen_status emit_highest(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_extreme(p, IND_HIGHEST, call->in[0], (int)call->param[0], out);
}

static pen_status emit_lowest(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_extreme(p, IND_LOWEST, call->in[0], (int)call->param[0], out);
}

/* Number of the step at which the extreme was. */
static pen_status emit_index(ind_program *p, const ind_call *call, int op, ind_value *out)
{
    ind_value since;
    PEN_TRY(ind_extreme(p, op, call->in[0], (int)call->param[0], &since));
    ind_step step = { .op = IND_STEP,
                      .in = { since },
                      .n_in = 1,
                      .n_out = 1,
                      .first = since.first,
                      .memory = -1 /* counts from the start */ };
    return ind_emit(p, &step, out);
}

static pen_status emit_maxindex(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_index(p, call, IND_SINCE_HIGHEST, out);
}

static pen_status emit_minindex(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_index(p, call, IND_SINCE_LOWEST, out);
}

static pen_status emit_minmax(ind_program *p, const ind_call *call, ind_value *out)
{
    PEN_TRY(emit_lowest(p, call, &out[0]));
    return emit_highest(p, call, &out[1]);
}

static pen_status emit_minmaxindex(ind_program *p, const ind_call *call, ind_value *out)
{
    PEN_TRY(emit_minindex(p, call, &out[0]));
    return emit_maxindex(p, call, &out[1]);
}

static pen_status emit_sum(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_sum(p, call->in[0], (int)call->param[0], out);
}

/* ---- Moments ---- */

/* Mean, and standard deviation or exactly 0 where the values are the same. */
static pen_status emit_moments(ind_program *p, ind_value x, int window, ind_value out[2])
{
    PEN_TRY(ind_mean_stdev(p, x, window, out));
    return ind_point2(p, IND_SPREAD, out[1], out[0], 0, 0, &out[1]);
}

static pen_status emit_stddev(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value moments[2];
    PEN_TRY(emit_moments(p, call->in[0], (int)call->param[0], moments));
    return ind_affine(p, moments[1], call->param[1], 0, out);
}

static pen_status emit_var(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value moments[2];
    PEN_TRY(emit_moments(p, call->in[0], (int)call->param[0], moments));
    return ind_multiply(p, moments[1], moments[1], out);
}

static pen_status emit_stderr(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value moments[2];
    PEN_TRY(emit_moments(p, call->in[0], (int)call->param[0], moments));
    return ind_affine(p, moments[1], 1 / sqrt(call->param[0]), 0, out);
}

static pen_status emit_avgdev(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_mean_deviation(p, call->in[0], (int)call->param[0], out);
}

static pen_status emit_zscore(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value moments[2], above;
    PEN_TRY(emit_moments(p, call->in[0], (int)call->param[0], moments));
    PEN_TRY(ind_subtract(p, call->in[0], moments[0], &above));
    return ind_ratio(p, above, moments[1], 1, 0, out);
}

/* Mean ((x - mean) / stdev)^power less `normal`, what it is for the normal law. */
static pen_status emit_moment(ind_program *p, const ind_call *call, int power, double normal,
                              ind_value *out)
{
    int window = (int)call->param[0], ring = ind_ring_rows(window);
    ind_value moments[2];
    PEN_TRY(emit_moments(p, call->in[0], window, moments));
    ind_step step = { .op = IND_MOMENT,
                      .in = { call->in[0], moments[0], moments[1] },
                      .n_in = 3,
                      .n_out = 1,
                      .window = window,
                      .consts = { 1.0 / window, power, normal },
                      .n_consts = 3,
                      .n_state = ring,
                      .max_ring = ring,
                      .first = moments[0].first,
                      .memory = ind_memory(moments, 1, window) };
    return ind_emit(p, &step, out);
}

static pen_status emit_skew(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_moment(p, call, 3, 0, out);
}

static pen_status emit_kurtosis(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_moment(p, call, 4, 3, out);
}

/* ---- Two series ---- */

/* Up to this window it is faster to sum the products anew at each step than along a tree. */
enum { DIRECT_WINDOW = 40 };

/* Correlation, and sums of products of deviations xy and xx, of a short window. */
static pen_status emit_covary(ind_program *p, ind_value x, ind_value y, int window,
                              ind_value out[3])
{
    int ring = ind_ring_rows(window);
    ind_value in[2] = { x, y };
    ind_step step = { .op = IND_COVARY,
                      .in = { x, y },
                      .n_in = 2,
                      .n_out = 3,
                      .window = window,
                      .consts = { 1.0 / window },
                      .n_consts = 1,
                      .n_state = 2 * ring,
                      .max_ring = ring,
                      .first = (x.first > y.first ? x.first : y.first) + window - 1,
                      .memory = ind_memory(in, 2, ring) };
    return ind_emit(p, &step, out);
}

/* products / (n stdev(x) stdev(y)); 0 where one of them does not move, as TA-Lib has it. */
static pen_status emit_correlation(ind_program *p, ind_value in_x, ind_value in_y, int window,
                                   ind_value *out)
{
    ind_value x[2], y[2], products, scale, direct[3];
    if (window <= DIRECT_WINDOW) {
        PEN_TRY(emit_covary(p, in_x, in_y, window, direct));
        *out = direct[0];
        return PEN_OK;
    }
    PEN_TRY(ind_comoment(p, in_x, in_y, window, &products));
    PEN_TRY(emit_moments(p, in_x, window, x));
    PEN_TRY(emit_moments(p, in_y, window, y));
    PEN_TRY(ind_multiply(p, x[1], y[1], &scale));
    return ind_ratio(p, products, scale, 1.0 / window, 0, out);
}

static pen_status emit_correl(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_correlation(p, call->in[0], call->in[1], (int)call->param[0], out);
}

static pen_status emit_autocorr(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value old;
    PEN_TRY(ind_lag(p, call->in[0], (int)call->param[1], &old));
    return emit_correlation(p, call->in[0], old, (int)call->param[0], out);
}

static pen_status emit_covar(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value products;
    PEN_TRY(ind_comoment(p, call->in[0], call->in[1], (int)call->param[0], &products));
    return ind_affine(p, products, 1 / call->param[0], 0, out);
}

/* Change since the step before as a fraction; 0 after a 0, as TA-Lib has it. */
static pen_status emit_return(ind_program *p, ind_value x, ind_value *out)
{
    ind_value old, change;
    PEN_TRY(ind_lag(p, x, 1, &old));
    PEN_TRY(ind_subtract(p, x, old, &change));
    return ind_ratio(p, change, old, 1, 0, out);
}

static pen_status emit_beta(ind_program *p, const ind_call *call, ind_value *out)
{
    int window = (int)call->param[0];
    ind_value x, y, products, moments[2], variance, direct[3];
    PEN_TRY(emit_return(p, call->in[0], &x));
    PEN_TRY(emit_return(p, call->in[1], &y));
    if (window <= DIRECT_WINDOW) {
        PEN_TRY(emit_covary(p, x, y, window, direct));
        return ind_ratio(p, direct[1], direct[2], 1, 0, out);
    }
    PEN_TRY(ind_comoment(p, x, y, window, &products));
    PEN_TRY(emit_moments(p, x, window, moments));
    PEN_TRY(ind_multiply(p, moments[1], moments[1], &variance));
    return ind_ratio(p, products, variance, 1.0 / window, 0, out);
}

/* ---- The least-squares line through the last n values ---- */

/* Its value `ahead` steps after the newest: mean + slope ((n - 1) / 2 + ahead). */
static pen_status emit_line(ind_program *p, const ind_call *call, double ahead, ind_value *out)
{
    double n = call->param[0], slope = 12 / (n * (n * n - 1));
    ind_value line[2];
    PEN_TRY(ind_trend(p, call->in[0], (int)n, line));
    return ind_point2(p, IND_MIX, line[0], line[1], 1 / n, slope * ((n - 1) / 2 + ahead), out);
}

static pen_status emit_linearreg(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_line(p, call, 0, out);
}

static pen_status emit_intercept(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_line(p, call, 1 - call->param[0], out);
}

static pen_status emit_tsf(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_line(p, call, 1, out);
}

static pen_status emit_residual(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value line;
    PEN_TRY(emit_linearreg(p, call, &line));
    return ind_subtract(p, call->in[0], line, out);
}

static pen_status emit_slope(ind_program *p, const ind_call *call, ind_value *out)
{
    double n = call->param[0];
    ind_value line[2];
    PEN_TRY(ind_trend(p, call->in[0], (int)n, line));
    return ind_affine(p, line[1], 12 / (n * (n * n - 1)), 0, out);
}

static pen_status emit_angle(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value slope, angle;
    PEN_TRY(emit_slope(p, call, &slope));
    PEN_TRY(ind_point1(p, IND_ATAN, slope, 0, 0, &angle));
    return ind_affine(p, angle, 180 / acos(-1), 0, out);
}

/* (slope stdev(steps) / stdev(values))^2, steps having the variance (n^2 - 1) / 12. */
static pen_status emit_rsquared(ind_program *p, const ind_call *call, ind_value *out)
{
    double n = call->param[0];
    ind_value slope, moments[2], correlation;
    PEN_TRY(emit_slope(p, call, &slope));
    PEN_TRY(emit_moments(p, call->in[0], (int)n, moments));
    PEN_TRY(ind_ratio(p, slope, moments[1], sqrt((n * n - 1) / 12), 0, &correlation));
    return ind_multiply(p, correlation, correlation, out);
}

/* ---- Order ---- */

/* counts: of the `window` values before, how many are below, and how many equal. */
static pen_status emit_counts(ind_program *p, ind_value x, int window, ind_value counts[2])
{
    int ring = ind_ring_rows(window);
    ind_step step = { .op = IND_RANK,
                      .in = { x },
                      .n_in = 1,
                      .n_out = 2,
                      .window = window,
                      .n_state = ring,
                      .max_ring = ring,
                      .first = x.first + window,
                      .memory = ind_memory(&x, 1, window) };
    return ind_emit(p, &step, counts);
}

static pen_status emit_rank(ind_program *p, const ind_call *call, ind_value *out)
{
    double n = call->param[0];
    ind_value counts[2], place;
    PEN_TRY(emit_counts(p, call->in[0], (int)n - 1, counts));
    PEN_TRY(ind_point2(p, IND_BLEND, counts[0], counts[1], 0.5, 0, &place));
    return ind_affine(p, place, 1 / n, 1 / n, out);
}

static pen_status emit_percentrank(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value counts[2], both;
    PEN_TRY(emit_counts(p, call->in[0], (int)call->param[0], counts));
    PEN_TRY(ind_add(p, counts[0], counts[1], &both));
    return ind_affine(p, both, 100 / call->param[0], 0, out);
}

static pen_status quantile(ind_program *p, ind_value x, int window, double q, ind_value *out)
{
    int ring = ind_ring_rows(window);
    double place = q * (window - 1);
    ind_step step = { .op = IND_QUANTILE,
                      .in = { x },
                      .n_in = 1,
                      .n_out = 1,
                      .window = window,
                      .consts = { floor(place), place - floor(place) },
                      .n_consts = 2,
                      .n_state = ring + window + 1,
                      .max_ring = ring,
                      .first = x.first + window - 1,
                      .memory = ind_memory(&x, 1, 2 * window) };
    return ind_emit(p, &step, out);
}

static pen_status emit_quantile(ind_program *p, const ind_call *call, ind_value *out)
{
    return quantile(p, call->in[0], (int)call->param[0], call->param[1], out);
}

static pen_status emit_median(ind_program *p, const ind_call *call, ind_value *out)
{
    return quantile(p, call->in[0], (int)call->param[0], 0.5, out);
}

/* ---- Hurst's exponent ---- */

/* The standard deviation of log x[t] - log x[t - lag] grows as lag^H: the slope of its
 * logarithm over lags of 1, 2, 4, 8 and 16, by least squares.  Deviations below 1e-12
 * count as that, so that every price has one. */
static pen_status emit_hurst(ind_program *p, const ind_call *call, ind_value *out)
{
    enum { LAGS = 5, MIDDLE = LAGS / 2 };
    const double least = 1e-12;
    int window = (int)call->param[0];
    ind_value x, slope = { 0 }, change, moments[2], sd, half;
    PEN_TRY(ind_point1(p, IND_LOG, call->in[0], 0, 0, &x));
    for (int i = 0; i < LAGS; i++) {
        double weight = (i - MIDDLE) / (10 * log(2)); /* 10 = 4 + 1 + 0 + 1 + 4 */
        if (i == MIDDLE)
            continue;
        PEN_TRY(ind_change(p, x, 1 << i, &change));
        PEN_TRY(ind_mean_stdev(p, change, window, moments));
        PEN_TRY(ind_point1(p, IND_CLAMP, moments[1], least, 1e38, &sd));
        PEN_TRY(ind_point1(p, IND_LOG, sd, 0, 0, &change));
        if (i == 0)
            PEN_TRY(ind_affine(p, change, weight, 0, &slope));
        else
            PEN_TRY(ind_point2(p, IND_BLEND, slope, change, weight, 0, &slope));
    }
    PEN_TRY(ind_affine(p, sd, 0, 0.5, &half));
    PEN_TRY(ind_affine(p, sd, 1, -2 * least, &sd));
    return ind_point3(p, IND_SELECT, sd, slope, half, out);
}

/* ---- The entries ---- */

static const ind_entry entries[] = {
    IND_ENTRY("statistic", "max", "Highest value", "highest of the last `period` values",
              "TA-Lib MAX", emit_highest, IND_ON("close"), IND_PARAMS(IND_PERIOD(30, 2)),
              IND_GIVES_ONE),
    IND_ENTRY("statistic", "maxindex", "Bar of the highest value",
              "number of the bar, from the series' first as 0, with the highest of the last "
              "`period` values; of equal ones the newest",
              "TA-Lib MAXINDEX", emit_maxindex, IND_ON("close"), IND_PARAMS(IND_PERIOD(30, 2)),
              IND_GIVES_ONE),
    IND_ENTRY("statistic", "min", "Lowest value", "lowest of the last `period` values",
              "TA-Lib MIN", emit_lowest, IND_ON("close"), IND_PARAMS(IND_PERIOD(30, 2)),
              IND_GIVES_ONE),
    IND_ENTRY("statistic", "minindex", "Bar of the lowest value",
              "number of the bar, from the series' first as 0, with the lowest of the last "
              "`period` values; of equal ones the newest",
              "TA-Lib MININDEX", emit_minindex, IND_ON("close"), IND_PARAMS(IND_PERIOD(30, 2)),
              IND_GIVES_ONE),
    IND_ENTRY("statistic", "minmax", "Lowest and highest value",
              "min and max of the last `period` values", "TA-Lib MINMAX", emit_minmax,
              IND_ON("close"), IND_PARAMS(IND_PERIOD(30, 2)), IND_GIVES("min", "max")),
    IND_ENTRY("statistic", "minmaxindex", "Bars of the lowest and highest value",
              "minindex and maxindex", "TA-Lib MINMAXINDEX", emit_minmaxindex, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(30, 2)), IND_GIVES("minidx", "maxidx")),
    IND_ENTRY("statistic", "sum", "Sum", "sum of the last `period` values", "TA-Lib SUM", emit_sum,
              IND_ON("close"), IND_PARAMS(IND_PERIOD(30, 2)), IND_GIVES_ONE),

    IND_ENTRY("statistic", "avgdev", "Mean absolute deviation",
              "mean |x - mean| of the last `period` values; takes time in proportion to it",
              "TA-Lib AVGDEV", emit_avgdev, IND_ON("close"), IND_PARAMS(IND_PERIOD(14, 2)),
              IND_GIVES_ONE),
    IND_ENTRY("statistic", "stddev", "Standard deviation",
              "nbdev times the population standard deviation of the last `period` values",
              "TA-Lib STDDEV", emit_stddev, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(5, 2), IND_REAL("nbdev", 1, -3e37, 3e37)), IND_GIVES_ONE),
    IND_ENTRY("statistic", "var", "Variance",
              "population variance of the last `period` values; nbdev has no effect", "TA-Lib VAR",
              emit_var, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(5, 1), IND_REAL("nbdev", 1, -3e37, 3e37)), IND_GIVES_ONE),
    IND_ENTRY("statistic", "stderr", "Standard error", "stddev / sqrt(period)",
              "Tulip Indicators stderr", emit_stderr, IND_ON("close"),
              IND_PARAMS(IND_PERIOD(20, 1)), IND_GIVES_ONE),
    IND_ENTRY("statistic", "zscore", "Standard score",
              "(x - mean) / stddev of the last `period` values; 0 where they are the same",
              "definition", emit_zscore, IND_ON("close"), IND_PARAMS(IND_PERIOD(20, 2)),
              IND_GIVES_ONE),
    IND_ENTRY("statistic", "skew", "Skewness",
              "mean ((x - mean) / stddev)^3 of the last `period` values; 0 where they are the "
              "same; takes time in proportion to period",
              "Pearson's moment coefficient g1", emit_skew, IND_ON("close"),
              IND_PARAMS(IND_COUNT("period", 20, 2, 10000)), IND_GIVES_ONE),
    IND_ENTRY("statistic", "kurtosis", "Excess kurtosis",
              "mean ((x - mean) / stddev)^4 - 3 of the last `period` values; 0 where they are the "
              "same; takes time in proportion to period",
              "Pearson (1905), g2", emit_kurtosis, IND_ON("close"),
              IND_PARAMS(IND_COUNT("period", 20, 2, 10000)), IND_GIVES_ONE),

    IND_ENTRY("statistic", "correl", "Pearson's correlation coefficient",
              "sum (x - mean x)(y - mean y) / (n stdev x stdev y) over the last `period` "
              "values; 0 where one of them does not move",
              "Pearson (1895); TA-Lib CORREL", emit_correl, IND_ON("high", "low"),
              IND_PARAMS(IND_PERIOD(30, 1)), IND_GIVES_ONE),
    IND_ENTRY("statistic", "covar", "Covariance",
              "mean (x - mean x)(y - mean y) over the last `period` values", "definition",
              emit_covar, IND_ON("high", "low"), IND_PARAMS(IND_PERIOD(30, 1)), IND_GIVES_ONE),
    IND_ENTRY("statistic", "autocorr", "Autocorrelation",
              "correl of x and x `lag` bars before over the last `period` values", "definition",
              emit_autocorr, IND_ON("close"), IND_PARAMS(IND_PERIOD(30, 2), IND_BARS("lag", 1, 1)),
              IND_GIVES_ONE),
    IND_ENTRY("statistic", "beta", "Beta",
              "covariance of the returns of both over the variance of x's, over the last "
              "`period` returns; 0 where x does not move; a return on a price of 0 counts as 0",
              "TA-Lib BETA", emit_beta, IND_ON("high", "low"), IND_PARAMS(IND_PERIOD(5, 1)),
              IND_GIVES_ONE),

    IND_ENTRY("statistic", "linearreg", "Linear regression",
              "value at the newest bar of the least-squares line through the last `period` "
              "values",
              "TA-Lib LINEARREG", emit_linearreg, IND_ON("close"), IND_PARAMS(IND_PERIOD(14, 2)),
              IND_GIVES_ONE),
    IND_ENTRY("statistic", "linearreg_slope", "Slope of the linear regression",
              "change a bar of the line of linearreg", "TA-Lib LINEARREG_SLOPE", emit_slope,
              IND_ON("close"), IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY("statistic", "linearreg_angle", "Angle of the linear regression",
              "atan of linearreg_slope in degrees", "TA-Lib LINEARREG_ANGLE", emit_angle,
              IND_ON("close"), IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY("statistic", "linearreg_intercept", "Intercept of the linear regression",
              "value of the line of linearreg at the oldest bar", "TA-Lib LINEARREG_INTERCEPT",
              emit_intercept, IND_ON("close"), IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY("statistic", "linearreg_r2", "Coefficient of determination",
              "share of the last `period` values' variance that the line of linearreg explains; "
              "0 where they are the same",
              "definition", emit_rsquared, IND_ON("close"), IND_PARAMS(IND_PERIOD(14, 2)),
              IND_GIVES_ONE),
    IND_ENTRY("statistic", "linearreg_residual", "Detrended value", "x - linearreg", "definition",
              emit_residual, IND_ON("close"), IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),
    IND_ENTRY("statistic", "tsf", "Time series forecast",
              "value of the line of linearreg at the next bar", "TA-Lib TSF", emit_tsf,
              IND_ON("close"), IND_PARAMS(IND_PERIOD(14, 2)), IND_GIVES_ONE),

    IND_ENTRY("statistic", "median", "Median",
              "middle of the last `period` values in order, or the mean of the middle two; takes "
              "time in proportion to period",
              "definition", emit_median, IND_ON("close"),
              IND_PARAMS(IND_COUNT("period", 20, 1, 10000)), IND_GIVES_ONE),
    IND_ENTRY("statistic", "quantile", "Quantile",
              "of the last `period` values in order the one at q (period - 1), interpolated "
              "linearly; takes time in proportion to period",
              "Hyndman & Fan (1996), definition 7", emit_quantile, IND_ON("close"),
              IND_PARAMS(IND_COUNT("period", 20, 1, 10000), IND_REAL("q", 0.5, 0, 1)),
              IND_GIVES_ONE),
    IND_ENTRY("statistic", "rank", "Rank",
              "place of x among the last `period` values over period, equal values sharing "
              "their places; takes time in proportion to period",
              "pandas rolling rank(pct=True)", emit_rank, IND_ON("close"),
              IND_PARAMS(IND_COUNT("period", 20, 2, 10000)), IND_GIVES_ONE),
    IND_ENTRY("statistic", "percentrank", "Percent rank",
              "per cent of the `period` values before that are not above x; takes time in "
              "proportion to period",
              "TradingView ta.percentrank", emit_percentrank, IND_ON("close"),
              IND_PARAMS(IND_COUNT("period", 100, 1, 10000)), IND_GIVES_ONE),
    IND_ENTRY("statistic", "hurst", "Hurst exponent",
              "slope of log stddev(log x[t] - log x[t - lag]) over log lag, lags 1, 2, 4, 8, 16, "
              "over the last `period` changes each; 0.5 where x does not move",
              "Mandelbrot & Van Ness (1968): changes over a lag grow as lag^H", emit_hurst,
              IND_ON("close"), IND_PARAMS(IND_PERIOD(100, 2)), IND_GIVES_ONE),
};

const ind_family ind_statistic_family = { entries, PEN_COUNT(entries) };
