/* penstock help: the list of commands, one command's help. */
#include <string.h>

#include "../../machine/base/status.h"
#include "cli.h"

static pen_status run(cli *c)
{
    FILE *out;
    const cli_command *command = NULL;
    if (c->arg_count > 0 && (command = cli_find(c->args[0])) == NULL)
        return cli_usage(c, "no command '%s'", c->args[0]);
    PEN_TRY(cli_open_output(c, &out));
    if (cli_has(c, "man") && command != NULL)
        cli_man(command, out);
    else if (cli_has(c, "man"))
        cli_man_all(out);
    else if (command != NULL)
        cli_help(command, out);
    else
        cli_help_all(out);
    return PEN_OK;
}

static const cli_option options[] = {
    { "man", 0, NULL, "print a man page instead", NULL },
};

static const char *const examples[] = {
    "List the commands",
    "penstock help",
    "Options and examples of one",
    "penstock help bench",
    "Read a man page that is not installed",
    "penstock help bench --man | man -l -",
    NULL,
};

const cli_command cmd_help = {
    .name = "help",
    .summary = "Show the commands, or one command's options and examples",
    .arguments = "[COMMAND]",
    .max_args = 1,
    .options = options,
    .option_count = PEN_COUNT(options),
    .examples = examples,
    .run = run,
};
