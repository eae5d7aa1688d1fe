/* Leaving missing bars out and putting them back. */
#include "missing.h"

#include "../../machine/base/alloc.h"

/* Addresses and strides of the inputs that are looked at, at most IND_MAX_INPUTS. */
typedef struct watched {
    void *at[IND_MAX_INPUTS];
    int64_t stride[IND_MAX_INPUTS];
    int n;
} watched;

static watched watch(const ind_compact *c)
{
    watched w = { .n = 0 };
    for (int i = 0; i < IND_MAX_INPUTS; i++)
        if (c->which >> i & 1) {
            w.at[w.n] = pen_panel_data(c->inputs[i]);
            w.stride[w.n++] = (int64_t)pen_panel_stride(c->inputs[i]);
        }
    for (int i = w.n; i < IND_MAX_INPUTS; i++) {
        w.at[i] = w.at[0];
        w.stride[i] = w.stride[0];
    }
    return w;
}

/* One input of every series without its missing bars. */
static pen_status compact_one(pen_queue *queue, const ind_compact *c, int input, void *d_counts)
{
    watched w = watch(c);
    const pen_panel *x = c->inputs[input];
    void *from = pen_panel_data(x), *to = pen_panel_data(c->panels[input]);
    int64_t stride = (int64_t)pen_panel_stride(x);
    int64_t to_stride = (int64_t)pen_panel_stride(c->panels[input]);
    int points = (int)pen_panel_points(x);
    void *args[] = { &w.at[0],     &w.at[1],     &w.at[2],     &w.at[3],     &w.at[4],
                     &w.at[5],     &w.stride[0], &w.stride[1], &w.stride[2], &w.stride[3],
                     &w.stride[4], &w.stride[5], &points,      &from,        &stride,
                     &to,          &to_stride,   &d_counts };
    PEN_TRY(pen_launch(queue, "leave_out_missing", pen_panel_dtype(x),
                       pen_items(pen_panel_series(x)), args, PEN_COUNT(args)));
    return pen_queue_wait(queue);
}

pen_status ind_compact_init(pen_queue *queue, const pen_panel *const *inputs, size_t n_inputs,
                            unsigned which, ind_compact *out)
{
    const pen_panel *x = inputs[0];
    pen_device *device = pen_queue_device(queue);
    size_t n = pen_panel_series(x);
    void *d_counts = NULL;
    *out = (ind_compact){ .inputs = inputs, .which = which };
    PEN_TRY(pen_alloc(n, sizeof *out->counts, (void **)&out->counts));
    PEN_TRY(pen_device_alloc(device, n * sizeof *out->counts, &d_counts));
    pen_status s = PEN_OK;
    for (size_t i = 0; i < n_inputs && s == PEN_OK; i++) {
        if ((which >> i & 1) == 0)
            continue;
        s = pen_panel_create(device, pen_panel_dtype(x), n, pen_panel_points(x), &out->panels[i]);
        if (s == PEN_OK)
            s = compact_one(queue, out, (int)i, d_counts);
    }
    if (s == PEN_OK)
        s = pen_device_read(queue, out->counts, d_counts, n * sizeof *out->counts);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    pen_device_free(device, d_counts);
    return s;
}

void ind_compact_clear(ind_compact *compact)
{
    for (int i = 0; i < IND_MAX_INPUTS; i++)
        pen_panel_destroy(compact->panels[i]);
    pen_free(compact->counts);
    *compact = (ind_compact){ 0 };
}

pen_status ind_expand(pen_queue *queue, const ind_compact *c, const pen_panel *from, pen_panel *to,
                      size_t plane)
{
    watched w = watch(c);
    size_t n = pen_panel_series(c->inputs[0]), unit = pen_dtype_bytes(pen_panel_dtype(to));
    int points = (int)pen_panel_points(to);
    int64_t stride = (int64_t)pen_panel_stride(from), to_stride = (int64_t)pen_panel_stride(to);
    void *x = (char *)pen_panel_data(from) + plane * n * (size_t)stride * unit;
    void *out = (char *)pen_panel_data(to) + plane * n * (size_t)to_stride * unit;
    void *args[] = { &w.at[0],     &w.at[1],     &w.at[2],     &w.at[3],     &w.at[4],
                     &w.at[5],     &w.stride[0], &w.stride[1], &w.stride[2], &w.stride[3],
                     &w.stride[4], &w.stride[5], &points,      &x,           &stride,
                     &out,         &to_stride };
    PEN_TRY(pen_launch(queue, "put_back_missing", pen_panel_dtype(to), pen_items(n), args,
                       PEN_COUNT(args)));
    return pen_queue_wait(queue);
}
