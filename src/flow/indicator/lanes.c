/* Loading programs and launching them on lanes. */
#include "lanes.h"

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"

/* Allocates on the device and copies `bytes` there. */
static pen_status upload(pen_queue *queue, const void *host, size_t bytes, void **out)
{
    PEN_TRY(pen_device_alloc(pen_queue_device(queue), bytes, out));
    return pen_device_write(queue, *out, host, bytes);
}

/* Kernels read two constants for every step, whatever it has. */
enum { SPARE_CONSTS = 2 };

static pen_status upload_consts(ind_loaded *l)
{
    const ind_program *p = l->program;
    size_t n = (size_t)p->n_consts, unit = pen_dtype_bytes(l->dtype);
    void *padded;
    PEN_TRY(pen_alloc(n + SPARE_CONSTS, unit, &padded));
    for (size_t i = 0; i < n; i++)
        if (l->dtype == PEN_F64)
            ((double *)padded)[i] = p->consts[i];
        else
            ((float *)padded)[i] = (float)p->consts[i];
    pen_status s = upload(l->queue, padded, (n + SPARE_CONSTS) * unit, &l->d_consts);
    if (s == PEN_OK)
        s = pen_queue_wait(l->queue);
    pen_free(padded);
    return s;
}

pen_status ind_load(pen_queue *queue, const ind_program *program, pen_dtype dtype, ind_loaded *out)
{
    *out = (ind_loaded){
        .queue = queue, .device = pen_queue_device(queue), .program = program, .dtype = dtype
    };
    size_t bytes = (size_t)program->n_ops * IND_WORDS * sizeof(int);
    PEN_TRY(upload(queue, program->code, bytes, &out->d_code));
    PEN_TRY(upload_consts(out));
    return pen_queue_wait(queue);
}

void ind_unload(ind_loaded *loaded)
{
    pen_device_free(loaded->device, loaded->d_code);
    pen_device_free(loaded->device, loaded->d_consts);
    loaded->d_code = loaded->d_consts = NULL;
}

size_t ind_state_bytes(const ind_loaded *loaded, size_t lanes)
{
    return (size_t)loaded->program->n_state * lanes * pen_dtype_bytes(loaded->dtype);
}

/* The block on the device: input strides, then series, start, count, from, step. */
enum { STRIP_BLOCK = 4096 }; /* steps that a group of indicator_strips.k works on */
enum { STRIDES_BYTES = IND_MAX_INPUTS * sizeof(int64_t), LANE_ROWS = 5 };

pen_status ind_lanes_init(pen_device *device, size_t capacity, ind_lanes *out)
{
    *out = (ind_lanes){ .device = device, .group = (size_t)pen_device_lane_count(device) };
    size_t bytes;
    int *rows;
    PEN_TRY(pen_size_mul(capacity, LANE_ROWS * sizeof(int), &bytes));
    PEN_TRY(pen_alloc(capacity, LANE_ROWS * sizeof(int), (void **)&rows));
    out->capacity = capacity;
    out->series = rows;
    out->start = rows + capacity;
    out->count = rows + 2 * capacity;
    out->from = rows + 3 * capacity;
    out->step = rows + 4 * capacity;
    return pen_device_alloc(device, STRIDES_BYTES + bytes, &out->d_block);
}

void ind_lanes_clear(ind_lanes *lanes)
{
    pen_free(lanes->series);
    pen_device_free(lanes->device, lanes->d_block);
    *lanes = (ind_lanes){ 0 };
}

void ind_lane_set(ind_lanes *lanes, size_t lane, int series, int start, int count, int from)
{
    lanes->series[lane] = series;
    lanes->start[lane] = start;
    lanes->count[lane] = count > 0 ? count : 0;
    lanes->from[lane] = from;
}

pen_status ind_launch(const ind_loaded *l, const ind_lanes *lanes, size_t n, const ind_io *io,
                      void *state)
{
    const ind_program *p = l->program;
    const int *host[LANE_ROWS] = { lanes->series, lanes->start, lanes->count, lanes->from,
                                   lanes->step };
    void *rows[LANE_ROWS], *strides = lanes->d_block, *in[IND_MAX_INPUTS];
    PEN_TRY(pen_device_write(l->queue, strides, io->in_stride, STRIDES_BYTES));
    for (int i = 0; i < LANE_ROWS; i++) {
        size_t count = i < LANE_ROWS - 1 ? n : (n + lanes->group - 1) / lanes->group;
        rows[i] = (char *)strides + STRIDES_BYTES + (size_t)i * lanes->capacity * sizeof(int);
        PEN_TRY(pen_device_write(l->queue, rows[i], host[i], count * sizeof(int)));
    }
    for (int i = 0; i < IND_MAX_INPUTS; i++)
        in[i] = (void *)io->in[io->in[i] != NULL ? i : 0];
    int n_ops = p->n_ops, n_state = p->n_state, is_streamed = io->is_streamed;
    void *out = io->out;
    int64_t out_stride = io->out_stride, out_plane = io->out_plane;
    void *args[] = { (void *)&l->d_code,
                     &n_ops,
                     (void *)&l->d_consts,
                     &in[0],
                     &in[1],
                     &in[2],
                     &in[3],
                     &in[4],
                     &in[5],
                     &strides,
                     &rows[0],
                     &rows[1],
                     &rows[2],
                     &rows[3],
                     &state,
                     &n_state,
                     &rows[4],
                     &out,
                     &out_stride,
                     &out_plane,
                     &is_streamed };
    pen_grid grid = lanes->is_single ? pen_groups(n) : pen_lanes(n);
    grid.weight = io->points * (size_t)n_ops / 4 + 1;
    const char *kernel = lanes->is_single ? "indicator_single" : "indicator_plan";
    if (l->program->kernel != NULL)
        kernel = l->program->kernel;
    PEN_TRY(pen_launch(l->queue, kernel, l->dtype, grid, args, PEN_COUNT(args)));
    return pen_queue_wait(l->queue); /* the lanes are the caller's again */
}

pen_status ind_launch_strips(const ind_loaded *l, const ind_io *io, const int *first,
                             size_t n_series, int n_points)
{
    const ind_program *p = l->program;
    const char *kernel = p->strips_kernel != NULL ? p->strips_kernel : "indicator_strips";
    void *d_first = NULL, *d_strides = NULL, *in[IND_MAX_INPUTS], *out = io->out;
    for (int i = 0; i < IND_MAX_INPUTS; i++)
        in[i] = (void *)io->in[io->in[i] != NULL ? i : 0];
    int n_ops = p->n_ops, is_streamed = io->is_streamed, block = STRIP_BLOCK;
    int reach = (p->max_first + 15) / 16 * 16, n_blocks = (n_points + block - 1) / block;
    int64_t out_stride = io->out_stride, out_plane = io->out_plane;
    void *args[] = { (void *)&l->d_code,
                     &n_ops,
                     (void *)&l->d_consts,
                     &in[0],
                     &in[1],
                     &in[2],
                     &in[3],
                     &in[4],
                     &in[5],
                     &d_strides,
                     &d_first,
                     &n_points,
                     &reach,
                     &n_blocks,
                     &block,
                     &out,
                     &out_stride,
                     &out_plane,
                     &is_streamed };
    pen_grid grid = pen_groups(n_series * (size_t)n_blocks);
    grid.weight = (size_t)(n_points < block ? n_points : block) * (size_t)n_ops / 4 + 1;
    pen_status s = upload(l->queue, io->in_stride, sizeof io->in_stride, &d_strides);
    if (s == PEN_OK)
        s = upload(l->queue, first, n_series * sizeof *first, &d_first);
    if (s == PEN_OK)
        s = pen_launch(l->queue, kernel, l->dtype, grid, args, PEN_COUNT(args));
    if (s == PEN_OK)
        s = pen_queue_wait(l->queue);
    pen_device_free(l->device, d_strides);
    pen_device_free(l->device, d_first);
    return s;
}

pen_status ind_states_copy(const ind_loaded *l, void *src, void *dst, const int *from,
                           const int *to, size_t n)
{
    void *d_from = NULL, *d_to = NULL;
    int n_state = l->program->n_state;
    pen_status s = upload(l->queue, from, n * sizeof *from, &d_from);
    if (s == PEN_OK)
        s = upload(l->queue, to, n * sizeof *to, &d_to);
    void *args[] = { &src, &d_from, &dst, &d_to, &n_state };
    if (s == PEN_OK)
        s = pen_launch(l->queue, "lane_state_copy", l->dtype, pen_items(n), args, PEN_COUNT(args));
    if (s == PEN_OK)
        s = pen_queue_wait(l->queue);
    pen_device_free(l->device, d_from);
    pen_device_free(l->device, d_to);
    return s;
}

pen_status ind_first_valid(pen_queue *queue, const pen_panel *panel, int *first)
{
    void *x = pen_panel_data(panel), *d_first = NULL;
    int64_t stride = (int64_t)pen_panel_stride(panel);
    int n_points = (int)pen_panel_points(panel);
    size_t n = pen_panel_series(panel);
    PEN_TRY(pen_device_alloc(pen_queue_device(queue), n * sizeof(int), &d_first));
    void *args[] = { &x, &stride, &n_points, &d_first };
    pen_status s = pen_launch(queue, "first_valid", pen_panel_dtype(panel), pen_items(n), args,
                              PEN_COUNT(args));
    if (s == PEN_OK)
        s = pen_device_read(queue, first, d_first, n * sizeof(int));
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    pen_device_free(pen_queue_device(queue), d_first);
    return s;
}

pen_status ind_fill_heads(pen_queue *queue, pen_panel *out, const int *first, size_t n_series,
                          const int *lookback, size_t n_planes)
{
    void *d_first = NULL, *d_lookback = NULL, *to = pen_panel_data(out);
    int n = (int)n_series, n_points = (int)pen_panel_points(out);
    int64_t stride = (int64_t)pen_panel_stride(out), plane = stride * n;
    pen_status s = upload(queue, lookback, n_planes * sizeof *lookback, &d_lookback);
    if (s == PEN_OK)
        s = upload(queue, first, n_series * sizeof *first, &d_first);
    void *args[] = { &d_first, &d_lookback, &n, &n_points, &to, &stride, &plane };
    if (s == PEN_OK)
        s = pen_launch(queue, "fill_head", pen_panel_dtype(out), pen_items(n_planes * n_series),
                       args, PEN_COUNT(args));
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    pen_device_free(pen_queue_device(queue), d_first);
    pen_device_free(pen_queue_device(queue), d_lookback);
    return s;
}
