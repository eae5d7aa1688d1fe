/* Expression graphs: equal nodes are one, and what is known is computed. */
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "payoff.h"

static int fail(payoff_graph *g, pen_status status)
{
    if (g->status == PEN_OK)
        g->status = status;
    return 0;
}

static bool is_same(const payoff_node *x, const payoff_node *y)
{
    return x->kind == y->kind && x->op == y->op && x->asset == y->asset && x->a == y->a &&
           x->b == y->b && x->c == y->c && memcmp(&x->number, &y->number, sizeof x->number) == 0;
}

static int add(payoff_graph *g, const payoff_node *node)
{
    if (g->status != PEN_OK)
        return 0;
    for (int k = 0; k < g->count; k++)
        if (is_same(&g->nodes[k], node))
            return k;
    if (g->count == PAYOFF_NODES)
        return fail(g, pen_fail(PEN_E_SIZE, "the payoff has more than %d parts", PAYOFF_NODES));
    if (g->count == g->room) {
        int room = 2 * g->room + 32;
        pen_status s = pen_realloc((void **)&g->nodes, (size_t)room, sizeof *g->nodes);
        if (s != PEN_OK)
            return fail(g, s);
        g->room = room;
    }
    g->nodes[g->count] = *node;
    return g->count++;
}

int graph_number(payoff_graph *g, double x)
{
    return add(g, &(payoff_node){ .kind = NODE_NUMBER, .number = x, .a = -1, .b = -1, .c = -1 });
}

int graph_leaf(payoff_graph *g, node_kind kind, int asset)
{
    return add(g, &(payoff_node){ .kind = kind, .asset = asset, .a = -1, .b = -1, .c = -1 });
}

int graph_path(payoff_graph *g, node_kind kind, int a, int b)
{
    return add(g, &(payoff_node){ .kind = kind, .a = a, .b = b, .c = -1 });
}

static bool known(const payoff_graph *g, int node, double *x)
{
    if (g->status != PEN_OK || node < 0 || g->nodes[node].kind != NODE_NUMBER)
        return false;
    *x = g->nodes[node].number;
    return true;
}

static bool is_number(const payoff_graph *g, int node, double wanted)
{
    double x;
    return known(g, node, &x) && x == wanted;
}

static int point(payoff_graph *g, int op, int a, int b, int c)
{
    return add(g, &(payoff_node){ .kind = NODE_POINT, .op = op, .a = a, .b = b, .c = c });
}

int graph_unary(payoff_graph *g, int op, int a)
{
    double x;
    if (op == PAYOFF_NEGATE && known(g, a, &x))
        return graph_number(g, -x);
    return point(g, op, a, -1, -1);
}

/* Exact on every device: the kernel's operation and this are one rounding each. */
static bool compute(int op, double x, double y, double *out)
{
    switch (op) {
    case PAYOFF_ADD:
        *out = x + y;
        return true;
    case PAYOFF_SUBTRACT:
        *out = x - y;
        return true;
    case PAYOFF_MULTIPLY:
        *out = x * y;
        return true;
    case PAYOFF_DIVIDE:
        *out = x / y;
        return y != 0;
    default:
        return false;
    }
}

int graph_binary(payoff_graph *g, int op, int a, int b)
{
    double x, y, both;
    if (known(g, a, &x) && known(g, b, &y) && compute(op, x, y, &both) && isfinite(both))
        return graph_number(g, both);
    switch (op) {
    case PAYOFF_ADD:
        if (is_number(g, a, 0))
            return b;
        if (is_number(g, b, 0))
            return a;
        break;
    case PAYOFF_SUBTRACT:
        if (is_number(g, b, 0))
            return a;
        if (is_number(g, a, 0))
            return graph_unary(g, PAYOFF_NEGATE, b);
        break;
    case PAYOFF_MULTIPLY:
        if (is_number(g, a, 0) || is_number(g, b, 1))
            return a;
        if (is_number(g, b, 0) || is_number(g, a, 1))
            return b;
        break;
    case PAYOFF_DIVIDE:
        if (is_number(g, b, 1) || is_number(g, a, 0))
            return a;
        break;
    default:
        break;
    }
    return point(g, op, a, b, -1);
}

int graph_select(payoff_graph *g, int a, int b, int c)
{
    double x;
    if (b == c)
        return b;
    if (known(g, a, &x))
        return x != 0 ? b : c;
    return point(g, PAYOFF_SELECT, a, b, c);
}

/* a^k by squaring. */
static int whole_power(payoff_graph *g, int a, unsigned k)
{
    int square = a, product = graph_number(g, 1);
    for (; k != 0; k /= 2) {
        if (k % 2 != 0)
            product = graph_binary(g, PAYOFF_MULTIPLY, product, square);
        if (k > 1)
            square = graph_binary(g, PAYOFF_MULTIPLY, square, square);
    }
    return product;
}

int graph_power(payoff_graph *g, int a, int b)
{
    enum { MOST = 64 };
    double y;
    if (known(g, b, &y) && fabs(y) <= MOST && y == floor(y)) {
        int power = whole_power(g, a, (unsigned)fabs(y));
        return y < 0 ? graph_binary(g, PAYOFF_DIVIDE, graph_number(g, 1), power) : power;
    }
    if (is_number(g, b, 0.5))
        return graph_unary(g, PAYOFF_SQRT, a);
    int log = graph_unary(g, PAYOFF_LOG, a);
    return graph_unary(g, PAYOFF_EXP, graph_binary(g, PAYOFF_MULTIPLY, b, log));
}

int graph_before(payoff_graph *g, int node)
{
    if (g->status != PEN_OK || node < 0)
        return node;
    payoff_node n = g->nodes[node]; /* a copy: the array may move */
    switch (n.kind) {
    case NODE_NUMBER:
    case NODE_HORIZON:
    case NODE_DATES:
    case NODE_RATE:
    case NODE_START:
        return node;
    case NODE_PRICE:
        return graph_leaf(g, NODE_BEFORE, n.asset);
    case NODE_DATE:
        return graph_binary(g, PAYOFF_SUBTRACT, graph_leaf(g, NODE_DATE, 0), graph_number(g, 1));
    case NODE_TIME: {
        int step = graph_binary(g, PAYOFF_DIVIDE, graph_leaf(g, NODE_HORIZON, 0),
                                graph_leaf(g, NODE_DATES, 0));
        return graph_binary(g, PAYOFF_SUBTRACT, graph_leaf(g, NODE_TIME, 0), step);
    }
    case NODE_POINT:
        n.a = graph_before(g, n.a);
        n.b = graph_before(g, n.b);
        n.c = graph_before(g, n.c);
        return add(g, &n);
    default:
        return fail(g, pen_fail(PEN_E_PARSE, "prev() takes prices and times, not path functions, "
                                             "V or another prev()"));
    }
}

static int copy_to(payoff_graph *g, const payoff_graph *from, int node, int *copies)
{
    if (node < 0 || g->status != PEN_OK)
        return node < 0 ? node : 0;
    if (copies[node] < 0) {
        payoff_node n = from->nodes[node];
        n.a = copy_to(g, from, n.a, copies);
        n.b = copy_to(g, from, n.b, copies);
        n.c = copy_to(g, from, n.c, copies);
        copies[node] = add(g, &n);
    }
    return copies[node];
}

int graph_copy(payoff_graph *g, const payoff_graph *from, int node)
{
    int copies[PAYOFF_NODES];
    for (int k = 0; k < from->count; k++)
        copies[k] = -1;
    return copy_to(g, from, node, copies);
}

void graph_clear(payoff_graph *g)
{
    pen_free(g->nodes);
    *g = (payoff_graph){ 0 };
}
