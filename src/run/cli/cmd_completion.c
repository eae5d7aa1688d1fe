/* penstock completion: shell scripts made from the commands' descriptions. */
#include <string.h>

#include "../../machine/base/status.h"
#include "cli.h"

typedef void option_fn(FILE *out, const cli_command *command, const cli_option *option);

static void each_option(FILE *out, const cli_command *command, option_fn *fn)
{
    for (size_t i = 0; i < command->option_count; i++)
        fn(out, command, &command->options[i]);
    for (size_t i = 0; i < cli_common_option_count; i++)
        fn(out, command, &cli_common_options[i]);
}

/* Inside single quotes of any of the three shells. */
static void put_quoted(FILE *out, const char *text, const char *also_escaped)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs("'\\''", out);
        else if (strchr(also_escaped, *text) != NULL)
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
}

static void put_words(FILE *out, const cli_command *command)
{
    for (size_t i = 0; command->words != NULL && command->words[i] != NULL; i++)
        fprintf(out, "%s%s", i > 0 ? " " : "", command->words[i]);
    for (size_t i = 0; strcmp(command->name, "help") == 0 && cli_commands[i] != NULL; i++)
        fprintf(out, "%s%s", i > 0 ? " " : "", cli_commands[i]->name);
}

static bool has_words(const cli_command *command)
{
    return command->words != NULL || strcmp(command->name, "help") == 0;
}

static void bash_option(FILE *out, const cli_command *command, const cli_option *option)
{
    (void)command;
    fprintf(out, " --%s", option->name);
}

static void put_bash(FILE *out)
{
    fputs("_penstock() {\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} options= words=\n"
          "    COMPREPLY=()\n"
          "    case ${COMP_WORDS[1]} in\n",
          out);
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        fprintf(out, "    %s) options='", cli_commands[i]->name);
        each_option(out, cli_commands[i], bash_option);
        fputs("' words='", out);
        put_words(out, cli_commands[i]);
        fputs("' ;;\n", out);
    }
    fputs("    esac\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "        words='--version --help",
          out);
    for (size_t i = 0; cli_commands[i] != NULL; i++)
        fprintf(out, " %s", cli_commands[i]->name);
    fputs("'\n"
          "    elif [ \"${current#-}\" != \"$current\" ]; then\n"
          "        words=$options\n"
          "    fi\n"
          "    [ -n \"$words\" ] && COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
          "}\n"
          "complete -o default -F _penstock penstock\n",
          out);
}

static void zsh_option(FILE *out, const cli_command *command, const cli_option *option)
{
    (void)command;
    fprintf(out, "            '--%s%s[", option->name, option->value != NULL ? "=" : "");
    put_quoted(out, option->help, "[]:");
    fputs("]", out);
    if (option->value != NULL)
        fprintf(out, ":%s:%s", option->value, strcmp(option->value, "FILE") == 0 ? "_files" : "");
    fputs("' \\\n", out);
}

static void put_zsh(FILE *out)
{
    fputs("#compdef penstock\n"
          "_penstock() {\n"
          "    local -a commands\n"
          "    commands=(\n",
          out);
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        fprintf(out, "        '%s:", cli_commands[i]->name);
        put_quoted(out, cli_commands[i]->summary, ":");
        fputs("'\n", out);
    }
    fputs("    )\n"
          "    if (( CURRENT == 2 )); then\n"
          "        _describe command commands\n"
          "        return\n"
          "    fi\n"
          "    case $words[2] in\n",
          out);
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        fprintf(out, "    %s)\n        _arguments \\\n", cli_commands[i]->name);
        each_option(out, cli_commands[i], zsh_option);
        if (has_words(cli_commands[i])) {
            fputs("            '*:argument:(", out);
            put_words(out, cli_commands[i]);
            fputs(")' ;;\n", out);
        } else {
            fputs("            '*:file:_files' ;;\n", out);
        }
    }
    fputs("    esac\n"
          "}\n"
          "_penstock \"$@\"\n",
          out);
}

static void fish_option(FILE *out, const cli_command *command, const cli_option *option)
{
    fprintf(out, "complete -c penstock -n '__fish_seen_subcommand_from %s' -l %s", command->name,
            option->name);
    if (option->letter != 0)
        fprintf(out, " -s %c", option->letter);
    if (option->value != NULL)
        fputs(" -r", out);
    fputs(" -d '", out);
    put_quoted(out, option->help, "");
    fputs("'\n", out);
}

static void put_fish(FILE *out)
{
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        const cli_command *command = cli_commands[i];
        fprintf(out, "complete -c penstock -n __fish_use_subcommand -f -a %s -d '", command->name);
        put_quoted(out, command->summary, "");
        fputs("'\n", out);
        each_option(out, command, fish_option);
        if (has_words(command)) {
            fprintf(out, "complete -c penstock -n '__fish_seen_subcommand_from %s' -f -a '",
                    command->name);
            put_words(out, command);
            fputs("'\n", out);
        }
    }
}

static pen_status run(cli *c)
{
    FILE *out;
    const char *shell = c->args[0];
    void (*put)(FILE *) = strcmp(shell, "bash") == 0   ? put_bash
                          : strcmp(shell, "zsh") == 0  ? put_zsh
                          : strcmp(shell, "fish") == 0 ? put_fish
                                                       : NULL;
    if (put == NULL)
        return cli_usage(c, "shell '%s', expected bash, zsh or fish", shell);
    PEN_TRY(cli_open_output(c, &out));
    put(out);
    return PEN_OK;
}

static const char *const words[] = { "bash", "zsh", "fish", NULL };

static const char *const examples[] = {
    "In this bash, now",
    "source <(penstock completion bash)",
    "In every zsh",
    "penstock completion zsh -o ~/.zfunc/_penstock",
    "In every fish",
    "penstock completion fish -o ~/.config/fish/completions/penstock.fish",
    NULL,
};

const cli_command cmd_completion = {
    .name = "completion",
    .summary = "Print a script that completes commands and options in a shell",
    .arguments = "bash|zsh|fish",
    .min_args = 1,
    .max_args = 1,
    .words = words,
    .examples = examples,
    .run = run,
};
