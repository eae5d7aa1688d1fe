/* Lists of short texts: packed, and with each distinct one kept once. */
#ifndef PEN_MARKET_TEXTS_H
#define PEN_MARKET_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "penstock/status.h"

/* Texts one behind the other; zeroed storage is an empty list. */
typedef struct pen_texts {
    char *bytes;
    size_t bytes_used, bytes_capacity;
    size_t *ends; /* [count] */
    size_t count, capacity;
} pen_texts;

pen_status pen_texts_add(pen_texts *texts, const char *text, size_t n);
/* Text i, not ended by a zero byte; valid until the next add. */
const char *pen_texts_get(const pen_texts *texts, size_t i, size_t *n);
void pen_texts_clear(pen_texts *texts);

/* Distinct texts, numbered in order of appearance; zeroed storage is empty. */
typedef struct pen_labels {
    pen_texts texts; /* each with a zero byte */
    uint32_t *slots; /* id + 1; open addressing, a power of two of them */
    size_t n_slots;
    uint32_t last; /* rows often repeat the one before */
} pen_labels;

pen_status pen_labels_add(pen_labels *labels, const char *text, size_t n, uint32_t *id);
const char *pen_labels_get(const pen_labels *labels, uint32_t id);
size_t pen_labels_count(const pen_labels *labels);
void pen_labels_clear(pen_labels *labels);

#endif
