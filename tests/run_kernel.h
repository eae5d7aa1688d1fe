/* Runs one kernel from host memory to host memory. */
#ifndef PEN_TESTS_RUN_KERNEL_H
#define PEN_TESTS_RUN_KERNEL_H

#include "check.h"
#include "machine/device/launch.h"

/* One argument: a scalar (value), or memory that is written to the device
 * before (in), read back after (out), or both. */
typedef struct kernel_slot {
    const void *value;
    const void *in;
    void *out;
    size_t bytes;
} kernel_slot;
#define SLOT_VALUE(variable)                                                                       \
    {                                                                                              \
        .value = &(variable)                                                                       \
    }
#define SLOT_IN(array, n_bytes)                                                                    \
    {                                                                                              \
        .in = (array), .bytes = (n_bytes)                                                          \
    }
#define SLOT_OUT(array, n_bytes)                                                                   \
    {                                                                                              \
        .out = (array), .bytes = (n_bytes)                                                         \
    }
#define SLOT_BOTH(array, n_bytes)                                                                  \
    {                                                                                              \
        .in = (array), .out = (array), .bytes = (n_bytes)                                          \
    }

static inline pen_status run_kernel_(pen_queue *queue, const char *name, pen_dtype real,
                                     pen_grid grid, const kernel_slot *slots, size_t n,
                                     void **memory)
{
    void *args[PEN_MAX_KERNEL_ARGS] = { NULL };
    pen_status s = PEN_OK;
    for (size_t i = 0; i < n && s == PEN_OK; i++) {
        /* What a kernel should write starts as a pattern that it never makes. */
        args[i] = slots[i].value != NULL ? (void *)(size_t)slots[i].value : &memory[i];
        if (slots[i].value == NULL)
            s = pen_device_alloc(pen_queue_device(queue), slots[i].bytes, &memory[i]);
        if (s == PEN_OK && slots[i].in != NULL)
            s = pen_device_write(queue, memory[i], slots[i].in, slots[i].bytes);
        else if (s == PEN_OK && slots[i].value == NULL)
            s = pen_device_fill(queue, memory[i], 0xA5, slots[i].bytes);
    }
    if (s == PEN_OK)
        s = pen_launch(queue, name, real, grid, args, n);
    for (size_t i = 0; i < n && s == PEN_OK; i++)
        if (slots[i].out != NULL)
            s = pen_device_read(queue, slots[i].out, memory[i], slots[i].bytes);
    return s == PEN_OK ? pen_queue_wait(queue) : s;
}

static inline pen_status run_kernel(pen_queue *queue, const char *name, pen_dtype real,
                                    pen_grid grid, const kernel_slot *slots, size_t n)
{
    void *memory[PEN_MAX_KERNEL_ARGS] = { NULL };
    pen_status s = run_kernel_(queue, name, real, grid, slots, n, memory);
    for (size_t i = 0; i < n; i++)
        pen_device_free(pen_queue_device(queue), memory[i]);
    return s;
}

#endif
