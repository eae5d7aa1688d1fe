/* European options by Black-Scholes-Merton: checks the panels and launches
 * kernels/black_scholes.k and, for greeks beyond the first, black_scholes_higher.k. */
#include "arguments.h"
#include "penstock/pricing.h"

/* In the order of the kernels: those of the first, then those of the second. */
enum { N_INPUTS = 7, N_FIRST = 6, N_OUTPUTS = 12 };

static const char *const input_names[N_INPUTS] = { "side",         "spot_px",  "strike_px",
                                                   "expiry_yr",    "vol_frac", "rate_frac",
                                                   "dividend_frac" };
static const char *const output_names[N_OUTPUTS] = { "price_px", "delta", "gamma", "vega",
                                                     "theta",    "rho",   "vanna", "volga",
                                                     "charm",    "speed", "color", "ultima" };

pen_status pen_price_european(pen_queue *queue, const pen_european *in, const pen_european_out *out)
{
    const pen_input inputs[N_INPUTS] = { in->side,         in->spot_px,  in->strike_px,
                                         in->expiry_yr,    in->vol_frac, in->rate_frac,
                                         in->dividend_frac };
    pen_panel *const outputs[N_OUTPUTS] = { out->price_px, out->delta, out->gamma, out->vega,
                                            out->theta,    out->rho,   out->vanna, out->volga,
                                            out->charm,    out->speed, out->color, out->ultima };
    pricing_rows rows = { .function = "pen_price_european",
                          .kernel = "black_scholes",
                          .input_names = input_names,
                          .inputs = inputs,
                          .n_inputs = N_INPUTS,
                          .output_names = output_names,
                          .outputs = outputs,
                          .n_outputs = N_FIRST,
                          .like = pricing_first_panel(outputs, N_OUTPUTS),
                          .ns_f32 = 3,
                          .ns_f64 = 8 };
    if (rows.like == NULL || pricing_first_panel(outputs, N_FIRST) != NULL)
        PEN_TRY(pricing_launch_rows(queue, &rows));
    if (pricing_first_panel(outputs + N_FIRST, N_OUTPUTS - N_FIRST) == NULL)
        return PEN_OK;
    rows.kernel = "black_scholes_higher";
    rows.output_names = output_names + N_FIRST;
    rows.outputs = outputs + N_FIRST;
    rows.n_outputs = N_OUTPUTS - N_FIRST;
    return pricing_launch_rows(queue, &rows);
}
