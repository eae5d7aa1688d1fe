/* Did-you-mean: the known word that a mistyped one is nearest to. */
#ifndef PEN_BASE_NEAREST_H
#define PEN_BASE_NEAREST_H

#include <stddef.h>

/* The candidate nearest to a mistyped word, or NULL if none is near.  Threads: any. */
const char *pen_nearest(const char *word, const char *const *candidates, size_t count);

#endif
