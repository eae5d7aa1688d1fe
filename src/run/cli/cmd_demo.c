/* penstock demo: the tour that `make run` starts.  Every step says what it did,
 * where and in what time. */
#define _POSIX_C_SOURCE 200809L

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "../../machine/base/clock.h"
#include "demo.h"

/* ---- detect ---- */

static pen_status detect(demo *d)
{
    pen_device_info *infos;
    size_t count;
    double start = pen_clock_s();
    PEN_TRY(pen_device_list(&infos, &count));
    pen_device_list_free(infos);
    PEN_TRY(cli_open_device(d->c, &d->device));
    PEN_TRY(pen_queue_create(d->device, &d->queue));
    const pen_device_info *info = pen_device_describe(d->device);
    d->name = info->name;
    demo_step(d, "detect", start, d->name, "%zu device%s; computing on %s, %u units", count,
              count == 1 ? "" : "s", info->model, info->unit_count);
    return PEN_OK;
}

/* ---- load ---- */

/* What the file's rows have that good data has not. */
static void describe_quirks(const demo *d, char *text, size_t size)
{
    const pen_table *table = pen_bars_table(d->bars);
    size_t used = 0;
    text[0] = '\0';
    for (int kind = 0; table != NULL && kind < PEN_QUIRK_COUNT && used < size; kind++) {
        pen_quirk q = pen_table_quirk(table, (pen_quirk_kind)kind);
        if (q.count > 0)
            used += (size_t)snprintf(text + used, size - used, "%s%zu %s", used > 0 ? ", " : "",
                                     q.count, pen_quirk_text((pen_quirk_kind)kind));
    }
    if (used == 0)
        snprintf(text, size, "nothing odd");
}

static pen_status load_file(demo *d, const char *path)
{
    char quirks[256], first[32], last[32];
    double start = pen_clock_s();
    PEN_TRY(pen_bars_read(path, NULL, &d->bars));
    d->n = pen_bars_points(d->bars);
    d->time_ns = pen_bars_times_ns(d->bars);
    for (int role = PEN_ROLE_OPEN; role <= PEN_ROLE_VOLUME; role++) {
        const pen_panel *field = pen_bars_field(d->bars, (pen_role)role);
        d->field[role] = field != NULL ? pen_panel_data(field) : NULL;
    }
    if (d->n < 2 || d->field[PEN_ROLE_CLOSE] == NULL || d->time_ns == NULL)
        return pen_fail(PEN_E_SHAPE, "%s: %zu rows, expected at least 2 with times and closes",
                        path, d->n);
    pen_time_print(d->time_ns[0], first);
    pen_time_print(d->time_ns[d->n - 1], last);
    describe_quirks(d, quirks, sizeof quirks);
    const char *slash = strrchr(path, '/');
    snprintf(d->symbol, sizeof d->symbol, "%.60s", slash != NULL ? slash + 1 : path);
    demo_step(d, "load", start, "-", "%s: %zu bars, %.10s to %.10s; %s", d->symbol, d->n, first,
              last, quirks);
    return PEN_OK;
}

static pen_status make_market(demo *d)
{
    enum { BARS = 750 };
    double start = pen_clock_s();
    pen_synth_params p = pen_synth_params_default();
    p.seed = 7;
    PEN_TRY(pen_alloc_array(BARS, 5 * sizeof(double), (void **)&d->made));
    PEN_TRY(pen_alloc_array(BARS, sizeof(int64_t), (void **)&d->made_times));
    d->n = BARS;
    for (int role = 0; role < 5; role++)
        d->field[role] = d->made + role * BARS;
    d->time_ns = d->made_times;
    PEN_TRY(pen_synth_bars(&p, 1, BARS, d->made_times, d->made, d->made + BARS, d->made + 2 * BARS,
                           d->made + 3 * BARS, d->made + 4 * BARS, NULL));
    snprintf(d->symbol, sizeof d->symbol, "synthetic market, seed 7");
    demo_step(d, "load", start, "-", "no FILE: a synthetic market of %d daily bars, seed 7", BARS);
    return PEN_OK;
}

/* ---- the end ---- */

static void clear(demo *d)
{
    pen_bars_destroy(d->bars);
    pen_queue_destroy(d->queue);
    pen_device_close(d->device);
    pen_free(d->made);
    pen_free(d->made_times);
    pen_free(d->computed);
    pen_free(d->fan);
    json_decref(d->steps);
}

static void print_next(const demo *d)
{
    const char *file = d->c->arg_count > 0 ? d->c->args[0] : "market.csv";
    fputs("\nNext:\n", d->out);
    if (d->c->arg_count == 0)
        fputs("  penstock synth -o market.csv\n", d->out);
    if (cli_find("indicators") != NULL)
        fprintf(d->out, "  penstock indicators %s --do rsi:14 --do macd:12,26,9\n", file);
    fputs("  penstock help\n", d->out);
}

static pen_status tour(demo *d)
{
    PEN_TRY(cli_open_output(d->c, &d->out));
    PEN_TRY(detect(d));
    PEN_TRY(d->c->arg_count > 0 ? load_file(d, d->c->args[0]) : make_market(d));
    PEN_TRY(demo_indicators(d));
    PEN_TRY(demo_price(d));
    PEN_TRY(demo_simulate(d));
    PEN_TRY(demo_picture(d));
    if (d->steps == NULL) {
        print_next(d);
        return PEN_OK;
    }
    json_t *steps = d->steps;
    d->steps = NULL;
    return cli_print_json(d->c, steps);
}

static pen_status run(cli *c)
{
    demo d = { .c = c };
    if (c->is_json && (d.steps = json_array()) == NULL)
        return pen_fail(PEN_E_NOMEM, "building the JSON result");
    pen_status s = tour(&d);
    clear(&d);
    return s;
}

static const cli_option options[] = {
    { "picture", 0, "FILE", "where the picture goes", "penstock-demo.svg" },
};

static const char *const examples[] = {
    "The tour on a synthetic market",
    "penstock demo",
    "On your own daily bars, on the second GPU",
    "penstock demo bars.csv --device cuda:1 --picture bars.svg",
    NULL,
};

const cli_command cmd_demo = {
    .name = "demo",
    .summary = "Take the tour: detect, load, indicators, price, simulate, a picture",
    .arguments = "[FILE]",
    .max_args = 1,
    .detail = "FILE is CSV with a time and open, high, low, close, volume, or a close alone; "
              "without\none a seeded synthetic market is used.  Each step says where it ran and "
              "in what time.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
