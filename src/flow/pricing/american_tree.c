/* American options by binomial trees and by finite differences: gives kernels/american_tree.k and
 * american_grid.k room for them. */
#include "american.h"

/* As in american_tree.kh: steps that a pass takes at most, and rows that windows may reach
 * beyond the tree's own. */
enum { PASS_STEPS = 8, SPARE_ROWS = 3 * PASS_STEPS };
enum { GRID_ROOMS = 5 }; /* as in american_grid.k */

/* Groups that run side by side, each with a room: on a CPU a few for each thread, on a
 * GPU as many as fit. */
static size_t group_count(const pen_device *device, size_t n_sets, size_t room_bytes)
{
    size_t most = pen_device_is_host(device) ? 64 : 1024;
    size_t fit = ((size_t)512 << 20) / room_bytes;
    most = fit < most ? fit : most;
    most = most < 1 ? 1 : most;
    return n_sets < most ? n_sets : most;
}

pen_status american_by_tree(const american_call *call, double vol_times, double rate_more,
                            const american_result *out, void *only)
{
    pen_device *device = pen_queue_device(call->queue);
    bool is_leisen_reimer = call->settings.method != PEN_AMERICAN_CRR;
    int32_t steps = (int32_t)call->settings.n_steps, is_odd = is_leisen_reimer;
    steps += is_leisen_reimer && steps % 2 == 0;
    int32_t middle = steps / 2 + SPARE_ROWS;
    size_t lanes = (size_t)pen_device_lane_count(device);
    size_t room_bytes = 2 * (2 * (size_t)middle + 1) * lanes * pen_dtype_bytes(call->dtype);
    size_t n_sets = ((size_t)call->n_rows + lanes - 1) / lanes;
    size_t n_groups = group_count(device, n_sets, room_bytes);
    pricing_scalar times = pricing_scalar_of(call->dtype, vol_times);
    pricing_scalar more = pricing_scalar_of(call->dtype, rate_more);
    american_call at = *call; /* arguments are addresses of values */
    american_result to = *out;
    void *rooms, *args[PEN_MAX_KERNEL_ARGS];
    size_t n = 0;
    for (int i = 0; i < AMERICAN_INPUTS; i++) {
        args[n++] = &at.in[i];
        args[n++] = &at.all[i];
    }
    void *const others[] = { &at.n_rows, &steps,     &is_odd,   &times,    &more,
                             &middle,    &rooms,     &to.price, &to.delta, &to.gamma,
                             &to.theta,  &to.status, &only };
    for (size_t i = 0; i < PEN_COUNT(others); i++)
        args[n++] = others[i];
    PEN_TRY(pen_device_alloc(device, n_groups * room_bytes, &rooms));
    pen_grid grid = pen_lanes(n_groups * lanes);
    grid.weight = n_sets / n_groups * (size_t)steps * 10;
    pen_status s = pen_launch(call->queue, "american_tree", call->dtype, grid, args, n);
    pen_device_free(device, rooms);
    return s;
}

pen_status american_by_grid(const american_call *call, double vol_times, double rate_more,
                            const american_result *out)
{
    pen_device *device = pen_queue_device(call->queue);
    int32_t steps = (int32_t)call->settings.n_steps, middle = steps < 4 ? 4 : steps;
    size_t lanes = (size_t)pen_device_lane_count(device);
    size_t room_bytes =
        GRID_ROOMS * (2 * (size_t)middle + 1) * lanes * pen_dtype_bytes(call->dtype);
    size_t n_sets = ((size_t)call->n_rows + lanes - 1) / lanes;
    size_t n_groups = group_count(device, n_sets, room_bytes);
    pricing_scalar times = pricing_scalar_of(call->dtype, vol_times);
    pricing_scalar more = pricing_scalar_of(call->dtype, rate_more);
    american_call at = *call; /* arguments are addresses of values */
    american_result to = *out;
    void *rooms, *args[PEN_MAX_KERNEL_ARGS];
    size_t n = 0;
    for (int i = 0; i < AMERICAN_INPUTS; i++) {
        args[n++] = &at.in[i];
        args[n++] = &at.all[i];
    }
    void *const others[] = { &at.n_rows, &steps,    &middle,   &times,    &more,     &rooms,
                             &to.price,  &to.delta, &to.gamma, &to.theta, &to.status };
    for (size_t i = 0; i < PEN_COUNT(others); i++)
        args[n++] = others[i];
    PEN_TRY(pen_device_alloc(device, n_groups * room_bytes, &rooms));
    pen_grid grid = pen_lanes(n_groups * lanes);
    grid.weight = n_sets / n_groups * (size_t)steps * 100;
    pen_status s = pen_launch(call->queue, "american_grid", call->dtype, grid, args, n);
    pen_device_free(device, rooms);
    return s;
}
