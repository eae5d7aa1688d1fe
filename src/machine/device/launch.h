/* Launching kernels: all that the layers above need of a device.
 *
 *   void *args[] = { &x, &n_cols, &row_sum };
 *   pen_launch(queue, "sum_rows", PEN_F64, pen_groups(n_rows), args, PEN_COUNT(args));
 *
 * An argument is the address of its value: a device address or a scalar, of
 * the type the kernel's list names.  `n`, always the last one, is the grid's.
 */
#ifndef PEN_DEVICE_LAUNCH_H
#define PEN_DEVICE_LAUNCH_H

#include "penstock/memory.h"

typedef enum pen_grid_kind {
    PEN_GRID_ITEMS,  /* FOR_GRID kernels: n independent items */
    PEN_GRID_GROUPS, /* n groups of GROUP_SIZE items */
    PEN_GRID_LANES,  /* n lanes, LANE_COUNT to a group */
} pen_grid_kind;

typedef struct pen_grid {
    pen_grid_kind kind;
    size_t n;
    size_t weight; /* rough ns of work per item, group or lane; 0 = unknown */
    /* Preprocessor lines that a GPU's text of the kernel is built with, so that what they define is
     * known to the compiler; the kernel must do the same without them, as it does on the CPU.
     * Building takes seconds once, then it is cached.  NULL: none. */
    const char *definitions;
} pen_grid;

static inline pen_grid pen_items(size_t n)
{
    return (pen_grid){ PEN_GRID_ITEMS, n, 1, NULL };
}
static inline pen_grid pen_groups(size_t n)
{
    return (pen_grid){ PEN_GRID_GROUPS, n, 1000, NULL };
}
static inline pen_grid pen_lanes(size_t n)
{
    return (pen_grid){ PEN_GRID_LANES, n, 1000, NULL };
}

enum { PEN_MAX_KERNEL_ARGS = 48 };

/* Queues one launch.  n == 0 does nothing.  PEN_E_NOTFOUND for an unknown
 * kernel, PEN_E_SHAPE if n_args is not what it takes, PEN_E_SIZE if n does not
 * fit an int.  `args` and what it points to may be gone on return. */
pen_status pen_launch(pen_queue *queue, const char *kernel, pen_dtype real, pen_grid grid,
                      void *const *args, size_t n_args);

/* Device-to-device copy and byte fill, in queue order. */
pen_status pen_device_copy(pen_queue *queue, void *dst, const void *src, size_t bytes);
pen_status pen_device_fill(pen_queue *queue, void *dst, unsigned char value, size_t bytes);
/* Transfers between host memory and a device address, counted in pen_transfers(). */
pen_status pen_device_write(pen_queue *queue, void *dst, const void *host, size_t bytes);
pen_status pen_device_read(pen_queue *queue, void *host, const void *src, size_t bytes);

/* Raw device memory, for scratch; bytes == 0 gives NULL. */
pen_status pen_device_alloc(pen_device *dev, size_t bytes, void **addr);
void pen_device_free(pen_device *dev, void *addr);

/* Lanes that share a group on this device: scratch arrays of a lanes kernel
 * are padded to a multiple of it. */
int pen_device_lane_count(const pen_device *dev);
/* True where device addresses are ordinary pointers of this process. */
bool pen_device_is_host(const pen_device *dev);

#endif
