/* The kernel dialect for OpenCL C 1.2 and later.  Built with
 * -cl-fp32-correctly-rounded-divide-sqrt, so that arithmetic rounds as on the CPU. */
#pragma OPENCL FP_CONTRACT OFF
#if PEN_REAL_F64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
typedef double real;
#define REAL(x) x
#else
typedef float real;
#define REAL(x) x##f
#endif
#define REAL_IS_F64 PEN_REAL_F64

typedef long isize;
typedef uint u32;
typedef ulong u64;
typedef long i64;
typedef uchar uint8_t;

#define GLOBAL __global
#define SHARED __local
#define IN(T) __global const T *restrict
#define OUT(T) __global T *restrict
#define INOUT(T) __global T *
#define CONSTANT __constant
#define DEVICE static inline
#define GROUP_MEM(T, name, count) __local T name[count]
#define ITEM_MEM(T, name) T name[1]
#define OWN(name, t) (name)[0]

#define GROUP_SIZE 256
#define GROUP_ID ((int)get_group_id(0))
#define FOR_GRID(i, n) for (int i = (int)get_global_id(0); i < (n); i = (n))
#define FOR_ITEMS(t)                                                                               \
    for (int t = (int)get_local_id(0), t##_once = 1; t##_once;                                     \
         t##_once = 0, barrier(CLK_LOCAL_MEM_FENCE))
#define EACH_ITEM(t) for (int t = (int)get_local_id(0), t##_once = 1; t##_once; t##_once = 0)
#define EACH_ITEM_BELOW(t, limit)                                                                  \
    for (int t = (int)get_local_id(0), t##_once = t < (limit); t##_once; t##_once = 0)
#define COLUMN(T, name, data, one, row)                                                            \
    const T name##_one_ = (one);                                                                   \
    GLOBAL const T *name = (data) == 0 ? (data) : (data) + (row)
#define AT(name, t) ((name) == 0 ? name##_one_ : (name)[t])
#define COLUMN_OUT(T, name, data, row, is_streamed) GLOBAL T *name = (data) + (row)
#define COLUMN_DONE(name, data, row, count)

#define LANE_COUNT 32
#define LANES(l) for (int l = (int)get_local_id(0), l##_once = 1; l##_once; l##_once = 0)
#define LANE_ITEMS(l) LANES(l)
#define UNROLL4
#define WITH_DIGIT(digit, f, ...) f(__VA_ARGS__, digit);
#define LANE_VAR(name) vreal name[1]
#define MINE(name, l) (name)[0]
#define LANE_AT(rows, row, l) ((rows)[(isize)(row)*LANE_COUNT + (l)])
#define LANE_CONST_AT(rows, row, l) ((rows)[(isize)(row)*LANE_COUNT + (l)])
typedef real vreal;
typedef int vmask;
#define v_splat(x) ((real)(x))
#define v_fma(a, b, c) fma(a, b, c)
#define v_sqrt(a) sqrt(a)
#define v_sel(c, a, b) ((c) ? (a) : (b))
#define v_not(c) (!(c))
#define v_abs(a) m_abs(a)

typedef u64 vword;
#define EACH_WORD(t) EACH_ITEM(t)
#define WORD_AT(name, t) OWN(name, t)
#define w_splat(x) ((u64)(x))
#define w_count(first) ((u64)(first))
#define w_mul32(a, b) ((u64)(u32)(a) * (u32)(b))

#define m_fma(a, b, c) fma(a, b, c)
#define m_sqrt(x) sqrt(x)
#define m_abs(x) fabs(x)
#define m_floor(x) floor(x)
#define m_trunc(x) trunc(x)
#if PEN_REAL_F64
#define m_nan() as_double(0x7ff8000000000000L)
#define m_inf() as_double(0x7ff0000000000000L)
#define m_bits64(x) as_ulong(x)
#define m_float64(x) as_double((ulong)(x))
#else
#define m_nan() as_float(0x7fc00000)
#define m_inf() as_float(0x7f800000)
#endif
#define m_bits32(x) as_uint(x)
#define m_float32(x) as_float((uint)(x))

/* Tiles; the group's items together move them, so that neighbours read
 * neighbours.  Loading and storing are phases: they end with a barrier. */
#define TILE_ROWS 8
#define TILE_EACH(i, rows)                                                                         \
    for (int i = (int)get_local_id(0); i < (rows)*LANE_COUNT; i += LANE_COUNT)
DEVICE void tile_load(SHARED real *tile, GLOBAL const real *base, SHARED const isize *offset,
                      SHARED const int *count, int rows)
{
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = (int)get_local_id(0); i < rows * LANE_COUNT; i += LANE_COUNT) {
        int l = i / rows, t = i % rows, at = t < count[l] ? t : count[l] - 1;
        tile[t * LANE_COUNT + l] = at < 0 ? 0 : base[offset[l] + at];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
}
DEVICE void tile_store(GLOBAL real *base, SHARED const real *tile, SHARED const isize *offset,
                       SHARED const int *from, SHARED const int *count, int rows, int is_streamed)
{
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int i = (int)get_local_id(0); i < rows * LANE_COUNT; i += LANE_COUNT) {
        int l = i / rows, t = i % rows;
        if (t >= from[l] && t < count[l])
            base[offset[l] + t] = tile[t * LANE_COUNT + l];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
}
#define tile_flush()

#define DECL_(T, x) T x,
#define KERNEL(name, ARGS) __kernel void name(ARGS(DECL_) int n)
