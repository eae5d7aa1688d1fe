/* Every indicator that is named after a function of TA-Lib against that function, with the
 * defaults and with parameters drawn at random.  TA-Lib describes its functions itself,
 * so there is no list here but that of known differences.  Without the library the
 * test is skipped. */
#include "indicator_check.h"
#include "talib.h"

enum { POINTS = 1500, MOST_INPUTS = 4 };

/* ---- Running both ---- */

/* Where the two differ for a reason, in docs/indicators.md: what is allowed, of the
 * column's scale. */
static const struct {
    const char *name;
    double tol;
} differences[] = {
    { "", 0 },
};

/* Parameters below which TA-Lib shows memory that it has not written, other bars, or the
 * 0 of 0/0. */
static const struct {
    const char *name, *param;
    double least;
} unusable[] = {
    { "macd", "signal", 2 },
    { "macdfix", "signal", 2 },
    { "stochrsi", "fastk", 2 },
    { "mavp", "maxperiod", 60 },
};

static double tolerance(const char *name)
{
    for (size_t i = 0; i < COUNT(differences); i++)
        if (strcmp(differences[i].name, name) == 0)
            return differences[i].tol;
    return 1e-9;
}

static void set_inputs(void *call, const ta_function *function, const pen_indicator *about,
                       const bars *b)
{
    unsigned real = 0;
    for (unsigned i = 0; i < function->n_inputs; i++) {
        const ta_about *input;
        ta.input(function->handle, i, &input);
        if (input->type == TA_PRICE)
            CHECK(ta.set_price(call, i, b->wide[OPEN], b->wide[HIGH], b->wide[LOW], b->wide[CLOSE],
                               b->wide[VOLUME], NULL) == 0);
        else
            CHECK(ta.set_real(call, i, b->wide[column_of(about->inputs[real++])]) == 0);
    }
}

static void set_params(void *call, const ta_function *function, const double *params)
{
    for (unsigned i = 0; i < function->n_params; i++) {
        const ta_about *param;
        ta.param(function->handle, i, &param);
        if (param->type == TA_PARAM_REAL || param->type == TA_PARAM_REAL_LIST)
            CHECK(ta.set_real_param(call, i, params[i]) == 0);
        else
            CHECK(ta.set_int_param(call, i, (int)params[i]) == 0);
    }
}

/* out: [n_outputs][POINTS], NaN where TA-Lib gives nothing; false if it refuses. */
static bool run_talib(const ta_function *function, const pen_indicator *about, const bars *b,
                      const double *params, double *out)
{
    static double real[PEN_INDICATOR_MAX_OUTPUTS][POINTS];
    static int whole[PEN_INDICATOR_MAX_OUTPUTS][POINTS];
    bool is_real[PEN_INDICATOR_MAX_OUTPUTS];
    void *call;
    int begin = 0, count = 0;
    CHECK(ta.open_call(function->handle, &call) == 0);
    set_inputs(call, function, about, b);
    set_params(call, function, params);
    for (unsigned o = 0; o < function->n_outputs; o++) {
        const ta_about *output;
        ta.output(function->handle, o, &output);
        is_real[o] = output->type == TA_OUT_REAL;
        CHECK((is_real[o] ? ta.set_real_out(call, o, real[o])
                          : ta.set_int_out(call, o, whole[o])) == 0);
    }
    int code = ta.call(call, 0, POINTS - 1, &begin, &count);
    ta.close_call(call);
    for (unsigned o = 0; o < function->n_outputs; o++)
        for (int t = 0; t < POINTS; t++) {
            int i = t - begin;
            bool is_there = i >= 0 && i < count;
            out[o * POINTS + t] = !is_there ? NAN : is_real[o] ? real[o][i] : (double)whole[o][i];
        }
    return code == 0;
}

/* The function that the indicator is said to follow, or NULL: TA-Lib 0.8 has further functions
 * of the catalogue's names, but not always of their definition. */
static const ta_function *find_followed(const pen_indicator *about)
{
    return strstr(about->source, "TA-Lib") != NULL ? find_function(about->name) : NULL;
}

/* The largest difference of the column's scale; infinite where only one has a value. */
static double largest_difference(const double *got, const double *want, int *where)
{
    double scale = 0, most = 0;
    for (int t = 0; t < POINTS; t++)
        if (isfinite(want[t]))
            scale = fmax(scale, fabs(want[t]));
    for (int t = 0; t < POINTS; t++) {
        double apart = fabs(got[t] - want[t]) / (scale > 0 ? scale : 1);
        if (isnan(got[t]) && isnan(want[t]))
            apart = 0;
        else if (isnan(apart))
            apart = INFINITY;
        if (apart > most) {
            most = apart;
            *where = t;
        }
    }
    return most;
}

/* A plan of one call; out: its outputs. */
static pen_status run_call(pen_queue *queue, const char *call, const pen_plan_options *options,
                           const bars *b, double *out)
{
    pen_plan *plan;
    PEN_TRY(pen_plan_create_with(call, options, &plan));
    pen_status s = run_compiled(queue, plan, PEN_F64, b, out);
    pen_plan_destroy(plan);
    return s;
}

/* options: NULL, or what TA-Lib was set to. */
static double compare(const pen_indicator *about, const ta_function *function, pen_queue *queue,
                      const bars *b, const double *params, const pen_plan_options *options)
{
    char call[256];
    double *got = calloc((size_t)about->n_outputs * POINTS, sizeof *got), most = 0;
    double *want = calloc((size_t)about->n_outputs * POINTS, sizeof *want);
    snprintf(call, sizeof call, "%s", about->name);
    for (size_t i = 0; i < about->n_params; i++)
        snprintf(call + strlen(call), sizeof call - strlen(call), "%c%.17g", i == 0 ? ':' : ',',
                 params[i]);
    CHECK_OK(run_call(queue, call, options, b, got));
    if (run_talib(function, about, b, params, want))
        for (size_t o = 0; o < about->n_outputs; o++) {
            int where = 0;
            double apart = largest_difference(got + o * POINTS, want + o * POINTS, &where);
            most = fmax(most, apart);
            if (!(apart <= tolerance(about->name)))
                printf("    %s %s: %.2g apart at t=%d: %.17g, TA-Lib %.17g\n", call,
                       about->outputs[o], apart, where, got[o * POINTS + (size_t)where],
                       want[o * POINTS + (size_t)where]);
            CHECK(apart <= tolerance(about->name));
        }
    free(got);
    free(want);
    return most;
}

static void draw_params(const pen_indicator *about, pen_rng *rng, double *params)
{
    for (size_t i = 0; i < about->n_params; i++) {
        const pen_indicator_param *p = &about->params[i];
        double low = fmax(p->min, -10);
        for (size_t u = 0; u < COUNT(unusable); u++)
            if (strcmp(unusable[u].name, about->name) == 0 &&
                strcmp(unusable[u].param, p->name) == 0)
                low = unusable[u].least;
        double high = fmax(fmin(p->max, p->is_integer ? 60 : 10), low);
        double value = low + (high + p->is_integer - low) * pen_rng_uniform(rng);
        params[i] = p->is_integer ? fmin(floor(value), high) : value;
    }
    if (strcmp(about->name, "mavp") == 0 && params[0] > params[1]) { /* lowest, highest period */
        double low = params[1];
        params[1] = params[0];
        params[0] = low;
    }
}

static void the_functions_of_talib_give_the_same(void)
{
    pen_device *cpu;
    pen_queue *queue;
    if (!open_talib())
        SKIP("no TA-Lib; PENSTOCK_LIBTALIB names its file");
    CHECK_OK(pen_device_open("cpu", &cpu));
    CHECK_OK(pen_queue_create(cpu, &queue));
    bars b = make_bars(1, POINTS, 17);
    pen_rng rng;
    pen_rng_init(&rng, 18, 0, 0, 0);
    int compared = 0;
    for (size_t i = 0; i < pen_indicator_count(); i++) {
        const pen_indicator *about = pen_indicator_at(i);
        const ta_function *function = find_followed(about);
        double params[PEN_INDICATOR_MAX_PARAMS], most = 0;
        if (function == NULL)
            continue;
        CHECK(function->n_params == about->n_params && function->n_outputs == about->n_outputs);
        for (int k = 0; k < 8; k++) {
            draw_params(about, &rng, params);
            for (size_t p = 0; p < about->n_params && k == 0; p++)
                params[p] = about->params[p].fallback;
            most = fmax(most, compare(about, function, queue, &b, params, NULL));
        }
        printf("    %-14s at most %.1e apart\n", about->name, most);
        compared++;
    }
    CHECK(compared > 0);
    free_bars(&b);
    pen_queue_destroy(queue);
    pen_device_close(cpu);
}

/* TA_FuncUnstId as of TA-Lib 0.6.  Those in capitals are not in pen_unstable: TA-Lib's adxr and
 * stochrsi ignore theirs, mfi and imi remember a window and nothing before it. */
static const char *const unstable_ids[] = {
    "adx",         "ADXR",       "atr",       "cmo",     "dx",           "ema",
    "ht_dcperiod", "ht_dcphase", "ht_phasor", "ht_sine", "ht_trendline", "ht_trendmode",
    "IMI",         "kama",       "mama",      "MFI",     "minus_di",     "minus_dm",
    "natr",        "plus_di",    "plus_dm",   "rsi",     "STOCHRSI",     "t3",
};

static int unstable_id(pen_unstable which)
{
    int id = 0;
    while (strcmp(unstable_ids[id], pen_unstable_name(which)) != 0)
        id++;
    return id;
}

/* Of every function, whether its own period or that of one it is made of. */
static void unstable_periods_leave_out_what_talib_leaves_out(void)
{
    pen_device *cpu;
    pen_queue *queue;
    if (!open_talib())
        SKIP("no TA-Lib; PENSTOCK_LIBTALIB names its file");
    CHECK_OK(pen_device_open("cpu", &cpu));
    CHECK_OK(pen_queue_create(cpu, &queue));
    bars b = make_bars(1, POINTS, 19);
    pen_plan_options options = pen_plan_options_default();
    for (int i = 0; i < PEN_UNSTABLE_COUNT; i++) {
        options.unstable[i] = 3 + 2 * i;
        CHECK(ta.set_unstable(unstable_id((pen_unstable)i), 3 + 2 * (unsigned)i) == 0);
    }
    int compared = 0;
    for (size_t i = 0; i < pen_indicator_count(); i++) {
        const pen_indicator *about = pen_indicator_at(i);
        const ta_function *function = find_followed(about);
        double params[PEN_INDICATOR_MAX_PARAMS];
        if (function == NULL)
            continue;
        for (size_t p = 0; p < about->n_params; p++)
            params[p] = about->params[p].fallback;
        for (size_t p = 0; p < about->n_params; p++) /* also of exponential averages */
            if (about->params[p].choices != NULL)
                params[p] = 1;
        compare(about, function, queue, &b, params, &options);
        compared++;
    }
    CHECK(compared > 0);
    for (int i = 0; i < PEN_UNSTABLE_COUNT; i++)
        CHECK(ta.set_unstable(unstable_id((pen_unstable)i), 0) == 0);
    free_bars(&b);
    pen_queue_destroy(queue);
    pen_device_close(cpu);
}

static const check_test tests[] = {
    TEST(the_functions_of_talib_give_the_same),
    TEST(unstable_periods_leave_out_what_talib_leaves_out),
};
TEST_MAIN(tests)
