/* Decimal text <-> binary floating point, both exact: reading rounds correctly
 * (ties to even), printing gives the shortest digits that read back to the same
 * bits.  Independent of the locale. */
#ifndef PEN_BASE_NUMBER_H
#define PEN_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for any printed number; the text itself is at most 25 bytes. */
enum { PEN_NUMBER_BYTES = 48 };

/* Reads all of text[0..n) as a number: [+-] digits [. digits] [e [+-] digits],
 * or inf, infinity, nan in any case.  False, and *out untouched, for anything
 * else (an empty slice, blanks, hexadecimal).  Too large gives infinity, too
 * small zero, as IEEE rounding says.  Threads: any. */
bool pen_number_parse(const char *text, size_t n, double *out);

/* The same where the 16 bytes before text can be read, whatever they hold (as in
 * front of a pen_cell): faster, as no branch depends on the length. */
bool pen_number_parse_behind(const char *text, size_t n, double *out);

/* Reads all of text[0..n) as a decimal integer; false if it is not one or does
 * not fit. */
bool pen_number_parse_i64(const char *text, size_t n, int64_t *out);

/* Print into out (PEN_NUMBER_BYTES, scratched beyond the end), without a final
 * zero byte, and return the length.  Plain decimals for 1e-5 <= |x| < 1e17,
 * otherwise 1.5e-7, 1e22; integers have no point; nan, inf, -inf, -0. */
size_t pen_number_print(double x, char *out);
size_t pen_number_print_f32(float x, char *out);
size_t pen_number_print_i64(int64_t x, char *out);

#endif
