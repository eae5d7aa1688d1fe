/* penstock price: prices and greeks of the options of a CSV file. */
#include "../../machine/base/status.h"
#include "chain.h"

static const chain_output outputs[] = {
    { .name = "price" }, { .name = "delta" }, { .name = "gamma" },
    { .name = "vega" },  { .name = "theta" }, { .name = "rho" },
};

static const char *refuse(const double row[CHAIN_INPUTS])
{
    if (row[CHAIN_SPOT] == 0 && row[CHAIN_STRIKE] == 0)
        return "spot and strike are both 0, expected one above it";
    return NULL;
}

static pen_status price(pen_queue *queue, const pen_input in[CHAIN_INPUTS], pen_panel *const out[])
{
    pen_european options = { in[CHAIN_SIDE],  in[CHAIN_SPOT], in[CHAIN_STRIKE],  in[CHAIN_EXPIRY],
                             in[CHAIN_QUOTE], in[CHAIN_RATE], in[CHAIN_DIVIDEND] };
    pen_european_out results = { out[0], out[1], out[2], out[3], out[4], out[5] };
    return pen_price_european(queue, &options, &results);
}

static pen_status run(cli *c)
{
    static const chain_spec spec = {
        .quote = { "vol volatility vol_frac sigma implied_vol implied_volatility iv", 0, 1e300 },
        .verb = "pricing",
        .refuse = refuse,
        .compute = price,
        .outputs = outputs,
        .n_outputs = PEN_COUNT(outputs),
    };
    return chain_run(c, &spec);
}

static const cli_option options[] = {
    CHAIN_OPTIONS({ "vol", 0, "FRACTION", "volatility a year, likewise", NULL }),
};

static const char *const examples[] = {
    "Prices and greeks of a chain",
    "penstock price options.csv -o priced.csv",
    "The same for a chain without rates, from standard input",
    "penstock price - --rate 0.04 --spot 101.5 <chain.csv",
    NULL,
};

const cli_command cmd_price = {
    .name = "price",
    .summary = "Price European options and their greeks from CSV",
    .arguments = "FILE",
    .min_args = 1,
    .max_args = 1,
    .detail =
        "Reads columns type (call, put, C, P), spot, strike, expiry (years), vol, rate and\n"
        "dividend (continuous, a year), whatever their order and case, also by common other names\n"
        "(sigma, iv, maturity, ...). Writes every column as it was and adds price, delta, gamma,\n"
        "vega (per 1.00), theta (per year) and rho (per 1.00): Black-Scholes-Merton. A bad row\n"
        "ends the run with its file, line and column.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
