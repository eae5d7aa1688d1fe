/* A program's settings: one YAML or JSON document against a list of known keys. */
#ifndef PEN_BASE_CONFIG_H
#define PEN_BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

typedef enum pen_config_type {
    PEN_CONFIG_TEXT,
    PEN_CONFIG_INTEGER,
    PEN_CONFIG_NUMBER,
    PEN_CONFIG_BOOL
} pen_config_type;

typedef struct pen_config_key {
    const char *path; /* "log.level": key level in the section log */
    pen_config_type type;
    const char *fallback; /* written as in YAML */
    const char *help;
    double low, high;    /* of a number or integer; equal: any */
    const char *choices; /* "error warn info": the texts allowed; NULL: any */
} pen_config_key;

typedef struct pen_config pen_config;

/* Reads a document by its suffix (.json, else YAML) and checks every key.
 *   path  NULL: the file that PENSTOCK_CONFIG names, else penstock.yaml, penstock.yml or
 *         penstock.json here, else penstock/penstock.yaml in XDG_CONFIG_HOME or
 *         ~/.config; none of them: the fallbacks alone
 *   keys  borrowed, must outlive the configuration
 * PEN_E_IO, PEN_E_PARSE with file:line:column; an unknown key is PEN_E_NOTFOUND and
 * names the known one it may be, a wrong type or value PEN_E_ARG.  Threads: any. */
pen_status pen_config_load(const char *path, const pen_config_key *keys, size_t n_keys,
                           pen_config **out);
/* The same from text; `name` decides the format and is for messages. */
pen_status pen_config_parse(const char *name, const char *text, size_t n,
                            const pen_config_key *keys, size_t n_keys, pen_config **out);
void pen_config_destroy(pen_config *config);

/* The file read, or "" if there was none. */
const char *pen_config_source(const pen_config *config);
/* Whether the file sets the key (else its fallback holds). */
bool pen_config_is_set(const pen_config *config, const char *path);

/* Values of known keys of that type; asking for another is a bug and gives "", 0,
 * NaN or false. */
const char *pen_config_text(const pen_config *config, const char *path);
int64_t pen_config_integer(const pen_config *config, const char *path);
double pen_config_number(const pen_config *config, const char *path);
bool pen_config_bool(const pen_config *config, const char *path);

#endif
