/* The kernel dialect: each word gives what this file computes for it in plain
 * C, bit for bit, on every device and instruction set.  Run again with
 * BUILD=reversed, where a group's items take their turns backwards. */
#include "device_matrix.h"
#include "run_kernel.h"

enum { FLAT_MAX = 5000, ROW_STRIDE = 7, N_SPECIAL = 20, GROUP = 256, LANE_ROWS = 40 };

/* Values at the edges of both formats. */
static const double specials[N_SPECIAL] = {
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.1,
    -2.5,
    3.0,
    1e-3,
    1e8,
    -7.75e5,
    INFINITY,
    -INFINITY,
    NAN,
    0x1p-149,
    0x1.8p-140,
    0x1p-126,
    0x1.fffffep127,
    0x1.000002p0,
    123456.789,
    -0x1p-1074,
};

static unsigned char *blank(size_t bytes)
{
    unsigned char *memory = calloc(1, bytes > 0 ? bytes : 1);
    if (memory == NULL)
        exit(3);
    return memory;
}

/* Fails unless got and want are the same, number by number; all NaN are one. */
static void check_reals(const char *name, const char *label, const void *got, const void *want,
                        size_t n, pen_dtype dtype)
{
    for (size_t i = 0; i < n; i++) {
        double g = dtype == PEN_F64 ? ((const double *)got)[i] : (double)((const float *)got)[i];
        double w = dtype == PEN_F64 ? ((const double *)want)[i] : (double)((const float *)want)[i];
        if ((g == w && !signbit(g) == !signbit(w)) || (isnan(g) && isnan(w)))
            continue;
        printf("    %s %s, %s: [%zu] is %a, expected %a\n", name, pen_dtype_name(dtype), label, i,
               g, w);
        check_failed_++;
        return;
    }
}

#define real float
#define REAL_FMA fmaf
#define REAL_SQRT sqrtf
#define REAL_ABS fabsf
#define REAL_FLOOR floorf
#define REAL_TRUNC truncf
#define NAME(name) name##_f32
#define DTYPE PEN_F32
#include "test_prelude_real.h"
#undef real
#undef REAL_FMA
#undef REAL_SQRT
#undef REAL_ABS
#undef REAL_FLOOR
#undef REAL_TRUNC
#undef NAME
#undef DTYPE

#define real double
#define REAL_FMA fma
#define REAL_SQRT sqrt
#define REAL_ABS fabs
#define REAL_FLOOR floor
#define REAL_TRUNC trunc
#define NAME(name) name##_f64
#define DTYPE PEN_F64
#include "test_prelude_real.h"

static void flat_kernels_see_every_item_once(void)
{
    static const size_t sizes[] = { 1, 2, 255, 256, 257, 1023, 1024, 1025, FLAT_MAX };
    for (size_t d = 0; d < matrix_size(); d++)
        for (size_t i = 0; i < COUNT(sizes); i++) {
            flat_f32(d, sizes[i]);
            flat_f64(d, sizes[i]);
        }
    matrix_restore();
}

static void rows_are_found_at_their_stride(void)
{
    for (size_t d = 0; d < matrix_size(); d++) {
        rows_f32(d);
        rows_f64(d);
    }
    matrix_restore();
}

static void a_pointer_may_be_null(void)
{
    for (size_t d = 0; d < matrix_size(); d++) {
        null_f32(d);
        null_f64(d);
    }
    matrix_restore();
}

static void arithmetic_is_correctly_rounded_everywhere(void)
{
    for (size_t d = 0; d < matrix_size(); d++) {
        math_f32(d);
        math_f64(d);
    }
    matrix_restore();
}

static void bits_pass_unchanged(void)
{
    for (size_t d = 0; d < matrix_size(); d++) {
        bits_f32(d);
        bits_f64(d);
    }
    matrix_restore();
}

static void groups_share_memory_in_phases(void)
{
    for (size_t d = 0; d < matrix_size(); d++)
        for (int n = 1; n <= 9; n += 4) {
            group_f32(d, n, 1000 * n + 1);
            group_f64(d, n, 1000 * n + 1);
            group_f32(d, n, 3);
            group_f64(d, n, 3);
            mirror_f32(d, n);
            mirror_f64(d, n);
        }
    matrix_restore();
}

static void columns_may_be_one_number(void)
{
    static const int sizes[] = { 1, 255, 256, 257, 1000 };
    for (size_t d = 0; d < matrix_size(); d++)
        for (size_t i = 0; i < COUNT(sizes); i++) {
            column_f32(d, sizes[i]);
            column_f64(d, sizes[i]);
        }
    matrix_restore();
}

static void lanes_run_side_by_side(void)
{
    static const size_t sizes[] = { 1, 15, 16, 17, 32, 33, 100 };
    for (size_t d = 0; d < matrix_size(); d++)
        for (size_t i = 0; i < COUNT(sizes); i++) {
            lanes_f32(d, sizes[i]);
            lanes_f64(d, sizes[i]);
        }
    matrix_restore();
}

static void tiles_carry_lanes_of_any_length(void)
{
    static const int steps[] = { 5, 8, 31, 64, 65, 130 };
    static const size_t lanes[] = { 1, 16, 33, 64 };
    for (size_t d = 0; d < matrix_size(); d++)
        for (size_t i = 0; i < COUNT(steps); i++) {
            tiles_f32(d, lanes[i % COUNT(lanes)], steps[i]);
            tiles_f64(d, lanes[(i + 1) % COUNT(lanes)], steps[i]);
        }
    matrix_restore();
}

static void a_groups_rows_are_stored_as_columns(void)
{
    static const int items[] = { 1, 7, 255, 256, 257, 600 }, rows[] = { 1, 8, 16, 5, 15, 9 };
    for (size_t d = 0; d < matrix_size(); d++)
        for (size_t i = 0; i < COUNT(items); i++) {
            group_store_f32(d, items[i], rows[i]);
            group_store_f64(d, items[i], rows[(i + 1) % COUNT(rows)]);
        }
    matrix_restore();
}

static void strips_reach_back_over_their_start(void)
{
    static const int steps[] = { 1, 7, 16, 240, 241, 1024, 1500, 3001 };
    for (size_t d = 0; d < matrix_size(); d++)
        for (size_t i = 0; i < COUNT(steps); i++) {
            strips_f32(d, 1 + i % 3, steps[i]);
            strips_f64(d, 1 + i % 2, steps[i]);
        }
    matrix_restore();
}

static void strips_keep_a_bit_a_step(void)
{
    static const int steps[] = { 1, 7, 16, 63, 240, 496, 1024, 1501, 3001 };
    for (size_t d = 0; d < matrix_size(); d++)
        for (size_t i = 0; i < COUNT(steps); i++) {
            flags_f32(d, 1 + i % 3, steps[i]);
            flags_f64(d, 1 + i % 2, steps[i]);
        }
    matrix_restore();
}

static void a_tile_is_filled_where_it_would_be_stored(void)
{
    static const int steps[] = { 5, 64, 131 };
    for (size_t d = 0; d < matrix_size(); d++)
        for (size_t i = 0; i < COUNT(steps); i++) {
            fill_f32(d, 33, steps[i]);
            fill_f64(d, 16, steps[i]);
        }
    matrix_restore();
}

static void lanes_keep_rows_of_bits(void)
{
    static const int every[] = { 0, 1, 3, 32, 70 };
    for (size_t d = 0; d < matrix_size(); d++)
        for (size_t i = 0; i < COUNT(every); i++) {
            signs_f32(d, every[i]);
            signs_f64(d, every[i]);
        }
    matrix_restore();
}

static const check_test tests[] = {
    TEST(flat_kernels_see_every_item_once),
    TEST(rows_are_found_at_their_stride),
    TEST(a_pointer_may_be_null),
    TEST(arithmetic_is_correctly_rounded_everywhere),
    TEST(bits_pass_unchanged),
    TEST(groups_share_memory_in_phases),
    TEST(columns_may_be_one_number),
    TEST(lanes_run_side_by_side),
    TEST(tiles_carry_lanes_of_any_length),
    TEST(a_groups_rows_are_stored_as_columns),
    TEST(strips_reach_back_over_their_start),
    TEST(strips_keep_a_bit_a_step),
    TEST(a_tile_is_filled_where_it_would_be_stored),
    TEST(lanes_keep_rows_of_bits),
};
TEST_MAIN(tests)
