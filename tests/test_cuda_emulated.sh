#!/bin/sh
# The CUDA text of every kernel, run: the tests that compare devices, with the
# driver of tests/mock that compiles for this processor and runs a block's threads
# as fibers.  What a GPU itself does is left to make gpu-check.
. tests/check.sh
O=${O:-build/release}
: "${EMULATE_CXX:=$(command -v g++ || command -v clang++)}"
export EMULATE_CXX
library=$PWD/$O/tests/emulate_cuda.so

# emulated TEST: passes with cuda:0 among its devices.
emulated() {
    case ${BUILD:-release} in asan | tsan | coverage) skip "fibers and sanitizers do not mix" || return ;; esac
    [ -n "$EMULATE_CXX" ] || skip "no C++ compiler" || return
    [ -x "$O/tests/$1" ] && [ -f "$library" ] || skip "$1 is not built" || return
    PENSTOCK_LIBCUDA=$library PENSTOCK_LIBNVRTC=$library PENSTOCK_LIBNVML=/nonexistent \
        PENSTOCK_LIBCUBLASLT=${library%/*}/mock_cublaslt.so MOCK_CUBLASLT_CALLS=$tmp/cublaslt \
        PENSTOCK_CACHE=off PENSTOCK_TEST_DEVICES="cpu cuda" PENSTOCK_TEST_NEEDS=cuda:0 \
        "$O/tests/$1" >"$tmp/$1.log" 2>&1 && return 0
    grep -v '^  ok ' "$tmp/$1.log"
    return 1
}
for file in $(grep -lE '"(device_matrix|mathops)\.h"' tests/test_*.c); do
    name=$(basename "$file" .c)
    [ "$name" = test_device ] || check "$name" emulated "$name"
done
products_went_to_cublaslt() {
    [ -x "$O/tests/test_matmul" ] && [ -s "$tmp/test_matmul.log" ] || skip "test_matmul did not run" || return
    [ -s "$tmp/cublaslt" ]
}
check products_went_to_cublaslt products_went_to_cublaslt
finish
