/* The opencl backend behind a shim that makes the driver's calls fail, one
 * after the other; and what it does with devices that lack something. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine/base/alloc.h"
#include "mock/shim_opencl.h"
#include "use_device.h"

static shim_state *shim; /* NULL: no OpenCL here */
static char cache[PATH_MAX];

static void use_shim(void)
{
    char path[PATH_MAX] = "";
    if (readlink("/proc/self/exe", path, sizeof path - 32) <= 0)
        exit(3);
    strcat(dirname(path), "/shim_opencl.so");
    setenv("POCL_DEVICES", "pthread", 1);
    snprintf(cache, sizeof cache, "/tmp/penstock-test-XXXXXX");
    if (mkdtemp(cache) == NULL)
        exit(3);
    setenv("PENSTOCK_CACHE", cache, 1);
    void *loader = dlopen("libOpenCL.so.1", RTLD_NOW);
    if (loader == NULL)
        return;
    setenv("PENSTOCK_LIBOPENCL", path, 1);
    void *library = dlopen(path, RTLD_NOW);
    void *address = library != NULL ? dlsym(library, "shim_opencl_state") : NULL;
    shim_state_fn *get_state;
    if (address == NULL) {
        printf("%s\n", dlerror());
        exit(3);
    }
    memcpy(&get_state, &address, sizeof get_state);
    shim = get_state();
}

static void damage_cache(const char *format)
{
    char command[2 * PATH_MAX];
    snprintf(command, sizeof command, format, cache);
    CHECK(system(command) == 0);
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

static int discover_with_failure(long fail_at)
{
    pen_device *dev;
    shim->fail_at = fail_at;
    shim->fail_code = -6;
    pen_status s = pen_device_open("opencl:0", &dev);
    bool is_told = s == PEN_E_NOTFOUND && strstr(pen_last_error(), "opencl: ") != NULL;
    pen_device_close(dev);
    return is_told && shim->live == 0 ? 0 : 2;
}

/* The first two calls are discovery's, which a process does once: this and the
 * next tests leave it to children. */
static void failed_discovery_says_why(void)
{
    if (shim == NULL)
        SKIP("libOpenCL.so.1 is not installed");
    CHECK(in_child(discover_with_failure, 0) == 0);
    CHECK(in_child(discover_with_failure, 1) == 0);
}

static int open_without_svm(long unused)
{
    (void)unused;
    pen_device *dev;
    shim->svm_mask = 0;
    pen_status s = pen_device_open("opencl:0", &dev);
    return s == PEN_E_UNSUPPORTED && strstr(pen_last_error(), "no shared virtual memory") != NULL
               ? 0
               : 2;
}

static int run_f32_without_rounding(long unused)
{
    (void)unused;
    bool is_right;
    shim->f32_mask = 0x3f; /* all but correctly rounded divide and sqrt */
    pen_status s = use_device("opencl:0", &is_right);
    return s == PEN_E_UNSUPPORTED && strstr(pen_last_error(), "no exact f32 arithmetic") != NULL &&
                   shim->live == 0
               ? 0
               : 2;
}

static void a_device_that_lacks_something_says_what(void)
{
    if (shim == NULL)
        SKIP("libOpenCL.so.1 is not installed");
    if (access("/sys/devices/system", F_OK) != 0)
        SKIP("/sys is not mounted: OpenCL is not opened");
    CHECK(in_child(open_without_svm, 0) == 0);
    CHECK(in_child(run_f32_without_rounding, 0) == 0);
}

static void every_failing_call_is_reported_and_leaves_nothing(void)
{
    bool is_right;
    pen_device *dev;
    if (shim == NULL)
        SKIP("libOpenCL.so.1 is not installed");
    if (pen_device_open("opencl:0", &dev) != PEN_OK)
        SKIP(pen_last_error());
    pen_device_close(dev);
    long live = pen_alloc_live(), n = 0;
    shim->fail_code = -5;
    do {
        shim->calls = 0;
        shim->fail_at = n++;
        pen_status s = use_device("opencl:0", &is_right);
        CHECK(s == PEN_OK ? is_right : pen_last_error()[0] != '\0');
        CHECK(s == PEN_OK || s == PEN_E_DEVICE || s == PEN_E_NOMEM);
        if (shim->live != 0 || pen_alloc_live() != live) {
            printf("    %s: %ld objects, %ld allocations left\n", shim->failed, shim->live,
                   pen_alloc_live() - live);
            CHECK(false);
            break;
        }
    } while (shim->calls > shim->fail_at && n < 1000);
    CHECK(n > 20 && n < 1000);
    shim->fail_at = -1;
}

/* In a process of its own: where PoCL has its own cache, ours is not used. */
static int keep_programs(long unused)
{
    (void)unused;
    static const char *const damage[] = {
        "for f in '%s'/*; do printf x >>\"$f\"; done",
        "for f in '%s'/*; do printf garbage >\"$f\"; done",
    };
    bool is_right;
    pen_device *dev;
    setenv("POCL_KERNEL_CACHE", "0", 1);
    if (pen_device_open("opencl:0", &dev) != PEN_OK)
        return 0;
    pen_device_close(dev);
    damage_cache("rm -rf '%s'");
    shim->from_source = shim->from_binary = 0;
    CHECK_OK(use_device("opencl:0", &is_right));
    CHECK(is_right && shim->from_source == 2 && shim->from_binary == 0);
    CHECK_OK(use_device("opencl:0", &is_right));
    CHECK(is_right && shim->from_source == 2 && shim->from_binary == 2);
    for (size_t i = 0; i < COUNT(damage); i++) {
        damage_cache(damage[i]);
        shim->from_source = 0;
        CHECK_OK(use_device("opencl:0", &is_right));
        CHECK(is_right && shim->from_source == 2);
    }
    /* A binary that the driver refuses. */
    CHECK_OK(use_device("opencl:0", &is_right));
    shim->fail_code = -42;
    for (long n = 0; n < 100 && strcmp(shim->failed, "clCreateProgramWithBinary") != 0; n++) {
        shim->calls = 0;
        shim->fail_at = n;
        shim->from_source = 0;
        pen_status s = use_device("opencl:0", &is_right);
        CHECK(shim->live == 0);
        CHECK((s == PEN_OK) == (shim->from_source > 0));
    }
    CHECK_TEXT(shim->failed, "clCreateProgramWithBinary");
    CHECK(shim->from_source == 1 && is_right);
    return check_failed_ != 0;
}

static void a_program_is_built_once_and_kept(void)
{
    if (shim == NULL)
        SKIP("libOpenCL.so.1 is not installed");
    CHECK(in_child(keep_programs, 0) == 0);
}

static const check_test tests[] = {
    TEST(failed_discovery_says_why),
    TEST(a_device_that_lacks_something_says_what),
    TEST(a_program_is_built_once_and_kept),
    TEST(every_failing_call_is_reported_and_leaves_nothing),
};

int main(int argc, char **argv)
{
    use_shim();
    int code = check_main_(tests, COUNT(tests), argc, argv);
    damage_cache("rm -rf '%s'");
    return code;
}
