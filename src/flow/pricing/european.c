/* European options: checks the panels and launches, for calls and puts by Black-Scholes-Merton,
 * kernels/black_scholes.k and, for greeks beyond the first, black_scholes_higher.k; for the other
 * models and payoffs the two kernels of european.k. */
#include "arguments.h"
#include "penstock/pricing.h"

/* In the order of the kernels: outputs of the first, then those of the second. */
enum { N_BSM_INPUTS = 7, N_INPUTS = 8, N_FIRST = 6, N_OUTPUTS = 12 };

static const char *const input_names[N_INPUTS] = { "side",          "spot_px",  "strike_px",
                                                   "expiry_yr",     "vol_frac", "rate_frac",
                                                   "dividend_frac", "shift_px" };
static const char *const output_names[N_OUTPUTS] = { "price_px", "delta", "gamma", "vega",
                                                     "theta",    "rho",   "vanna", "volga",
                                                     "charm",    "speed", "color", "ultima" };

const char *pen_model_name(int model)
{
    static const char *const names[PEN_MODELS] = { "bsm", "black76", "bachelier", "displaced" };
    return model >= 0 && model < PEN_MODELS ? names[model] : NULL;
}

const char *pen_payoff_name(int payoff)
{
    static const char *const names[PEN_PAYOFFS] = { "vanilla", "cash", "asset" };
    return payoff >= 0 && payoff < PEN_PAYOFFS ? names[payoff] : NULL;
}

/* Launches `first` for the outputs of first order and gamma, `second` for the others, each where
 * one is wanted. */
static pen_status launch_both(pen_queue *queue, pricing_rows *rows, const char *first,
                              const char *second, pen_panel *const *outputs)
{
    rows->like = pricing_first_panel(outputs, N_OUTPUTS);
    rows->kernel = first;
    rows->output_names = output_names;
    rows->outputs = outputs;
    rows->n_outputs = N_FIRST;
    if (rows->like == NULL || pricing_first_panel(outputs, N_FIRST) != NULL)
        PEN_TRY(pricing_launch_rows(queue, rows));
    if (pricing_first_panel(outputs + N_FIRST, N_OUTPUTS - N_FIRST) == NULL)
        return PEN_OK;
    rows->kernel = second;
    rows->output_names = output_names + N_FIRST;
    rows->outputs = outputs + N_FIRST;
    rows->n_outputs = N_OUTPUTS - N_FIRST;
    return pricing_launch_rows(queue, rows);
}

/* A name that does not exist is one of the caller's casts. */
static pen_status check_terms(const char *function, const pen_european_terms *terms)
{
    if (pen_model_name((int)terms->model) == NULL)
        return pen_fail(PEN_E_ARG, "%s: model is %d, expected 0 to %d", function, (int)terms->model,
                        PEN_MODELS - 1);
    if (pen_payoff_name((int)terms->payoff) == NULL)
        return pen_fail(PEN_E_ARG, "%s: payoff is %d, expected 0 to %d", function,
                        (int)terms->payoff, PEN_PAYOFFS - 1);
    return PEN_OK;
}

pen_status pen_price_european_by(pen_queue *queue, const pen_european_terms *terms,
                                 const pen_european *in, const pen_european_out *out)
{
    static const char me[] = "pen_price_european";
    PEN_TRY(check_terms(me, terms));
    if (terms->dividends != NULL)
        return pricing_with_dividends(queue, terms, in, out);
    const pen_input none = { NULL, 0 };
    bool is_spot = terms->model == PEN_MODEL_BSM, is_vanilla = terms->payoff == PEN_PAYOFF_VANILLA;
    const pen_input inputs[N_INPUTS] = {
        in->side,
        in->spot_px,
        in->strike_px,
        in->expiry_yr,
        in->vol_frac,
        in->rate_frac,
        is_spot ? in->dividend_frac : in->rate_frac, /* a forward does not grow */
        terms->model == PEN_MODEL_DISPLACED ? terms->shift_px : none,
    };
    pen_panel *const outputs[N_OUTPUTS] = { out->price_px, out->delta, out->gamma, out->vega,
                                            out->theta,    out->rho,   out->vanna, out->volga,
                                            out->charm,    out->speed, out->color, out->ultima };
    pricing_rows rows = { .function = me, .input_names = input_names, .inputs = inputs };
    rows.ns_f32 = 3;
    rows.ns_f64 = 8;
    if (is_spot && is_vanilla) {
        rows.n_inputs = N_BSM_INPUTS;
        return launch_both(queue, &rows, "black_scholes", "black_scholes_higher", outputs);
    }
    const pen_panel *first = pricing_first_panel(outputs, N_OUTPUTS);
    pen_dtype dtype = first != NULL ? pen_panel_dtype(first) : PEN_F64;
    int32_t is_normal = terms->model == PEN_MODEL_BACHELIER, digital = (int32_t)terms->payoff;
    pricing_scalar moves = pricing_scalar_of(dtype, is_spot ? 1 : 0);
    void *const more[] = { &is_normal, &digital, &moves };
    rows.n_inputs = N_INPUTS;
    rows.more = more;
    rows.n_more = PEN_COUNT(more);
    return launch_both(queue, &rows, "european", "european_higher", outputs);
}

pen_status pen_price_european(pen_queue *queue, const pen_european *in, const pen_european_out *out)
{
    const pen_european_terms plain = { .model = PEN_MODEL_BSM };
    return pen_price_european_by(queue, &plain, in, out);
}
