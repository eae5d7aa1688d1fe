/* Rebalancing: portfolios from window after window of the prices. */
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "optimize.h"

typedef struct rolling {
    optimize_job *j;
    size_t window, every;
    double *returns; /* [n][window] */
    double *weights; /* [n] */
    double *before;  /* [n] what they have become since */
    const char **names;
    cli_rows rows;
} rolling;

static const char *const figures[] = { "time", "return", "risk", "turnover", "kkt_residual" };

static pen_status check(const optimize_job *j, size_t window)
{
    static const char *const others[] = { "frontier", "plot", "views", NULL };
    if (j->c->arg_count == 0)
        return cli_usage(j->c, "--window needs prices");
    for (size_t i = 0; others[i] != NULL; i++)
        if (cli_has(j->c, others[i]))
            return cli_usage(j->c, "--window and --%s do not go together", others[i]);
    if (j->prices.n_points < window)
        return pen_fail(PEN_E_ARG, "%s: %zu returns, expected the %zu of --window or more",
                        j->c->args[0], j->prices.n_points, window);
    return PEN_OK;
}

/* The weights after the returns since they were chosen, from point `from` to `to`. */
static void drift(rolling *r, size_t from, size_t to)
{
    const cli_closes *p = &r->j->prices;
    double sum = 0;
    for (size_t i = 0; i < p->n_series; i++) {
        r->before[i] = r->weights[i];
        for (size_t t = from; t < to; t++)
            r->before[i] *= 1 + p->values[i * p->n_points + t];
        sum += r->before[i];
    }
    for (size_t i = 0; i < p->n_series && sum != 0; i++)
        r->before[i] /= sum;
}

/* The portfolio after the returns before `end`. */
static pen_status choose(rolling *r, size_t end, pen_portfolio_answer *answer)
{
    optimize_job *j = r->j;
    const cli_closes *p = &j->prices;
    for (size_t i = 0; i < j->n; i++)
        memcpy(r->returns + i * r->window, p->values + i * p->n_points + end - r->window,
               r->window * sizeof *r->returns);
    PEN_TRY(optimize_estimate(j, r->returns, r->window));
    j->portfolio.returns = r->returns;
    j->portfolio.n_points = r->window;
    return pen_portfolio_optimize(&j->portfolio, &j->goal, r->weights, answer);
}

static void print(rolling *r, size_t end, const pen_portfolio_answer *a)
{
    const double numbers[] = { a->mean, a->risk, a->turnover, a->kkt_residual };
    cli_rows_time(&r->rows, r->j->prices.times_ns[end - 1]);
    for (size_t i = 0; i < PEN_COUNT(numbers); i++)
        cli_rows_number(&r->rows, numbers[i]);
    for (size_t i = 0; i < r->j->n; i++)
        cli_rows_number(&r->rows, r->weights[i]);
}

static pen_status roll(rolling *r)
{
    optimize_job *j = r->j;
    size_t last = 0;
    double turnover = j->portfolio.turnover;
    if (j->portfolio.current == NULL) /* the first portfolio is bought as a whole */
        j->portfolio.turnover = 0;
    pen_status s = cli_rows_begin(&r->rows, j->c, r->names);
    if (s != PEN_OK)
        return s;
    for (size_t end = r->window; s == PEN_OK && end <= j->prices.n_points; end += r->every) {
        pen_portfolio_answer answer;
        if (last > 0) {
            drift(r, last, end);
            j->portfolio.current = r->before;
            j->portfolio.turnover = turnover;
        }
        last = end;
        s = choose(r, end, &answer);
        char time[40];
        pen_time_print(j->prices.times_ns[end - 1], time);
        if (s == PEN_OK)
            print(r, end, &answer);
        else
            s = pen_fail_context(s, "%s", time);
    }
    pen_status closed = cli_rows_end(&r->rows);
    return s == PEN_OK ? closed : s;
}

pen_status optimize_roll(optimize_job *j)
{
    rolling r = { .j = j };
    uint64_t window, every;
    PEN_TRY(cli_integer(j->c, "window", 2, 100000000, &window));
    PEN_TRY(cli_integer(j->c, "every", 1, 100000000, &every));
    PEN_TRY(check(j, (size_t)window));
    r.window = (size_t)window;
    r.every = (size_t)every;
    PEN_TRY(pen_alloc_array((r.window + 2) * j->n, sizeof *r.returns, (void **)&r.returns));
    r.weights = r.returns + r.window * j->n;
    r.before = r.weights + j->n;
    pen_status s = pen_alloc(j->n + PEN_COUNT(figures) + 1, sizeof *r.names, (void **)&r.names);
    if (s == PEN_OK) {
        memcpy(r.names, figures, sizeof figures);
        memcpy(r.names + PEN_COUNT(figures), j->names, j->n * sizeof *r.names);
        s = roll(&r);
    }
    pen_free(r.names);
    pen_free(r.returns);
    return s;
}
