/* libyaml's events become a tree, counted while it grows, so that neither depth
 * nor aliases of aliases can cost more than the limits say. */
#include "yaml.h"

#include <math.h>
#include <string.h>
#include <yaml.h>

#include "number.h"
#include "status.h"

typedef struct builder {
    const char *name;
    yaml_parser_t parser;
    json_t *anchors; /* name -> node; null while the node is being built */
    size_t n_values;
} builder;

static pen_status fail_at(const builder *b, pen_status status, yaml_mark_t mark, const char *what)
{
    return pen_fail(status, "%s:%zu:%zu: %s", b->name, mark.line + 1, mark.column + 1, what);
}

static pen_status no_memory(const builder *b)
{
    return pen_fail(PEN_E_NOMEM, "%s: not enough memory for the document", b->name);
}

static pen_status next_event(builder *b, yaml_event_t *event)
{
    if (yaml_parser_parse(&b->parser, event))
        return PEN_OK;
    memset(event, 0, sizeof *event);
    const yaml_parser_t *p = &b->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return no_memory(b);
    return fail_at(b, PEN_E_PARSE, p->problem_mark,
                   p->problem != NULL ? p->problem : "malformed YAML");
}

static bool is_one_of(const char *text, size_t n, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strlen(*words) == n && memcmp(text, *words, n) == 0)
            return true;
    return false;
}

/* 0x1f and 0o17. */
static bool parse_based(const char *text, size_t n, int64_t *out)
{
    if (n < 3 || n > 17 || text[0] != '0' || (text[1] != 'x' && text[1] != 'o'))
        return false;
    int64_t base = text[1] == 'x' ? 16 : 8, value = 0;
    for (size_t i = 2; i < n; i++) {
        int c = text[i] | 0x20;
        int digit = c >= 'a' ? c - 'a' + 10 : text[i] - '0';
        if (digit < 0 || digit >= base || __builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *out = value;
    return true;
}

json_t *pen_yaml_scalar(const char *text, size_t n)
{
    static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
    static const char *const trues[] = { "true", "True", "TRUE", NULL };
    static const char *const falses[] = { "false", "False", "FALSE", NULL };
    static const char *const odd[] = { ".inf",  ".Inf",  ".INF", "+.inf", "+.Inf", "+.INF", "-.inf",
                                       "-.Inf", "-.INF", ".nan", ".NaN",  ".NAN",  NULL };
    int64_t integer;
    double real;
    if (is_one_of(text, n, nulls))
        return json_null();
    if (is_one_of(text, n, trues))
        return json_true();
    if (is_one_of(text, n, falses))
        return json_false();
    if (is_one_of(text, n, odd))
        return NULL;
    if (pen_number_parse_i64(text, n, &integer) || parse_based(text, n, &integer))
        return json_integer(integer);
    bool has_digit = memchr("+-.0123456789", text[0], 13) != NULL && (text[n - 1] | 0x20) != 'f' &&
                     (text[n - 1] | 0x20) != 'y' && (text[n - 1] | 0x20) != 'n';
    if (has_digit && pen_number_parse(text, n, &real))
        return isfinite(real) ? json_real(real) : NULL;
    return json_stringn(text, n);
}

/* The tag's last word if it is one of YAML's own; NULL for others. */
static const char *known_tag(const char *tag)
{
    static const char prefix[] = "tag:yaml.org,2002:";
    static const char *const known[] = {
        "str", "int", "float", "bool", "null", "map", "seq", NULL
    };
    if (strncmp(tag, prefix, sizeof prefix - 1) != 0)
        return NULL;
    tag += sizeof prefix - 1;
    return is_one_of(tag, strlen(tag), known) ? tag : NULL;
}

static pen_status read_scalar(const builder *b, const yaml_event_t *event, json_t **out)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t n = event->data.scalar.length;
    const char *tag = (const char *)event->data.scalar.tag;
    bool is_text = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (tag != NULL && strcmp(tag, "!") != 0) {
        tag = known_tag(tag);
        if (tag == NULL)
            return fail_at(b, PEN_E_PARSE, event->start_mark, "unknown tag");
        is_text = strcmp(tag, "str") == 0;
    } else if (tag != NULL) {
        is_text = true;
    }
    *out = is_text ? json_stringn(text, n) : pen_yaml_scalar(text, n);
    if (*out == NULL)
        return fail_at(b, PEN_E_PARSE, event->start_mark, "not a finite number or not UTF-8 text");
    return PEN_OK;
}

/* Counts values, with those below, until the limit is passed. */
static size_t count_values(const json_t *node, size_t limit)
{
    size_t n = 1, index;
    const char *key;
    json_t *item, *container = (json_t *)(uintptr_t)node;
    if (json_is_object(node)) {
        json_object_foreach(container, key, item) if (n <= limit) n +=
            count_values(item, limit - n);
    } else if (json_is_array(node)) {
        json_array_foreach(container, index, item) if (n <= limit) n +=
            count_values(item, limit - n);
    }
    return n;
}

static pen_status count(builder *b, size_t n, yaml_mark_t mark)
{
    b->n_values += n;
    if (b->n_values > PEN_YAML_VALUES)
        return fail_at(b, PEN_E_SIZE, mark, "more values than the limit (aliases of aliases?)");
    return PEN_OK;
}

static pen_status read_alias(builder *b, const yaml_event_t *event, json_t **out)
{
    const json_t *node = json_object_get(b->anchors, (const char *)event->data.alias.anchor);
    if (node == NULL)
        return fail_at(b, PEN_E_PARSE, event->start_mark, "alias without an anchor before it");
    if (json_is_null(node))
        return fail_at(b, PEN_E_PARSE, event->start_mark, "alias inside what it stands for");
    /* A node is kept in a one-element array, so that a null value is told apart. */
    node = json_array_get(node, 0);
    PEN_TRY(count(b, count_values(node, PEN_YAML_VALUES), event->start_mark));
    *out = json_deep_copy(node);
    return *out != NULL ? PEN_OK : no_memory(b);
}

static pen_status set_anchor(builder *b, const yaml_char_t *anchor, json_t *node)
{
    if (anchor == NULL)
        return PEN_OK;
    json_t *kept = node != NULL ? json_pack("[O]", node) : json_null();
    return json_object_set_new(b->anchors, (const char *)anchor, kept) == 0 ? PEN_OK : no_memory(b);
}

static pen_status read_node(builder *b, yaml_event_t *event, int depth, json_t **out);

/* The next value; *out stays NULL at the end of its container. */
static pen_status read_next(builder *b, yaml_event_type_t closing, int depth, json_t **out)
{
    yaml_event_t event;
    *out = NULL;
    PEN_TRY(next_event(b, &event));
    pen_status s = event.type == closing ? PEN_OK : read_node(b, &event, depth, out);
    yaml_event_delete(&event);
    return s;
}

static pen_status read_sequence(builder *b, int depth, json_t *array)
{
    for (;;) {
        json_t *item;
        PEN_TRY(read_next(b, YAML_SEQUENCE_END_EVENT, depth + 1, &item));
        if (item == NULL)
            return PEN_OK;
        if (json_array_append_new(array, item) != 0)
            return no_memory(b);
    }
}

static pen_status check_key(const builder *b, const yaml_event_t *event, const json_t *object)
{
    const char *key = (const char *)event->data.scalar.value;
    if (event->type != YAML_SCALAR_EVENT || strlen(key) != event->data.scalar.length)
        return fail_at(b, PEN_E_PARSE, event->start_mark, "a key must be plain text");
    if (strcmp(key, "<<") == 0)
        return fail_at(b, PEN_E_PARSE, event->start_mark, "merge keys (<<) are not supported");
    if (json_object_get(object, key) != NULL)
        return fail_at(b, PEN_E_PARSE, event->start_mark, "the key is given twice");
    return PEN_OK;
}

static pen_status read_mapping(builder *b, int depth, json_t *object)
{
    for (;;) {
        yaml_event_t event;
        PEN_TRY(next_event(b, &event));
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            return PEN_OK;
        }
        json_t *value = NULL;
        pen_status s = event.type == YAML_SCALAR_EVENT
                           ? check_key(b, &event, object)
                           : fail_at(b, PEN_E_PARSE, event.start_mark, "a key must be plain text");
        if (s == PEN_OK)
            s = read_next(b, YAML_NO_EVENT, depth + 1, &value);
        if (s == PEN_OK &&
            json_object_set_new(object, (const char *)event.data.scalar.value, value) != 0)
            s = fail_at(b, PEN_E_PARSE, event.start_mark, "the key is not UTF-8 text");
        yaml_event_delete(&event);
        PEN_TRY(s);
    }
}

static pen_status read_container(builder *b, const yaml_event_t *event, int depth, json_t **out)
{
    bool is_mapping = event->type == YAML_MAPPING_START_EVENT;
    const yaml_char_t *anchor =
        is_mapping ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
    const char *tag =
        (const char *)(is_mapping ? event->data.mapping_start.tag : event->data.sequence_start.tag);
    if (depth >= PEN_DOCUMENT_DEPTH)
        return fail_at(b, PEN_E_SIZE, event->start_mark, "nested deeper than 64 levels");
    if (tag != NULL && known_tag(tag) == NULL)
        return fail_at(b, PEN_E_PARSE, event->start_mark, "unknown tag");
    json_t *node = is_mapping ? json_object() : json_array();
    if (node == NULL)
        return no_memory(b);
    pen_status s = set_anchor(b, anchor, NULL);
    if (s == PEN_OK)
        s = is_mapping ? read_mapping(b, depth, node) : read_sequence(b, depth, node);
    if (s == PEN_OK)
        s = set_anchor(b, anchor, node);
    if (s != PEN_OK) {
        json_decref(node);
        return s;
    }
    *out = node;
    return PEN_OK;
}

static pen_status read_node(builder *b, yaml_event_t *event, int depth, json_t **out)
{
    *out = NULL;
    PEN_TRY(count(b, 1, event->start_mark));
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return read_alias(b, event, out);
    case YAML_MAPPING_START_EVENT:
    case YAML_SEQUENCE_START_EVENT:
        return read_container(b, event, depth, out);
    case YAML_SCALAR_EVENT: {
        PEN_TRY(read_scalar(b, event, out));
        pen_status s = set_anchor(b, event->data.scalar.anchor, *out);
        if (s != PEN_OK) {
            json_decref(*out);
            *out = NULL;
        }
        return s;
    }
    default:
        return fail_at(b, PEN_E_PARSE, event->start_mark, "unexpected end");
    }
}

/* The stream: at most one document. */
static pen_status read_stream(builder *b, json_t **out)
{
    for (;;) {
        yaml_event_t event;
        pen_status s = next_event(b, &event);
        yaml_event_type_t type = event.type;
        if (s == PEN_OK && type == YAML_DOCUMENT_START_EVENT && *out != NULL)
            s = fail_at(b, PEN_E_PARSE, event.start_mark, "a second document");
        yaml_event_delete(&event);
        if (s == PEN_OK && type == YAML_DOCUMENT_START_EVENT)
            s = read_next(b, YAML_NO_EVENT, 0, out);
        if (s != PEN_OK || type == YAML_STREAM_END_EVENT)
            return s;
    }
}

pen_status pen_yaml_parse(const char *name, const char *text, size_t n, json_t **out)
{
    *out = NULL;
    if (n > PEN_DOCUMENT_BYTES)
        return pen_fail(PEN_E_SIZE, "%s: %zu bytes, the limit is %d", name, n, PEN_DOCUMENT_BYTES);
    builder b = { .name = name };
    if (!yaml_parser_initialize(&b.parser))
        return no_memory(&b);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, n);
    json_t *root = NULL;
    b.anchors = json_object();
    pen_status s = b.anchors != NULL ? read_stream(&b, &root) : no_memory(&b);
    if (s == PEN_OK && (root == NULL || json_is_null(root))) {
        json_decref(root);
        root = json_object();
        s = root != NULL ? PEN_OK : no_memory(&b);
    }
    json_decref(b.anchors);
    yaml_parser_delete(&b.parser);
    if (s != PEN_OK) {
        json_decref(root);
        return s;
    }
    *out = root;
    return PEN_OK;
}

/* ---- places ---- */

/* Follows the events: at `level` of the path's keys, inside mappings only. */
typedef struct tracker {
    const char *rest; /* of the path, from the key wanted next */
    int depth;        /* of the event */
    int wanted_depth; /* of the mapping that must hold the key */
    bool is_key[PEN_DOCUMENT_DEPTH + 1], is_mapping[PEN_DOCUMENT_DEPTH + 1];
} tracker;

static size_t first_key(const char *path)
{
    return strcspn(path, ".");
}

/* A scalar in key position; true if it completes the path. */
static bool meet_key(tracker *t, const yaml_event_t *event)
{
    size_t n = first_key(t->rest);
    if (t->depth != t->wanted_depth || event->data.scalar.length != n ||
        memcmp(event->data.scalar.value, t->rest, n) != 0)
        return false;
    if (t->rest[n] == 0)
        return true;
    t->rest += n + 1;
    t->wanted_depth++;
    return false;
}

/* True when the event is the key looked for; *is_end when it cannot come any more. */
static bool track(tracker *t, const yaml_event_t *event, bool *is_end)
{
    bool is_start =
        event->type == YAML_MAPPING_START_EVENT || event->type == YAML_SEQUENCE_START_EVENT;
    bool is_close = event->type == YAML_MAPPING_END_EVENT || event->type == YAML_SEQUENCE_END_EVENT;
    bool is_scalar = event->type == YAML_SCALAR_EVENT;
    *is_end = event->type == YAML_STREAM_END_EVENT ||
              (is_start && t->depth == PEN_DOCUMENT_DEPTH) ||
              (is_close && t->depth <= t->wanted_depth && t->depth > 0);
    if (*is_end)
        return false;
    if (is_scalar && t->is_mapping[t->depth] && t->is_key[t->depth] && meet_key(t, event))
        return true;
    if (is_start) {
        t->is_key[t->depth] = !t->is_key[t->depth];
        t->depth++;
        t->is_key[t->depth] = true;
        t->is_mapping[t->depth] = event->type == YAML_MAPPING_START_EVENT;
    } else if (is_close) {
        t->depth--;
    } else if (is_scalar || event->type == YAML_ALIAS_EVENT) {
        t->is_key[t->depth] = !t->is_key[t->depth];
    }
    return false;
}

bool pen_yaml_locate(const char *text, size_t n, const char *path, size_t *line, size_t *column)
{
    yaml_parser_t parser;
    tracker t = { .rest = path, .wanted_depth = 1 };
    bool is_found = false, is_end = false;
    if (!yaml_parser_initialize(&parser))
        return false;
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, n);
    while (!is_found && !is_end) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event))
            break;
        is_found = track(&t, &event, &is_end);
        *line = event.start_mark.line + 1;
        *column = event.start_mark.column + 1;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return is_found;
}
