/* European options by Heston's model: checks the panels and launches kernels/heston.k. */
#include "arguments.h"
#include "penstock/pricing.h"

enum { N_INPUTS = 11, N_OUTPUTS = 3 }; /* in the order of heston.k */

static const char *const input_names[N_INPUTS] = { "side",      "spot_px",   "strike_px",
                                                   "expiry_yr", "rate_frac", "dividend_frac",
                                                   "v0",        "kappa",     "theta",
                                                   "xi",        "rho" };
static const char *const output_names[N_OUTPUTS] = { "price_px", "delta", "gamma" };

pen_status pen_price_heston(pen_queue *queue, const pen_heston *in, const pen_heston_out *out)
{
    const pen_input inputs[N_INPUTS] = { in->side,      in->spot_px,   in->strike_px,
                                         in->expiry_yr, in->rate_frac, in->dividend_frac,
                                         in->v0,        in->kappa,     in->theta,
                                         in->xi,        in->rho };
    pen_panel *const outputs[N_OUTPUTS] = { out->price_px, out->delta, out->gamma };
    return pricing_launch_rows(queue, &(pricing_rows){ .function = "pen_price_heston",
                                                       .kernel = "heston",
                                                       .input_names = input_names,
                                                       .inputs = inputs,
                                                       .n_inputs = N_INPUTS,
                                                       .output_names = output_names,
                                                       .outputs = outputs,
                                                       .n_outputs = N_OUTPUTS,
                                                       .ns_f32 = 2500,
                                                       .ns_f64 = 5000 });
}
