/* One const value per backend, in cpu.c, cuda.c and opencl.c.  Every slot is
 * filled: what a backend cannot do returns PEN_E_UNSUPPORTED and says why, so
 * callers never test for NULL.  Threads: any where marked, else one per queue. */
#ifndef PEN_DEVICE_BACKEND_H
#define PEN_DEVICE_BACKEND_H

#include <stdatomic.h>

#include "../kernels/catalog.h"
#include "launch.h"
#include "penstock/device.h"

typedef struct pen_backend pen_backend;

/* What a device must outlive; counted, so that closing it can say what is left. */
typedef enum pen_child {
    PEN_CHILD_QUEUE,
    PEN_CHILD_EVENT,
    PEN_CHILD_MEMORY, /* on the device, or of the host for it */
    PEN_CHILD_COUNT
} pen_child;

/* A backend's device, queue and event start with these. */
struct pen_device {
    const pen_backend *backend;
    pen_device_info info;
    int lane_count; /* LANE_COUNT of the backend's prelude */
    atomic_int alive[PEN_CHILD_COUNT];
};
struct pen_queue {
    pen_device *device;
};
struct pen_event {
    pen_device *device;
};

struct pen_backend {
    const char *name;
    /* How many devices there are; 0 with the reason in note() is no failure. */
    pen_status (*count)(size_t *n_devices); /* any */
    const char *(*note)(void);              /* any */
    /* False if none of its devices can rank above cpu:0, told without opening a
     * driver: that takes PoCL 0.15 s, too long for every command's start. */
    bool (*may_lead)(void); /* any */
    /* Fills info without opening the device for work. */
    pen_status (*describe)(size_t ordinal, pen_device_info *info);   /* any */
    pen_status (*open)(size_t ordinal, pen_device **out);            /* any; creates */
    void (*close)(pen_device *dev);                                  /* NULL, half-open: fine */
    pen_status (*alloc)(pen_device *dev, size_t bytes, void **addr); /* any; bytes > 0 */
    void (*free)(pen_device *dev, void *addr);                       /* any */
    pen_status (*host_alloc)(pen_device *dev, size_t bytes, void **addr); /* any; pinned */
    void (*host_free)(pen_device *dev, void *addr);                       /* any */
    pen_status (*queue_create)(pen_device *dev, pen_queue **out);
    void (*queue_destroy)(pen_queue *q);
    pen_status (*write)(pen_queue *q, void *dst, const void *host, size_t bytes);
    pen_status (*read)(pen_queue *q, void *host, const void *src, size_t bytes);
    pen_status (*copy)(pen_queue *q, void *dst, const void *src, size_t bytes);
    /* Every byte of dst becomes value. */
    pen_status (*fill)(pen_queue *q, void *dst, unsigned char value, size_t bytes);
    /* args: one pointer an argument of the kernel's list, then one to grid.n. */
    pen_status (*launch)(pen_queue *q, const pen_kernel *kernel, pen_dtype real, pen_grid grid,
                         void *const *args);
    pen_status (*wait)(pen_queue *q);
    pen_status (*event_create)(pen_device *dev, pen_event **out);
    void (*event_destroy)(pen_event *event);
    pen_status (*event_record)(pen_event *event, pen_queue *q);
    pen_status (*event_elapsed)(pen_event *start, pen_event *end, double *elapsed_s);
};

extern const pen_backend pen_cpu_backend, pen_cuda_backend, pen_opencl_backend;

#endif
