/* One price of a bar's four. */
#include "family.h"

/* scale times the sum of the inputs, the last counted `weight` times. */
static pen_status emit_weighted(ind_program *p, const ind_call *call, int n, double weight,
                                double scale, ind_value *out)
{
    ind_value sum = call->in[0];
    for (int i = 1; i < n; i++)
        PEN_TRY(ind_point2(p, IND_BLEND, sum, call->in[i], i == n - 1 ? weight : 1, 0, &sum));
    return ind_affine(p, sum, scale, 0, out);
}

static pen_status emit_avgprice(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_weighted(p, call, 4, 1, 1.0 / 4, out);
}

static pen_status emit_medprice(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_weighted(p, call, 2, 1, 1.0 / 2, out);
}

static pen_status emit_typprice(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_weighted(p, call, 3, 1, 1.0 / 3, out);
}

static pen_status emit_wclprice(ind_program *p, const ind_call *call, ind_value *out)
{
    return emit_weighted(p, call, 3, 2, 1.0 / 4, out);
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
