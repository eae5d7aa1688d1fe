/* A queue of items of one size that grows: what waits for its time. */
#ifndef PEN_FLOW_TICK_RING_H
#define PEN_FLOW_TICK_RING_H

#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"

typedef struct tick_ring {
    char *items; /* [capacity], a power of two */
    size_t bytes, first, count, capacity;
} tick_ring;

static inline void *tick_ring_at(const tick_ring *r, size_t i)
{
    return r->items + ((r->first + i) & (r->capacity - 1)) * r->bytes;
}

/* Room for another item; on failure nothing has changed. */
static inline pen_status tick_ring_reserve(tick_ring *r)
{
    char *items;
    size_t capacity;
    if (r->count < r->capacity)
        return PEN_OK;
    PEN_TRY(pen_size_mul(r->capacity > 0 ? r->capacity : 8, 2, &capacity));
    PEN_TRY(pen_alloc(capacity, r->bytes, (void **)&items));
    for (size_t i = 0; i < r->count; i++)
        memcpy(items + i * r->bytes, tick_ring_at(r, i), r->bytes);
    pen_free(r->items);
    r->items = items;
    r->first = 0;
    r->capacity = capacity;
    return PEN_OK;
}

/* A new last item, after tick_ring_reserve(). */
static inline void *tick_ring_push(tick_ring *r)
{
    return tick_ring_at(r, r->count++);
}

static inline void tick_ring_pop(tick_ring *r)
{
    r->first = (r->first + 1) & (r->capacity - 1);
    r->count--;
}

/* Gives *r, which holds another's pointers, items of its own. */
static inline pen_status tick_ring_copy(tick_ring *r)
{
    const tick_ring from = *r;
    r->items = NULL;
    if (from.capacity == 0)
        return PEN_OK;
    PEN_TRY(pen_alloc(from.capacity, from.bytes, (void **)&r->items));
    memcpy(r->items, from.items, from.capacity * from.bytes);
    return PEN_OK;
}

#endif
