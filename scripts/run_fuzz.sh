#!/bin/sh
# run_fuzz.sh SECONDS PROGRAM...: runs libFuzzer programs, FUZZ_JOBS at a time, from
# the seeds in tests/fuzz/<name>/ and what earlier runs found in $O/fuzz/<name>/.
# An input that fails is kept in $O/fuzz/ and its report shown.
O=${O:-build/fuzz}
seconds=$1
shift
[ $# -gt 0 ] || { echo "no fuzz targets"; echo "0 passed, 0 failed"; exit 0; }
export O seconds LSAN_OPTIONS="suppressions=$PWD/tests/lsan.supp:print_suppressions=0"
printf '%s\n' "$@" | xargs -P "${FUZZ_JOBS:-$(nproc)}" -I{} sh -c '
    name=${1##*/} seeds=tests/fuzz/${1##*/fuzz_} found=$O/fuzz/corpus/${1##*/}
    mkdir -p "$found"
    [ -d "$seeds" ] || seeds=
    "$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$O/fuzz/$name-" "$found" $seeds >"$O/fuzz/$name.log" 2>&1
    echo $? >"$O/fuzz/$name.code"' sh {}
passed=0 failed=0
for program in "$@"; do
    name=${program##*/}
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$O/fuzz/$name.log")
    if [ "$(cat "$O/fuzz/$name.code")" = 0 ]; then
        passed=$((passed + 1))
        echo "$name: ${runs:-?} inputs in $seconds s"
    else
        failed=$((failed + 1))
        tail -n 40 "$O/fuzz/$name.log"
        echo "  FAIL $name"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
