/* Where results and remarks go. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "cli.h"

/* A new file is written under another name first, so that a failed command
 * leaves nothing half done; a pipe, a device or a link (/dev/stdout) is written as it is. */
static pen_status open_file(cli *c)
{
    struct stat info;
    bool is_special = lstat(c->output, &info) == 0 && !S_ISREG(info.st_mode);
    const char *path = c->output;
    if (!is_special) {
        size_t size = strlen(c->output) + 32;
        PEN_TRY(pen_alloc(size, 1, (void **)&c->temp_path));
        snprintf(c->temp_path, size, "%s.tmp%ld", c->output, (long)getpid());
        path = c->temp_path;
    }
    c->out = fopen(path, "w");
    if (c->out == NULL)
        return pen_fail(PEN_E_IO, "cannot write %s: %s", c->output, strerror(errno));
    return PEN_OK;
}

pen_status cli_open_output(cli *c, FILE **out)
{
    *out = NULL;
    if (c->out == NULL) {
        if (c->output == NULL)
            c->out = stdout;
        else
            PEN_TRY(open_file(c));
    }
    *out = c->out;
    return PEN_OK;
}

static pen_status close_output(cli *c, pen_status status)
{
    bool is_bad = fflush(c->out) != 0 || ferror(c->out);
    int reason = errno;
    if (c->out != stdout && fclose(c->out) != 0 && !is_bad) {
        is_bad = true;
        reason = errno;
    }
    c->out = NULL;
    if (status != PEN_OK)
        return status;
    if (!is_bad && c->temp_path != NULL && rename(c->temp_path, c->output) != 0) {
        is_bad = true;
        reason = errno;
    }
    if (!is_bad)
        return PEN_OK;
    status = pen_fail(PEN_E_IO, "writing %s: %s", c->output != NULL ? c->output : "standard output",
                      strerror(reason));
    errno = reason;
    return status;
}

/* Closes the output; the command's own failure goes before the output's. */
pen_status cli_finish(cli *c, pen_status status)
{
    if (c->out == NULL)
        c->out = stdout; /* help */
    if (c->out != NULL)
        status = close_output(c, status);
    int reason = errno;
    if (status != PEN_OK && c->temp_path != NULL)
        unlink(c->temp_path);
    pen_free(c->temp_path);
    c->temp_path = NULL;
    errno = reason;
    return status;
}

pen_status cli_open_input(const char *path, FILE **in)
{
    *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    if (*in == NULL)
        return pen_fail(PEN_E_IO, "cannot read %s: %s", path, strerror(errno));
    return PEN_OK;
}

void cli_close_input(FILE *in)
{
    if (in != NULL && in != stdin)
        fclose(in);
}

pen_status cli_print_json(cli *c, json_t *value)
{
    FILE *out;
    if (value == NULL)
        return pen_fail(PEN_E_NOMEM, "building the JSON result");
    pen_status s = cli_open_output(c, &out);
    if (s == PEN_OK && json_dumpf(value, out, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) == 0)
        fputc('\n', out);
    json_decref(value);
    return s;
}

pen_status cli_open_device(const cli *c, pen_device **out)
{
    return pen_device_open(c->device, out);
}

void cli_note(const cli *c, const char *format, ...)
{
    if (c->is_quiet)
        return;
    va_list args;
    va_start(args, format);
    fprintf(stderr, "penstock: %s: ", c->command->name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

/* value / step^k with the k-th unit, three digits. */
static const char *scaled(char *text, size_t size, double value, double step,
                          const char *const *units, size_t unit_count)
{
    size_t k = 0;
    for (; value >= step && k + 1 < unit_count; k++)
        value /= step;
    int digits = k == 0 && value == (double)(long)value ? 0 : value < 9.995 ? 2 : value < 99.95;
    snprintf(text, size, "%.*f%s", digits, value, units[k]);
    return text;
}

const char *cli_bytes_text(char *text, size_t size, double bytes)
{
    static const char *const units[] = { " B", " KiB", " MiB", " GiB", " TiB", " PiB" };
    return scaled(text, size, bytes, 1024, units, PEN_COUNT(units));
}

const char *cli_count_text(char *text, size_t size, double count)
{
    static const char *const units[] = { "", " k", " M", " G", " T", " P" };
    return scaled(text, size, count, 1000, units, PEN_COUNT(units));
}

const char *cli_time_text(char *text, size_t size, double seconds)
{
    static const char *const units[] = { " ns", " us", " ms", " s" };
    return scaled(text, size, seconds * 1e9, 1000, units, PEN_COUNT(units));
}
