/* Indicators of volume against independent long double formulas. */
#include "indicator_check.h"

/* Volume times (2 close - high - low) / (high - low). */
static wide flow_at(const ref_in *in, int t)
{
    wide range = (wide)in->high[t] - in->low[t];
    wide above = (wide)in->close[t] - in->low[t], below = (wide)in->high[t] - in->close[t];
    return range == 0 ? 0 : (above - below) / range * in->volume[t];
}

static void ref_ad(const ref_in *in, const double *p, double *const *out)
{
    wide sum = 0;
    (void)p;
    for (int t = 0; t < in->n; t++)
        out[0][t] = (double)(sum += flow_at(in, t));
}

static void ref_adosc(const ref_in *in, const double *p, double *const *out)
{
    wide ad = 0, fast = 0, slow = 0;
    for (int t = 0; t < in->n; t++) {
        ad += flow_at(in, t);
        fast = t == 0 ? ad : fast + 2 / ((wide)p[0] + 1) * (ad - fast);
        slow = t == 0 ? ad : slow + 2 / ((wide)p[1] + 1) * (ad - slow);
        if (t >= fmax(p[0], p[1]) - 1)
            out[0][t] = (double)(fast - slow);
    }
}

static void ref_cmf(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++) {
        wide flow = 0, volume = 0;
        for (int k = 0; k < (int)p[0]; k++) {
            flow += flow_at(in, t - k);
            volume += in->volume[t - k];
        }
        out[0][t] = (double)(flow / volume);
    }
}

static void ref_force(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide *x = calloc((size_t)in->n + 1, sizeof *x), *e = calloc((size_t)in->n + 1, sizeof *e);
    for (int t = 1; t < in->n; t++)
        x[t] = ((wide)in->close[t] - in->close[t - 1]) * in->volume[t];
    ref_average(x, in->n, n, n, 2.0L / (n + 1), e);
    ref_narrow(e, in->n, n, out[0]);
    free(x);
    free(e);
}

static void ref_emv(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    for (int t = 1; t < in->n; t++) {
        wide now = ((wide)in->high[t] + in->low[t]) / 2;
        wide last = ((wide)in->high[t - 1] + in->low[t - 1]) / 2;
        wide ratio = (wide)in->volume[t] / 10000 / ((wide)in->high[t] - in->low[t]);
        out[0][t] = (double)((now - last) / ratio);
    }
}

static void ref_marketfi(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    for (int t = 0; t < in->n; t++)
        out[0][t] = (double)(((wide)in->high[t] - in->low[t]) / in->volume[t]);
}

static void ref_kvo(const ref_in *in, const double *p, double *const *out)
{
    wide fast = 0, slow = 0, moved = 0;
    int trend = 0;
    for (int t = 1; t < in->n; t++) {
        wide now = (wide)in->high[t] + in->low[t] + in->close[t];
        wide last = (wide)in->high[t - 1] + in->low[t - 1] + in->close[t - 1];
        wide range = (wide)in->high[t] - in->low[t];
        int turned = now > last ? 1 : now < last ? -1 : trend;
        if (turned != trend)
            moved = (wide)in->high[t - 1] - in->low[t - 1];
        trend = turned;
        moved += range;
        wide force = 100 * in->volume[t] * fabsl(2 * range / moved - 1) * (trend < 0 ? -1 : 1);
        fast = t == 1 ? force : fast + 2 / ((wide)p[0] + 1) * (force - fast);
        slow = t == 1 ? force : slow + 2 / ((wide)p[1] + 1) * (force - slow);
        out[0][t] = (double)(fast - slow);
    }
}

/* p[0]: 1 for bars with more volume, -1 for those with less. */
static void ref_volume_index(const ref_in *in, const double *p, double *const *out)
{
    wide index = 1000;
    for (int t = 0; t < in->n; t++) {
        if (t > 0 && p[0] * (in->volume[t] - in->volume[t - 1]) > 0)
            index *= (wide)in->close[t] / in->close[t - 1];
        out[0][t] = (double)index;
    }
}

static void ref_vosc(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)fmax(p[0], p[1]) - 1; t < in->n; t++) {
        wide fast = ref_mean(in->volume, t, (int)p[0]), slow = ref_mean(in->volume, t, (int)p[1]);
        out[0][t] = (double)(100 * (fast - slow) / slow);
    }
}

static void ref_relative_volume(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0]; t < in->n; t++)
        out[0][t] = (double)(in->volume[t] / ref_mean(in->volume, t - 1, (int)p[0]));
}

static void ref_wad(const ref_in *in, const double *p, double *const *out)
{
    wide sum = 0;
    (void)p;
    for (int t = 1; t < in->n; t++) {
        wide last = in->close[t - 1], now = in->close[t];
        if (now > last)
            sum += now - fminl(last, in->low[t]);
        if (now < last)
            sum += now - fmaxl(last, in->high[t]);
        out[0][t] = (double)sum;
    }
}

static const reference references[] = {
    { "ad", { 0 }, ref_ad, 1e-14, 0 },
    { "adosc", { 3, 10 }, ref_adosc, 1e-13, 1e-4 },
    { "adosc:20,5", { 20, 5 }, ref_adosc, 1e-13, 1e-4 },
    { "cmf", { 20 }, ref_cmf, 1e-14, 0 },
    { "cmf:1", { 1 }, ref_cmf, 1e-14, 0 },
    { "force", { 13 }, ref_force, 1e-14, 0 },
    { "force:1", { 1 }, ref_force, 1e-14, 0 },
    { "emv", { 0 }, ref_emv, 1e-13, 0 },
    { "marketfi", { 0 }, ref_marketfi, 1e-15, 0 },
    { "kvo", { 34, 55 }, ref_kvo, 1e-13, 0 },
    { "kvo:2,1", { 2, 1 }, ref_kvo, 1e-13, 0 },
    { "nvi", { -1 }, ref_volume_index, 1e-14, 0 },
    { "pvi", { 1 }, ref_volume_index, 1e-14, 0 },
    { "vosc", { 5, 10 }, ref_vosc, 1e-14, 0 },
    { "vosc:28,14", { 28, 14 }, ref_vosc, 1e-14, 0 },
    { "relative_volume", { 20 }, ref_relative_volume, 1e-15, 0 },
    { "relative_volume:1", { 1 }, ref_relative_volume, 1e-15, 0 },
    { "wad", { 0 }, ref_wad, 1e-14, 0 },
};

static void every_indicator_matches_its_definition(void)
{
    check_references(references, COUNT(references));
}

static const check_test tests[] = {
    TEST(every_indicator_matches_its_definition),
};
TEST_MAIN(tests)
