/* The cuda backend against a driver that runs on host memory (tests/mock):
 * discovery, building, launching, the cache of modules, and, for each call that
 * can fail, a clear error and nothing left behind. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine/base/alloc.h"
#include "machine/kernels/catalog.h"
#include "mock/mock_cuda.h"
#include "use_device.h"

static mock_state *mock;
static char cache[PATH_MAX];

/* As the launcher of cpu:0 would: a flat kernel's n is all its items, a group
 * kernel's is the number of groups. */
static void launch_on_cpu(const char *name, int is_f64, int module, unsigned groups, unsigned items,
                          void **args)
{
    (void)module;
    const pen_kernel *kernel = pen_kernel_find(name);
    const pen_kernel_form *form = &kernel->form[is_f64];
    size_t n_args = 0;
    while (form->args[n_args].name != NULL)
        n_args++;
    int n = *(int *)args[n_args];
    CHECK(items == 256);
    CHECK((unsigned)n == groups || groups == ((unsigned)n + 255) / 256);
    if ((unsigned)n == groups)
        for (int group = 0; group < n; group++)
            form->cpu[pen_isa_current()](&(pen_span){ group, group + 1 }, args);
    else
        form->cpu[pen_isa_current()](&(pen_span){ 0, n }, args);
}

/* Points the library at the mock that lies beside this program. */
static void use_mock(void)
{
    char path[PATH_MAX] = "";
    if (readlink("/proc/self/exe", path, sizeof path - 32) <= 0)
        exit(3);
    strcat(dirname(path), "/mock_cuda.so");
    setenv("PENSTOCK_LIBCUDA", path, 1);
    setenv("PENSTOCK_LIBNVRTC", path, 1);
    setenv("PENSTOCK_LIBNVML", path, 1);
    setenv("PENSTOCK_LIBOPENCL", "/nonexistent/libOpenCL.so", 1);
    void *library = dlopen(path, RTLD_NOW);
    void *address = library != NULL ? dlsym(library, "mock_cuda_state") : NULL;
    mock_state_fn *get_state;
    if (address == NULL) {
        printf("%s\n", dlerror());
        exit(3);
    }
    memcpy(&get_state, &address, sizeof get_state);
    mock = get_state();
    mock->launch = launch_on_cpu;
    snprintf(cache, sizeof cache, "/tmp/penstock-test-XXXXXX");
    if (mkdtemp(cache) == NULL)
        exit(3);
    setenv("PENSTOCK_CACHE", cache, 1);
}

static void clear_cache(void)
{
    char command[PATH_MAX + 16];
    snprintf(command, sizeof command, "rm -rf '%s'", cache);
    CHECK(system(command) == 0);
}

/* In a process of its own, because discovery happens once in each: the call
 * numbered fail_at fails.  0 = there were fewer calls, 1 = all as it should be. */
static int run_with_failure(long fail_at)
{
    bool is_right;
    long live = pen_alloc_live();
    mock->calls = 0;
    mock->fail_at = fail_at;
    mock->fail_code = 719;
    pen_status s = use_device("cuda:0", &is_right);
    const char *text = s == PEN_OK ? "" : pen_last_error();
    bool is_clean = mock->live == 0 && pen_alloc_live() == live;
    bool is_reached = mock->calls > fail_at;
    bool is_told = s == PEN_OK ? is_right : text[0] != '\0';
    if (!is_clean || !is_told)
        printf("    call %ld, %s: %s \"%s\", %ld objects, %ld allocations left\n", fail_at,
               mock->failed, pen_status_name(s), text, mock->live, pen_alloc_live() - live);
    fflush(stdout);
    return !is_clean || !is_told ? 2 : is_reached ? 1 : 0;
}

static int in_child(int (*run)(long), long argument)
{
    int code = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(run(argument));
    return child > 0 && waitpid(child, &code, 0) == child && WIFEXITED(code) ? WEXITSTATUS(code)
                                                                             : 3;
}

/* First, while no discovery has happened in this process. */
static void every_failing_call_is_reported_and_leaves_nothing(void)
{
    int code = 1;
    for (long n = 0; code == 1 && n < 1000; n++) {
        clear_cache();
        code = in_child(run_with_failure, n);
        CHECK(code == 0 || code == 1);
    }
    CHECK(code == 0);
}

static int note_without_devices(long unused)
{
    (void)unused;
    pen_device *dev;
    mock->n_devices = 0;
    pen_status s = pen_device_open("cuda:0", &dev);
    return s == PEN_E_NOTFOUND && strstr(pen_last_error(), "the driver shows no device") != NULL &&
                   strstr(pen_device_backend_note("cuda"), "cuda: ") != NULL
               ? 0
               : 2;
}

static int note_without_library(long unused)
{
    (void)unused;
    pen_device *dev;
    setenv("PENSTOCK_LIBCUDA", "/nonexistent/libcuda.so", 1);
    pen_status s = pen_device_open("cuda:0", &dev);
    return s == PEN_E_NOTFOUND && strstr(pen_last_error(), "libcuda") != NULL ? 0 : 2;
}

static int note_without_compiler(long unused)
{
    (void)unused;
    pen_device *dev;
    setenv("PENSTOCK_LIBNVRTC", "/nonexistent/libnvrtc.so", 1);
    if (pen_device_open("cuda:0", &dev) != PEN_E_UNSUPPORTED ||
        strstr(pen_last_error(), "NVRTC") == NULL)
        return 2;
    pen_status s = pen_device_open(NULL, &dev); /* the next best */
    bool is_cpu = s == PEN_OK && strcmp(pen_device_describe(dev)->backend, "cpu") == 0;
    pen_device_close(dev);
    return is_cpu ? 0 : 2;
}

static void a_missing_part_is_named(void)
{
    CHECK(in_child(note_without_devices, 0) == 0);
    CHECK(in_child(note_without_library, 0) == 0);
    CHECK(in_child(note_without_compiler, 0) == 0);
}

static void devices_are_described(void)
{
    pen_device_info *infos, gpu[MOCK_DEVICES] = { 0 };
    size_t count;
    CHECK_OK(pen_device_list(&infos, &count));
    for (size_t i = 0; i < count; i++)
        if (strcmp(infos[i].backend, "cuda") == 0)
            gpu[infos[i].name[5] - '0'] = infos[i];
    CHECK_TEXT(infos[0].backend, "cuda");
    pen_device_list_free(infos);
    CHECK_TEXT(gpu[0].model, "Mock H100");
    CHECK_TEXT(gpu[0].capability, "9.0");
    CHECK_TEXT(gpu[0].driver, "550.54");
    CHECK_TEXT(gpu[0].runtime, "CUDA 12.4, NVRTC 12.4");
    CHECK_TEXT(gpu[0].uuid, "GPU-10101010-1010-1010-1010-101010101010");
    CHECK(gpu[0].clock_mhz == 1980 && gpu[0].memory_clock_mhz == 2619 && gpu[0].unit_count == 100);
    CHECK(gpu[0].memory_bytes == 1u << 30 && gpu[0].memory_free_bytes == 3u << 28);
    CHECK(gpu[0].is_usable && !gpu[0].is_mig && !gpu[0].is_integrated);
    CHECK(gpu[1].is_usable && gpu[1].is_mig && gpu[1].clock_mhz == 1500);
    CHECK(strncmp(gpu[1].uuid, "MIG-", 4) == 0);
    CHECK(!gpu[2].is_usable && gpu[2].score == 0);
    CHECK(strstr(gpu[2].note, "no compute capability 5.2, only 7.5 on") != NULL);
    CHECK(gpu[3].is_usable);
    pen_device *dev;
    CHECK_OK(pen_device_open("cuda:0", &dev));
    CHECK(pen_device_describe(dev)->memory_free_bytes == 5u << 27);
    pen_device_close(dev);
    CHECK_STATUS(pen_device_open("cuda:2", &dev), PEN_E_UNSUPPORTED);
    CHECK_ERROR_SAYS("cuda:2: NVRTC 12.4 has no compute capability 5.2");
}

static void a_module_is_compiled_once_and_kept(void)
{
    bool is_right;
    clear_cache();
    mock->compiled = 0;
    CHECK_OK(use_device("cuda:0", &is_right));
    CHECK(is_right && mock->compiled == 2);
    CHECK_TEXT(mock->options, "--gpu-architecture=sm_90 --fmad=false --prec-div=true "
                              "--prec-sqrt=true --ftz=false --std=c++17 ");
    CHECK_OK(use_device("cuda:0", &is_right));
    CHECK(is_right && mock->compiled == 2);
    /* Another architecture is another entry; a GPU too new for NVRTC takes PTX. */
    CHECK_OK(use_device("cuda:3", &is_right));
    CHECK(is_right && mock->compiled == 4);
    CHECK(strstr(mock->options, "--gpu-architecture=compute_90 ") != NULL);
    CHECK(mock->live == 0);
}

static void a_damaged_cache_is_made_again(void)
{
    static const char *const damage[] = {
        "for f in '%s'/*; do : >\"$f\"; done",
        "for f in '%s'/*; do printf x >>\"$f\"; done",
        "for f in '%s'/*; do printf 'not an entry at all, but long enough' >\"$f\"; done",
        ("for f in '%s'/*; do "
         "printf '\\377' | dd of=\"$f\" bs=1 seek=30 conv=notrunc 2>/dev/null; done"),
        "for f in '%s'/*; do rm -f \"$f\"; mkdir \"$f\"; done",
    };
    bool is_right;
    for (size_t i = 0; i < COUNT(damage); i++) {
        char command[PATH_MAX + 200];
        clear_cache();
        CHECK_OK(use_device("cuda:0", &is_right));
        snprintf(command, sizeof command, damage[i], cache);
        CHECK(system(command) == 0);
        mock->compiled = 0;
        CHECK_OK(use_device("cuda:0", &is_right));
        CHECK(is_right && mock->compiled == 2);
    }
    /* An entry that is whole, but that the driver refuses. */
    clear_cache();
    CHECK_OK(use_device("cuda:0", &is_right));
    mock->compiled = 0;
    mock->loads_to_refuse = 1;
    CHECK_OK(use_device("cuda:0", &is_right));
    CHECK(is_right && mock->compiled == 1);
    CHECK(mock->live == 0);
}

static void a_cache_that_cannot_be_written_is_no_failure(void)
{
    bool is_right;
    static const char *const places[] = { "off", "/dev/null/x", "/proc/nowhere" };
    for (size_t i = 0; i < COUNT(places); i++) {
        setenv("PENSTOCK_CACHE", places[i], 1);
        mock->compiled = 0;
        CHECK_OK(use_device("cuda:0", &is_right));
        CHECK_OK(use_device("cuda:0", &is_right));
        CHECK(is_right && mock->compiled == 4);
    }
    setenv("PENSTOCK_CACHE", cache, 1);
}

static void a_build_failure_shows_the_compilers_error(void)
{
    bool is_right;
    clear_cache();
    /* Find the compilation's number, then make it fail. */
    mock->fail_code = 6;
    for (long n = 0; n < 200; n++) {
        mock->calls = 0;
        mock->fail_at = n;
        mock->failed[0] = '\0';
        pen_status s = use_device("cuda:0", &is_right);
        if (strcmp(mock->failed, "nvrtcCompileProgram") == 0) {
            CHECK_STATUS(s, PEN_E_INTERNAL);
            CHECK_ERROR_SAYS("building measure.k failed: measure.k(12): error: mock");
            break;
        }
        clear_cache();
    }
    CHECK_TEXT(mock->failed, "nvrtcCompileProgram");
    mock->fail_at = -1;
    CHECK(mock->live == 0);
}

static void too_much_memory_is_refused_with_the_size(void)
{
    pen_device *dev;
    pen_buffer *buffer;
    CHECK_OK(pen_device_open("cuda:0", &dev));
    CHECK_STATUS(pen_buffer_create(dev, (size_t)1 << 40, &buffer), PEN_E_NOMEM);
    CHECK_ERROR_SAYS("cuda:0: no memory for 1099511627776 bytes");
    CHECK(buffer == NULL);
    pen_device_close(dev);
}

static void every_failed_allocation_is_reported_and_released(void)
{
    bool is_right;
    long live = pen_alloc_live();
    pen_status s = PEN_E_NOMEM;
    for (long n = 0; s != PEN_OK && n < 1000; n++) {
        clear_cache();
        pen_alloc_fail_after(n);
        s = use_device("cuda:0", &is_right);
        pen_alloc_fail_after(-1);
        CHECK(s == PEN_OK || s == PEN_E_NOMEM);
        CHECK(pen_alloc_live() == live && mock->live == 0);
    }
    CHECK(s == PEN_OK && is_right);
}

static void speed_is_measured_and_remembered(void)
{
    pen_device *dev;
    clear_cache();
    CHECK_OK(pen_device_open("cuda:0", &dev));
    CHECK(pen_device_describe(dev)->copy_bytes_per_s == 0);
    CHECK_OK(pen_device_measure(dev));
    double copy = pen_device_describe(dev)->copy_bytes_per_s;
    CHECK(copy > 0 && pen_device_describe(dev)->f32_flops > 0 &&
          pen_device_describe(dev)->f64_flops > 0);
    pen_device_close(dev);
    CHECK_OK(pen_device_open("cuda:0", &dev));
    CHECK_NEAR("remembered", pen_device_describe(dev)->copy_bytes_per_s / copy, 1, 1e-5);
    pen_device_close(dev);
    CHECK(mock->live == 0);
    clear_cache();
}

static const check_test tests[] = {
    TEST(every_failing_call_is_reported_and_leaves_nothing),
    TEST(a_missing_part_is_named),
    TEST(devices_are_described),
    TEST(a_module_is_compiled_once_and_kept),
    TEST(a_damaged_cache_is_made_again),
    TEST(a_cache_that_cannot_be_written_is_no_failure),
    TEST(a_build_failure_shows_the_compilers_error),
    TEST(too_much_memory_is_refused_with_the_size),
    TEST(every_failed_allocation_is_reported_and_released),
    TEST(speed_is_measured_and_remembered),
};

int main(int argc, char **argv)
{
    use_mock();
    int code = check_main_(tests, COUNT(tests), argc, argv);
    clear_cache();
    return code;
}
