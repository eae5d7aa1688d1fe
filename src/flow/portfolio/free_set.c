/* The free variables and the factor of their part of Q: see qp.h.
 *
 * A dense Q_FF has Cholesky's factor.  D + B'B has (D + B'B)^-1 = D^-1 - D^-1 B' M^-1 B D^-1
 * with M = I + B D^-1 B' (Sherman, Morrison & Woodbury), as small as there are factors. */
#include <stdint.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "cholesky.h"
#include "qp.h"
#include "vector.h"

/* Pivots below this share of the diagonal are rounding. */
static const double LEAST_PIVOT = 1e-13;

/* ---- products ---- */

static void dense_times(const pen_qp *p, const double *x, double *out)
{
    const double *rows[4];
    double f[4];
    size_t n = p->n, count = 0;
    memset(out, 0, n * sizeof *out);
    for (size_t j = 0; j < n; j++) {
        if (x[j] == 0)
            continue;
        rows[count] = p->q + j * n;
        f[count++] = x[j];
        if (count == 4) {
            add_four(out, f, rows, n);
            count = 0;
        }
    }
    for (size_t i = 0; i < count; i++)
        add_scaled(out, f[i], rows[i], n);
}

void qp_times(const pen_qp *p, const double *x, double *weights, double *out)
{
    if (p->q != NULL) {
        dense_times(p, x, out);
        return;
    }
    size_t n = p->n;
    for (size_t i = 0; i < n; i++)
        out[i] = p->diagonal[i] * x[i];
    for (size_t f = 0; f < p->n_factors; f++)
        weights[f] = dot(p->loading + f * n, x, n);
    for (size_t f = 0; f < p->n_factors; f++)
        add_scaled(out, weights[f], p->loading + f * n, n);
}

/* ---- dense ---- */

static pen_status reserve(qp_state *s, size_t k)
{
    size_t capacity = s->capacity < 8 ? 16 : s->capacity * 2, cells;
    if (k <= s->capacity)
        return PEN_OK;
    if (capacity < k)
        capacity = (k + 7) / 8 * 8;
    if (capacity > s->n + 8)
        capacity = (s->n + 7) / 8 * 8;
    PEN_TRY(pen_size_mul(capacity, capacity, &cells));
    pen_free(s->factor);
    s->factor = NULL;
    s->capacity = 0;
    PEN_TRY(pen_alloc_array(cells, sizeof *s->factor, (void **)&s->factor));
    s->capacity = capacity;
    return PEN_OK;
}

/* Row i of Q_FF up to its diagonal. */
static void gather_row(qp_state *s, size_t i)
{
    const double *from = s->p->q + s->free[i] * s->n;
    double *to = s->factor + i * s->capacity;
    for (size_t j = 0; j <= i; j++)
        to[j] = from[s->free[j]];
    to[i] += s->shift;
}

static pen_status dense_factor(qp_state *s, bool *is_definite)
{
    PEN_TRY(reserve(s, s->k));
    for (size_t i = 0; i < s->k; i++)
        gather_row(s, i);
    *is_definite = cholesky_factor(s->factor, s->capacity, s->k, LEAST_PIVOT);
    return PEN_OK;
}

static pen_status dense_append(qp_state *s, bool *is_definite)
{
    if (s->k > s->capacity)
        return dense_factor(s, is_definite);
    gather_row(s, s->k - 1);
    *is_definite = cholesky_append(s->factor, s->capacity, s->k - 1, LEAST_PIVOT);
    return PEN_OK;
}

/* ---- with loadings ---- */

static void factor_inner(qp_state *s)
{
    size_t f = s->p->n_factors;
    memcpy(s->inner + f * f, s->inner, f * f * sizeof *s->inner);
    cholesky_factor(s->inner + f * f, f, f, 0);
}

/* M gains or loses a variable. */
static void change_inner(qp_state *s, size_t j, double sign)
{
    size_t f = s->p->n_factors;
    double scale = sign / (s->p->diagonal[j] + s->shift);
    for (size_t a = 0; a < f; a++)
        for (size_t b = 0; b <= a; b++)
            s->inner[a * f + b] +=
                scale * s->p->loading[a * s->n + j] * s->p->loading[b * s->n + j];
}

/* M from scratch: dense products over all variables, those at bounds having weight 0. */
static void build_inner(qp_state *s)
{
    size_t f = s->p->n_factors, n = s->n;
    double *scaled = s->kept, *inverse = s->step;
    memset(inverse, 0, n * sizeof *inverse);
    for (size_t i = 0; i < s->k; i++)
        inverse[s->free[i]] = 1 / (s->p->diagonal[s->free[i]] + s->shift);
    for (size_t a = 0; a < f; a++) {
        const double *row = s->p->loading + a * n;
        for (size_t i = 0; i < n; i++)
            scaled[i] = row[i] * inverse[i];
        for (size_t b = 0; b <= a; b++)
            s->inner[a * f + b] = dot(scaled, s->p->loading + b * n, n) + (a == b);
    }
    factor_inner(s);
}

static void woodbury_solve(const qp_state *s, double *v)
{
    size_t f = s->p->n_factors, n = s->n;
    double *t = s->weights;
    for (size_t i = 0; i < s->k; i++)
        v[i] /= s->p->diagonal[s->free[i]] + s->shift;
    for (size_t a = 0; a < f; a++) {
        const double *row = s->p->loading + a * n;
        t[a] = 0;
        for (size_t i = 0; i < s->k; i++)
            t[a] += row[s->free[i]] * v[i];
    }
    cholesky_solve(s->inner + f * f, f, f, t);
    for (size_t i = 0; i < s->k; i++) {
        double sum = 0;
        for (size_t a = 0; a < f; a++)
            sum += s->p->loading[a * n + s->free[i]] * t[a];
        v[i] -= sum / (s->p->diagonal[s->free[i]] + s->shift);
    }
}

/* ---- either ---- */

pen_status qp_factor(qp_state *s, bool *is_definite)
{
    if (s->p->q != NULL)
        return dense_factor(s, is_definite);
    *is_definite = true;
    for (size_t i = 0; i < s->k; i++)
        *is_definite &= s->p->diagonal[s->free[i]] + s->shift > 0;
    if (*is_definite)
        build_inner(s);
    return PEN_OK;
}

void qp_solve_free(const qp_state *s, double *v)
{
    if (s->p->q != NULL)
        cholesky_solve(s->factor, s->capacity, s->k, v);
    else
        woodbury_solve(s, v);
}

pen_status qp_free_add(qp_state *s, size_t j, bool *is_definite)
{
    *is_definite = true;
    s->at[j] = QP_FREE;
    s->place[j] = s->k;
    s->free[s->k++] = j;
    if (s->p->q != NULL)
        return dense_append(s, is_definite);
    *is_definite = s->p->diagonal[j] + s->shift > 0;
    if (*is_definite) {
        change_inner(s, j, 1);
        factor_inner(s);
    }
    return PEN_OK;
}

void qp_free_remove(qp_state *s, size_t j)
{
    size_t at = s->place[j];
    if (s->p->q != NULL) {
        cholesky_remove(s->factor, s->capacity, s->k, at);
    } else {
        change_inner(s, j, -1);
        factor_inner(s);
    }
    s->k--;
    for (size_t i = at; i < s->k; i++) {
        s->free[i] = s->free[i + 1];
        s->place[s->free[i]] = i;
    }
    s->place[j] = SIZE_MAX;
}
