/* Measures copy bandwidth and arithmetic through kernels/measure.k, the same on
 * every backend, and remembers the figures on disk. */
#define _POSIX_C_SOURCE 200809L
#include "measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/alloc.h"
#include "backend.h"
#include "cache.h"

/* A run this long is long against a launch and a clock's tick. */
#define LONG_ENOUGH_S 0.01
enum { ROUNDS = 3, FMA_FLOPS_PER_ITEM = 128 * 8 * 2, COPY_BYTES_PER_ITEM = 2 * sizeof(double) };

static pen_cache_key key_of(const pen_device_info *info)
{
    char units[32];
    snprintf(units, sizeof units, "%u", info->unit_count);
    pen_cache_key key = pen_cache_key_of("measured speed 2");
    pen_cache_key_add(&key, info->backend);
    pen_cache_key_add(&key, info->model);
    pen_cache_key_add(&key, info->capability);
    pen_cache_key_add(&key, info->driver);
    pen_cache_key_add(&key, info->runtime);
    pen_cache_key_add(&key, info->uuid);
    pen_cache_key_add(&key, units);
    return key;
}

void pen_measure_recall(pen_device_info *info)
{
    pen_cache_key key = key_of(info);
    void *text;
    size_t bytes;
    double copy, f32, f64;
    if (!pen_cache_load(&key, &text, &bytes))
        return;
    if (sscanf(text, "%lf %lf %lf", &copy, &f32, &f64) == 3 && copy > 0 && f32 >= 0 && f64 >= 0) {
        info->copy_bytes_per_s = copy;
        info->f32_flops = f32;
        info->f64_flops = f64;
    }
    pen_free(text);
}

static void remember(const pen_device_info *info)
{
    char text[128];
    pen_cache_key key = key_of(info);
    int bytes = snprintf(text, sizeof text, "%.6g %.6g %.6g\n", info->copy_bytes_per_s,
                         info->f32_flops, info->f64_flops);
    pen_cache_store(&key, text, (size_t)bytes);
}

double pen_measure_score(const pen_device_info *info, double unit_flops, double copy_bytes_per_s)
{
    double flops = info->f32_flops > 0 ? info->f32_flops
                                       : 1e6 * info->clock_mhz * info->unit_count * unit_flops;
    double copy = info->copy_bytes_per_s > 0 ? info->copy_bytes_per_s : copy_bytes_per_s;
    return sqrt(flops * 1e-9 * copy * 1e-9);
}

typedef struct bed {
    pen_queue *queue;
    pen_event *start, *end;
    void *in, *out;
    size_t room; /* doubles in each */
} bed;

/* Runs a kernel, or the driver's own copy for "", and waits. */
static pen_status run_once(bed *b, const char *kernel, pen_dtype real, size_t n, double *elapsed_s)
{
    float a32 = 0.5f;
    double a64 = 0.5;
    void *copy_args[] = { &b->in, &b->out };
    void *fma_args[] = { real == PEN_F32 ? (void *)&a32 : (void *)&a64, &b->out };
    bool is_copy = strcmp(kernel, "measure_copy") == 0, is_move = strcmp(kernel, "") == 0;
    pen_grid grid = pen_items(n);
    grid.weight = is_copy ? 1 : 50;
    PEN_TRY(pen_event_record(b->start, b->queue));
    if (is_move)
        PEN_TRY(pen_device_copy(b->queue, b->out, b->in, n * sizeof(double)));
    else
        PEN_TRY(pen_launch(b->queue, kernel, real, grid, is_copy ? copy_args : fma_args, 2));
    PEN_TRY(pen_event_record(b->end, b->queue));
    PEN_TRY(pen_queue_wait(b->queue));
    return pen_event_elapsed(b->start, b->end, elapsed_s);
}

/* Items a second: the best of ROUNDS runs that last long enough or use all
 * the room.  The first run builds the kernel and does not count. */
static pen_status rate_of(bed *b, const char *kernel, pen_dtype real, size_t n, double *items_per_s)
{
    double elapsed_s = 0, best_s = 0;
    PEN_TRY(run_once(b, kernel, real, n, &elapsed_s));
    PEN_TRY(run_once(b, kernel, real, n, &elapsed_s));
    while (elapsed_s < LONG_ENOUGH_S && n < b->room) {
        n = n < b->room / 2 ? 2 * n : b->room;
        PEN_TRY(run_once(b, kernel, real, n, &elapsed_s));
    }
    best_s = elapsed_s;
    for (int round = 1; round < ROUNDS; round++) {
        PEN_TRY(run_once(b, kernel, real, n, &elapsed_s));
        best_s = elapsed_s < best_s ? elapsed_s : best_s;
    }
    *items_per_s = best_s > 0 ? (double)n / best_s : 0;
    return PEN_OK;
}

static pen_status measure_all(bed *b, pen_device_info *info)
{
    double copy = 0, move = 0, f32 = 0, f64 = 0;
    /* The better of a kernel and the driver's copy, which may bypass a cache.  More than a cache
     * holds, also the first time. */
    PEN_TRY(rate_of(b, "measure_copy", PEN_F64, b->room / 4, &copy));
    PEN_TRY(rate_of(b, "", PEN_F64, b->room / 4, &move));
    copy = move > copy ? move : copy;
    pen_status s32 = rate_of(b, "measure_fma", PEN_F32, 1 << 16, &f32);
    pen_status s64 = rate_of(b, "measure_fma", PEN_F64, 1 << 16, &f64);
    /* A device may have one precision only. */
    if (s32 != PEN_OK && s32 != PEN_E_UNSUPPORTED)
        return s32;
    if (s64 != PEN_OK && s64 != PEN_E_UNSUPPORTED)
        return s64;
    info->copy_bytes_per_s = copy * COPY_BYTES_PER_ITEM;
    info->f32_flops = f32 * FMA_FLOPS_PER_ITEM;
    info->f64_flops = f64 * FMA_FLOPS_PER_ITEM;
    return PEN_OK;
}

static pen_status make_bed(pen_device *dev, bed *b)
{
    /* Two arrays of 64 MiB, on a GPU with its large caches of 512 MiB. */
    bool is_gpu = !pen_device_is_host(dev) && dev->info.score >= 1;
    size_t bytes = is_gpu ? (size_t)512 << 20 : (size_t)64 << 20;
    while (bytes > (1 << 20) && dev->info.memory_bytes > 0 && bytes > dev->info.memory_bytes / 8)
        bytes /= 2;
    b->room = bytes / sizeof(double);
    PEN_TRY(pen_queue_create(dev, &b->queue));
    PEN_TRY(pen_event_create(dev, &b->start));
    PEN_TRY(pen_event_create(dev, &b->end));
    PEN_TRY(pen_device_alloc(dev, bytes, &b->in));
    PEN_TRY(pen_device_alloc(dev, bytes, &b->out));
    PEN_TRY(pen_device_fill(b->queue, b->in, 0, bytes));
    return pen_device_fill(b->queue, b->out, 0, bytes);
}

pen_status pen_device_measure(pen_device *dev)
{
    bed b = { .room = 0 };
    pen_status s = make_bed(dev, &b);
    if (s == PEN_OK)
        s = measure_all(&b, &dev->info);
    if (s == PEN_OK)
        remember(&dev->info);
    pen_device_free(dev, b.in);
    pen_device_free(dev, b.out);
    pen_event_destroy(b.start);
    pen_event_destroy(b.end);
    pen_queue_destroy(b.queue);
    return s == PEN_OK ? s : pen_fail_context(s, "pen_device_measure");
}

bool pen_host_is_container(void)
{
    return access("/.dockerenv", F_OK) == 0 || access("/run/.containerenv", F_OK) == 0 ||
           access("/run/systemd/container", F_OK) == 0;
}

const char *pen_host_hint(void)
{
    if (access("/dev/dxg", F_OK) == 0)
        return "under WSL";
    return pen_host_is_container() ? "in a container" : "";
}
