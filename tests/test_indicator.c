/* Indicators against independent long double formulas, published values, and
 * themselves: on every device, in chunks, with gaps. */
#include "check.h"
#include "device_matrix.h"
#include "machine/base/alloc.h"
#include "machine/base/rng.h"
#include "machine/base/status.h"
#include "penstock/indicator.h"

typedef long double wide;

/* ---- References: one series, straight from the definitions ---- */

typedef struct ref_in {
    const double *x, *high, *low; /* x: the close */
    int n;
} ref_in;

static void ref_fill(double *out, int n)
{
    for (int t = 0; t < n; t++)
        out[t] = NAN;
}

static void ref_sma(const ref_in *in, const double *p, double *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++) {
        wide sum = 0;
        for (int k = 0; k < (int)p[0]; k++)
            sum += in->x[t - k];
        out[t] = (double)(sum / p[0]);
    }
}

/* e[first] = mean of the n values up to it; then e += alpha (x - e). */
static void ref_average(const wide *x, int count, int n, int first, wide alpha, wide *out)
{
    wide sum = 0;
    for (int t = first - n + 1; t <= first && t < count; t++)
        sum += x[t];
    for (int t = 0; t < count; t++)
        out[t] = t < first ? NAN : t == first ? sum / n : out[t - 1] + alpha * (x[t] - out[t - 1]);
}

static wide *ref_wide(const double *x, int n)
{
    wide *out = calloc((size_t)n + 1, sizeof *out);
    for (int t = 0; t < n; t++)
        out[t] = x[t];
    return out;
}

static void ref_narrow(const wide *x, int n, int first, double *out)
{
    for (int t = 0; t < n; t++)
        out[t] = t < first ? NAN : (double)x[t];
}

static void ref_ema(const ref_in *in, const double *p, double *out)
{
    int n = (int)p[0];
    wide *x = ref_wide(in->x, in->n), *e = calloc((size_t)in->n + 1, sizeof *e);
    ref_average(x, in->n, n, n - 1, 2.0L / (n + 1), e);
    ref_narrow(e, in->n, n - 1, out);
    free(x);
    free(e);
}

static void ref_macd(const ref_in *in, const double *p, int which, double *out)
{
    int n = in->n, fast = (int)p[0], slow = (int)p[1], signal = (int)p[2];
    wide *x = ref_wide(in->x, n), *a = calloc((size_t)n + 1, sizeof *a);
    wide *b = calloc((size_t)n + 1, sizeof *b), *s = calloc((size_t)n + 1, sizeof *s);
    ref_average(x, n, fast, slow - 1, 2.0L / (fast + 1), a);
    ref_average(x, n, slow, slow - 1, 2.0L / (slow + 1), b);
    for (int t = 0; t < n; t++)
        a[t] -= b[t];
    ref_average(a, n, signal, slow + signal - 2, 2.0L / (signal + 1), s);
    for (int t = 0; t < n; t++)
        b[t] = which == 0 ? a[t] : which == 1 ? s[t] : a[t] - s[t];
    ref_narrow(b, n, slow + signal - 2, out);
    free(x);
    free(a);
    free(b);
    free(s);
}

static void ref_macd_line(const ref_in *in, const double *p, double *out)
{
    ref_macd(in, p, 0, out);
}
static void ref_macd_signal(const ref_in *in, const double *p, double *out)
{
    ref_macd(in, p, 1, out);
}
static void ref_macd_hist(const ref_in *in, const double *p, double *out)
{
    ref_macd(in, p, 2, out);
}

static void ref_rsi(const ref_in *in, const double *p, double *out)
{
    int n = (int)p[0];
    wide gain = 0, loss = 0;
    for (int t = 1; t < in->n; t++) {
        wide change = (wide)in->x[t] - in->x[t - 1];
        wide up = change > 0 ? change : 0, down = change < 0 ? -change : 0;
        if (t <= n) {
            gain += up / n;
            loss += down / n;
        } else {
            gain = (gain * (n - 1) + up) / n;
            loss = (loss * (n - 1) + down) / n;
        }
        if (t >= n)
            out[t] = gain + loss == 0 ? 50 : (double)(100 * gain / (gain + loss));
    }
}

static void ref_bands(const ref_in *in, const double *p, int which, double *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++) {
        wide mean = 0, dev2 = 0;
        for (int k = 0; k < (int)p[0]; k++)
            mean += in->x[t - k] / (wide)p[0];
        for (int k = 0; k < (int)p[0]; k++)
            dev2 += (in->x[t - k] - mean) * (in->x[t - k] - mean);
        wide sd = sqrtl(dev2 / (wide)p[0]);
        out[t] = (double)(which == 1 ? mean : which == 0 ? mean + p[1] * sd : mean - p[2] * sd);
    }
}

static void ref_upper(const ref_in *in, const double *p, double *out)
{
    ref_bands(in, p, 0, out);
}
static void ref_middle(const ref_in *in, const double *p, double *out)
{
    ref_bands(in, p, 1, out);
}
static void ref_lower(const ref_in *in, const double *p, double *out)
{
    ref_bands(in, p, 2, out);
}

static void ref_trange(const ref_in *in, const double *p, double *out)
{
    (void)p;
    for (int t = 1; t < in->n; t++) {
        double last = in->x[t - 1], range = in->high[t] - in->low[t];
        out[t] = fmax(range, fmax(fabs(in->high[t] - last), fabs(in->low[t] - last)));
    }
}

static void ref_atr(const ref_in *in, const double *p, double *out)
{
    int n = (int)p[0];
    double *range = calloc((size_t)in->n + 1, sizeof *range);
    ref_trange(in, p, range);
    wide *x = ref_wide(range, in->n), *e = calloc((size_t)in->n + 1, sizeof *e);
    ref_average(x, in->n, n, n, 1.0L / n, e);
    ref_narrow(e, in->n, n, out);
    free(range);
    free(x);
    free(e);
}

static void ref_returns(const ref_in *in, const double *p, double *out)
{
    for (int t = (int)p[0]; t < in->n; t++)
        out[t] = (double)((wide)in->x[t] / in->x[t - (int)p[0]] - 1);
}

static void ref_log_returns(const ref_in *in, const double *p, double *out)
{
    for (int t = (int)p[0]; t < in->n; t++)
        out[t] = (double)logl((wide)in->x[t] / in->x[t - (int)p[0]]);
}

typedef void ref_fn(const ref_in *in, const double *params, double *out);

static const struct {
    const char *call;
    double params[3];
    ref_fn *outputs[3];
    double tol; /* in f64, of the column's scale; f32: times 2^29 */
} references[] = {
    { "returns", { 1 }, { ref_returns }, 1e-15 },
    { "returns:7", { 7 }, { ref_returns }, 1e-15 },
    { "returns:100", { 100 }, { ref_returns }, 1e-15 },
    { "log_returns", { 1 }, { ref_log_returns }, 3e-14 },
    { "log_returns:45", { 45 }, { ref_log_returns }, 3e-14 },
    { "sma:2", { 2 }, { ref_sma }, 1e-15 },
    { "sma:20", { 20 }, { ref_sma }, 1e-15 },
    { "sma:64", { 64 }, { ref_sma }, 1e-15 },
    { "sma:77", { 77 }, { ref_sma }, 1e-15 },
    { "sma:200", { 200 }, { ref_sma }, 1e-15 },
    { "ema:2", { 2 }, { ref_ema }, 3e-15 },
    { "ema:20", { 20 }, { ref_ema }, 3e-15 },
    { "ema:133", { 133 }, { ref_ema }, 3e-14 },
    { "rsi:2", { 2 }, { ref_rsi }, 1e-13 },
    { "rsi", { 14 }, { ref_rsi }, 1e-13 },
    { "rsi:40", { 40 }, { ref_rsi }, 1e-13 },
    { "macd", { 12, 26, 9 }, { ref_macd_line, ref_macd_signal, ref_macd_hist }, 1e-13 },
    { "macd:5,35,1", { 5, 35, 1 }, { ref_macd_line, ref_macd_signal, ref_macd_hist }, 1e-13 },
    { "bbands", { 5, 2, 2 }, { ref_upper, ref_middle, ref_lower }, 1e-14 },
    { "bbands:20,2.5,1", { 20, 2.5, 1 }, { ref_upper, ref_middle, ref_lower }, 1e-14 },
    { "bbands:111,2,3", { 111, 2, 3 }, { ref_upper, ref_middle, ref_lower }, 1e-14 },
    { "trange", { 0 }, { ref_trange }, 1e-15 },
    { "atr", { 14 }, { ref_atr }, 1e-14 },
    { "atr:1", { 1 }, { ref_atr }, 1e-14 },
};

/* ---- Data and running ---- */

enum { HIGH, LOW, CLOSE, N_COLUMNS };

/* columns[c][series][point], as f64 and as the dtype under test. */
typedef struct bars {
    size_t n_series, n_points;
    double *wide[N_COLUMNS];
} bars;

static bars make_bars(size_t n_series, size_t n_points, uint64_t seed)
{
    bars b = { .n_series = n_series, .n_points = n_points };
    for (int c = 0; c < N_COLUMNS; c++)
        b.wide[c] = calloc(n_series * n_points + 1, sizeof(double));
    for (size_t s = 0; s < n_series; s++) {
        pen_rng rng;
        pen_rng_init(&rng, seed, (uint32_t)s, 0, 0);
        double px = 50 + 100 * pen_rng_uniform(&rng);
        for (size_t t = 0; t < n_points; t++) {
            px *= 1 + 0.02 * (pen_rng_uniform(&rng) - 0.5);
            /* values that f32 holds exactly, so that one reference serves both */
            b.wide[CLOSE][s * n_points + t] = (float)px;
            b.wide[HIGH][s * n_points + t] = (float)(px * (1 + 0.01 * pen_rng_uniform(&rng)));
            b.wide[LOW][s * n_points + t] = (float)(px * (1 - 0.01 * pen_rng_uniform(&rng)));
        }
    }
    return b;
}

static void free_bars(bars *b)
{
    for (int c = 0; c < N_COLUMNS; c++)
        free(b->wide[c]);
}

static int column_of(const char *name)
{
    return strcmp(name, "high") == 0 ? HIGH : strcmp(name, "low") == 0 ? LOW : CLOSE;
}

/* Copies doubles into a new panel on the queue's device. */
static pen_panel *to_panel(pen_queue *queue, pen_dtype dtype, const double *x, size_t n_series,
                           size_t n_points)
{
    pen_panel *panel = NULL;
    size_t n = n_series * n_points;
    float *narrow = calloc(n + 1, sizeof *narrow);
    for (size_t i = 0; i < n; i++)
        narrow[i] = (float)x[i];
    CHECK_OK(pen_panel_create(pen_queue_device(queue), dtype, n_series, n_points, &panel));
    const void *from = dtype == PEN_F32 ? (const void *)narrow : x;
    CHECK_OK(pen_panel_write(queue, panel, from, n_points));
    CHECK_OK(pen_queue_wait(queue));
    free(narrow);
    return panel;
}

/* Runs a plan; out: [outputs][n_series][n_points] of dtype. */
static pen_status run_plan(pen_queue *queue, const char *text, pen_dtype dtype, const bars *b,
                           void *out)
{
    pen_plan *plan;
    PEN_TRY(pen_plan_create(text, &plan));
    pen_panel *inputs[6] = { NULL }, *result = NULL;
    for (size_t i = 0; i < pen_plan_input_count(plan); i++)
        inputs[i] = to_panel(queue, dtype, b->wide[column_of(pen_plan_input(plan, i))], b->n_series,
                             b->n_points);
    pen_status s =
        pen_panel_create(pen_queue_device(queue), dtype, pen_plan_output_count(plan) * b->n_series,
                         b->n_points, &result);
    if (s == PEN_OK)
        s = pen_plan_run(queue, plan, (const pen_panel *const *)inputs, result);
    if (s == PEN_OK)
        s = pen_panel_read(queue, out, b->n_points, result);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    for (size_t i = 0; i < 6; i++)
        pen_panel_destroy(inputs[i]);
    pen_panel_destroy(result);
    pen_plan_destroy(plan);
    return s;
}

static double at(const void *data, pen_dtype dtype, size_t i)
{
    return dtype == PEN_F32 ? (double)((const float *)data)[i] : ((const double *)data)[i];
}

static pen_device *cpu;
static pen_queue *cpu_queue;

/* ---- Tests ---- */

/* One output of one series against its reference. */
static void check_output(const char *label, const void *got, pen_dtype dtype, const double *want,
                         size_t n, double tol)
{
    double scale = 0;
    for (size_t t = 0; t < n; t++)
        if (isfinite(want[t]))
            scale = fmax(scale, fabs(want[t]));
    if (scale == 0)
        scale = 1;
    for (size_t t = 0; t < n; t++) {
        char where[128];
        snprintf(where, sizeof where, "%s %s n=%zu t=%zu", label, pen_dtype_name(dtype), n, t);
        CHECK_NEAR(where, at(got, dtype, t), want[t],
                   tol * scale * (dtype == PEN_F32 ? 0x1p29 : 1));
    }
}

static void check_reference(size_t r, pen_dtype dtype, size_t n_series, size_t n_points)
{
    bars b = make_bars(n_series, n_points, 7);
    double *want = calloc(n_points + 1, sizeof *want);
    size_t bytes = pen_dtype_bytes(dtype);
    char *got = calloc(3 * n_series * n_points + 1, bytes);
    CHECK_OK(run_plan(cpu_queue, references[r].call, dtype, &b, got));
    for (size_t o = 0; o < 3 && references[r].outputs[o] != NULL; o++)
        for (size_t s = 0; s < n_series; s++) {
            size_t from = s * n_points;
            ref_in in = { b.wide[CLOSE] + from, b.wide[HIGH] + from, b.wide[LOW] + from,
                          (int)n_points };
            ref_fill(want, (int)n_points);
            references[r].outputs[o](&in, references[r].params, want);
            check_output(references[r].call, got + (o * n_series * n_points + from) * bytes, dtype,
                         want, n_points, references[r].tol);
        }
    free(want);
    free(got);
    free_bars(&b);
}

static void every_indicator_matches_its_definition(void)
{
    static const size_t points[] = { 0, 1, 2, 14, 15, 20, 31, 32, 33, 64, 65, 127, 500, 1001 };
    static const size_t series[] = { 1, 2, 17, 33 };
    for (size_t r = 0; r < COUNT(references); r++)
        for (size_t p = 0; p < COUNT(points); p++)
            for (int d = 0; d < 2; d++)
                check_reference(r, (pen_dtype)d, series[(r + p) % COUNT(series)], points[p]);
}

static void published_values_are_met(void)
{
    /* StockCharts ChartSchool, "Relative Strength Index" and "Moving Averages". */
    static const double rsi_px[] = { 44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955,
                                     45.4245, 45.8433, 46.0826, 45.8931, 46.0328, 45.6140, 46.2820,
                                     46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439 };
    static const double rsi_want[] = { 70.53, 66.32, 66.55, 69.41, 66.36, 57.97 };
    static const double ema_px[] = { 22.2734, 22.1940, 22.0847, 22.1741, 22.1840,
                                     22.1344, 22.2337, 22.4323, 22.2436, 22.2933,
                                     22.1542, 22.3926, 22.3816, 22.6109, 23.3558 };
    static const double ema_want[] = { 22.22, 22.21, 22.24, 22.27, 22.33, 22.52 };
    double got[COUNT(rsi_px)];
    bars b = { 1, COUNT(rsi_px), { NULL, NULL, (double *)rsi_px } };
    CHECK_OK(run_plan(cpu_queue, "rsi:14", PEN_F64, &b, got));
    for (size_t i = 0; i < COUNT(rsi_want); i++)
        CHECK_NEAR("rsi", got[14 + i], rsi_want[i], 0.005);
    b = (bars){ 1, COUNT(ema_px), { NULL, NULL, (double *)ema_px } };
    CHECK_OK(run_plan(cpu_queue, "ema:10", PEN_F64, &b, got));
    for (size_t i = 0; i < COUNT(ema_want); i++)
        CHECK_NEAR("ema", got[9 + i], ema_want[i], 0.006);
}

static const char everything[] =
    "returns returns:9 log_returns sma:20 sma:77 ema:20 rsi:14 macd "
    "bbands:20,2,2 bbands:50 trange atr:14 atr:5 sma:9@high sma:33@low "
    "ema:3@low macd:5,10,4";
enum { EVERYTHING_OUTPUTS = 25 };

typedef struct same_input {
    bars b;
    pen_dtype dtype;
} same_input;

static pen_status make_everything(pen_queue *queue, void *context, void *out)
{
    const same_input *in = context;
    return run_plan(queue, everything, in->dtype, &in->b, out);
}

static void bits_are_the_same_on_every_device(void)
{
    static const size_t shapes[][2] = { { 1, 1 }, { 3, 333 }, { 40, 97 } };
    for (size_t i = 0; i < COUNT(shapes); i++)
        for (int d = 0; d < 2; d++) {
            same_input in = { make_bars(shapes[i][0], shapes[i][1], 5), (pen_dtype)d };
            char label[64];
            snprintf(label, sizeof label, "plan %s %zux%zu", pen_dtype_name(in.dtype), shapes[i][0],
                     shapes[i][1]);
            matrix_check_same(label, make_everything, &in,
                              EVERYTHING_OUTPUTS * shapes[i][0] * shapes[i][1] *
                                  pen_dtype_bytes(in.dtype));
            free_bars(&in.b);
        }
}

static void the_count_of_outputs_is_as_listed(void)
{
    pen_plan *plan;
    CHECK_OK(pen_plan_create(everything, &plan));
    CHECK(pen_plan_output_count(plan) == EVERYTHING_OUTPUTS);
    CHECK(pen_plan_input_count(plan) == 3);
    CHECK_TEXT(pen_plan_output(plan, 8), "macd.signal");
    CHECK_TEXT(pen_plan_output(plan, 10), "bbands_20_2_2.upper");
    CHECK_TEXT(pen_plan_output(plan, 19), "sma_9_high");
    pen_plan_destroy(plan);
}

/* 70 copies of a series are run whole, one alone in chunks. */
static void a_long_series_in_chunks_has_the_bits_of_one_pass(void)
{
    enum { POINTS = 40000, COPIES = 70 };
    bars one = make_bars(1, POINTS, 11), many = make_bars(COPIES, POINTS, 12);
    for (int c = 0; c < N_COLUMNS; c++)
        for (size_t s = 0; s < COPIES; s++)
            memcpy(many.wide[c] + s * POINTS, one.wide[c], POINTS * sizeof(double));
    static const char text[] = "returns log_returns:3 sma:20 ema:20 rsi:14 macd bbands:20 atr:14";
    enum { OUTPUTS = 12 };
    for (int d = 0; d < 2; d++) {
        size_t bytes = pen_dtype_bytes((pen_dtype)d);
        char *a = calloc(OUTPUTS * POINTS, bytes),
             *b = calloc((size_t)OUTPUTS * COPIES * POINTS, bytes);
        CHECK_OK(run_plan(cpu_queue, text, (pen_dtype)d, &one, a));
        CHECK_OK(run_plan(cpu_queue, text, (pen_dtype)d, &many, b));
        for (size_t o = 0; o < OUTPUTS; o++)
            CHECK(memcmp(a + o * POINTS * bytes, b + o * COPIES * POINTS * bytes, POINTS * bytes) ==
                  0);
        free(a);
        free(b);
    }
    free_bars(&one);
    free_bars(&many);
}

/* A series that stays constant long enough keeps a chunk's warm-up from meeting
 * the chunk before: averages creep towards it differently from 0 and from above. */
static void a_chunk_that_does_not_settle_is_done_again(void)
{
    enum { POINTS = 60000, COPIES = 70 };
    bars one = make_bars(1, POINTS, 13), many = make_bars(COPIES, POINTS, 12);
    for (size_t t = 0; t < POINTS; t++)
        one.wide[CLOSE][t] = t < 3000 ? 1e9 + (double)t : 1e-3;
    for (size_t s = 0; s < COPIES; s++)
        memcpy(many.wide[CLOSE] + s * POINTS, one.wide[CLOSE], POINTS * sizeof(double));
    double *a = calloc(2 * POINTS, sizeof *a), *b = calloc((size_t)2 * COPIES * POINTS, sizeof *b);
    CHECK_OK(run_plan(cpu_queue, "ema:50 rsi:30", PEN_F64, &one, a));
    CHECK_OK(run_plan(cpu_queue, "ema:50 rsi:30", PEN_F64, &many, b));
    CHECK(memcmp(a, b, POINTS * sizeof *a) == 0);
    CHECK(memcmp(a + POINTS, b + (size_t)COPIES * POINTS, POINTS * sizeof *a) == 0);
    free(a);
    free(b);
    free_bars(&one);
    free_bars(&many);
}

static void a_series_starts_at_its_first_value(void)
{
    enum { POINTS = 200, LEAD = 37 };
    bars late = make_bars(3, POINTS, 3), early = make_bars(1, POINTS - LEAD, 3);
    for (size_t t = 0; t < POINTS; t++)
        late.wide[CLOSE][POINTS + t] = t < LEAD ? NAN : early.wide[CLOSE][t - LEAD];
    double got[2 * 3 * POINTS], want[2 * POINTS];
    CHECK_OK(run_plan(cpu_queue, "rsi:14 sma:20@high", PEN_F64, &late, got));
    CHECK_OK(run_plan(cpu_queue, "rsi:14", PEN_F64, &early, want));
    for (size_t t = 0; t < POINTS; t++)
        CHECK_NEAR("late series", got[POINTS + t], t < LEAD ? NAN : want[t - LEAD], 0);
    /* the other call of the plan does not wait for the late column */
    CHECK(isnan(got[3 * POINTS + POINTS + 18]));
    CHECK(!isnan(got[3 * POINTS + POINTS + 19]));
    free_bars(&late);
    free_bars(&early);
}

static void a_gap_leaves_windows_and_stays_in_recursions(void)
{
    enum { POINTS = 120, GAP = 60 };
    bars b = make_bars(1, POINTS, 4);
    b.wide[CLOSE][GAP] = NAN;
    double got[4 * POINTS];
    CHECK_OK(run_plan(cpu_queue, "sma:20 ema:20 rsi:14 returns", PEN_F64, &b, got));
    for (size_t t = 20; t < POINTS; t++) {
        CHECK(isnan(got[t]) == (t >= GAP && t < GAP + 20));
        CHECK(isnan(got[POINTS + t]) == (t >= GAP));
        CHECK(isnan(got[2 * POINTS + t]) == (t >= GAP));
        CHECK(isnan(got[3 * POINTS + t]) == (t == GAP || t == GAP + 1));
    }
    free_bars(&b);
}

static void a_series_without_values_gives_none(void)
{
    bars b = make_bars(2, 50, 4);
    for (size_t t = 0; t < 50; t++)
        b.wide[CLOSE][t] = NAN;
    double got[2 * 50];
    CHECK_OK(run_plan(cpu_queue, "sma:5", PEN_F64, &b, got));
    for (size_t t = 0; t < 50; t++)
        CHECK(isnan(got[t]));
    CHECK(!isnan(got[50 + 4]));
    free_bars(&b);
}

static void a_flat_series_is_exact(void)
{
    enum { POINTS = 300 };
    bars b = make_bars(1, POINTS, 4);
    for (size_t t = 0; t < POINTS; t++)
        b.wide[CLOSE][t] = b.wide[HIGH][t] = b.wide[LOW][t] = 10.1;
    double got[8 * POINTS];
    CHECK_OK(run_plan(cpu_queue, "sma:20 ema:20 rsi:14 bbands:20 atr returns", PEN_F64, &b, got));
    for (size_t t = 20; t < POINTS; t++) {
        static const double want[] = { 10.1, 10.1, 50, 10.1, 10.1, 10.1, 0, 0 };
        for (size_t o = 0; o < COUNT(want); o++)
            CHECK_NEAR("flat", got[o * POINTS + t], want[o], 0);
    }
    free_bars(&b);
}

static void bad_plans_say_what_is_wrong(void)
{
    static const struct {
        const char *text;
        pen_status status;
        const char *says;
    } rows[] = {
        { "", PEN_E_PARSE, "no calls" },
        { "rsj:14", PEN_E_NOTFOUND, "did you mean 'rsi'" },
        { "rsi:abc", PEN_E_PARSE, "period is 'abc'" },
        { "rsi:", PEN_OK, "" },
        { "rsi:1", PEN_E_ARG, "from 2 to 100000" },
        { "rsi:2.5", PEN_E_ARG, "whole number" },
        { "rsi:1e99", PEN_E_ARG, "from 2 to" },
        { "rsi:nan", PEN_E_PARSE, "expected a number" },
        { "rsi:14,3", PEN_E_ARG, "too many parameters" },
        { "macd:12,", PEN_E_PARSE, "ends with a comma" },
        { "macd:,26", PEN_E_PARSE, "fast is ''" },
        { "atr:14@high,low", PEN_E_PARSE, "expected 3 inputs" },
        { "sma:5@high,low", PEN_E_PARSE, "too many inputs" },
        { "sma:5@", PEN_E_PARSE, "expected 1 inputs" },
        { "sma@a sma@b sma@c sma@d sma@e sma@f sma@g", PEN_E_SIZE, "different inputs" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pen_plan *plan;
        CHECK_STATUS(pen_plan_create(rows[i].text, &plan), rows[i].status);
        if (rows[i].status != PEN_OK) {
            CHECK(plan == NULL);
            CHECK_ERROR_SAYS(rows[i].says);
        }
        pen_plan_destroy(plan);
    }
}

static void wrong_shapes_are_refused(void)
{
    pen_plan *plan;
    pen_panel *a, *b, *out;
    CHECK_OK(pen_plan_create("atr:14", &plan));
    CHECK_OK(pen_panel_create(cpu, PEN_F64, 2, 10, &a));
    CHECK_OK(pen_panel_create(cpu, PEN_F32, 2, 10, &b));
    CHECK_OK(pen_panel_create(cpu, PEN_F64, 2, 10, &out));
    CHECK_STATUS(pen_plan_run(cpu_queue, plan, (const pen_panel *const[]){ a, b, a }, out),
                 PEN_E_SHAPE);
    CHECK_ERROR_SAYS("low is 2 x 10 f32, expected 2 x 10 f64");
    pen_panel_destroy(out);
    CHECK_OK(pen_panel_create(cpu, PEN_F64, 2, 9, &out));
    CHECK_STATUS(pen_plan_run(cpu_queue, plan, (const pen_panel *const[]){ a, a, a }, out),
                 PEN_E_SHAPE);
    pen_panel_destroy(a);
    pen_panel_destroy(b);
    pen_panel_destroy(out);
    pen_plan_destroy(plan);
}

/* The n-th allocation fails, for every n until all succeed. */
static void a_failed_allocation_is_reported_and_leaks_nothing(void)
{
    enum { POINTS = 30000 };
    bars b = make_bars(1, POINTS, 3);
    pen_panel *in = to_panel(cpu_queue, PEN_F32, b.wide[CLOSE], 1, POINTS), *out;
    CHECK_OK(pen_panel_create(cpu, PEN_F32, 2, POINTS, &out));
    long live = pen_alloc_live();
    bool is_done = false;
    for (long n = 0; n < 1000 && !is_done; n++) {
        pen_plan *plan;
        pen_alloc_fail_after(n);
        pen_status s = pen_plan_create("sma:20 ema:10", &plan);
        if (s == PEN_OK)
            s = pen_plan_run(cpu_queue, plan, (const pen_panel *const[]){ in }, out);
        pen_alloc_fail_after(-1);
        CHECK(s == PEN_OK || s == PEN_E_NOMEM);
        is_done = s == PEN_OK;
        pen_plan_destroy(plan);
        CHECK(pen_alloc_live() == live);
    }
    CHECK(is_done);
    pen_panel_destroy(in);
    pen_panel_destroy(out);
    free_bars(&b);
}

static const check_test tests[] = {
    TEST(every_indicator_matches_its_definition),
    TEST(published_values_are_met),
    TEST(the_count_of_outputs_is_as_listed),
    TEST(bits_are_the_same_on_every_device),
    TEST(a_long_series_in_chunks_has_the_bits_of_one_pass),
    TEST(a_chunk_that_does_not_settle_is_done_again),
    TEST(a_series_starts_at_its_first_value),
    TEST(a_gap_leaves_windows_and_stays_in_recursions),
    TEST(a_series_without_values_gives_none),
    TEST(a_flat_series_is_exact),
    TEST(bad_plans_say_what_is_wrong),
    TEST(wrong_shapes_are_refused),
    TEST(a_failed_allocation_is_reported_and_leaks_nothing),
};

int main(int argc, char **argv)
{
    CHECK_OK(pen_device_open("cpu", &cpu));
    CHECK_OK(pen_queue_create(cpu, &cpu_queue));
    int code = check_main_(tests, COUNT(tests), argc, argv);
    pen_queue_destroy(cpu_queue);
    pen_device_close(cpu);
    return code;
}
