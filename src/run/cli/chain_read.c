/* The columns of a chain and its rows as numbers: see chain_read.h. */
#define _POSIX_C_SOURCE 200809L

#include "chain_read.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/number.h"
#include "../../machine/base/status.h"
#include "penstock/market.h"

enum { NAME_BYTES = 32 };

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
    [CHAIN_FIRST] = { "", 0, 0 },
    [CHAIN_SECOND] = { "", 0, 0 },
    [CHAIN_BID] = { "bid bid_px bid_price best_bid", -1e300, 1e300 },
    [CHAIN_ASK] = { "ask ask_px ask_price best_ask offer", -1e300, 1e300 },
    [CHAIN_VOL] = { "vol volatility sigma implied_vol implied_volatility iv", 0, 1e300 },
};

static const chain_input *input_of(const chain_reader *j, int input)
{
    bool is_own = input < CHAIN_INPUTS && j->spec->own[input].names != NULL;
    return is_own ? &j->spec->own[input] : &common[input];
}

/* The columns that the command looks at are those before this one. */
static int column_end(const chain_reader *j)
{
    return j->spec->optional != 0 ? CHAIN_COLUMNS : j->spec->is_market ? CHAIN_VOL : CHAIN_INPUTS;
}

static bool is_optional(const chain_reader *j, int input)
{
    return (j->spec->optional >> input & 1) != 0;
}

static bool is_there(const chain_reader *j, int input)
{
    return input_of(j, input)->names[0] != '\0';
}

/* An input's own name, the first in its list. */
static const char *name_of(const chain_reader *j, int input, char name[NAME_BYTES])
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

static pen_status keep_header(chain_reader *j, const pen_cell *cells, size_t n)
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
static void find_columns(chain_reader *j)
{
    int best[CHAIN_COLUMNS];
    for (int i = 0; i < CHAIN_COLUMNS; i++)
        j->column[i] = -1;
    for (size_t k = 0; k < j->n_columns; k++) {
        char name[NAME_BYTES];
        for (int i = 0; normalise(j->header[k], strlen(j->header[k]), name) && i < column_end(j);
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
static pen_status read_column_option(chain_reader *j, const char *text)
{
    const char *equals = strchr(text, '=');
    size_t n = equals != NULL ? (size_t)(equals - text) : 0;
    char name[NAME_BYTES], list[256] = "";
    for (int i = 0; i < column_end(j); i++) {
        if (!is_there(j, i))
            continue;
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

static pen_status read_header(chain_reader *j)
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
static bool is_quoted_by_sides(const chain_reader *j)
{
    return j->spec->is_market && j->column[CHAIN_QUOTE] < 0 && j->column[CHAIN_BID] >= 0 &&
           j->column[CHAIN_ASK] >= 0;
}

/* Inputs without a column come from options. */
static pen_status read_options(chain_reader *j)
{
    const char *now = cli_text(j->c, "now");
    j->has_now = now != NULL;
    if (now != NULL && pen_time_parse(now, strlen(now), PEN_TIME_AUTO, &j->now_ns) != PEN_OK)
        return cli_usage(j->c, "--now '%s', expected a date or time", now);
    for (int i = 0; i < CHAIN_INPUTS; i++) {
        const chain_input *input = input_of(j, i);
        char name[NAME_BYTES];
        name_of(j, i, name);
        if (!is_there(j, i) || j->column[i] >= 0 || (i == CHAIN_QUOTE && is_quoted_by_sides(j)))
            continue;
        if (is_optional(j, i) && (i == CHAIN_QUOTE || cli_text(j->c, name) == NULL)) {
            j->all[i] = NAN;
            continue;
        }
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

static pen_status read_side(const chain_reader *j, const pen_cell *cell, double *side)
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

static pen_status read_number(const chain_reader *j, int input, const pen_cell *cell, double *out)
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
static pen_status read_expiry(const chain_reader *j, const pen_cell *cell, double *out)
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
    if (*out >= 0 || is_optional(j, CHAIN_EXPIRY))
        return PEN_OK;
    return pen_csv_fail(j->csv, cell, "%s is '%.*s', before --now %s", name, (int)cell->n,
                        cell->text, cli_text(j->c, "now"));
}

static bool may_be_empty(const chain_reader *j, int input)
{
    return is_optional(j, input) ||
           (j->spec->is_market && (input == CHAIN_QUOTE || input >= CHAIN_INPUTS));
}

static pen_status read_input(const chain_reader *j, int input, const pen_cell *cells, double *out)
{
    *out = j->all[input];
    if (j->column[input] < 0)
        return PEN_OK;
    const pen_cell *cell = &cells[j->column[input]];
    if (cell->n == 0 && may_be_empty(j, input)) {
        *out = NAN;
        return PEN_OK;
    }
    if (input == CHAIN_SIDE)
        return read_side(j, cell, out);
    return input == CHAIN_EXPIRY ? read_expiry(j, cell, out) : read_number(j, input, cell, out);
}

/* The inputs of a row, from its cells or from the options. */
static pen_status read_row(const chain_reader *j, const pen_cell *cells, double row[CHAIN_COLUMNS])
{
    for (int i = 0; i < column_end(j); i++)
        PEN_TRY(read_input(j, i, cells, &row[i]));
    if (is_quoted_by_sides(j))
        row[CHAIN_QUOTE] = (row[CHAIN_BID] + row[CHAIN_ASK]) / 2; /* NaN without one of them */
    if (j->spec->is_inverse) {
        row[CHAIN_QUOTE] *= row[CHAIN_SPOT];
        row[CHAIN_BID] *= row[CHAIN_SPOT];
        row[CHAIN_ASK] *= row[CHAIN_SPOT];
    }
    const char *why = j->spec->refuse != NULL ? j->spec->refuse(row) : NULL;
    return why != NULL ? pen_csv_fail(j->csv, NULL, "%s", why) : PEN_OK;
}

/* ---- the whole ---- */

pen_status chain_reader_open(chain_reader *j, cli *c, const chain_spec *spec)
{
    pen_source *source;
    *j = (chain_reader){ .c = c, .spec = spec };
    for (int i = CHAIN_INPUTS; i < CHAIN_COLUMNS; i++)
        j->all[i] = NAN;
    PEN_TRY(pen_source_open(c->args[0], &source));
    PEN_TRY(pen_csv_open(source, NULL, &j->csv));
    PEN_TRY(read_header(j));
    return read_options(j);
}

pen_status chain_reader_next(chain_reader *j, const pen_cell **cells, size_t *n,
                             double row[CHAIN_COLUMNS])
{
    PEN_TRY(pen_csv_read(j->csv, cells, n));
    if (*n == 0)
        return PEN_OK;
    if (*n != j->n_columns)
        return pen_csv_fail(j->csv, NULL, "%zu cells, expected %zu as the header", *n,
                            j->n_columns);
    return read_row(j, *cells, row);
}

bool chain_reader_varies(const chain_reader *j, int input)
{
    return j->column[input] >= 0 ||
           (input == CHAIN_QUOTE && (j->spec->is_inverse || is_quoted_by_sides(j)));
}

void chain_reader_close(chain_reader *j)
{
    for (size_t k = 0; k < j->n_columns; k++)
        pen_free(j->header[k]);
    pen_free(j->header);
    pen_csv_close(j->csv);
}
