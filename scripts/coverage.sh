#!/bin/sh
# coverage.sh DIR: after the tests of BUILD=coverage, the share of lines reached, file by file.
dir=${1:-build/coverage}
find "$dir/src" -name '*.gcno' | sort | while read -r data; do
    gcov -n -o "$(dirname "$data")" "$data" 2>/dev/null | awk '
        /^File .src\// { gsub(/\x27/, "", $2); file = $2 }
        /^Lines executed:/ && file { split($0, part, /[:% ]+/); print part[3], part[5], file; file = "" }'
done | sort -u -k3 | awk '
    { printf "%6.1f %% of %5d  %s\n", $1, $2, $3; reached += $1 * $2 / 100; lines += $2 }
    END { if (lines) printf "%6.1f %% of %5d  in all\n", 100 * reached / lines, lines }'
