/* What must hold for every entry of the catalogue, whatever it computes.  A new
 * indicator is tested here by being listed; its values are tested in its
 * family's own test. */
#include "indicator_check.h"

enum { MAX_TEXT = 16384 };

static pen_device *cpu;
static pen_queue *cpu_queue;

/* "name:p1,p2": parameters drawn from their ranges, numbers and periods small. */
static void random_call(const pen_indicator *about, pen_rng *rng, char *text, size_t bytes)
{
    snprintf(text, bytes, "%s", about->name);
    for (size_t i = 0; i < about->n_params; i++) {
        const pen_indicator_param *p = &about->params[i];
        double low = fmax(p->min, -10), high = fmin(p->max, p->is_integer ? 60 : 10);
        high = fmax(high, low);
        double value = low + (high - low) * pen_rng_uniform(rng);
        size_t used = strlen(text);
        snprintf(text + used, bytes - used, p->is_integer ? "%c%.0f" : "%c%.6g", i == 0 ? ':' : ',',
                 p->is_integer ? floor(value) : value);
    }
}

/* All entries with their defaults, as one plan. */
static void all_calls(char text[MAX_TEXT])
{
    text[0] = '\0';
    for (size_t i = 0; i < pen_indicator_count(); i++) {
        strcat(text, pen_indicator_at(i)->name);
        strcat(text, " ");
    }
    CHECK(strlen(text) < MAX_TEXT);
}

static size_t outputs_of(const char *text)
{
    pen_plan *plan;
    CHECK_OK(pen_plan_create(text, &plan));
    size_t n = pen_plan_output_count(plan);
    pen_plan_destroy(plan);
    return n;
}

static void every_entry_is_described(void)
{
    for (size_t i = 0; i < pen_indicator_count(); i++) {
        const pen_indicator *a = pen_indicator_at(i);
        CHECK(pen_indicator_find(a->name) == a);
        CHECK(a->family[0] != '\0' && a->title[0] != '\0' && a->formula[0] != '\0');
        CHECK(a->source[0] != '\0' && a->n_inputs > 0 && a->n_outputs > 0);
        for (size_t p = 0; p < a->n_params; p++) {
            const pen_indicator_param *param = &a->params[p];
            CHECK(param->name != NULL && param->min <= param->fallback);
            CHECK(param->fallback <= param->max);
            for (int c = 0; param->choices != NULL && c <= (int)param->max; c++)
                CHECK(param->choices[c] != NULL);
        }
        for (size_t o = 0; o < a->n_outputs; o++)
            CHECK(a->outputs[o] != NULL && (a->n_outputs == 1 || a->outputs[o][0] != '\0'));
    }
}

/* Prices at which the entry is defined: those of [-1, 1] where it is defined there only. */
static void bring_into_domain(const pen_indicator *about, bars *b)
{
    bool is_arc = strcmp(about->name, "acos") == 0 || strcmp(about->name, "asin") == 0;
    for (size_t i = 0; is_arc && i < b->n_series * b->n_points; i++)
        b->wide[CLOSE][i] = remainder(b->wide[CLOSE][i], 2);
}

/* NaN for `lookback` steps, values after. */
static void check_warm_up(const char *call, const bars *b)
{
    pen_plan *plan;
    CHECK_OK(pen_plan_create(call, &plan));
    size_t n = pen_plan_output_count(plan);
    double *got = calloc(n * b->n_points, sizeof *got);
    CHECK_OK(run_plan(cpu_queue, call, PEN_F64, b, got));
    for (size_t o = 0; o < n; o++) {
        size_t lookback = pen_plan_lookback(plan, o), wrong = b->n_points;
        for (size_t t = 0; t < b->n_points && wrong == b->n_points; t++)
            if (isnan(got[o * b->n_points + t]) != (t < lookback))
                wrong = t;
        if (wrong < b->n_points)
            printf("    %s: lookback %zu, but t=%zu is %g\n", pen_plan_output(plan, o), lookback,
                   wrong, got[o * b->n_points + wrong]);
        CHECK(wrong == b->n_points);
    }
    free(got);
    pen_plan_destroy(plan);
}

/* Sessions of one bar: what needs a whole session needs one bar. */
static bars make_short_sessions(uint64_t seed)
{
    bars b = make_bars(1, 900, seed);
    for (size_t t = 0; t < b.n_points; t++)
        b.wide[SESSION][t] = (double)t;
    return b;
}

static void values_start_after_the_lookback(void)
{
    pen_rng rng;
    pen_rng_init(&rng, 22, 0, 0, 0);
    for (size_t i = 0; i < pen_indicator_count(); i++) {
        bars b = make_short_sessions(21);
        char call[256];
        bring_into_domain(pen_indicator_at(i), &b);
        check_warm_up(pen_indicator_at(i)->name, &b);
        for (int k = 0; k < 3; k++) {
            random_call(pen_indicator_at(i), &rng, call, sizeof call);
            check_warm_up(call, &b);
        }
        free_bars(&b);
    }
}

/* A flat price with a flat volume has a value for everything. */
static void a_flat_price_gives_finite_values(void)
{
    for (size_t i = 0; i < pen_indicator_count(); i++) {
        const pen_indicator *a = pen_indicator_at(i);
        bars b = make_short_sessions(23);
        for (size_t t = 0; t < b.n_points; t++) {
            b.wide[OPEN][t] = b.wide[HIGH][t] = b.wide[LOW][t] = b.wide[CLOSE][t] = 10.1;
            b.wide[VOLUME][t] = 1000;
        }
        bring_into_domain(a, &b);
        double *got = calloc(a->n_outputs * b.n_points, sizeof *got);
        CHECK_OK(run_plan(cpu_queue, a->name, PEN_F64, &b, got));
        for (size_t o = 0; o < a->n_outputs; o++) {
            double last = got[o * b.n_points + b.n_points - 1];
            if (!isfinite(last))
                printf("    %s.%s of a flat price is %g\n", a->name, a->outputs[o], last);
            CHECK(isfinite(last));
        }
        free(got);
        free_bars(&b);
    }
}

typedef struct same_input {
    bars b;
    pen_dtype dtype;
    const char *text;
} same_input;

static pen_status make_all(pen_queue *queue, void *context, void *out)
{
    const same_input *in = context;
    return run_plan(queue, in->text, in->dtype, &in->b, out);
}

static void all_have_the_same_bits_on_every_device(void)
{
    static const size_t shapes[][2] = { { 3, 333 }, { 18, 97 } };
    char text[MAX_TEXT];
    all_calls(text);
    size_t n_outputs = outputs_of(text);
    for (size_t i = 0; i < COUNT(shapes); i++)
        for (int d = 0; d < 2; d++) {
            same_input in = { make_bars(shapes[i][0], shapes[i][1], 5), (pen_dtype)d, text };
            size_t values = n_outputs * shapes[i][0] * shapes[i][1];
            char label[64];
            snprintf(label, sizeof label, "all %s %zux%zu", pen_dtype_name(in.dtype), shapes[i][0],
                     shapes[i][1]);
            matrix_check_same_reals(label, make_all, &in, in.dtype, values);
            free_bars(&in.b);
        }
}

static bool same_values(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a[i], &b[i], sizeof a[i]) != 0 && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

/* Sharing sub-results, and the split into several programs, change nothing. */
static void each_alone_is_what_it_is_among_all(void)
{
    bars b = make_bars(2, 500, 6);
    char text[MAX_TEXT];
    all_calls(text);
    size_t cells = b.n_series * b.n_points, at = 0;
    double *all = calloc(outputs_of(text) * cells, sizeof *all);
    CHECK_OK(run_plan(cpu_queue, text, PEN_F64, &b, all));
    for (size_t i = 0; i < pen_indicator_count(); i++) {
        const pen_indicator *a = pen_indicator_at(i);
        double *one = calloc(a->n_outputs * cells, sizeof *one);
        CHECK_OK(run_plan(cpu_queue, a->name, PEN_F64, &b, one));
        bool is_same = same_values(one, all + at * cells, a->n_outputs * cells);
        if (!is_same)
            printf("    %s differs\n", a->name);
        CHECK(is_same);
        at += a->n_outputs;
        free(one);
    }
    free(all);
    free_bars(&b);
}

/* A long series alone is cut into chunks or, where that cannot be, runs in a group of its
 * own; of 70 copies of it 64 are lanes side by side. */
static void chunks_have_the_bits_of_one_pass(void)
{
    enum { POINTS = 12000, COPIES = 70 };
    bars one = make_bars(1, POINTS, 11), many = make_bars(COPIES, POINTS, 12);
    for (int c = 0; c < N_COLUMNS; c++)
        for (size_t s = 0; s < COPIES; s++)
            memcpy(many.wide[c] + s * POINTS, one.wide[c], POINTS * sizeof(double));
    for (size_t i = 0; i < pen_indicator_count(); i++) {
        const pen_indicator *about = pen_indicator_at(i);
        double *a = calloc(about->n_outputs * POINTS, sizeof *a);
        double *b = calloc(about->n_outputs * POINTS * COPIES, sizeof *b);
        CHECK_OK(run_plan(cpu_queue, about->name, PEN_F64, &one, a));
        CHECK_OK(run_plan(cpu_queue, about->name, PEN_F64, &many, b));
        for (size_t o = 0; o < about->n_outputs; o++) {
            bool is_same = same_values(a + o * POINTS, b + o * COPIES * POINTS, POINTS);
            if (!is_same)
                printf("    %s.%s differs in chunks\n", about->name, about->outputs[o]);
            CHECK(is_same);
        }
        free(a);
        free(b);
    }
    free_bars(&one);
    free_bars(&many);
}

/* Odd data and odd parameters: a result or an error, never a crash. */
static void odd_data_is_survived(void)
{
    enum { POINTS = 200 };
    static const double odd[] = { 0, -0.0, -1, 1e300, -1e300, 1e-300, INFINITY, -INFINITY, NAN };
    pen_rng rng;
    pen_rng_init(&rng, 31, 0, 0, 0);
    for (size_t i = 0; i < pen_indicator_count(); i++)
        for (int k = 0; k < 6; k++) {
            char call[256];
            bars b = make_bars(2, POINTS, 40 + (uint64_t)k);
            for (int j = 0; j < 1 << (2 * k % 9); j++) {
                int column = (int)(pen_rng_uniform(&rng) * N_COLUMNS);
                size_t point = (size_t)(pen_rng_uniform(&rng) * 2 * POINTS);
                b.wide[column][point] = odd[(size_t)(pen_rng_uniform(&rng) * COUNT(odd))];
            }
            random_call(pen_indicator_at(i), &rng, call, sizeof call);
            double *out = calloc(PEN_INDICATOR_MAX_OUTPUTS * 2 * POINTS, sizeof *out);
            CHECK_OK(run_plan(cpu_queue, call, k % 2 ? PEN_F32 : PEN_F64, &b, out));
            free(out);
            free_bars(&b);
        }
}

static void parameters_out_of_range_name_the_range(void)
{
    for (size_t i = 0; i < pen_indicator_count(); i++) {
        const pen_indicator *about = pen_indicator_at(i);
        for (size_t p = 0; p < about->n_params; p++)
            for (int side = 0; side < 2; side++) {
                const pen_indicator_param *param = &about->params[p];
                double beyond = side ? param->max + fmax(1, fabs(param->max))
                                     : param->min - fmax(1, fabs(param->min));
                char call[128], range[96];
                pen_plan *plan;
                snprintf(call, sizeof call, "%s:%s=%.17g", about->name, param->name, beyond);
                snprintf(range, sizeof range, "from %g to %g", param->min, param->max);
                CHECK_STATUS(pen_plan_create(call, &plan), PEN_E_ARG);
                CHECK_ERROR_SAYS(range);
                pen_plan_destroy(plan);
            }
    }
}

static const check_test tests[] = {
    TEST(every_entry_is_described),
    TEST(values_start_after_the_lookback),
    TEST(a_flat_price_gives_finite_values),
    TEST(all_have_the_same_bits_on_every_device),
    TEST(each_alone_is_what_it_is_among_all),
    TEST(chunks_have_the_bits_of_one_pass),
    TEST(odd_data_is_survived),
    TEST(parameters_out_of_range_name_the_range),
};

CPU_TEST_MAIN(tests)
