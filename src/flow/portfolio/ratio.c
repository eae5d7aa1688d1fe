/* Searches along the efficient frontier: see program.h.
 *
 * Between two tastes with one active set the weights are linear in the taste, so a crossing is
 * found by solving for it on the straight line between the ends of a bracket: exact as soon as
 * the bracket has no change of the active set in it. */
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "program.h"
#include "vector.h"

enum { MOST_TASTES = 200, MOST_HALVINGS = 60 };
static const double GOOD = 1e-14;

/* A portfolio of the frontier. */
typedef struct place {
    double taste, gain, variance, value;
    double *product; /* [n] covariance times weights */
    double *weights; /* [n] */
} place;

static double value_at(const crossing *c, double taste, double gain, double variance)
{
    return c->limit > 0 ? variance - c->limit : taste * (gain - c->risk_free) - variance;
}

static double scale_at(const crossing *c, double variance)
{
    return c->limit > 0 ? c->limit : greater(variance, 1e-300);
}

static pen_status visit(program *g, const crossing *c, double taste, place *out)
{
    PEN_TRY(program_solve(g, taste));
    out->taste = taste;
    out->gain = program_gain(g);
    out->variance = program_variance(g);
    out->value = value_at(c, taste, out->gain, out->variance);
    memcpy(out->product, g->product, g->n * sizeof *out->product);
    memcpy(out->weights, g->weights, g->n * sizeof *out->weights);
    return PEN_OK;
}

/* The taste where the straight line from a to b crosses. */
static double on_the_line(const crossing *c, const place *a, const place *b, size_t n)
{
    double both = dot(a->weights, b->product, n), low = 0, high = 1;
    for (int i = 0; i < MOST_HALVINGS; i++) {
        double s = low + (high - low) / 2, r = 1 - s;
        double variance = r * r * a->variance + 2 * r * s * both + s * s * b->variance;
        double value =
            value_at(c, r * a->taste + s * b->taste, r * a->gain + s * b->gain, variance);
        if (value < 0)
            low = s;
        else
            high = s;
    }
    double s = low + (high - low) / 2;
    return (1 - s) * a->taste + s * b->taste;
}

static void swap(place *a, place *b)
{
    place t = *a;
    *a = *b;
    *b = t;
}

/* Narrows a bracket, below at a, above at b; *miss is that of the last answer. */
static pen_status narrow(program *g, const crossing *c, place ends[3], double *miss)
{
    place *a = &ends[0], *b = &ends[1], *middle = &ends[2];
    for (int i = 0, run = 0; i < MOST_TASTES; i++) {
        double taste = on_the_line(c, a, b, g->n);
        if (run > 2 || run < -2) { /* one end stays: halve */
            taste = a->taste + (b->taste - a->taste) / 2;
            run = 0;
        }
        PEN_TRY(visit(g, c, taste, middle));
        *miss = fabs(middle->value) / scale_at(c, middle->variance);
        if (*miss <= GOOD || b->taste - a->taste <= 4e-16 * b->taste)
            return PEN_OK;
        if (middle->value < 0) {
            run = run < 0 ? run - 1 : -1;
            swap(a, middle);
        } else {
            run = run > 0 ? run + 1 : 1;
            swap(b, middle);
        }
    }
    return PEN_OK;
}

/* The last answer is the crossing's; widens from the least variance until it is bracketed. */
static pen_status search(program *g, const crossing *c, place ends[3], double *miss)
{
    place *a = &ends[0], *b = &ends[1];
    *miss = 0;
    PEN_TRY(visit(g, c, 0, a));
    double least = a->variance;
    if (c->limit > 0 && a->value > GOOD * c->limit)
        return pen_fail(PEN_E_INFEASIBLE,
                        "%s: the risk of %.10g cannot be met with the other limits: it is missed "
                        "by %.10g at least",
                        g->function, sqrt(c->limit), sqrt(least) - sqrt(c->limit));
    if (c->limit <= 0 && least == 0 && a->gain > c->risk_free) {
        *miss = INFINITY; /* the ratio is, too */
        return PEN_OK;
    }
    if (c->limit > 0 && fabs(a->value) <= GOOD * c->limit)
        return PEN_OK;
    PEN_TRY(visit(g, c, INFINITY, b)); /* the most return there is */
    double most = b->gain, spread = most - a->gain;
    if (c->limit > 0 && b->value <= 0)
        return PEN_OK; /* allowed as a whole */
    if (c->limit <= 0 && !(most > c->risk_free))
        return pen_fail(PEN_E_INFEASIBLE,
                        "%s: no allowed portfolio returns more than the risk-free %.10g: the most "
                        "is %.10g",
                        g->function, c->risk_free, most);
    double taste = greater(least, 1e-12 * b->variance) / greater(spread, 1e-300);
    if (!(spread > 1e-14 * fabs(most))) /* one return only */
        return program_solve(g, 0);
    for (int i = 0; i < MOST_TASTES; i++, taste *= 4) {
        PEN_TRY(visit(g, c, taste, b));
        if (b->value >= 0)
            return narrow(g, c, ends, miss);
        if (b->gain >= most - 1e-13 * fabs(spread)) /* the frontier's end, and still below */
            return PEN_OK;
        swap(a, b);
    }
    return PEN_OK;
}

pen_status program_cross(program *g, const crossing *c, double *miss)
{
    place ends[3] = { { 0 } };
    double *room;
    PEN_TRY(pen_alloc_array(6 * g->n, sizeof *room, (void **)&room));
    for (size_t i = 0; i < 3; i++) {
        ends[i].product = room + 2 * i * g->n;
        ends[i].weights = ends[i].product + g->n;
    }
    pen_status s = search(g, c, ends, miss);
    pen_free(room);
    return s;
}
