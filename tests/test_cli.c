/* The program itself, named by $PENSTOCK: exit codes, what goes where, what is JSON. */
#define _GNU_SOURCE

#include <jansson.h>
#include <sys/stat.h>

#include "run_program.h"

static void exit_codes_tell_ok_failed_and_usage(void)
{
    static const struct {
        const char *line;
        int code;
        const char *out, *err;
    } rows[] = {
        { "$P", 2, "", "Usage: penstock COMMAND" },
        { "$P --version", 0, "penstock ", "" },
        { "$P --help", 0, "Commands:", "" },
        { "$P help", 0, "Commands:", "" },
        { "$P help bench", 0, "Examples:", "" },
        { "$P bench -h", 0, "Usage: penstock bench", "" },
        { "$P bench --nonsense --help", 2, "", "no option '--nonsense'" },
        { "$P help nonsense", 2, "", "no command 'nonsense'" },
        { "$P nonsense", 2, "", "'penstock help' lists them" },
        { "$P detct", 2, "", "did you mean 'detect'" },
        { "$P dtecet", 2, "", "did you mean 'detect'" },
        { "$P bench --lst", 2, "", "did you mean '--list'" },
        { "$P bench memroy", 2, "", "did you mean 'memory'" },
        { "$P bench --time", 2, "", "--time needs a value: SECONDS" },
        { "$P bench --time=abc", 2, "", "expected a number" },
        { "$P bench --list=1", 2, "", "--list takes no value" },
        { "$P bench -x", 2, "", "no option '-x'" },
        { "$P bench --threads 0", 2, "", "whole number from 1" },
        { "$P bench --threads -3", 2, "", "--threads '-3'" },
        { "$P detect extra", 2, "", "unexpected argument 'extra'" },
        { "$P completion", 2, "", "expected bash|zsh|fish" },
        { "$P completion tcsh", 2, "", "shell 'tcsh'" },
        { "$P synth --symbols 0", 2, "", "--symbols '0'" },
        { "$P synth --volatility nan", 2, "", "--volatility 'nan'" },
        { "$P bench memory --device nonsense:7", 1, "", "penstock: bench: " },
        { "$P detect --log loud", 2, "", "--log 'loud'" },
        { "$P detect --config missing.yaml", 1, "", "missing.yaml" },
    };
    NEED_PROGRAM();
    for (size_t i = 0; i < COUNT(rows); i++)
        says(rows[i].line, rows[i].code, rows[i].out, rows[i].err);
}

/* Every command of the list has help with an example, and a man page. */
static void every_command_has_help_an_example_and_a_man_page(void)
{
    char commands[4096], line[256], *rest = commands;
    NEED_PROGRAM();
    CHECK(run("$P help | sed -n '/^Commands:/,/^$/s/^  \\([a-z]*\\) .*/\\1/p'") == 0);
    snprintf(commands, sizeof commands, "%.4000s", out);
    CHECK(strlen(commands) > 10);
    for (char *name; (name = strtok_r(rest, "\n", &rest)) != NULL;) {
        char want[128];
        snprintf(line, sizeof line, "$P %s --help", name);
        snprintf(want, sizeof want, "  penstock %s", name);
        says(line, 0, want, "");
        CHECK(strstr(out, "--json") != NULL && strstr(out, "--device NAME") != NULL);
        snprintf(line, sizeof line, "$P help --man %s", name);
        says(line, 0, ".SH EXAMPLES", "");
    }
}

static void detect_as_json_names_the_processor(void)
{
    NEED_PROGRAM();
    CHECK(run("$P detect --json") == 0);
    json_error_t error;
    json_t *root = json_loads(out, 0, &error), *device;
    CHECK(root != NULL);
    size_t i;
    bool has_cpu = false;
    json_array_foreach(json_object_get(root, "devices"), i, device) has_cpu |=
        strcmp(json_string_value(json_object_get(device, "name")), "cpu:0") == 0 &&
        json_is_true(json_object_get(device, "is_usable"));
    CHECK(has_cpu);
    json_decref(root);
    says("$P detect", 0, "cpu:0", "");
}

static void written_settings_are_read_back(void)
{
    NEED_PROGRAM();
    says("$P detect --quiet --write penstock.yaml", 0, "cpu:0", "");
    CHECK(err[0] == '\0');
    says("$P detect --write penstock.yaml", 1, "", "is there already");
    says("$P synth --bars 1", 0, "date,open", "");
    says("echo 'device: nonsense:1' >penstock.yaml; $P bench memory", 1, "", "nonsense:1");
    says("$P bench copy_1mib --device cpu:0 --time 0.001", 0, "copy_1mib\tcpu:0", "");
    says("PENSTOCK_DEVICE=cpu:0 $P bench copy_1mib --time 0.001", 0, "copy_1mib\tcpu:0", "");
    says("echo 'devise: cpu:0' >penstock.yaml; $P detect", 1, "", "penstock.yaml:1:1");
    says("rm penstock.yaml; $P detect", 0, "cpu:0", "");
}

static void bench_checks_and_prints_columns_or_json(void)
{
    NEED_PROGRAM();
    says("$P bench --list", 0, "copy_1mib\tmemory\tdouble\tmemcpy", "");
    CHECK(run("$P bench copy_1mib --device cpu:0 --time 0.001 --json -o b.json") == 0);
    CHECK(out[0] == '\0');
    json_t *root = json_load_file("b.json", 0, NULL), *first = json_array_get(root, 0);
    CHECK(json_real_value(json_object_get(first, "median_ns")) > 0);
    CHECK(json_real_value(json_object_get(first, "p95_ns")) >=
          json_real_value(json_object_get(first, "median_ns")));
    CHECK(json_real_value(json_object_get(first, "peer_ratio")) > 0);
    json_decref(root);
}

static void output_goes_to_a_file_whole_or_not_at_all(void)
{
    NEED_PROGRAM();
    says("$P synth --bars 5 -o a.csv", 0, "", "");
    says("wc -l <a.csv", 0, "6", "");
    says("$P synth --bars 5 -o - | wc -l", 0, "6", "");
    says("$P synth --bars 5 --step 7 -o b.csv; ls", 0, "a.csv", "bar_s 7");
    CHECK(strstr(out, "b.csv") == NULL && strstr(out, ".tmp") == NULL);
    says("$P synth --bars 5 -o no/such/folder.csv", 1, "", "cannot write no/such/folder.csv");
    says("ln -s /proc/self/fd/1 link; $P synth --bars 5 -o link | cat; test -L link", 0,
         "date,open", "");
    if (access("/dev/full", W_OK) == 0) {
        says("$P synth --bars 5 >/dev/full", 1, "", "writing standard output: No space left");
        says("$P synth --bars 5 -o /dev/full", 1, "", "writing /dev/full: No space left");
        says("$P help >/dev/full", 1, "", "No space left");
    }
}

static void a_closed_pipe_ends_quietly(void)
{
    NEED_PROGRAM();
    says("$P synth --bars 200000 --step 60 | head -n 1", 0, "date,open", "");
    CHECK(err[0] == '\0');
    says("(trap '' PIPE; $P synth --bars 200000 --step 60 || echo code $? >&2) | head -n 1", 0,
         "date", "code 1");
    CHECK(strstr(err, "penstock:") == NULL);
}

static void the_same_seed_prints_the_same_market(void)
{
    NEED_PROGRAM();
    says("$P synth --bars 100 --symbols 3 --seed 7 | cksum >a; "
         "$P synth --bars 100 --symbols 3 --seed 7 --threads 1 | cksum | cmp a && echo same",
         0, "same", "");
    says("$P synth --ticks --trades 3 --symbols 2", 0, "symbol,time_ns,price", "");
}

static void the_tour_runs_on_a_file_and_without_one(void)
{
    NEED_PROGRAM();
    says("$P demo", 0, "picture     penstock-demo.svg", "");
    CHECK(strstr(out, "SMA 20") != NULL && strchr(out, '\033') == NULL);
    says("tail -n 1 penstock-demo.svg", 0, "</svg>", "");
    CHECK(run("$P synth --bars 40 -o bars.csv && $P demo bars.csv --json --picture p.svg") == 0);
    json_t *root = json_loads(out, 0, NULL);
    CHECK(json_array_size(root) == 6);
    json_decref(root);
    says("printf 'date,close\\n2024-01-02,5\\n2024-01-03,6\\n' | $P demo - --picture q.svg", 0,
         "2 bars", "");
    says("printf 'date,close\\n2024-01-02,5\\n' | $P demo -", 1, "", "expected at least 2");
    says("$P demo nofile.csv", 1, "", "nofile.csv");
    says("$P demo --picture no/such/p.svg", 1, "", "no/such/p.svg");
}

/* The picture holds prices, indicators and quantiles: the same bytes, the same bits. */
static void the_tour_draws_the_same_picture_on_every_device(void)
{
    NEED_PROGRAM();
    CHECK(run("$P demo --device cpu:0 --picture cpu.svg") == 0);
    CHECK(run("$P demo --device cpu:0 --threads 1 --picture one.svg && cmp cpu.svg one.svg") == 0);
    if (run("$P detect --json | grep -q '\"name\": \"opencl:0\"'") != 0)
        SKIP("no OpenCL device");
    says("$P demo --device opencl:0 --picture cl.svg && cmp cpu.svg cl.svg && echo same", 0, "same",
         "");
}

static void completions_are_scripts_their_shells_accept(void)
{
    NEED_PROGRAM();
    says("$P completion bash | bash -n", 0, "", "");
    says("$P completion bash >c; bash -c 'source ./c; COMP_WORDS=(penstock det); COMP_CWORD=1; "
         "_penstock; echo ${COMPREPLY[@]}; COMP_WORDS=(penstock synth --see); COMP_CWORD=2; "
         "_penstock; echo ${COMPREPLY[@]}'",
         0, "detect\n--seed", "");
    says("$P completion zsh", 0, "#compdef penstock", "");
    says("$P completion fish", 0, "complete -c penstock", "");
    if (run("command -v zsh") == 0)
        says("$P completion zsh | zsh -n", 0, "", "");
}

static void a_dash_dash_ends_the_options(void)
{
    NEED_PROGRAM();
    says("$P detect -- --json", 2, "", "unexpected argument '--json'");
    says("$P completion -o c2 -- bash; cat c2", 0, "_penstock", "");
}

static const check_test tests[] = {
    TEST(exit_codes_tell_ok_failed_and_usage),
    TEST(every_command_has_help_an_example_and_a_man_page),
    TEST(detect_as_json_names_the_processor),
    TEST(written_settings_are_read_back),
    TEST(bench_checks_and_prints_columns_or_json),
    TEST(output_goes_to_a_file_whole_or_not_at_all),
    TEST(a_closed_pipe_ends_quietly),
    TEST(the_same_seed_prints_the_same_market),
    TEST(the_tour_runs_on_a_file_and_without_one),
    TEST(the_tour_draws_the_same_picture_on_every_device),
    TEST(completions_are_scripts_their_shells_accept),
    TEST(a_dash_dash_ends_the_options),
    TEST(nothing_is_left_behind),
};

TEST_MAIN(tests)
