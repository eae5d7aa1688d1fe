/* Device memory that one operation uses and gives back. */
#ifndef PEN_MATH_SCRATCH_H
#define PEN_MATH_SCRATCH_H

#include "../base/size.h"
#include "../device/launch.h"

/* count x bytes on the queue's device. */
static inline pen_status scratch_alloc(pen_queue *queue, size_t count, size_t bytes, void **out)
{
    *out = NULL;
    PEN_TRY(pen_size_mul(count, bytes, &bytes));
    return pen_device_alloc(pen_queue_device(queue), bytes, out);
}

/* Frees, which waits for launches that use it, and passes s on. */
static inline pen_status scratch_free(pen_queue *queue, void *address, pen_status s)
{
    pen_device_free(pen_queue_device(queue), address);
    return s;
}

#endif
