/* Reading: Clinger's exact fast path, then the multiplication by a 128-bit power
 * of ten of Eisel and Lemire ("Number parsing at a gigabyte per second", 2021;
 * that it needs no fallback up to 19 digits: Mushtak and Lemire, "Fast number
 * parsing without fallback", 2023).  Longer numbers whose first 19 digits leave
 * two candidates are compared with the midpoint in whole numbers. */
#include "number.h"

#include <math.h>
#include <string.h>

#include "number_bits.h"

enum { WORD_DIGITS = 19 };

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* What the text says: +-digits * 10^exponent, digits from two slices of text. */
typedef struct decimal {
    bool is_negative;
    bool is_truncated; /* digits after the 19th were dropped */
    uint64_t digits;
    int64_t exponent;
    const char *whole, *whole_end, *fraction, *fraction_end;
    int64_t written_exponent;
} decimal;

static bool is_eight_digits(uint64_t word)
{
    return (((word + 0x4646464646464646u) | (word - 0x3030303030303030u)) & 0x8080808080808080u) ==
           0;
}

/* The value of eight digits, first digit in the lowest byte. */
static uint32_t eight_digits(uint64_t word)
{
    word = (word & 0x0f0f0f0f0f0f0f0fu) * 2561 >> 8;
    word = (word & 0x00ff00ff00ff00ffu) * 6553601 >> 16;
    return (uint32_t)((word & 0x0000ffff0000ffffu) * 42949672960001u >> 32);
}

/* Appends the digits from p to *value, which may wrap; returns where they end. */
static const char *read_digits(const char *p, const char *end, uint64_t *value)
{
    uint64_t v = *value;
    while (end - p >= 8) {
        uint64_t word = load8(p);
        if (!is_eight_digits(word))
            break;
        v = v * 100000000 + eight_digits(word);
        p += 8;
    }
    for (; p < end && is_digit(*p); p++)
        v = v * 10 + (uint64_t)(*p - '0');
    *value = v;
    return p;
}

/* e[+-]digits at p; the value saturates far outside any double's range. */
static const char *read_exponent(const char *p, const char *end, int64_t *out)
{
    const char *start = p++;
    bool is_negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end || !is_digit(*p))
        return start;
    int64_t value = 0;
    for (; p < end && is_digit(*p); p++)
        if (value < INT64_C(1000000000000000))
            value = value * 10 + (*p - '0');
    *out = is_negative ? -value : value;
    return p;
}

/* Keeps the first 19 significant digits of a longer number. */
static void truncate_digits(decimal *d)
{
    const char *p = d->whole;
    int n = 0;
    int64_t dropped = 0;
    d->digits = 0;
    for (int part = 0; part < 2; part++) {
        const char *end = part == 0 ? d->whole_end : d->fraction_end;
        for (p = part == 0 ? d->whole : d->fraction; p < end; p++) {
            if (n == 0 && *p == '0')
                continue;
            if (n < WORD_DIGITS) {
                d->digits = d->digits * 10 + (uint64_t)(*p - '0');
                n++;
            } else {
                dropped++;
            }
        }
    }
    d->is_truncated = dropped > 0;
    d->exponent += dropped;
}

/* Takes the text apart; false if it is not a number of the plain form. */
static bool read_decimal(const char *p, const char *end, decimal *d)
{
    d->is_negative = p < end && *p == '-';
    d->is_truncated = false;
    d->digits = 0;
    d->written_exponent = 0;
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    d->whole = p;
    d->whole_end = p = read_digits(p, end, &d->digits);
    d->fraction = d->fraction_end = p;
    if (p < end && *p == '.') {
        d->fraction = p + 1;
        d->fraction_end = p = read_digits(p + 1, end, &d->digits);
    }
    ptrdiff_t n_fraction = d->fraction_end - d->fraction;
    ptrdiff_t n_digits = d->whole_end - d->whole + n_fraction;
    if (n_digits == 0)
        return false;
    if (p < end && (*p | 0x20) == 'e')
        p = read_exponent(p, end, &d->written_exponent);
    d->exponent = d->written_exponent - n_fraction;
    if (n_digits > WORD_DIGITS)
        truncate_digits(d);
    return p == end;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, 8);
    return x;
}

/* The leading bits of w * 5^q; the second half of the power only where the first
 * leaves the 55 bits that matter open to a carry. */
static product scale(uint64_t w, int q)
{
    const uint64_t *power = pen_powers[q - POWER_FIRST];
    product p = multiply(w, power[0]);
    if ((p.high & 0x1ff) == 0x1ff) {
        uint64_t carry = multiply(w, power[1]).high;
        p.low += carry;
        p.high += p.low < carry;
    }
    return p;
}

/* The bits of the double nearest to w * 10^q, w > 0 (Eisel-Lemire). */
static uint64_t nearest_bits(uint64_t w, int64_t q64)
{
    const uint64_t hidden = UINT64_C(1) << 52, infinity = UINT64_C(0x7ff) << 52;
    if (w == 0 || q64 < POWER_FIRST)
        return 0;
    if (q64 > 308)
        return infinity;
    int q = (int)q64, leading = __builtin_clzll(w);
    product p = scale(w << leading, q);
    int upper = (int)(p.high >> 63), shift = upper + 9;
    uint64_t m = p.high >> shift; /* 54 bits: one more than kept */
    int exponent = (217706 * q >> 16) + 63 + upper - leading + 1023;
    if (exponent <= 0) {
        if (exponent < -62)
            return 0;
        m >>= 1 - exponent;
        return (m + (m & 1)) >> 1; /* a carry into the exponent is the right answer */
    }
    /* Exactly halfway is possible only for small powers: then to even. */
    if (p.low <= 1 && q >= -4 && q <= 23 && (m & 3) == 1 && m << shift == p.high)
        m &= ~UINT64_C(1);
    m = (m + (m & 1)) >> 1;
    uint64_t bits = ((uint64_t)exponent << 52) + (m - hidden);
    return bits < infinity ? bits : infinity;
}

/* ---- Reading: the rare long number between two candidates ---- */

enum { BIG_LIMBS = 132, BIG_DIGITS = 800 };

/* 4224 bits hold 801 digits shifted by 1075 bits, or a midpoint times 10^1124. */
typedef struct big {
    uint32_t limb[BIG_LIMBS];
    int n;
} big;

static void big_multiply_add(big *x, uint32_t factor, uint32_t add)
{
    uint64_t carry = add;
    for (int i = 0; i < x->n; i++) {
        carry += (uint64_t)x->limb[i] * factor;
        x->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0)
        x->limb[x->n++] = (uint32_t)carry;
}

static void big_scale(big *x, int64_t tens, int64_t twos)
{
    for (; tens >= 9; tens -= 9)
        big_multiply_add(x, 1000000000, 0);
    for (; tens > 0; tens--)
        big_multiply_add(x, 10, 0);
    for (; twos >= 31; twos -= 31)
        big_multiply_add(x, UINT32_C(1) << 31, 0);
    if (twos > 0)
        big_multiply_add(x, UINT32_C(1) << twos, 0);
}

static int big_compare(const big *x, const big *y)
{
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    for (int i = x->n - 1; i >= 0; i--)
        if (x->limb[i] != y->limb[i])
            return x->limb[i] < y->limb[i] ? -1 : 1;
    return 0;
}

/* All digits of d as a whole number, times 10^-(*exponent); digits after the
 * 800th matter only by not being zero, as a midpoint has at most 767. */
static void big_from_decimal(const decimal *d, big *x, int64_t *exponent)
{
    int n = 0;
    int64_t dropped = 0;
    bool is_more = false;
    x->n = 0;
    for (int part = 0; part < 2; part++) {
        const char *p = part == 0 ? d->whole : d->fraction;
        const char *end = part == 0 ? d->whole_end : d->fraction_end;
        for (; p < end; p++) {
            if (n == 0 && *p == '0')
                continue;
            if (n < BIG_DIGITS) {
                big_multiply_add(x, 10, (uint32_t)(*p - '0'));
                n++;
            } else {
                dropped++;
                is_more |= *p != '0';
            }
        }
    }
    *exponent = d->written_exponent - (d->fraction_end - d->fraction) + dropped;
    if (is_more) {
        big_multiply_add(x, 10, 1);
        --*exponent;
    }
}

/* Chooses between the doubles with bits low and low + 1 by comparing with their
 * midpoint; a tie goes to the even one. */
static uint64_t choose(const decimal *d, uint64_t low)
{
    int biased = (int)(low >> 52);
    uint64_t m = low & ((UINT64_C(1) << 52) - 1);
    m = 2 * (biased > 0 ? m | UINT64_C(1) << 52 : m) + 1;
    int64_t twos = (biased > 0 ? biased : 1) - 1076, exponent; /* midpoint = m * 2^twos */
    big left, right = { .limb = { (uint32_t)m, (uint32_t)(m >> 32) } };
    right.n = m >> 32 != 0 ? 2 : 1;
    big_from_decimal(d, &left, &exponent);
    big_scale(&left, exponent > 0 ? exponent : 0, twos < 0 ? -twos : 0);
    big_scale(&right, exponent < 0 ? -exponent : 0, twos > 0 ? twos : 0);
    int order = big_compare(&left, &right);
    return order > 0 || (order == 0 && (low & 1)) ? low + 1 : low;
}

/* The powers of ten that a double holds exactly. */
static const double tens[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

static double from_decimal(const decimal *d)
{
    if (d->exponent >= -22 && d->exponent <= 22 && d->digits <= UINT64_C(1) << 53 &&
        !d->is_truncated) {
        double x = (double)d->digits; /* both factors exact, so one rounding */
        x = d->exponent < 0 ? x / tens[-d->exponent] : x * tens[d->exponent];
        return d->is_negative ? -x : x;
    }
    uint64_t bits = nearest_bits(d->digits, d->exponent);
    if (d->is_truncated && nearest_bits(d->digits + 1, d->exponent) != bits)
        bits = choose(d, bits);
    return from_bits(bits | (uint64_t)d->is_negative << 63);
}

static bool is_word(const char *text, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if ((text[i] | 0x20) != word[i])
            return false;
    return word[n] == 0;
}

static bool parse_word(const char *text, size_t n, double *out)
{
    bool is_negative = n > 0 && *text == '-';
    if (n > 0 && (*text == '-' || *text == '+')) {
        text++;
        n--;
    }
    double x;
    if (n == 3 && is_word(text, 3, "nan"))
        x = NAN;
    else if ((n == 3 && is_word(text, 3, "inf")) || (n == 8 && is_word(text, 8, "infinity")))
        x = INFINITY;
    else
        return false;
    *out = is_negative ? -x : x;
    return true;
}

/* ---- Reading: digits with at most one point, up to 16 characters ---- */

static uint64_t load4(const char *p)
{
    uint32_t word;
    memcpy(&word, p, 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap32(word);
#endif
    return word;
}

/* 0x80 in the bytes of word that are points; exact only up to the first. */
static uint64_t find_point(uint64_t word)
{
    uint64_t x = word ^ 0x2e2e2e2e2e2e2e2eu;
    return (x - 0x0101010101010101u) & ~x & 0x8080808080808080u;
}

/* text[0..n), n <= 8, moved to the end of the word, zeros in front. */
static uint64_t load_up_to_8(const char *text, size_t n)
{
    uint64_t word = 0;
    if (n == 8)
        return load8(text);
    if (n >= 4) /* two loads that overlap in equal characters */
        word = load4(text + n - 4) << 32 | load4(text) << (64 - 8 * n);
    else
        for (size_t i = 0; i < n; i++)
            word |= (uint64_t)(unsigned char)text[i] << (64 - 8 * (n - i));
    return word | ASCII_ZEROS >> 8 * n;
}

/* Sixteen characters, digits and at most one point, as two words: without a branch
 * that depends on the digits.  True means digits / 10^places is what they say. */
static inline bool read_words(uint64_t high, uint64_t low, uint64_t *digits, unsigned *places)
{
    uint64_t high_point = find_point(high), low_point = find_point(low);
    *places = 0;
    if (low_point != 0) { /* close the gap over both words */
        unsigned at = (unsigned)__builtin_ctzll(low_point) & 56;
        uint64_t below = low & ((UINT64_C(1) << at) - 1), above = low >> at >> 8 << 8 << at;
        *places = 7 - at / 8;
        low = above | below << 8 | high >> 56;
        high = high << 8 | '0';
    } else if (high_point != 0) {
        unsigned at = (unsigned)__builtin_ctzll(high_point) & 56;
        uint64_t below = high & ((UINT64_C(1) << at) - 1), above = high >> at >> 8 << 8 << at;
        *places = 15 - at / 8;
        high = above | below << 8 | '0';
    }
    *digits = (uint64_t)eight_digits(high) * 100000000 + eight_digits(low);
    return is_eight_digits(high) && is_eight_digits(low) && *digits <= UINT64_C(1) << 53;
}

static bool read_long(const char *text, size_t n, double *out)
{
    decimal d;
    if (!read_decimal(text, text + n, &d))
        return parse_word(text, n, out);
    *out = from_decimal(&d);
    return true;
}

bool pen_number_parse(const char *text, size_t n, double *out)
{
    bool is_negative = n > 0 && *text == '-';
    const char *first = text + is_negative;
    size_t m = n - is_negative;
    uint64_t digits;
    unsigned places;
    if (m - 1 >= 16 || (m == 1 && *first == '.'))
        return read_long(text, n, out);
    uint64_t high = m > 8 ? load_up_to_8(first, m - 8) : ASCII_ZEROS;
    uint64_t low = m > 8 ? load8(first + m - 8) : load_up_to_8(first, m);
    if (!read_words(high, low, &digits, &places))
        return read_long(text, n, out);
    double x = (double)digits / tens[places];
    *out = is_negative ? -x : x;
    return true;
}

bool pen_number_parse_behind(const char *text, size_t n, double *out)
{
    bool is_negative = n > 0 && *text == '-';
    const char *end = text + n;
    size_t m = n - is_negative;
    uint64_t digits;
    unsigned places;
    if (m - 1 >= 16 || (m == 1 && end[-1] == '.'))
        return read_long(text, n, out);
    uint64_t low_kept = m >= 8 ? ~UINT64_C(0) : ~UINT64_C(0) << (64 - 8 * m);
    uint64_t high_kept = m <= 8 ? 0 : ~UINT64_C(0) << (128 - 8 * m);
    uint64_t low = (load8(end - 8) & low_kept) | (ASCII_ZEROS & ~low_kept);
    uint64_t high = (load8(end - 16) & high_kept) | (ASCII_ZEROS & ~high_kept);
    if (!read_words(high, low, &digits, &places))
        return read_long(text, n, out);
    double x = (double)digits / tens[places];
    *out = is_negative ? -x : x;
    return true;
}

bool pen_number_parse_i64(const char *text, size_t n, int64_t *out)
{
    bool is_negative = n > 0 && *text == '-';
    const char *p = text + (n > 0 && (*text == '-' || *text == '+')), *end = text + n;
    while (end - p > 1 && *p == '0')
        p++;
    uint64_t value = 0;
    if (p == end || end - p > WORD_DIGITS || read_digits(p, end, &value) != end)
        return false;
    if (value > (uint64_t)INT64_MAX + is_negative)
        return false;
    *out = (int64_t)(is_negative ? 0 - value : value);
    return true;
}
