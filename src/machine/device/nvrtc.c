/* NVIDIA's run-time compiler.  It needs no GPU, so every kernel is compiled for
 * several architectures in CI where the library is installed. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "../base/alloc.h"
#include "cuda.h"
#include "source.h"

enum { MAX_ARCHS = 64 };

static struct {
    NVRTC_LIST(PEN_LIBRARY_MEMBER)
} nvrtc;
static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below */
static bool is_open;
static char version[32];

#define RTC(function, ...) check(nvrtc.function(__VA_ARGS__), #function)
static pen_status check(int code, const char *function)
{
    if (code == 0)
        return PEN_OK;
    pen_status status = code == 1 ? PEN_E_NOMEM : PEN_E_INTERNAL;
    return pen_fail(status, "%s: %s", function, nvrtc.nvrtcGetErrorString(code));
}

/* The library of the driver's own major version first: what a newer NVRTC
 * makes, an older driver may refuse. */
static pen_status open_file(int driver, void **library)
{
    static const struct {
        int major;
        const char *bare, *full;
    } files[] = {
        { 13, "libnvrtc.so.13", "/usr/local/cuda/lib64/libnvrtc.so.13" },
        { 12, "libnvrtc.so.12", "/usr/local/cuda/lib64/libnvrtc.so.12" },
        { 11, "libnvrtc.so.11.2", "/usr/local/cuda/lib64/libnvrtc.so.11.2" },
    };
    const char *names[2 * PEN_COUNT(files) + 3];
    size_t n = 0;
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < PEN_COUNT(files); i++)
            if ((files[i].major == driver / 1000) == (turn == 0)) {
                names[n++] = files[i].bare;
                names[n++] = files[i].full;
            }
    names[n++] = "libnvrtc.so";
    names[n++] = "/usr/local/cuda/lib64/libnvrtc.so";
    names[n] = NULL;
    return pen_library_open("PENSTOCK_LIBNVRTC", names, library);
}

static pen_status open_library(int driver)
{
    static const char *const names[] = { NVRTC_LIST(PEN_LIBRARY_NAME) };
    void *library;
    int major = 0, minor = 0;
    PEN_TRY(open_file(driver, &library));
    pen_status s = pen_library_resolve(library, "NVRTC", names, PEN_COUNT(names), &nvrtc);
    if (s == PEN_OK)
        s = RTC(nvrtcVersion, &major, &minor);
    if (s != PEN_OK) {
        pen_library_close(library);
        return s;
    }
    snprintf(version, sizeof version, "%d.%d", major, minor);
    is_open = true;
    return PEN_OK;
}

pen_status pen_nvrtc_open(int driver)
{
    pthread_mutex_lock(&open_lock);
    pen_status s = is_open ? PEN_OK : open_library(driver);
    pthread_mutex_unlock(&open_lock);
    return s == PEN_OK ? s : pen_fail_context(s, "NVRTC, which compiles kernels");
}

const char *pen_nvrtc_version(void)
{
    return version;
}

pen_status pen_nvrtc_target_of(int capability, pen_nvrtc_target *out)
{
    int archs[MAX_ARCHS], n = 0, best = 0, least = 0;
    *out = (pen_nvrtc_target){ .is_ptx = false };
    PEN_TRY(RTC(nvrtcGetNumSupportedArchs, &n));
    if (n > MAX_ARCHS)
        return pen_fail(PEN_E_SIZE, "NVRTC %s knows %d architectures, at most %d expected", version,
                        n, MAX_ARCHS);
    PEN_TRY(RTC(nvrtcGetSupportedArchs, archs));
    for (int i = 0; i < n; i++) {
        if (archs[i] <= capability && archs[i] > best)
            best = archs[i];
        if (least == 0 || archs[i] < least)
            least = archs[i];
    }
    if (best == 0)
        return pen_fail(PEN_E_UNSUPPORTED,
                        "NVRTC %s has no compute capability %d.%d, only %d.%d on", version,
                        capability / 10, capability % 10, least / 10, least % 10);
    out->is_ptx = best != capability;
    snprintf(out->arch, sizeof out->arch, "--gpu-architecture=%s_%d",
             out->is_ptx ? "compute" : "sm", best);
    return PEN_OK;
}

static pen_status fail_compile(nvrtc_program program, const char *file, pen_status status)
{
    char line[200] = "no log", *log;
    size_t bytes = 0;
    if (nvrtc.nvrtcGetProgramLogSize(program, &bytes) == 0 && bytes > 1 &&
        pen_alloc(bytes + 1, 1, (void **)&log) == PEN_OK) {
        if (nvrtc.nvrtcGetProgramLog(program, log) == 0)
            pen_source_first_error(log, line, sizeof line);
        pen_free(log);
    }
    return pen_fail(status, "NVRTC %s: building %s failed: %s", version, file, line);
}

static pen_status get_image(nvrtc_program program, bool is_ptx, void **image, size_t *bytes)
{
    PEN_TRY(is_ptx ? RTC(nvrtcGetPTXSize, program, bytes) : RTC(nvrtcGetCUBINSize, program, bytes));
    PEN_TRY(pen_alloc(*bytes + 1, 1, image));
    pen_status s = is_ptx ? RTC(nvrtcGetPTX, program, *image) : RTC(nvrtcGetCUBIN, program, *image);
    if (s != PEN_OK) {
        pen_free(*image);
        *image = NULL;
    }
    return s;
}

pen_status pen_nvrtc_compile(const char *source, const char *file, const pen_nvrtc_target *target,
                             void **image, size_t *bytes)
{
    const char *const options[] = { target->arch,       "--fmad=false", "--prec-div=true",
                                    "--prec-sqrt=true", "--ftz=false",  "--std=c++17" };
    nvrtc_program program;
    *image = NULL;
    *bytes = 0;
    PEN_TRY(RTC(nvrtcCreateProgram, &program, source, file, 0, NULL, NULL));
    pen_status s = RTC(nvrtcCompileProgram, program, (int)PEN_COUNT(options), options);
    if (s != PEN_OK)
        s = fail_compile(program, file, s);
    else
        s = get_image(program, target->is_ptx, image, bytes);
    nvrtc.nvrtcDestroyProgram(&program);
    return s;
}
