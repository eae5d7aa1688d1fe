/* Indicators of momentum and direction against independent long double formulas. */
#include "indicator_check.h"

/* ---- References: one series, straight from the definitions ---- */

enum { MOST = 1100, ROWS = 24 };
static wide arena[ROWS][MOST];
static int rows_used;

/* A row of zeros, until the next reference starts. */
static wide *new_row(void)
{
    memset(arena[rows_used], 0, sizeof arena[0]);
    return arena[rows_used++];
}

static void start(void)
{
    rows_used = 0;
}

static wide *row_of(const double *x, int n)
{
    wide *row = new_row();
    for (int t = 0; t < n; t++)
        row[t] = x[t];
    return row;
}

/* Sum, highest and lowest of the n values that end at t. */
static wide sum_of(const wide *x, int t, int n)
{
    wide sum = 0;
    for (int k = 0; k < n; k++)
        sum += x[t - k];
    return sum;
}
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

/* The usual exponential average of x, which starts at step `from`. */
static wide *ema_of(const wide *x, int n, int from, int period)
{
    wide *e = new_row();
    ref_average(x, n, period, from + period - 1, 2.0L / (period + 1), e);
    return e;
}

static void ref_roc(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0]; t < in->n; t++) {
        wide old = in->close[t - (int)p[0]];
        out[0][t] = (double)(100 * (in->close[t] / old - 1));
    }
}

static void ref_rocp(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0]; t < in->n; t++)
        out[0][t] = (double)((wide)in->close[t] / in->close[t - (int)p[0]] - 1);
}

static void ref_rocr(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0]; t < in->n; t++)
        out[0][t] = (double)((wide)in->close[t] / in->close[t - (int)p[0]]);
}

static void ref_rocr100(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0]; t < in->n; t++)
        out[0][t] = (double)(100 * (wide)in->close[t] / in->close[t - (int)p[0]]);
}

static void ref_macdfix(const ref_in *in, const double *p, double *const *out)
{
    int n = in->n, first = 25 + (int)p[0] - 1;
    start();
    wide *x = row_of(in->close, n), *a = new_row(), *b = new_row(), *s = new_row();
    ref_average(x, n, 12, 25, 0.15L, a);
    ref_average(x, n, 26, 25, 0.075L, b);
    for (int t = 0; t < n; t++)
        a[t] -= b[t];
    ref_average(a, n, (int)p[0], first, 2 / ((wide)p[0] + 1), s);
    for (int t = 0; t < n; t++)
        b[t] = a[t] - s[t];
    ref_narrow(a, n, first, out[0]);
    ref_narrow(s, n, first, out[1]);
    ref_narrow(b, n, first, out[2]);
}

static void ref_trix(const ref_in *in, const double *p, double *const *out)
{
    int period = (int)p[0], from = 0;
    start();
    wide *x = row_of(in->close, in->n);
    for (int i = 0; i < 3; i++, from += period - 1)
        x = ema_of(x, in->n, from, period);
    for (int t = from + 1; t < in->n; t++)
        out[0][t] = (double)(100 * (x[t] / x[t - 1] - 1));
}

static void ref_ao(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    start();
    wide *x = new_row();
    for (int t = 0; t < in->n; t++)
        x[t] = ((wide)in->high[t] + in->low[t]) / 2;
    for (int t = 33; t < in->n; t++)
        out[0][t] = (double)(sum_of(x, t, 5) / 5 - sum_of(x, t, 34) / 34);
}

static void ref_fosc(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n; t < in->n; t++) {
        wide mean = ref_mean(in->close, t - 1, n), up = 0, across = 0;
        for (int k = 0; k < n; k++) {
            wide at_x = (n - 1) / 2.0L - k;
            up += at_x * in->close[t - 1 - k];
            across += at_x * at_x;
        }
        wide forecast = mean + up / across * (n + 1) / 2;
        out[0][t] = (double)(100 * (in->close[t] - forecast) / in->close[t]);
    }
}

static void ref_tsi(const ref_in *in, const double *p, double *const *out)
{
    int slow = (int)p[0], fast = (int)p[1], signal = (int)p[2], n = in->n;
    start();
    wide *m = new_row(), *a = new_row();
    for (int t = 1; t < n; t++) {
        m[t] = (wide)in->close[t] - in->close[t - 1];
        a[t] = fabsl(m[t]);
    }
    m = ema_of(ema_of(m, n, 1, slow), n, slow, fast);
    a = ema_of(ema_of(a, n, 1, slow), n, slow, fast);
    wide *tsi = new_row();
    for (int t = slow + fast - 1; t < n; t++)
        tsi[t] = 100 * m[t] / a[t];
    wide *s = ema_of(tsi, n, slow + fast - 1, signal);
    ref_narrow(tsi, n, slow + fast + signal - 2, out[0]);
    ref_narrow(s, n, slow + fast + signal - 2, out[1]);
}

static void ref_kst(const ref_in *in, const double *p, double *const *out)
{
    int first = 0;
    start();
    wide *sum = new_row();
    for (int i = 0; i < 4; i++) {
        int roc = (int)p[i], sma = (int)p[4 + i];
        wide *r = new_row();
        first = roc + sma - 1 > first ? roc + sma - 1 : first;
        for (int t = roc; t < in->n; t++)
            r[t] = 100 * ((wide)in->close[t] / in->close[t - roc] - 1);
        for (int t = roc + sma - 1; t < in->n; t++)
            sum[t] += (i + 1) * sum_of(r, t, sma) / sma;
    }
    first += (int)p[8] - 1;
    ref_narrow(sum, in->n, first, out[0]);
    for (int t = first; t < in->n; t++)
        out[1][t] = (double)(sum_of(sum, t, (int)p[8]) / p[8]);
}

static void ref_coppock(const ref_in *in, const double *p, double *const *out)
{
    int slow = (int)fmax(p[0], p[1]), n = (int)p[2];
    start();
    wide *r = new_row();
    for (int t = slow; t < in->n; t++)
        r[t] = 100 * ((wide)in->close[t] / in->close[t - (int)p[0]] +
                      (wide)in->close[t] / in->close[t - (int)p[1]] - 2);
    for (int t = slow + n - 1; t < in->n; t++) {
        wide sum = 0;
        for (int k = 0; k < n; k++)
            sum += (n - k) * r[t - k];
        out[0][t] = (double)(sum / ((wide)n * (n + 1) / 2));
    }
}

static void ref_cmo(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide gain = 0, loss = 0;
    for (int t = 1; t < in->n; t++) {
        wide change = (wide)in->close[t] - in->close[t - 1];
        wide up = change > 0 ? change : 0, down = change < 0 ? -change : 0;
        gain = t <= n ? gain + up / n : (gain * (n - 1) + up) / n;
        loss = t <= n ? loss + down / n : (loss * (n - 1) + down) / n;
        if (t >= n)
            out[0][t] = (double)(100 * (gain - loss) / (gain + loss));
    }
}

static void ref_aroonosc(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n; t < in->n; t++) {
        int low = 0, high = 0;
        for (int k = 1; k <= n; k++) {
            low = in->low[t - k] < in->low[t - low] ? k : low;
            high = in->high[t - k] > in->high[t - high] ? k : high;
        }
        out[0][t] = 100.0 * (low - high) / n;
    }
}

static void ref_willr(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1; t < in->n; t++) {
        wide high = highest(in->high, t, n), low = lowest(in->low, t, n);
        out[0][t] = (double)(-100 * (high - in->close[t]) / (high - low));
    }
}

static void ref_bop(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    for (int t = 0; t < in->n; t++)
        out[0][t] = (double)(((wide)in->close[t] - in->open[t]) / ((wide)in->high[t] - in->low[t]));
}

static void ref_imi(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++) {
        wide up = 0, down = 0;
        for (int k = 0; k < (int)p[0]; k++) {
            wide body = (wide)in->close[t - k] - in->open[t - k];
            up += body > 0 ? body : 0;
            down += body < 0 ? -body : 0;
        }
        out[0][t] = (double)(100 * up / (up + down));
    }
}

static void ref_mfi(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0]; t < in->n; t++) {
        wide up = 0, down = 0;
        for (int k = t; k > t - (int)p[0]; k--) {
            wide now = ((wide)in->high[k] + in->low[k] + in->close[k]) / 3;
            wide last = ((wide)in->high[k - 1] + in->low[k - 1] + in->close[k - 1]) / 3;
            up += now > last ? now * in->volume[k] : 0;
            down += now < last ? now * in->volume[k] : 0;
        }
        out[0][t] = (double)(100 * up / (up + down));
    }
}

static int by_size(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void ref_ultosc(const ref_in *in, const double *p, double *const *out)
{
    int period[3] = { (int)p[0], (int)p[1], (int)p[2] };
    qsort(period, 3, sizeof *period, by_size);
    for (int t = period[2]; t < in->n; t++) {
        wide all = 0;
        for (int i = 0; i < 3; i++) {
            wide buying = 0, range = 0;
            for (int k = t; k > t - period[i]; k--) {
                wide last = in->close[k - 1];
                wide bottom = fminl(in->low[k], last), top = fmaxl(in->high[k], last);
                buying += in->close[k] - bottom;
                range += top - bottom;
            }
            all += (4 >> i) * buying / range;
        }
        out[0][t] = (double)(100 * all / 7);
    }
}

static void ref_fisher(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    double *x = calloc((size_t)in->n + 1, sizeof *x);
    wide v = 0, fish = 0;
    for (int t = 0; t < in->n; t++)
        x[t] = in->high[t] + in->low[t];
    for (int t = n - 1; t < in->n; t++) {
        wide high = highest(x, t, n), low = lowest(x, t, n);
        wide place = high == low ? 0.5L : (x[t] - low) / (high - low);
        v = 0.66L * (place - 0.5L) + 0.67L * v;
        v = v > 0.99L ? 0.999L : v < -0.99L ? -0.999L : v;
        out[1][t] = (double)fish;
        fish = logl((1 + v) / (1 - v)) / 2 + fish / 2;
        out[0][t] = (double)fish;
    }
    free(x);
}

static void ref_qstick(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++)
        out[0][t] = (double)(ref_mean(in->close, t, (int)p[0]) - ref_mean(in->open, t, (int)p[0]));
}

static void ref_elder_ray(const ref_in *in, const double *p, double *const *out)
{
    start();
    wide *e = ema_of(row_of(in->close, in->n), in->n, 0, (int)p[0]);
    for (int t = (int)p[0] - 1; t < in->n; t++) {
        out[0][t] = (double)(in->high[t] - e[t]);
        out[1][t] = (double)(in->low[t] - e[t]);
    }
}

/* ---- Directional movement ---- */

typedef struct movement {
    wide *plus, *minus, *range;
} movement;

static movement movement_of(const ref_in *in)
{
    movement m = { new_row(), new_row(), new_row() };
    for (int t = 1; t < in->n; t++) {
        wide up = (wide)in->high[t] - in->high[t - 1], down = (wide)in->low[t - 1] - in->low[t];
        if (up > 0 && up > down)
            m.plus[t] = up;
        if (down > 0 && down > up)
            m.minus[t] = down;
        m.range[t] = fmaxl(in->high[t], in->close[t - 1]) - fminl(in->low[t], in->close[t - 1]);
    }
    return m;
}

/* Wilder's sum: the first period - 1 values, then s = s - s / period + x. */
static wide *wilder(const wide *x, int n, int period)
{
    wide *s = new_row();
    for (int t = 1; t < n; t++)
        s[t] = period == 1  ? x[t]
               : t < period ? s[t - 1] + x[t]
                            : s[t - 1] - s[t - 1] / period + x[t];
    return s;
}

static void ref_plus_dm(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    start();
    ref_narrow(wilder(movement_of(in).plus, in->n, n), in->n, n > 1 ? n - 1 : 1, out[0]);
}

static void ref_minus_dm(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    start();
    ref_narrow(wilder(movement_of(in).minus, in->n, n), in->n, n > 1 ? n - 1 : 1, out[0]);
}

static void ref_di(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    start();
    movement m = movement_of(in);
    bool is_plus = p[1] > 0;
    wide *part = wilder(is_plus ? m.plus : m.minus, in->n, n), *all = wilder(m.range, in->n, n);
    for (int t = n; t < in->n; t++)
        out[0][t] = (double)(100 * part[t] / all[t]);
}

/* dx from step `period` on */
static wide *dx_of(const ref_in *in, int period)
{
    movement m = movement_of(in);
    wide *dx = new_row(), *plus = wilder(m.plus, in->n, period);
    wide *minus = wilder(m.minus, in->n, period), *all = wilder(m.range, in->n, period);
    for (int t = period; t < in->n; t++) {
        wide up = 100 * plus[t] / all[t], down = 100 * minus[t] / all[t];
        dx[t] = up + down == 0 ? 0 : 100 * fabsl(up - down) / (up + down);
    }
    return dx;
}

static void ref_dx(const ref_in *in, const double *p, double *const *out)
{
    start();
    ref_narrow(dx_of(in, (int)p[0]), in->n, (int)p[0], out[0]);
}

static wide *adx_of(const ref_in *in, int period)
{
    start();
    wide *adx = new_row();
    ref_average(dx_of(in, period), in->n, period, 2 * period - 1, 1.0L / period, adx);
    return adx;
}

static void ref_adx(const ref_in *in, const double *p, double *const *out)
{
    ref_narrow(adx_of(in, (int)p[0]), in->n, 2 * (int)p[0] - 1, out[0]);
}

static void ref_adxr(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide *adx = adx_of(in, n);
    for (int t = 3 * n - 2; t < in->n; t++)
        out[0][t] = (double)((adx[t] + adx[t - n + 1]) / 2);
}

static void ref_vortex(const ref_in *in, const double *p, double *const *out)
{
    start();
    movement m = movement_of(in);
    for (int t = (int)p[0]; t < in->n; t++) {
        wide plus = 0, minus = 0;
        for (int k = t; k > t - (int)p[0]; k--) {
            plus += fabsl((wide)in->high[k] - in->low[k - 1]);
            minus += fabsl((wide)in->low[k] - in->high[k - 1]);
        }
        out[0][t] = (double)(plus / sum_of(m.range, t, (int)p[0]));
        out[1][t] = (double)(minus / sum_of(m.range, t, (int)p[0]));
    }
}

static const reference references[] = {
    { "roc", { 10 }, ref_roc, 1e-14, 0 },
    { "roc:45", { 45 }, ref_roc, 1e-14, 0 },
    { "rocp", { 10 }, ref_rocp, 1e-14, 0 },
    { "rocr:1", { 1 }, ref_rocr, 1e-15, 0 },
    { "rocr100:33", { 33 }, ref_rocr100, 1e-15, 0 },
    { "macdfix", { 9 }, ref_macdfix, 3e-13, 0 },
    { "macdfix:1", { 1 }, ref_macdfix, 3e-13, 0 },
    { "trix", { 30 }, ref_trix, 3e-12, 1e-2 },
    { "trix:1", { 1 }, ref_trix, 1e-14, 0 },
    { "trix:5", { 5 }, ref_trix, 1e-12, 3e-3 },
    { "ao", { 0 }, ref_ao, 3e-13, 3e-4 },
    { "fosc", { 14 }, ref_fosc, 1e-12, 3e-4 },
    { "fosc:2", { 2 }, ref_fosc, 1e-13, 0 },
    { "fosc:70", { 70 }, ref_fosc, 1e-13, 0 },
    { "tsi", { 25, 13, 13 }, ref_tsi, 1e-12, 0 },
    { "tsi:5,2,7", { 5, 2, 7 }, ref_tsi, 1e-12, 0 },
    { "kst", { 10, 15, 20, 30, 10, 10, 10, 15, 9 }, ref_kst, 1e-13, 0 },
    { "kst:1,2,3,4,5,6,7,8,1", { 1, 2, 3, 4, 5, 6, 7, 8, 1 }, ref_kst, 1e-13, 0 },
    { "coppock", { 14, 11, 10 }, ref_coppock, 1e-13, 0 },
    { "coppock:3,40,1", { 3, 40, 1 }, ref_coppock, 1e-13, 0 },
    { "cmo", { 14 }, ref_cmo, 1e-13, 0 },
    { "cmo:2", { 2 }, ref_cmo, 1e-13, 0 },
    { "aroonosc", { 14 }, ref_aroonosc, 1e-15, 0 },
    { "aroonosc:41", { 41 }, ref_aroonosc, 1e-15, 0 },
    { "willr", { 14 }, ref_willr, 1e-15, 0 },
    { "willr:2", { 2 }, ref_willr, 1e-15, 0 },
    { "bop", { 0 }, ref_bop, 1e-15, 0 },
    { "imi", { 14 }, ref_imi, 1e-15, 0 },
    { "imi:100", { 100 }, ref_imi, 1e-15, 0 },
    /* a float does not always know whether the typical price has risen */
    { "mfi", { 14 }, ref_mfi, 1e-14, 0.1 },
    { "mfi:60", { 60 }, ref_mfi, 1e-14, 0.1 },
    { "ultosc", { 7, 14, 28 }, ref_ultosc, 1e-14, 0 },
    { "ultosc:30,1,9", { 30, 1, 9 }, ref_ultosc, 1e-14, 0 },
    { "fisher", { 10 }, ref_fisher, 1e-12, 1e-3 },
    { "fisher:1", { 1 }, ref_fisher, 1e-12, 1e-3 },
    { "fisher:33", { 33 }, ref_fisher, 1e-12, 1e-3 },
    { "qstick", { 8 }, ref_qstick, 3e-14, 0 },
    { "qstick:1", { 1 }, ref_qstick, 3e-14, 0 },
    { "elder_ray", { 13 }, ref_elder_ray, 1e-13, 0 },
    { "plus_dm", { 14 }, ref_plus_dm, 1e-14, 0 },
    { "plus_dm:1", { 1 }, ref_plus_dm, 1e-14, 0 },
    { "minus_dm:2", { 2 }, ref_minus_dm, 1e-14, 0 },
    { "minus_dm:30", { 30 }, ref_minus_dm, 1e-14, 0 },
    { "plus_di", { 14, 1 }, ref_di, 1e-14, 0 },
    { "plus_di:1", { 1, 1 }, ref_di, 1e-14, 0 },
    { "minus_di:2", { 2, 0 }, ref_di, 1e-14, 0 },
    { "minus_di:20", { 20, 0 }, ref_di, 1e-14, 0 },
    { "dx", { 14 }, ref_dx, 1e-13, 0 },
    { "dx:2", { 2 }, ref_dx, 1e-13, 0 },
    { "adx", { 14 }, ref_adx, 1e-14, 0 },
    { "adx:2", { 2 }, ref_adx, 1e-14, 0 },
    { "adxr", { 14 }, ref_adxr, 1e-14, 0 },
    { "adxr:50", { 50 }, ref_adxr, 1e-14, 0 },
    { "vortex", { 14 }, ref_vortex, 1e-14, 0 },
    { "vortex:1", { 1 }, ref_vortex, 1e-14, 0 },
};

static void every_indicator_matches_its_definition(void)
{
    check_references(references, COUNT(references));
}

static const check_test tests[] = {
    TEST(every_indicator_matches_its_definition),
};
TEST_MAIN(tests)
