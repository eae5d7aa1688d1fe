/* What reading and printing numbers share; number.c and number_print.c only. */
#ifndef PEN_BASE_NUMBER_BITS_H
#define PEN_BASE_NUMBER_BITS_H

#include <stdint.h>
#include <string.h>

/* The leading 128 bits of 10^q, high word first, at [q - POWER_FIRST]; written by
 * tools/make_powers.c, which says how they are rounded. */
enum { POWER_FIRST = -342 };
extern const uint64_t pen_powers[][2];

#define ASCII_ZEROS 0x3030303030303030u

/* Words hold text with its first character in the lowest byte. */
static inline uint64_t load8(const char *p)
{
    uint64_t word;
    memcpy(&word, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static inline void store8(char *p, uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    memcpy(p, &word, 8);
}

typedef struct product {
    uint64_t high, low;
} product;

static inline product multiply(uint64_t a, uint64_t b)
{
    unsigned __int128 wide = (unsigned __int128)a * b;
    return (product){ (uint64_t)(wide >> 64), (uint64_t)wide };
}

#endif
