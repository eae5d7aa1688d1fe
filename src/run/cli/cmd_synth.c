/* penstock synth: a synthetic market as CSV. */
#define _POSIX_C_SOURCE 200809L

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "cli.h"
#include "penstock/market.h"
#include "penstock/synth.h"

struct request {
    pen_synth_params params;
    uint64_t symbols, rows;
    bool is_ticks;
    int digits; /* decimals of a price */
};

static pen_status read_request(cli *c, struct request *r)
{
    uint64_t bar_s;
    r->params = pen_synth_params_default();
    r->is_ticks = cli_has(c, "ticks");
    PEN_TRY(cli_integer(c, "seed", 0, UINT64_MAX, &r->params.seed));
    PEN_TRY(cli_integer(c, "symbols", 1, 1000000, &r->symbols));
    PEN_TRY(cli_integer(c, "bars", 0, 100000000, &r->rows));
    if (r->is_ticks)
        PEN_TRY(cli_integer(c, "trades", 0, 1000000000, &r->rows));
    PEN_TRY(cli_integer(c, "step", 1, 86400, &bar_s));
    r->params.bar_s = (unsigned)bar_s;
    PEN_TRY(cli_number(c, "initial", 1e-9, 1e12, &r->params.start_px));
    PEN_TRY(cli_number(c, "tick", 1e-9, 1e9, &r->params.tick_px));
    PEN_TRY(cli_number(c, "drift", -10, 10, &r->params.drift_frac));
    PEN_TRY(cli_number(c, "volatility", 0, 5, &r->params.vol_frac));
    PEN_TRY(cli_number(c, "branching", 0, 0.999, &r->params.branching));
    const char *start = cli_text(c, "start");
    if (pen_time_parse(start, strlen(start), PEN_TIME_AUTO, &r->params.start_ns) != PEN_OK)
        return cli_usage(c, "--start '%s', expected a date such as 2024-01-31", start);
    double tick = r->params.tick_px;
    for (r->digits = 0; r->digits < 9 && fabs(tick - round(tick)) > 1e-9; r->digits++)
        tick *= 10;
    return PEN_OK;
}

static void print_bars(const struct request *r, const int64_t *time_ns, double *const field[5],
                       FILE *out)
{
    char time[32];
    bool is_many = r->symbols > 1;
    fprintf(out, "%sdate,open,high,low,close,volume\n", is_many ? "symbol," : "");
    for (size_t s = 0; s < r->symbols; s++)
        for (size_t t = 0; t < r->rows; t++) {
            size_t at = s * r->rows + t;
            pen_time_print(time_ns[t], time);
            if (is_many)
                fprintf(out, "S%04zu,", s + 1);
            fprintf(out, "%s,%.*f,%.*f,%.*f,%.*f,%.0f\n", time, r->digits, field[0][at], r->digits,
                    field[1][at], r->digits, field[2][at], r->digits, field[3][at], field[4][at]);
        }
}

static pen_status write_bars(cli *c, const struct request *r)
{
    double *block = NULL, *field[5];
    int64_t *time_ns = NULL;
    FILE *out;
    size_t cells = r->symbols * r->rows;
    PEN_TRY(cli_open_output(c, &out));
    pen_status s = pen_alloc_array(cells + 1, 5 * sizeof *block, (void **)&block);
    if (s == PEN_OK)
        s = pen_alloc_array(r->rows + 1, sizeof *time_ns, (void **)&time_ns);
    for (size_t i = 0; s == PEN_OK && i < 5; i++)
        field[i] = block + i * cells;
    if (s == PEN_OK)
        s = pen_synth_bars(&r->params, r->symbols, r->rows, time_ns, field[0], field[1], field[2],
                           field[3], field[4], NULL);
    if (s == PEN_OK)
        print_bars(r, time_ns, field, out);
    pen_free(block);
    pen_free(time_ns);
    return s;
}

static void print_trades(const struct request *r, size_t symbol, const pen_synth_columns *k,
                         FILE *out)
{
    for (size_t i = 0; i < r->rows; i++) {
        if (r->symbols > 1)
            fprintf(out, "S%04zu,", symbol + 1);
        fprintf(out, "%lld,%.*f,%.0f,%s,%.*f,%.*f,%.0f,%.0f\n", (long long)k->time_ns[i], r->digits,
                k->price[i], k->size[i], k->side[i] > 0 ? "buy" : "sell", r->digits, k->bid[i],
                r->digits, k->ask[i], k->bid_size[i], k->ask_size[i]);
    }
}

static pen_status write_trades(cli *c, const struct request *r)
{
    size_t n = r->rows + 1;
    double *block = NULL;
    signed char *side = NULL;
    FILE *out;
    PEN_TRY(cli_open_output(c, &out));
    pen_status s = pen_alloc_array(n, 7 * sizeof *block, (void **)&block);
    if (s == PEN_OK)
        s = pen_alloc_array(n, 1, (void **)&side);
    if (s == PEN_OK)
        fprintf(out, "%stime_ns,price,size,side,bid,ask,bid_size,ask_size\n",
                r->symbols > 1 ? "symbol," : "");
    for (size_t k = 0; s == PEN_OK && k < r->symbols; k++) {
        pen_synth_columns columns = {
            .time_ns = (int64_t *)(void *)(block + 6 * n),
            .price = block,
            .size = block + n,
            .side = side,
            .bid = block + 2 * n,
            .ask = block + 3 * n,
            .bid_size = block + 4 * n,
            .ask_size = block + 5 * n,
        };
        s = pen_synth_trades(&r->params, k, r->rows, &columns);
        if (s == PEN_OK)
            print_trades(r, k, &columns, out);
    }
    pen_free(block);
    pen_free(side);
    return s;
}

static pen_status run(cli *c)
{
    struct request r;
    if (c->is_json)
        return cli_usage(c, "--json: the result is CSV");
    PEN_TRY(read_request(c, &r));
    return r.is_ticks ? write_trades(c, &r) : write_bars(c, &r);
}

static const cli_option options[] = {
    { "bars", 0, "N", "bars of each symbol", "1000" },
    { "ticks", 0, NULL, "trades with their quotes instead of bars", NULL },
    { "trades", 0, "N", "trades of each symbol, with --ticks", "1000" },
    { "symbols", 0, "N", "symbols, moved by a common factor", "1" },
    { "seed", 0, "N", "the same seed gives the same market on every machine", "1" },
    { "start", 0, "DATE", "first day", "2024-01-01" },
    { "step", 0, "SECONDS", "length of a bar: 86400, or a divisor of the day's 23400", "86400" },
    { "initial", 0, "PRICE", "first price", "100" },
    { "tick", 0, "PRICE", "prices are multiples of it", "0.01" },
    { "drift", 0, "FRACTION", "drift a year", "0.06" },
    { "volatility", 0, "FRACTION", "volatility a year", "0.22" },
    { "branching", 0, "RATIO", "share of trades that other trades excite", "0.6" },
};

static const char *const examples[] = {
    "Three symbols, 1000 daily bars each",
    "penstock synth --bars 1000 --symbols 3 --seed 7 -o market.csv",
    "One day of minutes",
    "penstock synth --bars 390 --step 60",
    "Trades with the quotes they met",
    "penstock synth --ticks --trades 5000 --seed 7",
    NULL,
};

const cli_command cmd_synth = {
    .name = "synth",
    .summary = "Make a synthetic market: bars or ticks as CSV",
    .arguments = "",
    .detail = "Regimes, jumps, clustered volatility, a U-shaped day and self-exciting trades; the "
              "model\nand its sources are in penstock/synth.h and docs/synthetic-market.md.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
