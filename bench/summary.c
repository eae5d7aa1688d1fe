/* What all comparisons of a run with one peer say together. */
#include "summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../src/machine/base/status.h"

enum { FEWEST = 4 }; /* a median of fewer says nothing */

pen_status bench_summary_add(bench_summary *s, const bench_result *r)
{
    if (isnan(r->peer_ratio))
        return PEN_OK;
    if (s->count == s->capacity) {
        size_t capacity = s->capacity == 0 ? 64 : 2 * s->capacity;
        bench_ratio *grown = realloc(s->ratios, capacity * sizeof *grown);
        if (grown == NULL)
            return pen_fail(PEN_E_NOMEM, "summing up %zu comparisons", s->count);
        s->ratios = grown;
        s->capacity = capacity;
    }
    s->ratios[s->count++] = (bench_ratio){ r->test, r->threads, r->items, r->peer_ratio };
    return PEN_OK;
}

void bench_summary_clear(bench_summary *s)
{
    free(s->ratios);
    *s = (bench_summary){ 0 };
}

/* Groups: one peer, one size, one number of threads. */
static int compare_groups(const bench_ratio *a, const bench_ratio *b)
{
    int names = strcmp(a->test->peer_name, b->test->peer_name);
    if (names != 0)
        return names;
    if (a->items != b->items)
        return a->items < b->items ? -1 : 1;
    return (a->threads > b->threads) - (a->threads < b->threads);
}

static int compare(const void *x, const void *y)
{
    const bench_ratio *a = x, *b = y;
    int groups = compare_groups(a, b);
    return groups != 0 ? groups : (a->ratio > b->ratio) - (a->ratio < b->ratio);
}

static void print_group(const bench_ratio *r, size_t n, FILE *out)
{
    size_t slower = 0;
    while (slower < n && r[slower].ratio < 1)
        slower++;
    double median = n % 2 != 0 ? r[n / 2].ratio : (r[n / 2 - 1].ratio + r[n / 2].ratio) / 2;
    fprintf(out, "%s's time over ours, %zu of %zu items, threads %u: median %.2f, ",
            r->test->peer_name, n, r->items, r->threads, median);
    fprintf(out, "least %.2f (%s), most %.2f (%s), %zu below 1\n", r[0].ratio, r[0].test->name,
            r[n - 1].ratio, r[n - 1].test->name, slower);
}

void bench_summary_print(bench_summary *s, FILE *out)
{
    if (s->count > 0)
        qsort(s->ratios, s->count, sizeof *s->ratios, compare);
    for (size_t from = 0, to; from < s->count; from = to) {
        for (to = from + 1; to < s->count; to++)
            if (compare_groups(&s->ratios[from], &s->ratios[to]) != 0)
                break;
        if (to - from >= FEWEST)
            print_group(&s->ratios[from], to - from, out);
    }
}
