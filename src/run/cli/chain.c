/* Option chains: see chain.h. */
#define _POSIX_C_SOURCE 200809L

#include "chain.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/json.h"
#include "../../machine/base/number.h"
#include "../../machine/base/status.h"
#include "chain_read.h"

enum { BLOCK_ROWS = 1 << 14 };

typedef struct chain {
    cli *c;
    const chain_spec *spec;
    chain_reader file;
    FILE *out;
    pen_sink *text; /* what is not written yet */
    pen_device *device;
    pen_queue *queue;
    size_t n_rows, n_done;
    double *in[CHAIN_INPUTS]; /* [BLOCK_ROWS] */
    double *results[CHAIN_MAX_OUTPUTS];
    pen_sink *kept;   /* the block's rows as they will be written, without results */
    size_t *kept_end; /* [BLOCK_ROWS] where each ends */
    cli_progress progress;
    double bytes;
} chain;

/* The row as text that the results are to follow: CSV cells, or an object's members. */
static void keep_row(chain *j, const pen_cell *cells)
{
    for (size_t k = 0; k < j->file.n_columns; k++) {
        double number;
        if (!j->c->is_json) {
            pen_csv_put(j->kept, pen_csv_separator(j->file.csv), cells[k].text, cells[k].n);
            pen_sink_char(j->kept, pen_csv_separator(j->file.csv));
            continue;
        }
        const char *at = j->file.header[k], *end = at + strlen(at);
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
static pen_status read_block(chain *j)
{
    PEN_TRY(pen_sink_open_memory(&j->kept));
    for (j->n_rows = 0; j->n_rows < BLOCK_ROWS; j->n_rows++) {
        const pen_cell *cells;
        double row[CHAIN_COLUMNS];
        size_t n, end;
        PEN_TRY(chain_reader_next(&j->file, &cells, &n, row));
        if (n == 0)
            break;
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
        if (chain_reader_varies(&j->file, i)) {
            PEN_TRY(pen_panel_create(j->device, PEN_F64, 1, j->n_rows, &inputs[i]));
            PEN_TRY(pen_panel_write(j->queue, inputs[i], j->in[i], j->n_rows));
        }
        in[i] = (pen_input){ inputs[i], j->file.all[i] };
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
    char csv_between[] = { pen_csv_separator(j->file.csv), '\0' };
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
    char separator = pen_csv_separator(j->file.csv);
    for (size_t k = 0; k < j->file.n_columns; k++) {
        pen_csv_put(j->text, separator, j->file.header[k], strlen(j->file.header[k]));
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
    PEN_TRY(chain_reader_open(&j->file, j->c, j->spec));
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
    for (int i = 0; i < CHAIN_INPUTS; i++)
        pen_free(j->in[i]);
    for (size_t i = 0; i < j->spec->n_outputs; i++)
        pen_free(j->results[i]);
    pen_free(j->kept_end);
    pen_sink_close(j->kept);
    pen_sink_close(j->text);
    pen_queue_destroy(j->queue);
    pen_device_close(j->device);
    chain_reader_close(&j->file);
}

pen_status chain_run(cli *c, const chain_spec *spec)
{
    chain j = { .c = c, .spec = spec };
    struct stat about;
    bool is_file = strcmp(c->args[0], "-") != 0 && stat(c->args[0], &about) == 0;
    PEN_TRY(cli_open_output(c, &j.out));
    cli_progress_begin(&j.progress, c, spec->verb, is_file ? (double)about.st_size : 0);
    pen_status s = run_blocks(&j);
    cli_progress_end(&j.progress);
    clear(&j);
    return s;
}
