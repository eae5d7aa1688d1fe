/* Plans: from text to calls, from calls to programs. */
#include "plan.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/nearest.h"

enum { MAX_CALL_TEXT = 255, MAX_NAMES = 512 };

/* ---- Compiling ---- */

void ind_programs_free(ind_program *programs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ind_program_clear(&programs[i]);
    pen_free(programs);
}

static pen_status emit_call(const pen_plan *plan, const ind_plan_call *call, ind_program *program)
{
    const pen_indicator *about = &call->entry->about;
    ind_call values = { 0 };
    memcpy(values.param, call->param, sizeof values.param);
    for (size_t i = 0; i < about->n_inputs; i++)
        PEN_TRY(ind_input(program, call->input[i], &values.in[i]));
    ind_value out[PEN_INDICATOR_MAX_OUTPUTS] = { { 0 } };
    PEN_TRY(call->entry->emit(program, &values, out));
    int mask = 0;
    for (size_t i = 0; i < about->n_outputs; i++)
        mask = out[i].first > mask ? out[i].first : mask;
    for (size_t i = 0; i < about->n_outputs; i++) {
        int plane = call->first_output + (int)i;
        PEN_TRY(ind_store(program, out[i], plane, mask));
        plan->outputs[plane].lookback = mask;
    }
    return PEN_OK;
}

static bool is_candle(const ind_plan_call *call)
{
    return call->entry->emit == NULL;
}

static pen_status emit_candle(const pen_plan *plan, const ind_plan_call *call, ind_program *program,
                              bool *fits)
{
    ind_candle candle = { .rules = call->entry->about.formula,
                          .penetration = call->param[0],
                          .settings = &plan->options.candles };
    memcpy(candle.input, call->input, sizeof candle.input);
    int *lookback = &plan->outputs[call->first_output].lookback;
    PEN_TRY(ind_candle_lookback(&candle, lookback));
    return ind_candle_emit(program, &candle, call->first_output, *lookback, fits);
}

/* Emits the wanted calls of one kind in [first, end). */
static pen_status emit_calls(const pen_plan *plan, const bool *wanted, bool candles, size_t first,
                             size_t end, ind_program *program, bool *fits)
{
    *fits = true;
    program->options = &plan->options;
    for (size_t i = first; i < end && *fits; i++) {
        if ((wanted != NULL && !wanted[i]) || is_candle(&plan->calls[i]) != candles)
            continue;
        PEN_TRY(candles ? emit_candle(plan, &plan->calls[i], program, fits)
                        : emit_call(plan, &plan->calls[i], program));
    }
    if (!*fits || program->n_ops == 0)
        return PEN_OK;
    return candles ? ind_candle_finish(program) : ind_finish(program, fits);
}

/* Compiles wanted calls from *next on, as many as one program holds. */
static pen_status compile_one(const pen_plan *plan, const bool *wanted, bool candles, size_t *next,
                              ind_program *program)
{
    for (size_t end = plan->n_calls; end > *next; end--) {
        bool fits;
        pen_status s = emit_calls(plan, wanted, candles, *next, end, program, &fits);
        if (s == PEN_OK && fits) {
            *next = end;
            return PEN_OK;
        }
        ind_program_clear(program);
        PEN_TRY(s);
    }
    return pen_fail(PEN_E_INTERNAL, "pen_plan_create: %s needs more tiles than there are",
                    plan->calls[*next].entry->about.name);
}

/* Adds the programs of one kind; a kind without a call has none. */
static pen_status compile_kind(const pen_plan *plan, const bool *wanted, bool candles,
                               ind_program **programs, size_t *count)
{
    for (size_t next = 0; next < plan->n_calls;) {
        PEN_TRY(pen_realloc((void **)programs, *count + 1, sizeof **programs));
        ind_program *program = &(*programs)[*count];
        *program = (ind_program){ 0 };
        PEN_TRY(compile_one(plan, wanted, candles, &next, program));
        *count += program->n_ops > 0;
    }
    return PEN_OK;
}

pen_status ind_compile(const pen_plan *plan, const bool *wanted, ind_program **programs,
                       size_t *count)
{
    *programs = NULL;
    *count = 0;
    pen_status s = compile_kind(plan, wanted, false, programs, count);
    if (s == PEN_OK)
        s = compile_kind(plan, wanted, true, programs, count);
    if (s != PEN_OK) {
        ind_programs_free(*programs, *count);
        *programs = NULL;
        *count = 0;
    }
    return s;
}

unsigned ind_call_inputs(const ind_plan_call *call)
{
    unsigned bits = 0;
    for (size_t i = 0; i < call->entry->about.n_inputs; i++)
        bits |= 1u << call->input[i];
    return bits;
}

/* ---- Parsing ---- */

static pen_status fail_unknown(const char *name)
{
    const char *names[MAX_NAMES];
    size_t count = pen_indicator_count();
    for (size_t i = 0; i < count && i < MAX_NAMES; i++)
        names[i] = pen_indicator_at(i)->name;
    const char *near = pen_nearest(name, names, count < MAX_NAMES ? count : MAX_NAMES);
    return pen_fail(PEN_E_NOTFOUND, "plan: no indicator '%s'%s%s%s", name,
                    near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                    near != NULL ? "'?" : "");
}

/* "a, b and c", for messages. */
static void list_params(const pen_indicator *about, char *text, size_t bytes)
{
    text[0] = '\0';
    for (size_t i = 0; i < about->n_params; i++) {
        size_t used = strlen(text);
        snprintf(text + used, bytes - used, "%s%s", i > 0 ? "," : "", about->params[i].name);
    }
}

/* One parameter's value: a number in its range, or one of its choices. */
static pen_status parse_value(const char *text, size_t length, const pen_indicator_param *param,
                              const char *whole, double *out)
{
    char *end;
    for (int i = 0; param->choices != NULL && i <= (int)param->max; i++)
        if (strlen(param->choices[i]) == length &&
            strncasecmp(param->choices[i], text, length) == 0) {
            *out = i;
            return PEN_OK;
        }
    double value = strtod(text, &end);
    if (length == 0 || end != text + length || isnan(value)) {
        char names[256] = "a number";
        for (int i = 0; param->choices != NULL && i <= (int)param->max; i++) {
            size_t used = i > 0 ? strlen(names) : 0;
            snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "",
                     param->choices[i]);
        }
        return pen_fail(PEN_E_PARSE, "plan: '%s': %s is '%.*s', expected %s", whole, param->name,
                        (int)length, text, names);
    }
    if (value < param->min || value > param->max || (param->is_integer && value != floor(value)))
        return pen_fail(PEN_E_ARG, "plan: '%s': %s is %.*s, expected %s from %g to %g", whole,
                        param->name, (int)length, text,
                        param->is_integer ? "a whole number" : "a number", param->min, param->max);
    *out = value;
    return PEN_OK;
}

/* Which parameter `text` gives: the one it names, as in "signal=9", or the next one;
 * *text moves on to the value. */
static pen_status find_param(const char **text, size_t *length, const char *whole,
                             const pen_indicator *about, size_t *index)
{
    char names[256];
    list_params(about, names, sizeof names);
    const char *equals = memchr(*text, '=', *length);
    if (equals == NULL && *index >= about->n_params)
        return pen_fail(PEN_E_ARG, "plan: '%s': too many parameters, expected %zu%s%s%s", whole,
                        about->n_params, about->n_params > 0 ? " (" : "", names,
                        about->n_params > 0 ? ")" : "");
    if (equals == NULL)
        return PEN_OK;
    size_t name = (size_t)(equals - *text);
    for (*index = 0; *index < about->n_params; ++*index)
        if (strlen(about->params[*index].name) == name &&
            strncasecmp(about->params[*index].name, *text, name) == 0)
            break;
    if (*index == about->n_params)
        return pen_fail(PEN_E_ARG, "plan: '%s': no parameter '%.*s', expected one of %s", whole,
                        (int)name, *text, names[0] != '\0' ? names : "none");
    *text += name + 1;
    *length -= name + 1;
    return PEN_OK;
}

static pen_status parse_params(const char *text, const char *whole, ind_plan_call *call)
{
    const pen_indicator *about = &call->entry->about;
    for (size_t i = 0; *text != '\0'; i++) {
        size_t length = strcspn(text, ",");
        PEN_TRY(find_param(&text, &length, whole, about, &i));
        PEN_TRY(parse_value(text, length, &about->params[i], whole, &call->param[i]));
        text += length;
        if (*text == ',' && *++text == '\0')
            return pen_fail(PEN_E_PARSE, "plan: '%s': ends with a comma", whole);
    }
    return PEN_OK;
}

static pen_status add_input(pen_plan *plan, const char *name, size_t length, int *index)
{
    for (size_t i = 0; i < plan->n_inputs; i++)
        if (strlen(plan->inputs[i]) == length && strncmp(plan->inputs[i], name, length) == 0) {
            *index = (int)i;
            return PEN_OK;
        }
    if (plan->n_inputs == IND_MAX_INPUTS)
        return pen_fail(PEN_E_SIZE, "plan: more than %d different inputs", IND_MAX_INPUTS);
    char **slot = &plan->inputs[plan->n_inputs];
    PEN_TRY(pen_alloc(length + 1, 1, (void **)slot));
    memcpy(*slot, name, length);
    *index = (int)plan->n_inputs++;
    return PEN_OK;
}

static pen_status parse_inputs(pen_plan *plan, const char *text, const char *whole,
                               ind_plan_call *call)
{
    const pen_indicator *about = &call->entry->about;
    for (size_t i = 0; i < about->n_inputs; i++) {
        if (text == NULL) {
            PEN_TRY(add_input(plan, about->inputs[i], strlen(about->inputs[i]), &call->input[i]));
            continue;
        }
        size_t length = strcspn(text, ",");
        if (length == 0)
            return pen_fail(PEN_E_PARSE, "plan: '%s': expected %zu inputs after '@'", whole,
                            about->n_inputs);
        PEN_TRY(add_input(plan, text, length, &call->input[i]));
        text += length + (text[length] == ',');
    }
    if (text != NULL && *text != '\0')
        return pen_fail(PEN_E_PARSE, "plan: '%s': too many inputs, expected %zu", whole,
                        about->n_inputs);
    return PEN_OK;
}

/* Names of the call's outputs, as typed. */
static pen_status add_outputs(pen_plan *plan, const char *whole, ind_plan_call *call)
{
    const pen_indicator *about = &call->entry->about;
    PEN_TRY(pen_realloc((void **)&plan->outputs, plan->n_outputs + about->n_outputs,
                        sizeof *plan->outputs));
    call->first_output = (int)plan->n_outputs;
    for (size_t i = 0; i < about->n_outputs; i++) {
        char name[MAX_CALL_TEXT + 32];
        bool has_name = about->outputs[i][0] != '\0';
        snprintf(name, sizeof name, "%s%s%s", whole, has_name ? "." : "", about->outputs[i]);
        for (char *c = name; c < name + strlen(whole); c++)
            if (*c == ':' || *c == ',' || *c == '@' || *c == '=')
                *c = '_';
        plan->outputs[plan->n_outputs] = (ind_output){ 0 };
        PEN_TRY(pen_strdup(name, &plan->outputs[plan->n_outputs].name));
        plan->n_outputs++;
    }
    return PEN_OK;
}

/* One call: name[:parameters][@inputs]. */
static pen_status parse_call(pen_plan *plan, const char *whole)
{
    char text[MAX_CALL_TEXT + 1];
    snprintf(text, sizeof text, "%s", whole);
    char *inputs = strchr(text, '@');
    if (inputs != NULL)
        *inputs++ = '\0';
    char *params = strchr(text, ':');
    if (params != NULL)
        *params++ = '\0';
    for (char *c = text; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);

    ind_plan_call call = { .entry = ind_entry_find(text) };
    if (call.entry == NULL)
        return fail_unknown(text);
    for (size_t i = 0; i < call.entry->about.n_params; i++)
        call.param[i] = pen_profile_fallback(plan->options.profile, &call.entry->about, i);
    if (params != NULL)
        PEN_TRY(parse_params(params, whole, &call));
    PEN_TRY(parse_inputs(plan, inputs, whole, &call));
    PEN_TRY(add_outputs(plan, whole, &call));
    PEN_TRY(pen_realloc((void **)&plan->calls, plan->n_calls + 1, sizeof *plan->calls));
    plan->calls[plan->n_calls++] = call;
    return PEN_OK;
}

static pen_status parse_plan(pen_plan *plan, const char *text)
{
    static const char space[] = " \t\r\n";
    for (text += strspn(text, space); *text != '\0'; text += strspn(text, space)) {
        char call[MAX_CALL_TEXT + 1];
        size_t length = strcspn(text, space);
        if (length > MAX_CALL_TEXT)
            return pen_fail(PEN_E_SIZE, "plan: '%.20s...' is longer than %d characters", text,
                            MAX_CALL_TEXT);
        memcpy(call, text, length);
        call[length] = '\0';
        PEN_TRY(parse_call(plan, call));
        text += length;
    }
    if (plan->n_calls == 0)
        return pen_fail(PEN_E_PARSE, "plan: no calls; expected something like 'rsi:14 sma:20'");
    return PEN_OK;
}

pen_status pen_plan_create(const char *text, pen_plan **out)
{
    return pen_plan_create_with(text, NULL, out);
}

pen_status pen_plan_create_with(const char *text, const pen_plan_options *options, pen_plan **out)
{
    *out = NULL;
    pen_plan *plan;
    PEN_TRY(PEN_NEW(&plan));
    plan->options = options != NULL ? *options : pen_plan_options_default();
    pen_status s = ind_options_check(&plan->options);
    if (s == PEN_OK)
        s = pen_strdup(text, &plan->text);
    if (s == PEN_OK)
        s = parse_plan(plan, text);
    if (s == PEN_OK)
        s = ind_compile(plan, NULL, &plan->programs, &plan->n_programs);
    if (s != PEN_OK) {
        pen_plan_destroy(plan);
        return s;
    }
    *out = plan;
    return PEN_OK;
}

void pen_plan_destroy(pen_plan *plan)
{
    if (plan == NULL)
        return;
    ind_programs_free(plan->programs, plan->n_programs);
    for (size_t i = 0; i < plan->n_outputs; i++)
        pen_free(plan->outputs[i].name);
    for (size_t i = 0; i < plan->n_inputs; i++)
        pen_free(plan->inputs[i]);
    pen_free(plan->text);
    pen_free(plan->outputs);
    pen_free(plan->calls);
    pen_free(plan);
}

size_t pen_plan_input_count(const pen_plan *plan)
{
    return plan->n_inputs;
}

const char *pen_plan_input(const pen_plan *plan, size_t index)
{
    return index < plan->n_inputs ? plan->inputs[index] : NULL;
}

size_t pen_plan_output_count(const pen_plan *plan)
{
    return plan->n_outputs;
}

const char *pen_plan_output(const pen_plan *plan, size_t index)
{
    return index < plan->n_outputs ? plan->outputs[index].name : NULL;
}

size_t pen_plan_lookback(const pen_plan *plan, size_t index)
{
    return index < plan->n_outputs ? (size_t)plan->outputs[index].lookback : 0;
}
