/* Trend followers against plain step-by-step references, and what they promise. */
#include "indicator_check.h"

static pen_device *cpu;
static pen_queue *cpu_queue;

/* ---- Parabolic stop and reverse, the two sides written out ---- */

static wide clamp_under(wide s, const double *low, int t, int first)
{
    return fminl(s, fminl(low[t], low[t > first ? t - 1 : t]));
}

static wide clamp_over(wide s, const double *high, int t, int first)
{
    return fmaxl(s, fmaxl(high[t], high[t > first ? t - 1 : t]));
}

/* p: start, offset, then first, further and greatest acceleration, long and short. */
static void ref_parabolic(const ref_in *in, const double *p, bool is_signed, double *out)
{
    const double *high = in->high, *low = in->low;
    if (in->n < 2)
        return;
    double down = low[0] - low[1], up = high[1] - high[0];
    bool is_long = p[0] == 0 ? !(down > 0 && up < down) : p[0] > 0;
    double s = p[0] != 0 ? fabs(p[0]) : is_long ? low[0] : high[0];
    double best = is_long ? high[1] : low[1], a = is_long ? fmin(p[2], p[4]) : fmin(p[5], p[7]);
    for (int t = 1; t < in->n; t++) {
        if (is_long ? low[t] <= s : high[t] >= s) {
            is_long = !is_long;
            s = (double)(is_long ? clamp_under(best, low, t, 1) : clamp_over(best, high, t, 1));
            s += is_long ? -s * p[1] : s * p[1];
            a = is_long ? fmin(p[2], p[4]) : fmin(p[5], p[7]);
            best = is_long ? high[t] : low[t];
            out[t] = is_signed && !is_long ? -s : s;
        } else {
            out[t] = is_signed && !is_long ? -s : s;
            if (is_long ? high[t] > best : low[t] < best) {
                best = is_long ? high[t] : low[t];
                a = is_long ? fmin(a + fmin(p[3], p[4]), p[4]) : fmin(a + fmin(p[6], p[7]), p[7]);
            }
        }
        s = s + a * (best - s);
        s = (double)(is_long ? clamp_under(s, low, t, 1) : clamp_over(s, high, t, 1));
    }
}

static void ref_sar(const ref_in *in, const double *p, double *const *out)
{
    double k[8] = { 0, 0, p[0], p[0], p[1], p[0], p[0], p[1] };
    ref_parabolic(in, k, false, out[0]);
}

static void ref_sarext(const ref_in *in, const double *p, double *const *out)
{
    ref_parabolic(in, p, true, out[0]);
}

/* ---- Stops ---- */

/* Wilder's average true range, NaN before its first value. */
static wide *ref_atr(const ref_in *in, int period)
{
    int n = in->n;
    wide *range = calloc((size_t)n + 1, sizeof *range), *out = calloc((size_t)n + 1, sizeof *out);
    for (int t = 1; t < n; t++)
        range[t] = fmaxl((wide)in->high[t] - in->low[t],
                         fmaxl(fabsl((wide)in->high[t] - in->close[t - 1]),
                               fabsl((wide)in->low[t] - in->close[t - 1])));
    ref_average(range, n, period, period, 1.0L / period, out);
    free(range);
    return out;
}

static void ref_supertrend(const ref_in *in, const double *p, double *const *out)
{
    wide *atr = ref_atr(in, (int)p[0]), upper = 0, lower = 0;
    int start = (int)p[0];
    bool is_up = false;
    for (int t = start; t < in->n; t++) {
        wide middle = ((wide)in->high[t] + in->low[t]) / 2;
        wide over = middle + p[1] * atr[t], under = middle - p[1] * atr[t];
        if (t == start || over < upper || in->close[t - 1] > upper)
            upper = over;
        if (t == start || under > lower || in->close[t - 1] < lower)
            lower = under;
        if (t > start)
            is_up = is_up ? in->close[t] >= lower : in->close[t] > upper;
        out[0][t] = (double)(is_up ? lower : upper);
        out[1][t] = is_up ? 1 : -1;
    }
    free(atr);
}

static void ref_atr_stop(const ref_in *in, const double *p, double *const *out)
{
    wide *atr = ref_atr(in, (int)p[0]), stop = 0;
    int start = (int)p[0];
    for (int t = start; t < in->n; t++) {
        wide close = in->close[t], gap = p[1] * atr[t];
        if (t == start)
            stop = close - gap;
        else if (close > stop)
            stop = in->close[t - 1] > stop ? fmaxl(stop, close - gap) : close - gap;
        else
            stop = in->close[t - 1] < stop && close < stop ? fminl(stop, close + gap) : close + gap;
        out[0][t] = (double)stop;
        out[1][t] = close < stop ? -1 : 1;
    }
    free(atr);
}

static double highest(const double *x, int t, int n)
{
    double best = x[t];
    for (int k = 1; k < n; k++)
        best = fmax(best, x[t - k]);
    return best;
}

static double lowest(const double *x, int t, int n)
{
    double best = x[t];
    for (int k = 1; k < n; k++)
        best = fmin(best, x[t - k]);
    return best;
}

static void ref_chandelier(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide *atr = ref_atr(in, n);
    for (int t = n; t < in->n; t++) {
        out[0][t] = (double)(highest(in->high, t, n) - p[1] * atr[t]);
        out[1][t] = (double)(lowest(in->low, t, n) + p[1] * atr[t]);
    }
    free(atr);
}

static double middle(const ref_in *in, int t, double n)
{
    return (highest(in->high, t, (int)n) + lowest(in->low, t, (int)n)) / 2;
}

static void ref_ichimoku(const ref_in *in, const double *p, double *const *out)
{
    int ahead = (int)p[3];
    double base = fmax(p[0], p[1]), longest = fmax(base, p[2]);
    for (int t = (int)longest - 1 + ahead; t < in->n; t++) {
        out[0][t] = middle(in, t, p[0]);
        out[1][t] = middle(in, t, p[1]);
        out[2][t] = (middle(in, t - ahead, p[0]) + middle(in, t - ahead, p[1])) / 2;
        out[3][t] = middle(in, t - ahead, p[2]);
        out[4][t] = in->close[t];
    }
}

/* ---- Pivots and bricks ---- */

/* Each bar looks back over all bars since the last pivot. */
static void ref_zigzag(const ref_in *in, const double *p, double *const *out)
{
    double turn = p[0] / 100;
    int pivot = 0, leg = 0, since = 0;
    double level = in->n > 0 ? (in->high[0] + in->low[0]) / 2 : 0;
    for (int t = 0; t < in->n; t++) {
        int top = since, bottom = since;
        for (int k = since; k <= t; k++) {
            top = in->high[k] > in->high[top] ? k : top;
            bottom = in->low[k] < in->low[bottom] ? k : bottom;
        }
        bool falls = leg >= 0 && (top < t || t == since) &&
                     in->low[t] <= in->high[top] - in->high[top] * turn;
        bool rises = leg <= 0 && !falls && (bottom < t || t == since) &&
                     in->high[t] >= in->low[bottom] + in->low[bottom] * turn;
        if (falls || rises) {
            level = falls ? in->high[top] : in->low[bottom];
            pivot = falls ? top : bottom;
            leg = falls ? -1 : 1;
            since = t;
        }
        out[0][t] = level;
        out[1][t] = leg;
        out[2][t] = t - pivot;
    }
}

/* Brick by brick. */
static void ref_renko(const ref_in *in, const double *p, double *const *out)
{
    double brick = p[0];
    long level = in->n > 0 ? (long)floor(in->close[0] * (1 / brick)) : 0;
    int side = 0;
    for (int t = 0; t < in->n; t++) {
        double place = in->close[t] * (1 / brick);
        long before = level;
        if (place >= (double)(level + (side < 0 ? 2 : 1))) {
            while (place >= (double)(level + 1))
                level++;
            side = 1;
        } else if (place <= (double)(level - (side > 0 ? 2 : 1))) {
            while (place <= (double)(level - 1))
                level--;
            side = -1;
        }
        out[0][t] = (double)level * brick;
        out[1][t] = side;
        out[2][t] = (double)(level - before);
    }
}

static void ref_heikin_ashi(const ref_in *in, const double *p, double *const *out)
{
    wide open = 0, close = 0;
    (void)p;
    for (int t = 0; t < in->n; t++) {
        open = t == 0 ? ((wide)in->open[0] + in->close[0]) / 2 : (open + close) / 2;
        close = ((wide)in->open[t] + in->high[t] + in->low[t] + in->close[t]) / 4;
        out[0][t] = (double)open;
        out[1][t] = (double)fmaxl(in->high[t], fmaxl(open, close));
        out[2][t] = (double)fminl(in->low[t], fminl(open, close));
        out[3][t] = (double)close;
    }
}

static void ref_crossover(const ref_in *in, const double *p, double *const *out)
{
    const double *a = in->close, *b = in->open;
    for (int t = 1; t < in->n; t++) {
        bool up = a[t] > b[t] && a[t - 1] <= b[t - 1], down = a[t] < b[t] && a[t - 1] >= b[t - 1];
        out[0][t] = up || (down && p[0] != 0);
    }
}

static const reference references[] = {
    { "sar", { 0.02, 0.2 }, ref_sar, 1e-15, 0 },
    { "sar:0.5,0.1", { 0.5, 0.1 }, ref_sar, 1e-15, 0 },
    { "sar:0,0", { 0, 0 }, ref_sar, 1e-15, 0 },
    { "sarext", { 0, 0, 0.02, 0.02, 0.2, 0.02, 0.02, 0.2 }, ref_sarext, 1e-15, 0 },
    { "sarext:80,0.01,0.03,0.01,0.1,0.05,0.02,0.3",
      { 80, 0.01, 0.03, 0.01, 0.1, 0.05, 0.02, 0.3 },
      ref_sarext,
      1e-15,
      0 },
    { "sarext:-120,0,0.3,0.3,0.2,0.02,0.3,0.2",
      { -120, 0, 0.3, 0.3, 0.2, 0.02, 0.3, 0.2 },
      ref_sarext,
      1e-15,
      0 },
    { "supertrend", { 10, 3 }, ref_supertrend, 1e-14, 0 },
    { "supertrend:1,0.5", { 1, 0.5 }, ref_supertrend, 1e-14, 0 },
    { "supertrend:30,1", { 30, 1 }, ref_supertrend, 1e-14, 0 },
    { "atr_stop", { 14, 3 }, ref_atr_stop, 1e-14, 0 },
    { "atr_stop:5,1", { 5, 1 }, ref_atr_stop, 1e-14, 0 },
    { "chandelier", { 22, 3 }, ref_chandelier, 1e-14, 0 },
    { "chandelier:1,1.5", { 1, 1.5 }, ref_chandelier, 1e-14, 0 },
    { "ichimoku", { 9, 26, 52, 26 }, ref_ichimoku, 1e-15, 0 },
    { "ichimoku:7,3,5,0", { 7, 3, 5, 0 }, ref_ichimoku, 1e-15, 0 },
    { "zigzag", { 5 }, ref_zigzag, 1e-15, 0 },
    { "zigzag:1.5", { 1.5 }, ref_zigzag, 1e-15, 0 },
    { "zigzag:20", { 20 }, ref_zigzag, 1e-15, 0 },
    { "renko", { 1 }, ref_renko, 0, 0 },
    { "renko:0.25", { 0.25 }, ref_renko, 0, 0 },
    { "renko:5", { 5 }, ref_renko, 0, 0 },
    { "heikin_ashi", { 0 }, ref_heikin_ashi, 1e-15, 0 },
    { "crossover", { 0 }, ref_crossover, 0, 0 },
    { "crossany", { 1 }, ref_crossover, 0, 0 },
};

static void every_indicator_matches_its_definition(void)
{
    check_references(references, COUNT(references));
}

static void published_values_are_met(void)
{
    /* Wilder, New Concepts in Technical Trading Systems (1978), the parabolic's example, as
     * TA-Lib's regression test has it */
    static const double high[] = { 51.12, 52.35, 52.1, 51.8, 52.1, 52.5, 52.8, 52.5, 53.5, 53.5,
                                   53.8,  54.2,  53.4, 53.5, 54.4, 55.2, 55.7, 57,   57.5, 58,
                                   57.7,  58,    57.5, 57,   56.7, 57.5, 56.7, 56,   56.2, 54.8,
                                   55.5,  54.7,  54,   52.5, 51,   51.5, 51.7, 53 };
    static const double low[] = { 50,   51.5, 51,   50.5, 51.25, 51.7, 51.85, 51.5, 52.3, 52.5,
                                  53,   53.5, 52.5, 52.1, 53,    54,   55,    56,   56.5, 57,
                                  56.5, 57.3, 56.7, 56.3, 56.2,  56,   55.5,  55,   54.9, 54,
                                  54.5, 53.8, 53,   51.5, 50,    50.5, 50.2,  51.5 };
    static const struct {
        int t;
        double want;
    } cases[] = { { 1, 50 }, { 2, 50.047 }, { 5, 50.182 }, { 36, 52.93 }, { 37, 50 } };
    double got[COUNT(high)];
    bars b = { .n_series = 1,
               .n_points = COUNT(high),
               .wide[HIGH] = (double *)high,
               .wide[LOW] = (double *)low };
    CHECK_OK(run_plan(cpu_queue, "sar", PEN_F64, &b, got));
    for (size_t i = 0; i < COUNT(cases); i++)
        CHECK_NEAR("sar", got[cases[i].t], cases[i].want, 0.005);
}

static void a_turn_is_known_only_after_the_fact(void)
{
    static const double high[] = { 100, 104, 110, 108, 105, 101, 99, 103, 106, 107 };
    static const double low[] = { 98, 101, 106, 104, 100, 97, 95, 98, 102, 104 };
    static const double pivot[] = { 99, 99, 98, 98, 110, 110, 110, 95, 95, 95 };
    static const double leg[] = { 0, 0, 1, 1, -1, -1, -1, 1, 1, 1 };
    static const double age[] = { 0, 1, 2, 3, 2, 3, 4, 1, 2, 3 };
    double got[3 * COUNT(high)];
    bars b = { .n_series = 1,
               .n_points = COUNT(high),
               .wide[HIGH] = (double *)high,
               .wide[LOW] = (double *)low };
    CHECK_OK(run_plan(cpu_queue, "zigzag:8", PEN_F64, &b, got));
    for (size_t t = 0; t < COUNT(high); t++) {
        CHECK_NEAR("pivot", got[t], pivot[t], 0);
        CHECK_NEAR("direction", got[COUNT(high) + t], leg[t], 0);
        CHECK_NEAR("age", got[2 * COUNT(high) + t], age[t], 0);
    }
}

/* What is known at a bar does not change when later bars come. */
static void no_value_uses_a_later_bar(void)
{
    enum { POINTS = 300, OUTPUTS = 26 };
    static const char text[] = "sar supertrend:5,2 atr_stop:5 chandelier ichimoku zigzag:3 renko "
                               "heikin_ashi crossany linreg_channel:20";
    bars b = make_bars(1, POINTS, 9);
    double *whole = calloc(OUTPUTS * POINTS, sizeof *whole);
    double *part = calloc(OUTPUTS * POINTS, sizeof *part);
    CHECK_OK(run_plan(cpu_queue, text, PEN_F64, &b, whole));
    for (size_t n = 150; n <= 152; n++) {
        b.n_points = n;
        CHECK_OK(run_plan(cpu_queue, text, PEN_F64, &b, part));
        for (size_t o = 0; o < OUTPUTS; o++)
            for (size_t t = 0; t < n; t++)
                CHECK_NEAR("prefix", part[o * n + t], whole[o * POINTS + t], 0);
    }
    b.n_points = POINTS;
    free(whole);
    free(part);
    free_bars(&b);
}

/* Bricks stand on multiples of their size: a turn needs two of them. */
static void bricks_turn_after_two(void)
{
    static const double px[] = { 10.4, 10.9, 11.2, 13.1, 12.5, 12.0, 11.1, 11.0, 10.2, 12.9 };
    static const double level[] = { 10, 10, 11, 13, 13, 13, 13, 11, 11, 11 };
    static const double added[] = { 0, 0, 1, 2, 0, 0, 0, -2, 0, 0 };
    double got[3 * COUNT(px)];
    bars b = { .n_series = 1, .n_points = COUNT(px), .wide[CLOSE] = (double *)px };
    CHECK_OK(run_plan(cpu_queue, "renko:1", PEN_F64, &b, got));
    for (size_t t = 0; t < COUNT(px); t++) {
        CHECK_NEAR("level", got[t], level[t], 0);
        CHECK_NEAR("bricks", got[2 * COUNT(px) + t], added[t], 0);
    }
}

static const check_test tests[] = {
    TEST(every_indicator_matches_its_definition),
    TEST(published_values_are_met),
    TEST(a_turn_is_known_only_after_the_fact),
    TEST(no_value_uses_a_later_bar),
    TEST(bricks_turn_after_two),
};

CPU_TEST_MAIN(tests)
