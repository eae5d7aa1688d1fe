/* Sizes that fail instead of wrapping. */
#ifndef PEN_BASE_SIZE_H
#define PEN_BASE_SIZE_H

#include <stddef.h>

#include "status.h"

static inline pen_status pen_size_mul(size_t a, size_t b, size_t *out)
{
    if (__builtin_mul_overflow(a, b, out)) {
        *out = 0;
        return pen_fail(PEN_E_SIZE, "%zu x %zu overflows a size", a, b);
    }
    return PEN_OK;
}

static inline pen_status pen_size_add(size_t a, size_t b, size_t *out)
{
    if (__builtin_add_overflow(a, b, out)) {
        *out = 0;
        return pen_fail(PEN_E_SIZE, "%zu + %zu overflows a size", a, b);
    }
    return PEN_OK;
}

#endif
