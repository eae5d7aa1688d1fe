/* Look-up of kernels and choice of the CPU's instruction set. */
#include "catalog.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

const pen_kernel *pen_kernel_find(const char *name)
{
    size_t low = 0, high = pen_kernel_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, pen_kernels[middle].name);
        if (order == 0)
            return &pen_kernels[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const pen_kernel_text *pen_kernel_text_find(const char *file)
{
    for (size_t i = 0; i < pen_kernel_text_count; i++)
        if (strcmp(pen_kernel_texts[i].file, file) == 0)
            return &pen_kernel_texts[i];
    return NULL;
}

const pen_kernel *pen_kernel_file_head(const pen_kernel *kernel)
{
    const pen_kernel *head = pen_kernels;
    while (strcmp(head->file, kernel->file) != 0)
        head++;
    return head;
}

size_t pen_kernel_slot(const pen_kernel *kernel, int real)
{
    return (size_t)real * pen_kernel_count + (size_t)(kernel - pen_kernels);
}

static const char *const isa_names[PEN_ISA_COUNT] = { "base", "x86-64-v2", "x86-64-v3",
                                                      "x86-64-v4" };

const char *pen_isa_name(pen_isa isa)
{
    return isa_names[isa];
}

/* Highest level the processor and its operating system support. */
static pen_isa processor_isa(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("sse4.2") || !__builtin_cpu_supports("popcnt"))
        return PEN_ISA_BASE;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2"))
        return PEN_ISA_V2;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512cd") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512vl"))
        return PEN_ISA_V3;
    return PEN_ISA_V4;
#else
    return PEN_ISA_BASE;
#endif
}

static bool is_built(pen_isa isa)
{
    return pen_kernel_count > 0 && pen_kernels[0].form[0].cpu[isa] != NULL;
}

pen_isa pen_isa_best(void)
{
    pen_isa isa = processor_isa();
    const char *wish = getenv("PENSTOCK_CPU");
    static const char *const words[] = { "base", "v2", "v3", "v4" };
    for (int i = 0; wish != NULL && i < PEN_ISA_COUNT; i++)
        if (strcmp(wish, words[i]) == 0 && (pen_isa)i < isa)
            isa = (pen_isa)i;
    while (isa > PEN_ISA_BASE && !is_built(isa))
        isa--;
    return isa;
}

static atomic_int current = -1;

pen_isa pen_isa_current(void)
{
    int isa = atomic_load_explicit(&current, memory_order_relaxed);
    if (isa < 0) {
        isa = (int)pen_isa_best();
        atomic_store(&current, isa);
    }
    return (pen_isa)isa;
}

bool pen_isa_set(pen_isa isa)
{
    if (isa > processor_isa() || !is_built(isa))
        return false;
    atomic_store(&current, (int)isa);
    return true;
}
