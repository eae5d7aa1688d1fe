/* Volume. */
#include "family.h"

/* Volume signed by the price's change, summed; the first bar counts as a rise, as TA-Lib
 * has it. */
static pen_status emit_obv(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value last, change, sign, flow;
    PEN_TRY(ind_lag(p, call->in[0], 1, &last));
    last.first = 0; /* before the first bar the price is 0 */
    PEN_TRY(ind_subtract(p, call->in[0], last, &change));
    PEN_TRY(ind_point1(p, IND_SIGN, change, 0, 0, &sign));
    PEN_TRY(ind_multiply(p, sign, call->in[1], &flow));
    return ind_cumulate(p, flow, out);
}

static const ind_entry entries[] = {
    { { .name = "obv",
        .family = "volume",
        .title = "On-balance volume",
        .formula = "running sum of volume, added when the close rises, subtracted when it falls; "
                   "the first bar's is added",
        .source = "Granville, New Key to Stock Market Profits (1963); TA-Lib OBV",
        .n_inputs = 2,
        .inputs = { "close", "volume" },
        .n_outputs = 1,
        .outputs = { "" } },
      emit_obv },
};

const ind_family ind_volume_family = { entries, PEN_COUNT(entries) };
