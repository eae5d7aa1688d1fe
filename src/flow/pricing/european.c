/* European options by Black-Scholes-Merton: checks the panels and launches
 * kernels/black_scholes.k. */
#include "arguments.h"
#include "penstock/pricing.h"

enum { N_INPUTS = 7, N_OUTPUTS = 6 }; /* in the order of black_scholes.k */

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
    return pricing_launch_rows(queue, &(pricing_rows){ .function = "pen_price_european",
                                                       .kernel = "black_scholes",
                                                       .input_names = input_names,
                                                       .inputs = inputs,
                                                       .n_inputs = N_INPUTS,
                                                       .output_names = output_names,
                                                       .outputs = outputs,
                                                       .n_outputs = N_OUTPUTS,
                                                       .ns_f32 = 3,
                                                       .ns_f64 = 8 });
}
