/* Any quotes as a volatility surface: an error, or a surface that reads. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "penstock/surface.h"

enum { QUOTE_BYTES = 5, MOST = 256 };

/* Bytes become prices and strikes of a chain, near enough to one for the fits to run. */
static pen_option_quote quote_of(const uint8_t *b)
{
    static const double odd[] = { NAN, INFINITY, -1, 0, 1e300, 1e-300 };
    pen_option_quote q = { .side = b[0] & 1 ? 1 : -1,
                           .strike_px = 60 + b[1] % 80,
                           .expiry_yr = 0.1 + (b[0] >> 1 & 3),
                           .price_px = b[2] / 8.0 + b[3] / 2048.0,
                           .spread_px = b[0] & 8 ? b[4] / 64.0 : NAN,
                           .forward_px = b[0] & 16 ? 100 : NAN,
                           .vol_frac = b[0] & 32 ? 0.05 + b[2] / 200.0 : NAN,
                           .rate_frac = b[0] & 64 ? 0.03 : NAN };
    double *fields[] = { &q.strike_px, &q.price_px,   &q.expiry_yr, &q.spread_px,
                         &q.vol_frac,  &q.forward_px, &q.rate_frac };
    if (b[0] & 128)
        *fields[b[1] % 7] = odd[b[4] % 6];
    return q;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static pen_queue *queue;
    static pen_device *device;
    if (queue == NULL &&
        (pen_device_open("cpu:0", &device) != PEN_OK || pen_queue_create(device, &queue) != PEN_OK))
        abort();
    pen_option_quote quotes[MOST];
    size_t n_quotes = 0, n_slices, n_findings;
    pen_surface_options options = pen_surface_options_default();
    if (n > 0) { /* the first byte chooses the options */
        options.smile = (pen_smile)(data[0] % PEN_SMILES);
        options.may_arbitrage = data[0] & 4;
        options.sabr_is_normal = data[0] & 8;
        options.sabr_beta = (data[0] >> 4 & 3) / 3.0;
        options.sabr_shift_px = data[0] & 64 ? 10 : 0;
        options.spot_px = data[0] & 128 ? 100 : NAN;
    }
    for (size_t i = 1; i + QUOTE_BYTES <= n && n_quotes < MOST; i += QUOTE_BYTES)
        quotes[n_quotes++] = quote_of(data + i);
    pen_surface *surface;
    if (pen_surface_fit(queue, quotes, n_quotes, &options, &surface) != PEN_OK)
        return 0;
    const pen_surface_slice *slices = pen_surface_slices(surface, &n_slices);
    for (size_t i = 0; i < n_slices; i++)
        if (!(slices[i].expiry_yr > 0) || isnan(slices[i].forward_px) ||
            !(slices[i].rmse_vol >= 0) || !(slices[i].atm_vol > 0))
            abort();
    pen_surface_findings(surface, NULL, 0, &n_findings);
    for (double t = 0.05; t < 5; t *= 3)
        for (double k = 40; k < 200; k += 40)
            if (pen_surface_local_vol(surface, k, t) < 0 || pen_surface_vol(surface, k, t) < 0)
                abort();
    pen_surface_destroy(surface);
    return 0;
}
