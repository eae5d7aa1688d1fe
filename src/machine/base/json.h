/* JSON in and out.  Reading gives jansson's tree; writing streams. */
#ifndef PEN_BASE_JSON_H
#define PEN_BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>

#include "file.h"

/* What a document may be; more is refused with PEN_E_SIZE before it costs memory. */
enum { PEN_DOCUMENT_BYTES = 64 << 20, PEN_DOCUMENT_DEPTH = 64 };

/* Parses one object or array; `name` is for messages.  Creates *out (json_decref).
 * PEN_E_PARSE with name:line:column (also for a key given twice), PEN_E_SIZE,
 * PEN_E_NOMEM.  Threads: any. */
pen_status pen_json_parse(const char *name, const char *text, size_t n, json_t **out);

/* Writes one document; the sink keeps the first failure.  Nesting is up to 64 deep,
 * and calls must match: a key before each value of an object. */
typedef struct pen_json {
    pen_sink *sink;
    int indent; /* blanks a level; 0: all on one line */
    unsigned depth;
    uint64_t has_items; /* a bit a level */
    bool is_after_key;
} pen_json;

void pen_json_init(pen_json *json, pen_sink *sink, int indent);
void pen_json_begin_object(pen_json *json);
void pen_json_end_object(pen_json *json);
void pen_json_begin_array(pen_json *json);
void pen_json_end_array(pen_json *json);
void pen_json_key(pen_json *json, const char *key);
/* Bytes that are no UTF-8 become U+FFFD. */
void pen_json_text(pen_json *json, const char *text);
/* Shortest round-trip digits; NaN and infinities are null. */
void pen_json_number(pen_json *json, double x);
void pen_json_integer(pen_json *json, int64_t x);
void pen_json_bool(pen_json *json, bool x);
void pen_json_null(pen_json *json);

/* Escapes the character at *text, before end, for a JSON string, and moves on;
 * returns the bytes put into out. */
size_t pen_json_escape(const char **text, const char *end, char out[8]);

#endif
