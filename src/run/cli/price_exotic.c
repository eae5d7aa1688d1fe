/* penstock price --option barrier, lookback, asian. */
#include <string.h>

#include "../../machine/base/status.h"
#include "penstock/exotic.h"
#include "price.h"

enum { BARRIER = 1, LOOKBACK = 2, ASIAN = 3 }; /* as --option lists them */

typedef struct exotic_with {
    int option, kind;
    double every_yr;
    size_t n_looks;
    bool is_forward; /* the underlying is a future: it yields the rate */
} exotic_with;

static pen_status price(pen_queue *queue, const void *context, const pen_input in[CHAIN_INPUTS],
                        pen_panel *const out[])
{
    const exotic_with *with = context;
    pen_input yield = in[with->is_forward ? CHAIN_RATE : CHAIN_DIVIDEND];
    pen_european option = {
        in[CHAIN_SIDE], in[CHAIN_SPOT], in[CHAIN_STRIKE], in[CHAIN_EXPIRY], in[CHAIN_QUOTE],
        in[CHAIN_RATE], yield
    };
    pen_exotic_out to = { out[0], out[1], out[2], out[3], out[4], out[5] };
    if (with->option == BARRIER)
        return pen_price_barrier(queue,
                                 &(pen_barrier){ option, in[CHAIN_FIRST], in[CHAIN_SECOND],
                                                 (pen_barrier_kind)with->kind, with->every_yr },
                                 &to);
    if (with->option == LOOKBACK)
        return pen_price_lookback(
            queue, &(pen_lookback){ option, in[CHAIN_FIRST], (pen_lookback_kind)with->kind }, &to);
    return pen_price_asian(queue,
                           &(pen_asian){ option, in[CHAIN_FIRST], in[CHAIN_SECOND],
                                         (pen_asian_kind)with->kind, with->n_looks },
                           &to);
}

/* --kind, in the words of the option. */
static pen_status read_kind(cli *c, int option, int *kind)
{
    static const char *const barriers[] = { "down-in", "down-out", "up-in", "up-out", NULL };
    static const char *const lookbacks[] = { "fixed", "floating", NULL };
    static const char *const asians[] = { "geometric", "arithmetic", NULL };
    if (option == BARRIER && !cli_has(c, "kind"))
        return cli_usage(c, "--option barrier needs --kind down-in, down-out, up-in or up-out");
    *kind = option == LOOKBACK ? PEN_LOOKBACK_FIXED : PEN_ASIAN_ARITHMETIC;
    if (!cli_has(c, "kind"))
        return PEN_OK;
    return cli_choice(c, "kind",
                      option == BARRIER    ? barriers
                      : option == LOOKBACK ? lookbacks
                                           : asians,
                      kind);
}

/* What the option has beside the columns of every option. */
static void name_inputs(const exotic_with *with, chain_spec *spec)
{
    static const chain_input none = { "", 0, 0 };
    spec->own[CHAIN_SECOND] = none;
    if (with->option == BARRIER) {
        spec->own[CHAIN_FIRST] =
            (chain_input){ "barrier barrier_px barrier_price barrier_level h", 0, 1e300 };
        spec->own[CHAIN_SECOND] = (chain_input){ "rebate rebate_px", 0, 1e300 };
    } else if (with->option == LOOKBACK) {
        spec->own[CHAIN_FIRST] = (chain_input){ "extreme extreme_px so_far", 0, 1e300 };
        if (with->kind == PEN_LOOKBACK_FLOATING)
            spec->own[CHAIN_STRIKE] = none;
    } else {
        spec->own[CHAIN_FIRST] = (chain_input){ "average average_px average_so_far", 0, 1e300 };
        spec->own[CHAIN_SECOND] = (chain_input){ "elapsed elapsed_yr", 0, 1e5 };
    }
}

static const char *refuse(const double row[CHAIN_INPUTS])
{
    return row[CHAIN_SPOT] > 0 ? NULL : "spot is 0, expected one above it";
}

pen_status price_exotic(cli *c, int option, pen_model model, chain_spec *spec)
{
    exotic_with with = { .option = option, .is_forward = model == PEN_MODEL_BLACK76 };
    uint64_t looks;
    if (model != PEN_MODEL_BSM && model != PEN_MODEL_BLACK76)
        return cli_usage(c, "--option %s takes --model bsm or black76", cli_text(c, "option"));
    if (strcmp(cli_text(c, "payoff"), "vanilla") != 0 ||
        strcmp(cli_text(c, "greeks"), "first") != 0 ||
        strcmp(cli_text(c, "exercise"), "european") != 0 || cli_has(c, "dividends"))
        return cli_usage(c, "--option %s takes no --payoff, --greeks, --exercise or --dividends",
                         cli_text(c, "option"));
    PEN_TRY(read_kind(c, option, &with.kind));
    PEN_TRY(cli_number(c, "every", 0, 1e5, &with.every_yr));
    PEN_TRY(cli_integer(c, "looks", 0, 100000, &looks));
    with.n_looks = (size_t)looks;
    name_inputs(&with, spec);
    spec->refuse = refuse;
    spec->compute = price;
    spec->with = &with;
    return chain_run(c, spec);
}
