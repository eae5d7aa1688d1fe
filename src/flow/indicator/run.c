/* Running a plan: which lanes work on what, and long series in chunks.
 *
 * Programs that only look back run in strips (indicator_strips.k, candle_strips.k), the
 * others in lanes (indicator.k, candle.k); on the CPU a few series that cannot be cut run
 * one by one (indicator_single.k).
 *
 * A long series is cut into chunks that are worked on side by side.  A chunk
 * starts its state from a warm-up on the bars before it; that is right only if
 * the warm-up ends with the very bits that the chunk before ends with.  This is
 * checked, and a chunk for which it does not hold is done again from the state
 * of the one before.  So the bits are those of one pass from the start.
 */
#include <limits.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/device/launch.h"
#include "lanes.h"
#include "missing.h"
#include "plan.h"

enum {
    /* Larger results go around the caches: a third of the 32 MiB that Zen's cores share.
     * With 8 MB of them that costs up to half the speed, with 16 MB it gains as much. */
    STREAM_BYTES = 12 << 20,
    MIN_CHUNK = 4096,      /* shorter chunks are not worth a warm-up */
    CPU_LANES_WANTED = 64, /* lanes that keep a device busy */
    GPU_LANES_WANTED = 16384,
    SINGLE_MOST = 12, /* series that one lane a group does sooner than a group of lanes */
    LINE_VALUES = 16, /* f32 values in a cache line */
};

/* One run of one program. */
typedef struct run {
    ind_loaded loaded;
    const ind_program *program;
    const pen_panel *const *inputs;
    pen_panel *out;
    ind_io io;
    int n_series, n_points, n_lanes, capacity; /* capacity: lanes, padded to whole groups */
    int *start;                                /* host [n_series]: first valid step */
    ind_lanes lanes;
    void *d_state, *d_warm, *d_differs;
} run;

static void run_clear(run *r)
{
    void *blocks[] = { r->d_state, r->d_warm, r->d_differs };
    for (size_t i = 0; i < PEN_COUNT(blocks); i++)
        pen_device_free(r->loaded.device, blocks[i]);
    ind_lanes_clear(&r->lanes);
    ind_unload(&r->loaded);
}

static size_t state_bytes(const run *r, int lanes)
{
    return ind_state_bytes(&r->loaded, (size_t)lanes);
}

/* What every launch of the program needs. */
static pen_status run_load(run *r, pen_queue *queue, pen_dtype dtype)
{
    int64_t stride = (int64_t)pen_panel_stride(r->out);
    uint64_t out_bytes = (uint64_t)stride * pen_panel_series(r->out) * pen_dtype_bytes(dtype);
    r->io = (ind_io){ .out = pen_panel_data(r->out),
                      .out_stride = stride,
                      .out_plane = stride * r->n_series,
                      .points = (size_t)r->n_points,
                      .is_streamed = out_bytes > STREAM_BYTES };
    for (size_t i = 0; i < IND_MAX_INPUTS && r->inputs[i] != NULL; i++) {
        r->io.in[i] = pen_panel_data(r->inputs[i]);
        r->io.in_stride[i] = (int64_t)pen_panel_stride(r->inputs[i]);
    }
    return ind_load(queue, r->program, dtype, &r->loaded);
}

/* Prepares lanes; n_lanes is known. */
static pen_status run_prepare(run *r, pen_queue *queue, pen_dtype dtype)
{
    int group = pen_device_lane_count(pen_queue_device(queue));
    r->capacity = (r->n_lanes + group - 1) / group * group;
    PEN_TRY(run_load(r, queue, dtype));
    PEN_TRY(ind_lanes_init(r->loaded.device, (size_t)r->capacity, &r->lanes));
    PEN_TRY(pen_device_alloc(r->loaded.device, state_bytes(r, r->capacity), &r->d_state));
    PEN_TRY(pen_device_fill(queue, r->d_state, 0, state_bytes(r, r->capacity)));
    return pen_queue_wait(queue);
}

/* Every series in strips. */
static pen_status run_strips(run *r, pen_queue *queue, pen_dtype dtype)
{
    PEN_TRY(run_load(r, queue, dtype));
    return ind_launch_strips(&r->loaded, &r->io, r->start, (size_t)r->n_series, r->n_points);
}

/* Runs lanes [0, n_lanes), their first step being k0. */
static pen_status launch_lanes(run *r, void *state, int n_lanes, int k0)
{
    for (size_t g = 0; g * r->lanes.group < (size_t)n_lanes; g++)
        r->lanes.step[g] = k0;
    return ind_launch(&r->loaded, &r->lanes, (size_t)n_lanes, &r->io, state);
}

static void set_lane(run *r, int lane, int series, int start, int count, int from)
{
    ind_lane_set(&r->lanes, (size_t)lane, series, start, count, from);
}

/* Every series is one lane.  A few that full groups leave go one at a time, which is
 * sooner done than a group that is mostly idle; some programs' series all do. */
static pen_status run_whole(run *r, pen_queue *queue, pen_dtype dtype)
{
    r->n_lanes = r->n_series;
    PEN_TRY(run_prepare(r, queue, dtype));
    int group = (int)r->lanes.group, full = r->n_series / group * group;
    bool has_single = r->program->kernel == NULL && pen_device_is_host(r->loaded.device);
    if (has_single && ind_is_sooner_alone(r->program))
        full = 0;
    else if (!has_single || r->n_series - full > SINGLE_MOST)
        full = r->n_series;
    for (int i = 0; i < full; i++)
        set_lane(r, i, i, r->start[i], r->n_points - r->start[i], 0);
    if (full > 0)
        PEN_TRY(launch_lanes(r, r->d_state, full, 0));
    if (full == r->n_series)
        return PEN_OK;
    r->lanes.group = 1;
    r->lanes.is_single = true;
    for (int i = full; i < r->n_series; i++)
        set_lane(r, i - full, i, r->start[i], r->n_points - r->start[i], 0);
    size_t taken = state_bytes(r, full);
    void *state = taken > 0 ? (char *)r->d_state + taken : r->d_state;
    return launch_lanes(r, state, r->n_series - full, 0);
}

/* How a long series is cut: `head` steps, then chunks of `length`. */
typedef struct cut {
    int head, warm, length, count;
} cut;

static int round_up(int64_t x, int unit)
{
    return (int)((x + unit - 1) / unit * unit);
}

/* Chunks start at multiples of the largest ring, so that rings line up, and of a
 * cache line, so that their results can be stored past the caches. */
static bool plan_cut(const run *r, const pen_device *device, cut *out)
{
    const ind_program *p = r->program;
    int unit = p->max_ring > LINE_VALUES ? p->max_ring : LINE_VALUES;
    int wanted = pen_device_is_host(device) ? CPU_LANES_WANTED : GPU_LANES_WANTED;
    if (p->memory < 0 || r->n_series >= wanted)
        return false;
    int64_t warm = round_up((int64_t)p->memory + 1, unit);
    int64_t head = round_up((int64_t)p->max_first + 2, unit) + warm;
    int64_t least = 4 * warm > MIN_CHUNK ? 4 * warm : MIN_CHUNK;
    int64_t count = (wanted + r->n_series - 1) / r->n_series;
    if (count > (r->n_points - head) / least)
        count = (r->n_points - head) / least;
    if (count < 2 || head >= r->n_points)
        return false;
    int64_t length = round_up((r->n_points - head + count - 1) / count, unit);
    *out = (cut){ (int)head, (int)warm, (int)length, (int)count };
    return true;
}

static int chunk_steps(const run *r, const cut *c, int series, int chunk)
{
    int64_t left = (int64_t)r->n_points - r->start[series] - c->head - (int64_t)chunk * c->length;
    return left > c->length ? c->length : left > 0 ? (int)left : 0;
}

/* The first `head` steps of every series; their states become chunk 0's. */
static pen_status run_head(run *r, const cut *c, void *state)
{
    int *from = NULL, *to = NULL;
    for (int i = 0; i < r->n_series; i++) {
        int left = r->n_points - r->start[i];
        set_lane(r, i, i, r->start[i], left < c->head ? left : c->head, 0);
    }
    PEN_TRY(launch_lanes(r, state, r->n_series, 0));
    pen_status s = pen_alloc((size_t)r->n_series, sizeof *from, (void **)&from);
    if (s == PEN_OK)
        s = pen_alloc((size_t)r->n_series, sizeof *to, (void **)&to);
    for (int i = 0; i < r->n_series && s == PEN_OK; i++) {
        from[i] = i;
        to[i] = i * c->count;
    }
    if (s == PEN_OK)
        s = ind_states_copy(&r->loaded, state, r->d_state, from, to, (size_t)r->n_series);
    pen_free(from);
    pen_free(to);
    return s;
}

/* Redoes chunk `chunk` of a series from the state at the end of the one before. */
static pen_status redo_chunk(run *r, const cut *c, int series, int chunk)
{
    int lane = series * c->count + chunk, before = lane - 1, zero = 0;
    void *state = NULL;
    PEN_TRY(pen_device_alloc(r->loaded.device,
                             state_bytes(r, pen_device_lane_count(r->loaded.device)), &state));
    pen_status s = ind_states_copy(&r->loaded, r->d_state, state, &before, &zero, 1);
    set_lane(r, 0, series, r->start[series] + c->head + chunk * c->length,
             chunk_steps(r, c, series, chunk), 0);
    if (s == PEN_OK)
        s = launch_lanes(r, state, 1, c->head);
    if (s == PEN_OK)
        s = ind_states_copy(&r->loaded, state, r->d_state, &zero, &lane, 1);
    pen_device_free(r->loaded.device, state);
    return s;
}

/* Is the warm state of lane + 1 the end state of lane? */
static pen_status compare_states(run *r, int *differs)
{
    size_t n = (size_t)r->n_lanes - 1;
    int n_state = r->program->n_state;
    void *args[] = { &r->d_state, &r->d_warm, &n_state, &r->d_differs };
    PEN_TRY(pen_launch(r->loaded.queue, "lane_state_compare", r->loaded.dtype, pen_items(n), args,
                       PEN_COUNT(args)));
    PEN_TRY(pen_device_read(r->loaded.queue, differs, r->d_differs, n * sizeof *differs));
    return pen_queue_wait(r->loaded.queue);
}

/* Accepts or redoes each chunk in order. */
static pen_status settle_chunks(run *r, const cut *c)
{
    int *differs;
    PEN_TRY(pen_alloc((size_t)r->n_lanes, sizeof *differs, (void **)&differs));
    pen_status s = compare_states(r, differs);
    for (int series = 0; series < r->n_series && s == PEN_OK; series++)
        for (int chunk = 1; chunk < c->count && s == PEN_OK; chunk++) {
            if (!differs[series * c->count + chunk - 1] || chunk_steps(r, c, series, chunk) == 0)
                continue;
            s = redo_chunk(r, c, series, chunk);
            if (s == PEN_OK) /* its end state has changed */
                s = compare_states(r, differs);
        }
    pen_free(differs);
    return s;
}

static pen_status run_chunks(run *r, pen_queue *queue, pen_dtype dtype, const cut *c)
{
    r->n_lanes = r->n_series * c->count;
    PEN_TRY(run_prepare(r, queue, dtype));
    size_t bytes = state_bytes(r, r->capacity);
    PEN_TRY(pen_device_alloc(r->loaded.device, bytes, &r->d_warm));
    PEN_TRY(pen_device_alloc(r->loaded.device, (size_t)r->n_lanes * sizeof(int), &r->d_differs));
    PEN_TRY(pen_device_fill(queue, r->d_warm, 0, bytes));
    for (int i = 0; i < r->n_lanes; i++) {
        int series = i / c->count, chunk = i % c->count;
        int steps = chunk > 0 && chunk_steps(r, c, series, chunk) > 0 ? c->warm : 0;
        set_lane(r, i, series,
                 chunk > 0 ? r->start[series] + c->head + chunk * c->length - c->warm : 0, steps,
                 INT_MAX);
    }
    PEN_TRY(launch_lanes(r, r->d_state, r->n_lanes, c->head - c->warm));
    PEN_TRY(pen_device_copy(queue, r->d_warm, r->d_state, bytes));

    void *head_state = NULL;
    size_t group = (size_t)pen_device_lane_count(r->loaded.device);
    int padded = (int)(((size_t)r->n_series + group - 1) / group * group);
    PEN_TRY(pen_device_alloc(r->loaded.device, state_bytes(r, padded), &head_state));
    pen_status s = pen_device_fill(queue, head_state, 0, state_bytes(r, padded));
    if (s == PEN_OK)
        s = run_head(r, c, head_state);
    pen_device_free(r->loaded.device, head_state);
    PEN_TRY(s);

    for (int i = 0; i < r->n_lanes; i++) {
        int series = i / c->count, chunk = i % c->count;
        set_lane(r, i, series, r->start[series] + c->head + chunk * c->length,
                 chunk_steps(r, c, series, chunk), 0);
    }
    PEN_TRY(launch_lanes(r, r->d_state, r->n_lanes, c->head));
    return settle_chunks(r, c);
}

/* ---- A plan ---- */

typedef struct plan_run {
    pen_queue *queue;
    const pen_plan *plan;
    const pen_panel *inputs[IND_MAX_INPUTS]; /* NULL after the last */
    pen_panel *out;
    int *first; /* [n_inputs][n_series] */
    int *start; /* [n_series]: of the calls at hand */
    bool *wanted, *is_done;
} plan_run;

/* NaN up to each output's first value. */
static pen_status fill_heads(const plan_run *pr, const bool *wanted)
{
    const pen_plan *plan = pr->plan;
    int *lookback;
    PEN_TRY(pen_alloc(plan->n_outputs, sizeof *lookback, (void **)&lookback));
    for (size_t i = 0; i < plan->n_calls; i++)
        for (size_t o = 0; o < plan->calls[i].entry->about.n_outputs; o++) {
            size_t p = (size_t)plan->calls[i].first_output + o;
            /* planes of other runs: nothing to fill (the sum stays below zero) */
            lookback[p] = wanted == NULL || wanted[i] ? plan->outputs[p].lookback : INT_MIN / 2;
        }
    pen_status s = ind_fill_heads(pr->queue, pr->out, pr->start, pen_panel_series(pr->inputs[0]),
                                  lookback, plan->n_outputs);
    pen_free(lookback);
    return s;
}

/* Runs the programs of the wanted calls, which share r->start. */
static pen_status run_programs(const plan_run *pr, const ind_program *programs, size_t count,
                               const bool *wanted)
{
    const pen_panel *x = pr->inputs[0];
    pen_status s = fill_heads(pr, wanted);
    for (size_t i = 0; i < count && s == PEN_OK; i++) {
        run r = { .program = &programs[i],
                  .inputs = pr->inputs,
                  .out = pr->out,
                  .n_series = (int)pen_panel_series(x),
                  .n_points = (int)pen_panel_points(x),
                  .start = pr->start };
        cut c;
        if (ind_fits_strips(&programs[i], pen_queue_device(pr->queue)))
            s = run_strips(&r, pr->queue, pen_panel_dtype(x));
        else if (plan_cut(&r, pen_queue_device(pr->queue), &c))
            s = run_chunks(&r, pr->queue, pen_panel_dtype(x), &c);
        else
            s = run_whole(&r, pr->queue, pen_panel_dtype(x));
        run_clear(&r);
    }
    return s;
}

/* First step at which all inputs of a call are there, for one series. */
static int start_of(const plan_run *pr, const ind_plan_call *call, size_t series, size_t n_series)
{
    int start = 0;
    for (size_t i = 0; i < call->entry->about.n_inputs; i++) {
        int first = pr->first[(size_t)call->input[i] * n_series + series];
        start = first > start ? first : start;
    }
    return start;
}

static bool starts_alike(const plan_run *pr, const ind_plan_call *a, const ind_plan_call *b,
                         size_t n_series)
{
    for (size_t s = 0; s < n_series; s++)
        if (start_of(pr, a, s, n_series) != start_of(pr, b, s, n_series))
            return false;
    return true;
}

/* Calls whose inputs start on the same bars run together; usually that is all. */
static pen_status run_by_start(plan_run *pr, size_t n_series)
{
    const pen_plan *plan = pr->plan;
    for (size_t i = 0; i < plan->n_calls; i++) {
        if (pr->is_done[i])
            continue;
        bool is_all = true;
        for (size_t j = 0; j < plan->n_calls; j++) {
            pr->wanted[j] = !pr->is_done[j] && (j == i || starts_alike(pr, &plan->calls[i],
                                                                       &plan->calls[j], n_series));
            pr->is_done[j] |= pr->wanted[j];
            is_all &= pr->wanted[j];
        }
        for (size_t s = 0; s < n_series; s++)
            pr->start[s] = start_of(pr, &plan->calls[i], s, n_series);
        if (is_all)
            return run_programs(pr, plan->programs, plan->n_programs, NULL);
        ind_program *programs;
        size_t count;
        PEN_TRY(ind_compile(plan, pr->wanted, &programs, &count));
        pen_status s = run_programs(pr, programs, count, pr->wanted);
        ind_programs_free(programs, count);
        PEN_TRY(s);
    }
    return PEN_OK;
}

/* The wanted calls, which read the same inputs, on the bars these have. */
static pen_status run_on_bars_there(const plan_run *pr, unsigned inputs, const bool *wanted)
{
    const pen_plan *plan = pr->plan;
    const pen_panel *x = pr->inputs[0];
    plan_run dense = { .queue = pr->queue, .plan = plan };
    ind_program *programs = NULL;
    size_t count = 0, n = pen_panel_series(x);
    ind_compact c;
    pen_status s = ind_compact_init(pr->queue, pr->inputs, plan->n_inputs, inputs, &c);
    for (size_t i = 0, last = 0; i < plan->n_inputs; i++) {
        last = c.panels[i] != NULL ? i : last;
        dense.inputs[i] = c.panels[last] != NULL ? c.panels[last] : pr->inputs[i];
    }
    if (s == PEN_OK)
        s = pen_panel_create(pen_queue_device(pr->queue), pen_panel_dtype(x),
                             pen_panel_series(pr->out), pen_panel_points(x), &dense.out);
    if (s == PEN_OK) /* every series starts with its first bar */
        s = pen_alloc(n, sizeof *dense.start, (void **)&dense.start);
    if (s == PEN_OK)
        s = ind_compile(plan, wanted, &programs, &count);
    if (s == PEN_OK)
        s = run_programs(&dense, programs, count, wanted);
    for (size_t i = 0; i < plan->n_calls; i++)
        for (size_t o = 0; wanted[i] && o < plan->calls[i].entry->about.n_outputs; o++)
            if (s == PEN_OK)
                s = ind_expand(pr->queue, &c, dense.out, pr->out,
                               (size_t)plan->calls[i].first_output + o);
    ind_programs_free(programs, count);
    pen_free(dense.start);
    pen_panel_destroy(dense.out);
    ind_compact_clear(&c);
    return s;
}

/* Missing bars are left out: calls that read the same inputs miss the same bars. */
static pen_status run_skipping(plan_run *pr)
{
    const pen_plan *plan = pr->plan;
    bool *wanted;
    PEN_TRY(pen_alloc(plan->n_calls, sizeof *wanted, (void **)&wanted));
    pen_status s = PEN_OK;
    for (size_t i = 0; i < plan->n_calls && s == PEN_OK; i++) {
        unsigned inputs = ind_call_inputs(&plan->calls[i]);
        bool is_first = true;
        for (size_t j = 0; j < plan->n_calls; j++) {
            wanted[j] = ind_call_inputs(&plan->calls[j]) == inputs;
            is_first &= j >= i || !wanted[j];
        }
        if (is_first)
            s = run_on_bars_there(pr, inputs, wanted);
    }
    pen_free(wanted);
    return s;
}

pen_status ind_check_shapes(const char *what, pen_queue *queue, const pen_plan *plan,
                            const pen_panel *const *inputs, const pen_panel *out)
{
    const pen_panel *x = inputs[0];
    size_t series = pen_panel_series(x), points = pen_panel_points(x);
    for (size_t i = 0; i <= plan->n_inputs; i++) {
        const pen_panel *p = i < plan->n_inputs ? inputs[i] : out;
        const char *name = i < plan->n_inputs ? plan->inputs[i] : "out";
        size_t want = i < plan->n_inputs ? series : series * plan->n_outputs;
        if (pen_panel_series(p) != want || pen_panel_points(p) != points ||
            pen_panel_dtype(p) != pen_panel_dtype(x))
            return pen_fail(PEN_E_SHAPE, "%s: %s is %zu x %zu %s, expected %zu x %zu %s", what,
                            name, pen_panel_series(p), pen_panel_points(p),
                            pen_dtype_name(pen_panel_dtype(p)), want, points,
                            pen_dtype_name(pen_panel_dtype(x)));
        bool is_here = pen_panel_device(p) == pen_queue_device(queue) ||
                       (pen_panel_is_host(p) && pen_device_is_host(pen_queue_device(queue)));
        if (!is_here)
            return pen_fail(PEN_E_DEVICE, "%s: %s is not on the queue's device %s", what, name,
                            pen_device_describe(pen_queue_device(queue))->name);
    }
    if (points > INT_MAX / 2 || series > INT_MAX / 256 / (plan->n_outputs + 1))
        return pen_fail(PEN_E_SIZE, "%s: %zu x %zu is too large", what, series, points);
    return PEN_OK;
}

pen_status pen_plan_run(pen_queue *queue, const pen_plan *plan, const pen_panel *const *inputs,
                        pen_panel *out)
{
    PEN_TRY(ind_check_shapes("pen_plan_run", queue, plan, inputs, out));
    size_t n = pen_panel_series(inputs[0]);
    if (n == 0 || pen_panel_points(inputs[0]) == 0)
        return PEN_OK;
    plan_run pr = { .queue = queue, .plan = plan, .out = out };
    for (size_t i = 0; i < plan->n_inputs; i++)
        pr.inputs[i] = inputs[i];
    if (plan->options.missing == PEN_MISSING_SKIPPED)
        return run_skipping(&pr);
    pen_status s = pen_alloc(plan->n_inputs * n, sizeof *pr.first, (void **)&pr.first);
    if (s == PEN_OK)
        s = pen_alloc(n, sizeof *pr.start, (void **)&pr.start);
    if (s == PEN_OK)
        s = pen_alloc(plan->n_calls, sizeof *pr.wanted, (void **)&pr.wanted);
    if (s == PEN_OK)
        s = pen_alloc(plan->n_calls, sizeof *pr.is_done, (void **)&pr.is_done);
    for (size_t i = 0; i < plan->n_inputs && s == PEN_OK; i++)
        s = ind_first_valid(queue, inputs[i], pr.first + i * n);
    if (s == PEN_OK)
        s = run_by_start(&pr, n);
    pen_free(pr.first);
    pen_free(pr.start);
    pen_free(pr.wanted);
    pen_free(pr.is_done);
    return s;
}
