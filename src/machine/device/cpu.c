/* The cpu backend: kernels compiled at build time, run by the thread pool.
 * Its queues are synchronous: a call has finished its work when it returns. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>

#include "../base/alloc.h"
#include "../base/clock.h"
#include "../base/status.h"
#include "../base/thread.h"
#include "backend.h"
#include "measure.h"

/* A piece of work should last long enough to be worth waking a thread for. */
enum { PIECE_NS = 20000 };

typedef struct cpu_event {
    pen_event base;
    int64_t at_ns;
} cpu_event;

static pen_status cpu_count(size_t *n_devices)
{
    *n_devices = 1;
    return PEN_OK;
}

static const char *cpu_note(void)
{
    return "";
}

static bool cpu_may_lead(void)
{
    return true;
}

/* Value of the first "key : value" line of /proc/cpuinfo, without its newline. */
static void read_cpuinfo(const char *key, char *value, size_t bytes)
{
    FILE *in = fopen("/proc/cpuinfo", "r");
    char line[256];
    while (in != NULL && fgets(line, sizeof line, in) != NULL) {
        char *colon = strchr(line, ':');
        if (strncmp(line, key, strlen(key)) != 0 || colon == NULL)
            continue;
        colon += 1 + (colon[1] == ' ');
        colon[strcspn(colon, "\n")] = '\0';
        snprintf(value, bytes, "%s", colon);
        break;
    }
    if (in != NULL)
        fclose(in);
}

static unsigned read_max_clock_mhz(void)
{
    unsigned long khz = 0;
    FILE *in = fopen("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "r");
    if (in != NULL) {
        if (fscanf(in, "%lu", &khz) != 1)
            khz = 0;
        fclose(in);
    }
    char text[64] = "";
    if (khz == 0)
        read_cpuinfo("cpu MHz", text, sizeof text);
    return khz > 0 ? (unsigned)(khz / 1000) : (unsigned)strtod(text, NULL);
}

static pen_status cpu_describe(size_t ordinal, pen_device_info *info)
{
    (void)ordinal;
    *info = (pen_device_info){ .is_integrated = true };
    snprintf(info->name, sizeof info->name, "cpu:0");
    snprintf(info->backend, sizeof info->backend, "cpu");
    snprintf(info->model, sizeof info->model, "CPU");
    read_cpuinfo("model name", info->model, sizeof info->model);
    snprintf(info->capability, sizeof info->capability, "%s", pen_isa_name(pen_isa_current()));
    snprintf(info->runtime, sizeof info->runtime, "compiled with %.50s", __VERSION__);
    info->unit_count = pen_thread_count();
    info->clock_mhz = read_max_clock_mhz();
    struct sysinfo memory;
    if (sysinfo(&memory) == 0) {
        info->memory_bytes = (uint64_t)memory.totalram * memory.mem_unit;
        info->memory_free_bytes = (uint64_t)(memory.freeram + memory.bufferram) * memory.mem_unit;
    }
    info->is_usable = pen_kernel_count > 0 && pen_kernels[0].form[0].cpu[pen_isa_current()] != NULL;
    if (!info->is_usable)
        snprintf(info->note, sizeof info->note, "needs at least an x86-64-v2 processor");
    else
        snprintf(info->note, sizeof info->note, "%s", pen_host_hint());
    static const double unit_flops[PEN_ISA_COUNT] = { 8, 8, 32, 64 };
    pen_measure_recall(info);
    info->score = pen_measure_score(info, unit_flops[pen_isa_current()], 20e9);
    return PEN_OK;
}

static void cpu_close(pen_device *dev)
{
    pen_free(dev);
}

static pen_status cpu_open(size_t ordinal, pen_device **out)
{
    PEN_TRY(PEN_NEW(out));
    (*out)->backend = &pen_cpu_backend;
    (*out)->lane_count = 16;
    return cpu_describe(ordinal, &(*out)->info);
}

static pen_status cpu_alloc(pen_device *dev, size_t bytes, void **addr)
{
    (void)dev;
    return pen_alloc_array(bytes, 1, addr);
}

static void cpu_free(pen_device *dev, void *addr)
{
    (void)dev;
    pen_free(addr);
}

static pen_status cpu_queue_create(pen_device *dev, pen_queue **out)
{
    PEN_TRY(PEN_NEW(out));
    (*out)->device = dev;
    return PEN_OK;
}

static void cpu_queue_destroy(pen_queue *q)
{
    pen_free(q);
}

static pen_status cpu_move(pen_queue *q, void *dst, const void *src, size_t bytes)
{
    (void)q;
    memmove(dst, src, bytes);
    return PEN_OK;
}

static pen_status cpu_fill(pen_queue *q, void *dst, unsigned char value, size_t bytes)
{
    (void)q;
    memset(dst, value, bytes);
    return PEN_OK;
}

typedef struct cpu_work {
    pen_cpu_kernel *fn;
    void *const *args;
    bool is_items;
} cpu_work;

static void run_range(void *context, size_t begin, size_t end)
{
    const cpu_work *work = context;
    if (work->is_items) {
        work->fn(&(pen_span){ (int)begin, (int)end }, work->args);
        return;
    }
    for (size_t group = begin; group < end; group++)
        work->fn(&(pen_span){ (int)group, (int)group + 1 }, work->args);
#if defined(__x86_64__)
    __builtin_ia32_sfence(); /* stores past the caches (COLUMN_OUT) before the news that we are done
                              */
#endif
}

/* Items per piece: enough for PIECE_NS, and a few pieces a thread so that a
 * slow core does not hold up the rest.  Items come in 1024s, so that only the
 * last piece has a ragged end. */
static size_t grain_of(size_t n, size_t weight, size_t unit)
{
    size_t least = PIECE_NS / (weight > 0 ? weight : 1);
    size_t share = n / ((size_t)pen_thread_count() * 8);
    size_t grain = share > least ? share : least;
    return (grain + unit) / unit * unit;
}

static pen_status cpu_launch(pen_queue *q, const pen_kernel *kernel, pen_dtype real, pen_grid grid,
                             void *const *args)
{
    (void)q;
    cpu_work work = { .fn = kernel->form[real].cpu[pen_isa_current()],
                      .args = args,
                      .is_items = grid.kind == PEN_GRID_ITEMS };
    size_t n = grid.n, unit = work.is_items ? 1024 : 1, weight = grid.weight;
    if (grid.kind == PEN_GRID_LANES) {
        n = (n + 15) / 16;
        weight *= 16;
    }
    pen_parallel_for(n, grain_of(n, weight, unit), run_range, &work);
    return PEN_OK;
}

static pen_status cpu_wait(pen_queue *q)
{
    (void)q;
    return PEN_OK;
}

static pen_status cpu_event_create(pen_device *dev, pen_event **out)
{
    cpu_event *event;
    *out = NULL;
    PEN_TRY(PEN_NEW(&event));
    event->base.device = dev;
    *out = &event->base;
    return PEN_OK;
}

static void cpu_event_destroy(pen_event *event)
{
    pen_free(event);
}

static pen_status cpu_event_record(pen_event *event, pen_queue *q)
{
    (void)q;
    ((cpu_event *)event)->at_ns = pen_clock_ns();
    return PEN_OK;
}

static pen_status cpu_event_elapsed(pen_event *start, pen_event *end, double *elapsed_s)
{
    *elapsed_s = (double)(((cpu_event *)end)->at_ns - ((cpu_event *)start)->at_ns) * 1e-9;
    return PEN_OK;
}

const pen_backend pen_cpu_backend = {
    .name = "cpu",
    .count = cpu_count,
    .note = cpu_note,
    .may_lead = cpu_may_lead,
    .describe = cpu_describe,
    .open = cpu_open,
    .close = cpu_close,
    .alloc = cpu_alloc,
    .free = cpu_free,
    .host_alloc = cpu_alloc,
    .host_free = cpu_free,
    .queue_create = cpu_queue_create,
    .queue_destroy = cpu_queue_destroy,
    .write = cpu_move,
    .read = cpu_move,
    .copy = cpu_move,
    .fill = cpu_fill,
    .launch = cpu_launch,
    .wait = cpu_wait,
    .event_create = cpu_event_create,
    .event_destroy = cpu_event_destroy,
    .event_record = cpu_event_record,
    .event_elapsed = cpu_event_elapsed,
};
