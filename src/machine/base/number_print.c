/* Printing: R. Giulietti, "The Schubfach way to render doubles" (2021): the
 * rounding interval scaled by a power of ten so that it holds at least one and
 * at most ten-odd integers; the shortest, then the closest, is the answer. */
#include <stdbool.h>
#include <string.h>

#include "number.h"
#include "number_bits.h"

enum { FIRST_ROUNDED_UP = -27, LAST_EXACT = 55 };

/* Eight digits of v < 10^8 as bytes 0..9, first digit in the lowest byte: each
 * step splits every lane into quotient and rest by a multiplication. */
static uint64_t spread_digits(uint32_t v)
{
    uint64_t lanes = v / 10000 | (uint64_t)(v % 10000) << 32;
    uint64_t high = lanes * 10486 >> 20 & 0x0000007f0000007fu;
    lanes = high | (lanes - 100 * high) << 16;
    high = lanes * 103 >> 10 & 0x000f000f000f000fu;
    return high | (lanes - 10 * high) << 8;
}

/* A number as 24 digit characters, the significant ones at [first, last], and
 * more zeros, so that copies of a fixed length may start anywhere. */
typedef struct digits {
    char text[48];
    int first, last;
} digits;

/* v in 1 .. 10^17 - 1 */
static void to_digits(uint64_t v, digits *d)
{
    uint64_t rest = v / 100000000;
    uint64_t low = spread_digits((uint32_t)(v % 100000000));
    uint64_t mid = spread_digits((uint32_t)(rest % 100000000));
    uint64_t top = rest / 100000000 << 56;
    store8(d->text, top | ASCII_ZEROS);
    store8(d->text + 8, mid | ASCII_ZEROS);
    store8(d->text + 16, low | ASCII_ZEROS);
    memset(d->text + 24, '0', 24);
    d->first = top != 0   ? 7
               : mid != 0 ? 8 + __builtin_ctzll(mid) / 8
                          : 16 + __builtin_ctzll(low) / 8;
    d->last = low != 0   ? 23 - __builtin_clzll(low) / 8
              : mid != 0 ? 15 - __builtin_clzll(mid) / 8
                         : 7;
}

static size_t put_exponent(char *out, int exponent)
{
    char *p = out;
    *p++ = 'e';
    if (exponent < 0)
        *p++ = '-';
    unsigned e = (unsigned)(exponent < 0 ? -exponent : exponent);
    if (e >= 100)
        *p++ = (char)('0' + e / 100);
    if (e >= 10)
        *p++ = (char)('0' + e / 10 % 10);
    *p++ = (char)('0' + e % 10);
    return (size_t)(p - out);
}

/* Lays out v * 10^k.  Copies are of a fixed length, beyond the end of the text. */
static size_t layout(uint64_t v, int k, char *out)
{
    digits d;
    to_digits(v, &d);
    const char *first = d.text + d.first;
    int n = d.last - d.first + 1;
    int point = n + k + 23 - d.last; /* v * 10^k = 0.d1d2... * 10^point */
    if (point > 17 || point < -4) {
        out[0] = first[0];
        out[1] = '.';
        memcpy(out + 2, first + 1, 16);
        size_t used = n > 1 ? (size_t)n + 1 : 1;
        return used + put_exponent(out + used, point - 1);
    }
    if (point <= 0) {
        memcpy(out, "0.00000", 8);
        memcpy(out + 2 - point, first, 17);
        return (size_t)(2 - point + n);
    }
    memcpy(out, first, 24);
    if (point >= n) /* the zeros came along: the text ends in them */
        return (size_t)point;
    out[point] = '.';
    memcpy(out + point + 1, first + point, 17);
    return (size_t)n + 1;
}

/* The power 10^k for printing: rounded up where it is not exact. */
static product power_up(int k)
{
    const uint64_t *word = pen_powers[k - POWER_FIRST];
    product p = { word[0], word[1] };
    if (k > LAST_EXACT || k < FIRST_ROUNDED_UP)
        p.high += ++p.low == 0;
    return p;
}

/* The high word of g * c, its last bit set if anything below is not zero. */
static uint64_t round_to_odd(product g, uint64_t c)
{
    uint64_t carry = multiply(g.low, c).high;
    product p = multiply(g.high, c);
    p.low += carry;
    p.high += p.low < carry;
    return p.high | (p.low > 1);
}

/* The interval of reals that round to the number, and the number itself, times
 * 4 * 10^-k. */
typedef struct interval {
    uint64_t low, value, high;
} interval;

/* Shortest decimal v * 10^*k inside the interval, the closest of these. */
static uint64_t shortest(interval r, bool is_even, int *k)
{
    uint64_t low = r.low + !is_even, high = r.high - !is_even, s = r.value / 4;
    if (s >= 10) {
        uint64_t ten = s / 10;
        bool is_down = low <= 40 * ten, is_up = 40 * ten + 40 <= high;
        if (is_down != is_up) {
            ++*k;
            return ten + is_up;
        }
    }
    bool is_down = low <= 4 * s, is_up = 4 * s + 4 <= high;
    if (is_down != is_up)
        return s + is_up;
    uint64_t middle = 4 * s + 2;
    return s + (r.value > middle || (r.value == middle && (s & 1)));
}

/* floor(log10(2^q)), or of 3/4 * 2^q where the interval below is half as wide. */
static int decimal_exponent(int q, bool is_lower_closer)
{
    return (q * 1262611 - (is_lower_closer ? 524031 : 0)) >> 22;
}

static int binary_exponent_of_ten(int k)
{
    return k * 1741647 >> 19;
}

static size_t put_special(bool is_nan, char *out)
{
    memcpy(out, is_nan ? "nan" : "inf", 3);
    return 3;
}

size_t pen_number_print(double x, char *out)
{
    uint64_t bits;
    memcpy(&bits, &x, 8);
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1), c = fraction;
    int biased = (int)(bits >> 52 & 0x7ff), q = (biased > 0 ? biased : 1) - 1075;
    size_t sign = bits >> 63 && !(biased == 0x7ff && fraction != 0);
    *out = '-';
    out += sign;
    if (biased == 0x7ff)
        return sign + put_special(fraction != 0, out);
    if (biased > 0)
        c |= UINT64_C(1) << 52;
    if (c == 0) {
        *out = '0';
        return sign + 1;
    }
    if (q <= 0 && q > -53 && (c & ((UINT64_C(1) << -q) - 1)) == 0)
        return sign + layout(c >> -q, 0, out);
    bool is_lower_closer = fraction == 0 && biased > 1;
    int k = decimal_exponent(q, is_lower_closer);
    int h = q + binary_exponent_of_ten(-k) + 1;
    product g = power_up(-k);
    interval r = { round_to_odd(g, (4 * c - 2 + is_lower_closer) << h), round_to_odd(g, 4 * c << h),
                   round_to_odd(g, (4 * c + 2) << h) };
    uint64_t v = shortest(r, (c & 1) == 0, &k);
    return sign + layout(v, k, out);
}

size_t pen_number_print_f32(float x, char *out)
{
    uint32_t bits;
    memcpy(&bits, &x, 4);
    uint64_t fraction = bits & 0x7fffff, c = fraction;
    int biased = (int)(bits >> 23 & 0xff), q = (biased > 0 ? biased : 1) - 150;
    if (biased == 0xff || (bits & 0x7fffffff) == 0)
        return pen_number_print((double)x, out);
    size_t sign = bits >> 31;
    *out = '-';
    out += sign;
    if (biased > 0)
        c |= 0x800000;
    bool is_lower_closer = fraction == 0 && biased > 1;
    int k = decimal_exponent(q, is_lower_closer);
    int h = q + binary_exponent_of_ten(-k) + 1;
    product g = power_up(-k);
    uint64_t below = 4 * c - 2 + is_lower_closer, at = 4 * c, above = 4 * c + 2;
    interval r = { round_to_odd(g, below << h), round_to_odd(g, at << h),
                   round_to_odd(g, above << h) };
    uint64_t v = shortest(r, (c & 1) == 0, &k);
    return sign + layout(v, k, out);
}

size_t pen_number_print_i64(int64_t x, char *out)
{
    const uint64_t unit = UINT64_C(10000000000000000);
    uint64_t v = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
    char *p = out;
    if (x < 0)
        *p++ = '-';
    char text[24];
    store8(text, spread_digits((uint32_t)(v / unit)) | ASCII_ZEROS);
    store8(text + 8, spread_digits((uint32_t)(v % unit / 100000000)) | ASCII_ZEROS);
    store8(text + 16, spread_digits((uint32_t)(v % 100000000)) | ASCII_ZEROS);
    int first = 0;
    while (first < 23 && text[first] == '0')
        first++;
    memcpy(p, text + first, (size_t)(24 - first));
    return (size_t)(p - out) + (size_t)(24 - first);
}
