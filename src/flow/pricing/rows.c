/* Kernels over rows of options: checks the panels and lists the arguments. */
#include "arguments.h"

enum { ROWS_PER_GROUP = 1024 }; /* as in option_rows.kh */

/* Outputs larger than this are written past the caches, which saves reading
 * them first; smaller ones had better stay for whoever uses them next. */
enum { STREAM_BYTES = 32 << 20 };

const pen_panel *pricing_first_panel(pen_panel *const *panels, int n)
{
    for (int j = 0; j < n; j++)
        if (panels[j] != NULL)
            return panels[j];
    return NULL;
}

pen_status pricing_launch_rows(pen_queue *queue, const pricing_rows *rows)
{
    const pen_panel *first = rows->like;
    if (first == NULL)
        first = pricing_first_panel(rows->outputs, rows->n_outputs);
    if (first == NULL)
        return pen_fail(PEN_E_ARG, "%s: no output is wanted", rows->function);
    pricing_shape want = { rows->function, queue, pen_panel_dtype(first),
                           pen_panel_series(first) * pen_panel_points(first) };
    void *args[2 * PRICING_MOST_INPUTS + 2 + PRICING_MOST_OUTPUTS + PRICING_MOST_MORE];
    void *data[PRICING_MOST_INPUTS + PRICING_MOST_OUTPUTS];
    pricing_scalar all[PRICING_MOST_INPUTS];
    int64_t n_rows = (int64_t)want.n_values;
    size_t written_bytes = 0, n_args = 0, n_data = 0;
    int stream;
    for (int i = 0; i < rows->n_inputs; i++) {
        void **at = &data[n_data++];
        PEN_TRY(pricing_take_panel(&want, rows->input_names[i], rows->inputs[i].each, at));
        all[i] = pricing_scalar_of(want.dtype, rows->inputs[i].all);
        args[n_args++] = at;
        args[n_args++] = &all[i];
    }
    args[n_args++] = &n_rows;
    args[n_args++] = &stream;
    for (int j = 0; j < rows->n_outputs; j++) {
        void **at = &data[n_data++];
        PEN_TRY(pricing_take_panel(&want, rows->output_names[j], rows->outputs[j], at));
        if (*at != NULL)
            written_bytes += want.n_values * pen_dtype_bytes(want.dtype);
        args[n_args++] = at;
    }
    for (int k = 0; k < rows->n_more; k++)
        args[n_args++] = rows->more[k];
    stream = written_bytes > STREAM_BYTES;
    pen_grid grid = pen_groups((want.n_values + ROWS_PER_GROUP - 1) / ROWS_PER_GROUP);
    grid.weight = ROWS_PER_GROUP * (size_t)(want.dtype == PEN_F32 ? rows->ns_f32 : rows->ns_f64);
    return pen_launch(queue, rows->kernel, want.dtype, grid, args, n_args);
}
