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

static const reference references[] = {
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
};

static void every_average_matches_its_definition(void)
{
    check_references(cpu_queue, references, COUNT(references));
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

static const check_test tests[] = {
    TEST(every_average_matches_its_definition),
    TEST(averages_of_a_line_lag_as_their_weights_say),
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
