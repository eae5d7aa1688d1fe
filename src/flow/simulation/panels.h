/* Panels that results go to or come from. */
#ifndef PEN_SIMULATION_PANELS_H
#define PEN_SIMULATION_PANELS_H

#include "../../machine/base/status.h"
#include "../../machine/device/launch.h"
#include "penstock/simulation.h"

/* Is the panel on the queue's device? */
static inline pen_status simulation_check_device(const char *function, pen_queue *queue,
                                                 const char *name, const pen_panel *panel)
{
    pen_device *device = pen_queue_device(queue);
    if (pen_device_is_host(device) ? pen_panel_is_host(panel) : pen_panel_device(panel) == device)
        return PEN_OK;
    return pen_fail(PEN_E_DEVICE, "%s: %s is not on the queue's device %s", function, name,
                    pen_device_describe(device)->name);
}

#endif
