/* Indicators against independent long double formulas, published values, and
 * themselves: on every device, in chunks, with gaps. */
#include "indicator_check.h"
#include "machine/base/alloc.h"

/* ---- References: one series, straight from the definitions ---- */

static void ref_sma(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++)
        out[0][t] = (double)ref_mean(in->close, t, (int)p[0]);
}

static void ref_ema(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide *x = ref_wide(in->close, in->n), *e = calloc((size_t)in->n + 1, sizeof *e);
    ref_average(x, in->n, n, n - 1, 2.0L / (n + 1), e);
    ref_narrow(e, in->n, n - 1, out[0]);
    free(x);
    free(e);
}

static void ref_macd(const ref_in *in, const double *p, double *const *out)
{
    int n = in->n, fast = (int)p[0], slow = (int)p[1], signal = (int)p[2];
    wide *x = ref_wide(in->close, n), *a = calloc((size_t)n + 1, sizeof *a);
    wide *b = calloc((size_t)n + 1, sizeof *b), *s = calloc((size_t)n + 1, sizeof *s);
    ref_average(x, n, fast, slow - 1, 2.0L / (fast + 1), a);
    ref_average(x, n, slow, slow - 1, 2.0L / (slow + 1), b);
    for (int t = 0; t < n; t++)
        a[t] -= b[t];
    ref_average(a, n, signal, slow + signal - 2, 2.0L / (signal + 1), s);
    for (int t = 0; t < n; t++)
        b[t] = a[t] - s[t];
    ref_narrow(a, n, slow + signal - 2, out[0]);
    ref_narrow(s, n, slow + signal - 2, out[1]);
    ref_narrow(b, n, slow + signal - 2, out[2]);
    free(x);
    free(a);
    free(b);
    free(s);
}

static void ref_rsi(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide gain = 0, loss = 0;
    for (int t = 1; t < in->n; t++) {
        wide change = (wide)in->close[t] - in->close[t - 1];
        wide up = change > 0 ? change : 0, down = change < 0 ? -change : 0;
        if (t <= n) {
            gain += up / n;
            loss += down / n;
        } else {
            gain = (gain * (n - 1) + up) / n;
            loss = (loss * (n - 1) + down) / n;
        }
        if (t >= n)
            out[0][t] = gain + loss == 0 ? 50 : (double)(100 * gain / (gain + loss));
    }
}

static void ref_bbands(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1; t < in->n; t++) {
        wide mean = ref_mean(in->close, t, n), sd = sqrtl(ref_deviation2(in->close, t, n) / n);
        out[0][t] = (double)(mean + p[1] * sd);
        out[1][t] = (double)mean;
        out[2][t] = (double)(mean - p[2] * sd);
    }
}

static void ref_trange(const ref_in *in, const double *p, double *const *out)
{
    (void)p;
    for (int t = 1; t < in->n; t++) {
        double last = in->close[t - 1], range = in->high[t] - in->low[t];
        out[0][t] = fmax(range, fmax(fabs(in->high[t] - last), fabs(in->low[t] - last)));
    }
}

static void ref_atr(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    double *range = calloc((size_t)in->n + 1, sizeof *range);
    ref_trange(in, p, &range);
    wide *x = ref_wide(range, in->n), *e = calloc((size_t)in->n + 1, sizeof *e);
    ref_average(x, in->n, n, n, 1.0L / n, e);
    ref_narrow(e, in->n, n, out[0]);
    free(range);
    free(x);
    free(e);
}

static void ref_returns(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0]; t < in->n; t++)
        out[0][t] = (double)((wide)in->close[t] / in->close[t - (int)p[0]] - 1);
}

static void ref_log_returns(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0]; t < in->n; t++)
        out[0][t] = (double)logl((wide)in->close[t] / in->close[t - (int)p[0]]);
}

static void ref_max(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++)
        for (int k = 0; k < (int)p[0]; k++)
            out[0][t] = fmax(out[0][t], in->close[t - k]);
}

static void ref_min(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0] - 1; t < in->n; t++)
        for (int k = 0; k < (int)p[0]; k++)
            out[0][t] = fmin(out[0][t], in->close[t - k]);
}

static void ref_correl(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1; t < in->n; t++) {
        wide x = ref_mean(in->high, t, n), y = ref_mean(in->low, t, n), both = 0;
        for (int k = 0; k < n; k++)
            both += (in->high[t - k] - x) * (in->low[t - k] - y);
        wide scale = sqrtl(ref_deviation2(in->high, t, n) * ref_deviation2(in->low, t, n));
        out[0][t] = scale == 0 ? 0 : (double)(both / scale);
    }
}

static void ref_linearreg(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n - 1; t < in->n; t++) {
        wide mean = ref_mean(in->close, t, n), up = 0, across = 0;
        for (int k = 0; k < n; k++) {
            wide at_x = (n - 1) / 2.0L - k;
            up += at_x * in->close[t - k];
            across += at_x * at_x;
        }
        out[0][t] = (double)(mean + up / across * (n - 1) / 2);
    }
}

static void ref_obv(const ref_in *in, const double *p, double *const *out)
{
    wide sum = 0;
    (void)p;
    for (int t = 0; t < in->n; t++) {
        double change = t == 0 ? 1 : in->close[t] - in->close[t - 1];
        sum += change > 0 ? in->volume[t] : change < 0 ? -in->volume[t] : 0;
        out[0][t] = (double)sum;
    }
}

static void ref_mom(const ref_in *in, const double *p, double *const *out)
{
    for (int t = (int)p[0]; t < in->n; t++)
        out[0][t] = in->close[t] - in->close[t - (int)p[0]];
}

static void ref_cci(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    wide *x = calloc((size_t)in->n + 1, sizeof *x);
    for (int t = 0; t < in->n; t++)
        x[t] = ((wide)in->high[t] + in->low[t] + in->close[t]) / 3;
    for (int t = n - 1; t < in->n; t++) {
        wide mean = 0, deviation = 0;
        for (int k = 0; k < n; k++)
            mean += x[t - k] / n;
        for (int k = 0; k < n; k++)
            deviation += fabsl(x[t - k] - mean) / n;
        out[0][t] = deviation == 0 ? 0 : (double)((x[t] - mean) / (0.015L * deviation));
    }
    free(x);
}

static void ref_aroon(const ref_in *in, const double *p, double *const *out)
{
    int n = (int)p[0];
    for (int t = n; t < in->n; t++) {
        int low = 0, high = 0;
        for (int k = 1; k <= n; k++) {
            low = in->low[t - k] < in->low[t - low] ? k : low;
            high = in->high[t - k] > in->high[t - high] ? k : high;
        }
        out[0][t] = 100.0 * (n - low) / n;
        out[1][t] = 100.0 * (n - high) / n;
    }
}

static const reference references[] = {
    { "max:2", { 2 }, ref_max, 0, 0 },
    { "max:30", { 30 }, ref_max, 0, 0 },
    { "max:64", { 64 }, ref_max, 0, 0 },
    { "min:33", { 33 }, ref_min, 0, 0 },
    { "correl:5", { 5 }, ref_correl, 1e-13, 1e-4 },
    { "correl", { 30 }, ref_correl, 1e-13, 1e-4 },
    { "linearreg", { 14 }, ref_linearreg, 1e-14, 0 },
    { "linearreg:2", { 2 }, ref_linearreg, 1e-14, 0 },
    { "linearreg:100", { 100 }, ref_linearreg, 1e-14, 0 },
    { "obv", { 0 }, ref_obv, 1e-15, 0 },
    { "mom", { 10 }, ref_mom, 1e-15, 0 },
    { "cci", { 14 }, ref_cci, 1e-12, 1e-3 },
    { "cci:90", { 90 }, ref_cci, 1e-12, 1e-3 },
    { "aroon", { 14 }, ref_aroon, 1e-14, 0 },
    { "aroon:2", { 2 }, ref_aroon, 1e-14, 0 },
    { "aroon:70", { 70 }, ref_aroon, 1e-14, 0 },
    { "returns", { 1 }, ref_returns, 1e-15, 0 },
    { "returns:7", { 7 }, ref_returns, 1e-15, 0 },
    { "returns:100", { 100 }, ref_returns, 1e-15, 0 },
    { "log_returns", { 1 }, ref_log_returns, 3e-14, 0 },
    { "log_returns:45", { 45 }, ref_log_returns, 3e-14, 0 },
    { "sma:2", { 2 }, ref_sma, 1e-15, 0 },
    { "sma:20", { 20 }, ref_sma, 1e-15, 0 },
    { "sma:64", { 64 }, ref_sma, 1e-15, 0 },
    { "sma:77", { 77 }, ref_sma, 1e-15, 0 },
    { "sma:200", { 200 }, ref_sma, 1e-15, 0 },
    { "ema:2", { 2 }, ref_ema, 3e-15, 0 },
    { "ema:20", { 20 }, ref_ema, 3e-15, 0 },
    { "ema:133", { 133 }, ref_ema, 3e-14, 0 },
    { "rsi:2", { 2 }, ref_rsi, 1e-13, 0 },
    { "rsi", { 14 }, ref_rsi, 1e-13, 0 },
    { "rsi:40", { 40 }, ref_rsi, 1e-13, 0 },
    { "macd", { 12, 26, 9 }, ref_macd, 3e-13, 0 },
    { "macd:5,35,1", { 5, 35, 1 }, ref_macd, 3e-13, 0 },
    { "macd:signal=1,slow=35", { 12, 35, 1 }, ref_macd, 3e-13, 0 },
    { "bbands", { 5, 2, 2 }, ref_bbands, 1e-14, 0 },
    { "bbands:20,2.5,1", { 20, 2.5, 1 }, ref_bbands, 1e-14, 0 },
    { "bbands:111,2,3", { 111, 2, 3 }, ref_bbands, 1e-14, 0 },
    { "trange", { 0 }, ref_trange, 1e-15, 0 },
    { "atr", { 14 }, ref_atr, 1e-14, 0 },
    { "atr:1", { 1 }, ref_atr, 1e-14, 0 },
};

static pen_device *cpu;
static pen_queue *cpu_queue;

/* ---- Tests ---- */

static void every_indicator_matches_its_definition(void)
{
    check_references(references, COUNT(references));
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
    bars b = { .n_series = 1, .n_points = COUNT(rsi_px), .wide[CLOSE] = (double *)rsi_px };
    CHECK_OK(run_plan(cpu_queue, "rsi:14", PEN_F64, &b, got));
    for (size_t i = 0; i < COUNT(rsi_want); i++)
        CHECK_NEAR("rsi", got[14 + i], rsi_want[i], 0.005);
    b = (bars){ .n_series = 1, .n_points = COUNT(ema_px), .wide[CLOSE] = (double *)ema_px };
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
        { "macd:slwo=30", PEN_E_ARG, "no parameter 'slwo', expected one of fast,slow,signal" },
        { "macd:signal=5,3", PEN_E_ARG, "too many parameters, expected 3" },
        { "trange:3", PEN_E_ARG, "too many parameters, expected 0" },
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

CPU_TEST_MAIN(tests)
