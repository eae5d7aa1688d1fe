/* Oscillators with a choice of averages, and those of ranges and cycles, against
 * independent long double formulas. */
#include "indicator_check.h"
#include "ref_average.h"

static double highest(const double *x, int t, int n)
{
    double most = x[t];
    for (int k = 1; k < n; k++)
        most = fmax(most, x[t - k]);
    return most;
}
static double lowest(const double *x, int t, int n)
{
    double least = x[t];
    for (int k = 1; k < n; k++)
        least = fmin(least, x[t - k]);
    return least;
}

/* ---- Averages ---- */

/* p: fast, fast type, slow, slow type, signal, signal type */
static void ref_macdext(const ref_in *in, const double *p, double *const *out)
{
    int n = in->n, first[2], most, end;
    wide *x = ref_wide(in->close, n), *line[2] = { ref_zeros(n), ref_zeros(n) };
    wide *signal = ref_zeros(n);
    int swap = p[0] > p[2] ? 2 : 0;
    for (int i = 0; i < 2; i++)
        first[i] =
            ref_ma_of(x, n, 0, (int)p[(2 * i) ^ (swap + 1)], (int)p[(2 * i) ^ swap], line[i]);
    most = first[0] > first[1] ? first[0] : first[1];
    for (int i = 0; i < 2; i++)
        ref_ma_of(x, n, most - first[i], (int)p[(2 * i) ^ (swap + 1)], (int)p[(2 * i) ^ swap],
                  line[i]);
    for (int t = most; t < n; t++)
        line[0][t] -= line[1][t];
    end = ref_ma_of(line[0], n, most, (int)p[5], (int)p[4], signal);
    ref_narrow(line[0], n, end, out[0]);
    ref_narrow(signal, n, end, out[1]);
    for (int t = end; t < n; t++)
        out[2][t] = (double)(line[0][t] - signal[t]);
    free(x);
    free(line[0]);
    free(line[1]);
    free(signal);
}

/* p: fast, slow, type; is_percent */
static void ref_po(const ref_in *in, const double *p, bool is_percent, double *out)
{
    int n = in->n, fast = (int)fmin(p[0], p[1]), slow = (int)fmax(p[0], p[1]);
    wide *x = ref_wide(in->close, n), *a = ref_zeros(n), *b = ref_zeros(n);
    ref_ma_of(x, n, 0, (int)p[2], fast, a);
    for (int t = ref_ma_of(x, n, 0, (int)p[2], slow, b); t < n; t++)
        out[t] = (double)(is_percent ? 100 * (a[t] - b[t]) / b[t] : a[t] - b[t]);
    free(x);
    free(a);
    free(b);
}

static void ref_apo(const ref_in *in, const double *p, double *const *out)
{
    ref_po(in, p, false, out[0]);
}

static void ref_ppo(const ref_in *in, const double *p, double *const *out)
{
    ref_po(in, p, true, out[0]);
}

/* ---- Stochastics ---- */

static wide place(double x, double high, double low)
{
    return high == low ? 50 : 100 * ((wide)x - low) / ((wide)high - low);
}

static void ref_stoch(const ref_in *in, const double *p, double *const *out)
{
    int n = in->n, k = (int)p[0];
    wide *fast = ref_zeros(n), *slow = ref_zeros(n), *d = ref_zeros(n);
    for (int t = k - 1; t < n; t++)
        fast[t] = place(in->close[t], highest(in->high, t, k), lowest(in->low, t, k));
    int first = ref_ma_of(fast, n, k - 1, (int)p[2], (int)p[1], slow);
    first = ref_ma_of(slow, n, first, (int)p[4], (int)p[3], d);
    ref_narrow(slow, n, first, out[0]);
    ref_narrow(d, n, first, out[1]);
    free(fast);
    free(slow);
    free(d);
}

static void ref_stochf(const ref_in *in, const double *p, double *const *out)
{
    ref_stoch(in, (double[]){ p[0], 1, 0, p[1], p[2] }, out);
}

static void ref_stochrsi(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0], k = (int)p[1];
    wide gain = 0, loss = 0;
    double *rsi = calloc((size_t)in->n + 1, sizeof *rsi);
    wide *fast = ref_zeros(in->n), *d = ref_zeros(in->n);
    for (int t = 1; t < in->n; t++) {
        wide change = (wide)in->close[t] - in->close[t - 1];
        wide up = change > 0 ? change : 0, down = change < 0 ? -change : 0;
        gain = t <= n ? gain + up / n : (gain * (n - 1) + up) / n;
        loss = t <= n ? loss + down / n : (loss * (n - 1) + down) / n;
        rsi[t] = (double)(100 * gain / (gain + loss));
    }
    for (int t = n + k - 1; t < in->n; t++)
        fast[t] = place(rsi[t], highest(rsi, t, k), lowest(rsi, t, k));
    int first = ref_ma_of(fast, in->n, n + k - 1, (int)p[3], (int)p[2], d);
    ref_narrow(fast, in->n, first, out[0]);
    ref_narrow(d, in->n, first, out[1]);
    free(rsi);
    free(fast);
    free(d);
}

/* ---- Ranges and cycles ---- */

static void ref_choppiness(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n; t < in->n; t++) {
        wide way = 0, span = (wide)highest(in->high, t, n) - lowest(in->low, t, n);
        for (int k = t; k > t - n; k--)
            way += fmaxl(in->high[k], in->close[k - 1]) - fminl(in->low[k], in->close[k - 1]);
        out[0][t] = (double)(100 * logl(way / span) / logl(n));
    }
}

static void ref_vhf(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n; t < in->n; t++) {
        wide way = 0;
        for (int k = t; k > t - n; k--)
            way += fabsl((wide)in->close[k] - in->close[k - 1]);
        out[0][t] = (double)(((wide)highest(in->close, t, n) - lowest(in->close, t, n)) / way);
    }
}

static void ref_msw(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    const wide pi = acosl(-1);
    for (int t = n; t < in->n; t++) {
        wide a = 0, b = 0;
        for (int k = 0; k < n; k++) {
            a += cosl(2 * pi * k / n) * in->close[t - k];
            b += sinl(2 * pi * k / n) * in->close[t - k];
        }
        wide phase = atan2l(b, a) + pi / 2;
        out[0][t] = (double)sinl(phase);
        out[1][t] = (double)sinl(phase + pi / 4);
    }
}

static const reference references[] = {
    { "macdext", { 12, 0, 26, 0, 9, 0 }, ref_macdext, 1e-13, 3e-4 },
    { "macdext:30,tema,5,ema,4,wma", { 30, 4, 5, 1, 4, 2 }, ref_macdext, 1e-12, 3e-3 },
    { "macdext:5,dema,6,kama,1,sma", { 5, 3, 6, 6, 1, 0 }, ref_macdext, 1e-12, 1e-3 },
    { "apo", { 12, 26, 0 }, ref_apo, 1e-12, 3e-4 },
    { "apo:20,4,ema", { 20, 4, 1 }, ref_apo, 1e-12, 1e-3 },
    { "ppo", { 12, 26, 0 }, ref_ppo, 1e-12, 3e-4 },
    { "ppo:3,7,wma", { 3, 7, 2 }, ref_ppo, 1e-12, 3e-4 },
    { "stoch", { 5, 3, 0, 3, 0 }, ref_stoch, 1e-14, 0 },
    { "stoch:14,3,ema,5,wma", { 14, 3, 1, 5, 2 }, ref_stoch, 1e-14, 0 },
    { "stoch:1,1,sma,1,sma", { 1, 1, 0, 1, 0 }, ref_stoch, 1e-14, 0 },
    { "stochf", { 5, 3, 0 }, ref_stochf, 1e-14, 0 },
    { "stochf:33,8,trima", { 33, 8, 5 }, ref_stochf, 1e-14, 0 },
    { "stochrsi", { 14, 5, 3, 0 }, ref_stochrsi, 1e-11, 1e-2 },
    { "stochrsi:5,14,3,ema", { 5, 14, 3, 1 }, ref_stochrsi, 1e-11, 1e-2 },
    { "choppiness", { 14 }, ref_choppiness, 1e-14, 0 },
    { "choppiness:2", { 2 }, ref_choppiness, 1e-14, 0 },
    { "vhf", { 28 }, ref_vhf, 1e-14, 0 },
    { "vhf:1", { 1 }, ref_vhf, 1e-14, 0 },
    { "msw", { 5 }, ref_msw, 1e-11, 1e-2 },
    { "msw:3", { 3 }, ref_msw, 1e-11, 1e-2 },
    { "msw:40", { 40 }, ref_msw, 1e-11, 1e-2 },
};

static void every_indicator_matches_its_definition(void)
{
    check_references(references, COUNT(references));
}

static const check_test tests[] = {
    TEST(every_indicator_matches_its_definition),
};
TEST_MAIN(tests)
