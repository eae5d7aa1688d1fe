/* The solver's memory and its view of the constraints: see qp.h. */
#include <stdint.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "qp.h"
#include "vector.h"

/* Hands out the next `count` elements of a block. */
static double *take(double **at, size_t count)
{
    double *array = *at;
    *at += count;
    return array;
}

static pen_status count_cells(const pen_qp *p, size_t *out)
{
    size_t rows, inner;
    PEN_TRY(pen_size_mul(p->n, 10 + 2 * p->n_rows, &rows));
    PEN_TRY(pen_size_mul(p->n_factors, 2 * p->n_factors + 1, &inner));
    PEN_TRY(pen_size_add(rows, inner, out));
    return pen_size_add(*out, p->n_rows * (p->n_rows + 6) + 1, out);
}

double qp_diagonal(const pen_qp *p)
{
    double most = 0;
    for (size_t i = 0; i < p->n; i++) {
        double d = p->q != NULL ? p->q[i * p->n + i] : p->diagonal[i];
        for (size_t f = 0; p->q == NULL && f < p->n_factors; f++)
            d += p->loading[f * p->n + i] * p->loading[f * p->n + i];
        most = greater(most, d);
    }
    return most;
}

pen_status qp_state_create(const pen_qp *p, qp_state *s)
{
    size_t n = p->n, m = p->n_rows, f = p->n_factors, cells;
    *s = (qp_state){ .p = p, .n = n, .m = m, .forgiven = QP_FORGIVEN };
    PEN_TRY(count_cells(p, &cells));
    PEN_TRY(pen_alloc(cells, sizeof(double), &s->block));
    double *at = s->block;
    s->cost = take(&at, n);
    s->x = take(&at, n);
    s->gradient = take(&at, n);
    s->z = take(&at, n);
    s->step = take(&at, n);
    s->change_z = take(&at, n);
    s->kept = take(&at, n);
    s->held_free = take(&at, m * n);
    s->held_solve = take(&at, m * n);
    s->schur = take(&at, m * m);
    s->row_size = take(&at, m);
    s->y = take(&at, m);
    s->row_x = take(&at, m);
    s->change_y = take(&at, m);
    s->inner = take(&at, 2 * f * f);
    s->weights = take(&at, f);
    s->free = (size_t *)take(&at, n);
    s->place = (size_t *)take(&at, n);
    s->held = (size_t *)take(&at, m);
    s->at = (int8_t *)at; /* n + m bytes of the n + m cells that are left */
    if (p->cost != NULL)
        memcpy(s->cost, p->cost, n * sizeof *s->cost);
    for (size_t r = 0; r < m; r++)
        s->row_size[r] = largest(p->rows + r * n, n);
    s->diagonal = qp_diagonal(p);
    return PEN_OK;
}

void qp_state_clear(qp_state *s)
{
    pen_free(s->block);
    pen_free(s->factor);
    *s = (qp_state){ 0 };
}

pen_status qp_state_copy(qp_state *s, const qp_state *from)
{
    size_t n = s->n, m = s->m;
    bool is_definite;
    memcpy(s->cost, from->cost, n * sizeof *s->cost);
    memcpy(s->x, from->x, n * sizeof *s->x);
    memcpy(s->at, from->at, (n + m) * sizeof *s->at);
    memcpy(s->y, from->y, m * sizeof *s->y);
    s->shift = from->shift;
    s->first_shift = from->first_shift;
    s->is_ready = false;
    return qp_prepare(s, &is_definite);
}

double qp_lower(const qp_state *s, size_t constraint)
{
    const pen_qp *p = s->p;
    if (constraint < s->n)
        return p->lower != NULL ? p->lower[constraint] : -INFINITY;
    return p->row_lower != NULL ? p->row_lower[constraint - s->n] : -INFINITY;
}

double qp_upper(const qp_state *s, size_t constraint)
{
    const pen_qp *p = s->p;
    if (constraint < s->n)
        return p->upper != NULL ? p->upper[constraint] : INFINITY;
    return p->row_upper != NULL ? p->row_upper[constraint - s->n] : INFINITY;
}

double qp_excess(const qp_state *s, size_t constraint)
{
    size_t row = constraint - s->n;
    double value = constraint < s->n ? s->x[constraint] : s->row_x[row];
    double forgiven = s->forgiven * s->x_size * (constraint < s->n ? 1 : s->row_size[row]);
    double below = qp_lower(s, constraint) - value, above = value - qp_upper(s, constraint);
    return below > forgiven ? -below : above > forgiven ? above : 0;
}

double qp_wrong_sign(const qp_state *s, size_t constraint)
{
    bool is_row = constraint >= s->n;
    double multiplier = is_row ? s->y[constraint - s->n] : s->z[constraint];
    double size = s->gradient_size / (is_row ? greater(s->row_size[constraint - s->n], 1e-300) : 1);
    double wrong = s->at[constraint] == QP_LOWER   ? -multiplier
                   : s->at[constraint] == QP_UPPER ? multiplier
                                                   : 0;
    return wrong > 1e-13 * size ? wrong : 0;
}

void qp_measure(qp_state *s)
{
    s->x_size = greater(1, largest(s->x, s->n));
    s->gradient_size =
        greater(largest(s->cost, s->n), largest_difference(s->gradient, s->cost, s->n));
    s->gradient_size = greater(s->gradient_size, QP_LEAST_GRADIENT * s->diagonal * s->x_size);
}

void qp_place(qp_state *s)
{
    for (size_t j = 0; j < s->n; j++)
        if (s->at[j] != QP_FREE)
            s->x[j] = s->at[j] == QP_UPPER ? qp_upper(s, j) : qp_lower(s, j);
    qp_times(s->p, s->x, s->weights, s->gradient);
    for (size_t j = 0; j < s->n; j++)
        s->gradient[j] += s->cost[j] + s->shift * s->x[j];
    for (size_t r = 0; r < s->m; r++)
        s->row_x[r] = dot(s->p->rows + r * s->n, s->x, s->n);
}

void qp_row_hold(qp_state *s, size_t row, int8_t at)
{
    s->at[s->n + row] = at;
    s->held[s->n_held++] = row;
}

void qp_row_release(qp_state *s, size_t row)
{
    size_t a = 0;
    s->at[s->n + row] = QP_FREE;
    s->y[row] = 0;
    while (s->held[a] != row)
        a++;
    s->n_held--;
    memmove(s->held + a, s->held + a + 1, (s->n_held - a) * sizeof *s->held);
}

void qp_list(qp_state *s)
{
    s->k = s->n_held = 0;
    for (size_t j = 0; j < s->n; j++) {
        s->place[j] = s->at[j] == QP_FREE ? s->k : SIZE_MAX;
        if (s->at[j] == QP_FREE)
            s->free[s->k++] = j;
    }
    for (size_t r = 0; r < s->m; r++)
        if (s->at[s->n + r] != QP_FREE)
            s->held[s->n_held++] = r;
        else
            s->y[r] = 0;
}
