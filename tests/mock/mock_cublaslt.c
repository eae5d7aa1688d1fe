/* A cuBLASLt on host memory: column-major products by the definition, strict about what
 * it is given.  Appends a byte a product to the file that MOCK_CUBLASLT_CALLS names. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes" /* found by name only */
#define EXPORT __attribute__((visibility("default")))

enum { SUCCESS = 0, INVALID_VALUE = 7, REAL_32 = 0, REAL_64 = 1 };

typedef struct desc {
    int compute, scale;
    int32_t transposed[2];
} desc;

typedef struct layout {
    int type;
    uint64_t rows, cols;
    int64_t ld;
} layout;

EXPORT int cublasLtCreate(void **handle)
{
    *handle = malloc(1);
    return *handle != NULL ? SUCCESS : 3;
}

EXPORT int cublasLtDestroy(void *handle)
{
    free(handle);
    return SUCCESS;
}

EXPORT int cublasLtMatmulDescCreate(desc **out, int compute, int scale)
{
    if (!(compute == 68 && scale == REAL_32) && !(compute == 70 && scale == REAL_64))
        return INVALID_VALUE;
    *out = calloc(1, sizeof **out);
    (*out)->compute = compute;
    (*out)->scale = scale;
    return SUCCESS;
}

EXPORT int cublasLtMatmulDescDestroy(desc *d)
{
    free(d);
    return SUCCESS;
}

EXPORT int cublasLtMatmulDescSetAttribute(desc *d, int attribute, const void *value, size_t bytes)
{
    if ((attribute != 3 && attribute != 4) || bytes != sizeof(int32_t))
        return INVALID_VALUE;
    d->transposed[attribute - 3] = *(const int32_t *)value;
    return SUCCESS;
}

EXPORT int cublasLtMatrixLayoutCreate(layout **out, int type, uint64_t rows, uint64_t cols,
                                      int64_t ld)
{
    if (rows == 0 || cols == 0 || ld < (int64_t)rows)
        return INVALID_VALUE;
    *out = malloc(sizeof **out);
    **out = (layout){ type, rows, cols, ld };
    return SUCCESS;
}

EXPORT int cublasLtMatrixLayoutDestroy(layout *l)
{
    free(l);
    return SUCCESS;
}

static double at(const layout *l, const void *x, uint64_t row, uint64_t col)
{
    uint64_t i = col * (uint64_t)l->ld + row;
    return l->type == REAL_32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

static double scalar(const desc *d, const void *x)
{
    return d->scale == REAL_32 ? (double)*(const float *)x : *(const double *)x;
}

static void count_call(void)
{
    const char *path = getenv("MOCK_CUBLASLT_CALLS");
    FILE *out = path != NULL ? fopen(path, "a") : NULL;
    if (out != NULL) {
        fputc('.', out);
        fclose(out);
    }
}

EXPORT int cublasLtMatmul(void *handle, const desc *d, const void *alpha, const void *a,
                          const layout *la, const void *b, const layout *lb, const void *beta,
                          const void *c, const layout *lc, void *out, const layout *lout,
                          const void *algorithm, void *workspace, size_t workspace_bytes,
                          void *stream)
{
    uint64_t m = d->transposed[0] ? la->cols : la->rows, k = d->transposed[0] ? la->rows : la->cols;
    uint64_t n = d->transposed[1] ? lb->rows : lb->cols,
             k_too = d->transposed[1] ? lb->cols : lb->rows;
    if (handle == NULL || stream == NULL || algorithm != NULL || workspace != NULL ||
        workspace_bytes != 0 || k != k_too || m != lout->rows || n != lout->cols ||
        la->type != d->scale || lb->type != d->scale || lout->type != d->scale || lc != lout)
        return INVALID_VALUE;
    for (uint64_t j = 0; j < n; j++)
        for (uint64_t i = 0; i < m; i++) {
            long double sum = 0, was = scalar(d, beta);
            for (uint64_t q = 0; q < k; q++)
                sum += (long double)(d->transposed[0] ? at(la, a, q, i) : at(la, a, i, q)) *
                       (d->transposed[1] ? at(lb, b, j, q) : at(lb, b, q, j));
            sum *= scalar(d, alpha);
            sum += was != 0 ? was * at(lc, c, i, j) : 0;
            if (lout->type == REAL_32)
                ((float *)out)[j * (uint64_t)lout->ld + i] = (float)sum;
            else
                ((double *)out)[j * (uint64_t)lout->ld + i] = (double)sum;
        }
    count_call();
    return SUCCESS;
}
