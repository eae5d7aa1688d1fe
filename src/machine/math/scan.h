/* Running sums of rows: the same bits on every device.
 *
 * The order of additions depends on a row's length alone (kernels/scan.k). */
#ifndef PEN_MATH_SCAN_H
#define PEN_MATH_SCAN_H

#include "rows.h"

typedef enum pen_scan_kind {
    PEN_SCAN_INCLUSIVE, /* out[i] = x[0] + ... + x[i] */
    PEN_SCAN_EXCLUSIVE, /* out[i] = x[0] + ... + x[i - 1], out[0] = 0 */
} pen_scan_kind;

/* Running sums along each row.  `out` has x's dtype and shape; it may be x
 * itself (same address and stride).  From a NaN or an infinity on, a row's sums are
 * what addition makes of it.  PEN_E_SHAPE if dtypes or shapes differ. */
pen_status pen_scan_rows(pen_queue *queue, pen_scan_kind kind, const pen_rows *x,
                         const pen_rows *out);

#endif
