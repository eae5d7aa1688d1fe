/* penstock implied: implied volatilities of the options of a CSV file. */
#include <string.h>

#include "../../machine/base/status.h"
#include "chain.h"

static pen_status imply(pen_queue *queue, const void *with, const pen_input in[CHAIN_INPUTS],
                        pen_panel *const out[])
{
    pen_european_terms terms = { .model = *(const pen_model *)with, .shift_px = in[CHAIN_SHIFT] };
    pen_implied options = { in[CHAIN_SIDE],   in[CHAIN_QUOTE], in[CHAIN_SPOT],    in[CHAIN_STRIKE],
                            in[CHAIN_EXPIRY], in[CHAIN_RATE],  in[CHAIN_DIVIDEND] };
    pen_implied_out results = { out[0], out[1] };
    return pen_implied_vol_by(queue, &terms, &options, &results);
}

/* Says how many rows have no volatility, and why. */
static void note_rows(const cli *c, const size_t rows[PEN_IMPLIED_STATUSES])
{
    char reasons[256] = "";
    size_t n_rows = rows[PEN_IMPLIED_OK], n_bad = 0;
    for (int status = PEN_IMPLIED_OK + 1; status < PEN_IMPLIED_STATUSES; status++) {
        size_t used = strlen(reasons);
        if (rows[status] > 0)
            snprintf(reasons + used, sizeof reasons - used, "%s%zu %s", n_bad > 0 ? ", " : "",
                     rows[status], pen_implied_status_name(status));
        n_bad += rows[status];
    }
    n_rows += n_bad;
    if (n_bad > 0)
        cli_note(c, "%zu of %zu rows are not ok: %s", n_bad, n_rows, reasons);
}

static pen_status run(cli *c)
{
    size_t rows[PEN_IMPLIED_STATUSES] = { 0 };
    const chain_output outputs[] = {
        { .name = "vol" },
        { .name = "status", .word = pen_implied_status_name, .rows = rows },
    };
    pen_model model;
    chain_spec spec = {
        /* a price below 0 is a status of its row, not an error */
        .own[CHAIN_QUOTE] = { "price price_px option_price premium mid mark last", -1e300, 1e300 },
        .is_market = true,
        .is_inverse = cli_has(c, "inverse"),
        .verb = "implying",
        .compute = imply,
        .with = &model,
        .outputs = outputs,
        .n_outputs = PEN_COUNT(outputs),
    };
    PEN_TRY(chain_read_model(c, &model, &spec));
    PEN_TRY(chain_run(c, &spec));
    note_rows(c, rows);
    return PEN_OK;
}

static const cli_option options[] = {
    CHAIN_OPTIONS({ "price", 0, "PRICE", "price of the option, likewise", NULL }),
    { "inverse", 0, NULL, "prices are in units of the underlying, as of coin-settled options",
      NULL },
};

static const char *const examples[] = {
    "Implied volatilities of a chain",
    "penstock implied chain.csv -o vols.csv",
    "Of a day's quotes: mean of bid and ask, the last day as a date",
    "penstock implied quotes.csv --now 2024-01-08T11:19:41Z --spot 5781.88",
    "Of coin-settled options, whose columns have names of their own",
    "penstock implied coins.csv --inverse --column price=mid_eth --column spot=underlying_usd",
    "Of options on futures, the column forward in place of spot",
    "penstock implied futures.csv --model black76 --rate 0.04 -o vols.csv",
    "Of a chain without rates, from standard input",
    "penstock implied - --rate 0.04 --spot 101.5 <chain.csv",
    "There and back: the last column named vol is the one implied",
    "penstock price options.csv | penstock implied -",
    NULL,
};

const cli_command cmd_implied = {
    .name = "implied",
    .summary = "Find the implied volatility of European options from CSV",
    .arguments = "FILE",
    .min_args = 1,
    .max_args = 1,
    .detail =
        "Reads columns type (call, put, C, P), price, spot, strike, expiry (years), rate and\n"
        "dividend (continuous, a year), whatever their order and case, also by common other names\n"
        "(premium, mid, last, maturity, ...). Writes every column as it was and adds vol (a year,\n"
        "by --model as in penstock price; empty where there is none) and status: ok; below\n"
        "intrinsic, cheaper than at any volatility; above bound, dearer than at any; no "
        "volatility,\n"
        "where expiry, spot or strike is 0; invalid, a price below 0; no price, an empty cell.\n"
        "Without a price column bid and ask are read, and the price is their mean. An expiry may "
        "be\n"
        "a date or a time (UTC), from --now on in years of 365 days. A cell that cannot be read\n"
        "ends the run with its file, line and column.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
