/* Every kernel file builds for every backend whose compiler is installed: NVRTC
 * for three generations of GPUs, which needs none of them, and each OpenCL
 * device.  gcc and clang build them for the CPU: make kernels. */
#include "check.h"
#include "machine/base/alloc.h"
#include "machine/device/cuda.h"
#include "machine/device/opencl.h"
#include "machine/device/source.h"
#include "machine/kernels/catalog.h"
#include "penstock/device.h"

/* Calls fn for each .k file and precision; returns how many there were. */
static int each_file(void (*fn)(const char *file, pen_dtype real, void *context), void *context)
{
    int n = 0;
    for (size_t i = 0; i < pen_kernel_text_count; i++) {
        const char *file = pen_kernel_texts[i].file, *dot = strrchr(file, '.');
        if (dot == NULL || strcmp(dot, ".k") != 0)
            continue;
        fn(file, PEN_F32, context);
        fn(file, PEN_F64, context);
        n++;
    }
    return n;
}

static void compile_cuda(const char *file, pen_dtype real, void *context)
{
    const pen_nvrtc_target *target = context;
    char *source;
    void *image;
    size_t bytes;
    CHECK_OK(pen_source_assemble("prelude_cuda.h", file, real, NULL, &source));
    CHECK_OK(pen_nvrtc_compile(source, file, target, &image, &bytes));
    CHECK(bytes > 100);
    pen_free(image);
    pen_free(source);
}

static void compile_for(int capability)
{
    pen_nvrtc_target target;
    const char *build = getenv("BUILD");
    if (build != NULL && strcmp(build, "release") != 0)
        SKIP("the release build's tests compile the same texts");
    if (pen_nvrtc_open(0) != PEN_OK)
        SKIP(pen_last_error());
    if (pen_nvrtc_target_of(capability, &target) != PEN_OK)
        SKIP(pen_last_error());
    CHECK(!target.is_ptx);
    CHECK(each_file(compile_cuda, &target) > 0);
}

static void nvrtc_compiles_every_kernel_for_sm_75(void)
{
    compile_for(75);
}

static void nvrtc_compiles_every_kernel_for_sm_80(void)
{
    compile_for(80);
}

static void nvrtc_compiles_every_kernel_for_sm_90(void)
{
    compile_for(90);
}

/* Nothing that rounds otherwise than IEEE 754, in any kernel. */
static void check_ptx(const char *file, pen_dtype real, void *context)
{
    static const char *const words[] = { ".approx", ".ftz", "fma.rm", "div.full" };
    char *source;
    void *image;
    size_t bytes;
    CHECK_OK(pen_source_assemble("prelude_cuda.h", file, real, NULL, &source));
    CHECK_OK(pen_nvrtc_compile(source, file, context, &image, &bytes));
    for (size_t i = 0; image != NULL && i < COUNT(words); i++)
        if (strstr(image, words[i]) != NULL) {
            printf("    %s %s: its PTX has %s\n", file, pen_dtype_name(real), words[i]);
            check_failed_++;
        }
    pen_free(image);
    pen_free(source);
}

static void ptx_has_no_inexact_instruction(void)
{
    pen_nvrtc_target target = { .arch = "--gpu-architecture=compute_90", .is_ptx = true };
    if (pen_nvrtc_open(0) != PEN_OK)
        SKIP(pen_last_error());
    CHECK(each_file(check_ptx, &target) > 0);
}

static void nvrtc_makes_ptx_for_a_gpu_that_is_newer(void)
{
    pen_nvrtc_target target;
    if (pen_nvrtc_open(0) != PEN_OK)
        SKIP(pen_last_error());
    CHECK_OK(pen_nvrtc_target_of(999, &target));
    CHECK(target.is_ptx);
    compile_cuda("measure.k", PEN_F64, &target);
    CHECK_STATUS(pen_nvrtc_target_of(20, &target), PEN_E_UNSUPPORTED);
    CHECK_ERROR_SAYS("no compute capability 2.0");
}

static void a_compilers_error_is_shown_with_its_line(void)
{
    pen_nvrtc_target target;
    void *image;
    size_t bytes;
    if (pen_nvrtc_open(0) != PEN_OK)
        SKIP(pen_last_error());
    CHECK_OK(pen_nvrtc_target_of(90, &target));
    CHECK_STATUS(
        pen_nvrtc_compile("#line 7 \"bad.k\"\nint x = ;\n", "bad.k", &target, &image, &bytes),
        PEN_E_INTERNAL);
    CHECK_ERROR_SAYS("building bad.k failed: bad.k(7): error");
    CHECK(image == NULL);
}

static void build_opencl(const char *file, pen_dtype real, void *context)
{
    opencl_device *dev = context;
    if (!(real == PEN_F64 ? dev->has_f64 : dev->has_f32))
        return;
    pthread_mutex_lock(&dev->lock);
    for (size_t i = 0; i < pen_kernel_count; i++) {
        cl_kernel kernel;
        if (strcmp(pen_kernels[i].file, file) == 0)
            CHECK_OK(pen_opencl_kernel(dev, &pen_kernels[i], real, NULL, &kernel));
    }
    pthread_mutex_unlock(&dev->lock);
}

static void opencl_builds_every_kernel(void)
{
    pen_device *dev;
    if (pen_device_open("opencl:0", &dev) != PEN_OK)
        SKIP(pen_last_error());
    CHECK(each_file(build_opencl, dev) > 0);
    pen_device_close(dev);
}

static void every_kernel_takes_the_same_arguments_in_both_precisions(void)
{
    for (size_t i = 0; i < pen_kernel_count; i++) {
        const pen_kernel_arg *a = pen_kernels[i].form[0].args, *b = pen_kernels[i].form[1].args;
        for (; a->name != NULL && b->name != NULL; a++, b++) {
            CHECK_TEXT(a->name, b->name);
            CHECK(a->is_pointer == b->is_pointer);
        }
        CHECK(a->name == NULL && b->name == NULL);
    }
}

static void a_source_that_is_not_there_is_named(void)
{
    char *source;
    CHECK_STATUS(pen_source_assemble("prelude_cuda.h", "none.k", PEN_F32, NULL, &source),
                 PEN_E_NOTFOUND);
    CHECK_ERROR_SAYS("'none.k'");
    CHECK(source == NULL);
}

static void a_failed_allocation_while_assembling_is_reported(void)
{
    pen_status s = PEN_E_NOMEM;
    long live = pen_alloc_live();
    for (long n = 0; s != PEN_OK && n < 100; n++) {
        char *source;
        pen_alloc_fail_after(n);
        s = pen_source_assemble("prelude_opencl.h", "measure.k", PEN_F64, NULL, &source);
        pen_alloc_fail_after(-1);
        CHECK(s == PEN_OK || (s == PEN_E_NOMEM && source == NULL));
        pen_free(source);
        CHECK(pen_alloc_live() == live);
    }
    CHECK(s == PEN_OK);
}

static const check_test tests[] = {
    TEST(every_kernel_takes_the_same_arguments_in_both_precisions),
    TEST(a_source_that_is_not_there_is_named),
    TEST(a_failed_allocation_while_assembling_is_reported),
    TEST(opencl_builds_every_kernel),
    TEST(nvrtc_compiles_every_kernel_for_sm_75),
    TEST(nvrtc_compiles_every_kernel_for_sm_80),
    TEST(nvrtc_compiles_every_kernel_for_sm_90),
    TEST(ptx_has_no_inexact_instruction),
    TEST(nvrtc_makes_ptx_for_a_gpu_that_is_newer),
    TEST(a_compilers_error_is_shown_with_its_line),
};
TEST_MAIN(tests)
