/* Numbers as text against strtod, and any bits as a number against themselves. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "machine/base/number.h"

static void check_print(const uint8_t *data)
{
    double x, back;
    float y, z;
    char text[PEN_NUMBER_BYTES];
    memcpy(&x, data, 8);
    memcpy(&y, data, 4);
    size_t n = pen_number_print(x, text);
    if (n > 25 || !pen_number_parse(text, n, &back))
        abort();
    if (!isnan(x) && memcmp(&x, &back, 8) != 0)
        abort();
    n = pen_number_print_f32(y, text);
    text[n] = 0;
    z = strtof(text, NULL);
    if (!isnan(y) && memcmp(&y, &z, 4) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n >= 8)
        check_print(data);
    double x;
    int64_t integer;
    pen_number_parse_i64((const char *)data, n, &integer);
    int is_number = pen_number_parse((const char *)data, n, &x);
    char *block = malloc(16 + n + 1), *text = block + 16;
    if (block == NULL)
        return 0;
    memset(block, '1', 16);
    memcpy(text, data, n);
    double again;
    if (pen_number_parse_behind(text, n, &again) != is_number ||
        (is_number && !isnan(x) && memcmp(&x, &again, 8) != 0))
        abort();
    text[n] = 0;
    if (is_number && !isnan(x)) {
        char *end;
        double want = strtod(text, &end);
        if (end != text + n || memcmp(&x, &want, 8) != 0)
            abort();
    }
    free(block);
    return 0;
}
