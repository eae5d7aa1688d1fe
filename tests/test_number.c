/* Decimal reading and printing, held against the C library. */
#include <float.h>
#include <stdint.h>

#include "check.h"
#include "machine/base/clock.h"
#include "machine/base/number.h"
#include "machine/base/rng.h"

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, 8);
    return x;
}

static uint64_t to_bits(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, 8);
    return bits;
}

static int is_same(double a, double b)
{
    return to_bits(a) == to_bits(b);
}

/* Reads text both ways and compares bits. */
static void check_reads(const char *text)
{
    double got = -1, behind = -1;
    char block[16 + 1400];
    size_t n = strlen(text);
    memset(block, '9', 16);
    memcpy(block + 16, text, n);
    int ok = pen_number_parse(text, n, &got) && pen_number_parse_behind(block + 16, n, &behind);
    if (!ok || !is_same(got, strtod(text, NULL)) || !is_same(got, behind)) {
        printf("    \"%.60s\": got %.17g, expected %.17g\n", text, got, strtod(text, NULL));
        check_failed_++;
    }
}

static void known_hard_numbers_read_like_strtod(void)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "+1",
        "1.",
        ".5",
        "00012.5000",
        "1e0",
        "1E+2",
        "1e-2",
        "123456789012345678",
        "9007199254740993",
        "9007199254740992.5",
        "9007199254740993.0000000000000000000000001",
        "1e22",
        "1e23",
        "8.5e22",
        "4.9e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "2."
        "225073858507201136057409796709131975934819546351645648023426109724822222021076945516529523"
        "908135087914149158913039621106870086438694594645527657207407820621743379988141063267329253"
        "552286881372149012981122451451889849057222307285255133155755015914397476397983411801999323"
        "962548289017107081850690630666655994938275772572015763062690663332647565300009245888316433"
        "037779791869612049497390377829704905051080609940730262937128958950003583799967207254304360"
        "284078895771796150945516748243471030702609144621572289880258182545180325707018860872113128"
        "079512233426288368622321503775666622503982534335974568884423900265498198385487948292206894"
        "721689831099698365846814022854243330660339850886445804001034933970427567186443383770486037"
        "861622771738545623065874679014086723327636718751234567890123456789012345678901e-308",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1e309",
        "-1e400",
        "1e-400",
        "1e999999999999999999999",
        "0e999999999999999999999",
        "1e-999999999999999999999",
        "6.02214076e23",
        "179769313486231580793728971405301e276",
        "100000000000000016777215",
        "100000000000000016777216",
        "2.5e-1",
        "7.2057594037927933e16",
        "0.000000000000000000000000000000000000000000000000000000000000000000000000001e60",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        check_reads(texts[i]);
}

static void what_is_not_a_number_is_refused(void)
{
    static const char *const texts[] = { "",      "-",    ".",   "+.", "e5",   "1e",  "1e+",
                                         "1.2.3", "0x1",  "1,5", " 1", "1 ",   "--1", "nanx",
                                         "in",    "infi", "1_0", "١",  "1e5.", "- 1", "1f" };
    for (size_t i = 0; i < COUNT(texts); i++) {
        double x = 42;
        CHECK(!pen_number_parse(texts[i], strlen(texts[i]), &x));
        CHECK(x == 42);
    }
}

static void words_for_the_special_values_are_read(void)
{
    double x;
    CHECK(pen_number_parse("NaN", 3, &x) && isnan(x));
    CHECK(pen_number_parse("-Inf", 4, &x) && x == -INFINITY);
    CHECK(pen_number_parse("infinity", 8, &x) && x == INFINITY);
}

static void only_the_slice_is_read(void)
{
    double x;
    CHECK(pen_number_parse("12345678", 3, &x) && x == 123);
    for (size_t n = 1; n <= 20; n++) { /* what stands before does not count */
        static const char text[] = "1234567890123456.12345678901234567890";
        double a = 0, b = 1;
        CHECK(pen_number_parse(text + 16, n, &a) == pen_number_parse_behind(text + 16, n, &b));
        CHECK(n == 1 || a == b);
    }
    CHECK(pen_number_parse("1.52", 3, &x) && x == 1.5);
    CHECK(pen_number_parse("1e55", 3, &x) && x == 1e5);
}

/* Exact midpoints between neighbours, and the same one digit up and down. */
static void ties_go_to_even(void)
{
    pen_rng rng;
    pen_rng_init(&rng, 7, 0, 0, 0);
    for (int i = 0; i < 3000; i++) {
        uint64_t bits = ((uint64_t)pen_rng_u32(&rng) << 32 | pen_rng_u32(&rng)) >> 1;
        if (i % 3 == 0) /* near 1, where midpoints are short enough to be met */
            bits = (uint64_t)(1023 + (int)(bits % 120) - 60) << 52 | (bits >> 12 & 0xfffffffff);
        double low = from_bits(bits), high = from_bits(bits + 1);
        if (!isfinite(high))
            continue;
        char text[1200];
        /* The midpoint needs one more bit than a double: long double has it. */
        snprintf(text, sizeof text, "%.1100Le", ((long double)low + high) / 2);
        check_reads(text);
        char *point = strchr(text, 'e');
        point[-1] = '1';
        check_reads(text);
    }
}

static void random_bit_patterns_survive_print_and_read(void)
{
    pen_rng rng;
    pen_rng_init(&rng, 1, 0, 0, 0);
    int64_t until = pen_clock_ns() + 1500000000;
    long n = 0, bad = 0;
    for (; n < 4000000 && (n % 1024 != 0 || pen_clock_ns() < until); n++) {
        uint64_t bits = (uint64_t)pen_rng_u32(&rng) << 32 | pen_rng_u32(&rng);
        if (n % 8 == 0)
            bits &= UINT64_C(0x800fffffffffffff); /* subnormal */
        if (n % 8 == 1)
            bits &= UINT64_C(0xfff0000000000000); /* a power of two */
        double x = from_bits(bits), back;
        char text[PEN_NUMBER_BYTES];
        size_t length = pen_number_print(x, text);
        int ok = length <= 25 && pen_number_parse(text, length, &back);
        bad += !ok || !(is_same(x, back) || (isnan(x) && isnan(back)));
    }
    CHECK(bad == 0);
    CHECK(n > 20000);
}

static void seventeen_digits_read_like_strtod(void)
{
    pen_rng rng;
    pen_rng_init(&rng, 2, 0, 0, 0);
    int64_t until = pen_clock_ns() + 1500000000;
    long bad = 0;
    for (long n = 0; n < 1000000 && (n % 256 != 0 || pen_clock_ns() < until); n++) {
        double x = from_bits((uint64_t)pen_rng_u32(&rng) << 32 | pen_rng_u32(&rng)), got = 0;
        char text[64];
        static const char *const formats[] = { "%.17g", "%.16g", "%.9g", "%.25g", "%.3g" };
        if (!isfinite(x))
            continue;
        int length = snprintf(text, sizeof text, formats[n % 5], x);
        bad += !pen_number_parse(text, (size_t)length, &got) || !is_same(got, strtod(text, NULL));
    }
    CHECK(bad == 0);
}

static void random_digit_strings_read_like_strtod(void)
{
    pen_rng rng;
    pen_rng_init(&rng, 3, 0, 0, 0);
    long bad = 0;
    for (long n = 0; n < 100000; n++) {
        char text[96];
        size_t length = 0, n_digits = 1 + pen_rng_u32(&rng) % 40, point = pen_rng_u32(&rng) % 42;
        for (size_t i = 0; i < n_digits; i++) {
            if (i == point)
                text[length++] = '.';
            text[length++] = (char)('0' + pen_rng_u32(&rng) % 10);
        }
        length += (size_t)sprintf(text + length, "e%d", (int)(pen_rng_u32(&rng) % 700) - 360);
        double got = 0;
        bad += !pen_number_parse(text, length, &got) || !is_same(got, strtod(text, NULL));
    }
    CHECK(bad == 0);
}

/* The digits of text without sign, point, outer zeros and exponent. */
static size_t significant(const char *text, size_t n, char *out)
{
    size_t m = 0;
    for (size_t i = 0; i < n && text[i] != 'e'; i++)
        if (text[i] >= '0' && text[i] <= '9' && (m > 0 || text[i] != '0'))
            out[m++] = text[i];
    while (m > 1 && out[m - 1] == '0')
        m--;
    return m;
}

/* The fewest digits with which printf's rounding reads back are ours; where
 * neighbours are not equally far (powers of two) ours may be fewer. */
static int is_shortest(double x, const char *text, size_t n, int is_float)
{
    char want[64], got[64], wanted[64];
    int precision = 0;
    do
        snprintf(want, sizeof want, "%.*e", precision++, x);
    while (is_float ? strtof(want, NULL) != (float)x : strtod(want, NULL) != x);
    size_t n_got = significant(text, n, got), n_want = significant(want, strlen(want), wanted);
    if ((to_bits(x) & 0xfffffffffffff) == 0)
        return n_got <= n_want;
    return n_got == n_want && memcmp(got, wanted, n_got) == 0;
}

static void printed_digits_are_the_shortest_and_closest(void)
{
    pen_rng rng;
    pen_rng_init(&rng, 4, 0, 0, 0);
    long bad = 0;
    for (long n = 0; n < 40000; n++) {
        double x = from_bits((uint64_t)pen_rng_u32(&rng) << 32 | pen_rng_u32(&rng));
        if (n % 2)
            x = (double)(pen_rng_u32(&rng) % 10000000) / 1000 + 0.01;
        char text[PEN_NUMBER_BYTES];
        size_t length = pen_number_print(x, text);
        bad += isfinite(x) && x != 0 && !is_shortest(x, text, length, 0);
    }
    CHECK(bad == 0);
}

static void floats_print_shortest_and_read_back(void)
{
    pen_rng rng;
    pen_rng_init(&rng, 5, 0, 0, 0);
    long bad = 0;
    for (long n = 0; n < 300000; n++) {
        uint32_t bits = pen_rng_u32(&rng);
        if (n % 8 == 0)
            bits &= 0x807fffff;
        if (n % 8 == 1)
            bits &= 0xff800000;
        float x, back;
        memcpy(&x, &bits, 4);
        char text[PEN_NUMBER_BYTES];
        size_t length = pen_number_print_f32(x, text);
        text[length] = 0;
        back = strtof(text, NULL);
        bad += !(isnan(x) ? isnan(back) : memcmp(&x, &back, 4) == 0);
        bad += n % 16 == 3 && isfinite(x) && x != 0 && !is_shortest((double)x, text, length, 1);
    }
    CHECK(bad == 0);
}

static void numbers_have_the_expected_look(void)
{
    static const struct {
        double x;
        const char *want;
    } rows[] = {
        { 0, "0" },
        { -0.0, "-0" },
        { 1, "1" },
        { -1.5, "-1.5" },
        { 100, "100" },
        { 61837.63, "61837.63" },
        { 0.1, "0.1" },
        { 1e-5, "0.00001" },
        { 1e-6, "1e-6" },
        { 1.5e-7, "1.5e-7" },
        { 1e16, "10000000000000000" },
        { 123456789012345680, "1.2345678901234568e17" },
        { 1e17, "1e17" },
        { 1e22, "1e22" },
        { 1.5e300, "1.5e300" },
        { 5e-324, "5e-324" },
        { DBL_MAX, "1.7976931348623157e308" },
        { DBL_MIN, "2.2250738585072014e-308" },
        { NAN, "nan" },
        { INFINITY, "inf" },
        { -INFINITY, "-inf" },
        { (double)9007199254740993, "9007199254740992" },
        { 0.00012345, "0.00012345" },
        { 299792458, "299792458" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[PEN_NUMBER_BYTES];
        text[pen_number_print(rows[i].x, text)] = 0;
        CHECK_TEXT(text, rows[i].want);
    }
    char text[PEN_NUMBER_BYTES];
    text[pen_number_print_f32(0.1f, text)] = 0;
    CHECK_TEXT(text, "0.1");
    text[pen_number_print_f32(16777216.0f, text)] = 0;
    CHECK_TEXT(text, "16777216");
}

static void integers_are_read_and_printed_over_their_whole_range(void)
{
    static const int64_t values[] = {
        0, 1, -1, 10, 1723161254087896568, INT64_MAX, INT64_MIN, -99
    };
    for (size_t i = 0; i < COUNT(values); i++) {
        char text[PEN_NUMBER_BYTES], want[32];
        size_t n = pen_number_print_i64(values[i], text);
        text[n] = 0;
        snprintf(want, sizeof want, "%lld", (long long)values[i]);
        CHECK_TEXT(text, want);
        int64_t back = 3;
        CHECK(pen_number_parse_i64(text, n, &back) && back == values[i]);
    }
    static const char *const bad[] = {
        "",    "-",   "9223372036854775808", "-9223372036854775809", "1.0", "12345678901234567890",
        "1e3", "0x10"
    };
    int64_t x;
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK(!pen_number_parse_i64(bad[i], strlen(bad[i]), &x));
    CHECK(pen_number_parse_i64("000000000000000000000012", 24, &x) && x == 12);
}

static const check_test tests[] = {
    TEST(known_hard_numbers_read_like_strtod),
    TEST(what_is_not_a_number_is_refused),
    TEST(words_for_the_special_values_are_read),
    TEST(only_the_slice_is_read),
    TEST(ties_go_to_even),
    TEST(random_bit_patterns_survive_print_and_read),
    TEST(seventeen_digits_read_like_strtod),
    TEST(random_digit_strings_read_like_strtod),
    TEST(printed_digits_are_the_shortest_and_closest),
    TEST(floats_print_shortest_and_read_back),
    TEST(numbers_have_the_expected_look),
    TEST(integers_are_read_and_printed_over_their_whole_range),
};
TEST_MAIN(tests)
