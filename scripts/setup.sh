#!/bin/sh
# Installs the Debian packages that this machine lacks.  As root it installs;
# otherwise it prints the command that would.  Nothing missing: no network, no output.
# Only the first list is required; without the second some tests and checks are left out.
set -eu
required="gcc libc6-dev make pkg-config libjansson-dev libyaml-dev"
optional="ocl-icd-libopencl1 pocl-opencl-icd libopenblas0-pthread libdnnl2 clang clang-format libclang-rt-14-dev"
remembered=build/setup.without

if ! command -v dpkg-query >/dev/null; then
    pkg-config --exists jansson yaml-0.1 2>/dev/null && exit 0
    echo "penstock needs gcc, make, pkg-config, jansson and libyaml with their headers" >&2
    exit 1
fi
installed=" $(dpkg-query -W -f '${Package}:${db:Status-Abbrev} ' $required $optional 2>/dev/null || true)"
missing() {
    for package in "$@"; do
        case "$installed" in *" $package:ii "*) ;; *) printf ' %s' "$package" ;; esac
    done
}
need=$(missing $required)
want=$(missing $optional)
[ -n "$need$want" ] || exit 0
# What could not be had once is not asked for again until the list changes.
if [ -z "$need" ] && [ "$want" = "$(cat $remembered 2>/dev/null || true)" ]; then
    exit 0
fi

remember() {
    mkdir -p build
    printf '%s' "$want" >$remembered
}
install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >build/setup.log 2>&1
}
if [ "$(id -u)" -ne 0 ]; then
    command="sudo apt-get update && sudo apt-get install -y --no-install-recommends$need$want"
    if [ -n "$need" ]; then
        printf 'penstock needs packages that are not installed; run this, then try again:\n  %s\n' "$command" >&2
        exit 1
    fi
    printf 'going on without%s; to have every test and check:\n  %s\n' "$want" "$command" >&2
    remember
    exit 0
fi
echo "installing$need$want"
mkdir -p build
apt-get update -qq >build/setup.log 2>&1 || true
install $need $want && exit 0
if [ -n "$need" ] && ! install $need; then
    cat build/setup.log >&2
    echo "could not install$need" >&2
    exit 1
fi
for package in $want; do
    install "$package" || true
done
installed=" $(dpkg-query -W -f '${Package}:${db:Status-Abbrev} ' $optional 2>/dev/null || true)"
want=$(missing $optional)
if [ -n "$want" ]; then
    echo "going on without$want (remove $remembered to try again)" >&2
    remember
fi
