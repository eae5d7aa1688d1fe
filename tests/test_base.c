/* Status, checked sizes, allocation failure, random numbers, threads. */
#include <stdatomic.h>
#include <stdint.h>

#include "check.h"
#include "machine/base/alloc.h"
#include "machine/base/rng.h"
#include "machine/base/size.h"
#include "machine/base/thread.h"

static void philox_gives_its_known_answers(void)
{
    /* Random123's kat_vectors, philox4x32 10. */
    static const struct {
        uint32_t counter[4], key[2], want[4];
    } rows[] = {
        { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
          { 0xffffffff, 0xffffffff },
          { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
          { 0xa4093822, 0x299f31d0 },
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t got[4];
        pen_philox(rows[i].counter, rows[i].key, got);
        CHECK(memcmp(got, rows[i].want, sizeof got) == 0);
    }
}

static void splitmix_gives_its_known_answers(void)
{
    static const uint64_t want[] = { 0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f,
                                     0xf88bb8a8724c81ec };
    uint64_t state = 0;
    for (size_t i = 0; i < COUNT(want); i++)
        CHECK(pen_splitmix64(&state) == want[i]);
}

static void a_failure_keeps_its_text_and_code(void)
{
    CHECK(pen_fail(PEN_E_ARG, "window %d", 0) == PEN_E_ARG);
    CHECK_TEXT(pen_last_error(), "window 0");
    CHECK(pen_fail_context(PEN_E_ARG, "sma") == PEN_E_ARG);
    CHECK_TEXT(pen_last_error(), "sma: window 0");
    CHECK_TEXT(pen_status_name(PEN_E_ARG), "PEN_E_ARG");
    CHECK_TEXT(pen_status_name((pen_status)77), "PEN_?");
}

static void a_size_that_overflows_is_an_error(void)
{
    size_t out = 1;
    CHECK_STATUS(pen_size_mul(SIZE_MAX, 2, &out), PEN_E_SIZE);
    CHECK(out == 0);
    CHECK_STATUS(pen_size_add(SIZE_MAX, 1, &out), PEN_E_SIZE);
    CHECK_OK(pen_size_mul(3, 5, &out));
    CHECK(out == 15);
}

static void an_injected_failure_is_reported_once(void)
{
    long before = pen_alloc_live();
    void *a = NULL, *b = NULL;
    pen_alloc_fail_after(1);
    CHECK_OK(pen_alloc(1, 8, &a));
    CHECK_STATUS(pen_alloc(1, 8, &b), PEN_E_NOMEM);
    CHECK(b == NULL);
    CHECK_OK(pen_alloc(1, 8, &b));
    pen_alloc_fail_after(-1);
    pen_free(a);
    pen_free(b);
    CHECK(pen_alloc_live() == before);
}

static void add_range(void *context, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        atomic_fetch_add((atomic_size_t *)context, i);
}

static void nested_ranges(void *context, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        pen_parallel_for(10, 1, add_range, context);
}

static void every_item_is_done_once_with_any_thread_count(void)
{
    static const unsigned counts[] = { 1, 2, 3, 8 };
    for (size_t c = 0; c < COUNT(counts); c++) {
        pen_thread_count_set(counts[c]);
        for (size_t repeat = 0; repeat < 200; repeat++) {
            atomic_size_t sum = 0;
            pen_parallel_for(1001, 7, add_range, &sum);
            CHECK(sum == 1000 * 1001 / 2);
        }
        atomic_size_t sum = 0;
        pen_parallel_for(50, 1, nested_ranges, &sum);
        CHECK(sum == 50 * 45);
    }
    pen_thread_count_set(0);
}

static const check_test tests[] = {
    TEST(philox_gives_its_known_answers),       TEST(splitmix_gives_its_known_answers),
    TEST(a_failure_keeps_its_text_and_code),    TEST(a_size_that_overflows_is_an_error),
    TEST(an_injected_failure_is_reported_once), TEST(every_item_is_done_once_with_any_thread_count),
};
TEST_MAIN(tests)
