/* Functions of one value and arithmetic on series: errors in units of the last place
 * against long double, special values after the C standard. */
#include "indicator_check.h"
#include "ulp.h"

static pen_device *cpu;
static pen_queue *cpu_queue;

static const function_case functions[] = {
    { "sin", sinl, -4, 4, -4, 4, true, 1 },
    { "sin", sinl, -0x1p45, 0x1p45, -0x1p18, 0x1p18, true, 1 },
    { "cos", cosl, -4, 4, -4, 4, true, 1 },
    { "cos", cosl, -0x1p45, 0x1p45, -0x1p18, 0x1p18, true, 1 },
    { "tan", tanl, -4, 4, -4, 4, true, 3 },
    { "tan", tanl, -0x1p45, 0x1p45, -0x1p18, 0x1p18, true, 3 },
    { "asin", asinl, -1, 1, -1, 1, true, 3 },
    { "acos", acosl, -1, 1, -1, 1, true, 3 },
    { "atan", atanl, -5, 5, -5, 5, true, 2 },
    { "atan", atanl, -1e300, 1e300, -1e38, 1e38, true, 2 },
    { "sinh", sinhl, -3, 3, -3, 3, true, 2.5 },
    { "sinh", sinhl, -711, 711, -90, 90, true, 2.5 },
    { "cosh", coshl, -3, 3, -3, 3, true, 2 },
    { "cosh", coshl, -711, 711, -90, 90, true, 2 },
    { "tanh", tanhl, -3, 3, -3, 3, true, 3 },
    { "tanh", tanhl, -30, 30, -30, 30, true, 3 },
    { "log10", log10l, 0, 20, 0, 20, true, 2 },
    { "log10", log10l, 0, 1e308, 0, 3e38, true, 2 },
    { "ln", logl, 0, 1e308, 0, 3e38, true, 1 },
    { "exp", expl, -746, 710, -104, 89, true, 1 },
    { "sqrt", sqrtl, 0, 1e308, 0, 3e38, true, 0.5 },
    { "ceil", ceill, -1e5, 1e5, -1e5, 1e5, true, 0 },
    { "floor", floorl, -1e5, 1e5, -1e5, 1e5, true, 0 },
};

static void compute(const function_case *f, pen_dtype dtype, const double *x, double *out)
{
    static double values[N_POINTS];
    bars b = { .n_series = 1, .n_points = N_POINTS, .wide[CLOSE] = (double *)x };
    CHECK_OK(run_plan(cpu_queue, f->name, dtype, &b, values));
    for (size_t i = 0; i < N_POINTS; i++)
        out[i] = at(values, dtype, i);
}

static void errors_stay_below_their_bounds(void)
{
    check_functions(functions, COUNT(functions), compute);
}

typedef struct map_input {
    const char *call;
    pen_dtype dtype;
    bars b;
} map_input;

static pen_status map_on(pen_queue *queue, void *context, void *out)
{
    const map_input *in = context;
    return run_plan(queue, in->call, in->dtype, &in->b, out);
}

static void every_device_gives_the_same_bits(void)
{
    static double x[N_POINTS];
    for (size_t i = 0; i < COUNT(functions); i++)
        for (int d = PEN_F32; d <= PEN_F64; d++) {
            fill_points(&functions[i], (pen_dtype)d, x);
            map_input in = { functions[i].name,
                             (pen_dtype)d,
                             { .n_series = 1, .n_points = N_POINTS, .wide[CLOSE] = x } };
            matrix_check_same_reals(in.call, map_on, &in, in.dtype, N_POINTS);
        }
}

static void special_values_follow_the_c_standard(void)
{
    static const struct {
        const char *call;
        double x, want;
    } rows[] = {
        { "sin", -0.0, -0.0 },
        { "sin", INFINITY, NAN },
        { "sin", 1e300, NAN }, /* beyond the reduction, as documented */
        { "cos", 0, 1 },
        { "cos", -INFINITY, NAN },
        { "tan", -0.0, -0.0 },
        { "tan", NAN, NAN },
        { "asin", -0.0, -0.0 },
        { "asin", 1.5, NAN },
        { "asin", -INFINITY, NAN },
        { "acos", 1, 0 },
        { "acos", -1.5, NAN },
        { "atan", -0.0, -0.0 },
        { "atan", NAN, NAN },
        { "sinh", -0.0, -0.0 },
        { "sinh", INFINITY, INFINITY },
        { "sinh", -1e30, -INFINITY },
        { "cosh", -INFINITY, INFINITY },
        { "cosh", 0, 1 },
        { "tanh", -0.0, -0.0 },
        { "tanh", INFINITY, 1 },
        { "tanh", -1e30, -1 },
        { "tanh", NAN, NAN },
        { "log10", 0, -INFINITY },
        { "log10", -1, NAN },
        { "log10", 1, 0 },
        { "log10", INFINITY, INFINITY },
        { "sqrt", -1, NAN },
        { "sqrt", -0.0, -0.0 },
        { "ceil", -0.5, -0.0 },
        { "ceil", INFINITY, INFINITY },
        { "floor", 0.5, 0 },
        { "floor", -0.5, -1 },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int d = PEN_F32; d <= PEN_F64; d++) {
            double x = rows[i].x, out = 0;
            bars b = { .n_series = 1, .n_points = 1, .wide[CLOSE] = &x };
            CHECK_OK(run_plan(cpu_queue, rows[i].call, (pen_dtype)d, &b, &out));
            double got = at(&out, (pen_dtype)d, 0);
            CHECK_NEAR(rows[i].call, got, rows[i].want, 0);
            CHECK(isnan(got) || signbit(got) == signbit(rows[i].want));
        }
}

static void arc_functions_reach_their_ends(void)
{
    double x[] = { 1, -1, INFINITY, -INFINITY }, got[3 * COUNT(x)];
    bars b = { .n_series = 1, .n_points = COUNT(x), .wide[CLOSE] = x };
    CHECK_OK(run_plan(cpu_queue, "asin acos atan", PEN_F64, &b, got));
    double right = acos(-1) / 2;
    CHECK_NEAR("asin 1", got[0], right, 0);
    CHECK_NEAR("asin -1", got[1], -right, 0);
    CHECK_NEAR("acos -1", got[5], 2 * right, 0);
    CHECK_NEAR("atan inf", got[10], right, 0);
    CHECK_NEAR("atan -inf", got[11], -right, 0);
}

static void powers_of_ten_have_whole_logarithms(void)
{
    enum { POWERS = 23 };
    double x[POWERS], got[POWERS];
    for (int k = 0; k < POWERS; k++)
        x[k] = pow(10, k);
    bars b = { .n_series = 1, .n_points = POWERS, .wide[CLOSE] = x };
    CHECK_OK(run_plan(cpu_queue, "log10", PEN_F64, &b, got));
    for (int k = 0; k < POWERS; k++)
        CHECK_NEAR("log10", got[k], k, 0);
}

static void arithmetic_is_the_machines_own(void)
{
    enum { POINTS = 300 };
    bars b = make_bars(1, POINTS, 2);
    b.wide[LOW][7] = 0;
    double got[4 * POINTS];
    CHECK_OK(run_plan(cpu_queue, "add sub mult div", PEN_F64, &b, got));
    for (size_t t = 0; t < POINTS; t++) {
        double x = b.wide[HIGH][t], y = b.wide[LOW][t];
        CHECK_NEAR("add", got[t], x + y, 0);
        CHECK_NEAR("sub", got[POINTS + t], x - y, 0);
        CHECK_NEAR("mult", got[2 * POINTS + t], x * y, 0);
        CHECK_NEAR("div", got[3 * POINTS + t], x / y, 0);
    }
    free_bars(&b);
}

static const check_test tests[] = {
    TEST(errors_stay_below_their_bounds),       TEST(every_device_gives_the_same_bits),
    TEST(special_values_follow_the_c_standard), TEST(arc_functions_reach_their_ends),
    TEST(powers_of_ten_have_whole_logarithms),  TEST(arithmetic_is_the_machines_own),
};

CPU_TEST_MAIN(tests)
