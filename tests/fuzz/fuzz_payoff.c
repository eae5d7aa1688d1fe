/* Payoffs.  Any text: an error, or a payoff that runs on a few paths and whose estimate and greeks
 * are there or are refused. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "penstock/simulation.h"

enum { MOST_TEXT = 600 };

static pen_device *device;
static pen_queue *queue;

static void run(const pen_payoff *payoff, uint8_t choice)
{
    static const double initial[] = { 100, 90 }, vol[] = { 0.3, 0.2 };
    static const pen_process processes[] = { PEN_GEOMETRIC_BROWNIAN, PEN_HESTON, PEN_MERTON };
    pen_simulation s = pen_simulation_default(processes[choice % 3]);
    pen_monte_carlo options = pen_monte_carlo_default();
    pen_monte_carlo_out out;
    s.initial_px = initial;
    s.vol_frac = vol;
    s.n_assets = choice % 3 == 0 ? 1 + choice / 4 % 2 : 1;
    s.n_dates = 1 + choice / 8 % 4;
    s.drift_frac = NULL;
    s.is_antithetic = choice >= 128;
    options.n_paths = 70;
    options.wants_greeks = choice / 32 % 2 == 1;
    if (pen_payoff_assets(payoff) > 2)
        return;
    pen_status status = pen_monte_carlo_run(queue, choice % 2 == 0 ? PEN_F64 : PEN_F32, &s,
                                            &options, &payoff, 1, &out);
    if (status == PEN_OK ? out.n_paths != 70
                         : status != PEN_E_ARG && status != PEN_E_SIZE && status != PEN_E_PARSE)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const pen_payoff_parameter parameters[] = { { "K", 100 }, { "B", 80 } };
    char text[MOST_TEXT + 1];
    pen_payoff *payoff;
    if (size < 1 || size > MOST_TEXT)
        return 0;
    if (device == NULL &&
        (pen_device_open("cpu:0", &device) != PEN_OK || pen_queue_create(device, &queue) != PEN_OK))
        abort();
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    pen_status status = pen_payoff_create(text, parameters, 2, &payoff);
    if (status == PEN_OK) {
        if (strcmp(pen_payoff_text(payoff), text) != 0)
            abort();
        run(payoff, data[0]);
    } else if (payoff != NULL || (status != PEN_E_PARSE && status != PEN_E_SIZE)) {
        abort();
    }
    pen_payoff_destroy(payoff);
    return 0;
}
