/* YAML 1.2 documents (core schema) as the same tree that JSON gives. */
#ifndef PEN_BASE_YAML_H
#define PEN_BASE_YAML_H

#include "json.h"

/* Values a document may have, each alias counted as what it stands for. */
enum { PEN_YAML_VALUES = 100000 };

/* Parses one document; an empty one is an empty object.  Aliases are copied; merge
 * keys (<<) and tags beyond !!str, !!int, !!float, !!bool, !!null, !!map, !!seq are
 * refused.  Creates *out (json_decref).  PEN_E_PARSE with name:line:column, PEN_E_SIZE
 * (bytes, depth, values), PEN_E_NOMEM.  Threads: any. */
pen_status pen_yaml_parse(const char *name, const char *text, size_t n, json_t **out);

/* One plain scalar: null, true, 12, 0x1f, 1.5, else text.  NULL if it is a number that is not
 * finite, not UTF-8, or memory is short. */
json_t *pen_yaml_scalar(const char *text, size_t n);

/* Where in the document (YAML, or JSON, which is nearly a part of it) the key
 * "a.b.c" stands; false if it is not found. */
bool pen_yaml_locate(const char *text, size_t n, const char *path, size_t *line, size_t *column);

#endif
