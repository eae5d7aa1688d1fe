/* Sensitivities of payoffs as expressions, whose means are the greeks. */
#ifndef PEN_SIMULATION_GREEK_H
#define PEN_SIMULATION_GREEK_H

#include "payoff.h"

typedef struct greek_nodes {
    int node[PEN_SENSITIVITIES]; /* -1: none; of the discounted payoff, but without the discount */
    pen_greek_method method[PEN_SENSITIVITIES];
} greek_nodes;

/* PEN_E_UNSUPPORTED where `method` is asked for by name and does not do. */
pen_status greeks_make(const char *function, const pen_simulation *s, pen_greek_method method,
                       size_t asset, payoff_graph *g, int payoff, greek_nodes *out);

#endif
