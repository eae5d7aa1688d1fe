#define _POSIX_C_SOURCE 200809L
#include "mock_cuda.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))

enum { IMAGE_BYTES = 24 };
enum { OUT_OF_MEMORY = 2, INVALID_VALUE = 1, INVALID_DEVICE = 101, INVALID_CONTEXT = 201 };

typedef struct mock_object {
    char name[64]; /* a function's kernel, a module's precision */
    bool is_f64;
    int number;   /* what compile() called it */
    char *source; /* a program's */
    int64_t at_ns;
} mock_object;

static mock_state state = { .fail_at = -1, .n_devices = MOCK_DEVICES };
static mock_object *context; /* the primary context of device 0, and all others */
static int context_users;
static mock_object *current;
static mock_object functions[4096];
static size_t n_functions;

static const struct {
    const char *name;
    int major, minor;
} devices[MOCK_DEVICES] = {
    { "Mock H100", 9, 0 },
    { "Mock A100 MIG 1g.5gb", 8, 0 },
    { "Mock Maxwell", 5, 2 },
    { "Mock of next year", 13, 1 },
};

EXPORT mock_state *mock_cuda_state(void);
mock_state *mock_cuda_state(void)
{
    return &state;
}

/* Counts the call; its code if this is the one to fail. */
static int enter(const char *name)
{
    if (state.calls++ != state.fail_at)
        return 0;
    snprintf(state.failed, sizeof state.failed, "%s", name);
    return state.fail_code;
}

#define CALL(name, params, body)                                                                   \
    EXPORT int name params;                                                                        \
    int name params                                                                                \
    {                                                                                              \
        int code_ = enter(#name);                                                                  \
        if (code_ != 0)                                                                            \
            return code_;                                                                          \
        body return 0;                                                                             \
    }
/* The same for calls that release: they always do. */
#define RELEASE(name, params, body)                                                                \
    EXPORT int name params;                                                                        \
    int name params                                                                                \
    {                                                                                              \
        body return 0;                                                                             \
    }
#define NEEDS(condition, code)                                                                     \
    if (!(condition))                                                                              \
        return (code);

static mock_object *make(void)
{
    mock_object *object = calloc(1, sizeof *object);
    state.live += object != NULL;
    return object;
}

static void release(void *object)
{
    state.live -= object != NULL;
    free(object);
}

EXPORT int cuGetErrorName(int code, const char **text);
int cuGetErrorName(int code, const char **text)
{
    *text = code == OUT_OF_MEMORY ? "CUDA_ERROR_OUT_OF_MEMORY"
            : code == 719         ? "CUDA_ERROR_LAUNCH_FAILED"
                                  : "CUDA_ERROR_MOCK";
    return 0;
}

CALL(cuInit, (unsigned flags), { NEEDS(flags == 0, INVALID_VALUE); })
CALL(cuDriverGetVersion, (int *out), { *out = 12040; })
CALL(cuDeviceGetCount, (int *out), { *out = state.n_devices; })
CALL(cuDeviceGet, (int *out, int ordinal), {
    NEEDS(ordinal >= 0 && ordinal < state.n_devices, INVALID_DEVICE);
    *out = ordinal;
})
CALL(cuDeviceGetName, (char *text, int bytes, int id),
     { snprintf(text, (size_t)bytes, "%s", devices[id].name); })
CALL(cuDeviceGetUuid_v2, (unsigned char *out, int id), { memset(out, 0x10 + id, 16); })
CALL(cuDeviceTotalMem_v2, (size_t * out, int id), { *out = (size_t)(id + 1) << 30; })
CALL(cuDeviceGetAttribute, (int *out, int key, int id), {
    *out = key == 75   ? devices[id].major
           : key == 76 ? devices[id].minor
           : key == 16 ? 100
           : key == 13 ? 1500000
           : key == 36 ? 2000000
           : key == 37 ? 4096
                       : 0;
})
CALL(cuDevicePrimaryCtxRetain, (mock_object * *out, int id), {
    (void)id;
    if (context_users++ == 0)
        context = make();
    *out = context;
})
RELEASE(cuDevicePrimaryCtxRelease_v2, (int id), {
    (void)id;
    if (--context_users == 0) {
        release(context);
        context = NULL;
        current = NULL;
    }
})
CALL(cuCtxSetCurrent, (mock_object * c), {
    NEEDS(c == NULL || c == context, INVALID_CONTEXT);
    current = c;
})
CALL(cuCtxSynchronize, (void), { NEEDS(current != NULL, INVALID_CONTEXT); })

CALL(cuMemGetInfo_v2, (size_t * free_bytes, size_t *all_bytes), {
    NEEDS(current != NULL, INVALID_CONTEXT);
    *free_bytes = 5u << 27;
    *all_bytes = 1u << 30;
})
EXPORT int cuMemAlloc_v2(uint64_t *out, size_t bytes);
int cuMemAlloc_v2(uint64_t *out, size_t bytes)
{
    int code = enter("cuMemAlloc_v2");
    NEEDS(current != NULL, INVALID_CONTEXT);
    void *memory = code == 0 && bytes < (size_t)1 << 34 ? malloc(bytes) : NULL;
    NEEDS(memory != NULL, OUT_OF_MEMORY);
    state.live++;
    *out = (uintptr_t)memory;
    return 0;
}
RELEASE(cuMemFree_v2, (uint64_t address), { release((void *)(uintptr_t)address); })
CALL(cuMemHostAlloc, (void **out, size_t bytes, unsigned flags), {
    NEEDS(flags == 1, INVALID_VALUE);
    *out = malloc(bytes);
    state.live++;
})
RELEASE(cuMemFreeHost, (void *address), { release(address); })
CALL(cuMemcpyHtoDAsync_v2, (uint64_t dst, const void *src, size_t bytes, mock_object *stream), {
    NEEDS(stream != NULL && current != NULL, INVALID_VALUE);
    memcpy((void *)(uintptr_t)dst, src, bytes);
})
CALL(cuMemcpyDtoHAsync_v2, (void *dst, uint64_t src, size_t bytes, mock_object *stream), {
    NEEDS(stream != NULL && current != NULL, INVALID_VALUE);
    memcpy(dst, (void *)(uintptr_t)src, bytes);
})
CALL(cuMemcpyDtoDAsync_v2, (uint64_t dst, uint64_t src, size_t bytes, mock_object *stream), {
    NEEDS(stream != NULL && current != NULL, INVALID_VALUE);
    memmove((void *)(uintptr_t)dst, (void *)(uintptr_t)src, bytes);
})
CALL(cuMemsetD8Async, (uint64_t dst, unsigned char value, size_t bytes, mock_object *stream), {
    NEEDS(stream != NULL && current != NULL, INVALID_VALUE);
    memset((void *)(uintptr_t)dst, value, bytes);
})
CALL(cuStreamCreate, (mock_object * *out, unsigned flags), {
    NEEDS(flags == 1 && current != NULL, INVALID_VALUE);
    *out = make();
})
RELEASE(cuStreamDestroy_v2, (mock_object * stream), { release(stream); })
CALL(cuStreamSynchronize, (mock_object * stream), { NEEDS(stream != NULL, INVALID_VALUE); })
CALL(cuEventCreate, (mock_object * *out, unsigned flags), {
    NEEDS(flags == 0 && current != NULL, INVALID_VALUE);
    *out = make();
})
RELEASE(cuEventDestroy_v2, (mock_object * event), { release(event); })
CALL(cuEventRecord, (mock_object * event, mock_object *stream), {
    NEEDS(stream != NULL, INVALID_VALUE);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    event->at_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
})
CALL(cuEventSynchronize, (mock_object * event), { NEEDS(event->at_ns != 0, INVALID_VALUE); })
CALL(cuEventElapsedTime, (float *out, mock_object *start, mock_object *end),
     { *out = (float)(end->at_ns - start->at_ns) * 1e-6f; })

EXPORT int cuModuleLoadDataEx(mock_object **out, const void *image, unsigned n, int *keys,
                              void **values);
int cuModuleLoadDataEx(mock_object **out, const void *image, unsigned n, int *keys, void **values)
{
    int code = enter("cuModuleLoadDataEx");
    if (code == 0 && state.loads_to_refuse > 0) {
        state.loads_to_refuse--;
        code = 200;
    }
    if (code != 0 || n != 2 || keys[0] != 5 || keys[1] != 6) {
        snprintf(values[0], (size_t)(uintptr_t)values[1], "ptxas fatal: mock error in image\n");
        return code != 0 ? code : INVALID_VALUE;
    }
    NEEDS(strncmp(image, "MOCK f", 6) == 0 && current != NULL, 200);
    *out = make();
    (*out)->is_f64 = ((const char *)image)[6] == '6';
    (*out)->number = atoi((const char *)image + 9);
    return 0;
}
RELEASE(cuModuleUnload, (mock_object * module), { release(module); })
CALL(cuModuleGetFunction, (mock_object * *out, mock_object *module, const char *name), {
    NEEDS(n_functions < sizeof functions / sizeof *functions, OUT_OF_MEMORY);
    *out = &functions[n_functions++];
    snprintf((*out)->name, sizeof(*out)->name, "%s", name);
    (*out)->is_f64 = module->is_f64;
    (*out)->number = module->number;
})
CALL(cuLaunchKernel,
     (mock_object * function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
      unsigned bz, unsigned shared, mock_object *stream, void **args, void **extra),
     {
         NEEDS(gy == 1 && gz == 1 && by == 1 && bz == 1 && shared == 0, INVALID_VALUE);
         NEEDS(stream != NULL && extra == NULL && current != NULL && gx > 0, INVALID_VALUE);
         if (state.launch != NULL)
             state.launch(function->name, function->is_f64, function->number, gx, bx, args);
     })

/* NVRTC */
EXPORT const char *nvrtcGetErrorString(int code);
const char *nvrtcGetErrorString(int code)
{
    return code == 6 ? "NVRTC_ERROR_COMPILATION" : "NVRTC_ERROR_MOCK";
}
CALL(nvrtcVersion, (int *major, int *minor), {
    *major = 12;
    *minor = 4;
})
CALL(nvrtcGetNumSupportedArchs, (int *out), { *out = 3; })
CALL(nvrtcGetSupportedArchs, (int *out), {
    out[0] = 75;
    out[1] = 80;
    out[2] = 90;
})
CALL(nvrtcCreateProgram,
     (mock_object * *out, const char *source, const char *file, int n, const char *const *headers,
      const char *const *names),
     {
         NEEDS(n == 0 && headers == NULL && names == NULL && file != NULL, INVALID_VALUE);
         *out = make();
         (*out)->is_f64 = strstr(source, "#define PEN_REAL_F64 1") != NULL;
         (*out)->source = strdup(source);
     })
RELEASE(nvrtcDestroyProgram, (mock_object * *program), {
    free((*program)->source);
    release(*program);
    *program = NULL;
})
CALL(nvrtcCompileProgram, (mock_object * program, int n, const char *const *options), {
    state.compiled++;
    if (state.compile != NULL) {
        program->number = state.compile(program->source);
        if (program->number < 0)
            return 6;
    }
    state.options[0] = '\0';
    for (int i = 0; i < n; i++) {
        size_t used = strlen(state.options);
        snprintf(state.options + used, sizeof state.options - used, "%s ", options[i]);
    }
})
static const char build_log[] = "measure.k(7): warning: odd\nmeasure.k(12): error: mock\n";
CALL(nvrtcGetProgramLogSize, (mock_object * program, size_t *out), {
    (void)program;
    *out = sizeof build_log;
})
CALL(nvrtcGetProgramLog, (mock_object * program, char *out), {
    (void)program;
    memcpy(out, build_log, sizeof build_log);
})
static int put_image(const mock_object *program, char *out)
{
    snprintf(out, IMAGE_BYTES, "MOCK f%s %04d", program->is_f64 ? "64" : "32", program->number);
    return 0;
}
CALL(nvrtcGetCUBINSize, (mock_object * program, size_t *out), {
    (void)program;
    *out = IMAGE_BYTES;
})
CALL(nvrtcGetCUBIN, (mock_object * program, char *out), { return put_image(program, out); })
CALL(nvrtcGetPTXSize, (mock_object * program, size_t *out), {
    (void)program;
    *out = IMAGE_BYTES;
})
CALL(nvrtcGetPTX, (mock_object * program, char *out), { return put_image(program, out); })

/* NVML */
CALL(nvmlInit_v2, (void), {})
CALL(nvmlSystemGetDriverVersion, (char *out, unsigned bytes), { snprintf(out, bytes, "550.54"); })
CALL(nvmlDeviceGetHandleByUUID, (const char *uuid, const char **out), {
    NEEDS(strcmp(uuid, "GPU-10101010-1010-1010-1010-101010101010") == 0, 6);
    *out = devices[0].name;
})
CALL(nvmlDeviceGetMemoryInfo, (const char *device, unsigned long long *out), {
    (void)device;
    out[0] = 1ull << 30;
    out[1] = 3ull << 28;
    out[2] = 1ull << 28;
})
CALL(nvmlDeviceGetMaxClockInfo, (const char *device, int kind, unsigned *out), {
    (void)device;
    *out = kind == 1 ? 1980 : 2619;
})
