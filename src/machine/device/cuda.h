/* CUDA: our own declarations of the driver's and NVRTC's functions that we use,
 * and what cuda.c (devices, memory, streams) and cuda_program.c (kernels)
 * share.  Values and signatures are those of NVIDIA's driver API reference; the
 * oldest driver is R470 (CUDA 11.4). */
#ifndef PEN_DEVICE_CUDA_H
#define PEN_DEVICE_CUDA_H

#include <pthread.h>
#include <stdint.h>

#include "backend.h"
#include "loader.h"
#include "special.h"

typedef struct cuda_context_handle *cuda_context;
typedef struct cuda_module_handle *cuda_module;
typedef struct cuda_function_handle *cuda_function;
typedef struct cuda_stream_handle *cuda_stream;
typedef struct cuda_event_handle *cuda_event_handle;
typedef struct nvrtc_program_handle *nvrtc_program;
typedef uint64_t cuda_address;

enum {
    CUDA_SUCCESS = 0,
    CUDA_OUT_OF_MEMORY = 2,
    CUDA_NO_DEVICE = 100,
    CUDA_CLOCK_KHZ = 13,
    CUDA_UNIT_COUNT = 16,
    CUDA_IS_INTEGRATED = 18,
    CUDA_MEMORY_CLOCK_KHZ = 36,
    CUDA_MEMORY_BUS_BITS = 37,
    CUDA_CAPABILITY_MAJOR = 75,
    CUDA_CAPABILITY_MINOR = 76,
    CUDA_STREAM_NON_BLOCKING = 1,
    CUDA_HOST_PORTABLE = 1,
    CUDA_JIT_ERROR_LOG = 5,
    CUDA_JIT_ERROR_LOG_BYTES = 6,
};

/* X(returns, name, parameters) */
#define CUDA_LIST(X)                                                                               \
    X(int, cuGetErrorName, (int, const char **))                                                   \
    X(int, cuInit, (unsigned))                                                                     \
    X(int, cuDriverGetVersion, (int *))                                                            \
    X(int, cuDeviceGetCount, (int *))                                                              \
    X(int, cuDeviceGet, (int *, int))                                                              \
    X(int, cuDeviceGetName, (char *, int, int))                                                    \
    X(int, cuDeviceGetUuid_v2, (unsigned char *, int))                                             \
    X(int, cuDeviceTotalMem_v2, (size_t *, int))                                                   \
    X(int, cuDeviceGetAttribute, (int *, int, int))                                                \
    X(int, cuDevicePrimaryCtxRetain, (cuda_context *, int))                                        \
    X(int, cuDevicePrimaryCtxRelease_v2, (int))                                                    \
    X(int, cuCtxSetCurrent, (cuda_context))                                                        \
    X(int, cuCtxSynchronize, (void))                                                               \
    X(int, cuMemGetInfo_v2, (size_t *, size_t *))                                                  \
    X(int, cuMemAlloc_v2, (cuda_address *, size_t))                                                \
    X(int, cuMemFree_v2, (cuda_address))                                                           \
    X(int, cuMemHostAlloc, (void **, size_t, unsigned))                                            \
    X(int, cuMemFreeHost, (void *))                                                                \
    X(int, cuMemcpyHtoDAsync_v2, (cuda_address, const void *, size_t, cuda_stream))                \
    X(int, cuMemcpyDtoHAsync_v2, (void *, cuda_address, size_t, cuda_stream))                      \
    X(int, cuMemcpyDtoDAsync_v2, (cuda_address, cuda_address, size_t, cuda_stream))                \
    X(int, cuMemsetD8Async, (cuda_address, unsigned char, size_t, cuda_stream))                    \
    X(int, cuStreamCreate, (cuda_stream *, unsigned))                                              \
    X(int, cuStreamDestroy_v2, (cuda_stream))                                                      \
    X(int, cuStreamSynchronize, (cuda_stream))                                                     \
    X(int, cuEventCreate, (cuda_event_handle *, unsigned))                                         \
    X(int, cuEventDestroy_v2, (cuda_event_handle))                                                 \
    X(int, cuEventRecord, (cuda_event_handle, cuda_stream))                                        \
    X(int, cuEventSynchronize, (cuda_event_handle))                                                \
    X(int, cuEventElapsedTime, (float *, cuda_event_handle, cuda_event_handle))                    \
    X(int, cuModuleLoadDataEx, (cuda_module *, const void *, unsigned, int *, void **))            \
    X(int, cuModuleUnload, (cuda_module))                                                          \
    X(int, cuModuleGetFunction, (cuda_function *, cuda_module, const char *))                      \
    X(int, cuLaunchKernel,                                                                         \
      (cuda_function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned,        \
       cuda_stream, void **, void **))

#define NVRTC_LIST(X)                                                                              \
    X(const char *, nvrtcGetErrorString, (int))                                                    \
    X(int, nvrtcVersion, (int *, int *))                                                           \
    X(int, nvrtcGetNumSupportedArchs, (int *))                                                     \
    X(int, nvrtcGetSupportedArchs, (int *))                                                        \
    X(int, nvrtcCreateProgram,                                                                     \
      (nvrtc_program *, const char *, const char *, int, const char *const *,                      \
       const char *const *))                                                                       \
    X(int, nvrtcDestroyProgram, (nvrtc_program *))                                                 \
    X(int, nvrtcCompileProgram, (nvrtc_program, int, const char *const *))                         \
    X(int, nvrtcGetProgramLogSize, (nvrtc_program, size_t *))                                      \
    X(int, nvrtcGetProgramLog, (nvrtc_program, char *))                                            \
    X(int, nvrtcGetCUBINSize, (nvrtc_program, size_t *))                                           \
    X(int, nvrtcGetCUBIN, (nvrtc_program, char *))                                                 \
    X(int, nvrtcGetPTXSize, (nvrtc_program, size_t *))                                             \
    X(int, nvrtcGetPTX, (nvrtc_program, char *))

typedef struct cuda_functions {
    CUDA_LIST(PEN_LIBRARY_MEMBER)
} cuda_functions;
extern cuda_functions pen_cu;

/* CU(cuInit, 0) calls it and turns its code into a status and a text. */
#define CU(function, ...) pen_cuda_check(pen_cu.function(__VA_ARGS__), #function)
pen_status pen_cuda_check(int code, const char *function);

/* How NVRTC compiles for one GPU. */
typedef struct pen_nvrtc_target {
    char arch[48]; /* "--gpu-architecture=sm_90" */
    bool is_ptx;   /* the GPU is newer than NVRTC: the driver finishes the work */
} pen_nvrtc_target;

/* NVRTC, opened on first use: the version that fits the driver's first.
 * driver: as cuDriverGetVersion() says, 12040; 0 = any.  PEN_E_UNSUPPORTED if
 * there is none.  Threads: any. */
pen_status pen_nvrtc_open(int driver);
/* "12.4"; "" if there is none.  Threads: any. */
const char *pen_nvrtc_version(void);
/* capability: 90 for 9.0.  PEN_E_UNSUPPORTED if the GPU is too old for NVRTC. */
pen_status pen_nvrtc_target_of(int capability, pen_nvrtc_target *out);
/* Compiles a .k file.
 *   image  creates: what cuModuleLoadDataEx takes, NUL-terminated; pen_free()
 * PEN_E_INTERNAL with the compiler's first error.  Threads: any. */
pen_status pen_nvrtc_compile(const char *source, const char *file, const pen_nvrtc_target *target,
                             void **image, size_t *bytes);

typedef struct cuda_device {
    pen_device base;
    int id;
    int driver; /* 12040 for 12.4 */
    cuda_context context;
    pen_nvrtc_target target;
    pthread_mutex_t lock; /* guards what follows */
    bool has_lock;
    /* By pen_kernel_slot(), NULL until used; modules by that of their file's first kernel. */
    cuda_module *modules;
    cuda_function *functions;
    pen_specials specials;
    void *blas; /* machine/math's cuBLASLt handle, or NULL */
    void (*blas_release)(void *blas);
} cuda_device;

/* Makes the queue's device current on this thread, for libraries that work on its
 * stream. */
pen_status pen_cuda_enter(pen_queue *queue, cuda_stream *stream);

/* The kernel, built on first use, with definitions or NULL; call with the device's lock held and
 * its context current. */
pen_status pen_cuda_kernel(cuda_device *dev, const pen_kernel *kernel, pen_dtype real,
                           const char *definitions, cuda_function *out);
void pen_cuda_programs_release(cuda_device *dev);

/* Fills what NVML knows of the device with this uuid: driver version, free
 * memory, highest clocks.  Without NVML it fills nothing.  Threads: any. */
void pen_nvml_describe(pen_device_info *info);

#endif
