/* Arithmetic on series, and functions of one value. */
#include "family.h"

#define BINARY(name, op)                                                                           \
    static pen_status emit_##name(ind_program *p, const ind_call *call, ind_value *out)            \
    {                                                                                              \
        return ind_point2(p, op, call->in[0], call->in[1], 0, 0, out);                             \
    }
BINARY(add, IND_ADD)
BINARY(sub, IND_SUBTRACT)
BINARY(mult, IND_MULTIPLY)
BINARY(div, IND_DIVIDE)

#define UNARY(name, op)                                                                            \
    static pen_status emit_##name(ind_program *p, const ind_call *call, ind_value *out)            \
    {                                                                                              \
        return ind_point1(p, op, call->in[0], 0, 0, out);                                          \
    }
UNARY(acos, IND_ACOS)
UNARY(asin, IND_ASIN)
UNARY(atan, IND_ATAN)
UNARY(ceil, IND_CEIL)
UNARY(cos, IND_COS)
UNARY(cosh, IND_COSH)
UNARY(exp, IND_EXP)
UNARY(floor, IND_FLOOR)
UNARY(ln, IND_LOG)
UNARY(log10, IND_LOG10)
UNARY(sin, IND_SIN)
UNARY(sinh, IND_SINH)
UNARY(sqrt, IND_SQRT)
UNARY(tan, IND_TAN)
UNARY(tanh, IND_TANH)

#define OF_TWO(name, title, formula, source)                                                       \
    IND_ENTRY("math", #name, title, formula, source, emit_##name, IND_ON("high", "low"),           \
              IND_GIVES_ONE)
#define OF_ONE(name, title, formula, source)                                                       \
    IND_ENTRY("math", #name, title, formula, source, emit_##name, IND_ON("close"), IND_GIVES_ONE)

static const ind_entry entries[] = {
    OF_TWO(add, "Sum of two series", "x + y", "TA-Lib ADD"),
    OF_TWO(sub, "Difference of two series", "x - y", "TA-Lib SUB"),
    OF_TWO(mult, "Product of two series", "x y", "TA-Lib MULT"),
    OF_TWO(div, "Ratio of two series", "x / y; infinite or NaN where y is 0", "TA-Lib DIV"),
    OF_ONE(acos, "Arc cosine", "acos x in radians; NaN outside of [-1, 1]", "TA-Lib ACOS"),
    OF_ONE(asin, "Arc sine", "asin x in radians; NaN outside of [-1, 1]", "TA-Lib ASIN"),
    OF_ONE(atan, "Arc tangent", "atan x in radians", "TA-Lib ATAN"),
    OF_ONE(ceil, "Rounded up", "least whole number not below x", "TA-Lib CEIL"),
    OF_ONE(cos, "Cosine", "cos x, x in radians; NaN above 2^45 (2^18 in f32)", "TA-Lib COS"),
    OF_ONE(cosh, "Hyperbolic cosine", "cosh x", "TA-Lib COSH"),
    OF_ONE(exp, "Exponential function", "e^x", "TA-Lib EXP"),
    OF_ONE(floor, "Rounded down", "greatest whole number not above x", "TA-Lib FLOOR"),
    OF_ONE(ln, "Natural logarithm", "ln x; -infinity at 0, NaN below", "TA-Lib LN"),
    OF_ONE(log10, "Decimal logarithm", "log10 x; -infinity at 0, NaN below", "TA-Lib LOG10"),
    OF_ONE(sin, "Sine", "sin x, x in radians; NaN above 2^45 (2^18 in f32)", "TA-Lib SIN"),
    OF_ONE(sinh, "Hyperbolic sine", "sinh x", "TA-Lib SINH"),
    OF_ONE(sqrt, "Square root", "sqrt x; NaN below 0", "TA-Lib SQRT"),
    OF_ONE(tan, "Tangent", "tan x, x in radians; NaN above 2^45 (2^18 in f32)", "TA-Lib TAN"),
    OF_ONE(tanh, "Hyperbolic tangent", "tanh x", "TA-Lib TANH"),
};

const ind_family ind_function_family = { entries, PEN_COUNT(entries) };
