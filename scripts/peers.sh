#!/bin/sh
# usage: peers.sh TEST...  The tests against other libraries, with those that are here:
# TA-Lib as pkg-config knows it, or the file that PENSTOCK_LIBTALIB names, Tulip
# Indicators where PENSTOCK_LIBINDICATORS names it (it has no pkg-config file), and QuantLib as
# pkg-config knows it, behind functions of C that are built here.
set -eu

find_talib() {
    command -v pkg-config >/dev/null && pkg-config --exists ta-lib || return 0
    folder=$(pkg-config --variable=libdir ta-lib)
    for file in "$folder"/libta-lib.so "$folder"/libta-lib.so.0 "$folder"/libta-lib.dylib; do
        if [ -f "$file" ]; then
            echo "$file"
            return
        fi
    done
    echo "peers: pkg-config knows ta-lib, but $folder has no shared library of it" >&2
}

build_quantlib() {
    command -v pkg-config >/dev/null && pkg-config --exists quantlib || return 0
    compiler=$(command -v g++ || command -v clang++) || return 0
    file=$PWD/$O/tests/quantlib.so
    if [ ! "$file" -nt tests/peer/quantlib.cc ]; then
        # shellcheck disable=SC2046
        "$compiler" -std=c++17 -O1 -w -fPIC -shared -o "$file" tests/peer/quantlib.cc \
            $(pkg-config --cflags --libs quantlib) >&2 || return 0
    fi
    echo "$file"
}

PENSTOCK_LIBTALIB=${PENSTOCK_LIBTALIB:-$(find_talib)}
PENSTOCK_QUANTLIB=${PENSTOCK_QUANTLIB:-$(build_quantlib)}
export PENSTOCK_LIBTALIB PENSTOCK_QUANTLIB
# say NAME FILE WHY: the file of a library, or why there is none
say() {
    if [ -n "$2" ]; then echo "peers: $1 is $2"; else echo "peers: no $1: $3"; fi
}
say TA-Lib "$PENSTOCK_LIBTALIB" 'pkg-config finds no ta-lib, and PENSTOCK_LIBTALIB names no file'
say 'Tulip Indicators' "${PENSTOCK_LIBINDICATORS-}" 'PENSTOCK_LIBINDICATORS names no file'
say QuantLib "$PENSTOCK_QUANTLIB" 'pkg-config finds no quantlib (libquantlib0-dev), or there is no C++ compiler'
if [ -z "$PENSTOCK_LIBTALIB${PENSTOCK_LIBINDICATORS-}$PENSTOCK_QUANTLIB" ]; then
    echo 'peers: nothing to compare with'
    exit 0
fi
scripts/run_tests.sh "$@"
