/* The catalogue of indicators, for people and as JSON. */
#include <jansson.h>
#include <string.h>

#include "../../machine/base/nearest.h"
#include "../../machine/base/status.h"
#include "indicators.h"

enum { LINE = 512 };

static void append(char line[LINE], const char *separator, const char *text)
{
    size_t used = strlen(line);
    snprintf(line + used, LINE - used, "%s%.*s", used > 0 ? separator : "", LINE - (int)used, text);
}

static void names_text(const char *const *names, size_t count, char line[LINE])
{
    line[0] = '\0';
    for (size_t i = 0; i < count; i++)
        if (names[i][0] != '\0')
            append(line, ",", names[i]);
}

/* "sma|ema|wma", the parameter's choices. */
static void choices_text(const pen_indicator_param *p, char line[LINE])
{
    line[0] = '\0';
    for (int i = 0; i <= (int)p->max; i++)
        append(line, "|", p->choices[i]);
}

/* "period=14 (2..100000)", "matype=sma (sma|ema|wma)". */
static void params_text(const pen_indicator *about, char line[LINE])
{
    line[0] = '\0';
    for (size_t i = 0; i < about->n_params; i++) {
        const pen_indicator_param *p = &about->params[i];
        char one[LINE], choices[LINE];
        if (p->choices != NULL) {
            choices_text(p, choices);
            snprintf(one, sizeof one, "%s=%s (%.400s)", p->name, p->choices[(int)p->fallback],
                     choices);
        } else
            snprintf(one, sizeof one, "%s=%.10g (%.10g..%.10g)", p->name, p->fallback, p->min,
                     p->max);
        append(line, ", ", one);
    }
}

bool indicators_is_listed(const cli *c, const pen_indicator *about)
{
    return !cli_has(c, "family") || strcmp(cli_text(c, "family"), about->family) == 0;
}

pen_status indicators_check_family(cli *c)
{
    char names[LINE] = "";
    for (size_t i = 0; i < pen_indicator_count(); i++) {
        const pen_indicator *about = pen_indicator_at(i);
        if (indicators_is_listed(c, about))
            return PEN_OK;
        if (i == 0 || strcmp(about->family, pen_indicator_at(i - 1)->family) != 0)
            append(names, ", ", about->family);
    }
    return cli_usage(c, "--family '%s', expected one of %s", cli_text(c, "family"), names);
}

static pen_status list_all(const cli *c, FILE *out)
{
    cli_table table = { 0 };
    pen_status s = cli_table_add(&table, "name\tfamily\tinputs\tparameters\toutputs\ttitle");
    for (size_t i = 0; i < pen_indicator_count() && s == PEN_OK; i++) {
        const pen_indicator *about = pen_indicator_at(i);
        char inputs[LINE], params[LINE], outputs[LINE];
        if (!indicators_is_listed(c, about))
            continue;
        names_text(about->inputs, about->n_inputs, inputs);
        params_text(about, params);
        names_text(about->outputs, about->n_outputs, outputs);
        s = cli_table_add(&table, "%s\t%s\t%s\t%s\t%s\t%s", about->name, about->family, inputs,
                          params[0] != '\0' ? params : "none",
                          outputs[0] != '\0' ? outputs : about->name, about->title);
    }
    if (s == PEN_OK)
        cli_table_print(&table, out, false);
    cli_table_clear(&table);
    return s;
}

/* "; tradingview 20", the profiles with another default. */
static void profiles_text(const pen_indicator *about, size_t param, char line[LINE])
{
    const pen_indicator_param *p = &about->params[param];
    line[0] = '\0';
    for (int i = 0; i < PEN_PROFILE_COUNT; i++) {
        double own = pen_profile_fallback((pen_profile)i, about, param);
        size_t used = strlen(line);
        if (own == p->fallback)
            continue;
        if (p->choices != NULL)
            snprintf(line + used, LINE - used, ", %s in %s", p->choices[(int)own],
                     pen_profile_name((pen_profile)i));
        else
            snprintf(line + used, LINE - used, ", %.10g in %s", own,
                     pen_profile_name((pen_profile)i));
    }
}

static void describe(const pen_indicator *about, FILE *out)
{
    char names[LINE];
    fprintf(out, "%s: %s (%s)\n\n  call        %s", about->name, about->title, about->family,
            about->name);
    for (size_t i = 0; i < about->n_params; i++)
        fprintf(out, "%c%s", i == 0 ? ':' : ',', about->params[i].name);
    names_text(about->inputs, about->n_inputs, names);
    fprintf(out, "@%s\n", names);
    for (size_t i = 0; i < about->n_params; i++) {
        const pen_indicator_param *p = &about->params[i];
        char others[LINE];
        profiles_text(about, i, others);
        if (p->choices != NULL) {
            choices_text(p, names);
            fprintf(out, "  %-10s  %s unless given%s; one of %s\n", p->name,
                    p->choices[(int)p->fallback], others, names);
            continue;
        }
        fprintf(out, "  %-10s  %.10g unless given%s; a %s from %.10g to %.10g\n", p->name,
                p->fallback, others, p->is_integer ? "whole number" : "number", p->min, p->max);
    }
    names_text(about->outputs, about->n_outputs, names);
    fprintf(out, "  %-10s  %s\n", about->n_outputs > 1 ? "outputs" : "output",
            names[0] != '\0' ? names : "one, named as the call");
    if (pen_indicator_is_unstable(about))
        fprintf(out, "  unstable    its first values are left out with --unstable %s=BARS\n",
                about->name);
    fprintf(out, "  formula     %s\n  source      %s\n", about->formula, about->source);
}

static json_t *texts_json(const char *const *texts, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(texts[i]));
    return array;
}

static json_t *indicator_json(const pen_indicator *about)
{
    json_t *params = json_array();
    for (size_t i = 0; i < about->n_params; i++) {
        const pen_indicator_param *p = &about->params[i];
        json_t *param =
            json_pack("{s:s, s:f, s:f, s:f, s:b}", "name", p->name, "default", p->fallback, "min",
                      p->min, "max", p->max, "is_integer", p->is_integer);
        if (p->choices != NULL)
            json_object_set_new(param, "choices", texts_json(p->choices, (size_t)p->max + 1));
        json_array_append_new(params, param);
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:b}", "name", about->name, "family",
                     about->family, "title", about->title, "formula", about->formula, "source",
                     about->source, "inputs", texts_json(about->inputs, about->n_inputs),
                     "parameters", params, "outputs", texts_json(about->outputs, about->n_outputs),
                     "is_unstable", pen_indicator_is_unstable(about));
}

static pen_status find(cli *c, const char *name, const pen_indicator **out)
{
    const char *names[512];
    size_t count = pen_indicator_count();
    *out = pen_indicator_find(name);
    if (*out != NULL)
        return PEN_OK;
    for (size_t i = 0; i < count && i < PEN_COUNT(names); i++)
        names[i] = pen_indicator_at(i)->name;
    const char *near =
        pen_nearest(name, names, count < PEN_COUNT(names) ? count : PEN_COUNT(names));
    return near != NULL ? cli_usage(c, "no indicator '%s'; did you mean '%s'?", name, near)
                        : cli_usage(c, "no indicator '%s'; --list shows what there is", name);
}

pen_status indicators_list(cli *c, const char *name)
{
    const pen_indicator *about = NULL;
    FILE *out;
    if (name != NULL)
        PEN_TRY(find(c, name, &about));
    PEN_TRY(indicators_check_family(c));
    if (cli_has(c, "page"))
        return indicators_page(c);
    PEN_TRY(cli_open_output(c, &out));
    if (about != NULL && c->is_json)
        return cli_print_json(c, indicator_json(about));
    if (about != NULL) {
        describe(about, out);
        return PEN_OK;
    }
    if (!c->is_json)
        return list_all(c, out);
    json_t *all = json_array();
    for (size_t i = 0; i < pen_indicator_count(); i++)
        if (indicators_is_listed(c, pen_indicator_at(i)) &&
            json_array_append_new(all, indicator_json(pen_indicator_at(i))) != 0) {
            json_decref(all);
            return pen_fail(PEN_E_NOMEM, "building the JSON result");
        }
    return cli_print_json(c, all);
}
