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
#define PART DEVICE
#define APART static __device__ __noinline__
#define GROUP_MEM(T, name, count) __shared__ T name[count]

#define GROUP_ID ((int)blockIdx.x)
#define ITEM_ID_ ((int)threadIdx.x)
#define GROUP_LENGTH_ ((int)blockDim.x)
#define BARRIER_ __syncthreads()
typedef bool vmask;

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

#define PHASES_ARE_CHEAP 1 /* prelude_opencl.h */
#include "prelude_gpu.kh"

#define KERNEL(name, ARGS) extern "C" __global__ void __launch_bounds__(256) name(ARGS(DECL_) int n)
