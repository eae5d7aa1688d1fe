/* European options by Black-Scholes-Merton: checks the panels and launches
 * kernels/black_scholes.k. */
#include "arguments.h"
#include "penstock/pricing.h"

/* As in black_scholes.k: rows a group takes, and the order of both lists. */
enum { ROWS_PER_GROUP = 1024, N_INPUTS = 7, N_OUTPUTS = 6 };

/* Outputs larger than this are written past the caches, which saves reading
 * them first; smaller ones had better stay for whoever uses them next. */
enum { STREAM_BYTES = 32 << 20 };

static const char *const input_names[N_INPUTS] = { "side",         "spot_px",  "strike_px",
                                                   "expiry_yr",    "vol_frac", "rate_frac",
                                                   "dividend_frac" };
static const char *const output_names[N_OUTPUTS] = { "price_px", "delta", "gamma",
                                                     "vega",     "theta", "rho" };

pen_status pen_price_european(pen_queue *queue, const pen_european *in, const pen_european_out *out)
{
    const pen_input inputs[N_INPUTS] = { in->side,         in->spot_px,  in->strike_px,
                                         in->expiry_yr,    in->vol_frac, in->rate_frac,
                                         in->dividend_frac };
    pen_panel *const outputs[N_OUTPUTS] = { out->price_px, out->delta, out->gamma,
                                            out->vega,     out->theta, out->rho };
    const pen_panel *first = NULL;
    for (int j = N_OUTPUTS - 1; j >= 0; j--)
        if (outputs[j] != NULL)
            first = outputs[j];
    if (first == NULL)
        return pen_fail(PEN_E_ARG, "pen_price_european: no output is wanted");
    pricing_shape want = { "pen_price_european", queue, pen_panel_dtype(first),
                           pen_panel_series(first) * pen_panel_points(first) };

    void *args[2 * N_INPUTS + 2 + N_OUTPUTS], *data[N_INPUTS + N_OUTPUTS];
    pricing_scalar all[N_INPUTS];
    int64_t n_rows = (int64_t)want.n_values;
    size_t written_bytes = 0;
    int stream = 0;
    for (int i = 0; i < N_INPUTS; i++) {
        PEN_TRY(pricing_take_panel(&want, input_names[i], inputs[i].each, &data[i]));
        all[i] = pricing_scalar_of(want.dtype, inputs[i].all);
        args[2 * i] = &data[i];
        args[2 * i + 1] = &all[i];
    }
    args[2 * N_INPUTS] = &n_rows;
    args[2 * N_INPUTS + 1] = &stream;
    for (int j = 0; j < N_OUTPUTS; j++) {
        PEN_TRY(pricing_take_panel(&want, output_names[j], outputs[j], &data[N_INPUTS + j]));
        if (outputs[j] != NULL)
            written_bytes += want.n_values * pen_dtype_bytes(want.dtype);
        args[2 * N_INPUTS + 2 + j] = &data[N_INPUTS + j];
    }
    stream = written_bytes > STREAM_BYTES;
    pen_grid grid = { PEN_GRID_GROUPS, (want.n_values + ROWS_PER_GROUP - 1) / ROWS_PER_GROUP,
                      ROWS_PER_GROUP * (want.dtype == PEN_F32 ? 3 : 8) };
    return pen_launch(queue, "black_scholes", want.dtype, grid, args, PEN_COUNT(args));
}
