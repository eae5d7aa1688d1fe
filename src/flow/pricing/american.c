/* American options: checks the panels, has a method price them, and takes the
 * differences of prices that vega and rho are. */
#include "american.h"

enum { N_OUTPUTS = 7 };

static const char *const input_names[AMERICAN_INPUTS] = { "side",         "spot_px",  "strike_px",
                                                          "expiry_yr",    "vol_frac", "rate_frac",
                                                          "dividend_frac" };
static const char *const output_names[N_OUTPUTS] = { "price_px", "delta", "gamma", "vega",
                                                     "theta",    "rho",   "status" };
static const char me[] = "pen_price_american";

const char *pen_american_method_name(int method)
{
    static const char *const names[PEN_AMERICAN_METHODS] = {
        [PEN_AMERICAN_AUTO] = "auto",      [PEN_AMERICAN_BOUNDARY] = "alo",
        [PEN_AMERICAN_CRR] = "crr",        [PEN_AMERICAN_LEISEN_REIMER] = "lr",
        [PEN_AMERICAN_DIFFERENCES] = "fd",
    };
    return method >= 0 && method < PEN_AMERICAN_METHODS ? names[method] : NULL;
}

const char *pen_american_status_name(int status)
{
    static const char *const names[PEN_AMERICAN_STATUSES] = {
        [PEN_AMERICAN_OK] = "ok",
        [PEN_AMERICAN_INVALID] = "invalid",
        [PEN_AMERICAN_STEPS] = "too few steps",
        [PEN_AMERICAN_TWICE] = "two boundaries",
    };
    return status >= 0 && status < PEN_AMERICAN_STATUSES ? names[status] : NULL;
}

pen_american_settings pen_american_default(void)
{
    return (pen_american_settings){ .method = PEN_AMERICAN_AUTO,
                                    .n_steps = 501,
                                    .accuracy = PEN_AMERICAN_FAST };
}

static pen_status check_settings(const pen_american_settings *settings)
{
    if (pen_american_method_name((int)settings->method) == NULL)
        return pen_fail(PEN_E_ARG, "%s: method is %d, expected 0 to %d", me, (int)settings->method,
                        PEN_AMERICAN_METHODS - 1);
    if (settings->n_steps < 2 || settings->n_steps > 100000)
        return pen_fail(PEN_E_ARG, "%s: n_steps is %zu, expected 2 to 100000", me,
                        settings->n_steps);
    if ((int)settings->accuracy < 0 || (int)settings->accuracy >= PEN_AMERICAN_ACCURACIES)
        return pen_fail(PEN_E_ARG, "%s: accuracy is %d, expected 0 to %d", me,
                        (int)settings->accuracy, PEN_AMERICAN_ACCURACIES - 1);
    return PEN_OK;
}

/* By boundary, and by tree what has two of them. */
static pen_status price_by_either(const american_call *call, double vol_times, double rate_more,
                                  const american_result *out)
{
    pen_device *device = pen_queue_device(call->queue);
    american_result with_status = *out;
    void *scratch = NULL;
    if (out->status == NULL)
        PEN_TRY(pen_device_alloc(device, (size_t)call->n_rows * pen_dtype_bytes(call->dtype),
                                 &scratch));
    if (out->status == NULL)
        with_status.status = scratch;
    pen_status s = american_by_boundary(call, vol_times, rate_more, &with_status);
    if (s == PEN_OK)
        s = american_by_tree(call, vol_times, rate_more, &with_status, with_status.status);
    pen_device_free(device, scratch);
    return s;
}

static pen_status price_rows(const american_call *call, double vol_times, double rate_more,
                             const american_result *out)
{
    if (call->settings.method == PEN_AMERICAN_AUTO)
        return price_by_either(call, vol_times, rate_more, out);
    if (call->settings.method == PEN_AMERICAN_BOUNDARY)
        return american_by_boundary(call, vol_times, rate_more, out);
    if (call->settings.method == PEN_AMERICAN_DIFFERENCES)
        return american_by_grid(call, vol_times, rate_more, out);
    return american_by_tree(call, vol_times, rate_more, out, NULL);
}

/* Volatility or rate a little up and down: derivative = difference of prices / width, where width
 * is relative to the volatility.  The steps balance rounding against the third derivative. */
static pen_status take_difference(const american_call *call, bool is_vol, void *out)
{
    double step = call->dtype == PEN_F32 ? 0x1p-7 : 0x1p-12;
    double vol_step = is_vol ? step : 0, rate_step = is_vol ? 0 : step;
    size_t bytes = (size_t)call->n_rows * pen_dtype_bytes(call->dtype);
    pen_device *device = pen_queue_device(call->queue);
    void *prices[2] = { NULL, NULL };
    pen_status s = pen_device_alloc(device, bytes, &prices[0]);
    if (s == PEN_OK)
        s = pen_device_alloc(device, bytes, &prices[1]);
    for (int k = 0; k < 2 && s == PEN_OK; k++)
        s = price_rows(call, 1 + (k == 0 ? vol_step : -vol_step), k == 0 ? rate_step : -rate_step,
                       &(american_result){ .price = prices[k] });
    if (s == PEN_OK) {
        void *vol = is_vol ? call->in[4] : NULL;
        pricing_scalar vol_all = is_vol ? call->all[4] : pricing_scalar_of(call->dtype, 1);
        pricing_scalar width = pricing_scalar_of(call->dtype, 2 * step);
        void *args[] = { &prices[0], &prices[1], &vol, &vol_all, &width, &out };
        s = pen_launch(call->queue, "american_difference", call->dtype,
                       pen_items((size_t)call->n_rows), args, PEN_COUNT(args));
    }
    pen_device_free(device, prices[0]);
    pen_device_free(device, prices[1]);
    return s;
}

static pen_status check_panels(american_call *call, const pen_american *in,
                               pen_panel *const *outputs, void **data)
{
    const pen_input inputs[AMERICAN_INPUTS] = { in->side,         in->spot_px,  in->strike_px,
                                                in->expiry_yr,    in->vol_frac, in->rate_frac,
                                                in->dividend_frac };
    const pen_panel *first = pricing_first_panel(outputs, N_OUTPUTS);
    if (first == NULL)
        return pen_fail(PEN_E_ARG, "%s: no output is wanted", me);
    pricing_shape want = { me, call->queue, pen_panel_dtype(first),
                           pen_panel_series(first) * pen_panel_points(first) };
    call->dtype = want.dtype;
    call->n_rows = (int64_t)want.n_values;
    for (int i = 0; i < AMERICAN_INPUTS; i++) {
        PEN_TRY(pricing_take_panel(&want, input_names[i], inputs[i].each, &call->in[i]));
        call->all[i] = pricing_scalar_of(want.dtype, inputs[i].all);
    }
    for (int j = 0; j < N_OUTPUTS; j++)
        PEN_TRY(pricing_take_panel(&want, output_names[j], outputs[j], &data[j]));
    return PEN_OK;
}

pen_status pen_price_american(pen_queue *queue, const pen_american *in,
                              const pen_american_settings *settings, const pen_american_out *out)
{
    pen_panel *const outputs[N_OUTPUTS] = { out->price_px, out->delta, out->gamma, out->vega,
                                            out->theta,    out->rho,   out->status };
    void *data[N_OUTPUTS];
    american_call call = { .queue = queue,
                           .settings = settings != NULL ? *settings : pen_american_default() };
    PEN_TRY(check_settings(&call.settings));
    PEN_TRY(check_panels(&call, in, outputs, data));
    if (call.n_rows == 0)
        return PEN_OK;
    american_result result = { data[0], data[1], data[2], data[4], data[6] };
    if (data[0] != NULL || data[1] != NULL || data[2] != NULL || data[4] != NULL || data[6] != NULL)
        PEN_TRY(price_rows(&call, 1, 0, &result));
    if (data[3] != NULL)
        PEN_TRY(take_difference(&call, true, data[3]));
    return data[5] != NULL ? take_difference(&call, false, data[5]) : PEN_OK;
}
