#!/bin/sh
# scripts/run_tests.sh itself: what it counts, and what a test program cannot hide from it.
. tests/check.sh

# program NAME TEXT: a test program of that text.
program() {
    printf '#!/bin/sh\n%s\n' "$2" >"$tmp/$1"
    chmod +x "$tmp/$1"
}
program good 'echo "  ok   a"; echo "# 2 0 1"'
program bad 'echo "  FAIL b"; echo "# 1 1 0"; exit 1'
program crashes 'echo "  ok   a"; kill -SEGV $$'
program hangs 'echo "  ok   a"; sleep 30'
program leaks 'echo "# 3 0 0"; exit 23'
program slow 'sleep 0.3; echo "# 1 0 0"'
program tracer '[ -e "$0.again" ] && { echo "# 4 0 0"; exit; }
    : >"$0.again"; echo "LeakSanitizer has encountered a fatal error."; echo "# 3 1 0"; exit 1'

# ends_with LINE CODE PROGRAM...: what the runner's last line and exit code must be.
ends_with() {
    want_line=$1 want_code=$2
    shift 2
    O=$tmp TEST_TIMEOUT=1 TEST_JOBS=2 scripts/run_tests.sh "$@" >"$tmp/said"
    code=$?
    line=$(tail -n 1 "$tmp/said")
    [ "$line" = "$want_line" ] && [ "$code" = "$want_code" ] && return
    cat "$tmp/said"
    echo "ended with '$line' and code $code, expected '$want_line' and $want_code"
    return 1
}
keeps_order() {
    ends_with "5 passed, 1 failed, 1 skipped" 1 "$tmp/slow" "$tmp/good" "$tmp/bad" "$tmp/slow" || return 1
    [ "$(sed -n 's/^\([a-z]*\) .* s$/\1/p' "$tmp/said" | tr '\n' ' ')" = "slow good bad slow " ]
}
shows_failures_only() {
    ends_with "3 passed, 1 failed, 1 skipped" 1 "$tmp/good" "$tmp/bad" &&
        grep -q 'FAIL b' "$tmp/said" && ! grep -q 'ok   a' "$tmp/said"
}
check passing_and_skipped_tests_are_added_up ends_with "2 passed, 0 failed, 1 skipped" 0 "$tmp/good"
check a_failed_test_fails_the_run ends_with "3 passed, 1 failed, 1 skipped" 1 "$tmp/good" "$tmp/bad"
check a_crash_is_a_failure ends_with "0 passed, 1 failed" 1 "$tmp/crashes"
check a_hang_is_stopped_and_is_a_failure ends_with "0 passed, 1 failed" 1 "$tmp/hangs"
check a_bad_exit_after_passing_tests_is_a_failure ends_with "3 passed, 1 failed" 1 "$tmp/leaks"
check a_crash_of_the_leak_sanitizer_is_run_again ends_with "4 passed, 0 failed" 0 "$tmp/tracer"
check a_missing_program_is_a_failure ends_with "2 passed, 1 failed, 1 skipped" 1 "$tmp/none" "$tmp/good"
check no_test_at_all_is_a_failure ends_with "0 passed, 0 failed" 1
check reports_come_in_the_order_given keeps_order
check only_failures_are_shown shows_failures_only
finish
