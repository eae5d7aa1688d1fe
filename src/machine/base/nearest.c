/* Did-you-mean: the known word that a mistyped one is nearest to. */
#include "nearest.h"

#include <string.h>

/* Edit distance of short words, a swap of neighbours counting as one. */
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 31 };
    size_t la = strlen(a), lb = strlen(b), d[LONGEST + 1][LONGEST + 1];
    if (la > LONGEST || lb > LONGEST)
        return LONGEST;
    for (size_t i = 0; i <= la; i++)
        for (size_t j = 0; j <= lb; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
            best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[la][lb];
}

const char *pen_nearest(const char *word, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    size_t length = strlen(word), best = length < 5 ? 2 : 3;
    for (size_t i = 0; i < count; i++) {
        size_t d = distance(word, candidates[i]);
        /* a beginning ("sim" of "simulate") is as good as one slip */
        if (length >= 2 && strncmp(word, candidates[i], length) == 0)
            d = 1;
        if (d < best) {
            best = d;
            nearest = candidates[i];
        }
    }
    return nearest;
}
