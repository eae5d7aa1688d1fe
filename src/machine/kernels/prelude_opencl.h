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
#define PART DEVICE
#define APART static
#define GROUP_MEM(T, name, count) __local T name[count]

#define GROUP_ID ((int)get_group_id(0))
#define ITEM_ID_ ((int)get_local_id(0))
#define GROUP_LENGTH_ ((int)get_local_size(0))
#define BARRIER_ barrier(CLK_LOCAL_MEM_FENCE)
typedef int vmask;

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

/* Whether a kernel may have many phases, as program.c knows of each backend too.  PoCL needed a
 * minute for all of indicator_strips.k, 8 s for what is left, and LLVM 15 crashed on some forms of
 * it. */
#define PHASES_ARE_CHEAP 0
#include "prelude_gpu.kh"

#define KERNEL(name, ARGS) __kernel void name(ARGS(DECL_) int n)
