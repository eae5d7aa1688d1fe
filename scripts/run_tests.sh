#!/bin/sh
# Runs test programs and adds up their counts; the last line is "N passed, N failed[, N skipped]".
passed=0 failed=0 skipped=0
for program in "$@"; do
    printf '%s\n' "$(basename "$program")"
    out=$("$program" 2>&1)
    code=$?
    printf '%s\n' "$out" | grep -v '^# '
    counts=$(printf '%s\n' "$out" | sed -n 's/^# //p' | tail -n 1)
    if [ -z "$counts" ]; then
        printf '  FAIL %s ended with code %s before its last test\n' "$program" "$code"
        failed=$((failed + 1))
        continue
    fi
    set -- $counts
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
    if [ "$code" -ne 0 ] && [ "$2" -eq 0 ]; then
        printf '  FAIL %s ended with code %s (a leak or a sanitizer report?)\n' "$program" "$code"
        failed=$((failed + 1))
    fi
done
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
