/* The cuda backend: NVIDIA GPUs through the driver API, opened at run time.
 * Each device uses its primary context, which other CUDA code in the process
 * shares; a call leaves it current on the calling thread. */
#define _POSIX_C_SOURCE 200809L
#include "cuda.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/alloc.h"
#include "measure.h"

enum { ITEMS_PER_GROUP = 256, LANES_PER_GROUP = 32 };

typedef struct cuda_queue {
    pen_queue base;
    cuda_stream stream;
} cuda_queue;

typedef struct cuda_event {
    pen_event base;
    cuda_event_handle handle;
} cuda_event;

cuda_functions pen_cu;

/* What discovery found; written once. */
static pthread_once_t found_once = PTHREAD_ONCE_INIT;
static struct {
    int n, driver;
    char note[200];
    char nvrtc_note[120]; /* why kernels cannot be compiled */
} found;

static const struct {
    int code;
    pen_status status;
    const char *remedy;
} codes[] = {
    { CUDA_OUT_OF_MEMORY, PEN_E_NOMEM, "" },
    { 34, PEN_E_UNSUPPORTED, ": this libcuda is a stub for linking, not a driver" },
    { 35, PEN_E_UNSUPPORTED, ": the driver is too old" },
    { 46, PEN_E_BUSY, ": another process uses the device exclusively" },
    { CUDA_NO_DEVICE, PEN_E_UNSUPPORTED, "" },
    { 222, PEN_E_UNSUPPORTED, ": the driver is older than NVRTC" },
    { 803, PEN_E_UNSUPPORTED, ": kernel module and libcuda differ; restart after the update" },
    { 700, PEN_E_DEVICE, ": a kernel used a wrong address; the device is lost to this process" },
    { 719, PEN_E_DEVICE, ": a kernel failed; the device is lost to this process" },
};

pen_status pen_cuda_check(int code, const char *function)
{
    const char *name = NULL, *remedy = "";
    pen_status status = PEN_E_DEVICE;
    if (code == CUDA_SUCCESS)
        return PEN_OK;
    if (pen_cu.cuGetErrorName(code, &name) != CUDA_SUCCESS || name == NULL)
        name = "unknown error";
    for (size_t i = 0; i < PEN_COUNT(codes); i++)
        if (codes[i].code == code) {
            status = codes[i].status;
            remedy = codes[i].remedy;
        }
    return pen_fail(status, "%s: %s (%d)%s", function, name, code, remedy);
}

static pen_status find_driver(void)
{
    static const char *const files[] = { "libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1", NULL };
    static const char *const names[] = { CUDA_LIST(PEN_LIBRARY_NAME) };
    void *library;
    int n = 0;
    PEN_TRY(pen_library_open("PENSTOCK_LIBCUDA", files, &library));
    PEN_TRY(pen_library_resolve(library, "libcuda", names, PEN_COUNT(names), &pen_cu));
    PEN_TRY(CU(cuInit, 0));
    PEN_TRY(CU(cuDriverGetVersion, &found.driver));
    PEN_TRY(CU(cuDeviceGetCount, &n));
    found.n = n;
    return n > 0 ? PEN_OK : pen_fail(PEN_E_UNSUPPORTED, "the driver shows no device");
}

static void find_devices(void)
{
    if (find_driver() != PEN_OK)
        snprintf(found.note, sizeof found.note, "cuda: %.140s%s", pen_last_error(),
                 pen_host_is_container() ? " (in a container: was it started with its GPUs?)" : "");
    else if (pen_nvrtc_open(found.driver) != PEN_OK)
        snprintf(found.nvrtc_note, sizeof found.nvrtc_note, "%.119s", pen_last_error());
}

static pen_status cuda_count(size_t *n_devices)
{
    pthread_once(&found_once, find_devices);
    *n_devices = (size_t)found.n;
    return PEN_OK;
}

static const char *cuda_note(void)
{
    pthread_once(&found_once, find_devices);
    return found.note;
}

static bool cuda_may_lead(void)
{
    /* A GPU on a card, under WSL, on a Tegra board. */
    return getenv("PENSTOCK_LIBCUDA") != NULL || access("/dev/nvidiactl", F_OK) == 0 ||
           access("/dev/dxg", F_OK) == 0 || access("/dev/nvmap", F_OK) == 0;
}

/* 0 where the driver does not know it. */
static unsigned attribute(int id, int key)
{
    int value = 0;
    return pen_cu.cuDeviceGetAttribute(&value, key, id) == CUDA_SUCCESS && value > 0
               ? (unsigned)value
               : 0;
}

static void format_uuid(int id, pen_device_info *info)
{
    unsigned char u[16];
    if (pen_cu.cuDeviceGetUuid_v2(u, id) != CUDA_SUCCESS)
        return;
    int at = snprintf(info->uuid, sizeof info->uuid, "%s", info->is_mig ? "MIG" : "GPU");
    for (size_t i = 0; i < sizeof u; i++) {
        bool has_dash = i == 0 || i == 4 || i == 6 || i == 8 || i == 10;
        at += snprintf(info->uuid + at, sizeof info->uuid - (size_t)at, "%s%02x",
                       has_dash ? "-" : "", u[i]);
    }
}

static int capability_of(int id)
{
    return (int)(10 * attribute(id, CUDA_CAPABILITY_MAJOR) + attribute(id, CUDA_CAPABILITY_MINOR));
}

/* Whether kernels can be built for it, and why not. */
static void judge(int id, pen_device_info *info)
{
    pen_nvrtc_target target;
    if (found.nvrtc_note[0] != '\0')
        snprintf(info->note, sizeof info->note, "%s", found.nvrtc_note);
    else if (pen_nvrtc_target_of(capability_of(id), &target) != PEN_OK)
        snprintf(info->note, sizeof info->note, "%.127s", pen_last_error());
    info->is_usable = info->note[0] == '\0';
    if (info->is_usable)
        snprintf(info->note, sizeof info->note, "%s", pen_host_hint());
}

static pen_status describe(size_t ordinal, pen_device_info *info, int *id)
{
    size_t bytes = 0;
    *info = (pen_device_info){ .name = "" };
    snprintf(info->name, sizeof info->name, "cuda:%zu", ordinal);
    snprintf(info->backend, sizeof info->backend, "cuda");
    PEN_TRY(CU(cuDeviceGet, id, (int)ordinal));
    PEN_TRY(CU(cuDeviceGetName, info->model, (int)sizeof info->model - 1, *id));
    PEN_TRY(CU(cuDeviceTotalMem_v2, &bytes, *id));
    info->memory_bytes = bytes;
    info->is_mig = strstr(info->model, " MIG ") != NULL;
    info->is_integrated = attribute(*id, CUDA_IS_INTEGRATED) != 0;
    info->unit_count = attribute(*id, CUDA_UNIT_COUNT);
    info->clock_mhz = attribute(*id, CUDA_CLOCK_KHZ) / 1000;
    info->memory_clock_mhz = attribute(*id, CUDA_MEMORY_CLOCK_KHZ) / 1000;
    int capability = capability_of(*id);
    snprintf(info->capability, sizeof info->capability, "%d.%d", capability / 10, capability % 10);
    snprintf(info->driver, sizeof info->driver, "CUDA %d.%d", found.driver / 1000,
             found.driver % 1000 / 10);
    snprintf(info->runtime, sizeof info->runtime, "CUDA %d.%d, NVRTC %s", found.driver / 1000,
             found.driver % 1000 / 10, pen_nvrtc_version());
    format_uuid(*id, info);
    pen_nvml_describe(info);
    judge(*id, info);
    /* Bytes a second of the memory bus, and 128 f32 lanes a unit. */
    double bus = 2e6 * info->memory_clock_mhz * attribute(*id, CUDA_MEMORY_BUS_BITS) / 8;
    pen_measure_recall(info);
    info->score = info->is_usable ? pen_measure_score(info, 256, bus > 0 ? bus : 100e9) : 0;
    return PEN_OK;
}

static pen_status cuda_describe(size_t ordinal, pen_device_info *info)
{
    int id;
    return describe(ordinal, info, &id);
}

static void cuda_close(pen_device *base)
{
    cuda_device *dev = (cuda_device *)base;
    if (dev == NULL)
        return;
    if (dev->context != NULL)
        pen_cu.cuCtxSetCurrent(dev->context);
    if (dev->blas != NULL)
        dev->blas_release(dev->blas);
    pen_cuda_programs_release(dev);
    if (dev->context != NULL)
        pen_cu.cuDevicePrimaryCtxRelease_v2(dev->id);
    if (dev->has_lock)
        pthread_mutex_destroy(&dev->lock);
    pen_free(dev);
}

static pen_status open_parts(cuda_device *dev, size_t ordinal)
{
    cuda_context context;
    PEN_TRY(describe(ordinal, &dev->base.info, &dev->id));
    if (!dev->base.info.is_usable)
        return pen_fail(PEN_E_UNSUPPORTED, "%s: %s", dev->base.info.name, dev->base.info.note);
    PEN_TRY(pen_nvrtc_target_of(capability_of(dev->id), &dev->target));
    if (pthread_mutex_init(&dev->lock, NULL) != 0)
        return pen_fail(PEN_E_NOMEM, "%s: no lock", dev->base.info.name);
    dev->has_lock = true;
    PEN_TRY(pen_alloc(2 * pen_kernel_count, sizeof *dev->modules, (void **)&dev->modules));
    PEN_TRY(pen_alloc(2 * pen_kernel_count, sizeof *dev->functions, (void **)&dev->functions));
    PEN_TRY(CU(cuDevicePrimaryCtxRetain, &context, dev->id));
    dev->context = context;
    size_t free_bytes = 0, all_bytes = 0; /* with a context, also without NVML */
    PEN_TRY(CU(cuCtxSetCurrent, context));
    PEN_TRY(CU(cuMemGetInfo_v2, &free_bytes, &all_bytes));
    dev->base.info.memory_free_bytes = free_bytes;
    return PEN_OK;
}

static pen_status cuda_open(size_t ordinal, pen_device **out)
{
    cuda_device *dev;
    *out = NULL;
    PEN_TRY(PEN_NEW(&dev));
    dev->base.backend = &pen_cuda_backend;
    dev->base.lane_count = LANES_PER_GROUP;
    dev->driver = found.driver;
    pen_status s = open_parts(dev, ordinal);
    if (s != PEN_OK) {
        cuda_close(&dev->base);
        return s;
    }
    *out = &dev->base;
    return PEN_OK;
}

/* Every call that follows works on the thread's current context. */
static pen_status enter(pen_device *dev)
{
    return CU(cuCtxSetCurrent, ((cuda_device *)dev)->context);
}

static pen_status cuda_alloc(pen_device *dev, size_t bytes, void **addr)
{
    cuda_address address = 0;
    *addr = NULL;
    PEN_TRY(enter(dev));
    pen_status s = CU(cuMemAlloc_v2, &address, bytes);
    if (s != PEN_OK)
        return pen_fail_context(s, "%s: no memory for %zu bytes", dev->info.name, bytes);
    *addr = (void *)(uintptr_t)address;
    return PEN_OK;
}

/* Work that uses the memory may still be queued. */
static void cuda_free(pen_device *dev, void *addr)
{
    pen_cu.cuCtxSetCurrent(((cuda_device *)dev)->context);
    pen_cu.cuCtxSynchronize();
    pen_cu.cuMemFree_v2((uintptr_t)addr);
}

static pen_status cuda_host_alloc(pen_device *dev, size_t bytes, void **addr)
{
    void *memory = NULL;
    *addr = NULL;
    PEN_TRY(enter(dev));
    pen_status s = CU(cuMemHostAlloc, &memory, bytes, CUDA_HOST_PORTABLE);
    if (s != PEN_OK)
        return pen_fail_context(s, "%s: no pinned memory for %zu bytes", dev->info.name, bytes);
    *addr = memory;
    return PEN_OK;
}

static void cuda_host_free(pen_device *dev, void *addr)
{
    pen_cu.cuCtxSetCurrent(((cuda_device *)dev)->context);
    pen_cu.cuMemFreeHost(addr);
}

static pen_status cuda_queue_create(pen_device *dev, pen_queue **out)
{
    cuda_queue *q;
    *out = NULL;
    PEN_TRY(PEN_NEW(&q));
    q->base.device = dev;
    pen_status s = enter(dev);
    if (s == PEN_OK)
        s = CU(cuStreamCreate, &q->stream, CUDA_STREAM_NON_BLOCKING);
    if (s != PEN_OK) {
        pen_free(q);
        return s;
    }
    *out = &q->base;
    return PEN_OK;
}

static void cuda_queue_destroy(pen_queue *base)
{
    cuda_queue *q = (cuda_queue *)base;
    pen_cu.cuCtxSetCurrent(((cuda_device *)base->device)->context);
    pen_cu.cuStreamSynchronize(q->stream);
    pen_cu.cuStreamDestroy_v2(q->stream);
    pen_free(q);
}

static cuda_stream stream_of(const pen_queue *q)
{
    return ((const cuda_queue *)q)->stream;
}

static pen_status cuda_write(pen_queue *q, void *dst, const void *host, size_t bytes)
{
    PEN_TRY(enter(q->device));
    return CU(cuMemcpyHtoDAsync_v2, (uintptr_t)dst, host, bytes, stream_of(q));
}

static pen_status cuda_read(pen_queue *q, void *host, const void *src, size_t bytes)
{
    PEN_TRY(enter(q->device));
    return CU(cuMemcpyDtoHAsync_v2, host, (uintptr_t)src, bytes, stream_of(q));
}

static pen_status cuda_copy(pen_queue *q, void *dst, const void *src, size_t bytes)
{
    PEN_TRY(enter(q->device));
    return CU(cuMemcpyDtoDAsync_v2, (uintptr_t)dst, (uintptr_t)src, bytes, stream_of(q));
}

static pen_status cuda_fill(pen_queue *q, void *dst, unsigned char value, size_t bytes)
{
    PEN_TRY(enter(q->device));
    return CU(cuMemsetD8Async, (uintptr_t)dst, value, bytes, stream_of(q));
}

static pen_status cuda_launch(pen_queue *q, const pen_kernel *kernel, pen_dtype real, pen_grid grid,
                              void *const *args)
{
    cuda_device *dev = (cuda_device *)q->device;
    cuda_function function;
    PEN_TRY(enter(q->device));
    pthread_mutex_lock(&dev->lock);
    pen_status s = pen_cuda_kernel(dev, kernel, real, grid.definitions, &function);
    pthread_mutex_unlock(&dev->lock);
    if (s == PEN_OK) {
        size_t local = grid.kind == PEN_GRID_LANES ? LANES_PER_GROUP : ITEMS_PER_GROUP;
        size_t groups = grid.kind == PEN_GRID_GROUPS ? grid.n : (grid.n - 1) / local + 1;
        s = CU(cuLaunchKernel, function, (unsigned)groups, 1, 1, (unsigned)local, 1, 1, 0,
               stream_of(q), (void **)(size_t)args, NULL);
    }
    return s == PEN_OK ? s : pen_fail_context(s, "%s", kernel->name);
}

pen_status pen_cuda_enter(pen_queue *queue, cuda_stream *stream)
{
    *stream = stream_of(queue);
    return enter(queue->device);
}

static pen_status cuda_wait(pen_queue *q)
{
    PEN_TRY(enter(q->device));
    return CU(cuStreamSynchronize, stream_of(q));
}

static pen_status cuda_event_create(pen_device *dev, pen_event **out)
{
    cuda_event *event;
    *out = NULL;
    PEN_TRY(PEN_NEW(&event));
    event->base.device = dev;
    pen_status s = enter(dev);
    if (s == PEN_OK)
        s = CU(cuEventCreate, &event->handle, 0);
    if (s != PEN_OK) {
        pen_free(event);
        return s;
    }
    *out = &event->base;
    return PEN_OK;
}

static void cuda_event_destroy(pen_event *base)
{
    cuda_event *event = (cuda_event *)base;
    pen_cu.cuCtxSetCurrent(((cuda_device *)base->device)->context);
    pen_cu.cuEventDestroy_v2(event->handle);
    pen_free(event);
}

static pen_status cuda_event_record(pen_event *base, pen_queue *q)
{
    PEN_TRY(enter(q->device));
    return CU(cuEventRecord, ((cuda_event *)base)->handle, stream_of(q));
}

static pen_status cuda_event_elapsed(pen_event *start, pen_event *end, double *elapsed_s)
{
    cuda_event_handle a = ((cuda_event *)start)->handle, b = ((cuda_event *)end)->handle;
    float elapsed_ms = 0;
    *elapsed_s = 0;
    PEN_TRY(enter(start->device));
    PEN_TRY(CU(cuEventSynchronize, a));
    PEN_TRY(CU(cuEventSynchronize, b));
    PEN_TRY(CU(cuEventElapsedTime, &elapsed_ms, a, b));
    *elapsed_s = (double)elapsed_ms * 1e-3;
    return PEN_OK;
}

const pen_backend pen_cuda_backend = {
    .name = "cuda",
    .count = cuda_count,
    .note = cuda_note,
    .may_lead = cuda_may_lead,
    .describe = cuda_describe,
    .open = cuda_open,
    .close = cuda_close,
    .alloc = cuda_alloc,
    .free = cuda_free,
    .host_alloc = cuda_host_alloc,
    .host_free = cuda_host_free,
    .queue_create = cuda_queue_create,
    .queue_destroy = cuda_queue_destroy,
    .write = cuda_write,
    .read = cuda_read,
    .copy = cuda_copy,
    .fill = cuda_fill,
    .launch = cuda_launch,
    .wait = cuda_wait,
    .event_create = cuda_event_create,
    .event_destroy = cuda_event_destroy,
    .event_record = cuda_event_record,
    .event_elapsed = cuda_event_elapsed,
};
