/* Streams: a plan that is given one bar after the other. */
#include "stream.h"
#include "missing.h"

#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"

enum { MOVED_GROUPS = 64 };

static size_t output_count(const pen_stream *s)
{
    return s->plan->n_outputs * s->n_series;
}

static size_t input_count(const pen_stream *s)
{
    return s->plan->n_inputs * s->n_series;
}

/* ---- Creating ---- */

static pen_status add_parts(pen_stream *s)
{
    const pen_plan *plan = s->plan;
    PEN_TRY(pen_alloc(plan->n_calls, sizeof *s->parts, (void **)&s->parts));
    for (size_t i = 0; i < plan->n_calls; i++) {
        unsigned inputs = ind_call_inputs(&plan->calls[i]);
        size_t p = 0;
        while (p < s->n_parts && s->parts[p].inputs != inputs)
            p++;
        if (p == s->n_parts)
            PEN_TRY(ind_part_init(s, &s->parts[s->n_parts++], inputs));
    }
    return PEN_OK;
}

static pen_status stream_init(pen_stream *s)
{
    pen_device *device = pen_queue_device(s->queue);
    size_t group = (size_t)pen_device_lane_count(device), unit = pen_dtype_bytes(s->dtype);
    size_t groups = (s->n_series + group - 1) / group;
    s->capacity = groups * group;
    s->moved_capacity = (s->n_series < MOVED_GROUPS ? s->n_series : MOVED_GROUPS) * group;
    size_t lanes = s->capacity > s->moved_capacity ? s->capacity : s->moved_capacity;
    size_t most = input_count(s) > output_count(s) ? input_count(s) : output_count(s);
    PEN_TRY(ind_lanes_init(device, lanes, &s->lanes));
    PEN_TRY(pen_alloc(s->n_series, sizeof *s->movers, (void **)&s->movers));
    PEN_TRY(pen_alloc(s->moved_capacity, sizeof *s->from, (void **)&s->from));
    PEN_TRY(pen_alloc(s->moved_capacity, sizeof *s->to, (void **)&s->to));
    PEN_TRY(pen_alloc(input_count(s), sizeof *s->first, (void **)&s->first));
    PEN_TRY(pen_alloc(output_count(s), sizeof *s->last, (void **)&s->last));
    PEN_TRY(pen_alloc(most, unit, &s->host));
    PEN_TRY(pen_device_alloc(device, input_count(s) * unit, &s->d_in));
    PEN_TRY(pen_device_alloc(device, output_count(s) * unit, &s->d_out));
    for (size_t i = 0; i < output_count(s); i++)
        s->last[i] = NAN;
    return add_parts(s);
}

pen_status pen_stream_create(pen_queue *queue, const pen_plan *plan, pen_dtype dtype,
                             size_t n_series, pen_stream **out)
{
    *out = NULL;
    if (dtype != PEN_F32 && dtype != PEN_F64)
        return pen_fail(PEN_E_ARG, "pen_stream_create: dtype %d, expected PEN_F32 or PEN_F64",
                        (int)dtype);
    if (n_series == 0 || n_series > INT32_MAX / 256 / (plan->n_outputs + 1))
        return pen_fail(PEN_E_SIZE, "pen_stream_create: %zu series, expected 1 to %zu", n_series,
                        INT32_MAX / 256 / (plan->n_outputs + 1));
    pen_stream *s;
    PEN_TRY(PEN_NEW(&s));
    *s = (pen_stream){ .queue = queue, .plan = plan, .dtype = dtype, .n_series = n_series };
    pen_status status = stream_init(s);
    if (status != PEN_OK) {
        pen_stream_destroy(s);
        return status;
    }
    *out = s;
    return PEN_OK;
}

void pen_stream_destroy(pen_stream *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n_parts; i++)
        ind_part_clear(s, &s->parts[i]);
    pen_device_free(pen_queue_device(s->queue), s->d_in);
    pen_device_free(pen_queue_device(s->queue), s->d_out);
    ind_lanes_clear(&s->lanes);
    pen_free(s->parts);
    pen_free(s->movers);
    pen_free(s->from);
    pen_free(s->to);
    pen_free(s->first);
    pen_free(s->last);
    pen_free(s->host);
    pen_free(s);
}

/* ---- One bar ---- */

static void narrow(const pen_stream *s, size_t at, double x)
{
    if (s->dtype == PEN_F32)
        ((float *)s->host)[at] = (float)x;
    else
        ((double *)s->host)[at] = x;
}

static double widen(const pen_stream *s, size_t at)
{
    return s->dtype == PEN_F32 ? (double)((const float *)s->host)[at]
                               : ((const double *)s->host)[at];
}

/* bar: [inputs][width]; the series are [begin, begin + width). */
static pen_status send_bar(pen_stream *s, const double *bar, size_t begin, size_t width)
{
    size_t unit = pen_dtype_bytes(s->dtype);
    for (size_t i = 0; i < s->plan->n_inputs; i++) {
        size_t row = i * s->n_series + begin;
        for (size_t k = 0; k < width; k++) {
            narrow(s, row + k, bar[i * width + k]);
            s->first[row + k] = isnan(bar[i * width + k]) ? 1 : 0;
        }
        PEN_TRY(pen_device_write(s->queue, (char *)s->d_in + row * unit,
                                 (char *)s->host + row * unit, width * unit));
    }
    for (size_t o = 0; o < s->plan->n_outputs; o++)
        PEN_TRY(pen_device_fill(s->queue, (char *)s->d_out + (o * s->n_series + begin) * unit, 0xff,
                                width * unit));
    return pen_queue_wait(s->queue); /* host is written again */
}

/* out: [outputs][width]; may be NULL. */
static pen_status receive_bar(pen_stream *s, double *out, size_t begin, size_t width, bool is_peek)
{
    size_t unit = pen_dtype_bytes(s->dtype);
    for (size_t o = 0; o < s->plan->n_outputs; o++) {
        size_t row = o * s->n_series + begin;
        PEN_TRY(pen_device_read(s->queue, (char *)s->host + row * unit,
                                (char *)s->d_out + row * unit, width * unit));
    }
    PEN_TRY(pen_queue_wait(s->queue));
    for (size_t o = 0; o < s->plan->n_outputs; o++)
        for (size_t k = 0; k < width; k++) {
            size_t at = o * s->n_series + begin + k;
            double x = widen(s, at);
            if (out != NULL)
                out[o * width + k] = x;
            if (!is_peek)
                s->last[at] = x;
        }
    return PEN_OK;
}

static pen_status step_bar(pen_stream *s, const double *bar, double *out, int only, bool is_peek)
{
    size_t begin = only >= 0 ? (size_t)only : 0, width = only >= 0 ? 1 : s->n_series;
    size_t unit = pen_dtype_bytes(s->dtype);
    ind_step_request request = { .points = 1, .only = only, .is_peek = is_peek };
    request.io = (ind_io){
        .out = s->d_out, .out_stride = 1, .out_plane = (int64_t)s->n_series, .points = 1
    };
    for (size_t i = 0; i < s->plan->n_inputs; i++) {
        request.io.in[i] = (const char *)s->d_in + i * s->n_series * unit;
        request.io.in_stride[i] = 1;
    }
    PEN_TRY(send_bar(s, bar, begin, width));
    for (size_t p = 0; p < s->n_parts; p++)
        PEN_TRY(ind_part_advance(s, &s->parts[p], &request));
    return receive_bar(s, out, begin, width, is_peek);
}

pen_status pen_stream_update(pen_stream *s, const double *bar, double *out)
{
    return step_bar(s, bar, out, -1, false);
}

pen_status pen_stream_peek(pen_stream *s, const double *bar, double *out)
{
    return step_bar(s, bar, out, -1, true);
}

static pen_status check_series(const pen_stream *s, const char *what, size_t series)
{
    if (series < s->n_series)
        return PEN_OK;
    return pen_fail(PEN_E_ARG, "%s: series %zu, expected 0 to %zu", what, series, s->n_series - 1);
}

pen_status pen_stream_update_one(pen_stream *s, size_t series, const double *bar, double *out)
{
    PEN_TRY(check_series(s, "pen_stream_update_one", series));
    return step_bar(s, bar, out, (int)series, false);
}

pen_status pen_stream_peek_one(pen_stream *s, size_t series, const double *bar, double *out)
{
    PEN_TRY(check_series(s, "pen_stream_peek_one", series));
    return step_bar(s, bar, out, (int)series, true);
}

/* ---- Many bars ---- */

/* The last value of every series of out becomes s->last. */
static pen_status keep_last(pen_stream *s, const pen_panel *out)
{
    void *from = pen_panel_data(out), *to = s->d_out;
    int64_t stride = (int64_t)pen_panel_stride(out);
    int64_t last = (int64_t)pen_panel_points(out) - 1;
    void *args[] = { &from, &stride, &last, &to };
    PEN_TRY(pen_launch(s->queue, "take_element", s->dtype, pen_items(output_count(s)), args,
                       PEN_COUNT(args)));
    return receive_bar(s, NULL, 0, s->n_series, false);
}

/* NaN everywhere: what is not yet defined is not written. */
static pen_status clear_out(pen_stream *s, pen_panel *out)
{
    int all = (int)pen_panel_points(out), *end;
    size_t n = output_count(s);
    PEN_TRY(pen_alloc(n, sizeof *end, (void **)&end));
    for (size_t i = 0; i < n; i++)
        end[i] = all;
    pen_status status = ind_fill_heads(s->queue, out, end, n, &(int){ 0 }, 1);
    pen_free(end);
    return status;
}

static ind_step_request push_request(const pen_stream *s, const pen_panel *const *inputs,
                                     pen_panel *out)
{
    ind_step_request request = { .points = pen_panel_points(out), .only = -1 };
    int64_t stride = (int64_t)pen_panel_stride(out);
    request.io = (ind_io){ .out = pen_panel_data(out),
                           .out_stride = stride,
                           .out_plane = stride * (int64_t)s->n_series,
                           .points = request.points };
    for (size_t i = 0; i < s->plan->n_inputs; i++)
        if (inputs[i] != NULL) {
            request.io.in[i] = pen_panel_data(inputs[i]);
            request.io.in_stride[i] = (int64_t)pen_panel_stride(inputs[i]);
        }
    return request;
}

/* A part runs on the bars there are; its outputs go to where these bars were. */
static pen_status push_part_skipping(pen_stream *s, ind_part *part, const pen_panel *const *inputs,
                                     pen_panel *out)
{
    ind_compact c;
    pen_panel *dense = NULL;
    size_t points = pen_panel_points(out);
    pen_status status = ind_compact_init(s->queue, inputs, s->plan->n_inputs, part->inputs, &c);
    if (status == PEN_OK)
        status =
            pen_panel_create(pen_queue_device(s->queue), s->dtype, output_count(s), points, &dense);
    if (status == PEN_OK) {
        ind_step_request request = push_request(s, (const pen_panel *const *)c.panels, dense);
        request.counts = c.counts;
        status = ind_part_advance(s, part, &request);
    }
    for (size_t i = 0; i < s->plan->n_calls; i++)
        for (size_t o = 0; part->wanted[i] && o < s->plan->calls[i].entry->about.n_outputs; o++)
            if (status == PEN_OK)
                status = ind_expand(s->queue, &c, dense, out,
                                    (size_t)s->plan->calls[i].first_output + o);
    pen_panel_destroy(dense);
    ind_compact_clear(&c);
    return status;
}

static pen_status push_whole(pen_stream *s, const pen_panel *const *inputs, pen_panel *out)
{
    ind_step_request request = push_request(s, inputs, out);
    for (size_t i = 0; i < s->plan->n_inputs; i++)
        PEN_TRY(ind_first_valid(s->queue, inputs[i], s->first + i * s->n_series));
    PEN_TRY(clear_out(s, out));
    for (size_t p = 0; p < s->n_parts; p++)
        PEN_TRY(ind_part_advance(s, &s->parts[p], &request));
    return PEN_OK;
}

static pen_status push_skipping(pen_stream *s, const pen_panel *const *inputs, pen_panel *out)
{
    for (size_t p = 0; p < s->n_parts; p++)
        PEN_TRY(push_part_skipping(s, &s->parts[p], inputs, out));
    return PEN_OK;
}

pen_status pen_stream_push(pen_stream *s, const pen_panel *const *inputs, pen_panel *out)
{
    PEN_TRY(ind_check_shapes("pen_stream_push", s->queue, s->plan, inputs, out));
    if (pen_panel_series(inputs[0]) != s->n_series || pen_panel_dtype(out) != s->dtype)
        return pen_fail(PEN_E_SHAPE, "pen_stream_push: %zu series of %s, expected %zu of %s",
                        pen_panel_series(inputs[0]), pen_dtype_name(pen_panel_dtype(out)),
                        s->n_series, pen_dtype_name(s->dtype));
    if (pen_panel_points(out) == 0)
        return PEN_OK;
    if (s->plan->options.missing == PEN_MISSING_SKIPPED)
        PEN_TRY(push_skipping(s, inputs, out));
    else
        PEN_TRY(push_whole(s, inputs, out));
    return keep_last(s, out);
}

void pen_stream_last(const pen_stream *s, double *out)
{
    memcpy(out, s->last, output_count(s) * sizeof *out);
}

size_t pen_stream_series(const pen_stream *s)
{
    return s->n_series;
}
