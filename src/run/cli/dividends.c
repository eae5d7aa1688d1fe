/* Cash dividends from a file: see dividends.h. */
#define _POSIX_C_SOURCE 200809L

#include "dividends.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/csv.h"
#include "../../machine/base/number.h"
#include "../../machine/base/status.h"
#include "penstock/market.h"

static bool is_named(const pen_cell *cell, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++)
        if (strlen(names[i]) == cell->n && strncasecmp(names[i], cell->text, cell->n) == 0)
            return true;
    return false;
}

/* The places of the two columns. */
static pen_status read_header(pen_csv *csv, size_t *time, size_t *amount)
{
    static const char *const times[] = { "time", "date", "ex_date", "years", NULL };
    static const char *const amounts[] = { "amount", "dividend", "cash", NULL };
    const pen_cell *cells;
    size_t n;
    PEN_TRY(pen_csv_read(csv, &cells, &n));
    *time = *amount = n;
    for (size_t k = 0; k < n; k++) {
        *time = is_named(&cells[k], times) ? k : *time;
        *amount = is_named(&cells[k], amounts) ? k : *amount;
    }
    if (*time == n || *amount == n)
        return pen_csv_fail(csv, NULL, "no column %s",
                            *time == n ? "time, date, ex_date or years"
                                       : "amount, dividend or cash");
    return PEN_OK;
}

static pen_status read_time(const cli *c, pen_csv *csv, const pen_cell *cell, double *years)
{
    int64_t time_ns, now_ns;
    const char *now = cli_text(c, "now");
    if (pen_number_parse(cell->text, cell->n, years) && isfinite(*years))
        return PEN_OK;
    if (pen_time_parse(cell->text, cell->n, PEN_TIME_AUTO, &time_ns) != PEN_OK)
        return pen_csv_fail(csv, cell, "time is '%.*s', expected years or a date", (int)cell->n,
                            cell->text);
    if (now == NULL)
        return pen_csv_fail(csv, cell, "time is '%.*s'; give --now", (int)cell->n, cell->text);
    PEN_TRY(pen_time_parse(now, strlen(now), PEN_TIME_AUTO, &now_ns));
    *years = (double)(time_ns - now_ns) / (365 * 86400e9);
    return PEN_OK;
}

static pen_status read_rows(const cli *c, pen_csv *csv, cli_dividends *d)
{
    size_t time, amount, n;
    const pen_cell *cells;
    PEN_TRY(read_header(csv, &time, &amount));
    for (;;) {
        PEN_TRY(pen_csv_read(csv, &cells, &n));
        if (n == 0)
            return PEN_OK;
        if (n <= time || n <= amount)
            return pen_csv_fail(csv, NULL, "%zu cells, expected a time and an amount", n);
        if (d->n == d->n_room) {
            size_t room = d->n_room > 0 ? 2 * d->n_room : 16;
            PEN_TRY(pen_realloc((void **)&d->time_yr, room, sizeof *d->time_yr));
            PEN_TRY(pen_realloc((void **)&d->amount_px, room, sizeof *d->amount_px));
            d->n_room = room;
        }
        PEN_TRY(read_time(c, csv, &cells[time], &d->time_yr[d->n]));
        const pen_cell *cell = &cells[amount];
        double *to = &d->amount_px[d->n++];
        if (!pen_number_parse(cell->text, cell->n, to) || !isfinite(*to) || *to < 0)
            return pen_csv_fail(csv, cell, "amount is '%.*s', expected a number, 0 or more",
                                (int)cell->n, cell->text);
    }
}

pen_status cli_dividends_read(cli *c, cli_dividends *d)
{
    static const char *const methods[] = { "bos-vandermark", "escrowed", NULL };
    pen_source *source;
    pen_csv *csv;
    int method;
    PEN_TRY(cli_choice(c, "dividend-method", methods, &method));
    PEN_TRY(pen_source_open(cli_text(c, "dividends"), &source));
    PEN_TRY(pen_csv_open(source, NULL, &csv));
    pen_status s = read_rows(c, csv, d);
    pen_csv_close(csv);
    d->dividends = (pen_dividends){ d->time_yr, d->amount_px, d->n, (pen_dividend_method)method };
    return s;
}

void cli_dividends_clear(cli_dividends *d)
{
    pen_free(d->time_yr);
    pen_free(d->amount_px);
}
