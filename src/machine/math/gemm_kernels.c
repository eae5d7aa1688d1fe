/* The inner kernels for each instruction set, from one text.  Compiled with -O3
 * in every build without a sanitizer: nothing else keeps a kernel's sums in registers. */
#include "gemm.h"

enum { GEMM_AHEAD = 8 }; /* rows of B fetched ahead: worth 5 % where the panel is in the L2 cache */

#define UNROLL _Pragma("GCC unroll 8")

#if defined(__x86_64__)
#include <immintrin.h>

#define V4 __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")))
#define V3 __attribute__((target("avx2,fma")))

#define GEMM(name) f32_v4_##name
#define GEMM_T float
#define GEMM_BYTES 64
#define GEMM_ROWS 8
#define GEMM_TARGET V4
#define GEMM_FMA(a, b, c) ((f32_v4_vec)_mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c)))
#include "gemm_kernels.inc"

#define GEMM(name) f64_v4_##name
#define GEMM_T double
#define GEMM_BYTES 64
#define GEMM_ROWS 8
#define GEMM_TARGET V4
#define GEMM_FMA(a, b, c) ((f64_v4_vec)_mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c)))
#include "gemm_kernels.inc"

#define GEMM(name) f32_v3_##name
#define GEMM_T float
#define GEMM_BYTES 32
#define GEMM_ROWS 4
#define GEMM_TARGET V3
#define GEMM_FMA(a, b, c) ((f32_v3_vec)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#include "gemm_kernels.inc"

#define GEMM(name) f64_v3_##name
#define GEMM_T double
#define GEMM_BYTES 32
#define GEMM_ROWS 4
#define GEMM_TARGET V3
#define GEMM_FMA(a, b, c) ((f64_v3_vec)_mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c)))
#include "gemm_kernels.inc"

#define GEMM(name) f32_split_##name
#define GEMM_T float
#define GEMM_BYTES 16
#define GEMM_ROWS 4
#define GEMM_TARGET
#define GEMM_FMA(a, b, c) ((a) * (b) + (c))
#include "gemm_kernels.inc"

#define GEMM(name) f64_split_##name
#define GEMM_T double
#define GEMM_BYTES 16
#define GEMM_ROWS 4
#define GEMM_TARGET
#define GEMM_FMA(a, b, c) ((a) * (b) + (c))
#include "gemm_kernels.inc"
#endif

typedef float vec4 __attribute__((vector_size(16), aligned(4)));
typedef double vec2 __attribute__((vector_size(16), aligned(8)));

static inline vec4 fma4(vec4 a, vec4 b, vec4 c)
{
    return (vec4){ __builtin_fmaf(a[0], b[0], c[0]), __builtin_fmaf(a[1], b[1], c[1]),
                   __builtin_fmaf(a[2], b[2], c[2]), __builtin_fmaf(a[3], b[3], c[3]) };
}

static inline vec2 fma2(vec2 a, vec2 b, vec2 c)
{
    return (vec2){ __builtin_fma(a[0], b[0], c[0]), __builtin_fma(a[1], b[1], c[1]) };
}

#define GEMM(name) f32_base_##name
#define GEMM_T float
#define GEMM_BYTES 16
#define GEMM_ROWS 4
#define GEMM_TARGET
#define GEMM_FMA(a, b, c) ((f32_base_vec)fma4((vec4)(a), (vec4)(b), (vec4)(c)))
#include "gemm_kernels.inc"

#define GEMM(name) f64_base_##name
#define GEMM_T double
#define GEMM_BYTES 16
#define GEMM_ROWS 4
#define GEMM_TARGET
#define GEMM_FMA(a, b, c) ((f64_base_vec)fma2((vec2)(a), (vec2)(b), (vec2)(c)))
#include "gemm_kernels.inc"

const gemm_set *gemm_set_of(pen_dtype dtype, pen_isa isa, bool is_exact)
{
#if defined(__x86_64__)
    if (isa == PEN_ISA_V4)
        return dtype == PEN_F32 ? &f32_v4_set : &f64_v4_set;
    if (isa == PEN_ISA_V3)
        return dtype == PEN_F32 ? &f32_v3_set : &f64_v3_set;
    if (!is_exact)
        return dtype == PEN_F32 ? &f32_split_set : &f64_split_set;
#else
    (void)isa;
    (void)is_exact; /* fused multiply-add is in the base instruction set */
#endif
    return dtype == PEN_F32 ? &f32_base_set : &f64_base_set;
}
