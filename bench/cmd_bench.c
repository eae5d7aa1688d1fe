/* penstock bench: runs the cases and prints one line each. */
#define _POSIX_C_SOURCE 200809L

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../src/machine/base/nearest.h"
#include "../src/machine/base/status.h"
#include "../src/run/cli/cli.h"
#include "bench.h"
#include "summary.h"

struct session {
    cli *c;
    pen_device *device;
    double seconds;
    cli_table table;
    json_t *list;
    bench_summary summary;
    cli_progress progress;
    double done;
};

/* A name picks a case, an area, or the cases that begin with it. */
static bool is_named(const bench_area *area, const bench_case *test, const char *name)
{
    return strcmp(area->name, name) == 0 || strncmp(test->name, name, strlen(name)) == 0;
}

static bool is_wanted(const cli *c, const bench_area *area, const bench_case *test)
{
    for (size_t i = 0; i < c->arg_count; i++)
        if (is_named(area, test, c->args[i]))
            return true;
    return c->arg_count == 0 && area != &bench_catalogue;
}

static size_t wanted_count(const cli *c)
{
    size_t n = 0;
    for (size_t a = 0; bench_areas[a] != NULL; a++)
        for (size_t i = 0; i < bench_areas[a]->count; i++)
            n += is_wanted(c, bench_areas[a], &bench_areas[a]->cases[i]);
    return n;
}

static pen_status check_names(cli *c)
{
    for (size_t k = 0; k < c->arg_count; k++) {
        const char *names[512], *name = c->args[k];
        size_t count = 0, hits = 0;
        for (size_t a = 0; bench_areas[a] != NULL; a++) {
            if (count < PEN_COUNT(names))
                names[count++] = bench_areas[a]->name;
            for (size_t i = 0; i < bench_areas[a]->count; i++) {
                hits += is_named(bench_areas[a], &bench_areas[a]->cases[i], name);
                if (count < PEN_COUNT(names))
                    names[count++] = bench_areas[a]->cases[i].name;
            }
        }
        const char *near = hits == 0 ? pen_nearest(name, names, count) : NULL;
        if (near != NULL)
            return cli_usage(c, "no benchmark '%s'; did you mean '%s'?", name, near);
        if (hits == 0)
            return cli_usage(c, "no benchmark '%s'; --list shows them", name);
    }
    return PEN_OK;
}

static json_t *number_or_null(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}

static pen_status add_json(struct session *s, const bench_result *r)
{
    json_t *row = json_pack(
        "{s:s, s:s, s:s, s:i, s:s, s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:o, s:o, s:s?, s:o}",
        "name", r->test->name, "area", r->area->name, "device", r->device, "threads",
        (int)r->threads, "item", r->test->item, "n", (json_int_t)r->items, "samples",
        (json_int_t)r->samples, "median_ns", r->median_ns, "p95_ns", r->p95_ns, "ns_per_item",
        r->median_ns / (double)r->items, "items_per_s", r->items_per_s, "bytes_per_s",
        r->bytes_per_s, "flops", r->flops, "copy_share", number_or_null(r->copy_share),
        "peak_share", number_or_null(r->peak_share), "peer",
        isnan(r->peer_ratio) ? NULL : r->test->peer_name, "peer_ratio",
        number_or_null(r->peer_ratio));
    if (row == NULL || json_array_append_new(s->list, row) != 0)
        return pen_fail(PEN_E_NOMEM, "building the JSON result");
    return PEN_OK;
}

static const char *share_text(char *text, size_t size, double share, const char *format)
{
    if (isnan(share))
        return "";
    snprintf(text, size, format, share);
    return text;
}

/* Plain numbers: the same cells are read by programs and by people. */
static pen_status add_line(struct session *s, const bench_result *r)
{
    char copy[32], peak[32], ratio[32];
    return cli_table_add(&s->table,
                         "%s\t%s\t%u\t%zu\t%s\t%.0f\t%.0f\t%.4g\t%.4g\t%.4g\t%s\t%s\t%s\t%s",
                         r->test->name, r->device, r->threads, r->items, r->test->item,
                         r->median_ns, r->p95_ns, r->median_ns / (double)r->items, r->items_per_s,
                         r->bytes_per_s, share_text(copy, sizeof copy, r->copy_share, "%.2f"),
                         share_text(peak, sizeof peak, r->peak_share, "%.2f"),
                         share_text(ratio, sizeof ratio, r->peer_ratio, "%.2f"),
                         isnan(r->peer_ratio) ? "" : r->test->peer_name);
}

static pen_status run_cases(struct session *s, unsigned threads)
{
    for (size_t a = 0; bench_areas[a] != NULL; a++)
        for (size_t i = 0; i < bench_areas[a]->count; i++) {
            bench_result r;
            if (!is_wanted(s->c, bench_areas[a], &bench_areas[a]->cases[i]))
                continue;
            cli_progress_update(&s->progress, s->done++);
            PEN_TRY(bench_measure(bench_areas[a], &bench_areas[a]->cases[i], s->device, threads,
                                  s->seconds, &r));
            PEN_TRY(bench_summary_add(&s->summary, &r));
            PEN_TRY(s->list != NULL ? add_json(s, &r) : add_line(s, &r));
        }
    return PEN_OK;
}

static pen_status run_with_threads(struct session *s, unsigned threads, bool is_cpu)
{
    if (is_cpu)
        pen_cpu_threads_set(threads);
    return run_cases(s, threads);
}

static pen_status run_on_device(struct session *s)
{
    bool is_cpu = strcmp(pen_device_describe(s->device)->backend, "cpu") == 0;
    unsigned all = pen_cpu_threads();
    bool is_twice = is_cpu && all > 1 && !cli_has(s->c, "threads");
    cli_progress_begin(&s->progress, s->c, "measuring",
                       (double)(wanted_count(s->c) * (is_twice ? 2 : 1)));
    pen_status status = PEN_OK;
    if (is_twice)
        status = run_with_threads(s, 1, is_cpu);
    if (status == PEN_OK)
        status = run_with_threads(s, all, is_cpu);
    cli_progress_end(&s->progress);
    return status;
}

static pen_status print_result(struct session *s)
{
    FILE *out;
    if (s->list != NULL) {
        json_t *list = s->list;
        s->list = NULL;
        return cli_print_json(s->c, list);
    }
    PEN_TRY(cli_open_output(s->c, &out));
    cli_table_print(&s->table, out, cli_terminal_columns(out) == 0);
    return PEN_OK;
}

static pen_status print_list(cli *c)
{
    FILE *out;
    cli_table table = { 0 };
    PEN_TRY(cli_open_output(c, &out));
    pen_status s = cli_table_add(&table, "name\tarea\titem\tpeer");
    for (size_t a = 0; bench_areas[a] != NULL; a++)
        for (size_t i = 0; i < bench_areas[a]->count && s == PEN_OK; i++) {
            const bench_case *test = &bench_areas[a]->cases[i];
            if (is_wanted(c, bench_areas[a], test))
                s = cli_table_add(&table, "%s\t%s\t%s\t%s", test->name, bench_areas[a]->name,
                                  test->item, test->peer != NULL ? test->peer_name : "");
        }
    if (s == PEN_OK)
        cli_table_print(&table, out, cli_terminal_columns(out) == 0);
    cli_table_clear(&table);
    return s;
}

static pen_status run(cli *c)
{
    struct session s = { .c = c };
    bench_catalogue_fill();
    PEN_TRY(check_names(c));
    if (cli_has(c, "list"))
        return print_list(c);
    PEN_TRY(cli_number(c, "time", 0.001, 3600, &s.seconds));
    /* Peers are measured at their best, not as the environment pins them. */
    unsetenv("OPENBLAS_CORETYPE");
    unsetenv("OPENBLAS_L2_SIZE");
    if (c->is_json && (s.list = json_array()) == NULL)
        return pen_fail(PEN_E_NOMEM, "building the JSON result");
    pen_status status = cli_table_add(
        &s.table, "name\tdevice\tthreads\tn\titem\tmedian_ns\tp95_ns\tns_per_item\titems_per_s\t"
                  "bytes_per_s\tcopy_share\tpeak_share\tpeer_ratio\tpeer");
    if (status == PEN_OK)
        status = cli_open_device(c, &s.device);
    /* What the shares refer to; known from an earlier run where it is cached. */
    if (status == PEN_OK && pen_device_describe(s.device)->copy_bytes_per_s == 0)
        status = pen_device_measure(s.device);
    if (status == PEN_OK)
        status = run_on_device(&s);
    if (status == PEN_OK)
        status = print_result(&s);
    if (status == PEN_OK && !c->is_quiet) {
        fflush(stdout);
        bench_summary_print(&s.summary, stderr);
    }
    bench_summary_clear(&s.summary);
    pen_device_close(s.device);
    cli_table_clear(&s.table);
    json_decref(s.list);
    return status;
}

static const cli_option options[] = {
    { "list", 'l', NULL, "list the benchmarks and stop", NULL },
    { "time", 't', "SECONDS", "sample each for about this long", "0.3" },
};

static const char *const examples[] = {
    "Measure everything on the default device",
    "penstock bench",
    "Every indicator of the catalogue, against TA-Lib (some minutes)",
    "PENSTOCK_LIBTALIB=/usr/lib/libta-lib.so penstock bench catalogue --threads 1 --time 0.1",
    "One area on one device, as JSON",
    "penstock bench memory --device cpu:0 --json",
    NULL,
};

const cli_command cmd_bench = {
    .name = "bench",
    .summary = "Check and measure every operation, against installed peers",
    .arguments = "[NAME...]",
    .max_args = 64,
    .detail = "Each result is checked before it is timed; a wrong one fails the command.  NAME is "
              "a\nbenchmark, the beginning of one, or an area.  copy_share and peak_share are "
              "fractions of\nthe device's measured copy bandwidth and fused multiply-add rate; "
              "peer_ratio is the\npeer's time over ours, its single thread in the same run; with "
              "four or more\nof one peer and "
              "size a last line says their median and extremes.  Columns are\ntab-separated when "
              "the output is not a terminal.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
