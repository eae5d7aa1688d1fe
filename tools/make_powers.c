/* Writes the table of powers of ten that number.c reads and prints with.
 *
 * For q in [FIRST, LAST]: the leading 128 bits of 10^q (equally of 5^q), highest
 * bit set, as two 64-bit words.  Exact for 0 <= q <= 55, rounded up for
 * -27 <= q < 0, rounded down elsewhere: what the decimal reader's proof needs;
 * the printer, which needs every inexact one rounded up, adds the one. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { FIRST = -342, LAST = 324, LIMBS = 26, ROUND_UP_FROM = -27 };

/* Little-endian; LIMBS * 32 = 832 bits hold 5^342 (795 bits) doubled. */
typedef struct natural {
    uint32_t limb[LIMBS];
} natural;

static void multiply(natural *x, uint32_t factor)
{
    uint64_t carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint64_t)x->limb[i] * factor;
        x->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static int bit_length(const natural *x)
{
    for (int i = LIMBS - 1; i >= 0; i--)
        if (x->limb[i] != 0)
            return 32 * i + 32 - __builtin_clz(x->limb[i]);
    return 0;
}

static int bit(const natural *x, int position)
{
    return position < 0 ? 0 : x->limb[position / 32] >> position % 32 & 1;
}

static int is_at_least(const natural *x, const natural *y)
{
    for (int i = LIMBS - 1; i >= 0; i--)
        if (x->limb[i] != y->limb[i])
            return x->limb[i] > y->limb[i];
    return 1;
}

static void subtract(natural *x, const natural *y)
{
    int64_t borrow = 0;
    for (int i = 0; i < LIMBS; i++) {
        borrow += (int64_t)x->limb[i] - y->limb[i];
        x->limb[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
}

static natural power_of_five(int n)
{
    natural x = { { 1 } };
    for (int i = 0; i < n; i++)
        multiply(&x, 5);
    return x;
}

/* The leading 128 bits of 5^q, rounded down. */
static void leading_bits(int q, uint64_t word[2])
{
    natural power = power_of_five(q);
    int top = bit_length(&power) - 1;
    for (int i = 0; i < 128; i++)
        word[i / 64] = word[i / 64] << 1 | (uint64_t)bit(&power, top - i);
}

/* The leading 128 bits of 1 / 5^n, rounded down: binary long division. */
static void leading_bits_of_inverse(int n, uint64_t word[2])
{
    natural power = power_of_five(n), rest = { { 0 } };
    int top = bit_length(&power) - 1;
    rest.limb[top / 32] = (uint32_t)1 << top % 32;
    for (int i = 0; i < 128; i++) {
        multiply(&rest, 2);
        int fits = is_at_least(&rest, &power);
        if (fits)
            subtract(&rest, &power);
        word[i / 64] = word[i / 64] << 1 | (uint64_t)fits;
    }
}

int main(void)
{
    printf("#include \"machine/base/number_bits.h\"\n\n");
    printf("_Static_assert(POWER_FIRST == %d, \"the table's first power\");\n", FIRST);
    printf("const uint64_t pen_powers[][2] = {\n");
    for (int q = FIRST; q <= LAST; q++) {
        uint64_t word[2] = { 0, 0 };
        if (q < 0)
            leading_bits_of_inverse(-q, word);
        else
            leading_bits(q, word);
        if (q < 0 && q >= ROUND_UP_FROM && ++word[1] == 0)
            word[0]++;
        printf("    { 0x%016llxu, 0x%016llxu },\n", (unsigned long long)word[0],
               (unsigned long long)word[1]);
    }
    printf("};\n");
    return 0;
}
