/* Cash dividends from a file, for --dividends. */
#ifndef PEN_RUN_DIVIDENDS_H
#define PEN_RUN_DIVIDENDS_H

#include "cli.h"
#include "penstock/pricing.h"

typedef struct cli_dividends {
    double *time_yr, *amount_px; /* [n] of n_room */
    size_t n, n_room;
    pen_dividends dividends; /* of these */
} cli_dividends;

/* Reads the file of --dividends by --dividend-method: columns time (years, or dates, which count
 * from --now) and amount; clear also after a failure. */
pen_status cli_dividends_read(cli *c, cli_dividends *out);
void cli_dividends_clear(cli_dividends *dividends);

#endif
