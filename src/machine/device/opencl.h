/* OpenCL: our own declarations of what we use, and what opencl.c (devices,
 * memory, queues) and opencl_program.c (kernels) share.  Values and signatures
 * are those of the Khronos specification, version 3.0. */
#ifndef PEN_DEVICE_OPENCL_H
#define PEN_DEVICE_OPENCL_H

#include <pthread.h>
#include <stdint.h>

#include "backend.h"
#include "loader.h"
#include "special.h"

typedef struct cl_platform_handle *cl_platform_id;
typedef struct cl_device_handle *cl_device_id;
typedef struct cl_context_handle *cl_context;
typedef struct cl_queue_handle *cl_command_queue;
typedef struct cl_program_handle *cl_program;
typedef struct cl_kernel_handle *cl_kernel;
typedef struct cl_event_handle *cl_event;

enum {
    CL_SUCCESS = 0,
    CL_DEVICE_NOT_AVAILABLE = -2,
    CL_MEM_OBJECT_ALLOCATION_FAILURE = -4,
    CL_OUT_OF_RESOURCES = -5,
    CL_OUT_OF_HOST_MEMORY = -6,
};
enum {
    CL_PLATFORM_VERSION = 0x0901,
    CL_DEVICE_TYPE = 0x1000,
    CL_DEVICE_MAX_COMPUTE_UNITS = 0x1002,
    CL_DEVICE_MAX_WORK_GROUP_SIZE = 0x1004,
    CL_DEVICE_MAX_CLOCK_FREQUENCY = 0x100C,
    CL_DEVICE_MAX_MEM_ALLOC_SIZE = 0x1010,
    CL_DEVICE_SINGLE_FP_CONFIG = 0x101B,
    CL_DEVICE_GLOBAL_MEM_SIZE = 0x101F,
    CL_DEVICE_NAME = 0x102B,
    CL_DEVICE_VENDOR = 0x102C,
    CL_DRIVER_VERSION = 0x102D,
    CL_DEVICE_VERSION = 0x102F,
    CL_DEVICE_DOUBLE_FP_CONFIG = 0x1032,
    CL_DEVICE_HOST_UNIFIED_MEMORY = 0x1035,
    CL_DEVICE_OPENCL_C_VERSION = 0x103D,
    CL_DEVICE_SVM_CAPABILITIES = 0x1053,
    CL_DEVICE_UUID_KHR = 0x106A,
    CL_DEVICE_GLOBAL_FREE_MEMORY_AMD = 0x4039, /* in KiB */
    CL_QUEUE_PROPERTIES = 0x1093,
    CL_QUEUE_PROFILING_ENABLE = 1 << 1,
    CL_MEM_READ_WRITE = 1 << 0,
    CL_PROGRAM_BINARY_SIZES = 0x1165,
    CL_PROGRAM_BINARIES = 0x1166,
    CL_PROGRAM_BUILD_LOG = 0x1183,
    CL_PROFILING_COMMAND_END = 0x1283,
};
#define CL_DEVICE_TYPE_ALL 0xFFFFFFFFu
#define CL_DEVICE_TYPE_CPU 2u
#define CL_DEVICE_TYPE_GPU 4u
#define CL_SVM_COARSE_GRAIN 1u
/* Denormals, infinities and NaN, round to nearest: what decision 3 needs. */
#define CL_FP_IEEE 0x7u
#define CL_FP_ROUNDED_DIVIDE_SQRT 0x80u

/* X(returns, name, parameters) */
#define CL_LIST(X)                                                                                 \
    X(int, clGetPlatformIDs, (uint32_t, cl_platform_id *, uint32_t *))                             \
    X(int, clGetPlatformInfo, (cl_platform_id, uint32_t, size_t, void *, size_t *))                \
    X(int, clGetDeviceIDs, (cl_platform_id, uint64_t, uint32_t, cl_device_id *, uint32_t *))       \
    X(int, clGetDeviceInfo, (cl_device_id, uint32_t, size_t, void *, size_t *))                    \
    X(cl_context, clCreateContext,                                                                 \
      (const intptr_t *, uint32_t, const cl_device_id *, void *, void *, int *))                   \
    X(int, clReleaseContext, (cl_context))                                                         \
    X(cl_command_queue, clCreateCommandQueueWithProperties,                                        \
      (cl_context, cl_device_id, const uint64_t *, int *))                                         \
    X(int, clReleaseCommandQueue, (cl_command_queue))                                              \
    X(void *, clSVMAlloc, (cl_context, uint64_t, size_t, uint32_t))                                \
    X(void, clSVMFree, (cl_context, void *))                                                       \
    X(int, clEnqueueSVMMemcpy,                                                                     \
      (cl_command_queue, uint32_t, void *, const void *, size_t, uint32_t, const cl_event *,       \
       cl_event *))                                                                                \
    X(int, clEnqueueSVMMemFill,                                                                    \
      (cl_command_queue, void *, const void *, size_t, size_t, uint32_t, const cl_event *,         \
       cl_event *))                                                                                \
    X(cl_program, clCreateProgramWithSource,                                                       \
      (cl_context, uint32_t, const char **, const size_t *, int *))                                \
    X(cl_program, clCreateProgramWithBinary,                                                       \
      (cl_context, uint32_t, const cl_device_id *, const size_t *, const unsigned char **, int *,  \
       int *))                                                                                     \
    X(int, clBuildProgram,                                                                         \
      (cl_program, uint32_t, const cl_device_id *, const char *, void *, void *))                  \
    X(int, clGetProgramInfo, (cl_program, uint32_t, size_t, void *, size_t *))                     \
    X(int, clGetProgramBuildInfo, (cl_program, cl_device_id, uint32_t, size_t, void *, size_t *))  \
    X(int, clReleaseProgram, (cl_program))                                                         \
    X(cl_kernel, clCreateKernel, (cl_program, const char *, int *))                                \
    X(int, clReleaseKernel, (cl_kernel))                                                           \
    X(int, clSetKernelArg, (cl_kernel, uint32_t, size_t, const void *))                            \
    X(int, clSetKernelArgSVMPointer, (cl_kernel, uint32_t, const void *))                          \
    X(int, clEnqueueNDRangeKernel,                                                                 \
      (cl_command_queue, cl_kernel, uint32_t, const size_t *, const size_t *, const size_t *,      \
       uint32_t, const cl_event *, cl_event *))                                                    \
    X(int, clEnqueueMarkerWithWaitList,                                                            \
      (cl_command_queue, uint32_t, const cl_event *, cl_event *))                                  \
    X(int, clWaitForEvents, (uint32_t, const cl_event *))                                          \
    X(int, clGetEventProfilingInfo, (cl_event, uint32_t, size_t, void *, size_t *))                \
    X(int, clReleaseEvent, (cl_event))                                                             \
    X(int, clFlush, (cl_command_queue))                                                            \
    X(int, clFinish, (cl_command_queue))

typedef struct cl_functions {
    CL_LIST(PEN_LIBRARY_MEMBER)
} cl_functions;
extern cl_functions pen_cl;

/* CL(clFinish, q) calls it and turns its code into a status and a text. */
#define CL(function, ...) pen_opencl_check(pen_cl.function(__VA_ARGS__), #function)
pen_status pen_opencl_check(int code, const char *function);

typedef struct opencl_queue {
    pen_queue base;
    cl_command_queue handle;
    struct opencl_queue *next;
} opencl_queue;

typedef struct opencl_device {
    pen_device base;
    cl_device_id id;
    cl_platform_id platform;
    cl_context context;
    size_t max_piece_bytes;
    bool is_pocl;
    bool keeps_binaries;   /* whether programs are stored in our cache */
    bool has_f32, has_f64; /* exact arithmetic in that precision */
    pthread_mutex_t lock;  /* guards what follows, and a kernel's arguments */
    bool has_lock;
    opencl_queue *queues;
    /* By pen_kernel_slot(), NULL until used; programs by that of their file's first kernel. */
    cl_program *programs;
    cl_kernel *kernels;
    pen_specials specials;
} opencl_device;

/* The kernel, built on first use, with definitions or NULL; call with the device's lock held. */
pen_status pen_opencl_kernel(opencl_device *dev, const pen_kernel *kernel, pen_dtype real,
                             const char *definitions, cl_kernel *out);
void pen_opencl_programs_release(opencl_device *dev);

#endif
