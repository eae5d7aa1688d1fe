/* The line that sums up a run's comparisons with a peer. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../bench/summary.h"
#include "check.h"

static const bench_case cases[] = {
    { .name = "a", .peer_name = "Peer" }, { .name = "b", .peer_name = "Peer" },
    { .name = "c", .peer_name = "Peer" }, { .name = "d", .peer_name = "Peer" },
    { .name = "e", .peer_name = "Peer" }, { .name = "f", .peer_name = "Other" },
};

static void add(bench_summary *s, int i, size_t items, unsigned threads, double ratio)
{
    bench_result r = { .test = &cases[i], .items = items, .threads = threads, .peer_ratio = ratio };
    CHECK_OK(bench_summary_add(s, &r));
}

static char *printed(bench_summary *s)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bench_summary_print(s, out);
    fclose(out);
    bench_summary_clear(s);
    return text;
}

static void a_line_says_median_and_extremes(void)
{
    bench_summary s = { 0 };
    const double ratios[] = { 3, 0.5, 8, 2 };
    for (int i = 0; i < 4; i++)
        add(&s, i, 100, 1, ratios[i]);
    char *text = printed(&s);
    CHECK(strcmp(text, "Peer's time over ours, 4 of 100 items, threads 1: median 2.50, least 0.50 "
                       "(b), most 8.00 (c), 1 below 1\n") == 0);
    free(text);
}

static void peers_sizes_and_threads_stay_apart(void)
{
    bench_summary s = { 0 };
    for (int k = 0; k < 70; k++) /* grows */
        add(&s, k % 5, k % 2 == 0 ? 100 : 200, 1, 1 + k);
    for (int i = 0; i < 5; i++) {
        add(&s, i, 100, 2, 1);
        add(&s, 5, 100, 1, 1);
    }
    char *text = printed(&s), *at = text;
    static const char *const lines[] = { "Other's time over ours, 5 of 100 items, threads 1: ",
                                         "Peer's time over ours, 35 of 100 items, threads 1: ",
                                         "Peer's time over ours, 5 of 100 items, threads 2: ",
                                         "Peer's time over ours, 35 of 200 items, threads 1: " };
    for (size_t i = 0; i < COUNT(lines); i++) {
        CHECK(strncmp(at, lines[i], strlen(lines[i])) == 0);
        at = strchr(at, '\n') + 1;
    }
    CHECK(*at == '\0');
    free(text);
}

static void too_few_or_none_say_nothing(void)
{
    bench_summary s = { 0 };
    for (int i = 0; i < 3; i++)
        add(&s, i, 100, 1, 2);
    for (int i = 0; i < 9; i++)
        add(&s, 4, 100, 1, NAN); /* without a peer */
    char *text = printed(&s);
    CHECK(strcmp(text, "") == 0);
    free(text);
}

static const check_test tests[] = {
    TEST(a_line_says_median_and_extremes),
    TEST(peers_sizes_and_threads_stay_apart),
    TEST(too_few_or_none_say_nothing),
};
TEST_MAIN(tests)
