/* Everything a program may ask of a device, in one call, for tests that make
 * parts of it fail. */
#ifndef PEN_TESTS_USE_DEVICE_H
#define PEN_TESTS_USE_DEVICE_H

#include "check.h"
#include "penstock/penstock.h"
#include "run_kernel.h"

enum { USE_N = 1000 };

/* Copies numbers through a kernel of each precision; *is_right says whether
 * they came out. */
static inline pen_status use_device(const char *name, bool *is_right)
{
    static double in[USE_N], out[USE_N];
    pen_device *dev = NULL;
    pen_queue *queue = NULL;
    pen_event *start = NULL, *end = NULL;
    void *host = NULL;
    double elapsed_s;
    *is_right = false;
    memset(out, 0, sizeof out);
    for (int i = 0; i < USE_N; i++)
        in[i] = i * 0.5;
    kernel_slot slots[] = { SLOT_IN(in, sizeof in), SLOT_OUT(out, sizeof out) };
    pen_status s = pen_device_open(name, &dev);
    if (s == PEN_OK)
        s = pen_queue_create(dev, &queue);
    if (s == PEN_OK)
        s = pen_event_create(dev, &start);
    if (s == PEN_OK)
        s = pen_event_create(dev, &end);
    if (s == PEN_OK)
        s = pen_host_alloc(dev, 100, &host);
    if (s == PEN_OK)
        s = pen_event_record(start, queue);
    if (s == PEN_OK)
        s = run_kernel(queue, "measure_copy", PEN_F64, pen_items(USE_N), slots, 2);
    *is_right = memcmp(in, out, sizeof in) == 0;
    if (s == PEN_OK) /* an f64 is two f32 to a copy */
        s = run_kernel(queue, "measure_copy", PEN_F32, pen_items(2 * USE_N), slots, 2);
    *is_right = *is_right && memcmp(in, out, sizeof in) == 0;
    if (s == PEN_OK)
        s = pen_event_record(end, queue);
    if (s == PEN_OK)
        s = pen_event_elapsed(start, end, &elapsed_s);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    if (dev != NULL)
        pen_host_free(dev, host);
    pen_event_destroy(start);
    pen_event_destroy(end);
    pen_queue_destroy(queue);
    pen_device_close(dev);
    return s;
}

#endif
