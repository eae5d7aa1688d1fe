/* Cholesky's factor: see cholesky.h. */
#include "cholesky.h"

#include <string.h>

#include "vector.h"

/* Elements of row i from column `from` on, those before being done. */
static bool finish_row(double *l, size_t stride, size_t i, size_t from, double least)
{
    double *row = l + i * stride, diagonal = row[i];
    for (size_t j = from; j < i; j++)
        row[j] = (row[j] - dot(row, l + j * stride, j)) * l[j * stride + j];
    double pivot = diagonal - dot(row, row, i);
    if (!(pivot > least * diagonal))
        return false;
    row[i] = 1 / sqrt(pivot);
    return true;
}

/* Four rows at a time share each row above them. */
bool cholesky_factor(double *a, size_t stride, size_t n, double least)
{
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        double *row = a + i * stride, sums[4];
        for (size_t j = 0; j < i; j++) {
            double inverse = a[j * stride + j];
            dot_four(row, stride, a + j * stride, j, sums);
            for (size_t r = 0; r < 4; r++)
                row[r * stride + j] = (row[r * stride + j] - sums[r]) * inverse;
        }
        for (size_t r = 0; r < 4; r++)
            if (!finish_row(a, stride, i + r, i, least))
                return false;
    }
    for (; i < n; i++)
        if (!finish_row(a, stride, i, 0, least))
            return false;
    return true;
}

void cholesky_solve(const double *l, size_t stride, size_t n, double *v)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (v[i] - dot(l + i * stride, v, i)) * l[i * stride + i];
    for (size_t i = n; i-- > 0;) {
        v[i] *= l[i * stride + i];
        add_scaled(v, -v[i], l + i * stride, i);
    }
}

bool cholesky_append(double *l, size_t stride, size_t n, double least)
{
    return finish_row(l, stride, n, 0, least);
}

/* The rows below move up and have one element too many each: rotations of neighbouring
 * columns clear them. */
void cholesky_remove(double *l, size_t stride, size_t n, size_t at)
{
    for (size_t i = at + 1; i < n; i++) {
        memcpy(l + (i - 1) * stride, l + i * stride, (i + 1) * sizeof *l);
        l[(i - 1) * stride + i] = 1 / l[(i - 1) * stride + i];
    }
    for (size_t c = at; c + 1 < n; c++) {
        double *top = l + c * stride + c, inverse = 1 / hypot(top[0], top[1]);
        double cosine = top[0] * inverse, sine = top[1] * inverse;
        top[0] = inverse;
        for (size_t i = c + 1; i + 1 < n; i++) {
            double *e = l + i * stride + c, left = e[0], right = e[1];
            e[0] = cosine * left + sine * right;
            e[1] = cosine * right - sine * left;
        }
    }
}
