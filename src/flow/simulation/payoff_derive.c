/* Derivatives of payoffs, path by path: the chain rule over the graph.
 *
 * An extreme's derivative is that of the value which is the extreme; a condition's is 0, which
 * leaves out what the payoff gains or loses by jumping there (Broadie and Glasserman 1996). */
#include <math.h>

#include "payoff.h"

typedef struct derivation {
    payoff_graph *g;
    payoff_tangent *tangent;
    int *done; /* by node; -1: not yet */
} derivation;

static int derive(derivation *d, int node);

static int binary(derivation *d, int op, int a, int b)
{
    return graph_binary(d->g, op, a, b);
}

static bool is_zero(const derivation *d, int node)
{
    return d->g->status != PEN_OK ||
           (d->g->nodes[node].kind == NODE_NUMBER && d->g->nodes[node].number == 0);
}

/* A condition moves with what it compares, unless that does not move. */
static int derive_condition(derivation *d, const payoff_node *n)
{
    int a = derive(d, n->a), b = n->b >= 0 ? derive(d, n->b) : a;
    bool is_logic = n->op == PAYOFF_AND || n->op == PAYOFF_OR || n->op == PAYOFF_NOT;
    if (!is_logic && (!is_zero(d, a) || !is_zero(d, b)))
        d->tangent->jumps = true;
    return graph_number(d->g, 0);
}

/* The density of the normal law. */
static int density(payoff_graph *g, int x)
{
    int square = graph_binary(g, PAYOFF_MULTIPLY, x, x);
    int exponent = graph_binary(g, PAYOFF_MULTIPLY, square, graph_number(g, -0.5));
    return graph_binary(g, PAYOFF_MULTIPLY, graph_number(g, 0.3989422804014327),
                        graph_unary(g, PAYOFF_EXP, exponent));
}

static int derive_point(derivation *d, int node, const payoff_node *n)
{
    payoff_graph *g = d->g;
    if (n->op >= PAYOFF_LESS && n->op <= PAYOFF_NOT)
        return derive_condition(d, n);
    if (n->op == PAYOFF_SELECT) {
        derive(d, n->a); /* notes that it jumps */
        int b = derive(d, n->b), c = derive(d, n->c);
        return graph_select(g, n->a, b, c);
    }
    int da = derive(d, n->a), db = n->b >= 0 ? derive(d, n->b) : -1;
    switch (n->op) {
    case PAYOFF_ADD:
    case PAYOFF_SUBTRACT:
        return binary(d, n->op, da, db);
    case PAYOFF_MULTIPLY: {
        int left = binary(d, PAYOFF_MULTIPLY, da, n->b);
        return binary(d, PAYOFF_ADD, left, binary(d, PAYOFF_MULTIPLY, n->a, db));
    }
    case PAYOFF_DIVIDE: { /* (a' - (a / b) b') / b */
        int part = is_zero(d, db) ? db : binary(d, PAYOFF_MULTIPLY, node, db);
        return binary(d, PAYOFF_DIVIDE, binary(d, PAYOFF_SUBTRACT, da, part), n->b);
    }
    case PAYOFF_LESSER:
    case PAYOFF_GREATER: {
        int left = n->op == PAYOFF_LESSER ? n->a : n->b,
            right = n->op == PAYOFF_LESSER ? n->b : n->a;
        return graph_select(g, graph_binary(g, PAYOFF_LESS, left, right), da, db);
    }
    case PAYOFF_NEGATE:
        return is_zero(d, da) ? da : graph_unary(g, PAYOFF_NEGATE, da);
    case PAYOFF_ABS: {
        int is_below = graph_binary(g, PAYOFF_LESS, n->a, graph_number(g, 0));
        return graph_select(g, is_below, graph_unary(g, PAYOFF_NEGATE, da), da);
    }
    case PAYOFF_FLOOR:
        d->tangent->jumps = d->tangent->jumps || !is_zero(d, da);
        return graph_number(g, 0);
    case PAYOFF_SQRT: /* a' / 2 / sqrt(a) */
        return binary(d, PAYOFF_DIVIDE, binary(d, PAYOFF_MULTIPLY, da, graph_number(g, 0.5)), node);
    case PAYOFF_EXP:
        return binary(d, PAYOFF_MULTIPLY, da, node);
    case PAYOFF_LOG:
        return binary(d, PAYOFF_DIVIDE, da, n->a);
    case PAYOFF_CDF:
        return is_zero(d, da) ? da : binary(d, PAYOFF_MULTIPLY, da, density(g, n->a));
    default:
        return da;
    }
}

static int derive_new(derivation *d, int node)
{
    payoff_graph *g = d->g;
    const payoff_tangent *tangent = d->tangent;
    payoff_node n = g->nodes[node]; /* a copy: the array may move */
    bool is_mine = tangent->asset < 0 || n.asset == tangent->asset;
    int zero = graph_number(g, 0), inner;
    switch (n.kind) {
    case NODE_PRICE:
    case NODE_BEFORE: {
        int factor = n.kind == NODE_PRICE ? tangent->price : tangent->before;
        return is_mine ? binary(d, PAYOFF_MULTIPLY, node, factor) : zero;
    }
    case NODE_RATE:
        return tangent->is_rate ? graph_number(g, 1) : zero;
    case NODE_POINT:
        return derive_point(d, node, &n);
    case NODE_SUM:
        inner = derive(d, n.a);
        break;
    case NODE_LEAST:
    case NODE_GREATEST:
        inner = derive(d, n.a);
        return is_zero(d, inner) ? inner : graph_path(g, n.kind, n.a, inner);
    case NODE_FIRST:
        derive(d, n.a); /* notes that it jumps */
        inner = derive(d, n.b);
        return is_zero(d, inner) ? inner : graph_path(g, NODE_FIRST, n.a, inner);
    default:
        return zero;
    }
    return is_zero(d, inner) ? inner : graph_path(g, n.kind, inner, -1);
}

static int derive(derivation *d, int node)
{
    if (d->g->status != PEN_OK)
        return 0;
    if (d->done[node] < 0)
        d->done[node] = derive_new(d, node);
    return d->done[node];
}

int graph_derive(payoff_graph *g, int node, payoff_tangent *tangent)
{
    int done[PAYOFF_NODES];
    for (int k = 0; k < PAYOFF_NODES; k++)
        done[k] = -1;
    return derive(&(derivation){ g, tangent, done }, node);
}
