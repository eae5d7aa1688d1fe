/* Indicators that start anew with each session, and those of traded volume by price,
 * against independent long double formulas. */
#include "indicator_check.h"

static wide typical(const ref_in *in, int t)
{
    return ((wide)in->high[t] + in->low[t] + in->close[t]) / 3;
}

/* Mean and deviation over the bars from..t by their definition. */
static void weighted(const ref_in *in, int from, int t, wide *mean, wide *stdev)
{
    wide weight = 0, sum = 0, squares = 0;
    for (int k = from; k <= t; k++) {
        weight += in->volume[k];
        sum += typical(in, k) * in->volume[k];
    }
    *mean = sum / weight;
    for (int k = from; k <= t; k++)
        squares += in->volume[k] * (typical(in, k) - *mean) * (typical(in, k) - *mean);
    *stdev = sqrtl(squares / weight);
}

static void ref_vwap(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    for (int t = 0; t < in->n; t++) {
        wide mean, stdev;
        weighted(in, t - t % SESSION_BARS, t, &mean, &stdev);
        out[0][t] = (double)mean;
    }
}

static void ref_vwap_bands(const ref_in *in, const double *p, double *const *out)
{
    for (int t = 0; t < in->n; t++) {
        wide mean, stdev;
        weighted(in, t - t % SESSION_BARS, t, &mean, &stdev);
        out[0][t] = (double)(mean + p[0] * stdev);
        out[1][t] = (double)mean;
        out[2][t] = (double)(mean - p[1] * stdev);
    }
}

static void ref_vwap_anchored(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0]; t < in->n; t++) {
        wide mean, stdev;
        weighted(in, (int)p[0], t, &mean, &stdev);
        out[0][t] = (double)mean;
    }
}

static void ref_vwap_rolling(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++) {
        wide mean, stdev;
        weighted(in, t - (int)p[0] + 1, t, &mean, &stdev);
        out[0][t] = (double)mean;
    }
}

/* Bins by the doubles that the kernel sees, so that a price on an edge falls on the same
 * side: it is the sums and the search that are checked. */
static void ref_volume_profile(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0], bins = (int)p[1];
    for (int t = n - 1; t < in->n; t++) {
        double volume[1000] = { 0 }, total = 0, low = INFINITY, high = -INFINITY;
        for (int k = t; k > t - n; k--) {
            low = fmin(low, (double)typical(in, k));
            high = fmax(high, (double)typical(in, k));
        }
        for (int k = t; k > t - n; k--) {
            double at_bin = high > low ? ((double)typical(in, k) - low) * (bins / (high - low)) : 0;
            volume[at_bin < bins - 1 ? (int)at_bin : bins - 1] += in->volume[k];
            total += in->volume[k];
        }
        int most = 0, a, z;
        for (int b = 1; b < bins; b++)
            most = volume[b] > volume[most] ? b : most;
        double held = volume[a = z = most];
        while (held < p[2] * total && (a > 0 || z < bins - 1)) {
            bool is_up = a == 0 || (z < bins - 1 && volume[z + 1] >= volume[a - 1]);
            held += is_up ? volume[++z] : volume[--a];
        }
        out[0][t] = low + (most + 0.5) * (high - low) / bins;
        out[1][t] = low + (z + 1) * (high - low) / bins;
        out[2][t] = low + a * (high - low) / bins;
    }
}

static void ref_pivot_points(const ref_in *in, const double *p, double *const *out)
{
    static const wide fibonacci[] = { 0.382L, 0.618L, 1 };
    static const wide camarilla[] = { 1.1L / 12, 1.1L / 6, 1.1L / 4 };
    for (int t = SESSION_BARS; t < in->n; t++) {
        int from = t - t % SESSION_BARS - SESSION_BARS;
        wide h = in->high[from], l = in->low[from], c = in->close[from + SESSION_BARS - 1];
        for (int k = from; k < from + SESSION_BARS; k++) {
            h = fmaxl(h, in->high[k]);
            l = fminl(l, in->low[k]);
        }
        wide pp = (h + l + c) / 3;
        wide level[7] = { pp,         2 * pp - l, pp + h - l,      h + 2 * (pp - l),
                          2 * pp - h, pp - h + l, l - 2 * (h - pp) };
        for (int i = 0; i < 3 && p[0] > 0; i++) {
            wide apart = (p[0] == 1 ? fibonacci : camarilla)[i] * (h - l);
            level[1 + i] = (p[0] == 1 ? pp : c) + apart;
            level[4 + i] = (p[0] == 1 ? pp : c) - apart;
        }
        for (int o = 0; o < 7; o++)
            out[o][t] = (double)level[o];
    }
}

static const reference references[] = {
    { "vwap", { 0 }, ref_vwap, 1e-14, 0 },
    { "vwap_bands", { 2, 2 }, ref_vwap_bands, 1e-14, 0 },
    { "vwap_bands:0.5,-1", { 0.5, -1 }, ref_vwap_bands, 1e-14, 0 },
    { "vwap_anchored", { 0 }, ref_vwap_anchored, 1e-14, 0 },
    { "vwap_anchored:40", { 40 }, ref_vwap_anchored, 1e-14, 0 },
    { "vwap_rolling", { 20 }, ref_vwap_rolling, 1e-14, 0 },
    { "vwap_rolling:1", { 1 }, ref_vwap_rolling, 1e-14, 0 },
    { "pivot_points", { 0 }, ref_pivot_points, 1e-14, 0 },
    { "pivot_points:fibonacci", { 1 }, ref_pivot_points, 1e-14, 0 },
    { "pivot_points:camarilla", { 2 }, ref_pivot_points, 1e-14, 0 },
};
/* In f32 a price falls into another bin here and there: in f64 only. */
static const reference profiles[] = {
    { "volume_profile", { 100, 24, 0.7 }, ref_volume_profile, 1e-14, 0 },
    { "volume_profile:10,5,0.5", { 10, 5, 0.5 }, ref_volume_profile, 1e-14, 0 },
    { "volume_profile:40,1000,1", { 40, 1000, 1 }, ref_volume_profile, 1e-14, 0 },
    { "volume_profile:1,1,0", { 1, 1, 0 }, ref_volume_profile, 1e-14, 0 },
};

static pen_device *cpu;
static pen_queue *cpu_queue;

static void every_indicator_matches_its_definition(void)
{
    check_references(references, COUNT(references));
    for (size_t i = 0; i < COUNT(profiles); i++) {
        check_reference(cpu_queue, &profiles[i], PEN_F64, 17, 300);
        check_reference(cpu_queue, &profiles[i], PEN_F64, 1, 20000);
    }
}

/* A bar without volume has no weight; before any has, the price is all there is. */
static void bars_without_volume_have_no_weight(void)
{
    enum { POINTS = 6 };
    double px[POINTS] = { 10, 20, 30, 40, 50, 60 }, volume[POINTS] = { 0, 0, 2, 0, 2, 4 };
    double session[POINTS] = { 1, 1, 1, 1, 2, 2 }, got[3 * POINTS];
    static const double want[] = { 10, 10, 30, 30, 50, (50 * 2 + 60 * 4) / 6.0 };
    static const double rolling[] = { NAN, 20, 30, 30, 50, (50 * 2 + 60 * 4) / 6.0 };
    bars b = { .n_series = 1, .n_points = POINTS, .wide = { px, px, px, px, volume, session } };
    CHECK_OK(run_plan(cpu_queue, "vwap vwap_rolling:2 vwap_anchored:4", PEN_F64, &b, got));
    for (size_t t = 0; t < POINTS; t++) {
        CHECK_NEAR("vwap", got[t], want[t], 1e-13);
        CHECK_NEAR("rolling", got[POINTS + t], rolling[t], 1e-13);
        CHECK_NEAR("anchored", got[2 * POINTS + t], t < 4 ? NAN : want[t], 1e-13);
    }
}

/* The most traded price of two clusters, by hand: 3 of 10 bars at 100, 7 at 110. */
static void the_profile_finds_the_busier_price(void)
{
    enum { POINTS = 10 };
    double px[POINTS], volume[POINTS], got[3 * POINTS];
    for (int t = 0; t < POINTS; t++) {
        px[t] = t % 3 == 1 ? 100 : 110;
        volume[t] = 5;
    }
    bars b = { .n_series = 1, .n_points = POINTS, .wide = { px, px, px, px, volume, px } };
    CHECK_OK(run_plan(cpu_queue, "volume_profile:10,10,0.7", PEN_F64, &b, got));
    CHECK_NEAR("poc", got[POINTS - 1], 109.5, 1e-12);
    CHECK_NEAR("vah", got[2 * POINTS - 1], 110, 1e-12);
    CHECK_NEAR("val", got[3 * POINTS - 1], 109, 1e-12);
}

/* A bin of negative volume next to the busiest: the area grows past it, and stays in bounds. */
static void the_profile_survives_negative_volume(void)
{
    enum { POINTS = 3 };
    double px[POINTS] = { 100, 101, 102 }, volume[POINTS] = { 10, -5, 9 }, got[3 * POINTS];
    bars b = { .n_series = 1, .n_points = POINTS, .wide = { px, px, px, px, volume, px } };
    CHECK_OK(run_plan(cpu_queue, "volume_profile:3,3,1", PEN_F64, &b, got));
    CHECK_NEAR("poc", got[POINTS - 1], 100 + 1. / 3, 1e-12);
    CHECK_NEAR("vah", got[2 * POINTS - 1], 102, 1e-12);
    CHECK_NEAR("val", got[3 * POINTS - 1], 100, 1e-12);
}

static const check_test tests[] = {
    TEST(every_indicator_matches_its_definition),
    TEST(bars_without_volume_have_no_weight),
    TEST(the_profile_finds_the_busier_price),
    TEST(the_profile_survives_negative_volume),
};

CPU_TEST_MAIN(tests)
