#!/bin/sh
# Every example runs, ends well and says something.
. tests/check.sh
O=${O:-build/release}
runs() {
    "$1" >"$tmp/said" && [ -s "$tmp/said" ]
}
for example in examples/*.c; do
    name=$(basename "$example" .c)
    check "the_${name}_example_runs" runs "$O/examples/$name"
done
finish
