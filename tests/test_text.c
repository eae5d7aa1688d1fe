/* Documents (JSON, YAML), settings, log lines. */
#define _POSIX_C_SOURCE 200809L
#include <unistd.h>

#include "check.h"
#include "machine/base/alloc.h"
#include "machine/base/config.h"
#include "machine/base/json.h"
#include "machine/base/log.h"
#include "machine/base/yaml.h"

static void check_same(const char *text, json_t *got, const char *want)
{
    char *dump = json_dumps(got, JSON_COMPACT | JSON_ENCODE_ANY);
    if (dump == NULL || strcmp(dump, want) != 0) {
        printf("    %s: got %s, expected %s (%s)\n", text, dump != NULL ? dump : "nothing", want,
               pen_last_error());
        check_failed_++;
    }
    free(dump);
}

static void yaml_becomes_the_same_tree_as_json(void)
{
    static const struct {
        const char *yaml, *json;
    } rows[] = {
        { "", "{}" },
        { "# nothing\n", "{}" },
        { "a: 1\nb: [x, 2.5, true, null, ~, '3']\n",
          "{\"a\":1,\"b\":[\"x\",2.5,true,null,null,\"3\"]}" },
        { "a:\n  b:\n    - c: 0x1F\n    - 0o17\n", "{\"a\":{\"b\":[{\"c\":31},15]}}" },
        { "a: &x {b: 1}\nc: *x\n", "{\"a\":{\"b\":1},\"c\":{\"b\":1}}" },
        { "a: &n ~\nc: *n\n", "{\"a\":null,\"c\":null}" },
        { "a: !!str 12\nb: \"12\"\n", "{\"a\":\"12\",\"b\":\"12\"}" },
        { "a: yes\nb: 1_0\nc: 2020-01-31\nd: -1e3\n",
          "{\"a\":\"yes\",\"b\":\"1_0\",\"c\":\"2020-01-31\",\"d\":-1000.0}" },
        { "a: nan\nb: inf\nc: -infinity\nd: +.5\n",
          "{\"a\":\"nan\",\"b\":\"inf\",\"c\":\"-infinity\",\"d\":0.5}" },
        { "{\"a\": [1, {\"b\": \"x\"}]}", "{\"a\":[1,{\"b\":\"x\"}]}" },
        { "a: |\n  two\n  lines\n", "{\"a\":\"two\\nlines\\n\"}" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        json_t *root;
        CHECK_OK(pen_yaml_parse("t.yaml", rows[i].yaml, strlen(rows[i].yaml), &root));
        check_same(rows[i].yaml, root, rows[i].json);
        json_decref(root);
    }
}

static void malformed_documents_name_file_line_and_column(void)
{
    static const struct {
        const char *text, *want;
        pen_status status;
    } rows[] = {
        { "a: 1\nb: [1, 2\n", "t.yaml:3:1: ", PEN_E_PARSE },
        { "a: 1\na: 2\n", "t.yaml:2:1: the key is given twice", PEN_E_PARSE },
        { "a: *x\n", "t.yaml:1:4: alias without an anchor before it", PEN_E_PARSE },
        { "a: &x [*x]\n", "t.yaml:1:8: alias inside what it stands for", PEN_E_PARSE },
        { "<<: 1\n", "t.yaml:1:1: merge keys", PEN_E_PARSE },
        { "[1]: 2\n", "t.yaml:1:1: a key must be plain text", PEN_E_PARSE },
        { "a: !python x\n", "t.yaml:1:4: unknown tag", PEN_E_PARSE },
        { "a: .inf\n", "t.yaml:1:4: not a finite number", PEN_E_PARSE },
        { "a: 1\n---\nb: 2\n", "t.yaml:2:1: a second document", PEN_E_PARSE },
        { "a: 'x\n", "t.yaml:2:1: ", PEN_E_PARSE },
        { "\tx: 1\n", "t.yaml:1:", PEN_E_PARSE },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        json_t *root;
        CHECK_STATUS(pen_yaml_parse("t.yaml", rows[i].text, strlen(rows[i].text), &root),
                     rows[i].status);
        CHECK(root == NULL);
        CHECK_ERROR_SAYS(rows[i].want);
        json_decref(root);
    }
    json_t *root;
    CHECK_STATUS(pen_json_parse("t.json", "{\n \"a\": 1,\n \"a\": 2}", 19, &root), PEN_E_PARSE);
    CHECK_ERROR_SAYS("t.json:3:");
    CHECK_STATUS(pen_json_parse("t.json", "[1,]", 4, &root), PEN_E_PARSE);
    CHECK_STATUS(pen_json_parse("t.json", "", 0, &root), PEN_E_PARSE);
    CHECK_OK(pen_json_parse("t.json", "[\"[[\\\"[\"]", 9, &root));
    json_decref(root);
}

static void nesting_and_aliases_of_aliases_are_limited(void)
{
    char deep[200];
    memset(deep, '[', sizeof deep);
    json_t *root;
    CHECK_STATUS(pen_yaml_parse("t", deep, sizeof deep, &root), PEN_E_SIZE);
    CHECK_ERROR_SAYS("t:1:65: nested deeper");
    CHECK_STATUS(pen_json_parse("t", deep, sizeof deep, &root), PEN_E_SIZE);
    CHECK_ERROR_SAYS("t:1:65: nested deeper");
    char bomb[2000] = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 12; i++) {
        char line[100];
        snprintf(line, sizeof line, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i,
                 i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
        strcat(bomb, line);
    }
    CHECK_STATUS(pen_yaml_parse("bomb", bomb, strlen(bomb), &root), PEN_E_SIZE);
    CHECK_ERROR_SAYS("more values than the limit");
}

static void keys_are_located(void)
{
    static const char text[] =
        "# c\nlog:\n  level: info\n  deep: {x: 1, y: 2}\nlist:\n  - level: 1\n"
        "device:\n  level: 3\n";
    static const struct {
        const char *path;
        size_t line, column;
    } rows[] = { { "log", 2, 1 },          { "log.level", 3, 3 }, { "log.deep.y", 4, 16 },
                 { "device.level", 8, 3 }, { "list", 5, 1 },      { "list.level", 0, 0 },
                 { "log.nothing", 0, 0 },  { "x", 0, 0 } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t line = 0, column = 0;
        bool is_found = pen_yaml_locate(text, sizeof text - 1, rows[i].path, &line, &column);
        CHECK(is_found == (rows[i].line > 0));
        if (is_found && (line != rows[i].line || column != rows[i].column)) {
            printf("    %s: %zu:%zu\n", rows[i].path, line, column);
            check_failed_++;
        }
    }
}

static void json_is_written_as_it_should_look(void)
{
    pen_sink *sink;
    pen_json j;
    CHECK_OK(pen_sink_open_memory(&sink));
    pen_json_init(&j, sink, 0);
    pen_json_begin_object(&j);
    pen_json_key(&j, "a\"\n\x01\xff");
    pen_json_begin_array(&j);
    pen_json_number(&j, 0.1);
    pen_json_number(&j, NAN);
    pen_json_number(&j, -INFINITY);
    pen_json_integer(&j, INT64_MIN);
    pen_json_bool(&j, true);
    pen_json_null(&j);
    pen_json_text(&j, "\xc3\xa9\xed\xa0\x80");
    pen_json_begin_object(&j);
    pen_json_end_object(&j);
    pen_json_end_array(&j);
    pen_json_key(&j, "b");
    pen_json_integer(&j, 1);
    pen_json_end_object(&j);
    size_t n;
    CHECK_TEXT(pen_sink_memory(sink, &n),
               "{\"a\\\"\\n\\u0001\xef\xbf\xbd\":[0.1,null,null,-9223372036854775808,true,null,"
               "\"\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\",{}],\"b\":1}");
    CHECK_OK(pen_sink_close(sink));
    CHECK_OK(pen_sink_open_memory(&sink));
    pen_json_init(&j, sink, 2);
    pen_json_begin_object(&j);
    pen_json_key(&j, "a");
    pen_json_begin_array(&j);
    pen_json_integer(&j, 1);
    pen_json_integer(&j, 2);
    pen_json_end_array(&j);
    pen_json_end_object(&j);
    CHECK_TEXT(pen_sink_memory(sink, &n), "{\n  \"a\": [\n    1,\n    2\n  ]\n}\n");
    CHECK_OK(pen_sink_close(sink));
}

static const pen_config_key keys[] = {
    { "device", PEN_CONFIG_TEXT, "auto", "where to compute", 0, 0, NULL },
    { "threads", PEN_CONFIG_INTEGER, "0", "worker threads", 0, 1024, NULL },
    { "log.level", PEN_CONFIG_TEXT, "warn", "detail", 0, 0, "error warn info debug" },
    { "log.json", PEN_CONFIG_BOOL, "false", "form", 0, 0, NULL },
    { "risk.limit", PEN_CONFIG_NUMBER, "0.5", "fraction", 0, 1, NULL },
};

static pen_status parse_config(const char *name, const char *text, pen_config **out)
{
    return pen_config_parse(name, text, strlen(text), keys, COUNT(keys), out);
}

static void settings_are_taken_over_their_fallbacks(void)
{
    static const char *const texts[][2] = {
        { "p.yaml", "device: cuda:0\nlog:\n  level: debug\n  json: true\nrisk.limit: 1\n" },
        { "p.json", "{\"device\": \"cuda:0\", \"log\": {\"level\": \"debug\", \"json\": true},"
                    " \"risk\": {\"limit\": 1}}" },
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        pen_config *c;
        CHECK_OK(parse_config(texts[i][0], texts[i][1], &c));
        CHECK_TEXT(pen_config_text(c, "device"), "cuda:0");
        CHECK_TEXT(pen_config_text(c, "log.level"), "debug");
        CHECK(pen_config_bool(c, "log.json"));
        CHECK(pen_config_integer(c, "threads") == 0 && !pen_config_is_set(c, "threads"));
        CHECK(pen_config_number(c, "risk.limit") == 1 && pen_config_is_set(c, "risk.limit"));
        CHECK_TEXT(pen_config_source(c), texts[i][0]);
        pen_config_destroy(c);
    }
}

static void wrong_settings_are_named_with_their_place(void)
{
    static const struct {
        const char *text, *want;
        pen_status status;
    } rows[] = {
        { "devcie: x\n", "p.yaml:1:1: unknown key 'devcie'; did you mean 'device'?",
          PEN_E_NOTFOUND },
        { "log:\n  json: false\n  levle: info\n",
          "p.yaml:3:3: unknown key 'log.levle'; did you mean 'log.level'?", PEN_E_NOTFOUND },
        { "colour: blue\n", "p.yaml:1:1: unknown key 'colour'", PEN_E_NOTFOUND },
        { "log:\n  level: loud\n", "p.yaml:2:3: log.level: expected one of: error warn info debug",
          PEN_E_ARG },
        { "threads: many\n", "p.yaml:1:1: threads: expected a whole number", PEN_E_ARG },
        { "threads: 5000\n", "p.yaml:1:1: threads: expected 0 to 1024", PEN_E_ARG },
        { "log: info\n", "p.yaml:1:1: log: expected a section of keys", PEN_E_ARG },
        { "log:\n  json: yes\n", "p.yaml:2:3: log.json: expected true or false", PEN_E_ARG },
        { "- 1\n", "p.yaml:1:1: expected keys and values", PEN_E_ARG },
        { "risk: {limit: no}\n", "p.yaml:1:8: risk.limit: expected a number", PEN_E_ARG },
        { "device: [\n", "p.yaml:2:1: ", PEN_E_PARSE },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        pen_config *c;
        CHECK_STATUS(parse_config("p.yaml", rows[i].text, &c), rows[i].status);
        CHECK(c == NULL);
        CHECK_ERROR_SAYS(rows[i].want);
    }
}

static void settings_are_looked_for_where_they_should_be(void)
{
    char path[] = "/tmp/penstock_config_XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0 && write(fd, "threads: 7\n", 11) == 11);
    close(fd);
    pen_config *c;
    setenv("PENSTOCK_CONFIG", path, 1);
    CHECK_OK(pen_config_load(NULL, keys, COUNT(keys), &c));
    CHECK(pen_config_integer(c, "threads") == 7);
    pen_config_destroy(c);
    unlink(path);
    CHECK_STATUS(pen_config_load(NULL, keys, COUNT(keys), &c), PEN_E_IO);
    setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
    unsetenv("PENSTOCK_CONFIG");
    if (access("penstock.yaml", F_OK) != 0) {
        CHECK_OK(pen_config_load(NULL, keys, COUNT(keys), &c));
        CHECK_TEXT(pen_config_source(c), "");
        CHECK_TEXT(pen_config_text(c, "device"), "auto");
        pen_config_destroy(c);
    }
}

/* jansson's allocations and ours fail in turn. */
static long json_countdown = -1, json_live;

static void *failing_malloc(size_t n)
{
    if (json_countdown >= 0 && json_countdown-- == 0)
        return NULL;
    void *block = malloc(n);
    json_live += block != NULL;
    return block;
}

static void counting_free(void *block)
{
    json_live -= block != NULL;
    free(block);
}

static void every_allocation_may_fail(void)
{
    static const char *const texts[][2] = {
        { "p.yaml", "device: &x cuda\nlog: {level: info, json: true}\n" },
        { "p.json", "{\"device\": \"cuda\", \"log\": {\"level\": \"info\"}}" },
    };
    json_malloc_t old_malloc;
    json_free_t old_free;
    json_get_alloc_funcs(&old_malloc, &old_free);
    json_set_alloc_funcs(failing_malloc, counting_free);
    for (int kind = 0; kind < 4; kind++) {
        long before = pen_alloc_live();
        pen_status s = PEN_E_NOMEM;
        long n = 0;
        for (; s != PEN_OK && n < 500; n++) {
            pen_config *c;
            pen_alloc_fail_after(kind < 2 ? n : -1);
            json_countdown = kind < 2 ? -1 : n;
            s = parse_config(texts[kind % 2][0], texts[kind % 2][1], &c);
            pen_alloc_fail_after(-1);
            json_countdown = -1;
            pen_config_destroy(c);
            CHECK(pen_alloc_live() == before && json_live == 0);
        }
        CHECK_OK(s);
        CHECK(n > 3);
    }
    json_set_alloc_funcs(old_malloc, old_free);
}

static char last_line[4096];
static int n_lines;

static void keep_line(void *context, pen_log_level level, const char *line, size_t n)
{
    (void)level;
    CHECK(context == &n_lines);
    snprintf(last_line, sizeof last_line, "%.*s", (int)n, line);
    n_lines++;
}

static void log_lines_go_to_the_sink_and_nowhere_else(void)
{
    pen_log(PEN_LOG_ERROR, "test", "nobody listens");
    pen_log_set_sink(keep_line, &n_lines);
    pen_log(PEN_LOG_INFO, "test", "below the level");
    CHECK(n_lines == 0 && !pen_log_is_on(PEN_LOG_INFO) && pen_log_is_on(PEN_LOG_WARN));
    pen_log(PEN_LOG_WARN, "test", "two\nlines %d", 7);
    CHECK(n_lines == 1 && last_line[10] == 'T' && last_line[23] == 'Z');
    CHECK_TEXT(last_line + 24, " warn test: two lines 7");
    CHECK_OK(pen_log_configure("debug,json"));
    pen_log(PEN_LOG_DEBUG, "a\"b", "x\ny\xff");
    json_t *root;
    CHECK_OK(pen_json_parse("line", last_line, strlen(last_line), &root));
    CHECK_TEXT(json_string_value(json_object_get(root, "message")), "x\ny\xef\xbf\xbd");
    CHECK_TEXT(json_string_value(json_object_get(root, "level")), "debug");
    json_decref(root);
    static char longer[5000];
    memset(longer, '"', sizeof longer - 1);
    pen_log(PEN_LOG_DEBUG, "test", "%s", longer);
    CHECK_OK(pen_json_parse("line", last_line, strlen(last_line), &root));
    json_decref(root);
    CHECK_STATUS(pen_log_configure("loud"), PEN_E_ARG);
    setenv("PENSTOCK_LOG", "error,text", 1);
    CHECK_OK(pen_log_configure(NULL));
    CHECK(!pen_log_is_on(PEN_LOG_WARN));
    pen_log_set_sink(NULL, NULL);
    CHECK(!pen_log_is_on(PEN_LOG_ERROR));
}

static const check_test tests[] = {
    TEST(yaml_becomes_the_same_tree_as_json),
    TEST(malformed_documents_name_file_line_and_column),
    TEST(nesting_and_aliases_of_aliases_are_limited),
    TEST(keys_are_located),
    TEST(json_is_written_as_it_should_look),
    TEST(settings_are_taken_over_their_fallbacks),
    TEST(wrong_settings_are_named_with_their_place),
    TEST(settings_are_looked_for_where_they_should_be),
    TEST(every_allocation_may_fail),
    TEST(log_lines_go_to_the_sink_and_nowhere_else),
};
TEST_MAIN(tests)
