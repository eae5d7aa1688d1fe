/* Statistics over windows. */
#include <math.h>

#include "family.h"

static pen_status emit_highest(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_extreme(p, IND_HIGHEST, call->in[0], (int)call->param[0], out);
}

static pen_status emit_lowest(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_extreme(p, IND_LOWEST, call->in[0], (int)call->param[0], out);
}

/* products / (n stdev(x) stdev(y)); 0 where one of them does not move, as TA-Lib has it. */
static pen_status emit_correl(ind_program *p, const ind_call *call, ind_value *out)
{
    int window = (int)call->param[0];
    ind_value x[2], y[2], products, scale;
    PEN_TRY(ind_comoment(p, call->in[0], call->in[1], window, &products));
    PEN_TRY(ind_mean_stdev(p, call->in[0], window, x));
    PEN_TRY(ind_mean_stdev(p, call->in[1], window, y));
    PEN_TRY(ind_multiply(p, x[1], y[1], &scale));
    return ind_ratio(p, products, scale, 1.0 / window, 0, out);
}

/* The line's value at the newest step: mean + slope (n - 1) / 2. */
static pen_status emit_linearreg(ind_program *p, const ind_call *call, ind_value *out)
{
    double n = call->param[0];
    ind_value line[2], mean;
    PEN_TRY(ind_trend(p, call->in[0], (int)n, line));
    PEN_TRY(ind_affine(p, line[0], 1 / n, 0, &mean));
    return ind_point2(p, IND_BLEND, mean, line[1], 6 / (n * (n + 1)), 0, out);
}

static const ind_entry entries[] = {
    { { .name = "max",
        .family = "statistic",
        .title = "Highest value",
        .formula = "highest of the last `period` values",
        .source = "TA-Lib MAX",
        .n_inputs = 1,
        .inputs = { "close" },
        .n_params = 1,
        .params = { IND_PERIOD(30, 2) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_highest },
    { { .name = "min",
        .family = "statistic",
        .title = "Lowest value",
        .formula = "lowest of the last `period` values",
        .source = "TA-Lib MIN",
        .n_inputs = 1,
        .inputs = { "close" },
        .n_params = 1,
        .params = { IND_PERIOD(30, 2) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_lowest },
    { { .name = "correl",
        .family = "statistic",
        .title = "Pearson's correlation coefficient",
        .formula = "sum (x - mean x)(y - mean y) / (n stdev x stdev y) over the last `period` "
                   "values; 0 where one of them does not move",
        .source = "Pearson (1895); TA-Lib CORREL",
        .n_inputs = 2,
        .inputs = { "high", "low" },
        .n_params = 1,
        .params = { IND_PERIOD(30, 1) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_correl },
    { { .name = "linearreg",
        .family = "statistic",
        .title = "Linear regression",
        .formula = "value at the newest bar of the least-squares line through the last `period` "
                   "values",
        .source = "TA-Lib LINEARREG",
        .n_inputs = 1,
        .inputs = { "close" },
        .n_params = 1,
        .params = { IND_PERIOD(14, 2) },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_linearreg },
};

const ind_family ind_statistic_family = { entries, PEN_COUNT(entries) };
