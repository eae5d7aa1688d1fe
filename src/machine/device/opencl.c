/* The opencl backend: GPUs of any maker, and CPUs through PoCL, by the ICD
 * loader opened at run time.  Device memory is coarse-grained shared virtual
 * memory, so that a device address is a plain pointer; a device without it is
 * listed with a note and cannot be opened. */
#define _POSIX_C_SOURCE 200809L
#include "opencl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/alloc.h"
#include "../base/size.h"
#include "measure.h"

enum { MAX_PLATFORMS = 16, MAX_DEVICES = 64, ITEMS_PER_GROUP = 256, LANES_PER_GROUP = 32 };

typedef struct opencl_event {
    pen_event base;
    cl_event handle; /* NULL until recorded */
} opencl_event;

cl_functions pen_cl;

/* What discovery found; written once. */
static pthread_once_t found_once = PTHREAD_ONCE_INIT;
static struct {
    size_t n;
    cl_device_id id[MAX_DEVICES];
    cl_platform_id platform[MAX_DEVICES];
    char note[200];
} found;

static const struct {
    int code;
    pen_status status;
    const char *text;
} codes[] = {
    { CL_DEVICE_NOT_AVAILABLE, PEN_E_DEVICE, "the device is not available" },
    { -3, PEN_E_UNSUPPORTED, "no compiler available" },
    { CL_MEM_OBJECT_ALLOCATION_FAILURE, PEN_E_NOMEM, "device memory could not be allocated" },
    { CL_OUT_OF_RESOURCES, PEN_E_DEVICE, "out of resources; the device may be lost" },
    { CL_OUT_OF_HOST_MEMORY, PEN_E_NOMEM, "out of host memory" },
    { -11, PEN_E_INTERNAL, "the program does not build" },
    { -14, PEN_E_DEVICE, "work before it failed" },
    { -46, PEN_E_INTERNAL, "no such kernel" },
    { -48, PEN_E_INTERNAL, "invalid kernel" },
    { -49, PEN_E_INTERNAL, "no such argument" },
    { -52, PEN_E_INTERNAL, "an argument is not set" },
    { -54, PEN_E_UNSUPPORTED, "the group size is not possible" },
    { -1001, PEN_E_UNSUPPORTED, "no driver installed" },
};

pen_status pen_opencl_check(int code, const char *function)
{
    if (code == CL_SUCCESS)
        return PEN_OK;
    for (size_t i = 0; i < PEN_COUNT(codes); i++)
        if (codes[i].code == code)
            return pen_fail(codes[i].status, "%s: %s (%d)", function, codes[i].text, code);
    return pen_fail(PEN_E_DEVICE, "%s failed with code %d", function, code);
}

static pen_status load_library(void)
{
    static const char *const files[] = { "libOpenCL.so.1", "libOpenCL.so", NULL };
    static const char *const names[] = { CL_LIST(PEN_LIBRARY_NAME) };
    void *library;
    /* Drivers that compute on the processor end the process where they cannot read its layout. */
    if (access("/sys/devices/system", F_OK) != 0)
        return pen_fail(PEN_E_UNSUPPORTED, "/sys is not mounted, and drivers need it");
    PEN_TRY(pen_library_open("PENSTOCK_LIBOPENCL", files, &library));
    return pen_library_resolve(library, "libOpenCL", names, PEN_COUNT(names), &pen_cl);
}

static pen_status list_devices(void)
{
    PEN_TRY(load_library());
    cl_platform_id platforms[MAX_PLATFORMS];
    uint32_t n_platforms = 0;
    PEN_TRY(CL(clGetPlatformIDs, MAX_PLATFORMS, platforms, &n_platforms));
    for (uint32_t p = 0; p < n_platforms && p < MAX_PLATFORMS; p++) {
        uint32_t n = 0, room = (uint32_t)(MAX_DEVICES - found.n);
        if (room == 0 || pen_cl.clGetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ALL, room,
                                               &found.id[found.n], &n) != CL_SUCCESS)
            continue; /* a platform without devices is no failure */
        for (n = n < room ? n : room; n > 0; n--)
            found.platform[found.n++] = platforms[p];
    }
    return found.n > 0 ? PEN_OK : pen_fail(PEN_E_UNSUPPORTED, "no driver has a device");
}

static void find_devices(void)
{
    if (list_devices() != PEN_OK)
        snprintf(found.note, sizeof found.note, "opencl: %.180s", pen_last_error());
}

static pen_status opencl_count(size_t *n_devices)
{
    pthread_once(&found_once, find_devices);
    *n_devices = found.n;
    return PEN_OK;
}

static const char *opencl_note(void)
{
    pthread_once(&found_once, find_devices);
    return found.note;
}

/* A GPU that computes shows as a render node, or AMD's, WSL's or NVIDIA's own
 * file; what PoCL offers is the CPU. */
static bool opencl_may_lead(void)
{
    static const char *const files[] = { "/dev/dri/renderD128", "/dev/kfd", "/dev/dxg",
                                         "/dev/nvidiactl" };
    for (size_t i = 0; i < PEN_COUNT(files); i++)
        if (access(files[i], F_OK) == 0)
            return true;
    return false;
}

/* A text property, "" where the driver does not know it. */
static void get_text(cl_device_id id, uint32_t key, char *text, size_t bytes)
{
    char all[1024] = "";
    if (pen_cl.clGetDeviceInfo(id, key, sizeof all - 1, all, NULL) != CL_SUCCESS)
        all[0] = '\0';
    size_t lead = strspn(all, " ");
    snprintf(text, bytes, "%.*s", (int)(bytes - 1), all + lead);
}

/* A number of the size that the driver has for it; 0 where it does not know. */
static uint64_t get_number(cl_device_id id, uint32_t key)
{
    uint64_t value = 0;
    size_t bytes = 0;
    if (pen_cl.clGetDeviceInfo(id, key, sizeof value, &value, &bytes) != CL_SUCCESS ||
        bytes > sizeof value)
        return 0;
    return value;
}

static bool is_exact_f32(cl_device_id id)
{
    uint64_t want = CL_FP_IEEE | CL_FP_ROUNDED_DIVIDE_SQRT;
    return (get_number(id, CL_DEVICE_SINGLE_FP_CONFIG) & want) == want;
}

static bool is_exact_f64(cl_device_id id)
{
    return (get_number(id, CL_DEVICE_DOUBLE_FP_CONFIG) & CL_FP_IEEE) == CL_FP_IEEE;
}

/* Sets is_usable and says what is missing. */
static void judge(cl_device_id id, pen_device_info *info)
{
    bool has_f32 = is_exact_f32(id), has_f64 = is_exact_f64(id);
    const char *note = "";
    if ((get_number(id, CL_DEVICE_SVM_CAPABILITIES) & CL_SVM_COARSE_GRAIN) == 0)
        note = "not usable: no shared virtual memory";
    else if (get_number(id, CL_DEVICE_MAX_WORK_GROUP_SIZE) < ITEMS_PER_GROUP)
        note = "not usable: groups of fewer than 256 items";
    else if (!has_f32 && !has_f64)
        note = "not usable: no exact arithmetic in f32 or f64";
    info->is_usable = note[0] == '\0';
    if (info->is_usable && !has_f64)
        note = "f32 only: no double precision";
    else if (info->is_usable && !has_f32)
        note = "f64 only: f32 divide and sqrt are not correctly rounded, or denormals are lost";
    snprintf(info->note, sizeof info->note, "%s", note);
}

/* A CPU comes after cpu:0, whatever was measured: its kernels are the same and
 * its launches cost more.  A GPU that cuda has too is better there. */
static double score_of(const pen_device_info *info, uint64_t type, const char *vendor)
{
    if (!info->is_usable)
        return 0;
    if ((type & CL_DEVICE_TYPE_GPU) == 0)
        return 0.5;
    double score = pen_measure_score(info, 128, info->is_integrated ? 40e9 : 200e9);
    return strstr(vendor, "NVIDIA") != NULL ? score / 2 : score;
}

static void format_uuid(cl_device_id id, pen_device_info *info)
{
    unsigned char u[16];
    size_t bytes = 0;
    if (pen_cl.clGetDeviceInfo(id, CL_DEVICE_UUID_KHR, sizeof u, u, &bytes) != CL_SUCCESS ||
        bytes != sizeof u)
        return;
    for (size_t i = 0, at = 0; i < sizeof u; i++) {
        bool has_dash = i == 4 || i == 6 || i == 8 || i == 10;
        at += (size_t)snprintf(info->uuid + at, sizeof info->uuid - at, "%s%02x",
                               has_dash ? "-" : "", u[i]);
    }
}

static pen_status opencl_describe(size_t ordinal, pen_device_info *info)
{
    cl_device_id id = found.id[ordinal];
    char vendor[128], version[64];
    *info = (pen_device_info){ .is_integrated = get_number(id, CL_DEVICE_HOST_UNIFIED_MEMORY) };
    snprintf(info->name, sizeof info->name, "opencl:%zu", ordinal);
    snprintf(info->backend, sizeof info->backend, "opencl");
    get_text(id, CL_DEVICE_NAME, info->model, sizeof info->model);
    get_text(id, CL_DEVICE_VENDOR, vendor, sizeof vendor);
    get_text(id, CL_DEVICE_VERSION, version, sizeof version);
    /* "OpenCL 3.0 PoCL HSTR: ..." -> "OpenCL 3.0" */
    size_t word = strcspn(version, " ");
    word += version[word] == ' ' ? 1 + strcspn(version + word + 1, " ") : 0;
    snprintf(info->capability, sizeof info->capability, "%.*s", (int)word, version);
    get_text(id, CL_DRIVER_VERSION, info->driver, sizeof info->driver);
    get_text(id, CL_DEVICE_OPENCL_C_VERSION, info->runtime, sizeof info->runtime);
    format_uuid(id, info);
    info->memory_bytes = get_number(id, CL_DEVICE_GLOBAL_MEM_SIZE);
    info->memory_free_bytes = get_number(id, CL_DEVICE_GLOBAL_FREE_MEMORY_AMD) * 1024;
    info->unit_count = (unsigned)get_number(id, CL_DEVICE_MAX_COMPUTE_UNITS);
    info->clock_mhz = (unsigned)get_number(id, CL_DEVICE_MAX_CLOCK_FREQUENCY);
    judge(id, info);
    pen_measure_recall(info);
    info->score = score_of(info, get_number(id, CL_DEVICE_TYPE), vendor);
    return PEN_OK;
}

static void opencl_close(pen_device *base)
{
    opencl_device *dev = (opencl_device *)base;
    if (dev == NULL)
        return;
    pen_opencl_programs_release(dev);
    if (dev->context != NULL)
        pen_cl.clReleaseContext(dev->context);
    if (dev->has_lock)
        pthread_mutex_destroy(&dev->lock);
    pen_free(dev);
}

static pen_status open_parts(opencl_device *dev)
{
    if (!dev->base.info.is_usable)
        return pen_fail(PEN_E_UNSUPPORTED, "%s: %s", dev->base.info.name, dev->base.info.note);
    if (pthread_mutex_init(&dev->lock, NULL) != 0)
        return pen_fail(PEN_E_NOMEM, "%s: no lock", dev->base.info.name);
    dev->has_lock = true;
    PEN_TRY(pen_alloc(2 * pen_kernel_count, sizeof *dev->programs, (void **)&dev->programs));
    PEN_TRY(pen_alloc(2 * pen_kernel_count, sizeof *dev->kernels, (void **)&dev->kernels));
    int code;
    dev->context = pen_cl.clCreateContext(NULL, 1, &dev->id, NULL, NULL, &code);
    return dev->context != NULL ? PEN_OK : pen_opencl_check(code, "clCreateContext");
}

static bool is_pocl(cl_platform_id platform)
{
    char version[256] = "";
    return pen_cl.clGetPlatformInfo(platform, CL_PLATFORM_VERSION, sizeof version - 1, version,
                                    NULL) == CL_SUCCESS &&
           strstr(version, "PoCL") != NULL;
}

/* PoCL keeps its compiled kernels; a program's binary would be a second,
 * slower compilation there. */
static bool caches_itself(const opencl_device *dev)
{
    const char *is_on = getenv("POCL_KERNEL_CACHE");
    return dev->is_pocl && (is_on == NULL || strcmp(is_on, "0") != 0);
}

static pen_status opencl_open(size_t ordinal, pen_device **out)
{
    opencl_device *dev;
    *out = NULL;
    PEN_TRY(PEN_NEW(&dev));
    dev->base.backend = &pen_opencl_backend;
    dev->base.lane_count = LANES_PER_GROUP;
    dev->id = found.id[ordinal];
    dev->platform = found.platform[ordinal];
    dev->has_f32 = is_exact_f32(dev->id);
    dev->has_f64 = is_exact_f64(dev->id);
    dev->is_pocl = is_pocl(dev->platform);
    dev->keeps_binaries = !caches_itself(dev);
    dev->max_piece_bytes = get_number(dev->id, CL_DEVICE_MAX_MEM_ALLOC_SIZE);
    pen_status s = opencl_describe(ordinal, &dev->base.info);
    if (s == PEN_OK)
        s = open_parts(dev);
    if (s != PEN_OK) {
        opencl_close(&dev->base);
        return s;
    }
    *out = &dev->base;
    return PEN_OK;
}

static pen_status opencl_alloc(pen_device *base, size_t bytes, void **addr)
{
    opencl_device *dev = (opencl_device *)base;
    *addr = NULL;
    if (bytes <= dev->max_piece_bytes)
        *addr = pen_cl.clSVMAlloc(dev->context, CL_MEM_READ_WRITE, bytes, 0);
    if (*addr == NULL)
        return pen_fail(PEN_E_NOMEM, "%s: no memory for %zu bytes; one piece has at most %zu",
                        base->info.name, bytes, dev->max_piece_bytes);
    return PEN_OK;
}

/* Work that uses the memory may still be queued, and clSVMFree does not wait. */
static void opencl_free(pen_device *base, void *addr)
{
    opencl_device *dev = (opencl_device *)base;
    pthread_mutex_lock(&dev->lock);
    for (opencl_queue *q = dev->queues; q != NULL; q = q->next)
        pen_cl.clFinish(q->handle);
    pthread_mutex_unlock(&dev->lock);
    pen_cl.clSVMFree(dev->context, addr);
}

/* OpenCL has no pinned memory that is an ordinary pointer on every driver. */
static pen_status opencl_host_alloc(pen_device *dev, size_t bytes, void **addr)
{
    (void)dev;
    return pen_alloc_array(bytes, 1, addr);
}

static void opencl_host_free(pen_device *dev, void *addr)
{
    (void)dev;
    pen_free(addr);
}

static pen_status opencl_queue_create(pen_device *base, pen_queue **out)
{
    opencl_device *dev = (opencl_device *)base;
    opencl_queue *q;
    *out = NULL;
    PEN_TRY(PEN_NEW(&q));
    q->base.device = base;
    const uint64_t properties[] = { CL_QUEUE_PROPERTIES, CL_QUEUE_PROFILING_ENABLE, 0 };
    int code;
    q->handle = pen_cl.clCreateCommandQueueWithProperties(dev->context, dev->id, properties, &code);
    if (q->handle == NULL) {
        pen_free(q);
        return pen_opencl_check(code, "clCreateCommandQueueWithProperties");
    }
    pthread_mutex_lock(&dev->lock);
    q->next = dev->queues;
    dev->queues = q;
    pthread_mutex_unlock(&dev->lock);
    *out = &q->base;
    return PEN_OK;
}

static void opencl_queue_destroy(pen_queue *base)
{
    opencl_queue *q = (opencl_queue *)base;
    opencl_device *dev = (opencl_device *)base->device;
    pthread_mutex_lock(&dev->lock);
    opencl_queue **link = &dev->queues;
    while (*link != q)
        link = &(*link)->next;
    *link = q->next;
    pthread_mutex_unlock(&dev->lock);
    pen_cl.clFinish(q->handle);
    pen_cl.clReleaseCommandQueue(q->handle);
    pen_free(q);
}

static cl_command_queue handle_of(const pen_queue *q)
{
    return ((const opencl_queue *)q)->handle;
}

static pen_status opencl_copy(pen_queue *q, void *dst, const void *src, size_t bytes)
{
    return CL(clEnqueueSVMMemcpy, handle_of(q), 0, dst, src, bytes, 0, NULL, NULL);
}

static pen_status opencl_fill(pen_queue *q, void *dst, unsigned char value, size_t bytes)
{
    return CL(clEnqueueSVMMemFill, handle_of(q), dst, &value, 1, bytes, 0, NULL, NULL);
}

static pen_status set_args(cl_kernel handle, const pen_kernel_arg *list, void *const *args)
{
    uint32_t i = 0;
    for (; list[i].name != NULL; i++) {
        void *address = list[i].is_pointer ? *(void **)args[i] : NULL;
        if (address != NULL)
            PEN_TRY(CL(clSetKernelArgSVMPointer, handle, i, address));
        else /* a NULL pointer is a memory argument without memory */
            PEN_TRY(
                CL(clSetKernelArg, handle, i, list[i].bytes, list[i].is_pointer ? NULL : args[i]));
    }
    return CL(clSetKernelArg, handle, i, sizeof(int), args[i]);
}

static pen_status enqueue(opencl_device *dev, pen_queue *q, const pen_kernel *kernel,
                          pen_dtype real, pen_grid grid, void *const *args)
{
    cl_kernel handle;
    PEN_TRY(pen_opencl_kernel(dev, kernel, real, grid.definitions, &handle));
    PEN_TRY(set_args(handle, kernel->form[real].args, args));
    size_t local = grid.kind == PEN_GRID_LANES ? LANES_PER_GROUP : ITEMS_PER_GROUP, global;
    size_t groups = grid.kind == PEN_GRID_GROUPS ? grid.n : (grid.n - 1) / local + 1;
    PEN_TRY(pen_size_mul(groups, local, &global));
    return CL(clEnqueueNDRangeKernel, handle_of(q), handle, 1, NULL, &global, &local, 0, NULL,
              NULL);
}

static pen_status opencl_launch(pen_queue *q, const pen_kernel *kernel, pen_dtype real,
                                pen_grid grid, void *const *args)
{
    opencl_device *dev = (opencl_device *)q->device;
    pthread_mutex_lock(&dev->lock);
    pen_status s = enqueue(dev, q, kernel, real, grid, args);
    pthread_mutex_unlock(&dev->lock);
    if (s != PEN_OK)
        return pen_fail_context(s, "%s", kernel->name);
    return CL(clFlush, handle_of(q));
}

static pen_status opencl_wait(pen_queue *q)
{
    return CL(clFinish, handle_of(q));
}

static pen_status opencl_event_create(pen_device *dev, pen_event **out)
{
    opencl_event *event;
    *out = NULL;
    PEN_TRY(PEN_NEW(&event));
    event->base.device = dev;
    *out = &event->base;
    return PEN_OK;
}

static void opencl_event_destroy(pen_event *base)
{
    opencl_event *event = (opencl_event *)base;
    if (event->handle != NULL)
        pen_cl.clReleaseEvent(event->handle);
    pen_free(event);
}

static pen_status opencl_event_record(pen_event *base, pen_queue *q)
{
    opencl_event *event = (opencl_event *)base;
    cl_event handle;
    PEN_TRY(CL(clEnqueueMarkerWithWaitList, handle_of(q), 0, NULL, &handle));
    if (event->handle != NULL)
        pen_cl.clReleaseEvent(event->handle);
    event->handle = handle;
    return CL(clFlush, handle_of(q));
}

static pen_status opencl_event_elapsed(pen_event *start, pen_event *end, double *elapsed_s)
{
    uint64_t at_ns[2];
    cl_event handles[2] = { ((opencl_event *)start)->handle, ((opencl_event *)end)->handle };
    *elapsed_s = 0;
    for (int i = 0; i < 2; i++) {
        if (handles[i] == NULL)
            return pen_fail(PEN_E_ARG, "pen_event_elapsed: the %s event was never recorded",
                            i == 0 ? "first" : "second");
        PEN_TRY(CL(clWaitForEvents, 1, &handles[i]));
        PEN_TRY(CL(clGetEventProfilingInfo, handles[i], CL_PROFILING_COMMAND_END, sizeof at_ns[i],
                   &at_ns[i], NULL));
    }
    *elapsed_s = (double)(int64_t)(at_ns[1] - at_ns[0]) * 1e-9;
    return PEN_OK;
}

const pen_backend pen_opencl_backend = {
    .name = "opencl",
    .count = opencl_count,
    .note = opencl_note,
    .may_lead = opencl_may_lead,
    .describe = opencl_describe,
    .open = opencl_open,
    .close = opencl_close,
    .alloc = opencl_alloc,
    .free = opencl_free,
    .host_alloc = opencl_host_alloc,
    .host_free = opencl_host_free,
    .queue_create = opencl_queue_create,
    .queue_destroy = opencl_queue_destroy,
    .write = opencl_copy,
    .read = opencl_copy,
    .copy = opencl_copy,
    .fill = opencl_fill,
    .launch = opencl_launch,
    .wait = opencl_wait,
    .event_create = opencl_event_create,
    .event_destroy = opencl_event_destroy,
    .event_record = opencl_event_record,
    .event_elapsed = opencl_event_elapsed,
};
