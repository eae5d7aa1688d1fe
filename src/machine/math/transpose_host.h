/* Transposition on the CPU. */
#ifndef PEN_MATH_TRANSPOSE_HOST_H
#define PEN_MATH_TRANSPOSE_HOST_H

#include "rows.h"

/* Neither side is empty.  PEN_E_NOMEM. */
pen_status transpose_host(const pen_rows *x, const pen_rows *out);

#endif
