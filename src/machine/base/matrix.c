/* Tables of numbers: see matrix.h. */
#include "matrix.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "csv.h"
#include "number.h"

/* Without blanks at its ends. */
static pen_cell trimmed(pen_cell cell)
{
    while (cell.n > 0 && (cell.text[0] == ' ' || cell.text[0] == '\t')) {
        cell.text++;
        cell.n--;
    }
    while (cell.n > 0 && (cell.text[cell.n - 1] == ' ' || cell.text[cell.n - 1] == '\t'))
        cell.n--;
    return cell;
}

static bool is_number(pen_cell cell)
{
    double unused;
    cell = trimmed(cell);
    return pen_number_parse(cell.text, cell.n, &unused);
}

static pen_status copy_name(pen_cell cell, char **out)
{
    cell = trimmed(cell);
    PEN_TRY(pen_alloc(cell.n + 1, 1, (void **)out));
    memcpy(*out, cell.text, cell.n);
    return PEN_OK;
}

/* A name where a number has to be makes the first line a header; all but the first cell count,
 * or that one too if it is alone. */
static bool is_header(const pen_cell *cells, size_t n)
{
    for (size_t i = n > 1; i < n; i++)
        if (!is_number(cells[i]))
            return true;
    return false;
}

/* The names of the last n_cols cells. */
static pen_status take_header(pen_matrix *m, const pen_cell *cells, size_t n_cells)
{
    PEN_TRY(pen_alloc(m->n_cols, sizeof *m->columns, (void **)&m->columns));
    for (; m->cols_to_free < m->n_cols; m->cols_to_free++)
        PEN_TRY(
            copy_name(cells[n_cells - m->n_cols + m->cols_to_free], &m->columns[m->cols_to_free]));
    return PEN_OK;
}

static pen_status add_row(pen_csv *csv, pen_matrix *m, size_t *capacity, const pen_cell *cells,
                          size_t n)
{
    bool has_name = m->rows != NULL;
    if (n != m->n_cols + has_name)
        return pen_csv_fail(csv, NULL, "%zu cells, expected %zu as in the lines before", n,
                            m->n_cols + has_name);
    if (m->n_rows == *capacity) {
        *capacity = *capacity < 16 ? 16 : *capacity * 2;
        PEN_TRY(pen_realloc((void **)&m->values, *capacity, m->n_cols * sizeof *m->values));
        PEN_TRY(pen_realloc((void **)&m->lines, *capacity, sizeof *m->lines));
        if (has_name)
            PEN_TRY(pen_realloc((void **)&m->rows, *capacity, sizeof *m->rows));
    }
    for (size_t i = 0; i < m->n_cols; i++) {
        const pen_cell *at = &cells[i + has_name];
        pen_cell cell = trimmed(*at);
        double *value = &m->values[m->n_rows * m->n_cols + i];
        if (!pen_number_parse(cell.text, cell.n, value) || !isfinite(*value))
            return pen_csv_fail(csv, at, "'%.*s', expected a finite number",
                                (int)(cell.n < 40 ? cell.n : 40), cell.text);
    }
    if (has_name)
        PEN_TRY(copy_name(cells[0], &m->rows[m->n_rows]));
    m->lines[m->n_rows++] = pen_csv_line(csv);
    return PEN_OK;
}

/* The shape, from the first row of numbers. */
static pen_status begin(pen_matrix *m, const pen_cell *cells, size_t n)
{
    bool has_name = n > 1 && !is_number(cells[0]);
    m->n_cols = n - has_name;
    if (has_name)
        PEN_TRY(pen_alloc(1, sizeof *m->rows, (void **)&m->rows));
    return PEN_OK;
}

static pen_status read_rows(pen_csv *csv, pen_matrix *m)
{
    const pen_cell *cells;
    pen_matrix header = { 0 };
    size_t n, capacity = 0;
    PEN_TRY(pen_csv_read(csv, &cells, &n));
    pen_status s = PEN_OK;
    if (n > 0 && is_header(cells, n)) {
        header.n_cols = n;
        s = take_header(&header, cells, n);
        if (s == PEN_OK)
            s = pen_csv_read(csv, &cells, &n);
    }
    if (s == PEN_OK && n == 0)
        s = pen_csv_fail(csv, NULL, "no row of numbers");
    if (s == PEN_OK)
        s = begin(m, cells, n);
    while (s == PEN_OK && n > 0) {
        s = add_row(csv, m, &capacity, cells, n);
        if (s == PEN_OK)
            s = pen_csv_read(csv, &cells, &n);
    }
    if (s == PEN_OK && header.columns != NULL && header.n_cols != m->n_cols &&
        header.n_cols != m->n_cols + 1)
        s = pen_fail(PEN_E_PARSE, "%s: %zu names in the header of %zu columns", pen_csv_name(csv),
                     header.n_cols, m->n_cols);
    if (s == PEN_OK && header.columns != NULL) { /* a name above names is dropped */
        size_t extra = header.n_cols - m->n_cols;
        if (extra > 0)
            pen_free(header.columns[0]);
        memmove(header.columns, header.columns + extra, m->n_cols * sizeof *header.columns);
        m->columns = header.columns;
        m->cols_to_free = m->n_cols;
        return PEN_OK;
    }
    pen_matrix_clear(&header);
    return s;
}

pen_status pen_matrix_read(pen_source *source, pen_matrix *out)
{
    pen_csv *csv;
    *out = (pen_matrix){ 0 };
    PEN_TRY(pen_csv_open(source, NULL, &csv));
    pen_status s = read_rows(csv, out);
    pen_csv_close(csv);
    return s;
}

void pen_matrix_clear(pen_matrix *matrix)
{
    for (size_t i = 0; i < matrix->cols_to_free; i++)
        pen_free(matrix->columns[i]);
    for (size_t i = 0; matrix->rows != NULL && i < matrix->n_rows; i++)
        pen_free(matrix->rows[i]);
    pen_free(matrix->columns);
    pen_free(matrix->rows);
    pen_free(matrix->lines);
    pen_free(matrix->values);
    *matrix = (pen_matrix){ 0 };
}
