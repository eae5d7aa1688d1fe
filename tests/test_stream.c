/* Streams give what one run over all bars gives, bit for bit: in steps of any
 * size, one series at a time, across clones and saves, with missing bars. */
#include "indicator_check.h"
#include "machine/base/alloc.h"

enum { SERIES = 19, POINTS = 230, MAX_TEXT = 16384 };

static const char some[] = "sma:20 ema:10 rsi:14 macd bbands:20 atr:14 obv aroon linearreg "
                           "correl:30 max:33 returns:3 cci:14";
static pen_device *cpu;
static pen_queue *cpu_queue;

static void all_calls(char text[MAX_TEXT])
{
    text[0] = '\0';
    for (size_t i = 0; i < pen_indicator_count(); i++) {
        strcat(text, pen_indicator_at(i)->name);
        strcat(text, " ");
    }
}

static pen_plan *make_plan(const char *text, pen_missing missing)
{
    pen_plan_options options = pen_plan_options_default();
    pen_plan *plan;
    options.missing = missing;
    CHECK_OK(pen_plan_create_with(text, &options, &plan));
    return plan;
}

/* Bars with late starts, gaps in one column and in all. */
static bars gappy_bars(size_t n_series, size_t n_points)
{
    bars b = make_bars(n_series, n_points, 51);
    for (size_t s = 0; s < n_series; s++)
        for (size_t t = 0; t < n_points; t++)
            for (int c = 0; c < N_COLUMNS; c++) {
                bool is_late = s % 4 == 1 && t < 5 + 3 * s;
                bool is_gap = s % 3 == 2 && (t + s) % 41 == 40;
                bool is_hole = s % 5 == 4 && c == VOLUME && (t < 9 || t % 29 == 11);
                if (is_late || is_gap || is_hole)
                    b.wide[c][s * n_points + t] = NAN;
            }
    return b;
}

/* Elements [from, to) of every series of the plan's inputs, as panels. */
static void cut_inputs(pen_queue *queue, const pen_plan *plan, pen_dtype dtype, const bars *b,
                       size_t from, size_t to, pen_panel **inputs)
{
    size_t n = to - from;
    double *part = calloc(b->n_series * n + 1, sizeof *part);
    for (size_t i = 0; i < pen_plan_input_count(plan); i++) {
        const double *x = b->wide[column_of(pen_plan_input(plan, i))];
        for (size_t s = 0; s < b->n_series; s++)
            memcpy(part + s * n, x + s * b->n_points + from, n * sizeof *part);
        inputs[i] = to_panel(queue, dtype, part, b->n_series, n);
    }
    free(part);
}

static void free_panels(pen_panel **panels, size_t n)
{
    for (size_t i = 0; i < n; i++)
        pen_panel_destroy(panels[i]);
}

/* out: [outputs * series][points] as doubles. */
static void read_doubles(pen_queue *queue, const pen_panel *panel, double *out, size_t stride)
{
    size_t n = pen_panel_series(panel), points = pen_panel_points(panel);
    char *raw = calloc(n * points + 1, pen_dtype_bytes(pen_panel_dtype(panel)));
    CHECK_OK(pen_panel_read(queue, raw, points, panel));
    CHECK_OK(pen_queue_wait(queue));
    for (size_t s = 0; s < n; s++)
        for (size_t t = 0; t < points; t++)
            out[s * stride + t] = at(raw, pen_panel_dtype(panel), s * points + t);
    free(raw);
}

static double *run_batch(pen_queue *queue, const pen_plan *plan, pen_dtype dtype, const bars *b)
{
    pen_panel *inputs[6] = { NULL }, *out;
    size_t rows = pen_plan_output_count(plan) * b->n_series;
    double *got = calloc(rows * b->n_points + 1, sizeof *got);
    cut_inputs(queue, plan, dtype, b, 0, b->n_points, inputs);
    CHECK_OK(pen_panel_create(pen_queue_device(queue), dtype, rows, b->n_points, &out));
    CHECK_OK(pen_plan_run(queue, plan, (const pen_panel *const *)inputs, out));
    read_doubles(queue, out, got, b->n_points);
    free_panels(inputs, 6);
    pen_panel_destroy(out);
    return got;
}

/* Pushes bars [from, to) in steps of `step`; got has b->n_points columns. */
static void push_range(pen_stream *stream, const pen_plan *plan, pen_queue *queue, pen_dtype dtype,
                       const bars *b, size_t from, size_t to, size_t step, double *got)
{
    size_t rows = pen_plan_output_count(plan) * b->n_series;
    for (size_t t = from, end; t < to; t = end) {
        pen_panel *inputs[6] = { NULL }, *out;
        end = t + step < to ? t + step : to;
        cut_inputs(queue, plan, dtype, b, t, end, inputs);
        CHECK_OK(pen_panel_create(pen_queue_device(queue), dtype, rows, end - t, &out));
        CHECK_OK(pen_stream_push(stream, (const pen_panel *const *)inputs, out));
        read_doubles(queue, out, got + t, b->n_points);
        free_panels(inputs, 6);
        pen_panel_destroy(out);
    }
}

static void bar_at(const pen_plan *plan, const bars *b, size_t series, size_t n, size_t t,
                   double *bar)
{
    for (size_t i = 0; i < pen_plan_input_count(plan); i++)
        for (size_t k = 0; k < n; k++)
            bar[i * n + k] =
                b->wide[column_of(pen_plan_input(plan, i))][(series + k) * b->n_points + t];
}

static void check_same(const char *label, const pen_plan *plan, const bars *b, const double *got,
                       const double *want)
{
    size_t rows = pen_plan_output_count(plan) * b->n_series;
    for (size_t r = 0; r < rows; r++) {
        size_t wrong = b->n_points;
        for (size_t t = 0; t < b->n_points && wrong == b->n_points; t++) {
            double x = got[r * b->n_points + t], y = want[r * b->n_points + t];
            if (memcmp(&x, &y, sizeof x) != 0 && !(isnan(x) && isnan(y)))
                wrong = t;
        }
        if (wrong < b->n_points)
            printf("    %s: %s series %zu t=%zu: %.17g, expected %.17g\n", label,
                   pen_plan_output(plan, r / b->n_series), r % b->n_series, wrong,
                   got[r * b->n_points + wrong], want[r * b->n_points + wrong]);
        CHECK(wrong == b->n_points);
    }
}

static void check_steps(const char *text, pen_dtype dtype, pen_missing missing, size_t step)
{
    bars b = gappy_bars(SERIES, POINTS);
    pen_plan *plan = make_plan(text, missing);
    pen_stream *stream;
    double *want = run_batch(cpu_queue, plan, dtype, &b);
    double *got = calloc(pen_plan_output_count(plan) * SERIES * POINTS, sizeof *got);
    CHECK_OK(pen_stream_create(cpu_queue, plan, dtype, SERIES, &stream));
    push_range(stream, plan, cpu_queue, dtype, &b, 0, POINTS, step, got);
    char label[64];
    snprintf(label, sizeof label, "steps of %zu, %s, missing %d", step, pen_dtype_name(dtype),
             (int)missing);
    check_same(label, plan, &b, got, want);
    pen_stream_destroy(stream);
    pen_plan_destroy(plan);
    free(want);
    free(got);
    free_bars(&b);
}

static void steps_of_any_size_give_the_whole(void)
{
    static const size_t steps[] = { 1, 2, 7, 100, POINTS };
    char text[MAX_TEXT];
    all_calls(text);
    for (size_t i = 0; i < COUNT(steps); i++)
        for (int m = 0; m < 2; m++) {
            check_steps(text, PEN_F64, (pen_missing)m, steps[i]);
            check_steps(some, PEN_F32, (pen_missing)m, steps[i]);
        }
}

/* Bar by bar from host memory: all series, and each for itself in any order. */
static void updates_give_the_whole(void)
{
    bars b = gappy_bars(SERIES, POINTS);
    for (int m = 0; m < 2; m++) {
        pen_plan *plan = make_plan(some, (pen_missing)m);
        size_t n_in = pen_plan_input_count(plan), n_out = pen_plan_output_count(plan);
        double *want = run_batch(cpu_queue, plan, PEN_F64, &b);
        double *got = calloc(n_out * SERIES * POINTS, sizeof *got);
        double *bar = calloc(n_in * SERIES, sizeof *bar),
               *out = calloc(n_out * SERIES, sizeof *out);
        double *last = calloc(n_out * SERIES, sizeof *last);
        pen_stream *all, *each;
        CHECK_OK(pen_stream_create(cpu_queue, plan, PEN_F64, SERIES, &all));
        CHECK_OK(pen_stream_create(cpu_queue, plan, PEN_F64, SERIES, &each));
        for (size_t t = 0; t < POINTS; t++) {
            bar_at(plan, &b, 0, SERIES, t, bar);
            CHECK_OK(pen_stream_update(all, bar, out));
            pen_stream_last(all, last);
            for (size_t r = 0; r < n_out * SERIES; r++) {
                CHECK_NEAR("update", out[r], want[r * POINTS + t], 0);
                CHECK_NEAR("last", last[r], out[r], 0);
            }
        }
        size_t next[SERIES] = { 0 };
        pen_rng rng;
        pen_rng_init(&rng, 8, 0, 0, 0);
        for (size_t left = SERIES * POINTS; left > 0; left--) {
            size_t s = (size_t)(pen_rng_uniform(&rng) * SERIES);
            while (next[s] == POINTS)
                s = (s + 1) % SERIES;
            bar_at(plan, &b, s, 1, next[s], bar);
            CHECK_OK(pen_stream_update_one(each, s, bar, out));
            for (size_t o = 0; o < n_out; o++)
                got[(o * SERIES + s) * POINTS + next[s]] = out[o];
            next[s]++;
        }
        check_same("one at a time", plan, &b, got, want);
        pen_stream_destroy(all);
        pen_stream_destroy(each);
        pen_plan_destroy(plan);
        free(want);
        free(got);
        free(bar);
        free(out);
        free(last);
    }
    free_bars(&b);
}

/* Leaving the missing bars out beforehand is the same as skipping them. */
static void skipping_is_leaving_out(void)
{
    bars b = make_bars(1, POINTS, 61), dense = make_bars(1, POINTS, 61);
    size_t n = 0;
    for (size_t t = 0; t < POINTS; t++) {
        bool is_missing = t % 17 == 3 || t < 2;
        for (int c = 0; c < N_COLUMNS; c++)
            dense.wide[c][n] = b.wide[c][t];
        n += !is_missing;
        if (is_missing)
            b.wide[CLOSE][t] = NAN;
    }
    pen_plan *plan = make_plan("rsi:14 ema:9 sma:20", PEN_MISSING_SKIPPED);
    double *got = run_batch(cpu_queue, plan, PEN_F64, &b);
    dense.n_points = n;
    double *want = run_batch(cpu_queue, plan, PEN_F64, &dense);
    for (size_t o = 0; o < 3; o++)
        for (size_t t = 0, k = 0; t < POINTS; t++)
            CHECK_NEAR("skipped", got[o * POINTS + t],
                       isnan(b.wide[CLOSE][t]) ? NAN : want[o * n + k++], 0);
    free(got);
    free(want);
    pen_plan_destroy(plan);
    free_bars(&b);
    free_bars(&dense);
}

static void a_peek_changes_nothing(void)
{
    bars b = gappy_bars(SERIES, POINTS);
    pen_plan *plan = make_plan(some, PEN_MISSING_SPREADS);
    size_t n_out = pen_plan_output_count(plan), n_in = pen_plan_input_count(plan);
    double *bar = calloc(n_in * SERIES, sizeof *bar),
           *peeked = calloc(n_out * SERIES, sizeof *peeked);
    double *out = calloc(n_out * SERIES, sizeof *out), *last = calloc(n_out * SERIES, sizeof *last);
    pen_stream *s;
    CHECK_OK(pen_stream_create(cpu_queue, plan, PEN_F64, SERIES, &s));
    for (size_t t = 0; t < 100; t++) {
        bar_at(plan, &b, 0, SERIES, t + 50, bar);
        CHECK_OK(pen_stream_peek(s, bar, NULL)); /* another bar */
        CHECK_OK(pen_stream_peek_one(s, t % SERIES, bar, peeked));
        bar_at(plan, &b, 0, SERIES, t, bar);
        CHECK_OK(pen_stream_peek(s, bar, peeked));
        pen_stream_last(s, last);
        CHECK(memcmp(last, out, n_out * SERIES * sizeof *out) == 0 || t == 0);
        CHECK_OK(pen_stream_update(s, bar, out));
        for (size_t r = 0; r < n_out * SERIES; r++)
            CHECK_NEAR("peek", peeked[r], out[r], 0);
    }
    pen_stream_destroy(s);
    pen_plan_destroy(plan);
    free(bar);
    free(peeked);
    free(out);
    free(last);
    free_bars(&b);
}

static void clones_and_saved_streams_go_on(void)
{
    enum { CUT = 77 };
    bars b = gappy_bars(SERIES, POINTS);
    char text[MAX_TEXT];
    all_calls(text);
    for (int d = 0; d < 2; d++) {
        pen_plan *plan = make_plan(text, PEN_MISSING_SPREADS);
        size_t cells = pen_plan_output_count(plan) * SERIES * POINTS, bytes;
        double *want = run_batch(cpu_queue, plan, (pen_dtype)d, &b);
        double *a = calloc(cells, sizeof *a), *c = calloc(cells, sizeof *c);
        double *e = calloc(cells, sizeof *e);
        void *saved;
        pen_stream *s, *clone, *loaded;
        CHECK_OK(pen_stream_create(cpu_queue, plan, (pen_dtype)d, SERIES, &s));
        push_range(s, plan, cpu_queue, (pen_dtype)d, &b, 0, CUT, 10, a);
        CHECK_OK(pen_stream_clone(s, &clone));
        CHECK_OK(pen_stream_save(s, &saved, &bytes));
        memcpy(c, a, cells * sizeof *a);
        memcpy(e, a, cells * sizeof *a);
        push_range(s, plan, cpu_queue, (pen_dtype)d, &b, CUT, POINTS, 31, a);
        pen_stream_destroy(s);
        push_range(clone, plan, cpu_queue, (pen_dtype)d, &b, CUT, POINTS, 50, c);
        pen_stream_destroy(clone);
        CHECK_OK(pen_stream_load(cpu_queue, plan, saved, bytes, &loaded));
        push_range(loaded, plan, cpu_queue, (pen_dtype)d, &b, CUT, POINTS, 9, e);
        pen_stream_destroy(loaded);
        check_same("original", plan, &b, a, want);
        check_same("clone", plan, &b, c, want);
        check_same("saved", plan, &b, e, want);
        pen_stream_saved_free(saved);
        pen_plan_destroy(plan);
        free(want);
        free(a);
        free(c);
        free(e);
    }
    free_bars(&b);
}

static void damaged_bytes_are_refused(void)
{
    pen_plan *plan = make_plan("sma:3 rsi:5", PEN_MISSING_SPREADS);
    pen_plan *other = make_plan("sma:4 rsi:5", PEN_MISSING_SPREADS);
    pen_stream *s, *loaded;
    unsigned char *saved;
    size_t bytes;
    CHECK_OK(pen_stream_create(cpu_queue, plan, PEN_F64, 2, &s));
    CHECK_OK(pen_stream_save(s, (void **)&saved, &bytes));
    for (size_t i = 0; i < bytes; i++) {
        saved[i] ^= 0x11;
        CHECK_STATUS(pen_stream_load(cpu_queue, plan, saved, bytes, &loaded), PEN_E_PARSE);
        CHECK(loaded == NULL);
        saved[i] ^= 0x11;
    }
    CHECK_STATUS(pen_stream_load(cpu_queue, plan, saved, bytes - 1, &loaded), PEN_E_PARSE);
    CHECK_STATUS(pen_stream_load(cpu_queue, plan, saved, 3, &loaded), PEN_E_PARSE);
    CHECK_STATUS(pen_stream_load(cpu_queue, other, saved, bytes, &loaded), PEN_E_ARG);
    CHECK_ERROR_SAYS("saved by the plan 'sma:3 rsi:5', this is 'sma:4 rsi:5'");
    CHECK_STATUS(pen_stream_update_one(s, 2, (double[]){ 1 }, NULL), PEN_E_ARG);
    CHECK_ERROR_SAYS("series 2, expected 0 to 1");
    CHECK_STATUS(pen_stream_create(cpu_queue, plan, PEN_F64, 0, &loaded), PEN_E_SIZE);
    pen_stream_saved_free(saved);
    pen_stream_destroy(s);
    pen_plan_destroy(plan);
    pen_plan_destroy(other);
}

/* What a saved state means depends on the options too. */
static void a_stream_of_other_options_is_refused(void)
{
    pen_plan *plan = make_plan("ema:3 cdldoji", PEN_MISSING_SPREADS);
    pen_stream *s, *loaded;
    void *saved;
    size_t bytes;
    CHECK_OK(pen_stream_create(cpu_queue, plan, PEN_F64, 2, &s));
    CHECK_OK(pen_stream_save(s, &saved, &bytes));
    for (int i = 0; i < 4; i++) {
        static const char *const says[] = { "option missing = 0, this one has 1",
                                            "option unstable period of ema = 0, this one has 7",
                                            "option body_doji.factor = 0.1, this one has 0.2",
                                            "option profile = 0, this one has 3" };
        pen_plan_options options = pen_plan_options_default();
        pen_plan *other;
        options.profile = i == 3 ? PEN_PROFILE_TULIP : options.profile;
        options.missing = i == 0 ? PEN_MISSING_SKIPPED : options.missing;
        options.unstable[PEN_UNSTABLE_EMA] = i == 1 ? 7 : 0;
        options.candles.body_doji.factor = i == 2 ? 0.2 : options.candles.body_doji.factor;
        CHECK_OK(pen_plan_create_with("ema:3 cdldoji", &options, &other));
        CHECK_STATUS(pen_stream_load(cpu_queue, other, saved, bytes, &loaded), PEN_E_ARG);
        CHECK_ERROR_SAYS(says[i]);
        CHECK(loaded == NULL);
        pen_plan_destroy(other);
    }
    CHECK_OK(pen_stream_load(cpu_queue, plan, saved, bytes, &loaded));
    pen_stream_destroy(loaded);
    pen_stream_saved_free(saved);
    pen_stream_destroy(s);
    pen_plan_destroy(plan);
}

typedef struct same_input {
    bars b;
    pen_dtype dtype;
    pen_missing missing;
} same_input;

/* A stream on the device, pushed in steps of 60. */
static pen_status make_stream(pen_queue *queue, void *context, void *out)
{
    const same_input *in = context;
    pen_plan *plan = make_plan(some, in->missing);
    size_t cells = pen_plan_output_count(plan) * in->b.n_series * in->b.n_points;
    double *got = calloc(cells, sizeof *got);
    pen_stream *s;
    pen_status status = pen_stream_create(queue, plan, in->dtype, in->b.n_series, &s);
    if (status == PEN_OK)
        push_range(s, plan, queue, in->dtype, &in->b, 0, in->b.n_points, 60, got);
    for (size_t i = 0; i < cells; i++)
        if (in->dtype == PEN_F32)
            ((float *)out)[i] = (float)got[i];
        else
            ((double *)out)[i] = got[i];
    free(got);
    if (status == PEN_OK)
        pen_stream_destroy(s);
    pen_plan_destroy(plan);
    return status;
}

static void streams_have_the_same_bits_on_every_device(void)
{
    pen_plan *plan = make_plan(some, PEN_MISSING_SPREADS);
    size_t n_out = pen_plan_output_count(plan);
    pen_plan_destroy(plan);
    for (int m = 0; m < 2; m++)
        for (int d = 0; d < 2; d++) {
            same_input in = { gappy_bars(7, 130), (pen_dtype)d, (pen_missing)m };
            matrix_check_same_reals("stream", make_stream, &in, in.dtype, n_out * 7 * 130);
            free_bars(&in.b);
        }
}

/* The n-th allocation fails, for every n until all succeed. */
static void a_failed_allocation_is_reported_and_leaks_nothing(void)
{
    pen_plan *plan = make_plan("sma:20 obv", PEN_MISSING_SKIPPED);
    bars b = gappy_bars(3, 20);
    pen_panel *inputs[6] = { NULL }, *result;
    cut_inputs(cpu_queue, plan, PEN_F64, &b, 0, 20, inputs);
    CHECK_OK(pen_panel_create(cpu, PEN_F64, 6, 20, &result));
    long live = pen_alloc_live();
    bool is_done = false;
    for (long n = 0; n < 1000 && !is_done; n++) {
        pen_stream *s = NULL, *clone = NULL, *loaded = NULL;
        void *saved = NULL;
        size_t bytes = 0;
        double bar[6] = { 1, 2, 3, 4, NAN, 6 }, out[6];
        pen_alloc_fail_after(n);
        pen_status status = pen_stream_create(cpu_queue, plan, PEN_F64, 3, &s);
        if (status == PEN_OK)
            status = pen_stream_update(s, bar, out);
        if (status == PEN_OK)
            status = pen_stream_push(s, (const pen_panel *const *)inputs, result);
        if (status == PEN_OK)
            status = pen_plan_run(cpu_queue, plan, (const pen_panel *const *)inputs, result);
        if (status == PEN_OK)
            status = pen_stream_clone(s, &clone);
        if (status == PEN_OK)
            status = pen_stream_save(s, &saved, &bytes);
        if (status == PEN_OK)
            status = pen_stream_load(cpu_queue, plan, saved, bytes, &loaded);
        pen_alloc_fail_after(-1);
        CHECK(status == PEN_OK || status == PEN_E_NOMEM);
        is_done = status == PEN_OK;
        pen_stream_destroy(s);
        pen_stream_destroy(clone);
        pen_stream_destroy(loaded);
        pen_stream_saved_free(saved);
        CHECK(pen_alloc_live() == live);
    }
    CHECK(is_done);
    free_panels(inputs, 6);
    pen_panel_destroy(result);
    pen_plan_destroy(plan);
    free_bars(&b);
}

static const check_test tests[] = {
    TEST(steps_of_any_size_give_the_whole),
    TEST(updates_give_the_whole),
    TEST(skipping_is_leaving_out),
    TEST(a_peek_changes_nothing),
    TEST(clones_and_saved_streams_go_on),
    TEST(damaged_bytes_are_refused),
    TEST(a_stream_of_other_options_is_refused),
    TEST(streams_have_the_same_bits_on_every_device),
    TEST(a_failed_allocation_is_reported_and_leaks_nothing),
};

CPU_TEST_MAIN(tests)
