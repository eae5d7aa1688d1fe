/* Moving averages against independent long double formulas and published values. */
#include "indicator_check.h"
#include "ref_average.h"

static pen_device *cpu;
static pen_queue *cpu_queue;

/* An average of the close into out[0]. */
static void ref_matype(const ref_in *in, int matype, int period, double *const *out)
{
    wide *x = ref_wide(in->close, in->n), *y = ref_zeros(in->n);
    int first = ref_ma_of(x, in->n, 0, matype, period, y);
    ref_narrow(y, in->n, first, out[0]);
    free(x);
    free(y);
}

static void ref_ma(const ref_in *in, const double *p, double *const *out)
{
    ref_matype(in, (int)p[1], (int)p[0], out);
}

static void ref_t3(const ref_in *in, const double *p, double *const *out)
{
    wide *x = ref_wide(in->close, in->n), *y = ref_zeros(in->n);
    int first = ref_t3_of(x, in->n, 0, (int)p[0], p[1], y);
    ref_narrow(y, in->n, first, out[0]);
    free(x);
    free(y);
}

/* The period each bar asks for is the close itself; each average starts where the
 * longest does. */
static void ref_mavp(const ref_in *in, const double *p, double *const *out)
{
    int n = in->n, least = (int)p[0], most = (int)p[1], matype = (int)p[2];
    wide *x = ref_wide(in->close, n), *y = ref_zeros(n);
    int start = ref_ma_of(x, n, 0, matype, most, y);
    for (int period = least; period <= most; period++) {
        int from = start - ref_ma_of(x, n, 0, matype, period, y);
        ref_ma_of(x, n, from, matype, period, y);
        for (int t = start; t < n; t++) {
            int asked = (int)in->close[t];
            asked = asked < least ? least : asked > most ? most : asked;
            if (asked == period)
                out[0][t] = (double)y[t];
        }
    }
    free(x);
    free(y);
}

static void ref_midpoint(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++) {
        double high = in->close[t], low = high;
        for (int k = 1; k < (int)p[0]; k++) {
            high = fmax(high, in->close[t - k]);
            low = fmin(low, in->close[t - k]);
        }
        out[0][t] = (high + low) / 2;
    }
}

static void ref_midprice(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++) {
        double high = in->high[t], low = in->low[t];
        for (int k = 1; k < (int)p[0]; k++) {
            high = fmax(high, in->high[t - k]);
            low = fmin(low, in->low[t - k]);
        }
        out[0][t] = (high + low) / 2;
    }
}

static void ref_wilders(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide w = 0;
    for (int t = 0; t < in->n; t++) {
        w = t < n ? w + (wide)in->close[t] / n : (w * (n - 1) + in->close[t]) / n;
        if (t >= n - 1)
            out[0][t] = (double)w;
    }
}

static void ref_hma(const ref_in *in, const double *p, double *const *out)
{
    int n = in->n, period = (int)p[0];
    wide *x = ref_wide(in->close, n), *half = ref_zeros(n), *whole = ref_zeros(n);
    ref_ma_of(x, n, 0, REF_WMA, period / 2, half);
    int from = ref_ma_of(x, n, 0, REF_WMA, period, whole);
    for (int t = 0; t < n; t++)
        x[t] = 2 * half[t] - whole[t];
    int first = ref_ma_of(x, n, from, REF_WMA, (int)sqrt(period), half);
    ref_narrow(half, n, first, out[0]);
    free(x);
    free(half);
    free(whole);
}

static void ref_zlema(const ref_in *in, const double *p, double *const *out)
{
    int lag = ((int)p[0] - 1) / 2;
    wide z = 0;
    for (int t = lag - 1; t < in->n; t++) {
        wide lead = t < lag ? 0 : 2 * (wide)in->close[t] - in->close[t - lag];
        z = t < lag ? in->close[t] : z + 2 / (p[0] + 1.0L) * (lead - z);
        out[0][t] = (double)z;
    }
}

static void ref_vidya(const ref_in *in, const double *p, double *const *out)
{
    int fast = (int)p[0], slow = (int)p[1];
    wide v = 0;
    for (int t = slow - 2; t < in->n; t++) {
        if (t == slow - 2) {
            v = in->close[t];
        } else {
            wide near = sqrtl(ref_deviation2(in->close, t, fast) / fast);
            wide far = sqrtl(ref_deviation2(in->close, t, slow) / slow);
            v += (far == 0 ? 0 : p[2] * near / far) * (in->close[t] - v);
        }
        out[0][t] = (double)v;
    }
}

static void ref_vwma(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++) {
        wide money = 0, volume = 0;
        for (int k = 0; k < (int)p[0]; k++) {
            money += (wide)in->close[t - k] * in->volume[t - k];
            volume += in->volume[t - k];
        }
        out[0][t] = (double)(money / volume);
    }
}

static void ref_alma(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide m = p[1] * (wide)(n - 1), s = n / (wide)p[2];
    for (int t = n - 1; t < in->n; t++) {
        wide sum = 0, weights = 0;
        for (int i = 0; i < n; i++) {
            wide weight = expl(-(i - m) * (i - m) / (2 * s * s));
            sum += weight * in->close[t - n + 1 + i];
            weights += weight;
        }
        out[0][t] = (double)(sum / weights);
    }
}

static void ref_decay(const ref_in *in, const double *p, double *const *out)
{
    wide d = 0;
    for (int t = 0; t < in->n; t++) {
        wide fallen = p[1] != 0 ? d * (1 - 1.0L / p[0]) : d - 1.0L / p[0];
        d = t == 0 ? in->close[0] : fmaxl(in->close[t], fallen);
        out[0][t] = (double)d;
    }
}

static void ref_dpo(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1; t < in->n; t++)
        out[0][t] = (double)(in->close[t - n / 2 - 1] - ref_mean(in->close, t, n));
}

static void ref_md(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1; t < in->n; t++) {
        wide mean = ref_mean(in->close, t, n), sum = 0;
        for (int k = 0; k < n; k++)
            sum += fabsl(in->close[t - k] - mean);
        out[0][t] = (double)(sum / n);
    }
}

static const reference references[] = {
    { "mavp:60,140@close,close", { 60, 140, REF_SMA }, ref_mavp, 3e-15, 0 },
    { "mavp:50,90,ema@close,close", { 50, 90, REF_EMA }, ref_mavp, 1e-14, 0 },
    { "mavp:70,95,kama@close,close", { 70, 95, REF_KAMA }, ref_mavp, 1e-14, 0 },
    { "mavp:80,85,dema@close,close", { 80, 85, REF_DEMA }, ref_mavp, 3e-14, 0 },
    { "mavp@close,close", { 2, 30, REF_SMA }, ref_mavp, 3e-15, 0 },
    { "midpoint", { 14 }, ref_midpoint, 1e-15, 0 },
    { "midpoint:2", { 2 }, ref_midpoint, 1e-15, 0 },
    { "midprice", { 14 }, ref_midprice, 1e-15, 0 },
    { "midprice:65", { 65 }, ref_midprice, 1e-15, 0 },
    { "wilders", { 14 }, ref_wilders, 3e-15, 0 },
    { "wilders:1", { 1 }, ref_wilders, 1e-15, 0 },
    { "rma:30", { 30 }, ref_wilders, 1e-14, 0 },
    { "smma:5", { 5 }, ref_wilders, 3e-15, 0 },
    { "hma", { 16 }, ref_hma, 3e-15, 0 },
    { "hma:2", { 2 }, ref_hma, 3e-15, 0 },
    { "hma:55", { 55 }, ref_hma, 1e-14, 0 },
    { "zlema", { 20 }, ref_zlema, 1e-14, 0 },
    { "zlema:3", { 3 }, ref_zlema, 3e-15, 0 },
    { "zlema:61", { 61 }, ref_zlema, 1e-14, 0 },
    { "vidya", { 9, 30, 0.2 }, ref_vidya, 1e-14, 0 },
    { "vidya:2,5,1", { 2, 5, 1 }, ref_vidya, 1e-14, 0 },
    { "vwma", { 20 }, ref_vwma, 3e-15, 0 },
    { "vwma:1", { 1 }, ref_vwma, 1e-15, 0 },
    { "vwma:99", { 99 }, ref_vwma, 1e-14, 0 },
    { "alma", { 9, 0.85, 6 }, ref_alma, 3e-15, 0 },
    { "alma:1", { 1, 0.85, 6 }, ref_alma, 3e-15, 0 },
    { "alma:50,0.5,3", { 50, 0.5, 3 }, ref_alma, 1e-14, 0 },
    { "alma:70,0,900", { 70, 0, 900 }, ref_alma, 1e-14, 0 },
    { "decay", { 5, 0 }, ref_decay, 1e-14, 0 },
    { "decay:100", { 100, 0 }, ref_decay, 1e-14, 0 },
    { "edecay", { 5, 1 }, ref_decay, 1e-14, 0 },
    { "edecay:300", { 300, 1 }, ref_decay, 1e-14, 0 },
    { "dpo", { 20 }, ref_dpo, 1e-13, 0 },
    { "dpo:3", { 3 }, ref_dpo, 1e-13, 0 },
    { "dpo:62", { 62 }, ref_dpo, 1e-13, 0 },
    { "md", { 20 }, ref_md, 1e-13, 0 },
    { "md:1", { 1 }, ref_md, 1e-13, 0 },
    { "md:75", { 75 }, ref_md, 1e-13, 0 },
    { "wma:2", { 2, REF_WMA }, ref_ma, 1e-15, 0 },
    { "wma", { 30, REF_WMA }, ref_ma, 3e-15, 0 },
    { "wma:111", { 111, REF_WMA }, ref_ma, 3e-15, 0 },
    { "dema:2", { 2, REF_DEMA }, ref_ma, 3e-15, 0 },
    { "dema", { 30, REF_DEMA }, ref_ma, 1e-14, 0 },
    { "dema:7", { 7, REF_DEMA }, ref_ma, 1e-14, 0 },
    { "tema:2", { 2, REF_TEMA }, ref_ma, 3e-15, 0 },
    { "tema", { 30, REF_TEMA }, ref_ma, 1e-14, 0 },
    { "tema:9", { 9, REF_TEMA }, ref_ma, 1e-14, 0 },
    { "trima:2", { 2, REF_TRIMA }, ref_ma, 3e-15, 0 },
    { "trima", { 30, REF_TRIMA }, ref_ma, 3e-15, 0 },
    { "trima:63", { 63, REF_TRIMA }, ref_ma, 3e-15, 0 },
    { "kama:2", { 2, REF_KAMA }, ref_ma, 1e-14, 0 },
    { "kama", { 30, REF_KAMA }, ref_ma, 1e-14, 0 },
    { "kama:10", { 10, REF_KAMA }, ref_ma, 1e-14, 0 },
    { "t3", { 5, 0.7 }, ref_t3, 1e-14, 0 },
    { "t3:2,0", { 2, 0 }, ref_t3, 1e-14, 0 },
    { "t3:20,1", { 20, 1 }, ref_t3, 3e-14, 0 },
    { "ma:1,tema", { 1, REF_TEMA }, ref_ma, 0, 0 },
    { "ma", { 30, REF_SMA }, ref_ma, 1e-15, 0 },
    { "ma:20,ema", { 20, REF_EMA }, ref_ma, 3e-15, 0 },
    { "ma:20,2", { 20, REF_WMA }, ref_ma, 3e-15, 0 },
    { "ma:20,dema", { 20, REF_DEMA }, ref_ma, 1e-14, 0 },
    { "ma:20,tema", { 20, REF_TEMA }, ref_ma, 1e-14, 0 },
    { "ma:21,trima", { 21, REF_TRIMA }, ref_ma, 3e-15, 0 },
    { "ma:21,kama", { 21, REF_KAMA }, ref_ma, 1e-14, 0 },
    { "ma:9,t3", { 9, REF_T3 }, ref_ma, 1e-14, 0 },
};

static void every_average_matches_its_definition(void)
{
    check_references(references, COUNT(references));
}

/* A line's weighted averages lag by the weights' mean age, its DEMA not at all. */
static void averages_of_a_line_lag_as_their_weights_say(void)
{
    enum { POINTS = 600 };
    bars b = make_bars(1, POINTS, 1);
    double got[POINTS];
    for (int t = 0; t < POINTS; t++)
        b.wide[CLOSE][t] = t;
    static const struct {
        const char *call;
        double lag;
    } cases[] = {
        { "sma:21", 10 }, { "wma:22", 7 }, { "trima:21", 10 }, { "dema:9", 0 }, { "tema:9", 0 }
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        CHECK_OK(run_plan(cpu_queue, cases[i].call, PEN_F64, &b, got));
        CHECK_NEAR(cases[i].call, got[POINTS - 1], POINTS - 1 - cases[i].lag, 1e-11);
    }
    free_bars(&b);
}

static void a_volume_weighted_mean_without_volume_is_the_mean(void)
{
    enum { POINTS = 60 };
    bars b = make_bars(1, POINTS, 4);
    double got[POINTS], plain[POINTS];
    for (int t = 20; t < 40; t++)
        b.wide[VOLUME][t] = 0;
    CHECK_OK(run_plan(cpu_queue, "vwma:5", PEN_F64, &b, got));
    CHECK_OK(run_plan(cpu_queue, "sma:5", PEN_F64, &b, plain));
    for (int t = 24; t < 40; t++)
        CHECK_NEAR("vwma", got[t], plain[t], 0);
    free_bars(&b);
}

/* Its own values are tested among the cycles. */
static void the_chosen_average_mama_is_mama(void)
{
    enum { POINTS = 200 };
    bars b = make_bars(1, POINTS, 2);
    double chosen[POINTS], own[2 * POINTS];
    CHECK_OK(run_plan(cpu_queue, "ma:7,mama", PEN_F64, &b, chosen));
    CHECK_OK(run_plan(cpu_queue, "mama", PEN_F64, &b, own));
    for (int t = 0; t < POINTS; t++)
        CHECK_NEAR("mama", chosen[t], own[t], 0);
    CHECK(isnan(own[31]) && !isnan(own[32]));
    free_bars(&b);
}

static void an_average_of_too_many_periods_is_refused(void)
{
    pen_plan *plan;
    CHECK_STATUS(pen_plan_create("mavp:2,1002", &plan), PEN_E_ARG);
    CHECK_ERROR_SAYS("periods from 2 to 1002, expected at most 1000");
    CHECK_OK(pen_plan_create("mavp:30,2", &plan));
    CHECK(pen_plan_lookback(plan, 0) == 29);
    pen_plan_destroy(plan);
}

static const check_test tests[] = {
    TEST(every_average_matches_its_definition),
    TEST(averages_of_a_line_lag_as_their_weights_say),
    TEST(a_volume_weighted_mean_without_volume_is_the_mean),
    TEST(the_chosen_average_mama_is_mama),
    TEST(an_average_of_too_many_periods_is_refused),
};

CPU_TEST_MAIN(tests)
