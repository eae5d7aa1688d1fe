/* Help and man pages, made from the commands' descriptions. */
#include <string.h>

#include "cli.h"

static void print_options(const cli_option *options, size_t count, FILE *out)
{
    for (size_t i = 0; i < count; i++) {
        const cli_option *o = &options[i];
        char left[64], letter[8] = "    ";
        if (o->letter != 0)
            snprintf(letter, sizeof letter, "-%c, ", o->letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->value != NULL ? " " : "",
                 o->value != NULL ? o->value : "");
        fprintf(out, "  %-28s %s", left, o->help);
        if (o->fallback != NULL)
            fprintf(out, " [%s]", o->fallback);
        fputc('\n', out);
    }
}

void cli_help(const cli_command *command, FILE *out)
{
    fprintf(out, "%s\n\nUsage: penstock %s%s%s [options]\n", command->summary, command->name,
            command->arguments[0] != '\0' ? " " : "", command->arguments);
    if (command->detail != NULL)
        fprintf(out, "\n%s\n", command->detail);
    if (command->option_count > 0) {
        fputs("\nOptions:\n", out);
        print_options(command->options, command->option_count, out);
    }
    fputs("\nCommon options:\n", out);
    print_options(cli_common_options, cli_common_option_count, out);
    fputs("\nExamples:\n", out);
    for (size_t i = 0; command->examples[i] != NULL; i += 2)
        fprintf(out, "  # %s\n  %s\n", command->examples[i], command->examples[i + 1]);
}

void cli_help_all(FILE *out)
{
    fputs("GPU-accelerated quantitative computing for trading\n\n"
          "Usage: penstock COMMAND [arguments] [options]\n\nCommands:\n",
          out);
    for (size_t i = 0; cli_commands[i] != NULL; i++)
        fprintf(out, "  %-12s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
    fputs("\n'penstock help COMMAND' shows a command's options and examples.\n"
          "Exit codes: 0 ok, 1 failed, 2 usage.\n",
          out);
}
