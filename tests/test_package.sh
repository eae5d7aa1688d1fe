#!/bin/sh
# What other programs get: headers that compile alone, a library that exports
# pen_* only, an installation that pkg-config finds and that is removed again.
. tests/check.sh
CC=${CC:-gcc} O=${O:-build/release}
stage=$PWD/$O/stage
case "${BUILD:-release}" in
asan | tsan | coverage) is_plain=no ;;
*) is_plain=yes ;;
esac
unset MAKEFLAGS MFLAGS MAKELEVEL

headers_compile() { # STANDARD COMPILER...
    standard=$1
    shift
    command -v "$1" >/dev/null || skip "$1 is not installed" || return
    for header in include/penstock/*.h; do
        printf '#include "penstock/%s"\n#include "penstock/%s"\nint pen_unused_;\n' \
            "${header##*/}" "${header##*/}" >"$tmp/header.src"
        "$@" "-std=$standard" -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only "$tmp/header.src" || return 1
    done
}
all_headers_are_in_penstock_h() {
    for header in include/penstock/*.h; do
        name=penstock/${header##*/}
        [ "$name" = penstock/penstock.h ] && continue
        grep -q "^#include \"$name\"" include/penstock/penstock.h || { echo "$name is not in penstock.h"; return 1; }
    done
}
exports_only_pen() {
    nm -D --defined-only "$O/libpenstock.so" | awk '$2 ~ /[TDBRVW]/ && $3 !~ /^pen_/ { print "exports " $3; bad = 1 } END { exit bad }'
}
# Every exported function is declared in a public header, and the reverse.
exports_what_headers_declare() {
    nm -D --defined-only "$O/libpenstock.so" | awk '$3 ~ /^pen_/ { print $3 }' | sort -u >"$tmp/exported"
    cat include/penstock/*.h | tr '\n' ' ' | grep -oE 'PEN_API [^;{]*\(' |
        grep -oE 'pen_[a-z0-9_]+ ?\(' | tr -d ' (' | sort -u >"$tmp/declared"
    [ -s "$tmp/declared" ] && diff "$tmp/declared" "$tmp/exported"
}
# Whatever is large or optional is opened at run time.
links_little() {
    for binary in "$O/libpenstock.so" "$O/penstock"; do
        [ -e "$binary" ] || continue
        extra=$(readelf -d "$binary" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
            grep -vE '^(libc|libm|libdl|libpthread|libjansson|libyaml-0|ld-linux-[a-z0-9-]+)\.so')
        [ -z "$extra" ] || { echo "$binary needs" $extra; return 1; }
    done
}
has_no_executable_stack() {
    for binary in "$O/libpenstock.so" "$O/penstock"; do
        [ -e "$binary" ] || continue
        ! readelf -lW "$binary" | grep -q 'GNU_STACK.*RWE' || { echo "$binary"; return 1; }
    done
}
installs() {
    rm -rf "$stage"
    make -s install CC="$CC" BUILD="${BUILD:-release}" O="$O" DESTDIR="$stage" PREFIX=/usr || return 1
    [ "$(readlink "$stage/usr/lib/libpenstock.so.0")" = "$(basename "$stage"/usr/lib/libpenstock.so.*.*.*)" ]
}
pc() {
    PKG_CONFIG_PATH=$stage/usr/lib/pkgconfig pkg-config --define-variable=prefix="$stage/usr" \
        --define-variable=libdir="$stage/usr/lib" "$@" penstock
}
example_runs() { # [--static]
    set -- "${1:-}"
    for example in examples/*.c; do
        [ -e "$example" ] || skip "no examples" || return
        flags=$(pc --cflags --libs $1) || return 1
        [ "$1" = --static ] && flags=$(echo "$flags" | sed "s|-lpenstock|$stage/usr/lib/libpenstock.a|")
        # shellcheck disable=SC2086
        $CC -std=c11 -Wall -Wextra -Werror -o "$tmp/example" "$example" $flags -lm || return 1
        LD_LIBRARY_PATH=$stage/usr/lib "$tmp/example" || return 1
    done
}
uninstalls() {
    make -s uninstall CC="$CC" BUILD="${BUILD:-release}" O="$O" DESTDIR="$stage" PREFIX=/usr || return 1
    left=$(find "$stage" -type f -o -type l)
    [ -z "$left" ] || { echo "left: $left"; return 1; }
}

check headers_compile_alone_as_c11 headers_compile c11 $CC -x c
check headers_compile_alone_as_cpp17 headers_compile c++17 clang++ -x c++
check the_umbrella_header_has_every_header all_headers_are_in_penstock_h
if [ $is_plain = yes ]; then
    check the_library_exports_pen_names_only exports_only_pen
    check the_library_exports_what_headers_declare exports_what_headers_declare
    check it_links_only_what_it_must links_little
    check its_stack_is_not_executable has_no_executable_stack
    check it_installs installs
    check an_installed_library_serves_the_examples example_runs
    check an_installed_static_library_serves_the_examples example_runs --static
    check it_uninstalls_completely uninstalls
fi
finish
