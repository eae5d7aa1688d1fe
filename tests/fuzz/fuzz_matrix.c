/* Tables of numbers: whatever is read has its shape and finite values. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "machine/base/matrix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    pen_source *source;
    pen_matrix m;
    if (pen_source_open_memory("fuzz", data, n, &source) != PEN_OK)
        return 0;
    if (pen_matrix_read(source, &m) == PEN_OK) {
        if (m.n_rows == 0 || m.n_cols == 0)
            abort();
        for (size_t i = 0; i < m.n_rows * m.n_cols; i++)
            if (!isfinite(m.values[i]))
                abort();
        for (size_t i = 0; m.columns != NULL && i < m.n_cols; i++)
            if (strlen(m.columns[i]) > n)
                abort();
        for (size_t i = 0; m.rows != NULL && i < m.n_rows; i++)
            if (strlen(m.rows[i]) > n)
                abort();
    }
    pen_matrix_clear(&m);
    return 0;
}
