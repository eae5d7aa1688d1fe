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

static pen_status make_module(cuda_device *dev, const char *file, pen_dtype real,
                              const char *definitions, cuda_module *out)
{
    char *source;
    void *image;
    size_t bytes;
    PEN_TRY(pen_source_assemble("prelude_cuda.h", file, real, definitions, &source));
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

static pen_status special_function(cuda_device *dev, const pen_kernel *kernel, pen_dtype real,
                                   const char *definitions, cuda_function *out)
{
    pen_special *special = pen_special_find(&dev->specials, kernel, real, definitions);
    cuda_module module;
    if (special != NULL) {
        *out = special->entry;
        return PEN_OK;
    }
    special = pen_special_place(&dev->specials);
    if (special->program != NULL) { /* a launch of it may still be under way */
        PEN_TRY(CU(cuCtxSynchronize));
        pen_cu.cuModuleUnload(special->program);
        pen_special_clear(special);
    }
    PEN_TRY(make_module(dev, kernel->file, real, definitions, &module));
    pen_status s = CU(cuModuleGetFunction, out, module, kernel->name);
    if (s == PEN_OK)
        s = pen_special_fill(&dev->specials, special, kernel, real, definitions, module, *out);
    if (s != PEN_OK)
        pen_cu.cuModuleUnload(module);
    return s;
}

pen_status pen_cuda_kernel(cuda_device *dev, const pen_kernel *kernel, pen_dtype real,
                           const char *definitions, cuda_function *out)
{
    cuda_function *slot = &dev->functions[pen_kernel_slot(kernel, real)];
    if (definitions != NULL)
        return special_function(dev, kernel, real, definitions, out);
    if (*slot == NULL) {
        cuda_module *module = &dev->modules[pen_kernel_slot(pen_kernel_file_head(kernel), real)];
        cuda_function function;
        if (*module == NULL)
            PEN_TRY(make_module(dev, kernel->file, real, NULL, module));
        PEN_TRY(CU(cuModuleGetFunction, &function, *module, kernel->name));
        *slot = function;
    }
    *out = *slot;
    return PEN_OK;
}

void pen_cuda_programs_release(cuda_device *dev)
{
    for (size_t i = 0; dev->modules != NULL && i < 2 * pen_kernel_count; i++)
        if (dev->modules[i] != NULL)
            pen_cu.cuModuleUnload(dev->modules[i]);
    for (int k = 0; k < PEN_SPECIALS; k++) {
        if (dev->specials.at[k].program != NULL)
            pen_cu.cuModuleUnload(dev->specials.at[k].program);
        pen_special_clear(&dev->specials.at[k]);
    }
    pen_free(dev->modules);
    pen_free(dev->functions);
}
