/* Kernels of the opencl backend: one program a .k file and precision, built on
 * first use, kept in memory and, as the driver's binary, on disk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/alloc.h"
#include "cache.h"
#include "opencl.h"
#include "source.h"

/* The log's first error line into the message. */
static pen_status fail_build(const opencl_device *dev, cl_program program, const char *file,
                             pen_status status)
{
    char line[200] = "no log";
    char *log = NULL;
    size_t bytes = 0;
    if (pen_cl.clGetProgramBuildInfo(program, dev->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &bytes) ==
            CL_SUCCESS &&
        bytes > 0 && pen_alloc(bytes + 1, 1, (void **)&log) == PEN_OK) {
        if (pen_cl.clGetProgramBuildInfo(program, dev->id, CL_PROGRAM_BUILD_LOG, bytes, log,
                                         NULL) == CL_SUCCESS)
            pen_source_first_error(log, line, sizeof line);
        pen_free(log);
    }
    return pen_fail(status, "%s: building %s failed: %s", dev->base.info.name, file, line);
}

static pen_status build(opencl_device *dev, cl_program program, const char *options,
                        const char *file)
{
    int code = pen_cl.clBuildProgram(program, 1, &dev->id, options, NULL, NULL);
    if (code == CL_SUCCESS)
        return PEN_OK;
    return fail_build(dev, program, file, pen_opencl_check(code, "clBuildProgram"));
}

static cl_program build_binary(opencl_device *dev, const pen_cache_key *key, const char *options,
                               const char *file)
{
    void *data;
    size_t bytes;
    if (!dev->keeps_binaries || !pen_cache_load(key, &data, &bytes))
        return NULL;
    int code;
    cl_program program = pen_cl.clCreateProgramWithBinary(
        dev->context, 1, &dev->id, &bytes, &(const unsigned char *){ data }, NULL, &code);
    if (program != NULL && build(dev, program, options, file) != PEN_OK) {
        pen_cl.clReleaseProgram(program);
        program = NULL;
    }
    if (program == NULL)
        pen_cache_drop(key);
    pen_free(data);
    return program;
}

static void store_binary(const pen_cache_key *key, cl_program program)
{
    size_t bytes = 0;
    unsigned char *data;
    if (pen_cl.clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof bytes, &bytes, NULL) !=
            CL_SUCCESS ||
        bytes == 0 || pen_alloc(bytes, 1, (void **)&data) != PEN_OK)
        return;
    if (pen_cl.clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof data, &data, NULL) ==
        CL_SUCCESS)
        pen_cache_store(key, data, bytes);
    pen_free(data);
}

static pen_cache_key key_of(const opencl_device *dev, const char *source, const char *options)
{
    pen_cache_key key = pen_cache_key_of("opencl program");
    pen_cache_key_add(&key, source);
    pen_cache_key_add(&key, options);
    pen_cache_key_add(&key, dev->base.info.model);
    pen_cache_key_add(&key, dev->base.info.capability);
    pen_cache_key_add(&key, dev->base.info.driver);
    pen_cache_key_add(&key, dev->base.info.runtime);
    return key;
}

static pen_status build_source(opencl_device *dev, const char *source, const char *options,
                               const char *file, cl_program *out)
{
    int code;
    *out = pen_cl.clCreateProgramWithSource(dev->context, 1, &source, NULL, &code);
    if (*out == NULL)
        return pen_opencl_check(code, "clCreateProgramWithSource");
    pen_status s = build(dev, *out, options, file);
    if (s != PEN_OK) {
        pen_cl.clReleaseProgram(*out);
        *out = NULL;
    }
    return s;
}

/* PoCL 3.1 on LLVM 14 makes wrong code of these when it optimises: values of a lane that wait for
 * the step before in a loop without a barrier are lost, and memory is written that is not theirs.
 */
static bool is_made_wrong(const opencl_device *dev, const char *file)
{
    static const char *const files[] = { "american_tree.k", "american_grid.k" };
    for (size_t k = 0; dev->is_pocl && k < PEN_COUNT(files); k++)
        if (strcmp(file, files[k]) == 0)
            return true;
    return false;
}

static pen_status make_program(opencl_device *dev, const char *file, pen_dtype real,
                               const char *definitions, cl_program *out)
{
    const char *more =
        is_made_wrong(dev, file) ? "-cl-opt-disable" : getenv("PENSTOCK_OPENCL_OPTIONS");
    char options[256];
    snprintf(options, sizeof options, "-cl-std=CL1.2%s%s%s",
             real == PEN_F32 ? " -cl-fp32-correctly-rounded-divide-sqrt" : "",
             more != NULL ? " " : "", more != NULL ? more : "");
    char *source;
    PEN_TRY(pen_source_assemble("prelude_opencl.h", file, real, definitions, &source));
    pen_cache_key key = key_of(dev, source, options);
    pen_status s = PEN_OK;
    *out = build_binary(dev, &key, options, file);
    if (*out == NULL) {
        s = build_source(dev, source, options, file, out);
        if (s == PEN_OK && dev->keeps_binaries)
            store_binary(&key, *out);
    }
    pen_free(source);
    return s;
}

static pen_status make_kernel(cl_program program, const char *name, cl_kernel *out)
{
    int code;
    *out = pen_cl.clCreateKernel(program, name, &code);
    if (*out == NULL)
        return pen_fail_context(pen_opencl_check(code, "clCreateKernel"), "%s", name);
    return PEN_OK;
}

/* What is queued keeps its own hold on kernel and program. */
static void release_special(pen_special *special)
{
    if (special->entry != NULL)
        pen_cl.clReleaseKernel(special->entry);
    if (special->program != NULL)
        pen_cl.clReleaseProgram(special->program);
    pen_special_clear(special);
}

static pen_status special_kernel(opencl_device *dev, const pen_kernel *kernel, pen_dtype real,
                                 const char *definitions, cl_kernel *out)
{
    pen_special *special = pen_special_find(&dev->specials, kernel, real, definitions);
    cl_program program;
    if (special != NULL) {
        *out = special->entry;
        return PEN_OK;
    }
    PEN_TRY(make_program(dev, kernel->file, real, definitions, &program));
    pen_status s = make_kernel(program, kernel->name, out);
    if (s == PEN_OK) {
        special = pen_special_place(&dev->specials);
        release_special(special);
        s = pen_special_fill(&dev->specials, special, kernel, real, definitions, program, *out);
        if (s == PEN_OK)
            return s;
        pen_cl.clReleaseKernel(*out);
        *out = NULL;
    }
    pen_cl.clReleaseProgram(program);
    return s;
}

pen_status pen_opencl_kernel(opencl_device *dev, const pen_kernel *kernel, pen_dtype real,
                             const char *definitions, cl_kernel *out)
{
    cl_kernel *slot = &dev->kernels[pen_kernel_slot(kernel, real)];
    cl_program *program = &dev->programs[pen_kernel_slot(pen_kernel_file_head(kernel), real)];
    if (!(real == PEN_F64 ? dev->has_f64 : dev->has_f32))
        return pen_fail(PEN_E_UNSUPPORTED, "%s: %s: no exact %s arithmetic on this device",
                        dev->base.info.name, kernel->name, pen_dtype_name(real));
    if (definitions != NULL)
        return special_kernel(dev, kernel, real, definitions, out);
    if (*slot == NULL) {
        if (*program == NULL)
            PEN_TRY(make_program(dev, kernel->file, real, NULL, program));
        PEN_TRY(make_kernel(*program, kernel->name, slot));
    }
    *out = *slot;
    return PEN_OK;
}

void pen_opencl_programs_release(opencl_device *dev)
{
    for (size_t i = 0; dev->kernels != NULL && i < 2 * pen_kernel_count; i++)
        if (dev->kernels[i] != NULL)
            pen_cl.clReleaseKernel(dev->kernels[i]);
    for (size_t i = 0; dev->programs != NULL && i < 2 * pen_kernel_count; i++)
        if (dev->programs[i] != NULL)
            pen_cl.clReleaseProgram(dev->programs[i]);
    for (int k = 0; k < PEN_SPECIALS; k++)
        release_special(&dev->specials.at[k]);
    pen_free(dev->kernels);
    pen_free(dev->programs);
}
