/* penstock detect: the devices of this machine, and a settings file fitted to it. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "../../machine/base/config.h"
#include "../../machine/base/status.h"
#include "cli.h"

static const char *const backends[] = { "cuda", "opencl", "cpu" };

/* Opens the device, measures it, and takes its description. */
static pen_status measure(pen_device_info *info)
{
    pen_device *device;
    PEN_TRY(pen_device_open(info->name, &device));
    pen_status s = pen_device_measure(device);
    if (s == PEN_OK) {
        const pen_device_info *now = pen_device_describe(device);
        info->copy_bytes_per_s = now->copy_bytes_per_s;
        info->f32_flops = now->f32_flops;
        info->f64_flops = now->f64_flops;
    }
    pen_device_close(device);
    return s;
}

/* A device that cannot be measured is listed all the same. */
static void measure_all(const cli *c, pen_device_info *infos, size_t count)
{
    cli_progress progress;
    cli_progress_begin(&progress, c, "measuring", (double)count);
    for (size_t i = 0; i < count; i++) {
        if (infos[i].is_usable && measure(&infos[i]) != PEN_OK)
            cli_note(c, "%s was not measured: %s", infos[i].name, pen_last_error());
        cli_progress_update(&progress, (double)(i + 1));
    }
    cli_progress_end(&progress);
}

static const char *or_dash(const char *text)
{
    return text[0] != '\0' ? text : "-";
}

/* value / unit with two digits or so; "-" for what was never measured. */
static const char *rate_text(char *text, size_t size, double value, double unit)
{
    if (!(value > 0))
        return "-";
    double shown = value / unit;
    snprintf(text, size, "%.*f", shown < 10 ? 2 : shown < 100 ? 1 : 0, shown);
    return text;
}

static pen_status add_device(cli_table *table, const pen_device_info *d)
{
    char total[32], left[32], clock[32], copy[32], f32[32], f64[32];
    return cli_table_add(
        table, "%s\t%s\t%s\t%s\t%s\t%u\t%s\t%s\t%s\t%s\t%s\t%s\t%s", d->name, or_dash(d->model),
        or_dash(d->capability),
        d->memory_bytes > 0 ? cli_bytes_text(total, sizeof total, (double)d->memory_bytes) : "-",
        d->memory_free_bytes > 0 ? cli_bytes_text(left, sizeof left, (double)d->memory_free_bytes)
                                 : "-",
        d->unit_count, rate_text(clock, sizeof clock, d->clock_mhz, 1e3),
        rate_text(copy, sizeof copy, d->copy_bytes_per_s, 1e9),
        rate_text(f32, sizeof f32, d->f32_flops, 1e12),
        rate_text(f64, sizeof f64, d->f64_flops, 1e12), or_dash(d->driver), or_dash(d->runtime),
        d->note[0] != '\0' ? d->note
        : d->is_usable     ? ""
                           : "not usable");
}

static bool has_device(const pen_device_info *infos, size_t count, const char *backend)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(infos[i].backend, backend) == 0)
            return true;
    return false;
}

static pen_status print_table(cli *c, const pen_device_info *infos, size_t count)
{
    cli_table table = { 0 };
    FILE *out;
    PEN_TRY(cli_open_output(c, &out));
    pen_status s = cli_table_add(&table, "device\tmodel\tcapability\tmemory\tfree\tunits\tGHz\t"
                                         "copy GB/s\tf32 TFLOP/s\tf64 TFLOP/s\tdriver\truntime\t"
                                         "notes");
    bool is_unmeasured = false;
    for (size_t i = 0; i < count && s == PEN_OK; i++) {
        s = add_device(&table, &infos[i]);
        is_unmeasured |= infos[i].is_usable && infos[i].copy_bytes_per_s == 0;
    }
    if (s == PEN_OK)
        cli_table_print(&table, out, false);
    cli_table_clear(&table);
    for (size_t b = 0; b < PEN_COUNT(backends); b++)
        if (!has_device(infos, count, backends[b]))
            fprintf(out, "%s\n", pen_device_backend_note(backends[b]));
    if (is_unmeasured)
        cli_note(c, "'penstock detect --measure' fills the rates, about a second a device");
    return s;
}

static json_t *number_or_null(double value)
{
    return value > 0 ? json_real(value) : json_null();
}

static json_t *device_json(const pen_device_info *d)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:i, s:i, s:i, s:o, s:o, "
                     "s:o, s:b, s:b, s:b, s:f}",
                     "name", d->name, "backend", d->backend, "model", d->model, "capability",
                     d->capability, "driver", d->driver, "runtime", d->runtime, "uuid", d->uuid,
                     "note", d->note, "memory_bytes", (json_int_t)d->memory_bytes,
                     "memory_free_bytes", (json_int_t)d->memory_free_bytes, "unit_count",
                     (int)d->unit_count, "clock_mhz", (int)d->clock_mhz, "memory_clock_mhz",
                     (int)d->memory_clock_mhz, "copy_bytes_per_s",
                     number_or_null(d->copy_bytes_per_s), "f32_flops", number_or_null(d->f32_flops),
                     "f64_flops", number_or_null(d->f64_flops), "is_usable", d->is_usable,
                     "is_integrated", d->is_integrated, "is_mig", d->is_mig, "score", d->score);
}

static pen_status print_json(cli *c, const pen_device_info *infos, size_t count)
{
    json_t *devices = json_array(), *missing = json_object();
    bool is_bad = devices == NULL || missing == NULL;
    for (size_t i = 0; i < count && !is_bad; i++)
        is_bad = json_array_append_new(devices, device_json(&infos[i])) != 0;
    for (size_t b = 0; b < PEN_COUNT(backends) && !is_bad; b++)
        if (!has_device(infos, count, backends[b]))
            is_bad = json_object_set_new(missing, backends[b],
                                         json_string(pen_device_backend_note(backends[b]))) != 0;
    if (is_bad) {
        json_decref(devices);
        json_decref(missing);
        return pen_fail(PEN_E_NOMEM, "building the JSON result");
    }
    return cli_print_json(c, json_pack("{s:s, s:i, s:o, s:o}", "version", pen_version(), "threads",
                                       (int)pen_cpu_threads(), "devices", devices, "missing",
                                       missing));
}

static const char *best_device(const pen_device_info *infos, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (infos[i].is_usable)
            return infos[i].name;
    return "cpu:0";
}

/* Never over a file that is there: someone may have edited it. */
static pen_status write_settings(const char *path, const pen_device_info *infos, size_t count)
{
    FILE *file = fopen(path, "wx");
    if (file == NULL && errno == EEXIST)
        return pen_fail(PEN_E_IO, "%s is there already; remove it or name another file", path);
    if (file == NULL)
        return pen_fail(PEN_E_IO, "cannot write %s: %s", path, strerror(errno));
    fprintf(file, "# Settings of penstock on this machine, made by 'penstock detect --write'.\n"
                  "# Read from here, from $PENSTOCK_CONFIG or from --config FILE; options and\n"
                  "# PENSTOCK_DEVICE, PENSTOCK_THREADS, PENSTOCK_LOG go before it.\n\n"
                  "# Where to compute; 'auto' takes the best at each start.  Found here:\n");
    for (size_t i = 0; i < count; i++)
        fprintf(
            file, "#   %-10s %s%s%s\n", infos[i].name, infos[i].model,
            infos[i].is_usable ? "" : ", not usable: ", infos[i].is_usable ? "" : infos[i].note);
    fprintf(file, "device: %s\n\n", best_device(infos, count));
    fprintf(file,
            "# Threads of cpu:0; 0 takes the cores the process may use.  No result depends on it.\n"
            "threads: %u\n\n"
            "log:\n"
            "  level: warn   # error, warn, info or debug\n"
            "  json: false   # one JSON object a line\n",
            pen_cpu_threads());
    bool is_bad = ferror(file) != 0;
    if (fclose(file) != 0 || is_bad)
        return pen_fail(PEN_E_IO, "writing %s: %s", path, strerror(errno));
    return PEN_OK;
}

static pen_status run(cli *c)
{
    pen_device_info *infos;
    size_t count;
    pen_status s = PEN_OK;
    PEN_TRY(pen_device_list(&infos, &count));
    if (cli_has(c, "measure"))
        measure_all(c, infos, count);
    if (cli_has(c, "write"))
        s = write_settings(cli_text(c, "write"), infos, count);
    if (s == PEN_OK)
        s = c->is_json ? print_json(c, infos, count) : print_table(c, infos, count);
    if (s == PEN_OK && cli_has(c, "write"))
        cli_note(c, "wrote %s", cli_text(c, "write"));
    pen_device_list_free(infos);
    return s;
}

static const cli_option options[] = {
    { "measure", 'm', NULL, "measure copy bandwidth and arithmetic, and remember them", NULL },
    { "write", 'w', "FILE", "also write a settings file fitted to this machine", NULL },
};

static const char *const examples[] = {
    "What can compute here, the best first",
    "penstock detect",
    "With measured rates, as JSON",
    "penstock detect --measure --json",
    "A settings file that every command then reads",
    "penstock detect --write penstock.yaml",
    NULL,
};

const cli_command cmd_detect = {
    .name = "detect",
    .summary = "List the devices of this machine; write settings fitted to it",
    .arguments = "",
    .detail = "Rates are those of the last --measure.  A backend without a device says why.",
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
