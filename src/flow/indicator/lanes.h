/* A program on a device, and the lanes it is launched on. */
#ifndef PEN_INDICATOR_LANES_H
#define PEN_INDICATOR_LANES_H

#include <stdint.h>

#include "../../machine/device/launch.h"
#include "penstock/panel.h"
#include "program.h"

/* A program whose code is on the queue's device. */
typedef struct ind_loaded {
    pen_queue *queue;
    pen_device *device;
    const ind_program *program; /* borrowed */
    pen_dtype dtype;
    void *d_code, *d_consts;
} ind_loaded;

/* On failure clear it as well. */
pen_status ind_load(pen_queue *queue, const ind_program *program, pen_dtype dtype, ind_loaded *out);
void ind_unload(ind_loaded *loaded);

/* Bytes of the state of `lanes` lanes, a multiple of the device's lane count. */
size_t ind_state_bytes(const ind_loaded *loaded, size_t lanes);

/* Where a launch reads and writes: device addresses, strides in elements. */
typedef struct ind_io {
    const void *in[IND_MAX_INPUTS]; /* NULL after the last */
    int64_t in_stride[IND_MAX_INPUTS];
    void *out;
    int64_t out_stride, out_plane;
    size_t points; /* of a series: how much work a lane may be */
    bool is_streamed;
} ind_io;

/* Lanes of one launch, written on the host. */
typedef struct ind_lanes {
    pen_device *device;
    size_t capacity, group;                    /* lanes, and lanes of a group */
    bool is_single;                            /* group is 1: indicator_single.k runs it */
    int *series, *start, *count, *from, *step; /* step: of each group's first element */
    void *d_block;
} ind_lanes;

pen_status ind_lanes_init(pen_device *device, size_t capacity, ind_lanes *out);
void ind_lanes_clear(ind_lanes *lanes);
void ind_lane_set(ind_lanes *lanes, size_t lane, int series, int start, int count, int from);

/* Runs lanes [0, n) and waits; state: [groups][n_state][group]. */
pen_status ind_launch(const ind_loaded *loaded, const ind_lanes *lanes, size_t n, const ind_io *io,
                      void *state);

/* Runs a program that ind_fits_strips() over n_points steps of every series and
 * waits; first: [n_series], where each starts. */
pen_status ind_launch_strips(const ind_loaded *loaded, const ind_io *io, const int *first,
                             size_t n_series, int n_points);

/* Moves the states of lanes from[i] of src to lanes to[i] of dst, and waits. */
pen_status ind_states_copy(const ind_loaded *loaded, void *src, void *dst, const int *from,
                           const int *to, size_t n);

/* Index of each series' first value that is not NaN, n_points if there is none;
 * first: [n_series] on the host. */
pen_status ind_first_valid(pen_queue *queue, const pen_panel *panel, int *first);

/* NaN in series s of plane p of out up to element first[s] + lookback[p]. */
pen_status ind_fill_heads(pen_queue *queue, pen_panel *out, const int *first, size_t n_series,
                          const int *lookback, size_t n_planes);

#endif
