#define _POSIX_C_SOURCE 200809L
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "file.h"
#include "json.h"
#include "nearest.h"
#include "yaml.h"

enum { PATH_BYTES = 256, MOST_KEYS = 256 };

struct pen_config {
    char *source;
    const pen_config_key *keys;
    size_t n_keys;
    json_t **values;  /* [n_keys] */
    bool *is_set;     /* [n_keys] */
    const char *text; /* of the document, while it is checked */
    size_t text_bytes;
};

void pen_config_destroy(pen_config *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; c->values != NULL && i < c->n_keys; i++)
        json_decref(c->values[i]);
    pen_free(c->values);
    pen_free(c->is_set);
    pen_free(c->source);
    pen_free(c);
}

/* "penstock.yaml:3:5", or without the place if it cannot be found. */
static void describe_place(const pen_config *c, const char *path, char *out, size_t capacity)
{
    size_t line, column;
    if (pen_yaml_locate(c->text, c->text_bytes, path, &line, &column))
        snprintf(out, capacity, "%s:%zu:%zu", c->source, line, column);
    else
        snprintf(out, capacity, "%s", c->source);
}

static pen_status unknown_key(const pen_config *c, const char *path)
{
    const char *names[MOST_KEYS];
    char place[PATH_BYTES];
    size_t n = c->n_keys < MOST_KEYS ? c->n_keys : MOST_KEYS;
    for (size_t i = 0; i < n; i++)
        names[i] = c->keys[i].path;
    const char *near = pen_nearest(path, names, n);
    describe_place(c, path, place, sizeof place);
    return pen_fail(PEN_E_NOTFOUND, "%s: unknown key '%s'%s%s%s", place, path,
                    near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                    near != NULL ? "'?" : "");
}

static pen_status wrong_value(const pen_config *c, const pen_config_key *key, const char *expected)
{
    char place[PATH_BYTES];
    describe_place(c, key->path, place, sizeof place);
    return pen_fail(PEN_E_ARG, "%s: %s: expected %s", place, key->path, expected);
}

/* Whether text is one of the blank-separated choices. */
static bool is_choice(const char *choices, const char *text)
{
    size_t n = strlen(text);
    for (const char *p = choices; n > 0 && (p = strstr(p, text)) != NULL; p++)
        if ((p == choices || p[-1] == ' ') && (p[n] == 0 || p[n] == ' '))
            return true;
    return false;
}

static pen_status check_value(const pen_config *c, const pen_config_key *key, const json_t *value)
{
    char expected[PATH_BYTES];
    bool is_bounded = key->low != key->high;
    switch (key->type) {
    case PEN_CONFIG_TEXT:
        if (!json_is_string(value))
            return wrong_value(c, key, "text");
        if (key->choices == NULL || is_choice(key->choices, json_string_value(value)))
            return PEN_OK;
        snprintf(expected, sizeof expected, "one of: %s", key->choices);
        return wrong_value(c, key, expected);
    case PEN_CONFIG_BOOL:
        return json_is_boolean(value) ? PEN_OK : wrong_value(c, key, "true or false");
    case PEN_CONFIG_INTEGER:
        if (!json_is_integer(value))
            return wrong_value(c, key, "a whole number");
        break;
    case PEN_CONFIG_NUMBER:
        if (!json_is_number(value))
            return wrong_value(c, key, "a number");
        break;
    }
    double x = json_number_value(value);
    if (!is_bounded || (x >= key->low && x <= key->high))
        return PEN_OK;
    snprintf(expected, sizeof expected, "%g to %g", key->low, key->high);
    return wrong_value(c, key, expected);
}

static bool is_section(const pen_config *c, const char *path)
{
    size_t n = strlen(path);
    for (size_t i = 0; i < c->n_keys; i++)
        if (strncmp(c->keys[i].path, path, n) == 0 && c->keys[i].path[n] == '.')
            return true;
    return false;
}

static size_t find_key(const pen_config *c, const char *path)
{
    size_t i = 0;
    while (i < c->n_keys && strcmp(c->keys[i].path, path) != 0)
        i++;
    return i;
}

/* Takes what an object below `prefix` sets; sections are as deep as the keys. */
static pen_status take_object(pen_config *c, const char *prefix, json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        char path[PATH_BYTES];
        snprintf(path, sizeof path, "%s%s%s", prefix, *prefix != 0 ? "." : "", name);
        size_t i = find_key(c, path);
        if (i < c->n_keys) {
            PEN_TRY(check_value(c, &c->keys[i], value));
            json_decref(c->values[i]);
            c->values[i] = json_incref(value);
            c->is_set[i] = true;
        } else if (!is_section(c, path)) {
            return unknown_key(c, path);
        } else if (json_is_object(value)) {
            PEN_TRY(take_object(c, path, value));
        } else if (!json_is_null(value)) {
            char place[PATH_BYTES];
            describe_place(c, path, place, sizeof place);
            return pen_fail(PEN_E_ARG, "%s: %s: expected a section of keys", place, path);
        }
    }
    return PEN_OK;
}

static pen_status set_fallbacks(pen_config *c)
{
    PEN_TRY(pen_alloc(c->n_keys, sizeof(json_t *), (void **)&c->values));
    PEN_TRY(pen_alloc(c->n_keys, sizeof *c->is_set, (void **)&c->is_set));
    for (size_t i = 0; i < c->n_keys; i++) {
        const pen_config_key *key = &c->keys[i];
        size_t n = strlen(key->fallback);
        c->values[i] = key->type == PEN_CONFIG_TEXT ? json_stringn(key->fallback, n)
                                                    : pen_yaml_scalar(key->fallback, n);
        if (c->values[i] == NULL)
            return pen_fail(PEN_E_NOMEM, "not enough memory for the settings");
    }
    return PEN_OK;
}

static bool is_json_name(const char *name)
{
    size_t n = strlen(name);
    return n >= 5 && strcmp(name + n - 5, ".json") == 0;
}

static pen_status take_document(pen_config *c, const char *text, size_t n)
{
    json_t *root;
    PEN_TRY((is_json_name(c->source) ? pen_json_parse : pen_yaml_parse)(c->source, text, n, &root));
    c->text = text;
    c->text_bytes = n;
    pen_status s = json_is_object(root)
                       ? take_object(c, "", root)
                       : pen_fail(PEN_E_ARG, "%s:1:1: expected keys and values", c->source);
    c->text = "";
    c->text_bytes = 0;
    json_decref(root);
    return s;
}

pen_status pen_config_parse(const char *name, const char *text, size_t n,
                            const pen_config_key *keys, size_t n_keys, pen_config **out)
{
    *out = NULL;
    pen_config *c;
    PEN_TRY(PEN_NEW(&c));
    c->keys = keys;
    c->n_keys = n_keys;
    pen_status s = pen_strdup(name, &c->source);
    if (s == PEN_OK)
        s = set_fallbacks(c);
    if (s == PEN_OK && text != NULL)
        s = take_document(c, text, n);
    if (s != PEN_OK) {
        pen_config_destroy(c);
        return s;
    }
    *out = c;
    return PEN_OK;
}

/* The file to read, "" if there is none. */
static void find_file(char *out, size_t capacity)
{
    static const char *const here[] = { "penstock.yaml", "penstock.yml", "penstock.json" };
    const char *named = getenv("PENSTOCK_CONFIG"), *home = getenv("HOME");
    const char *folder = getenv("XDG_CONFIG_HOME");
    if (named != NULL && *named != 0) {
        snprintf(out, capacity, "%s", named);
        return;
    }
    for (size_t i = 0; i < PEN_COUNT(here); i++) {
        snprintf(out, capacity, "%s", here[i]);
        if (access(out, F_OK) == 0)
            return;
    }
    bool has_folder = folder != NULL && *folder != 0;
    snprintf(out, capacity, "%s%s/penstock/penstock.yaml",
             has_folder     ? folder
             : home != NULL ? home
                            : "",
             has_folder ? "" : "/.config");
    if (access(out, F_OK) != 0)
        *out = 0;
}

pen_status pen_config_load(const char *path, const pen_config_key *keys, size_t n_keys,
                           pen_config **out)
{
    char found[4096];
    *out = NULL;
    if (path == NULL) {
        find_file(found, sizeof found);
        path = found;
    }
    if (*path == 0)
        return pen_config_parse("", NULL, 0, keys, n_keys, out);
    pen_source *source;
    char *text;
    size_t n;
    PEN_TRY(pen_source_open(path, &source));
    pen_status s = pen_source_read_all(source, PEN_DOCUMENT_BYTES, &text, &n);
    pen_source_close(source);
    PEN_TRY(s);
    s = pen_config_parse(path, text, n, keys, n_keys, out);
    pen_free(text);
    return s;
}

const char *pen_config_source(const pen_config *c)
{
    return c->source;
}

static const json_t *value_of(const pen_config *c, const char *path)
{
    size_t i = find_key(c, path);
    return i < c->n_keys ? c->values[i] : NULL;
}

bool pen_config_is_set(const pen_config *c, const char *path)
{
    size_t i = find_key(c, path);
    return i < c->n_keys && c->is_set[i];
}

const char *pen_config_text(const pen_config *c, const char *path)
{
    const char *text = json_string_value(value_of(c, path));
    return text != NULL ? text : "";
}

int64_t pen_config_integer(const pen_config *c, const char *path)
{
    return json_integer_value(value_of(c, path));
}

double pen_config_number(const pen_config *c, const char *path)
{
    const json_t *value = value_of(c, path);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

bool pen_config_bool(const pen_config *c, const char *path)
{
    return json_is_true(value_of(c, path));
}
