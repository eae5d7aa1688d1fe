/* Columns of American options, priced through the public function. */
#ifndef PEN_TESTS_AMERICAN_BOOK_H
#define PEN_TESTS_AMERICAN_BOOK_H

#include "check.h"
#include "device_matrix.h"
#include "penstock/american.h"
#include "pricing_columns.h"

enum { SIDE, SPOT, STRIKE, EXPIRY, VOL, RATE, DIVIDEND, N_IN };
enum { PRICE, DELTA, GAMMA, VEGA, THETA, RHO, STATUS, N_OUT };

typedef struct book {
    size_t n;
    double *in[N_IN];
} book;

static book new_book(size_t n)
{
    book b = { .n = n };
    for (int j = 0; j < N_IN; j++)
        b.in[j] = need((n + 1) * sizeof(double));
    return b;
}
static void book_free(book *b)
{
    for (int j = 0; j < N_IN; j++)
        free(b->in[j]);
}
static void set_row(book *b, size_t i, const double row[N_IN])
{
    for (int j = 0; j < N_IN; j++)
        b->in[j][i] = row[j];
}

/* out: [N_OUT][n] of the dtype. */
static pen_status solve(pen_queue *queue, pen_dtype dtype, const pen_american_settings *settings,
                        const book *b, void *out)
{
    pen_input in[N_IN];
    pen_panel *inputs[N_IN], *outputs[N_OUT];
    for (int j = 0; j < N_IN; j++) {
        inputs[j] = make_panel(queue, dtype, b->in[j], b->n);
        in[j] = (pen_input){ inputs[j], 0 };
    }
    for (int j = 0; j < N_OUT; j++)
        outputs[j] = make_panel(queue, dtype, NULL, b->n);
    pen_american options = { in[SIDE], in[SPOT], in[STRIKE],  in[EXPIRY],
                             in[VOL],  in[RATE], in[DIVIDEND] };
    pen_american_out results = { outputs[PRICE], outputs[DELTA], outputs[GAMMA], outputs[VEGA],
                                 outputs[THETA], outputs[RHO],   outputs[STATUS] };
    pen_status s = pen_price_american(queue, &options, settings, &results);
    for (int j = 0; j < N_OUT && s == PEN_OK; j++)
        s = pen_panel_read(queue, (char *)out + (size_t)j * b->n * pen_dtype_bytes(dtype), b->n,
                           outputs[j]);
    if (s == PEN_OK)
        s = pen_queue_wait(queue);
    for (int j = 0; j < N_IN; j++)
        pen_panel_destroy(inputs[j]);
    for (int j = 0; j < N_OUT; j++)
        pen_panel_destroy(outputs[j]);
    return s;
}

/* On the first device, in f64 or through f32; out: [N_OUT][n]. */
static void solve_first(pen_dtype dtype, const pen_american_settings *settings, const book *b,
                        double *out)
{
    size_t n = N_OUT * b->n;
    matrix_size();
    CHECK_OK(solve(matrix_select(0), dtype, settings, b, out));
    matrix_restore();
    if (dtype == PEN_F32) /* widen in place, from the end */
        for (size_t i = n; i-- > 0;)
            out[i] = (double)((float *)(void *)out)[i];
}

static void solve_row(const pen_american_settings *settings, const double row[N_IN],
                      double got[N_OUT])
{
    book b = new_book(1);
    set_row(&b, 0, row);
    solve_first(PEN_F64, settings, &b, got);
    book_free(&b);
}

#endif
