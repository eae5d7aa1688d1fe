/* The test harness: CHECK counts, TEST_MAIN runs a list of functions, the exit
 * code says whether all passed.  Test names are sentences. */
#ifndef PEN_TESTS_CHECK_H
#define PEN_TESTS_CHECK_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "penstock/status.h"

static int check_failed_, check_skipped_;

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("    %s:%d: %s\n", __FILE__, __LINE__, #condition);                             \
            check_failed_++;                                                                       \
        }                                                                                          \
    } while (0)

/* Compares a status and shows the library's text when it differs. */
#define CHECK_STATUS(call, want)                                                                   \
    do {                                                                                           \
        pen_status got_ = (call);                                                                  \
        if (got_ != (want)) {                                                                      \
            printf("    %s:%d: %s gave %s (%s), expected %s\n", __FILE__, __LINE__, #call,         \
                   pen_status_name(got_), pen_last_error(), pen_status_name(want));                \
            check_failed_++;                                                                       \
        }                                                                                          \
    } while (0)
#define CHECK_OK(call) CHECK_STATUS(call, PEN_OK)

/* |got - want| <= tol; a NaN on one side only fails. */
static inline void check_near_(const char *file, int line, const char *label, double got,
                               double want, double tol)
{
    if ((isnan(got) && isnan(want)) || got == want || fabs(got - want) <= tol)
        return;
    printf("    %s:%d: %s: got %.17g, expected %.17g within %g\n", file, line, label, got, want,
           tol);
    check_failed_++;
}
#define CHECK_NEAR(label, got, want, tol) check_near_(__FILE__, __LINE__, label, got, want, tol)

#define CHECK_TEXT(got, want)                                                                      \
    do {                                                                                           \
        const char *g_ = (got), *w_ = (want);                                                      \
        if (strcmp(g_, w_) != 0) {                                                                 \
            printf("    %s:%d: got \"%s\", expected \"%s\"\n", __FILE__, __LINE__, g_, w_);        \
            check_failed_++;                                                                       \
        }                                                                                          \
    } while (0)
/* The last error's text contains `part`. */
#define CHECK_ERROR_SAYS(part)                                                                     \
    do {                                                                                           \
        if (strstr(pen_last_error(), part) == NULL) {                                              \
            printf("    %s:%d: error \"%s\" lacks \"%s\"\n", __FILE__, __LINE__, pen_last_error(), \
                   part);                                                                          \
            check_failed_++;                                                                       \
        }                                                                                          \
    } while (0)

/* Leaves the test and counts it as skipped. */
#define SKIP(why)                                                                                  \
    do {                                                                                           \
        printf("    skipped: %s\n", why);                                                          \
        check_skipped_ = 1;                                                                        \
        return;                                                                                    \
    } while (0)

typedef struct check_test {
    const char *name;
    void (*run)(void);
} check_test;
/* clang-format off */
#define TEST(function) { #function, function }
/* clang-format on */

/* Runs all tests; prints a line each and "# passed failed skipped" last, which
 * scripts/run_tests.sh adds up. */
static inline int check_main_(const check_test *tests, size_t n, int argc, char **argv)
{
    int passed = 0, failed = 0, skipped = 0;
    for (size_t i = 0; i < n; i++) {
        if (argc > 1 && strstr(tests[i].name, argv[1]) == NULL)
            continue;
        int before = check_failed_;
        check_skipped_ = 0;
        tests[i].run();
        int is_bad = check_failed_ != before;
        printf("  %s %s\n", is_bad ? "FAIL" : check_skipped_ ? "skip" : "ok  ", tests[i].name);
        fflush(stdout);
        *(is_bad ? &failed : check_skipped_ ? &skipped : &passed) += 1;
    }
    printf("# %d %d %d\n", passed, failed, skipped);
    return failed > 0;
}
#define TEST_MAIN(tests)                                                                           \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        return check_main_(tests, COUNT(tests), argc, argv);                                       \
    }

#endif
