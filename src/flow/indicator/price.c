/* One price of a bar's four. */
#include "family.h"

static pen_status emit_avgprice(ind_program *p, const ind_call *call, ind_value *out)
{
    ind_value sum;
    PEN_TRY(ind_add(p, call->in[0], call->in[1], &sum));
    return ind_sum_of_3(p, (ind_value[]){ sum, call->in[2], call->in[3] }, 1, 1.0 / 4, out);
}

static pen_status emit_medprice(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_point2(p, IND_SUM_OF_2, call->in[0], call->in[1], 1.0 / 2, 0, out);
}

static pen_status emit_typprice(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_typical(p, call->in, out);
}

static pen_status emit_wclprice(ind_program *p, const ind_call *call, ind_value *out)
{
    return ind_sum_of_3(p, call->in, 2, 1.0 / 4, out);
}

static const ind_entry entries[] = {
    IND_ENTRY("price", "avgprice", "Average price", "(open + high + low + close) / 4",
              "TA-Lib AVGPRICE", emit_avgprice, IND_ON("open", "high", "low", "close"),
              IND_GIVES_ONE),
    IND_ENTRY("price", "medprice", "Median price", "(high + low) / 2", "TA-Lib MEDPRICE",
              emit_medprice, IND_ON("high", "low"), IND_GIVES_ONE),
    IND_ENTRY("price", "typprice", "Typical price", "(high + low + close) / 3", "TA-Lib TYPPRICE",
              emit_typprice, IND_ON("high", "low", "close"), IND_GIVES_ONE),
    IND_ENTRY("price", "wclprice", "Weighted close", "(high + low + 2 close) / 4",
              "TA-Lib WCLPRICE", emit_wclprice, IND_ON("high", "low", "close"), IND_GIVES_ONE),
};

const ind_family ind_price_family = { entries, PEN_COUNT(entries) };
