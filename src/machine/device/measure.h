/* What a device achieves, and the order of choice that follows from it. */
#ifndef PEN_DEVICE_MEASURE_H
#define PEN_DEVICE_MEASURE_H

#include "penstock/device.h"

/* Fills copy_bytes_per_s, f32_flops and f64_flops from an earlier measurement
 * of this device and driver, if there is one.  Threads: any. */
void pen_measure_recall(pen_device_info *info);

/* The geometric mean of GB/s copied and f32 Gflop/s: measured where it is,
 * else guessed from the flops a unit does in a cycle and bytes a second. */
double pen_measure_score(const pen_device_info *info, double unit_flops, double copy_bytes_per_s);

/* Whether this process runs in a container; what hides a host's GPUs. */
bool pen_host_is_container(void);
/* "in a container", "under WSL" or "". */
const char *pen_host_hint(void);

#endif
