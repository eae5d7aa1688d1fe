/* Implied volatility of European options: checks the panels and launches kernels/implied.k. */
#include "arguments.h"
#include "penstock/pricing.h"

enum { N_INPUTS = 8, N_OUTPUTS = 2 }; /* in the order of implied.k */

static const char *const input_names[N_INPUTS] = { "side",          "price_px",  "spot_px",
                                                   "strike_px",     "expiry_yr", "rate_frac",
                                                   "dividend_frac", "shift_px" };
static const char *const output_names[N_OUTPUTS] = { "vol_frac", "status" };

const char *pen_implied_status_name(int status)
{
    static const char *const names[PEN_IMPLIED_STATUSES] = {
        [PEN_IMPLIED_OK] = "ok",
        [PEN_IMPLIED_BELOW] = "below intrinsic",
        [PEN_IMPLIED_ABOVE] = "above bound",
        [PEN_IMPLIED_FLAT] = "no volatility",
        [PEN_IMPLIED_INVALID] = "invalid",
        [PEN_IMPLIED_EMPTY] = "no price",
    };
    return status >= 0 && status < PEN_IMPLIED_STATUSES ? names[status] : NULL;
}

pen_status pen_implied_vol_by(pen_queue *queue, const pen_european_terms *terms,
                              const pen_implied *in, const pen_implied_out *out)
{
    static const char me[] = "pen_implied_vol";
    if (pen_model_name((int)terms->model) == NULL)
        return pen_fail(PEN_E_ARG, "%s: model is %d, expected 0 to %d", me, (int)terms->model,
                        PEN_MODELS - 1);
    if (terms->payoff != PEN_PAYOFF_VANILLA)
        return pen_fail(PEN_E_ARG, "%s: payoff is %d, expected PEN_PAYOFF_VANILLA", me,
                        (int)terms->payoff);
    if (terms->dividends != NULL)
        return pen_fail(PEN_E_ARG, "%s: cash dividends are of prices alone", me);
    bool is_normal = terms->model == PEN_MODEL_BACHELIER;
    const pen_input none = { NULL, 0 };
    const pen_input inputs[N_INPUTS] = {
        in->side,
        in->price_px,
        in->spot_px,
        in->strike_px,
        in->expiry_yr,
        in->rate_frac,
        terms->model == PEN_MODEL_BSM ? in->dividend_frac : in->rate_frac,
        terms->model == PEN_MODEL_DISPLACED ? terms->shift_px : none,
    };
    pen_panel *const outputs[N_OUTPUTS] = { out->vol_frac, out->status };
    return pricing_launch_rows(
        queue, &(pricing_rows){ .function = me,
                                .kernel = is_normal ? "implied_normal" : "implied_vol",
                                .input_names = input_names,
                                .inputs = inputs,
                                .n_inputs = N_INPUTS,
                                .output_names = output_names,
                                .outputs = outputs,
                                .n_outputs = N_OUTPUTS,
                                .ns_f32 = 30,
                                .ns_f64 = 60 });
}

pen_status pen_implied_vol(pen_queue *queue, const pen_implied *in, const pen_implied_out *out)
{
    const pen_european_terms plain = { .model = PEN_MODEL_BSM };
    return pen_implied_vol_by(queue, &plain, in, out);
}
