/* Reads payoff expressions: a descent through the levels of precedence that builds the graph. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/nearest.h"
#include "../../machine/base/number.h"
#include "payoff.h"

enum { MOST_DEPTH = 200, MOST_ARGUMENTS = 64, MOST_TEXT = 65536 };

typedef struct parser {
    const char *text, *at;
    payoff_graph *graph;
    const pen_payoff_parameter *parameters;
    size_t n_parameters, n_assets;
    int depth;
    bool failed;
} parser;

static int read_or(parser *p);

static int fail(parser *p, const char *at, const char *format, const char *what)
{
    char text[200];
    if (!p->failed) {
        snprintf(text, sizeof text, format, what);
        p->failed = true;
        p->graph->status = pen_fail(PEN_E_PARSE, "payoff, column %zu: %s", //
                                    (size_t)(at - p->text) + 1, text);
    }
    return 0;
}

static void skip_blanks(parser *p)
{
    while (*p->at != '\0' && isspace((unsigned char)*p->at))
        p->at++;
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* What stands there, for messages. */
static const char *seen(const parser *p, char *text, size_t bytes)
{
    if (*p->at == '\0')
        return "the end";
    int n = 1;
    while (n < 24 && is_name_char(*p->at) && is_name_char(p->at[n]))
        n++;
    snprintf(text, bytes, "'%.*s'", n, p->at);
    return text;
}

static int expected(parser *p, const char *what)
{
    char saw[40], text[160];
    snprintf(text, sizeof text, "expected %s, got %s", what, seen(p, saw, sizeof saw));
    return fail(p, p->at, "%s", text);
}

/* Takes an operator or a word, if it is what comes next. */
static bool take(parser *p, const char *token)
{
    size_t n = strlen(token);
    skip_blanks(p);
    if (strncmp(p->at, token, n) != 0 || (is_name_char(token[0]) && is_name_char(p->at[n])))
        return false;
    p->at += n;
    return true;
}

/* ---- names ---- */

static const struct {
    const char *name;
    node_kind kind;
} leaves[] = {
    { "V", NODE_SECOND },  { "t", NODE_TIME },  { "i", NODE_DATE },
    { "T", NODE_HORIZON }, { "n", NODE_DATES }, { "r", NODE_RATE },
};

static const struct {
    const char *name;
    int least, most; /* arguments */
} functions[] = {
    { "max", 1, MOST_ARGUMENTS },
    { "min", 1, MOST_ARGUMENTS },
    { "abs", 1, 1 },
    { "exp", 1, 1 },
    { "log", 1, 1 },
    { "sqrt", 1, 1 },
    { "floor", 1, 1 },
    { "cdf", 1, 1 },
    { "if", 3, 3 },
    { "mean", 1, 1 },
    { "sum", 1, 1 },
    { "any", 1, 1 },
    { "all", 1, 1 },
    { "count", 1, 1 },
    { "when", 2, 3 },
    { "at", 2, 2 },
    { "prev", 1, 1 },
    { "pay", 1, 1 },
};

/* The number of an asset in "S", "S2", or with `tail` "_0" behind it (also "S0"); 0: it is none. */
static size_t asset_of(const char *name, size_t n, bool *is_start)
{
    *is_start = n == 2 && memcmp(name, "S0", 2) == 0;
    if (*is_start || (n == 1 && name[0] == 'S'))
        return 1;
    *is_start = n > 3 && memcmp(name + n - 2, "_0", 2) == 0;
    size_t end = *is_start ? n - 2 : n, number = 0;
    if (n < 2 || name[0] != 'S' || name[1] == '0' || end > 5)
        return 0;
    for (size_t k = 1; k < end; k++) {
        if (!isdigit((unsigned char)name[k]))
            return 0;
        number = 10 * number + (size_t)(name[k] - '0');
    }
    return number;
}

static bool is_word(const char *name, size_t n, const char *word)
{
    return strlen(word) == n && memcmp(name, word, n) == 0;
}

static bool is_reserved(const char *name, size_t n)
{
    static const char *const operators[] = { "and", "or", "not" };
    bool is_start;
    for (size_t k = 0; k < PEN_COUNT(leaves); k++)
        if (is_word(name, n, leaves[k].name))
            return true;
    for (size_t k = 0; k < PEN_COUNT(functions); k++)
        if (is_word(name, n, functions[k].name))
            return true;
    for (size_t k = 0; k < PEN_COUNT(operators); k++)
        if (is_word(name, n, operators[k]))
            return true;
    return asset_of(name, n, &is_start) != 0;
}

static int unknown_name(parser *p, const char *name, size_t n)
{
    const char *candidates[PEN_COUNT(leaves) + PEN_COUNT(functions) + 64];
    size_t count = 0;
    char word[40], text[160];
    for (size_t k = 0; k < PEN_COUNT(functions); k++)
        candidates[count++] = functions[k].name;
    for (size_t k = 0; k < p->n_parameters && k < 64; k++)
        candidates[count++] = p->parameters[k].name;
    snprintf(word, sizeof word, "%.*s", (int)(n < 39 ? n : 39), name);
    const char *near = pen_nearest(word, candidates, count);
    snprintf(text, sizeof text, "'%s' is neither a word of payoffs nor a parameter%s%s%s", word,
             near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
             near != NULL ? "'?" : "");
    return fail(p, name, "%s", text);
}

static int read_name(parser *p, const char *name, size_t n)
{
    bool is_start;
    size_t asset = asset_of(name, n, &is_start);
    for (size_t k = 0; k < PEN_COUNT(leaves); k++)
        if (is_word(name, n, leaves[k].name))
            return graph_leaf(p->graph, leaves[k].kind, 0);
    if (asset > PROCESS_ASSETS) {
        char most[16];
        snprintf(most, sizeof most, "%d", PROCESS_ASSETS);
        return fail(p, name, "there are at most %s assets", most);
    }
    if (asset != 0) {
        p->n_assets = asset > p->n_assets ? asset : p->n_assets;
        return graph_leaf(p->graph, is_start ? NODE_START : NODE_PRICE, (int)asset - 1);
    }
    for (size_t k = 0; k < p->n_parameters; k++)
        if (is_word(name, n, p->parameters[k].name))
            return graph_number(p->graph, p->parameters[k].value);
    return unknown_name(p, name, n);
}

/* ---- functions ---- */

static int truth(payoff_graph *g, int a)
{
    if (g->status != PEN_OK)
        return 0;
    const payoff_node *n = &g->nodes[a];
    bool is_truth = n->kind == NODE_POINT && n->op >= PAYOFF_LESS && n->op <= PAYOFF_NOT;
    return is_truth ? a : graph_unary(g, PAYOFF_NOT, graph_unary(g, PAYOFF_NOT, a));
}

static int first_where(payoff_graph *g, int condition, int value, int otherwise)
{
    int any = graph_path(g, NODE_GREATEST, truth(g, condition), -1);
    return graph_select(g, any, graph_path(g, NODE_FIRST, condition, value), otherwise);
}

/* x at date k.  The equality is marked as at()'s, whose date must be one of the run's. */
static int at_date(payoff_graph *g, int x, int k)
{
    int is_now = graph_binary(g, PAYOFF_EQUAL, graph_leaf(g, NODE_DATE, 0), k);
    int value = graph_path(g, NODE_FIRST, is_now, x);
    if (g->status == PEN_OK)
        g->nodes[value].asset = 1;
    return value;
}

static int paid_now(payoff_graph *g, int x)
{
    int left = graph_binary(g, PAYOFF_SUBTRACT, graph_leaf(g, NODE_HORIZON, 0),
                            graph_leaf(g, NODE_TIME, 0));
    int exponent = graph_binary(g, PAYOFF_MULTIPLY, graph_leaf(g, NODE_RATE, 0), left);
    return graph_binary(g, PAYOFF_MULTIPLY, x, graph_unary(g, PAYOFF_EXP, exponent));
}

static int extreme(payoff_graph *g, bool is_max, const int *a, int n)
{
    if (n == 1)
        return graph_path(g, is_max ? NODE_GREATEST : NODE_LEAST, a[0], -1);
    int x = a[0];
    for (int k = 1; k < n; k++)
        x = graph_binary(g, is_max ? PAYOFF_GREATER : PAYOFF_LESSER, x, a[k]);
    return x;
}

static int apply(payoff_graph *g, const char *name, const int *a, int n)
{
    static const struct {
        const char *name;
        int op;
    } plain[] = { { "abs", PAYOFF_ABS },   { "exp", PAYOFF_EXP },     { "log", PAYOFF_LOG },
                  { "sqrt", PAYOFF_SQRT }, { "floor", PAYOFF_FLOOR }, { "cdf", PAYOFF_CDF } };
    for (size_t k = 0; k < PEN_COUNT(plain); k++)
        if (strcmp(name, plain[k].name) == 0)
            return graph_unary(g, plain[k].op, a[0]);
    if (strcmp(name, "max") == 0 || strcmp(name, "min") == 0)
        return extreme(g, name[1] == 'a', a, n);
    if (strcmp(name, "if") == 0)
        return graph_select(g, a[0], a[1], a[2]);
    if (strcmp(name, "sum") == 0)
        return graph_path(g, NODE_SUM, a[0], -1);
    if (strcmp(name, "mean") == 0)
        return graph_binary(g, PAYOFF_DIVIDE, graph_path(g, NODE_SUM, a[0], -1),
                            graph_leaf(g, NODE_DATE, 0));
    if (strcmp(name, "any") == 0)
        return graph_path(g, NODE_GREATEST, truth(g, a[0]), -1);
    if (strcmp(name, "all") == 0)
        return graph_path(g, NODE_LEAST, truth(g, a[0]), -1);
    if (strcmp(name, "count") == 0)
        return graph_path(g, NODE_SUM, truth(g, a[0]), -1);
    if (strcmp(name, "when") == 0)
        return first_where(g, a[0], a[1], n == 3 ? a[2] : graph_number(g, 0));
    if (strcmp(name, "at") == 0)
        return at_date(g, a[0], a[1]);
    if (strcmp(name, "prev") == 0)
        return graph_before(g, a[0]);
    return paid_now(g, a[0]);
}

static int read_call(parser *p, const char *name, size_t n)
{
    int arguments[MOST_ARGUMENTS], count = 0;
    size_t f = 0;
    while (f < PEN_COUNT(functions) && !is_word(name, n, functions[f].name))
        f++;
    if (f == PEN_COUNT(functions))
        return unknown_name(p, name, n);
    do {
        if (count == MOST_ARGUMENTS)
            return fail(p, p->at, "%s has too many arguments", functions[f].name);
        arguments[count++] = read_or(p);
        if (p->failed)
            return 0;
    } while (take(p, ","));
    if (!take(p, ")"))
        return expected(p, "')' or ','");
    if (count < functions[f].least || count > functions[f].most) {
        char text[100];
        snprintf(text, sizeof text, "%s() has %d argument%s, expected %d%s", functions[f].name,
                 count, count == 1 ? "" : "s", functions[f].least,
                 functions[f].most > functions[f].least ? " or more" : "");
        return fail(p, name, "%s", text);
    }
    return apply(p->graph, functions[f].name, arguments, count);
}

/* ---- the levels of precedence, the tightest first ---- */

static int read_number(parser *p)
{
    const char *start = p->at, *end = start;
    double x;
    while (isdigit((unsigned char)*end) || *end == '.')
        end++;
    if (*end == 'e' || *end == 'E') {
        const char *digits = end + 1 + (end[1] == '+' || end[1] == '-');
        if (isdigit((unsigned char)*digits))
            for (end = digits; isdigit((unsigned char)*end);)
                end++;
    }
    if (!pen_number_parse(start, (size_t)(end - start), &x) || !isfinite(x))
        return expected(p, "a number");
    if (is_name_char(*end))
        return expected(p, "an operator after the number");
    p->at = end;
    return graph_number(p->graph, x);
}

static int read_primary(parser *p)
{
    skip_blanks(p);
    if (take(p, "(")) {
        int inner = read_or(p);
        if (!p->failed && !take(p, ")"))
            return expected(p, "')' or an operator");
        return inner;
    }
    if (isdigit((unsigned char)*p->at) || *p->at == '.')
        return read_number(p);
    if (!isalpha((unsigned char)*p->at))
        return expected(p, "a number, a name or '('");
    const char *name = p->at;
    while (is_name_char(*p->at))
        p->at++;
    size_t n = (size_t)(p->at - name);
    return take(p, "(") ? read_call(p, name, n) : read_name(p, name, n);
}

static int read_unary(parser *p);

static int read_power(parser *p)
{
    int base = read_primary(p);
    if (p->failed || !take(p, "^"))
        return base;
    int exponent = read_unary(p);
    return p->failed ? 0 : graph_power(p->graph, base, exponent);
}

static int read_unary(parser *p)
{
    int inner;
    if (++p->depth > MOST_DEPTH)
        return fail(p, p->at, "%s", "brackets and signs are nested too deeply");
    if (take(p, "-")) {
        inner = read_unary(p);
        inner = p->failed ? 0 : graph_unary(p->graph, PAYOFF_NEGATE, inner);
    } else if (take(p, "+")) {
        inner = read_unary(p);
    } else {
        inner = read_power(p);
    }
    p->depth--;
    return inner;
}

static int read_product(parser *p)
{
    int left = read_unary(p);
    while (!p->failed) {
        bool is_product = take(p, "*");
        if (!is_product && !take(p, "/"))
            break;
        int right = read_unary(p);
        if (!p->failed)
            left =
                graph_binary(p->graph, is_product ? PAYOFF_MULTIPLY : PAYOFF_DIVIDE, left, right);
    }
    return left;
}

static int read_sum(parser *p)
{
    int left = read_product(p);
    while (!p->failed) {
        bool is_sum = take(p, "+");
        if (!is_sum && !take(p, "-"))
            break;
        int right = read_product(p);
        if (!p->failed)
            left = graph_binary(p->graph, is_sum ? PAYOFF_ADD : PAYOFF_SUBTRACT, left, right);
    }
    return left;
}

/* The number of a comparison that comes next; -1: none does. */
static int take_comparison(parser *p)
{
    static const char *const tokens[] = { "<=", ">=", "==", "!=", "<", ">" };
    for (int k = 0; k < (int)PEN_COUNT(tokens); k++)
        if (take(p, tokens[k]))
            return k;
    return -1;
}

static int read_comparison(parser *p)
{
    int left = read_sum(p), which = p->failed ? -1 : take_comparison(p);
    if (which < 0)
        return left;
    int right = read_sum(p);
    if (p->failed)
        return 0;
    if (take_comparison(p) >= 0)
        return fail(p, p->at, "%s", "one comparison at a time: join two with 'and'");
    payoff_graph *g = p->graph;
    switch (which) {
    case 0:
        return graph_binary(g, PAYOFF_LESS_EQUAL, left, right);
    case 1:
        return graph_binary(g, PAYOFF_LESS_EQUAL, right, left);
    case 2:
        return graph_binary(g, PAYOFF_EQUAL, left, right);
    case 3:
        return graph_unary(g, PAYOFF_NOT, graph_binary(g, PAYOFF_EQUAL, left, right));
    case 4:
        return graph_binary(g, PAYOFF_LESS, left, right);
    default:
        return graph_binary(g, PAYOFF_LESS, right, left);
    }
}

static int read_not(parser *p)
{
    skip_blanks(p);
    bool is_not = take(p, "not") || (p->at[0] == '!' && p->at[1] != '=' && take(p, "!"));
    if (!is_not)
        return read_comparison(p);
    if (++p->depth > MOST_DEPTH)
        return fail(p, p->at, "%s", "brackets and signs are nested too deeply");
    int inner = read_not(p);
    p->depth--;
    return p->failed ? 0 : graph_unary(p->graph, PAYOFF_NOT, inner);
}

static int read_and(parser *p)
{
    int left = read_not(p);
    while (!p->failed && (take(p, "and") || take(p, "&&"))) {
        int right = read_not(p);
        if (!p->failed)
            left = graph_binary(p->graph, PAYOFF_AND, left, right);
    }
    return left;
}

static int read_or(parser *p)
{
    int left = read_and(p);
    while (!p->failed && (take(p, "or") || take(p, "||"))) {
        int right = read_and(p);
        if (!p->failed)
            left = graph_binary(p->graph, PAYOFF_OR, left, right);
    }
    if (p->graph->status != PEN_OK)
        p->failed = true;
    return left;
}

/* ---- the payoff ---- */

static pen_status check_parameters(const pen_payoff_parameter *parameters, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        const char *name = parameters[k].name;
        size_t length = strlen(name);
        bool is_name = isalpha((unsigned char)name[0]);
        for (size_t j = 0; j < length; j++)
            is_name = is_name && is_name_char(name[j]);
        if (!is_name)
            return pen_fail(PEN_E_ARG,
                            "payoff parameter '%s': expected a letter, then letters, "
                            "digits and _",
                            name);
        if (is_reserved(name, length))
            return pen_fail(PEN_E_ARG, "payoff parameter '%s' is a word of payoffs already", name);
        if (!isfinite(parameters[k].value))
            return pen_fail(PEN_E_ARG, "payoff parameter '%s' is %g, expected a number", name,
                            parameters[k].value);
        for (size_t j = 0; j < k; j++)
            if (strcmp(name, parameters[j].name) == 0)
                return pen_fail(PEN_E_ARG, "payoff parameter '%s' is given twice", name);
    }
    return PEN_OK;
}

/* Does the node, or what it is made of, look at dates before the last? */
static bool reads_path(const payoff_graph *g, int node)
{
    for (int k = 0; k <= node; k++)
        if (g->nodes[k].kind >= NODE_SUM || g->nodes[k].kind == NODE_BEFORE)
            return true;
    return false;
}

static pen_status parse(pen_payoff *payoff, const pen_payoff_parameter *parameters, size_t n)
{
    parser p = { .text = payoff->text,
                 .at = payoff->text,
                 .graph = &payoff->graph,
                 .parameters = parameters,
                 .n_parameters = n };
    payoff->root = read_or(&p);
    skip_blanks(&p);
    if (!p.failed && *p.at != '\0')
        expected(&p, "an operator or the end");
    PEN_TRY(payoff->graph.status);
    payoff->n_assets = p.n_assets;
    payoff->reads_path = reads_path(&payoff->graph, payoff->root);
    return PEN_OK;
}

pen_status pen_payoff_create(const char *text, const pen_payoff_parameter *parameters,
                             size_t n_parameters, pen_payoff **out)
{
    *out = NULL;
    PEN_TRY(check_parameters(parameters, n_parameters));
    if (strlen(text) > MOST_TEXT)
        return pen_fail(PEN_E_SIZE, "the payoff has %zu characters, at most %d", strlen(text),
                        MOST_TEXT);
    pen_payoff *payoff;
    PEN_TRY(PEN_NEW(&payoff));
    pen_status s = pen_strdup(text, &payoff->text);
    if (s == PEN_OK)
        s = parse(payoff, parameters, n_parameters);
    if (s != PEN_OK) {
        pen_payoff_destroy(payoff);
        return s;
    }
    *out = payoff;
    return PEN_OK;
}

void pen_payoff_destroy(pen_payoff *payoff)
{
    if (payoff == NULL)
        return;
    graph_clear(&payoff->graph);
    pen_free(payoff->text);
    pen_free(payoff);
}

const char *pen_payoff_text(const pen_payoff *payoff)
{
    return payoff->text;
}

size_t pen_payoff_assets(const pen_payoff *payoff)
{
    return payoff->n_assets;
}

bool pen_payoff_reads_path(const pen_payoff *payoff)
{
    return payoff->reads_path;
}
