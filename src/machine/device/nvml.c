/* NVML, only for what discovery needs and the driver API does not tell without
 * a context: free memory, highest clocks, the driver's version. */
#include <pthread.h>
#include <stdio.h>

#include "cuda.h"

typedef struct nvml_device_handle *nvml_device;
typedef struct nvml_memory {
    unsigned long long total, free, used;
} nvml_memory;

enum { NVML_SUCCESS = 0, NVML_CLOCK_SM = 1, NVML_CLOCK_MEMORY = 2 };

#define NVML_LIST(X)                                                                               \
    X(int, nvmlInit_v2, (void))                                                                    \
    X(int, nvmlSystemGetDriverVersion, (char *, unsigned))                                         \
    X(int, nvmlDeviceGetHandleByUUID, (const char *, nvml_device *))                               \
    X(int, nvmlDeviceGetMemoryInfo, (nvml_device, nvml_memory *))                                  \
    X(int, nvmlDeviceGetMaxClockInfo, (nvml_device, int, unsigned *))

static struct {
    NVML_LIST(PEN_LIBRARY_MEMBER)
} nvml;
static pthread_once_t open_once = PTHREAD_ONCE_INIT;
static bool is_open;

/* Stays open: what the device's monitor asks again and again. */
static void open_library(void)
{
    static const char *const files[] = { "libnvidia-ml.so.1", "/usr/lib/wsl/lib/libnvidia-ml.so.1",
                                         NULL };
    static const char *const names[] = { NVML_LIST(PEN_LIBRARY_NAME) };
    void *library;
    if (pen_library_open("PENSTOCK_LIBNVML", files, &library) != PEN_OK)
        return;
    is_open = pen_library_resolve(library, "NVML", names, PEN_COUNT(names), &nvml) == PEN_OK &&
              nvml.nvmlInit_v2() == NVML_SUCCESS;
    if (!is_open)
        pen_library_close(library);
}

static unsigned max_clock_mhz(nvml_device device, int kind, unsigned otherwise)
{
    unsigned mhz = 0;
    return nvml.nvmlDeviceGetMaxClockInfo(device, kind, &mhz) == NVML_SUCCESS ? mhz : otherwise;
}

void pen_nvml_describe(pen_device_info *info)
{
    pthread_once(&open_once, open_library);
    if (!is_open)
        return;
    char version[sizeof info->driver];
    if (nvml.nvmlSystemGetDriverVersion(version, sizeof version) == NVML_SUCCESS)
        snprintf(info->driver, sizeof info->driver, "%s", version);
    nvml_device device;
    if (nvml.nvmlDeviceGetHandleByUUID(info->uuid, &device) != NVML_SUCCESS)
        return;
    nvml_memory memory;
    if (nvml.nvmlDeviceGetMemoryInfo(device, &memory) == NVML_SUCCESS)
        info->memory_free_bytes = memory.free;
    info->clock_mhz = max_clock_mhz(device, NVML_CLOCK_SM, info->clock_mhz);
    info->memory_clock_mhz = max_clock_mhz(device, NVML_CLOCK_MEMORY, info->memory_clock_mhz);
}
