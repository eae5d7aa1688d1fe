/* The parser of command lines, and the getters of what it found. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/config.h"
#include "../../machine/base/nearest.h"
#include "../../machine/base/status.h"
#include "cli.h"

/* One option as typed. */
struct cli_given {
    const cli_option *option;
    const char *value;
};

const cli_option cli_common_options[] = {
    { "json", 0, NULL, "print the result as JSON", NULL },
    { "device", 0, "NAME", "compute on this device, as 'penstock detect' names it", NULL },
    { "output", 'o', "FILE", "write the result to FILE instead of standard output", NULL },
    { "threads", 0, "N", "threads of cpu:0", NULL },
    { "log", 0, "LEVEL", "log lines on standard error: error, warn, info or debug, or info,json",
      NULL },
    { "config", 0, "FILE", "settings, as 'penstock detect --write' makes them", NULL },
    { "quiet", 'q', NULL, "no remarks and no progress bar on standard error", NULL },
    { "help", 'h', NULL, "show this help", NULL },
};
const size_t cli_common_option_count = PEN_COUNT(cli_common_options);

pen_status cli_choice(cli *c, const char *name, const char *const *words, int *out)
{
    const char *text = cli_text(c, name);
    char list[128] = "";
    for (*out = 0; words[*out] != NULL; ++*out) {
        if (strcmp(words[*out], text) == 0)
            return PEN_OK;
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s",
                 *out == 0                 ? ""
                 : words[*out + 1] == NULL ? " or "
                                           : ", ",
                 words[*out]);
    }
    return cli_usage(c, "--%s '%s', expected %s", name, text, list);
}

pen_status cli_usage(cli *c, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    c->is_usage = true;
    return pen_fail(PEN_E_ARG, "%s", text);
}

static const cli_option *option_at(const cli *c, size_t i)
{
    return i < c->command->option_count ? &c->command->options[i]
                                        : &cli_common_options[i - c->command->option_count];
}

static size_t option_total(const cli *c)
{
    return c->command->option_count + cli_common_option_count;
}

static const cli_option *find_option(const cli *c, const char *name, size_t length)
{
    for (size_t i = 0; i < option_total(c); i++) {
        const cli_option *o = option_at(c, i);
        if (strlen(o->name) == length && strncmp(o->name, name, length) == 0)
            return o;
    }
    return NULL;
}

static const cli_option *find_letter(const cli *c, char letter)
{
    for (size_t i = 0; i < option_total(c); i++)
        if (option_at(c, i)->letter == letter)
            return option_at(c, i);
    return NULL;
}

static const struct cli_given *last_given(const cli *c, const char *name)
{
    for (size_t i = c->given_count; i-- > 0;)
        if (strcmp(c->given[i].option->name, name) == 0)
            return &c->given[i];
    return NULL;
}

bool cli_has(const cli *c, const char *name)
{
    return last_given(c, name) != NULL;
}

const char *cli_text(const cli *c, const char *name)
{
    const struct cli_given *g = last_given(c, name);
    if (g != NULL)
        return g->value;
    const cli_option *o = find_option(c, name, strlen(name));
    return o != NULL ? o->fallback : NULL;
}

size_t cli_count(const cli *c, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < c->given_count; i++)
        n += strcmp(c->given[i].option->name, name) == 0;
    return n;
}

const char *cli_text_at(const cli *c, const char *name, size_t i)
{
    for (size_t k = 0; k < c->given_count; k++)
        if (strcmp(c->given[k].option->name, name) == 0 && i-- == 0)
            return c->given[k].value;
    return NULL;
}

pen_status cli_number(cli *c, const char *name, double low, double high, double *out)
{
    const char *text = cli_text(c, name);
    char *end;
    *out = 0;
    if (text == NULL)
        return cli_usage(c, "--%s is needed", name);
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= low && value <= high))
        return cli_usage(c, "--%s '%s', expected a number from %g to %g", name, text, low, high);
    *out = value;
    return PEN_OK;
}

pen_status cli_integer(cli *c, const char *name, uint64_t low, uint64_t high, uint64_t *out)
{
    const char *text = cli_text(c, name);
    char *end;
    *out = 0;
    if (text == NULL)
        return cli_usage(c, "--%s is needed", name);
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < low || value > high)
        return cli_usage(c, "--%s '%s', expected a whole number from %llu to %llu", name, text,
                         (unsigned long long)low, (unsigned long long)high);
    *out = value;
    return PEN_OK;
}

static pen_status unknown_option(cli *c, const char *name, size_t length)
{
    char word[64];
    const char *names[64];
    size_t count = 0;
    snprintf(word, sizeof word, "%.*s", (int)length, name);
    for (; count < option_total(c) && count < PEN_COUNT(names); count++)
        names[count] = option_at(c, count)->name;
    const char *near = pen_nearest(word, names, count);
    if (near != NULL)
        return cli_usage(c, "no option '--%s'; did you mean '--%s'?", word, near);
    return cli_usage(c, "no option '--%s'", word);
}

/* Takes argv[*i], an option, and its value, which may be argv[*i + 1]. */
static pen_status parse_option(cli *c, int argc, char **argv, int *i)
{
    const char *text = argv[*i], *value = NULL;
    const cli_option *o;
    if (text[1] == '-') {
        size_t length = strcspn(text + 2, "=");
        o = find_option(c, text + 2, length);
        if (o == NULL)
            return unknown_option(c, text + 2, length);
        if (text[2 + length] == '=')
            value = text + 3 + length;
        if (value != NULL && o->value == NULL)
            return cli_usage(c, "--%s takes no value", o->name);
    } else {
        o = find_letter(c, text[1]);
        if (o == NULL || (o->value == NULL && text[2] != '\0'))
            return cli_usage(c, "no option '%s'", text);
        if (text[2] != '\0')
            value = text + 2;
    }
    if (o->value != NULL && value == NULL) {
        if (*i + 1 >= argc)
            return cli_usage(c, "--%s needs a value: %s", o->name, o->value);
        value = argv[++*i];
    }
    c->given[c->given_count++] = (struct cli_given){ o, value };
    return PEN_OK;
}

static pen_status take_common(cli *c)
{
    c->is_json = cli_has(c, "json");
    c->is_quiet = cli_has(c, "quiet");
    c->output = cli_text(c, "output");
    if (c->output != NULL && strcmp(c->output, "-") == 0)
        c->output = NULL;
    PEN_TRY(cli_configure(c));
    if (cli_has(c, "threads")) {
        uint64_t threads;
        PEN_TRY(cli_integer(c, "threads", 1, 4096, &threads));
        pen_cpu_threads_set((unsigned)threads);
    }
    return PEN_OK;
}

/* argv without the program and the command. */
pen_status cli_parse(cli *c, int argc, char **argv, bool *wants_help)
{
    const char **args;
    PEN_TRY(pen_alloc((size_t)argc + 1, sizeof *c->given, (void **)&c->given));
    PEN_TRY(pen_alloc((size_t)argc + 1, sizeof *args, (void **)&args));
    c->args = args;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            while (++i < argc)
                args[c->arg_count++] = argv[i];
        } else if (argv[i][0] == '-' && argv[i][1] != '\0') {
            PEN_TRY(parse_option(c, argc, argv, &i));
        } else {
            args[c->arg_count++] = argv[i];
        }
    }
    *wants_help = cli_has(c, "help");
    if (*wants_help)
        return PEN_OK;
    PEN_TRY(take_common(c));
    if (c->arg_count < c->command->min_args)
        return cli_usage(c, "expected %s", c->command->arguments);
    if (c->arg_count > c->command->max_args)
        return cli_usage(c, "unexpected argument '%s'", args[c->command->max_args]);
    return PEN_OK;
}

void cli_clear(cli *c)
{
    pen_free((void *)c->args);
    pen_free(c->given);
    pen_config_destroy(c->config);
    c->args = NULL;
    c->given = NULL;
    c->config = NULL;
}
