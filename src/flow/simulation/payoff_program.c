/* Expression graphs as programs over rows (kernels/payoff_op.kh).
 *
 * What path functions look at is computed at every date; what only the result needs, at the last.
 * Rows: the prices, the prices before and V as far as they are read, rows that hold constants and
 * what path functions have gathered, then intermediate values, whose rows are used again. */
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "payoff.h"

enum { AT_DATES = 1, AT_END = 2 };

typedef struct compiler {
    const payoff_graph *g;
    const payoff_constants *constants;
    payoff_program *out;
    unsigned char *when; /* by node: AT_DATES, AT_END */
    int *row;            /* by node, -1: none now */
    int *extra;          /* by node: a path function's second row */
    int *last_use;       /* by node: the last one of this phase that reads it */
    int *ends_next;      /* rows that become free after a node: lists of nodes by last reader */
    int *ends;
    bool is_taken[PAYOFF_ROWS];
    int room; /* ops */
} compiler;

static bool is_path(node_kind kind)
{
    return kind >= NODE_SUM;
}

/* Marks what is needed when.  A path function and its arguments are needed at the dates. */
static void mark(compiler *c, int node, unsigned when)
{
    if (node < 0)
        return;
    const payoff_node *n = &c->g->nodes[node];
    if (is_path(n->kind))
        when = AT_DATES;
    if ((c->when[node] & when) == when)
        return;
    c->when[node] |= (unsigned char)when;
    mark(c, n->a, when);
    mark(c, n->b, when);
    mark(c, n->c, when);
}

static pen_status no_rows(void)
{
    return pen_fail(PEN_E_SIZE,
                    "the payoffs need more than %d values at once: ask for fewer at a "
                    "time, without greeks, or simplify them",
                    PAYOFF_ROWS);
}

static pen_status take_row(compiler *c, int *row)
{
    for (*row = 0; *row < PAYOFF_ROWS; (*row)++)
        if (!c->is_taken[*row]) {
            c->is_taken[*row] = true;
            return PEN_OK;
        }
    return no_rows();
}

/* A row that starts with x: those come in turn, so that they are one range. */
static pen_status hold(compiler *c, double x, int *row)
{
    payoff_program *p = c->out;
    if (p->first_held + p->n_held == PAYOFF_ROWS)
        return no_rows();
    *row = p->first_held + p->n_held;
    c->is_taken[*row] = true;
    p->held[p->n_held++] = x;
    return PEN_OK;
}

static double constant_of(const compiler *c, const payoff_node *n)
{
    switch (n->kind) {
    case NODE_HORIZON:
        return c->constants->horizon_yr;
    case NODE_DATES:
        return c->constants->n_dates;
    case NODE_RATE:
        return c->constants->rate_frac;
    case NODE_START:
        return c->constants->start_px[n->asset];
    default:
        return n->number;
    }
}

/* at()'s date must be one of the run's. */
static pen_status check_date(const compiler *c, const payoff_node *n)
{
    if (n->kind != NODE_FIRST || n->asset == 0)
        return PEN_OK;
    const payoff_node *k = &c->g->nodes[c->g->nodes[n->a].b];
    if (k->kind == NODE_DATES)
        return PEN_OK;
    if (k->kind != NODE_NUMBER)
        return pen_fail(PEN_E_ARG, "payoff: the date of at() must be a number");
    if (!(k->number >= 1 && k->number <= c->constants->n_dates) || k->number != floor(k->number))
        return pen_fail(PEN_E_ARG, "payoff: at() asks for date %g, expected one of 1 to %g",
                        k->number, c->constants->n_dates);
    return PEN_OK;
}

/* Rows that last: prices, constants, what path functions gather. */
static pen_status place_lasting(compiler *c)
{
    payoff_program *p = c->out;
    int n_assets = (int)c->constants->n_assets, next = n_assets;
    bool reads_before = false, reads_second = false;
    for (int k = 0; k < c->g->count; k++) {
        reads_before = reads_before || (c->when[k] && c->g->nodes[k].kind == NODE_BEFORE);
        reads_second = reads_second || (c->when[k] && c->g->nodes[k].kind == NODE_SECOND);
    }
    p->before_row = reads_before ? next : -1;
    next += reads_before ? n_assets : 0;
    p->second_row = reads_second ? next : -1;
    next += reads_second;
    if (next > PAYOFF_ROWS)
        return no_rows();
    memset(c->is_taken, 1, (size_t)next);
    p->first_held = next;
    for (int k = 0; k < c->g->count; k++) {
        const payoff_node *n = &c->g->nodes[k];
        if (!c->when[k])
            continue;
        PEN_TRY(check_date(c, n));
        switch (n->kind) {
        case NODE_PRICE:
            c->row[k] = n->asset;
            break;
        case NODE_BEFORE:
            c->row[k] = p->before_row + n->asset;
            break;
        case NODE_SECOND:
            c->row[k] = p->second_row;
            break;
        case NODE_NUMBER:
        case NODE_HORIZON:
        case NODE_DATES:
        case NODE_RATE:
        case NODE_START:
            PEN_TRY(hold(c, constant_of(c, n), &c->row[k]));
            break;
        case NODE_SUM:
            PEN_TRY(hold(c, 0, &c->row[k]));
            break;
        case NODE_FIRST:
            PEN_TRY(hold(c, 0, &c->row[k]));
            PEN_TRY(hold(c, 0, &c->extra[k]));
            break;
        case NODE_LEAST:
        case NODE_GREATEST:
            PEN_TRY(hold(c,
                         n->b >= 0               ? 0
                         : n->kind == NODE_LEAST ? INFINITY
                                                 : -INFINITY,
                         &c->row[k]));
            if (n->b >= 0)
                PEN_TRY(hold(c, INFINITY, &c->extra[k]));
            break;
        default:
            break;
        }
    }
    return PEN_OK;
}

static pen_status emit(compiler *c, int op, int to, int a, int b, int d)
{
    payoff_program *p = c->out;
    if (p->n_ops == c->room) {
        int room = 2 * c->room + 64;
        PEN_TRY(pen_realloc((void **)&p->ops, (size_t)room * PAYOFF_WORDS, sizeof *p->ops));
        c->room = room;
    }
    int words[PAYOFF_WORDS] = { op, to, a < 0 ? 0 : a, b < 0 ? 0 : b, d < 0 ? 0 : d };
    memcpy(p->ops + p->n_ops * PAYOFF_WORDS, words, sizeof words);
    p->n_ops++;
    return PEN_OK;
}

static int row_of(const compiler *c, int node)
{
    return node < 0 ? -1 : c->row[node];
}

/* `row` is b where a is less than ever, as `least` says. */
static pen_status emit_at_least(compiler *c, int row, int a, int b, int least)
{
    PEN_TRY(emit(c, PAYOFF_AT_LEAST, row, a, b, least));
    return emit(c, PAYOFF_LESSER, least, least, a, -1);
}

/* What a path function does at a date.  The greatest is the least of the negated, where its place
 * is asked for. */
static pen_status emit_path(compiler *c, int k)
{
    const payoff_node *n = &c->g->nodes[k];
    int a = row_of(c, n->a), b = row_of(c, n->b), row = c->row[k], negated;
    switch (n->kind) {
    case NODE_SUM:
        return emit(c, PAYOFF_ADD, row, row, a, -1);
    case NODE_FIRST:
        PEN_TRY(emit(c, PAYOFF_FIRST, row, a, b, c->extra[k]));
        return emit(c, PAYOFF_OR, c->extra[k], c->extra[k], a, -1);
    case NODE_LEAST:
        return n->b < 0 ? emit(c, PAYOFF_LESSER, row, row, a, -1)
                        : emit_at_least(c, row, a, b, c->extra[k]);
    default:
        break;
    }
    if (n->b < 0)
        return emit(c, PAYOFF_GREATER, row, row, a, -1);
    PEN_TRY(take_row(c, &negated));
    c->is_taken[negated] = false;
    PEN_TRY(emit(c, PAYOFF_NEGATE, negated, a, -1, -1));
    return emit_at_least(c, row, negated, b, c->extra[k]);
}

/* Which node of the phase reads a node last; the phase's results are read at its end. */
static void find_last_uses(compiler *c, unsigned when, const int *roots, int n_roots)
{
    for (int k = 0; k < c->g->count; k++)
        c->last_use[k] = c->ends[k] = -1;
    for (int k = 0; k < c->g->count; k++) {
        const payoff_node *n = &c->g->nodes[k];
        const int arguments[3] = { n->a, n->b, n->c };
        for (int j = 0; (c->when[k] & when) != 0 && j < 3; j++)
            if (arguments[j] >= 0)
                c->last_use[arguments[j]] = k;
    }
    for (int j = 0; j < n_roots; j++)
        c->last_use[roots[j]] = c->g->count;
    for (int k = 0; k < c->g->count; k++) {
        int last = c->last_use[k];
        if (last < 0 || last == c->g->count)
            continue;
        c->ends_next[k] = c->ends[last];
        c->ends[last] = k;
    }
}

static bool is_computed(const payoff_node *n)
{
    return n->kind == NODE_POINT || n->kind == NODE_TIME || n->kind == NODE_DATE;
}

static void free_ended(compiler *c, int node)
{
    for (int k = c->ends[node]; k >= 0; k = c->ends_next[k])
        if (is_computed(&c->g->nodes[k]) && c->row[k] >= 0)
            c->is_taken[c->row[k]] = false;
}

static pen_status emit_phase(compiler *c, unsigned when, const int *roots, int n_roots)
{
    find_last_uses(c, when, roots, n_roots);
    for (int k = 0; k < c->g->count; k++) {
        const payoff_node *n = &c->g->nodes[k];
        if ((c->when[k] & when) == 0)
            continue;
        if (is_path(n->kind)) {
            PEN_TRY(emit_path(c, k));
        } else if (is_computed(n)) {
            int op = n->kind == NODE_TIME   ? PAYOFF_TIME
                     : n->kind == NODE_DATE ? PAYOFF_DATE
                                            : n->op;
            int a = row_of(c, n->a), b = row_of(c, n->b), d = row_of(c, n->c);
            PEN_TRY(take_row(c, &c->row[k]));
            PEN_TRY(emit(c, op, c->row[k], a, b, d));
        }
        free_ended(c, k);
        if (c->last_use[k] < 0 && is_computed(n))
            c->is_taken[c->row[k]] = false;
    }
    return PEN_OK;
}

static pen_status compile(compiler *c, const int *roots, int n_roots)
{
    payoff_program *p = c->out;
    for (int k = 0; k < c->g->count; k++)
        c->row[k] = c->extra[k] = -1;
    for (int j = 0; j < n_roots; j++)
        mark(c, roots[j], AT_END);
    PEN_TRY(place_lasting(c));
    PEN_TRY(emit_phase(c, AT_DATES, NULL, 0));
    p->n_date_ops = p->n_ops;
    p->reads_dates = p->n_date_ops > 0 || p->before_row >= 0;
    PEN_TRY(emit_phase(c, AT_END, roots, n_roots));
    for (int j = 0; j < n_roots; j++)
        p->outputs[j] = c->row[roots[j]];
    return PEN_OK;
}

pen_status payoff_compile(const payoff_graph *g, const payoff_constants *constants,
                          const int *roots, int n_roots, payoff_program *out)
{
    *out = (payoff_program){ .before_row = -1, .second_row = -1 };
    if (n_roots > PAYOFF_OUTPUTS)
        return pen_fail(PEN_E_SIZE, "%d payoffs, controls and greeks at once, at most %d", n_roots,
                        PAYOFF_OUTPUTS);
    size_t n = (size_t)g->count;
    int *block;
    PEN_TRY(pen_alloc(6 * n, sizeof *block, (void **)&block));
    compiler c = { .g = g,
                   .constants = constants,
                   .out = out,
                   .row = block,
                   .extra = block + n,
                   .last_use = block + 2 * n,
                   .ends_next = block + 3 * n,
                   .ends = block + 4 * n,
                   .when = (unsigned char *)(block + 5 * n) };
    pen_status s = compile(&c, roots, n_roots);
    pen_free(block);
    if (s != PEN_OK)
        payoff_program_clear(out);
    return s;
}

void payoff_program_clear(payoff_program *program)
{
    pen_free(program->ops);
    *program = (payoff_program){ .before_row = -1, .second_row = -1 };
}
