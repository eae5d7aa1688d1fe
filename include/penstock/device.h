/* Devices: what can compute on this machine, and queues of work on them.
 *
 * A device is named backend:ordinal, as in "cpu:0", "cuda:0", "opencl:1".
 * cpu:0 is always there.  Backends whose driver is missing have no devices;
 * pen_device_backend_note() says in one line why.
 */
#ifndef PENSTOCK_DEVICE_H
#define PENSTOCK_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "penstock/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The element type of panels and kernels. */
typedef enum pen_dtype { PEN_F32 = 0, PEN_F64 = 1 } pen_dtype;

/* Size of one element in bytes; 0 for an unknown type.  Threads: any. */
PEN_API size_t pen_dtype_bytes(pen_dtype dtype);
/* "f32" or "f64".  Threads: any. */
PEN_API const char *pen_dtype_name(pen_dtype dtype);

typedef struct pen_device pen_device;
typedef struct pen_queue pen_queue;
typedef struct pen_event pen_event;

/* What is known about a device.  Text is empty and numbers are zero where the
 * driver does not say. */
typedef struct pen_device_info {
    char name[32];       /* "cuda:0" */
    char backend[16];    /* "cpu", "cuda", "opencl" */
    char model[128];     /* as the driver names it */
    char capability[32]; /* "9.0", "OpenCL 3.0", "x86-64-v4" */
    char driver[64];     /* driver version */
    char runtime[64];    /* NVRTC or compiler version */
    char uuid[48];       /* "GPU-..." where there is one */
    char note[128];      /* why it is not usable, container and WSL hints */
    uint64_t memory_bytes;
    uint64_t memory_free_bytes;
    unsigned unit_count; /* cores, SMs or compute units */
    unsigned clock_mhz;  /* highest core clock */
    unsigned memory_clock_mhz;
    double copy_bytes_per_s; /* read + write, measured by pen_device_measure(); 0 before */
    double f32_flops;        /* fused multiply-adds count as two; measured */
    double f64_flops;
    bool is_usable;     /* can be opened and build kernels */
    bool is_integrated; /* shares the host's memory */
    bool is_mig;        /* a MIG slice */
    double score;       /* selection order: higher is better */
} pen_device_info;

/* Lists every device that can be seen, best first.
 *   infos  creates: an array of *count entries, release with pen_device_list_free()
 * Never fails for a missing driver.  PEN_E_NOMEM.  Threads: any. */
PEN_API pen_status pen_device_list(pen_device_info **infos, size_t *count);
PEN_API void pen_device_list_free(pen_device_info *infos);

/* One line on why a backend has no devices ("cuda: libcuda.so.1 not found"),
 * or "" if it has some.  Threads: any. */
PEN_API const char *pen_device_backend_note(const char *backend);

/* Opens a device: by name ("cuda:0", or "cuda" for its first), or NULL for
 * the one that PENSTOCK_DEVICE names, else the best by score.
 *   out  creates; close with pen_device_close()
 * PEN_E_NOTFOUND names the devices there are; PEN_E_DEVICE if it cannot be
 * opened.  Threads: any. */
PEN_API pen_status pen_device_open(const char *name, pen_device **out);

/* Closes; NULL is fine.  Queues, events, buffers and panels on the device must be gone; if
 * some are not, the log gets a warning that counts them, and they must not be used again. */
PEN_API void pen_device_close(pen_device *dev);

/* The device's description; borrowed, valid until it is closed.  Threads: any. */
PEN_API const pen_device_info *pen_device_describe(const pen_device *dev);

/* Measures copy bandwidth and arithmetic throughput (about 0.3 s) and fills
 * those fields of the description.  Threads: one. */
PEN_API pen_status pen_device_measure(pen_device *dev);

/* A queue runs what it is given in order.
 *   out  creates; destroy with pen_queue_destroy() before its device is closed
 * Threads: one per queue; several queues of a device may be used at once. */
PEN_API pen_status pen_queue_create(pen_device *dev, pen_queue **out);
PEN_API void pen_queue_destroy(pen_queue *queue);
PEN_API pen_device *pen_queue_device(const pen_queue *queue);

/* Returns when all work given to the queue is done, with the first failure. */
PEN_API pen_status pen_queue_wait(pen_queue *queue);

/* Events mark a point of a queue and measure time between two points.
 *   out  creates; destroy with pen_event_destroy() */
PEN_API pen_status pen_event_create(pen_device *dev, pen_event **out);
PEN_API void pen_event_destroy(pen_event *event);
PEN_API pen_status pen_event_record(pen_event *event, pen_queue *queue);
/* Waits for both; elapsed_s >= 0 in seconds of device time. */
PEN_API pen_status pen_event_elapsed(pen_event *start, pen_event *end, double *elapsed_s);

/* Threads that cpu:0 computes with: PENSTOCK_THREADS, else the cores this
 * process may use.  Setting takes effect at the next launch; 0 restores the
 * default.  No result depends on it.  Threads: start. */
PEN_API void pen_cpu_threads_set(unsigned count);
PEN_API unsigned pen_cpu_threads(void);

#ifdef __cplusplus
}
#endif
#endif
