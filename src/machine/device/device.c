/* The registry of backends: listing, choosing, opening devices; queues and
 * events on them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/alloc.h"
#include "../base/log.h"
#include "../base/status.h"
#include "../base/thread.h"
#include "backend.h"

static const pen_backend *const backends[] = { &pen_cpu_backend, &pen_cuda_backend,
                                               &pen_opencl_backend };

size_t pen_dtype_bytes(pen_dtype dtype)
{
    return dtype == PEN_F32 ? 4 : dtype == PEN_F64 ? 8 : 0;
}

const char *pen_dtype_name(pen_dtype dtype)
{
    return dtype == PEN_F32 ? "f32" : dtype == PEN_F64 ? "f64" : "?";
}

const char *pen_device_backend_note(const char *backend)
{
    for (size_t i = 0; i < PEN_COUNT(backends); i++)
        if (strcmp(backends[i]->name, backend) == 0)
            return backends[i]->note();
    return "no such backend";
}

static int by_score(const void *a, const void *b)
{
    const pen_device_info *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* Every device, or those of the backends that can be first. */
static pen_status list_devices(bool want_all, pen_device_info **infos, size_t *count)
{
    *infos = NULL;
    *count = 0;
    for (size_t b = 0; b < PEN_COUNT(backends); b++) {
        size_t n = 0;
        if (!want_all && !backends[b]->may_lead())
            continue;
        if (backends[b]->count(&n) != PEN_OK)
            continue; /* note() says why */
        pen_status s = pen_realloc((void **)infos, *count + n, sizeof **infos);
        if (s != PEN_OK) {
            pen_device_list_free(*infos);
            *infos = NULL;
            *count = 0;
            return s;
        }
        for (size_t i = 0; i < n; i++)
            if (backends[b]->describe(i, &(*infos)[*count]) == PEN_OK)
                ++*count;
    }
    qsort(*infos, *count, sizeof **infos, by_score);
    return PEN_OK;
}

pen_status pen_device_list(pen_device_info **infos, size_t *count)
{
    return list_devices(true, infos, count);
}

void pen_device_list_free(pen_device_info *infos)
{
    pen_free(infos);
}

/* Splits "cuda:1" into its backend and ordinal; "cuda" means ordinal 0. */
static const pen_backend *parse_name(const char *name, size_t *ordinal)
{
    *ordinal = 0;
    for (size_t i = 0; i < PEN_COUNT(backends); i++) {
        size_t length = strlen(backends[i]->name);
        if (strncmp(name, backends[i]->name, length) != 0)
            continue;
        if (name[length] == '\0')
            return backends[i];
        char *end;
        if (name[length] != ':' || name[length + 1] < '0' || name[length + 1] > '9')
            continue;
        *ordinal = strtoul(name + length + 1, &end, 10);
        if (*end == '\0')
            return backends[i];
    }
    return NULL;
}

/* Names what there is and, where the backend has nothing, says why. */
static pen_status fail_unknown(const char *name, const pen_backend *backend)
{
    pen_device_info *infos;
    size_t count;
    char names[512] = "";
    PEN_TRY(pen_device_list(&infos, &count));
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "", infos[i].name);
    }
    pen_device_list_free(infos);
    const char *note = backend != NULL ? backend->note() : "";
    return pen_fail(PEN_E_NOTFOUND, "pen_device_open: no device '%s'%s%s%s; this machine has %s",
                    name, note[0] != '\0' ? " (" : "", note, note[0] != '\0' ? ")" : "", names);
}

static pen_status open_named(const char *name, pen_device **out)
{
    size_t ordinal, count = 0;
    const pen_backend *backend = parse_name(name, &ordinal);
    if (backend == NULL || backend->count(&count) != PEN_OK || ordinal >= count)
        return fail_unknown(name, backend);
    return backend->open(ordinal, out);
}

pen_status pen_device_open(const char *name, pen_device **out)
{
    *out = NULL;
    if (name == NULL || name[0] == '\0')
        name = getenv("PENSTOCK_DEVICE");
    if (name != NULL && name[0] != '\0')
        return open_named(name, out);
    pen_device_info *infos;
    size_t count;
    PEN_TRY(list_devices(false, &infos, &count));
    pen_status s = pen_fail(PEN_E_DEVICE, "pen_device_open: no usable device");
    for (size_t i = 0; i < count && s != PEN_OK; i++)
        if (infos[i].is_usable)
            s = open_named(infos[i].name, out);
    pen_device_list_free(infos);
    return s;
}

/* A parent that goes before its children is a mistake of the caller's that shows much later. */
static void complain_of_children(pen_device *dev)
{
    int queues = atomic_load(&dev->alive[PEN_CHILD_QUEUE]);
    int events = atomic_load(&dev->alive[PEN_CHILD_EVENT]);
    int blocks = atomic_load(&dev->alive[PEN_CHILD_MEMORY]);
    if (queues != 0 || events != 0 || blocks != 0)
        pen_log(PEN_LOG_WARN, "device",
                "pen_device_close: %s is closed before %d queues, %d events and %d blocks of "
                "memory on it",
                dev->info.name, queues, events, blocks);
}

void pen_device_close(pen_device *dev)
{
    if (dev == NULL)
        return;
    complain_of_children(dev);
    dev->backend->close(dev);
}

const pen_device_info *pen_device_describe(const pen_device *dev)
{
    return &dev->info;
}

pen_status pen_queue_create(pen_device *dev, pen_queue **out)
{
    *out = NULL;
    PEN_TRY(dev->backend->queue_create(dev, out));
    atomic_fetch_add(&dev->alive[PEN_CHILD_QUEUE], 1);
    return PEN_OK;
}

void pen_queue_destroy(pen_queue *queue)
{
    if (queue == NULL)
        return;
    pen_device *dev = queue->device;
    dev->backend->queue_destroy(queue);
    atomic_fetch_sub(&dev->alive[PEN_CHILD_QUEUE], 1);
}

pen_device *pen_queue_device(const pen_queue *queue)
{
    return queue->device;
}

pen_status pen_queue_wait(pen_queue *queue)
{
    return queue->device->backend->wait(queue);
}

pen_status pen_event_create(pen_device *dev, pen_event **out)
{
    *out = NULL;
    PEN_TRY(dev->backend->event_create(dev, out));
    atomic_fetch_add(&dev->alive[PEN_CHILD_EVENT], 1);
    return PEN_OK;
}

void pen_event_destroy(pen_event *event)
{
    if (event == NULL)
        return;
    pen_device *dev = event->device;
    dev->backend->event_destroy(event);
    atomic_fetch_sub(&dev->alive[PEN_CHILD_EVENT], 1);
}

pen_status pen_event_record(pen_event *event, pen_queue *queue)
{
    return event->device->backend->event_record(event, queue);
}

pen_status pen_event_elapsed(pen_event *start, pen_event *end, double *elapsed_s)
{
    return start->device->backend->event_elapsed(start, end, elapsed_s);
}

void pen_cpu_threads_set(unsigned count)
{
    pen_thread_count_set(count);
}

unsigned pen_cpu_threads(void)
{
    return pen_thread_count();
}
