/* Any bytes as a CSV file: an error or a table that holds together. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "penstock/market.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    pen_table_options options = pen_table_options_default();
    if (n > 0) { /* the first byte chooses the options */
        options.skip_bad_rows = data[0] & 1;
        options.has_header = data[0] & 2 ? data[0] >> 2 & 1 : -1;
        options.separator = data[0] & 8 ? ';' : 0;
        options.time_unit = (pen_time_unit)(data[0] >> 4 & 3);
        data++;
        n--;
    }
    pen_table *table;
    if (pen_table_read_memory("fuzz", data, n, &options, &table) != PEN_OK)
        return 0;
    size_t rows = pen_table_rows(table), length;
    for (size_t i = 0; i < rows; i++) {
        const char *text = pen_table_time_text(table, i, &length);
        if ((text != NULL) != (pen_table_times_ns(table) != NULL) || pen_table_line(table, i) == 0)
            abort();
        for (size_t k = 0; k < pen_table_text_columns(table); k++)
            if (pen_table_text(table, k, i) == NULL)
                abort();
    }
    pen_bars *bars;
    if (pen_bars_from_table(table, &bars) == PEN_OK) {
        const pen_panel *close = pen_bars_field(bars, PEN_ROLE_CLOSE);
        if (close == NULL || pen_panel_points(close) != pen_bars_points(bars) ||
            pen_panel_series(close) != pen_bars_symbols(bars))
            abort();
        pen_bars_destroy(bars);
    }
    if (pen_table_write(table, "/dev/null") != PEN_OK)
        abort();
    pen_table_destroy(table);
    return 0;
}
