/* The kernel dialect on the CPU.  Each .k file is compiled as C after this
 * header, once per precision (PEN_REAL_F64 = 0 or 1) and instruction set
 * (PEN_VARIANT = base, v2, v3 or v4; PEN_VECTOR_BYTES = 16, 32 or 64).
 * docs/kernels.md explains every word. */
#ifndef PEN_PRELUDE_CPU_H
#define PEN_PRELUDE_CPU_H

#include <stddef.h>
#include <stdint.h>

#include "entry.h"

#if PEN_REAL_F64
typedef double real;
typedef int64_t ireal_;
typedef uint64_t ureal_;
#define PEN_REAL_NAME_ f64
#define REAL(x) x
#else
typedef float real;
typedef int32_t ireal_;
typedef uint32_t ureal_;
#define PEN_REAL_NAME_ f32
#define REAL(x) x##f
#endif
#define REAL_IS_F64 PEN_REAL_F64

typedef int64_t isize;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t i64;

#define JOIN3_(a, b, c) a##_##b##_##c
#define JOIN3(a, b, c) JOIN3_(a, b, c)

/* Memory */
#define GLOBAL
#define SHARED
#define IN(T) const T *restrict
#define OUT(T) T *restrict
#define INOUT(T) T *
#define CONSTANT static const
#define DEVICE static inline __attribute__((always_inline))
#define PART static __attribute__((noinline))
#define APART PART
#define GROUP_MEM(T, name, count) T name[count] __attribute__((aligned(64)))
/* A real that no compiler can see the value of, shared by all files that define it: a
 * minimum with a known constant is folded into what follows it by gcc 12, as
 * comparisons and masks that take the place of multiplications. */
#define LIMIT_NAME_(name) JOIN3(pk_limit, name, PEN_REAL_NAME_)
#define LIMIT(name, value)                                                                         \
    extern real LIMIT_NAME_(name);                                                                 \
    __attribute__((weak, visibility("hidden"))) real LIMIT_NAME_(name) = (value)
#define LIMIT_OF(name) LIMIT_NAME_(name)
#define ITEM_MEM(T, name) T name[GROUP_SIZE] __attribute__((aligned(64)))
#define OWN(name, t) (name)[t]
#define ITEM_ROOM(T, name, rows) T name[(rows)*GROUP_SIZE] __attribute__((aligned(64)))
#define ITEM_ROW(name, row) ((name) + (row)*GROUP_SIZE)
#define OWN_ROW(name, row, t) (name)[(row)*GROUP_SIZE + (t)]

/* Work */
#define GROUP_SIZE 256
#define GROUP_ID (span_->begin)
#define FOR_GRID(i, n) _Pragma("omp simd") for (int i = span_->begin; i < span_->end; i++)
#ifndef PEN_ITEMS_REVERSED
#define FOR_ITEMS(t) for (int t = 0; t < GROUP_SIZE; t++)
#else /* a test build: an order that no correct kernel depends on */
#define FOR_ITEMS(t) for (int t = GROUP_SIZE - 1; t >= 0; t--)
#endif
#define EACH_ITEM(t) _Pragma("omp simd") for (int t = 0; t < GROUP_SIZE; t++)
/* The items below a limit <= GROUP_SIZE. */
#define EACH_ITEM_BELOW(t, limit) _Pragma("omp simd") for (int t = 0; t < (limit); t++)
/* GROUP_SIZE elements of an input from `row` on, read by AT(); where the
 * pointer is NULL, `one` for each of them. */
#define COLUMN(T, name, data, one, row)                                                            \
    T name##_ones_[GROUP_SIZE] __attribute__((aligned(64)));                                       \
    for (int c_ = 0; (data) == 0 && c_ < GROUP_SIZE; c_++)                                         \
        name##_ones_[c_] = (one);                                                                  \
    const T *name = (data) == 0 ? name##_ones_ : (data) + (row)
#define AT(name, t) (name)[t]

/* Lanes: LANE_COUNT series side by side, VREAL_LEN_ of them in a vreal. */
#define LANE_COUNT 16
#define VREAL_LEN_ (PEN_VECTOR_BYTES / (int)sizeof(real))
#define LANE_VECTORS_ (LANE_COUNT / VREAL_LEN_)
typedef real vreal __attribute__((vector_size(PEN_VECTOR_BYTES), may_alias));
typedef ireal_ vmask __attribute__((vector_size(PEN_VECTOR_BYTES), may_alias));
/* Unrolling keeps lanes in registers where there are enough of them; a 16-byte
 * build, whose fused multiply-adds are calls, would only grow. */
#if PEN_VECTOR_BYTES == 16
#define LANES(l) for (int l = 0; l < LANE_VECTORS_; l++)
#define UNROLL4
#elif defined(__clang__)
#define LANES(l) _Pragma("clang loop unroll(full)") for (int l = 0; l < LANE_VECTORS_; l++)
#define UNROLL4 _Pragma("clang loop unroll_count(4)")
#else
#define LANES(l) _Pragma("GCC unroll 16") for (int l = 0; l < LANE_VECTORS_; l++)
#define UNROLL4 _Pragma("GCC unroll 4")
#endif
/* f(..., digit) with the octal digit a constant inside, where that is worth the
 * code: the loops of f are compiled for each. */
#define WITH_DIGIT_(d, f, ...)                                                                     \
    case d:                                                                                        \
        f(__VA_ARGS__, d);                                                                         \
        break;
#define WITH_DIGIT(digit, f, ...)                                                                  \
    switch (digit) {                                                                               \
        WITH_DIGIT_(0, f, __VA_ARGS__)                                                             \
        WITH_DIGIT_(1, f, __VA_ARGS__)                                                             \
        WITH_DIGIT_(2, f, __VA_ARGS__)                                                             \
        WITH_DIGIT_(3, f, __VA_ARGS__)                                                             \
        WITH_DIGIT_(4, f, __VA_ARGS__)                                                             \
        WITH_DIGIT_(5, f, __VA_ARGS__)                                                             \
        WITH_DIGIT_(6, f, __VA_ARGS__)                                                             \
        WITH_DIGIT_(7, f, __VA_ARGS__)                                                             \
    }
/* A value of each lane that is kept across LANES loops. */
#define LANE_VAR(name) vreal name[LANE_VECTORS_]
#define MINE(name, l) (name)[l]
/* Each lane as a scalar item: for offsets and counts. */
#define LANE_ITEMS(l) for (int l = 0; l < LANE_COUNT; l++)
#define LANE_AT(rows, row, l) (((vreal *)(rows))[(isize)(row)*LANE_VECTORS_ + (l)])
#define LANE_CONST_AT(rows, row, l) (((const vreal *)(rows))[(isize)(row)*LANE_VECTORS_ + (l)])
#define v_splat(x) ((real)(x) - (vreal){ 0 })
/* The instruction by its name where there is one: gcc 12 now and then makes
 * scalars of a loop over the elements. */
DEVICE vreal v_fma(vreal a, vreal b, vreal c)
{
#if PEN_VECTOR_BYTES == 64 && PEN_REAL_F64 && defined(__AVX512F__)
    return __builtin_ia32_vfmaddpd512_mask(a, b, c, -1, 4);
#elif PEN_VECTOR_BYTES == 64 && defined(__AVX512F__)
    return __builtin_ia32_vfmaddps512_mask(a, b, c, -1, 4);
#elif PEN_VECTOR_BYTES == 32 && PEN_REAL_F64 && defined(__FMA__)
    return __builtin_ia32_vfmaddpd256(a, b, c);
#elif PEN_VECTOR_BYTES == 32 && defined(__FMA__)
    return __builtin_ia32_vfmaddps256(a, b, c);
#else
    vreal r;
    for (int i = 0; i < VREAL_LEN_; i++)
        r[i] = PEN_REAL_F64 ? (real)__builtin_fma(a[i], b[i], c[i])
                            : (real)__builtin_fmaf((float)a[i], (float)b[i], (float)c[i]);
    return r;
#endif
}
DEVICE vreal v_sqrt(vreal a)
{
    vreal r;
    for (int i = 0; i < VREAL_LEN_; i++)
        r[i] = PEN_REAL_F64 ? (real)__builtin_sqrt(a[i]) : (real)__builtin_sqrtf((float)a[i]);
    return r;
}
DEVICE vreal v_sel(vmask c, vreal a, vreal b)
{
    return (vreal)((c & (vmask)a) | (~c & (vmask)b));
}
/* a > b ? a : b and a < b ? a : b, which is what the instructions do with NaN and zeros too; clang
 * finds them by itself. */
DEVICE vreal v_max(vreal a, vreal b)
{
#if PEN_VECTOR_BYTES == 64 && PEN_REAL_F64 && !defined(__clang__) && defined(__AVX512F__)
    return __builtin_ia32_maxpd512_mask(a, b, b, -1, 4);
#elif PEN_VECTOR_BYTES == 64 && !defined(__clang__) && defined(__AVX512F__)
    return __builtin_ia32_maxps512_mask(a, b, b, -1, 4);
#elif PEN_VECTOR_BYTES == 32 && PEN_REAL_F64 && !defined(__clang__) && defined(__AVX__)
    return __builtin_ia32_maxpd256(a, b);
#elif PEN_VECTOR_BYTES == 32 && !defined(__clang__) && defined(__AVX__)
    return __builtin_ia32_maxps256(a, b);
#else
    return v_sel(a > b, a, b);
#endif
}
DEVICE vreal v_min(vreal a, vreal b)
{
#if PEN_VECTOR_BYTES == 64 && PEN_REAL_F64 && !defined(__clang__) && defined(__AVX512F__)
    return __builtin_ia32_minpd512_mask(a, b, b, -1, 4);
#elif PEN_VECTOR_BYTES == 64 && !defined(__clang__) && defined(__AVX512F__)
    return __builtin_ia32_minps512_mask(a, b, b, -1, 4);
#elif PEN_VECTOR_BYTES == 32 && PEN_REAL_F64 && !defined(__clang__) && defined(__AVX__)
    return __builtin_ia32_minpd256(a, b);
#elif PEN_VECTOR_BYTES == 32 && !defined(__clang__) && defined(__AVX__)
    return __builtin_ia32_minps256(a, b);
#else
    return v_sel(a < b, a, b);
#endif
}

#define v_not(c) (~(c))
DEVICE vreal v_abs(vreal a)
{
    return (vreal)((vmask)a & (((vmask){ 0 } + 1) << (PEN_REAL_F64 ? 63 : 31) ^ -1));
}

/* A row of bits a lane, the newest first, kept in memory as a vreal is. */
#define LANE_BITS (8 * (int)sizeof(real))
typedef ureal_ vbits __attribute__((vector_size(PEN_VECTOR_BYTES), may_alias));
#define v_bits(x) ((vbits)(x))
#define v_unbits(bits) ((vreal)(bits))
#define v_bits_splat(x) ((ureal_)(x) + (vbits){ 0 })
#define v_masked(bits, mask) ((bits) & (vbits)(mask))
#define LANE_BITS_VAR(name) vbits name[LANE_VECTORS_]
#define v_has_bit(bits, k) ((vmask)(((bits)&v_bits_splat((ureal_)1 << (k))) != 0))
#define LANES_HAVE(row, count) lanes_have_(row, count)
DEVICE int lanes_have_(const real *row, int count)
{
    ureal_ any = 0;
    for (int l = 0; l < LANE_COUNT; l++)
        any |= ((const vbits *)row)[l / VREAL_LEN_][l % VREAL_LEN_];
    return count < LANE_BITS ? (any & (((ureal_)1 << count) - 1)) != 0 : any != 0;
}

/* GROUP_SIZE elements of an output from `row` on, written by PUT(); nowhere if the
 * pointer is NULL.  Streamed ones pass the caches by: they are collected here and go out
 * at COLUMN_DONE; the launcher fences them before it says that the work is done. */
#define COLUMN_OUT(T, name, data, row, is_streamed)                                                \
    T name##_held_[GROUP_SIZE] __attribute__((aligned(64)));                                       \
    int name##_is_held_ =                                                                          \
        (data) == 0 || ((is_streamed) && (uintptr_t)((data) + (row)) % PEN_VECTOR_BYTES == 0);     \
    T *name = name##_is_held_ ? name##_held_ : (data) + (row)
#define PUT(name, t, value) (name)[t] = (value)
#define COLUMN_DONE(name, data, row, count)                                                        \
    do                                                                                             \
        if (name##_is_held_ && (data) != 0)                                                        \
            stream_((data) + (row), name##_held_, count);                                          \
    while (0)
#if !defined(__x86_64__)
#define STREAM_VECTOR_(to, from) (*(vreal *)(to) = *(const vreal *)(from))
#elif defined(__clang__)
#define STREAM_VECTOR_(to, from) __builtin_nontemporal_store(*(const vreal *)(from), (vreal *)(to))
#else
#define STREAM_JOIN_(a, b) a##b
#define STREAM_(suffix, to, from)                                                                  \
    STREAM_JOIN_(__builtin_ia32_movntp, suffix)(to, *(const vreal *)(from))
#if PEN_VECTOR_BYTES == 64
#define STREAM_WIDTH_(letter) letter##512
#elif PEN_VECTOR_BYTES == 32
#define STREAM_WIDTH_(letter) letter##256
#else
#define STREAM_WIDTH_(letter) letter
#endif
#if PEN_REAL_F64
#define STREAM_VECTOR_(to, from) STREAM_(STREAM_WIDTH_(d), to, from)
#else
#define STREAM_VECTOR_(to, from) STREAM_(STREAM_WIDTH_(s), to, from)
#endif
#endif
DEVICE void stream_(real *to, const real *from, int count)
{
    int whole = count - count % VREAL_LEN_;
    for (int t = 0; t < whole; t += VREAL_LEN_)
        STREAM_VECTOR_(to + t, from + t);
    for (int t = whole; t < count; t++)
        to[t] = from[t];
}

/* Words: 64-bit integers side by side, for random numbers. */
#define VWORD_LEN_ (PEN_VECTOR_BYTES / 8)
typedef u64 vword __attribute__((vector_size(PEN_VECTOR_BYTES), may_alias));
typedef int vword_pairs_ __attribute__((vector_size(PEN_VECTOR_BYTES), may_alias));
#define EACH_WORD(t) for (int t = 0; t < GROUP_SIZE; t += VWORD_LEN_)
#define WORD_AT(name, t) (*(vword *)&(name)[t])
#define w_splat(x) ((u64)(x) + (vword){ 0 })
DEVICE vword w_count(u64 first)
{
    vword r = { 0 };
    for (int i = 0; i < VWORD_LEN_; i++)
        r[i] = first + (u64)i;
    return r;
}
/* Product of the low halves.  gcc 12 does not find the one instruction for it. */
DEVICE vword w_mul32(vword a, vword b)
{
#if !defined(__x86_64__) || defined(__clang__)
    return (a & 0xffffffffu) * (b & 0xffffffffu);
#elif PEN_VECTOR_BYTES == 64
    typedef long long result __attribute__((vector_size(64)));
    return (vword)__builtin_ia32_pmuludq512_mask((vword_pairs_)a, (vword_pairs_)b, (result){ 0 },
                                                 (unsigned char)-1);
#elif PEN_VECTOR_BYTES == 32
    return (vword)__builtin_ia32_pmuludq256((vword_pairs_)a, (vword_pairs_)b);
#else
    return (vword)__builtin_ia32_pmuludq128((vword_pairs_)a, (vword_pairs_)b);
#endif
}

#include "prelude_cpu_tiles.h"

/* Arithmetic: each correctly rounded, so the same on every device. */
#if PEN_REAL_F64
#define m_fma(a, b, c) __builtin_fma(a, b, c)
#define m_sqrt(x) __builtin_sqrt(x)
#define m_abs(x) __builtin_fabs(x)
#define m_floor(x) __builtin_floor(x)
#define m_trunc(x) __builtin_trunc(x)
#define m_nan() __builtin_nan("")
#define m_inf() __builtin_inf()
#else
#define m_fma(a, b, c) __builtin_fmaf(a, b, c)
#define m_sqrt(x) __builtin_sqrtf(x)
#define m_abs(x) __builtin_fabsf(x)
#define m_floor(x) __builtin_floorf(x)
#define m_trunc(x) __builtin_truncf(x)
#define m_nan() __builtin_nanf("")
#define m_inf() __builtin_inff()
#endif

/* Bits */
DEVICE u32 m_bits32(float x)
{
    union {
        float f;
        u32 u;
    } v = { x };
    return v.u;
}
DEVICE float m_float32(u32 x)
{
    union {
        u32 u;
        float f;
    } v = { x };
    return v.f;
}
DEVICE u64 m_bits64(double x)
{
    union {
        double f;
        u64 u;
    } v = { x };
    return v.u;
}
DEVICE double m_float64(u64 x)
{
    union {
        u64 u;
        double f;
    } v = { x };
    return v.f;
}

/* A kernel: its signature for the launcher, an entry that unpacks arguments,
 * and the body that follows. */
#define PK_(name) JOIN3(pk_##name, PEN_REAL_NAME_, PEN_VARIANT)
#define DECL_(T, x) T x,
#define FETCH_(T, x) T x = *(T *)args_[k_++];
#define PASS_(T, x) x,
#define SIGN_(T, x) { #x, sizeof(T), __builtin_classify_type(*(T *)0) == 5 },
#define KERNEL(name, ARGS)                                                                         \
    static void name##_body(const pen_span *span_, ARGS(DECL_) int n);                             \
    extern const pen_kernel_arg JOIN3(pk_##name##_args, PEN_REAL_NAME_, PEN_VARIANT)[];            \
    const pen_kernel_arg JOIN3(pk_##name##_args, PEN_REAL_NAME_,                                   \
                               PEN_VARIANT)[] = { ARGS(SIGN_){ 0, 0, 0 } };                        \
    void PK_(name)(const pen_span *span_, void *const *args_);                                     \
    void PK_(name)(const pen_span *span_, void *const *args_)                                      \
    {                                                                                              \
        int k_ = 0;                                                                                \
        ARGS(FETCH_)                                                                               \
        name##_body(span_, ARGS(PASS_) * (int *)args_[k_]);                                        \
    }                                                                                              \
    static void name##_body(const pen_span *span_, ARGS(DECL_) int n)

#define PHASES_ARE_CHEAP 1 /* prelude_opencl.h */

#include "prelude_common.kh"
#ifdef PEN_SINGLE_LANE
#include "prelude_cpu_single.h"
#endif
#endif
