/* Allocation with checked sizes and a countdown that injects failure. */
#define _GNU_SOURCE
#include "alloc.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "size.h"

/* Large arrays are asked to lie in huge pages: streams through many of them at
 * once, as lanes are, would otherwise wait for page tables. */
enum { ALIGN = 64, HUGE_PAGE = 2 << 20, HUGE_BYTES = 2 * HUGE_PAGE };

static atomic_long live;
static atomic_long countdown = -1;

static bool is_injected(void)
{
    if (atomic_load_explicit(&countdown, memory_order_relaxed) < 0)
        return false;
    return atomic_fetch_sub(&countdown, 1) == 0;
}

static pen_status no_memory(size_t total)
{
    return pen_fail(PEN_E_NOMEM, "not enough memory for %zu bytes", total);
}

pen_status pen_alloc(size_t count, size_t bytes, void **out)
{
    *out = NULL;
    size_t total;
    PEN_TRY(pen_size_mul(count, bytes, &total));
    void *block = is_injected() ? NULL : calloc(1, total > 0 ? total : 1);
    if (block == NULL)
        return no_memory(total);
    atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    *out = block;
    return PEN_OK;
}

pen_status pen_alloc_array(size_t count, size_t bytes, void **out)
{
    *out = NULL;
    size_t total;
    PEN_TRY(pen_size_mul(count, bytes, &total));
    void *block = NULL;
    size_t align = total >= HUGE_BYTES ? HUGE_PAGE : ALIGN;
    if (is_injected() || posix_memalign(&block, align, total > 0 ? total : 1) != 0)
        return no_memory(total);
    if (total >= HUGE_BYTES)
        madvise(block, total, MADV_HUGEPAGE); /* a wish */
    atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    *out = block;
    return PEN_OK;
}

pen_status pen_realloc(void **block, size_t count, size_t bytes)
{
    size_t total;
    PEN_TRY(pen_size_mul(count, bytes, &total));
    bool is_new = *block == NULL;
    void *grown = is_injected() ? NULL : realloc(*block, total > 0 ? total : 1);
    if (grown == NULL)
        return no_memory(total);
    if (is_new)
        atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    *block = grown;
    return PEN_OK;
}

pen_status pen_strdup(const char *text, char **out)
{
    size_t bytes = strlen(text) + 1;
    PEN_TRY(pen_alloc(bytes, 1, (void **)out));
    memcpy(*out, text, bytes);
    return PEN_OK;
}

void pen_free(void *block)
{
    if (block == NULL)
        return;
    atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    free(block);
}

void pen_alloc_fail_after(long count)
{
    atomic_store(&countdown, count);
}

long pen_alloc_live(void)
{
    return atomic_load(&live);
}
