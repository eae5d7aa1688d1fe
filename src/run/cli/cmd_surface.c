/* penstock surface: volatility surfaces fitted to the options of a CSV file. */
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/number.h"
#include "../../machine/base/status.h"
#include "chain_read.h"
#include "surface.h"

static pen_status read_choices(surface_job *j)
{
    static const char *const models[] = { "svi", "ssvi", "sabr", NULL };
    cli *c = j->c;
    pen_surface_options *o = &j->options;
    int model;
    *o = pen_surface_options_default();
    PEN_TRY(cli_choice(c, "model", models, &model));
    o->smile = (pen_smile)model;
    o->may_arbitrage = cli_has(c, "free");
    o->sabr_is_normal = cli_has(c, "normal");
    PEN_TRY(cli_number(c, "beta", 0, 1, &o->sabr_beta));
    PEN_TRY(cli_number(c, "shift", -1e300, 1e300, &o->sabr_shift_px));
    PEN_TRY(cli_number(c, "dividend", -1000, 1e300, &o->dividend_frac));
    if (cli_has(c, "spot"))
        PEN_TRY(cli_number(c, "spot", 0, 1e300, &o->spot_px));
    if (o->smile != PEN_SMILE_SABR &&
        (o->sabr_is_normal || cli_has(c, "beta") || cli_has(c, "shift")))
        return cli_usage(c, "--beta, --shift and --normal are of --model sabr");
    if (o->sabr_is_normal && !cli_has(c, "beta"))
        o->sabr_beta = 0;
    return PEN_OK;
}

/* A list of numbers between commas, above `low`; creates. */
static pen_status read_list(cli *c, const char *name, double low, double **out, size_t *n)
{
    const char *text = cli_text(c, name), *at = text;
    if (text == NULL)
        return PEN_OK;
    PEN_TRY(pen_alloc(strlen(text) / 2 + 1, sizeof **out, (void **)out));
    for (*n = 0;; at += at[0] == ',') {
        size_t length = strcspn(at, ",");
        double x;
        if (!pen_number_parse(at, length, &x) || !isfinite(x) || !(x > low))
            return cli_usage(c, "--%s '%s', expected numbers between commas%s", name, text,
                             low == 0 ? ", all above 0" : "");
        (*out)[(*n)++] = x;
        at += length;
        if (*at == '\0')
            return PEN_OK;
    }
}

/* ---- quotes ---- */

static pen_status add_quote(surface_job *j, const double row[CHAIN_COLUMNS])
{
    if (j->n_quotes == j->n_room) {
        size_t room = j->n_room > 0 ? 2 * j->n_room : 1024;
        PEN_TRY(pen_realloc((void **)&j->quotes, room, sizeof *j->quotes));
        j->n_room = room;
    }
    /* nobody quotes an option at 0 for long: a bid of 0 is none */
    bool is_one_sided = row[CHAIN_BID] <= 0;
    bool has_price = isfinite(row[CHAIN_QUOTE]) && !is_one_sided;
    j->quotes[j->n_quotes++] = (pen_option_quote){ .side = row[CHAIN_SIDE],
                                                   .strike_px = row[CHAIN_STRIKE],
                                                   .expiry_yr = row[CHAIN_EXPIRY],
                                                   .price_px = has_price ? row[CHAIN_QUOTE] : NAN,
                                                   .spread_px = row[CHAIN_ASK] - row[CHAIN_BID],
                                                   .forward_px = row[CHAIN_SPOT],
                                                   .vol_frac = has_price ? NAN : row[CHAIN_VOL],
                                                   .rate_frac = row[CHAIN_RATE] };
    return PEN_OK;
}

static pen_status read_rows(surface_job *j, chain_reader *reader)
{
    for (;;) {
        const pen_cell *cells;
        double row[CHAIN_COLUMNS];
        size_t n;
        PEN_TRY(chain_reader_next(reader, &cells, &n, row));
        if (n == 0)
            return PEN_OK;
        PEN_TRY(add_quote(j, row));
    }
}

static pen_status read_quotes(surface_job *j)
{
    double low = j->options.smile == PEN_SMILE_SABR ? -1e300 : 0;
    chain_spec spec = {
        .own[CHAIN_QUOTE] = { "price price_px option_price premium mid mark last", -1e300, 1e300 },
        .own[CHAIN_SPOT] = { "forward forward_px forward_price future futures futures_price", low,
                             1e300 },
        .own[CHAIN_STRIKE] = { "strike strike_px strike_price k x", low, 1e300 },
        .is_market = true,
        .is_inverse = cli_has(j->c, "inverse"),
        .optional = 1u << CHAIN_QUOTE | 1u << CHAIN_SPOT | 1u << CHAIN_EXPIRY | 1u << CHAIN_RATE |
                    1u << CHAIN_DIVIDEND | 1u << CHAIN_SHIFT,
    };
    chain_reader reader;
    pen_status s = chain_reader_open(&reader, j->c, &spec);
    bool has_expiry = reader.column[CHAIN_EXPIRY] >= 0 || cli_has(j->c, "expiry");
    bool has_quote = chain_reader_varies(&reader, CHAIN_QUOTE) || reader.column[CHAIN_VOL] >= 0;
    if (s == PEN_OK && !has_expiry)
        s = pen_csv_fail(reader.csv, NULL, "no column expiry; or give --expiry");
    if (s == PEN_OK && !has_quote)
        s = pen_csv_fail(reader.csv, NULL, "no column price, none of bid and ask, none of vol");
    if (s == PEN_OK && spec.is_inverse && reader.column[CHAIN_SPOT] < 0 &&
        !cli_has(j->c, "forward"))
        s = pen_csv_fail(reader.csv, NULL, "no column forward, which --inverse needs");
    if (s == PEN_OK)
        s = read_rows(j, &reader);
    chain_reader_close(&reader);
    return s;
}

/* ---- the whole ---- */

static pen_status fit(surface_job *j)
{
    pen_device *device;
    pen_queue *queue = NULL;
    PEN_TRY(cli_open_device(j->c, &device));
    pen_status s = pen_queue_create(device, &queue);
    if (s == PEN_OK)
        s = pen_surface_fit(queue, j->quotes, j->n_quotes, &j->options, &j->surface);
    pen_queue_destroy(queue);
    pen_device_close(device);
    return s;
}

static pen_status compute(surface_job *j)
{
    PEN_TRY(read_choices(j));
    PEN_TRY(read_list(j->c, "strikes", -INFINITY, &j->strikes, &j->n_strikes));
    PEN_TRY(read_list(j->c, "expiries", 0, &j->expiries, &j->n_expiries));
    PEN_TRY(read_quotes(j));
    PEN_TRY(fit(j));
    j->slices = pen_surface_slices(j->surface, &j->n_slices);
    j->points = pen_surface_points(j->surface, &j->n_points);
    pen_surface_findings(j->surface, j->findings, SURFACE_FINDINGS, &j->n_findings);
    if (cli_has(j->c, "plot"))
        PEN_TRY(surface_plot(j, cli_text(j->c, "plot")));
    PEN_TRY(surface_print(j));
    surface_note(j);
    return PEN_OK;
}

static pen_status run(cli *c)
{
    surface_job *j;
    PEN_TRY(PEN_NEW(&j));
    j->c = c;
    pen_status s = compute(j);
    pen_surface_destroy(j->surface);
    pen_free(j->quotes);
    pen_free(j->strikes);
    pen_free(j->expiries);
    pen_free(j);
    return s;
}

static const cli_option options[] = {
    { "model", 0, "NAME", "svi, ssvi or sabr", "svi" },
    { "free", 0, NULL, "do not hold svi and sabr free of arbitrage", NULL },
    { "beta", 0, "NUMBER", "of sabr, 0 to 1; 0 with --normal", "1" },
    { "shift", 0, "PRICE", "of sabr: forward + shift is modelled", "0" },
    { "normal", 0, NULL, "normal sabr: volatilities in money, forwards of any sign", NULL },
    { "grid", 0, NULL, "print volatilities by expiry and strike", NULL },
    { "local", 0, NULL, "local volatilities beside them", NULL },
    { "strikes", 0, "LIST", "of the grid: numbers between commas", NULL },
    { "expiries", 0, "LIST", "of the grid, in years; those between slices too", NULL },
    { "points", 0, NULL, "print the market's volatilities beside the fitted ones", NULL },
    { "plot", 0, "FILE", "draw smiles and total variance as SVG", NULL },
    { "now", 0, "TIME", "when the quotes are from, where expiries are dates", NULL },
    { "inverse", 0, NULL, "prices are in units of the underlying, as of coin-settled options",
      NULL },
    { "column", 0, "INPUT=NAME", "the file's name of an input; repeatable", NULL },
    { "type", 0, "TYPE", "call or put, where the file has no such column", NULL },
    { "strike", 0, "PRICE", "strike, likewise", NULL },
    { "expiry", 0, "YEARS", "time to expiry, likewise", NULL },
    { "forward", 0, "PRICE", "forward, likewise; else by put-call parity", NULL },
    { "rate", 0, "FRACTION", "risk-free rate a year, likewise; else by put-call parity", NULL },
    { "spot", 0, "PRICE", "gives the forward where parity cannot, with rate and dividend", NULL },
    { "dividend", 0, "FRACTION", "dividend yield a year of that spot", "0" },
};

static const char *const examples[] = {
    "Raw SVI a slice, with a picture",
    "penstock surface chain.csv --plot smiles.svg",
    "One arbitrage-free surface; volatility and local volatility where they are wanted",
    "penstock surface chain.csv --model ssvi --local --strikes 90,100,110 --expiries 0.25,0.5",
    "Coin-settled options with dates of expiry and columns of their own names",
    "penstock surface coins.csv --now 2024-01-08T11:19:41Z --inverse --column bid=bid_eth "
    "--column ask=ask_eth --column forward=underlying_price_usd",
    "Normal SABR of options on rates",
    "penstock surface swaptions.csv --model sabr --normal",
    NULL,
};

const cli_command cmd_surface = {
    .name = "surface",
    .summary = "Fit a volatility surface to an option chain",
    .arguments = "FILE",
    .min_args = 1,
    .max_args = 1,
    .detail =
        "Reads columns type, strike, expiry (years, or dates with --now) and price, or bid and\n"
        "ask, or vol, as penstock implied does; empty quotes are left out. Forward and discount\n"
        "factor of each expiry come from put-call parity unless columns or options give them.\n"
        "Of each strike the option out of the money counts, by vega / spread.\n\n"
        "Prints a row an expiry: the smile's parameters and its error in volatility. Arbitrage\n"
        "that the fit admits is remarked on standard error, by expiry and strikes. --grid,\n"
        "--local, --strikes and --expiries print volatilities instead, --points the market's.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
