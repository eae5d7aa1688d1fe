/* Value at risk of what was: returns over the horizon as they came, or at today's volatility. */
#include <math.h>
#include <string.h>

#include "../../machine/base/alloc.h"
#include "../../machine/base/size.h"
#include "value.h"

/* Scenarios of the assets over the horizon, and room for losses. */
typedef struct scenarios {
    size_t m;                       /* scenarios */
    double *moves;                  /* [p][m] of each asset */
    double *losses, *rest, *sorted; /* [m] */
    int32_t *index;                 /* [m] */
} scenarios;

static pen_status scenarios_alloc(const risk_job *j, scenarios *f)
{
    size_t cells;
    bool overlaps = j->options.method == PEN_RISK_HISTORICAL;
    f->m = overlaps ? j->n - j->options.horizon + 1 : j->n;
    if (f->m > 1u << 30)
        return pen_fail(PEN_E_SIZE, "pen_risk_estimate: %zu losses, at most 2^30", f->m);
    PEN_TRY(pen_size_mul(j->p + 4, f->m, &cells));
    PEN_TRY(pen_alloc_array(cells, sizeof(double), (void **)&f->moves));
    f->losses = f->moves + j->p * f->m;
    f->rest = f->losses + f->m;
    f->sorted = f->rest + f->m;
    f->index = (int32_t *)(f->sorted + f->m);
    return PEN_OK;
}

/* Compounded over each run of `horizon` observations. */
static void make_runs(const risk_job *j, scenarios *f)
{
    for (size_t i = 0; i < j->p; i++)
        for (size_t t = 0; t < f->m; t++) {
            double value = 1, *to = f->moves + i * f->m + t;
            for (size_t k = 0; k < j->options.horizon; k++)
                value *= 1 + j->x[i * j->n + t + k];
            *to = j->options.horizon == 1 ? j->x[i * j->n + t] : value - 1;
        }
}

/* Returns times sigma(now) / sigma(then), sigma^2 a decaying mean of squared deviations that
 * starts at the sample's and knows what came before only. */
static void make_filtered(const risk_job *j, scenarios *f)
{
    double decay = j->options.decay, variance = j->out->stdev * j->out->stdev;
    for (size_t t = 0; t < j->n; t++) {
        double d = j->pnl[t] - j->out->mean;
        f->rest[t] = variance;
        variance = decay * variance + (1 - decay) * d * d;
    }
    for (size_t t = 0; t < j->n; t++) {
        double scale = f->rest[t] > 0 ? sqrt(variance / f->rest[t]) : 1;
        scale *= sqrt((double)j->options.horizon);
        for (size_t i = 0; i < j->p; i++)
            f->moves[i * f->m + t] = scale * j->x[i * j->n + t];
    }
}

/* The gradients: what the asset lost beyond var; and about it, where one loss alone would say
 * little, scaled so that the components sum to var (Epperlein & Smillie, Risk 19 (2006) 70). */
static void share_out(risk_job *j, const scenarios *f)
{
    size_t at = risk_rank(f->m, j->options.level), first, last;
    double tail = (double)f->m * (1 - j->options.level), about = 0;
    risk_neighbours(f->m, j->options.level, &first, &last);
    for (size_t k = first; k <= last; k++)
        about += f->sorted[k];
    double scale = f->sorted[at] / about;
    if (!isfinite(scale) || fabs(scale * (double)(last - first + 1) - 1) > 0.5) {
        first = last = at; /* losses and gains about var: nothing to scale by */
        scale = 1;
    }
    for (size_t i = 0; i < j->p; i++) {
        const double *move = f->moves + i * f->m;
        double at_var = -move[f->index[at]], beyond = 0, near = 0;
        for (size_t k = at + 1; k < f->m; k++)
            beyond += -move[f->index[k]] - at_var;
        for (size_t k = first; k <= last; k++)
            near -= move[f->index[k]];
        j->parts[i].marginal_var = scale * near;
        j->parts[i].marginal_cvar = at_var + beyond / tail;
    }
}

/* var and cvar of losses[t] = -sum of weights times moves, made with `weight` of asset i for its
 * own and those of `from` for the rest. */
static pen_status measure(const risk_job *j, scenarios *f, const double *from, double weight,
                          size_t i, risk_pair *out)
{
    for (size_t t = 0; t < f->m; t++)
        f->rest[t] = (from != NULL ? from[t] : 0) - weight * f->moves[i * f->m + t];
    PEN_TRY(risk_sort(f->rest, f->m, f->sorted, f->index));
    *out = risk_of_sorted(f->sorted, f->m, j->options.level);
    return PEN_OK;
}

static pen_status by_itself_and_without(risk_job *j, scenarios *f)
{
    for (size_t i = 0; i < j->p; i++) {
        pen_risk_part *part = &j->parts[i];
        risk_pair alone, without;
        PEN_TRY(measure(j, f, NULL, part->weight, i, &alone));
        PEN_TRY(measure(j, f, f->losses, -part->weight, i, &without));
        part->var = alone.var;
        part->cvar = alone.cvar;
        part->incremental_var = j->out->var - without.var;
        part->incremental_cvar = j->out->cvar - without.cvar;
    }
    return PEN_OK;
}

static pen_status run(risk_job *j, scenarios *f)
{
    bool is_filtered = j->options.method == PEN_RISK_FILTERED;
    (is_filtered ? make_filtered : make_runs)(j, f);
    pen_risk_portfolio(f->moves, j->p, f->m, j->held, f->losses);
    for (size_t t = 0; t < f->m; t++)
        f->losses[t] = -f->losses[t];
    PEN_TRY(risk_sort(f->losses, f->m, f->sorted, f->index));
    risk_pair value = risk_of_sorted(f->sorted, f->m, j->options.level);
    j->out->var = value.var;
    j->out->cvar = value.cvar;
    if (is_filtered || j->options.horizon == 1) {
        risk_pair errors = risk_errors(f->sorted, f->m, j->options.level);
        j->out->var_error = errors.var;
        j->out->cvar_error = errors.cvar;
    }
    if (j->parts == NULL)
        return PEN_OK;
    share_out(j, f);
    return by_itself_and_without(j, f);
}

pen_status risk_by_scenarios(risk_job *j)
{
    scenarios f = { 0 };
    PEN_TRY(scenarios_alloc(j, &f));
    pen_status s = run(j, &f);
    pen_free(f.moves);
    return s;
}
