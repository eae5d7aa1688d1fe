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

/* Frees once the queue has done with it; returns the first failure of s and the wait. */
static inline pen_status scratch_free(pen_queue *queue, void *address, pen_status s)
{
    if (address == NULL)
        return s;
    if (!pen_device_is_host(pen_queue_device(queue))) {
        pen_status waited = pen_queue_wait(queue);
        if (s == PEN_OK)
            s = waited;
    }
    pen_device_free(pen_queue_device(queue), address);
    return s;
}

#endif
