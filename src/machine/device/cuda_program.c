/* Kernels of the cuda backend: one module a .k file and precision, compiled by
 * NVRTC on first use, kept in memory and on disk. */
#include <stdio.h>
#include <string.h>

#include "../base/alloc.h"
#include "cache.h"
#include "cuda.h"
#include "source.h"

/* The text covers the options: those of nvrtc.c are part of the source below. */
static pen_cache_key key_of(const cuda_device *dev, const char *source)
{
    char driver[32];
    snprintf(driver, sizeof driver, "%d", dev->driver);
    pen_cache_key key = pen_cache_key_of("cuda module, fmad=false, c++17");
    pen_cache_key_add(&key, source);
    pen_cache_key_add(&key, dev->target.arch);
    pen_cache_key_add(&key, dev->base.info.capability);
    pen_cache_key_add(&key, driver);
    pen_cache_key_add(&key, dev->base.info.driver);
    pen_cache_key_add(&key, pen_nvrtc_version());
    return key;
}

static pen_status load_module(const void *image, const char *file, cuda_module *out)
{
    char log[512] = "", line[200];
    int keys[] = { CUDA_JIT_ERROR_LOG, CUDA_JIT_ERROR_LOG_BYTES };
    void *values[] = { log, (void *)(size_t)(sizeof log - 1) };
    pen_status s = CU(cuModuleLoadDataEx, out, image, PEN_COUNT(keys), keys, values);
    if (s == PEN_OK)
        return PEN_OK;
    *out = NULL;
    pen_source_first_error(log, line, sizeof line);
    return pen_fail_context(s, "%s%s%s", file, line[0] != '\0' ? ": " : "", line);
}

static cuda_module load_cached(const pen_cache_key *key, const char *file)
{
    void *image;
    size_t bytes;
    cuda_module module = NULL;
    if (!pen_cache_load(key, &image, &bytes))
        return NULL;
    if (load_module(image, file, &module) != PEN_OK)
        pen_cache_drop(key);
    pen_free(image);
    return module;
}

static pen_status make_module(cuda_device *dev, const char *file, pen_dtype real, cuda_module *out)
{
    char *source;
    void *image;
    size_t bytes;
    PEN_TRY(pen_source_assemble("prelude_cuda.h", file, real, &source));
    pen_cache_key key = key_of(dev, source);
    pen_status s = PEN_OK;
    *out = load_cached(&key, file);
    if (*out == NULL) {
        s = pen_nvrtc_compile(source, file, &dev->target, &image, &bytes);
        if (s == PEN_OK)
            s = load_module(image, file, out);
        if (s == PEN_OK)
            pen_cache_store(&key, image, bytes);
        pen_free(image);
    }
    pen_free(source);
    return s;
}

static pen_status find_program(cuda_device *dev, const char *file, pen_dtype real,
                               cuda_program **out)
{
    for (cuda_program *p = dev->programs; p != NULL; p = p->next)
        if (p->real == real && strcmp(p->file, file) == 0) {
            *out = p;
            return PEN_OK;
        }
    PEN_TRY(PEN_NEW(out));
    (*out)->file = file;
    (*out)->real = real;
    pen_status s = make_module(dev, file, real, &(*out)->module);
    if (s != PEN_OK) {
        pen_free(*out);
        return s;
    }
    (*out)->next = dev->programs;
    dev->programs = *out;
    return PEN_OK;
}

pen_status pen_cuda_kernel(cuda_device *dev, const pen_kernel *kernel, pen_dtype real,
                           cuda_function *out)
{
    size_t index = (size_t)(kernel - pen_kernels);
    cuda_function *slot = &dev->functions[(size_t)real * pen_kernel_count + index];
    if (*slot == NULL) {
        cuda_program *program;
        cuda_function function;
        PEN_TRY(find_program(dev, kernel->file, real, &program));
        PEN_TRY(CU(cuModuleGetFunction, &function, program->module, kernel->name));
        *slot = function;
    }
    *out = *slot;
    return PEN_OK;
}

void pen_cuda_programs_release(cuda_device *dev)
{
    pen_free(dev->functions);
    while (dev->programs != NULL) {
        cuda_program *next = dev->programs->next;
        pen_cu.cuModuleUnload(dev->programs->module);
        pen_free(dev->programs);
        dev->programs = next;
    }
}
