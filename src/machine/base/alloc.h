/* The library's only door to malloc, so that a test can make the n-th
 * allocation fail (pen_alloc_fail_after) and see that nothing leaks.
 * Cleared memory is the default; memory is released with pen_free(). */
#ifndef PEN_BASE_ALLOC_H
#define PEN_BASE_ALLOC_H

#include <stddef.h>

#include "status.h"

/* count x bytes each, zeroed; PEN_E_SIZE on overflow, PEN_E_NOMEM. */
pen_status pen_alloc(size_t count, size_t bytes, void **out);
/* The same, not cleared and aligned to 64 bytes: for big arrays. */
pen_status pen_alloc_array(size_t count, size_t bytes, void **out);
/* Grows *block (from pen_alloc or NULL) to count x bytes; on failure it is as it was. */
pen_status pen_realloc(void **block, size_t count, size_t bytes);
/* A copy of text. */
pen_status pen_strdup(const char *text, char **out);
void pen_free(void *block);

/* For tests: the allocation after `count` more fails, once; negative = never. */
void pen_alloc_fail_after(long count);
/* Allocations that are still live, for leak checks. */
long pen_alloc_live(void);

#define PEN_NEW(pointer) pen_alloc(1, sizeof **(pointer), (void **)(pointer))

#endif
