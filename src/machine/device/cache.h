/* What is expensive to find out and stays true: compiled kernels, measured
 * speeds.  One file an entry below PENSTOCK_CACHE, else XDG_CACHE_HOME/penstock,
 * else ~/.cache/penstock; PENSTOCK_CACHE=off keeps nothing.  A cache is never a
 * reason to fail: an entry that is missing or damaged is made again. */
#ifndef PEN_DEVICE_CACHE_H
#define PEN_DEVICE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../base/status.h"

/* All that an entry depends on, as 128 bits. */
typedef struct pen_cache_key {
    uint64_t word[2];
} pen_cache_key;

pen_cache_key pen_cache_key_of(const char *kind);
void pen_cache_key_add(pen_cache_key *key, const char *text);

/* Loads an entry.
 *   data  creates; release with pen_free()
 * False if there is none that can be used.  Threads: any. */
bool pen_cache_load(const pen_cache_key *key, void **data, size_t *bytes);

/* Stores an entry: whole or not at all, also with several processes at it.
 * Threads: any. */
void pen_cache_store(const pen_cache_key *key, const void *data, size_t bytes);

/* Removes an entry that turned out to be of no use. */
void pen_cache_drop(const pen_cache_key *key);

#endif
