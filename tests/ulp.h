/* Errors in units of the last place, against references in extended precision. */
#ifndef ULP_H
#define ULP_H

#include <float.h>
#include <math.h>

#include "penstock/device.h"

#if LDBL_MANT_DIG < 64
#define IS_REFERENCE_WIDER 0
#else
#define IS_REFERENCE_WIDER 1
#endif

/* Distance in units of the last place that a correctly rounded result has. */
static inline double ulps(pen_dtype dtype, double got, long double want)
{
    if (isnan(got) || isnan(want))
        return isnan(got) && isnan(want) ? 0 : INFINITY;
    int mantissa = dtype == PEN_F32 ? 24 : 53, lowest = dtype == PEN_F32 ? -125 : -1021, exponent;
    long double limit = dtype == PEN_F32 ? FLT_MAX : DBL_MAX;
    if (isinf(got))
        return fabsl(want) > limit ? 0 : INFINITY;
    frexpl(want, &exponent);
    if (exponent < lowest)
        exponent = lowest;
    return (double)(fabsl(got - want) / ldexpl(1, exponent - mantissa));
}

#endif
