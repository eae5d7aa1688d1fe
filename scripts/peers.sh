#!/bin/sh
# usage: peers.sh TEST...  The tests against other libraries, with those that are here:
# TA-Lib as pkg-config knows it, or the file that PENSTOCK_LIBTALIB names, and Tulip
# Indicators where PENSTOCK_LIBINDICATORS names it (it has no pkg-config file).
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

PENSTOCK_LIBTALIB=${PENSTOCK_LIBTALIB:-$(find_talib)}
export PENSTOCK_LIBTALIB
# say NAME FILE WHY: the file of a library, or why there is none
say() {
    if [ -n "$2" ]; then echo "peers: $1 is $2"; else echo "peers: no $1: $3"; fi
}
say TA-Lib "$PENSTOCK_LIBTALIB" 'pkg-config finds no ta-lib, and PENSTOCK_LIBTALIB names no file'
say 'Tulip Indicators' "${PENSTOCK_LIBINDICATORS-}" 'PENSTOCK_LIBINDICATORS names no file'
if [ -z "$PENSTOCK_LIBTALIB${PENSTOCK_LIBINDICATORS-}" ]; then
    echo 'peers: nothing to compare with'
    exit 0
fi
scripts/run_tests.sh "$@"
