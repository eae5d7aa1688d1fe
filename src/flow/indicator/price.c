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

#define PRICE(name_, title_, formula_, source_, emit_, n_inputs_, ...)                             \
    {                                                                                              \
        { .name = (name_),                                                                         \
          .family = "price",                                                                       \
          .title = (title_),                                                                       \
          .formula = (formula_),                                                                   \
          .source = (source_),                                                                     \
          .n_inputs = (n_inputs_),                                                                 \
          .inputs = { __VA_ARGS__ },                                                               \
          .n_outputs = 1,                                                                          \
          .outputs = { "" } },                                                                     \
            (emit_)                                                                                \
    }

static const ind_entry entries[] = {
    PRICE("avgprice", "Average price", "(open + high + low + close) / 4", "TA-Lib AVGPRICE",
          emit_avgprice, 4, "open", "high", "low", "close"),
    PRICE("medprice", "Median price", "(high + low) / 2", "TA-Lib MEDPRICE", emit_medprice, 2,
          "high", "low"),
    PRICE("typprice", "Typical price", "(high + low + close) / 3", "TA-Lib TYPPRICE", emit_typprice,
          3, "high", "low", "close"),
    PRICE("wclprice", "Weighted close", "(high + low + 2 close) / 4", "TA-Lib WCLPRICE",
          emit_wclprice, 3, "high", "low", "close"),
};

const ind_family ind_price_family = { entries, PEN_COUNT(entries) };
