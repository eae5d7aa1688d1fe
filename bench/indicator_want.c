#include "indicator_want.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* e[first] = mean of the `count` values up to it, then e += alpha (x - e). */
static void average(const double *x, size_t n, size_t first, size_t count, long double alpha,
                    double *out)
{
    long double e = 0;
    for (size_t t = 0; t < n; t++) {
        if (t > first)
            e += alpha * (x[t] - e);
        else if (t + count > first)
            e += x[t] / (long double)count;
        out[t] = t < first ? NAN : (double)e;
    }
}

static void want_window(const task *k, bool is_bands)
{
    for (size_t t = 0; t < k->n; t++) {
        long double sum = 0, squares = 0;
        for (size_t i = 0; i < k->period && t + 1 >= k->period; i++)
            sum += k->close[t - i];
        sum = t + 1 < k->period ? NAN : sum / k->period;
        for (size_t i = 0; is_bands && i < k->period && t + 1 >= k->period; i++)
            squares += (k->close[t - i] - sum) * (k->close[t - i] - sum);
        long double width = 2 * sqrtl(squares / k->period);
        k->out[0][t] = (double)(sum + width);
        if (is_bands) {
            k->out[1][t] = (double)sum;
            k->out[2][t] = (double)(sum - width);
        }
    }
}

static void want_macd(const task *k)
{
    enum { FAST = 12, SLOW = 26, SIGNAL = 9, FIRST = SLOW + SIGNAL - 2 };
    double *macd = k->out[0], *signal = k->out[1], *hist = k->out[2];
    average(k->close, k->n, SLOW - 1, FAST, 2.0L / (FAST + 1), macd);
    average(k->close, k->n, SLOW - 1, SLOW, 2.0L / (SLOW + 1), hist);
    for (size_t t = 0; t < k->n; t++)
        macd[t] -= hist[t];
    average(macd, k->n, FIRST, SIGNAL, 2.0L / (SIGNAL + 1), signal);
    for (size_t t = 0; t < k->n; t++) {
        macd[t] = t < FIRST ? NAN : macd[t];
        hist[t] = macd[t] - signal[t];
    }
}

static void want_rsi(const task *k)
{
    double *gain = k->out[1], *loss = k->out[2];
    for (size_t t = 0; t < k->n; t++) {
        double change = t > 0 ? k->close[t] - k->close[t - 1] : 0;
        gain[t] = fmax(change, 0);
        loss[t] = fmax(-change, 0);
    }
    average(gain, k->n, k->period, k->period, 1.0L / k->period, k->out[0]);
    average(loss, k->n, k->period, k->period, 1.0L / k->period, gain);
    for (size_t t = 0; t < k->n; t++)
        k->out[0][t] = 100 * k->out[0][t] / (k->out[0][t] + gain[t]);
}

static void want_atr(const task *k)
{
    double *range = k->out[1];
    for (size_t t = 0; t < k->n; t++) {
        double last = k->close[t > 0 ? t - 1 : 0];
        range[t] = fmax(k->high[t], last) - fmin(k->low[t], last);
    }
    average(range, k->n, k->period, k->period, 1.0L / k->period, k->out[0]);
}

/* Wilder's sums as averages: the first period - 1 movements over the period, then 1 / period. */
static void want_adx(const task *k)
{
    double *plus = k->out[1], *minus = k->out[2], *dx = k->out[0];
    size_t first = k->period - 1;
    for (size_t t = 0; t < k->n; t++) {
        double up = t > 0 ? k->high[t] - k->high[t - 1] : 0;
        double down = t > 0 ? k->low[t - 1] - k->low[t] : 0;
        plus[t] = up > 0 && up > down ? up : 0;
        minus[t] = down > 0 && down > up ? down : 0;
    }
    long double p = 0, m = 0;
    for (size_t t = 0; t < k->n; t++) {
        p += t <= first ? plus[t] : plus[t] - p / k->period;
        m += t <= first ? minus[t] : minus[t] - m / k->period;
        dx[t] = p + m == 0 ? 0 : (double)(100 * fabsl(p - m) / (p + m));
    }
    average(dx, k->n, 2 * k->period - 1, k->period, 1.0L / k->period, plus);
    memcpy(dx, plus, k->n * sizeof *dx);
}

/* 14, 3, 3; each value of the last k bars */
static void want_stoch(const task *k)
{
    enum { K = 14, SMOOTH = 3, FIRST = K + 2 * SMOOTH - 3 };
    double *fast = k->out[2];
    for (size_t t = 0; t < k->n; t++) {
        double high = k->high[t], low = k->low[t];
        for (size_t i = 1; i < K && i <= t; i++) {
            high = fmax(high, k->high[t - i]);
            low = fmin(low, k->low[t - i]);
        }
        fast[t] = high == low ? 50 : 100 * (k->close[t] - low) / (high - low);
    }
    for (size_t t = 0; t < k->n; t++)
        for (size_t o = 0; o < 2; o++) {
            const double *from = o == 0 ? fast : k->out[0];
            k->out[o][t] = t < 2 ? NAN : (from[t] + from[t - 1] + from[t - 2]) / SMOOTH;
        }
    for (size_t t = 0; t < FIRST && t < k->n; t++)
        k->out[0][t] = k->out[1][t] = NAN;
}

static void want_cci(const task *k)
{
    double *typical = k->out[1];
    for (size_t t = 0; t < k->n; t++)
        typical[t] = (k->high[t] + k->low[t] + k->close[t]) / 3;
    for (size_t t = 0; t < k->n; t++) {
        long double mean = 0, deviation = 0;
        for (size_t i = 0; i < k->period && t + 1 >= k->period; i++)
            mean += (long double)typical[t - i] / k->period;
        for (size_t i = 0; i < k->period && t + 1 >= k->period; i++)
            deviation += fabsl(typical[t - i] - mean) / k->period;
        k->out[0][t] =
            t + 1 < k->period ? NAN : (double)((typical[t] - mean) / (0.015L * deviation));
    }
}

static long double mean_of(const double *x, size_t n)
{
    long double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum / n;
}

/* Over the `period` values up to each step. */
static double want_statistic(const task *k, formula kind, size_t t)
{
    size_t n = k->period, from = t + 1 - n;
    const double *x = (kind == CORREL ? k->high : k->close) + from, *y = k->low + from;
    long double mean = mean_of(x, n), mean_y = mean_of(y, n), xx = 0, yy = 0, xy = 0;
    long double rise = 0, across = 0, middle = (n - 1) / 2.0L, most = x[0];
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
        xy += (x[i] - mean) * (y[i] - mean_y);
        rise += (i - middle) * x[i];
        across += (i - middle) * (i - middle);
        most = x[i] > most ? x[i] : most;
    }
    return (double)(kind == MAX         ? most
                    : kind == STDDEV    ? sqrtl(xx / n)
                    : kind == LINEARREG ? mean + rise / across * middle
                                        : xy / sqrtl(xx * yy));
}

enum { RING = 16 };

static double hilbert(const double *ring, size_t t)
{
    return 0.0962 * (ring[t % RING] - ring[(t - 6) % RING]) +
           0.5769 * (ring[(t - 2) % RING] - ring[(t - 4) % RING]);
}

/* Ehlers' dominant cycle, by TA-Lib's rules. */
static void want_dcperiod(const task *k)
{
    enum { START = 12, LOOKBACK = 32 };
    double s[RING] = { 0 }, d[RING] = { 0 }, q[RING] = { 0 }, i2 = 0, q2 = 0, re = 0, im = 0;
    double period = 0, smooth = 0;
    for (size_t t = 0; t < k->n; t++) {
        k->out[0][t] = NAN;
        if (t < START)
            continue;
        const double *x = k->close + t;
        double gain = 0.075 * period + 0.54, last_i = i2, last_q = q2, last = period;
        s[t % RING] = (4 * x[0] + 3 * x[-1] + 2 * x[-2] + x[-3]) / 10;
        d[t % RING] = gain * hilbert(s, t);
        q[t % RING] = gain * hilbert(d, t);
        i2 = 0.2 * (d[(t - 3) % RING] - gain * hilbert(q, t)) + 0.8 * i2;
        q2 = 0.2 * (q[t % RING] + gain * hilbert(d, t - 3)) + 0.8 * q2;
        re = 0.2 * (i2 * last_i + q2 * last_q) + 0.8 * re;
        im = 0.2 * (i2 * last_q - q2 * last_i) + 0.8 * im;
        if (re != 0 && im != 0)
            period = 2 * acos(-1) / atan(im / re);
        period = fmax(fmin(period, 1.5 * last), 0.67 * last);
        period = 0.2 * fmin(fmax(period, 6), 50) + 0.8 * last;
        smooth = 0.33 * period + 0.67 * smooth;
        if (t >= LOOKBACK)
            k->out[0][t] = smooth;
    }
}

static void want_wma(const task *k)
{
    for (size_t t = 0; t < k->n; t++) {
        long double sum = 0, weights = (long double)k->period * (k->period + 1) / 2;
        for (size_t i = 0; i < k->period && t + 1 >= k->period; i++)
            sum += k->close[t - i] * (long double)(k->period - i);
        k->out[0][t] = t + 1 < k->period ? NAN : (double)(sum / weights);
    }
}

/* The stop below this bar and the last while long, above them while short. */
static double within(const task *k, size_t t, bool is_long, double stop)
{
    size_t last = t > 1 ? t - 1 : t;
    return is_long ? fmin(stop, fmin(k->low[t], k->low[last]))
                   : fmax(stop, fmax(k->high[t], k->high[last]));
}

static void want_sar(const task *k)
{
    double down = k->low[0] - k->low[1], up = k->high[1] - k->high[0], speed = 0.02;
    bool is_long = !(down > 0 && up < down);
    double stop = is_long ? k->low[0] : k->high[0], best = is_long ? k->high[1] : k->low[1];
    k->out[0][0] = NAN;
    for (size_t t = 1; t < k->n; t++) {
        bool turns = is_long ? k->low[t] <= stop : k->high[t] >= stop;
        if (turns) {
            is_long = !is_long;
            stop = within(k, t, is_long, best);
        }
        double far = is_long ? k->high[t] : k->low[t];
        bool is_new = is_long ? far > best : far < best;
        k->out[0][t] = stop;
        speed = turns ? 0.02 : is_new ? fmin(speed + 0.02, 0.2) : speed;
        best = turns || is_new ? far : best;
        stop = within(k, t, is_long, stop + speed * (best - stop));
    }
}

void indicator_want(const task *k, formula kind)
{
    switch (kind) {
    case STDDEV:
    case MAX:
    case LINEARREG:
    case CORREL:
        for (size_t t = 0; t < k->n; t++)
            k->out[0][t] = t + 1 < k->period ? NAN : want_statistic(k, kind, t);
        break;
    case HT_DCPERIOD:
        want_dcperiod(k);
        break;
    case WMA:
        want_wma(k);
        break;
    case SAR:
        want_sar(k);
        break;
    case SMA:
    case BBANDS:
        want_window(k, kind == BBANDS);
        break;
    case EMA:
        average(k->close, k->n, k->period - 1, k->period, 2.0L / (k->period + 1), k->out[0]);
        break;
    case RSI:
        want_rsi(k);
        break;
    case MACD:
        want_macd(k);
        break;
    case ATR:
        want_atr(k);
        break;
    case ADX:
        want_adx(k);
        break;
    case STOCH:
        want_stoch(k);
        break;
    case CCI:
        want_cci(k);
        break;
    case RETURNS:
    case LOG_RETURNS:
        for (size_t t = 0; t < k->n; t++) {
            long double ratio = t < 1 ? NAN : (long double)k->close[t] / k->close[t - 1];
            k->out[0][t] = (double)(kind == RETURNS ? ratio - 1 : logl(ratio));
        }
    }
}
