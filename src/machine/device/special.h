/* Programs that a GPU backend built for one use: a kernel's text with definitions in front of it
 * (pen_grid.definitions).  A few are kept; the one used least recently makes room. */
#ifndef PEN_DEVICE_SPECIAL_H
#define PEN_DEVICE_SPECIAL_H

#include "../kernels/catalog.h"
#include "penstock/device.h"

enum { PEN_SPECIALS = 32 };

typedef struct pen_special {
    const pen_kernel *kernel; /* NULL: the place is free */
    pen_dtype real;
    char *definitions;
    void *program, *entry; /* the backend's */
    unsigned long used_at;
} pen_special;

typedef struct pen_specials {
    pen_special at[PEN_SPECIALS];
    unsigned long clock;
} pen_specials;

/* The one built for this, or NULL.  Threads: one at a time, as for all of these. */
pen_special *pen_special_find(pen_specials *all, const pen_kernel *kernel, pen_dtype real,
                              const char *definitions);
/* A free place, or the one used least recently, whose program the backend releases first. */
pen_special *pen_special_place(pen_specials *all);
/* Fills a place; PEN_E_NOMEM leaves it free. */
pen_status pen_special_fill(pen_specials *all, pen_special *place, const pen_kernel *kernel,
                            pen_dtype real, const char *definitions, void *program, void *entry);
/* Empties a place, whose program is released already. */
void pen_special_clear(pen_special *place);

#endif
