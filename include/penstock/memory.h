/* Device memory: buffers, transfers, pinned host memory. */
#ifndef PENSTOCK_MEMORY_H
#define PENSTOCK_MEMORY_H

#include "penstock/device.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pen_buffer pen_buffer;

/* Allocates bytes on a device, not cleared.
 *   out  creates; destroy before the device is closed.  bytes == 0 is allowed.
 * PEN_E_NOMEM says how much was asked for.  Threads: any. */
PEN_API pen_status pen_buffer_create(pen_device *dev, size_t bytes, pen_buffer **out);
PEN_API void pen_buffer_destroy(pen_buffer *buffer);
PEN_API size_t pen_buffer_bytes(const pen_buffer *buffer);
/* The address a kernel is given; on cpu:0 an ordinary pointer. */
PEN_API void *pen_buffer_address(const pen_buffer *buffer);

/* Copies host -> device and device -> host, in queue order.  The host memory
 * must stay as it is until pen_queue_wait().  PEN_E_SIZE if offset + bytes is
 * outside the buffer.  Threads: one per queue. */
PEN_API pen_status pen_buffer_write(pen_queue *queue, pen_buffer *dst, size_t offset_bytes,
                                    const void *src, size_t bytes);
PEN_API pen_status pen_buffer_read(pen_queue *queue, void *dst, const pen_buffer *src,
                                   size_t offset_bytes, size_t bytes);

/* Host memory that the device can copy to and from without staging (pinned
 * where the backend has it).  Free with pen_host_free().  Threads: any. */
PEN_API pen_status pen_host_alloc(pen_device *dev, size_t bytes, void **out);
PEN_API void pen_host_free(pen_device *dev, void *address);

/* Bytes moved by this process since it started.  Threads: any. */
typedef struct pen_transfer_count {
    uint64_t to_device_bytes;
    uint64_t to_host_bytes;
} pen_transfer_count;
PEN_API pen_transfer_count pen_transfers(void);

#ifdef __cplusplus
}
#endif
#endif
