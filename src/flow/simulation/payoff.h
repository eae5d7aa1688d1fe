/* Payoffs as expression graphs: read (payoff_parse.c), built with equal parts shared
 * (payoff_graph.c), differentiated (payoff_derive.c) and turned into programs for
 * kernels/simulate.k (payoff_program.c). */
#ifndef PEN_SIMULATION_PAYOFF_H
#define PEN_SIMULATION_PAYOFF_H

#include "../../machine/base/status.h"
#include "../../machine/kernels/payoff_op.kh"
#include "penstock/simulation.h"

typedef enum node_kind {
    NODE_NUMBER,
    /* What a run gives: constants of it */
    NODE_HORIZON,
    NODE_DATES,
    NODE_RATE,
    NODE_START, /* of asset `asset` */
    /* What changes from date to date */
    NODE_PRICE,  /* of asset `asset` */
    NODE_BEFORE, /* its price at the date before */
    NODE_SECOND, /* V */
    NODE_TIME,
    NODE_DATE,
    /* Of values at the same time; their operation is `op` */
    NODE_POINT,
    /* Of the dates so far */
    NODE_SUM,
    NODE_LEAST,    /* of a; b, if there is one: its value where a was least */
    NODE_GREATEST, /* likewise */
    NODE_FIRST,    /* b where a was true first, 0 before */
} node_kind;

/* A node's arguments come before it, so that the graph's order is one of evaluation. */
typedef struct payoff_node {
    node_kind kind;
    int op, asset;
    double number;
    int a, b, c; /* arguments, -1 = none */
} payoff_node;

enum { PAYOFF_NODES = 2000 }; /* at most */

typedef struct payoff_graph {
    payoff_node *nodes;
    int count, room;
    pen_status status; /* the first failure; nodes made after it are 0 */
} payoff_graph;

struct pen_payoff {
    char *text;
    payoff_graph graph;
    int root;
    size_t n_assets;
    bool reads_path;
};

/* ---- payoff_graph.c: each gives the number of a node that is equal, new or not ---- */

int graph_number(payoff_graph *g, double x);
int graph_leaf(payoff_graph *g, node_kind kind, int asset);
int graph_path(payoff_graph *g, node_kind kind, int a, int b);
/* Operations of one to three arguments, simplified where that is exact. */
int graph_unary(payoff_graph *g, int op, int a);
int graph_binary(payoff_graph *g, int op, int a, int b);
int graph_select(payoff_graph *g, int a, int b, int c);
int graph_power(payoff_graph *g, int a, int b);
/* The node with prices and times those of the date before; PEN_E_PARSE in the graph's status
 * if a path function is in it. */
int graph_before(payoff_graph *g, int node);
/* Copies a node and all it is made of from another graph. */
int graph_copy(payoff_graph *g, const payoff_graph *from, int node);
void graph_clear(payoff_graph *g);

/* ---- payoff_derive.c ---- */

/* What a payoff is differentiated to, given by how prices move with it. */
typedef struct payoff_tangent {
    int asset;    /* whose price moves; -1: every one's */
    int price;    /* node: derivative of the logarithm of its price now, */
    int before;   /* and at the date before */
    bool is_rate; /* it is the rate */
    bool jumps;   /* set where the payoff jumps, so that the derivative misses something */
} payoff_tangent;

/* The node's derivative. */
int graph_derive(payoff_graph *g, int node, payoff_tangent *tangent);

/* ---- payoff_program.c ---- */

/* What a run's constants are. */
typedef struct payoff_constants {
    double horizon_yr, n_dates, rate_frac;
    const double *start_px;
    size_t n_assets;
} payoff_constants;

typedef struct payoff_program {
    int *ops; /* n_ops of PAYOFF_WORDS */
    int n_date_ops, n_ops;
    double held[PAYOFF_ROWS]; /* what rows from first_held on start with */
    int first_held, n_held;
    int before_row, second_row; /* -1: none */
    bool reads_dates;
    int outputs[PAYOFF_OUTPUTS]; /* rows */
} payoff_program;

/* Creates; PEN_E_SIZE if there are not rows enough. */
pen_status payoff_compile(const payoff_graph *g, const payoff_constants *constants,
                          const int *roots, int n_roots, payoff_program *out);
void payoff_program_clear(payoff_program *program);

#endif
