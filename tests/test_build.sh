#!/bin/sh
# The Makefile: what is made again, and when.  A second build folder is only
# pretended to be built (make -t), so nothing is compiled here.
. tests/check.sh
O=${O:-build/release} CC=${CC:-gcc} BUILD=${BUILD:-release}
unset MAKEFLAGS MFLAGS MAKELEVEL V CFLAGS CPPFLAGS LDFLAGS
copy=$tmp/build

build() { make "$@" O="$copy" CC="$CC" BUILD="$BUILD" all; }
pretend() {
    rm -rf "$copy"
    (cd "$O" && find . -type d) | while read -r folder; do mkdir -p "$copy/$folder"; done
    (cd "$O" && find . -name '*.d') | while read -r deps; do
        sed "s|$O/|$copy/|g" "$O/$deps" >"$copy/$deps"
    done
    build -s -q; build -s -t
}
compiled() { grep -oE ' src/[^ ]*\.[ck]$' | tr -d ' ' | sort -u; }

nothing() { pretend && build -s -q; }
header() {
    pretend || return 1
    # One file has many spellings in the dependencies: a/../b/size.h.
    find "$copy" -name '*.d' -exec grep -ohE '[^ ]*base/size\.h' {} + | sort -u | sed 's/^/-W /' >"$tmp/spellings"
    # shellcheck disable=SC2046
    build -n V=1 $(cat "$tmp/spellings") | compiled >"$tmp/again"
    grep -lE '"(\.\./|\.\./\.\./machine/)?(base/)?size\.h"' src/*/*/*.c | sort >"$tmp/users"
    [ -s "$tmp/users" ] && [ -z "$(comm -13 "$tmp/again" "$tmp/users")" ] &&
        [ "$(wc -l <"$tmp/again")" -lt "$(find src -name '*.c' | wc -l)" ]
}
prelude() {
    pretend || return 1
    build -n V=1 -W src/machine/kernels/prelude_cpu.h | compiled >"$tmp/again"
    [ "$(grep -c '\.k$' "$tmp/again")" = "$(find src -name '*.k' | wc -l)" ]
}
flags() { pretend && ! build -s -q CFLAGS=-DCHANGED; }
other_target() { pretend && make -s help O="$copy" CC="$CC" BUILD="$BUILD" >"$tmp/help" && build -s -q; }
unknown() { ! make BUILD=nonsense help 2>"$tmp/said" && grep -q 'expected release, debug' "$tmp/said"; }

check nothing_is_made_again_when_nothing_changed nothing
check a_changed_header_makes_its_users_again header
check a_changed_prelude_makes_every_kernel_again prelude
check changed_flags_make_everything_again flags
check another_target_changes_nothing other_target
check an_unknown_build_is_refused unknown
finish
