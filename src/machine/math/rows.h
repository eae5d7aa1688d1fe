/* What the functions of this folder work on: rows of device memory, row r at
 * element r * stride.  A flat array is one row.
 *
 * All of them queue their work and the results are valid after
 * pen_queue_wait().  Giving back scratch memory waits for a GPU, so a function
 * that needs some does.  PEN_E_NOMEM,
 * PEN_E_SIZE; what they do with shapes of zero is said at each. */
#ifndef PEN_MATH_ROWS_H
#define PEN_MATH_ROWS_H

#include "../device/launch.h"

typedef struct pen_rows {
    pen_dtype dtype;
    void *data; /* not written where a function takes const pen_rows * as input */
    size_t n_rows, n_cols, stride;
} pen_rows;

static inline pen_rows pen_flat(pen_dtype dtype, const void *data, size_t n)
{
    return (pen_rows){ dtype, (void *)data, 1, n, n };
}

/* What a missing value does: NaN in, NaN out; or as if it were not there. */
typedef enum pen_nan_rule { PEN_NAN_SPREADS, PEN_NAN_SKIPPED } pen_nan_rule;

#endif
