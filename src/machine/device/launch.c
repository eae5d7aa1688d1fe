/* Checked launches and memory traffic, the same for every backend. */
#include <limits.h>
#include <string.h>

#include "../base/status.h"
#include "backend.h"

static atomic_ullong to_device_bytes, to_host_bytes;

pen_transfer_count pen_transfers(void)
{
    return (pen_transfer_count){ atomic_load(&to_device_bytes), atomic_load(&to_host_bytes) };
}

static size_t args_of(const pen_kernel *kernel, pen_dtype real)
{
    size_t count = 0;
    while (kernel->form[real].args[count].name != NULL)
        count++;
    return count;
}

pen_status pen_launch(pen_queue *queue, const char *name, pen_dtype real, pen_grid grid,
                      void *const *args, size_t n_args)
{
    const pen_kernel *kernel = pen_kernel_find(name);
    if (kernel == NULL)
        return pen_fail(PEN_E_NOTFOUND, "pen_launch: no kernel '%s'", name);
    size_t want = args_of(kernel, real);
    if (n_args != want || n_args >= PEN_MAX_KERNEL_ARGS)
        return pen_fail(PEN_E_SHAPE, "pen_launch: %s: %zu arguments, expected %zu", name, n_args,
                        want);
    if (grid.n > INT_MAX - 4096)
        return pen_fail(PEN_E_SIZE, "pen_launch: %s: %zu items, at most %d", name, grid.n,
                        INT_MAX - 4096);
    if (grid.n == 0)
        return PEN_OK;
    int n = (int)grid.n;
    void *all[PEN_MAX_KERNEL_ARGS];
    memcpy(all, args, n_args * sizeof *all);
    all[n_args] = &n;
    return queue->device->backend->launch(queue, kernel, real, grid, all);
}

pen_status pen_device_write(pen_queue *queue, void *dst, const void *host, size_t bytes)
{
    if (bytes == 0)
        return PEN_OK;
    atomic_fetch_add_explicit(&to_device_bytes, bytes, memory_order_relaxed);
    return queue->device->backend->write(queue, dst, host, bytes);
}

pen_status pen_device_read(pen_queue *queue, void *host, const void *src, size_t bytes)
{
    if (bytes == 0)
        return PEN_OK;
    atomic_fetch_add_explicit(&to_host_bytes, bytes, memory_order_relaxed);
    return queue->device->backend->read(queue, host, src, bytes);
}

pen_status pen_device_copy(pen_queue *queue, void *dst, const void *src, size_t bytes)
{
    return bytes == 0 ? PEN_OK : queue->device->backend->copy(queue, dst, src, bytes);
}

pen_status pen_device_fill(pen_queue *queue, void *dst, unsigned char value, size_t bytes)
{
    return bytes == 0 ? PEN_OK : queue->device->backend->fill(queue, dst, value, bytes);
}

pen_status pen_device_alloc(pen_device *dev, size_t bytes, void **addr)
{
    *addr = NULL;
    if (bytes == 0)
        return PEN_OK;
    PEN_TRY(dev->backend->alloc(dev, bytes, addr));
    atomic_fetch_add(&dev->alive[PEN_CHILD_MEMORY], 1);
    return PEN_OK;
}

void pen_device_free(pen_device *dev, void *addr)
{
    if (addr == NULL)
        return;
    dev->backend->free(dev, addr);
    atomic_fetch_sub(&dev->alive[PEN_CHILD_MEMORY], 1);
}

int pen_device_lane_count(const pen_device *dev)
{
    return dev->lane_count;
}

bool pen_device_is_host(const pen_device *dev)
{
    return dev->backend == &pen_cpu_backend;
}
