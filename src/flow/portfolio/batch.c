/* Quadratic programs that differ in their costs only. */
#include <stdio.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/status.h"
#include "../../machine/base/thread.h"
#include "qp.h"

/* Problems that follow each other, the first from the working set of the problem's own cost.
 * Where chains begin does not depend on the threads. */
enum { CHAIN = 32 };

typedef struct chain {
    pen_status status;
    char text[240];
} chain;

typedef struct batch {
    const qp_state *base;
    const double *costs;
    double *x;
    pen_qp_answer *answers;
    chain *chains;
} batch;

static pen_status solve_one(const batch *b, qp_state *s, size_t i)
{
    size_t n = s->n;
    pen_qp_answer unused;
    if (i % CHAIN == 0)
        PEN_TRY(qp_state_copy(s, b->base));
    s->rounds = s->steps = 0;
    pen_status status =
        qp_solve(s, b->costs + i * n, b->answers != NULL ? &b->answers[i] : &unused);
    if (status != PEN_OK)
        return pen_fail_context(status, "pen_qp_solve_costs: problem %zu", i);
    memcpy(b->x + i * n, s->x, n * sizeof *b->x);
    return PEN_OK;
}

static void solve_range(void *context, size_t begin, size_t end)
{
    const batch *b = context;
    qp_state s;
    pen_status created = qp_state_create(b->base->p, &s);
    for (size_t i = begin; i < end; i++) {
        chain *c = &b->chains[i / CHAIN];
        if (c->status != PEN_OK)
            continue;
        c->status = created == PEN_OK ? solve_one(b, &s, i) : created;
        if (c->status != PEN_OK)
            snprintf(c->text, sizeof c->text, "%s", pen_last_error());
    }
    qp_state_clear(&s);
}

static pen_status run_batch(batch *b, size_t count)
{
    size_t n_chains = count / CHAIN + 1;
    PEN_TRY(pen_alloc(n_chains, sizeof *b->chains, (void **)&b->chains));
    pen_parallel_for(count, CHAIN, solve_range, b);
    pen_status status = PEN_OK;
    for (size_t c = 0; c < n_chains && status == PEN_OK; c++)
        if (b->chains[c].status != PEN_OK)
            status = pen_fail(b->chains[c].status, "%s", b->chains[c].text);
    pen_free(b->chains);
    return status;
}

pen_status pen_qp_solve_costs(const pen_qp *problem, const double *costs, size_t count, double *x,
                              pen_qp_answer *answers)
{
    static const char function[] = "pen_qp_solve_costs";
    qp_state base = { 0 };
    pen_qp_answer answer;
    PEN_TRY(qp_check(function, problem));
    PEN_TRY(qp_check_values(function, "costs", costs, count * problem->n, problem->n, false));
    if (count == 0)
        return PEN_OK;
    pen_status s = qp_state_create(problem, &base);
    if (s == PEN_OK) {
        qp_expect(&base, NULL);
        s = qp_solve(&base, costs, &answer);
    }
    batch b = { .base = &base, .costs = costs, .x = x, .answers = answers };
    if (s == PEN_OK) {
        s = run_batch(&b, count);
    } else if (s == PEN_E_INFEASIBLE) {
        answer.constraint = base.constraint;
        answer.shortfall = base.shortfall;
        s = qp_explain(function, problem, &answer);
    }
    qp_state_clear(&base);
    return s;
}
