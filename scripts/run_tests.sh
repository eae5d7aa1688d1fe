#!/bin/sh
# Runs test programs, TEST_JOBS at a time, and reports them in the order given:
# a line each, and whatever in their output is not a passed test (V=1: all).
# A program that crashes, or runs longer than TEST_TIMEOUT seconds, counts as a
# failure.  One in which LeakSanitizer itself crashed, as it now and then does among the
# threads of an OpenCL driver, found nothing and is run once more.  Outputs are kept in $O/tests/*.log.  The last line is
# "N passed, N failed[, N skipped]".
O=${O:-build/release}
limit=${TEST_TIMEOUT:-900}
jobs=${TEST_JOBS:-$(nproc 2>/dev/null || echo 2)}
here=$PWD/tests
export LSAN_OPTIONS="suppressions=$here/lsan.supp:print_suppressions=0${LSAN_OPTIONS:+:$LSAN_OPTIONS}"
# Too much memory asked for is a case that tests try, not a reason to end them.
export ASAN_OPTIONS="allocator_may_return_null=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export TSAN_OPTIONS="allocator_may_return_null=1:suppressions=$here/tsan.supp:print_suppressions=0${TSAN_OPTIONS:+:$TSAN_OPTIONS}"
export UBSAN_OPTIONS="print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"
# What tests compile and measure is theirs, and is kept for their next run.
case $O in /*) cache=$O/tests/cache ;; *) cache=$PWD/$O/tests/cache ;; esac
export PENSTOCK_CACHE="${PENSTOCK_CACHE:-$cache}"
# PoCL takes five times as long over kernels when it optimises them; .ci/run lets it do so once.
export PENSTOCK_OPENCL_OPTIONS="${PENSTOCK_OPENCL_OPTIONS--cl-opt-disable}"
export O limit

log_of() {
    name=${1##*/}
    log=$O/tests/${name%.sh}.log
}

mkdir -p "$O/tests"
for program in "$@"; do
    log_of "$program"
    rm -f "$log" "$log.code"
done
printf '%s\n' "$@" | xargs -P "$jobs" -I{} sh -c '
    name=${1##*/}; log=$O/tests/${name%.sh}.log
    start=$(date +%s%N)
    run() {
        timeout -k 5 "$limit" "$1" >"$log" 2>&1 </dev/null
        code=$?
    }
    run "$1"
    if grep -q "LeakSanitizer has encountered a fatal error" "$log"; then run "$1"; fi
    echo "$code $((($(date +%s%N) - start) / 100000000))" >"$log.new"
    mv "$log.new" "$log.code"' sh {} &
runner=$!
trap 'kill $runner 2>/dev/null; exit 130' INT TERM

passed=0 failed=0 skipped=0
fail() {
    printf '  FAIL %s (all its output: %s)\n' "$1" "$log"
    failed=$((failed + 1))
}
for program in "$@"; do
    log_of "$program"
    while [ ! -e "$log.code" ] && kill -0 $runner 2>/dev/null; do
        sleep 0.05
    done
    read -r code tenths 2>/dev/null <"$log.code" || code=none tenths=0
    counts=$(sed -n 's/^# \([0-9]* [0-9]* [0-9]*\)$/\1/p' "$log" 2>/dev/null | tail -n 1)
    set -- ${counts:-0 0 0}
    printf '%-28s %4d ok %6d.%d s\n' "${name%.sh}" "$1" $((tenths / 10)) $((tenths % 10))
    if [ "${V:-}" = 1 ]; then cat "$log"; else grep -vE '^(  ok   |# )' "$log" | tail -n 200; fi
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
    if [ "$code" = 124 ] || [ "$code" = 137 ]; then
        fail "${name%.sh} was stopped after $limit s"
    elif [ -z "$counts" ]; then
        fail "${name%.sh} ended with code $code before its last test"
    elif [ "$code" != 0 ] && [ "$2" -eq 0 ]; then
        fail "${name%.sh} ended with code $code (a leak or a sanitizer's report?)"
    fi
done
wait $runner
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
