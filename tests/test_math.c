/* The elementary functions of kernels/math.kh against independent references
 * in extended precision, and bit for bit the same on every device. */
#include <stdint.h>

#include "check.h"
#include "device_matrix.h"
#include "machine/device/launch.h"
#include "run_kernel.h"
#include "ulp.h"

static pen_device *device;
static pen_queue *queue;

static void map(const char *kernel, pen_dtype dtype, const void *x, void *out, size_t n)
{
    void *args[] = { &x, &out };
    CHECK_OK(pen_launch(queue, kernel, dtype, pen_items(n), args, COUNT(args)));
    CHECK_OK(pen_queue_wait(queue));
}

/* A test number of the type, as double, and back. */
static double at(pen_dtype dtype, const void *values, size_t i)
{
    return dtype == PEN_F32 ? ((const float *)values)[i] : ((const double *)values)[i];
}
static void put(pen_dtype dtype, void *values, size_t i, double x)
{
    if (dtype == PEN_F32)
        ((float *)values)[i] = (float)x;
    else
        ((double *)values)[i] = x;
}

/* Mills' ratio far out, by Laplace's continued fraction. */
static long double mills(long double a)
{
    long double f = a;
    for (int k = 200; k >= 1; k--)
        f = a + k / f;
    return 1 / f;
}

static long double bell(long double x) /* x has no more bits than a double */
{
    long double square = x * x;
    return expl(-square / 2) * (1 - fmal(x, x, -square) / 2);
}

static long double reference_pdf(long double x)
{
    return bell(x) / sqrtl(2 * acosl(-1));
}

static long double reference_cdf(long double x)
{
    if (x > -4) /* rounding of x sqrt(1/2) costs x^2 units of the last place */
        return erfcl(-x * sqrtl(0.5L)) / 2;
    return reference_pdf(x) * mills(-x);
}

static long double reference_sinpi(long double x)
{
    long double r = remainderl(x, 2); /* exact */
    if (fabsl(r) > 0.5L)
        r = copysignl(1, r) - r;
    return sinl(acosl(-1) * r);
}

static long double reference_cospi(long double x)
{
    return reference_sinpi(0.5L - fabsl(remainderl(x, 2)));
}

static const function_case functions[] = {
    { "math_exp", expl, -746, 710, -104, 89, false, 1.0 },
    { "math_exp", expl, -1, 1, -1, 1, true, 1.0 },
    { "math_exp_limited", expl, -708, 708, -87, 87, false, 1.0 },
    { "math_log", logl, 0, 4, 0, 4, true, 1.0 },
    { "math_log", logl, 0, 1e308, 0, 3e38, true, 1.0 },
    { "math_normal_pdf", reference_pdf, -37.5, 37.5, -13, 13, true, 3.0 },
    { "math_normal_cdf", reference_cdf, -39, 10, -15, 7, true, 6.0 },
    { "math_normal_cdf", reference_cdf, -3, 3, -3, 3, true, 6.0 },
    { "math_erf", erfl, -6, 6, -4, 4, true, 3.0 },
    { "math_sinpi", reference_sinpi, -3, 3, -3, 3, true, 1.1 },
    { "math_cospi", reference_cospi, -3, 3, -3, 3, true, 1.0 },
};

static void compute(const function_case *f, pen_dtype dtype, const double *x, double *out)
{
    static double typed[N_POINTS], values[N_POINTS];
    for (size_t i = 0; i < N_POINTS; i++)
        put(dtype, typed, i, x[i]);
    map(f->name, dtype, typed, values, N_POINTS);
    for (size_t i = 0; i < N_POINTS; i++)
        out[i] = at(dtype, values, i);
}

static void errors_stay_below_their_bounds(void)
{
    check_functions(functions, COUNT(functions), compute);
}

typedef struct map_input {
    const char *kernel;
    pen_dtype dtype;
    const void *x;
} map_input;

static pen_status map_on(pen_queue *q, void *context, void *out)
{
    const map_input *in = context;
    size_t bytes = N_POINTS * pen_dtype_bytes(in->dtype);
    kernel_slot slots[] = { SLOT_IN(in->x, bytes), SLOT_OUT(out, bytes) };
    return run_kernel(q, in->kernel, in->dtype, pen_items(N_POINTS), slots, COUNT(slots));
}

static void every_device_gives_the_same_bits(void)
{
    static double x[N_POINTS], typed[N_POINTS];
    for (size_t i = 0; i < COUNT(functions); i++)
        for (int d = PEN_F32; d <= PEN_F64; d++) {
            map_input in = { functions[i].name, (pen_dtype)d, typed };
            fill_points(&functions[i], in.dtype, x);
            for (size_t k = 0; k < N_POINTS; k++)
                put(in.dtype, typed, k, x[k]);
            matrix_check_same(in.kernel, map_on, &in, N_POINTS * pen_dtype_bytes(in.dtype));
        }
}

static void special_values_follow_the_c_standard(void)
{
    static const struct {
        const char *kernel;
        double x, want;
    } rows[] = {
        { "math_exp", 0.0, 1 },
        { "math_exp", -0.0, 1 },
        { "math_exp", INFINITY, INFINITY },
        { "math_exp", -INFINITY, 0 },
        { "math_exp", NAN, NAN },
        { "math_exp", 1e300, INFINITY },
        { "math_exp", -1e300, 0 },
        { "math_exp_limited", 0.0, 1 },
        { "math_exp_limited", NAN, NAN },
        { "math_normal_pdf", INFINITY, 0 },
        { "math_normal_pdf", -40, 0 },
        { "math_log", 1, 0 },
        { "math_log", 0.0, -INFINITY },
        { "math_log", -0.0, -INFINITY },
        { "math_log", -1, NAN },
        { "math_log", -INFINITY, NAN },
        { "math_log", INFINITY, INFINITY },
        { "math_normal_cdf", 0, 0.5 },
        { "math_normal_cdf", -INFINITY, 0 },
        { "math_normal_cdf", INFINITY, 1 },
        { "math_normal_cdf", NAN, NAN },
        { "math_normal_pdf", INFINITY, 0 },
        { "math_normal_pdf", -1e30, 0 },
        { "math_normal_pdf", NAN, NAN },
        { "math_erf", 0, 0 },
        { "math_erf", INFINITY, 1 },
        { "math_erf", -INFINITY, -1 },
        { "math_erf", NAN, NAN },
        { "math_sinpi", 1, 0 },
        { "math_sinpi", 0.5, 1 },
        { "math_sinpi", 1.5, -1 },
        { "math_cospi", 0.5, 0 },
        { "math_cospi", 1, -1 },
        { "math_sinpi", NAN, NAN },
        { "math_cospi", INFINITY, NAN },
        { "math_log", NAN, NAN },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int d = PEN_F32; d <= PEN_F64; d++) {
            double x[1], out[1];
            put((pen_dtype)d, x, 0, rows[i].x);
            map(rows[i].kernel, (pen_dtype)d, x, out, 1);
            CHECK_NEAR(rows[i].kernel, at((pen_dtype)d, out, 0), rows[i].want, 0);
        }
}

static const check_test tests[] = {
    TEST(errors_stay_below_their_bounds),
    TEST(every_device_gives_the_same_bits),
    TEST(special_values_follow_the_c_standard),
};

int main(int argc, char **argv)
{
    if (pen_device_open("cpu:0", &device) != PEN_OK || pen_queue_create(device, &queue) != PEN_OK)
        return 2;
    int failed = check_main_(tests, COUNT(tests), argc, argv);
    pen_queue_destroy(queue);
    pen_device_close(device);
    return failed;
}
