/* Every way this machine can run a kernel: cpu:0 with each instruction set and
 * 1, 2 and 3 threads, each OpenCL device (PoCL offers two), each CUDA device.
 *
 *   for (size_t i = 0; i < matrix_size(); i++) {
 *       pen_queue *queue = matrix_select(i);  // matrix_label(i) says which
 *       ...
 *   }
 *   matrix_restore();
 *
 * or, to compare the bytes that a function makes with those of the first:
 *
 *   static pen_status make(pen_queue *queue, void *context, void *out) { ... }
 *   matrix_check_same_reals("black_scholes", make, &input, PEN_F64, n);
 */
#ifndef PEN_TESTS_DEVICE_MATRIX_H
#define PEN_TESTS_DEVICE_MATRIX_H

#include <stdint.h>

#include "check.h"
#include "machine/kernels/catalog.h"
#include "penstock/device.h"

enum { MATRIX_MAX = 64, MATRIX_MAX_THREADS = 3 };

typedef struct matrix_entry {
    char label[48];
    pen_queue *queue;
    pen_isa isa;      /* cpu:0 only */
    unsigned threads; /* 0 = not cpu:0 */
} matrix_entry;

static struct {
    matrix_entry entries[MATRIX_MAX];
    size_t n;
    pen_isa isa; /* as it was */
} matrix_;

/* Devices and queues stay open, so that each kernel is built once a device. */
static void matrix_close_(void)
{
    for (size_t i = 0; i < matrix_.n; i++) {
        pen_device *dev = pen_queue_device(matrix_.entries[i].queue);
        bool is_last = i + 1 == matrix_.n || pen_queue_device(matrix_.entries[i + 1].queue) != dev;
        pen_queue_destroy(matrix_.entries[i].queue);
        if (is_last)
            pen_device_close(dev);
    }
    matrix_.n = 0;
}

static void matrix_add_(pen_device *dev, const char *label, pen_isa isa, unsigned threads)
{
    matrix_entry *entry = &matrix_.entries[matrix_.n];
    if (matrix_.n == MATRIX_MAX)
        return;
    snprintf(entry->label, sizeof entry->label, "%s", label);
    entry->isa = isa;
    entry->threads = threads;
    CHECK_OK(pen_queue_create(dev, &entry->queue));
    matrix_.n += entry->queue != NULL;
}

static void matrix_add_cpu_(pen_device *dev)
{
    for (int isa = PEN_ISA_BASE; isa < PEN_ISA_COUNT; isa++) {
        if (!pen_isa_set((pen_isa)isa))
            continue;
        for (unsigned threads = 1; threads <= MATRIX_MAX_THREADS; threads++) {
            char label[48];
            snprintf(label, sizeof label, "cpu:0 %s %u threads", pen_isa_name((pen_isa)isa),
                     threads);
            matrix_add_(dev, label, (pen_isa)isa, threads);
        }
    }
    pen_isa_set(matrix_.isa);
}

/* PENSTOCK_TEST_DEVICES="cpu cuda" leaves other backends out. */
static bool matrix_is_wanted_(const char *backend)
{
    const char *list = getenv("PENSTOCK_TEST_DEVICES");
    return list == NULL || list[0] == '\0' || strstr(list, backend) != NULL;
}

/* PENSTOCK_TEST_NEEDS="cuda:0" fails where that device is not among the rest. */
static void matrix_check_needs_(void)
{
    const char *name = getenv("PENSTOCK_TEST_NEEDS");
    bool is_found = name == NULL;
    for (size_t i = 0; i < matrix_.n; i++)
        is_found = is_found || strcmp(matrix_.entries[i].label, name) == 0;
    CHECK(is_found);
}

static size_t matrix_size(void)
{
    if (matrix_.n > 0)
        return matrix_.n;
    /* Two alike share PoCL's compiled kernels, which are slow to make. */
    setenv("POCL_DEVICES", "pthread pthread", 0);
    matrix_.isa = pen_isa_current();
    pen_device_info *infos;
    size_t count;
    CHECK_OK(pen_device_list(&infos, &count));
    /* cpu:0 first: what the others are compared with. */
    for (int turn = 0; turn < 2; turn++)
        for (size_t i = 0; i < count; i++) {
            bool is_cpu = strcmp(infos[i].backend, "cpu") == 0;
            pen_device *dev = NULL;
            if (is_cpu != (turn == 0) || !infos[i].is_usable ||
                !matrix_is_wanted_(infos[i].backend))
                continue;
            CHECK_OK(pen_device_open(infos[i].name, &dev));
            if (dev != NULL && is_cpu)
                matrix_add_cpu_(dev);
            else if (dev != NULL)
                matrix_add_(dev, infos[i].name, PEN_ISA_BASE, 0);
        }
    pen_device_list_free(infos);
    matrix_check_needs_();
    atexit(matrix_close_);
    return matrix_.n;
}

/* The i-th device's queue; on cpu:0 also sets instruction set and threads. */
static pen_queue *matrix_select(size_t i)
{
    if (matrix_.entries[i].threads > 0) {
        pen_isa_set(matrix_.entries[i].isa);
        pen_cpu_threads_set(matrix_.entries[i].threads);
    }
    return matrix_.entries[i].queue;
}

static const char *matrix_label(size_t i)
{
    return matrix_.entries[i].label;
}

static void matrix_restore(void)
{
    pen_isa_set(matrix_.isa);
    pen_cpu_threads_set(0);
}

/* Leaves the result in host memory when it returns. */
typedef pen_status matrix_fn(pen_queue *queue, void *context, void *out);

static inline void matrix_compare_(const char *name, const char *label, const void *want,
                                   const void *got, size_t bytes)
{
    const unsigned char *w = want, *g = got;
    size_t first = 0, differ = 0;
    for (size_t i = bytes; i-- > 0;)
        if (w[i] != g[i]) {
            first = i;
            differ++;
        }
    if (differ == 0)
        return;
    printf("    %s: %s: %zu of %zu bytes differ from %s, the first at byte %zu\n", name, label,
           differ, bytes, matrix_label(0), first);
    check_failed_++;
}

/* Every NaN is one: the bits of a NaN are the device's own affair. */
static inline void matrix_canonical_(void *reals, size_t count, pen_dtype dtype)
{
    for (size_t i = 0; i < count; i++)
        if (dtype == PEN_F32 && isnan(((float *)reals)[i]))
            ((float *)reals)[i] = NAN;
        else if (dtype == PEN_F64 && isnan(((double *)reals)[i]))
            ((double *)reals)[i] = NAN;
}

static inline void matrix_check_(const char *name, matrix_fn *fn, void *context, size_t bytes,
                                 size_t count, pen_dtype dtype)
{
    size_t n = matrix_size();
    void *want = calloc(1, bytes + 1), *got = malloc(bytes + 1);
    for (size_t i = 0; i < n && want != NULL && got != NULL; i++) {
        void *out = i == 0 ? want : got;
        memset(out, 0xA5, bytes);
        pen_status s = fn(matrix_select(i), context, out);
        matrix_canonical_(out, count, dtype);
        if (s != PEN_OK) {
            printf("    %s: %s: %s (%s)\n", name, matrix_label(i), pen_status_name(s),
                   pen_last_error());
            check_failed_++;
        } else if (i > 0) {
            matrix_compare_(name, matrix_label(i), want, got, bytes);
        }
    }
    matrix_restore();
    free(want);
    free(got);
}

/* Runs fn on every device and compares its bytes with those of the first. */
static inline void matrix_check_same(const char *name, matrix_fn *fn, void *context, size_t bytes)
{
    matrix_check_(name, fn, context, bytes, 0, PEN_F64);
}

/* The same for count numbers that may be NaN: use this where one can be. */
static inline void matrix_check_same_reals(const char *name, matrix_fn *fn, void *context,
                                           pen_dtype dtype, size_t count)
{
    matrix_check_(name, fn, context, count * pen_dtype_bytes(dtype), count, dtype);
}

#endif
