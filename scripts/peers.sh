#!/bin/sh
# usage: peers.sh TEST...  The tests against other libraries, with those that are here:
# TA-Lib as pkg-config knows it, or the file that PENSTOCK_LIBTALIB names.
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
if [ -z "$PENSTOCK_LIBTALIB" ]; then
    echo 'peers: nothing compared: pkg-config finds no ta-lib, and PENSTOCK_LIBTALIB names no file'
    exit 0
fi
echo "peers: TA-Lib is $PENSTOCK_LIBTALIB"
scripts/run_tests.sh "$@"
