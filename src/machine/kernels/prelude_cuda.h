/* The kernel dialect for NVRTC.  Compiled with --fmad=false --prec-div=true
 * --prec-sqrt=true --ftz=false, so that arithmetic rounds as on the CPU. */
#if PEN_REAL_F64
typedef double real;
#define REAL(x) x
#else
typedef float real;
#define REAL(x) x##f
#endif
#define REAL_IS_F64 PEN_REAL_F64

typedef long long isize;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;
typedef unsigned char uint8_t;

#define GLOBAL
#define SHARED
#define IN(T) const T *__restrict__
#define OUT(T) T *__restrict__
#define INOUT(T) T *
#define CONSTANT static __device__ const
#define DEVICE static __device__ __forceinline__
#define GROUP_MEM(T, name, count) __shared__ T name[count]
#define ITEM_MEM(T, name) T name[1]
#define OWN(name, t) (name)[0]

#define GROUP_SIZE 256
#define GROUP_ID ((int)blockIdx.x)
#define FOR_GRID(i, n) for (int i = (int)(blockIdx.x * blockDim.x + threadIdx.x); i < (n); i = (n))
#define FOR_ITEMS(t)                                                                               \
    for (int t = (int)threadIdx.x, t##_once = 1; t##_once; t##_once = 0, __syncthreads())
#define EACH_ITEM(t) for (int t = (int)threadIdx.x, t##_once = 1; t##_once; t##_once = 0)
#define EACH_ITEM_BELOW(t, limit)                                                                  \
    for (int t = (int)threadIdx.x, t##_once = t < (limit); t##_once; t##_once = 0)
#define COLUMN(T, name, data, one, row)                                                            \
    const T name##_one_ = (one);                                                                   \
    GLOBAL const T *name = (data) == 0 ? (data) : (data) + (row)
#define AT(name, t) ((name) == 0 ? name##_one_ : (name)[t])
#define COLUMN_OUT(T, name, data, row, is_streamed) GLOBAL T *name = (data) + (row)
#define COLUMN_DONE(name, data, row, count)

#define LANE_COUNT 32
#define LANES(l) for (int l = (int)threadIdx.x, l##_once = 1; l##_once; l##_once = 0)
#define LANE_ITEMS(l) LANES(l)
#define UNROLL4
#define WITH_DIGIT(digit, f, ...) f(__VA_ARGS__, digit);
#define LANE_VAR(name) vreal name[1]
#define MINE(name, l) (name)[0]
#define LANE_AT(rows, row, l) ((rows)[(isize)(row)*LANE_COUNT + (l)])
#define LANE_CONST_AT(rows, row, l) ((rows)[(isize)(row)*LANE_COUNT + (l)])
typedef real vreal;
typedef bool vmask;
#define v_splat(x) ((real)(x))
#define v_fma(a, b, c) m_fma(a, b, c)
#define v_sqrt(a) m_sqrt(a)
#define v_sel(c, a, b) ((c) ? (a) : (b))
#define v_not(c) (!(c))
#define v_abs(a) m_abs(a)

typedef u64 vword;
#define EACH_WORD(t) EACH_ITEM(t)
#define WORD_AT(name, t) OWN(name, t)
#define w_splat(x) ((u64)(x))
#define w_count(first) ((u64)(first))
#define w_mul32(a, b) ((u64)(u32)(a) * (u32)(b))

#if PEN_REAL_F64
#define m_fma(a, b, c) fma(a, b, c)
#define m_sqrt(x) sqrt(x)
#define m_abs(x) fabs(x)
#define m_floor(x) floor(x)
#define m_trunc(x) trunc(x)
#define m_nan() __longlong_as_double(0x7ff8000000000000LL)
#define m_inf() __longlong_as_double(0x7ff0000000000000LL)
#else
#define m_fma(a, b, c) fmaf(a, b, c)
#define m_sqrt(x) sqrtf(x)
#define m_abs(x) fabsf(x)
#define m_floor(x) floorf(x)
#define m_trunc(x) truncf(x)
#define m_nan() __int_as_float(0x7fc00000)
#define m_inf() __int_as_float(0x7f800000)
#endif
#define m_bits32(x) ((u32)__float_as_int(x))
#define m_float32(x) __int_as_float((int)(x))
#define m_bits64(x) ((u64)__double_as_longlong(x))
#define m_float64(x) __longlong_as_double((long long)(x))

/* Tiles; the group's items together move them, so that neighbours read
 * neighbours.  Loading and storing are phases: they end with a barrier. */
#define TILE_ROWS 8
#define TILE_EACH(i, rows) for (int i = (int)threadIdx.x; i < (rows)*LANE_COUNT; i += LANE_COUNT)
DEVICE void tile_load(SHARED real *tile, GLOBAL const real *base, SHARED const isize *offset,
                      SHARED const int *count, int rows)
{
    __syncthreads();
    for (int i = (int)threadIdx.x; i < rows * LANE_COUNT; i += LANE_COUNT) {
        int l = i / rows, t = i % rows, at = t < count[l] ? t : count[l] - 1;
        tile[t * LANE_COUNT + l] = at < 0 ? 0 : base[offset[l] + at];
    }
    __syncthreads();
}
DEVICE void tile_store(GLOBAL real *base, SHARED const real *tile, SHARED const isize *offset,
                       SHARED const int *from, SHARED const int *count, int rows, int is_streamed)
{
    __syncthreads();
    for (int i = (int)threadIdx.x; i < rows * LANE_COUNT; i += LANE_COUNT) {
        int l = i / rows, t = i % rows;
        if (t >= from[l] && t < count[l])
            base[offset[l] + t] = tile[t * LANE_COUNT + l];
    }
    __syncthreads();
}
#define tile_flush()

#define DECL_(T, x) T x,
#define KERNEL(name, ARGS) extern "C" __global__ void __launch_bounds__(256) name(ARGS(DECL_) int n)
