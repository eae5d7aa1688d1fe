/* Ehlers' cycle indicators against long double recurrences written from the definitions. */
#include "indicator_check.h"

static pen_device *cpu;
static pen_queue *cpu_queue;

/* ---- References ---- */

/* Everything that is known of the cycle, an array each; 0 before `start`. */
enum { SMOOTH, DETRENDED, Q1, JI, JQ, I2, Q2, RE, IM, PERIOD, SMOOTHED, N_ARRAYS };
typedef struct cycle {
    wide *of[N_ARRAYS];
} cycle;

static wide back(const wide *x, int t)
{
    return t < 0 ? 0 : x[t];
}

static wide hilbert(const wide *x, int t)
{
    return 0.0962L * back(x, t) + 0.5769L * back(x, t - 2) - 0.5769L * back(x, t - 4) -
           0.0962L * back(x, t - 6);
}

static wide next_period(wide re, wide im, wide last)
{
    wide p = re != 0 && im != 0 ? 2 * acosl(-1) / atanl(im / re) : last;
    p = p > 1.5L * last ? 1.5L * last : p;
    p = p < 0.67L * last ? 0.67L * last : p;
    p = p < 6 ? 6 : p > 50 ? 50 : p;
    return 0.2L * p + 0.8L * last;
}

static cycle make_cycle(const double *x, int n, int start)
{
    cycle c;
    for (int i = 0; i < N_ARRAYS; i++)
        c.of[i] = calloc((size_t)n + 1, sizeof(wide));
    wide **a = c.of;
    for (int t = start; t < n; t++) {
        wide gain = 0.075L * a[PERIOD][t - 1] + 0.54L;
        a[SMOOTH][t] = (4 * (wide)x[t] + 3 * (wide)x[t - 1] + 2 * (wide)x[t - 2] + x[t - 3]) / 10;
        a[DETRENDED][t] = gain * hilbert(a[SMOOTH], t);
        a[Q1][t] = gain * hilbert(a[DETRENDED], t);
        a[JI][t] = gain * hilbert(a[DETRENDED], t - 3);
        a[JQ][t] = gain * hilbert(a[Q1], t);
        a[I2][t] = 0.2L * (a[DETRENDED][t - 3] - a[JQ][t]) + 0.8L * a[I2][t - 1];
        a[Q2][t] = 0.2L * (a[Q1][t] + a[JI][t]) + 0.8L * a[Q2][t - 1];
        wide re = a[I2][t] * a[I2][t - 1] + a[Q2][t] * a[Q2][t - 1];
        wide im = a[I2][t] * a[Q2][t - 1] - a[Q2][t] * a[I2][t - 1];
        a[RE][t] = 0.2L * re + 0.8L * a[RE][t - 1];
        a[IM][t] = 0.2L * im + 0.8L * a[IM][t - 1];
        a[PERIOD][t] = next_period(a[RE][t], a[IM][t], a[PERIOD][t - 1]);
        a[SMOOTHED][t] = 0.33L * a[PERIOD][t] + 0.67L * a[SMOOTHED][t - 1];
    }
    return c;
}

static void free_cycle(cycle *c)
{
    for (int i = 0; i < N_ARRAYS; i++)
        free(c->of[i]);
}

static void ref_dcperiod(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    cycle c = make_cycle(in->close, in->n, 12);
    ref_narrow(c.of[SMOOTHED], in->n, 32, out[0]);
    free_cycle(&c);
}

static void ref_phasor(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    cycle c = make_cycle(in->close, in->n, 12);
    for (int t = 32; t < in->n; t++) {
        out[0][t] = (double)c.of[DETRENDED][t - 3];
        out[1][t] = (double)c.of[Q1][t];
    }
    free_cycle(&c);
}

/* Degrees, from step 37 on. */
static wide phase_of(const cycle *c, int t)
{
    wide pi = acosl(-1), sines = 0, cosines = 0;
    int turn = (int)(c->of[SMOOTHED][t] + 0.5L);
    for (int k = 0; k < turn; k++) {
        sines += sinl(2 * pi * k / turn) * back(c->of[SMOOTH], t - k);
        cosines += cosl(2 * pi * k / turn) * back(c->of[SMOOTH], t - k);
    }
    wide phase = cosines == 0 ? 0 : atanl(sines / cosines) * 180 / pi;
    phase += 90 + 360 / c->of[SMOOTHED][t] + (cosines < 0 ? 180 : 0);
    return phase > 315 ? phase - 360 : phase;
}

static wide trend_of(const cycle *c, const double *x, int t)
{
    static const int weights[] = { 4, 3, 2, 1 };
    wide line = 0;
    for (int i = 0; i < 4 && t - i >= 37; i++) {
        wide sum = 0;
        int turn = (int)(c->of[SMOOTHED][t - i] + 0.5L);
        for (int k = 0; k < turn; k++)
            sum += x[t - i - k];
        line += turn == 0 ? 0 : weights[i] * sum / turn / 10;
    }
    return line;
}

static wide radians(wide degrees)
{
    return degrees * acosl(-1) / 180;
}

static void ref_dcphase(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    cycle c = make_cycle(in->close, in->n, 37);
    for (int t = 63; t < in->n; t++)
        out[0][t] = (double)phase_of(&c, t);
    free_cycle(&c);
}

static void ref_sine(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    cycle c = make_cycle(in->close, in->n, 37);
    for (int t = 63; t < in->n; t++) {
        out[0][t] = (double)sinl(radians(phase_of(&c, t)));
        out[1][t] = (double)sinl(radians(phase_of(&c, t) + 45));
    }
    free_cycle(&c);
}

static void ref_trendline(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    cycle c = make_cycle(in->close, in->n, 37);
    for (int t = 63; t < in->n; t++)
        out[0][t] = (double)trend_of(&c, in->close, t);
    free_cycle(&c);
}

static void ref_trendmode(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    cycle c = make_cycle(in->close, in->n, 37);
    wide last_phase = 0, last_lead = 0;
    int since = 0;
    for (int t = 37; t < in->n; t++) {
        wide phase = phase_of(&c, t), period = c.of[SMOOTHED][t], turn = phase - last_phase;
        wide lead = sinl(radians(phase)) - sinl(radians(phase + 45));
        wide line = trend_of(&c, in->close, t);
        bool has_crossed = (lead > 0 && last_lead <= 0) || (lead < 0 && last_lead >= 0);
        since = has_crossed ? 1 : since + 1;
        bool is_trend = !has_crossed && since >= period / 2;
        if (turn > 0.67L * 360 / period && turn < 1.5L * 360 / period)
            is_trend = false;
        if (line != 0 && fabsl((c.of[SMOOTH][t] - line) / line) >= 0.015L)
            is_trend = true;
        if (t >= 63)
            out[0][t] = is_trend;
        last_phase = phase;
        last_lead = lead;
    }
    free_cycle(&c);
}

static void ref_mama(const ref_in *in, const double *p, double *const *out)
{
    cycle c = make_cycle(in->close, in->n, 12);
    wide mama = 0, fama = 0, last = 0;
    for (int t = 12; t < in->n; t++) {
        wide i1 = c.of[DETRENDED][t - 3];
        wide phase = i1 == 0 ? 0 : atanl(c.of[Q1][t] / i1) * 180 / acosl(-1);
        wide fall = last - phase, alpha = p[0];
        if (fall > 1)
            alpha = p[0] / fall < p[1] ? p[1] : p[0] / fall;
        mama = alpha * in->close[t] + (1 - alpha) * mama;
        fama = alpha / 2 * mama + (1 - alpha / 2) * fama;
        last = phase;
        if (t >= 32) {
            out[0][t] = (double)mama;
            out[1][t] = (double)fama;
        }
    }
    free_cycle(&c);
}

static const reference references[] = {
    { "ht_dcperiod", { 0 }, ref_dcperiod, 1e-11, 0 },
    { "ht_phasor", { 0 }, ref_phasor, 1e-11, 0 },
    { "ht_dcphase", { 0 }, ref_dcphase, 1e-10, 0 },
    { "ht_sine", { 0 }, ref_sine, 1e-10, 0.3 },
    { "ht_trendline", { 0 }, ref_trendline, 1e-13, 0 },
    { "ht_trendmode", { 0 }, ref_trendmode, 0, 0 },
    { "mama", { 0.5, 0.05 }, ref_mama, 1e-11, 0 },
    { "mama:0.9,0.01", { 0.9, 0.01 }, ref_mama, 1e-11, 0 },
};

static void every_cycle_indicator_matches_its_definition(void)
{
    check_references(references, COUNT(references));
}

/* ---- What a known cycle gives ---- */

/* A sine wave's period is found, and its phase advances by 360 degrees in it. */
static void a_sine_wave_is_measured(void)
{
    enum { POINTS = 1000 };
    static const int periods[] = { 10, 15, 20, 25, 30 };
    bars b = make_bars(1, POINTS, 1);
    double got[3 * POINTS];
    for (size_t i = 0; i < COUNT(periods); i++) {
        int period = periods[i];
        for (int t = 0; t < POINTS; t++)
            b.wide[CLOSE][t] = 100 + 5 * sin(2 * acos(-1) * t / period);
        CHECK_OK(run_plan(cpu_queue, "ht_dcperiod ht_dcphase ht_trendline", PEN_F64, &b, got));
        const double *phase = got + POINTS;
        CHECK_NEAR("period", got[POINTS - 1], period, 0.05 * period);
        double turn = remainder(phase[POINTS - 1] - phase[POINTS - 1 - period / 5], 360);
        CHECK_NEAR("phase", turn, 72, 8);
        CHECK_NEAR("trend line", got[2 * POINTS + POINTS - 1], 100, 0.5);
    }
    free_bars(&b);
}

static void a_flat_price_has_no_cycle(void)
{
    enum { POINTS = 500 };
    bars b = make_bars(1, POINTS, 1);
    double got[4 * POINTS];
    for (int t = 0; t < POINTS; t++)
        b.wide[CLOSE][t] = 10.1;
    CHECK_OK(run_plan(cpu_queue, "ht_phasor ht_dcphase ht_dcperiod", PEN_F64, &b, got));
    CHECK_NEAR("in phase", got[POINTS - 1], 0, 0);
    CHECK_NEAR("quadrature", got[2 * POINTS - 1], 0, 0);
    CHECK_NEAR("phase", got[3 * POINTS - 1], 90 + 360 / got[4 * POINTS - 1], 1e-12);
    free_bars(&b);
}

static const check_test tests[] = {
    TEST(every_cycle_indicator_matches_its_definition),
    TEST(a_sine_wave_is_measured),
    TEST(a_flat_price_has_no_cycle),
};

CPU_TEST_MAIN(tests)
