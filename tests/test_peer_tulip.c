/* The profile "tulip" against Tulip Indicators itself, whose shared library
 * PENSTOCK_LIBINDICATORS names; without it the test is skipped.  Both the values and the bar of
 * the first one are compared. */
#include <dlfcn.h>

#include "indicator_check.h"

enum { POINTS = 1500, MOST = 16 };

/* As in Tulip's indicators.h. */
typedef struct ti_about {
    const char *name, *full_name;
    int (*start)(const double *options);
    int (*run)(int size, const double *const *inputs, const double *options,
               double *const *outputs);
    int (*run_plainly)(int size, const double *const *inputs, const double *options,
                       double *const *outputs);
    int type, n_inputs, n_options, n_outputs;
    const char *inputs[MOST], *options[MOST], *outputs[MOST];
} ti_about;

static const ti_about *(*find_indicator)(const char *name);

static bool open_tulip(void)
{
    const char *file = getenv("PENSTOCK_LIBINDICATORS");
    void *library = file != NULL ? dlopen(file, RTLD_NOW | RTLD_LOCAL) : NULL;
    if (library == NULL)
        return false;
    *(void **)&find_indicator = dlsym(library, "ti_find_indicator");
    return find_indicator != NULL;
}

/* first: Tulip's output that the call's first one is; further ones follow by `next`. */
static const struct {
    const char *call, *name;
    double options[4];
    int first, next;
} rows[] = {
    { "sma:12", "sma", { 12 }, 0, 1 },
    { "ema:12", "ema", { 12 }, 0, 1 },
    { "wma:12", "wma", { 12 }, 0, 1 },
    { "dema:12", "dema", { 12 }, 0, 1 },
    { "tema:12", "tema", { 12 }, 0, 1 },
    { "trima:11", "trima", { 11 }, 0, 1 },
    { "kama:10", "kama", { 10 }, 0, 1 },
    { "hma:16", "hma", { 16 }, 0, 1 },
    { "zlema:14", "zlema", { 14 }, 0, 1 },
    { "vidya:5,20,0.2", "vidya", { 5, 20, 0.2 }, 0, 1 },
    { "vwma:9", "vwma", { 9 }, 0, 1 },
    { "wilders:14", "wilders", { 14 }, 0, 1 },
    { "bbands:20,2,2", "bbands", { 20, 2 }, 2, -1 },
    { "macd", "macd", { 12, 26, 9 }, 0, 1 },
    { "macd:10,30,5", "macd", { 10, 30, 5 }, 0, 1 },
    { "apo:12,26", "apo", { 12, 26 }, 0, 1 },
    { "ppo:8,21", "ppo", { 8, 21 }, 0, 1 },
    { "trix:9", "trix", { 9 }, 0, 1 },
    { "roc:7", "roc", { 7 }, 0, 1 },
    { "rocr:7", "rocr", { 7 }, 0, 1 },
    { "mom:7", "mom", { 7 }, 0, 1 },
    { "rsi:14", "rsi", { 14 }, 0, 1 },
    { "cmo:14", "cmo", { 14 }, 0, 1 },
    { "cci:14", "cci", { 14 }, 0, 1 },
    { "mfi:14", "mfi", { 14 }, 0, 1 },
    { "willr:14", "willr", { 14 }, 0, 1 },
    { "ultosc:7,14,28", "ultosc", { 7, 14, 28 }, 0, 1 },
    { "aroon:25", "aroon", { 25 }, 0, 1 },
    { "aroonosc:25", "aroonosc", { 25 }, 0, 1 },
    { "bop", "bop", { 0 }, 0, 1 },
    { "stoch:14,3,sma,4,sma", "stoch", { 14, 3, 4 }, 0, 1 },
    { "plus_di:14", "di", { 14 }, 0, 1 },
    { "minus_di:14", "di", { 14 }, 1, 1 },
    { "plus_dm:14", "dm", { 14 }, 0, 1 },
    { "minus_dm:14", "dm", { 14 }, 1, 1 },
    { "dx:14", "dx", { 14 }, 0, 1 },
    { "adx:14", "adx", { 14 }, 0, 1 },
    { "adxr:14", "adxr", { 14 }, 0, 1 },
    { "trange", "tr", { 0 }, 0, 1 },
    { "atr:14", "atr", { 14 }, 0, 1 },
    { "natr:14", "natr", { 14 }, 0, 1 },
    { "cvi:10", "cvi", { 10 }, 0, 1 },
    { "mass:25", "mass", { 25 }, 0, 1 },
    { "vhf:28", "vhf", { 28 }, 0, 1 },
    { "obv", "obv", { 0 }, 0, 1 },
    { "ad", "ad", { 0 }, 0, 1 },
    { "adosc:3,10", "adosc", { 3, 10 }, 0, 1 },
    { "kvo:34,55", "kvo", { 34, 55 }, 0, 1 },
    { "nvi", "nvi", { 0 }, 0, 1 },
    { "pvi", "pvi", { 0 }, 0, 1 },
    { "marketfi", "marketfi", { 0 }, 0, 1 },
    { "vosc:5,20", "vosc", { 5, 20 }, 0, 1 },
    { "wad", "wad", { 0 }, 0, 1 },
    { "ao", "ao", { 0 }, 0, 1 },
    { "fosc:14", "fosc", { 14 }, 0, 1 },
    { "fisher:10", "fisher", { 10 }, 0, 1 },
    { "qstick:10", "qstick", { 10 }, 0, 1 },
    { "linearreg:14", "linreg", { 14 }, 0, 1 },
    { "linearreg_slope:14", "linregslope", { 14 }, 0, 1 },
    { "tsf:14", "tsf", { 14 }, 0, 1 },
    { "stddev:10", "stddev", { 10 }, 0, 1 },
    { "stderr:10", "stderr", { 10 }, 0, 1 },
    { "var:10", "var", { 10 }, 0, 1 },
    { "md:10", "md", { 10 }, 0, 1 },
    { "max:10", "max", { 10 }, 0, 1 },
    { "min:10", "min", { 10 }, 0, 1 },
    { "sum:10", "sum", { 10 }, 0, 1 },
    { "avgprice", "avgprice", { 0 }, 0, 1 },
    { "medprice", "medprice", { 0 }, 0, 1 },
    { "typprice", "typprice", { 0 }, 0, 1 },
    { "wclprice", "wcprice", { 0 }, 0, 1 },
};

/* out: [outputs][POINTS], NaN where Tulip gives nothing. */
static void run_tulip(const ti_about *tulip, const pen_indicator *about, const double *options,
                      const bars *b, double out[MOST][POINTS])
{
    const double *inputs[MOST];
    double *outputs[MOST];
    int start = tulip->start(options), real = 0;
    for (int i = 0; i < tulip->n_inputs; i++) {
        bool is_real = strcmp(tulip->inputs[i], "real") == 0;
        inputs[i] = b->wide[column_of(is_real ? about->inputs[real++] : tulip->inputs[i])];
    }
    for (int o = 0; o < tulip->n_outputs; o++) {
        for (int t = 0; t < start; t++)
            out[o][t] = NAN;
        outputs[o] = out[o] + start;
    }
    CHECK(tulip->run(POINTS, inputs, options, outputs) == 0);
}

static void the_profile_gives_what_tulip_gives(void)
{
    static double want[MOST][POINTS], got[MOST * POINTS];
    pen_plan_options options = pen_plan_options_default();
    pen_device *cpu;
    pen_queue *queue;
    if (!open_tulip())
        SKIP("PENSTOCK_LIBINDICATORS names no library of Tulip Indicators");
    options.profile = PEN_PROFILE_TULIP;
    CHECK_OK(pen_device_open("cpu", &cpu));
    CHECK_OK(pen_queue_create(cpu, &queue));
    bars b = make_bars(1, POINTS, 23);
    for (size_t r = 0; r < COUNT(rows); r++) {
        char name[64];
        pen_plan *plan;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(rows[r].call, ":"), rows[r].call);
        const pen_indicator *about = pen_indicator_find(name);
        const ti_about *tulip = find_indicator(rows[r].name);
        CHECK(about != NULL && tulip != NULL);
        CHECK_OK(pen_plan_create_with(rows[r].call, &options, &plan));
        CHECK_OK(run_compiled(queue, plan, PEN_F64, &b, got));
        run_tulip(tulip, about, rows[r].options, &b, want);
        for (size_t o = 0; o < about->n_outputs; o++)
            check_output(rows[r].call, got + o * POINTS, PEN_F64,
                         want[rows[r].first + (int)o * rows[r].next], POINTS, 1e-9);
        pen_plan_destroy(plan);
    }
    free_bars(&b);
    pen_queue_destroy(queue);
    pen_device_close(cpu);
}

static const check_test tests[] = {
    TEST(the_profile_gives_what_tulip_gives),
};
TEST_MAIN(tests)
