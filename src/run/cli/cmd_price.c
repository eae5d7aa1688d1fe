/* penstock price: prices and greeks of the options of a CSV file. */
#include <string.h>

#include "../../machine/base/status.h"
#include "dividends.h"
#include "price.h"

static const chain_output outputs[] = {
    { .name = "price" }, { .name = "delta" }, { .name = "gamma" }, { .name = "vega" },
    { .name = "theta" }, { .name = "rho" },   { .name = "vanna" }, { .name = "volga" },
    { .name = "charm" }, { .name = "speed" }, { .name = "color" }, { .name = "ultima" },
};
enum { FIRST_ORDER = 6 }; /* price and greeks of first order, and gamma */

static const char *refuse(const double row[CHAIN_INPUTS])
{
    if (row[CHAIN_SPOT] == 0 && row[CHAIN_STRIKE] == 0)
        return "spot and strike are both 0, expected one above it";
    return NULL;
}

static pen_status price(pen_queue *queue, const void *with, const pen_input in[CHAIN_INPUTS],
                        pen_panel *const out[])
{
    pen_european_terms terms = *(const pen_european_terms *)with;
    terms.shift_px = in[CHAIN_SHIFT];
    pen_european options = { in[CHAIN_SIDE],  in[CHAIN_SPOT], in[CHAIN_STRIKE],  in[CHAIN_EXPIRY],
                             in[CHAIN_QUOTE], in[CHAIN_RATE], in[CHAIN_DIVIDEND] };
    pen_european_out results = { .price_px = out[0],
                                 .delta = out[1],
                                 .gamma = out[2],
                                 .vega = out[3],
                                 .theta = out[4],
                                 .rho = out[5],
                                 .vanna = out[6],
                                 .volga = out[7],
                                 .charm = out[8],
                                 .speed = out[9],
                                 .color = out[10],
                                 .ultima = out[11] };
    return pen_price_european_by(queue, &terms, &options, &results);
}

static pen_status run(cli *c)
{
    static const char *const payoffs[] = { "vanilla", "cash", "asset", NULL };
    static const char *const kinds[] = { "vanilla", "barrier", "lookback", "asian", NULL };
    static const char *const exercises[] = { "european", "american", NULL };
    const char *greeks = cli_text(c, "greeks");
    bool has_all = strcmp(greeks, "all") == 0;
    if (!has_all && strcmp(greeks, "first") != 0)
        return cli_usage(c, "--greeks '%s', expected first or all", greeks);
    pen_european_terms terms = { .model = PEN_MODEL_BSM };
    chain_spec spec = {
        .own[CHAIN_QUOTE] = { "vol volatility vol_frac sigma implied_vol implied_volatility iv", 0,
                              1e300 },
        .verb = "pricing",
        .compute = price,
        .with = &terms,
        .outputs = outputs,
        .n_outputs = has_all ? PEN_COUNT(outputs) : FIRST_ORDER,
    };
    int payoff, exercise, option;
    PEN_TRY(chain_read_model(c, &terms.model, &spec));
    PEN_TRY(cli_choice(c, "payoff", payoffs, &payoff));
    terms.payoff = (pen_european_payoff)payoff;
    spec.refuse = terms.model == PEN_MODEL_BSM || terms.model == PEN_MODEL_BLACK76 ? refuse : NULL;
    PEN_TRY(cli_choice(c, "exercise", exercises, &exercise));
    PEN_TRY(cli_choice(c, "option", kinds, &option));
    if (option != 0)
        return price_exotic(c, option, terms.model, &spec);
    if (cli_has(c, "kind"))
        return cli_usage(c, "--kind '%s' is of --option barrier, lookback or asian",
                         cli_text(c, "kind"));
    if (exercise == 1)
        return price_american(c, terms.model, &spec);
    if (!cli_has(c, "dividends"))
        return chain_run(c, &spec);
    if (terms.model != PEN_MODEL_BSM || terms.payoff != PEN_PAYOFF_VANILLA)
        return cli_usage(c, "--dividends is of --model bsm and --payoff vanilla");
    cli_dividends paid = { 0 };
    pen_status s = cli_dividends_read(c, &paid);
    terms.dividends = &paid.dividends;
    if (s == PEN_OK)
        s = chain_run(c, &spec);
    cli_dividends_clear(&paid);
    return s;
}

static const cli_option options[] = {
    CHAIN_OPTIONS({ "vol", 0, "FRACTION", "volatility a year, likewise", NULL }),
    { "payoff", 0, "NAME", "vanilla, or digital: cash pays 1, asset the underlying", "vanilla" },
    { "dividends", 0, "FILE", "cash dividends: columns time (years, or dates) and amount", NULL },
    { "dividend-method", 0, "NAME", "bos-vandermark, or escrowed", "bos-vandermark" },
    { "option", 0, "NAME", "vanilla, barrier, lookback or asian", "vanilla" },
    { "kind", 0, "NAME",
      "of barrier: down-in, down-out, up-in, up-out; of lookback: fixed, floating; of asian: "
      "arithmetic, geometric",
      NULL },
    { "barrier", 0, "PRICE", "barrier, where the file has no such column", NULL },
    { "rebate", 0, "PRICE", "rebate of a barrier, likewise", "0" },
    { "every", 0, "YEARS", "between looks at a barrier; 0: always", "0" },
    { "extreme", 0, "PRICE", "extreme so far of a lookback, likewise; 0: the spot", "0" },
    { "average", 0, "PRICE", "average so far of an asian, likewise", "0" },
    { "elapsed", 0, "YEARS", "since its average began, likewise", "0" },
    { "looks", 0, "N", "at the spot until expiry of an asian; 0: always", "0" },
    { "exercise", 0, "STYLE", "european, or american: at any time", "european" },
    { "method", 0, "NAME", "of american: auto, alo (its boundary), crr or lr (trees), fd", "auto" },
    { "steps", 0, "N", "of a tree, or of fd", "501" },
    { "accuracy", 0, "CLASS", "of alo: fast or accurate", "fast" },
    { "greeks", 0, "WHICH", "first, or all: vanna, volga, charm, speed, color, ultima too",
      "first" },
};

static const char *const examples[] = {
    "Prices and greeks of a chain",
    "penstock price options.csv -o priced.csv",
    "The same for a chain without rates, from standard input",
    "penstock price - --rate 0.04 --spot 101.5 <chain.csv",
    "With greeks of second and third order",
    "penstock price options.csv --greeks all -o priced.csv",
    "Options on futures by Black-76, the column forward in place of spot",
    "penstock price futures.csv --model black76 --rate 0.04",
    "Options on rates, which may be negative: volatility in points, not as a fraction",
    "penstock price swaptions.csv --model bachelier",
    "A stock that pays cash on known days",
    "penstock price options.csv --dividends dividends.csv --now 2024-01-02",
    "American options, by the exercise boundary",
    "penstock price options.csv --exercise american",
    "American options by a tree of 1000 steps",
    "penstock price options.csv --exercise american --method crr --steps 1000",
    "Knock-out options that are looked at once a day, the barrier in a column",
    "penstock price barriers.csv --option barrier --kind down-out --every 0.004",
    "Options on the average of twelve looks",
    "penstock price options.csv --option asian --looks 12",
    "Digital options that pay 1",
    "penstock price options.csv --payoff cash",
    NULL,
};

const cli_command cmd_price = {
    .name = "price",
    .summary = "Price European and American options and their greeks from CSV",
    .arguments = "FILE",
    .min_args = 1,
    .max_args = 1,
    .detail =
        "Reads columns type (call, put, C, P), spot, strike, expiry (years), vol, rate and\n"
        "dividend (continuous, a year), whatever their order and case, also by common other names\n"
        "(sigma, iv, maturity, ...). Writes every column as it was and adds price, delta, gamma,\n"
        "vega (per 1.00), theta (per year) and rho (per 1.00); with --greeks all the further "
        "ones,\n"
        "empty where there is none. A bad row ends the run with its file, line and column.\n\n"
        "--model bsm is Black-Scholes-Merton on a spot. The others take a forward, in the column\n"
        "spot, forward or future, and no dividend: black76; bachelier, whose volatility is in "
        "money\n"
        "and whose prices may be negative; displaced, where forward + shift is lognormal. Digital\n"
        "options (--payoff cash or asset) pay 1, or the underlying, where a call or put would be\n"
        "in the money.\n\n"
        "--exercise american adds a status too. Its method alo is Andersen, Lake and "
        "Offengenden's,\n"
        "1 us an option (accurate: 18); crr and lr are the trees of Cox, Ross and Rubinstein and "
        "of\n"
        "Leisen and Reimer; fd is finite differences. auto is alo, and lr for rows that alo has "
        "no\n"
        "answer for. Rows without a price are empty and counted on standard error.\n\n"
        "--option barrier reads columns barrier and rebate; lookback reads extreme, the largest "
        "or\n"
        "smallest spot so far; asian reads average and elapsed. An asian is of the arithmetic\n"
        "average, by its two moments, unless --kind says geometric.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
