/* Copies of streams: clones, and bytes that outlive the process. */
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "stream.h"

pen_status pen_stream_clone(const pen_stream *s, pen_stream **out)
{
    pen_stream *copy;
    PEN_TRY(pen_stream_create(s->queue, s->plan, s->dtype, s->n_series, out));
    copy = *out;
    memcpy(copy->last, s->last, s->plan->n_outputs * s->n_series * sizeof *s->last);
    pen_status status = PEN_OK;
    for (size_t p = 0; p < s->n_parts; p++) {
        const ind_part *from = &s->parts[p];
        memcpy(copy->parts[p].steps, from->steps, s->n_series * sizeof *from->steps);
        for (size_t i = 0; i < from->n_programs && status == PEN_OK; i++)
            status = pen_device_copy(s->queue, copy->parts[p].state[i], from->state[i],
                                     ind_state_bytes(&from->loaded[i], s->capacity));
    }
    pen_status waited = pen_queue_wait(s->queue);
    status = status != PEN_OK ? status : waited;
    if (status != PEN_OK) {
        pen_stream_destroy(copy);
        *out = NULL;
    }
    return status;
}

/* ---- Bytes ----
 *
 * header, the plan's options and text, the last outputs, then for each part the series'
 * steps and for each of its programs the states, series after series: nothing
 * depends on how many lanes the device that saved them runs side by side. */

static const char magic[8] = "PENSTRM2";

typedef struct header {
    char magic[8];
    uint64_t checksum;   /* of all that follows it */
    uint32_t byte_order; /* 0x01020304 as this machine has it */
    uint32_t dtype;
    uint64_t n_series, text_bytes, total_bytes;
    double options[IND_MAX_OPTIONS]; /* in the order of ind_options_list() */
} header;

enum { CHECKED_FROM = sizeof magic + sizeof(uint64_t) };

static uint64_t checksum(const unsigned char *bytes, size_t n)
{
    uint64_t h = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        h = (h ^ bytes[i]) * 1099511628211u;
    return h;
}

/* Copies between the bytes and the stream, in either direction. */
typedef struct cursor {
    unsigned char *at;
    bool is_saving;
} cursor;

static void transfer(cursor *c, void *data, size_t bytes)
{
    if (c->is_saving)
        memcpy(c->at, data, bytes);
    else
        memcpy(data, c->at, bytes);
    c->at += bytes;
}

/* Groups of lanes side by side on the device, series after series in the bytes. */
static void transfer_lanes(cursor *c, unsigned char *block, const pen_stream *s, size_t n_state)
{
    size_t unit = pen_dtype_bytes(s->dtype), group = s->lanes.group;
    for (size_t i = 0; i < s->n_series; i++)
        for (size_t row = 0; row < n_state; row++) {
            size_t at = (i / group * n_state + row) * group + i % group;
            transfer(c, block + at * unit, unit);
        }
}

static pen_status transfer_state(cursor *c, pen_stream *s, const ind_loaded *l, void *state)
{
    size_t bytes = ind_state_bytes(l, s->capacity);
    unsigned char *block;
    PEN_TRY(pen_alloc(bytes, 1, (void **)&block));
    pen_status status = PEN_OK;
    if (c->is_saving)
        status = pen_device_read(s->queue, block, state, bytes);
    if (status == PEN_OK)
        status = pen_queue_wait(s->queue);
    transfer_lanes(c, block, s, (size_t)l->program->n_state);
    if (status == PEN_OK && !c->is_saving)
        status = pen_device_write(s->queue, state, block, bytes);
    if (status == PEN_OK)
        status = pen_queue_wait(s->queue);
    pen_free(block);
    return status;
}

static pen_status transfer_all(cursor *c, pen_stream *s)
{
    transfer(c, s->last, s->plan->n_outputs * s->n_series * sizeof *s->last);
    for (size_t p = 0; p < s->n_parts; p++) {
        ind_part *part = &s->parts[p];
        transfer(c, part->steps, s->n_series * sizeof *part->steps);
        for (size_t i = 0; i < part->n_programs; i++)
            PEN_TRY(transfer_state(c, s, &part->loaded[i], part->state[i]));
    }
    return PEN_OK;
}

static size_t saved_bytes(const pen_stream *s)
{
    size_t bytes = sizeof(header) + strlen(s->plan->text);
    bytes += s->plan->n_outputs * s->n_series * sizeof *s->last;
    for (size_t p = 0; p < s->n_parts; p++) {
        bytes += s->n_series * sizeof *s->parts[p].steps;
        for (size_t i = 0; i < s->parts[p].n_programs; i++)
            bytes += ind_state_bytes(&s->parts[p].loaded[i], s->n_series);
    }
    return bytes;
}

pen_status pen_stream_save(pen_stream *s, void **bytes, size_t *count)
{
    size_t total = saved_bytes(s), text = strlen(s->plan->text);
    unsigned char *block;
    *bytes = NULL;
    *count = 0;
    PEN_TRY(pen_alloc(total, 1, (void **)&block));
    cursor c = { block + sizeof(header) + text, true };
    memcpy(block + sizeof(header), s->plan->text, text);
    pen_status status = transfer_all(&c, s);
    if (status != PEN_OK) {
        pen_free(block);
        return status;
    }
    header h = { .byte_order = 0x01020304,
                 .dtype = (uint32_t)s->dtype,
                 .n_series = s->n_series,
                 .text_bytes = text,
                 .total_bytes = total };
    ind_option_list list;
    ind_options_list(&s->plan->options, &list);
    for (size_t i = 0; i < list.count; i++)
        h.options[i] = list.options[i].value;
    memcpy(h.magic, magic, sizeof magic);
    memcpy(block, &h, sizeof h);
    h.checksum = checksum(block + CHECKED_FROM, total - CHECKED_FROM);
    memcpy(block + sizeof magic, &h.checksum, sizeof h.checksum);
    *bytes = block;
    *count = total;
    return PEN_OK;
}

void pen_stream_saved_free(void *bytes)
{
    pen_free(bytes);
}

static pen_status check_options(const header *h, const pen_plan *plan)
{
    ind_option_list list;
    ind_options_list(&plan->options, &list);
    for (size_t i = 0; i < list.count; i++)
        if (h->options[i] != list.options[i].value)
            return pen_fail(PEN_E_ARG,
                            "pen_stream_load: saved by a plan with the option %s = %g, this one "
                            "has %g",
                            list.options[i].name, h->options[i], list.options[i].value);
    return PEN_OK;
}

static pen_status check_saved(const unsigned char *bytes, size_t count, const pen_plan *plan,
                              header *h)
{
    static const char what[] = "pen_stream_load";
    if (count < sizeof *h || memcmp(bytes, magic, sizeof magic) != 0)
        return pen_fail(PEN_E_PARSE, "%s: not a saved stream", what);
    memcpy(h, bytes, sizeof *h);
    if (h->byte_order != 0x01020304)
        return pen_fail(PEN_E_PARSE, "%s: saved on a machine of another byte order", what);
    if (h->total_bytes > count)
        return pen_fail(PEN_E_PARSE, "%s: %zu bytes, expected %llu: cut off", what, count,
                        (unsigned long long)h->total_bytes);
    if (h->total_bytes != count || h->text_bytes > count - sizeof *h ||
        checksum(bytes + CHECKED_FROM, count - CHECKED_FROM) != h->checksum)
        return pen_fail(PEN_E_PARSE, "%s: the checksum does not agree: damaged", what);
    if (h->text_bytes != strlen(plan->text) ||
        memcmp(bytes + sizeof *h, plan->text, h->text_bytes) != 0)
        return pen_fail(PEN_E_ARG, "%s: saved by the plan '%.*s', this is '%s'", what,
                        (int)(h->text_bytes < 200 ? h->text_bytes : 200), bytes + sizeof *h,
                        plan->text);
    PEN_TRY(check_options(h, plan));
    if (h->n_series == 0 || h->n_series > count / sizeof(int) || h->dtype > PEN_F64)
        return pen_fail(PEN_E_PARSE, "%s: %llu series of type %u in %zu bytes", what,
                        (unsigned long long)h->n_series, (unsigned)h->dtype, count);
    return PEN_OK;
}

static pen_status check_steps(const pen_stream *s)
{
    for (size_t p = 0; p < s->n_parts; p++)
        for (size_t i = 0; i < s->n_series; i++)
            if (s->parts[p].steps[i] < 0 || s->parts[p].steps[i] >= IND_STEP_LIMIT)
                return pen_fail(PEN_E_PARSE, "pen_stream_load: series %zu is at step %d", i,
                                s->parts[p].steps[i]);
    return PEN_OK;
}

pen_status pen_stream_load(pen_queue *queue, const pen_plan *plan, const void *bytes, size_t count,
                           pen_stream **out)
{
    header h;
    pen_stream *s;
    *out = NULL;
    PEN_TRY(check_saved(bytes, count, plan, &h));
    PEN_TRY(pen_stream_create(queue, plan, (pen_dtype)h.dtype, (size_t)h.n_series, &s));
    pen_status status = PEN_OK;
    if (saved_bytes(s) != count)
        status = pen_fail(PEN_E_PARSE,
                          "pen_stream_load: %zu bytes, expected %zu: saved by another "
                          "version",
                          count, saved_bytes(s));
    cursor c = { (unsigned char *)bytes + sizeof h + h.text_bytes, false };
    if (status == PEN_OK)
        status = transfer_all(&c, s);
    if (status == PEN_OK)
        status = check_steps(s);
    if (status != PEN_OK) {
        pen_stream_destroy(s);
        return status;
    }
    *out = s;
    return PEN_OK;
}
