/* Buffers: device memory with an owner and a size. */
#include "../base/alloc.h"
#include "../base/status.h"
#include "../device/backend.h"
#include "penstock/memory.h"

struct pen_buffer {
    pen_device *device;
    void *address;
    size_t bytes;
};

pen_status pen_buffer_create(pen_device *dev, size_t bytes, pen_buffer **out)
{
    PEN_TRY(PEN_NEW(out));
    (*out)->device = dev;
    (*out)->bytes = bytes;
    pen_status s = pen_device_alloc(dev, bytes, &(*out)->address);
    if (s != PEN_OK) {
        pen_buffer_destroy(*out);
        *out = NULL;
        return pen_fail_context(s, "pen_buffer_create");
    }
    return PEN_OK;
}

void pen_buffer_destroy(pen_buffer *buffer)
{
    if (buffer == NULL)
        return;
    pen_device_free(buffer->device, buffer->address);
    pen_free(buffer);
}

size_t pen_buffer_bytes(const pen_buffer *buffer)
{
    return buffer->bytes;
}

void *pen_buffer_address(const pen_buffer *buffer)
{
    return buffer->address;
}

static pen_status check_range(const char *what, const pen_buffer *buffer, size_t offset,
                              size_t bytes)
{
    if (offset > buffer->bytes || bytes > buffer->bytes - offset)
        return pen_fail(PEN_E_SIZE, "%s: %zu bytes at %zu, the buffer has %zu", what, bytes, offset,
                        buffer->bytes);
    return PEN_OK;
}

pen_status pen_buffer_write(pen_queue *queue, pen_buffer *dst, size_t offset_bytes, const void *src,
                            size_t bytes)
{
    PEN_TRY(check_range("pen_buffer_write", dst, offset_bytes, bytes));
    return pen_device_write(queue, (char *)dst->address + offset_bytes, src, bytes);
}

pen_status pen_buffer_read(pen_queue *queue, void *dst, const pen_buffer *src, size_t offset_bytes,
                           size_t bytes)
{
    PEN_TRY(check_range("pen_buffer_read", src, offset_bytes, bytes));
    return pen_device_read(queue, dst, (const char *)src->address + offset_bytes, bytes);
}

pen_status pen_host_alloc(pen_device *dev, size_t bytes, void **out)
{
    *out = NULL;
    if (bytes == 0)
        return PEN_OK;
    PEN_TRY(dev->backend->host_alloc(dev, bytes, out));
    atomic_fetch_add(&dev->alive[PEN_CHILD_MEMORY], 1);
    return PEN_OK;
}

void pen_host_free(pen_device *dev, void *address)
{
    if (address == NULL)
        return;
    dev->backend->host_free(dev, address);
    atomic_fetch_sub(&dev->alive[PEN_CHILD_MEMORY], 1);
}
