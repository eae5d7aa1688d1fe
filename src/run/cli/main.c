/* The program `penstock`: finds the command, parses, runs it, reports. */
#include "../../machine/base/nearest.h"
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/status.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

extern const cli_command cmd_bench, cmd_completion, cmd_demo, cmd_detect, cmd_help, cmd_implied,
    cmd_indicators, cmd_optimize, cmd_patterns, cmd_price, cmd_risk, cmd_simulate, cmd_statistics,
    cmd_surface, cmd_synth, cmd_ticks;

const cli_command *const cli_commands[] = {
    &cmd_demo,    &cmd_detect,   &cmd_synth,    &cmd_indicators, &cmd_statistics,
    &cmd_risk,    &cmd_optimize, &cmd_patterns, &cmd_ticks,      &cmd_price,
    &cmd_implied, &cmd_surface,  &cmd_simulate, &cmd_bench,      &cmd_completion,
    &cmd_help,    NULL,
};

const cli_command *cli_find(const char *name)
{
    for (size_t i = 0; cli_commands[i] != NULL; i++)
        if (strcmp(cli_commands[i]->name, name) == 0)
            return cli_commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    const char *names[64];
    size_t count = 0;
    for (; cli_commands[count] != NULL && count < PEN_COUNT(names); count++)
        names[count] = cli_commands[count]->name;
    const char *near = pen_nearest(name, names, count);
    if (near != NULL)
        fprintf(stderr, "penstock: no command '%s'; did you mean '%s'?\n", name, near);
    else
        fprintf(stderr, "penstock: no command '%s'; 'penstock help' lists them\n", name);
    return EXIT_USAGE;
}

/* A reader that went away is not worth a message. */
static int report(const cli *c, pen_status status)
{
    if (status == PEN_OK)
        return EXIT_OK;
    if (status == PEN_E_IO && errno == EPIPE)
        return EXIT_FAILED;
    fflush(stdout);
    fprintf(stderr, "penstock: %s: %s\n", c->command->name, pen_last_error());
    if (!c->is_usage)
        return EXIT_FAILED;
    fprintf(stderr, "try 'penstock %s --help'\n", c->command->name);
    return EXIT_USAGE;
}

static int run_command(const cli_command *command, int argc, char **argv)
{
    cli c = { .command = command };
    bool wants_help = false;
    FILE *unused;
    pen_status s = cli_parse(&c, argc, argv, &wants_help);
    if (s == PEN_OK && wants_help)
        cli_help(command, stdout);
    else if (s == PEN_OK && (s = cli_open_output(&c, &unused)) == PEN_OK)
        s = command->run(&c); /* an output that cannot be written fails before the work */
    s = cli_finish(&c, s);
    int code = report(&c, s);
    cli_clear(&c);
    return code;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        cli_help_all(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        printf("penstock %s\n", pen_version());
        return fflush(stdout) == 0 ? EXIT_OK : EXIT_FAILED;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return run_command(&cmd_help, argc - 2, argv + 2);
    const cli_command *command = cli_find(argv[1]);
    if (command == NULL)
        return unknown_command(argv[1]);
    return run_command(command, argc - 2, argv + 2);
}
