/* Profiles: every way in which they differ, against the definition computed straight from
 * the prices; values of the other programs themselves are compared in test_peer_tulip.c. */
#include "indicator_check.h"

enum { POINTS = 300 };

static pen_device *cpu;
static pen_queue *queue;

/* ---- References ---- */

static void none(double *out, int n)
{
    for (int t = 0; t < n; t++)
        out[t] = NAN;
}

/* x[t] averaged with factor alpha from t = from on: a mean of `seed` values, then a recursion. */
static int smooth(const double *x, int from, int n, int seed, double alpha, double *out)
{
    wide e = 0;
    int first = from + seed - 1;
    for (int t = from; t < n; t++) {
        e = t <= first ? e + (wide)x[t] / seed : e + alpha * (x[t] - e);
        out[t] = t < first ? NAN : (double)e;
    }
    return first;
}

static double range_at(const ref_in *in, int t)
{
    double range = in->high[t] - in->low[t];
    if (t == 0)
        return range;
    return fmax(range,
                fmax(fabs(in->high[t] - in->close[t - 1]), fabs(in->low[t] - in->close[t - 1])));
}

/* First value, no mean; shown at once. */
static void ref_ema(const ref_in *in, const double *params, double *const *out)
{
    smooth(in->close, 0, in->n, 1, 2 / (params[0] + 1), out[0]);
}

/* Each average starts as the value of the one before on bar period - 1 after its start. */
static void ref_tema(const ref_in *in, const double *params, double *const *out)
{
    int later = (int)params[0] - 1;
    double e[3][POINTS], alpha = 2 / (params[0] + 1);
    smooth(in->close, 0, in->n, 1, alpha, e[0]);
    smooth(e[0], later, in->n, 1, alpha, e[1]);
    smooth(e[1], 2 * later, in->n, 1, alpha, e[2]);
    for (int t = 3 * later; t < in->n; t++)
        out[0][t] = 3 * e[0][t] - 3 * e[1][t] + e[2][t];
}

static void ref_dema(const ref_in *in, const double *params, double *const *out)
{
    int later = (int)params[0] - 1;
    double e[2][POINTS], alpha = 2 / (params[0] + 1);
    smooth(in->close, 0, in->n, 1, alpha, e[0]);
    smooth(e[0], later, in->n, 1, alpha, e[1]);
    for (int t = 2 * later; t < in->n; t++)
        out[0][t] = 2 * e[0][t] - e[1][t];
}

/* All three lines from `shown` on. */
static void macd_lines(const ref_in *in, const double *fast, const double *slow, int first,
                       int seed, double signal, double *const *out)
{
    double line[POINTS], smoothed[POINTS];
    for (int t = first; t < in->n; t++)
        line[t] = fast[t] - slow[t];
    int shown = smooth(line, first, in->n, seed, 2 / (signal + 1), smoothed);
    for (int t = shown; t < in->n; t++) {
        out[0][t] = line[t];
        out[1][t] = smoothed[t];
        out[2][t] = line[t] - smoothed[t];
    }
}

/* TradingView: every average is seeded with its own first values. */
static void ref_macd_own(const ref_in *in, const double *p, double *const *out)
{
    double fast[POINTS], slow[POINTS];
    smooth(in->close, 0, in->n, (int)p[0], 2 / (p[0] + 1), fast);
    int first = smooth(in->close, 0, in->n, (int)p[1], 2 / (p[1] + 1), slow);
    macd_lines(in, fast, slow, first, (int)p[2], p[2], out);
}

/* Tulip: from first values, and factors of its own for 12 and 26. */
static void ref_macd_tulip(const ref_in *in, const double *p, double *const *out)
{
    double fast[POINTS], slow[POINTS];
    bool is_usual = p[0] == 12 && p[1] == 26;
    smooth(in->close, 0, in->n, 1, is_usual ? 0.15 : 2 / (p[0] + 1), fast);
    smooth(in->close, 0, in->n, 1, is_usual ? 0.075 : 2 / (p[1] + 1), slow);
    macd_lines(in, fast, slow, (int)p[1] - 1, 1, p[2], out);
}

static void ref_apo(const ref_in *in, const double *p, double *const *out)
{
    double fast[POINTS], slow[POINTS];
    smooth(in->close, 0, in->n, 1, 2 / (p[0] + 1), fast);
    smooth(in->close, 0, in->n, 1, 2 / (p[1] + 1), slow);
    for (int t = 1; t < in->n; t++)
        out[0][t] = fast[t] - slow[t];
}

static void ref_ppo(const ref_in *in, const double *p, double *const *out)
{
    double slow[POINTS];
    ref_apo(in, p, out);
    smooth(in->close, 0, in->n, 1, 2 / (p[1] + 1), slow);
    for (int t = 1; t < in->n; t++)
        out[0][t] *= 100 / slow[t];
}

static void ref_trange(const ref_in *in, const double *params, double *const *out)
{
    (void)params;
    for (int t = 0; t < in->n; t++)
        out[0][t] = range_at(in, t);
}

static void ref_atr(const ref_in *in, const double *params, double *const *out)
{
    double range[POINTS];
    for (int t = 0; t < in->n; t++)
        range[t] = range_at(in, t);
    smooth(range, 0, in->n, (int)params[0], 1 / params[0], out[0]);
}

static void ref_natr(const ref_in *in, const double *params, double *const *out)
{
    ref_atr(in, params, out);
    for (int t = 0; t < in->n; t++)
        out[0][t] *= 100 / in->close[t];
}

static void ref_choppiness(const ref_in *in, const double *params, double *const *out)
{
    int period = (int)params[0];
    for (int t = period - 1; t < in->n; t++) {
        double sum = 0, top = -INFINITY, bottom = INFINITY;
        for (int k = t - period + 1; k <= t; k++) {
            sum += range_at(in, k);
            top = fmax(top, in->high[k]);
            bottom = fmin(bottom, in->low[k]);
        }
        out[0][t] = 100 * log10(sum / (top - bottom)) / log10(period);
    }
}

/* Directional indicators out[0], out[1] of TradingView: averages of movement and range. */
static int directions(const ref_in *in, int period, double di[2][POINTS])
{
    double move[2][POINTS], range[POINTS], mean[POINTS];
    int first = period;
    for (int t = 1; t < in->n; t++) {
        double up = in->high[t] - in->high[t - 1], down = in->low[t - 1] - in->low[t];
        move[0][t] = up > down && up > 0 ? up : 0;
        move[1][t] = down > up && down > 0 ? down : 0;
        range[t] = range_at(in, t);
    }
    smooth(range, 1, in->n, period, 1.0 / period, mean);
    for (int side = 0; side < 2; side++) {
        first = smooth(move[side], 1, in->n, period, 1.0 / period, di[side]);
        for (int t = first; t < in->n; t++)
            di[side][t] *= 100 / mean[t];
    }
    return first;
}

static void ref_plus_di(const ref_in *in, const double *params, double *const *out)
{
    double di[2][POINTS];
    for (int t = directions(in, (int)params[0], di); t < in->n; t++)
        out[0][t] = di[0][t];
}

static void ref_adx(const ref_in *in, const double *params, double *const *out)
{
    double di[2][POINTS], dx[POINTS];
    int period = (int)params[0], first = directions(in, period, di);
    for (int t = first; t < in->n; t++) {
        double sum = di[0][t] + di[1][t];
        dx[t] = 100 * fabs(di[0][t] - di[1][t]) / (sum == 0 ? 1 : sum);
    }
    smooth(dx, first, in->n, period, 1 / params[0], out[0]);
}

/* Tulip: sums of period - 1 movements, shown at once. */
static void ref_dx_tulip(const ref_in *in, const double *params, double *const *out)
{
    int period = (int)params[0];
    wide sum[2] = { 0, 0 };
    for (int t = 1; t < in->n; t++) {
        double up = in->high[t] - in->high[t - 1], down = in->low[t - 1] - in->low[t];
        for (int side = 0; side < 2; side++) {
            if (t >= period)
                sum[side] -= sum[side] / period;
            if (side == 0 && up > down && up > 0)
                sum[0] += up;
            if (side == 1 && down > up && down > 0)
                sum[1] += down;
        }
        if (t >= period - 1)
            out[0][t] = (double)(100 * fabsl(sum[0] - sum[1]) / (sum[0] + sum[1]));
    }
}

static void ref_kama(const ref_in *in, const double *params, double *const *out)
{
    int period = (int)params[0];
    double k = in->n >= period ? in->close[period - 1] : 0;
    for (int t = period - 1; t < in->n; t++) {
        double way = 0;
        for (int i = t - period + 1; t >= period && i <= t; i++)
            way += fabs(in->close[i] - in->close[i - 1]);
        if (t >= period) {
            double ratio = fabs(in->close[t] - in->close[t - period]) / way;
            double a = 2.0 / 31 + (2.0 / 3 - 2.0 / 31) * ratio;
            k += a * a * (in->close[t] - k);
        }
        out[0][t] = k;
    }
}

static void ref_cmo(const ref_in *in, const double *params, double *const *out)
{
    int period = (int)params[0];
    for (int t = period; t < in->n; t++) {
        double up = 0, down = 0;
        for (int k = t - period + 1; k <= t; k++) {
            double change = in->close[k] - in->close[k - 1];
            *(change >= 0 ? &up : &down) += fabs(change);
        }
        out[0][t] = 100 * (up - down) / (up + down);
    }
}

static void ref_cci(const ref_in *in, const double *params, double *const *out)
{
    int period = (int)params[0];
    for (int t = 2 * period - 2; t < in->n; t++) {
        double mean = 0, deviation = 0, x = 0;
        for (int pass = 0; pass < 2; pass++)
            for (int k = t - period + 1; k <= t; k++) {
                x = (in->high[k] + in->low[k] + in->close[k]) / 3;
                mean += pass == 0 ? x / period : 0;
                deviation += pass == 1 ? fabs(x - mean) / period : 0;
            }
        out[0][t] = (x - mean) / (0.015 * deviation);
    }
}

static void ref_obv(const ref_in *in, const double *params, double *const *out)
{
    double sum = 0;
    (void)params;
    for (int t = 0; t < in->n; t++) {
        double change = t > 0 ? in->close[t] - in->close[t - 1] : 0;
        sum += change > 0 ? in->volume[t] : change < 0 ? -in->volume[t] : 0;
        out[0][t] = sum;
    }
}

static void ref_roc(const ref_in *in, const double *params, double *const *out)
{
    int period = (int)params[0];
    for (int t = period; t < in->n; t++)
        out[0][t] = (in->close[t] - in->close[t - period]) / in->close[t - period];
}

/* Three averages in a row, seeded with means of `seed` values. */
static int triple(const double *x, int n, int period, int seed, double *out)
{
    double e[2][POINTS], alpha = 2.0 / (period + 1);
    smooth(x, 0, n, seed, alpha, e[0]);
    smooth(e[0], period - 1, n, seed, alpha, e[1]);
    smooth(e[1], 2 * (period - 1), n, seed, alpha, out);
    return 3 * (period - 1);
}

static void ref_trix_logs(const ref_in *in, const double *params, double *const *out)
{
    double logs[POINTS], e[POINTS];
    int period = (int)params[0];
    for (int t = 0; t < in->n; t++)
        logs[t] = log(in->close[t]);
    for (int t = triple(logs, in->n, period, period, e) + 1; t < in->n; t++)
        out[0][t] = 10000 * (e[t] - e[t - 1]);
}

static void ref_trix_new(const ref_in *in, const double *params, double *const *out)
{
    double e[POINTS];
    for (int t = triple(in->close, in->n, (int)params[0], 1, e) + 1; t < in->n; t++)
        out[0][t] = 100 * (e[t] - e[t - 1]) / e[t];
}

static double mean_of(const double *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += x[i] / n;
    return sum;
}

/* Place of the rsi in its range, averaged twice. */
static void ref_stochrsi(const ref_in *in, const double *p, double *const *out)
{
    double up[POINTS], down[POINTS], rsi[POINTS], place[POINTS], k[POINTS];
    int period = (int)p[0], window = (int)p[1], smoothing = (int)p[2];
    int first = period + window - 1;
    for (int t = 1; t < in->n; t++) {
        up[t] = fmax(in->close[t] - in->close[t - 1], 0);
        down[t] = fmax(in->close[t - 1] - in->close[t], 0);
    }
    smooth(up, 1, in->n, period, 1.0 / period, up);
    smooth(down, 1, in->n, period, 1.0 / period, down);
    for (int t = period; t < in->n; t++)
        rsi[t] = 100 - 100 / (1 + up[t] / down[t]);
    for (int t = first; t < in->n; t++) {
        double top = -INFINITY, bottom = INFINITY;
        for (int i = t - window + 1; i <= t; i++) {
            top = fmax(top, rsi[i]);
            bottom = fmin(bottom, rsi[i]);
        }
        place[t] = 100 * (rsi[t] - bottom) / (top - bottom);
    }
    for (int t = first + smoothing - 1; t < in->n; t++)
        k[t] = mean_of(place + t - smoothing + 1, smoothing);
    for (int t = first + 2 * (smoothing - 1); t < in->n; t++) {
        out[0][t] = k[t];
        out[1][t] = mean_of(k + t - smoothing + 1, smoothing);
    }
}

/* ---- Tests ---- */

static const struct {
    pen_profile profile;
    reference ref;
} rows[] = {
    { PEN_PROFILE_TULIP, { "ema:7", { 7 }, ref_ema, 1e-12, 0 } },
    { PEN_PROFILE_TULIP, { "dema:7", { 7 }, ref_dema, 1e-12, 0 } },
    { PEN_PROFILE_TULIP, { "tema:7", { 7 }, ref_tema, 1e-12, 0 } },
    { PEN_PROFILE_TULIP, { "macd", { 12, 26, 9 }, ref_macd_tulip, 1e-10, 0 } },
    { PEN_PROFILE_TULIP, { "macd:5,13,4", { 5, 13, 4 }, ref_macd_tulip, 1e-10, 0 } },
    { PEN_PROFILE_TULIP, { "apo:5,9", { 5, 9 }, ref_apo, 1e-10, 0 } },
    { PEN_PROFILE_TULIP, { "ppo:5,9", { 5, 9 }, ref_ppo, 1e-10, 0 } },
    { PEN_PROFILE_TULIP, { "trange", { 0 }, ref_trange, 1e-12, 0 } },
    { PEN_PROFILE_TULIP, { "atr:6", { 6 }, ref_atr, 1e-12, 0 } },
    { PEN_PROFILE_TULIP, { "natr:6", { 6 }, ref_natr, 1e-12, 0 } },
    { PEN_PROFILE_TULIP, { "dx:6", { 6 }, ref_dx_tulip, 1e-11, 0 } },
    { PEN_PROFILE_TULIP, { "kama:8", { 8 }, ref_kama, 1e-12, 0 } },
    { PEN_PROFILE_TULIP, { "cmo:8", { 8 }, ref_cmo, 1e-10, 0 } },
    { PEN_PROFILE_TULIP, { "cci:8", { 8 }, ref_cci, 1e-10, 0 } },
    { PEN_PROFILE_TULIP, { "obv", { 0 }, ref_obv, 1e-12, 0 } },
    { PEN_PROFILE_TULIP, { "roc:8", { 8 }, ref_roc, 1e-12, 0 } },
    { PEN_PROFILE_TULIP, { "trix:5", { 5 }, ref_trix_new, 1e-9, 0 } },
    { PEN_PROFILE_TRADINGVIEW, { "macd:5,13,4", { 5, 13, 4 }, ref_macd_own, 1e-10, 0 } },
    { PEN_PROFILE_TRADINGVIEW, { "atr:6", { 6 }, ref_atr, 1e-12, 0 } },
    { PEN_PROFILE_TRADINGVIEW, { "choppiness:6", { 6 }, ref_choppiness, 1e-10, 0 } },
    { PEN_PROFILE_TRADINGVIEW, { "plus_di:6", { 6 }, ref_plus_di, 1e-11, 0 } },
    { PEN_PROFILE_TRADINGVIEW, { "adx:6", { 6 }, ref_adx, 1e-11, 0 } },
    { PEN_PROFILE_TRADINGVIEW, { "cmo:8", { 8 }, ref_cmo, 1e-10, 0 } },
    { PEN_PROFILE_TRADINGVIEW, { "trix:5", { 5 }, ref_trix_logs, 1e-9, 0 } },
    { PEN_PROFILE_TRADINGVIEW, { "stochrsi:6,5,3", { 6, 5, 3 }, ref_stochrsi, 1e-9, 0 } },
};

static void check_row(pen_profile profile, const reference *ref, const bars *b)
{
    pen_plan_options options = pen_plan_options_default();
    double *want[PEN_INDICATOR_MAX_OUTPUTS], got[PEN_INDICATOR_MAX_OUTPUTS * POINTS];
    pen_plan *plan;
    options.profile = profile;
    CHECK_OK(pen_plan_create_with(ref->call, &options, &plan));
    CHECK_OK(run_compiled(queue, plan, PEN_F64, b, got));
    size_t n_out = pen_plan_output_count(plan);
    ref_in in = { b->wide[OPEN],  b->wide[HIGH],   b->wide[LOW],
                  b->wide[CLOSE], b->wide[VOLUME], (int)b->n_points };
    for (size_t o = 0; o < n_out; o++) {
        want[o] = calloc(POINTS, sizeof **want);
        none(want[o], POINTS);
    }
    ref->fn(&in, ref->params, want);
    for (size_t o = 0; o < n_out; o++) {
        char label[96];
        snprintf(label, sizeof label, "%s %s", pen_profile_name(profile), pen_plan_output(plan, o));
        check_output(label, got + o * b->n_points, PEN_F64, want[o], b->n_points, ref->tol);
        size_t lookback = pen_plan_lookback(plan, o);
        CHECK(lookback >= b->n_points ||
              (!isnan(want[o][lookback]) && (lookback == 0 || isnan(want[o][lookback - 1]))));
        free(want[o]);
    }
    pen_plan_destroy(plan);
}

static void every_difference_is_as_defined(void)
{
    static const size_t points[] = { 1, 2, 7, 40, POINTS };
    for (size_t p = 0; p < COUNT(points); p++) {
        bars b = make_bars(1, points[p], 31);
        for (size_t r = 0; r < COUNT(rows); r++)
            check_row(rows[r].profile, &rows[r].ref, &b);
        free_bars(&b);
    }
}

/* The text of the call with every parameter given. */
static void in_full(const pen_indicator *about, pen_profile profile, char text[256])
{
    snprintf(text, 256, "%s", about->name);
    for (size_t i = 0; i < about->n_params; i++)
        snprintf(text + strlen(text), 256 - strlen(text), "%c%.17g", i == 0 ? ':' : ',',
                 pen_profile_fallback(profile, about, i));
}

static void defaults_are_those_of_the_profile(void)
{
    static const struct {
        pen_profile profile;
        const char *name;
        size_t param;
        double value;
    } known[] = {
        { PEN_PROFILE_TALIB_06, "bbands", 0, 5 },
        { PEN_PROFILE_TALIB_06, "ppo", 2, 0 },
        { PEN_PROFILE_TALIB_08, "bbands", 0, 20 },
        { PEN_PROFILE_TALIB_08, "ppo", 2, 1 },
        { PEN_PROFILE_TALIB_08, "apo", 2, 1 },
        { PEN_PROFILE_TRADINGVIEW, "bbands", 0, 20 },
        { PEN_PROFILE_TRADINGVIEW, "cci", 0, 20 },
        { PEN_PROFILE_TRADINGVIEW, "stoch", 0, 14 },
        { PEN_PROFILE_TRADINGVIEW, "stoch", 1, 1 },
        { PEN_PROFILE_TULIP, "apo", 2, 1 },
        { PEN_PROFILE_TRADINGVIEW, "envelope", 1, 10 },
        { PEN_PROFILE_TULIP, "bbands", 0, 5 },
    };
    bars b = make_bars(1, POINTS, 32);
    for (size_t i = 0; i < COUNT(known); i++) {
        const pen_indicator *about = pen_indicator_find(known[i].name);
        char text[256], short_label[96];
        pen_plan_options options = pen_plan_options_default();
        double *out[2];
        options.profile = known[i].profile;
        CHECK(pen_profile_fallback(known[i].profile, about, known[i].param) == known[i].value);
        in_full(about, known[i].profile, text);
        for (int full = 0; full < 2; full++) {
            pen_plan *plan;
            CHECK_OK(pen_plan_create_with(full ? text : about->name, &options, &plan));
            out[full] = calloc(about->n_outputs * POINTS, sizeof *out[full]);
            CHECK_OK(run_compiled(queue, plan, PEN_F64, &b, out[full]));
            pen_plan_destroy(plan);
        }
        snprintf(short_label, sizeof short_label, "%.90s", text);
        check_output(short_label, out[0], PEN_F64, out[1], about->n_outputs * POINTS, 0);
        free(out[0]);
        free(out[1]);
    }
    free_bars(&b);
}

static const char all_that_differ[] =
    "ema:7 dema:5 macd apo ppo trange atr:6 natr:6 choppiness:6 dx:6 adx:6 plus_di:6 kama:8 cmo:8 "
    "cci:8 obv roc:8 trix:5 stochrsi:6 supertrend keltner";

/* Bar by bar, against one run. */
static void check_stream(const char *text, size_t n)
{
    bars b = make_bars(1, n, 33);
    for (int profile = 0; profile < PEN_PROFILE_COUNT; profile++) {
        pen_plan_options options = pen_plan_options_default();
        pen_plan *plan;
        options.profile = (pen_profile)profile;
        CHECK_OK(pen_plan_create_with(text, &options, &plan));
        check_stream_is_run(queue, plan, &b);
        pen_plan_destroy(plan);
    }
    free_bars(&b);
}

static void streams_give_what_a_run_gives(void)
{
    check_stream(all_that_differ, POINTS);
}

/* A run of this length is cut into chunks, which warm up on the bars before them. */
static void chunks_give_what_a_stream_gives(void)
{
    check_stream("trange atr:6 ema:7 dx:6 macd:5,13,4 cmo:8 trix:5 choppiness:6", 20000);
}

typedef struct same_input {
    bars b;
    pen_dtype dtype;
    pen_profile profile;
} same_input;

static pen_status run_profile(pen_queue *on, void *context, void *out)
{
    const same_input *in = context;
    pen_plan_options options = pen_plan_options_default();
    pen_plan *plan;
    options.profile = in->profile;
    PEN_TRY(pen_plan_create_with(all_that_differ, &options, &plan));
    pen_status s = run_compiled(on, plan, in->dtype, &in->b, out);
    pen_plan_destroy(plan);
    return s;
}

static void bits_are_the_same_on_every_device(void)
{
    pen_plan *plan;
    CHECK_OK(pen_plan_create(all_that_differ, &plan));
    size_t n_out = pen_plan_output_count(plan);
    pen_plan_destroy(plan);
    for (int profile = PEN_PROFILE_TRADINGVIEW; profile < PEN_PROFILE_COUNT; profile++)
        for (int d = 0; d < 2; d++) {
            same_input in = { make_bars(3, 200, 34), (pen_dtype)d, (pen_profile)profile };
            matrix_check_same_reals(pen_profile_name(in.profile), run_profile, &in, in.dtype,
                                    n_out * 3 * 200);
            free_bars(&in.b);
        }
}

static void unknown_profiles_are_refused(void)
{
    pen_plan_options options = pen_plan_options_default();
    pen_plan *plan;
    options.profile = PEN_PROFILE_COUNT;
    CHECK_STATUS(pen_plan_create_with("sma", &options, &plan), PEN_E_ARG);
    CHECK_ERROR_SAYS("profile is 4, expected a pen_profile");
    CHECK(pen_profile_name(PEN_PROFILE_COUNT) == NULL);
    CHECK_TEXT(pen_profile_name(PEN_PROFILE_TALIB_06), "talib-0.6");
}

static const check_test tests[] = {
    TEST(every_difference_is_as_defined),    TEST(defaults_are_those_of_the_profile),
    TEST(streams_give_what_a_run_gives),     TEST(chunks_give_what_a_stream_gives),
    TEST(bits_are_the_same_on_every_device), TEST(unknown_profiles_are_refused),
};

int main(int argc, char **argv)
{
    CHECK_OK(pen_device_open("cpu", &cpu));
    CHECK_OK(pen_queue_create(cpu, &queue));
    int code = check_main_(tests, COUNT(tests), argc, argv);
    pen_queue_destroy(queue);
    pen_device_close(cpu);
    return code;
}
