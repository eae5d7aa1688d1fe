#!/bin/sh
# tools/check_layers.sh on a small tree: what it must let pass and what it must catch.
. tests/check.sh

tree() {
    rm -rf "$tmp/tree"
    mkdir -p "$tmp/tree/include/penstock" "$tmp/tree/bench" "$tmp/tree/src/run/cli"
    for folder in machine/base machine/device machine/memory flow/market flow/pricing; do
        mkdir -p "$tmp/tree/src/$folder"
    done
    cd "$tmp/tree" || exit 1
    printf '#include "penstock/status.h"\n#include "penstock/device.h"\n' >include/penstock/penstock.h
    echo '#include "penstock/status.h"' >include/penstock/device.h
    touch include/penstock/status.h bench/bench.h src/machine/base/size.h src/flow/pricing/tree.h
    touch src/machine/device/launch.h src/machine/device/backend.h src/machine/memory/pool.h
    echo '#include "../../machine/device/launch.h"' >src/flow/pricing/european.c
    echo '#include "penstock/device.h"' >>src/flow/pricing/european.c
    echo '#include "../../../bench/bench.h"' >src/run/cli/cmd_bench.c
    cd - >/dev/null || exit 1
}
passes() {
    tree
    tools/check_layers.sh "$tmp/tree"
}
# catches FILE NAME: adds an #include of NAME to FILE, which must be reported at its line.
catches() {
    tree
    echo "#include \"$2\"" >>"$tmp/tree/$1"
    out=$(tools/check_layers.sh "$tmp/tree") && { echo "not caught"; return 1; }
    case "$out" in "$1:"[0-9]*) ;; *) echo "said: $out"; return 1 ;; esac
}
check the_allowed_edges_pass passes
check base_includes_no_other_folder catches src/machine/base/size.h ../device/launch.h
check a_device_does_not_include_memory catches src/machine/device/launch.h ../memory/pool.h
check flow_does_not_include_the_backend catches src/flow/pricing/european.c ../../machine/device/backend.h
check flow_folders_do_not_include_each_other catches src/flow/market/panel.c ../pricing/tree.h
check a_path_from_src_is_caught_too catches src/flow/market/panel.c flow/pricing/tree.h
check run_does_not_include_the_device catches src/run/cli/main.c ../../machine/device/launch.h
check flow_does_not_include_the_benches catches src/flow/market/panel.c ../../../bench/bench.h
check a_header_that_is_not_there_is_caught catches src/flow/market/panel.c nowhere.h
check a_public_header_includes_only_those_above_it catches include/penstock/status.h penstock/device.h
check a_public_header_includes_no_private_one catches include/penstock/device.h ../../src/machine/base/size.h
check a_public_header_is_in_the_list catches include/penstock/hidden.h penstock/status.h
finish
