/* penstock price: prices and greeks of the options of a CSV file, in blocks, so
 * that the file may be larger than memory. */
#define _POSIX_C_SOURCE 200809L

#include <math.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/csv.h"
#include "../../machine/base/json.h"
#include "../../machine/base/number.h"
#include "../../machine/base/status.h"
#include "cli.h"
#include "penstock/pricing.h"

enum { SIDE, SPOT, STRIKE, EXPIRY, VOL, RATE, DIVIDEND, N_INPUTS };
enum { N_OUTPUTS = 6, BLOCK_ROWS = 1 << 14, NAME_BYTES = 32 };

/* What a column may be called, its own name first. */
static const char *const names[N_INPUTS] = {
    [SIDE] = "type option_type call_put callput put_call cp side right",
    [SPOT] = "spot spot_px spot_price underlying underlying_price s",
    [STRIKE] = "strike strike_px strike_price k x",
    [EXPIRY] = "expiry expiry_yr years maturity time_to_expiry ttm tau t",
    [VOL] = "vol volatility vol_frac sigma implied_vol implied_volatility iv",
    [RATE] = "rate rate_frac risk_free risk_free_rate interest_rate r",
    [DIVIDEND] = "dividend dividend_yield dividend_frac yield div q",
};
static const char *const output_names[N_OUTPUTS] = { "price", "delta", "gamma",
                                                     "vega",  "theta", "rho" };

typedef struct job {
    cli *c;
    pen_csv *csv;
    FILE *out;
    pen_sink *text; /* what is not written yet */
    pen_device *device;
    pen_queue *queue;
    int column[N_INPUTS]; /* in the file; -1: `all` for every row */
    double all[N_INPUTS];
    char **header; /* names of the file's columns */
    size_t n_columns, n_rows, n_done;
    double *in[N_INPUTS]; /* [BLOCK_ROWS] */
    double *results[N_OUTPUTS];
    pen_sink *kept;   /* the block's rows as they will be written, without results */
    size_t *kept_end; /* [BLOCK_ROWS] where each ends */
    cli_progress progress;
    double bytes;
} job;

/* ---- columns ---- */

/* Lower case, with blanks, '-' and '.' as '_'; false if it is too long to be a known name. */
static bool normalise(const char *text, size_t n, char name[NAME_BYTES])
{
    if (n >= NAME_BYTES)
        return false;
    for (size_t i = 0; i < n; i++) {
        char ch = text[i];
        name[i] = (char)(ch == ' ' || ch == '-' || ch == '.' ? '_'
                         : ch >= 'A' && ch <= 'Z'            ? ch - 'A' + 'a'
                                                             : ch);
    }
    name[n] = '\0';
    return true;
}

/* Place of a name in a list of words, from 0; -1 if it is not there. */
static int rank_of(const char *name, const char *words)
{
    int rank = 0;
    size_t n = strlen(name);
    for (const char *at = words; *at != '\0'; rank++) {
        size_t length = strcspn(at, " ");
        if (length == n && memcmp(at, name, n) == 0)
            return rank;
        at += length + (at[length] == ' ');
    }
    return -1;
}

static pen_status keep_header(job *j, const pen_cell *cells, size_t n)
{
    PEN_TRY(pen_alloc(n, sizeof *j->header, (void **)&j->header));
    for (j->n_columns = 0; j->n_columns < n; j->n_columns++) {
        const pen_cell *cell = &cells[j->n_columns];
        char *copy;
        PEN_TRY(pen_alloc(cell->n + 1, 1, (void **)&copy));
        memcpy(copy, cell->text, cell->n);
        j->header[j->n_columns] = copy;
    }
    return PEN_OK;
}

/* Finds the inputs' columns: of several the one whose name comes first in the list. */
static pen_status read_header(job *j)
{
    const pen_cell *cells;
    size_t n;
    PEN_TRY(pen_csv_read(j->csv, &cells, &n));
    if (n == 0)
        return pen_fail(PEN_E_PARSE, "%s: empty, expected a header", pen_csv_name(j->csv));
    PEN_TRY(keep_header(j, cells, n));
    int best[N_INPUTS];
    for (int i = 0; i < N_INPUTS; i++)
        j->column[i] = -1;
    for (size_t k = 0; k < n; k++) {
        char name[NAME_BYTES];
        for (int i = 0; normalise(cells[k].text, cells[k].n, name) && i < N_INPUTS; i++) {
            int rank = rank_of(name, names[i]);
            if (rank < 0 || (j->column[i] >= 0 && rank >= best[i]))
                continue;
            j->column[i] = (int)k;
            best[i] = rank;
        }
        for (int i = 0; i < N_OUTPUTS; i++)
            if (normalise(cells[k].text, cells[k].n, name) && strcmp(name, output_names[i]) == 0)
                cli_note(j->c, "%s: has a column %s already; ours is the last of that name",
                         pen_csv_name(j->csv), output_names[i]);
    }
    return PEN_OK;
}

/* Inputs without a column come from options. */
static pen_status read_options(job *j)
{
    for (int i = 0; i < N_INPUTS; i++) {
        char name[NAME_BYTES];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(names[i], " "), names[i]);
        if (j->column[i] >= 0)
            continue;
        if (cli_text(j->c, name) == NULL)
            return pen_csv_fail(j->csv, NULL, "no column %s; one of: %s; or give --%s", name,
                                names[i], name);
        if (i != SIDE)
            PEN_TRY(cli_number(j->c, name, i < RATE ? 0 : -1000, i == EXPIRY ? 1e5 : 1e300,
                               &j->all[i]));
        else if (strcasecmp(cli_text(j->c, name), "call") == 0)
            j->all[i] = 1;
        else if (strcasecmp(cli_text(j->c, name), "put") == 0)
            j->all[i] = -1;
        else
            return cli_usage(j->c, "--type '%s', expected call or put", cli_text(j->c, name));
    }
    return PEN_OK;
}

/* ---- rows ---- */

static pen_status read_side(const job *j, const pen_cell *cell, double *side)
{
    static const struct {
        const char *word;
        double side;
    } words[] = { { "call", 1 }, { "c", 1 }, { "put", -1 }, { "p", -1 } };
    for (size_t i = 0; i < PEN_COUNT(words); i++)
        if (strlen(words[i].word) == cell->n &&
            strncasecmp(words[i].word, cell->text, cell->n) == 0) {
            *side = words[i].side;
            return PEN_OK;
        }
    return pen_csv_fail(j->csv, cell, "%s is '%.*s', expected call, put, C or P",
                        j->header[j->column[SIDE]], (int)(cell->n < 40 ? cell->n : 40), cell->text);
}

static pen_status read_number(const job *j, int input, const pen_cell *cell, double *out)
{
    bool is_any = input == RATE || input == DIVIDEND;
    if (pen_number_parse_behind(cell->text, cell->n, out) && isfinite(*out) &&
        (is_any || *out >= 0))
        return PEN_OK;
    return pen_csv_fail(j->csv, cell, "%s is '%.*s', expected %s", j->header[j->column[input]],
                        (int)(cell->n < 40 ? cell->n : 40), cell->text,
                        is_any ? "a number" : "a number, 0 or more");
}

/* The row as text that the results are to follow: CSV cells, or an object's members. */
static void keep_row(job *j, const pen_cell *cells)
{
    for (size_t k = 0; k < j->n_columns; k++) {
        double number;
        if (!j->c->is_json) {
            pen_csv_put(j->kept, pen_csv_separator(j->csv), cells[k].text, cells[k].n);
            pen_sink_char(j->kept, pen_csv_separator(j->csv));
            continue;
        }
        const char *at = j->header[k], *end = at + strlen(at);
        char escaped[8];
        pen_sink_char(j->kept, '"');
        while (at < end)
            pen_sink_write(j->kept, escaped, pen_json_escape(&at, end, escaped));
        pen_sink_text(j->kept, "\": ");
        if (pen_number_parse(cells[k].text, cells[k].n, &number) && isfinite(number)) {
            pen_sink_number(j->kept, number);
        } else {
            pen_sink_char(j->kept, '"');
            for (at = cells[k].text, end = at + cells[k].n; at < end;)
                pen_sink_write(j->kept, escaped, pen_json_escape(&at, end, escaped));
            pen_sink_char(j->kept, '"');
        }
        pen_sink_text(j->kept, ", ");
    }
}

/* Fills a block; n_rows is 0 at the end of the file. */
static pen_status read_block(job *j)
{
    PEN_TRY(pen_sink_open_memory(&j->kept));
    for (j->n_rows = 0; j->n_rows < BLOCK_ROWS; j->n_rows++) {
        const pen_cell *cells;
        size_t n, end;
        PEN_TRY(pen_csv_read(j->csv, &cells, &n));
        if (n == 0)
            break;
        if (n != j->n_columns)
            return pen_csv_fail(j->csv, NULL, "%zu cells, expected %zu as the header", n,
                                j->n_columns);
        for (int i = 0; i < N_INPUTS; i++) {
            double *to = &j->in[i][j->n_rows];
            if (j->column[i] >= 0)
                PEN_TRY(i == SIDE ? read_side(j, &cells[j->column[i]], to)
                                  : read_number(j, i, &cells[j->column[i]], to));
        }
        if ((j->column[SPOT] >= 0 ? j->in[SPOT][j->n_rows] : j->all[SPOT]) == 0 &&
            (j->column[STRIKE] >= 0 ? j->in[STRIKE][j->n_rows] : j->all[STRIKE]) == 0)
            return pen_csv_fail(j->csv, NULL, "spot and strike are both 0, expected one above it");
        keep_row(j, cells);
        (void)pen_sink_memory(j->kept, &end);
        j->kept_end[j->n_rows] = end;
        j->bytes += (double)(cells[n - 1].text + cells[n - 1].n - cells[0].text + 1);
    }
    return PEN_OK;
}

/* ---- results ---- */

static pen_status price_panels(job *j, pen_panel **inputs, pen_panel **outputs)
{
    pen_input in[N_INPUTS];
    for (int i = 0; i < N_INPUTS; i++) {
        if (j->column[i] >= 0) {
            PEN_TRY(pen_panel_create(j->device, PEN_F64, 1, j->n_rows, &inputs[i]));
            PEN_TRY(pen_panel_write(j->queue, inputs[i], j->in[i], j->n_rows));
        }
        in[i] = (pen_input){ inputs[i], j->all[i] };
    }
    for (int i = 0; i < N_OUTPUTS; i++)
        PEN_TRY(pen_panel_create(j->device, PEN_F64, 1, j->n_rows, &outputs[i]));
    pen_european options = { in[SIDE], in[SPOT], in[STRIKE],  in[EXPIRY],
                             in[VOL],  in[RATE], in[DIVIDEND] };
    pen_european_out out = {
        outputs[0], outputs[1], outputs[2], outputs[3], outputs[4], outputs[5]
    };
    PEN_TRY(pen_price_european(j->queue, &options, &out));
    for (int i = 0; i < N_OUTPUTS; i++)
        PEN_TRY(pen_panel_read(j->queue, j->results[i], j->n_rows, outputs[i]));
    return pen_queue_wait(j->queue);
}

static pen_status price_block(job *j)
{
    pen_panel *inputs[N_INPUTS] = { NULL }, *outputs[N_OUTPUTS] = { NULL };
    pen_status s = price_panels(j, inputs, outputs);
    for (int i = 0; i < N_INPUTS; i++)
        pen_panel_destroy(inputs[i]);
    for (int i = 0; i < N_OUTPUTS; i++)
        pen_panel_destroy(outputs[i]);
    return s;
}

static pen_status write_text(job *j)
{
    size_t bytes;
    const char *text = pen_sink_memory(j->text, &bytes);
    fwrite(text, 1, bytes, j->out);
    pen_status s = pen_sink_close(j->text);
    j->text = NULL;
    return s;
}

static pen_status write_block(job *j)
{
    size_t bytes, from = 0;
    const char *kept = pen_sink_memory(j->kept, &bytes);
    PEN_TRY(pen_sink_open_memory(&j->text));
    for (size_t row = 0; row < j->n_rows; row++) {
        if (j->c->is_json)
            pen_sink_text(j->text, j->n_done + row > 0 ? ",\n    {" : "\n    {");
        pen_sink_write(j->text, kept + from, j->kept_end[row] - from);
        from = j->kept_end[row];
        for (int i = 0; i < N_OUTPUTS; i++) {
            double x = j->results[i][row];
            if (j->c->is_json)
                pen_sink_format(j->text, "%s\"%s\": ", i > 0 ? ", " : "", output_names[i]);
            else if (i > 0)
                pen_sink_char(j->text, pen_csv_separator(j->csv));
            if (j->c->is_json && !isfinite(x))
                pen_sink_text(j->text, "null");
            else
                pen_sink_number(j->text, x);
        }
        pen_sink_text(j->text, j->c->is_json ? "}" : "\n");
    }
    PEN_TRY(pen_sink_close(j->kept));
    j->kept = NULL;
    return write_text(j);
}

static pen_status write_head(job *j)
{
    PEN_TRY(pen_sink_open_memory(&j->text));
    if (j->c->is_json) {
        pen_sink_format(j->text, "{\n  \"device\": \"%s\",\n  \"options\": [",
                        pen_device_describe(j->device)->name);
        return write_text(j);
    }
    char separator = pen_csv_separator(j->csv);
    for (size_t k = 0; k < j->n_columns; k++) {
        pen_csv_put(j->text, separator, j->header[k], strlen(j->header[k]));
        pen_sink_char(j->text, separator);
    }
    for (int i = 0; i < N_OUTPUTS; i++)
        pen_sink_format(j->text, "%s%c", output_names[i], i + 1 < N_OUTPUTS ? separator : '\n');
    return write_text(j);
}

/* ---- the whole ---- */

static pen_status run_job(job *j)
{
    PEN_TRY(read_header(j));
    PEN_TRY(read_options(j));
    for (int i = 0; i < N_INPUTS; i++)
        PEN_TRY(pen_alloc_array(BLOCK_ROWS, sizeof(double), (void **)&j->in[i]));
    for (int i = 0; i < N_OUTPUTS; i++)
        PEN_TRY(pen_alloc_array(BLOCK_ROWS, sizeof(double), (void **)&j->results[i]));
    PEN_TRY(pen_alloc_array(BLOCK_ROWS, sizeof *j->kept_end, (void **)&j->kept_end));
    PEN_TRY(cli_open_device(j->c, &j->device));
    PEN_TRY(pen_queue_create(j->device, &j->queue));
    PEN_TRY(write_head(j));
    for (;;) {
        PEN_TRY(read_block(j));
        if (j->n_rows == 0)
            break;
        PEN_TRY(price_block(j));
        PEN_TRY(write_block(j));
        j->n_done += j->n_rows;
        cli_progress_update(&j->progress, j->bytes);
    }
    if (j->c->is_json)
        fprintf(j->out, "%s],\n  \"count\": %zu\n}\n", j->n_done > 0 ? "\n  " : "", j->n_done);
    return PEN_OK;
}

static void clear_job(job *j)
{
    for (size_t k = 0; k < j->n_columns; k++)
        pen_free(j->header[k]);
    pen_free(j->header);
    for (int i = 0; i < N_INPUTS; i++)
        pen_free(j->in[i]);
    for (int i = 0; i < N_OUTPUTS; i++)
        pen_free(j->results[i]);
    pen_free(j->kept_end);
    pen_sink_close(j->kept);
    pen_sink_close(j->text);
    pen_queue_destroy(j->queue);
    pen_device_close(j->device);
    pen_csv_close(j->csv);
}

static pen_status run(cli *c)
{
    job j = { .c = c };
    pen_source *source;
    struct stat about;
    bool is_file = strcmp(c->args[0], "-") != 0 && stat(c->args[0], &about) == 0;
    PEN_TRY(cli_open_output(c, &j.out));
    PEN_TRY(pen_source_open(c->args[0], &source));
    PEN_TRY(pen_csv_open(source, NULL, &j.csv));
    cli_progress_begin(&j.progress, c, "pricing", is_file ? (double)about.st_size : 0);
    pen_status s = run_job(&j);
    cli_progress_end(&j.progress);
    clear_job(&j);
    return s;
}

static const cli_option options[] = {
    { "type", 0, "TYPE", "call or put, where the file has no such column", NULL },
    { "spot", 0, "PRICE", "spot, where the file has no such column", NULL },
    { "strike", 0, "PRICE", "strike, likewise", NULL },
    { "expiry", 0, "YEARS", "time to expiry, likewise", NULL },
    { "vol", 0, "FRACTION", "volatility a year, likewise", NULL },
    { "rate", 0, "FRACTION", "risk-free rate a year, likewise", "0" },
    { "dividend", 0, "FRACTION", "dividend yield a year, likewise", "0" },
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
