/* Any bytes as JSON; what is read, written by our writer, reads back equal. */
#include <stdlib.h>

#include "machine/base/json.h"

static void write_value(pen_json *j, json_t *value)
{
    const char *key;
    size_t index;
    json_t *item;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        pen_json_begin_object(j);
        json_object_foreach(value, key, item)
        {
            pen_json_key(j, key);
            write_value(j, item);
        }
        pen_json_end_object(j);
        break;
    case JSON_ARRAY:
        pen_json_begin_array(j);
        json_array_foreach(value, index, item) write_value(j, item);
        pen_json_end_array(j);
        break;
    case JSON_STRING:
        pen_json_text(j, json_string_value(value));
        break;
    case JSON_INTEGER:
        pen_json_integer(j, json_integer_value(value));
        break;
    case JSON_REAL:
        pen_json_number(j, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        pen_json_bool(j, json_is_true(value));
        break;
    case JSON_NULL:
        pen_json_null(j);
        break;
    }
}

/* Equal, 1 and 1.0 alike: a whole real is written without a point. */
static int is_equal(json_t *a, json_t *b)
{
    const char *key;
    size_t index;
    json_t *item;
    if (json_is_number(a) && json_is_number(b))
        return json_number_value(a) == json_number_value(b);
    if (json_typeof(a) != json_typeof(b))
        return 0;
    if (json_is_object(a)) {
        json_object_foreach(a, key, item) if (json_object_get(b, key) == NULL ||
                                              !is_equal(item, json_object_get(b, key))) return 0;
        return json_object_size(a) == json_object_size(b);
    }
    if (json_is_array(a)) {
        if (json_array_size(a) != json_array_size(b))
            return 0;
        json_array_foreach(a, index, item) if (!is_equal(item, json_array_get(b, index))) return 0;
        return 1;
    }
    return json_equal(a, b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    json_t *root, *again;
    if (pen_json_parse("fuzz", (const char *)data, n, &root) != PEN_OK)
        return 0;
    pen_sink *sink;
    if (pen_sink_open_memory(&sink) != PEN_OK)
        abort();
    pen_json j;
    pen_json_init(&j, sink, (int)(n % 3));
    write_value(&j, root);
    size_t length;
    const char *text = pen_sink_memory(sink, &length);
    if (pen_json_parse("again", text, length, &again) != PEN_OK || !is_equal(root, again))
        abort();
    json_decref(root);
    json_decref(again);
    pen_sink_close(sink);
    return 0;
}
