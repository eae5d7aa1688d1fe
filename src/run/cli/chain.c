/* Option chains: see chain.h. */
#define _POSIX_C_SOURCE 200809L

#include "chain.h"

#include <math.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/csv.h"
#include "../../machine/base/json.h"
#include "../../machine/base/number.h"
#include "../../machine/base/status.h"
#include "penstock/market.h"

enum { BLOCK_ROWS = 1 << 14, NAME_BYTES = 32 };

/* The inputs of every chain; CHAIN_QUOTE is the command's own. */
static const chain_input common[CHAIN_COLUMNS] = {
    [CHAIN_SIDE] = { "type option_type call_put callput put_call cp side right", 0, 0 },
    [CHAIN_SPOT] = { "spot spot_px spot_price underlying underlying_price s", 0, 1e300 },
    [CHAIN_STRIKE] = { "strike strike_px strike_price k x", 0, 1e300 },
    [CHAIN_EXPIRY] = { "expiry expiry_yr years maturity time_to_expiry ttm tau t expiration "
                       "expiry_date "
                       "expiration_date expiry_utc",
                       0, 1e5 },
    [CHAIN_RATE] = { "rate rate_frac risk_free risk_free_rate interest_rate r", -1000, 1e300 },
    [CHAIN_DIVIDEND] = { "dividend dividend_yield dividend_frac yield div q", -1000, 1e300 },
    [CHAIN_SHIFT] = { "shift shift_px displacement", -1e300, 1e300 },
    [CHAIN_BID] = { "bid bid_px bid_price best_bid", -1e300, 1e300 },
    [CHAIN_ASK] = { "ask ask_px ask_price best_ask offer", -1e300, 1e300 },
};

typedef struct chain {
    cli *c;
    const chain_spec *spec;
    pen_csv *csv;
    FILE *out;
    pen_sink *text; /* what is not written yet */
    pen_device *device;
    pen_queue *queue;
    int column[CHAIN_COLUMNS]; /* in the file; -1: `all` for every row */
    bool has_now;
    int64_t now_ns; /* --now */
    double all[CHAIN_INPUTS];
    char **header; /* names of the file's columns */
    size_t n_columns, n_rows, n_done;
    double *in[CHAIN_INPUTS]; /* [BLOCK_ROWS] */
    double *results[CHAIN_MAX_OUTPUTS];
    pen_sink *kept;   /* the block's rows as they will be written, without results */
    size_t *kept_end; /* [BLOCK_ROWS] where each ends */
    cli_progress progress;
    double bytes;
} chain;

static const chain_input *input_of(const chain *j, int input)
{
    bool is_own = input < CHAIN_INPUTS && j->spec->own[input].names != NULL;
    return is_own ? &j->spec->own[input] : &common[input];
}

/* An input's own name, the first in its list. */
static const char *name_of(const chain *j, int input, char name[NAME_BYTES])
{
    const char *names = input_of(j, input)->names;
    snprintf(name, NAME_BYTES, "%.*s", (int)strcspn(names, " "), names);
    return name;
}

pen_status chain_read_model(cli *c, pen_model *model, chain_spec *spec)
{
    static const char *const names[] = { "bsm", "black76", "bachelier", "displaced", NULL };
    int which;
    PEN_TRY(cli_choice(c, "model", names, &which));
    *model = (pen_model)which;
    if (*model == PEN_MODEL_BSM)
        return PEN_OK;
    double low = *model == PEN_MODEL_BLACK76 ? 0 : -1e300;
    spec->own[CHAIN_SPOT] = (chain_input){
        "spot forward forward_px forward_price future futures futures_price f underlying "
        "underlying_price spot_px spot_price s",
        low, 1e300
    };
    spec->own[CHAIN_STRIKE] = (chain_input){ common[CHAIN_STRIKE].names, low, 1e300 };
    return PEN_OK;
}

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

static pen_status keep_header(chain *j, const pen_cell *cells, size_t n)
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
static void find_columns(chain *j)
{
    int best[CHAIN_COLUMNS];
    for (int i = 0; i < CHAIN_COLUMNS; i++)
        j->column[i] = -1;
    for (size_t k = 0; k < j->n_columns; k++) {
        char name[NAME_BYTES];
        for (int i = 0; normalise(j->header[k], strlen(j->header[k]), name) && i < CHAIN_COLUMNS;
             i++) {
            int rank = rank_of(name, input_of(j, i)->names);
            if (rank < 0 || (j->column[i] >= 0 && rank >= best[i]))
                continue;
            j->column[i] = (int)k;
            best[i] = rank;
        }
    }
}

/* --column INPUT=NAME, which goes before any name that is known. */
static pen_status read_column_option(chain *j, const char *text)
{
    const char *equals = strchr(text, '=');
    size_t n = equals != NULL ? (size_t)(equals - text) : 0;
    char name[NAME_BYTES], list[256] = "";
    for (int i = 0; i < CHAIN_COLUMNS; i++) {
        name_of(j, i, name);
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? " " : "", name);
        if (equals == NULL || strlen(name) != n || memcmp(text, name, n) != 0)
            continue;
        for (size_t k = 0; k < j->n_columns; k++)
            if (strcmp(j->header[k], equals + 1) == 0) {
                j->column[i] = (int)k;
                return PEN_OK;
            }
        return pen_csv_fail(j->csv, NULL, "no column '%s', which --column %s asks for", equals + 1,
                            text);
    }
    return cli_usage(j->c, "--column '%s', expected INPUT=NAME, the input one of: %s", text, list);
}

static pen_status read_header(chain *j)
{
    const pen_cell *cells;
    size_t n;
    PEN_TRY(pen_csv_read(j->csv, &cells, &n));
    if (n == 0)
        return pen_fail(PEN_E_PARSE, "%s: empty, expected a header", pen_csv_name(j->csv));
    PEN_TRY(keep_header(j, cells, n));
    find_columns(j);
    for (size_t i = 0; i < cli_count(j->c, "column"); i++)
        PEN_TRY(read_column_option(j, cli_text_at(j->c, "column", i)));
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < j->spec->n_outputs; i++) {
            char name[NAME_BYTES];
            if (normalise(cells[k].text, cells[k].n, name) &&
                strcmp(name, j->spec->outputs[i].name) == 0)
                cli_note(j->c, "%s: has a column %s already; ours is the last of that name",
                         pen_csv_name(j->csv), name);
        }
    return PEN_OK;
}

/* Is the quote the mean of bid and ask? */
static bool is_quoted_by_sides(const chain *j)
{
    return j->spec->is_market && j->column[CHAIN_QUOTE] < 0 && j->column[CHAIN_BID] >= 0 &&
           j->column[CHAIN_ASK] >= 0;
}

/* Inputs without a column come from options. */
static pen_status read_options(chain *j)
{
    const char *now = cli_text(j->c, "now");
    j->has_now = now != NULL;
    if (now != NULL && pen_time_parse(now, strlen(now), PEN_TIME_AUTO, &j->now_ns) != PEN_OK)
        return cli_usage(j->c, "--now '%s', expected a date or time", now);
    for (int i = 0; i < CHAIN_INPUTS; i++) {
        const chain_input *input = input_of(j, i);
        char name[NAME_BYTES];
        name_of(j, i, name);
        if (j->column[i] >= 0 || (i == CHAIN_QUOTE && is_quoted_by_sides(j)))
            continue;
        if (cli_text(j->c, name) == NULL)
            return pen_csv_fail(j->csv, NULL, "no column %s; one of: %s; or give --%s", name,
                                input->names, name);
        if (i != CHAIN_SIDE)
            PEN_TRY(cli_number(j->c, name, input->low, input->high, &j->all[i]));
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

static pen_status read_side(const chain *j, const pen_cell *cell, double *side)
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
                        j->header[j->column[CHAIN_SIDE]], (int)(cell->n < 40 ? cell->n : 40),
                        cell->text);
}

static pen_status read_number(const chain *j, int input, const pen_cell *cell, double *out)
{
    bool is_any = input_of(j, input)->low < 0;
    if (pen_number_parse_behind(cell->text, cell->n, out) && isfinite(*out) &&
        (is_any || *out >= 0))
        return PEN_OK;
    return pen_csv_fail(j->csv, cell, "%s is '%.*s', expected %s", j->header[j->column[input]],
                        (int)(cell->n < 40 ? cell->n : 40), cell->text,
                        is_any ? "a number" : "a number, 0 or more");
}

/* Years, or a date, which with --now is years of 365 days from then on. */
static pen_status read_expiry(const chain *j, const pen_cell *cell, double *out)
{
    static const double ns_a_year = 365 * 86400e9;
    double number;
    int64_t time_ns;
    if (pen_number_parse_behind(cell->text, cell->n, &number) ||
        pen_time_parse(cell->text, cell->n, PEN_TIME_AUTO, &time_ns) != PEN_OK)
        return read_number(j, CHAIN_EXPIRY, cell, out);
    const char *name = j->header[j->column[CHAIN_EXPIRY]];
    if (!j->has_now)
        return pen_csv_fail(j->csv, cell, "%s is '%.*s'; give --now, the time of the quotes", name,
                            (int)cell->n, cell->text);
    *out = (double)(time_ns - j->now_ns) / ns_a_year;
    if (*out >= 0)
        return PEN_OK;
    return pen_csv_fail(j->csv, cell, "%s is '%.*s', before --now %s", name, (int)cell->n,
                        cell->text, cli_text(j->c, "now"));
}

/* The price, or NaN where it or a side of it is an empty cell. */
static pen_status read_market(const chain *j, const pen_cell *cells, double *out)
{
    const int one[] = { CHAIN_QUOTE }, both[] = { CHAIN_BID, CHAIN_ASK };
    bool has_sides = is_quoted_by_sides(j), is_empty = false;
    const int *inputs = has_sides ? both : one;
    double sum = 0;
    for (int k = 0; k < (has_sides ? 2 : 1); k++) {
        const pen_cell *cell = &cells[j->column[inputs[k]]];
        double x = 0;
        if (cell->n > 0)
            PEN_TRY(read_number(j, inputs[k], cell, &x));
        is_empty = is_empty || cell->n == 0;
        sum += x;
    }
    *out = is_empty ? NAN : has_sides ? sum / 2 : sum;
    return PEN_OK;
}

static pen_status read_input(const chain *j, int input, const pen_cell *cells, double *out)
{
    *out = j->all[input];
    if (input == CHAIN_QUOTE && is_quoted_by_sides(j))
        return read_market(j, cells, out);
    if (j->column[input] < 0)
        return PEN_OK;
    const pen_cell *cell = &cells[j->column[input]];
    switch (input) {
    case CHAIN_SIDE:
        return read_side(j, cell, out);
    case CHAIN_EXPIRY:
        return read_expiry(j, cell, out);
    case CHAIN_QUOTE:
        return j->spec->is_market ? read_market(j, cells, out) : read_number(j, input, cell, out);
    default:
        return read_number(j, input, cell, out);
    }
}

/* The row as text that the results are to follow: CSV cells, or an object's members. */
static void keep_row(chain *j, const pen_cell *cells)
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

/* The inputs of a row, from its cells or from the options. */
static pen_status read_row(const chain *j, const pen_cell *cells, double row[CHAIN_INPUTS])
{
    for (int i = 0; i < CHAIN_INPUTS; i++)
        PEN_TRY(read_input(j, i, cells, &row[i]));
    if (j->spec->is_inverse)
        row[CHAIN_QUOTE] *= row[CHAIN_SPOT];
    const char *why = j->spec->refuse != NULL ? j->spec->refuse(row) : NULL;
    return why != NULL ? pen_csv_fail(j->csv, NULL, "%s", why) : PEN_OK;
}

/* Fills a block; n_rows is 0 at the end of the file. */
static pen_status read_block(chain *j)
{
    PEN_TRY(pen_sink_open_memory(&j->kept));
    for (j->n_rows = 0; j->n_rows < BLOCK_ROWS; j->n_rows++) {
        const pen_cell *cells;
        double row[CHAIN_INPUTS];
        size_t n, end;
        PEN_TRY(pen_csv_read(j->csv, &cells, &n));
        if (n == 0)
            break;
        if (n != j->n_columns)
            return pen_csv_fail(j->csv, NULL, "%zu cells, expected %zu as the header", n,
                                j->n_columns);
        PEN_TRY(read_row(j, cells, row));
        for (int i = 0; i < CHAIN_INPUTS; i++)
            j->in[i][j->n_rows] = row[i];
        keep_row(j, cells);
        (void)pen_sink_memory(j->kept, &end);
        j->kept_end[j->n_rows] = end;
        j->bytes += (double)(cells[n - 1].text + cells[n - 1].n - cells[0].text + 1);
    }
    return PEN_OK;
}

/* ---- results ---- */

static pen_status compute_panels(chain *j, pen_panel **inputs, pen_panel **outputs)
{
    pen_input in[CHAIN_INPUTS];
    for (int i = 0; i < CHAIN_INPUTS; i++) {
        if (j->column[i] >= 0 ||
            (i == CHAIN_QUOTE && (j->spec->is_inverse || is_quoted_by_sides(j)))) {
            PEN_TRY(pen_panel_create(j->device, PEN_F64, 1, j->n_rows, &inputs[i]));
            PEN_TRY(pen_panel_write(j->queue, inputs[i], j->in[i], j->n_rows));
        }
        in[i] = (pen_input){ inputs[i], j->all[i] };
    }
    for (size_t i = 0; i < j->spec->n_outputs; i++)
        PEN_TRY(pen_panel_create(j->device, PEN_F64, 1, j->n_rows, &outputs[i]));
    PEN_TRY(j->spec->compute(j->queue, j->spec->with, in, outputs));
    for (size_t i = 0; i < j->spec->n_outputs; i++)
        PEN_TRY(pen_panel_read(j->queue, j->results[i], j->n_rows, outputs[i]));
    return pen_queue_wait(j->queue);
}

static pen_status compute_block(chain *j)
{
    pen_panel *inputs[CHAIN_INPUTS] = { NULL }, *outputs[CHAIN_MAX_OUTPUTS] = { NULL };
    pen_status s = compute_panels(j, inputs, outputs);
    for (int i = 0; i < CHAIN_INPUTS; i++)
        pen_panel_destroy(inputs[i]);
    for (size_t i = 0; i < j->spec->n_outputs; i++)
        pen_panel_destroy(outputs[i]);
    return s;
}

static pen_status write_text(chain *j)
{
    size_t bytes;
    const char *text = pen_sink_memory(j->text, &bytes);
    fwrite(text, 1, bytes, j->out);
    pen_status s = pen_sink_close(j->text);
    j->text = NULL;
    return s;
}

static void put_result(chain *j, const chain_output *output, double x)
{
    const char *word = output->word != NULL ? output->word((int)x) : NULL;
    if (j->c->is_json)
        pen_sink_format(j->text, "\"%s\": ", output->name);
    if (word != NULL) {
        output->rows[(int)x]++;
        pen_sink_format(j->text, j->c->is_json ? "\"%s\"" : "%s", word);
    } else if (isfinite(x) || (!j->c->is_json && !isnan(x))) {
        pen_sink_number(j->text, x);
    } else if (j->c->is_json) {
        pen_sink_text(j->text, "null");
    }
}

static pen_status write_block(chain *j)
{
    char csv_between[] = { pen_csv_separator(j->csv), '\0' };
    const char *between = j->c->is_json ? ", " : csv_between;
    size_t bytes, from = 0;
    const char *kept = pen_sink_memory(j->kept, &bytes);
    PEN_TRY(pen_sink_open_memory(&j->text));
    for (size_t row = 0; row < j->n_rows; row++) {
        if (j->c->is_json)
            pen_sink_text(j->text, j->n_done + row > 0 ? ",\n    {" : "\n    {");
        pen_sink_write(j->text, kept + from, j->kept_end[row] - from);
        from = j->kept_end[row];
        for (size_t i = 0; i < j->spec->n_outputs; i++) {
            if (i > 0)
                pen_sink_text(j->text, between);
            put_result(j, &j->spec->outputs[i], j->results[i][row]);
        }
        pen_sink_text(j->text, j->c->is_json ? "}" : "\n");
    }
    PEN_TRY(pen_sink_close(j->kept));
    j->kept = NULL;
    return write_text(j);
}

static pen_status write_head(chain *j)
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
    for (size_t i = 0; i < j->spec->n_outputs; i++)
        pen_sink_format(j->text, "%s%c", j->spec->outputs[i].name,
                        i + 1 < j->spec->n_outputs ? separator : '\n');
    return write_text(j);
}

/* ---- the whole ---- */

static pen_status run_blocks(chain *j)
{
    PEN_TRY(read_header(j));
    PEN_TRY(read_options(j));
    for (int i = 0; i < CHAIN_INPUTS; i++)
        PEN_TRY(pen_alloc_array(BLOCK_ROWS, sizeof(double), (void **)&j->in[i]));
    for (size_t i = 0; i < j->spec->n_outputs; i++)
        PEN_TRY(pen_alloc_array(BLOCK_ROWS, sizeof(double), (void **)&j->results[i]));
    PEN_TRY(pen_alloc_array(BLOCK_ROWS, sizeof *j->kept_end, (void **)&j->kept_end));
    PEN_TRY(cli_open_device(j->c, &j->device));
    PEN_TRY(pen_queue_create(j->device, &j->queue));
    PEN_TRY(write_head(j));
    for (;;) {
        PEN_TRY(read_block(j));
        if (j->n_rows == 0)
            break;
        PEN_TRY(compute_block(j));
        PEN_TRY(write_block(j));
        j->n_done += j->n_rows;
        cli_progress_update(&j->progress, j->bytes);
    }
    if (j->c->is_json)
        fprintf(j->out, "%s],\n  \"count\": %zu\n}\n", j->n_done > 0 ? "\n  " : "", j->n_done);
    return PEN_OK;
}

static void clear(chain *j)
{
    for (size_t k = 0; k < j->n_columns; k++)
        pen_free(j->header[k]);
    pen_free(j->header);
    for (int i = 0; i < CHAIN_INPUTS; i++)
        pen_free(j->in[i]);
    for (size_t i = 0; i < j->spec->n_outputs; i++)
        pen_free(j->results[i]);
    pen_free(j->kept_end);
    pen_sink_close(j->kept);
    pen_sink_close(j->text);
    pen_queue_destroy(j->queue);
    pen_device_close(j->device);
    pen_csv_close(j->csv);
}

pen_status chain_run(cli *c, const chain_spec *spec)
{
    chain j = { .c = c, .spec = spec };
    pen_source *source;
    struct stat about;
    bool is_file = strcmp(c->args[0], "-") != 0 && stat(c->args[0], &about) == 0;
    PEN_TRY(cli_open_output(c, &j.out));
    PEN_TRY(pen_source_open(c->args[0], &source));
    PEN_TRY(pen_csv_open(source, NULL, &j.csv));
    cli_progress_begin(&j.progress, c, spec->verb, is_file ? (double)about.st_size : 0);
    pen_status s = run_blocks(&j);
    cli_progress_end(&j.progress);
    clear(&j);
    return s;
}
