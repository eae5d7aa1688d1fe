/* The settings file: what `penstock detect --write` makes and every command reads.
 * Options go before the environment, the environment before the file. */
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/config.h"
#include "../../machine/base/status.h"
#include "cli.h"
#include "penstock/log.h"

const pen_config_key cli_settings[] = {
    { "device", PEN_CONFIG_TEXT, "auto", "cpu:0, cuda:0, opencl:0, ... or auto: the best", 0, 0,
      NULL },
    { "threads", PEN_CONFIG_INTEGER, "0", "threads of cpu:0; 0: the cores this process may use", 0,
      4096, NULL },
    { "log.level", PEN_CONFIG_TEXT, "warn", "lines on standard error", 0, 0,
      "error warn info debug" },
    { "log.json", PEN_CONFIG_BOOL, "false", "log lines as JSON", 0, 0, NULL },
};
const size_t cli_setting_count = PEN_COUNT(cli_settings);

static pen_status set_log(cli *c, const pen_config *config)
{
    char text[32];
    pen_log_set_sink(pen_log_to_stderr, NULL);
    snprintf(text, sizeof text, "%s%s", pen_config_text(config, "log.level"),
             pen_config_bool(config, "log.json") ? ",json" : "");
    PEN_TRY(pen_log_configure(text));
    PEN_TRY(pen_log_configure(NULL));
    if (cli_has(c, "log") && pen_log_configure(cli_text(c, "log")) != PEN_OK)
        return cli_usage(c, "--log '%s', expected error, warn, info or debug, or info,json",
                         cli_text(c, "log"));
    return PEN_OK;
}

pen_status cli_configure(cli *c)
{
    PEN_TRY(pen_config_load(cli_text(c, "config"), cli_settings, cli_setting_count, &c->config));
    PEN_TRY(set_log(c, c->config));
    const char *from_environment = getenv("PENSTOCK_DEVICE"), *threads = getenv("PENSTOCK_THREADS");
    c->device = cli_text(c, "device");
    if (c->device == NULL && (from_environment == NULL || from_environment[0] == '\0') &&
        strcmp(pen_config_text(c->config, "device"), "auto") != 0)
        c->device = pen_config_text(c->config, "device");
    if (threads == NULL && pen_config_integer(c->config, "threads") > 0)
        pen_cpu_threads_set((unsigned)pen_config_integer(c->config, "threads"));
    return PEN_OK;
}
