#!/bin/sh
# Kernels run in the processor's widest registers: a compiler that stops vectorising a
# loop says nothing, and the loop becomes up to twelve times slower.  Looks at what gcc
# made for x86-64-v4 and v3 in a release build; says nothing of other builds.
. tests/check.sh
O=${O:-build/release} CC=${CC:-gcc}

# Functions that may be scalar, one a line: object, name, reason.
exceptions() {
    cat <<'END'
.* matmul_body the CPU multiplies with src/machine/math/gemm_kernels.c
indicator.* op_profile each lane fills bins of its own
indicator_single op_chaikin a step waits for the one before
indicator_single op_covary the passes over a window are one a step
indicator_single op_cycle a step waits for the one before
indicator_single op_quantile a step changes the order of the one before
indicator_single op_rsi a step waits for the one before
indicator_single op_sar a step waits for the one before
indicator_single op_session_mean a step waits for the one before
indicator_single op_trend a level is one step after the other
indicator_single op_wave a step's terms wait for each other
indicator_single op_zigzag a step waits for the one before
END
}
# all_wide VARIANT REGISTER: every function that does arithmetic does some of it in REGISTER.
all_wide() {
    [ "${BUILD:-release}" = release ] || skip "a release build is looked at" || return
    $CC --version | grep -qi clang && { skip "gcc is looked at" || return; }
    ls "$O"/kernels/*."$1".o >/dev/null 2>&1 || skip "no build for x86-64-$1" || return
    exceptions | awk '{ print "^" $1 "\\.f[0-9]*\\.v[0-9]\\.o: " $2 " has " }' >"$tmp/exceptions"
    for object in "$O"/kernels/*."$1".o; do
        objdump -d --no-show-raw-insn "$object" | awk -v object="${object##*/}" -v wide="$2" '
            /^[0-9a-f]+ <.*>:$/ { name = $2; gsub(/[<>:]|^<pk_|\..*/, "", name) }
            /[ \t]v(add|sub|mul|div|sqrt|fn?m(add|sub)[0-9]*)p[sd] / && $0 ~ wide { packed[name]++ }
            /[ \t]v(add|sub|mul|div|sqrt|fn?m(add|sub)[0-9]*)s[sd] / { scalar[name]++ }
            END { for (name in scalar) if (scalar[name] >= 8 && !packed[name])
                      print object ": " name " has " scalar[name] " scalar operations and none in " wide }'
    done | grep -vf "$tmp/exceptions" >"$tmp/narrow"
    cat "$tmp/narrow"
    [ ! -s "$tmp/narrow" ]
}
check every_kernel_of_x86_64_v4_uses_512_bits all_wide v4 zmm
check every_kernel_of_x86_64_v3_uses_256_bits all_wide v3 ymm
finish
