/* Running a plan: which lanes work on what, and long series in chunks.
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
#include "../../machine/base/size.h"
#include "../../machine/device/launch.h"
#include "plan.h"

enum {
    STREAM_BYTES = 4 << 20, /* results above this size go around the caches */
    MIN_CHUNK = 4096,       /* shorter chunks are not worth a warm-up */
    CPU_LANES_WANTED = 64,  /* lanes that keep a device busy */
    GPU_LANES_WANTED = 16384,
    LINE_VALUES = 16, /* f32 values in a cache line */
};

/* One run of one program. */
typedef struct run {
    pen_queue *queue;
    pen_device *device;
    const ind_program *program;
    const pen_panel *const *inputs;
    pen_panel *out;
    pen_dtype dtype;
    int n_series, n_points, n_lanes, capacity; /* capacity: lanes, padded to whole groups */
    int *start;                                /* host [n_series]: first valid step */
    int *lanes;                                /* host [4][n_lanes]: series, start, count, from */
    void *d_code, *d_consts, *d_strides, *d_lanes, *d_state, *d_warm, *d_differs, *d_start;
} run;

static void run_clear(run *r)
{
    void *blocks[] = { r->d_code,  r->d_consts, r->d_strides, r->d_lanes,
                       r->d_state, r->d_warm,   r->d_differs, r->d_start };
    for (size_t i = 0; i < PEN_COUNT(blocks); i++)
        pen_device_free(r->device, blocks[i]);
    pen_free(r->lanes);
}

/* Allocates on the device and copies `bytes` there. */
static pen_status upload(run *r, const void *host, size_t bytes, void **out)
{
    PEN_TRY(pen_device_alloc(r->device, bytes, out));
    return pen_device_write(r->queue, *out, host, bytes);
}

static size_t state_bytes(const run *r, int lanes)
{
    return (size_t)r->program->n_state * (size_t)lanes * pen_dtype_bytes(r->dtype);
}

static pen_status upload_consts(run *r)
{
    const ind_program *p = r->program;
    if (r->dtype == PEN_F64)
        return upload(r, p->consts, (size_t)p->n_consts * sizeof(double), &r->d_consts);
    float *narrow;
    PEN_TRY(pen_alloc((size_t)p->n_consts, sizeof *narrow, (void **)&narrow));
    for (int i = 0; i < p->n_consts; i++)
        narrow[i] = (float)p->consts[i];
    pen_status s = upload(r, narrow, (size_t)p->n_consts * sizeof(float), &r->d_consts);
    if (s == PEN_OK)
        s = pen_queue_wait(r->queue);
    pen_free(narrow);
    return s;
}

/* Uploads what every launch of the program needs; n_lanes is known. */
static pen_status run_prepare(run *r)
{
    int64_t strides[IND_MAX_INPUTS] = { 0 };
    int group = pen_device_lane_count(r->device);
    for (size_t i = 0; i < IND_MAX_INPUTS && r->inputs[i] != NULL; i++)
        strides[i] = (int64_t)pen_panel_stride(r->inputs[i]);
    r->capacity = (r->n_lanes + group - 1) / group * group;
    PEN_TRY(pen_alloc((size_t)r->n_lanes, 4 * sizeof *r->lanes, (void **)&r->lanes));
    PEN_TRY(upload(r, r->program->code, (size_t)r->program->n_ops * IND_WORDS * sizeof(int),
                   &r->d_code));
    PEN_TRY(upload_consts(r));
    PEN_TRY(upload(r, strides, sizeof strides, &r->d_strides));
    PEN_TRY(pen_device_alloc(r->device, (size_t)r->n_lanes * 4 * sizeof(int), &r->d_lanes));
    PEN_TRY(pen_device_alloc(r->device, state_bytes(r, r->capacity), &r->d_state));
    PEN_TRY(pen_device_fill(r->queue, r->d_state, 0, state_bytes(r, r->capacity)));
    return pen_queue_wait(r->queue); /* strides are on the stack */
}

/* Runs lanes [0, n_lanes) as r->lanes says, their first step being k0. */
static pen_status launch_lanes(run *r, void *state, int n_lanes, int k0)
{
    const ind_program *p = r->program;
    size_t row = (size_t)n_lanes * sizeof(int);
    char *d = r->d_lanes;
    for (int i = 0; i < 4; i++)
        PEN_TRY(pen_device_write(r->queue, d + (size_t)i * row, r->lanes + i * r->n_lanes, row));
    void *series = d, *start = d + row, *count = d + 2 * row, *from = d + 3 * row;
    void *in[IND_MAX_INPUTS];
    for (size_t i = 0; i < IND_MAX_INPUTS; i++)
        in[i] = pen_panel_data(r->inputs[r->inputs[i] != NULL ? i : 0]);
    void *out = pen_panel_data(r->out);
    int64_t stride = (int64_t)pen_panel_stride(r->out), plane = stride * r->n_series;
    int n_ops = p->n_ops, n_state = p->n_state;
    uint64_t out_bytes = (uint64_t)stride * pen_panel_series(r->out) * pen_dtype_bytes(r->dtype);
    int is_streamed = out_bytes > STREAM_BYTES;
    void *args[] = { &r->d_code, &n_ops,   &r->d_consts,  &in[0],  &in[1],  &in[2], &in[3],
                     &in[4],     &in[5],   &r->d_strides, &series, &start,  &count, &from,
                     &state,     &n_state, &k0,           &out,    &stride, &plane, &is_streamed };
    pen_grid grid = pen_lanes((size_t)n_lanes);
    grid.weight = (size_t)r->n_points * (size_t)n_ops / 4 + 1;
    PEN_TRY(pen_launch(r->queue, "indicator_plan", r->dtype, grid, args, PEN_COUNT(args)));
    return pen_queue_wait(r->queue); /* r->lanes is written again */
}

static void set_lane(run *r, int lane, int series, int start, int count, int from)
{
    int n = r->n_lanes;
    r->lanes[lane] = series;
    r->lanes[n + lane] = start;
    r->lanes[2 * n + lane] = count > 0 ? count : 0;
    r->lanes[3 * n + lane] = from;
}

/* Every series is one lane. */
static pen_status run_whole(run *r)
{
    r->n_lanes = r->n_series;
    PEN_TRY(run_prepare(r));
    for (int i = 0; i < r->n_series; i++)
        set_lane(r, i, i, r->start[i], r->n_points - r->start[i], 0);
    return launch_lanes(r, r->d_state, r->n_lanes, 0);
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
static bool plan_cut(const run *r, cut *out)
{
    const ind_program *p = r->program;
    int unit = p->max_ring > LINE_VALUES ? p->max_ring : LINE_VALUES;
    int wanted = pen_device_is_host(r->device) ? CPU_LANES_WANTED : GPU_LANES_WANTED;
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

/* Moves the states of lanes from[i] of src to lanes to[i] of dst. */
static pen_status copy_states(run *r, void *src, void *dst, const int *from, const int *to,
                              size_t n)
{
    void *d_from = NULL, *d_to = NULL;
    int n_state = r->program->n_state;
    pen_status s = upload(r, from, n * sizeof *from, &d_from);
    if (s == PEN_OK)
        s = upload(r, to, n * sizeof *to, &d_to);
    void *args[] = { &src, &d_from, &dst, &d_to, &n_state };
    if (s == PEN_OK)
        s = pen_launch(r->queue, "lane_state_copy", r->dtype, pen_items(n), args, PEN_COUNT(args));
    if (s == PEN_OK)
        s = pen_queue_wait(r->queue);
    pen_device_free(r->device, d_from);
    pen_device_free(r->device, d_to);
    return s;
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
        s = copy_states(r, state, r->d_state, from, to, (size_t)r->n_series);
    pen_free(from);
    pen_free(to);
    return s;
}

/* Redoes chunk `chunk` of a series from the state at the end of the one before. */
static pen_status redo_chunk(run *r, const cut *c, int series, int chunk)
{
    int lane = series * c->count + chunk, before = lane - 1, zero = 0;
    void *state = NULL;
    PEN_TRY(pen_device_alloc(r->device, state_bytes(r, pen_device_lane_count(r->device)), &state));
    pen_status s = copy_states(r, r->d_state, state, &before, &zero, 1);
    set_lane(r, 0, series, r->start[series] + c->head + chunk * c->length,
             chunk_steps(r, c, series, chunk), 0);
    if (s == PEN_OK)
        s = launch_lanes(r, state, 1, c->head);
    if (s == PEN_OK)
        s = copy_states(r, state, r->d_state, &zero, &lane, 1);
    pen_device_free(r->device, state);
    return s;
}

/* Is the warm state of lane + 1 the end state of lane? */
static pen_status compare_states(run *r, int *differs)
{
    size_t n = (size_t)r->n_lanes - 1;
    int n_state = r->program->n_state;
    void *args[] = { &r->d_state, &r->d_warm, &n_state, &r->d_differs };
    PEN_TRY(
        pen_launch(r->queue, "lane_state_compare", r->dtype, pen_items(n), args, PEN_COUNT(args)));
    PEN_TRY(pen_device_read(r->queue, differs, r->d_differs, n * sizeof *differs));
    return pen_queue_wait(r->queue);
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

static pen_status run_chunks(run *r, const cut *c)
{
    r->n_lanes = r->n_series * c->count;
    PEN_TRY(run_prepare(r));
    size_t bytes = state_bytes(r, r->capacity);
    PEN_TRY(pen_device_alloc(r->device, bytes, &r->d_warm));
    PEN_TRY(pen_device_alloc(r->device, (size_t)r->n_lanes * sizeof(int), &r->d_differs));
    PEN_TRY(pen_device_fill(r->queue, r->d_warm, 0, bytes));
    for (int i = 0; i < r->n_lanes; i++) {
        int series = i / c->count, chunk = i % c->count;
        int steps = chunk > 0 && chunk_steps(r, c, series, chunk) > 0 ? c->warm : 0;
        set_lane(r, i, series,
                 chunk > 0 ? r->start[series] + c->head + chunk * c->length - c->warm : 0, steps,
                 INT_MAX);
    }
    PEN_TRY(launch_lanes(r, r->d_state, r->n_lanes, c->head - c->warm));
    PEN_TRY(pen_device_copy(r->queue, r->d_warm, r->d_state, bytes));

    void *head_state = NULL;
    size_t group = (size_t)pen_device_lane_count(r->device);
    int padded = (int)(((size_t)r->n_series + group - 1) / group * group);
    PEN_TRY(pen_device_alloc(r->device, state_bytes(r, padded), &head_state));
    pen_status s = pen_device_fill(r->queue, head_state, 0, state_bytes(r, padded));
    if (s == PEN_OK)
        s = run_head(r, c, head_state);
    pen_device_free(r->device, head_state);
    PEN_TRY(s);

    for (int i = 0; i < r->n_lanes; i++) {
        int series = i / c->count, chunk = i % c->count;
        set_lane(r, i, series, r->start[series] + c->head + chunk * c->length,
                 chunk_steps(r, c, series, chunk), 0);
    }
    PEN_TRY(launch_lanes(r, r->d_state, r->n_lanes, c->head));
    return settle_chunks(r, c);
}

/* ---- Where each series starts ---- */

/* first[s] of one input on the host. */
static pen_status first_valid(run *r, const pen_panel *input, int *first)
{
    void *x = pen_panel_data(input), *d_first = NULL;
    int64_t stride = (int64_t)pen_panel_stride(input);
    size_t n = (size_t)r->n_series;
    PEN_TRY(pen_device_alloc(r->device, n * sizeof(int), &d_first));
    void *args[] = { &x, &stride, &r->n_points, &d_first };
    pen_status s =
        pen_launch(r->queue, "first_valid", r->dtype, pen_items(n), args, PEN_COUNT(args));
    if (s == PEN_OK)
        s = pen_device_read(r->queue, first, d_first, n * sizeof(int));
    if (s == PEN_OK)
        s = pen_queue_wait(r->queue);
    pen_device_free(r->device, d_first);
    return s;
}

/* NaN up to each output's first value. */
static pen_status fill_heads(run *r, const pen_plan *plan, const bool *wanted)
{
    size_t n_planes = plan->n_outputs, n = n_planes * (size_t)r->n_series;
    int *lookback;
    void *d_lookback = NULL, *out = pen_panel_data(r->out);
    int64_t stride = (int64_t)pen_panel_stride(r->out), plane = stride * r->n_series;
    PEN_TRY(pen_alloc(n_planes, sizeof *lookback, (void **)&lookback));
    for (size_t i = 0; i < plan->n_calls; i++)
        for (size_t o = 0; o < plan->calls[i].entry->about.n_outputs; o++) {
            size_t p = (size_t)plan->calls[i].first_output + o;
            /* planes of other runs: nothing to fill (the sum stays below zero) */
            lookback[p] = wanted == NULL || wanted[i] ? plan->outputs[p].lookback : INT_MIN / 2;
        }
    pen_status s = upload(r, lookback, n_planes * sizeof *lookback, &d_lookback);
    if (s == PEN_OK)
        s = upload(r, r->start, (size_t)r->n_series * sizeof *r->start, &r->d_start);
    void *args[] = { &r->d_start, &d_lookback, &r->n_series, &r->n_points, &out, &stride, &plane };
    if (s == PEN_OK)
        s = pen_launch(r->queue, "fill_head", r->dtype, pen_items(n), args, PEN_COUNT(args));
    if (s == PEN_OK)
        s = pen_queue_wait(r->queue);
    pen_device_free(r->device, d_lookback);
    pen_free(lookback);
    return s;
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

/* Runs the programs of the wanted calls, which share r->start. */
static pen_status run_programs(const plan_run *pr, const ind_program *programs, size_t count,
                               const bool *wanted)
{
    const pen_panel *x = pr->inputs[0];
    pen_status s = PEN_OK;
    for (size_t i = 0; i < count && s == PEN_OK; i++) {
        run r = { .queue = pr->queue,
                  .device = pen_queue_device(pr->queue),
                  .program = &programs[i],
                  .inputs = pr->inputs,
                  .out = pr->out,
                  .dtype = pen_panel_dtype(x),
                  .n_series = (int)pen_panel_series(x),
                  .n_points = (int)pen_panel_points(x),
                  .start = pr->start };
        cut c;
        if (i == 0)
            s = fill_heads(&r, pr->plan, wanted);
        if (s == PEN_OK)
            s = plan_cut(&r, &c) ? run_chunks(&r, &c) : run_whole(&r);
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

static pen_status check_shapes(pen_queue *queue, const pen_plan *plan,
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
            return pen_fail(PEN_E_SHAPE, "pen_plan_run: %s is %zu x %zu %s, expected %zu x %zu %s",
                            name, pen_panel_series(p), pen_panel_points(p),
                            pen_dtype_name(pen_panel_dtype(p)), want, points,
                            pen_dtype_name(pen_panel_dtype(x)));
        bool is_here = pen_panel_device(p) == pen_queue_device(queue) ||
                       (pen_panel_is_host(p) && pen_device_is_host(pen_queue_device(queue)));
        if (!is_here)
            return pen_fail(PEN_E_DEVICE, "pen_plan_run: %s is not on the queue's device %s", name,
                            pen_device_describe(pen_queue_device(queue))->name);
    }
    if (points > INT_MAX / 2 || series > INT_MAX / 256 / (plan->n_outputs + 1))
        return pen_fail(PEN_E_SIZE, "pen_plan_run: %zu x %zu is too large", series, points);
    return PEN_OK;
}

pen_status pen_plan_run(pen_queue *queue, const pen_plan *plan, const pen_panel *const *inputs,
                        pen_panel *out)
{
    PEN_TRY(check_shapes(queue, plan, inputs, out));
    size_t n = pen_panel_series(inputs[0]);
    if (n == 0 || pen_panel_points(inputs[0]) == 0)
        return PEN_OK;
    plan_run pr = { .queue = queue, .plan = plan, .out = out };
    for (size_t i = 0; i < plan->n_inputs; i++)
        pr.inputs[i] = inputs[i];
    run probe = { .queue = queue,
                  .device = pen_queue_device(queue),
                  .dtype = pen_panel_dtype(inputs[0]),
                  .n_series = (int)n,
                  .n_points = (int)pen_panel_points(inputs[0]) };
    pen_status s = pen_alloc(plan->n_inputs * n, sizeof *pr.first, (void **)&pr.first);
    if (s == PEN_OK)
        s = pen_alloc(n, sizeof *pr.start, (void **)&pr.start);
    if (s == PEN_OK)
        s = pen_alloc(plan->n_calls, sizeof *pr.wanted, (void **)&pr.wanted);
    if (s == PEN_OK)
        s = pen_alloc(plan->n_calls, sizeof *pr.is_done, (void **)&pr.is_done);
    for (size_t i = 0; i < plan->n_inputs && s == PEN_OK; i++)
        s = first_valid(&probe, inputs[i], pr.first + i * n);
    if (s == PEN_OK)
        s = run_by_start(&pr, n);
    pen_free(pr.first);
    pen_free(pr.start);
    pen_free(pr.wanted);
    pen_free(pr.is_done);
    return s;
}
