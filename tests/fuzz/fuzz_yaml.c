/* Any bytes as YAML: an error or a tree within the limits; and as settings. */
#include <stdlib.h>

#include "machine/base/config.h"
#include "machine/base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const pen_config_key keys[] = {
        { "a", PEN_CONFIG_TEXT, "x", "", 0, 0, "x y" },
        { "b.c", PEN_CONFIG_INTEGER, "1", "", 0, 9, NULL },
        { "b.d", PEN_CONFIG_BOOL, "true", "", 0, 0, NULL },
        { "e", PEN_CONFIG_NUMBER, "0.5", "", 0, 0, NULL },
    };
    const char *text = (const char *)data;
    json_t *root;
    size_t line = 0, column = 0;
    if (pen_yaml_parse("fuzz", text, n, &root) == PEN_OK) {
        const char *key;
        json_t *value;
        json_object_foreach(root, key, value) if (pen_yaml_locate(text, n, key, &line, &column) &&
                                                  (line == 0 || column == 0)) abort();
        json_decref(root);
    }
    pen_config *config;
    if (pen_config_parse("fuzz", text, n, keys, sizeof keys / sizeof *keys, &config) == PEN_OK) {
        if (pen_config_integer(config, "b.c") < 0 || pen_config_integer(config, "b.c") > 9)
            abort();
        pen_config_destroy(config);
    }
    return 0;
}
