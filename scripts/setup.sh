#!/bin/sh
# Installs the Debian packages that building and testing need and this machine
# lacks.  As root it installs; otherwise it prints the command that would.
set -eu
packages="gcc make pkg-config libjansson-dev libyaml-dev ocl-icd-libopencl1 pocl-opencl-icd libopenblas-pthread-dev libdnnl-dev clang clang-format libclang-rt-14-dev"
missing=
for p in $packages; do
    status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$p" 2>/dev/null || true)
    case "$status" in ii*) ;; *) missing="$missing $p" ;; esac
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
    echo "penstock needs packages that are not installed; run this, then try again:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing" >&2
    exit 1
fi
echo "installing$missing"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
