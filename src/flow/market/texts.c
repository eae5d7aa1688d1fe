#include "texts.h"

#include <stdbool.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"

static pen_status grow_texts(pen_texts *t, size_t n)
{
    size_t needed;
    PEN_TRY(pen_size_add(t->bytes_used, n, &needed));
    if (needed > t->bytes_capacity) {
        size_t capacity = 2 * t->bytes_capacity > needed ? 2 * t->bytes_capacity : needed + 256;
        PEN_TRY(pen_realloc((void **)&t->bytes, capacity, 1));
        t->bytes_capacity = capacity;
    }
    if (t->count == t->capacity) {
        size_t capacity = t->capacity > 0 ? 2 * t->capacity : 16;
        PEN_TRY(pen_realloc((void **)&t->ends, capacity, sizeof *t->ends));
        t->capacity = capacity;
    }
    return PEN_OK;
}

pen_status pen_texts_add(pen_texts *t, const char *text, size_t n)
{
    if (t->count == t->capacity || n > t->bytes_capacity - t->bytes_used)
        PEN_TRY(grow_texts(t, n));
    if (n > 0)
        memcpy(t->bytes + t->bytes_used, text, n);
    t->bytes_used += n;
    t->ends[t->count++] = t->bytes_used;
    return PEN_OK;
}

const char *pen_texts_get(const pen_texts *t, size_t i, size_t *n)
{
    size_t begin = i > 0 ? t->ends[i - 1] : 0;
    *n = t->ends[i] - begin;
    return t->bytes + begin;
}

void pen_texts_clear(pen_texts *t)
{
    pen_free(t->bytes);
    pen_free(t->ends);
    *t = (pen_texts){ 0 };
}

/* FNV-1a. */
static uint64_t hash(const char *text, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return h ^ h >> 32;
}

static bool is_label(const pen_labels *l, uint32_t id, const char *text, size_t n)
{
    size_t length;
    const char *have = pen_texts_get(&l->texts, id, &length);
    return length == n + 1 && memcmp(have, text, n) == 0;
}

/* The slot that holds the text, or the free one where it belongs. */
static size_t find_slot(const pen_labels *l, const char *text, size_t n)
{
    size_t at = hash(text, n) & (l->n_slots - 1);
    while (l->slots[at] != 0 && !is_label(l, l->slots[at] - 1, text, n))
        at = (at + 1) & (l->n_slots - 1);
    return at;
}

static pen_status grow_slots(pen_labels *l)
{
    pen_labels grown = *l;
    grown.n_slots = l->n_slots > 0 ? 2 * l->n_slots : 64;
    PEN_TRY(pen_alloc(grown.n_slots, sizeof *grown.slots, (void **)&grown.slots));
    for (uint32_t id = 0; id < l->texts.count; id++) {
        size_t n;
        const char *text = pen_texts_get(&l->texts, id, &n);
        grown.slots[find_slot(&grown, text, n - 1)] = id + 1;
    }
    pen_free(l->slots);
    *l = grown;
    return PEN_OK;
}

pen_status pen_labels_add(pen_labels *l, const char *text, size_t n, uint32_t *id)
{
    *id = l->last;
    if (l->last < l->texts.count && is_label(l, l->last, text, n))
        return PEN_OK;
    if (2 * (l->texts.count + 1) > l->n_slots)
        PEN_TRY(grow_slots(l));
    size_t slot = find_slot(l, text, n);
    if (l->slots[slot] == 0) {
        if (l->texts.count >= UINT32_MAX - 1)
            return pen_fail(PEN_E_SIZE, "a text column has more than %zu distinct values",
                            l->texts.count);
        PEN_TRY(grow_texts(&l->texts, n + 1));
        PEN_TRY(pen_texts_add(&l->texts, text, n));
        l->texts.bytes[l->texts.bytes_used++] = 0;
        l->texts.ends[l->texts.count - 1]++;
        l->slots[slot] = (uint32_t)l->texts.count;
    }
    *id = l->last = l->slots[slot] - 1;
    return PEN_OK;
}

const char *pen_labels_get(const pen_labels *l, uint32_t id)
{
    size_t n;
    return pen_texts_get(&l->texts, id, &n);
}

size_t pen_labels_count(const pen_labels *l)
{
    return l->texts.count;
}

void pen_labels_clear(pen_labels *l)
{
    pen_texts_clear(&l->texts);
    pen_free(l->slots);
    *l = (pen_labels){ 0 };
}
