#include "shim_opencl.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "machine/device/opencl.h"

#define EXPORT __attribute__((visibility("default")))

static shim_state state = { .fail_at = -1, .svm_mask = ~0ull, .f32_mask = ~0ull };

EXPORT shim_state *shim_opencl_state(void);
shim_state *shim_opencl_state(void)
{
    return &state;
}

static void *real(const char *name)
{
    static void *library;
    if (library == NULL)
        library = dlopen("libOpenCL.so.1", RTLD_NOW);
    void *address = library != NULL ? dlsym(library, name) : NULL;
    if (address == NULL)
        abort();
    return address;
}

static int enter(const char *name)
{
    if (state.calls++ != state.fail_at)
        return 0;
    snprintf(state.failed, sizeof state.failed, "%s", name);
    return state.fail_code;
}

/* The next layer's function, as a variable of its type. */
#define NEXT(returns, name, types)                                                                 \
    returns(*next) types;                                                                          \
    *(void **)&next = real(#name)

#define CALL(name, types, params, args, after)                                                     \
    EXPORT int name params;                                                                        \
    int name params                                                                                \
    {                                                                                              \
        NEXT(int, name, types);                                                                    \
        int code = enter(#name);                                                                   \
        if (code == 0)                                                                             \
            code = next args;                                                                      \
        if (code == 0) {                                                                           \
            after;                                                                                 \
        }                                                                                          \
        return code;                                                                               \
    }
/* Queries that may fail and cleaning up, which never does: not counted. */
#define PLAIN(name, types, params, args, after)                                                    \
    EXPORT int name params;                                                                        \
    int name params                                                                                \
    {                                                                                              \
        NEXT(int, name, types);                                                                    \
        after;                                                                                     \
        return next args;                                                                          \
    }
#define CREATE(returns, name, types, params, args, error)                                          \
    EXPORT returns name params;                                                                    \
    returns name params                                                                            \
    {                                                                                              \
        NEXT(returns, name, types);                                                                \
        *(error) = enter(#name);                                                                   \
        returns made = *(error) == 0 ? next args : NULL;                                           \
        state.live += made != NULL;                                                                \
        return made;                                                                               \
    }

CALL(clGetPlatformIDs, (uint32_t, cl_platform_id *, uint32_t *),
     (uint32_t n, cl_platform_id *out, uint32_t *count), (n, out, count), )
PLAIN(clGetPlatformInfo, (cl_platform_id, uint32_t, size_t, void *, size_t *),
      (cl_platform_id p, uint32_t key, size_t bytes, void *out, size_t *size),
      (p, key, bytes, out, size), )
CALL(clGetDeviceIDs, (cl_platform_id, uint64_t, uint32_t, cl_device_id *, uint32_t *),
     (cl_platform_id p, uint64_t type, uint32_t n, cl_device_id *out, uint32_t *count),
     (p, type, n, out, count), )

EXPORT int clGetDeviceInfo(cl_device_id d, uint32_t key, size_t bytes, void *out, size_t *size);
int clGetDeviceInfo(cl_device_id d, uint32_t key, size_t bytes, void *out, size_t *size)
{
    NEXT(int, clGetDeviceInfo, (cl_device_id, uint32_t, size_t, void *, size_t *));
    int code = next(d, key, bytes, out, size);
    if (key == CL_DEVICE_SVM_CAPABILITIES)
        *(uint64_t *)out &= state.svm_mask;
    if (key == CL_DEVICE_SINGLE_FP_CONFIG)
        *(uint64_t *)out &= state.f32_mask;
    return code;
}

CREATE(cl_context, clCreateContext,
       (const intptr_t *, uint32_t, const cl_device_id *, void *, void *, int *),
       (const intptr_t *p, uint32_t n, const cl_device_id *d, void *f, void *u, int *error),
       (p, n, d, f, u, error), error)
PLAIN(clReleaseContext, (cl_context), (cl_context c), (c), state.live--)
CREATE(cl_command_queue, clCreateCommandQueueWithProperties,
       (cl_context, cl_device_id, const uint64_t *, int *),
       (cl_context c, cl_device_id d, const uint64_t *p, int *error), (c, d, p, error), error)
PLAIN(clReleaseCommandQueue, (cl_command_queue), (cl_command_queue q), (q), state.live--)

EXPORT void *clSVMAlloc(cl_context c, uint64_t flags, size_t bytes, uint32_t align);
void *clSVMAlloc(cl_context c, uint64_t flags, size_t bytes, uint32_t align)
{
    NEXT(void *, clSVMAlloc, (cl_context, uint64_t, size_t, uint32_t));
    void *memory = enter("clSVMAlloc") == 0 ? next(c, flags, bytes, align) : NULL;
    state.live += memory != NULL;
    return memory;
}
EXPORT void clSVMFree(cl_context c, void *memory);
void clSVMFree(cl_context c, void *memory)
{
    NEXT(void, clSVMFree, (cl_context, void *));
    state.live -= memory != NULL;
    next(c, memory);
}

CALL(clEnqueueSVMMemcpy,
     (cl_command_queue, uint32_t, void *, const void *, size_t, uint32_t, const cl_event *,
      cl_event *),
     (cl_command_queue q, uint32_t b, void *dst, const void *src, size_t bytes, uint32_t n,
      const cl_event *w, cl_event *e),
     (q, b, dst, src, bytes, n, w, e), )
CALL(clEnqueueSVMMemFill,
     (cl_command_queue, void *, const void *, size_t, size_t, uint32_t, const cl_event *,
      cl_event *),
     (cl_command_queue q, void *dst, const void *p, size_t size, size_t bytes, uint32_t n,
      const cl_event *w, cl_event *e),
     (q, dst, p, size, bytes, n, w, e), )
CREATE(cl_program, clCreateProgramWithSource,
       (cl_context, uint32_t, const char **, const size_t *, int *),
       (cl_context c, uint32_t n, const char **text, const size_t *bytes, int *error),
       (c, n, text, bytes, (state.from_source++, error)), error)
CREATE(cl_program, clCreateProgramWithBinary,
       (cl_context, uint32_t, const cl_device_id *, const size_t *, const unsigned char **, int *,
        int *),
       (cl_context c, uint32_t n, const cl_device_id *d, const size_t *bytes,
        const unsigned char **data, int *each, int *error),
       (c, n, d, bytes, data, each, (state.from_binary++, error)), error)
CALL(clBuildProgram, (cl_program, uint32_t, const cl_device_id *, const char *, void *, void *),
     (cl_program p, uint32_t n, const cl_device_id *d, const char *o, void *f, void *u),
     (p, n, d, o, f, u), )
CALL(clGetProgramInfo, (cl_program, uint32_t, size_t, void *, size_t *),
     (cl_program p, uint32_t key, size_t bytes, void *out, size_t *size),
     (p, key, bytes, out, size), )
PLAIN(clGetProgramBuildInfo, (cl_program, cl_device_id, uint32_t, size_t, void *, size_t *),
      (cl_program p, cl_device_id d, uint32_t key, size_t bytes, void *out, size_t *size),
      (p, d, key, bytes, out, size), )
PLAIN(clReleaseProgram, (cl_program), (cl_program p), (p), state.live--)
CREATE(cl_kernel, clCreateKernel, (cl_program, const char *, int *),
       (cl_program p, const char *name, int *error), (p, name, error), error)
PLAIN(clReleaseKernel, (cl_kernel), (cl_kernel k), (k), state.live--)
CALL(clSetKernelArg, (cl_kernel, uint32_t, size_t, const void *),
     (cl_kernel k, uint32_t i, size_t bytes, const void *value), (k, i, bytes, value), )
CALL(clSetKernelArgSVMPointer, (cl_kernel, uint32_t, const void *),
     (cl_kernel k, uint32_t i, const void *value), (k, i, value), )
CALL(clEnqueueNDRangeKernel,
     (cl_command_queue, cl_kernel, uint32_t, const size_t *, const size_t *, const size_t *,
      uint32_t, const cl_event *, cl_event *),
     (cl_command_queue q, cl_kernel k, uint32_t d, const size_t *o, const size_t *g,
      const size_t *l, uint32_t n, const cl_event *w, cl_event *e),
     (q, k, d, o, g, l, n, w, e), )
CALL(clEnqueueMarkerWithWaitList, (cl_command_queue, uint32_t, const cl_event *, cl_event *),
     (cl_command_queue q, uint32_t n, const cl_event *w, cl_event *e), (q, n, w, e), state.live++)
CALL(clWaitForEvents, (uint32_t, const cl_event *), (uint32_t n, const cl_event *e), (n, e), )
CALL(clGetEventProfilingInfo, (cl_event, uint32_t, size_t, void *, size_t *),
     (cl_event e, uint32_t key, size_t bytes, void *out, size_t *size),
     (e, key, bytes, out, size), )
PLAIN(clReleaseEvent, (cl_event), (cl_event e), (e), state.live--)
CALL(clFlush, (cl_command_queue), (cl_command_queue q), (q), )
CALL(clFinish, (cl_command_queue), (cl_command_queue q), (q), )
