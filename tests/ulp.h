/* Functions of one number against references in extended precision: their errors in units of
 * the last place.  With PENSTOCK_VERBOSE set the largest error of each is printed. */
#ifndef ULP_H
#define ULP_H

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "machine/base/rng.h"
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

typedef struct function_case {
    const char *name;
    long double (*reference)(long double);
    double low, high; /* linear range */
    double low_f32, high_f32;
    bool is_log_range; /* points spread over exponents too */
    double max_ulp;
} function_case;

enum { N_POINTS = 100003 };

/* Points of the case's range that the type can hold. */
static inline void fill_points(const function_case *f, pen_dtype dtype, double *x)
{
    double low = dtype == PEN_F32 ? f->low_f32 : f->low;
    double high = dtype == PEN_F32 ? f->high_f32 : f->high;
    double tiny = dtype == PEN_F32 ? -149 : -1074;
    pen_rng rng;
    pen_rng_init(&rng, 1, 0, 0, 0);
    for (size_t i = 0; i < N_POINTS; i++) {
        double u = pen_rng_uniform(&rng), v = pen_rng_uniform(&rng);
        x[i] = low + u * (high - low);
        if (f->is_log_range && i % 2 == 0) /* from the smallest subnormal to an end */
            x[i] = (low < 0 && i % 4 == 0 ? low : high) * exp2(v * (tiny - log2(high)));
        if (dtype == PEN_F32)
            x[i] = (float)x[i];
    }
}

/* Puts the function's values at x into out, as doubles that the type can hold. */
typedef void function_values(const function_case *f, pen_dtype dtype, const double *x, double *out);

static inline void check_function(const function_case *f, pen_dtype dtype, function_values *compute)
{
    static double x[N_POINTS], out[N_POINTS];
    fill_points(f, dtype, x);
    compute(f, dtype, x, out);
    double worst = 0, worst_x = 0;
    for (size_t i = 0; i < N_POINTS; i++) {
        double e = ulps(dtype, out[i], f->reference((long double)x[i]));
        if (e > worst) {
            worst = e;
            worst_x = x[i];
        }
    }
    if (getenv("PENSTOCK_VERBOSE") != NULL || worst > f->max_ulp)
        printf("    %s %s on [%g, %g]: %.2f ulp at %a\n", f->name, pen_dtype_name(dtype), f->low,
               f->high, worst, worst_x);
    CHECK(worst <= f->max_ulp);
}

static inline void check_functions(const function_case *cases, size_t n, function_values *compute)
{
    if (!IS_REFERENCE_WIDER)
        SKIP("long double is no wider than double here");
    for (size_t i = 0; i < n; i++) {
        check_function(&cases[i], PEN_F32, compute);
        check_function(&cases[i], PEN_F64, compute);
    }
}

#endif
