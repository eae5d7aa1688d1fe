/* Symmetric eigenproblems. */
#include "eigen.h"

#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/thread.h"

enum { MOST_SWEEPS = 60 };

static double dot(const double *x, const double *y, size_t n)
{
    double sum[4] = { 0 };
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += x[i + k] * y[i + k];
    for (; i < n; i++)
        sum[0] += x[i] * y[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* y += a x */
static void add(double a, const double *restrict x, double *restrict y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] += a * x[i];
}

/* v becomes the vector of a reflection 1 - beta v v' that makes a multiple of (1, 0, ...)
 * of it, which is returned; beta 0 if it is one already. */
static double make_reflection(double *v, size_t n, double *beta)
{
    double norm = sqrt(dot(v, v, n)), along = v[0] > 0 ? -norm : norm;
    *beta = 0;
    if (norm == fabs(v[0]))
        return v[0];
    v[0] -= along;
    *beta = -1 / (v[0] * along);
    return along;
}

/* a = Q T Q'.  T's diagonal and what is below it; row k of a keeps, from column k + 1 on, the
 * vector of the k-th reflection, and beta[k] its factor.  work: [n] */
static void reduce(double *a, size_t n, double *diagonal, double *below, double *beta, double *work)
{
    for (size_t k = 0; k + 1 < n; k++) {
        size_t left = n - k - 1;
        double *v = a + k * n + k + 1, along = 0;
        diagonal[k] = a[k * n + k];
        below[k] = make_reflection(v, left, &beta[k]);
        if (beta[k] == 0)
            continue;
        double *rest = a + (k + 1) * n + k + 1; /* the block still to be reduced */
        for (size_t i = 0; i < left; i++) {
            work[i] = beta[k] * dot(rest + i * n, v, left);
            along += work[i] * v[i];
        }
        add(-0.5 * beta[k] * along, v, work, left);
        for (size_t i = 0; i < left; i++)
            for (size_t j = 0; j < left; j++)
                rest[i * n + j] -= v[i] * work[j] + work[i] * v[j];
    }
    diagonal[n - 1] = a[n * n - 1];
    below[n - 1] = 0;
}

/* The rows of Q'. */
static void gather(const double *a, size_t n, const double *beta, double *q)
{
    memset(q, 0, n * n * sizeof *q);
    for (size_t i = 0; i < n; i++)
        q[i * n + i] = 1;
    for (size_t k = n - 1; k-- > 0;) {
        const double *v = a + k * n + k + 1;
        for (size_t i = k + 1; beta[k] != 0 && i < n; i++) {
            double *row = q + i * n + k + 1;
            add(-beta[k] * dot(row, v, n - k - 1), v, row, n - k - 1);
        }
    }
}

/* ---- rotations of the rows of q, put by until there are many ---- */

/* Columns that are turned together: all their rows stay in a core's cache while thousands of
 * rotations go over them. */
enum { COLUMNS_AT_ONCE = 64 };

typedef struct rotation {
    size_t row; /* and the one after */
    double c, s;
} rotation;

typedef struct rotations {
    double *q; /* [n][n]; NULL: nothing to turn */
    size_t n, count, most;
    rotation *list; /* [most] */
} rotations;

static void rotate(double *restrict low, double *restrict high, rotation r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double x = low[i], y = high[i];
        low[i] = r.c * x - r.s * y;
        high[i] = r.s * x + r.c * y;
    }
}

static void turn_columns(void *context, size_t begin, size_t end)
{
    const rotations *f = context;
    for (size_t first = begin; first < end; first += COLUMNS_AT_ONCE)
        for (size_t k = 0; k < f->count; k++) {
            double *low = f->q + f->list[k].row * f->n + first;
            if (end - first >= COLUMNS_AT_ONCE) /* a constant, for the compiler */
                rotate(low, low + f->n, f->list[k], COLUMNS_AT_ONCE);
            else
                rotate(low, low + f->n, f->list[k], end - first);
        }
}

static void turn(rotations *f)
{
    if (f->count > 0)
        pen_parallel_for(f->n, COLUMNS_AT_ONCE, turn_columns, f);
    f->count = 0;
}

static void put_by(rotations *f, rotation r)
{
    if (f->q == NULL)
        return;
    if (f->count == f->most)
        turn(f);
    f->list[f->count++] = r;
}

/* One implicit step on the unreduced block first..last, shifted by the eigenvalue of its
 * leading 2 x 2 that is nearer to its corner. */
static void step(double *d, double *e, size_t first, size_t last, rotations *all)
{
    double half = (d[first + 1] - d[first]) / (2 * e[first]), root = hypot(half, 1);
    double g = d[last] - d[first] + e[first] / (half + copysign(root, half));
    double s = 1, c = 1, shift = 0;
    for (size_t i = last; i-- > first;) {
        double f = s * e[i], b = c * e[i], length = hypot(f, g);
        e[i + 1] = length;
        if (length == 0) { /* the block falls apart here */
            d[i + 1] -= shift;
            e[last] = 0;
            return;
        }
        s = f / length;
        c = g / length;
        g = d[i + 1] - shift;
        double r = (d[i] - g) * s + 2 * c * b;
        shift = s * r;
        d[i + 1] = g + shift;
        g = c * r - b;
        put_by(all, (rotation){ i, c, s });
    }
    d[first] -= shift;
    e[first] = g;
    e[last] = 0;
}

/* e[i] couples d[i] and d[i + 1]. */
static pen_status iterate(double *d, double *e, size_t n, rotations *all)
{
    for (size_t first = 0; first < n; first++)
        for (int sweep = 0;; sweep++) {
            size_t last = first;
            while (last + 1 < n && fabs(e[last]) > 0x1p-53 * (fabs(d[last]) + fabs(d[last + 1])))
                last++;
            if (last == first)
                break;
            if (sweep == MOST_SWEEPS)
                return pen_fail(PEN_E_INTERNAL, "eigen_symmetric: no end after %d sweeps", sweep);
            step(d, e, first, last, all);
        }
    turn(all);
    return PEN_OK;
}

/* Descending, by insertion of whole rows: swaps are few beside the rest. */
static void order(double *values, double *vectors, size_t n, double *work)
{
    for (size_t i = 0; i < n; i++) {
        size_t best = i;
        for (size_t j = i + 1; j < n; j++)
            if (values[j] > values[best])
                best = j;
        double value = values[i];
        values[i] = values[best];
        values[best] = value;
        if (vectors == NULL || best == i)
            continue;
        memcpy(work, vectors + i * n, n * sizeof *work);
        memmove(vectors + i * n, vectors + best * n, n * sizeof *work);
        memcpy(vectors + best * n, work, n * sizeof *work);
    }
}

pen_status eigen_symmetric(double *a, size_t n, double *values, double *vectors)
{
    double *work, most = 0;
    rotations all = { .q = vectors, .n = n, .most = 16 * n };
    if (n == 0)
        return PEN_OK;
    PEN_TRY(pen_alloc(3 * n, sizeof *work, (void **)&work));
    pen_status s =
        pen_alloc_array(vectors != NULL ? all.most : 1, sizeof *all.list, (void **)&all.list);
    if (s != PEN_OK) {
        pen_free(work);
        return s;
    }
    for (size_t i = 0; i < n * n; i++)
        most = fmax(most, fabs(a[i]));
    for (size_t i = 0; i < n * n && most > 0; i++)
        a[i] /= most; /* so that squares neither overflow nor vanish */
    double *below = work + n, *beta = work + 2 * n;
    reduce(a, n, values, below, beta, work);
    if (vectors != NULL)
        gather(a, n, beta, vectors);
    s = iterate(values, below, n, &all);
    for (size_t i = 0; i < n && most > 0; i++)
        values[i] *= most;
    order(values, vectors, n, work);
    pen_free(all.list);
    pen_free(work);
    return s;
}
