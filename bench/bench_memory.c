/* Memory: copies within a device, the ceiling of everything that streams. */
#include <string.h>

#include "../src/machine/base/alloc.h"
#include "../src/machine/base/status.h"
#include "../src/machine/device/launch.h"
#include "bench.h"

struct copy {
    pen_buffer *from, *to;
    unsigned char *host;
    size_t bytes;
};

static void copy_clear(bench *b)
{
    struct copy *s = b->state;
    if (s == NULL)
        return;
    pen_buffer_destroy(s->from);
    pen_buffer_destroy(s->to);
    pen_free(s->host);
    pen_free(s);
}

static pen_status copy_prepare(bench *b)
{
    struct copy *s;
    PEN_TRY(PEN_NEW(&s));
    b->state = s;
    s->bytes = *(const size_t *)b->test->with;
    b->items = s->bytes / 8;
    PEN_TRY(pen_alloc_array(s->bytes, 1, (void **)&s->host));
    for (size_t i = 0; i < s->bytes; i++)
        s->host[i] = (unsigned char)(i * 2654435761u >> 13);
    PEN_TRY(pen_buffer_create(b->device, s->bytes, &s->from));
    PEN_TRY(pen_buffer_create(b->device, s->bytes, &s->to));
    PEN_TRY(pen_buffer_write(b->queue, s->from, 0, s->host, s->bytes));
    return pen_queue_wait(b->queue);
}

static pen_status copy_run(bench *b)
{
    struct copy *s = b->state;
    return pen_device_copy(b->queue, pen_buffer_address(s->to), pen_buffer_address(s->from),
                           s->bytes);
}

static pen_status upload_run(bench *b)
{
    struct copy *s = b->state;
    return pen_buffer_write(b->queue, s->to, 0, s->host, s->bytes);
}

static pen_status copy_check(bench *b)
{
    struct copy *s = b->state;
    unsigned char *got;
    PEN_TRY(pen_alloc_array(s->bytes, 1, (void **)&got));
    pen_status status = pen_buffer_read(b->queue, got, s->to, 0, s->bytes);
    if (status == PEN_OK)
        status = pen_queue_wait(b->queue);
    if (status == PEN_OK && memcmp(got, s->host, s->bytes) != 0)
        status = pen_fail(PEN_E_INTERNAL, "the copy differs from its source");
    pen_free(got);
    return status;
}

static pen_status copy_peer(bench *b)
{
    struct copy *s = b->state;
    if (!pen_device_is_host(b->device))
        return PEN_E_UNSUPPORTED;
    memcpy(pen_buffer_address(s->to), pen_buffer_address(s->from), s->bytes);
    return PEN_OK;
}

static const size_t mib_1 = (size_t)1 << 20, mib_128 = (size_t)1 << 27;

#define COPY(title, how, size, other)                                                              \
    {                                                                                              \
        .name = title, .item = "double", .dtype = PEN_F64, .bytes_per_item = 16,                   \
        .prepare = copy_prepare, .run = how, .check = copy_check, .clear = copy_clear,             \
        .peer_name = "memcpy", .peer = other, .with = size                                         \
    }

static const bench_case cases[] = {
    COPY("copy_1mib", copy_run, &mib_1, copy_peer),
    COPY("copy_128mib", copy_run, &mib_128, copy_peer),
    COPY("upload_1mib", upload_run, &mib_1, NULL),
    COPY("upload_128mib", upload_run, &mib_128, NULL),
};

const bench_area bench_memory = { "memory", cases, PEN_COUNT(cases) };
