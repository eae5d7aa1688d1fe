/* The few programs built for one use. */
#include "special.h"

#include <string.h>

#include "../base/alloc.h"

pen_special *pen_special_find(pen_specials *all, const pen_kernel *kernel, pen_dtype real,
                              const char *definitions)
{
    for (int k = 0; k < PEN_SPECIALS; k++) {
        pen_special *s = &all->at[k];
        if (s->kernel == kernel && s->real == real && strcmp(s->definitions, definitions) == 0) {
            s->used_at = ++all->clock;
            return s;
        }
    }
    return NULL;
}

pen_special *pen_special_place(pen_specials *all)
{
    pen_special *oldest = &all->at[0];
    for (int k = 0; k < PEN_SPECIALS && oldest->kernel != NULL; k++) {
        pen_special *s = &all->at[k];
        if (s->kernel == NULL || s->used_at < oldest->used_at)
            oldest = s;
    }
    return oldest;
}

pen_status pen_special_fill(pen_specials *all, pen_special *place, const pen_kernel *kernel,
                            pen_dtype real, const char *definitions, void *program, void *entry)
{
    char *copy;
    PEN_TRY(pen_strdup(definitions, &copy));
    *place = (pen_special){ kernel, real, copy, program, entry, ++all->clock };
    return PEN_OK;
}

void pen_special_clear(pen_special *place)
{
    pen_free(place->definitions);
    *place = (pen_special){ 0 };
}
