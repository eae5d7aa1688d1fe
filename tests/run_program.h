/* Runs the program that $PENSTOCK names, in a folder of its own; for tests of commands.
 * Define _GNU_SOURCE before the first header. */
#ifndef PEN_TESTS_RUN_PROGRAM_H
#define PEN_TESTS_RUN_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static char program[PATH_MAX], folder[] = "/tmp/penstock-test-XXXXXX";
static char out[1 << 20], err[1 << 16];

/* Finds the program and a folder of our own; false if there is none to test. */
static bool is_ready(void)
{
    const char *named = getenv("PENSTOCK");
    if (program[0] != '\0')
        return true;
    if (named == NULL || realpath(named, program) == NULL || mkdtemp(folder) == NULL ||
        chdir(folder) != 0) {
        program[0] = '\0';
        return false;
    }
    setenv("P", program, 1);
    setenv("XDG_CONFIG_HOME", folder, 1);
    unsetenv("PENSTOCK_CONFIG");
    unsetenv("PENSTOCK_DEVICE");
    return true;
}
#define NEED_PROGRAM()                                                                             \
    if (!is_ready())                                                                               \
    SKIP("PENSTOCK names no program")

static void slurp(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t n = file != NULL ? fread(text, 1, size - 1, file) : 0;
    text[n] = '\0';
    if (file != NULL)
        fclose(file);
}

/* Runs a shell line where $P is the program; its code, or -1 if a signal ended it. */
static int run(const char *line)
{
    char command[4096];
    snprintf(command, sizeof command, "{ %s\n} >out.txt 2>err.txt </dev/null", line);
    int status = system(command);
    slurp("out.txt", out, sizeof out);
    slurp("err.txt", err, sizeof err);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void says(const char *line, int code, const char *in_out, const char *in_err)
{
    int got = run(line);
    bool is_good = got == code && strstr(out, in_out) != NULL && strstr(err, in_err) != NULL;
    if (!is_good)
        printf("    %s: code %d, expected %d; output \"%.200s\" lacks \"%s\" or error \"%.200s\" "
               "lacks \"%s\"\n",
               line, got, code, out, in_out, err, in_err);
    CHECK(is_good);
}

/* The last test of a list: removes the folder. */
static void nothing_is_left_behind(void)
{
    NEED_PROGRAM();
    CHECK(chdir("/") == 0);
    char line[PATH_MAX];
    snprintf(line, sizeof line, "rm -r %s", folder);
    CHECK(system(line) == 0);
}

#endif
