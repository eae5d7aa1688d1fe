/* penstock price --exercise american. */
#include <string.h>

#include "../../machine/base/status.h"
#include "penstock/american.h"
#include "price.h"

typedef struct american_with {
    pen_american_settings settings;
    bool is_forward; /* the underlying is a future: it yields the rate */
} american_with;

static pen_status price(pen_queue *queue, const void *context, const pen_input in[CHAIN_INPUTS],
                        pen_panel *const out[])
{
    const american_with *with = context;
    pen_input yield = in[with->is_forward ? CHAIN_RATE : CHAIN_DIVIDEND];
    pen_american options = {
        in[CHAIN_SIDE], in[CHAIN_SPOT], in[CHAIN_STRIKE], in[CHAIN_EXPIRY], in[CHAIN_QUOTE],
        in[CHAIN_RATE], yield
    };
    pen_american_out results = { out[0], out[1], out[2], out[3], out[4], out[5], out[6] };
    return pen_price_american(queue, &options, &with->settings, &results);
}

static pen_status read_settings(cli *c, pen_american_settings *settings)
{
    static const char *const methods[] = { "auto", "alo", "crr", "lr", "fd", NULL };
    static const char *const accuracies[] = { "fast", "accurate", NULL };
    int method, accuracy;
    uint64_t steps;
    PEN_TRY(cli_choice(c, "method", methods, &method));
    PEN_TRY(cli_choice(c, "accuracy", accuracies, &accuracy));
    PEN_TRY(cli_integer(c, "steps", 2, 100000, &steps));
    *settings = (pen_american_settings){ (pen_american_method)method, (size_t)steps,
                                         (pen_american_accuracy)accuracy };
    return PEN_OK;
}

/* Says how many rows have no price, and why. */
static void note_rows(const cli *c, const size_t rows[PEN_AMERICAN_STATUSES])
{
    size_t n_rows = 0;
    for (int status = 0; status < PEN_AMERICAN_STATUSES; status++)
        n_rows += rows[status];
    for (int status = PEN_AMERICAN_OK + 1; status < PEN_AMERICAN_STATUSES; status++)
        if (rows[status] > 0)
            cli_note(c, "%zu of %zu rows have no price: %s%s", rows[status], n_rows,
                     pen_american_status_name(status),
                     status == PEN_AMERICAN_STEPS   ? "; more --steps, or --method auto"
                     : status == PEN_AMERICAN_TWICE ? "; --method auto has one"
                                                    : "");
}

pen_status price_american(cli *c, pen_model model, chain_spec *spec)
{
    size_t rows[PEN_AMERICAN_STATUSES] = { 0 };
    const chain_output outputs[] = {
        { .name = "price" },
        { .name = "delta" },
        { .name = "gamma" },
        { .name = "vega" },
        { .name = "theta" },
        { .name = "rho" },
        { .name = "status", .word = pen_american_status_name, .rows = rows },
    };
    american_with with = { .is_forward = model == PEN_MODEL_BLACK76 };
    if (model != PEN_MODEL_BSM && model != PEN_MODEL_BLACK76)
        return cli_usage(c, "--exercise american takes --model bsm or black76");
    if (strcmp(cli_text(c, "payoff"), "vanilla") != 0)
        return cli_usage(c, "--exercise american takes --payoff vanilla");
    if (strcmp(cli_text(c, "greeks"), "first") != 0)
        return cli_usage(c, "--exercise american takes --greeks first");
    if (cli_has(c, "dividends"))
        return cli_usage(c, "--exercise american takes a dividend yield, not --dividends");
    PEN_TRY(read_settings(c, &with.settings));
    spec->compute = price;
    spec->with = &with;
    spec->outputs = outputs;
    spec->n_outputs = PEN_COUNT(outputs);
    PEN_TRY(chain_run(c, spec));
    note_rows(c, rows);
    return PEN_OK;
}
