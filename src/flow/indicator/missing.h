/* Plans that skip missing bars: inputs without them, outputs with them again. */
#ifndef PEN_INDICATOR_MISSING_H
#define PEN_INDICATOR_MISSING_H

#include "lanes.h"

/* Inputs (those whose bit is set) without the bars on which one of them is NaN. */
typedef struct ind_compact {
    const pen_panel *const *inputs; /* borrowed: as they were */
    unsigned which;
    pen_panel *panels[IND_MAX_INPUTS]; /* the bars there are, then NaN; NULL where not read */
    int *counts;                       /* host [n_series] */
} ind_compact;

/* On failure clear it as well. */
pen_status ind_compact_init(pen_queue *queue, const pen_panel *const *inputs, size_t n_inputs,
                            unsigned which, ind_compact *out);
void ind_compact_clear(ind_compact *compact);

/* Plane `plane` of `from` goes to where its bars were in `to`, NaN between. */
pen_status ind_expand(pen_queue *queue, const ind_compact *compact, const pen_panel *from,
                      pen_panel *to, size_t plane);

#endif
