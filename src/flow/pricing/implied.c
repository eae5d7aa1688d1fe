/* Implied volatility of European options: checks the panels and launches kernels/implied.k. */
#include "arguments.h"
#include "penstock/pricing.h"

enum { N_INPUTS = 7, N_OUTPUTS = 2 }; /* in the order of implied.k */

static const char *const input_names[N_INPUTS] = { "side",         "price_px",  "spot_px",
                                                   "strike_px",    "expiry_yr", "rate_frac",
                                                   "dividend_frac" };
static const char *const output_names[N_OUTPUTS] = { "vol_frac", "status" };

const char *pen_implied_status_name(int status)
{
    static const char *const names[PEN_IMPLIED_STATUSES] = {
        [PEN_IMPLIED_OK] = "ok",
        [PEN_IMPLIED_BELOW] = "below intrinsic",
        [PEN_IMPLIED_ABOVE] = "above bound",
        [PEN_IMPLIED_FLAT] = "no volatility",
        [PEN_IMPLIED_INVALID] = "invalid",
    };
    return status >= 0 && status < PEN_IMPLIED_STATUSES ? names[status] : NULL;
}

pen_status pen_implied_vol(pen_queue *queue, const pen_implied *in, const pen_implied_out *out)
{
    const pen_input inputs[N_INPUTS] = { in->side,         in->price_px,  in->spot_px,
                                         in->strike_px,    in->expiry_yr, in->rate_frac,
                                         in->dividend_frac };
    pen_panel *const outputs[N_OUTPUTS] = { out->vol_frac, out->status };
    return pricing_launch_rows(queue, &(pricing_rows){ .function = "pen_implied_vol",
                                                       .kernel = "implied_vol",
                                                       .input_names = input_names,
                                                       .inputs = inputs,
                                                       .n_inputs = N_INPUTS,
                                                       .output_names = output_names,
                                                       .outputs = outputs,
                                                       .n_outputs = N_OUTPUTS,
                                                       .ns_f32 = 30,
                                                       .ns_f64 = 60 });
}
