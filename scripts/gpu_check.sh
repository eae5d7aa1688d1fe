#!/bin/sh
# What only a machine with a GPU can show: every word of the kernel dialect and
# every analytic kernel gives the same bits on cuda:0 as on cpu:0, and how fast
# it is.  Writes docs/benchmarks/<gpu>.md (below a bundle: <gpu>.md beside this).
#
#   make gpu-check                 in a checkout that can be built
#   ./gpu_check.sh                 in a bundle that `make gpu-bundle` made elsewhere:
#                                  needs the driver alone, no compiler, no packages
#   GPU_CHECK_DEVICE=opencl:0      checks another device
set -u
here=$(cd "$(dirname "$0")" && pwd)
bundle=${1:-$here}
device=${GPU_CHECK_DEVICE:-cuda:0}
if [ ! -x "$bundle/bin/penstock" ]; then
    echo "gpu-check: no programs in $bundle/bin" >&2
    echo "  build them where libjansson-dev and libyaml-dev are installed: make gpu-bundle" >&2
    echo "  then copy build/gpu-bundle here and run build/gpu-bundle/gpu_check.sh" >&2
    exit 2
fi
bin=$bundle/bin
# The bundle's NVRTC is for machines without one, so it comes last.
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/local/cuda/lib64:$bundle/lib"
export PENSTOCK_TEST_NEEDS=$device
export PENSTOCK_TEST_DEVICES="cpu ${device%%:*}"

listed=$("$bin/devices" 2>&1)
echo "$listed"
model=$(echo "$listed" | sed -n "s/^$device  *\(.*\), [0-9]* units.*/\1/p" | head -n 1)
if [ -z "$model" ]; then
    echo "gpu-check: this machine has no $device" >&2
    PENSTOCK_DEVICE=$device "$bin/devices" 2>&1 >/dev/null | head -n 1 >&2
    exit 1
fi

passed=0 failed=0
for test in "$bin"/test_*; do
    out=$("$test" 2>&1)
    code=$?
    counts=$(printf '%s\n' "$out" | sed -n 's/^# //p' | tail -n 1)
    printf '%-24s %s\n' "$(basename "$test")" "${counts:-ended with code $code} (passed failed skipped)"
    printf '%s\n' "$out" | grep -vE '^(  ok   |# )'
    # shellcheck disable=SC2086
    set -- ${counts:-0 1 0}
    passed=$((passed + $1)) failed=$((failed + $2))
    [ "$code" -eq 0 ] || [ "$2" -gt 0 ] || failed=$((failed + 1))
done
echo "conformance and bit identity on $device: $passed passed, $failed failed"

name=$(echo "$model" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9.-')
if [ -d docs ]; then folder=docs/benchmarks; else folder=$here; fi
mkdir -p "$folder"
page=$folder/$name.md
"$bin/penstock" bench --device "$device" --quiet >"$page.tsv"
benched=$?
{
    echo "# $model"
    echo
    echo "Made by \`make gpu-check\`, $(date -u +%Y-%m-%d), penstock $("$bin/penstock" --version 2>/dev/null | tr -cd '0-9.')."
    echo
    echo "$listed" | sed -n "s/^$device  */Device: /p"
    if command -v nvidia-smi >/dev/null 2>&1; then
        echo
        echo "Driver: $(nvidia-smi --query-gpu=driver_version --format=csv,noheader | head -n 1)"
    fi
    echo
    echo "Same bits as cpu:0, and every word of the kernel dialect: $passed tests passed, $failed failed."
    echo
    awk -F '\t' '{ printf "|"; for (i = 1; i <= NF; i++) printf " %s |", $i; print "" }
        NR == 1 { printf "|"; for (i = 1; i <= NF; i++) printf " --- |"; print "" }' "$page.tsv"
} >"$page"
rm -f "$page.tsv"
echo "benchmark in $page (exit code $benched)"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] && [ "$benched" -eq 0 ]
