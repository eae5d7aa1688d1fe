/* From the text of candlestick rules to programs of kernels/candle.k and candle_strips.k. */
#include "candle.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/kernels/candle_op.kh"

enum { MAX_NAME = 24, MAX_TEXT = 128, MAX_TERMS = 64, MAX_DEFINITIONS = 4, MAX_PERIOD = 100000 };
enum { RULE_FLAG }; /* what holds of the rule at hand; the others are numbered as they come */

/* What a short term stands for: '#' is its bar, '+' the bar before. */
static const struct {
    const char *name, *terms;
} shorthands[] = {
    { "white", "c#>=o#" },
    { "black", "c#<o#" },
    { "long", "r#>body_long" },
    { "short", "r#<body_short" },
    { "small", "r#<=body_short" },
    { "doji", "r#<=body_doji" },
    { "no_upper", "u#<shadow_very_short" },
    { "no_lower", "d#<shadow_very_short" },
    { "marubozu", "r#>body_long u#<shadow_very_short d#<shadow_very_short" },
    { "gap_up", "b#>t+" },
    { "gap_down", "t#<b+" },
};

#define SETTING(name)                                                                              \
    {                                                                                              \
#name, offsetof(pen_candle_settings, name)                                                 \
    }
static const struct {
    const char *name;
    size_t offset;
} settings[IND_CANDLE_SETTINGS] = {
    SETTING(body_long),   SETTING(body_very_long),    SETTING(body_short),   SETTING(body_doji),
    SETTING(shadow_long), SETTING(shadow_very_long),  SETTING(shadow_short), SETTING(near),
    SETTING(far),         SETTING(shadow_very_short), SETTING(equal),
};

static const pen_candle_setting *setting_at(const pen_candle_settings *all, size_t index)
{
    return (const pen_candle_setting *)(const void *)((const char *)all + settings[index].offset);
}

const pen_candle_setting *ind_candle_setting(const pen_candle_settings *all, size_t index,
                                             const char **name)
{
    *name = settings[index].name;
    return setting_at(all, index);
}

pen_candle_settings pen_candle_settings_default(void)
{
    const pen_candle_setting body = { PEN_CANDLE_REAL_BODY, 10, 1.0 };
    return (pen_candle_settings){
        .body_long = body,
        .body_very_long = { PEN_CANDLE_REAL_BODY, 10, 3.0 },
        .body_short = body,
        .body_doji = { PEN_CANDLE_HIGH_LOW, 10, 0.1 },
        .shadow_long = { PEN_CANDLE_REAL_BODY, 0, 1.0 },
        .shadow_very_long = { PEN_CANDLE_REAL_BODY, 0, 2.0 },
        .shadow_short = { PEN_CANDLE_SHADOWS, 10, 1.0 },
        .shadow_very_short = { PEN_CANDLE_HIGH_LOW, 10, 0.1 },
        .near = { PEN_CANDLE_HIGH_LOW, 5, 0.2 },
        .far = { PEN_CANDLE_HIGH_LOW, 5, 0.6 },
        .equal = { PEN_CANDLE_HIGH_LOW, 5, 0.05 },
    };
}

pen_status ind_candle_check(const pen_candle_settings *all)
{
    for (size_t i = 0; i < PEN_COUNT(settings); i++) {
        const pen_candle_setting *s = setting_at(all, i);
        if (s->range < PEN_CANDLE_REAL_BODY || s->range > PEN_CANDLE_SHADOWS)
            return pen_fail(PEN_E_ARG,
                            "candle settings: %s.range is %d, expected a pen_candle_range",
                            settings[i].name, (int)s->range);
        if (s->period < 0 || s->period > MAX_PERIOD)
            return pen_fail(PEN_E_ARG, "candle settings: %s.period is %d, expected 0 to %d",
                            settings[i].name, s->period, MAX_PERIOD);
        if (!isfinite(s->factor))
            return pen_fail(PEN_E_ARG, "candle settings: %s.factor is %g, expected a number",
                            settings[i].name, s->factor);
    }
    return PEN_OK;
}

/* ---- Instructions ---- */

static pen_status append(ind_program *p, const int words[IND_WORDS], int *index)
{
    if ((p->n_ops & (p->n_ops - 1)) == 0)
        PEN_TRY(pen_realloc((void **)&p->code, (size_t)(p->n_ops > 0 ? 2 * p->n_ops : 1),
                            IND_WORDS * sizeof *p->code));
    memcpy(p->code + p->n_ops * IND_WORDS, words, IND_WORDS * sizeof *words);
    *index = p->n_ops++;
    return PEN_OK;
}

/* The first of two constants of these values. */
static pen_status constants(ind_program *p, double c0, double c1, int *index)
{
    for (int i = 0; i + 1 < p->n_consts; i++)
        if (p->consts[i] == c0 && p->consts[i + 1] == c1) {
            *index = i;
            return PEN_OK;
        }
    PEN_TRY(pen_realloc((void **)&p->consts, (size_t)p->n_consts + 2, sizeof *p->consts));
    *index = p->n_consts;
    p->consts[p->n_consts++] = c0;
    p->consts[p->n_consts++] = c1;
    return PEN_OK;
}

/* An instruction alike but for word `skip`; -1 if there is none. */
static int find(const ind_program *p, const int words[IND_WORDS], int skip)
{
    for (int i = 1; i < p->n_ops; i++) {
        const int *have = p->code + i * IND_WORDS;
        bool is_same = true;
        for (int w = 0; w < IND_WORDS; w++)
            is_same &= w == skip || have[w] == words[w];
        if (is_same)
            return i;
    }
    return -1;
}

static pen_status begin(ind_program *p)
{
    int words[IND_WORDS] = { CANDLE_HEADER, 0, 0, RULE_FLAG + 1 }, index;
    p->kernel = "candle_plan";
    p->max_ring = 1;
    return append(p, words, &index);
}

static int new_flag(ind_program *p)
{
    return p->code[3]++;
}

/* ---- Planes ---- */

/* One pattern while it is compiled. */
typedef struct rules {
    ind_program *program; /* NULL: only the lookback is asked for */
    const ind_candle *candle;
    bool *fits;
    int longest, oldest; /* average and bar that are named */
    int bars;            /* given; 0: none */
    int n_definitions;
    struct {
        char name[MAX_NAME];
        int flag;
    } definitions[MAX_DEFINITIONS];
} rules;

static pen_status add_plane(rules *r, const int wanted[IND_WORDS], int *plane)
{
    ind_program *p = r->program;
    int words[IND_WORDS], at, index;
    memcpy(words, wanted, sizeof words);
    *plane = 0;
    if ((at = find(p, words, 1)) >= 0) {
        *plane = p->code[at * IND_WORDS + 1];
        return PEN_OK;
    }
    if (p->code[1] == CANDLE_MAX_PLANES) {
        *r->fits = false;
        return PEN_OK;
    }
    *plane = words[1] = p->code[1]++;
    return append(p, words, &index);
}

static pen_status plane_of(rules *r, int op, const char parts[2], int lag, int *plane);

/* The plane of a letter, 'R' and 'S' being the two ranges without a letter of their own. */
static pen_status letter_plane(rules *r, char letter, int *plane)
{
    static const char prices[] = "ohlc";
    const char *price = strchr(prices, letter);
    if (price != NULL) {
        int words[IND_WORDS] = { CANDLE_LOAD, 0, 0, 0, r->candle->input[price - prices] };
        return add_plane(r, words, plane);
    }
    switch (letter) {
    case 't':
        return plane_of(r, CANDLE_TOP, "oc", 0, plane);
    case 'b':
        return plane_of(r, CANDLE_BOTTOM, "oc", 0, plane);
    case 'r':
        return plane_of(r, CANDLE_DISTANCE, "oc", 0, plane);
    case 'u':
        return plane_of(r, CANDLE_SUBTRACT, "ht", 0, plane);
    case 'd':
        return plane_of(r, CANDLE_SUBTRACT, "bl", 0, plane);
    case 'm':
        return plane_of(r, CANDLE_MIDDLE, "lh", 0, plane);
    case 'e':
        return plane_of(r, CANDLE_DISTANCE, "rr", 1, plane);
    case 'R':
        return plane_of(r, CANDLE_SUBTRACT, "hl", 0, plane);
    default: /* 'S' */
        return plane_of(r, CANDLE_ADD, "ud", 0, plane);
    }
}

/* A plane made of two others, the second `lag` bars back. */
static pen_status plane_of(rules *r, int op, const char parts[2], int lag, int *plane)
{
    int words[IND_WORDS] = { op, 0, 0, 0, lag };
    PEN_TRY(letter_plane(r, parts[0], &words[2]));
    PEN_TRY(letter_plane(r, parts[1], &words[3]));
    return add_plane(r, words, plane);
}

/* Rows of state of a mean over a window, and its largest ring: make_mean() of candle.k. */
static int mean_rows(int window, int *max_ring)
{
    int rows = 0, taken = 0;
    for (int k = 1; k <= window; k *= 2) {
        int ring = (window & k) && taken > 0 ? ind_ring_rows(taken) : 0;
        int level = 2 * k <= window ? k : 0;
        rows += ring + level;
        *max_ring = ring > *max_ring ? ring : *max_ring;
        *max_ring = level > *max_ring ? level : *max_ring;
        taken += window & k;
    }
    return rows;
}

static pen_status mean_plane(rules *r, int x, int window, int *plane)
{
    ind_program *p = r->program;
    int words[IND_WORDS] = { CANDLE_MEAN, 0, x, 0, window };
    for (int i = 1; i < p->n_ops; i++) {
        const int *have = p->code + i * IND_WORDS;
        if (have[0] == CANDLE_MEAN && have[2] == x && have[4] == window) {
            *plane = have[1];
            return PEN_OK;
        }
    }
    words[5] = p->n_state;
    p->n_state += mean_rows(window, &p->max_ring);
    p->memory = window + 8 > p->memory ? window + 8 : p->memory;
    return add_plane(r, words, plane);
}

/* ---- Comparisons ---- */

/* A plane some bars back, times a factor. */
typedef struct operand {
    int plane, bar; /* an average of the bars before `bar` ends on the one before it */
    int named_bar;
    double factor;
    bool is_plain; /* the factor is one, and not that of a setting */
} operand;

typedef struct comparison {
    operand x, parts[3];
    int n_parts, relation;
} comparison;

static pen_status fail_rule(const rules *r, const char *at)
{
    return pen_fail(PEN_E_INTERNAL, "candle rules: cannot read '%.24s' in '%.60s'", at,
                    r->candle->rules);
}

/* Letters and underscores. */
static size_t name_length(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz_");
}

static bool is_name(const char *text, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(text, name, length) == 0;
}

/* The digit after a name; `fallback` where there is none. */
static int bar_of(const char **text, int fallback)
{
    return **text >= '0' && **text <= '9' ? *(*text)++ - '0' : fallback;
}

static pen_status setting_operand(rules *r, const pen_candle_setting *s, operand *out)
{
    static const char ranges[] = "rRS";
    int x;
    r->longest = s->period > r->longest ? s->period : r->longest;
    out->factor *= s->range == PEN_CANDLE_SHADOWS ? s->factor / 2 : s->factor;
    if (r->program == NULL)
        return PEN_OK;
    PEN_TRY(letter_plane(r, ranges[s->range], &x));
    out->plane = x;
    if (s->period == 0)
        return PEN_OK;
    out->bar++;
    return mean_plane(r, x, s->period, &out->plane);
}

/* [factor*]name[bar] */
static pen_status parse_operand(rules *r, const char **text, int sign, int bar, operand *out)
{
    const char *at = *text;
    size_t length = name_length(at);
    *out = (operand){ .factor = sign, .is_plain = sign == 1 };
    if (at[length] == '*' || length == 0) {
        char *end;
        double factor = length > 0 ? r->candle->penetration : strtod(at, &end);
        at = length > 0 ? at + length : end;
        if (*at++ != '*')
            return fail_rule(r, *text);
        out->factor *= factor;
        out->is_plain = false;
        length = name_length(at);
    }
    const char *name = at;
    at += length;
    out->bar = out->named_bar = bar_of(&at, bar);
    *text = at;
    r->oldest = out->bar > r->oldest ? out->bar : r->oldest;
    for (size_t i = 0; i < PEN_COUNT(settings); i++)
        if (is_name(name, length, settings[i].name)) {
            out->is_plain = false;
            return setting_operand(r, setting_at(r->candle->settings, i), out);
        }
    if (length != 1 || strchr("ohlctbrudme", *name) == NULL)
        return fail_rule(r, name);
    return r->program != NULL ? letter_plane(r, *name, &out->plane) : PEN_OK;
}

static pen_status parse_comparison(rules *r, const char *text, comparison *out)
{
    const char *at = text;
    *out = (comparison){ 0 };
    PEN_TRY(parse_operand(r, &at, 1, 0, &out->x));
    if (*at != '<' && *at != '>')
        return fail_rule(r, text);
    out->relation = *at++ == '>' ? CANDLE_GREATER : CANDLE_LESS;
    if (*at == '=') {
        out->relation++;
        at++;
    }
    int sign = 1, bar = out->x.named_bar;
    for (;;) {
        if (out->n_parts == 3)
            return fail_rule(r, at);
        operand *part = &out->parts[out->n_parts++];
        PEN_TRY(parse_operand(r, &at, sign, bar, part));
        bar = part->named_bar;
        if (*at == '\0')
            return PEN_OK;
        if (*at != '+' && *at != '-')
            return fail_rule(r, at);
        sign = *at++ == '+' ? 1 : -1;
    }
}

/* The comparison as an instruction, its newest bar being this one; *lag: how many bars
 * back that is. */
static pen_status emit_comparison(rules *r, const comparison *c, int *flag, int *lag)
{
    ind_program *p = r->program;
    const operand *all[4] = { &c->x, NULL, NULL, NULL };
    int form = !c->parts[0].is_plain ? 1 : c->n_parts == 1 ? 0 : c->n_parts;
    int n = 1, relation = c->relation;
    int words[IND_WORDS] = { CANDLE_COMPARE }, at, index;
    if (!c->x.is_plain || (form == 1 && c->n_parts > 1))
        return fail_rule(r, r->candle->rules);
    for (int i = 0; i < c->n_parts; i++)
        all[n++] = &c->parts[i];
    *lag = all[0]->bar;
    for (int i = 1; i < n; i++)
        *lag = all[i]->bar < *lag ? all[i]->bar : *lag;
    int first = form == 1 ? 7 : 5; /* words of y or z */
    for (int i = 0; i < n; i++) {
        int word = i == 0 ? 3 : first + 2 * (i - 1);
        words[word] = all[i]->plane;
        words[word + 1] = all[i]->bar - *lag;
        if (words[word + 1] > CANDLE_HISTORY)
            return fail_rule(r, r->candle->rules);
    }
    if (form == 0 && relation >= CANDLE_LESS) { /* x < y is y > x */
        const int swapped[4] = { words[5], words[6], words[3], words[4] };
        memcpy(words + 3, swapped, sizeof swapped);
        relation -= CANDLE_LESS;
    }
    words[2] = relation + 4 * form;
    if (form > 0)
        PEN_TRY(constants(p, c->parts[form == 1 ? 0 : 1].factor, form == 3 ? c->parts[2].factor : 0,
                          &words[11]));
    if ((at = find(p, words, 1)) >= 0) {
        *flag = p->code[at * IND_WORDS + 1];
        return PEN_OK;
    }
    *flag = words[1] = new_flag(p);
    return append(p, words, &index);
}

/* ---- Terms ---- */

typedef struct terms {
    int all[MAX_TERMS], count;
} terms;

static pen_status add_term(rules *r, terms *out, int flag, int lag, bool is_not)
{
    if (out->count == MAX_TERMS || lag > CANDLE_FLAG_BARS)
        return fail_rule(r, r->candle->rules);
    out->all[out->count++] = CANDLE_TERM(flag, lag, is_not);
    return PEN_OK;
}

static pen_status parse_terms(rules *r, const char *text, size_t length, terms *out);

static pen_status expand(rules *r, const char *pattern, int bar, terms *out)
{
    char text[MAX_TEXT];
    size_t length = strlen(pattern);
    memcpy(text, pattern, length + 1);
    for (char *c = text; *c != '\0'; c++)
        *c = *c == '#' ? (char)('0' + bar) : *c == '+' ? (char)('1' + bar) : *c;
    return parse_terms(r, text, length, out);
}

static pen_status parse_term(rules *r, const char *text, terms *out)
{
    bool is_not = *text == '!';
    int flag = 0, lag = 0;
    text += is_not;
    size_t length = name_length(text);
    const char *end = text + length;
    int bar = bar_of(&end, 0);
    for (int i = 0; i < r->n_definitions && *end == '\0'; i++)
        if (is_name(text, length, r->definitions[i].name))
            return add_term(r, out, r->definitions[i].flag, bar, is_not);
    for (size_t i = 0; i < PEN_COUNT(shorthands) && *end == '\0'; i++)
        if (is_name(text, length, shorthands[i].name))
            return is_not ? fail_rule(r, text) : expand(r, shorthands[i].terms, bar, out);
    comparison c;
    PEN_TRY(parse_comparison(r, text, &c));
    if (r->program == NULL || !*r->fits)
        return PEN_OK;
    PEN_TRY(emit_comparison(r, &c, &flag, &lag));
    return add_term(r, out, flag, lag, is_not);
}

/* Terms with blanks between them. */
static pen_status parse_terms(rules *r, const char *text, size_t length, terms *out)
{
    const char *end = text + length;
    while (text < end) {
        char term[MAX_TEXT];
        size_t n = strcspn(text, " ;");
        if (n >= sizeof term)
            return fail_rule(r, text);
        memcpy(term, text, n);
        term[n] = '\0';
        if (n > 0)
            PEN_TRY(parse_term(r, term, out));
        text += n + 1;
    }
    return PEN_OK;
}

/* flag `flag` = all of the terms; long lists in several instructions. */
static pen_status emit_all(ind_program *p, const terms *t, int flag)
{
    for (int from = 0; from < t->count;) {
        int words[IND_WORDS] = { CANDLE_ALL, flag }, index;
        if (from > 0)
            words[3 + words[2]++] = CANDLE_TERM(flag, 0, 0);
        while (words[2] < CANDLE_TERMS && from < t->count)
            words[3 + words[2]++] = t->all[from++];
        PEN_TRY(append(p, words, &index));
    }
    return PEN_OK;
}

/* ---- Rules ---- */

/* One "value: terms" or "name= terms". */
static pen_status parse_rule(rules *r, const char *text, size_t length)
{
    ind_program *p = r->program;
    terms all = { 0 };
    size_t head = strcspn(text, ":=");
    if (head >= length || head >= MAX_NAME)
        return fail_rule(r, text);
    if (is_name(text, head, "bars")) {
        r->bars = atoi(text + head + 1);
        return PEN_OK;
    }
    PEN_TRY(parse_terms(r, text + head + 1, length - head - 1, &all));
    bool is_value = text[head] == ':';
    int flag = 0;
    if (p != NULL) {
        flag = is_value ? RULE_FLAG : new_flag(p);
        PEN_TRY(emit_all(p, &all, flag));
    }
    if (!is_value) {
        if (r->n_definitions == MAX_DEFINITIONS)
            return fail_rule(r, text);
        memcpy(r->definitions[r->n_definitions].name, text, head);
        r->definitions[r->n_definitions].name[head] = '\0';
        r->definitions[r->n_definitions++].flag = flag;
        return PEN_OK;
    }
    if (p == NULL)
        return PEN_OK;
    int words[IND_WORDS] = { CANDLE_SHOW, flag }, index;
    PEN_TRY(constants(p, strtod(text, NULL), 0, &words[2]));
    return append(p, words, &index);
}

/* Definitions in order, then the values from the last to the first, so that the first of
 * several that hold is what is seen. */
static pen_status parse_all(rules *r)
{
    const char *starts[16], *text = r->candle->rules;
    size_t count = 0;
    for (; *text != '\0' && count < PEN_COUNT(starts); text += strcspn(text, ";")) {
        text += strspn(text, "; ");
        starts[count++] = text;
    }
    if (*text != '\0')
        return fail_rule(r, text);
    for (size_t i = 0; i < count; i++)
        if (starts[i][strcspn(starts[i], ":= ")] == '=')
            PEN_TRY(parse_rule(r, starts[i], strcspn(starts[i], ";")));
    for (size_t i = count; i-- > 0;)
        if (starts[i][strcspn(starts[i], ":= ")] == ':')
            PEN_TRY(parse_rule(r, starts[i], strcspn(starts[i], ";")));
    return PEN_OK;
}

pen_status ind_candle_lookback(const ind_candle *candle, int *lookback)
{
    bool fits = true;
    rules r = { .candle = candle, .fits = &fits };
    PEN_TRY(parse_all(&r));
    *lookback = r.longest + (r.bars > 0 ? r.bars : r.oldest);
    return PEN_OK;
}

pen_status ind_candle_emit(ind_program *p, const ind_candle *candle, int plane, int mask,
                           bool *fits)
{
    rules r = { .program = p, .candle = candle, .fits = fits };
    int words[IND_WORDS] = { CANDLE_STORE, plane, mask }, index;
    if (p->n_ops == 0)
        PEN_TRY(begin(p));
    PEN_TRY(parse_all(&r));
    p->max_first = mask > p->max_first ? mask : p->max_first;
    return append(p, words, &index);
}

/* ---- Finishing ---- */

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

/* The state of lanes: flags, what means remember, the history of planes. */
static void place_state(ind_program *p)
{
    enum { FLAG_BITS = 64 };
    int n_flags = p->code[3];
    for (int i = 1; i < p->n_ops; i++)
        if (p->code[i * IND_WORDS] == CANDLE_MEAN)
            p->code[i * IND_WORDS + 5] += n_flags;
    p->n_state += n_flags;
    p->code[2] = p->n_state;
    p->n_state += p->code[1] * CANDLE_HISTORY;
    p->memory += FLAG_BITS + CANDLE_HISTORY + CANDLE_FLAG_BARS;
}

/* The first step at which a plane or a comparison has all that it reads; of flags that other
 * flags make, *of_flag. */
static int first_of(const int *op, const int *of_plane, const int *of_flag)
{
    int first = 0;
    switch (op[0]) {
    case CANDLE_LOAD:
        return 0;
    case CANDLE_MEAN:
        return of_plane[op[2]] + op[4] - 1;
    case CANDLE_COMPARE: /* operands that the form does not have are plane 0, a price */
        for (int word = 3; word < 11; word += 2)
            first = max_int(first, of_plane[op[word]] + op[word + 1]);
        return first;
    case CANDLE_ALL:
        for (int i = 0; i < op[2]; i++)
            first =
                max_int(first, of_flag[CANDLE_TERM_FLAG(op[3 + i])] + CANDLE_TERM_LAG(op[3 + i]));
        return first;
    default:
        return max_int(of_plane[op[2]], of_plane[op[3]] + op[4]);
    }
}

/* How far back the program looks, instruction by instruction. */
static pen_status find_firsts(ind_program *p)
{
    int of_plane[CANDLE_MAX_PLANES], *of_flag;
    PEN_TRY(pen_alloc((size_t)p->code[3], sizeof *of_flag, (void **)&of_flag));
    for (int i = 1; i < p->n_ops; i++) {
        int *op = p->code + i * IND_WORDS;
        if (op[0] == CANDLE_SHOW || op[0] == CANDLE_STORE)
            continue;
        int first = first_of(op, of_plane, of_flag);
        bool is_flag = op[0] == CANDLE_COMPARE || op[0] == CANDLE_ALL;
        *(is_flag ? &of_flag[op[1]] : &of_plane[op[1]]) = first;
        if (op[0] != CANDLE_ALL)
            op[CANDLE_FIRST] = first;
        p->max_first = max_int(p->max_first, first);
    }
    pen_free(of_flag);
    return PEN_OK;
}

pen_status ind_candle_finish(ind_program *program)
{
    place_state(program);
    if (program->code[3] <= CANDLE_MAX_FLAGS)
        program->strips_kernel = "candle_strips";
    return find_firsts(program);
}
