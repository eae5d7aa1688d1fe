/* Man pages, made from the commands' descriptions. */
#include <ctype.h>
#include <string.h>

#include "cli.h"

/* Text as roff takes it: a dash is a minus, a line may not begin with a dot. */
static void put_text(FILE *out, const char *text)
{
    bool is_start = true;
    for (; *text != '\0'; text++) {
        if (is_start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
        is_start = *text == '\n';
    }
}

static void put_title(FILE *out, const char *name)
{
    fputs(".TH PENSTOCK", out);
    if (name != NULL)
        fputc('-', out);
    for (; name != NULL && *name != '\0'; name++)
        fputc(toupper((unsigned char)*name), out);
    fprintf(out, " 1 \"\" \"penstock %s\" \"Penstock\"\n", pen_version());
}

static void put_options(FILE *out, const cli_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fputs(".TP\n", out);
        if (options[i].letter != 0)
            fprintf(out, "\\fB\\-%c\\fR, ", options[i].letter);
        fputs("\\fB\\-\\-", out);
        put_text(out, options[i].name);
        fputs("\\fR", out);
        if (options[i].value != NULL)
            fprintf(out, " \\fI%s\\fR", options[i].value);
        fputc('\n', out);
        put_text(out, options[i].help);
        if (options[i].fallback != NULL) {
            fputs("; default ", out);
            put_text(out, options[i].fallback);
        }
        fputc('\n', out);
    }
}

static const char *const ending = ".SH EXIT STATUS\n0 ok, 1 failed, 2 wrong usage.\n"
                                  ".SH SEE ALSO\n.BR penstock (1)\n";

void cli_man(const cli_command *command, FILE *out)
{
    put_title(out, command->name);
    fprintf(out, ".SH NAME\npenstock\\-%s \\- ", command->name);
    put_text(out, command->summary);
    fprintf(out, "\n.SH SYNOPSIS\n.B penstock %s\n", command->name);
    put_text(out, command->arguments);
    fputs(" [options]\n", out);
    if (command->detail != NULL) {
        fputs(".SH DESCRIPTION\n", out);
        put_text(out, command->detail);
        fputc('\n', out);
    }
    fputs(".SH OPTIONS\n", out);
    put_options(out, command->options, command->option_count);
    put_options(out, cli_common_options, cli_common_option_count);
    fputs(".SH EXAMPLES\n", out);
    for (size_t i = 0; command->examples[i] != NULL; i += 2) {
        fputs(".TP\n", out);
        put_text(out, command->examples[i]);
        fputs("\n.B ", out);
        put_text(out, command->examples[i + 1]);
        fputc('\n', out);
    }
    fputs(ending, out);
}

void cli_man_all(FILE *out)
{
    put_title(out, NULL);
    fputs(".SH NAME\npenstock \\- GPU\\-accelerated quantitative computing for trading\n"
          ".SH SYNOPSIS\n.B penstock\n\\fICOMMAND\\fR [arguments] [options]\n"
          ".SH COMMANDS\n",
          out);
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        fprintf(out, ".TP\n.BR penstock\\-%s (1)\n", cli_commands[i]->name);
        put_text(out, cli_commands[i]->summary);
        fputc('\n', out);
    }
    fputs(".SH ENVIRONMENT\n"
          ".TP\n.B PENSTOCK_DEVICE\nthe device to compute on, as \\fBpenstock detect\\fR names it\n"
          ".TP\n.B PENSTOCK_THREADS\nthreads of cpu:0\n"
          ".TP\n.B PENSTOCK_LOG\nlevel and form of log lines, as \\fB\\-\\-log\\fR\n"
          ".TP\n.B PENSTOCK_CONFIG\nthe settings file, as \\fB\\-\\-config\\fR\n",
          out);
    fputs(".SH EXIT STATUS\n0 ok, 1 failed, 2 wrong usage.\n", out);
}
