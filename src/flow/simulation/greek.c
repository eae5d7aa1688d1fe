/* Greeks, pathwise and by likelihood ratio (Broadie and Glasserman 1996; Glasserman 2004, chapter
 * 7).
 *
 * With y the payoff before discounting, ' its derivative path by path, z the normal number of the
 * first date at dt, W the Brownian motion at the horizon:
 *
 *            pathwise                           likelihood ratio
 *   delta    y', ln S moving by 1 / S0          y z / (S0 vol sqrt(dt))
 *   gamma    delta' score - delta / S0          y ((z^2 - 1) / (vol^2 dt) - z / (vol sqrt(dt))) /
 * S0^2 vega     y', ln S moving by W_t - vol t     y (sum (z^2 - 1) / vol - W) rho      y', ln S
 * moving by t, less T y     y (W / vol - T) + y' at still prices
 *
 * where score = z / (S0 vol sqrt(dt)). */
#include "greek.h"

#include <math.h>

#include "process.h"

typedef struct maker {
    payoff_graph *g;
    const pen_simulation *s;
    size_t asset;
    int payoff;
} maker;

static int binary(maker *m, int op, int a, int b)
{
    return graph_binary(m->g, op, a, b);
}
static int number(maker *m, double x)
{
    return graph_number(m->g, x);
}
static int scaled(maker *m, int a, double x)
{
    return binary(m, PAYOFF_MULTIPLY, a, number(m, x));
}

static double vol(const maker *m)
{
    return m->s->vol_frac[m->asset];
}

/* Of ln S, a year. */
static double drift(const maker *m)
{
    return simulation_drift(m->s, m->asset) - 0.5 * vol(m) * vol(m);
}

static double step_yr(const maker *m)
{
    return m->s->horizon_yr / (double)m->s->n_dates;
}

/* (ln(to / from) - drift t) / vol: what the Brownian motion did in the time t, a node. */
static int brownian(maker *m, int to, int from, int t)
{
    int moved = graph_unary(m->g, PAYOFF_LOG, binary(m, PAYOFF_DIVIDE, to, from));
    int shock = binary(m, PAYOFF_SUBTRACT, moved, scaled(m, t, drift(m)));
    return binary(m, PAYOFF_DIVIDE, shock, number(m, vol(m)));
}

static int price(maker *m)
{
    return graph_leaf(m->g, NODE_PRICE, (int)m->asset);
}
static int before(maker *m)
{
    return graph_leaf(m->g, NODE_BEFORE, (int)m->asset);
}
static int start(maker *m)
{
    return graph_leaf(m->g, NODE_START, (int)m->asset);
}
static int time_now(maker *m)
{
    return graph_leaf(m->g, NODE_TIME, 0);
}

static int time_before(maker *m)
{
    return graph_before(m->g, time_now(m));
}

/* The normal number of the first date; with one date, of the last. */
static int first_normal(maker *m)
{
    double dt = step_yr(m);
    int w = brownian(m, price(m), start(m), number(m, dt));
    if (m->s->n_dates > 1) {
        int is_first = binary(m, PAYOFF_EQUAL, graph_leaf(m->g, NODE_DATE, 0), number(m, 1));
        w = graph_path(m->g, NODE_FIRST, is_first, w);
    }
    return scaled(m, w, 1 / sqrt(dt));
}

static int derive(maker *m, int node, payoff_tangent *tangent)
{
    return graph_derive(m->g, node, tangent);
}

static payoff_tangent delta_tangent(maker *m)
{
    int factor = number(m, 1 / m->s->initial_px[m->asset]);
    return (payoff_tangent){ .asset = (int)m->asset, .price = factor, .before = factor };
}

static int score(maker *m)
{
    double scale = m->s->initial_px[m->asset] * vol(m) * sqrt(step_yr(m));
    return scaled(m, first_normal(m), 1 / scale);
}

static int pathwise(maker *m, pen_sensitivity which, bool *jumps)
{
    payoff_tangent tangent = delta_tangent(m);
    int delta, moved, rate_moves;
    switch (which) {
    case PEN_DELTA:
        delta = derive(m, m->payoff, &tangent);
        break;
    case PEN_GAMMA:
        delta = derive(m, m->payoff, &tangent);
        delta =
            binary(m, PAYOFF_MULTIPLY, delta,
                   binary(m, PAYOFF_SUBTRACT, score(m), number(m, 1 / m->s->initial_px[m->asset])));
        break;
    case PEN_VEGA:
        tangent.price = binary(m, PAYOFF_SUBTRACT, brownian(m, price(m), start(m), time_now(m)),
                               scaled(m, time_now(m), vol(m)));
        tangent.before =
            binary(m, PAYOFF_SUBTRACT, brownian(m, before(m), start(m), time_before(m)),
                   scaled(m, time_before(m), vol(m)));
        delta = derive(m, m->payoff, &tangent);
        break;
    default:
        rate_moves = m->s->drift_frac == NULL;
        tangent = (payoff_tangent){ .asset = -1,
                                    .price = rate_moves ? time_now(m) : number(m, 0),
                                    .before = rate_moves ? time_before(m) : number(m, 0),
                                    .is_rate = true };
        moved = derive(m, m->payoff, &tangent);
        delta = binary(m, PAYOFF_SUBTRACT, moved, scaled(m, m->payoff, m->s->horizon_yr));
        break;
    }
    *jumps = tangent.jumps;
    return delta;
}

/* The sum of z^2 - 1 over the dates. */
static int sum_of_squares(maker *m)
{
    double dt = step_yr(m);
    int from = m->s->n_dates > 1 ? before(m) : start(m);
    int z = scaled(m, brownian(m, price(m), from, number(m, dt)), 1 / sqrt(dt));
    int term = binary(m, PAYOFF_SUBTRACT, binary(m, PAYOFF_MULTIPLY, z, z), number(m, 1));
    return m->s->n_dates > 1 ? graph_path(m->g, NODE_SUM, term, -1) : term;
}

static int likelihood(maker *m, pen_sensitivity which)
{
    double dt = step_yr(m), s0 = m->s->initial_px[m->asset], deviation = vol(m) * sqrt(dt);
    int horizon = number(m, m->s->horizon_yr), weight, z, part;
    switch (which) {
    case PEN_DELTA:
        weight = score(m);
        break;
    case PEN_GAMMA:
        z = first_normal(m);
        part = binary(m, PAYOFF_SUBTRACT, binary(m, PAYOFF_MULTIPLY, z, z), number(m, 1));
        weight = binary(m, PAYOFF_SUBTRACT, scaled(m, part, 1 / (deviation * deviation * s0 * s0)),
                        scaled(m, z, 1 / (deviation * s0 * s0)));
        break;
    case PEN_VEGA:
        weight = binary(m, PAYOFF_SUBTRACT, scaled(m, sum_of_squares(m), 1 / vol(m)),
                        brownian(m, price(m), start(m), horizon));
        break;
    default: {
        payoff_tangent tangent = {
            .asset = -1, .price = number(m, 0), .before = number(m, 0), .is_rate = true
        };
        int still = derive(m, m->payoff, &tangent);
        weight = number(m, -m->s->horizon_yr);
        if (m->s->drift_frac == NULL)
            weight = binary(m, PAYOFF_ADD, weight,
                            scaled(m, brownian(m, price(m), start(m), horizon), 1 / vol(m)));
        return binary(m, PAYOFF_ADD, binary(m, PAYOFF_MULTIPLY, m->payoff, weight), still);
    }
    }
    return binary(m, PAYOFF_MULTIPLY, m->payoff, weight);
}

/* Does a change of the price at the start multiply all later prices? */
static bool is_proportional(const pen_simulation *s)
{
    return s->process != PEN_ORNSTEIN_UHLENBECK &&
           (s->process != PEN_SABR || s->parameters[1] == 1);
}

static bool has_density(const pen_simulation *s)
{
    return s->process == PEN_GEOMETRIC_BROWNIAN && s->n_assets == 1 && s->vol_frac[0] > 0;
}

/* Is the derivative of a path known? */
static bool has_tangent(const pen_simulation *s, pen_sensitivity which, size_t asset)
{
    bool is_brownian = s->process == PEN_GEOMETRIC_BROWNIAN && s->vol_frac[asset] > 0;
    switch (which) {
    case PEN_DELTA:
        return is_proportional(s);
    case PEN_GAMMA:
        return has_density(s);
    case PEN_VEGA:
        return is_brownian;
    default:
        return pen_process_describe(s->process)->has_drift && is_proportional(s);
    }
}

static pen_status fail(const char *me, pen_greek_method method, const char *why)
{
    static const char *const names[] = { "auto", "pathwise", "likelihood" };
    return pen_fail(PEN_E_UNSUPPORTED, "%s: greeks by method %s: %s", me, names[method], why);
}

pen_status greeks_make(const char *function, const pen_simulation *s, pen_greek_method method,
                       size_t asset, payoff_graph *g, int payoff, greek_nodes *out)
{
    maker m = { g, s, asset, payoff };
    for (int k = 0; k < PEN_SENSITIVITIES; k++) {
        pen_sensitivity which = (pen_sensitivity)k;
        bool may_derive = has_tangent(s, which, asset), jumps = false;
        out->node[k] = -1;
        out->method[k] = PEN_GREEK_PATHWISE;
        if (method != PEN_GREEK_LIKELIHOOD && may_derive) {
            int node = pathwise(&m, which, &jumps);
            if (!jumps)
                out->node[k] = node;
            else if (method == PEN_GREEK_PATHWISE)
                return fail(function, method,
                            "the payoff jumps with a price; by likelihood it works");
        }
        if (out->node[k] < 0 && method != PEN_GREEK_PATHWISE && has_density(s)) {
            out->node[k] = likelihood(&m, which);
            out->method[k] = PEN_GREEK_LIKELIHOOD;
        }
        PEN_TRY(g->status);
    }
    if (method == PEN_GREEK_LIKELIHOOD && !has_density(s))
        return fail(function, method,
                    "needs geometric Brownian motion of one asset with a volatility above 0");
    return PEN_OK;
}
