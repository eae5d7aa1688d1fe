/* Our own declarations of the ten functions used; values and signatures are those of
 * NVIDIA's cuBLAS reference, the same in versions 11 to 13.  Not yet run on a GPU: a
 * mock of the library (tests/mock) checks how it is called. */
#include "cublaslt.h"

#include <pthread.h>
#include <stdio.h>

#include "../base/status.h"
#include "../device/cuda.h"

typedef struct lt_handle *lt_handle;
typedef struct lt_desc *lt_desc;
typedef struct lt_layout *lt_layout;

enum {
    LT_SUCCESS = 0,
    LT_EXECUTION_FAILED = 13,
    LT_INTERNAL_ERROR = 14,
    LT_REAL_32 = 0, /* cudaDataType */
    LT_REAL_64 = 1,
    LT_COMPUTE_32 = 68, /* cublasComputeType_t: without TF32 */
    LT_COMPUTE_64 = 70,
    LT_TRANSPOSE_A = 3, /* cublasLtMatmulDescAttributes_t */
    LT_TRANSPOSE_B = 4,
    LT_AS_IS = 0, /* cublasOperation_t */
    LT_TRANSPOSED = 1,
};

#define LT_LIST(X)                                                                                 \
    X(int, cublasLtCreate, (lt_handle *))                                                          \
    X(int, cublasLtDestroy, (lt_handle))                                                           \
    X(int, cublasLtMatmulDescCreate, (lt_desc *, int, int))                                        \
    X(int, cublasLtMatmulDescDestroy, (lt_desc))                                                   \
    X(int, cublasLtMatmulDescSetAttribute, (lt_desc, int, const void *, size_t))                   \
    X(int, cublasLtMatrixLayoutCreate, (lt_layout *, int, uint64_t, uint64_t, int64_t))            \
    X(int, cublasLtMatrixLayoutDestroy, (lt_layout))                                               \
    X(int, cublasLtMatmul,                                                                         \
      (lt_handle, lt_desc, const void *, const void *, lt_layout, const void *, lt_layout,         \
       const void *, const void *, lt_layout, void *, lt_layout, const void *, void *, size_t,     \
       cuda_stream))

static struct {
    LT_LIST(PEN_LIBRARY_MEMBER)
} lt;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards opening and handles */
static enum { UNTRIED, MISSING, OPEN } state;

/* The version of the driver's major number first: a newer one may not run on it. */
static void open_library(int driver)
{
    static const char *const functions[] = { LT_LIST(PEN_LIBRARY_NAME) };
    char fitting[32];
    const char *names[] = { fitting,
                            "libcublasLt.so.13",
                            "libcublasLt.so.12",
                            "libcublasLt.so.11",
                            "libcublasLt.so",
                            "/usr/local/cuda/lib64/libcublasLt.so",
                            NULL };
    void *library;
    snprintf(fitting, sizeof fitting, "libcublasLt.so.%d", driver / 1000);
    state = MISSING;
    if (pen_library_open("PENSTOCK_LIBCUBLASLT", names, &library) != PEN_OK)
        return;
    if (pen_library_resolve(library, "cuBLASLt", functions, PEN_COUNT(functions), &lt) == PEN_OK)
        state = OPEN;
    else
        pen_library_close(library);
}

static void release_handle(void *handle)
{
    lt.cublasLtDestroy(handle);
}

/* The device's handle, made on first use and released when it is closed. */
static pen_status handle_of(cuda_device *dev, lt_handle *out)
{
    pthread_mutex_lock(&lock);
    if (state == UNTRIED)
        open_library(dev->driver);
    lt_handle made;
    if (state == OPEN && dev->blas == NULL && lt.cublasLtCreate(&made) == LT_SUCCESS) {
        dev->blas = made;
        dev->blas_release = release_handle;
    }
    *out = dev->blas;
    pthread_mutex_unlock(&lock);
    return *out != NULL ? PEN_OK : pen_fail(PEN_E_UNSUPPORTED, "pen_matmul: no cuBLASLt");
}

/* The library works in columns, and what is row-major is its transpose read in
 * columns: so it is asked for C' = op(B)' op(A)', B as its first matrix. */
typedef struct lt_product {
    lt_desc desc;
    lt_layout first, second, result;
} lt_product;

/* A row-major matrix of n_cols columns, in columns. */
static int describe(lt_layout *out, pen_dtype dtype, size_t n_rows, size_t n_cols, size_t stride)
{
    return lt.cublasLtMatrixLayoutCreate(out, dtype == PEN_F32 ? LT_REAL_32 : LT_REAL_64, n_cols,
                                         n_rows, (int64_t)(stride > n_cols ? stride : n_cols));
}

static int describe_all(const pen_matmul_params *p, lt_product *product)
{
    bool is_f32 = p->dtype == PEN_F32;
    int32_t first = p->transpose_b ? LT_TRANSPOSED : LT_AS_IS;
    int32_t second = p->transpose_a ? LT_TRANSPOSED : LT_AS_IS;
    int code = lt.cublasLtMatmulDescCreate(&product->desc, is_f32 ? LT_COMPUTE_32 : LT_COMPUTE_64,
                                           is_f32 ? LT_REAL_32 : LT_REAL_64);
    if (code == LT_SUCCESS)
        code =
            lt.cublasLtMatmulDescSetAttribute(product->desc, LT_TRANSPOSE_A, &first, sizeof first);
    if (code == LT_SUCCESS)
        code = lt.cublasLtMatmulDescSetAttribute(product->desc, LT_TRANSPOSE_B, &second,
                                                 sizeof second);
    if (code == LT_SUCCESS)
        code = describe(&product->first, p->dtype, p->transpose_b ? p->n : p->k,
                        p->transpose_b ? p->k : p->n, p->b_stride);
    if (code == LT_SUCCESS)
        code = describe(&product->second, p->dtype, p->transpose_a ? p->k : p->m,
                        p->transpose_a ? p->m : p->k, p->a_stride);
    if (code == LT_SUCCESS)
        code = describe(&product->result, p->dtype, p->m, p->n, p->c_stride);
    return code;
}

static void release_all(lt_product *product)
{
    lt_layout layouts[] = { product->first, product->second, product->result };
    for (size_t i = 0; i < PEN_COUNT(layouts); i++)
        if (layouts[i] != NULL)
            lt.cublasLtMatrixLayoutDestroy(layouts[i]);
    if (product->desc != NULL)
        lt.cublasLtMatmulDescDestroy(product->desc);
}

pen_status cublaslt_matmul(pen_queue *queue, const pen_matmul_params *p)
{
    cuda_device *dev = (cuda_device *)pen_queue_device(queue);
    lt_handle handle;
    cuda_stream stream;
    if (dev->base.backend != &pen_cuda_backend || p->k == 0 || p->alpha == 0)
        return PEN_E_UNSUPPORTED;
    PEN_TRY(pen_cuda_enter(queue, &stream));
    PEN_TRY(handle_of(dev, &handle));
    lt_product product = { 0 };
    float alpha = (float)p->alpha, beta = (float)p->beta;
    bool is_f32 = p->dtype == PEN_F32;
    int code = describe_all(p, &product);
    if (code == LT_SUCCESS)
        code = lt.cublasLtMatmul(handle, product.desc,
                                 is_f32 ? (const void *)&alpha : (const void *)&p->alpha, p->b,
                                 product.first, p->a, product.second,
                                 is_f32 ? (const void *)&beta : (const void *)&p->beta, p->c,
                                 product.result, p->c, product.result, NULL, NULL, 0, stream);
    release_all(&product);
    if (code == LT_SUCCESS)
        return PEN_OK;
    /* Anything else was refused before it began. */
    bool is_lost = code == LT_EXECUTION_FAILED || code == LT_INTERNAL_ERROR;
    return pen_fail(is_lost ? PEN_E_DEVICE : PEN_E_UNSUPPORTED,
                    "pen_matmul: cublasLtMatmul gave %d", code);
}
